//! `host/src/record/tables.rs`: the tables that plugins write, with their columns and keys.

use super::tables::{Column, Table, Type};
use super::wit::is_row_id;
use std::fmt::Write as _;

const HEAD: &str = "\
//! The tables that plugins write: made from `wit/idb.tables` by `cargo xtask generate`; do not edit.

use super::{Column, ColumnType, Role, Table, Writing};

/// A table's place in [`TABLES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u16);

#[rustfmt::skip]
impl TableId {
";

/// Text of the file.
pub(crate) fn render(tables: &[Table]) -> String {
    let mapped: Vec<&Table> = tables.iter().filter(|table| table.mapped()).collect();
    let mut out = HEAD.to_owned();
    for (index, table) in mapped.iter().enumerate() {
        let _ = writeln!(out, "    /// {}.\n    pub const {}: Self = Self({index});", table.text, table.name);
    }
    out.push_str("}\n\n/// Every table that plugins write, in the order of their ids.\n");
    out.push_str("#[rustfmt::skip]\npub static TABLES: &[Table] = &[\n");
    for table in mapped {
        entry(&mut out, table);
    }
    out.push_str("];\n");
    out
}

fn entry(out: &mut String, table: &Table) {
    let columns: Vec<&Column> = table.columns.iter().filter(|column| !is_row_id(table, column)).collect();
    let row_id = table.columns.iter().find(|column| is_row_id(table, column)).map_or("ID", |column| &column.name);
    let key: Vec<String> = columns_of_key(table, &columns).iter().map(usize::to_string).collect();
    let _ = writeln!(
        out,
        "    Table {{\n        id: TableId::{}, name: \"{}\", role: Role::{}, writing: Writing::{:?}, row_id: \"{row_id}\",",
        table.name,
        table.name,
        capital(&table.role),
        table.kind,
    );
    out.push_str("        columns: &[\n");
    for column in columns {
        let Column { name, required, .. } = column;
        let _ = writeln!(
            out,
            "            Column {{ name: \"{name}\", ty: ColumnType::{}, required: {required} }},",
            ty(column.ty)
        );
    }
    let _ = writeln!(out, "        ],\n        key: &[{}],\n    }},", key.join(", "));
}

/// Where the key's columns stand among the others; the row's own id is not one of them.
fn columns_of_key(table: &Table, columns: &[&Column]) -> Vec<usize> {
    table.key.iter().filter_map(|key| columns.iter().position(|column| column.name == *key)).collect()
}

fn ty(ty: Type) -> String {
    match ty {
        Type::Text(size) => format!("Text({size})"),
        Type::Int => "Int".to_owned(),
        Type::Big => "Big".to_owned(),
        Type::Num20 => "Num20".to_owned(),
        Type::Time | Type::Time1 => "Time".to_owned(),
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}
