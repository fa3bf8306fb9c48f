//! What a lane waits for: the database, and the plugin. Neither keeps the source from being read.

use super::status::Stage;
use super::{Known, Lane, RETRY_PAUSE};
use crate::idb::{self, LaneState};
use crate::plugin::Links;
use crate::queue::{self, Queue};
use anyhow::{Context, Result, bail};
use tokio_util::sync::CancellationToken;

impl Lane {
    /// The database and this lane's place in it; `None` if told to stop before it answered.
    pub(super) async fn connect(&self, once: bool, stop: &CancellationToken) -> Result<Option<Known>> {
        loop {
            let tried = async {
                let idb = self.deps.idb.clone();
                idb.set_up().await?;
                // A queue that is new gets its id when it is opened.
                let id = queue::status(&self.queue_dir()).ok().and_then(|status| status.id).unwrap_or_default();
                let state = idb.lane(&self.name, id, self.config.concentrator.dbid).await?;
                Ok::<_, idb::Error>(Known { idb, state })
            };
            let error = match tried.await {
                Ok(known) => {
                    self.shared.committed(known.state.position);
                    self.idb_is(Stage::Running);
                    return Ok(Some(known));
                }
                Err(error) if once => return Err(error).context("open the Interaction Database"),
                Err(error) => format!("{:#}", anyhow::Error::from(error)),
            };
            if self.idb_is(Stage::Retrying(error.clone())) {
                tracing::error!(code = "IC3001", source = %self.name, error = %error,
                    "The Interaction Database cannot be used; events stay in the queue and it is tried again.");
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(RETRY_PAUSE) => {}
            }
        }
    }

    /// Notes the state of the database stage; true if it is another one than before.
    pub(super) fn idb_is(&self, stage: Stage) -> bool {
        let (now, mut changed) = (self.deps.clock.now(), false);
        self.shared.update(|figures| {
            changed = figures.idb != stage;
            if changed {
                (figures.idb, figures.idb_since) = (stage, now);
            }
        });
        changed
    }

    /// The plugins; `None` if told to stop before they could be used.
    pub(super) async fn load_plugins(&self, once: bool, stop: &CancellationToken) -> Result<Option<Links>> {
        let name = self.options.lane().plugin.to_owned();
        self.shared.update(|figures| figures.plugin_name.clone_from(&name));
        loop {
            let error = match self.plugins.start().await {
                Ok(links) => {
                    let digests: Vec<&str> = links.each().iter().map(|link| link.plugin.digest()).collect();
                    tracing::info!(source = %self.name, plugin = %links.shown(), ?digests, "The plugin is loaded.");
                    return Ok(Some(links));
                }
                Err(error) if once => return Err(error),
                Err(error) => format!("{error:#}"),
            };
            let stage = Stage::Retrying(error.clone());
            let mut changed = false;
            self.shared.update(|figures| changed = std::mem::replace(&mut figures.plugin, stage.clone()) != stage);
            if changed {
                tracing::error!(code = "IC4007", source = %self.name, error = %error,
                    "The plugin cannot be used; events stay in the queue and it is tried again.");
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(RETRY_PAUSE) => {}
            }
        }
    }

    /// The queue must be the one whose position the database knows.
    pub(super) fn check_queue(&self, queue: &Queue, state: &LaneState) -> Result<()> {
        let other = state.queue_id;
        let durable = queue.positions().durable;
        if other != queue.id() && !other.is_nil() {
            if queue.positions().first_retained <= state.position && state.position > 0 {
                bail!(
                    "the database knows queue {other} of source `{}` up to position {}, but {} holds queue {}: give the \
                     daemon the data directory that belongs to this database, or move this queue away",
                    self.name,
                    state.position,
                    self.queue_dir().display(),
                    queue.id()
                );
            }
            tracing::warn!(code = "IC2003", source = %self.name, position = state.position, durable,
                "The queue is a new one; its positions go on after those of the one before.");
        }
        if state.position > durable {
            bail!(
                "the database has position {} of source `{}`, but the queue in {} ends at {durable}: it is an older copy; \
                 move it away, and a new one goes on after the database's position",
                state.position,
                self.name,
                self.queue_dir().display()
            );
        }
        Ok(())
    }
}
