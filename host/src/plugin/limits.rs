//! The limits of a plugin, and the one shape of the error when one is reached.
//!
//! | limit | default | why that much |
//! |---|---|---|
//! | `memory_bytes` | 64 MiB; by configuration 256 MiB | ten thousand live calls took 63 MB, a snapshot of them more |
//! | `call_ms` | 2 000 | a batch takes a few; a stopped or starved machine must not cost an event |
//! | `state_ms` | 20 000 | `snapshot` and `restore` grow with the live calls: 16 ms for ten thousand |
//! | `stack_bytes` | 512 KiB | of WebAssembly frames |
//! | `output_rows` | 200 000 | of one call |
//! | `output_bytes` | 64 MiB | of one call, as the host keeps them while it reads them |
//! | `rows_per_event` | 4 096 | in one table: what a row's ID can number |
//! | `snapshot_bytes` | 32 MiB; by configuration 64 MiB | |
//! | `log_bytes_per_call` | 64 KiB | what is beyond is dropped and counted, for a log must not change the rows |
//! | `file_bytes` | 64 MiB | the largest interpreters of scripting languages take 20 |
//! | `table_elements` | 1 Mi | of all tables of functions of an instance: eight bytes each |
//! | `memories` | 64 | of an instance; each reserves addresses, though not memory |
//! | `code_bytes` and others | | what the compiler is given: `weight.rs` |

use super::weight::INSTANCES;
use crate::record::MAX_ROWS_PER_EVENT;
use wasmtime::ResourceLimiter;

/// What a plugin may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of an instance, bytes.
    pub memory_bytes: usize,
    /// Time of one call of `describe`, `open` or `map`, ms.
    pub call_ms: u64,
    /// Time of one call of `snapshot` or `restore`, ms.
    pub state_ms: u64,
    /// Rows of one call.
    pub output_rows: usize,
    /// Bytes that the host takes over from one call.
    pub output_bytes: usize,
    /// Rows of one event in one table; more than [`MAX_ROWS_PER_EVENT`] cannot be numbered.
    pub rows_per_event: u32,
    /// Bytes of a snapshot.
    pub snapshot_bytes: usize,
    /// Bytes of log lines in one call; what is beyond is dropped.
    pub log_bytes_per_call: usize,
}

/// Stack of WebAssembly frames, bytes; the same for all plugins of an engine.
pub const STACK_BYTES: usize = 512 << 10;
/// Largest plugin file, bytes.
pub const FILE_BYTES: usize = 64 << 20;
/// Longest text that is taken over into an error or a dead letter, bytes.
const REASON_BYTES: usize = 2_000;
/// Elements of all tables of functions of an instance.
const TABLE_ELEMENTS: usize = 1 << 20;
/// Memories of an instance.
const MEMORIES: usize = 64;

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            call_ms: 2_000,
            state_ms: 20_000,
            output_rows: 200_000,
            output_bytes: 64 << 20,
            rows_per_event: MAX_ROWS_PER_EVENT,
            snapshot_bytes: 32 << 20,
            log_bytes_per_call: 64 << 10,
        }
    }
}

/// A limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("limit {name} of {limit} reached: {current} in use, {requested} more requested")]
pub struct Exceeded {
    /// Name of the limit: the field of [`Limits`], or the constant.
    pub name: &'static str,
    /// The limit.
    pub limit: u64,
    /// What was in use.
    pub current: u64,
    /// What was asked for in addition; at least that much where it is not known.
    pub requested: u64,
}

impl Exceeded {
    /// All of the limit was in use, and more was wanted.
    pub(super) fn used_up(name: &'static str, limit: usize) -> Self {
        let limit = limit as u64;
        Self { name, limit, current: limit, requested: 1 }
    }

    /// More than the limit was wanted at once.
    pub(super) fn at_once(name: &'static str, limit: usize, requested: usize) -> Self {
        Self { name, limit: limit as u64, current: 0, requested: requested as u64 }
    }
}

/// Counts an instance's memory.
#[derive(Debug)]
pub(super) struct Memory {
    limit: usize,
    used: usize,
    table_elements: usize,
    /// Set when growth was refused.
    pub(super) exceeded: Option<Exceeded>,
}

impl Memory {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, used: 0, table_elements: 0, exceeded: None }
    }

    /// Bytes in use.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    fn refuse(&mut self, exceeded: Exceeded) -> wasmtime::Result<bool> {
        self.exceeded = Some(exceeded);
        // An error, not `false`: the guest must not limp on.
        Err(wasmtime::Error::msg(exceeded.to_string()))
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let requested = desired.saturating_sub(current);
        let total = self.used.saturating_add(requested);
        if total > self.limit {
            return self.refuse(Exceeded {
                name: "memory_bytes",
                limit: self.limit as u64,
                current: self.used as u64,
                requested: requested as u64,
            });
        }
        self.used = total;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let requested = desired.saturating_sub(current);
        let total = self.table_elements.saturating_add(requested);
        if total > TABLE_ELEMENTS {
            return self.refuse(Exceeded {
                name: "table_elements",
                limit: TABLE_ELEMENTS as u64,
                current: self.table_elements as u64,
                requested: requested as u64,
            });
        }
        self.table_elements = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        usize::try_from(INSTANCES).unwrap_or(usize::MAX)
    }

    fn memories(&self) -> usize {
        MEMORIES
    }

    fn tables(&self) -> usize {
        usize::try_from(INSTANCES).unwrap_or(usize::MAX)
    }
}

/// The beginning of a text, short enough for a message.
pub(super) fn shorten(text: &str) -> &str {
    text.get(..text.floor_char_boundary(REASON_BYTES)).unwrap_or(text)
}
