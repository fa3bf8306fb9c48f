//! Bad input: each gets a clear message and a counter, and nothing else is lost.

use crate::site::{Site, guests, recordings};
use exchange::{AtEnd, Behaviour, Exchange, Recording};
use std::path::PathBuf;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn serve(runtime: &tokio::runtime::Runtime, files: &[PathBuf], change: impl FnOnce(&mut Behaviour)) -> Exchange {
    let mut behaviour = Behaviour::new("reporting", "secret");
    behaviour.at_end = AtEnd::Hold;
    change(&mut behaviour);
    runtime.block_on(Exchange::start("127.0.0.1:0", Recording::load_all(files).unwrap(), behaviour)).unwrap()
}

#[test]
fn a_wrong_secret_is_told_and_tried_again() {
    let runtime = runtime();
    let exchange = serve(&runtime, &recordings()[1..2], |_| {});
    let site = Site { address: exchange.address(), ..Site::new() };
    std::fs::write(site.path("pbx.secret"), "wrong\n").unwrap();
    site.write_config();
    let daemon = site.daemon();
    site.wait_for("a refusal, counted and told", |lane| {
        lane["source"]["refused_logins"].as_u64() >= Some(1) && site.log().contains("refuses the log-in")
    });
    std::fs::write(site.path("pbx.secret"), "secret\n").unwrap();
    site.wait_for("events after the secret was put right", |lane| lane["queue"]["committed"].as_u64() > Some(100));
    assert_eq!(daemon.stop(), 0);
}

/// A recording in which garbage stands between the packets.
fn damaged(site: &Site) -> PathBuf {
    let good = std::fs::read(&recordings()[1]).unwrap();
    let cut = |n: usize| {
        let packets: Vec<usize> =
            good.windows(4).enumerate().filter(|(_, w)| *w == b"\r\n\r\n").map(|(at, _)| at + 4).collect();
        packets[n]
    };
    let mut bytes = good[..cut(40)].to_vec();
    bytes.extend_from_slice(b"Event: NotUtf8\r\nTimestamp: 1795346820.500000\r\nValue: \xff\xfe\x80\r\n\r\n");
    bytes.extend_from_slice(&good[cut(40)..cut(80)]);
    bytes.extend_from_slice(b"Event: Endless\r\nValue: ");
    bytes.resize(bytes.len() + (10 << 20), b'x');
    bytes.extend_from_slice(b"\r\n\r\nthis is no header\r\n\r\nEvent: NobodyKnowsThis\r\nA: b\r\n\r\n");
    bytes.extend_from_slice(&good[cut(80)..]);
    let path = site.path("damaged.ami");
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn garbage_between_packets_costs_nothing_else() {
    let clean = Site::new();
    clean.write_config();
    clean.replay(&recordings()[1..2]);
    let site = Site::new();
    site.write_config();
    let file = damaged(&site);
    site.replay(&[file]);
    // Receive times differ, for the damaged copy has no index; what happened is told by the exchange's own times.
    clean.rows().assert_equal(&site.rows(), "clean and damaged");
    let shown = site.ok(&["queue", "show", "--source", "pbx", "--limit", "10000"]);
    assert_eq!(
        shown.matches("MalformedPacket").count(),
        2,
        "the packet that is too long and the line that is no header"
    );
    assert!(shown.contains("NobodyKnowsThis"));
}

#[test]
fn packets_cut_anywhere_are_put_together() {
    let runtime = runtime();
    let files = recordings()[1..3].to_vec();
    let exchange = serve(&runtime, &files, |behaviour| {
        behaviour.faults.piece_bytes = Some(7);
        behaviour.faults.mute = true;
    });
    let site = Site { address: exchange.address(), ..Site::new() };
    site.write_config();
    let daemon = site.daemon();
    runtime.block_on(exchange.all_sent());
    let clean = Site::new();
    clean.write_config();
    clean.replay(&files);
    let expected = clean.rows().count("G_PARTY_HISTORY");
    site.wait_for("all rows", |lane| lane["idb"]["rows"]["G_PARTY_HISTORY"].as_u64() == Some(expected as u64));
    assert_eq!(daemon.stop(), 0);
    clean.rows().assert_equal(&site.rows(), "replayed and received in pieces of seven bytes");
}

#[test]
fn plugin_files_that_are_none() {
    let site = Site { plugin: "bad".to_owned(), ..Site::new() };
    let dir = site.plugins.clone();
    site.write_config();
    let asterisk = std::fs::read(guests().join("asterisk.wasm")).unwrap();
    let cases: [(&str, Vec<u8>, &str); 3] = [
        ("empty", Vec::new(), "empty"),
        ("text", b"this is text".to_vec(), "not WebAssembly"),
        ("cut short", asterisk[..asterisk.len() / 2].to_vec(), "bad.wasm"),
    ];
    for (name, bytes, expect) in cases {
        std::fs::write(dir.join("bad.wasm"), bytes).unwrap();
        let output = site.run(&["replay", "--source", "pbx", recordings()[1].to_str().unwrap()]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {errors}");
        assert!(errors.contains(expect) && errors.contains("bad.wasm"), "{name}: {errors}");
    }
    // Put right, the same command takes the recording as if nothing had been.
    std::fs::write(dir.join("bad.wasm"), asterisk).unwrap();
    site.replay(&recordings()[1..2]);
    assert_eq!(site.rows().count("G_CALL"), 1);
}

/// `evil` does its deed at the event `Evil`; all other events give a row each.
fn evil(case: &str) -> Site {
    let mut site = Site { plugin: "evil".to_owned(), plugin_config: format!("case = \"{case}\""), ..Site::new() };
    site.plugin_limits = "call_ms = 300\nmemory_bytes = 16777216".to_owned();
    site.write_config();
    let mut bytes = b"Asterisk Call Manager/11.0.0\r\n".to_vec();
    for n in 0..9 {
        let name = if n == 4 { "Evil" } else { "Good" };
        let packet = format!("Event: {name}\r\nTimestamp: 1795346820.00000{n}\r\nN: {n}\r\ncallid: call-{n}\r\n\r\n");
        bytes.extend_from_slice(packet.as_bytes());
    }
    std::fs::write(site.path("evil.ami"), bytes).unwrap();
    site
}

#[test]
fn a_trap_costs_one_event() {
    for case in ["loop", "memory", "recurse", "trap", "many-rows", "undeclared-table", "refuse"] {
        let site = evil(case);
        let told = site.replay(&[site.path("evil.ami")]);
        assert!(told.contains("1 dead letters"), "{case}: {told}");
        let letters = site.ok(&["dead-letter", "list", "--json"]);
        assert_eq!(letters.lines().count(), 1, "{case}: {letters}");
        let letter: serde_json::Value = serde_json::from_str(&letters).unwrap();
        assert_eq!(letter["event"]["name"], "Evil", "{case}");
        assert_eq!(letter["event"]["attributes"][1][1], "4", "{case}: the event is kept in full");
        let id = format!("pbx:{}", letter["seq"]);
        assert!(site.ok(&["dead-letter", "show", &id]).contains("reason"));
        let rows = site.rows().0.values().map(Vec::len).sum::<usize>();
        assert!(rows >= 8, "{case}: the rows of the other events are written: {rows}");
        // Again: nothing changes, and the letter stays one.
        site.replay(&[site.path("evil.ami")]);
        assert_eq!(site.ok(&["dead-letter", "list", "--json"]).lines().count(), 1, "{case}");
    }
}

#[test]
fn a_data_directory_is_used_by_one() {
    let site = Site::new();
    site.write_config();
    let _daemon = site.daemon();
    site.wait_for("the daemon", |lane| lane["queue"]["appended"].as_u64() >= Some(1));
    let output = site.run(&["run"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors.contains("in use by process"), "{errors}");
    let output = site.run(&["replay", "--source", "pbx", recordings()[1].to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("in use by process"));
}

#[test]
fn databases_that_cannot_be_used() {
    let cluster = cluster::shared().unwrap();
    let other_version = cluster.new_database().unwrap();
    let site = Site { idb: cluster.socket_url(&other_version), ..Site::new() };
    site.write_config();
    site.replay(&recordings()[1..2]);
    let versions = cluster
        .sql(&other_version, "SELECT table_name FROM information_schema.tables WHERE table_name LIKE '%migration%'");
    let table = versions.unwrap().trim().to_owned();
    cluster
        .sql(
            &other_version,
            &format!("UPDATE {table} SET number = number + 1000 WHERE number = (SELECT MAX(number) FROM {table})"),
        )
        .unwrap();
    let forbidden = cluster.new_database().unwrap();
    cluster.sql(&forbidden, "CREATE ROLE nobody_here LOGIN; REVOKE ALL ON SCHEMA public FROM PUBLIC").unwrap();
    let as_nobody = cluster.tcp_url(&forbidden).replacen("//", "//nobody_here@", 1);
    let (scheme, rest) = as_nobody.split_once("//nobody_here@").unwrap();
    let as_nobody = format!("{scheme}//nobody_here@{}", rest.split_once('@').unwrap().1);
    for (name, url, expect) in [
        ("another schema version", cluster.socket_url(&other_version), "schema version"),
        ("absent", cluster.socket_url("does_not_exist"), "does not exist"),
        ("no server", "postgres://u@127.0.0.1:1/x".to_owned(), "127.0.0.1"),
        ("no permission", as_nobody, "permi"),
        ("no directory", "sqlite:///proc/nowhere/idb.sqlite".to_owned(), "/proc/nowhere"),
    ] {
        let site = Site { idb: url, ..Site::new() };
        site.write_config();
        let output = site.run(&["replay", "--source", "pbx", recordings()[1].to_str().unwrap()]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {errors}");
        assert!(errors.contains(expect), "{name}: {errors}");
    }
}

/// What a database away costs: nothing. Events are queued and written when it is back.
#[test]
fn a_database_that_comes_back() {
    let runtime = runtime();
    let exchange = serve(&runtime, &recordings()[1..2], |_| {});
    let mut cluster = cluster::Cluster::start(cluster::Durability::Off).unwrap();
    cluster.create_database("idb").unwrap();
    let site = Site { idb: cluster.socket_url("idb"), address: exchange.address(), ..Site::new() };
    site.write_config();
    let daemon = site.daemon();
    site.wait_for("the first contact", |lane| lane["idb"]["state"] == "running" && lane["source"]["connected"] == true);
    cluster.stop(cluster::Stop::Immediate).unwrap();
    runtime.block_on(exchange.all_sent());
    cluster.resume().unwrap();
    site.wait_for("everything committed", |lane| {
        lane["queue"]["depth"] == 0 && lane["source"]["events"].as_u64() > Some(100)
    });
    assert_eq!(daemon.stop(), 0, "{}", site.log());
    assert_eq!(cluster.sql("idb", "SELECT COUNT(*) FROM G_CALL").unwrap().trim(), "1");
}

#[test]
fn values_too_long_or_with_nul_are_made_to_fit() {
    let site = Site::new();
    site.write_config();
    let good = String::from_utf8(std::fs::read(&recordings()[1]).unwrap()).unwrap();
    let long = "ä".repeat(3_000);
    let bad = good
        .replace("CustomerSegment: gold", &format!("CustomerSegment: {long}"))
        .replace("ANI: 2001", "ANI: 20\u{0}01");
    assert_ne!(good, bad);
    std::fs::write(site.path("long.ami"), bad).unwrap();
    let cluster = cluster::shared().unwrap();
    let database = cluster.new_database().unwrap();
    site.replay(&[site.path("long.ami")]);
    site.ok(&[
        "replay",
        "--source",
        "pbx",
        "--idb",
        &cluster.socket_url(&database),
        site.path("long.ami").to_str().unwrap(),
    ]);
    let sqlite = crate::rows::Rows::all_of_sqlite(&site.path("idb.sqlite"));
    sqlite.assert_equal(&crate::rows::Rows::all_of_postgres(&cluster, &database), "both databases");
    let cut = "SELECT COUNT(*) FROM G_CUSTOM_DATA_S WHERE GSYS_EXT_INT1 = 1 AND LENGTH(VALUE) = 1024";
    assert_eq!(cluster.sql(&database, cut).unwrap().trim(), "1", "cut at its column's length, and flagged");
}
