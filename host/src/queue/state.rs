//! What the threads of a queue share, and the figures that it shows.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::disk::Disk;
use super::frame::Group;
use super::segment::{Segment, Spare};
use super::{Config, Error};
use crate::event::Seq;

/// Why the queue takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The file system has no room.
    DiskFull,
    /// The queue has reached `max_bytes` and nothing in it may be trimmed yet.
    SizeLimit,
}

/// The queue takes nothing: sources wait.
#[derive(Clone, Copy, Debug)]
pub struct Refusing {
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub since: Instant,
}

/// Upper bounds of [`Latency::buckets`], µs; the last bucket has none.
pub const LATENCY_BOUNDS_MICROS: [u64; 12] =
    [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 250_000, 1_000_000, 5_000_000];

/// How long syncs took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// Number of syncs.
    pub count: u64,
    /// Their time in all, µs.
    pub sum_micros: u64,
    /// Number of syncs up to each of [`LATENCY_BOUNDS_MICROS`], and beyond; not cumulated.
    pub buckets: [u64; LATENCY_BOUNDS_MICROS.len() + 1],
}

/// Where the queue stands.
///
/// ```text
/// first_retained ≤ released ≤ durable ≤ appended
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Positions {
    /// Newest Seq given out.
    pub appended: Seq,
    /// Newest Seq that survives a loss of power.
    pub durable: Seq,
    /// Newest Seq that is committed and covered by a snapshot.
    pub released: Seq,
    /// Oldest Seq that can still be read.
    pub first_retained: Seq,
    /// Size of all files, spare segments included.
    pub bytes: u64,
    /// Most that the files may take.
    pub limit_bytes: u64,
    /// Segments that hold events.
    pub segments: usize,
    /// Segments that wait to be used.
    pub spare_segments: usize,
    /// Whether, why and since when the queue takes nothing.
    pub refusing: Option<Refusing>,
    /// Events taken since the start.
    pub appended_events: u64,
    /// Bytes of those.
    pub appended_bytes: u64,
    /// Segments trimmed since the start.
    pub trimmed_segments: u64,
    /// Damaged places met since the start.
    pub quarantined: u64,
    /// Bytes of those.
    pub quarantined_bytes: u64,
    /// How long group commits waited for the disk.
    pub sync: Latency,
}

/// What those who wait for the queue want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Newest Seq that survives a loss of power.
    pub durable: Seq,
    /// Why the queue takes nothing, if so.
    pub refusing: Option<Reason>,
    /// The queue has ended, by [`super::Queue::close`] or by a failure; nothing more becomes durable.
    pub ended: bool,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// Events taken and not yet gathered by the writer.
    pub(super) input: Group,
    /// Seq that the next event gets.
    pub(super) next: Seq,
    /// Newest durable Seq.
    pub(super) durable: Seq,
    /// Newest Seq that nobody needs but for replay.
    pub(super) released: Seq,
    /// Segments that have begun, oldest first; the last is being written.
    pub(super) segments: VecDeque<Segment>,
    /// End of what is durable in the last of them.
    pub(super) end: u64,
    /// Segments that wait, in order.
    pub(super) spares: VecDeque<Spare>,
    /// Size of the segment that the writer has taken from the spares and not begun yet.
    pub(super) taken_bytes: u64,
    /// Ordinal of the next file to be made.
    pub(super) next_ordinal: u64,
    /// The writer waits for a spare segment or for room.
    pub(super) starved: bool,
    /// Why the writer gets none.
    pub(super) obstacle: Option<Reason>,
    /// The two above, as shown.
    pub(super) refusing: Option<Refusing>,
    /// What ended the queue for good.
    pub(super) failed: Option<Arc<str>>,
    /// No more appends; what is there is still written.
    pub(super) closing: bool,
    /// The writer has ended.
    pub(super) ended: bool,
    pub(super) appended_events: u64,
    pub(super) appended_bytes: u64,
    pub(super) trimmed_segments: u64,
    pub(super) quarantined: u64,
    pub(super) quarantined_bytes: u64,
}

impl State {
    /// Size of all files.
    pub(super) fn bytes(&self) -> u64 {
        let begun = self.segments.iter().map(|segment| segment.bytes);
        begun.chain(self.spares.iter().map(|spare| spare.bytes)).fold(self.taken_bytes, u64::saturating_add)
    }

    /// Oldest Seq that can still be read.
    pub(super) fn first_retained(&self) -> Seq {
        self.segments.front().map_or(self.next, |oldest| oldest.first)
    }

    /// Whether nothing can be expected of this queue any more.
    pub(super) fn over(&self) -> Option<Error> {
        match &self.failed {
            Some(why) => Some(Error::Failed(why.clone())),
            None => self.closing.then_some(Error::Closed),
        }
    }
}

/// What the handles, the writer, the keeper and the readers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) id: Uuid,
    pub(super) salt: u32,
    state: Mutex<State>,
    /// The writer waits here for input and for spare segments.
    pub(super) for_writer: Condvar,
    /// The keeper waits here for something to trim or to fill.
    pub(super) for_keeper: Condvar,
    /// Readers wait here for durable events.
    pub(super) for_readers: Condvar,
    /// Appends wait here for room.
    pub(super) for_appends: Notify,
    /// Appends pass one after another, in the order of their calls.
    pub(super) turn: tokio::sync::Mutex<()>,
    pub(super) progress: watch::Sender<Progress>,
    sync_count: AtomicU64,
    sync_micros: AtomicU64,
    sync_buckets: [AtomicU64; LATENCY_BOUNDS_MICROS.len() + 1],
}

impl Shared {
    pub(super) fn new(config: Config, disk: Arc<dyn Disk>, id: Uuid, state: State) -> Self {
        let progress = Progress { durable: state.durable, refusing: None, ended: false };
        Self {
            config,
            disk,
            id,
            salt: super::recover::salt(id),
            state: Mutex::new(state),
            for_writer: Condvar::new(),
            for_keeper: Condvar::new(),
            for_readers: Condvar::new(),
            for_appends: Notify::new(),
            turn: tokio::sync::Mutex::new(()),
            progress: watch::Sender::new(progress),
            sync_count: AtomicU64::new(0),
            sync_micros: AtomicU64::new(0),
            sync_buckets: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until woken, or for `wait` at most.
    pub(super) fn wait<'s>(at: &Condvar, state: MutexGuard<'s, State>, wait: Duration) -> MutexGuard<'s, State> {
        at.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits until woken.
    pub(super) fn wait_long<'s>(at: &Condvar, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        at.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the queue for good: what is durable can still be read.
    pub(super) fn fail(&self, why: &str) {
        let mut state = self.lock();
        state.failed.get_or_insert_with(|| why.into());
        self.publish(&mut state);
        drop(state);
        self.wake_all();
    }

    pub(super) fn wake_all(&self) {
        self.for_writer.notify_all();
        self.for_keeper.notify_all();
        self.for_readers.notify_all();
        self.for_appends.notify_waiters();
    }

    /// Tells those who wait what has changed.
    pub(super) fn publish(&self, state: &mut State) {
        let reason = state.obstacle.filter(|_| state.starved);
        if state.refusing.map(|refusing| refusing.reason) != reason {
            state.refusing = reason.map(|reason| Refusing { reason, since: Instant::now() });
        }
        let ended = state.ended || state.failed.is_some();
        let now = Progress { durable: state.durable, refusing: reason, ended };
        self.progress.send_if_modified(|shown| std::mem::replace(shown, now) != now);
    }

    pub(super) fn count_sync(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = LATENCY_BOUNDS_MICROS.partition_point(|bound| *bound < micros);
        if let Some(bucket) = self.sync_buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.sync_count.fetch_add(1, Ordering::Relaxed);
        self.sync_micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(super) fn positions(&self) -> Positions {
        let state = self.lock();
        Positions {
            appended: state.next.saturating_sub(1),
            durable: state.durable,
            released: state.released,
            first_retained: state.first_retained(),
            bytes: state.bytes(),
            limit_bytes: self.config.max_bytes,
            segments: state.segments.len(),
            spare_segments: state.spares.len(),
            refusing: state.refusing,
            appended_events: state.appended_events,
            appended_bytes: state.appended_bytes,
            trimmed_segments: state.trimmed_segments,
            quarantined: state.quarantined,
            quarantined_bytes: state.quarantined_bytes,
            sync: Latency {
                count: self.sync_count.load(Ordering::Relaxed),
                sum_micros: self.sync_micros.load(Ordering::Relaxed),
                buckets: std::array::from_fn(|at| self.sync_buckets.get(at).map_or(0, |n| n.load(Ordering::Relaxed))),
            },
        }
    }

    /// A path of this queue in an error's words.
    pub(super) fn path(&self, ordinal: u64) -> PathBuf {
        super::segment::path(&self.config.dir, ordinal)
    }
}
