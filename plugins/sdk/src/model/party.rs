//! A party: one device's part in one call.

mod codes;
mod written;

pub use codes::{CcEvent, PartyState, PartyType, Role};

use super::{Call, LoginSession, Model, inferred_ext};
use crate::{
    ids::{self, Guid, Of},
    rows::GPartyHistory,
    store::Key,
};
use codes::{Spent, event_of};
use serde::{Deserialize, Serialize};

/// `CHANGETYPE` of G_PARTY_HISTORY.
#[derive(Clone, Copy)]
enum Change {
    Created = 1,
    Terminated = 2,
    State = 3,
    Moved = 4,
    Attributes = 5,
}

/// A party that begins.
#[derive(Debug)]
pub struct NewParty<'a> {
    /// The call that it takes part in.
    pub call: Key<Call>,
    /// The device's part in this call, by a name that no other call's has: makes PARTYGUID. The call's id and the
    /// device's number together will do.
    pub device: &'a str,
    /// Which of this device's parts in this call it is, from 0: makes PARTYID together with call and device.
    pub ordinal: u32,
    /// Inside or outside.
    pub party_type: PartyType,
    /// How it came in.
    pub role: Role,
    /// Number of the device, or of the outside party.
    pub dn: &'a str,
    /// Endpoint: its DBID and type.
    pub endpoint: (i32, i32),
    /// Who brought it in.
    pub parent: Option<Key<Party>>,
    /// Queue through which it came.
    pub queue: Option<&'a str>,
    /// The login session at the device.
    pub session: Option<Key<LoginSession>>,
    /// What it does.
    pub state: PartyState,
    /// When it began.
    pub created: i64,
}

/// A party that is alive.
#[derive(Debug, Serialize, Deserialize)]
pub struct Party {
    pub(super) id: Guid,
    pub(super) guid: Guid,
    pub(super) call: Key<Call>,
    call_id: String,
    device: Box<str>,
    moves: u32,
    party_type: PartyType,
    role: Role,
    parent: Option<Guid>,
    parent_link: Option<i32>,
    pub(super) dn: String,
    pub(super) endpoint: (i32, i32),
    pub(super) agent: i32,
    session: Option<Key<LoginSession>>,
    session_id: Option<Guid>,
    queue: Option<String>,
    state: PartyState,
    since: i64,
    cc_event: CcEvent,
    cause: Option<i32>,
    created: i64,
    ended: Option<i64>,
    inferred: bool,
    changed: i64,
    pub(super) pseq: i32,
    pub(super) custom_seq: i32,
    spent: Spent,
    released_local: bool,
    #[serde(skip)]
    dirty: bool,
}

impl Party {
    /// Its PARTYID.
    #[must_use]
    pub fn id(&self) -> Guid {
        self.id
    }

    /// The call that it takes part in.
    #[must_use]
    pub fn call(&self) -> Key<Call> {
        self.call
    }

    /// What it does.
    #[must_use]
    pub fn state(&self) -> PartyState {
        self.state
    }

    /// Inside or outside.
    #[must_use]
    pub fn party_type(&self) -> PartyType {
        self.party_type
    }

    /// Number of the device, or of the outside party.
    #[must_use]
    pub fn dn(&self) -> &str {
        &self.dn
    }

    /// The login session at the device.
    #[must_use]
    pub fn session(&self) -> Option<Key<LoginSession>> {
        self.session
    }

    /// It was called and has not answered.
    pub(super) fn only_rings(&self) -> bool {
        match self.state {
            PartyState::Alerting => true,
            PartyState::Dialing => self.role != Role::Origination,
            PartyState::Ended | PartyState::Queued | PartyState::Connected | PartyState::Held | PartyState::Bridged => {
                false
            }
        }
    }

    /// It talks, calls or holds: an agent at it is busy.
    fn is_busy(&self) -> bool {
        match self.state {
            PartyState::Connected | PartyState::Held => true,
            PartyState::Dialing => self.role == Role::Origination,
            PartyState::Ended | PartyState::Queued | PartyState::Alerting | PartyState::Bridged => false,
        }
    }
}

impl Model {
    /// A party begins. Nothing happens if its call is gone.
    pub fn add_party(&mut self, new: &NewParty<'_>) -> Option<Key<Party>> {
        let call_id = self.calls.get(new.call).filter(|call| !call.is_over())?.id.clone();
        let session = new.session.and_then(|key| self.sessions.get(key));
        let ordinal = new.ordinal.to_string();
        let key = self.parties.insert(Party {
            id: ids::guid(Of::Party, self.lane.dbid, &[&call_id, new.device, &ordinal]),
            guid: ids::guid(Of::PartyGuid, self.lane.dbid, &[new.device]),
            call: new.call,
            call_id,
            device: new.device.into(),
            moves: new.ordinal,
            party_type: new.party_type,
            role: new.role,
            parent: new.parent.and_then(|parent| self.parties.get(parent)).map(|parent| parent.id),
            parent_link: None,
            dn: new.dn.to_owned(),
            endpoint: new.endpoint,
            agent: session.map_or(0, |session| session.agent),
            session: new.session,
            session_id: session.map(|session| session.id),
            queue: new.queue.map(str::to_owned),
            state: PartyState::Ended,
            since: new.created,
            cc_event: event_of(new.state),
            cause: None,
            created: new.created,
            ended: None,
            inferred: false,
            changed: new.created,
            pseq: 0,
            custom_seq: 0,
            spent: Spent::default(),
            released_local: false,
            dirty: false,
        });
        self.enter_call(key, new.call);
        if let Some(party) = self.parties.get_mut(key) {
            party.state = new.state;
        }
        self.party_history(key, Change::Created, PartyState::Ended, None, new.created);
        self.count_busy(key, false);
        Some(key)
    }

    /// The party, if it is alive.
    #[must_use]
    pub fn party(&self, key: Key<Party>) -> Option<&Party> {
        self.parties.get(key)
    }

    /// The party does something else now.
    pub fn set_party_state(&mut self, key: Key<Party>, state: PartyState, event: CcEvent, cause: Option<i32>) {
        let now = self.now;
        let Some(party) = self.parties.get_mut(key) else { return };
        let before = party.state;
        if before == state || party.ended.is_some() {
            return;
        }
        let (was_busy, since, call) = (party.is_busy(), party.since, party.call);
        party.spend(now);
        party.state = state;
        party.cc_event = event;
        party.cause = cause;
        self.party_history(key, Change::State, before, Some(since), now);
        if state == PartyState::Held {
            self.count_hold(call);
        }
        self.count_busy(key, was_busy);
    }

    /// The party made its call.
    #[must_use]
    pub fn party_is_first(&self, key: Key<Party>) -> bool {
        self.parties.get(key).is_some_and(|party| party.role == Role::Origination)
    }

    /// What is known of how the party came about changed: the queue through which it came, the session at the device,
    /// its role. `None` leaves a thing as it is.
    pub fn describe_party(
        &mut self,
        key: Key<Party>,
        queue: Option<&str>,
        session: Option<Key<LoginSession>>,
        role: Option<Role>,
    ) {
        let known = session.and_then(|key| self.sessions.get(key)).map(|session| (session.agent, session.id));
        let Some(party) = self.parties.get_mut(key) else { return };
        let new_queue = queue.filter(|queue| party.queue.as_deref() != Some(queue));
        let new_session = known.filter(|(_, id)| party.session_id.as_ref() != Some(id));
        let new_role = role.filter(|role| party.role != *role);
        if new_queue.is_none() && new_session.is_none() && new_role.is_none() {
            return;
        }
        let busy = party.is_busy();
        let (state, since, leaving) = (party.state, party.since, party.session);
        if let Some(queue) = new_queue {
            party.queue = Some(queue.to_owned());
        }
        if let Some(role) = new_role {
            party.role = role;
        }
        let changed_session = new_session.is_some();
        if let Some((agent, id)) = new_session {
            (party.agent, party.session_id, party.session) = (agent, Some(id), session);
        }
        let call = party.call;
        self.party_history(key, Change::Attributes, state, Some(since), self.now);
        if changed_session {
            if busy && let Some(leaving) = leaving {
                self.session_busy(leaving, -1, call, self.now);
            }
            self.count_busy(key, false);
        }
    }

    /// Who brought the party in; what is known already stays.
    pub fn set_party_parent(&mut self, key: Key<Party>, parent: Guid) {
        if let Some(party) = self.parties.get_mut(key).filter(|party| party.parent.is_none()) {
            party.parent = Some(parent);
            self.write_party_later(key);
        }
    }

    /// A party that was taken for one outside is a device of this exchange.
    pub fn bring_inside(
        &mut self,
        key: Key<Party>,
        endpoint: (i32, i32),
        session: Option<Key<LoginSession>>,
        role: Role,
    ) {
        if let Some(party) = self.parties.get_mut(key) {
            party.party_type = PartyType::Internal;
            party.endpoint = endpoint;
            self.write_party_later(key);
            self.describe_party(key, None, session, Some(role));
        }
    }

    /// The party itself asks to leave.
    pub fn hang_up(&mut self, key: Key<Party>) {
        if let Some(party) = self.parties.get_mut(key) {
            party.released_local = true;
        }
    }

    /// The caller's party waited so many µs in a queue.
    pub(super) fn party_queued(&mut self, key: Key<Party>, micros: i64) {
        if let Some(party) = self.parties.get_mut(key) {
            party.spent.queued = party.spent.queued.saturating_add(micros.max(0));
        }
    }

    /// The party leaves for `cause`; without parties its call ends.
    pub fn end_party(&mut self, key: Key<Party>, event: CcEvent, cause: Option<i32>) {
        self.end_party_at(key, self.now, event, cause, false);
    }

    pub(super) fn end_party_at(
        &mut self,
        key: Key<Party>,
        time: i64,
        event: CcEvent,
        cause: Option<i32>,
        inferred: bool,
    ) {
        let Some(party) = self.parties.get_mut(key) else { return };
        if party.ended.is_some() {
            return;
        }
        let time = time.max(party.created);
        let (before, since, was_busy, call) = (party.state, party.since, party.is_busy(), party.call);
        party.spend(time);
        party.state = PartyState::Ended;
        party.ended = Some(time);
        party.inferred = inferred;
        party.cc_event = event;
        party.cause = cause;
        self.party_history(key, Change::Terminated, before, Some(since), time);
        self.count_busy(key, was_busy);
        self.leave_call(key, call);
        if !inferred {
            self.end_call_if_empty(call);
        }
    }

    /// The party goes on in another call: another PARTYID, the same PARTYGUID. `link` is why: 1 transfer,
    /// 2 conference; `by` brought it about.
    pub fn move_party(&mut self, key: Key<Party>, to: Key<Call>, by: Option<Key<Party>>, link: i32) {
        let by = by.and_then(|by| self.parties.get(by)).map(|by| by.id);
        self.move_party_by(key, to, by, link);
    }

    /// As [`Model::move_party`], where the party that brought it about may have ended already.
    pub fn move_party_by(&mut self, key: Key<Party>, to: Key<Call>, parent: Option<Guid>, link: i32) {
        let now = self.now;
        let Some(call_id) = self.calls.get(to).filter(|call| !call.is_over()).map(|call| call.id.clone()) else {
            return;
        };
        let Some(party) = self.parties.get_mut(key) else { return };
        let from = party.call;
        if from == to || party.ended.is_some() {
            return;
        }
        let (state, since) = (party.state, party.since);
        party.spend(now);
        (party.cc_event, party.cause) = (CcEvent::PartyChanged, None);
        self.party_history(key, Change::Moved, state, Some(since), now);
        let Some(party) = self.parties.get_mut(key) else { return };
        party.state = PartyState::Ended;
        party.ended = Some(now.max(party.created));
        let last = party.row(self.rows.at);
        let statistics = party.statistics(self.rows.at);
        self.rows.g_party.push(last);
        self.rows.g_party_stat.push(statistics);
        party.moves += 1;
        let ordinal = party.moves.to_string();
        party.id = ids::guid(Of::Party, self.lane.dbid, &[&call_id, &party.device, &ordinal]);
        (party.call, party.call_id) = (to, call_id);
        (party.parent, party.parent_link) = (parent, Some(link));
        (party.state, party.since, party.ended) = (state, now, None);
        (party.created, party.pseq, party.spent) = (now, 0, Spent::default());
        self.leave_call(key, from);
        self.enter_call(key, to);
        self.party_history(key, Change::Created, state, Some(since), now);
        self.end_call_if_empty(from);
    }

    fn enter_call(&mut self, key: Key<Party>, call: Key<Call>) {
        if let Some(call) = self.calls.get_mut(call) {
            call.parties.push(key);
            // Whoever left before did not end the call.
            call.released_by = None;
        }
    }

    fn leave_call(&mut self, key: Key<Party>, call: Key<Call>) {
        if let Some(call) = self.calls.get_mut(call) {
            call.parties.retain(|party| *party != key);
        }
    }

    /// Tells the agent's session whether the party keeps it busy.
    fn count_busy(&mut self, key: Key<Party>, was_busy: bool) {
        let Some(party) = self.parties.get(key) else { return };
        let (Some(session), is_busy, call) = (party.session, party.is_busy(), party.call) else { return };
        let ended = party.ended;
        match (was_busy, is_busy) {
            (false, true) => self.session_busy(session, 1, call, self.now),
            (true, false) => self.session_busy(session, -1, call, ended.unwrap_or(self.now)),
            _ => {}
        }
    }

    fn party_history(&mut self, key: Key<Party>, change: Change, before: PartyState, since: Option<i64>, time: i64) {
        let Some(call) = self.parties.get(key).map(|party| party.call) else { return };
        let cseq = self.next_cseq(call);
        let Some(party) = self.parties.get_mut(key) else { return };
        party.pseq += 1;
        party.changed = time;
        self.write_party_later(key);
        let Some(party) = self.parties.get(key) else { return };
        self.rows.g_party_history.push(GPartyHistory {
            at: self.rows.at,
            partyid: party.id.text(),
            pseq: Some(party.pseq),
            cseq,
            changetype: Some(change as i32),
            ccevent: Some(party.cc_event as i32),
            cceventcause: party.cause,
            state: Some(party.state as i32),
            prevstate: Some(before as i32),
            prevsenter: since,
            callid: Some(party.call_id.clone()),
            added: Some(time),
            ext: inferred_ext(party.inferred),
        });
    }

    fn write_party_later(&mut self, key: Key<Party>) {
        if let Some(party) = self.parties.get_mut(key).filter(|party| !party.dirty) {
            party.dirty = true;
            self.changed.parties.push(key);
        }
    }

    pub(super) fn write_party(&mut self, key: Key<Party>) {
        let Some(party) = self.parties.get_mut(key) else { return };
        party.dirty = false;
        let row = party.row(self.rows.at);
        self.rows.g_party.push(row);
        if party.ended.is_some() {
            let statistics = party.statistics(self.rows.at);
            self.rows.g_party_stat.push(statistics);
            self.parties.remove(key);
        }
    }
}

impl Party {
    /// Counts the time in the state that ends at `time`; a clock that was set back takes nothing away, and no moment
    /// counts twice.
    fn spend(&mut self, time: i64) {
        let spent = time.saturating_sub(self.since).max(0);
        if let Some(sum) = self.spent.in_state(self.state) {
            *sum = sum.saturating_add(spent);
        }
        self.since = self.since.max(time);
    }
}
