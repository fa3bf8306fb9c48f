//! Writing to SQLite: one connection, one statement a row, prepared once.
//!
//! The library is called directly, without a round trip, so a bound statement per row is quicker than handing it many
//! rows as one JSON text (measured in `benches/idb_write.rs`). Every call runs on a thread that may block.

use super::batch::{Plan, TableRows};
use super::control::Statement;
use super::error::{Error, Fault};
use super::layout::{self, Cell, Layout};
use super::{Applied, Failure, RowRefused, statement};
use crate::record::Row;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ToSql};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long another process may hold the database before a statement gives up; the batch is then tried again.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements kept prepared: two a table, and the few others.
const STATEMENTS: usize = 300;
/// A commit waits for the disk; readers do not wait for the writer; the log is copied back every 4,000 pages (16 MB).
const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; \
                        PRAGMA cache_size = -16384;";

/// A database of SQLite.
pub(super) struct Sqlite {
    path: PathBuf,
    /// The only connection; thrown away after an error that is not about the data.
    connection: Arc<Mutex<Option<Open>>>,
}

/// A connection, and the file that it was made to.
struct Open {
    connection: Connection,
    /// Device and number of the file: a name may be given to another file, or to none.
    file: Option<(u64, u64)>,
}

impl Sqlite {
    pub(super) fn new(path: &str) -> Self {
        Self { path: PathBuf::from(path), connection: Arc::default() }
    }

    /// Runs `work` with the connection, on a thread that may block.
    async fn with<T, F>(&self, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (slot, path) = (self.connection.clone(), self.path.clone());
        let run = move || {
            let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
            let Open { mut connection, file } = match slot.take() {
                Some(open) => open,
                None => open(&path)?,
            };
            if file != identity(&path) {
                // What is written would go into a file that nobody finds again.
                let words =
                    format!("{} was removed or replaced while it was in use; restart the daemon", path.display());
                return Err(Error::Refuses { words }.into());
            }
            let done = work(&mut connection).map_err(|error| fault(&path, &error));
            // A connection that is still in a transaction, or that failed, is closed: that rolls back.
            if !matches!(done, Err(Fault::Error(_))) && connection.is_autocommit() {
                *slot = Some(Open { connection, file });
            }
            done
        };
        match tokio::task::spawn_blocking(run).await {
            Ok(done) => done,
            Err(error) => Err(Error::Unavailable { words: error.to_string() }.into()),
        }
    }

    /// Closes the connection.
    pub(super) fn close(&self) {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Rows of a query whose columns are all text.
    pub(super) async fn query(&self, statement: &Statement) -> Result<Vec<Vec<Option<String>>>, Fault> {
        let statement = statement.clone();
        self.with(move |connection| {
            let mut prepared = connection.prepare_cached(&statement.text)?;
            let columns = prepared.column_count();
            bind(&mut prepared, &statement.cells)?;
            let mut rows = prepared.raw_query();
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push((0..columns).map(|index| row.get(index)).collect::<rusqlite::Result<_>>()?);
            }
            Ok(found)
        })
        .await
    }

    /// Runs one statement, a transaction of its own; gives the number of rows it changed.
    pub(super) async fn execute(&self, statement: &Statement) -> Result<u64, Fault> {
        let statement = statement.clone();
        let changed = self.with(move |connection| execute(connection, &statement)).await?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    /// Runs a script in one transaction.
    pub(super) async fn script(&self, text: &str) -> Result<(), Fault> {
        let text = format!("BEGIN IMMEDIATE;\n{text}\nCOMMIT;");
        self.with(move |connection| connection.execute_batch(&text)).await
    }

    /// Writes a batch in one transaction.
    pub(super) async fn apply(&self, plan: &Arc<Plan>) -> Result<Applied, Failure> {
        let (plan, path) = (plan.clone(), self.path.clone());
        match self.with(move |connection| transaction(connection, &path, &plan)).await.map_err(Fault::into_error)? {
            Ok(applied) => Ok(applied),
            Err(refused) => Err(Failure::Rows(refused)),
        }
    }
}

/// Which file has that name now.
fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
}

fn open(path: &Path) -> Result<Open, Fault> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(|error| {
            let words = format!("make the directory {}: {error}", directory.display());
            if error.kind() == std::io::ErrorKind::PermissionDenied {
                Error::Forbidden { words }
            } else {
                Error::Unavailable { words }
            }
        })?;
    }
    let opened = Connection::open(path).and_then(|connection| {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(SETTINGS)?;
        Ok(connection)
    });
    let connection = opened.map_err(|error| fault(path, &error))?;
    Ok(Open { connection, file: identity(path) })
}

type Written = Result<Applied, Vec<RowRefused>>;

fn transaction(connection: &mut Connection, path: &Path, plan: &Plan) -> rusqlite::Result<Written> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    if execute(connection, &plan.guard)? == 0 {
        connection.execute_batch("ROLLBACK")?;
        return Ok(Ok(Applied::NotHere));
    }
    for control in &plan.control {
        execute(connection, control)?;
    }
    let mut refused = Vec::new();
    for rows in &plan.tables {
        write_table(connection, path, plan, rows, &mut refused)?;
    }
    if refused.is_empty() {
        connection.execute_batch("COMMIT")?;
        return Ok(Ok(Applied::Committed));
    }
    connection.execute_batch("ROLLBACK")?;
    Ok(Err(refused))
}

fn write_table(
    connection: &Connection,
    path: &Path,
    plan: &Plan,
    rows: &TableRows,
    refused: &mut Vec<RowRefused>,
) -> rusqlite::Result<()> {
    let layout = rows.layout;
    // Rows that another lane's row keeps out, with the reason.
    let mut others = BTreeMap::new();
    let mut done = |place: usize, done: rusqlite::Result<usize>| {
        let changed = keep(path, refused, place, done)?;
        if let (Some(0), true, Some((_, _, row))) = (changed, layout.of_one_lane, plan.batch.row(place)) {
            let words = other_lane(connection, layout, plan.batch.lane, row)?;
            others.extend(words.map(|words| (place, words)));
        }
        Ok::<_, rusqlite::Error>(())
    };
    for (place, (_, _, row)) in rows.gone.iter().filter_map(|place| Some((*place, plan.batch.row(*place)?))) {
        let mut delete = connection.prepare_cached(&statement::delete(layout))?;
        let mut binding = Binding::new(&mut delete);
        layout::key_cells(layout.table, row, |cell| binding.add(&cell));
        if layout.of_one_lane {
            binding.add(&Cell::Int(plan.batch.lane));
        }
        done(place, binding.execute())?;
    }
    let mut insert = connection.prepare_cached(&statement::values(layout))?;
    for row in &rows.rows {
        let mut binding = Binding::new(&mut insert);
        plan.cells(layout, *row, |cell| binding.add(&cell));
        done(row.last, binding.execute())?;
    }
    if !others.is_empty() {
        refused.extend(plan.of_same_key(layout, &others));
    }
    Ok(())
}

/// Why the row of that key is not this lane's to change, if it is there and another's.
fn other_lane(connection: &Connection, layout: &Layout, lane: i32, row: &Row) -> rusqlite::Result<Option<String>> {
    let mut find = connection.prepare_cached(&statement::lane_of_key(layout))?;
    let mut binding = Binding::new(&mut find);
    layout::key_cells(layout.table, row, |cell| binding.add(&cell));
    binding.failed.map_or(Ok(()), Err)?;
    let mut found = find.raw_query();
    let Some(found) = found.next()? else { return Ok(None) };
    let (number, name): (i32, Option<String>) = (found.get(0)?, found.get(1)?);
    Ok((number != lane).then(|| super::of_another_lane(layout, &number.to_string(), name.as_deref())))
}

/// A refused row is kept for the dead letters, and the transaction goes on; any other error ends it. Gives the number
/// of rows that were changed.
fn keep(
    path: &Path,
    refused: &mut Vec<RowRefused>,
    index: usize,
    done: rusqlite::Result<usize>,
) -> rusqlite::Result<Option<usize>> {
    let error = match done {
        Ok(changed) => return Ok(Some(changed)),
        Err(error) => error,
    };
    match fault(path, &error) {
        Fault::Data(words) => refused.push(RowRefused { index, words }),
        Fault::Error(_) => return Err(error),
    }
    Ok(None)
}

fn execute(connection: &Connection, statement: &Statement) -> rusqlite::Result<usize> {
    let mut prepared = connection.prepare_cached(&statement.text)?;
    bind(&mut prepared, &statement.cells)?;
    prepared.raw_execute()
}

fn bind(prepared: &mut CachedStatement<'_>, cells: &[Cell<'_>]) -> rusqlite::Result<()> {
    for (index, cell) in cells.iter().enumerate() {
        prepared.raw_bind_parameter(index + 1, cell)?;
    }
    Ok(())
}

/// The values of one row, bound one after the other.
struct Binding<'a, 'c> {
    prepared: &'a mut CachedStatement<'c>,
    index: usize,
    failed: Option<rusqlite::Error>,
}

impl<'a, 'c> Binding<'a, 'c> {
    fn new(prepared: &'a mut CachedStatement<'c>) -> Self {
        Self { prepared, index: 0, failed: None }
    }

    fn add(&mut self, cell: &Cell<'_>) {
        self.index += 1;
        if let Err(error) = self.prepared.raw_bind_parameter(self.index, cell) {
            self.failed.get_or_insert(error);
        }
    }

    fn execute(self) -> rusqlite::Result<usize> {
        self.failed.map_or_else(|| self.prepared.raw_execute(), Err)
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Int(number) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*number))),
            Self::Big(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Moment(moment) => ToSqlOutput::Owned(Value::Text(moment.text())),
            Self::Num20(number) => match i64::try_from(*number) {
                Ok(number) => ToSqlOutput::Owned(Value::Integer(number)),
                Err(_) => ToSqlOutput::Owned(Value::Text(number.to_string())),
            },
        })
    }
}

/// What an error means.
fn fault(path: &Path, error: &rusqlite::Error) -> Fault {
    let words = format!("{error} ({})", path.display());
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig) => {
            Fault::Data(error.to_string())
        }
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly | ErrorCode::AuthorizationForStatementDenied) => {
            Error::Forbidden { words }.into()
        }
        // SQLite says no more than this of a directory that it may not write to.
        Some(ErrorCode::CannotOpen) => Error::Forbidden { words }.into(),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::ApiMisuse | ErrorCode::Unknown)
        | None => Error::Refuses { words }.into(),
        // Busy, locked, full, interrupted, out of memory, the disk's errors.
        Some(_) => Error::Unavailable { words }.into(),
    }
}
