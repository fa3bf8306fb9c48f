//! Full speed: socket to committed rows, against COPY of the same rows and against rsyslog on the same lines.

use crate::client::{Client, Day};
use crate::daemon::Daemon;
use crate::{float, rsyslog};
use anyhow::{Context, Result};
use cluster::Cluster;
use simulator::Config;
use std::io::Write;
use std::time::Instant;

/// Rounds; the medians count.
const ROUNDS: usize = 3;
/// Events of a round.
const EVENTS: usize = 200_000;
/// Live calls of the site.
const LIVE: u32 = 1_000;

/// What the line did in a round.
struct Line {
    /// Events and rows a second, socket to commit.
    events: f64,
    rows: f64,
    /// Events a second, socket to disk.
    durable: f64,
    /// Rows a second by COPY alone.
    copied: f64,
    /// Processor time in the daemon, µs an event.
    cpu: f64,
    /// MiB.
    memory: u64,
}

pub(crate) fn run(server: &mut Cluster) -> Result<()> {
    let config = Config { live_calls: Some(LIVE), hours: 10_000.0, ..Config::default() };
    let day = Day::of(&config, EVENTS)?;
    let lines = day.lines();
    let mut rounds = Vec::new();
    let mut theirs = rsyslog::KINDS.map(|_| Vec::new());
    for number in 1..=ROUNDS {
        let database = format!("speed_{number}");
        rounds.push(round(server, &database, &day, &lines)?);
        server.sql("postgres", &format!("DROP DATABASE {database}"))?;
        for (kind, rates) in rsyslog::KINDS.iter().zip(&mut theirs) {
            let database = format!("rsyslog_{}_{number}", kind.key);
            rates.push(rsyslog::measure(server, kind, &database, &lines)?);
            server.sql("postgres", &format!("DROP DATABASE {database} WITH (FORCE)"))?;
        }
    }
    report(&day, &lines, &rounds);
    let ours: Vec<f64> = rounds.iter().map(|line| line.events).collect();
    for (kind, rates) in rsyslog::KINDS.iter().zip(theirs) {
        let ratios = ours.iter().zip(&rates).map(|(ours, theirs)| ours / theirs).collect();
        println!("rsyslog, {}: {:.0} events/s, line ÷ rsyslog {:.1}", kind.name, median(rates), median(ratios));
    }
    Ok(())
}

fn report(day: &Day, lines: &[u8], rounds: &[Line]) {
    let of = |figure: fn(&Line) -> f64| median(rounds.iter().map(figure).collect());
    let each: Vec<String> = rounds.iter().map(|line| format!("{:.2}", line.rows / line.copied)).collect();
    println!("socket to committed rows, one lane: {} events, {} bytes, medians", day.events.len(), lines.len());
    println!("  socket to disk  {:>9.0} events/s", of(|line| line.durable));
    println!("  line            {:>9.0} events/s {:>9.0} rows/s", of(|line| line.events), of(|line| line.rows));
    println!("  COPY alone                         {:>9.0} rows/s", of(|line| line.copied));
    println!("  line ÷ COPY     {:>9.2} ({})", of(|line| line.rows / line.copied), each.join(", "));
    println!("  processor       {:>9.1} µs an event in the daemon", of(|line| line.cpu));
    println!("  peak memory     {:>9} MiB", rounds.iter().map(|line| line.memory).max().unwrap_or(0));
}

fn round(server: &Cluster, database: &str, day: &Day, lines: &[u8]) -> Result<Line> {
    let daemon = Daemon::start(server, database)?;
    let events = u64::try_from(day.events.len())?;
    let mut client = Client::connect(&daemon.address, &day.server)?;
    let mut writer = client.writer()?;
    let before = daemon.cpu_micros()?;
    let began = Instant::now();
    let durable = std::thread::scope(|scope| {
        let sending = scope.spawn(|| writer.write_all(lines));
        client.acked(events)?;
        sending.join().map_err(|_| anyhow::anyhow!("the sending thread failed"))??;
        anyhow::Ok(began.elapsed().as_secs_f64())
    })?;
    daemon.drained()?;
    let took = began.elapsed().as_secs_f64();
    let cpu = float(daemon.cpu_micros()? - before) / float(events);
    let memory = daemon.memory()?.1;
    drop(daemon);
    let (rows, copied) = copy(server, database)?;
    let (events, rows) = (float(events), float(rows));
    Ok(Line { events: events / took, rows: rows / took, durable: events / durable, copied: rows / copied, cpu, memory })
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// Rows that stand in the database, and the seconds that COPY takes for them into tables of the same definition, in one
/// transaction.
fn copy(server: &Cluster, database: &str) -> Result<(u64, f64)> {
    let ask = |text: &str| server.sql(database, text).context("ask the database");
    let dir = server.socket_directory();
    let names = ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")?;
    let (mut rows, mut copies) = (0, Vec::new());
    for table in names.lines() {
        let of_table: u64 = ask(&format!("SELECT COUNT(*) FROM {table}"))?.trim().parse()?;
        if of_table > 0 {
            rows += of_table;
            ask(&format!("CREATE TABLE copy_{table} (LIKE {table} INCLUDING ALL)"))?;
            ask(&format!("COPY {table} TO '{}/{table}.copy'", dir.display()))?;
            copies.push(format!("COPY copy_{table} FROM '{}/{table}.copy'", dir.display()));
        }
    }
    ask("CHECKPOINT")?;
    let began = Instant::now();
    ask(&format!("BEGIN; {}; COMMIT", copies.join("; ")))?;
    Ok((rows, began.elapsed().as_secs_f64()))
}
