//! Placeholder until the branch of custom tables is merged.
use super::{ColumnType, TableId};
#[derive(Clone, Debug)]
pub struct CustomColumn { pub name: String, pub ty: ColumnType, pub key: bool }
#[derive(Clone, Debug)]
pub struct Custom { pub plugin: String, pub name: String, pub text: String, pub columns: Vec<CustomColumn> }
pub fn register(_: &Custom) -> Result<TableId, String> { Err("not yet".into()) }
