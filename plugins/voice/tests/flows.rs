//! What each flow of a voice server makes.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "flows/script.rs"]
mod script;

use concentrator_sdk::testing::Database;
use script::{CONSULT, INBOUND, INTERNAL, OUTBOUND, Script, alive, conn, number, parties, text};
use serde_json::json;

fn party(dn: &str, kind: i64, role: i64, connected: i64) -> (String, i64, i64, i64) {
    (dn.to_owned(), kind, role, connected)
}

/// The statistics of a call that the switch calls by that number.
fn stat(of: &Database, short: u64) -> &concentrator_sdk::testing::Row {
    let call = of.rows("G_CALL").iter().find(|row| text(row, "connid") == conn(short)).unwrap();
    of.rows("G_CALL_STAT").iter().find(|row| row["callid"] == call["callid"]).unwrap()
}

fn over(at: &Script) -> Database {
    let of = at.rows();
    assert!(alive(&of).is_empty(), "{:#?}", alive(&of));
    of
}

#[test]
fn internal_call() {
    let mut at = Script::new();
    at.talk(1, "7001", "7002").later(10).release(1, "7001", "7002", 0).release_too(1, "7002", "7001", 5);
    let of = over(&at);
    assert_eq!(parties(&of), [party("7001", 1, 1, 10), party("7002", 1, 2, 10)]);
    let call = &of.rows("G_CALL")[0];
    assert_eq!((number(call, "calltype"), text(call, "switchcallid")), (1, "1"));
    assert_eq!(number(call, "connidnum"), i64::from_str_radix(&conn(1), 16).unwrap());
    assert_eq!((number(stat(&of, 1), "f_conn"), number(stat(&of, 1), "f_conn_extn")), (1, 0));
    assert_eq!(stat(&of, 1)["ext"]["vch1"], "7001");
    let parent = |dn| of.rows("G_PARTY").iter().find(|row| text(row, "endpointdn") == dn).unwrap();
    assert_eq!(parent("7002")["parentpartyid"], parent("7001")["partyid"]);
}

#[test]
fn inbound_call_through_a_queue() {
    let mut at = Script::new();
    at.answered_from("8000", 1, "0301234", "7001").later(20).release(1, "7001", "0301234", 5);
    let of = over(&at);
    assert_eq!(parties(&of), [party("0301234", 2, 1, 20), party("7001", 1, 2, 20), party("8000", 1, 2, 0)]);
    let of_call = stat(&of, 1);
    assert_eq!((number(of_call, "f_conn"), number(of_call, "f_conn_extn"), number(of_call, "f_te_abnd")), (1, 1, 0));
    assert_eq!(of_call["ext"]["vch1"], "0301234", "the caller released: remote release at the agent");
    assert_eq!(number(of_call, "cnt_divert"), 1);
    let stay = &of.rows("G_VIRTUAL_QUEUE")[0];
    assert_eq!((number(stay, "cause"), text(stay, "distdn"), text(stay, "endpointdn")), (1, "7001", "8000"));
    let route = &of.rows("G_ROUTE_RESULT")[0];
    assert_eq!((text(route, "rtargetobjectselected"), text(route, "rstrategyname")), ("7001", "8000"));
    assert_eq!(of.rows("G_PARTY_STAT").iter().map(|row| number(row, "tt_queued")).sum::<i64>(), 5);
}

#[test]
fn diverted_before_it_rings() {
    let mut at = Script::new();
    at.call(1, INBOUND, "0301234").at("EventQueued", 1, "8000", &[("ThisQueue", json!("8000"))]);
    at.later(4).at("EventDiverted", 1, "8000", &[("ThisQueue", json!("8000")), ("ThirdPartyDN", json!("7001"))]);
    at.later(1).at("EventRinging", 1, "7001", &[("ThisQueue", json!("8000")), ("OtherDN", json!("0301234"))]);
    at.later(1).at("EventEstablished", 1, "7001", &[]).later(9).release(1, "7001", "", 0);
    let of = over(&at);
    assert_eq!(of.rows("G_CALL").len(), 1);
    assert_eq!(parties(&of).iter().map(|of| of.3).collect::<Vec<_>>(), [9, 9, 0]);
    assert_eq!(stat(&of, 1)["ext"]["vch1"], "7001");
    assert!(stat(&of, 1)["ext"]["int2"].is_null());
}

#[test]
fn abandoned_in_the_queue_and_while_it_rings() {
    let mut at = Script::new();
    at.call(1, INBOUND, "0301234").at("EventQueued", 1, "8000", &[("ThisQueue", json!("8000"))]);
    at.later(7).at("EventAbandoned", 1, "8000", &[("ThisQueue", json!("8000"))]);
    at.call(2, INBOUND, "0309999").at("EventQueued", 2, "8000", &[("ThisQueue", json!("8000"))]);
    at.at("EventDiverted", 2, "8000", &[("ThisQueue", json!("8000")), ("ThirdPartyDN", json!("7001"))]);
    at.and("EventRinging", 2, "7001", &[("ThisQueue", json!("8000"))]);
    at.later(3).at("EventAbandoned", 2, "7001", &[("OtherDN", json!("0309999"))]);
    let of = over(&at);
    for short in [1, 2] {
        assert_eq!(number(stat(&of, short), "f_te_abnd"), 1);
        assert_eq!(number(stat(&of, short), "f_conn"), 0);
    }
    assert_eq!(stat(&of, 2)["ext"]["vch1"], "0309999");
    let causes: Vec<_> = of.rows("G_VIRTUAL_QUEUE").iter().map(|row| number(row, "cause")).collect();
    assert_eq!(causes, [2, 1]);
    assert_eq!(of.rows("G_ROUTE_RESULT").len(), 1);
}

#[test]
fn routing_point_and_virtual_queue() {
    let mut at = Script::new();
    let virtual_queue = |at: &mut Script, name: &str| {
        at.at(name, 1, "9100", &[("ThisQueue", json!("9100")), ("ThirdPartyDN", json!("7001"))])
            .carrying("Extensions", &[("VQID", "VQ-0001")]);
    };
    at.call(1, INBOUND, "0301234");
    at.at("EventRouteRequest", 1, "9000", &[("ThisQueue", json!("9000")), ("DNIS", json!("800"))]);
    virtual_queue(&mut at, "EventQueued");
    at.at("EventTreatmentApplied", 1, "9000", &[("ThisQueue", json!("9000"))]).later(6);
    at.at("EventRouteUsed", 1, "9000", &[("ThisQueue", json!("9000")), ("ThirdPartyDN", json!("7001"))]);
    at.and("EventDiverted", 1, "9000", &[("ThisQueue", json!("9000")), ("ThirdPartyDN", json!("7001"))]);
    at.and("EventRinging", 1, "7001", &[("ThisQueue", json!("9000")), ("OtherDN", json!("0301234"))]);
    at.later(2).at("EventEstablished", 1, "7001", &[("OtherDN", json!("0301234"))]);
    virtual_queue(&mut at, "EventDiverted");
    at.later(8).release(1, "7001", "0301234", 0);
    let of = over(&at);
    assert_eq!(parties(&of), [party("0301234", 2, 1, 8), party("7001", 1, 2, 8), party("9000", 1, 2, 0)]);
    let stays = of.rows("G_VIRTUAL_QUEUE");
    assert_eq!(stays.len(), 1, "the routing point queued nobody");
    assert_eq!((text(&stays[0], "vqid"), text(&stays[0], "distdn")), ("VQ-0001", "7001"));
    assert_eq!(of.rows("G_ROUTE_RESULT").len(), 1, "a route that was asked for is told by RouteUsed alone");
    assert_eq!(text(&of.rows("G_CALL")[0], "calldnis"), "800");
}

#[test]
fn a_virtual_queue_that_tells_late() {
    let mut at = Script::new();
    let virtual_queue = |at: &mut Script, name: &str| {
        at.at(name, 1, "9100", &[("ThisQueue", json!("9100"))]).carrying("Extensions", &[("VQID", "VQ-0002")]);
    };
    at.call(1, INBOUND, "0301234").at("EventRouteRequest", 1, "9000", &[("ThisQueue", json!("9000"))]);
    virtual_queue(&mut at, "EventQueued");
    at.later(5).at("EventAbandoned", 1, "9000", &[("ThisQueue", json!("9000"))]);
    virtual_queue(&mut at, "EventAbandoned");
    virtual_queue(&mut at, "EventQueued");
    let of = over(&at);
    assert_eq!(number(&of.rows("G_VIRTUAL_QUEUE")[0], "cause"), 2);
    assert_eq!((of.rows("G_CALL").len(), of.rows("G_VIRTUAL_QUEUE").len()), (1, 1));
}

#[test]
fn hold_and_retrieve() {
    let mut at = Script::new();
    at.talk(1, "7001", "7002").later(4).at("EventHeld", 1, "7001", &[]).later(6);
    at.at("EventRetrieved", 1, "7001", &[]).later(5);
    at.release(1, "7002", "7001", 0).release_too(1, "7001", "7002", 5);
    let of = over(&at);
    assert_eq!(number(stat(&of, 1), "cnt_hold"), 1);
    assert_eq!(of.rows("G_PARTY_STAT").iter().map(|row| number(row, "tt_hold")).collect::<Vec<_>>(), [0, 6]);
    assert_eq!(stat(&of, 1)["ext"]["vch1"], "7002");
}

/// The events by which a transfer to `to` is completed, of the caller outside.
fn complete(at: &mut Script, from: &str, to: &str, state: i64) {
    at.release(1, from, "0301234", state).release_too(2, from, to, state);
    at.and(
        "EventPartyChanged",
        1,
        to,
        &[
            ("PreviousConnID", json!(conn(2))),
            ("ThirdPartyDN", json!(from)),
            ("ThirdPartyDNRole", json!(if state == 1 { 7 } else { 9 })),
            ("OtherDN", json!("0301234")),
            ("CallState", json!(state)),
        ],
    );
}

#[test]
fn consultation_and_two_step_transfer() {
    let mut at = Script::new();
    at.answered_from("8000", 1, "0301234", "7001").later(5).consult(1, 2, "7001", "7002").later(4);
    complete(&mut at, "7001", "7002", 1);
    at.later(9).release(1, "7002", "0301234", 0);
    let of = over(&at);
    let primary = stat(&of, 1);
    assert_eq!(
        (number(primary, "cnt_transfer"), number(primary, "cnt_consult"), number(primary, "cnt_hold")),
        (1, 1, 1)
    );
    let consult = of.rows("G_CALL").iter().find(|row| text(row, "connid") == conn(2)).unwrap();
    let first = of.rows("G_CALL").iter().find(|row| text(row, "connid") == conn(1)).unwrap();
    assert_eq!((&consult["parentcallid"], &consult["mergecallid"]), (&first["callid"], &first["callid"]));
    assert_eq!((number(consult, "mergetype"), number(consult, "calltype")), (1, CONSULT));
    assert_eq!(consult["irid"], first["irid"]);
    assert_eq!(primary["ext"]["vch1"], "7002");
    let moved: Vec<_> = of.rows("G_PARTY").iter().filter(|row| text(row, "endpointdn") == "7002").collect();
    assert_eq!(moved.len(), 2);
    assert_eq!(moved[0]["partyguid"], moved[1]["partyguid"]);
    let by =
        of.rows("G_PARTY").iter().find(|row| text(row, "endpointdn") == "7001" && row["callid"] == first["callid"]);
    assert_eq!(moved[1]["parentpartyid"], by.unwrap()["partyid"]);
    assert_eq!(number(moved[1], "parentlinktype"), 1);
}

#[test]
fn transfer_completed_while_it_rings() {
    let mut at = Script::new();
    at.answered_from("8000", 1, "0301234", "7001").later(5).call(2, CONSULT, "7001");
    at.at("EventHeld", 1, "7001", &[]);
    at.at("EventDialing", 2, "7001", &[("OtherDN", json!("7002")), ("PreviousConnID", json!(conn(1)))]);
    at.at("EventRinging", 2, "7002", &[("OtherDN", json!("7001")), ("PreviousConnID", json!(conn(1)))]);
    complete(&mut at, "7001", "7002", 1);
    at.later(3).at("EventEstablished", 1, "7002", &[]).later(9).release(1, "7002", "0301234", 0);
    let of = over(&at);
    assert_eq!(number(stat(&of, 1), "cnt_transfer"), 1);
    let last = of.rows("G_PARTY_STAT").iter().map(|row| number(row, "tt_connected")).max();
    assert!(last >= Some(9), "{last:?}");
}

#[test]
fn transfer_to_somebody_outside() {
    let mut at = Script::new();
    at.answered_from("8000", 1, "0301234", "7001").later(5).call(2, CONSULT, "7001");
    at.at("EventHeld", 1, "7001", &[]);
    at.at("EventDialing", 2, "7001", &[("OtherDN", json!("0815")), ("PreviousConnID", json!(conn(1)))]);
    at.at("EventEstablished", 2, "7001", &[("OtherDN", json!("0815"))]).later(3);
    at.release(2, "7001", "0815", 1).release_too(1, "7001", "0301234", 1).later(100).tick();
    let of = over(&at);
    let call = of.rows("G_CALL").iter().find(|row| text(row, "connid") == conn(1)).unwrap();
    assert_eq!(call["ext"]["int2"], 1, "nobody tells when the two outside hang up");
    assert_eq!((number(call, "terminated") - script::START) / 1_000_000, 16);
    assert_eq!(number(stat(&of, 1), "cnt_transfer"), 1);
    assert_eq!(number(stat(&of, 2), "f_conn_extn"), 1);
}

#[test]
fn single_step_transfer() {
    for new in [false, true] {
        let mut at = Script::new();
        let second = if new { 2 } else { 1 };
        at.talk(1, "7001", "7002").later(5).call(2, INTERNAL, "7001");
        at.release(1, "7002", "7001", 1);
        at.at("EventRinging", second, "7003", &[("OtherDN", json!("7001")), ("ThirdPartyDN", json!("7002"))]);
        let previous = if new { json!(conn(1)) } else { json!("") };
        at.and(
            "EventPartyChanged",
            second,
            "7001",
            &[("OtherDN", json!("7003")), ("PreviousConnID", previous), ("CallState", json!(1))],
        );
        at.later(2).at("EventEstablished", second, "7003", &[("OtherDN", json!("7001"))]);
        at.later(7).release(second, "7003", "7001", 0).release_too(second, "7001", "7003", 5);
        let of = over(&at);
        assert_eq!(of.rows("G_CALL").len(), if new { 2 } else { 1 });
        let transfers: i64 = of.rows("G_CALL_STAT").iter().map(|row| number(row, "cnt_transfer")).sum();
        assert!((1..=2).contains(&transfers), "{transfers}");
        assert_eq!(of.rows("G_PARTY").iter().filter(|row| number(row, "type_") == 2).count(), 0);
    }
}

#[test]
fn conference() {
    let mut at = Script::new();
    at.answered_from("8000", 1, "0301234", "7001").later(5).consult(1, 2, "7001", "7002").later(4);
    at.release(2, "7001", "7002", 2);
    at.and(
        "EventPartyChanged",
        1,
        "7002",
        &[("PreviousConnID", json!(conn(2))), ("CallState", json!(2)), ("ThirdPartyDN", json!("7001"))],
    );
    let added = [("OtherDN", json!("7002")), ("OtherDNRole", json!(4)), ("ThirdPartyDN", json!("7001"))];
    at.and("EventPartyAdded", 1, "7001", &added).and("EventRetrieved", 1, "7001", &[]).later(6);
    at.release(1, "7001", "", 0);
    at.and("EventPartyDeleted", 1, "7002", &[("OtherDN", json!("7001")), ("OtherDNRole", json!(8))]);
    at.later(5).release(1, "7002", "0301234", 5);
    let of = over(&at);
    assert_eq!(number(stat(&of, 1), "cnt_conference"), 1);
    assert_eq!(number(stat(&of, 1), "cnt_transfer"), 0);
    assert_eq!(stat(&of, 1)["ext"]["vch1"], "0301234");
    let consult = of.rows("G_CALL").iter().find(|row| text(row, "connid") == conn(2)).unwrap();
    assert_eq!(number(consult, "mergetype"), 2);
}

#[test]
fn somebody_is_added_and_deleted() {
    let mut at = Script::new();
    at.talk(1, "7001", "7002").later(3);
    for dn in ["7001", "7002"] {
        at.and("EventPartyAdded", 1, dn, &[("OtherDN", json!("0815")), ("ThirdPartyDN", json!("7001"))]);
    }
    at.later(4);
    for dn in ["7001", "7002"] {
        at.and("EventPartyDeleted", 1, dn, &[("OtherDN", json!("0815")), ("ThirdPartyDN", json!("7001"))]);
    }
    at.later(2).release(1, "7001", "7002", 0).release_too(1, "7002", "7001", 5);
    let of = over(&at);
    assert_eq!(number(stat(&of, 1), "cnt_conference"), 1);
    assert_eq!(parties(&of)[0], party("0815", 2, 4, 4));
    assert_eq!(number(stat(&of, 1), "f_conn_extn"), 1);
}

#[test]
fn outbound_call() {
    let mut at = Script::new();
    at.call(1, OUTBOUND, "").at("EventDialing", 1, "7001", &[("OtherDN", json!("0815")), ("ThisDNRole", json!(1))]);
    at.at("EventNetworkReached", 1, "7001", &[("OtherDN", json!("0815"))]).later(4);
    at.at("EventEstablished", 1, "7001", &[("OtherDN", json!("0815"))]).later(6).release(1, "7001", "0815", 5);
    let of = over(&at);
    assert_eq!(parties(&of), [party("0815", 2, 2, 6), party("7001", 1, 1, 6)]);
    assert_eq!((number(stat(&of, 1), "f_conn_extn"), &stat(&of, 1)["ext"]["vch1"]), (1, &json!("0815")));
}

#[test]
fn busy_and_given_up() {
    let mut at = Script::new();
    at.call(1, OUTBOUND, "").at("EventDialing", 1, "7001", &[("OtherDN", json!("0815")), ("ThisDNRole", json!(1))]);
    at.at("EventDestinationBusy", 1, "7001", &[("OtherDN", json!("0815")), ("CallState", json!(6))]);
    at.later(2).release(1, "7001", "0815", 6);
    at.call(2, INTERNAL, "").at("EventDialing", 2, "7001", &[("OtherDN", json!("7002"))]);
    at.at("EventRinging", 2, "7002", &[("OtherDN", json!("7001"))]).later(8);
    at.release(2, "7001", "7002", 0).and("EventAbandoned", 2, "7002", &[("OtherDN", json!("7001"))]);
    let of = over(&at);
    assert_eq!((number(stat(&of, 1), "f_conn"), number(stat(&of, 1), "f_te_abnd")), (0, 0));
    assert_eq!(number(stat(&of, 2), "f_te_abnd"), 1);
    assert_eq!(stat(&of, 2)["ext"]["vch1"], "7001");
    let busy = of.rows("G_PARTY").iter().find(|row| text(row, "endpointdn") == "0815").unwrap();
    assert_eq!((number(busy, "ccevent"), number(busy, "cceventcause")), (63, 6));
}

#[test]
fn predictive_dialling() {
    for (state, answered) in [(0, true), (9, true), (6, false), (7, false), (8, false)] {
        let mut at = Script::new();
        let queue = ("ThisQueue", json!("8000"));
        at.call(1, OUTBOUND, "");
        at.at("EventDialing", 1, "8000", &[queue.clone(), ("OtherDN", json!("0815")), ("ThisDNRole", json!(1))]);
        at.later(9);
        if answered {
            at.at("EventQueued", 1, "8000", &[queue.clone(), ("CallState", json!(state))]);
            at.at("EventDiverted", 1, "8000", &[queue.clone(), ("ThirdPartyDN", json!("7001"))]);
            at.and("EventRinging", 1, "7001", &[queue, ("OtherDN", json!("0815")), ("ThisDNRole", json!(1))]);
            at.at("EventEstablished", 1, "7001", &[("OtherDN", json!("0815"))]);
            at.later(5).release(1, "7001", "0815", 0);
        } else {
            at.release(1, "8000", "0815", state);
        }
        let of = over(&at);
        assert_eq!(number(stat(&of, 1), "f_conn_extn"), i64::from(answered));
        assert_eq!(of.rows("G_PARTY").len(), if answered { 3 } else { 2 });
        let queue = of.rows("G_PARTY").iter().find(|row| text(row, "endpointdn") == "8000").unwrap();
        assert_eq!(number(queue, "ccevent"), if answered { 58 } else { 65 });
        assert_eq!(number(queue, "cceventcause"), if answered { 0 } else { state });
    }
}

#[test]
fn shared_line_and_redirection() {
    let mut at = Script::new();
    at.call(1, INBOUND, "0301234");
    at.at("EventRinging", 1, "7001", &[]).at("EventRinging", 1, "7002", &[]).later(3);
    at.at("EventEstablished", 1, "7001", &[]).and("EventBridged", 1, "7002", &[]).later(5);
    at.release(1, "7002", "", 31).release(1, "7001", "0301234", 5);
    at.call(2, INBOUND, "0309999").at("EventRinging", 2, "7001", &[]).later(4);
    at.release(2, "7001", "0309999", 22).at("EventRinging", 2, "7002", &[]).at("EventEstablished", 2, "7002", &[]);
    at.later(2).release(2, "7002", "0309999", 0);
    let of = over(&at);
    assert_eq!(of.rows("G_CALL").len(), 2);
    let bridged = of.rows("G_PARTY_STAT").iter().filter(|row| number(row, "tt_connected") == 5).count();
    assert_eq!(bridged, 2, "the one that is bridged does not talk");
    assert_eq!(stat(&of, 1)["ext"]["vch1"], "0301234");
    assert_eq!(stat(&of, 2)["ext"]["vch1"], "7002");
}

#[test]
fn call_uuids_and_ids_used_again() {
    let mut at = Script::new();
    let uuid = |uuid: &str| [("CallUUID", json!(uuid))];
    at.call(1, INBOUND, "0301234").at("EventRinging", 1, "7001", &uuid("UUID-A"));
    // Under the same connection id, a consultation has a CallUUID of its own.
    at.at("EventEstablished", 1, "7001", &uuid("UUID-A")).at("EventHeld", 1, "7001", &uuid("UUID-A"));
    at.call(1, CONSULT, "").at("EventDialing", 1, "7001", &[("CallUUID", json!("UUID-B")), ("OtherDN", json!("7002"))]);
    at.at("EventReleased", 1, "7001", &uuid("UUID-B")).at("EventReleased", 1, "7001", &uuid("UUID-A"));
    // Late, and then the same id for another call.
    at.call(1, INTERNAL, "").at("EventEstablished", 1, "7001", &uuid("UUID-A"));
    at.later(9).at("EventRinging", 1, "7003", &[]).release(1, "7003", "", 0);
    at.at("EventEstablished", 1, "7003", &[]).later(9).at("EventRinging", 1, "7003", &[]).release(1, "7003", "", 0);
    let of = over(&at);
    let ids: Vec<_> = of.rows("G_CALL").iter().map(|row| text(row, "callid")).collect();
    assert_eq!((ids.len(), &ids[..2]), (4, &["UUID-A", "UUID-B"][..]));
    assert!(ids[2] != ids[3] && ids[2].len() == 36);
}

#[test]
fn a_call_that_was_there_before() {
    let mut at = Script::new();
    at.call(1, INBOUND, "0301234").at("EventEstablished", 1, "7001", &[("OtherDN", json!("0301234"))]);
    at.later(5).release(1, "7001", "0301234", 0).call(2, INBOUND, "0309999").release(2, "7002", "0309999", 0);
    let of = over(&at);
    assert_eq!(of.rows("G_CALL").len(), 1, "what is only heard to end is no call");
    assert_eq!(of.rows("G_CALL")[0]["ext"]["int1"], 1);
    assert_eq!(number(stat(&of, 1), "f_conn_extn"), 1);
}

#[test]
fn events_of_calls_double_nothing() {
    let mut at = Script::new();
    at.call(1, INTERNAL, "7001").at("EventCallCreated", 1, "", &[]);
    at.talk(1, "7001", "7002");
    at.and("EventCallPartyAdded", 1, "7002", &[]).at("EventCallPartyState", 1, "7002", &[]);
    at.later(10).release(1, "7001", "7002", 0).release_too(1, "7002", "7001", 5);
    at.and("EventCallPartyDeleted", 1, "7001", &[]).and("EventCallDeleted", 1, "", &[]);
    let of = over(&at);
    assert_eq!((of.rows("G_CALL").len(), of.rows("G_PARTY").len()), (1, 2));
}

#[test]
fn links_to_other_sites() {
    let mut at = Script::new();
    at.answered_from("8000", 1, "0301234", "7001").carrying("ISLinkList", &[("LINK-1", "Site B")]);
    at.later(5).release(1, "7001", "0301234", 0);
    let of = over(&at);
    let link = &of.rows("G_IS_LINK")[0];
    assert_eq!((text(link, "linkid"), text(link, "remotelocation"), number(link, "state")), ("LINK-1", "Site B", 2));
    assert_eq!(of.rows("G_IS_LINK_HISTORY").len(), 2);
    assert_eq!(text(&of.rows("GSYS_DNPREMOTELOCATION")[0], "remotelocation"), "Site B");
}

#[test]
fn a_consultation_with_a_queue_is_completed_while_it_waits() {
    let mut at = Script::new();
    let queue = ("ThisQueue", json!("8100"));
    at.answered_from("8000", 1, "0301234", "7001").later(5).call(2, CONSULT, "7001");
    at.at("EventHeld", 1, "7001", &[]);
    at.at("EventDialing", 2, "7001", &[("OtherDN", json!("8100")), ("PreviousConnID", json!(conn(1)))]);
    at.at("EventQueued", 2, "8100", &[queue.clone(), ("PreviousConnID", json!(conn(1))), ("OtherDN", json!("7001"))]);
    complete(&mut at, "7001", "8100", 1);
    at.later(7).at("EventDiverted", 1, "8100", &[queue.clone(), ("ThirdPartyDN", json!("7002"))]);
    at.and("EventRinging", 1, "7002", &[queue]).at("EventEstablished", 1, "7002", &[]);
    at.later(3).release(1, "7002", "0301234", 5);
    let of = over(&at);
    let stay = of.rows("G_VIRTUAL_QUEUE").iter().find(|row| text(row, "endpointdn") == "8100").unwrap();
    let callid = |short| &of.rows("G_CALL").iter().find(|row| text(row, "connid") == conn(short)).unwrap()["callid"];
    assert_eq!((&stay["origcallid"], &stay["distcallid"]), (callid(2), callid(1)));
    assert_eq!(number(stat(&of, 1), "cnt_transfer"), 1);
}
