//! A segment: one file of fixed size, and what its first bytes say.
//!
//! # Format
//! ```text
//! name: ordinal in 20 decimal digits, then ".segment"; while it is being filled, then ".filling"
//! 0     header        ┐ the same bytes twice, each in a page of its own,
//! 4096  header        ┘ so that one bad page does not hide a whole segment
//! 8192  frames, one after another; what follows the last is of no meaning
//!
//! header, little endian
//!  0  8 bytes "CONCSEG\n"
//!  8  u32  version = 1
//! 12  u32  CRC32C over all that follows in the page
//! 16  u64  ordinal, as in the file's name: a recycled file tells by this that it has not begun its new life
//! 24  16 bytes id of the queue (UUID)
//! 40  u64  Seq from which on this segment has events
//! 48  u32  CRC of the last frame of the segment before; 0 if there is none
//! 52  u32  length of the lane's name in bytes, then the name, then zeros
//! ```

use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::disk::{Access, Disk, File};
use super::frame::{put, u32_at, u64_at};
use crate::event::Seq;

/// A page: what is written together and goes bad together.
pub(super) const PAGE_BYTES: usize = 4096;
/// Bytes before the first frame.
pub(super) const SEGMENT_HEADER_BYTES: u64 = 2 * PAGE_BYTES as u64;
/// Longest name of a lane, bytes.
pub(super) const MAX_LANE_BYTES: usize = 1024;
/// Ordinals are below this: no queue ever begins so many segments, and the ones after must have numbers, too.
pub(super) const ORDINALS_END: u64 = 1 << 40;
/// Version that this code writes, and the only one that it reads so far.
pub(super) const VERSION: u32 = 1;

const MAGIC: &[u8; 8] = b"CONCSEG\n";
const LANE_AT: usize = 56;
const NAME_ENDS: &str = ".segment";
const FILLING_ENDS: &str = ".filling";
const DAMAGED_ENDS: &str = ".damaged";
const QUARANTINE: &str = "quarantine";

/// What a segment's header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Place in the order of segments.
    pub(super) ordinal: u64,
    /// The queue it belongs to.
    pub(super) id: Uuid,
    /// Its events have this Seq or a higher one.
    pub(super) first: Seq,
    /// CRC of the last frame of the segment before.
    pub(super) previous: u32,
    /// Name of the lane.
    pub(super) lane: String,
}

/// What stands where a header should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A header; its CRC is the seed of the chain.
    Header(Header, u32),
    /// A header of a version that this code does not know.
    Version(u32),
    /// Zeros: never used.
    Blank,
    /// Anything else.
    Damaged,
}

impl Header {
    /// The header's page, and its CRC.
    pub(super) fn page(&self) -> (Vec<u8>, u32) {
        let mut page = vec![0; PAGE_BYTES];
        put(&mut page, 0, MAGIC);
        put(&mut page, 8, &VERSION.to_le_bytes());
        put(&mut page, 16, &self.ordinal.to_le_bytes());
        put(&mut page, 24, self.id.as_bytes());
        put(&mut page, 40, &self.first.to_le_bytes());
        put(&mut page, 48, &self.previous.to_le_bytes());
        put(&mut page, 52, &u32::try_from(self.lane.len()).unwrap_or_default().to_le_bytes());
        put(&mut page, LANE_AT, self.lane.as_bytes());
        let crc = crc32c::crc32c(page.get(16..).unwrap_or_default());
        put(&mut page, 12, &crc.to_le_bytes());
        (page, crc)
    }

    fn parse(page: &[u8]) -> Found {
        if page.iter().all(|byte| *byte == 0) {
            return Found::Blank;
        }
        let crc = u32_at(page, 12);
        let sound = page.len() == PAGE_BYTES && crc32c::crc32c(page.get(16..).unwrap_or_default()) == crc;
        if page.get(..8) != Some(MAGIC) || !sound {
            return Found::Damaged;
        }
        if u32_at(page, 8) != VERSION {
            return Found::Version(u32_at(page, 8));
        }
        let lane = LANE_AT..LANE_AT + u32_at(page, 52) as usize;
        let id = page.get(24..40).and_then(|id| Uuid::from_slice(id).ok());
        let lane = page.get(lane).and_then(|lane| std::str::from_utf8(lane).ok());
        let (Some(id), Some(lane)) = (id, lane) else { return Found::Damaged };
        let (ordinal, first) = (u64_at(page, 16), u64_at(page, 40));
        Found::Header(Self { ordinal, id, first, previous: u32_at(page, 48), lane: lane.to_owned() }, crc)
    }

    /// Reads a file's header; if one of its two pages is bad, the other counts.
    pub(super) fn read(file: &dyn File, ordinal: u64) -> io::Result<Found> {
        let mut pages = vec![0; 2 * PAGE_BYTES];
        let read = file.read_at(&mut pages, 0)?;
        pages.truncate(read);
        let (first, second) = pages.split_at(read.min(PAGE_BYTES));
        let (first, second) = (Self::parse(first), Self::parse(second));
        // No checksum covers the version: it is believed if both pages name it.
        let agreed = first == second;
        let judge = |found| if agreed || !matches!(found, Found::Version(_)) { found } else { Found::Damaged };
        let (first, second) = (judge(first), judge(second));
        let named = |found: &Found| matches!(found, Found::Header(header, _) if header.ordinal == ordinal);
        // A start cut short between the two pages leaves a header of the new life and one of the old.
        Ok(if named(&second) || first == Found::Damaged { second } else { first })
    }
}

/// A segment that has begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    /// Place in the order of segments.
    pub(super) ordinal: u64,
    /// Its events have this Seq or a higher one.
    pub(super) first: Seq,
    /// CRC of the last frame of the segment before; `None` if the header is lost.
    pub(super) previous: Option<u32>,
    /// CRC of the header, the seed of the chain; `None` if the header is lost.
    pub(super) seed: Option<u32>,
    /// Length of the file.
    pub(super) bytes: u64,
}

/// A segment that waits for its turn: zeros, or the events of a former life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spare {
    /// Place that it will take in the order of segments.
    pub(super) ordinal: u64,
    /// Length of the file.
    pub(super) bytes: u64,
}

/// Path of a segment.
pub(super) fn path(dir: &Path, ordinal: u64) -> PathBuf {
    dir.join(format!("{ordinal:020}{NAME_ENDS}"))
}

/// Path of a segment while it is being filled with zeros.
pub(super) fn filling_path(dir: &Path, ordinal: u64) -> PathBuf {
    dir.join(format!("{ordinal:020}{FILLING_ENDS}"))
}

/// Ordinal in the name of a segment, if it is one.
pub(super) fn ordinal_of(name: &str) -> Option<u64> {
    name.strip_suffix(NAME_ENDS).filter(|digits| digits.len() == 20)?.parse().ok()
}

/// Whether the name is that of a segment that was never filled to the end.
pub(super) fn is_filling(name: &str) -> bool {
    name.ends_with(FILLING_ENDS)
}

/// Where damaged bytes are kept.
pub(super) fn quarantine_dir(dir: &Path) -> PathBuf {
    dir.join(QUARANTINE)
}

/// Where a piece in the quarantine stood, if its name tells: ordinal of the segment, offset in it.
pub(super) fn place_of(name: &str) -> Option<(u64, u64)> {
    let mut words = name.strip_suffix(DAMAGED_ENDS)?.split('-').map(str::parse);
    Some((words.next()?.ok()?, words.next()?.ok()?))
}

/// Most that the quarantine holds; what would exceed it is counted but not kept.
pub(super) const MAX_QUARANTINE_BYTES: u64 = 256 << 20;

/// Copies damaged bytes aside, under a name that says where they stood. Copying the same again changes nothing.
///
/// # Errors
/// The operating system's; the caller goes on without the copy.
pub(super) fn quarantine(disk: &dyn Disk, from: &Path, segment: &Segment, at: u64, bytes: u64) -> io::Result<()> {
    let dir = quarantine_dir(from);
    let name = format!("{:020}-{at:012}-{bytes}{DAMAGED_ENDS}", segment.ordinal);
    disk.make_dir(&dir)?;
    let kept = disk.list(&dir)?;
    let used = kept.iter().fold(0, |sum: u64, (_, bytes)| sum.saturating_add(*bytes));
    if kept.iter().any(|(kept, _)| *kept == name) || used.saturating_add(bytes) > MAX_QUARANTINE_BYTES {
        return Ok(());
    }
    let damaged = disk.open(&path(from, segment.ordinal), Access::Read)?;
    let copy = disk.open(&dir.join(name), Access::Create)?;
    let mut done = 0;
    let mut buffer = vec![0; 1 << 20];
    while done < bytes {
        let part = usize::try_from(bytes - done).unwrap_or(usize::MAX).min(buffer.len());
        let Some(part) = buffer.get_mut(..part) else { break };
        let read = damaged.read_at(part, at + done)?;
        if read == 0 {
            break;
        }
        copy.write_at(part.get(..read).unwrap_or_default(), done)?;
        done += read as u64;
    }
    copy.sync()?;
    disk.sync_dir(&dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_and_any_changed_byte_is_noticed() {
        let header = Header { ordinal: 3, id: Uuid::from_u128(77), first: 9, previous: 5, lane: "pbx".into() };
        let (page, crc) = header.page();
        assert_eq!(Header::parse(&page), Found::Header(header, crc));
        for at in 0..page.len() {
            let mut bad = page.clone();
            bad[at] ^= 1;
            assert!(!matches!(Header::parse(&bad), Found::Header(..)), "byte {at}");
        }
        assert_eq!(Header::parse(&[0; PAGE_BYTES]), Found::Blank);
    }

    #[test]
    fn names_tell_the_order() {
        assert_eq!(path(Path::new("q"), 7), Path::new("q/00000000000000000007.segment"));
        assert_eq!(ordinal_of("00000000000000000007.segment"), Some(7));
        assert_eq!(ordinal_of("7.segment"), None);
        assert_eq!(ordinal_of("00000000000000000007.filling"), None);
        assert_eq!(place_of("00000000000000000007-000000008192-640.damaged"), Some((7, 8192)));
        assert_eq!(place_of("00000000000000000007.segment"), None);
    }
}
