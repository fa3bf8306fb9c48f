//! A disk in memory that keeps what was synced apart from what was written, and fails on demand.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::queue::disk::{Access, Disk, File};

/// What a loss of power keeps or loses at once.
const SECTOR: usize = 512;

/// A small generator of numbers that look random: the same for the same seed.
#[derive(Clone, Debug)]
pub(in crate::queue) struct Dice(u64);

impl Dice {
    pub(in crate::queue) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    pub(in crate::queue) fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below.max(1)
    }

    pub(in crate::queue) fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }
}

#[derive(Debug, Default)]
struct Inode {
    /// What the page cache shows.
    live: Vec<u8>,
    /// What a loss of power leaves.
    durable: Vec<u8>,
    /// Written since the last sync: offset, bytes.
    pending: Vec<(usize, Vec<u8>)>,
}

#[derive(Debug, Default)]
struct World {
    inodes: Vec<Inode>,
    live: BTreeMap<PathBuf, usize>,
    durable: BTreeMap<PathBuf, usize>,
    /// Changes of names since the last sync of the directory, each a whole state: journals keep their order.
    pending: Vec<BTreeMap<PathBuf, usize>>,
    used: u64,
    capacity: u64,
    /// Everything fails, as after the end of the process.
    down: bool,
    syncs_until_failure: Option<u64>,
    renames_fail: bool,
    syncs: u64,
}

/// See the module.
#[derive(Clone, Debug)]
pub(in crate::queue) struct FaultyDisk(Arc<Mutex<World>>);

#[derive(Debug)]
struct FaultyFile(FaultyDisk, usize);

impl FaultyDisk {
    pub(in crate::queue) fn new(capacity: u64) -> Self {
        Self(Arc::new(Mutex::new(World { capacity, ..World::default() })))
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn up(&self) -> io::Result<MutexGuard<'_, World>> {
        let world = self.world();
        if world.down { Err(io::Error::other("the machine is down")) } else { Ok(world) }
    }

    pub(in crate::queue) fn set_capacity(&self, capacity: u64) {
        self.world().capacity = capacity;
    }

    pub(in crate::queue) fn syncs(&self) -> u64 {
        self.world().syncs
    }

    /// The sync after the next `after` ones fails, and so do all that follow.
    pub(in crate::queue) fn fail_sync(&self, after: u64) {
        self.world().syncs_until_failure = Some(after);
    }

    pub(in crate::queue) fn fail_renames(&self, fail: bool) {
        self.world().renames_fail = fail;
    }

    /// From now on everything fails.
    pub(in crate::queue) fn go_down(&self) {
        self.world().down = true;
    }

    /// Starts again. After a loss of power any part of what was not synced is lost, torn or kept out of order.
    pub(in crate::queue) fn come_up(&self, power_lost: bool, dice: &mut Dice) {
        let mut world = self.world();
        (world.down, world.syncs_until_failure, world.renames_fail) = (false, None, false);
        if !power_lost {
            return;
        }
        let kept = usize::try_from(dice.roll(world.pending.len() as u64 + 1)).unwrap_or(0);
        if let Some(state) = kept.checked_sub(1).and_then(|at| world.pending.get(at)).cloned() {
            world.durable = state;
        }
        world.pending.clear();
        world.live = world.durable.clone();
        for inode in &mut world.inodes {
            let pending = std::mem::take(&mut inode.pending);
            let share = dice.roll(101);
            for (offset, bytes) in pending {
                for (n, sector) in sectors(offset, &bytes) {
                    if dice.chance(share) {
                        write(&mut inode.durable, n, sector);
                    }
                }
            }
            inode.live = inode.durable.clone();
        }
    }

    /// Changes one bit of a file, on the medium and in the cache.
    pub(in crate::queue) fn flip(&self, path: &Path, at: usize, mask: u8) {
        let mut world = self.world();
        let Some(inode) = world.live.get(path).copied() else { return };
        let inode = &mut world.inodes[inode];
        for bytes in [&mut inode.live, &mut inode.durable] {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= mask;
            }
        }
    }

    pub(in crate::queue) fn content(&self, path: &Path) -> Vec<u8> {
        let world = self.world();
        world.live.get(path).map(|inode| world.inodes[*inode].live.clone()).unwrap_or_default()
    }

    pub(in crate::queue) fn overwrite(&self, path: &Path, at: usize, bytes: &[u8]) {
        let mut world = self.world();
        let inode = world.live[path];
        write(&mut world.inodes[inode].live, at, bytes);
        write(&mut world.inodes[inode].durable, at, bytes);
    }
}

/// Cuts a write at the borders of sectors.
fn sectors(offset: usize, bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let (mut at, mut rest, mut cut) = (offset, bytes, Vec::new());
    while !rest.is_empty() {
        let (sector, after) = rest.split_at((SECTOR - at % SECTOR).min(rest.len()));
        cut.push((at, sector));
        at += sector.len();
        rest = after;
    }
    cut
}

fn write(to: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if to.len() < at + bytes.len() {
        to.resize(at + bytes.len(), 0);
    }
    to[at..at + bytes.len()].copy_from_slice(bytes);
}

impl World {
    fn renamed(&mut self) {
        let state = self.live.clone();
        self.pending.push(state);
    }

    fn count_sync(&mut self) -> io::Result<()> {
        self.syncs += 1;
        match &mut self.syncs_until_failure {
            Some(0) => Err(io::Error::other("the device is gone")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl File for FaultyFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let world = self.0.up()?;
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = world.inodes[self.1].live.get(from..).unwrap_or_default();
        let read = bytes.len().min(buffer.len());
        buffer[..read].copy_from_slice(&bytes[..read]);
        Ok(read)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut world = self.0.up()?;
        let at = usize::try_from(offset).unwrap_or(usize::MAX);
        let grown = (at + bytes.len()).saturating_sub(world.inodes[self.1].live.len()) as u64;
        if world.used + grown > world.capacity {
            return Err(io::ErrorKind::StorageFull.into());
        }
        world.used += grown;
        let inode = &mut world.inodes[self.1];
        write(&mut inode.live, at, bytes);
        inode.pending.push((at, bytes.to_vec()));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut world = self.0.up()?;
        let failed = world.count_sync();
        let inode = &mut world.inodes[self.1];
        let pending = std::mem::take(&mut inode.pending);
        // A failed sync drops what was to be written; the page cache goes on showing it.
        failed?;
        for (at, bytes) in pending {
            write(&mut inode.durable, at, &bytes);
        }
        Ok(())
    }
}

impl Disk for FaultyDisk {
    fn make_dir(&self, _: &Path) -> io::Result<()> {
        self.up().map(drop)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<(String, u64)>> {
        let world = self.up()?;
        let inside = world.live.iter().filter(|(path, _)| path.parent() == Some(dir));
        Ok(inside
            .filter_map(|(path, inode)| {
                Some((path.file_name()?.to_str()?.to_owned(), world.inodes[*inode].live.len() as u64))
            })
            .collect())
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>> {
        let mut world = self.up()?;
        if access == Access::Create {
            let inode = world.inodes.len();
            world.inodes.push(Inode::default());
            world.live.insert(path.to_owned(), inode);
            world.renamed();
        }
        let inode = *world.live.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(FaultyFile(self.clone(), inode)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut world = self.up()?;
        if world.renames_fail {
            return Err(io::Error::other("rename refused"));
        }
        let inode = world.live.remove(from).ok_or(io::ErrorKind::NotFound)?;
        world.live.insert(to.to_owned(), inode);
        world.renamed();
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut world = self.up()?;
        let inode = world.live.remove(path).ok_or(io::ErrorKind::NotFound)?;
        world.used = world.used.saturating_sub(world.inodes[inode].live.len() as u64);
        world.renamed();
        Ok(())
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        let mut world = self.up()?;
        world.count_sync()?;
        if let Some(state) = world.pending.pop() {
            world.durable = state;
        }
        world.pending.clear();
        Ok(())
    }
}
