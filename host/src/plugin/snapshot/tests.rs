//! Tests of the snapshot file.

use super::{Owner, Snapshot, State, Unusable, config_digest, decode, encode, read, write};
use std::cell::Cell;
use std::sync::Arc;

/// A file of version 1, as the first release wrote it.
const FIRST: &[u8] = include_bytes!("tests/first.state");

fn owner() -> Owner {
    Owner { lane: "pbx".into(), queue_id: [7; 16], plugin: "asterisk".into(), config: config_digest("{}") }
}

fn snapshot() -> Snapshot {
    let state = |plugin: &str, state_version, bytes: Vec<u8>| State {
        plugin: plugin.into(),
        plugin_version: "0.1.0".into(),
        state_version,
        config: config_digest("{}"),
        bytes: Arc::new(bytes),
    };
    let states = vec![
        state("asterisk", 3, (0..=255).collect()),
        state("mask", 1, Vec::new()),
        state("mask", 1, b"of another place in the chain".to_vec()),
    ];
    Snapshot { lane: "pbx".into(), queue_id: [7; 16], position: 42, states }
}

fn directory(name: &str) -> std::path::PathBuf {
    let dir = std::env::temp_dir().join(format!("concentrator-snapshot-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

#[test]
fn round_trip() {
    assert_eq!(decode(&encode(&snapshot()).unwrap()).unwrap(), snapshot());
}

#[test]
fn the_first_version_is_read() {
    let mut expected = snapshot();
    expected.states.truncate(1);
    assert_eq!(decode(FIRST).unwrap(), expected);
    assert_eq!(FIRST[..8], *b"CNSTATE\x01");
    every_damage(FIRST);
    // What it says of its version is true, or nothing.
    let other = [b"CNSTATE\x02", &FIRST[8..]].concat();
    assert!(matches!(decode(&other), Err(Unusable::Damaged)));
    let later = [b"CNSTATE\x03", &FIRST[8..]].concat();
    assert!(matches!(decode(&later), Err(Unusable::Format)));
}

#[test]
fn a_snapshot_without_a_mapper_is_damaged() {
    let dir = directory("empty");
    let path = dir.join("state");
    write(&path, &Snapshot { states: Vec::new(), ..snapshot() }, &|_| Ok(())).unwrap();
    assert!(matches!(read(&path, &owner(), 100), Err(Unusable::Damaged)));
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn every_damage_is_seen() {
    every_damage(&encode(&snapshot()).unwrap());
}

fn every_damage(good: &[u8]) {
    for length in 0..good.len() {
        assert!(decode(&good[..length]).is_err(), "cut at {length}");
    }
    for at in 0..good.len() {
        let mut bad = good.to_vec();
        bad[at] ^= 0x10;
        assert!(decode(&bad).is_err(), "flipped at {at}");
    }
    assert!(decode(&[good, &[0]].concat()).is_err());
}

#[test]
fn only_the_owner_may_use_it() {
    let dir = directory("owner");
    let path = dir.join("state");
    assert!(matches!(read(&path, &owner(), 100), Err(Unusable::Absent)));
    let synced = Cell::new(0);
    let sync = |_: &std::fs::File| {
        synced.set(synced.get() + 1);
        Ok(())
    };
    write(&path, &snapshot(), &sync).unwrap();
    assert_eq!(synced.get(), 2, "the file and its directory");
    assert_eq!(read(&path, &owner(), 42).unwrap(), snapshot());
    assert!(matches!(read(&path, &owner(), 41), Err(Unusable::Ahead { position: 42, committed: 41 })));
    let others = [
        Owner { lane: "other".into(), ..owner() },
        Owner { queue_id: [8; 16], ..owner() },
        Owner { plugin: "voice".into(), ..owner() },
        Owner { config: config_digest("{\"trunks\":[]}"), ..owner() },
    ];
    for other in others {
        assert!(matches!(read(&path, &other, 100), Err(Unusable::Foreign(_))));
    }
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_failed_write_leaves_the_one_before() {
    let dir = directory("failed");
    let path = dir.join("state");
    write(&path, &snapshot(), &|_| Ok(())).unwrap();
    let later = Snapshot { position: 43, ..snapshot() };
    write(&path, &later, &|_| Err(std::io::Error::other("no space"))).unwrap_err();
    assert_eq!(read(&path, &owner(), 100).unwrap().position, 42);
    std::fs::remove_dir_all(dir).unwrap();
}
