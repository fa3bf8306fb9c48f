//! Everybody who does the work.

use crate::batch::Batch;
use crate::day::Day;
use crate::peer::{Form, Peer};
use crate::rows;
use anyhow::{Context, Result, ensure};
use concentrator::plugin::{Instance, LaneInfo, Limits, Plugin};
use concentrator::record::Role;
use concentrator_sdk::rows::TableRows;
use concentrator_sdk::{Lane, Mapper, mapper};
use std::hint::black_box;
use voice::Voice;

pub(crate) const NATIVE: usize = 0;
pub(crate) const NATIVE_ROWS: usize = 1;
pub(crate) const OURS: usize = 2;
pub(crate) const PEER_STRUCTS: usize = 3;
pub(crate) const PEER_ROWS: usize = 4;
pub(crate) const JSON_OUT: usize = 5;
pub(crate) const JSON: usize = 6;
/// How many there are.
pub(crate) const RUNNERS: usize = 7;

const LANE: &str = "tserver-a";
/// What the peer may use, too: its default has no limit.
const MEMORY_BYTES: usize = 1 << 30;

/// An instance for each runner, for each has a state of its own.
pub(crate) struct Runners {
    native: Voice,
    native_rows: Voice,
    ours: Instance,
    structs: Peer,
    rows: Peer,
    json_out: Peer,
    json: Peer,
}

impl Runners {
    /// All with an empty state.
    pub(crate) fn open(ours: &Plugin, theirs: &[u8]) -> Result<Self> {
        let Lane { name, dbid, switch_dbid, tenant_dbid } = lane();
        let limits = Limits { memory_bytes: MEMORY_BYTES, ..Limits::default() };
        let ours = ours.open(&LaneInfo { name, dbid, switch_dbid, tenant_dbid }, "", &Role::ALL, &limits)?;
        let peer = || Peer::open(theirs, LANE);
        let (structs, rows, json_out, json) = (peer()?, peer()?, peer()?, peer()?);
        Ok(Self { native: natively()?, native_rows: natively()?, ours, structs, rows, json_out, json })
    }

    /// Gives all batches to a runner.
    pub(crate) fn run(&mut self, runner: usize, batches: &[Batch]) -> Result<()> {
        for batch in batches {
            match runner {
                NATIVE => drop(black_box(map_natively(&mut self.native, batch)?)),
                NATIVE_ROWS => drop(black_box(rows::convert(map_natively(&mut self.native_rows, batch)?)?)),
                OURS => drop(black_box(self.ours.map(&batch.bytes, batch.events)?)),
                PEER_STRUCTS => drop(black_box(self.structs.map(Form::FlatCompact, batch)?)),
                PEER_ROWS => drop(black_box(rows::convert(self.rows.map(Form::FlatCompact, batch)?)?)),
                JSON_OUT => drop(black_box(rows::convert(self.json_out.map(Form::FlatJson, batch)?)?)),
                _ => drop(black_box(rows::convert(self.json.map(Form::JsonJson, batch)?)?)),
            }
        }
        Ok(())
    }

    /// All give the same rows; how many.
    pub(crate) fn agree(mut self, day: &Day) -> Result<usize> {
        let mut made = 0;
        for batch in day.batches(256)? {
            let ours = self.ours.map(&batch.bytes, batch.events)?.rows;
            let native = rows::convert(map_natively(&mut self.native_rows, &batch)?)?;
            ensure!(native == ours, "our plugin host gives other rows than the same code natively");
            for (peer, form) in [
                (&mut self.rows, Form::FlatCompact),
                (&mut self.json_out, Form::FlatJson),
                (&mut self.json, Form::JsonJson),
            ] {
                let theirs = rows::convert(peer.map(form, &batch)?)?;
                ensure!(theirs == ours, "Extism gives other rows than our plugin host");
            }
            made += ours.len();
        }
        Ok(made)
    }
}

fn natively() -> Result<Voice> {
    Voice::open(lane(), "").map_err(anyhow::Error::msg).context("open the mapping")
}

fn map_natively(mapping: &mut Voice, batch: &Batch) -> Result<Vec<TableRows>> {
    Ok(mapper::map_batch(mapping, &batch.bytes).map_err(anyhow::Error::msg)?.tables)
}

fn lane() -> Lane {
    Lane { name: LANE.to_owned(), dbid: 101, switch_dbid: 103, tenant_dbid: 1 }
}
