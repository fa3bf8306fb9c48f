//! One process per data directory.

use anyhow::{Context, Result};
use rustix::fs::{FlockOperation, flock};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Another process uses the data directory.
#[derive(Debug, thiserror::Error)]
#[error("data directory {dir} is in use by process {pid}: stop it, or give this one another [concentrator] data_dir")]
pub struct InUse {
    /// The directory.
    pub dir: PathBuf,
    /// The process, as the lock file names it.
    pub pid: String,
}

/// A data directory that this process may write to, as long as the value lives.
#[derive(Debug)]
pub struct DataDir {
    _file: File,
}

impl DataDir {
    /// Makes the directory if need be and takes it for this process.
    ///
    /// # Errors
    /// [`InUse`], or what the system says if the directory cannot be written.
    pub fn lock(dir: &Path) -> Result<Self> {
        let hint =
            || format!("data directory {} cannot be written: check its owner and the file system", dir.display());
        std::fs::create_dir_all(dir).with_context(hint)?;
        let path = dir.join("lock");
        let mut options = OpenOptions::new();
        let mut file = options.create(true).truncate(false).read(true).write(true).open(&path).with_context(hint)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(InUse { dir: dir.to_owned(), pid: pid_in(&mut file) }.into());
        }
        file.set_len(0).and_then(|()| file.rewind()).with_context(hint)?;
        writeln!(file, "{}", std::process::id()).with_context(hint)?;
        Ok(Self { _file: file })
    }
}

fn pid_in(file: &mut File) -> String {
    let mut text = String::new();
    let _ = file.read_to_string(&mut text);
    let pid = text.trim();
    if pid.is_empty() { "(unknown)".to_owned() } else { pid.to_owned() }
}
