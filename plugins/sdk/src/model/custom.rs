//! What a site says by user events: keys and values (G_CUSTOM_DATA_S), values in columns (G_CUSTOM_DATA_P) and states
//! of its own (G_CUSTOM_STATES).
//!
//! A state belongs to a party in a call, and ends with the party if nobody ends it before. The table knows one row for
//! a call, party and state: of a state that comes again it tells the last time.

use super::{Call, LoginSession, Model, Party, inferred_ext, user_data::DataRule};
use crate::{
    rows::{Ext, GCustomDataP, GCustomDataS, GCustomStates},
    store::Key,
};
use serde::{Deserialize, Serialize};

/// Columns of G_CUSTOM_DATA_P.
pub const CUSTOM_COLUMNS: usize = 16;
/// Characters that such a column takes.
const COLUMN_LENGTH_MAX: usize = 255;
/// States that one party may be in at once; more are not told.
const STATES_MAX: usize = 16;

/// Where a user event was said.
#[derive(Clone, Copy, Debug)]
pub struct UserEvent<'a> {
    /// Its name; empty if it has none.
    pub name: &'a str,
    /// The call of which it tells.
    pub call: Option<Key<Call>>,
    /// The party at whose device it was said.
    pub party: Option<Key<Party>>,
    /// That device: number and DBID.
    pub device: Option<(&'a str, i32)>,
    /// The login session at that device.
    pub session: Option<Key<LoginSession>>,
}

/// The columns that all three tables have.
#[derive(Default)]
struct Place {
    callid: Option<String>,
    party: Option<String>,
    pseq: Option<i32>,
    endpoint: Option<i32>,
    dn: Option<String>,
    agent: Option<i32>,
}

/// A state in which a party is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CustomState {
    call: String,
    party: String,
    pseq: i32,
    endpoint: i32,
    agent: i32,
    code: i32,
    started: i64,
}

impl Model {
    /// A key and value of a user event, stored as `rule` wants it.
    pub fn custom_key(&mut self, event: &UserEvent<'_>, key: &str, value: &str, rule: &DataRule) {
        let (stored, cut) = rule.stored(value, super::user_data::VALUE_LENGTH_MAX);
        let place = self.place_of(event);
        let name = Some(event.name).filter(|name| !name.is_empty()).map(str::to_owned);
        self.rows.g_custom_data_s.push(GCustomDataS {
            at: self.rows.at,
            callid: place.callid,
            partyid: place.party,
            pseq: place.pseq,
            endpointid: place.endpoint,
            endpointdn: place.dn,
            agentid: place.agent,
            keyname: key.to_owned(),
            value: Some(stored),
            added: Some(self.now),
            ext: (name.is_some() || cut).then(|| Ext { vch1: name, int1: cut.then_some(1), ..Ext::default() }),
        });
    }

    /// A key and value of a user event, said at `party` (if any); `event` is the user event's name. Stored by the
    /// rule that attached data of that key has.
    pub fn custom_data(
        &mut self,
        call: Option<Key<Call>>,
        party: Option<Key<Party>>,
        event: &str,
        key: &str,
        value: &str,
    ) {
        let rule = self.data_rules.find(super::Attached::UserData, key).copied().unwrap_or_default();
        self.custom_key(&UserEvent { name: event, call, party, device: None, session: None }, key, value, &rule);
    }

    /// Values of a user event in their columns.
    pub fn custom_columns(&mut self, event: &UserEvent<'_>, values: [Option<&str>; CUSTOM_COLUMNS]) {
        let place = self.place_of(event);
        let stored = |value: &str| super::user_data::cut(value, COLUMN_LENGTH_MAX).0.to_owned();
        #[rustfmt::skip]
        let [
            data1, data2, data3, data4, data5, data6, data7, data8,
            data9, data10, data11, data12, data13, data14, data15, data16,
        ] = values.map(|value| value.map(stored));
        #[rustfmt::skip]
        let row = GCustomDataP {
            at: self.rows.at,
            callid: place.callid,
            partyid: place.party,
            pseq: place.pseq,
            endpointid: place.endpoint,
            agentid: place.agent,
            data1, data2, data3, data4, data5, data6, data7, data8,
            data9, data10, data11, data12, data13, data14, data15, data16,
            added: Some(self.now),
            ext: None,
        };
        self.rows.g_custom_data_p.push(row);
    }

    /// A party comes into a state of the site, or (`on` is false) out of it. Without a party in a call there is none.
    pub fn custom_state(&mut self, event: &UserEvent<'_>, code: i32, on: bool) {
        let Some(key) = event.party.filter(|party| self.parties.get(*party).is_some()) else { return };
        let states = self.custom_states.entry(key).or_default();
        let known = states.iter().position(|state| state.code == code);
        match (known, on) {
            (None, true) if states.len() < STATES_MAX => {
                let place = self.place_of(event);
                let state = CustomState {
                    call: place.callid.unwrap_or_default(),
                    party: place.party.unwrap_or_default(),
                    pseq: place.pseq.unwrap_or_default(),
                    endpoint: place.endpoint.unwrap_or_default(),
                    agent: place.agent.unwrap_or_default(),
                    code,
                    started: self.now,
                };
                self.rows.g_custom_states.push(state.row(self.rows.at, None, false));
                self.custom_states.entry(key).or_default().push(state);
            }
            (Some(at), false) => {
                let state = states.remove(at);
                self.rows.g_custom_states.push(state.row(self.rows.at, Some(self.now), false));
            }
            _ => {}
        }
    }

    /// The party has ended, and its states with it.
    pub(super) fn end_custom_states(&mut self, key: Key<Party>, time: i64, inferred: bool) {
        for state in self.custom_states.remove(&key).unwrap_or_default() {
            self.rows.g_custom_states.push(state.row(self.rows.at, Some(time), inferred));
        }
    }

    fn place_of(&mut self, event: &UserEvent<'_>) -> Place {
        let callid = event.call.and_then(|call| self.calls.get(call)).map(|call| call.id.clone());
        let Some(party) = event.party.and_then(|party| self.parties.get_mut(party)) else {
            return Place {
                callid,
                endpoint: event.device.map(|(_, endpoint)| endpoint),
                dn: event.device.map(|(dn, _)| dn.to_owned()),
                agent: event.session.and_then(|session| self.sessions.get(session)).map(|session| session.agent),
                ..Place::default()
            };
        };
        party.custom_seq += 1;
        Place {
            // What is said at a party of no other call tells of the party's own.
            callid: callid.or_else(|| self.calls.get(party.call).map(|call| call.id.clone())),
            party: Some(party.guid.text()),
            pseq: Some(party.custom_seq),
            endpoint: Some(party.endpoint.0),
            dn: Some(party.dn.clone()),
            agent: Some(party.agent),
        }
    }
}

impl CustomState {
    fn row(&self, at: u32, ended: Option<i64>, inferred: bool) -> GCustomStates {
        GCustomStates {
            at,
            callid: self.call.clone(),
            partyid: self.party.clone(),
            pseq: Some(self.pseq),
            endpointid: Some(self.endpoint),
            agentid: Some(self.agent),
            statecode: self.code,
            started: Some(self.started),
            ended: ended.map(|ended| ended.max(self.started)),
            ext: inferred_ext(inferred),
        }
    }
}
