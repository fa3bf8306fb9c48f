//! What stands in a database, as text that can be compared.

use campaign::rows::{postgres_text, sqlite_text};
use concentrator::record::{TABLES, Table};
use std::collections::BTreeMap;
use std::path::Path;

/// Rows of each table, a line each, sorted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rows(pub(crate) BTreeMap<&'static str, Vec<String>>);

impl Rows {
    /// Everything but the columns of processing.
    pub(crate) fn of_sqlite(file: &Path) -> Self {
        Self::read_sqlite(file, false)
    }

    /// Everything.
    pub(crate) fn all_of_sqlite(file: &Path) -> Self {
        Self::read_sqlite(file, true)
    }

    fn read_sqlite(file: &Path, processing: bool) -> Self {
        let database = rusqlite::Connection::open(file).unwrap();
        let read = |table: &'static Table| {
            let text = sqlite_text(table, processing);
            let mut statement = database.prepare(&text).unwrap();
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
            sorted(rows.map(Result::unwrap).collect())
        };
        Self(TABLES.iter().map(|table| (table.name, read(table))).collect())
    }

    /// Everything, of a PostgreSQL database.
    pub(crate) fn all_of_postgres(cluster: &cluster::Cluster, database: &str) -> Self {
        let read = |table: &'static Table| {
            let answer = cluster.sql(database, &postgres_text(table, true)).unwrap();
            sorted(answer.lines().map(str::to_owned).collect())
        };
        Self(TABLES.iter().map(|table| (table.name, read(table))).collect())
    }

    /// Fails with the rows that differ.
    pub(crate) fn assert_equal(&self, other: &Self, what: &str) {
        let mut differences = Vec::new();
        for (table, rows) in &self.0 {
            let others = &other.0[table];
            let only = |left: &[String], right: &[String]| -> Vec<String> {
                left.iter().filter(|row| right.binary_search(row).is_err()).cloned().collect()
            };
            differences.extend(only(rows, others).into_iter().map(|row| format!("- {table}: {row}")));
            differences.extend(only(others, rows).into_iter().map(|row| format!("+ {table}: {row}")));
            if rows.len() != others.len() {
                differences.push(format!("! {table}: {} rows and {} rows", rows.len(), others.len()));
            }
        }
        assert!(differences.is_empty(), "{what}: {} differences\n{}", differences.len(), differences.join("\n"));
    }

    pub(crate) fn count(&self, table: &str) -> usize {
        self.0[table].len()
    }
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}
