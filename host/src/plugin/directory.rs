//! The plugin directory: `<name>.wasm` for each plugin.

use super::describe::is_name;
use super::engine::Engine;
use super::load::{Error, Plugin, Problem};
use std::io;
use std::path::{Path, PathBuf};

/// A directory of plugin files.
#[derive(Clone, Debug)]
pub struct Directory {
    dir: PathBuf,
}

/// A file of the directory.
#[derive(Debug)]
pub struct Listed {
    /// Name by which a source asks for it.
    pub name: String,
    /// The plugin, or what is wrong with it.
    pub plugin: Result<Plugin, Error>,
}

impl Directory {
    /// Opens the directory.
    ///
    /// # Errors
    /// If it is not a directory that can be read.
    pub fn open(dir: &Path) -> io::Result<Self> {
        std::fs::read_dir(dir)?;
        Ok(Self { dir: dir.to_owned() })
    }

    /// The file of the plugin of that name.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.wasm"))
    }

    /// Loads the plugin of that name.
    ///
    /// # Errors
    /// As [`Plugin::load`]; names what is there if there is no such file.
    pub fn load(&self, engine: &Engine, name: &str) -> Result<Plugin, Error> {
        let file = self.file(name);
        let refuse = |problem| Err(Error { file: file.clone(), problem });
        if !is_name(name) {
            return refuse(Problem::Name);
        }
        if !file.exists() {
            let found = self.names().unwrap_or_default();
            return refuse(Problem::Absent {
                found: if found.is_empty() { "no plugins".to_owned() } else { found.join(", ") },
            });
        }
        Plugin::load(engine, &file)
    }

    /// All plugins, by name, loaded to see what they are.
    ///
    /// # Errors
    /// If the directory cannot be read; what is wrong with a file is said in its place.
    pub fn list(&self, engine: &Engine) -> io::Result<Vec<Listed>> {
        let names = self.names()?.into_iter();
        Ok(names.map(|name| Listed { plugin: self.load(engine, &name), name }).collect())
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "wasm") {
                names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
            }
        }
        names.sort();
        Ok(names)
    }
}
