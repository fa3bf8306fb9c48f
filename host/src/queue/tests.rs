//! The queue over a real directory and over a faulty disk.

mod faulty;
mod model;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::faulty::{Dice, FaultyDisk, Op, Plan, What};
use super::disk::{Disk, SystemDisk};
use super::*;
use crate::event::{Builder, Kind, Views};

const WAIT: Duration = Duration::from_secs(20);

fn config(dir: &Path) -> Config {
    Config {
        segment_bytes: 16 << 10,
        spare_segments: 2,
        max_bytes: 1 << 20,
        retain_bytes: 0,
        ..Config::new(dir.into(), "pbx")
    }
}

fn faulty() -> (FaultyDisk, Arc<dyn Disk>, Config) {
    let disk = FaultyDisk::new(u64::MAX);
    (disk.clone(), Arc::new(disk), config(Path::new("/q")))
}

fn event(label: u64, bytes: usize) -> Vec<u8> {
    let mut builder = Builder::new(Kind::Source, "Test", 1);
    builder.sequence(label).text("fill", &"x".repeat(bytes));
    builder.finish().expect("small")
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    runtime.block_on(future)
}

fn append(queue: &Queue, labels: std::ops::Range<u64>, bytes: usize) {
    let events: Vec<u8> = labels.flat_map(|label| event(label, bytes)).collect();
    block_on(async { queue.append(events).await.expect("taken").durable().await.expect("durable") });
}

/// (Seq, label) of all events from `from` on that are durable now, and how many were passed over.
fn read_all(reader: &mut Reader) -> (Vec<(u64, u64)>, u64) {
    let (mut found, mut skipped, mut out) = (Vec::new(), 0, Vec::new());
    while let Read::Batch { count, skipped_quarantined, .. } =
        reader.read(7, 4000, &mut out, Duration::ZERO).expect("readable")
    {
        skipped += skipped_quarantined;
        let views: Vec<_> = Views::new(&out).map(|view| view.expect("flat")).collect();
        assert_eq!(views.len() as u64, count);
        assert!(count <= 7 && (out.len() <= 4000 || count == 1), "limits");
        found.extend(views.iter().map(|view| (view.seq(), view.sequence().expect("label"))));
        out.clear();
    }
    (found, skipped)
}

fn straight(range: std::ops::RangeInclusive<u64>) -> Vec<(u64, u64)> {
    range.map(|n| (n, n)).collect()
}

/// Waits for the queue's threads to come to a state.
fn until(queue: &Queue, reached: impl Fn(&Positions) -> bool) {
    let started = Instant::now();
    while !reached(&queue.positions()) {
        assert!(started.elapsed() < WAIT, "never reached: {:?}", queue.positions());
        std::thread::yield_now();
    }
}

#[test]
fn what_goes_in_comes_out_after_any_number_of_starts() {
    let dir = tempfile::tempdir().expect("directory");
    let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
    let mut id = None;
    for round in 0..5_u64 {
        let (queue, recovery) = Queue::open(config(dir.path()), disk.clone(), 1).expect("opens");
        assert_eq!((recovery.durable, recovery.cut_bytes, recovery.quarantined), (round * 60, 0, 0));
        assert_eq!(*id.get_or_insert(queue.id()), queue.id());
        append(&queue, round * 60 + 1..round * 60 + 31, 300);
        append(&queue, round * 60 + 31..round * 60 + 61, 300);
        let (found, skipped) = read_all(&mut queue.reader(1));
        assert_eq!((found, skipped), (straight(1..=(round + 1) * 60), 0));
        assert_eq!(read_all(&mut queue.reader(round * 60 + 17)).0, straight(round * 60 + 17..=(round + 1) * 60));
        block_on(queue.close());
    }
    let report = verify(dir.path()).expect("readable");
    assert_eq!((report.events, report.first, report.last, report.damages), (300, 1, 300, vec![]));
    let status = status(dir.path()).expect("readable");
    assert_eq!((status.lane.as_deref(), status.durable, status.id), (Some("pbx"), 300, id));
    assert_eq!(read_all(&mut show(dir.path(), 250).expect("readable")).0, straight(250..=300));
    let other = Config { lane: "other".into(), ..config(dir.path()) };
    assert!(matches!(Queue::open(other, disk, 1), Err(Error::OtherLane { .. })));
}

#[test]
fn refused_appends_leave_nothing() {
    let (_, disk, config) = faulty();
    let (queue, _) = Queue::open(config, disk, 1).expect("opens");
    block_on(async {
        assert!(matches!(queue.append(vec![]).await, Err(Error::Malformed(_))));
        assert!(matches!(queue.append(vec![1; 50]).await, Err(Error::Malformed(_))));
        assert!(matches!(queue.append(event(1, 9000)).await, Err(Error::TooLarge { .. })));
    });
    append(&queue, 1..3, 10);
    append(&queue, 3..4, 7800);
    assert_eq!(read_all(&mut queue.reader(1)).0, straight(1..=3));
}

#[test]
fn a_reader_waits_for_the_next_event_and_hears_of_the_end() {
    let (_, disk, config) = faulty();
    let (queue, _) = Queue::open(config, disk, 1).expect("opens");
    let mut reader = queue.reader(1);
    assert_eq!(reader.read(9, 9999, &mut Vec::new(), Duration::ZERO).expect("readable"), Read::Idle);
    let waiting = std::thread::spawn(move || {
        let mut out = Vec::new();
        let read = reader.read(9, 9999, &mut out, WAIT).expect("readable");
        (read, reader.read(9, 9999, &mut out, WAIT).expect("readable"))
    });
    append(&queue, 1..2, 10);
    block_on(queue.close());
    let batch = Read::Batch { first: 1, last: 1, count: 1, skipped_quarantined: 0 };
    assert_eq!(waiting.join().expect("no panic"), (batch, Read::Closed));
}

#[test]
fn positions_are_never_given_twice() {
    let (_, disk, config) = faulty();
    let (queue, _) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    append(&queue, 1..4, 10);
    drop(queue);
    let (queue, recovery) = Queue::open(config.clone(), disk.clone(), 101).expect("opens");
    assert_eq!((recovery.durable, recovery.next), (3, 101));
    append(&queue, 101..103, 10);
    drop(queue);
    let (queue, recovery) = Queue::open(config, disk, 50).expect("opens");
    assert_eq!(recovery.next, 103);
    let (found, skipped) = read_all(&mut queue.reader(1));
    assert_eq!((found, skipped), ([straight(1..=3), straight(101..=102)].concat(), 0));
}

#[test]
fn a_torn_tail_is_cut() {
    let (faulty, disk, config) = faulty();
    let (queue, _) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    append(&queue, 1..4, 10);
    append(&queue, 4..6, 10);
    drop(queue);
    let path = segment::path(&config.dir, 1);
    let frame = event(1, 10).len() * 3 + FRAME_HEADER_BYTES;
    faulty.flip(&path, 8192 + frame + 40, 1);
    let (queue, recovery) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    assert_eq!((recovery.durable, recovery.next, recovery.quarantined), (3, 4, 0));
    assert_eq!(recovery.cut_bytes, (event(1, 10).len() * 2 + FRAME_HEADER_BYTES) as u64);
    append(&queue, 4..5, 10);
    assert_eq!(read_all(&mut queue.reader(1)), (straight(1..=4), 0));
}

#[test]
fn a_hole_in_the_middle() {
    let frame = event(1, 10).len() + FRAME_HEADER_BYTES;
    for at in [0, 4, 8, 16, 20, 24, 30, frame - 1] {
        let (faulty, disk, config) = faulty();
        let (queue, _) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
        (1..6).for_each(|label| append(&queue, label..label + 1, 10));
        let path = segment::path(&config.dir, 1);
        faulty.flip(&path, 8192 + 2 * frame + at, 0x40);
        let rest = [straight(1..=2), straight(4..=5)].concat();
        assert_eq!(read_all(&mut queue.reader(1)), (rest.clone(), 1), "live, byte {at}");
        drop(queue);
        let (queue, recovery) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
        let found = (recovery.durable, recovery.quarantined, recovery.quarantined_bytes, recovery.quarantined_events);
        assert_eq!(found, (5, 1, frame as u64, 1), "byte {at}");
        assert_eq!(read_all(&mut queue.reader(1)), (rest, 1), "byte {at}");
        let report = verify::verify_on(&disk, &config.dir).expect("readable");
        assert_eq!((report.events, report.damages.len()), (4, 1));
        let copy =
            segment::quarantine_dir(&config.dir).join(format!("{:020}-{:012}-{frame}.damaged", 1, 8192 + 2 * frame));
        assert_eq!(faulty.content(&copy).len(), frame);
    }
}

#[test]
fn damage_at_the_end_of_an_old_segment_and_in_headers() {
    let (faulty, disk, config) = faulty();
    let (queue, _) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    (1..61).for_each(|label| append(&queue, label..label + 1, 500));
    assert!(queue.positions().segments >= 4);
    drop(queue);
    let second = segment::path(&config.dir, 2);
    faulty.flip(&second, 20, 1);
    assert_eq!(verify::verify_on(&disk, &config.dir).expect("readable").damages, [], "the other page counts");
    faulty.flip(&second, 4096 + 20, 1);
    let report = verify::verify_on(&disk, &config.dir).expect("readable");
    assert_eq!((report.events, report.damages.len(), report.damages[0].what), (60, 1, "lost header"));
    // The last frame of the first segment: only the next segment tells that it is missing.
    let frame = event(1, 500).len() + FRAME_HEADER_BYTES;
    let last = (16384 - 8192) / frame;
    faulty.flip(&segment::path(&config.dir, 1), 8192 + (last - 1) * frame + 30, 1);
    let (queue, _) = Queue::open(config, disk, 1).expect("opens");
    let (found, skipped) = read_all(&mut queue.reader(1));
    let last = last as u64;
    assert_eq!((found, skipped), ([straight(1..=last - 1), straight(last + 1..=60)].concat(), 1));
}

#[test]
fn files_that_belong_to_no_place_are_put_aside() {
    let (faulty, disk, config) = faulty();
    let (queue, _) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    (1..41).for_each(|label| append(&queue, label..label + 1, 500));
    drop(queue);
    let second = faulty.content(&segment::path(&config.dir, 2));
    let absurd = [segment::ORDINALS_END, u64::MAX];
    for ordinal in absurd {
        let file = disk.open(&segment::path(&config.dir, ordinal), disk::Access::Create).expect("a file");
        file.write_at(&second, 0).expect("room");
    }
    // A header that names a later segment: that of the second, over the first.
    faulty.overwrite(&segment::path(&config.dir, 1), 0, &second[..8192]);
    assert_eq!(verify::verify_on(&disk, &config.dir).expect("readable").damages.len(), 3);
    let (queue, recovery) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    assert_eq!((recovery.quarantined, recovery.durable), (3, 40));
    let (found, _) = read_all(&mut queue.reader(recovery.first_retained));
    assert_eq!(found, straight(recovery.first_retained..=40), "what stands in the others");
    append(&queue, 41..60, 500);
    drop(queue);
    let names = disk.list(&config.dir).expect("readable");
    let highest = names.iter().filter_map(|(name, _)| segment::ordinal_of(name)).max();
    assert!(highest < Some(20), "{highest:?}: segments go on with small numbers");
    let (queue, recovery) = Queue::open(config, disk, 1).expect("opens");
    assert_eq!((recovery.quarantined, recovery.durable), (0, 59));
    drop(queue);
}

#[test]
fn stale_frames_are_never_data() {
    let (faulty, disk, config) = faulty();
    let (queue, _) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    let mut label = 1;
    while queue.positions().trimmed_segments < 12 {
        append(&queue, label..label + 1, 200);
        queue.release(label);
        label += 1;
    }
    drop(queue);
    let (queue, recovery) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    assert_eq!((recovery.durable, recovery.cut_bytes, recovery.quarantined), (label - 1, 0, 0));
    assert_eq!(read_all(&mut queue.reader(recovery.first_retained)).0, straight(recovery.first_retained..=label - 1));
    assert!(matches!(queue.reader(1).read(1, 1, &mut Vec::new(), WAIT), Err(Error::Trimmed { asked: 1, .. })));
    drop(queue);
    // A sound frame of another queue, put where the next one goes.
    let newest = disk.list(&config.dir).expect("list").iter().filter_map(|(name, _)| segment::ordinal_of(name)).min();
    let other = Config { dir: PathBuf::from("/other"), ..config.clone() };
    let (foreign, _) = Queue::open(other.clone(), disk.clone(), label).expect("opens");
    append(&foreign, label..label + 1, 10);
    drop(foreign);
    let stolen = faulty.content(&segment::path(&other.dir, 1)).split_off(8192);
    for ordinal in newest.into_iter().flat_map(|first| first..first + 3) {
        let path = segment::path(&config.dir, ordinal);
        let bytes = faulty.content(&path);
        if let Some(at) =
            (8192..bytes.len()).step_by(8).find(|at| bytes[*at..(*at + 4096).min(bytes.len())].iter().all(|b| *b == 0))
        {
            let room = stolen.len().min(bytes.len() - at);
            faulty.overwrite(&path, at, &stolen[..room]);
        }
    }
    let (_queue, recovery) = Queue::open(config, disk, 1).expect("opens");
    assert_eq!((recovery.durable, recovery.quarantined), (label - 1, 0));
}

#[test]
fn a_full_disk_is_a_state_at_the_start_too() {
    let faulty = FaultyDisk::new(10_000);
    let disk: Arc<dyn Disk> = Arc::new(faulty.clone());
    let (queue, _) = Queue::open(config(Path::new("/q")), disk, 1).expect("opens");
    until(&queue, |at| at.refusing.is_some_and(|refusing| refusing.reason == Reason::DiskFull));
    faulty.set_capacity(u64::MAX);
    append(&queue, 1..2, 10);
    assert!(queue.positions().refusing.is_none());
    assert_eq!(read_all(&mut queue.reader(1)).0, straight(1..=1));
}

#[test]
fn the_size_limit_holds_sources_back_until_something_is_released() {
    let (_, disk, config) = faulty();
    let config = Config { max_bytes: 64 << 10, retain_bytes: 1 << 20, input_bytes: 2000, ..config };
    let (queue, _) = Queue::open(config.clone(), disk, 1).expect("opens");
    let filling = std::thread::spawn({
        let queue = queue.clone();
        move || (1..200).for_each(|label| append(&queue, label..label + 1, 500))
    });
    until(&queue, |at| at.refusing.is_some_and(|refusing| refusing.reason == Reason::SizeLimit));
    assert!(queue.positions().bytes <= config.max_bytes);
    let mut reader = queue.reader(1);
    let (mut found, mut out) = (Vec::new(), Vec::new());
    while found.len() < 199 {
        if let Read::Batch { last, .. } = reader.read(50, 1 << 20, &mut out, WAIT).expect("readable") {
            queue.release(last);
        }
        found.extend(Views::new(&out).map(|view| view.expect("flat").seq()));
        out.clear();
        assert!(queue.positions().bytes <= config.max_bytes);
    }
    filling.join().expect("no panic");
    assert_eq!(found, (1..200).collect::<Vec<_>>());
}

#[test]
fn closing_while_refusing_gives_up_what_has_no_room() {
    let disk: Arc<dyn Disk> = Arc::new(FaultyDisk::new(0));
    let (queue, _) = Queue::open(config(Path::new("/q")), disk, 1).expect("opens");
    block_on(async {
        // Taken only if the keeper has not met the full disk yet.
        let ticket = model::try_append(&queue, event(1, 300)).await;
        queue.close().await;
        if let Some(ticket) = ticket {
            assert!(matches!(ticket.durable().await, Err(Error::Closed)));
        }
    });
}

#[test]
fn a_failed_sync_is_final_and_the_next_start_trusts_no_cache() {
    let (faulty, disk, config) = faulty();
    let (queue, _) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    append(&queue, 1..3, 10);
    until(&queue, |at| at.spare_segments == 2);
    faulty.fail_sync(0);
    block_on(async {
        let ticket = queue.append(event(3, 10)).await.expect("taken");
        assert!(matches!(ticket.durable().await, Err(Error::Failed(_))));
        assert!(matches!(queue.append(event(4, 10)).await, Err(Error::Failed(_))));
    });
    let mut reader = queue.reader(1);
    let mut out = Vec::new();
    assert!(matches!(reader.read(9, 9999, &mut out, WAIT), Ok(Read::Batch { last: 2, .. })));
    assert!(matches!(reader.read(9, 9999, &mut out, WAIT), Err(Error::Failed(_))));
    drop(queue);
    // The process starts again: what the cache shows and the disk lacks is not accepted.
    let mut dice = Dice::new(1);
    faulty.come_up(false, &mut dice);
    let (queue, recovery) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    assert_eq!(recovery.durable, 2);
    append(&queue, 3..4, 10);
    drop(queue);
    faulty.come_up(true, &mut dice);
    assert_eq!(Queue::open(config, disk, 1).expect("opens").1.durable, 3);
}

/// Once a reader at the end of a trimmed segment was told that its next event is gone.
#[test]
fn trimming_behind_a_reader_does_not_disturb_it() {
    let (_, disk, config) = faulty();
    let (queue, _) = Queue::open(config, disk, 1).expect("opens");
    let mut reader = queue.reader(1);
    let (mut label, mut last) = (1, 0);
    until(&queue, |at| at.segments == 1);
    while queue.positions().trimmed_segments < 8 {
        let full = queue.positions().segments;
        while queue.positions().segments <= full {
            append(&queue, label..label + 1, 500);
            label += 1;
        }
        // All of the old segment, nothing of the new one.
        let left = usize::try_from(label - 2).expect("small");
        let mut out = Vec::new();
        while last < left as u64 {
            if let Ok(Read::Batch { last: read, .. }) =
                reader.read(left - usize::try_from(last).expect("small"), 1 << 20, &mut out, WAIT)
            {
                last = read;
            }
        }
        let trimmed = queue.positions().trimmed_segments;
        queue.release(last);
        until(&queue, |at| at.trimmed_segments > trimmed);
        let read = reader.read(1, 1 << 20, &mut out, WAIT).expect("still kept");
        assert_eq!(read, Read::Batch { first: last + 1, last: last + 1, count: 1, skipped_quarantined: 0 });
        last += 1;
    }
}

/// Once a file whose new name was not yet synced was used after a restart, and lost with all events in it.
#[test]
fn a_name_that_the_disk_may_not_know_is_synced_before_use() {
    let (faulty, disk, config) = faulty();
    let plan = Plan { op: Some(Op::SyncDir), after: 0, what: What::Broken, lasting: true };
    faulty.plan(Some(plan));
    let (queue, _) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    until(&queue, |_| queue.watch().borrow().ended);
    drop(queue);
    let mut dice = Dice::new(1);
    faulty.come_up(false, &mut dice);
    let (queue, _) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    append(&queue, 1..2, 10);
    faulty.go_down();
    drop(queue);
    faulty.come_up(true, &mut dice);
    assert_eq!(Queue::open(config, disk, 1).expect("opens").1.durable, 1);
}

#[test]
fn many_waiting_appends_share_a_sync() {
    let (faulty, disk, config) = faulty();
    let (queue, _) =
        Queue::open(Config { segment_bytes: 1 << 20, max_bytes: 8 << 20, ..config }, disk, 1).expect("opens");
    until(&queue, |at| at.spare_segments == 2);
    let before = faulty.syncs();
    block_on(async {
        let mut tickets = Vec::new();
        for label in 1..=500 {
            tickets.push(queue.append(event(label, 100)).await.expect("taken"));
        }
        for ticket in tickets {
            ticket.durable().await.expect("durable");
        }
    });
    assert!(faulty.syncs() - before < 500, "one sync for many");
    let at = queue.positions();
    assert_eq!((at.durable, at.appended_events), (500, 500));
    assert_eq!(at.sync.buckets.iter().sum::<u64>(), at.sync.count);
}

/// Once each segment that was begun had a new one filled for it, and the released one behind it was removed.
#[test]
fn segments_go_round_without_filling() {
    let (faulty, disk, config) = faulty();
    let (queue, _) = Queue::open(config, disk, 1).expect("opens");
    let (mut label, mut made) = (1, 0);
    until(&queue, |at| at.segments == 1 && at.spare_segments == 2);
    while queue.positions().trimmed_segments < 40 {
        let trimmed = queue.positions().trimmed_segments;
        let begun = queue.positions().segments;
        while queue.positions().segments <= begun {
            append(&queue, label..label + 1, 500);
            label += 1;
        }
        // The one before is released only now.
        queue.release(label - 1);
        until(&queue, |at| at.trimmed_segments > trimmed && at.spare_segments >= 2);
        if trimmed == 10 {
            made = faulty.created();
        }
    }
    assert_eq!(faulty.created(), made, "files were made although there were released ones");
}

#[test]
fn a_million_events_open_at_once() {
    let dir = tempfile::tempdir().expect("directory");
    let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
    let config = Config::new(dir.path().into(), "pbx");
    let (queue, _) = Queue::open(config.clone(), disk.clone(), 1).expect("opens");
    let thousand = event(7, 60).repeat(1000);
    block_on(async {
        let mut last = None;
        for _ in 0..1000 {
            last = Some(queue.append(thousand.clone()).await.expect("taken"));
        }
        last.expect("some").durable().await.expect("durable");
        queue.close().await;
    });
    let (queue, recovery) = Queue::open(config, disk, 1).expect("opens");
    assert_eq!(recovery.durable, 1_000_000);
    // The budget is 0.2 s in a release build on a quiet machine; this bound only catches a scan of everything.
    assert!(recovery.took < Duration::from_secs(3), "took {:?}", recovery.took);
    drop(queue);
}
