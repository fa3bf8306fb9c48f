//! What an enricher implements: it sees each event with the rows that the mapper made of it, and adds, alters or drops
//! rows before they are written.
//!
//! ```
//! use concentrator_sdk::{Enricher, EventRows, Lane, View, rows::GUserdataHistory};
//!
//! /// Stores no value of the key `Pin`.
//! struct NoPins;
//!
//! impl Enricher for NoPins {
//!     const NAME: &'static str = "no-pins";
//!     const VERSION: &'static str = "1.0.0";
//!     const SEES: &'static [&'static str] = &["G_USERDATA_HISTORY"];
//!
//!     fn open(_lane: Lane, _config: &str) -> Result<Self, String> {
//!         Ok(Self)
//!     }
//!
//!     fn enrich(&mut self, _event: &View<'_>, rows: &mut EventRows) -> Result<(), String> {
//!         for row in rows.of::<GUserdataHistory>().iter_mut().filter(|row| row.keyname == "Pin") {
//!             row.value = Some("****".to_owned());
//!         }
//!         Ok(())
//!     }
//! }
//!
//! concentrator_sdk::export_enricher!(NoPins);
//! # fn main() {}
//! ```
//!
//! # Invariants
//! 1. What an enricher is given with an event are the rows of that event alone, and what it leaves or adds belongs to
//!    that event: so its rows do not depend on how events were batched
//!    (`testing::check_enricher_case`, run over every case folder).
//! 2. Rows of tables at which it does not look go back as they came (`tests::only_what_is_touched_changes`).

use crate::{
    Lane, Row, View, Views,
    bindings::concentrator::mapping::types::{Enriched, EnricherDescription},
    custom::{CustomRows, CustomTable, NewRow},
    rows::TableRows,
    state,
};
use std::{any::Any, iter::Peekable, vec};

/// For [`Enricher::EVENTS`]: no further events, only those that made rows which the enricher sees. No source names an
/// event so.
pub const ONLY_WITH_ROWS: &[&str] = &["-"];

/// Changes what a mapper made of the events of one lane. A deterministic function of state, events and rows.
pub trait Enricher: Sized {
    /// Name of the plugin.
    const NAME: &'static str;
    /// Version of the plugin.
    const VERSION: &'static str;
    /// Version of what [`Enricher::snapshot`] gives.
    const STATE_VERSION: u32 = 1;
    /// Tables whose rows it is given.
    const SEES: &'static [&'static str];
    /// Further tables of which it adds rows.
    const ADDS: &'static [&'static str] = &[];
    /// Names of the source events that it wants to see beside those that made rows which it sees; none named: all, and
    /// session, link, directory and tick entries.
    const EVENTS: &'static [&'static str] = &[];

    /// Tables of its own, of which [`EventRows::custom`] writes rows.
    #[must_use]
    fn custom() -> Vec<CustomTable> {
        Vec::new()
    }

    /// Begins with an empty state; `config` is the JSON object of the enricher's `config`.
    ///
    /// # Errors
    /// What is wrong with the configuration, for a person.
    fn open(lane: Lane, config: &str) -> Result<Self, String>;

    /// Enriches the rows of an event.
    ///
    /// # Errors
    /// Why the event cannot be dealt with: it becomes a dead letter, none of its rows is written.
    fn enrich(&mut self, event: &View<'_>, rows: &mut EventRows) -> Result<(), String>;

    /// The whole state, as bytes; nothing, if it remembers nothing.
    ///
    /// # Errors
    /// Why there is none, for a person.
    fn snapshot(&self) -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }

    /// Takes a state of version [`Enricher::STATE_VERSION`].
    ///
    /// # Errors
    /// What is wrong with the bytes, for a person; the state is as before then.
    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        if state.is_empty() { Ok(()) } else { Err(format!("{} keeps no state, and is given one", Self::NAME)) }
    }

    /// Takes a state of another version than [`Enricher::STATE_VERSION`]: what an earlier version of the plugin left,
    /// or a later one that is rolled back. Without a way from there, it is refused, and the host keeps the plugin that
    /// wrote it.
    ///
    /// # Errors
    /// Why this version cannot be read, for a person; the state is as before then.
    fn upgrade(&mut self, version: u32, state: &[u8]) -> Result<(), String> {
        let _ = state;
        Err(state::other_version(Self::NAME, Self::VERSION, Self::STATE_VERSION, version))
    }
}

/// The rows of one event, as the mapper – or the enricher before – made them.
pub struct EventRows {
    at: u32,
    /// Tables that nobody has looked at so far.
    given: Vec<TableRows>,
    touched: Vec<Box<dyn Touched>>,
    custom: CustomRows,
}

impl EventRows {
    /// The rows of one table that the event made: to be changed, taken out, or added to.
    pub fn of<R: Row>(&mut self) -> &mut Vec<R> {
        let known = self.touched.iter().position(|table| table.is(R::TABLE));
        let at = known.unwrap_or_else(|| {
            let given = self.given.iter_mut().position(|rows| R::of(rows).is_some());
            let mut given = given.map(|place| self.given.swap_remove(place));
            let given = given.as_mut().and_then(R::of).map(std::mem::take).unwrap_or_default();
            self.touched.push(Box::new(Table::new(given, self.at)));
            self.touched.len() - 1
        });
        let table = self.touched.get_mut(at).and_then(|table| table.as_any().downcast_mut::<Table<R>>());
        // Pushed above, if it was not there.
        #[expect(clippy::expect_used, reason = "each table name belongs to one type of rows")]
        &mut table.expect("a table that was just found").now
    }

    /// Adds a row to those of the event.
    pub fn add<R: Row>(&mut self, row: R) {
        self.of::<R>().push(row);
    }

    /// Begins a row of one of the enricher's own tables, which [`Enricher::custom`] declares.
    pub fn custom(&mut self, table: &str) -> NewRow<'_> {
        self.custom.row(table)
    }

    fn new(given: Vec<TableRows>, custom: Vec<CustomTable>) -> Self {
        Self { at: 0, given, touched: Vec::new(), custom: CustomRows::of(custom) }
    }

    fn begin(&mut self, at: u32) {
        self.at = at;
        self.custom.at = at;
        self.touched.iter_mut().for_each(|table| table.begin(at));
    }

    fn finish(&mut self) {
        self.touched.iter_mut().for_each(|table| table.finish());
    }

    fn take(mut self) -> Enriched {
        let mut tables = self.given;
        tables.extend(self.touched.into_iter().filter_map(Touched::take));
        Enriched { tables, custom: self.custom.take() }
    }
}

/// The rows of one table, of whatever type they are.
trait Touched {
    fn is(&self, table: &str) -> bool;
    fn as_any(&mut self) -> &mut dyn Any;
    /// The event of that index begins: its rows come to hand.
    fn begin(&mut self, at: u32);
    /// The event has been dealt with.
    fn finish(&mut self);
    /// All rows of the batch, if there are any.
    fn take(self: Box<Self>) -> Option<TableRows>;
}

/// The rows of one table.
struct Table<R> {
    at: u32,
    coming: Peekable<vec::IntoIter<R>>,
    now: Vec<R>,
    done: Vec<R>,
}

impl<R: Row> Table<R> {
    /// The rows of a batch, of which the event `at` is being dealt with.
    fn new(given: Vec<R>, at: u32) -> Self {
        let done = Vec::with_capacity(given.len());
        let mut table = Self { at, coming: given.into_iter().peekable(), now: Vec::new(), done };
        while let Some(row) = table.coming.next_if(|row| row.at() < at) {
            table.done.push(row);
        }
        table.begin(at);
        table
    }
}

impl<R: Row> Touched for Table<R> {
    fn is(&self, table: &str) -> bool {
        table == R::TABLE
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }

    fn begin(&mut self, at: u32) {
        self.at = at;
        while let Some(row) = self.coming.next_if(|row| row.at() <= at) {
            self.now.push(row);
        }
    }

    fn finish(&mut self) {
        for mut row in self.now.drain(..) {
            row.set_at(self.at);
            self.done.push(row);
        }
    }

    fn take(self: Box<Self>) -> Option<TableRows> {
        let mut rows = self.done;
        rows.extend(self.coming);
        (!rows.is_empty()).then(|| R::into_table(rows))
    }
}

/// What the contract's `describe` answers for `E`.
#[must_use]
pub fn describe<E: Enricher>() -> EnricherDescription {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    EnricherDescription {
        name: E::NAME.to_owned(),
        version: E::VERSION.to_owned(),
        state_version: E::STATE_VERSION,
        sees: owned(E::SEES),
        adds: owned(E::ADDS),
        events: owned(E::EVENTS),
        custom: E::custom(),
    }
}

/// Enriches a batch of flat events with the rows that they made.
///
/// # Errors
/// The bytes are not a batch of events, or the enricher cannot deal with one of them.
pub fn enrich_batch<E: Enricher>(enricher: &mut E, batch: &[u8], tables: Vec<TableRows>) -> Result<Enriched, String> {
    let mut rows = EventRows::new(tables, E::custom());
    for (at, event) in (0_u32..).zip(Views::new(batch)) {
        let event = event.map_err(|malformed| malformed.to_string())?;
        rows.begin(at);
        enricher.enrich(&event, &mut rows)?;
        rows.finish();
    }
    Ok(rows.take())
}

/// Takes a state of any version that `E` reads.
///
/// # Errors
/// Both versions if there is no way from this one, or what is wrong with the bytes.
pub fn restore<E: Enricher>(enricher: &mut E, version: u32, state: &[u8]) -> Result<(), String> {
    if version == E::STATE_VERSION { enricher.restore(state) } else { enricher.upgrade(version, state) }
}

/// Exports an [`Enricher`] as a plugin.
#[macro_export]
macro_rules! export_enricher {
    ($enricher:ty) => {
        #[cfg(target_arch = "wasm32")]
        mod exported {
            #![allow(unsafe_code, missing_docs, reason = "the exports of the component model are raw functions")]
            use super::*;
            use $crate::bindings::{
                concentrator::mapping::types::{Enriched, EnricherDescription},
                enricher::Guest,
            };

            struct Exported;

            std::thread_local! {
                static ENRICHER: std::cell::RefCell<Option<$enricher>> = const { std::cell::RefCell::new(None) };
            }

            fn with<R>(act: impl FnOnce(&mut $enricher) -> Result<R, String>) -> Result<R, String> {
                ENRICHER.with_borrow_mut(|enricher| act(enricher.as_mut().ok_or("not open")?))
            }

            impl Guest for Exported {
                fn describe() -> EnricherDescription {
                    $crate::enricher::describe::<$enricher>()
                }

                fn open(lane: $crate::Lane, config: String) -> Result<(), String> {
                    $crate::mapper::log_panics();
                    let opened = <$enricher as $crate::Enricher>::open(lane, &config)?;
                    ENRICHER.set(Some(opened));
                    Ok(())
                }

                fn enrich(batch: Vec<u8>, tables: Vec<$crate::rows::TableRows>) -> Result<Enriched, String> {
                    with(|enricher| $crate::enricher::enrich_batch(enricher, &batch, tables))
                }

                fn snapshot() -> Result<Vec<u8>, String> {
                    with(|enricher| $crate::Enricher::snapshot(enricher))
                }

                fn restore(version: u32, state: Vec<u8>) -> Result<(), String> {
                    with(|enricher| $crate::enricher::restore(enricher, version, &state))
                }
            }

            $crate::bindings::enricher::export_enricher_bindings!(Exported with_types_in $crate::bindings::enricher);
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Kind,
        rows::{GCallHistory, GUserdataHistory},
    };
    use concentrator_event::Builder;

    fn history(at: u32, key: &str) -> GUserdataHistory {
        GUserdataHistory { at, keyname: key.to_owned(), ..GUserdataHistory::default() }
    }

    /// Drops what is named like the event, and adds a row for it.
    struct Renames;

    impl Enricher for Renames {
        const NAME: &'static str = "renames";
        const VERSION: &'static str = "1";
        const SEES: &'static [&'static str] = &["G_USERDATA_HISTORY", "G_CALL_HISTORY"];

        fn open(_lane: Lane, _config: &str) -> Result<Self, String> {
            Ok(Self)
        }

        fn enrich(&mut self, event: &View<'_>, rows: &mut EventRows) -> Result<(), String> {
            if event.name() == "pass" {
                return Ok(());
            }
            let of_event = rows.of::<GUserdataHistory>();
            let before = of_event.len();
            of_event.retain(|row| row.keyname != event.name());
            if of_event.len() < before {
                rows.add(history(0, "dropped"));
            }
            Ok(())
        }
    }

    fn enrich(names: &[&str], tables: Vec<TableRows>) -> Enriched {
        let flat = names.iter().flat_map(|name| Builder::new(Kind::Source, name, 0).finish().unwrap());
        enrich_batch(&mut Renames, &flat.collect::<Vec<_>>(), tables).unwrap()
    }

    fn keys(enriched: &mut Enriched) -> Vec<(u32, String)> {
        let rows = enriched.tables.iter_mut().find_map(GUserdataHistory::of);
        rows.map(|rows| rows.iter().map(|row| (row.at, row.keyname.clone())).collect()).unwrap_or_default()
    }

    #[test]
    fn each_event_has_its_own_rows() {
        let given = vec![history(0, "a"), history(1, "b"), history(1, "c"), history(3, "b")];
        let mut enriched = enrich(&["pass", "b", "x", "c"], vec![TableRows::GUserdataHistory(given)]);
        let expect = [(0, "a"), (1, "c"), (1, "dropped"), (3, "b")];
        assert_eq!(keys(&mut enriched), expect.map(|(at, key)| (at, key.to_owned())));
    }

    #[test]
    fn only_what_is_touched_changes() {
        let calls = vec![GCallHistory { at: 1, callid: "1".to_owned(), ..GCallHistory::default() }];
        let mut enriched = enrich(&["a", "b"], vec![TableRows::GCallHistory(calls.clone())]);
        assert_eq!(enriched.tables.len(), 1, "a table without rows is not given back");
        assert_eq!(enriched.tables.iter_mut().find_map(GCallHistory::of), Some(&mut calls.clone()));
    }

    #[test]
    fn no_state_is_the_default() {
        let mut renames = Renames;
        assert_eq!(Renames.snapshot(), Ok(Vec::new()));
        assert_eq!(restore(&mut renames, 1, &[]), Ok(()));
        assert!(restore(&mut renames, 1, &[1]).unwrap_err().contains("keeps no state"));
        let other = "the state is of version 2, renames 1 reads version 1";
        assert_eq!(restore(&mut renames, 2, &[]), Err(other.to_owned()));
    }
}
