//! Up to where logs have been read, as the end of the queue tells it.
//!
//! A session's opening names its log and where it begins in it; events carry their offset; and after every opening and
//! every [`BOOKMARK_EVENTS`](crate::session::mark::BOOKMARK_EVENTS) events stand bookmarks of all logs that were read
//! lately, the present one last. So the last complete set of them, and the events behind it, tell all.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::super::{Error, Inlet};
use crate::event::{Kind, Seq, View};

/// Entries at the end of the queue that are looked through first; eight times as many at each further look.
const LOOK_ENTRIES: u64 = 4_096;
/// Logs that have bookmarks at most.
pub(super) const RECENT_LOGS: usize = 32;

/// What the entries looked at tell.
#[derive(Debug, Default)]
struct Past {
    reached: BTreeMap<String, u64>,
    current: Option<String>,
    last_mark: Option<Seq>,
}

impl Past {
    fn see(&mut self, view: &View<'_>) {
        let place = match view.kind() {
            Kind::SessionOpened => view.integer("resumed_at").and_then(|at| u64::try_from(at).ok()),
            Kind::Bookmark | Kind::Source => view.sequence(),
            _ => return,
        };
        if view.kind() != Kind::Source {
            let Some(identity) = view.text("capture") else { return };
            self.current = Some(identity.to_owned());
            self.last_mark = Some(view.seq());
        }
        if let (Some(identity), Some(place)) = (&self.current, place) {
            match self.reached.get_mut(identity) {
                Some(reached) => *reached = place.max(*reached),
                None => {
                    self.reached.insert(identity.clone(), place);
                }
            }
        }
    }
}

/// Identities and the sequences up to which they stand in the queue; none if `shutdown` came first.
pub(super) async fn read(inlet: &Inlet, shutdown: &CancellationToken) -> Result<Option<BTreeMap<String, u64>>, Error> {
    let upto = inlet.appended();
    let mut entries = LOOK_ENTRIES;
    loop {
        let from = upto.saturating_sub(entries) + 1;
        let Some((past, first)) = inlet.look_back(from, upto, Past::default(), Past::see, shutdown).await? else {
            return Ok(None);
        };
        // A set that the beginning of the look cuts is within its first entries.
        let from = first.unwrap_or(from).max(from);
        let complete = past.last_mark.is_some_and(|mark| mark > from + 2 * RECENT_LOGS as u64);
        if complete || entries >= upto {
            return Ok(Some(past.reached));
        }
        entries = entries.saturating_mul(8);
    }
}
