//! What holds for the rows of every case.

use super::table::{Database, Row};
use serde_json::Value;
use std::collections::BTreeSet;

fn text<'a>(row: &'a Row, column: &str) -> Option<&'a str> {
    row.get(column).and_then(Value::as_str)
}

fn number(row: &Row, column: &str) -> Option<i64> {
    row.get(column).and_then(Value::as_i64)
}

pub(super) fn check(what: &str, database: &Database) {
    let mut problems = Vec::new();
    references(database, &mut problems);
    activity(database, &mut problems);
    histories(database, &mut problems);
    agent_states(database, &mut problems);
    times(database, &mut problems);
    assert!(problems.is_empty(), "{what}:\n{}", problems.join("\n"));
}

/// Every reference leads to a row.
fn references(database: &Database, problems: &mut Vec<String>) {
    let by_text = [
        ("G_CALL", "irid", "G_IR", "irid"),
        ("G_CALL", "parentcallid", "G_CALL", "callid"),
        ("G_CALL", "mergecallid", "G_CALL", "callid"),
        ("G_IR", "parentirid", "G_IR", "irid"),
        ("G_IR", "rootcallid", "G_CALL", "callid"),
        ("G_IR", "rootirid", "G_IR", "irid"),
        ("G_CALL_HISTORY", "callid", "G_CALL", "callid"),
        ("G_CALL_HISTORY", "refid", "G_CALL", "callid"),
        ("G_CALL_STAT", "callid", "G_CALL", "callid"),
        ("G_PARTY", "callid", "G_CALL", "callid"),
        ("G_PARTY", "parentpartyid", "G_PARTY", "partyid"),
        ("G_PARTY", "loginsessionid", "G_LOGIN_SESSION", "loginsessionid"),
        ("G_PARTY_HISTORY", "partyid", "G_PARTY", "partyid"),
        ("G_PARTY_STAT", "partyid", "G_PARTY", "partyid"),
        ("G_VIRTUAL_QUEUE", "origcallid", "G_CALL", "callid"),
        ("G_VIRTUAL_QUEUE", "distcallid", "G_CALL", "callid"),
        ("G_ROUTE_RESULT", "callid", "G_CALL", "callid"),
        ("G_ROUTE_RESULT", "partyid", "G_PARTY", "partyid"),
        ("G_ROUTE_RES_VQ_HIST", "vqid", "G_VIRTUAL_QUEUE", "vqid"),
        ("G_USERDATA_HISTORY", "callid", "G_CALL", "callid"),
        ("G_USERDATA_HISTORY", "partyid", "G_PARTY", "partyid"),
        ("G_CUSTOM_DATA_S", "partyid", "G_PARTY", "partyguid"),
        ("G_AGENT_STATE_HISTORY", "loginsessionid", "G_LOGIN_SESSION", "loginsessionid"),
        ("G_AGENT_STATE_HISTORY", "callid", "G_CALL", "callid"),
        ("G_AGENT_STATE_RC", "sessionid", "G_LOGIN_SESSION", "loginsessionid"),
        ("GX_SESSION_ENDPOINT", "loginsessionid", "G_LOGIN_SESSION", "loginsessionid"),
        ("GS_AGENT_STAT", "sessionid", "G_LOGIN_SESSION", "loginsessionid"),
    ];
    for (table, column, to, key) in by_text {
        let keys: BTreeSet<_> = database.rows(to).iter().filter_map(|row| text(row, key)).collect();
        for row in database.rows(table) {
            if let Some(value) = text(row, column).filter(|value| !keys.contains(value)) {
                problems.push(format!("{table}.{column} = {value} is no {to}.{key}: {row}"));
            }
        }
    }
    let by_number = [
        ("G_PARTY", "endpointid", "GC_ENDPOINT"),
        ("G_PARTY", "agentid", "GC_AGENT"),
        ("G_CALL", "switchid", "GC_SWITCH"),
        ("G_CALL", "tenantid", "GC_TENANT"),
        ("G_VIRTUAL_QUEUE", "endpointid", "GC_ENDPOINT"),
        ("G_LOGIN_SESSION", "agentid", "GC_AGENT"),
        ("G_LOGIN_SESSION", "loginid", "GC_LOGIN"),
        ("G_LOGIN_SESSION", "primarydeviceid", "GC_ENDPOINT"),
        ("GX_SESSION_ENDPOINT", "queueid", "GC_ENDPOINT"),
        ("GX_SESSION_ENDPOINT", "endpointid", "GC_ENDPOINT"),
        ("GX_SESSION_ENDPOINT", "agentid", "GC_AGENT"),
        ("G_AGENT_STATE_HISTORY", "agentid", "GC_AGENT"),
        ("G_AGENT_STATE_RC", "queueid", "GC_ENDPOINT"),
        ("GCX_GROUP_AGENT", "groupid", "GC_GROUP"),
        ("GCX_GROUP_AGENT", "agentid", "GC_AGENT"),
        ("GCX_LOGIN_INFO", "loginid", "GC_LOGIN"),
    ];
    for (table, column, to) in by_number {
        let keys: BTreeSet<_> = database.rows(to).iter().filter_map(|row| number(row, "id")).collect();
        for row in database.rows(table) {
            if let Some(value) = number(row, column).filter(|value| *value != 0 && !keys.contains(value)) {
                problems.push(format!("{table}.{column} = {value} is no {to}: {row}"));
            }
        }
    }
}

/// What has ended is marked as such everywhere, and the tables of active things hold exactly what has not.
fn activity(database: &Database, problems: &mut Vec<String>) {
    for (table, active, key) in [("G_CALL", "G_CALL_ACTIVE", "callid"), ("G_IR", "G_IR_ACTIVE", "irid")] {
        let alive: BTreeSet<_> = database.rows(active).iter().filter_map(|row| text(row, key)).collect();
        for row in database.rows(table) {
            let is_alive = row.get("terminated").is_none();
            if is_alive != (number(row, "state") == Some(1)) {
                problems.push(format!("{table}: STATE and TERMINATED disagree: {row}"));
            }
            if is_alive != text(row, key).is_some_and(|id| alive.contains(id)) {
                problems.push(format!("{table} and {active} disagree: {row}"));
            }
        }
    }
    let ended: BTreeSet<_> = database
        .rows("G_CALL")
        .iter()
        .filter(|row| row.get("terminated").is_some())
        .filter_map(|row| text(row, "callid"))
        .collect();
    for row in database.rows("G_PARTY") {
        let is_alive = row.get("terminated").is_none();
        if is_alive == (number(row, "state") == Some(0)) {
            problems.push(format!("G_PARTY: STATE and TERMINATED disagree: {row}"));
        }
        if is_alive && text(row, "callid").is_some_and(|call| ended.contains(call)) {
            problems.push(format!("a party outlives its call: {row}"));
        }
    }
    for row in database.rows("G_VIRTUAL_QUEUE") {
        let is_alive = row.get("terminated").is_none();
        if is_alive && text(row, "origcallid").is_some_and(|call| ended.contains(call)) {
            problems.push(format!("a stay in a queue outlives its call: {row}"));
        }
        if !is_alive && number(row, "cause").is_none() {
            problems.push(format!("a stay ended without a cause: {row}"));
        }
    }
    let sessions = database.rows("G_LOGIN_SESSION").iter().filter(|row| row.get("terminated").is_some());
    let ended: BTreeSet<_> = sessions.filter_map(|row| text(row, "loginsessionid")).collect();
    for row in database.rows("GX_SESSION_ENDPOINT").iter().filter(|row| row.get("terminated").is_none()) {
        if text(row, "loginsessionid").is_some_and(|session| ended.contains(session)) {
            problems.push(format!("a queue outlives its login session: {row}"));
        }
    }
    for row in database.rows("G_AGENT_STATE_RC_A") {
        if text(row, "sessionid").is_some_and(|session| ended.contains(session)) {
            problems.push(format!("a reason outlives its login session: {row}"));
        }
    }
    for (table, stat, key) in [("G_CALL", "G_CALL_STAT", "callid"), ("G_PARTY", "G_PARTY_STAT", "partyid")] {
        let told: BTreeSet<_> = database.rows(stat).iter().filter_map(|row| text(row, key)).collect();
        for row in database.rows(table).iter().filter(|row| row.get("terminated").is_some()) {
            if text(row, key).is_none_or(|id| !told.contains(id)) {
                problems.push(format!("{table} ended without {stat}: {row}"));
            }
        }
    }
}

/// Histories begin with 1, leave no number out, and go on in time.
fn histories(database: &Database, problems: &mut Vec<String>) {
    let histories = [
        ("G_PARTY_HISTORY", "partyid", "pseq"),
        ("G_IR_HISTORY", "irid", "xseq"),
        ("G_AGENT_STATE_HISTORY", "loginsessionid", "seq"),
    ];
    for (table, key, sequence) in histories {
        let mut last = std::collections::BTreeMap::new();
        for row in database.rows(table) {
            let Some(id) = text(row, key) else { continue };
            let number = number(row, sequence).unwrap_or_default();
            if last.insert(id, number).unwrap_or(0) + 1 != number {
                problems.push(format!("{table}.{sequence} leaves numbers out: {row}"));
            }
        }
    }
}

/// Each state of an agent follows from the one before, and nothing follows the log-out.
fn agent_states(database: &Database, problems: &mut Vec<String>) {
    let mut last = std::collections::BTreeMap::new();
    for row in database.rows("G_AGENT_STATE_HISTORY").iter().filter(|row| number(row, "type_") == Some(5)) {
        let state = (number(row, "state").unwrap_or_default(), number(row, "added"));
        let before = text(row, "loginsessionid").and_then(|session| last.insert(session, state));
        let (before, since) = before.unwrap_or((0, None));
        if number(row, "prevstate") != Some(before) || number(row, "prevsenter") != since || before == 6 {
            problems.push(format!("the agent's state before was {before} since {since:?}: {row}"));
        }
        if before == state.0 {
            problems.push(format!("an agent's state follows itself: {row}"));
        }
    }
}

/// Nothing ends before it begins.
fn times(database: &Database, problems: &mut Vec<String>) {
    for table in ["G_CALL", "G_IR", "G_PARTY", "G_VIRTUAL_QUEUE", "G_LOGIN_SESSION", "G_AGENT_STATE_RC"] {
        for row in database.rows(table) {
            if number(row, "terminated").is_some_and(|ended| Some(ended) < number(row, "created")) {
                problems.push(format!("{table} ends before it begins: {row}"));
            }
        }
    }
    for table in ["G_PARTY_STAT", "G_CALL_STAT", "GS_AGENT_STAT"] {
        for row in database.rows(table) {
            let negative = |(_, value): (&String, &Value)| value.as_i64().is_some_and(|number| number < 0);
            if row.as_object().is_some_and(|row| row.iter().any(negative)) {
                problems.push(format!("{table} has less than nothing: {row}"));
            }
        }
    }
}
