//! Whole tests: the binary, fed with real recordings, killed, restarted, compared. One module a concern.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod bad_input;
mod cli;
mod crash;
mod readers;
mod replay;
mod rows;
mod site;
