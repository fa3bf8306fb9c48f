//! An open interaction concentrator: the events of a contact centre's servers become rows of an Interaction Database,
//! exactly once.
//!
//! The modules stand in the order of the data path; `ARCHITECTURE.md` draws it.

pub mod event;
pub mod record;

pub mod source;

pub mod session;

pub mod queue;

pub mod plugin;

pub mod idb;

pub mod deadletter;

pub mod lane;

pub mod config;
pub mod console;
pub mod daemon;

pub mod trial;

pub mod cli;
pub mod clock;
pub mod error;
pub mod shutdown;
pub mod telemetry;

#[cfg(feature = "fuzzing")]
pub mod fuzzing;
