//! What is wrong with a configuration: code, place, remedy.

use std::fmt;
use std::path::PathBuf;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Code, listed in `docs/reference/errors.md`.
    pub code: &'static str,
    /// What is wrong, in a sentence without a full stop.
    pub what: String,
    /// Where, if the place is known.
    pub place: Option<Place>,
    /// What to do.
    pub help: Option<String>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// Text of the line.
    pub text: String,
}

impl Place {
    /// The place of a byte offset in `source`.
    #[must_use]
    pub fn at(file: &std::path::Path, source: &str, offset: usize) -> Self {
        let before = source.get(..offset.min(source.len())).unwrap_or(source);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let text = source.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(0, |part| part.chars().count()) + 1,
            text: text.to_owned(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}", self.code, self.what)?;
        if let Some(place) = &self.place {
            write!(f, "\n  --> {}:{}:{}", place.file.display(), place.line, place.column)?;
            if !place.text.is_empty() {
                write!(f, "\n   | {} | {}", place.line, mask(&place.text))?;
            }
        }
        if let Some(help) = &self.help {
            write!(f, "\n   = help: {help}")?;
        }
        Ok(())
    }
}

/// A line that sets something secret is shown without its value.
fn mask(line: &str) -> String {
    match line.split_once('=') {
        Some((key, _)) if key.contains("password") || key.trim() == "secret" => format!("{key}= ***"),
        Some((key, value)) if key.trim() == "url" => format!("{key}={}", crate::idb::without_password(value)),
        _ => line.to_owned(),
    }
}

/// Everything that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            writeln!(f, "{problem}\n")?;
        }
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(f, "{} problem{plural} found", self.0.len())
    }
}

impl std::error::Error for Problems {}
