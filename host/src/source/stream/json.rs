//! Walks one text of JSON without making anything of it: no tree, no allocation.
//!
//! The grammar is RFC 8259 to the letter, with one mercy: an escape of half a surrogate pair, which some encoders write
//! for bytes that are not UTF-8, becomes U+FFFD.
//!
//! # Invariants
//! 1. Any bytes are walked without panic, in time proportional to their number, to a depth of [`DEPTH_MAX`]
//!    (tests `hostile_texts_end_in_a_fault`, `every_cut_is_a_fault`).
//! 2. What is accepted is what `serde_json` accepts, save its depth (test `agrees_with_serde_json`).

/// Lists in lists, and what else may stand in one another.
pub(super) const DEPTH_MAX: u32 = 32;

/// Where and why a text is not JSON, or not what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub(super) struct Fault {
    /// What is wrong, in a few words.
    pub(super) what: &'static str,
    /// Byte offset in the text.
    pub(super) at: usize,
}

/// A value, or the beginning of one that has more inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'l> {
    /// A string.
    Text(Text<'l>),
    /// A number as it is written.
    Number(&'l str),
    /// `true` or `false`, as it is written.
    Boolean(&'l str),
    /// `null`.
    Null,
    /// `{`: members follow, see [`Scanner::member`].
    Object,
    /// `[`: elements follow, see [`Scanner::element`].
    Array,
}

/// A string between its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text<'l> {
    raw: &'l str,
    escaped: bool,
}

impl<'l> Text<'l> {
    /// What it says; `scratch` holds it if it is written with escapes.
    pub(super) fn read<'s>(&self, scratch: &'s mut String) -> &'s str
    where
        'l: 's,
    {
        if !self.escaped {
            return self.raw;
        }
        scratch.clear();
        self.append_to(scratch);
        scratch
    }

    /// Appends what it says to `out`.
    pub(super) fn append_to(&self, out: &mut String) {
        let mut rest = self.raw;
        while let Some((plain, after)) = rest.split_once('\\') {
            out.push_str(plain);
            let mut chars = after.chars();
            match chars.next().unwrap_or('\\') {
                'b' => out.push('\u{8}'),
                'f' => out.push('\u{c}'),
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                'u' => out.push(code_point(&mut chars)),
                itself => out.push(itself),
            }
            rest = chars.as_str();
        }
        out.push_str(rest);
    }
}

/// The character of `\uXXXX`, of which `\u` has been read, with the second half of a pair if there is one.
fn code_point(chars: &mut std::str::Chars<'_>) -> char {
    let unit = |chars: &mut std::str::Chars<'_>| {
        let digits = chars.as_str().get(..4)?;
        let unit = u32::from_str_radix(digits, 16).ok()?;
        *chars = chars.as_str().get(4..)?.chars();
        Some(unit)
    };
    let Some(high) = unit(chars) else { return char::REPLACEMENT_CHARACTER };
    if let Some(itself) = char::from_u32(high) {
        return itself;
    }
    let mut ahead = chars.clone();
    if (0xD800..0xDC00).contains(&high)
        && ahead.next() == Some('\\')
        && ahead.next() == Some('u')
        && let Some(low) = unit(&mut ahead).filter(|low| (0xDC00..0xE000).contains(low))
    {
        *chars = ahead;
        return char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))
            .unwrap_or(char::REPLACEMENT_CHARACTER);
    }
    char::REPLACEMENT_CHARACTER
}

/// Stands somewhere in a text. A copy remembers the place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'l> {
    text: &'l str,
    at: usize,
    depth: u32,
}

impl<'l> Scanner<'l> {
    /// At the beginning of `text`.
    pub(super) fn new(text: &'l str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// A fault at this place.
    pub(super) fn fault(&self, what: &'static str) -> Fault {
        Fault { what, at: self.at }
    }

    /// The next byte that is no white space, not taken yet.
    fn ahead(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                other => return other,
            }
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.ahead() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// The value that begins here. The inside of an object or array follows.
    pub(super) fn value(&mut self) -> Result<Value<'l>, Fault> {
        match self.ahead() {
            Some(b'"') => Ok(Value::Text(self.string()?)),
            Some(b'{') => self.enter(Value::Object),
            Some(b'[') => self.enter(Value::Array),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => Ok(Value::Boolean(self.word("true")?)),
            Some(b'f') => Ok(Value::Boolean(self.word("false")?)),
            Some(b'n') => self.word("null").map(|_| Value::Null),
            Some(_) => Err(self.fault("no value")),
            None => Err(self.fault("cut short")),
        }
    }

    fn enter(&mut self, value: Value<'l>) -> Result<Value<'l>, Fault> {
        if self.depth == DEPTH_MAX {
            return Err(self.fault("nested too deep"));
        }
        self.depth += 1;
        self.at += 1;
        Ok(value)
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// The key of the next member of the object that was entered, of which the value follows; none at its end. `first`
    /// before the first one.
    pub(super) fn member(&mut self, first: &mut bool) -> Result<Option<Text<'l>>, Fault> {
        if !self.more(first, b'}')? {
            return Ok(None);
        }
        if self.ahead() != Some(b'"') {
            return Err(self.fault("no key"));
        }
        let key = self.string()?;
        if !self.take(b':') {
            return Err(self.fault("no colon"));
        }
        Ok(Some(key))
    }

    /// Whether another element of the array that was entered follows. `first` before the first one.
    pub(super) fn element(&mut self, first: &mut bool) -> Result<bool, Fault> {
        self.more(first, b']')
    }

    fn more(&mut self, first: &mut bool, end: u8) -> Result<bool, Fault> {
        let first = std::mem::replace(first, false);
        if self.take(end) {
            self.leave();
            return Ok(false);
        }
        if first {
            return Ok(true);
        }
        if !self.take(b',') {
            return Err(self.fault("neither comma nor end"));
        }
        Ok(true)
    }

    /// Passes over the inside of `value`.
    pub(super) fn skip(&mut self, value: Value<'l>) -> Result<(), Fault> {
        let mut first = true;
        match value {
            Value::Object => {
                while self.member(&mut first)?.is_some() {
                    let inside = self.value()?;
                    self.skip(inside)?;
                }
            }
            Value::Array => {
                while self.element(&mut first)? {
                    let inside = self.value()?;
                    self.skip(inside)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Nothing but white space may follow.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        match self.ahead() {
            None => Ok(()),
            Some(_) => Err(self.fault("more than one value")),
        }
    }

    /// Whether a comma or the end of an object comes next, so that the value before has been read as it was meant.
    pub(super) fn is_delimited(&mut self) -> bool {
        matches!(self.ahead(), Some(b',' | b'}'))
    }

    fn slice(&self, from: usize) -> &'l str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    fn word(&mut self, word: &'static str) -> Result<&'static str, Fault> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(self.fault("no value"));
        }
        self.at += word.len();
        Ok(word)
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let from = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == from { Err(self.fault("no digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Value<'l>, Fault> {
        let from = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(Value::Number(self.slice(from)))
    }

    /// The string whose quote is at hand.
    fn string(&mut self) -> Result<Text<'l>, Fault> {
        self.at += 1;
        let (from, mut escaped) = (self.at, false);
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let Some(length) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) else {
                self.at = bytes.len();
                return Err(self.fault("cut short"));
            };
            self.at += length;
            match self.peek() {
                Some(b'"') => {
                    let raw = self.slice(from);
                    self.at += 1;
                    return Ok(Text { raw, escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.at += 1;
                    self.escape()?;
                }
                _ => return Err(self.fault("control character in a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let more = match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 0,
            Some(b'u') => 4,
            Some(_) => return Err(self.fault("no escape")),
            None => return Err(self.fault("cut short")),
        };
        self.at += 1;
        let digits = self.text.as_bytes().get(self.at..self.at + more);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(self.fault("no escape"));
        }
        self.at += more;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(text: &str) -> Result<(), Fault> {
        let mut scanner = Scanner::new(text);
        let value = scanner.value()?;
        scanner.skip(value)?;
        scanner.end()
    }

    const SAMPLE: &str = "{\"a\":[1,-0.5e+3,true,null,{}],\"b\\u00fc\":\"x\\\"\\\\\\/\\b\\f\\n\\r\\t\\uD83D\\uDE00 \u{20ac}\", \"c\" : [ ] ,\"\":false}";

    #[test]
    fn every_cut_is_a_fault() {
        walk(SAMPLE).expect("is JSON");
        for (at, _) in SAMPLE.char_indices() {
            walk(SAMPLE.get(..at).expect("a character's end")).expect_err("cut");
        }
    }

    #[test]
    fn agrees_with_serde_json() {
        let mut state = 7_u64;
        let mut random = move |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(state >> 33).expect("small") % below
        };
        let pieces = [
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u12",
            "a",
            "0",
            "01",
            "-",
            "1.",
            "e5",
            "true",
            "nul",
            " ",
            "\u{0}",
            "\u{7f}",
            "\u{e9}",
            "\"k\":",
            "[1,2]",
            "\"\\ud800\\u0041\"",
        ];
        for _ in 0..40_000 {
            let mut text = SAMPLE.to_owned();
            for _ in 0..random(3) + 1 {
                let at = text.char_indices().map(|(at, _)| at).nth(random(text.chars().count())).expect("inside");
                match random(3) {
                    0 => text.insert_str(at, pieces[random(pieces.len())]),
                    1 => drop(text.remove(at)),
                    _ => text.truncate(at),
                }
                if text.is_empty() {
                    text.push('[');
                }
            }
            let (ours, theirs) = (walk(&text), serde_json::from_str::<serde::de::IgnoredAny>(&text));
            // Half a pair is where we are kinder.
            if !text.contains("\\ud800") && !text.contains("\\uD83D") {
                assert_eq!(ours.is_ok(), theirs.is_ok(), "{text:?} {ours:?} {theirs:?}");
            } else if theirs.is_ok() {
                assert_eq!(ours, Ok(()), "{text:?}");
            }
        }
    }

    #[test]
    fn escapes_say_what_serde_json_says() {
        for raw in
            ["\"\"", "\"plain \u{20ac}\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u20AC\\uD83D\\uDE00\\u0000end\""]
        {
            let Ok(Value::Text(text)) = Scanner::new(raw).value() else { panic!("{raw} is a string") };
            assert_eq!(text.read(&mut String::new()), serde_json::from_str::<String>(raw).expect("is JSON"));
        }
        for (raw, says) in [
            ("\"a\\ud800b\"", "a\u{fffd}b"),
            ("\"\\udc00\"", "\u{fffd}"),
            ("\"\\ud800\\u0041\"", "\u{fffd}A"),
            ("\"\\ud800\\\\u0041\"", "\u{fffd}\\u0041"),
            ("\"\\ud800\\ud800\\udc00\"", "\u{fffd}\u{10000}"),
        ] {
            let Ok(Value::Text(text)) = Scanner::new(raw).value() else { panic!("{raw} is a string") };
            assert_eq!(text.read(&mut String::new()), says);
        }
    }

    #[test]
    fn hostile_texts_end_in_a_fault() {
        for text in
            ["", " ", "[".repeat(100_000).as_str(), "{\"a\":".repeat(40).as_str(), "\"\u{1}\"", "[1 2]", "{1:2}"]
        {
            walk(text).expect_err("is not JSON");
        }
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!((walk(&deep(32)), walk(&deep(33)).map_err(|fault| fault.what)), (Ok(()), Err("nested too deep")));
    }
}
