//! Attached data: what a site says of a call by keys and values.

use super::{Call, Model, Party};
use crate::{
    rows::{Ext, GCallUserdata, GCallUserdataCust, GCustomDataS, GSecureUserdataHistory, GUserdataHistory},
    store::Key,
};
use std::collections::{BTreeMap, BTreeSet};

/// Stands in for a value that must not be stored.
const MASK: &str = "****";
/// Keys that one call may have; more are not stored.
const KEYS_MAX: usize = 256;
const CREATED: i32 = 1;
const DELETED: i32 = 2;
const UPDATED: i32 = 3;

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

/// Which attached data goes where.
#[derive(Clone, Debug)]
pub struct DataSpec {
    /// Keys whose history goes to G_SECURE_USERDATA_HISTORY.
    pub secure: BTreeSet<String>,
    /// Keys whose values are never stored.
    pub masked: BTreeSet<String>,
    /// Keys with a column of their own, in G_CALL_USERDATA or G_CALL_USERDATA_CUST.
    pub columns: BTreeMap<String, String>,
    /// Longest value, in characters; longer ones are cut, and the cut is flagged. At most what the column takes: 1024.
    pub value_length_max: usize,
}

/// Characters that the column VALUE takes.
pub(crate) const VALUE_LENGTH_MAX: usize = 1024;
/// Characters that a column of G_CALL_USERDATA takes.
const COLUMN_LENGTH_MAX: usize = 255;

impl Default for DataSpec {
    fn default() -> Self {
        Self {
            secure: BTreeSet::new(),
            masked: BTreeSet::new(),
            columns: BTreeMap::new(),
            value_length_max: VALUE_LENGTH_MAX,
        }
    }
}

/// The column of G_CALL_USERDATA of that name.
fn call_column<'a>(row: &'a mut GCallUserdata, column: &str) -> Option<&'a mut Option<String>> {
    Some(match column {
        "CUSTOMER_SEGMENT" => &mut row.customer_segment,
        "SERVICE_TYPE" => &mut row.service_type,
        "SERVICE_SUBTYPE" => &mut row.service_subtype,
        "BUSINESS_RESULT" => &mut row.business_result,
        "CUSTOMER_ID" => &mut row.customer_id,
        "TRANSACTION_ID" => &mut row.transaction_id,
        "CAUSE_ID" => &mut row.cause_id,
        "ACCOUNT_ID" => &mut row.account_id,
        "DESTINATION_ID" => &mut row.destination_id,
        "TARGET_ID" => &mut row.target_id,
        _ => return None,
    })
}

/// The column of G_CALL_USERDATA_CUST of that name.
fn cust_column<'a>(row: &'a mut GCallUserdataCust, column: &str) -> Option<&'a mut Option<String>> {
    Some(match column.strip_prefix("CUST_DATA_")? {
        "1" => &mut row.cust_data1,
        "2" => &mut row.cust_data2,
        "3" => &mut row.cust_data3,
        "4" => &mut row.cust_data4,
        "5" => &mut row.cust_data5,
        "6" => &mut row.cust_data6,
        "7" => &mut row.cust_data7,
        "8" => &mut row.cust_data8,
        "9" => &mut row.cust_data9,
        "10" => &mut row.cust_data10,
        "11" => &mut row.cust_data11,
        "12" => &mut row.cust_data12,
        "13" => &mut row.cust_data13,
        "14" => &mut row.cust_data14,
        "15" => &mut row.cust_data15,
        "16" => &mut row.cust_data16,
        _ => return None,
    })
}

impl DataSpec {
    /// A key may be given that column.
    #[must_use]
    pub fn has_column(column: &str) -> bool {
        call_column(&mut GCallUserdata::default(), column).is_some()
            || cust_column(&mut GCallUserdataCust::default(), column).is_some()
    }

    fn value(&self, key: &str, value: &str, length_max: usize) -> (String, bool) {
        if self.masked.contains(key) {
            return (MASK.to_owned(), false);
        }
        match value.char_indices().nth(length_max.min(self.value_length_max)) {
            Some((end, _)) => (value.get(..end).unwrap_or_default().to_owned(), true),
            None => (value.to_owned(), false),
        }
    }
}

impl Model {
    /// `party` attaches data to its call, changes it, or (an empty value) takes it away.
    /// A value that the call has already makes no row.
    pub fn attach(&mut self, call: Key<Call>, party: Option<Key<Party>>, kind: Attached, key: &str, value: &str) {
        let Some(of) = self.calls.get_mut(call) else { return };
        let full = of.data.len() >= KEYS_MAX;
        let change = match of.data.iter_mut().find(|(known, _)| **known == *key) {
            Some((_, old)) if **old == *value => return,
            Some((_, old)) => {
                let was_empty = old.is_empty();
                *old = value.into();
                if value.is_empty() {
                    DELETED
                } else if was_empty {
                    CREATED
                } else {
                    UPDATED
                }
            }
            None if value.is_empty() || full => return,
            None => {
                of.data.push((key.into(), value.into()));
                CREATED
            }
        };
        self.data_history(call, party, kind, key, value, change);
        if self.data_spec.columns.contains_key(key) {
            self.write_data_columns(call);
        }
    }

    /// A call begins with the data of another one: that is no news.
    pub fn inherit_data(&mut self, call: Key<Call>, from: Key<Call>) {
        let data = self.calls.get(from).map(|from| from.data.clone()).unwrap_or_default();
        if let Some(call) = self.calls.get_mut(call).filter(|call| call.data.is_empty()) {
            call.data = data;
        }
    }

    fn data_history(
        &mut self,
        call: Key<Call>,
        party: Option<Key<Party>>,
        kind: Attached,
        key: &str,
        value: &str,
        change: i32,
    ) {
        let cseq = self.calls.get(call).map(|call| call.cseq);
        let Some(callid) = self.calls.get(call).map(|call| call.id.clone()) else { return };
        let party = party.and_then(|party| self.parties.get(party));
        let (stored, cut) = self.data_spec.value(key, value, VALUE_LENGTH_MAX);
        let row = GUserdataHistory {
            at: self.rows.at,
            callid,
            partyid: party.map(|party| party.id.text()),
            pseq: party.map(|party| party.pseq),
            cseq,
            endpointdn: party.map(|party| party.dn.clone()),
            agentid: party.map(|party| party.agent),
            keyname: key.to_owned(),
            sourcetype: Some(kind as i32),
            changetype: Some(change),
            value: Some(stored),
            added: Some(self.now),
            ext: cut.then(|| Ext { int1: Some(1), ..Ext::default() }),
        };
        if self.data_spec.secure.contains(key) {
            self.rows.g_secure_userdata_history.push(secure(row));
        } else {
            self.rows.g_userdata_history.push(row);
        }
    }

    fn write_data_columns(&mut self, call: Key<Call>) {
        let Some(call) = self.calls.get(call) else { return };
        let mut own = GCallUserdata { at: self.rows.at, callid: call.id.clone(), ..GCallUserdata::default() };
        let mut site = GCallUserdataCust { at: self.rows.at, callid: call.id.clone(), ..GCallUserdataCust::default() };
        let (mut has_own, mut has_site) = (false, false);
        for (key, value) in &call.data {
            let Some(column) = self.data_spec.columns.get(&**key) else { continue };
            let (value, _) = self.data_spec.value(key, value, COLUMN_LENGTH_MAX);
            let value = Some(value).filter(|value| !value.is_empty());
            if let Some(place) = call_column(&mut own, column) {
                *place = value;
                has_own = true;
            } else if let Some(place) = cust_column(&mut site, column) {
                *place = value;
                has_site = true;
            }
        }
        if has_own {
            self.rows.g_call_userdata.push(own);
        }
        if has_site {
            self.rows.g_call_userdata_cust.push(site);
        }
    }

    /// A key and value of a user event, said at `party` (if any); `event` is the user event's name.
    pub fn custom_data(
        &mut self,
        call: Option<Key<Call>>,
        party: Option<Key<Party>>,
        event: &str,
        key: &str,
        value: &str,
    ) {
        let (stored, cut) = self.data_spec.value(key, value, VALUE_LENGTH_MAX);
        let callid = call.and_then(|call| self.calls.get(call)).map(|call| call.id.clone());
        let party = party.and_then(|party| self.parties.get_mut(party));
        let pseq = party.map(|party| {
            party.custom_seq += 1;
            (party.custom_seq, party.guid.text(), party.endpoint.0, party.dn.clone(), party.agent)
        });
        let mut row = GCustomDataS {
            at: self.rows.at,
            callid,
            keyname: key.to_owned(),
            value: Some(stored),
            added: Some(self.now),
            ext: Some(Ext { vch1: Some(event.to_owned()), int1: cut.then_some(1), ..Ext::default() }),
            ..GCustomDataS::default()
        };
        if let Some((seq, guid, endpoint, dn, agent)) = pseq {
            (row.pseq, row.partyid) = (Some(seq), Some(guid));
            (row.endpointid, row.endpointdn, row.agentid) = (Some(endpoint), Some(dn), Some(agent));
        }
        self.rows.g_custom_data_s.push(row);
    }
}

fn secure(row: GUserdataHistory) -> GSecureUserdataHistory {
    GSecureUserdataHistory {
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
