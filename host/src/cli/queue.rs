//! `concentrator queue status | verify | show`: works beside a running daemon, and only reads.

use super::status::size;
use super::{ConfigArguments, exit, out};
use crate::clock::rfc3339;
use crate::config::Config;
use crate::event::{Seq, View, Views};
use crate::queue::{self, Read};
use anyhow::{Context, Result, bail};
use concentrator_event::json;
use std::path::PathBuf;
use std::time::Duration;

/// Events read at once.
const READ_EVENTS: usize = 1_000;
/// Bytes of those.
const READ_BYTES: usize = 1 << 20;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Show what the queues hold.
    Status(Which),
    /// Read everything and check every frame; exits with 3 if something is damaged.
    Verify(Which),
    /// Print events.
    Show(Show),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    #[command(flatten)]
    config: ConfigArguments,
    /// Only of this source.
    #[arg(long)]
    source: Option<String>,
    /// A queue directory, instead of those that the configuration names.
    #[arg(long, conflicts_with = "source")]
    dir: Option<PathBuf>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    which: Which,
    /// First position to print; the oldest that is kept by default.
    #[arg(long, value_name = "POSITION")]
    from: Option<Seq>,
    /// At most that many events.
    #[arg(long, default_value_t = 100)]
    limit: u64,
    /// Show values too; they may be user data.
    #[arg(long)]
    values: bool,
}

impl Which {
    /// Names and directories of the queues that are meant.
    fn queues(&self) -> Result<Vec<(String, PathBuf)>> {
        if let Some(dir) = &self.dir {
            return Ok(vec![(dir.display().to_string(), dir.clone())]);
        }
        let config: Config = self.config.read()?;
        let wanted = |name: &&String| self.source.as_ref().is_none_or(|source| source == *name);
        let found: Vec<_> = config.sources.keys().filter(wanted).collect();
        if found.is_empty() {
            bail!("source `{}` is not configured", self.source.as_deref().unwrap_or_default());
        }
        Ok(found.into_iter().map(|name| (name.clone(), config.lane_dir(name).join("queue"))).collect())
    }
}

pub(crate) fn run(verb: &Verb) -> Result<u8> {
    match verb {
        Verb::Status(which) => status(which),
        Verb::Verify(which) => verify(which),
        Verb::Show(arguments) => show(arguments),
    }
}

fn status(which: &Which) -> Result<u8> {
    for (name, dir) in which.queues()? {
        let status = queue::status(&dir).with_context(|| format!("look into the queue in {}", dir.display()))?;
        let events = (status.durable + 1).saturating_sub(status.first_retained);
        if which.json {
            let object = serde_json::json!({
                "source": name, "dir": dir, "id": status.id.map(|id| id.to_string()),
                "first_retained": status.first_retained, "durable": status.durable, "events": events,
                "segments": status.segments.len(), "spare_segments": status.spare_segments, "bytes": status.bytes,
                "quarantined": status.quarantined, "quarantined_bytes": status.quarantined_bytes,
            });
            out(&object.to_string());
        } else {
            let range = format!("positions {} to {}", status.first_retained, status.durable);
            out(&format!(
                "{name}: {events} events kept, {range}; {} segments and {} spare, {}; {} damaged places in quarantine, {}",
                status.segments.len(),
                status.spare_segments,
                size(status.bytes),
                status.quarantined,
                size(status.quarantined_bytes)
            ));
        }
    }
    Ok(exit::SUCCESS)
}

fn verify(which: &Which) -> Result<u8> {
    let mut code = exit::SUCCESS;
    for (name, dir) in which.queues()? {
        let report = queue::verify(&dir).with_context(|| format!("verify the queue in {}", dir.display()))?;
        let damages: Vec<String> = report.damages.iter().map(ToString::to_string).collect();
        if !damages.is_empty() {
            code = exit::PROBLEMS;
        }
        if which.json {
            let object = serde_json::json!({
                "source": name, "segments": report.segments, "events": report.events, "bytes": report.bytes,
                "first": report.first, "last": report.last, "damages": damages,
            });
            out(&object.to_string());
            continue;
        }
        let word = if damages.is_empty() { "sound" } else { "DAMAGED" };
        out(&format!(
            "{name}: {word}; {} events in {} segments, positions {} to {}, {}",
            report.events,
            report.segments,
            report.first,
            report.last,
            size(report.bytes)
        ));
        damages.iter().for_each(|damage| out(&format!("  {damage}")));
    }
    Ok(code)
}

fn show(arguments: &Show) -> Result<u8> {
    let queues = arguments.which.queues()?;
    let [(_, dir)] = queues.as_slice() else { bail!("several sources are configured: name one with --source") };
    let first = queue::status(dir)?.first_retained;
    let mut reader = queue::show(dir, arguments.from.unwrap_or(first).max(first))?;
    let mut left = arguments.limit;
    let mut buffer = Vec::new();
    while left > 0 {
        buffer.clear();
        let most = usize::try_from(left).unwrap_or(READ_EVENTS).min(READ_EVENTS);
        let Read::Batch { count, .. } = reader.read(most, READ_BYTES, &mut buffer, Duration::ZERO)? else { break };
        for view in Views::new(&buffer) {
            print(&view.context("an event in the queue")?, arguments);
        }
        left -= count.min(left);
    }
    Ok(exit::SUCCESS)
}

fn print(view: &View<'_>, arguments: &Show) {
    if arguments.which.json {
        let mut object = json::to_json(view);
        if !arguments.values {
            redact(&mut object);
        }
        out(&object.to_string());
        return;
    }
    let time = rfc3339(view.time());
    let attributes: Vec<String> = view
        .attributes()
        .map(|(name, value)| if arguments.values { format!("{name}={value:?}") } else { name.to_owned() })
        .collect();
    out(&format!("{} {time} {} {} {}", view.seq(), json::kind_name(view.kind()), view.name(), attributes.join(" ")));
}

/// Values may be user data: without `--values` only names are shown.
fn redact(object: &mut serde_json::Value) {
    let attributes = object.get_mut("attributes").and_then(serde_json::Value::as_array_mut);
    for attribute in attributes.into_iter().flatten() {
        if let Some(value) = attribute.get_mut(1) {
            *value = serde_json::Value::from("***");
        }
    }
}
