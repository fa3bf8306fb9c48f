//! The Interaction Database: everything that speaks SQL.
//!
//! A [`Batch`] is written in one transaction: its rows, the lane's position, how far each role's sequence numbers go,
//! and the data source sessions. So what a lane has done is known from the database alone.
//!
//! ```text
//! rows ─▶ check ─▶ fold by key ─▶ ┌ BEGIN ─ position ─ marks ─ rows of each table, sorted by key ─ COMMIT ┐
//!           │                      └──────────────── refused: which rows? again without them ─────────────┘
//!           └▶ refused (too long, NUL, out of range: the same in both databases)
//! ```
//!
//! # Two drivers, one layout
//! `layout` says which columns a row becomes; `statement` makes every text from it; `postgres` and `sqlite` carry the
//! values. PostgreSQL gets one pipelined round trip of `INSERT … SELECT FROM UNNEST` (one text per table, so statements
//! stay prepared) and, from 400 rows of a table that only grows, binary COPY. SQLite gets a prepared statement a row.
//! Both are driven directly by `tokio-postgres` and `rusqlite`: pipelining, COPY without a delay over TCP, and calls
//! into SQLite without a queue in between, which a common layer over both does not give.
//!
//! # Invariants
//! 1. Rows and position commit together (test `a_batch_written_twice_changes_nothing`).
//! 2. The position only grows, and only the lane's own queue moves it (`another_queue_is_refused`).
//! 3. What stands in the database does not depend on where batches begin and end (`batches_of_any_size_give_the_same`).
//! 4. A refused row costs that row only (`refused_rows_are_isolated`).
//! 5. The columns of the records are those of both databases (`columns_are_those_of_the_records`).
//! 6. Writers of the same keys do not deadlock: tables in order of their names, rows in order of their keys.
//! 7. A lane changes and deletes its own rows only, but in tables that lanes share (`a_row_of_another_lane_is_not_touched`,
//!    decision 0011).
//! 8. What a lost state left alive ends once (`what_was_left_alive_ends_once`, whole test
//!    `what_a_lost_queue_left_alive_ends_as_inferred`).
//!
//! # Failure
//! Lost connections, deadlocks, full disks are waited out inside [`Idb::write`]. When a connection is lost between
//! COMMIT and its answer, the next attempt finds the position moved, and the batch written. What is not committed is
//! rolled back by the database.
//!
//! # Not here
//! What to do with refused rows (the lane's dead letters), cleaning of text (`record`), when to end a batch (the lane).

mod batch;
mod control;
mod custom;
mod error;
mod lane;
mod late;
mod layout;
mod leftover;
mod migrate;
mod moment;
mod postgres;
mod sqlite;
mod statement;
mod summary;
#[cfg(test)]
mod tests;
mod timecode;

pub use batch::{Batch, Refused};
pub use error::Error;
pub use lane::{Capture, LaneState};
pub use leftover::Leftovers;
pub use migrate::{Schema, Status, Step};
pub use summary::Summary;

use crate::error::Disposition;
use crate::event::Seq;
use crate::record::TableId;
use batch::Plan;
use control::Statement;
use error::Fault;
use layout::Layout;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// First pause after a failure; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_millis(50);
/// Longest pause: how late a database that is back is noticed.
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// How long a transaction under way may go on after the daemon was asked to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Where the database is.
#[derive(Clone, Debug)]
pub struct Config {
    /// `sqlite://path`, `postgres://user@host:port/database`, or, over a UNIX socket,
    /// `postgres://user@/database?host=/directory`; with `?sslmode=require`, TLS whose certificate is checked.
    pub url: String,
    /// File whose text is the password.
    pub password_file: Option<PathBuf>,
}

/// The database. Clones share its connections.
#[derive(Clone)]
pub struct Idb(Arc<Inner>);

struct Inner {
    backend: Backend,
    /// Days whose slots are known to be in G_TIMECODE, since 1970-01-01.
    filled: Mutex<BTreeSet<i64>>,
    /// Why the last attempt to write failed.
    trouble: Mutex<Option<String>>,
}

/// The two kinds of database.
enum Backend {
    Postgres(Box<postgres::Postgres>),
    Sqlite(sqlite::Sqlite),
}

/// Keeps refused rows elsewhere, durably; called again with all of them when there are more.
pub type Keep<'a> = &'a (dyn Fn(&[Refused]) -> Result<(), String> + Sync);

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Rows by table, after folding; deletions count.
    pub rows_by_table: Vec<(TableId, usize)>,
    /// Rows that were left out.
    pub refused: Vec<Refused>,
    /// Attempts that failed before.
    pub retries: u32,
    /// The position was already there: the batch had been written before, and nothing changed.
    pub repeated: bool,
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Applied {
    /// Committed.
    Committed,
    /// Nothing was done: the lane's position is not before the batch, or the lane is another's.
    NotHere,
}

/// Why a transaction was rolled back.
enum Failure {
    /// The database refuses these rows.
    Rows(Vec<RowRefused>),
    /// Anything else.
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// A row that the database refuses, or that another lane's row keeps out.
struct RowRefused {
    /// Its place in the batch.
    index: usize,
    /// The database's words, or ours.
    words: String,
}

/// Why a row is refused whose key is that of a row of another lane.
fn of_another_lane(layout: &Layout, lane: &str, name: Option<&str>) -> String {
    let key = layout.key.join(", ");
    let lane = name.map_or_else(|| format!("{lane}, which GSYS_LANE does not know"), |name| format!("`{name}`"));
    format!("the row with this {key} is of lane {lane}, and no other lane changes it")
}

impl Idb {
    /// Opens the database, and sets it up if it is empty.
    ///
    /// # Errors
    /// It cannot be reached (which may pass), or it is not one that this program can use. One attempt is made.
    pub async fn open(config: &Config) -> Result<Self, Error> {
        let idb = Self::connect(config)?;
        idb.set_up().await?;
        Ok(idb)
    }

    /// Reaches the database, sets it up if it is empty, and makes sure that this program can use it.
    ///
    /// # Errors
    /// As [`Idb::open`].
    pub async fn set_up(&self) -> Result<(), Error> {
        if let Backend::Postgres(postgres) = self.backend() {
            postgres.require_unicode().await?;
        }
        let status = self.status().await?;
        if status.schema == Schema::Empty {
            self.migrate().await?;
            return Ok(());
        }
        status.require_current()
    }

    /// The database as it is, for [`Idb::status`] and [`Idb::migrate`]; connects on first use.
    ///
    /// # Errors
    /// The URL is not one, or the password cannot be read.
    pub fn connect(config: &Config) -> Result<Self, Error> {
        let backend = match config.url.split_once(':') {
            Some(("sqlite", path)) => Backend::Sqlite(sqlite::Sqlite::new(sqlite_path(&config.url, path)?)),
            Some(("postgres" | "postgresql", _)) => Backend::Postgres(Box::new(postgres::Postgres::new(config)?)),
            _ => {
                let reason = "unknown kind of database".to_owned();
                return Err(Error::Url { url: without_password(&config.url), reason });
            }
        };
        Ok(Self(Arc::new(Inner { backend, filled: Mutex::default(), trouble: Mutex::default() })))
    }

    /// Writes a batch in one transaction, and waits as long as the database is away.
    ///
    /// A batch whose position is already reached changes nothing; one that is reached in part is written from there.
    /// Rows that are refused are given to `keep` before anything is committed without them; when it fails, the batch
    /// waits as for a database that is away.
    ///
    /// # Errors
    /// What waiting does not cure, and [`Error::Cancelled`]. Then nothing of the batch is written, except that after
    /// a lost connection or a cancellation its outcome is unknown; the lane's position tells.
    ///
    /// # Cancel safety
    /// Dropped, the transaction is rolled back, or, where COMMIT was on its way, its outcome is unknown as above.
    pub async fn write(&self, batch: Arc<Batch>, stop: &CancellationToken, keep: Keep<'_>) -> Result<Written, Error> {
        let mut refused = batch.check();
        let (mut first, mut retries, mut kept) = (batch.first, 0, 0);
        loop {
            if kept < refused.len() {
                if let Err(words) = keep(&refused) {
                    retries += 1;
                    wait(&batch, retries, Error::Unavailable { words }, stop).await?;
                    continue;
                }
                kept = refused.len();
            }
            let left_out = refused.iter().map(|row| row.index).collect();
            let plan = Arc::new(Plan::new(&batch, first, &left_out));
            let failure = match self.attempt(&plan, stop).await {
                Ok(Applied::Committed) => {
                    self.note(None);
                    return Ok(Written { rows_by_table: plan.counts(), refused, retries, repeated: false });
                }
                Ok(Applied::NotHere) => match self.reached(&batch).await {
                    // With attempts before, it was one of those that committed.
                    Ok(position) if position >= batch.last => {
                        let rows_by_table = if retries > 0 { plan.counts() } else { Vec::new() };
                        return Ok(Written { rows_by_table, refused, retries, repeated: retries == 0 });
                    }
                    Ok(position) => {
                        first = position + 1;
                        continue;
                    }
                    Err(error) => error,
                },
                Err(Failure::Rows(rows)) => {
                    refused.extend(rows.into_iter().filter_map(|row| refusal(&batch, row)));
                    refused.sort_by_key(|row| row.index);
                    refused.dedup_by_key(|row| row.index);
                    continue;
                }
                Err(Failure::Error(error)) => error,
            };
            if failure.disposition() != Disposition::Retry {
                return Err(failure);
            }
            retries += 1;
            self.note(Some(&failure));
            wait(&batch, retries, failure, stop).await?;
        }
    }

    /// One attempt; abandoned when the daemon stops and the database does not answer.
    async fn attempt(&self, plan: &Arc<Plan>, stop: &CancellationToken) -> Result<Applied, Failure> {
        let work = async {
            self.fill_days(plan.batch.days()).await?;
            self.backend().apply(plan).await
        };
        let patience = async {
            stop.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            done = work => done,
            () = patience => Err(Error::Cancelled { words: "no answer".to_owned() }.into()),
        }
    }

    /// The lane's position.
    ///
    /// # Errors
    /// The database cannot be read, or the lane belongs to another queue.
    async fn reached(&self, batch: &Batch) -> Result<Seq, Error> {
        let (position, queue_id) = self.lane_position(batch.lane).await?;
        if queue_id == batch.queue_id.to_string() {
            return Ok(position);
        }
        Err(Error::Taken { lane: batch.lane, found: queue_id, expected: batch.queue_id.to_string() })
    }

    /// Why the last attempt to write failed, and is repeated; none when it succeeded.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, trouble: Option<&Error>) {
        *self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble.map(ToString::to_string);
    }

    /// Closes the connections that nobody uses.
    pub fn close(&self) {
        match self.backend() {
            Backend::Postgres(postgres) => postgres.close(),
            Backend::Sqlite(sqlite) => sqlite.close(),
        }
    }

    fn backend(&self) -> &Backend {
        &self.0.backend
    }

    fn filled_days(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        self.0.filled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn query(&self, statement: &Statement) -> Result<Vec<Vec<Option<String>>>, Error> {
        let rows = match self.backend() {
            Backend::Postgres(postgres) => postgres.query(statement).await,
            Backend::Sqlite(sqlite) => sqlite.query(statement).await,
        };
        rows.map_err(Fault::into_error)
    }

    async fn execute(&self, statement: &Statement) -> Result<u64, Error> {
        self.backend().execute(statement).await.map_err(Fault::into_error)
    }
}

impl Backend {
    async fn execute(&self, statement: &Statement) -> Result<u64, Fault> {
        match self {
            Self::Postgres(postgres) => postgres.execute(statement).await,
            Self::Sqlite(sqlite) => sqlite.execute(statement).await,
        }
    }

    async fn script(&self, text: &str) -> Result<(), Fault> {
        match self {
            Self::Postgres(postgres) => postgres.script(text).await,
            Self::Sqlite(sqlite) => sqlite.script(text).await,
        }
    }

    async fn apply(&self, plan: &Arc<Plan>) -> Result<Applied, Failure> {
        match self {
            Self::Postgres(postgres) => postgres.apply(plan).await,
            Self::Sqlite(sqlite) => sqlite.apply(plan).await,
        }
    }
}

fn refusal(batch: &Batch, row: RowRefused) -> Option<Refused> {
    let (table, stamp, _) = batch.row(row.index)?;
    Some(Refused { index: row.index, table: *table, stamp: *stamp, reason: row.words })
}

/// Waits before the next attempt, unless the daemon stops.
async fn wait(batch: &Batch, retries: u32, failure: Error, stop: &CancellationToken) -> Result<(), Error> {
    let pause = pause(batch.lane, retries);
    let milliseconds = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
    tracing::warn!(
        code = "IC3004",
        lane = batch.lane,
        retries,
        again_in_ms = milliseconds,
        "Not written yet: {failure}."
    );
    tokio::select! {
        () = tokio::time::sleep(pause) => Ok(()),
        () = stop.cancelled() => Err(Error::Cancelled { words: failure.to_string() }),
    }
}

/// Twice as long each time, up to the longest; the upper half differs by lane and attempt, so that lanes that lost the
/// same server do not come back in the same instant.
fn pause(lane: i32, retries: u32) -> Duration {
    let step = PAUSE_MAX.min(PAUSE_MIN.saturating_mul(1 << retries.saturating_sub(1).min(10)));
    let mixed = lane.unsigned_abs().wrapping_mul(0x9e37_79b9).wrapping_add(retries.wrapping_mul(0x85eb_ca6b));
    step / 2 + step.mul_f64(f64::from(mixed) / f64::from(u32::MAX) / 2.0)
}

fn sqlite_path<'a>(url: &str, rest: &'a str) -> Result<&'a str, Error> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.contains('?') {
        let reason = "a path is expected after sqlite://, without options".to_owned();
        return Err(Error::Url { url: url.to_owned(), reason });
    }
    Ok(path)
}

/// The URL as it may be shown.
/// A URL as it may be shown.
#[must_use]
pub fn without_password(url: &str) -> String {
    let parts = || {
        let (scheme, rest) = url.split_once("://")?;
        let (user, place) = rest.rsplit_once('@')?;
        let (user, _) = user.split_once(':')?;
        Some(format!("{scheme}://{user}:***@{place}"))
    };
    parts().unwrap_or_else(|| url.to_owned())
}
