//! The project's own tool: `cargo xtask demo | test | bench | campaign | check | fuzz | guests | generate`.

mod bench;
mod campaign;
mod check;
mod demo;
mod fuzz;
mod generate;
mod guests;
mod needs;
mod test;

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// Plugins that are part of the product.
const PLUGINS: &[&str] = &["asterisk", "voice"];
/// Guests that tests need besides.
const TEST_GUESTS: &[&str] = &["asterisk", "callbacks", "evil", "evil-enricher", "first", "shape", "trapping", "voice"];
/// Guests that benches need.
const BENCH_GUESTS: &[&str] = &["asterisk", "shapes", "voice"];

const USAGE: &str = "\
usage: cargo xtask VERB
  demo               run the daemon against a recorded exchange, into SQLite, and show what it wrote
  test [ARGUMENTS]   build the plugins, then run every test; arguments go to the test runner
  check              format, lints, documentation
  bench [NAME…]      measure, and print the figures of docs/explanation/figures.md
  campaign [--seed N] [--events N] …
                     a simulated day under every fault, compared with an undisturbed one; --help tells the options
  fuzz [TARGET] [--seconds N] [--jobs N]
                     hostile bytes for everything that reads foreign ones
  guests             compile the plugins to target/guests
  generate [--check] make what follows from wit/idb.tables";

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["demo"] => demo::run(root),
        ["test", rest @ ..] => test::run(root, rest),
        ["check"] => check::run(root),
        ["bench", names @ ..] => bench::run(root, names),
        ["campaign", rest @ ..] => campaign::run(root, rest),
        ["fuzz", rest @ ..] => fuzz::run(root, rest),
        ["guests"] => guests::build(root, TEST_GUESTS).map(drop),
        ["generate"] => generate::run(root, false),
        ["generate", "--check"] => generate::run(root, true),
        _ => bail!("{USAGE}"),
    }
}

/// Where cargo builds: `target`, unless the environment says otherwise.
fn target_dir(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir))
}

/// Says what happens next.
fn say(what: &str) {
    eprintln!("==> {what}");
}
