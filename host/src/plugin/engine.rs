//! The engine that all plugins of a daemon share, and its ticker.
//!
//! # Determinism
//! Not-a-number values are canonical, threads do not exist, and vector instructions whose result depends on the
//! processor are fixed. What remains is time: a call that exceeds `call_ms` on a slow machine fails there and not on
//! a fast one; that costs the event, visibly, as a dead letter, and never changes a row.

use super::journal::Journal;
use super::limits::STACK_BYTES;
use super::linker::{State, linker};
use crate::clock::Clock;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use wasmtime::component::Linker;

/// How often running plugins look at the clock.
const TICK: Duration = Duration::from_millis(10);

/// How plugins are compiled.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Directory of compiled plugins; none: they are compiled at each start.
    pub cache_dir: Option<PathBuf>,
}

/// Compiles and runs plugins; a cheap handle. The last one stops the ticker.
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

struct Shared {
    engine: wasmtime::Engine,
    linker: Linker<State>,
    config: EngineConfig,
    journal: Arc<Journal>,
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Engine {
    /// Makes the engine and starts its ticker.
    ///
    /// # Errors
    /// If the machine cannot run compiled code, or no thread can be started.
    pub fn new(config: EngineConfig) -> anyhow::Result<Self> {
        let engine = wasmtime::Engine::new(&settings()).map_err(|error| anyhow::anyhow!("plugin engine: {error:#}"))?;
        let linker = linker(&engine).map_err(|error| anyhow::anyhow!("plugin engine: {error:#}"))?;
        let (stop, stopped) = channel();
        let ticking = engine.clone();
        let ticker = std::thread::Builder::new().name("plugin-ticker".to_owned()).spawn(move || {
            while matches!(stopped.recv_timeout(TICK), Err(RecvTimeoutError::Timeout)) {
                ticking.increment_epoch();
            }
        })?;
        let journal = Arc::new(Journal::new(Clock::system()));
        Ok(Self(Arc::new(Shared { engine, linker, config, journal, ticker: Some((stop, ticker)) })))
    }

    /// Ticks after which a call that may take `ms` is stopped: never earlier than that.
    pub(super) fn ticks(ms: u64) -> u64 {
        ms.div_ceil(u64::try_from(TICK.as_millis()).unwrap_or(1)).saturating_add(1)
    }

    pub(super) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.0.engine
    }

    pub(super) fn linker(&self) -> &Linker<State> {
        &self.0.linker
    }

    /// The last lines that its plugins wrote.
    #[must_use]
    pub fn journal(&self) -> &Arc<Journal> {
        &self.0.journal
    }

    pub(super) fn config(&self) -> &EngineConfig {
        &self.0.config
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some((stop, ticker)) = self.ticker.take() {
            drop(stop);
            // It does nothing that could fail.
            let _ = ticker.join();
        }
    }
}

fn settings() -> wasmtime::Config {
    let mut config = wasmtime::Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_BYTES)
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .cranelift_opt_level(wasmtime::OptLevel::Speed);
    config
}
