//! `concentrator plugin pause | resume`: every lane that uses the plugin.

use super::super::lane::{pause_lane, resume_lane};
use super::super::{ConfigArguments, exit};
use super::list::lanes_of;
use anyhow::Result;

#[derive(Debug, clap::Args)]
pub(crate) struct PauseArguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// The plugin.
    plugin: String,
    /// Why; shown wherever the lanes are.
    #[arg(long, default_value = "asked for")]
    reason: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ResumeArguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// The plugin.
    plugin: String,
}

pub(super) fn pause(arguments: &PauseArguments) -> Result<u8> {
    let config = arguments.config.read()?;
    let lanes = lanes_of(&config, &arguments.plugin);
    for source in &lanes {
        pause_lane(&config, source, &arguments.reason)?;
    }
    Ok(told(&lanes, &arguments.plugin))
}

pub(super) fn resume(arguments: &ResumeArguments) -> Result<u8> {
    let config = arguments.config.read()?;
    let lanes = lanes_of(&config, &arguments.plugin);
    for source in &lanes {
        resume_lane(&config, source)?;
    }
    Ok(told(&lanes, &arguments.plugin))
}

fn told(lanes: &[&str], plugin: &str) -> u8 {
    if lanes.is_empty() {
        eprintln!("error: no lane is configured to use the plugin `{plugin}`");
        return exit::PROBLEMS;
    }
    exit::SUCCESS
}
