//! Events of logs and the marks between them, on their way into the queue.
//!
//! | event | marks |
//! |---|---|
//! | the first one of a log | the session before closes with cause 1; `SessionOpened` with the log as its capture |
//! | `EventLinkDisconnected` | after it `LinkDown`, which ends the session with cause 4 |
//! | `EventLinkConnected` after that, or an event with which a call begins | before it `LinkUp`, `SessionOpened` with opening 4 |
//! | `EventServerDisconnected` | after it `SessionClosed` with cause 1 |
//! | `EventServerConnected` after that, or any event but one about the link | before it `SessionOpened` with opening 2 |
//! | `EventPrimaryChanged` | before it `SessionClosed` with cause 1, `SessionOpened` with opening 5, which loses nothing |
//!
//! # Invariants
//! 1. At most one session is open, and every one that opens is closed unless the daemon dies
//!    (test `link_and_server_events_are_marks`).

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio_util::sync::CancellationToken;

use super::past::RECENT_LOGS;
use super::text::Found;
use crate::clock::Clock;
use crate::event::{Builder, Micros, View};
use crate::session::mark::{self, BOOKMARK_EVENTS, Cause, Opened, Opening};
use crate::source::{BATCH_BYTES, Counters, Error, Inlet, count};

/// What the log says of the way from the switch to who wrote the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Way {
    #[default]
    Up,
    /// The server has lost its switch.
    LinkDown,
    /// The client that wrote the log has lost the server.
    ServerGone,
}

/// What a session opens with.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The log's identity.
    pub(super) identity: String,
    /// Its name.
    pub(super) name: String,
    /// Where it was gone on with.
    pub(super) resumed_at: u64,
    /// Nothing is missing between the session before and this log.
    pub(super) lossless: bool,
}

/// The way into the queue.
pub(super) struct Outlet<'a> {
    inlet: &'a Inlet,
    clock: &'a Clock,
    counters: &'a Arc<Counters>,
    shutdown: &'a CancellationToken,
    batch: Vec<u8>,
    batched: usize,
    /// Where each log that is known was read to.
    pub(super) reached: BTreeMap<String, u64>,
    /// Logs of which bookmarks are kept, the present one last.
    recent: VecDeque<String>,
    since_bookmark: u64,
    /// The log of the session that is open, or was when the way broke.
    log: Option<String>,
    open: bool,
    any_session: bool,
    way: Way,
    received: Option<Micros>,
    source_time: Option<Micros>,
}

impl<'a> Outlet<'a> {
    /// Of a source that knows logs up to `reached`, of which `recent` stand in the queue.
    pub(super) fn new(
        inlet: &'a Inlet,
        clock: &'a Clock,
        counters: &'a Arc<Counters>,
        shutdown: &'a CancellationToken,
        reached: BTreeMap<String, u64>,
        recent: impl Iterator<Item = String>,
    ) -> Self {
        Self {
            inlet,
            clock,
            counters,
            shutdown,
            batch: Vec::new(),
            batched: 0,
            reached,
            recent: recent.take(RECENT_LOGS).collect(),
            since_bookmark: 0,
            log: None,
            open: false,
            any_session: false,
            way: Way::Up,
            received: None,
            source_time: None,
        }
    }

    /// Takes an event of the log at `place`.
    pub(super) async fn event(&mut self, found: &Found, place: &Place) -> Result<(), Error> {
        let name = View::parse(&found.event).map(|view| view.name()).unwrap_or_default();
        self.received = Some(found.received);
        self.open_log(place);
        let time = found.time;
        self.before(name, place, time);
        self.source_time = self.source_time.max(time);
        self.batch.extend_from_slice(&found.event);
        self.batched += 1;
        count(&self.counters.malformed, usize::from(found.malformed));
        count(&self.counters.invalid_utf8, usize::from(found.invalid_utf8));
        match self.reached.get_mut(&place.identity) {
            Some(reached) => *reached = found.ends.max(*reached),
            None => {
                self.reached.insert(place.identity.clone(), found.ends);
            }
        }
        match (name, self.way) {
            ("EventLinkDisconnected", Way::Up) => {
                self.entry(&mark::link_down(found.received, time));
                (self.way, self.open) = (Way::LinkDown, false);
            }
            ("EventServerDisconnected", Way::Up | Way::LinkDown) => {
                self.close(Cause::SourceClosed);
                // The log is the same: what comes next does not open a session with it by itself.
                self.log = Some(place.identity.clone());
                self.way = Way::ServerGone;
            }
            _ => {}
        }
        self.since_bookmark += 1;
        if self.since_bookmark >= BOOKMARK_EVENTS {
            self.bookmarks();
        }
        if self.batch.len() >= BATCH_BYTES {
            self.flush(false).await?;
        }
        Ok(())
    }

    /// A session with that log is open from now on, unless it is already, or the way from the switch is broken.
    pub(super) fn open_log(&mut self, place: &Place) {
        if self.log.as_deref() == Some(place.identity.as_str()) {
            return;
        }
        self.close(Cause::SourceClosed);
        let opening = if self.any_session { Opening::Reconnection } else { Opening::First };
        self.recent.retain(|identity| *identity != place.identity);
        self.recent.push_back(place.identity.clone());
        if self.recent.len() > RECENT_LOGS {
            self.recent.pop_front();
        }
        self.reached.entry(place.identity.clone()).or_insert(place.resumed_at);
        self.open(opening, place, None, place.lossless);
        self.bookmarks();
    }

    /// The log is alive and has no events.
    pub(super) fn no_data(&mut self) {
        if self.open {
            self.entry(&mark::no_data(self.clock.now(), None));
        }
    }

    /// Closes the session, if one is open.
    pub(super) fn close(&mut self, cause: Cause) {
        self.log = None;
        if std::mem::take(&mut self.open) {
            self.counters.connected.store(false, Ordering::Relaxed);
            let received = self.received.unwrap_or_else(|| self.clock.now());
            self.entry(&mark::closed(received, cause, self.source_time));
        }
    }

    /// As [`Outlet::close`], at this moment.
    pub(super) fn close_now(&mut self, cause: Cause) {
        self.received = Some(self.clock.now());
        self.close(cause);
    }

    /// Appends what has gathered; `durable`: and waits until it is on disk.
    pub(super) async fn flush(&mut self, durable: bool) -> Result<(), Error> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let (events, batched) = (std::mem::take(&mut self.batch), std::mem::take(&mut self.batched));
        let Some(ticket) = self.inlet.append_until(events, self.shutdown).await? else {
            count(&self.counters.given_up, batched);
            return Ok(());
        };
        self.counters.appended(batched, self.received.unwrap_or_else(|| self.clock.now()));
        if durable {
            ticket.durable().await?;
        }
        Ok(())
    }

    /// Marks that stand before an event of that name.
    fn before(&mut self, name: &str, place: &Place, time: Option<Micros>) {
        let about_link = matches!(name, "EventLinkConnected" | "EventLinkDisconnected" | "EventServerDisconnected");
        let begins_call = matches!(name, "EventDialing" | "EventRinging" | "EventQueued" | "EventRouteRequest");
        let received = self.received.unwrap_or_else(|| self.clock.now());
        match self.way {
            Way::LinkDown if name == "EventLinkConnected" || begins_call => {
                self.entry(&mark::link_up(received, time));
                self.open(Opening::SwitchReconnected, place, time, false);
            }
            Way::ServerGone if !about_link => {
                self.open(Opening::Reconnection, place, time, false);
            }
            Way::Up if name == "EventPrimaryChanged" => {
                self.close(Cause::SourceClosed);
                self.open(Opening::Switchover, place, time, true);
            }
            _ => {}
        }
    }

    fn open(&mut self, opening: Opening, place: &Place, time: Option<Micros>, lossless: bool) {
        let received = self.received.unwrap_or_else(|| self.clock.now());
        let opened = Opened {
            capture: Some(&place.identity),
            resumed_at: self.reached.get(&place.identity).copied().unwrap_or(place.resumed_at),
            time: time.or(self.source_time),
            lossless,
            ..Opened::new(opening, &place.name)
        };
        self.entry(&mark::opened(received, &opened));
        self.log = Some(place.identity.clone());
        (self.open, self.any_session, self.way) = (true, true, Way::Up);
        self.counters.connected.store(true, Ordering::Relaxed);
        count(&self.counters.sessions, 1);
    }

    fn bookmarks(&mut self) {
        self.since_bookmark = 0;
        let received = self.received.unwrap_or_else(|| self.clock.now());
        let places = self.recent.iter().filter_map(|identity| Some((identity, *self.reached.get(identity)?)));
        for (identity, reached) in places {
            let fits = mark::bookmark(received, identity, reached).append_to(&mut self.batch).is_ok();
            debug_assert!(fits, "our own entries are small");
        }
    }

    fn entry(&mut self, entry: &Builder) {
        let fits = entry.append_to(&mut self.batch).is_ok();
        debug_assert!(fits, "our own entries are small");
    }
}
