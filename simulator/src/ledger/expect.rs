//! What a database must say of a day: numbers that do not depend on its tables.
//!
//! | here | in the Interaction Database |
//! |---|---|
//! | [`Facts::calls_by_type`] | rows of `G_CALL` by `CALLTYPE` |
//! | [`Facts::connected`] | `G_CALL_STAT` with `F_CONN` = 1 |
//! | [`Facts::abandoned`] and [`Facts::given_up`] | `G_CALL_STAT` with `F_TE_ABND` = 1 |
//! | [`Facts::holds`], [`Facts::transfers`], [`Facts::conferences`], [`Facts::consultations`] | sums of `CNT_HOLD`, `CNT_TRANSFER`, `CNT_CONFERENCE`, `CNT_CONSULT` |
//! | [`Facts::queues`] | parties of queues in `G_PARTY`, their `TT_QUEUED` |
//! | [`Facts::virtual_queues`] | rows of `G_VIRTUAL_QUEUE` by `CAUSE` |
//! | [`Facts::agent_parts`] | parties of agents in `G_PARTY`: each DN in each call, once each time it came |
//! | [`Facts::sessions`], [`Facts::states`] | `G_LOGIN_SESSION`, `G_AGENT_STATE_HISTORY` and `GS_AGENT_STAT` |
//! | [`Facts::reasons`] | `G_AGENT_STATE_RC` by hardware or software |

use super::{AgentState, CallRecord, Ledger, Left, Origin, QueueKind, ReleasedBy, Seen};
use crate::event::{Micros, Text};
use std::collections::BTreeMap;

/// Which calls and sessions are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All that happened.
    All,
    /// Those of which the source told anything of their beginning.
    Begun,
    /// Those of which nothing was left untold.
    Complete,
}

impl Scope {
    fn holds(self, seen: Seen) -> bool {
        match self {
            Self::All => true,
            Self::Begun => seen.begin,
            Self::Complete => seen.complete,
        }
    }
}

/// What happened in a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueFacts {
    /// Calls that came.
    pub joined: u64,
    /// Calls that were given to somebody.
    pub diverted: u64,
    /// Calls whose caller gave up there.
    pub abandoned: u64,
    /// Sum of the waits, µs.
    pub waited: Micros,
}

/// Time in a state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateFacts {
    /// How often it was entered.
    pub entered: u64,
    /// Sum of the times, µs.
    pub time: Micros,
}

/// The numbers of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Calls by `CallType`.
    pub calls_by_type: BTreeMap<i64, u64>,
    /// Calls that an agent answered, or that answered an agent.
    pub connected: u64,
    /// Calls whose caller gave up before anybody answered.
    pub abandoned: u64,
    /// Calls between agents, consultations included, that were given up while the colleague's telephone rang;
    /// `EventAbandoned` tells of them too.
    pub given_up: u64,
    /// Attempts that reached nobody, by `CallState`.
    pub failed: BTreeMap<i64, u64>,
    /// Calls that a monitored DN ended.
    pub released_inside: u64,
    /// Calls that the unmonitored end ended.
    pub released_outside: u64,
    /// Holds.
    pub holds: u64,
    /// Sum of the holds, µs.
    pub held: Micros,
    /// Transfers.
    pub transfers: u64,
    /// Conferences.
    pub conferences: u64,
    /// Consultations.
    pub consultations: u64,
    /// Changes of attached data.
    pub data_changes: u64,
    /// Times that a DN of an agent came into a call.
    pub agent_parts: u64,
    /// Sum of the talks, holds included, µs.
    pub talked: Micros,
    /// ACD queues and routing points, by DN.
    pub queues: BTreeMap<Text, QueueFacts>,
    /// Virtual queues, by name.
    pub virtual_queues: BTreeMap<Text, QueueFacts>,
    /// Login sessions.
    pub sessions: u64,
    /// States of agents.
    pub states: BTreeMap<AgentState, StateFacts>,
    /// Reasons given for not being ready: at the telephone, on the desktop.
    pub reasons: (u64, u64),
}

fn length(from: Micros, to: Option<Micros>) -> Micros {
    to.map_or(0, |to| to - from)
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl Facts {
    /// The numbers of what is in the scope. What has not ended counts, with no time.
    #[must_use]
    pub fn of(ledger: &Ledger, scope: Scope) -> Self {
        let mut facts = Self::default();
        ledger.calls.iter().filter(|call| scope.holds(call.seen)).for_each(|call| facts.add_call(call));
        for session in ledger.sessions.iter().filter(|session| scope.holds(session.seen)) {
            facts.sessions += 1;
            for span in &session.states {
                let state = facts.states.entry(span.state).or_default();
                state.entered += 1;
                state.time += length(span.from, span.to);
            }
            let given = session.states.iter().filter_map(|span| span.reason.as_ref()).chain(&session.given_in_vain);
            let at_telephone = number(given.clone().filter(|reason| reason.hardware).count());
            facts.reasons.0 += at_telephone;
            facts.reasons.1 += number(given.count()) - at_telephone;
        }
        facts
    }

    fn add_call(&mut self, call: &CallRecord) {
        *self.calls_by_type.entry(call.call_type).or_default() += 1;
        self.connected += u64::from(call.is_connected());
        self.abandoned += u64::from(call.abandoned.is_some() && !call.is_connected());
        self.given_up += u64::from(call.is_given_up());
        if let Some(state) = call.failed {
            *self.failed.entry(state).or_default() += 1;
        }
        match call.released_by {
            Some(ReleasedBy::Outside) => self.released_outside += 1,
            Some(ReleasedBy::Dn(_)) => self.released_inside += 1,
            None => {}
        }
        self.holds += number(call.holds.len());
        self.held += call.held();
        self.transfers += number(call.transfers.len());
        self.conferences += number(call.conferences.len());
        self.consultations += u64::from(call.origin == Origin::Consult);
        self.data_changes += u64::from(call.data_changes);
        let dialled = u64::from(call.origin == Origin::Predictive);
        self.agent_parts += number(call.rings.len()) - dialled.min(number(call.rings.len()));
        self.talked += call.talked();
        for stay in &call.queue_stays {
            let queues = if stay.kind == QueueKind::Virtual { &mut self.virtual_queues } else { &mut self.queues };
            let queue = queues.entry(Text::clone(&stay.queue)).or_default();
            queue.joined += 1;
            queue.waited += length(stay.joined, stay.left);
            match stay.how {
                Some(Left::Diverted(_)) => queue.diverted += 1,
                Some(Left::Abandoned) => queue.abandoned += 1,
                None => {}
            }
        }
    }

    /// All calls.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls_by_type.values().sum()
    }
}

impl CallRecord {
    /// Somebody talked in it.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        !self.talks.is_empty()
    }

    /// A colleague was called who did not answer before the caller hung up.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        let inside = matches!(self.origin, Origin::Internal | Origin::Consult);
        inside && self.failed.is_some() && self.rings.len() > 1
    }

    /// Sum of its talks, holds included, µs.
    #[must_use]
    pub fn talked(&self) -> Micros {
        self.talks.iter().map(|talk| length(talk.from, talk.to)).sum()
    }

    /// Sum of its holds, µs.
    #[must_use]
    pub fn held(&self) -> Micros {
        self.holds.iter().map(|hold| length(hold.from, hold.to)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FaultRates;
    use crate::{Config, Site};

    fn ledger(config: &Config) -> Ledger {
        let mut site = Site::new(config);
        site.by_ref().for_each(drop);
        site.into_ledger()
    }

    #[test]
    fn the_numbers_fit_together() {
        let ledger = ledger(&Config { hours: 2.0, calls_per_hour: 900.0, ..Config::default() });
        let facts = Facts::of(&ledger, Scope::All);
        assert_eq!(facts, Facts::of(&ledger, Scope::Complete));
        assert_eq!(facts.calls(), number(ledger.calls.len()));
        assert_eq!(facts.consultations, facts.calls_by_type.get(&4).copied().unwrap_or(0));
        assert!(facts.held < facts.talked && facts.holds > 0 && facts.abandoned > 0);
        for queue in facts.queues.values().chain(facts.virtual_queues.values()) {
            assert_eq!(queue.joined, queue.diverted + queue.abandoned);
        }
        let merged = number(ledger.calls.iter().filter(|call| call.merged_into.is_some()).count());
        assert_eq!(facts.released_inside + facts.released_outside + merged, facts.calls());
    }

    #[test]
    fn less_is_seen_than_happens() {
        let fault_rates = FaultRates { link_lost: 20.0, ..FaultRates::default() };
        let ledger = ledger(&Config { hours: 2.0, fault_rates, ..Config::default() });
        let [all, begun, complete] =
            [Scope::All, Scope::Begun, Scope::Complete].map(|scope| Facts::of(&ledger, scope).calls());
        assert!(all > begun && begun > complete && complete > 0, "{all} {begun} {complete}");
    }

    #[test]
    fn a_ledger_is_read_as_it_was_written() {
        let fault_rates = FaultRates { gap: 20.0, crash: 10.0, ..FaultRates::default() };
        let ledger = ledger(&Config { hours: 0.5, fault_rates, ..Config::default() });
        let mut text = Vec::new();
        ledger.write(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(Ledger::read(&text).unwrap(), ledger);
        assert!(Ledger::read("{}").unwrap_err().starts_with("line 1: "));
    }
}
