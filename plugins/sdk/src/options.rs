//! Reads a plugin's options, and says all mistakes at once, each with the path of its option. Feature `options`.
//!
//! ```
//! use concentrator_sdk::options::Options;
//!
//! let mut options = Options::read(r#"{"greeting": "hello", "retries": "many", "colour": "red"}"#)?;
//! let greeting = options.text("greeting");
//! let retries = options.number("retries", 0..=5);
//! assert_eq!(greeting.as_deref(), Some("hello"));
//! assert_eq!(
//!     options.finish().unwrap_err(),
//!     "retries: expected a whole number from 0 to 5, found \"many\"; \
//!      colour: unknown option, known here: greeting, retries"
//! );
//! # Ok::<(), String>(())
//! ```

use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Most characters of a wrong value that a message repeats.
const SHOWN_MAX: usize = 40;

/// An object of options that is being read.
#[derive(Debug)]
pub struct Options {
    path: String,
    left: Map<String, Value>,
    known: Vec<&'static str>,
    problems: Vec<String>,
}

impl Options {
    /// The options in `json`, which may be empty.
    ///
    /// # Errors
    /// It is no JSON object.
    pub fn read(json: &str) -> Result<Self, String> {
        let json = if json.trim().is_empty() { "{}" } else { json };
        let left = serde_json::from_str(json).map_err(|error| format!("not a JSON object: {error}"))?;
        Ok(Self::at(String::new(), left))
    }

    fn at(path: String, left: Map<String, Value>) -> Self {
        Self { path, left, known: Vec::new(), problems: Vec::new() }
    }

    /// The path of an option.
    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Something is wrong with an option.
    pub fn problem(&mut self, name: &str, what: &str) {
        let path = if name.is_empty() { self.path.clone() } else { self.path_of(name) };
        self.problems.push(if path.is_empty() { what.to_owned() } else { format!("{path}: {what}") });
    }

    /// Takes a value; what `read` cannot read is not `expected`.
    fn take<T>(&mut self, name: &'static str, expected: &str, read: impl FnOnce(Value) -> Option<T>) -> Option<T> {
        self.known.push(name);
        let value = self.left.remove(name)?;
        let shown = shown(&value);
        let read = read(value);
        if read.is_none() {
            self.problem(name, &format!("expected {expected}, found {shown}"));
        }
        read
    }

    /// Text that is not empty.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.take(name, "text", |value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned))
    }

    /// Text that is kept to oneself: no message repeats it.
    pub fn secret(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        match self.left.remove(name)? {
            Value::String(text) => Some(text),
            _ => {
                self.problem(name, "expected text");
                None
            }
        }
    }

    /// Yes or no.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.take(name, "true or false", |value| value.as_bool())
    }

    /// A whole number.
    pub fn number(&mut self, name: &'static str, range: RangeInclusive<u32>) -> Option<u32> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.take(name, &expected, |value| {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok())?;
            Some(number).filter(|number| range.contains(number))
        })
    }

    /// A list of texts that are not empty.
    pub fn texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        self.take(name, "a list of texts", |value| {
            let of = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
            value.as_array()?.iter().map(of).collect()
        })
    }

    /// An object of options.
    pub fn object<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let object = self.take(name, "an object", as_object)?;
        Some(self.inner(name, object, read))
    }

    /// An object whose names are free, with an object of options for each.
    pub fn objects<T>(&mut self, name: &'static str, mut read: impl FnMut(&str, &mut Self) -> T) -> Vec<(String, T)> {
        let mut all = Vec::new();
        for (key, value) in self.take(name, "an object", as_object).unwrap_or_default() {
            let path = format!("{name}.{key}");
            let shown = shown(&value);
            match as_object(value) {
                Some(object) => {
                    let of = self.inner(&path, object, |options| read(&key, options));
                    all.push((key, of));
                }
                None => self.problem(&path, &format!("expected an object, found {shown}")),
            }
        }
        all
    }

    /// An object whose names are free, with a text for each.
    pub fn names(&mut self, name: &'static str) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for (key, value) in self.take(name, "an object", as_object).unwrap_or_default() {
            match value {
                Value::String(text) => all.push((key, text)),
                other => self.problem(&format!("{name}.{key}"), &format!("expected text, found {}", shown(&other))),
            }
        }
        all
    }

    fn inner<T>(&mut self, name: &str, object: Map<String, Value>, read: impl FnOnce(&mut Self) -> T) -> T {
        let mut inner = Self::at(self.path_of(name), object);
        let of = read(&mut inner);
        inner.find_unknown();
        self.problems.append(&mut inner.problems);
        of
    }

    fn find_unknown(&mut self) {
        let known = self.known.join(", ");
        for (name, _) in std::mem::take(&mut self.left) {
            self.problem(&name, &format!("unknown option, known here: {known}"));
        }
    }

    /// All options have been read.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn finish(mut self) -> Result<(), String> {
        self.find_unknown();
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems.join("; ")) }
    }
}

fn as_object(value: Value) -> Option<Map<String, Value>> {
    if let Value::Object(object) = value { Some(object) } else { None }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<(), String> {
        let mut options = Options::read(json)?;
        options.secret("secret");
        options.texts("events");
        options.object("mask", |mask| mask.flag("fixed"));
        options.objects("keys", |_, key| key.number("length", 1..=9));
        options.names("words");
        options.finish()
    }

    #[test]
    fn all_mistakes_are_said_with_their_paths() {
        let check = |json: &str, expect: &str| assert_eq!(read(json).unwrap_err(), expect, "{json}");
        check(
            r#"{"mask": {"fixed": 1, "x": 2}, "keys": {"A*": {"length": 10}, "B": 5}}"#,
            "mask.fixed: expected true or false, found 1; mask.x: unknown option, known here: fixed; \
             keys.A*.length: expected a whole number from 1 to 9, found 10; keys.B: expected an object, found 5",
        );
        check(r#"{"events": ["a", ""]}"#, "events: expected a list of texts, found [\"a\",\"\"]");
        check(r#"{"words": {"a": 1}}"#, "words.a: expected text, found 1");
        check(r#"{"mask": []}"#, "mask: expected an object, found []");
        assert!(read("[]").unwrap_err().starts_with("not a JSON object: "));
        assert!(read("{").unwrap_err().starts_with("not a JSON object: "));
    }

    #[test]
    fn nothing_is_no_mistake() {
        assert_eq!(read(""), Ok(()));
        assert_eq!(read(" {} "), Ok(()));
    }

    #[test]
    fn secrets_are_never_repeated() {
        assert_eq!(read(r#"{"secret": ["hush"]}"#).unwrap_err(), "secret: expected text");
    }

    #[test]
    fn long_values_are_shortened() {
        let problem = read(&format!(r#"{{"mask": "{}"}}"#, "ä".repeat(4000))).unwrap_err();
        assert!(problem.ends_with('…') && problem.chars().count() < 100, "{problem}");
    }
}
