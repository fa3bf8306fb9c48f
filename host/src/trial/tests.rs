//! Trials of the crate `evil`, which traps where it is told to.

use super::database::Database;
use super::*;
use crate::event::Builder;
use crate::plugin::{Engine, EngineConfig, Link, Plugin};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 2023-11-14, µs.
const TIME: i64 = 1_700_000_000_000_000;

fn trial(case: &str) -> Trial {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/guests");
    let dir = std::env::var_os("CONCENTRATOR_GUESTS_DIR").map_or(beside, PathBuf::from);
    let file = dir.join("evil.wasm");
    assert!(file.exists(), "{} is missing: build the plugins with `cargo xtask guests`", file.display());
    let plugin = Plugin::load(&Engine::new(EngineConfig { cache_dir: None }).unwrap(), &file).unwrap();
    let link = Link { plugin: Arc::new(plugin), config: format!("{{\"case\":\"{case}\"}}").into() };
    Trial { links: Links::new(link, Vec::new()).unwrap(), opening: opening(lane()) }
}

/// So many events, of which those at `evil` are.
fn events(count: usize, evil: &[usize]) -> Events {
    let event = |at: usize| {
        let name = if evil.contains(&at) { "Evil" } else { "Good" };
        Builder::new(Kind::Source, name, TIME).text("callid", &format!("c{at}")).finish().unwrap()
    };
    Events { flat: (0..count).map(event).collect(), ..Events::default() }
}

#[test]
fn a_trial_can_be_repeated() {
    let (trial, events) = (trial("none"), events(100, &[]));
    let whole = trial.run(&events, &cuts(100, BATCH, false)).unwrap();
    assert!(whole.rows.len() >= 100 && whole.failures.is_empty(), "{:?}", whole.failures);
    for size in [1, 7, 64] {
        let found = trial.run(&events, &cuts(100, size, true)).unwrap();
        assert_eq!((&found.rows, found.states.len()), (&whole.rows, 100_usize.div_ceil(size)));
    }
    let (_, differs) = determinism::check(&trial, &events, 7).unwrap();
    assert_eq!(differs, None);
}

#[test]
fn what_fails_is_named_and_the_rest_goes_on() {
    let (trial, events) = (trial("trap"), events(30, &[4, 25]));
    for size in [1, 7, 64] {
        let found = trial.run(&events, &cuts(30, size, false)).unwrap();
        let failed: Vec<_> = found.failures.iter().map(|failing| failing.event).collect();
        assert_eq!((failed, found.ended_early), (vec![Some(4), Some(25)], false));
        let made: BTreeSet<usize> = found.rows.iter().map(|made| made.event).collect();
        assert_eq!(made.len(), 28, "calls of {size}");
    }
    let all: Vec<usize> = (0..30).collect();
    let found = trial.run(&self::events(30, &all), &cuts(30, 64, false)).unwrap();
    assert!(found.ended_early && found.failures.len() == FAILURES_MAX + 1, "{}", found.failures.len());
}

#[test]
fn rows_are_read_as_they_were_written() {
    let found = trial("none").run(&events(9, &[]), &cuts(9, BATCH, false)).unwrap();
    let database = Database::of(&found.rows);
    assert_eq!(Database::from_lines(&database.to_lines()), Ok(database));
}
