//! Rows as lines of JSON: `{"G_CALL":{"callid":…,"created":…}}`.
//!
//! Columns are in lower case and words joined as in the SDK (`cust_data1`, `type_`); in files they are taken in any
//! spelling of case and underscores. Times are in µs since 1970 UTC; nulls are left out.

use crate::record::{Column, ColumnType, Ext, Row, Table, TableId, Value, Writing, custom, table, table_named};
use serde_json::{Map, Value as Json};

/// A row as an object.
#[must_use]
pub fn of_row(id: TableId, row: &Row) -> Map<String, Json> {
    let table = table(id);
    let mut object = Map::new();
    if let Some(ext) = &row.ext {
        object.insert("ext".to_owned(), of_ext(ext));
    }
    if table.writing == Writing::Object {
        object.insert("id".to_owned(), row.object_id.into());
    }
    for (column, value) in table.columns.iter().zip(&row.values) {
        if *value != Value::Null {
            object.insert(field(table, column), of_value(value));
        }
    }
    object
}

fn of_value(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(number) | Value::Time(number) => (*number).into(),
        Value::Unsigned(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
    }
}

fn of_ext(ext: &Ext) -> Json {
    serde_json::json!({ "vch1": ext.vch1, "vch2": ext.vch2, "int1": ext.int1, "int2": ext.int2 })
}

/// A line of a file.
#[must_use]
pub fn line(id: TableId, row: &Row) -> String {
    let mut object = Map::new();
    object.insert(table(id).name.to_owned(), Json::Object(of_row(id, row)));
    Json::Object(object).to_string()
}

/// Name of a column as the SDK has it: a word that would begin with a digit is joined to the one before.
fn field(table: &Table, column: &Column) -> String {
    let lower = column.name.to_lowercase();
    if custom::place(table.id).is_some() {
        return lower;
    }
    let mut out = String::new();
    for word in lower.split('_') {
        if !out.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit()) {
            out.push('_');
        }
        out.push_str(word);
    }
    // A word of the language in which the SDK is written.
    if out == "type" { "type_".to_owned() } else { out }
}

/// A row of a line, and its `at`.
///
/// # Errors
/// What is wrong with the line, for a person.
pub fn from_line(line: &str) -> Result<(TableId, Option<usize>, Row), String> {
    let read: Json = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let object = read.as_object().filter(|object| object.len() == 1);
    let (name, row) = object.and_then(|object| object.iter().next()).ok_or("not one row, as {\"TABLE\":{…}}")?;
    let row = row.as_object().ok_or_else(|| format!("{name}: a row is an object"))?;
    let table = table_named(name).or_else(|| custom::table_named(name));
    let table = table.ok_or_else(|| format!("there is no table {name}, and no plugin loaded here declares it"))?;
    let mut made = Row { at: 0, gone: false, object_id: 0, values: vec![Value::Null; table.columns.len()], ext: None };
    let mut at = None;
    for (name, value) in row.iter().filter(|(_, value)| !value.is_null()) {
        let refused = || format!("{}.{name} cannot be {value}", table.name);
        match name.as_str() {
            "at" => at = Some(value.as_u64().and_then(|at| usize::try_from(at).ok()).ok_or_else(refused)?),
            "gone" if table.writing == Writing::Active => made.gone = value.as_bool().ok_or_else(refused)?,
            "id" if table.writing == Writing::Object => made.object_id = integer(value).ok_or_else(refused)?,
            "ext" => made.ext = Some(Box::new(ext(value).ok_or_else(refused)?)),
            _ => {
                let is_it = |column: &Column| plain(column.name) == plain(name);
                let place = table.columns.iter().position(is_it);
                let known = place.and_then(|place| Some((table.columns.get(place)?, made.values.get_mut(place)?)));
                let (column, slot) = known.ok_or_else(|| format!("{} has no column `{name}`", table.name))?;
                *slot = typed(column.ty, value).ok_or_else(refused)?;
            }
        }
    }
    Ok((table.id, at, made))
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

fn integer(value: &Json) -> Option<i32> {
    value.as_i64().and_then(|number| i32::try_from(number).ok())
}

fn typed(ty: ColumnType, value: &Json) -> Option<Value> {
    Some(match ty {
        ColumnType::Text(_) => Value::Text(value.as_str()?.to_owned()),
        ColumnType::Int | ColumnType::Big => Value::Integer(value.as_i64()?),
        ColumnType::Num20 => Value::Unsigned(value.as_u64()?),
        ColumnType::Time => Value::Time(value.as_i64()?),
    })
}

fn ext(value: &Json) -> Option<Ext> {
    let object = value.as_object()?;
    let text = |name: &str| object.get(name).and_then(Json::as_str).map(str::to_owned);
    let number = |name: &str| object.get(name).and_then(integer);
    Some(Ext { vch1: text("vch1"), vch2: text("vch2"), int1: number("int1"), int2: number("int2") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let (table, _, row) = from_line(text).unwrap();
        assert_eq!(line(table, &row), expect);
        let again = from_line(expect).unwrap();
        assert_eq!((again.0, again.2), (table, row), "{expect}");
    }

    #[test]
    fn rows_come_back() {
        check(r#"{"G_CALL":{"callid":"x","created":5,"gone_by":null}}"#, r#"{"G_CALL":{"callid":"x","created":5}}"#);
        check(
            r#"{"gc_endpoint":{"at":3,"ID":7,"id":7,"TYPE":1}}"#.replace("\"ID\":7,", "").as_str(),
            r#"{"GC_ENDPOINT":{"id":7,"type_":1}}"#,
        );
        check(
            r#"{"G_CALL_USERDATA_CUST":{"CALLID":"x","CUST_DATA_1":"a","ext":{"int1":1}}}"#,
            r#"{"G_CALL_USERDATA_CUST":{"ext":{"vch1":null,"vch2":null,"int1":1,"int2":null},"callid":"x","cust_data1":"a"}}"#,
        );
        check(r#"{"G_CALL":{"connidnum":18446744073709551615}}"#, r#"{"G_CALL":{"connidnum":18446744073709551615}}"#);
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told() {
        for (text, expect) in [
            ("{}", "not one row"),
            ("{\"G_CALL\":{}", "EOF"),
            ("{\"G_CALLS\":{}}", "there is no table G_CALLS"),
            ("{\"G_CALL\":{\"colour\":1}}", "G_CALL has no column `colour`"),
            ("{\"G_CALL\":{\"created\":\"today\"}}", "G_CALL.created cannot be \"today\""),
            ("{\"G_CALL\":{\"gone\":true}}", "G_CALL has no column `gone`"),
        ] {
            let error = from_line(text).unwrap_err();
            assert!(error.contains(expect), "{text}: {error}");
        }
    }
}
