//! The state of everything as one JSON object: a stable contract, described in `docs/reference/status.md`.

use crate::daemon::Lanes;
use crate::event::{Micros, Seq};
use crate::lane::pause::Paused;
use crate::lane::status::TIME_BOUNDS;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// State of the daemon.
#[derive(Debug, Serialize, Deserialize)]
pub struct Status {
    /// `[concentrator] name`
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// When it started, µs since 1970 UTC.
    pub started: Micros,
    /// Now, by the daemon's clock.
    pub now: Micros,
    /// Process id.
    pub pid: u32,
    /// SHA-256 of the configuration in force.
    pub config_digest: String,
    /// The lanes by name of their source.
    pub lanes: BTreeMap<String, Lane>,
}

/// State of a lane.
#[derive(Debug, Serialize, Deserialize)]
pub struct Lane {
    /// The source.
    pub source: Source,
    /// The queue.
    pub queue: Queue,
    /// The plugin.
    pub plugin: Plugin,
    /// The database.
    pub idb: Idb,
    /// Dead letters since the start, by kind.
    pub dead_letters: BTreeMap<String, u64>,
    /// Dead letters that are kept.
    pub dead_letters_kept: Kept,
    /// Why it is paused, if it is.
    pub paused: Option<Paused>,
    /// Alarms that are raised.
    pub alarms: Vec<Alarm>,
}

/// How much is kept.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    /// Letters.
    pub letters: u64,
    /// Bytes of their files.
    pub bytes: u64,
}

/// An alarm that is raised.
#[derive(Debug, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name.
    pub alarm: String,
    /// Since when, µs since 1970 UTC.
    pub since: Micros,
    /// Why.
    pub reason: String,
}

/// State of a source.
#[derive(Debug, Serialize, Deserialize)]
pub struct Source {
    /// Connected now.
    pub connected: bool,
    /// Connections made.
    pub connects: u64,
    /// Events taken.
    pub events: u64,
    /// Bytes taken.
    pub bytes: u64,
    /// Events dropped because an earlier connection had brought them.
    pub repeated: u64,
    /// Packets that could not be read; kept as events.
    pub malformed: u64,
    /// Events with bytes that were not UTF-8; replaced.
    pub invalid_utf8: u64,
    /// Lines without a number that could not be read; dropped.
    pub unreadable: u64,
    /// Messages of logs that are no events.
    pub passed_over: u64,
    /// Times that the source's numbers jumped.
    pub gaps: u64,
    /// Numbers that were jumped over: events that are missing.
    pub missing: u64,
    /// Logins that were refused.
    pub refused_logins: u64,
    /// When the last event came, µs since 1970 UTC; 0 never.
    pub last_event: Micros,
}

/// State of a queue.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Queue {
    /// Newest position given out.
    pub appended: Seq,
    /// Newest position on disk.
    pub durable: Seq,
    /// Newest position mapped.
    pub mapped: Seq,
    /// Newest position whose rows are committed.
    pub committed: Seq,
    /// Newest position covered by a snapshot.
    pub snapshot: Seq,
    /// Oldest position kept.
    pub first_retained: Seq,
    /// Events on disk that are not committed.
    pub depth: u64,
    /// Size of all files.
    pub bytes: u64,
    /// Size at which it refuses.
    pub limit_bytes: u64,
    /// Why it refuses events, if it does.
    pub refusing: Option<String>,
    /// Damaged places met since the start.
    pub quarantined: u64,
}

/// State of a plugin.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plugin {
    /// Name, as configured.
    pub name: String,
    /// Its own name and version, once it is loaded.
    pub version: String,
    /// starting, running, retrying or stopped.
    pub state: String,
    /// Why it is not running.
    pub reason: Option<String>,
    /// Calls made.
    pub calls: u64,
    /// Failures by kind.
    pub failures: BTreeMap<String, u64>,
    /// Memory of the instance, bytes.
    pub memory_bytes: u64,
    /// Source events that it does not know.
    pub unknown_events: u64,
    /// Rows of roles that the lane does not fill.
    pub rows_left_out: u64,
    /// Since when the plugins are in force, µs since 1970 UTC; 0: none is yet.
    pub since: Micros,
    /// SHA-256 of the files in force, by name of the plugin: the mapper and the enrichers.
    pub digests: BTreeMap<String, String>,
    /// Reloads since the start.
    pub reloads: Reloads,
}

/// What came of reloads.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Reloads {
    /// Takeovers.
    pub done: u64,
    /// Refused ones: the plugins from before went on.
    pub refused: u64,
    /// When the last one was, µs since 1970 UTC; 0: none was.
    pub last: Micros,
    /// How long the lane waited for the last one, ms, if it was done.
    pub pause_ms: Option<f64>,
    /// Why the last one was refused, if it was.
    pub reason: Option<String>,
}

/// State of the database.
#[derive(Debug, Serialize, Deserialize)]
pub struct Idb {
    /// starting, running, retrying or stopped.
    pub state: String,
    /// Why it is not running.
    pub reason: Option<String>,
    /// Since when, µs since 1970 UTC.
    pub since: Micros,
    /// Transactions committed.
    pub batches: u64,
    /// Rows written, by table.
    pub rows: BTreeMap<String, u64>,
    /// Transactions tried again.
    pub retries: u64,
    /// Values changed to fit their column.
    pub cleaned: u64,
    /// Mean time from receipt to commit since the start, seconds.
    pub lag_seconds_mean: f64,
    /// How many batches were committed within how many seconds of the receipt of their last event: upper bound and
    /// count of each bucket, not cumulated; beyond the last bound it is an hour and more.
    pub lag_buckets: Vec<(f64, u64)>,
}

/// Gathers the state of all lanes.
#[must_use]
pub fn of(lanes: &Lanes) -> Status {
    Status {
        name: lanes.name.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: lanes.started,
        now: lanes.clock.now(),
        pid: std::process::id(),
        config_digest: lanes.config.digest.clone(),
        lanes: lanes.each().map(|(name, lane)| (name.to_owned(), of_lane(lane))).collect(),
    }
}

fn of_lane(lane: &crate::daemon::LaneView) -> Lane {
    let figures = lane.shared.figures();
    let counters = lane.shared.source.snapshot();
    let names = |map: &BTreeMap<&'static str, u64>| map.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect();
    let lag = if figures.lag.count == 0 { 0.0 } else { figures.lag.sum / u64_to_f64(figures.lag.count) };
    Lane {
        source: Source {
            connected: counters.connected,
            connects: counters.connects,
            events: counters.events,
            bytes: counters.bytes,
            repeated: counters.repeated,
            malformed: counters.malformed,
            invalid_utf8: counters.invalid_utf8,
            unreadable: counters.unreadable,
            passed_over: counters.passed_over,
            gaps: counters.gaps,
            missing: counters.missing,
            refused_logins: counters.refused_logins,
            last_event: counters.last_event,
        },
        queue: of_queue(lane),
        plugin: Plugin {
            name: figures.plugin_name.clone(),
            version: figures.plugin_version.clone(),
            state: figures.plugin.word().to_owned(),
            reason: figures.plugin.reason().map(str::to_owned),
            calls: figures.plugin_calls.count,
            failures: names(&figures.plugin_failures),
            memory_bytes: figures.plugin_memory_bytes,
            unknown_events: figures.unknown,
            rows_left_out: figures.left_out,
            since: figures.reloads.since.unwrap_or(0),
            digests: figures.reloads.digests.iter().cloned().collect(),
            reloads: of_reloads(&figures.reloads),
        },
        idb: Idb {
            state: figures.idb.word().to_owned(),
            reason: figures.idb.reason().map(str::to_owned),
            since: figures.idb_since,
            batches: figures.batches.count,
            rows: names(&figures.rows),
            retries: figures.retries,
            cleaned: figures.cleaned,
            lag_seconds_mean: lag,
            lag_buckets: TIME_BOUNDS.iter().copied().zip(figures.lag.buckets).collect(),
        },
        dead_letters: figures.dead_letters,
        dead_letters_kept: Kept { letters: figures.letters_kept.letters, bytes: figures.letters_kept.bytes },
        paused: lane.shared.gate.paused(),
        alarms: alarms_of(lane),
    }
}

fn of_reloads(reloads: &crate::lane::reload::Reloads) -> Reloads {
    let (done, refused) = (reloads.done, reloads.refused);
    match &reloads.last {
        None => Reloads { done, refused, ..Reloads::default() },
        Some((at, last)) => Reloads { done, refused, last: *at, pause_ms: last.pause_ms, reason: last.refused.clone() },
    }
}

fn alarms_of(lane: &crate::daemon::LaneView) -> Vec<Alarm> {
    let raised = lane.with_alarms(|alarms| alarms.raised()).into_iter();
    raised
        .map(|(alarm, raised)| Alarm { alarm: alarm.name().to_owned(), since: raised.since, reason: raised.reason })
        .collect()
}

fn of_queue(lane: &crate::daemon::LaneView) -> Queue {
    let (mapped, committed, snapshot) = lane.shared.positions();
    let Some(positions) = lane.queue().map(|queue| queue.positions()) else { return Queue::default() };
    Queue {
        appended: positions.appended,
        durable: positions.durable,
        mapped,
        committed,
        snapshot,
        first_retained: positions.first_retained,
        depth: positions.durable.saturating_sub(committed),
        bytes: positions.bytes,
        limit_bytes: positions.limit_bytes,
        refusing: positions.refusing.map(|refusing| format!("{:?}", refusing.reason)),
        quarantined: positions.quarantined,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count for a mean")]
fn u64_to_f64(number: u64) -> f64 {
    number as f64
}

fn parts(fail_on: &str) -> impl Iterator<Item = &str> {
    fail_on.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn is_condition(part: &str) -> bool {
    matches!(part, "idb" | "plugin" | "paused" | "alarm")
        || part.starts_with("source:")
        || part.strip_prefix("lag>").and_then(seconds).is_some()
}

impl Status {
    /// Which of the conditions in `fail_on` are not met: `idb`, `plugin`, `paused`, `alarm`,
    /// `source:<name>`, `lag>30s`, comma-separated. What is no condition is never met.
    #[must_use]
    pub fn failing(&self, fail_on: &str) -> Vec<String> {
        let mut failing = Vec::new();
        for part in parts(fail_on) {
            let bad = |lane: &Lane| match part {
                "idb" => lane.idb.state != "running",
                "plugin" => lane.plugin.state != "running",
                "paused" => lane.paused.is_some(),
                "alarm" => !lane.alarms.is_empty(),
                _ => part.strip_prefix("lag>").and_then(seconds).is_some_and(|most| self.lag(lane) > most),
            };
            let source = part.strip_prefix("source:");
            if !is_condition(part) {
                failing.push(format!("{part} (unknown condition)"));
                continue;
            }
            let down = source.is_some_and(|name| self.lanes.get(name).is_none_or(|lane| !lane.source.connected));
            if down || (source.is_none() && self.lanes.values().any(bad)) {
                failing.push(part.to_owned());
            }
        }
        failing
    }

    /// The first part of `fail_on` that is no condition.
    #[must_use]
    pub fn unknown_condition(fail_on: &str) -> Option<&str> {
        parts(fail_on).find(|part| !is_condition(part))
    }

    /// Seconds since the last event came, while events wait to be committed.
    #[expect(clippy::cast_precision_loss, reason = "seconds for a comparison")]
    fn lag(&self, lane: &Lane) -> f64 {
        if lane.queue.depth == 0 { 0.0 } else { (self.now - lane.source.last_event).max(0) as f64 / 1e6 }
    }
}

fn seconds(text: &str) -> Option<f64> {
    text.trim_end_matches('s').parse().ok()
}
