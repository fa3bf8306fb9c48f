//! What an enricher costs in each language: `cargo xtask bench languages`.
//!
//! The enricher is that of `concentrator plugin new --world enricher`, which does the same in all languages: it masks
//! values of attached data. Each is built from its template here, as `plugin build` would, loaded as a daemon
//! would load it, and stands behind the mapping of voice servers over simulated days, in whose calls attached data is
//! changed. It is given the events that made rows which it sees, as the template asks, or all events of the mapper.
//! The chains took turns, with the processor's time of this thread; all of them gave the same rows before.

#![expect(clippy::print_stdout, reason = "a measurement")]

#[path = "boundary/batch.rs"]
mod batch;
#[path = "boundary/day.rs"]
mod day;
#[path = "languages/made.rs"]
mod made;
#[path = "boundary/race.rs"]
mod race;

use anyhow::{Context, Result, ensure};
use batch::Batch;
use concentrator::event::Views;
use concentrator::plugin::{Chain, Engine, EngineConfig, LaneInfo, Limits, Link, Links, Opening, Output, Plugin};
use concentrator::record::Role;
use concentrator_toolchain::Language;
use day::Day;
use made::{Asks, Made};
use race::Race;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Events of a call.
const SIZES: [usize; 3] = [1, 16, 256];
const ROUNDS: u32 = 9;
/// The mapper alone is the first runner.
const ALONE: usize = 0;
const LANGUAGES: [Language; 4] = [Language::Rust, Language::C, Language::JavaScript, Language::Python];
/// Keys whose values the enricher masks; the site attaches them.
const CONFIG: &str = r#"{"keys":["CustomerID","CustomerSegment"]}"#;
/// More than any of them needs; and calls may take their time on a busy machine.
const MEMORY_BYTES: usize = 256 << 20;
const CALL_MS: u64 = 60_000;

fn main() -> Result<()> {
    let guests = std::env::var_os("CONCENTRATOR_GUESTS_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/guests"), PathBuf::from);
    let scratch = tempfile::tempdir()?;
    let engine = Engine::new(EngineConfig { cache_dir: Some(scratch.path().join("cache")) })?;
    let mapper = Arc::new(Plugin::load(&engine, &guests.join("voice.wasm"))?);
    println!("| enricher | file | built in | compiled in | from the cache | opened in | memory |");
    println!("|---|---|---|---|---|---|---|");
    let mut enrichers = Vec::new();
    for language in LANGUAGES {
        let make = |asks| Made::new(&engine, scratch.path(), language, asks);
        match make(Asks::ForRows).and_then(|made| Ok([made, make(Asks::ForAll)?])) {
            Ok([for_rows, for_all]) => {
                println!("{}", for_rows.line(&opening(), CONFIG)?);
                enrichers.extend([for_rows, for_all]);
            }
            Err(problem) => println!("| {} | not measured: {problem:#} | | | | | |", language.name()),
        }
    }
    ensure!(!enrichers.is_empty(), "no enricher could be built");
    let chains = chains(&mapper, &enrichers)?;
    let first = Day::new(0, &mapper.description().events)?;
    let (rows, masked) = agree(&chains, &first)?;
    let mean = first.bytes() / first.len();
    println!("\n{} events of {mean} bytes on average give {rows} rows, of which {masked} are masked.", first.len());
    println!("What an enricher adds to the mapper alone, ns an event of all: given events with its rows, then all.\n");
    println!("| batch | mapper alone | {} |", names(&enrichers).join(" | "));
    println!("|---|---|{}", "---|".repeat(enrichers.len()));
    for size in SIZES {
        let race = race(&chains, &mapper, size)?;
        let added = |runner| {
            let more = race.ns(runner) - race.ns(ALONE);
            format!("+{more:.0} (×{:.2})", race.ratio(runner, ALONE))
        };
        let columns: Vec<String> = (1..chains.len()).map(added).collect();
        println!("| {size} | {:.0} | {} |", race.ns(ALONE), columns.join(" | "));
    }
    Ok(())
}

/// Names of the columns: two for a language.
fn names(enrichers: &[Made]) -> Vec<String> {
    let name = |made: &Made| {
        let given = if made.plugin.description().events.is_empty() { "all" } else { "its rows" };
        format!("{}, {given}", made.language.name())
    };
    enrichers.iter().map(name).collect()
}

/// The mapper alone, then with each enricher.
fn chains(mapper: &Arc<Plugin>, enrichers: &[Made]) -> Result<Vec<Links>> {
    let mapper = || Link { plugin: mapper.clone(), config: "".into() };
    let mut chains = vec![Links::new(mapper(), Vec::new())?];
    for made in enrichers {
        let enricher = Link { plugin: made.plugin.clone(), config: CONFIG.into() };
        chains.push(Links::new(mapper(), vec![enricher])?);
    }
    Ok(chains)
}

/// All enrichers give the same rows, others than the mapper alone; how many, and how many differ from its own.
fn agree(chains: &[Links], day: &Day) -> Result<(usize, usize)> {
    let mut chains = open(chains)?;
    let (mut rows, mut masked) = (0, 0);
    for batch in day.batches(256)? {
        let mut outputs = chains.iter_mut().map(|chain| map(chain, &batch)).collect::<Result<Vec<_>>>()?;
        let alone = outputs.remove(ALONE).rows;
        let enriched = &outputs.first().context("an enricher")?.rows;
        ensure!(outputs.iter().all(|output| output.rows == *enriched), "the enrichers give different rows");
        ensure!(enriched.len() == alone.len(), "an enricher gives another number of rows");
        rows += alone.len();
        masked += alone.iter().filter(|row| !enriched.contains(row)).count();
    }
    ensure!(masked > 0, "nothing was masked");
    Ok((rows, masked))
}

fn race(chains: &[Links], mapper: &Plugin, size: usize) -> Result<Race> {
    let mut chains = open(chains)?;
    let mut race = Race::new(chains.len());
    for number in 0..ROUNDS {
        let day = Day::new(number, &mapper.description().events)?;
        let batches = day.batches(size)?;
        race.round(day.len(), |runner| {
            let chain = chains.get_mut(runner).context("a runner without a chain")?;
            batches.iter().try_for_each(|batch| map(chain, batch).map(|output| drop(std::hint::black_box(output))))
        })?;
    }
    Ok(race)
}

fn open(chains: &[Links]) -> Result<Vec<Chain>> {
    chains.iter().map(|links| Ok(Chain::open(links, &opening())?)).collect()
}

fn map(chain: &mut Chain, batch: &Batch) -> Result<Output> {
    let mut views = Vec::with_capacity(usize::try_from(batch.events)?);
    for view in Views::new(&batch.bytes) {
        views.push(view?);
    }
    Ok(chain.map(&views)?)
}

fn opening() -> Opening {
    let lane = LaneInfo { name: "tserver-a".to_owned(), dbid: 101, switch_dbid: 103, tenant_dbid: 1 };
    let limits = Limits { memory_bytes: MEMORY_BYTES, call_ms: CALL_MS, ..Limits::default() };
    Opening { lane, roles: Role::ALL.to_vec(), limits }
}

/// How long something took.
fn timed<T>(act: impl FnOnce() -> Result<T>) -> Result<(T, std::time::Duration)> {
    let begun = Instant::now();
    let made = act()?;
    Ok((made, begun.elapsed()))
}
