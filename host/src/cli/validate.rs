//! `concentrator validate`: the configuration and everything it names, without changing anything.

use super::{ConfigArguments, exit, out};
use crate::config::Config;
use crate::idb::{self, Idb, Schema};
use crate::plugin::{Engine, EngineConfig, LaneInfo, Plugin};
use crate::record::Role;
use anyhow::{Context, Result};
use std::collections::BTreeSet;

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
    let limits = config.plugins.limits();
    for (name, source) in &config.sources {
        let lane = source.lane();
        let file = config.plugins.dir.join(format!("{}.wasm", lane.plugin));
        let loaded = Plugin::load(&engine, &file).map_err(anyhow::Error::from);
        let Some(plugin) = report.note(&format!("source {name}: plugin {}", lane.plugin), loaded) else { continue };
        let info = LaneInfo {
            name: name.clone(),
            dbid: lane.dbids.server,
            switch_dbid: lane.dbids.switch,
            tenant_dbid: lane.dbids.tenant,
        };
        let roles = lane.roles();
        let opened = plugin.open(&info, &lane.plugin_config_json(), &roles, &limits).map_err(anyhow::Error::from);
        report.note(&format!("source {name}: plugin_config"), opened);
        let written: BTreeSet<Role> = plugin
            .description()
            .table_names()
            .filter_map(|table| crate::record::table_named(table).map(|table| table.role))
            .collect();
        for role in roles.iter().filter(|role| !written.contains(role)) {
            report.warn(&format!("source {name}: plugin {} writes no table of role {}", lane.plugin, role.name()));
        }
    }
    Ok(())
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
