//! The entries by which a source tells its lane about its sessions.
//!
//! They are events like all others: they travel in the queue in the order in which they happened, so that a mark in
//! the IDB proves that everything before it is committed (`session.rs`, rule 2).

use crate::event::{Builder, Kind, Micros, View};
use std::time::Duration;

/// How a connection came about: `DSCONN_TYPE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// First connection of this source since the daemon started.
    First = 1,
    /// The same server again.
    Reconnection = 2,
    /// The source itself restarted in between.
    SourceRestarted = 3,
    /// The source has its switch again.
    SwitchReconnected = 4,
    /// The source's other server took over.
    Switchover = 5,
}

/// Why a session ended: `DSCONN_ECAUSE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The source closed the connection, or it broke.
    SourceClosed = 1,
    /// The source announced that it stops.
    SourceShutDown = 2,
    /// The keep-alive went unanswered.
    KeepAliveLost = 3,
    /// The source lost its switch.
    SwitchLost = 4,
    /// The concentrator stopped in an orderly way.
    Stopped = 5,
    /// The concentrator crashed; written at its next start.
    Crashed = 6,
    /// The source spoke what nobody understands.
    ProtocolError = 7,
    /// Events are missing: the source's numbers have a gap, or the queue had to refuse events until the source gave
    /// them up. The only cause that is ours and not of the model.
    EventsLost = 8,
}

impl Opening {
    /// The opening with that number, if there is one.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        [Self::First, Self::Reconnection, Self::SourceRestarted, Self::SwitchReconnected, Self::Switchover]
            .into_iter()
            .find(|opening| *opening as i64 == number)
    }
}

impl Cause {
    /// The cause with that number, if there is one.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        [
            Self::SourceClosed,
            Self::SourceShutDown,
            Self::KeepAliveLost,
            Self::SwitchLost,
            Self::Stopped,
            Self::Crashed,
            Self::ProtocolError,
            Self::EventsLost,
        ]
        .into_iter()
        .find(|cause| *cause as i64 == number)
    }
}

/// What is known of a session when it opens.
#[derive(Clone, Debug)]
pub struct Opened<'a> {
    /// How the connection came about.
    pub opening: Opening,
    /// The server, as configured: `host:port`, or a file's name.
    pub server: &'a str,
    /// Name that the source gives itself, if it does (Asterisk: `SystemName`).
    pub system: Option<&'a str>,
    /// Identity of what is read, where that can be resumed: of a recording `sha256:…`, of a stream `stream:…`, of a
    /// log `log:…`.
    pub capture: Option<&'a str>,
    /// The last sequence of it that earlier sessions have already brought in; 0 none.
    pub resumed_at: u64,
    /// The source's clock at that moment, if known.
    pub time: Option<Micros>,
    /// DBID of the server that speaks, if it says so; otherwise its address tells.
    pub dbid: Option<i32>,
    /// No event of the source is missing between the session before and this one: nothing that was alive is in doubt.
    pub lossless: bool,
}

impl<'a> Opened<'a> {
    /// With nothing known but how it came about and with which server.
    #[must_use]
    pub fn new(opening: Opening, server: &'a str) -> Self {
        Self { opening, server, system: None, capture: None, resumed_at: 0, time: None, dbid: None, lossless: false }
    }
}

/// The daemon starts: whatever session is still open was left so by a crash. The first entry that a daemon appends.
#[must_use]
pub fn started(now: Micros) -> Builder {
    let mut builder = closed(now, Cause::Crashed, None);
    builder.integer("daemon_started", now);
    builder
}

/// A session opens.
#[must_use]
pub fn opened(received: Micros, opened: &Opened<'_>) -> Builder {
    let mut builder = Builder::new(Kind::SessionOpened, "SessionOpened", received);
    if let Some(time) = opened.time {
        builder.time(time);
    }
    builder.integer("opening", opened.opening as i64).text("server", opened.server);
    if let Some(system) = opened.system {
        builder.text("system", system);
    }
    if let Some(capture) = opened.capture {
        builder.text("capture", capture).integer("resumed_at", i64::try_from(opened.resumed_at).unwrap_or(i64::MAX));
    }
    if let Some(dbid) = opened.dbid {
        builder.integer("dbid", i64::from(dbid));
    }
    if opened.lossless {
        builder.integer("lossless", 1);
    }
    builder
}

/// A session ends. `time` is the source's clock at its last sign of life, if known.
#[must_use]
pub fn closed(received: Micros, cause: Cause, time: Option<Micros>) -> Builder {
    let mut builder = Builder::new(Kind::SessionClosed, "SessionClosed", received);
    if let Some(time) = time {
        builder.time(time);
    }
    builder.integer("cause", cause as i64);
    builder
}

/// The source is connected, has answered, and has nothing to say. `time` is the source's clock at that moment, as far
/// as that follows from its last event.
#[must_use]
pub fn no_data(received: Micros, time: Option<Micros>) -> Builder {
    with_time(Builder::new(Kind::SessionNoData, "SessionNoData", received), time)
}

/// The source's clock some time after it was `time`.
#[must_use]
pub fn time_after(time: Option<Micros>, passed: Duration) -> Option<Micros> {
    time?.checked_add(Micros::try_from(passed.as_micros()).ok()?)
}

/// The source has lost its switch: ends the session with cause 4.
#[must_use]
pub fn link_down(received: Micros, time: Option<Micros>) -> Builder {
    with_time(Builder::new(Kind::LinkDown, "LinkDown", received), time)
}

/// The source has its switch again; followed by [`opened`] with [`Opening::SwitchReconnected`].
#[must_use]
pub fn link_up(received: Micros, time: Option<Micros>) -> Builder {
    with_time(Builder::new(Kind::LinkUp, "LinkUp", received), time)
}

/// Everything up to `sequence` of `identity` stands in the queue before this entry. Put between events every
/// [`BOOKMARK_EVENTS`], so that a source that resumes need not look far back.
#[must_use]
pub fn bookmark(received: Micros, identity: &str, sequence: u64) -> Builder {
    let mut builder = Builder::new(Kind::Bookmark, "Bookmark", received);
    builder.text("capture", identity).sequence(sequence);
    builder
}

/// A bookmark is due after that many events of the source.
pub const BOOKMARK_EVENTS: u64 = 1_024;

fn with_time(mut builder: Builder, time: Option<Micros>) -> Builder {
    if let Some(time) = time {
        builder.time(time);
    }
    builder
}

/// The opening that a [`Kind::SessionOpened`] entry tells.
#[must_use]
pub fn opening_of(view: &View<'_>) -> Opening {
    view.integer("opening").and_then(Opening::from_number).unwrap_or(Opening::Reconnection)
}

/// The cause that a [`Kind::SessionClosed`] entry tells.
#[must_use]
pub fn cause_of(view: &View<'_>) -> Cause {
    view.integer("cause").and_then(Cause::from_number).unwrap_or(Cause::SourceClosed)
}
