//! What can no longer end by itself is ended here, and marked: `GSYS_EXT_INT2 = 1`, G_CALL_HISTORY change type 4.
//! The time is the last moment at which it was known to be alive.

use super::{Call, CcEvent, LoginSession, Model, Party, QueueVisit};
use crate::store::Key;

impl Model {
    /// Ends a party of which no ending event can come any more; with the last one its call ends.
    pub fn end_stuck_party(&mut self, key: Key<Party>, time: i64) {
        let Some(call) = self.parties.get(key).map(|party| party.call) else { return };
        self.end_party_at(key, time, CcEvent::Released, None, true);
        let empty = self.calls.get(call).is_some_and(|call| call.parties.is_empty() && call.visits == 0);
        if empty {
            self.end_call(call, time, true);
        }
    }

    /// Ends a call, with its parties and stays in queues, of which no ending event can come any more.
    pub fn end_stuck_call(&mut self, key: Key<Call>, time: i64) {
        let Some(call) = self.calls.get(key) else { return };
        let time = time.max(call.created);
        let parties = call.parties.clone();
        let mut visits: Vec<(u64, Key<QueueVisit>)> = Vec::new();
        if call.visits > 0 {
            visits = self.visits.iter().filter(|(_, of)| of.call == key).map(|(visit, of)| (of.born, visit)).collect();
            visits.sort_unstable();
        }
        for (_, visit) in visits {
            self.end_stuck_visit(visit, time);
        }
        for party in parties {
            self.end_party_at(party, time, CcEvent::Released, None, true);
        }
        self.end_call(key, time, true);
    }

    /// As [`Model::let_go_of_call`], of something of which no ending event can come any more.
    pub fn let_go_of_stuck_call(&mut self, key: Key<Call>, time: i64) {
        let Some(call) = self.calls.get_mut(key) else { return };
        call.visits = call.visits.saturating_sub(1);
        if call.parties.is_empty() && call.visits == 0 {
            self.end_call(key, time, true);
        }
    }

    /// Ends a login session of which no ending event can come any more.
    pub fn end_stuck_session(&mut self, key: Key<LoginSession>, time: i64) {
        self.end_session(key, time, true);
    }

    /// Ends everything: the exchange was started anew, or stops.
    pub fn end_everything(&mut self, time: i64) {
        let mut calls: Vec<_> = self.calls.iter().map(|(key, call)| (call.born, key)).collect();
        calls.sort_unstable();
        for (_, call) in calls {
            self.end_stuck_call(call, time);
        }
        let mut sessions: Vec<_> = self.sessions.iter().map(|(key, session)| (session.born, key)).collect();
        sessions.sort_unstable();
        for (_, session) in sessions {
            self.end_stuck_session(session, time);
        }
    }

    /// The call has reached its maximum age, or was only a reason to be called at that time.
    pub(super) fn close_old_call(&mut self, key: Key<Call>) {
        let Some(call) = self.calls.get(key) else { return };
        if self.call_age_max.is_some_and(|age_max| call.created.saturating_add(age_max) <= self.now) {
            self.end_stuck_call(key, self.now.min(self.heard.max(0)));
        }
    }

    /// A mapping has something of its own to do at `time`, which concerns `call`: the host sends a tick then.
    pub fn wake_at(&mut self, call: Key<Call>, time: i64) {
        self.fall_due(time, super::Due::Call(call));
    }

    /// What follows happens as of `time`: something that fell due, before the event that is being mapped. Answers the
    /// time of before, to be set again.
    pub fn turn_clock(&mut self, time: i64) -> i64 {
        std::mem::replace(&mut self.now, time)
    }
}
