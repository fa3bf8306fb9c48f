//! Shapes attached data before it is written: renames and drops keys, hides values, moves keys to the secure history
//! and gives them columns of their own.
//!
//! `docs/reference/shape.md` explains the options. The data path: each row of a table that holds attached data is
//! judged by the rule of its key or its column; values that have a column are gathered by call (`columns`), for a row
//! of such a table replaces the one before.
//!
//! | module | what |
//! |---|---|
//! | `config` | the options, and all that can be wrong with them |
//! | `rule` | which rule a key or column has |
//! | `hide` | masks and pseudonyms |
//! | `tables` | tables with attached data in columns |
//! | `columns` | what calls have in columns, until they end |
//!
//! # Invariants
//! 1. No value of a key that is to be hidden, dropped or secure leaves in a row of another table: all tables with
//!    attached data are seen (`tests/hostile.rs`).
//! 2. A row with columns is whole: what the mapper put there and what was routed there
//!    (`tests/cases.rs`, case `routes`).
//! 3. What is kept of a call is dropped with the call, and bounded (`columns::tests`).
//! 4. The secret stands in no message and in no state (`config::tests`).

mod columns;
mod config;
mod hide;
mod rule;
mod tables;

use columns::Columns;
use concentrator_sdk::{
    Enricher, EventRows, Lane, View, enricher, export_enricher,
    rows::{GCallStat, GCustomDataS, GSecureUserdataHistory, GUserdataHistory},
    state,
};
use config::Config;
use hide::Hide;

/// `CHANGETYPE` of a key that was taken away.
const DELETED: i32 = 2;

/// The enricher.
pub struct Shape {
    config: Config,
    columns: Columns,
}

impl Enricher for Shape {
    const NAME: &'static str = "shape";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SEES: &'static [&'static str] = &[
        "G_USERDATA_HISTORY",
        "G_SECURE_USERDATA_HISTORY",
        "G_CALL_USERDATA",
        "G_CALL_USERDATA_CUST",
        "G_CALL_USERDATA_CUST1",
        "G_CALL_USERDATA_CUST2",
        "G_CUSTOM_DATA_S",
        "G_CUSTOM_DATA_P",
        "GM_F_USERDATA",
        "GM_L_USERDATA",
        // Its row says that the call has ended.
        "G_CALL_STAT",
    ];
    const EVENTS: &'static [&'static str] = enricher::ONLY_WITH_ROWS;

    fn open(_lane: Lane, config: &str) -> Result<Self, String> {
        Ok(Self { config: Config::read(config)?, columns: Columns::default() })
    }

    fn enrich(&mut self, _event: &View<'_>, rows: &mut EventRows) -> Result<(), String> {
        self.shape_histories(rows);
        self.shape_user_events(rows);
        tables::shape(&self.config, &mut self.columns, rows);
        for ended in rows.of::<GCallStat>() {
            self.columns.forget(&ended.callid);
        }
        Ok(())
    }

    fn snapshot(&self) -> Result<Vec<u8>, String> {
        state::save(&self.columns)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.columns = state::load(bytes)?;
        Ok(())
    }
}

impl Shape {
    /// Both histories: the plain and the secure one.
    fn shape_histories(&mut self, rows: &mut EventRows) {
        let plain = std::mem::take(rows.of::<GUserdataHistory>());
        for mut row in plain {
            let deleted = row.changetype == Some(DELETED);
            match self.shape_row(&row.callid, deleted, &mut row.keyname, &mut row.value) {
                Place::Nowhere => {}
                Place::Plain => rows.add(row),
                Place::Secure => rows.add(GSecureUserdataHistory::from(row)),
            }
        }
        rows.of::<GSecureUserdataHistory>().retain_mut(|row| {
            let deleted = row.changetype == Some(DELETED);
            !matches!(self.shape_row(&row.callid, deleted, &mut row.keyname, &mut row.value), Place::Nowhere)
        });
    }

    /// Shapes a key and its value; says where they go.
    fn shape_row(&mut self, call: &str, deleted: bool, key: &mut String, value: &mut Option<String>) -> Place {
        let Some(rule) = self.config.keys.find(key) else { return Place::Plain };
        rule.hide(value, self.config.secret.as_ref());
        if let Some(column) = rule.column {
            self.columns.set(call, column, if deleted { None } else { value.clone() });
        }
        if let Some(rename) = &rule.rename {
            key.clone_from(rename);
        }
        match rule {
            _ if rule.drop || !rule.history => Place::Nowhere,
            _ if rule.secure => Place::Secure,
            _ => Place::Plain,
        }
    }

    /// Keys and values of user events. They have no secure table: a secure value does not stay.
    fn shape_user_events(&self, rows: &mut EventRows) {
        rows.of::<GCustomDataS>().retain_mut(|row| {
            let Some(rule) = self.config.keys.find(&row.keyname) else { return true };
            rule.hide(&mut row.value, self.config.secret.as_ref());
            if rule.secure {
                Hide::NOTHING_LEFT.apply(&mut row.value, None);
            }
            if let Some(rename) = &rule.rename {
                row.keyname.clone_from(rename);
            }
            !rule.drop
        });
    }
}

/// Where a row of a history goes.
enum Place {
    Nowhere,
    Plain,
    Secure,
}

export_enricher!(Shape);
