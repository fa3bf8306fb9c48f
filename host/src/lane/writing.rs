//! The writing stage: dead letters to disk, rows and position to the database, then the snapshot, then the release.
//!
//! The order is what makes a crash harmless: a dead letter is on disk before its position is committed, a snapshot
//! only after, and only what both cover is given back to the queue. A letter that was mapped after all is removed after
//! the commit, and before the release.

use super::pause::{self, Paused, Streak};
use super::status::{Shared, Stage};
use super::{MappedBatch, SnapshotTaken};
use crate::clock::Clock;
use crate::config::{Config, PauseAfter, SourceDbids};
use crate::deadletter::{DeadLetter, Found, Store, again, rows};
use crate::event::{Micros, Seq, Views};
use crate::idb::{Batch, Error, Idb, Keep, Leftovers, Refused, Written};
use crate::plugin::snapshot::{self, Snapshot};
use crate::queue::{Queue, Read};
use crate::record::{self, Role, Row, Stamp, TableId};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

/// A transaction that takes longer than this is shown as a database that is away.
const PATIENCE: Duration = Duration::from_secs(3);
/// Pause after the database has refused the lane; each further one is twice as long.
const REFUSED_PAUSE_MIN: Duration = Duration::from_secs(1);
/// Longest such pause: how late it is noticed that a person has seen to it.
const REFUSED_PAUSE_MAX: Duration = Duration::from_secs(30);

/// The stage.
pub(super) struct Writing<'a> {
    pub(super) source: &'a str,
    pub(super) config: &'a Config,
    pub(super) roles: Vec<Role>,
    pub(super) dbids: SourceDbids,
    pub(super) lane: i32,
    /// Time of the source's last event that was committed at the start.
    pub(super) heard: Micros,
    pub(super) idb: Idb,
    pub(super) queue: Queue,
    pub(super) snapshot_file: PathBuf,
    pub(super) letters: Store,
    pub(super) shared: &'a Shared,
    pub(super) clock: &'a Clock,
    /// What waiting may cure ends the lane nevertheless.
    pub(super) once: bool,
}

impl Writing<'_> {
    /// Writes batch after batch until mapping ends, or until told to stop.
    ///
    /// # Errors
    /// What cannot be retried: the lane stops, its events stay in the queue.
    pub(super) async fn run(
        self,
        committed: Seq,
        mut batches: Receiver<MappedBatch>,
        abort: &CancellationToken,
    ) -> Result<()> {
        let (mut position, mut streak) = (committed, Streak::default());
        while let Some(mut mapped) = batches.recv().await {
            if !self.on_disk(abort, || self.keep_letters(&mapped.letters)).await {
                return Ok(());
            }
            if !self.leave_out_outdated(&mut mapped, abort).await {
                return Ok(());
            }
            let snapshot = mapped.snapshot.take();
            let (last, received, cleaned) = (mapped.last, mapped.last_received, mapped.cleaned);
            let replayed = std::mem::take(&mut mapped.replayed);
            let started = Instant::now();
            let Some(written) = self.write(position, mapped, &replayed, &mut streak, abort).await? else {
                return Ok(());
            };
            position = last;
            self.shared.committed(last);
            let lag = if received == 0 { 0 } else { self.clock.now() - received };
            self.shared.wrote(started.elapsed(), lag);
            self.account(&written, cleaned);
            if !self.on_disk(abort, || self.settle(&replayed, &written.refused)).await {
                return Ok(());
            }
            if let Some(snapshot) = snapshot {
                self.keep_snapshot(snapshot);
            }
        }
        Ok(())
    }

    /// `None` if told to stop before the database took it.
    async fn write(
        &self,
        position: Seq,
        mapped: MappedBatch,
        replayed: &BTreeMap<Seq, Seq>,
        streak: &mut Streak,
        abort: &CancellationToken,
    ) -> Result<Option<Written>> {
        let late = mapped.late;
        let batch = Batch {
            lane: self.lane,
            queue_id: self.queue.id(),
            first: position + 1,
            last: mapped.last,
            last_time: mapped.last_time,
            icon_dbid: self.config.concentrator.dbid,
            pair_dbid: self.config.primary_dbid(),
            source_dbid: self.dbids.server,
            roles: self.roles.clone(),
            rows: mapped.rows,
            sessions: mapped.sessions,
            session_count: mapped.session_count,
            session: mapped.session,
            leftovers: mapped.unseen.map(|born| Leftovers { born, heard: self.heard }),
        };
        let events = batch.first..=batch.last;
        let batch = Arc::new(batch);
        let letter_of = |seq: Seq| replayed.get(&seq).copied().filter(|_| late.contains(&seq));
        let keep = |refused: &[Refused]| self.keep_refused(&batch, refused, &letter_of);
        match self.write_patiently(&batch, &keep, abort).await {
            Ok(written) => {
                self.idb_is(Stage::Running);
                self.count(&batch, &written.refused, streak);
                Ok(Some(written))
            }
            Err(Error::Cancelled { words }) => {
                tracing::warn!(code = "IC3002", source = %self.source, ?events, reason = %words,
                    "Stopped before the database took these events; they stay in the queue.");
                Ok(None)
            }
            Err(error) => Err(error).context("write to the Interaction Database"),
        }
    }

    /// Tries again for ever what waiting may cure, and what a person may: a right that was taken away, a table that
    /// was changed. The batch stays as it is.
    async fn write_patiently(
        &self,
        batch: &Arc<Batch>,
        keep: Keep<'_>,
        abort: &CancellationToken,
    ) -> Result<Written, Error> {
        let mut pause = REFUSED_PAUSE_MIN;
        loop {
            let error = match self.write_once(batch, keep, abort).await {
                Err(error) if self.may_pass(&error) => error,
                ended => return ended,
            };
            let words = error.to_string();
            tracing::error!(code = "IC3005", source = %self.source, error = %words, again_in_s = pause.as_secs(),
                "The Interaction Database refuses the lane; events stay in the queue and it is tried again.");
            self.idb_is(Stage::Retrying(words.clone()));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = abort.cancelled() => return Err(Error::Cancelled { words }),
            }
            pause = REFUSED_PAUSE_MAX.min(pause * 2);
        }
    }

    fn may_pass(&self, error: &Error) -> bool {
        !self.once && !matches!(error, Error::Cancelled { .. } | Error::Taken { .. })
    }

    async fn write_once(
        &self,
        batch: &Arc<Batch>,
        keep: Keep<'_>,
        abort: &CancellationToken,
    ) -> Result<Written, Error> {
        let mut writing = std::pin::pin!(self.idb.write(batch.clone(), abort, keep));
        loop {
            tokio::select! {
                written = &mut writing => return written,
                () = tokio::time::sleep(PATIENCE) => {
                    let slow = || "a transaction has been under way for a while".to_owned();
                    self.idb_is(Stage::Retrying(self.idb.trouble().unwrap_or_else(slow)));
                }
            }
        }
    }

    /// Of letters that bring rows only: leaves out what would put something old in the place of something newer.
    /// False if told to stop before the database answered.
    async fn leave_out_outdated(&self, mapped: &mut MappedBatch, abort: &CancellationToken) -> bool {
        let mut outdated = BTreeSet::new();
        for (index, (table, stamp, row)) in mapped.rows.iter().enumerate() {
            let Some(letter) = mapped.letter_of(stamp.seq) else { continue };
            let newer = |other: &(TableId, Stamp, Row)| {
                let same = other.0 == *table && same_key(*table, &other.2, row);
                same && mapped.letter_of(other.1.seq).is_none_or(|other| other > letter)
            };
            if mapped.rows.iter().any(newer) {
                outdated.insert(index);
                continue;
            }
            match self.is_outdated(*table, row, letter, abort).await {
                None => return false,
                Some(true) => drop(outdated.insert(index)),
                Some(false) => {}
            }
        }
        if !outdated.is_empty() {
            tracing::info!(source = %self.source, rows = outdated.len(),
                "Rows of dead letters are not written: what stands there is newer, or what they tell of has ended.");
            let mut index = 0..;
            mapped.rows.retain(|_| index.next().is_none_or(|index: usize| !outdated.contains(&index)));
        }
        true
    }

    /// Asks the database until it answers; `None` if told to stop before.
    async fn is_outdated(&self, table: TableId, row: &Row, letter: Seq, abort: &CancellationToken) -> Option<bool> {
        loop {
            match self.idb.is_outdated(table, row, letter).await {
                Ok(outdated) => return Some(outdated),
                Err(error) => self.idb_is(Stage::Retrying(error.to_string())),
            }
            tokio::select! {
                () = abort.cancelled() => return None,
                () = tokio::time::sleep(PATIENCE) => {}
            }
        }
    }

    /// Counts the events in a row of which rows were refused.
    fn count(&self, batch: &Batch, refused: &[Refused], streak: &mut Streak) {
        if refused.is_empty() && streak.length() == 0 {
            return;
        }
        let bad: BTreeSet<Seq> = refused.iter().map(|row| row.stamp.seq).collect();
        let all: BTreeSet<Seq> = batch.rows.iter().map(|(_, stamp, _)| stamp.seq).collect();
        for seq in all {
            if !bad.contains(&seq) {
                streak.fine();
            } else if self.config.dead_letters.pause_after.is_reached(streak.letter()) {
                let length = streak.length();
                let reason =
                    format!("{length} events in a row became dead letters, the last one refused by the database");
                self.pause(reason);
                streak.fine();
            }
        }
        self.shared.update(|figures| figures.refused_in_a_row = streak.length());
    }

    fn pause(&self, reason: String) {
        let by = pause::BY_ITSELF.to_owned();
        self.shared.pause(self.source, Paused { reason, since: self.clock.now(), by });
    }

    fn idb_is(&self, stage: Stage) {
        let now = self.clock.now();
        self.shared.update(|figures| {
            if figures.idb != stage {
                (figures.idb, figures.idb_since) = (stage, now);
            }
        });
    }

    /// Does it until the disk takes it; false if told to stop before.
    async fn on_disk(&self, abort: &CancellationToken, work: impl Fn() -> Result<()>) -> bool {
        while let Err(error) = work() {
            let reason = format!("{error:#}");
            tracing::error!(code = "IC2005", source = %self.source, error = %reason,
                "A dead letter could not be kept or removed; the lane waits, and events stay in the queue.");
            self.idb_is(Stage::Retrying(reason));
            tokio::select! {
                () = abort.cancelled() => return false,
                () = tokio::time::sleep(PATIENCE) => {}
            }
        }
        true
    }

    fn keep_letters(&self, letters: &[DeadLetter]) -> Result<()> {
        if letters.is_empty() {
            return Ok(());
        }
        for letter in letters {
            self.letters.put(letter)?;
            self.shared.update(|figures| *figures.dead_letters.entry(letter.kind.clone()).or_default() += 1);
        }
        let kept = self.letters.kept(Some(self.source))?;
        self.shared.update(|figures| figures.letters_kept = kept);
        let limits = &self.config.dead_letters;
        if let Some(reason) = limits.exceeded(kept).filter(|_| limits.pause_after != PauseAfter::Never) {
            self.pause(reason);
        }
        Ok(())
    }

    /// Removes the letters that went through the lane again; those refused again stay.
    fn settle(&self, replayed: &BTreeMap<Seq, Seq>, refused: &[Refused]) -> Result<()> {
        for (entry, letter) in replayed {
            let again = match self.letters.get(self.source, *letter) {
                Some(Found::Letter(kept)) => kept.tried_at == Some(*entry),
                _ => false,
            };
            if !(again && refused.iter().any(|row| row.stamp.seq == *entry)) {
                self.letters.remove(self.source, *letter)?;
            }
        }
        if !replayed.is_empty() {
            let kept = self.letters.kept(Some(self.source))?;
            self.shared.update(|figures| figures.letters_kept = kept);
        }
        Ok(())
    }

    /// Events of which the database refused a row: kept with the rows, the table and the database's words. `letter_of`
    /// gives the letter that brought a row again.
    fn keep_refused(
        &self,
        batch: &Batch,
        refused: &[Refused],
        letter_of: &(impl Fn(Seq) -> Option<Seq> + Sync),
    ) -> Result<(), String> {
        let mut by_event: BTreeMap<Seq, (Vec<String>, Vec<serde_json::Value>)> = BTreeMap::new();
        for row in refused {
            let (reasons, rows) = by_event.entry(row.stamp.seq).or_default();
            reasons.push(format!("{}: {}", record::table(row.table).name, row.reason));
            rows.extend(batch.rows.get(row.index).map(|(table, _, row)| rows::to_json(*table, row)));
        }
        let letters = by_event.into_iter().map(|(seq, (reasons, rows))| {
            let first = letter_of(seq);
            let known = first.and_then(|first| match self.letters.get(self.source, first) {
                Some(Found::Letter(letter)) => Some(letter.event),
                _ => None,
            });
            DeadLetter {
                lane: self.source.to_owned(),
                seq: first.unwrap_or(seq),
                stage: "idb".to_owned(),
                kind: "refused".to_owned(),
                reason: reasons.join("\n"),
                plugin: self.shared.figures().plugin_version,
                time: self.clock.now(),
                event: known.unwrap_or_else(|| self.event(seq)),
                rows,
                tried_at: first.map(|_| seq),
                replay: None,
            }
        });
        let letters: Vec<DeadLetter> = letters.collect();
        for letter in &letters {
            tracing::warn!(code = "IC3003", source = %self.source, seq = letter.seq, error = %letter.reason, last = batch.last,
                "The database refused rows of an event; it became a dead letter.");
        }
        self.keep_letters(&letters).map_err(|error| format!("{error:#}"))
    }

    /// An event of the queue, as a dead letter keeps it.
    fn event(&self, seq: Seq) -> serde_json::Value {
        let mut buffer = Vec::new();
        let read = self.queue.reader(seq).read(1, usize::MAX, &mut buffer, Duration::ZERO);
        if let Some(again) = again::unfold(&buffer) {
            buffer = again.events;
        }
        let found = matches!(read, Ok(Read::Batch { .. })).then(|| Views::new(&buffer).flatten().next()).flatten();
        found.map_or(serde_json::Value::Null, |view| DeadLetter::event_of(&view))
    }

    fn account(&self, written: &Written, cleaned: u64) {
        self.shared.update(|figures| {
            for (table, rows) in &written.rows_by_table {
                *figures.rows.entry(record::table(*table).name).or_default() += *rows as u64;
            }
            figures.retries += u64::from(written.retries);
            figures.cleaned += cleaned;
        });
    }

    /// Writes a snapshot whose position is committed now, and gives back what it covers to the queue.
    fn keep_snapshot(&self, taken: SnapshotTaken) {
        let position = taken.seq;
        let (lane, queue_id) = (self.source.to_owned(), *self.queue.id().as_bytes());
        let snapshot = Snapshot { lane, queue_id, position, states: taken.states };
        match snapshot::write(&self.snapshot_file, &snapshot, &crate::queue::disk::sync_file) {
            Ok(()) => {
                self.shared.snapshotted(position);
                self.shared.snapshot_is(None);
                self.queue.release(position);
            }
            Err(error) => {
                tracing::error!(code = "IC2004", source = %self.source, %error,
                    "The plugin's snapshot could not be written; the queue keeps the events that it would have covered.");
                self.shared.snapshot_is(Some(error.to_string()));
            }
        }
    }
}

/// Whether two rows of a table are of the same key; rows that are only added have none.
fn same_key(table: TableId, left: &Row, right: &Row) -> bool {
    let table = record::table(table);
    match table.writing {
        record::Writing::Insert => false,
        record::Writing::Object => left.object_id == right.object_id,
        record::Writing::Keyed | record::Writing::Active => {
            table.key.iter().all(|at| left.values.get(*at) == right.values.get(*at))
        }
    }
}
