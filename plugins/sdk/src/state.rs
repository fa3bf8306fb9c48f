//! The state of a mapping as bytes: what `snapshot` gives and `restore` takes.
//!
//! # Format
//! postcard (variable-length integers, fields in their order, no names). The version that the contract passes
//! beside it says which fields; a mapping raises its `STATE_VERSION` when they change.
//!
//! # A state that has grown
//! A new version of a plugin reads what the one before left, so that calls in flight go on over a reload:
//! ```
//! use concentrator_sdk::{Enricher, EventRows, Lane, View, enricher, state};
//!
//! /// Counts events; since version 2 also those without a name.
//! struct Counts { all: u64, nameless: u64 }
//!
//! impl Enricher for Counts {
//!     const NAME: &'static str = "counts";
//!     const VERSION: &'static str = "1.1.0";
//!     const STATE_VERSION: u32 = 2;
//!     const SEES: &'static [&'static str] = &[];
//!
//!     fn open(_lane: Lane, _config: &str) -> Result<Self, String> {
//!         Ok(Self { all: 0, nameless: 0 })
//!     }
//!
//!     fn enrich(&mut self, event: &View<'_>, _rows: &mut EventRows) -> Result<(), String> {
//!         self.all += 1;
//!         self.nameless += u64::from(event.name().is_empty());
//!         Ok(())
//!     }
//!
//!     fn snapshot(&self) -> Result<Vec<u8>, String> {
//!         state::save(&(self.all, self.nameless))
//!     }
//!
//!     fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
//!         (self.all, self.nameless) = state::load(bytes)?;
//!         Ok(())
//!     }
//!
//!     fn upgrade(&mut self, version: u32, bytes: &[u8]) -> Result<(), String> {
//!         match version {
//!             1 => self.all = state::load(bytes)?,
//!             _ => return Err(state::other_version(Self::NAME, Self::VERSION, Self::STATE_VERSION, version)),
//!         }
//!         Ok(())
//!     }
//! }
//!
//! # fn lane() -> Lane { Lane { name: "pbx".into(), dbid: 201, switch_dbid: 301, tenant_dbid: 1 } }
//! let mut counts = Counts::open(lane(), "")?;
//! enricher::restore(&mut counts, 1, &state::save(&17_u64)?)?;
//! assert_eq!(counts.all, 17);
//! assert!(enricher::restore(&mut counts, 3, &[]).unwrap_err().starts_with("the state is of version 3"));
//! # Ok::<(), String>(())
//! ```

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
