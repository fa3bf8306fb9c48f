//! `concentrator plugin list`.

use super::super::ask;
use super::super::status::size;
use super::super::{ConfigArguments, exit, out};
use super::inspect::facts;
use super::{engine, short};
use crate::clock::rfc3339;
use crate::config::Config;
use crate::console::status::{Lane, Status};
use crate::plugin::{Directory, Plugin};
use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let config = arguments.config.read()?;
    let status: Option<Status> = match ask::get(&config.console_socket(), "/status") {
        Ok(body) => Some(serde_json::from_str(&body).context("read the daemon's answer")?),
        Err(_) => None,
    };
    let directory = Directory::open(&config.plugins.dir)
        .with_context(|| format!("read the plugin directory {}", config.plugins.dir.display()))?;
    let mut code = exit::SUCCESS;
    for listed in directory.list(&engine(&config)?)? {
        let lanes = lanes_of(&config, &listed.name);
        match &listed.plugin {
            Ok(plugin) if arguments.json => out(&as_json(plugin, &listed.name, &lanes, status.as_ref())),
            Ok(plugin) => {
                let (description, world) = (plugin.description(), plugin.world().name());
                let (version, bytes) = (&description.version, size(plugin.size()));
                out(&format!("{:<20} {world:<8} {version:<10} {bytes:>9}  {}", listed.name, short(plugin.digest())));
                for name in &lanes {
                    tell(name, &listed.name, plugin, status.as_ref());
                }
            }
            Err(error) => {
                code = exit::PROBLEMS;
                eprintln!("{:<20} cannot be used: {error:#}", listed.name);
                for name in &lanes {
                    out(&format!("  lane {name} is configured to use it"));
                }
            }
        }
    }
    Ok(code)
}

/// The lanes that are configured to use it.
pub(super) fn lanes_of<'c>(config: &'c Config, plugin: &str) -> Vec<&'c str> {
    let uses = |source: &crate::config::Source| source.lane().plugins().any(|(name, _)| name == plugin);
    config.sources.iter().filter(|(_, source)| uses(source)).map(|(name, _)| name.as_str()).collect()
}

fn as_json(plugin: &Plugin, name: &str, lanes: &[&str], status: Option<&Status>) -> String {
    let mut facts: Map<String, Value> = facts(plugin).into_iter().collect();
    let lanes = lanes.iter().map(|lane| {
        let seen = status.and_then(|status| status.lanes.get(*lane));
        let in_force = seen.and_then(|seen| seen.plugin.digests.get(name));
        let plugin = seen.map(|seen| &seen.plugin);
        json!({
            "source": lane,
            "running": seen.is_some(),
            "in_force": in_force,
            "since": plugin.map(|plugin| plugin.since),
            "failures": plugin.map(|plugin| plugin.failures.values().sum::<u64>()),
            "reloads": plugin.map(|plugin| &plugin.reloads),
            "paused": seen.and_then(|seen| seen.paused.as_ref()),
        })
    });
    facts.insert("lanes".to_owned(), lanes.collect());
    Value::Object(facts).to_string()
}

/// A lane that uses the plugin.
fn tell(name: &str, plugin: &str, file: &Plugin, status: Option<&Status>) {
    let Some(lane) = status.and_then(|status| status.lanes.get(name)) else {
        return out(&format!("  lane {name}: no daemon runs"));
    };
    let Lane { plugin: stage, paused, .. } = lane;
    let failures: u64 = stage.failures.values().sum();
    let mut words = match stage.digests.get(plugin) {
        Some(digest) if digest == file.digest() => format!("in force since {}", rfc3339(stage.since)),
        Some(digest) => format!("ANOTHER FILE in force, {}, since {}", short(digest), rfc3339(stage.since)),
        None => format!("{}{}", stage.state, stage.reason.as_ref().map_or(String::new(), |why| format!(": {why}"))),
    };
    words += &format!("; {failures} failures");
    if let Some(reason) = &stage.reloads.reason {
        words += &format!("; reload refused {}: {reason}", rfc3339(stage.reloads.last));
    } else if stage.reloads.done > 0 {
        words += &format!("; {} reloads", stage.reloads.done);
    }
    if let Some(paused) = paused {
        words += &format!("; PAUSED by {}: {}", paused.by, paused.reason);
    }
    out(&format!("  lane {name}: {words}"));
}
