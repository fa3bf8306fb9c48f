//! `cargo xtask bench`: the figures of the documentation, each by one command.

use crate::{BENCH_GUESTS, guests, needs, say, target_dir};
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::Command;

/// How something is measured.
#[derive(Clone, Copy, PartialEq)]
enum How {
    /// A bench of the host's crate.
    Bench,
    /// The program `figures` with the daemon as it is delivered.
    Program,
    /// The workspace `tests/peers`.
    Peers,
}

/// What can be measured: name, how, what it tells.
const BENCHES: &[(&str, How, &str)] = &[
    ("boundary", How::Bench, "mapping inside the sandbox against the same code natively, and shapes of the boundary"),
    ("languages", How::Bench, "what one enricher costs in Rust, C, JavaScript and Python"),
    ("peers", How::Peers, "mapping inside our sandbox against the same code natively and in Extism"),
    ("durable_append", How::Bench, "the queue against raw write and fdatasync"),
    ("idb_write", How::Bench, "the database stage against COPY (PostgreSQL) and the best raw insert (SQLite)"),
    ("line", How::Bench, "Asterisk: socket to committed rows, latency, memory"),
    ("speed", How::Program, "voice: socket to committed rows against COPY and rsyslog"),
    ("latency", How::Program, "voice: from send to committed row at 1,000 events/s"),
    ("restart", How::Program, "voice: SIGKILL with a million queued events"),
    ("memory", How::Program, "voice: an hour with 10,000 live calls"),
    ("reload", How::Program, "voice: fifty reloads of the plugin with 10,000 live calls"),
];

/// What needs no database.
const WITHOUT_DATABASE: &[&str] = &["boundary", "durable_append", "languages", "peers"];

/// Runs those named, or all.
pub(crate) fn run(root: &Path, names: &[&str]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| !BENCHES.iter().any(|(known, ..)| known == *name)) {
        let known: Vec<&str> = BENCHES.iter().map(|(name, ..)| *name).collect();
        bail!("there is no bench `{unknown}`; there is: {}", known.join(", "));
    }
    let wanted: Vec<_> = BENCHES.iter().filter(|(name, ..)| names.is_empty() || names.contains(name)).collect();
    needs::c_compiler()?;
    if wanted.iter().any(|(name, ..)| !WITHOUT_DATABASE.contains(name)) {
        needs::postgres()?;
    }
    guests::build(root, BENCH_GUESTS)?;
    for (name, how, tells) in wanted {
        say(&format!("{name}: {tells}"));
        match how {
            How::Bench => cargo(root, &["bench", "--quiet", "--package", "concentrator", "--bench", name])?,
            How::Program => {
                if *name == "speed" {
                    needs::rsyslog()?;
                }
                // Both at once: by themselves they would be built with other features of what they share, twice.
                cargo(root, &["build", "--quiet", "--release", "--package", "concentrator", "--package", "figures"])?;
                figures(root, name)?;
            }
            How::Peers => {
                let workspace = root.join("tests/peers");
                guests::build_of(root, &workspace, &["peer_extism"])?;
                let target = target_dir(root).join("peers");
                let target = target.to_str().context("a directory whose name is not UTF-8")?;
                cargo_of(root, &workspace, &["run", "--quiet", "--release", "--target-dir", target])?;
            }
        }
    }
    Ok(())
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<()> {
    cargo_of(root, root, arguments)
}

fn figures(root: &Path, name: &str) -> Result<()> {
    let target = target_dir(root);
    let mut command = Command::new(target.join("release/figures"));
    command.current_dir(root).arg(name);
    command.env("CONCENTRATOR_GUESTS_DIR", target.join("guests"));
    command.env("CONCENTRATOR_PROGRAM", target.join("release/concentrator"));
    let status = command.status().context("start figures")?;
    ensure!(status.success(), "figures {name}: {status}");
    Ok(())
}

/// The same in another workspace of this repository.
fn cargo_of(root: &Path, workspace: &Path, arguments: &[&str]) -> Result<()> {
    let target = target_dir(root);
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace).args(arguments);
    command.env("CONCENTRATOR_GUESTS_DIR", target.join("guests"));
    let status = command.status().context("start cargo")?;
    ensure!(status.success(), "cargo {}: {status}", arguments.join(" "));
    Ok(())
}
