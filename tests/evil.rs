//! Lanes whose plugins commit the worst crimes, beside an honest one in the same daemon: the honest lane's rows are
//! complete, each crime costs its event, says whose it was, and the lane maps the events around it.

use crate::site::{PATIENCE, Site, guests};
use exchange::{AtEnd, Behaviour, Exchange, Recording};
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::TcpListener;
use std::time::{Duration, Instant};

/// A lane's name, the crime of its plugin, and a part of the reason in its letters; none: no letter.
const LANES: &[(&str, &str, Option<&str>)] = &[
    ("honest", "", None),
    ("looping", "loop", Some("limit call_ms of 3000")),
    ("greedy", "memory", Some("limit memory_bytes of 67108864")),
    ("deep", "recurse", Some("limit stack_bytes")),
    ("trapping", "trap", Some("is gone")),
    ("talking", "logs", None),
    ("copying", "same-text", Some("limit output_bytes")),
    ("flooding", "many-rows", Some("limit")),
    ("beyond", "at-beyond", Some("of a batch of 1")),
    ("injecting", "own-sql", Some("which it did not declare")),
    ("garbled", "utf8", Some("utf-8")),
    ("keeping", "snapshot-gigabyte", None),
    (FORGING, "", Some("is of lane `honest`, and no other lane changes it")),
];
/// Its events named `Evil` have the keys of the honest lane's calls.
const FORGING: &str = "forging";
/// Each event is a call of its own; the crimes are committed at the events named `Evil`.
const EVENTS: &[&str] = &["Good", "Good", "Evil", "Good", "Evil", "Good"];
/// Memory of the whole process at its worst, KiB: thirteen plugins of at most 64 MiB, and what is read from one at a time.
const PEAK_KIB: u64 = 2 << 20;

fn recording(site: &Site, lane: &str) -> Recording {
    let mut bytes = b"Asterisk Call Manager/11.0.0\r\n".to_vec();
    for (n, name) in EVENTS.iter().enumerate() {
        let owner = if lane == FORGING && *name == "Evil" { "honest" } else { lane };
        let packet = format!("Event: {name}\r\nTimestamp: 1795346820.{n:06}\r\ncallid: {owner}-{n}\r\n\r\n");
        bytes.extend_from_slice(packet.as_bytes());
    }
    let file = site.path(&format!("{lane}.ami"));
    std::fs::write(&file, bytes).unwrap();
    Recording::load(&file).unwrap()
}

/// The source of a lane; each is a server of its own.
fn source(site: &Site, number: usize, lane: &str, case: &str, address: &str) -> String {
    let dbid = 1_000 + 10 * number;
    format!(
        r#"[source.{lane}.ami]
address = "{address}"
username = "reporting"
secret_file = "{dir}/pbx.secret"
plugin = "evil"
roles = ["cfg", "gcc", "gls", "gud"]
dbids = {{ server = {dbid}, backup = {backup}, switch = {switch}, tenant = 1 }}
backoff_ms_min = 20
backoff_ms_max = 200
queue = {{ segment_bytes = 8388608, retain_bytes = 8388608 }}

[source.{lane}.ami.plugin_config]
case = "{case}"

"#,
        dir = site.dir.path().display(),
        backup = dbid + 1,
        switch = dbid + 2,
    )
}

/// Waits until the daemon's status is as wanted.
fn wait_for(site: &Site, what: &str, wanted: impl Fn(&Value) -> bool) {
    let began = Instant::now();
    loop {
        let status = site.status().unwrap_or_default();
        if wanted(&status) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "waited for {what} in vain: {status:#}\n{}", site.log());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The most memory that the process ever had, KiB.
fn peak_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn an_honest_lane_among_thieves() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut site = Site::new();
    std::fs::copy(guests().join("evil.wasm"), site.plugins.join("evil.wasm")).unwrap();
    let (mut exchanges, mut late) = (Vec::new(), Vec::new());
    let mut sources = String::new();
    for (number, (lane, case, _)) in LANES.iter().enumerate() {
        let mut behaviour = Behaviour::new("reporting", "secret");
        behaviour.at_end = AtEnd::Hold;
        behaviour.faults.mute = true;
        let recording = recording(&site, lane);
        if *lane == FORGING {
            // What it forges must be known first.
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
            sources.push_str(&source(&site, number, lane, case, &address));
            late.push((address, recording, behaviour));
            continue;
        }
        let exchange = runtime.block_on(Exchange::start("127.0.0.1:0", recording, behaviour)).unwrap();
        sources.push_str(&source(&site, number, lane, case, &exchange.address()));
        exchanges.push(exchange);
    }
    site.source = Some(sources);
    site.plugin_limits = "call_ms = 3000\nmemory_bytes = 67108864\n".to_owned();
    site.write_config();
    let daemon = site.daemon();
    wait_for(&site, "the honest lane", |status| {
        let lane = &status["lanes"]["honest"];
        lane["queue"]["depth"] == 0 && lane["source"]["events"].as_u64() >= Some(EVENTS.len() as u64)
    });
    for (address, recording, behaviour) in late {
        exchanges.push(runtime.block_on(Exchange::start(&address, recording, behaviour)).unwrap());
    }
    for exchange in &exchanges {
        runtime.block_on(exchange.all_sent());
    }
    wait_for(&site, "all lanes", |status| {
        LANES.iter().all(|(lane, _, reason)| {
            let lane = &status["lanes"][lane];
            let letters = if reason.is_some() { 2 } else { 0 };
            lane["queue"]["depth"] == 0
                && lane["source"]["events"].as_u64() >= Some(EVENTS.len() as u64)
                && lane["dead_letters_kept"]["letters"] == letters
        })
    });
    let peak = peak_kib(daemon.pid());
    assert!(peak < PEAK_KIB, "{peak} KiB");
    assert_eq!(daemon.stop(), 0, "a snapshot that cannot be taken is no hindrance: {}", site.log());
    assert_letters(&site);
    let database = rusqlite::Connection::open(site.path("idb.sqlite")).unwrap();
    let mut statement = database.prepare("SELECT CALLID FROM G_CALL_HISTORY ORDER BY CALLID").unwrap();
    let found: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut expected = Vec::new();
    for (lane, _, reason) in LANES {
        let passes = |name: &&str| reason.is_none() || *name == "Good";
        let calls = EVENTS.iter().enumerate().filter(|(_, name)| passes(name)).map(|(n, _)| format!("{lane}-{n}"));
        expected.extend(calls);
        if *lane == FORGING {
            // What is only added stands beside the honest lane's, in the forger's own name.
            let evil = EVENTS.iter().enumerate().filter(|(_, name)| **name == "Evil");
            expected.extend(evil.map(|(n, _)| format!("honest-{n}")));
        }
    }
    expected.sort();
    let found: Vec<String> = found.into_iter().filter(|callid| !callid.is_empty()).collect();
    assert_eq!(found, expected, "each once, of every lane");
}

/// Each letter names the plugin and what it did.
fn assert_letters(site: &Site) {
    let list = site.ok(&["dead-letter", "list", "--json"]);
    let mut accused = BTreeSet::new();
    for letter in list.lines() {
        let letter: Value = serde_json::from_str(letter).unwrap();
        let (_, _, reason) = LANES.iter().find(|(lane, ..)| letter["lane"] == **lane).unwrap();
        let told = letter["reason"].as_str().unwrap();
        assert!(told.contains(reason.unwrap()), "{letter:#}");
        assert!(letter["plugin"].as_str().unwrap().starts_with("evil"), "{letter:#}");
        accused.insert(letter["lane"].as_str().unwrap().to_owned());
    }
    let expected: BTreeSet<String> =
        LANES.iter().filter(|(.., reason)| reason.is_some()).map(|(lane, ..)| (*lane).to_owned()).collect();
    assert_eq!(accused, expected);
}
