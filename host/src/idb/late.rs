//! Rows that come late: whether something newer stands where they belong.

use super::Idb;
use super::control::Statement;
use super::error::Error;
use super::layout::{self, Cell};
use crate::event::Seq;
use crate::record::{Row, Stamp, TableId, Writing};
use std::borrow::Cow;

impl Idb {
    /// Whether a row that the lane refused once, of an event at `seq`, would now put something old in the place of
    /// something newer. Rows that are only added never do. A row of what is alive does unless it says that it is not:
    /// nobody would take it away again; if it is alive still, its next change writes it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn is_outdated(&self, table: TableId, row: &Row, seq: Seq) -> Result<bool, Error> {
        let Some(layout) = layout::layout(table) else { return Ok(false) };
        match layout.table.writing {
            Writing::Insert => return Ok(false),
            Writing::Active if !row.gone => return Ok(true),
            Writing::Keyed | Writing::Object | Writing::Active => {}
        }
        let mut cells = Vec::new();
        if layout.table.writing == Writing::Object {
            cells.push(Cell::Big(i64::from(row.object_id)));
        } else {
            layout::key_cells(layout.table, row, |cell| cells.push(owned(cell)));
        }
        let place = |(index, name): (usize, &&str)| format!("{name} = ${}", index + 1);
        let key: Vec<String> = layout.key.iter().enumerate().map(place).collect();
        let next = Stamp { seq: seq.saturating_add(1), ordinal: 0, dss_id: None, time: 0 };
        cells.push(Cell::Big(next.sequence()));
        let (table, key) = (layout.table.name, key.join(" AND "));
        let text = format!("SELECT '1' FROM {table} WHERE {key} AND GSYS_USEQ >= ${}", cells.len());
        Ok(!self.query(&Statement::new(text, cells)).await?.is_empty())
    }
}

fn owned(cell: Cell<'_>) -> Cell<'static> {
    match cell {
        Cell::Null => Cell::Null,
        Cell::Int(number) => Cell::Int(number),
        Cell::Big(number) => Cell::Big(number),
        Cell::Num20(number) => Cell::Num20(number),
        Cell::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
        Cell::Moment(moment) => Cell::Moment(moment),
    }
}
