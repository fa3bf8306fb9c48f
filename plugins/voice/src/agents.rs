//! Agents log in and out, are ready or not, and do not want to be disturbed.
//!
//! A session belongs to an agent (`AgentID`) at a device; at several devices if the server names the same place for
//! them, or the options say so. It begins with EventAgentLogin. An agent of whom anything else is heard first was
//! logged in before: the session begins then, marked as found (`GSYS_EXT_INT1 = 1`).
//!
//! What the agent does is the model's business ([`Model::agent_says`](concentrator_sdk::Model::agent_says)); calls are
//! tied to agents by the parties, which ask [`Agents::session_at`].
//!
//! # Invariants
//! 1. An agent has one session at most, a device one agent (`tests/agents.rs`).
//! 2. A session of which a log-out was lost ends all the same: when the agent logs in elsewhere, another agent takes
//!    the device, the server is restarted, or nothing is heard for very long (`tests/agents.rs`).
//! 3. Memory is bounded by `DEVICES_MAX` devices.

mod options;

pub use options::AgentOptions;

use crate::{
    headers::{Headers, pairs},
    site::Site,
};
use concentrator_sdk::{
    model::{AgentSays, AgentState, Login, LoginSession},
    store::{Index, Key},
    time::SECOND,
};
use serde::{Deserialize, Serialize};

/// Devices of which is remembered who was there; beyond that those where nobody is are forgotten.
const DEVICES_MAX: usize = 65_536;
/// Bytes that a name may have: as many as its column takes characters. Events with longer ones are not understood.
pub(crate) const NAME_BYTES_MAX: usize = 255;
/// Reasons that are taken from one event.
const REASONS_MAX: usize = 32;
/// Key of the extensions that holds the reason given at the telephone.
const REASON_CODE: &str = "ReasonCode";
/// `AgentWorkMode`: after-call work.
const AFTER_CALL_WORK: i64 = 3;
/// `opening` of a session: the server was restarted in between.
const SOURCE_RESTARTED: i64 = 3;

/// A device at which an agent is, or was.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Device {
    /// The agent; empty if nobody is there.
    agent: Box<str>,
    /// When the last session here began, and how many began in that moment.
    began: (i64, u32),
    /// When the last session here ended.
    ended: Option<i64>,
    /// Do-not-disturb, once it was said.
    undisturbed: Option<bool>,
}

/// An agent who is logged in.
#[derive(Debug, Serialize, Deserialize)]
struct LoggedIn {
    session: Key<LoginSession>,
    place: Box<str>,
    devices: Vec<Box<str>>,
}

/// The agents that are logged in.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Agents {
    devices: Index<Device>,
    logged_in: Index<LoggedIn>,
}

impl Agents {
    /// The login session at a device.
    pub(crate) fn session_at(&self, dn: &str) -> Option<Key<LoginSession>> {
        let agent = &self.devices.get(dn)?.agent;
        Some(self.logged_in.get(agent)?.session)
    }

    /// The agent at a device.
    pub(crate) fn agent_at(&self, dn: &str) -> Option<&str> {
        self.devices.get(dn).map(|device| &*device.agent).filter(|agent| !agent.is_empty())
    }

    /// The device, which is remembered from now on; `None` if there are too many.
    fn device(&mut self, dn: &str) -> Option<&mut Device> {
        if self.devices.len() >= DEVICES_MAX && !self.devices.contains_key(dn) {
            self.devices.retain(|_, device| !device.agent.is_empty());
            if self.devices.len() >= DEVICES_MAX {
                return None;
            }
        }
        Some(self.devices.entry(dn.into()).or_default())
    }

    /// Nobody is at the agent's devices any more.
    fn forget(&mut self, agent: &str, now: i64) {
        let Some(logged_in) = self.logged_in.remove(agent) else { return };
        for dn in &logged_in.devices {
            if let Some(device) = self.devices.get_mut(dn).filter(|device| *device.agent == *agent) {
                (device.agent, device.ended) = (Box::default(), Some(now));
            }
        }
    }
}

/// The queue that an event of an agent names; a device that is named twice is none.
fn queue_of<'a>(event: &Headers<'a>) -> Option<&'a str> {
    Some(event.this_queue).filter(|queue| !queue.is_empty() && *queue != event.this_dn)
}

/// The reasons that an event gives: (given at the telephone, key, value).
fn reasons_of<'a>(event: &Headers<'a>) -> Vec<(bool, &'a str, &'a str)> {
    let hardware =
        pairs(event.extensions).filter(|(key, _)| *key == REASON_CODE).map(|(key, value)| (true, key, value));
    let software = pairs(event.reasons).map(|(key, value)| (false, key, value));
    hardware.take(1).chain(software).filter(|(_, _, value)| !value.is_empty()).take(REASONS_MAX).collect()
}

impl Site {
    /// Tells the model what the options say of agents.
    pub(crate) fn apply_agent_options(&mut self) {
        self.model.limit_session_silence(self.config.agents.silence_max());
        self.model.limit_after_call_work(self.config.agents.after_call_max());
    }

    /// Maps an event of agents and devices; answers whether it is one.
    pub(crate) fn agent_event(&mut self, name: &str, event: &Headers<'_>) -> bool {
        let names = [event.this_dn, event.this_queue, event.agent_id, event.place];
        if names.iter().any(|name| name.len() > NAME_BYTES_MAX) {
            return false;
        }
        let after_call = event.work_mode == Some(AFTER_CALL_WORK);
        match name {
            "EventAgentLogin" => self.agent_login(event),
            "EventAgentLogout" => self.agent_logout(event),
            "EventAgentReady" => self.agent_says(event, AgentState::Ready),
            "EventAgentNotReady" if after_call => self.agent_says(event, AgentState::AfterCallWork),
            "EventAgentNotReady" => self.agent_says(event, AgentState::NotReady),
            "EventAgentAfterCallWork" => self.agent_says(event, AgentState::AfterCallWork),
            "EventQueueLogout" => self.queue_logout(event),
            "EventDNDOn" => self.do_not_disturb(event, true),
            "EventDNDOff" => self.do_not_disturb(event, false),
            _ => return false,
        }
        true
    }

    /// The server's session opened anew and events may be missing: who is still logged in? A server that was restarted
    /// announces its agents again, so all are out until it does.
    pub(crate) fn doubt_agents(&mut self, opening: Option<i64>) {
        if opening == Some(SOURCE_RESTARTED) {
            self.model.end_all_sessions(self.model.heard());
            let now = self.model.now();
            let agents: Vec<_> = self.agents.logged_in.keys().cloned().collect();
            for agent in agents {
                self.agents.forget(&agent, now);
            }
        } else {
            self.model.doubt_sessions(self.config.agents.confirm_time());
        }
    }

    fn agent_login(&mut self, event: &Headers<'_>) {
        if event.this_dn.is_empty() {
            return;
        }
        let code = if event.agent_id.is_empty() { event.this_dn } else { event.agent_id };
        let queue = queue_of(event);
        if let Some(session) = self.session_of(code, event.this_dn) {
            // A log-in to one more queue, or the same said twice. After an interruption it may also be a new one.
            let in_doubt = self.model.session(session).is_some_and(LoginSession::is_in_doubt);
            if self.model.enter_session_device(session, event.this_dn, queue) || !in_doubt {
                self.model.confirm_session(session);
                return;
            }
            self.session_is_over(code);
        }
        if self.is_elsewhere_too(code, event.place) {
            self.join_device(code, event.this_dn, queue);
            return;
        }
        if let Some(session) = self.begin_session(code, event, false) {
            self.say(session, event, AgentState::LoggedIn);
            self.take_calls(session, event.this_dn);
        }
    }

    fn agent_says(&mut self, event: &Headers<'_>, state: AgentState) {
        let dn = event.this_dn;
        let at_device = self.agents.devices.get(dn).filter(|device| !device.agent.is_empty());
        let code = match at_device {
            Some(device) if event.agent_id.is_empty() => device.agent.clone(),
            _ => event.agent_id.into(),
        };
        if code.is_empty() || dn.is_empty() {
            return;
        }
        if let Some(session) = self.session_of(&code, dn) {
            self.say(session, event, state);
            return;
        }
        if self.agents.devices.get(dn).and_then(|device| device.ended).is_some_and(|ended| self.model.now() <= ended) {
            // Said in the moment of the log-out, or before it.
            return;
        }
        if self.is_elsewhere_too(&code, event.place) {
            self.join_device(&code, dn, queue_of(event));
        } else {
            self.begin_session(&code, event, true);
        }
        if let Some(session) = self.session_of(&code, dn) {
            self.say(session, event, state);
            self.take_calls(session, dn);
        }
    }

    fn say(&mut self, session: Key<LoginSession>, event: &Headers<'_>, state: AgentState) {
        let reasons = reasons_of(event);
        let work_mode = event.work_mode.unwrap_or_default();
        self.model.agent_says(session, &AgentSays { state, work_mode, queue: queue_of(event), reasons: &reasons });
    }

    /// The session of that agent, if it is alive and (also) at that device.
    fn session_of(&self, code: &str, dn: &str) -> Option<Key<LoginSession>> {
        let device = self.agents.devices.get(dn).filter(|device| *device.agent == *code)?;
        let session = self.agents.logged_in.get(&device.agent)?.session;
        self.model.session(session).map(|_| session)
    }

    /// The agent has a session to which a device at this place belongs.
    fn is_elsewhere_too(&self, code: &str, place: &str) -> bool {
        let Some(logged_in) = self.agents.logged_in.get(code) else { return false };
        let together = (!place.is_empty() && *logged_in.place == *place) || self.config.agents.several_devices;
        together && self.model.session(logged_in.session).is_some_and(|session| !session.is_in_doubt())
    }

    /// The agent's session ends without a log-out: when it was last known to be alive.
    fn session_is_over(&mut self, code: &str) {
        let Some(session) = self.agents.logged_in.get(code).map(|of| of.session) else { return };
        let time = self.model.session_alive_until(session);
        self.model.end_stuck_session(session, time);
        self.agents.forget(code, time);
    }

    /// Whoever is at the device is there no longer: another agent comes.
    fn clear_device(&mut self, dn: &str) {
        let Some(agent) = self.agents.devices.get(dn).map(|device| device.agent.clone()) else { return };
        match self.agents.logged_in.get(&agent) {
            Some(logged_in) if logged_in.devices.len() > 1 => self.leave_device(&agent, dn),
            Some(_) => self.session_is_over(&agent),
            None => {}
        }
    }

    fn leave_device(&mut self, agent: &str, dn: &str) {
        let now = self.model.now();
        let Some(logged_in) = self.agents.logged_in.get_mut(agent) else { return };
        logged_in.devices.retain(|device| **device != *dn);
        let session = logged_in.session;
        if let Some(device) = self.agents.devices.get_mut(dn) {
            (device.agent, device.ended) = (Box::default(), Some(now));
        }
        self.model.confirm_session(session);
        self.model.leave_session_device(session, dn, None);
    }

    /// The agent is at one more device.
    fn join_device(&mut self, code: &str, dn: &str, queue: Option<&str>) {
        self.clear_device(dn);
        let Some(device) = self.agents.device(dn) else { return };
        device.agent = code.into();
        let Some(logged_in) = self.agents.logged_in.get_mut(code) else { return };
        logged_in.devices.push(dn.into());
        let session = logged_in.session;
        self.model.confirm_session(session);
        self.model.enter_session_device(session, dn, queue);
        self.take_calls(session, dn);
    }

    fn begin_session(&mut self, code: &str, event: &Headers<'_>, found: bool) -> Option<Key<LoginSession>> {
        let dn = event.this_dn;
        self.session_is_over(code);
        self.clear_device(dn);
        // A clock that is set back does not make sessions overlap.
        let now = self.model.now().max(self.model.heard());
        let device = self.agents.device(dn)?;
        let count = if device.began.0 == now { device.began.1 + 1 } else { 0 };
        (device.agent, device.began) = (code.into(), (now, count));
        let session = self.model.log_in(&Login {
            agent: code,
            code,
            dn,
            device: dn,
            created: now,
            ordinal: &format!("{now}.{count}"),
            wrap_up: i64::from(self.config.agents.after_call_max_seconds) * SECOND,
        });
        let place = Some(event.place).filter(|place| !place.is_empty());
        self.model.describe_session(session, place, found);
        self.model.enter_session_device(session, dn, queue_of(event));
        if self.agents.logged_in.len() >= DEVICES_MAX {
            let model = &self.model;
            self.agents.logged_in.retain(|_, of| model.session(of.session).is_some());
        }
        let logged_in = LoggedIn { session, place: event.place.into(), devices: vec![dn.into()] };
        self.agents.logged_in.insert(code.into(), logged_in);
        Some(session)
    }

    /// Calls that the device has already are the agent's.
    fn take_calls(&mut self, session: Key<LoginSession>, dn: &str) {
        for party in self.parties_at(dn) {
            self.model.describe_party(party, None, Some(session), None);
        }
    }

    fn agent_logout(&mut self, event: &Headers<'_>) {
        let dn = event.this_dn;
        let now = self.model.now();
        let Some(device) = self.agents.devices.get_mut(dn).filter(|device| !device.agent.is_empty()) else { return };
        if !event.agent_id.is_empty() && *event.agent_id != *device.agent {
            return;
        }
        let agent = device.agent.clone();
        let Some(logged_in) = self.agents.logged_in.get(&agent) else { return };
        if logged_in.devices.len() > 1 {
            self.leave_device(&agent, dn);
            return;
        }
        let session = logged_in.session;
        let reasons = reasons_of(event);
        self.model.log_out_for(session, &reasons);
        self.agents.forget(&agent, now);
    }

    fn queue_logout(&mut self, event: &Headers<'_>) {
        let Some(session) = self.agents.session_at(event.this_dn) else { return };
        self.model.confirm_session(session);
        if let Some(queue) = queue_of(event) {
            self.model.leave_session_device(session, event.this_dn, Some(queue));
        }
    }

    fn do_not_disturb(&mut self, event: &Headers<'_>, on: bool) {
        let session = self.agents.session_at(event.this_dn);
        if let Some(session) = session {
            self.model.confirm_session(session);
        }
        let Some(device) = self.agents.device(event.this_dn).filter(|_| !event.this_dn.is_empty()) else { return };
        if device.undisturbed.replace(on) != Some(on) {
            self.model.do_not_disturb(event.this_dn, session, on);
        }
    }
}
