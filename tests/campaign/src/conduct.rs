//! A run: a daemon, a site that speaks to it, and what is done to both on the way.

use crate::Options;
use crate::daemon::{Daemon, Setup, fake_clock};
use crate::proxy::Proxy;
use crate::rows::Database;
use crate::sessions::Done;
use crate::small_disk::SmallDisk;
use anyhow::{Context, Result, ensure};
use cluster::{Cluster, Stop};
use simulator::Site;
use simulator::config::Config;
use simulator::ledger::{Ledger, OutageKind};
use simulator::stream::{Command, Endpoint, Options as PlayerOptions, Player, TransportFaults};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Size of the small disk for each thousand events, beside what a queue needs at least.
const MEBIBYTES_PER_THOUSAND: u64 = 4;
const MEBIBYTES_MIN: u64 = 96;
/// Longest time in which no entry is acknowledged.
const PATIENCE: Duration = Duration::from_secs(120);
/// Length of an entry's line, about.
const BYTES_PER_ENTRY: u64 = 430;
/// Time from one disturbance to the next in the mean, ms.
const MILLISECONDS_EACH: u64 = 800;
/// How often it is seen whether the daemon lives.
const GLANCE: Duration = Duration::from_millis(500);

/// Something that is done to a run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Disturbance {
    /// SIGKILL to the daemon.
    Kill,
    /// The database server stops, and starts again.
    StopDatabase(Stop),
    /// Connections to the database are cut after some bytes.
    CutDatabase,
    /// The site's connection is cut after some bytes; then some entries come again.
    CutLink,
    /// The daemon's clock jumps.
    JumpClock,
    /// The disk is full for a while.
    FillDisk,
    /// The plugin's file is loaded again, and takes over from what is in force.
    Reload,
}

impl Disturbance {
    fn name(self) -> &'static str {
        match self {
            Self::Kill => "SIGKILL",
            Self::StopDatabase(Stop::Smart) => "smart stop of the database",
            Self::StopDatabase(Stop::Fast) => "fast stop of the database",
            Self::StopDatabase(Stop::Immediate) => "immediate stop of the database",
            Self::CutDatabase => "database connection cut",
            Self::CutLink => "link cut",
            Self::JumpClock => "clock jump",
            Self::FillDisk => "disk full",
            Self::Reload => "reload of the plugin",
        }
    }
}

/// What a run gave.
pub(crate) struct Outcome {
    pub(crate) entries: u64,
    pub(crate) done: Done,
    pub(crate) ledger: Ledger,
    pub(crate) disturbances: BTreeMap<&'static str, usize>,
    /// The database, where it is a file.
    pub(crate) file: PathBuf,
}

impl Outcome {
    pub(crate) fn told(&self) -> String {
        let each = self.disturbances.iter().map(|(name, times)| format!("{times} × {name}"));
        each.collect::<Vec<_>>().join(", ")
    }
}

/// A run that is about to begin.
pub(crate) struct Run<'a> {
    options: &'a Options,
    site: &'a Config,
    dir: PathBuf,
}

impl<'a> Run<'a> {
    pub(crate) fn new(options: &'a Options, site: &'a Config, dir: PathBuf) -> Self {
        Self { options, site, dir }
    }

    fn setup(&self, idb: &'a str, listen: &'a str) -> Setup<'a> {
        let options = self.options;
        Setup {
            program: &options.program,
            plugins: &options.plugins,
            plugin: "trapping",
            idb,
            listen,
            disk: None,
            clock: None,
        }
    }

    /// Undisturbed.
    pub(crate) fn into_sqlite(self, file: &Path) -> Result<Outcome> {
        let (idb, listen) = (format!("sqlite://{}", file.display()), address()?);
        let daemon = Daemon::start(self.setup(&idb, &listen), &self.dir)?;
        let conductor =
            Conductor { run: &self, daemon, listen: &listen, proxy: None, cluster: None, disk: None, clock: None };
        conductor.conduct(&[], file.to_owned())
    }

    /// Into PostgreSQL, through a relay, with a clock that can jump where the library for it is installed.
    pub(crate) fn into_postgres(
        self,
        cluster: &mut Cluster,
        database: &str,
        plan: Vec<(u64, Disturbance)>,
    ) -> Result<Outcome> {
        let proxy = Proxy::start(cluster.port())?;
        let direct = format!(":{}/", cluster.port());
        let idb = cluster.tcp_url(database).replace(&direct, &format!(":{}/", proxy.port()));
        let listen = address()?;
        std::fs::create_dir_all(&self.dir)?;
        let clock = self.dir.join("clock");
        std::fs::write(&clock, "+0\n")?;
        let clock = fake_clock().map(|_| clock.as_path());
        let daemon = Daemon::start(Setup { clock, ..self.setup(&idb, &listen) }, &self.dir)?;
        let (proxy, cluster) = (Some(&proxy), Some(cluster));
        Conductor { run: &self, daemon, listen: &listen, proxy, cluster, disk: None, clock }
            .conduct(&plan, PathBuf::new())
    }

    /// Into SQLite, with everything on a small disk; the inner error says why that could not be had.
    pub(crate) fn on_small_disk(self, plan: Vec<(u64, Disturbance)>) -> Result<Result<Outcome, String>> {
        let data = self.dir.join("data");
        std::fs::create_dir_all(&data)?;
        let mebibytes = MEBIBYTES_MIN + self.options.events / 1_000 * MEBIBYTES_PER_THOUSAND;
        let disk = match SmallDisk::mount(&data, mebibytes) {
            Ok(disk) => disk,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let (idb, listen) = (format!("sqlite://{}/idb.sqlite", data.display()), address()?);
        let setup = Setup { disk: Some(&disk), ..self.setup(&idb, &listen) };
        let daemon = Daemon::start(setup, &self.dir)?;
        let conductor = Conductor {
            run: &self,
            daemon,
            listen: &listen,
            proxy: None,
            cluster: None,
            disk: Some(&disk),
            clock: None,
        };
        let outcome = conductor.conduct(&plan, self.dir.with_extension("sqlite"))?;
        for suffix in ["", "-wal", "-shm"] {
            let from = disk.path(&format!("idb.sqlite{suffix}"));
            if from.exists() {
                let to = format!("{}{suffix}", outcome.file.display());
                std::fs::copy(&from, to).context("copy the database from the small disk")?;
            }
        }
        Ok(Ok(outcome))
    }
}

/// A free address of the loopback interface.
fn address() -> Result<String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}

/// Does the disturbances of a plan to a run.
struct Conductor<'a> {
    run: &'a Run<'a>,
    daemon: Daemon<'a>,
    listen: &'a str,
    proxy: Option<&'a Proxy>,
    cluster: Option<&'a mut Cluster>,
    disk: Option<&'a SmallDisk>,
    clock: Option<&'a Path>,
}

impl Conductor<'_> {
    fn conduct(mut self, plan: &[(u64, Disturbance)], file: PathBuf) -> Result<Outcome> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let mut options = PlayerOptions::new("tserver-a", Endpoint::Connect(self.listen.parse()?));
        options.faults = TransportFaults { seed: self.run.options.seed, ..TransportFaults::default() };
        let player = runtime.block_on(Player::start(Site::new(self.run.site), options))?;
        let mut random = fastrand::Rng::with_seed(self.run.options.seed.wrapping_mul(31));
        let mut done = Done::default();
        let mut disturbances = BTreeMap::new();
        // Slow enough that the disturbances fall into the work and not behind it.
        let spread = BYTES_PER_ENTRY * self.run.options.events / (MILLISECONDS_EACH * plan.len() as u64).max(1);
        runtime.block_on(
            player.command(Command::Trickle(usize::try_from(spread.max(1)).ok().filter(|_| !plan.is_empty()))),
        );
        for (at, disturbance) in plan {
            self.wait_acked(*at, &player, &runtime)?;
            if self.disturb(*disturbance, &player, &runtime, &mut random, &mut done)? {
                *disturbances.entry(disturbance.name()).or_default() += 1;
            }
        }
        runtime.block_on(player.command(Command::Trickle(None)));
        self.wait_acked(u64::MAX, &player, &runtime)?;
        self.daemon.wait("the end of the queue", |lane| lane["queue"]["depth"] == 0)?;
        done.stops = i64::from(self.daemon.lane().is_some_and(|lane| lane["source"]["connected"] == true));
        self.daemon.stop()?;
        let entries = player.progress().acked;
        let ledger = runtime.block_on(player.stop());
        let done = Done { kills: done.kills, stops: done.stops, ..suffered(&ledger) };
        Ok(Outcome { entries, done, ledger, disturbances, file })
    }

    /// Waits until that many entries are acknowledged, or all.
    fn wait_acked(&mut self, entries: u64, player: &Player, runtime: &tokio::runtime::Runtime) -> Result<()> {
        let (mut acked, mut since) = (0, Instant::now());
        let reached = || async { player.reached(|progress| progress.acked >= entries || progress.finished).await };
        while runtime.block_on(async { tokio::time::timeout(GLANCE, reached()).await }).is_err() {
            self.daemon.expect_alive()?;
            let progress = player.progress();
            if progress.acked > acked {
                (acked, since) = (progress.acked, Instant::now());
            }
            ensure!(since.elapsed() < PATIENCE, "no entry is acknowledged any more: {progress:?}");
        }
        Ok(())
    }

    /// False if it cannot be done here.
    fn disturb(
        &mut self,
        what: Disturbance,
        player: &Player,
        runtime: &tokio::runtime::Runtime,
        random: &mut fastrand::Rng,
        done: &mut Done,
    ) -> Result<bool> {
        let mut pause = |most: u64| std::thread::sleep(Duration::from_millis(random.u64(0..most)));
        match what {
            Disturbance::Kill => {
                let open = |lane: &serde_json::Value| lane["source"]["connected"] == true;
                if player.progress().finished {
                    return Ok(false);
                }
                self.daemon.wait("a session", open)?;
                self.daemon.kill()?;
                done.kills += 1;
                pause(200);
                self.daemon.resume()?;
            }
            Disturbance::StopDatabase(how) => {
                let (Some(cluster), Some(proxy)) = (self.cluster.as_mut(), self.proxy) else { return Ok(false) };
                // A smart stop waits for those who are connected.
                std::thread::scope(|scope| {
                    let cutter = scope.spawn(|| {
                        if matches!(how, Stop::Smart) {
                            for _ in 0..20 {
                                proxy.cut();
                                std::thread::sleep(Duration::from_millis(50));
                            }
                        }
                    });
                    let stopped = cluster.stop(how);
                    let _ = cutter.join();
                    stopped
                })?;
                pause(1_500);
                cluster.resume()?;
            }
            Disturbance::CutDatabase => {
                let Some(proxy) = self.proxy else { return Ok(false) };
                // A transaction of a busy lane has some hundred kilobytes.
                proxy.cut_after(random.u32(0..600_000));
            }
            Disturbance::CutLink => {
                let (bytes, repeats) = (random.u64(0..20_000), random.u64(0..50));
                runtime.block_on(async {
                    player.command(Command::CutAfter(bytes)).await;
                    player.command(Command::Repeat(repeats)).await;
                });
            }
            Disturbance::JumpClock => {
                let Some(file) = self.clock else { return Ok(false) };
                let offset = random.i64(-7_200..7_200);
                std::fs::write(file, format!("{offset:+}\n")).context("make the clock jump")?;
            }
            Disturbance::FillDisk => {
                let Some(disk) = self.disk else { return Ok(false) };
                disk.fill()?;
                pause(1_000);
                disk.relieve()?;
            }
            Disturbance::Reload => return self.reload(),
        }
        Ok(true)
    }
}

impl Conductor<'_> {
    /// Loads the plugin again. A lane that does not map yet, or has just been killed, refuses: then it is asked again.
    fn reload(&mut self) -> Result<bool> {
        let began = Instant::now();
        loop {
            self.daemon.expect_alive()?;
            match self.daemon.reload()? {
                Ok(()) => return Ok(true),
                Err(refused) => ensure!(began.elapsed() < PATIENCE, "the plugin was not loaded again: {refused}"),
            }
            std::thread::sleep(GLANCE);
        }
    }
}

/// What session control must tell of the site's own misfortunes.
fn suffered(ledger: &Ledger) -> Done {
    let count = |kinds: &[OutageKind]| {
        let outages = ledger.outages.iter().filter(|outage| kinds.contains(&outage.kind));
        i64::try_from(outages.count()).unwrap_or(i64::MAX)
    };
    Done {
        link_losses: count(&[OutageKind::LinkLost]),
        gaps: count(&[OutageKind::Gap]),
        shutdowns: count(&[OutageKind::Shutdown]),
        switchovers: count(&[OutageKind::PrimaryChanged, OutageKind::Switchover, OutageKind::SwitchoverAnew]),
        ..Done::default()
    }
}

/// Every call that the rows tell otherwise than the ledger, a line each: calls of which nothing was left untold, by their
/// type, holds, transfers and conferences, and whether their end was seen.
pub(crate) fn untrue(database: &Database<'_>, ledger: &Ledger) -> Result<Vec<String>> {
    let query = "SELECT C.CALLID || '|' || C.CALLTYPE || '|' || S.CNT_HOLD || '|' || S.CNT_TRANSFER || '|' || \
                 S.CNT_CONFERENCE || '|' || COALESCE(C.GSYS_EXT_INT2, 0) \
                 FROM G_CALL C JOIN G_CALL_STAT S ON S.CALLID = C.CALLID";
    let mut rows: BTreeMap<String, String> = BTreeMap::new();
    database.each(query, |row| {
        if let Some((call, facts)) = row.split_once('|') {
            rows.insert(call.to_owned(), facts.to_owned());
        }
    })?;
    let mut found = Vec::new();
    for call in ledger.calls.iter().filter(|call| call.seen.complete) {
        let (holds, transfers, conferences) = (call.holds.len(), call.transfers.len(), call.conferences.len());
        let expected = format!("{}|{holds}|{transfers}|{conferences}|0", call.call_type);
        let said = rows.get(&*call.uuid).map_or("nothing", String::as_str);
        if said != expected {
            found.push(format!("call {}: {expected} expected, {said} found", call.uuid));
        }
    }
    Ok(found)
}
