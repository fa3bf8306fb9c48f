//! What ends a scaffold or a build.

use crate::Missing;
use std::path::{Path, PathBuf};

/// What ended a scaffold or a build. None is retryable without a change by a person.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder is not a project.
    #[error("{} is not a plugin's project: it has no plugin.toml; `concentrator plugin new NAME` makes one", .0.display())]
    NoProject(PathBuf),
    /// The description of a project is wrong.
    #[error("{}: {problem}", file.display())]
    Description {
        /// The file.
        file: PathBuf,
        /// What is wrong, with its place.
        problem: String,
    },
    /// The name of a new plugin is none.
    #[error("`{0}` cannot be a plugin's name: 1 to 64 letters, digits, `-` and `_`, beginning with a letter")]
    Name(String),
    /// There is something where the project is to be made.
    #[error("{} is not empty; name another folder with --dir", .0.display())]
    Occupied(PathBuf),
    /// What was named as a checkout is none.
    #[error("{} is no checkout of this project: it has no plugins/sdk/Cargo.toml", .0.display())]
    NoCheckout(PathBuf),
    /// The machine lacks something.
    #[error("{piece}; to get it: {remedy}")]
    Missing {
        /// What is missing.
        piece: Missing,
        /// The one command that gets it, or where to get it.
        remedy: String,
    },
    /// A program said no.
    #[error("{what}: {outcome}")]
    Failed {
        /// What it was to do.
        what: String,
        /// How it ended, with its last words if it was not heard already.
        outcome: String,
    },
    /// A file or folder cannot be read or written.
    #[error("{what} {}: {error}", path.display())]
    File {
        /// What was being done to it.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
}

impl Error {
    /// For `map_err`: what was being done to which file or folder.
    pub(crate) fn file(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { what, path, error }
    }
}
