//! One target under libFuzzer: `cargo xtask fuzz` builds it with instrumented code and names the target.

#![no_main]

use fuzz::{Target, find};
use std::sync::LazyLock;

/// Names the target.
const NAME: &str = "CONCENTRATOR_FUZZ_TARGET";

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var(NAME).unwrap_or_default();
    // A panic that the code under test catches must not end the process; any other one ends it all the same.
    drop(std::panic::take_hook());
    find(&name).unwrap_or_else(|| panic!("{NAME}={name} is no target"))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (TARGET.run)(bytes));
