//! Tables of the plugin's own, and rows that are none.

use crate::bindings::concentrator::mapping::types::{
    ColumnType, CustomColumn, CustomRow, CustomRows, CustomTable, CustomValue,
};
use concentrator_event::View;

/// A harmless table.
pub(crate) fn visits() -> CustomTable {
    CustomTable {
        name: "visits".to_owned(),
        text: "Events that a call has had".to_owned(),
        columns: vec![
            column("callid", ColumnType::Text(64), true),
            column("event", ColumnType::Text(20), false),
            column("bytes", ColumnType::Integer, false),
            column("seen", ColumnType::Time, false),
        ],
    }
}

/// A column of that name and type.
pub(crate) fn column(name: &str, r#type: ColumnType, key: bool) -> CustomColumn {
    CustomColumn { name: name.to_owned(), type_: r#type, key }
}

/// Rows of the plugin's own, in the cases that have some.
pub(crate) fn rows(case: &str, at: u32, event: &View<'_>) -> Option<CustomRows> {
    let good = good(event);
    let [callid, name, bytes, seen] = good.clone();
    let (table, count, values) = match case {
        "own" => ("visits", 1, good.to_vec()),
        "own-long" => ("visits", 1, vec![CustomValue::Text("long".repeat(5_000)), name, bytes, seen]),
        "own-few" => ("visits", 1, vec![callid, name, bytes]),
        "own-none" => ("visits", 1, Vec::new()),
        "own-much" => ("visits", 1, vec![name; 1_000]),
        "own-type" => ("visits", 1, vec![callid, bytes, name, seen]),
        "own-keyless" => ("visits", 1, vec![CustomValue::None, name, bytes, seen]),
        "own-absurd" => ("visits", 1, vec![callid, name, bytes, CustomValue::Time(i64::MAX)]),
        "own-of-one-event" => ("visits", 5_000, good.to_vec()),
        "own-rows" => ("visits", 500_000, good.to_vec()),
        "own-undeclared" => ("secrets", 1, good.to_vec()),
        "own-official" => ("G_CALL", 1, good.to_vec()),
        "own-sql" => ("visits; DROP TABLE G_CALL; --", 1, good.to_vec()),
        "own-beyond" => return Some(of("visits", vec![CustomRow { at: at + 1_000, values: good.to_vec() }])),
        _ => return None,
    };
    Some(of(table, vec![CustomRow { at, values }; count]))
}

fn of(table: &str, rows: Vec<CustomRow>) -> CustomRows {
    CustomRows { table: table.to_owned(), rows }
}

fn good(event: &View<'_>) -> [CustomValue; 4] {
    [
        CustomValue::Text(event.text("callid").unwrap_or_default().to_owned()),
        CustomValue::Text(event.name().to_owned()),
        CustomValue::Integer(event.raw().len().try_into().unwrap_or_default()),
        CustomValue::Time(event.time()),
    ]
}
