//! The crimes, by name.

use crate::bindings::concentrator::mapping::host::{self, Level};
use crate::bindings::concentrator::mapping::rows::{Ext, GCallHistory, GIrHistory, TableRows};
use crate::bindings::concentrator::mapping::types::{Output, Rejection};
use crate::harmless::{Rows, call, history};

/// Commits a crime of `open`.
pub(crate) fn open(case: &str) -> Result<(), String> {
    match case {
        "open-refuse" => Err("unknown option `colour`".to_owned()),
        "open-trap" => panic!("cannot open"),
        "open-loop" => spin(),
        "open-memory" => eat(),
        _ => Ok(()),
    }
}

/// Commits a crime of `snapshot`; it is the `nth` of this instance.
pub(crate) fn snapshot(case: &str, nth: u64, mut state: Vec<u8>) -> Result<Vec<u8>, String> {
    match case {
        "snapshot-huge" => Ok(vec![7; 40 << 20]),
        "snapshot-gigabyte" => Ok(vec![7; 1 << 30]),
        "snapshot-grows" => {
            let size = usize::try_from(nth).map_or(usize::MAX, |nth| nth << 20);
            state.resize(size, 7);
            Ok(state)
        }
        "snapshot-differs" => {
            state.extend_from_slice(&nth.to_le_bytes());
            Ok(state)
        }
        "snapshot-refuse" => Err("not now".to_owned()),
        "snapshot-trap" => panic!("nothing to keep"),
        "snapshot-loop" => spin(),
        _ => Ok(state),
    }
}

/// Commits a crime of `restore`.
pub(crate) fn restore(case: &str, state_version: u32) -> Result<(), String> {
    match case {
        "restore-trap" => panic!("cannot restore"),
        "restore-loop" => spin(),
        "restore-refuse" => Err("that state is none of mine".to_owned()),
        "restore-memory" => eat(),
        _ if state_version != 1 => Err(format!("state version {state_version} is unknown")),
        _ => Ok(()),
    }
}

/// Commits a crime of `map`, on the occasion of the event at `at`.
pub(crate) fn map(case: &str, at: u32, rows: &mut Rows, output: &mut Output) -> Result<(), String> {
    match case {
        "loop" => spin(),
        "memory" => eat(),
        "recurse" => drop(std::hint::black_box(recurse(1))),
        "trap" => panic!("the call `{}` is gone", at),
        "abort" => std::process::abort(),
        "refuse" => return Err("the whole batch is bad".to_owned()),
        "logs" => (0..200_000).for_each(|line| host::log(Level::Warn, &format!("line {line}"))),
        "long-log" => host::log(Level::Warn, &"\u{1F4A3}".repeat(4 << 20)),
        "many-rows" => output.tables.push(TableRows::GCallHistory(many(at, 1_000_000))),
        "rows-of-one-event" => rows.histories.extend(many(at, 5_000)),
        "undeclared-table" => output.tables.push(TableRows::GIrHistory(vec![interaction(at)])),
        "at-beyond" => rows.calls.push(call(at + 1_000_000, "beyond", 0)),
        "reject-beyond" => output.rejections.push(Rejection { at: u32::MAX, reason: "beyond".to_owned() }),
        "reject-many" => output.rejections = (0..2_000_000).map(|at| Rejection { at, reason: String::new() }).collect(),
        "reject-long" => output.rejections.push(Rejection { at, reason: "long ".repeat(1 << 20) }),
        "absurd-time" => rows.histories.push(history(at, "absurd", i64::MAX)),
        "absurd-due" => output.due = Some(i64::MIN),
        "unknown" => output.unknown = u32::MAX,
        "utf8" => rows.histories.push(not_utf8(at)),
        "disorder" => rows.histories.insert(0, history(at, "early", 1)),
        "same-text" => same_text(at, rows),
        _ => {}
    }
    Ok(())
}

/// Never ends.
pub(crate) fn spin() -> ! {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

/// Takes all memory.
pub(crate) fn eat() -> ! {
    let mut eaten = Vec::new();
    loop {
        eaten.push(std::hint::black_box(vec![1_u8; 1 << 20]));
    }
}

#[expect(unconditional_recursion, reason = "the crime")]
fn recurse(depth: u64) -> u64 {
    let mut frame = [depth; 32];
    std::hint::black_box(&mut frame);
    recurse(depth + 1) + frame.iter().sum::<u64>()
}

fn many(at: u32, count: usize) -> Vec<GCallHistory> {
    (0..count).map(|_| history(at, "", 0)).collect()
}

/// Megabytes of text, thousands of times: little in the guest, gigabytes in a host that copies without counting.
fn same_text(at: u32, rows: &mut Rows) {
    let text = "x".repeat(1 << 20);
    for _ in 0..10_000 {
        let mut row = history(at, "", 0);
        // SAFETY: not at all: every row claims to own the same text; nobody lives long enough to free it twice.
        #[expect(unsafe_code, reason = "the crime")]
        let copy = unsafe { String::from_raw_parts(text.as_ptr().cast_mut(), text.len(), text.len()) };
        row.ext = Some(Ext { vch1: Some(copy), vch2: None, int1: None, int2: None });
        rows.histories.push(row);
    }
    std::mem::forget(text);
}

fn not_utf8(at: u32) -> GCallHistory {
    // SAFETY: not at all; the host must find it.
    #[expect(unsafe_code, reason = "the crime")]
    let text = unsafe { String::from_utf8_unchecked(vec![0xff, 0xfe, 0xc0]) };
    GCallHistory { callid: text, ..history(at, "", 0) }
}

fn interaction(at: u32) -> GIrHistory {
    GIrHistory { at, irid: String::new(), xseq: None, changetype: None, refid: None, added: None, ext: None }
}
