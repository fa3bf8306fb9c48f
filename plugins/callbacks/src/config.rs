//! The enricher's options.

use crate::word::State;
use concentrator_sdk::{options::Options, time::SECOND};
use std::collections::BTreeMap;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The keys under which a site attaches what it says of a call-back.
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) phone: String,
    pub(crate) queue: String,
    pub(crate) agent: String,
    pub(crate) reason: String,
    pub(crate) due: String,
    pub(crate) call: String,
}

/// The options, checked.
pub(crate) struct Config {
    pub(crate) keys: Keys,
    /// The site's words for states, beside the names that they have here.
    pub(crate) states: BTreeMap<String, State>,
    silence_days_max: u32,
}

impl Config {
    /// The configuration in `json`.
    ///
    /// # Errors
    /// All that is wrong with it, for a person.
    pub(crate) fn read(json: &str) -> Result<Self, String> {
        let mut options = Options::read(json)?;
        let keys = options.object("keys", keys);
        let mut states = BTreeMap::new();
        for (word, name) in options.names("states") {
            match State::named(&name) {
                Some(state) => drop(states.insert(word, state)),
                None => options.problem(&format!("states.{word}"), &format!("expected one of {}", State::names())),
            }
        }
        let silence_days_max = options.number("silence_days_max", 1..=366).unwrap_or(30);
        options.finish()?;
        let keys = match keys {
            Some(keys) => keys,
            None => keys_of_nothing()?,
        };
        Ok(Self { keys, states, silence_days_max })
    }

    /// How long nothing may be said of an open request, µs.
    pub(crate) fn silence_max(&self) -> i64 {
        i64::from(self.silence_days_max) * DAY * SECOND
    }
}

fn keys_of_nothing() -> Result<Keys, String> {
    Options::read("").map(|mut nothing| keys(&mut nothing))
}

fn keys(options: &mut Options) -> Keys {
    let mut key = |name, default: &str| options.text(name).unwrap_or_else(|| default.to_owned());
    Keys {
        id: key("id", "CallbackID"),
        state: key("state", "CallbackState"),
        phone: key("phone", "CallbackPhone"),
        queue: key("queue", "CallbackQueue"),
        agent: key("agent", "CallbackAgent"),
        reason: key("reason", "CallbackReason"),
        due: key("due", "CallbackDue"),
        call: key("call", "CallUUID"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_said_at_once() {
        let json = r#"{"keys": {"id": "", "nr": "x"}, "states": {"new": "begun"}, "silence_days_max": 0}"#;
        let expect = "keys.id: expected text, found \"\"; \
            keys.nr: unknown option, known here: id, state, phone, queue, agent, reason, due, call; \
            states.new: expected one of requested, offered, accepted, done, failed, cancelled; \
            silence_days_max: expected a whole number from 1 to 366, found 0";
        assert_eq!(Config::read(json).err().as_deref(), Some(expect));
    }

    #[test]
    fn nothing_is_the_default() {
        let config = Config::read("").unwrap();
        assert_eq!((config.keys.id.as_str(), config.silence_max()), ("CallbackID", 30 * DAY * SECOND));
    }
}
