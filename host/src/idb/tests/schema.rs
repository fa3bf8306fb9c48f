//! Versions of the schema, and databases that cannot be used.

use super::*;
use std::collections::BTreeSet;

#[tokio::test]
async fn columns_are_those_of_the_records() {
    for place in both() {
        let idb = opened(&place).await;
        for table in TABLES {
            let text = match idb.backend() {
                Backend::Postgres(_) => {
                    "SELECT upper(column_name), upper(data_type) || COALESCE('(' || character_maximum_length || ')', '') \
                     FROM information_schema.columns WHERE table_name = lower($1) ORDER BY ordinal_position"
                }
                Backend::Sqlite(_) => "SELECT NAME, TYPE FROM pragma_table_info($1) ORDER BY CID",
            };
            let found = idb.query(&Statement::new(text, vec![control::text(table.name)])).await.unwrap();
            let columns = &layout(table.id).unwrap().columns;
            assert_eq!(found.len(), columns.len(), "{}", table.name);
            for ((name, ty), row) in columns.iter().zip(&found) {
                let expected = match (idb.backend(), ty) {
                    (Backend::Postgres(_), StoredType::Text) => "CHARACTER VARYING",
                    (Backend::Postgres(_), StoredType::Big) => "BIGINT",
                    (Backend::Postgres(_), StoredType::Num20) => "NUMERIC",
                    (Backend::Postgres(_), StoredType::Timestamp) => "TIMESTAMP WITHOUT TIME ZONE",
                    (Backend::Sqlite(_), StoredType::Text | StoredType::Timestamp) => "TEXT",
                    (Backend::Sqlite(_), StoredType::Num20) => "ANY",
                    (_, StoredType::Int | StoredType::Big) => "INTEGER",
                };
                assert_eq!(row[0].as_deref(), Some(name.as_ref()));
                let mut expected = expected.to_owned();
                let own = table.columns.iter().find(|column| column.name == name);
                if let (Backend::Postgres(_), StoredType::Text) = (idb.backend(), ty) {
                    let size = own.map_or(255, |column| match column.ty {
                        record::ColumnType::Text(size) => size,
                        _ => 0,
                    });
                    expected = format!("{expected}({size})");
                }
                assert_eq!(row[1].as_deref(), Some(expected.as_str()), "{}.{name}", table.name);
            }
        }
    }
}

#[tokio::test]
async fn an_empty_database_is_set_up_and_a_used_one_left_alone() {
    for place in both() {
        let idb = Idb::connect(&config(place.url())).unwrap();
        let status = idb.status().await.unwrap();
        assert_eq!((status.schema, status.version), (Schema::Empty, 0));
        assert!(status.steps.len() == 3 && status.steps.iter().all(|step| step.applied.is_none()));
        assert_eq!(idb.migrate().await.unwrap().schema, Schema::Current);
        assert_eq!(idb.migrate().await.unwrap().version, 3);
        let words = |text: &str, expected: &str| {
            place.sql(text);
            let (url, expected) = (place.url(), expected.to_owned());
            async move {
                let error = Idb::open(&config(url)).await.err().unwrap();
                assert!(error.to_string().contains(&expected), "{error}");
                assert_eq!(error.disposition(), Disposition::Stop);
            }
        };
        words("UPDATE GSYS_MIGRATION SET CHECKSUM = 'x' WHERE NUMBER = 3", "3 (altered)").await;
        words(
            "DELETE FROM GSYS_MIGRATION WHERE NUMBER = 3",
            "version 2, this program needs 3: run `concentrator idb migrate`",
        )
        .await;
        words("DROP TABLE GSYS_MIGRATION", "version unknown, this program needs 3: its tables were not made by").await;
    }
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    for place in both() {
        drop(opened(&place).await);
        place.sql("INSERT INTO GSYS_MIGRATION VALUES (4, 'later', 'x', 'now')");
        let error = Idb::open(&config(place.url())).await.err().unwrap();
        assert!(error.to_string().contains("version 4, this program needs 3: a newer program"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_set_up_the_same_database() {
    for place in both() {
        let config = config(place.url());
        let open = |_| {
            let config = config.clone();
            tokio::spawn(async move { Idb::open(&config).await.err() })
        };
        let failed = futures_util::future::join_all((0..4).map(open)).await;
        assert!(failed.iter().all(|error| matches!(error, Ok(None))), "{failed:?}");
    }
}

#[tokio::test]
async fn the_dictionary_knows_every_column_once() {
    let mut texts = BTreeSet::new();
    for place in both() {
        let idb = opened(&place).await;
        let text = "SELECT T.NAME, CAST(D.VALUEID AS TEXT), D.NAME, D.DESCRIPTION FROM G_DICT_TYPE T \
                    JOIN G_DICTIONARY D ON D.TYPEID = T.TYPEID ORDER BY T.TYPEID, D.VALUEID";
        let found = idb.query(&Statement::new(text, Vec::new())).await.unwrap();
        let abandoned =
            ["G_VIRTUAL_QUEUE.CAUSE", "2", "abandoned", "The caller gave up"].map(|text| Some(text.to_owned()));
        assert!(found.contains(&abandoned.to_vec()));
        texts.insert(found);
    }
    assert_eq!(texts.len(), 1, "the same in both databases");
}

async fn refused(url: String, expected: &str) {
    let error = Idb::open(&config(url)).await.err().unwrap();
    assert!(error.to_string().contains(expected), "{error}");
}

#[tokio::test]
async fn databases_that_cannot_be_used_say_why() {
    let cluster = cluster::shared().unwrap();
    refused(cluster.socket_url("absent"), "the database does not exist: database \"absent\" does not exist").await;
    refused("postgres://nobody@127.0.0.1:1/x".to_owned(), "error connecting to server").await;
    refused("mysql://x".to_owned(), "unknown kind of database").await;
    refused("sqlite://".to_owned(), "a path is expected").await;
    refused("postgres://me:secret@host:x/db".to_owned(), "`postgres://me:***@host:x/db` is no database URL").await;
    refused(cluster.tcp_url("postgres") + "?sslmode=require", "server does not support TLS").await;
    cluster.sql("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0").unwrap();
    refused(cluster.socket_url("latin"), "encoding is LATIN1; create one with ENCODING 'UTF8'").await;
    let directory = tempfile::tempdir().unwrap();
    refused(format!("sqlite://{}", directory.path().display()), "does not permit").await;
    let file = directory.path().join("text");
    std::fs::write(&file, "not a database, but long enough to be looked at".repeat(100)).unwrap();
    refused(format!("sqlite://{}", file.display()), "not a database").await;
    let database = cluster.new_database().unwrap();
    cluster.sql(&database, "CREATE ROLE guest LOGIN").unwrap();
    let guest = cluster.socket_url(&database).replace("postgres@", "guest@");
    refused(guest, "does not permit it: permission denied for schema public").await;
}
