//! Reasons that a source gives with what it says of an agent.
//!
//! They hold until the next word for the same queues: what is said again goes on, all else ends. A reason is the
//! word's, so one that is given during a call begins there, not when the call ends.

use super::{HARDWARE, HARDWARE_KEY};
use crate::{
    model::{AgentSays, LoginSession, Model, agent_state::ALL_QUEUES, inferred_ext, user_data::cut},
    rows::{GAgentStateRc, GAgentStateRcA},
    store::Key,
};
use serde::{Deserialize, Serialize};

/// Reasons that one session may have at once; more are not told.
const REASONS_MAX: usize = 64;
/// Characters of a key or value.
const LENGTH_MAX: usize = 255;
const SOFTWARE: i32 = 0;

/// A reason that holds.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::model) struct Given {
    queue_id: i32,
    state: i32,
    work_mode: i32,
    hardware: bool,
    key: String,
    value: String,
    since: i64,
    /// It has the row in G_AGENT_STATE_RC_A that there can be for its queue and key.
    shown: bool,
}

impl Given {
    fn is(&self, hardware: bool, key: &str, value: &str) -> bool {
        self.hardware == hardware
            && (hardware || self.key == cut(key, LENGTH_MAX).0)
            && self.value == cut(value, LENGTH_MAX).0
    }
}

impl Model {
    /// What the source says now ends the reasons that it gave before, and gives others.
    pub(in crate::model) fn give_reasons(&mut self, key: Key<LoginSession>, says: &AgentSays<'_>, work_mode: i32) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let now = self.now.max(session.since);
        let of_queue = says.queue.and_then(|queue| session.queues.iter().find(|of| of.queue == queue));
        let queue_id = of_queue.map_or(ALL_QUEUES, |of| of.queue_id);
        if says.reasons.is_empty() && session.given.is_empty() {
            return;
        }
        let state = says.state as i32;
        let (ended, mut hold): (Vec<_>, Vec<_>) = std::mem::take(&mut session.given).into_iter().partition(|given| {
            let in_scope = queue_id == ALL_QUEUES || given.queue_id == queue_id;
            let said_again = || says.reasons.iter().any(|(hardware, key, value)| given.is(*hardware, key, value));
            in_scope && !(given.queue_id == queue_id && given.state == state && said_again())
        });
        for given in &ended {
            self.end_given(key, given, now);
        }
        for (hardware, name, value) in says.reasons.iter().copied() {
            let known = hold.iter().any(|given| given.queue_id == queue_id && given.is(hardware, name, value));
            if known || hold.len() >= REASONS_MAX || (name.is_empty() && !hardware) {
                continue;
            }
            let name = if hardware { HARDWARE_KEY } else { cut(name, LENGTH_MAX).0 };
            let shown = !hold.iter().any(|given| given.queue_id == queue_id && given.shown && given.key == name);
            let value = cut(value, LENGTH_MAX).0.to_owned();
            let given = Given { queue_id, state, work_mode, hardware, key: name.to_owned(), value, since: now, shown };
            self.show_given(key, &given);
            hold.push(given);
        }
        if let Some(session) = self.sessions.get_mut(key) {
            session.given = hold;
        }
    }

    /// Reasons that were given for queues end when the session leaves these at all its devices.
    pub(in crate::model) fn end_reasons_of(&mut self, key: Key<LoginSession>, queues: &[i32]) {
        let Some(session) = self.sessions.get_mut(key).filter(|session| !session.given.is_empty()) else { return };
        let now = self.now.max(session.since);
        let is_in = |queue: i32| queue == ALL_QUEUES || session.queues.iter().any(|of| of.queue_id == queue);
        let left: Vec<_> = queues.iter().copied().filter(|queue| !is_in(*queue)).collect();
        let given = std::mem::take(&mut session.given);
        let (ended, hold): (Vec<_>, Vec<_>) = given.into_iter().partition(|given| left.contains(&given.queue_id));
        session.given = hold;
        for given in &ended {
            self.end_given(key, given, now);
        }
    }

    pub(super) fn close_given(&mut self, key: Key<LoginSession>, time: i64) {
        let given = self.sessions.get_mut(key).map(|session| std::mem::take(&mut session.given)).unwrap_or_default();
        for old in &given {
            self.end_given(key, old, time);
        }
    }

    fn show_given(&mut self, key: Key<LoginSession>, given: &Given) {
        let Some(session) = self.sessions.get(key).filter(|_| given.shown) else { return };
        self.rows.g_agent_state_rc_a.push(GAgentStateRcA {
            at: self.rows.at,
            gone: false,
            sessionid: session.id.text(),
            endpointid: session.endpoint,
            queueid: given.queue_id,
            agentstate: Some(given.state),
            workmode: Some(given.work_mode),
            hwflag: Some(if given.hardware { HARDWARE } else { SOFTWARE }),
            keyname: given.key.clone(),
            value: Some(given.value.clone()),
            created: Some(given.since),
            terminated: None,
            ext: None,
        });
    }

    fn end_given(&mut self, key: Key<LoginSession>, given: &Given, time: i64) {
        let Some(session) = self.sessions.get(key) else { return };
        if given.shown {
            self.rows.g_agent_state_rc_a.push(GAgentStateRcA {
                at: self.rows.at,
                gone: true,
                sessionid: session.id.text(),
                endpointid: session.endpoint,
                queueid: given.queue_id,
                keyname: given.key.clone(),
                ..GAgentStateRcA::default()
            });
        }
        self.rows.g_agent_state_rc.push(GAgentStateRc {
            at: self.rows.at,
            sessionid: Some(session.id.text()),
            endpointid: Some(session.endpoint),
            queueid: Some(given.queue_id),
            agentstate: Some(given.state),
            workmode: Some(given.work_mode),
            hwflag: Some(if given.hardware { HARDWARE } else { SOFTWARE }),
            keyname: given.key.clone(),
            value: Some(given.value.clone()),
            created: Some(given.since),
            terminated: Some(time.max(given.since)),
            ext: inferred_ext(session.inferred_end()),
        });
    }
}
