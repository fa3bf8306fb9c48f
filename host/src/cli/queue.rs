//! `concentrator queue status | verify | show | export | quarantine`: works beside a running daemon, and only reads.

use super::status::size;
use super::{ConfigArguments, exit, out};
use crate::clock::rfc3339;
use crate::config::Config;
use crate::event::{Kind, Seq, View, Views};
use crate::queue::{self, Read};
use crate::trial::recording;
use anyhow::{Context, Result, bail};
use concentrator_event::json;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Events read at once.
const READ_EVENTS: usize = 1_000;
/// Bytes of those.
const READ_BYTES: usize = 1 << 20;
/// How often a long export tells how far it is.
const PROGRESS: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Show what the queues hold.
    Status(Which),
    /// Read everything and check every frame; exits with 3 if something is damaged.
    Verify(Which),
    /// Print events.
    Show(Show),
    /// Write events to a file: as a case for a plugin's tests, or as they are.
    Export(Export),
    /// List the damaged pieces that were put aside, or show what can still be read in one.
    Quarantine(Quarantine),
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
    /// Only events of this name.
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// Show values too; they may be user data.
    #[arg(long)]
    values: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    #[command(flatten)]
    config: ConfigArguments,
    /// Of this source; may be left out where there is one only.
    #[arg(long)]
    source: Option<String>,
    /// A queue directory, instead of one that the configuration names.
    #[arg(long, conflicts_with = "source")]
    dir: Option<PathBuf>,
    /// First position; the oldest that is kept by default.
    #[arg(long, value_name = "POSITION")]
    from: Option<Seq>,
    /// Last position; the newest that is durable by default.
    #[arg(long, value_name = "POSITION")]
    to: Option<Seq>,
    /// Form of the events.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// File to write; standard output by default.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A JSON object a line, as `events.jsonl` of a case folder: without positions and bookmarks.
    #[default]
    Jsonl,
    /// Flat events, one after another, as the queue holds them.
    Flat,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Quarantine {
    #[command(flatten)]
    which: Which,
    /// Show the events that can still be read in the piece of this name.
    name: Option<String>,
    /// Show values too; they may be user data.
    #[arg(long, requires = "name")]
    values: bool,
}

impl Which {
    fn queues(&self) -> Result<Vec<(String, PathBuf)>> {
        queues(&self.config, self.source.as_deref(), self.dir.as_deref())
    }
}

/// Names and directories of the queues that are meant.
fn queues(config: &ConfigArguments, source: Option<&str>, dir: Option<&Path>) -> Result<Vec<(String, PathBuf)>> {
    if let Some(dir) = dir {
        let status = queue::status(dir).with_context(|| format!("look into the queue in {}", dir.display()))?;
        if status.id.is_none() && status.segments.is_empty() {
            bail!("there is no queue in {}", dir.display());
        }
        return Ok(vec![(dir.display().to_string(), dir.to_owned())]);
    }
    let config: Config = config.read()?;
    let wanted = |name: &&String| source.is_none_or(|source| source == *name);
    let found: Vec<_> = config.sources.keys().filter(wanted).collect();
    if found.is_empty() {
        bail!("source `{}` is not configured", source.unwrap_or_default());
    }
    Ok(found.into_iter().map(|name| (name.clone(), config.lane_dir(name).join("queue"))).collect())
}

fn the_only(queues: Vec<(String, PathBuf)>) -> Result<PathBuf> {
    match <[_; 1]>::try_from(queues) {
        Ok([(_, dir)]) => Ok(dir),
        Err(_) => bail!("several sources are configured: name one with --source"),
    }
}

pub(crate) fn run(verb: &Verb) -> Result<u8> {
    match verb {
        Verb::Status(which) => status(which),
        Verb::Verify(which) => verify(which),
        Verb::Show(arguments) => show(arguments),
        Verb::Export(arguments) => export(arguments),
        Verb::Quarantine(arguments) => quarantine(arguments),
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
    let dir = the_only(arguments.which.queues()?)?;
    let first = queue::status(&dir)?.first_retained;
    let mut reader = queue::show(&dir, arguments.from.unwrap_or(first).max(first))?;
    let wanted = |view: &View<'_>| arguments.event.as_deref().is_none_or(|name| name == view.name());
    let mut left = arguments.limit;
    let mut buffer = Vec::new();
    while left > 0 {
        buffer.clear();
        let Read::Batch { .. } = reader.read(READ_EVENTS, READ_BYTES, &mut buffer, Duration::ZERO)? else { break };
        for view in Views::new(&buffer) {
            let view = view.context("an event in the queue")?;
            if left > 0 && wanted(&view) {
                print(&view, arguments.which.json, arguments.values);
                left -= 1;
            }
        }
    }
    Ok(exit::SUCCESS)
}

fn export(arguments: &Export) -> Result<u8> {
    let Export { config, source, dir, from, to, format, output } = arguments;
    let dir = the_only(queues(config, source.as_deref(), dir.as_deref())?)?;
    let status = queue::status(&dir)?;
    let (from, to) = (from.unwrap_or(status.first_retained), to.unwrap_or(status.durable));
    if from < status.first_retained {
        bail!("position {from} is no longer kept; the oldest is {}", status.first_retained);
    }
    let reader = queue::show(&dir, from)?;
    let (written, missing) = match output {
        Some(path) => {
            let file = std::fs::File::create(path).with_context(|| format!("write {}", path.display()))?;
            let mut to_file = BufWriter::new(file);
            let done = copy(reader, from..=to, *format, &mut to_file)?;
            to_file.flush().with_context(|| format!("write {}", path.display()))?;
            done
        }
        None => copy(reader, from..=to, *format, &mut std::io::stdout().lock())?,
    };
    eprintln!("{written} events written");
    if missing > 0 {
        eprintln!("{missing} events are missing: they stood in damaged places");
        return Ok(exit::PROBLEMS);
    }
    Ok(exit::SUCCESS)
}

/// Writes the events of these positions; gives how many, and how many are lost in damaged places.
fn copy(
    mut reader: queue::Reader,
    wanted: std::ops::RangeInclusive<Seq>,
    format: Format,
    output: &mut dyn Write,
) -> Result<(u64, u64)> {
    let (mut written, mut missing, mut told) = (0, 0, Instant::now());
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let read = reader.read(READ_EVENTS, READ_BYTES, &mut buffer, Duration::ZERO)?;
        let Read::Batch { last, skipped_quarantined, .. } = read else { break };
        missing += skipped_quarantined;
        for view in Views::new(&buffer) {
            let view = view.context("an event in the queue")?;
            if wanted.contains(&view.seq()) && put(&view, format, output)? {
                written += 1;
            }
        }
        if last >= *wanted.end() {
            break;
        }
        if told.elapsed() >= PROGRESS {
            eprintln!("position {last} of {}, {written} events written", wanted.end());
            told = Instant::now();
        }
    }
    Ok((written, missing))
}

/// Whether it was written: a bookmark tells nothing that a plugin sees.
fn put(view: &View<'_>, format: Format, output: &mut dyn Write) -> Result<bool> {
    match format {
        Format::Flat => output.write_all(view.raw())?,
        Format::Jsonl if view.kind() == Kind::Bookmark => return Ok(false),
        Format::Jsonl => writeln!(output, "{}", recording::line(view))?,
    }
    Ok(true)
}

fn quarantine(arguments: &Quarantine) -> Result<u8> {
    let Quarantine { which, name, values } = arguments;
    let Some(wanted) = name else { return list(which) };
    let dir = the_only(which.queues()?)?;
    let pieces = queue::quarantined(&dir)?;
    let Some(piece) = pieces.iter().find(|piece| piece.name == *wanted) else {
        bail!("there is no piece `{wanted}` in the quarantine of {}", dir.display());
    };
    let (events, count) = queue::salvage(piece)?;
    for view in Views::new(&events) {
        print(&view.context("an event in the piece")?, which.json, *values);
    }
    eprintln!("{count} events can be read in {} bytes; any of their bytes may be wrong", piece.bytes);
    Ok(exit::SUCCESS)
}

fn list(which: &Which) -> Result<u8> {
    let mut found = 0;
    for (source, dir) in which.queues()? {
        for piece in queue::quarantined(&dir)? {
            found += 1;
            if which.json {
                let (segment, offset) = piece.stood.unzip();
                let object = serde_json::json!({
                    "source": source, "name": piece.name, "path": piece.path, "bytes": piece.bytes,
                    "segment": segment, "offset": offset,
                });
                out(&object.to_string());
                continue;
            }
            let place = piece.stood.map_or_else(
                || "a whole file".to_owned(),
                |(segment, offset)| format!("stood in segment {segment} at byte {offset}"),
            );
            out(&format!("{source}: {}  {}, {place}", piece.name, size(piece.bytes)));
        }
    }
    if found == 0 && !which.json {
        eprintln!("nothing is in quarantine");
    }
    Ok(exit::SUCCESS)
}

fn print(view: &View<'_>, as_json: bool, values: bool) {
    if as_json {
        let mut object = json::to_json(view);
        if !values {
            redact(&mut object);
        }
        out(&object.to_string());
        return;
    }
    let time = rfc3339(view.time());
    let attributes: Vec<String> = view
        .attributes()
        .map(|(name, value)| if values { format!("{name}={value:?}") } else { name.to_owned() })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Builder;
    use crate::queue::disk::SystemDisk;
    use std::sync::Arc;

    /// A queue of ten events and a bookmark, at the position 4.
    fn queue(dir: &Path) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
        let config = queue::Config { segment_bytes: 16 << 10, ..queue::Config::new(dir.to_owned(), "pbx") };
        let (queue, _) = queue::Queue::open(config, Arc::new(SystemDisk), 1).expect("opens");
        for number in 1..=11_u64 {
            let kind = if number == 4 { Kind::Bookmark } else { Kind::Source };
            let event = Builder::new(kind, "Hold", 5).text("n", &number.to_string()).finish().expect("small");
            runtime.block_on(async { queue.append(event).await.expect("taken").durable().await.expect("durable") });
        }
        runtime.block_on(queue.close());
    }

    fn exported(dir: &Path, wanted: std::ops::RangeInclusive<Seq>, format: Format) -> (Vec<u8>, (u64, u64)) {
        let mut bytes = Vec::new();
        let reader = queue::show(dir, *wanted.start()).expect("readable");
        let counts = copy(reader, wanted, format, &mut bytes).expect("writes to memory");
        (bytes, counts)
    }

    #[test]
    fn a_stretch_becomes_a_case() {
        let dir = tempfile::tempdir().expect("directory");
        queue(dir.path());
        let (bytes, counts) = exported(dir.path(), 3..=6, Format::Jsonl);
        let text = String::from_utf8(bytes).expect("text");
        let numbers: Vec<_> = text
            .lines()
            .map(|line| json::from_json(line).expect("an event").finish().expect("small"))
            .map(|event| View::parse(&event).expect("flat").text("n").map(str::to_owned).expect("its number"))
            .collect();
        assert_eq!((numbers, counts), (vec!["3".to_owned(), "5".to_owned(), "6".to_owned()], (3, 0)));
        assert!(!text.contains("seq"));
        let (flat, counts) = exported(dir.path(), 3..=6, Format::Flat);
        let seqs: Vec<_> = Views::new(&flat).map(|view| view.expect("flat").seq()).collect();
        assert_eq!((seqs, counts), (vec![3, 4, 5, 6], (4, 0)));
    }

    #[test]
    fn what_can_be_read_in_a_piece_is_shown() {
        let dir = tempfile::tempdir().expect("directory");
        queue(dir.path());
        let events: Vec<u8> = exported(dir.path(), 1..=3, Format::Flat).0;
        let kept = dir.path().join("quarantine");
        std::fs::create_dir_all(&kept).expect("directory");
        let name = "00000000000000000001-000000008192-99.damaged";
        let piece = [vec![0xff; 24], events.clone(), vec![7; 11]].concat();
        std::fs::write(kept.join(name), piece).expect("written");
        let pieces = queue::quarantined(dir.path()).expect("readable");
        let [piece] = pieces.as_slice() else { panic!("{pieces:?}") };
        assert_eq!((piece.name.as_str(), piece.stood), (name, Some((1, 8192))));
        assert_eq!(queue::salvage(piece).expect("readable"), (events, 3));
    }
}
