//! The statements that write rows, made from the layout of a table: one text per table and way.

use super::layout::{Layout, StoredType};
use crate::record::Writing;

/// Adds or updates rows: an array a column. PostgreSQL.
pub(super) fn unnest(layout: &Layout) -> String {
    let arrays: Vec<String> =
        layout.columns.iter().enumerate().map(|(index, (_, ty))| format!("${}::{}[]", index + 1, name(*ty))).collect();
    format!("{} SELECT * FROM UNNEST({}){}", into(layout), arrays.join(", "), on_conflict(layout))
}

/// Adds rows: the binary form of COPY. PostgreSQL.
pub(super) fn copy(layout: &Layout) -> String {
    format!("COPY {} ({}) FROM STDIN (FORMAT binary)", layout.table.name, columns(layout))
}

/// Deletes rows by key: an array a column of the key. PostgreSQL.
pub(super) fn delete_unnest(layout: &Layout) -> String {
    let ty = |key: &str| layout.type_of(key).map_or("text", name);
    let arrays: Vec<String> =
        layout.key.iter().enumerate().map(|(index, key)| format!("${}::{}[]", index + 1, ty(key))).collect();
    let equal: Vec<String> = layout.key.iter().map(|key| format!("OF_ROW.{key} = GONE.{key}")).collect();
    format!(
        "DELETE FROM {} OF_ROW USING UNNEST({}) AS GONE ({}) WHERE {}",
        layout.table.name,
        arrays.join(", "),
        layout.key.join(", "),
        equal.join(" AND ")
    )
}

/// Adds or updates one row. SQLite.
pub(super) fn values(layout: &Layout) -> String {
    let marks = vec!["?"; layout.columns.len()].join(", ");
    format!("{} VALUES ({marks}){}", into(layout), on_conflict(layout))
}

/// Deletes one row by key. SQLite.
pub(super) fn delete(layout: &Layout) -> String {
    let equal: Vec<String> = layout.key.iter().map(|key| format!("{key} = ?")).collect();
    format!("DELETE FROM {} WHERE {}", layout.table.name, equal.join(" AND "))
}

fn into(layout: &Layout) -> String {
    format!("INSERT INTO {} ({})", layout.table.name, columns(layout))
}

fn columns(layout: &Layout) -> String {
    layout.columns.iter().map(|(name, _)| name.as_ref()).collect::<Vec<_>>().join(", ")
}

fn on_conflict(layout: &Layout) -> String {
    if layout.table.writing == Writing::Insert {
        return String::new();
    }
    let set: Vec<String> = layout.updated().map(|name| format!("{name} = EXCLUDED.{name}")).collect();
    format!(" ON CONFLICT ({}) DO UPDATE SET {}", layout.key.join(", "), set.join(", "))
}

fn name(ty: StoredType) -> &'static str {
    match ty {
        StoredType::Text => "text",
        StoredType::Int => "int4",
        StoredType::Big => "int8",
        StoredType::Num20 => "numeric",
        StoredType::Timestamp => "timestamp",
    }
}
