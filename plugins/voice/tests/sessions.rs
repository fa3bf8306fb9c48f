//! Interruptions and lost events: what nothing confirms is closed as stuck, as of when it was last known alive.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "flows/script.rs"]
mod script;

use concentrator_sdk::testing::Database;
use script::{INBOUND, INTERNAL, START, Script, alive, conn, number, text};
use serde_json::json;

fn seconds(row: &concentrator_sdk::testing::Row, column: &str) -> i64 {
    (number(row, column) - START) / 1_000_000
}

fn is_inferred(row: &concentrator_sdk::testing::Row) -> bool {
    row["ext"]["int2"] == 1
}

fn call(of: &Database, short: u64) -> &concentrator_sdk::testing::Row {
    of.rows("G_CALL").iter().find(|row| text(row, "connid") == conn(short)).unwrap()
}

#[test]
fn what_is_confirmed_goes_on_and_what_is_not_is_closed() {
    for opening in [2, 3, 4, 5] {
        let mut at = Script::new();
        at.talk(1, "7001", "7002").talk(2, "7003", "7004").later(10);
        at.answered_from("8000", 3, "0301234", "7005").later(5).session(opening, false);
        at.later(20).at("EventHeld", 1, "7001", &[("OtherDN", json!("7002"))]);
        at.later(20).at("EventAttachedDataChanged", 3, "7005", &[]);
        at.later(100).tick();
        at.release(1, "7001", "7002", 0).release_too(1, "7002", "7001", 5).release(3, "7005", "0301234", 0);
        // Too late.
        at.release(2, "7003", "7004", 0);
        let of = at.rows();
        assert!(alive(&of).is_empty(), "{:#?}", alive(&of));
        assert!(!is_inferred(call(&of, 1)) && !is_inferred(call(&of, 3)));
        assert!(is_inferred(call(&of, 2)));
        assert_eq!(seconds(call(&of, 2), "terminated"), 22, "when the source was last heard");
        assert_eq!(seconds(call(&of, 1), "terminated"), 167);
        let change = of.rows("G_CALL_HISTORY").iter().filter(|row| number(row, "changetype") == 4).count();
        assert_eq!(change, 1);
    }
}

#[test]
fn nothing_is_in_doubt_where_nothing_was_lost() {
    let mut at = Script::new();
    at.talk(1, "7001", "7002").later(10).session(2, true).session(5, true).later(1000).tick();
    at.release(1, "7001", "7002", 0).release_too(1, "7002", "7001", 5);
    let of = at.rows();
    assert!(alive(&of).is_empty() && !is_inferred(call(&of, 1)));
    assert_eq!(seconds(call(&of, 1), "terminated"), 1012);
}

#[test]
fn when_a_tick_comes_makes_no_difference() {
    let flow = |ticks: &[i64]| {
        let mut at = Script::new();
        at.talk(1, "7001", "7002").later(10).link(false).later(5).link(true).session(4, false);
        let begun = at.now;
        for tick in ticks {
            at.now = begun + tick * 1_000_000;
            at.tick();
        }
        at.now = begun + 500_000_000;
        at.call(9, INTERNAL, "").at("EventRinging", 9, "7009", &[]).release(9, "7009", "", 0).rows().to_lines()
    };
    let expected = flow(&[]);
    for ticks in [&[60][..], &[61], &[30, 59, 100, 200], &[499]] {
        assert_eq!(flow(ticks), expected);
    }
    assert!(expected.contains("\"terminated\":1800000012005000"));
}

#[test]
fn one_party_of_a_conference_is_lost() {
    let mut at = Script::new();
    at.talk(1, "7001", "7002").at("EventPartyAdded", 1, "7001", &[("OtherDN", json!("7003"))]);
    at.at("EventEstablished", 1, "7003", &[("ThisDNRole", json!(4))]).later(5).session(2, false).later(10);
    at.at("EventHeld", 1, "7001", &[("OtherDN", json!("7002"))]).later(200).tick();
    at.release(1, "7001", "7002", 0).release_too(1, "7002", "7001", 5);
    let of = at.rows();
    assert!(alive(&of).is_empty(), "{:#?}", alive(&of));
    let lost: Vec<_> = of.rows("G_PARTY").iter().filter(|row| is_inferred(row)).collect();
    assert_eq!((lost.len(), text(lost[0], "endpointdn")), (1, "7003"));
    assert!(!is_inferred(call(&of, 1)));
}

#[test]
fn a_release_is_lost() {
    let mut at = Script::new();
    at.talk(1, "7001", "7002").later(10).release(1, "7001", "7002", 0).later(100).tick();
    let of = at.rows();
    assert!(alive(&of).is_empty(), "{:#?}", alive(&of));
    assert_eq!(seconds(call(&of, 1), "terminated"), 12);
    assert!(is_inferred(call(&of, 1)));
}

#[test]
fn a_device_does_something_else() {
    for event in ["EventDialing", "EventEstablished", "EventOnHook", "EventDNOutOfService"] {
        let mut at = Script::new();
        at.call(1, INBOUND, "0301234").at("EventRinging", 1, "7001", &[]).at("EventEstablished", 1, "7001", &[]);
        at.later(10).call(2, INTERNAL, "");
        if matches!(event, "EventOnHook" | "EventDNOutOfService") {
            at.say(event, &[("ThisDN", json!("7001"))]);
        } else {
            at.at(event, 2, "7001", &[("OtherDN", json!("7002"))]).later(3).release(2, "7001", "7002", 0);
        }
        at.later(100).tick();
        let of = at.rows();
        assert!(alive(&of).is_empty(), "{event}: {:#?}", alive(&of));
        assert_eq!(seconds(call(&of, 1), "terminated"), 10, "{event}");
    }
}

/// A port that takes many calls at once, and tells nothing of them for long.
#[test]
fn a_device_in_many_calls() {
    let mut at = Script::new();
    for short in 1..=5 {
        at.call(short, INBOUND, &format!("030{short}")).at("EventRinging", short, "6001", &[]);
        at.at("EventEstablished", short, "6001", &[]);
    }
    at.later(600).tick();
    for short in 1..=5 {
        at.release(short, "6001", "", 5);
    }
    let of = at.rows();
    assert!(alive(&of).is_empty() && !of.rows("G_CALL").iter().any(is_inferred));
}

#[test]
fn a_call_sent_on_to_where_no_events_come_from() {
    let mut at = Script::new();
    let queue = ("ThisQueue", json!("9000"));
    at.call(1, INBOUND, "0301234").at("EventRouteRequest", 1, "9000", std::slice::from_ref(&queue)).later(5);
    at.at("EventRouteUsed", 1, "9000", &[queue.clone(), ("ThirdPartyDN", json!("0815"))]);
    at.at("EventDiverted", 1, "9000", &[queue, ("ThirdPartyDN", json!("0815"))]).later(100).tick();
    let of = at.rows();
    assert!(alive(&of).is_empty(), "{:#?}", alive(&of));
    assert_eq!(seconds(call(&of, 1), "terminated"), 5);
    assert!(is_inferred(call(&of, 1)));
    assert_eq!(number(&of.rows("G_ROUTE_RESULT")[0], "rtargettypeselected"), 5);
}

#[test]
fn queues_after_an_interruption() {
    let mut at = Script::new();
    at.call(1, INBOUND, "0301234").at("EventQueued", 1, "8000", &[("ThisQueue", json!("8000"))]);
    at.call(2, INBOUND, "0309999").at("EventQueued", 2, "8000", &[("ThisQueue", json!("8000"))]);
    at.at("EventQueued", 2, "9100", &[("ThisQueue", json!("9100"))]).carrying("Extensions", &[("VQID", "VQ-1")]);
    at.later(5).session(2, false).later(5);
    at.at("EventDiverted", 1, "8000", &[("ThisQueue", json!("8000")), ("ThirdPartyDN", json!("7001"))]);
    at.at("EventRinging", 1, "7001", &[]).later(100).tick().release(1, "7001", "", 0);
    let of = at.rows();
    assert!(alive(&of).is_empty(), "{:#?}", alive(&of));
    let stuck: Vec<_> = of.rows("G_VIRTUAL_QUEUE").iter().map(|row| (number(row, "cause"), is_inferred(row))).collect();
    assert_eq!(stuck, [(1, false), (3, true), (3, true)]);
}

#[test]
fn a_call_grows_too_old() {
    let mut at = Script::with(r#"{"call_age_max_seconds": 100}"#);
    at.talk(1, "7001", "7002").later(20).at("EventHeld", 1, "7001", &[]).later(200).tick();
    at.release(1, "7001", "7002", 0).call(1, INTERNAL, "").later(9);
    at.at("EventRinging", 1, "7003", &[]).release(1, "7003", "", 0);
    let of = at.rows();
    assert!(alive(&of).is_empty(), "{:#?}", alive(&of));
    assert_eq!(seconds(call(&of, 1), "terminated"), 22);
    assert_eq!(of.rows("G_CALL").len(), 2);
}

/// A server that began anew tells of other calls at the devices: what was there before was alive until it was last
/// heard of, and keeps nobody busy who logs in.
#[test]
fn other_calls_come_to_the_devices_of_lost_ones() {
    let agent = [("ThisDN", json!("7001")), ("AgentID", json!("11"))];
    let mut at = Script::new();
    at.say("EventAgentLogin", &agent).say("EventAgentReady", &agent).talk(1, "7001", "7002");
    let heard = at.now;
    at.later(10).session(3, false).later(5).say("EventAgentLogin", &agent).say("EventAgentReady", &agent);
    at.later(20).talk(2, "7001", "7003").later(5).release(2, "7001", "7003", 0).release_too(2, "7003", "7001", 5);
    at.later(100).tick().say("EventAgentLogout", &agent);
    let of = at.rows();
    assert!(alive(&of).is_empty(), "{:#?}", alive(&of));
    assert!(is_inferred(call(&of, 1)) && !is_inferred(call(&of, 2)));
    assert_eq!(number(call(&of, 1), "terminated"), heard);
    let states = of.rows("G_AGENT_STATE_HISTORY").iter().filter(|row| number(row, "type_") == 5);
    let states: Vec<_> = states.map(|row| number(row, "state")).collect();
    assert_eq!(states, [1, 2, 5, 6, 1, 2, 5, 2, 6]);
}

#[test]
fn a_call_that_is_found_again_is_the_one_of_who_logged_in_meanwhile() {
    let agent = [("ThisDN", json!("7001")), ("AgentID", json!("11"))];
    let mut at = Script::new();
    at.talk(1, "7001", "7002").later(10).session(3, false).later(5).say("EventAgentLogin", &agent);
    at.later(5).at("EventHeld", 1, "7001", &[("OtherDN", json!("7002"))]).later(5);
    at.release(1, "7001", "7002", 0).release_too(1, "7002", "7001", 5).say("EventAgentLogout", &agent);
    let of = at.rows();
    assert!(alive(&of).is_empty() && !is_inferred(call(&of, 1)), "{:#?}", alive(&of));
    let states = of.rows("G_AGENT_STATE_HISTORY").iter().filter(|row| number(row, "type_") == 5);
    let states: Vec<_> = states.map(|row| number(row, "state")).collect();
    assert_eq!(states[..2], [1, 5], "{states:?}");
}
