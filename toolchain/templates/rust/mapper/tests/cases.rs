//! Every case folder gives its rows, in batches of any size, and with a snapshot between any two of them.
//! `UPDATE=1 cargo test` accepts the rows that the mapping gives now.

use concentrator_sdk::testing::check_case;
use std::{fs, path::Path};

#[test]
fn every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!cases.is_empty());
    for case in cases.iter().filter(|case| case.is_dir()) {
        check_case::<{{crate}}_plugin::Exchange>(case);
    }
}
