//! The whole line: socket to committed rows at full speed, its latency, and the memory it takes.
//!
//! `cargo xtask bench line` prints
//! * rows/s from the first byte on the socket to the last commit, against one COPY of the same rows into tables of the
//!   same definition with the same keys, in the same run on the same server;
//! * the latency from receipt to commit at 1,000 events a second;
//! * the daemon's peak memory with 10,000 live calls, and the time of a start after SIGKILL with them queued.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

use cluster::{Cluster, Durability};
use concentrator::record::TABLES;
use exchange::{AtEnd, Behaviour, Exchange, Pace, Recording};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Calls of the full-speed run.
const CALLS: usize = 4_000;
/// Live calls of the memory run.
const LIVE: usize = 10_000;
/// Time of a packet of the recording, µs, after which a call is up and nobody has hung up yet.
const UP: i64 = 1_795_346_825_000_000;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let recording =
        std::fs::read_to_string(root.join("tests/data/asterisk/s01-queue-answered-caller-hangs-up/recording.ami"))
            .unwrap();
    let call: Vec<&str> = recording.split_inclusive("\r\n\r\n").skip(1).collect();
    let server = Cluster::start(Durability::On).unwrap();
    throughput(&server, &call);
    latency(&server, &call);
    memory(&server, &call);
}

/// The packets of one call again, as call number `n`, `shift` µs later.
fn again(call: &[&str], n: usize, shift: i64, until: i64) -> String {
    let mut out = String::new();
    for packet in call {
        let time = packet.split("Timestamp: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let Some(time) = time.and_then(micros) else { continue };
        if time > until {
            break;
        }
        let moved = time + shift;
        let packet = packet
            .replace("astlab-17953468", &format!("astlab-{n:07}"))
            .replace("pstn-00000000", &format!("pstn-{:08x}", n * 2))
            .replace("1001-00000001", &format!("1001-{:08x}", n * 2 + 1))
            .replace("1e35da22-9c45-410c-bada-ab5bc0942bc1", &format!("bridge-{n}"));
        let (before, rest) = packet.split_once("Timestamp: ").unwrap();
        let (_, after) = rest.split_once("\r\n").unwrap();
        out.push_str(&format!("{before}Timestamp: {}.{:06}\r\n{after}", moved / 1_000_000, moved % 1_000_000));
    }
    out
}

fn micros(text: &str) -> Option<i64> {
    let (seconds, fraction) = text.split_once('.')?;
    Some(seconds.parse::<i64>().ok()? * 1_000_000 + fraction.parse::<i64>().ok()?)
}

struct Bench {
    dir: tempfile::TempDir,
    exchange: Option<Exchange>,
    runtime: tokio::runtime::Runtime,
    daemon: Option<Child>,
}

impl Bench {
    /// A daemon that is ready and finds no exchange yet, at the address given.
    fn start(server: &Cluster, database: &str) -> (Self, String) {
        server.create_database(database).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let dir = tempfile::tempdir().unwrap();
        let guests = std::env::var_os("CONCENTRATOR_GUESTS_DIR").map(PathBuf::from).unwrap();
        let text = format!(
            "[concentrator]\nname = \"bench\"\ndbid = 1\ndata_dir = \"{dir}/data\"\n[idb]\nurl = \"{}\"\n[plugins]\ndir = \"{}\"\n\
             [source.pbx.ami]\naddress = \"{address}\"\nusername = \"reporting\"\nsecret_file = \"{dir}/secret\"\nplugin = \"asterisk\"\n\
             backoff_ms_min = 10\nbackoff_ms_max = 20\nroles = [\"cfg\", \"gcc\", \"gls\", \"gud\"]\n\
             [source.pbx.ami.plugin_config]\ntrunks = [\"pstn\"]\n",
            server.socket_url(database),
            guests.display(),
            dir = dir.path().display(),
        );
        std::fs::write(dir.path().join("concentrator.toml"), text).unwrap();
        std::fs::write(dir.path().join("secret"), "secret\n").unwrap();
        let mut bench = Self { dir, exchange: None, runtime, daemon: None };
        bench.run();
        (bench, address)
    }

    /// The exchange begins to speak; gives the moment.
    fn speak(&mut self, address: &str, bytes: &[u8], pace: Pace, index: &str) -> Instant {
        let mut behaviour = Behaviour::new("reporting", "secret");
        (behaviour.pace, behaviour.at_end, behaviour.faults.mute) = (pace, AtEnd::Hold, true);
        let recording = Recording::parse(bytes, index);
        let began = Instant::now();
        self.exchange = Some(self.runtime.block_on(Exchange::start(address, recording, behaviour)).unwrap());
        began
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_concentrator"));
        command.env("CONCENTRATOR_CONFIG", self.dir.path().join("concentrator.toml"));
        command
    }

    /// Starts the daemon and waits until its plugin is loaded.
    fn run(&mut self) {
        self.daemon = Some(self.command().args(["--log", "error", "run"]).spawn().unwrap());
        while self.status()["plugin"]["state"] != "running" {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn status(&self) -> serde_json::Value {
        let output = self.command().args(["status", "--json"]).stderr(Stdio::null()).output().unwrap();
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        status["lanes"]["pbx"].clone()
    }

    /// Waits until everything that the exchange has sent is committed.
    fn finish(&self, events: u64) -> serde_json::Value {
        self.runtime.block_on(self.exchange.as_ref().unwrap().all_sent());
        loop {
            let lane = self.status();
            if lane["source"]["events"].as_u64() >= Some(events) && lane["queue"]["depth"] == 0 {
                return lane;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn peak_memory(&self) -> u64 {
        let pid = self.daemon.as_ref().unwrap().id();
        let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = text.lines().find(|line| line.starts_with("VmHWM")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() >> 10
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Some(daemon) = &mut self.daemon {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

fn load(call: &[&str], calls: usize, step: i64, until: i64) -> (Vec<u8>, u64) {
    let mut bytes = b"Asterisk Call Manager/11.0.0\r\n".to_vec();
    for n in 0..calls {
        bytes.extend_from_slice(again(call, n, i64::try_from(n).unwrap() * step, until).as_bytes());
    }
    let events = bytes.windows(4).filter(|window| *window == b"\r\n\r\n").count() as u64;
    (bytes, events)
}

fn throughput(server: &Cluster, call: &[&str]) {
    let (bytes, events) = load(call, CALLS, 20_000_000, i64::MAX);
    let (mut bench, address) = Bench::start(server, "full_speed");
    let began = bench.speak(&address, &bytes, Pace::Full, "");
    bench.finish(events);
    let took = began.elapsed().as_secs_f64();
    let ask = |text: &str| server.sql("full_speed", text).unwrap();
    let filled: Vec<&str> = TABLES
        .iter()
        .map(|table| table.name)
        .filter(|name| ask(&format!("SELECT COUNT(*) FROM {name}")).trim() != "0")
        .collect();
    let rows: u64 =
        filled.iter().map(|name| ask(&format!("SELECT COUNT(*) FROM {name}")).trim().parse::<u64>().unwrap()).sum();
    let copied = copy(server, &filled);
    println!("socket to committed rows, one lane: {events} events, {rows} rows");
    println!("  line            {:>9.0} events/s {:>9.0} rows/s", events as f64 / took, rows as f64 / took);
    println!("  COPY alone                         {:>9.0} rows/s", rows as f64 / copied);
    println!("  line ÷ COPY     {:>9.2}", copied / took);
    println!("  peak memory     {:>9} MiB", bench.peak_memory());
}

/// Seconds that COPY takes for the same rows into tables of the same definition, in one transaction.
fn copy(server: &Cluster, tables: &[&str]) -> f64 {
    let ask = |text: &str| server.sql("full_speed", text).unwrap();
    let dir = server.socket_directory();
    for table in tables {
        ask(&format!("CREATE TABLE copy_{table} (LIKE {table} INCLUDING ALL)"));
        ask(&format!("COPY {table} TO '{}/{table}.copy'", dir.display()));
    }
    let began = Instant::now();
    let all: Vec<String> =
        tables.iter().map(|table| format!("COPY copy_{table} FROM '{}/{table}.copy'", dir.display())).collect();
    ask(&format!("BEGIN; {}; COMMIT", all.join("; ")));
    began.elapsed().as_secs_f64()
}

fn latency(server: &Cluster, call: &[&str]) {
    // 108 or so packets a call: a call each 0.1 s is about 1,000 events/s.
    let (bytes, events) = load(call, 200, 108_000, i64::MAX);
    let text = String::from_utf8(bytes).unwrap();
    let (mut index, mut at) = ("recv_unix\tbyte_offset\tlength\tfirst_line\n".to_owned(), 0);
    for (n, packet) in text.split_inclusive("\r\n\r\n").enumerate() {
        let time = 1_000_000_000.0 + n as f64 / 1_000.0;
        index.push_str(&format!("{time:.6}\t{at}\t{}\t{}\n", packet.len(), packet.lines().next().unwrap_or_default()));
        at += packet.len();
    }
    let (mut bench, address) = Bench::start(server, "steady");
    bench.speak(&address, text.as_bytes(), Pace::Recorded(1.0), &index);
    let lane = bench.finish(events);
    println!("latency from receipt to commit at 1,000 events/s, {events} events");
    println!("  mean            {:>9.1} ms", lane["idb"]["lag_seconds_mean"].as_f64().unwrap() * 1e3);
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        println!("  {name} at most     {:>9.1} ms", lane_quantile(&lane, share) * 1e3);
    }
}

/// Upper bound of the bucket in which the quantile lies.
fn lane_quantile(lane: &serde_json::Value, share: f64) -> f64 {
    let buckets: Vec<(f64, u64)> = serde_json::from_value(lane["idb"]["lag_buckets"].clone()).unwrap();
    let all: u64 = buckets.iter().map(|(_, count)| count).sum();
    let mut seen = 0;
    for (bound, count) in buckets {
        seen += count;
        if seen as f64 >= all as f64 * share {
            return bound;
        }
    }
    f64::INFINITY
}

fn memory(server: &Cluster, call: &[&str]) {
    let (bytes, events) = load(call, LIVE, 1_000, UP);
    let (mut bench, address) = Bench::start(server, "live");
    bench.speak(&address, &bytes, Pace::Full, "");
    bench.finish(events);
    println!("{LIVE} live calls");
    println!("  peak memory     {:>9} MiB", bench.peak_memory());
    let mut daemon = bench.daemon.take().unwrap();
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    let began = Instant::now();
    bench.run();
    let loaded = began.elapsed().as_secs_f64();
    let before = bench.status()["queue"]["committed"].as_u64();
    while bench.status()["source"]["connected"] != true || bench.status()["queue"]["committed"].as_u64() <= before {
        std::thread::sleep(Duration::from_millis(5));
    }
    println!("start after SIGKILL with those calls");
    println!("  plugin loaded   {loaded:>9.2} s");
    println!(
        "  first commit    {:>9.2} s (state restored, events since the snapshot mapped again)",
        began.elapsed().as_secs_f64()
    );
}
