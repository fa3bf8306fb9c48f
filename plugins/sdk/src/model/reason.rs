//! Why an agent is not ready: one row of G_AGENT_STATE_RC when a reason ends, one of G_AGENT_STATE_RC_A while it lasts.
//!
//! An exchange pauses an agent queue by queue. Paused in all queues for one reason, the agent has that reason once,
//! for all queues (`QUEUEID = 0`); else once for each queue in which it holds. The moment in which a pause spreads over
//! the queues, or is lifted from them, is no reason of its own: what lasts less than [`SPREAD`] on the way is not told.

mod given;

pub(super) use given::Given;

use super::{AgentState, LoginSession, Model, agent_state::ALL_QUEUES, inferred_ext, login::Pause};
use crate::{
    rows::{GAgentStateRc, GAgentStateRcA},
    store::Key,
    time::SECOND,
};
use serde::{Deserialize, Serialize};

/// KEYNAME of a reason that the exchange itself gives.
const HARDWARE_KEY: &str = "ReasonCode";
const HARDWARE: i32 = 1;
/// Longest time that an exchange takes to pause an agent in all queues.
const SPREAD: i64 = SECOND;

/// A reason that is in G_AGENT_STATE_RC_A.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Shown {
    queue_id: i32,
    reason: String,
    since: i64,
    /// It is what is left of a reason that held for all queues.
    left_over: bool,
}

impl LoginSession {
    /// Paused in all its queues.
    pub(super) fn is_paused(&self) -> bool {
        !self.queues.is_empty() && self.queues.iter().all(|membership| membership.pause.is_some())
    }

    /// The reasons that hold now: (queue, reason, since).
    fn reasons(&self) -> Vec<(i32, String, i64)> {
        let pauses: Vec<_> = self.queues.iter().filter_map(|of| Some((of.queue_id, of.pause.as_ref()?))).collect();
        if let Some((_, first)) = pauses.first()
            && pauses.iter().all(|(_, pause)| pause.reason == first.reason)
            && self.is_paused()
        {
            let since = pauses.iter().map(|(_, pause)| pause.since).min().unwrap_or(first.since);
            return vec![(ALL_QUEUES, first.reason.clone(), since)];
        }
        pauses.into_iter().map(|(queue, pause)| (queue, pause.reason.clone(), pause.since)).collect()
    }
}

impl Model {
    /// The agent is paused in a queue for a reason (which may be empty), or no longer (`None`).
    pub fn pause(&mut self, key: Key<LoginSession>, queue: &str, reason: Option<&str>) {
        self.pause_since(key, queue, reason, self.now);
    }

    /// As [`Model::pause`], when the pause is known to have begun before.
    pub fn pause_since(&mut self, key: Key<LoginSession>, queue: &str, reason: Option<&str>, since: i64) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let Some(membership) = session.queues.iter_mut().find(|of| of.queue == queue) else { return };
        if membership.pause.as_ref().map(|pause| pause.reason.as_str()) == reason {
            return;
        }
        membership.pause = reason.map(|reason| Pause { reason: reason.to_owned(), since });
        let begun = session.since.max(since).min(self.now);
        self.refresh_reasons(key);
        self.refresh_agent_state(key, begun, None);
    }

    pub(super) fn refresh_reasons(&mut self, key: Key<LoginSession>) {
        let Some(session) = self.sessions.get(key) else { return };
        let hold = session.reasons();
        let shown = session.shown.clone();
        let (kept, ended): (Vec<_>, Vec<_>) = shown.into_iter().partition(|shown| {
            hold.iter().any(|(queue, reason, _)| *queue == shown.queue_id && *reason == shown.reason)
        });
        let begun: Vec<_> = hold
            .into_iter()
            .filter(|(queue, reason, _)| !kept.iter().any(|kept| kept.queue_id == *queue && kept.reason == *reason))
            .collect();
        let now = self.now;
        for old in &ended {
            // A reason of one queue that now holds for all has spread, and goes on there.
            let spread = begun.iter().any(|(queue, reason, since)| {
                *queue == ALL_QUEUES && *reason == old.reason && *since <= old.since && now - old.since < SPREAD
            });
            let lifted = old.left_over && now - old.since < SPREAD;
            self.end_reason(key, old, now, !spread && !lifted);
        }
        let mut now_shown = kept;
        for (queue_id, reason, since) in begun {
            let left_over = ended.iter().any(|old| old.queue_id == ALL_QUEUES && old.reason == reason);
            let since = if left_over { now } else { since };
            let new = Shown { queue_id, reason, since, left_over };
            self.show_reason(key, &new);
            now_shown.push(new);
        }
        if let Some(session) = self.sessions.get_mut(key) {
            session.shown = now_shown;
        }
    }

    pub(super) fn close_reasons(&mut self, key: Key<LoginSession>, time: i64) {
        let shown = self.sessions.get_mut(key).map(|session| std::mem::take(&mut session.shown)).unwrap_or_default();
        for old in &shown {
            self.end_reason(key, old, time, true);
        }
        self.close_given(key, time);
    }

    fn show_reason(&mut self, key: Key<LoginSession>, shown: &Shown) {
        let Some(session) = self.sessions.get(key) else { return };
        self.rows.g_agent_state_rc_a.push(GAgentStateRcA {
            at: self.rows.at,
            gone: false,
            sessionid: session.id.text(),
            endpointid: session.endpoint,
            queueid: shown.queue_id,
            agentstate: Some(AgentState::NotReady as i32),
            workmode: None,
            hwflag: Some(HARDWARE),
            keyname: HARDWARE_KEY.to_owned(),
            value: Some(shown.reason.clone()),
            created: Some(shown.since),
            terminated: None,
            ext: None,
        });
    }

    fn end_reason(&mut self, key: Key<LoginSession>, shown: &Shown, time: i64, told: bool) {
        let Some(session) = self.sessions.get(key) else { return };
        self.rows.g_agent_state_rc_a.push(GAgentStateRcA {
            at: self.rows.at,
            gone: true,
            sessionid: session.id.text(),
            endpointid: session.endpoint,
            queueid: shown.queue_id,
            keyname: HARDWARE_KEY.to_owned(),
            ..GAgentStateRcA::default()
        });
        let time = time.max(shown.since);
        if told {
            self.rows.g_agent_state_rc.push(GAgentStateRc {
                at: self.rows.at,
                sessionid: Some(session.id.text()),
                endpointid: Some(session.endpoint),
                queueid: Some(shown.queue_id),
                agentstate: Some(AgentState::NotReady as i32),
                workmode: None,
                hwflag: Some(HARDWARE),
                keyname: HARDWARE_KEY.to_owned(),
                value: Some(shown.reason.clone()),
                created: Some(shown.since),
                terminated: Some(time),
                ext: inferred_ext(session.inferred_end()),
            });
        }
    }
}
