//! Entries as lines of the `stream` protocol.
//!
//! Lists are objects, keys with a dot nested once, where that keeps order and repeats; otherwise arrays of pairs.

use crate::event::{Entry, Micros, Server, SiteEvent, Text, Value};

/// Version of the protocol that is spoken.
const PROTOCOL: u32 = 1;

/// The line with which a server begins to speak on a connection.
pub fn hello(source: &str, server: &Server, link_up: bool, line: &mut Vec<u8>) {
    line.extend_from_slice(br#"{"hello":{"protocol":"#);
    number(i64::from(PROTOCOL), line);
    line.extend_from_slice(br#","source":"#);
    text(source, line);
    line.extend_from_slice(br#","kind":"voice","stream":"#);
    text(&server.stream, line);
    line.extend_from_slice(br#","dbid":"#);
    number(i64::from(server.dbid), line);
    line.extend_from_slice(br#","started":"#);
    number(server.started, line);
    line.extend_from_slice(br#","link":"#);
    text(if link_up { "up" } else { "down" }, line);
    line.extend_from_slice(b"}}\n");
}

/// A numbered entry; nothing for [`Entry::Started`], which is said by [`hello`].
pub fn entry(event: &SiteEvent, line: &mut Vec<u8>) {
    match &event.entry {
        Entry::Event { name, attributes } => {
            line.extend_from_slice(br#"{"event":"#);
            text(name, line);
            numbered(event.seq, event.time, line);
            line.extend_from_slice(br#","attributes":{"#);
            for (index, (name, value)) in attributes.iter().enumerate() {
                if index > 0 {
                    line.push(b',');
                }
                text(name, line);
                line.push(b':');
                attribute(value, line);
            }
            line.extend_from_slice(b"}}\n");
        }
        Entry::LinkDown => of_server(br#"{"link":"down""#, event, line),
        Entry::LinkUp => of_server(br#"{"link":"up""#, event, line),
        Entry::Shutdown => of_server(br#"{"shutdown":{}"#, event, line),
        Entry::Primary(dbid) => {
            line.extend_from_slice(br#"{"primary":"#);
            number(i64::from(*dbid), line);
            of_server(b"", event, line);
        }
        Entry::Started(_) => {}
    }
}

fn of_server(begin: &[u8], event: &SiteEvent, line: &mut Vec<u8>) {
    line.extend_from_slice(begin);
    numbered(event.seq, event.time, line);
    line.extend_from_slice(b"}\n");
}

fn numbered(seq: u64, time: Micros, line: &mut Vec<u8>) {
    line.extend_from_slice(br#","seq":"#);
    unsigned(seq, line);
    line.extend_from_slice(br#","time":"#);
    number(time, line);
}

fn attribute(value: &Value, line: &mut Vec<u8>) {
    match value {
        Value::Text(value) => text(value, line),
        Value::Integer(value) => number(*value, line),
        Value::Id(id) => {
            line.push(b'"');
            hexadecimal(*id, line);
            line.push(b'"');
        }
        Value::List(pairs) if is_object(pairs) => object(pairs, line),
        Value::List(pairs) => {
            line.push(b'[');
            for (index, (key, value)) in pairs.iter().enumerate() {
                line.extend_from_slice(if index > 0 { b",[" } else { b"[" });
                text(key, line);
                line.push(b',');
                text(value, line);
                line.push(b']');
            }
            line.push(b']');
        }
    }
}

/// No key comes twice, keys with the same beginning stand together, and none is both a text and a list.
fn is_object(pairs: &[(Text, Text)]) -> bool {
    let mut last = "";
    pairs.iter().enumerate().all(|(index, (key, _))| {
        let head = head(key).0;
        let earlier = pairs.get(..index).unwrap_or_default();
        let fresh = if head == last && index > 0 {
            head.len() < key.len()
                && earlier.iter().all(|(known, _)| known != key)
                && earlier.last().is_some_and(|(known, _)| known.len() > head.len())
        } else {
            earlier.iter().all(|(known, _)| self::head(known).0 != head)
        };
        last = head;
        fresh
    })
}

/// A key before and after its first dot; a key that begins or ends with a dot is not nested.
fn head(key: &str) -> (&str, Option<&str>) {
    match key.split_once('.') {
        Some((head, tail)) if !head.is_empty() && !tail.is_empty() => (head, Some(tail)),
        _ => (key, None),
    }
}

fn object(pairs: &[(Text, Text)], line: &mut Vec<u8>) {
    line.push(b'{');
    let mut open: Option<&str> = None;
    for (index, (key, value)) in pairs.iter().enumerate() {
        let (head, tail) = head(key);
        if open.is_some() && (tail.is_none() || open != Some(head)) {
            line.push(b'}');
        }
        if index > 0 {
            line.push(b',');
        }
        match tail {
            Some(tail) => {
                if open != Some(head) {
                    text(head, line);
                    line.extend_from_slice(b":{");
                    open = Some(head);
                }
                text(tail, line);
            }
            None => {
                open = None;
                text(key, line);
            }
        }
        line.push(b':');
        text(value, line);
    }
    line.extend_from_slice(if open.is_some() { b"}}" } else { b"}" });
}

/// A JSON string.
fn text(value: &str, line: &mut Vec<u8>) {
    line.push(b'"');
    if value.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        line.extend_from_slice(value.as_bytes());
    } else {
        for byte in value.bytes() {
            match byte {
                b'"' | b'\\' => line.extend_from_slice(&[b'\\', byte]),
                b'\n' => line.extend_from_slice(b"\\n"),
                0..0x20 => {
                    line.extend_from_slice(b"\\u00");
                    line.extend_from_slice(&[hex_digit(byte >> 4), hex_digit(byte & 15)]);
                }
                _ => line.push(byte),
            }
        }
    }
    line.push(b'"');
}

fn hex_digit(value: u8) -> u8 {
    match value {
        0..10 => b'0' + value,
        _ => b'a' + value - 10,
    }
}

/// 16 hexadecimal digits.
pub(crate) fn hexadecimal(id: u64, out: &mut Vec<u8>) {
    for byte in id.to_be_bytes() {
        out.extend_from_slice(&[hex_digit(byte >> 4), hex_digit(byte & 15)]);
    }
}

/// A number in decimal.
pub(crate) fn number(value: i64, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    unsigned(value.unsigned_abs(), out);
}

fn unsigned(mut value: u64, out: &mut Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
        at -= 1;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn list(pairs: &[(&str, &str)]) -> String {
        let pairs = pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        let mut line = Vec::new();
        attribute(&Value::List(Arc::new(pairs)), &mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn lists_are_objects_where_nothing_is_lost_by_it() {
        assert_eq!(list(&[]), "{}");
        assert_eq!(list(&[("a", "1"), ("b", "2")]), r#"{"a":"1","b":"2"}"#);
        assert_eq!(
            list(&[("a", "1"), ("n.x", "2"), ("n.y", "3"), ("b", "4")]),
            r#"{"a":"1","n":{"x":"2","y":"3"},"b":"4"}"#
        );
        assert_eq!(list(&[("n.x", "2"), ("m.x", "3")]), r#"{"n":{"x":"2"},"m":{"x":"3"}}"#);
        assert_eq!(list(&[("a", "1"), ("a", "2")]), r#"[["a","1"],["a","2"]]"#);
        assert_eq!(list(&[("n.x", "1"), ("a", "2"), ("n.y", "3")]), r#"[["n.x","1"],["a","2"],["n.y","3"]]"#);
        assert_eq!(list(&[("n", "1"), ("n.y", "3")]), r#"[["n","1"],["n.y","3"]]"#);
        assert_eq!(list(&[("n.y", "1"), ("n", "3")]), r#"[["n.y","1"],["n","3"]]"#);
        assert_eq!(list(&[(".", "1"), ("a.", "3")]), r#"{".":"1","a.":"3"}"#);
    }

    #[test]
    fn texts_and_numbers_are_json() {
        for value in ["", "plain", "q\"b\\s", "line\nbreak\ttab\u{1}\u{1f}", "é–\u{10348}"] {
            let mut line = Vec::new();
            text(value, &mut line);
            assert_eq!(serde_json::from_slice::<String>(&line).unwrap(), value);
        }
        for value in [0, 7, -1, 10, i64::MAX, i64::MIN] {
            let mut line = Vec::new();
            number(value, &mut line);
            assert_eq!(String::from_utf8(line).unwrap(), value.to_string());
        }
    }

    #[test]
    fn every_entry_of_a_day_is_a_line_of_json() {
        let config = crate::Config { agents: 10, hours: 0.2, ..crate::Config::default() };
        for event in crate::Site::new(&config) {
            let mut line = Vec::new();
            entry(&event, &mut line);
            if !matches!(event.entry, Entry::Started(_)) {
                let json: serde_json::Value = serde_json::from_slice(&line).unwrap();
                assert_eq!(json.get("seq").and_then(serde_json::Value::as_u64), Some(event.seq));
                assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            }
        }
    }
}
