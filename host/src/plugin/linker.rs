//! What a plugin can import: `concentrator:mapping/host`, and nothing else.
//!
//! There is no clock, no randomness, no file and no socket, so that the same events always give the same rows.

use super::bindings::{HOST, Level, TYPES};
use super::journal::Journal;
use super::limits::{Limits, Memory, shorten};
use std::collections::VecDeque;
use std::sync::Arc;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, WasmStr};

/// Lines that are kept for the text of an error.
const LAST_LINES: usize = 8;

/// What the host keeps beside an instance.
pub(super) struct State {
    pub(super) memory: Memory,
    pub(super) log: Log,
}

/// Lines that the plugin wrote.
pub(super) struct Log {
    plugin: String,
    lane: String,
    bytes_left: usize,
    bytes_per_call: usize,
    dropped: u64,
    last: VecDeque<String>,
    journal: Arc<Journal>,
}

impl Log {
    pub(super) fn new(plugin: &str, lane: &str, limits: &Limits, journal: Arc<Journal>) -> Self {
        Self {
            plugin: plugin.to_owned(),
            lane: lane.to_owned(),
            bytes_left: limits.log_bytes_per_call,
            bytes_per_call: limits.log_bytes_per_call,
            dropped: 0,
            last: VecDeque::new(),
            journal,
        }
    }

    /// A call begins.
    pub(super) fn begin(&mut self) {
        self.bytes_left = self.bytes_per_call;
        self.last.clear();
    }

    /// A call has ended.
    pub(super) fn end(&mut self) {
        if std::mem::take(&mut self.dropped) > 0 {
            tracing::warn!(
                plugin = %self.plugin,
                source = %self.lane,
                limit = self.bytes_per_call,
                "Plugin wrote more log lines in one call than it may; the rest was dropped, no events were."
            );
        }
    }

    /// The last lines of this call, oldest first.
    pub(super) fn last_lines(&self) -> Vec<String> {
        self.last.iter().cloned().collect()
    }

    fn write(&mut self, level: Level, text: &str) {
        let line = shorten(text);
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
        // An empty line costs, too.
        let Some(left) = self.bytes_left.checked_sub(line.len() + 1) else {
            self.dropped += 1;
            return;
        };
        self.bytes_left = left;
        let (plugin, source) = (&self.plugin, &self.lane);
        self.journal.write(source, plugin, word(level), line);
        match level {
            Level::Debug => tracing::debug!(%plugin, %source, "{line}"),
            Level::Info => tracing::info!(%plugin, %source, "{line}"),
            Level::Warn => tracing::warn!(%plugin, %source, "{line}"),
            Level::Error => tracing::error!(%plugin, %source, "{line}"),
        }
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}

/// The imports of all worlds, in every version.
///
/// # Errors
/// Never for the names above; the engine's words otherwise.
pub(super) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    for interface in HOST {
        linker.instance(interface)?.func_wrap("log", log)?;
    }
    for interface in TYPES {
        linker.instance(interface)?;
    }
    Ok(linker)
}

fn log(mut store: StoreContextMut<'_, State>, (level, text): (Level, WasmStr)) -> wasmtime::Result<()> {
    // Most of a long text is not copied: a plugin may claim megabytes.
    let text = shorten(&text.to_str(&store)?).to_owned();
    store.data_mut().log.write(level, &text);
    Ok(())
}
