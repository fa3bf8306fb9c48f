//! The lane's `plugin_config`.

use concentrator_sdk::{
    model::{DataSpec, USUAL_KEYS},
    time::SECOND,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Options of the mapping. An unknown one is an error.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Endpoints that are the outside world, by the name that stands in `TECH/name-xxxxxxxx`. Default: none.
    pub trunks: BTreeSet<String>,
    /// Channel variables to be taken as attached data, also from `VarSet`. Default: those that the exchange sends as
    /// `ChanVariable` (its option `channelvars`).
    pub user_data: BTreeSet<String>,
    /// Keys whose history goes to G_SECURE_USERDATA_HISTORY. Default: none.
    pub secure_keys: BTreeSet<String>,
    /// Keys whose values are replaced by `****`. Default: none.
    pub masked_keys: BTreeSet<String>,
    /// Key → column of G_CALL_USERDATA (`CUSTOMER_SEGMENT` …) or G_CALL_USERDATA_CUST (`CUST_DATA_1` …). Replaces the
    /// default, which is the ten columns of G_CALL_USERDATA under keys such as `CustomerSegment`.
    pub user_data_columns: BTreeMap<String, String>,
    /// Longest attached value in characters, 1 to 1024; longer ones are cut. Default: 1024, what the column takes.
    pub value_length_max: usize,
    /// Seconds of after-call work for members of which the exchange tells none. Default: 0.
    pub wrap_up_seconds: u32,
    /// Seconds after an answer to a state request in which something must be heard of what the answer lacks; what
    /// nothing tells of is closed as stuck then. Default: 30.
    pub confirm_seconds: u32,
    /// Hours after which a call that has not ended is closed as stuck; 0: never. Default: 24.
    pub call_hours_max: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            trunks: BTreeSet::new(),
            user_data: BTreeSet::new(),
            secure_keys: BTreeSet::new(),
            masked_keys: BTreeSet::new(),
            user_data_columns: USUAL_KEYS.map(|(key, column)| (key.to_owned(), column.to_owned())).into(),
            value_length_max: 1024,
            wrap_up_seconds: 0,
            confirm_seconds: 30,
            call_hours_max: 24,
        }
    }
}

impl Config {
    /// The configuration in `json`, which may be empty.
    ///
    /// # Errors
    /// What is wrong, for a person: all problems that the values have at once.
    pub fn read(json: &str) -> Result<Self, String> {
        let json = if json.trim().is_empty() { "{}" } else { json };
        let config: Self = serde_json::from_str(json).map_err(|error| format!("plugin_config: {error}"))?;
        let mut problems = Vec::new();
        for (key, column) in &config.user_data_columns {
            if !DataSpec::has_column(column) {
                problems.push(format!("user_data_columns: `{key}` is given a column `{column}`, which there is not"));
            }
        }
        if !(1..=1024).contains(&config.value_length_max) {
            problems.push(format!("value_length_max: {} is not between 1 and 1024", config.value_length_max));
        }
        if problems.is_empty() { Ok(config) } else { Err(format!("plugin_config: {}", problems.join("; "))) }
    }

    /// Which attached data goes where.
    #[must_use]
    pub fn data_spec(&self) -> DataSpec {
        DataSpec {
            secure: self.secure_keys.clone(),
            masked: self.masked_keys.clone(),
            columns: self.user_data_columns.clone(),
            value_length_max: self.value_length_max,
        }
    }

    /// How long what a state answer lacks is in doubt, µs.
    #[must_use]
    pub fn confirm_time(&self) -> i64 {
        i64::from(self.confirm_seconds) * SECOND
    }

    /// Age in µs at which a call is closed as stuck.
    #[must_use]
    pub fn call_age_max(&self) -> Option<i64> {
        (self.call_hours_max > 0).then(|| i64::from(self.call_hours_max) * 3600 * SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_options_are_errors() {
        assert!(Config::read(r#"{"trunk": ["pstn"]}"#).unwrap_err().contains("unknown field `trunk`"));
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let problems = Config::read(r#"{"value_length_max": 0, "user_data_columns": {"a": "B"}}"#).unwrap_err();
        assert!(problems.contains("value_length_max") && problems.contains("`B`"), "{problems}");
    }

    #[test]
    fn nothing_is_the_default() {
        assert_eq!(Config::read("").unwrap().value_length_max, 1024);
    }
}
