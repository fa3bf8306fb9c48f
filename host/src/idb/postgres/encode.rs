//! PostgreSQL's binary forms: of a value, of an array of values, of a row for COPY.
//!
//! ```text
//! value   length:i32 (-1 for null) bytes
//! array   dimensions:i32 has_null:i32 element type:u32 count:i32 first index:i32, values
//! COPY    "PGCOPY\n\xff\r\n\0" flags:i32 extension:i32, rows (columns:i16, values), -1:i16
//! ```

use crate::idb::layout::{Cell, StoredType};
use bytes::{BufMut, Bytes, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// 2000-01-01, from which PostgreSQL counts µs, in µs since 1970.
const EPOCH: i64 = 946_684_800_000_000;
/// Digits of a numeric are groups of four.
const GROUP: u64 = 10_000;

/// A parameter that is already in binary form.
#[derive(Debug)]
pub(super) struct Parameter(Option<Bytes>);

impl ToSql for Parameter {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        let Some(bytes) = &self.0 else { return Ok(IsNull::Yes) };
        out.extend_from_slice(bytes);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl From<&Cell<'_>> for Parameter {
    fn from(cell: &Cell<'_>) -> Self {
        let mut buffer = BytesMut::new();
        put(&mut buffer, cell);
        let bytes = buffer.split_off(size_of::<i32>());
        Self((*cell != Cell::Null).then(|| bytes.freeze()))
    }
}

/// A column of values, for UNNEST.
#[derive(Debug)]
pub(super) struct Array {
    ty: StoredType,
    count: i32,
    values: BytesMut,
}

impl Array {
    pub(super) fn new(ty: StoredType) -> Self {
        Self { ty, count: 0, values: BytesMut::new() }
    }

    pub(super) fn push(&mut self, cell: &Cell<'_>) {
        self.count += 1;
        put(&mut self.values, cell);
    }

    pub(super) fn finish(self) -> Parameter {
        let mut out = BytesMut::with_capacity(20 + self.values.len());
        for number in [1, 1, element(self.ty), self.count, 1] {
            out.put_i32(number);
        }
        out.extend_from_slice(&self.values);
        Parameter(Some(out.freeze()))
    }
}

/// Number of a type in PostgreSQL's catalogue.
fn element(ty: StoredType) -> i32 {
    match ty {
        StoredType::Text => 25,
        StoredType::Int => 23,
        StoredType::Big => 20,
        StoredType::Num20 => 1700,
        StoredType::Timestamp => 1114,
    }
}

/// Begins the binary form of COPY.
pub(super) fn copy_begin(out: &mut BytesMut) {
    out.extend_from_slice(b"PGCOPY\n\xff\r\n\0");
    out.put_i64(0);
}

/// Begins a row of it.
pub(super) fn copy_row(out: &mut BytesMut, columns: usize) {
    out.put_i16(i16::try_from(columns).unwrap_or(i16::MAX));
}

/// Ends it.
pub(super) fn copy_end(out: &mut BytesMut) {
    out.put_i16(-1);
}

/// Appends a value with its length.
pub(super) fn put(out: &mut BytesMut, cell: &Cell<'_>) {
    match cell {
        Cell::Null => out.put_i32(-1),
        Cell::Int(number) => {
            out.put_i32(4);
            out.put_i32(*number);
        }
        Cell::Big(number) => {
            out.put_i32(8);
            out.put_i64(*number);
        }
        Cell::Moment(moment) => {
            out.put_i32(8);
            out.put_i64(moment.micros() - EPOCH);
        }
        Cell::Text(text) => {
            out.put_i32(i32::try_from(text.len()).unwrap_or(i32::MAX));
            out.extend_from_slice(text.as_bytes());
        }
        Cell::Num20(number) => put_numeric(out, *number),
    }
}

fn put_numeric(out: &mut BytesMut, number: u64) {
    let (mut groups, mut rest) = (Vec::new(), number);
    while rest > 0 {
        groups.push(u16::try_from(rest % GROUP).unwrap_or_default());
        rest /= GROUP;
    }
    let count = i16::try_from(groups.len()).unwrap_or_default();
    out.put_i32(8 + 2 * i32::from(count));
    for header in [count, (count - 1).max(0), 0, 0] {
        out.put_i16(header);
    }
    groups.iter().rev().for_each(|group| out.put_u16(*group));
}
