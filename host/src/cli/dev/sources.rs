//! The sources of a project: whether they have changed.
//!
//! The files are looked at a few times a second: a project has some tens of them, so this costs next to nothing, and it
//! sees changes on every file system. What a build writes is left out, so that it does not begin the next one.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Folders in which tools keep what they make.
const MADE: [&str; 5] = ["target", "node_modules", "build", "dist", "__pycache__"];
/// Files that are looked at; a project has some tens.
const FILES_MAX: usize = 10_000;
/// Folders within folders.
const DEPTH_MAX: usize = 8;
/// An editor writes a file in several steps.
const SETTLE: Duration = Duration::from_millis(60);
/// How often is looked.
const LOOK: Duration = Duration::from_millis(200);

type Marks = BTreeMap<PathBuf, (u64, SystemTime)>;

/// The sources of a project, watched.
pub(super) struct Sources {
    dir: PathBuf,
    known: Marks,
}

impl Sources {
    /// Watches a folder; what changes from now on counts.
    pub(super) fn watch(dir: &Path) -> Result<Self> {
        Ok(Self { dir: dir.to_owned(), known: marks(dir)? })
    }

    /// Waits until a source is another; gives when that was seen first.
    pub(super) fn wait_for_change(&mut self) -> Result<Instant> {
        loop {
            let now = marks(&self.dir)?;
            if now != self.known {
                let seen = Instant::now();
                self.known = self.settled(now)?;
                return Ok(seen);
            }
            std::thread::sleep(LOOK);
        }
    }

    fn settled(&self, mut seen: Marks) -> Result<Marks> {
        loop {
            std::thread::sleep(SETTLE);
            let now = marks(&self.dir)?;
            if now == seen {
                return Ok(now);
            }
            seen = now;
        }
    }
}

/// The sources and what they are known by without reading them.
fn marks(dir: &Path) -> Result<Marks> {
    let mut marks = Marks::new();
    let mut folders = vec![(dir.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            // A folder that goes away while it is looked at.
            Err(_) if depth > 0 => continue,
            Err(error) => return Err(error).with_context(|| format!("look at {}", folder.display())),
        };
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let Ok(known) = entry.metadata() else { continue };
            if name.starts_with('.') || marks.len() >= FILES_MAX {
                continue;
            }
            if known.is_dir() {
                if depth < DEPTH_MAX && !MADE.contains(&name.as_str()) {
                    folders.push((path, depth + 1));
                }
            } else if is_source(&name) {
                marks.insert(path, (known.len(), known.modified().unwrap_or(SystemTime::UNIX_EPOCH)));
            }
        }
    }
    Ok(marks)
}

/// Not what a build makes, nor what an editor leaves beside a file.
fn is_source(name: &str) -> bool {
    let made = [".wasm", ".wasm.new", ".lock", "~", ".swp", ".o"];
    !made.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sources_count() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        };
        ["src/lib.rs", "target/x.d", "mask.wasm", ".git/HEAD", "cases/a/events.jsonl", "Cargo.lock"]
            .iter()
            .for_each(|name| write(name));
        let found: Vec<PathBuf> = marks(dir.path()).unwrap().into_keys().collect();
        assert_eq!(found, [dir.path().join("cases/a/events.jsonl"), dir.path().join("src/lib.rs")]);
        let mut sources = Sources::watch(dir.path()).unwrap();
        write("mask.wasm");
        write("src/more.rs");
        sources.wait_for_change().unwrap();
        assert_eq!(sources.known.len(), 3);
    }
}
