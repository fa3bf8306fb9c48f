//! Chance by seed: the same seed gives the same numbers on every machine and in every version of this crate.
//!
//! The generator is SplitMix64; it is written out here because no library promises its numbers for ever.

use crate::event::Micros;

/// A sequence of numbers that follows from its seed.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The sequence of `seed` for one `purpose`; sequences of different purposes do not disturb each other.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        let mixed = purpose.bytes().fold(seed ^ 0x51_7c_c1_b7_27_22_0a_95, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
        });
        let mut random = Self(mixed);
        random.next();
        random
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a float exactly")]
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `bound`; 0 when there is none.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// True in that share of cases.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.fraction() < share
    }

    /// One of them, if there are any.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// A time between the two, in seconds, evenly spread.
    pub(crate) fn between(&mut self, from: f64, to: f64) -> Micros {
        micros(from + (to - from) * self.fraction())
    }

    /// A time with that mean in seconds, as the times between independent happenings are; at least 1 ms, at most 8
    /// times the mean.
    pub(crate) fn around(&mut self, mean: f64) -> Micros {
        let drawn = -(1.0 - self.fraction()).ln();
        micros(mean * drawn.min(8.0)).max(1_000)
    }

    /// A mean of `mean`, at least 1, no bound above but 8 times the mean.
    pub(crate) fn count_around(&mut self, mean: u64) -> u64 {
        u64::try_from(self.around(seconds_of(i64::try_from(mean).unwrap_or(i64::MAX)))).unwrap_or(1).max(1)
    }
}

/// Seconds as µs.
#[expect(clippy::cast_possible_truncation, reason = "a float that is too large becomes the largest time")]
pub(crate) fn micros(seconds: f64) -> Micros {
    (seconds * 1e6) as Micros
}

/// µs as seconds.
#[expect(clippy::cast_precision_loss, reason = "simulated times are far below 2^53 µs")]
pub(crate) fn seconds_of(time: Micros) -> f64 {
    time as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let mut random = Random::new(7, "site");
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        let mut again = Random::new(7, "site");
        assert_eq!(first, (0..3).map(|_| again.next()).collect::<Vec<_>>());
        assert_ne!(first.first().copied(), Some(Random::new(7, "faults").next()));
    }

    #[test]
    fn means_are_about_right() {
        let mut random = Random::new(1, "mean");
        let sum: f64 = (0..20_000).map(|_| seconds_of(random.around(10.0))).sum();
        assert!((9.7..10.3).contains(&(sum / 20_000.0)), "{}", sum / 20_000.0);
        assert!((0..1_000).all(|_| random.below(3) < 3));
        assert_eq!(random.below(0), 0);
    }
}
