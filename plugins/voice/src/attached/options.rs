//! The specification of attached data and user events: which keys go where.
//!
//! ```toml
//! [source.tserver.stream.plugin_config.data.user_data]
//! "*" = {}
//! "CustomerSegment" = { column = "CUSTOMER_SEGMENT" }
//! "CardNumber" = { secure = true, history = "last" }
//! "IVR_*" = { history = "first", length_max = 80 }
//! "Internal_*" = { history = "none" }
//! ```
//!
//! A name that ends with `*` stands for all keys that begin so. The whole name wins over prefixes, a longer prefix
//! over a shorter one; a key that nothing names is not stored.

use concentrator_sdk::model::{Attached, CUSTOM_COLUMNS, Column, DataRule, DataRules, History, USUAL_KEYS};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Characters that the column VALUE takes.
const LENGTH_MAX: usize = 1024;
/// States of the site that there may be.
const STATES_MAX: usize = 256;
/// The list under which the keys of user events are looked up: they have rules of their own.
pub(crate) const OF_USER_EVENTS: Attached = Attached::UserData;

/// Which attached data goes where, checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Options")]
pub struct DataOptions {
    /// Rules of the calls' lists.
    pub(crate) rules: DataRules,
    /// Lists that have rules at all.
    pub(crate) lists: [bool; 3],
    /// Rules of the keys of user events.
    pub(crate) event_keys: DataRules,
    /// Key of user events → place of its column in G_CUSTOM_DATA_P.
    pub(crate) event_columns: BTreeMap<String, usize>,
    /// States of the site.
    pub(crate) states: Vec<StateOptions>,
}

/// The options as they are written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    /// Keys of the calls' user data. Default: all, with their whole history; ten of them have columns of their own.
    user_data: BTreeMap<String, KeyOptions>,
    /// Keys of the reasons that events of calls carry. Default: none.
    reasons: BTreeMap<String, KeyOptions>,
    /// Keys of the extensions. Default: none.
    extensions: BTreeMap<String, KeyOptions>,
    /// What becomes of user events.
    user_events: UserEventOptions,
}

/// What becomes of a key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct KeyOptions {
    /// Which changes make rows. Default: all.
    history: HistoryOption,
    /// The rows go to G_SECURE_USERDATA_HISTORY. Default: no.
    secure: bool,
    /// The value is stored as `****`. Default: no.
    masked: bool,
    /// The column that holds the value, too.
    column: Option<String>,
    /// Longest value in characters, 1 to 1,024; longer ones are cut. Default: 1,024.
    length_max: usize,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum HistoryOption {
    #[default]
    All,
    First,
    Last,
    None,
}

/// What becomes of user events.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct UserEventOptions {
    /// Keys that go to G_CUSTOM_DATA_S. Default: all.
    keys: BTreeMap<String, EventKeyOptions>,
    /// Key → number of its column in G_CUSTOM_DATA_P, 1 to 16. Default: none.
    columns: BTreeMap<String, usize>,
    /// States of the site, by a name for people. Default: none.
    states: BTreeMap<String, StateOptions>,
}

/// What becomes of a key of a user event.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EventKeyOptions {
    /// The value is stored as `****`. Default: no.
    masked: bool,
    /// Longest value in characters, 1 to 1,024; longer ones are cut. Default: 1,024.
    length_max: usize,
}

/// A state of the site.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StateOptions {
    /// Its STATECODE.
    pub(crate) code: i32,
    /// What begins it.
    pub(crate) begins: StateMark,
    /// What ends it.
    pub(crate) ends: StateMark,
}

/// A key of a user event, with a value or with any.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StateMark {
    key: String,
    value: Option<String>,
}

impl StateMark {
    /// A user event says it.
    pub(crate) fn is_said<'p>(&self, mut pairs: impl Iterator<Item = (&'p str, &'p str)>) -> bool {
        pairs.any(|(key, value)| key == self.key && self.value.as_deref().is_none_or(|of| of == value))
    }
}

impl Default for KeyOptions {
    fn default() -> Self {
        Self { history: HistoryOption::All, secure: false, masked: false, column: None, length_max: LENGTH_MAX }
    }
}

impl Default for EventKeyOptions {
    fn default() -> Self {
        Self { masked: false, length_max: LENGTH_MAX }
    }
}

impl Default for UserEventOptions {
    fn default() -> Self {
        let keys = [("*".to_owned(), EventKeyOptions::default())].into();
        Self { keys, columns: BTreeMap::new(), states: BTreeMap::new() }
    }
}

impl Default for Options {
    fn default() -> Self {
        let mut user_data: BTreeMap<_, _> = USUAL_KEYS
            .map(|(key, column)| {
                (key.to_owned(), KeyOptions { column: Some(column.to_owned()), ..KeyOptions::default() })
            })
            .into();
        user_data.insert("*".to_owned(), KeyOptions::default());
        Self {
            user_data,
            reasons: BTreeMap::new(),
            extensions: BTreeMap::new(),
            user_events: UserEventOptions::default(),
        }
    }
}

impl Default for DataOptions {
    fn default() -> Self {
        // The defaults have no problems (test `the_default_is_valid`).
        Self::check(&Options::default()).0
    }
}

impl TryFrom<Options> for DataOptions {
    type Error = String;

    fn try_from(options: Options) -> Result<Self, String> {
        let (checked, problems) = Self::check(&options);
        if problems.is_empty() { Ok(checked) } else { Err(problems.join("; ")) }
    }
}

/// What is wrong with options; each problem names its key.
struct Problems(Vec<String>);

impl Problems {
    fn add(&mut self, table: &str, key: &str, what: &str) {
        self.0.push(format!("data.{table}: `{key}` {what}"));
    }

    /// A name may have its star at the end only; a length must fit.
    fn check_key(&mut self, table: &str, key: &str, length_max: usize) {
        if key.is_empty() {
            self.add(table, key, "is empty");
        }
        if key.strip_suffix('*').unwrap_or(key).contains('*') {
            self.add(table, key, "has a `*` that is not at its end");
        }
        if !(1..=LENGTH_MAX).contains(&length_max) {
            self.add(table, key, &format!("has length_max = {length_max}, which is not between 1 and {LENGTH_MAX}"));
        }
    }
}

impl DataOptions {
    fn check(options: &Options) -> (Self, Vec<String>) {
        let mut problems = Problems(Vec::new());
        let mut rules = DataRules::default();
        let mut taken = BTreeMap::new();
        let lists = [
            ("user_data", Attached::UserData, &options.user_data),
            ("reasons", Attached::Reasons, &options.reasons),
            ("extensions", Attached::Extensions, &options.extensions),
        ];
        for (table, list, keys) in lists {
            for (key, options) in keys {
                problems.check_key(table, key, options.length_max);
                let column = options.column.as_deref().and_then(|column| {
                    let known = Column::named(column);
                    if known.is_none() {
                        problems.add(table, key, &format!("is given a column `{column}`, which there is not"));
                    }
                    known
                });
                if let Some(name) = &options.column {
                    if key.ends_with('*') {
                        problems.add(table, key, &format!("stands for many keys, which cannot share column `{name}`"));
                    }
                    if let Some(other) = taken.insert(name.clone(), key.clone()) {
                        problems.add(table, key, &format!("is given column `{name}`, which `{other}` has"));
                    }
                }
                rules.add(list, key, options.rule(column));
            }
        }
        let events = &options.user_events;
        let mut event_keys = DataRules::default();
        for (key, options) in &events.keys {
            problems.check_key("user_events.keys", key, options.length_max);
            let rule = DataRule { masked: options.masked, length_max: options.length_max, ..DataRule::default() };
            event_keys.add(OF_USER_EVENTS, key, rule);
        }
        check_columns(&events.columns, &mut problems);
        check_states(&events.states, &mut problems);
        let checked = Self {
            rules,
            lists: lists.map(|(_, _, keys)| !keys.is_empty()),
            event_keys,
            event_columns: events.columns.iter().map(|(key, number)| (key.clone(), number.saturating_sub(1))).collect(),
            states: events.states.values().cloned().collect(),
        };
        (checked, problems.0)
    }
}

fn check_columns(columns: &BTreeMap<String, usize>, problems: &mut Problems) {
    let mut taken = BTreeMap::new();
    for (key, number) in columns {
        if !(1..=CUSTOM_COLUMNS).contains(number) {
            let what = format!("is given column {number}, which is not between 1 and {CUSTOM_COLUMNS}");
            problems.add("user_events.columns", key, &what);
        }
        if let Some(other) = taken.insert(number, key) {
            problems.add("user_events.columns", key, &format!("is given column {number}, which `{other}` has"));
        }
    }
}

fn check_states(states: &BTreeMap<String, StateOptions>, problems: &mut Problems) {
    let mut taken = BTreeMap::new();
    for (name, state) in states {
        if let Some(other) = taken.insert(state.code, name) {
            problems.add("user_events.states", name, &format!("has code {}, which `{other}` has", state.code));
        }
        if state.begins == state.ends {
            problems.add("user_events.states", name, "ends by what begins it");
        }
    }
    if states.len() > STATES_MAX {
        problems.0.push(format!("data.user_events.states: {} states, at most {STATES_MAX} are allowed", states.len()));
    }
}

impl KeyOptions {
    fn rule(&self, column: Option<Column>) -> DataRule {
        let history = match self.history {
            HistoryOption::All => History::All,
            HistoryOption::First => History::First,
            HistoryOption::Last => History::Last,
            HistoryOption::None => History::None,
        };
        DataRule { history, secure: self.secure, masked: self.masked, column, length_max: self.length_max }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(json: &str) -> String {
        serde_json::from_str::<DataOptions>(json).unwrap_err().to_string()
    }

    #[test]
    fn the_default_is_valid() {
        assert_eq!(DataOptions::check(&Options::default()).1, Vec::<String>::new());
        assert_eq!(DataOptions::default().lists, [true, false, false]);
    }

    #[test]
    fn all_problems_are_told_at_once_and_name_the_key() {
        let told = problems(
            r#"{"user_data": {"a": {"column": "B"}, "c*d": {}, "e": {"length_max": 0}, "f*": {"column": "TARGET_ID"}},
                "reasons": {"g": {"column": "TARGET_ID"}},
                "user_events": {"columns": {"h": 17, "i": 2, "j": 2},
                                "states": {"k": {"code": 1, "begins": {"key": "l"}, "ends": {"key": "l"}},
                                           "m": {"code": 1, "begins": {"key": "n"}, "ends": {"key": "o"}}}}}"#,
        );
        for part in ["`a` is given a column `B`", "`c*d`", "`e` has length_max", "`f*` stands", "`g` is given"] {
            assert!(told.contains(part), "{part}: {told}");
        }
        for part in ["`h` is given column 17", "`j` is given column 2, which `i` has", "`k` ends by", "`m` has code 1"]
        {
            assert!(told.contains(part), "{part}: {told}");
        }
    }

    #[test]
    fn unknown_options_are_errors() {
        assert!(problems(r#"{"userdata": {}}"#).contains("unknown field `userdata`"));
        assert!(problems(r#"{"user_data": {"a": {"histroy": "all"}}}"#).contains("unknown field `histroy`"));
        assert!(problems(r#"{"user_data": {"a": {"history": "some"}}}"#).contains("unknown variant `some`"));
    }
}
