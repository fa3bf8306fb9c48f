//! `concentrator run`: the daemon in the foreground.

use super::{ConfigArguments, exit};
use crate::clock::Clock;
use crate::lane::End;
use crate::{daemon, shutdown};
use anyhow::Result;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// Only check the configuration.
    #[arg(long)]
    check: bool,
    /// Longest time for emptying the queues at a stop, seconds; what is left stays in the queue.
    #[arg(long, env = "CONCENTRATOR_DRAIN_SECS", default_value_t = 10)]
    drain_secs: u64,
}

pub(crate) async fn run(arguments: Arguments) -> Result<u8> {
    let config = Arc::new(arguments.config.read()?);
    if arguments.check {
        return Ok(exit::SUCCESS);
    }
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"), name = %config.concentrator.name, digest = %config.digest,
        sources = config.sources.len(), "Starting."
    );
    let clock = Clock::system();
    let deps = daemon::deps(&config, &clock, Duration::from_secs(arguments.drain_secs), None)?;
    let signals = daemon::Signals { stop: shutdown::on_signal()?, hangups: shutdown::hangups()? };
    let end = daemon::run(config, deps, signals).await?;
    Ok(if end == End::Drained { exit::SUCCESS } else { exit::NOT_DRAINED })
}
