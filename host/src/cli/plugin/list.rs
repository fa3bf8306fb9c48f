//! `concentrator plugin list`.

use super::super::status::size;
use super::super::{ConfigArguments, exit, out};
use super::engine;
use super::inspect::facts;
use crate::plugin::{Directory, Plugin};
use anyhow::{Context, Result};

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
