//! `cargo bench --bench idb_write [rows]`: how quickly batches of realistic rows are written, as a ratio to what the
//! database does with the same rows at its best, in one run.
//!
//! * PostgreSQL: one `COPY` (text) of the same rows into the same tables, with their keys and indexes, in one
//!   transaction. Over the UNIX socket and over TCP.
//! * SQLite: one prepared `INSERT` per row into the same tables, table by table, as many rows a transaction as a batch
//!   has.
//!
//! A batch is written as the lane does it: rows folded by key, position and marks in the same transaction, commits
//! that wait for the disk. Rows count after folding, so an update counts as a row.
//!
//! The server is a private one, with its default settings.

#[path = "idb_write/rows.rs"]
mod rows;

use anyhow::{Context, Result};
use cluster::{Cluster, Durability};
use concentrator::idb::{Batch, Config, Idb};
use concentrator::record::{Role, Row, Stamp, TABLES, TableId};
use concentrator::{event, record};
use futures_util::{SinkExt, StreamExt};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Rows of a batch before folding.
const BATCHES: [usize; 3] = [100, 1_000, 10_000];
/// Rows of a run, unless the command line says otherwise.
const ROWS: usize = 60_000;
/// Rows that a call makes.
const ROWS_OF_A_CALL: usize = 45;

type Rows = Vec<(TableId, Stamp, Row)>;

/// What was done in which time.
struct Measured {
    rows: usize,
    time: Duration,
}

impl Measured {
    fn per_second(&self) -> f64 {
        f64::from(u32::try_from(self.rows).unwrap_or(u32::MAX)) / self.time.as_secs_f64()
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    // Cargo itself adds `--bench`.
    let rows = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(ROWS);
    let calls = u64::try_from(rows / ROWS_OF_A_CALL)?.max(1);
    let cluster = Cluster::start(Durability::On).context("start a PostgreSQL server")?;
    report("database              rows a batch      rows/s   raw rows/s   ratio");
    for size in BATCHES {
        for (name, tcp) in [("PostgreSQL, socket", false), ("PostgreSQL, TCP", true)] {
            let database = cluster.new_database()?;
            let url = if tcp { cluster.tcp_url(&database) } else { cluster.socket_url(&database) };
            let ours = write(&url, calls, size).await?;
            let raw = copy(&cluster, &database).await?;
            line(name, size, &ours, &raw);
        }
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("idb.sqlite");
        let ours = write(&format!("sqlite://{}", path.display()), calls, size).await?;
        let raw = insert(&path, &directory.path().join("raw.sqlite"), size).await?;
        line("SQLite", size, &ours, &raw);
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the result of a measurement")]
fn report(line: &str) {
    println!("{line}");
}

fn line(name: &str, size: usize, ours: &Measured, raw: &Measured) {
    let (ours, raw) = (ours.per_second(), raw.per_second());
    report(&format!("{name:<20} {size:>13} {ours:>11.0} {raw:>12.0} {:>7.2}", ours / raw));
}

/// Writes calls in batches of about `size` rows.
async fn write(url: &str, calls: u64, size: usize) -> Result<Measured> {
    let idb = Idb::open(&Config { url: url.to_owned(), password_file: None }).await?;
    let queue_id = Uuid::from_u128(1);
    let lane = idb.lane("pbx", queue_id, 101).await?.number;
    let stop = CancellationToken::new();
    let batches = pieces(rows::rows(0, calls), size).into_iter().map(|rows| {
        let (first, last) = (rows.first().map_or(0, |row| row.1.seq), rows.last().map_or(0, |row| row.1.seq));
        Arc::new(Batch {
            lane,
            queue_id,
            first,
            last,
            last_time: rows::START,
            icon_dbid: 101,
            pair_dbid: 101,
            source_dbid: 1,
            roles: vec![Role::Gcc, Role::Gls, Role::Gud],
            rows,
            sessions: Vec::new(),
            session_count: 0,
            session: None,
            leftovers: None,
        })
    });
    let batches: Vec<Arc<Batch>> = batches.collect();
    let begun = Instant::now();
    let mut rows = 0;
    for batch in batches {
        let written = idb.write(batch, &stop, &|_| Ok(())).await?;
        rows += written.rows_by_table.iter().map(|(_, rows)| rows).sum::<usize>();
    }
    let time = begun.elapsed();
    idb.close();
    Ok(Measured { rows, time })
}

/// Cuts between events.
fn pieces(rows: Rows, size: usize) -> Vec<Rows> {
    let mut pieces: Vec<Rows> = Vec::new();
    for row in rows {
        match pieces.last_mut() {
            Some(piece) if piece.len() < size || piece.last().is_some_and(|last| last.1.seq == row.1.seq) => {
                piece.push(row);
            }
            _ => pieces.push(vec![row]),
        }
    }
    pieces
}

/// What stands in `database` now, by COPY into an empty one.
async fn copy(cluster: &Cluster, database: &str) -> Result<Measured> {
    let empty = cluster.new_database()?;
    Idb::open(&Config { url: cluster.socket_url(&empty), password_file: None }).await?.close();
    let (from, _from) = connect(&cluster.socket_url(database)).await?;
    let (to, _to) = connect(&cluster.socket_url(&empty)).await?;
    let mut tables = Vec::new();
    for table in TABLES {
        let mut out = Box::pin(from.copy_out(&format!("COPY {} TO STDOUT", table.name)).await?);
        let mut text = Vec::new();
        while let Some(bytes) = out.next().await {
            text.extend_from_slice(&bytes?);
        }
        let rows = text.iter().filter(|byte| **byte == b'\n').count();
        tables.push((table.name, text, rows));
    }
    let begun = Instant::now();
    to.batch_execute("BEGIN").await?;
    let mut rows = 0;
    for (table, text, of_table) in tables.into_iter().filter(|(_, text, _)| !text.is_empty()) {
        let mut sink = Box::pin(to.copy_in(&format!("COPY {table} FROM STDIN")).await?);
        sink.send(bytes::Bytes::from(text)).await?;
        sink.as_mut().finish().await?;
        rows += of_table;
    }
    to.batch_execute("COMMIT").await?;
    Ok(Measured { rows, time: begun.elapsed() })
}

async fn connect(url: &str) -> Result<(tokio_postgres::Client, tokio::task::JoinHandle<()>)> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    Ok((client, tokio::spawn(async move { drop(connection.await) })))
}

/// What stands in the database at `path` now, by prepared statements into an empty one.
async fn insert(path: &std::path::Path, empty: &std::path::Path, size: usize) -> Result<Measured> {
    Idb::open(&Config { url: format!("sqlite://{}", empty.display()), password_file: None }).await?.close();
    let (from, to) = (rusqlite::Connection::open(path)?, rusqlite::Connection::open(empty)?);
    to.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16384;")?;
    let mut tables = Vec::new();
    for table in TABLES {
        let mut select = from.prepare(&format!("SELECT * FROM {}", table.name))?;
        let columns = select.column_count();
        let rows = select.query_map([], |row| {
            (0..columns).map(|index| row.get::<_, rusqlite::types::Value>(index)).collect::<rusqlite::Result<Vec<_>>>()
        })?;
        tables.push((table.name, columns, rows.collect::<rusqlite::Result<Vec<_>>>()?));
    }
    let begun = Instant::now();
    to.execute_batch("BEGIN IMMEDIATE")?;
    let mut count = 0;
    for (table, columns, rows) in tables {
        let mut insert = to.prepare(&format!("INSERT INTO {table} VALUES ({})", vec!["?"; columns].join(", ")))?;
        for row in &rows {
            insert.execute(rusqlite::params_from_iter(row))?;
            count += 1;
            if count % size == 0 {
                to.execute_batch("COMMIT; BEGIN IMMEDIATE")?;
            }
        }
    }
    to.execute_batch("COMMIT")?;
    Ok(Measured { rows: count, time: begun.elapsed() })
}
