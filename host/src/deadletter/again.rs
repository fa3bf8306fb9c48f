//! The entry by which a dead letter goes through its lane again.
//!
//! It stands in the lane's queue like everything else, so that a lane's output depends on its queue and its plugin only:
//! a rebuilt state has seen the event at the same place.
//!
//! # Format
//! A bookmark named [`NAME`], which only this program makes, so no source can forge one:
//! ```text
//! letter    integer   position of the letter
//! event     text      name of the event                     of stage `plugin`
//! received  integer   when it was received first
//! sequence  text      the source's number, if it had one
//! .<name>   any       the attributes of the event, each with a dot before its name, in their order
//! rows      text      the rows as JSON                      of stage `idb`, in place of the four above
//! ```
//! The entry's time is that of the event. The dot keeps the names of the event from being taken for those of the entry.

use super::{DeadLetter, rows};
use crate::event::{Builder, Kind, Micros, Seq, Value, View, Views};
use crate::record::{Row, TableId};
use concentrator_event::json;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Name of the entry.
pub const NAME: &str = "DeadLetter";
/// Where an event in its flat form has its kind.
const KIND_BYTE: usize = 5;
/// Where it has its position.
const SEQ_BYTES: std::ops::Range<usize> = 8..16;

/// Why a letter cannot go through its lane again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What it was refused for has its moment in the order of the queue.
    #[error("`{0}` is no event of the source: its moment has passed; drop it")]
    NotOfTheSource(String),
    /// The letter holds no event, or one that cannot be read.
    #[error("the event in it cannot be read: {0}")]
    Unreadable(String),
    /// The letter has neither an event that its plugin has not seen nor rows.
    #[error("it was written by a version that did not keep the rows; drop it, and bring the rows in by hand")]
    NoRows,
    /// It does not fit an entry of the queue.
    #[error(transparent)]
    TooLarge(#[from] concentrator_event::TooLarge),
}

/// The entries of a read that are letters on their way again.
#[derive(Debug, Default)]
pub struct Again {
    /// The events of the read, those letters among them as the events that they were.
    pub events: Vec<u8>,
    /// Of each such entry: which letter it is.
    pub letters: BTreeMap<Seq, Seq>,
    /// Of those that bring rows only: the rows.
    pub rows: BTreeMap<Seq, Vec<(TableId, Row)>>,
}

/// The entry for a letter, as bytes.
///
/// # Errors
/// Why it cannot go again.
pub fn entry(letter: &DeadLetter, now: Micros) -> Result<Vec<u8>, Error> {
    let mut out = Builder::new(Kind::Bookmark, NAME, now);
    out.integer("letter", i64::try_from(letter.seq).unwrap_or(i64::MAX));
    if letter.stage == "idb" {
        if letter.rows.is_empty() {
            return Err(Error::NoRows);
        }
        let moment = |name: &str| letter.event.get(name).and_then(Json::as_i64);
        if let Some(time) = moment("time").or_else(|| moment("received")) {
            out.time(time);
        }
        out.text("rows", &Json::Array(letter.rows.clone()).to_string());
        return Ok(out.finish()?);
    }
    let event = json::from_json(&letter.event.to_string()).map_err(Error::Unreadable)?.finish()?;
    let event = View::parse(&event).map_err(|malformed| Error::Unreadable(malformed.to_string()))?;
    if event.kind() != Kind::Source {
        return Err(Error::NotOfTheSource(event.name().to_owned()));
    }
    if let Some(time) = event.source_time() {
        out.time(time);
    }
    out.text("event", event.name()).integer("received", event.received());
    if let Some(sequence) = event.sequence() {
        out.text("sequence", &sequence.to_string());
    }
    for (name, value) in event.attributes() {
        put(&mut out, &format!(".{name}"), value);
    }
    Ok(out.finish()?)
}

/// The letter that an entry is, if it is one.
#[must_use]
pub fn letter_of(view: &View<'_>) -> Option<Seq> {
    let is_one = view.kind() == Kind::Bookmark && view.name() == NAME;
    is_one.then(|| view.integer("letter").and_then(|letter| Seq::try_from(letter).ok())).flatten()
}

/// The events of a read with the letters in it as the events that they were; none if there is no letter in it.
#[must_use]
pub fn unfold(read: &[u8]) -> Option<Again> {
    if !has_bookmark(read) || !Views::new(read).flatten().any(|view| letter_of(&view).is_some()) {
        return None;
    }
    let mut again = Again::default();
    for view in Views::new(read).flatten() {
        let Some(letter) = letter_of(&view) else {
            again.events.extend_from_slice(view.raw());
            continue;
        };
        again.letters.insert(view.seq(), letter);
        match view.text("rows") {
            Some(text) => {
                again.rows.insert(view.seq(), rows::from_json(text));
                again.events.extend_from_slice(view.raw());
            }
            None => event_of(&view, &mut again.events),
        }
    }
    Some(again)
}

/// Whether there is a bookmark in it: seen from the headers alone, because it is asked of every read.
fn has_bookmark(read: &[u8]) -> bool {
    let mut rest = read;
    while let Some((head, _)) = rest.split_first_chunk::<{ KIND_BYTE + 1 }>() {
        if head[KIND_BYTE] == Kind::Bookmark as u8 {
            return true;
        }
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        // What is no event is found by whoever reads it.
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    false
}

/// The event of a letter at the position of its entry.
fn event_of(view: &View<'_>, out: &mut Vec<u8>) {
    let received = view.integer("received").unwrap_or_else(|| view.received());
    let mut event = Builder::new(Kind::Source, view.text("event").unwrap_or_default(), received);
    if let Some(time) = view.source_time() {
        event.time(time);
    }
    if let Some(sequence) = view.text("sequence").and_then(|text| text.parse().ok()) {
        event.sequence(sequence);
    }
    for (name, value) in view.attributes() {
        if let Some(name) = name.strip_prefix('.') {
            put(&mut event, name, value);
        }
    }
    let begin = out.len();
    // Smaller than its entry, so it fits.
    if event.append_to(out).is_ok()
        && let Some(seq) = out.get_mut(begin + SEQ_BYTES.start..begin + SEQ_BYTES.end)
    {
        seq.copy_from_slice(&view.seq().to_le_bytes());
    }
}

fn put(builder: &mut Builder, name: &str, value: Value<'_>) {
    match value {
        Value::Text(text) => builder.text(name, text),
        Value::Integer(number) => builder.integer(name, number),
        Value::List(pairs) => builder.list(name, pairs),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(event: &Builder, stage: &str) -> DeadLetter {
        let bytes = event.finish().expect("small");
        DeadLetter {
            lane: "pbx".into(),
            seq: 7,
            stage: stage.into(),
            kind: "trap".into(),
            reason: "unreachable".into(),
            plugin: "evil 0".into(),
            time: 5,
            event: DeadLetter::event_of(&View::parse(&bytes).expect("an event")),
            rows: Vec::new(),
            tried_at: None,
            replay: None,
        }
    }

    fn at(bytes: &mut [u8], seq: Seq) {
        bytes[SEQ_BYTES].copy_from_slice(&seq.to_le_bytes());
    }

    #[test]
    fn an_event_comes_back_as_it_was() {
        let mut event = Builder::new(Kind::Source, "Hangup", 30);
        event.time(20).sequence(u64::MAX - 1).text("letter", "9").integer("n", -4).text("", "no name").text("a", "1");
        event.list("UserData", [("k", "v"), ("k", "w")]).text("a", "2").text("capture", "stream:x");
        let mut bytes = entry(&letter(&event, "plugin"), 99).expect("fits");
        at(&mut bytes, 41);
        let view = View::parse(&bytes).expect("an entry");
        assert_eq!((letter_of(&view), view.time(), view.received()), (Some(7), 20, 99));
        assert_eq!(view.text("capture"), None, "names of the event are not those of the entry");
        let again = unfold(&bytes).expect("a letter");
        let mut expect = event.finish().expect("small");
        at(&mut expect, 41);
        assert_eq!(again.events, expect);
        assert_eq!(again.letters, BTreeMap::from([(41, 7)]));
    }

    #[test]
    fn what_stands_around_a_letter_stays() {
        let event = Builder::new(Kind::Source, "Hangup", 30);
        let mut bytes = event.finish().expect("small");
        assert!(unfold(&bytes).is_none());
        bytes.extend(entry(&letter(&event, "plugin"), 99).expect("fits"));
        bytes.extend(Builder::new(Kind::Tick, "Tick", 31).finish().expect("small"));
        let again = unfold(&bytes).expect("a letter");
        let kinds: Vec<Kind> = Views::new(&again.events).map(|view| view.expect("an event").kind()).collect();
        assert_eq!(kinds, [Kind::Source, Kind::Source, Kind::Tick]);
    }

    #[test]
    fn a_source_cannot_forge_one() {
        let mut event = Builder::new(Kind::Source, NAME, 30);
        event.integer("letter", 7).text("event", "Hangup");
        assert!(unfold(&event.finish().expect("small")).is_none());
    }

    #[test]
    fn marks_are_not_given_again() {
        let mark = Builder::new(Kind::SessionOpened, "SessionOpened", 30);
        assert!(matches!(entry(&letter(&mark, "plugin"), 99), Err(Error::NotOfTheSource(_))));
        assert!(matches!(entry(&letter(&mark, "idb"), 99), Err(Error::NoRows)));
        let empty = DeadLetter { event: Json::Null, ..letter(&mark, "plugin") };
        assert!(matches!(entry(&empty, 99), Err(Error::Unreadable(_))));
    }
}
