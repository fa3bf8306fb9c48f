//! Each crime of the crate `evil`, and what it costs.

use super::{ROLES, batch, calls, directory, engine, event, evil, evil_bytes, lane, limits, open};
use crate::plugin::{Failure, Instance, Limits, Output, Plugin};
use crate::record::{TableId, Value, table};

/// Crimes that fail the call, with a part of the failure's text.
const FATAL: &[(&str, &str)] = &[
    ("loop", "limit call_ms of 300 reached"),
    ("memory", "limit memory_bytes of 67108864 reached"),
    ("recurse", "limit stack_bytes of 524288 reached"),
    ("trap", "unreachable` instruction executed; its last words: panicked at"),
    ("abort", "unreachable` instruction executed"),
    ("refuse", "plugin refused: the whole batch is bad"),
    ("many-rows", "limit"),
    ("at-beyond", "a row of G_CALL is of event 1000002 of a batch of 4"),
    ("reject-beyond", "it rejects event 4294967295 of a batch of 4"),
    ("reject-many", "it rejects event 4 of a batch of 4"),
    ("absurd-due", "`due` is -9223372036854775808"),
    ("utf8", "invalid utf-8"),
    ("same-text", "limit output_bytes of 67108864 reached"),
    ("own-undeclared", "rows of a table `secrets` of its own, which it did not declare"),
    ("own-official", "rows of a table `G_CALL` of its own, which it did not declare"),
    ("own-sql", "rows of a table `visits; DROP TABLE G_CALL; --` of its own, which it did not declare"),
    ("own-beyond", "a row of X_EVIL_VISITS is of event 1002 of a batch of 4"),
    ("own-rows", "limit"),
];

/// Crimes of which one event can be blamed, with a part of the reason.
const BLAMED: &[(&str, &str)] = &[
    ("rows-of-one-event", "G_CALL_HISTORY: limit rows_per_event of 4096 reached"),
    ("undeclared-table", "row of G_IR_HISTORY, which the plugin did not declare"),
    ("absurd-time", "G_CALL_HISTORY.ADDED is no moment from 1970 to 2038"),
    ("reject-long", "long long"),
    ("own-few", "X_EVIL_VISITS: 3 values for 4 columns"),
    ("own-none", "X_EVIL_VISITS: 0 values for 4 columns"),
    ("own-much", "X_EVIL_VISITS: 1000 values for 4 columns"),
    ("own-type", "X_EVIL_VISITS: EVENT holds Text(20), not such a value"),
    ("own-keyless", "X_EVIL_VISITS: CALLID is part of the key and none"),
    ("own-absurd", "X_EVIL_VISITS.SEEN is no moment from 1970 to 2038"),
    ("own-of-one-event", "X_EVIL_VISITS: limit rows_per_event of 4096 reached"),
];

/// Crimes that cost nothing.
const VAIN: &[&str] = &["", "unknown", "disorder", "own", "own-long", "differs-by-calls", "differs-by-memory"];

#[test]
fn each_crime_is_limited() {
    for (case, expected) in FATAL {
        let mut instance = open(case).unwrap();
        let failure = instance.map(&batch(), 4).unwrap_err();
        let text = failure.to_string();
        assert!(text.contains(expected), "{case}: {text}");
        assert!(text.len() < 20_000, "{case}: {} bytes", text.len());
        assert!(instance.memory_bytes() <= limits().memory_bytes, "{case}: {}", instance.memory_bytes());
        assert!(instance.map(&batch(), 4).is_err() && instance.snapshot().is_err(), "{case}: of no further use");
    }
}

#[test]
fn one_event_is_blamed() {
    for (case, expected) in BLAMED {
        let output = open(case).unwrap().map(&batch(), 4).unwrap();
        assert_eq!(calls(&output), ["c0", "c1", "c3"], "{case}");
        assert!(output.rows.iter().all(|(_, row)| row.at != 2), "{case}");
        let [(2, reason)] = output.rejections.as_slice() else { panic!("{case}: {:?}", output.rejections) };
        assert!(reason.contains(expected) && reason.len() <= 2_000, "{case}: {reason}");
    }
}

#[test]
fn some_crimes_are_in_vain() {
    for case in VAIN {
        let output = open(case).unwrap().map(&batch(), 4).unwrap();
        assert_eq!(calls(&output), ["c0", "c1", "c2", "c3"], "{case}");
        assert!(output.unknown <= 4, "{case}");
        let mut places: Vec<_> = output.rows.iter().map(|(table, row)| (*table, row.at)).collect();
        places.sort_unstable();
        assert!(output.rows.iter().map(|(table, row)| (*table, row.at)).eq(places), "{case}: out of order");
    }
}

/// As the lane does it: the state from before, then event by event.
fn isolate(case: &str, before: &[u8]) -> (Vec<String>, Vec<String>) {
    let fresh = || -> Instance {
        let mut instance = open(case).unwrap();
        instance.restore(1, before).unwrap();
        instance
    };
    let mut instance = fresh();
    let (mut mapped, mut dead) = (Vec::new(), Vec::new());
    for (name, callid) in [("Good", "c0"), ("Good", "c1"), ("Evil", "c2"), ("Good", "c3")] {
        match instance.map(&event(name, callid), 1) {
            Ok(output) => mapped.extend(calls(&output).into_iter().map(str::to_owned)),
            Err(failure) => {
                dead.push(failure.to_string());
                instance = fresh();
            }
        }
    }
    (mapped, dead)
}

#[test]
fn events_around_a_crime_pass() {
    for (case, expected) in FATAL {
        let mut instance = open(case).unwrap();
        assert_eq!(calls(&instance.map(&event("Good", "before"), 1).unwrap()), ["before"]);
        let state = instance.snapshot().unwrap();
        instance.map(&batch(), 4).unwrap_err();
        let (mapped, dead) = isolate(case, &state);
        assert_eq!(mapped, ["c0", "c1", "c3"], "{case}");
        assert_eq!(dead.len(), 1, "{case}: {dead:?}");
        // The number of events in the batch is part of some texts.
        assert!(dead[0].contains(expected.trim_end_matches("of a batch of 4")) || dead[0].contains("of a batch of 1"));
    }
}

#[test]
fn limits_of_the_answer() {
    let few = Limits { output_rows: 7, ..limits() };
    let failure = evil().open(&lane(), "{}", ROLES, &few).unwrap().map(&batch(), 4).unwrap_err();
    assert!(failure.to_string().contains("limit output_rows of 7 reached: 0 in use, 8 more requested"), "{failure}");
    let small = Limits { output_bytes: 1_000, ..limits() };
    let failure = evil().open(&lane(), "{}", ROLES, &small).unwrap().map(&batch(), 4).unwrap_err();
    assert!(matches!(&failure, Failure::Limit { exceeded, .. } if exceeded.name == "output_bytes"), "{failure}");
    let narrow = Limits { memory_bytes: 1 << 20, ..limits() };
    let failure = evil().open(&lane(), "{}", ROLES, &narrow).unwrap_err();
    assert!(matches!(&failure, Failure::Limit { exceeded, .. } if exceeded.name == "memory_bytes"), "{failure}");
}

#[test]
fn logs_are_bounded() {
    for case in ["logs", "long-log"] {
        assert_eq!(calls(&open(case).unwrap().map(&batch(), 4).unwrap()).len(), 4, "{case}");
    }
    let Failure::Trap { log, .. } = open("trap").unwrap().map(&batch(), 4).unwrap_err() else { panic!() };
    assert!(log.len() == 1 && log[0].ends_with("the call `2` is gone"), "{log:?}");
}

#[test]
fn crimes_of_open() {
    for (case, expected) in [
        ("open-refuse", "plugin refused: unknown option `colour`"),
        ("open-trap", "cannot open"),
        ("open-loop", "limit call_ms"),
        ("open-memory", "limit memory_bytes"),
    ] {
        let text = open(case).unwrap_err().to_string();
        assert!(text.contains(expected), "{case}: {text}");
    }
}

#[test]
fn crimes_of_the_state() {
    for (case, expected) in [
        ("snapshot-huge", "limit snapshot_bytes of 33554432 reached"),
        ("snapshot-gigabyte", "limit memory_bytes of 67108864 reached"),
        ("snapshot-refuse", "plugin refused: not now"),
        ("snapshot-trap", "nothing to keep"),
        ("snapshot-loop", "limit state_ms of 300 reached"),
    ] {
        let text = open(case).unwrap().snapshot().unwrap_err().to_string();
        assert!(text.contains(expected), "{case}: {text}");
    }
    let mut refusing = open("snapshot-refuse").unwrap();
    refusing.snapshot().unwrap_err();
    refusing.map(&event("Good", "c0"), 1).expect("a refused snapshot costs nothing");
    let text = open("restore-trap").unwrap().restore(1, &[0; 8]).unwrap_err().to_string();
    assert!(text.contains("cannot restore"), "{text}");
    for (case, expected) in [
        ("restore-loop", "limit state_ms of 300 reached"),
        ("restore-memory", "limit memory_bytes"),
        ("restore-refuse", "plugin refused: that state is none of mine"),
    ] {
        let mut instance = open(case).unwrap();
        let text = instance.restore(1, &[0; 8]).unwrap_err().to_string();
        assert!(text.contains(expected), "{case}: {text}");
        let text = instance.map(&batch(), 4).unwrap_err().to_string();
        assert!(text.contains("an earlier call failed"), "{case}: what it took over is unknown: {text}");
    }
    // More than the guest's memory can take.
    let text = open("").unwrap().restore(1, &vec![0; 70 << 20]).unwrap_err().to_string();
    assert!(text.contains("limit memory_bytes"), "{text}");
}

/// Each snapshot is larger than the one before, until the limit.
#[test]
fn a_state_that_grows() {
    let mut instance = open("snapshot-grows").unwrap();
    let mut sizes = Vec::new();
    let failure = loop {
        match instance.snapshot() {
            Ok(state) => sizes.push(state.len()),
            Err(failure) => break failure,
        }
        assert!(sizes.len() < 100);
    };
    assert!(sizes.len() > 10 && sizes.is_sorted(), "{sizes:?}");
    // Whichever is reached first.
    let names = ["snapshot_bytes", "memory_bytes"];
    assert!(matches!(&failure, Failure::Limit { exceeded, .. } if names.contains(&exceeded.name)), "{failure}");
}

/// The column in which cases that differ do.
fn word(output: &Output) -> Value {
    let column = table(TableId::G_CALL).columns.iter().position(|column| column.name == "SWITCHCALLID").unwrap();
    let (_, row) = output.rows.iter().find(|(id, row)| *id == TableId::G_CALL && row.at == 0).unwrap();
    row.values[column].clone()
}

/// What the double run of `plugin check --determinism` has to find: each case differs as its list in the guest says.
#[test]
fn cases_that_differ() {
    let evil_one = || event("Evil", "c0");
    for (case, by_borders, by_restore, by_snapshot) in [
        ("differs-by-calls", true, true, false),
        ("differs-by-batch", true, false, false),
        ("differs-by-hidden", true, true, false),
        ("differs-by-restore", false, true, false),
        ("differs-by-snapshot", false, false, true),
        ("restore-lies", false, true, false),
    ] {
        let fresh = || open(case).unwrap();
        // Four events, then the one that differs: alone, or with one more.
        let begun = |instance: &mut Instance| instance.map(&batch(), 4).map(drop).unwrap();
        let mut plain = fresh();
        begun(&mut plain);
        let expected = word(&plain.map(&evil_one(), 1).unwrap());
        let mut again = fresh();
        begun(&mut again);
        assert_eq!(word(&again.map(&evil_one(), 1).unwrap()), expected, "{case}: the same calls");
        let mut cut = fresh();
        for (name, callid) in [("Good", "c0"), ("Good", "c1"), ("Evil", "c2"), ("Good", "c3")] {
            cut.map(&event(name, callid), 1).unwrap();
        }
        let two = [evil_one(), event("Good", "c1")].concat();
        assert_eq!(word(&cut.map(&two, 2).unwrap()) != expected, by_borders, "{case}: other borders");
        let mut restored = fresh();
        let mut first = fresh();
        begun(&mut first);
        restored.restore(1, &first.snapshot().unwrap()).unwrap();
        assert_eq!(word(&restored.map(&evil_one(), 1).unwrap()) != expected, by_restore, "{case}: restored");
        assert_eq!(word(&first.map(&evil_one(), 1).unwrap()) != expected, by_snapshot, "{case}: after a snapshot");
    }
    let mut differing = open("snapshot-differs").unwrap();
    assert_ne!(differing.snapshot().unwrap(), differing.snapshot().unwrap());
}

#[test]
fn crimes_of_describe() {
    let dir = directory("describe");
    let file = dir.join("evil.wasm");
    let good = evil_bytes();
    let marker = b"describe-case=";
    let at = good.windows(marker.len()).position(|window| window == marker).unwrap() + marker.len();
    for (digit, expected) in [
        (b'1', "no description"),
        (b'2', "limit call_ms of 2000"),
        (b'3', "a table `G_NOTHING`"),
        (b'4', "the name `` is not"),
        (b'5', "limit memory_bytes"),
        (b'6', "the name `../../etc` is not"),
        (b'7', "limit output_bytes of 1048576"),
        (b'8', "the version `1\\u{1b}[2J` is not"),
        (b'A', "limit"),
        (b'B', "it has 33 tables of its own, 32 are allowed"),
        (b'C', "the table's name `visits; DROP TABLE G_CALL; --` is not"),
        (b'D', "the column's name `x INTEGER); DROP TABLE G_CALL; --` is not"),
        (b'E', "the column's name `select` is a word of SQL"),
        (b'F', "it has two tables `VISITS` of its own"),
        (b'G', "two columns would be X"),
        (b'H', "it has 101 columns, 1 to 100 are allowed"),
        (b'I', "column `much` is to have 4294967295 characters"),
        (b'J', "column `moment` is a time: keys hold texts and integers only"),
        (b'K', "it has 0 columns"),
        (b'L', "its text is not one line"),
        (b'M', "is one that every table has already"),
        (b'N', "a table `visits`, which is not one that plugins write"),
        (b'O', "a table `G_SYNC_CONTROL`, which is not one that plugins write"),
    ] {
        let mut bytes = good.clone();
        bytes[at] = digit;
        std::fs::write(&file, bytes).unwrap();
        let text = Plugin::load(engine(), &file).unwrap_err().to_string();
        assert!(text.contains(expected), "{}: {text}", char::from(digit));
        assert!(text.contains("evil.wasm"), "{text}");
    }
    // Who would say another thing when asked again is not: what was said first is what it is held to.
    let mut bytes = good;
    bytes[at] = b'9';
    std::fs::write(&file, bytes).unwrap();
    let (first, second) = (Plugin::load(engine(), &file).unwrap(), Plugin::load(engine(), &file).unwrap());
    assert_eq!(first.description(), second.description());
    assert_eq!(first.description().state_version, 1);
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn the_same_events_give_the_same_rows() {
    let map = || open("").unwrap().map(&batch(), 4).unwrap();
    assert_eq!(map(), map());
}
