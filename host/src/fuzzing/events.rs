//! Events in their flat form and as lines of JSON.

use crate::event::{Builder, Value, View, Views};
use concentrator_event::json::{from_json, to_json};

/// Names that are asked for in every event.
const NAMES: [&str; 3] = ["", "Channel", "UserData"];

/// Bytes that are said to be flat events.
///
/// # Panics
/// If an event that was accepted cannot be built again from its parts, directly or by way of JSON, or if the events do
/// not stand one after another.
pub fn flat_events(bytes: &[u8]) {
    let mut at = 0;
    for view in Views::new(bytes) {
        let view = match view {
            Ok(view) => view,
            Err(malformed) => {
                assert_eq!(malformed.offset, at, "{malformed}");
                return;
            }
        };
        assert_eq!(bytes.get(at..at + view.raw().len()), Some(view.raw()), "one after another");
        at += view.raw().len();
        for name in NAMES {
            let first = view.attributes().find(|(found, _)| *found == name).map(|(_, value)| value);
            assert_eq!(view.get(name), first);
        }
        check_rebuilt(&view);
        check_json(&view);
    }
    assert_eq!(at, bytes.len(), "nothing is left over");
}

/// A line that is said to be an event in JSON.
///
/// # Panics
/// If an event that was accepted does not read back the same.
pub fn event_lines(bytes: &[u8]) {
    for line in String::from_utf8_lossy(bytes).lines() {
        let Ok(builder) = from_json(line) else { continue };
        let Ok(event) = builder.finish() else { continue };
        check_json(&View::parse(&event).expect("what is built is valid"));
    }
}

fn check_rebuilt(view: &View<'_>) {
    let mut builder = Builder::new(view.kind(), view.name(), view.received());
    if let Some(time) = view.source_time() {
        builder.time(time);
    }
    if let Some(sequence) = view.sequence() {
        builder.sequence(sequence);
    }
    for (name, value) in view.attributes() {
        match value {
            Value::Text(text) => builder.text(name, text),
            Value::Integer(number) => builder.integer(name, number),
            Value::List(pairs) => builder.list(name, pairs),
        };
    }
    let Ok(built) = builder.finish() else {
        // Integers of hostile events may be shorter than any number; only that makes an event grow.
        assert!(view.raw().len() > crate::event::MAX_EVENT_BYTES / 2, "an event that was accepted can be built");
        return;
    };
    check_same(view, &View::parse(&built).expect("what is built is valid"));
}

fn check_json(view: &View<'_>) {
    let json = to_json(view);
    let built = from_json(&json.to_string()).expect("our own JSON");
    let Ok(built) = built.finish() else { return };
    let back = View::parse(&built).expect("what is built is valid");
    check_same(view, &back);
    let mut again = to_json(&back);
    if let (Some(object), Some(seq)) = (again.as_object_mut(), json.get("seq")) {
        object.insert("seq".to_owned(), seq.clone());
    }
    assert_eq!(again, json);
}

fn check_same(one: &View<'_>, other: &View<'_>) {
    assert_eq!((one.kind(), one.name()), (other.kind(), other.name()));
    assert_eq!((one.source_time(), one.received()), (other.source_time(), other.received()));
    assert_eq!(one.sequence(), other.sequence());
    assert!(one.attributes().eq(other.attributes()), "{one:?} and {other:?}");
}
