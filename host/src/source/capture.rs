//! Recorded bytes of manager connections, in place of a socket. Each file is one connection.
//!
//! # Format
//! `NAME.ami` holds what the server sent, byte for byte, from the greeting on (or from any packet on).
//! `NAME.idx.tsv` beside it, if it is there, tells when: a heading, then lines
//! `time of receipt (UNIX seconds, fraction) TAB byte offset TAB length TAB anything`, in the order of their offsets.
//! Without it an event counts as received at its own `Timestamp`, or else at that of the one before.
//!
//! # Positions
//! Each event carries as its sequence the offset in the file at which its packet ends. A recording is known by the
//! SHA-256 of its content, which its `SessionOpened` entry names. So whoever knows the last sequence that came of a
//! recording can go on behind it ([`Job::skip_bytes`]), and a recording that has been brought in to its end adds
//! nothing, not even a session.
//!
//! # Not here
//! Repeats: two recordings are two connections, whatever they hold; and the state request: nobody answers.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, BufReader, Lines};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::ami::flatten::{Flattener, Packet, micros};
use super::ami::login::GREETING;
use super::ami::packet::{Decoder, Found, LIMITS};
use super::{BATCH_BYTES, Counters, Error, Inlet, count};
use crate::clock::Clock;
use crate::config::{Enricher, QueueOptions, SourceDbids};
use crate::event::{Builder, Micros};
use crate::session::mark::{self, Cause, Opened, Opening};

/// Bytes that are read at once to identify a recording.
const READ_BYTES: usize = 256 << 10;
/// Waits shorter than this are not made: at a recorded pace nobody sees them, and timers are no finer.
const PACE_GRAIN: Duration = Duration::from_millis(1);

/// Recordings, and the lane behind them: `[source.<name>.capture]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The recordings, one after another; each is one connection.
    pub files: Vec<PathBuf>,
    /// How fast; default: as fast as possible.
    pub pace: Pace,
    /// Plugin that maps the events.
    pub plugin: String,
    /// Roles that the lane fills: cfg gcc gls gud gos.
    pub roles: Vec<String>,
    /// Options of the plugin.
    pub plugin_config: toml::Table,
    /// Plugins that change the mapper's rows before they are written, in order.
    pub enrichers: Vec<Enricher>,
    /// The lane's queue.
    pub queue: QueueOptions,
    /// Numbers under which the source is known.
    pub dbids: SourceDbids,
}

impl Config {
    /// These recordings, as fast as possible.
    #[must_use]
    pub fn new(files: Vec<PathBuf>) -> Self {
        Self { files, ..Self::default() }
    }

    /// All that is wrong with the recordings as configured, without looking at the files; empty if nothing is.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        if self.files.is_empty() { vec!["`files` names no recording".to_owned()] } else { Vec::new() }
    }
}

/// How fast recordings are brought in: `"full"`, `"recorded"`, or a number: that many times the recorded pace.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Pace {
    /// As fast as the lane takes it.
    #[default]
    Full,
    /// With the pauses that it had, divided by this: 1 is the recorded pace, from 0.001 to 1,000,000.
    Scaled(f64),
}

/// What is no [`Pace`].
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no pace: it must be full, recorded, or a number from 0.001 to 1000000")]
pub struct NoPace(String);

impl std::str::FromStr for Pace {
    type Err = NoPace;

    fn from_str(text: &str) -> Result<Self, NoPace> {
        match text {
            "full" => Ok(Self::Full),
            "recorded" => Ok(Self::Scaled(1.0)),
            number => match number.parse() {
                Ok(speed) if (0.001..=1e6).contains(&speed) => Ok(Self::Scaled(speed)),
                _ => Err(NoPace(text.to_owned())),
            },
        }
    }
}

impl<'de> Deserialize<'de> for Pace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl Visitor<'_> for Seen {
            type Value = Pace;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("\"full\", \"recorded\", or a number")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Pace, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_f64<E: serde::de::Error>(self, speed: f64) -> Result<Pace, E> {
                self.visit_str(&speed.to_string())
            }

            fn visit_i64<E: serde::de::Error>(self, speed: i64) -> Result<Pace, E> {
                self.visit_str(&speed.to_string())
            }
        }
        deserializer.deserialize_any(Seen)
    }
}

/// A recording, and where to begin in it.
#[derive(Clone, Debug)]
pub struct Job {
    /// The file.
    pub path: PathBuf,
    /// Its content as [`identity`] tells it.
    pub identity: String,
    /// Bytes that earlier sessions have brought in: the sequence of the last event that is in the IDB, or 0.
    pub skip_bytes: u64,
}

/// Identifies a recording by its content: `sha256:` and 64 hexadecimal digits.
///
/// # Errors
/// [`Error::Recording`] if the file cannot be read.
pub async fn identity(path: &Path) -> Result<String, Error> {
    let failed = |source| Error::Recording { path: path.to_owned(), source };
    let mut file = File::open(path).await.map_err(failed)?;
    let mut hash = Sha256::new();
    let mut buffer = Vec::with_capacity(READ_BYTES);
    while file.read_buf(&mut buffer).await.map_err(failed)? > 0 {
        hash.update(&buffer);
        buffer.clear();
    }
    let digest = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Ok(format!("sha256:{digest}"))
}

/// A source of kind `capture`.
pub struct Capture {
    inlet: Inlet,
    clock: Clock,
    counters: Arc<Counters>,
    pace: Pace,
}

impl Capture {
    /// A source that puts its events into `inlet`, at the pace of `config`.
    #[must_use]
    pub fn open(config: &Config, inlet: Inlet, clock: Clock, counters: Arc<Counters>) -> Self {
        Self { inlet, clock, counters, pace: config.pace }
    }

    /// Brings in one recording after another. Returns when the last event is durable, or at `shutdown`.
    ///
    /// # Errors
    /// [`Error`] if a recording cannot be read or the queue takes no more events; what came before stays.
    pub async fn run(self, jobs: &[Job], shutdown: CancellationToken) -> Result<(), Error> {
        for job in jobs {
            if shutdown.is_cancelled() {
                break;
            }
            let Some(mut session) = Session::open(&self, job, &shutdown).await? else {
                info!(path = %job.path.display(), "Recording is known to its end.");
                continue;
            };
            count(&self.counters.sessions, 1);
            self.counters.connected.store(true, Ordering::Relaxed);
            let outcome = session.bring_in().await;
            self.counters.connected.store(false, Ordering::Relaxed);
            outcome?;
            info!(path = %job.path.display(), "Recording is brought in.");
        }
        Ok(())
    }
}

/// When the packets of a recording were received.
struct Times {
    lines: Option<Lines<BufReader<File>>>,
    /// Time of receipt, and where the packets received then end.
    present: Option<(Micros, u64)>,
}

impl Times {
    async fn open(recording: &Path) -> Self {
        let file = File::open(recording.with_extension("idx.tsv")).await.ok();
        Self { lines: file.map(|file| BufReader::new(file).lines()), present: None }
    }

    /// When the byte before `offset` was received; offsets must not decrease from call to call.
    async fn at(&mut self, offset: u64) -> Option<Micros> {
        while self.present.is_none_or(|(_, end)| end < offset) {
            let Some(line) = self.lines.as_mut()?.next_line().await.ok().flatten() else {
                self.lines = None;
                break;
            };
            let mut fields = line.split('\t');
            let mut next = || fields.next();
            if let (Some(time), Some(from), Some(length)) = (next().and_then(micros), next(), next())
                && let (Ok(from), Ok(length)) = (from.parse::<u64>(), length.parse::<u64>())
            {
                self.present = Some((time, from.saturating_add(length)));
            }
        }
        self.present.map(|(time, _)| time)
    }
}

/// One recording on its way in.
struct Session<'a> {
    source: &'a Capture,
    job: &'a Job,
    shutdown: &'a CancellationToken,
    file: File,
    times: Times,
    flattener: Flattener,
    batch: Vec<u8>,
    batched: usize,
    opened: bool,
    /// When the packet at hand was received.
    received: Option<Micros>,
    source_time: Option<Micros>,
    /// When the first event was due, and when it had been received.
    began: Option<(Instant, Micros)>,
}

impl<'a> Session<'a> {
    /// Opens the file; none if all of it is known.
    async fn open(source: &'a Capture, job: &'a Job, shutdown: &'a CancellationToken) -> Result<Option<Self>, Error> {
        let failed = |source| Error::Recording { path: job.path.clone(), source };
        let mut file = File::open(&job.path).await.map_err(failed)?;
        let length = file.metadata().await.map_err(failed)?.len();
        let skip = job.skip_bytes;
        if skip > length {
            return Err(Error::RecordingShorter { path: job.path.clone(), length, skip });
        }
        if skip == length && length > 0 {
            return Ok(None);
        }
        file.seek(std::io::SeekFrom::Start(skip)).await.map_err(failed)?;
        Ok(Some(Self {
            source,
            job,
            shutdown,
            file,
            times: Times::open(&job.path).await,
            flattener: Flattener::new(),
            batch: Vec::new(),
            batched: 0,
            opened: false,
            received: None,
            source_time: None,
            began: None,
        }))
    }

    async fn bring_in(&mut self) -> Result<(), Error> {
        let mut decoder = Decoder::new(LIMITS, self.job.skip_bytes);
        let mut at_start = self.job.skip_bytes == 0;
        let cause = loop {
            let read = self.file.read_buf(decoder.space()).await;
            let bytes = read.map_err(|source| Error::Recording { path: self.job.path.clone(), source })?;
            count(&self.source.counters.bytes, bytes);
            if std::mem::take(&mut at_start) {
                decoder.pass_line(GREETING.as_bytes());
            }
            while let Some((found, end)) = decoder.next() {
                if !self.take(found, end).await? {
                    break;
                }
            }
            if self.shutdown.is_cancelled() {
                break Cause::Stopped;
            }
            if bytes == 0 {
                let end = decoder.end();
                if let Some(rest) = decoder.finish() {
                    self.take(Found::Damaged(rest), end).await?;
                }
                break Cause::SourceClosed;
            }
        };
        self.open_mark();
        let closed = mark::closed(self.received(), cause, self.source_time);
        self.entry(&closed);
        self.flush(true).await
    }

    /// Takes a packet that ends at `end`. False if the daemon stops before it is due.
    async fn take(&mut self, found: Found<'_>, end: u64) -> Result<bool, Error> {
        let packet = match &found {
            Found::Whole(bytes) => Some(Packet::read(bytes)),
            Found::Damaged(_) => None,
        };
        let time = packet.as_ref().and_then(|packet| packet.get("Timestamp")).and_then(micros);
        self.received = self.times.at(end).await.or(time).or(self.received);
        self.source_time = self.source_time.max(time);
        if !self.wait().await? {
            return Ok(false);
        }
        self.open_mark();
        let received = self.received();
        let made = match (&packet, &found) {
            (Some(packet), _) => self.flattener.packet(packet, received, Some(end), &mut self.batch),
            (None, Found::Damaged(rest)) => self.flattener.damaged(rest, received, Some(end), &mut self.batch),
            (None, Found::Whole(_)) => return Ok(true),
        };
        let counters = &self.source.counters;
        count(&counters.invalid_utf8, packet.map_or(0, |packet| usize::from(packet.invalid_utf8 > 0)));
        count(&counters.malformed, usize::from(made.malformed));
        self.batched += 1;
        if self.batch.len() >= BATCH_BYTES {
            self.flush(false).await?;
        }
        Ok(!self.shutdown.is_cancelled())
    }

    /// Waits until the packet at hand is due. False if the daemon stops first.
    async fn wait(&mut self) -> Result<bool, Error> {
        let (Pace::Scaled(speed), Some(received)) = (self.source.pace, self.received) else { return Ok(true) };
        let (began, first) = *self.began.get_or_insert((Instant::now(), received));
        let since = Duration::from_micros(u64::try_from(received - first).unwrap_or_default());
        let due = began + since.div_f64(speed);
        if due.saturating_duration_since(Instant::now()) < PACE_GRAIN {
            return Ok(true);
        }
        self.flush(false).await?;
        let shutdown = self.shutdown;
        tokio::select! {
            biased;
            () = shutdown.cancelled() => Ok(false),
            () = tokio::time::sleep_until(due) => Ok(true),
        }
    }

    fn received(&self) -> Micros {
        self.received.unwrap_or_else(|| self.source.clock.now())
    }

    fn open_mark(&mut self) {
        if self.opened {
            return;
        }
        self.opened = true;
        let name = self.job.path.file_name().map(std::ffi::OsStr::to_string_lossy).unwrap_or_default();
        let opened = Opened {
            capture: Some(&self.job.identity),
            resumed_at: self.job.skip_bytes,
            time: self.source_time,
            ..Opened::new(Opening::First, &name)
        };
        self.entry(&mark::opened(self.received(), &opened));
    }

    fn entry(&mut self, entry: &Builder) {
        let fits = entry.append_to(&mut self.batch).is_ok();
        debug_assert!(fits, "our own entries are small");
    }

    /// Appends the batch; `durable`: and waits until it is on disk.
    async fn flush(&mut self, durable: bool) -> Result<(), Error> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let events = std::mem::take(&mut self.batch);
        let batched = std::mem::take(&mut self.batched);
        let Some(ticket) = self.source.inlet.append_until(events, self.shutdown).await? else {
            count(&self.source.counters.given_up, batched);
            return Ok(());
        };
        self.source.counters.appended(batched, self.received());
        if durable {
            ticket.durable().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
