//! What the server calls by one connection id, or one CallUUID: found, opened, forgotten.
//!
//! # Which call an event means
//! 1. The one of its CallUUID, if it has one; else the one of its ConnID. A CallUUID that comes later is one more name
//!    of the call; another CallUUID under the same ConnID is another call (a consultation, on some switches).
//! 2. An id that is not known begins a call. If the event is none by which calls begin, the call was there before it
//!    was heard of. Endings of calls that are not known are no reason to begin one.
//! 3. What is said of a call that ended not long ago comes too late. A ConnID that begins a call once more, later than
//!    the last one ended, is another call.
//!
//! # Invariants
//! 1. Memory is bounded by the calls that are alive plus constants (`tests/hostile.rs`).
//! 2. Nothing depends on the order of a hash map: those that are walked are trees or lists.

use crate::{
    headers::Headers,
    parts::{Part, Past},
    queues::Stay,
    site::Site,
};
use concentrator_sdk::{
    ids::Guid,
    model::{Call, CallType, Party},
    store::{Index, Key, NameHasher, Store},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    hash::BuildHasherDefault,
};

/// Connection ids of ended calls that are remembered.
const ENDED_MAX: usize = 8192;
/// Connection ids that one call may have.
const IDS_MAX: usize = 16;
/// Longest CallUUID that is one: what the columns of GUIDs take.
const UUID_MAX: usize = 50;
/// Calls opened after which those are looked for that the model has ended by their age.
const SWEEP_EVERY: u32 = 1 << 12;

/// Finds things by connection id; never walked.
pub(crate) type ConnIndex<V> = HashMap<u64, V, BuildHasherDefault<NameHasher>>;

/// A call, as the server sees it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Connection {
    pub(crate) call: Key<Call>,
    uuid: Box<str>,
    /// Its connection ids; the first one is the first that was heard.
    ids: Vec<u64>,
    /// Name of the interaction that it belongs to.
    interaction: Box<str>,
    pub(crate) parts: Vec<Part>,
    pub(crate) past: Vec<Past>,
    pub(crate) stays: Vec<Stay>,
    /// Of a consultation: the call from which it was begun, and the device that consults.
    pub(crate) consults_for: Option<(Key<Connection>, Box<str>)>,
    /// Devices that consult, or have transferred by consultation, from this call.
    pub(crate) consulting: Vec<Box<str>>,
    /// Consultations begun from this call.
    pub(crate) consultations: Vec<Key<Connection>>,
    pub(crate) merged: bool,
    /// The end outside has been given a party.
    pub(crate) outside_known: bool,
    /// Who released it, where that is certain.
    pub(crate) released_by: Option<Guid>,
    /// It was sent on, and must not end with its last party.
    pub(crate) kept: bool,
    /// Only what nobody tells of is left since then; see `doubt`.
    pub(crate) closing: Option<i64>,
    /// Number of the interruption after which it was last heard of.
    pub(crate) heard: u32,
}

/// The calls that are alive.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Calls {
    pub(crate) all: Store<Connection>,
    #[serde(skip)]
    uuids: Index<Key<Connection>>,
    #[serde(skip)]
    ids: ConnIndex<Key<Connection>>,
    /// The calls at each device, the oldest first.
    pub(crate) devices: Index<Vec<Key<Connection>>>,
    ended: VecDeque<(u64, i64)>,
    #[serde(skip)]
    ended_ids: ConnIndex<i64>,
    /// Devices that are known to be queues; true: routing points.
    pub(crate) queues: BTreeMap<Box<str>, bool>,
    /// Devices that take part in many calls at once.
    pub(crate) busy_devices: BTreeSet<Box<str>>,
    pub(crate) doubt: crate::doubt::Doubts,
    opened: u32,
}

impl Calls {
    /// The state was restored: makes the indexes that it does not hold.
    pub(crate) fn index(&mut self) {
        for (key, connection) in self.all.iter() {
            if !connection.uuid.is_empty() {
                self.uuids.insert(connection.uuid.clone(), key);
            }
            for id in &connection.ids {
                self.ids.insert(*id, key);
            }
        }
        self.ended_ids = self.ended.iter().copied().collect();
    }

    /// The call of that connection id.
    pub(crate) fn of_id(&self, conn: u64) -> Option<Key<Connection>> {
        self.ids.get(&conn).copied()
    }

    fn find(&self, event: &Headers<'_>) -> Option<Key<Connection>> {
        if event.call_uuid.is_empty() {
            return self.of_id(event.conn);
        }
        if let Some(&key) = self.uuids.get(event.call_uuid) {
            return Some(key);
        }
        let key = self.of_id(event.conn)?;
        // Under the same connection id, another CallUUID is another call.
        self.all.get(key).filter(|connection| connection.uuid.is_empty()).map(|_| key)
    }

    fn remember_ended(&mut self, id: u64, at: i64) {
        if self.ended_ids.insert(id, at).is_some() {
            self.ended.retain(|(known, _)| *known != id);
        } else if self.ended.len() >= ENDED_MAX
            && let Some((oldest, _)) = self.ended.pop_front()
        {
            self.ended_ids.remove(&oldest);
        }
        self.ended.push_back((id, at));
    }

    /// A call goes: its ids find nothing from now on.
    pub(crate) fn forget(&mut self, key: Key<Connection>, now: i64) {
        let Some(connection) = self.all.remove(key) else { return };
        if self.uuids.get(&connection.uuid) == Some(&key) {
            self.uuids.remove(&connection.uuid);
        }
        for &id in &connection.ids {
            if self.ids.get(&id) == Some(&key) {
                self.ids.remove(&id);
            }
            self.remember_ended(id, now);
        }
        for part in &connection.parts {
            self.leave_device(&part.dn, key);
        }
        if let Some((primary, dn)) = connection.consults_for
            && !connection.merged
            && let Some(primary) = self.all.get_mut(primary)
            && let Some(at) = primary.consulting.iter().position(|of| *of == dn)
        {
            primary.consulting.remove(at);
        }
    }

    pub(crate) fn enter_device(&mut self, dn: &str, key: Key<Connection>) {
        if let Some(at) = self.devices.get_mut(dn) {
            at.push(key);
        } else {
            self.devices.insert(dn.into(), vec![key]);
        }
    }

    pub(crate) fn leave_device(&mut self, dn: &str, key: Key<Connection>) {
        if let Some(at) = self.devices.get_mut(dn)
            && let Some(place) = at.iter().position(|of| *of == key)
        {
            at.remove(place);
            if at.is_empty() {
                self.devices.remove(dn);
            }
        }
    }
}

/// What an event is to the call that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opens {
    /// Calls begin by it.
    Begins,
    /// Calls begin by it, but none under an id that had one not long ago.
    BeginsFirst,
    /// It shows that the call is there.
    Shows,
    /// It ends something, or only tells of something.
    Never,
}

impl Site {
    /// The call that an event names, if it is alive.
    pub(crate) fn call_of(&self, event: &Headers<'_>) -> Option<Key<Call>> {
        let call = self.calls.all.get(self.calls.find(event)?)?.call;
        self.model.call(call).map(|_| call)
    }

    /// The party at a device in the call of that connection id; 0: in the only call that the device has.
    pub(crate) fn party_at(&self, dn: &str, conn: u64) -> Option<Key<Party>> {
        let key = if conn == 0 {
            let [only] = self.calls.devices.get(dn)?.as_slice() else { return None };
            *only
        } else {
            self.calls.of_id(conn)?
        };
        self.calls.all.get(key)?.part(dn).map(|part| part.party)
    }

    /// The parties at a device that were heard of since the last interruption, the oldest first.
    pub(crate) fn parties_at(&self, dn: &str) -> Vec<Key<Party>> {
        let heard = self.calls.doubt.interruptions;
        let at = self.calls.devices.get(dn).map(Vec::as_slice).unwrap_or_default();
        let parts = at.iter().filter_map(|key| self.calls.all.get(*key)?.part(dn));
        parts.filter(|part| part.heard >= heard).map(|part| part.party).collect()
    }

    /// What an event names; it is opened if the event shows that it is there.
    pub(crate) fn connection(&mut self, event: &Headers<'_>, opens: Opens) -> Option<Key<Connection>> {
        let found = self.calls.find(event);
        let key = match found {
            Some(key) if self.is_alive(key) => key,
            Some(key) => {
                self.calls.forget(key, self.model.now());
                return None;
            }
            None => self.open(event, opens)?,
        };
        self.learn(key, event);
        Some(key)
    }

    pub(crate) fn is_alive(&self, key: Key<Connection>) -> bool {
        self.calls.all.get(key).is_some_and(|of| self.model.call(of.call).is_some_and(|call| !call.is_over()))
    }

    fn open(&mut self, event: &Headers<'_>, opens: Opens) -> Option<Key<Connection>> {
        let uuid = event.call_uuid;
        if opens == Opens::Never || (event.conn == 0 && uuid.is_empty()) || uuid.len() > UUID_MAX {
            return None;
        }
        let now = self.model.now();
        let ended = self.calls.ended_ids.get(&event.conn).copied().filter(|_| event.conn != 0);
        let again = ended.is_some();
        if ended.is_some_and(|at| opens != Opens::Begins || now <= at) && uuid.is_empty() {
            return None;
        }
        let id = if uuid.is_empty() { self.derived_id(event.conn, again.then_some(now)) } else { uuid.to_owned() };
        if self.model.has_ended(&id) {
            return None;
        }
        let primary = self.primary_of(event).and_then(|key| self.calls.all.get(key));
        let interaction = primary.map_or_else(|| id.as_str().into(), |primary| primary.interaction.clone());
        let call = self.model.open_call(&id, &interaction, now);
        let switch_call = event.call_id.map(|id| id.to_string());
        let conn = if event.conn == 0 { None } else { Some(event.conn) };
        if let Some(conn) = conn {
            self.model.identify_call(call, conn, switch_call.as_deref());
        }
        if opens == Opens::Shows {
            self.model.begin_unseen(call);
        }
        let key = self.calls.all.insert(Connection {
            call,
            uuid: uuid.into(),
            ids: conn.into_iter().collect(),
            interaction,
            parts: Vec::new(),
            past: Vec::new(),
            stays: Vec::new(),
            consults_for: None,
            consulting: Vec::new(),
            consultations: Vec::new(),
            merged: false,
            outside_known: false,
            released_by: None,
            kept: false,
            closing: None,
            heard: self.calls.doubt.interruptions,
        });
        if let Some(conn) = conn {
            self.calls.ids.insert(conn, key);
        }
        if !uuid.is_empty() {
            self.calls.uuids.insert(uuid.into(), key);
        }
        self.calls.opened = self.calls.opened.wrapping_add(1);
        if self.calls.opened.is_multiple_of(SWEEP_EVERY) {
            self.forget_ended();
        }
        Some(key)
    }

    /// CALLID where the server gives no CallUUID; `again`: the connection id had a call before.
    fn derived_id(&self, conn: u64, again: Option<i64>) -> String {
        use concentrator_sdk::ids::{Of, guid};
        let conn = format!("{conn:016x}");
        let dbid = self.model.lane().dbid;
        match again {
            None => guid(Of::Connection, dbid, &[&conn]).text(),
            Some(began) => guid(Of::Connection, dbid, &[&conn, &began.to_string()]).text(),
        }
    }

    /// The call from which a consultation is made.
    pub(crate) fn primary_of(&self, event: &Headers<'_>) -> Option<Key<Connection>> {
        let consults = event.call_type == Some(CallType::Consult as i64) && event.previous_conn != event.conn;
        let key = if consults { self.calls.of_id(event.previous_conn) } else { None };
        key.filter(|key| self.is_alive(*key))
    }

    /// What an event says of the call as a whole.
    fn learn(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        connection.heard = self.calls.doubt.interruptions;
        if event.conn != 0 && connection.ids.first() != Some(&event.conn) && !connection.ids.contains(&event.conn) {
            if connection.ids.is_empty() {
                self.model.identify_call(connection.call, event.conn, None);
            }
            if connection.ids.len() < IDS_MAX {
                connection.ids.push(event.conn);
                self.calls.ids.entry(event.conn).or_insert(key);
            }
        }
        if connection.uuid.is_empty() && !event.call_uuid.is_empty() && event.call_uuid.len() <= UUID_MAX {
            connection.uuid = event.call_uuid.into();
            self.calls.uuids.insert(event.call_uuid.into(), key);
        }
        let call = connection.call;
        let known = self.model.call(call).map_or(CallType::Unknown, Call::call_type);
        if let Some(told) = event.call_type.and_then(call_type)
            && rank(told) > rank(known)
        {
            self.model.set_call_type(call, told);
        }
        let some = |text| if str::is_empty(text) { None } else { Some(text) };
        self.model.set_numbers(call, some(event.ani), some(event.dnis));
        self.confirm(key, event);
        self.link_sites(call, event);
    }

    /// Forgets calls that the model has ended by their age.
    pub(crate) fn forget_ended(&mut self) {
        let gone: Vec<_> = self.calls.all.iter().map(|(key, _)| key).filter(|key| !self.is_alive(*key)).collect();
        let now = self.model.now();
        for key in gone {
            self.calls.forget(key, now);
        }
    }
}

impl Connection {
    /// What a device does in it.
    pub(crate) fn part(&self, dn: &str) -> Option<&Part> {
        self.parts.iter().find(|part| *part.dn == *dn)
    }

    /// What a device does in it.
    pub(crate) fn part_mut(&mut self, dn: &str) -> Option<&mut Part> {
        self.parts.iter_mut().find(|part| *part.dn == *dn)
    }
}

fn call_type(number: i64) -> Option<CallType> {
    Some(match number {
        1 => CallType::Internal,
        2 => CallType::Inbound,
        3 => CallType::Outbound,
        4 => CallType::Consult,
        _ => return None,
    })
}

/// Of two types of which one call is told to be, the one that says more is right.
fn rank(call_type: CallType) -> u8 {
    match call_type {
        CallType::Unknown => 0,
        CallType::Internal => 1,
        CallType::Outbound => 2,
        CallType::Inbound => 3,
        CallType::Consult => 4,
    }
}
