//! The lines of one server that are not acknowledged, and where the sending stands in them.
//!
//! ```text
//!      kept ≤ acknowledged ≤ sent ≤ due ≤ last        numbers of lines
//! ```
//! Acknowledged lines are kept as long as a repeat of them may be asked for.

use super::feed::{Chunk, LineEnd};
use crate::event::Micros;
use std::collections::VecDeque;

/// See the header.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    chunks: VecDeque<Chunk>,
    bytes: usize,
    /// Chunk and offset of the next byte to send.
    at: (usize, usize),
    /// Lines of that chunk that have been sent.
    lines_sent: usize,
    acked: u64,
    last: u64,
}

impl Buffer {
    /// For a number sequence of which everything up to `acked` is acknowledged.
    pub(super) fn new(acked: u64) -> Self {
        Self { acked, last: acked, ..Self::default() }
    }

    pub(super) fn push(&mut self, chunk: Chunk) {
        self.bytes += chunk.bytes.len();
        self.last = chunk.lines.last().map_or(self.last, |line| line.seq);
        self.chunks.push_back(chunk);
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The last number that is acknowledged.
    pub(super) fn acked(&self) -> u64 {
        self.acked
    }

    /// The last number that there is.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Everything is sent.
    pub(super) fn is_sent(&self) -> bool {
        self.chunks
            .get(self.at.0)
            .is_none_or(|chunk| self.at.1 >= chunk.bytes.len() && self.at.0 + 1 >= self.chunks.len())
    }

    /// The next bytes to send, of lines that are due at `now`; whole lines but for the begin.
    pub(super) fn due(&self, now: Micros) -> &[u8] {
        let Some(chunk) = self.chunks.get(self.at.0) else { return &[] };
        let end = match chunk.lines.last() {
            Some(last) if last.time <= now => chunk.bytes.len(),
            _ => {
                let due = chunk.lines.partition_point(|line| line.time <= now);
                due.checked_sub(1).and_then(|index| chunk.lines.get(index)).map_or(0, |line| line.end)
            }
        };
        chunk.bytes.get(self.at.1..end).unwrap_or_default()
    }

    /// When the next line is due.
    pub(super) fn next_due(&self) -> Option<Micros> {
        let chunk = self.chunks.get(self.at.0)?;
        chunk.lines.get(self.lines_sent).map(|line| line.time)
    }

    /// `count` bytes of what was due are sent. Gives the last line that became complete with them, and how many did.
    pub(super) fn sent(&mut self, count: usize) -> (Option<LineEnd>, u64) {
        self.at.1 += count;
        let Some(chunk) = self.chunks.get(self.at.0) else { return (None, 0) };
        let mut complete = 0;
        while chunk.lines.get(self.lines_sent).is_some_and(|line| line.end <= self.at.1) {
            self.lines_sent += 1;
            complete += 1;
        }
        let line = (complete > 0).then(|| chunk.lines.get(self.lines_sent - 1).copied()).flatten();
        if self.at.1 >= chunk.bytes.len() && self.at.0 + 1 < self.chunks.len() {
            self.at = (self.at.0 + 1, 0);
            self.lines_sent = 0;
        }
        (line, complete)
    }

    /// After a push: what stood at the end of the last chunk stands at the begin of the new one.
    pub(super) fn settle(&mut self) {
        self.sent(0);
    }

    /// Sending goes on with the first line after `number`.
    pub(super) fn resume_after(&mut self, number: u64) {
        let chunk = self.chunks.partition_point(|chunk| chunk.lines.last().is_none_or(|line| line.seq <= number));
        let Some(lines) = self.chunks.get(chunk).map(|chunk| &chunk.lines) else {
            let last = self.chunks.back();
            self.at = (self.chunks.len().saturating_sub(1), last.map_or(0, |chunk| chunk.bytes.len()));
            self.lines_sent = last.map_or(0, |chunk| chunk.lines.len());
            return;
        };
        self.lines_sent = lines.partition_point(|line| line.seq <= number);
        let offset = self.lines_sent.checked_sub(1).and_then(|index| lines.get(index)).map_or(0, |line| line.end);
        self.at = (chunk, offset);
    }

    /// Everything up to `number` is acknowledged; `keep` lines before it may be repeated. Gives how many lines that
    /// were not acknowledged before are now.
    pub(super) fn acknowledge(&mut self, number: u64, keep: u64) -> u64 {
        let number = number.min(self.last);
        if number <= self.acked {
            return 0;
        }
        let fresh = self.count_between(self.acked, number);
        self.acked = number;
        self.drop_up_to(number.saturating_sub(keep));
        fresh
    }

    /// Lines with a number after `from`, up to `to`.
    fn count_between(&self, from: u64, to: u64) -> u64 {
        let counts = self.chunks.iter().skip_while(|chunk| chunk.lines.last().is_none_or(|line| line.seq <= from));
        let counts = counts.take_while(|chunk| chunk.lines.first().is_some_and(|line| line.seq <= to)).map(|chunk| {
            let upto = |number| chunk.lines.partition_point(|line: &LineEnd| line.seq <= number);
            upto(to) - upto(from)
        });
        u64::try_from(counts.sum::<usize>()).unwrap_or(u64::MAX)
    }

    /// Forgets chunks that were sent and end at or before `number`.
    pub(super) fn drop_up_to(&mut self, number: u64) {
        while self.at.0 > 0
            && self.chunks.front().is_some_and(|chunk| chunk.lines.last().is_none_or(|line| line.seq <= number))
        {
            self.bytes -= self.chunks.pop_front().map_or(0, |chunk| chunk.bytes.len());
            self.at.0 -= 1;
        }
    }

    /// A forgetful source gives up everything up to `number`. Gives how many lines were not acknowledged.
    pub(super) fn give_up(&mut self, number: u64) -> u64 {
        let lost = self.count_between(self.acked, number);
        self.acked = self.acked.max(number.min(self.last));
        self.drop_up_to(number);
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(numbers: &[u64]) -> Chunk {
        let mut chunk = Chunk::default();
        for seq in numbers {
            chunk.bytes.extend_from_slice(format!("{seq}\n").as_bytes());
            let time = i64::try_from(*seq).unwrap();
            chunk.lines.push(LineEnd { seq: *seq, time, end: chunk.bytes.len(), link: true });
        }
        chunk
    }

    fn rest(buffer: &mut Buffer, now: Micros) -> String {
        let mut text = String::new();
        loop {
            let due = buffer.due(now);
            if due.is_empty() {
                return text;
            }
            let piece = due.len().min(3);
            text.push_str(std::str::from_utf8(&due[..piece]).unwrap());
            buffer.sent(piece);
        }
    }

    #[test]
    fn lines_are_sent_when_due_and_again_after_a_resume() {
        let mut buffer = Buffer::new(0);
        buffer.push(chunk(&[1, 2, 3]));
        buffer.push(chunk(&[4, 7, 8]));
        assert_eq!(rest(&mut buffer, 2), "1\n2\n");
        assert_eq!(buffer.next_due(), Some(3));
        assert_eq!(rest(&mut buffer, 9), "3\n4\n7\n8\n");
        assert!(buffer.is_sent());
        for (number, text) in [(0, "1\n2\n3\n4\n7\n8\n"), (2, "3\n4\n7\n8\n"), (3, "4\n7\n8\n"), (5, "7\n8\n"), (8, "")]
        {
            buffer.resume_after(number);
            assert_eq!(rest(&mut buffer, 9), text, "after {number}");
        }
        assert_eq!(buffer.acknowledge(4, 0), 4);
        assert_eq!(buffer.acknowledge(3, 0), 0);
        assert_eq!(buffer.bytes(), 6);
        buffer.push(chunk(&[9]));
        buffer.settle();
        assert_eq!(rest(&mut buffer, 9), "9\n");
        assert_eq!(buffer.acknowledge(100, 0), 3);
        assert_eq!((buffer.acked(), buffer.last()), (9, 9));
    }

    #[test]
    fn what_may_be_repeated_is_kept() {
        let mut buffer = Buffer::new(0);
        (0..10).for_each(|n| buffer.push(chunk(&[2 * n + 1, 2 * n + 2])));
        rest(&mut buffer, 99);
        buffer.acknowledge(20, 5);
        buffer.resume_after(15);
        assert_eq!(rest(&mut buffer, 99), "16\n17\n18\n19\n20\n");
        buffer.resume_after(1);
        assert!(rest(&mut buffer, 99).starts_with("15\n"));
    }
}
