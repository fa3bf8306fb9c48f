//! `concentrator status`: what a running daemon is doing.

use super::{ConfigArguments, exit, out};
use crate::console::status::{Lane, Status};
use anyhow::{Context, Result};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// Longest answer that is read, bytes.
const ANSWER_BYTES_MAX: u64 = 16 << 20;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// As JSON: the contract is in docs/reference/status.md.
    #[arg(long)]
    json: bool,
    /// Exit with 3 when one of these is not met: idb, plugin, source:NAME, lag>30s; comma-separated.
    #[arg(long, value_name = "CONDITIONS", default_value = "")]
    fail_on: String,
}

#[expect(clippy::unused_async, reason = "verbs have one shape")]
pub(crate) async fn run(arguments: &Arguments) -> Result<u8> {
    let config = arguments.config.read()?;
    let socket = config.console_socket();
    let body = match get(&socket, "/status") {
        Ok(body) => body,
        Err(error) => {
            eprintln!("error: no daemon answers on {}: {error:#}", socket.display());
            eprintln!("help: is `concentrator run` running with this configuration?");
            return Ok(exit::NO_DAEMON);
        }
    };
    let status: Status = serde_json::from_str(&body).context("read the daemon's answer")?;
    if arguments.json {
        out(&body);
    } else {
        show(&status);
    }
    let failing = status.failing(&arguments.fail_on);
    if failing.is_empty() {
        return Ok(exit::SUCCESS);
    }
    eprintln!("not met: {}", failing.join(", "));
    Ok(exit::PROBLEMS)
}

/// A GET over the console's socket.
fn get(socket: &Path, path: &str) -> Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("an answer that is not HTTP")?;
    Ok(body.to_owned())
}

fn show(status: &Status) {
    let up = (status.now - status.started) / 1_000_000;
    out(&format!("{} (concentrator {}), process {}, up {}", status.name, status.version, status.pid, duration(up)));
    for (name, lane) in &status.lanes {
        show_lane(name, lane, status.now);
    }
}

fn show_lane(name: &str, lane: &Lane, now: i64) {
    let (source, queue, plugin, idb) = (&lane.source, &lane.queue, &lane.plugin, &lane.idb);
    let since =
        |then: i64| if then == 0 { "never".to_owned() } else { format!("{} ago", duration((now - then) / 1_000_000)) };
    out(&format!("\n{name}"));
    let word = if source.connected { "connected" } else { "not connected" };
    out(&format!(
        "  source  {word}; {} connections, {} events, last {}; {} repeated, {} malformed, {} logins refused",
        source.connects,
        source.events,
        since(source.last_event),
        source.repeated,
        source.malformed,
        source.refused_logins
    ));
    let refusing = queue.refusing.as_ref().map_or(String::new(), |reason| format!("; REFUSING: {reason}"));
    out(&format!(
        "  queue   {} waiting; retained {} ≤ snapshot {} ≤ committed {} ≤ mapped {} ≤ durable {} ≤ appended {}; {} of {}{refusing}",
        queue.depth,
        queue.first_retained,
        queue.snapshot,
        queue.committed,
        queue.mapped,
        queue.durable,
        queue.appended,
        size(queue.bytes),
        size(queue.limit_bytes)
    ));
    let reason = |reason: &Option<String>| reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
    let failures: u64 = plugin.failures.values().sum();
    out(&format!(
        "  plugin  {} {}{}; {} calls, {failures} failures, {}, {} unknown events",
        if plugin.version.is_empty() { &plugin.name } else { &plugin.version },
        plugin.state,
        reason(&plugin.reason),
        plugin.calls,
        size(plugin.memory_bytes),
        plugin.unknown_events
    ));
    let rows: u64 = idb.rows.values().sum();
    out(&format!(
        "  idb     {}{}; {} transactions, {rows} rows, {} tried again, {} values cut",
        idb.state,
        reason(&idb.reason),
        idb.batches,
        idb.retries,
        idb.cleaned
    ));
    let letters: u64 = lane.dead_letters.values().sum();
    if letters > 0 {
        out(&format!("  {letters} dead letters since the start: `concentrator dead-letter list --source {name}`"));
    }
}

/// Seconds in words.
fn duration(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Bytes in words.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => format!("{} KiB", bytes >> 10),
        1_048_576..1_073_741_824 => format!("{} MiB", bytes >> 20),
        _ => format!("{}.{} GiB", bytes >> 30, ((bytes % (1 << 30)) * 10) >> 30),
    }
}
