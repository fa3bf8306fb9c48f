//! The crimes, by name.

use crate::bindings::concentrator::mapping::rows::{GIrHistory, TableRows};
use crate::bindings::concentrator::mapping::types::{CustomRow, CustomRows, CustomValue};
use crate::{calls, history};

/// Commits a crime of `open`.
pub(crate) fn open(case: &str) -> Result<(), String> {
    match case {
        "open-refuse" => Err("unknown option `colour`".to_owned()),
        "open-trap" => panic!("cannot open"),
        _ => Ok(()),
    }
}

/// Commits a crime of `snapshot`.
pub(crate) fn snapshot(case: &str, state: Vec<u8>) -> Result<Vec<u8>, String> {
    match case {
        "snapshot-refuse" => Err("not now".to_owned()),
        "snapshot-trap" => panic!("nothing to keep"),
        _ => Ok(state),
    }
}

/// Commits a crime of `restore`.
pub(crate) fn restore(case: &str, state_version: u32) -> Result<(), String> {
    match case {
        "restore-trap" => panic!("cannot restore"),
        _ if state_version != 1 => Err(format!("state version {state_version} is unknown")),
        _ => Ok(()),
    }
}

/// Commits a crime of `enrich`, on the occasion of the event at `at`.
pub(crate) fn enrich(
    case: &str,
    at: u32,
    tables: &mut Vec<TableRows>,
    custom: &mut Vec<CustomRows>,
) -> Result<(), String> {
    match case {
        "loop" => spin(),
        "memory" => eat(),
        "trap" => panic!("the call is gone"),
        "refuse" => return Err("the batch is bad".to_owned()),
        "many-rows" => tables.push(TableRows::GCallHistory((0..500_000).map(|_| history(at, "")).collect())),
        "rows-of-one-event" => tables.push(TableRows::GCallHistory((0..5_000).map(|_| history(at, "")).collect())),
        "undeclared-table" => tables.push(TableRows::GIrHistory(vec![interaction(at)])),
        "at-beyond" => tables.push(TableRows::GCallHistory(vec![history(at + 1_000, "beyond")])),
        "move" => calls(tables).for_each(|call| call.at = u32::MAX),
        "absurd-time" => calls(tables).for_each(|call| call.created = Some(i64::MIN)),
        "own-undeclared" => custom.push(own("secrets", at, vec![CustomValue::Integer(1)])),
        "own-few" => custom.push(own("seen", at, vec![CustomValue::Integer(1)])),
        "own-keyless" => custom.push(own("seen", at, vec![CustomValue::None; 3])),
        _ => {}
    }
    Ok(())
}

fn own(table: &str, at: u32, values: Vec<CustomValue>) -> CustomRows {
    CustomRows { table: table.to_owned(), rows: vec![CustomRow { at, values }] }
}

fn spin() -> ! {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

fn eat() -> ! {
    let mut eaten = Vec::new();
    loop {
        eaten.push(std::hint::black_box(vec![1_u8; 1 << 20]));
    }
}

fn interaction(at: u32) -> GIrHistory {
    GIrHistory { at, irid: String::new(), xseq: None, changetype: None, refid: None, added: None, ext: None }
}
