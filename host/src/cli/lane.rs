//! `concentrator lane list | pause | resume`: works with the daemon running or stopped.

use super::ask::{self, Daemon};
use super::{ConfigArguments, exit, out};
use crate::clock::{Clock, rfc3339};
use crate::config::Config;
use crate::console::control::{Changed, Pause, Resume};
use crate::console::status::Status;
use crate::lane::pause::{Gate, Paused};
use anyhow::{Context, Result, bail};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// List the lanes: whether each is paused, and its alarms.
    List(List),
    /// Pause a lane: its source goes on being read, its queue grows, and nothing is mapped.
    Pause(PauseArguments),
    /// Let a lane go on that is paused.
    Resume(ResumeArguments),
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    config: ConfigArguments,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct PauseArguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// The source.
    source: String,
    /// Why; shown wherever the lane is.
    #[arg(long, default_value = "asked for")]
    reason: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ResumeArguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// The source.
    source: String,
}

pub(crate) fn run(verb: &Verb) -> Result<u8> {
    match verb {
        Verb::List(arguments) => list(arguments),
        Verb::Pause(arguments) => pause(arguments),
        Verb::Resume(arguments) => resume(arguments),
    }
}

fn list(arguments: &List) -> Result<u8> {
    let config = arguments.config.read()?;
    // Without a daemon there are no alarms; whether a lane is paused stands in its directory.
    let status: Option<Status> = match ask::get(&config.console_socket(), "/status") {
        Ok(body) => Some(serde_json::from_str(&body).context("read the daemon's answer")?),
        Err(_) => None,
    };
    for name in config.sources.keys() {
        let seen = status.as_ref().and_then(|status| status.lanes.get(name));
        let paused = seen.map_or_else(|| Gate::new(&config.lane_dir(name)).paused(), |lane| lane.paused.clone());
        let alarms: Vec<&str> = seen.iter().flat_map(|lane| &lane.alarms).map(|alarm| alarm.alarm.as_str()).collect();
        let waiting = seen.map(|lane| lane.queue.depth);
        if arguments.json {
            let running = seen.is_some();
            let line = serde_json::json!({"source": name, "running": running, "paused": paused, "waiting": waiting, "alarms": alarms});
            out(&line.to_string());
            continue;
        }
        let state = match (&paused, seen) {
            (Some(paused), _) => format!("paused since {} by {}: {}", rfc3339(paused.since), paused.by, paused.reason),
            (None, Some(_)) => "running".to_owned(),
            (None, None) => "no daemon runs".to_owned(),
        };
        let waiting = waiting.map_or(String::new(), |waiting| format!("; {waiting} waiting"));
        let alarms = if alarms.is_empty() { String::new() } else { format!("; ALARMS: {}", alarms.join(", ")) };
        out(&format!("{name}  {state}{waiting}{alarms}"));
    }
    Ok(exit::SUCCESS)
}

fn pause(arguments: &PauseArguments) -> Result<u8> {
    let config = known(&arguments.config, &arguments.source)?;
    pause_lane(&config, &arguments.source, &arguments.reason)?;
    Ok(exit::SUCCESS)
}

/// Pauses a lane of the configuration, and says so.
pub(super) fn pause_lane(config: &Config, source: &str, reason: &str) -> Result<()> {
    let (by, reason) = (ask::by_whom(), reason.to_owned());
    let changed = match Daemon::find(config)? {
        Daemon::Running => {
            let asked = Pause { reason, by };
            ask::post::<Changed>(&config.console_socket(), &format!("/lanes/{source}/pause"), &asked)?.changed
        }
        Daemon::Stopped(_lock) => {
            let paused = Paused { reason, since: Clock::system().now(), by };
            Gate::new(&config.lane_dir(source)).pause(paused).context("write the pause")?
        }
    };
    let words = if changed { "paused; `concentrator lane resume` lets it go on" } else { "was paused already" };
    out(&format!("{source}: {words}"));
    Ok(())
}

fn resume(arguments: &ResumeArguments) -> Result<u8> {
    let config = known(&arguments.config, &arguments.source)?;
    resume_lane(&config, &arguments.source)?;
    Ok(exit::SUCCESS)
}

/// Lets a lane of the configuration go on, and says so.
pub(super) fn resume_lane(config: &Config, source: &str) -> Result<()> {
    let changed = match Daemon::find(config)? {
        Daemon::Running => {
            let asked = Resume { by: ask::by_whom() };
            ask::post::<Changed>(&config.console_socket(), &format!("/lanes/{source}/resume"), &asked)?.changed
        }
        Daemon::Stopped(_lock) => Gate::new(&config.lane_dir(source)).resume().context("remove the pause")?.is_some(),
    };
    out(&format!("{source}: {}", if changed { "goes on" } else { "was not paused" }));
    Ok(())
}

fn known(config: &ConfigArguments, source: &str) -> Result<Config> {
    let config = config.read()?;
    if !config.sources.contains_key(source) {
        let known: Vec<&str> = config.sources.keys().map(String::as_str).collect();
        bail!("source `{source}` is not configured; there is: {}", known.join(", "));
    }
    Ok(config)
}
