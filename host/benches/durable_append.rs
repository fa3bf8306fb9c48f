//! Durable append of 600-byte events: the queue against the disk itself, in one run.
//!
//! Four ways to make the same bytes durable, 1, 64 and 1,024 events a group:
//! * the queue in lock-step: a group is appended when the one before is on disk;
//! * the queue with two groups in flight: one is measured, stamped and copied while the other one is synced, as a
//!   source does that reads on while its events are on their way to the disk;
//! * a file that grows, with `write` and `fdatasync` for each group;
//! * a file that was written before and is overwritten.
//!
//! They take turns in short rounds, because the disk of a busy machine changes its mind; the median round counts. Only
//! the ratios mean something on another machine.
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
    /// The queue in lock-step.
    queue: f64,
    /// The queue with two groups in flight.
    two: f64,
    growing: f64,
    overwriting: f64,
}

#[expect(clippy::print_stdout, reason = "the figures are this program's output")]
fn print(waiting: usize, row: &Row) {
    if waiting == 1 {
        println!(
            "{:>8} {:>12} {:>12} {:>12} {:>12} {:>10} {:>14} {:>10} {:>14}",
            "group",
            "queue/s",
            "two/s",
            "growing/s",
            "overwrite/s",
            "×growing",
            "×overwriting",
            "two ×gr.",
            "two ×overwr."
        );
    }
    println!(
        "{waiting:>8} {:>12.0} {:>12.0} {:>12.0} {:>12.0} {:>10.2} {:>14.2} {:>10.2} {:>14.2}",
        row.queue,
        row.two,
        row.growing,
        row.overwriting,
        row.queue / row.growing,
        row.queue / row.overwriting,
        row.two / row.growing,
        row.two / row.overwriting
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
    let (mut by_queue, mut by_two, mut by_growing, mut by_overwriting) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut grown = Vec::new();
    for round in 0..ROUNDS {
        by_queue.push(append_for(&queue, &batch, ROUND).await?);
        by_two.push(append_two_for(&queue, &batch, ROUND).await?);
        let path = dir.join(format!("growing-{round}"));
        by_growing.push(write_for(&raw_file(&path)?, &batch, waiting, u64::MAX)?);
        by_overwriting.push(write_for(&overwritten, &batch, waiting, REGION_BYTES)?);
        grown.push(path);
    }
    queue.close().await;
    // Not before: discarding freed blocks would slow whoever comes next.
    for path in grown {
        std::fs::remove_file(&path)?;
    }
    let (queue, two) = (median(by_queue), median(by_two));
    Ok(Row { queue, two, growing: median(by_growing), overwriting: median(by_overwriting) })
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

/// Events per second when one group is made ready while the one before is on its way to the disk.
async fn append_two_for(queue: &Queue, batch: &[u8], time: Duration) -> Result<f64> {
    let started = Instant::now();
    let mut events = 0;
    let mut flying = queue.append(batch.to_vec()).await?;
    while started.elapsed() < time {
        let next = queue.append(batch.to_vec()).await?;
        let durable = std::mem::replace(&mut flying, next).durable().await?;
        events += durable.end() + 1 - durable.start();
        queue.release(*durable.end());
    }
    let durable = flying.durable().await?;
    queue.release(*durable.end());
    Ok(rate(events + durable.end() + 1 - durable.start(), started))
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

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}
