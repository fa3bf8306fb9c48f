//! Rows as they cross between a peer's guest and its host.
//!
//! A peer whose boundary is bytes leaves their form to its users. Two are tried: postcard, the most compact that is in
//! common use with Rust, and JSON, which its documentation shows.

use concentrator_sdk::rows::{self, TableRows};
use serde::{Deserialize, Serialize};

macro_rules! tables {
    ($($row:ident),*) => {
        /// Rows of a table.
        #[derive(Serialize, Deserialize)]
        pub enum Rows {
            $(#[doc = concat!("Rows of the record ", stringify!($row), ".")] $row(Vec<rows::$row>),)*
        }

        impl TryFrom<TableRows> for Rows {
            type Error = String;

            fn try_from(rows: TableRows) -> Result<Self, String> {
                match rows {
                    $(TableRows::$row(rows) => Ok(Self::$row(rows)),)*
                    _ => Err("rows of a table that the interaction model does not have".to_owned()),
                }
            }
        }

        impl From<Rows> for TableRows {
            fn from(rows: Rows) -> Self {
                match rows {
                    $(Rows::$row(rows) => Self::$row(rows),)*
                }
            }
        }
    };
}

tables! {
    GIr, GIrHistory, GIrActive, GCall, GCallHistory, GCallStat, GCallActive, GParty, GPartyHistory, GPartyStat,
    GIsLink, GIsLinkHistory, GsysDnpremotelocation, GRouteResult, GVirtualQueue, GRouteResVqHist, GUserdataHistory,
    GSecureUserdataHistory, GCallUserdata, GCallUserdataCust, GCallUserdataCust1, GCallUserdataCust2, GCustomDataS,
    GCustomDataP, GCustomStates, GLoginSession, GxSessionEndpoint, GAgentStateHistory, GAgentStateRc, GAgentStateRcA,
    GDndHistory, GsAgentStat, GsAgentStatWm, GcAgent, GcLogin, GcGroup, GcTenant, GcEndpoint, GcPlace, GcSwitch,
    GcxLoginInfo, GcxGroupAgent
}

/// Rows in their compact form.
///
/// # Errors
/// A table that the interaction model does not have.
pub fn compact(tables: Vec<TableRows>) -> Result<Vec<u8>, String> {
    postcard::to_allocvec(&wrapped(tables)?).map_err(|error| error.to_string())
}

/// Rows out of their compact form.
///
/// # Errors
/// What is wrong with the bytes.
pub fn from_compact(bytes: &[u8]) -> Result<Vec<TableRows>, String> {
    postcard::from_bytes(bytes).map(unwrapped).map_err(|error| error.to_string())
}

/// Rows as JSON.
///
/// # Errors
/// A table that the interaction model does not have.
pub fn json(tables: Vec<TableRows>) -> Result<Vec<u8>, String> {
    serde_json::to_vec(&wrapped(tables)?).map_err(|error| error.to_string())
}

/// Rows out of JSON.
///
/// # Errors
/// What is wrong with the text.
pub fn from_json(bytes: &[u8]) -> Result<Vec<TableRows>, String> {
    serde_json::from_slice(bytes).map(unwrapped).map_err(|error| error.to_string())
}

fn wrapped(tables: Vec<TableRows>) -> Result<Vec<Rows>, String> {
    tables.into_iter().map(Rows::try_from).collect()
}

fn unwrapped(tables: Vec<Rows>) -> Vec<TableRows> {
    tables.into_iter().map(TableRows::from).collect()
}
