//! Key-value lists: which pair is nested in which list.
//!
//! ```text
//! <TAB>AttributeUserData<TAB>[149] 00 03 00 00..        size, then the first bytes: two of them count the pairs
//! <TAB><TAB>'a'<TAB>'1'
//! <TAB><TAB>'l'(list) 'x'<TAB>'2'                       the first nested pair may stand on the line of its list
//! <TAB><TAB><TAB>'y'<TAB>'3'                            the others follow, indented further, or not
//! <TAB><TAB>'b'<TAB>4
//! ```
//!
//! # Rule
//! A pair that is indented further than a list before it belongs to that list. Where nested pairs are not indented, or
//! a copy lost the white space, the count in the size decides: what there are too many on the outer level belongs to the
//! lists, to each the pairs that follow it, to the first ones first. Without a count they belong to the outer level.

use super::line::{split_key, strip_list, strip_type};

/// Lists within lists that are followed; what is nested deeper keeps the key of the last.
const DEPTH_MAX: usize = 16;
/// Most bytes that a dotted key may have.
const KEY_BYTES: usize = 1_024;

/// A list while its lines are read.
#[derive(Debug, Default)]
pub(super) struct List<'a> {
    /// Pairs on the outer level, as the size tells.
    declared: Option<usize>,
    entries: Vec<Entry<'a>>,
}

/// A line of a list.
#[derive(Debug)]
struct Entry<'a> {
    indent: usize,
    key: &'a str,
    value: Value<'a>,
}

#[derive(Debug)]
enum Value<'a> {
    Text(&'a str),
    /// A list, with the pairs on its own line: path below it, and text.
    List(Vec<(String, &'a str)>),
}

/// Why a line is no pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoPair;

impl<'a> List<'a> {
    /// Begins with what stands behind the attribute's name: `[149] 00 03 00 00..`, and pairs if they are there.
    pub(super) fn open(value: &'a str) -> (Self, Result<(), NoPair>) {
        let (value, _) = strip_type(value);
        let (size, pairs) = match value.find('\'') {
            Some(at) => value.split_at_checked(at).unwrap_or((value, "")),
            None => (value, ""),
        };
        let bytes = size.split_once(']').map_or("", |(_, bytes)| bytes.trim_start());
        let pair_of_bytes = || {
            let (high, low) = (bytes.get(0..2)?, bytes.get(3..5)?);
            let byte = |text| usize::from_str_radix(text, 16).ok();
            Some(byte(high)? * 256 + byte(low)?)
        };
        let mut list = Self { declared: pair_of_bytes(), entries: Vec::new() };
        let read = on_one_line(pairs);
        let complete = read.is_some();
        for (path, text) in read.unwrap_or_default() {
            // Dots in a path are nesting that its own line told.
            list.entries.push(Entry { indent: 0, key: "", value: Value::List(vec![(path, text)]) });
        }
        (list, if complete { Ok(()) } else { Err(NoPair) })
    }

    /// Takes a line `'key' …`; `content` is without the white space around it, of which `indent` columns were before it.
    pub(super) fn line(&mut self, indent: usize, content: &'a str) -> Result<(), NoPair> {
        let (key, rest) = split(content, content.contains('\t')).ok_or(NoPair)?;
        let value = match strip_list(rest) {
            Some(nested) => Value::List(on_one_line(nested).ok_or(NoPair)?),
            None => Value::Text(text_of(rest).ok_or(NoPair)?),
        };
        self.entries.push(Entry { indent, key, value });
        Ok(())
    }

    /// The pairs, nested ones with dotted keys.
    pub(super) fn pairs(&self) -> Vec<(String, &'a str)> {
        let base = self.entries.iter().map(|entry| entry.indent).find(|indent| *indent > 0).unwrap_or(0);
        let outer = self.entries.iter().filter(|entry| entry.indent <= base).count();
        let mut surplus = self.declared.map_or(0, |declared| outer.saturating_sub(declared));
        let mut open: Vec<(usize, &str)> = Vec::new();
        let mut pairs = Vec::new();
        for entry in &self.entries {
            let is_list = matches!(entry.value, Value::List(_));
            while let Some((indent, _)) = open.last() {
                let deeper = entry.indent > *indent;
                let swallowed = entry.indent == *indent && entry.indent <= base && surplus > 0 && !is_list;
                if deeper || swallowed {
                    surplus -= usize::from(swallowed);
                    break;
                }
                open.pop();
            }
            let path = open.iter().map(|(_, key)| *key).chain(Some(entry.key));
            let path = dotted(path);
            match &entry.value {
                Value::Text(text) => pairs.push((path, *text)),
                Value::List(nested) => {
                    pairs.extend(nested.iter().map(|(below, text)| (dotted([path.as_str(), below.as_str()]), *text)));
                    if open.len() < DEPTH_MAX && !entry.key.is_empty() {
                        open.push((entry.indent, entry.key));
                    }
                }
            }
        }
        pairs
    }
}

fn dotted<'k>(keys: impl IntoIterator<Item = &'k str>) -> String {
    let mut path = String::new();
    for key in keys.into_iter().filter(|key| !key.is_empty()) {
        if path.len() + key.len() > KEY_BYTES {
            break;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    }
    path
}

/// `'key' rest`, as text.
fn split(content: &str, by_tab: bool) -> Option<(&str, &str)> {
    let (key, rest) = split_key(content.as_bytes(), by_tab)?;
    Some((std::str::from_utf8(key).ok()?, std::str::from_utf8(rest).ok()?))
}

/// A value: what stands between its quotes, or the bare word; none if a closing quote is missing.
pub(super) fn text_of(value: &str) -> Option<&str> {
    let (value, _) = strip_type(value);
    let value = value.trim_end_matches([' ', '\t', '\r']);
    for quote in ['\'', '"'] {
        if let Some(inner) = value.strip_prefix(quote) {
            return inner.strip_suffix(quote);
        }
    }
    Some(value)
}

/// The pairs on one line, `'a' 'b' 'c'(list) 'd' 'e'`; a quote ends a value if white space or the end follows.
fn on_one_line(mut rest: &str) -> Option<Vec<(String, &str)>> {
    let mut pairs = Vec::new();
    let mut path: Vec<&str> = Vec::new();
    loop {
        rest = rest.trim_matches([' ', '\t', '\r']);
        if rest.is_empty() {
            return Some(pairs);
        }
        let (key, after) = split(rest, false)?;
        if let Some(nested) = strip_list(after) {
            if path.len() < DEPTH_MAX {
                path.push(key);
            }
            rest = nested;
            continue;
        }
        let after = after.trim_start_matches([' ', '\t']);
        let (text, behind) = match after.strip_prefix('\'') {
            Some(inner) => {
                // A following pair begins behind the quote and white space, or nothing does.
                let ends = |at: &usize| {
                    let behind = inner.get(at + 1..).unwrap_or_default();
                    behind.is_empty()
                        || (behind.starts_with([' ', '\t']) && behind.trim_start_matches([' ', '\t']).starts_with('\''))
                };
                let at = inner.match_indices('\'').map(|(at, _)| at).find(ends)?;
                (inner.get(..at)?, inner.get(at + 1..)?)
            }
            None => after.split_at_checked(after.find([' ', '\t']).unwrap_or(after.len()))?,
        };
        pairs.push((dotted(path.iter().copied().chain(Some(key))), text));
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(size: &str, lines: &[&str], expect: &[(&str, &str)]) {
        let (mut list, _) = List::open(size);
        for line in lines {
            let content = line.trim();
            list.line(line.len() - line.trim_start().len(), content).expect("a pair");
        }
        let pairs = list.pairs();
        let shown: Vec<(&str, &str)> = pairs.iter().map(|(key, text)| (key.as_str(), *text)).collect();
        assert_eq!(shown, expect, "{size} {lines:?}");
    }

    #[test]
    fn nested_by_indentation() {
        check(
            "[9] 00 04 00 00..",
            &[
                "\t\t'a'\t'1'",
                "\t\t'l'(list) 'x'\t'2'",
                "\t\t\t'y'\t3",
                "\t\t\t'm'(list)",
                "\t\t\t\t'z'\t'4'",
                "\t\t'e'(list)",
                "\t\t'b'\t''",
            ],
            &[("a", "1"), ("l.x", "2"), ("l.y", "3"), ("l.m.z", "4"), ("b", "")],
        );
    }

    #[test]
    fn nested_by_count() {
        check(
            "[9] 00 01 03 00..",
            &["\t\t'l'(list) 'x'\t'1'", "\t\t'y'\t'2'", "\t\t'z'\t'3'"],
            &[("l.x", "1"), ("l.y", "2"), ("l.z", "3")],
        );
        check(
            "[9] 00 02 03 00..",
            &["\t\t'l'(list) 'x'\t'1'", "\t\t'y'\t'2'", "\t\t'z'\t'3'"],
            &[("l.x", "1"), ("l.y", "2"), ("z", "3")],
        );
        check("[9] 00 02 03 00..", &["'l'(list) ", "'k'\t'1'"], &[("k", "1")]);
        check(
            "[9] 00 03 03 00..",
            &["\t'l'(list)", "\t'a'\t1", "\t'b'\t2", "\t'm'(list)", "\t'c'\t3", "\t'd'\t4"],
            &[("l.a", "1"), ("l.b", "2"), ("m.c", "3"), ("d", "4")],
        );
        check("", &["\t'l'(list) 'x'\t'1'", "\t'y'\t'2'"], &[("l.x", "1"), ("y", "2")]);
    }

    #[test]
    fn on_the_line_of_the_attribute_or_the_list() {
        check("[9] 00 02 00 00.. 'a' 'b' 'c'\t7", &[], &[("a", "b"), ("c", "7")]);
        check(
            "",
            &["\t\t'l'(list) 'a' 'b' 'it's' 'o'k' 'm'(list) 'c' 'd e'"],
            &[("l.a", "b"), ("l.it's", "o'k"), ("l.m.c", "d e")],
        );
        check("[bstr] = KVList: ", &["\t\t'k' [str] = \"v\"", "\t\t'n' [int] = 5"], &[("k", "v"), ("n", "5")]);
    }

    #[test]
    fn quotes_within_values_and_what_is_no_pair() {
        check("", &["\t'k'\t'it's 'so' <a@b> $'"], &[("k", "it's 'so' <a@b> $")]);
        check("", &["\t'k'\t'two\nlines'"], &[("k", "two\nlines")]);
        check("", &["\t'k'\t[3] 00 01 02"], &[("k", "[3] 00 01 02")]);
        let (mut list, _) = List::open("");
        assert_eq!(list.line(1, "'k'\t'open"), Err(NoPair));
        assert_eq!(list.line(1, "'k"), Err(NoPair));
        assert_eq!(list.line(1, "'l'(list) 'k' 'open"), Err(NoPair));
        assert_eq!(List::open("[4] 00 01.. 'a").1, Err(NoPair));
    }

    #[test]
    fn depth_and_length_of_keys_are_bounded() {
        let nested: String = (0..200).map(|level| format!("'{level}{}'(list) ", "k".repeat(100))).collect();
        let line = format!("{nested}'a'\t'b'");
        let (mut list, _) = List::open("");
        list.line(2, &line).expect("a pair");
        let pairs = list.pairs();
        assert!(pairs.len() == 1 && pairs[0].0.len() <= KEY_BYTES);
    }
}
