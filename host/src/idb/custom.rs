//! Tables of a plugin's own: made when they are absent, given the columns that are new, and refused when they differ.
//!
//! What stands in the database is read, compared with what the plugin declares, and changed by one script, a
//! transaction of its own; then it is read again. So several lanes and daemons may do this at once, and one that is
//! killed has done all of a table or nothing.
//!
//! ```text
//! in the database          declared               then
//! nothing                  a table                it is made
//! a column less            not of the key         the column is added, null in the rows that stand there
//! a column more            –                      it stays, null in new rows
//! another type or key      –                      refused, with both
//! ```
//! SQLite keeps what a column was declared as, so that both databases know its length; values are checked before.
//!
//! # Not here
//! What a plugin may declare (`record/custom`).

use super::control::{self, Statement};
use super::error::Error;
use super::layout::{self, Layout, StoredType};
use super::{Backend, Idb};
use crate::record::custom::{self, Registered};
use crate::record::{ColumnType, TableId, Writing};
use std::collections::BTreeSet;

/// Taken while a table is made or changed; any number that others are unlikely to use.
const LOCK: i64 = 4_929_390_813;
/// How long readers and writers may keep a table from being changed.
const LOCK_TIMEOUT: &str = "5s";
/// Characters of GSYS_EXT_VCH1 and GSYS_EXT_VCH2.
const EXT_CHARACTERS: u32 = 255;
/// Characters of an index's name before its ending.
const INDEX_NAME_MAX: usize = 61;

/// A column as it is to stand in the database.
struct Wanted<'a> {
    name: &'a str,
    ty: String,
    /// Belongs to the key, or is the row's id.
    required: bool,
    /// The plugin's own, not one that every table has.
    own: bool,
}

/// A table as it stands in the database.
#[derive(Debug, Default)]
struct Found {
    /// Name and type of each column; none: there is no such table.
    columns: Vec<(String, String)>,
    /// Columns of each key but the row's id.
    keys: Vec<BTreeSet<String>>,
}

impl Idb {
    /// Makes the tables of a plugin's own that are absent, and adds columns that are new; others are passed over.
    /// To be called before rows of them are written, as often as one likes.
    ///
    /// # Errors
    /// A table stands there with another type or key, the database does not permit it, or it cannot be reached.
    /// Each table is then as it was or as declared.
    pub async fn make_custom(&self, tables: &[TableId]) -> Result<(), Error> {
        for id in tables {
            if let (Some(layout), Some(registered)) = (layout::layout(*id), custom::find(*id)) {
                self.make(layout, registered).await?;
            }
        }
        Ok(())
    }

    async fn make(&self, layout: &'static Layout, registered: &'static Registered) -> Result<(), Error> {
        let table = layout.table.name;
        let mut last: Option<(Vec<String>, Option<Error>)> = None;
        loop {
            let found = self.found(table).await?;
            let steps = steps(self.backend(), layout, registered, &found)?;
            if steps.is_empty() {
                return Ok(());
            }
            // Others may be at the same work: only what changes nothing has failed.
            if let Some((_, failed)) = last.take_if(|(before, _)| *before == steps) {
                let words = format!("{table} is not as it was made");
                return Err(failed.unwrap_or(Error::Refuses { words }));
            }
            let script = match self.backend() {
                Backend::Postgres(_) => format!(
                    "SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'; SELECT pg_advisory_xact_lock({LOCK});\n{}",
                    steps.join("\n")
                ),
                Backend::Sqlite(_) => steps.join("\n"),
            };
            let failed = self.backend().script(&script).await.err().map(|fault| named(table, fault.into_error()));
            if failed.is_none() {
                let plugin = &registered.plugin;
                tracing::info!(
                    table,
                    plugin,
                    new = found.columns.is_empty(),
                    "A table of a plugin's own was made or widened."
                );
            }
            last = Some((steps, failed));
        }
    }

    async fn found(&self, table: &'static str) -> Result<Found, Error> {
        let [columns, keys] = match self.backend() {
            Backend::Postgres(_) => [
                "SELECT upper(A.attname), format_type(A.atttypid, A.atttypmod) FROM pg_attribute A \
                 WHERE A.attrelid = to_regclass(lower($1)) AND A.attnum > 0 AND NOT A.attisdropped ORDER BY A.attnum",
                "SELECT string_agg(upper(A.attname), ',') FROM pg_index I \
                 JOIN pg_attribute A ON A.attrelid = I.indrelid AND A.attnum = ANY (I.indkey) \
                 WHERE I.indrelid = to_regclass(lower($1)) AND I.indisunique AND I.indpred IS NULL \
                 GROUP BY I.indexrelid",
            ],
            Backend::Sqlite(_) => [
                "SELECT upper(NAME), lower(TYPE) FROM pragma_table_info($1) ORDER BY CID",
                "SELECT (SELECT group_concat(upper(NAME)) FROM pragma_index_info(L.NAME)) \
                 FROM pragma_index_list($1) L WHERE L.\"unique\" = 1 AND L.partial = 0",
            ],
        };
        let of_table = |text: &'static str| Statement::new(text, vec![control::text(table)]);
        let found = self.query(&of_table(columns)).await?;
        let column = |row: Vec<Option<String>>| {
            let mut texts = row.into_iter().flatten();
            Some((texts.next()?, as_declared(&texts.next()?)))
        };
        let columns: Vec<_> = found.into_iter().filter_map(column).collect();
        if columns.is_empty() {
            return Ok(Found::default());
        }
        let found = self.query(&of_table(keys)).await?;
        let key = |text: String| text.split(',').map(str::to_owned).collect::<BTreeSet<_>>();
        let keys = found.into_iter().flatten().flatten().map(key);
        let keys = keys.filter(|key| !key.iter().eq(["ID"])).collect();
        Ok(Found { columns, keys })
    }
}

/// What is to be done so that the table is as declared.
fn steps(
    backend: &Backend,
    layout: &'static Layout,
    registered: &Registered,
    found: &Found,
) -> Result<Vec<String>, Error> {
    let wanted = wanted(backend, layout);
    if found.columns.is_empty() {
        return Ok(creation(backend, layout, &registered.text, &wanted));
    }
    let table = layout.table.name;
    let refused = |words: String| Error::Table { table, plugin: registered.plugin.clone(), words };
    let mut steps = Vec::new();
    for Wanted { name, ty, required, own } in &wanted {
        match found.columns.iter().find(|(found, _)| found == name) {
            Some((_, found)) if found == ty => {}
            _ if !own => {
                return Err(refused(format!(
                    "it stands in the database without a column {name} of type {ty}, so it was not made by this \
                     program: give the table another name in the plugin"
                )));
            }
            Some((_, found)) => {
                return Err(refused(format!(
                    "column {name} is {found} in the database and {ty} in the plugin; a type never changes: \
                     give the column another name in the plugin"
                )));
            }
            None if *required => {
                return Err(refused(format!(
                    "column {name} of the key is not in the database; a key never changes: \
                     give the table another name in the plugin"
                )));
            }
            None => steps.push(format!("ALTER TABLE {table} ADD COLUMN {name} {ty};")),
        }
    }
    let key: BTreeSet<String> = layout.key.iter().map(|name| (*name).to_owned()).collect();
    let is_same = if key.is_empty() { found.keys.is_empty() } else { found.keys.contains(&key) };
    if is_same {
        return Ok(steps);
    }
    let listed = |key: &BTreeSet<String>| key.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let shown = |key: String| if key.is_empty() { "none".to_owned() } else { key };
    let stands = shown(found.keys.iter().map(listed).collect::<Vec<_>>().join(" and "));
    Err(refused(format!(
        "its key is {stands} in the database and {} in the plugin; a key never changes: \
         give the table another name in the plugin",
        shown(listed(&key))
    )))
}

fn creation(backend: &Backend, layout: &Layout, text: &str, wanted: &[Wanted<'_>]) -> Vec<String> {
    let table = layout.table.name;
    let null = |required: bool| if required { " NOT NULL" } else { "" };
    let column = |column: &Wanted<'_>| format!("  {} {}{}", column.name, column.ty, null(column.required));
    let mut lines: Vec<String> = wanted.iter().map(column).collect();
    lines.push(format!("  PRIMARY KEY ({})", layout.table.row_id));
    if !layout.key.is_empty() {
        lines.push(format!("  UNIQUE ({})", layout.key.join(", ")));
    }
    let lines = lines.join(",\n");
    match backend {
        Backend::Postgres(_) => {
            // Rows that are updated find room beside them.
            let room = if layout.table.writing == Writing::Keyed { " WITH (fillfactor = 85)" } else { "" };
            let index: String = table.chars().take(INDEX_NAME_MAX).collect();
            let text = text.replace('\\', "\\\\").replace('\'', "''");
            vec![
                format!("CREATE TABLE IF NOT EXISTS {table} (\n{lines}\n){room};"),
                format!(
                    "CREATE INDEX IF NOT EXISTS {index}_R ON {table} USING brin (GSYS_SEQ) WITH (autosummarize = on);"
                ),
                format!("COMMENT ON TABLE {table} IS E'{text}';"),
            ]
        }
        Backend::Sqlite(_) => vec![format!("CREATE TABLE IF NOT EXISTS {table} ( -- {text}\n{lines}\n);")],
    }
}

fn wanted<'a>(backend: &Backend, layout: &'a Layout) -> Vec<Wanted<'a>> {
    let table = layout.table;
    let width = |name: &str| match table.columns.iter().find(|column| column.name == name).map(|column| column.ty) {
        Some(ColumnType::Text(characters)) => characters,
        _ => EXT_CHARACTERS,
    };
    let column = |(name, ty): &'a (std::borrow::Cow<'static, str>, StoredType)| {
        let name = name.as_ref();
        let is_id = name == table.row_id;
        let ty = match (backend, ty) {
            // Of this type and no other, SQLite makes the row's own number.
            (Backend::Sqlite(_), _) if is_id => "integer".to_owned(),
            (Backend::Sqlite(_), StoredType::Timestamp) => "text".to_owned(),
            (_, StoredType::Text) => format!("varchar({})", width(name)),
            (_, StoredType::Int) => "integer".to_owned(),
            (_, StoredType::Big) => "bigint".to_owned(),
            (_, StoredType::Num20) => "numeric(20)".to_owned(),
            (_, StoredType::Timestamp) => "timestamp(3)".to_owned(),
        };
        let required = is_id || layout.key.contains(&name);
        Wanted { name, ty, required, own: !is_id && !name.starts_with("GSYS_") }
    };
    layout.columns.iter().map(column).collect()
}

/// A type in the words that it is declared with.
fn as_declared(ty: &str) -> String {
    ty.replace("character varying", "varchar").replace(" without time zone", "")
}

/// The error with the name of the table that it is about.
fn named(table: &str, error: Error) -> Error {
    let named = |words: String| format!("make or widen the table {table}: {words}");
    match error {
        Error::Forbidden { words } => Error::Forbidden { words: named(words) },
        Error::Unavailable { words } => Error::Unavailable { words: named(words) },
        Error::Refuses { words } => Error::Refuses { words: named(words) },
        other => other,
    }
}
