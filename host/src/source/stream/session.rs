//! Holds one connection, from the hello to its end.
//!
//! ```text
//! bytes ─▶ lines ─▶ number: repeat? gap? next ─▶ batch ─▶ append ─▶ pending ─▶ durable ─▶ ack
//! ```
//! The queue is waited for in one place, [`Session::flush`], and there acknowledgements and pings go on; everywhere
//! else reading, sending and what becomes durable are waited for together.
//!
//! # Invariants
//! 1. `SessionOpened` is the first entry and `SessionClosed` the last one. `SessionOpened` names the stream and the
//!    last number before it, bookmarks do so again, so that `resume.rs` finds its place.
//! 2. Every number leaves an entry in the queue: what changes nothing leaves a bookmark. What the queue did not take
//!    was not read (test `what_was_given_up_is_not_acknowledged`).
//! 3. Any byte is a sign of life; silence is certified by one, not by the clock alone.
//! 4. What is appended and not yet on disk is bounded by the queue (`input_bytes`), and so are the acknowledgements
//!    that wait for it.

mod numbers;

use std::collections::VecDeque;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, ReadHalf, split};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::Stream;
use super::hello::{Greeted, Hello, error_line};
use super::line::LineReader;
use super::lines::Lines;
use super::outgoing::Outgoing;
use super::resume::{CAPTURE, Reached, STARTED, Tail};
use crate::event::{Builder, Micros, Seq};
use crate::queue::{self, Progress};
use crate::session::mark::{self, Cause, Opened, Opening};
use crate::source::{BATCH_BYTES, Error, STOP_GRACE, connect, count};

/// How long the last words may take to arrive before the connection is cut: unread bytes would make the system discard
/// them.
const LINGER: Duration = Duration::from_millis(500);
/// How often a source that is kept waiting by the queue is looked after.
const BLOCKED_CHECK: Duration = Duration::from_secs(1);

/// How a session ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    /// Why.
    pub(super) cause: Cause,
    /// It brought at least one number that was not a repeat.
    pub(super) news: bool,
    /// The server, as configured.
    pub(super) server: String,
    /// Which of the configured servers that is.
    pub(super) server_number: usize,
    /// How far the stream has come; none if it brought no number yet.
    pub(super) reached: Option<Reached>,
    /// Who the source was in the end.
    state: State,
}

/// What is known of the source now.
#[derive(Clone, Debug)]
struct State {
    stream: String,
    source: String,
    started: Option<Micros>,
    dbid: Option<i32>,
    link_down: bool,
}

/// Why a session is over, and how that is put to the source.
#[derive(Clone, Debug)]
struct End {
    cause: Cause,
    /// Code and words; none if the source ended it.
    words: Option<(&'static str, String)>,
}

impl End {
    fn by_source(cause: Cause) -> Self {
        Self { cause, words: None }
    }

    fn stopped() -> Self {
        Self::ours(Cause::Stopped, "stopping", "the concentrator stops")
    }

    fn ours(cause: Cause, code: &'static str, words: impl Into<String>) -> Self {
        Self { cause, words: Some((code, words.into())) }
    }
}

/// One connection.
pub(super) struct Session<'a> {
    source: &'a Stream,
    shutdown: &'a CancellationToken,
    /// Somebody else has taken over.
    replaced: &'a CancellationToken,
    progress: watch::Receiver<Progress>,
    reader: ReadHalf<Box<dyn connect::Stream>>,
    out: Outgoing,
    lines: Lines,
    line_reader: LineReader,
    server: String,
    server_number: usize,
    state: State,
    /// Last number that was taken; none if the stream is new.
    number: Option<u64>,
    /// The same of what was appended.
    appended: Option<u64>,
    on_disk: u64,
    /// Positions that have to become durable for a number to be on disk, in order.
    pending: VecDeque<(Seq, u64)>,
    /// Last position that was appended.
    position: Seq,
    /// Events that wait to be appended, and how many of them are the source's own.
    batch: Vec<u8>,
    batched: usize,
    /// Numbers since the last mark that names the stream.
    unmarked: u64,
    /// When the bytes at hand were received.
    received: Micros,
    /// Latest source time on this connection.
    source_time: Option<Micros>,
    /// When that was.
    source_time_at: Instant,
    unreadable_in_a_row: u32,
    news: bool,
    warned: bool,
    /// A line that is no event was told of.
    warned_of_malformed: bool,
    /// The queue refused, and since then the source has not answered the ping of that number.
    refused: Option<u64>,
    pings: u64,
    timers: Timers,
}

struct Timers {
    last_bytes: Instant,
    ping_sent: Option<Instant>,
    /// Since when there has been no event, and no note of that.
    silent: Instant,
}

impl<'a> Session<'a> {
    /// A session with the source that was `greeted`. `last` is the one before of this daemon, `tail` of the queue.
    pub(super) fn new(
        source: &'a Stream,
        greeted: Greeted,
        reached: Option<Reached>,
        last: Option<&Ended>,
        tail: Option<Tail>,
        [shutdown, replaced]: [&'a CancellationToken; 2],
    ) -> Self {
        let Greeted { stream, lines, hello, server, server_number } = greeted;
        let (reader, writer) = split(stream);
        let progress = source.inlet.progress();
        let now = Instant::now();
        let Hello { source: name, stream, dbid, started, time, link_up } = hello;
        let state = State { stream, source: name, started, dbid, link_down: false };
        let mut session = Self {
            source,
            shutdown,
            replaced,
            progress,
            reader,
            out: Outgoing::new(writer),
            lines,
            line_reader: LineReader::new(source.config.event_bytes_max()),
            server,
            server_number,
            state,
            number: reached.map(|reached| reached.number),
            appended: reached.map(|reached| reached.number),
            on_disk: 0,
            pending: VecDeque::new(),
            position: reached.unwrap_or_default().position,
            batch: Vec::new(),
            batched: 0,
            unmarked: 0,
            received: source.clock.now(),
            source_time: None,
            source_time_at: now,
            unreadable_in_a_row: 0,
            news: false,
            warned: false,
            warned_of_malformed: false,
            refused: None,
            pings: 0,
            timers: Timers { last_bytes: now, ping_sent: None, silent: now },
        };
        session.resume(reached.unwrap_or_default());
        session.begin(last, tail, time, link_up);
        session
    }

    /// Says where the stream is to go on.
    fn resume(&mut self, reached: Reached) {
        self.on_disk = reached.number;
        if self.progress.borrow().durable < reached.position {
            self.on_disk = reached.on_disk;
            self.pending.push_back((reached.position, reached.number));
        }
        self.out.line(&format!("{{\"resume_after\":{}}}\n", self.on_disk));
    }

    fn begin(&mut self, last: Option<&Ended>, tail: Option<Tail>, time: Option<Micros>, link_up: bool) {
        let before = last.map(|last| (&last.state.stream, last.state.started, last.state.link_down));
        let before = before.or(tail.as_ref().map(|tail| (&tail.stream, tail.started, tail.link_down)));
        let link_was_down = before.is_some_and(|(_, _, down)| down);
        let opening = self.opening(last, link_was_down && link_up);
        let unbroken = before.is_some_and(|(stream, started, _)| {
            *stream == self.state.stream && (started == self.state.started || started.and(self.state.started).is_none())
        });
        let certain = !matches!(opening, Opening::SourceRestarted | Opening::SwitchReconnected);
        let lossless = unbroken && certain && !link_was_down && self.number.is_some();
        if opening == Opening::SwitchReconnected {
            self.entry(&mark::link_up(self.received, time));
        }
        info!(server = self.server, stream = self.state.stream, opening = ?opening, after = self.number, "Source is connected.");
        self.open(opening, time, lossless);
        if !link_up {
            self.state.link_down = true;
            self.entry(&mark::link_down(self.received, time));
        }
    }

    fn opening(&self, last: Option<&Ended>, link_is_back: bool) -> Opening {
        let Some(last) = last else { return Opening::First };
        let differs = |one: Option<i64>, other: Option<i64>| one.is_some() && other.is_some() && one != other;
        let dbid = |state: &State| state.dbid.map(i64::from);
        if last.server_number != self.server_number || differs(dbid(&last.state), dbid(&self.state)) {
            return Opening::Switchover;
        }
        if last.state.stream != self.state.stream
            || differs(last.state.started, self.state.started)
            || last.cause == Cause::SourceShutDown
        {
            return Opening::SourceRestarted;
        }
        if link_is_back { Opening::SwitchReconnected } else { Opening::Reconnection }
    }

    /// Puts the entry by which a session opens.
    fn open(&mut self, opening: Opening, time: Option<Micros>, lossless: bool) {
        let (server, system) = (self.server.clone(), self.state.source.clone());
        let capture = self.capture();
        let opened = Opened {
            system: Some(&system),
            capture: Some(&capture),
            resumed_at: self.number.unwrap_or_default(),
            time,
            dbid: self.state.dbid,
            lossless,
            ..Opened::new(opening, &server)
        };
        let mut entry = mark::opened(self.received, &opened);
        if let Some(started) = self.state.started {
            entry.integer(STARTED, started);
        }
        self.entry(&entry);
        self.unmarked = 0;
    }

    /// Ends the session in the queue and opens another one on the same connection.
    fn reopen(&mut self, cause: Cause, opening: Opening, time: Option<Micros>, lossless: bool) {
        self.entry(&mark::closed(self.received, cause, self.source_time));
        self.open(opening, time, lossless);
        if self.state.link_down {
            self.entry(&mark::link_down(self.received, time));
        }
    }

    fn capture(&self) -> String {
        format!("{CAPTURE}{}", self.state.stream)
    }

    /// Puts an entry of our own into the batch.
    fn entry(&mut self, entry: &Builder) {
        let fits = entry.append_to(&mut self.batch).is_ok();
        debug_assert!(fits, "our own entries are small");
    }

    /// Reads until the connection or the daemon ends.
    pub(super) async fn hold(mut self) -> Result<Ended, Error> {
        // What came with the hello.
        let mut end = self.take().await?;
        let end = loop {
            if let Some(end) = end {
                break end;
            }
            let timer = self.next_timer();
            end = tokio::select! {
                biased;
                () = self.shutdown.cancelled() => Some(End::stopped()),
                () = self.replaced.cancelled() => {
                    Some(End::ours(Cause::SourceClosed, "replaced", "another connection has taken over"))
                }
                changed = self.progress.changed() => {
                    self.acknowledge(changed.is_err())?;
                    None
                }
                () = self.out.send(), if self.out.waits() => None,
                read = self.reader.read_buf(self.lines.space()) => match read {
                    Ok(0) => Some(End::by_source(Cause::SourceClosed)),
                    Ok(bytes) => {
                        self.received(bytes);
                        self.take().await?
                    }
                    Err(error) => {
                        info!(server = self.server, %error, "Connection to the source broke.");
                        Some(End::by_source(Cause::SourceClosed))
                    }
                },
                () = sleep_until(timer) => self.timer(),
            };
        };
        self.close(end).await
    }

    fn received(&mut self, bytes: usize) {
        self.received = self.source.clock.now();
        count(&self.source.counters.bytes, bytes);
        self.timers.last_bytes = Instant::now();
        self.timers.ping_sent = None;
    }

    fn next_timer(&self) -> Instant {
        let config = &self.source.config;
        match self.timers.ping_sent {
            Some(sent) => sent + Duration::from_secs(config.keep_alive_timeout_secs),
            None => {
                self.timers.last_bytes + Duration::from_secs(config.keep_alive_secs.min(config.no_data_interval_secs))
            }
        }
    }

    fn timer(&mut self) -> Option<End> {
        if self.timers.ping_sent.is_some() {
            count(&self.source.counters.keep_alives_lost, 1);
            return Some(End::ours(Cause::KeepAliveLost, "silent", "no answer to a ping"));
        }
        self.ping();
        None
    }

    fn ping(&mut self) {
        self.pings += 1;
        self.timers.ping_sent = Some(Instant::now());
        self.out.ping(self.pings);
    }

    /// More has become durable.
    fn acknowledge(&mut self, gone: bool) -> Result<(), Error> {
        let progress = *self.progress.borrow_and_update();
        let before = self.on_disk;
        while let Some((_, number)) = self.pending.pop_front_if(|(position, _)| *position <= progress.durable) {
            self.on_disk = number;
        }
        if self.on_disk > before {
            self.out.ack(self.on_disk);
        }
        if gone || progress.ended { Err(queue::Error::Closed.into()) } else { Ok(()) }
    }

    /// Takes all lines that are there. Some end if they end the session.
    async fn take(&mut self) -> Result<Option<End>, Error> {
        let mut lines = std::mem::take(&mut self.lines);
        let mut end = None;
        while let Some(found) = lines.next() {
            end = self.line(found);
            if end.is_some() {
                break;
            }
            if self.batch.len() >= BATCH_BYTES && !self.flush().await? {
                return Ok(Some(End::stopped()));
            }
        }
        self.lines = lines;
        let interval = Duration::from_secs(self.source.config.no_data_interval_secs);
        if self.timers.last_bytes.saturating_duration_since(self.timers.silent) >= interval {
            self.timers.silent = self.timers.last_bytes;
            if !self.state.link_down {
                let passed = self.timers.last_bytes.saturating_duration_since(self.source_time_at);
                self.entry(&mark::no_data(self.received, mark::time_after(self.source_time, passed)));
            }
        }
        if self.flush().await? { Ok(end) } else { Ok(Some(End::stopped())) }
    }

    /// Appends the batch. Waits while the queue refuses, but not beyond the end of the daemon; meanwhile the source is
    /// told what is on disk, and that we live. False if the batch had to be given up: as if it had not been read.
    async fn flush(&mut self) -> Result<bool, Error> {
        if self.batch.is_empty() {
            return Ok(true);
        }
        let size = self.batch.len();
        let events = std::mem::replace(&mut self.batch, Vec::with_capacity(size.min(2 * BATCH_BYTES)));
        let batched = std::mem::take(&mut self.batched);
        let source = self.source;
        let mut append = Box::pin(source.inlet.append_until(events, self.shutdown));
        let mut blocked = false;
        let ticket = loop {
            let check = Instant::now() + BLOCKED_CHECK;
            tokio::select! {
                biased;
                appended = &mut append => break appended?,
                changed = self.progress.changed() => {
                    self.acknowledge(changed.is_err())?;
                    blocked |= self.progress.borrow().refusing.is_some();
                }
                () = self.out.send(), if self.out.waits() => {}
                () = sleep_until(check) => {
                    blocked |= self.progress.borrow().refusing.is_some();
                    self.blocked();
                }
            }
        };
        if blocked {
            // Whether the source is still there, its answer tells.
            self.ping();
            self.refused = Some(self.pings);
        }
        let Some(ticket) = ticket else {
            count(&source.counters.given_up, batched);
            self.number = self.appended;
            return Ok(false);
        };
        source.counters.appended(batched, self.received);
        self.appended = self.number;
        self.position = *ticket.seqs().end();
        if let Some(number) = self.number {
            self.pending.push_back((self.position, number));
        }
        self.acknowledge(false)?;
        Ok(true)
    }

    /// Nothing can be read for a while: a ping now and then says that we live.
    fn blocked(&mut self) {
        let interval = Duration::from_secs(self.source.config.keep_alive_secs);
        if self.timers.ping_sent.is_none_or(|sent| sent.elapsed() >= interval) {
            self.ping();
        }
    }

    async fn close(mut self, end: End) -> Result<Ended, Error> {
        let cause = match end.cause {
            Cause::SourceClosed | Cause::KeepAliveLost if self.refused.is_some() && !self.replaced.is_cancelled() => {
                Cause::EventsLost
            }
            cause => cause,
        };
        let now = self.source.clock.now();
        let mut closed = mark::closed(now, cause, self.source_time);
        if let (Cause::SourceShutDown, Some(number)) = (cause, self.number) {
            closed.sequence(number);
        }
        self.entry(&closed);
        self.flush().await?;
        // What became durable just now need not be sent again. Whoever is gone is not waited for.
        let farewell = async {
            while !self.pending.is_empty() && self.progress.borrow().refusing.is_none() {
                let changed = self.progress.changed().await;
                self.acknowledge(changed.is_err())?;
            }
            Ok::<(), Error>(())
        };
        timeout(STOP_GRACE, farewell).await.unwrap_or(Ok(()))?;
        if let Some((code, words)) = &end.words {
            self.out.line(&error_line(code, words));
        }
        // Who does not listen has to find out otherwise.
        let _ = timeout(STOP_GRACE, self.out.finish()).await;
        if let Cause::ProtocolError | Cause::SourceShutDown = cause {
            let _ = timeout(LINGER, pass_over(&mut self.reader)).await;
        }
        let (position, on_disk) = (self.position, self.on_disk);
        let reached = self.number.map(|number| Reached { number, position, on_disk });
        let Self { news, server, server_number, state, .. } = self;
        Ok(Ended { cause, news, server, server_number, reached, state })
    }
}

/// Reads on until the other side closes.
pub(super) async fn pass_over(reader: &mut (impl AsyncRead + Unpin)) {
    let mut bytes = [0; 4096];
    while let Ok(1..) = reader.read(&mut bytes).await {}
}
