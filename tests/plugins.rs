//! What an author of plugins, and who operates them, does on the command line.

use crate::site::{Site, guests};
use serde_json::Value;

fn code(site: &Site, arguments: &[&str]) -> (i32, String) {
    let output = site.run(arguments);
    let text = String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned();
    (output.status.code().unwrap_or(-1), text)
}

/// The same plugin in a file that is another: a section that nobody reads stands at its end.
fn padded(name: &str, mark: u8) -> Vec<u8> {
    let mut bytes = std::fs::read(guests().join(name)).unwrap();
    bytes.extend_from_slice(&[0, 6, 4, b'p', b'a', b'd', b'!', mark]);
    bytes
}

/// Puts a file in the place of another, as one should.
fn replace(site: &Site, bytes: &[u8]) {
    let beside = site.path("beside");
    std::fs::write(&beside, bytes).unwrap();
    std::fs::rename(beside, site.plugins.join("asterisk.wasm")).unwrap();
}

fn reloads(lane: &Value) -> (u64, u64) {
    let count = |name: &str| lane["plugin"]["reloads"][name].as_u64().unwrap_or_default();
    (count("done"), count("refused"))
}

fn raised(lane: &Value) -> Vec<&str> {
    lane["alarms"].as_array().unwrap().iter().filter_map(|alarm| alarm["alarm"].as_str()).collect()
}

#[test]
fn reloads_by_command_and_by_signal() {
    let site = Site::new();
    site.write_config();
    assert_eq!(code(&site, &["plugin", "reload", "asterisk"]).0, 4, "there is no daemon");
    let daemon = site.daemon();
    site.wait_for("the plugin", |lane| lane["plugin"]["state"] == "running" && lane["queue"]["durable"] != 0);
    let before = site.wait_for("the lane", |lane| lane["idb"]["state"] == "running");
    let line = site.ok(&["plugin", "reload", "asterisk", "--json"]);
    let outcome: Value = serde_json::from_str(line.trim()).unwrap();
    assert!(outcome["changed"] == true && outcome["pause_ms"].is_number(), "{line}");
    assert!(site.ok(&["plugin", "reload", "--all"]).contains("nothing has changed"));

    replace(&site, &padded("asterisk.wasm", 1));
    daemon.signal("-HUP");
    let after = site.wait_for("the signal's reload", |lane| reloads(lane) == (2, 0));
    assert_ne!(before["plugin"]["digests"], after["plugin"]["digests"]);

    replace(&site, b"nonsense");
    let (status, told) = code(&site, &["plugin", "reload", "asterisk"]);
    assert_eq!(status, 3, "{told}");
    for words in ["pbx: refused", "the file is not WebAssembly", "as before: asterisk", "help: "] {
        assert!(told.contains(words), "`{words}` is missing in {told}");
    }
    let lane = site.wait_for("the alarm", |lane| raised(lane).contains(&"plugin_not_reloaded"));
    assert_eq!((reloads(&lane), &lane["plugin"]["digests"]), ((2, 1), &after["plugin"]["digests"]));
    assert!(site.ok(&["status"]).contains("last reload refused"));

    replace(&site, &padded("asterisk.wasm", 1));
    daemon.signal("-HUP");
    site.wait_for("the end of the alarm", |lane| !raised(lane).contains(&"plugin_not_reloaded"));
    for (arguments, words) in [
        (["plugin", "reload", "nobody"].as_slice(), "no lane uses the plugin `nobody`"),
        (&["plugin", "reload", "asterisk", "--lane", "nowhere"], "there is no lane `nowhere`"),
        (&["plugin", "rollback", "evil", "--lane", "pbx"], "lane `pbx` does not use the plugin `evil`"),
    ] {
        let (status, told) = code(&site, arguments);
        assert!(status == 3 && told.contains(words), "{arguments:?}: {status} {told}");
    }
    assert_eq!(daemon.stop(), 0);
}

#[test]
fn files_that_change_are_loaded() {
    let mut site = Site::new();
    site.plugin_limits = "watch = true".to_owned();
    site.write_config();
    let daemon = site.daemon();
    let before = site.wait_for("the lane", |lane| lane["idb"]["state"] == "running");
    replace(&site, b"nonsense");
    let refused = site.wait_for("the refusal", |lane| reloads(lane).1 > 0);
    assert_eq!((reloads(&refused).0, &refused["plugin"]["digests"]), (0, &before["plugin"]["digests"]));
    replace(&site, &padded("asterisk.wasm", 2));
    let after = site.wait_for("the other file", |lane| reloads(lane).0 == 1);
    assert_ne!(before["plugin"]["digests"], after["plugin"]["digests"]);
    assert_eq!(reloads(&after).1, 1, "what was refused is not tried again");
    assert_eq!(daemon.stop(), 0);
}

fn voice() -> String {
    guests().join("voice.wasm").display().to_string()
}

/// The cases of the voice mapping, as they stand in the repository.
fn cases() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/voice")
}

#[test]
fn cases_are_tested() {
    let site = Site::new();
    let all = cases().display().to_string();
    let junit = site.path("report.xml").display().to_string();
    let (status, told) = code(&site, &["plugin", "test", &voice(), "--cases", &all, "--junit", &junit]);
    assert_eq!(status, 0, "{told}");
    assert!(told.contains("9 of 9 cases passed"), "{told}");
    assert!(std::fs::read_to_string(&junit).unwrap().contains("tests=\"9\" failures=\"0\""));

    let case = site.path("cases/queued");
    std::fs::create_dir_all(&case).unwrap();
    let rows = std::fs::read_to_string(cases().join("c01-queue-answered/rows.jsonl")).unwrap();
    std::fs::copy(cases().join("c01-queue-answered/events.jsonl"), case.join("events.jsonl")).unwrap();
    let other: String = rows.lines().filter(|line| !line.contains("G_IR\"")).map(|line| format!("{line}\n")).collect();
    assert!(other.len() < rows.len() && other.contains("\"switchcallid\":\"1\""), "the case is another by now");
    std::fs::write(case.join("rows.jsonl"), other.replacen("\"switchcallid\":\"1\"", "\"switchcallid\":\"17\"", 1))
        .unwrap();
    let folder = site.path("cases").display().to_string();
    let (status, told) = code(&site, &["plugin", "test", &voice(), "--cases", &folder]);
    assert_eq!(status, 3, "{told}");
    for words in ["FAILED  queued", "switchcallid  \"17\" → \"1\"", "unexpected", "0 of 1 cases passed", "--update"] {
        assert!(told.contains(words), "`{words}` is missing in {told}");
    }
    assert!(!told.contains("missing   ") && !told.contains('\u{1b}'), "{told}");
    assert!(site.ok(&["plugin", "test", &voice(), "--cases", &folder, "--update"]).contains("written: "));
    let line = site.ok(&["plugin", "test", &voice(), "--cases", &folder, "--json"]);
    let tried: Value = serde_json::from_str(line.trim()).unwrap();
    assert!(tried["passed"] == true && tried["written"].is_null(), "{tried}");
    assert_eq!(std::fs::read_to_string(case.join("rows.jsonl")).unwrap(), rows, "as the SDK writes them");

    std::fs::write(case.join("rows.jsonl"), "{\"G_CALLS\":{}}\n").unwrap();
    let (status, told) = code(&site, &["plugin", "test", &voice(), "--cases", &folder]);
    assert!(status == 3 && told.contains("line 1: there is no table G_CALLS"), "{told}");
    let (status, told) = code(&site, &["plugin", "test", &folder]);
    assert!(status == 3 && told.contains("plugin.toml"), "a folder that is no project: {told}");
}

#[test]
fn a_file_is_checked() {
    let site = Site::new();
    let events = cases().join("c01-queue-answered/events.jsonl").display().to_string();
    let (status, told) = code(&site, &["plugin", "check", &voice(), "--events", &events, "--determinism", "--json"]);
    assert_eq!(status, 0, "{told}");
    let report: Value = serde_json::from_str(&told).unwrap();
    assert!(report["deterministic"] == true && report["rows"].as_u64() > Some(10), "{report}");
    assert_eq!((&report["world"], &report["form"]), (&Value::from("mapper"), &Value::from("module")));
    assert!(report["columns"]["G_CALL"].as_array().is_some_and(|columns| columns.len() > 5), "{report}");
    let (status, told) = code(&site, &["plugin", "check", &voice()]);
    assert!(status == 0 && told.contains("[OK]   the plugin can be used"), "{told}");

    let evil = guests().join("evil.wasm").display().to_string();
    let made = site.path("events.jsonl").display().to_string();
    let event =
        |name: &str| format!("{{\"name\":\"{name}\",\"time\":1800000000000000,\"attributes\":[[\"callid\",\"x\"]]}}\n");
    std::fs::write(&made, event("Good") + &event("Evil") + &event("Good")).unwrap();
    for (config, words) in [
        ("{\"case\":\"trap\"}", "event 2 (Evil): plugin broke off"),
        ("{\"case\":\"undeclared-table\"}", "event 2 (Evil) was rejected: row of G_IR_HISTORY"),
        ("{\"case\":\"snapshot-trap\"}", "snapshot and restoration before event"),
        ("{\"case\":\"open-refuse\"}", "unknown option `colour`"),
        ("case = trap", "--config is no JSON object"),
    ] {
        let (status, told) = code(&site, &["plugin", "check", &evil, "--events", &made, "--config", config]);
        // A rejection is the plugin's right.
        assert_eq!(status, if words.contains("rejected") { 0 } else { 3 }, "{config}: {told}");
        assert!(told.contains(words), "{config}: {told}");
    }
    std::fs::write(site.path("nonsense.wasm"), "nonsense").unwrap();
    let nonsense = site.path("nonsense.wasm").display().to_string();
    let (status, told) = code(&site, &["plugin", "check", &nonsense]);
    assert!(status == 3 && told.contains("the file is not WebAssembly"), "{told}");
    let text = site.ok(&["plugin", "inspect", &voice(), "--wit"]);
    assert!(text.contains("map: func(batch: list<u8>)") && text.contains("record g-call {"), "{text}");
}

#[test]
fn a_running_plugin_is_looked_after() {
    let site = Site::new();
    site.write_config();
    assert!(site.ok(&["plugin", "list"]).contains("lane pbx: no daemon runs"));
    assert_eq!(code(&site, &["plugin", "logs", "asterisk"]).0, 4);
    let daemon = site.daemon();
    site.wait_for("the lane", |lane| lane["idb"]["state"] == "running");
    assert!(site.ok(&["plugin", "list"]).contains("lane pbx: in force since"));
    let listed = site.ok(&["plugin", "list", "--json"]);
    let plugins: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let asterisk = plugins.iter().find(|plugin| plugin["name"] == "asterisk").unwrap();
    assert_eq!(asterisk["lanes"][0]["in_force"], asterisk["digest"]);
    assert!(site.ok(&["plugin", "pause", "asterisk", "--reason", "a try"]).contains("pbx: paused"));
    assert!(site.ok(&["plugin", "list"]).contains("a try"));
    assert!(site.ok(&["plugin", "resume", "asterisk"]).contains("pbx: goes on"));
    assert_eq!(code(&site, &["plugin", "pause", "nobody"]).0, 3);
    assert_eq!(site.ok(&["plugin", "logs", "nobody"]), "");
    assert_eq!(daemon.stop(), 0);
}
