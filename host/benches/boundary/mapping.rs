//! The real mapping: `asterisk.wasm` in the plugin host against the crate `asterisk` in this process.

use crate::batch::Batch;
use crate::race::Race;
use crate::rows;
use crate::work::Work;
use anyhow::{Context, Result, ensure};
use asterisk::Asterisk;
use concentrator::plugin::{Engine, Instance, LaneInfo, Limits, Plugin};
use concentrator::record::Role;
use concentrator_sdk::rows::TableRows;
use concentrator_sdk::{Lane, Mapper, mapper};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

const CONFIG: &str = "{\"trunks\":[\"pstn\"]}";
const NATIVE: usize = 0;
const NATIVE_ROWS: usize = 1;
const SANDBOX: usize = 2;

/// Prints the table.
pub(crate) fn run(engine: &Engine, guests: &Path, sizes: &[usize], rounds: u32) -> Result<()> {
    let file = guests.join("asterisk.wasm");
    let begun = Instant::now();
    let plugin = Plugin::load(engine, &file)?;
    let compiled = begun.elapsed();
    let begun = Instant::now();
    Plugin::load(engine, &file)?;
    let cached = begun.elapsed();
    let begun = Instant::now();
    let mut sandbox = in_sandbox(&plugin)?;
    let opened = begun.elapsed();
    let work = Work::read(&plugin.description().events)?;
    let made = agree(&work, &mut sandbox)?;
    println!("Loaded in {compiled:.0?}, from the cache in {cached:.1?}, opened in {opened:.1?}.");
    println!("{} events of {} bytes on average give {made} rows.\n", work.len(), work.bytes() / work.len());
    println!("| batch | native, ns/event | native, with rows | sandbox | ÷ native | ÷ native with rows |");
    println!("|---|---|---|---|---|---|");
    for size in sizes {
        let race = race(&plugin, &work, *size, rounds)?;
        let ns = |runner| race.ns(runner);
        println!(
            "| {size} | {:.0} | {:.0} | {:.0} | {:.2} | {:.2} |",
            ns(NATIVE),
            ns(NATIVE_ROWS),
            ns(SANDBOX),
            race.ratio(SANDBOX, NATIVE),
            race.ratio(SANDBOX, NATIVE_ROWS)
        );
    }
    println!("\n{} KiB in use by the sandbox.", sandbox.memory_bytes() >> 10);
    Ok(())
}

fn race(plugin: &Plugin, work: &Work, size: usize, rounds: u32) -> Result<Race> {
    let (mut sandbox, mut typed, mut converted) = (in_sandbox(plugin)?, natively()?, natively()?);
    let mut race = Race::new(3);
    for day in 0..rounds {
        let batches = work.day(day, size)?;
        race.round(work.len(), |runner| {
            for batch in &batches {
                match runner {
                    NATIVE => drop(black_box(map_natively(&mut typed, batch)?)),
                    NATIVE_ROWS => drop(black_box(rows::convert(map_natively(&mut converted, batch)?)?)),
                    _ => drop(black_box(sandbox.map(&batch.bytes, batch.events)?)),
                }
            }
            Ok(())
        })?;
    }
    Ok(race)
}

/// Both sides give the same rows; how many.
fn agree(work: &Work, sandbox: &mut Instance) -> Result<usize> {
    let mut native = natively()?;
    let mut made = 0;
    for batch in work.day(0, 256)? {
        let here = rows::convert(map_natively(&mut native, &batch)?)?;
        let there = sandbox.map(&batch.bytes, batch.events)?;
        ensure!(here == there.rows, "the sandbox gives other rows than the same code natively");
        made += here.len();
    }
    Ok(made)
}

fn in_sandbox(plugin: &Plugin) -> Result<Instance> {
    let Lane { name, dbid, switch_dbid, tenant_dbid } = lane();
    let lane = LaneInfo { name, dbid, switch_dbid, tenant_dbid };
    Ok(plugin.open(&lane, CONFIG, &Role::ALL, &Limits::default())?)
}

fn natively() -> Result<Asterisk> {
    Asterisk::open(lane(), CONFIG).map_err(anyhow::Error::msg).context("open the mapping")
}

fn map_natively(mapping: &mut Asterisk, batch: &Batch) -> Result<Vec<TableRows>> {
    Ok(mapper::map_batch(mapping, &batch.bytes).map_err(anyhow::Error::msg)?.tables)
}

fn lane() -> Lane {
    Lane { name: "pbx".to_owned(), dbid: 201, switch_dbid: 301, tenant_dbid: 1 }
}
