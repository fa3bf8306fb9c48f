//! `concentrator dev`: from a saved source to the rows that it changes, again and again.
//!
//! ```text
//! saved ─▶ built ─▶ replayed ─▶ rows compared with those of the version before
//! ```
//! It changes nothing but the plugin file of the project.

mod events;
mod sources;

use super::plugin::{colour, trial_engine};
use super::{ConfigArguments, exit, out};
use crate::plugin::{Engine, Plugin};
use crate::trial::difference::{Difference, Shown};
use crate::trial::versions::{Results, Stretch};
use anyhow::Result;
use concentrator_toolchain::{Machine, Options, Project};
use sources::Sources;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Rows of one stretch that are told.
const ROWS_MAX: usize = 30;
/// Failures of one stretch that are told.
const FAILURES_MAX: usize = 5;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// The plugin's project.
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    events: events::Which,
    /// Compare with what this plugin file makes, instead of the version before.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Build and compare once, and end.
    #[arg(long)]
    once: bool,
    /// What is missing to compile may be fetched.
    #[arg(long)]
    install: bool,
}

/// What goes on from one round to the next.
struct Bench<'a> {
    arguments: &'a Arguments,
    project: Project,
    engine: Engine,
    /// The version before.
    before: Option<Before>,
}

/// A version to compare with, and what it made of which events.
struct Before {
    plugin: Arc<Plugin>,
    stretches: Vec<Stretch>,
    made: Results,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8> {
    let project = match Project::open(&arguments.dir) {
        Ok(project) => project,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(exit::PROBLEMS);
        }
    };
    let mut bench = Bench { arguments, project, engine: trial_engine()?, before: None };
    let stretches = bench.stretches()?;
    let first = arguments.against.clone().unwrap_or_else(|| bench.project.wasm());
    if first.is_file() || arguments.against.is_some() {
        bench.before = bench.version_in(&first, stretches);
    }
    let mut sources = Sources::watch(&bench.project.dir)?;
    let good = bench.round(Instant::now(), "started")?;
    if arguments.once {
        return Ok(if good { exit::SUCCESS } else { exit::PROBLEMS });
    }
    loop {
        out(&format!("watching {}; Ctrl-C ends it", bench.project.dir.display()));
        let saved = sources.wait_for_change()?;
        bench.round(saved, "saved")?;
    }
}

impl Bench<'_> {
    fn stretches(&self) -> Result<Vec<Stretch>> {
        self.arguments.events.read(&self.arguments.config, &self.project, &self.engine)
    }

    /// A plugin file to compare with; none if it cannot be used any more.
    fn version_in(&self, file: &Path, stretches: Vec<Stretch>) -> Option<Before> {
        match Plugin::load(&self.engine, file) {
            Ok(plugin) => Some(Before::of(Arc::new(plugin), stretches)),
            Err(error) => {
                eprintln!("not compared with {}: {error}", file.display());
                None
            }
        }
    }

    /// Builds, replays and compares; tells whether all of it could be done.
    fn round(&mut self, began: Instant, word: &str) -> Result<bool> {
        let options = Options { install: self.arguments.install, optimise: false, machine: Machine::this() };
        let built = self.project.build(&options, &mut |line| eprintln!("{line}"));
        let wasm = match built {
            Ok(built) => built.wasm,
            Err(error) => {
                eprintln!("error: {error}");
                return Ok(false);
            }
        };
        let built_in = began.elapsed();
        let plugin = match Plugin::load(&self.engine, &wasm) {
            Ok(plugin) => Arc::new(plugin),
            Err(error) => {
                eprintln!("error: {error}");
                return Ok(false);
            }
        };
        // Cases may have been changed as well, and a lane goes on.
        let stretches = match self.stretches() {
            Ok(stretches) => stretches,
            Err(error) => {
                eprintln!("error: {error:#}");
                return Ok(false);
            }
        };
        if let Some(before) = self.before.take() {
            self.before = Some(before.on(&stretches));
        }
        let replaying = Instant::now();
        let (after, good) = replay(&plugin, &stretches);
        let replayed_in = replaying.elapsed();
        let events: usize = stretches.iter().map(|stretch| stretch.events.len()).sum();
        let differences = self.before.as_ref().map(|before| before.made.differences(&after));
        let changed = differences.iter().flatten().map(|(_, difference)| difference.len()).sum::<usize>();
        let compared = match &differences {
            None => format!("{} rows, nothing to compare them with", after.rows()),
            Some(_) => format!("{changed} of {} rows changed", after.rows()),
        };
        differences.iter().flatten().for_each(|(name, difference)| tell(name, difference));
        out(&format!(
            "{word} → built {} → replayed {events} events {} → {compared}",
            seconds(built_in),
            seconds(replayed_in)
        ));
        if self.arguments.against.is_none() || self.before.is_none() {
            self.before = Some(Before { plugin, stretches, made: after });
        }
        Ok(good)
    }
}

impl Before {
    fn of(plugin: Arc<Plugin>, stretches: Vec<Stretch>) -> Self {
        let mut made = Results::default();
        stretches.iter().for_each(|stretch| made.keep(&stretch.name, &stretch.replay(&plugin)));
        Self { plugin, stretches, made }
    }

    /// The same version on the events of this round: what differs then is the version's doing.
    fn on(self, stretches: &[Stretch]) -> Self {
        let same = self.stretches.len() == stretches.len()
            && self.stretches.iter().zip(stretches).all(|(before, now)| before.is_same(now));
        if same { self } else { Self::of(self.plugin, stretches.to_vec()) }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// Leads all stretches through the plugin, and tells what fails; false if something did.
fn replay(plugin: &Arc<Plugin>, stretches: &[Stretch]) -> (Results, bool) {
    let (mut results, mut good) = (Results::default(), true);
    for stretch in stretches {
        let found = stretch.replay(plugin);
        match &found {
            Err(error) => {
                good = false;
                eprintln!("{}: {error:#}", stretch.name);
            }
            Ok(found) => {
                good &= found.failures.is_empty();
                for failing in found.failures.iter().take(FAILURES_MAX) {
                    let at = failing.event.map_or("a call".to_owned(), |at| stretch.events.shown(at));
                    eprintln!("{}: {at}: {}: {}", stretch.name, failing.plugin, failing.words);
                }
                for (at, reason) in found.rejections.iter().take(FAILURES_MAX) {
                    eprintln!("{}: {} was rejected: {reason}", stretch.name, stretch.events.shown(*at));
                }
            }
        }
        results.keep(&stretch.name, &found);
    }
    (results, good)
}

fn tell(name: &str, difference: &Difference) {
    let shown = Shown { gone: "gone", added: "added", colour: colour(), rows_max: ROWS_MAX };
    out(&format!("{name}: {} rows differ", difference.len()));
    for line in difference.text(&shown).lines() {
        out(&format!("  {line}"));
    }
}
