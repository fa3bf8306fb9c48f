//! What can go wrong with the database, and whether trying again helps.

use crate::error::Disposition;
use std::path::PathBuf;

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL is not one.
    #[error("`{url}` is no database URL: {reason}; use sqlite://path or postgres://user@host:port/database")]
    Url {
        /// As configured, without password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The password cannot be read.
    #[error("read the database password from {}: {source}", file.display())]
    Password {
        /// `password_file`
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The server does not have the database.
    #[error("the database does not exist: {words}; create it, or correct the URL")]
    Absent {
        /// The database's words.
        words: String,
    },
    /// The user may not do it.
    #[error("the database does not permit it: {words}; grant the right, or use another user or path")]
    Forbidden {
        /// The database's words.
        words: String,
    },
    /// The tables are not those of this program.
    #[error("the database has schema version {found}, this program needs {expected}: {remedy}")]
    Schema {
        /// What is there.
        found: String,
        /// What this program was built for.
        expected: i64,
        /// What to do.
        remedy: &'static str,
    },
    /// A table of a plugin's own stands there as another one.
    #[error("the table {table} of plugin `{plugin}` cannot be used: {words}")]
    Table {
        /// Its name in the database.
        table: &'static str,
        /// The plugin that declares it.
        plugin: String,
        /// What differs, and what to do.
        words: String,
    },
    /// Another queue writes as this lane.
    #[error(
        "lane {lane} of the database belongs to queue {found}, not to {expected}: \
         another daemon writes for a source of this name, or the data directory is not the one used so far"
    )]
    Taken {
        /// Number of the lane.
        lane: i32,
        /// The queue that the database names.
        found: String,
        /// The queue that wanted to write.
        expected: String,
    },
    /// The database is away, full, or busy.
    #[error("the database cannot take it now: {words}")]
    Unavailable {
        /// The database's words.
        words: String,
    },
    /// The database refuses for a reason that will not go away.
    #[error("the database refuses: {words}")]
    Refuses {
        /// The database's words.
        words: String,
    },
    /// Stopped while waiting for the database; nothing of the batch is known to be written.
    #[error("stopped while waiting for the database: {words}")]
    Cancelled {
        /// What it waited for.
        words: String,
    },
}

impl Error {
    /// Whether the same may succeed later.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Unavailable { .. } => Disposition::Retry,
            _ => Disposition::Stop,
        }
    }
}

/// What went wrong with a statement.
#[derive(Debug)]
pub(super) enum Fault {
    /// The values were refused, with the database's words.
    Data(String),
    /// Anything else.
    Error(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Fault {
    /// As an error of a statement whose values are our own.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::Data(words) => Error::Refuses { words },
            Self::Error(error) => error,
        }
    }
}
