//! The readers of events for Python and JavaScript give what [`concentrator_event::View`] gives.
#![allow(clippy::unwrap_used, reason = "tests")]

use concentrator_event::{Builder, Kind, Value, View, Views};
use serde_json::{Value as Json, json};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Prints the events of the batch on standard input as JSON; numbers as texts, for they are to be exact.
const PYTHON: &str = r#"
import json, sys
from event import events

def shown(value):
    return {"integer": str(value)} if isinstance(value, int) else value

def told(event):
    asked = [[event.text(name), event.integer(name), event.pairs(name)] for name in sys.argv[1:]]
    times = [event.seq, event.source_time, event.time, event.received, event.sequence]
    return [event.kind, event.name, [None if n is None else str(n) for n in times],
            [[name, shown(value)] for name, value in event.attributes()],
            [[text, None if number is None else str(number), pairs] for text, number, pairs in asked]]

print(json.dumps([told(event) for event in events(sys.stdin.buffer.read())]))
"#;

const JAVASCRIPT: &str = r#"
import { readFileSync } from "node:fs";
import { events, KINDS } from "./event.mjs";

const text = (number) => (number === null ? null : String(number));
const shown = (value) => (["number", "bigint"].includes(typeof value) ? { integer: String(value) } : value);
const told = (event) => [
    KINDS.indexOf(event.kind),
    event.name,
    [event.seq, event.sourceTime, event.time, event.received, event.sequence].map(text),
    [...event.attributes()].map(([name, value]) => [name, shown(value)]),
    process.argv.slice(2).map((name) => [event.text(name), text(event.integer(name)), event.pairs(name)]),
];
console.log(JSON.stringify([...events(new Uint8Array(readFileSync(0)))].map(([, event]) => told(event))));
"#;

/// Names that each event is asked for.
const ASKED: &[&str] = &["Queue", "Count", "UserData", "größe", "Number", "Big", "Float", "missing", ""];

fn batch() -> Vec<u8> {
    let mut batch = Vec::new();
    let mut builder = Builder::new(Kind::Source, "QueueCallerJoin", 1_800_000_000_000_017);
    builder.time(1_800_000_000_000_016).sequence(u64::MAX - 1).text("Queue", "support").integer("Count", -3);
    builder.list("UserData", [("segment", "göld"), ("empty", ""), ("segment", "twice")]).text("Queue", "again");
    builder.text("größe", "日本語 🙂").text("", "nameless").text("Number", " +42 ").text("Float", "4.5");
    builder.integer("Big", i64::MIN).append_to(&mut batch).unwrap();
    Builder::new(Kind::Tick, "", 5).append_to(&mut batch).unwrap();
    let mut builder = Builder::new(Kind::Directory, "Person", 7);
    builder.list("UserData", []).text("Long", &"x".repeat(20_000)).text("Queue", "ä").integer("Big", i64::MAX);
    builder.append_to(&mut batch).unwrap();
    let long = "ü".repeat(9_000);
    Builder::new(Kind::SessionOpened, &long, 9).list("Count", [("k", "v")]).append_to(&mut batch).unwrap();
    batch
}

fn shown(value: Value<'_>) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Integer(number) => json!({ "integer": number.to_string() }),
        Value::List(pairs) => pairs.map(|(key, text)| json!([key, text])).collect(),
    }
}

fn told(view: &View<'_>) -> Json {
    let pairs = |name: &str| match view.get(name) {
        Some(list @ Value::List(_)) => shown(list),
        _ => json!([]),
    };
    let asked = |name: &&str| json!([view.text(name), view.integer(name).map(|n| n.to_string()), pairs(name)]);
    json!([
        view.kind() as u8,
        view.name(),
        [
            json!(view.seq().to_string()),
            json!(view.source_time().map(|time| time.to_string())),
            json!(view.time().to_string()),
            json!(view.received().to_string()),
            json!(view.sequence().map(|sequence| sequence.to_string())),
        ],
        view.attributes().map(|(name, value)| json!([name, shown(value)])).collect::<Vec<_>>(),
        ASKED.iter().map(asked).collect::<Vec<_>>(),
    ])
}

fn guest(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("guest").join(name)
}

/// What a program prints that reads `batch`.
fn printed(command: &mut Command, batch: &[u8]) -> Result<String, String> {
    let program = command.get_program().to_owned();
    let mut child = command
        .args(ASKED)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{} is needed for this test: {error}", program.display()));
    // A program that refuses the beginning does not read the rest.
    let _ = child.stdin.take().unwrap().write_all(batch);
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

fn python(batch: &[u8]) -> Result<String, String> {
    let mut command = Command::new("python3");
    command.args(["-B", "-c", PYTHON]).env("PYTHONPATH", guest(""));
    printed(&mut command, batch)
}

fn javascript(batch: &[u8]) -> Result<String, String> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(guest("event.js"), dir.path().join("event.mjs")).unwrap();
    std::fs::write(dir.path().join("told.mjs"), JAVASCRIPT).unwrap();
    printed(Command::new("node").arg(dir.path().join("told.mjs")), batch)
}

fn check(read: fn(&[u8]) -> Result<String, String>) {
    let batch = batch();
    let expected: Vec<Json> = Views::new(&batch).map(|view| told(&view.unwrap())).collect();
    let given: Json = serde_json::from_str(&read(&batch).unwrap()).unwrap();
    assert_eq!(Json::from(expected), given);
    for length in [20, 47, 49, batch.len() - 8] {
        let error = read(batch.get(..length).unwrap()).unwrap_err();
        assert!(error.contains("an event that is cut short"), "{length}: {error}");
    }
    let mut other = batch;
    if let Some(version) = other.get_mut(4) {
        *version = 2;
    }
    assert!(read(&other).unwrap_err().contains("unknown version 2"));
}

#[test]
fn python_reads_what_rust_reads() {
    check(python);
}

#[test]
fn javascript_reads_what_rust_reads() {
    check(javascript);
}
