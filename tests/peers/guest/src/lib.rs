//! The mapping of voice servers as a plugin of Extism.
//!
//! Each export takes a batch and gives rows, in another form; the state lives in the instance, as in ours.

#![allow(unsafe_code, missing_docs, reason = "the exports of the peer are raw functions")]

use concentrator_event::json;
use concentrator_sdk::rows::TableRows;
use concentrator_sdk::{Lane, Mapper, mapper};
use extism_pdk::{FnResult, plugin_fn};
use std::cell::RefCell;
use voice::Voice;

thread_local! {
    static VOICE: RefCell<Option<Voice>> = const { RefCell::new(None) };
}

fn map(batch: &[u8]) -> Result<Vec<TableRows>, extism_pdk::Error> {
    let mapped = VOICE.with_borrow_mut(|voice| mapper::map_batch(voice.as_mut().ok_or("not open")?, batch));
    Ok(mapped.map_err(extism_pdk::Error::msg)?.tables)
}

/// Begins with an empty state; takes the name of the lane.
#[plugin_fn]
pub fn open(name: String) -> FnResult<()> {
    let lane = Lane { name, dbid: 101, switch_dbid: 103, tenant_dbid: 1 };
    let voice = Voice::open(lane, "").map_err(extism_pdk::Error::msg)?;
    VOICE.set(Some(voice));
    Ok(())
}

/// Flat events to compact rows.
#[plugin_fn]
pub fn flat_compact(batch: Vec<u8>) -> FnResult<Vec<u8>> {
    Ok(wire::compact(map(&batch)?).map_err(extism_pdk::Error::msg)?)
}

/// Flat events to JSON.
#[plugin_fn]
pub fn flat_json(batch: Vec<u8>) -> FnResult<Vec<u8>> {
    Ok(wire::json(map(&batch)?).map_err(extism_pdk::Error::msg)?)
}

/// Lines of JSON to JSON. The mapping reads flat events, so they are made here.
#[plugin_fn]
pub fn json_json(batch: String) -> FnResult<Vec<u8>> {
    let mut flat = Vec::new();
    for line in batch.lines() {
        let event = json::from_json(line).map_err(extism_pdk::Error::msg)?;
        event.append_to(&mut flat).map_err(extism_pdk::Error::msg)?;
    }
    Ok(wire::json(map(&flat)?).map_err(extism_pdk::Error::msg)?)
}
