//! Times are µs since 1970 UTC; durations in rows are whole seconds of the difference.

/// µs in a second.
pub const SECOND: i64 = 1_000_000;

/// Whole seconds in so many µs; none if negative.
#[must_use]
pub fn seconds(micros: i64) -> i32 {
    i32::try_from(micros.max(0) / SECOND).unwrap_or(i32::MAX)
}
