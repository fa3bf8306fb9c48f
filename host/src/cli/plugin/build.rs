//! `concentrator plugin build`: the plugin file of a project.

use super::super::status::size;
use super::super::{exit, out};
use anyhow::{Context, Result};
use concentrator_toolchain::{Error, Machine, Options, Project};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folder of the project.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Get what is missing: into the cache of the user, or as root by the machine's package manager.
    #[arg(long)]
    install: bool,
    /// Make the quickest plugin, which takes longer. Matters to Rust only.
    #[arg(long)]
    optimise: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let options = Options { install: arguments.install, optimise: arguments.optimise, machine: Machine::this() };
    let project = Project::open(&arguments.dir);
    let built = match project.and_then(|project| project.build(&options, &mut |line| eprintln!("{line}"))) {
        Ok(built) => built,
        Err(error @ Error::File { .. }) => return Err(error.into()),
        Err(error) => {
            eprintln!("error: {error}");
            if matches!(error, Error::Missing { .. }) && !arguments.install {
                eprintln!("help: `concentrator plugin build --install` gets what it can");
            }
            return Ok(exit::PROBLEMS);
        }
    };
    let bytes = std::fs::metadata(&built.wasm).with_context(|| format!("read {}", built.wasm.display()))?.len();
    let news = if built.is_new { "" } else { ", as it was" };
    out(&format!("{} ({}{news})", built.wasm.display(), size(bytes)));
    Ok(exit::SUCCESS)
}
