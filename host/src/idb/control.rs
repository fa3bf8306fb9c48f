//! The rows that the concentrator writes of itself: lane, positions, data source sessions, five-minute slots.
//!
//! Statements here serve both databases, whose placeholders `$1`, `$2` … are the same.

use super::batch::Batch;
use super::layout::Cell;
use super::moment::{Moment, SLOT_SECONDS};
use crate::event::{Micros, Seq};
use crate::record::{EventMark, Role, SessionRow, Stamp};
use std::borrow::Cow;

/// A statement and its values.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) text: Cow<'static, str>,
    pub(super) cells: Vec<Cell<'static>>,
}

impl Statement {
    pub(super) fn new(text: impl Into<Cow<'static, str>>, cells: Vec<Cell<'static>>) -> Self {
        Self { text: text.into(), cells }
    }
}

/// A text of our own.
pub(super) fn text(text: impl Into<String>) -> Cell<'static> {
    Cell::Text(Cow::Owned(text.into()))
}

fn big(number: u64) -> Cell<'static> {
    i64::try_from(number).map_or(Cell::Null, Cell::Big)
}

/// The provider table of a role.
pub(super) fn provider_table(role: Role) -> String {
    format!("G_DSS_{}_PROVIDER", role.name().to_uppercase())
}

/// Moves the lane's position from before `first` to the batch's last.
pub(super) fn guard(batch: &Batch, first: Seq) -> Statement {
    Statement::new(
        "UPDATE GSYS_LANE SET POSITION = $1, SESSIONS = $2, SESSION = $3 \
         WHERE LANE = $4 AND QUEUEID = $5 AND POSITION < $6",
        vec![
            big(batch.last),
            Cell::Int(batch.session_count),
            batch.session.into(),
            Cell::Int(batch.lane),
            text(batch.queue_id.to_string()),
            big(first),
        ],
    )
}

/// How far the batch goes, for each role, and the sessions that changed.
pub(super) fn marks(batch: &Batch) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut roles = batch.roles.clone();
    roles.sort_unstable();
    roles.dedup();
    if !roles.is_empty() {
        statements.push(synchronised(batch, &roles));
        statements.push(provided(batch, &roles));
    }
    let mut sessions: Vec<&SessionRow> = batch.sessions.iter().collect();
    sessions.sort_by_key(|session| (session.role, session.dss_id));
    statements.extend(sessions.into_iter().map(|session| session_statement(session, batch.icon_dbid)));
    statements
}

/// G_SYNC_CONTROL: the last event stored.
fn synchronised(batch: &Batch, roles: &[Role]) -> Statement {
    let row = |role: &Role| {
        let (seconds, micros) = (batch.last_time.div_euclid(1_000_000), batch.last_time.rem_euclid(1_000_000));
        [
            ("DOMAINID", Cell::Int(batch.icon_dbid)),
            ("PRIMARYID", Cell::Int(batch.pair_dbid)),
            ("PROVIDERTAG", Cell::Int(*role as i32)),
            ("CLUSTERID", Cell::Int(batch.source_dbid)),
            ("PROVIDERID", Cell::Int(batch.lane)),
            ("EVENTTIMESEC", i32::try_from(seconds).ok().into()),
            ("EVENTTIMEUSEC", i32::try_from(micros).ok().into()),
            ("SESSIONID", text(batch.queue_id.to_string())),
            ("EVENTID", text(batch.last.to_string())),
        ]
    };
    upsert("G_SYNC_CONTROL", 4, roles.iter().map(row))
}

/// G_PROV_CONTROL: every GSYS_SEQ and GSYS_USEQ up to this one is committed.
fn provided(batch: &Batch, roles: &[Role]) -> Statement {
    let next = Stamp { seq: batch.last.saturating_add(1), ordinal: 0, dss_id: None, time: 0 };
    let highest = next.sequence() - 1;
    let row = |role: &Role| {
        [
            ("DOMAINID", Cell::Int(batch.icon_dbid)),
            ("PRIMARYID", Cell::Int(batch.pair_dbid)),
            ("PROVIDERTAG", Cell::Int(*role as i32)),
            ("CLUSTERID", Cell::Int(batch.source_dbid)),
            ("SEQCOUNTER", Cell::Big(highest)),
            ("SEQCURRENT", Cell::Big(highest)),
        ]
    };
    upsert("G_PROV_CONTROL", 4, roles.iter().map(row))
}

/// One statement for rows of the same columns, of which the first `key` are the key.
fn upsert<const N: usize>(
    table: &str,
    key: usize,
    rows: impl Iterator<Item = [(&'static str, Cell<'static>); N]>,
) -> Statement {
    let mut names = [""; N];
    let (mut cells, mut values) = (Vec::new(), Vec::new());
    for row in rows {
        let numbers: Vec<String> = (1..=N).map(|number| format!("${}", cells.len() + number)).collect();
        values.push(format!("({})", numbers.join(", ")));
        names = row.each_ref().map(|(name, _)| *name);
        cells.extend(row.into_iter().map(|(_, cell)| cell));
    }
    let (keys, rest) = names.split_at_checked(key).unwrap_or((&names, &[]));
    let set: Vec<String> = rest.iter().map(|name| format!("{name} = EXCLUDED.{name}")).collect();
    let text = format!(
        "INSERT INTO {table} ({}) VALUES {} ON CONFLICT ({}) DO UPDATE SET {}",
        names.join(", "),
        values.join(", "),
        keys.join(", "),
        set.join(", ")
    );
    Statement::new(text, cells)
}

fn session_statement(session: &SessionRow, icon_dbid: i32) -> Statement {
    upsert(&provider_table(session.role), 2, std::iter::once(session_cells(session, icon_dbid)))
}

fn session_cells(session: &SessionRow, icon_dbid: i32) -> [(&'static str, Cell<'static>); 26] {
    let moment = |micros: Option<Micros>| Cell::from(micros.and_then(Moment::new));
    let seconds = |micros: Option<Micros>| Cell::from(micros.and_then(Moment::new).map(Moment::seconds));
    let mark = |mark: Option<EventMark>| {
        let sequence = mark.and_then(|mark| mark.sequence).map_or(Cell::Null, big);
        (moment(mark.map(|mark| mark.received)), moment(mark.map(|mark| mark.time)), sequence)
    };
    let (first_received, first_time, first_sequence) = mark(session.first);
    let (last_received, last_time, last_sequence) = mark(session.last);
    [
        ("DSS_ID", Cell::Int(session.dss_id)),
        ("ICON_DBID", Cell::Int(icon_dbid)),
        ("DS_DBID", Cell::Int(session.server_dbid)),
        ("DS_DBID_PRIM", Cell::Int(session.primary_dbid)),
        ("DS2_DBID", Cell::Int(session.switch_dbid)),
        ("DS_TYPE", Cell::Int(session.source_type)),
        ("DS_NAME", text(session.source.as_str())),
        ("ICON_STIME", moment(Some(session.daemon_started))),
        ("DSCONN_STIME", moment(Some(session.opened))),
        ("DSCONN_SDSTIME", moment(Some(session.opened_source_time))),
        ("DSCONN_SDSTS", seconds(Some(session.opened_source_time))),
        ("DSCONN_TYPE", Cell::Int(session.opening)),
        ("ICON_ETIME", moment(session.daemon_ended)),
        ("DSCONN_ETIME", moment(session.closed)),
        ("DSCONN_ECAUSE", session.cause.into()),
        ("FEVENT_ITIME", first_received),
        ("FEVENT_DSTIME", first_time),
        ("FEVENT_DSSEQ", first_sequence),
        ("LEVENT_ITIME", last_received),
        ("LEVENT_DSTIME", last_time),
        ("LEVENT_DSSEQ", session.reached.map_or(last_sequence, big)),
        ("LEVENT_DSUTCTS", seconds(session.last.map(|mark| mark.time))),
        ("NODATA_ITIME", moment(session.no_data)),
        ("NODATA_IUTCTS", seconds(session.no_data)),
        ("GSYS_DOMAIN", Cell::Int(session.dss_id)),
        ("GSYS_EXT_VCH1", session.capture.clone().map_or(Cell::Null, text)),
    ]
}

/// The columns that [`session_from`] reads, in its order; `moment` says how the database gives a timestamp as text.
pub(super) fn session_columns(moment: impl Fn(&str) -> String) -> String {
    let columns = [
        "DSS_ID",
        "DS_DBID",
        "DS_DBID_PRIM",
        "DS2_DBID",
        "DS_TYPE",
        "DS_NAME",
        "@ICON_STIME",
        "@DSCONN_STIME",
        "@DSCONN_SDSTIME",
        "DSCONN_TYPE",
        "@ICON_ETIME",
        "@DSCONN_ETIME",
        "DSCONN_ECAUSE",
        "@FEVENT_ITIME",
        "@FEVENT_DSTIME",
        "FEVENT_DSSEQ",
        "@LEVENT_ITIME",
        "@LEVENT_DSTIME",
        "LEVENT_DSSEQ",
        "@NODATA_ITIME",
        "GSYS_EXT_VCH1",
    ];
    let column = |name: &&str| match name.strip_prefix('@') {
        Some(name) => moment(name),
        None => format!("CAST({name} AS TEXT)"),
    };
    columns.iter().map(column).collect::<Vec<_>>().join(", ")
}

/// A session, from the texts of [`session_columns`]; none if they are not those of a session.
pub(super) fn session_from(role: Role, row: &[Option<String>]) -> Option<SessionRow> {
    let text = |index: usize| row.get(index).and_then(Option::as_deref);
    let int = |index: usize| text(index).and_then(|text| text.parse::<i32>().ok());
    let time = |index: usize| text(index).and_then(Moment::parse).map(Moment::micros);
    let sequence = |index: usize| text(index).and_then(|text| text.parse::<u64>().ok());
    let mark = |index: usize| {
        let received = time(index)?;
        Some(EventMark { received, time: time(index + 1).unwrap_or(received), sequence: sequence(index + 2) })
    };
    Some(SessionRow {
        role,
        dss_id: int(0)?,
        server_dbid: int(1).unwrap_or_default(),
        primary_dbid: int(2).unwrap_or_default(),
        switch_dbid: int(3).unwrap_or_default(),
        source_type: int(4).unwrap_or_default(),
        source: text(5).unwrap_or_default().to_owned(),
        daemon_started: time(6).unwrap_or_default(),
        opened: time(7)?,
        opened_source_time: time(8).or(time(7))?,
        opening: int(9).unwrap_or_default(),
        reached: sequence(18),
        daemon_ended: time(10),
        closed: time(11),
        cause: int(12),
        first: mark(13),
        last: mark(16),
        no_data: time(19),
        capture: text(20).map(str::to_owned),
    })
}

/// The cells of a statement that fills G_TIMECODE between two moments, seconds since 1970, the second one excluded.
pub(super) fn slots(from: i64, to: i64) -> Vec<Cell<'static>> {
    let int = |seconds: i64| Cell::Int(i32::try_from(seconds).unwrap_or(i32::MAX));
    vec![int(from - from % SLOT_SECONDS), int(to - SLOT_SECONDS)]
}
