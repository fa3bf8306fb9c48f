//! Those of whom no events come: callers and called ones outside, and devices that are not monitored.
//!
//! * An inbound call has a caller, who is known by ANI, else by the other end's number; an outbound call has one who is
//!   called, known by the number that was dialled.
//! * In other calls there is somebody if a device says that it is connected, that the network was reached, or that the
//!   call has a new party, and nobody else shows himself.
//! * Whoever is taken for one outside and shows events of his own was not: the party goes on as that of a device.

use crate::{
    calls::Connection,
    headers::Headers,
    parts::{NewPart, PartKind},
    site::Site,
};
use concentrator_sdk::{
    model::{Call, CallType, CcEvent, Party, PartyState, Role},
    store::Key,
};

/// DN of an outside party whose number is not known.
const UNKNOWN: &str = "unknown";

impl Site {
    /// The end outside, which the type of the call shows.
    pub(crate) fn see_outside(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let Some(connection) = self.calls.all.get(key).filter(|of| !of.outside_known) else { return };
        let told = |number: &'static str| number;
        let other = Some(event.other_dn).filter(|dn| {
            let stranger = connection.part(dn).is_none() && !connection.had(dn) && !self.calls.queues.contains_key(*dn);
            !dn.is_empty() && *dn != event.this_dn && stranger
        });
        let (dn, role) = match self.model.call(connection.call).map(Call::call_type) {
            Some(CallType::Inbound) => {
                let number = Some(event.ani).filter(|ani| !ani.is_empty()).or(other).unwrap_or(told(UNKNOWN));
                (number, Role::Origination)
            }
            Some(CallType::Outbound) if event.this_role.is_none_or(|role| role == Role::Origination as i64) => {
                let dialled = Some(event.dnis).filter(|dnis| !dnis.is_empty() && *dnis != event.this_dn);
                (other.or(dialled).unwrap_or(told(UNKNOWN)), Role::Destination)
            }
            _ => return,
        };
        let itself = dn == event.this_dn || connection.part(dn).is_some() || connection.had(dn);
        if let Some(connection) = self.calls.all.get_mut(key) {
            connection.outside_known = true;
        }
        if !itself {
            let from = if role == Role::Destination { event.this_dn } else { "" };
            self.begin_outside(key, dn, role, PartyState::Dialing, from);
        }
    }

    /// Somebody outside takes part.
    pub(crate) fn begin_outside(
        &mut self,
        key: Key<Connection>,
        dn: &str,
        role: Role,
        state: PartyState,
        from: &str,
    ) -> Option<Key<Party>> {
        if let Some(connection) = self.calls.all.get_mut(key) {
            connection.outside_known = true;
        }
        self.begin_part(key, &NewPart { dn, kind: PartKind::Outside, role, state, queue: None, from })
    }

    /// A device is connected: so is the other end, and there is one.
    pub(crate) fn connect_outside(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let Some(connection) = self.calls.all.get(key) else { return };
        let outside = |part: &&crate::parts::Part| part.kind == PartKind::Outside;
        if connection.outside().is_some() {
            let parties: Vec<_> = connection.parts.iter().filter(outside).map(|part| part.party).collect();
            for party in parties {
                self.model.set_party_state(party, PartyState::Connected, CcEvent::Established, None);
            }
            return;
        }
        if self.is_stranger(key, event) {
            let role = match event.this_role {
                Some(role) if role == Role::Destination as i64 => Role::Origination,
                _ => Role::Destination,
            };
            self.begin_outside(key, event.other_dn, role, PartyState::Connected, event.this_dn);
        }
    }

    /// Besides the device nobody is in the call who could be the other end that it names.
    pub(crate) fn is_stranger(&self, key: Key<Connection>, event: &Headers<'_>) -> bool {
        let (this, other) = (event.this_dn, event.other_dn);
        let Some(connection) = self.calls.all.get(key).filter(|_| !other.is_empty() && other != this) else {
            return false;
        };
        let alone = connection.parts.iter().all(|part| *part.dn == *this || part.kind == PartKind::Queue);
        alone && !connection.had(other) && connection.part(other).is_none() && !self.calls.queues.contains_key(other)
    }

    /// The call has reached the network outside.
    pub(crate) fn network_reached(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let outside = self.calls.all.get(key).and_then(Connection::outside).is_some();
        if !outside && self.is_stranger(key, event) {
            self.begin_outside(key, event.other_dn, Role::Destination, PartyState::Dialing, event.this_dn);
        }
    }

    /// The called one cannot be reached.
    pub(crate) fn destination_busy(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let busy = self.calls.all.get(key).and_then(Connection::outside).map(|part| (part.dn.clone(), part.party));
        let calls = |party| self.model.party(party).map(Party::state) == Some(PartyState::Dialing);
        if let Some((dn, party)) = busy
            && calls(party)
            && !self.model.party_is_first(party)
        {
            let cause = event.call_state.and_then(|state| i32::try_from(state).ok());
            self.end_part(key, &dn, CcEvent::DestinationBusy, cause);
        }
    }
}

impl Connection {
    /// A device had a part in it that has ended.
    pub(crate) fn had(&self, dn: &str) -> bool {
        self.past.iter().any(|past| *past.dn == *dn)
    }
}
