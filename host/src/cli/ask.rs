//! Asking a running daemon over the console's socket; and, where none runs, being the only one at its files.

use crate::config::Config;
use crate::daemon::DataDir;
use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// Longest answer that is read, bytes.
const ANSWER_BYTES_MAX: u64 = 16 << 20;
/// Longest wait for an answer that only reads.
const READ_WAIT: Duration = Duration::from_secs(5);
/// Longest wait for one that changes something: it waits for the disk.
const CHANGE_WAIT: Duration = Duration::from_secs(60);
/// Longest wait for one that compiles plugins and lets them try many events.
const RELOAD_WAIT: Duration = Duration::from_secs(600);

/// Who is to be asked.
pub(super) enum Daemon {
    /// A daemon runs.
    Running,
    /// None does, and none can start as long as this value lives.
    Stopped(DataDir),
}

impl Daemon {
    /// Finds out whether a daemon runs with this configuration.
    ///
    /// # Errors
    /// If another process, which does not answer, uses the data directory.
    pub(super) fn find(config: &Config) -> Result<Self> {
        match UnixStream::connect(config.console_socket()) {
            Ok(_) => return Ok(Self::Running),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                return Err(error).with_context(|| format!("ask the daemon on {}", config.console_socket().display()));
            }
            Err(_) => {}
        }
        if !config.concentrator.data_dir.is_dir() {
            bail!("there is no data directory {} yet", config.concentrator.data_dir.display());
        }
        DataDir::lock(&config.concentrator.data_dir).map(Self::Stopped)
    }
}

/// A GET over the console's socket.
pub(super) fn get(socket: &Path, path: &str) -> Result<String> {
    request(socket, &format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"), READ_WAIT).map(|(_, body)| body)
}

/// A POST of `body` over the console's socket.
pub(super) fn post<T: DeserializeOwned>(socket: &Path, path: &str, body: &impl Serialize) -> Result<T> {
    post_within(CHANGE_WAIT, socket, path, body)
}

/// A POST of `body` that is waited for as long as a reload may take.
pub(super) fn post_reload<T: DeserializeOwned>(socket: &Path, path: &str, body: &impl Serialize) -> Result<T> {
    post_within(RELOAD_WAIT, socket, path, body)
}

fn post_within<T: DeserializeOwned>(wait: Duration, socket: &Path, path: &str, body: &impl Serialize) -> Result<T> {
    let body = serde_json::to_string(body).context("write the request")?;
    let head = format!(
        "POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let (code, answer) = request(socket, &(head + &body), wait)?;
    if code != "200" {
        bail!("the daemon refuses: {}", answer.trim_end());
    }
    serde_json::from_str(&answer).context("read the daemon's answer")
}

/// The status code and the body of the answer.
fn request(socket: &Path, request: &str, wait: Duration) -> Result<(String, String)> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(wait))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("an answer that is not HTTP")?;
    let code = head.split(' ').nth(1).unwrap_or_default();
    Ok((code.to_owned(), body.to_owned()))
}

/// Who asks, for the log and the console: the person behind `sudo`, if there is one.
pub(super) fn by_whom() -> String {
    let named = ["SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let named = named.filter(|name| !name.is_empty() && name.chars().all(|c| !c.is_control()));
    named.unwrap_or_else(|| format!("user {}", rustix::process::getuid().as_raw()))
}
