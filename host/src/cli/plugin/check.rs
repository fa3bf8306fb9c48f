//! `concentrator plugin check`: everything that can be known of a plugin file before a lane uses it.

use super::super::{exit, out};
use super::inspect::{facts, tables};
use crate::event::{Builder, Kind, Micros};
use crate::plugin::{Engine, EngineConfig, Failed, Link, Links, Plugin, World};
use crate::trial::{BATCH, Events, Found, Trial, cuts, determinism, lane, opening, recording};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// When the made-up events of a dry run happen: 2027-01-15, µs since 1970 UTC.
const BEGIN: Micros = 1_800_000_000_000_000;
/// From one to the next.
const STEP: Micros = 1_000_000;
/// Seed of the cuts of `--determinism`.
const SEED: u64 = 1;
/// Rejections that are told.
const REJECTIONS_MAX: usize = 5;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The plugin file.
    file: PathBuf,
    /// The plugin's options: a JSON object, or `@FILE` with one.
    #[arg(long, value_name = "JSON|@FILE", default_value = "{}")]
    config: String,
    /// A recording for the dry run: lines of JSON, the bytes of a manager connection, or a log with T-Library events; by
    /// default one of each event that the plugin asks for, without attributes.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Also try whether the rows depend on anything but the events: other calls, other instances.
    #[arg(long)]
    determinism: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// What is found, line by line.
#[derive(Default)]
struct Report {
    facts: Vec<(String, Value)>,
    problems: Vec<String>,
    notes: Vec<String>,
}

impl Report {
    fn fact(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.push((name.to_owned(), value.into()));
    }

    fn tell(&self, json: bool) -> u8 {
        if json {
            let mut all: serde_json::Map<String, Value> = self.facts.iter().cloned().collect();
            all.insert("notes".to_owned(), json!(self.notes));
            all.insert("problems".to_owned(), json!(self.problems));
            out(&Value::Object(all).to_string());
        } else {
            // Columns are what `inspect` is asked for.
            let brief = self.facts.iter().filter(|(_, value)| !value.is_object());
            brief.for_each(|(name, value)| super::inspect::tell(name, value));
            self.notes.iter().for_each(|note| out(&format!("[NOTE] {note}")));
            self.problems.iter().for_each(|problem| out(&format!("[ERR]  {problem}")));
            if self.problems.is_empty() {
                out("[OK]   the plugin can be used");
            }
        }
        if self.problems.is_empty() { exit::SUCCESS } else { exit::PROBLEMS }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8> {
    let config = match arguments.config.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file).with_context(|| format!("read {file}"))?,
        None => arguments.config.clone(),
    };
    let mut report = Report::default();
    // Without a cache, so that the time of compilation is that of a first load.
    let engine = Engine::new(EngineConfig { cache_dir: None }).context("start the plugin engine")?;
    let begun = Instant::now();
    let plugin = match Plugin::load(&engine, &arguments.file) {
        Ok(plugin) => Arc::new(plugin),
        Err(error) => {
            report.problems.push(error.to_string());
            return Ok(report.tell(arguments.json));
        }
    };
    let loaded = begun.elapsed();
    report.facts = facts(&plugin);
    report.fact("load_ms", millis(loaded));
    report.fact("columns", tables(&plugin));
    if serde_json::from_str::<serde_json::Map<String, Value>>(&config).is_err() {
        report.problems.push(format!("--config is no JSON object: {config}"));
        return Ok(report.tell(arguments.json));
    }
    let link = Link { plugin: plugin.clone(), config: config.into() };
    let links = match plugin.world() {
        World::Mapper => Links::new(link, Vec::new())?,
        World::Enricher => Links::alone(link)?,
    };
    let trial = Trial { links, opening: opening(lane()) };
    let events = match &arguments.events {
        Some(file) => recording::read(file)?,
        None => made_up(&plugin)?,
    };
    if let Err(failed) = dry_run(&trial, &events, &mut report) {
        report.problems.push(format!("it cannot be opened: {failed}"));
        return Ok(report.tell(arguments.json));
    }
    if arguments.determinism {
        determinism(&trial, &events, arguments.events.is_none(), &mut report)?;
    }
    Ok(report.tell(arguments.json))
}

fn millis(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 1e5).round() / 100.0
}

/// A session, one of each event that the plugin asks for, without attributes, and a tick.
fn made_up(plugin: &Plugin) -> Result<Events> {
    let mut times = (0..).map(|n| BEGIN + n * STEP);
    let mut next = || times.next().unwrap_or(BEGIN);
    let plain = |kind: Kind, name: &str, time: Micros| {
        let mut event = Builder::new(kind, name, time);
        event.time(time);
        event
    };
    let mut opened = plain(Kind::SessionOpened, "SessionOpened", next());
    opened.integer("opening", 1).text("server", "");
    let mut builders = vec![opened];
    builders.extend(plugin.description().events.iter().map(|name| plain(Kind::Source, name, next())));
    builders.push(plain(Kind::Tick, "Tick", next()));
    let flat = builders.iter().map(Builder::finish).collect::<Result<_, _>>().context("make events")?;
    Ok(Events { flat, ..Events::default() })
}

/// Leads the events through the plugin, with snapshot and restoration half-way.
fn dry_run(trial: &Trial, events: &Events, report: &mut Report) -> Result<(), Failed> {
    let half = events.len().div_ceil(2);
    let mut all = cuts(half, BATCH, false);
    if let Some(last) = all.last_mut() {
        last.renew = true;
    }
    let rest = cuts(events.len() - half, BATCH, false).into_iter();
    all.extend(rest.map(|cut| crate::trial::Cut { at: cut.at + half, ..cut }));
    if let Some(last) = all.last_mut() {
        last.renew = true;
    }
    let found = trial.run(events, &all)?;
    let Found { rows, calls, .. } = &found;
    report.fact("events_tried", events.len());
    report.fact("rows", rows.len());
    report.fact("calls", calls.count);
    report.fact("call_ms_max", millis(calls.longest));
    report.fact("calls_ms", millis(calls.took));
    report.fact("memory_bytes", found.memory_bytes);
    report.fact("snapshot_bytes", found.state_bytes);
    for failing in &found.failures {
        let at = failing.event.map_or("a call".to_owned(), |at| events.shown(at));
        report.problems.push(format!("{at}: {}", failing.words));
    }
    for (at, reason) in found.rejections.iter().take(REJECTIONS_MAX) {
        report.notes.push(format!("{} was rejected: {reason}", events.shown(*at)));
    }
    let more = found.rejections.len().saturating_sub(REJECTIONS_MAX);
    if more > 0 {
        report.notes.push(format!("… and {more} more rejections"));
    }
    Ok(())
}

fn determinism(trial: &Trial, events: &Events, made_up: bool, report: &mut Report) -> Result<(), Failed> {
    let (found, differs) = determinism::check(trial, events, SEED)?;
    report.fact("deterministic", differs.is_none());
    if let Some(differs) = differs {
        let determinism::Differs { compared, first, cause } = differs;
        report.problems.push(format!("not deterministic: {compared}: {first}\n  {cause}"));
    } else if made_up || found.rows.is_empty() {
        report.notes.push("determinism was tried with few events; give recorded ones with --events".to_owned());
    }
    Ok(())
}
