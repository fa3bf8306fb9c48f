//! Data source sessions: when this daemon's data can be trusted.
//!
//! Sources put marks into their lane's queue (`session/mark.rs`); the lane leads every event past the [`Tracker`],
//! which keeps the open session and gives the rows of `G_DSS_<ROLE>_PROVIDER` that a batch has to write. Rules as in
//! the reference on session control:
//!
//! 1. A row is opened when a connection is established or changes character; one per provider role of the lane.
//! 2. Marks travel in the queue with the data and are written in the transaction of the data that surrounds them.
//! 3. First-event columns are set by the first event that gave a row of that role; last-event columns advance with
//!    every batch.
//!    The number of the last event is the last one that the source has used, for whatever it numbers.
//! 4. Silence advances `NODATA_…`.
//! 5. At its start a daemon puts a [`started`](mark::started) entry into each queue: it closes what a crash left
//!    open, at its last mark, with cause 6, and does nothing otherwise.
//!
//! # Invariants
//! 1. What the tracker gives depends on the queue only (test `the_same_queue_gives_the_same_rows`): session ids are
//!    the lane's number and a count that the IDB keeps with the position.
//! 2. At most one session of a lane is open (test `an_opening_closes_what_was_open`).
//!
//! # Not here
//! Writing (`idb`), and deciding that a connection is lost (`source`).

pub mod mark;

use crate::event::{Kind, Micros, View};
use crate::record::{EventMark, Role, SessionRow};
use mark::Cause;
use std::collections::BTreeSet;

/// Sessions of one lane that a DSS_ID can number.
const SESSIONS_PER_LANE: i32 = 1_000_000;

/// What session rows say of the lane itself.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Number of the lane in the IDB.
    pub lane: i32,
    /// Name of the source.
    pub source: String,
    /// Roles that the lane fills.
    pub roles: Vec<Role>,
    /// DBID of the source's primary server.
    pub primary_dbid: i32,
    /// DBID of its backup.
    pub backup_dbid: i32,
    /// Address of the backup, by which a session with it is known.
    pub backup_address: Option<String>,
    /// DBID of the switch.
    pub switch_dbid: i32,
    /// DS_TYPE: 1 voice server, 2 interaction server, 3 outbound server, 4 configuration server.
    pub source_type: i32,
}

/// Follows the sessions of one lane.
#[derive(Clone, Debug)]
pub struct Tracker {
    identity: Identity,
    daemon_started: Option<Micros>,
    sessions: i32,
    open: Vec<SessionRow>,
    current: Option<i32>,
    last: Option<EventMark>,
    /// Rows of sessions that ended since the last [`Tracker::take_rows`].
    ended: Vec<SessionRow>,
    changed: bool,
}

impl Tracker {
    /// Goes on where the IDB stands: `sessions` so far, of which `open` have not ended.
    #[must_use]
    pub fn new(identity: Identity, sessions: i32, open: Vec<SessionRow>, current: Option<i32>) -> Self {
        let last = open.iter().filter_map(|row| row.last).max_by_key(|mark| mark.received);
        Self { identity, daemon_started: None, sessions, open, current, last, ended: Vec::new(), changed: false }
    }

    /// Takes note of an event. Call it for every entry of the queue, in order.
    pub fn see(&mut self, view: &View<'_>) {
        self.number(view);
        match view.kind() {
            Kind::SessionOpened => self.opened(view),
            Kind::SessionClosed => self.closed(view),
            Kind::SessionNoData => {
                for row in &mut self.open {
                    row.no_data = Some(view.received());
                }
                self.changed |= !self.open.is_empty();
            }
            Kind::LinkDown => self.end(Cause::SwitchLost, view.received(), None),
            Kind::Source | Kind::LinkUp | Kind::Directory => {
                // What is not numbered leaves the number reached as it is.
                let reached = self.last.and_then(|last| last.sequence);
                let mark = mark_of(view);
                self.last = Some(EventMark { sequence: mark.sequence.or(reached), ..mark });
                self.changed = true;
            }
            Kind::Tick | Kind::Bookmark => {}
        }
    }

    /// What is numbered uses its number up, whether it is an event or not: who resumes by it must not get it again.
    fn number(&mut self, view: &View<'_>) {
        let Some(number) = view.sequence() else { return };
        let is_event = matches!(view.kind(), Kind::Source | Kind::Directory);
        for row in &mut self.open {
            // A bookmark may tell of something else that the lane reads besides.
            let other = view.kind() == Kind::Bookmark && view.text("capture") != row.capture.as_deref();
            let before = row.reached;
            row.reached = match before {
                _ if other => before,
                Some(reached) if !is_event => Some(reached.max(number)),
                _ => Some(number),
            };
            self.changed |= row.reached != before;
        }
    }

    /// An event gave rows of `roles`. What the daemon itself puts between the events is none.
    pub fn stored(&mut self, view: &View<'_>, roles: &BTreeSet<Role>) {
        if !is_event(view) {
            return;
        }
        for row in &mut self.open {
            if row.first.is_none() && roles.contains(&row.role) {
                row.first = Some(mark_of(view));
                self.changed = true;
            }
        }
    }

    /// DSS_ID of the session that is open, or of the last one.
    #[must_use]
    pub fn dss_id(&self) -> Option<i32> {
        self.current
    }

    /// Sessions so far.
    #[must_use]
    pub fn sessions(&self) -> i32 {
        self.sessions
    }

    /// When the daemon started, as the queue tells it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The rows to write with the batch that ends here.
    pub fn take_rows(&mut self) -> Vec<SessionRow> {
        let mut rows = std::mem::take(&mut self.ended);
        if std::mem::take(&mut self.changed) {
            for row in &mut self.open {
                row.last = self.last.or(row.last);
            }
            rows.extend(self.open.iter().cloned());
        }
        rows
    }

    fn opened(&mut self, view: &View<'_>) {
        self.end(Cause::SourceClosed, view.received(), None);
        self.sessions += 1;
        let dss_id = (self.identity.lane - 1) * SESSIONS_PER_LANE + self.sessions;
        let server = view.text("server");
        let is_backup = server.is_some() && server == self.identity.backup_address.as_deref();
        let by_address = if is_backup { self.identity.backup_dbid } else { self.identity.primary_dbid };
        let told = view.integer("dbid").and_then(|dbid| i32::try_from(dbid).ok());
        let started = view.integer("daemon_started").or(self.daemon_started);
        let resumed = view.integer("resumed_at").and_then(|number| u64::try_from(number).ok());
        self.current = Some(dss_id);
        self.last = None;
        self.changed = true;
        let row = SessionRow {
            role: Role::Gcc,
            dss_id,
            server_dbid: told.unwrap_or(by_address),
            primary_dbid: self.identity.primary_dbid,
            switch_dbid: self.identity.switch_dbid,
            source_type: self.identity.source_type,
            source: self.identity.source.clone(),
            daemon_started: started.unwrap_or_else(|| view.received()),
            opened: view.received(),
            opened_source_time: view.time(),
            opening: i32::try_from(mark::opening_of(view) as i64).unwrap_or_default(),
            reached: resumed.filter(|number| *number > 0),
            daemon_ended: None,
            closed: None,
            cause: None,
            first: None,
            last: None,
            no_data: None,
            capture: view.text("capture").map(str::to_owned),
        };
        self.open = self.identity.roles.iter().map(|role| SessionRow { role: *role, ..row.clone() }).collect();
    }

    fn closed(&mut self, view: &View<'_>) {
        let cause = mark::cause_of(view);
        if cause == Cause::Crashed {
            self.daemon_started = view.integer("daemon_started").or(self.daemon_started);
        }
        let daemon_ended = (cause == Cause::Stopped).then(|| view.received());
        self.end(cause, view.received(), daemon_ended);
    }

    fn end(&mut self, cause: Cause, at: Micros, daemon_ended: Option<Micros>) {
        for mut row in std::mem::take(&mut self.open) {
            row.last = self.last.or(row.last);
            let last_mark = row.last.map(|mark| mark.received).max(row.no_data).unwrap_or(row.opened);
            row.closed = Some(if cause == Cause::Crashed { last_mark } else { at });
            row.cause = i32::try_from(cause as i64).ok();
            row.daemon_ended = daemon_ended;
            self.ended.push(row);
        }
    }
}

/// The source said it.
fn is_event(view: &View<'_>) -> bool {
    matches!(view.kind(), Kind::Source | Kind::LinkUp | Kind::Directory)
}

fn mark_of(view: &View<'_>) -> EventMark {
    EventMark { received: view.received(), time: view.time(), sequence: view.sequence() }
}

#[cfg(test)]
mod tests;
