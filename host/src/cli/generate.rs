//! `concentrator generate config | completions | man`.

use super::{command, exit, out};
use anyhow::{Context, Result};
use std::path::PathBuf;

/// The sample configuration: also the example that the documentation shows and a test reads.
const SAMPLE: &str = include_str!("../../../examples/concentrator.toml");

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Print a sample configuration.
    Config,
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the man pages.
    Man {
        /// Directory to write them to.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
    },
}

pub(crate) fn run(verb: &Verb) -> Result<u8> {
    match verb {
        Verb::Config => out(SAMPLE.trim_end()),
        Verb::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut command(), "concentrator", &mut text);
            out(String::from_utf8_lossy(&text).trim_end());
        }
        Verb::Man { dir } => {
            std::fs::create_dir_all(dir).with_context(|| format!("create {}", dir.display()))?;
            clap_mangen::generate_to(command(), dir)
                .with_context(|| format!("write man pages to {}", dir.display()))?;
        }
    }
    Ok(exit::SUCCESS)
}
