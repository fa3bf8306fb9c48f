//! `concentrator plugin list | inspect`.

use super::status::size;
use super::{ConfigArguments, exit, out};
use crate::config::Config;
use crate::plugin::{Directory, Engine, EngineConfig, Plugin};
use anyhow::{Context, Result};
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// List the plugins of the plugin directory, with what is wrong with those that cannot be used.
    List(List),
    /// Tell everything about one plugin.
    Inspect(Inspect),
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
pub(crate) struct Inspect {
    #[command(flatten)]
    config: ConfigArguments,
    /// Name of a plugin in the plugin directory, or a file.
    plugin: String,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(verb: &Verb) -> Result<u8> {
    match verb {
        Verb::List(arguments) => list(arguments),
        Verb::Inspect(arguments) => inspect(arguments),
    }
}

fn engine(config: &Config) -> Result<Engine> {
    Engine::new(EngineConfig { cache_dir: Some(config.cache_dir()) }).context("start the plugin engine")
}

fn list(arguments: &List) -> Result<u8> {
    let config = arguments.config.read()?;
    let directory = Directory::open(&config.plugins.dir)
        .with_context(|| format!("read the plugin directory {}", config.plugins.dir.display()))?;
    let mut code = exit::SUCCESS;
    for listed in directory.list(&engine(&config)?)? {
        match &listed.plugin {
            Ok(plugin) if arguments.json => out(&facts(plugin).to_string()),
            Ok(plugin) => {
                let description = plugin.description();
                out(&format!(
                    "{:<20} {:<10} {:>9}  {}",
                    listed.name,
                    description.version,
                    size(plugin.size()),
                    short(plugin)
                ));
            }
            Err(error) => {
                code = exit::PROBLEMS;
                eprintln!("{:<20} cannot be used: {error:#}", listed.name);
            }
        }
    }
    Ok(code)
}

fn short(plugin: &Plugin) -> &str {
    plugin.digest().get(..12).unwrap_or_default()
}

fn inspect(arguments: &Inspect) -> Result<u8> {
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

fn facts(plugin: &Plugin) -> serde_json::Value {
    let description = plugin.description();
    serde_json::json!({
        "name": description.name,
        "version": description.version,
        "file": plugin.file().display().to_string(),
        "bytes": plugin.size(),
        "digest": plugin.digest(),
        "wit": format!("concentrator:mapping@{}", crate::plugin::WIT_VERSION),
        "world": "mapper",
        "state_version": description.state_version,
        "tables": description.table_names().collect::<Vec<_>>(),
        "events": description.events,
    })
}
