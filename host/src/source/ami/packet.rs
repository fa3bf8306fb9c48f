//! Cuts the bytes of a manager connection into packets.
//!
//! # Format
//! ```text
//! Asterisk Call Manager/11.0.0 CR LF          greeting, once
//! Event: Hangup CR LF                         a packet: lines `Name: value` …
//! Channel: PJSIP/1001-00000003 CR LF
//! CR LF                                       … up to an empty line
//! ```
//! LF alone ends a line as well. A packet begins with `Event` or, an answer, with `Response`.
//!
//! # Failure
//! What cannot be a packet costs itself and nothing else: a packet or line beyond its limit is passed over, the first
//! [`KEPT_BYTES`] of it kept, up to the next empty line or the next line that begins an event; a packet whose empty
//! line is missing ends where the next event begins; what the end of the connection cuts is kept as far as it came.
//!
//! # Invariants
//! 1. In which pieces the bytes come makes no difference to what is found (test `at_the_limits_pieces_do_not_matter`).
//! 2. Every byte is in what is given out, but for empty lines; at most one packet and one line are held
//!    (test `random_bytes_are_all_accounted_for`).
//!
//! # Not here
//! What a packet says (`ami/flatten.rs`).

use memchr::memchr;

/// Bytes of a damaged packet that are kept to be looked at: enough for any packet that an exchange sends by itself.
pub(crate) const KEPT_BYTES: usize = 64 << 10;
/// Bytes that are asked for in one read.
const READ_BYTES: usize = 64 << 10;
/// Beginning of the line that begins an event, wherever the packet before it should have ended.
const EVENT: &[u8] = b"Event:";
/// Why a packet is passed over.
const LONG_LINE: &str = "line longer than line_bytes_max";
const LONG_PACKET: &str = "longer than packet_bytes_max";

/// Bounds of what a server may send. Both are far above what exchanges do send: packets of a few hundred bytes with
/// some kilobytes of attached data at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Largest packet, bytes.
    pub(crate) packet_bytes: usize,
    /// Longest line, bytes.
    pub(crate) line_bytes: usize,
}

/// The bounds that hold if none are configured.
pub(crate) const LIMITS: Limits = Limits { packet_bytes: 1 << 20, line_bytes: 256 << 10 };

/// What was found in the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// A packet: its lines with their ends, without the empty line.
    Whole(&'a [u8]),
    /// Something that is no whole packet.
    Damaged(Damaged<'a>),
}

/// What is left of something that is no whole packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Damaged<'a> {
    /// What is wrong with it.
    pub(crate) reason: &'static str,
    /// Its beginning, [`KEPT_BYTES`] at most.
    pub(crate) kept: &'a [u8],
    /// Its length, bytes.
    pub(crate) length: u64,
}

/// Something too long that is being passed over.
#[derive(Debug)]
struct Overlong {
    reason: &'static str,
    length: u64,
    /// The line at `start` has lost its beginning already.
    mid_line: bool,
}

enum Step {
    Whole { from: usize, to: usize },
    Unended { from: usize, to: usize },
    Overlong { reason: &'static str, length: u64 },
}

/// Cuts bytes into packets; holds what is not yet a whole one.
#[derive(Debug)]
pub(crate) struct Decoder {
    limits: Limits,
    buffer: Vec<u8>,
    /// Offset in the stream of the first byte of `buffer`.
    base: u64,
    /// Where the present packet begins, in `buffer`; `start ≤ line ≤ scanned ≤ buffer.len()`.
    start: usize,
    /// Where the present line begins.
    line: usize,
    /// Up to where no line end was found.
    scanned: usize,
    /// The present packet has its first line of an event or of an answer.
    begun: bool,
    overlong: Option<Overlong>,
    kept: Vec<u8>,
    /// Where the packet that was given out last begins.
    previous: usize,
}

impl Decoder {
    /// A decoder for bytes that begin at `offset` of their stream.
    pub(crate) fn new(limits: Limits, offset: u64) -> Self {
        Self {
            limits,
            buffer: Vec::new(),
            base: offset,
            start: 0,
            line: 0,
            scanned: 0,
            begun: false,
            overlong: None,
            kept: Vec::new(),
            previous: 0,
        }
    }

    /// Where to put the next bytes: read into the spare capacity of this vector. Call it only when [`Self::next`]
    /// had nothing more to give.
    pub(crate) fn space(&mut self) -> &mut Vec<u8> {
        self.buffer.drain(..self.start);
        self.base = self.base.saturating_add(as_u64(self.start));
        self.line -= self.start;
        self.scanned -= self.start;
        (self.start, self.previous) = (0, 0);
        self.buffer.reserve(READ_BYTES);
        &mut self.buffer
    }

    /// Offset in the stream behind the packet that was given out last.
    pub(crate) fn offset(&self) -> u64 {
        self.base.saturating_add(as_u64(self.start))
    }

    /// Offset in the stream behind all bytes so far.
    pub(crate) fn end(&self) -> u64 {
        self.base.saturating_add(as_u64(self.buffer.len()))
    }

    /// Takes the greeting: the first line, without its end, if it is there already. `Err` if it is too long for one.
    pub(crate) fn greeting(&mut self, longest: usize) -> Result<Option<String>, String> {
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        let show = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        match memchr(b'\n', rest) {
            Some(end) if end <= longest => {
                let line = show(rest.get(..end).unwrap_or_default());
                self.begin_at(self.start + end + 1);
                Ok(Some(line))
            }
            None if rest.len() <= longest => Ok(None),
            _ => Err(show(rest.get(..longest).unwrap_or(rest))),
        }
    }

    /// Passes over a first line that begins with `prefix`, once enough bytes are there to know.
    pub(crate) fn pass_line(&mut self, prefix: &[u8]) {
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        if let Some(end) = memchr(b'\n', rest).filter(|_| rest.starts_with(prefix)) {
            self.begin_at(self.start + end + 1);
        }
    }

    /// Gives the packet that was given out last out once more.
    pub(crate) fn push_back(&mut self) {
        self.begin_at(self.previous);
    }

    /// The next packet, if it is there, and the offset in the stream at which it ends.
    pub(crate) fn next(&mut self) -> Option<(Found<'_>, u64)> {
        self.previous = self.start;
        let step = self.step()?;
        let end = self.offset();
        let found = match step {
            Step::Whole { from, to } => Found::Whole(self.buffer.get(from..to).unwrap_or_default()),
            Step::Unended { from, to } => {
                let lost = self.buffer.get(from..to).unwrap_or_default();
                let kept = lost.get(..KEPT_BYTES).unwrap_or(lost);
                Found::Damaged(Damaged {
                    reason: "without end before the next event",
                    kept,
                    length: as_u64(lost.len()),
                })
            }
            Step::Overlong { reason, length } => Found::Damaged(Damaged { reason, kept: &self.kept, length }),
        };
        Some((found, end))
    }

    /// What is left when the connection has ended; nothing if it ended between two packets.
    pub(crate) fn finish(&mut self) -> Option<Damaged<'_>> {
        let length = match self.overlong.take() {
            Some(overlong) => overlong.length,
            None => {
                self.kept.clear();
                0
            }
        };
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        let room = KEPT_BYTES.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(rest.get(..room).unwrap_or(rest));
        let length = length + as_u64(rest.len());
        self.begin_at(self.buffer.len());
        (length > 0).then_some(Damaged { reason: "cut by the end of the connection", kept: &self.kept, length })
    }

    fn begin_at(&mut self, at: usize) {
        (self.start, self.line, self.scanned, self.begun) = (at, at, at, false);
    }

    fn step(&mut self) -> Option<Step> {
        loop {
            let Some(found) = memchr(b'\n', self.buffer.get(self.scanned..)?) else {
                self.scanned = self.buffer.len();
                return self.look_at_part_of_line();
            };
            let end = self.scanned + found + 1;
            let line = self.buffer.get(self.line..end - 1)?;
            let empty = matches!(line, [] | [b'\r']);
            let begins_event = line.starts_with(EVENT);
            let begins = begins_event || (self.line == self.start && line.starts_with(b"Response:"));
            if let Some(overlong) = self.overlong.take_if(|it| !it.mid_line && (empty || begins_event)) {
                self.begin_at(if empty { end } else { self.line });
                return Some(Step::Overlong { reason: overlong.reason, length: overlong.length });
            }
            if self.overlong.is_some() {
                self.pass_over(end, false);
                continue;
            }
            if empty {
                let (from, to) = (self.start, self.line);
                self.begin_at(end);
                if from == to {
                    continue;
                }
                return Some(Step::Whole { from, to });
            }
            if begins_event && self.begun {
                let (from, to) = (self.start, self.line);
                self.begin_at(to);
                return Some(Step::Unended { from, to });
            }
            self.begun |= begins;
            self.scanned = end;
            if end - self.line > self.limits.line_bytes {
                self.give_up(LONG_LINE, false);
            } else if end - self.start > self.limits.packet_bytes {
                self.give_up(LONG_PACKET, false);
            } else {
                self.line = end;
            }
        }
    }

    /// Looks at a line whose end is not there yet. Nothing is decided before the whole line would decide the same, so
    /// that it makes no difference in which pieces the bytes come.
    fn look_at_part_of_line(&mut self) -> Option<Step> {
        if self.scanned - self.line <= self.limits.line_bytes {
            return None;
        }
        if self.buffer.get(self.line..).is_some_and(|line| line.starts_with(EVENT)) {
            let (from, to) = (self.start, self.line);
            if let Some(overlong) = self.overlong.take_if(|it| !it.mid_line) {
                self.begin_at(to);
                return Some(Step::Overlong { reason: overlong.reason, length: overlong.length });
            }
            if self.overlong.is_none() && self.begun {
                self.begin_at(to);
                return Some(Step::Unended { from, to });
            }
        }
        match self.overlong {
            Some(_) => self.pass_over(self.scanned, true),
            None => self.give_up(LONG_LINE, true),
        }
        None
    }

    /// Begins to pass over what has grown beyond a limit. All up to `scanned` has been looked at.
    fn give_up(&mut self, reason: &'static str, mid_line: bool) {
        self.kept.clear();
        self.overlong = Some(Overlong { reason, length: 0, mid_line });
        self.pass_over(self.scanned, mid_line);
    }

    fn pass_over(&mut self, upto: usize, mid_line: bool) {
        let passed = self.buffer.get(self.start..upto).unwrap_or_default();
        let room = KEPT_BYTES.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(passed.get(..room).unwrap_or(passed));
        if let Some(overlong) = &mut self.overlong {
            overlong.length += as_u64(passed.len());
            overlong.mid_line = mid_line;
        }
        self.begin_at(upto);
    }
}

fn as_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
