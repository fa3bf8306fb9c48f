//! Dead letters of a lane on their way again, and dropped.
//!
//! The one place that decides whether a letter may go again; the console asks it, and a lane that starts settles what
//! was under way. The way itself is drawn in `deadletter.rs`.
//!
//! ```text
//! letter says `replay`      and its entry, after `replay.after`      means
//! no                        –                                        it lies there
//! yes                       is not in the queue                      to be appended
//! yes                       lies beyond what is committed            under way
//! yes                       is committed                             settled: to be removed
//! ```
//! A letter whose own position lies beyond what is committed is not valid yet: its event will be mapped first.

use super::status::Shared;
use crate::clock::Clock;
use crate::deadletter::{DeadLetter, Found, Replay, Store, again};
use crate::event::{Seq, View, Views};
use crate::queue::{self, Queue, Read};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Bytes of the queue that are searched in one piece.
const SEARCH_BYTES: usize = 1 << 20;

/// What becomes of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// They go through the lane again.
    Replay,
    /// They are removed.
    Drop,
}

/// What became of one letter.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    /// The letter's position.
    pub seq: Seq,
    /// Why it was not done; none: it was.
    pub refused: Option<String>,
}

/// Events that stand in the queue and are letters: what a state that is rebuilt must not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settled {
    /// The plugin failed at them: no instance is to see them at their positions.
    pub(super) dead: BTreeSet<Seq>,
    /// The plugin rejected them: one that does so again may see them, one that takes them now must not.
    pub(super) rejected: BTreeSet<Seq>,
}

/// The dead letters of one lane. Clones are the same.
#[derive(Clone, Debug)]
pub struct Letters {
    source: String,
    store: Store,
    /// One wish after another.
    turn: Arc<Mutex<()>>,
}

impl Letters {
    /// The letters of `source` in `dir`.
    #[must_use]
    pub fn new(source: &str, dir: &Path) -> Self {
        Self { source: source.to_owned(), store: Store::new(dir.to_owned()), turn: Arc::default() }
    }

    /// Where they are.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Does to each letter as wished, on behalf of `by`.
    pub async fn fulfil(
        &self,
        wish: Wish,
        letters: &[Seq],
        by: &str,
        queue: &Queue,
        shared: &Shared,
        clock: &Clock,
    ) -> Vec<Answer> {
        let _turn = self.turn.lock().await;
        let mut answers = Vec::with_capacity(letters.len());
        for seq in letters {
            let (_, committed, _) = shared.positions();
            let done = match wish {
                Wish::Replay => self.replay(*seq, by, queue, committed, clock).await,
                Wish::Drop => self.remove(*seq, committed),
            };
            let refused = done.err().map(|error| format!("{error:#}"));
            tracing::info!(source = %self.source, seq, by, wish = ?wish, refused = refused.as_deref(), "A dead letter.");
            answers.push(Answer { seq: *seq, refused });
        }
        answers
    }

    fn letter(&self, seq: Seq) -> Result<DeadLetter> {
        match self.store.get(&self.source, seq) {
            Some(Found::Letter(letter)) => Ok(*letter),
            Some(Found::Damaged(path, why)) => anyhow::bail!("{} is damaged: {why}", path.display()),
            None => anyhow::bail!("there is no such letter"),
        }
    }

    async fn replay(&self, seq: Seq, by: &str, queue: &Queue, committed: Seq, clock: &Clock) -> Result<()> {
        let mut letter = self.letter(seq)?;
        free(&letter)?;
        let settled = letter.seq.max(letter.tried_at.unwrap_or_default());
        anyhow::ensure!(settled <= committed, "position {settled} is not committed yet: wait for the database");
        let entry = again::entry(&letter, clock.now())?;
        let positions = queue.positions();
        if let Some(refusing) = positions.refusing {
            anyhow::bail!("the queue refuses: {:?}", refusing.reason);
        }
        // Nothing that is durable now is the entry; what is only appended may be lost and its positions given again.
        letter.replay = Some(Replay { after: positions.durable, asked: clock.now(), by: by.to_owned() });
        self.store.put(&letter)?;
        append(queue, entry).await.context("asked for; it is done when the lane starts again")
    }

    fn remove(&self, seq: Seq, committed: Seq) -> Result<()> {
        if let Ok(letter) = self.letter(seq) {
            free(&letter)?;
            anyhow::ensure!(letter.seq <= committed, "position {seq} is not committed yet: wait for the database");
        }
        anyhow::ensure!(self.store.remove(&self.source, seq)?, "there is no such letter");
        Ok(())
    }

    /// Does to each letter as wished while no daemon runs: what is to go again does so when the lane starts.
    ///
    /// # Errors
    /// None that stands for all letters.
    #[must_use]
    pub fn fulfil_at_rest(&self, wish: Wish, letters: &[Seq], by: &str, clock: &Clock) -> Vec<Answer> {
        let ask = |seq: Seq| {
            let mut letter = self.letter(seq)?;
            free(&letter)?;
            again::entry(&letter, clock.now())?;
            let after = letter.seq.max(letter.tried_at.unwrap_or_default());
            letter.replay = Some(Replay { after, asked: clock.now(), by: by.to_owned() });
            self.store.put(&letter)
        };
        let answer = |seq: &Seq| {
            let done = match wish {
                Wish::Replay => ask(*seq),
                Wish::Drop => self.remove(*seq, Seq::MAX),
            };
            Answer { seq: *seq, refused: done.err().map(|error| format!("{error:#}")) }
        };
        letters.iter().map(answer).collect()
    }

    /// Finds out what remains to be done where the lane stands at its start, and does it.
    ///
    /// # Errors
    /// If letters or queue cannot be read or written.
    pub(super) async fn settle(&self, queue: &Queue, committed: Seq, clock: &Clock) -> Result<Settled> {
        let _turn = self.turn.lock().await;
        let positions = queue.positions();
        let (mut asked, mut settled) = (Vec::new(), Settled::default());
        for found in self.store.list(Some(&self.source), usize::MAX)? {
            let Found::Letter(mut letter) = found else { continue };
            if letter.seq > committed && (positions.first_retained..=positions.durable).contains(&letter.seq) {
                self.store.remove(&self.source, letter.seq)?;
                continue;
            }
            if letter.stage == "plugin" {
                let set = if letter.kind == "rejected" { &mut settled.rejected } else { &mut settled.dead };
                set.extend([letter.seq].into_iter().chain(letter.tried_at.filter(|tried| *tried <= committed)));
            }
            // It was refused again, and the entry will be mapped once more.
            if let Some(tried) = letter.tried_at.filter(|tried| *tried > committed && letter.replay.is_none()) {
                let by = super::pause::BY_ITSELF.to_owned();
                letter.replay = Some(Replay { after: tried.saturating_sub(1), asked: clock.now(), by });
                self.store.put(&letter)?;
            }
            asked.extend(letter.replay.clone().map(|replay| (replay, *letter)));
        }
        let Some(from) = asked.iter().map(|(replay, _)| replay.after).min() else { return Ok(settled) };
        let searched = queue.clone();
        let entries = tokio::task::spawn_blocking(move || entries(&searched, from, |_| true)).await??;
        for (replay, letter) in asked {
            let entry = entries.get(&letter.seq).filter(|entry| **entry > replay.after);
            match entry {
                Some(entry) if *entry > committed => {}
                Some(_) => drop(self.store.remove(&self.source, letter.seq)?),
                None => self.append_now(letter, queue, clock).await?,
            }
        }
        Ok(settled)
    }

    async fn append_now(&self, mut letter: DeadLetter, queue: &Queue, clock: &Clock) -> Result<()> {
        match again::entry(&letter, clock.now()) {
            Ok(entry) => match queue.append(entry).await {
                Ok(ticket) => ticket.durable().await.map(drop).context("append to the queue"),
                // The daemon stops; the next start finds it asked for.
                Err(queue::Error::Closed) => Ok(()),
                Err(error) => Err(error).context("append to the queue"),
            },
            Err(error) => {
                tracing::warn!(code = "IC2007", source = %self.source, seq = letter.seq, %error,
                    "A dead letter cannot go through its lane again.");
                letter.replay = None;
                self.store.put(&letter)
            }
        }
    }
}

/// Whether nothing is under way with it.
fn free(letter: &DeadLetter) -> Result<()> {
    match &letter.replay {
        None => Ok(()),
        Some(replay) => {
            anyhow::bail!("it is on its way, asked for by {} at {}", replay.by, crate::clock::rfc3339(replay.asked))
        }
    }
}

async fn append(queue: &Queue, entry: Vec<u8>) -> Result<()> {
    let ticket = queue.append(entry).await.context("append to the queue")?;
    ticket.durable().await.context("append to the queue")?;
    Ok(())
}

/// The last entry of each letter after `from` that `wanted` takes: position by letter.
fn entries(queue: &Queue, from: Seq, wanted: impl Fn(&View<'_>) -> bool) -> Result<BTreeMap<Seq, Seq>> {
    let mut found = BTreeMap::new();
    let mut buffer = Vec::new();
    let (mut next, upto) = (from.saturating_add(1), queue.positions().durable);
    let mut reader = queue.reader(next);
    while next <= upto {
        buffer.clear();
        match reader.read(usize::MAX, SEARCH_BYTES, &mut buffer, Duration::ZERO) {
            Ok(Read::Batch { last, .. }) => next = last + 1,
            Ok(Read::Idle | Read::Closed) => break,
            Err(queue::Error::Trimmed { first, .. }) => {
                next = first.max(next + 1);
                reader = queue.reader(next);
                continue;
            }
            Err(error) => return Err(error).context("read the queue"),
        }
        let views = Views::new(&buffer).flatten().filter(|view| wanted(view));
        found.extend(views.filter_map(|view| again::letter_of(&view).map(|letter| (letter, view.seq()))));
    }
    Ok(found)
}

/// Letters that went through the lane again after `from`: the events that they hold were given to the plugin there, and
/// not at their own positions.
pub(super) fn gone_again(queue: &Queue, from: Seq) -> Result<BTreeSet<Seq>> {
    Ok(entries(queue, from, |view| view.text("rows").is_none())?.into_keys().collect())
}

#[cfg(test)]
mod tests;
