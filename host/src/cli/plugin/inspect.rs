//! `concentrator plugin inspect`.

use super::super::{ConfigArguments, exit, out};
use super::trial_engine;
use crate::plugin::Plugin;
use crate::record::{ColumnType, TableId, table};
use anyhow::Result;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// A plugin file, or the name of a plugin in the plugin directory.
    plugin: String,
    /// Print the whole interface as WIT text instead.
    #[arg(long, conflicts_with = "json")]
    wit: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let given = PathBuf::from(&arguments.plugin);
    // A file needs no configuration.
    let file = if given.is_file() {
        given
    } else {
        arguments.config.read()?.plugins.dir.join(format!("{}.wasm", arguments.plugin))
    };
    let plugin = match Plugin::load(&trial_engine()?, &file) {
        Ok(plugin) => plugin,
        Err(error) => {
            eprintln!("error: {error:#}");
            return Ok(exit::PROBLEMS);
        }
    };
    if arguments.wit {
        return match plugin.wit_text() {
            Ok(text) => {
                out(text.trim_end());
                Ok(exit::SUCCESS)
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                Ok(exit::PROBLEMS)
            }
        };
    }
    let facts = facts(&plugin);
    if arguments.json {
        let facts: Map<String, Value> = facts.into_iter().collect();
        out(&Value::Object(facts).to_string());
    } else {
        facts.iter().for_each(|(key, value)| tell(key, value));
        tell("columns", &tables(&plugin));
    }
    Ok(exit::SUCCESS)
}

/// A line, or several, of what is known.
pub(super) fn tell(key: &str, value: &Value) {
    match value {
        Value::Array(items) if items.is_empty() => {
            out(&format!("{key:<14} {}", if key == "events" { "all" } else { "none" }))
        }
        Value::Array(items) => {
            let words: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            out(&format!("{key:<14} {}", words.join(" ")));
        }
        Value::Object(tables) => {
            for (table, columns) in tables {
                let columns: Vec<&str> = columns.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                out(&format!("{table}: {}", columns.join(", ")));
            }
        }
        Value::String(text) => out(&format!("{key:<14} {text}")),
        other => out(&format!("{key:<14} {other}")),
    }
}

/// What is known of a plugin without a call.
pub(super) fn facts(plugin: &Plugin) -> Vec<(String, Value)> {
    let description = plugin.description();
    let names = |ids: &[TableId]| ids.iter().map(|id| table(*id).name).collect::<Vec<_>>();
    let own: Vec<&str> = description.custom.iter().map(|(_, id)| table(*id).name).collect();
    let facts = [
        ("name", json!(description.name)),
        ("version", json!(description.version)),
        ("file", json!(plugin.file().display().to_string())),
        ("form", json!(if plugin.is_module() { "module" } else { "component" })),
        ("bytes", json!(plugin.size())),
        ("digest", json!(plugin.digest())),
        ("wit", json!(format!("concentrator:mapping@{}", plugin.wit_version()))),
        ("world", json!(plugin.world().name())),
        ("exports", json!(plugin.world().exports())),
        ("imports", json!(plugin.imports())),
        ("state_version", json!(description.state_version)),
        ("sees", json!(names(&description.sees))),
        ("tables", json!(description.table_names().collect::<Vec<_>>())),
        ("own_tables", json!(own)),
        ("events", json!(description.events)),
    ];
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The tables that it writes, with their columns.
pub(super) fn tables(plugin: &Plugin) -> Value {
    let description = plugin.description();
    let ids = description.tables.iter().copied().chain(description.custom.iter().map(|(_, id)| *id));
    let tables = ids.map(|id| {
        let columns = table(id).columns.iter().map(|column| {
            let ty = match column.ty {
                ColumnType::Text(characters) => format!("text {characters}"),
                ColumnType::Int => "integer".to_owned(),
                ColumnType::Big | ColumnType::Num20 => "long".to_owned(),
                ColumnType::Time => "time".to_owned(),
            };
            json!(format!("{} {ty}{}", column.name, if column.required { " required" } else { "" }))
        });
        (table(id).name.to_owned(), Value::Array(columns.collect()))
    });
    Value::Object(tables.collect())
}
