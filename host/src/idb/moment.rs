//! A moment as the database stores it: milliseconds, seconds, five-minute slot, day.

use crate::clock::date;
use crate::event::Micros;

/// Seconds of a slot of G_TIMECODE.
pub(super) const SLOT_SECONDS: i64 = 300;
/// Seconds of a day.
pub(super) const DAY_SECONDS: i64 = 86_400;
/// First moment that `X_TS`, a 32-bit integer, no longer holds: 2038-01-19 03:14:08 UTC.
const END: Micros = (1 << 31) * 1_000_000;

/// A moment between 1970 and 2038.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// ms since 1970 UTC, rounded down.
    milliseconds: i64,
}

impl Moment {
    /// The moment, if the database can hold it.
    pub(super) fn new(micros: Micros) -> Option<Self> {
        (0..END).contains(&micros).then_some(Self { milliseconds: micros.div_euclid(1000) })
    }

    /// µs since 1970 UTC, rounded down to ms.
    pub(super) fn micros(self) -> Micros {
        self.milliseconds * 1000
    }

    /// Seconds since 1970 UTC, truncated: `X_TS`.
    pub(super) fn seconds(self) -> i32 {
        i32::try_from(self.milliseconds / 1000).unwrap_or(i32::MAX)
    }

    /// First second of its five-minute slot: `X_TCODE`, `G_TIMECODE.ID`.
    pub(super) fn slot(self) -> i32 {
        let seconds = self.milliseconds / 1000;
        i32::try_from(seconds - seconds % SLOT_SECONDS).unwrap_or(i32::MAX)
    }

    /// Days since 1970-01-01.
    pub(super) fn day(self) -> i64 {
        self.milliseconds / 1000 / DAY_SECONDS
    }

    /// `YYYYMMDD`: `GSYS_PARTITION`.
    pub(super) fn partition(self) -> i32 {
        let (year, month, day) = date(self.day());
        i32::try_from(year * 10_000 + month * 100 + day).unwrap_or_default()
    }

    /// `YYYY-MM-DD HH:MM:SS.mmm`, as SQLite stores it.
    pub(super) fn text(self) -> String {
        let (year, month, day) = date(self.day());
        let rest = self.milliseconds % (DAY_SECONDS * 1000);
        let (seconds, thousandths) = (rest / 1000, rest % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        // By hand: several of these are made per row, and a format string takes ten times as long.
        let mut out = String::with_capacity(23);
        let parts =
            [(year, 4, '-'), (month, 2, '-'), (day, 2, ' '), (hour, 2, ':'), (minute, 2, ':'), (second, 2, '.')];
        for (number, digits, separator) in parts {
            put_digits(&mut out, number, digits);
            out.push(separator);
        }
        put_digits(&mut out, thousandths, 3);
        out
    }

    /// The moment that [`Moment::text`] wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
        let days = days(number(0..4)?, number(5..7)?, number(8..10)?);
        let seconds = days * DAY_SECONDS + number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?;
        Self::new((seconds * 1000 + number(20..23)?) * 1000)
    }
}

fn put_digits(out: &mut String, number: i64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = u32::try_from(number / 10_i64.pow(place) % 10).unwrap_or_default();
        out.extend(char::from_digit(digit, 10));
    }
}

/// Days since 1970-01-01 of a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(micros: Micros, text: &str, seconds: i32, slot: i32, partition: i32) {
        let moment = Moment::new(micros).unwrap();
        assert_eq!(moment.text(), text);
        assert_eq!((moment.seconds(), moment.slot(), moment.partition()), (seconds, slot, partition));
        assert_eq!(Moment::parse(text), Some(moment));
    }

    #[test]
    fn a_moment_is_truncated_never_rounded() {
        check(0, "1970-01-01 00:00:00.000", 0, 0, 19_700_101);
        check(951_827_696_999_999, "2000-02-29 12:34:56.999", 951_827_696, 951_827_400, 20_000_229);
        check(1_709_251_199_999_999, "2024-02-29 23:59:59.999", 1_709_251_199, 1_709_250_900, 20_240_229);
        check(END - 1, "2038-01-19 03:14:07.999", i32::MAX, 2_147_483_400, 20_380_119);
    }

    #[test]
    fn what_does_not_fit_is_none() {
        assert_eq!(Moment::new(-1), None);
        assert_eq!(Moment::new(END), None);
        assert_eq!(Moment::new(i64::MIN), None);
        assert_eq!(Moment::parse("2024-02-29"), None);
        assert_eq!(Moment::parse("2024-02-29 23:59:5x.999"), None);
    }

    #[test]
    fn dates_and_days_agree() {
        for day in 0..24_856 {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
        }
    }
}
