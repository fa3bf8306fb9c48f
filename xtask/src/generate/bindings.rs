//! `host/src/plugin/rows.rs`: the records of `wit/rows.wit` as the host reads and gives them, and each one's way to a
//! `Row` and back.

use super::tables::{Column, Kind, Table, Type};
use super::wit;
use std::fmt::Write as _;

const HEAD: &str = "\
//! Typed rows as they come out of a plugin and go into one, and their way to [`Row`] and back.
// Made from wit/idb.tables by `cargo xtask generate`; do not edit.

use super::bindings::{ext, Ext, given_ext, taken, time, value};
use crate::record::{Row, TableId};
use wasmtime::component::{ComponentType, Lift, Lower};
";

/// Text of the file.
pub(crate) fn render(tables: &[Table]) -> String {
    let tables: Vec<&Table> = tables.iter().filter(|table| table.mapped()).collect();
    let mut out = HEAD.to_owned();
    for table in &tables {
        record(&mut out, table);
        conversion(&mut out, table);
        return_way(&mut out, table);
    }
    variant(&mut out, &tables);
    out
}

fn record(out: &mut String, table: &Table) {
    let _ = writeln!(out, "\n#[derive(ComponentType, Lift, Lower)]\n#[component(record)]");
    let _ = writeln!(out, "pub(super) struct {} {{\n    at: u32,", type_name(table));
    match table.kind {
        Kind::Active => out.push_str("    gone: bool,\n"),
        Kind::Object => out.push_str("    id: i32,\n"),
        Kind::Insert | Kind::Keyed | Kind::Control => {}
    }
    for column in own_columns(table) {
        let foreign = wit::field(&column.name);
        let foreign = foreign.trim_start_matches('%');
        if foreign != field(column) {
            let _ = writeln!(out, "    #[component(name = \"{foreign}\")]");
        }
        let _ = writeln!(out, "    {}: {},", field(column), field_type(column));
    }
    out.push_str("    ext: Option<Ext>,\n}\n");
}

fn conversion(out: &mut String, table: &Table) {
    let name = type_name(table);
    let gone = if table.kind == Kind::Active { "row.gone" } else { "false" };
    let object_id = if table.kind == Kind::Object { "row.id" } else { "0" };
    let _ = writeln!(
        out,
        "\nimpl From<{name}> for Row {{\n    fn from(row: {name}) -> Self {{\n        let values = vec!["
    );
    for column in own_columns(table) {
        let maker = if matches!(column.ty, Type::Time | Type::Time1) { "time" } else { "value" };
        let _ = writeln!(out, "            {maker}(row.{}),", field(column));
    }
    let _ = writeln!(out, "        ];");
    let _ = writeln!(
        out,
        "        Self {{ at: row.at, gone: {gone}, object_id: {object_id}, values, ext: ext(row.ext) }}\n    }}\n}}"
    );
}

fn return_way(out: &mut String, table: &Table) {
    let name = type_name(table);
    let own = match table.kind {
        Kind::Active => " gone: row.gone,",
        Kind::Object => " id: row.object_id,",
        Kind::Insert | Kind::Keyed | Kind::Control => "",
    };
    let _ = writeln!(out, "\nimpl From<Row> for {name} {{\n    fn from(row: Row) -> Self {{");
    let _ = writeln!(
        out,
        "        let mut values = row.values.into_iter();\n        Self {{\n            at: row.at,{own}"
    );
    for column in own_columns(table) {
        let _ = writeln!(out, "            {}: taken(&mut values),", field(column));
    }
    let _ = writeln!(out, "            ext: given_ext(row.ext),\n        }}\n    }}\n}}");
}

fn variant(out: &mut String, tables: &[&Table]) {
    out.push_str("\n/// The rows of one table.\n#[derive(ComponentType, Lift, Lower)]\n#[component(variant)]\npub(super) enum TableRows {\n");
    for table in tables {
        let name = type_name(table);
        let _ = writeln!(out, "    #[component(name = \"{}\")]\n    {name}(Vec<{name}>),", wit::name(&table.name));
    }
    out.push_str("}\n\nimpl TableRows {\n");
    out.push_str("    /// Which table, and how many rows.\n");
    out.push_str("    #[expect(clippy::too_many_lines, reason = \"a line a table\")]\n");
    out.push_str("    pub(super) fn count(&self) -> (TableId, usize) {\n        match self {\n");
    for table in tables {
        let _ = writeln!(out, "            Self::{}(rows) => (TableId::{}, rows.len()),", type_name(table), table.name);
    }
    out.push_str("        }\n    }\n\n");
    out.push_str("    /// Appends the rows to `out`.\n");
    out.push_str("    #[expect(clippy::too_many_lines, reason = \"a line a table\")]\n");
    out.push_str("    pub(super) fn append_to(self, out: &mut Vec<(TableId, Row)>) {\n        match self {\n");
    for table in tables {
        let _ = writeln!(
            out,
            "            Self::{}(rows) => out.extend(rows.into_iter().map(|row| (TableId::{}, row.into()))),",
            type_name(table),
            table.name
        );
    }
    out.push_str("        }\n    }\n\n");
    out.push_str("    /// The rows of a table as a plugin is given them; none of a table that has no record.\n");
    out.push_str("    #[expect(clippy::too_many_lines, reason = \"a line a table\")]\n");
    out.push_str("    pub(super) fn of(table: TableId, rows: Vec<Row>) -> Option<Self> {\n        let rows = rows.into_iter();\n        Some(match table {\n");
    for table in tables {
        let name = type_name(table);
        let _ = writeln!(out, "            TableId::{} => Self::{name}(rows.map({name}::from).collect()),", table.name);
    }
    out.push_str("            _ => return None,\n        })\n    }\n}\n");
}

fn own_columns(table: &Table) -> impl Iterator<Item = &Column> {
    table.columns.iter().filter(|column| !wit::is_row_id(table, column))
}

/// Name of a record's type: `G_CALL` is `GCall`.
pub(super) fn type_name(table: &Table) -> String {
    table
        .name
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_string() + &letters.as_str().to_lowercase()).unwrap_or_default()
        })
        .collect()
}

/// Name of a field: `F_CONN` is `f_conn`; `TYPE` is a word of the language.
fn field(column: &Column) -> String {
    let name = column.name.to_lowercase();
    if name == "type" { "type_".to_owned() } else { name }
}

fn field_type(column: &Column) -> String {
    let plain = match column.ty {
        Type::Text(_) => "String",
        Type::Int => "i32",
        Type::Big | Type::Time | Type::Time1 => "i64",
        Type::Num20 => "u64",
    };
    if column.required { plain.to_owned() } else { format!("Option<{plain}>") }
}
