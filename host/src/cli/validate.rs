//! `concentrator validate`: the configuration and everything it names, without changing anything.

use super::{ConfigArguments, exit, out};
use crate::config::{Config, Source};
use crate::idb::{self, Idb, Schema};
use crate::plugin::{Chain, Engine, EngineConfig, LaneInfo, Link, Links, Opening, Plugin};
use crate::record::Role;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// Do not connect to the database.
    #[arg(long)]
    offline: bool,
    /// Warnings count as problems.
    #[arg(long)]
    deny_warnings: bool,
    /// Print the configuration in force, with its defaults; secrets stand in files and are not shown.
    #[arg(long)]
    print: bool,
}

/// What was checked, and how it went.
#[derive(Default)]
struct Report {
    problems: usize,
    warnings: usize,
}

impl Report {
    fn note<T>(&mut self, what: &str, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => {
                out(&format!("[OK]   {what}"));
                Some(value)
            }
            Err(error) => {
                self.problems += 1;
                out(&format!("[ERR]  {what}: {error:#}"));
                None
            }
        }
    }

    fn warn(&mut self, what: &str) {
        self.warnings += 1;
        out(&format!("[WARN] {what}"));
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Result<u8> {
    let config = match arguments.config.read() {
        Ok(config) => config,
        Err(error) => {
            // A check that finds problems is not an invalid configuration of a daemon: it has its own code.
            eprintln!("{error}");
            return Ok(exit::PROBLEMS);
        }
    };
    if arguments.print {
        let mut shown = config.clone();
        shown.idb.url = idb::without_password(&shown.idb.url);
        out(&format!("{shown:#?}"));
    }
    let mut report = Report::default();
    report.note("configuration", Ok(()));
    check_plugins(&config, &mut report)?;
    check_secrets(&config, &mut report);
    if !arguments.offline {
        let database = idb::Config { url: config.idb.url.clone(), password_file: config.idb.password_file.clone() };
        report.note("database", check_database(&database).await);
    }
    let denied = arguments.deny_warnings && report.warnings > 0;
    Ok(if report.problems > 0 || denied { exit::PROBLEMS } else { exit::SUCCESS })
}

/// Looks without changing: an empty database is fine, the daemon sets it up.
async fn check_database(config: &idb::Config) -> Result<()> {
    let file = config.url.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//"));
    if file.is_some_and(|file| !std::path::Path::new(file).exists()) {
        return Ok(()); // the daemon makes it; a look must not
    }
    let status = Idb::connect(config)?.status().await?;
    if status.schema == Schema::Empty {
        return Ok(());
    }
    Ok(status.require_current()?)
}

/// Loads every plugin, without its compile cache, and opens it with the options of each source.
fn check_plugins(config: &Config, report: &mut Report) -> Result<()> {
    let engine = Engine::new(EngineConfig { cache_dir: None }).context("start the plugin engine")?;
    for (name, source) in &config.sources {
        let lane = source.lane();
        let mut links = Vec::new();
        for (plugin, options) in lane.plugins() {
            let file = config.plugins.dir.join(format!("{plugin}.wasm"));
            let loaded = Plugin::load(&engine, &file).map_err(anyhow::Error::from);
            let Some(loaded) = report.note(&format!("source {name}: plugin {plugin}"), loaded) else { continue };
            links.push(Link { plugin: Arc::new(loaded), config: options.into() });
        }
        if links.len() == lane.enrichers.len() + 1 {
            check_chain(name, source, config, links, report);
        }
    }
    Ok(())
}

/// Opens the plugins of a source together, with its options.
fn check_chain(name: &str, source: &Source, config: &Config, mut links: Vec<Link>, report: &mut Report) {
    let lane = source.lane();
    let enrichers = links.split_off(1);
    let Some(mapper) = links.pop() else { return };
    let links = match Links::new(mapper, enrichers) {
        Ok(links) => links,
        Err(unfit) => {
            report.note::<()>(&format!("source {name}: plugins"), Err(unfit.into()));
            return;
        }
    };
    let info = LaneInfo {
        name: name.to_owned(),
        dbid: lane.dbids.server,
        switch_dbid: lane.dbids.switch,
        tenant_dbid: lane.dbids.tenant,
    };
    let roles = lane.roles();
    let opening = Opening { lane: info, roles: roles.clone(), limits: config.plugins.limits() };
    let opened = Chain::open(&links, &opening).map_err(|failed| {
        let words = format!("plugin {}", failed.plugin);
        anyhow::Error::from(failed).context(words)
    });
    report.note(&format!("source {name}: plugin_config"), opened);
    let tables = links.tables();
    let tables = tables.iter().filter_map(|table| crate::record::table_named(table));
    let written: BTreeSet<Role> = tables.map(|table| table.role).collect();
    for role in roles.iter().filter(|role| !written.contains(role)) {
        report.warn(&format!("source {name}: plugin {} writes no table of role {}", lane.plugin, role.name()));
    }
}

fn check_secrets(config: &Config, report: &mut Report) {
    use std::os::unix::fs::PermissionsExt as _;
    let mut files: Vec<_> = config.idb.password_file.iter().collect();
    for source in config.sources.values() {
        if let crate::config::Source::Ami(ami) = source {
            files.push(&ami.secret_file);
        }
    }
    for file in files {
        let mode = std::fs::metadata(file).map_or(0, |meta| meta.permissions().mode());
        if mode & 0o004 != 0 {
            report.warn(&format!("{} can be read by everyone: chmod 600", file.display()));
        }
    }
}
