//! Devices dial, ring, are connected, hold, release.

use crate::{
    calls::{Connection, Opens},
    headers::Headers,
    parts::{NewPart, PartKind},
    site::Site,
};
use concentrator_sdk::{
    ids::Guid,
    model::{Call, CcEvent, Party, PartyState, Role},
    store::Key,
};

/// `CallState` of a release: who released is the other end.
const REMOTE_RELEASE: i64 = 5;
/// `ThirdPartyDNRole`: removed the party.
const DELETED_BY: i64 = 6;
/// `CallState` of a release after which the call goes on elsewhere: transferred, conferenced, overflowed, redirected,
/// forwarded, picked up, covered.
const SENT_ON: [i64; 7] = [1, 2, 20, 22, 23, 25, 29];

/// The role of the device that an event is at.
pub(crate) fn role_of(event: &Headers<'_>, otherwise: Role) -> Role {
    event.this_role.and_then(Role::from_number).filter(|role| *role != Role::Unknown).unwrap_or(otherwise)
}

/// `CCEVENTCAUSE` of an event.
pub(crate) fn cause_of(event: &Headers<'_>) -> Option<i32> {
    event.call_state.and_then(|state| i32::try_from(state).ok())
}

impl Site {
    fn state_at(&self, key: Key<Connection>, dn: &str) -> Option<(Key<Party>, PartyState)> {
        let party = self.calls.all.get(key)?.part(dn)?.party;
        Some((party, self.model.party(party)?.state()))
    }

    /// Who brought the device in: a queue, whoever transferred the call, else the other end.
    fn brought_by<'a>(&'a self, key: Key<Connection>, event: &Headers<'a>) -> &'a str {
        if !event.this_queue.is_empty() && event.this_queue != event.this_dn {
            return event.this_queue;
        }
        if !event.third_dn.is_empty() && matches!(event.third_role, Some(5 | 7 | 9)) {
            return event.third_dn;
        }
        let Some(connection) = self.calls.all.get(key) else { return event.other_dn };
        if connection.part(event.other_dn).is_some() || connection.had(event.other_dn) {
            return event.other_dn;
        }
        connection.outside().map_or(event.other_dn, |outside| &outside.dn)
    }

    fn queue_of<'a>(event: &Headers<'a>) -> Option<&'a str> {
        Some(event.this_queue).filter(|queue| !queue.is_empty() && *queue != event.this_dn)
    }

    pub(crate) fn dialing(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let at_queue = event.this_dn == event.this_queue && !event.this_dn.is_empty();
        let kind = if at_queue { PartKind::Queue } else { PartKind::Device };
        if at_queue {
            self.know_queue(event.this_dn, false);
        }
        let role = role_of(event, Role::Origination);
        self.see_outside(key, event);
        self.begin_part(
            key,
            &NewPart { dn: event.this_dn, kind, role, state: PartyState::Dialing, queue: None, from: "" },
        );
        self.consultation(key, event, event.this_dn);
        if kind == PartKind::Device {
            self.doubt_others(key, event, &[PartyState::Dialing, PartyState::Connected]);
        }
    }

    pub(crate) fn ringing(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        self.see_outside(key, event);
        let from = self.brought_by(key, event).to_owned();
        let new = NewPart {
            dn: event.this_dn,
            kind: PartKind::Device,
            role: role_of(event, Role::Destination),
            state: PartyState::Alerting,
            queue: Self::queue_of(event),
            from: &from,
        };
        let party = self.begin_part(key, &new);
        self.consultation(key, event, event.other_dn);
        if let Some((party, state)) = party.and_then(|_| self.state_at(key, event.this_dn)) {
            if matches!(state, PartyState::Dialing | PartyState::Bridged) {
                self.model.set_party_state(party, PartyState::Alerting, CcEvent::Ringing, None);
            }
            self.model.describe_party(party, new.queue, None, None);
        }
    }

    pub(crate) fn established(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        self.see_outside(key, event);
        if self.show_part(key, event, PartyState::Connected).is_none() {
            return;
        }
        if let Some((party, state)) = self.state_at(key, event.this_dn)
            && matches!(state, PartyState::Dialing | PartyState::Alerting | PartyState::Bridged)
        {
            self.model.set_party_state(party, PartyState::Connected, CcEvent::Established, cause_of(event));
        }
        self.connect_outside(key, event);
        self.count_connected(key);
        self.doubt_others(key, event, &[PartyState::Dialing, PartyState::Connected]);
    }

    /// The part of the device that an event is at; one that was not seen to begin is there since now.
    pub(crate) fn show_part(
        &mut self,
        key: Key<Connection>,
        event: &Headers<'_>,
        state: PartyState,
    ) -> Option<Key<Party>> {
        let connection = self.calls.all.get(key)?;
        if let Some(part) = connection.part(event.this_dn).filter(|part| part.kind != PartKind::Outside) {
            return Some(part.party);
        }
        let now = self.model.now();
        if connection.past.iter().any(|past| *past.dn == *event.this_dn && past.ended >= now) {
            return None;
        }
        let from = self.brought_by(key, event).to_owned();
        // Who did not call and was not called was brought in by a third party, if that is told.
        let called = event.this_role.is_none_or(|role| role == Role::Destination as i64);
        self.begin_part(
            key,
            &NewPart {
                dn: event.this_dn,
                kind: PartKind::Device,
                role: role_of(event, Role::Unknown),
                state,
                queue: Self::queue_of(event),
                from: if called { &from } else { event.third_dn },
            },
        )
    }

    pub(crate) fn held(&mut self, key: Key<Connection>, event: &Headers<'_>, holds: bool) {
        self.see_outside(key, event);
        let shown = if holds { PartyState::Held } else { PartyState::Connected };
        if self.show_part(key, event, shown).is_none() {
            return;
        }
        match (holds, self.state_at(key, event.this_dn)) {
            (true, Some((party, PartyState::Connected))) => {
                self.model.set_party_state(party, PartyState::Held, CcEvent::Held, None);
            }
            (false, Some((party, PartyState::Held))) => {
                self.model.set_party_state(party, PartyState::Connected, CcEvent::Retrieved, None);
            }
            _ => {}
        }
    }

    /// Another device of the same line took the call.
    pub(crate) fn bridged(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        self.see_outside(key, event);
        if let Some(party) = self.show_part(key, event, PartyState::Bridged) {
            self.model.set_party_state(party, PartyState::Bridged, CcEvent::Bridged, cause_of(event));
        }
    }

    pub(crate) fn released(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let Some((party, _)) = self.state_at(key, event.this_dn) else { return };
        let state = event.call_state.unwrap_or_default();
        let left = SENT_ON.contains(&state);
        if left {
            self.sent_on(key, event.this_dn, state);
        } else {
            self.find_releaser(key, event, party);
        }
        // Of a call that has become part of another one nobody else will be heard.
        let sent_on = left && self.calls.all.get(key).is_some_and(|of| !of.merged);
        if sent_on {
            self.keep(key);
        }
        self.end_part(key, event.this_dn, CcEvent::Released, cause_of(event));
        if !left {
            self.left_behind(key);
        }
        self.settle(key, sent_on);
    }

    /// Who ended the call, as far as this release tells.
    fn find_releaser(&mut self, key: Key<Connection>, event: &Headers<'_>, party: Key<Party>) {
        let Some(connection) = self.calls.all.get(key) else { return };
        let (call, known) = (connection.call, connection.released_by);
        let removed = event.third_role == Some(DELETED_BY) && event.third_dn != event.this_dn;
        let by = match event.call_state {
            Some(REMOTE_RELEASE) => self.other_end(key, event.other_dn),
            _ if removed => connection.party_id(&self.model, event.third_dn).map(|id| (event.third_dn.to_owned(), id)),
            _ if known.is_some() => {
                if known == self.model.party(party).map(Party::id) {
                    self.model.hang_up(party);
                }
                None
            }
            _ => {
                if self.model.call(call).is_some_and(|call| !call.is_released()) {
                    self.model.hang_up(party);
                    self.model.set_released_by(call, Some(party));
                }
                None
            }
        };
        if known.is_none()
            && let Some((dn, id)) = by
        {
            self.released_for_sure(key, &dn, id);
        }
    }

    fn released_for_sure(&mut self, key: Key<Connection>, dn: &str, id: Guid) {
        if let Some(connection) = self.calls.all.get_mut(key) {
            connection.released_by = Some(id);
            self.model.set_releaser(connection.call, dn, id);
        }
    }

    fn other_end(&self, key: Key<Connection>, dn: &str) -> Option<(String, Guid)> {
        let connection = self.calls.all.get(key)?;
        if let Some(id) = connection.party_id(&self.model, dn) {
            return Some((dn.to_owned(), id));
        }
        let outside = connection.outside()?;
        Some((outside.dn.to_string(), self.model.party(outside.party)?.id()))
    }

    /// Somebody left for good: others talk on, or one is left alone and should leave too.
    fn left_behind(&mut self, key: Key<Connection>) {
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        let mut left = connection.parts.iter().filter(|part| part.kind != PartKind::Queue);
        match (left.next(), left.next()) {
            (Some(_), Some(_)) => {
                connection.released_by = None;
                let call = connection.call;
                self.model.set_released_by(call, None);
            }
            (Some(alone), None) if alone.kind == PartKind::Device => {
                let (dn, call) = (alone.dn.clone(), connection.call);
                if self.model.call(call).is_some_and(Call::was_connected) {
                    self.doubt_part(key, &dn, self.model.now());
                }
            }
            _ => {}
        }
    }

    /// Who rang or waited there is rid of the call: the caller gave up.
    pub(crate) fn abandoned(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let Some(call) = self.calls.all.get(key).map(|of| of.call) else { return };
        let vqid = event.extension(crate::queues::VQID);
        if self.stay_abandoned(key, event.this_dn, vqid) && !vqid.is_empty() {
            self.settle(key, false);
            return;
        }
        if self.state_at(key, event.this_dn).is_none() {
            return;
        }
        self.model.abandon_call(call);
        if let Some((dn, id)) = self.other_end(key, event.other_dn) {
            self.released_for_sure(key, &dn, id);
        }
        self.end_part(key, event.this_dn, CcEvent::Abandoned, cause_of(event));
        self.settle(key, false);
    }

    /// The receiver lies on its device: what the device did in calls is over, or should be; a call on hold may go on.
    pub(crate) fn on_hook(&mut self, event: &Headers<'_>) {
        let now = self.model.now();
        for key in self.calls.devices.get(event.this_dn).cloned().unwrap_or_default() {
            let state = self.state_at(key, event.this_dn).map(|(_, state)| state);
            if matches!(state, Some(PartyState::Connected | PartyState::Dialing)) {
                self.doubt_part(key, event.this_dn, now);
            }
        }
    }

    /// The device can do only one thing at a time: what it did in another call should be over. One that was seen in
    /// three at once is a trunk, a port of an announcement or the like, and can do many.
    fn doubt_others(&mut self, key: Key<Connection>, event: &Headers<'_>, states: &[PartyState]) {
        if self.calls.devices.get(event.this_dn).is_none_or(|at| at.len() < 2) {
            return;
        }
        if self.calls.busy_devices.contains(event.this_dn) {
            return;
        }
        let primary = self.calls.all.get(key).and_then(|of| of.consults_for.as_ref()).map(|(primary, _)| *primary);
        let mut others = self.calls.devices.get(event.this_dn).cloned().unwrap_or_default();
        others.retain(|other| {
            let state = self.state_at(*other, event.this_dn).map(|(_, state)| state);
            *other != key && Some(*other) != primary && state.is_some_and(|state| states.contains(&state))
        });
        match others.as_slice() {
            [] => {}
            [other] => self.doubt_part(*other, event.this_dn, self.model.now()),
            _ => self.is_busy_device(event.this_dn, &others),
        }
    }

    fn is_busy_device(&mut self, dn: &str, calls: &[Key<Connection>]) {
        if self.calls.busy_devices.len() < crate::queues::QUEUES_MAX {
            self.calls.busy_devices.insert(dn.into());
        }
        for key in calls {
            if let Some(part) = self.calls.all.get_mut(*key).and_then(|of| of.part_mut(dn)) {
                part.doubt = None;
            }
        }
    }

    /// Maps an event of a device's part in a call; answers whether it is one.
    pub(crate) fn device_event(&mut self, name: &str, event: &Headers<'_>) -> bool {
        let opens = match name {
            "EventDialing" | "EventRinging" => Opens::Begins,
            "EventEstablished" | "EventHeld" | "EventRetrieved" | "EventBridged" | "EventNetworkReached" => {
                Opens::Shows
            }
            "EventReleased" | "EventAbandoned" | "EventDestinationBusy" => Opens::Never,
            _ => return false,
        };
        let Some(key) = self.connection(event, opens) else { return true };
        if opens == Opens::Never {
            self.attach_to(key, event);
        }
        match name {
            "EventDialing" => self.dialing(key, event),
            "EventRinging" => self.ringing(key, event),
            "EventEstablished" => self.established(key, event),
            "EventHeld" => self.held(key, event, true),
            "EventRetrieved" => self.held(key, event, false),
            "EventBridged" => self.bridged(key, event),
            "EventNetworkReached" => self.network_reached(key, event),
            "EventReleased" => self.released(key, event),
            "EventAbandoned" => self.abandoned(key, event),
            _ => self.destination_busy(key, event),
        }
        if opens != Opens::Never {
            self.attach_to(key, event);
        }
        true
    }
}
