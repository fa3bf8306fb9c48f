#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::time::SECOND;

pub(super) const START: i64 = 1_800_000_000 * SECOND;

pub(super) fn model() -> Model {
    let mut model = Model::new(Lane { name: "pbx".into(), dbid: 201, switch_dbid: 301, tenant_dbid: 1 });
    at(&mut model, 0);
    model
}

/// Ends the event before and begins one at so many seconds.
pub(super) fn at(model: &mut Model, seconds: i64) {
    model.finish();
    model.begin(0, START + seconds * SECOND);
}

pub(super) fn party(
    model: &mut Model,
    call: Key<Call>,
    device: &str,
    session: Option<Key<LoginSession>>,
) -> Key<Party> {
    let new = NewParty {
        call,
        device,
        ordinal: 0,
        party_type: PartyType::Internal,
        role: Role::Destination,
        dn: device,
        endpoint: (1, 1),
        parent: None,
        queue: None,
        session,
        state: PartyState::Alerting,
        created: model.now(),
    };
    model.add_party(&new).unwrap()
}

pub(super) fn agent(model: &mut Model) -> Key<LoginSession> {
    let created = model.now();
    let login =
        Login { agent: "Agent One", code: "1001", dn: "1001", device: "PJSIP/1001", created, ordinal: "0", wrap_up: 0 };
    let key = model.log_in(&login);
    model.enter_session_queue(key, "support", created);
    model.enter_session_queue(key, "sales", created);
    model.refresh_agent_state(key, created, None);
    key
}

fn states(model: &Model) -> Vec<i32> {
    model.rows.g_agent_state_history.iter().filter_map(|row| row.state).collect()
}

#[test]
fn a_call_ends_with_its_last_party() {
    let mut model = model();
    let call = model.open_call("c", "c", START);
    let (a, b) = (party(&mut model, call, "a", None), party(&mut model, call, "b", None));
    at(&mut model, 2);
    model.set_party_state(a, PartyState::Connected, CcEvent::Established, None);
    at(&mut model, 5);
    model.end_party(a, CcEvent::Released, Some(16));
    assert!(model.call(call).is_some());
    model.end_party(b, CcEvent::Released, Some(16));
    model.finish();
    assert!(model.call(call).is_none() && model.interactions.is_empty() && model.parties.is_empty());
    assert_eq!(model.rows.g_call_stat[0].t_duration, Some(5));
    let of_a = &model.rows.g_party_stat[0];
    assert_eq!((of_a.tt_alerting, of_a.tt_connected), (Some(2), Some(3)));
    assert!(model.rows.g_call_active.last().unwrap().gone && model.rows.g_ir_active.last().unwrap().gone);
    let sequence: Vec<_> = model.rows.g_party_history.iter().filter_map(|row| row.cseq).collect();
    assert_eq!(sequence, [2, 3, 4, 5, 6], "the call's own creation is number 1");
}

#[test]
fn transitions_of_the_gone_are_ignored() {
    let mut model = model();
    let call = model.open_call("c", "c", START);
    let gone = party(&mut model, call, "a", None);
    let visit = model.join_queue(call, Some(gone), "support", START).unwrap();
    model.leave_queue(visit, &VisitEnd::Abandoned, START);
    model.end_party(gone, CcEvent::Released, None);
    model.finish();
    model.take_rows();
    model.set_party_state(gone, PartyState::Held, CcEvent::Held, None);
    model.end_party(gone, CcEvent::Released, None);
    model.leave_queue(visit, &VisitEnd::Abandoned, START);
    model.count_transfer(call);
    model.attach(call, Some(gone), Attached::UserData, "key", "value");
    model.end_stuck_call(call, START);
    model.finish();
    assert!(model.take_rows().is_empty());
}

#[test]
fn a_party_that_moves_keeps_its_guid() {
    let mut model = model();
    let (one, two) = (model.open_call("1", "1", START), model.open_call("2", "2", START));
    let (stays, moves) = (party(&mut model, one, "a", None), party(&mut model, two, "b", None));
    at(&mut model, 3);
    model.merge_call(two, one, MergeType::Transfer);
    model.move_party(moves, one, Some(stays), 1);
    model.finish();
    let rows: Vec<_> = model.rows.g_party.iter().filter(|row| row.endpointdn.as_deref() == Some("b")).collect();
    let (before, after) = (rows[rows.len() - 2], rows[rows.len() - 1]);
    assert_eq!(before.partyguid, after.partyguid);
    assert_ne!(before.partyid, after.partyid);
    assert_eq!((before.terminated, after.callid.as_deref()), (Some(START + 3 * SECOND), Some("1")));
    let merged = model.rows.g_call.iter().rfind(|row| row.callid == "2").unwrap();
    assert_eq!((merged.mergecallid.as_deref(), merged.state), (Some("1"), 2));
    let history: Vec<_> = model.rows.g_ir_history.iter().filter_map(|row| row.changetype).collect();
    assert_eq!(history, [1, 1, 3, 2]);
}

#[test]
fn after_call_work_ends_when_due() {
    let mut model = model();
    let session = agent(&mut model);
    let call = model.open_call("c", "c", START);
    let party = party(&mut model, call, "a", Some(session));
    model.set_party_state(party, PartyState::Connected, CcEvent::Established, None);
    at(&mut model, 10);
    model.after_call_work(session, START + 25 * SECOND);
    model.end_party(party, CcEvent::Released, None);
    assert_eq!(model.next_due(), Some(START + 25 * SECOND));
    at(&mut model, 100);
    assert_eq!(states(&model), [1, 2, 5, 4, 2]);
    assert_eq!(model.rows.g_agent_state_history.last().unwrap().added, Some(START + 25 * SECOND));
    assert_eq!(model.next_due(), None);
}

#[test]
fn paused_everywhere_is_one_reason() {
    let mut model = model();
    let session = agent(&mut model);
    at(&mut model, 10);
    model.pause(session, "support", Some("Lunch"));
    model.pause(session, "sales", Some("Lunch"));
    at(&mut model, 20);
    model.pause(session, "support", None);
    model.pause(session, "sales", None);
    model.finish();
    assert_eq!(states(&model), [1, 2, 3, 2]);
    let reasons = &model.rows.g_agent_state_rc;
    assert_eq!(reasons.len(), 1);
    assert_eq!((reasons[0].value.as_deref(), reasons[0].queueid), (Some("Lunch"), Some(0)));
    assert_eq!((reasons[0].created, reasons[0].terminated), (Some(START + 10 * SECOND), Some(START + 20 * SECOND)));
}

#[test]
fn paused_in_one_queue_is_ready_for_the_other() {
    let mut model = model();
    let session = agent(&mut model);
    at(&mut model, 10);
    model.pause(session, "support", Some("Training"));
    at(&mut model, 20);
    model.log_out(session);
    model.finish();
    assert_eq!(states(&model), [1, 2, 6]);
    assert_eq!(model.rows.g_agent_state_rc.len(), 1);
    assert_ne!(model.rows.g_agent_state_rc[0].queueid, Some(0));
    assert!(model.rows.g_agent_state_rc_a.last().unwrap().gone);
    assert!(model.rows.gx_session_endpoint.iter().rev().take(2).all(|row| row.terminated.is_some()));
}

#[test]
fn paused_in_a_call_takes_effect_after_it() {
    let mut model = model();
    let session = agent(&mut model);
    let call = model.open_call("c", "c", START);
    let party = party(&mut model, call, "a", Some(session));
    model.set_party_state(party, PartyState::Connected, CcEvent::Established, None);
    at(&mut model, 5);
    model.pause(session, "support", Some(""));
    model.pause(session, "sales", Some(""));
    at(&mut model, 10);
    model.end_party(party, CcEvent::Released, None);
    let rows = &model.rows.g_agent_state_history;
    let told: Vec<_> = rows.iter().map(|row| (row.type_.unwrap(), row.state.unwrap(), row.pendingstate)).collect();
    assert_eq!(told, [(5, 1, None), (5, 2, None), (5, 5, None), (6, 5, Some(3)), (5, 3, None)]);
}

#[test]
fn attached_data_tells_changes_only() {
    let mut model = model();
    let spec = DataSpec {
        secure: ["Card".to_owned()].into(),
        masked: ["Pin".to_owned()].into(),
        columns: [("Segment".to_owned(), "CUSTOMER_SEGMENT".to_owned())].into(),
        value_length_max: 4,
    };
    model.attach_by(spec);
    let call = model.open_call("c", "c", START);
    for (key, value) in
        [("Segment", "gold"), ("Segment", "gold"), ("Segment", "silver"), ("Segment", ""), ("Card", "1"), ("Pin", "2")]
    {
        model.attach(call, None, Attached::UserData, key, value);
    }
    let rows = &model.rows.g_userdata_history;
    let told: Vec<_> = rows.iter().map(|row| (row.changetype.unwrap(), row.value.as_deref().unwrap())).collect();
    assert_eq!(told, [(1, "gold"), (3, "silv"), (2, ""), (1, "****")]);
    assert_eq!(rows[1].ext.as_ref().and_then(|ext| ext.int1), Some(1), "the cut is flagged");
    assert_eq!(model.rows.g_secure_userdata_history.len(), 1);
    assert_eq!(model.rows.g_call_userdata.last().unwrap().customer_segment, None);
}

#[test]
fn old_calls_are_stuck() {
    let mut model = model();
    model.limit_call_age(Some(3600 * SECOND));
    let call = model.open_call("c", "c", START);
    party(&mut model, call, "a", None);
    at(&mut model, 60);
    model.hear();
    at(&mut model, 4000);
    assert!(model.call(call).is_none());
    let last = model.rows.g_call_history.last().unwrap();
    assert_eq!((last.changetype, last.added), (Some(4), Some(START + 60 * SECOND)), "last known alive");
}
