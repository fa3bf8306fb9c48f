//! Which logs are in a directory, and in which order they were written.
//!
//! A log with a date in its name has that for its time, another one the time of its last change. Equal times are told
//! apart by name.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::date::in_name;
use super::reading::FileId;
use crate::event::Micros;

/// Logs in one directory that are looked at, at most; beyond it the oldest are left out.
const LOGS_MAX: usize = 10_000;

/// A log in the directory.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) id: FileId,
    pub(super) bytes: u64,
    written: Micros,
}

impl Entry {
    /// Later logs have greater orders.
    pub(super) fn order(&self) -> (Micros, &Path) {
        (self.written, &self.path)
    }
}

/// The logs that `pattern` names, oldest first: its last component may hold `*` and `?`.
pub(super) async fn list(pattern: &Path) -> std::io::Result<Vec<Entry>> {
    let (dir, name) = split(pattern);
    let mut logs = Vec::new();
    let mut entries = tokio::fs::read_dir(dir).await?;
    while let Some(entry) = entries.next_entry().await? {
        let found = entry.file_name();
        let found = found.to_string_lossy();
        if !is_match(name.as_bytes(), found.as_bytes()) {
            continue;
        }
        // What has gone since the directory was read is not there.
        let Ok(metadata) = tokio::fs::metadata(entry.path()).await else { continue };
        if !metadata.is_file() {
            continue;
        }
        let changed = metadata.mtime().saturating_mul(1_000_000).saturating_add(metadata.mtime_nsec() / 1_000);
        let dated = in_name(&found).and_then(|stamp| Some(stamp.date? * 86_400_000_000 + stamp.of_day));
        let written = dated.unwrap_or(changed);
        logs.push(Entry { path: entry.path(), id: FileId::of(&metadata), bytes: metadata.len(), written });
    }
    logs.sort_by(|one, other| one.order().cmp(&other.order()));
    // Two names of one file are one log: the later name is the one that lasts.
    let mut seen = std::collections::BTreeSet::new();
    logs.retain(|log| seen.insert(log.id));
    let excess = logs.len().saturating_sub(LOGS_MAX);
    Ok(logs.split_off(excess))
}

/// Directory and pattern of names.
pub(super) fn split(pattern: &Path) -> (&Path, String) {
    let dir = pattern.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    (dir, pattern.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
}

/// Whether `name` is one that `pattern` means: `*` any number of characters, `?` one.
fn is_match(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut of) = (0, 0);
    // Where the last star was, and what of the name it covers so far.
    let mut star: Option<(usize, usize)> = None;
    while of < name.len() {
        match (pattern.get(at), name.get(of)) {
            (Some(b'*'), _) => {
                star = Some((at, of));
                at += 1;
            }
            (Some(wanted), Some(found)) if *wanted == b'?' || wanted == found => {
                at += 1;
                of += 1;
            }
            _ => {
                let Some((place, covered)) = star else { return false };
                star = Some((place, covered + 1));
                (at, of) = (place + 1, covered + 1);
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, expect) in [
            ("ts*.log", "ts.log", true),
            ("ts*.log", "ts.2014.log", true),
            ("ts*.log", "ts.log.1", false),
            ("ts*.log*", "ts.log.1", true),
            ("*", "", true),
            ("?", "", false),
            ("a?c", "abc", true),
            ("*a*b*c*", "xxaxxbxxcxx", true),
            ("*a*b*c*", "xxaxxcxxbxx", false),
            ("a**b", "ab", true),
            ("", "a", false),
        ] {
            assert_eq!(is_match(pattern.as_bytes(), name.as_bytes()), expect, "{pattern} {name}");
        }
    }

    #[test]
    fn a_bare_pattern_is_of_the_present_directory() {
        assert_eq!(split(Path::new("ts*.log")), (Path::new("."), "ts*.log".to_owned()));
        assert_eq!(split(Path::new("/var/log/ts*.log")), (Path::new("/var/log"), "ts*.log".to_owned()));
    }
}
