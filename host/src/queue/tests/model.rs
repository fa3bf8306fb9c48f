//! Random work on the real queue over a faulty disk, against a plain list of what was appended.
//!
//! What goes wrong: the process ends, with or without the power, between steps or at any operation of the disk, that of
//! a start, of trimming and of filling included; the disk fills up, altogether or for one operation; syncs, writes,
//! renames, removals and reads fail; bits flip, at rest and under the running queue; the size limit is reached while
//! appends wait. What must hold is written at the assertions.
//!
//! `CONCENTRATOR_QUEUE_SEEDS=n` runs that many seeds instead of a few hundred, `CONCENTRATOR_QUEUE_FIRST_SEED=n` from
//! that one on, `CONCENTRATOR_QUEUE_SEED=n` just one. Threads take part, so a seed need not fail each time.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::faulty::{Dice, FaultyDisk, Op, Plan, What};
use super::{WAIT, block_on, config, event};
use crate::event::Views;
use crate::queue::disk::Disk;
use crate::queue::verify::verify_on;
use crate::queue::{Config, Error, Queue, Read, Reader, Reason, Ticket};

const SEEDS: u64 = 300;
/// Seeds that once failed, and of what.
const KNOWN: [(u64, &str); 9] = [
    (1, "an early version of the queue"),
    (11, "an early version of the queue"),
    (25, "a read that failed behind others hid their events"),
    (228, "a released segment could not be renamed for lack of room, and that ended the queue"),
    (638, "an early version of the queue"),
    (
        885,
        "after a failed sync a full disk kept a start from writing the newest frame again; it was accepted, and lost",
    ),
    (2906, "a segment that was begun while `verify` looked was called damaged"),
    (103_268, "the header of a segment came back with a loss of power, and hid what the segment before had got since"),
    (4275, "a start failed when there was no room to set a damaged file aside"),
];
const STEPS: u64 = 60;
/// Operations at which a process may end or a disk may fail.
const OPS: [Op; 8] = [Op::Create, Op::Write, Op::Rename, Op::Remove, Op::Sync, Op::SyncDir, Op::Read, Op::Open];
/// Operations that need room.
const ROOMY: [Op; 4] = [Op::Create, Op::Write, Op::Rename, Op::MakeDir];

struct Model {
    dice: Dice,
    disk: FaultyDisk,
    config: Config,
    queue: Option<Queue>,
    reader: Option<Reader>,
    /// Label of every Seq that was given out since the last start, or survived it.
    labels: BTreeMap<u64, u64>,
    tickets: Vec<Ticket>,
    /// Highest Seq called durable.
    promised: u64,
    /// Highest Seq that the "IDB" has, and so was released.
    committed: u64,
    next_label: u64,
    /// The disk was damaged: events may be missing, but none may be wrong.
    damaged: bool,
    /// A sync failed since the last start that could write its newest frame again; a start that cannot, because the
    /// disk is full as well, may trust what only the cache has.
    distrust: bool,
}

impl Model {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let disk = FaultyDisk::new(u64::MAX);
        let spare_segments = 1 + dice.below(3);
        let retain_bytes = dice.roll(3) * 20_000;
        let max_bytes = if dice.chance(30) { (2 + dice.roll(6)) * (16 << 10) } else { 8 << 20 };
        let config = Config { spare_segments, retain_bytes, max_bytes, ..config(Path::new("/q")) };
        Self {
            dice,
            disk,
            config,
            queue: None,
            reader: None,
            labels: BTreeMap::new(),
            tickets: Vec::new(),
            promised: 0,
            committed: 0,
            next_label: 1,
            damaged: false,
            distrust: false,
        }
    }

    fn disk(&self) -> Arc<dyn Disk> {
        Arc::new(self.disk.clone())
    }

    /// Starts until a start succeeds; one that is not disturbed must.
    fn open(&mut self) {
        for disturbed in [self.dice.chance(20), self.dice.chance(20), false] {
            let plan = disturbed.then(|| self.disturbance());
            let plan = plan.filter(|plan| plan.what != What::Full || !self.distrust);
            self.disk.plan(plan);
            let next_at_least = if self.dice.chance(10) { self.committed + 40 } else { self.committed + 1 };
            let opened = Queue::open(self.config.clone(), self.disk(), next_at_least);
            let error = match opened {
                Ok((queue, recovery)) => {
                    // A plan that has not struck goes on into the running queue, unless that were the end of it.
                    self.distrust = plan.is_some_and(|plan| plan.what == What::Broken);
                    if self.distrust {
                        self.disk.plan(None);
                    }
                    return self.opened(queue, &recovery);
                }
                Err(error) => error,
            };
            let full = plan.is_none_or(|plan| plan.what == What::Full);
            assert!(!full, "a start without faults, or on a full disk, never fails: {error} ({plan:?})");
            let power_lost = self.dice.chance(50);
            self.disk.come_up(power_lost, &mut self.dice);
        }
    }

    fn disturbance(&mut self) -> Plan {
        let what = self.dice.pick(&[What::Down, What::Full, What::Broken]);
        self.distrust |= what == What::Broken;
        let op = match what {
            What::Down => None,
            What::Full => Some(self.dice.pick(&ROOMY)),
            What::Broken => Some(self.dice.pick(&OPS)),
        };
        Plan { op, after: self.dice.roll(if op.is_none() { 40 } else { 4 }), what, lasting: false }
    }

    fn opened(&mut self, queue: Queue, recovery: &crate::queue::Recovery) {
        if !self.damaged {
            assert!(recovery.durable >= self.promised, "{recovery:?} but {} was promised", self.promised);
            assert_eq!((recovery.quarantined, recovery.quarantined_events), (0, 0), "{recovery:?}");
        }
        assert!(recovery.next > recovery.durable && recovery.next > self.committed);
        self.labels.retain(|seq, _| *seq <= recovery.durable);
        let needed = self.labels.range(self.committed + 1..).next();
        assert!(self.damaged || needed.is_none_or(|(seq, _)| recovery.first_retained <= *seq), "trimmed too much");
        // A segment that was begun behind a jump makes `durable` jump too, although nothing is in it yet.
        self.promised = self.labels.keys().next_back().copied().unwrap_or_default();
        self.reader = Some(queue.reader((self.committed + 1).max(recovery.first_retained)));
        self.queue = Some(queue);
    }

    fn step(&mut self) {
        match self.dice.roll(100) {
            0..=43 => self.append(),
            44..=58 => self.await_tickets(),
            59..=72 => {
                self.read();
            }
            73..=79 => self.release(),
            80..=82 => self.crash(),
            83..=85 => self.mishap(),
            86 => self.failing_sync(),
            87..=88 => self.failing_read(),
            89..=90 => self.disk_full(),
            91..=92 => self.held_back(),
            93..=94 => self.inspect(),
            _ => self.orderly_stop(),
        }
    }

    fn events(&mut self) -> (Vec<u8>, u64) {
        let count = 1 + self.dice.roll(6);
        let mut events = Vec::new();
        for label in self.next_label..self.next_label + count {
            let size = if self.dice.chance(3) { 7000 } else { 400 };
            events.extend(event(label, self.dice.below(size)));
        }
        self.next_label += count;
        (events, count)
    }

    /// Appends, unless it would have to wait.
    fn append(&mut self) {
        let first = self.next_label;
        let (events, count) = self.events();
        let Some(queue) = &self.queue else { return };
        if let Some(ticket) = block_on(try_append(queue, events)) {
            assert_eq!(ticket.seqs().count() as u64, count);
            self.labels.extend(ticket.seqs().zip(first..));
            self.tickets.push(ticket);
        }
    }

    /// Waits for what was taken; gives room where the size limit is reached.
    fn await_tickets(&mut self) {
        let Some(watch) = self.queue.as_ref().map(Queue::watch) else { return };
        let started = Instant::now();
        while let Some(last) = self.tickets.last().map(|ticket| *ticket.seqs().end()) {
            let progress = *watch.borrow();
            if progress.durable >= last || progress.ended {
                break;
            }
            if self.disk.is_down() {
                return self.crash();
            }
            if progress.refusing == Some(Reason::SizeLimit) {
                self.read();
                self.release();
            }
            assert!(started.elapsed() < WAIT, "{last} never became durable: {progress:?}");
            std::thread::yield_now();
        }
        for ticket in std::mem::take(&mut self.tickets) {
            if let Ok(seqs) = block_on(ticket.durable()) {
                self.promised = self.promised.max(*seqs.end());
            }
        }
    }

    /// Reads some; what was read is committed. Whether something came.
    fn read(&mut self) -> bool {
        let Some(reader) = &mut self.reader else { return false };
        let mut out = Vec::new();
        let most = 1 + self.dice.below(40);
        let Ok(Read::Batch { last, skipped_quarantined, .. }) = reader.read(most, 9000, &mut out, Duration::ZERO)
        else {
            assert!(out.is_empty(), "an error must not hide what was read");
            return false;
        };
        let mut expected = self.labels.range(self.committed + 1..).map(|(seq, label)| (*seq, *label));
        for view in Views::new(&out).map(|view| view.expect("flat")) {
            let got = (view.seq(), view.sequence().expect("label"));
            if self.damaged {
                assert!(expected.any(|expected| expected == got), "{got:?} was never appended there");
            } else {
                assert_eq!(expected.next(), Some(got));
            }
        }
        assert!(self.damaged || skipped_quarantined == 0);
        self.committed = last;
        true
    }

    fn release(&mut self) {
        if let Some(queue) = &self.queue {
            queue.release(self.committed);
        }
    }

    fn down(&mut self) {
        self.reader = None;
        self.queue = None;
        self.tickets.clear();
    }

    fn crash(&mut self) {
        self.disk.go_down();
        self.down();
        let power_lost = self.dice.chance(70);
        self.disk.come_up(power_lost, &mut self.dice);
        self.open();
    }

    /// One operation goes wrong while work goes on. A full disk is not the end, everything else is.
    fn mishap(&mut self) {
        if self.ended() {
            return self.crash();
        }
        let plan = self.disturbance();
        self.disk.plan(Some(plan));
        for _ in 0..self.dice.roll(8) {
            self.append();
            self.read();
            self.release();
        }
        if plan.what == What::Full && !self.disk.is_down() {
            self.await_tickets();
            assert!(!self.ended(), "{plan:?} ended the queue");
        } else {
            self.crash();
        }
    }

    fn failing_sync(&mut self) {
        self.distrust = true;
        self.disk.fail_sync(self.dice.roll(4));
        (0..4).for_each(|_| self.append());
        self.await_tickets();
        self.crash();
    }

    /// The reader goes on where it was.
    fn failing_read(&mut self) {
        self.disk.plan(Some(Plan { op: Some(Op::Read), after: self.dice.roll(3), what: What::Broken, lasting: false }));
        for _ in 0..3 {
            self.read();
        }
        self.disk.plan(None);
        if self.ended() {
            self.crash();
        }
    }

    fn ended(&self) -> bool {
        self.queue.as_ref().is_none_or(|queue| queue.watch().borrow().ended)
    }

    fn disk_full(&mut self) {
        self.disk.set_capacity(0);
        (0..self.dice.roll(12)).for_each(|_| self.append());
        if self.dice.chance(30) {
            self.crash();
        }
        self.disk.set_capacity(u64::MAX);
        self.await_tickets();
    }

    /// More comes than there is room for: whoever waits is woken when something is released.
    fn held_back(&mut self) {
        self.disk.plan(None);
        if self.ended() || self.disk.is_down() {
            return self.crash();
        }
        self.await_tickets();
        let Some(queue) = self.queue.clone() else { return };
        let first = self.next_label;
        let count = 20 + self.dice.roll(60);
        self.next_label += count;
        let appending = std::thread::spawn(move || {
            let mut tickets = Vec::new();
            for label in first..first + count {
                match block_on(queue.append(event(label, 600))) {
                    Ok(ticket) => tickets.push(ticket),
                    Err(Error::Failed(_)) => break,
                    Err(error) => panic!("{error}"),
                }
            }
            tickets
        });
        let (started, mut found) = (Instant::now(), Vec::new());
        while !appending.is_finished() {
            self.read_ahead(&mut found);
            self.release();
            assert!(started.elapsed() < WAIT, "held back for ever: {:?}", self.queue);
            std::thread::yield_now();
        }
        let tickets = appending.join().expect("no panic");
        for (ticket, label) in tickets.iter().zip(first..) {
            self.labels.extend(ticket.seqs().zip(label..));
        }
        self.tickets = tickets;
        for (seq, label) in found {
            assert_eq!(self.labels.get(&seq), Some(&label), "{seq}");
        }
        self.await_tickets();
    }

    /// As `read`, for events whose labels are known later.
    fn read_ahead(&mut self, found: &mut Vec<(u64, u64)>) {
        let Some(reader) = &mut self.reader else { return };
        let mut out = Vec::new();
        if let Ok(Read::Batch { last, .. }) = reader.read(50, 90_000, &mut out, Duration::ZERO) {
            found.extend(Views::new(&out).flatten().map(|view| (view.seq(), view.sequence().expect("label"))));
            self.committed = last;
        }
    }

    /// From outside, beside the running queue.
    fn inspect(&mut self) {
        // Trimmed meanwhile is an answer too.
        if let Ok(report) = verify_on(&self.disk(), &self.config.dir) {
            assert!(self.damaged || report.damages.is_empty(), "{:?}", report.damages);
        }
    }

    fn orderly_stop(&mut self) {
        self.await_tickets();
        self.reader = None;
        if let Some(queue) = self.queue.take() {
            block_on(queue.close());
        }
        if self.disk.is_down() || self.dice.chance(50) {
            let power_lost = self.dice.chance(70);
            self.disk.come_up(power_lost, &mut self.dice);
        }
        self.open();
    }

    /// Bits flip, while nobody looks or under the running queue.
    fn damage(&mut self) {
        self.damaged = true;
        let at_rest = self.dice.chance(70);
        if at_rest {
            self.down();
        }
        let files = self.disk.list(&self.config.dir).unwrap_or_default();
        for _ in 0..=self.dice.roll(6) {
            if files.is_empty() {
                break;
            }
            let (name, bytes) = &files[self.dice.below(files.len())];
            let at = self.dice.roll(*bytes);
            self.disk.flip(&self.config.dir.join(name), usize::try_from(at).expect("small"), 1 << self.dice.roll(8));
        }
        if at_rest {
            self.disk.come_up(false, &mut self.dice);
            self.open();
        }
    }

    /// Everything promised comes out, in order.
    fn finish(&mut self) {
        self.await_tickets();
        self.disk.plan(None);
        if self.disk.is_down() {
            self.crash();
            self.disk.plan(None);
        }
        let last = self.promised;
        while self.committed < last && self.read() {}
        let state = self.queue.as_ref().map(Queue::watch);
        assert!(self.damaged || self.committed >= last, "{} of {last} came out, {state:?}", self.committed);
        self.inspect();
        self.down();
    }
}

/// Appends unless it would have to wait.
pub(super) async fn try_append(queue: &Queue, events: Vec<u8>) -> Option<Ticket> {
    let mut appending = std::pin::pin!(queue.append(events));
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match appending.as_mut().poll(context) {
            std::task::Poll::Ready(Ok(ticket)) => Some(ticket),
            _ => None,
        })
    })
    .await
}

fn run(seed: u64) {
    let mut model = Model::new(seed);
    model.open();
    for step in 0..STEPS {
        // Every third seed also damages what is on disk, once.
        if seed.is_multiple_of(3) && step == STEPS / 2 {
            model.damage();
        }
        model.step();
    }
    model.finish();
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn model() {
    let first = setting("CONCENTRATOR_QUEUE_FIRST_SEED").unwrap_or_default();
    let seeds: Vec<u64> = match setting("CONCENTRATOR_QUEUE_SEED") {
        Some(one) => vec![one],
        None => {
            let some = first..first + setting("CONCENTRATOR_QUEUE_SEEDS").unwrap_or(SEEDS);
            KNOWN.into_iter().map(|(seed, _)| seed).chain(some).collect()
        }
    };
    let failed: Vec<u64> = seeds.into_iter().filter(|seed| std::panic::catch_unwind(|| run(*seed)).is_err()).collect();
    assert!(failed.is_empty(), "failed: {failed:?}; run one again with CONCENTRATOR_QUEUE_SEED=n");
}
