//! Runs an enricher over a case, in the place that it has in a lane.

use super::{Database, Emitted, EmittedRow, Made, SPLITS, compare, config, custom, emitted, events, lane, same};
use crate::{Enricher, Kind, View, enricher, row::json, rows::TableRows};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// A row that the mapper made: index of the event, table, row.
pub type GivenRow = (usize, String, Value);

/// The rows of a case that the mapper made.
///
/// # Panics
/// A line cannot be read.
#[must_use]
pub fn given(case: &Path) -> Vec<GivenRow> {
    let text = fs::read_to_string(case.join("given.jsonl")).unwrap_or_default();
    let mut rows: Vec<_> = text.lines().filter(|line| !line.is_empty()).map(given_row).collect();
    rows.sort_by_key(|(at, ..)| *at);
    rows
}

fn given_row(line: &str) -> GivenRow {
    let read: BTreeMap<String, Value> = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let mut tables = read.into_iter();
    let (Some((table, row)), None) = (tables.next(), tables.next()) else { panic!("not one row: {line}") };
    let at = row.get("at").and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
    let at = at.unwrap_or_else(|| panic!("no index of an event as `at`: {line}"));
    let typed = json::read(&table, std::slice::from_ref(&row)).unwrap_or_else(|error| panic!("{error}: {line}"));
    let (_, known) = json::of(&typed);
    for column in row.as_object().into_iter().flatten().map(|(column, _)| column) {
        assert!(known.iter().all(|row| row.get(column).is_some()), "{table} has no column `{column}`: {line}");
    }
    (at, table, row)
}

/// Enriches events, of which the first has the index `first` in the case, and the rows that the mapper made of them.
/// As in a lane, the enricher is given the events that it asks for and the rows of tables that it sees.
///
/// # Panics
/// The enricher refuses the batch, or gives rows of tables that it did not declare.
pub fn enrich<E: Enricher>(enricher: &mut E, events: &[Vec<u8>], given: &[GivenRow], first: usize) -> Emitted {
    let of_batch = given.iter().filter(|(at, ..)| (first..first + events.len()).contains(at));
    let (seen, others): (Vec<_>, Vec<_>) = of_batch.partition(|(_, table, _)| E::SEES.contains(&table.as_str()));
    let mut result: Emitted = others.into_iter().flat_map(|row| as_emitted(std::slice::from_ref(row))).collect();
    let is_asked_for = |at: usize, event: &[u8]| {
        let event = View::parse(event).unwrap_or_else(|error| panic!("{error}"));
        let named = event.kind() == Kind::Source && E::EVENTS.contains(&event.name());
        E::EVENTS.is_empty() || named || seen.iter().any(|(of, ..)| *of == at)
    };
    let asked: Vec<usize> =
        (first..).zip(events).filter(|(at, event)| is_asked_for(*at, event)).map(|(at, _)| at).collect();
    let batch: Vec<u8> = asked.iter().filter_map(|at| events.get(at - first)).flatten().copied().collect();
    let inside = |at: usize| asked.iter().position(|of| *of == at).unwrap_or_default();
    let mut by_table: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (at, table, row) in seen.iter().copied() {
        let mut row = row.clone();
        row.as_object_mut().map(|row| row.insert("at".to_owned(), inside(*at).into()));
        by_table.entry(table).or_default().push(row);
    }
    let tables = by_table.iter().map(|(table, rows)| json::read(table, rows).unwrap_or_else(|error| panic!("{error}")));
    let enriched = enricher::enrich_batch(enricher, &batch, tables.collect()).unwrap_or_else(|error| panic!("{error}"));
    check_tables::<E>(&enriched.tables);
    let made = Made { plugin: E::NAME, own: &E::custom(), tables: &enriched.tables, custom: &enriched.custom };
    let outside = |row: EmittedRow| EmittedRow { event: asked.get(row.event).copied().unwrap_or(usize::MAX), ..row };
    result.extend(emitted(&made, 0).into_iter().map(outside));
    result.sort_by(|one, other| (one.event, &one.table).cmp(&(other.event, &other.table)));
    result
}

/// Rows that pass the enricher by.
fn as_emitted(rows: &[GivenRow]) -> Emitted {
    let mut all = Vec::new();
    for (at, table, row) in rows {
        let tables = json::read(table, std::slice::from_ref(row)).unwrap_or_else(|error| panic!("{error}"));
        let made = Made { plugin: "", own: &[], tables: &[tables], custom: &[] };
        all.extend(emitted(&made, 0).into_iter().map(|row| EmittedRow { event: *at, ..row }));
    }
    all
}

fn check_tables<E: Enricher>(tables: &[TableRows]) {
    for (table, _) in tables.iter().map(json::of) {
        let declared = E::SEES.contains(&table) || E::ADDS.contains(&table);
        assert!(declared, "{}: rows of {table}, which it neither sees nor adds", E::NAME);
    }
}

/// Checks a case of an enricher: its rows are the expected ones, and any split into batches, and a snapshot and
/// restoration between any two of them, gives the same rows.
///
/// # Panics
/// One of these does not hold; the message says which, with the rows.
pub fn check_enricher_case<E: Enricher>(case: &Path) {
    custom::check(E::NAME, &E::custom());
    let (events, given) = (events(case), given(case));
    if let Some((at, table, _)) = given.iter().find(|(at, ..)| *at >= events.len()) {
        panic!("{}: a row of {table} is of the event {at}, there are {}", case.display(), events.len());
    }
    let whole = enrich::<E>(&mut open(case), &events, &given, 0);
    for size in SPLITS {
        let mut enricher: E = open(case);
        let mut split = Vec::new();
        for (at, batch) in events.chunks(size).enumerate() {
            let state = enricher.snapshot().unwrap_or_else(|error| panic!("{error}"));
            enricher = open(case);
            enricher::restore(&mut enricher, E::STATE_VERSION, &state).unwrap_or_else(|error| panic!("{error}"));
            split.extend(enrich(&mut enricher, batch, &given, at * size));
        }
        same(case, size, &whole, &split);
    }
    compare(case, &Database::of(&whole));
}

fn open<E: Enricher>(case: &Path) -> E {
    E::open(lane(), &config(case)).unwrap_or_else(|error| panic!("{}: {error}", case.display()))
}
