//! What each line of a connection does to its session: numbers that repeat, follow or leave a gap, and what they carry.

use super::{End, Session};
use crate::event::Micros;
use crate::session::mark::{self, BOOKMARK_EVENTS, Cause, Opening};
use crate::source::count;
use crate::source::stream::line::{Line, What};
use crate::source::stream::lines::Found;
use crate::source::stream::resume::{LINK_DOWN, STARTED};
use tracing::warn;

impl Session<'_> {
    pub(super) fn line(&mut self, found: Found<'_>) -> Option<End> {
        let (Found::Whole(bytes) | Found::TooLong(bytes)) = found;
        let text = String::from_utf8_lossy(bytes);
        if text.trim_ascii().is_empty() {
            return None;
        }
        if let std::borrow::Cow::Owned(_) = text {
            count(&self.source.counters.invalid_utf8, 1);
        }
        let mut line = self.line_reader.read(&text, self.received);
        if let Found::TooLong(_) = found {
            line.what = Err(format!("longer than {} bytes", self.source.config.line_bytes_max).into());
        }
        match (&line.what, line.sequence) {
            (Ok(What::Ping(number)), _) => self.out.pong(*number),
            (Ok(What::Pong(number)), _) => {
                let number = number.and_then(|number| u64::try_from(number).ok());
                self.refused = self.refused.filter(|ping| number.is_none_or(|number| number < *ping));
            }
            (Ok(What::Hello), _) => {
                return Some(End::ours(Cause::ProtocolError, "protocol", "a second hello needs a new connection"));
            }
            (_, Some(number)) => return self.numbered(number, &line, &text),
            (what, None) => {
                let why = what.as_ref().err().map_or("it has no `seq`", AsRef::as_ref);
                return self.unreadable(why);
            }
        }
        self.unreadable_in_a_row = 0;
        None
    }

    /// A line that cannot be read has no number either.
    fn unreadable(&mut self, why: &str) -> Option<End> {
        count(&self.source.counters.unreadable, 1);
        if self.unreadable_in_a_row == 0 {
            warn!(server = self.server, why, "Source sends a line that cannot be read.");
        }
        self.unreadable_in_a_row += 1;
        (self.unreadable_in_a_row >= self.source.config.unreadable_lines_max).then(|| {
            End::ours(Cause::ProtocolError, "protocol", format!("too many lines cannot be read, the last one: {why}"))
        })
    }

    fn numbered(&mut self, number: u64, line: &Line, text: &str) -> Option<End> {
        self.unreadable_in_a_row = 0;
        self.timers.silent = self.timers.last_bytes;
        match self.number {
            Some(last) if number <= last => {
                self.repeat(number);
                return None;
            }
            Some(last) if number - last > 1 => self.gap(last, number, line.time),
            _ => {}
        }
        self.number = Some(number);
        self.source_time = self.source_time.max(line.time);
        self.source_time_at = self.timers.last_bytes;
        self.news = true;
        self.unmarked += 1;
        match &line.what {
            Ok(What::Event) => self.event(line, text),
            Ok(What::Link { up }) if *up != self.state.link_down => self.bookmark(),
            Ok(What::Link { up: true }) => {
                self.state.link_down = false;
                self.entry(mark::link_up(self.received, line.time).sequence(number));
                self.open(Opening::SwitchReconnected, line.time, false);
            }
            Ok(What::Link { up: false }) => {
                self.state.link_down = true;
                self.entry(mark::link_down(self.received, line.time).sequence(number));
            }
            Ok(What::Primary(dbid)) => self.primary(*dbid, line.time),
            Ok(What::Shutdown) => return Some(End::by_source(Cause::SourceShutDown)),
            Ok(What::Ping(_) | What::Pong(_) | What::Hello) => self.bookmark(),
            Err(problem) => self.malformed(problem, line, text),
        }
        if self.unmarked >= BOOKMARK_EVENTS {
            self.bookmark();
        }
        None
    }

    fn repeat(&mut self, number: u64) {
        count(&self.source.counters.repeated, 1);
        if number <= self.on_disk {
            self.out.ack(self.on_disk);
        }
        if !std::mem::replace(&mut self.warned, true) {
            warn!(server = self.server, number, after = self.number, "Source repeats numbers that are known; dropped.");
        }
    }

    fn gap(&mut self, last: u64, number: u64, time: Option<Micros>) {
        let missing = number - last - 1;
        count(&self.source.counters.gaps, 1);
        count(&self.source.counters.missing, usize::try_from(missing).unwrap_or(usize::MAX));
        warn!(server = self.server, after = last, before = number, "Numbers of the source are missing.");
        self.number = Some(number - 1);
        self.reopen(Cause::EventsLost, Opening::Reconnection, time, false);
    }

    fn event(&mut self, line: &Line, text: &str) {
        let from = self.batch.len();
        let fits = self.line_reader.event().append_to(&mut self.batch).is_ok();
        if fits && self.batch.len() - from <= self.source.config.event_bytes_max() {
            self.batched += 1;
            return;
        }
        self.batch.truncate(from);
        self.malformed("larger than an event may be", line, text);
    }

    fn malformed(&mut self, problem: &str, line: &Line, text: &str) {
        count(&self.source.counters.malformed, 1);
        if !std::mem::replace(&mut self.warned_of_malformed, true) {
            let number = line.sequence;
            warn!(
                server = self.server,
                number,
                why = problem,
                "Source sends a line that is no event; kept as MalformedEvent."
            );
        }
        let made = self.line_reader.malformed(text, problem, line, self.received).append_to(&mut self.batch);
        debug_assert!(made.is_ok(), "what is kept of it is small");
        self.batched += 1;
    }

    fn primary(&mut self, dbid: i32, time: Option<Micros>) {
        let dbids = self.source.config.dbids;
        let by_address = if self.server_number == 0 { dbids.server } else { dbids.backup.unwrap_or(dbids.server) };
        if self.state.dbid.unwrap_or(by_address) == dbid {
            return self.bookmark();
        }
        self.state.dbid = Some(dbid);
        self.reopen(Cause::SourceClosed, Opening::Switchover, time, !self.state.link_down);
    }

    /// Notes in the queue how far the stream has come.
    pub(super) fn bookmark(&mut self) {
        let mut bookmark = mark::bookmark(self.received, &self.capture(), self.number.unwrap_or_default());
        if let Some(started) = self.state.started {
            bookmark.integer(STARTED, started);
        }
        if self.state.link_down {
            bookmark.integer(LINK_DOWN, 1);
        }
        self.entry(&bookmark);
        self.unmarked = 0;
    }
}
