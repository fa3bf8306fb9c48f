//! Looks at the lanes every second, and raises and clears their alarms.

use super::{LaneView, Lanes};
use crate::config::Config;
use crate::lane::alarms::Seen;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How often is looked.
const PERIOD: Duration = Duration::from_secs(1);
/// Dead letters on disk are counted with every that many looks: a person may remove files.
const COUNTING: u32 = 10;

/// Runs until `stop`.
pub(super) async fn run(lanes: Lanes, stop: CancellationToken) {
    let mut looks = 0_u32;
    while !stop.is_cancelled() {
        if looks.is_multiple_of(COUNTING) {
            count(lanes.clone()).await;
        }
        looks = looks.wrapping_add(1);
        for (name, lane) in lanes.each() {
            look(name, lane, &lanes);
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

fn look(name: &str, lane: &LaneView, lanes: &Lanes) {
    let seen = Seen {
        figures: lane.shared.figures(),
        paused: lane.shared.gate.paused(),
        refusing: lane.queue().and_then(|queue| queue.positions().refusing),
        connected: lane.reads_files || lane.shared.source.snapshot().connected,
    };
    lane.with_alarms(|alarms| alarms.look(name, &seen, &lanes.config, &lanes.clock, Instant::now()));
}

async fn count(lanes: Lanes) {
    let count = move || {
        for (name, lane) in lanes.each() {
            // What cannot be counted stays as it was; whoever needs the files says why.
            if let Ok(kept) = lane.letters.store().kept(Some(name)) {
                lane.shared.update(|figures| figures.letters_kept = kept);
            }
        }
    };
    // A count that is cut short by the end of the process is of no interest.
    let _ = tokio::task::spawn_blocking(count).await;
}

/// Whether what it reads is a file, and no connection.
pub(super) fn reads_files(name: &str, config: &Config) -> bool {
    config.sources.get(name).is_some_and(|source| matches!(source.lane().kind, "capture" | "tevents"))
}
