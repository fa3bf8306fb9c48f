//! `cargo xtask guests`: the plugins, compiled to WebAssembly by what the crate `toolchain` finds.
//!
//! Guests have a target directory of their own, so that neither build makes the other's stale.

use anyhow::{Context, Result, ensure};
use concentrator_toolchain::{Machine, Options, place, rust};
use std::path::{Path, PathBuf};

/// Compiles the plugin crates of these names; gives `target/guests/<name>.wasm` for each.
pub(crate) fn build(root: &Path, names: &[&str]) -> Result<Vec<PathBuf>> {
    build_of(root, root, names)
}

/// The same with the crates of another workspace in this repository.
pub(crate) fn build_of(root: &Path, workspace: &Path, names: &[&str]) -> Result<Vec<PathBuf>> {
    let options = Options { install: true, optimise: false, machine: Machine::this() };
    let compiler = rust::Compiler::find(&options, &mut |line| eprintln!("{line}"))?;
    let target = crate::target_dir(root);
    let work = target.join("guest-build");
    // One by one: together, a guest that builds on another would be given that one's exports.
    names.iter().try_for_each(|name| compile(workspace, &work, &compiler, name))?;
    let out = target.join("guests");
    std::fs::create_dir_all(&out).context("create the directory of guests")?;
    names.iter().map(|name| publish(&work.join(rust::TARGET).join("guest"), &out, name)).collect()
}

/// Compiles the plugin crate of that name.
fn compile(workspace: &Path, work: &Path, compiler: &rust::Compiler, name: &str) -> Result<()> {
    let mut command = compiler.cargo_build(work);
    command.current_dir(workspace).args(["--quiet", "--profile", "guest", "--package", name]);
    let status = command.status().context("start cargo")?;
    ensure!(status.success(), "compile the plugin {name}: {status}");
    Ok(())
}

/// Puts a plugin where it is looked for.
fn publish(from: &Path, to: &Path, name: &str) -> Result<PathBuf> {
    let file = format!("{name}.wasm");
    let place_of = to.join(&file);
    // As the compiler writes a crate's name.
    place(&from.join(file.replace('-', "_")), &place_of)?;
    Ok(place_of)
}
