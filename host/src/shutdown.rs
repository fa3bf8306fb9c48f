//! Signals: SIGTERM and SIGINT stop, SIGHUP asks for the plugins that have changed.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Exit code of a stop that left events in the queue: nothing is lost.
pub const NOT_DRAINED: u8 = 75;

/// A token that SIGTERM or SIGINT cancels. A second signal ends the process with [`NOT_DRAINED`]: what was
/// acknowledged is on disk at any moment.
///
/// # Errors
/// If signals cannot be watched.
pub fn on_signal() -> anyhow::Result<CancellationToken> {
    let token = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = token.clone();
    tokio::spawn(async move {
        for second in [false, true] {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            if second {
                tracing::warn!(signal = name, "Second signal: stopping now; nothing acknowledged is lost.");
                std::process::exit(i32::from(NOT_DRAINED));
            }
            tracing::info!(signal = name, "Stopping: sources first, then what is in the queue.");
            stop.cancel();
        }
    });
    Ok(token)
}

/// SIGHUP, which no longer ends the process; several that come at once are one.
///
/// # Errors
/// If signals cannot be watched.
pub fn hangups() -> anyhow::Result<Signal> {
    Ok(signal(SignalKind::hangup())?)
}
