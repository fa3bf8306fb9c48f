//! The daemon that is measured: its directory, its configuration, its process.

use anyhow::{Context, Result, bail};
use cluster::Cluster;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longest wait for a state without progress.
const PATIENCE: Duration = Duration::from_secs(900);
/// Processor time is told in this part of a second.
const TICK_MICROS: u64 = 10_000;

/// A daemon with one voice lane.
pub(crate) struct Daemon {
    dir: tempfile::TempDir,
    child: Option<Child>,
    /// Where it listens for the site.
    pub(crate) address: String,
}

impl Daemon {
    /// Starts one on a new database, and waits until its plugin is loaded.
    pub(crate) fn start(server: &Cluster, database: &str) -> Result<Self> {
        server.create_database(database)?;
        let dir = tempfile::tempdir()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let plugins = std::env::var("CONCENTRATOR_GUESTS_DIR").context("CONCENTRATOR_GUESTS_DIR")?;
        let text = format!(
            r#"[concentrator]
name = "figures"
dbid = 201
data_dir = "{dir}/data"

[idb]
url = "{idb}"

[plugins]
dir = "{plugins}"

[source.site.stream]
listen = "{address}"
plugin = "voice"
roles = ["cfg", "gcc", "gls", "gud"]
dbids = {{ server = 101, backup = 102, switch = 103, tenant = 1 }}
"#,
            dir = dir.path().display(),
            idb = server.socket_url(database),
        );
        std::fs::write(dir.path().join("concentrator.toml"), text)?;
        let mut daemon = Self { dir, child: None, address };
        daemon.run()?;
        daemon.wait("the plugin", |lane| lane["plugin"]["state"] == "running")?;
        Ok(daemon)
    }

    /// Starts the process.
    pub(crate) fn run(&mut self) -> Result<()> {
        let mut command = self.command()?;
        let command = command.args(["--log", "error", "run"]).stdin(Stdio::null()).stdout(Stdio::null());
        self.child = Some(command.spawn().context("start the daemon")?);
        Ok(())
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    fn command(&self) -> Result<Command> {
        let program: PathBuf = std::env::var_os("CONCENTRATOR_PROGRAM").context("CONCENTRATOR_PROGRAM")?.into();
        let mut command = Command::new(program);
        command.env("CONCENTRATOR_CONFIG", self.dir.path().join("concentrator.toml"));
        Ok(command)
    }

    /// State of the lane; nothing while the daemon does not answer.
    pub(crate) fn lane(&self) -> Result<serde_json::Value> {
        let output = self.command()?.args(["status", "--json"]).stderr(Stdio::null()).output()?;
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        Ok(status["lanes"]["site"].clone())
    }

    /// Waits until the lane is as wanted.
    pub(crate) fn wait(&self, what: &str, wanted: impl Fn(&serde_json::Value) -> bool) -> Result<()> {
        let began = Instant::now();
        loop {
            let lane = self.lane()?;
            if wanted(&lane) {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                bail!("waited for {what} in vain: {lane:#}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Loads the plugin's file again; gives how long the lane waited, ms.
    pub(crate) fn reload(&self) -> Result<f64> {
        let output = self.command()?.args(["plugin", "reload", "voice", "--json"]).output()?;
        let line = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
        let outcome: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        outcome["pause_ms"].as_f64().with_context(|| {
            format!("the plugin was not loaded again: {line} {}", String::from_utf8_lossy(&output.stderr))
        })
    }

    /// Waits until everything in its queue is committed.
    pub(crate) fn drained(&self) -> Result<()> {
        self.wait("the end of the queue", |lane| lane["queue"]["depth"] == 0)
    }

    /// Resident memory now and at its peak, MiB.
    pub(crate) fn memory(&self) -> Result<(u64, u64)> {
        let text = std::fs::read_to_string(self.proc("status")?)?;
        let field = |name: &str| -> Result<u64> {
            let line = text.lines().find(|line| line.starts_with(name)).context("a line of /proc")?;
            Ok(line.split_whitespace().nth(1).context("its number")?.parse::<u64>()? >> 10)
        };
        Ok((field("VmRSS:")?, field("VmHWM:")?))
    }

    /// Processor time used so far, µs.
    pub(crate) fn cpu_micros(&self) -> Result<u64> {
        let text = std::fs::read_to_string(self.proc("stat")?)?;
        // The name of the program, which may have spaces, ends with the last parenthesis.
        let (_, fields) = text.rsplit_once(')').context("a line of /proc")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
        Ok(ticks.sum::<Result<u64, _>>()? * TICK_MICROS)
    }

    fn proc(&self, file: &str) -> Result<PathBuf> {
        let child = self.child.as_ref().context("the daemon does not run")?;
        Ok(PathBuf::from(format!("/proc/{}/{file}", child.id())))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // A daemon that has ended needs no killing.
        let _ = self.kill();
    }
}
