//! `concentrator dead-letter list | show | replay | drop`: works with the daemon running or stopped.
//!
//! Reading goes to the files; what changes something is asked of the daemon, or, where none runs, done under its lock.

use super::ask::{self, Daemon};
use super::{ConfigArguments, exit, out};
use crate::clock::{Clock, rfc3339};
use crate::config::Config;
use crate::console::control::{LETTERS_MAX, Request};
use crate::deadletter::{DeadLetter, Found, Store};
use crate::event::Seq;
use crate::lane::letters::{Answer, Letters, Wish};
use anyhow::{Context, Result, bail};
use clap::builder::PossibleValuesParser;
use std::collections::BTreeMap;

/// Kinds of letters.
const KINDS: [&str; 5] = ["rejected", "trap", "limit", "contract", "refused"];

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// List them, oldest first.
    List(List),
    /// Show one in full.
    Show(Show),
    /// Give events to their lane again, or write their refused rows again; each exactly once.
    Replay(Change),
    /// Remove letters for good.
    Drop(Change),
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    config: ConfigArguments,
    #[command(flatten)]
    filter: Filter,
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

#[derive(Debug, clap::Args)]
pub(crate) struct Change {
    #[command(flatten)]
    config: ConfigArguments,
    /// Letters as `list` prints them: SOURCE:POSITION.
    ids: Vec<String>,
    #[command(flatten)]
    filter: Filter,
    /// Every letter there is.
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// Do it, instead of only telling what would be done.
    #[arg(long)]
    yes: bool,
}

/// Which letters: those that meet all that is given.
#[derive(Debug, clap::Args)]
pub(crate) struct Filter {
    /// Only of this source.
    #[arg(long)]
    source: Option<String>,
    /// Only of this kind.
    #[arg(long, value_parser = PossibleValuesParser::new(KINDS))]
    kind: Option<String>,
    /// Only of events of this name.
    #[arg(long)]
    event: Option<String>,
    /// Only those that were refused within this time: 90s, 10m, 2h, 7d.
    #[arg(long, value_name = "AGE", value_parser = age)]
    since: Option<i64>,
}

/// A time in words, µs.
fn age(text: &str) -> Result<i64, String> {
    let units = [("s", 1_i64), ("m", 60), ("h", 3_600), ("d", 86_400)];
    let parsed = units.into_iter().find_map(|(unit, seconds)| {
        let count: i64 = text.strip_suffix(unit)?.parse().ok().filter(|count| *count >= 0)?;
        count.checked_mul(seconds)?.checked_mul(1_000_000)
    });
    parsed.ok_or_else(|| "a number and s, m, h or d, such as 2h".to_owned())
}

impl Filter {
    fn takes(&self, letter: &DeadLetter, now: i64) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        is(&self.source, &letter.lane)
            && is(&self.kind, &letter.kind)
            && is(&self.event, letter.event_name())
            && self.since.is_none_or(|age| letter.time >= now.saturating_sub(age))
    }

    /// The letters of the source that is meant, or of all; a source that is neither configured nor has any is a mistake.
    fn found(&self, config: &Config) -> Result<Vec<Found>> {
        let found = Store::new(config.dead_letter_dir()).list(self.source.as_deref(), usize::MAX)?;
        match &self.source {
            Some(source) if found.is_empty() && !config.sources.contains_key(source) => {
                let known: Vec<&str> = config.sources.keys().map(String::as_str).collect();
                bail!("source `{source}` is not configured; there is: {}", known.join(", "))
            }
            _ => Ok(found),
        }
    }

    fn is_empty(&self) -> bool {
        self.source.is_none() && self.kind.is_none() && self.event.is_none() && self.since.is_none()
    }
}

pub(crate) fn run(verb: &Verb) -> Result<u8> {
    match verb {
        Verb::List(arguments) => list(arguments),
        Verb::Show(arguments) => show(arguments),
        Verb::Replay(arguments) => change(Wish::Replay, arguments),
        Verb::Drop(arguments) => change(Wish::Drop, arguments),
    }
}

fn list(arguments: &List) -> Result<u8> {
    let config = arguments.config.read()?;
    let now = Clock::system().now();
    let (mut shown, mut more) = (0, 0);
    for entry in arguments.filter.found(&config)? {
        match entry {
            Found::Letter(letter) if !arguments.filter.takes(&letter, now) => {}
            Found::Letter(_) if shown >= arguments.limit => more += 1,
            Found::Letter(letter) => {
                shown += 1;
                out(&if arguments.json { serde_json::to_string(&letter)? } else { line(&letter) });
            }
            Found::Damaged(path, why) => eprintln!("damaged: {}: {why}", path.display()),
        }
    }
    if more > 0 {
        eprintln!("{more} more: raise --limit");
    }
    if shown == 0 && !arguments.json {
        eprintln!("no dead letters");
    }
    Ok(exit::SUCCESS)
}

fn line(letter: &DeadLetter) -> String {
    let reason = letter.reason.lines().next().unwrap_or_default();
    let state = match (&letter.replay, letter.tried_at) {
        (Some(_), _) => " (on its way again)",
        (None, Some(_)) => " (tried again)",
        (None, None) => "",
    };
    let (time, event) = (rfc3339(letter.time), letter.event_name());
    format!("{}  {time}  {} {}{state}  {event}  {reason}", letter.id(), letter.stage, letter.kind)
}

fn show(arguments: &Show) -> Result<u8> {
    let store = Store::new(arguments.config.read()?.dead_letter_dir());
    let Some((lane, seq)) = parse(&arguments.id) else {
        eprintln!("error: `{}` is not SOURCE:POSITION", arguments.id);
        return Ok(exit::USAGE);
    };
    match store.get(lane, seq) {
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

/// Source and position of an id.
fn parse(id: &str) -> Option<(&str, Seq)> {
    let (lane, seq) = id.rsplit_once(':')?;
    // A name is that of a directory.
    let plain = !lane.is_empty() && lane.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    Some((lane, seq.parse().ok()?)).filter(|_| plain)
}

fn change(wish: Wish, arguments: &Change) -> Result<u8> {
    if arguments.ids.is_empty() && arguments.filter.is_empty() && !arguments.all {
        eprintln!("error: which letters? name them, filter them (--source, --kind, --event, --since), or say --all");
        return Ok(exit::USAGE);
    }
    let config = arguments.config.read()?;
    let selected = select(&config, arguments)?;
    let count: usize = selected.values().map(Vec::len).sum();
    let (would, done) = match wish {
        Wish::Replay => ("go through their lane again", "on their way again"),
        Wish::Drop => ("be removed for good", "removed"),
    };
    if count == 0 {
        eprintln!("no dead letters");
        return Ok(exit::SUCCESS);
    }
    if !arguments.yes {
        eprintln!("{count} letters would {would}; say --yes to do it");
        return Ok(exit::PROBLEMS);
    }
    let daemon = Daemon::find(&config)?;
    let mut refused = 0;
    for (source, letters) in &selected {
        for answer in carry_out(&config, &daemon, wish, source, letters)? {
            if let Some(reason) = answer.refused {
                refused += 1;
                eprintln!("{source}:{}: {reason}", answer.seq);
            }
        }
    }
    let at_start = wish == Wish::Replay && matches!(daemon, Daemon::Stopped(_));
    let later = if at_start { ", when the daemon starts" } else { "" };
    out(&format!("{} letters {done}{later}; {refused} refused", count - refused));
    Ok(if refused == 0 { exit::SUCCESS } else { exit::FAILURE })
}

/// The letters that are meant, by source; each is told.
fn select(config: &Config, arguments: &Change) -> Result<BTreeMap<String, Vec<Seq>>> {
    let store = Store::new(config.dead_letter_dir());
    let now = Clock::system().now();
    let mut found = Vec::new();
    for id in &arguments.ids {
        let Some((lane, seq)) = parse(id) else { bail!("`{id}` is not SOURCE:POSITION") };
        match store.get(lane, seq) {
            Some(letter) => found.push((lane.to_owned(), seq, letter)),
            None => bail!("there is no dead letter {id}"),
        }
    }
    if arguments.ids.is_empty() {
        for letter in arguments.filter.found(config)? {
            match letter {
                Found::Letter(letter) => found.push((letter.lane.clone(), letter.seq, Found::Letter(letter))),
                Found::Damaged(path, why) => eprintln!("damaged: {}: {why}", path.display()),
            }
        }
    }
    let mut selected: BTreeMap<String, Vec<Seq>> = BTreeMap::new();
    for (lane, seq, letter) in found {
        match letter {
            Found::Letter(letter) if !arguments.filter.takes(&letter, now) => continue,
            Found::Letter(letter) => eprintln!("{}", line(&letter)),
            Found::Damaged(path, why) => eprintln!("damaged: {}: {why}", path.display()),
        }
        selected.entry(lane).or_default().push(seq);
    }
    for letters in selected.values_mut() {
        letters.sort_unstable();
        letters.dedup();
    }
    Ok(selected)
}

fn carry_out(config: &Config, daemon: &Daemon, wish: Wish, source: &str, letters: &[Seq]) -> Result<Vec<Answer>> {
    let configured = config.sources.contains_key(source);
    if !configured && wish == Wish::Replay {
        bail!("source `{source}` is not configured any more: its letters have no lane to go through");
    }
    if !configured || matches!(daemon, Daemon::Stopped(_)) {
        let desk = Letters::new(source, &config.dead_letter_dir());
        return Ok(desk.fulfil_at_rest(wish, letters, &ask::by_whom(), &Clock::system()));
    }
    let mut answers = Vec::with_capacity(letters.len());
    for letters in letters.chunks(LETTERS_MAX) {
        let request = Request { wish, letters: letters.to_vec(), by: ask::by_whom() };
        let path = format!("/lanes/{source}/dead-letters");
        let done: Vec<Answer> = ask::post(&config.console_socket(), &path, &request)
            .with_context(|| format!("{} letters of `{source}` were asked for before", answers.len()))?;
        answers.extend(done);
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_ids() {
        for (text, expect) in [("90s", Some(90)), ("2h", Some(7_200)), ("7d", Some(604_800)), ("0m", Some(0))] {
            assert_eq!(age(text).ok(), expect.map(|seconds: i64| seconds * 1_000_000), "{text}");
        }
        for wrong in ["", "h", "-1h", "2", "2w", "9999999999999d", "1.5h", "2 h"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse("pbx:12"), Some(("pbx", 12)));
        for wrong in ["", "pbx", ":5", "pbx:", "pbx:x", "pbx:-1", "../pbx:5", "a/b:5", "pbx:99999999999999999999"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
