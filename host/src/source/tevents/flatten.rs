//! Makes the flat event of a message: names without `Attribute`, values by their kind.
//!
//! | in the log | attribute |
//! |---|---|
//! | `'text'`, and anything of the names in [`TEXTS`] | text |
//! | up to 16 hexadecimal digits of a name that ends in `ConnID`, or in [`IDS`] | text of 16 lower-case digits |
//! | a decimal number | integer; with words in parentheses behind it, or `0x…`, only for the names in [`NUMBERS`] |
//! | `[size] bytes..` with pairs behind it, or of a name in [`LISTS`] | list |
//! | `TimeinSecs` with `TimeinuSecs` | the event's time; attributes only if they are none |
//! | anything else | text as it stands |
//! | words in parentheses | text [`REMARK`] |
//! | a line that is none of this | text [`UNPARSED_LINE`] |

use super::date::{Stamp, event_micros};
use super::line::{self, Body, split_attribute, strip_type};
use super::list::{List, text_of};
use crate::event::{Builder, Kind, Micros};

/// Attribute with a line that could not be read.
pub(crate) const UNPARSED_LINE: &str = "_unparsed_line";
/// Name of the attribute that keeps a remark in parentheses, as servers write behind the head of an error.
const REMARK: &str = "_remark";
/// Attribute with the number of byte sequences that were not UTF-8.
pub(crate) const INVALID_UTF8: &str = "_invalid_utf8";
/// Attribute with the number of values that were longer than `value_bytes_max` and are cut.
pub(crate) const CUT_VALUES: &str = "_cut_values";
/// Name of the event that stands for a message that could not be read.
pub(crate) const MALFORMED: &str = "MalformedEvent";

/// Names whose values are text, even where a copy has lost the quotes.
const TEXTS: [&str; 21] = [
    "ThisDN",
    "ThisQueue",
    "OtherDN",
    "OtherQueue",
    "ThirdPartyDN",
    "ThirdPartyQueue",
    "DNIS",
    "ANI",
    "AgentID",
    "Place",
    "DialedNumber",
    "CollectedDigits",
    "LastDigit",
    "CallUUID",
    "NewCallUUID",
    "OrigCallUUID",
    "RefCallUUID",
    "PartyUUID",
    "HomeLocation",
    "Location",
    "CustomerID",
];
/// Names whose values are numbers, whatever stands around them.
const NUMBERS: [&str; 21] = [
    "Server",
    "ReferenceID",
    "CallID",
    "PreviousCallID",
    "NodeID",
    "NetworkNodeID",
    "CallType",
    "PropagatedCallType",
    "CallState",
    "ThisDNRole",
    "OtherDNRole",
    "ThirdPartyDNRole",
    "AgentWorkMode",
    "ErrorCode",
    "Cause",
    "MediaType",
    "PartyState",
    "PartyType",
    "Reliability",
    "InfoStatus",
    "AddressType",
];
/// Names of 64-bit numbers besides those that end in `ConnID`.
const IDS: [&str; 2] = ["EventSequenceNumber", "NetworkCallID"];
/// Names of lists, even of empty ones.
const LISTS: [&str; 6] = ["UserData", "Reason", "Reasons", "Extensions", "ISLinkList", "TreatmentParms"];

/// Bytes of a message that could not be read which are kept.
pub(super) const RAW_BYTES: usize = 64 << 10;
/// Columns up to which a tab leads.
const TAB: usize = 8;

/// Makes flat events, in the same memory again and again.
#[derive(Debug)]
pub(super) struct Flattener {
    builder: Builder,
    value_bytes_max: usize,
}

/// The time that a message says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// Seconds since 1970 UTC.
    pub(super) seconds: i64,
    /// The wall-clock time that stood behind them.
    pub(super) wall: Option<Stamp>,
    /// µs since 1970 UTC.
    pub(super) time: Micros,
}

/// The time in the lines of a message, if there is a valid one.
pub(super) fn said<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Said> {
    let (mut seconds, mut micros) = (None, None);
    for line in lines {
        match split_attribute(line.trim()) {
            Some(("TimeinSecs", value)) if seconds.is_none() => seconds = Some(value),
            Some(("TimeinuSecs", value)) if micros.is_none() => micros = Some(value),
            _ => {}
        }
    }
    let (digits, behind) = first_word(seconds?);
    let seconds = digits.parse().ok()?;
    let micros = micros.map_or(Some(0), |micros| first_word(micros).0.parse().ok())?;
    let wall = behind.trim_start().strip_prefix('(').and_then(|wall| Stamp::read(wall.as_bytes()));
    Some(Said { seconds, wall, time: event_micros(seconds, micros)? })
}

/// Decimal digits, quoted or not, and what stands behind them.
fn first_word(value: &str) -> (&str, &str) {
    let (value, _) = strip_type(value);
    let value = text_of(value).unwrap_or(value).trim_start();
    let end = value.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(value.len());
    value.split_at_checked(end).unwrap_or_default()
}

impl Flattener {
    /// With values of at most that many bytes.
    pub(super) fn new(value_bytes_max: usize) -> Self {
        Self { builder: Builder::new(Kind::Source, "", 0), value_bytes_max }
    }

    /// Reads a message of that name, received at `received`, that says that time of itself. False if something in it
    /// could not be read or had to be cut.
    pub(super) fn message<'a>(
        &mut self,
        name: &str,
        received: Micros,
        said: Option<Said>,
        lines: impl Iterator<Item = &'a str>,
    ) -> bool {
        self.builder.reset(Kind::Source, name, received);
        let (mut unparsed, mut cut) = (0_usize, 0_usize);
        let mut list: Option<(&str, List<'a>)> = None;
        let mut lines = lines.peekable();
        while let Some(line) = lines.next() {
            let pairs_follow = lines.peek().is_some_and(|next| matches!(line::body(next.as_bytes()), Body::Pair));
            let content = line.trim_matches([' ', '\t', '\r', '\n']);
            let read = match line::body(line.as_bytes()) {
                Body::Attribute => {
                    self.close(list.take(), &mut cut);
                    match split_attribute(content) {
                        Some(("TimeinSecs" | "TimeinuSecs", _)) if said.is_some() => true,
                        Some((name, value)) if is_list(name, value, pairs_follow) => {
                            let (opened, pairs) = List::open(value);
                            list = Some((name, opened));
                            pairs.is_ok()
                        }
                        Some((name, value)) => self.value(name, value, &mut cut),
                        None => false,
                    }
                }
                Body::Pair => list.as_mut().is_some_and(|(_, list)| list.line(indent(line), content).is_ok()),
                Body::Filling => true,
                Body::Unknown if content.starts_with('(') && content.ends_with(')') => {
                    self.builder.text(REMARK, cut_to(content, self.value_bytes_max));
                    true
                }
                Body::Unknown | Body::No => false,
            };
            if !read {
                unparsed += 1;
                let content = cut_to(content, self.value_bytes_max);
                self.builder.text(UNPARSED_LINE, content);
            }
        }
        self.close(list, &mut cut);
        if cut > 0 {
            self.builder.integer(CUT_VALUES, i64::try_from(cut).unwrap_or(i64::MAX));
        }
        unparsed == 0 && cut == 0
    }

    /// A message that could not be read: its beginning and why.
    pub(super) fn malformed(&mut self, raw: &str, problem: &str, received: Micros) {
        self.builder.reset(Kind::Source, MALFORMED, received);
        self.builder.text("Raw", cut_to(raw, RAW_BYTES)).text("Problem", problem);
    }

    /// Adds that `count` sequences of bytes were not UTF-8.
    pub(super) fn invalid_utf8(&mut self, count: usize) {
        self.builder.integer(INVALID_UTF8, i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// What the last message was made into.
    pub(super) fn builder(&mut self) -> &mut Builder {
        &mut self.builder
    }

    fn close(&mut self, list: Option<(&str, List<'_>)>, cut: &mut usize) {
        let Some((name, list)) = list else { return };
        let pairs = list.pairs();
        let limit = self.value_bytes_max;
        *cut += pairs.iter().filter(|(_, text)| text.len() > limit).count();
        self.builder.list(name, pairs.iter().map(|(key, text)| (key.as_str(), cut_to(text, limit))));
    }

    /// Adds an attribute that is no list; false if its value has no closing quote.
    fn value(&mut self, name: &str, value: &str, cut: &mut usize) -> bool {
        let quoted = strip_type(value).0.starts_with(['\'', '"']);
        let Some(text) = text_of(value) else { return false };
        if name.ends_with("ConnID") || IDS.contains(&name) {
            let decimal = name == "EventSequenceNumber" && strip_type(value).1;
            match id(text, decimal) {
                Some(id) => self.builder.text(name, &id),
                None => self.builder.text(name, cut_to(text, self.value_bytes_max)),
            };
            return true;
        }
        let integer = if TEXTS.contains(&name) {
            None
        } else if NUMBERS.contains(&name) {
            number_of(text)
        } else if quoted {
            None
        } else {
            canonical(text)
        };
        match integer {
            Some(integer) => self.builder.integer(name, integer),
            None => {
                *cut += usize::from(text.len() > self.value_bytes_max);
                self.builder.text(name, cut_to(text, self.value_bytes_max))
            }
        };
        true
    }
}

fn is_list(name: &str, value: &str, pairs_follow: bool) -> bool {
    let (plain, _) = strip_type(value);
    let sized = || plain.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let of_bytes = sized().is_some_and(|(size, _)| size.trim().bytes().all(|byte| byte.is_ascii_digit()));
    plain.starts_with("KVList:")
        || plain.starts_with("(list)")
        || (LISTS.contains(&name) && (of_bytes || plain.is_empty() || plain == "0"))
        || (of_bytes && (pairs_follow || plain.contains('\'')))
}

/// Columns of white space before a line.
fn indent(line: &str) -> usize {
    let mut columns = 0;
    for byte in line.bytes() {
        match byte {
            b'\t' => columns += TAB - columns % TAB,
            b' ' => columns += 1,
            _ => break,
        }
    }
    columns
}

/// A 64-bit number as 16 hexadecimal digits.
fn id(text: &str, decimal: bool) -> Option<String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.is_empty() || digits.len() > 20 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let id = u64::from_str_radix(digits, if decimal { 10 } else { 16 }).ok()?;
    Some(format!("{id:016x}"))
}

/// A decimal number as it would be written, so that nothing is lost by reading it.
fn canonical(text: &str) -> Option<i64> {
    let plain = text.strip_prefix('-').unwrap_or(text);
    let sane = plain.len() <= 19 && (plain == "0" || !plain.starts_with('0')) && text != "-0";
    (sane && !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// A number with or without an explanation: `2`, `2 (Inbound)`, `0x0c`, `02`.
fn number_of(text: &str) -> Option<i64> {
    let word = text.split([' ', '\t', '(', '[']).next().unwrap_or_default();
    match word.strip_prefix("0x") {
        Some(hexadecimal) if hexadecimal.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            i64::from_str_radix(hexadecimal, 16).ok()
        }
        _ => word.parse().ok().filter(|_| !word.starts_with('+')),
    }
}

fn cut_to(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
}
