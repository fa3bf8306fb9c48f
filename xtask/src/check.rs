//! `cargo xtask check`: format, lints, documentation.

use crate::{generate, say};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// What is written for WebAssembly only.
pub(crate) const GUESTS_ONLY: [&str; 6] = ["--exclude", "evil", "--exclude", "evil-enricher", "--exclude", "first"];

/// Fails on the first that is not in order.
pub(crate) fn run(root: &Path) -> Result<()> {
    generate::run(root, true)?;
    cargo(root, "format", &["fmt", "--all", "--check"], None)?;
    let lints = [&["clippy", "--workspace", "--all-targets"][..], &GUESTS_ONLY, &["--", "-D", "warnings"]].concat();
    cargo(root, "lints", &lints, None)?;
    let docs = [&["doc", "--workspace", "--no-deps", "--document-private-items"][..], &GUESTS_ONLY].concat();
    cargo(root, "documentation", &docs, Some("-D warnings"))
}

fn cargo(root: &Path, what: &str, arguments: &[&str], rustdocflags: Option<&str>) -> Result<()> {
    say(what);
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments);
    if let Some(flags) = rustdocflags {
        command.env("RUSTDOCFLAGS", flags);
    }
    let status = command.status().with_context(|| format!("start cargo {}", arguments.join(" ")))?;
    ensure!(status.success(), "{what}: cargo {} failed", arguments.join(" "));
    Ok(())
}
