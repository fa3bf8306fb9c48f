//! `migrations/*/0002_dictionary.sql`: every code value, from `wit/idb.dictionary`; values that came later, with the
//! number of their migration before them (`@3`), go there.

use super::tables::Table;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A kind of code: the columns that hold it, each under a number of its own, and its values.
#[derive(Debug)]
pub(crate) struct Kind {
    /// TYPEID and `TABLE.COLUMN`.
    pub(crate) columns: Vec<(i32, String)>,
    pub(crate) values: Vec<Value>,
}

/// A code value.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) number: i32,
    pub(crate) name: String,
    pub(crate) description: String,
    /// The migration that brings it.
    pub(crate) migration: i32,
}

/// The migration that brings every value that does not say otherwise.
pub(crate) const FIRST: i32 = 2;

/// The kinds of codes, in the order of the file.
///
/// # Errors
/// A column that is not in `tables`, a number or column used twice, and a column whose description begins with code
/// values but which the dictionary leaves out.
pub(crate) fn parse(source: &str, tables: &[Table]) -> Result<Vec<Kind>> {
    let mut kinds: Vec<Kind> = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let place = || format!("wit/idb.dictionary:{}: {line}", index + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(head) = line.strip_prefix("type ") {
            kinds.push(kind(head).with_context(place)?);
        } else {
            let value = value(line).with_context(place)?;
            kinds.last_mut().with_context(place)?.values.push(value);
        }
    }
    check(&kinds, tables)?;
    Ok(kinds)
}

fn kind(head: &str) -> Result<Kind> {
    let column = |entry: &str| {
        let (number, column) = entry.trim().split_once(' ').context("no TABLE.COLUMN")?;
        Ok((number.parse().context("no number")?, column.to_owned()))
    };
    Ok(Kind { columns: head.split(',').map(column).collect::<Result<_>>()?, values: Vec::new() })
}

fn value(line: &str) -> Result<Value> {
    let line = line.trim();
    let later = line.strip_prefix('@').and_then(|line| line.split_once(' '));
    let (migration, line) = match later {
        Some((migration, line)) => (migration.parse().context("no migration")?, line.trim()),
        None => (FIRST, line),
    };
    let (number, rest) = line.split_once("  ").context("no name")?;
    let (name, description) = rest.split_once("  ").context("no description")?;
    let number = number.parse().context("no number")?;
    Ok(Value { number, name: name.to_owned(), description: description.to_owned(), migration })
}

fn check(kinds: &[Kind], tables: &[Table]) -> Result<()> {
    let (mut numbers, mut columns) = (BTreeSet::new(), BTreeSet::new());
    let known: BTreeSet<String> = tables
        .iter()
        .flat_map(|table| table.columns.iter().map(move |column| format!("{}.{}", table.name, column.name)))
        .collect();
    for (number, column) in kinds.iter().flat_map(|kind| &kind.columns) {
        ensure!(known.contains(column), "wit/idb.dictionary: no column {column}");
        ensure!(numbers.insert(number), "wit/idb.dictionary: type {number} is used twice");
        ensure!(columns.insert(column.as_str()), "wit/idb.dictionary: {column} is there twice");
    }
    for table in tables {
        for column in table.columns.iter().filter(|column| column.text.starts_with(|c: char| c.is_ascii_digit())) {
            let name = format!("{}.{}", table.name, column.name);
            ensure!(columns.contains(name.as_str()), "wit/idb.dictionary: {name} has code values, but is left out");
        }
    }
    Ok(())
}

/// Text of the file of that migration; the same words serve both databases.
pub(crate) fn render(kinds: &[Kind], migration: i32) -> String {
    let mut types = Vec::new();
    let mut values = Vec::new();
    for kind in kinds {
        for (number, column) in &kind.columns {
            if migration == FIRST {
                types.push(format!("({number}, {})", quoted(column)));
            }
            values.extend(kind.values.iter().filter(|value| value.migration == migration).map(|value| {
                format!("({number}, {}, {}, {})", value.number, quoted(&value.name), quoted(&value.description))
            }));
        }
    }
    let what = if migration == FIRST { "Every code value" } else { "Code values that came later" };
    let mut out = format!(
        "-- {what}.\n\
                   -- Made from wit/idb.dictionary by `cargo xtask generate`; do not edit.\n"
    );
    if !types.is_empty() {
        let _ = writeln!(out, "\nINSERT INTO G_DICT_TYPE (TYPEID, NAME) VALUES\n  {};", types.join(",\n  "));
    }
    let _ = writeln!(
        out,
        "\nINSERT INTO G_DICTIONARY (TYPEID, VALUEID, NAME, DESCRIPTION) VALUES\n  {};",
        values.join(",\n  ")
    );
    out
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
