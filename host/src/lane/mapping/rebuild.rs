//! The plugin's state: rebuilt from the last snapshot and the events since, and kept.
//!
//! Positions that are in neither are noted in the next batch: with it the database ends what began there
//! (`idb/leftover.rs`).

use super::{Mapping, READ_BYTES, READ_EVENTS, SnapshotTaken};
use crate::deadletter::again;
use crate::event::{Seq, View};
use crate::plugin::{Instance, Output};
use crate::queue::{Read, Reader};
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::time::Duration;

impl Mapping {
    /// A new instance that has seen everything before `until`, with its rows suppressed.
    pub(super) fn rebuild(&mut self, until: Seq) -> Result<()> {
        let opened = self.config.opening.open(&self.deps.plugin);
        let mut instance = opened.with_context(|| format!("open plugin `{}`", self.deps.plugin.description().name))?;
        let mut from = 1;
        if let Some(snapshot) = &self.state.snapshot {
            match instance.restore(snapshot.state_version, &snapshot.bytes) {
                Ok(()) => from = snapshot.seq + 1,
                Err(failure) => {
                    let reason = failure.to_string();
                    tracing::warn!(code = "IC4003", source = %self.config.source, error = %reason,
                        "The snapshot was not taken; the state is rebuilt from the events that are retained.");
                    self.state.snapshot = None;
                    return self.rebuild(until);
                }
            }
        }
        self.state.instance = Some(instance);
        self.replay(from, until)?;
        self.state.next = until;
        Ok(())
    }

    /// Leads the instance past the events of `from..until` that are retained; their rows have been written before.
    fn replay(&mut self, from: Seq, until: Seq) -> Result<()> {
        let retained = self.deps.queue.positions().first_retained;
        let unseen = from..retained.min(until);
        if !unseen.is_empty() {
            tracing::info!(source = %self.config.source, ?unseen,
                "What began at these positions is unknown to the plugin; where it is alive, it is ended as inferred.");
            self.state.unseen = Some(unseen);
        }
        if from < retained && retained < until {
            tracing::warn!(code = "IC4004", source = %self.config.source, from, retained,
                "The plugin starts cold: the events before are no longer in the queue.");
        }
        let mut next = from.max(retained);
        while next < until {
            let mut reader = self.deps.queue.reader(next);
            match self.replay_once(&mut reader, until)? {
                None => return Ok(()),
                Some(failed) => {
                    // Its letter was written when it failed first.
                    self.state.dead.insert(failed);
                    self.rebuild(failed + 1)?;
                    next = failed + 1;
                }
            }
        }
        Ok(())
    }

    /// `Some(seq)` if the instance failed at that event.
    fn replay_once(&mut self, reader: &mut Reader, until: Seq) -> Result<Option<Seq>> {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read(READ_EVENTS, READ_BYTES, &mut buffer, Duration::ZERO).context("read the queue")? {
                Read::Batch { last, .. } => {
                    let again = again::unfold(&buffer);
                    let views = self.views(again.as_ref().map_or(&buffer[..], |again| &again.events))?;
                    if let Some(failed) = self.replay_views(&views, until)? {
                        return Ok(Some(failed));
                    }
                    if last + 1 >= until {
                        return Ok(None);
                    }
                }
                Read::Idle | Read::Closed => return Ok(None),
            }
        }
    }

    fn replay_views(&mut self, views: &[View<'_>], until: Seq) -> Result<Option<Seq>> {
        let old = |view: &View<'_>| view.seq() < until && !self.state.dead.contains(&view.seq()) && self.wants(view);
        let wanted: Vec<usize> = (0..views.len()).filter(|at| views.get(*at).is_some_and(old)).collect();
        if wanted.is_empty() {
            return Ok(None);
        }
        if let Ok(output) = self.call(views, &wanted) {
            return Ok(self.taken_now(views, &wanted, &output));
        }
        let Some(first) = wanted.first().and_then(|at| views.get(*at)).map(View::seq) else { return Ok(None) };
        if wanted.len() == 1 {
            return Ok(Some(first));
        }
        // One of them fails: find it by going one by one from a state before the first.
        self.rebuild(first)?;
        for at in wanted {
            if self.call(views, &[at]).is_err() {
                return Ok(views.get(at).map(View::seq));
            }
        }
        Ok(None)
    }

    /// The first event that the plugin rejected once and takes now, as after it was mended: its letter brings it again,
    /// so a state must not hold it. None of the rejected ones is given to it any more then.
    fn taken_now(&mut self, views: &[View<'_>], wanted: &[usize], output: &Output) -> Option<Seq> {
        if self.state.rejected.is_empty() {
            return None;
        }
        let rejects: BTreeSet<u32> = output.rejections.iter().map(|(at, _)| *at).collect();
        let taken = (0_u32..).zip(wanted).filter(|(at, _)| !rejects.contains(at));
        let mut taken = taken.filter_map(|(_, index)| views.get(*index)).map(View::seq);
        let first = taken.find(|seq| self.state.rejected.contains(seq))?;
        self.state.dead.append(&mut self.state.rejected);
        Some(first)
    }

    /// Keeps the state after `seq` in memory, so that the next failure has little to replay.
    pub(super) fn keep_snapshot(&mut self, seq: Seq) {
        let state_version = self.deps.plugin.description().state_version;
        if let Some(Ok(bytes)) = self.state.instance.as_mut().map(Instance::snapshot) {
            self.state.snapshot = Some(SnapshotTaken { seq, state_version, bytes });
            self.state.dead.clear();
        }
    }

    /// A snapshot to be written beside the queue once `seq` is committed.
    pub(super) fn snapshot(&mut self, seq: Seq) -> Option<SnapshotTaken> {
        let state_version = self.deps.plugin.description().state_version;
        match self.state.instance.as_mut()?.snapshot() {
            Ok(bytes) => {
                let taken = SnapshotTaken { seq, state_version, bytes };
                self.state.snapshot = Some(taken.clone());
                self.state.dead.clear();
                self.deps.shared.snapshot_is(None);
                Some(taken)
            }
            Err(failure) => {
                tracing::error!(code = "IC4005", source = %self.config.source, error = %failure,
                    "The plugin gave no snapshot; its state will be rebuilt from retained events if it is lost.");
                self.deps.shared.snapshot_is(Some(format!("the plugin gave none: {failure}")));
                // Whatever made it fail may have left the instance unusable.
                self.state.instance = None;
                if let Err(error) = self.rebuild(seq + 1) {
                    tracing::error!(code = "IC4006", source = %self.config.source, error = %format!("{error:#}"),
                        "The plugin could not be started again.");
                }
                None
            }
        }
    }
}
