//! Where each stream is to be resumed: what of its numbers this lane has taken in.
//!
//! # Rule
//! The last number of a stream is the largest of
//! 1. what this object has appended since it was opened;
//! 2. what the queue tells: a `SessionOpened` or a bookmark names the stream and the number that was reached then, and
//!    every numbered entry from there to the next such mark belongs to it;
//! 3. what the database tells of the stream, for a queue that was lost or has been trimmed.
//!
//! The queue is read back from its end in growing steps, only until a mark of the stream that is asked for is found,
//! and what was found on the way is kept; with a bookmark every [`mark::BOOKMARK_EVENTS`](crate::session::mark) that
//! is one short step. Only a stream that is new to the lane costs a walk through the whole queue, once.
//!
//! # Invariants
//! 1. A number that was said to be on disk is never asked for again, and none after it is passed over, over any number
//!    of restarts (tests `a_queue_tells_where_to_resume`, `restarts_lose_and_double_nothing`).

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use crate::event::{Kind, Micros, Seq, View};
use crate::source::{Error, Inlet};

/// What stands before a stream's identity in `capture`.
pub(super) const CAPTURE: &str = "stream:";
/// Positions that are looked back through at first: some bookmarks.
const FIRST_STEP: Seq = 4_096;
/// By what the next step is longer than the one before.
const STEP_GROWTH: Seq = 8;

/// Attribute of sessions and bookmarks: when the source started.
pub(super) const STARTED: &str = "started";
/// Attribute of bookmarks: the source has no switch.
pub(super) const LINK_DOWN: &str = "link_down";

/// How far a stream has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reached {
    /// Its last number that was appended.
    pub(super) number: u64,
    /// Position up to which the queue has to be durable for all of that to be on disk.
    pub(super) position: Seq,
    /// Its last number that was seen to be on disk.
    pub(super) on_disk: u64,
}

/// The session with which the queue ended when this object was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tail {
    /// Its stream.
    pub(super) stream: String,
    /// When its source had started.
    pub(super) started: Option<Micros>,
    /// Its source had no switch.
    pub(super) link_down: bool,
}

/// What is known of all streams of a lane: some hundred bytes for each, which has a row in the database as well.
#[derive(Debug)]
pub(super) struct Past {
    /// What the database says.
    known: BTreeMap<String, u64>,
    /// What was appended since.
    streams: BTreeMap<String, Reached>,
    /// What the queue says, from `from` to its end at the start.
    found: Found,
    from: Seq,
}

impl Past {
    /// Nothing has been looked for yet.
    pub(super) fn open(inlet: &Inlet, known: BTreeMap<String, u64>) -> Self {
        let from = inlet.progress().borrow().durable + 1;
        Self { known, streams: BTreeMap::new(), found: Found::default(), from }
    }

    /// How far `stream` has come; the outer is none if `shutdown` came first, the inner if the stream is new.
    pub(super) async fn reached(
        &mut self,
        inlet: &Inlet,
        stream: &str,
        shutdown: &CancellationToken,
    ) -> Result<Option<Option<Reached>>, Error> {
        if let Some(reached) = self.streams.get(stream) {
            return Ok(Some(Some(*reached)));
        }
        let mut step = FIRST_STEP;
        while !self.found.streams.contains_key(stream) && self.from > inlet.first_retained() {
            let (from, upto) = (self.from.saturating_sub(step).max(1), self.from - 1);
            let looked = inlet.look_back(from, upto, Found::default(), Found::see, shutdown).await?;
            let Some((mut older, _)) = looked else { return Ok(None) };
            older.leave();
            self.found.prepend(older);
            self.from = from;
            step = step.saturating_mul(STEP_GROWTH);
        }
        let number = self.found.streams.get(stream).max(self.known.get(stream)).copied().filter(|number| *number > 0);
        Ok(Some(number.map(|number| Reached { number, position: 0, on_disk: number })))
    }

    /// The last session in the queue at the start, as far as it was looked back.
    pub(super) fn tail(&self) -> Option<Tail> {
        let (stream, started) = self.found.now.clone()?;
        Some(Tail { stream, started, link_down: self.found.link_down? })
    }

    /// Notes how far `stream` has come.
    pub(super) fn note(&mut self, stream: String, reached: Reached) {
        self.streams.insert(stream, reached);
    }
}

/// What a part of the queue says.
#[derive(Debug, Default)]
struct Found {
    /// Streams that a mark names, with the last number of each.
    streams: BTreeMap<String, u64>,
    /// Last number before the first mark: of the stream that the part before ends with.
    head: u64,
    /// The stream that the part ends with, and when its source had started.
    now: Option<(String, Option<Micros>)>,
    /// Last number since the last mark.
    number: u64,
    /// Whether the source had its switch, at the end of the part.
    link_down: Option<bool>,
}

impl Found {
    fn see(&mut self, view: &View<'_>) {
        match view.kind() {
            Kind::SessionOpened => {
                self.enter(view);
                self.link_down = Some(false);
                let resumed = view.integer("resumed_at").and_then(|number| u64::try_from(number).ok());
                self.number = resumed.unwrap_or_default();
            }
            Kind::Bookmark => {
                self.enter(view);
                self.link_down = Some(view.integer(LINK_DOWN) == Some(1));
            }
            Kind::LinkDown => self.link_down = Some(true),
            Kind::LinkUp => self.link_down = Some(false),
            _ => {}
        }
        self.number = self.number.max(view.sequence().unwrap_or_default());
    }

    /// A mark begins a stream, or goes on with it.
    fn enter(&mut self, mark: &View<'_>) {
        self.leave();
        // The numbers of what is no stream belong to nobody.
        let stream = mark.text("capture").and_then(|capture| capture.strip_prefix(CAPTURE)).unwrap_or_default();
        self.now = Some((stream.to_owned(), mark.integer(STARTED)));
        self.streams.entry(stream.to_owned()).or_default();
    }

    /// Puts the last number down to where it belongs.
    fn leave(&mut self) {
        let number = std::mem::take(&mut self.number);
        match &self.now {
            Some((stream, _)) => {
                let last = self.streams.entry(stream.clone()).or_default();
                *last = number.max(*last);
            }
            None => self.head = self.head.max(number),
        }
    }

    /// Puts the part before in front of this one.
    fn prepend(&mut self, older: Self) {
        for (stream, number) in older.streams {
            let last = self.streams.entry(stream).or_default();
            *last = number.max(*last);
        }
        match &older.now {
            Some((stream, _)) => {
                let last = self.streams.entry(stream.clone()).or_default();
                *last = std::mem::take(&mut self.head).max(*last);
            }
            None => self.head = self.head.max(older.head),
        }
        if older.now.is_some() {
            self.head = older.head;
        }
        self.now = self.now.take().or(older.now);
        self.link_down = self.link_down.or(older.link_down);
    }
}
