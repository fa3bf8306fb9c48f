//! `cargo xtask demo`: the daemon against a recorded exchange, into SQLite.

use crate::{PLUGINS, guests, needs, say, target_dir};
use anyhow::{Context, Result, bail, ensure};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How many times faster than it was the recorded exchange runs.
const SPEED: &str = "10";
/// The recordings last five and a half minutes; at ten times the pace with room to spare.
const LIMIT: Duration = Duration::from_secs(180);

/// A process that is ended when the demo ends; its output is kept open until then.
struct Running {
    child: Child,
    #[expect(dead_code, reason = "held, not read: the process must be able to write")]
    output: Option<ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Builds everything, runs the main job, shows what it wrote.
pub(crate) fn run(root: &Path) -> Result<()> {
    needs::c_compiler()?;
    say("compiling the plugin (once, about a minute)");
    guests::build(root, PLUGINS)?;
    say("compiling the daemon and the recorded exchange (once, some minutes)");
    build(root)?;
    let dir = target_dir(root).join("demo");
    if dir.exists() {
        std::fs::remove_dir_all(&dir).with_context(|| format!("empty {}", dir.display()))?;
    }
    std::fs::create_dir_all(&dir)?;
    let (_exchange, address) = exchange(root, &dir)?;
    let config = configure(root, &dir, &address)?;
    say(&format!("the exchange speaks on {address}, {SPEED} times as fast as it was recorded"));
    let spawned = concentrator(root, &config).args(["-q", "run"]).spawn().context("start the daemon")?;
    let mut daemon = Running { child: spawned, output: None };
    watch(root, &config, &mut daemon.child)?;
    stop(&mut daemon.child)?;
    let shown = concentrator(root, &config).args(["idb", "summary"]).status()?;
    ensure!(shown.success(), "show the summary: {shown}");
    say(&format!("the database is {}", dir.join("idb.sqlite").display()));
    Ok(())
}

fn build(root: &Path) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["build", "--package", "concentrator", "--package", "exchange", "--bins"];
    let status = Command::new(cargo).current_dir(root).args(arguments).status()?;
    ensure!(status.success(), "compile: {status}");
    Ok(())
}

fn concentrator(root: &Path, config: &Path) -> Command {
    let mut command = Command::new(target_dir(root).join("debug/concentrator"));
    command.env("CONCENTRATOR_CONFIG", config);
    command
}

/// The recordings in the order in which they were made, as one connection.
fn recordings(root: &Path) -> Result<Vec<PathBuf>> {
    let dir = root.join("tests/data/asterisk");
    let cases = std::fs::read_dir(&dir).with_context(|| format!("read {}", dir.display()))?.flatten();
    let mut files: Vec<PathBuf> = cases.map(|case| case.path().join("recording.ami")).filter(|f| f.is_file()).collect();
    // Of s20 there are two connections at the same time; the second one is not part of this one's story.
    files.retain(|file| !file.to_string_lossy().contains("late-collector"));
    files.sort();
    ensure!(!files.is_empty(), "no recordings in {}", dir.display());
    Ok(files)
}

fn exchange(root: &Path, dir: &Path) -> Result<(Running, String)> {
    let secret = dir.join("pbx.secret");
    std::fs::write(&secret, "demo-secret\n")?;
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600))?;
    let mut command = Command::new(target_dir(root).join("debug/exchange"));
    command.args(["--listen", "127.0.0.1:0", "--speed", SPEED, "--secret-file"]).arg(&secret);
    let mut child = command.args(recordings(root)?).stdout(Stdio::piped()).spawn().context("start the exchange")?;
    let mut out = BufReader::new(child.stdout.take().context("the exchange's output")?);
    let mut line = String::new();
    out.read_line(&mut line)?;
    let child = Running { child, output: Some(out.into_inner()) };
    let address = line.trim().trim_end_matches('.').rsplit(' ').next().unwrap_or_default().to_owned();
    ensure!(address.contains(':'), "the exchange did not start: {line}");
    Ok((child, address))
}

fn configure(root: &Path, dir: &Path, address: &str) -> Result<PathBuf> {
    let text = format!(
        r#"[concentrator]
name = "demo"
dbid = 101
data_dir = "{data}"

[idb]
url = "sqlite://{dir}/idb.sqlite"

[plugins]
dir = "{guests}"

[source.pbx.ami]
address = "{address}"
username = "reporting"
secret_file = "{dir}/pbx.secret"
plugin = "asterisk"
roles = ["cfg", "gcc", "gls", "gud"]

[source.pbx.ami.plugin_config]
trunks = ["pstn"]
"#,
        data = dir.join("data").display(),
        dir = dir.display(),
        guests = target_dir(root).join("guests").display(),
    );
    let path = dir.join("concentrator.toml");
    std::fs::write(&path, text)?;
    Ok(path)
}

/// Shows a line of progress every few seconds until the exchange has said everything and it is committed.
fn watch(root: &Path, config: &Path, daemon: &mut Child) -> Result<()> {
    let started = Instant::now();
    let mut before = 0;
    let mut still = 0;
    while started.elapsed() < LIMIT {
        std::thread::sleep(Duration::from_secs(2));
        if let Some(status) = daemon.try_wait()? {
            bail!("the daemon has ended: {status}");
        }
        let output = concentrator(root, config).args(["status", "--json"]).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let number = |key: &str| field(&text, key);
        let (events, depth) = (number("\"events\":"), number("\"depth\":"));
        eprintln!("    {:>4} s  {events:>6} events received, {depth} waiting", started.elapsed().as_secs());
        still = if events == before && events > 0 && depth == 0 { still + 1 } else { 0 };
        before = events;
        // The longest silence of the recordings is 12 s, which is 1.2 s here.
        if still == 3 {
            return Ok(());
        }
    }
    bail!("the demo did not end within {} s", LIMIT.as_secs())
}

/// The number after `key` in a JSON text: all that a progress line needs.
fn field(text: &str, key: &str) -> u64 {
    let rest = text.split(key).nth(1).unwrap_or_default();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// An orderly stop.
fn stop(daemon: &mut Child) -> Result<()> {
    let status = Command::new("kill").args(["-TERM", &daemon.id().to_string()]).status()?;
    ensure!(status.success(), "stop the daemon: {status}");
    let ended = daemon.wait()?;
    ensure!(ended.success(), "the daemon ended with {ended}");
    Ok(())
}
