//! `wit/rows.wit`: a typed record for each table that plugins write.

use super::tables::{Column, Kind, Table, Type};
use std::fmt::Write as _;

const HEAD: &str = "\
// Made from wit/idb.tables by `cargo xtask generate`; do not edit.

/// A record for each table of the Interaction Database that plugins write.
///
/// Times are µs since 1970 UTC; the host writes the three columns that each becomes. `at` is the index, in the
/// batch, of the event that made the row: ID, GSYS_SEQ and GSYS_DOMAIN follow from it.
interface rows {
    /// The columns GSYS_EXT_…: of the site, or with the meaning that the table's description gives them.
    record ext {
        vch1: option<string>,
        vch2: option<string>,
        int1: option<s32>,
        int2: option<s32>,
    }
";

/// Text of the file.
pub(crate) fn render(tables: &[Table]) -> String {
    let mut out = HEAD.to_owned();
    for table in tables.iter().filter(|table| table.mapped()) {
        let _ = writeln!(out, "\n    /// {}: {}.", table.name, table.text);
        let _ = writeln!(
            out,
            "    record {} {{\n        /// Index of the event in the batch.\n        at: u32,",
            name(&table.name)
        );
        match table.kind {
            Kind::Active => {
                out.push_str("        /// The row is to be deleted; only its key counts then.\n        gone: bool,\n")
            }
            Kind::Object => out.push_str("        /// DBID of the object.\n        id: s32,\n"),
            Kind::Insert | Kind::Keyed | Kind::Control => {}
        }
        for column in table.columns.iter().filter(|column| !is_row_id(table, column)) {
            let _ = writeln!(
                out,
                "        /// {}.\n        {}: {},",
                sentence(&column.text),
                field(&column.name),
                ty(column)
            );
        }
        out.push_str("        ext: option<ext>,\n    }\n");
    }
    out.push_str("\n    /// The rows of one table.\n    variant table-rows {\n");
    for table in tables.iter().filter(|table| table.mapped()) {
        let _ = writeln!(out, "        {name}(list<{name}>),", name = name(&table.name));
    }
    out.push_str("    }\n}\n");
    out
}

/// PHID, CHID, IRHID: the row's own id under another name, which the host gives.
pub(crate) fn is_row_id(table: &Table, column: &Column) -> bool {
    table.noid && table.key.len() == 1 && table.key.first() == Some(&column.name) && column.ty == Type::Big
}

/// Name of a record: `G_CALL` is `g-call`.
pub(crate) fn name(table: &str) -> String {
    table.to_lowercase().replace('_', "-")
}

/// Name of a field: `CUST_DATA_1` is `cust-data1`, for a word must begin with a letter.
pub(crate) fn field(column: &str) -> String {
    let mut out = String::new();
    for word in column.to_lowercase().split('_') {
        if !out.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit()) {
            out.push('-');
        }
        out.push_str(word);
    }
    if KEYWORDS.contains(&out.as_str()) { format!("%{out}") } else { out }
}

/// Words of the WIT language, which a name must escape.
const KEYWORDS: &[&str] = &[
    "as",
    "async",
    "bool",
    "borrow",
    "char",
    "constructor",
    "enum",
    "export",
    "f32",
    "f64",
    "flags",
    "from",
    "func",
    "future",
    "import",
    "include",
    "interface",
    "list",
    "map",
    "option",
    "own",
    "package",
    "record",
    "resource",
    "result",
    "s16",
    "s32",
    "s64",
    "s8",
    "static",
    "stream",
    "string",
    "tuple",
    "type",
    "u16",
    "u32",
    "u64",
    "u8",
    "use",
    "variant",
    "with",
    "world",
];

fn ty(column: &Column) -> String {
    let plain = match column.ty {
        Type::Text(_) => "string",
        Type::Int => "s32",
        Type::Big | Type::Time | Type::Time1 => "s64",
        Type::Num20 => "u64",
    };
    if column.required { plain.to_owned() } else { format!("option<{plain}>") }
}

/// With a capital letter.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}
