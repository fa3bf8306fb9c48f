//! `concentrator plugin inspect`.

use super::super::{ConfigArguments, exit, out};
use super::engine;
use crate::plugin::Plugin;
use anyhow::Result;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// Name of a plugin in the plugin directory, or a file.
    plugin: String,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let config = arguments.config.read()?;
    let given = PathBuf::from(&arguments.plugin);
    let file = if given.is_file() { given } else { config.plugins.dir.join(format!("{}.wasm", arguments.plugin)) };
    let plugin = match Plugin::load(&engine(&config)?, &file) {
        Ok(plugin) => plugin,
        Err(error) => {
            eprintln!("error: {error:#}");
            return Ok(exit::PROBLEMS);
        }
    };
    let facts = facts(&plugin);
    if arguments.json {
        out(&facts.to_string());
        return Ok(exit::SUCCESS);
    }
    for (key, value) in facts.as_object().into_iter().flatten() {
        match value {
            serde_json::Value::Array(items) if items.is_empty() => out(&format!("{key:<14} all")),
            serde_json::Value::Array(items) => {
                let words: Vec<&str> = items.iter().filter_map(serde_json::Value::as_str).collect();
                out(&format!("{key:<14} {}", words.join(" ")));
            }
            serde_json::Value::String(text) => out(&format!("{key:<14} {text}")),
            other => out(&format!("{key:<14} {other}")),
        }
    }
    Ok(exit::SUCCESS)
}

pub(super) fn facts(plugin: &Plugin) -> serde_json::Value {
    let description = plugin.description();
    serde_json::json!({
        "name": description.name,
        "version": description.version,
        "file": plugin.file().display().to_string(),
        "bytes": plugin.size(),
        "digest": plugin.digest(),
        "wit": format!("concentrator:mapping@{}", plugin.wit_version()),
        "world": plugin.world().name(),
        "state_version": description.state_version,
        "tables": description.table_names().collect::<Vec<_>>(),
        "events": description.events,
    })
}
