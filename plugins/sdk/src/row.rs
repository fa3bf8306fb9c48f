//! What all typed rows have in common: the table to which they belong, and the event that made them.

use crate::{rows::*, tables::every_table};

/// A row of a table.
pub trait Row: Sized + 'static {
    /// Name of its table.
    const TABLE: &'static str;

    /// Index, in the batch, of the event that made it.
    fn at(&self) -> u32;

    /// That event is the one of this index.
    fn set_at(&mut self, at: u32);

    /// The rows, if they are of this table.
    fn of(rows: &mut TableRows) -> Option<&mut Vec<Self>>;

    /// Rows of this table among those of others.
    fn into_table(rows: Vec<Self>) -> TableRows;
}

macro_rules! rows {
    ($($row:ident $name:literal [$($key:literal),*];)*) => {
        $(impl Row for $row {
            const TABLE: &'static str = $name;

            fn at(&self) -> u32 {
                self.at
            }

            fn set_at(&mut self, at: u32) {
                self.at = at;
            }

            fn of(rows: &mut TableRows) -> Option<&mut Vec<Self>> {
                match rows {
                    TableRows::$row(rows) => Some(rows),
                    _ => None,
                }
            }

            fn into_table(rows: Vec<Self>) -> TableRows {
                TableRows::$row(rows)
            }
        })*
    };
}
every_table!(rows);

#[cfg(feature = "testing")]
pub(crate) mod json {
    //! Rows of all tables as JSON.

    use super::*;
    use serde_json::Value;

    macro_rules! as_json {
        ($($row:ident $name:literal [$($key:literal),*];)*) => {
            /// Name of a table's rows, and the rows as JSON objects.
            pub(crate) fn of(rows: &TableRows) -> (&'static str, Vec<Value>) {
                match rows {
                    $(TableRows::$row(rows) => {
                        ($name, rows.iter().filter_map(|row| serde_json::to_value(row).ok()).collect())
                    })*
                }
            }

            /// Rows of the table of that name, from JSON objects.
            pub(crate) fn read(table: &str, rows: &[Value]) -> Result<TableRows, String> {
                match table {
                    $($name => {
                        let read = rows.iter().map(|row| serde_json::from_value(row.clone()));
                        read.collect::<Result<_, _>>().map(TableRows::$row).map_err(|error| error.to_string())
                    })*
                    _ => Err(format!("{table} is not a table that plugins write")),
                }
            }

            /// Key columns of a table; none: rows are only added.
            pub(crate) fn key_of(table: &str) -> Option<&'static [&'static str]> {
                match table {
                    $($name => Some(&[$($key),*]),)*
                    _ => None,
                }
            }
        };
    }
    every_table!(as_json);
}
