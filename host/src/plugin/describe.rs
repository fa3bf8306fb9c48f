//! Who a plugin says it is, checked.

use super::bindings::{self, CustomTable, CustomType, Describe, Exports};
use super::limits::shorten;
use super::load::Problem;
use super::map::{Budget, Failure, Sandbox};
use crate::record::custom::{self, Custom};
use crate::record::{ColumnType, TableId, table, table_named};

/// Most event names that a plugin may ask for.
const EVENTS: usize = 4_096;
/// Most tables of its own that a plugin may have.
const CUSTOM: usize = 32;
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
    /// Tables that it writes, without those of its own; of an enricher, those that it sees or adds to.
    pub tables: Vec<TableId>,
    /// Of an enricher: tables whose rows it is given.
    pub sees: Vec<TableId>,
    /// Names of the source events that it wants to see, in order; empty: all.
    pub events: Vec<String>,
    /// Tables of its own, by the names that it gave them.
    pub custom: Vec<(String, TableId)>,
}

impl Description {
    pub(super) fn ask(exports: &Exports, sandbox: &mut Sandbox) -> Result<Self, Problem> {
        let budget = Budget { output_bytes: BYTES, ..sandbox.call_budget() };
        match Said::ask(&exports.describe, sandbox, budget) {
            Ok(said) => said.check().map_err(Problem::Description),
            Err(failure) => Err(Problem::Describe(failure)),
        }
    }

    /// Names of the tables that it writes.
    pub fn table_names(&self) -> impl Iterator<Item = &'static str> + '_ {
        let own = self.custom.iter().map(|(_, id)| *id);
        self.tables.iter().copied().chain(own).map(|id| table(id).name)
    }

    /// Whether a source event of that name is one that it asks for.
    #[must_use]
    pub fn asks_for(&self, event: &str) -> bool {
        self.events.is_empty() || self.events.binary_search_by(|name| name.as_str().cmp(event)).is_ok()
    }
}

/// What it said, whatever its world and version.
struct Said {
    name: String,
    version: String,
    state_version: u32,
    sees: Vec<String>,
    writes: Vec<String>,
    events: Vec<String>,
    custom: Vec<CustomTable>,
}

impl Said {
    fn ask(describe: &Describe, sandbox: &mut Sandbox, budget: Budget) -> Result<Self, Failure> {
        match describe {
            Describe::First(describe) => sandbox.run(budget, |store| describe.call(store, ())).map(|(said,)| {
                let bindings::FirstDescription { name, version, state_version, tables, events } = said;
                Self { name, version, state_version, sees: Vec::new(), writes: tables, events, custom: Vec::new() }
            }),
            Describe::Mapper(describe) => sandbox.run(budget, |store| describe.call(store, ())).map(|(said,)| {
                let bindings::Description { name, version, state_version, tables, events, custom } = said;
                Self { name, version, state_version, sees: Vec::new(), writes: tables, events, custom }
            }),
            Describe::Enricher(describe) => sandbox.run(budget, |store| describe.call(store, ())).map(|(said,)| {
                let bindings::EnricherDescription { name, version, state_version, sees, adds, events, custom } = said;
                Self { name, version, state_version, sees, writes: adds, events, custom }
            }),
        }
    }

    fn check(self) -> Result<Description, String> {
        let Self { name, version, state_version, sees, writes, mut events, custom } = self;
        if !is_name(&name) {
            return Err(format!("the name `{}` is not 1 to 64 letters, digits, `-` and `_`", shorten(&name)));
        }
        if version.is_empty() || version.len() > 64 || version.chars().any(char::is_control) {
            return Err(format!("the version `{}` is not 1 to 64 characters", shorten(&version).escape_debug()));
        }
        if events.len() > EVENTS {
            return Err(format!("it asks for {} names of events, {EVENTS} are allowed", events.len()));
        }
        events.sort_unstable();
        events.dedup();
        let sees = known(&sees)?;
        let mut tables = known(&writes)?;
        tables.extend(&sees);
        tables.sort_unstable();
        tables.dedup();
        let custom = own(&name, custom)?;
        Ok(Description { name, version, state_version, tables, sees, events, custom })
    }
}

/// The tables of those names, each once.
fn known(names: &[String]) -> Result<Vec<TableId>, String> {
    let mut known = Vec::with_capacity(names.len());
    for name in names {
        let Some(found) = table_named(name) else {
            return Err(format!("it names a table `{}`, which is not one that plugins write", shorten(name)));
        };
        known.push(found.id);
    }
    known.sort_unstable();
    known.dedup();
    Ok(known)
}

/// Makes the plugin's own tables known.
fn own(plugin: &str, tables: Vec<CustomTable>) -> Result<Vec<(String, TableId)>, String> {
    if tables.len() > CUSTOM {
        return Err(format!("it has {} tables of its own, {CUSTOM} are allowed", tables.len()));
    }
    let mut known: Vec<(String, TableId)> = Vec::with_capacity(tables.len());
    for CustomTable { name, text, columns } in tables {
        if known.iter().any(|(before, _)| before.eq_ignore_ascii_case(&name)) {
            return Err(format!("it has two tables `{}` of its own", shorten(&name)));
        }
        let columns = columns.into_iter().map(|column| custom::CustomColumn {
            name: column.name,
            ty: match column.ty {
                CustomType::Text(characters) => ColumnType::Text(characters),
                CustomType::Integer => ColumnType::Big,
                CustomType::Time => ColumnType::Time,
            },
            key: column.key,
        });
        let table = Custom { plugin: plugin.to_owned(), name: name.clone(), text, columns: columns.collect() };
        known.push((name, custom::register(&table)?));
    }
    Ok(known)
}

/// A name that is safe in paths, messages and metrics.
pub(super) fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=64).contains(&name.len()) && name.chars().all(allowed)
}
