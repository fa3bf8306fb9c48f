//! `concentrator replay`: recorded bytes in place of a source's socket, through the whole lane.

use super::{ConfigArguments, exit, out};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::{self, DataDir};
use crate::lane::{End, Input, Lane, Places};
use crate::shutdown;
use crate::source::capture::Pace;
use anyhow::{Result, bail};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// The source whose lane the recordings go through.
    #[arg(long)]
    source: String,
    /// Write to this database instead of the configured one; it gets a queue of its own.
    #[arg(long, value_name = "URL")]
    idb: Option<String>,
    /// With the pauses that the recording has, instead of as fast as possible.
    #[arg(long)]
    recorded_pace: bool,
    /// Recordings, each the bytes of one connection.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(crate) async fn run(arguments: Arguments) -> Result<u8> {
    let config = Arc::new(arguments.config.read()?);
    let Some(source) = config.sources.get(&arguments.source) else {
        let known: Vec<&str> = config.sources.keys().map(String::as_str).collect();
        bail!("source `{}` is not configured; there is: {}", arguments.source, known.join(", "));
    };
    for file in &arguments.files {
        if let Err(error) = std::fs::File::open(file) {
            bail!("cannot open the recording {}: {error}", file.display());
        }
    }
    let clock = Clock::system();
    let deps = daemon::deps(&config, &clock, Duration::MAX, arguments.idb.as_deref())?;
    let (places, data_dir) = places(&config, &arguments);
    let _lock = DataDir::lock(&data_dir)?;
    let lane = Lane::new(&arguments.source, source.clone(), config.clone(), deps, places);
    let shared = lane.shared.clone();
    let pace = if arguments.recorded_pace { Pace::Scaled(1.0) } else { Pace::Full };
    let queue = OnceLock::new();
    let started = std::time::Instant::now();
    let end = lane
        .run(
            Input::Recordings(arguments.files.clone(), pace),
            |opened| {
                let _ = queue.set(opened);
            },
            shutdown::on_signal()?,
        )
        .await?;
    let figures = shared.figures();
    let rows: u64 = figures.rows.values().sum();
    let letters: u64 = figures.dead_letters.values().sum();
    let events = shared.source.snapshot().events;
    out(&format!(
        "{} recordings, {events} events, {rows} rows, {letters} dead letters, {} values cut, {:.1} s",
        arguments.files.len(),
        figures.cleaned,
        started.elapsed().as_secs_f64()
    ));
    Ok(if end == End::Drained { exit::SUCCESS } else { exit::NOT_DRAINED })
}

/// Where the lane's files are, and the directory to lock: a database other than the configured one has positions of its own, and
/// so needs a queue and dead letters of its own.
fn places(config: &Config, arguments: &Arguments) -> (Places, PathBuf) {
    match arguments.idb.as_deref().filter(|url| *url != config.idb.url) {
        None => {
            let places = Places { lane: config.lane_dir(&arguments.source), dead_letters: config.dead_letter_dir() };
            (places, config.concentrator.data_dir.clone())
        }
        Some(url) => {
            let digest = Sha256::digest(url.as_bytes());
            let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            let dir = config.concentrator.data_dir.join("replay").join(short);
            (Places { lane: dir.join(&arguments.source), dead_letters: dir.join("dead-letters") }, dir)
        }
    }
}
