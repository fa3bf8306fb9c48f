//! Reads `wit/idb.tables`, the one description of the Interaction Database.

use anyhow::{Context, Result, bail, ensure};

/// How rows of a table are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Insert,
    Keyed,
    Object,
    Active,
    Control,
}

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Text(u32),
    Int,
    Big,
    Num20,
    /// Three columns: timestamp, seconds, five-minute slot.
    Time,
    /// One timestamp column.
    Time1,
}

#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) required: bool,
    /// This project's own choice.
    pub(crate) own: bool,
    pub(crate) text: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) kind: Kind,
    pub(crate) key: Vec<String>,
    /// No `ID` column of its own.
    pub(crate) noid: bool,
    pub(crate) own: bool,
    pub(crate) text: String,
    pub(crate) columns: Vec<Column>,
}

impl Table {
    /// A plugin can make rows of it.
    pub(crate) fn mapped(&self) -> bool {
        self.kind != Kind::Control
    }
}

/// The tables, in the order of the description.
pub(crate) fn parse(source: &str) -> Result<Vec<Table>> {
    let mut tables: Vec<Table> = Vec::new();
    for (index, line) in source.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let place = || format!("wit/idb.tables:{}: {line}", index + 1);
        if let Some(head) = line.strip_prefix("table ") {
            tables.push(table(head).with_context(place)?);
        } else {
            let table = tables.last_mut().with_context(place)?;
            table.columns.extend(columns(line.trim()).with_context(place)?);
        }
    }
    for table in &mut tables {
        complete(table)?;
    }
    Ok(tables)
}

fn table(head: &str) -> Result<Table> {
    let (words, text) = head.split_once('"').context("no \"text\"")?;
    let mut words = words.split_whitespace();
    let name = words.next().context("no name")?.to_owned();
    let role = words.next().context("no role")?.to_owned();
    let kind = words.next().context("no kind")?;
    let (kind, key) = kind.split_once('(').context("kind without (key)")?;
    let rest: Vec<&str> = words.collect();
    let kind = match kind {
        "insert" => Kind::Insert,
        "keyed" => Kind::Keyed,
        "object" => Kind::Object,
        "active" => Kind::Active,
        "control" => Kind::Control,
        other => bail!("unknown kind `{other}`"),
    };
    Ok(Table {
        name,
        role,
        kind,
        key: key.trim_end_matches(')').split(',').map(str::to_owned).collect(),
        noid: rest.contains(&"noid"),
        own: rest.contains(&"+"),
        text: text.trim_end_matches('"').to_owned(),
        columns: Vec::new(),
    })
}

fn columns(line: &str) -> Result<Vec<Column>> {
    let mut words = line.split_whitespace();
    let name = words.next().context("no name")?;
    let ty = words.next().context("no type")?;
    let mut rest: Vec<&str> = words.collect();
    let own = rest.first() == Some(&"+");
    if own {
        rest.remove(0);
    }
    let column = Column {
        name: name.to_owned(),
        ty: column_type(ty.trim_end_matches('!'))?,
        required: ty.ends_with('!'),
        own,
        text: rest.join(" "),
    };
    let Some((stem, last)) = name.split_once("1..") else { return Ok(vec![column]) };
    let last: u32 = last.parse().context("not a range")?;
    Ok((1..=last).map(|number| Column { name: format!("{stem}{number}"), ..column.clone() }).collect())
}

fn column_type(word: &str) -> Result<Type> {
    Ok(match word {
        "guid" => Type::Text(50),
        "guid64" => Type::Text(64),
        "dn" => Type::Text(255),
        "int" => Type::Int,
        "big" => Type::Big,
        "num20" => Type::Num20,
        "time" => Type::Time,
        "time1" => Type::Time1,
        other => {
            let size = other.strip_prefix("vch(").and_then(|rest| rest.strip_suffix(')'));
            Type::Text(size.with_context(|| format!("unknown type `{other}`"))?.parse()?)
        }
    })
}

/// Adds the columns that every object table has, and checks that key columns exist.
fn complete(table: &mut Table) -> Result<()> {
    if table.kind == Kind::Object {
        let tail = [
            "STATE int 0 unknown 1 enabled 2 disabled",
            "STATUS int 0 unknown 1 active 2 deleted 10 synchronising",
            "CREATED time when it was made",
            "DELETED time when it was deleted",
            "LASTCHANGE time last change",
        ];
        for line in tail {
            table.columns.extend(columns(line)?);
        }
    }
    for key in &table.key {
        let known = (key == "ID" && !table.noid) || table.columns.iter().any(|column| column.name == *key);
        ensure!(known, "{}: key column {key} is not one of its columns", table.name);
    }
    Ok(())
}
