//! Queue and snapshot are lost while calls are alive: what the database holds of them ends, marked as inferred.

use crate::site::Site;
use crate::voice_site::{VoiceSite, day, events};
use simulator::config::{AtLimit, Config};
use std::collections::BTreeSet;

/// Events before the loss: some calls have ended, and some are in the middle.
const BEFORE: u64 = 600;

/// Everything that the plugin's state is made of, away from the database.
fn lose(site: &Site) {
    std::fs::remove_dir_all(site.path("data/lanes/pbx")).unwrap();
}

/// `CALLID created ended state inferred` of all calls.
fn calls(stage: &VoiceSite) -> BTreeSet<(String, String)> {
    let database = stage.database();
    let text = "SELECT CALLID, CREATED || ' ' || COALESCE(TERMINATED, '-') || ' ' || STATE || ' ' || \
                COALESCE(GSYS_EXT_INT2, 0) FROM G_CALL";
    let mut query = database.prepare(text).unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// A site whose daemon was killed with calls alive and everything committed; the calls that were known, and how many
/// of them are alive.
fn interrupted(config: &Config) -> (VoiceSite, BTreeSet<String>, i64) {
    let stage = VoiceSite::new("");
    let daemon = stage.site.daemon();
    let first = Config { events_max: Some(BEFORE), at_limit: AtLimit::Stop, ..config.clone() };
    let player = stage.play(&first);
    stage.settled(&player);
    daemon.kill();
    stage.hang_up(player);
    let alive = stage.number("SELECT COUNT(*) FROM G_CALL_ACTIVE");
    let sessions = stage.number("SELECT COUNT(*) FROM G_LOGIN_SESSION WHERE TERMINATED IS NULL");
    assert!(alive >= 3 && sessions > 3, "{alive} calls and {sessions} agents are in the middle of something");
    let known = calls(&stage).into_iter().map(|(id, _)| id).collect();
    (stage, known, alive)
}

#[test]
fn what_a_lost_queue_left_alive_ends_as_inferred() {
    let config = day(31, &[]);
    let (stage, known, alive) = interrupted(&config);
    lose(&stage.site);
    let daemon = stage.site.daemon();
    stage.site.wait_for("the end of what was alive", |_| stage.alive().is_empty());
    daemon.kill();
    let inferred = "SELECT COUNT(*) FROM G_CALL WHERE GSYS_EXT_INT2 = 1 AND STATE = 2 AND TERMINATED = \
                    (SELECT MAX(LEVENT_DSTIME) FROM G_DSS_GCC_PROVIDER)";
    assert_eq!(stage.number(inferred), alive, "they end when the source was heard last");
    assert_eq!(stage.number("SELECT COUNT(*) FROM G_CALL_HISTORY WHERE CHANGETYPE = 4"), alive);
    let unseen = "SELECT COUNT(*) FROM G_CALL, (SELECT MIN(SEQCURRENT) AS REACHED FROM G_PROV_CONTROL) P \
                  WHERE GSYS_EXT_INT2 = 1 AND (GSYS_USEQ > REACHED OR GSYS_USEQ <= ID)";
    assert_eq!(stage.number(unseen), 0, "a reader by sequence numbers sees it");

    // Lost once more: nothing is left to be ended.
    let before = stage.site.rows();
    lose(&stage.site);
    let daemon = stage.site.daemon();
    stage.committed("the second start");
    before.assert_equal(&stage.site.rows(), "after the first and the second loss");

    // The source goes on where the database says that it was; new calls are what they really were.
    let player = stage.play(&config);
    stage.settled(&player);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    stage.hang_up(player);
    assert!(stage.alive().is_empty(), "{:?}", stage.alive());
    assert_eq!(stage.number("SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER WHERE DSCONN_ECAUSE = 8"), 0, "no gap");
    let reached = stage.number("SELECT MAX(LEVENT_DSSEQ) FROM G_DSS_GCC_PROVIDER");
    assert_eq!(reached, events(&config));
    let whole = VoiceSite::new("");
    let daemon = whole.site.daemon();
    let player = whole.play(&config);
    whole.settled(&player);
    assert_eq!(daemon.stop(), 0, "{}", whole.site.log());
    whole.hang_up(player);
    let new = |stage: &VoiceSite| {
        let mut calls = calls(stage);
        calls.retain(|(id, _)| !known.contains(id));
        calls
    };
    assert!(new(&whole).len() > 20);
    assert_eq!(new(&stage), new(&whole));
}

/// The queue is whole, and so is the state: nothing is ended that goes on.
#[test]
fn a_state_that_is_whole_ends_nothing() {
    let config = day(31, &[]);
    let (stage, _, alive) = interrupted(&config);
    let before = stage.site.rows();
    std::fs::remove_file(stage.site.path("data/lanes/pbx/plugin.snapshot")).unwrap_or_default();
    let daemon = stage.site.daemon();
    stage.committed("the start");
    assert_eq!(stage.number("SELECT COUNT(*) FROM G_CALL_ACTIVE"), alive);
    before.assert_equal(&stage.site.rows(), "before and after the start");
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
}
