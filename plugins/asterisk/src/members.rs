//! Members of queues and agents of pools: who is logged in where, paused or not.
//!
//! A member with `StateInterface: Agent:…` (or interface `Agent/…`) stands for an agent of a pool, who logs in by
//! `AgentLogin`; every other member is logged in as long as its interface is in a queue.

use crate::{
    channel::Channel,
    exchange::Exchange,
    headers::{Headers, known},
};
use concentrator_sdk::{
    View,
    model::{Login, LoginSession},
    store::{Index, Key},
    time::SECOND,
};
use serde::{Deserialize, Serialize};

/// A login: an interface, or `Agent/…` for an agent of a pool.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LoggedIn {
    pub(crate) session: Option<Key<LoginSession>>,
    since: i64,
    device: Box<str>,
    name: Box<str>,
    /// Queues of an agent of a pool, who is their member also when not logged in: (queue, reason of the pause).
    pool_queues: Vec<(Box<str>, Option<Box<str>>)>,
    /// After-call work, by queue.
    wrap_up: Vec<(Box<str>, i64)>,
    /// Number of the connection in which each queue was last heard of.
    pub(crate) seen: Vec<(Box<str>, u32)>,
}

/// The last session of a login, which has ended.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Ended {
    /// Second in which it began.
    began: i64,
    /// How many sessions of the login began in that second.
    count: u32,
    /// When it ended.
    at: i64,
}

/// All logins that are known.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Members {
    pub(crate) logins: std::collections::BTreeMap<Box<str>, LoggedIn>,
    /// The login that an interface stands for, where it has another name.
    stands_for: Index<Box<str>>,
    devices: Index<Key<LoginSession>>,
    /// The last session of each login that has ended.
    ended: Index<Ended>,
}

/// Time after the end of a session in which what is said of it comes too late.
const LATE: i64 = 2 * SECOND;
/// Logins whose last session is remembered.
const ENDED_MAX: usize = 65_536;

impl Members {
    fn login_name<'a>(&'a self, interface: &'a str) -> &'a str {
        self.stands_for.get(interface).map_or(interface, |login| login)
    }

    /// The session of a queue member.
    pub(crate) fn session_of(&self, interface: &str) -> Option<Key<LoginSession>> {
        self.logins.get(self.login_name(interface))?.session
    }

    /// The session at a device (`TECH/endpoint`).
    pub(crate) fn at_device(&self, device: &str) -> Option<Key<LoginSession>> {
        self.devices.get(device).copied()
    }

    /// The session that began then has ended, or one has ended just now: what still says so comes too late.
    fn has_ended(&self, login: &str, created: i64, now: i64) -> bool {
        let began = created.div_euclid(SECOND);
        self.ended.get(login).is_some_and(|of| of.began == began || (of.at..of.at + LATE).contains(&now))
    }

    /// How many sessions of a login have ended that began in that second.
    fn ended_of(&self, login: &str, second: i64) -> u32 {
        self.ended.get(login).filter(|of| of.began == second).map_or(0, |of| of.count)
    }

    /// What tells a session of a login that begins now from those before.
    fn ordinal(&mut self, login: &str, created: i64) -> String {
        let second = created.div_euclid(SECOND);
        if self.ended.len() >= ENDED_MAX {
            self.ended.clear();
        }
        format!("{second}.{}", self.ended_of(login, second))
    }

    fn remember_ended(&mut self, login: &str, created: i64, at: i64) {
        let began = created.div_euclid(SECOND);
        let count = self.ended_of(login, began) + 1;
        self.ended.insert(login.into(), Ended { began, count, at });
    }

    /// After-call work that a member has after calls of a queue, µs, if the exchange told.
    pub(crate) fn wrap_up(&self, queue: &str, interface: &str) -> Option<i64> {
        let login = self.logins.get(self.login_name(interface))?;
        login.wrap_up.iter().find(|(of, _)| **of == *queue).map(|(_, wrap_up)| *wrap_up)
    }

    pub(crate) fn forget_all(&mut self) {
        *self = Self { ended: std::mem::take(&mut self.ended), ..Self::default() };
    }

    fn forget_device(&mut self, device: &str, session: Option<Key<LoginSession>>) {
        if self.devices.get(device).copied() == session {
            self.devices.remove(device);
        }
    }
}

/// The agent of a pool that a member stands for.
fn pool_agent<'a>(interface: &'a str, state_interface: &'a str) -> Option<&'a str> {
    state_interface.strip_prefix("Agent:").or_else(|| interface.strip_prefix("Agent/"))
}

/// The device behind a member: what it rings, or what tells its state.
fn device_of_member<'a>(interface: &'a str, state_interface: &'a str) -> &'a str {
    let plumbing = interface.starts_with("Local/");
    let shown = if plumbing && state_interface.contains('/') { state_interface } else { interface };
    shown.strip_suffix("/n").unwrap_or(shown)
}

/// The number of a device: its endpoint, without the context of a Local channel.
fn number_of_device(device: &str) -> &str {
    let endpoint = device.split_once('/').map_or(device, |(_, endpoint)| endpoint);
    endpoint.split('@').next().unwrap_or(endpoint)
}

impl Exchange {
    pub(crate) fn member_shown(&mut self, event_name: &str, headers: &Headers<'_>, event: &View<'_>) {
        if headers.queue.is_empty() || headers.interface.is_empty() {
            return;
        }
        let state_interface = event.text("StateInterface").unwrap_or_default();
        let name = known(headers.member)
            .or_else(|| event.text("Name").and_then(known))
            .unwrap_or_else(|| number_of_device(headers.interface));
        let paused = event.text("Paused").map(|paused| paused == "1");
        let reason = event.text("PausedReason").or_else(|| event.text("Reason")).unwrap_or_default();
        let login_time = event.integer("LoginTime").filter(|time| *time > 1_000_000_000).map(|time| time * SECOND);
        let pool = pool_agent(headers.interface, state_interface).map(|agent| format!("Agent/{agent}"));
        let login = pool.as_deref().unwrap_or(headers.interface);
        let device = device_of_member(headers.interface, state_interface);
        if pool.is_some() {
            self.members.stands_for.insert(headers.interface.into(), login.into());
        }
        let now = self.model.now();
        // Both sides of a pair know the second; only who sees the agent come knows more.
        let since = match login_time {
            Some(login) if event_name == "QueueMemberAdded" && (login..login + 2 * SECOND).contains(&now) => now,
            Some(login) => login.min(now),
            None => now,
        };
        let told = matches!(event_name, "QueueMemberAdded" | "QueueMember");
        if !told
            && self.members.session_of(login).is_none()
            && self.members.has_ended(login, login_time.unwrap_or(since), now)
        {
            return;
        }
        self.know_login(login, if pool.is_some() { "" } else { device }, name);
        self.see_member(login, headers.queue, event.integer("Wrapuptime"));
        let reason = paused.map(|paused| paused.then_some(reason));
        let Some(logged_in) = self.members.logins.get_mut(login) else { return };
        if pool.is_some() {
            logged_in.pool_queues.retain(|(queue, _)| **queue != *headers.queue);
            let paused = reason.flatten().map(Into::into);
            logged_in.pool_queues.push((headers.queue.into(), paused));
        } else if logged_in.session.is_none() {
            self.log_in_at(login, name, number_of_device(device), since, login_time.unwrap_or(since));
        }
        let Some(session) = self.members.logins.get(login).and_then(|of| of.session) else { return };
        self.model.rename_agent(session, name);
        let since = if pool.is_some() { now } else { since };
        self.model.enter_session_queue(session, headers.queue, since);
        if let Some(reason) = reason {
            let last = event.integer("LastPause").filter(|time| *time > 1_000_000_000).map(|time| time * SECOND);
            // In the answer to a state request the pause may have begun long ago.
            let since = if event_name == "QueueMember" { last.unwrap_or(now).min(now) } else { now };
            self.model.pause_since(session, headers.queue, reason, since);
        }
        self.model.refresh_agent_state(session, self.model.now(), None);
    }

    fn know_login(&mut self, login: &str, device: &str, name: &str) {
        if let Some(known) = self.members.logins.get_mut(login) {
            if *known.name != *name {
                known.name = name.into();
            }
            return;
        }
        self.members.logins.insert(
            login.into(),
            LoggedIn {
                session: None,
                since: 0,
                device: device.into(),
                name: name.into(),
                pool_queues: Vec::new(),
                wrap_up: Vec::new(),
                seen: Vec::new(),
            },
        );
    }

    fn see_member(&mut self, login: &str, queue: &str, wrap_up: Option<i64>) {
        let connection = self.connection;
        let Some(logged_in) = self.members.logins.get_mut(login) else { return };
        match logged_in.seen.iter_mut().find(|(of, _)| **of == *queue) {
            Some((_, seen)) => *seen = connection,
            None => logged_in.seen.push((queue.into(), connection)),
        }
        // None told is 0: the queue's own wrap-up time is not shown to managers, so the configured default holds.
        if let Some(seconds) = wrap_up.filter(|seconds| (1..=86_400).contains(seconds)) {
            match logged_in.wrap_up.iter_mut().find(|(of, _)| **of == *queue) {
                Some((_, known)) => *known = seconds * SECOND,
                None => logged_in.wrap_up.push((queue.into(), seconds * SECOND)),
            }
        }
    }

    /// A session begins, which the exchange says began at `told`; calls that the device has already are the agent's.
    fn log_in_at(&mut self, login: &str, name: &str, dn: &str, created: i64, told: i64) {
        let Some(logged_in) = self.members.logins.get(login) else { return };
        let device = logged_in.device.clone();
        let code = login.strip_prefix("Agent/").unwrap_or(dn);
        let wrap_up = i64::from(self.config.wrap_up_seconds) * SECOND;
        let code = code.to_owned();
        let ordinal = self.members.ordinal(login, told);
        let session = self.model.log_in(&Login {
            agent: name,
            code: &code,
            dn,
            device: login,
            created,
            ordinal: &ordinal,
            wrap_up,
        });
        if let Some(logged_in) = self.members.logins.get_mut(login) {
            logged_in.session = Some(session);
            logged_in.since = told;
        }
        if !device.is_empty() {
            self.members.devices.insert(device.clone(), session);
            for key in self.at_device(&device).to_vec() {
                let Some(channel) = self.channels.get(key).filter(|channel| !channel.login) else { continue };
                if let Some(party) = channel.party {
                    self.model.describe_party(party, None, Some(session), None);
                }
            }
        }
    }

    pub(crate) fn member_removed(&mut self, headers: &Headers<'_>, event: &View<'_>) {
        let state_interface = event.text("StateInterface").unwrap_or_default();
        let pool = pool_agent(headers.interface, state_interface).map(|agent| format!("Agent/{agent}"));
        let login = pool.unwrap_or_else(|| self.members.login_name(headers.interface).to_owned());
        let is_pool = login.starts_with("Agent/");
        let Some(logged_in) = self.members.logins.get_mut(login.as_str()) else { return };
        logged_in.pool_queues.retain(|(queue, _)| **queue != *headers.queue);
        logged_in.seen.retain(|(queue, _)| **queue != *headers.queue);
        logged_in.wrap_up.retain(|(queue, _)| **queue != *headers.queue);
        let Some(session) = logged_in.session else { return };
        self.model.leave_session_queue(session, headers.queue);
        if !is_pool && self.model.session(session).is_none_or(LoginSession::has_no_queue) {
            self.log_out(&login, None);
        }
    }

    /// A session ends: now, or as stuck at a time before.
    pub(crate) fn log_out(&mut self, login: &str, stuck: Option<i64>) {
        let is_pool = login.starts_with("Agent/");
        let Some(logged_in) = self.members.logins.get_mut(login) else { return };
        let Some(session) = logged_in.session.take() else { return };
        let (device, since) = (logged_in.device.clone(), logged_in.since);
        self.members.remember_ended(login, since, stuck.unwrap_or(self.model.now()));
        match stuck {
            None => self.model.log_out(session),
            Some(time) => self.model.end_stuck_session(session, time),
        }
        self.members.forget_device(&device, Some(session));
        if !is_pool {
            self.members.logins.remove(login);
        }
    }

    pub(crate) fn agent_login(&mut self, headers: &Headers<'_>, event: &View<'_>) {
        let Some(agent) = event.text("Agent").and_then(known) else { return };
        let channel = self.channel_with_variables(&headers.channel);
        self.log_in_pool_agent(agent, channel, None, self.model.now());
    }

    fn log_in_pool_agent(&mut self, agent: &str, channel: Option<Key<Channel>>, name: Option<&str>, created: i64) {
        let login = format!("Agent/{agent}");
        if let Some(channel) = channel {
            self.party(channel);
            if let Some(channel) = self.channels.get_mut(channel) {
                channel.login = true;
            }
        }
        let dn = channel.and_then(|key| self.channels.get(key)).map_or(agent, |of| of.endpoint()).to_owned();
        if let Some(name) = name {
            self.know_login(&login, "", name);
        } else if !self.members.logins.contains_key(login.as_str()) {
            self.know_login(&login, "", agent);
        }
        self.see_member(&login, "", None);
        let Some(logged_in) = self.members.logins.get(login.as_str()) else { return };
        if logged_in.session.is_some() {
            return;
        }
        let (name, queues) = (logged_in.name.clone(), logged_in.pool_queues.clone());
        self.log_in_at(&login, &name, &dn, created, created);
        let Some(session) = self.members.logins.get(login.as_str()).and_then(|of| of.session) else { return };
        for (queue, paused) in queues {
            self.model.enter_session_queue(session, &queue, created);
            self.model.pause(session, &queue, paused.as_deref());
        }
        self.model.refresh_agent_state(session, self.model.now().max(created), None);
    }

    pub(crate) fn agent_logoff(&mut self, headers: &Headers<'_>, event: &View<'_>) {
        if let Some(key) = self.channel_with_variables(&headers.channel) {
            self.end_second_part(key, Some(16));
            if let Some(channel) = self.channels.get_mut(key) {
                channel.login = false;
            }
        }
        if let Some(agent) = event.text("Agent") {
            self.log_out(&format!("Agent/{agent}"), None);
        }
    }

    /// An agent of a pool in the answer to a state request.
    pub(crate) fn agent_listed(&mut self, event: &View<'_>) {
        let Some(agent) = event.text("Agent").and_then(known) else { return };
        let login = format!("Agent/{agent}");
        let name = event.text("Name").and_then(known).unwrap_or(agent);
        self.know_login(&login, "", name);
        if event.text("Status").is_none_or(|status| matches!(status, "AGENT_LOGGEDOFF" | "AGENT_UNKNOWN")) {
            return;
        }
        let headers = Headers::read(event);
        let channel = self.channel_with_variables(&headers.channel);
        let now = self.model.now();
        let since =
            event.integer("LoggedInTime").filter(|time| *time > 1_000_000_000).map_or(now, |time| time * SECOND);
        self.log_in_pool_agent(agent, channel, Some(name), since.min(now));
    }
}
