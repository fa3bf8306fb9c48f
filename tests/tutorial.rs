//! The tutorial for authors of mappings, followed literally: its commands are typed into a shell, in order, in an empty
//! folder, and answer what the page says.
//!
//! | in the page | here |
//! |---|---|
//! | a block `sh` | is typed; an error ends the test |
//! | a block `text` after it | is what was printed; numbers may differ, for they are times and sizes |
//! | a block `diff` | is applied to the project |
//!
//! A block that asks (`sqlite3`, `concentrator status`) is asked again until the answer is the one of the page: what was
//! sent a moment before may be under way.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// A first build fetches and compiles all that a plugin needs.
const PATIENCE: Duration = Duration::from_secs(900);
/// What was sent is in the database after that time.
const UNDER_WAY: Duration = Duration::from_secs(60);
/// The port at which the page lets the daemon listen; here it is one that is free.
const PORT: &str = "7410";
/// The folder in which the page works.
const HOME: &str = "/home/you";
/// Ends the answer of a block.
const MARK: &str = "=== done";

/// What the page says, in order.
enum Step {
    Typed { line: usize, text: String, answer: Option<String> },
    Applied { line: usize, text: String },
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = (1..).zip(page.lines());
    while let Some((line, begin)) = lines.next() {
        let Some(kind) = begin.strip_prefix("```") else { continue };
        let inside = lines.by_ref().map(|(_, text)| text).take_while(|text| *text != "```");
        let text = inside.flat_map(|text| [text, "\n"]).collect();
        match (kind, steps.last_mut()) {
            ("sh", _) => steps.push(Step::Typed { line, text, answer: None }),
            ("text", Some(Step::Typed { answer: answer @ None, .. })) => *answer = Some(text),
            ("diff", _) => steps.push(Step::Applied { line, text }),
            (kind, _) => panic!("line {line}: a block `{kind}` is no step"),
        }
    }
    steps
}

/// A shell in which everything is typed.
struct Shell {
    child: Child,
    input: ChildStdin,
    output: Receiver<String>,
}

impl Shell {
    fn in_folder(folder: &Path, root: &Path) -> Self {
        let binary = Path::new(env!("CARGO_BIN_EXE_concentrator")).parent().unwrap();
        let path = std::env::join_paths(
            [binary.to_path_buf()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
        );
        let mut child = Command::new("bash")
            .current_dir(folder)
            .env("PATH", path.unwrap())
            .env("CONCENTRATOR_SOURCES", root)
            .env("CARGO_TERM_PROGRESS_WHEN", "never")
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("RUSTFLAGS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut input, lines) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()).lines());
        input.write_all(b"set -e; exec 2>&1; trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n").unwrap();
        let (out, output) = channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| out.send(line)));
        Self { child, input, output }
    }

    /// What is printed, or why the shell ended.
    fn type_in(&mut self, text: &str) -> Result<String, String> {
        // The shell may have ended: its output tells.
        let _ = self.input.write_all(format!("{text}\necho '{MARK}'\n").as_bytes());
        let _ = self.input.flush();
        let begun = Instant::now();
        let mut printed = String::new();
        loop {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            match self.output.recv_timeout(left) {
                Ok(line) if line == MARK => return Ok(printed),
                Ok(line) => {
                    printed.push_str(&line);
                    printed.push('\n');
                }
                Err(_) => return Err(printed),
            }
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.input.write_all(b"\nexit\n");
        let _ = self.child.wait();
    }
}

/// What is compared: each number is one, units of sizes are one, and blanks that line up columns are one.
fn bare(printed: &str) -> String {
    let mut bare = String::new();
    for line in printed.replace("MiB", "KiB").lines().map(str::trim).filter(|line| !line.is_empty()) {
        let numbers = line.split_whitespace().map(|word| {
            let mut out = String::new();
            for c in word.chars() {
                match c {
                    '0'..='9' if out.ends_with('0') => {}
                    '0'..='9' if out.ends_with("0.") => drop(out.pop()),
                    '0'..='9' => out.push('0'),
                    c => out.push(c),
                }
            }
            out
        });
        bare.push_str(&numbers.collect::<Vec<_>>().join(" "));
        bare.push('\n');
    }
    bare
}

fn asks(text: &str) -> bool {
    ["sqlite3 ", "concentrator status"].iter().any(|question| text.starts_with(question))
}

#[test]
fn the_tutorial_does_what_it_says() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf();
    let page = std::fs::read_to_string(root.join("docs/tutorial/first-mapping.md")).unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap();
    let page = page.replace(PORT, &free.port().to_string());
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().canonicalize().unwrap();
    let mut shell = Shell::in_folder(folder.path(), &root);
    for step in steps(&page) {
        match step {
            Step::Applied { line, text } => {
                std::fs::write(folder.path().join("change.diff"), text).unwrap();
                let applied = shell.type_in(&format!("patch -p1 < {}/change.diff", folder.path().display()));
                applied.unwrap_or_else(|printed| panic!("line {line}: the change does not fit:\n{printed}"));
            }
            Step::Typed { line, text, answer } => {
                let begun = Instant::now();
                // What is asked for may not be there yet.
                let typed = if asks(&text) { format!("{} || true", text.trim_end()) } else { text.clone() };
                loop {
                    let printed =
                        shell.type_in(&typed).unwrap_or_else(|printed| panic!("line {line} fails:\n{printed}"));
                    let printed = printed.replace(&whole.display().to_string(), HOME);
                    match &answer {
                        Some(answer) if bare(answer) != bare(&printed) => {
                            let wrong = format!("line {line}: the page says\n{answer}\nbut it is\n{printed}");
                            assert!(asks(&text) && begun.elapsed() < UNDER_WAY, "{wrong}");
                        }
                        _ => break,
                    }
                }
            }
        }
    }
}

#[test]
fn numbers_are_not_compared_and_words_are() {
    assert_eq!(bare("built  in 12.5 s\n\n"), bare("built in 3 s"));
    assert_ne!(bare("built in 3 s"), bare("broken in 3 s"));
    assert_eq!(bare("c-1|2"), bare("c-17|3"));
}
