//! What distinguishes two databases, row by row, for a person.
//!
//! ```text
//! G_CALL
//!   changed  callid "a1"
//!              state       2 → 3
//!              terminated  2027-01-15T08:00:28.005Z → nothing
//!   added    callid "b2", state 1, created 2027-01-15T08:01:00.000Z
//! … and 120 more
//! ```
//! Rows with a key are compared with the one of the same key. Of tables without, equal ones are taken away first; of the
//! rest, those that have most in common stand for each other.

use super::database::{Database, key_of};
use crate::clock::rfc3339;
use crate::record::{ColumnType, Ext, Row, Table, TableId, Value, Writing, table};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

/// Rows of one table without a key that are compared with each other; of more, the rest is told as it is.
const PAIRED_MAX: usize = 200;
/// Characters of a value that are shown.
const VALUE_CHARS: usize = 120;

/// How one row differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the one after has it.
    Added(Row),
    /// Only the one before has it.
    Gone(Row),
    /// Both have it, with other values.
    Changed(Row, Row),
}

/// What distinguishes two databases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// By table.
    pub tables: Vec<(TableId, Vec<Change>)>,
}

/// How a difference is shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// Word for rows that only the database before has: `missing`, `gone`.
    pub gone: &'static str,
    /// Word for rows that only the one after has: `unexpected`, `added`.
    pub added: &'static str,
    /// With the colours of a terminal.
    pub colour: bool,
    /// Most rows.
    pub rows_max: usize,
}

impl Difference {
    /// Compares two databases.
    #[must_use]
    pub fn between(before: &Database, after: &Database) -> Self {
        let mut names: Vec<&str> = before.tables.keys().chain(after.tables.keys()).copied().collect();
        names.sort_unstable();
        names.dedup();
        let mut tables = Vec::new();
        for name in names {
            let rows = |database: &Database| database.tables.get(name).cloned();
            let (old, new) = (rows(before), rows(after));
            let id = |rows: &Option<(TableId, Vec<Row>)>| rows.as_ref().map(|(id, _)| *id);
            // A table of a plugin's own that was declared in another way is told with its columns of now.
            let Some(id) = id(&new).or(id(&old)) else { continue };
            let rows = |rows: Option<(TableId, Vec<Row>)>| rows.map(|(_, rows)| rows).unwrap_or_default();
            let changes = compare(table(id), rows(old), rows(new));
            if !changes.is_empty() {
                tables.push((id, changes));
            }
        }
        Self { tables }
    }

    /// How many rows differ.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tables.iter().map(|(_, changes)| changes.len()).sum()
    }

    /// None does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The difference as text.
    #[must_use]
    pub fn text(&self, shown: &Shown) -> String {
        let mut out = String::new();
        let mut left = shown.rows_max;
        for (id, changes) in self.tables.iter().take_while(|_| left > 0).collect::<Vec<_>>() {
            let table = table(*id);
            let _ = writeln!(out, "{}", table.name);
            for change in changes.iter().take(left) {
                write_change(&mut out, table, change, shown);
            }
            left = left.saturating_sub(changes.len());
        }
        let more = self.len().saturating_sub(shown.rows_max);
        if more > 0 {
            let _ = writeln!(out, "… and {more} more");
        }
        out
    }
}

fn compare(table: &Table, old: Vec<Row>, new: Vec<Row>) -> Vec<Change> {
    if table.writing == Writing::Insert || table.key.is_empty() && table.writing != Writing::Object {
        return pair(table, old, new);
    }
    let mut before: BTreeMap<usize, Row> = BTreeMap::new();
    let mut places: HashMap<Vec<Value>, usize> = HashMap::new();
    for (place, row) in old.into_iter().enumerate() {
        places.insert(key_of(table, &row).unwrap_or_default(), place);
        before.insert(place, row);
    }
    let mut changes = Vec::new();
    for row in new {
        let place = places.get(&key_of(table, &row).unwrap_or_default());
        match place.and_then(|place| before.remove(place)) {
            Some(was) if was == row => {}
            Some(was) => changes.push(Change::Changed(was, row)),
            None => changes.push(Change::Added(row)),
        }
    }
    changes.extend(before.into_values().map(Change::Gone));
    changes
}

/// Rows without a key.
fn pair(table: &Table, old: Vec<Row>, new: Vec<Row>) -> Vec<Change> {
    let (mut old, new) = without_equal(old, new);
    let mut changes = Vec::new();
    for row in new {
        let candidates = old.iter().take(PAIRED_MAX).enumerate();
        let nearest = candidates.map(|(place, was)| (in_common(was, &row), place)).max_by_key(|(equal, place)| {
            // Of equally near ones the first.
            (*equal, std::cmp::Reverse(*place))
        });
        match nearest.filter(|(equal, _)| equal * 2 > table.columns.len()) {
            Some((_, place)) => changes.push(Change::Changed(old.remove(place), row)),
            None => changes.push(Change::Added(row)),
        }
    }
    changes.extend(old.into_iter().map(Change::Gone));
    changes
}

/// What is left when rows that both have are taken away.
fn without_equal(old: Vec<Row>, new: Vec<Row>) -> (Vec<Row>, Vec<Row>) {
    let mut counts: HashMap<Vec<Value>, Vec<Row>> = HashMap::new();
    for row in &old {
        counts.entry(row.values.clone()).or_default().push(row.clone());
    }
    let mut kept = Vec::new();
    for row in new {
        let same = counts.get_mut(&row.values);
        match same.and_then(|rows| rows.iter().position(|was| *was == row).map(|place| rows.remove(place))) {
            Some(_) => {}
            None => kept.push(row),
        }
    }
    let is_left = |row: &Row| {
        let same = counts.get_mut(&row.values);
        same.is_some_and(|rows| rows.iter().position(|left| left == row).map(|place| rows.remove(place)).is_some())
    };
    let mut left: Vec<Row> = old.into_iter().rev().filter(is_left).collect();
    left.reverse();
    (left, kept)
}

fn in_common(one: &Row, other: &Row) -> usize {
    one.values.iter().zip(&other.values).filter(|(one, other)| one == other).count()
}

fn write_change(out: &mut String, table: &Table, change: &Change, shown: &Shown) {
    let paint = |code: &str, word: &str| {
        let padded = format!("{word:<10}");
        if shown.colour { format!("\x1b[{code}m{padded}\x1b[0m") } else { padded }
    };
    let (word, row) = match change {
        Change::Added(row) => (paint("32", shown.added), row),
        Change::Gone(row) => (paint("31", shown.gone), row),
        Change::Changed(was, row) => {
            let _ = writeln!(out, "  {} {}", paint("33", "changed"), name_of(table, row));
            let differing =
                columns(table, was).into_iter().zip(columns(table, row)).filter(|(old, new)| old.1 != new.1);
            let differing: Vec<_> = differing.collect();
            let width = differing.iter().map(|((name, _), _)| name.chars().count()).max().unwrap_or_default();
            for ((name, old), (_, new)) in differing {
                let _ = writeln!(out, "               {name:<width$}  {old} → {new}");
            }
            return;
        }
    };
    let values = columns(table, row).into_iter().filter(|(_, value)| value != NOTHING);
    let values: Vec<String> = values.map(|(name, value)| format!("{name} {value}")).collect();
    let _ = writeln!(out, "  {word} {}", values.join(", "));
}

/// What a row is called: its key, or its first columns.
fn name_of(table: &Table, row: &Row) -> String {
    const FIRST: usize = 3;
    if table.writing == Writing::Object {
        return format!("id {}", row.object_id);
    }
    let all: Vec<(String, String)> = columns(table, row);
    let is_key = |place: &usize| if table.key.is_empty() { *place < FIRST } else { table.key.contains(place) };
    let key = all.into_iter().enumerate().filter(|(place, _)| is_key(place));
    key.map(|(_, (name, value))| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}

const NOTHING: &str = "nothing";

/// Columns and values for a person; those of GSYS_EXT_ at the end.
fn columns(table: &Table, row: &Row) -> Vec<(String, String)> {
    let own = table.columns.iter().zip(&row.values).map(|(column, value)| {
        (column.name.to_lowercase(), if column.ty == ColumnType::Time { moment(value) } else { plain(value) })
    });
    let Ext { vch1, vch2, int1, int2 } = row.ext.as_deref().cloned().unwrap_or_default();
    let text = |text: Option<String>| plain(&text.map_or(Value::Null, Value::Text));
    let number = |number: Option<i32>| plain(&number.map_or(Value::Null, |number| Value::Integer(number.into())));
    let ext = [
        ("gsys_ext_vch1", text(vch1)),
        ("gsys_ext_vch2", text(vch2)),
        ("gsys_ext_int1", number(int1)),
        ("gsys_ext_int2", number(int2)),
    ];
    let id = (table.writing == Writing::Object).then(|| ("id".to_owned(), row.object_id.to_string()));
    id.into_iter().chain(own).chain(ext.map(|(name, value)| (name.to_owned(), value))).collect()
}

fn moment(value: &Value) -> String {
    match value {
        Value::Time(micros) => rfc3339(*micros),
        other => plain(other),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => NOTHING.to_owned(),
        Value::Integer(number) | Value::Time(number) => number.to_string(),
        Value::Unsigned(number) => number.to_string(),
        Value::Text(text) => {
            let shown: String = text.chars().take(VALUE_CHARS).collect();
            let more = if shown.len() < text.len() { "…" } else { "" };
            format!("{shown:?}{more}")
        }
    }
}

/// A row in one line.
#[must_use]
pub fn shown_row(id: TableId, row: &Row) -> String {
    let table = table(id);
    let values = columns(table, row).into_iter().filter(|(_, value)| value != NOTHING);
    let values: Vec<String> = values.map(|(name, value)| format!("{name} {value}")).collect();
    format!("{} {}", table.name, values.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Shown = Shown { gone: "gone", added: "added", colour: false, rows_max: 5 };

    fn check(before: &str, after: &str, expect: &[&str]) {
        let read = |text: &str| Database::from_lines(text).unwrap();
        let text = Difference::between(&read(before), &read(after)).text(&PLAIN);
        let found: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn only_what_differs_is_told() {
        let call = r#"{"G_CALL":{"callid":"a","state":2,"created":1800000000002000}}"#;
        check(call, call, &[]);
        check(
            call,
            r#"{"G_CALL":{"callid":"a","state":3,"terminated":1800000000002000}}"#,
            &[
                "G_CALL",
                "  changed    callid \"a\"",
                "               state       2 → 3",
                "               created     2027-01-15T08:00:00.002Z → nothing",
                "               terminated  nothing → 2027-01-15T08:00:00.002Z",
            ],
        );
        check(
            r#"{"G_CALL":{"callid":"a"}}"#,
            r#"{"G_CALL":{"callid":"b","ext":{"int1":4}}}"#,
            &["G_CALL", "  added      callid \"b\", gsys_ext_int1 4", "  gone       callid \"a\""],
        );
    }

    #[test]
    fn rows_without_a_key_find_their_like() {
        let row = |n: u32, added: u32| {
            format!("{{\"G_CALL_HISTORY\":{{\"callid\":\"a\",\"cseq\":{n},\"changetype\":1,\"added\":{added}}}}}\n")
        };
        check(&(row(1, 5) + &row(2, 6)), &(row(2, 6) + &row(1, 5)), &[]);
        check(
            &(row(1, 5) + &row(1, 5)),
            &row(1, 5),
            &["G_CALL_HISTORY", "  gone       callid \"a\", cseq 1, changetype 1, added 1970-01-01T00:00:00.000Z"],
        );
        let many: String = (0..9).map(|n| format!("{{\"G_CALL\":{{\"callid\":\"c{n}\"}}}}\n")).collect();
        let text = Difference::between(&Database::default(), &Database::from_lines(&many).unwrap()).text(&PLAIN);
        assert!(text.ends_with("callid \"c4\"\n… and 4 more\n"), "{text}");
    }
}
