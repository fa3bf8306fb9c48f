//! Files that are read as a whole.

use super::Scratch;
use crate::config::{Config, Problem};
use crate::deadletter::{DeadLetter, Found, Store};
use crate::plugin::snapshot::{State, Unusable, decode, encode};
use crate::plugin::{componentize, examine};
use concentrator_event::json::from_json;

/// Longest text about a plugin file that an operator is shown, bytes.
const SHOWN_BYTES: usize = 16 << 10;
/// Problems of a configuration for which there need not be a place: a file that cannot be read, and what is missing.
const PLACELESS: [&str; 2] = ["IC1001", "IC1010"];

/// The bytes of a plugin file, up to but not including its compilation.
///
/// # Panics
/// If what is wrong with it is told at length, or not the same way twice.
pub fn plugin_file(bytes: &[u8]) {
    let told = |bytes| examine(bytes).map_err(|problem| problem.to_string());
    let first = told(bytes);
    assert_eq!(told(bytes), first, "the same file is the same");
    match first {
        Ok(_) => {
            if let Err(problem) = componentize(bytes) {
                check_shown(&problem.to_string());
            }
        }
        Err(text) => check_shown(&text),
    }
}

fn check_shown(text: &str) {
    assert!(!text.is_empty() && text.len() <= SHOWN_BYTES, "{} bytes about a file", text.len());
    let plain = text.chars().all(|c| !c.is_control());
    assert!(plain, "what is shown of a file is printable: {text:?}");
}

/// The bytes of a snapshot file, as they are and with a right checksum.
///
/// # Panics
/// If what is accepted is not what would be written.
pub fn snapshot(bytes: &[u8]) {
    check_snapshot(bytes);
    let mut sealed = bytes.to_vec();
    if let Some((head, body)) = sealed.split_at_mut_checked(12) {
        head[8..].copy_from_slice(&crc32c::crc32c(body).to_le_bytes());
        check_snapshot(&sealed);
    }
}

fn check_snapshot(bytes: &[u8]) {
    match decode(bytes) {
        Ok(snapshot) => {
            let longest = |state: &State| state.bytes.len() + state.plugin_version.len();
            let all: usize = snapshot.states.iter().map(longest).sum();
            assert!(all < bytes.len(), "nothing in it is longer than all");
            let written = encode(&snapshot).expect("a small snapshot");
            assert_eq!(decode(&written).expect("its own form"), snapshot, "read as it was written");
            if bytes.starts_with(written.get(..8).unwrap_or_default()) {
                assert_eq!(written, bytes, "written the same way");
            }
        }
        Err(Unusable::Format | Unusable::Damaged) => {}
        Err(other) => panic!("bytes alone cannot be {other}"),
    }
}

/// The text of a configuration file.
///
/// # Panics
/// If a problem has no place although it could have one, or a place that is not in the file, or if a configuration
/// that was accepted is not accepted again.
pub fn configuration(bytes: &[u8]) {
    let scratch = Scratch::new();
    let files = [scratch.file("concentrator.toml", bytes)];
    let first = Config::read(&files);
    match (&first, Config::read(&files)) {
        (Ok(one), Ok(other)) => assert_eq!(format!("{one:?}"), format!("{other:?}")),
        (Err(one), Err(other)) => assert_eq!(*one, other),
        _ => panic!("the same file is the same"),
    }
    let Err(problems) = first else { return };
    assert!(!problems.0.is_empty() && !problems.to_string().is_empty(), "a refusal says why");
    let source = String::from_utf8_lossy(bytes);
    for problem in &problems.0 {
        check_problem(problem, &source);
    }
}

fn check_problem(problem: &Problem, source: &str) {
    assert!(problem.code.starts_with("IC1") && !problem.what.is_empty(), "{problem:?}");
    assert!(!problem.what.contains('\n'), "one sentence: {problem:?}");
    let Some(place) = &problem.place else {
        assert!(PLACELESS.contains(&problem.code), "it could have a place: {problem:?}");
        return;
    };
    let line = source.split('\n').nth(place.line.wrapping_sub(1));
    let line = line.unwrap_or_else(|| panic!("the place is in the file: {problem:?}"));
    assert_eq!(place.text.trim_end_matches('\r'), line.trim_end_matches('\r'), "the text of that line");
    assert!((1..=line.chars().count() + 1).contains(&place.column), "the place is in the line: {problem:?}");
}

/// The bytes of a dead letter's file.
///
/// # Panics
/// If a letter that was accepted is not kept and found as it was, or hides another.
pub fn dead_letter(bytes: &[u8]) {
    const LANE: &str = "pbx";
    let scratch = Scratch::new();
    let store = Store::new(scratch.dir().join("letters"));
    scratch.file(&format!("letters/{LANE}/{:020}.json", 1), bytes);
    let list = || store.list(Some(LANE), 10).expect("the directory can be read");
    let mut found = list();
    assert_eq!(found.len(), 1, "a file is a letter or damaged");
    let Some(Found::Letter(letter)) = found.pop() else { return };
    // A letter that came from elsewhere may name any lane.
    let letter = DeadLetter { lane: LANE.to_owned(), seq: 2, ..*letter };
    store.put(&letter).expect("a small letter");
    let Some(Found::Letter(back)) = list().into_iter().nth(1) else { panic!("a letter that was put is there") };
    assert_eq!(back.event_name(), letter.event_name());
    let event = |letter: &DeadLetter| from_json(&letter.event.to_string()).map(|builder| builder.finish());
    assert_eq!(event(&back), event(&letter), "the event to be replayed");
    // Fractions, which no event has, may be rounded.
    let rest = |letter| DeadLetter { event: serde_json::Value::Null, rows: Vec::new(), ..letter };
    assert_eq!(rest(*back), rest(letter));
}
