//! Which attached data goes where: rules by list and key.
//!
//! A key is found by its whole name first, then by the longest prefix that fits; a key that no rule names is not
//! stored. Rules are configuration: they are no part of a snapshot, and a state is read under whatever rules hold now.

use super::{Attached, Column};
use crate::store::Index;
use std::collections::{BTreeMap, BTreeSet};

/// Characters that the column VALUE takes.
pub(in crate::model) const VALUE_LENGTH_MAX: usize = 1024;
/// Characters that a column of G_CALL_USERDATA takes.
pub(in crate::model) const COLUMN_LENGTH_MAX: usize = 255;
/// Stands in for a value that must not be stored.
const MASK: &str = "****";

/// Which changes of a key make rows of its history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// All of them.
    #[default]
    All,
    /// The first.
    First,
    /// The last: written when the call ends.
    Last,
    /// None.
    None,
}

/// What becomes of a key.
#[derive(Clone, Copy, Debug)]
pub struct DataRule {
    /// Which of its changes are told.
    pub history: History,
    /// They are told in G_SECURE_USERDATA_HISTORY.
    pub secure: bool,
    /// Its values are never stored.
    pub masked: bool,
    /// It has a column of its own.
    pub column: Option<Column>,
    /// Longest value in characters; longer ones are cut, and the cut is flagged. At most what the column takes: 1024.
    pub length_max: usize,
}

impl Default for DataRule {
    fn default() -> Self {
        Self { history: History::All, secure: false, masked: false, column: None, length_max: VALUE_LENGTH_MAX }
    }
}

impl DataRule {
    /// A value as it is stored, and whether it was cut.
    pub(in crate::model) fn stored(&self, value: &str, length_max: usize) -> (String, bool) {
        if self.masked {
            return (MASK.to_owned(), false);
        }
        let (stored, cut) = cut(value, length_max.min(self.length_max));
        (stored.to_owned(), cut)
    }
}

/// The first `length_max` characters, and whether there were more.
pub(in crate::model) fn cut(value: &str, length_max: usize) -> (&str, bool) {
    // No character is shorter than a byte.
    if value.len() <= length_max {
        return (value, false);
    }
    match value.char_indices().nth(length_max) {
        Some((end, _)) => (value.get(..end).unwrap_or_default(), true),
        None => (value, false),
    }
}

/// The rules of one list.
#[derive(Clone, Debug, Default)]
struct ListRules {
    exact: Index<DataRule>,
    /// The longest first.
    prefixes: Vec<(Box<str>, DataRule)>,
}

/// The rules of all lists.
#[derive(Clone, Debug, Default)]
pub struct DataRules {
    lists: [ListRules; Attached::COUNT],
}

impl DataRules {
    /// Adds a rule for a key of a list, or for all keys that begin so if the name ends with `*`.
    pub fn add(&mut self, list: Attached, name: &str, rule: DataRule) {
        let Some(of) = self.lists.get_mut(list.place()) else { return };
        match name.strip_suffix('*') {
            Some(prefix) => {
                of.prefixes.push((prefix.into(), rule));
                of.prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
            }
            None => {
                of.exact.insert(name.into(), rule);
            }
        }
    }

    /// The rule of a key.
    #[must_use]
    pub fn find(&self, list: Attached, key: &str) -> Option<&DataRule> {
        let of = self.lists.get(list.place())?;
        of.exact.get(key).or_else(|| {
            let (_, rule) = of.prefixes.iter().find(|(prefix, _)| key.starts_with(&**prefix))?;
            Some(rule)
        })
    }
}

/// The short way to say rules for user data alone: every key is stored, with its whole history.
#[derive(Clone, Debug)]
pub struct DataSpec {
    /// Keys whose history goes to G_SECURE_USERDATA_HISTORY.
    pub secure: BTreeSet<String>,
    /// Keys whose values are never stored.
    pub masked: BTreeSet<String>,
    /// Keys with a column of their own, in G_CALL_USERDATA or G_CALL_USERDATA_CUST.
    pub columns: BTreeMap<String, String>,
    /// Longest value, in characters; longer ones are cut, and the cut is flagged. At most what the column takes: 1024.
    pub value_length_max: usize,
}

impl DataSpec {
    /// A key may be given that column.
    #[must_use]
    pub fn has_column(column: &str) -> bool {
        Column::named(column).is_some()
    }
}

impl From<DataSpec> for DataRules {
    fn from(spec: DataSpec) -> Self {
        let mut rules = Self::default();
        let plain = DataRule { length_max: spec.value_length_max, ..DataRule::default() };
        rules.add(Attached::UserData, "*", plain);
        for key in spec.secure.iter().chain(&spec.masked).chain(spec.columns.keys()) {
            let rule = DataRule {
                secure: spec.secure.contains(key),
                masked: spec.masked.contains(key),
                column: spec.columns.get(key).and_then(|column| Column::named(column)),
                ..plain
            };
            if let Some(of) = rules.lists.get_mut(Attached::UserData.place()) {
                of.exact.insert(key.as_str().into(), rule);
            }
        }
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_name_wins_then_the_longest_prefix() {
        let mut rules = DataRules::default();
        let length = |length_max| DataRule { length_max, ..DataRule::default() };
        rules.add(Attached::UserData, "*", length(1));
        rules.add(Attached::UserData, "IVR_*", length(2));
        rules.add(Attached::UserData, "IVR_Pin*", length(3));
        rules.add(Attached::UserData, "IVR_PinOK", length(4));
        let found = |key| rules.find(Attached::UserData, key).map(|rule| rule.length_max);
        assert_eq!(["a", "IVR_", "IVR_Pin1", "IVR_PinOK"].map(found), [Some(1), Some(2), Some(3), Some(4)]);
        assert!(rules.find(Attached::Reasons, "a").is_none());
    }

    #[test]
    fn a_cut_is_between_characters() {
        assert_eq!(cut("grün", 3), ("grü", true));
        assert_eq!(cut("grün", 4), ("grün", false));
        assert_eq!(cut("", 0), ("", false));
    }
}
