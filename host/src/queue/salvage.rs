//! The quarantine: what damaged pieces are kept, and which events can still be read in one.
//!
//! Nothing in a piece is believed as a frame is: its checksum failed. But an event is a form of its own, with lengths
//! that must agree, so that those beside the damage can be told from it. They are for a person to look at.

use std::path::{Path, PathBuf};

use super::disk::{Access, Disk, SystemDisk};
use super::frame::split_event;
use super::{Error, io_error, segment};
use crate::event::View;

/// Where flat events begin in a frame.
const ALIGNMENT: usize = 8;

/// A damaged piece that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// File.
    pub path: PathBuf,
    /// Its name in the quarantine.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Where it stood: ordinal of the segment and offset in it; `None` for a whole file that was moved aside.
    pub stood: Option<(u64, u64)>,
}

/// The pieces of the queue in `dir`, by name: in the order of their places.
///
/// # Errors
/// [`Error::Io`].
pub fn quarantined(dir: &Path) -> Result<Vec<Piece>, Error> {
    let kept = segment::quarantine_dir(dir);
    let mut pieces: Vec<Piece> = SystemDisk
        .list(&kept)
        .map_err(io_error(&kept))?
        .into_iter()
        .map(|(name, bytes)| Piece { path: kept.join(&name), bytes, stood: segment::place_of(&name), name })
        .collect();
    pieces.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(pieces)
}

/// The events of a piece that are whole, one after another, and how many there are.
///
/// # Errors
/// [`Error::Io`].
pub fn salvage(piece: &Piece) -> Result<(Vec<u8>, u64), Error> {
    let wrap = io_error(&piece.path);
    let file = SystemDisk.open(&piece.path, Access::Read).map_err(&wrap)?;
    let mut bytes = vec![0; usize::try_from(piece.bytes.min(segment::MAX_QUARANTINE_BYTES)).unwrap_or_default()];
    let read = file.read_at(&mut bytes, 0).map_err(&wrap)?;
    bytes.truncate(read);
    let (mut events, mut count, mut at) = (Vec::new(), 0, 0);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        match split_event(rest).filter(|(event, _)| View::parse(event).is_ok()) {
            Some((event, _)) => {
                events.extend_from_slice(event);
                count += 1;
                at += event.len();
            }
            None => at += ALIGNMENT,
        }
    }
    Ok((events, count))
}
