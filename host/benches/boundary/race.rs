//! Runners that take turns: only ratios within one run say anything on a machine that others use, too.
//!
//! What counts is the processor's time of this thread: what others do in between costs caches, and nothing more.

use anyhow::Result;
use rustix::time::{ClockId, clock_gettime};

/// Rounds that only warm up: memory, caches, the sandbox's pages.
const WARM: usize = 2;

/// Times of runners that did the same work in turns.
pub(crate) struct Race {
    /// By round, by runner: ns an event.
    rounds: Vec<Vec<f64>>,
    runners: usize,
}

impl Race {
    pub(crate) fn new(runners: usize) -> Self {
        Self { rounds: Vec::new(), runners }
    }

    /// A round over that many events: each runner once, another one first each time.
    pub(crate) fn round(&mut self, events: usize, mut run: impl FnMut(usize) -> Result<()>) -> Result<()> {
        let mut times = vec![0.0; self.runners];
        for turn in 0..self.runners {
            let runner = (turn + self.rounds.len()) % self.runners;
            let begun = thread_ns();
            run(runner)?;
            times[runner] = (thread_ns() - begun) / events as f64;
        }
        self.rounds.push(times);
        Ok(())
    }

    /// Median time of a runner, ns an event.
    pub(crate) fn ns(&self, runner: usize) -> f64 {
        self.median(|times| times[runner])
    }

    /// Median, over the rounds, of one runner's time through the other's in the same round.
    pub(crate) fn ratio(&self, runner: usize, to: usize) -> f64 {
        self.median(|times| times[runner] / times[to])
    }

    fn median(&self, of: impl Fn(&[f64]) -> f64) -> f64 {
        let mut figures: Vec<f64> = self.rounds.iter().skip(WARM).map(|times| of(times)).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// Time that this thread has had, ns.
fn thread_ns() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}
