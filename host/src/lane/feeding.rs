//! Everything that puts events into a lane's queue: its source, or recordings in its place, and ticks.

use super::{Input, Lane};
use crate::config;
use crate::event::{Builder, Kind, Micros};
use crate::idb::{self, Idb};
use crate::queue::Queue;
use crate::source::Inlet;
use crate::source::ami::Ami;
use crate::source::capture::{self, Capture, Job};
use crate::source::stream::Stream;
use crate::source::tevents::TEvents;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How long a source waits to be told by the database how far it is known.
const KNOWN_WAIT: Duration = Duration::from_secs(1);

impl Lane {
    /// The source and the ticks: everything that puts events into the queue.
    pub(super) async fn feed(
        &self,
        input: &Input,
        queue: Queue,
        idb: Option<Idb>,
        mut ticks: mpsc::Receiver<Micros>,
        stop: CancellationToken,
    ) -> Result<()> {
        let source = self.source(input, queue.clone(), idb, stop);
        tokio::pin!(source);
        loop {
            tokio::select! {
                ended = &mut source => return ended.with_context(|| format!("source `{}`", self.name)),
                Some(time) = ticks.recv() => {
                    let mut tick = Builder::new(Kind::Tick, "Tick", self.deps.clock.now());
                    tick.time(time);
                    self.append(&queue, &tick).await?;
                }
            }
        }
    }

    async fn source(&self, input: &Input, queue: Queue, idb: Option<Idb>, stop: CancellationToken) -> Result<()> {
        let inlet = Inlet::new(queue.clone());
        let (clock, counters) = (self.deps.clock.clone(), self.shared.source.clone());
        let recordings = match (input, &self.options) {
            (Input::Recordings(files, pace), _) => {
                capture::Config { pace: *pace, ..capture::Config::new(files.clone()) }
            }
            (Input::Configured, config::Source::Capture(capture)) => capture.clone(),
            (Input::Configured, config::Source::Ami(ami)) => {
                let seed = u64::from(std::process::id());
                return Ok(Ami::open(ami.as_ref().clone(), inlet, clock, counters, seed).run(stop).await?);
            }
            (Input::Configured, config::Source::Stream(stream)) => {
                let known = self.known_sequences("stream:").await;
                let seed = u64::from(std::process::id());
                let stream = Stream::open(stream.as_ref().clone(), inlet, clock, counters, known, seed);
                return Ok(stream.run(stop).await?);
            }
            (Input::Configured, config::Source::Tevents(tevents)) => {
                let known = self.known_sequences("").await;
                return Ok(TEvents::open(tevents.clone(), inlet, clock, counters, known).run(stop).await?);
            }
        };
        let Some(idb) = idb else { bail!("recordings need the database first") };
        let jobs = self.jobs(&recordings.files, &queue, &idb, &stop).await?;
        Ok(Capture::open(&recordings, inlet, clock, counters).run(&jobs, stop).await?)
    }

    /// How far the database knows what can be resumed, by identity; `kind` stands before it there. The queue knows
    /// better, unless it is new or has been trimmed: a database that does not answer is not waited for.
    async fn known_sequences(&self, kind: &str) -> BTreeMap<String, u64> {
        let known = tokio::time::timeout(KNOWN_WAIT, self.deps.idb.captures(&self.name)).await;
        let Ok(Ok(known)) = known else {
            tracing::debug!(source = %self.name, "The database cannot be asked how far it knows the source.");
            return BTreeMap::new();
        };
        let of_kind = |capture: idb::Capture| Some((capture.identity.strip_prefix(kind)?.to_owned(), capture.last));
        known.into_iter().filter_map(of_kind).collect()
    }

    /// Which recordings to read, and from where: what the database knows of them is not read again.
    async fn jobs(&self, files: &[PathBuf], queue: &Queue, idb: &Idb, stop: &CancellationToken) -> Result<Vec<Job>> {
        // What an interrupted run has left in the queue is committed first, and so known to the database.
        tokio::select! {
            () = self.shared.wait_committed(queue.positions().appended) => {}
            () = stop.cancelled() => return Ok(Vec::new()),
        }
        let known = idb.captures(&self.name).await.context("ask the database which recordings it knows")?;
        let mut jobs = Vec::new();
        for path in files {
            let identity = capture::identity(path).await?;
            let skip_bytes =
                known.iter().find(|capture| capture.identity == identity).map_or(0, |capture| capture.last);
            jobs.push(Job { path: path.clone(), identity, skip_bytes });
        }
        Ok(jobs)
    }
}
