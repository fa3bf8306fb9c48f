//! Which columns a row becomes, in one place for both databases: everything here follows from [`Table`].
//!
//! ```text
//! row id │ the table's own columns; a time is three │ GSYS_DOMAIN … GSYS_EXT_INT2
//! ```
//!
//! What neither database may see is found here, before writing, so that both refuse the same rows in the same words
//! (SQLite would take text of any length).

use super::moment::Moment;
use crate::record::custom::{self, TABLES_MAX};
use crate::record::{Column, ColumnType, Ext, Role, Row, Stamp, TABLES, Table, TableId, Value, Writing};
use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};

/// Type of a stored column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StoredType {
    /// varchar
    Text,
    /// integer
    Int,
    /// bigint
    Big,
    /// numeric(20)
    Num20,
    /// timestamp(3)
    Timestamp,
}

/// A value on its way into a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    /// Nothing.
    Null,
    /// For [`StoredType::Int`].
    Int(i32),
    /// For [`StoredType::Big`].
    Big(i64),
    /// For [`StoredType::Num20`].
    Num20(u64),
    /// For [`StoredType::Text`].
    Text(Cow<'a, str>),
    /// For [`StoredType::Timestamp`].
    Moment(Moment),
}

impl<'a> From<Option<i32>> for Cell<'a> {
    fn from(value: Option<i32>) -> Self {
        value.map_or(Self::Null, Self::Int)
    }
}

impl<'a> From<Option<Moment>> for Cell<'a> {
    fn from(value: Option<Moment>) -> Self {
        value.map_or(Self::Null, Self::Moment)
    }
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(value: Option<&'a str>) -> Self {
        value.map_or(Self::Null, |text| Self::Text(Cow::Borrowed(text)))
    }
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
    ("GSYS_EXT_VCH1", StoredType::Text),
    ("GSYS_EXT_VCH2", StoredType::Text),
    ("GSYS_EXT_INT1", StoredType::Int),
    ("GSYS_EXT_INT2", StoredType::Int),
];
/// Characters of GSYS_EXT_VCH1 and GSYS_EXT_VCH2.
const EXT_CHARACTERS: u32 = 255;
/// Of an updated row, what stays as it was at its birth, beside id and key.
const OF_BIRTH: [&str; 3] = ["GSYS_DOMAIN", "GSYS_PARTITION", "GSYS_SEQ"];

/// The stored columns of a table.
#[derive(Debug)]
pub(super) struct Layout {
    /// The table.
    pub(super) table: &'static Table,
    /// Name and type of each column, in order.
    pub(super) columns: Vec<(Cow<'static, str>, StoredType)>,
    /// Names of the columns by which a row is found again; empty when rows are only added.
    pub(super) key: Vec<&'static str>,
    /// A row is changed and deleted by the lane only that made it; see [`is_of_one_lane`].
    pub(super) of_one_lane: bool,
}

/// Whether the rows of a table belong each to the lane that made it. Shared by all lanes are the objects of the
/// configuration, the names of remote locations, and what plugins keep in tables of their own.
fn is_of_one_lane(table: &Table) -> bool {
    let is_found_again = matches!(table.writing, Writing::Keyed | Writing::Active);
    let is_shared = table.role == Role::Cfg || table.id == TableId::GSYS_DNPREMOTELOCATION;
    is_found_again && !is_shared && custom::place(table.id).is_none()
}

/// The layout of a table.
pub(super) fn layout(id: TableId) -> Option<&'static Layout> {
    static LAYOUTS: LazyLock<Vec<Layout>> = LazyLock::new(|| TABLES.iter().map(Layout::new).collect());
    LAYOUTS.get(usize::from(id.0)).or_else(|| custom_layout(id))
}

/// The layout of a table of a plugin's own, made when it is first asked for.
fn custom_layout(id: TableId) -> Option<&'static Layout> {
    static LAYOUTS: [OnceLock<Layout>; TABLES_MAX] = [const { OnceLock::new() }; TABLES_MAX];
    let table = custom::find(id)?.table();
    LAYOUTS.get(custom::place(id)?).map(|layout| layout.get_or_init(|| Layout::new(table)))
}

impl Layout {
    fn new(table: &'static Table) -> Self {
        let mut columns = vec![(Cow::Borrowed(table.row_id), StoredType::Big)];
        for column in table.columns {
            let name = Cow::Borrowed(column.name);
            match column.ty {
                ColumnType::Text(_) => columns.push((name, StoredType::Text)),
                ColumnType::Int => columns.push((name, StoredType::Int)),
                ColumnType::Big => columns.push((name, StoredType::Big)),
                ColumnType::Num20 => columns.push((name, StoredType::Num20)),
                ColumnType::Time => {
                    columns.push((name, StoredType::Timestamp));
                    columns.push((Cow::Owned(format!("{}_TS", column.name)), StoredType::Int));
                    columns.push((Cow::Owned(format!("{}_TCODE", column.name)), StoredType::Int));
                }
            }
        }
        columns.extend(TAIL.map(|(name, ty)| (Cow::Borrowed(name), ty)));
        let key = match table.writing {
            Writing::Insert => Vec::new(),
            Writing::Object => vec![table.row_id],
            Writing::Keyed | Writing::Active => key_columns(table).map(|column| column.name).collect(),
        };
        Self { table, columns, key, of_one_lane: is_of_one_lane(table) }
    }

    /// The columns that an update sets.
    pub(super) fn updated(&self) -> impl Iterator<Item = &str> {
        let kept = |name: &str| name == self.table.row_id || self.key.contains(&name) || OF_BIRTH.contains(&name);
        self.columns.iter().map(|(name, _)| name.as_ref()).filter(move |name| !kept(name))
    }

    /// The type of a column.
    pub(super) fn type_of(&self, name: &str) -> Option<StoredType> {
        self.columns.iter().find(|(column, _)| column == name).map(|(_, ty)| *ty)
    }
}

/// The columns of the natural key.
pub(super) fn key_columns(table: &'static Table) -> impl Iterator<Item = &'static Column> {
    table.key.iter().filter_map(|index| table.columns.get(*index))
}

/// The values of the natural key, in the order of [`Layout::key`].
pub(super) fn key_cells<'a>(table: &'static Table, row: &'a Row, mut put: impl FnMut(Cell<'a>)) {
    for index in table.key {
        if let (Some(column), Some(value)) = (table.columns.get(*index), row.values.get(*index)) {
            own_cells(column, value, &mut put);
        }
    }
}

/// The values of all columns, in the order of [`Layout::columns`]. The row has passed [`check`].
pub(super) fn cells<'a>(
    table: &'static Table,
    lane: i32,
    birth: &Stamp,
    last: &Stamp,
    row: &'a Row,
    mut put: impl FnMut(Cell<'a>),
) {
    let object = table.writing == Writing::Object;
    put(Cell::Big(if object { i64::from(row.object_id) } else { birth.id(lane) }));
    for (column, value) in table.columns.iter().zip(&row.values) {
        own_cells(column, value, &mut put);
    }
    let changed = Moment::new(last.time);
    put(birth.dss_id.into());
    put(Moment::new(birth.time).map(Moment::partition).into());
    put(Cell::Null);
    put(Cell::Big(birth.sequence()));
    put(Cell::Big(last.sequence()));
    put(changed.into());
    put(changed.map(Moment::slot).into());
    let ext = row.ext.as_deref();
    put(ext.and_then(|ext| ext.vch1.as_deref()).into());
    put(ext.and_then(|ext| ext.vch2.as_deref()).into());
    put(ext.and_then(|ext| ext.int1).into());
    put(ext.and_then(|ext| ext.int2).into());
}

fn own_cells<'a>(column: &Column, value: &'a Value, put: &mut impl FnMut(Cell<'a>)) {
    if column.ty == ColumnType::Time {
        let moment = if let Value::Time(micros) = value { Moment::new(*micros) } else { None };
        put(moment.into());
        put(moment.map(Moment::seconds).into());
        put(moment.map(Moment::slot).into());
        return;
    }
    put(match (column.ty, value) {
        (ColumnType::Int, Value::Integer(number)) => i32::try_from(*number).ok().into(),
        (ColumnType::Big, Value::Integer(number)) => Cell::Big(*number),
        (ColumnType::Num20, Value::Unsigned(number)) => Cell::Num20(*number),
        (ColumnType::Text(_), Value::Text(text)) => Cell::Text(Cow::Borrowed(text)),
        _ => Cell::Null,
    });
}

/// Why the row cannot be stored, if it cannot.
pub(super) fn check(table: &'static Table, stamp: &Stamp, row: &Row) -> Result<(), String> {
    if row.values.len() != table.columns.len() {
        return Err(format!("{} values for {} columns", row.values.len(), table.columns.len()));
    }
    for (column, value) in table.columns.iter().zip(&row.values) {
        // Of a row that goes, only the key counts.
        if !row.gone || key_columns(table).any(|key| key.name == column.name) {
            check_value(column, value)?;
        }
    }
    if let Some(ext) = row.ext.as_deref() {
        check_ext(ext)?;
    }
    Moment::new(stamp.time).map(drop).ok_or_else(|| out_of_range("the event's time", stamp.time))
}

fn check_value(column: &Column, value: &Value) -> Result<(), String> {
    let name = column.name;
    match (column.ty, value) {
        (_, Value::Null) if column.required => Err(format!("{name} is null")),
        (_, Value::Null) | (ColumnType::Big, Value::Integer(_)) | (ColumnType::Num20, Value::Unsigned(_)) => Ok(()),
        (ColumnType::Text(limit), Value::Text(text)) => check_text(name, limit, text),
        (ColumnType::Int, Value::Integer(number)) => {
            i32::try_from(*number).map(drop).map_err(|_| format!("{name} does not hold {number}: 32 bits"))
        }
        (ColumnType::Time, Value::Time(micros)) => {
            Moment::new(*micros).map(drop).ok_or_else(|| out_of_range(name, *micros))
        }
        (ty, _) => Err(format!("{name} holds {ty:?}, not such a value")),
    }
}

fn check_ext(ext: &Ext) -> Result<(), String> {
    for (name, text) in [("GSYS_EXT_VCH1", &ext.vch1), ("GSYS_EXT_VCH2", &ext.vch2)] {
        if let Some(text) = text {
            check_text(name, EXT_CHARACTERS, text)?;
        }
    }
    Ok(())
}

fn check_text(name: &str, limit: u32, text: &str) -> Result<(), String> {
    if text.as_bytes().contains(&0) {
        return Err(format!("{name} has a NUL"));
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // Characters are only counted where bytes alone do not tell.
    if text.len() > limit && text.chars().count() > limit {
        return Err(format!("{name} holds {limit} characters, not {}", text.chars().count()));
    }
    Ok(())
}

fn out_of_range(name: &str, micros: i64) -> String {
    format!("{name} is not between 1970 and 2038: {micros} µs since 1970")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record;

    fn row(table: &'static Table) -> Row {
        let values = table
            .columns
            .iter()
            .map(|column| match column.ty {
                ColumnType::Text(_) => Value::Text("x".to_owned()),
                ColumnType::Int | ColumnType::Big => Value::Integer(1),
                ColumnType::Num20 => Value::Unsigned(u64::MAX),
                ColumnType::Time => Value::Time(1_000_000),
            })
            .collect();
        Row { at: 0, gone: false, object_id: 7, values, ext: None }
    }

    const STAMP: Stamp = Stamp { seq: 5, ordinal: 1, dss_id: Some(3), time: 1_700_000_000_000_000 };

    #[test]
    fn every_table_gives_a_cell_of_the_right_type_for_each_of_its_columns() {
        for table in TABLES {
            let layout = layout(table.id).unwrap();
            let row = row(table);
            check(table, &STAMP, &row).unwrap();
            let mut given = Vec::new();
            cells(table, 2, &STAMP, &STAMP, &row, |cell| given.push(cell));
            assert_eq!(given.len(), layout.columns.len(), "{}", table.name);
            for (cell, (name, ty)) in given.iter().zip(&layout.columns) {
                let fits = match cell {
                    Cell::Null => name.starts_with("GSYS_"),
                    Cell::Int(_) => *ty == StoredType::Int,
                    Cell::Big(_) => *ty == StoredType::Big,
                    Cell::Num20(_) => *ty == StoredType::Num20,
                    Cell::Text(_) => *ty == StoredType::Text,
                    Cell::Moment(_) => *ty == StoredType::Timestamp,
                };
                assert!(fits, "{}.{name}: {cell:?}", table.name);
            }
            assert!(layout.key.iter().all(|key| layout.type_of(key).is_some()));
        }
    }

    fn refused(change: impl FnOnce(&mut Row), words: &str) {
        let table = record::table(TableId::G_CALL);
        let mut row = row(table);
        change(&mut row);
        assert_eq!(check(table, &STAMP, &row), Err(words.to_owned()));
    }

    #[test]
    fn what_no_database_may_see_is_named() {
        refused(|row| row.values[0] = Value::Text("ä".repeat(51)), "CALLID holds 50 characters, not 51");
        refused(|row| row.values[0] = Value::Text("a\0".to_owned()), "CALLID has a NUL");
        refused(|row| row.values[0] = Value::Null, "CALLID is null");
        refused(|row| row.values[0] = Value::Integer(1), "CALLID holds Text(50), not such a value");
        refused(|row| row.values[3] = Value::Integer(1 << 31), "MERGETYPE does not hold 2147483648: 32 bits");
        refused(|row| drop(row.values.pop()), "18 values for 19 columns");
        let ext = Ext { vch2: Some("x".repeat(256)), ..Ext::default() };
        refused(|row| row.ext = Some(Box::new(ext)), "GSYS_EXT_VCH2 holds 255 characters, not 256");
        let table = record::table(TableId::G_CALL);
        let stamp = Stamp { time: -1, ..STAMP };
        assert!(check(table, &stamp, &row(table)).unwrap_err().contains("not between 1970 and 2038"));
    }

    #[test]
    fn fifty_wide_characters_fit() {
        let table = record::table(TableId::G_CALL);
        let mut row = row(table);
        row.values[0] = Value::Text("ä".repeat(50));
        check(table, &STAMP, &row).unwrap();
    }
}
