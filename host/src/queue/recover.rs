//! What is in a queue's directory, and where the log ends.
//!
//! Only the newest segment is scanned; of the others the headers are read. Nothing is written but one frame: the newest
//! is written again and synced, and so is the directory, because after a process that ended in between, or after a
//! failed sync, the cache may show what the disk does not have.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::disk::{Access, Disk, File, is_full};
use super::scan::Cursor;
use super::segment::{self, Found, Header, PAGE_BYTES, SEGMENT_HEADER_BYTES, Segment, Spare};
use super::{Error, io_error};
use crate::event::Seq;

/// What a start found and repaired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Newest durable Seq; 0 if the queue never had an event.
    pub durable: Seq,
    /// Oldest Seq that may still be read; `durable + 1` if there is none.
    pub first_retained: Seq,
    /// Seq that the next event gets.
    pub next: Seq,
    /// Segments with events.
    pub segments: usize,
    /// Bytes of a last frame that was not written to its end; nothing in it was acknowledged.
    pub cut_bytes: u64,
    /// Damaged places found in the newest segment, and files that belong to no order.
    pub quarantined: u64,
    /// Bytes of those.
    pub quarantined_bytes: u64,
    /// Events lost in them.
    pub quarantined_events: u64,
    /// How long the start took.
    pub took: Duration,
}

/// A damaged place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// File.
    pub path: PathBuf,
    /// Offset in it.
    pub offset: u64,
    /// Bytes that cannot be read as events.
    pub bytes: u64,
    /// First Seq that is missing; 0 if unknown.
    pub first_lost: Seq,
    /// Number of events missing; 0 if unknown.
    pub lost: u64,
    /// What is wrong, in a few words.
    pub what: &'static str,
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at byte {}: {} bytes, {}", self.path.display(), self.offset, self.bytes, self.what)?;
        if self.lost > 0 {
            write!(f, "; {} events from position {} on are missing", self.lost, self.first_lost)?;
        }
        Ok(())
    }
}

/// The files of a queue, in order.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Id of the queue, if any header could be read.
    pub(super) id: Option<Uuid>,
    /// Lane that the headers name.
    pub(super) lane: Option<String>,
    /// Ordinal of the newest segment whose header could be read.
    newest: Option<u64>,
    /// Segments that have begun.
    pub(super) segments: Vec<Segment>,
    /// Files that wait behind the newest segment.
    pub(super) spares: Vec<Spare>,
    /// Highest ordinal that a file has, whatever is in it.
    pub(super) highest: u64,
    /// Files that were being filled when the process ended.
    pub(super) filling: Vec<PathBuf>,
    /// Files that have the name of a segment and cannot be one of this queue.
    pub(super) foreign: Vec<Damage>,
}

/// Where the log ends.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    /// Offset in the newest segment at which the next frame goes.
    pub(super) end: u64,
    /// CRC that the next frame names.
    pub(super) chain: u32,
    /// Seq after the newest event.
    pub(super) next: Seq,
    /// The newest frame: where, and how long.
    pub(super) newest: Option<(u64, usize)>,
    /// Bytes of a torn last frame.
    pub(super) cut_bytes: u64,
    /// Damaged places before the end.
    pub(super) damages: Vec<Damage>,
}

/// CRC with which the frames of a queue begin, so that neither a frame of another queue nor text in an event that looks
/// like a frame is ever taken for one.
pub(super) fn salt(id: Uuid) -> u32 {
    crc32c::crc32c(id.as_bytes())
}

/// Reads the headers of all segments.
///
/// # Errors
/// [`Error::Io`], and [`Error::Version`] if a newer version wrote them.
pub(super) fn survey(disk: &dyn Disk, dir: &Path) -> Result<Survey, Error> {
    let mut survey = Survey::default();
    let mut files = Vec::new();
    for (name, bytes) in disk.list(dir).map_err(io_error(dir))? {
        match segment::ordinal_of(&name) {
            Some(ordinal) if ordinal >= segment::ORDINALS_END => {
                let (path, what) = (dir.join(name), "a number that no segment has");
                survey.foreign.push(Damage { path, offset: 0, bytes, first_lost: 0, lost: 0, what });
            }
            Some(ordinal) => files.push((ordinal, bytes)),
            None if segment::is_filling(&name) => survey.filling.push(dir.join(name)),
            None => {}
        }
    }
    files.sort_unstable();
    survey.highest = files.last().map_or(0, |(ordinal, _)| *ordinal);
    let mut read = Vec::new();
    for (ordinal, bytes) in files {
        let path = segment::path(dir, ordinal);
        let file = match disk.open(&path, Access::Read) {
            Ok(file) => file,
            // Trimmed meanwhile by the daemon whose queue this is.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(io_error(&path)(error)),
        };
        let found = Header::read(file.as_ref(), ordinal).map_err(io_error(&path))?;
        if let Found::Version(found) = found {
            return Err(Error::Version { path, found });
        }
        if matches!(&found, Found::Header(header, _) if header.ordinal > ordinal) {
            survey.later(disk, path, bytes)?;
            continue;
        }
        read.push((Spare { ordinal, bytes }, file, found));
    }
    let named = read.iter().rev().find_map(|(spare, _, found)| match found {
        Found::Header(header, _) if header.ordinal == spare.ordinal => Some(header.clone()),
        _ => None,
    });
    if let Some(header) = named {
        (survey.id, survey.lane, survey.newest) = (Some(header.id), Some(header.lane), Some(header.ordinal));
    }
    for (spare, file, found) in read {
        survey.place(dir, spare, &file, found).map_err(io_error(dir))?;
    }
    Ok(survey)
}

impl Survey {
    /// The header is that of a later segment: the running daemon has given the file to it since it was found, or it
    /// was brought here.
    fn later(&mut self, disk: &dyn Disk, path: PathBuf, bytes: u64) -> Result<(), Error> {
        match disk.open(&path, Access::Read) {
            Ok(_) => {
                let what = "the header of a later segment";
                self.foreign.push(Damage { path, offset: 0, bytes, first_lost: 0, lost: 0, what });
                Ok(())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(io_error(&path)(error)),
        }
    }

    fn place(&mut self, dir: &Path, spare: Spare, file: &Arc<dyn File>, found: Found) -> std::io::Result<()> {
        let Spare { ordinal, bytes } = spare;
        let lost = |what| Damage { path: segment::path(dir, ordinal), offset: 0, bytes, first_lost: 0, lost: 0, what };
        let among = self.newest.is_some_and(|newest| ordinal < newest);
        match found {
            Found::Header(header, crc) if header.ordinal == ordinal => {
                if Some(header.id) != self.id {
                    self.foreign.push(lost("a segment of another queue"));
                    return Ok(());
                }
                let (first, previous) = (header.first, Some(header.previous));
                self.segments.push(Segment { ordinal, first, previous, seed: Some(crc), bytes });
            }
            found => match self.headless(ordinal, bytes, file, found == Found::Damaged)? {
                Some(headless) => match Header::read(file.as_ref(), ordinal)? {
                    // The running daemon has begun it since its header was read.
                    Found::Header(header, crc) if header.ordinal == ordinal && Some(header.id) == self.id => {
                        let (first, previous) = (header.first, Some(header.previous));
                        self.segments.push(Segment { ordinal, first, previous, seed: Some(crc), bytes });
                    }
                    // And trimmed it, and begun it again as another one.
                    Found::Header(header, _) if header.ordinal > ordinal => {}
                    _ => self.segments.push(headless),
                },
                None if among => self.foreign.push(lost("neither header nor events can be read")),
                None if self.id.is_none() && has_content(file)? => self.foreign.push(lost("its header is lost")),
                // A recycled file has its old header until it begins, a blank one none; a start may have been cut short.
                None => self.spares.push(spare),
            },
        }
        Ok(())
    }

    /// A file without a header of its own that has events of this place nevertheless: its header was lost.
    fn headless(
        &self,
        ordinal: u64,
        bytes: u64,
        file: &Arc<dyn File>,
        thorough: bool,
    ) -> std::io::Result<Option<Segment>> {
        let Some(id) = self.id else { return Ok(None) };
        // Frames of a former life have a lower Seq than the segment before.
        let Some(first) = self.segments.last().map_or(Some(1), |before| before.first.checked_add(1)) else {
            return Ok(None);
        };
        let mut segment = Segment { ordinal, first, previous: None, seed: None, bytes };
        let mut cursor = Cursor::new(file.clone(), &segment, salt(id), bytes);
        let mut frame = cursor.next()?;
        if frame.is_none() && thorough && cursor.search()?.is_some() {
            frame = cursor.next()?;
        }
        Ok(frame.map(|frame| {
            segment.first = frame.head.first;
            segment
        }))
    }
}

/// Whether something stands where the first frame would be.
fn has_content(file: &Arc<dyn File>) -> std::io::Result<bool> {
    let mut page = [0; PAGE_BYTES];
    let read = file.read_at(&mut page, SEGMENT_HEADER_BYTES)?;
    Ok(page.get(..read).is_some_and(|page| page.iter().any(|byte| *byte != 0)))
}

/// Scans the newest segment to the end of the log.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn tail(disk: &dyn Disk, dir: &Path, newest: &Segment, id: Uuid) -> Result<Tail, Error> {
    let path = segment::path(dir, newest.ordinal);
    let wrap = io_error(&path);
    let file = disk.open(&path, Access::Read).map_err(&wrap)?;
    let mut cursor = Cursor::new(file, newest, salt(id), newest.bytes);
    let mut tail = Tail {
        end: SEGMENT_HEADER_BYTES.min(newest.bytes),
        chain: newest.seed.unwrap_or_default(),
        next: newest.first,
        newest: None,
        cut_bytes: 0,
        damages: Vec::new(),
    };
    loop {
        if let Some(frame) = cursor.next().map_err(&wrap)? {
            tail.end = cursor.at;
            tail.chain = frame.head.crc;
            tail.next = frame.head.next();
            tail.newest = Some((frame.at, frame.head.length));
            continue;
        }
        let (offset, expected) = (cursor.at, cursor.expected);
        let claim = cursor.claim().map_err(&wrap)?;
        let Some(bytes) = cursor.search().map_err(&wrap)? else {
            tail.cut_bytes = claim.map_or(0, |head| head.length as u64);
            return Ok(tail);
        };
        let lost = cursor.claim().map_err(&wrap)?.map_or(0, |head| head.first.saturating_sub(expected));
        let what = "damaged events";
        tail.damages.push(Damage { path: path.clone(), offset, bytes, first_lost: expected, lost, what });
    }
}

/// Everything a queue needs to go on where it ended.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) id: Uuid,
    pub(super) survey: Survey,
    pub(super) tail: Option<Tail>,
    pub(super) report: Recovery,
}

/// Finds the end of the log, makes sure that its newest frame is on disk, and puts damage aside.
///
/// # Errors
/// [`Error::Io`], [`Error::Version`], and [`Error::OtherLane`] if the directory is another lane's.
pub(super) fn recover(disk: &dyn Disk, dir: &Path, lane: &str, next_at_least: Seq) -> Result<Recovered, Error> {
    let started = Instant::now();
    let survey = survey(disk, dir)?;
    if let Some(found) = survey.lane.as_ref().filter(|found| *found != lane) {
        return Err(Error::OtherLane { dir: dir.to_owned(), found: found.clone(), lane: lane.to_owned() });
    }
    let mut report = Recovery { segments: survey.segments.len(), ..Recovery::default() };
    for path in &survey.filling {
        disk.remove(path).map_err(io_error(path))?;
    }
    for damage in &survey.foreign {
        set_aside(disk, dir, damage)?;
        report.count(damage);
    }
    if !survey.segments.is_empty() || !survey.spares.is_empty() {
        // The process before may have ended between a change of names and its sync; what is found must also stay.
        disk.sync_dir(dir).map_err(io_error(dir))?;
    }
    let id = survey.id.unwrap_or_else(Uuid::new_v4);
    let tail = survey.segments.last().map(|newest| tail(disk, dir, newest, id)).transpose()?;
    if let (Some(newest), Some(tail)) = (survey.segments.last(), &tail) {
        settle(disk, dir, newest, tail)?;
        for damage in &tail.damages {
            // Best effort: without room for the copy the bytes still stand in the segment.
            let _ = segment::quarantine(disk, dir, newest, damage.offset, damage.bytes);
            report.count(damage);
        }
        report.durable = tail.next.saturating_sub(1);
        report.cut_bytes = tail.cut_bytes;
    }
    report.next = report.durable.saturating_add(1).max(next_at_least).max(1);
    report.first_retained = survey.segments.first().map_or(report.next, |oldest| oldest.first);
    report.took = started.elapsed();
    Ok(Recovered { id, survey, tail, report })
}

impl Recovery {
    fn count(&mut self, damage: &Damage) {
        self.quarantined += 1;
        self.quarantined_bytes += damage.bytes;
        self.quarantined_events += damage.lost;
    }
}

/// Moves a file that cannot be read at all out of the order of segments; where the disk has no room even for that, it
/// stays, and the next start tries again.
fn set_aside(disk: &dyn Disk, dir: &Path, damage: &Damage) -> Result<(), Error> {
    let kept = segment::quarantine_dir(dir);
    let to = damage.path.file_name().map_or_else(|| kept.clone(), |name| kept.join(name));
    match disk.make_dir(&kept).and_then(|()| disk.rename(&damage.path, &to)) {
        Ok(()) => {}
        Err(error) if is_full(&error) => return Ok(()),
        Err(error) => return Err(io_error(&damage.path)(error)),
    }
    disk.sync_dir(&kept).map_err(io_error(&kept))?;
    disk.sync_dir(dir).map_err(io_error(dir))
}

/// Writes the newest frame, or the header if there is none, once more and syncs it.
fn settle(disk: &dyn Disk, dir: &Path, newest: &Segment, tail: &Tail) -> Result<(), Error> {
    let path = segment::path(dir, newest.ordinal);
    let wrap = io_error(&path);
    let file = disk.open(&path, Access::Write).map_err(&wrap)?;
    let (at, length) = tail.newest.unwrap_or((0, usize::try_from(SEGMENT_HEADER_BYTES).unwrap_or_default()));
    let mut bytes = vec![0; length];
    let read = file.read_at(&mut bytes, at).map_err(&wrap)?;
    bytes.truncate(read);
    match file.write_at(&bytes, at) {
        // A file system that copies on write may have no room even for this; then the sync must do.
        Err(error) if !is_full(&error) => return Err(wrap(error)),
        _ => {}
    }
    file.sync().map_err(&wrap)
}
