//! Which rule a key has.
//!
//! A key is found by its whole name first, then by the longest beginning that fits; a key without a rule passes as it
//! is.

use crate::{
    hide::{Hide, Secret},
    tables::Column,
};
use std::collections::BTreeMap;

/// What becomes of a key and its values.
#[derive(Debug)]
pub(crate) struct Rule {
    /// It is not written at all.
    pub(crate) drop: bool,
    /// Its new name.
    pub(crate) rename: Option<String>,
    /// How its values are hidden.
    pub(crate) hide: Option<Hide>,
    /// Its history is written to the secure table.
    pub(crate) secure: bool,
    /// The column that its latest value is given.
    pub(crate) column: Option<Column>,
    /// Its history is written.
    pub(crate) history: bool,
}

impl Rule {
    /// Hides a value, if the rule asks for it.
    pub(crate) fn hide(&self, value: &mut Option<String>, secret: Option<&Secret>) {
        if let Some(hide) = &self.hide {
            hide.apply(value, secret);
        }
    }
}

/// The rules, by key.
#[derive(Default)]
pub(crate) struct Rules {
    exact: BTreeMap<String, Rule>,
    /// The longest first.
    prefixes: Vec<(String, Rule)>,
}

impl Rules {
    /// Adds a rule for a key, or for all keys that begin so if the name ends with `*`.
    pub(crate) fn add(&mut self, name: &str, rule: Rule) {
        match name.strip_suffix('*') {
            Some(prefix) => {
                self.prefixes.push((prefix.to_owned(), rule));
                self.prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
            }
            None => {
                self.exact.insert(name.to_owned(), rule);
            }
        }
    }

    /// The rule of a key.
    pub(crate) fn find(&self, key: &str) -> Option<&Rule> {
        self.exact.get(key).or_else(|| {
            let (_, rule) = self.prefixes.iter().find(|(prefix, _)| key.starts_with(prefix.as_str()))?;
            Some(rule)
        })
    }

    /// All rules.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.exact.values().chain(self.prefixes.iter().map(|(_, rule)| rule))
    }
}
