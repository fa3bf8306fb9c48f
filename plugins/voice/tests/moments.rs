//! Events of one moment at different devices come in any order: the final rows are the same.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "flows/script.rs"]
mod script;

use concentrator_sdk::testing::{self, Database};
use script::{CONSULT, INBOUND, OUTBOUND, Script, conn};
use serde_json::{Value, json};

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

/// The rows of objects as they are in the end, without what tells which event came last.
fn finals(of: &Database) -> Vec<String> {
    let mut rows = Vec::new();
    for table in [
        "G_CALL",
        "G_CALL_STAT",
        "G_IR",
        "G_PARTY",
        "G_PARTY_STAT",
        "G_VIRTUAL_QUEUE",
        "G_ROUTE_RESULT",
        "G_IS_LINK",
        "GC_ENDPOINT",
    ] {
        for row in of.rows(table) {
            let mut row = row.clone();
            if let Some(row) = row.as_object_mut() {
                row.retain(|column, _| !matches!(column.as_str(), "ccevent" | "cceventcause"));
            }
            rows.push(format!("{table} {row}"));
        }
    }
    rows.sort();
    rows
}

/// The events in an order that `numbers` choose among those of equal times.
fn shuffled(lines: &[Value], numbers: &mut Numbers) -> Vec<Value> {
    let mut lines: Vec<_> =
        lines.iter().map(|line| (line["time"].as_i64().unwrap(), numbers.below(1 << 20), line.clone())).collect();
    lines.sort_by_key(|(time, random, _)| (*time, *random));
    lines.into_iter().map(|(.., line)| line).collect()
}

fn check(what: &str, at: &Script) {
    let expected = finals(&at.rows());
    for seed in 1..=40_u64 {
        let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let lines = shuffled(&at.lines, &mut numbers);
        let events: Vec<_> = lines.iter().map(|line| testing::flat(&line.to_string())).collect();
        let of = at.map(&events);
        testing::check_invariants(&format!("{what}, seed {seed}"), &of);
        let given = finals(&of);
        let missing: Vec<_> = expected.iter().filter(|row| !given.contains(row)).collect();
        let added: Vec<_> = given.iter().filter(|row| !expected.contains(row)).collect();
        let order: Vec<_> = lines.iter().map(|line| format!("{} {}", line["time"], line["name"])).collect();
        assert!(missing.is_empty() && added.is_empty(), "{what}, seed {seed}:\n-{missing:#?}\n+{added:#?}\n{order:#?}");
    }
}

#[test]
fn queue_and_agent() {
    let mut at = Script::new();
    at.answered_from("8000", 1, "0301234", "7001").later(20).release(1, "7001", "0301234", 5);
    check("queue", &at);
}

#[test]
fn answered_at_once() {
    let mut at = Script::new();
    at.call(1, 1, "7001").at("EventDialing", 1, "7001", &[("OtherDN", json!("7002")), ("ThisDNRole", json!(1))]);
    at.and("EventRinging", 1, "7002", &[("OtherDN", json!("7001")), ("ThisDNRole", json!(2))]).later(1);
    at.and("EventEstablished", 1, "7001", &[("OtherDN", json!("7002")), ("ThisDNRole", json!(1))]);
    at.and("EventEstablished", 1, "7002", &[("OtherDN", json!("7001")), ("ThisDNRole", json!(2))]).later(4);
    at.release(1, "7001", "7002", 0).release_too(1, "7002", "7001", 5);
    check("internal", &at);
}

#[test]
fn routed_with_a_virtual_queue() {
    let mut at = Script::new();
    let queue = ("ThisQueue", json!("9000"));
    let to = ("ThirdPartyDN", json!("7001"));
    at.call(1, INBOUND, "0301234").at("EventRouteRequest", 1, "9000", std::slice::from_ref(&queue));
    at.and("EventQueued", 1, "9100", &[("ThisQueue", json!("9100"))]).carrying("Extensions", &[("VQID", "VQ-1")]);
    at.later(6).at("EventRouteUsed", 1, "9000", &[queue.clone(), to.clone()]);
    at.and("EventDiverted", 1, "9000", &[queue.clone(), to.clone()]);
    at.and("EventDiverted", 1, "9100", &[("ThisQueue", json!("9100")), to]).carrying("Extensions", &[("VQID", "VQ-1")]);
    at.and("EventRinging", 1, "7001", &[queue, ("OtherDN", json!("0301234"))]);
    at.later(2).at("EventEstablished", 1, "7001", &[]).later(8).release(1, "7001", "0301234", 5);
    check("virtual queue", &at);
}

fn completed(at: &mut Script, state: i64) {
    let previous = ("PreviousConnID", json!(conn(2)));
    at.later(1);
    at.release_too(1, "7001", "7005", state).release_too(2, "7001", "7002", state);
    let third = [
        ("ThirdPartyDN", json!("7001")),
        ("ThirdPartyDNRole", json!(if state == 1 { 7 } else { 9 })),
        ("CallState", json!(state)),
    ];
    let mut to: Vec<(&str, Value)> = third.to_vec();
    to.extend([previous, ("OtherDN", json!("7005"))]);
    at.and("EventPartyChanged", 1, "7002", &to);
    let mut to: Vec<(&str, Value)> = third.to_vec();
    to.push(("OtherDN", json!("7002")));
    at.and("EventPartyChanged", 1, "7005", &to);
}

#[test]
fn two_step_transfer() {
    let mut at = Script::new();
    at.talk(1, "7005", "7001").later(3).consult(1, 2, "7001", "7002").later(3);
    completed(&mut at, 1);
    at.later(9).release(1, "7002", "7005", 0).release_too(1, "7005", "7002", 5);
    check("transfer", &at);
}

#[test]
fn two_step_transfer_of_somebody_outside() {
    let mut at = Script::new();
    at.answered_from("8000", 1, "0301234", "7001").later(3).consult(1, 2, "7001", "7002").later(3);
    completed(&mut at, 1);
    // Nobody outside tells of the change.
    at.lines.retain(|line| !line.to_string().contains("7005\"]]"));
    at.lines.retain(|line| !line["attributes"].as_array().unwrap().contains(&json!(["ThisDN", "7005"])));
    at.later(9).release(1, "7002", "0301234", 0);
    check("transfer", &at);
}

#[test]
fn transfer_while_it_rings_and_to_somebody_outside() {
    let mut at = Script::new();
    at.talk(1, "7005", "7001").later(5).call(2, CONSULT, "7001").at("EventHeld", 1, "7001", &[]);
    let previous = ("PreviousConnID", json!(conn(1)));
    at.at("EventDialing", 2, "7001", &[("OtherDN", json!("7002")), previous.clone()]);
    at.and("EventRinging", 2, "7002", &[("OtherDN", json!("7001")), previous.clone()]);
    completed(&mut at, 1);
    at.later(3).at("EventEstablished", 1, "7002", &[("OtherDN", json!("7005"))]).later(2);
    at.call(3, CONSULT, "7002").at("EventHeld", 1, "7002", &[]);
    at.at("EventDialing", 3, "7002", &[("OtherDN", json!("0815")), previous]);
    at.at("EventEstablished", 3, "7002", &[("OtherDN", json!("0815"))]).later(3);
    at.release_too(1, "7002", "7005", 1).release_too(3, "7002", "0815", 1);
    at.and("EventPartyChanged", 1, "7005", &[("OtherDN", json!("0815")), ("CallState", json!(1))]);
    at.later(4).release(1, "7005", "0815", 0);
    check("ringing", &at);
}

#[test]
fn conference_and_leaving() {
    let mut at = Script::new();
    at.talk(1, "7005", "7001").later(3).consult(1, 2, "7001", "7002").later(3);
    at.release_too(2, "7001", "7002", 2);
    let changed = [
        ("PreviousConnID", json!(conn(2))),
        ("CallState", json!(2)),
        ("ThirdPartyDN", json!("7001")),
        ("ThirdPartyDNRole", json!(9)),
    ];
    at.and("EventPartyChanged", 1, "7002", &changed);
    let added = [("OtherDN", json!("7002")), ("OtherDNRole", json!(4)), ("ThirdPartyDN", json!("7001"))];
    at.and("EventPartyAdded", 1, "7001", &added).and("EventPartyAdded", 1, "7005", &added);
    at.later(1).at("EventRetrieved", 1, "7001", &[]).later(6);
    at.release(1, "7001", "", 0);
    for dn in ["7002", "7005"] {
        at.and("EventPartyDeleted", 1, dn, &[("OtherDN", json!("7001")), ("OtherDNRole", json!(8))]);
    }
    at.later(5).release(1, "7002", "7005", 0).release_too(1, "7005", "7002", 5);
    check("conference", &at);
}

#[test]
fn single_step_transfer_and_conference() {
    let mut at = Script::new();
    at.talk(1, "7001", "7002").later(5).release(1, "7002", "7001", 1);
    at.and("EventRinging", 1, "7003", &[("OtherDN", json!("7001")), ("ThirdPartyDN", json!("7002"))]);
    at.and("EventPartyChanged", 1, "7001", &[("OtherDN", json!("7003")), ("CallState", json!(1))]);
    at.later(2).at("EventEstablished", 1, "7003", &[("OtherDN", json!("7001"))]).later(4);
    for dn in ["7001", "7003"] {
        at.and("EventPartyAdded", 1, dn, &[("OtherDN", json!("7004")), ("ThirdPartyDN", json!("7003"))]);
    }
    at.and("EventEstablished", 1, "7004", &[("ThisDNRole", json!(4)), ("OtherDN", json!("7001"))]).later(4);
    at.release(1, "7001", "", 0).release(1, "7004", "7003", 0).release_too(1, "7003", "7004", 5);
    check("single step", &at);
}

#[test]
fn a_transfer_to_another_connection_id() {
    let mut at = Script::new();
    at.talk(1, "7001", "7002").later(5).call(2, 1, "7001").release(1, "7002", "7001", 1);
    at.and("EventRinging", 2, "7003", &[("OtherDN", json!("7001"))]);
    let changed = [("OtherDN", json!("7003")), ("PreviousConnID", json!(conn(1))), ("CallState", json!(1))];
    at.and("EventPartyChanged", 2, "7001", &changed);
    at.later(2).at("EventEstablished", 2, "7003", &[("OtherDN", json!("7001"))]);
    at.later(7).release(2, "7003", "7001", 0).release_too(2, "7001", "7003", 5);
    check("another id", &at);
}

#[test]
fn abandoned_and_given_up() {
    let mut at = Script::new();
    let queue = ("ThisQueue", json!("8000"));
    at.call(1, 1, "7001").at("EventDialing", 1, "7001", &[("OtherDN", json!("8000")), ("ThisDNRole", json!(1))]);
    at.and("EventQueued", 1, "8000", &[queue.clone(), ("OtherDN", json!("7001"))]).later(6);
    at.release_too(1, "7001", "8000", 0).and("EventAbandoned", 1, "8000", &[queue, ("OtherDN", json!("7001"))]);
    at.call(2, 1, "7001").at("EventDialing", 2, "7001", &[("OtherDN", json!("7002"))]);
    at.and("EventRinging", 2, "7002", &[("OtherDN", json!("7001"))]).later(8);
    at.release_too(2, "7001", "7002", 0).and("EventAbandoned", 2, "7002", &[("OtherDN", json!("7001"))]);
    check("given up", &at);
}

#[test]
fn predictive() {
    let mut at = Script::new();
    let queue = ("ThisQueue", json!("8000"));
    at.call(1, OUTBOUND, "");
    at.at("EventDialing", 1, "8000", &[queue.clone(), ("OtherDN", json!("0815")), ("ThisDNRole", json!(1))]).later(9);
    at.at("EventQueued", 1, "8000", &[queue.clone(), ("CallState", json!(0))]).later(1);
    at.and("EventDiverted", 1, "8000", &[queue.clone(), ("ThirdPartyDN", json!("7001"))]);
    at.and("EventRinging", 1, "7001", &[queue, ("OtherDN", json!("0815")), ("ThisDNRole", json!(1))]).later(1);
    at.at("EventEstablished", 1, "7001", &[("OtherDN", json!("0815"))]).later(5).release(1, "7001", "0815", 0);
    check("predictive", &at);
}
