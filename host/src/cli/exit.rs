//! Exit codes: never renumbered, listed in `docs/reference/exit-codes.md`.

use crate::config::Problems;

/// Everything asked for was done.
pub const SUCCESS: u8 = 0;
/// An unexpected failure.
pub const FAILURE: u8 = 1;
/// The command line cannot be understood (clap uses the same).
pub const USAGE: u8 = 2;
/// A check found problems.
pub const PROBLEMS: u8 = 3;
/// The daemon cannot be reached.
pub const NO_DAEMON: u8 = 4;
/// Could not drain in time: nothing is lost, events are in the queue.
pub const NOT_DRAINED: u8 = crate::shutdown::NOT_DRAINED;
/// The configuration is invalid.
pub const CONFIG: u8 = 78;

/// The code for what ended a verb.
#[must_use]
pub fn code_of(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<Problems>().is_some() { CONFIG } else { FAILURE }
}
