//! `[dead_letters]` and `[alarms]`: when a lane waits for a person, and when a person is called.

use crate::deadletter::Kept;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// `[dead_letters]`: how many a lane keeps before it waits for a person.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeadLetters {
    /// Letters of one lane at which it pauses; none is ever dropped for it.
    pub letters_max: u64,
    /// Bytes of those.
    pub bytes_max: u64,
    /// Events in a row after which the lane pauses.
    pub pause_after: PauseAfter,
}

impl Default for DeadLetters {
    fn default() -> Self {
        Self { letters_max: 10_000, bytes_max: 1 << 30, pause_after: PauseAfter::default() }
    }
}

impl DeadLetters {
    /// Which limit is reached, if one is, for a person.
    #[must_use]
    pub fn exceeded(&self, kept: Kept) -> Option<String> {
        let limits = [("letters_max", self.letters_max, kept.letters), ("bytes_max", self.bytes_max, kept.bytes)];
        let reached = limits.into_iter().find(|(_, limit, current)| current >= limit);
        reached.map(|(name, limit, current)| format!("dead letters have reached {name} = {limit}: {current} are kept"))
    }
}

/// How many events in a row may become dead letters: a number, or `"never"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseAfter {
    /// The lane is never paused for its dead letters, whatever their number; there is an alarm nevertheless.
    Never,
    /// It is paused after so many.
    Letters(u64),
}

/// What is no [`PauseAfter`].
#[derive(Debug, thiserror::Error)]
#[error("{0} is neither \"never\" nor a number from 1 to 1000000")]
pub struct NoPauseAfter(String);

impl PauseAfter {
    /// Most that may be configured.
    const MAX: u64 = 1_000_000;
    /// A plugin that fails at that many events in a row will fail at the next one; few enough to be read.
    const USUAL: u64 = 20;

    /// Whether so many in a row pause the lane.
    #[must_use]
    pub fn is_reached(self, in_a_row: u64) -> bool {
        matches!(self, Self::Letters(most) if in_a_row >= most)
    }

    /// Whether so many in a row raise an alarm.
    #[must_use]
    pub fn is_alarming(self, in_a_row: u64) -> bool {
        let most = if let Self::Letters(most) = self { most } else { Self::USUAL };
        in_a_row >= most
    }
}

impl Default for PauseAfter {
    fn default() -> Self {
        Self::Letters(Self::USUAL)
    }
}

impl<'de> Deserialize<'de> for PauseAfter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl Visitor<'_> for Seen {
            type Value = PauseAfter;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("\"never\", or a number of letters")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<PauseAfter, E> {
                if text == "never" { Ok(PauseAfter::Never) } else { Err(E::custom(NoPauseAfter(format!("{text:?}")))) }
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<PauseAfter, E> {
                match u64::try_from(number) {
                    Ok(letters @ 1..=PauseAfter::MAX) => Ok(PauseAfter::Letters(letters)),
                    _ => Err(E::custom(NoPauseAfter(number.to_string()))),
                }
            }
        }
        deserializer.deserialize_any(Seen)
    }
}

/// `[alarms]`: how long something may last before a person is called.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alarms {
    /// The database does not take the lane's batches, seconds.
    pub idb_away_secs: u64,
    /// The source is not connected, seconds.
    pub source_disconnected_secs: u64,
}

impl Default for Alarms {
    fn default() -> Self {
        Self { idb_away_secs: 60, source_disconnected_secs: 60 }
    }
}

impl Alarms {
    /// `idb_away_secs`
    #[must_use]
    pub fn idb_away(&self) -> Duration {
        Duration::from_secs(self.idb_away_secs)
    }

    /// `source_disconnected_secs`
    #[must_use]
    pub fn source_disconnected(&self) -> Duration {
        Duration::from_secs(self.source_disconnected_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<PauseAfter>) {
        let found: Result<DeadLetters, _> = toml::from_str(&format!("pause_after = {text}"));
        assert_eq!(found.ok().map(|found| found.pause_after), expect, "{text}");
    }

    #[test]
    fn when_a_lane_pauses() {
        check("\"never\"", Some(PauseAfter::Never));
        check("1", Some(PauseAfter::Letters(1)));
        check("1000000", Some(PauseAfter::Letters(1_000_000)));
        for wrong in ["0", "-1", "1000001", "\"Never\"", "\"3\"", "1.5", "true", "[]"] {
            check(wrong, None);
        }
        assert!(!PauseAfter::Never.is_reached(u64::MAX) && PauseAfter::Never.is_alarming(20));
        assert!(!PauseAfter::Letters(3).is_reached(2) && PauseAfter::Letters(3).is_reached(3));
    }

    #[test]
    fn limits_say_which_one_is_reached() {
        let limits = DeadLetters { letters_max: 2, bytes_max: 100, ..DeadLetters::default() };
        assert_eq!(limits.exceeded(Kept { letters: 1, bytes: 99 }), None);
        assert!(limits.exceeded(Kept { letters: 2, bytes: 1 }).is_some_and(|words| words.contains("letters_max = 2")));
        assert!(
            limits.exceeded(Kept { letters: 1, bytes: 100 }).is_some_and(|words| words.contains("bytes_max = 100"))
        );
    }
}
