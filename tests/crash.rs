//! SIGKILL at any moment: the rows equal those of an undisturbed run.

use crate::site::{Site, recordings};
use exchange::{AtEnd, Behaviour, Exchange, Pace, Recording, Resume};
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
    for after in kills {
        let daemon = site.daemon();
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

#[test]
fn killed_at_any_moment() {
    let undisturbed = run(&[]);
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let kills: Vec<u64> = (0..5)
        .map(|_| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            200 + (random >> 33) % 2_500
        })
        .collect();
    let disturbed = run(&kills);
    undisturbed.rows().assert_equal(&disturbed.rows(), "undisturbed and killed five times");
    let sessions = rusqlite::Connection::open(disturbed.path("idb.sqlite")).unwrap();
    let crashed: i64 = sessions
        .query_row("SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER WHERE DSCONN_ECAUSE = 6", [], |row| row.get(0))
        .unwrap();
    let open: i64 = sessions
        .query_row("SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER WHERE DSCONN_ETIME IS NULL", [], |row| row.get(0))
        .unwrap();
    assert!(crashed >= 3, "{crashed} sessions ended by a crash");
    assert_eq!(open, 0, "an orderly stop closes the session");
}
