//! Random work on the real queue over a faulty disk, against a plain list of what was appended.
//!
//! `CONCENTRATOR_QUEUE_SEEDS=n` runs that many seeds instead of a few hundred, `CONCENTRATOR_QUEUE_SEED=n` just one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::faulty::{Dice, FaultyDisk};
use super::{block_on, config, event};
use crate::event::Views;
use crate::queue::disk::Disk;
use crate::queue::{Config, Queue, Read, Reader, Ticket};

const SEEDS: u64 = 300;
/// Seeds that once failed.
const KNOWN: [u64; 5] = [1, 11, 25, 228, 638];
const STEPS: u64 = 60;

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
}

impl Model {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let disk = FaultyDisk::new(u64::MAX);
        let spare_segments = 1 + usize::try_from(dice.roll(3)).expect("small");
        let retain_bytes = dice.roll(3) * 20_000;
        let config = Config { spare_segments, retain_bytes, max_bytes: 8 << 20, ..config(Path::new("/q")) };
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
        }
    }

    fn open(&mut self) {
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let next_at_least = if self.dice.chance(10) { self.committed + 40 } else { self.committed + 1 };
        let (queue, recovery) = Queue::open(self.config.clone(), disk, next_at_least).expect("a start never fails");
        if !self.damaged {
            assert!(recovery.durable >= self.promised, "{recovery:?} but {} was promised", self.promised);
            assert_eq!((recovery.quarantined, recovery.quarantined_events), (0, 0), "{recovery:?}");
        }
        assert!(recovery.next > recovery.durable && recovery.next > self.committed);
        self.labels.retain(|seq, _| *seq <= recovery.durable);
        let needed = self.labels.range(self.committed + 1..).next();
        assert!(self.damaged || needed.is_none_or(|(seq, _)| recovery.first_retained <= *seq), "trimmed too much");
        self.promised = recovery.durable;
        self.reader = Some(queue.reader((self.committed + 1).max(recovery.first_retained)));
        self.queue = Some(queue);
    }

    fn step(&mut self) {
        match self.dice.roll(100) {
            0..=49 => self.append(),
            50..=69 => self.await_tickets(),
            70..=84 => self.read(),
            85..=90 => self.release(),
            91..=93 => self.crash(),
            94..=95 => self.failing_sync(),
            96 => self.failing_rename(),
            97 => self.disk_full(),
            _ => self.orderly_stop(),
        }
    }

    fn append(&mut self) {
        let Some(queue) = &self.queue else { return };
        let count = 1 + self.dice.roll(6);
        let mut events = Vec::new();
        for label in self.next_label..self.next_label + count {
            let size = if self.dice.chance(3) { 7000 } else { 400 };
            events.extend(event(label, usize::try_from(self.dice.roll(size)).expect("small")));
        }
        if let Ok(ticket) = block_on(queue.append(events)) {
            for (seq, label) in ticket.seqs().zip(self.next_label..) {
                self.labels.insert(seq, label);
            }
            self.tickets.push(ticket);
        }
        self.next_label += count;
    }

    fn await_tickets(&mut self) {
        for ticket in self.tickets.drain(..) {
            if let Ok(seqs) = block_on(ticket.durable()) {
                self.promised = self.promised.max(*seqs.end());
            }
        }
    }

    /// Reads some; what was read is committed.
    fn read(&mut self) {
        let Some(reader) = &mut self.reader else { return };
        let mut out = Vec::new();
        let most = 1 + usize::try_from(self.dice.roll(40)).expect("small");
        let Ok(Read::Batch { last, skipped_quarantined, .. }) = reader.read(most, 9000, &mut out, Duration::ZERO)
        else {
            return;
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

    fn failing_sync(&mut self) {
        self.disk.fail_sync(self.dice.roll(4));
        (0..4).for_each(|_| self.append());
        self.await_tickets();
        self.crash();
    }

    fn failing_rename(&mut self) {
        self.disk.fail_renames(true);
        (0..6).for_each(|_| self.append());
        self.release();
        // Without renames the pool runs dry and tickets could wait for ever: end it with the process.
        self.crash();
    }

    fn disk_full(&mut self) {
        self.disk.set_capacity(0);
        let Some(queue) = &self.queue else { return };
        // Not awaited: they may have to wait for room.
        let ticket =
            if queue.positions().refusing.is_none() { block_on(try_append(queue, self.next_label)) } else { None };
        if let Some(ticket) = ticket {
            self.labels.insert(*ticket.seqs().start(), self.next_label);
            self.tickets.push(ticket);
        }
        self.next_label += 1;
        if self.dice.chance(30) {
            self.crash();
        }
        self.disk.set_capacity(u64::MAX);
        self.await_tickets();
    }

    fn orderly_stop(&mut self) {
        self.await_tickets();
        self.reader = None;
        if let Some(queue) = self.queue.take() {
            block_on(queue.close());
        }
        if self.dice.chance(50) {
            self.disk.come_up(true, &mut self.dice);
        }
        self.open();
    }

    /// Bits flip while nobody looks.
    fn damage(&mut self) {
        self.down();
        let files = self.disk.list(&self.config.dir).expect("list");
        for _ in 0..=self.dice.roll(6) {
            let Some((name, bytes)) = files.get(usize::try_from(self.dice.roll(files.len() as u64)).expect("small"))
            else {
                return;
            };
            let at = usize::try_from(self.dice.roll(*bytes)).expect("small");
            self.disk.flip(&self.config.dir.join(name), at, 1 << self.dice.roll(8));
        }
        self.damaged = true;
        self.open();
    }

    /// Everything promised comes out, in order.
    fn finish(&mut self) {
        self.await_tickets();
        let last = self.promised;
        let mut before = None;
        while self.committed < last && before != Some(self.committed) {
            before = Some(self.committed);
            self.read();
        }
        assert!(self.damaged || self.committed >= last, "{} of {last} came out", self.committed);
        self.down();
    }
}

/// Appends unless it would have to wait.
pub(super) async fn try_append(queue: &Queue, label: u64) -> Option<Ticket> {
    let mut appending = std::pin::pin!(queue.append(event(label, 300)));
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
    let seeds: Vec<u64> = match setting("CONCENTRATOR_QUEUE_SEED") {
        Some(one) => vec![one],
        None => KNOWN.into_iter().chain(0..setting("CONCENTRATOR_QUEUE_SEEDS").unwrap_or(SEEDS)).collect(),
    };
    for seed in seeds {
        let outcome = std::panic::catch_unwind(|| run(seed));
        assert!(outcome.is_ok(), "seed {seed}: run again with CONCENTRATOR_QUEUE_SEED={seed}");
    }
}
