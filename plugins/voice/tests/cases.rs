//! Every case folder: its rows are as expected, and what holds for all cases holds.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::PathBuf};
use voice::Voice;

#[test]
fn every_case() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/voice");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.join("events.jsonl").exists());
    cases.sort();
    assert!(!cases.is_empty());
    for case in cases {
        concentrator_sdk::testing::check_case::<Voice>(&case);
    }
}
