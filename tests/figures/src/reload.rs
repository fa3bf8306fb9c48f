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
/// Length of the site's day. Reloads begin after a third of it, when about all calls are live.
const HOURS: f64 = 0.5;
/// Longest pause that is wanted, ms.
const BUDGET_MS: f64 = 30.0;
const UNDISTURBED: &str = "undisturbed";
const RELOADED: &str = "reloaded";

/// What was seen at one of the marks at which a plugin is reloaded, or would be.
struct Seen {
    pause_ms: f64,
    resident: u64,
}

/// What a day came to.
struct Day {
    entries: u64,
    seen: Vec<Seen>,
    /// Peak of resident memory, MiB.
    peak: u64,
}

pub(crate) fn run(server: &mut Cluster) -> Result<()> {
    let config = Config { live_calls: Some(LIVE), hours: HOURS, ..Config::default() };
    let events = u64::try_from(Site::new(&config).count())?;
    println!("{LIVE} live calls, {events} events, {RELOADS} reloads");
    let undisturbed = day(server, UNDISTURBED, &config, events, false)?;
    let reloaded = day(server, RELOADED, &config, events, true)?;
    let (one, other) = (undisturbed.entries, reloaded.entries);
    ensure!(one == other, "the two days differ: {one} entries and {other}");
    let mut pauses: Vec<f64> = reloaded.seen.iter().map(|seen| seen.pause_ms).collect();
    pauses.sort_by(f64::total_cmp);
    let at = |share: usize| pauses.get((pauses.len() - 1) * share / 100).copied().unwrap_or_default();
    println!(
        "  pause of the lane  p50 {:.1} ms, p90 {:.1} ms, max {:.1} ms (budget {BUDGET_MS} ms)",
        at(50),
        at(90),
        at(100)
    );
    println!("  resident memory    median of each ten marks, MiB, and the peak");
    for (name, day) in [(UNDISTURBED, &undisturbed), (RELOADED, &reloaded)] {
        let tens: Vec<String> = day.seen.chunks(10).map(|ten| format!("{:>5}", median(ten))).collect();
        println!("    {name:<16} {} {:>7}", tens.join(" "), day.peak);
    }
    let found = differences(&Database::Postgres(server, UNDISTURBED), &Database::Postgres(server, RELOADED))?;
    println!("  rows               {}", if found.is_empty() { "equal".to_owned() } else { found.join("\n") });
    ensure!(found.is_empty(), "a reload changed rows");
    Ok(())
}

fn median(seen: &[Seen]) -> u64 {
    let mut resident: Vec<u64> = seen.iter().map(|seen| seen.resident).collect();
    resident.sort_unstable();
    resident.get(resident.len() / 2).copied().unwrap_or_default()
}

/// A day of so many events, with a look at the daemon when it has mapped so many, and a reload if that is wanted.
fn day(server: &Cluster, database: &str, config: &Config, events: u64, reload: bool) -> Result<Day> {
    let daemon = Daemon::start(server, database)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let options = Options::new(&config.name, Endpoint::Connect(daemon.address.parse()?));
    let player = runtime.block_on(Player::start(Site::new(config), options))?;
    let mut seen = Vec::new();
    for mark in 1..=RELOADS {
        let at = events / 3 + events / 2 * mark / RELOADS;
        daemon.wait("the mark", |lane| lane["queue"]["mapped"].as_u64().is_some_and(|mapped| mapped >= at))?;
        let pause_ms = if reload { daemon.reload()? } else { 0.0 };
        seen.push(Seen { pause_ms, resident: daemon.memory()?.0 });
    }
    runtime.block_on(player.all_acked());
    daemon.drained()?;
    std::thread::sleep(Duration::from_millis(500));
    let (entries, peak) = (player.progress().acked, daemon.memory()?.1);
    runtime.block_on(player.stop());
    Ok(Day { entries, seen, peak })
}
