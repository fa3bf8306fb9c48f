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
    /// Another device of the same line talks.
    Bridged = 0x40,
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
    /// It brought another in.
    AddedBy = 5,
    /// It removed another.
    DeletedBy = 6,
    /// It transferred the call.
    TransferredBy = 7,
    /// It was removed.
    DeletedParty = 8,
    /// It made the conference.
    ConferencedBy = 9,
    /// It listens.
    Observer = 10,
}

impl Role {
    /// The role with that number, if there is one.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Some(match number {
            0 => Self::Unknown,
            1 => Self::Origination,
            2 => Self::Destination,
            3 => Self::ConferenceMember,
            4 => Self::NewParty,
            5 => Self::AddedBy,
            6 => Self::DeletedBy,
            7 => Self::TransferredBy,
            8 => Self::DeletedParty,
            9 => Self::ConferencedBy,
            10 => Self::Observer,
            _ => return None,
        })
    }
}

/// `CCEVENT`: the call-control event, by its number in the T-Library model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CcEvent {
    /// It waits in a queue.
    Queued = 57,
    /// It left a queue for a destination.
    Diverted = 58,
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
    /// It was removed.
    PartyDeleted = 70,
    /// Another device of the same line talks.
    Bridged = 151,
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
            PartyState::Ended | PartyState::Bridged => None,
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
        PartyState::Alerting => CcEvent::Ringing,
        PartyState::Queued => CcEvent::Queued,
        PartyState::Bridged => CcEvent::Bridged,
        PartyState::Held => CcEvent::Held,
        PartyState::Connected => CcEvent::Established,
        PartyState::Ended => CcEvent::Released,
    }
}
