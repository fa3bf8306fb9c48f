//! Latency at 1,000 events a second: from the sending of an event to the commit of its rows.
//!
//! Each event carries the moment before it was written to the socket as its time; we hear of each commit with the time
//! of its last event, as a client of the database sees it. An event is committed with the first commit whose last event
//! is not older.

use crate::client::{Client, Day};
use crate::commits::Commits;
use crate::daemon::Daemon;
use crate::float;
use anyhow::{Context, Result};
use cluster::Cluster;
use simulator::{Config, line};
use std::io::Write;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Events sent.
const EVENTS: usize = 60_000;
/// The first ones, which do not count.
const WARMING: usize = 5_000;
/// Time between two events.
const EACH: Duration = Duration::from_millis(1);
const DATABASE: &str = "latency";

pub(crate) fn run(server: &mut Cluster) -> Result<()> {
    let day = Day::of(&Config { live_calls: Some(500), hours: 10_000.0, ..Config::default() }, EVENTS)?;
    let daemon = Daemon::start(server, DATABASE)?;
    Commits::prepare(server, DATABASE)?;
    let commits = Commits::listen(server, DATABASE)?;
    let mut client = Client::connect(&daemon.address, &day.server)?;
    let mut writer = client.writer()?;
    let last = u64::try_from(day.events.len())?;
    let (sent, mut took) = std::thread::scope(|scope| {
        let acks = scope.spawn(|| client.acked(last));
        let sent = send(&day, &mut writer)?;
        let took = latencies(&sent, &commits)?;
        acks.join().map_err(|_| anyhow::anyhow!("the reading thread failed"))??;
        anyhow::Ok((sent, took))
    })?;
    took.drain(..WARMING.min(took.len()));
    took.sort();
    let at = |share: usize| took.get((took.len() * share / 1_000).min(took.len() - 1)).copied().unwrap_or_default();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let span = sent.last().zip(sent.first()).map(|(last, first)| (last.1 - first.1).as_secs_f64());
    println!("latency from send to committed row: {} events", took.len());
    println!("  sent            {:>9.0} events/s", float(last) / span.context("nothing was sent")?);
    for (name, share) in [("p50", 500), ("p90", 900), ("p99", 990), ("p99.9", 999), ("max", 1_000)] {
        println!("  {name:<15} {:>9.1} ms", ms(at(share)));
    }
    println!("  commits         {:>9}", daemon.lane()?["idb"]["batches"]);
    Ok(())
}

/// Sends all events at their pace; gives the time that each carries, and the moment.
fn send(day: &Day, writer: &mut impl Write) -> Result<Vec<(i64, Instant)>> {
    let mut sent: Vec<(i64, Instant)> = Vec::with_capacity(day.events.len());
    let (mut due, mut bytes) = (Instant::now(), Vec::new());
    for event in &day.events {
        due += EACH;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        // No two events have the same time.
        let time = now()?.max(sent.last().map_or(0, |(time, _)| time + 1));
        bytes.clear();
        let mut event = event.clone();
        event.time = time;
        line::entry(&event, &mut bytes);
        sent.push((time, Instant::now()));
        writer.write_all(&bytes)?;
    }
    Ok(sent)
}

/// How long each event took.
fn latencies(sent: &[(i64, Instant)], commits: &Commits) -> Result<Vec<Duration>> {
    let mut took = Vec::with_capacity(sent.len());
    let mut commit = commits.next()?;
    for (time, moment) in sent {
        while commit.last_event < *time {
            commit = commits.next()?;
        }
        took.push(commit.heard.saturating_duration_since(*moment));
    }
    Ok(took)
}

#[expect(clippy::disallowed_methods, reason = "a source's own clock")]
fn now() -> Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?)
}
