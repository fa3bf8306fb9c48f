//! Memory and cost per event over a simulated hour with 10,000 live calls, as fast as the daemon takes it.

use crate::daemon::Daemon;
use crate::float;
use anyhow::{Context, Result};
use cluster::Cluster;
use simulator::stream::{Endpoint, Options, Player};
use simulator::{Config, Site};
use std::time::{Duration, Instant};

const LIVE: u32 = 10_000;
/// Time between two looks.
const GLANCE: Duration = Duration::from_secs(1);
/// Lines of the table.
const LINES: usize = 10;
const DATABASE: &str = "memory";

/// What was seen at one moment.
#[derive(Clone, Copy)]
struct Sample {
    at: Duration,
    resident: u64,
    guest: u64,
    cpu: u64,
    durable: u64,
    committed: u64,
}

pub(crate) fn run(server: &mut Cluster) -> Result<()> {
    let config = Config { live_calls: Some(LIVE), hours: 1.0, ..Config::default() };
    let daemon = Daemon::start(server, DATABASE)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let options = Options::new(&config.name, Endpoint::Connect(daemon.address.parse()?));
    let player = runtime.block_on(Player::start(Site::new(&config), options))?;
    let began = Instant::now();
    let mut samples = vec![sample(&daemon, began)?];
    loop {
        let done = runtime.block_on(async { tokio::time::timeout(GLANCE, player.all_acked()).await.is_ok() });
        if done {
            std::thread::sleep(GLANCE);
        }
        let now = sample(&daemon, began)?;
        samples.push(now);
        if done && now.committed >= now.durable {
            break;
        }
    }
    let events = player.progress().acked;
    let peak = daemon.memory()?.1;
    runtime.block_on(player.stop());
    report(&samples, events, peak)
}

fn sample(daemon: &Daemon, began: Instant) -> Result<Sample> {
    let lane = daemon.lane()?;
    let number = |stage: &str, name: &str| lane[stage][name].as_u64().context("a number of the status");
    Ok(Sample {
        at: began.elapsed(),
        resident: daemon.memory()?.0,
        guest: number("plugin", "memory_bytes")? >> 20,
        cpu: daemon.cpu_micros()?,
        durable: number("queue", "durable")?,
        committed: number("queue", "committed")?,
    })
}

fn report(samples: &[Sample], events: u64, peak: u64) -> Result<()> {
    let (first, last) = samples.first().zip(samples.last()).context("no samples")?;
    let took = (last.at - first.at).as_secs_f64();
    println!("an hour with {LIVE} live calls: {events} events in {took:.0} s, {:.0} events/s", float(events) / took);
    println!("  peak memory     {peak:>9} MiB");
    println!(
        "  committed, thousands | resident MiB | of it the plugin's | waiting, thousands | events/s | daemon's µs an event"
    );
    let mut before = first;
    for line in 1..=LINES {
        let until = last.committed / u64::try_from(LINES)? * u64::try_from(line)?;
        let Some(now) = samples.iter().find(|sample| sample.committed >= until) else { continue };
        let (time, count) = ((now.at - before.at).as_secs_f64(), now.committed - before.committed);
        if count > 0 {
            println!(
                "  {:>20} | {:>12} | {:>18} | {:>18} | {:>8.0} | {:>20.1}",
                now.committed / 1_000,
                now.resident,
                now.guest,
                (now.durable - now.committed) / 1_000,
                float(count) / time,
                float(now.cpu - before.cpu) / float(count)
            );
        }
        before = now;
    }
    Ok(())
}
