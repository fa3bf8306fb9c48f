//! Calls that begin inside: agents dial out or each other, the system dials for a queue.

use super::Site;
use super::call::{Birth, CallKey, CallStep, Leg, role, state};
use super::output::{Edge, Note};
use crate::event::{Micros, Text};
use crate::ledger::{Origin, ReleasedBy, Ring};
use std::sync::Arc;

/// From dialling a colleague to the ring there.
const RING_DELAY: Micros = 70_000;
/// From hearing busy to hanging up.
const BUSY_DELAY: Micros = 1_500_000;
/// What an attempt of the system that reached nobody came to.
const FAILURES: [i64; 8] = [
    state::BUSY,
    state::BUSY,
    state::NO_ANSWER,
    state::NO_ANSWER,
    state::NO_ANSWER,
    state::SIT,
    state::MACHINE,
    state::FAX,
];

impl Site {
    fn outside_number(&mut self) -> Text {
        format!("040{:08}", self.random.below(100_000_000)).into()
    }

    /// An idle agent, taken out of the idle ones, who begins a call.
    fn caller(&mut self) -> Option<(usize, Text)> {
        let agent = self.some_idle_agent()?;
        self.occupy(agent);
        Some((agent, Arc::clone(&self.agents.get(agent)?.dn)))
    }

    fn agent_dials(&mut self, birth: Birth, agent: usize, callee: Option<usize>) -> CallKey {
        let key = self.birth(birth);
        if let Some(call) = self.calls.get_mut(key) {
            call.legs.push(Leg { agent, role: role::ORIGINATION, queue: None, talking: false });
            let callee = callee.map(|agent| Leg { agent, role: role::DESTINATION, queue: None, talking: false });
            call.legs.extend(callee);
        }
        self.ring(key, agent, "EventDialing", Edge::Begin, state::OK);
        key
    }

    /// An agent calls somebody outside.
    pub(super) fn agent_calls_out(&mut self) {
        let Some((agent, dn)) = self.caller() else { return };
        let number = self.outside_number();
        let (ani, dnis, outside) = (Some(dn), Some(Arc::clone(&number)), Some(number));
        let birth =
            Birth { origin: Origin::Outbound, call_type: 3, ani, dnis, outside, data: Arc::default(), parent: None };
        let key = self.agent_dials(birth, agent, None);
        let delay = self.random.between(0.5, 1.5);
        self.next_step(key, delay, CallStep::Network);
    }

    /// The network took the call.
    pub(super) fn network_reached(&mut self, key: CallKey) {
        let Some(agent) = self.first_agent(key) else { return };
        self.tell_leg(key, agent, "EventNetworkReached", Edge::Middle, |note| note);
        let delay = self.random.between(3.0, 18.0);
        self.next_step(key, delay, CallStep::Outcome);
    }

    /// An agent calls a colleague.
    pub(super) fn agent_calls_agent(&mut self) {
        let Some((agent, dn)) = self.caller() else { return };
        let free = if self.random.chance(0.9) { self.some_idle_agent() } else { None };
        let data = Arc::default();
        if let Some(callee) = free {
            self.occupy(callee);
            let dnis = self.agents.get(callee).map(|agent| Arc::clone(&agent.dn));
            let birth = Birth {
                origin: Origin::Internal,
                call_type: 1,
                ani: Some(dn),
                dnis,
                outside: None,
                data,
                parent: None,
            };
            let key = self.agent_dials(birth, agent, Some(callee));
            self.next_step(key, RING_DELAY, CallStep::Ring);
            return;
        }
        let busy = self.agents.iter().find(|agent| agent.busy > 0 && agent.dn != dn).map(|agent| Arc::clone(&agent.dn));
        let busy = busy.unwrap_or_else(|| "6999".into());
        let (dnis, outside) = (Some(Arc::clone(&busy)), Some(busy));
        let birth = Birth { origin: Origin::Internal, call_type: 1, ani: Some(dn), dnis, outside, data, parent: None };
        let key = self.agent_dials(birth, agent, None);
        self.next_step(key, RING_DELAY, CallStep::Outcome);
    }

    /// The colleague's telephone rings.
    pub(super) fn colleague_rings(&mut self, key: CallKey) {
        let Some(agent) = self.calls.get(key).and_then(|call| call.legs.last()).map(|leg| leg.agent) else { return };
        self.ring(key, agent, "EventRinging", Edge::Middle, state::OK);
        if self.random.chance(self.config.habits.no_answer * 3.0) {
            let delay = self.random.between(8.0, 25.0);
            self.next_step(key, delay, CallStep::NoAnswer);
        } else {
            let delay = self.random.between(1.0, 6.0);
            self.next_step(key, delay, CallStep::Answer);
        }
    }

    /// The colleague answers: both ends are connected.
    pub(super) fn colleague_answered(&mut self, key: CallKey) {
        let agents: Vec<usize> =
            self.calls.get(key).map(|call| call.legs.iter().map(|leg| leg.agent).collect()).unwrap_or_default();
        for agent in agents {
            self.established(key, agent);
        }
        self.plan_talk(key);
    }

    /// The colleague does not answer: the caller hangs up.
    pub(super) fn colleague_unanswered(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key) else { return };
        let agents: Vec<usize> = call.legs.iter().map(|leg| leg.agent).collect();
        for (ordinal, agent) in agents.iter().enumerate() {
            let name = if ordinal == 0 { "EventReleased" } else { "EventAbandoned" };
            let told = if ordinal == 0 { state::OK } else { state::ABANDONED };
            self.tell_leg(key, *agent, name, Edge::End, |note| note.state(told));
        }
        let by = agents.first().and_then(|agent| self.agents.get(*agent)).map(|agent| Arc::clone(&agent.dn));
        if let Some((record, _)) = self.record(key) {
            record.failed = Some(state::NO_ANSWER);
        }
        self.end(key, by.map(ReleasedBy::Dn));
    }

    /// The system dials for a queue.
    pub(super) fn system_dials(&mut self) {
        let group = self.random.below(self.groups.len());
        let Some(queue) = self.groups.get(group).map(|group| Arc::clone(&group.queue)) else { return };
        let number = self.outside_number();
        let campaign: Text = format!("Campaign {}", group % 3).into();
        let attempt: Text = format!("{:032X}", self.random.next()).into();
        let data = Arc::new(vec![("GSW_CAMPAIGN_NAME".into(), campaign), ("GSW_CALL_ATTEMPT_GUID".into(), attempt)]);
        let (dnis, outside) = (Some(Arc::clone(&number)), Some(number));
        let origin = Origin::Predictive;
        let key = self.birth(Birth { origin, call_type: 3, ani: None, dnis, outside, data, parent: None });
        let Some(call) = self.calls.get_mut(key) else { return };
        let note = Note::new("EventDialing", &queue, role::ORIGINATION).queue(Some(&queue));
        self.out.call(call, Edge::Begin, note.other(call.outside.as_ref(), role::DESTINATION));
        if let Some((record, now)) = self.record(key) {
            record.rings.push(Ring { dn: Arc::clone(&queue), from: now, to: None, answered: false });
        }
        self.dialled_for.insert(key, group);
        let delay = self.random.between(4.0, 20.0);
        self.next_step(key, delay, CallStep::Outcome);
    }

    /// What dialling came to.
    pub(super) fn outcome(&mut self, key: CallKey) {
        match self.calls.get(key).map(|call| call.origin) {
            Some(Origin::Predictive) => self.outcome_of_system(key),
            Some(_) => self.outcome_of_agent(key),
            None => {}
        }
    }

    fn outcome_of_system(&mut self, key: CallKey) {
        let group = self.dialled_for.remove(&key).unwrap_or(0);
        let Some(queue) = self.groups.get(group).map(|group| Arc::clone(&group.queue)) else { return };
        let answered = self.random.chance(0.6);
        if let Some((record, now)) = self.record(key) {
            record.rings.iter_mut().for_each(|ring| (ring.to, ring.answered) = (Some(now), answered));
        }
        if answered {
            let told = if self.random.chance(0.1) { state::MACHINE } else { state::OK };
            self.arrive_at_queue(key, group, Edge::Middle, told);
            self.begin_patience(key, 5.0);
            return;
        }
        let told = *self.random.pick(&FAILURES).unwrap_or(&state::BUSY);
        let Some(call) = self.calls.get(key) else { return };
        let note = Note::new("EventReleased", &queue, role::ORIGINATION).queue(Some(&queue)).state(told);
        self.out.call(call, Edge::End, note.other(call.outside.as_ref(), role::DESTINATION));
        if let Some((record, _)) = self.record(key) {
            record.failed = Some(told);
        }
        self.end(key, Some(ReleasedBy::Dn(queue)));
    }

    fn outcome_of_agent(&mut self, key: CallKey) {
        let Some(agent) = self.first_agent(key) else { return };
        let Some((origin, failed)) = self.record(key).map(|(record, _)| (record.origin, record.failed)) else { return };
        if let Some(told) = failed {
            let by = self.agents.get(agent).map(|agent| ReleasedBy::Dn(Arc::clone(&agent.dn)));
            self.tell_leg(key, agent, "EventReleased", Edge::End, |note| note.state(told));
            self.end(key, by);
        } else if origin == Origin::Outbound && self.random.chance(0.75) {
            self.established(key, agent);
            self.plan_talk(key);
        } else if origin == Origin::Internal || self.random.chance(0.3) {
            self.tell_leg(key, agent, "EventDestinationBusy", Edge::Middle, |note| note.state(state::BUSY));
            self.fail(key, state::BUSY, BUSY_DELAY);
        } else {
            self.fail(key, state::NO_ANSWER, 8 * BUSY_DELAY);
        }
    }

    /// The attempt has failed; the agent hangs up a little later.
    fn fail(&mut self, key: CallKey, told: i64, delay: Micros) {
        if let Some((record, _)) = self.record(key) {
            record.failed = Some(told);
        }
        self.next_step(key, delay, CallStep::Outcome);
    }

    /// The agent who has been in the call longest.
    pub(super) fn first_agent(&self, key: CallKey) -> Option<usize> {
        self.calls.get(key)?.legs.first().map(|leg| leg.agent)
    }
}
