//! A running plugin: calls under limits, and what becomes of their failures.

use super::bindings::{self, Exports, Lane, Work, refused};
use super::contract::{Contract, Output};
use super::describe::Description;
use super::engine::Engine;
use super::limits::{Exceeded, Limits, Memory, STACK_BYTES};
use super::linker::{Log, State};
use super::rows::TableRows;
use crate::error::Disposition;
use crate::record::{Role, Row, TableId};
use std::sync::Arc;
use std::time::Instant;
use wasmtime::{Store, Trap};

/// The lane that an instance serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneInfo {
    /// Name of the source, as configured.
    pub name: String,
    /// DBID of the source's primary server.
    pub dbid: i32,
    /// DBID of the switch.
    pub switch_dbid: i32,
    /// DBID of the tenant.
    pub tenant_dbid: i32,
}

/// A call that gave nothing. The instance is to be dropped: its state is not that of any position.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The plugin's code broke off.
    #[error("plugin broke off: {reason}{}", last_words(log))]
    Trap {
        /// The engine's words.
        reason: String,
        /// Last lines that it logged in this call: its panic's text is among them.
        log: Vec<String>,
    },
    /// A limit was reached.
    #[error("plugin stopped: {exceeded}{}", last_words(log))]
    Limit {
        /// Which.
        exceeded: Exceeded,
        /// Last lines that it logged in this call.
        log: Vec<String>,
    },
    /// The plugin refused, in its words.
    #[error("plugin refused: {0}")]
    Refused(String),
    /// The answer is none that a mapper may give.
    #[error("plugin broke its contract: {reason}")]
    Contract {
        /// Index of the event, if it is known.
        at: Option<u32>,
        /// How.
        reason: String,
    },
}

impl Failure {
    /// A failure of `map` costs the event that caused it.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        Disposition::DeadLetter
    }

    /// The same in one word, for metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Trap { .. } => "trap",
            Self::Limit { exceeded, .. } => exceeded.name,
            Self::Refused(_) => "refused",
            Self::Contract { .. } => "contract",
        }
    }
}

fn last_words(log: &[String]) -> String {
    if log.is_empty() { String::new() } else { format!("; its last words: {}", log.join(" | ")) }
}

/// What one call may use.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    pub(super) time_name: &'static str,
    pub(super) time_ms: u64,
    pub(super) output_name: &'static str,
    pub(super) output_bytes: usize,
}

/// A store with its limits.
pub(super) struct Sandbox {
    store: Store<State>,
    limits: Limits,
    /// A call failed: the engine's state of the instance is undefined for us.
    failed: bool,
}

impl Sandbox {
    pub(super) fn new(engine: &Engine, plugin: &str, lane: &str, limits: &Limits) -> Self {
        let log = Log::new(plugin, lane, limits, engine.journal().clone());
        let state = State { memory: Memory::new(limits.memory_bytes), log };
        let mut store = Store::new(engine.wasmtime(), state);
        store.limiter(|state| &mut state.memory);
        Self { store, limits: limits.clone(), failed: false }
    }

    pub(super) fn store_mut(&mut self) -> &mut Store<State> {
        &mut self.store
    }

    pub(super) fn call_budget(&self) -> Budget {
        Budget {
            time_name: "call_ms",
            time_ms: self.limits.call_ms,
            output_name: "output_bytes",
            output_bytes: self.limits.output_bytes,
        }
    }

    fn state_budget(&self) -> Budget {
        Budget {
            time_name: "state_ms",
            time_ms: self.limits.state_ms,
            output_name: "snapshot_bytes",
            output_bytes: self.limits.snapshot_bytes,
        }
    }

    /// Runs a call within its budget.
    pub(super) fn run<T>(
        &mut self,
        budget: Budget,
        call: impl FnOnce(&mut Store<State>) -> wasmtime::Result<T>,
    ) -> Result<T, Failure> {
        if self.failed {
            return Err(Failure::Trap { reason: "an earlier call failed".to_owned(), log: Vec::new() });
        }
        let begun = Instant::now();
        self.store.set_epoch_deadline(Engine::ticks(budget.time_ms));
        self.store.set_hostcall_fuel(budget.output_bytes);
        self.store.data_mut().log.begin();
        let answer = call(&mut self.store);
        self.store.data_mut().log.end();
        answer.map_err(|error| {
            self.failed = true;
            self.failure(&error, budget, begun)
        })
    }

    fn failure(&mut self, error: &wasmtime::Error, budget: Budget, begun: Instant) -> Failure {
        let log = self.store.data().log.last_lines();
        if let Some(exceeded) = self.store.data_mut().memory.exceeded.take() {
            return Failure::Limit { exceeded, log };
        }
        let exceeded = match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => {
                let current = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
                Exceeded { name: budget.time_name, limit: budget.time_ms, current, requested: 1 }
            }
            Some(Trap::StackOverflow) => Exceeded::used_up("stack_bytes", STACK_BYTES),
            Some(_) => return Failure::Trap { reason: error.root_cause().to_string(), log },
            // The engine's type of this error is private; should its words change, only ours get worse
            // (test `limits_of_the_answer`).
            None if error.root_cause().to_string().contains("fuel allocated for hostcalls") => {
                Exceeded::used_up(budget.output_name, budget.output_bytes)
            }
            None => return Failure::Trap { reason: format!("{error:#}"), log },
        };
        Failure::Limit { exceeded, log }
    }
}

/// A plugin at work for one lane.
pub struct Instance {
    sandbox: Sandbox,
    exports: Exports,
    contract: Contract,
    /// The batch on its way into the plugin; kept, so that its memory is allocated once.
    batch: Arc<Vec<u8>>,
}

impl Instance {
    pub(super) fn open(
        mut sandbox: Sandbox,
        exports: Exports,
        description: &Description,
        lane: &LaneInfo,
        config: &str,
        roles: &[Role],
    ) -> Result<Self, Failure> {
        let budget = sandbox.call_budget();
        let own = Lane {
            name: lane.name.clone(),
            dbid: lane.dbid,
            switch_dbid: lane.switch_dbid,
            tenant_dbid: lane.tenant_dbid,
        };
        let (answer,) = sandbox.run(budget, |store| exports.open.call(store, (own, config.into())))?;
        answer.map_err(|reason| refused(&reason))?;
        let contract = Contract::new(description, roles, &sandbox.limits);
        Ok(Self { sandbox, exports, contract, batch: Arc::default() })
    }

    /// Maps a batch of `events` flat events, one after another. Only a mapper does.
    ///
    /// # Errors
    /// [`Failure`]; the instance is of no further use then, and the state from before the batch is to be restored
    /// in another one.
    pub fn map(&mut self, batch: &[u8], events: u32) -> Result<Output, Failure> {
        let batch = self.batch(batch);
        let budget = self.sandbox.call_budget();
        let answer: Result<bindings::Output, String> = match &self.exports.work {
            Work::Map(map) => self.sandbox.run(budget, |store| map.call(store, (batch,)))?.0,
            Work::First(map) => self.sandbox.run(budget, |store| map.call(store, (batch,)))?.0.map(Into::into),
            Work::Enrich(_) => Err("an enricher maps nothing".to_owned()),
        };
        self.accept(answer, events)
    }

    /// Gives an enricher a batch of `events` flat events and the rows of the tables that it sees. What it gives back
    /// takes their place.
    ///
    /// # Errors
    /// As [`Instance::map`].
    pub fn enrich(&mut self, batch: &[u8], events: u32, rows: Vec<(TableId, Row)>) -> Result<Output, Failure> {
        let batch = self.batch(batch);
        let budget = self.sandbox.call_budget();
        let answer: Result<bindings::Output, String> = match &self.exports.work {
            Work::Enrich(enrich) => {
                let tables = by_table(rows);
                self.sandbox.run(budget, |store| enrich.call(store, (batch, tables)))?.0.map(Into::into)
            }
            Work::Map(_) | Work::First(_) => Err("a mapper enriches nothing".to_owned()),
        };
        let output = self.accept(answer, events)?;
        if let Some((at, reason)) = output.rejections.into_iter().next() {
            self.sandbox.failed = true;
            return Err(Failure::Contract { at: Some(at), reason });
        }
        Ok(Output { rejections: Vec::new(), ..output })
    }

    /// The batch where the plugin is given it from.
    fn batch(&mut self, batch: &[u8]) -> Arc<Vec<u8>> {
        let buffer = Arc::make_mut(&mut self.batch);
        buffer.clear();
        buffer.extend_from_slice(batch);
        self.batch.clone()
    }

    fn accept(&mut self, answer: Result<bindings::Output, String>, events: u32) -> Result<Output, Failure> {
        let accepted = match answer {
            Ok(answer) => self.contract.accept(answer, events),
            Err(reason) => Err(refused(&reason)),
        };
        accepted.inspect_err(|_| self.sandbox.failed = true)
    }

    /// The whole state.
    ///
    /// # Errors
    /// [`Failure`]; the instance can go on after [`Failure::Refused`] only.
    pub fn snapshot(&mut self) -> Result<Vec<u8>, Failure> {
        let budget = self.sandbox.state_budget();
        let (answer,) = self.sandbox.run(budget, |store| self.exports.snapshot.call(store, ()))?;
        answer.map_err(|reason| refused(&reason))
    }

    /// Takes a state that an instance of this plugin, of any version, gave before.
    ///
    /// # Errors
    /// [`Failure`]; the instance is to be dropped, for what it took over is unknown.
    pub fn restore(&mut self, state_version: u32, state: &[u8]) -> Result<(), Failure> {
        let budget = self.sandbox.state_budget();
        let state = Arc::new(state.to_vec());
        let (answer,) = self.sandbox.run(budget, |store| self.exports.restore.call(store, (state_version, state)))?;
        answer.map_err(|reason| {
            self.sandbox.failed = true;
            refused(&reason)
        })
    }

    /// Linear memory in use, bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.sandbox.store.data().memory.used()
    }
}

/// Rows as a plugin is given them; those of one table stand together.
fn by_table(rows: Vec<(TableId, Row)>) -> Vec<TableRows> {
    let mut tables: Vec<TableRows> = Vec::new();
    let mut run: Option<(TableId, Vec<Row>)> = None;
    for (table, row) in rows {
        match &mut run {
            Some((of, rows)) if *of == table => rows.push(row),
            _ => {
                let before = run.replace((table, vec![row]));
                tables.extend(before.and_then(|(of, rows)| TableRows::of(of, rows)));
            }
        }
    }
    tables.extend(run.and_then(|(of, rows)| TableRows::of(of, rows)));
    tables
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance").field("memory_bytes", &self.memory_bytes()).finish_non_exhaustive()
    }
}
