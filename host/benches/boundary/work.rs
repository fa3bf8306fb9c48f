//! The work: recorded exchanges, again and again, each time as other calls on another day.

use crate::batch::Batch;
use anyhow::{Context, Result, ensure};
use concentrator::event::{Builder, Kind, Value, View};
use std::path::Path;

/// First digits of all recorded moments and Uniqueids: seconds since 1970, without the last five digits.
const ERA: u32 = 17_953;
/// Seconds for which [`ERA`] stands, in µs.
const ERA_MICROS: i64 = 100_000 * 1_000_000;

/// Events of all recordings that the mapping wants to see, in their flat form.
pub(crate) struct Work(Vec<Vec<u8>>);

impl Work {
    /// Reads the recordings.
    pub(crate) fn read(wanted: &[impl AsRef<str>]) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/asterisk");
        let mut files: Vec<_> =
            std::fs::read_dir(&root)?.map(|entry| Ok(entry?.path().join("events.jsonl"))).collect::<Result<_>>()?;
        files.retain(|file| file.exists());
        files.sort();
        let mut events = Vec::new();
        for file in files {
            let text = std::fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
            for line in text.lines().filter(|line| !line.is_empty()) {
                let event = concentrator_event::json::from_json(line).map_err(anyhow::Error::msg)?;
                let event = event.finish().map_err(anyhow::Error::msg)?;
                let view = View::parse(&event).map_err(anyhow::Error::msg)?;
                if view.kind() != Kind::Source || wanted.iter().any(|name| name.as_ref() == view.name()) {
                    events.push(event);
                }
            }
        }
        ensure!(!events.is_empty(), "{} has no recordings", root.display());
        Ok(Self(events))
    }

    /// Number of events.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Bytes of all events.
    pub(crate) fn bytes(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// The work of day `day`: the same, a little more than a day later each, with Uniqueids of that day.
    pub(crate) fn day(&self, day: u32, batch: usize) -> Result<Vec<Batch>> {
        let mut batches = Vec::new();
        for events in self.0.chunks(batch) {
            let mut bytes = Vec::new();
            for event in events {
                let view = View::parse(event).map_err(anyhow::Error::msg)?;
                moved(&view, day).append_to(&mut bytes).map_err(anyhow::Error::msg)?;
            }
            batches.push(Batch { bytes, events: u32::try_from(events.len())? });
        }
        Ok(batches)
    }
}

fn moved(view: &View<'_>, day: u32) -> Builder {
    let shift = i64::from(day) * ERA_MICROS;
    let (from, to) = (ERA.to_string(), (ERA + day).to_string());
    let replace = |text: &str| text.replace(&from, &to);
    let mut builder = Builder::new(view.kind(), view.name(), view.received() + shift);
    if let Some(time) = view.source_time() {
        builder.time(time + shift);
    }
    for (name, value) in view.attributes() {
        match value {
            Value::Text(text) => builder.text(name, &replace(text)),
            Value::Integer(number) => builder.integer(name, number),
            Value::List(pairs) => {
                let pairs: Vec<_> = pairs.map(|(key, text)| (key, replace(text))).collect();
                builder.list(name, pairs.iter().map(|(key, text)| (*key, text.as_str())))
            }
        };
    }
    builder
}
