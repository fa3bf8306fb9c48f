//! What the database knows of a lane: its number, its position, its sessions, the recordings it has taken in.

use super::control::{self, Statement};
use super::error::{Error, Fault};
use super::layout::Cell;
use super::moment::Moment;
use super::{Backend, Idb};
use crate::event::{Micros, Seq};
use crate::record::{Role, SessionRow};
use uuid::Uuid;

/// Attempts when several lanes register at the same time.
const ATTEMPTS: u32 = 20;
/// The highest number of a lane: what fits above position and ordinal in an ID.
const LANES_MAX: i32 = 1 << 11;

/// A lane as the database knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneState {
    /// Its number: the upper bits of every ID.
    pub number: i32,
    /// The last position whose rows are committed; 0 at first.
    pub position: Seq,
    /// The queue that writes as this lane.
    pub queue_id: Uuid,
    /// Data source sessions so far.
    pub session_count: i32,
    /// DSS_ID of the session that is open.
    pub session: Option<i32>,
    /// Sessions that have not been closed, of every role.
    pub open: Vec<SessionRow>,
    /// Time of the source's last event that is committed, by its clock; 0 if there is none.
    pub heard: Micros,
}

/// A recording that was taken in, wholly or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// Its identity: `sha256:…`.
    pub identity: String,
    /// Sequence number of the last event that was stored, of all its sessions.
    pub last: u64,
    /// All its sessions are closed.
    pub closed: bool,
}

impl Idb {
    /// The lane of a source. On first use it is registered, with the smallest number that is free, for `queue_id`;
    /// later the queue that the database knows is given, which need not be that one: [`Idb::adopt`] changes it.
    ///
    /// # Errors
    /// The database cannot be used, or has no number left.
    pub async fn lane(&self, name: &str, queue_id: Uuid, icon_dbid: i32) -> Result<LaneState, Error> {
        for _ in 0..ATTEMPTS {
            if let Some(mut state) = self.find_lane(name).await? {
                state.open = self.open_sessions(name, icon_dbid).await?;
                state.heard = self.heard(name, icon_dbid).await?;
                return Ok(state);
            }
            let text = "INSERT INTO GSYS_LANE (LANE, NAME, QUEUEID, POSITION, SESSIONS) \
                SELECT MIN(FREE), CAST($1 AS varchar(255)), CAST($2 AS varchar(50)), 0, 0 \
                FROM (SELECT 1 AS FREE UNION SELECT LANE + 1 FROM GSYS_LANE) NUMBERS \
                WHERE FREE NOT IN (SELECT LANE FROM GSYS_LANE)";
            let register = Statement::new(text, vec![control::text(name), control::text(queue_id.to_string())]);
            match self.backend().execute(&register).await {
                // Taken meanwhile by another lane: the next attempt finds another number.
                Ok(_) | Err(Fault::Data(_)) => {}
                Err(fault) => return Err(fault.into_error()),
            }
        }
        Err(Error::Refuses { words: format!("the lane `{name}` could not be registered in GSYS_LANE") })
    }

    /// Makes `queue_id` the queue that writes as this lane: the queue used so far is lost for good. The position
    /// stays, and the new queue has to begin after it.
    ///
    /// # Errors
    /// The database cannot take it.
    pub async fn adopt(&self, lane: i32, queue_id: Uuid) -> Result<(), Error> {
        let cells = vec![control::text(queue_id.to_string()), Cell::Int(lane)];
        self.execute(&Statement::new("UPDATE GSYS_LANE SET QUEUEID = $1 WHERE LANE = $2", cells)).await.map(drop)
    }

    /// The last position of a lane whose rows are committed.
    ///
    /// # Errors
    /// The database cannot be read, or has no such lane.
    pub async fn position(&self, lane: i32) -> Result<Seq, Error> {
        self.lane_position(lane).await.map(|(position, _)| position)
    }

    /// Position and queue of a lane.
    pub(super) async fn lane_position(&self, lane: i32) -> Result<(Seq, String), Error> {
        let text = "SELECT CAST(POSITION AS TEXT), QUEUEID FROM GSYS_LANE WHERE LANE = $1";
        let found = self.query(&Statement::new(text, vec![Cell::Int(lane)])).await?;
        let parse = |row: &Vec<Option<String>>| Some((row.first()?.as_ref()?.parse().ok()?, row.get(1)?.clone()?));
        found.first().and_then(parse).ok_or_else(|| Error::Refuses { words: format!("GSYS_LANE has no lane {lane}") })
    }

    /// The recordings that a source has taken in.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn captures(&self, source: &str) -> Result<Vec<Capture>, Error> {
        let of_role = |role: Role| {
            format!(
                "SELECT GSYS_EXT_VCH1 AS CAPTURE, LEVENT_DSSEQ AS REACHED, \
                 CASE WHEN DSCONN_ETIME IS NULL THEN 1 ELSE 0 END AS IS_OPEN \
                 FROM {} WHERE DS_NAME = $1 AND GSYS_EXT_VCH1 IS NOT NULL",
                control::provider_table(role)
            )
        };
        let sessions = Role::ALL.map(of_role).join(" UNION ALL ");
        let text = format!(
            "SELECT CAPTURE, CAST(COALESCE(MAX(REACHED), 0) AS TEXT), CAST(MAX(IS_OPEN) AS TEXT) \
             FROM ({sessions}) SESSIONS GROUP BY CAPTURE ORDER BY CAPTURE"
        );
        let found = self.query(&Statement::new(text, vec![control::text(source)])).await?;
        let capture = |row: &Vec<Option<String>>| {
            let last = row.get(1)?.as_ref()?.parse().ok()?;
            Some(Capture { identity: row.first()?.clone()?, last, closed: row.get(2)?.as_deref() == Some("0") })
        };
        Ok(found.iter().filter_map(capture).collect())
    }

    async fn find_lane(&self, name: &str) -> Result<Option<LaneState>, Error> {
        let text = "SELECT CAST(LANE AS TEXT), CAST(POSITION AS TEXT), QUEUEID, CAST(SESSIONS AS TEXT), \
                    CAST(SESSION AS TEXT) FROM GSYS_LANE WHERE NAME = $1";
        let found = self.query(&Statement::new(text, vec![control::text(name)])).await?;
        let Some(row) = found.first() else { return Ok(None) };
        let text = |index: usize| row.get(index).and_then(Option::as_deref);
        let number = text(0).and_then(|text| text.parse().ok()).filter(|number| (1..=LANES_MAX).contains(number));
        let position = text(1).and_then(|text| text.parse().ok());
        let (Some(number), Some(position)) = (number, position) else {
            return Err(Error::Refuses { words: format!("the row of lane `{name}` in GSYS_LANE makes no sense") });
        };
        Ok(Some(LaneState {
            number,
            position,
            queue_id: text(2).and_then(|text| text.parse().ok()).unwrap_or_default(),
            session_count: text(3).and_then(|text| text.parse().ok()).unwrap_or_default(),
            session: text(4).and_then(|text| text.parse().ok()),
            open: Vec::new(),
            heard: 0,
        }))
    }

    /// When the source was heard of last, as far as that is committed; 0 if never.
    async fn heard(&self, source: &str, icon_dbid: i32) -> Result<Micros, Error> {
        let of_role = |role: Role| {
            let (table, last) = (control::provider_table(role), self.moment_text("MAX(LEVENT_DSTIME)"));
            format!("SELECT {last} AS HEARD FROM {table} WHERE ICON_DBID = $1 AND DS_NAME = $2")
        };
        let text = format!("SELECT MAX(HEARD) FROM ({}) SESSIONS", Role::ALL.map(of_role).join(" UNION ALL "));
        let found = self.query(&Statement::new(text, vec![Cell::Int(icon_dbid), control::text(source)])).await?;
        let heard = found.first().and_then(|row| row.first()?.as_deref().and_then(Moment::parse));
        Ok(heard.map_or(0, Moment::micros))
    }

    /// An expression that gives a moment as [`Moment::parse`] reads it.
    fn moment_text(&self, moment: &str) -> String {
        match self.backend() {
            Backend::Postgres(_) => format!("to_char({moment}, 'YYYY-MM-DD HH24:MI:SS.MS')"),
            Backend::Sqlite(_) => moment.to_owned(),
        }
    }

    async fn open_sessions(&self, source: &str, icon_dbid: i32) -> Result<Vec<SessionRow>, Error> {
        let columns = control::session_columns(|name| self.moment_text(name));
        let mut open = Vec::new();
        for role in Role::ALL {
            let table = control::provider_table(role);
            let text = format!(
                "SELECT {columns} FROM {table} \
                 WHERE ICON_DBID = $1 AND DS_NAME = $2 AND DSCONN_ETIME IS NULL ORDER BY DSS_ID"
            );
            let found = self.query(&Statement::new(text, vec![Cell::Int(icon_dbid), control::text(source)])).await?;
            open.extend(found.iter().filter_map(|row| control::session_from(role, row)));
        }
        Ok(open)
    }
}
