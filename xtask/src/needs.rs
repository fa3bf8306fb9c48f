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

/// A C++ compiler, for the driver of coverage-guided fuzzing.
pub(crate) fn cpp_compiler() -> Result<()> {
    if on_path("c++").is_none() {
        install("a C++ compiler", "g++", &|| on_path("c++").is_some())?;
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

/// What plugins in other languages than Rust are made with, what runs the readers of events, and what the tutorial types.
pub(crate) fn languages() -> Result<()> {
    for (program, what, packages) in [
        ("python3", "Python", "python3"),
        ("node", "Node.js", "nodejs"),
        ("npm", "the package manager of Node.js", "npm"),
        ("clang", "a C compiler for WebAssembly", "clang"),
        ("wasm-ld", "a linker for WebAssembly", "lld"),
        ("patch", "the program that applies differences", "patch"),
        ("sqlite3", "the command line of SQLite", "sqlite3"),
    ] {
        if on_path(program).is_none() {
            install(what, packages, &|| on_path(program).is_some())?;
        }
    }
    if !has_pip() {
        install("the package manager of Python", "python3-pip", &has_pip)?;
    }
    Ok(())
}

fn has_pip() -> bool {
    Command::new("python3").args(["-m", "pip", "--version"]).output().is_ok_and(|out| out.status.success())
}

/// The library that makes the clock of a process jump.
pub(crate) fn fake_clock() -> Result<()> {
    if !has_fake_clock() {
        install("the library for a clock that jumps", "libfaketime", &has_fake_clock)?;
    }
    Ok(())
}

fn has_fake_clock() -> bool {
    let architectures = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    architectures.map(|entry| entry.path()).any(|dir| dir.join("faketime/libfaketime.so.1").is_file())
}

/// rsyslog with its way into PostgreSQL, against which the voice line is measured.
pub(crate) fn rsyslog() -> Result<()> {
    if !has_rsyslog() {
        install("rsyslog with its PostgreSQL output", "rsyslog rsyslog-pgsql", &has_rsyslog)?;
    }
    Ok(())
}

fn has_rsyslog() -> bool {
    let libraries = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let output = libraries.into_iter().any(|dir| dir.join("rsyslog/ompgsql.so").is_file());
    let daemon = on_path("rsyslogd").is_some() || Path::new("/usr/sbin/rsyslogd").is_file();
    daemon && output
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
