//! Rows as a database would hold them in the end: keyed ones in their last state, deleted ones gone.

use super::{Made, json};
use crate::record::{Row, Table, TableId, Value, Writing, table};
use std::collections::{BTreeMap, HashMap};

/// The rows of each table, by its name: keyed ones in the order of their first appearance, others in that of their
/// events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Database {
    /// The tables that have rows.
    pub tables: BTreeMap<&'static str, (TableId, Vec<Row>)>,
}

/// What a row is found again by; none: rows of the table are only added.
#[must_use]
pub fn key_of(table: &Table, row: &Row) -> Option<Vec<Value>> {
    match table.writing {
        Writing::Insert => None,
        Writing::Object => Some(vec![Value::Integer(row.object_id.into())]),
        Writing::Keyed | Writing::Active => {
            Some(table.key.iter().map(|place| row.values.get(*place).cloned().unwrap_or(Value::Null)).collect())
        }
    }
}

impl Database {
    /// Writes rows in their order.
    #[must_use]
    pub fn of(made: &[Made]) -> Self {
        Self::from_rows(made.iter().map(|made| (made.table, made.row.clone())))
    }

    /// The same of rows alone.
    pub fn from_rows(rows: impl Iterator<Item = (TableId, Row)>) -> Self {
        let mut places: HashMap<(TableId, Vec<Value>), usize> = HashMap::new();
        let mut tables: BTreeMap<&'static str, (TableId, Vec<Option<Row>>)> = BTreeMap::new();
        for (id, row) in rows {
            let table = table(id);
            let (_, rows) = tables.entry(table.name).or_insert_with(|| (id, Vec::new()));
            let place = key_of(table, &row).map_or(rows.len(), |key| *places.entry((id, key)).or_insert(rows.len()));
            if place == rows.len() {
                rows.push(None);
            }
            if let Some(slot) = rows.get_mut(place) {
                *slot = (!row.gone).then_some(Row { at: 0, ..row });
            }
        }
        let kept = tables.into_iter().map(|(name, (id, rows))| (name, (id, rows.into_iter().flatten().collect())));
        Self { tables: kept.filter(|(_, (_, rows)): &(_, (_, Vec<Row>))| !rows.is_empty()).collect() }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tables.values().map(|(_, rows)| rows.len()).sum()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// A line of JSON for each row.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let lines = self.tables.values().flat_map(|(id, rows)| rows.iter().map(|row| json::line(*id, row) + "\n"));
        lines.collect()
    }

    /// Reads such lines.
    ///
    /// # Errors
    /// What is wrong with which line.
    pub fn from_lines(text: &str) -> Result<Self, String> {
        let mut rows = Vec::new();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let (table, _, row) = json::from_line(line).map_err(|words| format!("line {number}: {words}"))?;
            rows.push((table, row));
        }
        Ok(Self::from_rows(rows.into_iter()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], expect: &[&str]) {
        let rows = lines.iter().map(|line| {
            let (table, _, row) = json::from_line(line).unwrap();
            (table, row)
        });
        assert_eq!(Database::from_rows(rows).to_lines().lines().collect::<Vec<_>>(), expect);
    }

    #[test]
    fn the_last_state_counts() {
        let (a, b) = (r#"{"G_CALL":{"callid":"a","state":1}}"#, r#"{"G_CALL":{"callid":"b"}}"#);
        let later = r#"{"G_CALL":{"callid":"a","state":2}}"#;
        check(&[a, b, later], &[later, b]);
        let change = r#"{"G_CALL_HISTORY":{"callid":"a","cseq":1}}"#;
        check(&[change, change], &[change, change]);
        let alive = r#"{"G_CALL_ACTIVE":{"callid":"a"}}"#;
        check(&[alive, r#"{"G_CALL_ACTIVE":{"callid":"a","gone":true}}"#], &[]);
        check(&[r#"{"GC_SWITCH":{"id":1,"name":"x"}}"#, r#"{"GC_SWITCH":{"id":1}}"#], &[r#"{"GC_SWITCH":{"id":1}}"#]);
    }
}
