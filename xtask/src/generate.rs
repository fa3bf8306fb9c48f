//! `cargo xtask generate`: everything that follows from `wit/idb.tables` and `wit/idb.dictionary`, and the page that
//! tells of `wit/mapping.wit`.

mod bindings;
mod contract;
mod dictionary;
mod docs;
mod record;
mod sdk;
mod sql;
pub(crate) mod tables;
mod typescript;
mod wit;

use anyhow::{Context, Result};
use std::path::Path;

/// The files to make, with their text, relative to the project's root.
fn files(root: &Path) -> Result<Vec<(&'static str, String)>> {
    let source = std::fs::read_to_string(root.join("wit/idb.tables")).context("read wit/idb.tables")?;
    let tables = tables::parse(&source)?;
    let words = std::fs::read_to_string(root.join("wit/idb.dictionary")).context("read wit/idb.dictionary")?;
    let kinds = dictionary::parse(&words, &tables)?;
    let contract = std::fs::read_to_string(root.join("wit/mapping.wit")).context("read wit/mapping.wit")?;
    Ok(vec![
        ("wit/rows.wit", wit::render(&tables)),
        ("host/src/record/tables.rs", record::render(&tables)),
        ("host/src/plugin/rows.rs", bindings::render(&tables)),
        ("plugins/sdk/src/tables.rs", sdk::render(&tables)),
        ("migrations/postgres/0001_idb.sql", sql::render(&tables, sql::Dialect::Postgres)),
        ("migrations/postgres/0002_dictionary.sql", dictionary::render(&kinds, dictionary::FIRST)),
        ("migrations/postgres/0003_events_lost.sql", dictionary::render(&kinds, 3)),
        ("migrations/sqlite/0001_idb.sql", sql::render(&tables, sql::Dialect::Sqlite)),
        ("migrations/sqlite/0002_dictionary.sql", dictionary::render(&kinds, dictionary::FIRST)),
        ("migrations/sqlite/0003_events_lost.sql", dictionary::render(&kinds, 3)),
        ("toolchain/guest/rows.d.ts", typescript::render(&tables)),
        ("docs/reference/idb.md", docs::render(&tables, &kinds)),
        ("docs/reference/wit.md", contract::render(&contract)?),
    ])
}

/// Writes the files; with `check`, says which would change instead, as an error.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    let mut stale = Vec::new();
    for (path, text) in files(root)? {
        let path = root.join(path);
        if std::fs::read_to_string(&path).ok().as_deref() == Some(text.as_str()) {
            continue;
        }
        if check {
            stale.push(path.display().to_string());
        } else {
            std::fs::create_dir_all(path.parent().unwrap_or(root))?;
            std::fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        }
    }
    anyhow::ensure!(stale.is_empty(), "not what `wit` says: {}; run `cargo xtask generate`", stale.join(", "));
    Ok(())
}
