//! Tables that plugins declare themselves, as [`Table`]s like all others.
//!
//! A declaration is checked and gets a [`TableId`] behind those of [`TABLES`]; the same one again gets the same id.
//! Another one of the same name, of a newer version of the plugin for instance, gets another id for the same table of
//! the database: rows under way keep the columns that they were made with.
//!
//! ```text
//! plugin `site-data`, table `visits`  ─▶  X_SITE_DATA_VISITS │ ID │ its own columns │ GSYS_DOMAIN … GSYS_EXT_INT2
//! ```
//!
//! What is registered stays as long as the process; there are at most [`TABLES_MAX`] of them.
//!
//! # Not here
//! Making the table in the database (`idb/custom`), checking rows (`idb/layout`).

use super::{Column, ColumnType, Role, TABLES, Table, TableId, Writing};
use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Most declarations that one process takes.
pub const TABLES_MAX: usize = 256;
/// Most columns of a table.
const COLUMNS_MAX: usize = 100;
/// Most characters of the name of a table or column.
const NAME_MAX: usize = 30;
/// Most bytes of a name in the database: what PostgreSQL does not cut.
const STORED_NAME_MAX: usize = 63;
/// Most characters of a text column.
const TEXT_MAX: u32 = 4000;
/// Most columns of a key.
const KEY_COLUMNS_MAX: usize = 16;
/// Most characters of the texts of a key together: with four bytes each they fit into an index.
const KEY_CHARACTERS_MAX: u32 = 512;
/// Most characters of what a table tells.
const ABOUT_MAX: usize = 1000;

/// A table as a plugin declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custom {
    /// Name of the plugin.
    pub plugin: String,
    /// Its name, as the plugin says it: 1 to 30 letters, digits and `_`, beginning with a letter.
    pub name: String,
    /// What a row tells, for a person.
    pub text: String,
    /// 1 to 100 of them.
    pub columns: Vec<CustomColumn>,
}

/// A column of such a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomColumn {
    /// 1 to 30 letters, digits and `_`, beginning with a letter.
    pub name: String,
    /// `Text` of 1 to 4000 characters, `Big` or `Time`.
    pub ty: ColumnType,
    /// By these columns a row is found again; without any, rows are only added.
    pub key: bool,
}

/// A declaration that was taken.
#[derive(Debug)]
pub struct Registered {
    /// The plugin that made it first.
    pub plugin: String,
    /// What a row tells.
    pub text: String,
    /// The table's name as the plugin says it, upper case.
    name: String,
    table: Table,
}

static REGISTERED: [OnceLock<Registered>; TABLES_MAX] = [const { OnceLock::new() }; TABLES_MAX];
/// Held while one is added.
static TURN: Mutex<()> = Mutex::new(());

/// The id of a table that a plugin declares.
///
/// # Errors
/// What is wrong with the declaration, for the plugin's author.
pub fn register(custom: &Custom) -> Result<TableId, String> {
    let stored = check(custom)?;
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    for known in all().filter(|known| known.table.name == stored) {
        if known.plugin != custom.plugin || !known.name.eq_ignore_ascii_case(&custom.name) {
            return Err(format!(
                "table `{}` would be {stored}, which is the table `{}` of plugin `{}`: give it another name",
                custom.name,
                known.name.to_ascii_lowercase(),
                known.plugin
            ));
        }
        if is_same(&known.table, custom) {
            return Ok(known.table.id);
        }
    }
    let place = all().count();
    let (Some(slot), Ok(id)) = (REGISTERED.get(place), u16::try_from(TABLES.len() + place)) else {
        return Err(format!(
            "table `{}`: plugins have declared {TABLES_MAX} tables since the start, which is the most; \
             changed ones count again until a restart",
            custom.name
        ));
    };
    Ok(slot.get_or_init(|| registered(custom, stored, TableId(id))).table.id)
}

/// The name that the table has in the database; nothing is registered.
///
/// # Errors
/// As [`register`].
pub fn check(custom: &Custom) -> Result<String, String> {
    let stored = stored_name(custom)?;
    check_columns(custom).map_err(|words| format!("table `{}`: {words}", custom.name))?;
    Ok(stored)
}

/// The declaration with that id.
#[must_use]
pub fn find(id: TableId) -> Option<&'static Registered> {
    REGISTERED.get(place(id)?)?.get()
}

/// The table of that name in the database, in any case, as it was declared last.
#[must_use]
pub fn table_named(name: &str) -> Option<&'static Table> {
    all().map(Registered::table).filter(|table| table.name.eq_ignore_ascii_case(name)).last()
}

/// Its place among the declarations: below [`TABLES_MAX`]; none of a table that is not a plugin's own.
#[must_use]
pub fn place(id: TableId) -> Option<usize> {
    usize::from(id.0).checked_sub(TABLES.len()).filter(|place| *place < TABLES_MAX)
}

impl Registered {
    /// The table.
    #[must_use]
    pub fn table(&'static self) -> &'static Table {
        &self.table
    }
}

fn all() -> impl Iterator<Item = &'static Registered> {
    REGISTERED.iter().map_while(OnceLock::get)
}

fn registered(custom: &Custom, stored: String, id: TableId) -> Registered {
    let column = |column: &CustomColumn| Column {
        name: column.name.to_ascii_uppercase().leak(),
        ty: column.ty,
        required: column.key,
    };
    let columns: Vec<Column> = custom.columns.iter().map(column).collect();
    let key: Vec<usize> =
        (0..columns.len()).filter(|place| custom.columns.get(*place).is_some_and(|c| c.key)).collect();
    Registered {
        plugin: custom.plugin.clone(),
        text: custom.text.clone(),
        name: custom.name.to_ascii_uppercase(),
        table: Table {
            id,
            name: stored.leak(),
            role: Role::Gud,
            writing: if key.is_empty() { Writing::Insert } else { Writing::Keyed },
            row_id: "ID",
            columns: columns.leak(),
            key: key.leak(),
        },
    }
}

fn is_same(table: &Table, custom: &Custom) -> bool {
    let same = |(known, column): (&Column, &CustomColumn)| {
        known.name.eq_ignore_ascii_case(&column.name) && known.ty == column.ty && known.required == column.key
    };
    table.columns.len() == custom.columns.len() && table.columns.iter().zip(&custom.columns).all(same)
}

/// The name in the database.
fn stored_name(custom: &Custom) -> Result<String, String> {
    let Custom { plugin, name, text, .. } = custom;
    if plugin.is_empty() || !plugin.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Err(format!("the plugin's name {} cannot be part of a table's name", shown(plugin)));
    }
    if !is_name(name) {
        return Err(format!("the table's name {} is not {NAME_RULE}", shown(name)));
    }
    if text.chars().count() > ABOUT_MAX || text.chars().any(char::is_control) {
        return Err(format!("table `{name}`: its text is not one line of at most {ABOUT_MAX} characters"));
    }
    let stored = format!("X_{plugin}_{name}").to_ascii_uppercase().replace('-', "_");
    if stored.len() > STORED_NAME_MAX {
        return Err(format!(
            "table `{name}`: {stored} has {} characters, {STORED_NAME_MAX} are allowed: \
             give the plugin or the table a shorter name",
            stored.len()
        ));
    }
    Ok(stored)
}

fn check_columns(custom: &Custom) -> Result<(), String> {
    let columns = &custom.columns;
    if columns.is_empty() || columns.len() > COLUMNS_MAX {
        return Err(format!("it has {} columns, 1 to {COLUMNS_MAX} are allowed", columns.len()));
    }
    let mut stored = BTreeSet::new();
    for column in columns {
        check_column(column)?;
        let name = column.name.to_ascii_uppercase();
        let mut names = vec![name.clone()];
        if column.ty == ColumnType::Time {
            names.extend([format!("{name}_TS"), format!("{name}_TCODE")]);
        }
        for name in names {
            if !stored.insert(name.clone()) {
                return Err(format!("two columns would be {name}; a time is also its _TS and _TCODE"));
            }
        }
    }
    let key = || columns.iter().filter(|column| column.key);
    if key().count() > KEY_COLUMNS_MAX {
        return Err(format!("its key has {} columns, {KEY_COLUMNS_MAX} are allowed", key().count()));
    }
    let characters = |column: &CustomColumn| if let ColumnType::Text(characters) = column.ty { characters } else { 0 };
    let sum: u32 = key().map(characters).sum();
    if sum > KEY_CHARACTERS_MAX {
        return Err(format!("the texts of its key have {sum} characters, {KEY_CHARACTERS_MAX} are allowed"));
    }
    Ok(())
}

fn check_column(column: &CustomColumn) -> Result<(), String> {
    let CustomColumn { name, ty, key } = column;
    if !is_name(name) {
        return Err(format!("the column's name {} is not {NAME_RULE}", shown(name)));
    }
    let upper = name.to_ascii_uppercase();
    if upper == "ID" || upper.starts_with("GSYS_") {
        return Err(format!("the column's name `{name}` is one that every table has already"));
    }
    if RESERVED.contains(&upper.as_str()) {
        return Err(format!("the column's name `{name}` is a word of SQL: give it another one"));
    }
    match ty {
        ColumnType::Text(1..=TEXT_MAX) | ColumnType::Big => Ok(()),
        ColumnType::Text(characters) => {
            Err(format!("column `{name}` is to have {characters} characters, 1 to {TEXT_MAX} are allowed"))
        }
        ColumnType::Time if *key => Err(format!("column `{name}` is a time: keys hold texts and integers only")),
        ColumnType::Time => Ok(()),
        ColumnType::Int | ColumnType::Num20 => {
            Err(format!("column `{name}` is neither a text, nor a 64-bit integer, nor a time"))
        }
    }
}

const NAME_RULE: &str = "1 to 30 letters, digits and `_`, beginning with a letter";

fn is_name(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A name that may be anything, as it may be shown.
fn shown(name: &str) -> String {
    let start: String = name.chars().take(2 * NAME_MAX).collect();
    let more = if start.len() < name.len() { "…" } else { "" };
    format!("`{}{more}`", start.escape_debug())
}

/// Words that one of the databases does not take as the name of a column: names are not quoted, so that everybody may
/// write them in upper or lower case.
#[rustfmt::skip]
const RESERVED: [&str; 125] = [
    "ADD", "ALL", "ALTER", "ANALYSE", "ANALYZE", "AND", "ANY", "ARRAY", "AS", "ASC", "ASYMMETRIC", "AUTHORIZATION",
    "AUTOINCREMENT", "BETWEEN", "BINARY", "BOTH", "CASE", "CAST", "CHECK", "CMAX", "CMIN", "COLLATE", "COLLATION",
    "COLUMN", "COMMIT", "CONCURRENTLY", "CONSTRAINT", "CREATE", "CROSS", "CTID", "CURRENT_CATALOG", "CURRENT_DATE",
    "CURRENT_ROLE", "CURRENT_SCHEMA", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "DEFAULT", "DEFERRABLE",
    "DELETE", "DESC", "DISTINCT", "DO", "DROP", "ELSE", "END", "ESCAPE", "EXCEPT", "EXISTS", "FALSE", "FETCH", "FOR",
    "FOREIGN", "FREEZE", "FROM", "FULL", "GRANT", "GROUP", "HAVING", "ILIKE", "IN", "INDEX", "INITIALLY", "INNER",
    "INSERT", "INTERSECT", "INTO", "IS", "ISNULL", "JOIN", "LATERAL", "LEADING", "LEFT", "LIKE", "LIMIT", "LOCALTIME",
    "LOCALTIMESTAMP", "NATURAL", "NOT", "NOTHING", "NOTNULL", "NULL", "OFFSET", "ON", "ONLY", "OR", "ORDER", "OUTER",
    "OVERLAPS", "PLACING", "PRIMARY", "RAISE", "REFERENCES", "RETURNING", "RIGHT", "ROWID", "SELECT", "SESSION_USER",
    "SET", "SIMILAR", "SOME", "SYMMETRIC", "SYSTEM_USER", "TABLE", "TABLEOID", "TABLESAMPLE", "THEN", "TO",
    "TRAILING", "TRANSACTION", "TRUE", "UNION", "UNIQUE", "UPDATE", "USER", "USING", "VALUES", "VARIADIC", "VERBOSE",
    "WHEN", "WHERE", "WINDOW", "WITH", "XMAX", "XMIN",
];

#[cfg(test)]
mod tests;
