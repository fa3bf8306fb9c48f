//! The only place that reads the wall clock.

use crate::event::Micros;

/// Tells the time. Production passes [`Clock::system`]; a test passes a clock that it moves itself.
#[derive(Clone, Debug)]
pub struct Clock(Option<std::sync::Arc<std::sync::atomic::AtomicI64>>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `start` until it is moved through the returned handle.
    #[must_use]
    pub fn manual(start: Micros) -> (Self, std::sync::Arc<std::sync::atomic::AtomicI64>) {
        let hand = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(start));
        (Self(Some(hand.clone())), hand)
    }

    /// Now, µs since 1970 UTC.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one reader of the wall clock")]
    pub fn now(&self) -> Micros {
        match &self.0 {
            Some(hand) => hand.load(std::sync::atomic::Ordering::Acquire),
            None => std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .ok()
                .and_then(|since| i64::try_from(since.as_micros()).ok())
                .unwrap_or_default(),
        }
    }
}

/// A moment as RFC 3339 in UTC, milliseconds.
#[must_use]
pub fn rfc3339(micros: Micros) -> String {
    let (days, rest) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
    let (year, month, day) = date(days);
    let millis = rest / 1_000;
    let (hour, minute, second) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", millis % 1_000)
}

/// Year, month and day of a day since 1970-01-01, by the proleptic Gregorian calendar.
#[must_use]
pub fn date(days: i64) -> (i64, i64, i64) {
    // Counted in eras of 400 years that begin on a first of March, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_in_words() {
        for (micros, expect) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_795_346_819_102_385, "2026-11-22T11:26:59.102Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(rfc3339(micros), expect);
        }
    }
}
