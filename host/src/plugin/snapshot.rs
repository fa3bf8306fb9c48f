//! The state of a lane's plugins on disk: one file beside the lane's queue.
//!
//! # Format (version 2, little endian)
//! ```text
//!  0  8 bytes  magic "CNSTATE" and the version of this format, 2
//!  8  u32      CRC32C over all that follows
//! 12  u64      position: last event whose effect is in the states
//! 20  16       id of the queue that the position is one of
//! 36  u32 + n  name of the lane          UTF-8
//!     u32      number of states: the mapper's, then those of the enrichers in their order
//!     states × { u32 + n  name of the plugin      UTF-8
//!                u32 + n  version of the plugin   UTF-8
//!                u32      version of the state, the plugin's own
//!                32       digest of the configuration that the plugin was opened with
//!                u32 + n  state }
//! ```
//! Version 1, which had one state and its fields in another order, is read as well.
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
use std::sync::Arc;

const MAGIC: &[u8; 8] = b"CNSTATE\x02";
const MAGIC_FIRST: &[u8; 8] = b"CNSTATE\x01";
const CRC_END: usize = 12;
/// Most states of one file: far above any chain.
const STATES: u32 = 1_000;
/// Largest file that is read, bytes: far above `snapshot_bytes`.
const FILE_BYTES: u64 = 1 << 30;

/// The states of a lane's plugins at one position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Name of the lane.
    pub lane: String,
    /// Id of its queue.
    pub queue_id: [u8; 16],
    /// Position of the last event whose effect is in them.
    pub position: Seq,
    /// The states, the mapper's first.
    pub states: Vec<State>,
}

/// The state of one plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Name of the plugin.
    pub plugin: String,
    /// Version of the plugin that gave it; another version may take it.
    pub plugin_version: String,
    /// Version of the state.
    pub state_version: u32,
    /// [`config_digest`] of the plugin's configuration.
    pub config: [u8; 32],
    /// The state.
    pub bytes: Arc<Vec<u8>>,
}

/// To whom a snapshot belongs: it is of no use to anybody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Name of the lane.
    pub lane: String,
    /// Id of its queue.
    pub queue_id: [u8; 16],
    /// Name of the mapper.
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
    let mapper = snapshot.states.first().ok_or(Unusable::Damaged)?;
    let same = [
        (snapshot.lane == owner.lane, "lane"),
        (snapshot.queue_id == owner.queue_id, "queue"),
        (mapper.plugin == owner.plugin, "plugin"),
        (mapper.config == owner.config, "configuration of the plugin"),
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
    let Snapshot { lane, queue_id, position, states } = snapshot;
    let length = |length: usize| {
        u32::try_from(length).map(u32::to_le_bytes).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))
    };
    let size: usize = states.iter().map(|state| state.bytes.len() + 256).sum();
    let mut out = Vec::with_capacity(size + 256);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&position.to_le_bytes());
    out.extend_from_slice(queue_id);
    out.extend_from_slice(&length(lane.len())?);
    out.extend_from_slice(lane.as_bytes());
    out.extend_from_slice(&length(states.len())?);
    for State { plugin, plugin_version, state_version, config, bytes } in states {
        for part in [plugin.as_bytes(), plugin_version.as_bytes()] {
            out.extend_from_slice(&length(part.len())?);
            out.extend_from_slice(part);
        }
        out.extend_from_slice(&state_version.to_le_bytes());
        out.extend_from_slice(config);
        out.extend_from_slice(&length(bytes.len())?);
        out.extend_from_slice(bytes);
    }
    let (head, body) = out.split_at_mut(CRC_END);
    if let Some(place) = head.last_chunk_mut() {
        *place = crc32c::crc32c(body).to_le_bytes();
    }
    Ok(out)
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Snapshot, Unusable> {
    let mut reader = Reader(bytes);
    let is_first = match reader.array::<8>() {
        Ok(magic) if magic == *MAGIC => false,
        Ok(magic) if magic == *MAGIC_FIRST => true,
        _ => return Err(Unusable::Format),
    };
    let crc = u32::from_le_bytes(reader.array()?);
    if crc32c::crc32c(reader.0) != crc {
        return Err(Unusable::Damaged);
    }
    let snapshot = if is_first { reader.first_version()? } else { reader.snapshot()? };
    if reader.0.is_empty() { Ok(snapshot) } else { Err(Unusable::Damaged) }
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

    fn snapshot(&mut self) -> Result<Snapshot, Unusable> {
        let position = u64::from_le_bytes(self.array()?);
        let (queue_id, lane) = (self.array()?, self.text()?);
        let count = u32::from_le_bytes(self.array()?);
        if count > STATES {
            return Err(Unusable::Damaged);
        }
        let states = (0..count).map(|_| {
            let (plugin, plugin_version) = (self.text()?, self.text()?);
            let (state_version, config) = (u32::from_le_bytes(self.array()?), self.array()?);
            Ok(State { plugin, plugin_version, state_version, config, bytes: Arc::new(self.part()?.to_vec()) })
        });
        let states = states.collect::<Result<_, Unusable>>()?;
        Ok(Snapshot { lane, queue_id, position, states })
    }

    fn first_version(&mut self) -> Result<Snapshot, Unusable> {
        let position = u64::from_le_bytes(self.array()?);
        let state_version = u32::from_le_bytes(self.array()?);
        let (queue_id, config) = (self.array()?, self.array()?);
        let (plugin, plugin_version, lane) = (self.text()?, self.text()?, self.text()?);
        let bytes = Arc::new(self.part()?.to_vec());
        let states = vec![State { plugin, plugin_version, state_version, config, bytes }];
        Ok(Snapshot { lane, queue_id, position, states })
    }

    fn text(&mut self) -> Result<String, Unusable> {
        String::from_utf8(self.part()?.to_vec()).map_err(|_| Unusable::Damaged)
    }
}

#[cfg(test)]
mod tests;
