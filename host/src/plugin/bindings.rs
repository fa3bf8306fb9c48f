//! The types of `wit/mapping.wit` besides the rows, as the host reads and gives them, and the plugin's exports.
//!
//! Every version of the package that was ever released is offered (`docs/reference/wit-versions.md`). Records never
//! change within a version, so what differs between two versions stands here twice, and only that: `First…` is 0.1.0.

use super::Failure;
use super::linker::State;
use super::rows::TableRows;
use super::version::World;
use crate::event::Micros;
use crate::record::{self, Value};
use std::sync::Arc;
use wasmtime::Store;
use wasmtime::component::{ComponentType, Instance, Lift, Lower, TypedFunc};

/// Name of the WIT package.
pub(super) const PACKAGE: &str = "concentrator:mapping";
/// Version of the WIT package that plugins are to be built for.
pub const WIT_VERSION: &str = "0.2.0";
/// The first version, without enrichers and tables of a plugin's own.
pub(super) const FIRST: &str = "0.1.0";
/// Versions of the package that this host offers.
pub(super) const OFFERED: &[&str] = &[FIRST, WIT_VERSION];
/// The interface that the host offers, in every version.
pub(super) const HOST: &[&str] = &["concentrator:mapping/host@0.1.0", "concentrator:mapping/host@0.2.0"];
/// What a plugin may import besides: types, for which there is nothing to link.
pub(super) const TYPES: &[&str] = &[
    "concentrator:mapping/rows@0.1.0",
    "concentrator:mapping/types@0.1.0",
    "concentrator:mapping/rows@0.2.0",
    "concentrator:mapping/types@0.2.0",
];

/// How important a line of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "made by the engine only")]
pub(super) enum Level {
    #[component(name = "debug")]
    Debug,
    #[component(name = "info")]
    Info,
    #[component(name = "warn")]
    Warn,
    #[component(name = "error")]
    Error,
}

/// Who a mapper of the first version is.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct FirstDescription {
    pub(super) name: String,
    pub(super) version: String,
    #[component(name = "state-version")]
    pub(super) state_version: u32,
    pub(super) tables: Vec<String>,
    pub(super) events: Vec<String>,
}

/// Who a mapper is.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Description {
    pub(super) name: String,
    pub(super) version: String,
    #[component(name = "state-version")]
    pub(super) state_version: u32,
    pub(super) tables: Vec<String>,
    pub(super) events: Vec<String>,
    pub(super) custom: Vec<CustomTable>,
}

/// Who an enricher is.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct EnricherDescription {
    pub(super) name: String,
    pub(super) version: String,
    #[component(name = "state-version")]
    pub(super) state_version: u32,
    pub(super) sees: Vec<String>,
    pub(super) adds: Vec<String>,
    pub(super) events: Vec<String>,
    pub(super) custom: Vec<CustomTable>,
}

/// A table of a plugin's own.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct CustomTable {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) columns: Vec<CustomColumn>,
}

/// A column of it.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct CustomColumn {
    pub(super) name: String,
    #[component(name = "type")]
    pub(super) ty: CustomType,
    pub(super) key: bool,
}

/// The column's type.
#[derive(ComponentType, Lift)]
#[component(variant)]
pub(super) enum CustomType {
    #[component(name = "text")]
    Text(u32),
    #[component(name = "integer")]
    Integer,
    #[component(name = "time")]
    Time,
}

/// A value of such a column.
#[derive(ComponentType, Lift)]
#[component(variant)]
pub(super) enum CustomValue {
    #[component(name = "none")]
    None,
    #[component(name = "text")]
    Text(String),
    #[component(name = "integer")]
    Integer(i64),
    #[component(name = "time")]
    Time(Micros),
}

/// A row of a table of a plugin's own.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct CustomRow {
    pub(super) at: u32,
    pub(super) values: Vec<CustomValue>,
}

/// Rows of one such table.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct CustomRows {
    pub(super) table: String,
    pub(super) rows: Vec<CustomRow>,
}

/// The lane that the plugin serves.
#[derive(Clone, ComponentType, Lower)]
#[component(record)]
pub(super) struct Lane {
    pub(super) name: String,
    pub(super) dbid: i32,
    #[component(name = "switch-dbid")]
    pub(super) switch_dbid: i32,
    #[component(name = "tenant-dbid")]
    pub(super) tenant_dbid: i32,
}

/// An event that the mapper cannot map.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Rejection {
    pub(super) at: u32,
    pub(super) reason: String,
}

/// What a batch gave in the first version.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct FirstOutput {
    pub(super) tables: Vec<TableRows>,
    pub(super) rejections: Vec<Rejection>,
    pub(super) unknown: u32,
    pub(super) due: Option<Micros>,
}

/// What a batch gave.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Output {
    pub(super) tables: Vec<TableRows>,
    pub(super) custom: Vec<CustomRows>,
    pub(super) rejections: Vec<Rejection>,
    pub(super) unknown: u32,
    pub(super) due: Option<Micros>,
}

impl From<FirstOutput> for Output {
    fn from(first: FirstOutput) -> Self {
        let FirstOutput { tables, rejections, unknown, due } = first;
        Self { tables, custom: Vec::new(), rejections, unknown, due }
    }
}

/// What an enricher made of a batch.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Enriched {
    pub(super) tables: Vec<TableRows>,
    pub(super) custom: Vec<CustomRows>,
}

impl From<Enriched> for Output {
    fn from(enriched: Enriched) -> Self {
        let Enriched { tables, custom } = enriched;
        Self { tables, custom, rejections: Vec::new(), unknown: 0, due: None }
    }
}

/// The columns GSYS_EXT_…
#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct Ext {
    vch1: Option<String>,
    vch2: Option<String>,
    int1: Option<i32>,
    int2: Option<i32>,
}

pub(super) fn ext(ext: Option<Ext>) -> Option<Box<record::Ext>> {
    ext.map(|Ext { vch1, vch2, int1, int2 }| Box::new(record::Ext { vch1, vch2, int1, int2 }))
}

/// The columns as a plugin is given them.
pub(super) fn given_ext(ext: Option<Box<record::Ext>>) -> Option<Ext> {
    ext.map(|ext| {
        let record::Ext { vch1, vch2, int1, int2 } = *ext;
        Ext { vch1, vch2, int1, int2 }
    })
}

/// A value of a column that is not a time.
pub(super) fn value(value: impl IntoValue) -> Value {
    value.into_value()
}

/// A value of a column that is a time.
pub(super) fn time(time: impl Into<Option<Micros>>) -> Value {
    time.into().map_or(Value::Null, Value::Time)
}

/// What a plugin gives for a column.
pub(super) trait IntoValue {
    /// As the host keeps it.
    fn into_value(self) -> Value;
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Text(self)
    }
}

impl IntoValue for i32 {
    fn into_value(self) -> Value {
        Value::Integer(self.into())
    }
}

impl IntoValue for i64 {
    fn into_value(self) -> Value {
        Value::Integer(self)
    }
}

impl IntoValue for u64 {
    fn into_value(self) -> Value {
        Value::Unsigned(self)
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }
}

/// The next value of a row, as a plugin is given it.
pub(super) fn taken<T: FromValue>(values: &mut std::vec::IntoIter<Value>) -> T {
    T::from_value(values.next().unwrap_or(Value::Null))
}

/// What a plugin is given for a column. The row came out of the same record before, so its values are of its types;
/// what nevertheless is not becomes nothing.
pub(super) trait FromValue {
    /// As the plugin is given it.
    fn from_value(value: Value) -> Self;
}

impl FromValue for String {
    fn from_value(value: Value) -> Self {
        if let Value::Text(text) = value { text } else { Self::new() }
    }
}

impl FromValue for i32 {
    fn from_value(value: Value) -> Self {
        i64::from_value(value).try_into().unwrap_or_default()
    }
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Self {
        if let Value::Integer(number) | Value::Time(number) = value { number } else { 0 }
    }
}

impl FromValue for u64 {
    fn from_value(value: Value) -> Self {
        if let Value::Unsigned(number) = value { number } else { 0 }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Self {
        if value == Value::Null { None } else { Some(T::from_value(value)) }
    }
}

type Answer<T> = (Result<T, String>,);

/// The functions that a plugin exports, their types checked.
pub(super) struct Exports {
    pub(super) describe: Describe,
    pub(super) open: TypedFunc<(Lane, Arc<str>), Answer<()>>,
    pub(super) work: Work,
    pub(super) snapshot: TypedFunc<(), Answer<Vec<u8>>>,
    pub(super) restore: TypedFunc<(u32, Arc<Vec<u8>>), Answer<()>>,
}

/// `describe`, by world and version.
pub(super) enum Describe {
    First(TypedFunc<(), (FirstDescription,)>),
    Mapper(TypedFunc<(), (Description,)>),
    Enricher(TypedFunc<(), (EnricherDescription,)>),
}

/// What an enricher is given: events, and rows by table.
type Given = (Arc<Vec<u8>>, Vec<TableRows>);

/// `map` or `enrich`, by version.
pub(super) enum Work {
    First(TypedFunc<(Arc<Vec<u8>>,), Answer<FirstOutput>>),
    Map(TypedFunc<(Arc<Vec<u8>>,), Answer<Output>>),
    Enrich(TypedFunc<Given, Answer<Enriched>>),
}

impl Exports {
    /// Finds the functions of a world and version.
    ///
    /// # Errors
    /// The name of the function that has another type than the package says, and how they differ.
    pub(super) fn find(
        instance: &Instance,
        store: &mut Store<State>,
        world: World,
        version: &str,
    ) -> Result<Self, (&'static str, wasmtime::Error)> {
        let first = version == FIRST;
        let (from, name) = (instance, world.work());
        let describe = match world {
            World::Mapper if first => from.get_typed_func(&mut *store, "describe").map(Describe::First),
            World::Mapper => from.get_typed_func(&mut *store, "describe").map(Describe::Mapper),
            World::Enricher => from.get_typed_func(&mut *store, "describe").map(Describe::Enricher),
        };
        let work = match world {
            World::Mapper if first => from.get_typed_func(&mut *store, name).map(Work::First),
            World::Mapper => from.get_typed_func(&mut *store, name).map(Work::Map),
            World::Enricher => from.get_typed_func(&mut *store, name).map(Work::Enrich),
        };
        Ok(Self {
            describe: describe.map_err(|error| ("describe", error))?,
            open: from.get_typed_func(&mut *store, "open").map_err(|error| ("open", error))?,
            work: work.map_err(|error| (name, error))?,
            snapshot: from.get_typed_func(&mut *store, "snapshot").map_err(|error| ("snapshot", error))?,
            restore: from.get_typed_func(&mut *store, "restore").map_err(|error| ("restore", error))?,
        })
    }
}

/// A refusal in the plugin's words, bounded.
pub(super) fn refused(reason: &str) -> Failure {
    Failure::Refused(super::limits::shorten(reason).to_owned())
}
