//! Waiting: calls that come in, queues, routing points with virtual queues, rings at agents, callers who give up.

use super::call::{Birth, CallKey, CallStep, Leg, Place, role, state};
use super::output::{Edge, Note};
use super::{Site, agenda::Step};
use crate::event::{List, Micros, Text};
use crate::ledger::{Abandoned, Left, Origin, QueueKind, QueueStay, ReleasedBy, Ring};
use crate::random::micros;
use std::collections::VecDeque;
use std::sync::Arc;

/// A ring that nobody answers ends after that time.
const RING_SECONDS: f64 = 15.0;
/// Routing waits that long for an agent, then takes the ACD queue.
const ROUTE_SECONDS: f64 = 60.0;
/// Between a call's coming to a queue and its being given to an idle agent.
const MATCH_DELAY: Micros = 12_000;
/// Between leaving one place and standing in the next one.
const HOP_DELAY: Micros = 4_000;
/// Segments of customers.
const SEGMENTS: [&str; 4] = ["Gold", "Silver", "Bronze", "Größere Kunden"];

/// Agents with one skill: an ACD queue, and a virtual queue for what routing sends them.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) queue: Text,
    pub(super) virtual_queue: Text,
    waiting: VecDeque<CallKey>,
    pub(super) idle: VecDeque<(usize, u32)>,
}

impl Group {
    pub(super) fn new(queue: String, virtual_queue: String) -> Self {
        let (queue, virtual_queue) = (queue.into(), virtual_queue.into());
        Self { queue, virtual_queue, waiting: VecDeque::new(), idle: VecDeque::new() }
    }
}

impl Site {
    /// A customer calls.
    pub(super) fn call_comes(&mut self) {
        let group = self.random.below(self.groups.len());
        let ani: Text = format!("030{:08}", self.random.below(100_000_000)).into();
        let dnis: Text = format!("08001{group:03}").into();
        let data = self.customer_data(group);
        let outside = Some(Arc::clone(&ani));
        let (ani, dnis) = (Some(ani), Some(dnis));
        let key = self.birth(Birth { origin: Origin::Inbound, call_type: 2, ani, dnis, outside, data, parent: None });
        if self.random.chance(self.config.habits.linked) {
            let link: Text = format!("{:016x}", self.random.next()).into();
            if let Some(call) = self.calls.get_mut(key) {
                call.link = Some(Arc::new(vec![(link, "site-b".into())]));
            }
        }
        if self.random.chance(self.config.habits.routed) {
            let point = self.random.below(self.points.len());
            self.arrive_at_point(key, point, group);
        } else {
            self.arrive_at_queue(key, group, Edge::Begin, state::OK);
        }
        self.begin_patience(key, self.config.patience_seconds);
    }

    fn customer_data(&mut self, group: usize) -> List {
        let segment = *self.random.pick(&SEGMENTS).unwrap_or(&"");
        let customer = self.random.below(1_000_000);
        let mut data: Vec<(Text, Text)> = vec![
            ("CustomerSegment".into(), segment.into()),
            ("ServiceType".into(), format!("Service {group}").into()),
            ("CustomerID".into(), format!("{customer:06}").into()),
        ];
        if self.random.chance(0.3) {
            data.push(("CardNumber".into(), format!("4000{:012}", self.random.below(1_000_000_000_000)).into()));
        }
        if self.random.chance(0.2) {
            data.push(("Web.Page".into(), "/offers?id=7&x='y'".into()));
            data.push(("Web.Visits".into(), format!("{}", 1 + customer % 9).into()));
        }
        Arc::new(data)
    }

    fn join(&mut self, key: CallKey, queue: &Text, kind: QueueKind, vqid: Option<Text>) {
        if let Some((record, now)) = self.record(key) {
            let queue = Arc::clone(queue);
            record.queue_stays.push(QueueStay { queue, kind, vqid, joined: now, left: None, how: None });
        }
    }

    /// The call stands in an ACD queue.
    pub(super) fn arrive_at_queue(&mut self, key: CallKey, group: usize, edge: Edge, told: i64) {
        let Some((queue, known)) = self.groups.get(group).map(|known| (Arc::clone(&known.queue), known.waiting.len()))
        else {
            return;
        };
        self.join(key, &queue, QueueKind::Acd, None);
        if let Some(call) = self.calls.get_mut(key) {
            call.place = Place::Queue(group);
            call.turn += 1;
            let extensions = Arc::new(vec![(Text::from("CallsInQueue"), Text::from(known.to_string()))]);
            let note = Note::new("EventQueued", &queue, role::DESTINATION)
                .queue(Some(&queue))
                .other(call.outside.as_ref(), call.outside_role())
                .state(told)
                .extensions(extensions);
            self.out.call(call, edge, note);
        }
        self.wait(key, group);
    }

    /// The call stands at a routing point, and routing puts it into a virtual queue.
    fn arrive_at_point(&mut self, key: CallKey, point: usize, group: usize) {
        let (Some(dn), Some(virtual_queue)) =
            (self.points.get(point).cloned(), self.groups.get(group).map(|group| Arc::clone(&group.virtual_queue)))
        else {
            return;
        };
        let vqid: Text = format!("{:016X}{:04X}", self.identities.next(), self.identities.next() & 0xffff).into();
        self.join(key, &dn, QueueKind::RoutingPoint, None);
        self.join(key, &virtual_queue, QueueKind::Virtual, Some(Arc::clone(&vqid)));
        let Some(call) = self.calls.get_mut(key) else { return };
        call.place = Place::Point(point, group);
        call.vqid = Some(vqid);
        let outside = call.outside_role();
        for (name, edge) in [("EventQueued", Edge::Begin), ("EventRouteRequest", Edge::Begin)] {
            let note = Note::new(name, &dn, role::DESTINATION);
            self.out.call(call, edge, note.queue(Some(&dn)).other(call.outside.as_ref(), outside));
        }
        self.out.call(call, Edge::Middle, at_virtual_queue("EventQueued", call, &virtual_queue));
        let note = Note::new("EventTreatmentApplied", &dn, role::DESTINATION).queue(Some(&dn));
        self.out.call(call, Edge::Middle, note.extensions(Arc::new(vec![("TreatmentType".into(), "Music".into())])));
        let length = self.random.between(2.0, 9.0);
        self.next_step(key, length, CallStep::TreatmentEnd);
    }

    /// The first treatment ends; only now routing looks for an agent.
    pub(super) fn treatment_ends(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key) else { return };
        let Place::Point(point, group) = call.place else { return };
        if let Some(dn) = self.points.get(point) {
            let note = Note::new("EventTreatmentEnd", dn, role::DESTINATION).queue(Some(dn));
            self.out.call(call, Edge::Middle, note);
        }
        self.wait(key, group);
        self.next_step(key, micros(ROUTE_SECONDS), CallStep::RouteTimeout);
    }

    fn wait(&mut self, key: CallKey, group: usize) {
        if let Some(known) = self.groups.get_mut(group) {
            known.waiting.push_back(key);
            self.agenda.at(self.clock + MATCH_DELAY, Step::Match(group));
        }
    }

    /// Gives waiting calls of a group to its idle agents.
    pub(super) fn bring_together(&mut self, group: usize) {
        while let Some(agent) = self.first_idle(group) {
            let Some(key) = self.first_waiting(group) else { return };
            if let Some(known) = self.groups.get_mut(group) {
                known.waiting.pop_front();
                known.idle.pop_front();
            }
            self.offer(key, group, agent);
        }
    }

    fn first_waiting(&mut self, group: usize) -> Option<CallKey> {
        let known = self.groups.get_mut(group)?;
        while let Some(key) = known.waiting.front() {
            let place = self.calls.get(*key).map(|call| call.place);
            if place == Some(Place::Queue(group)) || matches!(place, Some(Place::Point(_, of)) if of == group) {
                return Some(*key);
            }
            known.waiting.pop_front();
        }
        None
    }

    fn first_idle(&mut self, group: usize) -> Option<usize> {
        let known = self.groups.get_mut(group)?;
        while let Some((index, turn)) = known.idle.front() {
            if self.agents.get(*index).is_some_and(|agent| agent.idle_turn == *turn && agent.is_idle()) {
                return Some(*index);
            }
            known.idle.pop_front();
        }
        None
    }

    /// An agent who waits for a call, of any group, taken from there.
    pub(super) fn some_idle_agent(&mut self) -> Option<usize> {
        let first = self.random.below(self.groups.len());
        (0..self.groups.len()).find_map(|next| self.first_idle((first + next) % self.groups.len()))
    }

    /// The call leaves where it waits, for that DN.
    fn divert(&mut self, key: CallKey, to: &Text, told: i64) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let place = std::mem::replace(&mut call.place, Place::Nowhere);
        call.turn += 1;
        let outside = call.outside_role();
        let mut left = Vec::new();
        match place {
            Place::Nowhere => return,
            Place::Queue(group) => {
                let Some(queue) = self.groups.get(group).map(|group| &group.queue) else { return };
                let note = Note::new("EventDiverted", queue, role::DESTINATION).queue(Some(queue)).state(told);
                let note = note.other(call.outside.as_ref(), outside).third(to, role::DESTINATION);
                self.out.call(call, Edge::Middle, note);
                left.push(Arc::clone(queue));
            }
            Place::Point(point, group) => {
                let (Some(dn), Some(group)) = (self.points.get(point), self.groups.get(group)) else { return };
                for name in ["EventRouteUsed", "EventDiverted"] {
                    let note = Note::new(name, dn, role::DESTINATION).queue(Some(dn)).state(told);
                    let note = note.other(call.outside.as_ref(), outside).third(to, role::DESTINATION);
                    self.out.call(call, Edge::Middle, note);
                }
                let note = at_virtual_queue("EventDiverted", call, &group.virtual_queue);
                self.out.call(call, Edge::Middle, note.third(to, role::DESTINATION));
                left.extend([Arc::clone(dn), Arc::clone(&group.virtual_queue)]);
            }
        }
        if let Some((record, now)) = self.record(key) {
            left.iter().for_each(|queue| record.left_queue(queue, &Left::Diverted(Arc::clone(to)), now));
        }
    }

    /// An idle agent is given the call.
    fn offer(&mut self, key: CallKey, group: usize, agent: usize) {
        let Some(dn) = self.agents.get(agent).map(|agent| Arc::clone(&agent.dn)) else { return };
        let queued = matches!(self.calls.get(key).map(|call| call.place), Some(Place::Queue(_)));
        self.occupy(agent);
        self.divert(key, &dn, state::OK);
        let Some(call) = self.calls.get_mut(key) else { return };
        let role = if call.origin == Origin::Predictive { role::ORIGINATION } else { role::DESTINATION };
        call.legs.push(Leg { agent, role, queue: queued.then_some(group), talking: false });
        self.ring(key, agent, "EventRinging", Edge::Middle, state::OK);
        if self.random.chance(self.config.habits.no_answer) {
            self.next_step(key, micros(RING_SECONDS), CallStep::NoAnswer);
        } else {
            let delay = self.random.between(1.0, 7.0);
            self.next_step(key, delay, CallStep::Answer);
        }
    }

    /// An agent's telephone rings, or an agent dials.
    pub(super) fn ring(&mut self, key: CallKey, agent: usize, name: &'static str, edge: Edge, told: i64) {
        let Some(dn) = self.agents.get(agent).map(|agent| Arc::clone(&agent.dn)) else { return };
        self.tell_leg(key, agent, name, edge, |note| note.state(told));
        if let Some((record, now)) = self.record(key) {
            record.rings.push(Ring { dn, from: now, to: None, answered: false });
        }
    }

    /// The agent at whom the call rings answers.
    pub(super) fn answered(&mut self, key: CallKey) {
        let Some(agent) = self.calls.get(key).and_then(|call| call.legs.last()).map(|leg| leg.agent) else { return };
        if let Some(call) = self.calls.get_mut(key) {
            call.patience += 1;
        }
        self.established(key, agent);
        self.plan_talk(key);
    }

    /// An agent is connected.
    pub(super) fn established(&mut self, key: CallKey, agent: usize) {
        if let Some(leg) = self.calls.get_mut(key).and_then(|call| call.legs.iter_mut().find(|leg| leg.agent == agent))
        {
            leg.talking = true;
        }
        self.tell_leg(key, agent, "EventEstablished", Edge::Middle, |note| note);
        let with = self.other_end(key, agent).map_or_else(|| Text::from(""), |(dn, _)| dn);
        let Some((dn, login)) = self.agents.get(agent).map(|agent| (Arc::clone(&agent.dn), Arc::clone(&agent.login)))
        else {
            return;
        };
        if let Some((record, now)) = self.record(key) {
            record.answer(&dn, Some(&login), &with, now);
        }
    }

    /// Nobody answers: the call goes back to the agent's ACD queue.
    pub(super) fn not_answered(&mut self, key: CallKey) {
        let Some(leg) = self.calls.get(key).and_then(|call| call.legs.last()).cloned() else { return };
        let group = leg.queue.or_else(|| self.agents.get(leg.agent)?.groups.first().copied()).unwrap_or(0);
        let queue = self.groups.get(group).map(|group| Arc::clone(&group.queue));
        let (Some(dn), Some(queue)) = (self.leg_dn(&leg), queue) else { return };
        let login =
            self.agents.get(leg.agent).filter(|agent| agent.session.is_some()).map(|agent| Arc::clone(&agent.login));
        if let Some(call) = self.calls.get_mut(key) {
            call.legs.pop();
            let own = leg.queue.map(|_| &queue);
            let note =
                Note::new("EventReleased", &dn, leg.role).queue(own).agent(login.as_ref()).state(state::REDIRECTED);
            let note = note.other(call.outside.as_ref(), call.outside_role()).third(&queue, role::DESTINATION);
            self.out.call(call, Edge::Middle, note);
        }
        if let Some((record, now)) = self.record(key) {
            record.leave(&dn, now);
        }
        self.out.flush();
        self.out.now += HOP_DELAY;
        self.no_answer_pause(leg.agent);
        self.arrive_at_queue(key, group, Edge::Middle, state::REDIRECTED);
    }

    /// Routing has waited long enough: the call goes to the ACD queue.
    pub(super) fn route_by_default(&mut self, key: CallKey) {
        let Some(Place::Point(_, group)) = self.calls.get(key).map(|call| call.place) else { return };
        let Some(queue) = self.groups.get(group).map(|group| Arc::clone(&group.queue)) else { return };
        self.divert(key, &queue, state::OK);
        self.out.flush();
        self.out.now += HOP_DELAY;
        self.arrive_at_queue(key, group, Edge::Middle, state::OK);
    }

    /// The caller gives up.
    pub(super) fn gives_up(&mut self, key: CallKey) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let outside = call.outside_role();
        let mut left = Vec::new();
        let mut gave_up = Abandoned::Waiting;
        match call.place {
            Place::Queue(group) => {
                let Some(queue) = self.groups.get(group).map(|group| &group.queue) else { return };
                let note = Note::new("EventAbandoned", queue, role::DESTINATION).queue(Some(queue));
                self.out.call(call, Edge::End, note.other(call.outside.as_ref(), outside).state(state::ABANDONED));
                left.push(Arc::clone(queue));
            }
            Place::Point(point, group) => {
                let (Some(dn), Some(group)) = (self.points.get(point), self.groups.get(group)) else { return };
                let note = Note::new("EventAbandoned", dn, role::DESTINATION).queue(Some(dn));
                self.out.call(call, Edge::End, note.other(call.outside.as_ref(), outside).state(state::ABANDONED));
                self.out.call(call, Edge::End, at_virtual_queue("EventAbandoned", call, &group.virtual_queue));
                left.extend([Arc::clone(dn), Arc::clone(&group.virtual_queue)]);
            }
            Place::Nowhere => {
                let Some(agent) = call.legs.last().filter(|leg| !leg.talking).map(|leg| leg.agent) else { return };
                gave_up = Abandoned::Ringing;
                self.tell_leg(key, agent, "EventAbandoned", Edge::End, |note| note.state(state::ABANDONED));
            }
        }
        if let Some((record, now)) = self.record(key) {
            record.abandoned = Some(gave_up);
            left.iter().for_each(|queue| record.left_queue(queue, &Left::Abandoned, now));
        }
        self.end(key, Some(ReleasedBy::Outside));
    }
}

/// An event of a virtual queue about a call.
fn at_virtual_queue<'a>(name: &'static str, call: &'a super::call::Call, queue: &'a Text) -> Note<'a> {
    let mut extensions = Vec::with_capacity(2);
    extensions.extend(call.vqid.as_ref().map(|id| (Text::from("VQID"), Arc::clone(id))));
    extensions.push((Text::from("CallUUID"), Arc::clone(&call.uuid)));
    let note = Note::new(name, queue, role::DESTINATION).queue(Some(queue));
    note.other(call.outside.as_ref(), call.outside_role()).extensions(Arc::new(extensions))
}
