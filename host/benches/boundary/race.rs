//! Runners that take turns: only ratios within one run say anything on a machine that others use, too.

use anyhow::Result;
use std::time::Instant;

/// Rounds that only warm up: memory, caches, the sandbox's pages.
const WARM: usize = 2;

/// Times of runners that did the same work in turns.
pub(crate) struct Race {
    /// By round, by runner: seconds.
    rounds: Vec<Vec<f64>>,
    runners: usize,
}

impl Race {
    pub(crate) fn new(runners: usize) -> Self {
        Self { rounds: Vec::new(), runners }
    }

    /// A round: each runner once, another one first each time.
    pub(crate) fn round(&mut self, mut run: impl FnMut(usize) -> Result<()>) -> Result<()> {
        let mut times = vec![0.0; self.runners];
        for turn in 0..self.runners {
            let runner = (turn + self.rounds.len()) % self.runners;
            let begun = Instant::now();
            run(runner)?;
            times[runner] = begun.elapsed().as_secs_f64();
        }
        self.rounds.push(times);
        Ok(())
    }

    /// Median time of a runner, ns for each of `events`.
    pub(crate) fn ns(&self, runner: usize, events: usize) -> f64 {
        self.median(|times| times[runner] * 1e9 / events as f64)
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
