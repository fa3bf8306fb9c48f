//! The fault campaign.
//!
//! One day of a simulated site, with its own misfortunes (lost switch, restarts, switchovers, gaps, silences, events
//! on which the mapping traps), is mapped three times:
//!
//! | run | database | what is done to it |
//! |---|---|---|
//! | undisturbed | SQLite | nothing |
//! | PostgreSQL | PostgreSQL through a relay | SIGKILL, server stopped in every way, connections cut after any number of bytes, the site's link cut, the clock jumping, the plugin reloaded |
//! | SQLite | SQLite, all on a small disk | SIGKILL, disk full for queue and database, the site's link cut, the plugin reloaded |
//!
//! Afterwards the rows of all three must be the same, row by row and column by column but for those that record the
//! processing itself ([`rows::PROCESSING`]); nothing may be alive; session control must tell what was done; and the
//! rows must say what the ledger of the site says.
//!
//! Everything follows from the seed but the speed of the machine: disturbances come after set numbers of acknowledged
//! events, not after set times.

mod conduct;
pub mod daemon;
pub mod proxy;
pub mod rows;
pub mod sessions;
pub mod small_disk;

use anyhow::{Context, Result, ensure};
use cluster::{Cluster, Durability};
use conduct::{Disturbance, Run};
use rows::Database;
use simulator::config::{At, Config, Fault, Planned};
use std::path::PathBuf;
use std::time::Instant;

/// How much is done.
#[derive(Clone, Debug)]
pub struct Options {
    /// Everything follows from it.
    pub seed: u64,
    /// Numbered entries after which the site takes no more calls.
    pub events: u64,
    /// Agents of the site.
    pub agents: u32,
    /// SIGKILLs of the daemon that writes into PostgreSQL; the other one gets half as many.
    pub kills: usize,
    /// Stops of the PostgreSQL server.
    pub database_stops: usize,
    /// Cuts of connections to PostgreSQL.
    pub database_cuts: usize,
    /// Cuts of the site's connection, in each disturbed run.
    pub link_cuts: usize,
    /// Jumps of the daemon's clock.
    pub clock_jumps: usize,
    /// Times at which the small disk is full.
    pub full_disks: usize,
    /// Reloads of the plugin, in each disturbed run.
    pub reloads: usize,
    /// Each misfortune of the site itself: this often.
    pub misfortunes: usize,
    /// The program under test.
    pub program: PathBuf,
    /// Directory with the plugins; the one that is used is `trapping`.
    pub plugins: PathBuf,
    /// An empty directory where everything stays; otherwise it is gone afterwards.
    pub keep: Option<PathBuf>,
}

/// What a campaign found.
#[derive(Debug, Default)]
pub struct Report {
    /// What was done and found, for a person.
    pub lines: Vec<String>,
    /// Everything that is not as it must be; empty is good.
    pub problems: Vec<String>,
}

impl Report {
    fn say(&mut self, line: String) {
        eprintln!("{line}");
        self.lines.push(line);
    }

    fn blame(&mut self, run: &str, problems: Vec<String>) {
        for problem in problems {
            self.problems.push(format!("{run}: {problem}"));
        }
    }
}

impl Options {
    /// The site's day.
    fn site(&self) -> Config {
        let mut random = fastrand::Rng::with_seed(self.seed);
        let mut faults = Vec::new();
        let last = self.events.saturating_sub(self.events / 10).max(2);
        let kinds = [
            Fault::LinkLost(25.0),
            Fault::Crash(15.0),
            Fault::Shutdown(15.0),
            Fault::Switchover,
            Fault::Silence(40.0),
            Fault::Gap(15),
            Fault::Trap,
        ];
        for fault in kinds.into_iter().flat_map(|fault| std::iter::repeat_n(fault, self.misfortunes)) {
            faults.push(Planned { at: At::Event(random.u64(self.events / 20 + 1..last)), fault });
        }
        let agents = self.agents;
        let calls_per_hour = f64::from(agents) * 14.0;
        Config {
            seed: self.seed,
            agents,
            queues: 6,
            routing_points: 3,
            calls_per_hour,
            hours: 10_000.0,
            events_max: Some(self.events),
            faults,
            ..Config::default()
        }
    }

    /// What is done to the run into PostgreSQL, each after a number of acknowledged entries.
    fn against_postgres(&self) -> Vec<(u64, Disturbance)> {
        let mut plan = vec![(Disturbance::Kill, self.kills)];
        for (share, how) in
            [cluster::Stop::Smart, cluster::Stop::Fast, cluster::Stop::Immediate].into_iter().enumerate()
        {
            plan.push((Disturbance::StopDatabase(how), (self.database_stops + share) / 3));
        }
        plan.push((Disturbance::CutDatabase, self.database_cuts));
        plan.push((Disturbance::CutLink, self.link_cuts));
        plan.push((Disturbance::JumpClock, self.clock_jumps));
        plan.push((Disturbance::Reload, self.reloads));
        self.spread(1, plan)
    }

    /// What is done to the run into SQLite.
    fn against_sqlite(&self) -> Vec<(u64, Disturbance)> {
        let plan = vec![
            (Disturbance::Kill, self.kills.div_ceil(2)),
            (Disturbance::FillDisk, self.full_disks),
            (Disturbance::CutLink, self.link_cuts),
            (Disturbance::Reload, self.reloads),
        ];
        self.spread(2, plan)
    }

    fn spread(&self, which: u64, plan: Vec<(Disturbance, usize)>) -> Vec<(u64, Disturbance)> {
        let mut random = fastrand::Rng::with_seed(self.seed ^ which << 32);
        let each = plan.into_iter().flat_map(|(disturbance, times)| std::iter::repeat_n(disturbance, times));
        let mut spread: Vec<_> = each.map(|it| (random.u64(self.events / 50..self.events), it)).collect();
        spread.sort_by_key(|(at, _)| *at);
        spread
    }
}

/// Runs a campaign.
///
/// # Errors
/// It could not be run to its end: a daemon that dies by itself or does not come to the end of its queue, a server that
/// does not start. Differences are no errors but [`Report::problems`].
pub fn run(options: &Options) -> Result<Report> {
    let mut report = Report::default();
    let temporary = tempfile::tempdir().context("make a directory")?;
    std::fs::set_permissions(temporary.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let place = options.keep.as_deref().unwrap_or(temporary.path());
    let site = options.site();
    let problems = site.problems();
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    let mut cluster = Cluster::start(Durability::On).context("start PostgreSQL")?;
    cluster.create_database("campaign")?;

    let began = Instant::now();
    let dir = place.join("undisturbed");
    let undisturbed = Run::new(options, &site, dir.clone()).into_sqlite(&dir.join("idb.sqlite"))?;
    report.say(format!("undisturbed: {} entries, {:.1} s", undisturbed.entries, began.elapsed().as_secs_f64()));
    let reference = Database::Sqlite(&undisturbed.file);
    let rows = reference.digest()?.rows();
    report.say(format!("undisturbed: {rows} rows"));
    report.blame("undisturbed", sessions::alive(&reference)?);
    report.blame("undisturbed", sessions::problems(&reference, &undisturbed.done)?);
    report.blame("undisturbed", conduct::untrue(&reference, &undisturbed.ledger)?);

    let began = Instant::now();
    let run = Run::new(options, &site, place.join("postgres"));
    let disturbed = run.into_postgres(&mut cluster, "campaign", options.against_postgres())?;
    report.say(format!("PostgreSQL: {}, {:.1} s", disturbed.told(), began.elapsed().as_secs_f64()));
    let database = Database::Postgres(&cluster, "campaign");
    report.blame("PostgreSQL", rows::differences(&reference, &database)?);
    report.blame("PostgreSQL", sessions::problems(&database, &disturbed.done)?);

    let began = Instant::now();
    let run = Run::new(options, &site, place.join("sqlite"));
    match run.on_small_disk(options.against_sqlite())? {
        Ok(disturbed) => {
            report.say(format!("SQLite: {}, {:.1} s", disturbed.told(), began.elapsed().as_secs_f64()));
            let database = Database::Sqlite(&disturbed.file);
            report.blame("SQLite", rows::differences(&reference, &database)?);
            report.blame("SQLite", sessions::problems(&database, &disturbed.done)?);
        }
        Err(reason) => report.say(format!("SQLite: not run: {reason}")),
    }
    Ok(report)
}
