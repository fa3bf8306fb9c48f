//! The two forms in which events of voice servers come: lines of the stream, and the text of logs.

use super::Dice;
use crate::event::View;
use crate::source::stream::fuzzing::read;
use crate::source::tevents::text::{Found, Limits, Parser, Received};

/// Inputs up to this length are also fed byte by byte.
const SINGLY_BYTES: usize = 4 << 10;
/// Bounds that small inputs reach, and bounds that they do not.
const LIMITS: [Limits; 2] = [
    Limits { event_bytes_max: 400, value_bytes_max: 60 },
    Limits { event_bytes_max: 256 << 10, value_bytes_max: 64 << 10 },
];

/// The bytes of a stream's connection behind its hello, in one piece, byte by byte and in random pieces.
///
/// # Panics
/// If two splits give different lines, or a line breaks what must hold for each.
pub fn stream_lines(bytes: &[u8]) {
    let mut dice = Dice::of(bytes);
    let whole = read(bytes, &mut || usize::MAX);
    if bytes.len() <= SINGLY_BYTES {
        assert_eq!(read(bytes, &mut || 1), whole, "fed byte by byte");
    }
    assert_eq!(read(bytes, &mut || dice.roll(100)), whole, "fed in pieces");
}

/// The text of a log of T-Library events, in one piece, byte by byte and in random pieces.
///
/// # Panics
/// If two splits give different events, an event is not valid or not in its place, or going on behind one of them does
/// not give the rest.
pub fn t_events(bytes: &[u8]) {
    let mut dice = Dice::of(bytes);
    for limits in LIMITS {
        let whole = parse(bytes, limits, 0, &mut || usize::MAX);
        check(&whole, bytes.len() as u64);
        if bytes.len() <= SINGLY_BYTES {
            same(&parse(bytes, limits, 0, &mut || 1), &whole, "fed byte by byte");
        }
        same(&parse(bytes, limits, 0, &mut || dice.roll(100)), &whole, "fed in pieces");
        if let Some(known) = dice.roll(whole.len()).checked_sub(1).and_then(|at| whole.get(at)) {
            // What was known does not say when the first event behind it was received.
            let timeless = |found: &Found| (found.begins, found.ends, found.time, found.malformed);
            let rest: Vec<_> = whole.iter().filter(|found| found.begins >= known.ends).map(timeless).collect();
            let found = parse(bytes, limits, known.ends, &mut || usize::MAX);
            assert_eq!(found.iter().map(timeless).collect::<Vec<_>>(), rest, "behind what is known");
        }
        settle(bytes, limits, &mut dice);
    }
}

fn parse(bytes: &[u8], limits: Limits, known_before: u64, length: &mut dyn FnMut() -> usize) -> Vec<Found> {
    let mut parser = Parser::new(limits, Some(60), Some(19_000));
    parser.received(Received::AsLogged(5));
    parser.known_before(known_before);
    let (mut rest, mut out) = (bytes, Vec::new());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(length().min(rest.len()));
        rest = after;
        parser.feed(piece);
        out.extend(std::iter::from_fn(|| parser.take()));
    }
    assert_eq!(parser.offset(), bytes.len() as u64, "all bytes are counted");
    parser.finish();
    out.extend(std::iter::from_fn(|| parser.take()));
    assert!(!parser.is_open(), "nothing is left at the end");
    out
}

/// With a pause after each piece, at which a message may be taken for whole.
fn settle(bytes: &[u8], limits: Limits, dice: &mut Dice) {
    let mut parser = Parser::new(limits, None, None);
    let (mut rest, mut out) = (bytes, Vec::new());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(dice.roll(200).min(rest.len()));
        rest = after;
        parser.feed(piece);
        parser.settle();
        out.extend(std::iter::from_fn(|| parser.take()));
    }
    parser.finish();
    out.extend(std::iter::from_fn(|| parser.take()));
    check(&out, bytes.len() as u64);
}

fn check(found: &[Found], length: u64) {
    let mut last = 0;
    for it in found {
        let view = View::parse(&it.event).expect("a valid event");
        assert_eq!(view.raw().len(), it.event.len(), "one event");
        assert!(it.begins < it.ends && it.ends <= length, "{} to {} of {length}", it.begins, it.ends);
        assert!(it.begins >= last, "an event begins at {} before the end of the last at {last}", it.begins);
        assert_eq!(view.source_time(), it.time, "{view:?}");
        last = it.ends;
    }
}

fn same(one: &[Found], other: &[Found], how: &str) {
    let show = |found: &[Found]| -> Vec<String> {
        let show = |it: &Found| {
            let event = View::parse(&it.event);
            format!(
                "{}..{} {:?} {} {} {} {event:?}",
                it.begins, it.ends, it.time, it.received, it.malformed, it.invalid_utf8
            )
        };
        found.iter().map(show).collect()
    };
    assert_eq!(show(one), show(other), "{how}");
}
