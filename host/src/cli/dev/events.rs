//! Which events `concentrator dev` replays: case folders, recordings, or the last ones of a lane.

use super::super::ConfigArguments;
use crate::plugin::{Engine, LaneInfo, Link, Plugin};
use crate::trial::case::{self, Case};
use crate::trial::versions::Stretch;
use crate::trial::{lane, recording};
use anyhow::{Context, Result, bail};
use concentrator_toolchain::{Project, World};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Most events that are replayed of a lane.
const LAST_MAX: u64 = 1_000_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// Replay a recording: lines of JSON as `concentrator queue export` writes them, the bytes of a manager connection,
    /// or a log with T-Library events. Can be given several times; by default the case folders of the project are
    /// replayed.
    #[arg(long, visible_alias = "recording", value_name = "FILE", conflicts_with = "lane")]
    events: Vec<PathBuf>,
    /// Replay the last events in the queue of this lane, whether or not a daemon runs.
    #[arg(long, value_name = "SOURCE")]
    lane: Option<String>,
    /// So many of them.
    #[arg(long, value_name = "N", requires = "lane", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=LAST_MAX))]
    last: u64,
    /// The plugin's options: a JSON object, or `@FILE` with one; by default those of the case, or of the lane.
    #[arg(long, value_name = "JSON|@FILE")]
    plugin_config: Option<String>,
    /// Of an enricher: the mapper before it; by default the rows of the cases, or the mapper of the lane.
    #[arg(long, value_name = "FILE")]
    mapper: Option<PathBuf>,
    /// The mapper's options.
    #[arg(long, value_name = "JSON|@FILE", requires = "mapper", default_value = "{}")]
    mapper_config: String,
}

impl Which {
    /// Reads the events.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub(super) fn read(&self, config: &ConfigArguments, project: &Project, engine: &Engine) -> Result<Vec<Stretch>> {
        let mapper = self.mapper.as_ref().map(|file| load(engine, file, &self.mapper_config)).transpose()?;
        if let Some(source) = &self.lane {
            return Ok(vec![self.of_lane(source, config, project, engine, mapper)?]);
        }
        let own = self.plugin_config.as_deref().map(options).transpose()?;
        if !self.events.is_empty() {
            let recorded = |file: &PathBuf| {
                Ok(Stretch {
                    name: file.display().to_string(),
                    events: recording::read(file)?,
                    config: own.clone().unwrap_or_else(|| "{}".into()),
                    lane: lane(),
                    mapper: mapper.clone(),
                })
            };
            return self.events.iter().map(recorded).collect();
        }
        // What a case is given may be rows of tables that only the plugin declares.
        let folders = case::folders(&project.dir.join("cases"))?;
        let read = |folder: &PathBuf| {
            let mut case = Case::read(folder)?;
            if let Some(own) = &own {
                case.config = own.clone();
            }
            if mapper.is_some() {
                case.events.given.clear();
            }
            Ok(Stretch::of_case(case, mapper.clone()))
        };
        folders.iter().map(read).collect()
    }

    fn of_lane(
        &self,
        source: &str,
        config: &ConfigArguments,
        project: &Project,
        engine: &Engine,
        mapper: Option<Link>,
    ) -> Result<Stretch> {
        let config = config.read()?;
        let Some(options_of) = config.sources.get(source) else {
            let known: Vec<&str> = config.sources.keys().map(String::as_str).collect();
            bail!("source `{source}` is not configured; there is: {}", known.join(", "));
        };
        let lane = options_of.lane();
        let configured = lane.plugins().find(|(name, _)| *name == project.name).map(|(_, options)| options);
        let own = match &self.plugin_config {
            Some(given) => options(given)?,
            None => configured.unwrap_or_else(|| "{}".to_owned()).into(),
        };
        let mapper = match (project.world, mapper) {
            (World::Enricher, None) => {
                let file = config.plugins.dir.join(format!("{}.wasm", lane.plugin));
                Some(load(engine, &file, &lane.plugin_config_json())?)
            }
            (_, given) => given,
        };
        Ok(Stretch {
            name: source.to_owned(),
            events: recording::last_of_queue(&config.lane_dir(source).join("queue"), self.last)?,
            config: own,
            lane: LaneInfo {
                name: source.to_owned(),
                dbid: lane.dbids.server,
                switch_dbid: lane.dbids.switch,
                tenant_dbid: lane.dbids.tenant,
            },
            mapper,
        })
    }
}

fn load(engine: &Engine, file: &Path, given: &str) -> Result<Link> {
    Ok(Link { plugin: Arc::new(Plugin::load(engine, file)?), config: options(given)? })
}

/// Options as they are given: the object itself, or the file that has it.
fn options(given: &str) -> Result<Arc<str>> {
    let text = match given.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file).with_context(|| format!("read {file}"))?,
        None => given.to_owned(),
    };
    let read: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(&text);
    read.with_context(|| format!("{given} is no JSON object"))?;
    Ok(text.into())
}
