//! Runs a mapper natively over a case: a folder with `events.jsonl` in and `rows.jsonl` expected.
//!
//! `rows.jsonl` holds what the database would: keyed rows as they are in the end, inserted rows in their order; times
//! in µs, nulls left out. `UPDATE=1` in the environment accepts what the mapper gives.
//!
//! Every case is also checked for what holds for all cases, see [`check_case`].

mod invariants;
mod table;

pub use table::{Database, Row};

use crate::{Lane, Mapper, mapper, output};
use concentrator_event::json;
use std::{fs, path::Path};

/// The lane of all cases.
#[must_use]
pub fn lane() -> Lane {
    Lane { name: "pbx".to_owned(), dbid: 201, switch_dbid: 301, tenant_dbid: 1 }
}

/// A mapper with the case's configuration: `config.json` in its folder, or in the folder above.
///
/// # Panics
/// The configuration is wrong.
pub fn open<M: Mapper>(case: &Path) -> M {
    let config = [Some(case), case.parent()]
        .into_iter()
        .flatten()
        .find_map(|folder| fs::read_to_string(folder.join("config.json")).ok())
        .unwrap_or_default();
    M::open(lane(), &config).unwrap_or_else(|error| panic!("{}: {error}", case.display()))
}

/// The events of a case, each in its flat form.
///
/// # Panics
/// There are none, or one cannot be read.
#[must_use]
pub fn events(case: &Path) -> Vec<Vec<u8>> {
    let path = case.join("events.jsonl");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().filter(|line| !line.is_empty()).map(flat).collect()
}

/// An event in its flat form, from a line of JSON.
///
/// # Panics
/// It cannot be read.
#[must_use]
pub fn flat(line: &str) -> Vec<u8> {
    let event = json::from_json(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    event.finish().unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// Rows as the mapper emitted them: (index of the event, table, row).
pub type Emitted = Vec<(usize, &'static str, serde_json::Value)>;

/// Maps events in one batch, of which the first has the index `first` in the case.
///
/// # Panics
/// The mapper refuses the batch or one of its events.
pub fn map<M: Mapper>(mapper: &mut M, events: &[Vec<u8>], first: usize) -> Emitted {
    let mapped = mapper::map_batch(mapper, &events.concat()).unwrap_or_else(|error| panic!("{error}"));
    assert!(
        mapped.rejections.is_empty(),
        "rejected: {:?}",
        mapped.rejections.iter().map(|of| &of.reason).collect::<Vec<_>>()
    );
    let mut emitted = Vec::new();
    for rows in &mapped.tables {
        let (table, rows) = output::as_json(rows);
        for mut row in rows {
            let at = row.get("at").and_then(serde_json::Value::as_u64).unwrap_or_default();
            if let Some(row) = row.as_object_mut() {
                row.remove("at");
                row.retain(|_, value| !value.is_null());
            }
            emitted.push((first + usize::try_from(at).unwrap_or_default(), table, row));
        }
    }
    // Rows come table by table; the order within an event and a table is what counts.
    emitted.sort_by_key(|(at, table, _)| (*at, *table));
    emitted
}

/// Maps a whole case in one batch.
pub fn run<M: Mapper>(case: &Path) -> Database {
    Database::of(&map::<M>(&mut open(case), &events(case), 0))
}

/// Checks a case: its rows are the expected ones, and what holds for all cases holds:
///
/// 1. any split into batches, and a snapshot and restoration between any two of them, gives the same rows;
/// 2. what is active has not been seen to end, and what belongs to something ended has ended;
/// 3. every reference resolves.
///
/// # Panics
/// One of these does not hold; the message says which, with the rows.
pub fn check_case<M: Mapper>(case: &Path) {
    let events = events(case);
    let whole = map::<M>(&mut open(case), &events, 0);
    check_splits::<M>(case, &events, &whole);
    let database = Database::of(&whole);
    invariants::check(&case.display().to_string(), &database);
    let rows = database.to_lines();
    let path = case.join("rows.jsonl");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, rows).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let difference = table::difference(&expected, &rows);
    assert!(difference.is_empty(), "{}: rows differ (UPDATE=1 accepts them)\n{difference}", case.display());
}

/// What holds for all cases holds for these rows.
///
/// # Panics
/// It does not.
pub fn check_invariants(what: &str, database: &Database) {
    invariants::check(what, database);
}

fn check_splits<M: Mapper>(case: &Path, events: &[Vec<u8>], whole: &Emitted) {
    for size in [1, 7, 64] {
        let mut mapper: M = open(case);
        let mut emitted = Vec::new();
        for (at, batch) in events.chunks(size).enumerate() {
            let state = mapper.snapshot().unwrap_or_else(|error| panic!("{error}"));
            let mut restored: M = open(case);
            mapper::restore(&mut restored, M::STATE_VERSION, &state).unwrap_or_else(|error| panic!("{error}"));
            mapper = restored;
            emitted.extend(map(&mut mapper, batch, at * size));
        }
        if let Some((one, other)) = whole.iter().zip(&emitted).find(|(one, other)| one != other) {
            panic!("{}: batches of {size} give other rows\n- {one:?}\n+ {other:?}", case.display());
        }
        assert_eq!(whole.len(), emitted.len(), "{}: batches of {size} give other rows", case.display());
    }
}
