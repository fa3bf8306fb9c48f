//! Attached data: what a site says of a call by keys and values.
//!
//! A source says it key by key ([`Model::attach`]) or as whole lists ([`Model::attach_list`]). What a list repeats
//! makes no row; a key that is new, has another value or is gone makes one, as the rules of `rules` want it.
//!
//! # Invariants
//! 1. A list that did not change is found so without an allocation, in one pass over its pairs (`list`).
//! 2. A call keeps a bounded number of keys with values of bounded length (`list::tests`).

mod columns;
mod list;
mod rules;

pub use columns::{Column, USUAL_KEYS};
pub(super) use list::CallData;
pub use rules::{DataRule, DataRules, DataSpec, History};
pub(super) use rules::{VALUE_LENGTH_MAX, cut};

use super::{Call, Model, Party};
use crate::{
    Output,
    ids::Guid,
    rows::{Ext, GSecureUserdataHistory, GUserdataHistory},
    store::Key,
};
use columns::Tables;
use list::{Entry, Happened, Last};
use serde::{Deserialize, Serialize};

/// `SOURCETYPE`: where attached data comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attached {
    /// Data attached to the call.
    UserData = 1,
    /// Reasons.
    Reasons = 2,
    /// Extensions.
    Extensions = 3,
}

impl Attached {
    const COUNT: usize = 3;
    /// All of them.
    pub const ALL: [Self; Self::COUNT] = [Self::UserData, Self::Reasons, Self::Extensions];

    fn place(self) -> usize {
        match self {
            Self::UserData => 0,
            Self::Reasons => 1,
            Self::Extensions => 2,
        }
    }
}

/// Who changed a key, and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct By {
    party: Option<(Guid, i32, String, i32)>,
    cseq: i32,
    time: i64,
}

/// A change that is being told.
struct Change<'a> {
    list: Attached,
    entry: &'a Entry,
    what: i32,
    by: By,
}

/// What it takes to tell changes.
struct Telling<'a> {
    rules: &'a DataRules,
    rows: &'a mut Output,
    call: &'a str,
    tables: Tables,
}

impl Telling<'_> {
    /// Something happened to a key of a list.
    fn tell(&mut self, list: Attached, entry: &mut Entry, what: Happened, by: By) {
        let Some(rule) = self.rules.find(list, &entry.key) else { return };
        if let Some(column) = rule.column {
            self.tables.add(column);
        }
        let what = what as i32;
        match rule.history {
            History::All => self.write(rule, &Change { list, entry, what, by }),
            History::First if !entry.told => self.write(rule, &Change { list, entry, what, by }),
            History::Last => entry.last = Some(Box::new(Last { change: what, by })),
            History::First | History::None => {}
        }
        entry.told = true;
    }

    fn write(&mut self, rule: &DataRule, change: &Change<'_>) {
        let deleted = change.what == Happened::Deleted as i32;
        let value = if deleted { "" } else { change.entry.text() };
        let (stored, cut) = rule.stored(value, VALUE_LENGTH_MAX);
        let (party, pseq, dn, agent) = match change.by.party.clone() {
            Some((party, pseq, dn, agent)) => (Some(party.text()), Some(pseq), Some(dn), Some(agent)),
            None => (None, None, None, None),
        };
        let row = GUserdataHistory {
            at: self.rows.at,
            callid: self.call.to_owned(),
            partyid: party,
            pseq,
            cseq: Some(change.by.cseq),
            endpointdn: dn,
            agentid: agent,
            keyname: change.entry.key.to_string(),
            sourcetype: Some(change.list as i32),
            changetype: Some(change.what),
            value: Some(stored),
            added: Some(change.by.time),
            ext: cut.then(|| Ext { int1: Some(1), ..Ext::default() }),
        };
        if rule.secure {
            self.rows.g_secure_userdata_history.push(row.into());
        } else {
            self.rows.g_userdata_history.push(row);
        }
    }
}

impl Model {
    /// `party` attaches data to its call, changes it, or (an empty value) takes it away.
    /// A value that the call has already makes no row.
    pub fn attach(&mut self, call: Key<Call>, party: Option<Key<Party>>, list: Attached, key: &str, value: &str) {
        let Self { calls, parties, data_rules, rows, now, .. } = self;
        let Some(of) = calls.get_mut(call) else { return };
        let by = || by(party.and_then(|party| parties.get(party)), of.cseq, *now);
        let mut telling = Telling { rules: data_rules, rows, call: &of.id, tables: Tables::default() };
        let data = of.data.list(list);
        let at = data.position(key).unwrap_or(data.len());
        if value.is_empty() {
            if let Some(entry) = data.take(at) {
                telling.tell(list, entry, Happened::Deleted, by());
            }
        } else if data.has_room(at, key) {
            let asks = || data_rules.find(list, key).is_some();
            if let Some((what, entry)) = data.place(at, key, value, asks) {
                telling.tell(list, entry, what, by());
            }
        }
        let tables = telling.tables;
        columns::write(of, data_rules, tables, rows);
    }

    /// A source says one of the call's lists, as `party` has it; `whole`: what it lacks has been taken away.
    pub fn attach_list<'p>(
        &mut self,
        call: Key<Call>,
        party: Option<Key<Party>>,
        list: Attached,
        pairs: impl Iterator<Item = (&'p str, &'p str)> + Clone,
        whole: bool,
    ) {
        let Self { calls, parties, data_rules, rows, now, .. } = self;
        let Some(of) = calls.get_mut(call) else { return };
        let data = of.data.list(list);
        let Some((mut at, rest)) = data.difference(pairs, whole) else { return };
        let by = || by(party.and_then(|party| parties.get(party)), of.cseq, *now);
        let mut telling = Telling { rules: data_rules, rows, call: &of.id, tables: Tables::default() };
        for (key, value) in rest {
            if !data.has_room(at, key) {
                continue;
            }
            let asks = || data_rules.find(list, key).is_some();
            if let Some((what, entry)) = data.place(at, key, value, asks) {
                telling.tell(list, entry, what, by());
            }
            at += 1;
        }
        if whole {
            for entry in data.take_from(at) {
                telling.tell(list, entry, Happened::Deleted, by());
            }
        }
        let tables = telling.tables;
        columns::write(of, data_rules, tables, rows);
    }

    /// A call begins with the data of another one: that is no news.
    pub fn inherit_data(&mut self, call: Key<Call>, from: Key<Call>) {
        if self.calls.get(call).is_none_or(|call| !call.data.is_empty()) {
            return;
        }
        let Some(data) = self.calls.get(from).map(|from| from.data.inherited()) else { return };
        if let Some(call) = self.calls.get_mut(call) {
            call.data = data;
        }
    }

    /// The call has ended: what was the last of a key is known now.
    pub(super) fn tell_last_data(&mut self, call: Key<Call>) {
        let Self { calls, data_rules, rows, .. } = self;
        let Some(of) = calls.get_mut(call).filter(|of| of.ended.is_some()) else { return };
        let mut telling = Telling { rules: data_rules, rows, call: &of.id, tables: Tables::default() };
        for list in Attached::ALL {
            for entry in of.data.list(list).all_mut() {
                let Some(last) = entry.last.take() else { continue };
                if let Some(rule) = telling.rules.find(list, &entry.key) {
                    telling.write(rule, &Change { list, entry, what: last.change, by: last.by });
                }
            }
        }
    }
}

fn by(party: Option<&Party>, cseq: i32, time: i64) -> By {
    let party = party.map(|party| (party.id, party.pseq, party.dn.clone(), party.agent));
    By { party, cseq, time }
}

/// The same change in the table for what only few may read.
impl From<GUserdataHistory> for GSecureUserdataHistory {
    fn from(row: GUserdataHistory) -> Self {
        Self {
            at: row.at,
            callid: row.callid,
            partyid: row.partyid,
            pseq: row.pseq,
            cseq: row.cseq,
            endpointdn: row.endpointdn,
            agentid: row.agentid,
            keyname: row.keyname,
            sourcetype: row.sourcetype,
            changetype: row.changetype,
            value: row.value,
            added: row.added,
            ext: row.ext,
        }
    }
}
