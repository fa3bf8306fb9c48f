//! A disk in memory that keeps what was synced apart from what was written, and fails on demand.
//!
//! What a loss of power may do: of the writes since the last sync each sector is kept or lost on its own, and one may be
//! torn at any byte; of the changes of names since the last sync of their directory each is kept or lost on its own.
//! What a [`Plan`] may do: at any operation end the process (a write stops at any byte then), say that the disk is full,
//! or fail.

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

    pub(in crate::queue) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub(in crate::queue) fn below(&mut self, below: usize) -> usize {
        usize::try_from(self.roll(below as u64)).expect("below a usize")
    }
}

/// What is done to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::queue) enum Op {
    MakeDir,
    List,
    Open,
    Create,
    Read,
    Write,
    Sync,
    Rename,
    Remove,
    SyncDir,
}

/// How an operation goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::queue) enum What {
    /// The process ends here: this operation is done in part at most, and all that follow fail.
    Down,
    /// There is no room.
    Full,
    /// The device fails.
    Broken,
}

/// What is to go wrong.
#[derive(Clone, Copy, Debug)]
pub(in crate::queue) struct Plan {
    /// At this operation; at any if none is named.
    pub(in crate::queue) op: Option<Op>,
    /// After so many of them.
    pub(in crate::queue) after: u64,
    pub(in crate::queue) what: What,
    /// And at all that follow, not just once.
    pub(in crate::queue) lasting: bool,
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

/// A change of names.
#[derive(Clone, Debug)]
enum Change {
    Made(PathBuf, usize),
    Moved(PathBuf, PathBuf, usize),
    Gone(PathBuf),
}

impl Change {
    fn dir(&self) -> Option<&Path> {
        let (Self::Made(path, _) | Self::Moved(_, path, _) | Self::Gone(path)) = self;
        path.parent()
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Made(path, inode) => drop(names.insert(path.clone(), *inode)),
            Self::Moved(from, to, inode) => {
                if names.get(from) == Some(inode) {
                    names.remove(from);
                }
                names.insert(to.clone(), *inode);
            }
            Self::Gone(path) => drop(names.remove(path)),
        }
    }
}

#[derive(Debug)]
struct World {
    inodes: Vec<Inode>,
    live: BTreeMap<PathBuf, usize>,
    durable: BTreeMap<PathBuf, usize>,
    /// Changes of names since the last sync of their directory.
    pending: Vec<Change>,
    used: u64,
    capacity: u64,
    /// Everything fails, as after the end of the process.
    down: bool,
    plan: Option<Plan>,
    dice: Dice,
    syncs: u64,
    created: u64,
}

/// See the module.
#[derive(Clone, Debug)]
pub(in crate::queue) struct FaultyDisk(Arc<Mutex<World>>);

#[derive(Debug)]
struct FaultyFile(FaultyDisk, usize);

impl FaultyDisk {
    pub(in crate::queue) fn new(capacity: u64) -> Self {
        Self(Arc::new(Mutex::new(World {
            inodes: Vec::new(),
            live: BTreeMap::new(),
            durable: BTreeMap::new(),
            pending: Vec::new(),
            used: 0,
            capacity,
            down: false,
            plan: None,
            dice: Dice::new(capacity),
            syncs: 0,
            created: 0,
        })))
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world, if the operation is to succeed.
    fn enter(&self, op: Op) -> io::Result<MutexGuard<'_, World>> {
        let mut world = self.world();
        world.strike(op).map(|()| world)
    }

    pub(in crate::queue) fn set_capacity(&self, capacity: u64) {
        self.world().capacity = capacity;
    }

    pub(in crate::queue) fn syncs(&self) -> u64 {
        self.world().syncs
    }

    /// Files made so far.
    pub(in crate::queue) fn created(&self) -> u64 {
        self.world().created
    }

    /// Whether the process has ended by a plan.
    pub(in crate::queue) fn is_down(&self) -> bool {
        self.world().down
    }

    /// What goes wrong next; replaces what was planned.
    pub(in crate::queue) fn plan(&self, plan: Option<Plan>) {
        self.world().plan = plan;
    }

    /// The sync after the next `after` ones fails, and so do all that follow.
    pub(in crate::queue) fn fail_sync(&self, after: u64) {
        self.plan(Some(Plan { op: Some(Op::Sync), after, what: What::Broken, lasting: true }));
    }

    /// From now on everything fails.
    pub(in crate::queue) fn go_down(&self) {
        self.world().down = true;
    }

    /// Starts again. After a loss of power any part of what was not synced is lost, torn or kept out of order.
    pub(in crate::queue) fn come_up(&self, power_lost: bool, dice: &mut Dice) {
        let mut world = self.world();
        (world.down, world.plan) = (false, None);
        if power_lost {
            world.lose_power(dice);
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

/// Keeps some sectors of what was not synced, in the order of the writes, and tears some.
fn keep_some(inode: &mut Inode, dice: &mut Dice) {
    let share = dice.roll(101);
    for (offset, bytes) in std::mem::take(&mut inode.pending) {
        for (at, sector) in sectors(offset, &bytes) {
            if dice.chance(share) {
                let kept = if dice.chance(5) { dice.below(sector.len() + 1) } else { sector.len() };
                write(&mut inode.durable, at, &sector[..kept]);
            }
        }
    }
}

impl World {
    fn strike(&mut self, op: Op) -> io::Result<()> {
        if self.down {
            return Err(io::Error::other("the machine is down"));
        }
        let Some(plan) = self.plan.as_mut().filter(|plan| plan.op.is_none_or(|planned| planned == op)) else {
            return Ok(());
        };
        if plan.after > 0 {
            plan.after -= 1;
            return Ok(());
        }
        let Plan { what, lasting, .. } = *plan;
        if !lasting {
            self.plan = None;
        }
        match what {
            What::Down => self.down = true,
            What::Full => return Err(io::ErrorKind::StorageFull.into()),
            What::Broken => {}
        }
        Err(io::Error::other("the device is gone"))
    }

    fn lose_power(&mut self, dice: &mut Dice) {
        for change in std::mem::take(&mut self.pending) {
            if dice.chance(50) {
                change.apply(&mut self.durable);
            }
        }
        self.live = self.durable.clone();
        for inode in &mut self.inodes {
            keep_some(inode, dice);
            inode.live = inode.durable.clone();
        }
        self.used = self.live.values().map(|inode| self.inodes[*inode].live.len() as u64).sum();
    }

    fn change(&mut self, change: Change) {
        let before: Vec<usize> = self.live.values().copied().collect();
        change.apply(&mut self.live);
        for inode in before {
            if !self.live.values().any(|other| *other == inode) {
                self.used = self.used.saturating_sub(self.inodes[inode].live.len() as u64);
            }
        }
        self.pending.push(change);
    }

    fn put(&mut self, inode: usize, at: usize, bytes: &[u8]) {
        let inode = &mut self.inodes[inode];
        write(&mut inode.live, at, bytes);
        inode.pending.push((at, bytes.to_vec()));
    }
}

impl File for FaultyFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let world = self.0.enter(Op::Read)?;
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = world.inodes[self.1].live.get(from..).unwrap_or_default();
        let read = bytes.len().min(buffer.len());
        buffer[..read].copy_from_slice(&bytes[..read]);
        Ok(read)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let at = usize::try_from(offset).unwrap_or(usize::MAX);
        let mut world = self.0.world();
        let was_down = world.down;
        if let Err(error) = world.strike(Op::Write) {
            if !was_down {
                // It stops at any byte.
                let done = world.dice.below(bytes.len() + 1);
                world.put(self.1, at, &bytes[..done]);
            }
            return Err(error);
        }
        let grown = (at + bytes.len()).saturating_sub(world.inodes[self.1].live.len()) as u64;
        if world.used + grown > world.capacity {
            return Err(io::ErrorKind::StorageFull.into());
        }
        world.used += grown;
        world.put(self.1, at, bytes);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut world = self.0.world();
        world.syncs += 1;
        let struck = world.strike(Op::Sync);
        let mut dice = world.dice.clone();
        let down = world.down;
        let inode = &mut world.inodes[self.1];
        match &struck {
            // What of it is on the disk, a loss of power tells.
            Err(_) if down => {}
            // A failed sync drops what was to be written, or a part of it; the page cache goes on showing it.
            Err(_) => keep_some(inode, &mut dice),
            Ok(()) => {
                for (at, bytes) in std::mem::take(&mut inode.pending) {
                    write(&mut inode.durable, at, &bytes);
                }
            }
        }
        world.dice = dice;
        struck
    }
}

impl Disk for FaultyDisk {
    fn make_dir(&self, _: &Path) -> io::Result<()> {
        self.enter(Op::MakeDir).map(drop)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<(String, u64)>> {
        let world = self.enter(Op::List)?;
        let inside = world.live.iter().filter(|(path, _)| path.parent() == Some(dir));
        Ok(inside
            .filter_map(|(path, inode)| {
                Some((path.file_name()?.to_str()?.to_owned(), world.inodes[*inode].live.len() as u64))
            })
            .collect())
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>> {
        let mut world = self.enter(if access == Access::Create { Op::Create } else { Op::Open })?;
        if access == Access::Create {
            let inode = world.inodes.len();
            world.inodes.push(Inode::default());
            world.created += 1;
            world.change(Change::Made(path.to_owned(), inode));
        }
        let inode = *world.live.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(FaultyFile(self.clone(), inode)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut world = self.enter(Op::Rename)?;
        let inode = *world.live.get(from).ok_or(io::ErrorKind::NotFound)?;
        world.change(Change::Moved(from.to_owned(), to.to_owned(), inode));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut world = self.enter(Op::Remove)?;
        if !world.live.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        world.change(Change::Gone(path.to_owned()));
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut world = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        world.syncs += 1;
        world.strike(Op::SyncDir)?;
        let (synced, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut world.pending).into_iter().partition(|change| change.dir() == Some(dir));
        world.pending = left;
        for change in synced {
            change.apply(&mut world.durable);
        }
        Ok(())
    }
}
