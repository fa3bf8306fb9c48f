//! Makes an event in its flat form.

use crate::{HEADER_BYTES, Kind, MAX_ATTRIBUTES, MAX_EVENT_BYTES, NO_SEQUENCE, NO_TIME, VERSION};

use crate::{END_MASK, KIND_INTEGER, KIND_LIST, KIND_PAIR, KIND_TEXT};

/// The event would exceed [`MAX_EVENT_BYTES`] or [`MAX_ATTRIBUTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge {
    /// Bytes that the event would have taken.
    pub bytes: usize,
    /// Attributes that the event would have had.
    pub attributes: usize,
}

impl std::fmt::Display for TooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "event of {} bytes and {} attributes exceeds the limits of {MAX_EVENT_BYTES} bytes and {MAX_ATTRIBUTES} attributes",
            self.bytes, self.attributes
        )
    }
}

impl std::error::Error for TooLarge {}

/// Collects the parts of one event; reusable, so that a busy source allocates only once.
#[derive(Debug)]
pub struct Builder {
    kind: Kind,
    time: i64,
    received: i64,
    sequence: u64,
    name_end: u32,
    entries: Vec<(u32, u32)>,
    bytes: Vec<u8>,
}

impl Builder {
    /// An event of `kind` and `name`, received at `received` (µs since 1970 UTC).
    #[must_use]
    pub fn new(kind: Kind, name: &str, received: i64) -> Self {
        let mut builder = Self {
            kind,
            time: NO_TIME,
            received,
            sequence: NO_SEQUENCE,
            name_end: 0,
            entries: Vec::new(),
            bytes: Vec::new(),
        };
        builder.reset(kind, name, received);
        builder
    }

    /// Starts another event in the same memory.
    pub fn reset(&mut self, kind: Kind, name: &str, received: i64) {
        self.kind = kind;
        self.time = NO_TIME;
        self.received = received;
        self.sequence = NO_SEQUENCE;
        self.entries.clear();
        self.bytes.clear();
        self.bytes.extend_from_slice(name.as_bytes());
        self.name_end = self.end();
    }

    /// Sets the source's own time, µs since 1970 UTC.
    pub fn time(&mut self, micros: i64) -> &mut Self {
        self.time = micros;
        self
    }

    /// Sets the sequence number that the source gave.
    pub fn sequence(&mut self, sequence: u64) -> &mut Self {
        self.sequence = sequence;
        self
    }

    /// Adds a text attribute. A name may occur more than once.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.put(name, KIND_TEXT, value)
    }

    /// Adds an integer attribute.
    pub fn integer(&mut self, name: &str, value: i64) -> &mut Self {
        self.put(name, KIND_INTEGER, &value.to_string())
    }

    /// Adds a list of (key, text) pairs.
    pub fn list<'p>(&mut self, name: &str, pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> &mut Self {
        self.put(name, KIND_LIST, "");
        for (key, text) in pairs {
            self.put(key, KIND_PAIR, text);
        }
        self
    }

    fn put(&mut self, name: &str, kind: u32, value: &str) -> &mut Self {
        self.bytes.extend_from_slice(name.as_bytes());
        let name_end = self.end();
        self.bytes.extend_from_slice(value.as_bytes());
        let value_end = self.end();
        self.entries.push((name_end | kind, value_end));
        self
    }

    fn end(&self) -> u32 {
        // Saturates only far beyond MAX_EVENT_BYTES, where `append_to` refuses.
        u32::try_from(self.bytes.len()).unwrap_or(u32::MAX) & END_MASK
    }

    /// Appends the event to `out`.
    ///
    /// # Errors
    /// [`TooLarge`] if the event exceeds a limit of the format; `out` is unchanged then.
    pub fn append_to(&self, out: &mut Vec<u8>) -> Result<(), TooLarge> {
        let unpadded = HEADER_BYTES + self.entries.len() * 8 + self.bytes.len();
        let length = unpadded.next_multiple_of(8);
        let refused = TooLarge { bytes: length, attributes: self.entries.len() };
        if length > MAX_EVENT_BYTES {
            return Err(refused);
        }
        let attributes = u16::try_from(self.entries.len()).map_err(|_| refused)?;
        let total = u32::try_from(length).map_err(|_| refused)?;
        out.reserve(length);
        out.extend_from_slice(&total.to_le_bytes());
        out.extend_from_slice(&[VERSION, self.kind as u8]);
        out.extend_from_slice(&attributes.to_le_bytes());
        out.extend_from_slice(&0_u64.to_le_bytes());
        out.extend_from_slice(&self.time.to_le_bytes());
        out.extend_from_slice(&self.received.to_le_bytes());
        out.extend_from_slice(&self.sequence.to_le_bytes());
        out.extend_from_slice(&self.name_end.to_le_bytes());
        out.extend_from_slice(&self.end().to_le_bytes());
        for (name_end, value_end) in &self.entries {
            out.extend_from_slice(&name_end.to_le_bytes());
            out.extend_from_slice(&value_end.to_le_bytes());
        }
        out.extend_from_slice(&self.bytes);
        out.resize(out.len() + (length - unpadded), 0);
        Ok(())
    }

    /// The event as bytes of its own.
    ///
    /// # Errors
    /// See [`Builder::append_to`].
    pub fn finish(&self) -> Result<Vec<u8>, TooLarge> {
        let mut out = Vec::new();
        self.append_to(&mut out)?;
        Ok(out)
    }
}
