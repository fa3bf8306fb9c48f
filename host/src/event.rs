//! What enters: events in their flat form, and the positions that the queue gives them.
//!
//! The format itself is the crate `concentrator-event`, which host and SDK share.

pub use concentrator_event::{Builder, Kind, MAX_EVENT_BYTES, Malformed, TooLarge, Value, View, Views};

/// Position of an event in its lane's queue: 1 for the first ever, then without a hole.
///
/// ```text
/// trimmed ≤ snapshot ≤ committed ≤ mapped ≤ durable ≤ appended
/// ```
pub type Seq = u64;

/// A moment, µs since 1970 UTC.
pub type Micros = i64;
