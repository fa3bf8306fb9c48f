//! The flat form of an event.
//!
//! One encoding, made once at the socket, stored by the queue, handed to a plugin as it is and read in place
//! without allocation. It is the second half of the contract of which `wit/mapping.wit` is the first: host and SDK
//! both use this crate, and a released version of the format is frozen.
//!
//! # Format (version 1, little endian)
//!
//! ```text
//!  0  u32  length of the whole event in bytes, a multiple of 8
//!  4  u8   version = 1
//!  5  u8   kind                                   see [`Kind`]
//!  6  u16  number of attributes
//!  8  u64  seq: position in the lane's queue      0 until the queue has given one
//! 16  i64  time, µs since 1970 UTC                the source's clock; NO_TIME if it gives none
//! 24  i64  received, µs since 1970 UTC            our clock
//! 32  u64  source sequence                        NO_SEQUENCE if the source gives none
//! 40  u32  end of the event's name in `bytes`     the name begins at 0
//! 44  u32  length of `bytes`
//! 48  attributes × { u32 end of name | kind << 30, u32 end of value }
//!          names and values stand one after another in `bytes`, each begins where the one before ended
//!     bytes (UTF-8), then padding with zeros to a multiple of 8
//! ```
//!
//! An attribute is text (kind 0), an integer (kind 1, written in decimal) or the head of a list (kind 2, value
//! empty); the pairs of a list (kind 3: key, text) follow their head. Nested lists are flattened with dotted keys.
//!
//! # Invariants
//! 1. [`View::parse`] accepts only bytes in which every offset lies inside the event, so that all other
//!    accessors cannot fail (test `hostile_bytes_never_panic`).
//! 2. `Builder` → `View` gives back what was put in (test `round_trip`).
//!
//! # Not here
//! Meaning: which attributes an event has is the source's and the plugin's business.

mod builder;
#[cfg(feature = "json")]
pub mod json;
mod view;

pub use builder::{Builder, TooLarge};
pub use view::{Malformed, Pairs, Value, View, Views};

/// Version of the format that this crate writes, and the only one that it reads so far.
pub const VERSION: u8 = 1;
/// Bytes before the attribute table.
pub const HEADER_BYTES: usize = 48;
/// Largest event in its flat form; what is larger is refused at the source.
pub const MAX_EVENT_BYTES: usize = 4 << 20;
/// Largest number of attributes of one event.
pub const MAX_ATTRIBUTES: usize = u16::MAX as usize;
/// `time` of an event whose source gives no time.
pub const NO_TIME: i64 = i64::MIN;
/// `source sequence` of an event whose source numbers nothing.
pub const NO_SEQUENCE: u64 = u64::MAX;

const END_MASK: u32 = (1 << 30) - 1;
const KIND_TEXT: u32 = 0;
const KIND_INTEGER: u32 = 1 << 30;
const KIND_LIST: u32 = 2 << 30;
const KIND_PAIR: u32 = 3 << 30;

/// What an entry of a lane's queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Something that the source said.
    Source = 0,
    /// A data source session was opened.
    SessionOpened = 1,
    /// A data source session was closed.
    SessionClosed = 2,
    /// The source is connected and silent.
    SessionNoData = 3,
    /// The source lost the link to its switch.
    LinkDown = 4,
    /// The source has the link to its switch again.
    LinkUp = 5,
    /// Another lane told something of the configuration.
    Directory = 6,
    /// Time passed: release what is due.
    Tick = 7,
    /// Where the source is to be resumed: for the source itself; neither plugins nor session control see it.
    Bookmark = 8,
}

impl Kind {
    /// The kind with that number, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Source,
            1 => Self::SessionOpened,
            2 => Self::SessionClosed,
            3 => Self::SessionNoData,
            4 => Self::LinkDown,
            5 => Self::LinkUp,
            6 => Self::Directory,
            7 => Self::Tick,
            8 => Self::Bookmark,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
