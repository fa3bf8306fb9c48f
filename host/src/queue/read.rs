//! The way out: durable events in order, for the lane and for the tools.
//!
//! A reader walks the segments with a window of its own, at memory speed; the frames just written are still in the page
//! cache. What is damaged is copied aside, counted and passed over.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::disk::{Access, File};
use super::frame::split_event;
use super::scan::Cursor;
use super::segment::{self, Segment};
use super::state::Shared;
use super::verify::Still;
use super::{Error, io_error};
use crate::event::Seq;

/// What a read gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// Events were put out.
    Batch {
        /// Seq of the first.
        first: Seq,
        /// Seq of the last.
        last: Seq,
        /// Number of events; less than the difference says if there was damage or a jump among them.
        count: u64,
        /// Events lost in damaged places since the batch before.
        skipped_quarantined: u64,
    },
    /// Nothing new became durable within the time given.
    Idle,
    /// The queue is closed and everything durable has been read.
    Closed,
}

/// Where the segments come from.
#[derive(Debug)]
pub(super) enum Shelf {
    /// A running queue.
    Live(Arc<Shared>),
    /// The files as they are.
    Still(Still),
}

/// The frame whose events are being handed out.
#[derive(Debug)]
struct Pending {
    events: Range<usize>,
    seq: Seq,
}

/// Reads a queue in order, from one thread.
#[derive(Debug)]
pub struct Reader {
    shelf: Shelf,
    place: Option<(Segment, Cursor)>,
    pending: Option<Pending>,
    /// Seq that the next event has at least.
    next: Seq,
    skipped: u64,
}

enum Step {
    Frame,
    Nothing,
}

impl Reader {
    pub(super) fn new(shelf: Shelf, from: Seq) -> Self {
        Self { shelf, place: None, pending: None, next: from, skipped: 0 }
    }

    /// Where the reader's segments came from.
    pub(super) fn into_shelf(self) -> Shelf {
        self.shelf
    }

    /// Appends the next durable events to `out`, at most `max_events` and `max_bytes` of them, but at least one: waits
    /// up to `wait` for it. Blocks: for a plain thread.
    ///
    /// # Errors
    /// [`Error::Trimmed`] if the next event is no longer kept, [`Error::Failed`] once all is read that was durable
    /// when the queue failed, [`Error::Io`] if the disk cannot be read.
    pub fn read(
        &mut self,
        max_events: usize,
        max_bytes: usize,
        out: &mut Vec<u8>,
        wait: Duration,
    ) -> Result<Read, Error> {
        let deadline = Instant::now().checked_add(wait);
        let start = out.len();
        let (mut first, mut count) = (None, 0_u64);
        loop {
            let room = max_bytes.saturating_sub(out.len() - start);
            let left = max_events.max(1).saturating_sub(usize::try_from(count).unwrap_or(usize::MAX));
            if self.pending.is_some() {
                let before = self.pending.as_ref().map(|pending| pending.seq);
                let taken = self.hand_out(left, room, count == 0, out);
                if taken > 0 {
                    first = first.or(before);
                    count += taken;
                }
                if self.pending.is_some() {
                    break;
                }
            }
            match self.step() {
                Ok(Step::Frame) => {}
                // What was put out must not be lost with an error: that comes again.
                Ok(Step::Nothing) | Err(_) if count > 0 => break,
                Err(error) => return Err(error),
                Ok(Step::Nothing) => match self.rest(deadline)? {
                    None => {}
                    Some(end) => return Ok(end),
                },
            }
        }
        let last = self.next.saturating_sub(1);
        let skipped_quarantined = std::mem::take(&mut self.skipped);
        Ok(Read::Batch { first: first.unwrap_or(last), last, count, skipped_quarantined })
    }

    /// Copies events of the current frame; the first of a batch regardless of its size.
    fn hand_out(&mut self, max_events: usize, max_bytes: usize, any: bool, out: &mut Vec<u8>) -> u64 {
        let (Some(pending), Some((_, cursor))) = (&mut self.pending, &self.place) else { return 0 };
        let all = cursor.bytes().get(pending.events.clone()).unwrap_or_default();
        let (mut rest, mut taken, mut bytes) = (all, 0_usize, 0);
        while let Some((event, after)) = split_event(rest) {
            let fits = bytes + event.len() <= max_bytes || (any && taken == 0);
            if taken == max_events || !fits {
                break;
            }
            bytes += event.len();
            taken += 1;
            rest = after;
        }
        out.extend_from_slice(all.get(..bytes).unwrap_or_default());
        pending.events.start += bytes;
        pending.seq = pending.seq.saturating_add(taken as u64);
        self.next = pending.seq;
        if rest.is_empty() {
            self.pending = None;
        }
        taken as u64
    }

    /// Goes to the next frame that has an event not before `next`.
    fn step(&mut self) -> Result<Step, Error> {
        loop {
            if self.place.is_none() && !self.locate()? {
                return Ok(Step::Nothing);
            }
            let Some((segment, cursor)) = &mut self.place else { return Ok(Step::Nothing) };
            let path = self.shelf.path(segment);
            if let Some(frame) = cursor.next().map_err(io_error(&path))? {
                if frame.head.next() <= self.next {
                    continue;
                }
                let mut pending = Pending { events: frame.events, seq: frame.head.first };
                while let (true, Some(bytes)) = (pending.seq < self.next, cursor.bytes().get(pending.events.clone())) {
                    let Some((event, _)) = split_event(bytes) else { break };
                    pending.events.start += event.len();
                    pending.seq += 1;
                }
                self.pending = Some(pending);
                return Ok(Step::Frame);
            }
            if !self.beyond()? {
                return Ok(Step::Nothing);
            }
        }
    }

    /// Finds the segment in which `next` is; false if there is no segment yet.
    fn locate(&mut self) -> Result<bool, Error> {
        let Some((segment, end)) = self.shelf.find(self.next)? else { return Ok(false) };
        self.enter(segment, end)
    }

    /// No sound frame stands at this place: is it the end of what is durable, of the segment, or is it damage? False if
    /// there is nothing more now.
    fn beyond(&mut self) -> Result<bool, Error> {
        let Some((segment, cursor)) = &mut self.place else { return Ok(false) };
        let Some((end, following)) = self.shelf.after(segment.ordinal) else {
            let ordinal = segment.ordinal;
            return self.relocate(ordinal);
        };
        if cursor.end < end {
            cursor.end = end;
            return Ok(true);
        }
        let regular = following.as_ref().is_some_and(|next| next.previous.is_some() && next.previous == cursor.chain);
        if following.is_none() && cursor.at >= end {
            return Ok(false);
        }
        if regular { self.follow(following) } else { self.pass_damage(following) }
    }

    /// Goes on in the following segment.
    fn follow(&mut self, following: Option<Segment>) -> Result<bool, Error> {
        let Some(following) = following else { return Ok(false) };
        match self.shelf.after(following.ordinal) {
            Some((end, _)) => self.enter(following, end),
            None => self.relocate(following.ordinal),
        }
    }

    fn enter(&mut self, segment: Segment, end: u64) -> Result<bool, Error> {
        let file = match self.shelf.open(&segment) {
            Ok(file) => file,
            Err(_) if self.shelf.after(segment.ordinal).is_none() => return self.relocate(segment.ordinal),
            Err(error) => return Err(io_error(&self.shelf.path(&segment))(error)),
        };
        self.place = Some((segment, Cursor::new(file, &segment, self.shelf.salt(), end)));
        Ok(true)
    }

    /// The segment was trimmed while the reader stood in it: no harm if all in it had been read.
    fn relocate(&mut self, ordinal: u64) -> Result<bool, Error> {
        self.place = None;
        if let Shelf::Still(still) = &mut self.shelf {
            still.forget(ordinal);
        }
        let first = self.shelf.first_retained();
        if self.next < first {
            return Err(Error::Trimmed { asked: self.next, first });
        }
        Ok(true)
    }

    /// Goes to the next sound frame behind a bad place. False if there is none yet.
    fn pass_damage(&mut self, following: Option<Segment>) -> Result<bool, Error> {
        let Some((segment, cursor)) = &mut self.place else { return Ok(false) };
        let path = self.shelf.path(segment);
        let wrap = io_error(&path);
        // Read again what may have been read while it was being written.
        if cursor.reread().map_err(&wrap)? {
            return Ok(true);
        }
        let (at, expected) = (cursor.at, cursor.expected);
        let claim = cursor.claim().map_err(&wrap)?.map_or(0, |head| head.length as u64);
        let found = cursor.search().map_err(&wrap)?;
        let tail = self.shelf.tail(segment.ordinal);
        let (until, bytes) = match (found, &following, tail) {
            (Some(bytes), _, _) => (cursor.claim().map_err(&wrap)?.map_or(expected, |head| head.first), bytes),
            (None, Some(next), _) => (next.first, claim),
            (None, None, Some((end, _))) if end > cursor.end => return Ok(true),
            (None, None, Some((end, next))) => {
                cursor.jump(end, next);
                (next, end - at)
            }
            // A torn tail, or the daemon is just writing it.
            (None, None, None) => return Ok(false),
        };
        // Recycled under our eyes: not damage.
        if self.shelf.after(segment.ordinal).is_none() {
            let ordinal = segment.ordinal;
            return self.relocate(ordinal);
        }
        let lost = until.saturating_sub(expected.max(self.next));
        if lost > 0 || found.is_some() {
            self.skipped = self.skipped.saturating_add(lost);
            self.shelf.damaged(segment, at, bytes, expected, lost);
        }
        if found.is_some() || following.is_none() { Ok(true) } else { self.follow(following) }
    }

    /// Waits for news; gives the answer if there are none.
    fn rest(&mut self, deadline: Option<Instant>) -> Result<Option<Read>, Error> {
        let Shelf::Live(shared) = &self.shelf else { return Ok(Some(Read::Closed)) };
        let mut state = shared.lock();
        loop {
            if state.durable >= self.next {
                let newest = state.segments.back();
                let fresh = newest.is_some_and(|newest| {
                    let place = self.place.as_ref();
                    place.is_none_or(|(at, cursor)| newest.ordinal != at.ordinal || cursor.end < state.end)
                });
                if fresh {
                    return Ok(None);
                }
            }
            if let Some(why) = &state.failed {
                return Err(Error::Failed(why.clone()));
            }
            if state.ended {
                return Ok(Some(Read::Closed));
            }
            let left = deadline.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Ok(Some(Read::Idle));
            }
            state = Shared::wait(&shared.for_readers, state, left);
        }
    }
}

impl Shelf {
    fn salt(&self) -> u32 {
        match self {
            Self::Live(shared) => shared.salt,
            Self::Still(still) => still.salt,
        }
    }

    fn open(&self, segment: &Segment) -> std::io::Result<Arc<dyn File>> {
        match self {
            Self::Live(shared) => shared.disk.open(&self.path(segment), Access::Read),
            Self::Still(still) => still.disk.open(&self.path(segment), Access::Read),
        }
    }

    fn path(&self, segment: &Segment) -> std::path::PathBuf {
        match self {
            Self::Live(shared) => shared.path(segment.ordinal),
            Self::Still(still) => segment::path(&still.dir, segment.ordinal),
        }
    }

    /// The segment in which that Seq is or will be, and the end of what may be read in it.
    fn find(&self, seq: Seq) -> Result<Option<(Segment, u64)>, Error> {
        let choose = |segments: &mut dyn Iterator<Item = &Segment>| {
            let mut chosen: Option<Segment> = None;
            for segment in segments {
                if chosen.is_some() && segment.first > seq {
                    break;
                }
                chosen = Some(*segment);
            }
            chosen
        };
        let (chosen, end) = match self {
            Self::Live(shared) => {
                let state = shared.lock();
                let newest = state.segments.back().map(|newest| newest.ordinal);
                let chosen = choose(&mut state.segments.iter());
                let end = chosen.as_ref().map(|s| if Some(s.ordinal) == newest { state.end } else { s.bytes });
                (chosen, end)
            }
            Self::Still(still) => {
                let chosen = choose(&mut still.segments.iter());
                let end = chosen.as_ref().map(|segment| segment.bytes);
                (chosen, end)
            }
        };
        match (chosen, end) {
            (Some(segment), Some(_)) if segment.first > seq => Err(Error::Trimmed { asked: seq, first: segment.first }),
            (Some(segment), Some(end)) => Ok(Some((segment, end))),
            _ => Ok(None),
        }
    }

    /// The end of what may be read in a segment, and the segment after it; `None` if it is no longer kept.
    fn after(&self, ordinal: u64) -> Option<(u64, Option<Segment>)> {
        match self {
            Self::Live(shared) => {
                let state = shared.lock();
                let at = state.segments.binary_search_by_key(&ordinal, |segment| segment.ordinal).ok()?;
                let next = state.segments.get(at + 1).copied();
                let end = if next.is_some() { state.segments.get(at)?.bytes } else { state.end };
                Some((end, next))
            }
            Self::Still(still) => still.after(ordinal),
        }
    }

    /// End of what is durable in the newest segment, and the Seq after it; `None` where nobody knows.
    fn tail(&self, ordinal: u64) -> Option<(u64, Seq)> {
        let Self::Live(shared) = self else { return None };
        let state = shared.lock();
        let newest = state.segments.back().is_some_and(|newest| newest.ordinal == ordinal);
        newest.then(|| (state.end, state.durable.saturating_add(1)))
    }

    fn first_retained(&self) -> Seq {
        match self {
            Self::Live(shared) => shared.lock().first_retained(),
            Self::Still(still) => still.first_retained(),
        }
    }

    fn damaged(&mut self, segment: &Segment, at: u64, bytes: u64, first_lost: Seq, lost: u64) {
        match self {
            Self::Live(shared) => {
                // Best effort: without room for the copy the bytes still stand in the segment.
                let _ = segment::quarantine(shared.disk.as_ref(), &shared.config.dir, segment, at, bytes);
                let mut state = shared.lock();
                state.quarantined += 1;
                state.quarantined_bytes = state.quarantined_bytes.saturating_add(bytes);
            }
            Self::Still(still) => still.damaged(segment, at, bytes, first_lost, lost),
        }
    }
}
