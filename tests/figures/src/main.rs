//! Figures of the voice line, by `cargo xtask bench NAME`.
//!
//! A simulated site speaks the `stream` protocol over TCP, the daemon maps its events with the plugin `voice` and
//! writes the rows into a private PostgreSQL server whose commits wait for the disk.
//!
//! | name | what is measured |
//! |---|---|
//! | `speed` | from the first byte on the socket to the last commit, against COPY of the same rows into the same keyed tables, and against rsyslog on the same lines |
//! | `latency` | from the sending of each event to the commit of its rows, at 1,000 events a second |
//! | `restart` | from the start after SIGKILL with a million queued events to the answer to a hello and to the first commit |
//! | `memory` | resident memory and processor time per event over a simulated hour with 10,000 live calls |
//! | `reload` | fifty reloads of the plugin with 10,000 live calls at full speed: the lane's pause, memory, and the rows against a run without |
//!
//! `CONCENTRATOR_PROGRAM` names the daemon, `CONCENTRATOR_GUESTS_DIR` the directory with the plugins.

#![expect(clippy::print_stdout, reason = "a measurement")]

mod client;
mod commits;
mod daemon;
mod latency;
mod memory;
mod reload;
mod restart;
mod rsyslog;
mod speed;

use anyhow::{Result, bail};
use cluster::{Cluster, Durability};

type Measure = fn(&mut Cluster) -> Result<()>;

const MEASURES: [(&str, Measure); 5] = [
    ("speed", speed::run),
    ("latency", latency::run),
    ("restart", restart::run),
    ("memory", memory::run),
    ("reload", reload::run),
];

fn main() -> Result<()> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = names.iter().find(|name| !MEASURES.iter().any(|(known, _)| known == name)) {
        bail!("there is no figure `{unknown}`; there is: {}", MEASURES.map(|(name, _)| name).join(", "));
    }
    let mut server = Cluster::start(Durability::On)?;
    for (name, measure) in MEASURES {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            measure(&mut server)?;
        }
    }
    Ok(())
}

/// A count as a number to divide by.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn float(count: u64) -> f64 {
    count as f64
}
