//! Makes flat events from the packets of a manager connection.
//!
//! # Format
//! | packet | event |
//! |---|---|
//! | `Event: X` | name X; every other line is a text attribute in its place, names may repeat |
//! | lines `…ChanVariable: key=value` | one list attribute of that name, at the place of the first |
//! | `Timestamp: seconds.micros` | also the event's source time |
//! | `Response: X` that is not ours | name `Response`, attribute `Response` = X first |
//! | a line that is not `Name: value` | text attribute [`UNPARSED_LINE`] |
//! | bytes that are not UTF-8 | U+FFFD each, integer attribute [`INVALID_UTF8`] = how many |
//! | neither, or damaged | name [`MALFORMED`], attributes `reason`, `length` (bytes), `bytes` (the beginning) |
//!
//! Values stay as they are: empty ones, and `<unknown>`.

use std::borrow::Cow;

use super::packet::Damaged;
use crate::event::{Builder, Kind, Micros};

/// Name of the event that stands for a packet which is none.
pub(crate) const MALFORMED: &str = "MalformedPacket";
/// Attribute with a line that is not `Name: value`.
pub(crate) const UNPARSED_LINE: &str = "_unparsed_line";
/// Attribute with the number of byte sequences that were not UTF-8.
pub(crate) const INVALID_UTF8: &str = "_invalid_utf8";

/// End of the names of headers that carry variables of a channel.
const VARIABLES: &str = "ChanVariable";
/// Latest source time that is believed: the year 9999. Beyond it no database follows.
const LATEST_SECONDS: i64 = 253_402_300_799;

/// What a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// An event with its name.
    Event(&'a str),
    /// The answer to an action, with its first word.
    Response(&'a str),
    /// Neither.
    Unknown,
}

/// A packet, read.
#[derive(Debug)]
pub(crate) struct Packet<'a> {
    text: Cow<'a, str>,
    /// Byte sequences that were not UTF-8.
    pub(crate) invalid_utf8: usize,
}

impl<'a> Packet<'a> {
    /// Reads the lines of a packet.
    pub(crate) fn read(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self { text: Cow::Borrowed(text), invalid_utf8: 0 },
            Err(_) => Self {
                text: String::from_utf8_lossy(bytes),
                invalid_utf8: bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count(),
            },
        }
    }

    /// What the packet is. The header that tells comes first from every known exchange, but need not.
    pub(crate) fn content(&self) -> Content<'_> {
        for (place, (name, value)) in self.headers().enumerate() {
            match name {
                "Event" => return Content::Event(value),
                "Response" if place == 0 => return Content::Response(value),
                _ => {}
            }
        }
        Content::Unknown
    }

    /// The value of the first header of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        lines(&self.text).find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(unspaced)
    }

    /// Names and values in their order; a line that is no header has the name [`UNPARSED_LINE`].
    fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        lines(&self.text).map(|line| match cut(line, b':') {
            Some((name, value)) if !name.is_empty() => (name, unspaced(value)),
            _ => (UNPARSED_LINE, line),
        })
    }
}

/// As [`str::lines`], several times as fast: most of a packet's time goes into finding its lines.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let line;
        (line, rest) = cut(rest, b'\n').unwrap_or((rest, ""));
        Some(line.strip_suffix('\r').unwrap_or(line))
    })
}

/// What stands before and after the first `byte`, an ASCII character.
fn cut(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = memchr::memchr(byte, text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// A value without the one space before it.
fn unspaced(value: &str) -> &str {
    value.strip_prefix(' ').unwrap_or(value)
}

/// What is said of an event that was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Made {
    /// The source's time.
    pub(crate) time: Option<Micros>,
    /// Something in it was not as it should be.
    pub(crate) malformed: bool,
}

/// Makes flat events, in the same memory again and again.
#[derive(Debug)]
pub(crate) struct Flattener {
    builder: Builder,
}

impl Flattener {
    /// With nothing in it yet.
    pub(crate) fn new() -> Self {
        Self { builder: Builder::new(Kind::Source, "", 0) }
    }

    /// Appends the event that `packet` is to `out`; `sequence` is the source's number of it, if it has one.
    pub(crate) fn packet(
        &mut self,
        packet: &Packet<'_>,
        received: Micros,
        sequence: Option<u64>,
        out: &mut Vec<u8>,
    ) -> Made {
        let (name, left_out) = match packet.content() {
            Content::Event(name) => (name, "Event"),
            Content::Response(_) => ("Response", ""),
            Content::Unknown => {
                let reason = "begins with neither Event nor Response";
                return self.text_as_malformed(reason, &packet.text, packet.text.len(), received, sequence, out);
            }
        };
        let builder = &mut self.builder;
        builder.reset(Kind::Source, name, received);
        let mut made = Made::default();
        let mut lists: Vec<&str> = Vec::new();
        for (name, value) in packet.headers() {
            if name == left_out {
                continue;
            }
            if is_variables(name) {
                if !lists.contains(&name) {
                    lists.push(name);
                    let all = packet.headers().filter(|(other, _)| *other == name);
                    builder.list(name, all.map(|(_, pair)| pair.split_once('=').unwrap_or((pair, ""))));
                }
                continue;
            }
            if name == "Timestamp" && made.time.is_none() {
                made.time = micros(value);
            }
            made.malformed |= name == UNPARSED_LINE;
            builder.text(name, value);
        }
        if packet.invalid_utf8 > 0 {
            builder.integer(INVALID_UTF8, i64::try_from(packet.invalid_utf8).unwrap_or(i64::MAX));
        }
        if let Some(time) = made.time {
            builder.time(time);
        }
        if let Some(sequence) = sequence {
            builder.sequence(sequence);
        }
        if builder.append_to(out).is_err() {
            let reason = "larger than an event may be";
            return self.text_as_malformed(reason, &packet.text, packet.text.len(), received, sequence, out);
        }
        made
    }

    /// Appends the event that stands for a damaged packet to `out`.
    pub(crate) fn damaged(
        &mut self,
        damaged: &Damaged<'_>,
        received: Micros,
        sequence: Option<u64>,
        out: &mut Vec<u8>,
    ) -> Made {
        let text = String::from_utf8_lossy(damaged.kept);
        let length = usize::try_from(damaged.length).unwrap_or(usize::MAX);
        self.text_as_malformed(damaged.reason, &text, length, received, sequence, out)
    }

    fn text_as_malformed(
        &mut self,
        reason: &str,
        text: &str,
        length: usize,
        received: Micros,
        sequence: Option<u64>,
        out: &mut Vec<u8>,
    ) -> Made {
        // Replacing bytes that are not UTF-8 may have made the text three times as long.
        let kept = text.floor_char_boundary(super::packet::KEPT_BYTES);
        let builder = &mut self.builder;
        builder.reset(Kind::Source, MALFORMED, received);
        if let Some(sequence) = sequence {
            builder.sequence(sequence);
        }
        builder.text("reason", reason).integer("length", i64::try_from(length).unwrap_or(i64::MAX));
        builder.text("bytes", text.get(..kept).unwrap_or_default());
        let fits = builder.append_to(out).is_ok();
        debug_assert!(fits, "64 KiB always fit");
        Made { time: None, malformed: true }
    }
}

/// `ChanVariable`, `DestChanVariable`, …, and `ChanVariable(channel)` of old versions.
fn is_variables(name: &str) -> bool {
    name.ends_with(VARIABLES) || cut(name, b'(').is_some_and(|(before, _)| before.ends_with(VARIABLES))
}

/// `seconds.fraction` since 1970 UTC, in µs; what is not that is no time.
pub(crate) fn micros(text: &str) -> Option<Micros> {
    let (seconds, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if seconds.is_empty() || !digits(seconds) || !digits(fraction) {
        return None;
    }
    let seconds: i64 = seconds.parse().ok().filter(|seconds| *seconds <= LATEST_SECONDS)?;
    let fraction: String = fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
    Some(seconds * 1_000_000 + fraction.parse::<i64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{MAX_EVENT_BYTES, Value, View, Views};

    fn flat(bytes: &[u8]) -> (Vec<u8>, Made) {
        let mut out = Vec::new();
        let made = Flattener::new().packet(&Packet::read(bytes), 5, Some(9), &mut out);
        (out, made)
    }

    fn check(packet: &str, expect: &str) {
        let (out, _) = flat(packet.as_bytes());
        let shown = format!("{:?}", View::parse(&out).expect("valid"));
        assert_eq!(shown, format!("0 Source {expect}"), "{packet}");
    }

    #[test]
    fn lines_become_attributes_in_their_order() {
        check(
            "Event: Hangup\r\nChannel: PJSIP/1-1\r\nCallerIDNum: <unknown>\r\nEmpty: \r\nBare:\r\nTwo: a: b\r\nTwo:  c\r\n",
            r#"Hangup{"Channel": Text("PJSIP/1-1"), "CallerIDNum": Text("<unknown>"), "Empty": Text(""), "Bare": Text(""), "Two": Text("a: b"), "Two": Text(" c")}"#,
        );
        check("Response: Error\r\nMessage: no\r\n", r#"Response{"Response": Text("Error"), "Message": Text("no")}"#);
        check("Channel: x\nEvent: Late\n", r#"Late{"Channel": Text("x")}"#);
        check("Event: OriginateResponse\r\nResponse: Failure\r\n", r#"OriginateResponse{"Response": Text("Failure")}"#);
    }

    #[test]
    fn variables_of_a_channel_become_a_list() {
        check(
            "Event: A\r\nChanVariable: a=1\r\nDestChanVariable: z=\r\nx: y\r\nChanVariable: b=2=3\r\nChanVariable: c\r\n",
            r#"A{"ChanVariable": List({"a": "1", "b": "2=3", "c": ""}), "DestChanVariable": List({"z": ""}), "x": Text("y")}"#,
        );
        check(
            "Event: A\r\nChanVariable(SIP/1-2): a=1\r\nChanVariable(SIP/3): b=2\r\n",
            r#"A{"ChanVariable(SIP/1-2)": List({"a": "1"}), "ChanVariable(SIP/3)": List({"b": "2"})}"#,
        );
    }

    #[test]
    fn the_timestamp_is_the_source_time() {
        for (text, expect) in [
            ("1795347147.107417", Some(1_795_347_147_107_417)),
            ("1795347147", Some(1_795_347_147_000_000)),
            ("1795347147.1", Some(1_795_347_147_100_000)),
            ("1795347147.1234567", Some(1_795_347_147_123_456)),
            ("", None),
            ("-5.0", None),
            ("1.-5", None),
            ("99999999999999999999.0", None),
            ("9999999999999.0", None),
            ("soon", None),
        ] {
            assert_eq!(micros(text), expect, "{text}");
            let (out, made) = flat(format!("Event: A\r\nTimestamp: {text}\r\n").as_bytes());
            let view = View::parse(&out).expect("valid");
            assert_eq!((made.time, view.source_time(), view.sequence()), (expect, expect, Some(9)));
        }
    }

    #[test]
    fn what_is_no_event_is_kept() {
        check(
            "Junk\r\n",
            r#"MalformedPacket{"reason": Text("begins with neither Event nor Response"), "length": Integer(6), "bytes": Text("Junk\r\n")}"#,
        );
        let (out, made) = flat(b"Event: A\r\nno header\r\n: nor this\r\nx: 1\r\n");
        let view = View::parse(&out).expect("valid");
        assert!(made.malformed);
        let unparsed: Vec<_> = view.attributes().filter(|(name, _)| *name == UNPARSED_LINE).collect();
        assert_eq!(unparsed, [(UNPARSED_LINE, Value::Text("no header")), (UNPARSED_LINE, Value::Text(": nor this"))]);
        assert_eq!(view.text("x"), Some("1"));
        let (out, made) = flat(b"Event: A\r\nName: J\xf6rg \xff\xfe\r\n");
        let view = View::parse(&out).expect("valid");
        assert_eq!((view.text("Name"), view.integer(INVALID_UTF8)), (Some("J\u{fffd}rg \u{fffd}\u{fffd}"), Some(3)));
        assert!(!made.malformed);
    }

    #[test]
    fn hostile_bytes_give_bounded_events() {
        let many = format!("Event: A\r\n{}", "a:\n".repeat(300_000));
        let (out, made) = flat(many.as_bytes());
        assert!(made.malformed);
        assert_eq!(View::parse(&out).expect("valid").name(), MALFORMED);
        let mut state = 3_u64;
        for length in 0..2000 {
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    b"Event: \r\nResponse:=\xff\xc3\xa4(ChanVariable"[(state >> 40) as usize % 35]
                })
                .collect();
            let (out, _) = flat(&bytes);
            assert!(out.len() <= MAX_EVENT_BYTES && Views::new(&out).all(|view| view.is_ok()));
        }
    }
}
