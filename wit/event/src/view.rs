//! Reads an event in its flat form, in place.

use crate::{
    END_MASK, HEADER_BYTES, KIND_INTEGER, KIND_LIST, KIND_PAIR, Kind, MAX_EVENT_BYTES, NO_SEQUENCE, NO_TIME, VERSION,
};

/// The bytes are not an event: what is wrong, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong, in a few words.
    pub what: &'static str,
    /// Byte offset in the buffer at which the event begins.
    pub offset: usize,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no valid event at byte {}: {}", self.offset, self.what)
    }
}

impl std::error::Error for Malformed {}

/// A value of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Text, UTF-8.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// (key, text) pairs.
    List(Pairs<'a>),
}

impl<'a> Value<'a> {
    /// The text, if it is one.
    #[must_use]
    pub fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Integer(_) | Self::List(_) => None,
        }
    }

    /// The number, also if it is written as text.
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::List(_) => None,
        }
    }
}

/// An event in its flat form, checked, borrowed.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The whole event: exactly as long as its header says.
    raw: &'a [u8],
    table: &'a [u8],
    bytes: &'a str,
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

fn i64_at(bytes: &[u8], at: usize) -> i64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, i64::from_le_bytes)
}

impl<'a> View<'a> {
    /// Reads the event that begins at the start of `buffer`; more may follow it.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are not one whole event of a known version.
    pub fn parse(buffer: &'a [u8]) -> Result<Self, Malformed> {
        let bad = |what| Malformed { what, offset: 0 };
        if buffer.len() < HEADER_BYTES {
            return Err(bad("shorter than a header"));
        }
        let length = u32_at(buffer, 0) as usize;
        if !(HEADER_BYTES..=MAX_EVENT_BYTES).contains(&length) || !length.is_multiple_of(8) {
            return Err(bad("impossible length"));
        }
        let raw = buffer.get(..length).ok_or(bad("cut short"))?;
        if raw.get(4) != Some(&VERSION) {
            return Err(bad("unknown version of the flat form"));
        }
        if raw.get(5).copied().and_then(Kind::from_number).is_none() {
            return Err(bad("unknown kind"));
        }
        let attributes = usize::from(u16::from_le_bytes([raw[6], raw[7]]));
        let body = HEADER_BYTES + attributes * 8;
        let table = raw.get(HEADER_BYTES..body).ok_or(bad("attribute table beyond the end"))?;
        let body_bytes = u32_at(raw, 44) as usize;
        let bytes = raw.get(body..body + body_bytes).ok_or(bad("bytes beyond the end"))?;
        if length != (body + body_bytes).next_multiple_of(8) {
            return Err(bad("length does not fit the content"));
        }
        let bytes = std::str::from_utf8(bytes).map_err(|_| bad("not UTF-8"))?;
        let view = Self { raw, table, bytes };
        view.check().map_err(bad)?;
        Ok(view)
    }

    fn check(&self) -> Result<(), &'static str> {
        let mut at = u32_at(self.raw, 40) as usize;
        if !self.bytes.is_char_boundary(at) {
            return Err("name beyond the end");
        }
        for entry in self.table.chunks_exact(8) {
            let name_end = (u32_at(entry, 0) & END_MASK) as usize;
            let value_end = u32_at(entry, 4) as usize;
            let inside = self.bytes.is_char_boundary(name_end) && self.bytes.is_char_boundary(value_end);
            if name_end < at || value_end < name_end || !inside {
                return Err("attribute offsets out of order");
            }
            at = value_end;
        }
        Ok(())
    }

    /// The event's own bytes, to be stored or passed on.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// What the entry is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.raw.get(5).copied().and_then(Kind::from_number).unwrap_or(Kind::Source)
    }

    /// Position in the lane's queue; 0 before the queue has given one.
    #[must_use]
    pub fn seq(&self) -> u64 {
        u64_at(self.raw, 8)
    }

    /// The source's time, µs since 1970 UTC, if it gave one.
    #[must_use]
    pub fn source_time(&self) -> Option<i64> {
        Some(i64_at(self.raw, 16)).filter(|time| *time != NO_TIME)
    }

    /// When the concentrator received it, µs since 1970 UTC.
    #[must_use]
    pub fn received(&self) -> i64 {
        i64_at(self.raw, 24)
    }

    /// The time that rows carry: the source's, or the time of receipt where it gives none.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.source_time().unwrap_or_else(|| self.received())
    }

    /// The source's own sequence number, if it numbers its events.
    #[must_use]
    pub fn sequence(&self) -> Option<u64> {
        Some(u64_at(self.raw, 32)).filter(|sequence| *sequence != NO_SEQUENCE)
    }

    /// Name of the event.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.bytes.get(..u32_at(self.raw, 40) as usize).unwrap_or_default()
    }

    /// The attributes in their order; the pairs of a list come with the list only.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        let mut entries = self.entries();
        std::iter::from_fn(move || {
            loop {
                let (kind, name, value) = entries.next()?;
                let value = match kind {
                    KIND_PAIR => continue,
                    KIND_LIST => Value::List(Pairs(entries)),
                    KIND_INTEGER => Value::Integer(value.parse().unwrap_or_default()),
                    _ => Value::Text(value),
                };
                return Some((name, value));
            }
        })
    }

    /// The first attribute of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.attributes().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// The text of the first attribute of that name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name).and_then(Value::text)
    }

    /// The number in the first attribute of that name, also if it is written as text.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(Value::integer)
    }

    fn entries(&self) -> Entries<'a> {
        Entries { table: self.table, bytes: self.bytes, at: u32_at(self.raw, 40) as usize }
    }
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {}", self.seq(), self.kind(), self.name())?;
        f.debug_map().entries(self.attributes()).finish()
    }
}

/// Walks the attribute table.
#[derive(Clone, Copy)]
struct Entries<'a> {
    table: &'a [u8],
    bytes: &'a str,
    at: usize,
}

impl<'a> Entries<'a> {
    fn next(&mut self) -> Option<(u32, &'a str, &'a str)> {
        let (entry, rest) = self.table.split_at_checked(8)?;
        let head = u32_at(entry, 0);
        let name_end = (head & END_MASK) as usize;
        let value_end = u32_at(entry, 4) as usize;
        let name = self.bytes.get(self.at..name_end).unwrap_or_default();
        let value = self.bytes.get(name_end..value_end).unwrap_or_default();
        self.table = rest;
        self.at = value_end;
        Some((head & !END_MASK, name, value))
    }
}

/// The (key, text) pairs of a list.
#[derive(Clone, Copy)]
pub struct Pairs<'a>(Entries<'a>);

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, key, text) = self.0.next()?;
        if kind == KIND_PAIR {
            return Some((key, text));
        }
        self.0.table = &[];
        None
    }
}

impl std::fmt::Debug for Pairs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(*self).finish()
    }
}

impl PartialEq for Pairs<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.eq_by_pairs(*other)
    }
}

impl Eq for Pairs<'_> {}

impl Pairs<'_> {
    fn eq_by_pairs(self, other: Pairs<'_>) -> bool {
        Iterator::eq(self, other)
    }
}

/// The events of a batch: flat events one after another.
#[derive(Clone, Copy, Debug)]
pub struct Views<'a> {
    buffer: &'a [u8],
    at: usize,
}

impl<'a> Views<'a> {
    /// Walks the events in `buffer`.
    #[must_use]
    pub fn new(buffer: &'a [u8]) -> Self {
        Self { buffer, at: 0 }
    }
}

impl<'a> Iterator for Views<'a> {
    type Item = Result<View<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.buffer.get(self.at..).filter(|rest| !rest.is_empty())?;
        let parsed = View::parse(rest).map_err(|bad| Malformed { offset: self.at, ..bad });
        self.at = match &parsed {
            Ok(view) => self.at + view.raw.len(),
            Err(_) => self.buffer.len(),
        };
        Some(parsed)
    }
}
