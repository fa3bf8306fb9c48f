//! Events shuffled, dropped, repeated and cut short: nothing panics, and what holds for all rows still holds.
#![allow(clippy::unwrap_used, reason = "tests")]

use asterisk::Asterisk;
use concentrator_sdk::testing::{self, Database};
use std::{collections::BTreeMap, fs, path::PathBuf};

/// A small generator of numbers (xorshift): the same for a seed on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

fn recordings() -> Vec<(PathBuf, Vec<String>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/asterisk");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.join("events.jsonl").exists());
    cases.sort();
    let lines = |case: &PathBuf| {
        let text = fs::read_to_string(case.join("events.jsonl")).unwrap();
        text.lines().filter(|line| !line.contains("\"name\":\"Cdr\"")).map(str::to_owned).collect()
    };
    cases.into_iter().map(|case| (case.clone(), lines(&case))).collect()
}

fn check(case: &std::path::Path, what: &str, lines: &[String]) {
    let events: Vec<_> = lines.iter().map(|line| testing::flat(line)).collect();
    let emitted = testing::map::<Asterisk>(&mut testing::open(case), &events, 0);
    testing::check_invariants(&format!("{} {what}", case.display()), &Database::of(&emitted));
}

#[test]
fn dropped_events() {
    for (case, lines) in recordings() {
        for seed in 1..=12_u64 {
            let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let kept: Vec<_> = lines.iter().filter(|_| numbers.below(10) > 0).cloned().collect();
            check(&case, &format!("dropped, seed {seed}"), &kept);
        }
    }
}

#[test]
fn neighbours_swapped() {
    for (case, mut lines) in recordings() {
        for seed in 1..=8_u64 {
            let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            for at in 1..lines.len() {
                if numbers.below(4) == 0 {
                    lines.swap(at - 1, at);
                }
            }
            check(&case, &format!("swapped, seed {seed}"), &lines);
        }
    }
}

#[test]
fn shuffled_and_repeated() {
    let all = recordings();
    for (case, lines) in &all {
        for seed in 1..=3_u64 {
            let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let shuffled: Vec<_> = (0..lines.len() * 2).map(|_| lines[numbers.below(lines.len())].clone()).collect();
            let events: Vec<_> = shuffled.iter().map(|line| testing::flat(line)).collect();
            testing::map::<Asterisk>(&mut testing::open(case), &events, 0);
        }
    }
}

#[test]
fn headers_missing_and_garbled() {
    for (case, lines) in recordings() {
        let mut numbers = Numbers(0x5eed);
        let garbled: Vec<_> = lines
            .iter()
            .map(|line| {
                let mut event: serde_json::Value = serde_json::from_str(line).unwrap();
                if let Some(headers) = event["attributes"].as_array_mut() {
                    headers.retain(|_| numbers.below(12) > 0);
                    for header in headers {
                        if numbers.below(12) == 0 && header[1].is_string() {
                            header[1] = ["", "<unknown>", "-1", "99999999999999999999", "x\u{0}y", "Local/1@x-1;1"]
                                [numbers.below(6)]
                            .into();
                        }
                    }
                }
                event.to_string()
            })
            .collect();
        let events: Vec<_> = garbled.iter().map(|line| testing::flat(line)).collect();
        testing::map::<Asterisk>(&mut testing::open(&case), &events, 0);
    }
}

/// Without `timestampevents` no event carries a time: that of receipt stands in.
#[test]
fn without_times_of_the_source() {
    for (case, lines) in recordings() {
        let told = |lines: &[String]| {
            let events: Vec<_> = lines.iter().map(|line| testing::flat(line)).collect();
            let of = Database::of(&testing::map::<Asterisk>(&mut testing::open(&case), &events, 0));
            testing::check_invariants(&format!("{} without times", case.display()), &of);
            ["G_CALL", "G_PARTY", "G_VIRTUAL_QUEUE", "G_ROUTE_RESULT", "G_LOGIN_SESSION"]
                .map(|table| of.rows(table).len())
        };
        let untimed: Vec<_> = lines
            .iter()
            .map(|line| {
                let mut event: serde_json::Value = serde_json::from_str(line).unwrap();
                event.as_object_mut().unwrap().remove("time");
                event.to_string()
            })
            .collect();
        assert_eq!(told(&untimed), told(&lines), "{}", case.display());
    }
}

fn event(line: &str) -> serde_json::Value {
    serde_json::from_str(line).unwrap()
}

fn header<'a>(event: &'a serde_json::Value, name: &str) -> &'a str {
    let headers = event["attributes"].as_array().map(Vec::as_slice).unwrap_or_default();
    headers.iter().find(|header| header[0] == name).and_then(|header| header[1].as_str()).unwrap_or_default()
}

/// Rows of calls, parties and stays that have not ended.
fn alive(of: &Database) -> Vec<String> {
    let mut alive: Vec<_> =
        ["G_CALL_ACTIVE", "G_IR_ACTIVE"].iter().flat_map(|table| of.rows(table)).map(ToString::to_string).collect();
    for table in ["G_CALL", "G_IR", "G_PARTY", "G_VIRTUAL_QUEUE"] {
        let rows = of.rows(table).iter().filter(|row| row.get("terminated").is_none());
        alive.extend(rows.map(|row| format!("{table} {row}")));
    }
    alive
}

fn database(case: &std::path::Path, lines: &[String]) -> Database {
    let events: Vec<_> = lines.iter().map(|line| testing::flat(line)).collect();
    Database::of(&testing::map::<Asterisk>(&mut testing::open(case), &events, 0))
}

/// `Hangup` of every channel that is up after these events, in an order that `numbers` choose.
fn hangups(lines: &[String], numbers: &mut Numbers) -> Vec<String> {
    let mut up: BTreeMap<String, String> = BTreeMap::new();
    let mut now = 0;
    for line in lines {
        let event = event(line);
        now = now.max(event["received"].as_i64().unwrap_or_default());
        for prefix in ["", "Dest", "Transferee", "OrigTransferer", "SecondTransferer"] {
            let (uniqueid, channel) =
                (header(&event, &format!("{prefix}Uniqueid")), header(&event, &format!("{prefix}Channel")));
            if !uniqueid.is_empty() && !channel.is_empty() {
                up.insert(uniqueid.to_owned(), channel.to_owned());
            }
        }
        if event["name"] == "Hangup" {
            up.remove(header(&event, "Uniqueid"));
        }
    }
    let mut up: Vec<_> = up.into_iter().collect();
    let mut hangups = Vec::new();
    while !up.is_empty() {
        let (uniqueid, channel) = up.swap_remove(numbers.below(up.len()));
        now += 1000;
        let attributes = [["Channel", &channel], ["Uniqueid", &uniqueid], ["Cause", "16"]];
        let hangup = serde_json::json!({"kind": "source", "name": "Hangup", "received": now, "time": now, "attributes": attributes});
        hangups.push(hangup.to_string());
    }
    hangups
}

#[test]
fn cut_anywhere_and_hung_up() {
    for (case, lines) in recordings() {
        let mut numbers = Numbers(0x0c07);
        for cut in (1..lines.len()).step_by(3) {
            let mut cut_short = lines[..cut].to_vec();
            cut_short.extend(hangups(&cut_short, &mut numbers));
            let of = database(&case, &cut_short);
            let what = format!("{} cut at {cut}", case.display());
            testing::check_invariants(&what, &of);
            assert!(alive(&of).is_empty(), "{what}: {:#?}", alive(&of));
        }
    }
}

/// A collector that comes late, to an exchange that does not answer what is up.
#[test]
fn begun_anywhere() {
    for (case, lines) in recordings() {
        for begin in (1..lines.len()).step_by(3) {
            let mut late = lines[..1].to_vec();
            late.extend_from_slice(&lines[begin..]);
            let of = database(&case, &late);
            let what = format!("{} begun at {begin}", case.display());
            testing::check_invariants(&what, &of);
            assert!(alive(&of).is_empty(), "{what}: {:#?}", alive(&of));
            let sessions = of.rows("G_LOGIN_SESSION").iter().filter(|row| row.get("terminated").is_none()).count();
            assert_eq!(sessions, 0, "{what}: sessions");
        }
    }
}

#[test]
fn shuffled_within_50_ms() {
    for (case, lines) in recordings() {
        for seed in 1..=12_u64 {
            let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let mut late: Vec<_> = lines
                .iter()
                .map(|line| {
                    let event = event(line);
                    let received = event["received"].as_i64().unwrap();
                    let delay = if event["kind"] == "source" { numbers.below(50_000) } else { 0 };
                    (received + i64::try_from(delay).unwrap(), line.clone())
                })
                .collect();
            late.sort_by_key(|(at, _)| *at);
            let shuffled: Vec<_> = late.into_iter().map(|(_, line)| line).collect();
            let of = database(&case, &shuffled);
            let what = format!("{} shuffled, seed {seed}", case.display());
            testing::check_invariants(&what, &of);
            assert!(alive(&of).is_empty(), "{what}: {:#?}", alive(&of));
            let sessions = of.rows("G_LOGIN_SESSION").iter().filter(|row| row.get("terminated").is_none()).count();
            assert_eq!(sessions, 0, "{what}: sessions");
        }
    }
}

#[test]
fn dropped_repeated_and_late_then_hung_up() {
    for (case, lines) in recordings() {
        for seed in 1..=10_u64 {
            let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let mut given = Vec::new();
            for (at, line) in lines.iter().enumerate() {
                for _ in 0..[1, 1, 1, 1, 1, 1, 0, 2][numbers.below(8)] {
                    let late = if numbers.below(6) == 0 { numbers.below(20) } else { 0 };
                    given.push((at + late, line.clone()));
                }
            }
            given.sort_by_key(|(at, _)| *at);
            let mut given: Vec<_> = given.into_iter().map(|(_, line)| line).collect();
            given.extend(hangups(&lines, &mut numbers));
            // What was said to hang up, but was not heard, hangs up at last.
            let all: Vec<_> = lines.iter().filter(|line| event(line)["name"] != "Hangup").cloned().collect();
            given.extend(hangups(&all, &mut numbers));
            let of = database(&case, &given);
            let what = format!("{} dropped and repeated, seed {seed}", case.display());
            testing::check_invariants(&what, &of);
            assert!(alive(&of).is_empty(), "{what}: {:#?}", alive(&of));
        }
    }
}
