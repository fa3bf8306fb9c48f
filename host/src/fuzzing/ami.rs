//! Bytes of a manager connection.

use super::Dice;
use crate::event::{MAX_EVENT_BYTES, View};
use crate::source::ami::flatten::{Flattener, Packet};
use crate::source::ami::packet::{Damaged, Decoder, Found, LIMITS, Limits};

/// Bounds that small inputs reach.
const TIGHT: Limits = Limits { packet_bytes: 300, line_bytes: 100 };
/// Inputs up to this length are also fed byte by byte.
const SINGLY_BYTES: usize = 8 << 10;
/// Bytes that a decoder may have asked for beside what it must hold.
const SPARE_BYTES: usize = 256 << 10;
/// Longest greeting, as the log-in has it or shorter.
const GREETING_BYTES: usize = 40;

/// One packet as it came out.
#[derive(PartialEq, Eq)]
struct Out {
    /// Offset behind it.
    end: u64,
    /// The flat event made of it.
    event: Vec<u8>,
}

impl std::fmt::Debug for Out {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "..{} {:?}", self.end, View::parse(&self.event))
    }
}

/// The bytes of a manager connection, in one piece, byte by byte and in random pieces, under loose and tight bounds.
///
/// # Panics
/// If two splits give different events, an event is not valid, a byte is in no event, or more is held than is allowed.
pub fn ami_packets(bytes: &[u8]) {
    let mut dice = Dice::of(bytes);
    for limits in [LIMITS, TIGHT] {
        let whole = decode(bytes, limits, &mut || usize::MAX);
        if bytes.len() <= SINGLY_BYTES {
            assert_eq!(decode(bytes, limits, &mut || 1), whole, "fed byte by byte");
        }
        for most in [16, 300] {
            assert_eq!(decode(bytes, limits, &mut || dice.roll(most)), whole, "fed in pieces of up to {most} bytes");
        }
    }
    let whole = greet(bytes, &mut || usize::MAX);
    assert_eq!(greet(bytes, &mut || dice.roll(9)), whole, "greeting in pieces");
}

/// All packets of a connection that came in pieces of the given lengths.
fn decode(bytes: &[u8], limits: Limits, length: &mut dyn FnMut() -> usize) -> Vec<Out> {
    let mut decoder = Decoder::new(limits, 0);
    let mut flattener = Flattener::new();
    let (mut out, mut rest, mut from) = (Vec::new(), bytes, 0);
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(length().min(rest.len()));
        rest = after;
        decoder.space().extend_from_slice(piece);
        while let Some((found, end)) = decoder.next() {
            assert!(end > from, "a packet that ends at {end} follows one that ends at {from}");
            check_place(bytes, from, end, &found);
            out.push(flat(&mut flattener, &found, end));
            from = end;
        }
        let held = usize::try_from(decoder.end() - decoder.offset()).unwrap_or(usize::MAX);
        assert!(held <= limits.packet_bytes + limits.line_bytes, "{held} bytes are held");
        let most = limits.packet_bytes + piece.len() + SPARE_BYTES;
        assert!(decoder.space().capacity() <= 2 * most, "{} bytes are allocated", decoder.space().capacity());
    }
    let end = decoder.end();
    assert_eq!(end, bytes.len() as u64, "all bytes are counted");
    if let Some(damaged) = decoder.finish() {
        let found = Found::Damaged(damaged);
        check_place(bytes, from, end, &found);
        out.push(flat(&mut flattener, &found, end));
    } else {
        assert!(without_empty_lines(part(bytes, from, end)).is_empty(), "what is left at the end is told");
    }
    out
}

/// Everything between the end of the packet before and the end of this one is in this one, but empty lines.
fn check_place(bytes: &[u8], from: u64, end: u64, found: &Found<'_>) {
    let told = without_empty_lines(part(bytes, from, end));
    match found {
        Found::Whole(packet) => {
            let after = told.strip_prefix(*packet).expect("the packet is what stands there");
            assert!(matches!(after, b"\n" | b"\r\n"), "a whole packet ends with an empty line");
        }
        Found::Damaged(Damaged { kept, length, .. }) => {
            assert!(told.starts_with(kept), "what is kept is the beginning of what stands there");
            let length = usize::try_from(*length).unwrap_or(usize::MAX);
            let after = told.get(length..).expect("no more is lost than there was");
            assert!(matches!(after, b"" | b"\n" | b"\r\n"), "all of {} bytes is told but {length}", told.len());
        }
    }
}

fn part(bytes: &[u8], from: u64, end: u64) -> &[u8] {
    let at = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
    bytes.get(at(from)..at(end)).expect("offsets are of the stream")
}

fn without_empty_lines(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = bytes.strip_prefix(b"\n").or_else(|| bytes.strip_prefix(b"\r\n")) {
        bytes = rest;
    }
    bytes
}

fn flat(flattener: &mut Flattener, found: &Found<'_>, end: u64) -> Out {
    let mut event = Vec::new();
    let made = match found {
        Found::Whole(bytes) => flattener.packet(&Packet::read(bytes), 5, Some(end), &mut event),
        Found::Damaged(damaged) => flattener.damaged(damaged, 5, Some(end), &mut event),
    };
    let view = View::parse(&event).expect("a valid event");
    assert_eq!(view.raw().len(), event.len(), "one event");
    assert!(event.len() <= MAX_EVENT_BYTES && view.sequence() == Some(end) && view.source_time() == made.time);
    assert!(made.time.is_none_or(|time| crate::clock::rfc3339(time).len() == 24), "a time of four-digit years");
    Out { end, event }
}

/// The greeting of a connection that came in pieces of the given lengths.
fn greet(bytes: &[u8], length: &mut dyn FnMut() -> usize) -> Result<Option<String>, String> {
    let mut decoder = Decoder::new(LIMITS, 0);
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(length().min(rest.len()));
        rest = after;
        decoder.space().extend_from_slice(piece);
        let found = decoder.greeting(GREETING_BYTES);
        if found != Ok(None) {
            return found;
        }
    }
    Ok(None)
}
