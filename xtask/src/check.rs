//! `cargo xtask check`: format, lints, documentation.

use crate::{generate, say};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// Fails on the first that is not in order.
pub(crate) fn run(root: &Path) -> Result<()> {
    generate::run(root, true)?;
    cargo(root, "format", &["fmt", "--all", "--check"], None)?;
    let lints = ["clippy", "--workspace", "--exclude", "evil", "--all-targets", "--", "-D", "warnings"];
    cargo(root, "lints", &lints, None)?;
    let docs = ["doc", "--workspace", "--exclude", "evil", "--no-deps", "--document-private-items"];
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
