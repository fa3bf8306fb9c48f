//! Consultations, transfers, conferences: parties that go on in another call.
//!
//! # How calls become one
//! The one in which a party goes on is the one that survives: PartyChanged names it (ConnID) and the one of before
//! (PreviousConnID). Those outside, of whom no events come, go with it: when a PartyChanged of the same merge comes, or
//! when whoever consulted is released as transferred or conferenced.
//! A merge counts once as a transfer (CallState 1) or conference (2). Without a consultation, a release with CallState
//! 1 counts as a transfer, and a party that was added as a conference.

use crate::{
    calls::{Connection, Opens},
    headers::Headers,
    parts::{NewPart, Part, PartKind},
    site::Site,
};
use concentrator_sdk::{
    ids::Guid,
    model::{CcEvent, MergeType, PartyState, Role},
    store::Key,
};

/// `CallState`: transferred.
const TRANSFERRED: i64 = 1;
/// `CallState`: conferenced.
const CONFERENCED: i64 = 2;
/// Consultations from one call that are remembered.
const CONSULTATIONS_MAX: usize = 64;

fn merge_type(state: Option<i64>) -> MergeType {
    if state == Some(CONFERENCED) { MergeType::Conference } else { MergeType::Transfer }
}

impl Site {
    /// A call that a device makes is a consultation of another one of it.
    pub(crate) fn consultation(&mut self, key: Key<Connection>, event: &Headers<'_>, by: &str) {
        let Some(primary) = self.primary_of(event).filter(|primary| *primary != key) else { return };
        let Some(connection) = self.calls.all.get_mut(key).filter(|of| of.consults_for.is_none()) else { return };
        connection.consults_for = Some((primary, by.into()));
        let call = connection.call;
        let Some(of) = self.calls.all.get_mut(primary) else { return };
        if of.consulting.len() >= CONSULTATIONS_MAX {
            of.consulting.remove(0);
        }
        if of.consultations.len() >= CONSULTATIONS_MAX {
            of.consultations.remove(0);
        }
        of.consulting.push(by.into());
        of.consultations.push(key);
        let from = of.call;
        self.model.consult_from(call, from);
    }

    /// Two calls become one; it counts the first time.
    fn merge(&mut self, key: Key<Connection>, into: Key<Connection>, kind: MergeType) {
        let Some(survivor) = self.calls.all.get(into).map(|of| of.call) else { return };
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        let first = !std::mem::replace(&mut connection.merged, true);
        let (call, primary) = (connection.call, connection.consults_for.as_ref().map(|(primary, _)| *primary));
        let of_survivor = self.calls.all.get(into).and_then(|of| of.consults_for.as_ref()).map(|(primary, _)| *primary);
        if first {
            self.model.merge_call(call, survivor, kind);
            if primary != Some(into) && of_survivor != Some(key) {
                // Without a consultation it counts when somebody is released for it.
                return;
            }
            match kind {
                MergeType::Transfer => self.model.count_transfer(survivor),
                MergeType::Conference => self.model.count_conference(survivor),
            }
        }
    }

    /// A part goes on in another call; `by` is the party that brought it there.
    fn move_part(&mut self, key: Key<Connection>, dn: &str, into: Key<Connection>, by: Option<Guid>, kind: MergeType) {
        let Some(to) = self.calls.all.get(into) else { return };
        let (call, there) = (to.call, to.part(dn).is_some());
        let part_kind = self.calls.all.get(key).and_then(|of| of.part(dn)).map(|part| part.kind);
        let (Some(part_kind), Some(party)) = (part_kind, self.take_part(key, dn)) else { return };
        if there || !self.is_alive(into) {
            self.model.end_party(party, CcEvent::PartyChanged, None);
            return;
        }
        self.model.move_party_by(party, call, by, kind as i32);
        let heard = self.calls.doubt.interruptions;
        let Some(to) = self.calls.all.get_mut(into) else { return };
        to.parts.push(Part::new(dn, part_kind, party, heard, kind == MergeType::Conference));
        if part_kind == PartKind::Outside {
            to.outside_known = true;
        } else {
            self.calls.enter_device(dn, into);
            self.has_come(into);
        }
        self.is_awaited(into, dn, party);
        if part_kind == PartKind::Queue {
            self.move_stays(key, dn, into);
        }
    }

    /// Those outside go on in the other call.
    fn move_outside(&mut self, key: Key<Connection>, into: Key<Connection>, by: Option<Guid>, kind: MergeType) {
        let Some(connection) = self.calls.all.get(key) else { return };
        let outside = connection.parts.iter().filter(|part| part.kind == PartKind::Outside);
        for dn in outside.map(|part| part.dn.clone()).collect::<Vec<_>>() {
            self.move_part(key, &dn, into, by, kind);
        }
    }

    /// A stay at a queue that goes on in another call is that of the other one now.
    fn move_stays(&mut self, key: Key<Connection>, queue: &str, into: Key<Connection>) {
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        let stays = connection.take_stays(queue);
        if let Some(to) = self.calls.all.get_mut(into) {
            to.stays.extend(stays);
        }
    }

    /// A device in a consultation that is about to become part of `key`.
    fn bring_over(&mut self, key: Key<Connection>, dn: &str, by: Option<Guid>, kind: MergeType) {
        let Some(connection) = self.calls.all.get(key).filter(|_| !dn.is_empty()) else { return };
        let from = connection.consultations.iter().copied().find(|consultation| {
            let of = self.calls.all.get(*consultation);
            of.is_some_and(|of| {
                of.consults_for.as_ref().is_some_and(|(primary, _)| *primary == key) && of.part(dn).is_some()
            })
        });
        // Whoever consults stays in the consultation until released.
        let consults = connection.consulting.iter().any(|of| **of == *dn);
        if let Some(from) = from.filter(|_| !consults) {
            let consulter = self.calls.all.get(from).and_then(|of| of.consults_for.as_ref()).map(|(_, dn)| dn);
            let by = by.or_else(|| self.calls.all.get(key)?.party_id(&self.model, consulter?));
            self.merge(from, key, kind);
            self.move_part(from, dn, key, by, kind);
            self.move_outside(from, key, by, kind);
            self.settle(from, false);
        }
    }

    /// Somebody leaves a call that goes on without him.
    pub(crate) fn sent_on(&mut self, key: Key<Connection>, dn: &str, state: i64) {
        let Some(connection) = self.calls.all.get(key) else { return };
        let call = connection.call;
        let consults_for = connection.consults_for.as_ref().filter(|(_, by)| **by == *dn).map(|(primary, _)| *primary);
        if let Some(primary) = consults_for.filter(|primary| self.is_alive(*primary)) {
            if matches!(state, TRANSFERRED | CONFERENCED) && connection.outside().is_some() {
                let by = self.calls.all.get(primary).and_then(|of| of.party_id(&self.model, dn));
                let kind = merge_type(Some(state));
                self.merge(key, primary, kind);
                self.move_outside(key, primary, by, kind);
            }
        } else if state == TRANSFERRED && !connection.consulting.iter().any(|of| **of == *dn) {
            self.model.count_transfer(call);
        }
    }

    fn party_changed(&mut self, event: &Headers<'_>) {
        let previous = Some(event.previous_conn).filter(|conn| *conn != 0 && *conn != event.conn);
        let previous = previous.and_then(|conn| self.calls.of_id(conn)).filter(|key| self.is_alive(*key));
        let opens = if previous.is_some() { Opens::Begins } else { Opens::Shows };
        let Some(key) = self.connection(event, opens) else { return };
        let kind = merge_type(event.call_state);
        let by = self.calls.all.get(key).and_then(|of| of.party_id(&self.model, event.third_dn));
        if let Some(previous) = previous.filter(|previous| *previous != key) {
            let by = by.or_else(|| self.calls.all.get(previous)?.party_id(&self.model, event.third_dn));
            self.merge(previous, key, kind);
            self.move_part(previous, event.this_dn, key, by, kind);
            self.move_outside(previous, key, by, kind);
            self.settle(previous, false);
        }
        self.see_outside(key, event);
        if self.show_part(key, event, PartyState::Connected).is_none() {
            return;
        }
        self.bring_over(key, event.other_dn, by, kind);
        if event.call_state == Some(TRANSFERRED) && self.is_stranger(key, event) {
            self.begin_outside(key, event.other_dn, Role::NewParty, PartyState::Connected, event.third_dn);
        }
        self.new_role(key, event);
        self.count_connected(key);
        self.attach_to(key, event);
    }

    fn new_role(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let party = self.calls.all.get(key).and_then(|of| of.part(event.this_dn)).map(|part| part.party);
        if let Some(party) = party
            && let Some(role) = event.this_role.and_then(Role::from_number).filter(|role| *role != Role::Unknown)
        {
            self.model.describe_party(party, None, None, Some(role));
        }
    }

    fn party_added(&mut self, event: &Headers<'_>) {
        let Some(key) = self.connection(event, Opens::Shows) else { return };
        self.see_outside(key, event);
        if self.show_part(key, event, PartyState::Connected).is_none() {
            return;
        }
        let by = self.calls.all.get(key).and_then(|of| of.party_id(&self.model, event.third_dn));
        self.bring_over(key, event.other_dn, by, MergeType::Conference);
        self.add_other(key, event);
        self.new_role(key, event);
        self.count_connected(key);
        self.attach_to(key, event);
    }

    /// The party that was added; the first event that tells of it counts as a conference.
    fn add_other(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let (other, now) = (event.other_dn, self.model.now());
        if other.is_empty() || other == event.this_dn {
            return;
        }
        let Some(connection) = self.calls.all.get(key) else { return };
        if connection.past.iter().any(|past| *past.dn == *other && past.ended >= now) {
            return;
        }
        if connection.part(other).is_none() {
            let new = NewPart {
                dn: other,
                kind: PartKind::Outside,
                role: Role::NewParty,
                state: PartyState::Connected,
                queue: None,
                from: event.third_dn,
            };
            self.begin_part(key, &new);
        }
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        let (call, by) = (connection.call, connection.party_id(&self.model, event.third_dn));
        if let Some(part) = connection.part_mut(other) {
            if let Some(by) = by {
                self.model.set_party_parent(part.party, by);
            }
            if !std::mem::replace(&mut part.added, true) {
                self.model.count_conference(call);
            }
        }
    }

    fn party_deleted(&mut self, event: &Headers<'_>) {
        let Some(key) = self.connection(event, Opens::Never) else { return };
        self.attach_to(key, event);
        let Some(kind) = self.calls.all.get(key).and_then(|of| of.part(event.other_dn)).map(|part| part.kind) else {
            return;
        };
        if event.other_dn == event.this_dn {
            return;
        }
        if kind == PartKind::Outside {
            self.end_part(key, event.other_dn, CcEvent::PartyDeleted, crate::devices::cause_of(event));
            self.settle(key, false);
        } else {
            // A device tells of its release itself.
            self.doubt_part(key, event.other_dn, self.model.now());
        }
    }

    /// Maps an event of parties that change places; answers whether it is one.
    pub(crate) fn transfer_event(&mut self, name: &str, event: &Headers<'_>) -> bool {
        match name {
            "EventPartyChanged" => self.party_changed(event),
            "EventPartyAdded" => self.party_added(event),
            "EventPartyDeleted" => self.party_deleted(event),
            _ => return false,
        }
        true
    }
}
