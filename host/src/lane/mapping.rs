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
//! # Invariants
//! 1. What comes out depends on the queue and the plugin only: not on how the queue was cut into reads, nor on
//!    snapshots (whole test `killed_at_any_moment`).
//! 2. Rows are in the order of their events, and within an event in the order in which the plugin gave them.
//!
//! # Not here
//! SQL, files, sockets.

use super::status::Shared;
use super::{MappedBatch, Opening, SnapshotTaken};
use crate::clock::Clock;
use crate::deadletter::DeadLetter;
use crate::event::{Kind, Micros, Seq, View, Views};
use crate::plugin::{Failure, Instance, Output, Plugin};
use crate::queue::{Queue, Read, Reader};
use crate::record::{self, MAX_ROWS_PER_EVENT, Role, Row, Stamp, TableId};
use crate::session::Tracker;
use anyhow::{Context, Result, bail};
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
    /// When something falls due, by the source's clock, as the plugin said last.
    due: Option<Micros>,
    /// Time of the last event, by the source's clock and by ours; 0 before the first.
    last_time: Micros,
    last_received: Micros,
}

/// A batch on its way to the writer.
struct Pending {
    batch: MappedBatch,
    since: Instant,
    events: u64,
}

impl Mapping {
    /// Puts the stage together. `snapshot` must not be beyond what is committed.
    pub(super) fn new(config: Config, deps: Deps, snapshot: Option<SnapshotTaken>) -> Self {
        let next = snapshot.as_ref().map_or(1, |snapshot| snapshot.seq + 1);
        let state =
            State { instance: None, snapshot, next, dead: BTreeSet::new(), due: None, last_time: 0, last_received: 0 };
        Self { config, deps, state }
    }

    /// Maps everything after `committed` until the queue is closed and empty, or until told to stop.
    ///
    /// # Errors
    /// If the plugin cannot be opened, or the queue cannot be read: the lane cannot go on.
    pub(super) fn run(mut self, committed: Seq) -> Result<()> {
        let first = self.first_to_map(committed);
        self.rebuild(first)?;
        let mut reader = self.deps.queue.reader(first);
        let mut pending: Option<Pending> = None;
        let mut buffer = Vec::new();
        let (mut since_snapshot, mut clock_of_source) = (0_u64, None);
        while !self.deps.abort.is_cancelled() {
            buffer.clear();
            let wait = if pending.is_some() { Duration::from_millis(1) } else { READ_WAIT };
            match reader.read(READ_EVENTS, READ_BYTES, &mut buffer, wait).context("read the queue")? {
                Read::Batch { last, count, .. } => {
                    let batch = pending.get_or_insert_with(|| self.begin(last));
                    self.take(&buffer, last, batch)?;
                    clock_of_source = source_clock(&buffer).or(clock_of_source);
                    since_snapshot += count;
                    batch.events += count;
                    if since_snapshot >= self.config.snapshot_events {
                        batch.batch.snapshot = self.snapshot(last);
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

    /// Maps what was read into `pending`.
    fn take(&mut self, buffer: &[u8], last: Seq, pending: &mut Pending) -> Result<()> {
        let views = self.views(buffer)?;
        let first = views.first().map_or(last, View::seq);
        let (outputs, letters) = self.map(&views, first)?;
        self.state.next = last + 1;
        pending.batch.letters.extend(letters);
        if let Some((_, output)) = outputs.last() {
            self.state.due = output.due;
        }
        self.stamp(&views, outputs, &mut pending.batch);
        pending.batch.last = last;
        if let Some(view) = views.last() {
            (self.state.last_time, self.state.last_received) = (view.time(), view.received());
            pending.batch.last_time = view.time();
            pending.batch.last_received = view.received();
        }
        pending.batch.sessions.extend(self.deps.tracker.take_rows());
        pending.batch.session_count = self.deps.tracker.sessions();
        pending.batch.session = self.deps.tracker.dss_id();
        self.deps.shared.mapped(last);
        Ok(())
    }

    fn views<'b>(&self, buffer: &'b [u8]) -> Result<Vec<View<'b>>> {
        // The queue checks a CRC, so this can fail only by a fault of this program.
        Views::new(buffer).collect::<Result<_, _>>().context("read events from the queue")
    }

    /// Maps events in as few calls as possible. Each output comes with the index in `views` of its first event.
    fn map(&mut self, views: &[View<'_>], first: Seq) -> Result<(Vec<Mapped>, Vec<DeadLetter>)> {
        let wanted: Vec<usize> = (0..views.len()).filter(|at| views.get(*at).is_some_and(|v| self.wants(v))).collect();
        if wanted.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        match self.call(views, &wanted) {
            Ok(output) => Ok((vec![(wanted, output)], Vec::new())),
            Err(failure) => {
                tracing::warn!(
                    code = "IC4001", source = %self.config.source, plugin = %self.deps.plugin.description().name,
                    error = %failure, "The plugin failed; its events are mapped again one by one."
                );
                self.map_singly(views, &wanted, first)
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
    ) -> Result<(Vec<Mapped>, Vec<DeadLetter>)> {
        self.rebuild(first)?;
        self.keep_snapshot(first.saturating_sub(1));
        let (mut outputs, mut letters) = (Vec::new(), Vec::new());
        for at in wanted {
            let Some(view) = views.get(*at) else { continue };
            match self.call(views, &[*at]) {
                Ok(output) => outputs.push((vec![*at], output)),
                Err(failure) => {
                    letters.push(self.letter(view, failure.kind(), &failure.to_string()));
                    self.state.dead.insert(view.seq());
                    self.rebuild(view.seq() + 1)?;
                }
            }
        }
        Ok((outputs, letters))
    }

    fn letter(&self, view: &View<'_>, kind: &str, reason: &str) -> DeadLetter {
        let description = self.deps.plugin.description();
        tracing::warn!(
            code = "IC4002", source = %self.config.source, plugin = %description.name, seq = view.seq(),
            event = view.name(), error = %reason, "An event became a dead letter."
        );
        DeadLetter {
            lane: self.config.source.clone(),
            seq: view.seq(),
            stage: "plugin".to_owned(),
            kind: kind.to_owned(),
            reason: reason.to_owned(),
            plugin: format!("{} {}", description.name, description.version),
            time: self.deps.clock.now(),
            event: DeadLetter::event_of(view),
        }
    }

    /// A new instance that has seen everything before `until`, with its rows suppressed.
    fn rebuild(&mut self, until: Seq) -> Result<()> {
        let opened = self.config.opening.open(&self.deps.plugin);
        let mut instance = opened.with_context(|| format!("open plugin `{}`", self.deps.plugin.description().name))?;
        let mut from = 1;
        if let Some(snapshot) = &self.state.snapshot {
            match instance.restore(snapshot.state_version, &snapshot.bytes) {
                Ok(()) => from = snapshot.seq + 1,
                Err(failure) => {
                    let reason = failure.to_string();
                    tracing::warn!(code = "IC4003", source = %self.config.source, error = %reason,
                        "The snapshot was not taken; the state is rebuilt from the events that are retained.");
                    self.state.snapshot = None;
                    return self.rebuild(until);
                }
            }
        }
        self.state.instance = Some(instance);
        self.replay(from, until)?;
        self.state.next = until;
        Ok(())
    }

    /// Leads the instance past the events of `from..until` that are retained; their rows have been written before.
    fn replay(&mut self, from: Seq, until: Seq) -> Result<()> {
        let retained = self.deps.queue.positions().first_retained;
        if from < retained && retained < until {
            tracing::warn!(code = "IC4004", source = %self.config.source, from, retained,
                "The plugin starts cold: the events before are no longer in the queue.");
        }
        let mut next = from.max(retained);
        while next < until {
            let mut reader = self.deps.queue.reader(next);
            match self.replay_once(&mut reader, until)? {
                None => return Ok(()),
                Some(failed) => {
                    // Its letter was written when it failed first.
                    self.state.dead.insert(failed);
                    self.rebuild(failed + 1)?;
                    next = failed + 1;
                }
            }
        }
        Ok(())
    }

    /// `Some(seq)` if the instance failed at that event.
    fn replay_once(&mut self, reader: &mut Reader, until: Seq) -> Result<Option<Seq>> {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read(READ_EVENTS, READ_BYTES, &mut buffer, Duration::ZERO).context("read the queue")? {
                Read::Batch { last, .. } => {
                    let views = self.views(&buffer)?;
                    if let Some(failed) = self.replay_views(&views, until)? {
                        return Ok(Some(failed));
                    }
                    if last + 1 >= until {
                        return Ok(None);
                    }
                }
                Read::Idle | Read::Closed => return Ok(None),
            }
        }
    }

    fn replay_views(&mut self, views: &[View<'_>], until: Seq) -> Result<Option<Seq>> {
        let old = |view: &View<'_>| view.seq() < until && !self.state.dead.contains(&view.seq()) && self.wants(view);
        let wanted: Vec<usize> = (0..views.len()).filter(|at| views.get(*at).is_some_and(old)).collect();
        if wanted.is_empty() || self.call(views, &wanted).is_ok() {
            return Ok(None);
        }
        let Some(first) = wanted.first().and_then(|at| views.get(*at)).map(View::seq) else { return Ok(None) };
        if wanted.len() == 1 {
            return Ok(Some(first));
        }
        // One of them fails: find it by going one by one from a state before the first.
        self.rebuild(first)?;
        for at in wanted {
            if self.call(views, &[at]).is_err() {
                return Ok(views.get(at).map(View::seq));
            }
        }
        Ok(None)
    }

    /// Keeps the state after `seq` in memory, so that the next failure has little to replay.
    fn keep_snapshot(&mut self, seq: Seq) {
        let state_version = self.deps.plugin.description().state_version;
        if let Some(Ok(bytes)) = self.state.instance.as_mut().map(Instance::snapshot) {
            self.state.snapshot = Some(SnapshotTaken { seq, state_version, bytes });
            self.state.dead.clear();
        }
    }

    /// A snapshot to be written beside the queue once `seq` is committed.
    fn snapshot(&mut self, seq: Seq) -> Option<SnapshotTaken> {
        let state_version = self.deps.plugin.description().state_version;
        match self.state.instance.as_mut()?.snapshot() {
            Ok(bytes) => {
                let taken = SnapshotTaken { seq, state_version, bytes };
                self.state.snapshot = Some(taken.clone());
                self.state.dead.clear();
                Some(taken)
            }
            Err(failure) => {
                tracing::error!(code = "IC4005", source = %self.config.source, error = %failure,
                    "The plugin gave no snapshot; its state will be rebuilt from retained events if it is lost.");
                // Whatever made it fail may have left the instance unusable.
                self.state.instance = None;
                if let Err(error) = self.rebuild(seq + 1) {
                    tracing::error!(code = "IC4006", source = %self.config.source, error = %format!("{error:#}"),
                        "The plugin could not be started again.");
                }
                None
            }
        }
    }

    /// Leads the events past session control and gives each row what it needs to know of its event.
    fn stamp(&mut self, views: &[View<'_>], outputs: Vec<Mapped>, batch: &mut MappedBatch) {
        let mut rows_at: BTreeMap<usize, Vec<(TableId, Row)>> = BTreeMap::new();
        let (mut unknown, mut left_out) = (0, 0);
        for (events, output) in outputs {
            unknown += output.unknown;
            left_out += output.left_out;
            for (at, reason) in output.rejections {
                let view = events.get(at as usize).and_then(|at| views.get(*at));
                batch.letters.extend(view.map(|view| self.letter(view, "rejected", &reason)));
            }
            for (table, row) in output.rows {
                if let Some(at) = events.get(row.at as usize) {
                    rows_at.entry(*at).or_default().push((table, row));
                }
            }
        }
        self.deps.shared.passed_over(unknown, left_out);
        for (at, view) in views.iter().enumerate() {
            self.deps.tracker.see(view);
            let Some(rows) = rows_at.remove(&at) else { continue };
            let roles: BTreeSet<Role> = rows.iter().map(|(table, _)| record::table(*table).role).collect();
            self.deps.tracker.stored(view, &roles);
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

    /// Asks for a tick when, by the source's clock, something is due and no event has come that would release it.
    fn tick_if_due(&self, clock_of_source: Option<(Micros, Micros)>) {
        let due = self.state.due;
        let (Some(ticks), Some(due), Some((time, received))) = (&self.deps.ticks, due, clock_of_source) else { return };
        let source_now = time.saturating_add(self.deps.clock.now().saturating_sub(received).max(0));
        if source_now >= due {
            // A full channel means that a tick is on its way.
            let _ = ticks.try_send(source_now);
        }
    }
}

/// Time of the last event, by the source's clock and by ours.
fn source_clock(buffer: &[u8]) -> Option<(Micros, Micros)> {
    let views = Views::new(buffer).flatten();
    views.filter(|view| view.source_time().is_some()).last().map(|view| (view.time(), view.received()))
}
