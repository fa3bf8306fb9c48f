//! Who a plugin says it is, checked.

use super::bindings::{self, Exports};
use super::limits::shorten;
use super::load::Problem;
use super::map::{Budget, Sandbox};
use crate::record::{TableId, table, table_named};

/// Most event names that a plugin may ask for.
const EVENTS: usize = 4_096;
/// Most bytes that a description may have.
const BYTES: usize = 1 << 20;

/// Who a plugin is and what it wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name: 1 to 64 letters, digits, `-` and `_`.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// Version of the state that its snapshots hold.
    pub state_version: u32,
    /// Tables that it writes.
    pub tables: Vec<TableId>,
    /// Names of the source events that it wants to see; empty: all.
    pub events: Vec<String>,
}

impl Description {
    pub(super) fn ask(exports: &Exports, sandbox: &mut Sandbox) -> Result<Self, Problem> {
        let budget = Budget { output_bytes: BYTES, ..sandbox.call_budget() };
        let (answer,) = sandbox.run(budget, |store| exports.describe.call(store, ())).map_err(Problem::Describe)?;
        Self::check(answer).map_err(Problem::Description)
    }

    fn check(answer: bindings::Description) -> Result<Self, String> {
        let bindings::Description { name, version, state_version, tables, events } = answer;
        if !is_name(&name) {
            return Err(format!("the name `{}` is not 1 to 64 letters, digits, `-` and `_`", shorten(&name)));
        }
        if version.is_empty() || version.len() > 64 || version.chars().any(char::is_control) {
            return Err(format!("the version `{}` is not 1 to 64 characters", shorten(&version).escape_debug()));
        }
        if events.len() > EVENTS {
            return Err(format!("it asks for {} names of events, {EVENTS} are allowed", events.len()));
        }
        let mut known = Vec::with_capacity(tables.len());
        for name in &tables {
            let Some(found) = table_named(name) else {
                return Err(format!("it writes a table `{}`, which is not one that plugins write", shorten(name)));
            };
            known.push(found.id);
        }
        known.sort_unstable();
        known.dedup();
        Ok(Self { name, version, state_version, tables: known, events })
    }

    /// Names of the tables that it writes.
    pub fn table_names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.tables.iter().map(|id| table(*id).name)
    }
}

/// A name that is safe in paths, messages and metrics.
pub(super) fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=64).contains(&name.len()) && name.chars().all(allowed)
}
