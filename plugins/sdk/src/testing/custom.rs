//! Tables of a plugin's own, as the host would have them.

use super::Row;
use crate::{
    bindings::concentrator::mapping::types::{CustomRow, CustomRows},
    custom::{ColumnType, CustomColumn, CustomTable, CustomValue},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Longest name of a table in a database, in bytes.
const DATABASE_NAME_MAX: usize = 63;

/// The name of such a table in the database.
fn name_of(plugin: &str, table: &str) -> String {
    format!("X_{plugin}_{table}").to_uppercase().replace('-', "_")
}

/// The declared tables are such as the host makes.
///
/// # Panics
/// They are not.
pub(super) fn check(plugin: &str, tables: &[CustomTable]) {
    let mut names = BTreeSet::new();
    for table in tables {
        let name = name_of(plugin, &table.name);
        assert!(is_name(&table.name), "{}: a table's name is 1 to 30 letters, digits and `_`", table.name);
        assert!(name.len() <= DATABASE_NAME_MAX, "{name} is longer than {DATABASE_NAME_MAX} characters");
        assert!((1..=100).contains(&table.columns.len()), "{}: a table has 1 to 100 columns", table.name);
        let mut columns = BTreeSet::new();
        for CustomColumn { name: column, type_, .. } in &table.columns {
            assert!(is_name(column), "{}.{column}: a column's name is 1 to 30 letters, digits and `_`", table.name);
            assert!(columns.insert(column.to_uppercase()), "{}.{column} is declared twice", table.name);
            if let ColumnType::Text(characters) = type_ {
                assert!((1..=4000).contains(characters), "{}.{column}: text has 1 to 4000 characters", table.name);
            }
        }
        assert!(names.insert(name), "{} is declared twice", table.name);
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (1..=30).contains(&name.len()) && name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(allowed)
}

/// Rows with the name of their table and the columns of its key.
pub(super) fn rows(plugin: &str, tables: &[CustomTable], made: &[CustomRows]) -> Vec<(String, Vec<String>, Row)> {
    let mut rows = Vec::new();
    for CustomRows { table, rows: of } in made {
        let known = tables.iter().find(|known| known.name == *table);
        let CustomTable { columns, .. } = known.unwrap_or_else(|| panic!("{table} was not declared"));
        let key: Vec<_> = columns.iter().filter(|column| column.key).map(|column| column.name.to_lowercase()).collect();
        rows.extend(of.iter().map(|row| (name_of(plugin, table), key.clone(), as_json(columns, row))));
    }
    rows
}

fn as_json(columns: &[CustomColumn], row: &CustomRow) -> Row {
    let mut object = Map::new();
    object.insert("at".to_owned(), json!(row.at));
    for (column, value) in columns.iter().zip(&row.values) {
        let value = match value {
            CustomValue::None => Value::Null,
            CustomValue::Text(text) => json!(text),
            CustomValue::Integer(number) | CustomValue::Time(number) => json!(number),
        };
        object.insert(column.name.to_lowercase(), value);
    }
    Value::Object(object)
}
