//! What a machine can lack to build plugins, and how each piece is got.

use crate::{Language, Machine};

/// A piece that a build needs and the machine lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// Cargo or the compiler.
    #[error("Rust is missing: there is no `cargo` or no `rustc`")]
    Rust,
    /// The compiler is older than the SDK needs.
    #[error("Rust is too old: {found}, where the SDK needs {needed} or later")]
    RustTooOld {
        /// What it says of its version.
        found: String,
        /// The oldest that will do.
        needed: &'static str,
    },
    /// The standard library of Rust for WebAssembly, as a file or as sources.
    #[error("Rust's standard library for {} is missing", crate::rust::TARGET)]
    RustTarget,
    /// The C compiler that makes WebAssembly.
    #[error("the C compiler `clang` is missing")]
    Clang,
    /// The linker for WebAssembly.
    #[error("the linker `wasm-ld` is missing")]
    WasmLinker,
    /// A program that must be on the path.
    #[error("{what} is missing: there is no `{program}`")]
    Program {
        /// Its name on the path.
        program: &'static str,
        /// What it is.
        what: &'static str,
        /// The Debian packages that hold it.
        packages: &'static [&'static str],
    },
    /// What a language's own package manager gets, into the cache of the user.
    #[error("{what} is missing")]
    Tools {
        /// What it is, with its version.
        what: String,
        /// The language that needs it.
        language: Language,
        /// The command that gets it.
        command: String,
    },
}

impl Missing {
    /// The Debian packages that hold it; none if Debian has none.
    #[must_use]
    pub fn packages(&self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["cargo-web", "rustc-web", "rust-web-src"],
            Self::RustTooOld { .. } | Self::RustTarget => &["rustc-web", "rust-web-src"],
            Self::Clang => &["clang"],
            Self::WasmLinker => &["lld"],
            Self::Program { packages, .. } => packages,
            Self::Tools { .. } => &[],
        }
    }

    /// The one command that gets it on `machine`; in words where there is none.
    #[must_use]
    pub fn remedy(&self, machine: &Machine) -> String {
        let rustup = machine.find("rustup").is_some();
        match self {
            Self::RustTarget if rustup => format!("`rustup target add {}`", crate::rust::TARGET),
            Self::RustTooOld { .. } if rustup => "`rustup update stable`".to_owned(),
            Self::Tools { command, .. } => format!("`{command}`"),
            _ if machine.has_apt() => format!("`{}`", machine.apt_command(self.packages())),
            Self::Rust | Self::RustTooOld { .. } | Self::RustTarget => {
                format!("install Rust {} with rustup, see https://rustup.rs", crate::rust::OLDEST)
            }
            Self::Clang => "install clang 14 or later with its target wasm32, see https://releases.llvm.org".to_owned(),
            Self::WasmLinker => "install lld 14 or later, see https://releases.llvm.org".to_owned(),
            Self::Program { program, what, .. } => format!("install {what}, so that `{program}` is on the path"),
        }
    }
}
