//! Plugins tried out: events in, rows out, in this process, without queue and database.
//!
//! ```text
//! case folder, recording or queue ─▶ events ─▶ plugin::Chain ─▶ rows by event ─▶ Database ─▶ differences
//!                                               cut into calls, with snapshot and restoration between them
//! ```
//! This is what `plugin test`, `plugin check` and `dev` are made of.
//!
//! # Failure
//! A call that fails is narrowed down as a lane does it: other instances are led to where the batch began, and its
//! events are tried one by one. The one that fails again is named and left out, and the trial goes on; after
//! [`FAILURES_MAX`] of them it ends.
//!
//! # Invariants
//! 1. What is found depends on plugins, events and cuts only (`tests::a_trial_can_be_repeated`).
//!
//! # Not here
//! What of it the user asked for (`cli`), and what holds of a lane: session control, numbering, the database.

pub mod case;
pub mod database;
pub mod determinism;
pub mod difference;
pub mod json;
pub mod recording;
pub mod versions;

use crate::event::{Kind, View};
use crate::plugin::{Chain, Failed, LaneInfo, Links, Opening};
use crate::record::{Role, Row, TableId};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::{Duration, Instant};

/// Events that fail, after which a trial ends.
pub const FAILURES_MAX: usize = 20;
/// Events of one call where nothing else is asked for.
pub const BATCH: usize = 256;

/// How a trial opens plugins: with every role, and the limits of a daemon that configures none.
#[must_use]
pub fn opening(lane: LaneInfo) -> Opening {
    Opening { lane, roles: Role::ALL.to_vec(), limits: crate::config::Plugins::default().limits() }
}

/// The lane of trials that name none; that of the SDK's harness.
#[must_use]
pub fn lane() -> LaneInfo {
    LaneInfo { name: "pbx".to_owned(), dbid: 201, switch_dbid: 301, tenant_dbid: 1 }
}

/// What is led through plugins: flat events, and, for an enricher that is alone, the rows of each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Events {
    /// Each in its flat form.
    pub flat: Vec<Vec<u8>>,
    /// Rows that a mapper made, by index of their event.
    pub given: BTreeMap<usize, Vec<(TableId, Row)>>,
}

impl Events {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.flat.len()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flat.is_empty()
    }

    /// What to call an event in messages: its index from 1 and its name.
    #[must_use]
    pub fn shown(&self, at: usize) -> String {
        let name = self.flat.get(at).and_then(|flat| View::parse(flat).ok()).map_or("?", |view| view.name());
        format!("event {} ({name})", at + 1)
    }
}

/// The end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Index of the event after it.
    pub at: usize,
    /// The state is taken then, and other instances go on with it.
    pub renew: bool,
}

/// Calls of so many events each.
#[must_use]
pub fn cuts(events: usize, size: usize, renew: bool) -> Vec<Cut> {
    let size = size.max(1);
    let ends = (1..=events.div_ceil(size)).map(|n| n.saturating_mul(size).min(events));
    ends.map(|at| Cut { at, renew }).collect()
}

/// A row, and the index of the event that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The event.
    pub event: usize,
    /// The row's table.
    pub table: TableId,
    /// The row; its `at` means nothing.
    pub row: Row,
}

/// A call that failed.
#[derive(Clone, Debug)]
pub struct Failing {
    /// The event at which it failed, if one could be found.
    pub event: Option<usize>,
    /// Name and version of the plugin.
    pub plugin: String,
    /// The failure in words.
    pub words: String,
}

/// What a trial found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Rows; by event, and those of one event in one table in the order in which the plugin gave them.
    pub rows: Vec<Made>,
    /// Events that were rejected, with the reason.
    pub rejections: Vec<(usize, String)>,
    /// Calls that failed.
    pub failures: Vec<Failing>,
    /// The trial ended before the last event.
    pub ended_early: bool,
    /// Source events that the mapper does not know.
    pub unknown: u64,
    /// Calls, and how long they and the longest of them took.
    pub calls: Calls,
    /// Linear memory at the end, bytes.
    pub memory_bytes: usize,
    /// Digests of the states where instances were renewed, by index of the next event.
    pub states: Vec<(usize, Vec<[u8; 32]>)>,
    /// Bytes of the largest state.
    pub state_bytes: usize,
}

/// How long calls took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Calls {
    /// How many.
    pub count: u64,
    /// All together.
    pub took: Duration,
    /// The longest.
    pub longest: Duration,
}

/// Plugins, and how they are opened.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The plugins: a mapper and its enrichers, or an enricher alone.
    pub links: Links,
    /// How they are opened.
    pub opening: Opening,
}

impl Trial {
    /// Leads the events through the plugins.
    ///
    /// # Errors
    /// [`Failed`] if they cannot be opened.
    pub fn run(&self, events: &Events, cuts: &[Cut]) -> Result<Found, Failed> {
        let chain = Chain::open(&self.links, &self.opening)?;
        let mut running = Running { trial: self, events, chain, left_out: BTreeSet::new(), found: Found::default() };
        let mut from = 0;
        for cut in cuts {
            let done =
                running.batch(from..cut.at).and_then(|()| if cut.renew { running.renew(cut.at) } else { Ok(()) });
            if let Err(failing) = done {
                running.found.failures.push(failing);
                running.found.ended_early = true;
                break;
            }
            from = cut.at;
        }
        let Running { chain, mut found, .. } = running;
        found.memory_bytes = chain.memory_bytes();
        found.rows.sort_by_key(|made| (made.event, made.table));
        Ok(found)
    }
}

/// A trial under way.
struct Running<'t> {
    trial: &'t Trial,
    events: &'t Events,
    chain: Chain,
    /// Events at which a call failed.
    left_out: BTreeSet<usize>,
    found: Found,
}

impl Running<'_> {
    /// Maps a batch; an error ends the trial.
    fn batch(&mut self, range: Range<usize>) -> Result<(), Failing> {
        let failed = match self.call(range.clone()) {
            Ok(()) => return Ok(()),
            Err(failed) => failed,
        };
        let before = self.found.failures.len();
        self.lead_to(range.start)?;
        for event in range {
            let Err(failed) = self.call(event..event + 1) else { continue };
            self.found.failures.push(failing(Some(event), &failed));
            self.left_out.insert(event);
            if self.found.failures.len() >= FAILURES_MAX {
                let words = format!("{FAILURES_MAX} events have failed: the trial ends here");
                return Err(Failing { event: None, plugin: failed.plugin, words });
            }
            self.lead_to(event)?;
        }
        if self.found.failures.len() == before {
            self.found.failures.push(failing(None, &failed));
        }
        Ok(())
    }

    /// Calls the plugins with these events, and keeps what comes of it.
    fn call(&mut self, range: Range<usize>) -> Result<(), Failed> {
        let begun = Instant::now();
        let given = give(self.events, &range, &self.left_out);
        if given.at.is_empty() {
            return Ok(());
        }
        let output = self.chain.lead(&given.views, given.rows)?;
        let took = begun.elapsed();
        let calls = &mut self.found.calls;
        (calls.count, calls.took, calls.longest) = (calls.count + 1, calls.took + took, calls.longest.max(took));
        let event = |at: u32| usize::try_from(at).ok().and_then(|at| given.at.get(at)).copied().unwrap_or(range.start);
        self.found.unknown += u64::from(output.unknown);
        let rejections = output.rejections.into_iter().map(|(at, reason)| (event(at), reason));
        self.found.rejections.extend(rejections);
        let rows =
            output.rows.into_iter().map(|(table, row)| Made { event: event(row.at), table, row: Row { at: 0, ..row } });
        self.found.rows.extend(rows);
        Ok(())
    }

    /// Takes the state, and goes on with other instances that have it.
    fn renew(&mut self, at: usize) -> Result<(), Failing> {
        let renewed = self.chain.snapshot().and_then(|states| {
            let mut chain = Chain::open(&self.trial.links, &self.trial.opening)?;
            chain.restore(&states)?;
            Ok((chain, states))
        });
        let (chain, states) = renewed.map_err(|failed| Failing {
            words: format!("snapshot and restoration before {}: {}", self.events.shown(at), failed.failure),
            ..failing(None, &failed)
        })?;
        self.chain = chain;
        let size: usize = states.iter().map(|state| state.bytes.len()).sum();
        self.found.state_bytes = self.found.state_bytes.max(size);
        self.found
            .states
            .push((at, states.iter().map(|state| Sha256::digest(state.bytes.as_slice()).into()).collect()));
        Ok(())
    }

    /// Other instances take the place of one that failed, and are led to that event.
    fn lead_to(&mut self, end: usize) -> Result<(), Failing> {
        self.chain = Chain::open(&self.trial.links, &self.trial.opening).map_err(|failed| failing(None, &failed))?;
        for cut in cuts(end, BATCH, false) {
            let from = cut.at.saturating_sub(1) / BATCH * BATCH;
            let given = give(self.events, &(from..cut.at), &self.left_out);
            if !given.at.is_empty() {
                let led = self.chain.lead(&given.views, given.rows);
                led.map_err(|failed| failing(None, &failed))?;
            }
        }
        Ok(())
    }
}

/// What one call is given.
struct Given<'e> {
    /// Indexes of its events.
    at: Vec<usize>,
    views: Vec<View<'e>>,
    rows: Vec<(TableId, Row)>,
}

/// Those of these events that did not fail.
fn give<'e>(events: &'e Events, range: &Range<usize>, left_out: &BTreeSet<usize>) -> Given<'e> {
    let mut given = Given { at: Vec::new(), views: Vec::new(), rows: Vec::new() };
    for at in range.clone().filter(|at| !left_out.contains(at)) {
        // What is no event was refused when it was read.
        let Some(view) = events.flat.get(at).and_then(|flat| View::parse(flat).ok()) else { continue };
        if view.kind() == Kind::Bookmark {
            continue;
        }
        let place = u32::try_from(given.at.len()).unwrap_or(u32::MAX);
        let rows = events.given.get(&at).into_iter().flatten();
        given.rows.extend(rows.map(|(table, row)| (*table, Row { at: place, ..row.clone() })));
        given.at.push(at);
        given.views.push(view);
    }
    given
}

fn failing(event: Option<usize>, failed: &Failed) -> Failing {
    Failing { event, plugin: failed.plugin.clone(), words: failed.failure.to_string() }
}

#[cfg(test)]
mod tests;
