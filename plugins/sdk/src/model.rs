//! The interaction model: what is alive on an exchange, with transitions that make the rows.
//!
//! One noun a file. A transition changes objects, writes history rows at once and marks the objects that it changed;
//! when the event has been mapped, each marked object's row is written once, whole. So rows depend on events, never on
//! how events were batched.
//!
//! | noun | file | rows |
//! |---|---|---|
//! | interaction | `interaction` | G_IR, G_IR_HISTORY, G_IR_ACTIVE |
//! | call | `call` | G_CALL, G_CALL_HISTORY, G_CALL_ACTIVE, G_CALL_STAT |
//! | party | `party` | G_PARTY, G_PARTY_HISTORY, G_PARTY_STAT |
//! | stay in a queue | `queue_visit` | G_VIRTUAL_QUEUE, G_ROUTE_RES_VQ_HIST |
//! | routing | `route` | G_ROUTE_RESULT |
//! | inter-site link | `is_link` | G_IS_LINK, G_IS_LINK_HISTORY, GSYS_DNPREMOTELOCATION |
//! | attached data | `user_data` | G_USERDATA_HISTORY, G_SECURE_USERDATA_HISTORY, G_CALL_USERDATA(_CUST, _CUST1, _CUST2) |
//! | user events | `custom` | G_CUSTOM_DATA_S, G_CUSTOM_DATA_P, G_CUSTOM_STATES |
//! | login session | `login` | G_LOGIN_SESSION, GX_SESSION_ENDPOINT, GCX_GROUP_AGENT |
//! | agent state, reason | `agent_state`, `reason` | G_AGENT_STATE_HISTORY, GS_AGENT_STAT(_WM), G_AGENT_STATE_RC(_A) |
//! | do-not-disturb | `dnd` | G_DND_HISTORY |
//! | directory | `directory` | GC_AGENT, GC_LOGIN, GC_ENDPOINT, GC_GROUP, GC_PLACE, GC_SWITCH, GC_TENANT, GCX_LOGIN_INFO |
//! | what can no longer end by itself | `stuck` | endings that are inferred |
//!
//! # A call, from the queue to its end
//! ```
//! use concentrator_sdk::{Lane, Model, model::*};
//!
//! let mut model = Model::new(Lane { name: "pbx".into(), dbid: 201, switch_dbid: 301, tenant_dbid: 1 });
//! let mut rules = DataRules::default();
//! rules.add(Attached::UserData, "*", DataRule::default());
//! model.attach_by(rules);
//! let second = 1_000_000;
//!
//! // An event begins: the mapper's frame says so, with the event's index in the batch and its time.
//! model.begin(0, second);
//! let login = Login {
//!     agent: "Anna", code: "1001", dn: "7001", device: "7001", created: second, ordinal: "1", wrap_up: 0,
//! };
//! let session = model.log_in(&login);
//! model.enter_session_queue(session, "sales", second);
//! model.refresh_agent_state(session, second, None);
//! model.finish();
//!
//! model.begin(1, 5 * second);
//! let call = model.open_call("call-1", "call-1", model.now());
//! model.set_call_type(call, CallType::Inbound);
//! let visit = model.join_queue(call, None, "sales", model.now()).unwrap();
//! model.attach(call, None, Attached::UserData, "Segment", "gold");
//! model.finish();
//!
//! model.begin(2, 9 * second);
//! let agent = NewParty {
//!     call,
//!     device: "call-1 7001",
//!     ordinal: 0,
//!     party_type: PartyType::Internal,
//!     role: Role::Destination,
//!     dn: "7001",
//!     endpoint: (model.endpoint("7001", EndpointType::Dn, "7001"), EndpointType::Dn as i32),
//!     parent: None,
//!     queue: Some("sales"),
//!     session: Some(session),
//!     state: PartyState::Alerting,
//!     created: model.now(),
//! };
//! let agent = model.add_party(&agent).unwrap();
//! // Not before: a call that nobody takes part in, and that is in no queue, ends.
//! model.leave_queue(visit, &VisitEnd::Distributed(call, "7001"), model.now());
//! model.set_party_state(agent, PartyState::Connected, CcEvent::Established, None);
//! model.finish();
//!
//! // With its last party the call ends, and with its last call the interaction.
//! model.begin(3, 60 * second);
//! model.end_party(agent, CcEvent::Released, None);
//! model.finish();
//! assert!(model.find_call("call-1").is_none());
//! assert!(model.has_ended("call-1"));
//! assert!(!model.take_rows().is_empty());
//! ```
//!
//! # Invariants
//! 1. A call ends with its last party and its last stay in a queue; an interaction with its last call
//!    (`model::tests::a_call_ends_with_its_last_party`).
//! 2. What has ended is forgotten when its last row is written; a key of it finds nothing, and every transition
//!    ignores such a key (`model::tests::transitions_of_the_gone_are_ignored`).
//! 3. Time goes on by events: what is due is released with its due time, never with the time of the event that
//!    released it (`model::tests::after_call_work_ends_when_due`).

mod agent_state;
mod call;
mod custom;
mod directory;
mod dnd;
mod interaction;
mod is_link;
mod login;
mod party;
mod queue_visit;
mod reason;
mod route;
mod stuck;
mod user_data;

#[cfg(test)]
mod page;
#[cfg(test)]
mod tests;

pub use agent_state::{AgentSays, AgentState};
pub use call::{Call, CallType, MergeType};
pub use custom::{CUSTOM_COLUMNS, UserEvent};
pub use directory::EndpointType;
pub use interaction::Interaction;
pub use login::{Login, LoginSession};
pub use party::{CcEvent, NewParty, Party, PartyState, PartyType, Role};
pub use queue_visit::{QueueVisit, VisitEnd};
pub use route::{RouteResult, RouteTarget, Routed};
pub use user_data::{Attached, Column, DataRule, DataRules, DataSpec, History, USUAL_KEYS};

use crate::{
    Kind, Lane, Output, View,
    bindings::concentrator::mapping::{
        rows::{Ext, TableRows},
        types::CustomRows,
    },
    custom::{CustomTable, NewRow},
    store::{Index, Key, Store},
};
use custom::CustomState;
use directory::Directory;
use is_link::IsLinks;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// What falls due without an event of its own.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Due {
    /// After-call work ends.
    AfterCallWork(Key<LoginSession>),
    /// The call has reached its maximum age.
    Call(Key<Call>),
    /// The moment is over in which a call of the agent ended.
    AgentState(Key<LoginSession>),
    /// The session is to be looked after: is it still alive?
    Session(Key<LoginSession>),
}

/// Ids of ended calls that are remembered, so that late events do not bring them to life again.
const ENDED_MAX: usize = 8192;

/// A moment and a number that tells apart what is due at the same moment.
type DueAt = (i64, u64);

/// All that is alive on one exchange.
#[derive(Default, Serialize, Deserialize)]
pub struct Model {
    #[serde(skip)]
    lane: Lane,
    #[serde(skip)]
    call_age_max: Option<i64>,
    #[serde(skip)]
    session_silence_max: Option<i64>,
    #[serde(skip)]
    after_call_max: Option<i64>,
    now: i64,
    heard: i64,
    /// Its last event carried the source's own time.
    source_has_clock: bool,
    calls: Store<Call>,
    #[serde(skip)]
    call_ids: Index<Key<Call>>,
    ended: VecDeque<Box<str>>,
    #[serde(skip)]
    ended_ids: Index<()>,
    parties: Store<Party>,
    interactions: Store<Interaction>,
    #[serde(skip)]
    interaction_ids: Index<Key<Interaction>>,
    visits: Store<QueueVisit>,
    sessions: Store<LoginSession>,
    custom_states: BTreeMap<Key<Party>, Vec<CustomState>>,
    links: IsLinks,
    directory: Directory,
    born: u64,
    due: BTreeMap<DueAt, Due>,
    #[serde(skip)]
    data_rules: DataRules,
    #[serde(skip)]
    rows: Output,
    #[serde(skip)]
    changed: Changed,
}

/// Objects whose row is to be written when the event has been mapped.
#[derive(Default)]
struct Changed {
    interactions: Vec<Key<Interaction>>,
    calls: Vec<Key<Call>>,
    parties: Vec<Key<Party>>,
    visits: Vec<Key<QueueVisit>>,
}

impl Model {
    /// Nothing is alive yet on the exchange that `lane` serves.
    #[must_use]
    pub fn new(lane: Lane) -> Self {
        Self { lane, ..Self::default() }
    }

    /// The lane that this model serves: to be said again after a state was restored, which holds no index.
    pub fn serve(&mut self, lane: Lane) {
        self.lane = lane;
        self.call_ids = self.calls.index(|call| call.id.as_str());
        self.interaction_ids = self.interactions.index(Interaction::name);
        self.ended_ids = self.ended.iter().map(|id| (id.clone(), ())).collect();
    }

    /// Which attached data goes where.
    pub fn attach_by(&mut self, rules: impl Into<DataRules>) {
        self.data_rules = rules.into();
    }

    /// Calls older than `age_max` (µs) are closed as stuck; `None`: never.
    pub fn limit_call_age(&mut self, age_max: Option<i64>) {
        self.call_age_max = age_max;
    }

    /// The lane.
    #[must_use]
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Time of the event that is being mapped, µs since 1970 UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now
    }

    /// When the source was last heard: the last moment at which what is alive was known to be.
    #[must_use]
    pub fn heard(&self) -> i64 {
        self.heard
    }

    /// The event that is being mapped comes from the exchange itself: what has not ended is alive.
    pub fn hear(&mut self) {
        self.heard = self.heard.max(self.now);
    }

    /// The time of `event` on the source's clock. What the host tells of sessions has one only where the source said
    /// so, and does not turn the clock otherwise: the time of receipt belongs to another clock, which may be far off.
    /// Where the source gives its events no time, the clock of receipt is the only one.
    pub fn time_of(&mut self, event: &View<'_>) -> i64 {
        let timed = event.source_time().is_some();
        if event.kind() == Kind::Source {
            self.source_has_clock = timed;
        }
        if timed || !self.source_has_clock { event.time() } else { self.now }
    }

    /// The source gives its events a time.
    #[must_use]
    pub fn source_has_clock(&self) -> bool {
        self.source_has_clock
    }

    /// An event begins, the `at`th of its batch: releases what fell due before it.
    pub fn begin(&mut self, at: u32, time: i64) {
        self.rows.at = at;
        self.rows.custom.at = at;
        while let Some((&key, &due)) = self.due.first_key_value() {
            if key.0 > time {
                break;
            }
            self.due.remove(&key);
            self.now = key.0;
            match due {
                Due::AfterCallWork(session) => self.after_call_work_ended(session),
                Due::Call(call) => self.close_old_call(call),
                Due::AgentState(session) => self.settle_agent_state(session),
                Due::Session(session) => self.look_after_session(session),
            }
            self.finish();
        }
        self.now = time;
    }

    /// The event has been mapped: writes the rows of all that it changed.
    pub fn finish(&mut self) {
        // Endings cascade upwards only: party, visit, call, interaction.
        let mut parties = std::mem::take(&mut self.changed.parties);
        parties.drain(..).for_each(|key| self.write_party_and_after(key));
        self.changed.parties = parties;
        let mut visits = std::mem::take(&mut self.changed.visits);
        visits.drain(..).for_each(|key| self.write_visit(key));
        self.changed.visits = visits;
        let mut calls = std::mem::take(&mut self.changed.calls);
        calls.drain(..).for_each(|key| self.write_call_and_after(key));
        self.changed.calls = calls;
        let mut interactions = std::mem::take(&mut self.changed.interactions);
        interactions.drain(..).for_each(|key| self.write_interaction(key));
        self.changed.interactions = interactions;
    }

    /// What a party does confirms its agent's session. One that has ended leaves its agent work, and its states end.
    fn write_party_and_after(&mut self, key: Key<Party>) {
        let Some(session) = self.parties.get(key).map(Party::session) else { return };
        self.write_party(key);
        let Some(row) = self.rows.g_party.last() else { return };
        let inferred = row.ext.as_ref().is_some_and(|ext| ext.int2.is_some());
        let (ended, call) = (row.terminated, row.terminated.and_then(|_| row.callid.clone()));
        if let Some(session) = session.filter(|_| !inferred) {
            self.confirm_session(session);
        }
        if let Some(ended) = ended.filter(|_| self.parties.get(key).is_none()) {
            self.end_custom_states(key, ended, inferred);
            if let (Some(session), Some(call)) = (session, call) {
                self.party_leaves_work(session, call);
            }
        }
    }

    /// A call that has ended tells what was last of its data; its links end.
    fn write_call_and_after(&mut self, key: Key<Call>) {
        let Some(call) = self.calls.get(key) else { return };
        let ended = call.ended.map(|ended| (ended, call.inferred));
        if ended.is_some() {
            self.tell_last_data(key);
        }
        self.write_call(key);
        if let Some((ended, inferred)) = ended {
            self.end_links(key, ended, inferred);
        }
    }

    /// The event could not be mapped: what it changed stays, its rows are dropped.
    pub fn reject(&mut self) {
        self.finish();
        self.rows.forget_event();
    }

    /// Takes out the rows of all events since the last time.
    pub fn take_rows(&mut self) -> Vec<TableRows> {
        self.rows.take()
    }

    /// Begins a row of one of the plugin's own tables, which [`Mapper::custom`](crate::Mapper::custom) declares.
    pub fn custom(&mut self, table: &str) -> NewRow<'_> {
        self.rows.custom.row(table)
    }

    /// These are the plugin's own tables, if that has not been said.
    pub fn declare_custom(&mut self, tables: impl FnOnce() -> Vec<CustomTable>) {
        self.rows.custom.declare(tables);
    }

    /// Takes out the rows of the plugin's own tables.
    pub fn take_custom(&mut self) -> Vec<CustomRows> {
        self.rows.custom.take()
    }

    /// Earliest moment at which something falls due without an event, µs since 1970 UTC.
    #[must_use]
    pub fn next_due(&self) -> Option<i64> {
        self.due.first_key_value().map(|((time, _), _)| *time)
    }

    fn fall_due(&mut self, time: i64, what: Due) -> DueAt {
        let at = (time, self.next_born());
        self.due.insert(at, what);
        at
    }

    /// A number that grows with each thing that is born: the order in which things are closed.
    fn next_born(&mut self) -> u64 {
        self.born += 1;
        self.born
    }
}

/// `GSYS_EXT_INT2 = 1` marks an ending that was inferred.
fn inferred_ext(inferred: bool) -> Option<Ext> {
    inferred.then(|| Ext { int2: Some(1), ..Ext::default() })
}
