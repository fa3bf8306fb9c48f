//! `toolchain/guest/rows.d.ts`: `wit/rows.wit` as plugins in JavaScript have it.

use super::tables::{Column, Kind, Table, Type};
use super::wit;
use std::fmt::Write as _;

const HEAD: &str = "\
// Made from wit/idb.tables by `cargo xtask generate`; do not edit.

/**
 * A record for each table of the Interaction Database that plugins write.
 *
 * Times are µs since 1970 UTC. `at` is the index, in the batch, of the event that made the row.
 */

/** The columns GSYS_EXT_…: of the site, or with the meaning that the table's description gives them. */
export interface Ext {
    vch1?: string | null;
    vch2?: string | null;
    int1?: number | null;
    int2?: number | null;
}
";

/// Text of the file.
pub(crate) fn render(tables: &[Table]) -> String {
    let mut out = HEAD.to_owned();
    let mut variants = String::new();
    for table in tables.iter().filter(|table| table.mapped()) {
        let tag = wit::name(&table.name);
        let name = camel(&tag, true);
        let _ = writeln!(variants, "    | {{ tag: \"{tag}\"; val: {name}[] }}");
        let _ = writeln!(out, "\n/** {}: {}. */\nexport interface {name} {{", table.name, table.text);
        field(&mut out, "Index of the event in the batch", "at: number");
        match table.kind {
            Kind::Active => field(&mut out, "The row is to be deleted; only its key counts then", "gone: boolean"),
            Kind::Object => field(&mut out, "DBID of the object", "id: number"),
            Kind::Insert | Kind::Keyed | Kind::Control => {}
        }
        for column in table.columns.iter().filter(|column| !wit::is_row_id(table, column)) {
            field(&mut out, &wit::sentence(&column.text), &typed(column));
        }
        out.push_str("    ext?: Ext | null;\n}\n");
    }
    let _ = write!(out, "\n/** The rows of one table. */\nexport type TableRows =\n{};\n", variants.trim_end());
    out
}

fn field(out: &mut String, text: &str, typed: &str) {
    let _ = writeln!(out, "    /** {text}. */\n    {typed};");
}

fn typed(column: &Column) -> String {
    let name = wit::field(&column.name);
    let name = camel(name.trim_start_matches('%'), false);
    let ty = match column.ty {
        Type::Text(_) => "string",
        Type::Int | Type::Big | Type::Time | Type::Time1 | Type::Num20 => "number",
    };
    if column.required { format!("{name}: {ty}") } else { format!("{name}?: {ty} | null") }
}

/// `cust-data1` is `custData1`.
fn camel(name: &str, is_type: bool) -> String {
    let mut out = String::new();
    for (index, word) in name.split('-').enumerate() {
        let mut chars = word.chars();
        match chars.next() {
            Some(first) if index > 0 || is_type => out.push(first.to_ascii_uppercase()),
            Some(first) => out.push(first),
            None => {}
        }
        out.push_str(chars.as_str());
    }
    out
}
