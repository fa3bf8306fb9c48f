//! Copies of the plugins that are in force, and of those that were before.
//!
//! # Format
//! In a lane's directory: `plugins/<SHA-256>.wasm`, the files; `plugins.json`: by the name of a plugin, the digest in
//! force, the one before, and the one of a file that was rolled back: `{"voice":{"digest":…,"before":…,"rolled_back":…}}`.
//!
//! # Failure
//! Files are written beside and renamed. What the list does not name is removed with the next change. A damaged list is
//! taken for an empty one: the files in the plugin directory count then, as without it.

use crate::plugin::{Plugin, digest_of};
use crate::queue::disk::{Disk as _, SystemDisk, write_durably};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a lane's list says of a plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    digest: String,
    before: Option<String>,
    rolled_back: Option<String>,
}

type List = BTreeMap<String, Entry>;

/// The copies, and one lane's list of them.
#[derive(Debug)]
pub(super) struct Kept {
    copies: PathBuf,
    list: PathBuf,
}

impl Kept {
    pub(super) fn new(lane_dir: &Path) -> Self {
        Self { copies: lane_dir.join("plugins"), list: lane_dir.join("plugins.json") }
    }

    /// The copy that is to be loaded instead of a file with that digest, because the file was rolled back.
    pub(super) fn instead_of(&self, name: &str, digest: &str) -> Option<PathBuf> {
        let entry = read(&self.list).remove(name)?;
        let copy = self.copy(&entry.digest);
        (entry.rolled_back.as_deref() == Some(digest) && is_whole(&copy, &entry.digest)).then_some(copy)
    }

    /// The copy of the plugin that was in force before.
    pub(super) fn before(&self, name: &str) -> Option<PathBuf> {
        let before = read(&self.list).remove(name)?.before?;
        Some(self.copy(&before)).filter(|copy| is_whole(copy, &before))
    }

    /// Notes which plugins are in force now.
    pub(super) fn note<'p>(&self, in_force: impl Iterator<Item = (&'p str, &'p Plugin)>) -> Result<()> {
        let old = read(&self.list);
        let mut list = old.clone();
        for (name, plugin) in in_force {
            self.keep(plugin)?;
            let digest = plugin.digest();
            let entry = list.entry(name.to_owned()).or_default();
            if entry.digest == digest {
                continue;
            }
            // Back to the one before: the file is still the other one.
            let is_back = entry.before.as_deref() == Some(digest);
            let was = std::mem::replace(&mut entry.digest, digest.to_owned());
            entry.before = Some(was).filter(|was| !was.is_empty());
            entry.rolled_back = entry.before.clone().filter(|_| is_back);
        }
        if list != old {
            if let Some(dir) = self.list.parent() {
                SystemDisk.make_dir(dir)?;
            }
            let text = serde_json::to_vec_pretty(&list)?;
            write_durably(&self.list, &text).with_context(|| format!("write {}", self.list.display()))?;
            self.prune(list)?;
        }
        Ok(())
    }

    fn copy(&self, digest: &str) -> PathBuf {
        self.copies.join(format!("{digest}.wasm"))
    }

    fn keep(&self, plugin: &Plugin) -> Result<()> {
        let copy = self.copy(plugin.digest());
        if copy.is_file() {
            return Ok(());
        }
        let bytes = plugin.read_again().context("read the plugin again")?;
        SystemDisk.make_dir(&self.copies)?;
        write_durably(&copy, &bytes).with_context(|| format!("write {}", copy.display()))
    }

    /// Removes the copies that the list does not name.
    fn prune(&self, list: List) -> Result<()> {
        let named: BTreeSet<String> =
            list.into_values().flat_map(|entry| [Some(entry.digest), entry.before]).flatten().collect();
        for copy in std::fs::read_dir(&self.copies)?.flatten() {
            let path = copy.path();
            let digest = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if path.extension().is_some_and(|extension| extension == "wasm") && !named.contains(&digest) {
                std::fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

fn read(list: &Path) -> List {
    std::fs::read(list).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Whether the copy is there and is what its name says.
fn is_whole(copy: &Path, digest: &str) -> bool {
    digest_of(copy).is_ok_and(|found| found == digest)
}
