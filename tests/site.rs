//! A site for a test: a directory of its own with configuration, secret and data, and the binary to run in it.

use crate::rows::Rows;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Longest wait for anything in these tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Site {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) plugins: PathBuf,
    pub(crate) address: String,
    pub(crate) idb: String,
    pub(crate) plugin: String,
    pub(crate) plugin_config: String,
    /// Further lines of `[plugins]`.
    pub(crate) plugin_limits: String,
    /// The table of the source `pbx`, from its header on; none: the exchange at `address`.
    pub(crate) source: Option<String>,
}

/// Where `cargo xtask guests` puts the plugins.
pub(crate) fn guests() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/guests");
    let dir = std::env::var_os("CONCENTRATOR_GUESTS_DIR").map_or(beside, PathBuf::from);
    assert!(dir.join("asterisk.wasm").is_file(), "{} has no asterisk.wasm: run `cargo xtask guests`", dir.display());
    dir
}

/// The recordings in the order in which they were made; of two simultaneous connections the first.
pub(crate) fn recordings() -> Vec<PathBuf> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/asterisk");
    let mut files: Vec<PathBuf> = std::fs::read_dir(cases)
        .unwrap()
        .map(|case| case.unwrap().path().join("recording.ami"))
        .filter(|file| file.is_file() && !file.to_string_lossy().contains("late-collector"))
        .collect();
    files.sort();
    assert!(files.len() > 10, "the recordings are missing");
    files
}

impl Site {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let plugins = dir.path().join("plugins");
        std::fs::create_dir(&plugins).unwrap();
        for plugin in ["asterisk.wasm", "evil.wasm"] {
            std::fs::copy(guests().join(plugin), plugins.join(plugin)).unwrap();
        }
        Self {
            idb: format!("sqlite://{}/idb.sqlite", dir.path().display()),
            dir,
            plugins,
            address: "127.0.0.1:1".to_owned(),
            plugin: "asterisk".to_owned(),
            plugin_config: "trunks = [\"pstn\"]".to_owned(),
            plugin_limits: String::new(),
            source: None,
        }
    }

    /// A site whose voice events come from `[source.pbx.<kind>]` with these options, `{dir}` being its directory.
    pub(crate) fn of_voice(kind: &str, options: &str) -> Self {
        let mut site = Self::new();
        std::fs::copy(guests().join("voice.wasm"), site.plugins.join("voice.wasm")).unwrap();
        let options = options.replace("{dir}", &site.dir.path().display().to_string());
        site.source = Some(format!(
            r#"[source.pbx.{kind}]
plugin = "voice"
roles = ["cfg", "gcc", "gls", "gud"]
dbids = {{ server = 101, backup = 102, switch = 103, tenant = 1 }}
{options}
"#
        ));
        site.write_config();
        site
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The configuration as text.
    pub(crate) fn config(&self) -> String {
        format!(
            r#"[concentrator]
name = "test"
dbid = 101
data_dir = "{dir}/data"

[idb]
url = "{idb}"

[plugins]
dir = "{plugins}"
{limits}

{source}"#,
            dir = self.dir.path().display(),
            idb = self.idb,
            plugins = self.plugins.display(),
            limits = self.plugin_limits,
            source = self.source.clone().unwrap_or_else(|| self.exchange()),
        )
    }

    fn exchange(&self) -> String {
        format!(
            r#"[source.pbx.ami]
address = "{address}"
username = "reporting"
secret_file = "{dir}/pbx.secret"
plugin = "{plugin}"
roles = ["cfg", "gcc", "gls", "gud"]
backoff_ms_min = 20
backoff_ms_max = 200
queue = {{ segment_bytes = 8388608, retain_bytes = 8388608 }}

[source.pbx.ami.plugin_config]
{config}
"#,
            dir = self.dir.path().display(),
            address = self.address,
            plugin = self.plugin,
            config = self.plugin_config,
        )
    }

    pub(crate) fn write_config(&self) {
        std::fs::write(self.path("concentrator.toml"), self.config()).unwrap();
        if !self.path("pbx.secret").exists() {
            std::fs::write(self.path("pbx.secret"), "secret\n").unwrap();
            std::fs::set_permissions(self.path("pbx.secret"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
                .unwrap();
        }
    }

    /// The binary, with this site's configuration.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_concentrator"));
        command.env("CONCENTRATOR_CONFIG", self.path("concentrator.toml")).args(arguments).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a verb that must succeed; gives its standard output.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {}\n{errors}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn replay(&self, files: &[PathBuf]) -> String {
        let files: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
        self.ok(&[&["replay", "--source", "pbx"][..], &files].concat())
    }

    /// The daemon; its log goes to `daemon.log`.
    pub(crate) fn daemon(&self) -> Daemon {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.path("daemon.log")).unwrap();
        Daemon(Some(self.command(&["run"]).stderr(log).spawn().unwrap()))
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("daemon.log")).unwrap_or_default()
    }

    pub(crate) fn rows(&self) -> Rows {
        Rows::of_sqlite(&self.path("idb.sqlite"))
    }

    /// `status --json`, if the daemon answers.
    pub(crate) fn status(&self) -> Option<serde_json::Value> {
        let output = self.run(&["status", "--json"]);
        serde_json::from_slice(&output.stdout).ok()
    }

    /// Waits until the status of the lane `pbx` is as wanted.
    pub(crate) fn wait_for(&self, what: &str, wanted: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        let began = Instant::now();
        loop {
            let lane = self.status().map(|status| status["lanes"]["pbx"].clone()).unwrap_or_default();
            if wanted(&lane) {
                return lane;
            }
            assert!(began.elapsed() < PATIENCE, "waited for {what} in vain: {lane:#}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A daemon that is killed when it is dropped.
pub(crate) struct Daemon(Option<Child>);

impl Daemon {
    pub(crate) fn kill(mut self) {
        let child = self.0.as_mut().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        self.0 = None;
    }

    /// Sends it a signal: `-HUP`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.0.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.0.as_ref().map_or(0, Child::id)
    }

    /// An orderly stop; gives the exit code.
    pub(crate) fn stop(mut self) -> i32 {
        self.signal("-TERM");
        let mut child = self.0.take().unwrap();
        child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
