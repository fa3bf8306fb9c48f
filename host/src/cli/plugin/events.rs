//! `concentrator plugin events`: from a recording to the events of a case.

use super::super::exit;
use crate::event::View;
use crate::trial::recording;
use anyhow::{Context, Result};
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The recording: the bytes of a manager connection, or a log with T-Library events.
    file: PathBuf,
    /// File to write; standard output by default.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let events = recording::read(&arguments.file)?;
    let mut text = String::new();
    for flat in &events.flat {
        let event = View::parse(flat).context("an event of the recording")?;
        text += &recording::line(&event);
        text.push('\n');
    }
    match &arguments.output {
        Some(file) => std::fs::write(file, text).with_context(|| format!("write {}", file.display()))?,
        None => std::io::stdout().lock().write_all(text.as_bytes())?,
    }
    eprintln!("{} events written", events.len());
    Ok(exit::SUCCESS)
}
