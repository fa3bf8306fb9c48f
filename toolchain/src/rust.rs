//! Rust: what compiles it for WebAssembly, and a project of it.
//!
//! A compiler whose sysroot has the standard library of [`TARGET`] compiles plugins as it is. Where none on the path
//! has, one with the sources of the standard library compiles that along; Debian's `rustc-web` with `rust-web-src`
//! is such a one. What is compiled in between is shared by all projects of a user, in the user's cache.

use crate::machine::run;
use crate::{Error, Machine, Missing, Options, Project};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What plugins are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// The oldest compiler that the SDK allows.
pub const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// What compiles Rust for WebAssembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiler {
    machine: Machine,
    cargo: PathBuf,
    rustc: PathBuf,
    library: Library,
}

/// The standard library for [`TARGET`].
#[derive(Clone, Debug, PartialEq, Eq)]
enum Library {
    /// Comes with the compiler.
    Compiled,
    /// Is compiled along; the compiler may have no linker of its own for WebAssembly.
    Sources { linker: Option<PathBuf> },
}

impl Compiler {
    /// Finds what compiles plugins; gets what is missing where that is allowed.
    ///
    /// # Errors
    /// [`Error::Missing`]: what is missing, and the command that gets it.
    pub fn find(options: &Options, report: &mut dyn FnMut(&str)) -> Result<Self, Error> {
        let machine = &options.machine;
        let piece = match Self::look(machine) {
            Err(piece) if options.install => piece,
            found => return found.map_err(|piece| machine.lacks(piece)),
        };
        get(machine, &piece, report)?;
        Self::look(machine).map_err(|piece| machine.lacks(piece))
    }

    fn look(machine: &Machine) -> Result<Self, Missing> {
        let cargo = machine.cargo().ok_or(Missing::Rust)?;
        let mut compilers = machine.rustc();
        if compilers.is_empty() {
            return Err(Missing::Rust);
        }
        let version = |rustc: &Path| machine.answer(rustc, &["--version"]).unwrap_or_default();
        let newest = compilers.first().map(|rustc| version(rustc)).unwrap_or_default();
        compilers.retain(|rustc| is_new_enough(&version(rustc)));
        if compilers.is_empty() {
            return Err(Missing::RustTooOld { found: newest, needed: OLDEST });
        }
        let sysroots: Vec<(&PathBuf, PathBuf)> = compilers
            .iter()
            .filter_map(|rustc| Some((rustc, machine.answer(rustc, &["--print", "sysroot"])?.into())))
            .collect();
        let with = |inside: &str| sysroots.iter().find(|(_, root)| root.join("lib/rustlib").join(inside).exists());
        let (rustc, library) = if let Some((rustc, _)) = with(&format!("{TARGET}/lib")) {
            (rustc, Library::Compiled)
        } else if let Some((rustc, _)) = with("src/rust/library/Cargo.lock") {
            let linker = sysroots.iter().find_map(|(rustc, root)| linker(machine, rustc, root));
            (rustc, Library::Sources { linker: linker.or_else(|| machine.find("wasm-ld")) })
        } else {
            return Err(Missing::RustTarget);
        };
        Ok(Self { cargo, rustc: (*rustc).clone(), library, machine: machine.clone() })
    }

    /// `cargo build` for [`TARGET`] with its target directory; the caller adds what is to be built, and how.
    #[must_use]
    pub fn cargo_build(&self, target_dir: &Path) -> Command {
        let mut command = self.machine.command(&self.cargo);
        command.args(["build", "--target", TARGET, "--target-dir"]).arg(target_dir).env("RUSTC", &self.rustc);
        // Flags that are meant for the host's code.
        for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
            command.env_remove(variable);
        }
        if let Library::Sources { linker } = &self.library {
            command.arg("-Zbuild-std=std,panic_abort").env("RUSTC_BOOTSTRAP", "1");
            if let Some(linker) = linker {
                command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            }
        }
        command
    }
}

/// The linker for WebAssembly that comes with a compiler.
fn linker(machine: &Machine, rustc: &Path, sysroot: &Path) -> Option<PathBuf> {
    let host = machine.answer(rustc, &["--print", "host-tuple"])?;
    Some(sysroot.join("lib/rustlib").join(host).join("bin/rust-lld")).filter(|linker| linker.exists())
}

/// Gets what is missing: a target by `rustup`, where that can; else by the machine's packages.
fn get(machine: &Machine, piece: &Missing, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
    if let Some(rustup) = machine.find("rustup").filter(|_| *piece == Missing::RustTarget) {
        report(&format!("{piece}: rustup target add {TARGET}"));
        if machine.answer(&rustup, &["target", "add", TARGET]).is_some() {
            return Ok(());
        }
    }
    machine.install(piece, report)
}

/// Whether `said`, what a compiler says of its version, is [`OLDEST`] or younger.
fn is_new_enough(said: &str) -> bool {
    let number = |text: &str| {
        let mut parts = text.split('.').map(|part| part.parse::<u32>().ok());
        Some((parts.next()??, parts.next()??))
    };
    said.split_whitespace().nth(1).and_then(number) >= number(OLDEST)
}

/// Compiles a project; gives the module.
pub(crate) fn build(project: &Project, options: &Options, report: &mut dyn FnMut(&str)) -> Result<PathBuf, Error> {
    let compiler = Compiler::find(options, report)?;
    let mut command = compiler.cargo_build(&project.dir.join("target"));
    command.current_dir(&project.dir).args(["--release", "--message-format=json-render-diagnostics"]);
    if !std::io::stderr().is_terminal() {
        command.arg("--quiet");
    }
    // Compiled once for all projects: the standard library, and the crates that they share.
    command.env("CARGO_BUILD_BUILD_DIR", options.machine.cache("rust"));
    if options.optimise {
        for (setting, value) in OPTIMISED {
            command.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
        }
    }
    let told = run(&mut command, &format!("compile {}", project.name))?;
    module(&told).ok_or_else(|| Error::Failed {
        what: format!("compile {}", project.name),
        outcome: "no plugin came out: Cargo.toml needs `crate-type = [\"cdylib\"]` under [lib]".to_owned(),
    })
}

/// What costs time and makes a plugin quick, over what its manifest says.
const OPTIMISED: [(&str, &str); 3] = [("LTO", "fat"), ("CODEGEN_UNITS", "1"), ("INCREMENTAL", "false")];

/// The module among what cargo says it made, a line of JSON each: the last one, as dependencies come first.
fn module(told: &str) -> Option<PathBuf> {
    let made = told.lines().rev().filter_map(|line| serde_json::from_str::<Made>(line).ok());
    let mut files = made.filter(|made| made.reason == "compiler-artifact").flat_map(|made| made.filenames);
    files.find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

/// A line of what cargo says.
#[derive(serde::Deserialize)]
struct Made {
    reason: String,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::tests::programs;
    use std::fs;

    /// A compiler of that version whose sysroot holds `inside`.
    fn rust(version: &str, inside: &[&str]) -> tempfile::TempDir {
        let says = format!(
            "case $1$2 in --version) echo 'rustc {version}' ;; --printsysroot) echo ${{0%/*}}/root ;; *) echo a-host ;; esac"
        );
        let dir = programs(&[("cargo", "exit 0"), ("rustc", &says)]);
        for path in inside {
            fs::create_dir_all(dir.path().join("root/lib/rustlib").join(path)).unwrap();
        }
        dir
    }

    fn found(dirs: &[&tempfile::TempDir]) -> Result<Compiler, Missing> {
        let path = std::env::join_paths(dirs.iter().map(|dir| dir.path())).unwrap();
        Compiler::look(&Machine::with(path, PathBuf::new()))
    }

    #[test]
    fn a_compiled_library_is_preferred_to_sources() {
        let sources = rust("1.96.0", &["src/rust/library/Cargo.lock"]);
        let compiled = rust("1.95.0 (59807616e 2026-04-14)", &["wasm32-unknown-unknown/lib"]);
        let compiler = found(&[&sources, &compiled]).unwrap();
        assert_eq!((Library::Compiled, compiled.path().join("rustc")), (compiler.library, compiler.rustc));
    }

    #[test]
    fn sources_are_linked_by_what_any_compiler_brings() {
        let bare = rust("1.95.0", &["a-host/bin/rust-lld"]);
        let sources = rust("1.96.0", &["src/rust/library/Cargo.lock"]);
        let compiler = found(&[&bare, &sources]).unwrap();
        let linker = bare.path().join("root/lib/rustlib/a-host/bin/rust-lld");
        assert_eq!(Library::Sources { linker: Some(linker) }, compiler.library);
        assert_eq!(sources.path().join("rustc"), compiler.rustc);
        let command = compiler.cargo_build(Path::new("target"));
        assert!(command.get_args().any(|argument| argument == "-Zbuild-std=std,panic_abort"));
    }

    #[test]
    fn each_missing_piece_is_named() {
        assert_eq!(Err(Missing::Rust), found(&[]));
        assert_eq!(Err(Missing::Rust), found(&[&programs(&[("cargo", "exit 0")])]));
        assert_eq!(Err(Missing::RustTarget), found(&[&rust("1.95.0", &[])]));
        let old = found(&[&rust("1.63.0", &["wasm32-unknown-unknown/lib"])]).unwrap_err();
        assert!(old.to_string().contains("rustc 1.63.0"), "{old}");
    }

    #[test]
    fn the_module_is_found_whatever_it_is_called() {
        let told = r#"{"reason":"compiler-artifact","filenames":["/a/libserde.rlib"]}
{"reason":"compiler-artifact","filenames":["/a/target/other.wasm","/a/target/libother.rlib"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(Some(PathBuf::from("/a/target/other.wasm")), module(told));
        assert_eq!(None, module("{}"));
    }

    #[test]
    fn rustup_is_asked_before_the_packages() {
        let bare = rust("1.95.0", &[]);
        let with = programs(&[("rustup", "PATH=/usr/bin:/bin; echo \"$@\" >> ${0%/*}/asked")]);
        let path = std::env::join_paths([bare.path(), with.path()]).unwrap();
        let options = Options { install: true, optimise: false, machine: Machine::with(path, PathBuf::new()) };
        let mut told = Vec::new();
        let error = Compiler::find(&options, &mut |line| told.push(line.to_owned())).unwrap_err().to_string();
        assert!(error.contains("rustup target add"), "{error}");
        assert_eq!(1, told.len());
        assert_eq!("target add wasm32-unknown-unknown\n", fs::read_to_string(with.path().join("asked")).unwrap());
    }
}
