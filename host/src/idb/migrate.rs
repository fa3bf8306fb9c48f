//! The schema's versions: SQL files with the same numbers for both databases, built into the program.
//!
//! `GSYS_MIGRATION` holds what was applied, with the SHA-256 of its text. A migration and its row there are one
//! transaction. An empty database is set up by whoever opens it first, in one transaction as well: others find it empty
//! or complete. One that holds data is only ever changed by `concentrator idb migrate`.

use super::control::{self, Statement};
use super::error::{Error, Fault};
use super::{Backend, Idb};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// A step, in the words of both databases.
struct Migration {
    number: i64,
    name: &'static str,
    postgres: &'static str,
    sqlite: &'static str,
}

/// All steps, in order.
const MIGRATIONS: [Migration; 3] = [
    Migration {
        number: 1,
        name: "idb",
        postgres: include_str!("../../../migrations/postgres/0001_idb.sql"),
        sqlite: include_str!("../../../migrations/sqlite/0001_idb.sql"),
    },
    Migration {
        number: 2,
        name: "dictionary",
        postgres: include_str!("../../../migrations/postgres/0002_dictionary.sql"),
        sqlite: include_str!("../../../migrations/sqlite/0002_dictionary.sql"),
    },
    Migration {
        number: 3,
        name: "events_lost",
        postgres: include_str!("../../../migrations/postgres/0003_events_lost.sql"),
        sqlite: include_str!("../../../migrations/sqlite/0003_events_lost.sql"),
    },
];
/// The version that this program needs.
const EXPECTED: i64 = 3;
/// Attempts when another process sets up the same database at the same time.
const ATTEMPTS: u32 = 5;
/// Taken while a migration runs; any number that others are unlikely to use.
const LOCK: i64 = 4_929_390_812;
/// What was applied; itself older than every migration.
const HISTORY: &str = "CREATE TABLE IF NOT EXISTS GSYS_MIGRATION (NUMBER integer NOT NULL PRIMARY KEY, \
                       NAME varchar(255) NOT NULL, CHECKSUM varchar(64) NOT NULL, APPLIED varchar(40) NOT NULL);";

/// What a database's tables are to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// No tables of ours.
    Empty,
    /// As this program needs them.
    Current,
    /// Older: `idb migrate` is needed.
    Behind,
    /// Made by a newer program.
    Ahead,
    /// A step was applied in another wording than this program has for it.
    Changed,
    /// Tables of these names, but without a version.
    Foreign,
}

/// A step and whether it was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number.
    pub number: i64,
    /// Its name.
    pub name: String,
    /// When it was applied, as the database says; none when it is pending.
    pub applied: Option<String>,
}

/// The schema of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What it is to this program.
    pub schema: Schema,
    /// The version that it has; 0 when it is empty.
    pub version: i64,
    /// The version that this program needs.
    pub expected: i64,
    /// All steps that this program or the database knows.
    pub steps: Vec<Step>,
}

impl Migration {
    fn text(&self, backend: &Backend) -> &'static str {
        match backend {
            Backend::Postgres(_) => self.postgres,
            Backend::Sqlite(_) => self.sqlite,
        }
    }

    fn checksum(&self, backend: &Backend) -> String {
        let digest = Sha256::digest(self.text(backend).as_bytes());
        digest.iter().fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
    }

    /// The script that applies it, and notes that it did.
    fn script(&self, backend: &Backend) -> String {
        let Self { number, name, .. } = self;
        let (checksum, text) = (self.checksum(backend), self.text(backend));
        let lock = match backend {
            Backend::Postgres(_) => format!("SELECT pg_advisory_xact_lock({LOCK});"),
            Backend::Sqlite(_) => String::new(),
        };
        format!(
            "{lock}\n{HISTORY}\nINSERT INTO GSYS_MIGRATION (NUMBER, NAME, CHECKSUM, APPLIED) \
             VALUES ({number}, '{name}', '{checksum}', CAST(CURRENT_TIMESTAMP AS varchar(40)));\n{text}\n"
        )
    }
}

impl Status {
    /// Fails unless the schema is the one that this program needs.
    pub fn require_current(&self) -> Result<(), Error> {
        let remedy = match self.schema {
            Schema::Current => return Ok(()),
            Schema::Empty | Schema::Behind => "run `concentrator idb migrate`",
            Schema::Ahead => "a newer program made it; use that one",
            Schema::Changed => "a migration was applied in another wording; use the program that made the database",
            Schema::Foreign => "its tables were not made by this program; use another database",
        };
        let found = match self.schema {
            Schema::Foreign => "unknown".to_owned(),
            Schema::Changed => format!("{} (altered)", self.version),
            _ => self.version.to_string(),
        };
        Err(Error::Schema { found, expected: self.expected, remedy })
    }
}

impl Idb {
    /// What the database holds, compared with what this program needs.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn status(&self) -> Result<Status, Error> {
        let backend = self.backend();
        // Looked at before the versions: whoever sets the database up at this moment commits them together.
        let has_tables = self.has_table("G_CALL").await? || self.has_table("GSYS_LANE").await?;
        let applied = if self.has_table("GSYS_MIGRATION").await? {
            let text = "SELECT CAST(NUMBER AS TEXT), NAME, CHECKSUM, APPLIED FROM GSYS_MIGRATION ORDER BY NUMBER";
            self.query(&Statement::new(text, Vec::new())).await?
        } else {
            Vec::new()
        };
        let schema = match applied.as_slice() {
            [] if has_tables => Schema::Foreign,
            [] => Schema::Empty,
            _ => compare(backend, &applied),
        };
        let mut steps: Vec<Step> = applied.iter().filter_map(|row| step(row)).collect();
        let version = steps.iter().map(|step| step.number).max().unwrap_or_default();
        let pending = MIGRATIONS.iter().filter(|step| step.number > version);
        steps.extend(pending.map(|step| Step { number: step.number, name: step.name.to_owned(), applied: None }));
        Ok(Status { schema, version, expected: EXPECTED, steps })
    }

    /// Brings an empty or older database to the version that this program needs; gives what it has then.
    ///
    /// # Errors
    /// The database refuses, or its tables are newer or not of this program. A step that failed left nothing behind.
    pub async fn migrate(&self) -> Result<Status, Error> {
        let mut attempt = 0;
        loop {
            let status = self.status().await?;
            let mut pending = MIGRATIONS.iter().filter(|step| step.number > status.version);
            let steps: Vec<&Migration> = match status.schema {
                Schema::Empty => pending.collect(),
                Schema::Behind => pending.next().into_iter().collect(),
                Schema::Current | Schema::Ahead | Schema::Changed | Schema::Foreign => Vec::new(),
            };
            if steps.is_empty() {
                return status.require_current().map(|()| status);
            }
            let script: String = steps.iter().map(|step| step.script(self.backend())).collect();
            match self.backend().script(&script).await {
                Ok(()) => {
                    for Migration { number, name, .. } in steps {
                        tracing::info!(number, name, "The database was migrated.");
                    }
                }
                // Another process was quicker.
                Err(Fault::Data(_)) if attempt < ATTEMPTS => attempt += 1,
                Err(fault) => return Err(fault.into_error()),
            }
        }
    }

    /// Whether there is a table of that name.
    async fn has_table(&self, name: &str) -> Result<bool, Error> {
        let text = match self.backend() {
            Backend::Postgres(_) => "SELECT CAST(to_regclass(lower($1)) AS TEXT)",
            Backend::Sqlite(_) => "SELECT (SELECT NAME FROM sqlite_master WHERE lower(NAME) = lower($1))",
        };
        let found = self.query(&Statement::new(text, vec![control::text(name)])).await?;
        Ok(found.first().and_then(|row| row.first()).is_some_and(Option::is_some))
    }
}

/// What the applied steps are to this program's.
fn compare(backend: &Backend, applied: &[Vec<Option<String>>]) -> Schema {
    let known = |row: &Vec<Option<String>>| {
        let number = step(row).map(|step| step.number);
        MIGRATIONS.iter().find(|step| Some(step.number) == number)
    };
    let same = |row: &Vec<Option<String>>| {
        let checksum = row.get(2).and_then(Option::as_deref);
        known(row).is_none_or(|step| checksum == Some(step.checksum(backend).as_str()))
    };
    if !applied.iter().all(same) {
        Schema::Changed
    } else if applied.iter().any(|row| known(row).is_none()) {
        Schema::Ahead
    } else if applied.len() < MIGRATIONS.len() {
        Schema::Behind
    } else {
        Schema::Current
    }
}

fn step(row: &[Option<String>]) -> Option<Step> {
    let number = row.first()?.as_ref()?.parse().ok()?;
    Some(Step { number, name: row.get(1)?.clone()?, applied: row.get(3)?.clone() })
}
