//! `plugins/sdk/src/tables.rs`: the tables that plugins write, with their records and keys.

use super::tables::{Kind, Table};
use super::{bindings, wit};
use std::fmt::Write as _;

const HEAD: &str = "\
//! The tables that plugins write: record, name, columns of the key by which a row is found again.
// Made from wit/idb.tables by `cargo xtask generate`; do not edit.

/// Calls a macro with a line for each table.
macro_rules! every_table {
    ($call:ident) => {
        $call! {
";

/// Text of the file.
pub(crate) fn render(tables: &[Table]) -> String {
    let mut out = HEAD.to_owned();
    for table in tables.iter().filter(|table| table.mapped()) {
        let quoted: Vec<String> = key(table).into_iter().map(|column| format!("\"{column}\"")).collect();
        let _ = writeln!(out, "            {} \"{}\" [{}];", bindings::type_name(table), table.name, quoted.join(", "));
    }
    out.push_str("        }\n    };\n}\npub(crate) use every_table;\n");
    out
}

/// The fields of the record that make its key.
fn key(table: &Table) -> Vec<String> {
    match table.kind {
        Kind::Object => vec!["id".to_owned()],
        Kind::Keyed | Kind::Active => table.key.iter().map(|column| field(column)).collect(),
        Kind::Insert | Kind::Control => Vec::new(),
    }
}

/// Name of a field as the bindings of the SDK have it.
fn field(column: &str) -> String {
    match wit::field(column).as_str() {
        "%type" => "type_".to_owned(),
        name => name.trim_start_matches('%').replace('-', "_"),
    }
}
