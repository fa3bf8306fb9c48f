//! Runs a plugin natively over a case: a folder with files of these names.
//!
//! | file | what |
//! |---|---|
//! | `events.jsonl` | the events, a line of JSON each |
//! | `config.json` | the plugin's options; may be missing, or stand in the folder above for all cases |
//! | `given.jsonl` | of an enricher: the rows that the mapper made, `{"G_CALL_HISTORY":{"at":0,…}}`; `at` is the index of the event |
//! | `rows.jsonl` | the rows to expect |
//!
//! `rows.jsonl` holds what the database would: keyed rows as they are in the end, inserted rows in their order; times
//! in µs, nulls left out. Tables of the plugin's own have the names that the database gives them, and columns in lower
//! case. `UPDATE=1` in the environment accepts what the plugin gives.
//!
//! Every case is also checked for what holds for all cases, see [`check_case`] and [`check_enricher_case`].
//!
//! ```no_run
//! # use concentrator_sdk::{Enricher, EventRows, Lane, View};
//! # struct NoPins;
//! # impl Enricher for NoPins {
//! #     const NAME: &'static str = "no-pins";
//! #     const VERSION: &'static str = "1";
//! #     const SEES: &'static [&'static str] = &[];
//! #     fn open(_: Lane, _: &str) -> Result<Self, String> { Ok(Self) }
//! #     fn enrich(&mut self, _: &View<'_>, _: &mut EventRows) -> Result<(), String> { Ok(()) }
//! # }
//! #[test]
//! fn every_case() {
//!     concentrator_sdk::testing::every_case("cases".as_ref(), concentrator_sdk::testing::check_enricher_case::<NoPins>);
//! }
//! ```

mod custom;
mod enrich;
mod invariants;
mod table;

pub use enrich::{GivenRow, check_enricher_case, enrich, given};

pub use table::{Database, Row};

use crate::{
    CustomTable, Lane, Mapper, bindings::concentrator::mapping::types::CustomRows, mapper, row, rows::TableRows,
};
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
    M::open(lane(), &config(case)).unwrap_or_else(|error| panic!("{}: {error}", case.display()))
}

/// Calls `check` with every folder of `folder` that is a case.
///
/// # Panics
/// There is none, or a check fails.
pub fn every_case(folder: &Path, check: impl Fn(&Path)) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut cases: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    cases.retain(|case| case.join("events.jsonl").exists());
    cases.sort();
    assert!(!cases.is_empty(), "{}: no case", folder.display());
    cases.iter().for_each(|case| check(case));
}

fn config(case: &Path) -> String {
    let folders = [Some(case), case.parent()].into_iter().flatten();
    folders.map(|folder| folder.join("config.json")).find_map(|file| fs::read_to_string(file).ok()).unwrap_or_default()
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

/// Rows as the plugin emitted them, in the order of the events.
pub type Emitted = Vec<EmittedRow>;

/// A row as the plugin emitted it.
#[derive(Clone, Debug, PartialEq)]
pub struct EmittedRow {
    /// Index of the event in the case.
    pub event: usize,
    /// Name of its table in the database.
    pub table: String,
    /// Columns of the key by which it replaces another row; none: it is added.
    pub key: Vec<String>,
    /// The row.
    pub row: Row,
}

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
    emitted(&Made { plugin: M::NAME, own: &M::custom(), tables: &mapped.tables, custom: &mapped.custom }, first)
}

/// What a plugin made of a batch.
struct Made<'a> {
    plugin: &'a str,
    own: &'a [CustomTable],
    tables: &'a [TableRows],
    custom: &'a [CustomRows],
}

/// The rows of a batch, whose first event has the index `first` in the case.
fn emitted(made: &Made<'_>, first: usize) -> Emitted {
    let mut emitted = Vec::new();
    let mut add = |table: &str, key: Vec<String>, mut row: Row| {
        let at = row.get("at").and_then(serde_json::Value::as_u64).unwrap_or_default();
        if let Some(row) = row.as_object_mut() {
            row.remove("at");
            row.retain(|_, value| !value.is_null());
        }
        let event = first + usize::try_from(at).unwrap_or_default();
        emitted.push(EmittedRow { event, table: table.to_owned(), key, row });
    };
    for rows in made.tables {
        let (table, rows) = row::json::of(rows);
        let key = row::json::key_of(table).unwrap_or_default();
        rows.into_iter().for_each(|row| add(table, key.iter().map(|&column| column.to_owned()).collect(), row));
    }
    for (table, key, row) in custom::rows(made.plugin, made.own, made.custom) {
        add(&table, key, row);
    }
    // Rows come table by table; the order within an event and a table is what counts.
    emitted.sort_by(|one, other| (one.event, &one.table).cmp(&(other.event, &other.table)));
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
    custom::check(M::NAME, &M::custom());
    let events = events(case);
    let whole = map::<M>(&mut open(case), &events, 0);
    for size in SPLITS {
        same(case, size, &whole, &map_split::<M>(case, &events, size));
    }
    let database = Database::of(&whole);
    invariants::check(&case.display().to_string(), &database);
    compare(case, &database);
}

/// The case's rows are the expected ones.
fn compare(case: &Path, database: &Database) {
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

/// Sizes of batches that are tried.
const SPLITS: [usize; 3] = [1, 7, 64];

/// Maps a case in batches of `size`, each by another mapper that has the state of the one before.
fn map_split<M: Mapper>(case: &Path, events: &[Vec<u8>], size: usize) -> Emitted {
    let mut mapper: M = open(case);
    let mut emitted = Vec::new();
    for (at, batch) in events.chunks(size).enumerate() {
        let state = mapper.snapshot().unwrap_or_else(|error| panic!("{error}"));
        mapper = open(case);
        mapper::restore(&mut mapper, M::STATE_VERSION, &state).unwrap_or_else(|error| panic!("{error}"));
        emitted.extend(map(&mut mapper, batch, at * size));
    }
    emitted
}

/// Batches of `size` give the same rows.
fn same(case: &Path, size: usize, whole: &Emitted, split: &Emitted) {
    if let Some((one, other)) = whole.iter().zip(split).find(|(one, other)| one != other) {
        panic!("{}: batches of {size} give other rows\n- {one:?}\n+ {other:?}", case.display());
    }
    assert_eq!(whole.len(), split.len(), "{}: batches of {size} give other rows", case.display());
}
