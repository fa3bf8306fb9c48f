//! The command line: what verbs there are. Each verb is a file.
//!
//! Standard output is data, standard error everything else. Every verb that reads has `--json`.

mod ask;
mod dead_letter;
mod dev;
pub mod exit;
mod generate;
mod idb;
mod lane;
mod plugin;
mod queue;
mod replay;
mod run;
mod status;
mod validate;

use crate::config::{Config, Problems};
use crate::telemetry::LogFormat;
use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// An open interaction concentrator: source events to an Interaction Database, exactly once.
#[derive(Debug, Parser)]
#[command(name = "concentrator", version, propagate_version = true, max_term_width = 100)]
pub struct Arguments {
    /// Form of the log on standard error.
    #[arg(long, global = true, env = "CONCENTRATOR_LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,
    /// Level of the log: error, warn, info, debug, trace, or directives such as `info,concentrator::queue=debug`.
    #[arg(long, global = true, env = "CONCENTRATOR_LOG")]
    pub log: Option<String>,
    /// Log more: once debug, twice trace.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,
    /// Log warnings and errors only.
    #[arg(short, long, global = true)]
    quiet: bool,
    #[command(subcommand)]
    verb: Verb,
}

impl Arguments {
    /// The level that is asked for.
    #[must_use]
    pub fn level(&self) -> &str {
        match (&self.log, self.quiet, self.verbose) {
            (Some(level), ..) => level,
            (None, true, _) => "warn",
            (None, false, 0) => self.verb.level(),
            (None, false, 1) => "debug",
            (None, false, _) => "trace",
        }
    }
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the daemon in the foreground.
    Run(run::Arguments),
    /// Check the configuration, and everything that it names, without changing anything.
    Validate(validate::Arguments),
    /// Take recorded bytes, in place of the socket of a source, through the whole lane.
    Replay(replay::Arguments),
    /// Show what a running daemon is doing.
    Status(status::Arguments),
    /// Look into the queue of a lane, whether or not a daemon runs.
    #[command(subcommand)]
    Queue(queue::Verb),
    /// Pause lanes and let them go on.
    #[command(subcommand)]
    Lane(lane::Verb),
    /// Look at events that could not become rows, and settle them.
    #[command(subcommand)]
    DeadLetter(dead_letter::Verb),
    /// Look after the Interaction Database.
    #[command(subcommand)]
    Idb(idb::Verb),
    /// Make, check, test and operate plugins.
    #[command(subcommand)]
    Plugin(plugin::Verb),
    /// Build a plugin whenever its sources are saved, and show which rows change.
    Dev(dev::Arguments),
    /// Write a sample configuration, shell completions or man pages.
    #[command(subcommand)]
    Generate(generate::Verb),
    /// Print the version.
    Version(VersionArguments),
}

impl Verb {
    /// Level of the log when none is asked for: a daemon tells, a tool is quiet.
    fn level(&self) -> &'static str {
        match self {
            Self::Run(_) => "info",
            Self::Replay(_) => "warn,concentrator=warn",
            _ => "warn",
        }
    }
}

#[derive(Debug, Args)]
struct VersionArguments {
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Which configuration.
#[derive(Debug, Args)]
pub(crate) struct ConfigArguments {
    /// Configuration file, or directory of `*.toml`; may be repeated.
    #[arg(
        short,
        long = "config",
        env = "CONCENTRATOR_CONFIG",
        value_name = "FILE",
        default_value = "concentrator.toml"
    )]
    config: Vec<PathBuf>,
}

impl ConfigArguments {
    pub(crate) fn read(&self) -> Result<Config> {
        Ok(Config::read(&self.config)?)
    }
}

/// Carries out the verb; gives the exit code.
///
/// # Errors
/// What ended it; [`exit::code_of`] gives the code.
pub async fn run(arguments: Arguments) -> Result<u8> {
    match arguments.verb {
        Verb::Run(verb) => run::run(verb).await,
        Verb::Validate(verb) => validate::run(&verb).await,
        Verb::Replay(verb) => replay::run(verb).await,
        Verb::Status(verb) => status::run(&verb).await,
        Verb::Queue(verb) => queue::run(&verb),
        Verb::Lane(verb) => lane::run(&verb),
        Verb::DeadLetter(verb) => dead_letter::run(&verb),
        Verb::Idb(verb) => idb::run(&verb).await,
        Verb::Plugin(verb) => plugin::run(&verb),
        Verb::Dev(verb) => dev::run(&verb),
        Verb::Generate(verb) => generate::run(&verb),
        Verb::Version(verb) => Ok(version(verb.json)),
    }
}

/// What ended a verb, in words; the problems of a configuration have codes and places of their own.
#[must_use]
pub fn words_of(error: &anyhow::Error) -> String {
    match error.downcast_ref::<Problems>() {
        Some(problems) => problems.to_string(),
        None => format!("error: {error:#}"),
    }
}

fn version(json: bool) -> u8 {
    let version = env!("CARGO_PKG_VERSION");
    if json {
        out(&serde_json::json!({ "version": version, "wit": crate::plugin::WIT_VERSION }).to_string());
    } else {
        out(&format!("concentrator {version}, plugins of concentrator:mapping@{}", crate::plugin::WIT_VERSION));
    }
    exit::SUCCESS
}

/// A line of data. A reader that has gone away ends the process quietly, as `head` expects.
pub(crate) fn out(line: &str) {
    use std::io::Write as _;
    if writeln!(std::io::stdout(), "{line}").is_err() {
        std::process::exit(i32::from(exit::SUCCESS));
    }
}

/// The command line as clap knows it, for completions and man pages.
pub(crate) fn command() -> clap::Command {
    <Arguments as clap::CommandFactory>::command()
}
