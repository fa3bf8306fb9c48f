//! What authors of plugins do, in each language: a project is made, compiled and tried, and its plugin runs in a lane.
//!
//! Projects are made anew in each run, at the same place: what was compiled of their crates for an earlier run can be
//! used again. Tools that a language brings along are fetched into the cache of the user, once.

use crate::site::Site;
use crate::voice_site::{VoiceSite, day};
use campaign::rows::{Database, differences};
use serde_json::Value;
use simulator::config::Config;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::Receiver;
use std::time::Duration;

const LANGUAGES: [&str; 5] = ["rust", "c", "python", "javascript", "typescript"];

/// A compiler on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(120);

/// The enrichers, made once in a run.
static ENRICHERS: [OnceLock<PathBuf>; LANGUAGES.len()] = [const { OnceLock::new() }; LANGUAGES.len()];

fn concentrator(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_concentrator"));
    command.current_dir(dir).args(arguments).stdin(Stdio::null());
    command
}

/// Exit code, and all that was said.
fn said(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned();
    (output.status.code().unwrap_or(-1), text)
}

fn ok(dir: &Path, arguments: &[&str]) -> String {
    let (code, text) = said(&mut concentrator(dir, arguments));
    assert_eq!(code, 0, "{arguments:?} in {}\n{text}", dir.display());
    text
}

/// A new project and its plugin file.
fn built(language: &str, world: &str, folder: &str) -> PathBuf {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authors");
    let name = if world == "mapper" { "bell" } else { "mask" };
    let dir = all.join(folder);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&all).unwrap();
    let told = ok(&all, &["plugin", "new", name, "--language", language, "--world", world, "--dir", folder]);
    for next in [&format!("cd {folder}"), "concentrator plugin build", "concentrator plugin test"] {
        assert!(told.contains(next), "`{next}` is missing in {told}");
    }
    let told = ok(&dir, &["plugin", "build", "--install"]);
    assert!(told.contains(&format!("{name}.wasm (")), "{told}");
    dir
}

fn enricher(language: &str) -> &'static Path {
    let at = LANGUAGES.iter().position(|known| *known == language).unwrap();
    ENRICHERS[at].get_or_init(|| built(language, "enricher", &format!("{language}-enricher")))
}

/// Everything that an author does first, in both worlds.
fn author(language: &str) {
    let mapper = built(language, "mapper", &format!("{language}-mapper"));
    let of_mapper = match language {
        "rust" => ("abandoned", "G_CALL_STAT", "\"t_duration\":30", "\"t_duration\":31", "31 → 30"),
        _ => ("survey", "X_BELL_SURVEY", "\"answer\":4", "\"answer\":5", "5 → 4"),
    };
    try_out("mapper", &mapper, &mapper.join("bell.wasm"), of_mapper);
    let enricher = enricher(language);
    let masked = "\"**** **** **** 1234\"";
    let expected = ("card", "G_USERDATA_HISTORY", masked, "\"1234\"", "\"1234\" → \"**** **** **** 1234\"");
    try_out("enricher", enricher, &enricher.join("mask.wasm"), expected);
}

/// The file is a plugin, gives the rows of its cases, and others are shown: case, table, what is expected there, by
/// what that is replaced, and what is shown of it.
fn try_out(world: &str, project: &Path, file: &Path, (case, table, from, to, shown): (&str, &str, &str, &str, &str)) {
    let (code, told) = said(&mut concentrator(project, &["plugin", "new", "again", "--dir", "."]));
    assert!(code == 3 && told.contains("is not empty"), "{code} {told}");
    let file = file.to_str().unwrap();
    let facts: Value = serde_json::from_str(&ok(project, &["plugin", "check", file, "--json"])).unwrap();
    let known = (facts["world"].as_str(), facts["wit"].as_str());
    assert_eq!(known, (Some(world), Some("concentrator:mapping@0.2.0")), "{facts:#}");
    let told = ok(project, &["plugin", "test"]);
    assert!(told.contains("cases passed"), "{told}");

    let other = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(project.join("cases").join(case)).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), other.path().join(entry.file_name())).unwrap();
    }
    let rows = other.path().join("rows.jsonl");
    let expected = std::fs::read_to_string(&rows).unwrap();
    assert!(expected.contains(from), "{expected}");
    std::fs::write(&rows, expected.replace(from, to)).unwrap();
    let cases = other.path().to_str().unwrap();
    let (code, told) = said(&mut concentrator(project, &["plugin", "test", "--cases", cases]));
    assert!(code == 3 && told.contains(table) && told.contains(shown), "{code} {told}");
    ok(project, &["plugin", "test", "--cases", cases, "--update"]);
    ok(project, &["plugin", "test", "--cases", cases]);
}

#[test]
fn in_rust() {
    author("rust");
}

#[test]
fn in_c() {
    author("c");
}

#[test]
fn in_python() {
    author("python");
}

#[test]
fn in_javascript() {
    author("javascript");
}

#[test]
fn in_typescript() {
    author("typescript");
}

/// What `concentrator dev` has said so far, as it says it.
struct Dev {
    child: Child,
    said: Receiver<String>,
}

impl Dev {
    fn start(project: &Path) -> Self {
        let mut child = concentrator(project, &["dev"]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (say, said) = std::sync::mpsc::channel();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| _ = say.send(line)));
        Self { child, said }
    }

    /// What it says until it waits for the next save.
    fn round(&self) -> String {
        let mut round = String::new();
        loop {
            let line = self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it says no more:\n{round}"));
            if line.starts_with("watching ") {
                return round;
            }
            round = round + &line + "\n";
        }
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[test]
fn a_save_shows_what_it_changes() {
    let project = built("c", "mapper", "c-dev");
    let change = |file: &str, from: &str, to: &str| {
        let file = project.join(file);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "`{from}` is not in {}", file.display());
        std::fs::write(file, text.replacen(from, to, 1)).unwrap();
    };
    let dev = Dev::start(&project);
    let round = dev.round();
    assert!(round.contains("started → built ") && round.contains("0 of 2 rows changed"), "{round}");

    change("src/plugin.c", "val.integer = number;", "val.integer = number + 1;");
    let round = dev.round();
    assert!(round.contains("4 → 5") && round.contains("1 of 2 rows changed"), "{round}");

    change("src/plugin.c", "number + 1;", "number + ;");
    assert_eq!(dev.round(), "", "the compiler's words are on the other stream, and it goes on");
    change("src/plugin.c", "number + ;", "number + 1;");
    assert!(dev.round().contains("0 of 2 rows changed"));

    // Other events are no other version.
    change("cases/survey/events.jsonl", "\"4\"", "\"7\"");
    let round = dev.round();
    assert!(round.contains("replayed 4 events") && round.contains("0 of 2 rows changed"), "{round}");
    drop(dev);

    let told = ok(&project, &["dev", "--once", "--against", project.join("bell.wasm").to_str().unwrap()]);
    assert!(told.contains("0 of 2 rows changed"), "{told}");
}

#[test]
fn recordings_are_replayed() {
    let project = built("c", "mapper", "c-recordings");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data");
    let manager = data.join("asterisk/s01-queue-answered-caller-hangs-up/recording.ami");
    let log = data.join("tevents/library.log");
    let (manager, log) = (manager.to_str().unwrap(), log.to_str().unwrap());
    let told = ok(&project, &["dev", "--once", "--recording", manager, "--events", log]);
    let events =
        |file: &str| ok(&project, &["plugin", "events", file]).lines().filter(|line| line.starts_with('{')).count();
    let all = events(manager) + events(log);
    assert!(all > 100 && told.contains(&format!("replayed {all} events")), "{all}: {told}");

    // What is written is a case.
    let case = tempfile::tempdir().unwrap();
    let lines = case.path().join("events.jsonl");
    let told = ok(&project, &["plugin", "events", manager, "--output", lines.to_str().unwrap()]);
    assert_eq!(told, format!("{} events written\n", events(manager)));
    ok(&project, &["plugin", "test", "--cases", case.path().to_str().unwrap(), "--update"]);
    let (code, told) = said(&mut concentrator(&project, &["plugin", "events", "bell.wasm"]));
    assert!(code != 0 && told.contains("bell.wasm has no events"), "{code} {told}");
}

#[test]
fn what_is_missing_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (code, told) = said(&mut concentrator(dir.path(), &["plugin", "build"]));
    assert!(code == 3 && told.contains("plugin.toml") && told.contains("plugin new"), "{code} {told}");
    let (code, told) = said(&mut concentrator(dir.path(), &["plugin", "new", "1st"]));
    assert!(code == 3 && told.contains("beginning with a letter"), "{code} {told}");

    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    for (language, program, tool) in [
        ("rust", "there is no `cargo`", None),
        ("c", "the C compiler `clang` is missing", None),
        ("python", "there is no `python3`", Some("-m pip install")),
        ("javascript", "there is no `node`", Some("`npm install")),
        ("typescript", "there is no `node`", Some("`npm install")),
    ] {
        ok(dir.path(), &["plugin", "new", language, "--language", language]);
        let project = dir.path().join(language);
        let build = |path: Option<&Path>| {
            let mut command = concentrator(&project, &["plugin", "build"]);
            command.env_remove("CARGO").env_remove("RUSTC").env("XDG_CACHE_HOME", &empty);
            if let Some(path) = path {
                command.env("PATH", path);
            }
            said(&mut command)
        };
        let (code, told) = build(Some(&empty));
        assert!(code == 3 && told.contains(program) && told.contains("to get it: "), "{language}: {code} {told}");
        assert!(told.contains("help: `concentrator plugin build --install`"), "{language}: {told}");
        if let Some(tool) = tool {
            let (code, told) = build(None);
            assert!(code == 3 && told.contains(tool) && told.contains("to get it: `"), "{language}: {code} {told}");
        }
        assert!(!project.join(format!("{language}.wasm")).exists());
    }
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0, "nothing is fetched unless that is asked for");
}

/// The rows of a day, with an enricher behind the mapping.
fn masked(language: &str, config: &Config, into: &Path) {
    let enrichers = "enrichers = [{ plugin = \"mask\", config = { keys = [\"CustomerID\"] } }]";
    let options = format!("listen = \"unix:{{dir}}/voice.sock\"\nqueue = {{ segment_bytes = 8388608 }}\n{enrichers}");
    let site = Site::of_voice("stream", &options);
    std::fs::copy(enricher(language).join("mask.wasm"), site.plugins.join("mask.wasm")).unwrap();
    let voice = VoiceSite::with(site);
    let daemon = voice.site.daemon();
    voice.ready();
    let player = voice.play(config);
    voice.settled(&player);
    voice.hang_up(player);
    assert_eq!(daemon.stop(), 0, "{language}\n{}", voice.site.log());
    assert_eq!(voice.site.ok(&["dead-letter", "list", "--json"]), "", "{language}");
    std::fs::copy(voice.site.path("idb.sqlite"), into).unwrap();
}

#[test]
fn every_language_gives_the_same_rows() {
    let (dir, config) = (tempfile::tempdir().unwrap(), day(92, &[]));
    let place = |language: &str| dir.path().join(format!("{language}.sqlite"));
    for language in LANGUAGES {
        masked(language, &config, &place(language));
    }
    let first = place("rust");
    let rust = Database::Sqlite(&first);
    let of_key = "SELECT COUNT(*) FROM G_USERDATA_HISTORY WHERE KEYNAME = 'CustomerID'";
    assert!(rust.number(of_key).unwrap() > 10);
    assert_eq!(rust.number(&format!("{of_key} AND VALUE NOT LIKE '**____'")).unwrap(), 0, "six digits, four are left");
    for language in LANGUAGES.iter().skip(1) {
        let found = differences(&rust, &Database::Sqlite(&place(language))).unwrap();
        assert!(found.is_empty(), "{language}:\n{}", found.join("\n"));
    }
}
