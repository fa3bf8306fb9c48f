//! `cargo xtask campaign`: the fault campaign in full, against an optimised build.

use crate::{TEST_GUESTS, guests, needs, say, target_dir};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// Runs it; `arguments` are its options.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<()> {
    needs::c_compiler()?;
    needs::postgres()?;
    needs::fake_clock()?;
    guests::build(root, TEST_GUESTS)?;
    say("building the daemon and the campaign");
    let cargo = || {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(root);
        command
    };
    let packages = ["build", "--release", "--package", "concentrator", "--package", "campaign"];
    let built = cargo().args(packages).status().context("start cargo build")?;
    ensure!(built.success(), "the build failed");
    let release = target_dir(root).join("release");
    let mut campaign = Command::new(release.join("campaign"));
    campaign.arg("--program").arg(release.join("concentrator"));
    campaign.arg("--plugins").arg(target_dir(root).join("guests"));
    let status = campaign.args(arguments).status().context("start the campaign")?;
    ensure!(status.success(), "the campaign found problems");
    Ok(())
}
