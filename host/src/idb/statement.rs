//! The statements that write rows, made from the layout of a table: one text per table and way.
//!
//! Where a row belongs to the lane that made it ([`Layout::of_one_lane`]), an update passes over rows of other lanes:
//! the lane stands in the upper bits of a row's id.

use super::layout::{Layout, StoredType};
use crate::record::{LANE_SHIFT, Writing};

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
///
/// Where rows belong to lanes, the answer has a row for each that another lane made, and the number of the lane, as the
/// first parameter, says which are others.
pub(super) fn delete_unnest(layout: &Layout) -> String {
    let lane = usize::from(layout.of_one_lane);
    let delete = format!(
        "DELETE FROM {} OF_ROW USING UNNEST({}) AS GONE ({}) WHERE {}",
        layout.table.name,
        key_arrays(layout, lane),
        layout.key.join(", "),
        same_key(layout, "GONE")
    );
    if !layout.of_one_lane {
        return delete;
    }
    let id = layout.table.row_id;
    format!(
        "WITH DELETED AS ({delete} RETURNING OF_ROW.{id}) SELECT 1 FROM DELETED WHERE {id} >> {LANE_SHIFT} <> $1::int4 - 1"
    )
}

/// Of the keys, those whose rows are of another lane than the first parameter: their places from 1 on, the number of
/// that lane, and its name. PostgreSQL.
pub(super) fn others_unnest(layout: &Layout) -> String {
    let (lane, key) = (lane_of(layout, "OF_ROW"), layout.key.join(", "));
    format!(
        "SELECT CAST(GIVEN.GSYS_PLACE AS TEXT), CAST({lane} AS TEXT), L.NAME \
         FROM UNNEST({}) WITH ORDINALITY AS GIVEN ({key}, GSYS_PLACE) JOIN {} OF_ROW ON {} \
         LEFT JOIN GSYS_LANE L ON L.LANE = {lane} WHERE {lane} <> $1::int4 ORDER BY GIVEN.GSYS_PLACE",
        key_arrays(layout, 1),
        layout.table.name,
        same_key(layout, "GIVEN")
    )
}

/// The lane of the row with a key, and the lane's name. SQLite.
pub(super) fn lane_of_key(layout: &Layout) -> String {
    let (lane, table) = (lane_of(layout, "OF_ROW"), layout.table.name);
    let equal: Vec<String> = layout.key.iter().map(|key| format!("OF_ROW.{key} = ?")).collect();
    format!(
        "SELECT {lane}, L.NAME FROM {table} OF_ROW LEFT JOIN GSYS_LANE L ON L.LANE = {lane} WHERE {}",
        equal.join(" AND ")
    )
}

/// The number of the lane that made a row.
fn lane_of(layout: &Layout, alias: &str) -> String {
    format!("({alias}.{} >> {LANE_SHIFT}) + 1", layout.table.row_id)
}

/// The arrays of the key's columns, numbered from behind `before` on.
fn key_arrays(layout: &Layout, before: usize) -> String {
    let ty = |key: &str| layout.type_of(key).map_or("text", name);
    let array = |(index, key): (usize, &&str)| format!("${}::{}[]", before + index + 1, ty(key));
    layout.key.iter().enumerate().map(array).collect::<Vec<_>>().join(", ")
}

fn same_key(layout: &Layout, given: &str) -> String {
    layout.key.iter().map(|key| format!("OF_ROW.{key} = {given}.{key}")).collect::<Vec<_>>().join(" AND ")
}

/// Adds or updates one row. SQLite.
pub(super) fn values(layout: &Layout) -> String {
    let marks = vec!["?"; layout.columns.len()].join(", ");
    format!("{} VALUES ({marks}){}", into(layout), on_conflict(layout))
}

/// Deletes one row by key, if the lane whose number comes last made it. SQLite.
pub(super) fn delete(layout: &Layout) -> String {
    let mut equal: Vec<String> = layout.key.iter().map(|key| format!("{key} = ?")).collect();
    if layout.of_one_lane {
        equal.push(format!("{} >> {LANE_SHIFT} = ? - 1", layout.table.row_id));
    }
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
    let mut text = format!(" ON CONFLICT ({}) DO UPDATE SET {}", layout.key.join(", "), set.join(", "));
    if layout.of_one_lane {
        let (table, id) = (layout.table.name, layout.table.row_id);
        text.push_str(&format!(" WHERE {table}.{id} >> {LANE_SHIFT} = EXCLUDED.{id} >> {LANE_SHIFT}"));
    }
    text
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
