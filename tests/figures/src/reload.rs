//! Fifty reloads of the plugin with 10,000 live calls, as fast as the daemon takes the events: how long the lane waits
//! each time, what memory does, and whether the rows are those of a run without.

use crate::daemon::Daemon;
use anyhow::{Result, ensure};
use campaign::rows::{Database, differences};
use cluster::Cluster;
use simulator::stream::{Endpoint, Options, Player};
use simulator::{Config, Site};
use std::time::Duration;

const LIVE: u32 = 10_000;
const RELOADS: u64 = 50;
/// Length of the site's day: enough that all reloads fall into it.
const HOURS: f64 = 0.25;
/// Longest pause that is wanted, ms.
const BUDGET_MS: f64 = 30.0;
const UNDISTURBED: &str = "undisturbed";
const RELOADED: &str = "reloaded";

/// What was seen at a reload.
struct Seen {
    pause_ms: f64,
    resident: u64,
}

pub(crate) fn run(server: &mut Cluster) -> Result<()> {
    let (entries, ..) = day(server, UNDISTURBED, 0)?;
    println!("{LIVE} live calls, {entries} entries, {RELOADS} reloads");
    let (again, seen, peak) = day(server, RELOADED, entries)?;
    ensure!(again == entries, "the two days differ: {entries} entries and {again}");
    let mut pauses: Vec<f64> = seen.iter().map(|seen| seen.pause_ms).collect();
    pauses.sort_by(f64::total_cmp);
    let at = |share: usize| pauses.get((pauses.len() - 1) * share / 100).copied().unwrap_or_default();
    println!(
        "  pause of the lane  p50 {:.1} ms, p90 {:.1} ms, max {:.1} ms (budget {BUDGET_MS} ms)",
        at(50),
        at(90),
        at(100)
    );
    println!("  resident memory    after each reload, MiB, and the peak {peak}:");
    for ten in seen.chunks(10) {
        let line: Vec<String> = ten.iter().map(|seen| format!("{:>5}", seen.resident)).collect();
        println!("    {}", line.join(" "));
    }
    let found = differences(&Database::Postgres(server, UNDISTURBED), &Database::Postgres(server, RELOADED))?;
    println!("  rows               {}", if found.is_empty() { "equal".to_owned() } else { found.join("\n") });
    ensure!(found.is_empty(), "a reload changed rows");
    Ok(())
}

/// A day; `entries`, if it is known how many there will be, is divided by the reloads. Gives the number of entries, what
/// was seen at the reloads and the peak of memory, MiB.
fn day(server: &Cluster, database: &str, entries: u64) -> Result<(u64, Vec<Seen>, u64)> {
    let config = Config { live_calls: Some(LIVE), hours: HOURS, ..Config::default() };
    let daemon = Daemon::start(server, database)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let options = Options::new(&config.name, Endpoint::Connect(daemon.address.parse()?));
    let player = runtime.block_on(Player::start(Site::new(&config), options))?;
    let mut seen = Vec::new();
    if entries > 0 {
        for reload in 1..=RELOADS {
            let at = entries * reload / (RELOADS + 1);
            runtime.block_on(player.reached(|progress| progress.acked >= at || progress.finished));
            let pause_ms = daemon.reload()?;
            seen.push(Seen { pause_ms, resident: daemon.memory()?.0 });
        }
    }
    runtime.block_on(player.all_acked());
    daemon.drained()?;
    std::thread::sleep(Duration::from_millis(500));
    let (entries, peak) = (player.progress().acked, daemon.memory()?.1);
    runtime.block_on(player.stop());
    Ok((entries, seen, peak))
}
