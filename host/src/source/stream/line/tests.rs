//! Lines and what becomes of them.

use super::*;
use crate::event::View;

fn reader() -> LineReader {
    LineReader::new(1 << 20)
}

/// The event that a line makes, as JSON without the times.
fn event(text: &str) -> String {
    let mut reader = reader();
    let line = reader.read(text, 1);
    assert_eq!(line.what, Ok(What::Event), "{text}");
    let raw = reader.event().finish().expect("fits");
    let view = View::parse(&raw).expect("valid");
    assert_eq!(line.sequence, view.sequence());
    let attributes: Vec<_> = view.attributes().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{} {:?} {:?} {}", view.name(), view.sequence(), view.source_time(), attributes.join(" "))
}

fn problem(text: &str) -> (Option<u64>, String) {
    let line = reader().read(text, 1);
    (line.sequence, line.what.expect_err(text).into_owned())
}

#[test]
fn events_become_flat() {
    for (text, expect) in [
        (r#"{"event":"EventRinging","seq":7,"time":5}"#, "EventRinging Some(7) Some(5) "),
        (r#"{"event":"A"}"#, "A None None "),
        (
            r#"{"seq":1,"attributes":{"A":"x","B":-2},"time":"1970-01-01T00:00:01Z","event":"E"}"#,
            r#"E Some(1) Some(1000000) A=Text("x") B=Integer(-2)"#,
        ),
        (r#"{"event":"E","attributes":[["A","1"],["A","2"]]}"#, r#"E None None A=Text("1") A=Text("2")"#),
        (
            r#"{"event":"E","attributes":{"A":1.5,"B":true,"C":null,"D":99999999999999999999}}"#,
            r#"E None None A=Text("1.5") B=Text("true") D=Text("99999999999999999999")"#,
        ),
        (
            r#"{"event":"E","attributes":{"U":{"k":"v","n":{"m":"x","o":{"p":3}},"z":null,"e":{},"b":false},"V":[["k","1"],["k",2],["n",[["a","b"]]]],"W":{},"X":[]}}"#,
            r#"E None None U=List({"k": "v", "n.m": "x", "n.o.p": "3", "b": "false"}) V=List({"k": "1", "k": "2", "n.a": "b"}) W=List({}) X=List({})"#,
        ),
        (
            r#"{"\u0065vent":"E\n","attributes":{"\u0041":"\"\\","L":{"\u006b":{"\t":"\ud83d\ude00"}}}}"#,
            "E\n None None A=Text(\"\\\"\\\\\") L=List({\"k.\\t\": \"\u{1f600}\"})",
        ),
        (r#"{"event":"E","attributes":{"N":"a\u0000b"},"new":{"seq":3}}"#, r#"E None None N=Text("a\0b")"#),
        (r#"{"event":"E","attributes":null}"#, "E None None "),
    ] {
        assert_eq!(event(text), expect);
    }
}

#[test]
fn other_lines_are_told_apart() {
    for (text, what) in [
        (r#"{"link":"down","seq":8}"#, What::Link { up: false }),
        (r#"{"link":"up","seq":8}"#, What::Link { up: true }),
        (r#"{"primary":102,"seq":8}"#, What::Primary(102)),
        (r#"{"shutdown":{},"seq":8}"#, What::Shutdown),
        (r#"{"ping":-3}"#, What::Ping(-3)),
        (r#" { "pong" : 3 } "#, What::Pong(Some(3))),
        (r#"{"hello":{"protocol":1}}"#, What::Hello),
    ] {
        assert_eq!(reader().read(text, 1).what, Ok(what), "{text}");
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    for (text, sequence, words) in [
        ("", None, "cut short at byte 0"),
        ("[]", None, "no object at byte 0"),
        ("{}", None, "the line says nothing that is known here"),
        (r#"{"seq":7,"news":1}"#, Some(7), "the line says nothing that is known here"),
        (r#"{"event":"E","seq":0}"#, None, "`seq` is no whole number from 1 to 9223372036854775807"),
        (r#"{"event":"E","seq":9223372036854775808}"#, None, "`seq` is no whole number from 1 to 9223372036854775807"),
        (r#"{"event":"E","seq":"7"}"#, None, "`seq` is no whole number from 1 to 9223372036854775807"),
        (r#"{"event":"E","seq":7,"seq":8}"#, None, "the same key twice"),
        (r#"{"event":"E","event":"F","seq":8}"#, Some(8), "the same key twice"),
        (r#"{"event":"E","seq":8,"attributes":{},"attributes":{}}"#, Some(8), "the same key twice"),
        (r#"{"event":"E","link":"up","seq":8}"#, Some(8), "the line says two things"),
        (r#"{"event":7,"seq":8}"#, Some(8), "`event` is no text"),
        (r#"{"event":"","seq":8}"#, Some(8), "`event` is empty"),
        (r#"{"event":"E","seq":8,"time":"noon"}"#, Some(8), "`time` is neither µs since 1970 nor RFC 3339"),
        (r#"{"event":"E","seq":8,"attributes":"x"}"#, Some(8), "`attributes` is no list"),
        (r#"{"event":"E","seq":8,"attributes":[1]}"#, Some(8), "no [key, value] pair at byte 36"),
        (r#"{"event":"E","seq":8,"attributes":{"a":[["k",1,2]]}}"#, Some(8), "more than a pair at byte 47"),
        (r#"{"event":"E","seq":8,"attributes":{"a":["k","l"]}}"#, Some(8), "no [key, value] pair at byte 43"),
        (r#"{"event":"E","seq":87"time":1}"#, None, "neither comma nor end at byte 21"),
        (r#"{"event":"E","seq":8} x"#, Some(8), "more than one value at byte 22"),
        (r#"{"link":"sideways","seq":8}"#, Some(8), "`link` is neither \"up\" nor \"down\""),
        (r#"{"primary":0,"seq":8}"#, Some(8), "`primary` is no DBID"),
        (r#"{"ping":"x"}"#, None, "`ping` is no whole number"),
        (
            "{\"event\":\"E\",\"seq\":8,\"attributes\":{\"a\":\"\u{0}\"}}",
            Some(8),
            "control character in a string at byte 40",
        ),
    ] {
        assert_eq!(problem(text), (sequence, words.to_owned()), "{text}");
    }
}

#[test]
fn every_cut_keeps_the_number() {
    let text =
        r#"{"event":"EventRinging","seq":7,"time":5,"attributes":{"A":"\u00e9x","L":[["k",{"n":1}]],"N":-1.5e3}} "#;
    let numbered = text.find(",\"time").expect("is there");
    for at in 0..text.len() - 1 {
        let (sequence, _) = problem(text.get(..at).expect("ASCII"));
        assert_eq!(sequence, (at > numbered).then_some(7), "{at}");
    }
}

/// A key of 100 kB over 10,000 pairs would be a gigabyte.
#[test]
fn nesting_cannot_grow_an_event() {
    let (key, pairs) = ("k".repeat(100_000), r#""a":1,"#.repeat(10_000));
    let list = format!(r#""L":{{"{key}":{{{pairs}"z":1}}}}"#);
    let text = format!(r#"{{"event":"E","seq":8,"attributes":{{{list},{list},{list}}}}}"#);
    let mut reader = reader();
    let line = reader.read(&text, 1);
    assert_eq!((line.sequence, line.what), (Some(8), Err("larger than an event may be".into())));
    assert!(reader.pairs.text.capacity() < 4 << 20);
    // And the next line is as good as any.
    assert_eq!(reader.read(r#"{"event":"E"}"#, 1).what, Ok(What::Event));
}

#[test]
fn what_was_malformed_is_kept_by_its_beginning() {
    let text = format!("{{\"seq\":3,\"time\":9,\"event\":\"E\",\"attributes\":{{\"a\":\"{}", "\u{20ac}".repeat(5_000));
    let mut reader = reader();
    let line = reader.read(&text, 1);
    let raw = reader.malformed(&text, "cut", &line, 1).finish().expect("fits");
    let view = View::parse(&raw).expect("valid");
    assert_eq!((view.name(), view.sequence(), view.source_time()), (MALFORMED, Some(3), Some(9)));
    assert!(text.starts_with(view.text("Raw").expect("has it")) && raw.len() < 5_000);
}
