//! Rows that the database refused, as a letter keeps them: one JSON object a row, which a person can read and mend.
//!
//! ```json
//! {"table":"G_CALL","values":{"CALLID":"1","STATE":1,"CREATED":1795346819102385}}
//! ```
//! Columns that hold nothing are left out. A moment is µs since 1970 UTC. `gone`: the row is to be deleted;
//! `object_id`: DBID of a row of the configuration; `ext`: the columns GSYS_EXT_….

use crate::record::{self, ColumnType, Ext, Row, TableId, Value, custom};
use serde_json::{Map, Value as Json, json};

/// A row as JSON.
#[must_use]
pub fn to_json(table: TableId, row: &Row) -> Json {
    let table = record::table(table);
    let mut values = Map::new();
    for (column, value) in table.columns.iter().zip(&row.values) {
        let value = match value {
            Value::Null => continue,
            Value::Integer(number) | Value::Time(number) => json!(number),
            Value::Unsigned(number) => json!(number),
            Value::Text(text) => json!(text),
        };
        values.insert(column.name.to_owned(), value);
    }
    let mut out = Map::new();
    out.insert("table".to_owned(), json!(table.name));
    out.insert("values".to_owned(), Json::Object(values));
    if row.gone {
        out.insert("gone".to_owned(), json!(true));
    }
    if row.object_id != 0 {
        out.insert("object_id".to_owned(), json!(row.object_id));
    }
    if let Some(ext) = &row.ext {
        let ext = json!({"vch1": ext.vch1, "vch2": ext.vch2, "int1": ext.int1, "int2": ext.int2});
        out.insert("ext".to_owned(), ext);
    }
    Json::Object(out)
}

/// The rows of a JSON array; what is no row is passed over.
#[must_use]
pub fn from_json(text: &str) -> Vec<(TableId, Row)> {
    let rows: Vec<Json> = serde_json::from_str(text).unwrap_or_default();
    rows.iter().filter_map(row_of).collect()
}

/// A row from JSON, if it is one.
#[must_use]
pub fn row_of(json: &Json) -> Option<(TableId, Row)> {
    let name = json.get("table")?.as_str()?;
    let table = record::table_named(name).or_else(|| custom::table_named(name))?;
    let given = json.get("values")?;
    let value = |column: &record::Column| match (column.ty, given.get(column.name)) {
        (_, None | Some(Json::Null)) => Some(Value::Null),
        (ColumnType::Text(_), Some(value)) => Some(Value::Text(value.as_str()?.to_owned())),
        (ColumnType::Int | ColumnType::Big, Some(value)) => Some(Value::Integer(value.as_i64()?)),
        (ColumnType::Num20, Some(value)) => Some(Value::Unsigned(value.as_u64()?)),
        (ColumnType::Time, Some(value)) => Some(Value::Time(value.as_i64()?)),
    };
    let values: Option<Vec<Value>> = table.columns.iter().map(value).collect();
    let text = |ext: &Json, name: &str| ext.get(name).and_then(Json::as_str).map(str::to_owned);
    let int =
        |ext: &Json, name: &str| ext.get(name).and_then(Json::as_i64).and_then(|number| i32::try_from(number).ok());
    let ext = json.get("ext").map(|ext| {
        Box::new(Ext {
            vch1: text(ext, "vch1"),
            vch2: text(ext, "vch2"),
            int1: int(ext, "int1"),
            int2: int(ext, "int2"),
        })
    });
    let gone = json.get("gone").and_then(Json::as_bool).unwrap_or_default();
    let object_id = json.get("object_id").and_then(Json::as_i64).and_then(|id| i32::try_from(id).ok());
    Some((table.id, Row { at: 0, gone, object_id: object_id.unwrap_or_default(), values: values?, ext }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_comes_back() {
        for table in record::TABLES {
            for filled in [false, true] {
                let value = |column: &record::Column| match column.ty {
                    _ if !filled => Value::Null,
                    ColumnType::Text(_) => Value::Text("täxt\"".to_owned()),
                    ColumnType::Int => Value::Integer(i64::from(i32::MIN)),
                    ColumnType::Big => Value::Integer(i64::MIN),
                    ColumnType::Num20 => Value::Unsigned(u64::MAX),
                    ColumnType::Time => Value::Time(1_795_346_819_102_385),
                };
                let ext =
                    filled.then(|| Box::new(Ext { vch1: Some("x".to_owned()), int2: Some(-1), ..Ext::default() }));
                let values = table.columns.iter().map(value).collect();
                let row = Row { at: 0, gone: filled, object_id: i32::from(filled), values, ext };
                let text = Json::Array(vec![to_json(table.id, &row)]).to_string();
                assert_eq!(from_json(&text), [(table.id, row)], "{}", table.name);
            }
        }
    }

    #[test]
    fn a_row_of_a_table_of_a_plugins_own_comes_back() {
        let column = |name: &str, ty| custom::CustomColumn { name: name.to_owned(), ty, key: false };
        let columns = vec![column("who", ColumnType::Text(9)), column("at", ColumnType::Time)];
        let (plugin, name) = ("letters".to_owned(), "own".to_owned());
        let declared = custom::Custom { plugin, name, text: String::new(), columns };
        let table = custom::register(&declared).unwrap();
        let values = vec![Value::Text("me".to_owned()), Value::Time(1_795_346_819_102_385)];
        let row = Row { at: 0, gone: false, object_id: 0, values, ext: None };
        let text = Json::Array(vec![to_json(table, &row)]).to_string();
        assert_eq!(from_json(&text), [(table, row)]);
    }

    #[test]
    fn what_is_no_row_is_passed_over() {
        for text in [
            "",
            "{}",
            "[{}]",
            r#"[{"table":"G_NOTHING","values":{}}]"#,
            r#"[{"table":"G_CALL","values":{"STATE":"x"}}]"#,
        ] {
            assert_eq!(from_json(text), [], "{text}");
        }
    }
}
