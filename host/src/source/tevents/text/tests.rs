//! Logs through the parser, whole and in pieces.

use super::*;
use crate::clock::rfc3339;
use crate::event::{Value, View};

const LIMITS: Limits = Limits { event_bytes_max: 64 << 10, value_bytes_max: 8 << 10 };

const NORTH: &[u8] = include_bytes!("../../../../../tests/data/tevents/ts_north.20131231_235940_118.log");
const CLIENT: &[u8] = include_bytes!("../../../../../tests/data/tevents/urs.20140101_003000_001.log");
const SPACES: &[u8] = include_bytes!("../../../../../tests/data/tevents/spaces.log");
const LIBRARY: &[u8] = include_bytes!("../../../../../tests/data/tevents/library.log");
const PARTS: [&[u8]; 3] = [
    include_bytes!("../../../../../tests/data/tevents/part-1.log"),
    include_bytes!("../../../../../tests/data/tevents/part-2.log"),
    include_bytes!("../../../../../tests/data/tevents/part-3.log"),
];

/// An event in a line: places, times, name, attributes.
fn show(found: &Found) -> String {
    let view = View::parse(&found.event).expect("a flat event");
    assert_eq!((view.sequence(), view.source_time(), view.received()), (Some(found.ends), found.time, found.received));
    let mut shown = format!(
        "{}-{} {} {}",
        found.begins,
        found.ends,
        view.source_time().map_or_else(|| "-".to_owned(), rfc3339),
        view.name()
    );
    for (name, value) in view.attributes() {
        shown += &match value {
            Value::Text(text) => format!(" {name}={text:?}"),
            Value::Integer(number) => format!(" {name}={number}"),
            Value::List(pairs) => {
                let pairs: Vec<String> = pairs.map(|(key, text)| format!("{key}={text:?}")).collect();
                format!(" {name}{{{}}}", pairs.join(" "))
            }
        };
    }
    shown
}

fn parser() -> Parser {
    Parser::new(LIMITS, None, None)
}

fn all(parser: &mut Parser) -> Vec<String> {
    std::iter::from_fn(|| parser.take()).map(|found| show(&found)).collect()
}

fn read(name: &str, bytes: &[u8]) -> Vec<String> {
    let mut parser = parser();
    parser.next_log(name, false);
    parser.feed(bytes);
    parser.finish();
    all(&mut parser)
}

fn without_places(shown: &[String]) -> Vec<&str> {
    shown.iter().map(|line| line.split_once(' ').expect("places").1).collect()
}

/// All logs of one run, each in two pieces cut at `cut`, or whole.
fn run_of(logs: &[(&str, &[u8])], cut: Option<usize>) -> Vec<String> {
    let mut parser = parser();
    for (at, (name, bytes)) in logs.iter().enumerate() {
        let continued = at > 0 && parser.continued_by(bytes, true) == Some(true);
        parser.next_log(name, continued);
        let (one, two) = bytes.split_at(cut.unwrap_or(0).min(bytes.len()));
        parser.feed(one);
        parser.feed(two);
    }
    parser.finish();
    all(&mut parser)
}

const NORTH_NAME: &str = "ts_north.20131231_235940_118.log";
const CLIENT_NAME: &str = "urs.20140101_003000_001.log";

/// Names and bytes of logs that follow one another.
type Run = Vec<(&'static str, &'static [u8])>;

fn runs() -> Vec<(&'static str, Run)> {
    let parts = PARTS.iter().map(|bytes| ("part.log", *bytes)).collect();
    vec![
        (include_str!("../../../../../tests/data/tevents/server.events"), vec![(NORTH_NAME, NORTH)]),
        (include_str!("../../../../../tests/data/tevents/client.events"), vec![(CLIENT_NAME, CLIENT)]),
        (include_str!("../../../../../tests/data/tevents/spaces.events"), vec![("spaces.log", SPACES)]),
        (include_str!("../../../../../tests/data/tevents/library.events"), vec![("library.log", LIBRARY)]),
        (include_str!("../../../../../tests/data/tevents/parts.events"), parts),
    ]
}

#[test]
fn logs_become_events() {
    for (expected, logs) in runs() {
        let shown = run_of(&logs, None);
        assert_eq!(shown, expected.lines().collect::<Vec<_>>(), "{}:\n{}", logs[0].0, shown.join("\n"));
    }
}

#[test]
fn cut_at_every_byte() {
    for (expected, logs) in runs() {
        let longest = logs.iter().map(|(_, bytes)| bytes.len()).max().unwrap_or(0);
        for cut in 0..longest {
            assert_eq!(run_of(&logs, Some(cut)).join("\n"), expected.trim_end(), "cut at {cut}");
        }
    }
}

/// A log that is cut into two files anywhere outside its first event gives the same events.
#[test]
fn cut_into_two_files_at_every_byte() {
    let text = "Local time:  2014-01-02T08:00:00.000\n\n\
        @08:00:00.1000 [0] 8.1 distribute_event: message EventRinging\n\tAttributeThisDN\t'7001'\n\
        \tAttributeUserData\t[9] 00 02 00 00..\n\t\t'a'\t'b c'\n\t\t'd'\t'e\nf'\n\tAttributeCallID\t5\n\
        @08:00:00.2000 [0] 8.1 distribute_event: message EventReleased\n\tAttributeThisDN\t'7001'\n";
    let whole = run_of(&[("a", text.as_bytes())], None);
    let head = text.find("message EventRinging").expect("there") + "message EventRinging\n".len();
    for cut in head..text.len() {
        let (one, rest) = text.split_at(cut);
        for preamble in ["", "Local time:  2014-01-02T08:00:00.150\nFile:  (2) b\n\n"] {
            let two = format!("{preamble}{rest}");
            let shown = run_of(&[("a", one.as_bytes()), ("b", two.as_bytes())], None);
            // A head cut in two cannot be told, and a line break between files is the end of a line.
            let in_head = text.find("@08:00:00.2000").is_some_and(|at| cut > at && cut < at + 62);
            if !in_head && !rest.starts_with("\nf'") {
                assert_eq!(without_places(&shown), without_places(&whole), "cut at {cut} {rest:?}");
            }
        }
    }
}

#[test]
fn a_copy_that_is_indented_as_a_whole() {
    let client = String::from_utf8_lossy(CLIENT).replace('\r', "");
    let expected = read(CLIENT_NAME, CLIENT);
    for indent in ["\t", "    "] {
        let copy: String = client.lines().map(|line| format!("{indent}{line}\n")).collect();
        assert_eq!(without_places(&read(CLIENT_NAME, copy.as_bytes())), without_places(&expected), "{indent:?}");
    }
    // Without any white space before its lines, the counts of the lists tell what is nested.
    let bare: String = client.lines().map(|line| format!("{}\n", line.trim_start())).collect();
    assert_eq!(without_places(&read(CLIENT_NAME, bare.as_bytes())), without_places(&expected));
}

#[test]
fn known_events_are_not_news() {
    let shown = read(NORTH_NAME, NORTH);
    for (at, line) in shown.iter().enumerate() {
        let ends: u64 = line.split(['-', ' ']).nth(1).and_then(|ends| ends.parse().ok()).expect("an end");
        let mut parser = parser();
        parser.next_log(NORTH_NAME, false);
        parser.known_before(ends);
        parser.feed(NORTH);
        parser.finish();
        assert_eq!(all(&mut parser), shown[at + 1..], "from {ends}");
        assert_eq!(parser.seen(), Seen { passed_over: 2, known: at + 1 });
    }
}

#[test]
fn heads_without_bodies() {
    let text = "10:00:00.000 Trc 04541 Message EventRinging received from 'ts@1'\nanything\n\
        10:00:00.000 Trc 50002 TEvent: EventQueued\nanything\n10:00:00.000 message EventOnHook\n10:00:00.000 message EventOffHook (86)\nmessage RequestX\nmessage EventDNDOn";
    let shown = read("a", text.as_bytes());
    assert_eq!(without_places(&shown), ["- EventOnHook", "- EventOffHook", "- EventDNDOn"]);
}

#[test]
fn a_body_without_a_head_is_kept_as_malformed() {
    let shown = read("a", b"File: (2) a\n\n\tAttributeThisDN\t'1'\n\t\t'k'\t'v'\n@10:00:00.0 message EventOnHook\n");
    assert_eq!(
        without_places(&shown),
        [
            "- MalformedEvent Raw=\"\\tAttributeThisDN\\t'1'\\n\\t\\t'k'\\t'v'\\n\" Problem=\"begins in the middle of a message\"",
            "- EventOnHook"
        ]
    );
}

#[test]
fn what_cannot_be_read_is_kept_as_it_is() {
    let text = b"message EventA\n\tAttributeThisDN\t'70\n\tAttributeDNIS\t''\n\tnothing known\n\t\t'k'\t'v'\n\tAttributeANI\t'\xff\xfe'\n\
        \tAttributeConnID\tnone\n\tAttributeCallType\tinbound\n\tAttributeTimeinSecs\t-1\n\tAttributeNew\t007\n\
        \tAttributeBig\t99999999999999999999\n\tAttributeReasons\n\tAttributeNegative\t-5\n";
    assert_eq!(
        without_places(&read("a", text)),
        [
            "- EventA _unparsed_line=\"AttributeThisDN\\t'70\" DNIS=\"\" _unparsed_line=\"nothing known\" _unparsed_line=\"'k'\\t'v'\" \
          ANI=\"\u{fffd}\u{fffd}\" ConnID=\"none\" CallType=\"inbound\" TimeinSecs=-1 New=\"007\" \
          Big=\"99999999999999999999\" Reasons{} Negative=-5 _invalid_utf8=2"
        ]
    );
}

#[test]
fn events_that_a_server_only_looks_at() {
    let log = b"10:00:00.000 Trc 50002 TEvent: EventQueued\n\tAttributeThisDN\t'5000'\n10:00:01.000 TEvent: other\n";
    assert_eq!(without_places(&read("log", log)), ["- EventQueued ThisDN=\"5000\""]);
}

#[test]
fn remarks_and_lists_of_any_name() {
    let log = b"message EventError\n\t(Number is not known)\n\tAttributeReason\t[14] 00 01 01 00..\n\t\t'CODE'\t115\n\
        \tAttributeReason\t[4] 00 00 00 00..\n\tAttributeOther\t[14] 00 01 01 00..\n\t\t'k'\t'v'\n\
        \tAttributeOther\t[14] 00 01 01 00..\n";
    assert_eq!(
        without_places(&read("log", log)),
        ["- EventError _remark=\"(Number is not known)\" Reason{CODE=\"115\"} Reason{} Other{k=\"v\"} \
          Other=\"[14] 00 01 01 00..\""]
    );
}

#[test]
fn huge_lines() {
    let huge = vec![b'x'; 10 << 20];
    let mut text = b"message EventBefore\n\tAttributeThisDN\t'1'\n".to_vec();
    text.extend_from_slice(b"message EventHuge\n\tAttributeANI\t'");
    text.extend_from_slice(&huge);
    text.extend_from_slice(b"'\n\tAttributeThisDN\t'2'\nmessage EventCut\n\tAttributeANI\t'");
    text.extend_from_slice(&huge[..20 << 10]);
    text.extend_from_slice(b"'\nmessage EventMany\n\tAttributeUserData\t[9]\n");
    for _ in 0..10_000 {
        text.extend_from_slice(b"\t\t'k'\t'v'\n");
    }
    text.extend_from_slice(&huge);
    text.extend_from_slice(b"\nmessage EventAfter\n\tAttributeThisDN\t'3'\n");
    for piece in [text.len(), 100_000, 4_097] {
        let mut parser = parser();
        for bytes in text.chunks(piece) {
            parser.feed(bytes);
            let message = parser.open.as_ref().map_or(0, |message| message.block.capacity());
            assert!(parser.partial.capacity() <= 4 * LIMITS.event_bytes_max && message <= 4 * LIMITS.event_bytes_max);
        }
        parser.finish();
        let found: Vec<Found> = std::iter::from_fn(|| parser.take()).collect();
        let views: Vec<View<'_>> = found.iter().map(|found| View::parse(&found.event).expect("valid")).collect();
        let names: Vec<&str> = views.iter().map(View::name).collect();
        assert_eq!(names, ["EventBefore", MALFORMED, "EventCut", MALFORMED, "EventAfter"]);
        assert_eq!(views[1].text("Problem"), Some("longer than event_bytes_max"));
        assert_eq!(views[2].text("ANI").map(str::len), Some(LIMITS.value_bytes_max));
        assert_eq!(views[2].integer("_cut_values"), Some(1));
        assert!(found.iter().all(|found| found.event.len() < 128 << 10));
    }
}

#[test]
fn garbage_gives_bounded_events_and_does_not_depend_on_the_pieces() {
    let words: [&[u8]; 28] = [
        b"message EventRinging",
        b"message RequestX",
        b"\n",
        b"\r\n",
        b"\t",
        b"\tAttribute",
        b"ThisDN\t",
        b"'",
        b"'k'\t'v'",
        b"(list)",
        b"[9] 00 02 00 00..",
        b"UserData\t",
        b"@12:34:56.7890 ",
        b"23:59:59.999 ",
        b"2014-01-01T00:00:00.0 ",
        b"Local time: ",
        b"TimeinSecs\t1388535000 (00:30:00)",
        b" ",
        b"\"",
        b"\xff",
        b"=",
        b"\0",
        b"Check point ",
        b"\tAttributeConnID\t00670255a1b2c3d4\n",
        b"KVList:",
        b"File: (3) x\n",
        b"x",
        "ü€".as_bytes(),
    ];
    for seed in 0..3_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut text = Vec::new();
        for _ in 0..random.usize(0..120) {
            text.extend_from_slice(words[random.usize(0..words.len())]);
        }
        let limits = Limits { event_bytes_max: 200, value_bytes_max: 40 };
        let read = |pieces: &mut dyn FnMut() -> usize| {
            let mut parser = Parser::new(limits, None, None);
            let mut rest = text.as_slice();
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(pieces().min(rest.len()));
                parser.feed(piece);
                rest = after;
            }
            parser.finish();
            all(&mut parser)
        };
        let whole = read(&mut || usize::MAX);
        assert_eq!(read(&mut || random.usize(1..9)), whole, "seed {seed}: {:?}", String::from_utf8_lossy(&text));
    }
}

/// A log as large as wanted, of the data's events again and again.
fn long_log(bytes: usize) -> Vec<u8> {
    let from = NORTH.windows(2).position(|pair| pair == b"\n\n").expect("a preamble") + 2;
    let mut log = Vec::with_capacity(bytes + NORTH.len());
    log.extend_from_slice(&NORTH[..from]);
    while log.len() < bytes {
        log.extend_from_slice(&NORTH[from..]);
    }
    log
}

#[test]
fn a_long_log_in_pieces() {
    let log = long_log(4 << 20);
    let mut parser = parser();
    let (began, mut events) = (std::time::Instant::now(), 0);
    for piece in log.chunks(256 << 10) {
        parser.feed(piece);
        events += std::iter::from_fn(|| parser.take()).count();
    }
    parser.finish();
    events += std::iter::from_fn(|| parser.take()).count();
    assert_eq!(events % 6, 0, "six events each time: {events} in {:?}", began.elapsed());
}
