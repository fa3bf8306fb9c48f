//! What the machine must have beside the Rust toolchain: looked for, installed where that is possible, else named.

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A C compiler, for SQLite and for the machine code of checksums.
pub(crate) fn c_compiler() -> Result<()> {
    if on_path("cc").is_none() {
        install("a C compiler", "gcc libc6-dev", &|| on_path("cc").is_some())?;
    }
    Ok(())
}

/// PostgreSQL's server programs, for the tests that need a real one.
pub(crate) fn postgres() -> Result<()> {
    if !has_postgres() {
        install("PostgreSQL's server programs", "postgresql", &has_postgres)?;
    }
    Ok(())
}

fn has_postgres() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    on_path("initdb").is_some() || versions.map(|version| version.path()).any(|dir| dir.join("bin/initdb").is_file())
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

/// Installs Debian packages, as root; otherwise names the command.
fn install(what: &str, packages: &str, found: &dyn Fn() -> bool) -> Result<()> {
    let command = format!("apt-get install -y --no-install-recommends {packages}");
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0");
    if !is_root || !Path::new("/usr/bin/apt-get").exists() {
        bail!("{what} is missing; on Debian or Ubuntu: sudo {command}");
    }
    crate::say(&format!("{what} is missing: {command}"));
    let script = format!("apt-get update && DEBIAN_FRONTEND=noninteractive {command}");
    let status = Command::new("sh").args(["-c", &script]).status()?;
    if !status.success() || !found() {
        bail!("{what} could not be installed by `{command}`");
    }
    Ok(())
}
