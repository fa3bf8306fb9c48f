//! Moments as the stream writes them: a whole number of µs since 1970 UTC, or text as in RFC 3339.

use super::json::{Fault, Scanner, Value};
use crate::event::Micros;

/// Year 10000: what is later is no moment but a mistake, such as nanoseconds.
const MICROS_END: Micros = 253_402_300_800_000_000;

/// The moment that `value` writes, if it is one.
pub(super) fn moment(value: Value<'_>, scratch: &mut String) -> Option<Micros> {
    let micros = match value {
        Value::Number(number) => number.parse().ok()?,
        Value::Text(text) => rfc3339(text.read(scratch))?,
        _ => return None,
    };
    (0..MICROS_END).contains(&micros).then_some(micros)
}

/// As [`moment`], with the inside of a value that is none passed over.
pub(super) fn read(scanner: &mut Scanner<'_>, scratch: &mut String) -> Result<Option<Micros>, Fault> {
    let value = scanner.value()?;
    scanner.skip(value)?;
    Ok(moment(value, scratch))
}

/// `2026-11-22T11:26:59.102385Z`, with any number of decimals and any offset. Digits beyond µs are cut.
fn rfc3339(text: &str) -> Option<Micros> {
    let bytes = text.as_bytes();
    let number = |from: usize, digits: usize| -> Option<i64> {
        let field = bytes.get(from..from + digits)?;
        field.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    let is = |at: usize, any: &[u8]| bytes.get(at).is_some_and(|byte| any.contains(byte));
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    let separated = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    // A leap second counts as the next one.
    if !separated || !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    if !(1..=days_of(year, month)).contains(&day) {
        return None;
    }
    let (mut at, mut micros) = (19, 0);
    if is(at, b".") {
        let decimals = bytes.iter().skip(20).take_while(|byte| byte.is_ascii_digit()).count();
        let kept = decimals.min(6);
        micros = number(20, kept).filter(|_| decimals > 0)?;
        micros *= 10_i64.pow(u32::try_from(6 - kept).ok()?);
        at = 20 + decimals;
    }
    let offset_minutes = match bytes.get(at)? {
        b'Z' | b'z' if bytes.len() == at + 1 => 0,
        sign @ (b'+' | b'-') if bytes.len() == at + 6 && is(at + 3, b":") => {
            let (hours, minutes) = (number(at + 1, 2)?, number(at + 4, 2)?);
            let minutes = (hours <= 23 && minutes <= 59).then_some(hours * 60 + minutes)?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let minutes = (days_since_1970(year, month, day) * 24 + hour) * 60 + minute - offset_minutes;
    Some((minutes * 60 + second) * 1_000_000 + micros)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The way back of [`crate::clock::date`].
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // Counted in eras of 400 years that begin on a first of March, so that the leap day is the last of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read() {
        for (text, expect) in [
            ("1795346819102385", Some(1_795_346_819_102_385)),
            ("\"2026-11-22T11:26:59.102385Z\"", Some(1_795_346_819_102_385)),
            ("\"2026-11-22t12:56:59.1023859999+01:30\"", Some(1_795_346_819_102_385)),
            ("\"2026-11-22 05:26:59.1-06:00\"", Some(1_795_346_819_100_000)),
            ("\"1970-01-01T00:00:00Z\"", Some(0)),
            ("\"2000-02-29T00:00:00Z\"", Some(951_782_400_000_000)),
            ("\"2016-12-31T23:59:60Z\"", Some(1_483_228_800_000_000)),
            ("\"2026-02-29T00:00:00Z\"", None),
            ("\"2026-11-22T11:26:59\"", None),
            ("\"2026-11-22T11:26:59.Z\"", None),
            ("\"2026-11-22T11:26:59Z \"", None),
            ("\"2026-11-22T24:00:00Z\"", None),
            ("\"1969-12-31T23:59:59Z\"", None),
            ("\"2026-11-22T11:26:59+1:00\"", None),
            ("\"\u{20ac}\"", None),
            ("\"\"", None),
            ("1795346819102385000", None),
            ("-1", None),
            ("1.5", None),
            ("true", None),
            ("{}", None),
        ] {
            assert_eq!(read(&mut Scanner::new(text), &mut String::new()), Ok(expect), "{text}");
        }
    }

    #[test]
    fn every_day_comes_back() {
        for days in (0..2_932_896).step_by(97) {
            let (year, month, day) = crate::clock::date(days);
            assert_eq!(days_since_1970(year, month, day), days);
        }
    }
}
