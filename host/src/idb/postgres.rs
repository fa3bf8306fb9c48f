//! Writing to PostgreSQL.
//!
//! A transaction is two round trips for what is small: everything up to the last statement is sent without waiting for
//! answers, then COMMIT. Large tables of rows that are only added go by binary COPY, which has to wait for the server.
//! The driver sets TCP_NODELAY; without it each COPY over TCP would wait 40 ms.

mod encode;
mod session;

use super::Config;
use super::batch::{Folded, Plan, TableRows};
use super::control::Statement;
use super::error::{Error, Fault};
use super::layout::{self, Cell, Layout};
use super::{Applied, Failure, RowRefused, statement};
use crate::record::Writing;
use bytes::BytesMut;
use encode::{Array, Parameter};
use futures_util::future::maybe_done;
use futures_util::{SinkExt, TryStreamExt, poll};
use session::{Session, fault};
use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A peer that is silent for that long is asked whether it is there, and given up after as long again.
const SILENCE: Duration = Duration::from_secs(15);
/// From so many rows of one table on, COPY: below, waiting for its round trips costs more than UNNEST.
const COPY_ROWS: usize = 400;
/// Place of the statement that moves the position, after BEGIN.
const GUARD: usize = 1;
/// Bytes handed to COPY at a time.
const COPY_BYTES: usize = 1 << 18;

/// A database of PostgreSQL.
pub(super) struct Postgres {
    config: tokio_postgres::Config,
    /// Connections that nobody uses at the moment: at most as many as lanes have written at once.
    idle: Mutex<Vec<Session>>,
}

impl Postgres {
    pub(super) fn new(config: &Config) -> Result<Self, Error> {
        let reason = |error: tokio_postgres::Error| {
            let cause = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            Error::Url { url: super::without_password(&config.url), reason: cause }
        };
        let mut target: tokio_postgres::Config = socket_only(&config.url).parse().map_err(reason)?;
        if let Some(file) = &config.password_file {
            let password =
                std::fs::read_to_string(file).map_err(|source| Error::Password { file: file.clone(), source })?;
            target.password(password.trim_end());
        }
        target.application_name("concentrator").connect_timeout(CONNECT_TIMEOUT);
        target.keepalives_idle(SILENCE).keepalives_interval(SILENCE / 3).keepalives_retries(3);
        target.tcp_user_timeout(SILENCE * 2);
        Ok(Self { config: target, idle: Mutex::default() })
    }

    /// A connection: one that was used before and is still open, or a new one.
    async fn session(&self) -> Result<Session, Error> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(session) if session.client.is_closed() => {}
                Some(session) => return Ok(session),
                None => return Session::connect(&self.config).await,
            }
        }
    }

    fn give_back(&self, session: Session) {
        if !session.client.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        }
    }

    /// Closes the connections that nobody uses.
    pub(super) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Fails where text of other languages could not be stored.
    pub(super) async fn require_unicode(&self) -> Result<(), Error> {
        let text = "SELECT current_setting('server_encoding')";
        let found = self.query(&Statement::new(text, Vec::new())).await.map_err(Fault::into_error)?;
        let encoding = found.first().and_then(|row| row.first().cloned().flatten()).unwrap_or_default();
        if encoding == "UTF8" {
            return Ok(());
        }
        let words = format!("the database's encoding is {encoding}; create one with ENCODING 'UTF8'");
        Err(Error::Refuses { words })
    }

    /// Rows of a query whose columns are all text.
    pub(super) async fn query(&self, statement: &Statement) -> Result<Vec<Vec<Option<String>>>, Fault> {
        let mut session = self.session().await?;
        let rows = texts(&mut session, &statement.text, parameters(&statement.cells)).await?;
        self.give_back(session);
        Ok(rows)
    }

    /// Runs one statement, a transaction of its own; gives the number of rows it changed.
    pub(super) async fn execute(&self, statement: &Statement) -> Result<u64, Fault> {
        let mut session = self.session().await?;
        let prepared = session.prepare(&statement.text).await?;
        let changed = session.client.execute_raw(&prepared, parameters(&statement.cells)).await;
        let changed = changed.map_err(|error| fault(&error));
        // As in `apply`: a session that failed for another reason than its data is not used again.
        if !matches!(changed, Err(Fault::Error(_))) {
            self.give_back(session);
        }
        changed
    }

    /// Runs a script in one transaction.
    pub(super) async fn script(&self, text: &str) -> Result<(), Fault> {
        let session = self.session().await?;
        session.run(&format!("BEGIN;\n{text}\nCOMMIT;")).await?;
        self.give_back(session);
        Ok(())
    }

    /// Writes a batch in one transaction.
    pub(super) async fn apply(&self, plan: &Plan) -> Result<Applied, Failure> {
        let mut session = self.session().await?;
        let failed = match transaction(&mut session, plan).await {
            Ok(applied) => {
                self.give_back(session);
                return Ok(applied);
            }
            Err(failed) => failed,
        };
        if session.client.is_closed() || session.run("ROLLBACK").await.is_err() {
            return Err(failed.fault.into_error().into());
        }
        let (words, rows) = match (failed.fault, failed.table.and_then(|table| plan.tables.get(table))) {
            (Fault::Data(words), Some(rows)) => (words, rows),
            // The session goes: what it was told at its beginning, to read only for instance, may have changed since.
            (fault, _) => return Err(fault.into_error().into()),
        };
        let failure = isolate(&mut session, plan, rows, words).await;
        if matches!(failure, Failure::Rows(_)) {
            self.give_back(session);
        }
        Err(failure)
    }
}

/// Where a transaction failed.
struct Failed {
    fault: Fault,
    /// Place of the table in the plan, if a table's rows were refused.
    table: Option<usize>,
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self { fault, table: None }
    }
}

/// A statement on its way to the server.
struct Request {
    table: Option<usize>,
    statement: tokio_postgres::Statement,
    values: Vec<Parameter>,
    expected: Expected,
}

/// What the number of rows in an answer tells.
#[derive(Clone, Copy)]
enum Expected {
    /// Nothing.
    Any,
    /// With fewer, rows of another lane may stand where rows were to be written.
    Rows(u64),
    /// Each is a row of another lane that was to be deleted.
    NoRow,
}

async fn transaction(session: &mut Session, plan: &Plan) -> Result<Applied, Failed> {
    let mut requests = vec![request(session, None, "BEGIN", Vec::new()).await?];
    for control in std::iter::once(&plan.guard).chain(&plan.control) {
        requests.push(request(session, None, &control.text, parameters(&control.cells)).await?);
    }
    for (table, rows) in plan.tables.iter().enumerate().filter(|(_, rows)| !by_copy(rows)) {
        requests.extend(upserts(session, Some(table), plan, rows.layout, &rows.gone, &rows.rows).await?);
    }
    let Some(doubtful) = pipeline(&session.client, requests, Some(GUARD)).await? else {
        session.run("ROLLBACK").await?;
        return Ok(Applied::NotHere);
    };
    for table in doubtful {
        if let Some(rows) = plan.tables.get(table)
            && let Some(first) = others(session, plan, rows).await?.into_iter().next()
        {
            return Err(Failed { fault: Fault::Data(first.words), table: Some(table) });
        }
    }
    for (table, rows) in plan.tables.iter().enumerate().filter(|(_, rows)| by_copy(rows)) {
        copy(session, plan, rows).await.map_err(|fault| Failed { fault, table: Some(table) })?;
    }
    session.run("COMMIT").await?;
    Ok(Applied::Committed)
}

fn by_copy(rows: &TableRows) -> bool {
    rows.layout.table.writing == Writing::Insert && rows.rows.len() >= COPY_ROWS
}

async fn request(
    session: &mut Session,
    table: Option<usize>,
    text: &str,
    values: Vec<Parameter>,
) -> Result<Request, Fault> {
    Ok(Request { table, statement: session.prepare(text).await?, values, expected: Expected::Any })
}

/// Sends all of them before it waits for the first answer. Gives the tables of which fewer rows were written than
/// given; none if the one at the place `guard` changed no row: what came of those after it, which were on their way,
/// is then without meaning.
async fn pipeline(
    client: &tokio_postgres::Client,
    requests: Vec<Request>,
    guard: Option<usize>,
) -> Result<Option<Vec<usize>>, Failed> {
    let mut answers = Vec::with_capacity(requests.len());
    for Request { table, statement, values, expected } in requests {
        let mut answer = Box::pin(maybe_done(async move { client.execute_raw(&statement, values).await }));
        // The first poll sends it.
        let _ = poll!(answer.as_mut());
        answers.push((table, expected, answer));
    }
    let mut doubtful = Vec::new();
    for (place, (table, expected, mut answer)) in answers.into_iter().enumerate() {
        answer.as_mut().await;
        match answer.as_mut().take_output() {
            Some(Err(error)) => return Err(Failed { fault: fault(&error), table }),
            Some(Ok(0)) if Some(place) == guard => return Ok(None),
            Some(Ok(rows)) => match expected {
                Expected::NoRow if rows > 0 => {
                    let words = "a row of another lane was to be deleted".to_owned();
                    return Err(Failed { fault: Fault::Data(words), table });
                }
                Expected::Rows(expected) if rows < expected => doubtful.extend(table),
                _ => {}
            },
            None => {}
        }
    }
    Ok(Some(doubtful))
}

/// The statements for rows of one table: deletions first.
async fn upserts(
    session: &mut Session,
    table: Option<usize>,
    plan: &Plan,
    layout: &'static Layout,
    gone: &[usize],
    rows: &[Folded],
) -> Result<Vec<Request>, Fault> {
    let mut requests = Vec::new();
    if !gone.is_empty() {
        let mut values = key_arrays(plan, layout, gone);
        if layout.of_one_lane {
            values.insert(0, Parameter::from(&Cell::Int(plan.batch.lane)));
        }
        let delete = request(session, table, &statement::delete_unnest(layout), values).await?;
        let expected = if layout.of_one_lane { Expected::NoRow } else { Expected::Any };
        requests.push(Request { expected, ..delete });
    }
    if !rows.is_empty() {
        let mut arrays: Vec<Array> = layout.columns.iter().map(|(_, ty)| Array::new(*ty)).collect();
        for row in rows {
            let mut columns = arrays.iter_mut();
            plan.cells(layout, *row, |cell| {
                if let Some(column) = columns.next() {
                    column.push(&cell);
                }
            });
        }
        let values = arrays.into_iter().map(Array::finish).collect();
        let upsert = request(session, table, &statement::unnest(layout), values).await?;
        let count = Expected::Rows(u64::try_from(rows.len()).unwrap_or(u64::MAX));
        requests.push(Request { expected: if layout.of_one_lane { count } else { Expected::Any }, ..upsert });
    }
    Ok(requests)
}

/// The keys of rows, an array a column.
fn key_arrays(plan: &Plan, layout: &'static Layout, places: &[usize]) -> Vec<Parameter> {
    let types = layout.key.iter().filter_map(|key| layout.type_of(key));
    let mut arrays: Vec<Array> = types.map(Array::new).collect();
    for (_, _, row) in places.iter().filter_map(|place| plan.batch.row(*place)) {
        let mut columns = arrays.iter_mut();
        layout::key_cells(layout.table, row, |cell| {
            if let Some(column) = columns.next() {
                column.push(&cell);
            }
        });
    }
    arrays.into_iter().map(Array::finish).collect()
}

/// The rows whose keys are those of rows of other lanes.
async fn others(session: &mut Session, plan: &Plan, rows: &TableRows) -> Result<Vec<RowRefused>, Fault> {
    let layout = rows.layout;
    if !layout.of_one_lane {
        return Ok(Vec::new());
    }
    let places: Vec<usize> = rows.gone.iter().copied().chain(rows.rows.iter().map(|row| row.last)).collect();
    let mut values = key_arrays(plan, layout, &places);
    values.insert(0, Parameter::from(&Cell::Int(plan.batch.lane)));
    let found = texts(session, &statement::others_unnest(layout), values).await?;
    let other = |row: &Vec<Option<String>>| {
        let number: usize = row.first()?.as_ref()?.parse().ok()?;
        let words = super::of_another_lane(layout, row.get(1)?.as_ref()?, row.get(2)?.as_deref());
        Some((*places.get(number.checked_sub(1)?)?, words))
    };
    let others = found.iter().filter_map(other).collect();
    Ok(plan.of_same_key(layout, &others))
}

/// Rows of a query whose columns are all text.
async fn texts(session: &mut Session, text: &str, values: Vec<Parameter>) -> Result<Vec<Vec<Option<String>>>, Fault> {
    let prepared = session.prepare(text).await?;
    let rows: Result<Vec<_>, _> = match session.client.query_raw(&prepared, values).await {
        Ok(rows) => rows.try_collect().await,
        Err(error) => Err(error),
    };
    let rows = rows.map_err(|error| fault(&error))?;
    let texts = |row: &tokio_postgres::Row| (0..row.len()).map(|index| row.try_get(index).ok().flatten()).collect();
    Ok(rows.iter().map(texts).collect())
}

async fn copy(session: &mut Session, plan: &Plan, rows: &TableRows) -> Result<(), Fault> {
    let prepared = session.prepare(&statement::copy(rows.layout)).await?;
    let sink = session.client.copy_in(&prepared).await.map_err(|error| fault(&error))?;
    let mut sink = std::pin::pin!(sink);
    let mut buffer = BytesMut::with_capacity(COPY_BYTES + COPY_BYTES / 8);
    encode::copy_begin(&mut buffer);
    for row in &rows.rows {
        encode::copy_row(&mut buffer, rows.layout.columns.len());
        plan.cells(rows.layout, *row, |cell| encode::put(&mut buffer, &cell));
        if buffer.len() >= COPY_BYTES {
            let full = std::mem::replace(&mut buffer, BytesMut::with_capacity(COPY_BYTES + COPY_BYTES / 8));
            sink.send(full.freeze()).await.map_err(|error| fault(&error))?;
        }
    }
    encode::copy_end(&mut buffer);
    sink.send(buffer.freeze()).await.map_err(|error| fault(&error))?;
    sink.finish().await.map(drop).map_err(|error| fault(&error))
}

/// Finds the rows that are refused: those that rows of other lanes keep out at once, then those that the database
/// refuses, by halves, in a transaction that is rolled back.
async fn isolate(session: &mut Session, plan: &Plan, rows: &TableRows, words: String) -> Failure {
    let found = match others(session, plan, rows).await {
        Ok(found) if found.is_empty() => halve(session, plan, rows).await,
        found => found,
    };
    let found = match found {
        Ok(found) => found,
        Err(fault) => return fault.into_error().into(),
    };
    if found.is_empty() {
        // Refused together with what another writer did meanwhile.
        return Error::Unavailable { words }.into();
    }
    Failure::Rows(found)
}

async fn halve(session: &mut Session, plan: &Plan, rows: &TableRows) -> Result<Vec<RowRefused>, Fault> {
    let mut refused = Vec::new();
    // Deletions and rows, as one list.
    let whole = 0..rows.gone.len() + rows.rows.len();
    let mut open = Vec::from([whole]);
    session.run("BEGIN").await?;
    while let Some(range) = open.pop() {
        session.run("SAVEPOINT HALF").await?;
        let gone = rows.gone.get(range.start.min(rows.gone.len())..range.end.min(rows.gone.len()));
        let split = |place: usize| place.saturating_sub(rows.gone.len());
        let some = rows.rows.get(split(range.start)..split(range.end));
        let (gone, some) = (gone.unwrap_or_default(), some.unwrap_or_default());
        let requests = upserts(session, None, plan, rows.layout, gone, some).await?;
        match pipeline(&session.client, requests, None).await.map_err(|failed| failed.fault) {
            Ok(_) => {
                session.run("RELEASE SAVEPOINT HALF").await?;
                continue;
            }
            Err(Fault::Data(words)) => {
                session.run("ROLLBACK TO SAVEPOINT HALF").await?;
                if range.len() > 1 {
                    let middle = range.start + range.len() / 2;
                    open.extend([middle..range.end, range.start..middle]);
                } else if let Some(index) = gone.first().copied().or(some.first().map(|row| row.last)) {
                    refused.push(RowRefused { index, words });
                }
            }
            Err(other) => return Err(other),
        }
    }
    session.run("ROLLBACK").await?;
    Ok(refused)
}

fn parameters(cells: &[Cell<'_>]) -> Vec<Parameter> {
    cells.iter().map(Parameter::from).collect()
}

/// Of a URL that names a host and `?host=/directory`, the directory counts, as it does for PostgreSQL's own programs.
fn socket_only(url: &str) -> Cow<'_, str> {
    let parts = || {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, tail) = rest.split_at_checked(rest.find(['/', '?'])?)?;
        let (_, query) = tail.split_once('?')?;
        let directory = query.split('&').any(|word| word.starts_with("host="));
        let (user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
        let port = place.rsplit_once(':').map_or("5432", |(_, port)| port);
        let port = if query.split('&').any(|word| word.starts_with("port=")) { "" } else { &format!("&port={port}") };
        (directory && !place.is_empty()).then(|| format!("{scheme}://{user}@{tail}{port}"))
    };
    parts().map_or(Cow::Borrowed(url), Cow::Owned)
}

#[cfg(test)]
mod tests;
