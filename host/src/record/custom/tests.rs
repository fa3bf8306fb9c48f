//! Declarations, good and hostile.

use super::*;
use crate::record;

fn column(name: &str, ty: ColumnType, key: bool) -> CustomColumn {
    CustomColumn { name: name.to_owned(), ty, key }
}

fn visits(plugin: &str) -> Custom {
    let columns = vec![
        column("visit", ColumnType::Text(40), true),
        column("Sum", ColumnType::Big, false),
        column("paid", ColumnType::Time, false),
    ];
    Custom { plugin: plugin.to_owned(), name: "visits".to_owned(), text: "A visit".to_owned(), columns }
}

fn refused(change: impl FnOnce(&mut Custom), words: &str) {
    let mut custom = visits("refused");
    change(&mut custom);
    let error = register(&custom).expect_err(words);
    assert!(error.contains(words), "{error}");
}

#[test]
fn a_declaration_becomes_a_table() {
    let id = register(&visits("site-data")).unwrap();
    let table = record::table(id);
    assert_eq!((table.id, table.name, table.writing), (id, "X_SITE_DATA_VISITS", Writing::Keyed));
    let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    assert_eq!((names.as_slice(), table.key), (["VISIT", "SUM", "PAID"].as_slice(), [0].as_slice()));
    assert!(table.columns[0].required && !table.columns[1].required);
    assert_eq!(find(id).unwrap().text, "A visit");
    assert!(find(TableId::G_CALL).is_none() && record::table_named(table.name).is_none());
    assert_eq!(table_named("x_site_data_visits").unwrap().id, id);
}

#[test]
fn another_declaration_of_the_same_name_has_an_id_of_its_own() {
    let old = visits("versions");
    let first = register(&old).unwrap();
    let mut new = old.clone();
    new.columns.push(column("more", ColumnType::Big, false));
    let second = register(&new).unwrap();
    assert_ne!(first, second);
    assert_eq!(record::table(first).name, record::table(second).name);
    assert_eq!((record::table(first).columns.len(), record::table(second).columns.len()), (3, 4));
    // Again, in other letters, and with another text.
    let again = Custom { name: "VISITS".to_owned(), text: String::new(), ..old };
    assert_eq!((register(&again).unwrap(), register(&new).unwrap()), (first, second));
    assert_eq!(table_named(record::table(first).name).unwrap().id, second);
}

#[test]
fn tables_of_two_plugins_do_not_meet_under_one_name() {
    register(&Custom { name: "b_c".to_owned(), ..visits("meet-a") }).unwrap();
    let error = register(&Custom { name: "c".to_owned(), ..visits("meet_a_b") }).unwrap_err();
    assert!(error.contains("X_MEET_A_B_C, which is the table `b_c` of plugin `meet-a`"), "{error}");
}

#[test]
fn what_is_no_table_is_refused() {
    for name in ["", "1a", "_a", "a b", "a-b", "a;DROP TABLE G_CALL", "a\"", "ä", "a\0", &"a".repeat(31)] {
        refused(|custom| custom.name = name.to_owned(), "letters, digits and `_`, beginning with a letter");
        refused(|custom| custom.columns[1].name = name.to_owned(), "letters, digits and `_`, beginning with a letter");
    }
    for plugin in ["", "a b", "a'", "ä"] {
        refused(|custom| custom.plugin = plugin.to_owned(), "cannot be part of a table's name");
    }
    refused(|custom| custom.plugin = "p".repeat(55), "64 characters, 63 are allowed");
    refused(|custom| custom.text = "a\nb".to_owned(), "one line of at most 1000 characters");
    refused(|custom| custom.text = "a".repeat(1001), "one line of at most 1000 characters");
    refused(|custom| custom.columns.clear(), "it has 0 columns, 1 to 100 are allowed");
    let many = |number| (0..number).map(|n| column(&format!("C{n}"), ColumnType::Big, false)).collect();
    refused(|custom| custom.columns = many(101), "it has 101 columns");
}

#[test]
fn what_is_no_column_is_refused() {
    let named = |name: &'static str, words| refused(|custom| custom.columns[1].name = name.to_owned(), words);
    named("id", "every table has already");
    named("Gsys_Seq", "every table has already");
    named("order", "a word of SQL");
    named("Visit", "two columns would be VISIT");
    named("paid_ts", "two columns would be PAID_TS");
    named("PAID_TCODE", "two columns would be PAID_TCODE");
    let typed = |ty, key, words| refused(|custom| custom.columns[1] = column("A", ty, key), words);
    typed(ColumnType::Text(0), false, "is to have 0 characters, 1 to 4000");
    typed(ColumnType::Text(4001), false, "is to have 4001 characters");
    typed(ColumnType::Int, false, "neither a text");
    typed(ColumnType::Num20, false, "neither a text");
    typed(ColumnType::Time, true, "keys hold texts and integers only");
    typed(ColumnType::Text(473), true, "the texts of its key have 513 characters");
    let keys = (0..17).map(|n| column(&format!("K{n}"), ColumnType::Big, true)).collect();
    refused(|custom| custom.columns = keys, "its key has 17 columns");
}
