//! What stands in a database, as text that can be compared.

use concentrator::record::{ColumnType, TABLES, Table, Writing};
use std::collections::BTreeMap;
use std::path::Path;

/// Columns that tell of the processing and not of what happened: other after a crash, for session marks take positions.
const PROCESSING: [&str; 5] = ["ID", "GSYS_DOMAIN", "GSYS_SEQ", "GSYS_USEQ", "GSYS_PARTITION"];
const EXT: [&str; 4] = ["GSYS_EXT_VCH1", "GSYS_EXT_VCH2", "GSYS_EXT_INT1", "GSYS_EXT_INT2"];

/// Rows of each table, a line each, sorted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rows(pub(crate) BTreeMap<&'static str, Vec<String>>);

/// Names of a table's columns, and whether each is a timestamp.
fn columns(table: &Table, processing: bool) -> Vec<(String, bool)> {
    let mut names = Vec::new();
    if processing || table.writing == Writing::Object {
        names.push((table.row_id.to_owned(), false));
    }
    for column in table.columns {
        names.push((column.name.to_owned(), column.ty == ColumnType::Time));
        if column.ty == ColumnType::Time {
            names.push((format!("{}_TS", column.name), false));
            names.push((format!("{}_TCODE", column.name), false));
        }
    }
    names.extend(EXT.map(|name| (name.to_owned(), false)));
    if processing {
        names.extend(PROCESSING.iter().skip(1).map(|name| ((*name).to_owned(), false)));
    }
    names
}

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
            let parts =
                columns(table, processing).into_iter().map(|(name, _)| format!("COALESCE(CAST({name} AS TEXT), '-')"));
            let text = format!("SELECT {} FROM {}", parts.collect::<Vec<_>>().join(" || '|' || "), table.name);
            let mut statement = database.prepare(&text).unwrap();
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
            sorted(rows.map(Result::unwrap).collect())
        };
        Self(TABLES.iter().map(|table| (table.name, read(table))).collect())
    }

    /// Everything, of a PostgreSQL database.
    pub(crate) fn all_of_postgres(cluster: &cluster::Cluster, database: &str) -> Self {
        let read = |table: &'static Table| {
            let part = |(name, time): (String, bool)| {
                let text =
                    if time { format!("TO_CHAR({name}, 'YYYY-MM-DD HH24:MI:SS.MS')") } else { format!("{name}::text") };
                format!("COALESCE({text}, '-')")
            };
            let parts: Vec<String> = columns(table, true).into_iter().map(part).collect();
            let text = format!("SELECT {} FROM {}", parts.join(" || '|' || "), table.name);
            let answer = cluster.sql(database, &text).unwrap();
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
