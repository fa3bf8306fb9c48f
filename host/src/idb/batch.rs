//! A batch, and what is left of it when rows of one key have been folded.

use super::RowRefused;
use super::control::{self, Statement};
use super::layout::{self, Cell, Layout};
use super::leftover::{self, Leftovers};
use super::moment::Moment;
use crate::event::{Micros, Seq};
use crate::record::{Role, Row, SessionRow, Stamp, Table, TableId, Value, Writing};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// Rows of a stretch of a lane's queue, to be written with its position in one transaction.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Number of the lane.
    pub lane: i32,
    /// The lane's queue.
    pub queue_id: Uuid,
    /// Position of the first event: everything before it has been written by earlier batches.
    pub first: Seq,
    /// Position of the last event: the lane's new position.
    pub last: Seq,
    /// Time of the last event.
    pub last_time: Micros,
    /// DBID of this concentrator.
    pub icon_dbid: i32,
    /// DBID of the first concentrator of the HA pair.
    pub pair_dbid: i32,
    /// DBID of the source's primary server.
    pub source_dbid: i32,
    /// Roles that the lane writes.
    pub roles: Vec<Role>,
    /// Rows, in the order of their events.
    pub rows: Vec<(TableId, Stamp, Row)>,
    /// Data source sessions that changed.
    pub sessions: Vec<SessionRow>,
    /// Data source sessions of the lane so far.
    pub session_count: i32,
    /// DSS_ID of the session that is open.
    pub session: Option<i32>,
    /// What earlier batches left alive and is to be ended first.
    pub leftovers: Option<Leftovers>,
}

/// A row that was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its place in [`Batch::rows`].
    pub index: usize,
    /// Its table.
    pub table: TableId,
    /// Where it comes from.
    pub stamp: Stamp,
    /// Why, in the database's words or, where those differ between databases, ours.
    pub reason: String,
}

/// A row to be written: places in [`Batch::rows`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    /// The row that gives ID and GSYS_SEQ, if none is stored yet.
    pub(super) birth: usize,
    /// The row that gives everything else.
    pub(super) last: usize,
}

/// What is to be written to one table, in the order of its key.
#[derive(Debug)]
pub(super) struct TableRows {
    pub(super) layout: &'static Layout,
    /// Rows to be deleted first, by their key: places in [`Batch::rows`].
    pub(super) gone: Vec<usize>,
    pub(super) rows: Vec<Folded>,
}

/// What one transaction does.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) batch: Arc<Batch>,
    /// Position from which on it writes.
    first: Seq,
    /// Moves the position; changes no row when it is not where this batch begins.
    pub(super) guard: Statement,
    pub(super) control: Vec<Statement>,
    pub(super) tables: Vec<TableRows>,
}

impl Batch {
    /// The rows that no database may see.
    pub(super) fn check(&self) -> Vec<Refused> {
        let check = |(index, (table, stamp, row)): (usize, &(TableId, Stamp, Row))| {
            let layout = layout::layout(*table)?;
            let reason = layout::check(layout.table, stamp, row).err()?;
            Some(Refused { index, table: *table, stamp: *stamp, reason })
        };
        self.rows.iter().enumerate().filter_map(check).collect()
    }

    /// The days that its rows tell of, since 1970-01-01.
    pub(super) fn days(&self) -> BTreeSet<i64> {
        let mut days = BTreeSet::new();
        let mut latest = None;
        let mut add = |micros: Micros| {
            let day = Moment::new(micros).map(Moment::day);
            if day != latest {
                latest = day;
                days.extend(day);
            }
        };
        for (_, stamp, row) in &self.rows {
            add(stamp.time);
            for value in &row.values {
                if let Value::Time(micros) = value {
                    add(*micros);
                }
            }
        }
        days
    }

    /// The row at that place.
    pub(super) fn row(&self, index: usize) -> Option<&(TableId, Stamp, Row)> {
        self.rows.get(index)
    }
}

impl Plan {
    /// The transaction for a batch from `first` on, without the rows at the places `refused`.
    pub(super) fn new(batch: &Arc<Batch>, first: Seq, refused: &BTreeSet<usize>) -> Self {
        let mut places: BTreeMap<TableId, Vec<usize>> = BTreeMap::new();
        for (index, (table, stamp, _)) in batch.rows.iter().enumerate() {
            if stamp.seq >= first && !refused.contains(&index) {
                places.entry(*table).or_default().push(index);
            }
        }
        // In the order of their names, as every writer has it; what different versions of a plugin wrote to one table
        // of their own, in the order in which they wrote.
        let mut tables: Vec<(&'static Layout, Vec<usize>)> =
            places.into_iter().filter_map(|(table, places)| Some((layout::layout(table)?, places))).collect();
        tables.sort_by_key(|(layout, places)| (layout.table.name, places.first().copied()));
        let ended = |leftovers: &Leftovers| leftover::statements(leftovers, batch.lane, &batch.roles, first);
        let mut control = batch.leftovers.as_ref().map(ended).unwrap_or_default();
        control.extend(control::marks(batch));
        Self {
            guard: control::guard(batch, first),
            control,
            tables: tables.into_iter().map(|(layout, places)| fold(batch, layout, places)).collect(),
            batch: batch.clone(),
            first,
        }
    }

    /// The values of a folded row, in the order of its table's columns.
    pub(super) fn cells<'a>(&'a self, layout: &'static Layout, folded: Folded, put: impl FnMut(Cell<'a>)) {
        let (birth, last) = (self.batch.row(folded.birth), self.batch.row(folded.last));
        if let (Some((_, birth, _)), Some((_, stamp, row))) = (birth, last) {
            layout::cells(layout.table, self.batch.lane, birth, stamp, row, put);
        }
    }

    /// The rows that have a key in common with those of `others`, which say why they are refused: no row of such a key
    /// is written.
    pub(super) fn of_same_key(&self, layout: &Layout, others: &BTreeMap<usize, String>) -> Vec<RowRefused> {
        let (batch, table) = (&self.batch, layout.table);
        let is_of =
            |place: &usize| batch.row(*place).is_some_and(|(id, stamp, _)| *id == table.id && stamp.seq >= self.first);
        let mut all: Vec<usize> = (0..batch.rows.len()).filter(is_of).collect();
        all.sort_by(|left, right| compare(batch, table, *left, *right));
        let mut refused = Vec::new();
        for group in all.chunk_by(|left, right| compare(batch, table, *left, *right) == Ordering::Equal) {
            if let Some(words) = group.iter().find_map(|place| others.get(place)) {
                refused.extend(group.iter().map(|place| RowRefused { index: *place, words: words.clone() }));
            }
        }
        refused
    }

    /// Rows by table.
    pub(super) fn counts(&self) -> Vec<(TableId, usize)> {
        self.tables.iter().map(|table| (table.layout.table.id, table.rows.len() + table.gone.len())).collect()
    }
}

/// Folds the rows of one table by key: the last one wins, the first gives the birth; of a row that was deleted,
/// only what came after counts.
///
/// What stands in the database afterwards does not depend on where batches begin and end.
fn fold(batch: &Batch, layout: &'static Layout, mut places: Vec<usize>) -> TableRows {
    let table = layout.table;
    let (mut gone, mut rows) = (Vec::new(), Vec::new());
    if table.writing == Writing::Insert {
        rows.extend(places.into_iter().map(|place| Folded { birth: place, last: place }));
        return TableRows { layout, gone, rows };
    }
    // A stable sort: rows of one key stay in the order of their events.
    places.sort_by(|left, right| compare(batch, table, *left, *right));
    for group in places.chunk_by(|left, right| compare(batch, table, *left, *right) == Ordering::Equal) {
        let is_gone = |place: &&usize| batch.row(**place).is_some_and(|(_, _, row)| row.gone);
        let end = group.iter().rposition(|place| is_gone(&place));
        if let Some(place) = end.and_then(|end| group.get(end)) {
            gone.push(*place);
        }
        let alive = group.get(end.map_or(0, |end| end + 1)..).unwrap_or_default();
        if let (Some(birth), Some(last)) = (alive.first(), alive.last()) {
            rows.push(Folded { birth: *birth, last: *last });
        }
    }
    TableRows { layout, gone, rows }
}

/// By key: the same order in every writer, so that two of them cannot wait for each other.
fn compare(batch: &Batch, table: &Table, left: usize, right: usize) -> Ordering {
    let (Some((_, _, left)), Some((_, _, right))) = (batch.row(left), batch.row(right)) else { return Ordering::Equal };
    if table.writing == Writing::Object {
        return left.object_id.cmp(&right.object_id);
    }
    let of = |index: &usize| compare_values(left.values.get(*index), right.values.get(*index));
    table.key.iter().map(of).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Keys hold numbers and text only.
fn compare_values(left: Option<&Value>, right: Option<&Value>) -> Ordering {
    match (left, right) {
        (Some(Value::Text(left)), Some(Value::Text(right))) => left.cmp(right),
        (Some(Value::Integer(left)), Some(Value::Integer(right))) => left.cmp(right),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record;

    fn put(table: TableId, seq: Seq, key: &str, gone: bool) -> (TableId, Stamp, Row) {
        let columns = record::table(table).columns;
        let mut values = vec![Value::Null; columns.len()];
        values[0] = Value::Text(key.to_owned());
        let row = Row { at: 0, gone, object_id: 0, values, ext: None };
        (table, Stamp { seq, ordinal: 0, dss_id: None, time: 0 }, row)
    }

    fn check(table: TableId, rows: &[(&str, bool)], gone: &[usize], expect: &[(usize, usize)]) {
        let rows = rows.iter().enumerate().map(|(seq, (key, gone))| put(table, seq as Seq, key, *gone)).collect();
        let batch = super::super::tests::batch(rows);
        let plan = Plan::new(&Arc::new(batch), 0, &BTreeSet::new());
        let folded: Vec<_> = plan.tables[0].rows.iter().map(|row| (row.birth, row.last)).collect();
        assert_eq!((plan.tables[0].gone.as_slice(), folded.as_slice()), (gone, expect));
    }

    #[test]
    fn rows_of_one_key_are_folded() {
        let call = TableId::G_CALL;
        check(call, &[("b", false), ("a", false), ("b", false), ("b", false)], &[], &[(1, 1), (0, 3)]);
        check(TableId::G_CALL_HISTORY, &[("b", false), ("b", false)], &[], &[(0, 0), (1, 1)]);
    }

    #[test]
    fn a_row_that_goes_is_deleted_and_only_what_follows_counts() {
        let active = TableId::G_CALL_ACTIVE;
        check(active, &[("a", false), ("a", true)], &[1], &[]);
        check(active, &[("a", false), ("a", true), ("a", false), ("a", false)], &[1], &[(2, 3)]);
        check(active, &[("b", true), ("a", true), ("b", true)], &[1, 2], &[]);
    }
}
