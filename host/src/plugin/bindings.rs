//! The types of `wit/mapping.wit` besides the rows, as the host reads them, and the plugin's exports.

use super::Failure;
use super::linker::State;
use super::rows::TableRows;
use crate::event::Micros;
use crate::record::{self, Value};
use std::sync::Arc;
use wasmtime::Store;
use wasmtime::component::{ComponentType, Instance, Lift, Lower, TypedFunc};

/// Name of the WIT package.
pub(super) const PACKAGE: &str = "concentrator:mapping";
/// Version of the WIT package that plugins are to be built for.
pub const WIT_VERSION: &str = "0.1.0";
/// Versions of the package that this host offers.
pub(super) const OFFERED: &[&str] = &[WIT_VERSION];
/// The interface that the host offers.
pub(super) const HOST: &str = "concentrator:mapping/host@0.1.0";
/// All that a plugin may import: the functions of the host, and types.
pub(super) const IMPORTS: &[&str] = &[HOST, "concentrator:mapping/rows@0.1.0", "concentrator:mapping/types@0.1.0"];
/// Functions of the world `mapper`.
pub(super) const EXPORTS: &[&str] = &["describe", "open", "map", "snapshot", "restore"];

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

/// Who the plugin is.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Description {
    pub(super) name: String,
    pub(super) version: String,
    #[component(name = "state-version")]
    pub(super) state_version: u32,
    pub(super) tables: Vec<String>,
    pub(super) events: Vec<String>,
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

/// An event that the plugin cannot map.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Rejection {
    pub(super) at: u32,
    pub(super) reason: String,
}

/// What a batch gave.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Output {
    pub(super) tables: Vec<TableRows>,
    pub(super) rejections: Vec<Rejection>,
    pub(super) unknown: u32,
    pub(super) due: Option<Micros>,
}

/// The columns GSYS_EXT_…
#[derive(ComponentType, Lift)]
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

type Answer<T> = (Result<T, String>,);

/// The functions that the world `mapper` exports, their types checked.
pub(super) struct Exports {
    pub(super) describe: TypedFunc<(), (Description,)>,
    pub(super) open: TypedFunc<(Lane, Arc<str>), Answer<()>>,
    pub(super) map: TypedFunc<(Arc<Vec<u8>>,), Answer<Output>>,
    pub(super) snapshot: TypedFunc<(), Answer<Vec<u8>>>,
    pub(super) restore: TypedFunc<(u32, Arc<Vec<u8>>), Answer<()>>,
}

impl Exports {
    /// Finds the functions.
    ///
    /// # Errors
    /// The name of the function that has another type than the package says, and how they differ.
    pub(super) fn find(instance: &Instance, store: &mut Store<State>) -> Result<Self, (&'static str, wasmtime::Error)> {
        let from = instance;
        Ok(Self {
            describe: from.get_typed_func(&mut *store, "describe").map_err(|error| ("describe", error))?,
            open: from.get_typed_func(&mut *store, "open").map_err(|error| ("open", error))?,
            map: from.get_typed_func(&mut *store, "map").map_err(|error| ("map", error))?,
            snapshot: from.get_typed_func(&mut *store, "snapshot").map_err(|error| ("snapshot", error))?,
            restore: from.get_typed_func(&mut *store, "restore").map_err(|error| ("restore", error))?,
        })
    }
}

/// A refusal in the plugin's words, bounded.
pub(super) fn refused(reason: &str) -> Failure {
    Failure::Refused(super::limits::shorten(reason).to_owned())
}
