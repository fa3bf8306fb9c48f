//! Dead letters: events that could not become rows, kept in full with the reason.
//!
//! One file per event and lane, `<lane>/<seq>.json`, so that writing the same one again after a crash changes
//! nothing, `drop` is the removal of a file, and a person can read it without this program.
//!
//! # Failure
//! A dead letter is on disk before the batch that passes its position is committed: a crash in between writes it
//! again. What an event's letter holds is enough to map it again later.
//!
//! # Invariants
//! 1. Nothing is dropped without one (whole test `a_trap_costs_one_event`).
//! 2. A file that is damaged is listed as such and hides no other (test `damage_is_listed`).

use crate::event::{Micros, Seq, View};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// An event that could not become rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Lane: name of the source.
    pub lane: String,
    /// Position in the lane's queue.
    pub seq: Seq,
    /// Which stage refused it: `plugin` or `idb`.
    pub stage: String,
    /// Kind of reason, bounded in number: `rejected`, `trap`, `limit`, `contract`, `refused`, `malformed`.
    pub kind: String,
    /// The reason in full.
    pub reason: String,
    /// Plugin and version.
    pub plugin: String,
    /// When it was refused, µs since 1970 UTC.
    pub time: Micros,
    /// The event, in the JSON form of events.
    pub event: serde_json::Value,
}

impl DeadLetter {
    /// Name of the event.
    #[must_use]
    pub fn event_name(&self) -> &str {
        self.event.get("name").and_then(serde_json::Value::as_str).unwrap_or_default()
    }

    /// The event of `view`, as a letter keeps it.
    #[must_use]
    pub fn event_of(view: &View<'_>) -> serde_json::Value {
        concentrator_event::json::to_json(view)
    }
}

/// A dead letter as it was found on disk.
#[derive(Debug)]
pub enum Found {
    /// A whole one.
    Letter(Box<DeadLetter>),
    /// A file that is none, and why.
    Damaged(PathBuf, String),
}

/// The dead letters of all lanes.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
}

impl Store {
    /// The store in `dir`; the directory appears with the first letter.
    #[must_use]
    pub fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Keeps a letter; the same one again replaces itself.
    ///
    /// # Errors
    /// If it cannot be made durable; the batch must not be committed then.
    pub fn put(&self, letter: &DeadLetter) -> Result<()> {
        let dir = self.dir.join(&letter.lane);
        std::fs::create_dir_all(&dir).with_context(|| format!("create {}", dir.display()))?;
        let path = dir.join(format!("{:020}.json", letter.seq));
        let text = serde_json::to_vec_pretty(letter).context("write a dead letter as JSON")?;
        crate::queue::disk::write_durably(&path, &text).with_context(|| format!("write {}", path.display()))
    }

    /// The letters of `lane`, or of all, in the order of their positions; at most `limit`.
    ///
    /// # Errors
    /// If a directory cannot be read.
    pub fn list(&self, lane: Option<&str>, limit: usize) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        for file in self.files(lane)?.into_iter().take(limit) {
            found.push(read(&file));
        }
        Ok(found)
    }

    /// The letter at that position, if there is one.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn get(&self, lane: &str, seq: Seq) -> Result<Option<Found>> {
        let name = format!("{seq:020}.json");
        let file =
            self.files(Some(lane))?.into_iter().find(|file| file.file_name().is_some_and(|found| *found == *name));
        Ok(file.map(|file| read(&file)))
    }

    /// How many letters there are.
    ///
    /// # Errors
    /// If a directory cannot be read.
    pub fn count(&self, lane: Option<&str>) -> Result<usize> {
        Ok(self.files(lane)?.len())
    }

    fn files(&self, lane: Option<&str>) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for dir in children(&self.dir)? {
            if lane.is_none_or(|lane| dir.file_name().is_some_and(|name| name == lane)) {
                files.extend(children(&dir)?.into_iter().filter(|file| file.extension().is_some_and(|e| e == "json")));
            }
        }
        Ok(files)
    }
}

fn read(file: &Path) -> Found {
    let parsed = std::fs::read(file)
        .map_err(|error| error.to_string())
        .and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()));
    match parsed {
        Ok(letter) => Found::Letter(Box::new(letter)),
        Err(why) => Found::Damaged(file.to_owned(), why),
    }
}

fn children(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("read {}", dir.display())),
    };
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(seq: Seq) -> DeadLetter {
        DeadLetter {
            lane: "pbx".into(),
            seq,
            stage: "plugin".into(),
            kind: "trap".into(),
            reason: "unreachable".into(),
            plugin: "asterisk 0.1.0".into(),
            time: 5,
            event: serde_json::json!({"name": "Hangup"}),
        }
    }

    fn store(name: &str) -> Store {
        let dir = std::env::temp_dir().join(format!("dead-letters-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        Store::new(dir)
    }

    #[test]
    fn the_same_letter_again_is_one_letter() {
        let store = store("again");
        for seq in [12, 3, 12] {
            store.put(&letter(seq)).expect("writable");
        }
        let list = store.list(None, 10).expect("readable");
        let seqs: Vec<_> = list.iter().map(|f| if let Found::Letter(l) = f { l.seq } else { 0 }).collect();
        assert_eq!(seqs, [3, 12]);
        assert_eq!(store.count(Some("other")).expect("readable"), 0);
    }

    #[test]
    fn damage_is_listed() {
        let store = store("damage");
        store.put(&letter(1)).expect("writable");
        store.put(&letter(2)).expect("writable");
        std::fs::write(store.dir.join("pbx").join(format!("{:020}.json", 1)), b"{").expect("writable");
        let list = store.list(Some("pbx"), 10).expect("readable");
        assert!(matches!(&list[..], [Found::Damaged(..), Found::Letter(_)]));
    }
}
