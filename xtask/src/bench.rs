//! `cargo xtask bench`: the figures of the documentation, each by one command.

use crate::{BENCH_GUESTS, guests, needs, say, target_dir};
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::Command;

/// What can be measured: name, package, what it tells.
const BENCHES: &[(&str, &str, &str)] = &[
    (
        "boundary",
        "concentrator",
        "mapping inside the sandbox against the same code natively, and shapes of the boundary",
    ),
    ("durable_append", "concentrator", "the queue against raw write and fdatasync"),
    ("idb_write", "concentrator", "the database stage against COPY (PostgreSQL) and the best raw insert (SQLite)"),
    ("line", "concentrator", "socket to committed rows, latency, memory"),
];

/// Runs the benches named, or all.
pub(crate) fn run(root: &Path, names: &[&str]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| !BENCHES.iter().any(|(known, ..)| known == *name)) {
        let known: Vec<&str> = BENCHES.iter().map(|(name, ..)| *name).collect();
        bail!("there is no bench `{unknown}`; there is: {}", known.join(", "));
    }
    needs::c_compiler()?;
    needs::postgres()?;
    guests::build(root, BENCH_GUESTS)?;
    for (name, package, tells) in BENCHES {
        if !names.is_empty() && !names.contains(name) {
            continue;
        }
        say(&format!("{name}: {tells}"));
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(root).env("CONCENTRATOR_GUESTS_DIR", target_dir(root).join("guests"));
        let status = command.args(["bench", "--quiet", "--package", package, "--bench", name]).status();
        let status = status.context("start cargo bench")?;
        ensure!(status.success(), "bench {name}: {status}");
    }
    Ok(())
}
