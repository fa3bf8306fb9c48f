//! Rows as a database would hold them.

use super::{Emitted, EmittedRow};
use serde_json::Value;
use std::collections::BTreeMap;

/// A row: column → value; nulls are absent.
pub type Row = Value;

/// What a database would hold after a case.
#[derive(Default)]
pub struct Database {
    tables: BTreeMap<String, Vec<Row>>,
}

impl Database {
    /// Writes rows: keyed ones replace their predecessor, those that are gone are deleted.
    #[must_use]
    pub fn of(emitted: &Emitted) -> Self {
        let mut database = Self::default();
        let mut places: BTreeMap<(&str, String), usize> = BTreeMap::new();
        let mut tables: BTreeMap<&str, Vec<Option<Row>>> = BTreeMap::new();
        for EmittedRow { table, key: keys, row, .. } in emitted {
            let rows = tables.entry(table).or_default();
            let gone = row.get("gone").and_then(Value::as_bool).unwrap_or_default();
            let place = if keys.is_empty() {
                None
            } else {
                let key = keys.iter().map(|key| row.get(key).map(Value::to_string).unwrap_or_default());
                let key = (table.as_str(), key.collect::<Vec<_>>().join("|"));
                let place = *places.entry(key).or_insert_with(|| {
                    rows.push(None);
                    rows.len() - 1
                });
                Some(place)
            };
            let mut row = row.clone();
            row.as_object_mut().map(|row| row.remove("gone"));
            let row = (!gone).then_some(row);
            match place.and_then(|place| rows.get_mut(place)) {
                Some(place) => *place = row,
                None => rows.push(row),
            }
        }
        for (table, rows) in tables {
            database.tables.insert(table.to_owned(), rows.into_iter().flatten().collect());
        }
        database
    }

    /// The rows of a table.
    #[must_use]
    pub fn rows(&self, table: &str) -> &[Row] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// A line of JSON for each row.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let mut lines = String::new();
        for (table, rows) in &self.tables {
            for row in rows {
                lines.push_str(&format!("{{\"{table}\":{row}}}\n"));
            }
        }
        lines
    }
}

/// Lines that only one side has, in their order: `-` expected, `+` given. Empty if there are none.
pub(super) fn difference(expected: &str, given: &str) -> String {
    let mut counts: BTreeMap<&str, i32> = BTreeMap::new();
    for line in given.lines() {
        *counts.entry(line).or_default() += 1;
    }
    let mut missing = Vec::new();
    for line in expected.lines() {
        let count = counts.entry(line).or_default();
        *count -= 1;
        if *count < 0 {
            missing.push(format!("- {line}"));
        }
    }
    let mut added = Vec::new();
    for line in given.lines().rev() {
        if let Some(count) = counts.get_mut(line).filter(|count| **count > 0) {
            *count -= 1;
            added.push(format!("+ {line}"));
        }
    }
    added.reverse();
    missing.extend(added);
    missing.join("\n")
}
