//! Looks at a queue's files from outside, read only, while a daemon may be running on them.
//!
//! What the daemon changes meanwhile is not damage: a last frame in the making is the end of the log, and a segment that
//! is recycled under the reader's eyes ends it with [`Error::Trimmed`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::disk::{Access, Disk, SystemDisk};
use super::read::{Read, Reader, Shelf};
use super::recover::{Damage, salt, survey, tail};
use super::segment::{self, Found, Header, Segment};
use super::{Error, io_error};
use crate::event::{Seq, Views};

/// Events read at once while verifying.
const VERIFY_EVENTS: usize = 4096;
const VERIFY_BYTES: usize = 4 << 20;

/// A queue's directory at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Id of the queue; `None` if it never began.
    pub id: Option<Uuid>,
    /// Lane that it belongs to.
    pub lane: Option<String>,
    /// Oldest Seq that can be read.
    pub first_retained: Seq,
    /// Newest durable Seq; one less than `first_retained` if there are no events.
    pub durable: Seq,
    /// Segments with events, oldest first.
    pub segments: Vec<SegmentStatus>,
    /// Segments that wait to be used.
    pub spare_segments: usize,
    /// Size of all segments.
    pub bytes: u64,
    /// Files in quarantine.
    pub quarantined: usize,
    /// Size of those.
    pub quarantined_bytes: u64,
}

/// A segment at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentStatus {
    /// File.
    pub path: PathBuf,
    /// Its events have this Seq or a higher one.
    pub first: Seq,
    /// Length of the file.
    pub bytes: u64,
    /// Whether its header can be read.
    pub header_sound: bool,
}

/// What [`verify`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Segments with events.
    pub segments: usize,
    /// Sound events.
    pub events: u64,
    /// Bytes of those.
    pub bytes: u64,
    /// Seq of the first sound event; 0 if there is none.
    pub first: Seq,
    /// Seq of the last sound event; 0 if there is none.
    pub last: Seq,
    /// Everything that is not as it was written.
    pub damages: Vec<Damage>,
}

/// The segments of a directory as they are now.
#[derive(Debug)]
pub(super) struct Still {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) dir: PathBuf,
    pub(super) salt: u32,
    pub(super) segments: Vec<Segment>,
    damages: Vec<Damage>,
}

impl Still {
    /// The end of what may be read in a segment, and the segment after it; `None` if it was recycled meanwhile.
    pub(super) fn after(&self, ordinal: u64) -> Option<(u64, Option<Segment>)> {
        let at = self.segments.binary_search_by_key(&ordinal, |segment| segment.ordinal).ok()?;
        let segment = self.segments.get(at)?;
        let file = self.disk.open(&segment::path(&self.dir, ordinal), Access::Read).ok()?;
        let same = match Header::read(file.as_ref(), ordinal).ok()? {
            Found::Header(header, _) => header.ordinal == ordinal,
            _ => segment.seed.is_none(),
        };
        same.then(|| (segment.bytes, self.segments.get(at + 1).copied()))
    }

    /// A segment was recycled meanwhile, and so were those before it.
    pub(super) fn forget(&mut self, ordinal: u64) {
        self.segments.retain(|segment| segment.ordinal > ordinal);
    }

    /// Oldest Seq that can be read.
    pub(super) fn first_retained(&self) -> Seq {
        self.segments.first().map_or(1, |oldest| oldest.first)
    }

    pub(super) fn damaged(&mut self, segment: &Segment, offset: u64, bytes: u64, first_lost: Seq, lost: u64) {
        let path = segment::path(&self.dir, segment.ordinal);
        self.damages.push(Damage { path, offset, bytes, first_lost, lost, what: "damaged events" });
    }
}

/// Tells what is in a queue's directory, from the headers and the newest segment.
///
/// # Errors
/// [`Error::Io`], and [`Error::Version`] if a newer version wrote it.
pub fn status(dir: &Path) -> Result<Status, Error> {
    status_on(&SystemDisk, dir)
}

pub(super) fn status_on(disk: &dyn Disk, dir: &Path) -> Result<Status, Error> {
    let survey = survey(disk, dir)?;
    let first_retained = survey.segments.first().map_or(1, |oldest| oldest.first);
    let durable = match (survey.segments.last(), survey.id) {
        (Some(newest), Some(id)) => tail(disk, dir, newest, id)?.next.saturating_sub(1),
        _ => first_retained.saturating_sub(1),
    };
    let kept = segment::quarantine_dir(dir);
    let kept = disk.list(&kept).map_err(io_error(&kept))?;
    let begun = survey.segments.iter().map(|segment| segment.bytes);
    Ok(Status {
        id: survey.id,
        lane: survey.lane,
        first_retained,
        durable,
        spare_segments: survey.spares.len(),
        bytes: begun.chain(survey.spares.iter().map(|spare| spare.bytes)).fold(0, u64::saturating_add),
        segments: survey
            .segments
            .iter()
            .map(|segment| SegmentStatus {
                path: segment::path(dir, segment.ordinal),
                first: segment.first,
                bytes: segment.bytes,
                header_sound: segment.seed.is_some(),
            })
            .collect(),
        quarantined: kept.len(),
        quarantined_bytes: kept.iter().fold(0, |sum, (_, bytes)| sum.saturating_add(*bytes)),
    })
}

/// A reader on a queue's files, from `from` or the oldest event that is kept; it ends with [`Read::Closed`].
///
/// # Errors
/// As [`status`].
pub fn show(dir: &Path, from: Seq) -> Result<Reader, Error> {
    show_on(&(Arc::new(SystemDisk) as Arc<dyn Disk>), dir, from).map(|(reader, _)| reader)
}

fn show_on(disk: &Arc<dyn Disk>, dir: &Path, from: Seq) -> Result<(Reader, Vec<Damage>), Error> {
    let mut survey = survey(disk.as_ref(), dir)?;
    if !survey.foreign.is_empty() {
        // Read while the daemon began its first segment, perhaps: what is damage stays.
        survey = super::recover::survey(disk.as_ref(), dir)?;
    }
    let mut damages = survey.foreign;
    for segment in survey.segments.iter().filter(|segment| segment.seed.is_none()) {
        damages.push(Damage {
            path: segment::path(dir, segment.ordinal),
            offset: 0,
            bytes: segment::SEGMENT_HEADER_BYTES,
            first_lost: 0,
            lost: 0,
            what: "lost header",
        });
    }
    let salt = survey.id.map_or(0, salt);
    let still = Still { disk: disk.clone(), dir: dir.to_owned(), salt, segments: survey.segments, damages: Vec::new() };
    let from = from.max(still.first_retained());
    Ok((Reader::new(Shelf::Still(still), from), damages))
}

/// Reads everything and tells what is damaged.
///
/// # Errors
/// As [`status`]; [`Error::Trimmed`] if the daemon recycled what was being read: try again.
pub fn verify(dir: &Path) -> Result<Report, Error> {
    verify_on(&(Arc::new(SystemDisk) as Arc<dyn Disk>), dir)
}

pub(super) fn verify_on(disk: &Arc<dyn Disk>, dir: &Path) -> Result<Report, Error> {
    let (mut reader, damages) = show_on(disk, dir, 0)?;
    let mut report = Report { damages, ..Report::default() };
    let mut out = Vec::new();
    while let Read::Batch { first, last, count, .. } =
        reader.read(VERIFY_EVENTS, VERIFY_BYTES, &mut out, Duration::ZERO)?
    {
        if report.events == 0 {
            report.first = first;
        }
        report.last = last;
        report.events += count;
        report.bytes += out.len() as u64;
        if Views::new(&out).any(|view| view.is_err()) {
            let what = "an event that is not in the flat form";
            let (path, lost) = (dir.to_owned(), 0);
            report.damages.push(Damage { path, offset: 0, bytes: 0, first_lost: first, lost, what });
        }
        out.clear();
    }
    if let Shelf::Still(still) = reader.into_shelf() {
        report.segments = still.segments.len();
        report.damages.extend(still.damages);
    }
    Ok(report)
}
