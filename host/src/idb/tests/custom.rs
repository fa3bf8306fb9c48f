//! Tables of a plugin's own.

use super::*;
use crate::record::custom::{Custom, CustomColumn, register};
use crate::record::{ColumnType, custom, table};
use std::collections::BTreeSet;

fn column(name: &str, ty: ColumnType, key: bool) -> CustomColumn {
    CustomColumn { name: name.to_owned(), ty, key }
}

fn declared(plugin: &str, columns: Vec<CustomColumn>) -> TableId {
    let text = "What's in \\ it: a \"row\"; DROP TABLE G_CALL; --".to_owned();
    register(&Custom { plugin: plugin.to_owned(), name: "t".to_owned(), text, columns }).unwrap()
}

fn visit() -> CustomColumn {
    column("visit", ColumnType::Text(40), true)
}

/// A row of the event at `seq`.
fn row(id: TableId, seq: Seq, values: Vec<Value>) -> (TableId, Stamp, Row) {
    let stamp = Stamp { seq, ordinal: 0, dss_id: Some(1), time: rows::START };
    (id, stamp, Row { at: 0, gone: false, object_id: 0, values, ext: None })
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Columns of all rows of a table as text, in the order of their ids.
async fn read(idb: &Idb, id: TableId, columns: &str) -> Vec<String> {
    let name = table(id).name;
    let columns: Vec<String> = columns.split(' ').map(|name| format!("COALESCE(CAST({name} AS TEXT), '-')")).collect();
    let text = format!("SELECT {} FROM {name} ORDER BY ID", columns.join(" || ' ' || "));
    let found = idb.query(&Statement::new(text, Vec::new())).await.unwrap();
    found.into_iter().flatten().map(Option::unwrap).collect()
}

async fn refused(idb: &Idb, id: TableId, words: &str) {
    let error = idb.make_custom(&[id]).await.expect_err(words);
    assert!(error.to_string().contains(words), "{error}");
    assert_eq!(error.disposition(), Disposition::Stop);
}

#[tokio::test]
async fn a_table_is_made_and_rows_are_found_again_by_its_key() {
    let columns = vec![visit(), column("sum", ColumnType::Big, false), column("paid", ColumnType::Time, false)];
    let keyed = declared("made", columns.clone());
    let added = declared("made-added", columns.into_iter().map(|c| CustomColumn { key: false, ..c }).collect());
    for place in both() {
        let idb = opened(&place).await;
        idb.make_custom(&[keyed, TableId::G_CALL, added]).await.unwrap();
        idb.make_custom(&[keyed, added]).await.unwrap();
        let of = |id, seq, key: &str, sum| {
            let paid = Value::Time(1_740_988_801_250_000);
            row(id, seq, vec![text(key), Value::Integer(sum), paid])
        };
        let each = [(1, "a", i64::MIN), (2, "b", 2), (3, "a", i64::MAX)];
        let rows = each.into_iter().flat_map(|(seq, key, sum)| [keyed, added].map(|id| of(id, seq, key, sum)));
        write_in_pieces(&idb, &rows.collect::<Vec<_>>(), 2).await;
        assert_eq!(read(&idb, keyed, "VISIT SUM").await, ["a 9223372036854775807", "b 2"]);
        assert_eq!(read(&idb, keyed, "ID GSYS_SEQ GSYS_USEQ").await, ["4096 4096 12288", "8192 8192 8192"]);
        assert_eq!(read(&idb, keyed, "PAID_TS PAID_TCODE GSYS_DOMAIN").await[0], "1740988801 1740988800 1");
        assert_eq!(read(&idb, added, "VISIT SUM").await.len(), 3);
    }
}

/// Every word that PostgreSQL knows, in both databases: what is declared is taken, and found again by.
#[tokio::test]
async fn names_that_are_taken_need_no_quotes() {
    let [directory, server] = <[Place; 2]>::try_from(both()).ok().unwrap();
    let Place::Server(cluster, database) = &server else { panic!("the second is the server") };
    let words = cluster.sql(database, "SELECT upper(word) FROM pg_get_keywords()").unwrap();
    // What SQLite knows beside, as far as it is no word of PostgreSQL.
    let more = "ABORT AFTER AUTOINCREMENT CONFLICT CTID CURRENT FAIL GLOB INDEXED OID OTHERS PLAN PRAGMA QUERY RAISE \
                REGEXP REINDEX ROWID VIRTUAL MAIN TEMP SQLITE_ROWID XMIN EXCLUDED OF_ROW GONE";
    let words: BTreeSet<&str> = words.split_whitespace().chain(more.split_whitespace()).collect();
    assert!(words.len() > 400, "{}", words.len());
    let is_taken = |word: &&str| {
        let columns = vec![column(word, ColumnType::Big, false)];
        let one = Custom { plugin: "words".to_owned(), name: "w".to_owned(), text: String::new(), columns };
        custom::check(&one).is_ok()
    };
    let taken: Vec<&str> = words.iter().copied().filter(is_taken).collect();
    assert!(taken.len() > 300 && !taken.contains(&"ORDER") && taken.contains(&"VALUE"), "{}", taken.len());
    for (number, words) in taken.chunks(16).enumerate() {
        let columns = words.iter().map(|word| column(word, ColumnType::Big, true)).collect();
        let id = declared(&format!("words-{number}"), columns);
        for place in [&directory, &server] {
            let idb = Idb::open(&config(place.url())).await.unwrap();
            idb.make_custom(&[id]).await.unwrap_or_else(|error| panic!("{words:?}: {error}"));
            let row = row(id, 1, words.iter().map(|_| Value::Integer(1)).collect());
            assert!(!idb.is_outdated(id, &row.2, 1).await.unwrap(), "{words:?}");
            idb.lane("pbx", QUEUE, 101).await.unwrap();
            let first = 2 * number as Seq + 1;
            for seq in [first, first + 1] {
                let mut row = row.clone();
                row.1.seq = seq;
                assert_eq!(write(&idb, batch(vec![row])).await.refused, [], "{words:?}");
            }
            assert!(idb.is_outdated(id, &row.2, 1).await.unwrap(), "{words:?}");
        }
    }
}

#[tokio::test]
async fn a_hundred_full_columns_fit() {
    let columns = (0..100).map(|n| column(&format!("c{n}"), ColumnType::Text(4000), false)).collect();
    let texts = declared("wide-texts", columns);
    let columns = (0..100).map(|n| column(&format!("c{n}"), ColumnType::Time, false)).collect();
    let times = declared("wide-times", columns);
    let key = vec![column("k", ColumnType::Text(512), true)];
    let keys = declared("wide-key", key);
    for place in both() {
        let idb = opened(&place).await;
        idb.make_custom(&[texts, times, keys]).await.unwrap();
        // Characters that a database cannot make shorter: each is four bytes.
        let wide = |seed: u32, count: u32| -> String {
            let next = |n: u32| seed.wrapping_add(n).wrapping_mul(0x9e37_79b9) % 0xffff;
            (0..count).filter_map(|n| char::from_u32(0x1_0000 + next(n))).collect()
        };
        let full = (0..100).map(|n| Value::Text(wide(n * 4000, 4000))).collect();
        let short = (0..100).map(|n| Value::Text(wide(n * 40, 27))).collect();
        let rows = vec![
            row(texts, 1, full),
            row(times, 1, vec![Value::Time(rows::START); 100]),
            row(keys, 1, vec![Value::Text(wide(1, 512))]),
            row(texts, 2, short),
            row(keys, 2, vec![Value::Text(wide(2, 512))]),
        ];
        assert_eq!(write(&idb, batch(rows)).await.refused, [], "{}", place.url());
        assert_eq!(read(&idb, texts, "C99").await[0], wide(99 * 4000, 4000));
        assert_eq!(read(&idb, keys, "K").await.len(), 2);
        assert_eq!(read(&idb, times, "C99_TS C0_TCODE").await, ["1740988800 1740988800"]);
    }
}

#[tokio::test]
async fn an_older_and_a_newer_version_alternate() {
    let old = vec![visit(), column("a", ColumnType::Big, false)];
    let mut new = old.clone();
    new.insert(1, column("at", ColumnType::Time, false));
    new.push(column("b", ColumnType::Text(9), false));
    let (old, new) = (declared("versions-db", old), declared("versions-db", new));
    let of_old = |seq, key: &str, a| row(old, seq, vec![text(key), Value::Integer(a)]);
    let of_new = |seq, key: &str, a, b: &str| {
        row(new, seq, vec![text(key), Value::Time(rows::START), Value::Integer(a), text(b)])
    };
    for place in both() {
        let idb = opened(&place).await;
        idb.make_custom(&[old]).await.unwrap();
        write(&idb, batch(vec![of_old(1, "x", 1)])).await;
        idb.make_custom(&[new]).await.unwrap();
        // A reload and a rollback, each within a batch.
        write(&idb, batch(vec![of_old(2, "y", 2), of_new(3, "x", 3, "new"), of_new(4, "y", 4, "new")])).await;
        idb.make_custom(&[old]).await.unwrap();
        write(&idb, batch(vec![of_new(5, "z", 5, "new"), of_old(6, "z", 6), of_old(7, "x", 7)])).await;
        idb.make_custom(&[new]).await.unwrap();
        let expected = ["x 7 new 1740988800", "y 4 new 1740988800", "z 6 new 1740988800"];
        assert_eq!(read(&idb, new, "VISIT A B AT_TS").await, expected);
    }
}

#[tokio::test]
async fn what_would_change_a_column_is_refused() {
    let a = |ty| vec![visit(), column("a", ty, false)];
    let first = declared("changes", a(ColumnType::Text(5)));
    for place in both() {
        let idb = opened(&place).await;
        idb.make_custom(&[first]).await.unwrap();
        let changed = declared("changes", a(ColumnType::Big));
        refused(
            &idb,
            changed,
            "table X_CHANGES_T of plugin `changes` cannot be used: column A is varchar(5) in the \
            database and bigint in the plugin; a type never changes: give the column another name",
        )
        .await;
        let longer = declared("changes", a(ColumnType::Text(6)));
        refused(&idb, longer, "column A is varchar(5) in the database and varchar(6) in the plugin").await;
        refused(&idb, declared("changes", a(ColumnType::Time)), "and t").await;
        let mut key = a(ColumnType::Text(5));
        key.push(column("more", ColumnType::Big, true));
        refused(&idb, declared("changes", key.clone()), "column MORE of the key is not in the database").await;
        key.remove(2);
        key[1].key = true;
        refused(&idb, declared("changes", key.clone()), "its key is VISIT in the database and A, VISIT in").await;
        key[0].key = false;
        key[1].key = false;
        refused(&idb, declared("changes", key), "its key is VISIT in the database and none in the plugin").await;
        place.sql("CREATE TABLE X_FOREIGN_T (VISIT varchar(40) NOT NULL UNIQUE)");
        let foreign = declared("foreign", vec![visit()]);
        refused(&idb, foreign, "without a column ID of type").await;
        idb.make_custom(&[first]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_make_the_same_table_in_several_versions() {
    let columns = |count: u32| {
        let own = (0..count).map(|n| column(&format!("c{n}"), ColumnType::Big, false));
        std::iter::once(visit()).chain(own).collect()
    };
    let versions = [0, 3, 1, 2].map(|count| declared("many", columns(count)));
    for place in both() {
        drop(opened(&place).await);
        let make = |n: usize| {
            let (config, id) = (config(place.url()), versions[n % versions.len()]);
            tokio::spawn(async move { Idb::open(&config).await.unwrap().make_custom(&[id]).await.err() })
        };
        let failed = futures_util::future::join_all((0..12).map(make)).await;
        assert!(failed.iter().all(|error| matches!(error, Ok(None))), "{failed:?}");
        let idb = Idb::open(&config(place.url())).await.unwrap();
        assert_eq!(read(&idb, versions[1], "C0 C1 C2").await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn who_may_not_make_it_is_told() {
    let id = declared("rights", vec![visit()]);
    let server = both().remove(1);
    let Place::Server(cluster, database) = &server else { panic!("the second is the server") };
    opened(&server).await.close();
    server.sql(
        "CREATE ROLE RIGHTS LOGIN; GRANT USAGE ON SCHEMA public TO RIGHTS; \
         GRANT ALL ON ALL TABLES IN SCHEMA public TO RIGHTS",
    );
    let url = cluster.socket_url(database).replace("postgres@", "rights@");
    let idb = Idb::open(&config(url)).await.unwrap();
    refused(&idb, id, "does not permit it: make or widen the table X_RIGHTS_T: permission denied").await;
    // Made by another, it may be used without the right.
    Idb::open(&config(server.url())).await.unwrap().make_custom(&[id]).await.unwrap();
    idb.make_custom(&[id]).await.unwrap();
    server.sql("DROP OWNED BY RIGHTS; DROP ROLE RIGHTS");
}

/// Cut at any byte, a table is there as declared or not at all, and the next attempt makes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_cut_while_a_table_is_made_or_widened_leaves_no_half() {
    let place = both().remove(1);
    let Place::Server(cluster, database) = &place else { panic!("the second is the server") };
    let idb = opened(&place).await;
    let old = declared("cut", vec![visit()]);
    let new = declared("cut", vec![visit(), column("a", ColumnType::Time, false)]);
    let columns = async || {
        let text = "SELECT CAST(COUNT(*) AS TEXT) FROM pg_attribute \
                    WHERE attrelid = to_regclass('x_cut_t') AND attnum > 0";
        idb.query(&Statement::new(text, Vec::new())).await.unwrap()[0][0].clone().unwrap()
    };
    let whole = faults::Proxy::start(cluster.port(), [u64::MAX; 2]);
    whole.idb(database).make_custom(&[new]).await.unwrap();
    let [sent, _] = whole.passed();
    let mut seen = BTreeSet::new();
    for (before, stands) in [(None, "0"), (Some(old), "13")] {
        for step in 0..24 {
            place.sql("DROP TABLE IF EXISTS X_CUT_T");
            idb.make_custom(before.as_slice()).await.unwrap();
            let limit = sent * step / 24 + 1;
            let cut = faults::Proxy::start(cluster.port(), [limit, u64::MAX]).idb(database);
            let failed = cut.make_custom(&[new]).await.err();
            assert!(failed.is_none_or(|error| error.disposition() == Disposition::Retry));
            let after = columns().await;
            assert!(after == stands || after == "16", "{after} columns after a cut at {limit} of {sent}");
            seen.insert((stands, after));
            idb.make_custom(&[new]).await.unwrap();
            assert_eq!(columns().await, "16");
        }
    }
    assert_eq!(seen.len(), 4, "before and after the commit: {seen:?}");
}
