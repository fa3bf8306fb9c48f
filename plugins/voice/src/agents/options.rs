//! The options of agents.

use concentrator_sdk::time::SECOND;
use serde::Deserialize;

/// How agents are mapped. An unknown option is an error.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgentOptions {
    /// Seconds after which after-call work is over, if the server says nothing else; 0: it lasts until the server
    /// does. Default: 0.
    pub after_call_max_seconds: u32,
    /// Seconds after an interruption in which an agent must be heard of; a session of which nothing is heard is closed
    /// as stuck then. 0: it stays, in doubt. Default: 0, because agents may be silent for hours and servers repeat
    /// nothing of them.
    pub login_confirm_seconds: u32,
    /// Seconds of silence of an agent and all of the agent's devices after which the session is closed as stuck;
    /// 0: never. Default: 86,400, a day.
    pub login_silence_max_seconds: u32,
    /// An agent may be at several devices at once, also where no place tells that they belong together. Default: no, a
    /// log-in elsewhere ends the session before.
    pub several_devices: bool,
}

impl Default for AgentOptions {
    fn default() -> Self {
        Self {
            after_call_max_seconds: 0,
            login_confirm_seconds: 0,
            login_silence_max_seconds: 86_400,
            several_devices: false,
        }
    }
}

/// µs; none if 0.
fn micros(seconds: u32) -> Option<i64> {
    (seconds > 0).then(|| i64::from(seconds) * SECOND)
}

impl AgentOptions {
    /// Longest after-call work, µs.
    pub(crate) fn after_call_max(&self) -> Option<i64> {
        micros(self.after_call_max_seconds)
    }

    /// How long a session is in doubt, µs.
    pub(crate) fn confirm_time(&self) -> Option<i64> {
        micros(self.login_confirm_seconds)
    }

    /// How long a session may be silent, µs.
    pub(crate) fn silence_max(&self) -> Option<i64> {
        micros(self.login_silence_max_seconds)
    }
}
