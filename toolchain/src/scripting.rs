//! What the scripting languages share: where a project keeps what, and how what is missing is fetched.

use crate::{Error, Missing, Options, Project};
use std::fs;
use std::path::{Path, PathBuf};

/// Where a build works: nothing in it is anybody's source.
pub(crate) fn work(project: &Project) -> Result<PathBuf, Error> {
    let dir = project.dir.join("target");
    fs::create_dir_all(&dir).map_err(Error::file("make", &dir))?;
    Ok(dir)
}

/// Where a project keeps the contract.
pub(crate) fn contract(project: &Project) -> PathBuf {
    project.dir.join("vendor/wit")
}

/// Writes a file, and the folder that it is in.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Error> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder).map_err(Error::file("make", folder))?;
    fs::write(file, text).map_err(Error::file("write", file))
}

/// Finds a program; installs it where that is allowed.
///
/// # Errors
/// [`Error::Missing`], or what the package manager says.
pub(crate) fn need(
    program: &str,
    piece: &Missing,
    options: &Options,
    report: &mut dyn FnMut(&str),
) -> Result<PathBuf, Error> {
    if options.machine.find(program).is_none() && options.install {
        options.machine.install(piece, report)?;
    }
    options.machine.need(program, piece.clone())
}

/// Fills the folder `to` of the user's cache, which appears as a whole or not at all: `get` fills another one first.
///
/// # Errors
/// What `get` says, or [`Error::File`].
pub(crate) fn fetch(to: &Path, get: impl FnOnce(&Path) -> Result<(), Error>) -> Result<(), Error> {
    let beside = to.with_extension(format!("part{}", std::process::id()));
    let outcome = fs::create_dir_all(&beside).map_err(Error::file("make", &beside)).and_then(|()| get(&beside));
    // Whoever was faster has put the same there.
    let outcome = outcome.and_then(|()| match fs::rename(&beside, to) {
        Err(error) if !to.is_dir() => Err(Error::file("make", to)(error)),
        _ => Ok(()),
    });
    // Gone already if all went well.
    let _ = fs::remove_dir_all(&beside);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_fetched_completely_is_not_there() {
        let cache = tempfile::tempdir().unwrap();
        let to = cache.path().join("tool-1.2.3");
        let half = |into: &Path| {
            write(&into.join("bin/half"), "")?;
            Err(Error::NoProject(into.to_owned()))
        };
        assert!(fetch(&to, half).is_err());
        assert_eq!(0, fs::read_dir(cache.path()).unwrap().count());
        fetch(&to, |into| write(&into.join("bin/tool"), "one")).unwrap();
        fetch(&to, |into| write(&into.join("bin/tool"), "two")).unwrap();
        assert_eq!("one", fs::read_to_string(to.join("bin/tool")).unwrap(), "what is there stays");
        assert_eq!(1, fs::read_dir(cache.path()).unwrap().count());
    }
}
