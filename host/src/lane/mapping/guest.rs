//! The lane's plugins at work, and what it takes to make them anew: the last snapshot, the events since, and the letters
//! that no state is to hold.
//!
//! Positions that are in neither are noted in the next batch: with it the database ends what began there
//! (`idb/leftover.rs`).
//!
//! # A successor
//! Other plugins take over at a reload. A thread beside the lane prepares them ([`Guest::prepare`]):
//!
//! 1. The trial: from the last snapshot they are led past the events since. What fails then is their end, and costs no
//!    event, for the plugins in force have mapped it. Both look at the same letters: an event is judged once.
//! 2. A copy of the plugins in force is led to the present in the same way, and the successor takes its state.
//!
//! Between two batches ([`Guest::take_over`]) a small state is then handed over once more, so that the successor goes on
//! exactly where those before ended; with a larger one it is led past the few events since the copy.

use super::{READ_BYTES, READ_EVENTS, SnapshotTaken};
use crate::deadletter::again;
use crate::event::{Seq, View, Views};
use crate::lane::status::Shared;
use crate::plugin::{Chain, Failed, Failure, Links, Opening, Output};
use crate::queue::{Queue, Read, Reader};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// A successor that is so few events behind has them from the lane itself, between two batches.
const NEAR_EVENTS: u64 = 64;
/// A state of so many bytes is handed over between two batches.
const HANDED_OVER_BYTES: usize = 1 << 20;
/// Attempts of a successor to come so near; a lane that is never idle waits for what is left.
const ROUNDS: u32 = 50;

/// What all plugins of a lane work with.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) source: String,
    pub(super) opening: Opening,
    pub(super) queue: Queue,
    pub(super) shared: Arc<Shared>,
    /// Stop without emptying the queue.
    pub(super) abort: CancellationToken,
}

/// What became of events that are letters.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// Events since the snapshot that no instance is to see again.
    pub(super) dead: BTreeSet<Seq>,
    /// Events that the mapper rejected; they join `dead` if it takes one of them now.
    pub(super) rejected: BTreeSet<Seq>,
}

/// The plugins of a lane.
pub(super) struct Guest {
    setting: Setting,
    links: Links,
    chain: Option<Chain>,
    /// The last snapshot; none: the state is that of empty plugins.
    snapshot: Option<SnapshotTaken>,
    /// First position whose events the state does not hold yet.
    next: Seq,
    judged: Arc<Mutex<Judged>>,
    /// Positions that the state does not hold and never will, until a batch has taken note of them.
    unseen: Option<Range<Seq>>,
    /// Not in force yet: what fails is its end.
    on_trial: bool,
}

/// Why a replay stopped at an event.
enum Halt {
    /// The mapper rejected it once and takes it now, as after it was mended.
    Taken(Seq),
    /// The plugins fail on it.
    Failed(Seq, String, Failed),
}

impl Guest {
    /// The plugins of a lane, with nothing running. `snapshot` must not be beyond what is committed.
    pub(super) fn new(setting: Setting, links: Links, snapshot: Option<SnapshotTaken>, judged: Judged) -> Self {
        let next = snapshot.as_ref().map_or(1, |snapshot| snapshot.seq + 1);
        let judged = Arc::new(Mutex::new(judged));
        Self { setting, links, chain: None, snapshot, next, judged, unseen: None, on_trial: false }
    }

    /// Others in the place of these, not in force yet. They begin from the same snapshot; `cold`, from none.
    pub(super) fn successor(&self, links: Links, cold: bool) -> Self {
        let snapshot = self.snapshot.clone().filter(|_| !cold);
        let (setting, judged) = (self.setting.clone(), self.judged.clone());
        Self { setting, links, chain: None, snapshot, next: 1, judged, unseen: None, on_trial: true }
    }

    /// Tries a successor out, and leads it to where the lane is, or near; `before` is a copy of the plugins in force,
    /// none where their state is not wanted.
    ///
    /// # Errors
    /// Why these plugins cannot take over.
    pub(super) fn prepare(mut self, before: Option<Self>) -> Result<Self> {
        self.follow()?;
        let Some(before) = before else { return Ok(self) };
        // Its memory is needed for the copy.
        self.chain = None;
        match before.state_now() {
            Ok(state) => (self.snapshot, self.unseen) = (Some(state), None),
            Err(error) => {
                tracing::warn!(code = "IC4013", source = %self.setting.source, error = %format!("{error:#}"),
                    "The plugins in force give no state; those that take over begin from the last snapshot.");
            }
        }
        self.follow()?;
        Ok(self)
    }

    /// The state of plugins that are not in force, led to where the lane is.
    fn state_now(mut self) -> Result<SnapshotTaken> {
        self.follow()?;
        let states = self.chain.as_mut().context("the plugins have stopped")?.snapshot()?;
        Ok(SnapshotTaken { seq: self.next.saturating_sub(1), states })
    }

    /// From the snapshot to where the lane is, or near.
    fn follow(&mut self) -> Result<()> {
        self.rebuild(self.mapped() + 1)?;
        for _ in 0..ROUNDS {
            let until = self.mapped() + 1;
            if until.saturating_sub(self.next) <= NEAR_EVENTS {
                break;
            }
            self.replay(self.next, until)?;
            self.next = until;
        }
        Ok(())
    }

    /// Puts a successor in force where `before` ends.
    ///
    /// # Errors
    /// Why these plugins cannot take over.
    pub(super) fn take_over(&mut self, before: &mut Self) -> Result<()> {
        let until = before.next;
        let is_small = self.snapshot.as_ref().is_some_and(|taken| taken.bytes() <= HANDED_OVER_BYTES);
        match before.chain.as_mut().filter(|_| is_small).map(Chain::snapshot) {
            Some(Ok(states)) => {
                self.snapshot = Some(SnapshotTaken { seq: until.saturating_sub(1), states });
                self.rebuild(until)?;
            }
            _ => self.replay(self.next, until)?,
        }
        if self.chain.is_none() {
            bail!("the plugins have stopped");
        }
        (self.next, self.on_trial) = (until, false);
        Ok(())
    }

    fn mapped(&self) -> Seq {
        self.setting.shared.positions().0
    }

    /// The last snapshot; of plugins that have just taken over, what they began from.
    pub(super) fn last_snapshot(&self) -> Option<&SnapshotTaken> {
        self.snapshot.as_ref()
    }

    /// The plugins.
    pub(super) fn links(&self) -> &Links {
        &self.links
    }

    /// First position whose events the state does not hold yet.
    pub(super) fn next(&self) -> Seq {
        self.next
    }

    /// The state holds everything before `next`.
    pub(super) fn has_reached(&mut self, next: Seq) {
        self.next = next;
    }

    /// What became of events that are letters.
    pub(super) fn judged(&self) -> MutexGuard<'_, Judged> {
        self.judged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Positions that the state will never hold, once.
    pub(super) fn take_unseen(&mut self) -> Option<Range<Seq>> {
        self.unseen.take()
    }

    /// Maps the views with those indexes; `at` in what it gives counts among `wanted`.
    pub(super) fn call(&mut self, views: &[View<'_>], wanted: &[usize]) -> Result<Output, Failed> {
        let started = Instant::now();
        let given: Vec<View<'_>> = wanted.iter().filter_map(|at| views.get(*at).copied()).collect();
        let result = match &mut self.chain {
            Some(chain) => chain.map(&given),
            None => {
                let failure = Failure::Refused("there is no instance".to_owned());
                Err(Failed { plugin: self.links.shown(), failure })
            }
        };
        if !self.on_trial {
            let memory = self.chain.as_ref().map_or(0, Chain::memory_bytes);
            self.setting.shared.called(started.elapsed(), memory, result.as_ref().err());
        }
        if result.is_err() {
            self.chain = None;
        }
        result
    }

    /// New instances that have seen everything before `until`, with their rows suppressed.
    pub(super) fn rebuild(&mut self, until: Seq) -> Result<()> {
        self.chain = None;
        let opened = Chain::open(&self.links, &self.setting.opening);
        let mut chain = opened.map_err(|failed| {
            let words = format!("open plugin `{}`", failed.plugin);
            anyhow::Error::from(failed).context(words)
        })?;
        let mut from = 1;
        if let Some(snapshot) = &self.snapshot {
            match chain.restore(&snapshot.states) {
                Ok(()) => from = snapshot.seq + 1,
                Err(failed) if self.on_trial => return Err(self.unrestorable(failed)),
                Err(failed) => {
                    let reason = failed.to_string();
                    tracing::warn!(code = "IC4003", source = %self.setting.source, plugin = %failed.plugin, error = %reason,
                        "The snapshot was not taken; the state is rebuilt from the events that are retained.");
                    self.snapshot = None;
                    return self.rebuild(until);
                }
            }
        }
        self.chain = Some(chain);
        self.replay(from, until)?;
        self.next = until.max(from);
        Ok(())
    }

    /// Why a successor cannot begin, and what can be done.
    fn unrestorable(&self, failed: Failed) -> anyhow::Error {
        let states = self.snapshot.iter().flat_map(|snapshot| snapshot.states.iter());
        let before: Vec<String> = states
            .map(|state| format!("{} {} (state {})", state.plugin, state.plugin_version, state.state_version))
            .collect();
        let words = format!(
            "{} does not take the state of {}; a reload with `--cold` begins without it: what is still under way is then \
             known only as far as the queue retains its events, and the rest is ended as inferred",
            failed.plugin,
            before.join(" + ")
        );
        anyhow::Error::from(failed).context(words)
    }

    /// Leads the plugins past the events of `from..until` that are retained; their rows have been written before.
    fn replay(&mut self, from: Seq, until: Seq) -> Result<()> {
        let retained = self.setting.queue.positions().first_retained;
        let unseen = from..retained.min(until);
        if !unseen.is_empty() {
            tracing::info!(source = %self.setting.source, ?unseen,
                "What began at these positions is unknown to the plugin; where it is alive, it is ended as inferred.");
            self.unseen = Some(unseen);
        }
        if from < retained && retained < until {
            tracing::warn!(code = "IC4004", source = %self.setting.source, from, retained,
                "The plugin starts cold: the events before are no longer in the queue.");
        }
        let mut next = from.max(retained);
        while next < until {
            let mut reader = self.setting.queue.reader(next);
            let seq = match self.replay_once(&mut reader, until)? {
                None => return Ok(()),
                Some(Halt::Taken(seq)) => seq,
                Some(Halt::Failed(seq, event, failed)) if self.on_trial => {
                    let words = format!("{} fails on {event} at position {seq}", failed.plugin);
                    return Err(anyhow::Error::from(failed).context(words));
                }
                Some(Halt::Failed(seq, ..)) => seq,
            };
            // Its letter was written when it failed first.
            self.judged().dead.insert(seq);
            self.rebuild(seq + 1)?;
            next = seq + 1;
        }
        Ok(())
    }

    fn replay_once(&mut self, reader: &mut Reader, until: Seq) -> Result<Option<Halt>> {
        let mut buffer = Vec::new();
        loop {
            if self.on_trial && self.setting.abort.is_cancelled() {
                bail!("the lane stops");
            }
            buffer.clear();
            match reader.read(READ_EVENTS, READ_BYTES, &mut buffer, Duration::ZERO).context("read the queue")? {
                Read::Batch { last, .. } => {
                    let again = again::unfold(&buffer);
                    let views = views(again.as_ref().map_or(&buffer[..], |again| &again.events))?;
                    if let Some(halt) = self.replay_views(&views, until)? {
                        return Ok(Some(halt));
                    }
                    if last + 1 >= until {
                        return Ok(None);
                    }
                }
                Read::Idle | Read::Closed => return Ok(None),
            }
        }
    }

    fn replay_views(&mut self, views: &[View<'_>], until: Seq) -> Result<Option<Halt>> {
        let wanted: Vec<usize> = {
            let judged = self.judged();
            let old =
                |view: &View<'_>| view.seq() < until && !judged.dead.contains(&view.seq()) && self.links.want(view);
            (0..views.len()).filter(|at| views.get(*at).is_some_and(old)).collect()
        };
        if wanted.is_empty() {
            return Ok(None);
        }
        let halt = |view: &View<'_>, failed| Some(Halt::Failed(view.seq(), format!("`{}`", view.name()), failed));
        let failed = match self.call(views, &wanted) {
            Ok(output) => return Ok(self.taken_now(views, &wanted, &output)),
            Err(failed) => failed,
        };
        let Some(first) = wanted.first().and_then(|at| views.get(*at)) else { return Ok(None) };
        if wanted.len() == 1 {
            return Ok(halt(first, failed));
        }
        // One of them fails: find it by going one by one from a state before the first.
        self.rebuild(first.seq())?;
        for at in wanted {
            if let Err(failed) = self.call(views, &[at]) {
                return Ok(views.get(at).and_then(|view| halt(view, failed)));
            }
        }
        Ok(None)
    }

    /// The first event that the mapper rejected once and takes now, as after it was mended: its letter brings it again,
    /// so a state must not hold it. None of the rejected ones is given to it any more then.
    fn taken_now(&mut self, views: &[View<'_>], wanted: &[usize], output: &Output) -> Option<Halt> {
        let mut judged = self.judged();
        if judged.rejected.is_empty() {
            return None;
        }
        let rejects: BTreeSet<u32> = output.rejections.iter().map(|(at, _)| *at).collect();
        let taken = (0_u32..).zip(wanted).filter(|(at, _)| !rejects.contains(at));
        let mut taken = taken.filter_map(|(_, index)| views.get(*index)).map(View::seq);
        let first = taken.find(|seq| judged.rejected.contains(seq))?;
        let rejected = std::mem::take(&mut judged.rejected);
        judged.dead.extend(rejected);
        Some(Halt::Taken(first))
    }

    /// Keeps the state after `seq` in memory, so that the next failure has little to replay.
    pub(super) fn keep_snapshot(&mut self, seq: Seq) {
        if let Some(Ok(states)) = self.chain.as_mut().map(Chain::snapshot) {
            self.has_snapshot(SnapshotTaken { seq, states });
        }
    }

    fn has_snapshot(&mut self, taken: SnapshotTaken) {
        // A successor on its way begins from the snapshot before: what was judged since then is its business, too.
        if Arc::strong_count(&self.judged) == 1 {
            let mut judged = self.judged();
            judged.dead.clear();
            judged.rejected = judged.rejected.split_off(&(taken.seq + 1));
        }
        self.snapshot = Some(taken);
    }

    /// A snapshot to be written beside the queue once `seq` is committed.
    pub(super) fn snapshot(&mut self, seq: Seq) -> Option<SnapshotTaken> {
        match self.chain.as_mut()?.snapshot() {
            Ok(states) => {
                let taken = SnapshotTaken { seq, states };
                self.has_snapshot(taken.clone());
                self.setting.shared.snapshot_is(None);
                Some(taken)
            }
            Err(failed) => {
                tracing::error!(code = "IC4005", source = %self.setting.source, plugin = %failed.plugin, error = %failed,
                    "The plugin gave no snapshot; its state will be rebuilt from retained events if it is lost.");
                self.setting.shared.snapshot_is(Some(format!("plugin {} gave none: {failed}", failed.plugin)));
                // Whatever made it fail may have left the instance unusable.
                if let Err(error) = self.rebuild(seq + 1) {
                    tracing::error!(code = "IC4006", source = %self.setting.source, error = %format!("{error:#}"),
                        "The plugin could not be started again.");
                }
                None
            }
        }
    }
}

/// The events in a buffer that the queue has filled.
pub(super) fn views(buffer: &[u8]) -> Result<Vec<View<'_>>> {
    // The queue checks a CRC, so this can fail only by a fault of this program.
    Views::new(buffer).collect::<Result<_, _>>().context("read events from the queue")
}

#[cfg(test)]
mod tests;
