//! `cargo xtask fuzz`: hostile bytes for as long as they are let, guided by what code they reach.
//!
//! The driver of the crate `fuzz` is built with counters in the code of the workspace, by flags that the stable compiler
//! takes; what comes from elsewhere is built as always. Inputs that reached something new stay in `target/fuzz/corpus`,
//! and the next run goes on with them.

use crate::{needs, say, target_dir};
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How long each target runs, s.
const SECONDS: u32 = 60;
/// Longest run of one input, s: beyond it the input is one that fails.
const INPUT_SECONDS: u32 = 20;
/// Most memory of one process, MiB.
const MEMORY_MIB: u32 = 2_048;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    targets: Vec<String>,
    seconds: u32,
    jobs: u32,
}

/// Runs one target or all, one after another; ends with the first that fails.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<()> {
    let targets = targets(root)?;
    let wish = Wish::parse(arguments, &targets)?;
    needs::c_compiler()?;
    needs::cpp_compiler()?;
    say("building the targets");
    let driver = build(root)?;
    for target in &wish.targets {
        say(&format!("{target}: {} s, {} at once", wish.seconds, wish.jobs));
        fuzz(root, &driver, target, &wish)?;
    }
    Ok(())
}

/// Names of the targets: each has a file of words.
fn targets(root: &Path) -> Result<Vec<String>> {
    let dir = root.join("fuzz/words");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&dir).with_context(|| format!("read {}", dir.display()))? {
        names.extend(entry?.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

impl Wish {
    fn parse(arguments: &[&str], targets: &[String]) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1));
        let mut wish = Self { targets: targets.to_vec(), seconds: SECONDS, jobs: cores };
        let mut rest = arguments;
        while let Some((word, after)) = rest.split_first() {
            rest = match (*word, after) {
                ("--seconds", [number, rest @ ..]) => {
                    wish.seconds = number.parse().context("--seconds takes a number")?;
                    rest
                }
                ("--jobs", [number, rest @ ..]) => {
                    wish.jobs = number.parse().context("--jobs takes a number")?;
                    rest
                }
                (target, rest) if targets.iter().any(|known| known == target) => {
                    wish.targets = vec![target.to_owned()];
                    rest
                }
                (other, _) => bail!("there is no target `{other}`; there is: {}", targets.join(", ")),
            };
        }
        ensure!(wish.jobs > 0, "--jobs takes a number above 0");
        Ok(wish)
    }
}

/// Builds the driver with instrumented code; its path.
fn build(root: &Path) -> Result<PathBuf> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).env("RUSTC_WORKSPACE_WRAPPER", root.join("fuzz/instrumented-rustc"));
    // As in tests, so that the dependencies are those of tests, but not so slow.
    command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    let status = command.args(["build", "--package", "fuzz", "--bin", "coverage", "--features", "coverage"]).status();
    ensure!(status.context("start cargo build")?.success(), "the targets could not be built");
    Ok(target_dir(root).join("debug/coverage"))
}

fn fuzz(root: &Path, driver: &Path, target: &str, wish: &Wish) -> Result<()> {
    let home = target_dir(root).join("fuzz");
    let (grown, failed) = (home.join("corpus").join(target), home.join("failed").join(target));
    let kept = ["corpus", "known"].map(|kind| root.join("fuzz").join(kind).join(target));
    for dir in [&grown, &failed] {
        std::fs::create_dir_all(dir).with_context(|| format!("make {}", dir.display()))?;
    }
    let mut command = Command::new(driver);
    command.env("CONCENTRATOR_FUZZ_TARGET", target).env("RUST_BACKTRACE", "0");
    command.arg(format!("-max_total_time={}", wish.seconds)).arg(format!("-timeout={INPUT_SECONDS}"));
    command.arg(format!("-rss_limit_mb={MEMORY_MIB}")).arg(format!("-artifact_prefix={}/", failed.display()));
    command.arg(format!("-dict={}", root.join("fuzz/words").join(target).with_extension("dict").display()));
    command.arg("-print_final_stats=1");
    if wish.jobs > 1 {
        command.arg(format!("-fork={}", wish.jobs));
    }
    command.arg(&grown).args(kept.iter().filter(|dir| dir.is_dir()));
    let status = command.status().with_context(|| format!("start {}", driver.display()))?;
    let place = failed.display();
    ensure!(status.success(), "{target} failed: the input is in {place}; keep it in fuzz/known/{target}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for() {
        let targets = ["ami_packets".to_owned(), "snapshot".to_owned()];
        let wish = Wish::parse(&["snapshot", "--seconds", "5", "--jobs", "3"], &targets).expect("known words");
        assert_eq!(wish, Wish { targets: vec!["snapshot".to_owned()], seconds: 5, jobs: 3 });
        assert_eq!(Wish::parse(&[], &targets).expect("nothing").targets, targets);
        for wrong in [&["else"][..], &["--seconds"], &["--jobs", "0"], &["--seconds", "x"]] {
            assert!(Wish::parse(wrong, &targets).is_err(), "{wrong:?}");
        }
    }
}
