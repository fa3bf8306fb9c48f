//! What a configuration must say, and what its values must be. Touches files only to see whether they are there.

use super::parse::Document;
use super::problem::Problem;
use super::{Config, LaneOptions, QueueOptions, Source};
use crate::record::Role;
use crate::source::{ami, capture, stream, tevents};
use std::collections::BTreeMap;
use std::path::Path;

/// Adds every problem of `config` to `problems`.
pub(super) fn validate(config: &Config, documents: &[Document], problems: &mut Vec<Problem>) {
    let mut check = Check { documents, problems };
    check.daemon(config);
    check.idb(config);
    check.plugins(config);
    check.operation(config);
    if config.sources.is_empty() {
        let help = "add [source.<name>.<kind>], for example [source.pbx.ami]";
        check.say("IC1010", "no source is configured", &[], Some(help));
    }
    let mut servers = BTreeMap::new();
    for (name, source) in &config.sources {
        check.source(config, name, source);
        if let Some(other) = servers.insert(source.lane().dbids.server, name) {
            let what = format!(
                "sources `{other}` and `{name}` have the same number, dbids.server = {}",
                source.lane().dbids.server
            );
            let help = "give each source's server a number of its own: dbids = { server = 2 }";
            check.say("IC1018", what, &["source", name], Some(help));
        }
    }
    let place = |problem: &Problem| problem.place.as_ref().map(|place| (place.file.clone(), place.line, place.column));
    problems.sort_by_key(place);
}

struct Check<'a> {
    documents: &'a [Document],
    problems: &'a mut Vec<Problem>,
}

impl Check<'_> {
    fn say(&mut self, code: &'static str, what: impl Into<String>, path: &[&str], help: Option<&str>) {
        let place = self.documents.iter().find_map(|document| document.place(path));
        // What the parser already refused at this place is not reported again as missing.
        let known = place.is_some() && self.problems.iter().any(|other| other.place == place && other.code < "IC1010");
        if !known {
            self.problems.push(Problem { code, what: what.into(), place, help: help.map(str::to_owned) });
        }
    }

    /// A key that was refused by the parser reads as its default here: that is one mistake, not two.
    fn refused_before(&self, key: &str) -> bool {
        self.problems.iter().any(|problem| {
            let text = problem.place.as_ref().map_or("", |place| place.text.trim_start());
            problem.code < "IC1010" && text.split('=').next().is_some_and(|found| found.trim() == key)
        })
    }

    fn required(&mut self, empty: bool, path: &[&str], help: &str) {
        let (Some(key), true) = (path.last(), empty) else { return };
        if self.refused_before(key) {
            return;
        }
        let table = path.get(..path.len() - 1).unwrap_or_default().join(".");
        self.say("IC1010", format!("`{key}` is missing in [{table}]"), path, Some(help));
    }

    fn daemon(&mut self, config: &Config) {
        let daemon = &config.concentrator;
        self.required(daemon.name.is_empty(), &["concentrator", "name"], "a name, shown everywhere: name = \"icon-a\"");
        if daemon.dbid <= 0 && !self.refused_before("dbid") {
            let help = "a number above 0, unique among the concentrators that are compared: dbid = 101";
            self.say(
                "IC1010",
                "`dbid` is missing in [concentrator] or not above 0",
                &["concentrator", "dbid"],
                Some(help),
            );
        }
        let empty = daemon.data_dir.as_os_str().is_empty();
        self.required(empty, &["concentrator", "data_dir"], "a directory of this daemon alone: data_dir = \"data\"");
    }

    fn idb(&mut self, config: &Config) {
        let path = ["idb", "url"];
        let help = "url = \"sqlite://data/idb.sqlite\" or url = \"postgres://user@host/database\"";
        let url = config.idb.url.as_str();
        self.required(url.is_empty(), &path, help);
        let known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
        if !url.is_empty() && !known {
            let scheme = url.split(':').next().unwrap_or_default();
            self.say(
                "IC1011",
                format!("`{scheme}` is no kind of database that this program writes"),
                &path,
                Some(help),
            );
        }
        if let Some(file) = &config.idb.password_file {
            self.file(file, &["idb", "password_file"]);
        }
        self.within("batch_rows_max", config.idb.batch_rows_max as u64, 1..=100_000, &["idb", "batch_rows_max"]);
    }

    fn plugins(&mut self, config: &Config) {
        let plugins = &config.plugins;
        let path = ["plugins", "dir"];
        let empty = plugins.dir.as_os_str().is_empty();
        self.required(empty, &path, "the directory that holds <name>.wasm: dir = \"plugins\"");
        if !empty && !plugins.dir.is_dir() {
            let what = format!("{} is not a directory", plugins.dir.display());
            self.say("IC1012", what, &path, Some("name the directory that holds <name>.wasm"));
        }
        let bounds = [
            ("memory_bytes", plugins.memory_bytes, 1 << 20..=4 << 30),
            ("call_ms", plugins.call_ms, 10..=600_000),
            ("output_rows", u64::from(plugins.output_rows), 100..=10_000_000),
            ("snapshot_bytes", plugins.snapshot_bytes, 1 << 10..=1 << 30),
            ("snapshot_events", plugins.snapshot_events, 100..=100_000_000),
        ];
        for (key, value, range) in bounds {
            self.within(key, value, range, &["plugins", key]);
        }
    }

    fn operation(&mut self, config: &Config) {
        let (letters, alarms) = (&config.dead_letters, &config.alarms);
        let bounds = [
            ("dead_letters", "letters_max", letters.letters_max, 1..=1_000_000),
            ("dead_letters", "bytes_max", letters.bytes_max, 1 << 20..=1 << 40),
            ("alarms", "idb_away_secs", alarms.idb_away_secs, 1..=86_400),
            ("alarms", "source_disconnected_secs", alarms.source_disconnected_secs, 1..=86_400),
        ];
        for (table, key, value, range) in bounds {
            self.within(key, value, range, &[table, key]);
        }
    }

    fn source(&mut self, config: &Config, name: &str, source: &Source) {
        let kind = source.lane().kind;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            let help = "letters, digits, - and _, at most 64: the name becomes that of a directory";
            self.say("IC1013", format!("`{name}` cannot be the name of a source"), &["source", name], Some(help));
        }
        self.lane(config, name, &source.lane());
        match source {
            Source::Ami(ami) => self.ami(&["source", name, kind], ami),
            Source::Capture(capture) => self.capture(&["source", name, kind], capture),
            Source::Stream(stream) => self.stream(&["source", name, kind], stream),
            Source::Tevents(tevents) => self.tevents(&["source", name, kind], tevents),
        }
    }

    fn lane(&mut self, config: &Config, name: &str, lane: &LaneOptions<'_>) {
        let path = |key| ["source", name, lane.kind, key];
        self.required(
            lane.plugin.is_empty(),
            &path("plugin"),
            "the plugin that maps its events: plugin = \"asterisk\"",
        );
        let enrichers = lane.enrichers.iter().map(|enricher| ("enrichers", enricher.plugin.as_str()));
        for (key, plugin) in std::iter::once(("plugin", lane.plugin)).chain(enrichers) {
            let file = config.plugins.dir.join(format!("{plugin}.wasm"));
            if !plugin.is_empty() && config.plugins.dir.is_dir() && !file.is_file() {
                let what = format!("plugin `{plugin}`: there is no {}", file.display());
                self.say("IC1014", what, &path(key), Some("`concentrator plugin list` shows what is there"));
            }
        }
        let help = "any of cfg, gcc, gls, gud, gos in lower case: roles = [\"gcc\"]";
        self.required(lane.roles.is_empty(), &path("roles"), help);
        for role in lane.roles.iter().filter(|role| Role::from_name(role).is_none()) {
            self.say("IC1015", format!("`{role}` is not a role"), &path("roles"), Some(help));
        }
        self.queue(&path("queue"), lane.queue);
    }

    fn queue(&mut self, path: &[&str], queue: &QueueOptions) {
        let least = crate::event::MAX_EVENT_BYTES as u64 * 2;
        if !queue.segment_bytes.is_multiple_of(4_096) {
            self.say("IC1016", "`queue.segment_bytes` is not a multiple of 4096", path, None);
        }
        self.within("queue.segment_bytes", queue.segment_bytes, least..=4 << 30, path);
        if queue.max_bytes < queue.segment_bytes.saturating_mul(3) {
            let help = "a queue needs room for at least three segments";
            self.say("IC1016", "`queue.max_bytes` is below three times `queue.segment_bytes`", path, Some(help));
        }
    }

    fn ami(&mut self, path: &[&str; 3], ami: &ami::Config) {
        let at = |key| [path[0], path[1], path[2], key];
        let empty = ami.secret_file.as_os_str().is_empty();
        self.required(
            ami.address.is_empty(),
            &at("address"),
            "host and port of the exchange: address = \"127.0.0.1:5038\"",
        );
        self.required(ami.username.is_empty(), &at("username"), "a user of manager.conf: username = \"reporting\"");
        self.required(empty, &at("secret_file"), "the file that holds the user's secret: secret_file = \"pbx.secret\"");
        if !empty {
            self.file(&ami.secret_file, &at("secret_file"));
        }
        self.connection(path, ami.problems(), &["address", "username"]);
    }

    /// What the source itself finds wrong with its table; `missing` keys are reported already when they are empty.
    fn connection(&mut self, path: &[&str; 3], problems: Vec<String>, missing: &[&str]) {
        for what in problems {
            let key = what.split('`').nth(1).unwrap_or_default().to_owned();
            let place = [path[0], path[1], path[2], key.as_str()];
            let absent = missing.contains(&key.as_str())
                && self.problems.iter().any(|problem| {
                    problem.what.starts_with(&format!("`{key}` is missing")) && problem.what.contains(path[1])
                });
            if !absent && !self.refused_before(&key) {
                self.say("IC1016", what, &place, None);
            }
        }
    }

    fn stream(&mut self, path: &[&str; 3], stream: &stream::Config) {
        self.connection(path, stream.problems(), &[]);
        let tls = stream.tls.iter().flat_map(|tls| [&tls.ca_file, &tls.cert_file, &tls.key_file]);
        for file in tls.flatten() {
            self.file(file, &[path[0], path[1], path[2], "tls"]);
        }
    }

    fn tevents(&mut self, path: &[&str; 3], tevents: &tevents::Config) {
        for file in &tevents.files {
            self.file(file, &[path[0], path[1], path[2], "files"]);
        }
        self.connection(path, tevents.problems(), &["files"]);
    }

    fn capture(&mut self, path: &[&str; 3], capture: &capture::Config) {
        let at = [path[0], path[1], path[2], "files"];
        self.required(
            capture.files.is_empty(),
            &at,
            "recordings, each the bytes of one connection: files = [\"a.ami\"]",
        );
        for file in &capture.files {
            self.file(file, &at);
        }
        self.connection(path, capture.problems(), &["files"]);
    }

    fn file(&mut self, file: &Path, path: &[&str]) {
        if let Err(error) = std::fs::File::open(file) {
            self.say("IC1012", format!("cannot open {}: {error}", file.display()), path, None);
        }
    }

    fn within(&mut self, key: &str, value: u64, range: std::ops::RangeInclusive<u64>, path: &[&str]) {
        if !range.contains(&value) {
            let what = format!("`{key}` is {value}, which is not between {} and {}", range.start(), range.end());
            self.say("IC1016", what, path, None);
        }
    }
}
