//! Attached data and user events, by a specification.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "agents/script.rs"]
mod script;

use concentrator_sdk::testing::Database;
use script::{Numbers, Script, at, check, number, text};
use serde_json::{Value, json};

/// `keyname=value` of each row, with the change that it tells.
fn history(rows: &Database, table: &str) -> Vec<String> {
    let row = |row: &Value| {
        let change = ["", "+", "-", "~"][usize::try_from(number(row, "changetype")).unwrap()];
        format!("{}:{change}{}={}", at(row, "added"), text(row, "keyname"), text(row, "value"))
    };
    rows.rows(table).iter().map(row).collect()
}

/// An inbound call that is answered with this user data.
fn with_data(s: &mut Script, data: &Value) {
    s.call("Ringing", 1, "7001", "0301", json!({"ThisDNRole": 2, "CallState": 0, "UserData": data})).later(5);
    s.call("Established", 1, "7001", "0301", json!({"ThisDNRole": 2, "UserData": data}));
}

fn changed(s: &mut Script, data: &Value, by: &str) {
    let mut more = json!({"ThisDNRole": 2, "UserData": data});
    if !by.is_empty() {
        more["ThirdPartyDN"] = json!(by);
    }
    s.call("AttachedDataChanged", 1, "7001", "0301", more);
}

fn over(s: &mut Script) -> Database {
    s.later(5).released(1, "7001").later(5).tick();
    s.rows()
}

#[test]
fn each_key_is_told_once_and_each_change() {
    let mut s = Script::new();
    with_data(&mut s, &json!([["Segment", "gold"], ["Lang", "de"], ["Lang", "en"], ["Nested.a", "1"], ["Empty", ""]]));
    s.later(5);
    changed(&mut s, &json!([["Segment", "silver"], ["Lang", "de"], ["New", "x"], ["Empty", ""]]), "");
    s.later(5);
    // Other events bring and change keys, but what they lack is not gone.
    s.call("Held", 1, "7001", "0301", json!({"ThisDNRole": 2, "UserData": {"Segment": "bronze"}}));
    s.later(5);
    changed(&mut s, &json!([]), "");
    let rows = over(&mut s);
    assert_eq!(
        history(&rows, "G_USERDATA_HISTORY"),
        [
            "0:+Segment=gold",
            "0:+Lang=de",
            "0:+Lang=en",
            "0:+Nested.a=1",
            "0:+Empty=",
            "10:~Segment=silver",
            "10:+New=x",
            "10:-Lang=",
            "10:-Nested.a=",
            "15:~Segment=bronze",
            "20:-Segment=",
            "20:-Lang=",
            "20:-New=",
            "20:-Empty="
        ]
    );
}

#[test]
fn the_specification_says_what_goes_where() {
    let mut s = Script::with(&json!({"data": {"user_data": {
        "First": {"history": "first"},
        "Last": {"history": "last"},
        "None": {"history": "none", "column": "CUSTOMER_ID"},
        "Card": {"secure": true, "masked": true},
        "Pin*": {"secure": true, "length_max": 3},
        "Site": {"column": "CUST_DATA_16"},
        "One": {"column": "G_CALL_USERDATA_CUST1.CUST_DATA_1"},
        "Two": {"column": "G_CALL_USERDATA_CUST2.CUST_DATA_2"},
    }, "reasons": {"R*": {}}, "extensions": {"E": {}}}}));
    let first = json!([
        ["First", "1"],
        ["Last", "1"],
        ["None", "1"],
        ["Card", "1"],
        ["PinA", "1234"],
        ["Site", "1"],
        ["One", "1"],
        ["Two", "1"],
        ["Other", "1"],
    ]);
    s.call("Ringing", 1, "7001", "0301", json!({"ThisDNRole": 2, "UserData": first, "Reasons": {"R1": "a", "S": "b"}}));
    s.later(5);
    let then = json!([["First", "2"], ["Last", "2"], ["None", "2"], ["Card", "1"], ["PinA", "1235"], ["Other", "2"]]);
    s.call("Established", 1, "7001", "0301", json!({"ThisDNRole": 2, "UserData": then, "Extensions": {"E": "c"}}));
    s.later(5);
    changed(&mut s, &json!([["Last", "3"]]), "");
    let rows = over(&mut s);
    let mut told = history(&rows, "G_USERDATA_HISTORY");
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "0:+First=1",
            "0:+One=1",
            "0:+R1=a",
            "0:+Site=1",
            "0:+Two=1",
            "10:-One=",
            "10:-Site=",
            "10:-Two=",
            "10:~Last=3",
            "5:+E=c"
        ]
    );
    let secure = history(&rows, "G_SECURE_USERDATA_HISTORY");
    assert_eq!(secure, ["0:+Card=****", "0:+PinA=123", "5:~PinA=123", "10:-Card=****", "10:-PinA="].map(str::to_owned));
    assert_eq!(number(&rows.rows("G_SECURE_USERDATA_HISTORY")[1]["ext"], "int1"), 1, "the cut is flagged");
    let sources: Vec<_> = rows.rows("G_USERDATA_HISTORY").iter().map(|row| number(row, "sourcetype")).collect();
    assert!(sources.contains(&1) && sources.contains(&2) && sources.contains(&3), "{sources:?}");
    for table in ["G_CALL_USERDATA", "G_CALL_USERDATA_CUST", "G_CALL_USERDATA_CUST1", "G_CALL_USERDATA_CUST2"] {
        assert_eq!(rows.rows(table).len(), 1, "{table}");
    }
    assert!(rows.rows("G_CALL_USERDATA")[0].get("customer_id").is_none_or(Value::is_null), "taken away in the end");
}

#[test]
fn columns_hold_the_value_of_the_moment() {
    let mut s = Script::with(&json!({"data": {"user_data": {
        "Segment": {"column": "CUSTOMER_SEGMENT"}, "Site": {"column": "CUST_DATA_16"},
        "Two": {"column": "G_CALL_USERDATA_CUST2.CUST_DATA_2"}}}}));
    with_data(&mut s, &json!({"Segment": "gold", "Site": "x", "Two": "y"}));
    changed(&mut s, &json!({"Segment": "silver", "Site": "x"}), "");
    let rows = over(&mut s);
    assert_eq!(text(&rows.rows("G_CALL_USERDATA")[0], "customer_segment"), "silver");
    assert_eq!(text(&rows.rows("G_CALL_USERDATA_CUST")[0], "cust_data16"), "x");
    assert_eq!(text(&rows.rows("G_CALL_USERDATA_CUST2")[0], "cust_data2"), "");
    assert!(rows.rows("G_CALL_USERDATA_CUST1").is_empty());
}

#[test]
fn who_changed_it_is_the_third_party_or_the_device() {
    let mut s = Script::new();
    with_data(&mut s, &json!({"a": "1"}));
    changed(&mut s, &json!({"a": "2"}), "0301");
    changed(&mut s, &json!({"a": "3"}), "");
    let rows = over(&mut s);
    let by: Vec<_> = rows.rows("G_USERDATA_HISTORY").iter().map(|row| text(row, "endpointdn").to_owned()).collect();
    assert_eq!(by, ["7001", "0301", "7001"]);
}

#[test]
fn a_consultation_begins_with_the_data_of_its_call() {
    let mut s = Script::new();
    with_data(&mut s, &json!({"a": "1"}));
    s.later(5).call("Held", 1, "7001", "0301", json!({"ThisDNRole": 2, "UserData": {"a": "1"}}));
    let consult =
        |data: &Value| json!({"CallType": 4, "ThisDNRole": 1, "PreviousConnID": "0000000000000001", "UserData": data});
    s.call("Dialing", 2, "7001", "7002", consult(&json!({"a": "1"}))).later(2);
    s.call("Ringing", 2, "7002", "7001", consult(&json!({"a": "1", "b": "2"}))).later(2);
    s.call("Released", 2, "7002", "7001", json!({"ThisDNRole": 2, "CallState": 0}));
    s.call("Released", 2, "7001", "7002", json!({"ThisDNRole": 1, "CallState": 0}));
    let rows = over(&mut s);
    assert_eq!(history(&rows, "G_USERDATA_HISTORY"), ["0:+a=1", "12:+b=2"], "what it inherited is no news");
}

#[test]
fn what_a_consultation_brought_stays_with_the_call_that_goes_on() {
    let mut s = Script::new();
    with_data(&mut s, &json!({"a": "1"}));
    s.later(5).call("Held", 1, "7001", "0301", json!({"ThisDNRole": 2, "UserData": {"a": "1"}}));
    let consult = |role: i64, data: Value| {
        let primary = format!("{:016x}", 1);
        json!({"CallType": 4, "ThisDNRole": role, "PreviousConnID": primary, "UserData": data})
    };
    s.call("Dialing", 2, "7001", "7002", consult(1, json!({"a": "1"}))).later(2);
    s.call("Ringing", 2, "7002", "7001", consult(2, json!({"a": "1"}))).later(2);
    s.call("Established", 2, "7002", "7001", consult(2, json!({"a": "1", "b": "2"})));
    s.call("Established", 2, "7001", "7002", consult(1, json!({"a": "1", "b": "2"}))).later(5);
    s.call("Released", 1, "7001", "0301", json!({"ThisDNRole": 2, "CallState": 1}));
    s.call("Released", 2, "7001", "7002", json!({"CallType": 4, "ThisDNRole": 1, "CallState": 1}));
    let moved = json!({"ThisDNRole": 2, "CallState": 1, "PreviousConnID": "0000000000000002", "ThirdPartyDN": "7001",
        "ThirdPartyDNRole": 7, "UserData": {"a": "1", "b": "2"}});
    s.call("PartyChanged", 1, "7002", "0301", moved).later(5);
    s.call("Released", 1, "7002", "0301", json!({"ThisDNRole": 2, "CallState": 0})).later(5).tick();
    let rows = s.rows();
    let calls: Vec<_> = rows.rows("G_USERDATA_HISTORY").iter().map(|row| text(row, "callid")).collect();
    assert_eq!(history(&rows, "G_USERDATA_HISTORY"), ["0:+a=1", "14:+b=2", "19:+b=2"]);
    assert!(calls[0] != calls[1] && calls[0] == calls[2], "{calls:?}");
}

#[test]
fn user_events_go_where_the_specification_says() {
    let mut s = Script::with(&json!({"data": {"user_events": {
        "keys": {"Note*": {"length_max": 4}, "Pin": {"masked": true}},
        "columns": {"Order": 1, "Amount": 16},
        "states": {"Wrapping": {
            "code": 7, "begins": {"key": "Wrap", "value": "on"}, "ends": {"key": "Wrap", "value": "off"}
        }}
    }}}));
    s.agent("Login", "7001", "1001", json!({}));
    with_data(&mut s, &json!({}));
    let say = |s: &mut Script, dn: &str, data: Value| {
        s.later(1).say("EventUserEvent", json!({"ThisDN": dn, "UserData": data}));
    };
    say(
        &mut s,
        "7001",
        json!([["Note1", "hello"], ["Pin", "1234"], ["Other", "x"], ["Order", "4711"], ["Wrap", "on"]]),
    );
    say(&mut s, "7001", json!({"Amount": "9,99", "Wrap": "off"}));
    say(&mut s, "7001", json!({"Wrap": "on"}));
    say(&mut s, "", json!({"Note": "from nowhere", "Wrap": "on"}));
    let rows = over(&mut s);
    let keys: Vec<_> = rows
        .rows("G_CUSTOM_DATA_S")
        .iter()
        .map(|row| {
            format!(
                "{}={} {} {}",
                text(row, "keyname"),
                text(row, "value"),
                text(row, "endpointdn"),
                number(&row["ext"], "int1")
            )
        })
        .collect();
    assert_eq!(keys, ["Note1=hell 7001 1", "Pin=**** 7001 0", "Note=from  1"]);
    let first = &rows.rows("G_CUSTOM_DATA_S")[0];
    assert!(number(first, "agentid") > 0 && !text(first, "callid").is_empty() && !text(first, "partyid").is_empty());
    let plain: Vec<_> =
        rows.rows("G_CUSTOM_DATA_P").iter().map(|row| (text(row, "data1"), text(row, "data16"))).collect();
    assert_eq!(plain, [("4711", ""), ("", "9,99")]);
    let states: Vec<_> = rows
        .rows("G_CUSTOM_STATES")
        .iter()
        .map(|row| (number(row, "statecode"), at(row, "started"), at(row, "ended")))
        .collect();
    assert_eq!(states, [(7, 8, 14)], "the last time, ended with the party");
}

#[test]
fn garbage_in_lists_does_no_harm() {
    for seed in 1..=40_u64 {
        let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut s = Script::with(&json!({"data": {
            "user_data": {"*": {}, "k1": {"history": "last"}, "k2": {"history": "first", "column": "CUST_DATA_3"}},
            "user_events": {"states": {"a": {"code": 1, "begins": {"key": "k1"}, "ends": {"key": "k2"}}}}
        }}));
        let names = ["EventAttachedDataChanged", "EventRinging", "EventEstablished", "EventUserEvent", "EventReleased"];
        for _ in 0..120 {
            let list: Vec<_> = (0..numbers.below(12))
                .map(|_| {
                    let key = ["", "k1", "k2", "k3", "ü*", "a.b.c"][numbers.below(6)];
                    let key = key.repeat(1 + 90 * numbers.below(5));
                    let value = ["", "v", "ß", "****", "\u{0}"][numbers.below(5)].repeat(1 + 900 * numbers.below(8));
                    json!([key, value])
                })
                .collect();
            let conn = format!("{:016x}", numbers.below(3));
            let dn = ["7001", "7002", ""][numbers.below(3)];
            let mut attributes =
                json!({"ThisDN": dn, "ConnID": conn, "CallType": 2, "ThisDNRole": 2, "OtherDN": "0301"});
            match numbers.below(8) {
                0 => attributes["UserData"] = json!("text"),
                1 => attributes["UserData"] = json!(7),
                _ => attributes["UserData"] = json!(list),
            }
            s.say(names[numbers.below(names.len())], attributes);
            s.now += [0, 1, 1_000_000][numbers.below(3)];
        }
        s.later(200_000).tick();
        if seed <= 3 {
            s.rows();
        } else {
            let events: Vec<_> = s.lines.iter().map(|line| concentrator_sdk::testing::flat(line)).collect();
            let mut mapper =
                <voice::Voice as concentrator_sdk::Mapper>::open(concentrator_sdk::testing::lane(), &s.config).unwrap();
            let emitted = concentrator_sdk::testing::map(&mut mapper, &events, 0);
            check(&format!("seed {seed}"), &Database::of(&emitted));
        }
    }
}

#[test]
fn what_is_wrong_with_the_specification_names_the_key() {
    let open = |config: Value| {
        let opened =
            <voice::Voice as concentrator_sdk::Mapper>::open(concentrator_sdk::testing::lane(), &config.to_string());
        opened.err().unwrap()
    };
    let told = open(json!({"data": {"user_data": {"a": {"column": "B"}, "b": {"length_max": 2000}}}}));
    assert!(told.contains("`a`") && told.contains("`B`") && told.contains("`b`"), "{told}");
    assert!(open(json!({"agents": {"several": true}})).contains("unknown field `several`"));
}
