//! A frame: the events of one group commit.
//!
//! # Format (little endian)
//! ```text
//!  0  u32  length of the whole frame in bytes, a multiple of 8
//!  4  u32  CRC32C over all that follows, begun with the CRC32C of the queue's id
//!  8  u64  Seq of the first event
//! 16  u32  number of events, at least 1
//! 20  u32  CRC of the frame before; of the segment's header in its first frame
//! 24       flat events, one after another; the nth carries Seq + n
//! ```
//!
//! # Invariants
//! 1. [`check`] accepts only frames in which each event lies inside the frame and carries its own Seq
//!    (test `every_changed_byte_is_noticed`).

use concentrator_event::{HEADER_BYTES as EVENT_HEADER_BYTES, MAX_EVENT_BYTES, VERSION as EVENT_VERSION};

use crate::event::{Malformed, Seq};

/// Bytes before the events.
pub(super) const FRAME_HEADER_BYTES: usize = 24;
/// Largest frame: bounds the memory of a reader and what one torn write can cost. Holds the largest event.
pub(super) const MAX_FRAME_BYTES: usize = 8 << 20;
const SEQ_IN_EVENT: usize = 8;

const _: () = assert!(MAX_FRAME_BYTES >= FRAME_HEADER_BYTES + MAX_EVENT_BYTES);

/// The number at `at`; 0 beyond the end.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// The number at `at`; 0 beyond the end.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// What a frame's first bytes say; believed only after [`check`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Bytes of the whole frame.
    pub(super) length: usize,
    /// CRC as written.
    pub(super) crc: u32,
    /// Seq of the first event.
    pub(super) first: Seq,
    /// Number of events.
    pub(super) count: u32,
    /// CRC of the frame before.
    pub(super) previous: u32,
}

impl Head {
    /// The head at the start of `bytes`, if it could be one.
    #[inline]
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let length = u32_at(bytes, 0) as usize;
        let likely = (FRAME_HEADER_BYTES + EVENT_HEADER_BYTES..=MAX_FRAME_BYTES).contains(&length);
        if !likely || !length.is_multiple_of(8) || bytes.len() < FRAME_HEADER_BYTES {
            return None;
        }
        let count = u32_at(bytes, 16);
        let least = u64::from(count).saturating_mul(EVENT_HEADER_BYTES as u64);
        if count == 0 || least > (length - FRAME_HEADER_BYTES) as u64 {
            return None;
        }
        let first = u64_at(bytes, 8);
        first.checked_add(u64::from(count))?;
        Some(Self { length, crc: u32_at(bytes, 4), first, count, previous: u32_at(bytes, 20) })
    }

    /// Seq after the last event.
    pub(super) fn next(&self) -> Seq {
        self.first.saturating_add(u64::from(self.count))
    }
}

/// Whether `bytes`, exactly one frame, are what was written.
pub(super) fn check(bytes: &[u8], salt: u32) -> bool {
    let Some(head) = Head::parse(bytes).filter(|head| head.length == bytes.len()) else { return false };
    let covered = bytes.get(8..).unwrap_or_default();
    if crc32c::crc32c_append(salt, covered) != head.crc {
        return false;
    }
    let mut rest = bytes.get(FRAME_HEADER_BYTES..).unwrap_or_default();
    let mut seq = head.first;
    while seq < head.next() {
        let Some((event, after)) = split_event(rest).filter(|(event, _)| u64_at(event, SEQ_IN_EVENT) == seq) else {
            return false;
        };
        debug_assert!(!event.is_empty(), "an event has a header");
        rest = after;
        seq += 1;
    }
    rest.is_empty()
}

/// Splits the first event off flat events; `None` if there is no whole one.
#[inline]
pub(super) fn split_event(events: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = u32_at(events, 0) as usize;
    let likely = (EVENT_HEADER_BYTES..=MAX_EVENT_BYTES).contains(&length) && length.is_multiple_of(8);
    if !likely || events.get(4) != Some(&EVENT_VERSION) {
        return None;
    }
    events.split_at_checked(length)
}

/// Counts flat events, and finds the largest.
///
/// # Errors
/// [`Malformed`] if the bytes are not whole events, or none.
pub(super) fn measure(events: &[u8]) -> Result<(u32, usize), Malformed> {
    let mut rest = events;
    let (mut count, mut largest) = (0_u32, 0);
    while !rest.is_empty() || count == 0 {
        let offset = events.len() - rest.len();
        let (event, after) = split_event(rest).ok_or(Malformed { what: "not one whole flat event", offset })?;
        count = count.checked_add(1).ok_or(Malformed { what: "too many events at once", offset })?;
        largest = largest.max(event.len());
        rest = after;
    }
    Ok((count, largest))
}

/// Events gathered for a group commit, in one piece of memory, with room for a frame's head before them.
///
/// The head of a later frame overwrites the last bytes of the frame before it, which is on disk by then: so events are
/// copied once on their way to the disk.
#[derive(Debug, Default)]
pub(super) struct Group {
    bytes: Vec<u8>,
    /// Seq of the first event.
    pub(super) first: Seq,
}

/// Part of a group that becomes one frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Offset of its events in the group.
    at: usize,
    end: usize,
    first: Seq,
    count: u32,
}

impl Group {
    /// Bytes of the events.
    pub(super) fn len(&self) -> usize {
        self.bytes.len().saturating_sub(FRAME_HEADER_BYTES)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds whole flat events, of which the first gets the Seq `seq`.
    pub(super) fn push(&mut self, events: &[u8], seq: Seq) {
        if self.is_empty() {
            self.bytes.resize(FRAME_HEADER_BYTES, 0);
            self.first = seq;
        }
        let (mut at, mut seq) = (self.bytes.len(), seq);
        self.bytes.extend_from_slice(events);
        while let Some(length) = self.bytes.get(at..).and_then(split_event).map(|(event, _)| event.len()) {
            put(&mut self.bytes, at + SEQ_IN_EVENT, &seq.to_le_bytes());
            seq += 1;
            at += length;
        }
    }

    /// Forgets the events; keeps the memory unless it is more than `keep_bytes`.
    pub(super) fn clear(&mut self, keep_bytes: usize) {
        self.bytes.clear();
        self.bytes.shrink_to(keep_bytes);
    }

    /// The events after `done`, as many as a frame of at most `room` bytes takes; `None` if not even one fits.
    pub(super) fn part(&self, done: Option<Part>, room: usize) -> Option<Part> {
        let (at, first) = done.map_or((FRAME_HEADER_BYTES, self.first), |done| (done.end, done.next()));
        let room = room.min(MAX_FRAME_BYTES).checked_sub(FRAME_HEADER_BYTES)?;
        let mut part = Part { at, end: at, first, count: 0 };
        while let Some((event, _)) = self.bytes.get(part.end..).and_then(split_event) {
            if part.end - at + event.len() > room {
                break;
            }
            part.end += event.len();
            part.count += 1;
        }
        (part.count > 0).then_some(part)
    }

    /// Whether nothing follows that part.
    pub(super) fn ends_with(&self, part: Part) -> bool {
        part.end >= self.bytes.len()
    }

    /// The frame of a part: its head, and its bytes, at the end of the group with up to `pad` zeros behind it.
    pub(super) fn frame(&mut self, part: Part, previous: u32, salt: u32, pad: usize) -> (Head, &[u8]) {
        let start = part.at - FRAME_HEADER_BYTES;
        let length = part.end - start;
        let mut header = [0_u8; FRAME_HEADER_BYTES];
        put(&mut header, 0, &u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
        put(&mut header, 8, &part.first.to_le_bytes());
        put(&mut header, 16, &part.count.to_le_bytes());
        put(&mut header, 20, &previous.to_le_bytes());
        let events = self.bytes.get(part.at..part.end).unwrap_or_default();
        let crc = crc32c::crc32c_append(crc32c::crc32c_append(salt, header.get(8..).unwrap_or_default()), events);
        put(&mut header, 4, &crc.to_le_bytes());
        put(&mut self.bytes, start, &header);
        let mut end = part.end;
        if self.ends_with(part) {
            end += pad;
            self.bytes.resize(end, 0);
        }
        let head = Head { length, crc, first: part.first, count: part.count, previous };
        (head, self.bytes.get(start..end).unwrap_or_default())
    }
}

impl Part {
    /// Bytes of the frame that it becomes.
    pub(super) fn frame_bytes(&self) -> u64 {
        (self.end - self.at + FRAME_HEADER_BYTES) as u64
    }

    /// Seq after the last event.
    pub(super) fn next(&self) -> Seq {
        self.first.saturating_add(u64::from(self.count))
    }
}

/// Writes `field` at `at`; the caller knows that it fits.
pub(super) fn put(bytes: &mut [u8], at: usize, field: &[u8]) {
    let place = bytes.get_mut(at..at + field.len());
    debug_assert!(place.is_some(), "field within the header");
    if let Some(place) = place {
        place.copy_from_slice(field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Builder, Kind};

    fn frame() -> Vec<u8> {
        let mut group = Group::default();
        for seq in 7..10_u64 {
            let event = Builder::new(Kind::Source, "Hold", 5).text("n", &seq.to_string()).finish().expect("small");
            group.push(&event, seq);
        }
        let part = group.part(None, 1000).expect("fits");
        assert!(group.ends_with(part) && group.part(None, 30).is_none());
        group.frame(part, 99, 3, 0).1.to_vec()
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let good = frame();
        assert!(check(&good, 3));
        assert!(!check(&good, 4), "of another queue");
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            assert!(!check(&bad, 3), "byte {at}");
            assert!(!check(&good[..at], 3), "cut at {at}");
        }
    }

    #[test]
    fn what_are_not_whole_events_is_refused() {
        let check = |bytes: &[u8], expect: Result<(u32, usize), usize>| {
            assert_eq!(measure(bytes).map_err(|bad| bad.offset), expect);
        };
        let event = Builder::new(Kind::Tick, "", 1).finish().expect("small");
        check(&event, Ok((1, 48)));
        check(&event.repeat(3), Ok((3, 48)));
        check(&[], Err(0));
        check(&event[..47], Err(0));
        check(&[event.clone(), vec![0; 8]].concat(), Err(48));
    }
}
