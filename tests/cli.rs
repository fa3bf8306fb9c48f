//! The command line: output and exit code of each verb.

use crate::site::{Site, recordings};
use std::process::Command;

fn code(site: &Site, arguments: &[&str]) -> (i32, String, String) {
    let output = site.run(arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// A page of the reference.
fn document(name: &str) -> String {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference").join(name);
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn five_mistakes_are_reported_at_once() {
    let site = Site::new();
    let text = site
        .config()
        .replace("name = \"test\"", "name = 5")
        .replace("dbid = 101", "dbidd = 101")
        .replace("roles = [\"cfg\", \"gcc\", \"gls\", \"gud\"]", "roles = [\"GCC\"]")
        .replace("plugin = \"asterisk\"", "plugin = \"asterix\"")
        .replace("address = \"127.0.0.1:1\"", "address = \"nowhere\"");
    std::fs::write(site.path("concentrator.toml"), text).unwrap();
    std::fs::write(site.path("pbx.secret"), "x").unwrap();
    let (status, _, errors) = code(&site, &["run"]);
    assert_eq!(status, 78, "{errors}");
    for expect in [
        "invalid type",
        "dbidd",
        "GCC",
        "asterix",
        "nowhere",
        "concentrator.toml:2:",
        "concentrator.toml:3:",
        "6 problems",
    ] {
        assert!(errors.contains(expect), "`{expect}` is missing in:\n{errors}");
    }
    assert_eq!(code(&site, &["validate"]).0, 3, "a check that finds problems has a code of its own");
}

#[test]
fn verbs_and_their_codes() {
    let site = Site::new();
    site.write_config();
    assert_eq!(code(&site, &["nonsense"]).0, 2);
    assert_eq!(code(&site, &["version"]).0, 0);
    let (status, shown, errors) = code(&site, &["validate"]);
    assert_eq!(status, 0, "{shown}{errors}");
    assert!(!site.path("data").exists(), "a check changes nothing");
    let (status, _, errors) = code(&site, &["status"]);
    assert_eq!(status, 4, "{errors}");
    assert_eq!(code(&site, &["idb", "status"]).0, 3, "an empty database is not the one that the daemon needs");
    site.replay(&recordings()[1..3]);
    assert_eq!(code(&site, &["idb", "status"]).0, 0);
    assert!(site.ok(&["idb", "summary"]).contains("support"));
    assert!(site.ok(&["plugin", "list"]).contains("asterisk"));
    assert!(site.ok(&["plugin", "inspect", "asterisk"]).contains("G_CALL"));
    assert!(site.ok(&["queue", "status"]).contains("events kept"));
    assert!(site.ok(&["queue", "verify"]).contains("sound"));
    let shown = site.ok(&["queue", "show", "--source", "pbx", "--limit", "5", "--json"]);
    assert_eq!(shown.lines().count(), 5);
    assert!(shown.contains("***"), "values are not shown unless asked for");
    assert!(site.run(&["dead-letter", "list"]).status.success());
    assert_eq!(code(&site, &["dead-letter", "show", "pbx:999999"]).0, 1);
    let mistakes: [(&[&str], i32, &str); 4] = [
        (&["dead-letter", "list", "--kind", "banana"], 2, "possible values: rejected"),
        (&["dead-letter", "list", "--source", "nobody"], 1, "is not configured; there is: pbx"),
        (&["queue", "verify", "--dir", "/nowhere"], 1, "queue in /nowhere"),
        (&["status", "--fail-on", "bogus"], 2, "`bogus` is no condition"),
    ];
    for (arguments, expected, words) in mistakes {
        let (found, _, told) = code(&site, arguments);
        assert_eq!(found, expected, "{arguments:?}: {told}");
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
}

/// The sample of a voice server loads with the plugin and its options.
#[test]
fn the_sample_of_a_voice_server_is_valid() {
    let site = Site::of_voice("stream", "");
    let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/voice.toml");
    let mut command = site.command(&["validate", "--offline", "-c", sample.to_str().unwrap()]);
    let output = command.current_dir(site.dir.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.matches("[OK]").count(), 5, "{said}");
}

#[test]
fn generated_files_are_useful() {
    let site = Site::new();
    let sample = site.ok(&["generate", "config"]);
    std::fs::write(site.path("concentrator.toml"), sample).unwrap();
    std::fs::write(site.path("pbx.secret"), "secret\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_concentrator"));
    let output = command.arg("validate").current_dir(site.dir.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(site.ok(&["generate", "completions", "bash"]).contains("concentrator"));
    let man = site.path("man");
    site.ok(&["generate", "man", "--dir", man.to_str().unwrap()]);
    assert!(man.join("concentrator.1").is_file() && man.join("concentrator-replay.1").is_file());
}

#[test]
fn the_console_answers() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let site = Site::new();
    site.write_config();
    let text = format!("{}\n[console]\naddress = \"127.0.0.1:{port}\"\n", site.config());
    std::fs::write(site.path("concentrator.toml"), text).unwrap();
    let daemon = site.daemon();
    site.wait_for("the queue", |lane| lane["queue"]["appended"].as_u64() >= Some(1));
    let get = |path: &str| {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(get("/healthz").contains("200 OK"));
    assert!(get("/readyz").contains("200 OK"));
    assert!(get("/status?fail-on=source:pbx").contains("503"), "the exchange is not there");
    let metrics = get("/metrics");
    for name in
        ["concentrator_build_info", "concentrator_queue_depth_events", "concentrator_source_logins_refused_total"]
    {
        assert!(metrics.contains(name), "{name} is missing in {metrics}");
    }
    let documented = document("metrics.md");
    for name in metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()) {
        let told = [format!("`{name}`"), format!("`{name}_total`")].iter().any(|name| documented.contains(name));
        assert!(told, "{name} is not in docs/reference/metrics.md");
    }
    let documented = document("status.md");
    let status: serde_json::Value = serde_json::from_str(&site.ok(&["status", "--json"])).unwrap();
    let lane = status["lanes"]["pbx"].as_object().unwrap();
    for name in lane.values().filter_map(|part| part.as_object()).flat_map(|part| part.keys()) {
        assert!(documented.contains(&format!("`{name}`")), "{name} is not in docs/reference/status.md");
    }
    assert!(site.ok(&["status"]).contains("not connected"));
    assert_eq!(daemon.stop(), 0);
}
