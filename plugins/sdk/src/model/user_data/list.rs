//! What a call carries: its lists of keys and values, in the order in which the source says them.
//!
//! ```text
//! entries   a b c d │ e f      │ = `live`
//!           present   taken away, remembered
//! ```
//!
//! Every event of a call repeats its whole list, nearly always unchanged: [`List::difference`] compares by position,
//! without a look at anything else.

use super::{Attached, By};
use crate::store::NameHasher;
use serde::{Deserialize, Serialize};
use std::hash::Hasher;

/// Keys that one list of a call may have; more are not stored.
pub(super) const KEYS_MAX: usize = 256;
/// Bytes of a key that are compared and stored.
const KEY_BYTES_MAX: usize = 255;
/// Bytes of a value that are kept; of longer ones length and hash tell whether they changed.
const VALUE_BYTES_MAX: usize = 4 * 1024;

/// A value that a call carries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    text: Box<str>,
    /// Of a value that was too long: length and hash of all of it.
    whole: Option<(usize, u64)>,
}

impl Stored {
    fn new(value: &str) -> Self {
        if value.len() <= VALUE_BYTES_MAX {
            return Self { text: value.into(), whole: None };
        }
        Self { text: bounded(value, VALUE_BYTES_MAX).into(), whole: Some((value.len(), hash(value))) }
    }

    fn is(&self, value: &str) -> bool {
        match self.whole {
            None => *self.text == *value,
            Some((length, of)) => length == value.len() && of == hash(value),
        }
    }
}

fn hash(value: &str) -> u64 {
    let mut hasher = NameHasher::default();
    hasher.write(value.as_bytes());
    hasher.finish()
}

/// What fits into so many bytes.
fn bounded(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
}

/// The last change of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Last {
    pub(super) change: i32,
    pub(super) by: By,
}

/// A key of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) key: Box<str>,
    /// None: no rule asks for it.
    pub(super) value: Option<Stored>,
    /// A change of it has been told.
    pub(super) told: bool,
    /// To be told when the call ends.
    pub(super) last: Option<Box<Last>>,
}

impl Entry {
    fn holds(&self, value: &str) -> bool {
        self.value.as_ref().is_none_or(|stored| stored.is(value))
    }

    /// Its value, as far as it is kept.
    pub(super) fn text(&self) -> &str {
        self.value.as_ref().map_or("", |stored| &stored.text)
    }
}

/// One list of a call.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct List {
    entries: Vec<Entry>,
    live: usize,
}

/// What happened to a key of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happened {
    Created = 1,
    Deleted = 2,
    Updated = 3,
}

impl List {
    /// Where a list that is said now begins to differ, and the rest of it from there; `whole`: what it lacks is gone.
    pub(super) fn difference<'p, P>(&self, mut pairs: P, whole: bool) -> Option<(usize, P)>
    where
        P: Iterator<Item = (&'p str, &'p str)> + Clone,
    {
        let present = self.entries.get(..self.live).unwrap_or_default();
        let mut at = 0;
        loop {
            let rest = pairs.clone();
            match (pairs.next(), present.get(at)) {
                (Some((key, value)), Some(entry)) => {
                    if *entry.key != *bounded(key, KEY_BYTES_MAX) || !entry.holds(value) {
                        return Some((at, rest));
                    }
                }
                (Some(_), None) => return (at < KEYS_MAX).then_some((at, rest)),
                (None, Some(_)) => return whole.then_some((at, rest)),
                (None, None) => return None,
            }
            at += 1;
        }
    }

    /// The `at`th key said is this one: its entry comes to that place. Answers what happened to it, if anything;
    /// `asks` tells whether a rule asks for a key that is new. There is room for it.
    pub(super) fn place(
        &mut self,
        at: usize,
        key: &str,
        value: &str,
        asks: impl FnOnce() -> bool,
    ) -> Option<(Happened, &mut Entry)> {
        let key = bounded(key, KEY_BYTES_MAX);
        let known = self.entries.iter().skip(at).position(|entry| *entry.key == *key).map(|found| at + found);
        let from = match known {
            Some(from) => from,
            None => {
                if self.entries.len() >= KEYS_MAX && self.live < self.entries.len() {
                    self.entries.pop();
                }
                self.entries.push(Entry { key: key.into(), value: None, told: false, last: None });
                self.entries.len() - 1
            }
        };
        let was_present = from < self.live;
        self.entries.get_mut(at..=from)?.rotate_right(1);
        if !was_present {
            self.live += 1;
        }
        let entry = self.entries.get_mut(at)?;
        if was_present && entry.holds(value) {
            return None;
        }
        // What is present with a value that may differ was asked for.
        let asked = was_present || asks();
        entry.value = asked.then(|| Stored::new(value));
        let happened = if was_present { Happened::Updated } else { Happened::Created };
        asked.then_some((happened, entry))
    }

    /// There is room for that key at that place.
    pub(super) fn has_room(&self, at: usize, key: &str) -> bool {
        let key = bounded(key, KEY_BYTES_MAX);
        let present = |at| self.entries.iter().take(self.live).skip(at).any(|entry| *entry.key == *key);
        at < KEYS_MAX && (self.live < KEYS_MAX || present(at))
    }

    /// The place of a key that is present.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        let key = bounded(key, KEY_BYTES_MAX);
        self.entries.iter().take(self.live).position(|entry| *entry.key == *key)
    }

    /// How many keys are present.
    pub(super) fn len(&self) -> usize {
        self.live
    }

    /// All keys from `at` on are taken away.
    pub(super) fn take_from(&mut self, at: usize) -> impl Iterator<Item = &mut Entry> {
        let until = self.live;
        self.live = at.min(until);
        self.entries.get_mut(at..until).unwrap_or_default().iter_mut().filter(|entry| entry.value.is_some())
    }

    /// The key at that place is taken away.
    pub(super) fn take(&mut self, at: usize) -> Option<&mut Entry> {
        self.entries.get_mut(at..self.live).filter(|present| !present.is_empty())?.rotate_left(1);
        self.live -= 1;
        let last = self.live;
        self.entries.get_mut(last)
    }

    /// All keys that were ever present, to be told of.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut()
    }
}

/// All lists of a call.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::model) struct CallData {
    lists: [List; Attached::COUNT],
}

impl CallData {
    pub(super) fn list(&mut self, list: Attached) -> &mut List {
        // The place of a list is below their number.
        &mut self.lists[list.place()]
    }

    /// Keys and values that are present and asked for.
    pub(super) fn present(&self, list: Attached) -> impl Iterator<Item = (&str, &str)> {
        let list = &self.lists[list.place()];
        let present = list.entries.iter().take(list.live).filter(|entry| entry.value.is_some());
        present.map(|entry| (&*entry.key, entry.text()))
    }

    /// Nothing was ever attached.
    pub(super) fn is_empty(&self) -> bool {
        self.lists.iter().all(|list| list.entries.is_empty())
    }

    /// The same, as something that has been told already.
    pub(super) fn inherited(&self) -> Self {
        let mut data = self.clone();
        for list in &mut data.lists {
            list.entries.truncate(list.live);
            for entry in &mut list.entries {
                (entry.told, entry.last) = (true, None);
            }
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(list: &mut List, pairs: &[(&str, &str)], whole: bool) -> Vec<(Happened, String)> {
        let Some((mut at, rest)) = list.difference(pairs.iter().copied(), whole) else { return Vec::new() };
        let mut happened = Vec::new();
        for (key, value) in rest {
            if !list.has_room(at, key) {
                continue;
            }
            if let Some((what, entry)) = list.place(at, key, value, || !key.starts_with('-')) {
                happened.push((what, format!("{key}={}", entry.text())));
            }
            at += 1;
        }
        if whole {
            happened.extend(list.take_from(at).map(|entry| (Happened::Deleted, entry.key.to_string())));
        }
        happened
    }

    #[test]
    fn a_list_that_grows_shrinks_and_turns_around() {
        let mut list = List::default();
        let created = |pair: &str| (Happened::Created, pair.to_owned());
        assert_eq!(said(&mut list, &[("a", "1"), ("-", "x"), ("b", "2")], false), [created("a=1"), created("b=2")]);
        assert!(list.difference([("a", "1"), ("-", "y"), ("b", "2")].into_iter(), true).is_none());
        assert_eq!(said(&mut list, &[("b", "2"), ("a", "1")], false), []);
        assert_eq!(
            said(&mut list, &[("c", ""), ("a", "3")], false),
            [created("c="), (Happened::Updated, "a=3".to_owned())]
        );
        assert_eq!(said(&mut list, &[("a", "3")], true).len(), 2, "b and c are gone, - was never asked for");
        assert_eq!(said(&mut list, &[("b", "2"), ("a", "3")], true), [created("b=2")]);
        assert_eq!(said(&mut list, &[], true).len(), 2);
        assert_eq!(list.len(), 0);
    }

    #[test]
    fn repeated_keys_are_told_apart_by_their_order() {
        let mut list = List::default();
        assert_eq!(said(&mut list, &[("k", "1"), ("k", "2")], true).len(), 2);
        assert_eq!(said(&mut list, &[("k", "1"), ("k", "2")], true), []);
        assert_eq!(said(&mut list, &[("k", "1"), ("k", "3")], true), [(Happened::Updated, "k=3".to_owned())]);
        assert_eq!(said(&mut list, &[("k", "1")], true), [(Happened::Deleted, "k".to_owned())]);
    }

    #[test]
    fn a_key_that_is_not_there_cannot_be_taken() {
        let mut list = List::default();
        assert!(list.take(0).is_none());
        said(&mut list, &[("a", "1"), ("b", "2")], true);
        assert_eq!(list.take(0).map(|entry| entry.key.to_string()), Some("a".to_owned()));
        assert_eq!(list.position("b"), Some(0));
        assert!(list.take(1).is_none());
    }

    #[test]
    fn more_keys_than_there_is_room_for() {
        let mut list = List::default();
        let keys: Vec<String> = (0..KEYS_MAX + 9).map(|number| format!("k{number}")).collect();
        let pairs: Vec<_> = keys.iter().map(|key| (key.as_str(), "v")).collect();
        assert_eq!(said(&mut list, &pairs, true).len(), KEYS_MAX);
        assert_eq!(said(&mut list, &pairs, true), []);
        let backwards: Vec<_> = pairs.iter().rev().copied().collect();
        said(&mut list, &backwards, true);
        assert!(list.entries.len() <= KEYS_MAX);
        assert_eq!(list.len(), KEYS_MAX);
    }

    #[test]
    fn long_values_are_told_apart_by_what_is_not_kept() {
        let mut list = List::default();
        let (one, other) = (format!("{}1", "ü".repeat(9000)), format!("{}2", "ü".repeat(9000)));
        assert_eq!(said(&mut list, &[("k", &one)], true).len(), 1);
        assert_eq!(said(&mut list, &[("k", &one)], true), []);
        assert_eq!(said(&mut list, &[("k", &other)], true).len(), 1);
        assert!(list.entries[0].text().len() <= VALUE_BYTES_MAX);
    }
}
