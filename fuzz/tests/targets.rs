//! Every input that is kept, and a fixed number of mutations of them, through every target.
//!
//! What fails is written below the build directory, and its path is told, with the number of the mutation. A run that
//! does not come to an end, or ends the process, is found by `cargo xtask fuzz`, which watches the process from outside.

use fuzz::mutate::Mutator;
use fuzz::{TARGETS, Target, find, inputs};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

/// The mutations are the same in each run.
const SEED: u64 = 3;

/// Runs all inputs and mutations of a target.
fn check(name: &str) {
    let target = find(name).expect("a target of that name");
    let kept = inputs::all(target).expect("readable inputs");
    for (path, bytes) in &kept {
        assert!(catch_unwind(|| (target.run)(bytes)).is_ok(), "{name} fails with {}", path.display());
    }
    let words = inputs::words(target).expect("readable words");
    let bytes: Vec<&[u8]> = kept.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let mut mutator = Mutator::new(SEED);
    for number in 0..target.mutations {
        let input = mutator.input(&bytes, &words, target.bytes_max);
        if catch_unwind(|| (target.run)(&input)).is_err() {
            let path = keep(target, number, &input);
            panic!("{name} fails with mutation {number} of seed {SEED}, kept as {}", path.display());
        }
    }
}

fn keep(target: &Target, number: u64, bytes: &[u8]) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("failed").join(target.name);
    std::fs::create_dir_all(&dir).expect("a directory for what failed");
    let path = dir.join(format!("seed-{SEED}-mutation-{number}"));
    std::fs::write(&path, bytes).expect("room for what failed");
    path
}

#[test]
fn every_target_has_inputs() {
    for target in TARGETS {
        assert!(!inputs::all(target).expect("readable inputs").is_empty(), "{} has no inputs", target.name);
        assert!(!inputs::words(target).expect("readable words").is_empty(), "{} has no words", target.name);
    }
}

#[test]
fn ami_packets() {
    check("ami_packets");
}

#[test]
fn capture() {
    check("capture");
}

#[test]
fn configuration() {
    check("configuration");
}

#[test]
fn dead_letter() {
    check("dead_letter");
}

#[test]
fn event_lines() {
    check("event_lines");
}

#[test]
fn flat_events() {
    check("flat_events");
}

#[test]
fn plugin_file() {
    check("plugin_file");
}

#[test]
fn queue_segments() {
    check("queue_segments");
}

#[test]
fn snapshot() {
    check("snapshot");
}

#[test]
fn stream_lines() {
    check("stream_lines");
}

#[test]
fn t_events() {
    check("t_events");
}
