//! Agents: sessions, states, reasons, work modes, interruptions.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "agents/script.rs"]
mod script;

use script::{Numbers, Script, at, check, number, states, text};
use serde_json::json;

#[test]
fn a_day_with_a_pause_and_a_call() {
    let mut s = Script::new();
    s.agent("Login", "7001", "1001", json!({"ThisQueue": "8000", "Place": "P1"}))
        .later(2)
        .agent("NotReady", "7001", "1001", json!({"AgentWorkMode": 4, "Extensions": {"ReasonCode": "12"}}))
        .later(10)
        .agent("Ready", "7001", "1001", json!({"AgentWorkMode": 2}))
        .later(60)
        .inbound(1, "7001")
        .later(20)
        .released(1, "7001")
        .agent("NotReady", "7001", "1001", json!({"AgentWorkMode": 3}))
        .later(15)
        .agent("Ready", "7001", "", json!({"AgentWorkMode": 2}))
        .later(30)
        .agent("Logout", "7001", "1001", json!({"Reasons": {"why": "home"}}));
    let rows = s.rows();
    assert_eq!(states(&rows), "0:1 2:3 12:2 77:5 97:4 112:2 142:6");
    let session = &rows.rows("G_LOGIN_SESSION")[0];
    assert_eq!((at(session, "created"), at(session, "terminated"), number(session, "state")), (0, 142, 2));
    assert!(number(session, "placeid") > 0 && session.get("ext").is_none_or(serde_json::Value::is_null));
    let parties = rows.rows("G_PARTY_STAT");
    assert_eq!(parties.iter().map(|row| number(row, "tt_acw")).collect::<Vec<_>>().iter().sum::<i64>(), 15);
    let history = rows.rows("G_AGENT_STATE_HISTORY");
    let types: Vec<_> = history.iter().map(|row| number(row, "type_")).collect();
    assert_eq!(types, [5, 5, 7, 5, 7, 8, 5, 9, 5, 7, 5, 7, 5]);
    let call = text(&rows.rows("G_CALL")[0], "callid");
    let of_call: Vec<_> =
        history.iter().filter(|row| text(row, "callid") == call).map(|row| number(row, "type_")).collect();
    assert_eq!(of_call, [8, 5, 9, 5], "busy and after-call work are the call's");
    let modes: Vec<_> = rows
        .rows("GS_AGENT_STAT_WM")
        .iter()
        .map(|row| (number(row, "workmode"), number(row, "tt_state"), number(row, "cnt_state")))
        .collect();
    assert_eq!(modes, [(2, 115, 2), (3, 15, 1), (4, 10, 1)]);
    let reasons: Vec<_> = rows
        .rows("G_AGENT_STATE_RC")
        .iter()
        .map(|row| {
            (number(row, "hwflag"), text(row, "keyname"), text(row, "value"), at(row, "created"), at(row, "terminated"))
        })
        .collect();
    assert_eq!(reasons, [(1, "ReasonCode", "12", 2, 12), (0, "why", "home", 142, 142)]);
}

#[test]
fn the_order_in_the_moment_of_a_calls_end_makes_no_difference() {
    let tell = |before: bool| {
        let mut s = Script::new();
        s.agent("Login", "7001", "1001", json!({}))
            .agent("Ready", "7001", "1001", json!({}))
            .later(5)
            .inbound(1, "7001")
            .later(20);
        if before {
            s.agent("NotReady", "7001", "1001", json!({"AgentWorkMode": 3})).released(1, "7001");
        } else {
            s.released(1, "7001").agent("NotReady", "7001", "1001", json!({"AgentWorkMode": 3}));
        }
        s.later(7).agent("Logout", "7001", "1001", json!({}));
        states(&s.rows())
    };
    assert_eq!(tell(true), "0:1 0:2 10:5 30:4 37:6");
    assert_eq!(tell(false), tell(true));
}

#[test]
fn a_pause_during_a_call_is_pending() {
    let mut s = Script::new();
    s.agent("Login", "7001", "1001", json!({}))
        .agent("Ready", "7001", "1001", json!({}))
        .inbound(1, "7001")
        .later(5)
        .agent("NotReady", "7001", "1001", json!({"Reasons": {"break": "lunch"}}))
        .later(5)
        .released(1, "7001")
        .later(60)
        .agent("Ready", "7001", "1001", json!({}))
        .tick();
    let rows = s.rows();
    assert_eq!(states(&rows), "0:1 0:2 5:5 15:3 75:2");
    let pending: Vec<_> = rows.rows("G_AGENT_STATE_HISTORY").iter().filter(|row| number(row, "type_") == 6).collect();
    assert_eq!(pending.len(), 1);
    assert_eq!((at(pending[0], "added"), number(pending[0], "pendingstate"), number(pending[0], "state")), (10, 3, 5));
    let reason = &rows.rows("G_AGENT_STATE_RC")[0];
    assert_eq!((number(reason, "hwflag"), at(reason, "created"), at(reason, "terminated")), (0, 10, 75));
    assert!(rows.rows("G_AGENT_STATE_RC_A").is_empty());
}

#[test]
fn queues_are_left_one_by_one_and_log_out_is_the_last() {
    let mut s = Script::new();
    for queue in ["8000", "8001", "8002"] {
        s.agent("Login", "7001", "1001", json!({"ThisQueue": queue}));
    }
    s.later(10).agent("NotReady", "7001", "1001", json!({"ThisQueue": "8000", "Reasons": {"k": "all"}})).later(5);
    s.agent("Ready", "7001", "1001", json!({"ThisQueue": "8001", "Reasons": {"k": "one"}})).later(5);
    s.say("EventQueueLogout", json!({"ThisDN": "7001", "AgentID": "1001", "ThisQueue": "8001"})).later(5);
    s.agent("Ready", "7001", "1001", json!({})).later(5);
    s.agent("Logout", "7001", "1001", json!({"ThisQueue": "8002"}));
    let rows = s.rows();
    assert_eq!(states(&rows), "0:1 10:3 15:2 20:3 25:2 30:6", "ready in any queue is ready");
    assert_eq!(rows.rows("G_LOGIN_SESSION").len(), 1);
    let queues = rows.rows("GX_SESSION_ENDPOINT");
    assert_eq!(queues.iter().map(|row| at(row, "terminated")).collect::<Vec<_>>(), [30, 20, 30]);
    let reasons = rows.rows("G_AGENT_STATE_RC").iter().map(|row| (text(row, "value"), at(row, "terminated")));
    assert_eq!(reasons.collect::<Vec<_>>(), [("one", 20), ("all", 25)], "a reason ends with its queue");
}

#[test]
fn an_agent_who_is_heard_of_late_was_logged_in_before() {
    let mut s = Script::new();
    s.agent("Ready", "7001", "1001", json!({"ThisQueue": "8000"})).later(9).agent("Logout", "7001", "", json!({}));
    // Nobody is known at this device, and nobody is named.
    s.agent("Ready", "7002", "", json!({})).agent("Logout", "7002", "", json!({}));
    // Said after the log-out, in the same moment.
    s.agent("NotReady", "7001", "1001", json!({}));
    let rows = s.rows();
    assert_eq!(states(&rows), "0:1 0:2 9:6");
    let session = &rows.rows("G_LOGIN_SESSION")[0];
    assert_eq!(number(&session["ext"], "int1"), 1, "found: {session}");
    assert_eq!(rows.rows("G_LOGIN_SESSION").len(), 1);
}

#[test]
fn what_is_said_twice_is_told_once() {
    let mut s = Script::new();
    for _ in 0..2 {
        s.agent("Login", "7001", "1001", json!({"ThisQueue": "8000"}));
    }
    for _ in 0..3 {
        s.later(1).agent("NotReady", "7001", "1001", json!({"Extensions": {"ReasonCode": "3"}}));
        s.say("EventDNDOn", json!({"ThisDN": "7001"}));
    }
    for _ in 0..2 {
        s.later(1).agent("Logout", "7001", "1001", json!({}));
        s.say("EventDNDOff", json!({"ThisDN": "7001"}));
    }
    let rows = s.rows();
    assert_eq!(states(&rows), "0:1 1:3 4:6");
    assert_eq!(rows.rows("G_AGENT_STATE_RC").len(), 1);
    let dnd: Vec<_> = rows.rows("G_DND_HISTORY").iter().map(|row| (at(row, "added"), number(row, "state"))).collect();
    assert_eq!(dnd, [(1, 1), (4, 0)]);
    assert!(number(&rows.rows("G_DND_HISTORY")[0], "agentid") > 0);
    assert_eq!(number(&rows.rows("G_DND_HISTORY")[1], "agentid"), 0, "nobody was there any more");
}

#[test]
fn two_devices_of_one_place_are_one_session() {
    let mut s = Script::new();
    s.agent("Login", "7001", "1001", json!({"Place": "P1", "ThisQueue": "8000"})).later(1);
    s.agent("Login", "7101", "1001", json!({"Place": "P1"})).later(1);
    s.agent("Ready", "7001", "1001", json!({"Place": "P1"})).later(1);
    s.inbound(1, "7101").later(3).released(1, "7101").later(1);
    s.agent("Logout", "7001", "1001", json!({"Place": "P1"})).later(1);
    s.agent("Logout", "7101", "1001", json!({"Place": "P1"}));
    let rows = s.rows();
    assert_eq!(states(&rows), "0:1 2:2 8:5 11:2 13:6");
    assert_eq!(rows.rows("G_LOGIN_SESSION").len(), 1);
    let devices = rows.rows("GX_SESSION_ENDPOINT");
    assert_eq!(devices.iter().map(|row| at(row, "terminated")).collect::<Vec<_>>(), [12, 13]);
}

#[test]
fn a_log_in_elsewhere_ends_the_session_before() {
    let mut s = Script::new();
    s.agent("Login", "7001", "1001", json!({})).later(10);
    s.agent("Login", "7002", "1001", json!({})).later(10);
    // Another agent takes the device.
    s.agent("Login", "7002", "1002", json!({})).later(10);
    s.agent("Logout", "7002", "1001", json!({})).later(5);
    s.agent("Logout", "7002", "1002", json!({}));
    let rows = s.rows();
    assert_eq!(states(&rows), "0:1 10:6 10:1 20:6 20:1 35:6");
    let inferred: Vec<_> = rows.rows("G_LOGIN_SESSION").iter().map(|row| number(&row["ext"], "int2")).collect();
    assert_eq!(inferred, [1, 1, 0]);
    let mut s = Script::with(&json!({"agents": {"several_devices": true}}));
    s.agent("Login", "7001", "1001", json!({})).later(10).agent("Login", "7002", "1001", json!({}));
    assert_eq!(s.rows().rows("G_LOGIN_SESSION").len(), 1);
}

#[test]
fn after_call_work_ends_by_its_limit() {
    let mut s = Script::with(&json!({"agents": {"after_call_max_seconds": 30}}));
    s.agent("Login", "7001", "1001", json!({})).agent("Ready", "7001", "1001", json!({}));
    s.inbound(1, "7001").later(5).released(1, "7001").agent("AfterCallWork", "7001", "1001", json!({}));
    s.later(100).tick();
    let rows = s.rows();
    assert_eq!(states(&rows), "0:1 0:2 5:5 10:4 40:2");
    let last = rows.rows("G_AGENT_STATE_HISTORY").last().unwrap().clone();
    assert_eq!(number(&last["ext"], "int2"), 1, "inferred: {last}");
    assert_eq!(rows.rows("G_PARTY_STAT").iter().map(|row| number(row, "tt_acw")).sum::<i64>(), 30);
}

#[test]
fn after_an_interruption_sessions_are_in_doubt() {
    let flow = |config: &serde_json::Value| {
        let mut s = Script::with(config);
        for (dn, agent) in [("7001", "1001"), ("7002", "1002"), ("7003", "1003")] {
            s.agent("Login", dn, agent, json!({}));
        }
        // Nothing is heard between 10 and 100.
        s.later(10).no_data().later(90).session(2);
        // A word confirms, a log-in begins anew, the third is silent.
        s.later(5).agent("Ready", "7001", "1001", json!({}));
        s.later(5).agent("Login", "7002", "1002", json!({}));
        s.later(600).agent("Ready", "7001", "1001", json!({}));
        s
    };
    let ends = |rows: &concentrator_sdk::testing::Database| {
        let rows = rows.rows("G_LOGIN_SESSION").iter();
        rows.map(|row| (at(row, "created"), at(row, "terminated"), number(&row["ext"], "int2"))).collect::<Vec<_>>()
    };
    let rows = flow(&json!({})).rows();
    assert_eq!(ends(&rows), [(0, -1, 0), (0, 10, 1), (0, -1, 0), (110, -1, 0)], "by default the third stays");
    let rows = flow(&json!({"agents": {"login_confirm_seconds": 300}})).rows();
    assert_eq!(ends(&rows), [(0, -1, 0), (0, 10, 1), (0, 10, 1), (110, -1, 0)]);
    let mut silent = flow(&json!({"agents": {"login_silence_max_seconds": 1000}}));
    silent.later(300).tick();
    assert_eq!(ends(&silent.rows())[2], (0, 10, 1), "in doubt and silent");
    silent.later(2000).tick();
    assert_eq!(ends(&silent.rows())[0], (0, 710, 1), "the last word of the source was at 710");
}

#[test]
fn calls_confirm_a_session_too() {
    let mut s = Script::with(&json!({"agents": {"login_confirm_seconds": 60}}));
    s.agent("Login", "7001", "1001", json!({})).agent("Login", "7002", "1002", json!({})).later(10).session(2).later(5);
    s.inbound(1, "7001").call("Ringing", 2, "7002", "0302", json!({"ThisDNRole": 2, "CallState": 0}));
    s.later(300).tick();
    let rows = s.rows();
    let states: Vec<_> = rows.rows("G_LOGIN_SESSION").iter().map(|row| number(row, "state")).collect();
    assert_eq!(states, [1, 1], "one that only rings, too");
}

#[test]
fn a_call_that_got_stuck_frees_its_agent_when_it_was_last_alive() {
    let flow = |tick: i64| {
        let mut s = Script::new();
        s.agent("Login", "7001", "1001", json!({})).agent("Ready", "7001", "1001", json!({})).inbound(1, "7001");
        s.later(5).no_data().later(20).session(2).later(tick).tick();
        s.rows()
    };
    assert_eq!(states(&flow(100)), "0:1 0:2 5:5 10:2");
    assert_eq!(
        flow(100).rows("G_AGENT_STATE_HISTORY"),
        flow(107).rows("G_AGENT_STATE_HISTORY"),
        "ticks leave no trace"
    );
}

#[test]
fn a_restarted_server_announces_its_agents_again() {
    let mut s = Script::new();
    s.agent("Login", "7001", "1001", json!({})).later(10).no_data().later(50).session(3);
    s.agent("Login", "7001", "1001", json!({})).later(5).agent("Logout", "7001", "1001", json!({}));
    let rows = s.rows();
    assert_eq!(states(&rows), "0:1 10:6 60:1 65:6");
    assert_ne!(
        text(&rows.rows("G_LOGIN_SESSION")[0], "loginsessionid"),
        text(&rows.rows("G_LOGIN_SESSION")[1], "loginsessionid")
    );
}

#[test]
fn a_log_in_finds_the_call_that_the_device_has() {
    let mut s = Script::new();
    s.inbound(1, "7001")
        .later(5)
        .agent("Login", "7001", "1001", json!({}))
        .later(5)
        .released(1, "7001")
        .later(5)
        .tick();
    let rows = s.rows();
    assert_eq!(states(&rows), "10:1 10:5 15:1");
    assert!(rows.rows("G_PARTY").iter().any(|row| number(row, "agentid") > 0));
}

#[test]
fn log_ins_of_one_moment_are_different_sessions() {
    let mut s = Script::new();
    for _ in 0..3 {
        s.agent("Login", "7001", "1001", json!({})).agent("Logout", "7001", "1001", json!({}));
    }
    assert_eq!(s.rows().rows("G_LOGIN_SESSION").len(), 3);
}

#[test]
fn names_that_no_column_takes_are_no_names() {
    let long = "7".repeat(100_000);
    let mut s = Script::new();
    s.agent("Login", &long, "1001", json!({})).agent("Login", "7001", &long, json!({}));
    s.agent("Ready", "7001", "1001", json!({"ThisQueue": long})).agent("Ready", "7001", "1001", json!({"Place": long}));
    s.say("EventDNDOn", json!({"ThisDN": long})).say("EventUserEvent", json!({"ThisDN": long, "UserData": {"a": "b"}}));
    let rows = s.rows();
    assert!(rows.rows("G_LOGIN_SESSION").is_empty() && rows.rows("G_DND_HISTORY").is_empty());
    assert_eq!(rows.rows("G_CUSTOM_DATA_S").len(), 1);
}

/// A site of agents and calls at random, now and then with what cannot be.
fn at_random(seed: u64, events: usize) -> Script {
    let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut s = Script::with(&json!({"agents": {"after_call_max_seconds": 40, "login_confirm_seconds": 500}}));
    let dns = ["7001", "7002", "7003", ""];
    let agents = ["1001", "1002", "1003", ""];
    let queues = ["8000", "8001", "7001", ""];
    let whats = ["Login", "Logout", "Ready", "NotReady", "AfterCallWork"];
    let calls = ["Ringing", "Established", "Released", "Held", "Retrieved", "Dialing"];
    for _ in 0..events {
        let dn = dns[numbers.below(dns.len())];
        let agent = agents[numbers.below(agents.len())];
        let queue = queues[numbers.below(queues.len())];
        let mut more = json!({"ThisQueue": queue, "AgentWorkMode": numbers.below(9)});
        if numbers.below(3) == 0 {
            more["Place"] = ["P1", "P2"][numbers.below(2)].into();
        }
        let (code, value) = (["7", "8", ""][numbers.below(3)], ["x", "y"][numbers.below(2)]);
        match numbers.below(3) {
            0 => more["Reasons"] = json!([["ReasonCode", "1"], ["", "2"], ["k", value]]),
            1 => more["Extensions"] = json!({"ReasonCode": code}),
            _ => {}
        }
        match numbers.below(20) {
            0 => s.session([1, 2, 3, 5][numbers.below(4)]),
            1 => s.tick(),
            2 => s.say("EventQueueLogout", json!({"ThisDN": dn, "AgentID": agent, "ThisQueue": queue})),
            3 => s.say(["EventDNDOn", "EventDNDOff"][numbers.below(2)], json!({"ThisDN": dn})),
            4..9 => {
                let conn = u64::try_from(numbers.below(4)).unwrap() + 1;
                s.call(calls[numbers.below(calls.len())], conn, dn, "0301", json!({"ThisDNRole": numbers.below(3)}))
            }
            _ => s.agent(whats[numbers.below(whats.len())], dn, agent, more),
        };
        // Also several in one moment, and now and then back in time.
        s.now += [0, 0, 1, 999, 1_000_000, 30_000_000, -2_000_000][numbers.below(7)];
    }
    s.later(200_000).tick();
    s
}

#[test]
fn whatever_is_said_sessions_and_states_do_not_overlap() {
    for seed in 1..=60 {
        let s = at_random(seed, 250);
        let events: Vec<_> = s.lines.iter().map(|line| concentrator_sdk::testing::flat(line)).collect();
        let mut mapper =
            <voice::Voice as concentrator_sdk::Mapper>::open(concentrator_sdk::testing::lane(), &s.config).unwrap();
        let rows = concentrator_sdk::testing::Database::of(&concentrator_sdk::testing::map(&mut mapper, &events, 0));
        check(&format!("seed {seed}"), &rows);
        assert!(rows.rows("G_LOGIN_SESSION").iter().all(|row| number(row, "state") == 2), "seed {seed}");
    }
}

#[test]
fn snapshots_change_nothing() {
    for seed in 100..104 {
        at_random(seed, 80).rows();
    }
}
