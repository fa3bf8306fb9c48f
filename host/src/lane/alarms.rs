//! Alarms of a lane: raised when something needs a person, cleared when it does not any more.
//!
//! They are made from what the lane tells of itself, so they need no memory: after a restart what is still so is raised
//! again. Each is a pair of log lines with codes of their own, a line of `status` and a metric.
//!
//! # Not here
//! Who is called: the rules in `packaging/alerts.yml` and whoever reads them.

use super::pause::{BY_ITSELF, Paused};
use super::status::{Figures, Stage};
use crate::clock::Clock;
use crate::config::Config;
use crate::event::Micros;
use crate::queue::Refusing;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What needs a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// The lane is paused.
    Paused,
    /// Too many events in a row became dead letters, or too many letters are kept.
    DeadLetters,
    /// The database does not take the lane's batches.
    IdbAway,
    /// The queue takes nothing.
    QueueRefusing,
    /// The plugin cannot be used.
    PluginUnusable,
    /// A plugin file was refused; the plugin from before goes on.
    PluginNotReloaded,
    /// The source is not connected.
    SourceDisconnected,
    /// The lane has failed: it tries to start again, or waits for a restart of the daemon.
    LaneStopped,
    /// The plugin's last snapshot could not be written.
    SnapshotNotWritten,
}

impl Alarm {
    /// All alarms.
    pub const ALL: [Self; 9] = [
        Self::Paused,
        Self::DeadLetters,
        Self::IdbAway,
        Self::QueueRefusing,
        Self::PluginUnusable,
        Self::PluginNotReloaded,
        Self::SourceDisconnected,
        Self::LaneStopped,
        Self::SnapshotNotWritten,
    ];

    /// Its name in status and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::DeadLetters => "dead_letters",
            Self::IdbAway => "idb_away",
            Self::QueueRefusing => "queue_refusing",
            Self::PluginUnusable => "plugin_unusable",
            Self::PluginNotReloaded => "plugin_not_reloaded",
            Self::SourceDisconnected => "source_disconnected",
            Self::LaneStopped => "lane_stopped",
            Self::SnapshotNotWritten => "snapshot_not_written",
        }
    }

    /// Codes of the log lines that raise and clear it.
    #[must_use]
    pub fn codes(self) -> (&'static str, &'static str) {
        match self {
            Self::Paused => ("IC7001", "IC7002"),
            Self::DeadLetters => ("IC7003", "IC7004"),
            Self::IdbAway => ("IC7005", "IC7006"),
            Self::QueueRefusing => ("IC7007", "IC7008"),
            Self::PluginUnusable => ("IC7009", "IC7010"),
            Self::PluginNotReloaded => ("IC7017", "IC7018"),
            Self::SourceDisconnected => ("IC7011", "IC7012"),
            Self::LaneStopped => ("IC7013", "IC7014"),
            Self::SnapshotNotWritten => ("IC7015", "IC7016"),
        }
    }

    /// How long it must be so.
    fn delay(self, config: &Config) -> Duration {
        match self {
            Self::IdbAway => config.alarms.idb_away(),
            Self::SourceDisconnected => config.alarms.source_disconnected(),
            _ => Duration::ZERO,
        }
    }
}

/// What a lane tells at one moment.
#[derive(Debug)]
pub struct Seen {
    /// Its figures.
    pub figures: Figures,
    /// Why it is paused.
    pub paused: Option<Paused>,
    /// Whether its queue takes nothing.
    pub refusing: Option<Refusing>,
    /// A session with the source is open, or the source is one that need not be connected.
    pub connected: bool,
}

impl Seen {
    /// Why the alarm should be raised, if so.
    fn reason(&self, alarm: Alarm, config: &Config) -> Option<String> {
        let figures = &self.figures;
        match alarm {
            Alarm::Paused => self.paused.as_ref().map(|paused| format!("{} (by {})", paused.reason, paused.by)),
            Alarm::DeadLetters => self.letters(config),
            Alarm::IdbAway => match &figures.idb {
                Stage::Retrying(reason) => Some(reason.clone()),
                Stage::Starting => Some("the lane does not write yet".to_owned()),
                Stage::Running | Stage::Stopped(_) => None,
            },
            Alarm::QueueRefusing => self.refusing.map(|refusing| format!("{:?}", refusing.reason)),
            Alarm::PluginUnusable => match &figures.plugin {
                Stage::Retrying(reason) | Stage::Stopped(reason) => Some(reason.clone()),
                Stage::Starting | Stage::Running => None,
            },
            Alarm::PluginNotReloaded => figures.reloads.refused_file.clone(),
            Alarm::SourceDisconnected => (!self.connected).then(|| "no session with the source is open".to_owned()),
            Alarm::LaneStopped => match &figures.idb {
                Stage::Stopped(reason) => Some(reason.clone()),
                _ => figures.trouble.clone(),
            },
            Alarm::SnapshotNotWritten => figures.snapshot_trouble.clone(),
        }
    }

    fn letters(&self, config: &Config) -> Option<String> {
        let limits = &config.dead_letters;
        let in_a_row = self.figures.letters_in_a_row.max(self.figures.refused_in_a_row);
        if let Some(paused) = self.paused.as_ref().filter(|paused| paused.by == BY_ITSELF) {
            return Some(paused.reason.clone());
        }
        let many = limits.pause_after.is_alarming(in_a_row);
        limits.exceeded(self.figures.letters_kept).or_else(|| many.then(|| format!("{in_a_row} events in a row")))
    }
}

/// An alarm that is raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Since when, µs since 1970 UTC.
    pub since: Micros,
    /// Why, for a person.
    pub reason: String,
}

/// The alarms of one lane.
#[derive(Debug, Default)]
pub struct Alarms {
    /// Since when what would raise an alarm has been so.
    pending: BTreeMap<Alarm, Instant>,
    raised: BTreeMap<Alarm, Raised>,
}

impl Alarms {
    /// What is raised now.
    #[must_use]
    pub fn raised(&self) -> BTreeMap<Alarm, Raised> {
        self.raised.clone()
    }

    /// Raises and clears by what was seen at `now`.
    pub fn look(&mut self, source: &str, seen: &Seen, config: &Config, clock: &Clock, now: Instant) {
        for alarm in Alarm::ALL {
            let Some(reason) = seen.reason(alarm, config) else {
                self.pending.remove(&alarm);
                if let Some(was) = self.raised.remove(&alarm) {
                    let seconds = clock.now().saturating_sub(was.since) / 1_000_000;
                    tracing::info!(code = alarm.codes().1, source, alarm = alarm.name(), seconds, "Alarm cleared.");
                }
                continue;
            };
            let since = *self.pending.entry(alarm).or_insert(now);
            match self.raised.get_mut(&alarm) {
                Some(raised) => raised.reason = reason,
                None if now.saturating_duration_since(since) >= alarm.delay(config) => {
                    tracing::error!(code = alarm.codes().0, source, alarm = alarm.name(), reason, "Alarm raised.");
                    self.raised.insert(alarm, Raised { since: clock.now(), reason });
                }
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pause::Gate;
    use super::super::status::Shared;
    use super::*;
    use crate::config::{Console, DeadLetters, Idb, PauseAfter, Plugins};
    use std::sync::Arc;

    fn config() -> Config {
        Config {
            concentrator: crate::config::Concentrator::default(),
            idb: Idb::default(),
            plugins: Plugins::default(),
            console: Console::default(),
            dead_letters: DeadLetters { pause_after: PauseAfter::Never, ..DeadLetters::default() },
            alarms: crate::config::Alarms { idb_away_secs: 10, source_disconnected_secs: 20 },
            sources: BTreeMap::new(),
            digest: String::new(),
        }
    }

    fn seen(change: impl FnOnce(&mut Figures)) -> Seen {
        let nowhere = std::env::temp_dir().join(format!("no-lane-{}", std::process::id()));
        let shared = Shared::new(Arc::default(), Gate::new(&nowhere));
        shared.update(|figures| {
            (figures.idb, figures.plugin) = (Stage::Running, Stage::Running);
            change(figures);
        });
        Seen { figures: shared.figures(), paused: None, refusing: None, connected: true }
    }

    /// What is raised when the lane looks like that since `ago` seconds.
    fn check(seen: &Seen, ago: u64, expect: &[Alarm]) {
        let (clock, _) = Clock::manual(1_000_000);
        let (mut alarms, now) = (Alarms::default(), Instant::now());
        alarms.look("pbx", seen, &config(), &clock, now);
        alarms.look("pbx", seen, &config(), &clock, now + Duration::from_secs(ago));
        let found: Vec<Alarm> = alarms.raised().into_keys().collect();
        assert_eq!(found, expect, "{seen:?} for {ago} s");
        alarms.look("pbx", &self::seen(|_| {}), &config(), &clock, now + Duration::from_secs(ago));
        assert!(alarms.raised().is_empty(), "every alarm is cleared when its cause is gone");
    }

    #[test]
    fn what_raises_an_alarm_and_when() {
        let why = || "why".to_owned();
        check(&seen(|_| {}), 100, &[]);
        check(&seen(|figures| figures.idb = Stage::Retrying(why())), 9, &[]);
        check(&seen(|figures| figures.idb = Stage::Retrying(why())), 10, &[Alarm::IdbAway]);
        check(&seen(|figures| figures.idb = Stage::Starting), 10, &[Alarm::IdbAway]);
        check(&seen(|figures| figures.idb = Stage::Stopped(why())), 10, &[Alarm::LaneStopped]);
        check(&seen(|figures| figures.trouble = Some(why())), 0, &[Alarm::LaneStopped]);
        check(&seen(|figures| figures.plugin = Stage::Retrying(why())), 0, &[Alarm::PluginUnusable]);
        check(&seen(|figures| figures.reloads.refused_file = Some(why())), 0, &[Alarm::PluginNotReloaded]);
        check(&seen(|figures| figures.snapshot_trouble = Some(why())), 0, &[Alarm::SnapshotNotWritten]);
        check(&seen(|figures| figures.letters_in_a_row = 19), 0, &[]);
        check(&seen(|figures| figures.letters_in_a_row = 20), 0, &[Alarm::DeadLetters]);
        check(&seen(|figures| figures.refused_in_a_row = 20), 0, &[Alarm::DeadLetters]);
        check(&seen(|figures| figures.letters_kept.letters = 10_000), 0, &[Alarm::DeadLetters]);
        let refusing = Refusing { reason: crate::queue::Reason::DiskFull, since: Instant::now() };
        check(&Seen { refusing: Some(refusing), ..seen(|_| {}) }, 0, &[Alarm::QueueRefusing]);
        check(&Seen { connected: false, ..seen(|_| {}) }, 19, &[]);
        check(&Seen { connected: false, ..seen(|_| {}) }, 20, &[Alarm::SourceDisconnected]);
        let paused = |by: &str| Some(Paused { reason: why(), since: 5, by: by.to_owned() });
        check(&Seen { paused: paused("anna"), ..seen(|_| {}) }, 0, &[Alarm::Paused]);
        check(&Seen { paused: paused(BY_ITSELF), ..seen(|_| {}) }, 0, &[Alarm::Paused, Alarm::DeadLetters]);
    }

    #[test]
    fn what_comes_and_goes_begins_anew() {
        let (clock, _) = Clock::manual(1_000_000);
        let (mut alarms, now) = (Alarms::default(), Instant::now());
        let away = seen(|figures| figures.idb = Stage::Retrying("why".to_owned()));
        for second in 0..60 {
            let back = second % 8 == 7;
            let seen = if back { &seen(|_| {}) } else { &away };
            alarms.look("pbx", seen, &config(), &clock, now + Duration::from_secs(second));
            assert!(alarms.raised().is_empty(), "second {second}");
        }
    }

    #[test]
    fn names_and_codes_are_used_once() {
        let all: std::collections::BTreeSet<&str> =
            Alarm::ALL.iter().flat_map(|alarm| [alarm.name(), alarm.codes().0, alarm.codes().1]).collect();
        assert_eq!(all.len(), 3 * Alarm::ALL.len());
    }
}
