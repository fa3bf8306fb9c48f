//! An enricher, built from the template of its language and loaded.

use crate::timed;
use anyhow::{Context, Result, ensure};
use concentrator::plugin::{Engine, Opening, Plugin};
use concentrator_toolchain::{Language, Machine, Options, Project, Scaffold, World};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Which events the enricher is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Those that made rows which it sees: as the template has it.
    ForRows,
    /// All that the mapper is given.
    ForAll,
}

/// An enricher, and what it took to have it.
pub(crate) struct Made {
    /// What it is written in.
    pub(crate) language: Language,
    /// The plugin.
    pub(crate) plugin: Arc<Plugin>,
    built: Duration,
    compiled: Duration,
    cached: Duration,
}

impl Made {
    /// Scaffolds, builds and loads the enricher of that language; what is missing on the machine is installed.
    pub(crate) fn new(engine: &Engine, scratch: &Path, language: Language, asks: Asks) -> Result<Self> {
        let suffix = if asks == Asks::ForAll { "-all" } else { "" };
        let name = format!("mask-{}{suffix}", language.name());
        let dir = scratch.join(&name);
        Scaffold { name, world: World::Enricher, language, dir: dir.clone(), sdk: None }.write()?;
        if asks == Asks::ForAll {
            ask_for_all(language, &dir)?;
        }
        let project = Project::open(&dir)?;
        let options = Options { install: true, optimise: false, machine: Machine::this() };
        let (built, in_time) = timed(|| Ok(project.build(&options, &mut |what| eprintln!("{what}"))?))?;
        let (plugin, compiled) = timed(|| Ok(Plugin::load(engine, &built.wasm)?))?;
        let (_, cached) = timed(|| Ok(Plugin::load(engine, &built.wasm)?))?;
        ensure!(plugin.description().events.is_empty() == (asks == Asks::ForAll), "it asks for other events");
        Ok(Self { language, plugin: Arc::new(plugin), built: in_time, compiled, cached })
    }

    /// Its line of the table.
    pub(crate) fn line(&self, opening: &Opening, config: &str) -> Result<String> {
        let open = || Ok(self.plugin.open(&opening.lane, config, &opening.roles, &opening.limits)?);
        let (instance, opened) = timed(open)?;
        Ok(format!(
            "| {} | {} KiB | {:.1?} | {:.1?} | {:.1?} | {:.2?} | {} KiB |",
            self.language.name(),
            self.plugin.size() >> 10,
            self.built,
            self.compiled,
            self.cached,
            opened,
            instance.memory_bytes() >> 10
        ))
    }
}

/// Rewrites the one place in the template's source that says which events the enricher is given.
fn ask_for_all(language: Language, dir: &Path) -> Result<()> {
    let (from, to) = match language {
        Language::Rust => ("] = ONLY_WITH_ROWS;", "] = ONLY_WITH_ROWS.split_at(0).0;"),
        Language::C => ("ret->events.len = 1;", "ret->events.len = 0;"),
        Language::Python => ("events=[\"-\"]", "events=[]"),
        Language::JavaScript | Language::TypeScript => ("events: [\"-\"]", "events: []"),
    };
    let file = dir.join(language.source());
    let text = std::fs::read_to_string(&file).context("read the enricher's source")?;
    ensure!(text.matches(from).count() == 1, "the template in {} has no `{from}`", language.name());
    Ok(std::fs::write(&file, text.replace(from, to))?)
}
