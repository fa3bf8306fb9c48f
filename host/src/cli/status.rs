//! `concentrator status`: what a running daemon is doing.

use super::{ConfigArguments, ask, exit, out};
use crate::clock::rfc3339;
use crate::console::status::{Lane, Source, Status};
use anyhow::{Context, Result};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// As JSON: the contract is in docs/reference/status.md.
    #[arg(long)]
    json: bool,
    /// Exit with 3 when one of these is not met: idb, plugin, paused, alarm, source:NAME, lag>30s;
    /// comma-separated.
    #[arg(long, value_name = "CONDITIONS", default_value = "")]
    fail_on: String,
}

#[expect(clippy::unused_async, reason = "verbs have one shape")]
pub(crate) async fn run(arguments: &Arguments) -> Result<u8> {
    if let Some(wrong) = Status::unknown_condition(&arguments.fail_on) {
        eprintln!("error: `{wrong}` is no condition: idb, plugin, paused, alarm, source:NAME or lag>30s");
        return Ok(exit::USAGE);
    }
    let config = arguments.config.read()?;
    let socket = config.console_socket();
    let body = match ask::get(&socket, "/status") {
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

fn show(status: &Status) {
    let up = (status.now - status.started) / 1_000_000;
    out(&format!("{} (concentrator {}), process {}, up {}", status.name, status.version, status.pid, duration(up)));
    for (name, lane) in &status.lanes {
        show_lane(name, lane, status.now);
    }
}

fn show_lane(name: &str, lane: &Lane, now: i64) {
    let (source, queue, plugin, idb) = (&lane.source, &lane.queue, &lane.plugin, &lane.idb);
    out(&format!("\n{name}"));
    if let Some(paused) = &lane.paused {
        out(&format!("  PAUSED  since {} by {}: {}", rfc3339(paused.since), paused.by, paused.reason));
    }
    for alarm in &lane.alarms {
        out(&format!("  ALARM   {} since {}: {}", alarm.alarm, rfc3339(alarm.since), alarm.reason));
    }
    show_source(source, now);
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
    if let Some(reason) = &plugin.reloads.reason {
        out(&format!("          last reload refused {}: {reason}", rfc3339(plugin.reloads.last)));
    }
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
    let kept = &lane.dead_letters_kept;
    if letters > 0 || kept.letters > 0 {
        out(&format!(
            "  {} dead letters are kept, {}; {letters} since the start: `concentrator dead-letter list --source {name}`",
            kept.letters,
            size(kept.bytes)
        ));
    }
}

fn show_source(source: &Source, now: i64) {
    let last = match source.last_event {
        0 => "never".to_owned(),
        then => format!("{} ago", duration((now - then) / 1_000_000)),
    };
    out(&format!(
        "  source  {}; {} connections, {} events, last {last}; {} repeated, {} malformed, {} logins refused",
        if source.connected { "connected" } else { "not connected" },
        source.connects,
        source.events,
        source.repeated,
        source.malformed,
        source.refused_logins
    ));
    let seldom = [
        (source.missing, "numbers missing"),
        (source.gaps, "gaps in the numbers"),
        (source.unreadable, "lines unreadable"),
        (source.invalid_utf8, "events not in UTF-8"),
        (source.passed_over, "messages passed over"),
    ];
    let told = seldom.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let told: Vec<String> = told.collect();
    if !told.is_empty() {
        out(&format!("          {}", told.join(", ")));
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
