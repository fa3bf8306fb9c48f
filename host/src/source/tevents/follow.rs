//! Logs that grow and are rotated, in a directory.
//!
//! ```text
//! a.20140101_000000.log  ████████████████           read to its end
//! a.20140102_000000.log  ████████████░░░░           left behind for the next one when it has been still for quiet_ms
//! a.20140103_000000.log  ░░                         and the next one holds something
//! ```
//! Every `poll_ms` the present log is read to its end and the directory is looked at. The file stays open, so that it is
//! read on when it is renamed, also to a name that the pattern does not mean. The oldest log that holds unread bytes is
//! always the next. A log that is shorter than what was read of it, or begins with other bytes, was written anew: it is
//! read from its beginning, as another log.
//!
//! # Failure
//! A directory or a file that cannot be read is tried again for ever; the log says so once.
//! What a log held when it was truncated and had not been read, and what is written to a log that was renamed out of the
//! pattern after it was left behind, is lost; the former opens the session that follows as not lossless.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::Config;
use super::directory::{Entry, list};
use super::reading::{FileId, Log, Reading};
use super::text::Received;
use crate::clock::Clock;
use crate::session::mark::Cause;
use crate::source::Error;

/// A log whose preamble does not end is taken not to go on with the one before after that many quiet times.
const QUIET_TIMES: u32 = 5;

/// Where a message ends with which a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// In that log.
    Here,
    /// In the following one, from which it has not been read.
    InNext,
    /// In the following one, from which it has been read.
    Known,
    /// The following one does not say yet.
    Undecided,
}

/// Follows the logs of a directory.
pub(super) struct Follow<'a> {
    config: &'a Config,
    clock: &'a Clock,
    shutdown: &'a CancellationToken,
    reading: Reading<'a>,
    current: Option<Log>,
    /// Files that were read, or hold nothing new, and how far.
    done: BTreeMap<FileId, u64>,
    /// No log was opened before in this run, and none that was read to its end before stands in front.
    first: bool,
    /// Something may be missing before the next session.
    lost: bool,
    /// When bytes last came.
    grew: Instant,
    /// When an event last came, or silence was noted.
    silent: Instant,
    /// Bytes have come since.
    alive: bool,
    failing: bool,
}

impl<'a> Follow<'a> {
    /// Follows what `config` names with `reading`.
    pub(super) fn new(
        config: &'a Config,
        reading: Reading<'a>,
        clock: &'a Clock,
        shutdown: &'a CancellationToken,
    ) -> Self {
        let now = Instant::now();
        Self {
            config,
            clock,
            shutdown,
            reading,
            current: None,
            done: BTreeMap::new(),
            first: true,
            lost: false,
            grew: now,
            silent: now,
            alive: false,
            failing: false,
        }
    }

    /// Follows until `shutdown`.
    pub(super) async fn run(mut self) -> Result<(), Error> {
        while !self.shutdown.is_cancelled() {
            match self.turn().await {
                Ok(again) => {
                    self.failing = false;
                    if again {
                        continue;
                    }
                }
                Err(error @ Error::Recording { .. }) => {
                    if !std::mem::replace(&mut self.failing, true) {
                        warn!(%error, "Logs cannot be read; trying again.");
                    }
                }
                Err(error) => return Err(error),
            }
            let shutdown = self.shutdown;
            tokio::select! {
                biased;
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(Duration::from_millis(self.config.poll_ms)) => {}
            }
        }
        self.reading.outlet.close_now(Cause::Stopped);
        self.reading.outlet.flush(true).await
    }

    fn quiet(&self) -> Duration {
        Duration::from_millis(self.config.quiet_ms)
    }

    /// Nothing was added to the present log for a while.
    async fn is_still(&self) -> Result<bool, Error> {
        let Some(log) = &self.current else { return Ok(true) };
        let age = self.clock.now().saturating_sub(log.changed().await?);
        let age = Duration::from_micros(u64::try_from(age).unwrap_or_default());
        Ok(age.max(self.grew.elapsed()) >= self.quiet())
    }

    /// Reads what there is, and goes to the next log if it is time; true if there is more to do at once.
    async fn turn(&mut self) -> Result<bool, Error> {
        self.read().await?;
        let mut logs = list(&self.config.follow).await.map_err(|source| {
            let path = self.config.follow.clone();
            Error::Recording { path, source }
        })?;
        self.done.retain(|id, _| logs.iter().any(|log| log.id == *id));
        let current = self.current.as_ref().map(|log| log.id);
        let still = self.is_still().await?;
        let place = logs.iter().position(|log| Some(log.id) == current);
        let following = place.and_then(|place| logs.get(place + 1)).cloned();
        let last = logs.last().cloned();
        logs.retain(|log| Some(log.id) != current && self.done.get(&log.id).is_none_or(|read| *read != log.bytes));
        let next = match (logs.into_iter().next(), current) {
            (Some(next), None) => Some(next),
            (Some(next), Some(_)) => (next.bytes > 0 && still).then_some(next),
            // Nothing is new anywhere: the latest log is the one to wait for.
            (None, None) => last.clone(),
            (None, Some(_)) => None,
        };
        // A log that was renamed out of the pattern is followed by the next one that there is.
        let following = following.or_else(|| next.clone().filter(|_| place.is_none()));
        let moved = match next {
            Some(next) => {
                let wait_for = current.is_none() && last.is_some_and(|last| last.id == next.id);
                self.go_to(&next, following.as_ref(), wait_for).await?
            }
            None => false,
        };
        if !moved {
            self.settle(following.as_ref()).await?;
        }
        self.reading.outlet.flush(false).await?;
        Ok(moved)
    }

    /// Reads the present log to its end.
    async fn read(&mut self) -> Result<(), Error> {
        let Some(log) = &mut self.current else { return Ok(()) };
        let read_to = self.reading.parser.offset();
        let length = log.length().await?;
        if length == read_to {
            return Ok(());
        }
        if !log.is_same(read_to).await? {
            return self.begin_anew().await;
        }
        while !self.shutdown.is_cancelled() {
            self.reading.parser.received(Received::At(self.clock.now()));
            if self.reading.step(log).await? == 0 {
                break;
            }
            (self.grew, self.alive) = (Instant::now(), true);
            if self.reading.drain(log).await? {
                (self.silent, self.alive) = (self.grew, false);
            }
        }
        Ok(())
    }

    /// The present log was truncated, or written anew under the same file.
    async fn begin_anew(&mut self) -> Result<(), Error> {
        let Some(mut log) = self.current.take() else { return Ok(()) };
        warn!(path = %log.path.display(), "Log was truncated; it is read from its beginning.");
        self.reading.parser.finish();
        self.reading.drain(&mut log).await?;
        self.lost = true;
        let mut anew = Log::open(&log.path, &self.reading.outlet).await?;
        if anew.id == log.id {
            self.begin(&mut anew, false);
            self.current = Some(anew);
            self.grew = Instant::now();
        }
        Ok(())
    }

    /// Leaves the present log for `next`, if that holds something new or is the one to wait for; `following` is the one
    /// after the present one.
    async fn go_to(&mut self, next: &Entry, following: Option<&Entry>, wait_for: bool) -> Result<bool, Error> {
        let mut log = match Log::open(&next.path, &self.reading.outlet).await {
            Ok(log) if log.id == next.id => log,
            // It was renamed since the directory was read; the next look finds it again.
            Ok(_) | Err(_) => return Ok(false),
        };
        let length = log.length().await?;
        let nothing_new = log.is_known() && length >= log.resumed_at && !log.has_news(self.config).await?;
        if nothing_new && !wait_for {
            // Logs are taken in their order: what follows this one follows what is known.
            self.first = false;
            self.done.insert(next.id, length);
            return Ok(true);
        }
        let end = self.end(following).await?;
        let mut continued = false;
        if let Some(before) = &mut self.current {
            if before.length().await? != self.reading.parser.offset() {
                // It has grown since it was read, and before there was a next one: that comes first.
                return Ok(true);
            }
            match end {
                End::Undecided => return Ok(false),
                End::InNext => continued = following.is_some_and(|following| following.id == next.id),
                End::Known => self.reading.parser.discard(),
                End::Here => {}
            }
            if !continued {
                self.reading.parser.finish();
                self.reading.drain(before).await?;
            }
            self.done.insert(before.id, self.reading.parser.offset());
        }
        info!(path = %log.path.display(), from = log.resumed_at, "Log is followed.");
        self.begin(&mut log, continued);
        if let (Some(place), true) = (log.place(), wait_for) {
            self.reading.outlet.open_log(&place);
        }
        self.current = Some(log);
        self.read().await?;
        Ok(true)
    }

    /// Where the message ends with which the present log ends.
    async fn end(&self, following: Option<&Entry>) -> Result<End, Error> {
        let (true, Some(following)) = (self.reading.parser.is_open(), following) else { return Ok(End::Here) };
        let Ok(mut log) = Log::open(&following.path, &self.reading.outlet).await else { return Ok(End::Undecided) };
        let impatient = self.grew.elapsed() >= self.quiet() * QUIET_TIMES;
        Ok(match self.reading.parser.continued_by(&log.peek().await?, false) {
            Some(false) => End::Here,
            Some(true) if log.resumed_at > 0 => End::Known,
            Some(true) => End::InNext,
            None if impatient => End::Here,
            None => End::Undecided,
        })
    }

    fn begin(&mut self, log: &mut Log, continued: bool) {
        log.lossless = !std::mem::take(&mut self.lost) && (log.is_known() || !self.first);
        self.first = false;
        self.reading.begin(log, continued);
    }

    /// Ends a message that nothing has been added to for a while, and notes silence.
    async fn settle(&mut self, following: Option<&Entry>) -> Result<(), Error> {
        let settled = self.grew.elapsed() >= self.quiet();
        let end = if settled { self.end(following).await? } else { End::Undecided };
        let Some(log) = &mut self.current else { return Ok(()) };
        match end {
            End::Here => self.reading.parser.settle(),
            End::Known => self.reading.parser.discard(),
            End::InNext | End::Undecided => {}
        }
        if self.reading.drain(log).await? {
            (self.silent, self.alive) = (Instant::now(), false);
        }
        // What has no end yet may be an event.
        let certain = settled || !self.reading.parser.is_open();
        if self.alive && certain && self.silent.elapsed() >= Duration::from_secs(self.config.no_data_interval_secs) {
            (self.silent, self.alive) = (Instant::now(), false);
            self.reading.outlet.no_data();
        }
        Ok(())
    }
}
