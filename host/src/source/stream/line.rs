//! Reads one line of the stream into the flat form, in one pass over its text.
//!
//! ```text
//! {"event":"EventRinging","seq":7,"time":…,"attributes":{"ThisDN":"7001","UserData":{"k":"v","n":{"m":"x"}}}}
//!           ─▶ name        ─▶ sequence ─▶ source time     ─▶ text        ─▶ list (k, v) (n.m, x)
//! ```
//! `docs/reference/stream-protocol.md` is the whole grammar. Text without escapes goes from the line into the event
//! as it stands; what is escaped or nested is put together in memory that is kept from line to line.
//!
//! # Invariants
//! 1. A number that stands before what cannot be read is read nevertheless (test `every_cut_keeps_the_number`).
//! 2. What a line makes is bounded by `event_bytes_max`, however its lists are nested (test `nesting_cannot_grow_an_event`).

use std::borrow::Cow;

use super::json::{Fault, Scanner, Text, Value};
use super::time;
use crate::event::{Builder, Kind, Micros};

/// Name of what stands in for an event that could not be read.
pub(super) const MALFORMED: &str = "MalformedEvent";
/// Bytes of a line that are kept in its stead.
const RAW_BYTES_MAX: usize = 4 << 10;
/// Largest sequence: `LEVENT_DSSEQ` is a signed number.
const SEQUENCE_MAX: u64 = i64::MAX as u64;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// An event; [`LineReader::event`] holds it.
    Event,
    /// The source's link to its switch changed.
    Link {
        /// It is there again.
        up: bool,
    },
    /// That server is the primary one now.
    Primary(i32),
    /// The source stops.
    Shutdown,
    /// The source asks whether we live.
    Ping(i64),
    /// The source answers that it lives, with the number that it was asked by.
    Pong(Option<i64>),
    /// The source introduces itself.
    Hello,
}

/// A line that was read.
#[derive(Debug)]
pub(super) struct Line {
    /// The source's number, if it has one that can be read.
    pub(super) sequence: Option<u64>,
    /// The source's time, if it has one.
    pub(super) time: Option<Micros>,
    /// What it says, or what is wrong with it.
    pub(super) what: Result<What, Cow<'static, str>>,
}

/// The keys of a line that mean something; all others are passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Event,
    Attributes,
    Sequence,
    Time,
    Link,
    Primary,
    Shutdown,
    Ping,
    Pong,
    Hello,
}

impl Field {
    fn of(key: &str) -> Option<Self> {
        Some(match key {
            "event" => Self::Event,
            "attributes" => Self::Attributes,
            "seq" => Self::Sequence,
            "time" => Self::Time,
            "link" => Self::Link,
            "primary" => Self::Primary,
            "shutdown" => Self::Shutdown,
            "ping" => Self::Ping,
            "pong" => Self::Pong,
            "hello" => Self::Hello,
            _ => return None,
        })
    }
}

/// What has been found so far in a line.
#[derive(Debug, Default)]
struct Draft<'l> {
    sequence: Option<u64>,
    time: Option<Micros>,
    what: Option<What>,
    problem: Option<Cow<'static, str>>,
    /// Where the attributes are, if they come before the name.
    attributes: Option<Scanner<'l>>,
    seen: u16,
}

impl Draft<'_> {
    /// Notes what is wrong; the first thing counts.
    fn wrong(&mut self, problem: &'static str) {
        self.problem.get_or_insert(Cow::Borrowed(problem));
    }

    fn say(&mut self, what: What) {
        if self.what.replace(what).is_some() {
            self.wrong("the line says two things");
        }
    }
}

/// Reads lines; keeps its memory from one to the next.
#[derive(Debug)]
pub(super) struct LineReader {
    event: Builder,
    key: String,
    text: String,
    pairs: Pairs,
}

impl LineReader {
    /// A reader of events of at most `event_bytes_max`.
    pub(super) fn new(event_bytes_max: usize) -> Self {
        let event = Builder::new(Kind::Source, MALFORMED, 0);
        Self { event, key: String::new(), text: String::new(), pairs: Pairs::new(event_bytes_max) }
    }

    /// The event of the line that was read last, if it was one.
    pub(super) fn event(&self) -> &Builder {
        &self.event
    }

    /// Reads `text`, a whole line that was received at `received`.
    pub(super) fn read(&mut self, text: &str, received: Micros) -> Line {
        let mut draft = Draft::default();
        if let Err(fault) = self.walk(text, received, &mut draft) {
            draft.problem = Some(Cow::Owned(fault.to_string()));
        } else if draft.what.is_none() {
            draft.wrong("the line says nothing that is known here");
        }
        if self.pairs.overflow {
            draft.wrong("larger than an event may be");
        }
        let Draft { sequence, time, what, problem, .. } = draft;
        if let Some(time) = time {
            self.event.time(time);
        }
        if let Some(sequence) = sequence {
            self.event.sequence(sequence);
        }
        let what = match (what, problem) {
            (Some(what), None) => Ok(what),
            (_, problem) => Err(problem.unwrap_or_default()),
        };
        Line { sequence, time, what }
    }

    /// What is kept of a line that could not be read.
    pub(super) fn malformed(&mut self, raw: &str, problem: &str, line: &Line, received: Micros) -> &Builder {
        self.event.reset(Kind::Source, MALFORMED, received);
        if let Some(time) = line.time {
            self.event.time(time);
        }
        if let Some(sequence) = line.sequence {
            self.event.sequence(sequence);
        }
        let (raw, _) = raw.split_at(raw.floor_char_boundary(RAW_BYTES_MAX));
        self.event.text("Raw", raw).text("Problem", problem)
    }

    fn walk<'l>(&mut self, text: &'l str, received: Micros, draft: &mut Draft<'l>) -> Result<(), Fault> {
        self.pairs.begin();
        let mut scanner = Scanner::new(text);
        if scanner.value()? != Value::Object {
            return Err(Scanner::new(text).fault("no object"));
        }
        let mut first = true;
        while let Some(key) = scanner.member(&mut first)? {
            let Some(field) = Field::of(key.read(&mut self.key)) else {
                let value = scanner.value()?;
                scanner.skip(value)?;
                continue;
            };
            let bit = 1_u16 << (field as u16);
            let twice = draft.seen & bit != 0;
            if twice {
                draft.wrong("the same key twice");
            }
            draft.seen |= bit;
            self.field(field, &mut scanner, received, draft)?;
            if field == Field::Sequence && (twice || !scanner.is_delimited()) {
                // Which of the two is meant, and whether these are all its digits, nobody knows.
                draft.sequence = None;
            }
        }
        if let Some(mut place) = draft.attributes.take()
            && draft.what == Some(What::Event)
        {
            self.attributes(&mut place, draft)?;
        }
        scanner.end()
    }

    fn field<'l>(
        &mut self,
        field: Field,
        scanner: &mut Scanner<'l>,
        received: Micros,
        draft: &mut Draft<'l>,
    ) -> Result<(), Fault> {
        if field == Field::Attributes {
            if draft.what == Some(What::Event) {
                return self.attributes(scanner, draft);
            }
            draft.attributes = Some(*scanner);
        }
        let value = scanner.value()?;
        match (field, value) {
            (Field::Event, Value::Text(name)) => {
                let name = name.read(&mut self.text);
                self.event.reset(Kind::Source, name, received);
                draft.say(What::Event);
                if name.is_empty() {
                    draft.wrong("`event` is empty");
                }
            }
            (Field::Event, _) => draft.wrong("`event` is no text"),
            (Field::Sequence, value) => {
                let number = integer(value).and_then(|number| u64::try_from(number).ok());
                let number = number.filter(|number| (1..=SEQUENCE_MAX).contains(number));
                if number.is_none() {
                    draft.wrong("`seq` is no whole number from 1 to 9223372036854775807");
                }
                draft.sequence = number;
            }
            (Field::Time, value) => {
                draft.time = time::moment(value, &mut self.text);
                if draft.time.is_none() {
                    draft.wrong("`time` is neither µs since 1970 nor RFC 3339");
                }
            }
            (Field::Link, Value::Text(state)) => match state.read(&mut self.text) {
                "up" => draft.say(What::Link { up: true }),
                "down" => draft.say(What::Link { up: false }),
                _ => draft.wrong("`link` is neither \"up\" nor \"down\""),
            },
            (Field::Link, _) => draft.wrong("`link` is neither \"up\" nor \"down\""),
            (Field::Primary, value) => match integer(value).and_then(|dbid| i32::try_from(dbid).ok()) {
                Some(dbid @ 1..) => draft.say(What::Primary(dbid)),
                _ => draft.wrong("`primary` is no DBID"),
            },
            (Field::Ping, value) => match integer(value) {
                Some(number) => draft.say(What::Ping(number)),
                None => draft.wrong("`ping` is no whole number"),
            },
            (Field::Pong, value) => draft.say(What::Pong(integer(value))),
            (Field::Shutdown, _) => draft.say(What::Shutdown),
            (Field::Hello, _) => draft.say(What::Hello),
            (Field::Attributes, _) => {}
        }
        scanner.skip(value)
    }

    fn attributes(&mut self, scanner: &mut Scanner<'_>, draft: &mut Draft<'_>) -> Result<(), Fault> {
        let list = scanner.value()?;
        if list == Value::Null {
            return Ok(());
        }
        let Some(mut members) = Members::of(list) else {
            draft.wrong("`attributes` is no list");
            return Ok(());
        };
        while let Some(key) = members.next(scanner)? {
            let value = scanner.value()?;
            let name = key.read(&mut self.key);
            match value {
                Value::Text(text) => drop(self.event.text(name, text.read(&mut self.text))),
                Value::Number(number) => match number.parse() {
                    Ok(integer) => drop(self.event.integer(name, integer)),
                    Err(_) => drop(self.event.text(name, number)),
                },
                Value::Boolean(word) => drop(self.event.text(name, word)),
                Value::Null => {}
                Value::Object | Value::Array => {
                    self.pairs.read(scanner, value)?;
                    self.event.list(name, self.pairs.iter());
                }
            }
        }
        Ok(())
    }
}

fn integer(value: Value<'_>) -> Option<i64> {
    match value {
        Value::Number(number) => number.parse().ok(),
        _ => None,
    }
}

/// The members of a list: of an object, or of an array of `[key, value]` pairs.
#[derive(Debug)]
struct Members {
    pairs: bool,
    first: bool,
    /// Inside of a pair, of which the value has been read.
    inside: bool,
}

impl Members {
    fn of(list: Value<'_>) -> Option<Self> {
        let pairs = match list {
            Value::Object => false,
            Value::Array => true,
            _ => return None,
        };
        Some(Self { pairs, first: true, inside: false })
    }

    /// The next key, of which the value follows.
    fn next<'l>(&mut self, scanner: &mut Scanner<'l>) -> Result<Option<Text<'l>>, Fault> {
        if !self.pairs {
            return scanner.member(&mut self.first);
        }
        let mut first = false;
        if self.inside && scanner.element(&mut first)? {
            return Err(scanner.fault("more than a pair"));
        }
        self.inside = false;
        if !scanner.element(&mut self.first)? {
            return Ok(None);
        }
        first = true;
        if scanner.value()? != Value::Array || !scanner.element(&mut first)? {
            return Err(scanner.fault("no [key, value] pair"));
        }
        let Value::Text(key) = scanner.value()? else { return Err(scanner.fault("no [key, value] pair")) };
        if !scanner.element(&mut first)? {
            return Err(scanner.fault("no [key, value] pair"));
        }
        self.inside = true;
        Ok(Some(key))
    }
}

/// The pairs of one list, lists in it flattened with dotted keys.
#[derive(Debug)]
struct Pairs {
    /// Keys and texts, one after another.
    text: String,
    /// Where each pair's key and text end.
    ends: Vec<(usize, usize)>,
    /// Keys of the lists around the one that is being read, each with its dot.
    prefix: String,
    bytes_max: usize,
    /// Bytes of all lists of this line.
    bytes: usize,
    /// They are more than an event may have.
    overflow: bool,
}

impl Pairs {
    fn new(bytes_max: usize) -> Self {
        Self { text: String::new(), ends: Vec::new(), prefix: String::new(), bytes_max, bytes: 0, overflow: false }
    }

    /// A line begins.
    fn begin(&mut self) {
        (self.bytes, self.overflow) = (0, false);
    }

    /// Reads the inside of `list`.
    fn read(&mut self, scanner: &mut Scanner<'_>, list: Value<'_>) -> Result<(), Fault> {
        self.text.clear();
        self.ends.clear();
        self.prefix.clear();
        self.inside(scanner, list)
    }

    fn inside(&mut self, scanner: &mut Scanner<'_>, list: Value<'_>) -> Result<(), Fault> {
        let Some(mut members) = Members::of(list) else { return Ok(()) };
        while let Some(key) = members.next(scanner)? {
            match scanner.value()? {
                inner @ (Value::Object | Value::Array) => {
                    let outer = self.prefix.len();
                    key.append_to(&mut self.prefix);
                    self.prefix.push('.');
                    self.inside(scanner, inner)?;
                    self.prefix.truncate(outer);
                }
                Value::Null => {}
                Value::Text(text) => self.put(key, |out| text.append_to(out)),
                Value::Number(word) | Value::Boolean(word) => self.put(key, |out| out.push_str(word)),
            }
        }
        Ok(())
    }

    fn put(&mut self, key: Text<'_>, text: impl FnOnce(&mut String)) {
        if self.overflow || self.bytes + self.prefix.len() > self.bytes_max {
            self.overflow = true;
            return;
        }
        let from = self.text.len();
        self.text.push_str(&self.prefix);
        key.append_to(&mut self.text);
        let key_end = self.text.len();
        text(&mut self.text);
        self.ends.push((key_end, self.text.len()));
        self.bytes += self.text.len() - from;
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut from = 0;
        self.ends.iter().map(move |&(key_end, end)| {
            let key = self.text.get(from..key_end).unwrap_or_default();
            from = end;
            (key, self.text.get(key_end..end).unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests;
