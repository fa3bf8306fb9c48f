//! Damage done to the files of a queue.
//!
//! The bytes are a list of deeds: flipped bits, lies in length fields, torn and exchanged files, and frames that are
//! forged with a right checksum. They are done to a queue in memory that is always the same, with a file that was
//! recycled behind its newest segment.

use super::memory::Memory;
use crate::event::{Builder, Kind, Seq, Views};
use crate::queue::disk::Disk;
use crate::queue::{Config, Error, Queue, Read};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

const DIR: &str = "/queue";
const LANE: &str = "pbx";
const ID: [u8; 16] = *b"queue of fuzzing";
const SEGMENT_BYTES: usize = 16 << 10;
/// Where frames begin, and how long their heads are (`docs/reference/queue-format.md`).
const FRAMES_AT: usize = 8 << 10;
const FRAME_HEADER_BYTES: usize = 24;
const PAGE_BYTES: usize = 4 << 10;
/// Deeds that are done at most: more only hide each other.
const DEEDS: usize = 12;
/// Reads that a queue of this size needs at most.
const READS: usize = 1000;

/// A queue as it was written.
struct Original {
    /// Content of the segments by their paths, in order.
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// Offset of each frame, with its path, its end and its last Seq.
    frames: Vec<(PathBuf, usize, usize, Seq)>,
    /// Each event, its Seq in it.
    events: BTreeMap<Seq, Vec<u8>>,
    /// Position in the database: nothing beyond it is ever recycled.
    committed: Seq,
}

static ORIGINAL: LazyLock<Original> = LazyLock::new(Original::write);

/// A list of deeds, done to a queue.
///
/// # Panics
/// If the queue does not open, reads what was never written, loses what stands before the damage, or cannot go on.
pub fn queue_segments(bytes: &[u8]) {
    let disk = Memory::default();
    disk.put(&ORIGINAL.files);
    let forged = Deeds { rest: bytes, disk: &disk, forged: false }.run();
    let kept = ORIGINAL.before_damage(&disk);
    let (queue, recovery) = match open(&disk, ORIGINAL.committed + 1) {
        Ok(opened) => opened,
        Err(Error::Version { .. } | Error::OtherLane { .. }) if forged => return,
        Err(error) => panic!("a damaged queue must open: {error}"),
    };
    let found = read(&queue, recovery.first_retained);
    if forged {
        return;
    }
    for (seq, event) in &found {
        assert_eq!(Some(event), ORIGINAL.events.get(seq), "event {seq} is what was written");
    }
    for seq in ORIGINAL.events.keys().take_while(|seq| **seq <= kept) {
        assert!(found.contains_key(seq), "event {seq} stands before the damage, which begins after {kept}");
    }
    let last = found.keys().next_back().copied().unwrap_or_default();
    let new = append(&queue, &event(0, 40));
    assert!(new > last, "position {new} is given after {last}");
    drop(queue);
    let (queue, recovery) = open(&disk, ORIGINAL.committed + 1).expect("a repaired queue opens");
    let again = read(&queue, recovery.first_retained);
    assert!(again.contains_key(&new), "event {new} was durable");
    for seq in found.keys() {
        assert!(again.contains_key(seq), "event {seq} was there at the first start");
    }
    assert_eq!(again.len(), found.len() + 1, "nothing else has come");
}

fn open(disk: &Memory, next_at_least: Seq) -> Result<(Queue, crate::queue::Recovery), Error> {
    let config = Config {
        segment_bytes: SEGMENT_BYTES as u64,
        spare_segments: 1,
        max_bytes: 16 << 20,
        ..Config::new(DIR.into(), LANE)
    };
    Queue::open(config, Arc::new(disk.clone()) as Arc<dyn Disk>, next_at_least)
}

fn event(label: u64, fill: usize) -> Vec<u8> {
    let mut builder = Builder::new(Kind::Source, "Test", 1);
    builder.sequence(label).text("fill", &"x".repeat(fill));
    builder.finish().expect("a small event")
}

/// Appends events and waits for them; the Seq of the first.
fn append(queue: &Queue, events: &[u8]) -> Seq {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let durable = async { queue.append(events.to_vec()).await?.durable().await };
    *runtime.block_on(durable).expect("a queue in memory takes events").start()
}

/// All events that the queue holds, each checked to be one.
fn read(queue: &Queue, from: Seq) -> BTreeMap<Seq, Vec<u8>> {
    let mut reader = queue.reader(from);
    let (mut found, mut bytes) = (BTreeMap::new(), Vec::new());
    let mut last = None;
    for _ in 0..READS {
        bytes.clear();
        match reader.read(16, 64 << 10, &mut bytes, Duration::ZERO) {
            Ok(Read::Batch { .. }) => {}
            Ok(Read::Idle | Read::Closed) => return found,
            Err(error) => panic!("a queue that opened can be read: {error}"),
        }
        for view in Views::new(&bytes).map_while(Result::ok) {
            assert!(last < Some(view.seq()), "{} follows {last:?}", view.seq());
            last = Some(view.seq());
            found.insert(view.seq(), view.raw().to_vec());
        }
    }
    panic!("a reader comes to an end");
}

impl Original {
    fn write() -> Self {
        let disk = Memory::default();
        disk.put(&BTreeMap::from([(segment(1), first_segment())]));
        let (queue, _) = open(&disk, 1).expect("an empty queue opens");
        let mut events = BTreeMap::new();
        let mut label = 0;
        for group in [1, 3, 2, 1, 7, 1, 4, 2, 5, 1, 3, 6, 2, 1, 1] {
            let labels = label..label + group;
            let batch: Vec<u8> = labels.flat_map(|label| event(label as u64, 17 * label % 1200)).collect();
            append(&queue, &batch);
            label += group;
        }
        events.append(&mut read(&queue, 1));
        drop(queue);
        let mut files = disk.files();
        files.retain(|_, content| content.iter().skip(FRAMES_AT).any(|byte| *byte != 0));
        let mut original = Self { frames: frames(&files), files, events, committed: 0 };
        original.recycle();
        original
    }

    /// Puts the bytes of former lives where a recycled file has them: behind the newest frame, and in a spare file.
    fn recycle(&mut self) {
        let first = self.files.values().next().expect("a segment").clone();
        let (path, _, end, _) = self.frames.last().expect("a frame").clone();
        let newest = self.files.get_mut(&path).expect("the newest segment");
        let behind = end.next_multiple_of(PAGE_BYTES);
        let stale = first.get(behind..).unwrap_or_default();
        newest.get_mut(behind..).unwrap_or_default().copy_from_slice(stale);
        self.files.insert(segment(self.files.len() as u64 + 1), first);
        let of_first = self.frames.iter().take_while(|(path, ..)| *path == segment(1));
        self.committed = of_first.last().map_or(0, |(_, _, _, last)| *last);
    }

    /// Seq up to which nothing was touched.
    fn before_damage(&self, disk: &Memory) -> Seq {
        let now = disk.files();
        let mut kept = 0;
        for (path, _, end, last) in &self.frames {
            let (was, is) = (self.files.get(path), now.get(path));
            let same = |upto: usize| was.and_then(|was| was.get(..upto)) == is.and_then(|is| is.get(..upto));
            if is.is_none() || !same(*end) {
                break;
            }
            kept = *last;
        }
        kept
    }
}

fn segment(ordinal: u64) -> PathBuf {
    Path::new(DIR).join(format!("{ordinal:020}.segment"))
}

fn put(bytes: &mut [u8], at: usize, field: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + field.len()) {
        place.copy_from_slice(field);
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|field| field.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// A segment that has just begun, of a queue whose id is not random.
fn first_segment() -> Vec<u8> {
    let mut page = vec![0; PAGE_BYTES];
    put(&mut page, 0, b"CONCSEG\n");
    put(&mut page, 8, &1_u32.to_le_bytes());
    put(&mut page, 16, &1_u64.to_le_bytes());
    put(&mut page, 24, &ID);
    put(&mut page, 40, &1_u64.to_le_bytes());
    put(&mut page, 52, &3_u32.to_le_bytes());
    put(&mut page, 56, LANE.as_bytes());
    seal_header(&mut page);
    let mut file = page.repeat(2);
    file.resize(SEGMENT_BYTES, 0);
    file
}

/// Puts a right checksum into the first page of a segment, and the page into the second.
fn seal_header(file: &mut [u8]) {
    let crc = crc32c::crc32c(file.get(16..PAGE_BYTES).unwrap_or_default());
    put(file, 12, &crc.to_le_bytes());
    let page = file.get(..PAGE_BYTES).unwrap_or_default().to_vec();
    put(file, PAGE_BYTES, &page);
}

/// Puts a right checksum into the frame at `at`, as long as it says it is.
fn seal_frame(file: &mut [u8], at: usize) {
    let length = u32_at(file, at) as usize;
    if let Some(covered) = file.get(at + 8..at.saturating_add(length)) {
        let crc = crc32c::crc32c_append(crc32c::crc32c(&ID), covered);
        put(file, at + 4, &crc.to_le_bytes());
    }
}

/// The frames of sound segments.
fn frames(files: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<(PathBuf, usize, usize, Seq)> {
    let mut frames = Vec::new();
    for (path, content) in files {
        let mut at = FRAMES_AT;
        while u32_at(content, at) as usize >= FRAME_HEADER_BYTES {
            let end = at + u32_at(content, at) as usize;
            let next = u64::from(u32_at(content, at + 8)) + u64::from(u32_at(content, at + 16));
            frames.push((path.clone(), at, end, next - 1));
            at = end;
        }
    }
    frames
}

/// The deeds, read and done one after another.
struct Deeds<'a> {
    rest: &'a [u8],
    disk: &'a Memory,
    forged: bool,
}

impl Deeds<'_> {
    /// Does all deeds. Whether something was forged.
    fn run(mut self) -> bool {
        for _ in 0..DEEDS {
            let Some((kind, rest)) = self.rest.split_first() else { break };
            self.rest = rest;
            match kind % 12 {
                0 => self.change(|bytes, at, deeds| bytes[at] ^= 1 << (deeds.byte() % 8)),
                1 => self.change(|bytes, at, deeds| {
                    let literal = deeds.literal();
                    put(bytes, at, &literal);
                }),
                2 => self.change(|bytes, at, deeds| {
                    let length = deeds.number();
                    bytes.iter_mut().skip(at).take(length).for_each(|byte| *byte = 0);
                }),
                3 => self.cut(),
                4 => self.copy(),
                5 => drop(self.disk.remove(&self.path())),
                6 => self.exchange(),
                7 => self.frame_field(false),
                8 => self.frame_field(true),
                9 => self.header_field(),
                10 => self.another_file(),
                _ => self.grow(),
            }
        }
        self.forged
    }

    fn byte(&mut self) -> u8 {
        let (byte, rest) = self.rest.split_first().map_or((0, self.rest), |(byte, rest)| (*byte, rest));
        self.rest = rest;
        byte
    }

    fn number(&mut self) -> usize {
        usize::from(self.byte()) << 8 | usize::from(self.byte())
    }

    fn literal(&mut self) -> Vec<u8> {
        let length = usize::from(self.byte() % 32).min(self.rest.len());
        let (literal, rest) = self.rest.split_at(length);
        self.rest = rest;
        literal.to_vec()
    }

    /// A number that length fields like to lie with.
    fn lie(&mut self) -> u64 {
        match self.byte() % 8 {
            0 => 0,
            1 => u64::MAX,
            2 => u64::from(u32::MAX),
            3 => 8 << 20,
            4 => u64::from(self.byte()),
            5 => self.number() as u64 * 8,
            6 => 1 << 31,
            _ => self.number() as u64,
        }
    }

    /// One of the files that there were.
    fn path(&mut self) -> PathBuf {
        segment(u64::from(self.byte()) % ORIGINAL.files.len() as u64 + 1)
    }

    /// Changes a file from a place on.
    fn change(&mut self, how: impl FnOnce(&mut Vec<u8>, usize, &mut Self)) {
        let (path, at) = (self.path(), self.number());
        let mut files = self.disk.files();
        if let Some(content) = files.get_mut(&path).filter(|content| !content.is_empty()) {
            let at = at % content.len();
            how(content, at, self);
            self.disk.put(&files);
        }
    }

    fn cut(&mut self) {
        self.change(|bytes, at, _| bytes.truncate(at));
    }

    fn grow(&mut self) {
        self.change(|bytes, _, deeds| bytes.resize(bytes.len() + deeds.number() % SEGMENT_BYTES, 0));
    }

    /// Copies a part of a file to some place in the same or another file.
    fn copy(&mut self) {
        let (from, at, length) = (self.path(), self.number(), self.number());
        let files = self.disk.files();
        let part = files.get(&from).map_or(&[][..], |content| {
            let at = at.min(content.len());
            &content[at..(at + length).min(content.len())]
        });
        self.change(|bytes, at, _| put(bytes, at & !7, part));
    }

    fn exchange(&mut self) {
        let (one, other) = (self.path(), self.path());
        let mut files = self.disk.files();
        if let (Some(first), Some(second)) = (files.remove(&one), files.remove(&other)) {
            self.disk.put(&BTreeMap::from([(one, second), (other, first)]));
        }
    }

    /// Lets a field of a frame's head lie, with a wrong or a right checksum.
    fn frame_field(&mut self, seal: bool) {
        let frame = usize::from(self.byte()) % ORIGINAL.frames.len();
        let (path, at, _, _) = ORIGINAL.frames[frame].clone();
        let (field, lie) = (self.byte() % 6, self.lie().to_le_bytes());
        let mut files = self.disk.files();
        let Some(content) = files.get_mut(&path) else { return };
        let (place, length) = [(0, 4), (4, 4), (8, 8), (16, 4), (20, 4), (FRAME_HEADER_BYTES, 4)][usize::from(field)];
        put(content, at + place, &lie[..length]);
        if seal {
            seal_frame(content, at);
            self.forged = true;
        }
        self.disk.put(&files);
    }

    /// Lets a field of a segment's header lie, with a right checksum.
    fn header_field(&mut self) {
        let (path, field, lie) = (self.path(), self.byte() % 6, self.lie().to_le_bytes());
        let mut files = self.disk.files();
        let Some(content) = files.get_mut(&path) else { return };
        let (place, length) = [(8, 4), (16, 8), (24, 8), (40, 8), (48, 4), (52, 4)][usize::from(field)];
        put(content, place, &lie[..length]);
        seal_header(content);
        self.forged = true;
        self.disk.put(&files);
    }

    /// Adds a file with the name of a segment behind all others: a copy of one, or anything.
    fn another_file(&mut self) {
        let (from, ordinal) = (self.path(), self.lie().max(ORIGINAL.files.len() as u64 + 1));
        let content = match self.byte() % 2 {
            0 => self.disk.files().remove(&from).unwrap_or_default(),
            _ => self.literal(),
        };
        self.disk.put(&BTreeMap::from([(segment(ordinal), content)]));
    }
}
