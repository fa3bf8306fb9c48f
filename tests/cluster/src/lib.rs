//! A private PostgreSQL server for tests and measurements: a directory of its own, a UNIX socket and a free loopback
//! port, stopped and removed when dropped.
//!
//! PostgreSQL refuses to run as root; there the server runs as `postgres`, or else as `nobody`.
//!
//! ```no_run
//! let cluster = cluster::Cluster::start(cluster::Durability::Off).unwrap();
//! cluster.create_database("idb").unwrap();
//! println!("{} or {}", cluster.socket_url("idb"), cluster.tcp_url("idb"));
//! ```

use std::io::{Error, ErrorKind, Result};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// How long the server may take to start or stop.
const PATIENCE: Duration = Duration::from_secs(60);
/// Other ports tried when the first one was taken in between.
const ATTEMPTS: u32 = 3;
/// Superuser of the server; everybody may be it, without password.
const USER: &str = "postgres";

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Whether commits wait for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// As in production: for measurements.
    On,
    /// Quick: for tests, which never lose the machine's power.
    Off,
}

/// How the server stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Waits until all clients have gone.
    Smart,
    /// Disconnects clients, rolls back, shuts down in order.
    Fast,
    /// Drops everything; recovers at the next start.
    Immediate,
}

/// The server.
#[derive(Debug)]
pub struct Cluster {
    bin: PathBuf,
    directory: PathBuf,
    port: u16,
    /// User and group that the server runs as, when we are root.
    runs_as: Option<(u32, u32)>,
    durability: Durability,
    server: Option<Child>,
}

/// A quick server that the tests of a process share; the last one to drop it stops it. Nobody may stop it but so.
///
/// # Errors
/// As [`Cluster::start`].
pub fn shared() -> Result<Arc<Cluster>> {
    static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(cluster) = shared.upgrade() {
        return Ok(cluster);
    }
    let cluster = Arc::new(Cluster::start(Durability::Off)?);
    *shared = Arc::downgrade(&cluster);
    Ok(cluster)
}

impl Cluster {
    /// Makes a new server and waits until it answers.
    ///
    /// # Errors
    /// PostgreSQL is not installed (the error names the package), or does not start (the error has its log's end).
    pub fn start(durability: Durability) -> Result<Self> {
        let bin = programs()?;
        let runs_as = unprivileged()?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("cluster-{}-{number}", std::process::id()));
        std::fs::create_dir(&directory)?;
        let mut cluster = Self { bin, directory, port: 0, runs_as, durability, server: None };
        if let Some((user, group)) = runs_as {
            chown(&cluster.directory, Some(user), Some(group))?;
        }
        std::fs::set_permissions(&cluster.directory, std::fs::Permissions::from_mode(0o755))?;
        let data = cluster.data();
        let words = ["-A", "trust", "-U", USER, "--no-sync", "-E", "UTF8", "--locale", "C", "-D"];
        succeed(cluster.program("initdb").args(words).arg(data))?;
        for attempt in 1..=ATTEMPTS {
            cluster.port = free_port()?;
            match cluster.resume() {
                Err(error) if attempt == ATTEMPTS => return Err(error),
                Err(_) => {}
                Ok(()) => break,
            }
        }
        Ok(cluster)
    }

    /// Starts the server again after [`Cluster::stop`], at the same socket and port.
    ///
    /// # Errors
    /// It does not start; the error has its log's end.
    pub fn resume(&mut self) -> Result<()> {
        let fsync = if self.durability == Durability::On { "fsync=on" } else { "fsync=off" };
        let log = std::fs::File::options().create(true).append(true).open(self.directory.join("log"))?;
        let mut program = self.program("postgres");
        program.arg("-D").arg(self.data()).arg("-k").arg(&self.directory).args(["-p", &self.port.to_string()]);
        program.args(["-c", "listen_addresses=127.0.0.1", "-c", fsync]).stdout(Stdio::null()).stderr(log);
        let mut server = program.spawn()?;
        let deadline = Instant::now() + PATIENCE;
        while !self.ready() {
            let ended = server.try_wait()?;
            if ended.is_some() || Instant::now() > deadline {
                let _ = server.kill();
                let _ = server.wait();
                return Err(Error::other(format!("the server does not start: {}", self.log_end())));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.server = Some(server);
        Ok(())
    }

    /// Stops the server; [`Cluster::resume`] starts it again.
    ///
    /// # Errors
    /// It does not stop in time.
    pub fn stop(&mut self, how: Stop) -> Result<()> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        let mode = match how {
            Stop::Smart => "smart",
            Stop::Fast => "fast",
            Stop::Immediate => "immediate",
        };
        let data = self.data();
        let seconds = PATIENCE.as_secs().to_string();
        let stopped = succeed(self.program("pg_ctl").args(["stop", "-s", "-m", mode, "-t", &seconds, "-D"]).arg(data));
        if stopped.is_err() {
            let _ = server.kill();
        }
        server.wait()?;
        stopped.map(drop)
    }

    /// The server's UNIX socket lies here.
    #[must_use]
    pub fn socket_directory(&self) -> &Path {
        &self.directory
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// URL of a database, over the UNIX socket.
    #[must_use]
    pub fn socket_url(&self, database: &str) -> String {
        format!("postgres://{USER}@/{database}?host={}&port={}", self.directory.display(), self.port)
    }

    /// URL of a database, over TCP.
    #[must_use]
    pub fn tcp_url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database of a name that was not used before, and gives the name.
    ///
    /// # Errors
    /// The server refuses.
    pub fn new_database(&self) -> Result<String> {
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.create_database(&name).map(|()| name)
    }

    /// Makes an empty database.
    ///
    /// # Errors
    /// The server refuses.
    pub fn create_database(&self, name: &str) -> Result<()> {
        self.sql(USER, &format!("CREATE DATABASE {name}")).map(drop)
    }

    /// Runs SQL and gives what it prints: a line a row, columns divided by `|`.
    ///
    /// # Errors
    /// The server refuses.
    pub fn sql(&self, database: &str, text: &str) -> Result<String> {
        let mut program = self.program("psql");
        program.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", USER, "-d", database]);
        program.arg("-h").arg(&self.directory).args(["-p", &self.port.to_string(), "-c", text]);
        succeed(&mut program)
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// A program of PostgreSQL, run as the server's user.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.current_dir(&self.directory).stdin(Stdio::null()).env("LC_ALL", "C");
        if let Some((user, group)) = self.runs_as {
            command.uid(user).gid(group);
        }
        command
    }

    /// The eighth line of its pid file says so.
    fn ready(&self) -> bool {
        let text = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        text.lines().nth(7).is_some_and(|line| line.trim() == "ready")
    }

    fn log_end(&self) -> String {
        let text = std::fs::read_to_string(self.directory.join("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines.iter().skip(lines.len().saturating_sub(5)).copied().collect::<Vec<_>>().join("; ")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.stop(Stop::Immediate);
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Where PostgreSQL's programs are: Debian's directories, newest first, then PATH.
fn programs() -> Result<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|path| Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin"))))
        .collect();
    versions.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let candidates = versions.into_iter().rev().map(|(_, bin)| bin).chain(std::env::split_paths(&path));
    let complete = |bin: &PathBuf| ["initdb", "postgres", "pg_ctl", "psql"].iter().all(|name| bin.join(name).exists());
    candidates.into_iter().find(complete).ok_or_else(|| {
        Error::new(ErrorKind::NotFound, "PostgreSQL is not installed; on Debian: apt-get install postgresql")
    })
}

/// User and group to run as, when we are root.
fn unprivileged() -> Result<Option<(u32, u32)>> {
    use std::os::unix::fs::MetadataExt;
    // The owner of /proc/self is the effective user of this process.
    if std::fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd")?;
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map_while(|field| field.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    };
    let user = find("postgres").or_else(|| find("nobody"));
    user.map(Some).ok_or_else(|| Error::new(ErrorKind::NotFound, "no user `postgres` or `nobody` to run PostgreSQL as"))
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn succeed(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(Error::other(format!("{}: {}", Path::new(command.get_program()).display(), words.trim())))
}
