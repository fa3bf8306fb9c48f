//! Is a session still alive? After an interruption nobody knows, until the agent or the device is heard of again.
//!
//! A session that is in doubt for longer than it may be has ended when the interruption began. One of which nothing was
//! heard for very long has ended, too, when it was last heard of: its log-out was lost.

use super::{LoginSession, Model};
use crate::{model::Due, store::Key};
use serde::{Deserialize, Serialize};

/// A session of which it is not known whether it goes on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(in crate::model) struct Doubt {
    /// When it was last known to.
    since: i64,
    /// When it is given up, if ever.
    until: Option<i64>,
}

impl Model {
    /// Sessions of which nothing was heard for so long (µs) have ended; `None`: never.
    pub fn limit_session_silence(&mut self, silence_max: Option<i64>) {
        self.session_silence_max = silence_max;
    }

    /// All sessions are in doubt, as last known alive when the source was last heard; what nobody confirms within
    /// `confirm` µs is closed as stuck (`None`: stays in doubt).
    pub fn doubt_sessions(&mut self, confirm: Option<i64>) {
        let (heard, now) = (self.heard, self.now);
        let keys: Vec<_> = self.sessions.iter().map(|(key, _)| key).collect();
        for key in keys {
            if let Some(session) = self.sessions.get_mut(key) {
                let since = session.doubt.map_or(heard, |doubt| doubt.since);
                session.doubt = Some(Doubt { since, until: confirm.map(|confirm| now.saturating_add(confirm)) });
                self.look_later(key);
            }
        }
    }

    /// All sessions have ended at `time`: nobody who is still there will log out of them.
    pub fn end_all_sessions(&mut self, time: i64) {
        let mut sessions: Vec<_> = self.sessions.iter().map(|(key, session)| (session.born, key)).collect();
        sessions.sort_unstable();
        for (_, session) in sessions {
            self.end_stuck_session(session, time);
        }
    }

    /// The agent, or a device of the session, was heard of.
    pub fn confirm_session(&mut self, key: Key<LoginSession>) {
        // What falls due after the last event is no sign of life.
        let heard = self.now.min(self.heard);
        let Some(session) = self.sessions.get_mut(key) else { return };
        session.heard = session.heard.max(heard);
        let is_looked_after = session.look_due.is_some() || self.session_silence_max.is_none();
        if session.doubt.take().is_some() || !is_looked_after {
            self.look_later(key);
        }
    }

    /// When a session that is in doubt was last known to go on; else now.
    #[must_use]
    pub fn session_alive_until(&self, key: Key<LoginSession>) -> i64 {
        self.sessions.get(key).and_then(|session| session.doubt).map_or(self.now, |doubt| doubt.since)
    }

    /// Sees to it that the session is looked after when its silence or its doubt will have lasted too long.
    pub(super) fn look_later(&mut self, key: Key<LoginSession>) {
        let silence_max = self.session_silence_max;
        let Some(session) = self.sessions.get_mut(key) else { return };
        let silent = silence_max.map(|silence_max| session.heard.saturating_add(silence_max));
        let doubtful = session.doubt.and_then(|doubt| doubt.until);
        if let Some(before) = session.look_due.take() {
            self.due.remove(&before);
        }
        let Some(time) = [silent, doubtful].into_iter().flatten().min() else { return };
        let due = self.fall_due(time, Due::Session(key));
        if let Some(session) = self.sessions.get_mut(key) {
            session.look_due = Some(due);
        }
    }

    pub(in crate::model) fn look_after_session(&mut self, key: Key<LoginSession>) {
        let (now, silence_max) = (self.now, self.session_silence_max);
        let Some(session) = self.sessions.get_mut(key) else { return };
        session.look_due = None;
        let given_up = session.doubt.filter(|doubt| doubt.until.is_some_and(|until| until <= now));
        let silent = silence_max.is_some_and(|silence_max| session.heard.saturating_add(silence_max) <= now);
        if given_up.is_none() && !silent {
            self.look_later(key);
            return;
        }
        let alive_until = session.doubt.map_or(session.heard, |doubt| doubt.since);
        self.end_stuck_session(key, alive_until);
    }
}
