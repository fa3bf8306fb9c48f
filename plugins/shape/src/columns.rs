//! What calls have in columns, until they end.
//!
//! A row of a call replaces the one before. So where a value is routed to a table, what the mapper wrote there is kept
//! as long as the call lives, and goes into every later row of the call.

use crate::tables::Column;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Calls of which something is kept at most; beyond that, the one that came first is forgotten. A call that ends
/// without a row of G_CALL_STAT would stay for ever otherwise.
pub(crate) const CALLS_MAX: usize = 100_000;

/// The columns GSYS_EXT_… of a row.
type ExtCells = (Option<String>, Option<String>, Option<i32>, Option<i32>);

/// A row: the columns that hold values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CallRow {
    pub(crate) cells: Vec<Option<String>>,
    pub(crate) ext: Option<ExtCells>,
}

/// What a call has in one table.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    /// As the mapper wrote it last.
    given: CallRow,
    /// Values that were routed there.
    routed: BTreeMap<u8, Option<String>>,
}

/// What calls have in columns.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Columns {
    calls: BTreeMap<String, (u64, BTreeMap<u8, Kept>)>,
    /// The calls in the order in which they came, with the number of their coming; some are gone.
    order: VecDeque<(u64, String)>,
    came: u64,
    /// Table and call of rows that are to be written with the event.
    #[serde(skip)]
    changed: BTreeSet<(u8, String)>,
}

impl Columns {
    /// A routed value; a column that has it already makes no row.
    pub(crate) fn set(&mut self, call: &str, column: Column, value: Option<String>) {
        let value = value.filter(|value| !value.is_empty());
        let kept = self.of(call, column.table);
        if kept.routed.get(&column.place) != Some(&value) {
            kept.routed.insert(column.place, value);
            self.changed.insert((column.table, call.to_owned()));
        }
    }

    /// The mapper wrote a row.
    pub(crate) fn given(&mut self, call: &str, table: u8, row: CallRow) {
        self.of(call, table).given = row;
        self.changed.insert((table, call.to_owned()));
    }

    /// The rows of a table that are to be written, whole.
    pub(crate) fn take_changed(&mut self, table: u8) -> Vec<(String, CallRow)> {
        let changed = self.changed.extract_if((table, String::new()).., |(of, _)| *of == table);
        let calls = changed.map(|(_, call)| call).collect::<Vec<_>>();
        calls
            .into_iter()
            .filter_map(|call| Some((self.row(&call, table)?, call)))
            .map(|(row, call)| (call, row))
            .collect()
    }

    fn row(&self, call: &str, table: u8) -> Option<CallRow> {
        let kept = self.calls.get(call)?.1.get(&table)?;
        let mut row = kept.given.clone();
        for (place, value) in &kept.routed {
            let place = usize::from(*place);
            if row.cells.len() <= place {
                row.cells.resize(place + 1, None);
            }
            if let Some(cell) = row.cells.get_mut(place) {
                cell.clone_from(value);
            }
        }
        Some(row)
    }

    /// The call has ended.
    pub(crate) fn forget(&mut self, call: &str) {
        self.calls.remove(call);
        // Those that are gone are swept out when they are most of the list.
        if self.order.len() > 64 + 2 * self.calls.len() {
            let calls = &self.calls;
            self.order.retain(|(came, call)| calls.get(call).is_some_and(|(of, _)| of == came));
        }
    }

    fn of(&mut self, call: &str, table: u8) -> &mut Kept {
        if !self.calls.contains_key(call) {
            self.came += 1;
            self.order.push_back((self.came, call.to_owned()));
            while self.calls.len() >= CALLS_MAX {
                let Some((came, oldest)) = self.order.pop_front() else { break };
                if self.calls.get(&oldest).is_some_and(|(of, _)| *of == came) {
                    self.calls.remove(&oldest);
                }
            }
        }
        let came = self.came;
        let (_, tables) = self.calls.entry(call.to_owned()).or_insert_with(|| (came, BTreeMap::new()));
        tables.entry(table).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Column = Column { table: 1, place: 0 };
    const THIRD: Column = Column { table: 1, place: 2 };

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn rows_are_whole() {
        let mut columns = Columns::default();
        columns.set("a", THIRD, text("3"));
        let row = |cells: &[Option<&str>]| {
            vec![("a".to_owned(), CallRow { cells: cells.iter().map(|of| of.map(str::to_owned)).collect(), ext: None })]
        };
        assert_eq!(columns.take_changed(1), row(&[None, None, Some("3")]));
        columns.given("a", 1, CallRow { cells: vec![text("1"), text("2"), text("mapper")], ext: None });
        assert_eq!(columns.take_changed(1), row(&[Some("1"), Some("2"), Some("3")]));
        columns.set("a", FIRST, None);
        assert_eq!(columns.take_changed(0), []);
        assert_eq!(columns.take_changed(1), row(&[None, Some("2"), Some("3")]));
        columns.set("a", FIRST, None);
        assert_eq!(columns.take_changed(1), [], "nothing has changed");
    }

    #[test]
    fn what_has_ended_is_forgotten() {
        let mut columns = Columns::default();
        for call in 0..10_000 {
            columns.set(&call.to_string(), FIRST, text("x"));
            columns.forget(&call.to_string());
        }
        assert!(columns.calls.is_empty());
        assert!(columns.order.len() <= 65, "{}", columns.order.len());
    }

    #[test]
    fn calls_that_never_end_are_bounded() {
        let mut columns = Columns::default();
        for call in 0..CALLS_MAX + 10 {
            columns.set(&call.to_string(), FIRST, text("x"));
            columns.changed.clear();
        }
        assert_eq!(columns.calls.len(), CALLS_MAX);
        assert!(!columns.calls.contains_key("0") && columns.calls.contains_key("100009"));
    }
}
