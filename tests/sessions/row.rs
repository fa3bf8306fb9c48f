//! A row of `G_DSS_<ROLE>_PROVIDER`, and what must be true of any of them.

use rusqlite::Row;

/// A row, in columns that are the same for all roles.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Session {
    pub(super) dss_id: i64,
    pub(super) icon_dbid: i64,
    pub(super) server: i64,
    pub(super) primary: i64,
    pub(super) switch: i64,
    pub(super) kind: i64,
    pub(super) name: String,
    pub(super) daemon_started: String,
    pub(super) opened: String,
    pub(super) opened_by_source: String,
    pub(super) opened_seconds: i64,
    pub(super) opening: i64,
    pub(super) daemon_ended: Option<String>,
    pub(super) closed: Option<String>,
    pub(super) cause: Option<i64>,
    pub(super) last: Mark,
    pub(super) last_seconds: Option<i64>,
    pub(super) silent: Option<String>,
    pub(super) silent_seconds: Option<i64>,
    pub(super) stream: Option<String>,
}

/// An event: our clock, the source's clock, the source's number.
pub(super) type Mark = (Option<String>, Option<String>, Option<i64>);

pub(super) const COLUMNS: &str = "DSS_ID, ICON_DBID, DS_DBID, DS_DBID_PRIM, DS2_DBID, DS_TYPE, DS_NAME, ICON_STIME, DSCONN_STIME, \
     DSCONN_SDSTIME, DSCONN_SDSTS, DSCONN_TYPE, ICON_ETIME, DSCONN_ETIME, DSCONN_ECAUSE, LEVENT_ITIME, LEVENT_DSTIME, \
     LEVENT_DSSEQ, LEVENT_DSUTCTS, NODATA_ITIME, NODATA_IUTCTS, GSYS_EXT_VCH1, FEVENT_ITIME, FEVENT_DSTIME, \
     FEVENT_DSSEQ, CAST(STRFTIME('%s', DSCONN_SDSTIME) AS INTEGER), CAST(STRFTIME('%s', LEVENT_DSTIME) AS INTEGER), \
     CAST(STRFTIME('%s', NODATA_ITIME) AS INTEGER)";

pub(super) fn session(row: &Row<'_>) -> rusqlite::Result<(Session, Mark)> {
    let session = Session {
        dss_id: row.get(0)?,
        icon_dbid: row.get(1)?,
        server: row.get(2)?,
        primary: row.get(3)?,
        switch: row.get(4)?,
        kind: row.get(5)?,
        name: row.get(6)?,
        daemon_started: row.get(7)?,
        opened: row.get(8)?,
        opened_by_source: row.get(9)?,
        opened_seconds: row.get(10)?,
        opening: row.get(11)?,
        daemon_ended: row.get(12)?,
        closed: row.get(13)?,
        cause: row.get(14)?,
        last: (row.get(15)?, row.get(16)?, row.get(17)?),
        last_seconds: row.get(18)?,
        silent: row.get(19)?,
        silent_seconds: row.get(20)?,
        stream: row.get(21)?,
    };
    assert_eq!(session.opened_seconds, row.get::<_, i64>(25)?, "DSCONN_SDSTS is DSCONN_SDSTIME");
    assert_eq!(session.last_seconds, row.get(26)?, "LEVENT_DSUTCTS is LEVENT_DSTIME");
    assert_eq!(session.silent_seconds, row.get(27)?, "NODATA_IUTCTS is NODATA_ITIME");
    Ok((session, (row.get(22)?, row.get(23)?, row.get(24)?)))
}

impl Session {
    /// What must be true of any session, `first` being the first event that gave a row of a role.
    pub(super) fn check(&self, first: &Mark) {
        assert_eq!((self.icon_dbid, self.primary, self.switch, self.kind), (101, 101, 103, 1), "{self:?}");
        assert_eq!(self.name, "pbx");
        assert!(self.daemon_started <= self.opened, "{self:?}");
        assert_eq!(self.closed.is_some(), self.cause.is_some(), "{self:?}");
        let stopped = self.closed.as_ref().filter(|_| self.cause == Some(5));
        assert_eq!(self.daemon_ended.as_ref(), stopped, "the daemon stopped only if that ended the session: {self:?}");
        let marks = [Some(&self.opened), first.0.as_ref(), self.last.0.as_ref(), self.closed.as_ref()];
        assert!(marks.iter().flatten().is_sorted(), "our clock: {self:?}, first event {first:?}");
        assert!(first.1.is_none() || (first.1 <= self.last.1 && first.2 <= self.last.2), "{first:?} {self:?}");
        let silent = [Some(&self.opened), self.silent.as_ref(), self.closed.as_ref()];
        assert!(silent.iter().flatten().is_sorted(), "silence: {self:?}");
        assert!(self.stream.as_ref().is_some_and(|stream| stream.starts_with("stream:tserver-a/")), "{self:?}");
    }
}
