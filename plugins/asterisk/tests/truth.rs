//! The rows of the recorded cases agree with the exchange's own records of the same seconds: `queue_log`, `cdr`.
//!
//! Independent of the expected rows: this parses what Asterisk wrote and asks the rows the same questions.
#![allow(clippy::unwrap_used, reason = "tests")]

use asterisk::Asterisk;
use concentrator_sdk::testing::{self, Database, Row};
use std::{collections::BTreeMap, fs, path::PathBuf};

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/asterisk")
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<_> = fs::read_dir(data()).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.join("queue_log").exists());
    cases.sort();
    assert!(cases.len() > 10);
    cases
}

fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).and_then(serde_json::Value::as_str).unwrap_or_default()
}

fn number(row: &Row, column: &str) -> i64 {
    row.get(column).and_then(serde_json::Value::as_i64).unwrap_or_default()
}

fn seconds(row: &Row) -> i64 {
    (number(row, "terminated") - number(row, "created")) / 1_000_000
}

fn find<'a>(rows: &'a [Row], column: &str, value: &str) -> Option<&'a Row> {
    rows.iter().find(|row| text(row, column) == value)
}

/// A line of the queue log: (time, call, queue, agent, event, data).
type Line = (i64, String, String, String, String, Vec<String>);

/// The lines of a case's queue log that fall into its recording.
fn queue_log(case: &std::path::Path) -> Vec<Line> {
    let events = fs::read_to_string(case.join("events.jsonl")).unwrap();
    let received = |line: &str| -> i64 {
        let event: Row = serde_json::from_str(line).unwrap();
        number(&event, "received")
    };
    let first = received(events.lines().next().unwrap()) / 1_000_000;
    let last = received(events.lines().last().unwrap()) / 1_000_000;
    let log = fs::read_to_string(case.join("queue_log")).unwrap();
    let lines = log.lines().map(|line| {
        let parts: Vec<String> = line.split('|').map(str::to_owned).collect();
        let part = |at: usize| parts.get(at).cloned().unwrap_or_default();
        (part(0).parse().unwrap(), part(1), part(2), part(3), part(4), parts.get(5..).unwrap_or_default().to_vec())
    });
    lines.filter(|line: &Line| (first..last).contains(&line.0)).collect()
}

fn near(what: &str, given: i64, expected: &str) {
    let expected: i64 = expected.parse().unwrap();
    assert!((given - expected).abs() <= 1, "{what}: {given} instead of {expected} s");
}

fn check_line(what: &str, line: &Line, of: &Database, all: &[Line]) {
    let (_, call, queue, agent, event, data) = line;
    let visits: Vec<_> = of
        .rows("G_VIRTUAL_QUEUE")
        .iter()
        .filter(|row| text(row, "origcallid") == call && text(row, "endpointdn") == queue)
        .collect();
    let seen_from_start = all.iter().any(|line| line.1 == *call && line.4 == "ENTERQUEUE");
    match event.as_str() {
        "ENTERQUEUE" => assert_eq!(visits.len(), 1, "{what}: offered"),
        "CONNECT" => {
            assert_eq!(number(visits[0], "cause"), 1, "{what}: answered");
            near(&format!("{what}: wait"), seconds(visits[0]), &data[0]);
            let routed = find(of.rows("G_ROUTE_RESULT"), "callid", call).unwrap();
            assert_eq!(text(routed, "rtargetagentselected"), agent, "{what}: who answered");
            let party = find(of.rows("G_PARTY"), "partyid", text(routed, "partyid")).unwrap();
            assert_ne!(number(party, "agentid"), 0, "{what}: the party has an agent");
            let stat = find(of.rows("G_PARTY_STAT"), "partyid", text(routed, "partyid")).unwrap();
            near(&format!("{what}: ringing"), number(stat, "tt_alerting"), &data[2]);
        }
        "COMPLETECALLER" | "COMPLETEAGENT" if seen_from_start => {
            let routed = find(of.rows("G_ROUTE_RESULT"), "callid", call).unwrap();
            let stat = find(of.rows("G_PARTY_STAT"), "partyid", text(routed, "partyid")).unwrap();
            near(&format!("{what}: talk"), number(stat, "tt_connected") + number(stat, "tt_hold"), &data[1]);
            let ended = find(of.rows("G_CALL_STAT"), "callid", call).unwrap();
            let released_by = ended["ext"]["vch2"].as_str().unwrap_or_default();
            let by_agent = released_by == text(routed, "partyid");
            assert_eq!(by_agent, event == "COMPLETEAGENT", "{what}: who ended the call");
        }
        "ABANDON" => {
            assert_eq!(number(visits[0], "cause"), 2, "{what}: abandoned");
            near(&format!("{what}: wait"), seconds(visits[0]), &data[2]);
            let ended = find(of.rows("G_CALL_STAT"), "callid", call).unwrap();
            assert_eq!(number(ended, "f_te_abnd"), 1, "{what}: F_TE_ABND");
        }
        "EXITWITHTIMEOUT" => {
            assert_eq!(number(visits[0], "cause"), 3, "{what}: timed out");
            near(&format!("{what}: wait"), seconds(visits[0]), &data[2]);
        }
        "ATTENDEDTRANSFER" | "BLINDTRANSFER" => {
            let ended = find(of.rows("G_CALL_STAT"), "callid", call).unwrap();
            assert_eq!(number(ended, "cnt_transfer"), 1, "{what}: transfers");
        }
        "RINGNOANSWER" | "RINGCANCELED" => {
            let ms: i64 = data[0].parse().unwrap();
            let rang = of
                .rows("G_PARTY_STAT")
                .iter()
                .any(|row| number(row, "tt_connected") == 0 && (number(row, "tt_alerting") - ms / 1000).abs() <= 1);
            assert!(rang, "{what}: an offer that rang for {ms} ms");
        }
        "PAUSE" if !data[0].is_empty() => {
            let reason = of.rows("G_AGENT_STATE_RC").iter().find(|row| text(row, "value") == data[0]).unwrap();
            assert!((number(reason, "created") / 1_000_000 - line.0).abs() <= 1, "{what}: since when");
        }
        "ADDMEMBER" => {
            let since = of
                .rows("GX_SESSION_ENDPOINT")
                .iter()
                .any(|row| (number(row, "created") / 1_000_000 - line.0).abs() <= 1);
            assert!(since, "{what}: a queue joined");
        }
        "REMOVEMEMBER" => {
            let ended = of
                .rows("GX_SESSION_ENDPOINT")
                .iter()
                .any(|row| (number(row, "terminated") / 1_000_000 - line.0).abs() <= 1);
            assert!(ended, "{what}: a queue left");
        }
        _ => {}
    }
}

#[test]
fn queue_log_agrees() {
    let mut checked = 0;
    for case in cases() {
        let of = testing::run::<Asterisk>(&case);
        let lines = queue_log(&case);
        for line in &lines {
            check_line(&format!("{} {}", case.display(), line.4), line, &of, &lines);
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}

/// Seconds of a `YYYY-MM-DD HH:MM:SS` within its day; all recordings lie in one.
fn second_of_day(time: &str) -> i64 {
    let (_, time) = time.split_once(' ').unwrap();
    let mut parts = time.split(':').map(|part| part.parse::<i64>().unwrap());
    parts.next().unwrap() * 3600 + parts.next().unwrap() * 60 + parts.next().unwrap()
}

#[test]
fn cdr_agrees() {
    for case in cases() {
        let of = testing::run::<Asterisk>(&case);
        let cdr = fs::read_to_string(case.join("cdr.csv")).unwrap_or_default();
        let mut calls: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        // An agent who waits in a pool has records by the customer, not by the call.
        for line in cdr.lines().filter(|line| !line.contains("AgentLogin")) {
            // The quoted application data holds commas: count from the end.
            let fields: Vec<&str> = line.rsplit(',').collect();
            let (id, end, start) = (fields[1], second_of_day(fields[6]), second_of_day(fields[8]));
            let times = calls.entry(id.to_owned()).or_insert((start, end));
            *times = (times.0.min(start), times.1.max(end));
        }
        for (id, (start, end)) in calls {
            // Records of legs and of plumbing are no calls of their own.
            let Some(call) = find(of.rows("G_CALL"), "callid", &id) else { continue };
            if text(call, "mergecallid").is_empty() {
                let length = seconds(call);
                assert!(
                    (length - (end - start)).abs() <= 1,
                    "{}: {id} {length} instead of {}",
                    case.display(),
                    end - start
                );
            }
        }
    }
}

#[test]
fn what_the_driver_did_is_there() {
    let rows = |name: &str, table: &str| testing::run::<Asterisk>(&data().join(name)).rows(table).to_vec();
    let held = rows("s10-hold-retrieve", "G_CALL_STAT");
    assert_eq!(number(&held[0], "cnt_hold"), 2);
    let stats = rows("s10-hold-retrieve", "G_PARTY_STAT");
    assert!(stats.iter().any(|row| (number(row, "tt_hold") - 6).abs() <= 1), "on hold 4.05 and 2.05 s");
    for name in ["s08-attended-transfer-sip-replaces", "s09-attended-transfer-feature-code", "s08b-consult-reconnect"] {
        let calls = rows(name, "G_CALL");
        let consult = calls.iter().find(|row| number(row, "calltype") == 4).unwrap();
        let primary = calls.iter().find(|row| number(row, "calltype") == 2).unwrap();
        assert_eq!(text(consult, "parentcallid"), text(primary, "callid"), "{name}");
        let merged = text(consult, "mergecallid") == text(primary, "callid");
        assert_eq!(merged, name != "s08b-consult-reconnect", "{name}");
    }
    let reasons = rows("s13-agent-states", "G_AGENT_STATE_RC");
    let told: Vec<_> = reasons.iter().map(|row| (text(row, "value"), seconds(row))).collect();
    assert_eq!(told, [("Lunch", 2), ("Training", 1), ("Meeting", 1)]);
    let sessions = rows("s14-agent-pool-login", "G_LOGIN_SESSION");
    let (from, to) = (number(&sessions[0], "created") / 1_000_000, number(&sessions[0], "terminated") / 1_000_000);
    assert_eq!((from, to), (1_795_347_037, 1_795_347_049), "AGENTLOGIN, AGENTLOGOFF");
    let late = rows("s20-late-collector", "G_CALL");
    assert_eq!(late.len(), 2);
    assert!(late.iter().all(|row| number(row, "state") == 2));
    for case in cases() {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let data = rows(&name, "G_USERDATA_HISTORY");
        for call in
            rows(&name, "G_CALL").iter().filter(|row| number(row, "calltype") == 2 && text(row, "calldnis") == "7000")
        {
            let of_call = |key: &str| {
                data.iter().any(|row| text(row, "callid") == text(call, "callid") && text(row, "keyname") == key)
            };
            assert!(of_call("CustomerSegment") && of_call("CallGUID"), "{name}");
        }
    }
}
