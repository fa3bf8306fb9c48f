//! What a source says itself of an agent: ready, not ready, after-call work, each with a work mode and reasons.
//!
//! ```text
//! word     ready ─────────────── after-call work ──── ready       what the source said last
//! calls           ┌── call ──┐
//! state    ready  │   busy   │   after-call work  │   ready       G_AGENT_STATE_HISTORY, TYPE 5
//! ```
//!
//! While a call occupies the agent, the state is busy, and another word is a pending state (TYPE 6) that follows the
//! call. Several events of one moment may come in any order, the end of a call before or after what the agent does
//! next. So a busy agent's state is settled when the moment is over, by what holds then; all other changes are told at
//! once.
//!
//! A word for one queue holds there, a word for none in all. The agent is ready if ready in any queue.
//!
//! # Invariants
//! 1. States of a session follow each other without gap or overlap, and GS_AGENT_STAT has their sums
//!    (`plugins/voice/tests/agents.rs`).
//! 2. The order of a call's end and of a word in one moment makes no difference to the states
//!    (`plugins/voice/tests/agents.rs`).

use super::{ALL_QUEUES, AgentState, TYPE_CONNECTED, TYPE_DISCONNECTED, TYPE_PENDING, TYPE_WORK_MODE};
use crate::{
    model::{Call, Due, DueAt, LoginSession, Model},
    rows::{GAgentStateHistory, GPartyStat, GsAgentStatWm},
    store::Key,
    time::seconds,
};
use serde::{Deserialize, Serialize};

/// Work modes that there are, and 0: not known.
const WORK_MODES: usize = 8;

/// What a source says of an agent.
#[derive(Clone, Copy, Debug)]
pub struct AgentSays<'a> {
    /// What the agent does when no call comes.
    pub state: AgentState,
    /// The work mode, by its number in the T-Library model; 0: not known.
    pub work_mode: i64,
    /// The queue for which it is said; `None`: for all.
    pub queue: Option<&'a str>,
    /// Reasons: (given at the telephone, key, value).
    pub reasons: &'a [(bool, &'a str, &'a str)],
}

/// A party's work that has ended: what its row in G_PARTY_STAT holds, for after-call work to be added.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Worked {
    call: String,
    party: String,
    /// Seconds: alerting, connected, hold, queued, dialing.
    times: [Option<i32>; 5],
    released_local: Option<i32>,
    inferred: bool,
    /// After-call work, µs.
    after: i64,
}

/// What the source said last, and what of it has been told.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::model) struct Said {
    /// For queues of which nothing was said by itself.
    state: AgentState,
    /// The word that was told last, as state or as pending.
    told: AgentState,
    work_mode: usize,
    mode_told: usize,
    mode_since: i64,
    mode_spent: [i64; WORK_MODES],
    mode_entered: [i32; WORK_MODES],
    /// When a busy agent's state is settled.
    settle: Option<DueAt>,
    /// The call that occupied the agent last.
    call: Option<String>,
    worked: Option<Worked>,
    /// The after-call work that goes on is for `worked`.
    works: bool,
    /// After-call work was given up by a limit.
    given_up: bool,
}

impl LoginSession {
    /// What the agent does when no call comes, over all queues.
    fn word(&self, said: &Said) -> AgentState {
        let words = || self.queues.iter().map(|of| of.said.unwrap_or(said.state));
        let order = [AgentState::Ready, AgentState::AfterCallWork, AgentState::NotReady, AgentState::LoggedIn];
        order.into_iter().find(|state| words().any(|word| word == *state)).unwrap_or(said.state)
    }
}

impl Model {
    /// After-call work ends by itself after so many µs; `None`: only when the source says so.
    pub fn limit_after_call_work(&mut self, max: Option<i64>) {
        self.after_call_max = max;
    }

    /// The source says what the agent does. From the first word on, states follow words and calls alone.
    pub fn agent_says(&mut self, key: Key<LoginSession>, says: &AgentSays<'_>) {
        self.confirm_session(key);
        let now = self.now;
        let Some(session) = self.sessions.get_mut(key) else { return };
        let said = session.said.get_or_insert_with(|| Box::new(Said::new(session.state, now)));
        let of_queue = says.queue.and_then(|queue| session.queues.iter_mut().find(|of| of.queue == queue));
        match of_queue {
            Some(membership) => membership.said = Some(says.state),
            None => {
                said.state = says.state;
                session.queues.iter_mut().for_each(|of| of.said = None);
            }
        }
        said.work_mode = usize::try_from(says.work_mode).ok().filter(|mode| *mode < WORK_MODES).unwrap_or_default();
        let mode = i32::try_from(said.work_mode).unwrap_or_default();
        self.limit_this_work(key, says.state == AgentState::AfterCallWork);
        self.give_reasons(key, says, mode);
        self.follow_word(key, self.now);
    }

    /// States follow words: at once, or for a busy agent when the moment is over. What is found out later has its own
    /// time.
    pub(super) fn follow_word(&mut self, key: Key<LoginSession>, time: i64) {
        let now = self.now;
        let Some(session) = self.sessions.get(key) else { return };
        let Some(said) = &session.said else { return };
        if session.state != AgentState::Busy || time < now {
            self.settle(key, time);
        } else if said.settle.is_none() {
            let due = self.fall_due(now.saturating_add(1), Due::AgentState(key));
            self.with_said(key, |said| said.settle = Some(due));
        }
    }

    /// The moment is over.
    pub(in crate::model) fn settle_agent_state(&mut self, key: Key<LoginSession>) {
        let due = self.with_said(key, |said| said.settle.take()).flatten();
        if let Some((time, _)) = due {
            self.settle(key, time.saturating_sub(1));
        }
    }

    /// What happened before `time` is settled, because something else happens then.
    pub(in crate::model) fn settle_before(&mut self, key: Key<LoginSession>, time: i64) {
        let Some(due) = self.with_said(key, |said| said.settle.take()).flatten() else { return };
        self.due.remove(&due);
        let moment = due.0.saturating_sub(1);
        if moment < time {
            self.settle(key, moment);
        }
    }

    fn settle(&mut self, key: Key<LoginSession>, time: i64) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let Some(said) = &session.said else { return };
        let word = session.word(said);
        let (before, busy, given_up) = (session.state, session.busy > 0, said.given_up);
        let state = if busy { AgentState::Busy } else { word };
        let time = time.max(session.since);
        if state != before {
            let after_call =
                before == AgentState::Busy || matches!(state, AgentState::Busy | AgentState::AfterCallWork);
            let call = said.call.clone().filter(|_| after_call);
            if before == AgentState::AfterCallWork {
                self.count_after_call_work(key, time);
            }
            self.enter_agent_state_for(key, state, time, call, given_up);
            self.with_said(key, |said| said.works = state == AgentState::AfterCallWork && said.worked.is_some());
        }
        self.tell_work_mode(key, time);
        if busy && self.with_said(key, |said| said.told != word) == Some(true) {
            let since = self.sessions.get(key).map(|session| session.since);
            let row = GAgentStateHistory {
                type_: Some(TYPE_PENDING),
                state: Some(AgentState::Busy as i32),
                pendingstate: Some(word as i32),
                prevstate: Some(AgentState::Busy as i32),
                prevsenter: since,
                ..GAgentStateHistory::default()
            };
            self.agent_history(key, row, time);
        }
        self.with_said(key, |said| (said.told, said.given_up) = (word, false));
    }

    fn with_said<R>(&mut self, key: Key<LoginSession>, act: impl FnOnce(&mut Said) -> R) -> Option<R> {
        Some(act(self.sessions.get_mut(key)?.said.as_mut()?))
    }

    fn tell_work_mode(&mut self, key: Key<LoginSession>, time: i64) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let (state, since) = (session.state, session.since);
        let Some(said) = &mut session.said else { return };
        if said.mode_told == said.work_mode {
            return;
        }
        let time = time.max(said.mode_since);
        said.spend_mode(time);
        said.mode_told = said.work_mode;
        if let Some(entered) = said.mode_entered.get_mut(said.mode_told).filter(|_| said.mode_told > 0) {
            *entered += 1;
        }
        let row = GAgentStateHistory {
            type_: Some(TYPE_WORK_MODE),
            state: Some(state as i32),
            prevstate: Some(state as i32),
            prevsenter: Some(since),
            workmode: i32::try_from(said.mode_told).ok(),
            ..GAgentStateHistory::default()
        };
        self.agent_history(key, row, time);
    }

    /// A call begins to occupy the agent, or no longer does.
    pub(super) fn tell_call(&mut self, key: Key<LoginSession>, begins: bool, call: Key<Call>, time: i64) {
        let Some(call) = self.calls.get(call).map(|call| call.id.clone()) else { return };
        let Some((state, since)) = self.sessions.get(key).map(|session| (session.state as i32, session.since)) else {
            return;
        };
        if self.with_said(key, |said| said.call = Some(call.clone())).is_none() {
            return;
        }
        let row = GAgentStateHistory {
            type_: Some(if begins { TYPE_CONNECTED } else { TYPE_DISCONNECTED }),
            state: Some(state),
            callid: Some(call),
            ..GAgentStateHistory::default()
        };
        self.agent_history(key, row, time.max(since));
    }

    /// A party of the agent has ended, its row was written just now: after-call work may follow.
    pub(in crate::model) fn party_leaves_work(&mut self, key: Key<LoginSession>, call: String) {
        let Some(row) = self.rows.g_party_stat.last() else { return };
        let Some(said) = self.sessions.get_mut(key).and_then(|session| session.said.as_mut()) else { return };
        if said.works {
            // Work for the call before goes on.
            return;
        }
        said.worked = Some(Worked {
            call,
            party: row.partyid.clone(),
            times: [row.tt_alerting, row.tt_connected, row.tt_hold, row.tt_queued, row.tt_dialing],
            released_local: row.f_released_local,
            inferred: row.ext.is_some(),
            after: 0,
        });
    }

    /// After-call work ends: the party for which it was gets its time.
    pub(in crate::model) fn count_after_call_work(&mut self, key: Key<LoginSession>, time: i64) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let spent = time.saturating_sub(session.since).max(0);
        let Some(said) = session.said.as_mut().filter(|said| said.works) else { return };
        let Some(worked) = &mut said.worked else { return };
        worked.after = worked.after.saturating_add(spent);
        let [tt_alerting, tt_connected, tt_hold, tt_queued, tt_dialing] = worked.times;
        self.rows.g_party_stat.push(GPartyStat {
            at: self.rows.at,
            partyid: worked.party.clone(),
            tt_alerting,
            tt_connected,
            tt_hold,
            tt_queued,
            tt_acw: Some(seconds(worked.after)),
            tt_dialing,
            f_released_local: worked.released_local,
            ext: super::inferred_ext(worked.inferred),
        });
    }

    /// After-call work begins, or something else: is there a limit to it?
    fn limit_this_work(&mut self, key: Key<LoginSession>, begins: bool) {
        let limit = self.after_call_max.filter(|_| begins);
        let Some(session) = self.sessions.get_mut(key) else { return };
        if begins && session.after_call_until.is_some() {
            return;
        }
        if let Some((_, before)) = session.after_call_until.take() {
            self.due.remove(&before);
        }
        let Some(limit) = limit else { return };
        let until = self.now.saturating_add(limit);
        let due = self.fall_due(until, Due::AfterCallWork(key));
        if let Some(session) = self.sessions.get_mut(key) {
            session.after_call_until = Some((until, due));
        }
    }

    /// After-call work has lasted as long as it may: the agent is ready, as far as can be inferred.
    pub(super) fn after_call_work_given_up(&mut self, key: Key<LoginSession>) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let Some(said) = &mut session.said else { return };
        let words = session.queues.iter_mut().filter_map(|of| of.said.as_mut()).chain([&mut said.state]);
        words.filter(|word| **word == AgentState::AfterCallWork).for_each(|word| *word = AgentState::Ready);
        (said.work_mode, said.given_up) = (0, true);
        self.follow_word(key, self.now);
    }

    /// At the end of a session: the time in each work mode.
    pub(in crate::model) fn write_work_modes(&mut self, key: Key<LoginSession>) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let ended = session.since;
        let Some(said) = &mut session.said else { return };
        said.spend_mode(ended);
        for (mode, (spent, entered)) in (0..).zip(said.mode_spent.into_iter().zip(said.mode_entered)) {
            if entered > 0 {
                self.rows.gs_agent_stat_wm.push(GsAgentStatWm {
                    at: self.rows.at,
                    sessionid: session.id.text(),
                    endpointid: session.endpoint,
                    queueid: ALL_QUEUES,
                    workmode: mode,
                    tt_state: Some(seconds(spent)),
                    cnt_state: Some(entered),
                    ext: None,
                });
            }
        }
    }
}

impl Said {
    fn new(state: AgentState, now: i64) -> Self {
        Self {
            state,
            told: state,
            work_mode: 0,
            mode_told: 0,
            mode_since: now,
            mode_spent: [0; WORK_MODES],
            mode_entered: [0; WORK_MODES],
            settle: None,
            call: None,
            worked: None,
            works: false,
            given_up: false,
        }
    }

    /// Counts the time in the work mode that ends at `time`; the unknown one is none.
    fn spend_mode(&mut self, time: i64) {
        let spent = time.saturating_sub(self.mode_since).max(0);
        if let Some(sum) = self.mode_spent.get_mut(self.mode_told).filter(|_| self.mode_told > 0) {
            *sum = sum.saturating_add(spent);
        }
        self.mode_since = time;
    }
}
