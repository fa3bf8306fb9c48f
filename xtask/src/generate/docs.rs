//! `docs/reference/idb.md`: the page for readers of the Interaction Database.

use super::dictionary;
use super::sql;
use super::tables::{Column, Kind, Table, Type};
use std::fmt::Write as _;

const HEAD: &str = "\
<!-- Made from wit/idb.tables and wit/idb.dictionary by `cargo xtask generate`; do not edit. -->
# Interaction Database: tables

Names are unquoted, so upper and lower case both work.
All times are UTC.
Tables and columns follow the published data model of an interaction database; those marked `+` are this project's own, and no compatibility is claimed for them.

A column of type *time* is three: `X` (timestamp, milliseconds), `X_TS` (seconds since 1970, truncated) and `X_TCODE` (`X_TS` rounded down to five minutes, which is `G_TIMECODE.ID`).
Times come from the source's events.
`ID` is the primary key; it is made of lane, queue position and ordinal, grows within a lane, and is the same when the same queue is replayed.
A row that is updated keeps the `ID`, `GSYS_SEQ`, `GSYS_PARTITION` and `GSYS_DOMAIN` of its birth.

## Types

| here | PostgreSQL | SQLite |
|---|---|---|
| text(n) | varchar(n) | TEXT, not longer than n characters |
| int | integer | INTEGER |
| big | bigint | INTEGER |
| num20 | numeric(20) | INTEGER up to 9223372036854775807, decimal digits as TEXT above |
| timestamp | timestamp(3) | TEXT `YYYY-MM-DD HH:MM:SS.mmm` |

## Columns at the end of every table

| column | type | |
|---|---|---|
| GSYS_DOMAIN | int | `DSS_ID` of the data source session under which the row was made |
| GSYS_PARTITION | int | `YYYYMMDD` of the event that made the row |
| GSYS_SYS_ID | int | reserved; null |
| GSYS_SEQ | big | insert sequence; grows within a lane |
| GSYS_USEQ | big | sequence of the last update |
| GSYS_TS | timestamp | time of the event that changed the row last |
| GSYS_TC | int | its five-minute slot |
| GSYS_EXT_VCH1, GSYS_EXT_VCH2 | text(255) | of the site, or as the table says |
| GSYS_EXT_INT1, GSYS_EXT_INT2 | int | of the site, or as the table says |

`G_PROV_CONTROL.SEQCURRENT` says how far `GSYS_SEQ` and `GSYS_USEQ` are committed for a role and source.
In tables that the concentrator keeps for itself (`sys`, and the provider tables) these columns are null, but where the table says otherwise.
";

/// Text of the file.
pub(crate) fn render(tables: &[Table], kinds: &[dictionary::Kind]) -> String {
    let mut out = HEAD.to_owned();
    for (role, title) in [
        ("gcc", "Interactions, calls, parties (role gcc)"),
        ("gud", "Attached data (role gud)"),
        ("gls", "Agents (role gls)"),
        ("gos", "Outbound (role gos)"),
        ("cfg", "Configuration (role cfg)"),
        ("sys", "Control and system"),
    ] {
        let _ = writeln!(out, "\n## {title}");
        for table in tables.iter().filter(|table| table.role == role) {
            section(&mut out, table, kinds);
        }
    }
    out
}

fn section(out: &mut String, table: &Table, kinds: &[dictionary::Kind]) {
    let own = if table.own { " +" } else { "" };
    let _ = writeln!(out, "\n### {}{own}\n\n{}.\n{}", table.name, table.text, written(table));
    if table.mapped() {
        let _ = writeln!(out, "Plugins write it as record `{}`.", super::wit::name(&table.name));
    }
    out.push('\n');
    out.push_str("| column | type | |\n|---|---|---|\n");
    if !table.noid {
        let text = if table.kind == Kind::Object { "DBID of the object" } else { "row id" };
        let _ = writeln!(out, "| ID | big | {text} |");
    }
    for column in &table.columns {
        let own = if column.own { " +" } else { "" };
        let null = if column.required { ", not null" } else { "" };
        let text = explained(table, column, kinds);
        let _ = writeln!(out, "| {}{own} | {}{null} | {text} |", column.name, ty(column.ty));
    }
}

fn written(table: &Table) -> String {
    let primary = sql::primary_key(table).join(", ");
    match table.kind {
        Kind::Insert => format!("Rows are only ever added; primary key {primary}."),
        Kind::Keyed => format!("Rows are updated by their key ({}); primary key {primary}.", table.key.join(", ")),
        Kind::Object => "Rows are updated by ID.".to_owned(),
        Kind::Active => {
            format!("Rows are updated by their key ({}) and deleted; primary key {primary}.", table.key.join(", "))
        }
        Kind::Control => format!("Written by the concentrator itself; primary key {primary}."),
    }
}

/// The column's description; where the dictionary knows more of its values than it says, those.
fn explained(table: &Table, column: &Column, kinds: &[dictionary::Kind]) -> String {
    let name = format!("{}.{}", table.name, column.name);
    let kind = kinds.iter().find(|kind| kind.columns.iter().any(|(_, of)| *of == name));
    match kind {
        Some(kind) if !column.text.starts_with(|c: char| c.is_ascii_digit()) => {
            let values: Vec<String> =
                kind.values.iter().map(|value| format!("{} {}", value.number, value.name)).collect();
            format!("{}: {}", column.text, values.join(" · "))
        }
        _ => column.text.clone(),
    }
}

fn ty(ty: Type) -> String {
    match ty {
        Type::Text(size) => format!("text({size})"),
        Type::Int => "int".to_owned(),
        Type::Big => "big".to_owned(),
        Type::Num20 => "num20".to_owned(),
        Type::Time => "time".to_owned(),
        Type::Time1 => "timestamp".to_owned(),
    }
}
