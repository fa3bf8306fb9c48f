//! Sources: they turn the bytes of a connection into flat events and put them into their lane's queue.
//!
//! ```text
//! socket ─▶ connect ─▶ ami/login ─▶ ami/packet ─▶ ami/repeats ─▶ Inlet ─▶ queue
//!           TCP, TLS   who we are   bytes→events   known ones
//! socket ─▶ connect ─▶ stream/hello ─▶ stream/line ─▶ stream/session ─▶ Inlet ─▶ queue
//!        ◀──────────────────────────── resume_after, ack ◀────────────────────────┘ durable
//! recording ──────────────────────▶ ami/packet ─────────────────────────────▶ Inlet ─▶ queue
//!    logs ─▶ tevents/follow, once ─▶ tevents/text ─▶ tevents/outlet ────────▶ Inlet ─▶ queue
//! ```
//!
//! One file a kind: [`ami`] is a client of Asterisk's manager interface, [`capture`] reads the recorded bytes of such a
//! connection, [`stream`] is our own protocol, which numbers and acknowledges, [`tevents`] reads logs of voice servers.
//! What a source knows of its sessions it appends in order, between the events (`session/mark.rs`), so that a mark
//! proves that everything before it has been queued.
//!
//! # Invariants
//! 1. Every packet becomes an event, a [`Counters`] increment that says why not, or both
//!    (tests `damage_costs_one_packet`, `hostile_bytes_give_bounded_events`).
//! 2. An event that the queue already holds from an earlier connection is not appended again
//!    (test `a_recording_sent_again_adds_nothing`).
//! 3. The `SessionOpened` entry precedes the events of its connection, `SessionClosed` follows them
//!    (test `every_session_is_framed`).
//! 4. Every buffer, line, packet, wait and retry has a named bound (`ami::Config`, the constants of each file).
//!
//! # Failure
//! A source keeps nothing on disk: after a crash the queue is its only memory. Whatever fails outside is retried for
//! ever with back-off; only an append that fails for good ends a source with an error.
//!
//! # Not here
//! Meaning. A source knows packets, not calls; unknown events pass like all others.

pub mod ami;
mod backoff;
pub mod capture;
pub mod connect;
pub mod stream;
pub mod tevents;

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::error::Disposition;
use crate::event::{Micros, Seq, View, Views};
use crate::queue::{self, Progress, Queue, Read, Ticket};

/// Events that are appended in one piece at most, in bytes: large enough that a busy source pays the queue's
/// hand-over once per hundreds of events, small enough that the first of them does not wait for the last.
pub(crate) const BATCH_BYTES: usize = 256 << 10;

/// How long an orderly stop waits for a server to take our farewell, and for a refusing queue to take the last events.
pub(crate) const STOP_GRACE: Duration = Duration::from_secs(2);

/// Bytes that are looked back through in one piece.
const LOOK_BACK_BYTES: usize = 1 << 20;
/// How long one look waits for what is on its way to the disk.
const LOOK_BACK_WAIT: Duration = Duration::from_millis(200);

/// Why a source ended before it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The queue cannot take events any more.
    #[error("the queue takes no more events")]
    Queue(#[from] queue::Error),
    /// A recording cannot be read.
    #[error("cannot read the recording {path}")]
    Recording {
        /// The file.
        path: std::path::PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// An earlier part of a recording was brought in already, but the file is shorter than that part.
    #[error("the recording {path} has {length} bytes, but {skip} of it are said to be known already")]
    RecordingShorter {
        /// The file.
        path: std::path::PathBuf,
        /// Its length, bytes.
        length: u64,
        /// Where to go on, bytes from its beginning.
        skip: u64,
    },
    /// The part of the queue that tells repeats from news could not be read.
    #[error("cannot look back into the queue: {0}")]
    LookBack(String),
}

impl Error {
    /// What the lane does: nothing that is left here goes away by itself.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        Disposition::Stop
    }
}

/// What a source tells about itself. All are totals since the daemon started, unless said otherwise.
#[derive(Debug, Default)]
pub struct Counters {
    /// Events appended to the queue, those of session control not counted.
    pub events: AtomicU64,
    /// Bytes read.
    pub bytes: AtomicU64,
    /// Events that the queue already held from an earlier connection; dropped.
    pub repeated: AtomicU64,
    /// Of `repeated`: dropped only because they are older than everything the queue still holds.
    pub repeated_beyond_queue: AtomicU64,
    /// Packets kept as `MalformedPacket`, and events with a line that is not `Name: value`.
    pub malformed: AtomicU64,
    /// Events with bytes that were not UTF-8, replaced by U+FFFD.
    pub invalid_utf8: AtomicU64,
    /// Answers to our own actions; consumed.
    pub responses: AtomicU64,
    /// Messages of logs that are no events, requests as a rule; passed over.
    pub passed_over: AtomicU64,
    /// Connections on which the log-in succeeded, and recordings begun.
    pub sessions: AtomicU64,
    /// Attempts to connect that failed before the log-in was answered.
    pub connects_failed: AtomicU64,
    /// Log-ins refused.
    pub logins_refused: AtomicU64,
    /// Sessions ended because the keep-alive went unanswered.
    pub keep_alives_lost: AtomicU64,
    /// Times that a source's numbers jumped.
    pub gaps: AtomicU64,
    /// Numbers that were jumped over: events that are missing.
    pub missing: AtomicU64,
    /// Lines without a number that could not be read; dropped.
    pub unreadable: AtomicU64,
    /// Events that were read but not appended, because the daemon stopped before the queue took them.
    pub given_up: AtomicU64,
    /// Gauge: a session is open.
    pub connected: AtomicBool,
    /// Gauge: when the last event was received, µs since 1970 UTC; 0 before the first.
    pub last_event_micros: AtomicI64,
}

/// What the [`Counters`] said at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// A session is open.
    pub connected: bool,
    /// Sessions opened.
    pub connects: u64,
    /// Attempts to connect that failed.
    pub connects_failed: u64,
    /// Log-ins refused.
    pub refused_logins: u64,
    /// Events appended.
    pub events: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Events dropped as known.
    pub repeated: u64,
    /// Packets kept as malformed.
    pub malformed: u64,
    /// Events with bytes that were not UTF-8.
    pub invalid_utf8: u64,
    /// Messages of logs that are no events.
    pub passed_over: u64,
    /// Events given up at a stop.
    pub given_up: u64,
    /// Times that the source's numbers jumped.
    pub gaps: u64,
    /// Numbers that were jumped over.
    pub missing: u64,
    /// Lines without a number that could not be read.
    pub unreadable: u64,
    /// When the last event was received, µs since 1970 UTC; 0 before the first.
    pub last_event: Micros,
}

/// Adds to a counter.
pub(crate) fn count(counter: &AtomicU64, amount: usize) {
    counter.fetch_add(u64::try_from(amount).unwrap_or(u64::MAX), Ordering::Relaxed);
}

impl Counters {
    /// What they say now.
    #[must_use]
    pub fn snapshot(&self) -> Seen {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Seen {
            connected: self.connected.load(Ordering::Relaxed),
            connects: load(&self.sessions),
            connects_failed: load(&self.connects_failed),
            refused_logins: load(&self.logins_refused),
            events: load(&self.events),
            bytes: load(&self.bytes),
            repeated: load(&self.repeated),
            malformed: load(&self.malformed),
            invalid_utf8: load(&self.invalid_utf8),
            passed_over: load(&self.passed_over),
            given_up: load(&self.given_up),
            gaps: load(&self.gaps),
            missing: load(&self.missing),
            unreadable: load(&self.unreadable),
            last_event: self.last_event_micros.load(Ordering::Relaxed),
        }
    }

    /// Notes events that were appended, the last of them received at `received`.
    pub(crate) fn appended(&self, events: usize, received: Micros) {
        count(&self.events, events);
        if events > 0 {
            self.last_event_micros.store(received, Ordering::Relaxed);
        }
    }
}

/// A source's end of its lane's queue.
#[derive(Clone)]
pub struct Inlet {
    queue: Queue,
}

impl Inlet {
    /// The inlet of the lane that owns `queue`.
    #[must_use]
    pub fn new(queue: Queue) -> Self {
        Self { queue }
    }

    /// Appends whole flat events in their order; waits while the queue refuses, which is the back-pressure, but not
    /// longer than [`STOP_GRACE`] beyond `shutdown`: none if the events had to be given up then.
    ///
    /// # Errors
    /// [`Error::Queue`] if the queue has failed for good; nothing of `events` is to be counted on then.
    pub(crate) async fn append_until(
        &self,
        events: Vec<u8>,
        shutdown: &CancellationToken,
    ) -> Result<Option<Ticket>, Error> {
        let patience = async {
            shutdown.cancelled().await;
            tokio::time::sleep(STOP_GRACE).await;
        };
        tokio::select! {
            biased;
            ticket = self.queue.append(events) => Ok(Some(ticket?)),
            () = patience => {
                warn!("Queue refuses the last events before the stop; they are given up.");
                Ok(None)
            }
        }
    }

    /// Follows what becomes durable and whether the queue refuses.
    fn progress(&self) -> watch::Receiver<Progress> {
        self.queue.watch()
    }

    /// Position of the oldest event that the queue still holds.
    fn first_retained(&self) -> Seq {
        self.queue.positions().first_retained
    }

    /// Position of the last event appended so far, durable or not.
    fn appended(&self) -> Seq {
        self.queue.positions().appended
    }

    /// Shows `see` the events `from..=upto` that the queue still holds, oldest first, and gives back what `see`
    /// made of them, with the position of the first that was still there; none if `shutdown` came first. Runs on a
    /// thread for blocking work.
    async fn look_back<T: Send + 'static>(
        &self,
        from: Seq,
        upto: Seq,
        mut seen: T,
        see: fn(&mut T, &View<'_>),
        shutdown: &CancellationToken,
    ) -> Result<Option<(T, Option<Seq>)>, Error> {
        let (queue, shutdown) = (self.queue.clone(), shutdown.clone());
        let look = move || -> Result<Option<(T, Option<Seq>)>, Error> {
            let mut at = from;
            let mut reader = queue.reader(at);
            let (mut events, mut first_seen) = (Vec::new(), None);
            while at <= upto {
                if shutdown.is_cancelled() {
                    return Ok(None);
                }
                events.clear();
                // Everything up to `upto` has been appended; what is not durable yet will be in a moment.
                let durable = queue.positions().durable;
                match reader.read(usize::MAX, LOOK_BACK_BYTES, &mut events, LOOK_BACK_WAIT) {
                    Ok(Read::Batch { last, .. }) => at = last + 1,
                    Ok(Read::Idle) if durable < upto => continue,
                    Ok(Read::Idle | Read::Closed) => break,
                    Err(queue::Error::Trimmed { first, .. }) => {
                        at = first;
                        reader = queue.reader(at);
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                }
                for view in Views::new(&events).flatten().take_while(|view| view.seq() <= upto) {
                    first_seen.get_or_insert(view.seq());
                    see(&mut seen, &view);
                }
            }
            Ok(Some((seen, first_seen)))
        };
        tokio::task::spawn_blocking(look).await.map_err(|ended| Error::LookBack(ended.to_string()))?
    }
}
