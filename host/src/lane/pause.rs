//! Pause and resume of a lane.
//!
//! A lane that is paused goes on taking events into its queue, and maps none. It stops after the batch under way, and
//! goes on where it was.
//!
//! # Format
//! The file `paused.json` in the lane's directory: `{"reason":…,"since":…,"by":…}`. The lane is paused as long as it is
//! there, so a pause outlasts a restart.
//!
//! # Failure
//! A file that cannot be read pauses: nothing is lost by waiting. A pause that cannot be written holds until the process
//! ends.

use crate::event::Micros;
use crate::queue::disk::{Disk as _, SystemDisk, write_durably};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Name of the file.
const FILE: &str = "paused.json";
/// Who pauses a lane that pauses itself.
pub const BY_ITSELF: &str = "the daemon";

/// Why a lane is paused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    /// Why, for a person.
    pub reason: String,
    /// Since when, µs since 1970 UTC.
    pub since: Micros,
    /// Who paused it.
    pub by: String,
}

/// What mapping passes through: open, or closed by a pause.
#[derive(Debug)]
pub struct Gate {
    file: PathBuf,
    paused: Mutex<Option<Paused>>,
    changed: Condvar,
}

impl Gate {
    /// The gate of the lane whose directory that is, as the last process left it.
    #[must_use]
    pub fn new(lane_dir: &Path) -> Self {
        let file = lane_dir.join(FILE);
        Self { paused: Mutex::new(read(&file)), file, changed: Condvar::new() }
    }

    /// Why the lane is paused, if it is.
    #[must_use]
    pub fn paused(&self) -> Option<Paused> {
        self.paused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Pauses the lane; one that is paused already keeps its reason, and the answer is false.
    ///
    /// # Errors
    /// If the disk does not take it: the lane is paused, but will not be after a restart.
    pub fn pause(&self, paused: Paused) -> io::Result<bool> {
        {
            let mut state = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
            if state.is_some() {
                return Ok(false);
            }
            *state = Some(paused.clone());
        }
        self.changed.notify_all();
        if let Some(dir) = self.file.parent() {
            SystemDisk.make_dir(dir)?;
        }
        write_durably(&self.file, &serde_json::to_vec_pretty(&paused)?).map(|()| true)
    }

    /// Lets the lane go on: gives back why it was paused, if it was.
    ///
    /// # Errors
    /// If the disk does not take it: the lane stays paused.
    pub fn resume(&self) -> io::Result<Option<Paused>> {
        match SystemDisk.remove(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => {
                removed?;
                self.file.parent().map_or(Ok(()), |dir| SystemDisk.sync_dir(dir))?;
            }
        }
        let was = self.paused.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.changed.notify_all();
        Ok(was)
    }

    /// Waits until something changes, but not longer than that. Blocks: for a plain thread.
    pub fn wait(&self, most: Duration) {
        let state = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_timeout(state, most));
    }
}

fn read(file: &Path) -> Option<Paused> {
    let unreadable = |why: String| Paused {
        reason: format!("{} cannot be read: {why}", file.display()),
        since: 0,
        by: BY_ITSELF.to_owned(),
    };
    match std::fs::read(file) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).unwrap_or_else(|error| unreadable(error.to_string()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(unreadable(error.to_string())),
    }
}

/// How many events in a row became dead letters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Streak(u64);

impl Streak {
    /// An event of the source became rows, or needed none.
    pub(super) fn fine(&mut self) {
        self.0 = 0;
    }

    /// One more; gives how many it is.
    pub(super) fn letter(&mut self) -> u64 {
        self.0 = self.0.saturating_add(1);
        self.0
    }

    /// How many there are.
    pub(super) fn length(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paused(reason: &str) -> Paused {
        Paused { reason: reason.to_owned(), since: 5, by: "anna".to_owned() }
    }

    #[test]
    fn a_pause_outlasts_its_process() {
        let dir = tempfile::tempdir().expect("a directory");
        let lane = dir.path().join("lanes/pbx");
        let gate = Gate::new(&lane);
        assert_eq!(gate.paused(), None);
        assert!(gate.pause(paused("first")).expect("writable"));
        assert!(!gate.pause(paused("second")).expect("writable"), "the first reason stays");
        assert_eq!(Gate::new(&lane).paused(), Some(paused("first")));
        assert_eq!(gate.resume().expect("writable"), Some(paused("first")));
        assert_eq!(gate.resume().expect("writable"), None, "once more changes nothing");
        assert_eq!(Gate::new(&lane).paused(), None);
    }

    #[test]
    fn a_file_that_cannot_be_read_pauses() {
        let dir = tempfile::tempdir().expect("a directory");
        for content in [&b""[..], b"{", b"{\"reason\":5}", b"\xff\xfe"] {
            std::fs::write(dir.path().join(FILE), content).expect("writable");
            let gate = Gate::new(dir.path());
            assert!(gate.paused().is_some_and(|paused| paused.reason.contains(FILE)), "{content:?}");
            gate.resume().expect("writable");
            assert_eq!(Gate::new(dir.path()).paused(), None);
        }
    }
}
