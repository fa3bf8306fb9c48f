//! Calls: where they are kept, how they are born, how they end.

use super::output::{Edge, Note};
use super::{Site, agenda::Step};
use crate::event::{List, Micros, Text};
use crate::ledger::{CallRecord, Origin, ReleasedBy, Seen};
use std::collections::VecDeque;
use std::sync::Arc;

/// `ThisDNRole` and its like.
pub(super) mod role {
    pub(in crate::site) const ORIGINATION: i64 = 1;
    pub(in crate::site) const DESTINATION: i64 = 2;
    pub(in crate::site) const NEW_PARTY: i64 = 4;
    pub(in crate::site) const ADDED_BY: i64 = 5;
    pub(in crate::site) const DELETED_BY: i64 = 6;
    pub(in crate::site) const TRANSFERRED_BY: i64 = 7;
    pub(in crate::site) const DELETED_PARTY: i64 = 8;
    pub(in crate::site) const CONFERENCED_BY: i64 = 9;
}

/// `CallState`.
pub(super) mod state {
    pub(in crate::site) const OK: i64 = 0;
    pub(in crate::site) const TRANSFERRED: i64 = 1;
    pub(in crate::site) const CONFERENCED: i64 = 2;
    pub(in crate::site) const REMOTE_RELEASE: i64 = 5;
    pub(in crate::site) const BUSY: i64 = 6;
    pub(in crate::site) const NO_ANSWER: i64 = 7;
    pub(in crate::site) const SIT: i64 = 8;
    pub(in crate::site) const MACHINE: i64 = 9;
    pub(in crate::site) const FAX: i64 = 17;
    pub(in crate::site) const ABANDONED: i64 = 21;
    pub(in crate::site) const REDIRECTED: i64 = 22;
}

/// A place in the table of calls, and which of the calls that stood there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CallKey(usize, u32);

/// What a call does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CallStep {
    /// A treatment ends, and routing looks for an agent.
    TreatmentEnd,
    /// Routing has waited long enough.
    RouteTimeout,
    /// Whoever rings answers.
    Answer,
    /// Nobody answers.
    NoAnswer,
    /// The next deed of its plan.
    Act,
    /// The dialled end is reached by the network.
    Network,
    /// The dialled end rings.
    Ring,
    /// What dialling came to.
    Outcome,
    /// The consultation is dialled, rings, is answered, ends; the consulting agent is back.
    ConsultDial,
    ConsultRing,
    ConsultAnswer,
    ConsultEnd,
    ConsultBack,
    /// A new party of a single-step transfer answers.
    NewPartyAnswer,
}

/// What an agent does to a talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Hold,
    Retrieve,
    ChangeData,
    DeleteData,
    UserEvent,
    /// Asks for a pause after the call.
    AskForPause,
    Consult(Consultation),
    SingleStep,
    ToQueue,
    /// Somebody leaves a conference.
    Leave(Leaver),
    /// The first agent hangs up.
    AgentEnds,
    /// The other end hangs up.
    OtherEnds,
}

/// What becomes of a consultation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consultation {
    Transfer,
    TransferRinging,
    Conference,
    Return,
    /// The colleague does not answer.
    Unanswered,
    /// The caller hangs up meanwhile.
    CallerLeaves,
}

/// Who leaves a conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaver {
    First,
    Added,
    Outside,
}

/// An agent's part in a call.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    pub(super) agent: usize,
    pub(super) role: i64,
    /// The ACD queue that sent the call there.
    pub(super) queue: Option<usize>,
    pub(super) talking: bool,
}

/// Where a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Nowhere,
    /// In the ACD queue of that group.
    Queue(usize),
    /// At that routing point, and in the virtual queue of that group.
    Point(usize, usize),
}

/// A live call.
#[derive(Debug)]
pub(super) struct Call {
    /// Index of its record in the ledger.
    pub(super) record: usize,
    /// Grows whenever the call goes on; a step that was planned before is void.
    pub(super) turn: u32,
    /// Grows whenever the caller's patience begins or ends.
    pub(super) patience: u32,
    pub(super) conn: u64,
    pub(super) uuid: Text,
    pub(super) number: i64,
    pub(super) origin: Origin,
    pub(super) call_type: i64,
    pub(super) ani: Option<Text>,
    pub(super) dnis: Option<Text>,
    /// The other end, when it is not monitored.
    pub(super) outside: Option<Text>,
    pub(super) data: List,
    pub(super) link: Option<List>,
    pub(super) vqid: Option<Text>,
    pub(super) legs: Vec<Leg>,
    pub(super) place: Place,
    pub(super) plan: VecDeque<(Micros, Act)>,
    /// The consultation made in it.
    pub(super) consult: Option<(CallKey, Consultation)>,
    /// The call in which it is a consultation: key and `ConnID`.
    pub(super) parent: Option<(CallKey, u64)>,
    /// The server lost its memory of it.
    pub(super) forgotten: bool,
}

impl Call {
    /// `PreviousConnID` of a consultation.
    pub(super) fn previous(&self) -> Option<u64> {
        self.parent.map(|(_, conn)| conn)
    }

    /// Role of the unmonitored end.
    pub(super) fn outside_role(&self) -> i64 {
        match self.origin {
            Origin::Outbound | Origin::Predictive => role::DESTINATION,
            _ => role::ORIGINATION,
        }
    }
}

/// What a call is born with.
#[derive(Debug)]
pub(super) struct Birth {
    pub(super) origin: Origin,
    pub(super) call_type: i64,
    pub(super) ani: Option<Text>,
    pub(super) dnis: Option<Text>,
    pub(super) outside: Option<Text>,
    pub(super) data: List,
    pub(super) parent: Option<CallKey>,
}

/// The live calls.
#[derive(Debug, Default)]
pub(super) struct Calls {
    slots: Vec<(u32, Option<Box<Call>>)>,
    free: Vec<usize>,
    live: usize,
}

impl Calls {
    fn insert(&mut self, call: Box<Call>) -> CallKey {
        self.live += 1;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push((0, None));
            self.slots.len() - 1
        });
        let mut key = CallKey(slot, 0);
        if let Some((generation, place)) = self.slots.get_mut(slot) {
            *generation = generation.wrapping_add(1);
            *place = Some(call);
            key = CallKey(slot, *generation);
        }
        key
    }

    pub(super) fn get(&self, key: CallKey) -> Option<&Call> {
        let (generation, call) = self.slots.get(key.0)?;
        call.as_deref().filter(|_| *generation == key.1)
    }

    pub(super) fn get_mut(&mut self, key: CallKey) -> Option<&mut Call> {
        let (generation, call) = self.slots.get_mut(key.0)?;
        call.as_deref_mut().filter(|_| *generation == key.1)
    }

    fn remove(&mut self, key: CallKey) -> Option<Box<Call>> {
        let (generation, call) = self.slots.get_mut(key.0)?;
        let call = call.take_if(|_| *generation == key.1)?;
        self.free.push(key.0);
        self.live -= 1;
        Some(call)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.live
    }

    /// All of them, in a fixed order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Call> {
        self.slots.iter().filter_map(|(_, call)| call.as_deref())
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Call> {
        self.slots.iter_mut().filter_map(|(_, call)| call.as_deref_mut())
    }
}

impl Site {
    /// A call is born. Who tells of it says so.
    pub(super) fn birth(&mut self, birth: Birth) -> CallKey {
        self.calls_born += 1;
        let serial = self.calls_born;
        let conn = self.conn_base + serial;
        let (first, second) = (self.identities.next(), self.identities.next());
        let uuid: Text = format!("{first:016X}{second:016X}").into();
        let parent = birth.parent.and_then(|key| Some((key, self.calls.get(key)?)));
        let record = CallRecord {
            uuid: Arc::clone(&uuid),
            conn_id: format!("{conn:016x}"),
            origin: birth.origin,
            call_type: birth.call_type,
            ani: birth.ani.clone(),
            dnis: birth.dnis.clone(),
            created: self.out.now,
            ended: None,
            seen: Seen::default(),
            parent: parent.map(|(_, call)| Arc::clone(&call.uuid)),
            merged_into: None,
            queue_stays: Vec::new(),
            rings: Vec::new(),
            talks: Vec::new(),
            holds: Vec::new(),
            transfers: Vec::new(),
            conferences: Vec::new(),
            abandoned: None,
            released_by: None,
            failed: None,
            data_changes: 0,
            user_data: Vec::new(),
        };
        let call = Call {
            record: self.out.ledger.calls.len(),
            turn: 0,
            patience: 0,
            conn,
            uuid,
            number: i64::try_from(serial % 0x7fff_ffff).unwrap_or(0),
            origin: birth.origin,
            call_type: birth.call_type,
            ani: birth.ani,
            dnis: birth.dnis,
            outside: birth.outside,
            data: birth.data,
            link: None,
            vqid: None,
            legs: Vec::new(),
            place: Place::Nowhere,
            plan: VecDeque::new(),
            consult: None,
            parent: parent.map(|(key, call)| (key, call.conn)),
            forgotten: parent.is_some_and(|(_, call)| call.forgotten),
        };
        self.out.ledger.calls.push(record);
        self.calls.insert(Box::new(call))
    }

    /// The record of a call in the ledger, and the time, while it lives.
    pub(super) fn record(&mut self, key: CallKey) -> Option<(&mut CallRecord, Micros)> {
        let index = self.calls.get(key)?.record;
        let now = self.out.now;
        self.out.ledger.calls.get_mut(index).map(|record| (record, now))
    }

    /// The call goes on: what was planned is void, `step` happens after `delay`.
    pub(super) fn next_step(&mut self, key: CallKey, delay: Micros, step: CallStep) {
        if let Some(call) = self.calls.get_mut(key) {
            call.turn += 1;
            self.agenda.at(self.clock + delay, Step::Call(key, call.turn, step));
        }
    }

    /// The caller's patience begins anew.
    pub(super) fn begin_patience(&mut self, key: CallKey, mean: f64) {
        let delay = self.random.around(mean);
        if let Some(call) = self.calls.get_mut(key) {
            call.patience += 1;
            self.agenda.at(self.clock + delay, Step::Patience(key, call.patience));
        }
    }

    /// DN of the agent of a leg.
    pub(super) fn leg_dn(&self, leg: &Leg) -> Option<Text> {
        self.agents.get(leg.agent).map(|agent| Arc::clone(&agent.dn))
    }

    /// Whom a leg talks to: the outside, or the first other leg.
    pub(super) fn other_end(&self, key: CallKey, agent: usize) -> Option<(Text, i64)> {
        let call = self.calls.get(key)?;
        if let Some(outside) = &call.outside {
            return Some((Arc::clone(outside), call.outside_role()));
        }
        let leg = call.legs.iter().find(|leg| leg.agent != agent)?;
        Some((self.leg_dn(leg)?, leg.role))
    }

    /// Tells an event of an agent's leg; who the other end is, is filled in.
    pub(super) fn tell_leg(
        &mut self,
        key: CallKey,
        agent: usize,
        name: &'static str,
        edge: Edge,
        more: impl FnOnce(Note<'_>) -> Note<'_>,
    ) {
        self.tell(key, agent, name, edge, None, more);
    }

    /// As [`Site::tell_leg`], with a third party and its role.
    pub(super) fn tell_leg_third(
        &mut self,
        key: CallKey,
        agent: usize,
        name: &'static str,
        edge: Edge,
        third: (&Text, i64),
        more: impl FnOnce(Note<'_>) -> Note<'_>,
    ) {
        self.tell(key, agent, name, edge, Some(third), more);
    }

    fn tell(
        &mut self,
        key: CallKey,
        agent: usize,
        name: &'static str,
        edge: Edge,
        third: Option<(&Text, i64)>,
        more: impl FnOnce(Note<'_>) -> Note<'_>,
    ) {
        let other = self.other_end(key, agent);
        let (Some(call), Some(person)) = (self.calls.get(key), self.agents.get(agent)) else { return };
        let leg = call.legs.iter().find(|leg| leg.agent == agent);
        let own = leg.map_or(role::DESTINATION, |leg| leg.role);
        let queue = leg.and_then(|leg| leg.queue).and_then(|group| self.groups.get(group)).map(|group| &group.queue);
        let login = person.session.map(|_| &person.login);
        let mut note = Note::new(name, &person.dn, own).queue(queue).agent(login).previous(call.previous());
        if let Some((dn, number)) = &other {
            note = note.other(Some(dn), *number);
        }
        if let Some((dn, number)) = third {
            note = note.third(dn, number);
        }
        self.out.call(call, edge, more(note));
    }

    /// The call ends: its record is closed, its agents are free.
    pub(super) fn end(&mut self, key: CallKey, by: Option<ReleasedBy>) {
        let Some(call) = self.calls.remove(key) else { return };
        let now = self.out.now;
        if let Some(record) = self.out.ledger.calls.get_mut(call.record) {
            record.ended = Some(now);
            record.released_by = by;
            record.user_data = call.data.to_vec();
            record.shrink();
            for leg in &call.legs {
                if let Some(agent) = self.agents.get(leg.agent) {
                    record.leave(&agent.dn, now);
                }
            }
        }
        for leg in &call.legs {
            self.part(leg.agent, call.origin, leg.talking);
        }
    }

    /// An agent leaves a call that goes on.
    pub(super) fn remove_leg(&mut self, key: CallKey, agent: usize) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let Some(index) = call.legs.iter().position(|leg| leg.agent == agent) else { return };
        let leg = call.legs.remove(index);
        let origin = call.origin;
        let dn = self.leg_dn(&leg);
        if let (Some(dn), Some((record, now))) = (dn, self.record(key)) {
            record.leave(&dn, now);
        }
        self.part(agent, origin, leg.talking);
    }
}
