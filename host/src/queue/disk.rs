//! The queue's way to the disk: the only place that asks for durability.
//!
//! A trait, because the model test runs the same queue over a disk that tears writes, loses what was not synced, fills
//! up, flips bits and fails at will.
//!
//! # Not here
//! What a failure means. A failed sync is final for the process (`queue.rs`); this file only reports it.

use std::fmt::Debug;
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

/// What may be done with an opened file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read only.
    Read,
    /// Read and overwrite.
    Write,
    /// Read and write; the file is made, or emptied if it exists.
    Create,
}

/// A file that is read and written at offsets.
pub trait File: Debug + Send + Sync {
    /// Reads up to `buffer.len()` bytes at `offset`; fewer only at the end of the file.
    ///
    /// # Errors
    /// The operating system's.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all of `bytes` at `offset`.
    ///
    /// # Errors
    /// The operating system's; a part may have been written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Returns when everything written so far would survive a loss of power.
    ///
    /// # Errors
    /// The operating system's. What was written may be lost although it can still be read: asking again proves nothing.
    fn sync(&self) -> io::Result<()>;
}

/// A file system, as far as the queue needs one.
pub trait Disk: Debug + Send + Sync {
    /// Makes the directory, and those above it, if they do not exist. What was made would survive a loss of power.
    ///
    /// # Errors
    /// The operating system's.
    fn make_dir(&self, dir: &Path) -> io::Result<()>;

    /// Names and lengths of the files in a directory; a directory that does not exist is empty.
    ///
    /// # Errors
    /// The operating system's.
    fn list(&self, dir: &Path) -> io::Result<Vec<(String, u64)>>;

    /// Opens a file.
    ///
    /// # Errors
    /// The operating system's.
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>>;

    /// Gives a file another name, replacing a file of that name.
    ///
    /// # Errors
    /// The operating system's.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// The operating system's.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Returns when all names made, changed and removed in the directory would survive a loss of power.
    ///
    /// # Errors
    /// The operating system's.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
}

/// The machine's own file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDisk;

#[derive(Debug)]
struct SystemFile(std::fs::File);

impl File for SystemFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut done = 0;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.0.read_at(rest, offset.saturating_add(done as u64)) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}

impl Disk for SystemDisk {
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = dir.ancestors().take_while(|dir| !names_dir(dir)).collect();
        std::fs::create_dir_all(dir)?;
        let above = missing.iter().rev().filter_map(|made| made.parent());
        above
            .map(|dir| if dir.as_os_str().is_empty() { Path::new(".") } else { dir })
            .try_for_each(|dir| self.sync_dir(dir))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<(String, u64)>> {
        let entries = match std::fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry?;
            let meta = match entry.metadata() {
                Ok(meta) => meta,
                // Renamed or removed by the running daemon between the two calls.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if let (true, Ok(name)) = (meta.is_file(), entry.file_name().into_string()) {
                files.push((name, meta.len()));
            }
        }
        Ok(files)
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>> {
        let mut options = std::fs::OpenOptions::new();
        options.read(true).mode(0o600);
        match access {
            Access::Read => {}
            Access::Write => {
                options.write(true);
            }
            Access::Create => {
                options.write(true).create(true).truncate(true);
            }
        }
        Ok(Arc::new(SystemFile(options.open(path)?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        std::fs::File::open(dir)?.sync_all()
    }
}

/// Whether a directory has that name; the empty one stands for the present directory.
fn names_dir(path: &Path) -> bool {
    path.as_os_str().is_empty() || path.is_dir()
}

/// Whether the error says that there is no room now: it may pass, and nothing that was durable is affected.
#[must_use]
pub(super) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// Makes what was written to a file durable: for files beside the queue whose writer renames them afterwards.
///
/// # Errors
/// The operating system's.
pub fn sync_file(file: &std::fs::File) -> io::Result<()> {
    file.sync_data()
}

/// Writes a whole file beside and renames it: after a crash there is the old one, or none, or the new one, never a part.
///
/// # Errors
/// The operating system's; the old file stands then.
pub fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let file = SystemDisk.open(&beside, Access::Create)?;
    file.write_at(bytes, 0)?;
    file.sync()?;
    SystemDisk.rename(&beside, path)?;
    path.parent().map_or(Ok(()), |dir| SystemDisk.sync_dir(dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_made_as_deep_as_needed() {
        let above = tempfile::tempdir().expect("a directory");
        let deep = above.path().join("a/b/c");
        for _ in 0..2 {
            SystemDisk.make_dir(&deep).expect("writable");
            assert!(deep.is_dir());
        }
        std::fs::write(above.path().join("file"), b"").expect("writable");
        assert!(SystemDisk.make_dir(&above.path().join("file/below")).is_err());
    }
}
