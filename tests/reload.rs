//! Other plugins take over in a running daemon: nothing is lost, nothing is double, and what cannot take over changes
//! nothing.

use crate::operation::Scene;
use crate::site::Site;
use crate::voice_site::{VoiceSite, day};
use campaign::rows::{Database, differences};
use serde_json::Value;
use simulator::config::Config;
use simulator::stream::Command;
use std::path::Path;

/// The same plugin as another file: with a section more that means nothing.
fn another(file: &Path, mark: u8) {
    let mut bytes = std::fs::read(file).unwrap();
    bytes.extend([0, 3, 1, b'x', mark]);
    let beside = file.with_extension("new");
    std::fs::write(&beside, bytes).unwrap();
    std::fs::rename(&beside, file).unwrap();
}

fn mapped(site: &Site, config: &Config, reloads: u64) -> std::path::PathBuf {
    let voice = VoiceSite::new("");
    let daemon = voice.site.daemon();
    voice.ready();
    let player = voice.play(config);
    if reloads > 0 {
        voice.command(&player, Command::Trickle(Some(60_000)));
        let entries = crate::voice_site::events(config).unsigned_abs();
        for reload in 0..reloads {
            voice.reached(&player, "a part of the day", |seen| {
                seen.acked >= entries * reload / reloads || seen.finished
            });
            if reload % 2 == 1 {
                another(&voice.site.plugins.join("voice.wasm"), u8::try_from(reload).unwrap());
            }
            let told = voice.site.ok(&["plugin", "reload", "voice", "--json"]);
            let outcome: Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
            assert_eq!((outcome["changed"].as_bool(), outcome["refused"].is_null()), (Some(true), true), "{outcome}");
            assert!(outcome["pause_ms"].as_f64().is_some_and(|pause| pause >= 0.0), "{outcome}");
        }
        voice.command(&player, Command::Trickle(None));
    }
    let lane = voice.settled(&player);
    assert_eq!(lane["dead_letters"]["kept"].as_u64().unwrap_or(0), 0, "{lane:#}");
    voice.hang_up(player);
    assert_eq!(daemon.stop(), 0, "{}", voice.site.log());
    let kept = site.path(&format!("after-{reloads}.sqlite"));
    std::fs::copy(voice.site.path("idb.sqlite"), &kept).unwrap();
    kept
}

#[test]
fn reloads_change_nothing() {
    let (site, config) = (Site::new(), day(77, &[]));
    let (undisturbed, reloaded) = (mapped(&site, &config, 0), mapped(&site, &config, 12));
    let found = differences(&Database::Sqlite(&undisturbed), &Database::Sqlite(&reloaded)).unwrap();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn refused(site: &Site, arguments: &[&str], words: &str) {
    let output = site.run(arguments);
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(output.status.code(), Some(3), "{arguments:?}: {said}");
    assert!(said.contains(words), "{arguments:?}: {said}");
}

#[test]
fn what_cannot_take_over_changes_nothing() {
    let voice = VoiceSite::new("");
    let (site, file) = (&voice.site, voice.site.plugins.join("voice.wasm"));
    let daemon = site.daemon();
    voice.ready();
    let good = std::fs::read(&file).unwrap();
    std::fs::write(&file, &good[..good.len() / 2]).unwrap();
    refused(site, &["plugin", "reload", "voice"], "cut short or damaged");
    std::fs::write(&file, b"").unwrap();
    refused(site, &["plugin", "reload", "voice"], "the file is empty");
    std::fs::copy(crate::site::guests().join("evil.wasm"), &file).unwrap();
    refused(site, &["plugin", "reload", "voice"], "the file holds the plugin `evil`");
    refused(site, &["plugin", "rollback", "voice"], "no plugin from before is kept");
    let player = voice.play(&day(78, &[]));
    let lane = voice.settled(&player);
    assert!(lane["plugin"]["state"] == "running" && lane["source"]["events"].as_u64() > Some(100), "{lane:#}");
    voice.hang_up(player);
    assert_eq!(daemon.stop(), 0, "{}", site.log());
}

fn digest(site: &Site) -> String {
    let lane = site.wait_for("the digest", |lane| lane["plugin"]["digests"]["voice"].is_string());
    lane["plugin"]["digests"]["voice"].as_str().unwrap().to_owned()
}

#[test]
fn a_rollback_outlasts_a_restart_until_a_new_file_comes() {
    let voice = VoiceSite::new("");
    let (site, file) = (&voice.site, voice.site.plugins.join("voice.wasm"));
    let daemon = site.daemon();
    voice.ready();
    let first = digest(site);
    another(&file, 1);
    site.ok(&["plugin", "reload", "voice"]);
    let second = digest(site);
    assert_ne!(first, second);
    site.ok(&["plugin", "rollback", "voice"]);
    assert_eq!(digest(site), first);
    assert_eq!(daemon.stop(), 0);

    let daemon = site.daemon();
    voice.ready();
    assert_eq!(digest(site), first, "the file is still the one that was rolled back");
    assert!(site.log().contains("IC4011"), "{}", site.log());
    another(&file, 2);
    site.ok(&["plugin", "reload", "voice"]);
    let third = digest(site);
    assert!(third != first && third != second);
    assert_eq!(daemon.stop(), 0);

    let daemon = site.daemon();
    voice.ready();
    assert_eq!(digest(site), third, "a new file counts at a start");
    assert_eq!(daemon.stop(), 0);
}

#[test]
fn a_state_that_is_not_taken_needs_a_cold_start() {
    let events = vec!["Good"; 150];
    let scene = Scene::new(&events, "snapshot_events = 100");
    scene.plugin_is("restore-trap");
    let daemon = scene.site.daemon();
    scene.settled("all events");
    scene.site.wait_for("a snapshot", |lane| lane["queue"]["snapshot"].as_u64() > Some(0));
    refused(&scene.site, &["plugin", "reload", "evil"], "--cold");
    let told = scene.site.ok(&["plugin", "reload", "evil", "--cold"]);
    assert!(told.contains("evil"), "{told}");
    assert_eq!(daemon.stop(), 0, "{}", scene.site.log());
}
