//! A lane: the straight way of one source's events.
//!
//! ```text
//! source ─▶ queue ─▶ mapping (plugin, session control) ─▶ writing (dead letters, IDB) ─▶ release
//!   task     thread    thread                               task
//! ```
//! This is the only file that names every stage of the path: it wires them, starts and drains them.
//!
//! Start: the queue is opened and the source connected first, so that nothing is missed while database or plugin are
//! not there; only a queue that is new must wait for the database once, to learn the last position ever given. Then the
//! position is read from the IDB, the last snapshot is restored, the events between the two are mapped again with their
//! rows suppressed, and the lane goes on.
//!
//! A failure after that ends neither the lane nor its source: database, plugin and state are gone through again, with a
//! pause that grows. Final are a queue that failed and a database that belongs to another queue.
//!
//! Stop: the source ends its session and stops; the queue makes everything durable; what can be mapped and written
//! within the drain limit is, the rest stays in the queue.
//!
//! # Invariants
//! 1. No stage waits on a later one but by a bounded channel.
//! 2. A lane shares nothing with others but the database pool, the plugin engine and the disk.
//! 3. What was committed is known from the IDB alone (whole test `killed_at_any_moment`).

pub mod alarms;
mod feeding;
pub mod letters;
mod mapping;
pub mod pause;
mod ready;
pub mod reload;
pub mod status;
mod writing;

use crate::clock::Clock;
use crate::config::{self, Config};
use crate::deadletter::DeadLetter;
use crate::event::{Micros, Seq};
use crate::idb::{self, Idb, LaneState};
use crate::plugin::{Engine, Links, snapshot};
use crate::queue::disk::SystemDisk;
use crate::queue::{self, Queue};
use crate::record::{Row, SessionRow, Stamp, TableId};
use crate::session::{Identity, Tracker, mark};
use crate::source::capture;
use anyhow::{Context, Result, bail};
use letters::Letters;
use mapping::Mapping;
use pause::Gate;
use reload::Plugins;
use status::{Shared, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// DS_TYPE of an exchange.
const VOICE_SERVER: i32 = 1;
/// Pause before another attempt at a plugin or a database that is not usable.
const RETRY_PAUSE: Duration = Duration::from_secs(5);
/// Pause before a lane that failed goes through its start again; each further one is twice as long.
const RESTART_PAUSE_MIN: Duration = Duration::from_secs(1);
/// Longest such pause, and how long a lane must have run for the next one to be short again.
const RESTART_PAUSE_MAX: Duration = Duration::from_secs(60);

/// What a source is to be read from.
#[derive(Clone, Debug)]
pub enum Input {
    /// What the configuration names.
    Configured,
    /// Recordings in its place; the lane ends when they are committed.
    Recordings(Vec<PathBuf>, capture::Pace),
}

/// Where a lane keeps its files.
#[derive(Clone, Debug)]
pub struct Places {
    /// Its queue and the plugin's snapshot.
    pub lane: PathBuf,
    /// The dead letters, of all lanes.
    pub dead_letters: PathBuf,
}

/// What lanes share.
#[derive(Clone)]
pub struct Deps {
    /// The database; it is connected to when a lane first needs it.
    pub idb: Idb,
    /// The plugin engine.
    pub engine: Engine,
    /// The clock.
    pub clock: Clock,
    /// When the daemon started.
    pub started: Micros,
    /// Longest time for emptying the queue at a stop.
    pub drain: Duration,
}

/// A batch on its way from mapping to writing.
#[derive(Debug)]
pub(crate) struct MappedBatch {
    pub(crate) last: Seq,
    pub(crate) last_time: Micros,
    pub(crate) last_received: Micros,
    pub(crate) rows: Vec<(TableId, Stamp, Row)>,
    pub(crate) letters: Vec<DeadLetter>,
    /// Entries that are letters on their way again and were mapped: position of the letter by that of the entry.
    pub(crate) replayed: BTreeMap<Seq, Seq>,
    /// Of those: which bring rows that the database refused once.
    pub(crate) late: BTreeSet<Seq>,
    pub(crate) sessions: Vec<SessionRow>,
    pub(crate) session_count: i32,
    pub(crate) session: Option<i32>,
    pub(crate) cleaned: u64,
    /// Positions that the plugin's state has not seen: what began there and is alive is to be ended.
    pub(crate) unseen: Option<Range<Seq>>,
    pub(crate) snapshot: Option<SnapshotTaken>,
}

/// The states of the plugins at a position, to be written once that position is committed.
#[derive(Clone, Debug)]
pub(crate) struct SnapshotTaken {
    pub(crate) seq: Seq,
    pub(crate) states: Vec<snapshot::State>,
}

impl SnapshotTaken {
    /// Size of all states.
    fn bytes(&self) -> usize {
        self.states.iter().map(|state| state.bytes.len()).sum()
    }
}

impl MappedBatch {
    /// The letter that brings the rows of that entry, if one does.
    fn letter_of(&self, entry: Seq) -> Option<Seq> {
        self.replayed.get(&entry).copied().filter(|_| self.late.contains(&entry))
    }

    /// It only moves the position.
    fn is_quiet(&self) -> bool {
        self.rows.is_empty()
            && self.letters.is_empty()
            && self.replayed.is_empty()
            && self.unseen.is_none()
            && self.snapshot.is_none()
            && self.sessions.iter().all(is_only_last)
    }
}

/// A session row that tells nothing but a later last event.
fn is_only_last(row: &SessionRow) -> bool {
    row.closed.is_none() && row.last.is_some() && row.no_data.is_none()
}

/// A lane that is open: its queue is recovered, nothing runs yet.
pub struct Lane {
    name: String,
    options: config::Source,
    config: Arc<Config>,
    deps: Deps,
    places: Places,
    /// What the console reads.
    pub shared: Arc<Shared>,
    /// Its dead letters.
    pub letters: Letters,
    /// Its plugins.
    pub plugins: Plugins,
}

/// The database, and what it knows of this lane.
struct Known {
    idb: Idb,
    state: LaneState,
}

/// When the pipeline ends.
#[derive(Clone)]
struct Stop {
    /// It works recordings off: what waiting may cure ends it.
    once: bool,
    /// The queue is closed.
    closed: CancellationToken,
    /// At once.
    abort: CancellationToken,
}

/// How a lane ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything that was taken is committed.
    Drained,
    /// Events remain in the queue; nothing is lost.
    Left,
}

impl Lane {
    /// A lane of `config` for the source `name`.
    #[must_use]
    pub fn new(name: &str, options: config::Source, config: Arc<Config>, deps: Deps, places: Places) -> Self {
        let shared = Arc::new(Shared::new(Arc::default(), Gate::new(&places.lane)));
        let letters = Letters::new(name, &places.dead_letters);
        let plugins = Plugins::new(name, &options, &config, &deps, &places.lane, &shared);
        Self { name: name.to_owned(), options, config, deps, places, shared, letters, plugins }
    }

    /// Runs until `shutdown`, or until the recordings of `input` are committed.
    ///
    /// # Errors
    /// What the lane cannot go on after: a queue that failed, and, for recordings, whatever would otherwise be retried.
    pub async fn run(self, input: Input, opened: impl FnOnce(Queue), shutdown: CancellationToken) -> Result<End> {
        let once = matches!(input, Input::Recordings(..));
        let reads_files = once || matches!(self.options, config::Source::Capture(_));
        let (abort, closed) = (CancellationToken::new(), CancellationToken::new());
        // A queue that is new must learn the last position ever given; recordings, which part of them is known.
        let mut known = None;
        let begun = queue::status(&self.queue_dir()).is_ok_and(|status| status.id.is_some());
        if reads_files || !begun {
            let Some(database) = self.connect(once, &shutdown).await? else { return Ok(End::Left) };
            known = Some(database);
        }
        let queue = self.open_queue(known.as_ref().map_or(0, |known| known.state.position)).await?;
        opened(queue.clone());
        self.append(&queue, &mark::started(self.deps.started)).await?;

        let (ticks, tick_requests) = mpsc::channel(1);
        let idb = known.as_ref().map(|known| known.idb.clone());
        let ticks = (!once).then_some(ticks);
        let stop = Stop { once, closed: closed.clone(), abort: abort.clone() };
        let mut pipeline = Box::pin(self.supervised(known, queue.clone(), ticks, stop));
        let mut feeding = Box::pin(self.feed(&input, queue.clone(), idb, tick_requests, shutdown.clone()));
        tokio::select! {
            ended = &mut pipeline => {
                // It ends by itself only when it cannot go on.
                queue.close().await;
                return ended.and_then(|()| bail!("the lane's mapping has ended"));
            }
            fed = &mut feeding => fed?,
        }
        queue.clone().close().await;
        closed.cancel();
        if !once {
            let (abort, drain) = (abort.clone(), self.deps.drain);
            tokio::spawn(async move {
                tokio::time::sleep(drain).await;
                abort.cancel();
            });
        }
        pipeline.await?;
        Ok(self.ended(&queue))
    }

    fn ended(&self, queue: &Queue) -> End {
        let (_, committed, _) = self.shared.positions();
        let left = queue.positions().durable.saturating_sub(committed);
        tracing::info!(source = %self.name, committed, left, "The lane has stopped; what is left stays in the queue.");
        if left == 0 { End::Drained } else { End::Left }
    }

    fn queue_dir(&self) -> PathBuf {
        self.places.lane.join("queue")
    }

    async fn open_queue(&self, position: Seq) -> Result<Queue> {
        let options = self.options.lane().queue.clone();
        let mut config = queue::Config::new(self.queue_dir(), &self.name);
        config.segment_bytes = options.segment_bytes;
        config.max_bytes = options.max_bytes;
        config.retain_bytes = options.retain_bytes;
        let opening = tokio::task::spawn_blocking(move || Queue::open(config, Arc::new(SystemDisk), position + 1));
        let (queue, recovery) =
            opened_or(opening.await).with_context(|| format!("open the queue in {}", self.queue_dir().display()))?;
        tracing::info!(source = %self.name, ?recovery, "The queue is recovered.");
        Ok(queue)
    }

    async fn append(&self, queue: &Queue, mark: &crate::event::Builder) -> Result<()> {
        let bytes = mark.finish().context("make an entry of the queue")?;
        let _ticket = queue.append(bytes).await.context("append to the queue")?;
        Ok(())
    }

    /// The pipeline, again and again until it ends as it should.
    async fn supervised(
        &self,
        mut known: Option<Known>,
        queue: Queue,
        ticks: Option<mpsc::Sender<Micros>>,
        stop: Stop,
    ) -> Result<()> {
        let mut pause = RESTART_PAUSE_MIN;
        loop {
            let began = Instant::now();
            let attempt = Stop { abort: stop.abort.child_token(), ..stop.clone() };
            let error = match self.pipeline(known.take(), queue.clone(), ticks.clone(), attempt).await {
                Err(error) if !stop.once && !is_final(&error) => error,
                ended => return ended,
            };
            if began.elapsed() > RESTART_PAUSE_MAX {
                pause = RESTART_PAUSE_MIN;
            }
            let reason = format!("{error:#}");
            tracing::error!(code = "IC5004", source = %self.name, error = %reason, again_in_s = pause.as_secs(),
                "The lane has failed; events stay in the queue, and it starts again.");
            self.idb_is(Stage::Retrying(reason.clone()));
            self.shared.update(|figures| figures.trouble = Some(reason));
            tokio::select! {
                () = stop.abort.cancelled() => return Ok(()),
                () = tokio::time::sleep(pause) => {}
            }
            pause = RESTART_PAUSE_MAX.min(pause * 2);
        }
    }

    /// From the queue to the database: everything that takes events out of the queue.
    async fn pipeline(
        &self,
        known: Option<Known>,
        queue: Queue,
        ticks: Option<mpsc::Sender<Micros>>,
        stop: Stop,
    ) -> Result<()> {
        let Stop { once, closed, abort } = stop;
        let known = match known {
            Some(known) => Some(known),
            None => self.connect(once, &abort).await?,
        };
        let Some(Known { idb, state }) = known else { return Ok(()) };
        self.check_queue(&queue, &state)?;
        if state.queue_id != queue.id() {
            idb.adopt(state.number, queue.id()).await.context("make the new queue known to the database")?;
        }
        let settled = self.letters.settle(&queue, state.position, &self.deps.clock).await;
        let settled = settled.context("settle the dead letters")?;
        let kept = self.letters.store().kept(Some(&self.name))?;
        self.shared.update(|figures| figures.letters_kept = kept);
        let Some(links) = self.load_plugins(once, &abort).await? else { return Ok(()) };
        let snapshot = self.read_snapshot(&self.owner(&queue, &links), state.position);
        let (batches, mapped) = mpsc::channel(1);
        let committed = state.position;
        let mapping = Mapping::new(
            mapping::Config {
                source: self.name.clone(),
                opening: self.plugins.opening(),
                batch_rows_max: self.config.idb.batch_rows_max,
                snapshot_events: self.config.plugins.snapshot_events,
                dead_letters: self.config.dead_letters,
                once,
            },
            mapping::Deps {
                links,
                queue: queue.clone(),
                tracker: Tracker::new(self.identity(&state), state.session_count, state.open, state.session),
                clock: self.deps.clock.clone(),
                shared: self.shared.clone(),
                out: batches,
                ticks,
                closed,
                abort: abort.clone(),
            },
            snapshot,
            settled,
        );
        let thread = std::thread::Builder::new().name(format!("map {}", self.name));
        let thread = thread.spawn(move || mapping.run(committed)).context("start the mapping thread")?;
        let writing = writing::Writing {
            source: &self.name,
            config: &self.config,
            roles: self.options.lane().roles(),
            dbids: self.options.lane().dbids,
            lane: state.number,
            heard: state.heard,
            idb,
            queue,
            snapshot_file: self.snapshot_file(),
            letters: self.letters.store().clone(),
            shared: &self.shared,
            clock: &self.deps.clock,
            once,
        };
        let written = writing.run(committed, mapped, &abort).await;
        abort_on_error(&written, &abort);
        let mapped = tokio::task::spawn_blocking(move || thread.join()).await?;
        let mapped = mapped.unwrap_or_else(|_| bail!("the mapping thread panicked"));
        written.and(mapped)
    }

    fn identity(&self, state: &LaneState) -> Identity {
        let lane = self.options.lane();
        let backup_address = match &self.options {
            config::Source::Ami(ami) => ami.backup.clone(),
            config::Source::Stream(stream) => stream.backup.clone(),
            config::Source::Capture(_) | config::Source::Tevents(_) => None,
        };
        let source_type = match &self.options {
            config::Source::Stream(stream) => stream.source_type as i32,
            config::Source::Ami(_) | config::Source::Capture(_) | config::Source::Tevents(_) => VOICE_SERVER,
        };
        Identity {
            lane: state.number,
            source: self.name.clone(),
            roles: lane.roles(),
            primary_dbid: lane.dbids.server,
            backup_dbid: lane.dbids.backup.unwrap_or(lane.dbids.server),
            backup_address,
            switch_dbid: lane.dbids.switch,
            source_type,
        }
    }

    fn snapshot_file(&self) -> PathBuf {
        self.places.lane.join("plugin.snapshot")
    }

    fn owner(&self, queue: &Queue, links: &Links) -> snapshot::Owner {
        let mapper = links.each().first().map(|link| link.plugin.description().name.clone());
        snapshot::Owner {
            lane: self.name.clone(),
            queue_id: *queue.id().as_bytes(),
            plugin: mapper.unwrap_or_default(),
            config: snapshot::config_digest(&self.options.lane().plugin_config_json()),
        }
    }

    fn read_snapshot(&self, owner: &snapshot::Owner, committed: Seq) -> Option<SnapshotTaken> {
        match snapshot::read(&self.snapshot_file(), owner, committed) {
            Ok(found) => {
                self.shared.snapshotted(found.position);
                Some(SnapshotTaken { seq: found.position, states: found.states })
            }
            Err(snapshot::Unusable::Absent) => None,
            Err(error) => {
                tracing::warn!(code = "IC4008", source = %self.name, %error,
                    "The snapshot is not used; the plugin's state is rebuilt from the events that are retained.");
                None
            }
        }
    }
}

/// Whether neither waiting nor a person can help while this process runs, or only harm would come of it.
fn is_final(error: &anyhow::Error) -> bool {
    let taken = |cause: &(dyn std::error::Error + 'static)| {
        matches!(cause.downcast_ref::<idb::Error>(), Some(idb::Error::Taken { .. }))
    };
    error.chain().any(|cause| cause.is::<queue::Error>() || taken(cause))
}

fn opened_or<T>(joined: Result<Result<T, queue::Error>, tokio::task::JoinError>) -> Result<T> {
    Ok(joined??)
}

/// A writer that has failed must not leave the mapping thread waiting.
fn abort_on_error(written: &Result<()>, abort: &CancellationToken) {
    if written.is_err() {
        abort.cancel();
    }
}
