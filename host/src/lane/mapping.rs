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

mod rebuild;

use super::letters::{self, Settled};
use super::pause::{self, Paused, Streak};
use super::status::Shared;
use super::{MappedBatch, Opening, SnapshotTaken};
use crate::clock::Clock;
use crate::config::DeadLetters;
use crate::deadletter::DeadLetter;
use crate::deadletter::again::{self, Again};
use crate::event::{Kind, Micros, Seq, View, Views};
use crate::plugin::{Failure, Instance, Output, Plugin};
use crate::queue::{Queue, Read};
use crate::record::{self, MAX_ROWS_PER_EVENT, Role, Row, Stamp, TableId};
use crate::session::Tracker;
use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
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
    pub(super) plugin: Arc<Plugin>,
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
    state: State,
}

/// The indexes of the events that one call was given, and what it gave.
type Mapped = (Vec<usize>, Output);

/// Where the plugin's state comes from when an instance is lost.
struct State {
    instance: Option<Instance>,
    /// The last snapshot; none: the state is that of an empty plugin.
    snapshot: Option<SnapshotTaken>,
    /// First position whose events the state does not hold yet.
    next: Seq,
    /// Events since the snapshot that no instance is to see again.
    dead: BTreeSet<Seq>,
    /// Positions that the state does not hold and never will, until a batch has taken note of them.
    unseen: Option<Range<Seq>>,
    /// Events before the start that the plugin rejected; they join `dead` if it takes one of them now.
    rejected: BTreeSet<Seq>,
    /// When something falls due, by the source's clock, as the plugin said last.
    due: Option<Micros>,
    /// Time of the last event, by the source's clock and by ours; 0 before the first.
    last_time: Micros,
    last_received: Micros,
    /// Events in a row that became letters here.
    streak: Streak,
}

/// A batch on its way to the writer.
struct Pending {
    batch: MappedBatch,
    since: Instant,
    events: u64,
}

/// What mapping some events gave.
#[derive(Default)]
struct Outcome {
    outputs: Vec<Mapped>,
    letters: Vec<DeadLetter>,
    /// Index of the event with which a pause began: those after it were not mapped.
    stopped: Option<usize>,
}

impl Mapping {
    /// Puts the stage together. `snapshot` must not be beyond what is committed.
    pub(super) fn new(config: Config, deps: Deps, snapshot: Option<SnapshotTaken>, settled: Settled) -> Self {
        let next = snapshot.as_ref().map_or(1, |snapshot| snapshot.seq + 1);
        let state = State {
            instance: None,
            snapshot,
            next,
            dead: settled.dead,
            unseen: None,
            rejected: settled.rejected,
            due: None,
            last_time: 0,
            last_received: 0,
            streak: Streak::default(),
        };
        Self { config, deps, state }
    }

    /// Maps everything after `committed` until the queue is closed and empty, or until told to stop.
    ///
    /// # Errors
    /// If the plugin cannot be opened, or the queue cannot be read: the lane cannot go on.
    pub(super) fn run(mut self, committed: Seq) -> Result<()> {
        let first = self.first_to_map(committed);
        let snapshot = self.state.next.saturating_sub(1);
        self.state.dead.append(&mut letters::gone_again(&self.deps.queue, snapshot)?);
        self.rebuild(first)?;
        let mut reader = self.deps.queue.reader(first);
        let mut pending: Option<Pending> = None;
        let mut buffer = Vec::new();
        let (mut since_snapshot, mut clock_of_source) = (0_u64, None);
        while !self.deps.abort.is_cancelled() {
            if let Some(paused) = self.deps.shared.gate.paused() {
                self.offer(pending.take(), true)?;
                if self.config.once {
                    bail!("the lane is paused: {}", paused.reason);
                }
                if self.deps.closed.is_cancelled() {
                    return Ok(());
                }
                self.deps.shared.gate.wait(READ_WAIT);
                continue;
            }
            buffer.clear();
            let wait = if pending.is_some() { Duration::from_millis(1) } else { READ_WAIT };
            match reader.read(READ_EVENTS, READ_BYTES, &mut buffer, wait).context("read the queue")? {
                Read::Batch { last, .. } => {
                    let batch = pending.get_or_insert_with(|| self.begin(last));
                    let before = self.state.next;
                    let mapped = self.take(&buffer, last, batch)?;
                    if mapped < last {
                        reader = self.deps.queue.reader(mapped + 1);
                    }
                    clock_of_source = source_clock(&buffer).map(|time| (time, Instant::now())).or(clock_of_source);
                    let count = self.state.next.saturating_sub(before);
                    since_snapshot += count;
                    batch.events += count;
                    if since_snapshot >= self.config.snapshot_events {
                        batch.batch.snapshot = self.snapshot(mapped);
                        since_snapshot = 0;
                    }
                    pending = self.offer(pending, false)?;
                }
                Read::Idle => {
                    pending = self.offer(pending, false)?;
                    self.tick_if_due(clock_of_source);
                }
                Read::Closed => {
                    let last = self.state.next.saturating_sub(1);
                    if since_snapshot > 0 {
                        let snapshot = self.snapshot(last);
                        pending.get_or_insert_with(|| self.begin(last)).batch.snapshot = snapshot;
                    }
                    self.offer(pending, true)?;
                    return Ok(());
                }
            }
        }
        Ok(())
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
            unseen: None,
            sessions: Vec::new(),
            session_count: self.deps.tracker.sessions(),
            session: self.deps.tracker.dss_id(),
            cleaned: 0,
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

    /// Maps what was read into `pending`; gives the position up to which that was done, before `last` if a pause began.
    fn take(&mut self, buffer: &[u8], last: Seq, pending: &mut Pending) -> Result<Seq> {
        let again = again::unfold(buffer);
        let views = self.views(again.as_ref().map_or(buffer, |again| &again.events))?;
        let again = again.as_ref();
        let first = views.first().map_or(last, View::seq);
        let mut outcome = self.map(&views, first, again)?;
        let (views, last) = match outcome.stopped.and_then(|at| Some((views.get(..=at)?, views.get(at)?.seq()))) {
            Some(stopped) => stopped,
            None => (&views[..], last),
        };
        self.state.next = last + 1;
        let batch = &mut pending.batch;
        batch.letters.append(&mut outcome.letters);
        if let Some((_, output)) = outcome.outputs.last() {
            self.state.due = output.due;
        }
        self.stamp(views, outcome.outputs, again, batch);
        batch.last = last;
        let is_past = |view: &View<'_>| again.is_some_and(|again| again.letters.contains_key(&view.seq()));
        if let Some(view) = views.iter().rev().find(|view| view.kind() != Kind::Bookmark && !is_past(view)) {
            (self.state.last_time, self.state.last_received) = (view.time(), view.received());
        }
        (batch.last_time, batch.last_received) = (self.state.last_time, self.state.last_received);
        if let Some(unseen) = self.state.unseen.take() {
            batch.unseen = Some(unseen);
        }
        batch.sessions.extend(self.deps.tracker.take_rows());
        batch.session_count = self.deps.tracker.sessions();
        batch.session = self.deps.tracker.dss_id();
        self.deps.shared.mapped(last);
        Ok(last)
    }

    fn views<'b>(&self, buffer: &'b [u8]) -> Result<Vec<View<'b>>> {
        // The queue checks a CRC, so this can fail only by a fault of this program.
        Views::new(buffer).collect::<Result<_, _>>().context("read events from the queue")
    }

    /// Maps events in as few calls as possible. Each output comes with the indexes in `views` of its events.
    fn map(&mut self, views: &[View<'_>], first: Seq, again: Option<&Again>) -> Result<Outcome> {
        let wanted: Vec<usize> = (0..views.len()).filter(|at| views.get(*at).is_some_and(|v| self.wants(v))).collect();
        if wanted.is_empty() {
            return Ok(Outcome::default());
        }
        match self.call(views, &wanted) {
            Ok(output) => Ok(Outcome { outputs: vec![(wanted, output)], ..Outcome::default() }),
            Err(failure) => {
                tracing::warn!(
                    code = "IC4001", source = %self.config.source, plugin = %self.deps.plugin.description().name,
                    error = %failure, "The plugin failed; its events are mapped again one by one."
                );
                self.map_singly(views, &wanted, first, again)
            }
        }
    }

    fn wants(&self, view: &View<'_>) -> bool {
        if view.kind() == Kind::Bookmark {
            return false;
        }
        let events = &self.deps.plugin.description().events;
        view.kind() != Kind::Source || events.is_empty() || events.iter().any(|name| name == view.name())
    }

    fn call(&mut self, views: &[View<'_>], wanted: &[usize]) -> Result<Output, Failure> {
        let started = Instant::now();
        let mut batch = Vec::with_capacity(READ_BYTES / 4);
        for at in wanted {
            batch.extend_from_slice(views.get(*at).map_or(&[][..], View::raw));
        }
        let count = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
        let result = match &mut self.state.instance {
            Some(instance) => instance.map(&batch, count),
            None => Err(Failure::Refused("there is no instance".to_owned())),
        };
        let memory = self.state.instance.as_ref().map_or(0, Instance::memory_bytes);
        self.deps.shared.called(started.elapsed(), memory, result.as_ref().err());
        if result.is_err() {
            self.state.instance = None;
        }
        result
    }

    fn map_singly(
        &mut self,
        views: &[View<'_>],
        wanted: &[usize],
        first: Seq,
        again: Option<&Again>,
    ) -> Result<Outcome> {
        self.rebuild(first)?;
        self.keep_snapshot(first.saturating_sub(1));
        let mut outcome = Outcome::default();
        for at in wanted {
            let Some(view) = views.get(*at) else { continue };
            match self.call(views, &[*at]) {
                Ok(output) => outcome.outputs.push((vec![*at], output)),
                Err(failure) => {
                    let reason = failure.to_string();
                    outcome.letters.push(self.letter(view, failure.kind(), &reason, again));
                    self.state.dead.insert(view.seq());
                    self.rebuild(view.seq() + 1)?;
                    if self.count_letter(&reason) {
                        outcome.stopped = Some(*at);
                        break;
                    }
                    continue;
                }
            }
            // A rejection is counted when the row stamps are made; what was mapped ends the streak here.
            let rejected = outcome.outputs.last().is_some_and(|(_, output)| !output.rejections.is_empty());
            if view.kind() == Kind::Source && !rejected {
                self.count_fine();
            }
        }
        Ok(outcome)
    }

    /// An event of the source was mapped.
    fn count_fine(&mut self) {
        if self.state.streak.length() > 0 {
            self.state.streak.fine();
            self.deps.shared.update(|figures| figures.letters_in_a_row = 0);
        }
    }

    /// An event became a letter; true if the lane pauses for it.
    fn count_letter(&mut self, reason: &str) -> bool {
        let in_a_row = self.state.streak.letter();
        self.deps.shared.update(|figures| figures.letters_in_a_row = in_a_row);
        if !self.config.dead_letters.pause_after.is_reached(in_a_row) {
            return false;
        }
        let reason = format!("{in_a_row} events in a row became dead letters, the last one: {reason}");
        let (since, by) = (self.deps.clock.now(), pause::BY_ITSELF.to_owned());
        self.deps.shared.pause(&self.config.source, Paused { reason, since, by });
        self.state.streak.fine();
        true
    }

    /// A letter for the event; for one that is a letter on its way again, the same letter with the new reason.
    fn letter(&self, view: &View<'_>, kind: &str, reason: &str, again: Option<&Again>) -> DeadLetter {
        let description = self.deps.plugin.description();
        tracing::warn!(
            code = "IC4002", source = %self.config.source, plugin = %description.name, seq = view.seq(),
            event = view.name(), error = %reason, "An event became a dead letter."
        );
        let before = again.and_then(|again| again.letters.get(&view.seq())).copied();
        DeadLetter {
            lane: self.config.source.clone(),
            seq: before.unwrap_or_else(|| view.seq()),
            stage: "plugin".to_owned(),
            kind: kind.to_owned(),
            reason: reason.to_owned(),
            plugin: format!("{} {}", description.name, description.version),
            time: self.deps.clock.now(),
            event: DeadLetter::event_of(view),
            rows: Vec::new(),
            tried_at: before.map(|_| view.seq()),
            replay: None,
        }
    }

    /// Leads the events past session control and gives each row what it needs to know of its event.
    fn stamp(&mut self, views: &[View<'_>], outputs: Vec<Mapped>, again: Option<&Again>, batch: &mut MappedBatch) {
        let mut rows_at: BTreeMap<usize, Vec<(TableId, Row)>> = BTreeMap::new();
        let (mut unknown, mut left_out) = (0, 0);
        let singly = outputs.len() > 1;
        for (events, output) in outputs {
            unknown += output.unknown;
            left_out += output.left_out;
            self.reject(views, &events, &output, singly, again, batch);
            for (table, row) in output.rows {
                if let Some(at) = events.get(row.at as usize) {
                    rows_at.entry(*at).or_default().push((table, row));
                }
            }
        }
        self.deps.shared.passed_over(unknown, left_out);
        for (at, view) in views.iter().enumerate() {
            let letter = again.and_then(|again| again.letters.get(&view.seq())).copied();
            if letter.is_none() {
                self.deps.tracker.see(view);
            }
            let late = again.and_then(|again| again.rows.get(&view.seq()));
            if let Some(letter) = letter {
                self.note_replayed(view.seq(), letter, late.is_some(), batch);
            }
            let rows = late.cloned().or_else(|| rows_at.remove(&at));
            self.stamp_rows(view, rows.unwrap_or_default(), letter.is_none(), batch);
        }
    }

    /// The rows of one event; `live` if it is not one of the past.
    fn stamp_rows(&mut self, view: &View<'_>, rows: Vec<(TableId, Row)>, live: bool, batch: &mut MappedBatch) {
        if rows.is_empty() {
            return;
        }
        if live {
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

    /// A letter on its way again was mapped, unless it is one again.
    fn note_replayed(&self, entry: Seq, letter: Seq, late: bool, batch: &mut MappedBatch) {
        if batch.letters.iter().any(|refused| refused.tried_at == Some(entry)) {
            return;
        }
        batch.replayed.insert(entry, letter);
        if late {
            batch.late.insert(entry);
        }
    }

    /// Letters of the events that the plugin rejected, and how many in a row there are; `counted` if those that were
    /// not rejected have been counted before.
    fn reject(
        &mut self,
        views: &[View<'_>],
        events: &[usize],
        output: &Output,
        counted: bool,
        again: Option<&Again>,
        batch: &mut MappedBatch,
    ) {
        if output.rejections.is_empty() && (counted || self.state.streak.length() == 0) {
            return;
        }
        let mut reasons: BTreeMap<u32, &str> = BTreeMap::new();
        reasons.extend(output.rejections.iter().map(|(at, reason)| (*at, reason.as_str())));
        for (at, view) in (0_u32..).zip(events.iter().filter_map(|at| views.get(*at))) {
            match reasons.get(&at) {
                Some(reason) => {
                    batch.letters.push(self.letter(view, "rejected", reason, again));
                    self.count_letter(reason);
                }
                None if view.kind() == Kind::Source && !counted => self.count_fine(),
                None => {}
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
            if self.deps.out.blocking_send(pending.batch).is_err() {
                bail!("the writer has ended");
            }
            return Ok(None);
        }
        match self.deps.out.try_send(pending.batch) {
            Ok(()) => Ok(None),
            Err(TrySendError::Full(batch)) => Ok(Some(Pending { batch, ..pending })),
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

/// Time of the last event, by the source's clock.
fn source_clock(buffer: &[u8]) -> Option<Micros> {
    let views = Views::new(buffer).flatten().filter(|view| view.kind() != Kind::Bookmark);
    views.filter_map(|view| view.source_time()).last()
}
