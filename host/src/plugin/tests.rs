//! Tests of the plugin host against the crate `evil`.

mod bombs;
mod chain;
mod crimes;
mod files;
mod lies;
mod released;

use super::{Engine, EngineConfig, Failure, Instance, LaneInfo, Limits, Output, Plugin};
use crate::event::{Builder, Kind};
use crate::record::{Role, TableId, Value, table};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// 2023-11-14, µs.
const TIME: i64 = 1_700_000_000_000_000;
const ROLES: &[Role] = &[Role::Cfg, Role::Gcc, Role::Gls, Role::Gud];

/// A plugin as the compiler left it.
fn file(name: &str) -> PathBuf {
    let dir = std::env::var_os("CONCENTRATOR_GUESTS_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/guests"), PathBuf::from);
    let file = dir.join(format!("{name}.wasm"));
    assert!(file.exists(), "{} is missing: build the plugins with `cargo xtask guests`", file.display());
    file
}

fn guest(name: &str) -> Vec<u8> {
    std::fs::read(file(name)).unwrap()
}

fn evil_file() -> PathBuf {
    file("evil")
}

fn evil_bytes() -> Vec<u8> {
    guest("evil")
}

/// A directory of this test alone.
fn directory(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("concentrator-plugin-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(EngineConfig { cache_dir: None }).unwrap())
}

fn evil() -> &'static Plugin {
    static EVIL: OnceLock<Plugin> = OnceLock::new();
    EVIL.get_or_init(|| Plugin::load(engine(), &evil_file()).unwrap())
}

fn lane() -> LaneInfo {
    LaneInfo { name: "pbx".into(), dbid: 1, switch_dbid: 101, tenant_dbid: 1 }
}

/// Time enough on a busy machine, for everything but an endless loop.
fn limits() -> Limits {
    Limits { call_ms: 60_000, state_ms: 60_000, ..Limits::default() }
}

/// Limits that an endless loop reaches quickly.
fn quick() -> Limits {
    Limits { call_ms: 300, state_ms: 300, ..limits() }
}

fn open(case: &str) -> Result<Instance, Failure> {
    let limits = if case.ends_with("loop") { quick() } else { limits() };
    evil().open(&lane(), &format!("{{\"case\":\"{case}\"}}"), ROLES, &limits)
}

fn event(name: &str, callid: &str) -> Vec<u8> {
    Builder::new(Kind::Source, name, TIME).text("callid", callid).finish().unwrap()
}

/// Three harmless events with an evil one at index 2.
fn batch() -> Vec<u8> {
    [event("Good", "c0"), event("Good", "c1"), event("Evil", "c2"), event("Good", "c3")].concat()
}

/// Ids of the calls in the output.
fn calls(output: &Output) -> Vec<&str> {
    let calls = output.rows.iter().filter(|(table, _)| *table == TableId::G_CALL);
    calls
        .map(|(_, row)| match &row.values[0] {
            Value::Text(callid) => callid.as_str(),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn a_harmless_plugin() {
    let description = evil().description();
    assert_eq!((description.name.as_str(), description.state_version), ("evil", 1));
    assert_eq!(
        description.table_names().collect::<Vec<_>>(),
        ["G_CALL", "G_CALL_HISTORY", "G_CALL_ACTIVE", "GC_AGENT", "X_EVIL_VISITS"]
    );
    let output = open("").unwrap().map(&batch(), 4).unwrap();
    assert_eq!(calls(&output), ["c0", "c1", "c2", "c3"]);
    assert_eq!((output.rejections.len(), output.unknown, output.left_out, output.due), (0, 0, 0, None));
    let (id, row) = &output.rows[2];
    assert_eq!((table(*id).name, row.at, row.gone, row.object_id, &row.ext), ("G_CALL", 2, false, 0, &None));
    let expected = [
        ("CALLID", Value::Text("c2".into())),
        ("PARENTCALLID", Value::Null),
        ("CONNIDNUM", Value::Unsigned(u64::MAX)),
        ("STATE", Value::Integer(1)),
        ("CALLDNIS", Value::Text("8001".into())),
        ("CREATED", Value::Time(TIME)),
        ("TERMINATED", Value::Null),
    ];
    for (name, value) in expected {
        let column = table(*id).columns.iter().position(|column| column.name == name).unwrap();
        assert_eq!(row.values[column], value, "{name}");
    }
    assert_eq!(row.values.len(), table(*id).columns.len());
}

#[test]
fn rows_of_other_roles_are_left_out() {
    let mut instance = evil().open(&lane(), "{}", &[Role::Gls], &limits()).unwrap();
    let output = instance.map(&batch(), 4).unwrap();
    assert_eq!((output.rows.len(), output.left_out, output.rejections.len()), (0, 8, 0));
}

#[test]
fn the_plugin_may_reject_an_event() {
    let batch = [event("Good", "c0"), event("Reject", "c1"), event("Good", "c2")].concat();
    let output = open("").unwrap().map(&batch, 3).unwrap();
    assert_eq!(calls(&output), ["c0", "c2"]);
    assert_eq!(output.rejections, [(1, "asked to".to_owned())]);
}

#[test]
fn a_state_moves_to_another_instance() {
    let mut first = open("").unwrap();
    first.map(&batch(), 4).unwrap();
    let state = first.snapshot().unwrap();
    assert_eq!(state, 4_u64.to_le_bytes());
    let mut second = open("").unwrap();
    second.restore(1, &state).unwrap();
    second.map(&batch(), 4).unwrap();
    assert_eq!(second.snapshot().unwrap(), 8_u64.to_le_bytes());
    let failure = open("").unwrap().restore(2, &state).unwrap_err();
    assert_eq!(failure, Failure::Refused("state version 2 is unknown".into()));
    let failure = open("").unwrap().restore(1, &state[..7]).unwrap_err();
    assert_eq!(failure, Failure::Refused("not a state of this plugin".into()));
}

#[test]
fn rows_of_its_own() {
    let output = open("own").unwrap().map(&batch(), 4).unwrap();
    let (_, own) = output.rows.iter().find(|(id, _)| table(*id).name == "X_EVIL_VISITS").unwrap();
    assert_eq!((own.at, own.gone, &own.ext), (2, false, &None));
    let expected = [Value::Text("c2".into()), Value::Text("Evil".into())];
    assert_eq!((&own.values[..2], &own.values[3]), (&expected[..], &Value::Time(TIME)));
    // No role is theirs.
    let mut of_gls = evil().open(&lane(), "{\"case\":\"own\"}", &[Role::Gls], &limits()).unwrap();
    let output = of_gls.map(&batch(), 4).unwrap();
    assert_eq!((output.rows.len(), output.left_out), (1, 8));
}

#[test]
fn an_empty_batch_and_a_damaged_one() {
    let mut instance = open("").unwrap();
    assert_eq!(instance.map(&[], 0).unwrap(), Output::default());
    let failure = instance.map(&batch()[..50], 1).unwrap_err();
    assert!(matches!(failure, Failure::Refused(_)), "{failure}");
}
