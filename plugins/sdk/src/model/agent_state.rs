//! What an agent does: one state at a time for the whole session.
//!
//! In a call an agent is busy. What the agent does otherwise comes from one of two sources:
//! - an exchange that pauses agents queue by queue: after a call in after-call work, as long as the exchange grants it;
//!   else not ready, if paused in all queues; else ready;
//! - a source that says itself what the agent does (`said`).

mod said;

pub use said::AgentSays;
pub(super) use said::Said;

use super::{Call, Due, LoginSession, Model, inferred_ext};
use crate::{
    rows::{GAgentStateHistory, GsAgentStat},
    store::Key,
    time::seconds,
};
use serde::{Deserialize, Serialize};

/// `TYPE` of G_AGENT_STATE_HISTORY: a state.
const TYPE_STATE: i32 = 5;
/// `TYPE` of G_AGENT_STATE_HISTORY: a state that follows when the call ends.
const TYPE_PENDING: i32 = 6;
/// `TYPE` of G_AGENT_STATE_HISTORY: a work mode.
const TYPE_WORK_MODE: i32 = 7;
/// `TYPE` of G_AGENT_STATE_HISTORY: a call occupies the agent.
const TYPE_CONNECTED: i32 = 8;
/// `TYPE` of G_AGENT_STATE_HISTORY: a call no longer does.
const TYPE_DISCONNECTED: i32 = 9;
/// `QUEUEID`: all queues of the session.
pub(super) const ALL_QUEUES: i32 = 0;

/// `STATE` of G_AGENT_STATE_HISTORY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AgentState {
    /// Not known.
    Unknown = 0,
    /// Has logged in.
    LoggedIn = 1,
    /// Takes calls.
    Ready = 2,
    /// Takes none.
    NotReady = 3,
    /// Finishes what a call left to do.
    AfterCallWork = 4,
    /// In a call.
    Busy = 5,
    /// Has logged out.
    LoggedOut = 6,
}

impl AgentState {
    /// How many there are.
    pub(super) const COUNT: usize = 7;
    const ALL: [Self; Self::COUNT] =
        [Self::Unknown, Self::LoggedIn, Self::Ready, Self::NotReady, Self::AfterCallWork, Self::Busy, Self::LoggedOut];
}

impl Model {
    /// What the agent does now follows from calls, after-call work and pauses.
    pub fn refresh_agent_state(&mut self, key: Key<LoginSession>, time: i64, call: Option<Key<Call>>) {
        let Some(session) = self.sessions.get(key) else { return };
        if session.said.is_some() {
            self.follow_word(key, time);
            return;
        }
        let state = if session.busy > 0 {
            AgentState::Busy
        } else if session.after_call_until.is_some_and(|(until, _)| until > time) {
            AgentState::AfterCallWork
        } else if session.is_paused() {
            AgentState::NotReady
        } else {
            AgentState::Ready
        };
        if session.state != state {
            self.enter_agent_state(key, state, time, call);
        }
        self.refresh_pending(key);
    }

    /// After the call the agent works on for it until `until`.
    pub fn after_call_work(&mut self, key: Key<LoginSession>, until: i64) {
        if until <= self.now || self.sessions.get(key).is_none() {
            return;
        }
        let due = self.fall_due(until, Due::AfterCallWork(key));
        let before = self.sessions.get_mut(key).and_then(|session| session.after_call_until.replace((until, due)));
        if let Some((_, before)) = before {
            self.due.remove(&before);
        }
        self.refresh_agent_state(key, self.now, None);
    }

    pub(super) fn after_call_work_ended(&mut self, key: Key<LoginSession>) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        session.after_call_until = None;
        if session.said.is_some() {
            self.after_call_work_given_up(key);
        } else {
            self.refresh_agent_state(key, self.now, None);
        }
    }

    /// One more or one less party keeps the agent busy; `time` lies back if it was found out later.
    pub(super) fn session_busy(&mut self, key: Key<LoginSession>, by: i32, call: Key<Call>, time: i64) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        session.busy = session.busy.saturating_add(by).max(0);
        self.tell_call(key, by > 0, call, time);
        self.refresh_agent_state(key, time, Some(call));
    }

    pub(super) fn enter_agent_state(
        &mut self,
        key: Key<LoginSession>,
        state: AgentState,
        time: i64,
        call: Option<Key<Call>>,
    ) {
        let call = call.and_then(|call| self.calls.get(call)).map(|call| call.id.clone());
        self.enter_agent_state_for(key, state, time, call, false);
    }

    fn enter_agent_state_for(
        &mut self,
        key: Key<LoginSession>,
        state: AgentState,
        time: i64,
        callid: Option<String>,
        inferred: bool,
    ) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let (before, since) = (session.state, session.since);
        // A clock that is set back does not make states overlap.
        let time = time.max(since);
        if let Some(spent) = session.spent.get_mut(before as usize) {
            *spent = spent.saturating_add(time.saturating_sub(since).max(0));
        }
        if let Some(entered) = session.entered.get_mut(state as usize) {
            *entered += 1;
        }
        session.state = state;
        session.since = time;
        let row = GAgentStateHistory {
            type_: Some(TYPE_STATE),
            state: Some(state as i32),
            prevstate: Some(before as i32),
            prevsenter: (before != AgentState::Unknown).then_some(since),
            callid,
            ext: inferred_ext(inferred),
            ..GAgentStateHistory::default()
        };
        self.agent_history(key, row, time);
    }

    /// A pause during a call takes effect after it.
    fn refresh_pending(&mut self, key: Key<LoginSession>) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let pending = session.is_paused() && matches!(session.state, AgentState::Busy | AgentState::AfterCallWork);
        if session.pending == pending {
            return;
        }
        session.pending = pending;
        let (state, since) = (session.state, session.since);
        if pending {
            let row = GAgentStateHistory {
                type_: Some(TYPE_PENDING),
                state: Some(state as i32),
                pendingstate: Some(AgentState::NotReady as i32),
                prevstate: Some(state as i32),
                prevsenter: Some(since),
                ..GAgentStateHistory::default()
            };
            self.agent_history(key, row, self.now);
        }
    }

    fn agent_history(&mut self, key: Key<LoginSession>, row: GAgentStateHistory, time: i64) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        session.seq += 1;
        let inferred = session.state == AgentState::LoggedOut && session.inferred_end();
        self.rows.g_agent_state_history.push(GAgentStateHistory {
            at: self.rows.at,
            seq: Some(session.seq),
            loginsessionid: Some(session.id.text()),
            loginid: Some(session.login),
            agentid: Some(session.agent),
            endpointid: Some(session.endpoint),
            endpointdn: Some(session.dn.clone()),
            queueid: Some(ALL_QUEUES),
            added: Some(time),
            ext: inferred_ext(inferred).or(row.ext),
            ..row
        });
    }

    /// At the end of a session: the time in each state.
    pub(super) fn write_agent_statistics(&mut self, key: Key<LoginSession>) {
        let Some(session) = self.sessions.get(key) else { return };
        // An exchange that pauses agents says nothing of the moment between log-in and first queue.
        let first = if session.said.is_some() { AgentState::LoggedIn } else { AgentState::Ready };
        let reported =
            |state: &AgentState| (first as usize..AgentState::LoggedOut as usize).contains(&(*state as usize));
        for state in AgentState::ALL.into_iter().filter(reported) {
            let spent = session.spent.get(state as usize).copied().unwrap_or_default();
            let entered = session.entered.get(state as usize).copied().unwrap_or_default();
            if entered > 0 {
                self.rows.gs_agent_stat.push(GsAgentStat {
                    at: self.rows.at,
                    sessionid: session.id.text(),
                    endpointid: session.endpoint,
                    queueid: ALL_QUEUES,
                    state: state as i32,
                    tt_state: Some(seconds(spent)),
                    cnt_state: Some(entered),
                    ext: None,
                });
            }
        }
    }
}
