//! The durable queue of one lane: a log of segments that is written once, synced in groups, and recycled.
//!
//! # Format
//! A directory of segments of fixed size (`segment.rs`), each a header and then frames (`frame.rs`), each the events of
//! one group commit. The whole is written down in `docs/reference/queue-format.md`.
//!
//! ```text
//! 00000000000000000041.segment   ┌header┬frame┬frame┬frame┬ … ┐   oldest that is kept
//! 00000000000000000042.segment   ┌header┬frame┬frame┬ zeros   ┐   newest: the only one that a start scans
//! 00000000000000000043.segment   ┌ zeros, or a former life    ┐   spare: waits for its turn
//! quarantine/                    damaged bytes, copied aside
//! ```
//! ```text
//! first_retained ≤ released ≤ durable ≤ appended
//! ```
//!
//! # Invariants
//! 1. What a [`Ticket`] calls durable is found again after any crash, in order (test `model`).
//! 2. No byte of a recycled segment's former life is taken for an event (tests `stale_frames_are_never_data`, `model`).
//! 3. A position is given out once: the next start continues after what is durable, and after what the caller says is
//!    committed (test `positions_are_never_given_twice`).
//! 4. Damage costs the events in it and nothing else, and never the start (tests `a_hole_in_the_middle`, `model`).
//! 5. There is no second file that could disagree with the log. What was consumed, the IDB knows.
//! 6. Only `disk.rs` syncs.
//!
//! # Failure
//! A failed write or sync is final for the process: the queue ends with [`Error::Failed`], what was durable can still be
//! read, and the next start writes the newest frame once more, because the page cache may show what the disk lacks.
//! A full disk or a reached limit is a state, [`Refusing`], at the start as well: appends wait, nothing is lost.
//! One thing is not promised: if a sync failed, the process was killed before it could take the frame out of the cache,
//! and the next start has no room to write it again, then that frame, which nobody was told is durable, may be taken for
//! durable and lost with the power.
//! A torn last frame is cut; none of its events was acknowledged.
//!
//! # Not here
//! Who may use the directory: the data directory has a lock. What was consumed. What events mean.

mod append;
pub mod disk;
mod frame;
mod read;
mod recover;
mod salvage;
mod scan;
mod segment;
mod state;
#[cfg(test)]
mod tests;
mod trim;
mod verify;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::watch;
use uuid::Uuid;

use self::append::{Active, Writer};
use self::disk::{Access, Disk};
use self::frame::FRAME_HEADER_BYTES;
use self::read::Shelf;
use self::segment::{MAX_LANE_BYTES, PAGE_BYTES, SEGMENT_HEADER_BYTES};
use self::state::{Shared, State};
use crate::error::Disposition;
use crate::event::{MAX_EVENT_BYTES, Malformed, Seq};

pub use self::append::Ticket;
pub use self::read::{Read, Reader};
pub use self::recover::{Damage, Recovery};
pub use self::salvage::{Piece, quarantined, salvage};
pub use self::state::{LATENCY_BOUNDS_MICROS, Latency, Positions, Progress, Reason, Refusing};
pub use self::verify::{Report, SegmentStatus, Status, show, status, verify};

/// Where a lane's queue is and how large it may become.
#[derive(Clone, Debug)]
pub struct Config {
    /// Directory of this queue alone; made if it does not exist.
    pub dir: PathBuf,
    /// Name of the lane; a directory of another lane is refused.
    pub lane: String,
    /// Size of a segment. A multiple of 4 KiB from 16 KiB up; 64 MiB as a default, which a start scans in 0.1 s.
    pub segment_bytes: u64,
    /// Segments kept ready ahead of the writer, at least 1; 3 as a default, so that the pool outlasts a burst.
    pub spare_segments: usize,
    /// Most that all segments may take, spare ones included; at least two segments.
    pub max_bytes: u64,
    /// Released events of at least this size are kept for replay, unless new events would have to be refused.
    pub retain_bytes: u64,
    /// Most that waits in memory for the writer, and so most that one group commit writes; 4 MiB as a default. The queue
    /// needs twice as much.
    pub input_bytes: usize,
}

impl Config {
    /// A queue with the usual sizes: 64 MiB segments, three of them ready, 64 GiB at most, 1 GiB kept for replay.
    #[must_use]
    pub fn new(dir: PathBuf, lane: &str) -> Self {
        Self {
            dir,
            lane: lane.to_owned(),
            segment_bytes: 64 << 20,
            spare_segments: 3,
            max_bytes: 64 << 30,
            retain_bytes: 1 << 30,
            input_bytes: 4 << 20,
        }
    }

    /// Everything that is wrong with these values.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let page = PAGE_BYTES as u64;
        let checks = [
            (
                self.segment_bytes < 4 * page || !self.segment_bytes.is_multiple_of(page),
                "segment_bytes must be a multiple of 4096 and at least 16384",
            ),
            (self.spare_segments == 0, "spare_segments must be at least 1"),
            (self.max_bytes / 2 < self.segment_bytes, "max_bytes must hold at least two segments"),
            (self.input_bytes == 0, "input_bytes must be at least 1"),
            (self.lane.is_empty() || self.lane.len() > MAX_LANE_BYTES, "the lane's name must have 1 to 1024 bytes"),
        ];
        checks.iter().filter(|(wrong, _)| *wrong).map(|(_, what)| (*what).to_owned()).collect()
    }

    fn largest_event(&self) -> usize {
        let room = self.segment_bytes.saturating_sub(SEGMENT_HEADER_BYTES + FRAME_HEADER_BYTES as u64);
        usize::try_from(room).unwrap_or(usize::MAX).min(MAX_EVENT_BYTES)
    }
}

/// What can go wrong with a queue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused.
    #[error("queue: {path}: {source}", path = path.display())]
    Io {
        /// File or directory.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The configuration is impossible.
    #[error("queue: {0}")]
    Config(String),
    /// The directory holds another lane's queue.
    #[error("queue: {dir} is the queue of lane `{found}`, not of `{lane}`", dir = dir.display())]
    OtherLane {
        /// Directory.
        dir: PathBuf,
        /// Lane that its segments name.
        found: String,
        /// Lane that was to be opened.
        lane: String,
    },
    /// A newer version wrote the queue.
    #[error("queue: {path} has format version {found}, this program reads version 1: use the newer program", path = path.display())]
    Version {
        /// File.
        path: PathBuf,
        /// Version in it.
        found: u32,
    },
    /// What was to be appended are not whole flat events.
    #[error("queue: {0}")]
    Malformed(#[from] Malformed),
    /// An event does not fit a segment.
    #[error("queue: event of {bytes} bytes exceeds the limit of {limit} bytes")]
    TooLarge {
        /// Bytes of the event.
        bytes: usize,
        /// Most that one may have.
        limit: usize,
    },
    /// The events asked for are no longer kept.
    #[error("queue: event {asked} is no longer kept, the oldest is {first}")]
    Trimmed {
        /// Seq asked for.
        asked: Seq,
        /// Oldest Seq that can be read.
        first: Seq,
    },
    /// The disk failed; final for this process.
    #[error("queue ended by a failure: {0}")]
    Failed(Arc<str>),
    /// The queue was closed.
    #[error("queue is closed")]
    Closed,
}

impl Error {
    /// What the lane does about it.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Malformed(_) | Self::TooLarge { .. } => Disposition::DeadLetter,
            Self::Io { .. }
            | Self::Config(_)
            | Self::OtherLane { .. }
            | Self::Version { .. }
            | Self::Trimmed { .. }
            | Self::Failed(_)
            | Self::Closed => Disposition::Stop,
        }
    }
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> Error {
    move |source| Error::Io { path: path.to_owned(), source }
}

/// The queue of a lane; cheap to clone. When the last clone goes, the queue is closed and its threads are joined.
#[derive(Clone, Debug)]
pub struct Queue(Arc<Owner>);

/// Joins the threads when the last handle goes.
#[derive(Debug)]
struct Owner {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Queue {
    /// Opens the queue in `config.dir`, or begins one, and repairs what a crash left. The first Seq given out is at
    /// least `next_at_least`: the position in the IDB + 1, so that a data directory that was wiped never gives a position
    /// twice. Jumps are legal in the log.
    ///
    /// A full disk is no error: the queue opens refusing.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Io`], [`Error::Version`], [`Error::OtherLane`].
    pub fn open(config: Config, disk: Arc<dyn Disk>, next_at_least: Seq) -> Result<(Self, Recovery), Error> {
        if let Some(problem) = config.problems().into_iter().next() {
            return Err(Error::Config(problem));
        }
        if let Err(error) = disk.make_dir(&config.dir)
            && !disk::is_full(&error)
        {
            return Err(io_error(&config.dir)(error));
        }
        let recover::Recovered { id, survey, tail, report } =
            recover::recover(disk.as_ref(), &config.dir, &config.lane, next_at_least)?;
        let mut active = None;
        let next_ordinal = survey.highest.saturating_add(1);
        let mut state = State { next: report.next, durable: report.next - 1, next_ordinal, ..State::default() };
        if let (Some(newest), Some(tail)) = (survey.segments.last(), tail) {
            let path = segment::path(&config.dir, newest.ordinal);
            let file = disk.open(&path, Access::Write).map_err(io_error(&path))?;
            let (ordinal, bytes) = (newest.ordinal, newest.bytes);
            active = Some(Active { file, ordinal, bytes, end: tail.end, chain: tail.chain });
            state.end = tail.end;
        }
        state.released = report.first_retained.saturating_sub(1);
        state.segments = survey.segments.into();
        (state.quarantined, state.quarantined_bytes) = (report.quarantined, report.quarantined_bytes);
        for spare in survey.spares {
            if spare.bytes == config.segment_bytes {
                state.spares.push_back(spare);
            } else {
                let path = segment::path(&config.dir, spare.ordinal);
                disk.remove(&path).map_err(io_error(&path))?;
            }
        }
        let shared = Arc::new(Shared::new(config, disk, id, state));
        let writer = Writer::new(shared.clone(), active);
        let keeper = shared.clone();
        let owner = Owner { shared: shared.clone(), threads: Mutex::default() };
        owner.spawn("queue writer", move || writer.run())?;
        owner.spawn("queue keeper", move || trim::run(&keeper))?;
        Ok((Self(Arc::new(owner)), report))
    }

    /// Id of this queue, made when its directory was new. Events come from the same queue if and only if the ids are
    /// equal.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.0.shared.id
    }

    /// Takes whole flat events, one after another in `events`, and gives each its position; they are written in the order
    /// of the calls. Waits while the queue refuses or too much waits for the disk.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::TooLarge`]: nothing was taken. [`Error::Closed`], [`Error::Failed`].
    ///
    /// # Cancel safety
    /// Nothing is taken unless the ticket is returned.
    pub async fn append(&self, events: Vec<u8>) -> Result<Ticket, Error> {
        append::append(&self.0.shared, events).await
    }

    /// A reader of durable events from `from` on. It may outlive the queue's handles.
    #[must_use]
    pub fn reader(&self, from: Seq) -> Reader {
        Reader::new(Shelf::Live(self.0.shared.clone()), from)
    }

    /// Everything up to `upto` is committed and covered by a snapshot: it may be trimmed, `retain_bytes` aside.
    pub fn release(&self, upto: Seq) {
        let mut state = self.0.shared.lock();
        state.released = state.released.max(upto.min(state.durable));
        drop(state);
        self.0.shared.for_keeper.notify_one();
    }

    /// Where the queue stands, and its counters.
    #[must_use]
    pub fn positions(&self) -> Positions {
        self.0.shared.positions()
    }

    /// Follows what becomes durable and whether the queue refuses.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Progress> {
        self.0.shared.progress.subscribe()
    }

    /// Takes nothing more, writes what was taken, and stops the threads. While the queue refuses, what has no room is
    /// given up; its tickets say so.
    pub async fn close(self) {
        let mut progress = self.watch();
        self.0.shared.close();
        // The sender lives in `shared`; an error would mean that it has ended.
        let _ = progress.wait_for(|progress| progress.ended).await;
        self.0.join();
    }
}

impl Shared {
    fn close(&self) {
        self.lock().closing = true;
        self.wake_all();
    }
}

impl Owner {
    fn spawn(&self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Error> {
        let shared = self.shared.clone();
        let guarded = move || {
            // Nobody may wait for ever for a thread that is gone.
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err() {
                shared.fail("a thread of the queue panicked");
            }
        };
        let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(guarded);
        let thread = spawned.map_err(io_error(&self.shared.config.dir))?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    fn join(&self) {
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A panic of the thread was reported where it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.shared.close();
        self.join();
    }
}
