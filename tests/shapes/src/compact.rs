//! Rows in a compact encoding of their own: numbers little endian, texts with their length before them, options with
//! a byte before them; the three tables one after another, each with the number of its rows.

use crate::bindings::concentrator::mapping::rows::{GCall, GPartyHistory, GUserdataHistory};
use crate::mapping::Rows;

/// What can be encoded.
trait Compact: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn take(from: &mut &[u8]) -> Option<Self>;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Compact for $number {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                let (bytes, rest) = from.split_first_chunk()?;
                *from = rest;
                Some(Self::from_le_bytes(*bytes))
            }
        }
    )*};
}

numbers!(u8, u32, i32, i64, u64);

impl Compact for String {
    fn put(&self, out: &mut Vec<u8>) {
        u32::try_from(self.len()).unwrap_or(u32::MAX).put(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let length = usize::try_from(u32::take(from)?).ok()?;
        let (text, rest) = from.split_at_checked(length)?;
        *from = rest;
        std::str::from_utf8(text).ok().map(str::to_owned)
    }
}

impl<T: Compact> Compact for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        u8::from(self.is_some()).put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(if u8::take(from)? == 0 { None } else { Some(T::take(from)?) })
    }
}

impl<T: Compact> Compact for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        u32::try_from(self.len()).unwrap_or(u32::MAX).put(out);
        self.iter().for_each(|row| row.put(out));
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let count = u32::take(from)?;
        (0..count).map(|_| T::take(from)).collect()
    }
}

macro_rules! records {
    ($($record:ident [$($field:ident),*];)*) => {$(
        impl Compact for $record {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: Compact::take(from)?,)* ext: None })
            }
        }
    )*};
}

records! {
    GCall [at, callid, parentcallid, mergecallid, mergetype, connid, connidnum, switchcallid, irid, state, calltype,
        mediatype, mediatypename, callani, calldnis, tenantid, switchid, created, terminated, lastchange];
    GPartyHistory [at, partyid, pseq, cseq, changetype, ccevent, cceventcause, state, prevstate, prevsenter, callid,
        added];
    GUserdataHistory [at, callid, partyid, pseq, cseq, endpointdn, agentid, keyname, sourcetype, changetype, value,
        added];
}

/// Rows as bytes.
pub fn encode(rows: &Rows) -> Vec<u8> {
    let mut out = Vec::new();
    rows.calls.put(&mut out);
    rows.histories.put(&mut out);
    rows.data.put(&mut out);
    out
}

/// Rows from bytes; none if they are not what [`encode`] gave.
pub fn decode(mut bytes: &[u8]) -> Option<Rows> {
    let from = &mut bytes;
    Some(Rows { calls: Compact::take(from)?, histories: Compact::take(from)?, data: Compact::take(from)? })
}
