//! Flows that no recording in the project has, as Asterisk tells them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod script;

use script::{Script, number, text};

#[test]
fn conference_of_three() {
    let mut at = Script::new();
    at.call("PJSIP/1001-1", "10", "1001", "8000").up("10").conference("10", "b1");
    at.call("PJSIP/1002-2", "11", "1002", "8000").up("11");
    at.conference("11", "b1");
    at.call("PJSIP/pstn-3", "12", "2001", "8000").up("12");
    at.conference("12", "b1");
    at.later(10).hangup_request("10").leave("10", "b1").hangup("10", 16);
    at.hangup_request("11").leave("11", "b1").hangup("11", 16);
    at.hangup_request("12").leave("12", "b1").hangup("12", 16);
    let of = at.rows();
    let calls = of.rows("G_CALL");
    assert_eq!(calls.len(), 3);
    assert_eq!(calls.iter().filter(|row| text(row, "mergecallid") == script::id("10")).count(), 2);
    let stat = of.rows("G_CALL_STAT").iter().find(|row| text(row, "callid") == script::id("10")).unwrap();
    assert_eq!((number(stat, "cnt_conference"), number(stat, "f_conn"), number(stat, "f_conn_extn")), (1, 1, 1));
    assert_eq!(stat["ext"]["vch1"], "1002", "whose leaving left one alone");
}

#[test]
fn dialler_fails_in_every_way() {
    for (cause, rings) in [(17, false), (17, true), (19, true), (1, false), (34, false), (21, true), (0, false)] {
        let mut at = Script::new();
        at.made("PJSIP/pstn-1", "20", "20").dial(None, "20", "2001@pstn");
        if rings {
            at.state("20", 5);
        }
        at.later(5).hangup("20", cause);
        let of = at.rows();
        let call = &of.rows("G_CALL")[0];
        assert_eq!((number(call, "calltype"), text(call, "calldnis")), (3, "2001"));
        let party = &of.rows("G_PARTY")[0];
        assert_eq!((number(party, "cceventcause"), text(party, "endpointdn")), (cause, "2001"));
        let stat = &of.rows("G_CALL_STAT")[0];
        assert_eq!((number(stat, "f_conn"), number(stat, "f_te_abnd")), (0, 0), "{cause}");
    }
    // Not even dialled.
    let mut at = Script::new();
    at.made("PJSIP/pstn-1", "20", "20").hangup("20", 1);
    assert_eq!(number(&at.rows().rows("G_PARTY")[0], "cceventcause"), 1);
}

#[test]
fn dialler_reaches_somebody_and_queues_him() {
    let mut at = Script::new();
    at.member("support", "PJSIP/1001", "Agent One");
    at.made("PJSIP/pstn-1", "20", "20").dial(None, "20", "2001@pstn").state("20", 5).later(2).up("20");
    at.join("20", "support").made("PJSIP/1001-2", "21", "20").called("20", "21", "support", "PJSIP/1001", "Agent One");
    at.dial(Some("20"), "21", "PJSIP/1001").state("21", 5).later(1).answer(Some("20"), "21");
    at.left("20", "support").connect("20", "21", "support", "PJSIP/1001", "Agent One");
    at.enter("21", "b1").enter("20", "b1").later(9);
    at.hangup_request("21").complete("20", "21", "support", "PJSIP/1001", "agent").leave("21", "b1").leave("20", "b1");
    at.hangup("21", 16).hangup("20", 16);
    let of = at.rows();
    assert_eq!(number(&of.rows("G_CALL")[0], "calltype"), 3);
    assert_eq!(of.rows("G_CALL_STAT")[0]["ext"]["vch1"], "1001");
    assert_eq!(number(&of.rows("G_VIRTUAL_QUEUE")[0], "cause"), 1);
    let agent = of.rows("G_PARTY").iter().find(|row| text(row, "endpointdn") == "1001").unwrap();
    assert_ne!(number(agent, "agentid"), 0);
}

#[test]
fn dialler_over_local_channels() {
    let mut at = Script::new();
    at.made("Local/2001@out-1;1", "30", "30").made("Local/2001@out-1;2", "31", "30");
    at.made("PJSIP/pstn-2", "32", "30").dial(Some("31"), "32", "2001@pstn").state("32", 5).later(3).hangup("32", 17);
    at.made("PJSIP/pstn-3", "33", "30").dial(Some("31"), "33", "2001@pstn").state("33", 5).later(3).up("33");
    at.enter("33", "b1").enter("31", "b1").join("30", "support").later(4);
    at.hangup_request("33")
        .hangup("33", 16)
        .hangup("31", 16)
        .abandon("30", "support")
        .left("30", "support")
        .hangup("30", 16);
    let of = at.rows();
    assert_eq!(of.rows("G_CALL").len(), 1, "tried twice, one call");
    assert_eq!(of.rows("G_PARTY").len(), 2);
    assert_eq!(number(&of.rows("G_VIRTUAL_QUEUE")[0], "cause"), 2);
}

#[test]
fn internal_and_outbound_calls() {
    let mut at = Script::new();
    at.call("PJSIP/1001-1", "10", "1001", "1002").made("PJSIP/1002-2", "11", "10");
    at.dial(Some("10"), "11", "1002").state("11", 5).later(2).answer(Some("10"), "11").up("10");
    at.enter("11", "b1").enter("10", "b1").later(5).hangup_request("10").leave("10", "b1").leave("11", "b1");
    at.hangup("11", 16).hangup("10", 16);
    at.call("PJSIP/1001-3", "12", "1001", "02001").made("PJSIP/pstn-4", "13", "12");
    at.dial(Some("12"), "13", "02001@pstn")
        .state("13", 5)
        .later(2)
        .hangup_request("12")
        .hangup("13", 0)
        .hangup("12", 0);
    let of = at.rows();
    let types: Vec<_> = of.rows("G_CALL").iter().map(|row| number(row, "calltype")).collect();
    assert_eq!(types, [1, 3]);
    let stats = of.rows("G_CALL_STAT");
    assert_eq!((number(&stats[0], "f_conn"), number(&stats[0], "f_conn_extn")), (1, 0));
    assert_eq!((number(&stats[1], "f_conn"), number(&stats[1], "f_te_abnd")), (0, 1));
    assert_eq!(of.rows("G_PARTY").iter().filter(|row| text(row, "endpointdn") == "02001").count(), 1);
}

#[test]
fn a_group_rings_and_one_answers() {
    let mut at = Script::new();
    at.call("PJSIP/pstn-1", "10", "2001", "600");
    for (channel, uniqueid) in [("PJSIP/1001-2", "11"), ("PJSIP/1002-3", "12"), ("PJSIP/1003-4", "13")] {
        at.made(channel, uniqueid, "10").dial(Some("10"), uniqueid, "x").state(uniqueid, 5);
    }
    at.later(3).answer(Some("10"), "12").hangup("11", 26).hangup("13", 26).up("10");
    at.enter("12", "b1").enter("10", "b1").later(4).hangup_request("10").hangup("12", 16).hangup("10", 16);
    let of = at.rows();
    assert_eq!(of.rows("G_PARTY").len(), 4);
    let talked = of.rows("G_PARTY_STAT").iter().filter(|row| number(row, "tt_connected") == 4).count();
    assert_eq!(talked, 2);
    assert_eq!(of.rows("G_CALL_STAT")[0]["ext"]["vch1"], "2001");
}

#[test]
fn out_of_the_queue_by_key_and_into_the_next() {
    let mut at = Script::new();
    at.call("PJSIP/pstn-1", "10", "2001", "7000")
        .up("10")
        .exten("10", "Queue", "support,t")
        .join("10", "support")
        .later(4);
    at.left("10", "support").exten("10", "Queue", "sales,t").join("10", "sales").later(3);
    at.left("10", "sales").variable("10", "QUEUESTATUS", "LEAVEEMPTY").exten("10", "Queue", "full,t");
    at.variable("10", "QUEUESTATUS", "FULL").exten("10", "Hangup", "").hangup("10", 16);
    let of = at.rows();
    let stays: Vec<_> = of
        .rows("G_VIRTUAL_QUEUE")
        .iter()
        .map(|row| (text(row, "endpointdn"), number(row, "cause"), row["ext"]["vch1"].as_str().unwrap()))
        .collect();
    assert_eq!(stays, [("support", 3, "KEY"), ("sales", 3, "LEAVEEMPTY"), ("full", 3, "FULL")]);
    assert_eq!(number(&of.rows("G_CALL_STAT")[0], "f_te_abnd"), 0);
}

#[test]
fn pickup_joins_two_calls() {
    let mut at = Script::new();
    at.call("PJSIP/pstn-1", "10", "2001", "1001").made("PJSIP/1001-2", "11", "10").dial(Some("10"), "11", "1001");
    at.state("11", 5).later(2).call("PJSIP/1002-3", "12", "1002", "*8").up("12").hangup("11", 26);
    at.enter_as("12", "10", "b1").enter("10", "b1").later(3).hangup_request("12").hangup("12", 16).hangup("10", 16);
    let of = at.rows();
    let picked = of.rows("G_CALL").iter().find(|row| text(row, "callid") == script::id("12")).unwrap();
    assert_eq!(text(picked, "mergecallid"), script::id("10"));
    assert_eq!(of.rows("G_CALL_STAT").iter().filter(|row| row["ext"]["vch1"] == "1002").count(), 1);
}

#[test]
fn parked_calls_stay_apart() {
    let mut at = Script::new();
    at.call("PJSIP/pstn-1", "10", "2001", "700").up("10").call("PJSIP/pstn-2", "11", "2002", "700").up("11");
    at.holding("lot").enter("10", "lot").enter("11", "lot").later(5);
    at.call("PJSIP/1001-3", "12", "1001", "701")
        .up("12")
        .leave("10", "lot")
        .enter("10", "b1")
        .enter_as("12", "10", "b1");
    at.later(5).hangup_request("10").hangup("10", 16).hangup("12", 16).hangup_request("11").hangup("11", 16);
    let of = at.rows();
    let merged: Vec<_> = of.rows("G_CALL").iter().filter(|row| !text(row, "mergecallid").is_empty()).collect();
    assert_eq!(merged.len(), 1);
    assert_eq!((text(merged[0], "callid"), text(merged[0], "mergecallid")), (&*script::id("12"), &*script::id("10")));
}

#[test]
fn three_way_by_feature_code() {
    let mut at = Script::new();
    at.call("PJSIP/pstn-1", "10", "2001", "1001").made("PJSIP/1001-2", "11", "10").dial(Some("10"), "11", "1001");
    at.answer(Some("10"), "11").up("10").enter("11", "b1").enter("10", "b1").later(5).hold("11");
    at.made("Local/1003@internal-1;1", "12", "10").made("Local/1003@internal-1;2", "13", "10");
    at.variable("12", "TRANSFERERNAME", "PJSIP/1001-2").leave("11", "b1").enter("12", "b2").enter("11", "b2");
    at.made("PJSIP/1003-3", "14", "10").dial(Some("13"), "14", "1003").state("14", 5).later(1).answer(Some("13"), "14");
    at.up("12").up("13").enter("14", "b3").enter("13", "b3").later(5);
    at.leave("11", "b2")
        .enter("11", "b1")
        .leave("12", "b2")
        .enter("12", "b1")
        .attended("11", "11", "10", "Threeway")
        .later(5);
    at.hangup_request("11").leave("11", "b1").hangup("11", 16).later(2);
    at.hangup_request("10").leave("10", "b1").hangup("12", 16).hangup("13", 16).hangup("10", 16).hangup("14", 16);
    let of = at.rows();
    let primary = of.rows("G_CALL_STAT").iter().find(|row| text(row, "callid") == script::id("10")).unwrap();
    assert_eq!((number(primary, "cnt_conference"), number(primary, "cnt_consult")), (1, 1));
    let consult = of.rows("G_CALL").iter().find(|row| number(row, "calltype") == 4).unwrap();
    assert_eq!((text(consult, "mergecallid"), number(consult, "mergetype")), (&*script::id("10"), 2));
    assert_eq!(primary["ext"]["vch1"], "2001");
}

#[test]
fn transferred_while_it_rings() {
    let mut at = Script::new();
    at.call("PJSIP/pstn-1", "10", "2001", "1001").made("PJSIP/1001-2", "11", "10").dial(Some("10"), "11", "1001");
    at.answer(Some("10"), "11").up("10").enter("11", "b1").enter("10", "b1").later(5).hold("11");
    at.call("PJSIP/1001-3", "12", "1001", "1003").made("PJSIP/1003-4", "13", "12").dial(Some("12"), "13", "1003");
    at.state("13", 5).later(2).attended("11", "12", "10", "App").leave("10", "b1").leave("11", "b1");
    at.hangup("11", 16)
        .hangup("12", 16)
        .later(2)
        .answer(Some("10"), "13")
        .enter_as("13", "10", "b2")
        .enter("10", "b2")
        .later(4);
    at.hangup_request("13").hangup("13", 16).hangup("10", 16);
    let of = at.rows();
    let primary = of.rows("G_CALL_STAT").iter().find(|row| text(row, "callid") == script::id("10")).unwrap();
    assert_eq!((number(primary, "cnt_transfer"), number(primary, "cnt_consult")), (1, 1));
    assert_eq!(primary["ext"]["vch1"], "1003");
    let consult = of.rows("G_CALL").iter().find(|row| number(row, "calltype") == 4).unwrap();
    assert_eq!(text(consult, "mergecallid"), script::id("10"));
}

#[test]
fn after_call_work_until_due() {
    let mut at = Script::new();
    at.member_with("support", "SIP/1001", "Agent One", &[("Wrapuptime", "10")]);
    at.call("SIP/pstn-1", "10", "2001", "7000").up("10").join("10", "support").made("SIP/1001-2", "11", "10");
    at.called("10", "11", "support", "SIP/1001", "Agent One").dial(Some("10"), "11", "SIP/1001").state("11", 5);
    at.answer(Some("10"), "11").left("10", "support").connect("10", "11", "support", "SIP/1001", "Agent One");
    at.enter("11", "b1").enter("10", "b1").later(5).complete("10", "11", "support", "SIP/1001", "caller");
    at.hangup("11", 16).hangup("10", 16).later(60).tick();
    let of = at.rows();
    let states: Vec<_> = of.rows("G_AGENT_STATE_HISTORY").iter().map(|row| number(row, "state")).collect();
    assert_eq!(states, [1, 2, 5, 4, 2]);
    let last = of.rows("G_AGENT_STATE_HISTORY").last().unwrap();
    let worked = number(last, "added") - number(last, "prevsenter");
    assert!((9_900_000..=10_000_000).contains(&worked), "from the end of the talk: {worked}");
}

#[test]
fn restart_with_calls_up_leaves_nothing_active() {
    let mut at = Script::new();
    at.member("support", "PJSIP/1001", "Agent One");
    at.call("PJSIP/pstn-1", "10", "2001", "7000").up("10").join("10", "support").later(3);
    at.session(3).later(1);
    let of = at.rows();
    assert!(of.rows("G_CALL_ACTIVE").is_empty());
    for table in ["G_CALL", "G_PARTY", "G_LOGIN_SESSION", "G_VIRTUAL_QUEUE"] {
        let row = &of.rows(table)[0];
        assert!(row.get("terminated").is_some() && row["ext"]["int2"] == 1, "{table}: {row}");
    }
    assert_eq!(number(of.rows("G_CALL_HISTORY").last().unwrap(), "changetype"), 4);
}

#[test]
fn only_a_whole_answer_closes() {
    for (lists, closed) in [(None, 0), (Some("QueueStatus"), 0), (Some("CoreShowChannels,Status"), 1)] {
        let mut at = Script::new();
        at.call("PJSIP/pstn-1", "10", "2001", "7000").up("10").later(3).no_data().session(2).later(60);
        at.say("StateRequested", &[]);
        if let Some(lists) = lists {
            at.say("StateAnswered", &[("lists", lists)]);
        }
        let of = at.rows();
        assert_eq!(of.rows("G_CALL_ACTIVE").len(), 1, "in doubt only, at first");
        at.later(31).no_data();
        let of = at.rows();
        let ended = of.rows("G_CALL").iter().filter(|row| row.get("terminated").is_some()).count();
        assert_eq!(ended, closed, "{lists:?}");
        if closed == 1 {
            assert_eq!(number(&of.rows("G_CALL_STAT")[0], "t_duration"), 3, "last known alive before the gap");
        }
    }
}

/// A server that answers with empty lists, and goes on telling of a call all the same: the call is not closed.
#[test]
fn what_is_heard_of_again_is_not_closed() {
    let mut at = Script::new();
    at.call("PJSIP/pstn-1", "10", "2001", "7000").up("10").later(3).session(2);
    at.say("StateRequested", &[]).say("StateAnswered", &[("lists", "CoreShowChannels,Status,QueueStatus")]);
    at.later(10).hold("10").later(60).no_data();
    assert_eq!(at.rows().rows("G_CALL_ACTIVE").len(), 1);
    at.hangup("10", 16);
    assert!(at.rows().rows("G_CALL_ACTIVE").is_empty());
}

#[test]
fn ten_thousand_calls_then_none() {
    let mut at = Script::new();
    for call in 0..10_000 {
        let uniqueid = format!("{call}");
        at.call(&format!("PJSIP/pstn-{call}"), &uniqueid, "2001", "7000").up(&uniqueid).join(&uniqueid, "support");
    }
    at.later(30);
    for call in 0..10_000 {
        at.hangup(&format!("{call}"), 16);
    }
    let of = at.rows();
    assert_eq!(of.rows("G_CALL").len(), 10_000);
    assert!(of.rows("G_CALL_ACTIVE").is_empty());
    assert!(of.rows("G_VIRTUAL_QUEUE").iter().all(|row| number(row, "cause") == 2));
}

#[test]
fn an_agent_of_a_pool_who_left_in_the_gap() {
    for (status, ended) in [("AGENT_LOGGEDOFF", true), ("AGENT_IDLE", false)] {
        let mut at = Script::new();
        at.call("PJSIP/1001-1", "10", "1001", "*45").up("10").agent("AgentLogin", "10", "1001").later(60).no_data();
        at.session(2).later(600).say("StateRequested", &[]);
        at.say("Agents", &[("Agent", "1001"), ("Name", "Agent One"), ("Status", status)]);
        at.say("StateAnswered", &[("lists", "QueueStatus,Agents")]).later(31).no_data();
        let of = at.rows();
        let sessions = of.rows("G_LOGIN_SESSION");
        assert_eq!(sessions.len(), 1, "{status}");
        assert_eq!(sessions[0].get("terminated").is_some(), ended, "{status}");
    }
}

#[test]
fn a_member_behind_a_local_channel() {
    let mut at = Script::new();
    let state = [("StateInterface", "PJSIP/1001")];
    at.member_with("support", "Local/1001@agents/n", "Agent One", &state);
    at.call("PJSIP/pstn-1", "10", "2001", "7000").up("10").join("10", "support");
    at.made("Local/1001@agents-1;1", "11", "10").made("Local/1001@agents-1;2", "12", "10");
    at.called("10", "11", "support", "Local/1001@agents/n", "Agent One").dial(Some("10"), "11", "Local/1001@agents/n");
    at.made("PJSIP/1001-2", "13", "10").dial(Some("12"), "13", "1001").state("13", 5).later(2).answer(Some("12"), "13");
    at.up("12").up("11").enter("13", "b1").enter("12", "b1").left("10", "support");
    at.connect("10", "11", "support", "Local/1001@agents/n", "Agent One").enter("11", "b2").enter("10", "b2").later(5);
    // The plumbing is taken away: the device comes into the caller's bridge itself.
    at.leave("13", "b1")
        .enter("13", "b2")
        .leave("11", "b2")
        .leave("12", "b1")
        .hangup("11", 16)
        .hangup("12", 16)
        .later(5);
    at.hangup_request("10").leave("10", "b2").hangup("13", 16).hangup("10", 16);
    let of = at.rows();
    assert_eq!(of.rows("G_PARTY").len(), 2);
    let agent = of.rows("G_PARTY").iter().find(|row| text(row, "endpointdn") == "1001").unwrap();
    assert_ne!(number(agent, "agentid"), 0);
    assert_eq!(text(agent, "queuedn"), "support");
    assert_eq!(text(&of.rows("G_ROUTE_RESULT")[0], "partyid"), text(agent, "partyid"));
    let stat = of.rows("G_PARTY_STAT").iter().find(|row| text(row, "partyid") == text(agent, "partyid")).unwrap();
    assert_eq!((number(stat, "tt_alerting"), number(stat, "tt_connected")), (2, 10));
    let states: Vec<_> = of.rows("G_AGENT_STATE_HISTORY").iter().map(|row| number(row, "state")).collect();
    assert_eq!(states, [1, 2, 5, 2]);
}

#[test]
fn all_ring_and_the_caller_gives_up() {
    let mut at = Script::new();
    at.member("support", "PJSIP/1001", "Agent One").member("support", "PJSIP/1002", "Agent Two");
    at.call("PJSIP/pstn-1", "10", "2001", "7000").up("10").join("10", "support");
    for (device, short) in [("PJSIP/1001", "11"), ("PJSIP/1002", "12")] {
        at.made(&format!("{device}-{short}"), short, "10").called("10", short, "support", device, "x");
        at.dial(Some("10"), short, device).state(short, 5);
    }
    at.later(5).hangup_request("10").abandon("10", "support").hangup("11", 0).hangup("12", 0).left("10", "support");
    at.hangup("10", 0);
    let of = at.rows();
    assert_eq!(of.rows("G_PARTY").iter().filter(|row| number(row, "agentid") != 0).count(), 2);
    let stat = &of.rows("G_CALL_STAT")[0];
    assert_eq!((number(stat, "f_te_abnd"), number(stat, "f_conn")), (1, 0));
    let states: Vec<_> = of.rows("G_AGENT_STATE_HISTORY").iter().map(|row| number(row, "state")).collect();
    assert_eq!(states, [1, 2, 1, 2], "ringing is not busy");
}

#[test]
fn transferred_back_into_a_queue() {
    let mut at = Script::new();
    at.member("support", "PJSIP/1001", "Agent One");
    at.call("PJSIP/pstn-1", "10", "2001", "7000").up("10").join("10", "support").made("PJSIP/1001-2", "11", "10");
    at.called("10", "11", "support", "PJSIP/1001", "Agent One").dial(Some("10"), "11", "PJSIP/1001").state("11", 5);
    at.answer(Some("10"), "11").left("10", "support").connect("10", "11", "support", "PJSIP/1001", "Agent One");
    at.enter("11", "b1")
        .enter("10", "b1")
        .later(5)
        .blind("11", "10")
        .leave("11", "b1")
        .leave("10", "b1")
        .hangup("11", 16);
    at.exten("10", "Queue", "sales,t").join("10", "sales").later(4);
    at.hangup_request("10").abandon("10", "sales").left("10", "sales").hangup("10", 16);
    let of = at.rows();
    let causes: Vec<_> = of.rows("G_VIRTUAL_QUEUE").iter().map(|row| number(row, "cause")).collect();
    assert_eq!(causes, [1, 2]);
    let stat = &of.rows("G_CALL_STAT")[0];
    assert_eq!((number(stat, "cnt_transfer"), number(stat, "f_te_abnd")), (1, 0), "it had been answered before");
}

#[test]
fn two_who_talk_are_redirected_into_a_conference() {
    let mut at = Script::new();
    at.call("PJSIP/pstn-1", "10", "2001", "1001").made("PJSIP/1001-2", "11", "10").dial(Some("10"), "11", "1001");
    at.answer(Some("10"), "11").up("10").enter("11", "b1").enter("10", "b1").later(5);
    // The device's channel is taken out of its application by a stand-in, which swaps names with it.
    at.made("AsyncGoto/PJSIP/1001-2", "12", "10");
    at.rename("12", "AsyncGoto/PJSIP/1001-2", "PJSIP/1001-2").rename(
        "11",
        "PJSIP/1001-2",
        "AsyncGoto/PJSIP/1001-2<ZOMBIE>",
    );
    at.leave("10", "b1").leave("11", "b1").named("12", "AsyncGoto/PJSIP/1001-2<ZOMBIE>").hangup("12", 16);
    at.conference("11", "room").conference("10", "room").made("PJSIP/1003-3", "13", "13").dial(None, "13", "1003");
    at.up("13").enter_as("13", "10", "room").later(5);
    at.hangup_request("11").leave("11", "room").hangup("11", 16).later(5);
    at.hangup_request("10").leave("10", "room").hangup("10", 16).hangup("13", 16);
    let of = at.rows();
    let primary = of.rows("G_CALL_STAT").iter().find(|row| text(row, "callid") == script::id("10")).unwrap();
    assert_eq!((number(primary, "cnt_conference"), number(primary, "t_duration")), (1, 15));
    assert_eq!(primary["ext"]["vch1"], "2001");
    assert_eq!(of.rows("G_CALL").iter().filter(|row| text(row, "mergecallid") == script::id("10")).count(), 1);
    assert_eq!(of.rows("G_PARTY").iter().filter(|row| text(row, "endpointdn") == "1001").count(), 1);
}

#[test]
fn transferred_by_feature_code_while_it_rings() {
    let mut at = Script::new();
    at.call("PJSIP/pstn-1", "10", "2001", "1001").made("PJSIP/1001-2", "11", "10").dial(Some("10"), "11", "1001");
    at.answer(Some("10"), "11").up("10").enter("11", "b1").enter("10", "b1").later(5).hold("11");
    at.made("Local/1003@internal-1;1", "12", "10").made("Local/1003@internal-1;2", "13", "10");
    at.variable("12", "TRANSFERERNAME", "PJSIP/1001-2").leave("11", "b1").enter("12", "b2").enter("11", "b2");
    at.made("PJSIP/1003-3", "14", "10").dial(Some("13"), "14", "1003").state("14", 5).later(1);
    at.hangup_request("11").leave("11", "b2").hangup("11", 16).later(2).answer(Some("13"), "14");
    at.up("12").up("13").enter("14", "b3").enter("13", "b3").leave("12", "b2").enter("12", "b1");
    at.attended("11", "11", "10", "Bridge").later(4);
    at.hangup_request("14").leave("14", "b3").hangup("14", 16).hangup("13", 16).hangup("12", 16).hangup("10", 16);
    let of = at.rows();
    let primary = of.rows("G_CALL_STAT").iter().find(|row| text(row, "callid") == script::id("10")).unwrap();
    assert_eq!((number(primary, "cnt_transfer"), number(primary, "cnt_consult")), (1, 1));
    assert_eq!(primary["ext"]["vch1"], "1003");
    let consult = of.rows("G_CALL").iter().find(|row| number(row, "calltype") == 4).unwrap();
    assert_eq!(text(consult, "mergecallid"), script::id("10"));
}

#[test]
fn a_consultation_that_finds_nobody() {
    let mut at = Script::new();
    at.call("PJSIP/pstn-1", "10", "2001", "1001").made("PJSIP/1001-2", "11", "10").dial(Some("10"), "11", "1001");
    at.answer(Some("10"), "11").up("10").enter("11", "b1").enter("10", "b1").later(5).hold("11");
    at.made("Local/1003@internal-1;1", "12", "10").made("Local/1003@internal-1;2", "13", "10");
    at.variable("12", "TRANSFERERNAME", "PJSIP/1001-2").leave("11", "b1").enter("12", "b2").enter("11", "b2");
    at.made("PJSIP/1003-3", "14", "10").dial(Some("13"), "14", "1003").state("14", 5).later(3);
    at.hangup("14", 17).leave("12", "b2").hangup("12", 17).hangup("13", 17).leave("11", "b2").unhold("11");
    at.enter("11", "b1").later(5).hangup_request("10").leave("10", "b1").hangup("11", 16).hangup("10", 16);
    let of = at.rows();
    let primary = of.rows("G_CALL_STAT").iter().find(|row| text(row, "callid") == script::id("10")).unwrap();
    assert_eq!((number(primary, "cnt_transfer"), number(primary, "cnt_consult")), (0, 1));
    let consult = of.rows("G_CALL").iter().find(|row| number(row, "calltype") == 4).unwrap();
    assert!(text(consult, "mergecallid").is_empty());
    assert_eq!((number(consult, "terminated") - number(consult, "created")) / 1_000_000, 3);
}
