//! What a device, a queue or somebody outside does in a call: each part is a party of the model.
//!
//! # Which parts there are
//! * A device or a queue has a part from the first event at it (`ThisDN`) to the one that ends it.
//! * Of whom no events come, one has a part when the call shows that there is somebody: see `outside`. When events
//!   come after all, the same part goes on as that of a device.
//! * PARTYGUID is derived from CALLID, the number of the device, and which part of the device in the call it is.
//!
//! # When a call ends
//! With its last device and queue. Those outside, of whom no events come, go with it, unless the call was sent on
//! (diverted, routed, transferred): then it is kept until the next device shows itself or `confirm_seconds` are over.

use crate::{calls::Connection, site::Site};
use concentrator_sdk::{
    ids::Guid,
    model::{CcEvent, EndpointType, NewParty, Party, PartyState, PartyType, Role},
    store::Key,
};
use serde::{Deserialize, Serialize};

/// Parts that one call may have at once; more are not taken in.
const PARTS_MAX: usize = 512;
/// Devices of which a call remembers that they had a part; when there are so many, no other is taken in.
const PAST_MAX: usize = 512;

/// Whose part it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PartKind {
    /// A device.
    Device,
    /// A queue or a routing point.
    Queue,
    /// Somebody of whom no events come.
    Outside,
}

/// A part that goes on.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) dn: Box<str>,
    pub(crate) kind: PartKind,
    pub(crate) party: Key<Party>,
    /// Who is to become its parent, and has not been heard of yet.
    from: Option<Box<str>>,
    /// It came by a conference that has been counted.
    pub(crate) added: bool,
    /// Of somebody outside: was connected to somebody inside.
    talked: bool,
    /// Of a routing point: a route was asked for.
    pub(crate) asked: bool,
    /// Of a routing point: the call was sent on from there.
    pub(crate) routed: bool,
    /// Number of the interruption after which it was last heard of.
    pub(crate) heard: u32,
    /// In doubt since then.
    pub(crate) doubt: Option<i64>,
}

/// A device that had a part.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Past {
    pub(crate) dn: Box<str>,
    parts: u32,
    pub(crate) party: Guid,
    pub(crate) ended: i64,
    pub(crate) asked: bool,
}

/// A part that begins.
#[derive(Clone, Copy)]
pub(crate) struct NewPart<'a> {
    pub(crate) dn: &'a str,
    pub(crate) kind: PartKind,
    pub(crate) role: Role,
    pub(crate) state: PartyState,
    /// Queue through which it came.
    pub(crate) queue: Option<&'a str>,
    /// Who brought it in; empty if nobody did.
    pub(crate) from: &'a str,
}

impl Site {
    /// A part begins; one that is there already goes on, as what it now turns out to be.
    pub(crate) fn begin_part(&mut self, key: Key<Connection>, new: &NewPart<'_>) -> Option<Key<Party>> {
        let connection = self.calls.all.get(key)?;
        if let Some(part) = connection.part(new.dn) {
            let (kind, party) = (part.kind, part.party);
            if kind == PartKind::Outside && new.kind != PartKind::Outside {
                self.turns_out_inside(key, new, party);
            }
            return Some(party);
        }
        let call = connection.call;
        let before = connection.past.iter().find(|past| *past.dn == *new.dn).map_or(0, |past| past.parts);
        let full = connection.parts.len() >= PARTS_MAX || (before == 0 && connection.past.len() >= PAST_MAX);
        if full || new.dn.is_empty() {
            return None;
        }
        let parent = if new.from == new.dn { None } else { connection.party_id(&self.model, new.from) };
        let mut device = String::with_capacity(64);
        device.push_str(self.model.call(call)?.id());
        device.push(' ');
        device.push_str(new.dn);
        if before > 0 {
            device.push_str(&format!(" {before}"));
        }
        let (endpoint, session) = self.place_of(new.kind, new.dn);
        let party = self.model.add_party(&NewParty {
            call,
            device: &device,
            ordinal: 0,
            party_type: if new.kind == PartKind::Outside { PartyType::External } else { PartyType::Internal },
            role: new.role,
            dn: new.dn,
            endpoint,
            parent: None,
            queue: new.queue,
            session,
            state: new.state,
            created: self.model.now(),
        })?;
        if let Some(parent) = parent {
            self.model.set_party_parent(party, parent);
        }
        let awaits = (parent.is_none() && !new.from.is_empty() && new.from != new.dn).then(|| new.from.into());
        let heard = self.calls.doubt.interruptions;
        let connection = self.calls.all.get_mut(key)?;
        connection.parts.push(Part { from: awaits, ..Part::new(new.dn, new.kind, party, heard, false) });
        if new.kind != PartKind::Outside {
            self.calls.enter_device(new.dn, key);
            self.has_come(key);
        }
        self.is_awaited(key, new.dn, party);
        Some(party)
    }

    /// Somebody came into the call of whom events come: whoever left before did not end it.
    pub(crate) fn has_come(&mut self, key: Key<Connection>) {
        if let Some(connection) = self.calls.all.get_mut(key) {
            connection.released_by = None;
        }
        self.goes_on(key);
    }

    /// Somebody is in the call of whom events come: it need not be kept otherwise.
    pub(crate) fn goes_on(&mut self, key: Key<Connection>) {
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        connection.closing = None;
        if std::mem::take(&mut connection.kept) {
            let call = connection.call;
            self.model.let_go_of_call(call);
        }
    }

    /// The call is sent on: it goes on although, for a moment, nobody may be in it.
    pub(crate) fn keep(&mut self, key: Key<Connection>) {
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        if !std::mem::replace(&mut connection.kept, true) {
            let call = connection.call;
            self.model.keep_call(call);
        }
    }

    /// The endpoint of a part, and the agent at it.
    fn place_of(
        &mut self,
        kind: PartKind,
        dn: &str,
    ) -> ((i32, i32), Option<Key<concentrator_sdk::model::LoginSession>>) {
        match kind {
            PartKind::Outside => ((0, EndpointType::Trunk as i32), None),
            PartKind::Queue => ((self.model.endpoint(dn, EndpointType::Queue, dn), EndpointType::Queue as i32), None),
            PartKind::Device => {
                let endpoint = self.model.endpoint(dn, EndpointType::Dn, dn);
                ((endpoint, EndpointType::Dn as i32), self.agents.session_at(dn))
            }
        }
    }

    /// Somebody who was taken for one outside shows events of his own.
    fn turns_out_inside(&mut self, key: Key<Connection>, new: &NewPart<'_>, party: Key<Party>) {
        let (endpoint, session) = self.place_of(new.kind, new.dn);
        self.model.bring_inside(party, endpoint, session, new.role);
        self.model.describe_party(party, new.queue, None, None);
        if let Some(parent) = self.calls.all.get(key).and_then(|of| of.party_id(&self.model, new.from)) {
            self.model.set_party_parent(party, parent);
        }
        let event = match new.state {
            PartyState::Queued => CcEvent::Queued,
            PartyState::Alerting => CcEvent::Ringing,
            PartyState::Dialing => CcEvent::Dialing,
            _ => CcEvent::Established,
        };
        self.model.set_party_state(party, new.state, event, None);
        if let Some(part) = self.calls.all.get_mut(key).and_then(|of| of.part_mut(new.dn)) {
            (part.kind, part.talked) = (new.kind, false);
        }
        self.calls.enter_device(new.dn, key);
        self.has_come(key);
    }

    /// A part begins, on which others wait because it brought them in.
    pub(crate) fn is_awaited(&mut self, key: Key<Connection>, dn: &str, party: Key<Party>) {
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        let Some(id) = self.model.party(party).map(Party::id) else { return };
        for part in connection.parts.iter_mut().filter(|part| part.from.as_deref() == Some(dn)) {
            part.from = None;
            self.model.set_party_parent(part.party, id);
        }
    }

    /// A part ends now. Whether the call ends too is for [`Site::settle`] to say.
    pub(crate) fn end_part(&mut self, key: Key<Connection>, dn: &str, event: CcEvent, cause: Option<i32>) {
        let Some(party) = self.take_part(key, dn) else { return };
        self.model.end_party(party, event, cause);
    }

    /// A part ends, of which no ending event can come any more: at `time`.
    pub(crate) fn end_stuck_part(&mut self, key: Key<Connection>, dn: &str, time: i64) {
        let Some(party) = self.take_part(key, dn) else { return };
        self.model.end_stuck_party(party, time);
    }

    /// Takes a part out of its call; its party is to be ended or moved.
    pub(crate) fn take_part(&mut self, key: Key<Connection>, dn: &str) -> Option<Key<Party>> {
        let now = self.model.now();
        let connection = self.calls.all.get_mut(key)?;
        let at = connection.parts.iter().position(|part| *part.dn == *dn)?;
        let part = connection.parts.remove(at);
        let id = self.model.party(part.party).map(Party::id).unwrap_or_default();
        match connection.past.iter_mut().find(|past| *past.dn == *dn) {
            Some(past) => {
                (past.parts, past.party, past.ended) = (past.parts.saturating_add(1), id, now);
                past.asked |= part.asked;
            }
            None => {
                connection.past.push(Past { dn: dn.into(), parts: 1, party: id, ended: now, asked: part.asked });
            }
        }
        let call = connection.call;
        if part.kind == PartKind::Outside {
            if part.talked {
                self.model.connect_call(call, true);
            }
        } else {
            self.calls.leave_device(dn, key);
        }
        Some(part.party)
    }

    /// Parts are connected to each other, if they are.
    pub(crate) fn count_connected(&mut self, key: Key<Connection>) {
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        let model = &self.model;
        let talks = |part: &Part| {
            let state = model.party(part.party).map(Party::state);
            part.kind != PartKind::Queue && matches!(state, Some(PartyState::Connected | PartyState::Held))
        };
        let talking = connection.parts.iter().filter(|part| talks(part)).count();
        if talking < 2 {
            return;
        }
        let inside = connection.parts.iter().any(|part| part.kind == PartKind::Device && talks(part));
        for part in &mut connection.parts {
            part.talked |= part.kind == PartKind::Outside && inside && talks(part);
        }
        let call = connection.call;
        self.model.connect_call(call, false);
    }

    /// After something ended in a call: ends it if nobody is left who could tell more of it. `sent_on`: others are
    /// expected to come.
    pub(crate) fn settle(&mut self, key: Key<Connection>, sent_on: bool) {
        let Some(connection) = self.calls.all.get(key) else { return };
        if !self.is_alive(key) {
            self.calls.forget(key, self.model.now());
            return;
        }
        if connection.parts.iter().any(Part::holds_call) {
            self.goes_on(key);
            return;
        }
        if sent_on || (connection.parts.is_empty() && connection.has_stays()) {
            self.close_later(key);
            return;
        }
        while let Some(dn) = self.calls.all.get(key).and_then(|of| of.parts.first()).map(|part| part.dn.clone()) {
            self.end_part(key, &dn, CcEvent::Released, None);
        }
        match self.calls.all.get(key).map(Connection::has_stays) {
            Some(true) => self.close_later(key),
            _ => {
                self.goes_on(key);
                if let Some(call) = self.calls.all.get(key).map(|of| of.call) {
                    self.model.end_call_if_empty(call);
                }
                self.calls.forget(key, self.model.now());
            }
        }
    }
}

impl Part {
    /// A part as it begins.
    pub(crate) fn new(dn: &str, kind: PartKind, party: Key<Party>, heard: u32, added: bool) -> Self {
        Self {
            dn: dn.into(),
            kind,
            party,
            from: None,
            added,
            talked: false,
            asked: false,
            routed: false,
            heard,
            doubt: None,
        }
    }

    /// As long as it goes on, the call does: of the others no ending event comes.
    pub(crate) fn holds_call(&self) -> bool {
        self.kind != PartKind::Outside && !self.routed
    }
}

impl Connection {
    /// PARTYID of the part that a device has or last had in it.
    pub(crate) fn party_id(&self, model: &concentrator_sdk::Model, dn: &str) -> Option<Guid> {
        if dn.is_empty() {
            return None;
        }
        if let Some(part) = self.part(dn) {
            return model.party(part.party).map(Party::id);
        }
        self.past.iter().find(|past| *past.dn == *dn).map(|past| past.party)
    }

    /// Somebody outside who has a part.
    pub(crate) fn outside(&self) -> Option<&Part> {
        self.parts.iter().find(|part| part.kind == PartKind::Outside)
    }
}
