//! G_TIMECODE: one row per five-minute slot, filled ahead, and for every day that rows tell of.

use super::control::{Statement, slots, text};
use super::error::Error;
use super::moment::{DAY_SECONDS, Moment, SLOT_SECONDS};
use super::{Backend, Idb};
use crate::event::Micros;
use std::collections::BTreeSet;

/// Days before today that are kept filled: a month of late events.
const DAYS_BEHIND: i64 = 32;
/// Days after today that are kept filled: what readers plan with.
const DAYS_AHEAD: i64 = 400;
/// Days filled in one statement, so that a writer never waits long.
const DAYS_AT_ONCE: i64 = 30;

const POSTGRES: &str = "INSERT INTO G_TIMECODE (ID, TC_YEAR, TC_MONTH, TC_DAY, TC_HOUR, TC_MINUTE, TC_WEEKDAY) \
    SELECT S, extract(year FROM T), extract(month FROM T), extract(day FROM T), extract(hour FROM T), \
    extract(minute FROM T), extract(isodow FROM T) \
    FROM (SELECT S, to_timestamp(S) AT TIME ZONE 'UTC' AS T FROM generate_series($1::int4, $2::int4, 300) S) X \
    ON CONFLICT DO NOTHING";
const SQLITE: &str = "INSERT INTO G_TIMECODE (ID, TC_YEAR, TC_MONTH, TC_DAY, TC_HOUR, TC_MINUTE, TC_WEEKDAY) \
    WITH RECURSIVE SLOT (S) AS (SELECT $1 UNION ALL SELECT S + 300 FROM SLOT WHERE S < $2) \
    SELECT S, CAST(strftime('%Y', S, 'unixepoch') AS INTEGER), CAST(strftime('%m', S, 'unixepoch') AS INTEGER), \
    CAST(strftime('%d', S, 'unixepoch') AS INTEGER), CAST(strftime('%H', S, 'unixepoch') AS INTEGER), \
    CAST(strftime('%M', S, 'unixepoch') AS INTEGER), \
    (CAST(strftime('%w', S, 'unixepoch') AS INTEGER) + 6) % 7 + 1 \
    FROM SLOT WHERE TRUE ON CONFLICT DO NOTHING";

impl Idb {
    /// Keeps the slots around `now` filled: to be called at start and once a day.
    ///
    /// # Errors
    /// The database cannot take it; calling again goes on where it stopped.
    pub async fn upkeep(&self, now: Micros) -> Result<(), Error> {
        let Some(today) = Moment::new(now).map(Moment::day) else { return Ok(()) };
        let mut day = (today - DAYS_BEHIND).max(0);
        while day < today + DAYS_AHEAD {
            self.fill(day, day + DAYS_AT_ONCE).await?;
            day += DAYS_AT_ONCE;
        }
        Ok(())
    }

    /// Fills the days that are not known to be filled.
    pub(super) async fn fill_days(&self, days: BTreeSet<i64>) -> Result<(), Error> {
        let missing: Vec<i64> = {
            let filled = self.filled_days();
            days.into_iter().filter(|day| !filled.contains(day)).collect()
        };
        for day in missing {
            self.fill(day, day + 1).await?;
        }
        Ok(())
    }

    /// Fills the days from `from` on, `to` excluded, unless all their slots are there.
    async fn fill(&self, from: i64, to: i64) -> Result<(), Error> {
        let cells = slots(from * DAY_SECONDS, to * DAY_SECONDS);
        let count = "SELECT CAST(COUNT(*) AS TEXT) FROM G_TIMECODE WHERE ID BETWEEN $1 AND $2";
        let found = self.query(&Statement::new(count, cells.clone())).await?;
        let found = found.first().and_then(|row| row.first().cloned().flatten());
        if text(((to - from) * DAY_SECONDS / SLOT_SECONDS).to_string()) != found.as_deref().into() {
            let insert = match self.backend() {
                Backend::Postgres(_) => POSTGRES,
                Backend::Sqlite(_) => SQLITE,
            };
            self.execute(&Statement::new(insert, cells)).await?;
        }
        self.filled_days().extend(from..to);
        Ok(())
    }
}
