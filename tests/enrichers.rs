//! Enrichers behind a mapper, in a daemon that is killed and whose plugins are reloaded: attached data is shaped, tables
//! of their own are filled, and all rows are those of an undisturbed run.

use crate::site::{Site, guests};
use crate::voice_site::{VoiceSite, day, events};
use campaign::rows::{Database, differences};
use simulator::config::Config;
use simulator::stream::Command;
use std::path::{Path, PathBuf};

const ENRICHERS: &str = r#"
[[source.pbx.stream.enrichers]]
plugin = "shape"
[source.pbx.stream.enrichers.config.keys]
CustomerID = { mask = { keep_last = 2 }, column = "G_CALL_USERDATA_CUST.CUST_DATA_3" }
CustomerSegment = { drop = true }
ServiceType = { rename = "Service" }

[[source.pbx.stream.enrichers]]
plugin = "callbacks"
config = { keys = { id = "CallUUID", state = "Form" }, states = { Order = "requested" } }
"#;

fn enriched() -> VoiceSite {
    let common = "listen = \"unix:{dir}/voice.sock\"\nqueue = { segment_bytes = 8388608, retain_bytes = 8388608 }";
    let mut site = Site::of_voice("stream", &format!("{common}\n{ENRICHERS}"));
    site.plugin_limits = "snapshot_events = 200".to_owned();
    site.write_config();
    for plugin in ["shape.wasm", "callbacks.wasm"] {
        std::fs::copy(guests().join(plugin), site.plugins.join(plugin)).unwrap();
    }
    VoiceSite::with(site)
}

fn mapped(config: &Config, into: &Path, disturbed: bool) -> PathBuf {
    let voice = enriched();
    let mut daemon = voice.site.daemon();
    voice.ready();
    let player = voice.play(config);
    if disturbed {
        voice.command(&player, Command::Trickle(Some(40_000)));
        let entries = events(config).unsigned_abs();
        for part in 1..6 {
            voice.reached(&player, "a part of the day", |seen| seen.acked >= entries * part / 6 || seen.finished);
            if part % 2 == 0 {
                daemon.kill();
                daemon = voice.site.daemon();
                voice.ready();
            } else {
                for plugin in ["shape", "callbacks"] {
                    let told = voice.site.ok(&["plugin", "reload", plugin]);
                    assert!(!told.is_empty(), "it says what is in force");
                }
            }
        }
        voice.command(&player, Command::Trickle(None));
    }
    voice.settled(&player);
    voice.hang_up(player);
    assert_eq!(daemon.stop(), 0, "{}", voice.site.log());
    assert_eq!(voice.site.ok(&["dead-letter", "list", "--json"]), "");
    std::fs::copy(voice.site.path("idb.sqlite"), into).unwrap();
    into.to_owned()
}

fn number(database: &Path, query: &str) -> i64 {
    rusqlite::Connection::open(database).unwrap().query_row(query, [], |row| row.get(0)).unwrap()
}

/// The rows of a plugin's own table, without those columns that tell of the processing.
fn own_rows(database: &Path, query: &str) -> Vec<String> {
    let database = rusqlite::Connection::open(database).unwrap();
    let mut statement = database.prepare(query).unwrap();
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        let each = (0..columns).map(|at| row.get::<_, rusqlite::types::Value>(at).map(|value| format!("{value:?}")));
        each.collect::<Result<Vec<_>, _>>().map(|values| values.join("|"))
    };
    let mut rows: Vec<String> = statement.query_map([], row).unwrap().map(Result::unwrap).collect();
    rows.sort();
    rows
}

#[test]
fn rows_are_shaped_whatever_happens() {
    let (dir, config) = (tempfile::tempdir().unwrap(), day(91, &[]));
    let whole = mapped(&config, &dir.path().join("whole.sqlite"), false);
    let disturbed = mapped(&config, &dir.path().join("disturbed.sqlite"), true);
    let found = differences(&Database::Sqlite(&whole), &Database::Sqlite(&disturbed)).unwrap();
    assert!(found.is_empty(), "{}", found.join("\n"));
    for query in [
        "SELECT REQUEST_ID, STATE, CALLID, OFFERS, REQUESTED_TS, REQUESTED_TCODE FROM X_CALLBACKS_REQUESTS",
        "SELECT REQUEST_ID, STATE, PREVIOUS, CALLID, ADDED, ADDED_TS FROM X_CALLBACKS_HISTORY",
    ] {
        let (rows, others) = (own_rows(&whole, query), own_rows(&disturbed, query));
        assert!(!rows.is_empty() && rows == others, "{query}\n{rows:#?}\n{others:#?}");
    }
    let of_key = |key: &str, rest: &str| {
        number(&whole, &format!("SELECT COUNT(*) FROM G_USERDATA_HISTORY WHERE KEYNAME = '{key}' {rest}"))
    };
    assert_eq!(of_key("CustomerSegment", "") + of_key("ServiceType", ""), 0, "dropped and renamed");
    assert!(of_key("Service", "") > 10);
    assert!(of_key("CustomerID", "") > 10);
    assert_eq!(of_key("CustomerID", "AND VALUE NOT LIKE '****__'"), 0, "six digits, of which two are left");
    assert!(number(&whole, "SELECT COUNT(*) FROM G_CALL_USERDATA_CUST WHERE CUST_DATA_3 LIKE '****__'") > 10);
    assert_eq!(number(&whole, "SELECT COUNT(*) FROM G_CALL_USERDATA_CUST WHERE CUST_DATA_3 NOT LIKE '****__'"), 0);
}
