//! `concentrator idb status | migrate | summary`.

use super::{ConfigArguments, exit, out};
use crate::idb::{self, Idb, Status};
use anyhow::Result;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Show the schema version and the lanes; exits with 3 if the daemon would refuse the database.
    Status(Which),
    /// Bring the schema to the version that this program needs.
    Migrate(Migrate),
    /// Show the calls, agents and queues that were written.
    Summary(Summary),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    #[command(flatten)]
    config: ConfigArguments,
    /// Another database than the configured one.
    #[arg(long, value_name = "URL")]
    idb: Option<String>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Which {
    fn connect(&self) -> Result<Idb> {
        let config = self.config.read()?.idb;
        let url = self.idb.clone().unwrap_or(config.url);
        Ok(Idb::connect(&idb::Config { url, password_file: config.password_file })?)
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Migrate {
    #[command(flatten)]
    which: Which,
    /// Do it; without this, only what would be done is shown.
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Summary {
    #[command(flatten)]
    which: Which,
    /// At most that many of the latest calls.
    #[arg(long, default_value_t = 30)]
    limit: u32,
}

pub(crate) async fn run(verb: &Verb) -> Result<u8> {
    match verb {
        Verb::Status(which) => {
            let status = which.connect()?.status().await?;
            show(&status, which.json);
            Ok(if status.require_current().is_ok() { exit::SUCCESS } else { exit::PROBLEMS })
        }
        Verb::Migrate(arguments) => migrate(arguments).await,
        Verb::Summary(arguments) => summary(arguments).await,
    }
}

async fn migrate(arguments: &Migrate) -> Result<u8> {
    let idb = arguments.which.connect()?;
    let status = idb.status().await?;
    let open = status.steps.iter().filter(|step| step.applied.is_none()).count();
    if open > 0 && !arguments.yes {
        show(&status, arguments.which.json);
        eprintln!("{open} to apply: run again with --yes");
        return Ok(exit::PROBLEMS);
    }
    show(&idb.migrate().await?, arguments.which.json);
    Ok(exit::SUCCESS)
}

fn show(status: &Status, json: bool) {
    if json {
        let steps: Vec<_> = status
            .steps
            .iter()
            .map(|step| serde_json::json!({ "number": step.number, "name": step.name, "applied": step.applied }))
            .collect();
        out(&serde_json::json!({ "version": status.version, "expected": status.expected, "steps": steps }).to_string());
        return;
    }
    out(&format!("schema version {}, this program needs {}", status.version, status.expected));
    for step in &status.steps {
        let applied = step.applied.as_deref().unwrap_or("to be applied");
        out(&format!("  {:04} {:<12} {applied}", step.number, step.name));
    }
}

async fn summary(arguments: &Summary) -> Result<u8> {
    let summary = arguments.which.connect()?.summary(arguments.limit).await?;
    for table in &summary {
        if arguments.which.json {
            let rows: Vec<_> =
                table.rows.iter().map(|row| row.iter().map(|cell| cell.as_deref()).collect::<Vec<_>>()).collect();
            out(&serde_json::json!({ "title": table.title, "columns": table.columns, "rows": rows }).to_string());
        } else {
            out(&table.to_string());
        }
    }
    Ok(exit::SUCCESS)
}
