//! Every case folder: its rows are as expected, and what holds for all cases holds.

use shape::Shape;
use std::path::Path;

#[test]
fn every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/shape");
    concentrator_sdk::testing::every_case(&folder, concentrator_sdk::testing::check_enricher_case::<Shape>);
}
