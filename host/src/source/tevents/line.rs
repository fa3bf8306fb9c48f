//! What one line of a log is, seen alone: stamped with a time, the head of a message, a line of its body.
//!
//! All functions take the bytes of a line without its end and never look at another one.

use memchr::memmem;

use super::date::{Stamp, number};

/// Bytes at the beginning of a line among which a time or the name of a message is looked for when something stands
/// before it.
const PREFIX_BYTES: usize = 64;
/// Bytes in which the word `message` is looked for: host names and client names stand before it.
const HEAD_BYTES: usize = 1_024;
/// Most bytes that the name of a message may have.
const NAME_BYTES: usize = 64;

/// What the head of a message says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    /// `EventRinging`, `RequestMakeCall`, anything that stands behind the word `message`.
    pub(super) name: &'a str,
    /// Nothing follows the name: the line is a head even if no body follows it.
    pub(super) certain: bool,
}

impl Head<'_> {
    /// It is an event.
    pub(super) fn is_event(&self) -> bool {
        is_event_name(self.name)
    }

    /// It is an event or a request: the words of a sentence are neither.
    fn is_known(&self) -> bool {
        self.is_event() || self.name.strip_prefix("Request").is_some_and(begins_upper)
    }
}

fn is_event_name(name: &str) -> bool {
    name.strip_prefix("Event").is_some_and(begins_upper)
}

fn begins_upper(rest: &str) -> bool {
    rest.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase())
}

/// The line without what may stand at its end: carriage returns, spaces, tabs.
pub(super) fn trim_end(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !matches!(byte, b'\r' | b' ' | b'\t')).map_or(0, |at| at + 1);
    line.get(..end).unwrap_or_default()
}

/// The line without the white space before it.
pub(super) fn trim_start(line: &[u8]) -> &[u8] {
    let from = line.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(line.len());
    line.get(from..).unwrap_or_default()
}

/// The time with which the line begins: `@12:34:56.7890`, `12:34:56.789`, `2014-01-01T12:34:56.789`. White space may
/// stand before it: copies are indented as a whole.
pub(super) fn stamp(line: &[u8]) -> Option<Stamp> {
    let line = trim_start(line);
    match line.first()? {
        b'@' => Stamp::read(line.get(1..)?),
        b'0'..=b'9' => Stamp::read(line).filter(|stamp| stamp.date.is_some() || stamp.fraction),
        _ => None,
    }
}

/// As [`stamp`], for a line that is the head of a message: something short may stand before the time.
pub(super) fn stamp_of_head(line: &[u8]) -> Option<Stamp> {
    let near = line.get(..PREFIX_BYTES.min(line.len()))?;
    let behind_at = || memchr::memchr(b'@', near).and_then(|at| Stamp::read(line.get(at + 1..)?));
    let digits = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| near.get(before));
        before.is_none_or(|byte| !byte.is_ascii_digit()) && near.get(at).is_some_and(u8::is_ascii_digit)
    };
    let anywhere = |fraction: bool| {
        let mut places = (0..near.len()).filter(|at| digits(*at));
        places.find_map(|at| Stamp::read(line.get(at..)?).filter(|stamp| stamp.fraction || !fraction))
    };
    stamp(line).or_else(behind_at).or_else(|| anywhere(true)).or_else(|| anywhere(false))
}

/// The head of a message that the line is, if it is one: `… message EventRinging`, `Message EventRinging received from
/// …`, `message "EventRinging" received …`, `'EventRinging' (60) attributes:`, `TEvent: EventRinging`.
pub(super) fn head(line: &[u8]) -> Option<Head<'_>> {
    let near = trim_end(line.get(..HEAD_BYTES.min(line.len()))?);
    let mut other = None;
    for at in memmem::find_iter(near, b"essage ") {
        let Some(first) = at.checked_sub(1).and_then(|first| near.get(first)) else { continue };
        let word_begins =
            at.checked_sub(2).and_then(|before| near.get(before)).is_none_or(|before| !before.is_ascii_alphanumeric());
        if !matches!(first, b'm' | b'M') || !word_begins {
            continue;
        }
        let Some(found) = named(near.get(at + b"essage ".len()..)?, *first == b'm') else { continue };
        if found.is_known() {
            return Some(found);
        }
        other = other.or(Some(found).filter(|found| found.certain && begins_upper(found.name)));
    }
    other.or_else(|| of_library(near)).or_else(|| of_observer(near))
}

/// A name, quoted or not, and whether the line ends with it.
fn named(rest: &[u8], certain: bool) -> Option<Head<'_>> {
    let rest = trim_start(rest);
    let quoted = usize::from(matches!(rest.first(), Some(b'\'' | b'"' | b'[')));
    let rest = rest.get(quoted..)?;
    let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(rest.len());
    let name = rest.get(..end).filter(|name| (1..=NAME_BYTES).contains(&name.len()))?;
    let after = rest.get(end..).unwrap_or_default();
    let ends = after.iter().all(|byte| matches!(byte, b'\'' | b'"' | b']' | b':' | b' '));
    let number = after.strip_prefix(b" (").or(after.strip_prefix(b"(")).and_then(|after| after.strip_suffix(b")"));
    let numbered = number.is_some_and(|number| number.iter().all(u8::is_ascii_digit));
    Some(Head { name: std::str::from_utf8(name).ok()?, certain: certain && (ends || numbered) })
}

/// The head as client libraries of the platform print it: `'EventRinging' (60) attributes:`.
fn of_library(line: &[u8]) -> Option<Head<'_>> {
    let at = memmem::find(line, b"'Event").or_else(|| memmem::find(line, b"'Request"))?;
    let found = named(line.get(at..)?, false)?;
    (found.is_known() && line.ends_with(b"attributes:")).then_some(found)
}

/// The head as servers that only look on write it: `… TEvent: EventRinging`.
fn of_observer(line: &[u8]) -> Option<Head<'_>> {
    let mark = b" TEvent: ";
    let at = memmem::find(line, mark)?;
    named(line.get(at + mark.len()..)?, false).filter(Head::is_event)
}

/// What a line inside a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// `AttributeThisDN …`
    Attribute,
    /// `'key' …`
    Pair,
    /// Indented by a tab, but neither.
    Unknown,
    /// Words that carry nothing: `message attributes:`, `Time = ComplexClass(TimeStamp):`.
    Filling,
    /// Nothing of the message.
    No,
}

/// What the line is if it stands inside a message.
pub(super) fn body(line: &[u8]) -> Body {
    let content = trim_start(line);
    if is_attribute(content) {
        return Body::Attribute;
    }
    let filling = content.starts_with(b"message attributes:")
        || (content.starts_with(b"Time") && memmem::find(content, b"ComplexClass").is_some());
    match (content.first(), line.first()) {
        (Some(b'\''), _) if split_pair(content).is_some() => Body::Pair,
        _ if filling => Body::Filling,
        (_, Some(b'\t')) if !begins_other(content) => Body::Unknown,
        _ => Body::No,
    }
}

/// Something begins here that is none of a message's body, however it is indented.
fn begins_other(content: &[u8]) -> bool {
    stamp(content).is_some() || head(content).is_some_and(|head| head.certain && head.is_known())
}

fn is_attribute(content: &[u8]) -> bool {
    let Some(name) = content.strip_prefix(b"Attribute") else { return false };
    let end = name.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(name.len());
    name.first().is_some_and(u8::is_ascii_uppercase)
        && name.get(end).is_none_or(|byte| matches!(byte, b'\t' | b' ' | b'\r' | b'=' | b':'))
}

/// Splits `Name value`, the part of an attribute's line behind `Attribute`.
pub(super) fn split_attribute(content: &str) -> Option<(&str, &str)> {
    let rest = content.strip_prefix("Attribute")?;
    let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
    let (name, value) = rest.split_at_checked(end)?;
    (!name.is_empty()).then_some((name, value.trim_matches([' ', '\t', '\r'])))
}

/// Splits `'key' rest`: the key without its quotes, and what stands behind it, untrimmed. A quote ends the key if white
/// space, `(` or the end of the line follows; where the line has tabs, only a tab, `(` or the end does.
pub(super) fn split_pair(content: &[u8]) -> Option<(&[u8], &[u8])> {
    split_key(content, memchr::memchr(b'\t', content).is_some())
}

/// As [`split_pair`]; `by_tab` if a space behind a quote does not end the key.
pub(super) fn split_key(content: &[u8], by_tab: bool) -> Option<(&[u8], &[u8])> {
    let rest = content.strip_prefix(b"'")?;
    let mut loose = None;
    for at in memchr::memchr_iter(b'\'', rest) {
        let split = (rest.get(..at)?, rest.get(at + 1..)?);
        match split.1.first() {
            None | Some(b'\t' | b'\r' | b'(') => return Some(split),
            Some(b' ') if !by_tab => return Some(split),
            Some(b' ') => loose = loose.or(Some(split)),
            Some(_) => {}
        }
    }
    loose
}

/// What an unquoted word `[str] =`, `[12] =` or `=` before a value leaves: client libraries print types.
pub(super) fn strip_type(value: &str) -> (&str, bool) {
    let value = value.trim_start_matches([' ', '\t']);
    let typed = value.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    if let Some((kind, rest)) = typed
        && kind.bytes().all(|byte| byte.is_ascii_alphabetic())
        && let Some(rest) = rest.trim_start_matches([' ', '\t']).strip_prefix('=')
    {
        return (rest.trim_start_matches([' ', '\t']), true);
    }
    match value.strip_prefix('=') {
        Some(rest) => (rest.trim_start_matches([' ', '\t']), true),
        None => (value, false),
    }
}

/// The mark of a nested list behind a key, and what follows it on the line.
pub(super) fn strip_list(value: &str) -> Option<&str> {
    let value = value.trim_start_matches([' ', '\t']);
    value.strip_prefix("(list)").or_else(|| strip_type(value).0.strip_prefix("KVList:"))
}

/// A quoted value begins on this line of a body and does not end on it.
pub(super) fn leaves_open(line: &[u8]) -> bool {
    let line = trim_end(line);
    let mut rest = trim_start(line);
    if rest.starts_with(b"Attribute") {
        let end = rest.iter().position(|byte| matches!(byte, b'\t' | b' ' | b'='));
        return value_open(end.and_then(|end| rest.get(end..)).unwrap_or_default());
    }
    while let Some((_, value)) = split_pair(rest) {
        match trim_start(value).strip_prefix(b"(list)") {
            Some(nested) => rest = trim_start(nested),
            None => return value_open(value),
        }
    }
    false
}

fn value_open(value: &[u8]) -> bool {
    let mut value = trim_start(value);
    if matches!(value.first(), Some(b'[' | b'=')) {
        let Some(at) = memchr::memchr(b'=', value) else { return false };
        value = trim_start(value.get(at + 1..).unwrap_or_default());
    }
    match value.first() {
        Some(quote @ (b'\'' | b'"')) => value.len() == 1 || value.last() != Some(quote),
        _ => false,
    }
}

/// Whether an open value ends on this line, as it ends with a quote.
pub(super) fn closes(line: &[u8]) -> bool {
    matches!(trim_end(line).last(), Some(b'\'' | b'"'))
}

/// Whether the line cannot be part of a value that spans lines: it begins with a time, is the head of a message, or a
/// line of a body as servers write it.
pub(super) fn breaks_value(line: &[u8]) -> bool {
    let indented = matches!(line.first(), Some(b'\t' | b' '));
    let of_body = indented
        && match body(line) {
            Body::Attribute => true,
            Body::Pair => line.starts_with(b"\t\t") || line.starts_with(b"    "),
            _ => false,
        };
    of_body || (!indented && begins_other(line))
}

/// A line of a preamble: `Key: value`, a rule, or nothing.
pub(super) fn of_preamble(line: &[u8]) -> bool {
    let line = trim_start(trim_end(line));
    if line.iter().all(|byte| matches!(byte, b'*' | b'=' | b'-' | b'#' | b' ')) {
        return true;
    }
    let key = memchr::memchr(b':', line).and_then(|at| line.get(..at));
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || b" ()/_-.".contains(byte);
    key.is_some_and(|key| {
        (2..=48).contains(&key.len()) && key.first().is_some_and(u8::is_ascii_alphabetic) && key.iter().all(word)
    }) && head(line).is_none()
        && !is_attribute(line)
}

/// Key and value of a line of a preamble, the key in lower case and without spaces at its end.
pub(super) fn preamble(line: &[u8]) -> Option<(String, &str)> {
    let (key, value) = std::str::from_utf8(trim_end(line)).ok()?.split_once(':')?;
    Some((key.trim().to_ascii_lowercase(), value.trim()))
}

/// The number in `(12) name`: which file of a log in pieces this is.
pub(super) fn file_number(value: &str) -> Option<i64> {
    let (digits, _) = value.strip_prefix('(')?.split_once(')')?;
    number(digits.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_messages() {
        let cases: [(&str, Option<(&str, bool)>); 17] = [
            ("@12:34:56.7890 [0] 8.1.001.23 distribute_event: message EventRinging", Some(("EventRinging", true))),
            (
                "@12:34:56.7890 [0] 8.1 distribute call/party event: message EventCallCreated\r",
                Some(("EventCallCreated", true)),
            ),
            ("received from 65200(TServer)host:7002(fd=12) message EventQueued", Some(("EventQueued", true))),
            ("-Ap[10]-12:00:00.123 message EventRinging", Some(("EventRinging", true))),
            ("message EventRinging (60)", Some(("EventRinging", true))),
            ("message EventRinging:", Some(("EventRinging", true))),
            ("message 'EventRinging'", Some(("EventRinging", true))),
            ("12:00:00.123 Trc 04541 Message EventRinging received from 'ts@7001'", Some(("EventRinging", false))),
            (
                "12:00:00.123 Int 04543 Interaction message \"EventRinging\" received from 65200 (\"ts@1\")",
                Some(("EventRinging", false)),
            ),
            ("12:00:00.123 Trc 04541 RequestQueryCall received from [66] (00 Desk 10.1.1.1:49280)", None),
            ("message RequestMakeCall", Some(("RequestMakeCall", true))),
            ("message ISCCEventCall", Some(("ISCCEventCall", true))),
            ("the message queue is full", None),
            ("a message EventRinging of message RequestX", Some(("EventRinging", false))),
            ("premessage EventRinging", None),
            ("got 'EventRinging' (60) attributes:", Some(("EventRinging", false))),
            ("message Eventually", Some(("Eventually", true))),
        ];
        for (line, expect) in cases {
            assert_eq!(head(line.as_bytes()).map(|head| (head.name, head.certain)), expect, "{line}");
        }
        assert!(!head(b"message Eventually").expect("a name").is_event());
    }

    #[test]
    fn times_in_heads() {
        let read =
            |line: &str| stamp_of_head(line.as_bytes()).map(|stamp| (stamp.date.is_some(), stamp.of_day / 1_000));
        for (line, expect) in [
            ("@12:00:00.5000 x message EventA", Some((false, 43_200_500))),
            ("-Ap[10]-12:00:00.5 message EventA", Some((false, 43_200_500))),
            ("-Ap[10]-<@12:00:00.5 message EventA", Some((false, 43_200_500))),
            ("[7] 2014-01-01 12:00:00,500 message EventA", Some((true, 43_200_500))),
            ("01/31/14 12:00:00 message EventA", Some((false, 43_200_000))),
            ("from 10:20:30:40 12:00:00.5 message EventA", Some((false, 43_200_500))),
            ("message EventA", None),
        ] {
            assert_eq!(read(line), expect, "{line}");
        }
    }

    #[test]
    fn pairs_and_open_values() {
        let split = |line: &'static str| {
            split_pair(line.as_bytes()).map(|(key, rest)| {
                (String::from_utf8_lossy(key).into_owned(), String::from_utf8_lossy(rest).into_owned())
            })
        };
        let pair = |key: &str, rest: &str| Some((key.to_owned(), rest.to_owned()));
        assert_eq!(split("'k'\t'v'"), pair("k", "\t'v'"));
        assert_eq!(split("'it's one'\t'v'"), pair("it's one", "\t'v'"));
        assert_eq!(split("'k'  'v'"), pair("k", "  'v'"));
        assert_eq!(split("'k'(list) 'a'\t'b'"), pair("k", "(list) 'a'\t'b'"));
        assert_eq!(split("'k'"), pair("k", ""));
        assert_eq!(split("'k"), None);
        for (line, expect) in [
            ("\t\t'k'\t'v'", false),
            ("\t\t'k'\t'v", true),
            ("\t\t'k'\t'", true),
            ("\t\t'k'\t''", false),
            ("\t\t'k'\t'v'\r", false),
            ("\t\t'k'\t42", false),
            ("\t\t'l'(list) 'k'\t'v", true),
            ("\tAttributeThisDN\t'7001'", false),
            ("\tAttributeThisDN\t'70", true),
            ("\tAttributeThisDN [str] = \"70", true),
            ("\tAttributeUserData\t[4] 00 00..", false),
            ("\tAttributeThisDN", false),
        ] {
            assert_eq!(leaves_open(line.as_bytes()), expect, "{line}");
        }
    }

    #[test]
    fn lines_of_bodies() {
        for (line, expect) in [
            ("\tAttributeThisDN\t'1'", Body::Attribute),
            ("    AttributeThisDN    '1'", Body::Attribute),
            ("AttributeThisDN\t'1'", Body::Attribute),
            ("\tAttribute", Body::Unknown),
            ("\tAttributes of it", Body::Unknown),
            ("\t\t'k'\t'v'", Body::Pair),
            ("'k'\t'v'", Body::Pair),
            ("\tanything", Body::Unknown),
            ("  anything", Body::No),
            ("anything", Body::No),
            ("", Body::No),
        ] {
            assert_eq!(body(line.as_bytes()), expect, "{line}");
        }
    }

    #[test]
    fn preambles() {
        for (line, expect) in [
            ("Local time:       2014-09-16T13:14:58.465", true),
            ("Application name: tserver", true),
            ("File: (37) a.log", true),
            ("", true),
            ("======", true),
            ("@12:00:00.000 [0] x: y", false),
            ("12:00:00.123 Trc 04541 x", false),
            ("\tAttributeThisDN\t'1:2'", false),
            ("send_to_client: message EventRegistered", false),
        ] {
            assert_eq!(of_preamble(line.as_bytes()), expect, "{line}");
        }
        assert_eq!(preamble(b"Local Time  :  2014 "), Some(("local time".to_owned(), "2014")));
        assert_eq!(file_number("(37) a.log"), Some(37));
    }
}
