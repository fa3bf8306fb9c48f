//! Everything that puts events into a lane's queue: its source, or recordings in its place, and ticks.

use super::{Input, Lane};
use crate::config;
use crate::event::{Builder, Kind, Micros};
use crate::idb::Idb;
use crate::queue::Queue;
use crate::source::Inlet;
use crate::source::ami::Ami;
use crate::source::capture::{self, Capture, Job};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

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
        };
        let Some(idb) = idb else { bail!("recordings need the database first") };
        let jobs = self.jobs(&recordings.files, &queue, &idb, &stop).await?;
        Ok(Capture::open(&recordings, inlet, clock, counters).run(&jobs, stop).await?)
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
