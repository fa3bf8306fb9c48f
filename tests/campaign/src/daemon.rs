//! The daemon under test: its directory, its configuration, its process, its death.

use crate::small_disk::SmallDisk;
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longest wait for anything but the work itself.
const PATIENCE: Duration = Duration::from_secs(120);
/// Name of the source.
const SOURCE: &str = "site";

/// What a daemon is started with.
#[derive(Debug)]
pub struct Setup<'a> {
    /// The program.
    pub program: &'a Path,
    /// The directory with the plugins.
    pub plugins: &'a Path,
    /// Name of the mapping.
    pub plugin: &'a str,
    /// URL of the database.
    pub idb: &'a str,
    /// Address at which it listens for the site.
    pub listen: &'a str,
    /// Its directory is on a small disk.
    pub disk: Option<&'a SmallDisk>,
    /// Its clock can jump.
    pub clock: Option<&'a Path>,
}

/// A daemon, running or not.
#[derive(Debug)]
pub struct Daemon<'a> {
    setup: Setup<'a>,
    dir: PathBuf,
    child: Option<Child>,
}

impl<'a> Daemon<'a> {
    /// Writes the configuration into `dir` and starts the daemon.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(setup: Setup<'a>, dir: &Path) -> Result<Self> {
        let text = format!(
            r#"[concentrator]
name = "campaign"
dbid = 201
data_dir = "{dir}/data"

[idb]
url = "{idb}"

[plugins]
dir = "{plugins}"
snapshot_events = 5000

[dead_letters]
pause_after = "never"

[source.{SOURCE}.stream]
listen = "{listen}"
plugin = "{plugin}"
roles = ["cfg", "gcc", "gls", "gud"]
dbids = {{ server = 101, backup = 102, switch = 103, tenant = 1 }}
queue = {{ segment_bytes = 8388608, retain_bytes = 8388608 }}
"#,
            dir = dir.display(),
            idb = setup.idb,
            plugins = setup.plugins.display(),
            listen = setup.listen,
            plugin = setup.plugin,
        );
        std::fs::create_dir_all(dir.join("data")).context("create the data directory")?;
        std::fs::write(dir.join("concentrator.toml"), text).context("write the configuration")?;
        let mut daemon = Self { setup, dir: dir.to_owned(), child: None };
        daemon.resume()?;
        Ok(daemon)
    }

    /// Starts it again.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn resume(&mut self) -> Result<()> {
        let log = std::fs::File::options().create(true).append(true).open(self.log())?;
        let mut command = self.command(&["run"]);
        if let Some(file) = self.setup.clock {
            let library = fake_clock().context("no library for a clock that jumps")?;
            command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", file);
            command.envs([("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("FAKETIME_CACHE_DURATION", "1")]);
        }
        self.child = Some(command.stderr(log).stdout(Stdio::null()).spawn().context("start the daemon")?);
        Ok(())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let program = self.setup.program;
        let mut command = self.setup.disk.map_or_else(|| Command::new(program), |disk| disk.command(program));
        command.args(arguments).env("CONCENTRATOR_CONFIG", self.dir.join("concentrator.toml")).stdin(Stdio::null());
        command
    }

    /// Fails if it died by itself.
    ///
    /// # Errors
    /// It did.
    pub fn expect_alive(&mut self) -> Result<()> {
        let Some(child) = &mut self.child else { return Ok(()) };
        ensure!(child.try_wait()?.is_none(), "the daemon died by itself:\n{}", self.log_end());
        Ok(())
    }

    /// SIGKILL.
    ///
    /// # Errors
    /// It was dead already.
    pub fn kill(&mut self) -> Result<()> {
        self.expect_alive()?;
        let mut child = self.child.take().context("the daemon is not running")?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// An orderly stop that empties the queue.
    ///
    /// # Errors
    /// It ends otherwise than by emptying its queue.
    pub fn stop(&mut self) -> Result<()> {
        let mut child = self.child.take().context("the daemon is not running")?;
        let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw).context("no process id")?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        let ended = child.wait()?;
        ensure!(ended.success(), "the daemon stopped with {ended}:\n{}", self.log_end());
        Ok(())
    }

    /// State of the lane, if the daemon answers.
    #[must_use]
    pub fn lane(&self) -> Option<serde_json::Value> {
        let output = self.command(&["status", "--json"]).stderr(Stdio::null()).output().ok()?;
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
        status.get("lanes")?.get(SOURCE).cloned()
    }

    /// Asks for the plugin's file to be loaded again; the inner error is the refusal.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn reload(&self) -> Result<Result<(), String>> {
        let output = self.command(&["plugin", "reload", self.setup.plugin]).output()?;
        let said = || String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned();
        Ok(if output.status.success() { Ok(()) } else { Err(said()) })
    }

    /// Waits until the state of the lane is as wanted.
    ///
    /// # Errors
    /// It is not, for a long time.
    pub fn wait(&self, what: &str, wanted: impl Fn(&serde_json::Value) -> bool) -> Result<()> {
        let began = Instant::now();
        loop {
            let lane = self.lane().unwrap_or_default();
            if wanted(&lane) {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                bail!("waited for {what} in vain: {lane:#}\n{}", self.log_end());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The file that its log goes to.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.dir.join("daemon.log")
    }

    fn log_end(&self) -> String {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines.iter().skip(lines.len().saturating_sub(30)).copied().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The library that lets a process see another time; part of Debian's package `libfaketime`.
#[must_use]
pub fn fake_clock() -> Option<PathBuf> {
    let architectures = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let places = architectures.map(|entry| entry.path().join("faketime/libfaketime.so.1"));
    places.into_iter().find(|file| file.is_file())
}
