//! What a lane tells of itself: one structure that the console, the metrics and the `status` verb read.

use super::pause::{Gate, Paused};
use super::reload::{Reloads, Slot};
use crate::deadletter::Kept;
use crate::event::{Micros, Seq};
use crate::plugin::Failed;
use crate::source::Counters;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Upper bounds of the buckets of [`Times`], seconds; a last one has none.
pub const TIME_BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 60.0, 3_600.0];

/// Why events become dead letters.
const LETTER_KINDS: [&str; 5] = ["rejected", "trap", "limit", "contract", "refused"];

/// How long something took, counted in buckets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// Their sum, seconds.
    pub sum: f64,
    /// Their number.
    pub count: u64,
    /// How many were within each bound of [`TIME_BOUNDS`], not cumulated; the last: beyond.
    pub buckets: [u64; TIME_BOUNDS.len() + 1],
}

impl Times {
    pub(super) fn add(&mut self, seconds: f64) {
        let bucket = TIME_BOUNDS.partition_point(|bound| *bound < seconds);
        if let Some(bucket) = self.buckets.get_mut(bucket) {
            *bucket += 1;
        }
        self.sum += seconds;
        self.count += 1;
    }
}

/// State of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Not yet at work.
    Starting,
    /// At work.
    Running,
    /// Waiting for something outside; tries again.
    Retrying(String),
    /// Waiting for a person.
    Stopped(String),
}

impl Stage {
    /// The state in one word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Retrying(_) => "retrying",
            Self::Stopped(_) => "stopped",
        }
    }

    /// Why it is not running.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Retrying(reason) | Self::Stopped(reason) => Some(reason),
            Self::Starting | Self::Running => None,
        }
    }
}

/// Everything that changes rarely or in larger steps.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The plugin stage.
    pub plugin: Stage,
    /// The database stage.
    pub idb: Stage,
    /// Since when, µs since 1970 UTC.
    pub idb_since: Micros,
    /// Name of the plugin, as configured.
    pub plugin_name: String,
    /// Its own name and version, once it is loaded.
    pub plugin_version: String,
    /// Calls of the plugin.
    pub plugin_calls: Times,
    /// Failures of the plugins by kind.
    pub plugin_failures: BTreeMap<&'static str, u64>,
    /// What came of reloads.
    pub reloads: Reloads,
    /// Memory of the instance, bytes.
    pub plugin_memory_bytes: u64,
    /// Batches written.
    pub batches: Times,
    /// Rows written, by table.
    pub rows: BTreeMap<&'static str, u64>,
    /// Batches that had to be tried again.
    pub retries: u64,
    /// Values that were changed to fit their column.
    pub cleaned: u64,
    /// Source events that the plugin does not know.
    pub unknown: u64,
    /// Rows of roles that the lane does not fill.
    pub left_out: u64,
    /// Dead letters by kind.
    pub dead_letters: BTreeMap<String, u64>,
    /// Events in a row that became dead letters, up to now.
    pub letters_in_a_row: u64,
    /// Events in a row of which the database refused rows.
    pub refused_in_a_row: u64,
    /// Dead letters that are kept.
    pub letters_kept: Kept,
    /// Why the lane does not run, though the daemon does: it tries again, or waits for a restart.
    pub trouble: Option<String>,
    /// Why the last snapshot of the plugin was not written.
    pub snapshot_trouble: Option<String>,
    /// Time from receipt to commit.
    pub lag: Times,
}

/// What the stages of a lane tell, and the console reads.
#[derive(Debug)]
pub struct Shared {
    /// What the source counts.
    pub source: Arc<Counters>,
    /// Closed while the lane is paused.
    pub gate: Gate,
    /// Plugins that are to take over.
    pub reloads: Slot,
    mapped: AtomicU64,
    committed: watch::Sender<Seq>,
    snapshot: AtomicU64,
    figures: Mutex<Figures>,
}

impl Shared {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(source: Arc<Counters>, gate: Gate) -> Self {
        let figures = Figures {
            plugin: Stage::Starting,
            idb: Stage::Starting,
            idb_since: 0,
            plugin_name: String::new(),
            plugin_version: String::new(),
            plugin_calls: Times::default(),
            plugin_failures: ["trap", "limit", "refused", "contract"].into_iter().map(|kind| (kind, 0)).collect(),
            reloads: Reloads::default(),
            plugin_memory_bytes: 0,
            batches: Times::default(),
            rows: BTreeMap::new(),
            retries: 0,
            cleaned: 0,
            unknown: 0,
            left_out: 0,
            dead_letters: LETTER_KINDS.into_iter().map(|kind| (kind.to_owned(), 0)).collect(),
            letters_in_a_row: 0,
            refused_in_a_row: 0,
            letters_kept: Kept::default(),
            trouble: None,
            snapshot_trouble: None,
            lag: Times::default(),
        };
        let zero = || AtomicU64::new(0);
        Self {
            source,
            gate,
            reloads: Slot::default(),
            mapped: zero(),
            committed: watch::Sender::new(0),
            snapshot: zero(),
            figures: Mutex::new(figures),
        }
    }

    /// A copy of the figures.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the figures.
    pub fn update(&self, change: impl FnOnce(&mut Figures)) {
        change(&mut self.figures.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Positions that were mapped, committed and snapshotted.
    #[must_use]
    pub fn positions(&self) -> (Seq, Seq, Seq) {
        let load = |position: &AtomicU64| position.load(Ordering::Acquire);
        (load(&self.mapped), *self.committed.borrow(), load(&self.snapshot))
    }

    /// Everything up to `seq` is mapped.
    pub fn mapped(&self, seq: Seq) {
        self.mapped.store(seq, Ordering::Release);
    }

    /// Everything up to `seq` is committed.
    pub fn committed(&self, seq: Seq) {
        self.committed.send_replace(seq);
    }

    /// Waits until everything up to `seq` is committed.
    pub async fn wait_committed(&self, seq: Seq) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.committed.subscribe().wait_for(|committed| *committed >= seq).await;
    }

    /// A snapshot of the state at `seq` is on disk.
    pub fn snapshotted(&self, seq: Seq) {
        self.snapshot.store(seq, Ordering::Release);
    }

    /// The last snapshot of the plugin was written, or why not.
    pub fn snapshot_is(&self, trouble: Option<String>) {
        self.update(|figures| figures.snapshot_trouble = trouble);
    }

    /// The lane pauses itself.
    pub fn pause(&self, source: &str, paused: Paused) {
        let reason = paused.reason.clone();
        let kept = self.gate.pause(paused);
        if let Err(error) = &kept {
            tracing::error!(code = "IC5003", source, %error, "The pause could not be written; it ends with the process.");
        }
        if !matches!(kept, Ok(false)) {
            tracing::error!(code = "IC5002", source, reason, "The lane pauses; events stay in the queue.");
        }
    }

    /// The plugin was called.
    pub fn called(&self, took: Duration, memory_bytes: usize, failed: Option<&Failed>) {
        self.update(|figures| {
            figures.plugin_calls.add(took.as_secs_f64());
            figures.plugin_memory_bytes = memory_bytes as u64;
            if let Some(failed) = failed {
                *figures.plugin_failures.entry(failed.failure.kind()).or_default() += 1;
            }
        });
    }

    /// The plugin is loaded; it writes these tables.
    pub fn loaded(&self, version: String, tables: impl Iterator<Item = &'static str>) {
        self.update(|figures| {
            (figures.plugin, figures.plugin_version) = (Stage::Running, version);
            for table in tables {
                figures.rows.entry(table).or_default();
            }
        });
    }

    /// The plugin passed over events that it does not know, and made rows that the lane does not want.
    pub fn passed_over(&self, unknown: u32, left_out: u64) {
        if unknown > 0 || left_out > 0 {
            self.update(|figures| {
                figures.unknown += u64::from(unknown);
                figures.left_out += left_out;
            });
        }
    }

    /// A batch was committed: how long it took, and how long ago its last event was received.
    pub fn wrote(&self, took: Duration, lag_micros: Micros) {
        self.update(|figures| {
            figures.batches.add(took.as_secs_f64());
            figures.lag.add(Duration::from_micros(u64::try_from(lag_micros).unwrap_or(0)).as_secs_f64());
        });
    }
}
