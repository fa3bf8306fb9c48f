//! The lane's `plugin_config`.

use crate::{agents::AgentOptions, attached::DataOptions};
use concentrator_sdk::time::SECOND;
use serde::Deserialize;

/// Options of the mapping. An unknown one is an error.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Seconds in which something must be heard of what single events made doubtful; what nothing tells of is closed as
    /// stuck then. Default: 60.
    pub confirm_seconds: u32,
    /// The same for what was alive when events may have been lost. A voice server repeats nothing of it, and two who
    /// talk give no event until one of them acts: so long must a call be silent to be taken for gone. Default: 900,
    /// more than nearly all calls are silent.
    pub interruption_confirm_seconds: u32,
    /// Seconds after which a call that has not ended is closed as stuck; 0: never. Default: 86,400, a day.
    pub call_age_max_seconds: u32,
    /// Agents.
    pub agents: AgentOptions,
    /// Attached data and user events.
    pub data: DataOptions,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            confirm_seconds: 60,
            interruption_confirm_seconds: 900,
            call_age_max_seconds: 86_400,
            agents: AgentOptions::default(),
            data: DataOptions::default(),
        }
    }
}

impl Config {
    /// The configuration in `json`, which may be empty.
    ///
    /// # Errors
    /// What is wrong, for a person.
    pub fn read(json: &str) -> Result<Self, String> {
        let json = if json.trim().is_empty() { "{}" } else { json };
        serde_json::from_str(json).map_err(|error| format!("plugin_config: {error}"))
    }

    /// How long something is in doubt, µs.
    #[must_use]
    pub(crate) fn confirm_time(&self) -> i64 {
        i64::from(self.confirm_seconds) * SECOND
    }

    /// How long all is in doubt after an interruption, µs.
    #[must_use]
    pub(crate) fn interruption_confirm_time(&self) -> i64 {
        i64::from(self.interruption_confirm_seconds) * SECOND
    }

    /// Age in µs at which a call is closed as stuck.
    #[must_use]
    pub(crate) fn call_age_max(&self) -> Option<i64> {
        (self.call_age_max_seconds > 0).then(|| i64::from(self.call_age_max_seconds) * SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_options_are_errors() {
        assert!(Config::read(r#"{"confirm": 3}"#).unwrap_err().contains("unknown field `confirm`"));
    }

    #[test]
    fn nothing_is_the_default() {
        assert_eq!(Config::read("").unwrap().confirm_seconds, 60);
    }
}
