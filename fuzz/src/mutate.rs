//! Makes new inputs of old ones: the same for the same seed.

/// Most changes made to an input at once.
const CHANGES_MAX: usize = 6;
/// Longest run of bytes that one change repeats, removes or moves.
const RUN_MAX: usize = 64;
/// Numbers at which length fields and positions go wrong.
const EDGES: [u64; 16] = [
    0,
    1,
    7,
    8,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x1_0000,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    i64::MAX as u64,
    1 << 63,
    u64::MAX,
];

/// Mutates inputs.
#[derive(Clone, Debug)]
pub struct Mutator {
    state: u64,
}

impl Mutator {
    /// A mutator that does the same each time it is begun with `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A new input of at most `bytes_max` bytes, made of one of `inputs`, parts of others, and `words`.
    #[must_use]
    pub fn input(&mut self, inputs: &[&[u8]], words: &[Vec<u8>], bytes_max: usize) -> Vec<u8> {
        let mut bytes = self.pick(inputs).map_or_else(Vec::new, |input| input.to_vec());
        for _ in 0..=self.below(CHANGES_MAX) {
            self.change(&mut bytes, inputs, words);
            bytes.truncate(bytes_max);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, inputs: &[&[u8]], words: &[Vec<u8>]) {
        let at = self.below(bytes.len() + 1);
        match self.below(11) {
            0 => self.one_byte(bytes, |byte, dice| byte ^ 1 << (dice.below(8))),
            1 => self.one_byte(bytes, |_, dice| (dice.next() >> 32).to_le_bytes()[0]),
            2 => self.one_byte(bytes, |byte, dice| byte.wrapping_add([1, 255, 16, 240][dice.below(4)])),
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(self.run(bytes, at))),
            5 => {
                let run = bytes[self.run(bytes, at)].to_vec();
                let times = 1 + self.below(4);
                insert(bytes, at, &run.repeat(times));
            }
            6 => {
                let run = bytes[self.run(bytes, at)].to_vec();
                let to = self.below(bytes.len() + 1);
                insert(bytes, to, &run);
            }
            7 => {
                // Goes on as another input does from some place on.
                let other = self.pick(inputs).copied().unwrap_or_default();
                let from = self.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            8 => self.number(bytes, at),
            9 => {
                let word = self.pick(words).cloned().unwrap_or_default();
                overwrite(bytes, at, &word);
            }
            _ => {
                let word = self.pick(words).cloned().unwrap_or_default();
                insert(bytes, at, &word);
            }
        }
    }

    fn one_byte(&mut self, bytes: &mut [u8], change: impl FnOnce(u8, &mut Self) -> u8) {
        let at = self.below(bytes.len());
        if let Some(byte) = bytes.get(at).copied() {
            bytes[at] = change(byte, self);
        }
    }

    /// A number that lies, in binary or in decimal.
    fn number(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let edge = EDGES[self.below(EDGES.len())];
        match self.below(5) {
            0 => overwrite(bytes, at, &edge.to_le_bytes()[..1]),
            1 => overwrite(bytes, at, &edge.to_le_bytes()[..2]),
            2 => overwrite(bytes, at & !3, &edge.to_le_bytes()[..4]),
            3 => overwrite(bytes, at & !7, &edge.to_le_bytes()),
            _ => {
                let start = at - bytes[..at].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
                let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let sign = ["", "-"][self.below(2)];
                bytes.splice(start..start + digits, format!("{sign}{edge}").into_bytes());
            }
        }
    }

    /// A run of bytes that begins at `at`.
    fn run(&mut self, bytes: &[u8], at: usize) -> std::ops::Range<usize> {
        at..(at + 1 + self.below(RUN_MAX)).min(bytes.len())
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.below(from.len());
        from.get(at)
    }

    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % limit).unwrap_or(0)
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    bytes.splice(at..at, new.iter().copied());
}

fn overwrite(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    let end = (at + new.len()).min(bytes.len());
    bytes.splice(at..end, new.iter().copied());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_inputs() {
        let inputs: [&[u8]; 3] = [b"Event: A\r\nCount: 17\r\n\r\n", b"", &[0; 40]];
        let words = [b"Event: ".to_vec()];
        let make = |seed| {
            let mut mutator = Mutator::new(seed);
            (0..500).map(|_| mutator.input(&inputs, &words, 100)).collect::<Vec<_>>()
        };
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
        assert!(make(3).iter().all(|input| input.len() <= 100));
    }
}
