//! Durable append of 600-byte events: the queue against the disk itself, in one run.
//!
//! Three ways to make the same bytes durable, 1, 64 and 1,024 events a sync: the queue, in which that many wait for each
//! sync and no more; a file that grows, with `write` and `fdatasync`; and a file that was written before and is
//! overwritten. The three take turns in short rounds, because the disk of a busy machine changes its mind; the median
//! round counts. Only the ratios mean something on another machine.
//!
//! `CONCENTRATOR_BENCH_DIR` says where to write; the system's temporary directory as a default.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use concentrator::event::{Builder, Kind};
use concentrator::queue::disk::SystemDisk;
use concentrator::queue::{Config, Queue};

const EVENT_BYTES: usize = 600;
const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(300);
/// Size of the overwritten file: as large as the queue's segments.
const REGION_BYTES: u64 = 64 << 20;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let root = std::env::var_os("CONCENTRATOR_BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
    let dir = root.join(format!("concentrator-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir).with_context(|| format!("making {}", dir.display()))?;
    let measured = [1, 64, 1024].into_iter().try_for_each(|waiting| {
        let row = runtime.block_on(measure(&dir, waiting))?;
        print(waiting, &row);
        Ok(())
    });
    std::fs::remove_dir_all(&dir)?;
    measured
}

/// Events per second of each way.
struct Row {
    queue: f64,
    growing: f64,
    overwriting: f64,
    /// Events that the queue really wrote per sync.
    per_sync: f64,
}

#[expect(clippy::print_stdout, reason = "the figures are this program's output")]
fn print(waiting: usize, row: &Row) {
    if waiting == 1 {
        println!(
            "{:>8} {:>12} {:>12} {:>12} {:>10} {:>14} {:>10}",
            "waiting", "queue/s", "growing/s", "overwrite/s", "×growing", "×overwriting", "per sync"
        );
    }
    println!(
        "{waiting:>8} {:>12.0} {:>12.0} {:>12.0} {:>10.2} {:>14.2} {:>10.0}",
        row.queue,
        row.growing,
        row.overwriting,
        row.queue / row.growing,
        row.queue / row.overwriting,
        row.per_sync
    );
}

fn events(count: usize) -> Result<Vec<u8>> {
    let mut builder = Builder::new(Kind::Source, "QueueCallerJoin", 1);
    builder.text("fill", &"x".repeat(EVENT_BYTES - 75));
    let event = builder.finish()?;
    anyhow::ensure!(event.len() == EVENT_BYTES, "event of {} bytes", event.len());
    Ok(event.repeat(count))
}

async fn measure(dir: &Path, waiting: usize) -> Result<Row> {
    let batch = events(waiting)?;
    let config = Config { retain_bytes: 0, ..Config::new(dir.join(format!("queue-{waiting}")), "bench") };
    let spares = config.spare_segments;
    let (queue, _) = Queue::open(config, Arc::new(SystemDisk), 1)?;
    // Comes to the state of a queue that has run for a while: its segments are written and go round.
    while queue.positions().trimmed_segments < 2 * spares as u64 {
        append_for(&queue, &events(1024)?, Duration::from_millis(50)).await?;
    }
    let overwritten = raw_file(&dir.join("overwritten"))?;
    for at in (0..REGION_BYTES).step_by(1 << 20) {
        overwritten.write_all_at(&vec![0; 1 << 20], at)?;
    }
    overwritten.sync_all()?;
    let (mut by_queue, mut by_growing, mut by_overwriting) = (Vec::new(), Vec::new(), Vec::new());
    let mut grown = Vec::new();
    let before = queue.positions();
    for round in 0..ROUNDS {
        by_queue.push(append_for(&queue, &batch, ROUND).await?);
        let path = dir.join(format!("growing-{round}"));
        by_growing.push(write_for(&raw_file(&path)?, &batch, waiting, u64::MAX)?);
        by_overwriting.push(write_for(&overwritten, &batch, waiting, REGION_BYTES)?);
        grown.push(path);
    }
    let after = queue.positions();
    let syncs = after.sync.count - before.sync.count;
    let per_sync = ratio(after.appended_events - before.appended_events, syncs);
    queue.close().await;
    // Not before: discarding freed blocks would slow whoever comes next.
    for path in grown {
        std::fs::remove_file(&path)?;
    }
    Ok(Row { queue: median(by_queue), growing: median(by_growing), overwriting: median(by_overwriting), per_sync })
}

fn raw_file(path: &Path) -> Result<File> {
    let options = File::options().create(true).read(true).write(true).truncate(false).open(path);
    options.with_context(|| format!("opening {}", path.display()))
}

/// Events per second when exactly one batch waits for each sync: the way to the writer's thread and back is in it.
async fn append_for(queue: &Queue, batch: &[u8], time: Duration) -> Result<f64> {
    let started = Instant::now();
    let mut events = 0;
    while started.elapsed() < time {
        let durable = queue.append(batch.to_vec()).await?.durable().await?;
        events += durable.end() + 1 - durable.start();
        queue.release(*durable.end());
    }
    Ok(rate(events, started))
}

/// Events per second by plain writes and syncs, from the start again after `region` bytes.
fn write_for(file: &File, batch: &[u8], waiting: usize, region: u64) -> Result<f64> {
    let started = Instant::now();
    let (mut at, mut events) = (0, 0);
    while started.elapsed() < ROUND {
        if at + batch.len() as u64 > region {
            at = 0;
        }
        file.write_all_at(batch, at)?;
        file.sync_data()?;
        at += batch.len() as u64;
        events += waiting as u64;
    }
    Ok(rate(events, started))
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn rate(events: u64, started: Instant) -> f64 {
    events as f64 / started.elapsed().as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn ratio(events: u64, syncs: u64) -> f64 {
    events as f64 / syncs.max(1) as f64
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}
