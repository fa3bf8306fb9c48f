//! The mapping stage: durable events in, mapped batches out, on a thread of the lane's own.
//!
//! ```text
//! queue ─▶ read ≤ READ_EVENTS ─▶ plugin.map ─▶ stamp ─▶ pending ─▶ (writer is free, or pending is full) ─▶ writer
//! ```
//! A batch is not closed by a timer: while the writer is busy with one, the next one grows, and goes as soon as the
//! writer is free. So an idle lane has the latency of one transaction and a busy one large batches.
//!
//! # Failure
//! A trap, a limit or a broken contract costs the event that caused it. The instance is dropped; a new one gets the last
//! snapshot and the events since, with their rows suppressed, and then the batch again, one event at a time: the one
//! that fails again becomes a dead letter.
//!
//! # Pause
//! A lane that is paused (`pause.rs`), by a person or because too many events in a row became dead letters, gives what
//! it has to the writer and maps nothing more. Mapping one by one stops at the event with which the pause begins.
//!
//! # Letters on their way again
//! An entry of the queue that is a dead letter (`deadletter/again.rs`) is mapped as the event that it was, with its own
//! time. It moves neither session control nor the clock of the source, for it tells of the past.
//!
//! # Invariants
//! 1. What comes out depends on the queue and the plugin only: not on how the queue was cut into reads, nor on
//!    snapshots (whole test `killed_at_any_moment`).
//! 2. Rows are in the order of their events, and within an event in the order in which the plugin gave them.
//!
//! # Not here
//! SQL, files, sockets.

mod guest;
mod judge;
mod takeover;

use super::letters::{self, Settled};
use super::pause::Streak;
use super::status::Shared;
use super::{MappedBatch, SnapshotTaken};
use crate::clock::Clock;
use crate::config::DeadLetters;
use crate::deadletter::again::{self, Again};
use crate::event::{Kind, Micros, Seq, View, Views};
use crate::plugin::{Link, Links, Opening, Output};
use crate::queue::{Queue, Read};
use crate::record::{self, MAX_ROWS_PER_EVENT, Role, Row, Stamp, TableId};
use crate::session::Tracker;
use anyhow::{Context, Result, bail};
use guest::{Guest, Judged, Setting, views};
use judge::{Calls, Reason};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{Sender, error::TrySendError};
use tokio_util::sync::CancellationToken;

/// Most events read and mapped at once: enough that the cost of a call is small, few enough for the time limit.
const READ_EVENTS: usize = 512;
/// Most bytes of those.
const READ_BYTES: usize = 1 << 20;
/// How long a read waits for events before the thread looks at ticks and at the shutdown.
const READ_WAIT: Duration = Duration::from_millis(100);
/// A tick stays so far behind the source's clock: what happened in one moment may come in pieces, with a cut between.
const TICK_GRACE: Duration = Duration::from_secs(2);
/// A batch that only moves the position is written no more often than this…
const QUIET: Duration = Duration::from_millis(250);
/// … or after that many events.
const QUIET_EVENTS: u64 = 50_000;

/// What the stage is told.
pub(super) struct Config {
    pub(super) source: String,
    pub(super) opening: Opening,
    pub(super) batch_rows_max: usize,
    pub(super) snapshot_events: u64,
    pub(super) dead_letters: DeadLetters,
    /// A pause ends the lane instead of waiting for a person.
    pub(super) once: bool,
}

/// What the stage works with.
pub(super) struct Deps {
    pub(super) links: Links,
    pub(super) queue: Queue,
    pub(super) tracker: Tracker,
    pub(super) clock: Clock,
    pub(super) shared: Arc<Shared>,
    pub(super) out: Sender<MappedBatch>,
    /// Asks the lane to put a tick of that source time into the queue.
    pub(super) ticks: Option<Sender<Micros>>,
    /// The queue is closed: what is in it is to be mapped, unless the lane is paused.
    pub(super) closed: CancellationToken,
    /// Stop without emptying the queue.
    pub(super) abort: CancellationToken,
}

/// The stage.
pub(super) struct Mapping {
    config: Config,
    deps: Deps,
    guest: Guest,
    state: State,
    /// Other plugins, on their way to take over.
    takeover: Option<takeover::Takeover>,
    /// Plugins that were in force before, on their way out of memory.
    past: Option<takeover::Worker>,
}

/// The indexes of the events that one call was given, and what it gave.
type Mapped = (Vec<usize>, Output);

/// What the stage remembers beside the plugins.
#[derive(Default)]
struct State {
    /// When something falls due, by the source's clock, as the plugin said last.
    due: Option<Micros>,
    /// Time of the last event, by the source's clock and by ours; 0 before the first.
    last_time: Micros,
    last_received: Micros,
    /// Events in a row that became dead letters.
    streak: Streak,
}

/// A batch on its way to the writer.
struct Pending {
    batch: MappedBatch,
    since: Instant,
    events: u64,
}

impl Mapping {
    /// Puts the stage together. `snapshot` must not be beyond what is committed.
    pub(super) fn new(config: Config, deps: Deps, snapshot: Option<SnapshotTaken>, letters: Settled) -> Self {
        let setting = Setting {
            source: config.source.clone(),
            opening: config.opening.clone(),
            queue: deps.queue.clone(),
            shared: deps.shared.clone(),
            abort: deps.abort.clone(),
        };
        let judged = Judged { dead: letters.dead, rejected: letters.rejected };
        let guest = Guest::new(setting, deps.links.clone(), snapshot, judged);
        Self { config, deps, guest, state: State::default(), takeover: None, past: None }
    }

    /// Maps everything after `committed` until the queue is closed and empty, or until told to stop.
    ///
    /// # Errors
    /// If the plugin cannot be opened, or the queue cannot be read: the lane cannot go on.
    pub(super) fn run(mut self, committed: Seq) -> Result<()> {
        let first = self.first_to_map(committed);
        let gone = letters::gone_again(&self.deps.queue, self.guest.next().saturating_sub(1))?;
        {
            let mut judged = self.guest.judged();
            let gone: Vec<Seq> = gone.difference(&judged.rejected).copied().collect();
            judged.dead.extend(gone);
        }
        self.guest.rebuild(first)?;
        self.deps.shared.mapped(first - 1);
        let shared = self.deps.shared.clone();
        let _served = shared.reloads.serve();
        self.deps.shared.update(|figures| figures.trouble = None);
        let mut reader = self.deps.queue.reader(first);
        let mut pending: Option<Pending> = None;
        let mut buffer = Vec::new();
        let (mut since_snapshot, mut clock_of_source) = (0_u64, None);
        while !self.deps.abort.is_cancelled() {
            match self.attend_takeover() {
                None => {}
                // The next snapshot is the first one that the new plugins can go on from.
                Some(None) => since_snapshot = self.config.snapshot_events,
                // After a crash, they go on from where they began.
                Some(snapshot) => {
                    let last = self.guest.next().saturating_sub(1);
                    pending.get_or_insert_with(|| self.begin(last)).batch.snapshot = snapshot;
                    since_snapshot = 0;
                }
            }
            if let Some(paused) = self.deps.shared.gate.paused() {
                pending = self.offer(pending, true)?;
                if self.config.once {
                    bail!("the lane is paused: {}", paused.reason);
                }
                if self.deps.closed.is_cancelled() {
                    return self.finish(None, since_snapshot);
                }
                self.streak_is(Streak::default());
                self.deps.shared.gate.wait(READ_WAIT);
                continue;
            }
            buffer.clear();
            let wait = if pending.is_some() { Duration::from_millis(1) } else { READ_WAIT };
            match reader.read(READ_EVENTS, READ_BYTES, &mut buffer, wait).context("read the queue")? {
                // Paused while it waited for events: they wait, too.
                Read::Batch { .. } if self.deps.shared.gate.paused().is_some() => {
                    reader = self.deps.queue.reader(self.guest.next());
                }
                Read::Batch { last, count, .. } => {
                    let batch = pending.get_or_insert_with(|| self.begin(last));
                    let reached = self.take(&buffer, last, batch)?;
                    if reached < last {
                        reader = self.deps.queue.reader(reached + 1);
                    }
                    clock_of_source = source_clock(&buffer, clock_of_source);
                    since_snapshot += count;
                    batch.events += count;
                    // A successor on its way needs the events since the snapshot that it began from.
                    if since_snapshot >= self.config.snapshot_events && self.takeover.is_none() {
                        batch.batch.snapshot = self.guest.snapshot(reached);
                        since_snapshot = 0;
                    }
                    pending = self.offer(pending, false)?;
                }
                Read::Idle => {
                    pending = self.offer(pending, false)?;
                    self.tick_if_due(clock_of_source);
                }
                Read::Closed => return self.finish(pending, since_snapshot),
            }
        }
        Ok(())
    }

    /// The last batch of an orderly stop.
    fn finish(&mut self, mut pending: Option<Pending>, since_snapshot: u64) -> Result<()> {
        let last = self.guest.next().saturating_sub(1);
        if since_snapshot > 0 {
            let snapshot = self.guest.snapshot(last);
            pending.get_or_insert_with(|| self.begin(last)).batch.snapshot = snapshot;
        }
        self.offer(pending, true).map(drop)
    }

    /// A batch that says what is so already, for nothing may have happened when it is written.
    fn begin(&self, last: Seq) -> Pending {
        let batch = MappedBatch {
            last,
            last_time: self.state.last_time,
            last_received: self.state.last_received,
            rows: Vec::new(),
            letters: Vec::new(),
            replayed: BTreeMap::new(),
            late: BTreeSet::new(),
            sessions: Vec::new(),
            session_count: self.deps.tracker.sessions(),
            session: self.deps.tracker.dss_id(),
            cleaned: 0,
            unseen: None,
            snapshot: None,
        };
        Pending { batch, since: Instant::now(), events: 0 }
    }

    /// Where to go on: after what is committed, or, where the database is older than what the queue retains, there.
    fn first_to_map(&self, committed: Seq) -> Seq {
        let positions = self.deps.queue.positions();
        // Of a queue that has just begun, nothing is durable yet and so nothing can be missing.
        if committed + 1 >= positions.first_retained || positions.first_retained > positions.durable {
            return committed + 1;
        }
        tracing::error!(
            code = "IC2006", source = %self.config.source, committed, first_retained = positions.first_retained,
            "The database is older than what the queue retains: the events between are missing in it."
        );
        positions.first_retained
    }

    /// Maps what was read into `pending`; gives the position of the last event that was.
    fn take(&mut self, buffer: &[u8], last: Seq, pending: &mut Pending) -> Result<Seq> {
        let again = again::unfold(buffer).unwrap_or_default();
        let views = views(if again.letters.is_empty() { buffer } else { &again.events })?;
        let first = views.first().map_or(last, View::seq);
        let Calls { outputs, letters, done } = self.map(&views, first, &again)?;
        let cut = (done < views.len()).then(|| views.get(done.saturating_sub(1)).map(View::seq)).flatten();
        let last = cut.unwrap_or(last);
        let views = views.get(..done).unwrap_or(&views);
        self.guest.has_reached(last + 1);
        let batch = &mut pending.batch;
        batch.letters.extend(letters);
        if let Some((_, output)) = outputs.last() {
            self.state.due = output.due;
        }
        self.stamp(views, outputs, &again, batch);
        batch.last = last;
        let is_present = |view: &&View<'_>| view.kind() != Kind::Bookmark && !again.letters.contains_key(&view.seq());
        if let Some(view) = views.iter().rev().find(is_present) {
            (self.state.last_time, self.state.last_received) = (view.time(), view.received());
            batch.last_time = view.time();
            batch.last_received = view.received();
        }
        for (entry, letter) in again.letters.range(..=last) {
            if !batch.letters.iter().any(|letter| letter.tried_at == Some(*entry)) {
                batch.replayed.insert(*entry, *letter);
                if again.rows.contains_key(entry) {
                    batch.late.insert(*entry);
                } else {
                    self.guest.judged().dead.insert(*letter);
                }
            }
        }
        batch.sessions.extend(self.deps.tracker.take_rows());
        batch.session_count = self.deps.tracker.sessions();
        batch.session = self.deps.tracker.dss_id();
        batch.unseen = self.guest.take_unseen().or(batch.unseen.take());
        self.deps.shared.mapped(last);
        Ok(last)
    }

    /// Leads the events past session control and gives each row what it needs to know of its event.
    fn stamp(&mut self, views: &[View<'_>], outputs: Vec<Mapped>, again: &Again, batch: &mut MappedBatch) {
        let mut rows_at: BTreeMap<usize, Vec<(TableId, Row)>> = BTreeMap::new();
        let (mut unknown, mut left_out) = (0, 0);
        for (events, output) in outputs {
            unknown += output.unknown;
            left_out += output.left_out;
            for (at, reason) in output.rejections {
                let view = events.get(at as usize).and_then(|at| views.get(*at));
                batch.letters.extend(view.map(|view| {
                    let plugin = self.guest.links().each().first().map(Link::shown).unwrap_or_default();
                    self.letter(view, again, Reason { plugin: &plugin, kind: "rejected", words: reason.clone() })
                }));
            }
            for (table, row) in output.rows {
                if let Some(at) = events.get(row.at as usize) {
                    rows_at.entry(*at).or_default().push((table, row));
                }
            }
        }
        self.deps.shared.passed_over(unknown, left_out);
        for (at, view) in views.iter().enumerate() {
            let late = again.letters.contains_key(&view.seq());
            if !late {
                self.deps.tracker.see(view);
            }
            let kept = again.rows.get(&view.seq()).cloned();
            let Some(rows) = rows_at.remove(&at).or(kept) else { continue };
            if !late {
                let roles: BTreeSet<Role> = rows.iter().map(|(table, _)| record::table(*table).role).collect();
                self.deps.tracker.stored(view, &roles);
            }
            let mut ordinals: BTreeMap<TableId, u32> = BTreeMap::new();
            for (table, mut row) in rows {
                let ordinal = ordinals.entry(table).or_default();
                if *ordinal >= MAX_ROWS_PER_EVENT {
                    continue; // the plugin stage rejects such an event before
                }
                let stamp =
                    Stamp { seq: view.seq(), ordinal: *ordinal, dss_id: self.deps.tracker.dss_id(), time: view.time() };
                *ordinal += 1;
                batch.cleaned += record::clean::clean(record::table(table), &mut row);
                batch.rows.push((table, stamp, row));
            }
        }
    }

    /// Gives the batch to the writer if it is free; with `wait`, or when the batch is full, waits for it.
    fn offer(&self, pending: Option<Pending>, wait: bool) -> Result<Option<Pending>> {
        let Some(pending) = pending else { return Ok(None) };
        let quiet = pending.batch.is_quiet() && pending.since.elapsed() < QUIET && pending.events < QUIET_EVENTS;
        if quiet && !wait {
            return Ok(Some(pending));
        }
        let full = pending.batch.rows.len() >= self.config.batch_rows_max;
        if wait || full {
            return match self.deps.out.blocking_send(pending.batch) {
                Err(_) if !self.deps.abort.is_cancelled() => bail!("the writer has ended"),
                _ => Ok(None),
            };
        }
        match self.deps.out.try_send(pending.batch) {
            Ok(()) => Ok(None),
            Err(TrySendError::Full(batch)) => Ok(Some(Pending { batch, ..pending })),
            Err(TrySendError::Closed(_)) if self.deps.abort.is_cancelled() => Ok(None),
            Err(TrySendError::Closed(_)) => bail!("the writer has ended"),
        }
    }

    /// Asks for a tick when, by the source's clock, something is due and no event has come that would release it. The
    /// source's clock is its last event's time and what has passed since it was read here: the wall clock may jump.
    fn tick_if_due(&self, clock_of_source: Option<(Micros, Instant)>) {
        let due = self.state.due;
        let (Some(ticks), Some(due), Some((time, read))) = (&self.deps.ticks, due, clock_of_source) else { return };
        let passed = read.elapsed().saturating_sub(TICK_GRACE);
        let until = time.saturating_add(Micros::try_from(passed.as_micros()).unwrap_or(Micros::MAX));
        if until >= due && !passed.is_zero() {
            // A full channel means that a tick is on its way.
            let _ = ticks.try_send(until);
        }
    }
}

/// The source's clock after what was read, as it was known `before`. A session that ends or opens stops it until the
/// next event: what happened meanwhile may still come.
fn source_clock(buffer: &[u8], before: Option<(Micros, Instant)>) -> Option<(Micros, Instant)> {
    let now = Instant::now();
    Views::new(buffer).flatten().fold(before, |clock, view| match view.kind() {
        Kind::Bookmark => clock,
        Kind::SessionOpened | Kind::SessionClosed => None,
        _ => view.source_time().map(|time| (time, now)).or(clock),
    })
}
