//! A call: the parties that talk, or try to, under one call id.

mod written;

use super::{Due, DueAt, ENDED_MAX, Interaction, Model, Party, inferred_ext, user_data::CallData};
use crate::{
    ids::{self, Guid},
    rows::{Ext, GCallHistory},
    store::Key,
};
use serde::{Deserialize, Serialize};

/// `CALLTYPE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallType {
    /// Not known yet.
    Unknown = 0,
    /// Both ends are inside.
    Internal = 1,
    /// From outside.
    Inbound = 2,
    /// To the outside.
    Outbound = 3,
    /// An agent consults while a customer is on hold.
    Consult = 4,
}

/// `MERGETYPE`: what made two calls one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MergeType {
    /// A transfer.
    Transfer = 1,
    /// A conference.
    Conference = 2,
}

/// `CHANGETYPE` of G_CALL_HISTORY.
#[derive(Clone, Copy)]
enum Change {
    Created = 1,
    Terminated = 2,
    Merged = 3,
    Stuck = 4,
}

/// What G_CALL_STAT tells of the call's life.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tally {
    connected: bool,
    connected_outside: bool,
    abandoned: bool,
    holds: i32,
    diverts: i32,
    transfers: i32,
    conferences: i32,
    consults: i32,
}

/// A call that is alive.
#[derive(Debug, Serialize, Deserialize)]
pub struct Call {
    pub(super) id: String,
    connection: u64,
    switch_call: Option<Box<str>>,
    pub(super) born: u64,
    pub(super) interaction: Key<Interaction>,
    irid: Guid,
    parent: Option<String>,
    merged_into: Option<String>,
    merge_type: Option<MergeType>,
    call_type: CallType,
    ani: Option<String>,
    dnis: Option<String>,
    pub(super) created: i64,
    pub(super) ended: Option<i64>,
    pub(super) inferred: bool,
    /// It was there before it was first heard of.
    partial: bool,
    changed: i64,
    pub(super) cseq: i32,
    pub(super) parties: Vec<Key<Party>>,
    /// Stays in queues, and other reasons for which it goes on without parties.
    pub(super) visits: u32,
    pub(super) visit_ordinal: u32,
    pub(super) data: CallData,
    pub(super) released_by: Option<(String, Guid)>,
    /// Who released it only rang: whoever goes later decides.
    released_early: bool,
    tally: Tally,
    due: Option<DueAt>,
    #[serde(skip)]
    dirty: bool,
}

impl Call {
    /// Its CALLID.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its type, as far as known.
    #[must_use]
    pub fn call_type(&self) -> CallType {
        self.call_type
    }

    /// When it began, µs since 1970 UTC.
    #[must_use]
    pub fn created(&self) -> i64 {
        self.created
    }

    /// Its parties that have not ended.
    #[must_use]
    pub fn parties(&self) -> &[Key<Party>] {
        &self.parties
    }

    /// It has ended, and is still here because the event that ended it is.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    /// It was merged into another call.
    #[must_use]
    pub fn is_merged(&self) -> bool {
        self.merged_into.is_some()
    }

    /// Two parties have been connected.
    #[must_use]
    pub fn was_connected(&self) -> bool {
        self.tally.connected
    }

    /// Somebody has been found to have ended it; who only rang and refused does not count, others may come.
    #[must_use]
    pub fn is_released(&self) -> bool {
        self.released_by.is_some() && !self.released_early
    }
}

impl Model {
    /// The call of that id, which begins now if there is none; it belongs to the interaction of that name.
    pub fn open_call(&mut self, id: &str, interaction: &str, created: i64) -> Key<Call> {
        if let Some(key) = self.find_call(id) {
            return key;
        }
        let ir = self.join_interaction(interaction, id, created);
        let irid = self.interactions.get(ir).map(|ir| ir.id()).unwrap_or_default();
        let born = self.next_born();
        let key = self.calls.insert(Call {
            id: id.to_owned(),
            connection: ids::connection(self.lane.dbid, id),
            switch_call: None,
            born,
            interaction: ir,
            irid,
            parent: None,
            merged_into: None,
            merge_type: None,
            call_type: CallType::Unknown,
            ani: None,
            dnis: None,
            created,
            ended: None,
            inferred: false,
            partial: false,
            changed: created,
            cseq: 0,
            parties: Vec::new(),
            visits: 0,
            visit_ordinal: 0,
            data: CallData::default(),
            released_by: None,
            released_early: false,
            tally: Tally::default(),
            due: None,
            dirty: false,
        });
        self.call_ids.insert(id.into(), key);
        if let Some(age_max) = self.call_age_max {
            let due = self.fall_due(created.saturating_add(age_max), Due::Call(key));
            self.change_call(key, |call| call.due = Some(due));
        }
        self.call_history(key, Change::Created, None, created);
        key
    }

    /// The call of that id, if it is alive.
    #[must_use]
    pub fn find_call(&self, id: &str) -> Option<Key<Call>> {
        self.call_ids.get(id).copied()
    }

    /// A call of that id ended not long ago: what is still said of it comes too late.
    #[must_use]
    pub fn has_ended(&self, id: &str) -> bool {
        self.ended_ids.contains_key(id)
    }

    fn remember_ended(&mut self, id: &str) {
        if self.ended.len() >= ENDED_MAX
            && let Some(oldest) = self.ended.pop_front()
        {
            self.ended_ids.remove(&oldest);
        }
        if self.ended_ids.insert(id.into(), ()).is_none() {
            self.ended.push_back(id.into());
        }
    }

    /// The call, if it is alive.
    #[must_use]
    pub fn call(&self, key: Key<Call>) -> Option<&Call> {
        self.calls.get(key)
    }

    /// What kind of call it is.
    pub fn set_call_type(&mut self, key: Key<Call>, call_type: CallType) {
        if self.calls.get(key).is_some_and(|call| call.call_type != call_type) {
            self.change_call(key, |call| call.call_type = call_type);
        }
    }

    /// Who calls and what was dialled; what is known already stays.
    pub fn set_numbers(&mut self, key: Key<Call>, ani: Option<&str>, dnis: Option<&str>) {
        let Some(call) = self.calls.get(key) else { return };
        let ani = ani.filter(|_| call.ani.is_none());
        let dnis = dnis.filter(|_| call.dnis.is_none());
        if ani.is_some() || dnis.is_some() {
            self.change_call(key, |call| {
                call.ani = call.ani.take().or(ani.map(str::to_owned));
                call.dnis = call.dnis.take().or(dnis.map(str::to_owned));
            });
        }
    }

    /// The source has a connection id of its own for the call, and may tell what the switch calls it.
    pub fn identify_call(&mut self, key: Key<Call>, connection: u64, switch_call: Option<&str>) {
        self.change_call(key, |call| {
            call.connection = connection;
            call.switch_call = switch_call.map(Into::into);
        });
    }

    /// The call was there before it was first heard of: CREATED is when that was, and GSYS_EXT_INT1 says so.
    pub fn begin_unseen(&mut self, key: Key<Call>) {
        self.change_call(key, |call| call.partial = true);
    }

    /// It is recognised as a consultation begun from `parent`.
    pub fn consult_from(&mut self, key: Key<Call>, parent: Key<Call>) {
        let Some(parent_id) = self.calls.get(parent).map(|call| call.id.clone()) else { return };
        if key == parent || self.calls.get(key).is_none_or(|call| call.parent.is_some()) {
            return;
        }
        self.change_call(key, |call| {
            call.parent = Some(parent_id);
            call.call_type = CallType::Consult;
        });
        self.change_call(parent, |call| call.tally.consults += 1);
    }

    /// `key` and `into` became one call, `into`. Parties that go on are moved by `move_party`; the call that was
    /// merged ends with the last party that stays in it.
    pub fn merge_call(&mut self, key: Key<Call>, into: Key<Call>, merge_type: MergeType) {
        let Some(survivor) = self.calls.get(into).map(|call| (call.id.clone(), call.interaction)) else { return };
        let Some(call) = self.calls.get(key) else { return };
        if key == into || (call.merged_into.is_some() && call.merge_type == Some(merge_type)) {
            return;
        }
        let first = call.merged_into.is_none();
        let interaction = call.interaction;
        self.change_call(key, |call| {
            call.merged_into = Some(survivor.0.clone());
            call.merge_type = Some(merge_type);
        });
        if first {
            self.call_history(key, Change::Merged, Some(survivor.0), self.now);
            self.merge_interaction(interaction, survivor.1);
        }
    }

    /// Two parties of it talk; `outside`: one of them is not on this exchange.
    pub fn connect_call(&mut self, key: Key<Call>, outside: bool) {
        let known =
            self.calls.get(key).is_none_or(|call| call.tally.connected && (call.tally.connected_outside || !outside));
        if !known {
            self.change_call(key, |call| {
                call.tally.connected = true;
                call.tally.connected_outside |= outside;
            });
        }
    }

    /// A transfer of it was completed.
    pub fn count_transfer(&mut self, key: Key<Call>) {
        self.change_call(key, |call| call.tally.transfers += 1);
    }

    /// A conference of it was completed.
    pub fn count_conference(&mut self, key: Key<Call>) {
        self.change_call(key, |call| call.tally.conferences += 1);
    }

    /// The caller gave up before anybody answered.
    pub fn abandon_call(&mut self, key: Key<Call>) {
        self.change_call(key, |call| call.tally.abandoned |= !call.tally.connected);
    }

    pub(super) fn count_hold(&mut self, key: Key<Call>) {
        self.change_call(key, |call| call.tally.holds += 1);
    }

    pub(super) fn count_divert(&mut self, key: Key<Call>) {
        self.change_call(key, |call| call.tally.diverts += 1);
    }

    /// `party` is the one whose leaving ends the call, as far as is known now; nobody, if others talk on.
    pub fn set_released_by(&mut self, key: Key<Call>, party: Option<Key<Party>>) {
        let party = party.and_then(|party| self.parties.get(party));
        let early = party.is_some_and(Party::only_rings);
        let by = party.map(|party| (party.dn.clone(), party.id));
        if let Some(call) = self.calls.get_mut(key) {
            call.released_by = by;
            call.released_early = early;
        }
    }

    /// As [`Model::set_released_by`], of a party that may have ended already.
    pub fn set_releaser(&mut self, key: Key<Call>, dn: &str, party: Guid) {
        if let Some(call) = self.calls.get_mut(key) {
            call.released_by = Some((dn.to_owned(), party));
            call.released_early = false;
        }
    }

    /// The call goes on after somebody refused it.
    pub(super) fn forget_refusal(&mut self, key: Key<Call>) {
        if let Some(call) = self.calls.get_mut(key).filter(|call| call.released_early) {
            call.released_by = None;
        }
    }

    /// The next number of a change within the call.
    pub(super) fn next_cseq(&mut self, key: Key<Call>) -> Option<i32> {
        let call = self.calls.get_mut(key)?;
        call.cseq += 1;
        Some(call.cseq)
    }

    pub(super) fn change_call(&mut self, key: Key<Call>, change: impl FnOnce(&mut Call)) {
        let Some(call) = self.calls.get_mut(key) else { return };
        change(call);
        call.changed = call.changed.max(self.now);
        if !call.dirty {
            call.dirty = true;
            self.changed.calls.push(key);
        }
    }

    /// The call goes on without parties until it is let go of.
    pub fn keep_call(&mut self, key: Key<Call>) {
        if let Some(call) = self.calls.get_mut(key) {
            call.visits += 1;
        }
    }

    /// Takes back one [`Model::keep_call`].
    pub fn let_go_of_call(&mut self, key: Key<Call>) {
        if let Some(call) = self.calls.get_mut(key) {
            call.visits = call.visits.saturating_sub(1);
        }
        self.end_call_if_empty(key);
    }

    /// Ends the call if nobody is left in it.
    pub fn end_call_if_empty(&mut self, key: Key<Call>) {
        if self.calls.get(key).is_some_and(|call| call.parties.is_empty() && call.visits == 0) {
            self.end_call(key, self.now, false);
        }
    }

    pub(super) fn end_call(&mut self, key: Key<Call>, time: i64, inferred: bool) {
        let Some(call) = self.calls.get_mut(key) else { return };
        if call.ended.is_some() {
            return;
        }
        let time = time.max(call.created);
        call.ended = Some(time);
        call.inferred = inferred;
        let (interaction, due) = (call.interaction, call.due.take());
        if let Some(due) = due {
            self.due.remove(&due);
        }
        self.call_history(key, if inferred { Change::Stuck } else { Change::Terminated }, None, time);
        self.leave_interaction(interaction, time);
    }

    fn call_history(&mut self, key: Key<Call>, change: Change, refid: Option<String>, time: i64) {
        let Some(cseq) = self.next_cseq(key) else { return };
        self.change_call(key, |call| call.changed = time);
        let Some(call) = self.calls.get(key) else { return };
        self.rows.g_call_history.push(GCallHistory {
            at: self.rows.at,
            callid: call.id.clone(),
            cseq: Some(cseq),
            changetype: Some(change as i32),
            refid,
            added: Some(time),
            ext: inferred_ext(call.inferred),
        });
    }
}

impl Call {
    /// `GSYS_EXT_INT1 = 1`: CREATED is when it was first heard of. `GSYS_EXT_INT2 = 1`: its end was inferred.
    fn ext(&self) -> Option<Ext> {
        (self.partial || self.inferred).then(|| Ext {
            int1: self.partial.then_some(1),
            int2: self.inferred.then_some(1),
            ..Ext::default()
        })
    }
}
