//! The plugins of a lane: which are in force, and how others take their place while the lane runs.
//!
//! ```text
//! file ─▶ compile ─▶ describe ─▶ open with the lane's options ─▶ tables of their own ─▶ trial ─▶ takeover
//!         └──────────────── beside the lane ──────────────────────────────────────┘    └ mapping/takeover.rs
//! ```
//! Any failure on this way leaves the plugins in force, and the reason goes to whoever asked, into the log and into the
//! status. What is in force, and what was before, is kept as a copy (`kept`), so that a rollback needs no file and
//! outlasts a restart.
//!
//! # Invariants
//! 1. No event is lost or mapped twice by a reload, whenever it comes (whole test `reloads_change_nothing`).
//! 2. One change of a lane's plugins at a time.

mod kept;

use super::Deps;
use super::status::{Shared, Times};
use crate::config::{self, Config};
use crate::event::{Micros, Seq};
use crate::plugin::{Chain, Directory, LaneInfo, Link, Links, Opening, Plugin};
use anyhow::{Context, Result, anyhow, bail};
use kept::Kept;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// What others are asked to take over with.
pub struct Request {
    /// The plugins.
    pub(super) links: Links,
    /// Begin without the state of those in force.
    pub(super) cold: bool,
    answer: oneshot::Sender<Result<Swapped>>,
}

impl Request {
    /// Tells whoever asked.
    pub(super) fn answer(self, swapped: Result<Swapped>) {
        // Whoever asked may have gone away.
        let _ = self.answer.send(swapped);
    }
}

/// A takeover.
#[derive(Clone, Copy, Debug)]
pub(super) struct Swapped {
    /// How long the lane waited for it.
    pub(super) pause: Duration,
    /// The last position of those before.
    pub(super) position: Seq,
}

/// Where a request waits for the mapping stage.
#[derive(Debug, Default)]
pub struct Slot {
    asked: Mutex<Option<Request>>,
    served: AtomicBool,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").field("links", &self.links.shown()).field("cold", &self.cold).finish_non_exhaustive()
    }
}

/// The mapping stage serves the slot as long as this lives.
pub(super) struct Serving<'s>(&'s Slot);

impl Slot {
    fn lock(&self) -> MutexGuard<'_, Option<Request>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is asked, once.
    pub(super) fn take(&self) -> Option<Request> {
        self.lock().take()
    }

    /// From now on somebody looks.
    pub(super) fn serve(&self) -> Serving<'_> {
        self.served.store(true, Ordering::Release);
        Serving(self)
    }

    async fn ask(&self, links: Links, cold: bool) -> Result<Swapped> {
        let (answer, answered) = oneshot::channel();
        {
            let mut asked = self.lock();
            if !self.served.load(Ordering::Acquire) {
                bail!("the lane maps nothing at the moment, see `concentrator status`");
            }
            *asked = Some(Request { links, cold, answer });
        }
        answered.await.unwrap_or_else(|_| Err(anyhow!("the lane has stopped")))
    }
}

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        let mut asked = self.0.lock();
        self.0.served.store(false, Ordering::Release);
        *asked = None;
    }
}

/// Which plugins are to take over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// The file of this plugin, as it is now.
    File(String),
    /// The plugin of this name that was in force before.
    Before(String),
    /// Every file that has changed.
    Changed,
}

/// Refuses plugins of other names: the state of those in force is of no use to them.
fn are_the_same(before: &Links, after: &Links) -> Result<()> {
    for (old, new) in before.each().iter().zip(after.each()) {
        let (old, new) = (&old.plugin.description().name, &new.plugin.description().name);
        if old != new {
            bail!(
                "the file holds the plugin `{new}`, and in force is `{old}`, whose state is of no use to it; a reload \
                 with `--cold` takes it nevertheless"
            );
        }
    }
    Ok(())
}

/// What became of a wish.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The lane.
    pub source: String,
    /// The plugins in force now.
    pub plugins: String,
    /// Others took over.
    pub changed: bool,
    /// How long the lane waited for it, ms.
    pub pause_ms: Option<f64>,
    /// The last position that those before mapped.
    pub position: Option<Seq>,
    /// Why nothing changed, if something should have.
    pub refused: Option<String>,
}

/// What a lane tells of reloads.
#[derive(Clone, Debug, Default)]
pub struct Reloads {
    /// Takeovers.
    pub done: u64,
    /// Refused ones.
    pub refused: u64,
    /// Since when the plugins are in force, µs since 1970 UTC.
    pub since: Option<Micros>,
    /// The last one: when, and what came of it.
    pub last: Option<(Micros, Outcome)>,
    /// How long the lane waited for takeovers.
    pub pauses: Times,
    /// Why a plugin file is not in force, though it was to be.
    pub refused_file: Option<String>,
    /// Digests of the files in force, by plugin.
    pub digests: Vec<(String, String)>,
}

/// The plugins of a lane; a cheap clone.
#[derive(Clone)]
pub struct Plugins(Arc<Inner>);

struct Inner {
    source: String,
    options: config::Source,
    config: Arc<Config>,
    deps: Deps,
    shared: Arc<Shared>,
    kept: Kept,
    in_force: Mutex<Option<Links>>,
    turn: tokio::sync::Mutex<()>,
}

impl Plugins {
    pub(super) fn new(
        source: &str,
        options: &config::Source,
        config: &Arc<Config>,
        deps: &Deps,
        lane_dir: &Path,
        shared: &Arc<Shared>,
    ) -> Self {
        Self(Arc::new(Inner {
            source: source.to_owned(),
            options: options.clone(),
            config: config.clone(),
            deps: deps.clone(),
            shared: shared.clone(),
            kept: Kept::new(lane_dir),
            in_force: Mutex::new(None),
            turn: tokio::sync::Mutex::new(()),
        }))
    }

    /// How the lane opens its plugins.
    pub(super) fn opening(&self) -> Opening {
        let lane = self.0.options.lane();
        Opening {
            lane: LaneInfo {
                name: self.0.source.clone(),
                dbid: lane.dbids.server,
                switch_dbid: lane.dbids.switch,
                tenant_dbid: lane.dbids.tenant,
            },
            roles: lane.roles(),
            limits: self.0.config.plugins.limits(),
        }
    }

    /// The plugins in force.
    #[must_use]
    pub fn in_force(&self) -> Option<Links> {
        self.0.in_force.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the lane is configured to use the plugin.
    #[must_use]
    pub fn uses(&self, name: &str) -> bool {
        self.0.options.lane().plugins().any(|(plugin, _)| plugin == name)
    }

    /// Whether that is the plugin of the name, by which it is configured or which it gives itself.
    #[must_use]
    pub fn is_called(&self, own: &str, name: &str) -> bool {
        let links = self.in_force();
        let links = links.iter().flat_map(Links::each);
        own == name
            || self
                .0
                .options
                .lane()
                .plugins()
                .zip(links)
                .any(|((configured, _), link)| configured == name && link.plugin.description().name == own)
    }

    /// The plugins with which the lane starts: those in force, if it has run before; else the files.
    ///
    /// # Errors
    /// What is wrong with a file, or with the options that it is opened with.
    pub(super) async fn start(&self) -> Result<Links> {
        let _turn = self.0.turn.lock().await;
        if let Some(links) = self.in_force() {
            return Ok(links);
        }
        let this = self.clone();
        let links = tokio::task::spawn_blocking(move || this.load()).await??;
        self.0.deps.idb.make_custom(&links.custom()).await.context("make the plugins' own tables")?;
        self.are_in_force(&links);
        Ok(links)
    }

    fn load(&self) -> Result<Links> {
        let directory = self.directory()?;
        self.links(|name, _| {
            let plugin = directory.load(&self.0.deps.engine, name)?;
            let Some(kept) = self.0.kept.instead_of(name, plugin.digest()) else { return Ok(plugin) };
            tracing::warn!(code = "IC4011", source = %self.0.source, plugin = name, file = plugin.digest(),
                "The file is one that was rolled back; the plugin from before is loaded. A new file ends that.");
            Plugin::load(&self.0.deps.engine, &kept).map_err(Into::into)
        })
    }

    fn directory(&self) -> Result<Directory> {
        let dir = &self.0.config.plugins.dir;
        Directory::open(dir).with_context(|| format!("read the plugin directory {}", dir.display()))
    }

    /// The chain of the plugins that `get` gives by name and place, opened once with the lane's options.
    fn links(&self, mut get: impl FnMut(&str, usize) -> Result<Plugin>) -> Result<Links> {
        let mut links = Vec::new();
        for (place, (name, config)) in self.0.options.lane().plugins().enumerate() {
            links.push(Link { plugin: Arc::new(get(name, place)?), config: config.into() });
        }
        let enrichers = links.split_off(1.min(links.len()));
        let mapper = links.pop().context("a lane has a plugin")?;
        let links = Links::new(mapper, enrichers)?;
        let opened = Chain::open(&links, &self.opening());
        opened.map_err(|failed| {
            let words = format!("open plugin `{}`", failed.plugin);
            anyhow::Error::from(failed).context(words)
        })?;
        Ok(links)
    }

    fn are_in_force(&self, links: &Links) {
        let names: Vec<String> = self.0.options.lane().plugins().map(|(name, _)| name.to_owned()).collect();
        let files = names.iter().map(String::as_str).zip(links.each().iter().map(|link| &*link.plugin));
        if let Err(error) = self.0.kept.note(files.clone()) {
            tracing::error!(code = "IC4012", source = %self.0.source, error = %format!("{error:#}"),
                "The plugins in force could not be kept; a rollback to them will not be possible.");
        }
        let digests = files.map(|(name, plugin)| (name.to_owned(), plugin.digest().to_owned())).collect();
        let now = self.0.deps.clock.now();
        self.0.shared.loaded(links.shown(), links.tables().into_iter());
        self.0.shared.update(|figures| (figures.reloads.since, figures.reloads.digests) = (Some(now), digests));
        *self.0.in_force.lock().unwrap_or_else(PoisonError::into_inner) = Some(links.clone());
    }

    /// Lets others take over; tells what became of it.
    pub async fn reload(&self, wish: &Wish, cold: bool, by: &str) -> Outcome {
        let _turn = self.0.turn.lock().await;
        let done = self.try_reload(wish, cold).await;
        let now = self.0.deps.clock.now();
        let plugins = self.in_force().map(|links| links.shown()).unwrap_or_default();
        let mut outcome = Outcome {
            source: self.0.source.clone(),
            plugins,
            changed: matches!(done, Ok(Some(_))),
            pause_ms: None,
            position: None,
            refused: None,
        };
        match &done {
            Ok(None) => {
                // The files are those in force.
                self.0.shared.update(|figures| figures.reloads.refused_file = None);
                return outcome;
            }
            Ok(Some(swapped)) => {
                outcome.pause_ms = Some(swapped.pause.as_secs_f64() * 1_000.0);
                outcome.position = Some(swapped.position);
                tracing::info!(code = "IC4010", source = %self.0.source, plugins = %outcome.plugins, by, cold,
                    pause_ms = outcome.pause_ms, position = swapped.position, "Other plugins have taken over.");
            }
            Err(error) => {
                let reason = format!("{error:#}");
                tracing::error!(code = "IC4009", source = %self.0.source, plugins = %outcome.plugins, by, error = %reason,
                    "The plugins were not changed; those from before go on.");
                outcome.refused = Some(reason);
            }
        }
        self.0.shared.update(|figures| {
            let reloads = &mut figures.reloads;
            let count = if done.is_ok() { &mut reloads.done } else { &mut reloads.refused };
            *count += 1;
            if let Ok(Some(swapped)) = &done {
                reloads.pauses.add(swapped.pause.as_secs_f64());
            }
            if done.is_ok() || !matches!(wish, Wish::Before(_)) {
                reloads.refused_file.clone_from(&outcome.refused);
            }
            reloads.last = Some((now, outcome.clone()));
        });
        outcome
    }

    /// `None`: there is nothing to change.
    async fn try_reload(&self, wish: &Wish, cold: bool) -> Result<Option<Swapped>> {
        let Some(before) = self.in_force() else {
            if *wish == Wish::Changed {
                return Ok(None);
            }
            bail!("the lane has no plugins yet: it waits for them, see `concentrator status`");
        };
        let (this, wish, old) = (self.clone(), wish.clone(), before.clone());
        let links = tokio::task::spawn_blocking(move || this.wished(&wish, &old)).await??;
        let Some(links) = links else { return Ok(None) };
        if !cold {
            are_the_same(&before, &links)?;
        }
        self.0.deps.idb.make_custom(&links.custom()).await.context("make the plugins' own tables")?;
        let swapped = self.0.shared.reloads.ask(links.clone(), cold).await?;
        self.are_in_force(&links);
        Ok(Some(swapped))
    }

    fn wished(&self, wish: &Wish, before: &Links) -> Result<Option<Links>> {
        let directory = self.directory()?;
        let mut changes = false;
        let links = self.links(|name, place| {
            let old = before.each().get(place).map(|link| link.plugin.as_ref());
            let plugin = match wish {
                Wish::File(wished) if wished == name => directory.load(&self.0.deps.engine, name)?,
                Wish::Before(wished) if wished == name => {
                    let kept = self.0.kept.before(name).context("no plugin from before is kept")?;
                    Plugin::load(&self.0.deps.engine, &kept)?
                }
                Wish::Changed if self.has_changed(&directory, name, old) => {
                    directory.load(&self.0.deps.engine, name)?
                }
                _ => return old.cloned().context("the lane's configuration has changed"),
            };
            changes = true;
            Ok(plugin)
        })?;
        Ok(changes.then_some(links))
    }

    /// Whether the file is another than the one in force, and none that was rolled back.
    fn has_changed(&self, directory: &Directory, name: &str, old: Option<&Plugin>) -> bool {
        let Ok(digest) = crate::plugin::digest_of(&directory.file(name)) else { return false };
        old.is_none_or(|old| old.digest() != digest) && self.0.kept.instead_of(name, &digest).is_none()
    }
}
