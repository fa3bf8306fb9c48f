//! Holds one connection to a manager interface, from the log-in to its end.
//!
//! # Invariants
//! 1. `SessionOpened` is the first entry and `SessionClosed` the last one; how the session came about is decided by
//!    the first packet, or after [`OPENING_WAIT`].
//! 2. Any byte is a sign of life. The keep-alive is lost only if a whole time-out brought none.
//! 3. Silence is certified by a sign of life: `SessionNoData` follows an answered `Ping`, not the clock alone.
//! 4. A session that breaks after the queue refused, before the exchange has shown that it still writes to us, ends with
//!    events lost (test `a_queue_that_refused_costs_events`).

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::Ami;
use super::flatten::{Content, Flattener, Made, Packet};
use super::packet::Decoder;
use super::packet::Found;
use super::repeats::{Repeats, Verdict};
use super::state::StateRequest;
use crate::event::{Builder, Micros, View};
use crate::session::mark::{self, Cause, Opened, Opening};
use crate::source::connect::Stream;
use crate::source::{BATCH_BYTES, Error, STOP_GRACE, count};

/// How long the first packet after the log-in may tell how the session came about (`FullyBooted`, `SystemName`).
const OPENING_WAIT: Duration = Duration::from_millis(500);
/// Damaged packets in a row after which the server is held not to speak this protocol.
const MALFORMED_IN_A_ROW_MAX: u32 = 100;
/// Times that the state is asked for on one connection: at the log-in, and when the exchange is fully booted.
const STATE_REQUESTS_MAX: u32 = 2;

/// How a session ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    /// Why.
    pub(super) cause: Cause,
    /// It brought at least one event that was not a repeat.
    pub(super) news: bool,
    /// Which of the servers to try next.
    pub(super) next_server: usize,
    /// Which server it was, and when it ended by our clock; none before the first session.
    was: Option<(usize, Micros)>,
}

impl Ended {
    /// The same end, but the next attempt goes to another server.
    pub(super) fn elsewhere(last: Option<Self>, next_server: usize) -> Self {
        let none = Self { cause: Cause::SourceClosed, news: false, next_server, was: None };
        Self { next_server, ..last.unwrap_or(none) }
    }
}

/// One connection.
pub(super) struct Session<'a> {
    source: &'a Ami,
    repeats: &'a mut Repeats,
    shutdown: &'a CancellationToken,
    server: &'a str,
    server_number: usize,
    last: Option<&'a Ended>,
    prefix: &'a str,
    opened: bool,
    state: Option<StateRequest>,
    state_requests: u32,
    /// Actions that wait to be sent.
    to_send: String,
    flattener: Flattener,
    /// Events that wait to be appended, and how many of them are the source's own.
    batch: Vec<u8>,
    batched: usize,
    /// When the bytes at hand were received.
    received: Micros,
    /// Latest source time on this connection.
    source_time: Option<Micros>,
    /// When that was.
    source_time_at: Instant,
    /// The last event was `Shutdown`.
    shut_down: bool,
    malformed_in_a_row: u32,
    news: bool,
    warned: bool,
    pings: u64,
    /// The queue refused, and since then the exchange has answered no ping beyond that number: what it had to say
    /// meanwhile may have been dropped.
    refused: Option<u64>,
    timers: Timers,
}

struct Timers {
    opening: Option<Instant>,
    last_bytes: Instant,
    ping_sent: Option<Instant>,
    /// Since when there has been no event, and no note of that.
    silent: Instant,
}

impl<'a> Session<'a> {
    /// A session on `server`, to which we have just logged in.
    pub(super) fn new(
        source: &'a Ami,
        repeats: &'a mut Repeats,
        server: &'a str,
        prefix: &'a str,
        last: Option<&'a Ended>,
        server_number: usize,
        shutdown: &'a CancellationToken,
    ) -> Self {
        let now = Instant::now();
        Self {
            source,
            repeats,
            shutdown,
            server,
            server_number,
            last: last.filter(|last| last.was.is_some()),
            prefix,
            opened: false,
            state: None,
            state_requests: 0,
            to_send: String::new(),
            flattener: Flattener::new(),
            batch: Vec::new(),
            batched: 0,
            received: source.clock.now(),
            source_time: None,
            source_time_at: now,
            shut_down: false,
            malformed_in_a_row: 0,
            news: false,
            warned: false,
            pings: 0,
            refused: None,
            timers: Timers { opening: Some(now + OPENING_WAIT), last_bytes: now, ping_sent: None, silent: now },
        }
    }

    /// Reads until the connection or the daemon ends.
    pub(super) async fn hold(mut self, stream: &mut dyn Stream, decoder: &mut Decoder) -> Result<Ended, Error> {
        // The log-in may have read more than its answer.
        let mut end = self.take(decoder).await?;
        let cause = loop {
            if let Some(cause) = end {
                break cause;
            }
            if !self.to_send.is_empty() {
                let actions = std::mem::take(&mut self.to_send);
                end = self.send(stream, &actions).await;
                continue;
            }
            let shutdown = self.shutdown;
            end = tokio::select! {
                biased;
                () = shutdown.cancelled() => Some(Cause::Stopped),
                read = stream.read_buf(decoder.space()) => match read {
                    Ok(0) => Some(Cause::SourceClosed),
                    Ok(bytes) => {
                        self.received(bytes);
                        self.take(decoder).await?
                    }
                    Err(error) => {
                        info!(server = self.server, %error, "Connection to the source broke.");
                        Some(Cause::SourceClosed)
                    }
                },
                () = sleep_until(self.next_timer()) => self.timer().await?,
            };
        };
        self.close(stream, decoder, cause).await
    }

    async fn send(&self, stream: &mut dyn Stream, actions: &str) -> Option<Cause> {
        let within = Duration::from_secs(self.source.config.keep_alive_timeout_secs);
        match tokio::time::timeout(within, stream.write_all(actions.as_bytes())).await {
            Ok(Ok(())) => None,
            // What the server said before it closed is still to be read: reading finds the end.
            Ok(Err(error)) => {
                debug!(server = self.server, %error, "Source takes no more actions.");
                None
            }
            Err(_) => Some(Cause::KeepAliveLost),
        }
    }

    async fn close(mut self, stream: &mut dyn Stream, decoder: &mut Decoder, cause: Cause) -> Result<Ended, Error> {
        if cause == Cause::Stopped {
            let farewell = format!("Action: Logoff\r\nActionID: {}logoff\r\n\r\n", self.prefix);
            let _ = tokio::time::timeout(STOP_GRACE, stream.write_all(farewell.as_bytes())).await;
        }
        if let Some(rest) = decoder.finish() {
            self.open(None);
            let from = self.batch.len();
            let made = self.flattener.damaged(&rest, self.received, None, &mut self.batch);
            self.keep(from, made, false).await?;
        }
        if cause == Cause::KeepAliveLost {
            count(&self.source.counters.keep_alives_lost, 1);
        }
        let cause = match cause {
            Cause::SourceClosed | Cause::KeepAliveLost if self.refused.is_some() => Cause::EventsLost,
            Cause::SourceClosed if self.shut_down => Cause::SourceShutDown,
            cause => cause,
        };
        self.open(None);
        let now = self.source.clock.now();
        self.entry(&mark::closed(now, cause, self.source_time));
        self.flush().await?;
        let was = Some((self.server_number, now));
        Ok(Ended { cause, news: self.news, next_server: self.server_number, was })
    }

    fn next_timer(&self) -> Instant {
        let config = &self.source.config;
        let quiet = match self.timers.ping_sent {
            Some(sent) => sent + Duration::from_secs(config.keep_alive_timeout_secs),
            None => {
                let silence = config.keep_alive_secs.min(config.no_data_interval_secs);
                self.timers.last_bytes + Duration::from_secs(silence)
            }
        };
        self.timers.opening.map_or(quiet, |opening| opening.min(quiet))
    }

    async fn timer(&mut self) -> Result<Option<Cause>, Error> {
        let now = Instant::now();
        if self.timers.opening.is_some_and(|at| at <= now) {
            self.received = self.source.clock.now();
            self.open(None);
            self.flush().await?;
        } else if self.timers.ping_sent.is_some() {
            return Ok(Some(Cause::KeepAliveLost));
        } else {
            self.timers.ping_sent = Some(now);
            self.ping();
        }
        Ok(None)
    }

    fn ping(&mut self) {
        self.pings += 1;
        let ping = format!("Action: Ping\r\nActionID: {}ping-{}\r\n\r\n", self.prefix, self.pings);
        self.to_send.push_str(&ping);
    }

    /// Bytes came.
    fn received(&mut self, bytes: usize) {
        count(&self.source.counters.bytes, bytes);
        self.received = self.source.clock.now();
        self.timers.last_bytes = Instant::now();
        self.timers.ping_sent = None;
    }

    /// Takes all packets that are there. Some cause if they end the session.
    async fn take(&mut self, decoder: &mut Decoder) -> Result<Option<Cause>, Error> {
        while let Some((found, _)) = decoder.next() {
            match found {
                Found::Whole(bytes) => {
                    let packet = Packet::read(bytes);
                    let first = !self.opened;
                    self.open(Some(&packet));
                    if !self.consume(&packet) {
                        self.event(&packet, first).await?;
                    }
                }
                Found::Damaged(damaged) => {
                    self.open(None);
                    let from = self.batch.len();
                    let made = self.flattener.damaged(&damaged, self.received, None, &mut self.batch);
                    self.keep(from, made, false).await?;
                }
            }
            if self.malformed_in_a_row > MALFORMED_IN_A_ROW_MAX {
                return Ok(Some(Cause::ProtocolError));
            }
            if self.batch.len() >= BATCH_BYTES {
                self.flush().await?;
            }
        }
        let interval = Duration::from_secs(self.source.config.no_data_interval_secs);
        if self.opened && self.timers.last_bytes.saturating_duration_since(self.timers.silent) >= interval {
            self.timers.silent = self.timers.last_bytes;
            let passed = self.timers.last_bytes.saturating_duration_since(self.source_time_at);
            self.entry(&mark::no_data(self.received, mark::time_after(self.source_time, passed)));
        }
        self.flush().await?;
        Ok(None)
    }

    /// Opens the session if that has not been done. `first` is its first packet, if that is what opens it.
    fn open(&mut self, first: Option<&Packet<'_>>) {
        if self.opened {
            return;
        }
        self.opened = true;
        self.timers.opening = None;
        let opened = Opened {
            system: first.and_then(|packet| packet.get("SystemName")),
            time: first.and_then(|packet| packet.get("Timestamp")).and_then(super::flatten::micros),
            ..Opened::new(self.opening(first), self.server)
        };
        self.entry(&mark::opened(self.received, &opened));
        if self.source.config.state_request {
            self.request_state();
        }
    }

    fn opening(&self, first: Option<&Packet<'_>>) -> Opening {
        let Some((last, (server, ended))) = self.last.and_then(|last| Some((last, last.was?))) else {
            return Opening::First;
        };
        if server != self.server_number {
            return Opening::Switchover;
        }
        let booted = first.filter(|packet| packet.content() == Content::Event("FullyBooted"));
        let uptime = booted.and_then(|packet| packet.get("Uptime")).and_then(|seconds| seconds.parse::<i64>().ok());
        // Whole seconds are told: up to one more may have passed.
        let younger = |seconds: i64| seconds.saturating_add(1).saturating_mul(1_000_000) < self.received - ended;
        if last.cause == Cause::SourceShutDown || uptime.is_some_and(younger) {
            return Opening::SourceRestarted;
        }
        Opening::Reconnection
    }

    /// Asks for the state; what was asked before is void.
    fn request_state(&mut self) {
        self.state_requests += 1;
        let request = StateRequest::new(format!("{}s{}-", self.prefix, self.state_requests));
        self.to_send.push_str(&request.actions());
        self.entry(&request.requested(self.received, self.source_time));
        self.state = Some(request);
    }

    /// Takes answers to our own actions. False if `packet` is something else.
    fn consume(&mut self, packet: &Packet<'_>) -> bool {
        let Content::Response(word) = packet.content() else { return false };
        let ours = packet.get("ActionID").filter(|id| id.starts_with(self.prefix));
        let pong = word == "Pong" || packet.get("Ping") == Some("Pong");
        if ours.is_none() && !pong {
            return false;
        }
        count(&self.source.counters.responses, 1);
        self.malformed_in_a_row = 0;
        let number = ours.and_then(|id| id.strip_prefix(self.prefix)?.strip_prefix("ping-")?.parse::<u64>().ok());
        self.refused = self.refused.filter(|before| number.is_none_or(|number| number <= *before));
        let success = word.eq_ignore_ascii_case("success");
        if let (Some(request), Some(id)) = (&mut self.state, ours)
            && request.response(id, success)
        {
            self.answered();
        }
        true
    }

    fn answered(&mut self) {
        if let Some(request) = self.state.take() {
            self.entry(&request.answered(self.received, self.source_time));
        }
    }

    async fn event(&mut self, packet: &Packet<'_>, first: bool) -> Result<(), Error> {
        self.timers.silent = self.timers.last_bytes;
        if packet.invalid_utf8 > 0 {
            count(&self.source.counters.invalid_utf8, 1);
        }
        let ours = packet.get("ActionID").filter(|id| id.starts_with(self.prefix));
        let from = self.batch.len();
        let made = self.flattener.packet(packet, self.received, None, &mut self.batch);
        self.keep(from, made, ours.is_some()).await?;
        let Content::Event(name) = packet.content() else { return Ok(()) };
        self.shut_down = name == "Shutdown";
        if name == "FullyBooted"
            && !first
            && self.source.config.state_request
            && self.state_requests < STATE_REQUESTS_MAX
        {
            self.request_state();
        }
        if let (Some(request), Some(id)) = (&mut self.state, ours)
            && request.event(id, name)
        {
            self.answered();
        }
        Ok(())
    }

    /// Keeps the event that was made at `from` in the batch, unless it is a repeat.
    async fn keep(&mut self, from: usize, made: Made, answers_us: bool) -> Result<(), Error> {
        self.source_time = self.source_time.max(made.time);
        self.source_time_at = self.timers.last_bytes;
        self.malformed_in_a_row = if made.malformed { self.malformed_in_a_row + 1 } else { 0 };
        let inlet = &self.source.inlet;
        if self.repeats.needs_past(made.time) && !self.repeats.read_past(inlet, self.shutdown).await? {
            // As if it had not been read: nothing of this source is acknowledged.
            count(&self.source.counters.given_up, 1);
            self.batch.truncate(from);
            return Ok(());
        }
        let Ok(view) = View::parse(self.batch.get(from..).unwrap_or_default()) else { return Ok(()) };
        let counters = &self.source.counters;
        match self.repeats.judge(&view, made.time, answers_us) {
            Verdict::News => {
                self.news = true;
                self.batched += 1;
                count(&counters.malformed, usize::from(made.malformed));
                return Ok(());
            }
            Verdict::Repeat => {}
            Verdict::BeyondQueue => {
                count(&counters.repeated_beyond_queue, 1);
                if !std::mem::replace(&mut self.warned, true) {
                    warn!(
                        server = self.server,
                        "Source sends events older than all that the queue still holds; they count as known."
                    );
                }
            }
        }
        count(&counters.repeated, 1);
        self.batch.truncate(from);
        Ok(())
    }

    /// Puts an entry of our own into the batch.
    fn entry(&mut self, entry: &Builder) {
        let fits = entry.append_to(&mut self.batch).is_ok();
        debug_assert!(fits, "our own entries are small");
    }

    /// Appends the batch. Waits while the queue refuses, but not beyond the end of the daemon.
    async fn flush(&mut self) -> Result<(), Error> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let size = self.batch.len();
        let events = std::mem::replace(&mut self.batch, Vec::with_capacity(size.min(BATCH_BYTES)));
        let batched = std::mem::take(&mut self.batched);
        // Nothing is acknowledged to an exchange, so nobody waits for durability here.
        let mut progress = self.source.inlet.progress();
        let mut append = std::pin::pin!(self.source.inlet.append_until(events, self.shutdown));
        // The queue's end is told by the append.
        let refuses = async { drop(progress.wait_for(|progress| progress.refusing.is_some()).await) };
        let done = tokio::select! {
            biased;
            ticket = &mut append => Some(ticket),
            () = refuses => None,
        };
        let ticket = match done {
            Some(ticket) => ticket?,
            None => {
                // The exchange is not read meanwhile, and may give up on us.
                self.refused = Some(self.pings);
                append.await?
            }
        };
        if self.refused == Some(self.pings) {
            self.ping();
        }
        match ticket {
            Some(_) => self.source.counters.appended(batched, self.received),
            None => count(&self.source.counters.given_up, batched),
        }
        Ok(())
    }
}
