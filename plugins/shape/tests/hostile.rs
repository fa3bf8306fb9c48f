//! Odd keys and values: nothing fails, and no value of a key that is to be hidden leaves in any table.
#![allow(clippy::unwrap_used, reason = "tests")]

use concentrator_event::Builder;
use concentrator_sdk::{Enricher, Kind, testing};
use serde_json::{Value, json};
use shape::Shape;

const SECRET_TEXT: &str = "4111";

/// Given rows of all tables with keys and values, all under `key` with `value`, of the event 0.
fn rows(key: &str, value: &str) -> Vec<testing::GivenRow> {
    let history = json!({"at": 0, "callid": "c", "keyname": key, "value": value, "changetype": 1});
    let user_event = json!({"at": 0, "keyname": key, "value": value});
    let row = |table: &str, row: &Value| (0, table.to_owned(), row.clone());
    vec![
        row("G_USERDATA_HISTORY", &history),
        row("G_SECURE_USERDATA_HISTORY", &history),
        row("G_CUSTOM_DATA_S", &user_event),
        row("G_CALL_USERDATA", &json!({"at": 0, "callid": "c", "customer_id": value})),
        row("G_CALL_USERDATA_CUST1", &json!({"at": 0, "callid": "c", "cust_data16": value})),
        row("G_CUSTOM_DATA_P", &json!({"at": 0, "data7": value})),
        row("GM_F_USERDATA", &json!({"at": 0, "callid": "c", "g_subject": value})),
        row("GM_L_USERDATA", &json!({"at": 0, "callid": "c", "g_a_ack": value})),
    ]
}

fn shaped(rule: &Value, column: &Value, key: &str, value: &str) -> testing::Emitted {
    let mut config = json!({
        "keys": {(key): rule, "Other": {"column": "CUST_DATA_1"}},
        "columns": {"CUSTOMER_ID": column, "G_CALL_USERDATA_CUST1.CUST_DATA_16": column, "DATA_7": column,
            "G_SUBJECT": column, "G_A_ACK": column},
    });
    if rule.get("pseudonym").is_some() || column.get("pseudonym").is_some() {
        config["secret"] = json!("0123456789abcdef0123456789abcdef");
    }
    let mut shape = Shape::open(testing::lane(), &config.to_string()).unwrap();
    let event = Builder::new(Kind::Source, "Any", 0).finish().unwrap();
    testing::enrich(&mut shape, &[event], &rows(key.trim_end_matches('*'), value), 0)
}

#[test]
fn hidden_values_leave_in_no_table() {
    let rules = [
        json!({"drop": true}),
        json!({"mask": {}}),
        json!({"mask": {"digits_only": true}}),
        json!({"mask": {"fixed": true}}),
        json!({"pseudonym": {}}),
        json!({"mask": {}, "column": "G_CALL_USERDATA_CUST2.CUST_DATA_3"}),
        json!({"pseudonym": {"length": 8}, "rename": "New", "secure": true}),
    ];
    let columns = [json!({"drop": true}), json!({"mask": {"digits_only": true}}), json!({"pseudonym": {}})];
    for (number, rule) in rules.iter().enumerate() {
        let column = &columns[number % columns.len()];
        for key in ["Card", "C*", "*", "Ключ", "a b\u{1}", &"k".repeat(255)] {
            for value in [SECRET_TEXT, &format!("ä{SECRET_TEXT}\0"), &SECRET_TEXT.repeat(1000)] {
                let rows = shaped(rule, column, key, value);
                let shown = format!("{rows:?}");
                assert!(!shown.contains(SECRET_TEXT), "{rule} {key}: {shown}");
                assert!(rows.len() >= 2, "{rule} {key}: {shown}");
            }
        }
    }
}

#[test]
fn secure_values_leave_the_plain_tables() {
    for row in shaped(&json!({"secure": true}), &json!({"drop": true}), "Card", SECRET_TEXT) {
        let shown = row.row.to_string();
        assert_eq!(shown.contains(SECRET_TEXT), row.table == "G_SECURE_USERDATA_HISTORY", "{row:?}");
    }
}

#[test]
fn what_no_rule_names_passes() {
    let mut shape = Shape::open(testing::lane(), r#"{"keys": {"Other": {"drop": true}}}"#).unwrap();
    let event = Builder::new(Kind::Source, "Any", 0).finish().unwrap();
    for (key, value) in [("", ""), ("Card", ""), ("other", "x"), ("Others", &"é".repeat(4000))] {
        let given = rows(key, value);
        let rows = testing::enrich(&mut shape, std::slice::from_ref(&event), &given, 0);
        assert_eq!(rows.len(), given.len(), "{key}");
        for row in rows {
            let (_, _, mut before) = given.iter().find(|(_, table, _)| *table == row.table).cloned().unwrap();
            before.as_object_mut().unwrap().remove("at");
            assert_eq!(row.row, before, "{key}");
        }
    }
}
