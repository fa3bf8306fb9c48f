//! SIGKILL at any moment: the rows equal those of an undisturbed run.

use crate::site::{Site, recordings};
use exchange::{AtEnd, Behaviour, Exchange, Pace, Recording, Resume};
use std::process::Stdio;
use std::time::Duration;

/// How many times faster than recorded.
const SPEED: f64 = 40.0;

/// An exchange that sends the recordings again from the beginning to each client that comes.
fn exchange(runtime: &tokio::runtime::Runtime) -> Exchange {
    let mut behaviour = Behaviour::new("reporting", "secret");
    behaviour.pace = Pace::Recorded(SPEED);
    behaviour.resume = Resume::Restart;
    behaviour.at_end = AtEnd::Hold;
    behaviour.faults.mute = true;
    let recording = Recording::load_all(&recordings()).unwrap();
    runtime.block_on(Exchange::start("127.0.0.1:0", recording, behaviour)).unwrap()
}

/// Runs the daemon against the exchange, killing it after each of these times, then to the end.
fn run(kills: &[u64]) -> Site {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let exchange = exchange(&runtime);
    let site = Site { address: exchange.address(), ..Site::new() };
    site.write_config();
    for (kill, after) in kills.iter().enumerate() {
        let daemon = site.daemon();
        if kill % 2 == 0 {
            site.wait_for("a session", |lane| lane["source"]["connected"] == true);
        }
        std::thread::sleep(Duration::from_millis(*after));
        daemon.kill();
    }
    let daemon = site.daemon();
    runtime.block_on(exchange.all_sent());
    let before =
        site.wait_for("the last event", |lane| lane["queue"]["depth"] == 0 && lane["source"]["connected"] == true);
    assert_eq!(daemon.stop(), 0, "drained: {before:#}\n{}", site.log());
    site
}

/// Moments in ms, from a seed.
fn moments(mut seed: u64, count: usize, range: std::ops::Range<u64>) -> Vec<u64> {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        range.start + (seed >> 33) % (range.end - range.start)
    };
    (0..count).map(|_| next()).collect()
}

/// A replay that is killed goes on where it was when the same command is given again.
#[test]
fn a_replay_killed_at_any_moment_goes_on() {
    let whole = Site::new();
    whole.write_config();
    whole.replay(&recordings());
    let site = Site::new();
    site.write_config();
    // Compiles the plugin, so that what is killed is the work itself.
    site.ok(&["plugin", "list"]);
    let files = recordings();
    let files: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
    let arguments = [&["replay", "--source", "pbx"][..], &files].concat();
    for after in moments(42, 8, 100..900) {
        let mut replay = site.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(after));
        replay.kill().unwrap();
        replay.wait().unwrap();
    }
    site.ok(&arguments);
    whole.rows().assert_equal(&site.rows(), "undisturbed and killed eight times");
}

#[test]
fn killed_at_any_moment() {
    let undisturbed = run(&[]);
    let kills = moments(0x9e37_79b9_7f4a_7c15, 5, 200..2_700);
    let disturbed = run(&kills);
    undisturbed.rows().assert_equal(&disturbed.rows(), "undisturbed and killed five times");
    let sessions = rusqlite::Connection::open(disturbed.path("idb.sqlite")).unwrap();
    let crashed: i64 = sessions
        .query_row("SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER WHERE DSCONN_ECAUSE = 6", [], |row| row.get(0))
        .unwrap();
    let open: i64 = sessions
        .query_row("SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER WHERE DSCONN_ETIME IS NULL", [], |row| row.get(0))
        .unwrap();
    assert!((3..=5).contains(&crashed), "{crashed} sessions ended by a crash");
    assert_eq!(open, 0, "an orderly stop closes the session");
}
