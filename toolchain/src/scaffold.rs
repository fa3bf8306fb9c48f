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
//! | `{{source}}` | the file in which the plugin is written |
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

    fn placeholders(&self, sdk: Option<&Path>) -> [(&'static str, String); 9] {
        let sdk = sdk.map_or_else(|| VENDOR.into(), |root| root.display().to_string());
        [
            ("{{name}}", self.name.clone()),
            ("{{crate}}", self.name.replace('-', "_").to_ascii_lowercase()),
            ("{{TABLES}}", format!("X_{}", self.name.replace('-', "_").to_ascii_uppercase())),
            ("{{world}}", self.world.name().to_owned()),
            ("{{language}}", self.language.name().to_owned()),
            ("{{source}}", self.language.source().to_owned()),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn scaffold(name: &str, world: World, language: Language, dir: &Path) -> Scaffold {
        Scaffold { name: name.to_owned(), world, language, dir: dir.to_owned(), sdk: None }
    }

    #[test]
    fn every_project_is_whole() {
        for world in World::ALL {
            for language in Language::ALL {
                let dir = tempfile::tempdir().unwrap();
                let files = scaffold("Call-notes", world, language, dir.path()).write().unwrap();
                let what = format!("{} in {}", world.name(), language.name());
                for needed in ["plugin.toml", "README.md", ".gitignore", language.source()] {
                    assert!(files.contains(&PathBuf::from(needed)), "{what}: {needed}");
                }
                for file in files.iter().filter(|file| !file.starts_with(VENDOR)) {
                    let text = fs::read_to_string(dir.path().join(file)).unwrap();
                    let unfilled =
                        ["{{name}}", "{{crate}}", "{{world}}", "{{language}}", "{{TABLES}}", "{{s", "{{v", "{{o"];
                    let left = unfilled.iter().find(|placeholder| text.contains(*placeholder));
                    assert!(left.is_none(), "{what}: {left:?} is left in {}", file.display());
                }
                let project = crate::Project::open(dir.path()).unwrap();
                assert_eq!(("Call-notes", world, language), (&*project.name, project.world, project.language));
                check_cases(&what, world, dir.path());
            }
        }
    }

    /// There is a case, with all that belongs to one.
    fn check_cases(what: &str, world: World, dir: &Path) {
        let cases: Vec<_> = fs::read_dir(dir.join("cases")).unwrap().map(|case| case.unwrap().path()).collect();
        assert!(!cases.is_empty(), "{what}");
        for case in cases {
            for file in ["events.jsonl", "rows.jsonl"] {
                assert!(fs::metadata(case.join(file)).unwrap().len() > 0, "{what}: {file}");
            }
            assert_eq!(world == World::Enricher, case.join("given.jsonl").exists(), "{what}");
        }
    }

    #[test]
    fn a_project_in_rust_takes_nothing_from_this_workspace() {
        let dir = tempfile::tempdir().unwrap();
        let files = scaffold("bell", World::Mapper, Language::Rust, dir.path()).write().unwrap();
        for manifest in files.iter().filter(|file| file.ends_with("Cargo.toml")) {
            let text = fs::read_to_string(dir.path().join(manifest)).unwrap();
            assert!(!text.contains("workspace = true"), "{}", manifest.display());
            let table: toml::Table = text.parse().unwrap();
            assert_eq!(Some("2024"), table["package"]["edition"].as_str());
        }
        let lock: toml::Table = fs::read_to_string(dir.path().join("Cargo.lock")).unwrap().parse().unwrap();
        let locked: Vec<_> = lock["package"].as_array().unwrap().iter().filter_map(|of| of["name"].as_str()).collect();
        assert!(locked.contains(&"wit-bindgen") && !locked.contains(&"wasmtime"), "{locked:?}");
    }

    #[test]
    fn a_checkout_stands_in_for_copies() {
        let dir = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let sdk = Some(root.to_owned());
        let files = Scaffold { sdk, ..scaffold("bell", World::Mapper, Language::Rust, dir.path()) }.write().unwrap();
        assert!(!files.iter().any(|file| file.starts_with(VENDOR)));
        let manifest = fs::read_to_string(dir.path().join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("{}/plugins/sdk", root.canonicalize().unwrap().display())), "{manifest}");
        let nowhere = Scaffold {
            sdk: Some(dir.path().to_owned()),
            ..scaffold("x", World::Mapper, Language::Rust, &dir.path().join("x"))
        };
        assert!(matches!(nowhere.write(), Err(Error::NoCheckout(_))));
    }

    #[test]
    fn what_is_there_stays() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("mine"), "precious").unwrap();
        let refused = scaffold("bell", World::Mapper, Language::C, dir.path()).write();
        assert!(matches!(refused, Err(Error::Occupied(_))));
        assert_eq!(1, fs::read_dir(dir.path()).unwrap().count());
    }

    #[test]
    fn a_name_is_checked_before_anything_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let long = "x".repeat(65);
        for name in ["", "1st", "-x", "a b", "a/b", "ümlaut", &long] {
            let refused = scaffold(name, World::Enricher, Language::C, &dir.path().join("new")).write();
            assert!(matches!(refused, Err(Error::Name(_))), "{name}");
        }
        assert!(!dir.path().join("new").exists());
    }
}
