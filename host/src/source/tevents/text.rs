//! The text of logs in pieces of any size → flat events with their places.
//!
//! # Format
//! ```text
//! @12:34:56.7890 [0] 8.1.001.23 distribute_event: message EventRinging     head: `message` and a name
//! <TAB>AttributeThisDN<TAB>'7001'                                          body: lines that begin with a tab
//! <TAB>AttributeUserData<TAB>[237] 00 09 00 00..
//! <TAB><TAB>'key'<TAB>'a value
//! of two lines'                                                            a quoted value may span lines
//! @12:34:56.7910 [0] …                                                     the first other line ends the message
//! ```
//! The whole grammar, with what copies and client logs make of it, is in `docs/reference/t-events.md`.
//!
//! # Invariants
//! 1. What is found does not depend on the pieces in which the text comes (test `cut_at_every_byte`).
//! 2. Memory is bounded: one line and one message of at most `event_bytes_max` bytes each (test `huge_lines`).
//! 3. Every event's head becomes an event, well-formed or as `MalformedEvent`, unless it is known, or announces a message
//!    that follows (test `heads_without_bodies`).
//!
//! # Not here
//! Files, and which part of them is known: the caller says from where on events are news.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::date::{Calendar, Stamp};
use super::flatten::{Flattener, MALFORMED, RAW_BYTES, Said, said};
use super::line::{self, Body};
use crate::event::Micros;

/// Most bytes of a log in which its preamble must end.
pub(super) const PREAMBLE_BYTES: usize = 64 << 10;

/// Bounds of what is kept of a log at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest message, and longest line, bytes.
    pub event_bytes_max: usize,
    /// Longest value of an attribute or of a pair in a list, bytes; longer ones are cut.
    pub value_bytes_max: usize,
}

/// When an event counts as received.
#[derive(Clone, Copy, Debug)]
pub enum Received {
    /// At this moment.
    At(Micros),
    /// When the log says; at this moment before the log has said anything.
    AsLogged(Micros),
}

/// An event of a log.
#[derive(Clone, Debug)]
pub struct Found {
    /// Offset in the log at which its head begins; 0 if that is in the log before.
    pub begins: u64,
    /// Offset behind its last line: its sequence.
    pub ends: u64,
    /// Its own time, or that of its line.
    pub time: Option<Micros>,
    /// When it counts as received.
    pub received: Micros,
    /// The event in its flat form.
    pub event: Vec<u8>,
    /// Something in it could not be read.
    pub malformed: bool,
    /// Something in it was not UTF-8.
    pub invalid_utf8: bool,
}

/// What was seen besides events, since the parser began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Messages that are no events: requests.
    pub passed_over: usize,
    /// Events that begin before [`Parser::known_before`].
    pub known: usize,
}

/// A message whose end has not been seen.
#[derive(Debug)]
struct Message {
    name: String,
    kind: Is,
    begins: u64,
    ends: u64,
    stamp: Option<Stamp>,
    /// White space before the head, bytes: copies are indented as a whole.
    indent: usize,
    /// The lines, each with its end; the head first.
    block: Vec<u8>,
    /// Where in `block` the lines of the body end.
    lines: Vec<usize>,
    /// Where in `block` the body begins.
    body_from: usize,
    /// The last line began a value that has not ended.
    open_value: bool,
    /// It was longer than `event_bytes_max`.
    overflow: bool,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    /// An event.
    Event,
    /// An event if a body follows: its head may be a sentence about one.
    Announced,
    /// A body without a head.
    Headless,
    /// Anything else.
    Other,
}

/// Reads logs, one after another.
#[derive(Debug)]
pub struct Parser {
    limits: Limits,
    calendar: Calendar,
    flattener: Flattener,
    received: Received,
    /// When the last event counted as received.
    last_received: Option<Micros>,
    /// Offset of the byte that comes next.
    offset: u64,
    /// The beginning of a line whose end has not come.
    partial: Vec<u8>,
    /// Offset at which that line begins.
    partial_from: u64,
    /// The line is longer than `event_bytes_max`; its rest is not kept.
    overlong: bool,
    /// The beginning of a line that the log before ended with.
    held: Vec<u8>,
    in_preamble: bool,
    file_number: Option<i64>,
    last_stamp: Option<Stamp>,
    open: Option<Message>,
    known_before: u64,
    seen: Seen,
    found: VecDeque<Found>,
}

impl Parser {
    /// With the distance of local time from UTC in minutes and the first day since 1970-01-01, where they are configured.
    #[must_use]
    pub fn new(limits: Limits, offset_minutes: Option<i32>, start_date: Option<i64>) -> Self {
        Self {
            limits,
            calendar: Calendar::new(offset_minutes, start_date),
            flattener: Flattener::new(limits.value_bytes_max),
            received: Received::AsLogged(0),
            last_received: None,
            offset: 0,
            partial: Vec::new(),
            partial_from: 0,
            overlong: false,
            held: Vec::new(),
            in_preamble: true,
            file_number: None,
            last_stamp: None,
            open: None,
            known_before: 0,
            seen: Seen::default(),
            found: VecDeque::new(),
        }
    }

    /// From now on another log is fed, of that name; `continued` if its beginning goes on with the message, or the line,
    /// with which the one before ended, and otherwise that one is at its end.
    pub fn next_log(&mut self, name: &str, continued: bool) {
        if continued {
            self.held = std::mem::take(&mut self.partial);
            if let Some(message) = &mut self.open {
                (message.begins, message.ends) = (0, 0);
            }
        } else {
            self.finish();
        }
        (self.offset, self.partial_from, self.known_before) = (0, 0, 0);
        (self.in_preamble, self.file_number) = (true, None);
        self.calendar.begin_log(name);
    }

    /// Events that begin before `offset` of this log are known: only their times are looked at.
    pub fn known_before(&mut self, offset: u64) {
        self.known_before = offset;
    }

    /// When the events that come from now on count as received.
    pub fn received(&mut self, received: Received) {
        self.received = received;
    }

    /// Offset in the log up to which it was fed.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What was seen besides events.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.seen
    }

    /// The number of this file among the pieces of its log, if its preamble gives one.
    #[must_use]
    pub fn file_number(&self) -> Option<i64> {
        self.file_number
    }

    /// The next event found.
    pub fn take(&mut self) -> Option<Found> {
        self.found.pop_front()
    }

    /// Takes the next bytes of the log.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while let Some(at) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..).unwrap_or_default());
            bytes = rest;
            if self.partial.is_empty() && line.len() <= self.limits.event_bytes_max {
                let from = self.offset;
                self.offset += at as u64 + 1;
                self.line(line, from, false);
            } else {
                self.keep(line);
                self.offset += 1;
                self.end_line();
            }
        }
        self.keep(bytes);
    }

    /// The log is at its end and nothing goes on with it.
    pub fn finish(&mut self) {
        if !self.partial.is_empty() {
            self.end_line();
        }
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            self.line_of_message(&held, 0, false);
        }
        self.end_message();
    }

    /// Nothing has come for a while: a message whose last line is whole has ended.
    pub fn settle(&mut self) {
        let cut = !self.partial.is_empty() || !self.held.is_empty();
        if !cut && self.open.as_ref().is_some_and(|message| !message.open_value) {
            self.end_message();
        }
    }

    /// A message, or a line, has no end yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.is_some() || !self.partial.is_empty() || !self.held.is_empty()
    }

    /// What has no end yet is known already.
    pub fn discard(&mut self) {
        self.open = None;
        self.partial.clear();
        self.held.clear();
        self.overlong = false;
    }

    /// Whether a log that begins with `beginning` goes on with the message, or the line, with which this one ends; none
    /// if more of its beginning is needed, unless it is the `whole` log.
    #[must_use]
    pub fn continued_by(&self, beginning: &[u8], whole: bool) -> Option<bool> {
        let cut = !self.partial.is_empty() || self.open.as_ref().is_some_and(|message| message.open_value);
        if !cut && self.open.is_none() {
            return Some(false);
        }
        let end = memchr::memrchr(b'\n', beginning).map_or(0, |at| at + 1);
        let lines = if whole { beginning } else { beginning.get(..end).unwrap_or_default() };
        let first = lines.split(|byte| *byte == b'\n').map(line::trim_end).find(|line| {
            let preamble = line.is_empty() || (line::of_preamble(line) && line::stamp(line).is_none());
            !preamble
        });
        let Some(first) = first else { return (whole || beginning.len() >= PREAMBLE_BYTES).then_some(false) };
        if line::stamp(first).is_some() || line::head(first).is_some() {
            return Some(false);
        }
        let of_body = matches!(first.first(), Some(b'\t' | b' ')) && line::body(first) != Body::No;
        Some(cut || of_body)
    }

    /// Keeps the beginning of a line.
    fn keep(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.partial.is_empty() {
            self.partial_from = self.offset;
        }
        self.offset += bytes.len() as u64;
        let room = self.limits.event_bytes_max.saturating_sub(self.partial.len());
        self.overlong |= bytes.len() > room;
        self.partial.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.partial);
        let overlong = std::mem::take(&mut self.overlong);
        self.line(&line, self.partial_from, overlong);
        self.partial = line;
        self.partial.clear();
    }

    /// Takes a line that ends at the present offset.
    fn line(&mut self, line: &[u8], from: u64, overlong: bool) {
        let line = if from == 0 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        if self.in_preamble && !overlong && line::of_preamble(line) && line::stamp(line).is_none() {
            self.preamble(line);
            return;
        }
        self.in_preamble = false;
        let held = std::mem::take(&mut self.held);
        if held.is_empty() {
            self.line_of_message(line, from, overlong);
        } else if line::breaks_value(line) || line::stamp(line).is_some() {
            self.line_of_message(&held, 0, false);
            self.line_of_message(line, from, overlong);
        } else {
            self.line_of_message(&[&held, line].concat(), 0, overlong);
        }
    }

    fn line_of_message(&mut self, line: &[u8], from: u64, overlong: bool) {
        if self.open.is_some() && self.take_body(line, overlong) {
            return;
        }
        self.end_message();
        self.outside(line, from, overlong);
    }

    fn preamble(&mut self, line: &[u8]) {
        if let Some((key, value)) = line::preamble(line) {
            if key == "file" {
                self.file_number = line::file_number(value);
            }
            self.calendar.preamble(&key, value);
        }
    }

    /// Takes a line into the open message; false if it is none of it.
    fn take_body(&mut self, line: &[u8], overlong: bool) -> bool {
        let (limit, ends) = (self.limits.event_bytes_max, self.offset);
        let Some(message) = &mut self.open else { return false };
        let continues = message.open_value && !line::breaks_value(line);
        if continues {
            message.open_value = overlong || !line::closes(line);
        } else {
            if line::trim_end(line).is_empty() {
                // Copies have empty lines between all lines; what follows decides.
                message.open_value = false;
                return true;
            }
            let deeper = line.len() - line::trim_start(line).len() > message.indent;
            match line::body(line) {
                Body::No => return false,
                Body::Unknown if !deeper => return false,
                _ => {}
            }
            message.open_value = !overlong && line::leaves_open(line);
        }
        message.ends = ends;
        message.overflow |= overlong;
        if message.kind == Is::Other {
            return true;
        }
        if continues {
            message.lines.pop();
        }
        message.overflow |= message.block.len() + line.len() >= limit;
        if message.overflow {
            let room = RAW_BYTES.saturating_sub(message.block.len()).min(line.len());
            message.block.extend_from_slice(line.get(..room).unwrap_or_default());
        } else {
            message.block.extend_from_slice(line);
        }
        message.block.push(b'\n');
        message.lines.push(message.block.len());
        true
    }

    /// Takes a line that belongs to no open message.
    fn outside(&mut self, line: &[u8], from: u64, overlong: bool) {
        let head = line::head(line);
        let stamp = if head.is_some() { line::stamp_of_head(line) } else { line::stamp(line) };
        if let Some(stamp) = stamp {
            self.last_stamp = Some(self.calendar.see(stamp));
        }
        let Some(head) = head else {
            self.foreign(line, from, overlong);
            return;
        };
        let kind = match (head.is_event(), head.certain) {
            (true, true) => Is::Event,
            (true, false) => Is::Announced,
            (false, _) => Is::Other,
        };
        let is_request = kind == Is::Other && head.certain && head.name.starts_with("Request");
        self.seen.passed_over += usize::from(is_request);
        self.open_message(head.name.to_owned(), kind, line, from);
    }

    /// A line that is no head: it may still tell the date, or be of a body whose head is missing.
    fn foreign(&mut self, line: &[u8], from: u64, overlong: bool) {
        const CHECK_POINT: &[u8] = b"Check point ";
        let indented = matches!(line.first(), Some(b'\t' | b' '));
        if indented && line::body(line) == Body::Attribute {
            self.open_message(String::new(), Is::Headless, b"", from);
            self.take_body(line, overlong);
        } else if let Some(at) = memchr::memmem::find(line, CHECK_POINT) {
            let moment = line.get(at + CHECK_POINT.len()..).and_then(Stamp::read).filter(|stamp| stamp.date.is_some());
            if let Some(moment) = moment {
                self.calendar.dated(moment);
            }
        } else if matches!(line::trim_start(line).first(), Some(b'L' | b'l' | b'U' | b'u')) && line::of_preamble(line) {
            // A server that starts anew may write its preamble into the same log.
            self.preamble(line);
        }
    }

    fn open_message(&mut self, name: String, kind: Is, head: &[u8], from: u64) {
        let mut block = Vec::new();
        if kind != Is::Other && !head.is_empty() {
            block.extend_from_slice(head);
            block.push(b'\n');
        }
        let (stamp, body_from) = (self.last_stamp, block.len());
        let (begins, ends) = (from, self.offset);
        let (lines, indent) = (Vec::new(), head.len() - line::trim_start(head).len());
        let message = Message {
            name,
            kind,
            begins,
            ends,
            stamp,
            indent,
            block,
            lines,
            body_from,
            open_value: false,
            overflow: false,
        };
        self.open = Some(message);
    }

    fn end_message(&mut self) {
        let Some(message) = self.open.take() else { return };
        let announced_only = message.kind == Is::Announced && message.lines.is_empty();
        if message.kind == Is::Other || announced_only {
            return;
        }
        let mut from = message.body_from;
        let mut lines: Vec<Cow<'_, str>> = Vec::with_capacity(message.lines.len());
        let mut invalid = 0;
        for end in &message.lines {
            let bytes = message.block.get(from..end - 1).unwrap_or_default();
            from = *end;
            let text = String::from_utf8_lossy(bytes);
            if matches!(text, Cow::Owned(_)) {
                invalid += bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
            }
            lines.push(text);
        }
        let said = said(lines.iter().map(AsRef::as_ref));
        let stamp = match said {
            Some(said) => self.calendar.event_time(said.seconds, said.wall, message.stamp),
            None => message.stamp.map(|stamp| self.calendar.redated(stamp)),
        };
        if message.begins < self.known_before {
            self.seen.known += 1;
            return;
        }
        let logged = stamp.and_then(|stamp| self.calendar.moment(stamp));
        let time = said.map(|said| said.time).or(logged);
        let received = match self.received {
            Received::At(now) => now,
            Received::AsLogged(now) => logged.or(time).or(self.last_received).unwrap_or(now),
        };
        self.last_received = Some(received);
        let found = self.make(&message, &lines, said, (time, received), invalid);
        self.found.push_back(found);
    }

    fn make(
        &mut self,
        message: &Message,
        lines: &[Cow<'_, str>],
        said: Option<Said>,
        (time, received): (Option<Micros>, Micros),
        invalid: usize,
    ) -> Found {
        let problem = match (message.kind, message.overflow) {
            (Is::Headless, _) => Some("begins in the middle of a message"),
            (_, true) => Some("longer than event_bytes_max"),
            _ => None,
        };
        let complete = match problem {
            Some(_) => false,
            None => self.flattener.message(&message.name, received, said, lines.iter().map(AsRef::as_ref)),
        };
        let finish = |flattener: &mut Flattener| {
            if invalid > 0 {
                flattener.invalid_utf8(invalid);
            }
            let builder = flattener.builder();
            builder.sequence(message.ends);
            if let Some(time) = time {
                builder.time(time);
            }
            builder.finish()
        };
        let made = match problem {
            Some(_) => None,
            None => finish(&mut self.flattener).ok(),
        };
        let malformed = !complete || made.is_none();
        let event = made.unwrap_or_else(|| {
            let raw = message.block.get(..RAW_BYTES.min(message.block.len())).unwrap_or_default();
            let problem = problem.unwrap_or("larger than an event may be");
            self.flattener.malformed(&String::from_utf8_lossy(raw), problem, received);
            let event = finish(&mut self.flattener);
            debug_assert!(event.is_ok(), "{MALFORMED} of 64 KiB always fits");
            event.unwrap_or_default()
        });
        let (begins, ends) = (message.begins, message.ends);
        Found { begins, ends, time, received, event, malformed, invalid_utf8: invalid > 0 }
    }
}

#[cfg(test)]
mod tests;
