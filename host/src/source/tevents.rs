//! T-Library events in the text of logs of servers and their clients, read once or followed while they grow.
//!
//! ```text
//! file ─▶ reading ─▶ text: line ─▶ message ─▶ flatten, list ─▶ outlet ─▶ queue
//!         follow,    pieces → lines   date: which day          marks,
//!         once                                                 bookmarks
//! ```
//!
//! # Positions
//! Each event carries as its sequence the offset in its log at which it ends; the number that the server gave stays an
//! attribute. A log is known by the hash of its beginning (`identity.rs`), which its `SessionOpened` names. What is known
//! of it, from the queue (`past.rs`) or from the IDB, is read again, for days and zones, and nothing of it is appended.
//!
//! # Invariants
//! 1. Every event of a log enters the queue once, however often the source is restarted
//!    (test `stopped_anywhere_it_goes_on_where_it_was`).
//! 2. Growth, rotation by name and by renaming, and truncation lose and double nothing that was on disk when it was
//!    looked at (tests `growing_and_rotated`, `renamed_and_truncated`).
//! 3. A log that was read to its end adds nothing (test `a_known_log_adds_nothing`).
//!
//! # Failure
//! The queue is the only memory: what it does not hold is read again.
//!
//! # Not here
//! Meaning. Requests and other messages are counted and passed over; what they bring about comes as events.

mod date;
mod directory;
mod flatten;
mod follow;
mod identity;
mod line;
mod list;
mod once;
mod outlet;
mod past;
mod reading;
pub mod text;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use tokio_util::sync::CancellationToken;

use self::follow::Follow;
use self::outlet::Outlet;
use self::reading::Reading;
use self::text::{Limits, Parser};
use super::capture::Pace;
use super::{Counters, Error, Inlet};
use crate::clock::Clock;
use crate::config::{Enricher, QueueOptions, SourceDbids};
use crate::event::MAX_EVENT_BYTES;

/// Logs, and the lane behind them: `[source.<name>.tevents]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The pieces of one log, in their order, read once; or `follow`.
    pub files: Vec<PathBuf>,
    /// Logs to follow: a path whose last component may hold `*` and `?`; empty: `files` are read once.
    pub follow: PathBuf,
    /// How fast `files` are brought in; default: as fast as possible.
    pub pace: Pace,
    /// Distance of the logs' local time from UTC; default: as the logs tell it.
    pub time_zone_offset: ZoneOffset,
    /// Day of the first line of the first log, `YYYY-MM-DD`, where neither its preamble nor its name tells.
    pub start_date: String,
    /// How often followed logs are looked at, ms, from 10 to 60,000; 250 as a default.
    pub poll_ms: u64,
    /// A message to whose log nothing was added for that long has ended, ms, from 10 to 60,000; 1,000 as a default.
    pub quiet_ms: u64,
    /// How often session control notes that a log grows without events, seconds, from 1 to 3,600; 60 as a default.
    pub no_data_interval_secs: u64,
    /// Longest message, bytes, from 4,096 to 3 MiB; 1 MiB as a default, which user data at its limit of 64 KiB never reach.
    pub event_bytes_max: usize,
    /// Longest value, bytes, from 256 to `event_bytes_max`; 256 KiB as a default.
    pub value_bytes_max: usize,
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
            files: Vec::new(),
            follow: PathBuf::new(),
            pace: Pace::default(),
            time_zone_offset: ZoneOffset::default(),
            start_date: String::new(),
            poll_ms: 250,
            quiet_ms: 1_000,
            no_data_interval_secs: 60,
            event_bytes_max: 1 << 20,
            value_bytes_max: 256 << 10,
            plugin: String::new(),
            roles: Vec::new(),
            plugin_config: toml::Table::new(),
            enrichers: Vec::new(),
            queue: QueueOptions::default(),
            dbids: SourceDbids::default(),
        }
    }
}

impl Config {
    /// All that is wrong with the logs as configured, without looking at them; empty if nothing is. Each problem names
    /// its key in backticks.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let follows = !self.follow.as_os_str().is_empty();
        let wild = |path: &std::path::Path| path.to_string_lossy().contains(['*', '?']);
        let outside = |value: u64, least: u64, most: u64| !(least..=most).contains(&value);
        let bytes = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
        let event_max = bytes(MAX_EVENT_BYTES) * 3 / 4;
        let checks = [
            (!follows && self.files.is_empty(), "`files` names no log, and `follow` none either"),
            (follows && !self.files.is_empty(), "`files` are read once and `follow` is followed: only one can be"),
            (follows && self.pace != Pace::Full, "`pace` is for `files`: what is followed comes when it comes"),
            (follows && self.follow.parent().is_some_and(wild), "`follow` may hold * and ? in its last component only"),
            (follows && self.follow.file_name().is_none(), "`follow` names no log: it ends with a directory"),
            (
                !self.start_date.is_empty() && self.first_day().is_none(),
                "`start_date` is no date: it must be like 2014-01-31",
            ),
            (
                self.time_zone_offset.minutes().is_some_and(|minutes| minutes.abs() > 14 * 60),
                "`time_zone_offset` is not within -840 and 840 minutes",
            ),
            (outside(self.poll_ms, 10, 60_000), "`poll_ms` is not within 10 and 60000"),
            (outside(self.quiet_ms, 10, 60_000), "`quiet_ms` is not within 10 and 60000"),
            (outside(self.no_data_interval_secs, 1, 3_600), "`no_data_interval_secs` is not within 1 and 3600"),
            (
                outside(bytes(self.event_bytes_max), 4_096, event_max),
                "`event_bytes_max` is not within 4096 and 3145728",
            ),
            (
                outside(bytes(self.value_bytes_max), 256, bytes(self.event_bytes_max)),
                "`value_bytes_max` is not within 256 and `event_bytes_max`",
            ),
        ];
        checks.iter().filter(|(wrong, _)| *wrong).map(|(_, what)| (*what).to_owned()).collect()
    }

    fn first_day(&self) -> Option<i64> {
        date::written(&self.start_date)?.date
    }
}

/// A parser as configured.
fn parser_of(config: &Config) -> Parser {
    let limits = Limits { event_bytes_max: config.event_bytes_max, value_bytes_max: config.value_bytes_max };
    Parser::new(limits, config.time_zone_offset.minutes(), config.first_day())
}

/// Distance of a log's local time from UTC: `"from preamble"`, or minutes, those east of Greenwich above 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ZoneOffset {
    /// As the log tells: by its preamble, or by the wall-clock time that stands behind an event's seconds.
    #[default]
    FromPreamble,
    /// Always that many minutes.
    Minutes(i32),
}

impl ZoneOffset {
    fn minutes(self) -> Option<i32> {
        match self {
            Self::FromPreamble => None,
            Self::Minutes(minutes) => Some(minutes),
        }
    }
}

impl<'de> Deserialize<'de> for ZoneOffset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Told;
        impl Visitor<'_> for Told {
            type Value = ZoneOffset;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("\"from preamble\", or a number of minutes")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ZoneOffset, E> {
                match text {
                    "from preamble" => Ok(ZoneOffset::FromPreamble),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }

            fn visit_i64<E: serde::de::Error>(self, minutes: i64) -> Result<ZoneOffset, E> {
                let wrong = |_| E::invalid_value(serde::de::Unexpected::Signed(minutes), &self);
                i32::try_from(minutes).map(ZoneOffset::Minutes).map_err(wrong)
            }
        }
        deserializer.deserialize_any(Told)
    }
}

/// A source of kind `tevents`.
pub struct TEvents {
    config: Config,
    inlet: Inlet,
    clock: Clock,
    counters: Arc<Counters>,
    known: BTreeMap<String, u64>,
}

impl TEvents {
    /// A source that puts the events of its logs into `inlet`. `known` tells by identity which logs the IDB has, and up to
    /// which sequence; what the queue holds beyond that the source finds itself.
    #[must_use]
    pub fn open(
        config: Config,
        inlet: Inlet,
        clock: Clock,
        counters: Arc<Counters>,
        known: BTreeMap<String, u64>,
    ) -> Self {
        Self { config, inlet, clock, counters, known }
    }

    /// Reads the logs: once, and then returns when all is durable; or follows them until `shutdown`.
    ///
    /// # Errors
    /// [`Error`] if a log to be read once cannot be read, is shorter than what is known of it, or the queue takes no more
    /// events; what came before stays.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Error> {
        let Some(queued) = past::read(&self.inlet, &shutdown).await? else { return Ok(()) };
        let recent: Vec<String> = queued.keys().cloned().collect();
        let mut reached = self.known;
        for (identity, place) in queued {
            let known = reached.entry(identity).or_insert(place);
            *known = place.max(*known);
        }
        let outlet = Outlet::new(&self.inlet, &self.clock, &self.counters, &shutdown, reached, recent.into_iter());
        let reading = Reading::new(&self.config, outlet, &self.counters);
        if self.config.follow.as_os_str().is_empty() {
            once::run(&self.config, reading, &self.clock, &shutdown).await
        } else {
            Follow::new(&self.config, reading, &self.clock, &shutdown).run().await
        }
    }
}

#[cfg(test)]
mod tests;
