//! `concentrator replay`: recordings to rows, in both databases, once.

use crate::rows::Rows;
use crate::site::{Site, recordings};

#[test]
fn a_second_replay_changes_nothing() {
    let site = Site::new();
    site.write_config();
    let files = recordings();
    site.replay(&files[..4]);
    let first = Rows::all_of_sqlite(&site.path("idb.sqlite"));
    assert!(first.count("G_CALL") >= 3, "{first:?}");
    site.replay(&files[..4]);
    first.assert_equal(&Rows::all_of_sqlite(&site.path("idb.sqlite")), "the same files again");
    // A wiped data directory: the database still knows the recordings.
    std::fs::remove_dir_all(site.path("data")).unwrap();
    site.replay(&files[..4]);
    first.assert_equal(&Rows::all_of_sqlite(&site.path("idb.sqlite")), "the same files into a new queue");
    // More files go on where the others ended.
    site.replay(&files[..6]);
    assert!(site.rows().count("G_CALL") > first.count("G_CALL"));
    // Each recording is a session with a number of its own, whichever run brought it.
    let database = rusqlite::Connection::open(site.path("idb.sqlite")).unwrap();
    let number = |text: &str| database.query_row(text, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("SELECT COUNT(DISTINCT DSS_ID) FROM G_DSS_GCC_PROVIDER"), 6);
    assert_eq!(number("SELECT SESSIONS FROM GSYS_LANE"), 6);
    assert_ne!(number("SELECT MIN(EVENTTIMESEC) FROM G_SYNC_CONTROL"), 0);
}

#[test]
fn both_databases_hold_the_same_rows() {
    let site = Site::new();
    site.write_config();
    site.replay(&recordings());
    let cluster = cluster::shared().unwrap();
    let database = cluster.new_database().unwrap();
    let other = Site { idb: cluster.socket_url(&database), ..Site::new() };
    other.write_config();
    other.replay(&recordings());
    let sqlite = Rows::all_of_sqlite(&site.path("idb.sqlite"));
    sqlite.assert_equal(&Rows::all_of_postgres(&cluster, &database), "SQLite and PostgreSQL");
    let sessions = "SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER WHERE DSCONN_ETIME IS NULL OR DSCONN_ECAUSE <> 1";
    assert_eq!(cluster.sql(&database, sessions).unwrap().trim(), "0", "each recording is a session that was closed");
}

#[test]
fn another_database_has_a_queue_of_its_own() {
    let site = Site::new();
    site.write_config();
    let files = recordings();
    let file = files[1].to_str().unwrap();
    site.replay(&files[2..3]);
    let other = format!("sqlite://{}", site.path("other.sqlite").display());
    site.ok(&["replay", "--source", "pbx", "--idb", &other, file]);
    let rows = Rows::of_sqlite(&site.path("other.sqlite"));
    assert_eq!(rows.count("G_CALL"), 1, "only what was replayed into it");
    assert_eq!(site.rows().count("G_CALL"), 1);
}

/// Cutting the recording into connections at any packet gives the same rows: what one replay leaves in the plugin's
/// state, the next takes up.
#[test]
fn state_survives_from_one_replay_to_the_next() {
    let whole = Site::new();
    whole.write_config();
    whole.replay(&recordings());
    let parts = Site::new();
    parts.write_config();
    for file in recordings() {
        parts.replay(&[file]);
    }
    whole.rows().assert_equal(&parts.rows(), "one replay of all and a replay of each");
}
