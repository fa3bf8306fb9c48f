//! The candidates: one simple mapping (crate `shapes`) behind each shape, and natively.
//!
//! The queue holds flat events, so what turns them into another shape counts; so does what turns an answer into
//! structs of the host.

use crate::batch::Batch;
use crate::race::Race;
use crate::work::Work;
use anyhow::{Context, Result, ensure};
use asterisk::Asterisk;
use concentrator::event::{Value, Views};
use concentrator_sdk::Mapper;
use serde_json::json;
use shapes::mapping::Mapping;
use std::hint::black_box;
use std::path::Path;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store};

mod bindings {
    wasmtime::component::bindgen!({
        path: ["../wit", "../tests/shapes/wit"],
        world: "concentrator:shapes/shapes",
    });
}

use bindings::{Event, Shapes, TableRows};

/// Shapes of events and rows, the native baseline first.
const NAMES: [&str; 5] = ["native", "flat → typed", "typed → typed", "flat → compact", "JSON → typed"];

/// An instance of the guest; an engine with the settings of the plugin host that cost time.
struct Guest {
    store: Store<()>,
    shapes: Shapes,
}

/// Prints the table.
pub(crate) fn run(guests: &Path, sizes: &[usize], rounds: u32) -> Result<()> {
    let work = Work::read(Asterisk::EVENTS)?;
    let engine = Engine::new(Config::new().concurrency_support(false).epoch_interruption(true)).map_err(foreign)?;
    let module = std::fs::read(guests.join("shapes.wasm")).context("read the guest `shapes`")?;
    let component = wit_component::ComponentEncoder::default().module(&module)?.encode()?;
    let component = Component::new(&engine, component).map_err(foreign)?;
    println!("| batch | {}, ns/event | {} |", NAMES[0], NAMES[1..].join(" | "));
    println!("|---|---|{}", "---|".repeat(NAMES.len() - 1));
    for size in sizes {
        let mut guests: Vec<Guest> =
            NAMES.iter().map(|_| Guest::new(&engine, &component).map_err(foreign)).collect::<Result<_>>()?;
        let mut native = Mapping::default();
        let mut race = Race::new(NAMES.len());
        for day in 0..rounds {
            let batches = work.day(day, *size)?;
            let mut made = [0; NAMES.len()];
            race.round(work.len(), |runner| {
                for batch in &batches {
                    made[runner] += match runner {
                        0 => count_native(&black_box(shapes::map_flat(&mut native, &batch.bytes))),
                        shape => guests[shape].map(shape, batch).map_err(foreign)?,
                    };
                }
                Ok(())
            })?;
            ensure!(made.iter().all(|count| *count == made[0]), "the shapes give other numbers of rows: {made:?}");
        }
        let ratios: Vec<String> = (1..NAMES.len()).map(|shape| format!("{:.2}", race.ratio(shape, 0))).collect();
        println!("| {size} | {:.0} | {} |", race.ns(0), ratios.join(" | "));
    }
    Ok(())
}

impl Guest {
    fn new(engine: &Engine, component: &Component) -> wasmtime::Result<Self> {
        let mut linker = Linker::new(engine);
        linker.instance("concentrator:mapping/rows@0.1.0")?;
        let mut store = Store::new(engine, ());
        store.set_epoch_deadline(u64::MAX / 2);
        let shapes = Shapes::instantiate(&mut store, component, &linker)?;
        Ok(Self { store, shapes })
    }

    /// Maps a batch in that shape; how many rows came back.
    fn map(&mut self, shape: usize, batch: &Batch) -> wasmtime::Result<usize> {
        let (store, shapes) = (&mut self.store, &self.shapes);
        let tables = match shape {
            1 => shapes.call_flat_typed(store, &batch.bytes)?,
            2 => shapes.call_typed_typed(store, &typed(batch))?,
            3 => {
                let answer = shapes.call_flat_compact(store, &batch.bytes)?;
                let rows = shapes::compact::decode(&answer)
                    .ok_or_else(|| wasmtime::Error::msg("rows that cannot be decoded"))?;
                return Ok(count_native(&black_box(rows)));
            }
            _ => shapes.call_json_typed(store, &json(batch))?,
        };
        Ok(black_box(tables).iter().map(count).sum())
    }
}

/// The engine's error as ours.
fn foreign(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}

fn count_native(rows: &shapes::mapping::Rows) -> usize {
    rows.calls.len() + rows.histories.len() + rows.data.len()
}

fn count(table: &TableRows) -> usize {
    match table {
        TableRows::GCall(rows) => rows.len(),
        TableRows::GPartyHistory(rows) => rows.len(),
        TableRows::GUserdataHistory(rows) => rows.len(),
    }
}

fn text(value: Value<'_>) -> String {
    match value {
        Value::Text(text) => text.to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::List(_) => String::new(),
    }
}

fn typed(batch: &Batch) -> Vec<Event> {
    let typed = |view: concentrator::event::View<'_>| Event {
        name: view.name().to_owned(),
        time: view.time(),
        attributes: view.attributes().map(|(name, value)| (name.to_owned(), text(value))).collect(),
    };
    Views::new(&batch.bytes).flatten().map(typed).collect()
}

fn json(batch: &Batch) -> String {
    let json = |view: concentrator::event::View<'_>| {
        let attributes: Vec<_> = view.attributes().map(|(name, value)| (name, text(value))).collect();
        json!({ "name": view.name(), "time": view.time(), "attributes": attributes })
    };
    serde_json::Value::Array(Views::new(&batch.bytes).flatten().map(json).collect()).to_string()
}
