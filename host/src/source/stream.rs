//! Our open event stream: lines of JSON over TCP, TLS or a UNIX socket, numbered, acknowledged and resumed.
//!
//! ```text
//! source                                  concentrator
//! {"hello":{"stream":"a",…}}         ─▶   looks up what it has of stream a
//!                                    ◀─   {"resume_after":41}
//! {"event":…,"seq":42,…} …           ─▶   queue
//!                                    ◀─   {"ack":42}            after it is on disk
//! ```
//! `docs/reference/stream-protocol.md` is the protocol, for those who implement the other side. Here, [`Stream`] goes
//! from one connection to the next; `door.rs` is where they come from, `hello.rs` judges who speaks, `session.rs`
//! holds one connection and `session/numbers.rs` what each line does to it, `lines.rs`, `line.rs`, `json.rs` and `time.rs` make events of its bytes, `outgoing.rs` says
//! what we have to say, `resume.rs` knows where a stream goes on.
//!
//! # Invariants
//! 1. A number is acknowledged only when its event is on disk (test `what_is_acknowledged_is_on_disk`).
//! 2. Each number of a stream is appended once, in order, over any number of cuts and restarts of either side (tests
//!    `restarts_lose_and_double_nothing`, `cut_at_every_byte`).
//! 3. Numbers that are passed over end the session with cause 8 (test `a_gap_ends_the_session`).
//! 4. Sessions are framed: `SessionOpened`, events, `SessionClosed` (all tests, by `Lane::frames`).
//!
//! # Failure
//! What was appended and not yet durable when the daemon is killed was not acknowledged: the source sends it again.
//! While the queue refuses, nothing is read from the connection, but pings are sent, so that the source can tell a
//! full disk from a dead link.

mod door;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod hello;
mod json;
mod line;
mod lines;
mod outgoing;
mod resume;
mod session;
mod time;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::connect::{self, ServerTls, TlsConfig};
use super::{Counters, Error, Inlet, count};
use crate::clock::Clock;
use crate::config::{Enricher, QueueOptions, SourceDbids};
use crate::event::MAX_EVENT_BYTES;
use door::Door;
use hello::Greeted;
use resume::Past;
use session::{Ended, Session};

/// Smallest `line_bytes_max`: ordinary events have up to a few kilobytes.
const LINE_BYTES_MIN: u64 = 4 << 10;
/// Largest `line_bytes_max`.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// What a source is: `DS_TYPE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceType {
    /// A voice server.
    Voice = 1,
    /// An interaction server.
    Multimedia = 2,
    /// An outbound server.
    Outbound = 3,
    /// A configuration server.
    Configuration = 4,
}

impl SourceType {
    const ALL: [Self; 4] = [Self::Voice, Self::Multimedia, Self::Outbound, Self::Configuration];

    /// As the configuration and a hello write it.
    fn name(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Multimedia => "multimedia",
            Self::Outbound => "outbound",
            Self::Configuration => "configuration",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// TLS of a stream, all files PEM and read at each connection: `[source.<name>.stream.tls]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// Certificates of the authorities that may have signed the other side's. Connecting: required. Listening: with it,
    /// only who has a certificate of theirs is let in.
    pub ca_file: Option<PathBuf>,
    /// Our own certificate with its chain. Listening: required. Connecting: if the source asks for one.
    pub cert_file: Option<PathBuf>,
    /// The private key of `cert_file`.
    pub key_file: Option<PathBuf>,
    /// Connecting: name that the source's certificate must carry; default: the host part of the address.
    pub server_name: Option<String>,
}

/// A stream, and the lane behind it: `[source.<name>.stream]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the source connects to us: `host:port`, or `unix:` and a path. Either this or `connect`.
    pub listen: Option<String>,
    /// Where we connect to the source: `host:port`, or `unix:` and a path.
    pub connect: Option<String>,
    /// The second server of a pair, tried in turn with `connect` when one cannot be reached.
    pub backup: Option<String>,
    /// The only name of a source that is let in; default: any.
    pub expect_source: Option<String>,
    /// TLS; default: none.
    pub tls: Option<Tls>,
    /// What the source is; who says that he is something else is not let in; default voice.
    pub source_type: SourceType,
    /// Longest time for TCP and TLS to connect, seconds; default 10.
    pub connect_timeout_secs: u64,
    /// Longest time from the connection to the hello, seconds; default 10.
    pub hello_timeout_secs: u64,
    /// Silence after which a ping is sent, seconds; default 30, well below what firewalls keep idle connections.
    pub keep_alive_secs: u64,
    /// Silence after a ping after which the connection counts as lost, seconds; default 30. Any byte is a sign of life.
    pub keep_alive_timeout_secs: u64,
    /// How often session control notes that the source is connected and silent, seconds; default 60.
    pub no_data_interval_secs: u64,
    /// First wait after a failure, ms; default 500. Waits double up to `backoff_ms_max`, each shortened by up to half.
    pub backoff_ms_min: u64,
    /// Longest wait after a failure, ms; default 30,000.
    pub backoff_ms_max: u64,
    /// Longest line, bytes; default 1 MiB. A longer one is kept by its beginning as `MalformedEvent`.
    pub line_bytes_max: usize,
    /// Lines in a row that have no number and cannot be read, after which the session ends; default 100.
    pub unreadable_lines_max: u32,
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

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: None,
            connect: None,
            backup: None,
            expect_source: None,
            tls: None,
            source_type: SourceType::Voice,
            connect_timeout_secs: 10,
            hello_timeout_secs: 10,
            keep_alive_secs: 30,
            keep_alive_timeout_secs: 30,
            no_data_interval_secs: 60,
            backoff_ms_min: 500,
            backoff_ms_max: 30_000,
            line_bytes_max: 1 << 20,
            unreadable_lines_max: 100,
            plugin: String::new(),
            roles: Vec::new(),
            plugin_config: toml::Table::new(),
            enrichers: Vec::new(),
            queue: QueueOptions::default(),
            dbids: SourceDbids::default(),
        }
    }
}

/// Who opens the connections.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Direction {
    /// The source, to that address.
    Listen(String),
    /// We.
    Connect,
}

impl Config {
    /// All that is wrong with the stream as configured, without looking at files or network; empty if nothing is.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        match (&self.listen, &self.connect) {
            (None, None) => problems.push("`listen` or `connect` is missing".to_owned()),
            (Some(_), Some(_)) => problems.push("`listen` and `connect` exclude each other".to_owned()),
            _ => {}
        }
        let addresses = [("listen", &self.listen), ("connect", &self.connect), ("backup", &self.backup)];
        for (field, address) in addresses.into_iter().filter_map(|(field, it)| Some((field, it.as_ref()?))) {
            if !connect::is_address(address) {
                problems.push(format!("`{field}` {address:?} is neither host:port nor unix: and an absolute path"));
            }
            if self.tls.is_some() && connect::unix_path(address).is_some() {
                problems.push(format!("`{field}` is a UNIX socket, on which there is no TLS"));
            }
        }
        match &self.backup {
            Some(_) if self.connect.is_none() => problems.push("`backup` needs `connect`".to_owned()),
            backup @ Some(_) if *backup == self.connect => {
                problems.push("`backup` is the same server as `connect`".to_owned());
            }
            _ => {}
        }
        if let Some(tls) = &self.tls {
            problems.extend(self.tls_problems(tls));
        }
        let line_bytes_max = u64::try_from(self.line_bytes_max).unwrap_or(u64::MAX);
        for (field, value, range) in [
            ("connect_timeout_secs", self.connect_timeout_secs, 1..=600),
            ("hello_timeout_secs", self.hello_timeout_secs, 1..=600),
            ("keep_alive_secs", self.keep_alive_secs, 1..=3_600),
            ("keep_alive_timeout_secs", self.keep_alive_timeout_secs, 1..=3_600),
            ("no_data_interval_secs", self.no_data_interval_secs, 1..=3_600),
            ("backoff_ms_min", self.backoff_ms_min, 1..=600_000),
            ("backoff_ms_max", self.backoff_ms_max, self.backoff_ms_min..=3_600_000),
            ("line_bytes_max", line_bytes_max, LINE_BYTES_MIN..=LINE_BYTES_MAX),
            ("unreadable_lines_max", u64::from(self.unreadable_lines_max), 1..=1_000_000),
        ] {
            if !range.contains(&value) {
                problems.push(format!("`{field}` must be from {} to {}", range.start(), range.end()));
            }
        }
        problems
    }

    fn tls_problems(&self, tls: &Tls) -> Vec<String> {
        if self.listen.is_none() {
            let mut problems = self.client_tls().map(|tls| tls.problems()).unwrap_or_default();
            if tls.ca_file.is_none() {
                problems.push("`tls.ca_file` is missing: whose certificate is to be trusted?".to_owned());
            }
            return problems;
        }
        let mut problems = Vec::new();
        if tls.cert_file.is_none() || tls.key_file.is_none() {
            problems.push("`tls.cert_file` and `tls.key_file` are needed to listen".to_owned());
        }
        if tls.server_name.is_some() {
            problems.push("`tls.server_name` is for `connect` only".to_owned());
        }
        problems
    }

    fn servers(&self) -> Vec<&str> {
        let address = self.listen.as_deref().or(self.connect.as_deref()).unwrap_or_default();
        std::iter::once(address).chain(self.backup.as_deref()).collect()
    }

    fn direction(&self) -> Direction {
        self.listen.clone().map_or(Direction::Connect, Direction::Listen)
    }

    fn client_tls(&self) -> Option<TlsConfig> {
        let tls = self.tls.as_ref()?;
        Some(TlsConfig {
            ca_file: tls.ca_file.clone().unwrap_or_default(),
            cert_file: tls.cert_file.clone(),
            key_file: tls.key_file.clone(),
            server_name: tls.server_name.clone(),
        })
    }

    fn server_tls(&self) -> Option<ServerTls> {
        let tls = self.tls.as_ref()?;
        Some(ServerTls {
            cert_file: tls.cert_file.clone().unwrap_or_default(),
            key_file: tls.key_file.clone().unwrap_or_default(),
            ca_file: tls.ca_file.clone(),
        })
    }

    /// Largest event that surely fits a segment of the queue.
    fn event_bytes_max(&self) -> usize {
        usize::try_from(self.queue.segment_bytes / 2).unwrap_or(usize::MAX).min(MAX_EVENT_BYTES)
    }
}

/// A source of kind `stream`.
pub struct Stream {
    config: Arc<Config>,
    inlet: Inlet,
    clock: Clock,
    counters: Arc<Counters>,
    known: BTreeMap<String, u64>,
    seed: u64,
}

impl Stream {
    /// A source that puts its events into `inlet`. `known` is the last sequence of each stream that the database has,
    /// by its identity, without what stands before it in `capture`; `seed` spreads the waits.
    #[must_use]
    pub fn open(
        config: Config,
        inlet: Inlet,
        clock: Clock,
        counters: Arc<Counters>,
        known: BTreeMap<String, u64>,
        seed: u64,
    ) -> Self {
        Self { config: Arc::new(config), inlet, clock, counters, known, seed }
    }

    /// Takes in one connection after another, until `shutdown`.
    ///
    /// # Errors
    /// [`Error`] if the queue takes no more events, or cannot be read; everything else is retried.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), Error> {
        let mut past = Past::open(&self.inlet, std::mem::take(&mut self.known));
        let mut door = Door::new(self.config.clone(), self.counters.clone(), self.seed);
        let (mut last, mut waiting): (Option<Ended>, Option<Greeted>) = (None, None);
        loop {
            let greeted = match waiting.take() {
                Some(greeted) => greeted,
                None => tokio::select! {
                    biased;
                    () = shutdown.cancelled() => return Ok(()),
                    greeted = door.next() => greeted,
                },
            };
            let stream = greeted.hello.stream.clone();
            let Some(reached) = past.reached(&self.inlet, &stream, &shutdown).await? else { return Ok(()) };
            let replaced = CancellationToken::new();
            let tail = past.tail().filter(|_| last.is_none());
            let session = Session::new(&self, greeted, reached, last.as_ref(), tail, [&shutdown, &replaced]);
            let mut hold = Box::pin(self.watched(session));
            let ended = loop {
                tokio::select! {
                    biased;
                    ended = &mut hold => break ended?,
                    greeted = door.newcomer() => {
                        // Whoever waited so far is replaced as well.
                        waiting = Some(greeted);
                        replaced.cancel();
                    }
                }
            };
            drop(hold);
            if let Some(reached) = ended.reached {
                past.note(stream, reached);
            }
            door.ended(&ended);
            last = Some(ended);
        }
    }

    /// Holds a session, with the counters and the log told of it.
    async fn watched(&self, session: Session<'_>) -> Result<Ended, Error> {
        count(&self.counters.sessions, 1);
        self.counters.connected.store(true, Ordering::Relaxed);
        let ended = session.hold().await;
        self.counters.connected.store(false, Ordering::Relaxed);
        let ended = ended?;
        info!(server = ended.server, cause = ?ended.cause, "Source is disconnected.");
        Ok(ended)
    }
}

#[cfg(test)]
mod tests;
