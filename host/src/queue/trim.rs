//! The keeper: gives space back, and keeps segments ready for the writer.
//!
//! A released segment is renamed to be the next in order and overwritten, because overwriting written blocks costs a
//! tenth of growing a file; what the pool does not need is removed. New segments are filled with zeros first. All this
//! happens beside the writer, which never waits for it unless the pool runs dry.
//!
//! ```text
//! spare segments:  0 ── fill a new one ── spare_segments ── recycle only ── twice as many ── remove
//! ```
//! The stretch between the two marks is what makes segments go round: a segment is begun before the one behind it is
//! released, and a pool that is filled up in between has no place for the released one
//! (test `segments_go_round_without_filling`).
//!
//! # Failure
//! Every step leaves a directory that a start understands: a file that is being filled has another ending, a recycled
//! one still carries the ordinal of its former life, and each change of a name is synced before the next step.

use std::io;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use super::disk::{Access, is_full};
use super::segment::{self, Segment, Spare};
use super::state::{Reason, Shared, State};
use super::{Error, io_error};

/// Written at once while a segment is filled.
const FILL_BYTES: usize = 1 << 20;
/// Synced at once while a segment is filled: keeps each wait of the writer behind it short.
const FILL_SYNC_BYTES: u64 = 8 << 20;
/// Pause after each piece while the writer has a segment to go on with.
const FILL_PAUSE: Duration = Duration::from_millis(2);

/// Pause before a full disk is tried again; short under test, where a disk is full for a moment only.
const FULL_PAUSE: Duration = Duration::from_millis(if cfg!(test) { 2 } else { 1_000 });

/// What the keeper does next.
enum Duty {
    /// Take the oldest segment out of use.
    Trim(Segment),
    /// Make a new segment.
    Fill(u64),
    End,
}

/// Runs until the queue ends.
pub(super) fn run(shared: &Arc<Shared>) {
    loop {
        let done = match next_duty(shared) {
            Duty::Trim(segment) => trim(shared, &segment),
            Duty::Fill(ordinal) => fill(shared, ordinal),
            Duty::End => return,
        };
        if let Err(error) = done {
            shared.fail(&error.to_string());
            return;
        }
    }
}

fn over(state: &State) -> bool {
    state.ended || state.failed.is_some()
}

/// Waits for something to do.
fn next_duty(shared: &Shared) -> Duty {
    let config = &shared.config;
    let mut state = shared.lock();
    loop {
        if over(&state) {
            return Duty::End;
        }
        let oldest = if trimmable(&state, config.retain_bytes) { state.segments.pop_front() } else { None };
        if let Some(oldest) = oldest {
            state.trimmed_segments += 1;
            return Duty::Trim(oldest);
        }
        if state.spares.len() < config.spare_segments {
            let room = state.bytes().saturating_add(config.segment_bytes) <= config.max_bytes;
            if room {
                return Duty::Fill(state.next_ordinal);
            }
            state.obstacle = Some(Reason::SizeLimit);
            shared.publish(&mut state);
        }
        state = Shared::wait_long(&shared.for_keeper, state);
    }
}

/// Whether the oldest segment may go: all in it is released, and enough is kept behind it. Copies kept for replay give
/// way when new events would have to be refused.
fn trimmable(state: &State, retain_bytes: u64) -> bool {
    let mut behind = state.segments.iter().skip(1).map(|segment| (segment.first, segment.bytes));
    let Some((next, bytes)) = behind.next() else { return false };
    if next > state.released.saturating_add(1) {
        return false;
    }
    let mut kept = 0_u64;
    let mut bytes_of_released = bytes;
    for (first, bytes) in behind {
        if first > state.released.saturating_add(1) {
            break;
        }
        kept = kept.saturating_add(bytes_of_released);
        bytes_of_released = bytes;
    }
    kept >= retain_bytes || state.refusing.is_some()
}

/// Takes a segment out of use; where the file system has no room even for the change of its name, later.
fn trim(shared: &Shared, old: &Segment) -> Result<(), Error> {
    let config = &shared.config;
    let from = shared.path(old.ordinal);
    let (ordinal, reuse) = {
        let state = shared.lock();
        let fits = state.bytes().saturating_add(old.bytes) <= config.max_bytes && old.bytes == config.segment_bytes;
        (state.next_ordinal, fits && state.spares.len() < config.spare_segments.saturating_mul(2))
    };
    let moved = if reuse { shared.disk.rename(&from, &shared.path(ordinal)) } else { shared.disk.remove(&from) };
    match moved {
        Ok(()) => shared.disk.sync_dir(&config.dir).map_err(io_error(&config.dir))?,
        Err(error) if is_full(&error) => {
            let mut state = shared.lock();
            state.trimmed_segments -= 1;
            state.segments.push_front(*old);
            pause(shared, state);
            return Ok(());
        }
        Err(error) => return Err(io_error(&from)(error)),
    }
    if reuse {
        add(shared, Spare { ordinal, bytes: old.bytes });
    }
    Ok(())
}

/// The disk is full: waits a little, unless the queue has ended.
fn pause(shared: &Shared, mut state: MutexGuard<'_, State>) {
    state.obstacle = Some(Reason::DiskFull);
    shared.publish(&mut state);
    if !over(&state) {
        drop(Shared::wait(&shared.for_keeper, state, FULL_PAUSE));
    }
}

/// Hands a segment to the writer.
fn add(shared: &Shared, spare: Spare) {
    let mut state = shared.lock();
    state.next_ordinal = spare.ordinal.saturating_add(1);
    state.spares.push_back(spare);
    state.obstacle = None;
    shared.publish(&mut state);
    drop(state);
    shared.for_writer.notify_one();
}

fn fill(shared: &Shared, ordinal: u64) -> Result<(), Error> {
    let config = &shared.config;
    let unfinished = segment::filling_path(&config.dir, ordinal);
    match fill_file(shared, ordinal) {
        Ok(true) => add(shared, Spare { ordinal, bytes: config.segment_bytes }),
        // Ended meanwhile; the next start removes what there is.
        Ok(false) => {}
        Err(error) if is_full(&error) => {
            // Frees what it took; if even that fails, the next start does it.
            let _ = shared.disk.remove(&unfinished);
            pause(shared, shared.lock());
        }
        Err(error) => return Err(io_error(&unfinished)(error)),
    }
    Ok(())
}

/// Makes a file of zeros; false if the queue ended meanwhile.
fn fill_file(shared: &Shared, ordinal: u64) -> io::Result<bool> {
    let config = &shared.config;
    let unfinished = segment::filling_path(&config.dir, ordinal);
    shared.disk.make_dir(&config.dir)?;
    let file = shared.disk.open(&unfinished, Access::Create)?;
    let zeros = vec![0; FILL_BYTES];
    let mut done = 0_u64;
    while done < config.segment_bytes {
        let left = usize::try_from(config.segment_bytes - done).unwrap_or(usize::MAX);
        let piece = zeros.get(..left).unwrap_or(&zeros);
        file.write_at(piece, done)?;
        done += piece.len() as u64;
        if done.is_multiple_of(FILL_SYNC_BYTES) {
            file.sync()?;
        }
        let state = shared.lock();
        if over(&state) {
            return Ok(false);
        }
        if !state.spares.is_empty() && done < config.segment_bytes {
            drop(Shared::wait(&shared.for_keeper, state, FILL_PAUSE));
        }
    }
    file.sync()?;
    shared.disk.rename(&unfinished, &shared.path(ordinal))?;
    shared.disk.sync_dir(&config.dir)?;
    Ok(true)
}
