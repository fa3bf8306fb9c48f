//! `concentrator dead-letter list | show`.

use super::{ConfigArguments, exit, out};
use crate::deadletter::{DeadLetter, Found, Store};
use anyhow::Result;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// List them, oldest first.
    List(List),
    /// Show one in full.
    Show(Show),
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    config: ConfigArguments,
    /// Only of this source.
    #[arg(long)]
    source: Option<String>,
    /// At most that many.
    #[arg(long, default_value_t = 1_000)]
    limit: usize,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    config: ConfigArguments,
    /// `SOURCE:POSITION`, as `list` prints it.
    id: String,
}

pub(crate) fn run(verb: &Verb) -> Result<u8> {
    match verb {
        Verb::List(arguments) => list(arguments),
        Verb::Show(arguments) => show(arguments),
    }
}

fn list(arguments: &List) -> Result<u8> {
    let store = Store::new(arguments.config.read()?.dead_letter_dir());
    let total = store.count(arguments.source.as_deref())?;
    let found = store.list(arguments.source.as_deref(), arguments.limit)?;
    for entry in &found {
        match entry {
            Found::Letter(letter) if arguments.json => out(&serde_json::to_string(letter)?),
            Found::Letter(letter) => out(&line(letter)),
            Found::Damaged(path, why) => eprintln!("damaged: {}: {why}", path.display()),
        }
    }
    if total > found.len() {
        eprintln!("{} more: raise --limit", total - found.len());
    }
    if total == 0 && !arguments.json {
        eprintln!("no dead letters");
    }
    Ok(exit::SUCCESS)
}

fn line(letter: &DeadLetter) -> String {
    let reason = letter.reason.lines().next().unwrap_or_default();
    let time = crate::clock::rfc3339(letter.time);
    format!(
        "{}:{}  {time}  {} {}  {}  {reason}",
        letter.lane,
        letter.seq,
        letter.stage,
        letter.kind,
        letter.event_name()
    )
}

fn show(arguments: &Show) -> Result<u8> {
    let store = Store::new(arguments.config.read()?.dead_letter_dir());
    let Some((lane, seq)) = arguments.id.rsplit_once(':').and_then(|(lane, seq)| Some((lane, seq.parse().ok()?)))
    else {
        eprintln!("error: `{}` is not SOURCE:POSITION", arguments.id);
        return Ok(exit::USAGE);
    };
    match store.get(lane, seq)? {
        Some(Found::Letter(letter)) => {
            out(&serde_json::to_string_pretty(&letter)?);
            Ok(exit::SUCCESS)
        }
        Some(Found::Damaged(path, why)) => {
            eprintln!("error: {} is damaged: {why}", path.display());
            Ok(exit::PROBLEMS)
        }
        None => {
            eprintln!("error: there is no dead letter {}", arguments.id);
            Ok(exit::FAILURE)
        }
    }
}
