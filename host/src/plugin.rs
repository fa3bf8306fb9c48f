//! The plugin host: loads WebAssembly mappers and enrichers, gives them events, takes their rows.
//!
//! ```text
//! file ─▶ examine ─▶ component ─▶ compile ─▶ describe ─▶ Plugin ─▶ open ─▶ Chain ─▶ map, map, … snapshot
//!         version     (if it is    or cache   who is it             config  restore? events → rows
//!         imports      a module)                                    a mapper, its enrichers
//! ```
//!
//! A plugin is a deterministic function of its state and its events: it can import a log and nothing else
//! (`linker`), and the engine leaves nothing open that two machines could do differently (`engine`). Its file is
//! judged by its bytes before anything in it is compiled (`version`), each call runs under limits (`limits`), and
//! each answer is checked before anybody relies on it (`contract`). Events cross as one buffer of flat events;
//! rows come back as the typed records of `wit/rows.wit` and become [`Row`](crate::record::Row)s here (`rows`,
//! generated), so that no other module sees what a component is.
//!
//! # Invariants
//! Each is held by tests in `plugin/tests.rs` against the crate `evil`.
//! 1. Nothing that a plugin does stops the host or costs it more than the limits (`each_crime_is_limited`).
//! 2. A failed call costs its batch only; another instance with the state from before goes on
//!    (`events_around_a_crime_pass`).
//! 3. What can be blamed on one event costs that event only (`one_event_is_blamed`).
//! 4. No code of a plugin runs before its version, imports and exports are found in order (`unfit_files`).
//! 5. A module and the component made of it give the same rows (`module_and_component_agree`).
//! 6. The log does not change the rows: lines beyond its limit are dropped (`logs_are_bounded`).
//!
//! # Failure
//! [`Failure`] is of a call: the instance is dropped, the lane restores the last snapshot in a new one, replays, and
//! maps the batch event by event to find the culprit, which becomes a dead letter. [`Error`] is of a file: the lane
//! cannot start. A damaged compile cache or snapshot is ignored, and said.
//!
//! # Not here
//! Which events a batch has, when a snapshot is taken, and what follows a failure: `lane`.

mod bindings;
mod cache;
mod chain;
mod contract;
mod describe;
mod directory;
mod engine;
mod interface;
pub mod journal;
mod limits;
mod linker;
mod load;
mod map;
#[rustfmt::skip]
mod rows;
pub mod snapshot;
mod version;
mod weight;

pub use bindings::WIT_VERSION;
pub use chain::{Chain, Failed, Link, Links, Opening, Unfit};
pub use contract::Output;
pub use describe::Description;
pub use directory::{Directory, Listed};
pub use engine::{Engine, EngineConfig};
pub use limits::{Exceeded, FILE_BYTES, Limits, STACK_BYTES};
pub use load::{Error, Plugin, Problem, digest_of};
pub use map::{Failure, Instance, LaneInfo};
pub use version::World;

#[cfg(feature = "fuzzing")]
pub(crate) use {load::componentize, version::examine};

#[cfg(test)]
mod tests;
