//! Dead letters: events that could not become rows, kept in full with the reason.
//!
//! One file per event and lane, `<lane>/<seq>.json`, so that writing the same one again after a crash changes
//! nothing, and a person can read it without this program.
//!
//! # A letter goes through its lane again
//! ```text
//! asked ─▶ the letter says so ─▶ an entry in the queue (`again`) ─▶ mapped ─▶ batch committed ─▶ the letter goes
//!            `replay.after`        carries the whole letter             └▶ refused again: the letter stays, `tried_at`
//! ```
//! The letter says that it was asked for before the entry is appended, and from where on the queue is to be searched
//! for it; the entry says which letter it is. So after a crash at any step the lane finds out at its next start what
//! remains to be done (`lane/letters.rs`), and no event is mapped twice or lost. While a letter says so, it is not asked
//! for again.
//!
//! What an event of stage `plugin` gets is what an event that comes late gets: its own time, but the state of now. Of
//! stage `idb` the plugin's state holds the event already; only the rows that were refused are written again (`rows`).
//!
//! # Failure
//! A dead letter is on disk before the batch that passes its position is committed: a crash in between writes it
//! again. A letter is removed after the batch that settles it is committed, and before the queue may trim its entry.
//!
//! # Invariants
//! 1. Nothing is dropped without one (whole test `a_trap_costs_one_event`).
//! 2. A file that is damaged is listed as such and hides no other (test `damage_is_listed`).
//! 3. Each letter that is replayed is mapped once (whole test `letters_are_replayed_once_whenever_it_is_killed`).

pub mod again;
pub mod rows;

use crate::event::{Micros, Seq, View};
use crate::queue::disk::{Disk as _, SystemDisk, write_durably};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::path::{Component, Path, PathBuf};

/// An event that could not become rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Lane: name of the source.
    pub lane: String,
    /// Position in the lane's queue.
    pub seq: Seq,
    /// Which stage refused it: `plugin` or `idb`.
    pub stage: String,
    /// Kind of reason, bounded in number: `rejected`, `trap`, `limit`, `contract`, `refused`.
    pub kind: String,
    /// The reason in full.
    pub reason: String,
    /// Plugin and version.
    pub plugin: String,
    /// When it was refused, µs since 1970 UTC.
    pub time: Micros,
    /// The event, in the JSON form of events.
    pub event: serde_json::Value,
    /// Of stage `idb`: the rows that were refused (`rows.rs`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<serde_json::Value>,
    /// Position at which it went through the lane again and was refused again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<Seq>,
    /// It is on its way through the lane again, or will be when the lane starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<Replay>,
}

/// A letter was asked to go through its lane again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// If its entry is in the queue, it stands after this position.
    pub after: Seq,
    /// When it was asked for, µs since 1970 UTC.
    pub asked: Micros,
    /// Who asked.
    pub by: String,
}

/// How much is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Letters.
    pub letters: u64,
    /// Bytes of their files.
    pub bytes: u64,
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

    /// By which it is named: `SOURCE:POSITION`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}:{}", self.lane, self.seq)
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
        let dir = self.dir_of(&letter.lane).with_context(|| format!("`{}` is no name of a lane", letter.lane))?;
        SystemDisk.make_dir(&dir).with_context(|| format!("create {}", dir.display()))?;
        let path = path(&dir, letter.seq);
        let text = serde_json::to_vec_pretty(letter).context("write a dead letter as JSON")?;
        write_durably(&path, &text).with_context(|| format!("write {}", path.display()))
    }

    /// Removes the letter at that position, durably; true if there was one.
    ///
    /// # Errors
    /// If the disk does not take it; the letter may still be there.
    pub fn remove(&self, lane: &str, seq: Seq) -> Result<bool> {
        let Some(dir) = self.dir_of(lane) else { return Ok(false) };
        let path = path(&dir, seq);
        match SystemDisk.remove(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error).with_context(|| format!("remove {}", path.display())),
        }
        SystemDisk.sync_dir(&dir).with_context(|| format!("remove {}", path.display()))?;
        Ok(true)
    }

    /// The letters of `lane`, or of all, in the order of their positions; at most `limit`.
    ///
    /// # Errors
    /// If a directory cannot be read.
    pub fn list(&self, lane: Option<&str>, limit: usize) -> Result<Vec<Found>> {
        Ok(self.files(lane)?.iter().take(limit).filter_map(|file| read(file)).collect())
    }

    /// The letter at that position, if there is one.
    #[must_use]
    pub fn get(&self, lane: &str, seq: Seq) -> Option<Found> {
        read(&path(&self.dir_of(lane)?, seq))
    }

    /// How many letters of `lane`, or of all, there are, and how large they are.
    ///
    /// # Errors
    /// If a directory cannot be read.
    pub fn kept(&self, lane: Option<&str>) -> Result<Kept> {
        let mut kept = Kept::default();
        for file in self.files(lane)? {
            kept.letters += 1;
            // One that has just been removed has no size.
            kept.bytes += file.metadata().map_or(0, |data| data.len());
        }
        Ok(kept)
    }

    /// Where a lane's letters are; none if that is not the name of a directory in the store.
    fn dir_of(&self, lane: &str) -> Option<PathBuf> {
        let mut components = Path::new(lane).components();
        let plain =
            matches!((components.next(), components.next()), (Some(Component::Normal(name)), None) if name == lane);
        plain.then(|| self.dir.join(lane))
    }

    fn files(&self, lane: Option<&str>) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for dir in children(&self.dir)? {
            if dir.is_dir() && lane.is_none_or(|lane| dir.file_name().is_some_and(|name| name == lane)) {
                files.extend(children(&dir)?.into_iter().filter(|file| file.extension().is_some_and(|e| e == "json")));
            }
        }
        Ok(files)
    }
}

fn path(dir: &Path, seq: Seq) -> PathBuf {
    dir.join(format!("{seq:020}.json"))
}

/// Whether a letter's lane and position are those of its directory and name: by these it is asked for and removed.
fn is_of(letter: &DeadLetter, file: &Path) -> bool {
    let lane = file.parent().and_then(Path::file_name).is_some_and(|name| name == letter.lane.as_str());
    lane && file.parent().is_some_and(|dir| path(dir, letter.seq) == file)
}

/// `None` if there is no such file.
fn read(file: &Path) -> Option<Found> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => return Some(Found::Damaged(file.to_owned(), error.to_string())),
    };
    Some(match serde_json::from_slice::<DeadLetter>(&bytes) {
        Ok(letter) if !is_of(&letter, file) => {
            let why = format!("it says that it is {}, which is not its place", letter.id());
            Found::Damaged(file.to_owned(), why)
        }
        Ok(letter) => Found::Letter(Box::new(letter)),
        Err(why) => Found::Damaged(file.to_owned(), why.to_string()),
    })
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
            rows: Vec::new(),
            tried_at: None,
            replay: None,
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
        assert_eq!(store.kept(Some("other")).expect("readable"), Kept::default());
        assert_eq!(store.kept(None).expect("readable").letters, 2);
        assert!(store.remove("pbx", 3).expect("writable"));
        assert!(!store.remove("pbx", 3).expect("writable"), "once is enough");
        assert!(store.get("pbx", 3).is_none() && store.get("pbx", 12).is_some());
    }

    #[test]
    fn a_letter_of_an_earlier_version_is_read() {
        let text = serde_json::to_string(&letter(1)).expect("JSON");
        assert!(!text.contains("replay") && !text.contains("tried_at") && !text.contains("rows"), "{text}");
        assert_eq!(serde_json::from_str::<DeadLetter>(&text).expect("a letter"), letter(1));
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

    #[test]
    fn a_letter_that_is_not_in_its_place_is_damaged() {
        let store = store("place");
        store.put(&letter(1)).expect("writable");
        let (dir, text) = (store.dir.join("pbx"), serde_json::to_vec(&letter(1)).expect("JSON"));
        std::fs::write(path(&dir, 2), &text).expect("writable");
        std::fs::create_dir(store.dir.join("other")).expect("writable");
        std::fs::write(path(&store.dir.join("other"), 1), &text).expect("writable");
        let list = store.list(None, 10).expect("readable");
        assert!(matches!(&list[..], [Found::Damaged(..), Found::Letter(_), Found::Damaged(..)]), "{list:?}");
        assert!(matches!(store.get("pbx", 2), Some(Found::Damaged(_, why)) if why.contains("pbx:1")));
    }

    #[test]
    fn a_lane_is_a_directory_in_the_store() {
        let store = store("names");
        store.put(&letter(1)).expect("writable");
        for lane in ["..", ".", "", "/", "/pbx", "other/../pbx", "pbx/", "../names/pbx"] {
            assert!(store.get(lane, 1).is_none(), "{lane}");
            assert!(!store.remove(lane, 1).expect("nothing to do"), "{lane}");
            assert!(store.put(&DeadLetter { lane: lane.to_owned(), ..letter(1) }).is_err(), "{lane}");
        }
        assert!(store.get("pbx", 1).is_some());
    }
}
