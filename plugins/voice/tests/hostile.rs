//! Garbage, drops, repeats, disorder, cuts: nothing panics, what holds for all rows still holds, and after a while
//! nothing is active any more.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "flows/script.rs"]
mod script;

use concentrator_sdk::{
    Mapper, mapper,
    testing::{self, Database},
};
use script::{CONSULT, INBOUND, Script, alive, conn};
use serde_json::{Value, json};
use voice::Voice;

/// A small generator of numbers (xorshift): the same for a seed on every machine.
struct Numbers(u64);

impl Numbers {
    fn seeded(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// Some of everything, in calls that overlap.
fn flow() -> Script {
    let mut at = Script::new();
    let at_queue = |at: &mut Script, name: &str, short: u64, queue: &str, to: &str| {
        at.at(name, short, queue, &[("ThisQueue", json!(queue)), ("ThirdPartyDN", json!(to))]);
    };
    at.answered_from("8000", 1, "0301234", "7001").later(2).consult(1, 2, "7001", "7002").later(2);
    at.talk(3, "7003", "7004");
    at.call(4, INBOUND, "0309999");
    at_queue(&mut at, "EventRouteRequest", 4, "9000", "");
    at_queue(&mut at, "EventQueued", 4, "9100", "");
    at.carrying("Extensions", &[("VQID", "VQ-4")]);
    at.release(1, "7001", "0301234", 1).release_too(2, "7001", "7002", 1);
    at.and("EventPartyChanged", 1, "7002", &[("PreviousConnID", json!(conn(2))), ("ThirdPartyDN", json!("7001"))]);
    at_queue(&mut at, "EventRouteUsed", 4, "9000", "7001");
    at_queue(&mut at, "EventDiverted", 4, "9000", "7001");
    at.and("EventRinging", 4, "7001", &[("ThisQueue", json!("9000"))]).later(1).at("EventEstablished", 4, "7001", &[]);
    at_queue(&mut at, "EventDiverted", 4, "9100", "7001");
    at.carrying("Extensions", &[("VQID", "VQ-4")]);
    at.at("EventHeld", 3, "7003", &[]).at("EventRetrieved", 3, "7003", &[]);
    at.call(5, CONSULT, "7003").at("EventDialing", 5, "7003", &[("PreviousConnID", json!(conn(3)))]);
    at.at("EventQueued", 5, "8000", &[("ThisQueue", json!("8000")), ("PreviousConnID", json!(conn(3)))]);
    at.release(3, "7003", "7004", 2).and("EventPartyAdded", 3, "7004", &[("OtherDN", json!("7005"))]);
    at.at("EventPartyDeleted", 3, "7004", &[("OtherDN", json!("7005"))]).at("EventBridged", 4, "7006", &[]);
    at.at("EventAbandoned", 5, "8000", &[("ThisQueue", json!("8000"))]).release(5, "7003", "", 0);
    at.at("EventAttachedDataChanged", 4, "7001", &[]).carrying("UserData", &[("k", "v"), ("k", "w")]);
    at.release(4, "7006", "", 31).release(4, "7001", "0309999", 5).release(3, "7004", "", 0);
    at.release(1, "7002", "0301234", 0);
    at
}

/// After these events, and long enough, nothing is active any more; what holds for all rows holds.
fn check(what: &str, lines: &[Value]) -> Database {
    let end = lines.iter().filter_map(|line| line["time"].as_i64()).max().unwrap_or(script::START);
    let mut events: Vec<_> = lines.iter().map(|line| testing::flat(&line.to_string())).collect();
    let day = 86_400_000_000_i64;
    for (kind, name, time) in [
        ("session-opened", "SessionOpened", end + 1),
        ("tick", "Tick", end.saturating_add(100_000_000)),
        ("tick", "Tick", end.saturating_add(200_000_000)),
        ("tick", "Tick", end.saturating_add(2 * day)),
    ] {
        let line = json!({"kind": kind, "name": name, "time": time, "attributes": [["opening", 2]]});
        events.push(testing::flat(&line.to_string()));
    }
    let mut mapper = Voice::open(testing::lane(), "").unwrap();
    let of = Database::of(&testing::map(&mut mapper, &events, 0));
    testing::check_invariants(what, &of);
    assert!(alive(&of).is_empty(), "{what}: {:#?}", alive(&of));
    of
}

#[test]
fn the_flow_itself() {
    let at = flow();
    check("flow", &at.lines);
    at.rows();
}

#[test]
fn cut_anywhere_and_begun_anywhere() {
    let lines = flow().lines;
    for cut in 1..lines.len() {
        check(&format!("cut at {cut}"), &lines[..cut]);
        check(&format!("begun at {cut}"), &lines[cut..]);
    }
}

#[test]
fn dropped_repeated_and_late() {
    let lines = flow().lines;
    for seed in 0..80 {
        let mut numbers = Numbers::seeded(seed);
        let mut given = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            for _ in 0..[1, 1, 1, 1, 1, 1, 0, 2][numbers.below(8)] {
                let late = if numbers.below(6) == 0 { numbers.below(12) } else { 0 };
                given.push((at + late, line.clone()));
            }
        }
        given.sort_by_key(|(at, _)| *at);
        let given: Vec<_> = given.into_iter().map(|(_, line)| line).collect();
        check(&format!("dropped and repeated, seed {seed}"), &given);
    }
}

#[test]
fn shuffled_whole() {
    let lines = flow().lines;
    for seed in 0..60 {
        let mut numbers = Numbers::seeded(seed);
        let shuffled: Vec<_> = (0..lines.len() * 2).map(|_| lines[numbers.below(lines.len())].clone()).collect();
        check(&format!("shuffled, seed {seed}"), &shuffled);
    }
}

const NAMES: [&str; 28] = [
    "EventQueued",
    "EventDiverted",
    "EventAbandoned",
    "EventRinging",
    "EventDialing",
    "EventNetworkReached",
    "EventDestinationBusy",
    "EventEstablished",
    "EventReleased",
    "EventHeld",
    "EventRetrieved",
    "EventPartyChanged",
    "EventPartyAdded",
    "EventPartyDeleted",
    "EventRouteRequest",
    "EventRouteUsed",
    "EventTreatmentApplied",
    "EventOnHook",
    "EventOffHook",
    "EventDNOutOfService",
    "EventBridged",
    "EventCallCreated",
    "EventCallDeleted",
    "EventCallPartyAdded",
    "EventCallPartyDeleted",
    "EventAttachedDataChanged",
    "EventUserEvent",
    "MalformedEvent",
];

/// Any event with any attributes, of few calls and devices, so that they meet.
fn garbage(numbers: &mut Numbers, time: i64) -> Value {
    let dns = ["7001", "7002", "7003", "8000", "9000", "0301234", "", "unknown", "x\u{0}y"];
    let conns = ["0000000000000001", "0000000000000002", "0000000000000003", "", "ffffffffffffffff", "zz"];
    let mut attributes = Vec::new();
    for name in ["ThisDN", "OtherDN", "ThirdPartyDN", "ThisQueue", "ANI", "DNIS"] {
        if numbers.below(3) > 0 {
            attributes.push(json!([name, numbers.of(&dns)]));
        }
    }
    for name in ["ConnID", "PreviousConnID"] {
        if numbers.below(4) > 0 {
            attributes.push(json!([name, numbers.of(&conns)]));
        }
    }
    if numbers.below(4) == 0 {
        attributes.push(json!([
            "CallUUID",
            numbers.of(&["A", "B", "", "a-uuid-that-is-longer-than-any-column-of-guids-takes-it-all"])
        ]));
    }
    for name in ["CallType", "CallState", "ThisDNRole", "ThirdPartyDNRole", "CallID"] {
        if numbers.below(2) == 0 {
            let values = [0, 1, 2, 3, 4, 5, 7, 9, 22, -1, i64::MAX, i64::MIN];
            attributes.push(json!([name, values[numbers.below(values.len())]]));
        }
    }
    if numbers.below(4) == 0 {
        attributes.push(json!(["Extensions", [["VQID", numbers.of(&["V1", "V2", "V3", ""])]]]));
    }
    if numbers.below(6) == 0 {
        attributes.push(json!(["ISLinkList", [[numbers.of(&["L1", "L2.x", ""]), "site"]]]));
    }
    match numbers.below(40) {
        0 => json!({"kind": "session-opened", "name": "SessionOpened", "time": time, "attributes": [["opening", 2]]}),
        1 => json!({"kind": "tick", "name": "Tick", "time": time, "attributes": []}),
        2 => json!({"kind": "link-up", "name": "LinkUp", "time": time, "attributes": []}),
        _ => json!({"kind": "source", "name": numbers.of(&NAMES), "time": time, "attributes": attributes}),
    }
}

#[test]
fn garbage_of_few_calls() {
    for seed in 0..120 {
        let mut numbers = Numbers::seeded(seed);
        let mut time = script::START;
        let lines: Vec<_> = (0..120)
            .map(|_| {
                let step = [0, 0, 1, 1000, 1_000_000, 40_000_000, -2_000_000][numbers.below(7)];
                time += step;
                garbage(&mut numbers, time)
            })
            .collect();
        check(&format!("garbage, seed {seed}"), &lines);
    }
}

/// Ids that never come again, and calls that never end: what is remembered is bounded.
#[test]
fn memory_is_bounded() {
    let mut mapper = Voice::open(testing::lane(), "").unwrap();
    let mut sizes = Vec::new();
    for round in 0..4_i64 {
        let mut events = Vec::new();
        for number in 0..9_000_i64 {
            let time = script::START + (round * 9_000 + number) * 1000;
            let attributes = [
                json!(["ThisDN", format!("{number}")]),
                json!(["ConnID", format!("{:016x}", 1 + round * 9_000 + number)]),
                json!(["OtherDN", format!("{time}")]),
            ];
            for name in ["EventRinging", "EventReleased"] {
                let line = json!({"name": name, "time": time, "attributes": attributes});
                events.push(testing::flat(&line.to_string()));
            }
        }
        mapper::map_batch(&mut mapper, &events.concat()).unwrap();
        sizes.push(mapper.snapshot().unwrap().len());
    }
    assert!(sizes[3] < sizes[1] + sizes[1] / 10, "{sizes:?}");
}
