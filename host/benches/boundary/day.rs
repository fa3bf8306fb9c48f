//! The work: simulated days of a voice site, each another one.

use crate::batch::Batch;
use anyhow::{Context, Result};
use concentrator_event::{Kind, Views};
use simulator::config::DEFAULT_START;
use simulator::flat::Flattener;
use simulator::{Config, Site};

/// Sites that no mapping has to keep apart: two days lie between them.
const DAYS: i64 = 2 * 86_400_000_000;
/// Numbered entries of a day.
const ENTRIES: u64 = 20_000;

/// Events of a day, in their flat form.
pub(crate) struct Day(Vec<Vec<u8>>);

impl Day {
    /// Simulates day number `day`: the events that the mapping wants to see.
    pub(crate) fn new(day: u32, wanted: &[impl AsRef<str>]) -> Result<Self> {
        let start = DEFAULT_START + i64::from(day) * DAYS;
        let config = Config { seed: u64::from(day) + 1, start, live_calls: Some(200), ..Config::default() };
        let mut site = Site::new(&Config { events_max: Some(ENTRIES), hours: 24.0, ..config });
        let mut flattener = Flattener::default();
        let mut bytes = Vec::new();
        for entry in site.by_ref() {
            for event in flattener.flatten(&entry) {
                event.append_to(&mut bytes)?;
            }
        }
        flattener.end().context("a day without an event")?.append_to(&mut bytes)?;
        let mut events = Vec::new();
        for view in Views::new(&bytes) {
            let view = view?;
            if view.kind() != Kind::Source || wanted.iter().any(|name| name.as_ref() == view.name()) {
                events.push(view.raw().to_vec());
            }
        }
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

    /// The day in batches of that size.
    pub(crate) fn batches(&self, size: usize) -> Result<Vec<Batch>> {
        let batch = |events: &[Vec<u8>]| Ok(Batch { bytes: events.concat(), events: u32::try_from(events.len())? });
        self.0.chunks(size).map(batch).collect()
    }
}
