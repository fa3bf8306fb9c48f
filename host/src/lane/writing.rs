//! The writing stage: dead letters to disk, rows and position to the database, then the snapshot, then the release.
//!
//! The order is what makes a crash harmless: a dead letter is on disk before its position is committed, a snapshot
//! only after, and only what both cover is given back to the queue.

use super::status::{Shared, Stage};
use super::{MappedBatch, SnapshotTaken};
use crate::clock::Clock;
use crate::config::{Config, SourceDbids};
use crate::deadletter::{DeadLetter, Store};
use crate::event::{Seq, Views};
use crate::idb::{Batch, Error, Idb, Refused, Written};
use crate::plugin::snapshot::{self, Owner, Snapshot};
use crate::queue::{Queue, Read};
use crate::record::{self, Role};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

/// A transaction that takes longer than this is shown as a database that is away.
const PATIENCE: Duration = Duration::from_secs(3);

/// The stage.
pub(super) struct Writing<'a> {
    pub(super) source: &'a str,
    pub(super) config: &'a Config,
    pub(super) roles: Vec<Role>,
    pub(super) dbids: SourceDbids,
    pub(super) lane: i32,
    pub(super) idb: Idb,
    pub(super) queue: Queue,
    pub(super) owner: Owner,
    pub(super) snapshot_file: PathBuf,
    pub(super) plugin_version: String,
    pub(super) letters: Store,
    pub(super) shared: &'a Shared,
    pub(super) clock: &'a Clock,
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
        let mut position = committed;
        while let Some(mut mapped) = batches.recv().await {
            if !self.keep_patiently(&mapped.letters, abort).await {
                return Ok(());
            }
            let snapshot = mapped.snapshot.take();
            let (last, received, cleaned) = (mapped.last, mapped.last_received, mapped.cleaned);
            let started = Instant::now();
            let Some(written) = self.write(position, mapped, abort).await? else { return Ok(()) };
            position = last;
            self.shared.committed(last);
            let lag = if received == 0 { 0 } else { self.clock.now() - received };
            self.shared.wrote(started.elapsed(), lag);
            self.account(&written, cleaned);
            if let Some(snapshot) = snapshot {
                self.keep_snapshot(snapshot);
            }
        }
        Ok(())
    }

    /// `None` if told to stop before the database took it.
    async fn write(&self, position: Seq, mapped: MappedBatch, abort: &CancellationToken) -> Result<Option<Written>> {
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
        };
        let events = batch.first..=batch.last;
        let batch = Arc::new(batch);
        let keep = |refused: &[Refused]| self.keep_refused(&batch, refused);
        let mut writing = std::pin::pin!(self.idb.write(batch.clone(), abort, &keep));
        let written = loop {
            tokio::select! {
                written = &mut writing => break written,
                () = tokio::time::sleep(PATIENCE) => {
                    let slow = || "a transaction has been under way for a while".to_owned();
                    self.idb_is(Stage::Retrying(self.idb.trouble().unwrap_or_else(slow)));
                }
            }
        };
        match written {
            Ok(written) => {
                self.idb_is(Stage::Running);
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

    fn idb_is(&self, stage: Stage) {
        let now = self.clock.now();
        self.shared.update(|figures| {
            if figures.idb != stage {
                (figures.idb, figures.idb_since) = (stage, now);
            }
        });
    }

    /// Waits while the disk does not take them; false if told to stop before.
    async fn keep_patiently(&self, letters: &[DeadLetter], abort: &CancellationToken) -> bool {
        while let Err(error) = self.keep_letters(letters) {
            let reason = format!("{error:#}");
            tracing::error!(code = "IC2005", source = %self.source, error = %reason,
                "A dead letter could not be kept; the lane waits, and events stay in the queue.");
            self.idb_is(Stage::Retrying(reason));
            tokio::select! {
                () = abort.cancelled() => return false,
                () = tokio::time::sleep(PATIENCE) => {}
            }
        }
        true
    }

    fn keep_letters(&self, letters: &[DeadLetter]) -> Result<()> {
        for letter in letters {
            self.letters.put(letter)?;
            self.shared.update(|figures| *figures.dead_letters.entry(letter.kind.clone()).or_default() += 1);
        }
        Ok(())
    }

    /// Events of which the database refused a row: kept with the table and the database's words.
    fn keep_refused(&self, batch: &Batch, refused: &[Refused]) -> Result<(), String> {
        let mut by_event: BTreeMap<Seq, Vec<String>> = BTreeMap::new();
        for row in refused {
            let reason = format!("{}: {}", record::table(row.table).name, row.reason);
            by_event.entry(row.stamp.seq).or_default().push(reason);
        }
        let letters = by_event.into_iter().map(|(seq, reasons)| DeadLetter {
            lane: self.source.to_owned(),
            seq,
            stage: "idb".to_owned(),
            kind: "refused".to_owned(),
            reason: reasons.join("\n"),
            plugin: self.shared.figures().plugin_version,
            time: self.clock.now(),
            event: self.event(seq),
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
        let snapshot = Snapshot {
            owner: self.owner.clone(),
            plugin_version: self.plugin_version.clone(),
            state_version: taken.state_version,
            position,
            state: taken.bytes,
        };
        match snapshot::write(&self.snapshot_file, &snapshot, &crate::queue::disk::sync_file) {
            Ok(()) => {
                self.shared.snapshotted(position);
                self.queue.release(position);
            }
            Err(error) => tracing::error!(code = "IC2004", source = %self.source, %error,
                "The plugin's snapshot could not be written; the queue keeps the events that it would have covered."),
        }
    }
}
