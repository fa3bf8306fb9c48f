//! `concentrator plugin …`: what an author of plugins, and who operates them, asks for. Each verb is a file.

mod build;
mod inspect;
mod list;
mod new;
mod reload;

use super::exit;
use crate::config::Config;
use crate::plugin::{Engine, EngineConfig};
use anyhow::{Context, Result};
use std::path::Path;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Make a project for a plugin of one's own.
    New(new::Arguments),
    /// Compile the project of a plugin.
    Build(build::Arguments),
    /// List the plugins of the plugin directory, with what is wrong with those that cannot be used.
    List(list::Arguments),
    /// Tell everything about one plugin.
    Inspect(inspect::Arguments),
    /// Let a plugin's file, as it is now, take over in the running daemon; calls under way go on.
    Reload(reload::ReloadArguments),
    /// Let the plugin that was in force before take over again.
    Rollback(reload::RollbackArguments),
}

pub(crate) fn run(verb: &Verb) -> Result<u8> {
    match verb {
        Verb::New(arguments) => new::run(arguments),
        Verb::Build(arguments) => build::run(arguments),
        Verb::List(arguments) => list::run(arguments),
        Verb::Inspect(arguments) => inspect::run(arguments),
        Verb::Reload(arguments) => reload::reload(arguments),
        Verb::Rollback(arguments) => reload::rollback(arguments),
    }
}

fn engine(config: &Config) -> Result<Engine> {
    Engine::new(EngineConfig { cache_dir: Some(config.cache_dir()) }).context("start the plugin engine")
}

/// No daemon answers: says so, and gives the code for it.
fn no_daemon(socket: &Path) -> u8 {
    eprintln!("error: no daemon answers on {}", socket.display());
    eprintln!("help: is `concentrator run` running with this configuration?");
    exit::NO_DAEMON
}
