//! Things that are alive, found by a key in constant time.
//!
//! A key of a thing that is gone finds nothing, also when its place has been taken: so holders of keys need not be
//! told. Places are reused, so memory follows the number of things that are alive at once.

use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    marker::PhantomData,
};

/// Finds a `T` in its [`Store`].
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Key<T> {
    slot: u32,
    generation: u32,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.slot, self.generation) == (other.slot, other.generation)
    }
}

impl<T> Eq for Key<T> {}

impl<T> PartialOrd for Key<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Key<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.slot, self.generation).cmp(&(other.slot, other.generation))
    }
}

impl<T> std::fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.slot, self.generation)
    }
}

#[derive(Serialize, Deserialize)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

/// Holds what is alive.
#[derive(Serialize, Deserialize)]
pub struct Store<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }
}

impl<T> Store<T> {
    /// Takes in a thing.
    pub fn insert(&mut self, value: T) -> Key<T> {
        if let Some(slot) = self.free.pop()
            && let Some(place) = self.slots.get_mut(slot as usize)
        {
            place.value = Some(value);
            return Key { slot, generation: place.generation, of: PhantomData };
        }
        let slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push(Slot { generation: 0, value: Some(value) });
        Key { slot, generation: 0, of: PhantomData }
    }

    /// The thing, if it is still there.
    #[must_use]
    pub fn get(&self, key: Key<T>) -> Option<&T> {
        let place = self.slots.get(key.slot as usize)?;
        if place.generation == key.generation { place.value.as_ref() } else { None }
    }

    /// The thing, to be changed, if it is still there.
    pub fn get_mut(&mut self, key: Key<T>) -> Option<&mut T> {
        let place = self.slots.get_mut(key.slot as usize)?;
        if place.generation == key.generation { place.value.as_mut() } else { None }
    }

    /// Gives the thing away; its key finds nothing from now on.
    pub fn remove(&mut self, key: Key<T>) -> Option<T> {
        let place = self.slots.get_mut(key.slot as usize)?;
        if place.generation != key.generation {
            return None;
        }
        let value = place.value.take()?;
        place.generation = place.generation.wrapping_add(1);
        self.free.push(key.slot);
        Some(value)
    }

    /// All things that are there, in the order of their places.
    pub fn iter(&self) -> impl Iterator<Item = (Key<T>, &T)> {
        (0..).zip(&self.slots).filter_map(|(slot, place)| {
            Some((Key { slot, generation: place.generation, of: PhantomData }, place.value.as_ref()?))
        })
    }

    /// An index of all things by their names.
    pub fn index(&self, name: impl Fn(&T) -> &str) -> Index<Key<T>> {
        let mut index = Index::with_capacity_and_hasher(self.len(), BuildHasherDefault::default());
        index.extend(self.iter().map(|(key, thing)| (name(thing).into(), key)));
        index
    }

    /// How many things are there.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Nothing is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Finds things by name. Fast, deterministic, and never iterated: an order of names that depends on hashing must not
/// reach the rows. Not proof against names made to collide; names come from an exchange that is trusted that far.
pub type Index<V> = HashMap<Box<str>, V, BuildHasherDefault<NameHasher>>;

/// Multiplies and rotates, eight bytes at a time.
#[derive(Default)]
pub struct NameHasher(u64);

const MULTIPLIER: u64 = 0x517c_c1b7_2722_0a95;

impl NameHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(MULTIPLIER);
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.add(word.try_into().map_or(0, u64::from_le_bytes));
        }
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(words.remainder()) {
            *to = *from;
        }
        self.add(u64::from_le_bytes(last));
    }

    fn write_u8(&mut self, byte: u8) {
        self.add(u64::from(byte));
    }

    fn finish(&self) -> u64 {
        // The table takes its index from the low bits and its tags from the high ones: mix both.
        self.0 ^ (self.0 >> 29)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_something_gone_finds_nothing() {
        let mut store = Store::default();
        let first = store.insert("first");
        assert_eq!(store.remove(first), Some("first"));
        let second = store.insert("second");
        assert_eq!(store.get(first), None);
        assert_eq!(store.remove(first), None);
        assert_eq!(store.get(second), Some(&"second"));
        assert_eq!(store.len(), 1);
        assert_eq!(store.slots.len(), 1, "places are reused");
    }
}
