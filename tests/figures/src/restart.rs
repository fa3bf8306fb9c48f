//! Restart after SIGKILL with a million queued events.
//!
//! The events are taken while the database is away. The clock starts with the process; the database is there again.

use crate::client::{Client, Day};
use crate::commits::Commits;
use crate::daemon::Daemon;
use crate::float;
use anyhow::Result;
use cluster::{Cluster, Stop};
use simulator::Config;
use std::io::Write;
use std::time::Instant;

/// Events that wait.
const EVENTS: usize = 1_000_000;
const DATABASE: &str = "restart";

pub(crate) fn run(server: &mut Cluster) -> Result<()> {
    let day = Day::of(&Config { live_calls: Some(2_000), hours: 10_000.0, ..Config::default() }, EVENTS)?;
    let mut daemon = Daemon::start(server, DATABASE)?;
    Commits::prepare(server, DATABASE)?;
    server.stop(Stop::Fast)?;
    let events = u64::try_from(day.events.len())?;
    let mut client = Client::connect(&daemon.address, &day.server)?;
    let mut writer = client.writer()?;
    let lines = day.lines();
    let began = Instant::now();
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| writer.write_all(&lines));
        client.acked(events)?;
        sending.join().map_err(|_| anyhow::anyhow!("the sending thread failed"))??;
        anyhow::Ok(())
    })?;
    let queued = float(events) / began.elapsed().as_secs_f64();
    drop(lines);
    let memory = daemon.memory()?.1;
    let depth = daemon.lane()?["queue"]["depth"].clone();
    daemon.kill()?;
    server.resume()?;
    let commits = Commits::listen(server, DATABASE)?;
    let began = Instant::now();
    daemon.run()?;
    let client = Client::connect(&daemon.address, &day.server)?;
    let accepting = began.elapsed().as_secs_f64();
    anyhow::ensure!(client.resume_after == events, "of {events} events {} are there", client.resume_after);
    let first = commits.next()?.heard.duration_since(began).as_secs_f64();
    daemon.drained()?;
    let drained = began.elapsed().as_secs_f64();
    println!("restart after SIGKILL with {depth} queued events");
    println!("  queued at       {queued:>9.0} events/s while the database was away, peak memory {memory} MiB");
    println!("  hello answered  {accepting:>9.3} s");
    println!("  first commit    {first:>9.3} s");
    println!(
        "  all committed   {drained:>9.1} s, {:.0} events/s, peak memory {} MiB",
        float(events) / drained,
        daemon.memory()?.1
    );
    Ok(())
}
