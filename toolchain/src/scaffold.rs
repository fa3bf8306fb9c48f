//! A new project, written from the templates.
//!
//! # Templates
//! A project gets, of each path, the first that there is in `<language>/<world>`, `<language>/common`,
//! `shared/<world>` and `shared/common`; of cases only those of the first that has any. In every file these are replaced:
//!
//! | placeholder | for a plugin `call-notes` |
//! |---|---|
//! | `{{name}}` | `call-notes` |
//! | `{{crate}}` | `call_notes` |
//! | `{{TABLES}}` | `X_CALL_NOTES`: what its own tables' names begin with |
//! | `{{world}}`, `{{language}}` | as in `plugin.toml` |
//! | `{{sdk}}` | where the SDK is, for a manifest |
//! | `{{version}}` | version of this program |
//! | `{{oldest_rust}}` | the oldest compiler that the SDK allows |
//!
//! A file name that begins with `dot-` begins with a dot in the project.

use crate::embedded::{CONTRACT, LOCK, SDK, TEMPLATES};
use crate::project::is_name;
use crate::{Error, Language, World, javascript, python, rust};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a project keeps what it is given of this repository.
const VENDOR: &str = "vendor";
/// Where it keeps its cases.
const CASES: &str = "cases/";

/// A project to be made.
#[derive(Clone, Debug)]
pub struct Scaffold {
    /// Name of the plugin.
    pub name: String,
    /// What it is to its lane.
    pub world: World,
    /// What it is written in.
    pub language: Language,
    /// Folder to be made, or an empty one.
    pub dir: PathBuf,
    /// A checkout of this repository whose SDK and contract are used in place of copies.
    pub sdk: Option<PathBuf>,
}

impl Scaffold {
    /// Writes the project; gives the paths of its files within it, in order.
    ///
    /// # Errors
    /// [`Error::Name`], [`Error::Occupied`], [`Error::NoCheckout`] or [`Error::File`]; nothing is written in the
    /// first three cases.
    pub fn write(&self) -> Result<Vec<PathBuf>, Error> {
        if !is_name(&self.name) {
            return Err(Error::Name(self.name.clone()));
        }
        let is_occupied = fs::read_dir(&self.dir).is_ok_and(|mut inside| inside.next().is_some());
        if is_occupied || self.dir.is_file() {
            return Err(Error::Occupied(self.dir.clone()));
        }
        let files = self.files()?;
        for (path, text) in &files {
            let file = self.dir.join(path);
            let folder = file.parent().unwrap_or(&self.dir);
            fs::create_dir_all(folder).map_err(Error::file("make", folder))?;
            fs::write(&file, text).map_err(Error::file("write", &file))?;
        }
        Ok(files.into_keys().map(PathBuf::from).collect())
    }

    /// Path within the project → text.
    fn files(&self) -> Result<BTreeMap<String, String>, Error> {
        let sdk = self.sdk.as_deref().map(checkout).transpose()?;
        let mut files = BTreeMap::new();
        let placeholders = self.placeholders(sdk.as_deref());
        let fill = |text: &str| placeholders.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        for (path, text) in self.templates() {
            files.insert(path, fill(text));
        }
        if self.language == Language::Rust {
            files.insert("Cargo.lock".to_owned(), LOCK.to_owned());
        }
        let is_rust_of_checkout = self.language == Language::Rust && sdk.is_some();
        if !is_rust_of_checkout {
            let vendored = match self.language {
                Language::Rust => SDK,
                Language::Python => python::VENDORED,
                Language::JavaScript | Language::TypeScript => javascript::VENDORED,
                Language::C => &[],
            };
            for (path, text) in CONTRACT.iter().chain(vendored) {
                files.insert(format!("{VENDOR}/{path}"), (*text).to_owned());
            }
        }
        Ok(files)
    }

    fn templates(&self) -> BTreeMap<String, &'static str> {
        let (language, world) = (self.language.name(), self.world.name());
        let mut files: BTreeMap<String, &'static str> = BTreeMap::new();
        for layer in [
            format!("{language}/{world}/"),
            format!("{language}/common/"),
            format!("shared/{world}/"),
            "shared/common/".to_owned(),
        ] {
            let has_cases = files.keys().any(|path| path.starts_with(CASES));
            for (path, text) in TEMPLATES {
                let Some(path) = path.strip_prefix(&layer) else { continue };
                if !(has_cases && path.starts_with(CASES)) {
                    files.entry(visible(path)).or_insert(text);
                }
            }
        }
        files
    }

    fn placeholders(&self, sdk: Option<&Path>) -> [(&'static str, String); 8] {
        let sdk = sdk.map_or_else(|| VENDOR.into(), |root| root.display().to_string());
        [
            ("{{name}}", self.name.clone()),
            ("{{crate}}", self.name.replace('-', "_").to_ascii_lowercase()),
            ("{{TABLES}}", format!("X_{}", self.name.replace('-', "_").to_ascii_uppercase())),
            ("{{world}}", self.world.name().to_owned()),
            ("{{language}}", self.language.name().to_owned()),
            ("{{sdk}}", format!("{sdk}/plugins/sdk")),
            ("{{version}}", env!("CARGO_PKG_VERSION").to_owned()),
            ("{{oldest_rust}}", rust::OLDEST.to_owned()),
        ]
    }
}

/// The root of a checkout, absolute.
fn checkout(dir: &Path) -> Result<PathBuf, Error> {
    let root = fs::canonicalize(dir).map_err(|_| Error::NoCheckout(dir.to_owned()))?;
    if root.join("plugins/sdk/Cargo.toml").is_file() { Ok(root) } else { Err(Error::NoCheckout(root)) }
}

/// The path of a template's file in a project.
fn visible(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let slash = if folder.is_empty() { "" } else { "/" };
    match name.strip_prefix("dot-") {
        Some(name) => format!("{folder}{slash}.{name}"),
        None => path.to_owned(),
    }
}
