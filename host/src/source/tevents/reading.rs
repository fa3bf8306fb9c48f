//! A log that is open, and the step from its bytes to the queue that reading once and following share.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::identity::{self, IDENTITY_BYTES};
use super::outlet::{Outlet, Place};
use super::text::{Found, PREAMBLE_BYTES, Parser};
use super::{Config, parser_of};
use crate::event::Micros;
use crate::source::{Counters, Error, count};

/// Bytes that are read in one piece.
const READ_BYTES: usize = 256 << 10;

/// Which file a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// The file that has this metadata.
    pub(super) fn of(metadata: &std::fs::Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// A log that is open.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) path: PathBuf,
    pub(super) id: FileId,
    file: File,
    /// Its first bytes, as far as they are needed to know it again.
    head: Vec<u8>,
    /// Its identity, from its first event on.
    identity: Option<String>,
    /// Where what was known of it ends.
    pub(super) resumed_at: u64,
    /// Nothing is missing between the log before and this one.
    pub(super) lossless: bool,
    buffer: Vec<u8>,
}

impl Log {
    /// Opens a log, and looks whether it is one of those that `outlet` knows.
    pub(super) async fn open(path: &Path, outlet: &Outlet<'_>) -> Result<Self, Error> {
        let failed = failed(path);
        let mut file = File::open(path).await.map_err(&failed)?;
        let id = FileId::of(&file.metadata().await.map_err(&failed)?);
        let head = beginning(&mut file, IDENTITY_BYTES).await.map_err(&failed)?;
        let known = identity::find(&outlet.reached, &head).map(|(identity, reached)| (identity.to_owned(), reached));
        let (identity, resumed_at) = known.map_or((None, 0), |(identity, at)| (Some(identity), at));
        Ok(Self {
            path: path.to_owned(),
            id,
            file,
            head: Vec::new(),
            identity,
            resumed_at,
            lossless: false,
            buffer: Vec::new(),
        })
    }

    /// Its name, without the directory.
    pub(super) fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Earlier sessions have brought in something of it.
    pub(super) fn is_known(&self) -> bool {
        self.identity.is_some()
    }

    /// Length of the file now.
    pub(super) async fn length(&self) -> Result<u64, Error> {
        Ok(self.file.metadata().await.map_err(failed(&self.path))?.len())
    }

    /// When it was changed last, by the machine's clock.
    pub(super) async fn changed(&self) -> Result<Micros, Error> {
        let metadata = self.file.metadata().await.map_err(failed(&self.path))?;
        Ok(metadata.mtime().saturating_mul(1_000_000).saturating_add(metadata.mtime_nsec() / 1_000))
    }

    /// Its beginning, for who wants to know whether it goes on with another log.
    pub(super) async fn peek(&mut self) -> Result<Vec<u8>, Error> {
        beginning(&mut self.file, PREAMBLE_BYTES).await.map_err(failed(&self.path))
    }

    /// Whether the bytes that were read are still those with which the file begins.
    pub(super) async fn is_same(&mut self, read_to: u64) -> Result<bool, Error> {
        let head = beginning(&mut self.file, self.head.len()).await.map_err(failed(&self.path))?;
        let same = head == self.head && self.length().await? >= read_to;
        self.file.seek(std::io::SeekFrom::Start(read_to)).await.map_err(failed(&self.path))?;
        Ok(same)
    }

    /// Where a session with it begins; none before its first event.
    pub(super) fn place(&self) -> Option<Place> {
        let (resumed_at, lossless) = (self.resumed_at, self.lossless);
        Some(Place { identity: self.identity.clone()?, name: self.name(), resumed_at, lossless })
    }

    fn place_of(&mut self, found: &Found) -> Place {
        let identity = self.identity.get_or_insert_with(|| identity::identity(&self.head, found.ends)).clone();
        Place { identity, name: self.name(), resumed_at: self.resumed_at, lossless: self.lossless }
    }

    async fn read(&mut self) -> Result<&[u8], Error> {
        self.buffer.clear();
        self.buffer.reserve(READ_BYTES);
        let mut limited = (&mut self.file).take(READ_BYTES as u64);
        limited.read_buf(&mut self.buffer).await.map_err(failed(&self.path))?;
        let wanted = IDENTITY_BYTES.saturating_sub(self.head.len()).min(self.buffer.len());
        self.head.extend_from_slice(self.buffer.get(..wanted).unwrap_or_default());
        Ok(&self.buffer)
    }

    /// Whether there is an event, or a part of one, behind what is known: what a log that was read to its end has there
    /// are other lines.
    pub(super) async fn has_news(&mut self, config: &Config) -> Result<bool, Error> {
        let failed = failed(&self.path);
        let mut parser = parser_of(config);
        parser.next_log("", false);
        self.file.seek(std::io::SeekFrom::Start(self.resumed_at)).await.map_err(&failed)?;
        loop {
            self.buffer.clear();
            self.buffer.reserve(READ_BYTES);
            let bytes = (&mut self.file).take(READ_BYTES as u64).read_buf(&mut self.buffer).await.map_err(&failed)?;
            parser.feed(&self.buffer);
            if bytes == 0 {
                parser.finish();
            }
            let found = parser.take().is_some();
            if found || bytes == 0 {
                self.file.seek(std::io::SeekFrom::Start(0)).await.map_err(&failed)?;
                return Ok(found);
            }
        }
    }
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |source| Error::Recording { path: path.to_owned(), source }
}

/// The first bytes of a file; its position is at its beginning again then.
async fn beginning(file: &mut File, bytes: usize) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(bytes);
    file.seek(std::io::SeekFrom::Start(0)).await?;
    (&mut *file).take(bytes as u64).read_to_end(&mut head).await?;
    file.seek(std::io::SeekFrom::Start(0)).await?;
    Ok(head)
}

/// Logs on their way into the queue.
pub(super) struct Reading<'a> {
    pub(super) outlet: Outlet<'a>,
    pub(super) parser: Parser,
    pub(super) counters: &'a Counters,
    /// Number of the file before, if its preamble gave one.
    last_number: Option<i64>,
    passed_over: usize,
}

impl<'a> Reading<'a> {
    /// With nothing read yet.
    pub(super) fn new(config: &Config, outlet: Outlet<'a>, counters: &'a Counters) -> Self {
        Self { outlet, parser: parser_of(config), counters, last_number: None, passed_over: 0 }
    }

    /// Goes on with another log; `continued` as in [`Parser::next_log`]. What ends the log before is to be drained first
    /// if it is not continued.
    pub(super) fn begin(&mut self, log: &Log, continued: bool) {
        self.last_number = self.parser.file_number();
        self.parser.next_log(&log.name(), continued);
        self.parser.known_before(log.resumed_at);
    }

    /// Reads the next piece of `log`: how many bytes there were.
    pub(super) async fn step(&mut self, log: &mut Log) -> Result<usize, Error> {
        let bytes = log.read().await?;
        let length = bytes.len();
        self.parser.feed(bytes);
        count(&self.counters.bytes, length);
        Ok(length)
    }

    /// The next event found in `log`, and the place at which a session with it opens.
    pub(super) fn next(&mut self, log: &mut Log) -> Option<(Found, Place)> {
        let passed_over = self.parser.seen().passed_over;
        count(&self.counters.passed_over, passed_over - self.passed_over);
        self.passed_over = passed_over;
        let found = self.parser.take()?;
        if !log.is_known() {
            // The preamble is behind us now: a number that was left out tells that files are missing.
            let number = self.parser.file_number();
            let gap = self.last_number.zip(number).is_some_and(|(last, number)| number != last + 1);
            log.lossless &= !gap;
        }
        let place = log.place_of(&found);
        Some((found, place))
    }

    /// Puts all that was found in `log` into the queue; true if there was something.
    pub(super) async fn drain(&mut self, log: &mut Log) -> Result<bool, Error> {
        let mut any = false;
        while let Some((found, place)) = self.next(log) {
            any = true;
            self.outlet.event(&found, &place).await?;
        }
        Ok(any)
    }
}
