//! Lines of the stream, as `crate::fuzzing` calls their readers.

use super::line::{LineReader, MALFORMED, What};
use super::lines::{Found, Lines};
use crate::event::{MAX_EVENT_BYTES, View};

/// Longest line.
const LINE_BYTES: usize = 500;
/// Largest event that lists may make.
const EVENT_BYTES: usize = 2_000;
/// When everything was received.
const RECEIVED: i64 = 5;

/// The bytes of a connection behind its hello, cut by `length` into pieces: what each line says, and the event made of it.
///
/// # Panics
/// If more is held than is allowed, an event is not valid, or a line is read that is not JSON.
pub(crate) fn read(bytes: &[u8], length: &mut dyn FnMut() -> usize) -> Vec<(String, Option<Vec<u8>>)> {
    let (mut lines, mut reader) = (Lines::new(LINE_BYTES), LineReader::new(EVENT_BYTES));
    let (mut rest, mut out) = (bytes, Vec::new());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(length().min(rest.len()));
        rest = after;
        lines.space().extend_from_slice(piece);
        while let Some(found) = lines.next() {
            out.push(line(&mut reader, found));
        }
        assert!(lines.space().len() <= LINE_BYTES, "no more than a line is held");
    }
    out
}

fn line(reader: &mut LineReader, found: Found<'_>) -> (String, Option<Vec<u8>>) {
    let (Found::Whole(bytes) | Found::TooLong(bytes)) = found;
    assert!(bytes.len() <= LINE_BYTES, "no line is longer than allowed");
    let text = String::from_utf8_lossy(bytes);
    let line = reader.read(&text, RECEIVED);
    let event = line.what.as_ref().ok().filter(|what| **what == What::Event).map(|_| reader.event().finish());
    if line.what.is_ok() {
        check_accepted(&text, line.sequence);
    }
    let again = LineReader::new(EVENT_BYTES).read(&text, RECEIVED);
    assert_eq!((again.sequence, again.time, &again.what), (line.sequence, line.time, &line.what), "nothing stays");
    let said = format!("{line:?}");
    let event = match event {
        Some(event) => event.ok(),
        None => line.what.as_ref().err().map(|problem| {
            let event = reader.malformed(&text, problem, &line, RECEIVED).finish().expect("what is kept is bounded");
            assert_eq!(View::parse(&event).map(|view| view.name()), Ok(MALFORMED));
            event
        }),
    };
    if let Some(event) = &event {
        let view = View::parse(event).expect("a valid event");
        assert!(event.len() <= MAX_EVENT_BYTES);
        assert_eq!((view.sequence(), view.source_time(), view.received()), (line.sequence, line.time, RECEIVED));
    }
    (said, event)
}

/// What is accepted is JSON, and its number is the one that stands there.
fn check_accepted(text: &str, sequence: Option<u64>) {
    serde_json::from_str::<serde::de::IgnoredAny>(text).expect("what is accepted is JSON");
    // None for numbers beyond any, and for halves of a pair of escapes, which are JSON nevertheless.
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(text) {
        assert_eq!(json.get("seq").and_then(serde_json::Value::as_u64), sequence, "the number that stands there");
    }
}
