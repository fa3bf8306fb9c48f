//! What plugins produce: rows of the Interaction Database, typed by table.
//!
//! A [`Row`] holds the values of its table's own columns in the order of [`Table::columns`]. What every table has in
//! common (ID, the `GSYS_` columns) follows from the event that made the row and is added by the lane as a [`Stamp`].
//!
//! `tables` is made from `wit/idb.tables` by `cargo xtask generate`. Tables of a plugin's own are in `custom`, with ids
//! behind those.

pub mod clean;
pub mod custom;
mod tables;

pub use tables::{TABLES, TableId};

use crate::event::{Micros, Seq};

/// How rows of a table are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Rows are only ever added.
    Insert,
    /// A row is found again by its key; its ID and GSYS_SEQ stay those of its birth.
    Keyed,
    /// Keyed by ID, which the plugin gives: the object's DBID.
    Object,
    /// Keyed, and deleted when what it tells of ends.
    Active,
}

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// varchar of that many characters.
    Text(u32),
    /// 32-bit integer.
    Int,
    /// 64-bit integer.
    Big,
    /// Unsigned 64-bit integer, stored as numeric(20).
    Num20,
    /// A moment in three columns: X (timestamp, ms), X_TS (seconds), X_TCODE (five-minute slot).
    Time,
}

/// A column as a plugin gives it.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name, upper case.
    pub name: &'static str,
    /// Type.
    pub ty: ColumnType,
    /// Never null.
    pub required: bool,
}

/// A table that plugins write.
#[derive(Debug)]
pub struct Table {
    /// Its place in [`TABLES`], or behind them for one of a plugin's own.
    pub id: TableId,
    /// Name, upper case.
    pub name: &'static str,
    /// The role that it belongs to.
    pub role: Role,
    /// How rows are written.
    pub writing: Writing,
    /// Name of the column that holds the row's ID: `ID`, `PHID`, `CHID` or `IRHID`.
    pub row_id: &'static str,
    /// Its own columns, without the row's id and the `GSYS_` columns.
    pub columns: &'static [Column],
    /// Indexes into `columns` of the key; empty for `Insert` and `Object`, whose key is the row's id.
    pub key: &'static [usize],
}

/// A provider role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Configuration.
    Cfg = 1,
    /// Calls, parties, interactions.
    Gcc = 2,
    /// Agents.
    Gls = 3,
    /// Outbound.
    Gos = 4,
    /// Attached data.
    Gud = 5,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [Self::Cfg, Self::Gcc, Self::Gls, Self::Gos, Self::Gud];

    /// Its name in configuration and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cfg => "cfg",
            Self::Gcc => "gcc",
            Self::Gls => "gls",
            Self::Gos => "gos",
            Self::Gud => "gud",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Nothing.
    Null,
    /// For `Int` and `Big`.
    Integer(i64),
    /// For `Num20`.
    Unsigned(u64),
    /// For `Text`.
    Text(String),
    /// For `Time`.
    Time(Micros),
}

/// The columns GSYS_EXT_…
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ext {
    /// GSYS_EXT_VCH1
    pub vch1: Option<String>,
    /// GSYS_EXT_VCH2
    pub vch2: Option<String>,
    /// GSYS_EXT_INT1
    pub int1: Option<i32>,
    /// GSYS_EXT_INT2
    pub int2: Option<i32>,
}

/// A row as a plugin made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Index, in the batch, of the event that made it.
    pub at: u32,
    /// Of an `Active` table: the row is to be deleted.
    pub gone: bool,
    /// DBID, of an `Object` table; 0 otherwise.
    pub object_id: i32,
    /// Values in the order of the table's columns.
    pub values: Vec<Value>,
    /// The columns GSYS_EXT_…
    pub ext: Option<Box<Ext>>,
}

/// Most rows that one event may make in one table: what ORDINAL_BITS can number.
pub const MAX_ROWS_PER_EVENT: u32 = 1 << ORDINAL_BITS;
const ORDINAL_BITS: u32 = 12;
/// Bits of an ID below the number of the lane.
pub(crate) const LANE_SHIFT: u32 = 52;

/// What the lane adds to a row: where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Position of the event.
    pub seq: Seq,
    /// Which of the event's rows in this table, from 0.
    pub ordinal: u32,
    /// Session under which it was made: GSYS_DOMAIN.
    pub dss_id: Option<i32>,
    /// Time of the event: GSYS_PARTITION, GSYS_TS, GSYS_TC.
    pub time: Micros,
}

impl Stamp {
    /// GSYS_SEQ and GSYS_USEQ: grows within the lane.
    #[must_use]
    pub fn sequence(&self) -> i64 {
        i64::try_from(self.seq).unwrap_or(i64::MAX >> ORDINAL_BITS) << ORDINAL_BITS | i64::from(self.ordinal)
    }

    /// ID: lane (upper bits), position, ordinal. The first lane has number 1 and adds nothing.
    #[must_use]
    pub fn id(&self, lane: i32) -> i64 {
        i64::from(lane.saturating_sub(1)) << LANE_SHIFT | self.sequence()
    }
}

/// A moment at which something of a source was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventMark {
    /// Our clock.
    pub received: Micros,
    /// The source's clock; ours if it gives none.
    pub time: Micros,
    /// The source's sequence number.
    pub sequence: Option<u64>,
}

/// A data source session of one provider role: a row of `G_DSS_<ROLE>_PROVIDER`, keyed by (DSS_ID, ICON_DBID).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Which of the provider tables.
    pub role: Role,
    /// DSS_ID
    pub dss_id: i32,
    /// DS_DBID: the server connected to.
    pub server_dbid: i32,
    /// DS_DBID_PRIM: the primary server of its pair.
    pub primary_dbid: i32,
    /// DS2_DBID: the switch.
    pub switch_dbid: i32,
    /// DS_TYPE
    pub source_type: i32,
    /// DS_NAME: the source, as configured.
    pub source: String,
    /// ICON_STIME
    pub daemon_started: Micros,
    /// DSCONN_STIME
    pub opened: Micros,
    /// DSCONN_SDSTIME, DSCONN_SDSTS
    pub opened_source_time: Micros,
    /// DSCONN_TYPE
    pub opening: i32,
    /// ICON_ETIME
    pub daemon_ended: Option<Micros>,
    /// LEVENT_DSSEQ: the source's last number that is used up, by an event or by something else that it numbers.
    pub reached: Option<u64>,
    /// DSCONN_ETIME
    pub closed: Option<Micros>,
    /// DSCONN_ECAUSE
    pub cause: Option<i32>,
    /// FEVENT_…
    pub first: Option<EventMark>,
    /// LEVENT_…
    pub last: Option<EventMark>,
    /// NODATA_…
    pub no_data: Option<Micros>,
    /// GSYS_EXT_VCH1: identity of the recording that stood in for the socket, `sha256:…`.
    pub capture: Option<String>,
}

/// The table with that id.
///
/// # Panics
/// Nobody has given such an id.
#[must_use]
pub fn table(id: TableId) -> &'static Table {
    match TABLES.get(usize::from(id.0)) {
        Some(table) => table,
        None => custom::find(id).expect("ids are given by registration").table(),
    }
}

/// The table of that name, in any case; those of a plugin's own are not among them.
#[must_use]
pub fn table_named(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name.eq_ignore_ascii_case(name))
}
