//! A login session: an agent at a device, in one or more queues.

use super::{AgentState, DueAt, Model, directory::EndpointType, inferred_ext, reason::Shown};
use crate::{
    ids::{self, Guid, Of},
    rows::{GLoginSession, GcxGroupAgent, GxSessionEndpoint},
    store::Key,
};
use serde::{Deserialize, Serialize};

/// An agent who logs in.
#[derive(Debug)]
pub struct Login<'a> {
    /// Name of the person.
    pub agent: &'a str,
    /// Login code.
    pub code: &'a str,
    /// Number of the device.
    pub dn: &'a str,
    /// The device, as the exchange calls it in full.
    pub device: &'a str,
    /// Since when.
    pub created: i64,
    /// What tells the session from others of that code at that device; the same for both sides of a pair.
    pub ordinal: &'a str,
    /// After-call work that the exchange grants after each call, µs.
    pub wrap_up: i64,
}

/// Why an agent gets no calls from a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pause {
    pub(super) reason: String,
    pub(super) since: i64,
}

/// A queue of a session.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Membership {
    pub(super) queue: String,
    pub(super) queue_id: i32,
    group_id: i32,
    since: i64,
    pub(super) pause: Option<Pause>,
}

/// A session that has not ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct LoginSession {
    pub(super) id: Guid,
    pub(super) born: u64,
    pub(super) agent: i32,
    agent_name: String,
    pub(super) login: i32,
    code: String,
    pub(super) endpoint: i32,
    pub(super) dn: String,
    created: i64,
    ended: Option<i64>,
    inferred: bool,
    pub(super) state: AgentState,
    pub(super) since: i64,
    pub(super) seq: i32,
    pub(super) busy: i32,
    pub(super) after_call_until: Option<(i64, DueAt)>,
    pub(super) spent: [i64; AgentState::COUNT],
    pub(super) entered: [i32; AgentState::COUNT],
    pub(super) queues: Vec<Membership>,
    pub(super) shown: Vec<Shown>,
    pub(super) pending: bool,
}

impl LoginSession {
    pub(super) fn inferred_end(&self) -> bool {
        self.inferred
    }

    /// The session is in no queue.
    #[must_use]
    pub fn has_no_queue(&self) -> bool {
        self.queues.is_empty()
    }

    /// The session is in that queue.
    #[must_use]
    pub fn is_in(&self, queue: &str) -> bool {
        self.queues.iter().any(|membership| membership.queue == queue)
    }
}

impl Model {
    /// An agent logs in.
    pub fn log_in(&mut self, login: &Login<'_>) -> Key<LoginSession> {
        let agent = self.agent(login.agent);
        let code = self.login_code(login.code);
        let endpoint = self.endpoint(login.dn, EndpointType::Dn, login.device);
        self.login_of(code, agent, login.wrap_up);
        let born = self.next_born();
        let key = self.sessions.insert(LoginSession {
            id: ids::guid(Of::LoginSession, self.lane.dbid, &[login.code, login.device, login.ordinal]),
            born,
            agent,
            agent_name: login.agent.to_owned(),
            login: code,
            code: login.code.to_owned(),
            endpoint,
            dn: login.dn.to_owned(),
            created: login.created,
            ended: None,
            inferred: false,
            state: AgentState::Unknown,
            since: login.created,
            seq: 0,
            busy: 0,
            after_call_until: None,
            spent: [0; AgentState::COUNT],
            entered: [0; AgentState::COUNT],
            queues: Vec::new(),
            shown: Vec::new(),
            pending: false,
        });
        self.write_session(key, login.created);
        self.enter_agent_state(key, AgentState::LoggedIn, login.created, None);
        key
    }

    /// The session, if it has not ended.
    #[must_use]
    pub fn session(&self, key: Key<LoginSession>) -> Option<&LoginSession> {
        self.sessions.get(key)
    }

    /// The person at the device turns out to have another name.
    pub fn rename_agent(&mut self, key: Key<LoginSession>, name: &str) {
        if self.sessions.get(key).is_none_or(|session| session.agent_name == name) {
            return;
        }
        let agent = self.agent(name);
        let Some(session) = self.sessions.get_mut(key) else { return };
        session.agent = agent;
        session.agent_name = name.to_owned();
        let login = session.login;
        self.login_of(login, agent, 0);
        self.write_session(key, self.now);
        for at in 0..self.sessions.get(key).map_or(0, |session| session.queues.len()) {
            self.write_membership(key, at, None);
        }
    }

    /// The agent joins a queue.
    pub fn enter_session_queue(&mut self, key: Key<LoginSession>, queue: &str, since: i64) {
        if self.sessions.get(key).is_none_or(|session| session.is_in(queue)) {
            return;
        }
        let queue_id = self.endpoint(queue, EndpointType::Queue, queue);
        let group_id = self.queue_group(queue);
        let Some(session) = self.sessions.get_mut(key) else { return };
        session.queues.push(Membership { queue: queue.to_owned(), queue_id, group_id, since, pause: None });
        let at = session.queues.len() - 1;
        self.write_membership(key, at, None);
    }

    /// The agent leaves a queue.
    pub fn leave_session_queue(&mut self, key: Key<LoginSession>, queue: &str) {
        let Some(session) = self.sessions.get(key) else { return };
        let Some(at) = session.queues.iter().position(|membership| membership.queue == queue) else { return };
        self.write_membership(key, at, Some(self.now));
        if let Some(session) = self.sessions.get_mut(key) {
            session.queues.remove(at);
            if !session.queues.is_empty() {
                self.refresh_reasons(key);
                self.refresh_agent_state(key, self.now, None);
            }
        }
    }

    /// The agent logs out.
    pub fn log_out(&mut self, key: Key<LoginSession>) {
        self.end_session(key, self.now, false);
    }

    pub(super) fn end_session(&mut self, key: Key<LoginSession>, time: i64, inferred: bool) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let time = time.max(session.created);
        session.inferred = inferred;
        let due = session.after_call_until.take();
        if let Some((_, due)) = due {
            self.due.remove(&due);
        }
        self.close_reasons(key, time);
        self.enter_agent_state(key, AgentState::LoggedOut, time, None);
        for at in 0..self.sessions.get(key).map_or(0, |session| session.queues.len()) {
            self.write_membership(key, at, Some(time));
        }
        if let Some(session) = self.sessions.get_mut(key) {
            session.ended = Some(time);
        }
        self.write_session(key, time);
        self.write_agent_statistics(key);
        self.sessions.remove(key);
    }

    fn write_session(&mut self, key: Key<LoginSession>, changed: i64) {
        let Some(session) = self.sessions.get(key) else { return };
        self.rows.g_login_session.push(GLoginSession {
            at: self.rows.at,
            loginsessionid: session.id.text(),
            agentid: Some(session.agent),
            loginid: Some(session.login),
            placeid: None,
            state: if session.ended.is_some() { 2 } else { 1 },
            primarydeviceid: Some(session.endpoint),
            tenantid: Some(self.lane.tenant_dbid),
            created: Some(session.created),
            terminated: session.ended,
            lastchange: Some(changed),
            ext: inferred_ext(session.inferred),
        });
    }

    fn write_membership(&mut self, key: Key<LoginSession>, at: usize, ended: Option<i64>) {
        let Some(session) = self.sessions.get(key) else { return };
        let Some(membership) = session.queues.get(at) else { return };
        self.rows.gx_session_endpoint.push(GxSessionEndpoint {
            at: self.rows.at,
            agentid: Some(session.agent),
            endpointid: session.endpoint,
            endpointtype: Some(EndpointType::Dn as i32),
            queueid: membership.queue_id,
            queuetype: Some(EndpointType::Queue as i32),
            placeid: None,
            loginsessionid: session.id.text(),
            mediatype: Some(0),
            state: Some(if ended.is_some() { 2 } else { 1 }),
            created: Some(membership.since),
            terminated: ended,
            ext: inferred_ext(session.inferred && ended.is_some()),
        });
        self.rows.gcx_group_agent.push(GcxGroupAgent {
            at: self.rows.at,
            groupid: membership.group_id,
            agentid: session.agent,
            since: membership.since.div_euclid(1000),
            status: Some(if ended.is_some() { 2 } else { 1 }),
            created: Some(membership.since),
            deleted: ended,
            lastchange: Some(ended.unwrap_or(self.now)),
            ext: None,
        });
    }
}
