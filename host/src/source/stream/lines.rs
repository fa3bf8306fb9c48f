//! Cuts the bytes of a connection into lines.

use memchr::memchr;

/// Bytes that are read at once at most: large enough that a busy source costs a system call per hundreds of events.
const READ_BYTES: usize = 256 << 10;

/// A line without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found<'b> {
    /// All of it.
    Whole(&'b [u8]),
    /// The beginning of a line that is too long; the rest of it is passed over.
    TooLong(&'b [u8]),
}

/// The bytes that have been read and not yet understood. Holds one line of the longest kind and one read at most.
#[derive(Debug, Default)]
pub(super) struct Lines {
    buffer: Vec<u8>,
    /// Where the next line begins.
    start: usize,
    /// Up to where no end of it was found.
    searched: usize,
    line_bytes_max: usize,
    /// Inside of a line that is too long.
    passing: bool,
}

impl Lines {
    /// Of at most `line_bytes_max` each.
    pub(super) fn new(line_bytes_max: usize) -> Self {
        Self { line_bytes_max, ..Self::default() }
    }

    /// Where bytes that are read are to be put.
    pub(super) fn space(&mut self) -> &mut Vec<u8> {
        self.buffer.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        self.buffer.reserve(READ_BYTES);
        &mut self.buffer
    }

    /// The next line that has ended, or is too long already.
    pub(super) fn next(&mut self) -> Option<Found<'_>> {
        loop {
            let fresh = self.buffer.get(self.searched..).unwrap_or_default();
            let Some(end) = memchr(b'\n', fresh).map(|length| self.searched + length) else {
                self.searched = self.buffer.len();
                let from = self.start;
                if self.passing {
                    self.start = self.searched;
                    return None;
                }
                if self.searched - from <= self.line_bytes_max {
                    return None;
                }
                self.passing = true;
                self.start = self.searched;
                return self.buffer.get(from..from + self.line_bytes_max).map(Found::TooLong);
            };
            let from = std::mem::replace(&mut self.start, end + 1);
            self.searched = self.start;
            if std::mem::take(&mut self.passing) {
                continue;
            }
            if end - from > self.line_bytes_max {
                return self.buffer.get(from..from + self.line_bytes_max).map(Found::TooLong);
            }
            return self.buffer.get(from..end).map(Found::Whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of `bytes` when they are read in pieces of `size`.
    fn cut(bytes: &[u8], size: usize) -> Vec<String> {
        let (mut lines, mut out) = (Lines::new(8), Vec::new());
        for piece in bytes.chunks(size) {
            lines.space().extend_from_slice(piece);
            while let Some(found) = lines.next() {
                out.push(match found {
                    Found::Whole(line) => String::from_utf8_lossy(line).into_owned(),
                    Found::TooLong(line) => format!("{}…", String::from_utf8_lossy(line)),
                });
            }
            assert!(lines.buffer.len() <= 8 + size);
        }
        out
    }

    #[test]
    fn pieces_of_any_size_make_the_same_lines() {
        let bytes = b"a\n\n12345678\n123456789\nb\r\n1234567890123456789012345678901234567890\nc\nrest";
        for size in 1..=bytes.len() {
            assert_eq!(cut(bytes, size), ["a", "", "12345678", "12345678…", "b\r", "12345678…", "c"], "{size}");
        }
    }
}
