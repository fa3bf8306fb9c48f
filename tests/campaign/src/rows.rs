//! What stands in a database, in a form that can be compared: of the same events, undisturbed and disturbed runs must
//! give the same, row by row and column by column.

use anyhow::{Context, Result};
use concentrator::record::{ColumnType, TABLES, Table, Writing};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// Columns that tell of the processing and not of what happened: other after a crash, for session marks take positions
/// (docs/explanation/delivery.md lists them). GSYS_TS and GSYS_TC, when a row was written, are never compared.
pub const PROCESSING: [&str; 5] = ["ID", "GSYS_DOMAIN", "GSYS_SEQ", "GSYS_USEQ", "GSYS_PARTITION"];
const EXT: [&str; 4] = ["GSYS_EXT_VCH1", "GSYS_EXT_VCH2", "GSYS_EXT_INT1", "GSYS_EXT_INT2"];
/// Rows shown of a table that differs.
const SHOWN: usize = 10;

/// Names of a table's columns, and whether each is a timestamp.
#[must_use]
pub fn columns(table: &Table, processing: bool) -> Vec<(String, bool)> {
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

/// The query that gives a row of `table` as one text, in SQLite.
#[must_use]
pub fn sqlite_text(table: &Table, processing: bool) -> String {
    let part = |(name, _)| format!("COALESCE(CAST({name} AS TEXT), '-')");
    let parts: Vec<String> = columns(table, processing).into_iter().map(part).collect();
    format!("SELECT {} FROM {}", parts.join(" || '|' || "), table.name)
}

/// The same in PostgreSQL.
#[must_use]
pub fn postgres_text(table: &Table, processing: bool) -> String {
    let part = |(name, time): (String, bool)| {
        let text = if time { format!("TO_CHAR({name}, 'YYYY-MM-DD HH24:MI:SS.MS')") } else { format!("{name}::text") };
        format!("COALESCE({text}, '-')")
    };
    let parts: Vec<String> = columns(table, processing).into_iter().map(part).collect();
    format!("SELECT {} FROM {}", parts.join(" || '|' || "), table.name)
}

/// A database that can be read.
pub enum Database<'a> {
    /// A file of SQLite.
    Sqlite(&'a Path),
    /// A database of a PostgreSQL server.
    Postgres(&'a cluster::Cluster, &'a str),
}

impl Database<'_> {
    /// Shows every row that the query gives, as text; columns divided by `|`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn each(&self, query: &str, mut see: impl FnMut(&str)) -> Result<()> {
        match self {
            Self::Sqlite(file) => {
                let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
                let database = rusqlite::Connection::open_with_flags(file, flags)
                    .or_else(|_| rusqlite::Connection::open(file))
                    .with_context(|| format!("open {}", file.display()))?;
                let mut statement = database.prepare(query)?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    see(row.get_ref(0)?.as_str()?);
                }
                Ok(())
            }
            Self::Postgres(cluster, database) => {
                let answer = cluster.sql(database, query)?;
                answer.lines().for_each(see);
                Ok(())
            }
        }
    }

    /// The only number that the query gives.
    ///
    /// # Errors
    /// The database cannot be read, or the answer is no number.
    pub fn number(&self, query: &str) -> Result<i64> {
        let mut found = None;
        let query = format!("SELECT CAST(({query}) AS TEXT)");
        self.each(&query, |text| found = text.parse().ok())?;
        found.with_context(|| format!("no number: {query}"))
    }

    fn text_of(&self, table: &Table) -> String {
        match self {
            Self::Sqlite(_) => sqlite_text(table, false),
            Self::Postgres(..) => postgres_text(table, false),
        }
    }

    /// What stands in every table, whatever the order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn digest(&self) -> Result<Content> {
        let mut tables = BTreeMap::new();
        for table in TABLES {
            let mut content = Sum::default();
            self.each(&self.text_of(table), |row| content.add(row))?;
            tables.insert(table.name, content);
        }
        Ok(Content(tables))
    }
}

/// Number and sum of the rows of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    rows: u64,
    sum: u128,
}

impl Sum {
    fn add(&mut self, row: &str) {
        self.rows += 1;
        self.sum = self.sum.wrapping_add(hash(row));
    }
}

fn hash(row: &str) -> u128 {
    let digest = Sha256::digest(row.as_bytes());
    digest.iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte))
}

/// What stands in every table.
#[derive(Debug, PartialEq, Eq)]
pub struct Content(BTreeMap<&'static str, Sum>);

impl Content {
    /// Rows of all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.0.values().map(|table| table.rows).sum()
    }
}

/// Every difference between two databases, a line each; empty when there is none.
///
/// # Errors
/// A database cannot be read.
pub fn differences(left: &Database<'_>, right: &Database<'_>) -> Result<Vec<String>> {
    let (contents, others) = (left.digest()?, right.digest()?);
    let mut found = Vec::new();
    for table in TABLES {
        let (Some(one), Some(other)) = (contents.0.get(table.name), others.0.get(table.name)) else { continue };
        if one == other {
            continue;
        }
        found.push(format!("! {}: {} rows and {} rows", table.name, one.rows, other.rows));
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        left.each(&left.text_of(table), |row| *counts.entry(row.to_owned()).or_default() += 1)?;
        right.each(&right.text_of(table), |row| *counts.entry(row.to_owned()).or_default() -= 1)?;
        let differing = counts.iter().filter(|(_, count)| **count != 0);
        found.extend(differing.take(SHOWN).map(|(row, count)| format!("{count:+} {}: {row}", table.name)));
    }
    Ok(found)
}
