//! What a plugin's answer must keep to, checked before anybody relies on it.
//!
//! What can be blamed on one event costs that event: it is rejected, with all its rows, as if the plugin had done
//! so. What cannot fails the whole call.
//!
//! | the answer has | then |
//! |---|---|
//! | a row of a table that the plugin did not declare | the event is rejected |
//! | a row of a table of its own with values of another number or type, or without a key | the event is rejected |
//! | more rows of one event in one table than can be numbered | the event is rejected |
//! | a time that the database's columns cannot hold | the event is rejected |
//! | a row of a declared table whose role is not configured for the lane | the row is left out, and counted |
//! | rows of a table not in the order of the events | they are put in order |
//! | a row or rejection of an event that is not in the batch | the call fails |
//! | rows of a table of its own that it did not declare | the call fails |
//! | more rows than `output_rows`, a `due` that is no time | the call fails |
//!
//! An enricher rejects no event: what would reject one fails its call, and the lane finds the event by trying them
//! singly.

use super::bindings::{self, CustomRow, CustomValue};
use super::describe::Description;
use super::limits::{Exceeded, Limits, shorten};
use super::map::Failure;
use crate::event::Micros;
use crate::record::{Column, ColumnType, Role, Row, TABLES, TableId, Value, table};
use std::collections::{BTreeMap, BTreeSet};

/// Moments that the columns X_TS (32-bit seconds since 1970 UTC) can hold: up to January 2038.
const TIMES: std::ops::RangeInclusive<Micros> = 0..=i32::MAX as Micros * 1_000_000;

/// What a batch gave.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Rows; those of one table are in the order of the events.
    pub rows: Vec<(TableId, Row)>,
    /// Events that could not be mapped, by index in the batch, ascending, with the reason; none of `rows` is theirs.
    pub rejections: Vec<(u32, String)>,
    /// Source events that the plugin does not know and passed over.
    pub unknown: u32,
    /// Rows that were left out because the lane does not have their role.
    pub left_out: u64,
    /// Earliest moment at which something falls due without a further event.
    pub due: Option<Micros>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Permission {
    Accepted,
    LeftOut,
    Undeclared,
}

/// The contract of one plugin with one lane.
pub(super) struct Contract {
    /// By number of the table.
    permissions: Vec<Permission>,
    /// Tables of the plugin's own, by its names.
    custom: Vec<(String, TableId)>,
    output_rows: usize,
    rows_per_event: u32,
}

impl Contract {
    pub(super) fn new(description: &Description, roles: &[Role], limits: &Limits) -> Self {
        let permissions = TABLES.iter().map(|table| match table.id {
            id if !description.tables.contains(&id) => Permission::Undeclared,
            _ if !roles.contains(&table.role) => Permission::LeftOut,
            _ => Permission::Accepted,
        });
        Self {
            permissions: permissions.collect(),
            custom: description.custom.clone(),
            output_rows: limits.output_rows,
            rows_per_event: limits.rows_per_event,
        }
    }

    /// Checks an answer and takes it over.
    pub(super) fn accept(&self, answer: bindings::Output, events: u32) -> Result<Output, Failure> {
        let rejections = rejections(answer.rejections, events)?;
        let due = answer.due;
        if let Some(absurd) = due.filter(|due| !TIMES.contains(due)) {
            return Err(broken(format!("`due` is {absurd}, which is no moment from 1970 to 2038")));
        }
        let own: usize = answer.custom.iter().map(|rows| rows.rows.len()).sum();
        let count: usize = own + answer.tables.iter().map(|rows| rows.count().1).sum::<usize>();
        if count > self.output_rows {
            let exceeded = Exceeded::at_once("output_rows", self.output_rows, count);
            return Err(Failure::Limit { exceeded, log: Vec::new() });
        }
        let mut rows = Vec::with_capacity(count);
        for table in answer.tables {
            table.append_to(&mut rows);
        }
        let mut sieve = Sieve { contract: self, events, rejections, left_out: 0, run: None };
        for own in answer.custom {
            sieve.take_own(own, &mut rows)?;
        }
        put_in_order(&mut rows);
        for (table, row) in &rows {
            sieve.look_at(*table, row)?;
        }
        let Sieve { rejections, left_out, .. } = sieve;
        if left_out > 0 || !rejections.is_empty() {
            rows.retain(|(table, row)| {
                self.permission(*table) == Permission::Accepted && !rejections.contains_key(&row.at)
            });
        }
        // An honest plugin counts source events, of which there are no more than events.
        let unknown = answer.unknown.min(events);
        Ok(Output { rows, rejections: rejections.into_iter().collect(), unknown, left_out, due })
    }

    fn permission(&self, table: TableId) -> Permission {
        match self.permissions.get(usize::from(table.0)) {
            Some(permission) => *permission,
            // A table of its own belongs to no role.
            None if self.custom.iter().any(|(_, own)| *own == table) => Permission::Accepted,
            None => Permission::Undeclared,
        }
    }
}

/// A row of a plugin's own table, if its values are what the columns hold.
fn own_row(columns: &[Column], row: CustomRow) -> Result<Row, String> {
    if row.values.len() != columns.len() {
        return Err(format!("{} values for {} columns", row.values.len(), columns.len()));
    }
    let mut values = Vec::with_capacity(columns.len());
    for (column, value) in columns.iter().zip(row.values) {
        values.push(match (column.ty, value) {
            (_, CustomValue::None) if column.required => {
                return Err(format!("{} is part of the key and none", column.name));
            }
            (_, CustomValue::None) => Value::Null,
            (ColumnType::Text(_), CustomValue::Text(text)) => Value::Text(text),
            (ColumnType::Big, CustomValue::Integer(number)) => Value::Integer(number),
            (ColumnType::Time, CustomValue::Time(time)) => Value::Time(time),
            (ty, _) => return Err(format!("{} holds {ty:?}, not such a value", column.name)),
        });
    }
    Ok(Row { at: row.at, gone: false, object_id: 0, values, ext: None })
}

fn broken(reason: String) -> Failure {
    Failure::Contract { at: None, reason }
}

fn rejections(answer: Vec<bindings::Rejection>, events: u32) -> Result<BTreeMap<u32, String>, Failure> {
    let mut found = BTreeMap::new();
    for rejection in answer {
        if rejection.at >= events {
            return Err(broken(format!("it rejects event {} of a batch of {events}", rejection.at)));
        }
        found.entry(rejection.at).or_insert_with(|| shorten(&rejection.reason).to_owned());
    }
    Ok(found)
}

/// Rows of one table stand together and in the order of the events, as the plugin should have given them.
pub(super) fn put_in_order(rows: &mut [(TableId, Row)]) {
    let mut seen = BTreeSet::new();
    let mut before: Option<(TableId, u32)> = None;
    let ordered = rows.iter().all(|(table, row)| {
        let ordered = match before {
            Some((last, at)) if last == *table => at <= row.at,
            _ => seen.insert(*table),
        };
        before = Some((*table, row.at));
        ordered
    });
    if !ordered {
        rows.sort_by_key(|(table, row)| (*table, row.at));
    }
}

/// Looks at the rows, one after another.
struct Sieve<'c> {
    contract: &'c Contract,
    events: u32,
    rejections: BTreeMap<u32, String>,
    left_out: u64,
    /// Rows of one event in one table so far.
    run: Option<(TableId, u32, u32)>,
}

impl Sieve<'_> {
    /// Takes over rows of a table of the plugin's own.
    fn take_own(&mut self, own: bindings::CustomRows, rows: &mut Vec<(TableId, Row)>) -> Result<(), Failure> {
        let Some((_, id)) = self.contract.custom.iter().find(|(name, _)| *name == own.table) else {
            return Err(broken(format!(
                "rows of a table `{}` of its own, which it did not declare",
                shorten(&own.table)
            )));
        };
        let table = table(*id);
        for row in own.rows {
            let at = row.at;
            if at >= self.events {
                return Err(broken(format!("a row of {} is of event {at} of a batch of {}", table.name, self.events)));
            }
            match own_row(table.columns, row) {
                Ok(row) => rows.push((*id, row)),
                Err(reason) => self.reject(at, || format!("{}: {reason}", table.name)),
            }
        }
        Ok(())
    }

    fn look_at(&mut self, id: TableId, row: &Row) -> Result<(), Failure> {
        let name = table(id).name;
        if row.at >= self.events {
            let reason = format!("a row of {name} is of event {} of a batch of {}", row.at, self.events);
            return Err(broken(reason));
        }
        match self.contract.permission(id) {
            Permission::Undeclared => {
                self.reject(row.at, || format!("row of {name}, which the plugin did not declare"))
            }
            Permission::LeftOut => self.left_out += 1,
            Permission::Accepted => {
                self.count(id, row.at);
                self.check_times(id, row);
            }
        }
        Ok(())
    }

    fn count(&mut self, id: TableId, at: u32) {
        let count = match self.run {
            Some((table, event, count)) if (table, event) == (id, at) => count + 1,
            _ => 1,
        };
        self.run = Some((id, at, count));
        let limit = self.contract.rows_per_event;
        if count > limit {
            self.reject(at, || {
                let current = limit.into();
                let exceeded = Exceeded { name: "rows_per_event", limit: current, current, requested: 1 };
                format!("{}: {exceeded}", table(id).name)
            });
        }
    }

    fn check_times(&mut self, id: TableId, row: &Row) {
        let absurd = |value: &Value| matches!(value, Value::Time(time) if !TIMES.contains(time));
        if let Some(position) = row.values.iter().position(absurd) {
            self.reject(row.at, || {
                let column = table(id).columns.get(position).map_or("?", |column| column.name);
                format!("{}.{column} is no moment from 1970 to 2038: {:?}", table(id).name, row.values.get(position))
            });
        }
    }

    fn reject(&mut self, at: u32, reason: impl FnOnce() -> String) {
        self.rejections.entry(at).or_insert_with(reason);
    }
}
