//! One simple mapping behind each shape in which events and rows could cross the boundary.
//!
//! The host's bench `boundary` runs it natively and in the sandbox, in each shape; the mapping is the same code.
//!
//! # Not here
//! Rules of calls and parties: the rows have about the size and number of real ones, and no more truth than that.

#[allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, reason = "made by the bindings generator")]
pub mod bindings {
    wit_bindgen::generate!({
        world: "concentrator:shapes/shapes",
        path: ["../../wit", "wit"],
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "crate::bindings",
    });
}
pub mod compact;
pub mod mapping;

use bindings::{Event, TableRows};
use concentrator_event::{View, Views};
use mapping::{Mapping, Rows, Source};
use serde::Deserialize;
use std::borrow::Cow;

impl Source for View<'_> {
    fn name(&self) -> &str {
        View::name(self)
    }

    fn time(&self) -> i64 {
        View::time(self)
    }

    fn text(&self, name: &str) -> Option<&str> {
        View::text(self, name)
    }
}

impl Source for Event {
    fn name(&self) -> &str {
        &self.name
    }

    fn time(&self) -> i64 {
        self.time
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, text)| text.as_str())
    }
}

/// An event as JSON.
#[derive(Deserialize)]
pub struct JsonEvent<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    time: i64,
    #[serde(borrow)]
    attributes: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl Source for JsonEvent<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn time(&self) -> i64 {
        self.time
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, text)| text.as_ref())
    }
}

/// Maps flat events.
pub fn map_flat(mapping: &mut Mapping, batch: &[u8]) -> Rows {
    mapping.map(Views::new(batch).flatten())
}

#[cfg(target_arch = "wasm32")]
mod exported {
    use super::*;
    use std::cell::RefCell;

    thread_local! {
        static MAPPING: RefCell<Mapping> = RefCell::default();
    }

    fn with(act: impl FnOnce(&mut Mapping) -> Rows) -> Rows {
        MAPPING.with_borrow_mut(act)
    }

    struct Shapes;

    impl bindings::Guest for Shapes {
        fn flat_typed(batch: Vec<u8>) -> Vec<TableRows> {
            with(|mapping| map_flat(mapping, &batch)).into_tables()
        }

        fn typed_typed(batch: Vec<Event>) -> Vec<TableRows> {
            with(|mapping| mapping.map(batch.iter())).into_tables()
        }

        fn flat_compact(batch: Vec<u8>) -> Vec<u8> {
            compact::encode(&with(|mapping| map_flat(mapping, &batch)))
        }

        fn json_typed(batch: String) -> Vec<TableRows> {
            let events: Vec<JsonEvent<'_>> = serde_json::from_str(&batch).unwrap_or_default();
            with(|mapping| mapping.map(events.iter())).into_tables()
        }
    }

    #[expect(unsafe_code, unreachable_pub, reason = "the exports of the component model are raw functions")]
    mod raw {
        use super::Shapes;
        crate::bindings::export!(Shapes with_types_in crate::bindings);
    }
}

impl Rows {
    /// Grouped by table; tables without rows are left out.
    pub fn into_tables(self) -> Vec<TableRows> {
        let mut tables = Vec::with_capacity(3);
        if !self.calls.is_empty() {
            tables.push(TableRows::GCall(self.calls));
        }
        if !self.histories.is_empty() {
            tables.push(TableRows::GPartyHistory(self.histories));
        }
        if !self.data.is_empty() {
            tables.push(TableRows::GUserdataHistory(self.data));
        }
        tables
    }
}
