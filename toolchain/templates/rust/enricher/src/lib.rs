//! Masks attached data: of the values of the configured keys, the database gets the last four digits only.
//!
//! ```text
//! {"keys": ["CreditCard"]}        4111 1111 1111 1234  →  **** **** **** 1234
//! ```

use concentrator_sdk::{Enricher, EventRows, Lane, View, enricher::ONLY_WITH_ROWS, export_enricher, rows::GUserdataHistory};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Digits at the end of a value that stay.
const KEPT: usize = 4;

/// The enricher's `config`. An unknown option is an error.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Config {
    /// Keys whose values are masked.
    keys: BTreeSet<String>,
}

/// Masks the values of some keys. It remembers nothing from event to event, so it has no state.
pub struct Mask(Config);

impl Enricher for Mask {
    const NAME: &'static str = "{{name}}";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SEES: &'static [&'static str] = &["G_USERDATA_HISTORY"];
    const EVENTS: &'static [&'static str] = ONLY_WITH_ROWS;

    fn open(_lane: Lane, config: &str) -> Result<Self, String> {
        let config = if config.trim().is_empty() { "{}" } else { config };
        serde_json::from_str(config).map(Self).map_err(|error| format!("config: {error}"))
    }

    fn enrich(&mut self, _event: &View<'_>, rows: &mut EventRows) -> Result<(), String> {
        for row in rows.of::<GUserdataHistory>() {
            if let Some(value) = row.value.as_mut().filter(|_| self.0.keys.contains(&row.keyname)) {
                *value = masked(value);
            }
        }
        Ok(())
    }
}

/// `*` for each digit but the last ones.
fn masked(value: &str) -> String {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let mut hidden = digits.saturating_sub(KEPT);
    let mask = |c: char| {
        let hide = c.is_ascii_digit() && hidden > 0;
        hidden -= usize::from(hide);
        if hide { '*' } else { c }
    };
    value.chars().map(mask).collect()
}

export_enricher!(Mask);

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn the_last_four_digits_stay() {
        assert_eq!("**** **** **** 1234", masked("4111 1111 1111 1234"));
        assert_eq!("*2345 (Müller)", masked("12345 (Müller)"));
        assert_eq!("1234", masked("1234"));
        assert_eq!("", masked(""));
    }
}
