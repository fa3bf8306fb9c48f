//! Logs that are read from beginning to end, in the order in which they are named.
//!
//! They are taken for the pieces of one log: nothing is held to be missing between them unless the numbers in their
//! preambles say so.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::Config;
use super::reading::{Log, Reading};
use super::text::Received;
use crate::clock::Clock;
use crate::event::Micros;
use crate::session::mark::Cause;
use crate::source::Error;
use crate::source::capture::Pace;

/// Waits shorter than this are not made.
const PACE_GRAIN: Duration = Duration::from_millis(1);

/// Keeps the pauses that the logs have.
struct Pacer<'a> {
    pace: Pace,
    shutdown: &'a CancellationToken,
    began: Option<(Instant, Micros)>,
}

impl Pacer<'_> {
    /// When an event received at `received` is due, if that is not now.
    fn due(&mut self, received: Micros) -> Option<Instant> {
        let Pace::Scaled(speed) = self.pace else { return None };
        let (began, first) = *self.began.get_or_insert((Instant::now(), received));
        let since = Duration::from_micros(u64::try_from(received - first).unwrap_or_default());
        let due = began.checked_add(since.div_f64(speed))?;
        (due.saturating_duration_since(Instant::now()) >= PACE_GRAIN).then_some(due)
    }

    /// Waits until then; false if the daemon stops first.
    async fn wait(&self, due: Instant) -> bool {
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => false,
            () = tokio::time::sleep_until(due) => true,
        }
    }
}

/// Reads the files of `config`. Returns when all is durable, or at `shutdown`.
pub(super) async fn run(
    config: &Config,
    mut reading: Reading<'_>,
    clock: &Clock,
    shutdown: &CancellationToken,
) -> Result<(), Error> {
    let mut pacer = Pacer { pace: config.pace, shutdown, began: None };
    let mut last: Option<Log> = None;
    for path in &config.files {
        let mut log = Log::open(path, &reading.outlet).await?;
        if log.is_known() && log.length().await? < log.resumed_at {
            let (path, length, skip) = (path.clone(), log.length().await?, log.resumed_at);
            return Err(Error::RecordingShorter { path, length, skip });
        }
        log.lossless = last.is_some() || log.is_known();
        if let Some(before) = &mut last {
            let continued = reading.parser.continued_by(&log.peek().await?, true) == Some(true);
            if !continued {
                reading.parser.finish();
                if !bring_in(&mut reading, before, &mut pacer).await? {
                    break;
                }
            }
            reading.begin(&log, continued);
        } else {
            reading.begin(&log, false);
        }
        reading.parser.received(Received::AsLogged(clock.now()));
        let known = log.is_known();
        while !shutdown.is_cancelled() && reading.step(&mut log).await? > 0 {
            if !bring_in(&mut reading, &mut log, &mut pacer).await? {
                break;
            }
        }
        info!(path = %path.display(), known, "Log is read to its end.");
        last = Some(log);
        if shutdown.is_cancelled() {
            break;
        }
    }
    if let (Some(log), false) = (&mut last, shutdown.is_cancelled()) {
        reading.parser.finish();
        bring_in(&mut reading, log, &mut pacer).await?;
    }
    reading.outlet.close(if shutdown.is_cancelled() { Cause::Stopped } else { Cause::SourceClosed });
    reading.outlet.flush(true).await
}

/// Puts what was found into the queue, each event when it is due; false if the daemon stops first.
async fn bring_in(reading: &mut Reading<'_>, log: &mut Log, pacer: &mut Pacer<'_>) -> Result<bool, Error> {
    while let Some((found, place)) = reading.next(log) {
        if let Some(due) = pacer.due(found.received) {
            reading.outlet.flush(false).await?;
            if !pacer.wait(due).await {
                return Ok(false);
            }
        }
        reading.outlet.event(&found, &place).await?;
        if pacer.shutdown.is_cancelled() {
            return Ok(false);
        }
    }
    Ok(true)
}
