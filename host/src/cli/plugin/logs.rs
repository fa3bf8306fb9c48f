//! `concentrator plugin logs`: the last lines that a plugin wrote in the running daemon.

use super::super::{ConfigArguments, ask, exit, out};
use crate::clock::rfc3339;
use crate::console::control::Lines;
use crate::plugin::journal::Line;
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use std::time::Duration;

/// How often further lines are asked for.
const PERIOD: Duration = Duration::from_millis(300);

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// The plugin.
    plugin: String,
    /// Go on with what it writes from now on.
    #[arg(long)]
    follow: bool,
    /// In that lane only.
    #[arg(long, value_name = "SOURCE")]
    lane: Option<String>,
    /// Lines of this level and above.
    #[arg(long, value_enum, default_value_t = Level::Debug)]
    level: Level,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let config = arguments.config.read()?;
    let socket = config.console_socket();
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !std::iter::once(&arguments.plugin).chain(&arguments.lane).all(|name| is_name(name)) {
        bail!("that is no name of a plugin or a lane");
    }
    let lane = arguments.lane.as_ref().map_or(String::new(), |lane| format!("&lane={lane}"));
    let mut after = 0;
    loop {
        let path = format!("/plugins/logs?plugin={}{lane}&after={after}", arguments.plugin);
        let body = match ask::get(&socket, &path) {
            Ok(body) => body,
            Err(_) => return Ok(super::no_daemon(&socket)),
        };
        let lines: Lines = serde_json::from_str(&body).context("read the daemon's answer")?;
        for line in &lines.lines {
            tell(line, arguments)?;
        }
        if !arguments.follow {
            return Ok(exit::SUCCESS);
        }
        after = lines.last;
        std::thread::sleep(PERIOD);
    }
}

fn tell(line: &Line, arguments: &Arguments) -> Result<()> {
    if Level::from_str(&line.level, true).is_ok_and(|level| level < arguments.level) {
        return Ok(());
    }
    if arguments.json {
        out(&serde_json::to_string(line)?);
    } else {
        let Line { at, source, plugin, level, text, .. } = line;
        // What a terminal would obey is shown instead.
        let text: String = text
            .chars()
            .flat_map(|c| {
                if c.is_control() { c.escape_debug().to_string() } else { c.to_string() }.chars().collect::<Vec<_>>()
            })
            .collect();
        out(&format!("{} {level:<5} {source} {plugin}: {text}", rfc3339(*at)));
    }
    Ok(())
}
