//! A disk in memory, without faults: what is written is there.

use crate::queue::disk::{Access, Disk, File};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Content = Arc<Mutex<Vec<u8>>>;

/// Files by their paths; cheap to clone, clones are the same disk.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<Mutex<BTreeMap<PathBuf, Content>>>);

#[derive(Debug)]
struct Opened(Content);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    /// Makes or replaces files.
    pub(super) fn put(&self, files: &BTreeMap<PathBuf, Vec<u8>>) {
        lock(&self.0).extend(files.iter().map(|(path, bytes)| (path.clone(), Arc::new(Mutex::new(bytes.clone())))));
    }

    /// All files.
    pub(super) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        lock(&self.0).iter().map(|(path, content)| (path.clone(), lock(content).clone())).collect()
    }
}

impl File for Opened {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let content = lock(&self.0);
        let rest = usize::try_from(offset).ok().and_then(|at| content.get(at..)).unwrap_or_default();
        let read = rest.len().min(buffer.len());
        buffer[..read].copy_from_slice(&rest[..read]);
        Ok(read)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut content = lock(&self.0);
        let at = usize::try_from(offset).map_err(io::Error::other)?;
        let length = content.len().max(at + bytes.len());
        content.resize(length, 0);
        content[at..at + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

impl Disk for Memory {
    fn make_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<(String, u64)>> {
        let files = lock(&self.0);
        let inside = files.iter().filter(|(path, _)| path.parent() == Some(dir));
        let named = inside
            .filter_map(|(path, content)| Some((path.file_name()?.to_str()?.to_owned(), lock(content).len() as u64)));
        Ok(named.collect())
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>> {
        let mut files = lock(&self.0);
        if access == Access::Create {
            files.insert(path.to_owned(), Content::default());
        }
        let content = files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(Opened(content.clone())))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut files = lock(&self.0);
        let content = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.to_owned(), content);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        lock(&self.0).remove(path).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}
