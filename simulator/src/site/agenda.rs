//! What happens next: steps in the order of their time, those of one time in the order in which they were planned.

use super::call::CallKey;
use super::{agent::AgentStep, call::CallStep};
use crate::config::Fault;
use crate::event::Micros;
use crate::ledger::Origin;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// A call of that kind comes, and the next one is planned.
    Arrive(Origin),
    /// A call goes on, if it is still at that turn.
    Call(CallKey, u32, CallStep),
    /// The caller gives up, if still waiting with that patience.
    Patience(CallKey, u32),
    /// Waiting calls and idle agents of a group are brought together.
    Match(usize),
    /// An agent does something, if its timer is still that one.
    Agent(usize, u32, AgentStep),
    /// The site takes no more calls.
    Close,
    /// The site is closed: whoever has nothing to do goes home.
    WindDown,
    /// The n-th planned fault.
    Fault(usize),
    /// A fault by chance of the n-th kind, and the next one is planned.
    Chance(usize),
    /// The switch is back.
    LinkUp,
    /// A server is there again.
    ServerUp,
}

/// All that is planned.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    heap: BinaryHeap<Reverse<(Micros, u64, Step)>>,
    planned: u64,
}

impl Agenda {
    /// `step` happens at `time`.
    pub(super) fn at(&mut self, time: Micros, step: Step) {
        self.planned += 1;
        self.heap.push(Reverse((time, self.planned, step)));
    }

    /// The next step and its time.
    pub(super) fn next(&mut self) -> Option<(Micros, Step)> {
        self.heap.pop().map(|Reverse((time, _, step))| (time, step))
    }
}

/// The kinds of [`Step::Chance`], with the fault that each makes when it lasts that long.
pub(super) fn chance_fault(kind: usize, span: f64, count: u64) -> Fault {
    match kind {
        0 => Fault::LinkLost(span * 20.0),
        1 => Fault::Crash(span * 15.0),
        2 => Fault::Shutdown(span * 15.0),
        3 => Fault::Switchover,
        4 => Fault::Silence(span * 30.0),
        _ => Fault::Gap(count),
    }
}
