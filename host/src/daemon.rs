//! The daemon: a set of lanes and a console.
//!
//! # Invariants
//! 1. One process uses a data directory: a lock file, which names the process, says so (`lock.rs`).
//! 2. A lane that ends with an error ends alone; the others go on, and the daemon says so in its status.

mod lock;
mod reload;
mod watch;

pub use lock::{DataDir, InUse};
pub(crate) use reload::fulfil;

use crate::clock::Clock;
use crate::config::Config;
use crate::console;
use crate::event::Micros;
use crate::idb::{self, Idb};
use crate::lane::alarms::Alarms;
use crate::lane::letters::Letters;
use crate::lane::reload::Plugins;
use crate::lane::status::{Shared, Stage};
use crate::lane::{Deps, End, Input, Lane, Places};
use crate::plugin::journal::Journal;
use crate::plugin::{Engine, EngineConfig};
use crate::queue::Queue;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::signal::unix::Signal;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often the database's time slots are looked after.
const UPKEEP: Duration = Duration::from_secs(86_400);
/// How often while the database is away; the lanes say why.
const UPKEEP_RETRY: Duration = Duration::from_secs(30);

/// A lane as the console sees it.
pub struct LaneView {
    /// Its figures.
    pub shared: Arc<Shared>,
    /// Its dead letters.
    pub letters: Letters,
    /// Its plugins.
    pub plugins: Plugins,
    /// It reads files, and so is connected only while there is something to read.
    reads_files: bool,
    queue: OnceLock<Queue>,
    alarms: Mutex<Alarms>,
}

impl LaneView {
    /// Its queue, once it is open.
    #[must_use]
    pub fn queue(&self) -> Option<&Queue> {
        self.queue.get()
    }

    /// Its alarms.
    pub fn with_alarms<T>(&self, look: impl FnOnce(&mut Alarms) -> T) -> T {
        look(&mut self.alarms.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// All lanes, as the console sees them; a cheap clone.
#[derive(Clone)]
pub struct Lanes {
    /// `[concentrator] name`
    pub name: Arc<str>,
    /// When the daemon started.
    pub started: Micros,
    /// The clock.
    pub clock: Clock,
    /// The configuration in force.
    pub config: Arc<Config>,
    /// The last lines that plugins wrote.
    pub journal: Arc<Journal>,
    lanes: Arc<BTreeMap<String, LaneView>>,
    draining: Arc<AtomicBool>,
}

impl Lanes {
    /// The lanes by name.
    pub fn each(&self) -> impl Iterator<Item = (&str, &LaneView)> {
        self.lanes.iter().map(|(name, lane)| (name.as_str(), lane))
    }

    /// The lane of that source.
    #[must_use]
    pub fn get(&self, source: &str) -> Option<&LaneView> {
        self.lanes.get(source)
    }

    /// Why the daemon does not accept events, if so.
    #[must_use]
    pub fn not_ready(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.draining.load(Ordering::Acquire) {
            reasons.push("stopping".to_owned());
        }
        for (name, lane) in self.each() {
            if let Stage::Stopped(reason) = lane.shared.figures().idb {
                reasons.push(format!("{name}: the lane has stopped: {reason}"));
                continue;
            }
            match lane.queue().map(Queue::positions) {
                None => reasons.push(format!("{name}: the queue is not open yet")),
                Some(positions) => reasons.extend(
                    positions.refusing.map(|refusing| format!("{name}: the queue refuses: {:?}", refusing.reason)),
                ),
            }
        }
        reasons
    }
}

/// What lanes share, made from the configuration.
///
/// # Errors
/// If the plugin engine cannot be made, or the database's URL or password cannot be read.
pub fn deps(config: &Config, clock: &Clock, drain: Duration, idb_url: Option<&str>) -> Result<Deps> {
    let engine =
        Engine::new(EngineConfig { cache_dir: Some(config.cache_dir()) }).context("start the plugin engine")?;
    let url = idb_url.unwrap_or(&config.idb.url).to_owned();
    let idb = Idb::connect(&idb::Config { url, password_file: config.idb.password_file.clone() })?;
    Ok(Deps { idb, engine, clock: clock.clone(), started: clock.now(), drain })
}

/// What others tell the daemon to do.
#[derive(Debug)]
pub struct Signals {
    /// To stop.
    pub stop: CancellationToken,
    /// To load plugins that have changed.
    pub hangups: Signal,
}

/// Runs all lanes until `signals` say stop.
///
/// # Errors
/// If the data directory cannot be used or the console cannot listen.
pub async fn run(config: Arc<Config>, deps: Deps, signals: Signals) -> Result<End> {
    let Signals { stop: shutdown, hangups } = signals;
    let _lock = DataDir::lock(&config.concentrator.data_dir)?;
    let lanes = config.sources.iter().map(|(name, source)| {
        let places = Places { lane: config.lane_dir(name), dead_letters: config.dead_letter_dir() };
        (name.clone(), Lane::new(name, source.clone(), config.clone(), deps.clone(), places))
    });
    let lanes: BTreeMap<String, Lane> = lanes.collect();
    let views = lanes.iter().map(|(name, lane)| {
        let view = LaneView {
            shared: lane.shared.clone(),
            letters: lane.letters.clone(),
            plugins: lane.plugins.clone(),
            reads_files: watch::reads_files(name, &config),
            queue: OnceLock::new(),
            alarms: Mutex::default(),
        };
        (name.clone(), view)
    });
    let lanes_seen = Lanes {
        name: config.concentrator.name.as_str().into(),
        started: deps.started,
        clock: deps.clock.clone(),
        config: config.clone(),
        journal: deps.engine.journal().clone(),
        lanes: Arc::new(views.collect()),
        draining: Arc::default(),
    };
    let console_stop = CancellationToken::new();
    let socket = config.console_socket();
    let console = console::run(lanes_seen.clone(), &socket, config.console.address.as_deref(), console_stop.clone());
    tokio::pin!(console);
    let upkeep = tokio::spawn(upkeep(deps.idb.clone(), deps.clock.clone(), shutdown.clone()));
    let watching = tokio::spawn(watch::run(lanes_seen.clone(), console_stop.clone()));
    let reloading = tokio::spawn(reload::run(lanes_seen.clone(), hangups, shutdown.clone()));
    let running = run_lanes(lanes, lanes_seen, shutdown);
    tokio::pin!(running);
    let end = tokio::select! {
        end = &mut running => {
            console_stop.cancel();
            console.await.map(|()| end)
        }
        failed = &mut console => failed.and_then(|()| anyhow::bail!("the console ended")),
    }?;
    watching.await.context("watch over the lanes")?;
    reloading.await.context("watch over the plugin files")?;
    upkeep.await.context("keep the database's time slots filled")?;
    tracing::info!(drained = end == End::Drained, "Stopped.");
    Ok(end)
}

/// Keeps G_TIMECODE filled ahead: at the start, and each day.
async fn upkeep(idb: Idb, clock: Clock, shutdown: CancellationToken) {
    loop {
        let work = async {
            idb.set_up().await?;
            idb.upkeep(clock.now()).await
        };
        let pause = tokio::select! {
            () = shutdown.cancelled() => return,
            done = work => if done.is_ok() { UPKEEP } else { UPKEEP_RETRY },
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn run_lanes(lanes: BTreeMap<String, Lane>, seen: Lanes, shutdown: CancellationToken) -> End {
    let mut tasks = JoinSet::new();
    for (name, lane) in lanes {
        let (seen, shutdown) = (seen.clone(), shutdown.clone());
        tasks.spawn(async move {
            let opened = |queue: Queue| {
                if let Some(view) = seen.lanes.get(&name) {
                    let _ = view.queue.set(queue);
                }
            };
            let ended = lane.run(Input::Configured, opened, shutdown.clone()).await;
            if let Err(error) = &ended {
                let reason = format!("{error:#}");
                tracing::error!(code = "IC5001", source = %name, error = %reason, "The lane has stopped; other lanes go on.");
                if let Some(view) = seen.lanes.get(&name) {
                    view.shared.update(|figures| figures.idb = Stage::Stopped(reason.clone()));
                }
                // The daemon stays up to show why, and for the other lanes.
                shutdown.cancelled().await;
            }
            ended
        });
    }
    shutdown.cancelled().await;
    seen.draining.store(true, Ordering::Release);
    let mut end = End::Drained;
    while let Some(ended) = tasks.join_next().await {
        if !matches!(ended, Ok(Ok(End::Drained))) {
            end = End::Left;
        }
    }
    end
}
