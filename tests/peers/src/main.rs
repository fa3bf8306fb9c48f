//! Mapping speed beside another plugin system: `cargo xtask bench peers`.
//!
//! The same mapping of voice servers, over simulated days, from the flat bytes that the queue holds to the rows that
//! the plugin host hands on: natively, in our plugin host, and in Extism, whose boundary is bytes. All took turns, with
//! the processor's time of this thread.
//!
//! | runner | in | out |
//! |---|---|---|
//! | native | flat events | the SDK's rows |
//! | native with rows | flat events | the same, made into the host's rows |
//! | ours | flat events | typed records, lifted, checked, made into the host's rows |
//! | Extism, structs | flat events | postcard, read into the SDK's rows |
//! | Extism, rows | flat events | the same, made into the host's rows |
//! | Extism, JSON out | flat events | JSON, read and made into the host's rows |
//! | Extism, JSON | lines of JSON, made of the flat events | the same |
//!
//! Nothing checks the peer's answers, as the contract checks ours.
//!
//! `CONCENTRATOR_GUESTS_DIR` names the directory with the plugins.

#![expect(clippy::print_stdout, reason = "a measurement")]

#[path = "../../../host/benches/boundary/batch.rs"]
mod batch;
#[path = "../../../host/benches/boundary/day.rs"]
mod day;
mod peer;
#[path = "../../../host/benches/boundary/race.rs"]
mod race;
#[path = "../../../host/benches/boundary/rows.rs"]
mod rows;
mod runners;

use anyhow::{Context, Result};
use concentrator::plugin::{Engine, EngineConfig, Plugin};
use concentrator_sdk::Mapper;
use day::Day;
use race::Race;
use runners::{JSON, JSON_OUT, NATIVE, NATIVE_ROWS, OURS, PEER_ROWS, PEER_STRUCTS, RUNNERS, Runners};
use std::path::PathBuf;
use voice::Voice;

/// Events of a call.
const SIZES: [usize; 3] = [1, 16, 256];
const ROUNDS: u32 = 31;

fn main() -> Result<()> {
    let guests = PathBuf::from(std::env::var_os("CONCENTRATOR_GUESTS_DIR").context("CONCENTRATOR_GUESTS_DIR")?);
    let engine = Engine::new(EngineConfig { cache_dir: None })?;
    let ours = Plugin::load(&engine, &guests.join("voice.wasm"))?;
    let theirs = std::fs::read(guests.join("peer_extism.wasm")).context("read the guest of Extism")?;
    let first = Day::new(0, Voice::EVENTS)?;
    let made = Runners::open(&ours, &theirs)?.agree(&first)?;
    let mean = first.bytes() / first.len();
    println!("{} events of {mean} bytes on average in the first of {ROUNDS} days give {made} rows.", first.len());
    println!("Files: ours {} KiB, Extism's {} KiB.\n", ours.size() >> 10, theirs.len() >> 10);
    println!("ns an event, and ratios to *native with rows*, medians of {} rounds:\n", ROUNDS - 2);
    println!("| batch | native | native with rows | ours | Extism, structs | Extism, rows | JSON out | JSON |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut answer = Vec::new();
    for size in SIZES {
        let race = race(&ours, &theirs, size)?;
        let column = |runner| format!("{:.0} ({:.2})", race.ns(runner), race.ratio(runner, NATIVE_ROWS));
        let columns = [NATIVE, NATIVE_ROWS, OURS, PEER_STRUCTS, PEER_ROWS, JSON_OUT, JSON].map(column);
        println!("| {size} | {} |", columns.join(" | "));
        let others = [PEER_STRUCTS, PEER_ROWS, JSON_OUT, JSON].map(|runner| format!("{:.2}", race.ratio(runner, OURS)));
        answer.push(format!("| {size} | {:.2} | {} |", race.ratio(OURS, NATIVE), others.join(" | ")));
    }
    println!(
        "\n| batch | ours ÷ native | Extism, structs ÷ ours | Extism, rows ÷ ours | JSON out ÷ ours | JSON ÷ ours |"
    );
    println!("|---|---|---|---|---|---|");
    println!("{}", answer.join("\n"));
    Ok(())
}

fn race(ours: &Plugin, theirs: &[u8], size: usize) -> Result<Race> {
    let mut runners = Runners::open(ours, theirs)?;
    let mut race = Race::new(RUNNERS);
    for number in 0..ROUNDS {
        let day = Day::new(number, Voice::EVENTS)?;
        let batches = day.batches(size)?;
        race.round(day.len(), |runner| runners.run(runner, &batches))?;
    }
    Ok(race)
}
