//! Maps the events of a small exchange to rows of the Interaction Database.
//!
//! The exchange is made up: replace its events by yours. What they mean is said to the SDK's model – a call began, a
//! party rings, it talks, it left – and the model writes the rows.
//!
//! | event | attributes | what happened |
//! |---|---|---|
//! | `AgentLoggedIn` | `agent`, `name`, `dn` | an agent came to the telephone `dn` |
//! | `AgentLoggedOut` | `agent` | and left it |
//! | `CallOffered` | `call`, `from`, `to` | somebody outside calls the queue `to` |
//! | `CallRinging` | `call`, `agent` | an agent's telephone rings for it |
//! | `CallAnswered` | `call`, `agent` | the agent talks to the caller |
//! | `CallNoted` | `call`, `key`, `value` | data is attached to the call |
//! | `CallEnded` | `call`, `by` | who hung up: an agent, or `caller` |

use concentrator_sdk::{
    Kind, Lane, Mapper, Model, View, export_mapper,
    model::{
        Attached, Call, CallType, CcEvent, DataSpec, EndpointType, Login, LoginSession, NewParty, Party, PartyState,
        PartyType, QueueVisit, Role, USUAL_KEYS, VisitEnd,
    },
    state,
    store::Key,
    time::SECOND,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Hours after which a call that has not ended is closed as stuck.
const CALL_HOURS_MAX: i64 = 24;
/// `opening` of a session: the source was started anew, what was alive before is over.
const SOURCE_RESTARTED: i64 = 3;

/// Options, from the source's `plugin_config`. An unknown one is an error.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Config {
    /// Keys of attached data that go to the secure table.
    secure_keys: Vec<String>,
}

/// What the mapping knows of a call beside what the model knows.
#[derive(Serialize, Deserialize)]
struct Parts {
    call: Key<Call>,
    caller: Option<Key<Party>>,
    waits: Option<Key<QueueVisit>>,
    /// By the agent's code.
    agents: BTreeMap<String, Key<Party>>,
}

/// The mapping of one exchange. All of it is its state, but for what the configuration says.
#[derive(Serialize, Deserialize)]
pub struct Exchange {
    model: Model,
    calls: BTreeMap<String, Parts>,
    /// Code of the agent → session and telephone.
    logins: BTreeMap<String, (Key<LoginSession>, String)>,
    #[serde(skip)]
    config: Config,
}

impl Mapper for Exchange {
    const NAME: &'static str = "{{name}}";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    /// Raise it when a field of the state changes.
    const STATE_VERSION: u32 = 1;
    const EVENTS: &'static [&'static str] = &[
        "AgentLoggedIn", "AgentLoggedOut", "CallOffered", "CallRinging", "CallAnswered", "CallNoted", "CallEnded",
    ];

    fn open(lane: Lane, config: &str) -> Result<Self, String> {
        let config = if config.trim().is_empty() { "{}" } else { config };
        let config = serde_json::from_str(config).map_err(|error| format!("plugin_config: {error}"))?;
        let mut exchange = Self { model: Model::new(lane), calls: BTreeMap::new(), logins: BTreeMap::new(), config };
        exchange.apply_config();
        Ok(exchange)
    }

    fn model(&mut self) -> &mut Model {
        &mut self.model
    }

    fn map(&mut self, event: &View<'_>) -> Result<bool, String> {
        match event.kind() {
            Kind::Source => {
                self.model.hear();
                return self.source_event(event);
            }
            Kind::SessionOpened if event.integer("opening") == Some(SOURCE_RESTARTED) => {
                self.model.end_everything(self.model.heard());
                self.calls.clear();
                self.logins.clear();
            }
            _ => {}
        }
        Ok(true)
    }

    fn snapshot(&self) -> Result<Vec<u8>, String> {
        state::save(self)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut exchange: Self = state::load(bytes)?;
        exchange.config = self.config.clone();
        exchange.model.serve(self.model.lane().clone());
        exchange.apply_config();
        *self = exchange;
        Ok(())
    }
}

impl Exchange {
    fn apply_config(&mut self) {
        self.model.attach_by(DataSpec {
            secure: self.config.secure_keys.iter().cloned().collect(),
            masked: BTreeSet::new(),
            columns: USUAL_KEYS.map(|(key, column)| (key.to_owned(), column.to_owned())).into(),
            value_length_max: 1024,
        });
        self.model.limit_call_age(Some(CALL_HOURS_MAX * 3600 * SECOND));
    }

    /// Answers whether the event is known. An error makes a dead letter of it.
    fn source_event(&mut self, event: &View<'_>) -> Result<bool, String> {
        match event.name() {
            "AgentLoggedIn" => self.log_in(needed(event, "agent")?, event.text("name"), needed(event, "dn")?),
            "AgentLoggedOut" => self.log_out(needed(event, "agent")?),
            "CallOffered" => self.offered(needed(event, "call")?, needed(event, "from")?, needed(event, "to")?),
            "CallRinging" => drop(self.rings(needed(event, "call")?, needed(event, "agent")?)),
            "CallAnswered" => self.answered(needed(event, "call")?, needed(event, "agent")?),
            "CallNoted" => self.noted(needed(event, "call")?, needed(event, "key")?, needed(event, "value")?),
            "CallEnded" => self.ended(needed(event, "call")?, needed(event, "by")?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn log_in(&mut self, code: &str, name: Option<&str>, dn: &str) {
        self.log_out(code);
        let created = self.model.now();
        let agent = name.unwrap_or(code);
        let ordinal = created.to_string();
        let session = self.model.log_in(&Login { agent, code, dn, device: dn, created, ordinal: &ordinal, wrap_up: 0 });
        self.model.refresh_agent_state(session, created, None);
        self.logins.insert(code.to_owned(), (session, dn.to_owned()));
    }

    fn log_out(&mut self, code: &str) {
        if let Some((session, _)) = self.logins.remove(code) {
            self.model.log_out(session);
        }
    }

    fn offered(&mut self, id: &str, from: &str, to: &str) {
        if self.model.find_call(id).is_some() || self.model.has_ended(id) {
            return;
        }
        let now = self.model.now();
        let call = self.model.open_call(id, id, now);
        self.model.set_call_type(call, CallType::Inbound);
        self.model.set_numbers(call, Some(from), Some(to));
        let trunk = self.model.endpoint("outside", EndpointType::Trunk, "outside");
        let caller = self.model.add_party(&NewParty {
            call,
            device: &format!("{id} caller"),
            ordinal: 0,
            party_type: PartyType::External,
            role: Role::Origination,
            dn: from,
            endpoint: (trunk, EndpointType::Trunk as i32),
            parent: None,
            queue: None,
            session: None,
            state: PartyState::Dialing,
            created: now,
        });
        let waits = self.model.join_queue(call, caller, to, now);
        self.calls.insert(id.to_owned(), Parts { call, caller, waits, agents: BTreeMap::new() });
    }

    /// The agent's party in the call; it rings, if there was none.
    fn rings(&mut self, id: &str, code: &str) -> Option<Key<Party>> {
        let parts = self.calls.get_mut(id)?;
        if let Some(party) = parts.agents.get(code) {
            return Some(*party);
        }
        let (session, dn) = match self.logins.get(code) {
            Some((session, dn)) => (Some(*session), dn.as_str()),
            None => (None, code),
        };
        let endpoint = (self.model.endpoint(dn, EndpointType::Dn, dn), EndpointType::Dn as i32);
        let party = self.model.add_party(&NewParty {
            call: parts.call,
            device: &format!("{id} {dn}"),
            ordinal: 0,
            party_type: PartyType::Internal,
            role: Role::Destination,
            dn,
            endpoint,
            parent: parts.caller,
            queue: None,
            session,
            state: PartyState::Alerting,
            created: self.model.now(),
        })?;
        parts.agents.insert(code.to_owned(), party);
        Some(party)
    }

    fn answered(&mut self, id: &str, code: &str) {
        let Some(agent) = self.rings(id, code) else { return };
        let Some(parts) = self.calls.get_mut(id) else { return };
        let dn = self.model.party(agent).map(|party| party.dn().to_owned()).unwrap_or_default();
        if let Some(visit) = parts.waits.take() {
            self.model.leave_queue(visit, &VisitEnd::Distributed(parts.call, &dn), self.model.now());
        }
        for party in parts.caller.into_iter().chain([agent]) {
            self.model.set_party_state(party, PartyState::Connected, CcEvent::Established, None);
        }
        self.model.connect_call(parts.call, true);
    }

    fn noted(&mut self, id: &str, key: &str, value: &str) {
        if let Some(parts) = self.calls.get(id) {
            self.model.attach(parts.call, parts.caller, Attached::UserData, key, value);
        }
    }

    fn ended(&mut self, id: &str, by: &str) {
        let Some(parts) = self.calls.remove(id) else { return };
        let released_by = parts.agents.get(by).copied().or(parts.caller);
        if let Some(party) = released_by {
            self.model.hang_up(party);
        }
        self.model.set_released_by(parts.call, released_by);
        if let Some(visit) = parts.waits {
            self.model.leave_queue(visit, &VisitEnd::Abandoned, self.model.now());
        }
        for party in parts.agents.into_values().chain(parts.caller) {
            self.model.end_party(party, CcEvent::Released, None);
        }
    }
}

/// An attribute without which the event means nothing.
fn needed<'e>(event: &View<'e>, name: &str) -> Result<&'e str, String> {
    let wrong = || match event.get(name) {
        None => format!("{} without {name}", event.name()),
        Some(_) => format!("{}: {name} is no text", event.name()),
    };
    event.text(name).ok_or_else(wrong)
}

export_mapper!(Exchange);
