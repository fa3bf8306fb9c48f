//! The fault campaign, short: `cargo xtask campaign` is the long one.

use campaign::Options;

/// Rows equal an undisturbed run's, nothing is left alive, and session control tells what was done.
#[test]
fn nothing_lost_nothing_double() {
    let report = campaign::run(&Options {
        seed: 1,
        events: 4_000,
        agents: 40,
        kills: 4,
        database_stops: 3,
        database_cuts: 3,
        link_cuts: 3,
        clock_jumps: 3,
        full_disks: 2,
        reloads: 6,
        misfortunes: 1,
        program: env!("CARGO_BIN_EXE_concentrator").into(),
        plugins: crate::site::guests(),
        keep: None,
    })
    .unwrap();
    assert!(report.problems.is_empty(), "{}", report.problems.join("\n"));
}
