//! Tells events that the queue already holds from news.
//!
//! The manager interface numbers nothing. A server that stands in for an exchange may, after a reconnection, send
//! from its beginning again what it has sent before; then the same events come again, byte for byte, with the same
//! `Timestamp`. A live exchange never does that: what happened while nobody was connected is gone.
//!
//! # Rule
//! Let *newest* be the latest source time of all events of earlier connections.
//! 1. An event later than *newest* is news. This is the only question a live exchange ever meets.
//! 2. Any other event with a source time is a repeat if an earlier connection brought the same one: same name,
//!    attributes and source time. Each event that was brought accounts for one repeat a connection, so an event that
//!    came twice in an earlier connection may come twice again and no more.
//! 3. An event without source time is a repeat if an earlier connection brought the same one and the last event with
//!    a source time on this connection was a repeat. Answers to our own actions are always news.
//! 4. If the queue does not hold all of the past any more, an event older than all that it holds is a repeat; it is
//!    counted apart, and the log says so once.
//!
//! Equal events within one connection are never repeats of each other.
//!
//! # Where the past is
//! In the queue, and nowhere else: it is read back, once a connection, when rule 2 first has something to decide, as
//! 128 bits of SHA-256 for each of the last [`PAST_EVENTS`] events. So it needs what trimming leaves
//! (`queue`: `retain`), and costs a live exchange nothing.

use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::super::{Error, Inlet};
use crate::event::{Kind, Micros, Seq, View};

/// Events of the past that are looked through for repeats: 20 bytes each, 20 MB at most, and about two seconds.
const PAST_EVENTS: u64 = 1_000_000;
/// Events at the end of the queue in which the newest source time is looked for at the start: about 50 ms. Events
/// come in the order of their times but for fractions of a second, so that far fewer would do for an exchange.
const NEWEST_AMONG_EVENTS: u64 = 100_000;

/// The events of earlier connections.
#[derive(Debug, Default)]
struct Past {
    /// Sorted, each once.
    digests: Vec<u128>,
    /// How often each came, less the repeats seen on this connection.
    left: Vec<u32>,
    /// Earliest source time among them, if events before them are missing.
    cut_before: Option<Micros>,
}

/// What was decided of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// To be appended.
    News,
    /// Known; to be dropped.
    Repeat,
    /// Older than all that the queue holds, hence known; to be dropped.
    BeyondQueue,
}

/// Tells repeats from news, for one source over all its connections.
#[derive(Debug)]
pub(crate) struct Repeats {
    /// Latest source time of all events so far.
    newest: Option<Micros>,
    /// The same when this connection began.
    newest_before: Option<Micros>,
    /// Last position in the queue before this connection.
    before: Seq,
    past: Option<Past>,
    /// The last event with a source time on this connection was a repeat.
    repeating: bool,
}

impl Repeats {
    /// Reads the newest source time back from the queue; none if `shutdown` came first.
    pub(crate) async fn open(inlet: &Inlet, shutdown: &CancellationToken) -> Result<Option<Self>, Error> {
        let upto = inlet.appended();
        let from = upto.saturating_sub(NEWEST_AMONG_EVENTS) + 1;
        let see = |newest: &mut Option<Micros>, view: &View<'_>| {
            if view.kind() == Kind::Source {
                *newest = (*newest).max(view.source_time());
            }
        };
        let Some((newest, _)) = inlet.look_back(from, upto, None, see, shutdown).await? else { return Ok(None) };
        Ok(Some(Self { newest, newest_before: newest, before: upto, past: None, repeating: false }))
    }

    /// A connection begins: all that was appended until now is the past.
    pub(crate) fn begin(&mut self, inlet: &Inlet) {
        self.newest_before = self.newest;
        self.before = inlet.appended();
        self.past = None;
        self.repeating = false;
    }

    /// Whether the past has to be read before this connection's `event` can be decided.
    pub(crate) fn needs_past(&self, time: Option<Micros>) -> bool {
        self.past.is_none() && time.is_some() && time <= self.newest_before
    }

    /// Reads the past. False if `shutdown` came first: nothing can be decided then.
    pub(crate) async fn read_past(&mut self, inlet: &Inlet, shutdown: &CancellationToken) -> Result<bool, Error> {
        let from = self.before.saturating_sub(PAST_EVENTS) + 1;
        let gathered = (Vec::<u128>::new(), Micros::MAX);
        let see = |(digests, oldest): &mut (Vec<u128>, Micros), view: &View<'_>| {
            if view.kind() == Kind::Source {
                digests.push(digest(view));
                *oldest = (*oldest).min(view.source_time().unwrap_or(Micros::MAX));
            }
        };
        let looked = inlet.look_back(from, self.before, gathered, see, shutdown).await?;
        let Some(((mut digests, oldest), first)) = looked else { return Ok(false) };
        digests.sort_unstable();
        let cut = first != Some(1) && oldest != Micros::MAX;
        let mut past = Past { cut_before: cut.then_some(oldest), ..Past::default() };
        for same in digests.chunk_by(|one, other| one == other) {
            past.digests.extend(same.first());
            past.left.push(u32::try_from(same.len()).unwrap_or(u32::MAX));
        }
        self.past = Some(past);
        Ok(true)
    }

    /// Decides on `event`, whose source time is `time`; `answers_us` if it belongs to an action of ours.
    pub(crate) fn judge(&mut self, event: &View<'_>, time: Option<Micros>, answers_us: bool) -> Verdict {
        let Some(time) = time else {
            let known = self.repeating && !answers_us && self.take(digest(event));
            return if known { Verdict::Repeat } else { Verdict::News };
        };
        if Some(time) > self.newest_before {
            self.newest = self.newest.max(Some(time));
            self.repeating = false;
            return Verdict::News;
        }
        let verdict = if self.take(digest(event)) {
            Verdict::Repeat
        } else if self.past.as_ref().and_then(|past| past.cut_before).is_some_and(|oldest| time < oldest) {
            Verdict::BeyondQueue
        } else {
            Verdict::News
        };
        self.repeating = verdict != Verdict::News;
        verdict
    }

    /// Takes one event out of the past, if it is there.
    fn take(&mut self, digest: u128) -> bool {
        let Some(past) = &mut self.past else { return false };
        let Ok(at) = past.digests.binary_search(&digest) else { return false };
        let Some(left) = past.left.get_mut(at).filter(|left| **left > 0) else { return false };
        *left -= 1;
        true
    }
}

/// Digest of what makes an event the same: all but position, time of receipt and sequence.
fn digest(view: &View<'_>) -> u128 {
    let raw = view.raw();
    let mut hash = Sha256::new();
    hash.update(view.source_time().unwrap_or(Micros::MIN).to_le_bytes());
    hash.update(raw.get(40..).unwrap_or_default());
    let full: [u8; 32] = hash.finalize().into();
    full.first_chunk::<16>().map_or(0, |half| u128::from_le_bytes(*half))
}
