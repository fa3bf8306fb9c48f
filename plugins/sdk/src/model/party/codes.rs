//! What parties are and do, in the numbers of the T-Library model.

use serde::{Deserialize, Serialize};

/// What a party does: the states of the T-Library model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartyState {
    /// It has ended.
    Ended = 0,
    /// It waits in a queue.
    Queued = 0x9,
    /// It rings.
    Alerting = 0xA,
    /// It talks, or is answered by the exchange itself.
    Connected = 0xC,
    /// It keeps the other side on hold, or is kept.
    Held = 0xE,
    /// It calls.
    Dialing = 0x10000,
}

/// `TYPE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartyType {
    /// A device of this exchange.
    Internal = 1,
    /// Somebody outside.
    External = 2,
}

/// `PROLE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Not known.
    Unknown = 0,
    /// It made the call.
    Origination = 1,
    /// It was called.
    Destination = 2,
    /// It takes part in a conference.
    ConferenceMember = 3,
    /// It came by a transfer or a pick-up.
    NewParty = 4,
    /// It listens.
    Observer = 10,
}

/// `CCEVENT`: the call-control event, by its number in the T-Library model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CcEvent {
    /// It hung up while it waited or rang.
    Abandoned = 59,
    /// It rings.
    Ringing = 60,
    /// It calls.
    Dialing = 61,
    /// It cannot be reached.
    DestinationBusy = 63,
    /// It is connected.
    Established = 64,
    /// It left.
    Released = 65,
    /// Put on hold.
    Held = 66,
    /// Taken off hold.
    Retrieved = 67,
    /// Transferred, or changed otherwise.
    PartyChanged = 68,
    /// Came into a conference.
    PartyAdded = 69,
}

/// µs in each state.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Spent {
    pub(super) alerting: i64,
    pub(super) connected: i64,
    pub(super) held: i64,
    pub(super) queued: i64,
    pub(super) dialing: i64,
}

impl Spent {
    /// The sum of a state.
    pub(super) fn in_state(&mut self, state: PartyState) -> Option<&mut i64> {
        match state {
            PartyState::Ended => None,
            PartyState::Queued => Some(&mut self.queued),
            PartyState::Alerting => Some(&mut self.alerting),
            PartyState::Connected => Some(&mut self.connected),
            PartyState::Held => Some(&mut self.held),
            PartyState::Dialing => Some(&mut self.dialing),
        }
    }
}

/// The event by which a party comes into a state.
pub(super) fn event_of(state: PartyState) -> CcEvent {
    match state {
        PartyState::Dialing => CcEvent::Dialing,
        PartyState::Alerting | PartyState::Queued => CcEvent::Ringing,
        PartyState::Held => CcEvent::Held,
        PartyState::Connected => CcEvent::Established,
        PartyState::Ended => CcEvent::Released,
    }
}
