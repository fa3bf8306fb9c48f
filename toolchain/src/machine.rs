//! What the machine has: the programs on its path, who may install some, and a cache for what a user fetches.

use crate::{Error, Missing};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The machine that builds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    path: OsString,
    cache: PathBuf,
    cargo: Option<PathBuf>,
    rustc: Option<PathBuf>,
}

impl Machine {
    /// This one, as its environment shows it: `PATH`, `XDG_CACHE_HOME`, and the `CARGO` and `RUSTC` that a program
    /// started by cargo is told.
    #[must_use]
    pub fn this() -> Self {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let home = || variable("HOME").map_or_else(std::env::temp_dir, PathBuf::from).join(".cache");
        Self {
            path: variable("PATH").unwrap_or_default(),
            cache: variable("XDG_CACHE_HOME").map_or_else(home, PathBuf::from).join("concentrator"),
            cargo: variable("CARGO").map(PathBuf::from),
            rustc: variable("RUSTC").map(PathBuf::from),
        }
    }

    /// One that has the programs in `path` only, and keeps what it fetches in `cache`.
    #[must_use]
    pub fn with(path: impl Into<OsString>, cache: PathBuf) -> Self {
        Self { path: path.into(), cache, cargo: None, rustc: None }
    }

    /// Where what a user fetches for `what` is kept, for all projects.
    #[must_use]
    pub fn cache(&self, what: &str) -> PathBuf {
        self.cache.join("toolchains").join(what)
    }

    /// The program of that name, if it is on the path.
    #[must_use]
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        self.all(program).next()
    }

    fn all(&self, program: &str) -> impl Iterator<Item = PathBuf> {
        std::env::split_paths(&self.path).map(move |dir| dir.join(program)).filter(|file| file.is_file())
    }

    /// The program of that name, or that it is missing.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn need(&self, program: &str, missing: Missing) -> Result<PathBuf, Error> {
        self.find(program).ok_or_else(|| self.lacks(missing))
    }

    /// The error that `piece` is missing here.
    #[must_use]
    pub fn lacks(&self, piece: Missing) -> Error {
        Error::Missing { remedy: piece.remedy(self), piece }
    }

    /// Cargo.
    #[must_use]
    pub fn cargo(&self) -> Option<PathBuf> {
        self.cargo.clone().or_else(|| self.find("cargo"))
    }

    /// The Rust compilers, in the order in which they are preferred.
    #[must_use]
    pub fn rustc(&self) -> Vec<PathBuf> {
        self.rustc.iter().cloned().chain(self.all("rustc")).collect()
    }

    /// A command that sees this machine's path.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("PATH", &self.path);
        command
    }

    /// What a program prints; nothing if it cannot be started or fails.
    #[must_use]
    pub fn answer(&self, program: &Path, arguments: &[&str]) -> Option<String> {
        let output = self.command(program).args(arguments).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Packages of Debian or Ubuntu can be installed.
    #[must_use]
    pub fn has_apt(&self) -> bool {
        self.find("apt-get").is_some()
    }

    /// Whoever runs this may install them.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.find("id").and_then(|id| self.answer(&id, &["-u"])).is_some_and(|id| id == "0")
    }

    /// The command that installs Debian packages.
    #[must_use]
    pub fn apt_command(&self, packages: &[&str]) -> String {
        let sudo = if self.is_root() { "" } else { "sudo " };
        format!("{sudo}apt-get install -y --no-install-recommends {}", packages.join(" "))
    }

    /// Installs Debian packages, as root.
    ///
    /// # Errors
    /// There are none or it may not ([`Error::Missing`] of `piece`), or the package manager says no.
    pub fn install(&self, piece: &Missing, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
        let packages = piece.packages();
        let Some(apt) = self.find("apt-get").filter(|_| !packages.is_empty() && self.is_root()) else {
            return Err(self.lacks(piece.clone()));
        };
        report(&format!("{piece}: {}", self.apt_command(packages)));
        let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
        install.extend(packages);
        for arguments in [vec!["update", "-qq"], install] {
            let mut command = self.command(&apt);
            command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
            run_quietly(&mut command, &format!("install {}", packages.join(" ")))?;
        }
        Ok(())
    }
}

/// Runs a compiler: what it tells a person goes to where our words go; gives its standard output.
///
/// # Errors
/// [`Error::Failed`] if it cannot be started or fails.
pub(crate) fn run(command: &mut Command, what: &str) -> Result<String, Error> {
    let failed = |outcome: String| Error::Failed { what: what.to_owned(), outcome };
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| failed(format!("start {}: {error}", command.get_program().display())))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program that is heard only if it fails: its last lines become part of the error.
///
/// # Errors
/// [`Error::Failed`] if it cannot be started or fails.
pub(crate) fn run_quietly(command: &mut Command, what: &str) -> Result<(), Error> {
    let failed = |outcome: String| Error::Failed { what: what.to_owned(), outcome };
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| failed(format!("start {}: {error}", command.get_program().display())))?;
    if output.status.success() {
        return Ok(());
    }
    let words = [output.stdout, output.stderr].concat();
    Err(failed(format!("{}\n{}", output.status, last_lines(&String::from_utf8_lossy(&words)))))
}

/// Lines of a failed program that an error repeats.
const LAST_LINES: usize = 40;

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    /// A folder of programs, each a script.
    pub(crate) fn programs(scripts: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, script) in scripts {
            let file = dir.path().join(name);
            fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        dir
    }

    fn machine(programs: &tempfile::TempDir) -> Machine {
        Machine::with(programs.path(), programs.path().join("cache"))
    }

    #[test]
    fn what_is_missing_is_named_with_the_command_that_gets_it() {
        let check = |scripts: &[(&str, &str)], piece: Missing, expected: &str| {
            assert_eq!(expected, piece.remedy(&machine(&programs(scripts))), "{piece}");
        };
        let apt = ("apt-get", "exit 0");
        let root = ("id", "echo 0");
        check(&[apt, root], Missing::Clang, "`apt-get install -y --no-install-recommends clang`");
        check(&[apt], Missing::WasmLinker, "`sudo apt-get install -y --no-install-recommends lld`");
        check(&[apt, root, ("rustup", "exit 0")], Missing::RustTarget, "`rustup target add wasm32-unknown-unknown`");
        check(&[apt, root], Missing::RustTarget, "`apt-get install -y --no-install-recommends rustc-web rust-web-src`");
        check(&[], Missing::Clang, "install clang 14 or later with its target wasm32, see https://releases.llvm.org");
    }

    #[test]
    fn only_root_installs() {
        let piece = Missing::Clang;
        let told = &mut Vec::new();
        let user = programs(&[("apt-get", "exit 0"), ("id", "echo 1000")]);
        let refused = machine(&user).install(&piece, &mut |line| told.push(line.to_owned())).unwrap_err();
        assert!(matches!(refused, Error::Missing { .. }), "{refused}");
        assert!(told.is_empty());
        let root = programs(&[("apt-get", "echo \"$@\" >> ${0%/*}/asked"), ("id", "echo 0")]);
        machine(&root).install(&piece, &mut |line| told.push(line.to_owned())).unwrap();
        assert_eq!(1, told.len());
        let asked = fs::read_to_string(root.path().join("asked")).unwrap();
        assert_eq!("update -qq\ninstall -y -qq --no-install-recommends clang\n", asked);
    }

    #[test]
    fn a_program_that_fails_is_quoted() {
        let bad = programs(&[("bad", "seq 1 100; echo why >&2; exit 3")]);
        let machine = Machine::with(std::env::var_os("PATH").unwrap(), bad.path().to_owned());
        let error = run_quietly(&mut machine.command(&bad.path().join("bad")), "do it").unwrap_err().to_string();
        assert!(error.starts_with("do it: exit status: 3\n62\n") && error.ends_with("\nwhy"), "{error}");
    }
}
