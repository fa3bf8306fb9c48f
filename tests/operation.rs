//! Operation: lanes that are paused and go on, dead letters that are replayed and dropped, alarms that are raised and
//! cleared, databases that refuse and take again.

use crate::site::{Daemon, Site, recordings};
use exchange::{AtEnd, Behaviour, Exchange, Recording};
use serde_json::Value;
use std::process::Stdio;
use std::time::Duration;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A site whose exchange says these events, each a call of its own: `evil` traps at those named `Evil`.
pub(crate) struct Scene {
    pub(crate) site: Site,
    exchange: Exchange,
    runtime: tokio::runtime::Runtime,
}

impl Scene {
    pub(crate) fn new(events: &[&str], options: &str) -> Self {
        let runtime = runtime();
        let mut bytes = b"Asterisk Call Manager/11.0.0\r\n".to_vec();
        for (n, name) in events.iter().enumerate() {
            let packet = format!("Event: {name}\r\nTimestamp: 1795346820.{n:06}\r\ncallid: call-{n}\r\n\r\n");
            bytes.extend_from_slice(packet.as_bytes());
        }
        let mut site = Site { plugin: "evil".to_owned(), ..Site::new() };
        std::fs::write(site.path("scene.ami"), bytes).unwrap();
        let recording = Recording::load(&site.path("scene.ami")).unwrap();
        let mut behaviour = Behaviour::new("reporting", "secret");
        behaviour.at_end = AtEnd::Hold;
        behaviour.faults.mute = true;
        let exchange = runtime.block_on(Exchange::start("127.0.0.1:0", recording, behaviour)).unwrap();
        site.address = exchange.address();
        site.plugin_limits = format!("call_ms = 500\n\n{options}");
        let scene = Self { site, exchange, runtime };
        scene.plugin_is("trap");
        scene
    }

    /// What `evil` does from the next start on.
    pub(crate) fn plugin_is(&self, case: &str) {
        let config = self.site.config().replace("[source.pbx.ami.plugin_config]\n", "");
        let config =
            config.replace("trunks = [\"pstn\"]", &format!("[source.pbx.ami.plugin_config]\ncase = \"{case}\""));
        std::fs::write(self.site.path("concentrator.toml"), config).unwrap();
        std::fs::write(self.site.path("pbx.secret"), "secret\n").unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(self.site.path("pbx.secret"), private).unwrap();
    }

    /// Waits until everything that the exchange has said is committed.
    pub(crate) fn settled(&self, what: &str) -> Value {
        self.runtime.block_on(self.exchange.all_sent());
        self.site.wait_for(what, |lane| lane["queue"]["depth"] == 0 && lane["source"]["events"].as_u64() > Some(3))
    }

    /// How often each call has a history, in the order of the calls.
    fn histories(&self) -> Vec<(String, i64)> {
        let text = "SELECT CALLID, COUNT(*) FROM G_CALL_HISTORY WHERE CALLID LIKE 'call-%' \
                    GROUP BY CALLID ORDER BY CAST(SUBSTR(CALLID, 6) AS INTEGER)";
        let database = rusqlite::Connection::open(self.site.path("idb.sqlite")).unwrap();
        let mut statement = database.prepare(text).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    fn letters(&self) -> Vec<Value> {
        let list = self.site.ok(&["dead-letter", "list", "--json"]);
        list.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn sql(&self, text: &str) {
        let database = rusqlite::Connection::open(self.site.path("idb.sqlite")).unwrap();
        database.busy_timeout(Duration::from_secs(30)).unwrap();
        database.execute_batch(text).unwrap();
    }
}

fn alarms(lane: &Value) -> Vec<&str> {
    lane["alarms"].as_array().into_iter().flatten().filter_map(|alarm| alarm["alarm"].as_str()).collect()
}

fn once_each(count: usize) -> Vec<(String, i64)> {
    (0..count).map(|n| (format!("call-{n}"), 1)).collect()
}

fn stop(daemon: Daemon, site: &Site) {
    let code = daemon.stop();
    assert_eq!(code, 0, "{}", site.log());
}

#[test]
fn a_paused_lane_takes_events_and_maps_none() {
    let runtime = runtime();
    let mut behaviour = Behaviour::new("reporting", "secret");
    behaviour.at_end = AtEnd::Hold;
    behaviour.faults.mute = true;
    let recording = Recording::load_all(&recordings()[1..3]).unwrap();
    let exchange = runtime.block_on(Exchange::start("127.0.0.1:0", recording, behaviour)).unwrap();
    let site = Site { address: exchange.address(), ..Site::new() };
    site.write_config();
    assert_eq!(site.run(&["lane", "pause", "pbx"]).status.code(), Some(1), "there is no data directory yet");
    std::fs::create_dir(site.path("data")).unwrap();
    let told = site.ok(&["lane", "pause", "pbx", "--reason", "the plugin is being changed"]);
    assert!(told.contains("paused"), "{told}");
    let daemon = site.daemon();
    runtime.block_on(exchange.all_sent());
    let lane = site.wait_for("events that wait", |lane| {
        lane["queue"]["depth"].as_u64() > Some(100) && alarms(lane).contains(&"paused")
    });
    assert_eq!(lane["queue"]["mapped"], 0, "{lane:#}");
    assert_eq!(lane["paused"]["reason"], "the plugin is being changed");
    assert_eq!(site.run(&["status", "--fail-on", "paused"]).status.code(), Some(3));
    assert_eq!(site.run(&["status", "--fail-on", "alarm"]).status.code(), Some(3));
    assert!(site.ok(&["status"]).contains("PAUSED"));
    assert!(site.ok(&["lane", "list"]).contains("paused since"));
    assert!(site.ok(&["lane", "pause", "pbx"]).contains("already"));
    assert_eq!(site.run(&["lane", "pause", "nobody"]).status.code(), Some(1));
    daemon.kill();
    assert!(site.ok(&["lane", "list", "--json"]).contains("is being changed"), "a pause outlasts the process");
    let daemon = site.daemon();
    site.wait_for("the lane, still paused", |lane| lane["paused"]["since"].as_u64() > Some(0));
    assert!(site.ok(&["lane", "resume", "pbx"]).contains("goes on"));
    site.wait_for("everything", |lane| {
        lane["queue"]["depth"] == 0
            && lane["paused"].is_null()
            && lane["source"]["connected"] == true
            && alarms(lane).is_empty()
    });
    runtime.block_on(exchange.all_sent());
    assert!(site.ok(&["lane", "resume", "pbx"]).contains("was not paused"));
    assert_eq!(site.run(&["status", "--fail-on", "paused,alarm"]).status.code(), Some(0));
    site.wait_for("everything", |lane| lane["queue"]["depth"] == 0);
    stop(daemon, &site);
    for code in ["IC7001", "IC7002"] {
        assert!(site.log().contains(code), "{code}: {}", site.log());
    }
    let clean = Site::new();
    clean.write_config();
    clean.replay(&recordings()[1..3]);
    clean.rows().assert_equal(&site.rows(), "replayed and paused");
}

#[test]
fn letters_in_a_row_pause_the_lane() {
    let events = ["Good", "Evil", "Evil", "Good", "Evil", "Reject", "Evil", "Evil", "Good", "Good"];
    let scene = Scene::new(&events, "[dead_letters]\npause_after = 3");
    let site = &scene.site;
    let daemon = site.daemon();
    scene.runtime.block_on(scene.exchange.all_sent());
    let lane = site.wait_for("a pause", |lane| {
        lane["paused"]["by"] == "the daemon" && alarms(lane).contains(&"dead_letters") && lane["queue"]["depth"] == 3
    });
    assert_eq!(lane["dead_letters_kept"]["letters"], 5, "{lane:#}");
    assert!(lane["paused"]["reason"].as_str().unwrap().contains("3 events in a row"), "{lane:#}");
    assert_eq!(scene.letters().len(), 5);
    assert!(site.ok(&["dead-letter", "list", "--kind", "rejected"]).contains("Reject"));
    assert_eq!(site.ok(&["dead-letter", "list", "--event", "Evil", "--since", "1h"]).lines().count(), 4);
    assert_eq!(site.run(&["dead-letter", "list", "--source", "other"]).status.code(), Some(1), "no such source");
    site.ok(&["lane", "resume", "pbx"]);
    let lane = scene.settled("the rest");
    assert!(lane["paused"].is_null(), "one more is not three in a row: {lane:#}");
    site.wait_for("no alarm", |lane| alarms(lane).is_empty());
    assert_eq!(scene.letters().len(), 6);
    stop(daemon, site);
    for code in ["IC5002", "IC7003", "IC7004", "IC5006"] {
        assert!(site.log().contains(code), "{code}: {}", site.log());
    }
    let expected = [0, 3, 5, 8, 9].map(|n| (format!("call-{n}"), 1)).to_vec();
    let rows = scene.histories();
    assert_eq!(rows.iter().filter(|row| row.0 != "call-5").count(), expected.len() - 1, "{rows:?}");
}

#[test]
fn limits_pause_unless_never() {
    let events = ["Evil", "Good", "Evil", "Good", "Evil", "Good"];
    for (options, pauses) in [("letters_max = 2", true), ("letters_max = 2\npause_after = \"never\"", false)] {
        let scene = Scene::new(&events, &format!("[dead_letters]\n{options}"));
        let daemon = scene.site.daemon();
        if pauses {
            let lane = scene.site.wait_for("a pause", |lane| lane["paused"]["by"] == "the daemon");
            assert!(lane["paused"]["reason"].as_str().unwrap().contains("letters_max = 2"), "{lane:#}");
            scene.site.ok(&["lane", "resume", "pbx"]);
        }
        scene.site.wait_for("an alarm", |lane| alarms(lane).contains(&"dead_letters"));
        scene.settled("all events");
        assert_eq!(scene.letters().len(), 3, "nothing is dropped for a limit");
        let (id, rest) = (scene.letters()[0]["seq"].as_u64().unwrap(), ["dead-letter", "drop", "--all", "--yes"]);
        let id = format!("pbx:{id}");
        assert_eq!(
            scene.site.run(&["dead-letter", "drop", &id]).status.code(),
            Some(3),
            "without --yes nothing is done"
        );
        assert_eq!(scene.letters().len(), 3);
        assert!(scene.site.ok(&["dead-letter", "drop", &id, "--yes"]).contains("1 letters removed"));
        assert_eq!(scene.letters().len(), 2);
        assert_eq!(scene.site.run(&["dead-letter", "drop"]).status.code(), Some(2), "which letters?");
        scene.site.ok(&rest);
        assert!(scene.letters().is_empty());
        scene.site.ok(&["lane", "resume", "pbx"]);
        scene.site.wait_for("no alarm", |lane| alarms(lane).is_empty());
        stop(daemon, &scene.site);
    }
}

#[test]
fn a_mended_plugin_maps_its_letters() {
    let events = ["Good", "Evil", "Good", "Evil", "Reject", "Good"];
    let scene = Scene::new(&events, "");
    let site = &scene.site;
    let daemon = site.daemon();
    scene.settled("all events");
    assert_eq!(scene.letters().len(), 3);
    // Nothing was mended: it fails again, and stays one letter.
    let first = format!("pbx:{}", scene.letters()[0]["seq"]);
    assert!(site.ok(&["dead-letter", "replay", &first, "--yes"]).contains("1 letters on their way"));
    site.wait_for("a second refusal", |lane| {
        lane["queue"]["depth"] == 0 && scene.letters()[0]["tried_at"].as_u64().is_some()
    });
    assert_eq!(scene.letters().len(), 3);
    assert!(scene.letters()[0]["replay"].is_null());
    assert!(site.ok(&["dead-letter", "list"]).contains("tried again"));
    // A paused lane holds it on its way; it is not asked for twice, and not dropped.
    site.ok(&["lane", "pause", "pbx"]);
    site.ok(&["dead-letter", "replay", &first, "--yes"]);
    for verb in ["replay", "drop"] {
        let output = site.run(&["dead-letter", verb, &first, "--yes"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("on its way"), "{verb}");
    }
    assert_eq!(daemon.stop(), 75, "the entry stays in the queue");
    scene.plugin_is("none");
    // The others are asked for while no daemon runs.
    let told = site.run(&["dead-letter", "replay", "--event", "Evil", "--kind", "trap"]);
    assert_eq!(told.status.code(), Some(3), "without --yes nothing is done");
    let told = site.run(&["dead-letter", "replay", "--event", "Evil", "--yes"]);
    assert_eq!(told.status.code(), Some(1), "one is on its way");
    assert!(String::from_utf8_lossy(&told.stdout).contains("1 letters on their way again, when the daemon starts"));
    site.ok(&["lane", "resume", "pbx"]);
    let daemon = site.daemon();
    site.wait_for("only the rejected one", |lane| {
        lane["queue"]["depth"] == 0 && lane["dead_letters_kept"]["letters"] == 1 && lane["source"]["connected"] == true
    });
    assert_eq!(scene.letters()[0]["kind"], "rejected");
    stop(daemon, site);
    let rows = scene.histories();
    let counts: Vec<i64> = rows.iter().filter(|row| row.0 != "call-4").map(|row| row.1).collect();
    assert_eq!(counts, [1; 5], "{rows:?}");
}

/// Moments in ms, from a seed.
fn moments(mut seed: u64, count: usize, range: std::ops::Range<u64>) -> Vec<u64> {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        range.start + (seed >> 33) % (range.end - range.start)
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn letters_are_replayed_once_whenever_it_is_killed() {
    let events: Vec<&str> = (0..60).map(|n| if n % 3 == 0 { "Good" } else { "Evil" }).collect();
    let scene = Scene::new(&events, "[dead_letters]\npause_after = \"never\"");
    let site = &scene.site;
    let daemon = site.daemon();
    scene.settled("all events");
    assert_eq!(scene.letters().len(), 40);
    stop(daemon, site);
    scene.plugin_is("none");
    for (round, after) in moments(7, 6, 0..400).into_iter().enumerate() {
        let daemon = site.daemon();
        site.wait_for("the lane", |lane| {
            lane["idb"]["state"] == "running" && lane["queue"]["committed"].as_u64() > Some(1)
        });
        // A part of them each time; some are on their way from before, which is refused.
        let some: Vec<String> = scene.letters().iter().take(9).map(|letter| format!("pbx:{}", letter["seq"])).collect();
        let mut arguments = vec!["dead-letter", "replay", "--yes"];
        arguments.extend(some.iter().map(String::as_str));
        let paused = round % 3 == 2;
        if paused {
            site.ok(&["lane", "pause", "pbx"]);
        }
        let mut asked = site.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        if round % 2 == 0 {
            asked.wait().unwrap();
        }
        if paused {
            site.ok(&["lane", "resume", "pbx"]);
        }
        std::thread::sleep(Duration::from_millis(after));
        daemon.kill();
        asked.wait().unwrap();
    }
    let daemon = site.daemon();
    site.wait_for("the lane", |lane| lane["idb"]["state"] == "running" && lane["queue"]["depth"] == 0);
    let _ = site.run(&["dead-letter", "replay", "--all", "--yes"]);
    site.wait_for("no letters", |lane| lane["dead_letters_kept"]["letters"] == 0 && lane["queue"]["depth"] == 0);
    stop(daemon, site);
    assert_eq!(scene.histories(), once_each(60));
}

#[test]
fn refused_rows_are_written_again_and_nothing_newer_is_lost() {
    let scene = Scene::new(&["Good", "Good", "Good", "Good"], "");
    let site = &scene.site;
    site.ok(&["idb", "migrate", "--yes"]);
    scene.sql(
        "CREATE TRIGGER no_history BEFORE INSERT ON G_CALL_HISTORY WHEN NEW.CALLID = 'call-1' \
         BEGIN SELECT RAISE(ABORT, 'the site says no'); END; \
         CREATE TRIGGER no_call BEFORE INSERT ON G_CALL WHEN NEW.CALLID IN ('call-1', 'call-2') \
         BEGIN SELECT RAISE(ABORT, 'the site says no'); END;",
    );
    let daemon = site.daemon();
    scene.settled("all events");
    let letters = scene.letters();
    assert_eq!(letters.len(), 2, "{letters:?}");
    assert!(letters.iter().all(|letter| letter["stage"] == "idb" && letter["kind"] == "refused"));
    assert_eq!(letters[0]["rows"].as_array().unwrap().len(), 2);
    assert!(letters[0]["reason"].as_str().unwrap().contains("the site says no"));
    // Refused again: the letter stays, and says so.
    site.ok(&["dead-letter", "replay", "--all", "--yes"]);
    site.wait_for("another refusal", |lane| {
        let letters = scene.letters();
        lane["queue"]["depth"] == 0 && letters.len() == 2 && letters.iter().all(|letter| letter["tried_at"].is_u64())
    });
    assert_eq!(scene.histories(), [("call-0".into(), 1), ("call-2".into(), 1), ("call-3".into(), 1)]);
    // Meanwhile something newer stands for one of them.
    scene.sql("DROP TRIGGER no_history; DROP TRIGGER no_call;");
    scene.sql(
        "INSERT INTO G_CALL SELECT * FROM G_CALL WHERE 0; \
         CREATE TABLE newer AS SELECT * FROM G_CALL WHERE CALLID = 'call-0'; \
         UPDATE newer SET ID = 777, CALLID = 'call-2', CALLANI = 'newer', GSYS_USEQ = 9000000000000; \
         INSERT INTO G_CALL SELECT * FROM newer; DROP TABLE newer;",
    );
    site.ok(&["dead-letter", "replay", "--all", "--yes"]);
    site.wait_for("no letters", |lane| lane["dead_letters_kept"]["letters"] == 0 && lane["queue"]["depth"] == 0);
    stop(daemon, site);
    assert_eq!(scene.histories(), once_each(4));
    let database = rusqlite::Connection::open(site.path("idb.sqlite")).unwrap();
    let text =
        "SELECT GROUP_CONCAT(CALLANI) FROM (SELECT CALLANI FROM G_CALL WHERE CALLID LIKE 'call-%' ORDER BY CALLID)";
    let numbers: String = database.query_row(text, [], |row| row.get(0)).unwrap();
    assert_eq!(numbers, "+49711555001,+49711555001,newer,+49711555001");
}

#[test]
fn a_database_that_refuses_is_tried_again() {
    let scene = Scene::new(&["Good", "Good", "Good", "Good"], "[alarms]\nidb_away_secs = 1");
    let site = &scene.site;
    site.ok(&["idb", "migrate", "--yes"]);
    scene.sql("ALTER TABLE G_CALL_HISTORY RENAME TO elsewhere");
    let daemon = site.daemon();
    let lane = site.wait_for("an alarm", |lane| alarms(lane).contains(&"idb_away"));
    assert_eq!(lane["idb"]["state"], "retrying", "{lane:#}");
    assert!(lane["source"]["connected"] == true, "the source is read meanwhile: {lane:#}");
    scene.sql("ALTER TABLE elsewhere RENAME TO G_CALL_HISTORY");
    scene.settled("all events, without a restart");
    site.wait_for("no alarm", |lane| alarms(lane).is_empty());
    stop(daemon, site);
    assert_eq!(scene.histories(), once_each(4));
    assert!(site.log().contains("IC7005") && site.log().contains("IC7006"), "{}", site.log());
}
