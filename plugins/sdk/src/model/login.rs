//! A login session: an agent at one or more devices, in no queue or in some.

mod doubt;

use super::{
    AgentSays, AgentState, DueAt, Model,
    agent_state::{ALL_QUEUES, Said},
    directory::EndpointType,
    inferred_ext,
    reason::{Given, Shown},
};
use crate::{
    ids::{self, Guid, Of},
    rows::{Ext, GLoginSession, GcxGroupAgent, GxSessionEndpoint},
    store::Key,
};
use doubt::Doubt;
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

/// A device of a session, in a queue or (an empty name) in none.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Membership {
    pub(super) endpoint: i32,
    pub(super) queue: String,
    pub(super) queue_id: i32,
    group_id: i32,
    since: i64,
    pub(super) pause: Option<Pause>,
    /// What the source said of the agent in this queue alone.
    pub(super) said: Option<AgentState>,
}

/// Devices and queues that one session may have; more are not told.
const MEMBERSHIPS_MAX: usize = 1024;

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
    place: Option<i32>,
    created: i64,
    /// It was found logged in: when it began is not known.
    found: bool,
    ended: Option<i64>,
    inferred: bool,
    pub(super) heard: i64,
    pub(super) doubt: Option<Doubt>,
    look_due: Option<DueAt>,
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
    pub(super) said: Option<Box<Said>>,
    pub(super) given: Vec<Given>,
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

    /// The source was interrupted, and nothing has told since that the session goes on.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.doubt.is_some()
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
            place: None,
            created: login.created,
            found: false,
            ended: None,
            inferred: false,
            heard: self.now,
            doubt: None,
            look_due: None,
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
            said: None,
            given: Vec::new(),
        });
        self.look_later(key);
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

    /// Where the agent sits, and that the session was found: it began before it was heard of. A place that is not
    /// told stays as it is.
    pub fn describe_session(&mut self, key: Key<LoginSession>, place: Option<&str>, found: bool) {
        let place = place.map(|place| self.place(place));
        let Some(session) = self.sessions.get_mut(key) else { return };
        let place = place.or(session.place);
        let found = found || session.found;
        if (place, found) != (session.place, session.found) {
            (session.place, session.found) = (place, found);
            self.write_session(key, self.now);
        }
    }

    /// The agent joins a queue, at the first device of the session.
    pub fn enter_session_queue(&mut self, key: Key<LoginSession>, queue: &str, since: i64) {
        let Some(endpoint) = self.sessions.get(key).map(|session| session.endpoint) else { return };
        self.enter_membership(key, endpoint, queue, since);
    }

    /// The agent is at a device (too), in a queue or in none. Answers whether that is new.
    pub fn enter_session_device(&mut self, key: Key<LoginSession>, dn: &str, queue: Option<&str>) -> bool {
        let endpoint = self.endpoint(dn, EndpointType::Dn, dn);
        self.enter_membership(key, endpoint, queue.unwrap_or_default(), self.now.max(self.heard))
    }

    fn enter_membership(&mut self, key: Key<LoginSession>, endpoint: i32, queue: &str, since: i64) -> bool {
        let full = |session: &LoginSession| {
            let known = session.queues.iter().any(|of| of.endpoint == endpoint && of.queue == queue);
            known || session.queues.len() >= MEMBERSHIPS_MAX
        };
        if self.sessions.get(key).is_none_or(full) {
            return false;
        }
        let (queue_id, group_id) = if queue.is_empty() {
            (ALL_QUEUES, 0)
        } else {
            (self.endpoint(queue, EndpointType::Queue, queue), self.queue_group(queue))
        };
        let Some(session) = self.sessions.get_mut(key) else { return false };
        let queue = queue.to_owned();
        session.queues.push(Membership { endpoint, queue, queue_id, group_id, since, pause: None, said: None });
        let at = session.queues.len() - 1;
        self.write_membership(key, at, None);
        true
    }

    /// The agent leaves a queue.
    pub fn leave_session_queue(&mut self, key: Key<LoginSession>, queue: &str) {
        self.leave_memberships(key, |membership| membership.queue == queue);
    }

    /// The agent leaves a device, or a queue of it.
    pub fn leave_session_device(&mut self, key: Key<LoginSession>, dn: &str, queue: Option<&str>) {
        let endpoint = self.endpoint(dn, EndpointType::Dn, dn);
        self.leave_memberships(key, |of| of.endpoint == endpoint && queue.is_none_or(|queue| of.queue == queue));
    }

    fn leave_memberships(&mut self, key: Key<LoginSession>, leaves: impl Fn(&Membership) -> bool) {
        let mut left = Vec::new();
        while let Some(at) = self.sessions.get(key).and_then(|session| session.queues.iter().position(&leaves)) {
            self.write_membership(key, at, Some(self.now));
            let Some(session) = self.sessions.get_mut(key) else { return };
            left.push(session.queues.remove(at).queue_id);
        }
        self.end_reasons_of(key, &left);
        let goes_on = |session: &LoginSession| !session.queues.is_empty() || session.said.is_some();
        if !left.is_empty() && self.sessions.get(key).is_some_and(goes_on) {
            self.refresh_reasons(key);
            self.refresh_agent_state(key, self.now, None);
        }
    }

    /// The agent logs out.
    pub fn log_out(&mut self, key: Key<LoginSession>) {
        self.end_session(key, self.now, false);
    }

    /// As [`Model::log_out`], for reasons: (given at the telephone, key, value). They begin and end with the log-out.
    pub fn log_out_for(&mut self, key: Key<LoginSession>, reasons: &[(bool, &str, &str)]) {
        if !reasons.is_empty() {
            let says = AgentSays { state: AgentState::LoggedOut, work_mode: 0, queue: None, reasons };
            self.give_reasons(key, &says, 0);
        }
        self.log_out(key);
    }

    pub(super) fn end_session(&mut self, key: Key<LoginSession>, time: i64, inferred: bool) {
        self.settle_before(key, time);
        let Some(session) = self.sessions.get_mut(key) else { return };
        // Nothing that is told of the session lies behind its end.
        let heard = session.said.as_ref().map_or(session.created, |_| session.heard);
        let time = time.max(session.created).max(session.since).max(heard);
        session.inferred = inferred;
        let due = [session.after_call_until.take().map(|(_, due)| due), session.look_due.take()];
        for due in due.into_iter().flatten() {
            self.due.remove(&due);
        }
        self.close_reasons(key, time);
        self.count_after_call_work(key, time);
        self.enter_agent_state(key, AgentState::LoggedOut, time, None);
        for at in 0..self.sessions.get(key).map_or(0, |session| session.queues.len()) {
            self.write_membership(key, at, Some(time));
        }
        if let Some(session) = self.sessions.get_mut(key) {
            session.ended = Some(time);
        }
        self.write_session(key, time);
        self.write_agent_statistics(key);
        self.write_work_modes(key);
        self.sessions.remove(key);
    }

    fn write_session(&mut self, key: Key<LoginSession>, changed: i64) {
        let Some(session) = self.sessions.get(key) else { return };
        self.rows.g_login_session.push(GLoginSession {
            at: self.rows.at,
            loginsessionid: session.id.text(),
            agentid: Some(session.agent),
            loginid: Some(session.login),
            placeid: session.place,
            state: if session.ended.is_some() { 2 } else { 1 },
            primarydeviceid: Some(session.endpoint),
            tenantid: Some(self.lane.tenant_dbid),
            created: Some(session.created),
            terminated: session.ended,
            lastchange: Some(changed),
            ext: (session.found || session.inferred).then(|| Ext {
                int1: session.found.then_some(1),
                int2: session.inferred.then_some(1),
                ..Ext::default()
            }),
        });
    }

    fn write_membership(&mut self, key: Key<LoginSession>, at: usize, ended: Option<i64>) {
        let Some(session) = self.sessions.get(key) else { return };
        let Some(membership) = session.queues.get(at) else { return };
        let ended = ended.map(|ended| ended.max(membership.since));
        self.rows.gx_session_endpoint.push(GxSessionEndpoint {
            at: self.rows.at,
            agentid: Some(session.agent),
            endpointid: membership.endpoint,
            endpointtype: Some(EndpointType::Dn as i32),
            queueid: membership.queue_id,
            queuetype: (membership.queue_id != ALL_QUEUES).then_some(EndpointType::Queue as i32),
            placeid: session.place,
            loginsessionid: session.id.text(),
            mediatype: Some(0),
            state: Some(if ended.is_some() { 2 } else { 1 }),
            created: Some(membership.since),
            terminated: ended,
            ext: inferred_ext(session.inferred && ended.is_some()),
        });
        if membership.queue_id == ALL_QUEUES {
            return;
        }
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
