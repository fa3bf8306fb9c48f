//! Agents: shifts, pauses, after-call work, and what they are told to do next.

use super::output::{Edge, Subject, text};
use super::{Site, agenda::Step};
use crate::event::{Micros, Text, Value};
use crate::ledger::{AgentState, Origin, Reason, Seen, SessionRecord};
use std::sync::Arc;

/// `AgentWorkMode`.
const MANUAL_IN: i64 = 1;
const AFTER_CALL_WORK: i64 = 3;
const AUX_WORK: i64 = 4;
/// Mean time between the pauses of an agent, s.
const PAUSE_EVERY: f64 = 2_400.0;
/// Mean length of a pause, s.
const PAUSE_SECONDS: f64 = 300.0;
/// From hanging up to the begin of after-call work.
const WRAP_DELAY: Micros = 15_000;
/// From being free to being given the next call.
const IDLE_DELAY: Micros = 8_000;
/// A log-in that no server took is tried again after that time.
const LOGIN_RETRY: Micros = 20_000_000;
/// Reasons for a pause: at the telephone or on the desktop, key, value.
const REASONS: [(bool, &str, &str); 6] = [
    (true, "ReasonCode", "1"),
    (true, "ReasonCode", "7"),
    (false, "Break", "Lunch"),
    (false, "Break", "Coffee"),
    (false, "Meeting", "Team"),
    (false, "Training", "Übung \"neu\""),
];

/// What an agent does by a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AgentStep {
    Login,
    /// Ready after logging in, after a pause, after after-call work.
    Ready,
    /// Wants a pause.
    Pause,
    /// After-call work begins.
    Wrap,
    ShiftEnd,
    /// Logs in again at a server that has forgotten the session.
    Renew,
    /// Takes the next call.
    Idle,
}

/// An agent at an extension.
#[derive(Debug)]
pub(super) struct Agent {
    pub(super) dn: Text,
    pub(super) login: Text,
    pub(super) place: Text,
    /// Groups whose calls it takes.
    pub(super) groups: Vec<usize>,
    /// Index of the open login session in the ledger.
    pub(super) session: Option<usize>,
    pub(super) state: AgentState,
    /// Calls that it is in.
    pub(super) busy: u32,
    /// Grows whenever it becomes idle or stops being so.
    pub(super) idle_turn: u32,
    turn: u32,
    shift: u32,
    pending: Option<Reason>,
    leaving: bool,
    renew: bool,
    disturb_me_not: bool,
}

impl Agent {
    pub(super) fn new(dn: String, login: String, place: String, groups: Vec<usize>) -> Self {
        Self {
            dn: dn.into(),
            login: login.into(),
            place: place.into(),
            groups,
            session: None,
            state: AgentState::NotReady,
            busy: 0,
            idle_turn: 0,
            turn: 0,
            shift: 0,
            pending: None,
            leaving: false,
            renew: false,
            disturb_me_not: false,
        }
    }

    /// May be given a call.
    pub(super) fn is_idle(&self) -> bool {
        self.session.is_some() && self.state == AgentState::Ready && self.busy == 0 && !self.leaving && !self.renew
    }
}

impl Site {
    /// A step of an agent's day; the steps of one kind of timer void each other.
    pub(super) fn agent_step(&mut self, index: usize, turn: u32, step: AgentStep) {
        let Some(agent) = self.agents.get(index) else { return };
        let due = match step {
            AgentStep::Login | AgentStep::Renew => agent.session.is_none(),
            AgentStep::Pause | AgentStep::ShiftEnd => agent.shift == turn && agent.session.is_some(),
            AgentStep::Ready | AgentStep::Wrap | AgentStep::Idle => agent.turn == turn && agent.session.is_some(),
        };
        if !due {
            return;
        }
        match step {
            AgentStep::Login | AgentStep::Renew => self.log_in(index, step == AgentStep::Login),
            AgentStep::Ready => self.ready(index),
            AgentStep::Pause => self.want_pause(index),
            AgentStep::Wrap => self.wrap(index),
            AgentStep::ShiftEnd => self.leave_soon(index),
            AgentStep::Idle => self.take_next(index),
        }
    }

    fn agent_timer(&mut self, index: usize, delay: Micros, step: AgentStep) {
        let Some(agent) = self.agents.get_mut(index) else { return };
        let turn = match step {
            AgentStep::Pause | AgentStep::ShiftEnd => agent.shift,
            _ => {
                agent.turn += 1;
                agent.turn
            }
        };
        self.agenda.at(self.clock + delay, Step::Agent(index, turn, step));
    }

    /// Tells an event of an agent: login, state, do-not-disturb.
    fn tell_agent(&mut self, index: usize, edge: Edge, name: &'static str, more: Vec<(&'static str, Value)>) {
        let Some(agent) = self.agents.get(index) else { return };
        let subject = agent.session.map_or(Subject::Nobody, Subject::Session);
        let only = match agent.groups.as_slice() {
            [group] => self.groups.get(*group).map(|group| &group.queue),
            _ => None,
        };
        self.out.event(subject, edge, name, || {
            let mut attributes = vec![("ThisDN", Value::Text(Arc::clone(&agent.dn)))];
            attributes.extend(text("AgentID", Some(&agent.login)));
            attributes.extend(text("Place", Some(&agent.place)));
            if !more.iter().any(|(name, _)| *name == "ThisQueue") {
                attributes.extend(text("ThisQueue", only));
            }
            attributes.extend(more);
            attributes
        });
    }

    fn queue_attribute(&self, group: usize) -> Vec<(&'static str, Value)> {
        text("ThisQueue", self.groups.get(group).map(|group| &group.queue)).into_iter().collect()
    }

    fn log_in(&mut self, index: usize, shift_begins: bool) {
        let (closed, now) = (self.closed, self.out.now);
        let session = self.out.ledger.sessions.len();
        if closed || !self.out.is_up() {
            if !closed {
                let step = if shift_begins { AgentStep::Login } else { AgentStep::Renew };
                self.agent_timer(index, LOGIN_RETRY, step);
            }
            return;
        }
        let Some(agent) = self.agents.get_mut(index) else { return };
        agent.renew = false;
        agent.session = Some(session);
        agent.state = AgentState::NotReady;
        agent.leaving = false;
        agent.pending = None;
        agent.shift += u32::from(shift_begins);
        let groups = agent.groups.clone();
        let queues = groups.iter().filter_map(|group| self.groups.get(*group)).map(|group| Arc::clone(&group.queue));
        let mut record = SessionRecord {
            agent: Arc::clone(&agent.login),
            dn: Arc::clone(&agent.dn),
            queues: queues.collect(),
            created: now,
            ended: None,
            seen: Seen::default(),
            states: Vec::new(),
            pending: 0,
            given_in_vain: Vec::new(),
        };
        record.enter(AgentState::NotReady, None, now);
        self.out.ledger.sessions.push(record);
        for (ordinal, group) in groups.iter().enumerate() {
            let edge = if ordinal == 0 { Edge::Begin } else { Edge::Middle };
            let mut more = self.queue_attribute(*group);
            more.push(("AgentWorkMode", Value::Integer(MANUAL_IN)));
            self.tell_agent(index, edge, "EventAgentLogin", more);
        }
        let delay = self.random.between(1.0, 8.0);
        self.agent_timer(index, delay, AgentStep::Ready);
        if shift_begins {
            let (pause, length) = (self.random.around(PAUSE_EVERY), self.shift_length());
            self.agent_timer(index, pause, AgentStep::Pause);
            self.agent_timer(index, length, AgentStep::ShiftEnd);
        }
    }

    /// The state of the open session becomes another one.
    fn enter(&mut self, index: usize, state: AgentState, reason: Option<Reason>) {
        let now = self.out.now;
        let Some(agent) = self.agents.get_mut(index) else { return };
        agent.state = state;
        agent.idle_turn += 1;
        if let Some(session) = agent.session.and_then(|session| self.out.ledger.sessions.get_mut(session)) {
            session.enter(state, reason, now);
        }
    }

    fn ready(&mut self, index: usize) {
        if self.agents.get(index).is_none_or(|agent| agent.busy > 0 || agent.state == AgentState::Ready) {
            return;
        }
        if self.agents.get(index).is_some_and(|agent| agent.disturb_me_not) {
            self.tell_agent(index, Edge::Middle, "EventDNDOff", Vec::new());
            if let Some(agent) = self.agents.get_mut(index) {
                agent.disturb_me_not = false;
            }
        }
        self.enter(index, AgentState::Ready, None);
        let more = vec![("AgentWorkMode", Value::Integer(MANUAL_IN))];
        self.tell_agent(index, Edge::Middle, "EventAgentReady", more);
        self.become_idle(index);
    }

    /// An idle agent will take the next call.
    fn become_idle(&mut self, index: usize) {
        if self.agents.get(index).is_some_and(Agent::is_idle) {
            self.agent_timer(index, IDLE_DELAY, AgentStep::Idle);
        }
    }

    fn take_next(&mut self, index: usize) {
        let Some(agent) = self.agents.get_mut(index).filter(|agent| agent.is_idle()) else { return };
        agent.idle_turn += 1;
        let (turn, groups) = (agent.idle_turn, agent.groups.clone());
        for group in &groups {
            if let Some(group) = self.groups.get_mut(*group) {
                group.idle.push_back((index, turn));
            }
        }
        for group in groups {
            self.bring_together(group);
        }
    }

    fn some_reason(&mut self) -> Option<Reason> {
        let (hardware, key, value) = *self.random.pick(&REASONS)?;
        Some(Reason { hardware, key: key.into(), value: value.into() })
    }

    fn tell_not_ready(&mut self, index: usize, mode: i64, reason: Option<&Reason>) {
        let mut more = vec![("AgentWorkMode", Value::Integer(mode))];
        more.extend(reason.map(|reason| {
            let list = Arc::new(vec![(Arc::clone(&reason.key), Arc::clone(&reason.value))]);
            (if reason.hardware { "Extensions" } else { "Reasons" }, Value::List(list))
        }));
        self.tell_agent(index, Edge::Middle, "EventAgentNotReady", more);
    }

    fn want_pause(&mut self, index: usize) {
        let again = self.random.around(PAUSE_EVERY);
        self.agent_timer(index, again, AgentStep::Pause);
        let Some(agent) = self.agents.get(index) else { return };
        if agent.busy > 0 {
            // While the telephone only rings, whoever asks has the pause at once: nobody does.
            if self.calls.iter().any(|call| call.legs.iter().any(|leg| leg.agent == index && leg.talking)) {
                self.ask_for_pause(index);
            }
        } else if agent.is_idle() {
            let reason = self.some_reason();
            self.pause(index, reason, true);
        }
    }

    /// Not ready; `tell` unless it was told while the call went on.
    fn pause(&mut self, index: usize, reason: Option<Reason>, tell: bool) {
        self.enter(index, AgentState::NotReady, reason.clone());
        if tell {
            self.tell_not_ready(index, AUX_WORK, reason.as_ref());
        }
        if self.random.chance(0.1) {
            self.tell_agent(index, Edge::Middle, "EventDNDOn", Vec::new());
            if let Some(agent) = self.agents.get_mut(index) {
                agent.disturb_me_not = true;
            }
        }
        let length = self.random.around(PAUSE_SECONDS);
        self.agent_timer(index, length, AgentStep::Ready);
    }

    /// Asks during a call for a pause after it.
    pub(super) fn ask_for_pause(&mut self, index: usize) {
        let reason = self.some_reason();
        let Some(agent) = self.agents.get_mut(index) else { return };
        if agent.pending.is_some() || agent.session.is_none() || agent.state != AgentState::Ready {
            return;
        }
        agent.pending.clone_from(&reason);
        if let Some(session) = agent.session.and_then(|session| self.out.ledger.sessions.get_mut(session)) {
            session.pending += 1;
        }
        self.tell_not_ready(index, AUX_WORK, reason.as_ref());
    }

    fn wrap(&mut self, index: usize) {
        if self.agents.get(index).is_none_or(|agent| agent.busy > 0) {
            return;
        }
        self.enter(index, AgentState::AfterCall, None);
        self.tell_not_ready(index, AFTER_CALL_WORK, None);
        let length = self.random.around(self.config.after_call_seconds);
        self.agent_timer(index, length, AgentStep::Ready);
    }

    /// A call takes the agent.
    pub(super) fn occupy(&mut self, index: usize) {
        if let Some(agent) = self.agents.get_mut(index) {
            agent.busy += 1;
            agent.idle_turn += 1;
        }
    }

    /// A call that went that way leaves the agent.
    pub(super) fn part(&mut self, index: usize, origin: Origin, talked: bool) {
        let Some(agent) = self.agents.get_mut(index) else { return };
        agent.busy = agent.busy.saturating_sub(1);
        if agent.busy > 0 {
            return;
        }
        if agent.renew {
            self.renew(index);
        } else if agent.leaving {
            self.log_out(index);
        } else if let Some(reason) = agent.pending.take() {
            self.pause(index, Some(reason), false);
        } else if talked && matches!(origin, Origin::Inbound | Origin::Predictive) && agent.state == AgentState::Ready {
            // Taken for wrapping up already: no call comes in between.
            agent.state = AgentState::AfterCall;
            self.agent_timer(index, WRAP_DELAY, AgentStep::Wrap);
        } else {
            self.become_idle(index);
        }
    }

    /// Nobody answered there: the system makes the agent not ready.
    pub(super) fn no_answer_pause(&mut self, index: usize) {
        let reason = Reason { hardware: true, key: "ReasonCode".into(), value: "99".into() };
        let length = self.random.around(60.0);
        let Some(agent) = self.agents.get_mut(index) else { return };
        agent.busy = agent.busy.saturating_sub(1);
        if agent.session.is_none() || agent.leaving || agent.renew || agent.busy > 0 {
            agent.busy += 1;
            self.part(index, Origin::Internal, false);
            return;
        }
        let unused = agent.pending.take();
        self.given_in_vain(index, unused);
        self.enter(index, AgentState::NotReady, Some(reason.clone()));
        self.tell_not_ready(index, AUX_WORK, Some(&reason));
        self.agent_timer(index, length, AgentStep::Ready);
    }

    /// A reason was given for a pause that does not come.
    fn given_in_vain(&mut self, index: usize, reason: Option<Reason>) {
        let session = self.agents.get(index).and_then(|agent| agent.session);
        if let Some(record) = session.and_then(|session| self.out.ledger.sessions.get_mut(session)) {
            record.given_in_vain.extend(reason);
        }
    }

    /// The shift ends after the call, if there is one.
    pub(super) fn leave_soon(&mut self, index: usize) {
        let Some(agent) = self.agents.get_mut(index).filter(|agent| agent.session.is_some()) else { return };
        agent.leaving = true;
        if agent.busy == 0 {
            self.log_out(index);
        }
    }

    fn log_out(&mut self, index: usize) {
        let now = self.out.now;
        let Some(agent) = self.agents.get_mut(index) else { return };
        agent.turn += 1;
        agent.shift += 1;
        agent.idle_turn += 1;
        let unused = agent.pending.take();
        agent.disturb_me_not = false;
        let groups = agent.groups.clone();
        let session = agent.session;
        self.given_in_vain(index, unused);
        for (ordinal, group) in groups.iter().enumerate() {
            let last = ordinal + 1 == groups.len();
            let (edge, name) = if last { (Edge::End, "EventAgentLogout") } else { (Edge::Middle, "EventQueueLogout") };
            let more = self.queue_attribute(*group);
            self.tell_agent(index, edge, name, more);
        }
        if let Some(record) = session.and_then(|session| self.out.ledger.sessions.get_mut(session)) {
            record.ended = Some(now);
            record.leave(now);
        }
        if let Some(agent) = self.agents.get_mut(index) {
            agent.session = None;
            agent.leaving = false;
        }
        let rest = self.random.between(14.0 * 3_600.0, 16.0 * 3_600.0);
        self.agenda.at(self.clock + rest, Step::Agent(index, 0, AgentStep::Login));
    }

    /// The server has gone and forgets the session: the agent logs in again when there is a server and time.
    pub(super) fn forget_session(&mut self, index: usize) {
        let now = self.out.now;
        let Some(agent) = self.agents.get_mut(index) else { return };
        let Some(session) = agent.session.take() else { return };
        agent.turn += 1;
        agent.idle_turn += 1;
        agent.pending = None;
        agent.disturb_me_not = false;
        agent.renew = !agent.leaving;
        agent.shift += u32::from(agent.leaving);
        agent.leaving = false;
        if let Some(record) = self.out.ledger.sessions.get_mut(session) {
            record.ended = Some(now);
            record.leave(now);
            record.seen.complete = false;
        }
    }

    /// Logs in again, if the session was forgotten and there is a server and time.
    pub(super) fn renew(&mut self, index: usize) {
        if self.out.is_up() && self.agents.get(index).is_some_and(|agent| agent.renew && agent.busy == 0) {
            let delay = self.faults.between(1.0, 30.0);
            self.agent_timer(index, delay, AgentStep::Renew);
        }
    }

    fn shift_length(&mut self) -> Micros {
        let hours = self.config.shift_hours;
        self.random.between(hours * 0.9 * 3_600.0, hours * 1.1 * 3_600.0)
    }
}
