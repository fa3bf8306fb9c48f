//! A voice site: agents, queues, calls, and the server that tells of them.
//!
//! It is simulated event by event in simulated time: a heap of what happens next, and one turn of the loop for each
//! step. What a step makes visible is *one moment*: its events have the same time, and [`Config::reorder`] of the
//! moments have them in another order. No two moments have the same time.
//!
//! ```text
//! agenda.rs     what happens next                       output.rs   numbering, what is seen and what is not
//! agent.rs      shifts, pauses, after-call work         call.rs     calls, their birth and end
//! waiting.rs    queues, routing points, rings           talk.rs     talks and how they end
//! dialling.rs   calls that begin inside                 consult.rs  consultations, transfers, conferences
//! faults.rs     what goes wrong with the source
//! ```
//!
//! # Invariants
//! 1. The same configuration gives the same entries (test `the_same_seed_gives_the_same_day`).
//! 2. A day that winds down leaves nothing alive (test `a_day_that_winds_down_leaves_nothing_alive`).
//! 3. Without faults the ledger says of everything that it was seen (test `without_faults_everything_is_seen`).
//!
//! # Not here
//! Bytes and sockets: `line.rs`, `text.rs`, `flat.rs`, `stream.rs`.

mod agenda;
mod agent;
mod call;
mod consult;
mod dialling;
mod faults;
mod output;
mod talk;
#[cfg(test)]
mod tests;
mod waiting;

use crate::config::{At, AtLimit, Config};
use crate::event::{Ending, Micros, SiteEvent, Text};
use crate::ledger::{Ledger, Origin};
use crate::random::{Random, micros};
use agenda::{Agenda, Step};
use agent::{Agent, AgentStep};
use call::{CallKey, CallStep, Calls, Consultation};
use output::Output;
use std::collections::BTreeMap;
use waiting::Group;

/// Kinds of faults that come by chance.
const CHANCES: usize = 6;
/// How often a closing site looks whether everybody can go home.
const WIND_DOWN_DELAY: Micros = 5_000_000;
/// An agent with more than one queue, of that many.
const QUEUES_OF_AN_AGENT: usize = 3;

/// A site in the course of its day: an iterator over what its server tells.
#[derive(Debug)]
pub struct Site {
    config: Config,
    random: Random,
    identities: Random,
    faults: Random,
    agenda: Agenda,
    out: Output,
    agents: Vec<Agent>,
    groups: Vec<Group>,
    points: Vec<Text>,
    calls: Calls,
    /// Time of the agenda; the time told is later by the silences.
    clock: Micros,
    silence: Micros,
    calls_per_hour: f64,
    conn_base: u64,
    calls_born: u64,
    servers: u32,
    ending: Option<Ending>,
    /// Faults planned for a number of entries, the nearest last.
    at_events: Vec<(u64, usize)>,
    /// Calls that the system dials, and for which group.
    dialled_for: BTreeMap<CallKey, usize>,
    /// Consultations that begin: who asks whom what for.
    asked: BTreeMap<CallKey, (usize, usize, Consultation)>,
    closed: bool,
    over: bool,
}

impl Site {
    /// The site before it opens.
    ///
    /// A configuration with [problems](Config::problems) gives a site without calls, or worse ones than meant; ask
    /// for them first.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let (agents, calls_per_hour) = config.size();
        let seed = config.seed;
        let limit = config.events_max.unwrap_or(u64::MAX);
        // A day that winds down may pass its limit; only one that stops is cut there.
        let hard_limit = if config.at_limit == AtLimit::Stop { limit } else { u64::MAX };
        let server = Self::first_server(&config.name, config.dbid, config.start);
        let mut identities = Random::new(seed, "identities");
        let conn_base = (identities.next() & 0x00ff_ffff_0000_0000) | (1 << 32);
        let mut site = Self {
            config: config.clone(),
            random: Random::new(seed, "site"),
            faults: Random::new(seed, "faults"),
            agenda: Agenda::default(),
            out: Output::new(config.start, server, hard_limit, config.reorder, Random::new(seed, "order")),
            agents: Vec::new(),
            groups: Vec::new(),
            points: Vec::new(),
            calls: Calls::default(),
            clock: config.start,
            silence: 0,
            calls_per_hour,
            conn_base,
            identities,
            calls_born: 0,
            servers: 1,
            ending: None,
            at_events: Vec::new(),
            dialled_for: BTreeMap::new(),
            asked: BTreeMap::new(),
            closed: false,
            over: false,
        };
        site.furnish(agents);
        site.plan_day();
        site
    }

    /// The truth of what has happened so far.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.out.ledger
    }

    /// The truth, when the day is over.
    #[must_use]
    pub fn into_ledger(self) -> Ledger {
        self.out.ledger
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Calls that live now, consultations included.
    #[must_use]
    pub fn live_calls(&self) -> usize {
        self.calls.len()
    }

    fn furnish(&mut self, agents: u32) {
        let queues = self.config.queues.max(1);
        for number in 0..queues {
            self.groups.push(Group::new(format!("{}", 80_001 + number), format!("VQ_Service_{number}")));
        }
        for number in 0..self.config.routing_points.max(1) {
            self.points.push(format!("{}", 50_001 + number).into());
        }
        let base = if agents < 1_000 { 7_000 } else { 700_000 };
        for number in 0..agents {
            let count = if self.random.chance(0.5) { 1 } else { 1 + self.random.below(QUEUES_OF_AN_AGENT) };
            let first = usize::try_from(number % queues).unwrap_or(0);
            let mut groups: Vec<usize> = Vec::new();
            for step in 0..count.min(self.groups.len()) {
                groups.push((first + step) % self.groups.len());
            }
            let dn = base + number;
            self.agents.push(Agent::new(format!("{dn}"), format!("{}", dn * 10), format!("Place {dn}"), groups));
        }
    }

    fn plan_day(&mut self) {
        let start = self.clock;
        let hours = self.config.hours;
        for agent in 0..self.agents.len() {
            // Most are there from the beginning, the others come during the first quarter.
            let late = if self.random.chance(0.7) { 60.0 } else { (hours * 900.0).clamp(60.0, 7_200.0) };
            let delay = self.random.between(0.5, late);
            self.agenda.at(start + delay, Step::Agent(agent, 0, AgentStep::Login));
        }
        for origin in [Origin::Inbound, Origin::Outbound, Origin::Internal, Origin::Predictive] {
            self.plan_arrival(origin);
        }
        self.agenda.at(start + micros(hours * 3_600.0), Step::Close);
        for (index, planned) in self.config.faults.iter().enumerate() {
            match planned.at {
                At::Seconds(seconds) => self.agenda.at(start + micros(seconds.max(0.0)), Step::Fault(index)),
                At::Event(number) => self.at_events.push((number, index)),
            }
        }
        self.at_events.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
        (0..CHANCES).for_each(|kind| self.plan_chance(kind));
    }

    fn plan_arrival(&mut self, origin: Origin) {
        let habits = &self.config.habits;
        let share = match origin {
            Origin::Outbound => habits.outbound,
            Origin::Internal => habits.internal,
            Origin::Predictive => habits.predictive,
            Origin::Inbound | Origin::Consult => 1.0 - habits.outbound - habits.internal - habits.predictive,
        };
        let rate = share * self.calls_per_hour;
        if rate > 0.0 && !self.closed {
            let delay = self.random.around(3_600.0 / rate);
            self.agenda.at(self.clock + delay, Step::Arrive(origin));
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Arrive(origin) if !self.closed => {
                match origin {
                    Origin::Inbound | Origin::Consult => self.call_comes(),
                    Origin::Outbound => self.agent_calls_out(),
                    Origin::Internal => self.agent_calls_agent(),
                    Origin::Predictive => self.system_dials(),
                }
                self.plan_arrival(origin);
            }
            Step::Arrive(_) => {}
            Step::Call(key, turn, step) => {
                if self.calls.get(key).is_some_and(|call| call.turn == turn) {
                    self.call_step(key, step);
                }
            }
            Step::Patience(key, turn) => {
                if self.calls.get(key).is_some_and(|call| call.patience == turn) {
                    self.gives_up(key);
                }
            }
            Step::Match(group) => self.bring_together(group),
            Step::Agent(index, turn, step) => self.agent_step(index, turn, step),
            Step::Close => self.close(),
            Step::WindDown => self.wind_down(),
            Step::Fault(index) => {
                if let Some(planned) = self.config.faults.get(index).copied() {
                    self.fault(planned.fault);
                }
            }
            Step::Chance(kind) => self.chance_fault(kind),
            Step::LinkUp => self.out.link_back(),
            Step::ServerUp => self.server_up(),
        }
    }

    fn call_step(&mut self, key: CallKey, step: CallStep) {
        let internal = self.calls.get(key).is_some_and(|call| call.origin == Origin::Internal);
        match step {
            CallStep::TreatmentEnd => self.treatment_ends(key),
            CallStep::RouteTimeout => self.route_by_default(key),
            CallStep::Answer if internal => self.colleague_answered(key),
            CallStep::NoAnswer if internal => self.colleague_unanswered(key),
            CallStep::Answer | CallStep::NewPartyAnswer => self.answered(key),
            CallStep::NoAnswer => self.not_answered(key),
            CallStep::Act => self.act(key),
            CallStep::Network => self.network_reached(key),
            CallStep::Ring => self.colleague_rings(key),
            CallStep::Outcome => self.outcome(key),
            CallStep::ConsultDial => self.consult_dial(key),
            CallStep::ConsultRing => self.consult_ring(key),
            CallStep::ConsultAnswer => self.consult_answer(key),
            CallStep::ConsultEnd => self.consult_end(key),
            CallStep::ConsultBack => self.consult_back(key),
        }
    }

    fn close(&mut self) {
        if !self.closed {
            self.closed = true;
            self.agenda.at(self.clock + WIND_DOWN_DELAY, Step::WindDown);
        }
    }

    fn wind_down(&mut self) {
        if self.calls.len() == 0 {
            (0..self.agents.len()).for_each(|agent| self.leave_soon(agent));
            self.over = self.out.sees();
        }
        self.agenda.at(self.clock + WIND_DOWN_DELAY, Step::WindDown);
    }

    fn turn(&mut self) {
        let Some((time, step)) = self.agenda.next() else {
            self.over = true;
            return;
        };
        self.clock = time;
        self.out.now = (self.out.now + 1).max(time + self.silence);
        self.step(step);
        self.out.flush();
        while let Some((_, index)) = self.at_events.pop_if(|(number, _)| *number <= self.out.told) {
            self.step(Step::Fault(index));
        }
        if let Some(limit) = self.config.events_max.filter(|limit| *limit <= self.out.told) {
            match self.config.at_limit {
                AtLimit::WindDown => self.close(),
                AtLimit::Stop => self.over = limit <= self.out.told,
            }
        }
    }
}

impl Iterator for Site {
    type Item = SiteEvent;

    fn next(&mut self) -> Option<SiteEvent> {
        while self.out.is_taken() {
            if self.over {
                return None;
            }
            self.turn();
        }
        self.out.take()
    }
}
