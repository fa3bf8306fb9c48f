//! `cargo xtask test`: every test, with what they need built before.

use crate::{TEST_GUESTS, generate, guests, needs, say, target_dir};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// Runs all tests; `arguments` go to the test runner.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<()> {
    needs::c_compiler()?;
    needs::postgres()?;
    needs::fake_clock()?;
    needs::languages()?;
    generate::run(root, true)?;
    say("compiling the plugins");
    guests::build(root, TEST_GUESTS)?;
    say("running the tests");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).env("CONCENTRATOR_GUESTS_DIR", target_dir(root).join("guests"));
    let status = command.args(["test", "--workspace"]).args(crate::check::GUESTS_ONLY).args(arguments).status();
    let status = status.context("start cargo test")?;
    ensure!(status.success(), "tests failed");
    Ok(())
}
