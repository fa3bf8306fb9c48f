//! Hostile bytes for everything that reads foreign ones.
//!
//! The targets themselves, with what must hold for them, are in `concentrator::fuzzing`; this crate has their list,
//! their inputs and two drivers.
//!
//! | driver | when | what |
//! |---|---|---|
//! | `tests/targets.rs` | each `cargo test` | every input of `corpus` and `known`, and a fixed number of mutations of them, the same each time |
//! | `src/bin/coverage.rs` | `cargo xtask fuzz` | libFuzzer, guided by coverage, for as long as it is let |
//!
//! # Format
//! ```text
//! corpus/<target>/…    inputs to begin with: pieces of recordings, and what people thought of
//! known/<target>/…     inputs that once failed: they are always run
//! words/<target>.dict  what inputs of this kind are made of, a quoted word a line, `\xNN` for bytes
//! ```
//!
//! # Invariants
//! 1. Every target has inputs and words (test `every_target_has_inputs`).
//! 2. The mutator is a function of its seed (test `the_same_seed_gives_the_same_inputs`).

pub mod inputs;
pub mod mutate;

use concentrator::fuzzing;

/// Something that reads foreign bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, as in `concentrator::fuzzing`.
    pub name: &'static str,
    /// Runs it on bytes; panics if a property does not hold.
    pub run: fn(&[u8]),
    /// Mutations that each `cargo test` tries: about a second of them without optimisation.
    pub mutations: u64,
    /// Longest input, bytes: beyond it a run only takes longer.
    pub bytes_max: usize,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    target("ami_packets", fuzzing::ami_packets, 4_000, 4 << 10),
    target("capture", fuzzing::capture, 800, 4 << 10),
    target("configuration", fuzzing::configuration, 800, 4 << 10),
    target("dead_letter", fuzzing::dead_letter, 400, 4 << 10),
    target("event_lines", fuzzing::event_lines, 8_000, 4 << 10),
    target("flat_events", fuzzing::flat_events, 20_000, 2 << 10),
    target("plugin_file", fuzzing::plugin_file, 3_000, 64 << 10),
    target("queue_segments", fuzzing::queue_segments, 800, 256),
    target("stream_lines", fuzzing::stream_lines, 4_000, 4 << 10),
    target("t_events", fuzzing::t_events, 2_000, 4 << 10),
    target("snapshot", fuzzing::snapshot, 20_000, 1 << 10),
];

const fn target(name: &'static str, run: fn(&[u8]), mutations: u64, bytes_max: usize) -> Target {
    Target { name, run, mutations, bytes_max }
}

/// The target of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
