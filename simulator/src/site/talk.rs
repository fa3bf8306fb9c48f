//! Talks: what agents do while they are connected, and how calls end.

use super::Site;
use super::call::{Act, CallKey, CallStep, Consultation, Leaver, Leg, role, state};
use super::output::{Edge, Subject};
use crate::event::{Micros, Text, Value};
use crate::ledger::{Hold, Origin, ReleasedBy, Transfer, TransferKind};
use crate::random::micros;
use std::sync::Arc;

/// From a deed that takes no time to the next one, at least.
const SHORT: Micros = 200_000;
/// What agents write into attached data: key, value.
const RESULTS: [(&str, &str); 6] = [
    ("Business Result", "Sold"),
    ("Business Result", "Call back"),
    ("Note", "said: \"don't\" – café\\bar"),
    ("Note", ""),
    ("ServiceType", "Complaint"),
    ("Result.Code", "17"),
];

impl Site {
    /// What will happen in the talk that begins now.
    pub(super) fn plan_talk(&mut self, key: CallKey) {
        let Some((origin, outside)) = self.calls.get(key).map(|call| (call.origin, call.outside.is_some())) else {
            return;
        };
        let habits = self.config.habits.clone();
        let random = &mut self.random;
        let mut acts: Vec<Vec<Act>> = Vec::new();
        let mut maybe = |share: f64, deeds: &[Act]| {
            if random.chance(share) {
                acts.insert(random.below(acts.len() + 1), deeds.to_vec());
            }
        };
        maybe(habits.hold, &[Act::Hold, Act::Retrieve]);
        maybe(habits.hold * 0.2, &[Act::Hold, Act::Retrieve]);
        if outside {
            maybe(habits.data, &[Act::ChangeData]);
            maybe(habits.data * 0.4, &[Act::ChangeData]);
            maybe(habits.data * 0.3, &[Act::DeleteData]);
            maybe(habits.user_event, &[Act::UserEvent]);
            maybe(habits.pending, &[Act::AskForPause]);
        }
        let mut acts: Vec<Act> = acts.into_iter().flatten().collect();
        if random.chance(habits.consult) {
            acts.push(Act::Consult(some_consultation(random.below(20))));
        }
        acts.push(match origin {
            Origin::Inbound if random.chance(habits.single_step) => {
                if random.chance(0.3) {
                    Act::ToQueue
                } else {
                    Act::SingleStep
                }
            }
            _ if random.chance(0.45) => Act::AgentEnds,
            _ => Act::OtherEnds,
        });
        let length = random.around(self.config.talk_seconds * if outside { 1.0 } else { 0.4 });
        let part = length / i64::try_from(acts.len()).unwrap_or(1);
        let plan = acts.into_iter().map(|act| match act {
            Act::Retrieve => (random.around(25.0), act),
            _ => (part.max(SHORT), act),
        });
        let plan = plan.collect();
        if let Some(call) = self.calls.get_mut(key) {
            call.plan = plan;
        }
        self.go_on(key);
    }

    /// The next deed of the plan is due after its time.
    pub(super) fn go_on(&mut self, key: CallKey) {
        let delay = self.calls.get(key).and_then(|call| call.plan.front()).map(|(delay, _)| *delay);
        if let Some(delay) = delay {
            self.next_step(key, delay, CallStep::Act);
        }
    }

    /// The next deed.
    pub(super) fn act(&mut self, key: CallKey) {
        let Some((_, act)) = self.calls.get_mut(key).and_then(|call| call.plan.pop_front()) else { return };
        let Some(agent) = self.first_agent(key) else { return };
        match act {
            Act::Hold => self.hold(key, agent),
            Act::Retrieve => self.retrieve(key, agent),
            Act::ChangeData => self.change_data(key, agent),
            Act::DeleteData => self.delete_data(key, agent),
            Act::UserEvent => self.user_event(key, agent),
            Act::AskForPause => self.ask_for_pause(agent),
            Act::Consult(consultation) => return self.begin_consultation(key, agent, consultation),
            Act::SingleStep => return self.single_step(key, agent),
            Act::ToQueue => return self.pass_to_queue(key, agent),
            Act::Leave(leaver) => return self.leave_conference(key, leaver),
            Act::AgentEnds => return self.hang_up(key, Some(agent)),
            Act::OtherEnds => return self.other_hangs_up(key),
        }
        self.go_on(key);
    }

    /// The agent holds the call.
    pub(super) fn hold(&mut self, key: CallKey, agent: usize) {
        let Some(dn) = self.agents.get(agent).map(|agent| Arc::clone(&agent.dn)) else { return };
        self.tell_leg(key, agent, "EventHeld", Edge::Middle, |note| note);
        if let Some((record, now)) = self.record(key) {
            record.holds.push(Hold { dn, from: now, to: None });
        }
    }

    /// The agent takes the call back.
    pub(super) fn retrieve(&mut self, key: CallKey, agent: usize) {
        let Some(dn) = self.agents.get(agent).map(|agent| Arc::clone(&agent.dn)) else { return };
        self.tell_leg(key, agent, "EventRetrieved", Edge::Middle, |note| note);
        if let Some((record, now)) = self.record(key) {
            record.retrieve(&dn, now);
        }
    }

    fn change_data(&mut self, key: CallKey, agent: usize) {
        let (name, value) = *self.random.pick(&RESULTS).unwrap_or(&("Note", ""));
        if let Some(call) = self.calls.get_mut(key) {
            let data = Arc::make_mut(&mut call.data);
            match data.iter_mut().find(|(known, _)| &**known == name) {
                Some((_, known)) => *known = value.into(),
                None => data.push((name.into(), value.into())),
            }
        }
        self.data_changed(key, agent);
    }

    fn delete_data(&mut self, key: CallKey, agent: usize) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let Some(index) = call.data.iter().position(|(name, _)| &**name == "CardNumber") else { return };
        if call.data.len() > 1 {
            Arc::make_mut(&mut call.data).remove(index);
            self.data_changed(key, agent);
        }
    }

    fn data_changed(&mut self, key: CallKey, agent: usize) {
        if let Some((record, _)) = self.record(key) {
            record.data_changes += 1;
        }
        let Some(who) = self.agents.get(agent).map(|agent| Arc::clone(&agent.dn)) else { return };
        for party in self.parties(key) {
            self.tell_leg_third(key, party, "EventAttachedDataChanged", Edge::Middle, (&who, 0), |note| note);
        }
    }

    /// The agents in a call, in the order in which they came.
    pub(super) fn parties(&self, key: CallKey) -> Vec<usize> {
        self.calls.get(key).map(|call| call.legs.iter().map(|leg| leg.agent).collect()).unwrap_or_default()
    }

    fn user_event(&mut self, key: CallKey, agent: usize) {
        let step = self.random.below(5);
        let (Some(call), Some(person)) = (self.calls.get(key), self.agents.get(agent)) else { return };
        if call.forgotten || person.session.is_none() {
            return;
        }
        self.out.event(Subject::Call(call.record), Edge::Middle, "EventUserEvent", || {
            let data: Vec<(Text, Text)> =
                vec![("Form".into(), "Order".into()), ("Step".into(), format!("{step}").into())];
            vec![
                ("ThisDN", Value::Text(Arc::clone(&person.dn))),
                ("AgentID", Value::Text(Arc::clone(&person.login))),
                ("ConnID", Value::Id(call.conn)),
                ("CallUUID", Value::Text(Arc::clone(&call.uuid))),
                ("UserData", Value::List(Arc::new(data))),
            ]
        });
    }

    /// An agent of the call, or the unmonitored end, hangs up, and with that the call ends.
    pub(super) fn hang_up(&mut self, key: CallKey, who: Option<usize>) {
        for party in self.parties(key) {
            let told = if who == Some(party) { state::OK } else { state::REMOTE_RELEASE };
            self.tell_leg(key, party, "EventReleased", Edge::End, |note| note.state(told));
        }
        let by = who.and_then(|agent| self.agents.get(agent)).map(|agent| Arc::clone(&agent.dn));
        self.end(key, Some(by.map_or(ReleasedBy::Outside, ReleasedBy::Dn)));
    }

    fn other_hangs_up(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key) else { return };
        let other = if call.outside.is_some() { None } else { call.legs.last().map(|leg| leg.agent) };
        self.hang_up(key, other);
    }

    /// Passes the call on to a colleague without asking.
    fn single_step(&mut self, key: CallKey, agent: usize) {
        let Some(colleague) = self.some_idle_agent() else { return self.hang_up(key, Some(agent)) };
        let dns = (self.agents.get(agent), self.agents.get(colleague));
        let (Some(from), Some(to)) =
            (dns.0.map(|agent| Arc::clone(&agent.dn)), dns.1.map(|agent| Arc::clone(&agent.dn)))
        else {
            return;
        };
        self.occupy(colleague);
        self.passed_on(key, agent, &from, &to, TransferKind::SingleStep);
        if let Some(call) = self.calls.get_mut(key) {
            call.legs.push(Leg { agent: colleague, role: role::DESTINATION, queue: None, talking: false });
        }
        self.ring(key, colleague, "EventRinging", Edge::Middle, state::OK);
        for party in self.parties(key).into_iter().filter(|party| *party != colleague) {
            self.tell_leg_third(key, party, "EventPartyChanged", Edge::Middle, (&from, role::TRANSFERRED_BY), |note| {
                note.state(state::TRANSFERRED)
            });
        }
        let delay = self.random.between(1.0, 7.0);
        self.next_step(key, delay, CallStep::NewPartyAnswer);
    }

    /// Passes the call on to a queue without asking.
    fn pass_to_queue(&mut self, key: CallKey, agent: usize) {
        if self.calls.get(key).is_none_or(|call| call.legs.len() > 1) {
            return self.hang_up(key, Some(agent));
        }
        let group = self.random.below(self.groups.len());
        let from = self.agents.get(agent).map(|agent| Arc::clone(&agent.dn));
        let (Some(from), Some(queue)) = (from, self.groups.get(group).map(|group| Arc::clone(&group.queue))) else {
            return;
        };
        self.passed_on(key, agent, &from, &queue, TransferKind::ToQueue);
        self.arrive_at_queue(key, group, Edge::Middle, state::OK);
        self.begin_patience(key, self.config.patience_seconds);
    }

    /// The agent is out of the call by a transfer of one step.
    fn passed_on(&mut self, key: CallKey, agent: usize, from: &Text, to: &Text, kind: TransferKind) {
        self.tell_leg_third(key, agent, "EventReleased", Edge::Middle, (to, role::DESTINATION), |note| {
            note.state(state::TRANSFERRED)
        });
        if let Some((record, now)) = self.record(key) {
            record.transfers.push(Transfer { kind, from: Arc::clone(from), to: Arc::clone(to), at: now });
        }
        self.remove_leg(key, agent);
    }

    /// Somebody leaves a conference; the others talk on.
    fn leave_conference(&mut self, key: CallKey, leaver: Leaver) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let who = match leaver {
            Leaver::First => call.legs.first().map(|leg| leg.agent),
            Leaver::Added => call.legs.last().map(|leg| leg.agent),
            Leaver::Outside => None,
        };
        let gone = match who.and_then(|agent| self.agents.get(agent)) {
            Some(agent) => Some(Arc::clone(&agent.dn)),
            None => call.outside.take(),
        };
        let Some(gone) = gone else { return self.hang_up(key, None) };
        if let Some(agent) = who {
            self.tell_leg(key, agent, "EventReleased", Edge::Middle, |note| note);
            self.remove_leg(key, agent);
        }
        let rest = self.parties(key);
        let outside = self.calls.get(key).is_some_and(|call| call.outside.is_some());
        let told = if rest.len() + usize::from(outside) > 2 { state::CONFERENCED } else { state::OK };
        for party in rest {
            self.tell_deleted(key, party, &gone, told);
        }
        let length = self.random.around(self.config.talk_seconds * 0.3);
        if let Some(call) = self.calls.get_mut(key) {
            call.plan.clear();
            call.plan.push_back((length.max(micros(1.0)), Act::OtherEnds));
        }
        self.go_on(key);
    }
}

fn some_consultation(chance: usize) -> Consultation {
    match chance {
        0..7 => Consultation::Transfer,
        7..9 => Consultation::TransferRinging,
        9..12 => Consultation::Conference,
        12..17 => Consultation::Return,
        17..19 => Consultation::Unanswered,
        _ => Consultation::CallerLeaves,
    }
}
