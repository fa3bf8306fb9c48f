//! Walks the frames of one segment; recovery, readers and `verify` all walk with this.
//!
//! # Invariants
//! 1. A frame counts only if its CRC holds, its Seq is not below what is expected, and it names the CRC of the frame
//!    before: so nothing of a recycled segment's former life is taken for data (test `stale_frames_are_never_data`).
//! 2. A frame is written only when all before it are durable. So a sound frame behind a bad place proves damage, and
//!    none behind it means a torn tail.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::disk::File;
use super::frame::{FRAME_HEADER_BYTES, Head, check};
use super::segment::{SEGMENT_HEADER_BYTES, Segment};
use crate::event::Seq;

/// Bytes read at once.
const WINDOW_BYTES: u64 = 1 << 20;
/// While a sound frame is searched, this many times the segment's bytes are checksummed at most: text that looks like
/// frame heads can slow a start, but not stop it.
const SEARCH_FACTOR: u64 = 4;
/// Frames begin at multiples of this.
const ALIGNMENT: u64 = 8;

/// A sound frame: its head, and where its events stand in [`Cursor::bytes`].
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// What the frame says of itself.
    pub(super) head: Head,
    /// Offset of the frame in the segment.
    pub(super) at: u64,
    /// The events in [`Cursor::bytes`].
    pub(super) events: Range<usize>,
}

/// A place in a segment, and a window on its bytes.
#[derive(Debug)]
pub(super) struct Cursor {
    file: Arc<dyn File>,
    salt: u32,
    /// Offset of the next frame.
    pub(super) at: u64,
    /// Offset up to which frames may be read.
    pub(super) end: u64,
    /// Seq that the next frame has at least.
    pub(super) expected: Seq,
    /// CRC that the next frame names; `None` after damage, when nothing is known.
    pub(super) chain: Option<u32>,
    window: Vec<u8>,
    window_at: u64,
}

impl Cursor {
    /// Stands before the first frame of a segment.
    pub(super) fn new(file: Arc<dyn File>, segment: &Segment, salt: u32, end: u64) -> Self {
        Self {
            file,
            salt,
            at: SEGMENT_HEADER_BYTES,
            end,
            expected: segment.first,
            chain: segment.seed,
            window: Vec::new(),
            window_at: 0,
        }
    }

    /// The bytes in which [`Frame::events`] counts.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.window
    }

    /// The next frame, or `None` if there is no sound one at this place; the place is kept then.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn next(&mut self) -> io::Result<Option<Frame>> {
        let Some(head) = self.head(self.at)?.filter(|head| self.chain.is_none_or(|crc| crc == head.previous)) else {
            return Ok(None);
        };
        self.take(self.at, head)
    }

    /// Reads this place again, in case it was read while it was being written: whether a sound frame is there now.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn reread(&mut self) -> io::Result<bool> {
        self.window.clear();
        let (at, expected, chain) = (self.at, self.expected, self.chain);
        let sound = self.next()?.is_some();
        (self.at, self.expected, self.chain) = (at, expected, chain);
        Ok(sound)
    }

    /// Gives up what stands before `at`.
    pub(super) fn jump(&mut self, at: u64, expected: Seq) {
        (self.at, self.expected, self.chain) = (at, expected, None);
    }

    /// What the frame at this place says of itself, sound or not.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn claim(&mut self) -> io::Result<Option<Head>> {
        let chain = self.chain;
        Ok(self.head(self.at)?.filter(|head| chain.is_none_or(|crc| crc == head.previous)))
    }

    /// Searches the next sound frame behind a bad place and stands before it; the place is kept if there is none.
    /// Gives the bytes skipped.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn search(&mut self) -> io::Result<Option<u64>> {
        let (bad, chain) = (self.at, self.chain.take());
        let found = self.search_behind(bad);
        if !matches!(found, Ok(Some(_))) {
            self.chain = chain;
        }
        found
    }

    fn search_behind(&mut self, bad: u64) -> io::Result<Option<u64>> {
        let mut budget = self.end.saturating_sub(bad).saturating_mul(SEARCH_FACTOR);
        let mut at = bad.saturating_add(ALIGNMENT);
        while at < self.end {
            let Some(head) = self.head(at)? else {
                at += ALIGNMENT;
                continue;
            };
            budget = match budget.checked_sub(head.length as u64) {
                Some(left) => left,
                None => break,
            };
            let expected = self.expected;
            if self.take(at, head)?.is_some() {
                (self.at, self.expected) = (at, expected);
                self.chain = None;
                return Ok(Some(at - bad));
            }
            at += ALIGNMENT;
        }
        Ok(None)
    }

    fn take(&mut self, at: u64, head: Head) -> io::Result<Option<Frame>> {
        let Some(range) = self.load(at, head.length)? else { return Ok(None) };
        if !self.window.get(range.clone()).is_some_and(|bytes| check(bytes, self.salt)) {
            return Ok(None);
        }
        self.at = at + head.length as u64;
        self.expected = head.next();
        self.chain = Some(head.crc);
        Ok(Some(Frame { head, at, events: range.start + FRAME_HEADER_BYTES..range.end }))
    }

    fn head(&mut self, at: u64) -> io::Result<Option<Head>> {
        let Some(range) = self.load(at, FRAME_HEADER_BYTES)? else { return Ok(None) };
        let head = self.window.get(range).and_then(Head::parse);
        let (end, expected) = (self.end, self.expected);
        Ok(head.filter(|head| head.first >= expected && at.saturating_add(head.length as u64) <= end))
    }

    /// Brings bytes into the window; `None` beyond the end.
    fn load(&mut self, at: u64, length: usize) -> io::Result<Option<Range<usize>>> {
        let until = at.saturating_add(length as u64);
        if until > self.end {
            return Ok(None);
        }
        let held = self.window_at..=self.window_at + self.window.len() as u64;
        if !held.contains(&at) || !held.contains(&until) {
            let wanted = (self.end - at).min(WINDOW_BYTES.max(length as u64));
            self.window.resize(usize::try_from(wanted).unwrap_or(length), 0);
            self.window_at = at;
            let read = self.file.read_at(&mut self.window, at);
            self.window.truncate(read.as_ref().map_or(0, |read| *read));
            read?;
        }
        let start = usize::try_from(at - self.window_at).unwrap_or(usize::MAX);
        Ok(Some(start..start.saturating_add(length)).filter(|range| range.end <= self.window.len()))
    }
}
