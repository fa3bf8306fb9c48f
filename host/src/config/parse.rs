//! Files to types, without stopping at a mistake.
//!
//! The parser reports one mistake and stops. So the mistake is noted, its lines are blanked (the lines keep their
//! numbers) and the rest is read again, until nothing is wrong with what remains.

use super::problem::{Place, Problem};
use super::{Alarms, Concentrator, Config, Console, DeadLetters, Idb, Plugins, Source};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Code of a file that cannot be read.
pub(super) const UNREADABLE: &str = "IC1001";
/// Most mistakes reported for one file.
const MISTAKES_MAX: usize = 50;

/// A file as it was read, for finding places in it.
pub(super) struct Document {
    pub(super) file: PathBuf,
    pub(super) source: String,
    /// The same without what was refused, byte for byte at the same places.
    accepted: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    concentrator: Option<Concentrator>,
    idb: Option<Idb>,
    plugins: Option<Plugins>,
    console: Option<Console>,
    dead_letters: Option<DeadLetters>,
    alarms: Option<Alarms>,
    source: BTreeMap<String, Source>,
}

/// Reads all files into one configuration, with everything that is wrong with their form.
pub(super) fn read(paths: &[PathBuf]) -> (Config, Vec<Document>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut documents = Vec::new();
    let mut files = Vec::new();
    for path in expand(paths, &mut problems) {
        match std::fs::read_to_string(&path) {
            Ok(source) => {
                let (file, accepted) = parse(&path, &source, &mut problems);
                files.push(file);
                documents.push(Document { file: path, source, accepted });
            }
            Err(error) => problems.push(Problem {
                code: UNREADABLE,
                what: format!("cannot read {}: {error}", path.display()),
                place: None,
                help: Some(
                    "name the configuration with `-c FILE`, or write one with `concentrator generate config`".into(),
                ),
            }),
        }
    }
    let mut digest = Sha256::new();
    for document in &documents {
        digest.update(document.source.as_bytes());
    }
    let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let config = merge(files, &documents, digest, &mut problems);
    (config, documents, problems)
}

fn expand(paths: &[PathBuf], problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for path in paths {
        if !path.is_dir() {
            out.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut files: Vec<_> = entries.filter(|file| file.extension().is_some_and(|end| end == "toml")).collect();
        files.sort();
        if files.is_empty() {
            let what = format!("no *.toml in {}", path.display());
            problems.push(Problem { code: UNREADABLE, what, place: None, help: None });
        }
        out.append(&mut files);
    }
    out
}

/// What a file says, and the text without its mistakes.
fn parse(path: &Path, source: &str, problems: &mut Vec<Problem>) -> (File, String) {
    let mut text = source.to_owned();
    for _ in 0..MISTAKES_MAX {
        let error = match toml::from_str::<File>(&text) {
            Ok(file) => return (file, text),
            Err(error) => error,
        };
        let span = error.span().unwrap_or(0..0);
        problems.push(Problem {
            code: code_of(error.message()),
            what: error.message().trim().replace('\n', ", "),
            place: Some(Place::at(path, source, span.start)),
            help: None,
        });
        let lines = statement_around(&text, &span);
        if lines.is_empty() {
            break;
        }
        blank(&mut text, lines);
    }
    (File::default(), String::new())
}

fn code_of(message: &str) -> &'static str {
    if message.starts_with("unknown field") || message.starts_with("unknown variant") {
        "IC1004"
    } else if message.starts_with("invalid type") || message.starts_with("invalid value") {
        "IC1003"
    } else {
        "IC1002"
    }
}

fn is_header(line: &str) -> bool {
    line.trim_start().starts_with('[') && line.trim_end().split('#').next().unwrap_or("").trim_end().ends_with(']')
}

fn begins_statement(line: &str) -> bool {
    let key = line.split('=').next().unwrap_or_default().trim();
    let bare = |c: char| c.is_ascii_alphanumeric() || "_-.\"' ".contains(c);
    line.contains('=') && !key.is_empty() && key.chars().all(bare)
}

/// The lines of the key and value, or of the whole table, in which the mistake is.
fn statement_around(text: &str, span: &Range<usize>) -> Range<usize> {
    let mut starts: Vec<usize> = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let line = |index: usize| {
        let end = starts.get(index + 1).copied().unwrap_or(text.len());
        text.get(starts.get(index).copied().unwrap_or(end)..end).unwrap_or_default()
    };
    let mut first = starts.partition_point(|start| *start <= span.start).saturating_sub(1);
    while first > 0 && !begins_statement(line(first)) && !is_header(line(first)) && !line(first).trim().is_empty() {
        first -= 1;
    }
    let table = is_header(line(first));
    let mut last = first + 1;
    while last < starts.len() && !is_header(line(last)) && (table || !begins_statement(line(last))) {
        last += 1;
    }
    let from = starts.get(first).copied().unwrap_or(0);
    let to = starts.get(last).copied().unwrap_or(text.len());
    if text.get(from..to).is_some_and(|part| part.trim().is_empty()) { 0..0 } else { from..to }
}

fn blank(text: &mut String, lines: Range<usize>) {
    let blanked: String = text
        .get(lines.clone())
        .unwrap_or_default()
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect();
    text.replace_range(lines, &blanked);
}

fn merge(files: Vec<File>, documents: &[Document], digest: String, problems: &mut Vec<Problem>) -> Config {
    let mut whole = File::default();
    let mut twice = |name: &str, document: Option<&Document>| {
        let place = document.and_then(|document| document.place(&[name]));
        problems.push(Problem {
            code: "IC1005",
            what: format!("[{name}] stands in more than one file"),
            place,
            help: Some("keep one of them".into()),
        });
    };
    for (index, file) in files.into_iter().enumerate() {
        let document = documents.get(index);
        let again = [
            ("concentrator", put(&mut whole.concentrator, file.concentrator)),
            ("idb", put(&mut whole.idb, file.idb)),
            ("plugins", put(&mut whole.plugins, file.plugins)),
            ("console", put(&mut whole.console, file.console)),
            ("dead_letters", put(&mut whole.dead_letters, file.dead_letters)),
            ("alarms", put(&mut whole.alarms, file.alarms)),
        ];
        for (name, _) in again.into_iter().filter(|(_, again)| *again) {
            twice(name, document);
        }
        for (name, source) in file.source {
            if whole.source.insert(name.clone(), source).is_some() {
                twice(&format!("source.{name}"), document);
            }
        }
    }
    Config {
        concentrator: whole.concentrator.unwrap_or_default(),
        idb: whole.idb.unwrap_or_default(),
        plugins: whole.plugins.unwrap_or_default(),
        console: whole.console.unwrap_or_default(),
        dead_letters: whole.dead_letters.unwrap_or_default(),
        alarms: whole.alarms.unwrap_or_default(),
        sources: whole.source,
        digest,
    }
}

/// Fills `slot`; true if it was filled before.
fn put<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    value.is_some_and(|value| slot.replace(value).is_some())
}

impl Document {
    /// The place of a key, or of the innermost table on the way to it that exists.
    pub(super) fn place(&self, path: &[&str]) -> Option<Place> {
        // A mistake can hide tables behind it that were accepted nevertheless.
        let offset = offset_in(&self.source, path).or_else(|| offset_in(&self.accepted, path))?;
        Some(Place::at(&self.file, &self.source, offset))
    }
}

fn offset_in(text: &str, path: &[&str]) -> Option<usize> {
    let (root, _) = toml::de::DeTable::parse_recoverable(text);
    let mut table = root.into_inner();
    let mut found = None;
    for name in path {
        let Some((key, value)) = table.into_iter().find(|(key, _)| key.get_ref() == name) else { break };
        found = Some(key.span().start);
        match value.into_inner() {
            toml::de::DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(source: &str) -> Vec<(usize, String)> {
        let mut problems = Vec::new();
        parse(Path::new("x.toml"), source, &mut problems);
        let mut found: Vec<_> =
            problems.into_iter().map(|p| (p.place.map_or(0, |place| place.line), p.code.to_owned())).collect();
        found.sort();
        found
    }

    #[test]
    fn every_mistake_is_found_in_one_go() {
        let found = problems(
            "[concentrator]\nname = 5\ndbidd = 1\n\n[idb]\nurl = [\n  \"a\",\n]\n[queu]\nx = 1\ny = 2\n[plugins]\ncall_ms = -3\n",
        );
        assert_eq!(
            found,
            [
                (2, "IC1003".into()),
                (3, "IC1004".into()),
                (6, "IC1003".into()),
                (9, "IC1004".into()),
                (13, "IC1003".into())
            ]
        );
    }

    /// Once the place of a value was lost if a mistake before it hid its table.
    #[test]
    fn a_mistake_hides_no_place() {
        let source = "[concent[source.old.capture]\n\"\n[plugins]\ndir = \"nowhere\"\n";
        let (_, accepted) = parse(Path::new("x.toml"), source, &mut Vec::new());
        let document = Document { file: "x.toml".into(), source: source.to_owned(), accepted };
        assert_eq!(
            document.place(&["plugins", "dir"]).map(|place| (place.line, place.text)),
            Some((4, "dir = \"nowhere\"".to_owned()))
        );
    }

    #[test]
    fn a_syntax_error_hides_nothing_else() {
        let found = problems("[concentrator]\nname = \ndbid = \"x\"\n[idb]\nbogus = 1\n");
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
