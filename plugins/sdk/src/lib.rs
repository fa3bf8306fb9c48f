//! What plugins are written with: the contract's types, the interaction model, and a native test harness.
//!
//! | to … | see |
//! |---|---|
//! | map the events of a source to rows | [`Mapper`], [`Model`] with an example of a call's life |
//! | change rows that a mapper made, or add to them | [`Enricher`] |
//! | write tables of one's own | [`custom`] |
//! | keep calls in flight over a new version of the plugin | [`state`] |
//! | read options, and say all mistakes at once | `options`, a feature |
//! | try a plugin out on recorded cases, without a host | `testing`, a feature |
//! | bring an allocator of one's own | without `pool`, a default feature |
//!
//! A mapping implements [`Mapper`]: it takes the events of one lane, one by one, and calls transitions of the
//! [`Model`] – a call began, a party was alerted, a queue was joined, an agent logged in. The model makes the rows:
//! histories with their sequence numbers, statistics at the end, what is active now. So all mappings obey the same
//! rules, which `docs/explanation/interaction-model.md` explains.
//!
//! ```
//! use concentrator_sdk::{Lane, Mapper, Model, Output, View};
//!
//! /// Maps an exchange that only ever says `Rang` with the numbers of both sides.
//! struct Rang(Model);
//!
//! impl Mapper for Rang {
//!     const NAME: &'static str = "rang";
//!     const VERSION: &'static str = "1.0.0";
//!     const STATE_VERSION: u32 = 1;
//!
//!     fn open(lane: Lane, _config: &str) -> Result<Self, String> {
//!         Ok(Self(Model::new(lane)))
//!     }
//!
//!     fn model(&mut self) -> &mut Model {
//!         &mut self.0
//!     }
//!
//!     fn map(&mut self, event: &View<'_>) -> Result<bool, String> {
//!         let Some(id) = event.text("CallID") else { return Ok(false) };
//!         self.0.open_call(id, id, event.time());
//!         Ok(true)
//!     }
//!
//!     fn snapshot(&self) -> Result<Vec<u8>, String> {
//!         concentrator_sdk::state::save(&self.0)
//!     }
//!
//!     fn restore(&mut self, state: &[u8]) -> Result<(), String> {
//!         let lane = self.0.lane().clone();
//!         self.0 = concentrator_sdk::state::load(state)?;
//!         self.0.serve(lane);
//!         Ok(())
//!     }
//! }
//! ```
//!
//! # Invariants
//! 1. Rows depend on the events and on nothing else: no clock, no randomness, no order of a hash map.
//!    (`testing::check_case`, run over every case folder: any split of the batches and a snapshot after any event
//!    give the same rows.)
//! 2. Each emitted row is whole: a keyed row can replace its predecessor without being merged with it.
//! 3. Memory is bounded by what is alive plus constants.

pub mod bindings;
pub mod custom;
pub mod enricher;
pub mod ids;
pub mod mapper;
pub mod model;
#[cfg(feature = "options")]
pub mod options;
pub mod output;
#[cfg(any(all(target_arch = "wasm32", feature = "pool"), test))]
mod pool;
pub mod row;
pub mod state;
pub mod store;
mod tables;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;

pub use bindings::concentrator::mapping::rows;
pub use bindings::concentrator::mapping::types::{Description, Lane};
pub use concentrator_event::{Kind, Value, View, Views};
pub use custom::{ColumnType, CustomTable};
pub use enricher::{Enricher, EventRows};
pub use mapper::{Level, Mapper, log};
pub use model::Model;
pub use output::Output;
pub use row::Row;
