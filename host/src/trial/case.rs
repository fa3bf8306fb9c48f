//! Case folders: recorded events, and the rows to expect.
//!
//! | file | what |
//! |---|---|
//! | `events.jsonl` | the events, a line of JSON each |
//! | `config.json` | the plugin's options; may be missing, or stand in the folder above for all cases |
//! | `lane.json` | the lane, `{"name":…,"dbid":…,"switch_dbid":…,"tenant_dbid":…}`; may be missing, as `config.json` |
//! | `given.jsonl` | of an enricher: the rows that the mapper made, `{"G_CALL_HISTORY":{"at":0,…}}` |
//! | `rows.jsonl` | the rows to expect, as the database has them in the end |

use super::{Events, json, lane, recording};
use crate::plugin::LaneInfo;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Largest file of a case, bytes.
const FILE_BYTES: u64 = 1 << 30;

/// A case folder.
#[derive(Clone, Debug)]
pub struct Case {
    /// Name of the folder.
    pub name: String,
    /// The folder.
    pub dir: PathBuf,
    /// JSON object of the plugin's options.
    pub config: Arc<str>,
    /// The lane.
    pub lane: LaneInfo,
    /// The events.
    pub events: Events,
    /// `rows.jsonl`, if it is there.
    pub expected: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LaneFile {
    name: String,
    dbid: i32,
    switch_dbid: i32,
    tenant_dbid: i32,
}

impl Default for LaneFile {
    fn default() -> Self {
        let LaneInfo { name, dbid, switch_dbid, tenant_dbid } = lane();
        Self { name, dbid, switch_dbid, tenant_dbid }
    }
}

impl Case {
    /// Reads a case folder. A table of a plugin's own is known only when the plugin is loaded.
    ///
    /// # Errors
    /// With the file and line that are wrong.
    pub fn read(dir: &Path) -> Result<Self> {
        let mut events = recording::lines(&dir.join("events.jsonl"))?;
        read_given(&dir.join("given.jsonl"), &mut events)?;
        let config = of_case(dir, "config.json")?.map_or_else(|| "{}".to_owned(), |(_, text)| text);
        let lane = match of_case(dir, "lane.json")? {
            None => lane(),
            Some((file, text)) => {
                let read: LaneFile = serde_json::from_str(&text).with_context(|| format!("read {}", file.display()))?;
                let LaneFile { name, dbid, switch_dbid, tenant_dbid } = read;
                LaneInfo { name, dbid, switch_dbid, tenant_dbid }
            }
        };
        Ok(Self {
            name: dir.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            dir: dir.to_owned(),
            config: config.into(),
            lane,
            events,
            expected: text(&dir.join("rows.jsonl"))?,
        })
    }

    /// Where the expected rows are.
    #[must_use]
    pub fn rows_file(&self) -> PathBuf {
        self.dir.join("rows.jsonl")
    }
}

/// The case folders of a folder, by name; one that is a case itself is the only one.
///
/// # Errors
/// If it cannot be read, or has none.
pub fn folders(dir: &Path) -> Result<Vec<PathBuf>> {
    let is_case = |dir: &Path| dir.join("events.jsonl").is_file();
    if is_case(dir) {
        return Ok(vec![dir.to_owned()]);
    }
    let entries = fs::read_dir(dir).with_context(|| format!("look for cases in {}", dir.display()))?;
    let mut cases: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| is_case(path)).collect();
    cases.sort();
    ensure!(!cases.is_empty(), "there is no case in {}: a folder with a file `events.jsonl`", dir.display());
    Ok(cases)
}

fn read_given(file: &Path, events: &mut Events) -> Result<()> {
    let Some(read) = text(file)? else { return Ok(()) };
    for (number, line) in (1..).zip(read.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |words: &str| anyhow::anyhow!("{}:{number}: {words}", file.display());
        let (table, at, row) = json::from_line(line).map_err(|words| wrong(&words))?;
        let at = at.ok_or_else(|| wrong("no `at`, the index of the event that made the row"))?;
        if at >= events.len() {
            return Err(wrong(&format!("`at` is {at}, but there are {} events", events.len())));
        }
        events.given.entry(at).or_default().push((table, row));
    }
    Ok(())
}

/// A file of the case, or of the folder above.
fn of_case(dir: &Path, name: &str) -> Result<Option<(PathBuf, String)>> {
    for dir in [Some(dir), dir.parent()].into_iter().flatten() {
        let file = dir.join(name);
        if let Some(text) = text(&file)? {
            return Ok(Some((file, text)));
        }
    }
    Ok(None)
}

/// The text of a file, if it is there.
fn text(file: &Path) -> Result<Option<String>> {
    match fs::metadata(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        found => {
            let size = found.with_context(|| format!("read {}", file.display()))?.len();
            ensure!(size <= FILE_BYTES, "{}: limit {FILE_BYTES} bytes, it has {size}", file.display());
        }
    }
    fs::read_to_string(file).map(Some).with_context(|| format!("read {}", file.display()))
}
