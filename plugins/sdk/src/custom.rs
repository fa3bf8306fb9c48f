//! Tables of a plugin's own: how they are declared, and how rows of them are written.
//!
//! The host makes a declared table under the name `X_<PLUGIN>_<NAME>`. A later version of the plugin may add columns;
//! types and keys stay as they are. With a key, a row replaces the one before of the same key, so it is to be whole;
//! without one, rows are only added.
//!
//! ```
//! use concentrator_sdk::custom::{CustomRows, CustomTable, ColumnType::{Integer, Text, Time}};
//!
//! fn tables() -> Vec<CustomTable> {
//!     vec![
//!         CustomTable::new("ORDERS", "Orders that were taken on the phone")
//!             .key("ORDER_ID", Text(50))
//!             .column("ITEMS", Integer)
//!             .column("PLACED", Time),
//!     ]
//! }
//!
//! let mut rows = CustomRows::of(tables());
//! rows.row("ORDERS").text("ORDER_ID", "A-17").integer("ITEMS", 3).time("PLACED", 1_800_000_000_000_000).write()?;
//!
//! // What is wrong with a row is said when it is written.
//! let wrong = rows.row("ORDERS").text("ITEMS", "three").write();
//! assert_eq!(wrong.unwrap_err(), "ORDERS.ITEMS is an integer, not text");
//! # Ok::<(), String>(())
//! ```
//!
//! # Invariants
//! 1. What the host would refuse of a row – a table or column that was not declared, a value of another type, a key
//!    without a value – is refused here, with the name of the column (`tests::wrong_rows_are_refused`).
//! 2. A row that was refused, or never written, leaves nothing behind (`tests::wrong_rows_are_refused`).

use crate::bindings::concentrator::mapping::types;

pub use types::{ColumnType, CustomColumn, CustomTable, CustomValue};

impl CustomTable {
    /// A table without columns, of that name; `text` says to a person what a row tells.
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned(), columns: Vec::new() }
    }

    /// A further column of the key by which a row is found again and replaced; it always has a value.
    #[must_use]
    pub fn key(self, name: &str, column_type: ColumnType) -> Self {
        self.with(name, column_type, true)
    }

    /// A further column.
    #[must_use]
    pub fn column(self, name: &str, column_type: ColumnType) -> Self {
        self.with(name, column_type, false)
    }

    fn with(mut self, name: &str, type_: ColumnType, key: bool) -> Self {
        self.columns.push(CustomColumn { name: name.to_owned(), type_, key });
        self
    }
}

/// Rows of a plugin's own tables, until the batch is done.
#[derive(Default)]
pub struct CustomRows {
    /// Index, in the batch, of the event that makes rows now.
    pub(crate) at: u32,
    tables: Option<Vec<(CustomTable, Vec<types::CustomRow>)>>,
}

impl CustomRows {
    /// No rows yet, of these tables.
    #[must_use]
    pub fn of(tables: Vec<CustomTable>) -> Self {
        let mut rows = Self::default();
        rows.declare(|| tables);
        rows
    }

    /// These are the tables, if that has not been said.
    pub(crate) fn declare(&mut self, tables: impl FnOnce() -> Vec<CustomTable>) {
        if self.tables.is_none() {
            self.tables = Some(tables().into_iter().map(|table| (table, Vec::new())).collect());
        }
    }

    /// Begins a row of the table of that name.
    pub fn row(&mut self, table: &str) -> NewRow<'_> {
        let tables = self.tables.as_deref_mut().unwrap_or_default();
        let Some((of, rows)) = tables.iter_mut().find(|(known, _)| known.name == table) else {
            return NewRow { to: None, problem: Some(format!("{table} is not among the plugin's own tables")) };
        };
        let values = of.columns.iter().map(|_| CustomValue::None).collect();
        NewRow { to: Some((of, rows, types::CustomRow { at: self.at, values })), problem: None }
    }

    /// Forgets the rows of the event that makes rows now.
    pub(crate) fn forget_event(&mut self) {
        for (_, rows) in self.tables.iter_mut().flatten() {
            while rows.last().is_some_and(|row| row.at == self.at) {
                rows.pop();
            }
        }
    }

    /// Takes all rows out; tables without rows are left out.
    pub(crate) fn take(&mut self) -> Vec<types::CustomRows> {
        let tables = self.tables.iter_mut().flatten().filter(|(_, rows)| !rows.is_empty());
        tables
            .map(|(table, rows)| types::CustomRows { table: table.name.clone(), rows: std::mem::take(rows) })
            .collect()
    }
}

/// A row that is being written; columns that are not named are null.
#[must_use = "nothing is written before `write`"]
pub struct NewRow<'a> {
    to: Option<(&'a CustomTable, &'a mut Vec<types::CustomRow>, types::CustomRow)>,
    problem: Option<String>,
}

impl NewRow<'_> {
    /// Text, or null.
    pub fn text<'t>(self, column: &str, value: impl Into<Option<&'t str>>) -> Self {
        let value = value.into().map(|text| CustomValue::Text(text.to_owned()));
        self.set(column, "text", value, |column_type| matches!(column_type, ColumnType::Text(_)))
    }

    /// A number, or null.
    pub fn integer(self, column: &str, value: impl Into<Option<i64>>) -> Self {
        let value = value.into().map(CustomValue::Integer);
        self.set(column, "an integer", value, |column_type| matches!(column_type, ColumnType::Integer))
    }

    /// A moment in µs since 1970 UTC, or null.
    pub fn time(self, column: &str, value: impl Into<Option<i64>>) -> Self {
        let value = value.into().map(CustomValue::Time);
        self.set(column, "a time", value, |column_type| matches!(column_type, ColumnType::Time))
    }

    fn set(
        mut self,
        column: &str,
        given: &str,
        value: Option<CustomValue>,
        fits: impl FnOnce(&ColumnType) -> bool,
    ) -> Self {
        let Some((table, _, row)) = &mut self.to else { return self };
        let mut places = table.columns.iter().zip(&mut row.values);
        let problem = match places.find(|(known, _)| known.name == column) {
            None => Some(format!("{} has no column {column}", table.name)),
            Some((known, _)) if !fits(&known.type_) => {
                Some(format!("{}.{column} is {}, not {given}", table.name, name_of(&known.type_)))
            }
            Some((_, place)) => {
                *place = value.unwrap_or(CustomValue::None);
                None
            }
        };
        // The first one is what a person looks for.
        self.problem = self.problem.or(problem);
        self
    }

    /// Writes the row.
    ///
    /// # Errors
    /// What is wrong with it, for a person; nothing is written then.
    pub fn write(self) -> Result<(), String> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let Some((table, rows, row)) = self.to else { return Ok(()) };
        let mut places = table.columns.iter().zip(&row.values);
        if let Some((column, _)) = places.find(|(column, value)| column.key && matches!(value, CustomValue::None)) {
            return Err(format!("{}.{} belongs to the key and has no value", table.name, column.name));
        }
        rows.push(row);
        Ok(())
    }
}

fn name_of(column_type: &ColumnType) -> &'static str {
    match column_type {
        ColumnType::Text(_) => "text",
        ColumnType::Integer => "an integer",
        ColumnType::Time => "a time",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> CustomRows {
        CustomRows::of(vec![
            CustomTable::new("ORDERS", "orders")
                .key("ORDER_ID", ColumnType::Text(50))
                .column("ITEMS", ColumnType::Integer)
                .column("PLACED", ColumnType::Time),
        ])
    }

    #[test]
    fn wrong_rows_are_refused() {
        let check = |write: fn(&mut CustomRows) -> Result<(), String>, expect: &str| {
            let mut rows = rows();
            assert_eq!(write(&mut rows), Err(expect.to_owned()));
            assert!(rows.take().is_empty(), "{expect}: the row was written all the same");
        };
        check(|rows| rows.row("OTHER").integer("A", 1).write(), "OTHER is not among the plugin's own tables");
        check(|rows| rows.row("ORDERS").text("NAME", "x").integer("ITEMS", 1).write(), "ORDERS has no column NAME");
        check(|rows| rows.row("ORDERS").time("ITEMS", 5).write(), "ORDERS.ITEMS is an integer, not a time");
        check(|rows| rows.row("ORDERS").integer("ORDER_ID", 5).write(), "ORDERS.ORDER_ID is text, not an integer");
        check(|rows| rows.row("ORDERS").integer("PLACED", 5).write(), "ORDERS.PLACED is a time, not an integer");
        let no_key = "ORDERS.ORDER_ID belongs to the key and has no value";
        check(|rows| rows.row("ORDERS").text("ORDER_ID", None).write(), no_key);
        check(|rows| rows.row("ORDERS").integer("ITEMS", 5).write(), no_key);
    }

    #[test]
    fn what_is_not_named_is_null() {
        let mut rows = rows();
        rows.at = 3;
        rows.row("ORDERS").text("ORDER_ID", "A").integer("ITEMS", None).write().unwrap();
        let taken = rows.take();
        let row = taken.first().and_then(|table| table.rows.first()).unwrap();
        assert_eq!(row.at, 3);
        assert!(matches!(row.values[..], [CustomValue::Text(_), CustomValue::None, CustomValue::None]));
        assert!(rows.take().is_empty());
    }

    #[test]
    fn rows_of_a_rejected_event_are_forgotten() {
        let mut rows = rows();
        for at in 0..3 {
            rows.at = at;
            rows.row("ORDERS").text("ORDER_ID", "A").write().unwrap();
        }
        rows.forget_event();
        assert_eq!(rows.take().first().map(|table| table.rows.len()), Some(2));
    }
}
