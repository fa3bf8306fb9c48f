//! The enricher's options.

use crate::{
    hide::{Hide, Secret},
    rule::{Rule, Rules},
    tables::{Column, HiddenColumns},
};
use concentrator_sdk::options::Options;
use std::collections::BTreeSet;

/// Characters that the column KEYNAME takes.
const KEY_LENGTH_MAX: usize = 255;
/// Shortest secret, in bytes: as many as the hash has.
const SECRET_MIN: usize = 32;
/// Hexadecimal digits of a pseudonym, unless the rule says otherwise: 128 bits.
const PSEUDONYM_LENGTH: u32 = 32;

/// The options, checked.
pub(crate) struct Config {
    /// Rules by key.
    pub(crate) keys: Rules,
    /// How values in columns are hidden.
    pub(crate) columns: HiddenColumns,
    /// Tables to which values are routed.
    pub(crate) routed: BTreeSet<u8>,
    /// Key of the pseudonyms.
    pub(crate) secret: Option<Secret>,
}

impl Config {
    /// The configuration in `json`.
    ///
    /// # Errors
    /// All that is wrong with it, for a person.
    pub(crate) fn read(json: &str) -> Result<Self, String> {
        let mut options = Options::read(json)?;
        let secret = options.secret("secret");
        if secret.as_ref().is_some_and(|secret| secret.len() < SECRET_MIN) {
            options.problem("secret", &format!("shorter than {SECRET_MIN} bytes"));
        }
        let mut keys = Rules::default();
        for (name, rule) in options.objects("keys", rule) {
            keys.add(&name, rule);
        }
        let mut columns = HiddenColumns::new();
        for (name, hide) in options.objects("columns", column) {
            if let Some(column) = Column::named(&name)
                && columns.insert(column, hide).is_some()
            {
                options.problem(&format!("columns.{name}"), "the column is named twice");
            }
        }
        let hidden = keys.iter().map(|rule| &rule.hide).chain(columns.values());
        let asks = hidden.flatten().any(|hide| matches!(hide, Hide::Pseudonym { .. }));
        match (asks, &secret) {
            (true, None) => options.problem("secret", "pseudonyms need one"),
            (false, Some(_)) => options.problem("secret", "no rule makes pseudonyms"),
            (true, Some(_)) | (false, None) => {}
        }
        let routed = keys.iter().filter_map(|rule| rule.column).map(|column| column.table).collect();
        options.finish()?;
        Ok(Self { keys, columns, routed, secret: secret.and_then(|secret| Secret::new(&secret)) })
    }
}

fn rule(name: &str, options: &mut Options) -> Rule {
    if name.strip_suffix('*').unwrap_or(name).contains('*') {
        options.problem("", "`*` may stand at the end only");
    }
    let drop = options.flag("drop").unwrap_or_default();
    let rename = options.text("rename");
    if rename.as_ref().is_some_and(|to| to.chars().count() > KEY_LENGTH_MAX) {
        options.problem("rename", &format!("longer than {KEY_LENGTH_MAX} characters"));
    }
    let hide = hide(options);
    let secure = options.flag("secure").unwrap_or_default();
    let column = options.text("column");
    let found = column.as_deref().and_then(Column::named).filter(|column| column.is_routable());
    if column.is_some() && found.is_none() {
        options.problem("column", "no column of G_CALL_USERDATA, G_CALL_USERDATA_CUST, …CUST1 or …CUST2");
    }
    let history = options.flag("history").unwrap_or(true);
    if drop && (rename.is_some() || hide.is_some() || secure || column.is_some() || !history) {
        options.problem("drop", "nothing is left for the other options");
    }
    if secure && column.is_some() {
        options.problem("column", "a secure key can have none");
    }
    if !history && (rename.is_some() || secure) {
        options.problem("history", "without a history, `rename` and `secure` mean nothing");
    }
    Rule { drop, rename, hide, secure, column: found, history }
}

fn column(name: &str, options: &mut Options) -> Option<Hide> {
    if Column::named(name).is_none() {
        options.problem("", "no column that holds attached data");
    }
    let drop = options.flag("drop").unwrap_or_default();
    let hide = hide(options);
    if drop == hide.is_some() {
        options.problem("", "one of `drop`, `mask` and `pseudonym` is needed, and no more");
    }
    hide
}

fn hide(options: &mut Options) -> Option<Hide> {
    let mask = options.object("mask", |mask| {
        let fixed = mask.flag("fixed").unwrap_or_default();
        let digits_only = mask.flag("digits_only").unwrap_or_default();
        let mut kept = |name| mask.number(name, 0..=64).and_then(|kept| usize::try_from(kept).ok()).unwrap_or_default();
        let (keep_first, keep_last) = (kept("keep_first"), kept("keep_last"));
        if fixed && (digits_only || keep_first + keep_last > 0) {
            mask.problem("fixed", "nothing is left for the other options");
        }
        if fixed { Hide::Fixed } else { Hide::Mask { digits_only, keep_first, keep_last } }
    });
    let pseudonym = options.object("pseudonym", |pseudonym| {
        let length = pseudonym.number("length", 8..=64).unwrap_or(PSEUDONYM_LENGTH);
        let domain = pseudonym.text("domain").unwrap_or_default();
        if domain.contains('\0') {
            pseudonym.problem("domain", "must not hold a zero character");
        }
        Hide::Pseudonym { length: usize::try_from(length).unwrap_or_default(), domain }
    });
    if mask.is_some() && pseudonym.is_some() {
        options.problem("mask", "a value is masked or becomes a pseudonym, not both");
    }
    mask.or(pseudonym)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(json: &str) -> String {
        Config::read(json).err().unwrap_or_default()
    }

    #[test]
    fn all_problems_are_said_at_once() {
        let json = r#"{"keys": {"A": {"drop": true, "rename": "B"}, "B*": {"mask": {"keep_lst": 4}, "secure": true,
            "column": "CUST_DATA_1"}, "C": {"column": "G_CUSTOM_DATA_P.DATA_1"}, "*D": {}, "E": 5},
            "columns": {"NAME": {"drop": true}, "CUST_DATA_2": {}}, "colour": "red"}"#;
        let expect = "keys.A.drop: nothing is left for the other options; \
            keys.B*.mask.keep_lst: unknown option, known here: fixed, digits_only, keep_first, keep_last; \
            keys.B*.column: a secure key can have none; \
            keys.C.column: no column of G_CALL_USERDATA, G_CALL_USERDATA_CUST, …CUST1 or …CUST2; \
            keys.*D: `*` may stand at the end only; \
            keys.E: expected an object, found 5; \
            columns.NAME: no column that holds attached data; \
            columns.CUST_DATA_2: one of `drop`, `mask` and `pseudonym` is needed, and no more; \
            colour: unknown option, known here: secret, keys, columns";
        let found = problems(json);
        let mut found: Vec<&str> = found.split("; ").collect();
        let mut expect: Vec<&str> = expect.split("; ").collect();
        found.sort_unstable();
        expect.sort_unstable();
        assert_eq!(found, expect);
    }

    #[test]
    fn secrets() {
        let check = |json: &str, expect: &str| assert_eq!(problems(json), expect, "{json}");
        let long = "0123456789abcdef0123456789abcdef";
        check(r#"{"keys": {"A": {"pseudonym": {}}}}"#, "secret: pseudonyms need one");
        check(&format!(r#"{{"secret": "{long}"}}"#), "secret: no rule makes pseudonyms");
        check(r#"{"keys": {"A": {"pseudonym": {}}}, "secret": "hush"}"#, "secret: shorter than 32 bytes");
        check(&format!(r#"{{"keys": {{"A": {{"pseudonym": {{"length": 64}}}}}}, "secret": "{long}"}}"#), "");
        check(&format!(r#"{{"columns": {{"DATA_1": {{"pseudonym": {{}}}}}}, "secret": "{long}"}}"#), "");
        check(&format!(r#"{{"secret": ["{long}"]}}"#), "secret: expected text");
    }

    #[test]
    fn nothing_is_a_configuration() {
        assert_eq!(problems(""), "");
        assert_eq!(problems("{}"), "");
    }
}
