//! The way in: taking events, and the one thread that writes them.
//!
//! A group commit takes what has gathered while the disk was busy, makes one frame of it, writes it and syncs once. A
//! frame is written only when all before it are durable; recovery relies on that (`scan.rs`, invariant 2).

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::disk::{Access, File, is_full};
use super::frame::{FRAME_HEADER_BYTES, Group, Part, measure};
use super::segment::{Header, PAGE_BYTES, SEGMENT_HEADER_BYTES, Segment, Spare};
use super::state::{Progress, Reason, Shared, State};
use super::{Error, io_error};
use crate::event::Seq;

/// Pause before room is looked for again; short under test, where a disk is full for a moment only.
const RETRY: Duration = Duration::from_millis(if cfg!(test) { 2 } else { 200 });

/// Events taken by the queue and on their way to the disk.
#[derive(Debug)]
#[must_use = "what is not durable must not be acknowledged"]
pub struct Ticket {
    seqs: RangeInclusive<Seq>,
    progress: watch::Receiver<Progress>,
    shared: Arc<Shared>,
}

impl Ticket {
    /// The positions that the events were given.
    #[must_use]
    pub fn seqs(&self) -> RangeInclusive<Seq> {
        self.seqs.clone()
    }

    /// Waits until the events survive a loss of power; then the source may be told.
    ///
    /// # Errors
    /// [`Error::Failed`] or [`Error::Closed`] if the queue ended before: the events may or may not be found at the next
    /// start.
    ///
    /// # Cancel safety
    /// The events are written nevertheless.
    pub async fn durable(mut self) -> Result<RangeInclusive<Seq>, Error> {
        let last = *self.seqs.end();
        let waited = self.progress.wait_for(|progress| progress.durable >= last || progress.ended).await;
        // Copied, so that its lock is not held while the queue's is taken: the writer takes them in the other order.
        let durable = waited.map(|progress| progress.durable).unwrap_or_default();
        if durable >= last {
            return Ok(self.seqs);
        }
        Err(self.shared.lock().over().unwrap_or(Error::Closed))
    }
}

/// Takes events: see [`super::Queue::append`].
pub(super) async fn append(shared: &Arc<Shared>, events: Vec<u8>) -> Result<Ticket, Error> {
    let (count, largest) = measure(&events)?;
    let limit = shared.config.largest_event();
    if largest > limit {
        return Err(Error::TooLarge { bytes: largest, limit });
    }
    let _turn = shared.turn.lock().await;
    loop {
        let mut room = std::pin::pin!(shared.for_appends.notified());
        room.as_mut().enable();
        // Its lock is not held any more when the writer is woken, which takes it at once.
        let taken = take(&mut shared.lock(), shared.config.input_bytes, count, &events)?;
        if let Some(Taken { first, alone }) = taken {
            // Where something waited already the writer is awake, and a call to wake it would cost more than the append.
            if alone {
                shared.for_writer.notify_one();
            }
            let seqs = first..=first.saturating_add(u64::from(count)).saturating_sub(1);
            return Ok(Ticket { seqs, progress: shared.progress.subscribe(), shared: shared.clone() });
        }
        room.await;
    }
}

/// Events that were taken.
struct Taken {
    /// Seq of the first.
    first: Seq,
    /// Nothing waited for the writer before.
    alone: bool,
}

/// Takes the events if there is room for them.
fn take(state: &mut State, limit: usize, count: u32, events: &[u8]) -> Result<Option<Taken>, Error> {
    if let Some(over) = state.over() {
        return Err(over);
    }
    let full = !state.input.is_empty() && state.input.len().saturating_add(events.len()) > limit;
    if full || state.refusing.is_some() {
        return Ok(None);
    }
    let (first, alone) = (state.next, state.input.is_empty());
    state.next = first.saturating_add(u64::from(count));
    state.appended_events += u64::from(count);
    state.appended_bytes += events.len() as u64;
    state.input.push(events, first);
    Ok(Some(Taken { first, alone }))
}

/// Why the writer stops.
#[derive(Debug)]
enum Halt {
    /// Closed before there was room.
    Closed,
    /// The disk failed.
    Failed(Error),
}

/// The segment that is being written.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) file: Arc<dyn File>,
    pub(super) ordinal: u64,
    /// Length of the file.
    pub(super) bytes: u64,
    /// Offset of the next frame.
    pub(super) end: u64,
    /// CRC that the next frame names.
    pub(super) chain: u32,
}

impl Active {
    fn room(&self) -> usize {
        usize::try_from(self.bytes.saturating_sub(self.end)).unwrap_or(usize::MAX)
    }
}

/// The one thread that writes frames.
#[derive(Debug)]
pub(super) struct Writer {
    shared: Arc<Shared>,
    active: Option<Active>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, active: Option<Active>) -> Self {
        Self { shared, active }
    }

    /// Runs until the queue is closed and everything taken is written, or until the disk fails.
    pub(super) fn run(mut self) {
        let halt = self.work().err();
        if let Some(Halt::Failed(error)) = halt {
            self.shared.fail(&error.to_string());
        }
        let mut state = self.shared.lock();
        (state.ended, state.starved) = (true, false);
        self.shared.publish(&mut state);
        drop(state);
        self.shared.wake_all();
    }

    fn work(&mut self) -> Result<(), Halt> {
        if self.active.is_none() {
            // The first segment: it carries the queue's id, so it begins at once.
            let state = self.shared.lock();
            let first = if state.input.is_empty() { state.next } else { state.input.first };
            drop(state);
            self.roll(first)?;
        }
        let mut group = Group::default();
        while self.gather(&mut group) {
            self.put(&mut group)?;
        }
        Ok(())
    }

    /// Writes a group: one frame, or more where a segment ends.
    fn put(&mut self, group: &mut Group) -> Result<(), Halt> {
        let mut done: Option<Part> = None;
        loop {
            let room = self.active.as_ref().map_or(0, Active::room);
            let Some(part) = group.part(done, room) else {
                self.roll(done.map_or(group.first, |part| part.next()))?;
                continue;
            };
            let last = group.ends_with(part);
            self.commit(group, part)?;
            if last {
                return Ok(());
            }
            done = Some(part);
        }
    }

    /// Takes what has gathered, in exchange for memory to gather more; false at the end.
    fn gather(&self, group: &mut Group) -> bool {
        group.clear(self.shared.config.input_bytes);
        let mut state = self.shared.lock();
        while state.input.is_empty() && !state.closing && state.failed.is_none() {
            state = Shared::wait_long(&self.shared.for_writer, state);
        }
        if state.input.is_empty() || state.failed.is_some() {
            return false;
        }
        std::mem::swap(&mut state.input, group);
        drop(state);
        self.shared.for_appends.notify_waiters();
        true
    }

    /// Writes the frame of a part, and waits for the disk.
    fn commit(&mut self, group: &mut Group, part: Part) -> Result<(), Halt> {
        let Some(active) = &mut self.active else { return Ok(()) };
        // Zeros up to the next page: nothing need be read from the disk to complete it, and the end shows.
        let after = active.end + part.frame_bytes();
        let pad = after.next_multiple_of(PAGE_BYTES as u64).min(active.bytes) - after;
        let pad = usize::try_from(pad).unwrap_or_default();
        let (head, bytes) = group.frame(part, active.chain, self.shared.salt, pad);
        write(&self.shared, active, bytes, active.end)?;
        sync(&self.shared, active).inspect_err(|_| forget(active))?;
        active.end = after;
        active.chain = head.crc;
        let mut state = self.shared.lock();
        state.durable = head.next().saturating_sub(1);
        state.end = active.end;
        self.shared.publish(&mut state);
        drop(state);
        self.shared.for_readers.notify_all();
        Ok(())
    }

    /// Begins the next segment, with events from `first` on.
    fn roll(&mut self, first: Seq) -> Result<(), Halt> {
        let Spare { ordinal, bytes } = self.spare()?;
        let previous = self.active.as_ref().map_or(0, |active| active.chain);
        let path = self.shared.path(ordinal);
        let file = self.shared.disk.open(&path, Access::Write).map_err(io_error(&path)).map_err(Halt::Failed)?;
        let header = Header { ordinal, id: self.shared.id, first, previous, lane: self.shared.config.lane.clone() };
        let (page, crc) = header.page();
        let active = Active { file, ordinal, bytes, end: SEGMENT_HEADER_BYTES, chain: crc };
        write(&self.shared, &active, &page.repeat(2), 0)?;
        sync(&self.shared, &active)?;
        let mut state = self.shared.lock();
        let (previous, seed) = (Some(previous), Some(crc));
        state.segments.push_back(Segment { ordinal, first, previous, seed, bytes });
        state.taken_bytes = 0;
        state.end = active.end;
        drop(state);
        self.active = Some(active);
        self.shared.for_keeper.notify_one();
        Ok(())
    }

    /// Takes the next spare segment, waiting for one if need be.
    fn spare(&self) -> Result<Spare, Halt> {
        let mut state = self.shared.lock();
        loop {
            if state.failed.is_some() || (state.closing && state.refusing.is_some()) {
                return Err(Halt::Closed);
            }
            if let Some(spare) = state.spares.pop_front() {
                (state.starved, state.taken_bytes) = (false, spare.bytes);
                self.shared.publish(&mut state);
                drop(state);
                self.shared.for_appends.notify_waiters();
                return Ok(spare);
            }
            state.starved = true;
            self.shared.publish(&mut state);
            self.shared.for_keeper.notify_one();
            state = Shared::wait(&self.shared.for_writer, state, RETRY);
        }
    }
}

/// Writes, waiting for room where the file system has none: nothing was promised yet, so the same write may be repeated.
fn write(shared: &Shared, active: &Active, bytes: &[u8], at: u64) -> Result<(), Halt> {
    loop {
        let error = match active.file.write_at(bytes, at) {
            Ok(()) => break,
            Err(error) => error,
        };
        if !is_full(&error) {
            return Err(Halt::Failed(io_error(&shared.path(active.ordinal))(error)));
        }
        let mut state = shared.lock();
        (state.starved, state.obstacle) = (true, Some(Reason::DiskFull));
        shared.publish(&mut state);
        if state.closing || state.failed.is_some() {
            return Err(Halt::Closed);
        }
        drop(Shared::wait(&shared.for_writer, state, RETRY));
    }
    let mut state = shared.lock();
    if std::mem::take(&mut state.starved) {
        state.obstacle = None;
        shared.publish(&mut state);
        shared.for_appends.notify_waiters();
    }
    Ok(())
}

fn sync(shared: &Shared, active: &Active) -> Result<(), Halt> {
    let started = Instant::now();
    let synced = active.file.sync();
    shared.count_sync(started.elapsed());
    synced.map_err(|error| Halt::Failed(io_error(&shared.path(active.ordinal))(error)))
}

/// After a failed sync the cache may go on showing a frame that the disk lacks, and nothing of it was acknowledged: so
/// its head goes from the cache too. Best effort: the next start writes the newest frame once more if it finds one.
///
/// Not so the header of a segment: were it to come back with the next loss of power, it would hide what had been
/// appended to the segment before meanwhile.
fn forget(active: &Active) {
    let _ = active.file.write_at(&[0; FRAME_HEADER_BYTES], active.end);
}
