//! A plugin's state on disk: one file beside the lane's queue.
//!
//! # Format (version 1, little endian)
//! ```text
//!  0  8 bytes  magic "CNSTATE" and the version of this format, 1
//!  8  u32      CRC32C over all that follows
//! 12  u64      position: last event whose effect is in the state
//! 20  u32      version of the state, the plugin's own
//! 24  16       id of the queue that the position is one of
//! 40  32       digest of the configuration that the plugin was opened with
//! 72  u32 + n  name of the plugin        UTF-8
//!     u32 + n  version of the plugin     UTF-8
//!     u32 + n  name of the lane          UTF-8
//!     u32 + n  state
//! ```
//!
//! # Failure
//! Written beside, made durable, renamed: after a crash there is the old file or the new one. What is damaged, or of
//! another lane, queue, plugin or configuration is not used, and the reason is told.
//!
//! # Not here
//! When it is written, and what happens without one: the lane's business. How bytes become durable: the queue's disk
//! is the only place that syncs, so the function that does comes in from outside.

use crate::event::Seq;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

const MAGIC: &[u8; 8] = b"CNSTATE\x01";
const CRC_END: usize = 12;
/// Largest file that is read, bytes: far above `snapshot_bytes`.
const FILE_BYTES: u64 = 1 << 30;

/// A state, and what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The lane, its queue, the plugin and its configuration.
    pub owner: Owner,
    /// Version of the plugin that gave it; another version may take it.
    pub plugin_version: String,
    /// Version of the state.
    pub state_version: u32,
    /// Position of the last event whose effect is in it.
    pub position: Seq,
    /// The state.
    pub state: Vec<u8>,
}

/// To whom a state belongs: it is of no use to anybody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Name of the lane.
    pub lane: String,
    /// Id of its queue.
    pub queue_id: [u8; 16],
    /// Name of the plugin.
    pub plugin: String,
    /// [`config_digest`] of its configuration.
    pub config: [u8; 32],
}

/// Digest of a plugin's configuration.
#[must_use]
pub fn config_digest(config: &str) -> [u8; 32] {
    Sha256::digest(config).into()
}

/// Why a snapshot is not used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// There is none.
    #[error("there is no snapshot")]
    Absent,
    /// The file cannot be read.
    #[error("the snapshot cannot be read: {0}")]
    Read(io::Error),
    /// The file is larger than any snapshot.
    #[error("the snapshot has {0} bytes; none is larger than {FILE_BYTES}")]
    TooLarge(u64),
    /// The file is something else, or of a later release.
    #[error("the file is no snapshot of a version that this release knows")]
    Format,
    /// The file is cut short or damaged.
    #[error("the snapshot is damaged")]
    Damaged,
    /// It belongs to somebody else.
    #[error("the snapshot is of another {0}")]
    Foreign(&'static str),
    /// The database does not have all that the state knows.
    #[error("the snapshot is of position {position}, the database only of {committed}")]
    Ahead {
        /// Position of the snapshot.
        position: Seq,
        /// Position in the database.
        committed: Seq,
    },
}

/// Writes a snapshot in place of the one before. `sync` makes a file, or a directory's entries, durable.
///
/// # Errors
/// Of the file system; the snapshot before is still there then.
pub fn write(path: &Path, snapshot: &Snapshot, sync: &dyn Fn(&File) -> io::Result<()>) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(&encode(snapshot)?)?;
    sync(&file)?;
    std::fs::rename(&beside, path)?;
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync(&File::open(dir)?)
}

/// Reads the snapshot at `path`, if it is of `owner` and of no later position than `committed`.
///
/// # Errors
/// [`Unusable`]: the lane begins without a snapshot, and says why.
pub fn read(path: &Path, owner: &Owner, committed: Seq) -> Result<Snapshot, Unusable> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Unusable::Absent,
        _ => Unusable::Read(error),
    })?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES + 1).read_to_end(&mut bytes).map_err(Unusable::Read)?;
    if bytes.len() as u64 > FILE_BYTES {
        return Err(Unusable::TooLarge(bytes.len() as u64));
    }
    let snapshot = decode(&bytes)?;
    let found = &snapshot.owner;
    let same = [
        (found.lane == owner.lane, "lane"),
        (found.queue_id == owner.queue_id, "queue"),
        (found.plugin == owner.plugin, "plugin"),
        (found.config == owner.config, "configuration of the plugin"),
    ];
    if let Some((_, what)) = same.into_iter().find(|(same, _)| !same) {
        return Err(Unusable::Foreign(what));
    }
    if snapshot.position > committed {
        return Err(Unusable::Ahead { position: snapshot.position, committed });
    }
    Ok(snapshot)
}

pub(crate) fn encode(snapshot: &Snapshot) -> io::Result<Vec<u8>> {
    let Snapshot { owner, plugin_version, state_version, position, state } = snapshot;
    let mut out = Vec::with_capacity(state.len() + 512);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&position.to_le_bytes());
    out.extend_from_slice(&state_version.to_le_bytes());
    out.extend_from_slice(&owner.queue_id);
    out.extend_from_slice(&owner.config);
    for part in [owner.plugin.as_bytes(), plugin_version.as_bytes(), owner.lane.as_bytes(), state] {
        let length = u32::try_from(part.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(part);
    }
    let (head, body) = out.split_at_mut(CRC_END);
    if let Some(place) = head.last_chunk_mut() {
        *place = crc32c::crc32c(body).to_le_bytes();
    }
    Ok(out)
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Snapshot, Unusable> {
    let mut reader = Reader(bytes);
    if reader.array::<8>().ok() != Some(*MAGIC) {
        return Err(Unusable::Format);
    }
    let crc = u32::from_le_bytes(reader.array()?);
    if crc32c::crc32c(reader.0) != crc {
        return Err(Unusable::Damaged);
    }
    let position = u64::from_le_bytes(reader.array()?);
    let state_version = u32::from_le_bytes(reader.array()?);
    let (queue_id, config) = (reader.array()?, reader.array()?);
    let (plugin, plugin_version, lane) = (reader.text()?, reader.text()?, reader.text()?);
    let state = reader.part()?.to_vec();
    if !reader.0.is_empty() {
        return Err(Unusable::Damaged);
    }
    Ok(Snapshot { owner: Owner { lane, queue_id, plugin, config }, plugin_version, state_version, position, state })
}

/// Takes the bytes from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unusable> {
        let (array, rest) = self.0.split_first_chunk().ok_or(Unusable::Damaged)?;
        self.0 = rest;
        Ok(*array)
    }

    fn part(&mut self) -> Result<&'a [u8], Unusable> {
        let length = usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| Unusable::Damaged)?;
        let (part, rest) = self.0.split_at_checked(length).ok_or(Unusable::Damaged)?;
        self.0 = rest;
        Ok(part)
    }

    fn text(&mut self) -> Result<String, Unusable> {
        String::from_utf8(self.part()?.to_vec()).map_err(|_| Unusable::Damaged)
    }
}

#[cfg(test)]
mod tests;
