//! Other plugins take over from those in force, between two batches.
//!
//! ```text
//! asked ─▶ prepared by a thread: trial, state of a copy of those in force ─▶ near ─▶ between two batches: what is left, swap
//! ```
//! The lane maps on meanwhile. What it waits for is the last step only
//! (`docs/decisions/0012-reload-beside-the-lane.md`).
//!
//! # Failure
//! Whatever fails leaves the plugins in force as they are, and the reason goes to whoever asked. A lane that stops
//! answers so, and waits for the thread.

use super::Mapping;
use super::SnapshotTaken;
use super::guest::Guest;
use crate::lane::reload::{Request, Swapped};
use anyhow::{Result, anyhow};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::Instant;

/// A successor on its way.
pub(super) struct Takeover {
    request: Request,
    prepared: Receiver<Result<Guest>>,
    _thread: Worker,
}

/// A thread that is joined when its work is of no interest any more.
pub(super) struct Worker(Option<JoinHandle<()>>);

impl Worker {
    fn start(name: String, work: impl FnOnce() + Send + 'static) -> Self {
        // A machine that has no thread to give drops the work here, and what waits for it learns so.
        Self(std::thread::Builder::new().name(name).spawn(work).ok())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            // A panic was its own.
            let _ = thread.join();
        }
    }
}

impl Takeover {
    fn begin(request: Request, successor: Guest, before: Option<Guest>, source: &str) -> Self {
        let (out, prepared) = sync_channel(1);
        let work = move || {
            // Nobody waits any more if the lane has stopped.
            let _ = out.send(successor.prepare(before));
        };
        Self { request, prepared, _thread: Worker::start(format!("next {source}"), work) }
    }
}

impl Mapping {
    /// Begins or ends a takeover if it is time; if others have taken over, gives the state from which they began, unless
    /// they did without.
    pub(super) fn attend_takeover(&mut self) -> Option<Option<SnapshotTaken>> {
        if self.takeover.is_none() {
            let request = self.deps.shared.reloads.take()?;
            let successor = self.guest.successor(request.links.clone(), request.cold);
            let before = (!request.cold).then(|| self.guest.successor(self.guest.links().clone(), false));
            self.takeover = Some(Takeover::begin(request, successor, before, &self.config.source));
        }
        let prepared = match self.takeover.as_ref()?.prepared.try_recv() {
            Ok(prepared) => prepared,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => Err(anyhow!("the thread that prepares the plugins has ended")),
        };
        let Takeover { request, .. } = self.takeover.take()?;
        let swapped = prepared.and_then(|successor| self.swap(successor));
        let begun_from = swapped.is_ok().then(|| self.guest.last_snapshot().cloned());
        request.answer(swapped);
        begun_from
    }

    fn swap(&mut self, mut successor: Guest) -> Result<Swapped> {
        let begun = Instant::now();
        successor.take_over(&mut self.guest)?;
        let before = std::mem::replace(&mut self.guest, successor);
        // Giving its memory back takes time that the lane need not wait.
        self.past = Some(Worker::start(format!("past {}", self.config.source), move || drop(before)));
        Ok(Swapped { pause: begun.elapsed(), position: self.guest.next().saturating_sub(1) })
    }
}
