//! What callers, agents and Asterisk did, told by events; the expected figures follow from what they did.
#![allow(clippy::unwrap_used, reason = "tests")]

mod script;

use concentrator_sdk::testing::{Database, Row};
use script::{Script, id, number, text};

fn of_call<'a>(of: &'a Database, table: &str, short: &str) -> &'a Row {
    of.rows(table).iter().find(|row| text(row, "callid") == id(short)).unwrap()
}

fn released_by(of: &Database, short: &str) -> String {
    of_call(of, "G_CALL_STAT", short)["ext"]["vch1"].as_str().unwrap_or_default().to_owned()
}

fn at_device<'a>(of: &'a Database, dn: &str) -> Vec<&'a Row> {
    of.rows("G_PARTY").iter().filter(|row| text(row, "endpointdn") == dn).collect()
}

fn agent_name(of: &Database, party: &Row) -> String {
    let agent = of.rows("GC_AGENT").iter().find(|row| number(row, "id") == number(party, "agentid"));
    agent.map(|row| text(row, "username").to_owned()).unwrap_or_default()
}

fn stays(of: &Database) -> Vec<(i64, String)> {
    let reason = |row: &Row| row["ext"]["vch1"].as_str().unwrap_or_default().to_owned();
    of.rows("G_VIRTUAL_QUEUE").iter().map(|row| (number(row, "cause"), reason(row))).collect()
}

/// A caller from outside talks to agent One (1001), whom the queue gave him.
fn talking(at: &mut Script) {
    at.member("support", "PJSIP/1001", "Agent One");
    at.call("PJSIP/pstn-1", "10", "2001", "7000").up("10").exten("10", "Queue", "support").join("10", "support");
    at.made("PJSIP/1001-2", "11", "10").called("10", "11", "support", "PJSIP/1001", "Agent One");
    at.dial(Some("10"), "11", "1001").state("11", 5).later(2).answer(Some("10"), "11").left("10", "support");
    at.connect("10", "11", "support", "PJSIP/1001", "Agent One").enter("11", "b1").enter("10", "b1").later(5);
}

#[test]
fn callers_taken_in_as_channels_that_are_down() {
    let mut at = Script::new();
    at.member("support", "SIP/1001", "Agent One");
    at.call_from_down("SIP/pstn-1", "10", "2001", "7000").up("10").join("10", "support").later(3);
    at.made("SIP/1001-2", "11", "10").called("10", "11", "support", "SIP/1001", "Agent One");
    at.dial(Some("10"), "11", "1001").state("11", 5).later(1).answer(Some("10"), "11").left("10", "support");
    at.connect("10", "11", "support", "SIP/1001", "Agent One").enter("11", "b1").enter("10", "b1").later(5);
    at.hold("11").call_from_down("SIP/1001-3", "12", "1001", "1002").later(1).hangup_request("12").hangup("12", 16);
    at.unhold("11").hangup_request("10").leave("10", "b1").leave("11", "b1").hangup("11", 16).hangup("10", 16);
    let of = at.rows();
    let call = of_call(&of, "G_CALL", "10");
    assert_eq!((number(call, "calltype"), text(call, "callani"), text(call, "calldnis")), (2, "2001", "7000"));
    assert_eq!(number(at_device(&of, "2001")[0], "prole"), 1);
    let consultation = of_call(&of, "G_CALL", "12");
    assert_eq!((number(consultation, "calltype"), text(consultation, "parentcallid")), (4, &*id("10")));
    assert_eq!(released_by(&of, "10"), "2001");
}

#[test]
fn an_agent_refuses_and_the_caller_gives_up() {
    for gives_up in [true, false] {
        let mut at = Script::new();
        at.member("support", "PJSIP/1001", "Agent One");
        at.call("PJSIP/pstn-1", "10", "2001", "7000").up("10").exten("10", "Queue", "support").join("10", "support");
        at.made("PJSIP/1001-2", "11", "10").called("10", "11", "support", "PJSIP/1001", "Agent One");
        at.dial(Some("10"), "11", "1001").state("11", 5).later(2).hangup_request("11").hangup("11", 21).later(3);
        if gives_up {
            at.hangup_request("10").abandon("10", "support").left("10", "support").hangup("10", 0);
        } else {
            at.abandon("10", "support").left("10", "support").variable("10", "QUEUESTATUS", "TIMEOUT");
            at.exten("10", "Hangup", "").hangup("10", 16);
        }
        let of = at.rows();
        assert_eq!(released_by(&of, "10"), if gives_up { "2001" } else { "" });
        let expected = if gives_up { (2, String::new()) } else { (3, "TIMEOUT".to_owned()) };
        assert_eq!(stays(&of), [expected]);
        assert_eq!(number(of_call(&of, "G_CALL_STAT", "10"), "f_te_abnd"), i64::from(gives_up));
        let refused = at_device(&of, "1001")[0];
        assert_eq!((agent_name(&of, refused).as_str(), number(refused, "cceventcause")), ("Agent One", 21));
        assert!(of.rows("G_ROUTE_RESULT").is_empty());
    }
}

#[test]
fn a_device_refuses_a_direct_call() {
    for waits in [false, true] {
        let mut at = Script::new();
        at.call("PJSIP/1001-1", "10", "1001", "1002").made("PJSIP/1002-2", "11", "10").dial(Some("10"), "11", "1002");
        at.state("11", 5).later(1).hangup_request("11").hangup("11", 17);
        if waits {
            at.exten("10", "Busy", "").later(4).hangup_request("10");
        }
        at.hangup("10", 17);
        let of = at.rows();
        assert_eq!(released_by(&of, "10"), if waits { "1001" } else { "1002" });
        assert_eq!(number(of_call(&of, "G_CALL_STAT", "10"), "f_te_abnd"), 0);
    }
}

#[test]
fn transferred_to_a_queue_and_given_up_there() {
    for byes in [true, false] {
        let mut at = Script::new();
        talking(&mut at);
        at.blind("11", "10").leave("11", "b1").leave("10", "b1");
        if byes {
            at.hangup_request("11");
        }
        at.complete("10", "11", "support", "PJSIP/1001", "transfer").hangup("11", 16);
        at.exten("10", "Queue", "sales").join("10", "sales").later(4);
        at.hangup_request("10").abandon("10", "sales").left("10", "sales").hangup("10", 16);
        let of = at.rows();
        assert_eq!(released_by(&of, "10"), "2001");
        assert_eq!(stays(&of).iter().map(|stay| stay.0).collect::<Vec<_>>(), [1, 2]);
        let stat = of_call(&of, "G_CALL_STAT", "10");
        assert_eq!((number(stat, "cnt_transfer"), number(stat, "f_conn"), number(stat, "t_duration")), (1, 1, 11));
    }
}

#[test]
fn transferred_while_the_consultation_waits_in_a_queue() {
    for gives_up in [false, true] {
        let mut at = Script::new();
        at.member("sales", "PJSIP/1002", "Agent Two");
        talking(&mut at);
        at.hold("11").call("PJSIP/1001-3", "12", "1001", "7001").up("12").exten("12", "Queue", "sales");
        at.join("12", "sales").later(2).attended("11", "12", "10", "App").leave("10", "b1").leave("11", "b1");
        at.hangup_request("11").hangup("11", 16).hangup("12", 16).later(3);
        if gives_up {
            at.hangup_request("10").abandon("10", "sales").left("10", "sales").hangup("10", 16);
        } else {
            at.made("PJSIP/1002-4", "13", "10").called("10", "13", "sales", "PJSIP/1002", "Agent Two");
            at.dial(Some("10"), "13", "1002").state("13", 5).later(1).answer(Some("10"), "13").left("10", "sales");
            at.connect("10", "13", "sales", "PJSIP/1002", "Agent Two").enter("13", "b2").enter("10", "b2").later(4);
            at.hangup_request("13").leave("13", "b2").leave("10", "b2").hangup("13", 16).hangup("10", 16);
        }
        let of = at.rows();
        assert!(of.rows("G_CALL_ACTIVE").is_empty() && of.rows("G_IR_ACTIVE").is_empty());
        assert_eq!(stays(&of).iter().map(|stay| stay.0).collect::<Vec<_>>(), [1, if gives_up { 2 } else { 1 }]);
        let waited = &of.rows("G_VIRTUAL_QUEUE")[1];
        let seconds = (number(waited, "terminated") - number(waited, "created")) / 1_000_000;
        assert_eq!(seconds, if gives_up { 5 } else { 6 });
        let stat = of_call(&of, "G_CALL_STAT", "10");
        assert_eq!((number(stat, "cnt_transfer"), number(stat, "cnt_consult")), (1, 1));
        assert_eq!(released_by(&of, "10"), if gives_up { "2001" } else { "1002" });
        assert_eq!(text(of_call(&of, "G_CALL", "12"), "mergecallid"), id("10"));
    }
}

#[test]
fn a_dialler_calls_the_agent_first() {
    let mut at = Script::new();
    at.member("support", "PJSIP/1001", "Agent One");
    at.made("PJSIP/1001-1", "20", "20").dial(None, "20", "1001").state("20", 5).later(2).up("20");
    at.exten("20", "Dial", "PJSIP/2001@pstn").made("PJSIP/pstn-2", "21", "20").dial(Some("20"), "21", "2001@pstn");
    at.state("21", 5).later(3).hangup_request("21").hangup("21", 17).hangup("20", 17);
    let of = at.rows();
    assert_eq!(number(of_call(&of, "G_CALL", "20"), "calltype"), 3);
    let customer = at_device(&of, "2001")[0];
    assert_eq!((number(customer, "cceventcause"), number(customer, "prole")), (17, 2));
    let stat = of_call(&of, "G_CALL_STAT", "20");
    assert_eq!((number(stat, "f_conn"), number(stat, "f_te_abnd"), number(stat, "t_duration")), (0, 0, 5));
    assert_eq!(released_by(&of, "20"), "2001");
    let states: Vec<_> = of.rows("G_AGENT_STATE_HISTORY").iter().map(|row| number(row, "state")).collect();
    assert_eq!(states, [1, 2, 5, 2]);
}

#[test]
fn transferred_to_an_announcement() {
    let mut at = Script::new();
    talking(&mut at);
    at.blind("11", "10").hangup_request("11").leave("11", "b1").leave("10", "b1").hangup("11", 16);
    at.exten("10", "Playback", "bye").later(4).hangup("10", 16);
    assert_eq!(released_by(&at.rows(), "10"), "", "the dial plan ended it");
}

#[test]
fn an_agent_who_ends_the_call_before_a_survey() {
    let mut at = Script::new();
    talking(&mut at);
    at.hangup_request("11").complete("10", "11", "support", "PJSIP/1001", "agent").leave("11", "b1").leave("10", "b1");
    at.hangup("11", 16).variable("10", "QUEUESTATUS", "CONTINUE").exten("10", "Playback", "survey").later(6);
    at.hangup_request("10").hangup("10", 16);
    let of = at.rows();
    assert_eq!(released_by(&of, "10"), "1001", "COMPLETEAGENT");
    assert_eq!(stays(&of), [(1, String::new())]);
}

#[test]
fn somebody_else_takes_a_call_from_the_queue() {
    let mut at = Script::new();
    at.member("support", "PJSIP/1001", "Agent One").member("sales", "PJSIP/1002", "Agent Two");
    at.call("PJSIP/pstn-1", "10", "2001", "7000").up("10").join("10", "support");
    at.made("PJSIP/1001-2", "11", "10").called("10", "11", "support", "PJSIP/1001", "Agent One");
    at.dial(Some("10"), "11", "1001").state("11", 5).later(2);
    at.call("PJSIP/1002-3", "12", "1002", "*8").up("12").pickup("12", "11");
    // The channel that rang is left as a shell under the other's number.
    at.rename("12", "PJSIP/1002-3", "PJSIP/1002-3<MASQ>").rename("11", "PJSIP/1001-2", "PJSIP/1002-3");
    at.rename("12", "PJSIP/1002-3<MASQ>", "PJSIP/1001-2<ZOMBIE>").named("11", "PJSIP/1001-2<ZOMBIE>").hangup("11", 26);
    at.answer(Some("10"), "12").left("10", "support").connect("10", "12", "support", "PJSIP/1001", "Agent One");
    at.enter_as("12", "10", "b1").enter("10", "b1").later(6);
    at.hangup_request("12").complete("10", "12", "support", "PJSIP/1001", "agent").hangup("12", 16).hangup("10", 16);
    let of = at.rows();
    let took: Vec<_> = at_device(&of, "1002").into_iter().filter(|row| text(row, "callid") == id("10")).collect();
    assert_eq!((took.len(), agent_name(&of, took[0]).as_str()), (1, "Agent Two"));
    assert_eq!(text(&of.rows("G_ROUTE_RESULT")[0], "rtargetagentselected"), "Agent One", "as the queue log says");
    assert_eq!(stays(&of), [(1, String::new())]);
    assert_eq!(released_by(&of, "10"), "1002");
    let rang = at_device(&of, "1001")[0];
    assert_eq!(agent_name(&of, rang), "Agent One");
    let busy = of.rows("G_AGENT_STATE_HISTORY").iter().filter(|row| number(row, "state") == 5);
    assert!(busy.into_iter().all(|row| text(row, "endpointdn") == "1002"), "who only rang was not busy");
}

#[test]
fn a_member_outside() {
    let mut at = Script::new();
    at.member("support", "PJSIP/2005@pstn", "Agent Five");
    at.call("PJSIP/pstn-1", "10", "2001", "7000").up("10").join("10", "support");
    for (short, answers) in [("11", false), ("12", true)] {
        at.made("PJSIP/pstn-2", short, "10").called("10", short, "support", "PJSIP/2005@pstn", "Agent Five");
        at.dial(Some("10"), short, "2005@pstn").state(short, 5).later(3);
        if !answers {
            at.hangup(short, 0).later(1);
        }
    }
    at.answer(Some("10"), "12").left("10", "support").connect("10", "12", "support", "PJSIP/2005@pstn", "Agent Five");
    at.enter("12", "b1").enter("10", "b1").later(5).hangup_request("12").hangup("12", 16).hangup("10", 16);
    let of = at.rows();
    let parties = at_device(&of, "2005");
    assert_eq!(parties.iter().map(|party| agent_name(&of, party)).collect::<Vec<_>>(), ["Agent Five"; 2]);
    assert_eq!(number(of_call(&of, "G_CALL", "10"), "calltype"), 2);
    let states: Vec<_> = of.rows("G_AGENT_STATE_HISTORY").iter().map(|row| number(row, "state")).collect();
    assert_eq!(states, [1, 2, 5, 2]);
}

#[test]
fn both_hold() {
    let mut at = Script::new();
    talking(&mut at);
    at.hold("11").later(2).hold("10").later(3).unhold("11").later(2).unhold("10").later(1);
    at.hangup_request("10").leave("10", "b1").leave("11", "b1").hangup("11", 16).hangup("10", 16);
    let of = at.rows();
    assert_eq!(number(of_call(&of, "G_CALL_STAT", "10"), "cnt_hold"), 2);
    let held: Vec<_> = of.rows("G_PARTY_STAT").iter().map(|row| number(row, "tt_hold")).collect();
    assert_eq!(held, [5, 5]);
}

#[test]
fn a_supervisor_listens() {
    let mut at = Script::new();
    talking(&mut at);
    at.call("PJSIP/1009-3", "12", "1009", "*55").up("12").exten("12", "ChanSpy", "PJSIP/1001").spy("12", "11").later(4);
    at.hangup_request("10").leave("10", "b1").leave("11", "b1").hangup("11", 16).hangup("10", 16).later(1);
    at.hangup_request("12").hangup("12", 16);
    let of = at.rows();
    assert_eq!(number(at_device(&of, "1009")[0], "prole"), 10);
    assert!(of.rows("G_CALL").iter().all(|row| text(row, "mergecallid").is_empty()));
    let stat = of_call(&of, "G_CALL_STAT", "10");
    assert_eq!((number(stat, "cnt_conference"), number(stat, "t_duration")), (0, 11));
}

#[test]
fn an_agent_of_a_pool_holds() {
    let mut at = Script::new();
    at.member_with("pool", "Local/1101@agentreq", "Agent One", &[("StateInterface", "Agent:1101")]);
    at.call("PJSIP/1001-1", "40", "1001", "*45").up("40").agent("AgentLogin", "40", "1101").holding("lot");
    at.enter("40", "lot").later(5);
    at.call("PJSIP/pstn-2", "10", "2001", "7005").up("10").join("10", "pool");
    at.made("Local/1101@agentreq-1;1", "11", "10").made("Local/1101@agentreq-1;2", "12", "10");
    at.called("10", "11", "pool", "Local/1101@agentreq", "Agent One").dial(Some("10"), "11", "1101@agentreq");
    at.leave("40", "lot").enter("12", "b2").enter("40", "b2").up("12").up("11").left("10", "pool");
    at.connect("10", "11", "pool", "Local/1101@agentreq", "Agent One").enter("11", "b1").enter("10", "b1").later(3);
    at.hold("40").later(4).unhold("40").later(2).hangup_request("10").leave("10", "b1").leave("11", "b1");
    at.complete("10", "11", "pool", "Local/1101@agentreq", "caller").hangup("11", 16).hangup("12", 16);
    at.leave("40", "b2").enter("40", "lot").hangup("10", 16).later(5);
    at.hangup_request("40").leave("40", "lot").agent("AgentLogoff", "40", "1101").hangup("40", 16);
    let of = at.rows();
    let hold = |short: &str| number(of_call(&of, "G_CALL_STAT", short), "cnt_hold");
    assert_eq!((hold("10"), hold("40")), (1, 0));
    let agent = at_device(&of, "1001").into_iter().find(|row| text(row, "callid") == id("10")).unwrap();
    assert_eq!(agent_name(&of, agent), "Agent One");
    let stat = of.rows("G_PARTY_STAT").iter().find(|row| text(row, "partyid") == text(agent, "partyid")).unwrap();
    assert_eq!((number(stat, "tt_hold"), number(stat, "tt_connected")), (4, 5));
    let states: Vec<_> = of.rows("G_AGENT_STATE_HISTORY").iter().map(|row| number(row, "state")).collect();
    assert_eq!(states, [1, 2, 5, 2, 6]);
    assert_eq!(of.rows("G_CALL").iter().filter(|row| text(row, "mergecallid").is_empty()).count(), 2);
}

#[test]
fn forwarded_by_the_device() {
    let mut at = Script::new();
    at.call("PJSIP/pstn-1", "10", "2001", "1001").made("PJSIP/1001-2", "11", "10").dial(Some("10"), "11", "1001");
    // 1001 answers "moved": the exchange dials on over plumbing.
    at.made("Local/1003@internal-1;1", "12", "10").made("Local/1003@internal-1;2", "13", "10").hangup("11", 0);
    at.dial(Some("10"), "12", "1003@internal").made("PJSIP/1003-3", "14", "10").dial(Some("13"), "14", "1003");
    at.state("14", 5).later(2).answer(Some("13"), "14").up("13").enter("14", "b1").enter("13", "b1");
    at.up("12").up("10").enter("12", "b2").enter("10", "b2").later(1);
    at.leave("14", "b1").enter("14", "b2").leave("12", "b2").leave("13", "b1").hangup("13", 16).hangup("12", 16);
    at.later(5).hangup_request("14").leave("14", "b2").leave("10", "b2").hangup("14", 16).hangup("10", 16);
    let of = at.rows();
    assert_eq!((of.rows("G_CALL").len(), of.rows("G_PARTY").len()), (1, 3));
    let stat = of_call(&of, "G_CALL_STAT", "10");
    assert_eq!((number(stat, "f_conn"), number(stat, "cnt_conference")), (1, 0));
    assert_eq!(released_by(&of, "10"), "1003");
    let talked = of.rows("G_PARTY_STAT").iter().filter(|row| number(row, "tt_connected") == 6).count();
    assert_eq!(talked, 2);
}

#[test]
fn parked_and_called_back() {
    let mut at = Script::new();
    talking(&mut at);
    at.blind("11", "10").leave("11", "b1").leave("10", "b1").holding("lot").enter("10", "lot").hangup("11", 16);
    // Nobody fetches the caller: 1001 is called again.
    at.later(45).leave("10", "lot").made("PJSIP/1001-3", "12", "10").dial(Some("10"), "12", "1001").state("12", 5);
    at.later(2).answer(Some("10"), "12").enter("12", "b2").enter("10", "b2").later(5);
    at.hangup_request("10").leave("10", "b2").leave("12", "b2").hangup("12", 16).hangup("10", 16);
    let of = at.rows();
    assert_eq!((of.rows("G_CALL").len(), of.rows("G_PARTY").len()), (1, 3));
    assert_eq!(released_by(&of, "10"), "2001");
    let states: Vec<_> = of.rows("G_AGENT_STATE_HISTORY").iter().map(|row| number(row, "state")).collect();
    assert_eq!(states, [1, 2, 5, 2, 5, 2]);
}

#[test]
fn a_conference_with_its_announcer() {
    let mut at = Script::new();
    for (short, device) in [("10", "1001"), ("11", "1002"), ("12", "1003")] {
        at.call(&format!("PJSIP/{device}-{short}"), short, device, "8000").up(short);
        at.made(&format!("CBAnn/8000-{short};1"), &format!("9{short}"), &format!("9{short}"));
        at.made(&format!("CBAnn/8000-{short};2"), &format!("8{short}"), &format!("9{short}"));
        at.up(&format!("9{short}")).enter(&format!("8{short}"), "b1").enter_as(short, "10", "b1").later(2);
        at.leave(&format!("8{short}"), "b1").hangup(&format!("8{short}"), 16).hangup(&format!("9{short}"), 16);
    }
    at.later(5).hangup_request("12").leave("12", "b1").hangup("12", 16).later(3);
    at.hangup_request("10").leave("10", "b1").hangup("10", 16).later(2).hangup_request("11").leave("11", "b1");
    at.hangup("11", 16);
    let of = at.rows();
    assert_eq!(of.rows("G_CALL").len(), 3);
    let stat = of_call(&of, "G_CALL_STAT", "10");
    assert_eq!((number(stat, "cnt_conference"), number(stat, "t_duration")), (1, 16));
    assert_eq!(released_by(&of, "10"), "1001");
    let talked: Vec<_> = of.rows("G_CALL").iter().map(|row| text(row, "mergecallid").to_owned()).collect();
    assert_eq!(talked, [String::new(), id("10"), id("10")]);
}

#[test]
fn what_comes_after_the_end_is_too_late() {
    let mut at = Script::new();
    at.member("support", "PJSIP/1001", "Agent One").later(5);
    let member = [("Queue", "support"), ("Interface", "PJSIP/1001"), ("MemberName", "Agent One")];
    at.say("QueueMemberRemoved", &member).say("QueueMemberStatus", &member);
    at.call("PJSIP/1001-1", "10", "1001", "1002").hangup("10", 16);
    at.say("Hangup", &[("Channel", "PJSIP/1002-2"), ("Uniqueid", &id("11")), ("Cause", "16")]);
    at.call("PJSIP/1002-2", "11", "1002", "1001").state("10", 6);
    let of = at.rows();
    assert!(of.rows("G_CALL_ACTIVE").is_empty());
    assert_eq!((of.rows("G_CALL").len(), of.rows("G_LOGIN_SESSION").len()), (1, 1));
    assert_eq!(number(&of.rows("G_LOGIN_SESSION")[0], "state"), 2);
}

#[test]
fn every_call_has_a_connection_id() {
    let mut at = Script::new();
    at.call("PJSIP/1001-1", "10", "1001", "1002").hangup("10", 16).call("PJSIP/1001-2", "11", "1001", "1002");
    at.hangup("11", 16);
    let of = at.rows();
    let ids: Vec<_> = of.rows("G_CALL").iter().map(|row| (text(row, "connid"), number(row, "connidnum"))).collect();
    assert_ne!(ids[0], ids[1]);
    assert!(ids.iter().all(|(text, number)| *text == format!("{number:016x}") && *number > 0), "{ids:?}");
}
