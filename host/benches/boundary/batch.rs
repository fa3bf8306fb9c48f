//! What a plugin is called with.

/// Events of one call.
pub(crate) struct Batch {
    /// Flat events, one after another.
    pub(crate) bytes: Vec<u8>,
    /// How many.
    pub(crate) events: u32,
}
