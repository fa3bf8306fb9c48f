//! Call-backs that customers asked for, in tables of their own, made from user events.
//!
//! A desktop, a dialogue or a web site says by user events what becomes of a call-back: it was requested, offered to
//! an agent, accepted, and is done, failed or cancelled. From that come two tables, of which
//! `docs/reference/callbacks.md` explains every column:
//!
//! | table | rows |
//! |---|---|
//! | `X_CALLBACKS_REQUESTS` | one for each request, as it is now: what still waits, how long it waited, how it ended |
//! | `X_CALLBACKS_HISTORY` | one for each step, only added |
//!
//! Columns are fixed, for tables are made before options are read; options say under which keys a site attaches what.
//!
//! | module | what |
//! |---|---|
//! | `config` | the options |
//! | `word` | what a user event says |
//! | `requests` | requests that are open, and what has ended lately |
//!
//! # Invariants
//! 1. A row of a request is whole: what was said of it before stays (`tests/cases.rs`).
//! 2. Nothing stays open for ever, and what is remembered is bounded (`requests::tests`).
//! 3. No user event makes the plugin fail (`tests/hostile.rs`).

mod config;
mod requests;
mod word;

use concentrator_sdk::{
    ColumnType::{Integer, Text, Time},
    CustomTable, Enricher, EventRows, Lane, View, export_enricher, state,
};
use config::Config;
use requests::Requests;

/// Table of requests.
pub(crate) const REQUESTS: &str = "REQUESTS";
/// Table of steps.
pub(crate) const HISTORY: &str = "HISTORY";
/// Longest name of a request, in characters; a longer one would be cut, and taken for another.
pub(crate) const ID_LENGTH_MAX: u32 = 64;

/// The enricher.
pub struct Callbacks {
    config: Config,
    requests: Requests,
}

impl Enricher for Callbacks {
    const NAME: &'static str = "callbacks";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SEES: &'static [&'static str] = &[];
    const EVENTS: &'static [&'static str] = &["EventUserEvent", "UserEvent"];

    fn custom() -> Vec<CustomTable> {
        let requests = CustomTable::new(REQUESTS, "Call-backs that customers asked for, as they are now")
            .key("REQUEST_ID", Text(ID_LENGTH_MAX))
            .column("STATE", Text(16))
            .column("PHONE", Text(64))
            .column("QUEUE", Text(255))
            .column("AGENT", Text(255))
            .column("REASON", Text(255))
            .column("CALLID", Text(50))
            .column("OFFERS", Integer)
            .column("REQUESTED", Time)
            .column("DUE", Time)
            .column("OFFERED", Time)
            .column("ACCEPTED", Time)
            .column("ENDED", Time)
            .column("WAITED", Integer);
        let history = CustomTable::new(HISTORY, "Every step of a call-back")
            .column("REQUEST_ID", Text(ID_LENGTH_MAX))
            .column("STATE", Text(16))
            .column("PREVIOUS", Text(16))
            .column("AGENT", Text(255))
            .column("REASON", Text(255))
            .column("CALLID", Text(50))
            .column("ADDED", Time);
        vec![requests, history]
    }

    fn open(_lane: Lane, config: &str) -> Result<Self, String> {
        Ok(Self { config: Config::read(config)?, requests: Requests::default() })
    }

    fn enrich(&mut self, event: &View<'_>, rows: &mut EventRows) -> Result<(), String> {
        let now = event.time();
        self.requests.close_silent(now, self.config.silence_max(), rows)?;
        match word::read(&self.config, event) {
            Some(word) => self.requests.hear(&word, now, rows),
            None => Ok(()),
        }
    }

    fn snapshot(&self) -> Result<Vec<u8>, String> {
        state::save(&self.requests)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.requests = state::load(bytes)?;
        Ok(())
    }
}

export_enricher!(Callbacks);
