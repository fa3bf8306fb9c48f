//! `concentrator plugin test`: case folders through a plugin, and how its rows differ from the expected ones.

use super::super::{exit, out};
use super::{Target, colour, trial_engine};
use crate::event::{Kind, View};
use crate::plugin::{Link, Links, Plugin, World};
use crate::trial::case::{self, Case};
use crate::trial::database::Database;
use crate::trial::difference::{Difference, Shown};
use crate::trial::{BATCH, Found, Trial, cuts, opening};
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Sizes of calls that each case is tried with, snapshot and restoration in between.
const SIZES: [usize; 3] = [1, 7, 64];
/// Rows of one case that are told.
const ROWS_MAX: usize = 40;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A plugin's project, or a plugin file.
    #[arg(default_value = ".", value_name = "DIR|FILE.wasm")]
    plugin: PathBuf,
    /// The cases: a case folder or a folder of them; by default `cases` in the project, or beside the file.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// Accept the rows that the plugin gives: writes them into `rows.jsonl` of each case.
    #[arg(long)]
    update: bool,
    /// Write a report for build servers, in the form of JUnit.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// One JSON object a case and line.
    #[arg(long)]
    json: bool,
}

/// How a case went.
#[derive(Default)]
struct Tried {
    name: String,
    events: usize,
    rows: usize,
    seconds: f64,
    /// What is wrong, in lines; empty: nothing.
    wrong: String,
    /// Names of events that the mapper is not given.
    unasked: BTreeSet<String>,
    written: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8> {
    let target = match Target::find(&arguments.plugin) {
        Ok(target) => target,
        Err(error) => {
            eprintln!("error: {error:#}");
            return Ok(exit::PROBLEMS);
        }
    };
    if !target.wasm.is_file() {
        eprintln!("error: there is no {} yet", target.wasm.display());
        eprintln!("help: `concentrator plugin build {}` makes it", arguments.plugin.display());
        return Ok(exit::PROBLEMS);
    }
    let folders = case::folders(arguments.cases.as_ref().unwrap_or(&target.cases))?;
    let engine = trial_engine()?;
    let plugin = match Plugin::load(&engine, &target.wasm) {
        Ok(plugin) => Arc::new(plugin),
        Err(error) => {
            eprintln!("error: {error:#}");
            return Ok(exit::PROBLEMS);
        }
    };
    let mut tried = Vec::new();
    for folder in folders {
        let one = try_case(&plugin, &folder, arguments.update)?;
        tell(&one, arguments.json);
        tried.push(one);
    }
    if let Some(file) = &arguments.junit {
        let report = junit(&plugin.description().name, &tried);
        std::fs::write(file, report).with_context(|| format!("write {}", file.display()))?;
    }
    let failed = tried.iter().filter(|one| !one.wrong.is_empty()).count();
    if !arguments.json {
        let rows: usize = tried.iter().map(|one| one.rows).sum();
        let events: usize = tried.iter().map(|one| one.events).sum();
        let passed = tried.len() - failed;
        out(&format!("{passed} of {} cases passed, {events} events, {rows} rows", tried.len()));
        if failed > 0 && !arguments.update {
            eprintln!("help: if the rows are as they should be, `--update` accepts them");
        }
    }
    Ok(if failed > 0 { exit::PROBLEMS } else { exit::SUCCESS })
}

/// The plugin with the options of a case.
pub(super) fn trial_of(plugin: &Arc<Plugin>, case: &Case) -> Result<Trial> {
    let link = Link { plugin: plugin.clone(), config: case.config.clone() };
    let links = match plugin.world() {
        World::Mapper => Links::new(link, Vec::new())?,
        World::Enricher => Links::alone(link)?,
    };
    Ok(Trial { links, opening: opening(case.lane.clone()) })
}

fn try_case(plugin: &Arc<Plugin>, folder: &std::path::Path, update: bool) -> Result<Tried> {
    let begun = Instant::now();
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut tried = Tried { name, ..Tried::default() };
    let case = match Case::read(folder) {
        Ok(case) => case,
        Err(error) => {
            tried.wrong = format!("{error:#}\n");
            return Ok(tried);
        }
    };
    let trial = trial_of(plugin, &case)?;
    tried.events = case.events.len();
    if plugin.world() == World::Mapper {
        tried.unasked = unasked(&trial, &case);
    }
    match trial.run(&case.events, &cuts(case.events.len(), BATCH, false)) {
        Err(failed) => tried.wrong = format!("{} cannot be opened: {failed}\n", failed.plugin),
        Ok(whole) => {
            let database = Database::of(&whole.rows);
            tried.rows = database.len();
            tried.wrong = failures(&case, &whole);
            tried.wrong += &splits(&trial, &case, &database);
            compare(&case, &database, update, &mut tried)?;
        }
    }
    tried.seconds = begun.elapsed().as_secs_f64();
    Ok(tried)
}

/// Names of source events that no mapper would be given.
fn unasked(trial: &Trial, case: &Case) -> BTreeSet<String> {
    let views = case.events.flat.iter().filter_map(|flat| View::parse(flat).ok());
    let passed_over = views.filter(|view| view.kind() == Kind::Source && !trial.links.want(view));
    passed_over.map(|view| view.name().to_owned()).collect()
}

/// Compares with what is expected, or accepts what was found.
fn compare(case: &Case, database: &Database, update: bool, tried: &mut Tried) -> Result<()> {
    let expected = match case.expected.as_deref().map_or_else(|| Ok(Database::default()), Database::from_lines) {
        Ok(expected) => Some(expected),
        Err(words) => {
            if !update {
                let _ = writeln!(tried.wrong, "{}: {words}", case.rows_file().display());
            }
            None
        }
    };
    let difference = expected.as_ref().map(|expected| Difference::between(expected, database));
    let is_same = difference.as_ref().is_some_and(Difference::is_empty) && case.expected.is_some();
    if is_same {
        return Ok(());
    }
    if update && tried.wrong.is_empty() {
        let file = case.rows_file();
        std::fs::write(&file, database.to_lines()).with_context(|| format!("write {}", file.display()))?;
        tried.written = Some(file);
    } else if update {
        tried.wrong += "the rows were not written: what stands above comes first\n";
    } else if case.expected.is_none() {
        let _ = writeln!(tried.wrong, "there is no rows.jsonl; `--update` makes it of {} rows", database.len());
    } else if let Some(difference) = difference {
        let shown = Shown { gone: "missing", added: "unexpected", colour: colour(), rows_max: ROWS_MAX };
        tried.wrong += &difference.text(&shown);
    }
    Ok(())
}

/// Rejections and failures, in lines.
fn failures(case: &Case, found: &Found) -> String {
    let mut wrong = String::new();
    for (at, reason) in found.rejections.iter().take(ROWS_MAX) {
        let _ = writeln!(wrong, "{} was rejected: {reason}", case.events.shown(*at));
    }
    for failing in &found.failures {
        let at = failing.event.map_or("a call".to_owned(), |at| case.events.shown(at));
        let _ = writeln!(wrong, "{at}: {}: {}", failing.plugin, failing.words);
    }
    wrong
}

/// Calls of other sizes, with snapshot and restoration in between, give the same rows.
fn splits(trial: &Trial, case: &Case, whole: &Database) -> String {
    let mut wrong = String::new();
    for size in SIZES {
        match trial.run(&case.events, &cuts(case.events.len(), size, true)) {
            Err(failed) => wrong = format!("{}: {failed}\n", failed.plugin),
            Ok(found) => {
                let difference = Difference::between(whole, &Database::of(&found.rows));
                if difference.is_empty() && !found.ended_early {
                    continue;
                }
                let _ = writeln!(wrong, "calls of {size} with snapshot and restoration in between give other rows:");
                wrong += &failures(case, &found);
                let shown = Shown { gone: "missing", added: "other", colour: colour(), rows_max: ROWS_MAX / 4 };
                wrong += &difference.text(&shown);
            }
        }
        break;
    }
    wrong
}

fn tell(tried: &Tried, json: bool) {
    let Tried { name, events, rows, seconds, wrong, unasked, written } = tried;
    if json {
        let written = written.as_ref().map(|file| file.display().to_string());
        let passed = wrong.is_empty();
        let line = serde_json::json!({"case": name, "passed": passed, "events": events, "rows": rows,
            "seconds": seconds, "wrong": wrong, "unasked": unasked, "written": written});
        out(&line.to_string());
        return;
    }
    let word = if wrong.is_empty() { "ok    " } else { "FAILED" };
    out(&format!("{word}  {name}  {events} events, {rows} rows, {seconds:.2} s"));
    if !unasked.is_empty() {
        let names: Vec<&str> = unasked.iter().map(String::as_str).collect();
        out(&format!("        the plugin does not ask for: {}", names.join(", ")));
    }
    if let Some(file) = written {
        out(&format!("        written: {}", file.display()));
    }
    for line in wrong.lines() {
        out(&format!("        {line}"));
    }
}

fn junit(suite: &str, tried: &[Tried]) -> String {
    let failed = tried.iter().filter(|one| !one.wrong.is_empty()).count();
    let seconds: f64 = tried.iter().map(|one| one.seconds).sum();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites>\n<testsuite name=\"{suite}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" time=\"{seconds:.3}\">\n",
        tried.len()
    );
    for one in tried {
        let _ =
            write!(out, "<testcase classname=\"{suite}\" name=\"{}\" time=\"{:.3}\"", escaped(&one.name), one.seconds);
        if one.wrong.is_empty() {
            out.push_str("/>\n");
        } else {
            let first = escaped(one.wrong.lines().next().unwrap_or_default());
            let _ = writeln!(out, "><failure message=\"{first}\">{}</failure></testcase>", escaped(&one.wrong));
        }
    }
    out + "</testsuite>\n</testsuites>\n"
}

/// Text as XML has it; what XML cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
