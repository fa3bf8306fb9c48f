//! The database refuses the daemon until a person has seen to it: events wait in the queue, and nothing is lost.

use crate::site::Site;
use crate::voice_site::{VoiceSite, day, events};
use cluster::Cluster;
use simulator::config::{AtLimit, Config};
use std::sync::Arc;

/// A site that writes as a user of its own.
fn site(cluster: &Arc<Cluster>, database: &str) -> VoiceSite {
    let role = format!("CREATE ROLE writer_{database} LOGIN; GRANT ALL ON SCHEMA public TO writer_{database}");
    cluster.sql(database, &role).unwrap();
    let options = "listen = \"unix:{dir}/voice.sock\"\nqueue = { segment_bytes = 8388608, retain_bytes = 8388608 }";
    let mut site = Site::of_voice("stream", options);
    let socket = cluster.socket_directory().display().to_string();
    site.idb = format!("postgres://writer_{database}@/{database}?host={socket}&port={}", cluster.port());
    site.write_config();
    VoiceSite::with(site)
}

#[test]
fn a_right_that_is_taken_away_and_a_schema_that_is_another() {
    let cluster = cluster::shared().unwrap();
    let database = cluster.new_database().unwrap();
    let stage = site(&cluster, &database);
    let sql = |text: &str| cluster.sql(&database, text).unwrap().trim().to_owned();
    let config = day(32, &[]);
    let part = |upto: u64| Config { events_max: Some(upto), at_limit: AtLimit::Stop, ..config.clone() };
    let wait = |what: &str, state: &str| {
        stage.site.wait_for(what, |lane| lane["idb"]["state"] == state);
    };
    let daemon = stage.site.daemon();
    let player = stage.play(&part(200));
    stage.settled(&player);
    stage.hang_up(player);

    sql(&format!("REVOKE INSERT ON G_CALL_HISTORY FROM writer_{database}"));
    let player = stage.play(&part(400));
    stage.reached(&player, "the end of this part", |progress| progress.finished);
    wait("a database that refuses", "retrying");
    stage.hang_up(player);
    assert!(stage.site.log().contains("IC3005"), "{}", stage.site.log());
    sql(&format!("GRANT INSERT ON G_CALL_HISTORY TO writer_{database}"));
    stage.committed("what waited");
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());

    let versions = "SELECT table_name FROM information_schema.tables WHERE table_name LIKE '%migration%'";
    let table = sql(versions);
    let highest = sql(&format!("SELECT MAX(number) FROM {table}"));
    sql(&format!("UPDATE {table} SET number = number + 1000 WHERE number = {highest}"));
    let daemon = stage.site.daemon();
    let player = stage.play(&config);
    stage.reached(&player, "the end of the day", |progress| progress.finished);
    wait("a database of another version", "retrying");
    sql(&format!("UPDATE {table} SET number = {highest} WHERE number = 1000 + {highest}"));
    stage.settled(&player);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    stage.hang_up(player);
    assert_eq!(sql("SELECT MAX(LEVENT_DSSEQ) FROM G_DSS_GCC_PROVIDER"), events(&config).to_string());
    for nothing in ["G_CALL_ACTIVE", "G_IR_ACTIVE", "G_CALL WHERE GSYS_EXT_INT2 = 1"] {
        assert_eq!(sql(&format!("SELECT COUNT(*) FROM {nothing}")), "0", "{nothing}");
    }
}
