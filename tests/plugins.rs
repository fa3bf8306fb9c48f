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
