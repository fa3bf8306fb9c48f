//! The configuration: types with their defaults, read from one or more files, checked as a whole.
//!
//! Reading never stops at the first mistake: [`Config::read`] gives every problem of every file, each with its file,
//! line and remedy (`problem.rs`, `parse.rs`), and a key that nobody uses is one of them.
//!
//! Tables are `[source.<name>.<kind>]`. Everything has a default in the types, so that what is missing is found by
//! `validate.rs`, which knows the place, and not by the parser, which would stop there.

mod operation;
mod parse;
mod problem;
mod validate;

pub use operation::{Alarms, DeadLetters, NoPauseAfter, PauseAfter};
pub use problem::{Problem, Problems};

use crate::plugin::Limits;
use crate::record::Role;
use crate::source::{ami, capture, stream, tevents};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The whole configuration, valid.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[concentrator]`
    pub concentrator: Concentrator,
    /// `[idb]`
    pub idb: Idb,
    /// `[plugins]`
    pub plugins: Plugins,
    /// `[console]`
    pub console: Console,
    /// `[dead_letters]`
    pub dead_letters: DeadLetters,
    /// `[alarms]`
    pub alarms: Alarms,
    /// `[source.<name>.<kind>]`
    pub sources: BTreeMap<String, Source>,
    /// SHA-256 of what was read, for the log and the console.
    pub digest: String,
}

/// `[concentrator]`: who this daemon is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Concentrator {
    /// Name, shown everywhere.
    pub name: String,
    /// ICON_DBID: number of this concentrator, unique among those that anyone compares.
    pub dbid: i32,
    /// Number of the first concentrator of the HA pair; default: `dbid`.
    pub primary_dbid: Option<i32>,
    /// Directory of queues, snapshots, dead letters and the compile cache.
    pub data_dir: PathBuf,
}

/// `[idb]`: the Interaction Database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Idb {
    /// `sqlite://path` or `postgres://user@host:port/database`.
    pub url: String,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// Most rows of one transaction.
    pub batch_rows_max: usize,
}

impl Default for Idb {
    fn default() -> Self {
        Self { url: String::new(), password_file: None, batch_rows_max: 10_000 }
    }
}

/// `[plugins]`: where plugins are and what they may use.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plugins {
    /// Directory of `<name>.wasm`.
    pub dir: PathBuf,
    /// Most memory of one instance, bytes.
    pub memory_bytes: u64,
    /// Longest call, ms of wall time.
    pub call_ms: u64,
    /// Most rows that one call may give.
    pub output_rows: u32,
    /// Largest snapshot, bytes.
    pub snapshot_bytes: u64,
    /// A snapshot is taken after that many events.
    pub snapshot_events: u64,
    /// A file that changes is loaded without being asked for.
    pub watch: bool,
}

impl Default for Plugins {
    fn default() -> Self {
        Self {
            dir: PathBuf::new(),
            memory_bytes: 256 << 20,
            call_ms: 2_000,
            output_rows: 200_000,
            snapshot_bytes: 64 << 20,
            snapshot_events: 20_000,
            watch: false,
        }
    }
}

impl Plugins {
    /// What an instance may use.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        Limits {
            memory_bytes: size(self.memory_bytes),
            call_ms: self.call_ms,
            output_rows: size(u64::from(self.output_rows)),
            snapshot_bytes: size(self.snapshot_bytes),
            ..Limits::default()
        }
    }
}

/// `[console]`: health, status and metrics over HTTP.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Console {
    /// `host:port` to listen on; by default only the socket `console.sock` in the data directory.
    pub address: Option<String>,
}

/// `[source.<name>]`: exactly one kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Asterisk's manager interface.
    Ami(Box<ami::Config>),
    /// Recorded traffic of a manager interface.
    Capture(capture::Config),
    /// Our open event stream.
    Stream(Box<stream::Config>),
    /// T-Library events in the text of logs.
    Tevents(tevents::Config),
}

impl Source {
    /// What every kind has.
    #[must_use]
    pub fn lane(&self) -> LaneOptions<'_> {
        let (kind, plugin, roles, plugin_config, enrichers, queue, dbids) = match self {
            Self::Ami(it) => ("ami", &it.plugin, &it.roles, &it.plugin_config, &it.enrichers, &it.queue, it.dbids),
            Self::Capture(it) => {
                ("capture", &it.plugin, &it.roles, &it.plugin_config, &it.enrichers, &it.queue, it.dbids)
            }
            Self::Stream(it) => {
                ("stream", &it.plugin, &it.roles, &it.plugin_config, &it.enrichers, &it.queue, it.dbids)
            }
            Self::Tevents(it) => {
                ("tevents", &it.plugin, &it.roles, &it.plugin_config, &it.enrichers, &it.queue, it.dbids)
            }
        };
        LaneOptions { kind, plugin, roles, plugin_config, enrichers, queue, dbids }
    }
}

/// What every kind of source has.
#[derive(Clone, Copy, Debug)]
pub struct LaneOptions<'a> {
    /// Kind of the source.
    pub kind: &'static str,
    /// Name of the plugin: a file `<name>.wasm` in the plugin directory.
    pub plugin: &'a str,
    /// Roles that the lane fills.
    pub roles: &'a [String],
    /// Passed to the plugin as it is.
    pub plugin_config: &'a toml::Table,
    /// Plugins that change the mapper's rows, in order.
    pub enrichers: &'a [Enricher],
    /// The lane's queue.
    pub queue: &'a QueueOptions,
    /// Numbers under which the source is known.
    pub dbids: SourceDbids,
}

impl LaneOptions<'_> {
    /// The roles, as the types know them; names that are none are a problem that `validate` found.
    #[must_use]
    pub fn roles(&self) -> Vec<Role> {
        let mut roles: Vec<Role> = self.roles.iter().filter_map(|name| Role::from_name(name)).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// The plugin's options as a JSON object.
    #[must_use]
    pub fn plugin_config_json(&self) -> String {
        json(self.plugin_config)
    }

    /// The plugins by name, with their options as JSON objects: the mapper first.
    pub fn plugins(&self) -> impl Iterator<Item = (&str, String)> {
        let enrichers = self.enrichers.iter().map(|enricher| (enricher.plugin.as_str(), json(&enricher.config)));
        std::iter::once((self.plugin, self.plugin_config_json())).chain(enrichers)
    }
}

fn json(options: &toml::Table) -> String {
    serde_json::to_string(options).unwrap_or_else(|_| "{}".to_owned())
}

/// An entry of `enrichers = [{ … }]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enricher {
    /// Name of the plugin: a file `<name>.wasm` in the plugin directory.
    pub plugin: String,
    /// Its options.
    #[serde(default)]
    pub config: toml::Table,
}

/// `dbids = { … }`: numbers under which the configuration knows the source.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceDbids {
    /// The primary server: DS_DBID_PRIM, CLUSTERID.
    pub server: i32,
    /// Its backup; default: the same number.
    pub backup: Option<i32>,
    /// The switch: DS2_DBID, SWITCHID.
    pub switch: i32,
    /// The tenant: TENANTID.
    pub tenant: i32,
}

impl Default for SourceDbids {
    fn default() -> Self {
        Self { server: 1, backup: None, switch: 1, tenant: 1 }
    }
}

/// `queue = { … }`: how much a lane's queue holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueOptions {
    /// Size of a segment file, bytes.
    pub segment_bytes: u64,
    /// Size at which the queue refuses further events, bytes.
    pub max_bytes: u64,
    /// What is kept after it was committed, for replay, bytes.
    pub retain_bytes: u64,
}

impl Default for QueueOptions {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, max_bytes: 20 << 30, retain_bytes: 256 << 20 }
    }
}

impl Config {
    /// Reads and checks `files`; a directory stands for the `*.toml` in it, in the order of their names.
    ///
    /// # Errors
    /// Every problem found.
    pub fn read(files: &[PathBuf]) -> Result<Self, Problems> {
        let (config, documents, mut problems) = parse::read(files);
        validate::validate(&config, &documents, &mut problems);
        if problems.iter().any(|problem| problem.code == parse::UNREADABLE) {
            // What seems to be missing may stand in the file that could not be read.
            problems.retain(|problem| problem.code == parse::UNREADABLE || problem.place.is_some());
        }
        if problems.is_empty() { Ok(config) } else { Err(Problems(problems)) }
    }

    /// Where the queue, snapshots and dead letters of a lane are.
    #[must_use]
    pub fn lane_dir(&self, source: &str) -> PathBuf {
        self.concentrator.data_dir.join("lanes").join(source)
    }

    /// Where compiled plugins are kept.
    #[must_use]
    pub fn cache_dir(&self) -> PathBuf {
        self.concentrator.data_dir.join("cache")
    }

    /// Where dead letters are kept.
    #[must_use]
    pub fn dead_letter_dir(&self) -> PathBuf {
        self.concentrator.data_dir.join("dead-letters")
    }

    /// The socket on which `status` finds the daemon.
    #[must_use]
    pub fn console_socket(&self) -> PathBuf {
        self.concentrator.data_dir.join("console.sock")
    }

    /// Number of the first concentrator of the pair.
    #[must_use]
    pub fn primary_dbid(&self) -> i32 {
        self.concentrator.primary_dbid.unwrap_or(self.concentrator.dbid)
    }
}

/// A secret from a file, without the line's end.
///
/// # Errors
/// With the file's name, if it cannot be read.
pub fn read_secret(path: &Path) -> anyhow::Result<String> {
    use anyhow::Context as _;
    let text = std::fs::read_to_string(path).with_context(|| format!("read the secret in {}", path.display()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
