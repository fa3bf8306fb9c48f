//! What can no longer be told from what has ended: in doubt, confirmed, closed.
//!
//! # What comes into doubt
//! * After an interruption in which events may have been lost – a session that is not `lossless`, a server that was
//!   started anew, a switch link that was lost – all that is alive. Any event that names a device's part (as this, the
//!   other or the third party) confirms it; any event of a call confirms those outside, and stays in virtual queues.
//! * A device out of service, on hook, or in a new call that leaves no room for another: its parts in calls.
//! * A device that was deleted from a call, or left alone in it: its part.
//!
//! What nothing confirms within `confirm_seconds` – after an interruption `interruption_confirm_seconds` – is closed as
//! stuck, at the moment up to which it was known alive.
//!
//! # Calls that were sent on
//! A call that left its last device for one that nobody has heard of yet is kept as long. If nobody comes, it went
//! where no events come from, and its end is inferred, at the moment at which it was sent on.
//!
//! # Invariants
//! 1. Nothing depends on when a tick comes: what falls due happens as of its due time (`tests/sessions.rs`).

use crate::{calls::Connection, headers::Headers, parts::PartKind, site::Site};
use concentrator_sdk::{View, model::Call, store::Key};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `opening` of a session: the source restarted in between.
const SOURCE_RESTARTED: i64 = 3;

/// What is decided when its time has come.
#[derive(Debug, Serialize, Deserialize)]
enum Pending {
    /// All that was not heard of since that interruption; it was alive until `alive`.
    Interruption { number: u32, alive: i64 },
    /// A part that came into doubt at `since`.
    Part { key: Key<Connection>, dn: Box<str>, since: i64 },
    /// A call of which only what nobody tells of is left `since` then.
    Closing { key: Key<Connection>, since: i64 },
}

/// What is in doubt.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Doubts {
    /// Number of interruptions so far.
    pub(crate) interruptions: u32,
    pending: BTreeMap<(i64, u64), (Key<Call>, Pending)>,
    count: u64,
    /// The next moment at which the host is asked for a tick.
    wake: Option<i64>,
    /// How the session opened after which doubt begins with the next event: nobody knew the source's time then.
    awaited: Option<i64>,
}

impl Doubts {
    /// Until when something was alive that was last heard of after that many interruptions, if there was another one.
    fn alive_before(&self, heard: u32) -> Option<i64> {
        if heard >= self.interruptions {
            return None;
        }
        let alive = |pending: &Pending| match pending {
            Pending::Interruption { number, alive } if *number > heard => Some(*alive),
            _ => None,
        };
        self.pending.values().filter_map(|(_, pending)| alive(pending)).min()
    }
}

/// When this session opened, something may have been lost: events, or the memory of the server.
pub(crate) fn is_in_doubt_after(opened: &View<'_>) -> bool {
    opened.integer("lossless") != Some(1) || opened.integer("opening") == Some(SOURCE_RESTARTED)
}

impl Site {
    fn decide_later(&mut self, call: Key<Call>, pending: Pending) {
        let wait = match pending {
            Pending::Interruption { .. } => self.config.interruption_confirm_time(),
            Pending::Part { .. } | Pending::Closing { .. } => self.config.confirm_time(),
        };
        let until = self.model.now().saturating_add(wait);
        let doubt = &mut self.calls.doubt;
        doubt.count += 1;
        doubt.pending.insert((until, doubt.count), (call, pending));
        self.wake_for_doubt();
    }

    fn wake_for_doubt(&mut self) {
        let doubt = &mut self.calls.doubt;
        let Some((&(until, _), (call, _))) = doubt.pending.first_key_value() else { return };
        if doubt.wake.is_none_or(|wake| wake > until) {
            doubt.wake = Some(until);
            self.model.wake_at(*call, until);
        }
    }

    /// Decides all for which the time has come.
    pub(crate) fn resolve_doubt(&mut self) {
        let now = self.model.now();
        if self.calls.doubt.wake.is_some_and(|wake| wake <= now) {
            self.calls.doubt.wake = None;
        }
        while let Some(first) = self.calls.doubt.pending.first_entry()
            && first.key().0 <= now
        {
            let ((until, _), (_, pending)) = first.remove_entry();
            let clock = self.model.turn_clock(until);
            match pending {
                Pending::Interruption { number, alive } => self.close_unheard(number, alive),
                Pending::Part { key, dn, since } => self.close_part(key, &dn, since),
                Pending::Closing { key, since } => self.close_call(key, since),
            }
            self.model.turn_clock(clock);
        }
        self.wake_for_doubt();
    }

    /// A session opened before which events may have been lost. Where the source's time is not known then, doubt
    /// begins with its next event: time that nobody measured must not count against what is alive.
    pub(crate) fn session_in_doubt(&mut self, opening: Option<i64>, knows_time: bool) {
        self.calls.doubt.awaited = Some(opening.unwrap_or_default());
        if knows_time {
            self.begin_awaited_doubt();
        }
    }

    /// An event comes: doubt that waited for the source's time begins.
    pub(crate) fn begin_awaited_doubt(&mut self) {
        if let Some(opening) = self.calls.doubt.awaited.take() {
            self.interrupted();
            self.doubt_agents(Some(opening));
        }
    }

    /// Events may have been lost: all that is alive is in doubt.
    pub(crate) fn interrupted(&mut self) {
        let Some(call) = self.calls.all.iter().map(|(_, connection)| connection.call).next() else { return };
        self.calls.doubt.interruptions += 1;
        let (number, alive) = (self.calls.doubt.interruptions, self.model.heard());
        self.decide_later(call, Pending::Interruption { number, alive });
    }

    /// A device's part in a call is in doubt since then, or since an interruption after which nothing was heard of it.
    pub(crate) fn doubt_part(&mut self, key: Key<Connection>, dn: &str, since: i64) {
        let Some(part) = self.calls.all.get(key).and_then(|connection| connection.part(dn)) else { return };
        let since = self.calls.doubt.alive_before(part.heard).map_or(since, |alive| alive.min(since));
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        let call = connection.call;
        if let Some(part) = connection.part_mut(dn).filter(|part| part.doubt.is_none()) {
            part.doubt = Some(since);
            self.decide_later(call, Pending::Part { key, dn: dn.into(), since });
        }
    }

    /// All parts of a device are in doubt: it is out of service.
    pub(crate) fn out_of_service(&mut self, dn: &str) {
        let now = self.model.now();
        for key in self.calls.devices.get(dn).cloned().unwrap_or_default() {
            self.doubt_part(key, dn, now);
        }
    }

    /// Only what nobody tells of is left in the call.
    pub(crate) fn close_later(&mut self, key: Key<Connection>) {
        let now = self.model.now();
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        let call = connection.call;
        if connection.closing.is_none() {
            connection.closing = Some(now);
            self.decide_later(call, Pending::Closing { key, since: now });
        }
        self.keep(key);
    }

    /// What an event names is alive.
    pub(crate) fn confirm(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let heard = self.calls.doubt.interruptions;
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        let mut found_again = Vec::new();
        for part in &mut connection.parts {
            let dn = &*part.dn;
            if dn == event.this_dn || dn == event.other_dn || dn == event.third_dn {
                found_again.extend((part.heard < heard).then(|| (part.party, part.dn.clone())));
                part.heard = heard;
                if !part.routed {
                    part.doubt = None;
                }
            }
        }
        // Whoever has logged in at the device meanwhile had to wait for the call.
        for (party, dn) in found_again {
            let session = self.agents.session_at(&dn);
            self.model.describe_party(party, None, session, None);
        }
    }

    fn close_unheard(&mut self, number: u32, alive: i64) {
        let keys: Vec<_> = self.calls.all.iter().map(|(key, _)| key).collect();
        for key in keys {
            let Some(connection) = self.calls.all.get(key) else { continue };
            let unheard = connection.heard < number;
            if !self.is_alive(key) {
                self.calls.forget(key, alive);
                continue;
            }
            let gone = |part: &&crate::parts::Part| part.kind != PartKind::Outside && part.heard < number;
            let parts: Vec<_> = connection.parts.iter().filter(gone).map(|part| (part.dn.clone(), part.kind)).collect();
            if unheard {
                let call = connection.call;
                self.end_stuck_stays(key, None, alive);
                self.model.end_stuck_call(call, alive);
                self.calls.forget(key, alive);
                continue;
            }
            for (dn, kind) in parts {
                self.close_stuck(key, &dn, kind, alive);
            }
        }
    }

    fn close_part(&mut self, key: Key<Connection>, dn: &str, since: i64) {
        let part = self.calls.all.get(key).and_then(|of| of.part(dn));
        if let Some(kind) = part.filter(|part| part.doubt == Some(since)).map(|part| part.kind) {
            self.close_stuck(key, dn, kind, since);
        }
    }

    fn close_stuck(&mut self, key: Key<Connection>, dn: &str, kind: PartKind, time: i64) {
        if kind == PartKind::Queue {
            self.end_stuck_stays(key, Some(dn), time);
        }
        self.end_stuck_part(key, dn, time);
        let holds = self.calls.all.get(key).is_some_and(|of| of.parts.iter().any(crate::parts::Part::holds_call));
        if !holds {
            self.close_call(key, time);
        }
    }

    /// Nobody is left who could tell of the call's end: it was when the last one left.
    fn close_call(&mut self, key: Key<Connection>, since: i64) {
        let Some(connection) = self.calls.all.get(key) else { return };
        let call = connection.call;
        let holds = connection.parts.iter().any(crate::parts::Part::holds_call);
        if holds || connection.closing.is_some_and(|closing| closing != since) {
            return;
        }
        // All have left, and only a queue has not told of it: the end is known.
        let known = connection.parts.is_empty() && connection.has_stays();
        self.end_stuck_stays(key, None, since);
        if known {
            let clock = self.model.turn_clock(since);
            self.goes_on(key);
            self.model.end_call_if_empty(call);
            self.model.turn_clock(clock);
        } else {
            self.model.end_stuck_call(call, since);
        }
        self.calls.forget(key, since);
    }
}
