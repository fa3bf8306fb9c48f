//! How long to wait before the next attempt: doubling between two bounds, with jitter.
//!
//! The jitter spreads the daemons of a pair, and many lanes of one daemon, that lost the same server in the same
//! instant. It comes from a seed that is passed in, so that a test sees the same waits each time.

use std::time::Duration;

/// The waits between attempts.
#[derive(Debug)]
pub(crate) struct Backoff {
    shortest: Duration,
    longest: Duration,
    next: Duration,
    state: u64,
}

impl Backoff {
    /// Waits from `shortest` to `longest`.
    pub(crate) fn new(shortest: Duration, longest: Duration, seed: u64) -> Self {
        Self { shortest, longest: longest.max(shortest), next: shortest, state: seed }
    }

    /// The next wait: between half of the present step and the whole of it; the step doubles.
    pub(crate) fn wait(&mut self) -> Duration {
        let step = self.next;
        self.next = (step * 2).min(self.longest);
        let half = step / 2;
        let share = u32::try_from(self.random() >> 32).unwrap_or(u32::MAX);
        half + half.mul_f64(f64::from(share) / f64::from(u32::MAX))
    }

    /// Things went well: begin anew.
    pub(crate) fn reset(&mut self) {
        self.next = self.shortest;
    }

    /// Splitmix64: good enough to spread waits, and no dependency.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_within_their_bounds_and_begin_anew() {
        let (shortest, longest) = (Duration::from_millis(100), Duration::from_secs(3));
        let mut backoff = Backoff::new(shortest, longest, 7);
        for step in 0..40_u32 {
            let whole = (shortest * 2_u32.pow(step.min(10))).min(longest);
            let wait = backoff.wait();
            assert!(wait >= whole / 2 && wait <= whole, "step {step}: {wait:?}");
        }
        backoff.reset();
        assert!(backoff.wait() <= shortest);
    }

    #[test]
    fn the_seed_decides() {
        let waits = |seed| {
            let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(9), seed);
            (0..8).map(|_| backoff.wait()).collect::<Vec<_>>()
        };
        assert_eq!(waits(1), waits(1));
        assert_ne!(waits(1), waits(2));
    }
}
