//! What the fuzz targets call: everything that reads foreign bytes, each with what must hold for any bytes at all.
//!
//! A target is a function of bytes that panics when a property is broken. The drivers are in the crate `fuzz`; this
//! module only exists with the feature `fuzzing`, and only because the readers are private to this crate.
//!
//! | target | bytes | beside not to panic |
//! |---|---|---|
//! | [`ami_packets`] | of a manager connection | any split gives the same events; no byte is lost; memory is bounded |
//! | [`capture()`] | of a recording and its index | what is brought in goes on exactly where any event ended |
//! | [`flat_events`] | of a batch | what is read can be built again, also by way of JSON |
//! | [`event_lines`] | a line of JSON | an event that is accepted reads back the same |
//! | [`stream_lines`] | of a stream's connection | any split gives the same lines; what is accepted is JSON |
//! | [`t_events`] | of a log of T-Library events | any split gives the same events; behind a known one come the rest |
//! | [`queue_segments`] | damage done to a queue's files | what stands before it is kept, nothing is invented, the queue goes on |
//! | [`plugin_file`] | of a plugin file | what is wrong is said within bounds |
//! | [`snapshot`] | of a snapshot file | what is accepted is written the same way |
//! | [`configuration`] | of a configuration file | every problem has a place that is in the file |
//! | [`dead_letter`] | of a dead letter | what is accepted is kept and read back the same |
//!
//! # Not here
//! Mutation, corpora, coverage.

mod ami;
mod capture;
mod events;
mod files;
mod memory;
mod queue;
mod voice;

pub use ami::ami_packets;
pub use capture::capture;
pub use events::{event_lines, flat_events};
pub use files::{configuration, dead_letter, plugin_file, snapshot};
pub use queue::queue_segments;
pub use voice::{stream_lines, t_events};

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers that look random and are the same for the same bytes, so that an input alone reproduces a failure.
struct Dice(u64);

impl Dice {
    /// Begun with a digest of `bytes`.
    fn of(bytes: &[u8]) -> Self {
        let mix = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        Self(bytes.iter().fold(0xCBF2_9CE4_8422_2325, mix) | 1)
    }

    /// A number from 1 to `most`.
    fn roll(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let most = u64::try_from(most).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.0 % most + 1).unwrap_or(1)
    }
}

/// A directory of one run, removed with what is in it.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!("concentrator-fuzz-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&dir).expect("a directory for temporary files");
        Self(dir)
    }

    /// A file with these bytes.
    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&self.0)).expect("a directory for temporary files");
        std::fs::write(&path, bytes).expect("room for a temporary file");
        path
    }

    fn dir(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left is found by its name in the system's temporary directory.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
