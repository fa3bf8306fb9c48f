//! `migrations/*/0001_idb.sql`: the tables in the words of both databases.
//!
//! | type  | PostgreSQL       | SQLite (`STRICT` tables)                                                      |
//! |-------|------------------|-------------------------------------------------------------------------------|
//! | text  | `varchar(n)`     | `TEXT`; the length is checked before writing                                  |
//! | int   | `integer`        | `INTEGER`                                                                     |
//! | big   | `bigint`         | `INTEGER`                                                                     |
//! | num20 | `numeric(20)`    | `ANY`: an integer up to 2⁶³-1, decimal digits as text above, which sort after |
//! | time  | `timestamp(3)` and two `integer` | `TEXT` as `YYYY-MM-DD HH:MM:SS.mmm` and two `INTEGER`         |
//!
//! Indexes are few, for each is paid for by every write: the keys; what readers join by; and, where they read by
//! interval or by high-water mark, in PostgreSQL a block-range index, which costs next to nothing because rows arrive
//! in the order of their times and sequence numbers.

use super::tables::{Kind, Table, Type};
use std::fmt::Write as _;

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Postgres,
    Sqlite,
}

/// A column as the database has it.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) name: String,
    pub(crate) ty: StoredType,
    pub(crate) required: bool,
}

/// Type of a stored column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoredType {
    Text(u32),
    Int,
    Big,
    Num20,
    Timestamp,
}

/// The columns at the end of every table.
const TAIL: [(&str, StoredType); 11] = [
    ("GSYS_DOMAIN", StoredType::Int),
    ("GSYS_PARTITION", StoredType::Int),
    ("GSYS_SYS_ID", StoredType::Int),
    ("GSYS_SEQ", StoredType::Big),
    ("GSYS_USEQ", StoredType::Big),
    ("GSYS_TS", StoredType::Timestamp),
    ("GSYS_TC", StoredType::Int),
    ("GSYS_EXT_VCH1", StoredType::Text(255)),
    ("GSYS_EXT_VCH2", StoredType::Text(255)),
    ("GSYS_EXT_INT1", StoredType::Int),
    ("GSYS_EXT_INT2", StoredType::Int),
];

/// Indexes beside the keys, for what readers join by: table, columns, condition.
const JOINED: [(&str, &str, &str); 27] = [
    ("G_IR_HISTORY", "IRID", ""),
    ("G_CALL", "IRID", ""),
    ("G_CALL", "CONNID", ""),
    ("G_CALL_HISTORY", "CALLID", ""),
    ("G_PARTY", "CALLID", ""),
    ("G_PARTY_HISTORY", "PARTYID", ""),
    ("G_IS_LINK", "CALLID", ""),
    ("G_IS_LINK_HISTORY", "LINKID", ""),
    ("G_ROUTE_RESULT", "CALLID", ""),
    ("G_VIRTUAL_QUEUE", "ORIGCALLID", ""),
    ("G_ROUTE_RES_VQ_HIST", "VQID", ""),
    ("G_USERDATA_HISTORY", "CALLID", ""),
    ("G_SECURE_USERDATA_HISTORY", "CALLID", ""),
    ("G_CUSTOM_DATA_S", "CALLID", ""),
    ("G_CUSTOM_DATA_P", "CALLID", ""),
    ("G_LOGIN_SESSION", "AGENTID", "STATE = 1"),
    ("GX_SESSION_ENDPOINT", "AGENTID", "STATE = 1"),
    // The current state of a login session is its row with the highest id.
    ("G_AGENT_STATE_HISTORY", "LOGINSESSIONID, ID", ""),
    ("G_AGENT_STATE_RC", "SESSIONID", ""),
    ("GO_CHAIN", "SESSID", ""),
    ("GO_CHAINREC_HIST", "CHAINGUID", ""),
    ("GO_FIELDHIST", "CHAINGUID", ""),
    ("GO_SEC_FIELDHIST", "CHAINGUID", ""),
    ("GOX_CHAIN_CALL", "CALLID", ""),
    ("GCX_SKILL_LEVEL", "AGENTID", "STATUS = 1"),
    ("GCX_GROUP_AGENT", "AGENTID", "STATUS = 1"),
    ("GCX_LOGIN_INFO", "AGENTID", "STATUS = 1"),
];

/// What only one row may have, beside the keys.
const UNIQUE: [(&str, &str); 1] = [("GSYS_LANE", "NAME")];

/// Tables that readers read by interval: the moment that they ask for.
const BY_INTERVAL: [(&str, &str); 14] = [
    ("G_IR", "CREATED"),
    ("G_CALL", "CREATED"),
    ("G_CALL_HISTORY", "ADDED"),
    ("G_PARTY", "CREATED"),
    ("G_PARTY_HISTORY", "ADDED"),
    ("G_ROUTE_RESULT", "CREATED"),
    ("G_VIRTUAL_QUEUE", "CREATED"),
    ("G_USERDATA_HISTORY", "ADDED"),
    ("G_SECURE_USERDATA_HISTORY", "ADDED"),
    ("G_LOGIN_SESSION", "CREATED"),
    ("G_AGENT_STATE_HISTORY", "ADDED"),
    ("G_AGENT_STATE_RC", "CREATED"),
    ("GO_CHAIN", "CREATED"),
    ("GO_CHAINREC_HIST", "ADDED"),
];

/// Text of the file.
pub(crate) fn render(tables: &[Table], dialect: Dialect) -> String {
    let mut out = "-- The Interaction Database.\n\
                   -- Made from wit/idb.tables by `cargo xtask generate`; do not edit.\n"
        .to_owned();
    for table in tables {
        create(&mut out, table, dialect);
        indexes(&mut out, table, dialect);
    }
    out
}

/// The columns of a table, in their order.
pub(crate) fn stored(table: &Table) -> Vec<Stored> {
    let column = |name: String, ty, required| Stored { name, ty, required };
    let mut out = Vec::new();
    if !table.noid {
        out.push(column("ID".to_owned(), StoredType::Big, true));
    }
    for own in &table.columns {
        let name = own.name.clone();
        let required = own.required || table.key.contains(&own.name);
        match own.ty {
            Type::Text(size) => out.push(column(name, StoredType::Text(size), required)),
            Type::Int => out.push(column(name, StoredType::Int, required)),
            Type::Big => out.push(column(name, StoredType::Big, required)),
            Type::Num20 => out.push(column(name, StoredType::Num20, required)),
            Type::Time1 => out.push(column(name, StoredType::Timestamp, required)),
            Type::Time => {
                out.push(column(name.clone(), StoredType::Timestamp, required));
                out.push(column(format!("{name}_TS"), StoredType::Int, required));
                out.push(column(format!("{name}_TCODE"), StoredType::Int, required));
            }
        }
    }
    out.extend(TAIL.map(|(name, ty)| column(name.to_owned(), ty, false)));
    out
}

/// Columns of the primary key.
pub(crate) fn primary_key(table: &Table) -> Vec<&str> {
    if table.noid { table.key.iter().map(String::as_str).collect() } else { vec!["ID"] }
}

/// Columns of the key by which rows are found again, where it is another than the primary key.
pub(crate) fn natural_key(table: &Table) -> Option<Vec<&str>> {
    let keyed = matches!(table.kind, Kind::Keyed | Kind::Active);
    keyed.then(|| table.key.iter().map(String::as_str).collect())
}

fn create(out: &mut String, table: &Table, dialect: Dialect) {
    let Table { name, text, .. } = table;
    let primary = primary_key(table);
    let _ = writeln!(out, "\n-- {text}.\nCREATE TABLE {name} (");
    for column in stored(table) {
        let null = if column.required { " NOT NULL" } else { "" };
        let _ = writeln!(out, "  {} {}{null},", column.name, ty(column.ty, dialect));
    }
    if let Some(key) = natural_key(table) {
        let _ = writeln!(out, "  CONSTRAINT {name}_KEY UNIQUE ({}),", key.join(", "));
    }
    let _ = writeln!(out, "  CONSTRAINT {name}_PK PRIMARY KEY ({})", primary.join(", "));
    // Rows that are updated stay in their page where there is room, and their indexes are left alone.
    let end = match (dialect, table.kind) {
        (Dialect::Sqlite, _) => ") STRICT;",
        (Dialect::Postgres, Kind::Keyed | Kind::Active) => ") WITH (fillfactor = 85);",
        (Dialect::Postgres, _) => ");",
    };
    let _ = writeln!(out, "{end}");
}

fn indexes(out: &mut String, table: &Table, dialect: Dialect) {
    let name = &table.name;
    for (_, column) in UNIQUE.iter().filter(|(of, _)| of == name) {
        let _ = writeln!(out, "CREATE UNIQUE INDEX {name}_{column} ON {name} ({column});");
    }
    for (_, columns, condition) in JOINED.iter().filter(|(of, ..)| of == name) {
        let first = columns.split(',').next().unwrap_or(columns);
        let condition = if condition.is_empty() { String::new() } else { format!(" WHERE {condition}") };
        let _ = writeln!(out, "CREATE INDEX {name}_{first} ON {name} ({columns}){condition};");
    }
    let interval = BY_INTERVAL.iter().find(|(of, _)| of == name).map(|(_, column)| *column);
    match dialect {
        Dialect::Sqlite => {
            if let Some(column) = interval {
                let _ = writeln!(out, "CREATE INDEX {name}_{column} ON {name} ({column}_TS);");
            }
        }
        Dialect::Postgres if matches!(table.kind, Kind::Insert | Kind::Keyed) && table.role != "cfg" => {
            let mut columns = vec!["GSYS_SEQ".to_owned()];
            if let Some(column) = interval {
                columns.extend([column.to_owned(), format!("{column}_TS"), format!("{column}_TCODE")]);
            }
            let columns = columns.join(", ");
            let _ =
                writeln!(out, "CREATE INDEX {name}_RANGE ON {name} USING brin ({columns}) WITH (autosummarize = on);");
        }
        Dialect::Postgres => {}
    }
}

fn ty(ty: StoredType, dialect: Dialect) -> String {
    match (dialect, ty) {
        (Dialect::Postgres, StoredType::Text(size)) => format!("varchar({size})"),
        (Dialect::Postgres, StoredType::Int) => "integer".to_owned(),
        (Dialect::Postgres, StoredType::Big) => "bigint".to_owned(),
        (Dialect::Postgres, StoredType::Num20) => "numeric(20)".to_owned(),
        (Dialect::Postgres, StoredType::Timestamp) => "timestamp(3)".to_owned(),
        (Dialect::Sqlite, StoredType::Text(_) | StoredType::Timestamp) => "TEXT".to_owned(),
        (Dialect::Sqlite, StoredType::Int | StoredType::Big) => "INTEGER".to_owned(),
        (Dialect::Sqlite, StoredType::Num20) => "ANY".to_owned(),
    }
}
