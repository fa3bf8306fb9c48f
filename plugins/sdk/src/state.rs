//! The state of a mapping as bytes: what `snapshot` gives and `restore` takes.
//!
//! # Format
//! postcard (variable-length integers, fields in their order, no names). The version that the contract passes
//! beside it says which fields; a mapping raises its `STATE_VERSION` when they change.

use serde::{Serialize, de::DeserializeOwned};

/// The state as bytes.
///
/// # Errors
/// What could not be written, for a person.
pub fn save<T: Serialize>(state: &T) -> Result<Vec<u8>, String> {
    let failed = |error| format!("cannot save the state: {error}");
    // Measured first: a buffer that grows by doubling costs a plugin several times its state, which it never gives back.
    let size = postcard::experimental::serialized_size(state).map_err(failed)?;
    let mut bytes = vec![0; size];
    let written = postcard::to_slice(state, &mut bytes).map_err(failed)?.len();
    bytes.truncate(written);
    Ok(bytes)
}

/// The state that [`save`] gave.
///
/// # Errors
/// What is wrong with the bytes, for a person.
pub fn load<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    postcard::from_bytes(bytes).map_err(|error| format!("cannot read the state: {error}"))
}

/// Says that a plugin cannot read a state of `version`.
#[must_use]
pub fn other_version(name: &str, plugin: &str, reads: u32, version: u32) -> String {
    format!("the state is of version {version}, {name} {plugin} reads version {reads}")
}
