//! A plugin's project: a folder with a `plugin.toml`, and the file that is made of it.
//!
//! # Format of `plugin.toml`
//! ```toml
//! name = "mask"          # of the plugin and of its file, mask.wasm
//! world = "enricher"     # or "mapper"
//! language = "rust"      # or "python", "javascript", "typescript", "c"
//! ```

use crate::{Error, Machine, javascript, python, rust};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Name of the file that makes a folder a project.
const DESCRIPTION: &str = "plugin.toml";

/// What a plugin is to its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum World {
    /// Makes rows of events.
    Mapper,
    /// Changes what a mapper made.
    Enricher,
}

impl World {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Mapper, Self::Enricher];

    /// As in `plugin.toml` and in the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mapper => "mapper",
            Self::Enricher => "enricher",
        }
    }
}

/// What a plugin is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust, with the SDK.
    Rust,
    /// Python, with its interpreter inside the plugin.
    Python,
    /// JavaScript, with its interpreter inside the plugin.
    JavaScript,
    /// TypeScript, as JavaScript.
    TypeScript,
    /// C, without a library.
    C,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Rust, Self::Python, Self::JavaScript, Self::TypeScript, Self::C];

    /// As in `plugin.toml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::C => "c",
        }
    }

    /// The file of a new project in which the plugin is written.
    #[must_use]
    pub fn source(self) -> &'static str {
        match self {
            Self::Rust => "src/lib.rs",
            Self::Python => "plugin.py",
            Self::JavaScript => "plugin.js",
            Self::TypeScript => "plugin.ts",
            Self::C => "src/plugin.c",
        }
    }
}

/// How to build.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is missing may be fetched: into the cache of the user, or as root by the machine's package manager.
    pub install: bool,
    /// The quickest plugin rather than the quickest build. Matters to Rust only.
    pub optimise: bool,
    /// The machine that builds.
    pub machine: Machine,
}

/// A plugin's project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its folder, absolute.
    pub dir: PathBuf,
    /// Name of the plugin.
    pub name: String,
    /// What it is to its lane.
    pub world: World,
    /// What it is written in.
    pub language: Language,
}

/// What a build made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The plugin file.
    pub wasm: PathBuf,
    /// It differs from what stood there before.
    pub is_new: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    name: String,
    world: World,
    language: Language,
}

impl Project {
    /// Reads the project in `dir`.
    ///
    /// # Errors
    /// [`Error::NoProject`], [`Error::Description`] or [`Error::File`].
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let dir = std::path::absolute(dir).map_err(Error::file("find", dir))?;
        let file = dir.join(DESCRIPTION);
        if !file.is_file() {
            return Err(Error::NoProject(dir));
        }
        let text = fs::read_to_string(&file).map_err(Error::file("read", &file))?;
        let said: Description = toml::from_str(&text).map_err(|error| Error::Description {
            file: file.clone(),
            problem: error.to_string().trim_end().to_owned(),
        })?;
        if !is_name(&said.name) {
            return Err(Error::Description { file, problem: Error::Name(said.name).to_string() });
        }
        Ok(Self { dir, name: said.name, world: said.world, language: said.language })
    }

    /// Where the plugin file goes.
    #[must_use]
    pub fn wasm(&self) -> PathBuf {
        self.dir.join(format!("{}.wasm", self.name))
    }

    /// Compiles the project and puts the plugin file into its folder. `report` hears what happens, a line at a time.
    ///
    /// # Errors
    /// Something is missing, or the code does not compile; the plugin file is as before then.
    pub fn build(&self, options: &Options, report: &mut dyn FnMut(&str)) -> Result<Built, Error> {
        let made = match self.language {
            Language::Rust => rust::build(self, options, report),
            Language::Python => python::build(self, options, report),
            Language::JavaScript | Language::TypeScript => javascript::build(self, options, report),
            #[cfg(feature = "c")]
            Language::C => crate::c::build(self, options, report),
            #[cfg(not(feature = "c"))]
            Language::C => {
                Err(Error::Failed { what: "build C".to_owned(), outcome: "left out of this program".to_owned() })
            }
        }?;
        let wasm = self.wasm();
        let is_new = place(&made, &wasm)?;
        Ok(Built { wasm, is_new })
    }
}

/// Puts what was made at `from` where it is looked for, whole or not at all; tells whether it differs from what was
/// there. What is the same is not touched: who watches the file would load it again.
///
/// # Errors
/// [`Error::File`].
pub fn place(from: &Path, to: &Path) -> Result<bool, Error> {
    let made = fs::read(from).map_err(Error::file("read", from))?;
    if fs::read(to).ok().as_ref() == Some(&made) {
        return Ok(false);
    }
    let beside = to.with_extension("wasm.new");
    fs::write(&beside, made).map_err(Error::file("write", &beside))?;
    fs::rename(&beside, to).map_err(Error::file("write", to))?;
    Ok(true)
}

/// Whether `name` can be a plugin's and that of a crate and a table: begins with a letter.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &str) -> Result<Project, String> {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(DESCRIPTION), text).unwrap();
        Project::open(dir.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_description_is_read() {
        let project = opened("name = \"mask-2\"\nworld = \"enricher\"\nlanguage = \"typescript\"").unwrap();
        assert_eq!(
            ("mask-2", World::Enricher, Language::TypeScript),
            (&*project.name, project.world, project.language)
        );
        assert!(project.wasm().ends_with("mask-2.wasm"));
    }

    #[test]
    fn what_is_wrong_with_a_description_is_told() {
        let check = |text, expected: &str| {
            let error = opened(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        check("name = \"mask\"\nworld = \"enricher\"", "missing field `language`");
        check("name = \"mask\"\nworld = \"both\"\nlanguage = \"c\"", "`mapper` or `enricher`");
        check("name = \"mask\"\nworld = \"mapper\"\nlanguage = \"c\"\nsource = \"x\"", "unknown field `source`");
        check("name = \"../x\"\nworld = \"mapper\"\nlanguage = \"c\"", "cannot be a plugin's name");
    }

    #[test]
    fn a_folder_without_a_description_is_no_project() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(Project::open(dir.path()), Err(Error::NoProject(_))));
    }

    #[test]
    fn what_is_the_same_is_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("made"), dir.path().join("x.wasm"));
        fs::write(&from, "one").unwrap();
        assert!(place(&from, &to).unwrap());
        assert!(!place(&from, &to).unwrap());
        fs::write(&from, "two").unwrap();
        assert!(place(&from, &to).unwrap());
        assert_eq!("two", fs::read_to_string(&to).unwrap());
        assert_eq!(2, fs::read_dir(dir.path()).unwrap().count(), "nothing is left beside");
    }
}
