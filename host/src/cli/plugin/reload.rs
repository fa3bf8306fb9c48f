//! `concentrator plugin reload | rollback`: other plugins take over in the running daemon.

use super::super::{ConfigArguments, ask, exit, out};
use crate::config::Config;
use crate::console::control::Reload;
use crate::lane::reload::{Outcome, Wish};
use anyhow::Result;

#[derive(Debug, clap::Args)]
pub(crate) struct ReloadArguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// The plugin whose file is to be loaded again.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    plugin: Option<String>,
    /// Every plugin whose file has changed.
    #[arg(long)]
    all: bool,
    /// In this lane only.
    #[arg(long, value_name = "SOURCE")]
    lane: Option<String>,
    /// Begin without the state: what the queue retains is mapped anew, with its rows discarded, and calls that began
    /// before it are ended in the database as inferred.
    #[arg(long)]
    cold: bool,
    /// One JSON object a lane and line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RollbackArguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// The plugin.
    plugin: String,
    /// In this lane only.
    #[arg(long, value_name = "SOURCE")]
    lane: Option<String>,
    /// One JSON object a lane and line.
    #[arg(long)]
    json: bool,
}

pub(super) fn reload(arguments: &ReloadArguments) -> Result<u8> {
    let wish = arguments.plugin.clone().map_or(Wish::Changed, Wish::File);
    let request = Reload { wish, lane: arguments.lane.clone(), cold: arguments.cold, by: ask::by_whom() };
    demand(&arguments.config.read()?, &request, arguments.json)
}

pub(super) fn rollback(arguments: &RollbackArguments) -> Result<u8> {
    let wish = Wish::Before(arguments.plugin.clone());
    let request = Reload { wish, lane: arguments.lane.clone(), cold: false, by: ask::by_whom() };
    demand(&arguments.config.read()?, &request, arguments.json)
}

fn demand(config: &Config, request: &Reload, json: bool) -> Result<u8> {
    let socket = config.console_socket();
    if ask::get(&socket, "/healthz").is_err() {
        return Ok(super::no_daemon(&socket));
    }
    let outcomes: Vec<Outcome> = match ask::post_reload(&socket, "/plugins/reload", request) {
        Ok(outcomes) => outcomes,
        Err(error) => {
            eprintln!("error: {error:#}");
            return Ok(exit::PROBLEMS);
        }
    };
    for outcome in &outcomes {
        if json {
            out(&serde_json::to_string(outcome)?);
        } else {
            tell(outcome, request);
        }
    }
    let refused = outcomes.iter().any(|outcome| outcome.refused.is_some());
    Ok(if refused { exit::PROBLEMS } else { exit::SUCCESS })
}

fn tell(outcome: &Outcome, request: &Reload) {
    let Outcome { source, plugins, .. } = outcome;
    match (&outcome.refused, outcome.pause_ms) {
        (Some(reason), _) => {
            eprintln!("{source}: refused: {reason}");
            let goes_on = if plugins.is_empty() { "nothing is in force" } else { plugins };
            eprintln!("{source}: as before: {goes_on}");
            eprintln!("{source}: help: {}", remedy(request));
        }
        (None, Some(pause)) => {
            let position = outcome.position.unwrap_or_default();
            out(&format!("{source}: {plugins} in force after position {position}; the lane waited {pause:.1} ms"));
        }
        (None, None) => out(&format!("{source}: nothing has changed; {plugins} in force")),
    }
}

fn remedy(request: &Reload) -> &'static str {
    match &request.wish {
        Wish::Before(_) => "load a file that is as you want it with `concentrator plugin reload`",
        _ if request.cold => "`concentrator plugin check FILE` tells what is wrong with a file",
        _ => {
            "`concentrator plugin check FILE` tells what is wrong with a file; if only the state of the plugin before \
             does not fit, `--cold` begins without it: what the queue retains is mapped anew, and older calls are ended as \
             inferred"
        }
    }
}
