//! Whole tests: the binary, fed with real recordings, killed, restarted, compared. One module a concern.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod authors;
mod bad_input;

mod cli;
mod crash;
mod enrichers;
mod evil;
mod faults;
mod leftovers;
mod operation;
mod plugins;
mod readers;
mod refused;
mod reload;
mod replay;
mod rows;
mod sessions;
mod site;
mod tevents;
mod truth;
mod tutorial;
mod voice_site;
