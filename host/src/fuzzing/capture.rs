//! A recording and its index, brought in as the daemon does it.

use super::memory::Memory;
use super::{Dice, Scratch};
use crate::clock::Clock;
use crate::event::{Kind, View, Views};
use crate::queue::{self, Queue, Read};
use crate::source::Inlet;
use crate::source::capture::{Capture, Config, Job};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Stands between the index and the recording; without it all is recording.
const BETWEEN: &[u8] = b"\n==\n";

/// What came of one packet: the sequence, and the event without the time of receipt.
type Brought = (u64, String);

/// An index, a line `==`, and the recording that it is of.
///
/// # Panics
/// If the recording cannot be brought in, if its events are not framed by one session or not in order, or if going on
/// behind one of them does not give the rest.
pub fn capture(bytes: &[u8]) {
    let scratch = Scratch::new();
    let (index, recording) = match bytes.windows(BETWEEN.len()).position(|part| part == BETWEEN) {
        Some(at) => (bytes.get(..at), bytes.get(at + BETWEEN.len()..).unwrap_or_default()),
        None => (None, bytes),
    };
    let path = scratch.file("recording.ami", recording);
    if let Some(index) = index {
        scratch.file("recording.idx.tsv", index);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let length = recording.len() as u64;
    let all = runtime.block_on(bring_in(&path, 0)).expect("a session");
    assert!(all.iter().all(|(sequence, _)| (1..=length).contains(sequence)), "sequences are offsets");
    assert!(all.is_sorted_by(|one, next| one.0 < next.0), "in the order of the recording");
    if let Some(known) = Dice::of(bytes).roll(all.len()).checked_sub(1).and_then(|at| all.get(at)) {
        let rest: Vec<Brought> = all.iter().filter(|event| event.0 > known.0).cloned().collect();
        let again = runtime.block_on(bring_in(&path, known.0));
        // At its end a recording adds nothing, not even a session.
        assert_eq!(again.is_none(), known.0 == length);
        assert_eq!(again.unwrap_or_default(), rest, "behind byte {}", known.0);
    }
}

/// The events of a recording behind `skip_bytes`; none if there is no session at all.
async fn bring_in(path: &Path, skip_bytes: u64) -> Option<Vec<Brought>> {
    let config =
        queue::Config { segment_bytes: 256 << 10, spare_segments: 1, ..queue::Config::new("/queue".into(), "pbx") };
    let (queue, _) = Queue::open(config, Arc::new(Memory::default()), 1).expect("an empty queue opens");
    let job = Job { path: path.to_owned(), identity: "sha256:0".to_owned(), skip_bytes };
    let source = Capture::open(
        &Config::new(vec![path.to_owned()]),
        Inlet::new(queue.clone()),
        Clock::manual(5).0,
        Arc::default(),
    );
    source.run(&[job], CancellationToken::new()).await.expect("a recording can be brought in");
    let (mut reader, mut events) = (queue.reader(1), Vec::new());
    while let Ok(Read::Batch { .. }) = reader.read(usize::MAX, usize::MAX, &mut events, Duration::ZERO) {}
    let views: Vec<View<'_>> = Views::new(&events).map(|view| view.expect("a valid event")).collect();
    let (first, last) = (views.first()?, views.last()?);
    assert_eq!((first.kind(), last.kind()), (Kind::SessionOpened, Kind::SessionClosed), "one session");
    let inside = views.get(1..views.len() - 1).unwrap_or_default();
    Some(inside.iter().map(brought).collect())
}

fn brought(view: &View<'_>) -> Brought {
    assert_eq!(view.kind(), Kind::Source, "one session");
    let attributes: Vec<_> = view.attributes().collect();
    (view.sequence().expect("an offset"), format!("{} {:?} {attributes:?}", view.name(), view.source_time()))
}
