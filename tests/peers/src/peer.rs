//! The mapping in Extism.

use crate::batch::Batch;
use anyhow::Result;
use concentrator_event::{Views, json};
use concentrator_sdk::rows::TableRows;
use extism::{Manifest, Plugin, Wasm};

/// In which form events and rows cross.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// Flat events, compact rows.
    FlatCompact,
    /// Flat events, JSON.
    FlatJson,
    /// JSON both ways.
    JsonJson,
}

/// An instance.
pub(crate) struct Peer(Plugin);

impl Peer {
    /// Opens one for a lane of that name.
    pub(crate) fn open(wasm: &[u8], lane: &str) -> Result<Self> {
        let mut plugin = Plugin::new(Manifest::new([Wasm::data(wasm)]), [], false)?;
        plugin.call::<&str, ()>("open", lane)?;
        Ok(Self(plugin))
    }

    /// Maps a batch.
    pub(crate) fn map(&mut self, form: Form, batch: &Batch) -> Result<Vec<TableRows>> {
        let plugin = &mut self.0;
        let rows = match form {
            Form::FlatCompact => wire::from_compact(plugin.call("flat_compact", &*batch.bytes)?),
            Form::FlatJson => wire::from_json(plugin.call("flat_json", &*batch.bytes)?),
            Form::JsonJson => wire::from_json(plugin.call("json_json", lines(batch)?)?),
        };
        rows.map_err(anyhow::Error::msg)
    }
}

fn lines(batch: &Batch) -> Result<String> {
    let mut lines = Vec::new();
    for view in Views::new(&batch.bytes) {
        serde_json::to_writer(&mut lines, &json::to_json(&view?))?;
        lines.push(b'\n');
    }
    Ok(String::from_utf8(lines)?)
}
