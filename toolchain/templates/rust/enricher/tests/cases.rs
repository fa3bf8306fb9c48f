//! Every case folder gives its rows, in batches of any size, and with a snapshot between any two of them.
//! `UPDATE=1 cargo test` accepts the rows that the plugin gives now.

use concentrator_sdk::testing::{check_enricher_case, every_case};
use std::path::Path;
use {{crate}}_plugin::Mask;

#[test]
fn cases() {
    every_case(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"), check_enricher_case::<Mask>);
}
