//! Reloads that nobody asks for by name: at a SIGHUP, and, with `[plugins] watch = true`, when a file has changed.
//!
//! A file counts when it has been the same for two looks, so that one that is still being written is let alone, and each
//! state of it once: a plugin that was refused is not tried again before its file changes. The files of a lane count
//! together, for its plugins change together.

use super::{LaneView, Lanes};
use crate::lane::reload::{Outcome, Wish};
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::signal::unix::Signal;
use tokio_util::sync::CancellationToken;

/// How often is looked.
const PERIOD: Duration = Duration::from_secs(1);

/// What a file is known by without reading it: inode, length, seconds and nanoseconds of its last change.
type Mark = (u64, u64, i64, i64);

/// The files of a lane, and what was seen of them.
struct Files {
    paths: Vec<PathBuf>,
    seen: Vec<Option<Mark>>,
    taken: Vec<Option<Mark>>,
}

impl Files {
    /// Whether they have become others and stay so; true once for each state.
    fn have_settled(&mut self) -> bool {
        let now: Vec<Option<Mark>> = self.paths.iter().map(|path| mark(path)).collect();
        let settled = now == self.seen && now != self.taken;
        if settled {
            self.taken.clone_from(&now);
        }
        self.seen = now;
        settled
    }
}

fn mark(path: &Path) -> Option<Mark> {
    let known = std::fs::metadata(path).ok()?;
    Some((known.ino(), known.len(), known.mtime(), known.mtime_nsec()))
}

/// Runs until `stop`.
pub(super) async fn run(lanes: Lanes, hangups: Signal, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = look_after(&lanes, hangups) => {}
    }
}

async fn look_after(lanes: &Lanes, mut hangups: Signal) {
    let mut files = if lanes.config.plugins.watch { files(lanes) } else { BTreeMap::new() };
    loop {
        tokio::select! {
            Some(()) = hangups.recv() => {
                tracing::info!(code = "IC6002",
                    "SIGHUP: plugins whose files have changed are loaded; the configuration is not read again.");
                changed(lanes.each(), "SIGHUP").await;
            }
            () = tokio::time::sleep(PERIOD), if !files.is_empty() => {
                let looked = tokio::task::spawn_blocking(move || look(files)).await;
                let Ok((settled, same)) = looked else { return };
                files = same;
                let lanes = lanes.each().filter(|(name, _)| settled.iter().any(|lane| lane == name));
                changed(lanes, "the file watch").await;
            }
        }
    }
}

fn files(lanes: &Lanes) -> BTreeMap<String, Files> {
    let of_lane = |source: &crate::config::Source| {
        let path = |(name, _): (&str, String)| lanes.config.plugins.dir.join(format!("{name}.wasm"));
        Files { paths: source.lane().plugins().map(path).collect(), seen: Vec::new(), taken: Vec::new() }
    };
    lanes.config.sources.iter().map(|(name, source)| (name.clone(), of_lane(source))).collect()
}

/// Which lanes have files that have settled.
fn look(mut files: BTreeMap<String, Files>) -> (Vec<String>, BTreeMap<String, Files>) {
    let settled = files.iter_mut().filter_map(|(name, files)| files.have_settled().then(|| name.clone()));
    (settled.collect(), files)
}

/// Loads what has changed, in all these lanes at once; what comes of it stands in log and status.
async fn changed<'l>(lanes: impl Iterator<Item = (&'l str, &'l LaneView)>, by: &str) {
    join_all(lanes.map(|(_, lane)| lane.plugins.reload(&Wish::Changed, false, by))).await;
}

/// Fulfils a wish in those lanes, all at once.
pub(crate) async fn fulfil(lanes: &Lanes, sources: &[String], wish: &Wish, cold: bool, by: &str) -> Vec<Outcome> {
    let lanes = sources.iter().filter_map(|source| lanes.get(source));
    join_all(lanes.map(|lane| lane.plugins.reload(wish, cold, by))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_counts_when_it_has_settled() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.wasm");
        let mut files = Files { paths: vec![path.clone()], seen: Vec::new(), taken: Vec::new() };
        assert!(!files.have_settled() && files.have_settled() && !files.have_settled(), "no file is a state, too");
        for length in 1..4 {
            std::fs::write(&path, "x".repeat(length)).unwrap();
            assert!(!files.have_settled(), "it may still be growing");
        }
        assert!(files.have_settled() && !files.have_settled(), "each state once");
        std::fs::write(dir.path().join("y"), "xxx").unwrap();
        std::fs::rename(dir.path().join("y"), &path).unwrap();
        assert!(!files.have_settled() && files.have_settled(), "one that was put in its place is another");
    }
}
