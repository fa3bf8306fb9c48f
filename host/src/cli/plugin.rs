//! `concentrator plugin …`: what an author of plugins, and who operates them, asks for. Each verb is a file.

mod build;
mod check;
mod events;
mod inspect;
mod list;
mod logs;
mod new;
mod pause;
mod reload;
mod test;

use super::exit;
use crate::config::Config;
use crate::plugin::{Engine, EngineConfig};
use anyhow::{Context, Result, bail};
use concentrator_toolchain::Project;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Make a project for a plugin of one's own.
    New(new::Arguments),
    /// Compile the project of a plugin.
    Build(build::Arguments),
    /// Tell whether a plugin file can be used: what it is, what it wants, and how a dry run goes.
    Check(check::Arguments),
    /// Write the events of a recording as a case folder holds them.
    Events(events::Arguments),
    /// Run case folders through a plugin, and show how its rows differ from the expected ones.
    Test(test::Arguments),
    /// Tell everything about one plugin.
    Inspect(inspect::Arguments),
    /// List the plugins of the plugin directory, and which lanes of a running daemon use them.
    List(list::Arguments),
    /// Print the last lines that a plugin wrote in the running daemon.
    Logs(logs::Arguments),
    /// Pause every lane that uses a plugin: sources go on being read, and nothing is mapped.
    Pause(pause::PauseArguments),
    /// Let every lane that uses a plugin go on.
    Resume(pause::ResumeArguments),
    /// Let a plugin's file, as it is now, take over in the running daemon; calls under way go on.
    Reload(reload::ReloadArguments),
    /// Let the plugin that was in force before take over again.
    Rollback(reload::RollbackArguments),
}

pub(crate) fn run(verb: &Verb) -> Result<u8> {
    match verb {
        Verb::New(arguments) => new::run(arguments),
        Verb::Build(arguments) => build::run(arguments),
        Verb::Check(arguments) => check::run(arguments),
        Verb::Events(arguments) => events::run(arguments),
        Verb::Test(arguments) => test::run(arguments),
        Verb::Inspect(arguments) => inspect::run(arguments),
        Verb::List(arguments) => list::run(arguments),
        Verb::Logs(arguments) => logs::run(arguments),
        Verb::Pause(arguments) => pause::pause(arguments),
        Verb::Resume(arguments) => pause::resume(arguments),
        Verb::Reload(arguments) => reload::reload(arguments),
        Verb::Rollback(arguments) => reload::rollback(arguments),
    }
}

fn engine(config: &Config) -> Result<Engine> {
    Engine::new(EngineConfig { cache_dir: Some(config.cache_dir()) }).context("start the plugin engine")
}

/// An engine for trials, which need no configuration: what it has compiled is kept in the user's cache.
pub(super) fn trial_engine() -> Result<Engine> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || variable("HOME").map(|home| home.join(".cache"));
    let cache_dir = variable("XDG_CACHE_HOME").or_else(home).map(|cache| cache.join("concentrator/compiled"));
    Engine::new(EngineConfig { cache_dir }).context("start the plugin engine")
}

/// What a trial is about.
pub(super) struct Target {
    /// The plugin file.
    pub(super) wasm: PathBuf,
    /// Folder of its cases.
    pub(super) cases: PathBuf,
}

impl Target {
    /// A plugin file, or a project.
    ///
    /// # Errors
    /// If it is neither.
    pub(super) fn find(path: &Path) -> Result<Self> {
        if path.is_file() {
            let cases = path.parent().unwrap_or(Path::new(".")).join("cases");
            return Ok(Self { wasm: path.to_owned(), cases });
        }
        if !path.is_dir() {
            bail!("there is no file or folder {}", path.display());
        }
        let project = Project::open(path)?;
        Ok(Self { wasm: project.wasm(), cases: project.dir.join("cases") })
    }
}

/// Whether standard output takes colours.
pub(super) fn colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or_default()
}

/// No daemon answers: says so, and gives the code for it.
fn no_daemon(socket: &Path) -> u8 {
    eprintln!("error: no daemon answers on {}", socket.display());
    eprintln!("help: is `concentrator run` running with this configuration?");
    exit::NO_DAEMON
}
