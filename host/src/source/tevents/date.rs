//! Which moment a time of day in a log means.
//!
//! Lines carry a time of day and, as a rule, no date. The date comes from what knows it best and goes on from there:
//!
//! | source of the date | when |
//! |---|---|
//! | a line with a date of its own, the preamble's `Local time:`, a line `Check point …` | always |
//! | `AttributeTimeinSecs` of an event | always: it gives the day of the line above it |
//! | `start_date` as configured | for the first log, until one of the above speaks |
//! | the log's name | for each log, until one of the above speaks |
//!
//! In between days pass by themselves: a time of day more than [`BACKWARD`] before the one of the line above belongs to
//! the next day. Less than that is a late line, or the end of daylight saving.
//!
//! The distance from the lines' time to UTC is as configured, or else what the preamble's `Local time:` and `UTC time:`
//! or an event's seconds and the time of its line, or behind them, last gave, or else nothing.

use crate::event::Micros;

/// µs of a second.
pub(super) const SECOND: Micros = 1_000_000;
const DAY: Micros = 86_400 * SECOND;
/// Times of day may go back by that much without a day having passed: an hour of daylight saving, and late lines.
const BACKWARD: Micros = 65 * 60 * SECOND;
/// Around midnight a line may be that late and so belong to the day before.
const LATE: Micros = 5 * 60 * SECOND;
/// Distances between local time and UTC are multiples of this.
const QUARTER: Micros = 15 * 60 * SECOND;
/// An event's own time and that of its line differ by less, or the line's date is not taken from it.
const APART: Micros = 2 * 3_600 * SECOND;
/// Latest second that is believed: the year 9999.
const LATEST_SECONDS: i64 = 253_402_300_799;

/// A time as a line gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Days since 1970-01-01, local.
    pub(super) date: Option<i64>,
    /// µs since midnight, local.
    pub(super) of_day: Micros,
    /// It had parts of a second.
    pub(super) fraction: bool,
}

impl Stamp {
    /// Reads `[YYYY-MM-DD(T| )]HH:MM:SS[(.|,)digits]` at the beginning of `text`.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let dated = matches!(text.get(4), Some(b'-' | b'/')) && matches!(text.get(10), Some(b'T' | b' '));
        let (date, text) = if dated {
            let field = |range| number(text.get(range)?);
            (Some(day(field(0..4)?, field(5..7)?, field(8..10)?)?), text.get(11..)?)
        } else {
            (None, text)
        };
        if text.get(2) != Some(&b':') || text.get(5) != Some(&b':') {
            return None;
        }
        let field = |range| number(text.get(range)?);
        let (hour, minute, second) = (field(0..2)?, field(3..5)?, field(6..8)?);
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let rest = text.get(8..).unwrap_or_default();
        if rest.first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let digits = rest.get(1..).unwrap_or_default();
        let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let fraction = matches!(rest.first(), Some(b'.' | b',')) && length > 0;
        let mut micros = 0;
        if fraction {
            let six = digits.iter().take(length).copied().chain(std::iter::repeat(b'0')).take(6);
            micros = six.fold(0, |sum, digit| sum * 10 + Micros::from(digit - b'0'));
        }
        Some(Self { date, of_day: (hour * 3_600 + minute * 60 + second) * SECOND + micros, fraction })
    }

    /// Local µs since 1970, if the date is known.
    fn local(self) -> Option<Micros> {
        Some(self.date? * DAY + self.of_day)
    }
}

/// A number of decimal digits only.
pub(super) fn number(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

/// Days from 1970-01-01 to a date, if it is one between 1970 and 9999.
pub(super) fn day(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1970..=9999).contains(&year) || !(1..=days).contains(&day) {
        return None;
    }
    // Counted in years that begin in March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Some(year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468)
}

/// A date and time in one of the spellings of preambles: `2014-01-01T00:30:00.123`, `2014-01-01 00:30:00`,
/// `Wed Jan  1 00:30:00 2014`, `01/31/2014 00:30:00`, `31.01.2014 00:30:00`; without a time it is midnight.
pub(super) fn written(text: &str) -> Option<Stamp> {
    let text = text.trim();
    if let Some(stamp) = Stamp::read(text.as_bytes()).filter(|stamp| stamp.date.is_some()) {
        return Some(stamp);
    }
    let words: Vec<&str> = text.split([' ', '\t', 'T']).filter(|word| !word.is_empty()).collect();
    let words = if words.len() > 1 { words } else { text.split_whitespace().collect() };
    let time = words.iter().find_map(|word| Stamp::read(word.as_bytes()));
    let time = time.unwrap_or(Stamp { date: None, of_day: 0, fraction: false });
    let by_fields = words.iter().find_map(|word| date_of_fields(word));
    Some(Stamp { date: Some(by_fields.or_else(|| date_of_words(text))?), ..time })
}

fn date_of_fields(word: &str) -> Option<i64> {
    let fields: Vec<&str> = word.split(['-', '/', '.']).collect();
    let &[one, two, three] = fields.as_slice() else { return None };
    let (first, second, third) = (number(one.as_bytes())?, number(two.as_bytes())?, number(three.as_bytes())?);
    if one.len() == 4 {
        return day(first, second, third);
    }
    let year = if three.len() == 2 { 2000 + third } else { third };
    // With dots or beyond twelve the day comes first, with slashes the month does.
    if word.contains('.') || first > 12 { day(year, second, first) } else { day(year, first, second) }
}

fn date_of_words(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let words: Vec<&str> = text.split([' ', ',', '\t']).filter(|word| !word.is_empty()).collect();
    let starts = |word: &str| {
        let word = word.to_ascii_lowercase();
        MONTHS.iter().position(|month| word.starts_with(month))
    };
    let (at, month) = words.iter().enumerate().find_map(|(at, word)| Some((at, starts(word)?)))?;
    let numbers = |from: usize| words.iter().skip(from).find_map(|word| number(word.as_bytes()).filter(|n| *n < 32));
    let year = words.iter().find_map(|word| number(word.as_bytes()).filter(|year| *year > 1_969))?;
    day(year, i64::try_from(month).ok()? + 1, numbers(at).or_else(|| numbers(0))?)
}

/// Date and, where it has one, time in the name of a log: `…20140101_123456_789.log`, `…2014-01-01…`.
pub(super) fn in_name(name: &str) -> Option<Stamp> {
    let bytes = name.as_bytes();
    let boundary =
        |at: usize| at.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(|b| !b.is_ascii_digit());
    for at in (0..bytes.len()).filter(|at| boundary(*at)) {
        let field = |from: usize, length: usize| number(bytes.get(at + from..at + from + length)?);
        let compact = || Some((day(field(0, 4)?, field(4, 2)?, field(6, 2)?)?, 8));
        let separated = || {
            let dashes = bytes.get(at + 4).filter(|byte| b"-_.".contains(byte)) == bytes.get(at + 7);
            dashes.then(|| Some((day(field(0, 4)?, field(5, 2)?, field(8, 2)?)?, 10)))?
        };
        let Some((date, length)) = compact().or_else(separated) else { continue };
        if bytes.get(at + length).is_some_and(u8::is_ascii_digit) {
            continue;
        }
        let clock = || {
            let from = length + 1;
            let (hour, minute, second) = (field(from, 2)?, field(from + 2, 2)?, field(from + 4, 2)?);
            let within = hour < 24 && minute < 60 && second < 60;
            within.then_some((hour * 3_600 + minute * 60 + second) * SECOND)
        };
        return Some(Stamp { date: Some(date), of_day: clock().unwrap_or(0), fraction: clock().is_some() });
    }
    None
}

/// Follows the days through logs.
#[derive(Clone, Debug, Default)]
pub(super) struct Calendar {
    /// Configured distance of local time from UTC, µs.
    fixed_offset: Option<Micros>,
    /// The same as found in the log.
    found_offset: Option<Micros>,
    /// Day of the last line with a time, since 1970-01-01, local.
    date: Option<i64>,
    /// Time of day of that line.
    of_day: Option<Micros>,
    /// `start_date` stands for the name of the first log.
    start_date: bool,
    preamble_local: Option<Stamp>,
    preamble_utc: Option<Stamp>,
}

impl Calendar {
    /// Begins with what is configured: distance from UTC in minutes, and the first day.
    pub(super) fn new(offset_minutes: Option<i32>, start_date: Option<i64>) -> Self {
        Self {
            fixed_offset: offset_minutes.map(|minutes| Micros::from(minutes) * 60 * SECOND),
            date: start_date,
            start_date: start_date.is_some(),
            ..Self::default()
        }
    }

    /// Another log begins, of that name.
    pub(super) fn begin_log(&mut self, name: &str) {
        (self.preamble_local, self.preamble_utc) = (None, None);
        if std::mem::take(&mut self.start_date) {
            return;
        }
        if let Some(stamp) = in_name(name) {
            self.date = stamp.date;
            self.of_day = stamp.fraction.then_some(stamp.of_day);
        }
    }

    /// A line of a preamble was read; `key` in lower case.
    pub(super) fn preamble(&mut self, key: &str, value: &str) {
        match key {
            "local time" => {
                self.preamble_local = written(value);
                if let Some(stamp) = self.preamble_local {
                    self.dated(stamp);
                }
            }
            "utc time" => self.preamble_utc = written(value),
            _ => return,
        }
        let moments = (self.preamble_local.and_then(Stamp::local), self.preamble_utc.and_then(Stamp::local));
        if let (Some(local), Some(utc)) = moments {
            self.found_offset = quarters(local - utc).or(self.found_offset);
        }
    }

    /// A date and time of this very moment of the log was read.
    pub(super) fn dated(&mut self, stamp: Stamp) {
        (self.date, self.of_day) = (stamp.date.or(self.date), Some(stamp.of_day));
    }

    /// A line with a time was read; gives it with its date, if that is known.
    pub(super) fn see(&mut self, stamp: Stamp) -> Stamp {
        if stamp.date.is_some() {
            self.dated(stamp);
            return stamp;
        }
        if let (Some(last), Some(date)) = (self.of_day, self.date) {
            if stamp.of_day > DAY - LATE && last < LATE {
                return Stamp { date: Some(date - 1), ..stamp };
            }
            self.date = Some(date + i64::from(stamp.of_day + BACKWARD < last));
        }
        self.of_day = Some(stamp.of_day);
        Stamp { date: self.date, ..stamp }
    }

    /// An event said its time, `wall` being the wall-clock time behind it and `line` the time of its line: gives the
    /// line's moment with the right date.
    pub(super) fn event_time(&mut self, seconds: i64, wall: Option<Stamp>, line: Option<Stamp>) -> Option<Stamp> {
        let utc = seconds * SECOND;
        if let Some(of_day) = line.or(wall).map(|stamp| stamp.of_day)
            && let Some(offset) = quarters((of_day - utc.rem_euclid(DAY) + DAY * 3 / 2).rem_euclid(DAY) - DAY / 2)
        {
            // A time of day does not tell 13 hours ahead from 11 behind: what the preamble said decides.
            let same = self.found_offset.filter(|found| (found - offset).rem_euclid(DAY) == 0);
            self.found_offset = same.or(Some(offset));
        }
        let line = line?;
        let local = utc + self.offset();
        let date = (local - line.of_day + DAY / 2).div_euclid(DAY);
        if (date * DAY + line.of_day - local).abs() < APART && self.of_day == Some(line.of_day) {
            self.date = Some(date);
            return Some(Stamp { date: Some(date), ..line });
        }
        Some(line)
    }

    /// A time that was seen before the date was known, with the date if it is known now and nothing came in between.
    pub(super) fn redated(&self, stamp: Stamp) -> Stamp {
        let latest = self.of_day == Some(stamp.of_day);
        Stamp { date: stamp.date.or(self.date.filter(|_| latest)), ..stamp }
    }

    /// The moment of a time with its date, µs since 1970 UTC.
    pub(super) fn moment(&self, stamp: Stamp) -> Option<Micros> {
        Some(stamp.local()? - self.offset())
    }

    fn offset(&self) -> Micros {
        self.fixed_offset.or(self.found_offset).unwrap_or(0)
    }
}

/// A distance rounded to quarters of an hour, if it is near one and one that a place on earth may have.
fn quarters(distance: Micros) -> Option<Micros> {
    let rounded = (distance + QUARTER / 2).div_euclid(QUARTER) * QUARTER;
    let near = (rounded - distance).abs() <= 2 * 60 * SECOND;
    (near && (-14 * 3_600 * SECOND..=14 * 3_600 * SECOND).contains(&rounded)).then_some(rounded)
}

/// An event's own time, µs since 1970 UTC, if it is one.
pub(super) fn event_micros(seconds: i64, micros: i64) -> Option<Micros> {
    let valid = (1..=LATEST_SECONDS).contains(&seconds) && (0..SECOND).contains(&micros);
    valid.then(|| seconds * SECOND + micros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::rfc3339;

    fn show(stamp: Option<Stamp>) -> String {
        stamp.map_or_else(
            || "none".to_owned(),
            |stamp| match stamp.local() {
                Some(local) => rfc3339(local),
                None => format!("day +{}", stamp.of_day),
            },
        )
    }

    #[test]
    fn stamps() {
        for (text, expect) in [
            ("12:34:56.7890 x", "day +45296789000"),
            ("12:34:56", "day +45296000000"),
            ("12:34:56,5", "day +45296500000"),
            ("2014-01-01T00:30:00.123 x", "2014-01-01T00:30:00.123Z"),
            ("2014-01-01 00:30:00,123", "2014-01-01T00:30:00.123Z"),
            ("24:00:00", "none"),
            ("12:34:567", "none"),
            ("2014-13-01T00:30:00", "none"),
            ("2014-02-29T00:30:00", "none"),
            ("2016-02-29T23:59:60.999999999", "2016-03-01T00:00:00.999Z"),
            ("1:2:3", "none"),
            ("", "none"),
        ] {
            assert_eq!(show(Stamp::read(text.as_bytes())), expect, "{text}");
        }
    }

    #[test]
    fn dates_as_preambles_and_names_spell_them() {
        for (text, expect) in [
            ("2014-09-16T13:14:58.465", "2014-09-16T13:14:58.465Z"),
            ("2014-09-16 13:14:58", "2014-09-16T13:14:58.000Z"),
            ("Tue Sep 16 13:14:58 2014", "2014-09-16T13:14:58.000Z"),
            ("Tue Sep  6 13:14:58.1 2014", "2014-09-06T13:14:58.100Z"),
            ("16 September 2014, 13:14:58", "2014-09-16T13:14:58.000Z"),
            ("09/16/2014 13:14:58", "2014-09-16T13:14:58.000Z"),
            ("16/09/2014 13:14:58", "2014-09-16T13:14:58.000Z"),
            ("09/16/14 13:14:58", "2014-09-16T13:14:58.000Z"),
            ("06.09.2014 13:14:58", "2014-09-06T13:14:58.000Z"),
            ("2014-09-16", "2014-09-16T00:00:00.000Z"),
            ("yesterday", "none"),
            ("", "none"),
        ] {
            assert_eq!(show(written(text)), expect, "{text}");
        }
        for (name, expect) in [
            ("tserver.20140101_123456_789.log", "2014-01-01T12:34:56.000Z"),
            ("tserver-2014-01-01.log", "2014-01-01T00:00:00.000Z"),
            ("tserver_20140101.log", "2014-01-01T00:00:00.000Z"),
            ("ts8100712_20140101-235959.log", "2014-01-01T23:59:59.000Z"),
            ("tserver.log", "none"),
            ("tserver.20141301_1.log", "none"),
            ("tserver.2014010112345.log", "none"),
        ] {
            assert_eq!(show(in_name(name)), expect, "{name}");
        }
    }

    #[test]
    fn days_pass_at_midnight_and_only_then() {
        let mut calendar = Calendar::new(Some(60), day(2014, 1, 1));
        calendar.begin_log("tserver.20150505.log");
        let mut at = |time: &str| {
            let stamp = calendar.see(Stamp::read(time.as_bytes()).expect("a time"));
            rfc3339(calendar.moment(stamp).expect("dated"))
        };
        assert_eq!(at("22:00:00.000"), "2014-01-01T21:00:00.000Z");
        assert_eq!(at("23:59:59.999"), "2014-01-01T22:59:59.999Z");
        assert_eq!(at("00:00:00.001"), "2014-01-01T23:00:00.001Z");
        assert_eq!(at("23:59:59.999"), "2014-01-01T22:59:59.999Z", "a late line");
        assert_eq!(at("00:00:00.002"), "2014-01-01T23:00:00.002Z");
        assert_eq!(at("08:00:00.000"), "2014-01-02T07:00:00.000Z");
        assert_eq!(at("22:30:00.000"), "2014-01-02T21:30:00.000Z", "fourteen silent hours");
        assert_eq!(at("21:30:00.000"), "2014-01-02T20:30:00.000Z", "the end of daylight saving");
        assert_eq!(at("20:00:00.000"), "2014-01-03T19:00:00.000Z");
        assert_eq!(at("2014-02-01T20:00:00.000"), "2014-02-01T19:00:00.000Z");
        assert_eq!(at("20:00:01.000"), "2014-02-01T19:00:01.000Z");
    }

    #[test]
    fn an_event_tells_day_and_zone() {
        for (line, wall, offset) in
            [("09:30:00.5", Some("09:30:00"), 9), ("16:30:00.5", None, -8), ("00:30:01.0", None, 0)]
        {
            let mut calendar = Calendar::new(None, None);
            let line = calendar.see(Stamp::read(line.as_bytes()).expect("a time"));
            assert_eq!(calendar.moment(line), None, "no date yet");
            let wall = wall.and_then(|wall| Stamp::read(wall.as_bytes()));
            let stamp = calendar.event_time(1_388_536_200, wall, Some(line)).expect("dated");
            let moment = calendar.moment(stamp).expect("dated");
            assert!((moment / SECOND - 1_388_536_200).abs() <= 1, "{}", rfc3339(moment));
            assert_eq!(calendar.offset(), offset * 3_600 * SECOND);
        }
    }

    #[test]
    fn the_preamble_gives_the_zone() {
        let mut calendar = Calendar::new(None, None);
        calendar.preamble("utc time", "2014-01-01T00:30:00.123");
        calendar.preamble("local time", "2014-01-01T06:00:00.123");
        let stamp = calendar.see(Stamp::read(b"06:00:01.0").expect("a time"));
        assert_eq!(calendar.moment(stamp).map(rfc3339).as_deref(), Some("2014-01-01T00:30:01.000Z"));
    }

    #[test]
    fn every_day_of_four_hundred_years_is_the_day_after() {
        let mut last = day(1999, 12, 31).expect("a day");
        for year in 2000..2400 {
            for month in 1..=12 {
                for date in 1..=31 {
                    if let Some(found) = day(year, month, date) {
                        assert_eq!(found, last + 1, "{year}-{month}-{date}");
                        assert_eq!(crate::clock::date(found), (year, month, date));
                        last = found;
                    }
                }
            }
        }
    }
}
