//! What the boundary between host and plugin costs: `cargo xtask bench boundary`.
//!
//! Both tables are of recorded exchanges, of the events that the mapping wants to see, from the flat bytes that the
//! queue holds to structs of the host; all columns of a line were measured in turns. Decision 0001 reads them.
//!
//! 1. *Shapes*: a simple mapping behind each candidate for the shape of events and rows, as ratios to the same
//!    mapping natively.
//! 2. *The real mapping* in the plugin host and natively. *Native* ends with the typed rows of the SDK; *native, with
//!    rows* also makes of them the rows that the plugin host hands on. The sandbox's time has all of that, the checks
//!    of the answer, and the copies in and out.

#![expect(clippy::print_stdout, reason = "a measurement")]

#[path = "boundary/batch.rs"]
mod batch;
#[path = "boundary/mapping.rs"]
mod mapping;
#[path = "boundary/race.rs"]
mod race;
#[path = "boundary/rows.rs"]
mod rows;
#[path = "boundary/shapes.rs"]
mod shapes_table;
#[path = "boundary/work.rs"]
mod work;

use concentrator::plugin::{Engine, EngineConfig};
use std::path::{Path, PathBuf};

/// Events of a call.
const SIZES: &[usize] = &[1, 16, 256];
const ROUNDS: u32 = 41;

fn main() -> anyhow::Result<()> {
    let guests = std::env::var_os("CONCENTRATOR_GUESTS_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/guests"), PathBuf::from);
    println!("## Shapes\n");
    shapes_table::run(&guests, SIZES, ROUNDS)?;
    println!("\n## The real mapping\n");
    let cache = std::env::temp_dir().join(format!("concentrator-bench-{}", std::process::id()));
    let engine = Engine::new(EngineConfig { cache_dir: Some(cache.clone()) })?;
    let measured = mapping::run(&engine, &guests, SIZES, ROUNDS);
    std::fs::remove_dir_all(cache)?;
    measured
}
