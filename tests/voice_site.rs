//! A simulated voice site that speaks to a daemon as a source of kind `stream`.

use crate::site::{PATIENCE, Site};
use serde_json::Value;
use simulator::config::{At, Config, Fault, Planned};
use simulator::ledger::Ledger;
use simulator::stream::{Command, Endpoint, Options, Player, Progress};
use std::time::Duration;

/// Less than half an hour with some hundred events, then what is alive ends by itself.
pub(crate) fn day(seed: u64, faults: &[(At, Fault)]) -> Config {
    Config {
        seed,
        hours: 0.4,
        agents: 12,
        queues: 2,
        calls_per_hour: 300.0,
        talk_seconds: 60.0,
        faults: faults.iter().map(|(at, fault)| Planned { at: *at, fault: *fault }).collect(),
        ..Config::default()
    }
}

/// Numbered entries of a day.
pub(crate) fn events(config: &Config) -> i64 {
    let told = simulator::Site::new(config).filter(|event| event.seq > 0);
    i64::try_from(told.count()).unwrap()
}

/// A site, and the daemon that listens for it.
pub(crate) struct VoiceSite {
    pub(crate) site: Site,
    runtime: tokio::runtime::Runtime,
}

impl VoiceSite {
    /// With these lines in the source's table.
    pub(crate) fn new(options: &str) -> Self {
        let common = "listen = \"unix:{dir}/voice.sock\"\nqueue = { segment_bytes = 8388608, retain_bytes = 8388608 }";
        Self::with(Site::of_voice("stream", &format!("{common}\n{options}")))
    }

    pub(crate) fn with(site: Site) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        Self { site, runtime }
    }

    /// Waits until the daemon maps and writes whatever comes.
    pub(crate) fn ready(&self) {
        self.site.wait_for("database and plugin", |lane| {
            lane["idb"]["state"] == "running" && lane["plugin"]["state"] == "running"
        });
    }

    /// Begins the day.
    pub(crate) fn play(&self, config: &Config) -> Player {
        self.play_with(config, |_| {})
    }

    pub(crate) fn play_with(&self, config: &Config, change: impl FnOnce(&mut Options)) -> Player {
        let address = format!("unix:{}", self.site.path("voice.sock").display());
        let mut options = Options::new(&config.name, Endpoint::Connect(address.parse().unwrap()));
        options.retry = Duration::from_millis(20);
        change(&mut options);
        self.runtime.block_on(Player::start(simulator::Site::new(config), options)).unwrap()
    }

    pub(crate) fn command(&self, player: &Player, command: Command) {
        self.runtime.block_on(player.command(command));
    }

    /// Waits until the player has come so far.
    pub(crate) fn reached(&self, player: &Player, what: &str, reached: impl FnMut(&Progress) -> bool) {
        let waited = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, player.reached(reached)).await });
        assert!(waited.is_ok(), "waited for {what} in vain: {:?}\n{}", player.progress(), self.site.log());
    }

    /// Waits until the day is over, acknowledged and committed.
    pub(crate) fn settled(&self, player: &Player) -> Value {
        self.reached(player, "the end of the day", |progress| progress.finished);
        self.committed("the end of the day")
    }

    /// Waits until all that is in the queue is committed.
    pub(crate) fn committed(&self, what: &str) -> Value {
        self.site.wait_for(what, |lane| lane["queue"]["depth"] == 0 && lane["idb"]["state"] == "running")
    }

    /// Ends the player; its connection breaks.
    pub(crate) fn hang_up(&self, player: Player) -> Ledger {
        self.runtime.block_on(player.stop())
    }

    pub(crate) fn database(&self) -> rusqlite::Connection {
        let database = rusqlite::Connection::open(self.site.path("idb.sqlite")).unwrap();
        database.busy_timeout(Duration::from_secs(30)).unwrap();
        database
    }

    /// The only number that the query gives.
    pub(crate) fn number(&self, query: &str) -> i64 {
        self.database().query_row(query, [], |row| row.get(0)).unwrap()
    }

    /// Everything that is still alive in the tables.
    pub(crate) fn alive(&self) -> Vec<String> {
        let ended = ["G_CALL", "G_IR", "G_PARTY", "G_VIRTUAL_QUEUE", "G_LOGIN_SESSION"];
        let ended = ended.map(|table| (table, "TERMINATED IS NULL"));
        let gone = ["G_CALL_ACTIVE", "G_IR_ACTIVE", "G_AGENT_STATE_RC_A"].map(|table| (table, "1 = 1"));
        let all = ended.into_iter().chain(gone);
        let counted =
            all.map(|(table, alive)| (table, self.number(&format!("SELECT COUNT(*) FROM {table} WHERE {alive}"))));
        counted.filter(|(_, count)| *count > 0).map(|(table, count)| format!("{table}: {count}")).collect()
    }
}

/// A timestamp of SQLite as ms since 1970.
pub(crate) fn milliseconds(column: &str) -> String {
    format!("CAST(STRFTIME('%s', {column}) AS INTEGER) * 1000 + CAST(SUBSTR({column}, -3) AS INTEGER)")
}
