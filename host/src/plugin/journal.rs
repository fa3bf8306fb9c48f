//! The last lines that plugins wrote, for whoever asks the daemon.
//!
//! They stand in the daemon's log, too, as far as its level lets them; here they are kept whatever it is, and by lane and
//! plugin, so that a talkative one does not push out what another has said.

use crate::clock::Clock;
use crate::event::Micros;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Lines that are kept of one plugin in one lane.
pub const LINES: usize = 1_000;
/// Bytes of those.
pub const BYTES: usize = 256 << 10;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its number: those of all plugins are numbered together, from 1.
    pub number: u64,
    /// When it was written, by our clock, µs since 1970 UTC.
    pub at: Micros,
    /// The lane.
    pub source: String,
    /// The plugin's own name.
    pub plugin: String,
    /// debug, info, warn or error.
    pub level: String,
    /// What the plugin said.
    pub text: String,
}

/// Lines of all plugins of an engine.
#[derive(Debug)]
pub struct Journal {
    clock: Clock,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    last: u64,
    /// By lane and plugin.
    rings: BTreeMap<(String, String), Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    lines: VecDeque<Line>,
    bytes: usize,
}

impl Journal {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a line; what a plugin says when no lane uses it, nobody could ask for.
    pub(super) fn write(&self, source: &str, plugin: &str, level: &str, text: &str) {
        if source.is_empty() {
            return;
        }
        let at = self.clock.now();
        let mut kept = self.lock();
        kept.last += 1;
        let number = kept.last;
        let ring = kept.rings.entry((source.to_owned(), plugin.to_owned())).or_default();
        ring.bytes += text.len();
        let (source, plugin) = (source.to_owned(), plugin.to_owned());
        ring.lines.push_back(Line { number, at, source, plugin, level: level.to_owned(), text: text.to_owned() });
        while ring.lines.len() > LINES || ring.bytes > BYTES {
            let Some(oldest) = ring.lines.pop_front() else { break };
            ring.bytes -= oldest.text.len();
        }
    }

    /// The lines after that number of those that `wanted` wants by lane and plugin, oldest first; and the last number.
    #[must_use]
    pub fn after(&self, number: u64, wanted: impl Fn(&str, &str) -> bool) -> (Vec<Line>, u64) {
        let kept = self.lock();
        let rings = kept.rings.iter().filter(|((source, plugin), _)| wanted(source, plugin));
        let mut lines: Vec<Line> =
            rings.flat_map(|(_, ring)| ring.lines.iter().filter(|line| line.number > number).cloned()).collect();
        lines.sort_unstable_by_key(|line| line.number);
        (lines, kept.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept() {
        let journal = Journal::new(Clock::manual(5).0);
        journal.write("north", "mask", "info", "first");
        for n in 0..LINES + 9 {
            journal.write("south", "mask", "debug", &n.to_string());
        }
        journal.write("", "mask", "info", "nobody's");
        let (lines, last) = journal.after(0, |source, _| source == "south");
        assert_eq!((lines.len(), lines.first().map(|line| line.text.as_str())), (LINES, Some("9")));
        let (all, _) = journal.after(0, |_, plugin| plugin == "mask");
        assert_eq!(all.first().map(|line| (line.number, line.text.as_str(), line.at)), Some((1, "first", 5)));
        assert!(journal.after(last, |_, _| true).0.is_empty());
        journal.write("south", "mask", "warn", &"x".repeat(BYTES - 1));
        journal.write("south", "mask", "warn", "xy");
        let (lines, _) = journal.after(last, |source, _| source == "south");
        assert_eq!(lines.iter().map(|line| line.text.len()).collect::<Vec<_>>(), [2], "bytes are bounded, too");
    }
}
