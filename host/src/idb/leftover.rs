//! What a lane left alive in the database and nobody will end any more: it is ended here, and marked as inferred.
//!
//! A plugin that starts without its state, or misses a stretch of the queue, does not know of what began there, so no
//! event ends it. Its first batch says which positions it has not seen; in the transaction of that batch everything
//! that was born there and is alive ends, as the model ends what is stuck: `GSYS_EXT_INT2 = 1`, and a last row of each
//! history (of a call with change type 4).
//!
//! ```text
//!          1 ─────────────── from ───────── until ──────────── first ─▶
//! born here │ known to the state │ ended here  │ seen by the plugin │ the batch
//! ```
//! * When: the time of the source's last event that was committed, or, where that is later, of the row's own last
//!   change. Until then it is known to have been alive.
//! * GSYS_USEQ, and GSYS_SEQ of new rows: the first position of the batch. So who reads up to G_PROV_CONTROL sees it
//!   together with that batch.
//! * ID of a new row: minus the number of the last change of what it ends. IDs of rows that events make are positive,
//!   and a change has one number in its table and lane, so it meets no other; the same end would have the same ID.
//!
//! What has come to life again since, its row of an `…_ACTIVE` table being younger, is left alone. A state that learns
//! of something from events that were mapped before writes it again, whole, at its next change.
//!
//! # Invariants
//! 1. A second time changes nothing (test `what_was_left_alive_ends_once`).
//!
//! # Not here
//! Statistics of what is ended (`G_CALL_STAT`, `G_PARTY_STAT`, `GS_AGENT_STAT`): they were counted in the state.

use super::control::Statement;
use super::layout::Cell;
use super::moment::Moment;
use crate::event::{Micros, Seq};
use crate::record::{Role, Stamp};
use std::ops::Range;

/// What is to be ended with a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftovers {
    /// Positions whose events the plugin's state has not seen.
    pub born: Range<Seq>,
    /// Time of the source's last event that is committed; 0 if there is none.
    pub heard: Micros,
}

/// A kind of thing that lives: the table of its latest state, under the alias `T` in the texts.
struct Kind {
    role: Role,
    table: &'static str,
    /// The moment of which it is told last; a time with its two other columns.
    told: &'static str,
    /// When it ended; null while it lives.
    ended: &'static str,
    /// What an end sets besides.
    set: &'static str,
    /// It has come to life again.
    unless: &'static str,
    history: Option<History>,
}

/// The table that tells of each change: a row is added.
struct History {
    table: &'static str,
    row_id: &'static str,
    columns: &'static str,
    values: &'static str,
}

const OF_LIVING_CALL: &str = "SELECT 1 FROM G_CALL_ACTIVE A WHERE A.CALLID = T.CALLID AND A.ID >= {until}";
/// Changes of a call are numbered together with those of its parties.
const LAST_CSEQ: &str = "(SELECT COALESCE(MAX(N), 0) FROM (SELECT H.CSEQ AS N FROM G_CALL_HISTORY H \
    WHERE H.CALLID = T.CALLID UNION ALL SELECT H.CSEQ FROM G_PARTY_HISTORY H \
    WHERE H.PARTYID IN (SELECT P.PARTYID FROM G_PARTY P WHERE P.CALLID = T.CALLID)) CHANGES)";

/// In the order in which they end: a call after its parties, an interaction after its calls.
const KINDS: [Kind; 9] = [
    Kind {
        role: Role::Gud,
        table: "G_CUSTOM_STATES",
        told: "STARTED",
        ended: "ENDED",
        set: "",
        unless: OF_LIVING_CALL,
        history: None,
    },
    Kind {
        role: Role::Gcc,
        table: "G_PARTY",
        told: "LASTCHANGE",
        ended: "TERMINATED",
        set: "STATE = 0, CCEVENT = 65, CCEVENTCAUSE = NULL, ",
        unless: OF_LIVING_CALL,
        history: Some(History {
            table: "G_PARTY_HISTORY",
            row_id: "PHID",
            columns: "PARTYID, CALLID, PSEQ, CSEQ, CHANGETYPE, CCEVENT, STATE, PREVSTATE, \
                      PREVSENTER, PREVSENTER_TS, PREVSENTER_TCODE",
            values: "T.PARTYID, T.CALLID, \
                     (SELECT COALESCE(MAX(H.PSEQ), 0) + 1 FROM G_PARTY_HISTORY H WHERE H.PARTYID = T.PARTYID), \
                     {last_cseq} + ROW_NUMBER() OVER (PARTITION BY T.CALLID ORDER BY T.ID), 2, 65, 0, T.STATE, \
                     T.LASTCHANGE, T.LASTCHANGE_TS, T.LASTCHANGE_TCODE",
        }),
    },
    Kind {
        role: Role::Gcc,
        table: "G_VIRTUAL_QUEUE",
        told: "CREATED",
        ended: "TERMINATED",
        set: "STATE = 2, CAUSE = 3, GSYS_EXT_VCH1 = 'stuck', ",
        unless: "SELECT 1 FROM G_CALL_ACTIVE A WHERE A.CALLID = T.ORIGCALLID AND A.ID >= {until}",
        history: Some(History {
            table: "G_ROUTE_RES_VQ_HIST",
            row_id: "ID",
            columns: "VQID, ORIGCALLID, ENDPOINTDN, STATE, CAUSE, GSYS_EXT_VCH1",
            values: "T.VQID, T.ORIGCALLID, T.ENDPOINTDN, 2, 3, 'stuck'",
        }),
    },
    Kind {
        role: Role::Gcc,
        table: "G_IS_LINK",
        told: "CREATED",
        ended: "TERMINATED",
        set: "STATE = 2, ",
        unless: OF_LIVING_CALL,
        history: Some(History {
            table: "G_IS_LINK_HISTORY",
            row_id: "ID",
            columns: "LINKID, CALLID, SEQ, CHANGETYPE, STATE",
            values: "T.LINKID, T.CALLID, \
                     (SELECT COALESCE(MAX(H.SEQ), 0) + 1 FROM G_IS_LINK_HISTORY H WHERE H.LINKID = T.LINKID), 3, 2",
        }),
    },
    Kind {
        role: Role::Gcc,
        table: "G_CALL",
        told: "LASTCHANGE",
        ended: "TERMINATED",
        set: "STATE = 2, ",
        unless: OF_LIVING_CALL,
        history: Some(History {
            table: "G_CALL_HISTORY",
            row_id: "CHID",
            columns: "CALLID, CSEQ, CHANGETYPE",
            values: "T.CALLID, {last_cseq} + 1, 4",
        }),
    },
    Kind {
        role: Role::Gcc,
        table: "G_IR",
        told: "LASTCHANGE",
        ended: "TERMINATED",
        set: "STATE = 2, ",
        unless: "SELECT 1 FROM G_IR_ACTIVE A WHERE A.IRID = T.IRID AND A.ID >= {until}",
        history: Some(History {
            table: "G_IR_HISTORY",
            row_id: "IRHID",
            columns: "IRID, XSEQ, CHANGETYPE",
            values: "T.IRID, (SELECT COALESCE(MAX(H.XSEQ), 0) + 1 FROM G_IR_HISTORY H WHERE H.IRID = T.IRID), 2",
        }),
    },
    Kind {
        role: Role::Gls,
        table: "GX_SESSION_ENDPOINT",
        told: "CREATED",
        ended: "TERMINATED",
        set: "STATE = 2, ",
        unless: "",
        history: None,
    },
    Kind {
        role: Role::Gls,
        table: "GCX_GROUP_AGENT",
        told: "LASTCHANGE",
        ended: "DELETED",
        set: "STATUS = 2, ",
        unless: "",
        history: None,
    },
    Kind {
        role: Role::Gls,
        table: "G_LOGIN_SESSION",
        told: "LASTCHANGE",
        ended: "TERMINATED",
        set: "STATE = 2, ",
        unless: "",
        history: Some(History {
            table: "G_AGENT_STATE_HISTORY",
            row_id: "ID",
            columns: "LOGINSESSIONID, LOGINID, AGENTID, ENDPOINTID, QUEUEID, TYPE, STATE, SEQ, PREVSTATE, \
                      PREVSENTER, PREVSENTER_TS, PREVSENTER_TCODE, ENDPOINTDN",
            values: "T.LOGINSESSIONID, T.LOGINID, T.AGENTID, T.PRIMARYDEVICEID, 0, 5, 6, \
                     (SELECT COALESCE(MAX(H.SEQ), 0) + 1 FROM G_AGENT_STATE_HISTORY H \
                     WHERE H.LOGINSESSIONID = T.LOGINSESSIONID), {state:STATE}, \
                     {state:ADDED}, {state:ADDED_TS}, {state:ADDED_TCODE}, {state:ENDPOINTDN}",
        }),
    },
];

/// A column of the last state of the agent.
const LAST_STATE: &str = "(SELECT H.{column} FROM G_AGENT_STATE_HISTORY H \
    WHERE H.LOGINSESSIONID = T.LOGINSESSIONID AND H.TYPE = 5 ORDER BY H.SEQ DESC LIMIT 1)";

/// Tables of what is alive: nothing remains in them. Of reasons, a row in the table of those that have ended.
const ACTIVE: [(Role, &str); 3] =
    [(Role::Gcc, "G_CALL_ACTIVE"), (Role::Gcc, "G_IR_ACTIVE"), (Role::Gls, "G_AGENT_STATE_RC_A")];
const REASON: History = History {
    table: "G_AGENT_STATE_RC",
    row_id: "ID",
    columns: "SESSIONID, ENDPOINTID, QUEUEID, AGENTSTATE, WORKMODE, HWFLAG, KEYNAME, VALUE, \
              CREATED, CREATED_TS, CREATED_TCODE",
    values: "T.SESSIONID, T.ENDPOINTID, T.QUEUEID, T.AGENTSTATE, T.WORKMODE, T.HWFLAG, T.KEYNAME, T.VALUE, \
             T.CREATED, T.CREATED_TS, T.CREATED_TCODE",
};

/// The statements that end what `lane` left, of the roles that it writes; `first` is the position at which the batch
/// begins.
pub(super) fn statements(leftovers: &Leftovers, lane: i32, roles: &[Role], first: Seq) -> Vec<Statement> {
    let fill = |text: String| statement(&text, leftovers, lane, first);
    let writes = |role: &Role| roles.contains(role);
    let mut statements = Vec::new();
    for kind in KINDS.iter().filter(|kind| writes(&kind.role)) {
        let alive = alive(kind);
        if let Some(history) = &kind.history {
            statements.push(fill(insert(history, "ADDED", kind.table, kind.told, &alive)));
        }
        statements.push(fill(update(kind, &alive)));
    }
    if writes(&Role::Gls) {
        let text = insert(&REASON, "TERMINATED", "G_AGENT_STATE_RC_A", "CREATED", BORN);
        statements.push(fill(text));
    }
    let delete = |(_, table): &(Role, &str)| fill(format!("DELETE FROM {table} AS T WHERE {BORN}"));
    statements.extend(ACTIVE.iter().filter(|(role, _)| writes(role)).map(delete));
    statements
}

const BORN: &str = "T.ID >= {from} AND T.ID < {until}";

fn alive(kind: &Kind) -> String {
    let unless = if kind.unless.is_empty() { String::new() } else { format!(" AND NOT EXISTS ({})", kind.unless) };
    format!("{BORN} AND T.{} IS NULL{unless}", kind.ended)
}

/// When it ended, as the three columns of a time: the source's last event, or what is told of it later.
fn end(told: &str) -> [String; 3] {
    let of = |column: &str, otherwise: &str| {
        format!("CASE WHEN T.{told} > {{heard}} THEN T.{told}{column} ELSE {otherwise} END")
    };
    [of("", "{heard}"), of("_TS", "{seconds}"), of("_TCODE", "{slot}")]
}

fn insert(history: &History, added: &str, from: &str, told: &str, alive: &str) -> String {
    let History { table, row_id, columns, values } = history;
    let [at, seconds, slot] = end(told);
    format!(
        "INSERT INTO {table} ({row_id}, {columns}, {added}, {added}_TS, {added}_TCODE, GSYS_DOMAIN, GSYS_PARTITION, \
         GSYS_SEQ, GSYS_USEQ, GSYS_TS, GSYS_TC, GSYS_EXT_INT2) \
         SELECT -({{base}} + T.GSYS_USEQ), {values}, {at}, {seconds}, {slot}, T.GSYS_DOMAIN, T.GSYS_PARTITION, \
         CAST({{useq}} AS bigint), CAST({{useq}} AS bigint), {at}, {slot}, 1 FROM {from} T WHERE {alive} \
         ON CONFLICT DO NOTHING"
    )
}

fn update(kind: &Kind, alive: &str) -> String {
    let Kind { table, told, ended, set, .. } = kind;
    let [at, seconds, slot] = end(told);
    let changed = if *told == "LASTCHANGE" {
        format!("LASTCHANGE = {at}, LASTCHANGE_TS = {seconds}, LASTCHANGE_TCODE = {slot}, ")
    } else {
        String::new()
    };
    format!(
        "UPDATE {table} AS T SET {set}{changed}{ended} = {at}, {ended}_TS = {seconds}, {ended}_TCODE = {slot}, \
         GSYS_USEQ = {{useq}}, GSYS_TS = {at}, GSYS_TC = {slot}, GSYS_EXT_INT2 = 1 WHERE {alive}"
    )
}

/// Puts numbered places where names stand, and their values beside.
fn statement(text: &str, leftovers: &Leftovers, lane: i32, first: Seq) -> Statement {
    let at = |seq: Seq| Stamp { seq, ordinal: 0, dss_id: None, time: 0 };
    let heard = Moment::new(leftovers.heard).or(Moment::new(0));
    let values = [
        ("{from}", Cell::Big(at(leftovers.born.start).id(lane))),
        ("{until}", Cell::Big(at(leftovers.born.end).id(lane))),
        ("{base}", Cell::Big(at(0).id(lane))),
        ("{useq}", Cell::Big(at(first).sequence())),
        ("{heard}", heard.into()),
        ("{seconds}", heard.map(Moment::seconds).into()),
        ("{slot}", heard.map(Moment::slot).into()),
    ];
    let mut text = text.replace("{last_cseq}", LAST_CSEQ);
    for column in ["STATE", "ADDED", "ADDED_TS", "ADDED_TCODE", "ENDPOINTDN"] {
        text = text.replace(&format!("{{state:{column}}}"), &LAST_STATE.replace("{column}", column));
    }
    // SQLite numbers places in the order in which they stand.
    let mut placed: Vec<_> = values.into_iter().filter_map(|value| Some((text.find(value.0)?, value))).collect();
    placed.sort_by_key(|(at, _)| *at);
    let mut cells = Vec::new();
    for (_, (name, cell)) in placed {
        cells.push(cell);
        text = text.replace(name, &format!("${}", cells.len()));
    }
    Statement::new(text, cells)
}
