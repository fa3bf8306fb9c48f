//! A plugin file becomes a plugin: read, examined, compiled, asked who it is.

use super::bindings::{Exports, PACKAGE};
use super::engine::Engine;
use super::interface::wit_text;
use super::limits::{Exceeded, FILE_BYTES, Limits};
use super::linker::State;
use super::map::{Failure, Instance, LaneInfo, Sandbox};
use super::version::{Examined, Form, World, examine, sentence};
use super::weight::weigh;
use super::{cache, describe::Description};
use crate::error::Disposition;
use crate::record::Role;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};
use wasmtime::component::{Component, InstancePre};

/// A plugin file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("plugin {}: {problem}", file.display())]
pub struct Error {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub problem: Problem,
}

impl Error {
    /// A lane without its plugin cannot go on.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        Disposition::Stop
    }
}

/// What is wrong with a plugin file.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// There is no such plugin in the plugin directory.
    #[error("there is no such file; the directory has {found}")]
    Absent {
        /// Names of the plugins that are there.
        found: String,
    },
    /// A name that cannot be a plugin's.
    #[error("a plugin's name consists of 1 to 64 letters, digits, `-` and `_`")]
    Name,
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// The file is larger than a plugin may be, or gives the compiler more to do.
    #[error("{0}")]
    TooLarge(Exceeded),
    /// The file is empty.
    #[error("the file is empty; was it being written? Write plugins beside and rename them")]
    Empty,
    /// The file is something else.
    #[error("the file is not WebAssembly")]
    NotWasm,
    /// The file is cut short or damaged.
    #[error("the WebAssembly is cut short or damaged at byte {offset}: {what}")]
    Damaged {
        /// Where.
        offset: u64,
        /// The parser's words.
        what: String,
    },
    /// The interface section of a module cannot be read.
    #[error("the interface that it was built for cannot be read: {0}")]
    Interface(String),
    /// Nothing in it tells of our interface.
    #[error("it was not built for {PACKAGE}; it exports {}. Build it with the SDK", list(exports))]
    OtherInterface {
        /// What it exports.
        exports: Vec<String>,
    },
    /// Built for another version of the interface.
    #[error(
        "it was built for {PACKAGE} {0}, this host offers {offered}: rebuild the plugin with the SDK of this release, or \
         use a release that offers {0}",
        shown(built_for)
    )]
    Version {
        /// The version in the file.
        built_for: String,
        /// The versions of this host.
        offered: String,
    },
    /// It wants what the host does not give.
    #[error(
        "it imports {}, which this host does not give: plugins have no clock, files, network or randomness{}",
        list(.0),
        without_wasi(.0)
    )]
    Imports(Vec<String>),
    /// Functions of the world are missing.
    #[error("it does not export {missing} and so is not of the world `{world}`")]
    World {
        /// Name of the world.
        world: &'static str,
        /// Names of the functions.
        missing: String,
    },
    /// Neither world's work is there.
    #[error("it exports neither `map` nor `enrich` and so is neither a mapper nor an enricher")]
    NoWorld,
    /// The work of both worlds is there.
    #[error("it exports `map` and `enrich`; make a plugin of each")]
    BothWorlds,
    /// A function has another type.
    #[error("its export `{export}` has another type than {PACKAGE} says: {difference}")]
    Signature {
        /// Name of the function.
        export: &'static str,
        /// How they differ.
        difference: String,
    },
    /// The engine refuses the code.
    #[error("it cannot be compiled: {0}")]
    Compile(String),
    /// `describe` failed.
    #[error("it cannot say who it is: {0}")]
    Describe(Failure),
    /// What `describe` says is wrong.
    #[error("its description is wrong: {0}")]
    Description(String),
}

/// What makes a plugin of a language whose runtime asks for WASI.
fn without_wasi(imports: &[String]) -> &'static str {
    if imports.iter().any(|name| name.starts_with("wasi:") || name.starts_with("wasi_snapshot_preview1")) {
        "; build it without WASI, as `concentrator plugin build` does"
    } else {
        ""
    }
}

fn list(names: &[String]) -> String {
    const SHOWN: usize = 10;
    if names.is_empty() {
        return "nothing".to_owned();
    }
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", shown(name))).collect();
    let more = names.len().saturating_sub(SHOWN);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// A name out of a file, as much of it as is shown, without what a terminal would obey.
fn shown(name: &str) -> String {
    const CHARS: usize = 100;
    name.chars().take(CHARS).flat_map(char::escape_debug).collect()
}

/// A plugin: compiled and described; instances are made of it.
#[derive(Clone)]
pub struct Plugin {
    engine: Engine,
    code: InstancePre<State>,
    examined: Examined,
    description: Description,
    digest: String,
    size: u64,
    file: PathBuf,
}

impl Plugin {
    /// Loads a plugin file: a component, or a core module as the compiler leaves it.
    ///
    /// # Errors
    /// [`Error`], with the file and what is wrong with it. Nothing of the plugin runs before all that can be seen
    /// from outside is in order, and only `describe` does here, under the usual limits.
    pub fn load(engine: &Engine, file: &Path) -> Result<Self, Error> {
        Self::try_load(engine, file).map_err(|problem| Error { file: file.to_owned(), problem })
    }

    fn try_load(engine: &Engine, file: &Path) -> Result<Self, Problem> {
        let bytes = read(file)?;
        let examined = examine(&bytes)?;
        let digest = hex(&Sha256::digest(&bytes));
        let component = compile(engine, examined.form, &bytes, &digest)?;
        let code =
            engine.linker().instantiate_pre(&component).map_err(|error| Problem::Compile(format!("{error:#}")))?;
        // The name that it has until it says its own.
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let (mut sandbox, exports) = instantiate(engine, &code, &examined, (&stem, ""), &Limits::default())?;
        let description = Description::ask(&exports, &mut sandbox)?;
        let (engine, size) = (engine.clone(), bytes.len() as u64);
        Ok(Self { engine, code, examined, description, digest, size, file: file.to_owned() })
    }

    /// Who the plugin says it is.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Whether it is a mapper or an enricher.
    #[must_use]
    pub fn world(&self) -> World {
        self.examined.world
    }

    /// Version of the WIT package that it was built for.
    #[must_use]
    pub fn wit_version(&self) -> &'static str {
        self.examined.version
    }

    /// All that it imports.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.examined.imports
    }

    /// Whether the file is a core module, which became a component when it was loaded.
    #[must_use]
    pub fn is_module(&self) -> bool {
        self.examined.form == Form::Module
    }

    /// Its interface as WIT text.
    ///
    /// # Errors
    /// If the file is another one by now, or its types cannot be told.
    pub fn wit_text(&self) -> Result<String, Error> {
        let text = self.read_again().map_err(Problem::Read);
        let text = text.and_then(|bytes| wit_text(&bytes, self.is_module()));
        text.map_err(|problem| Error { file: self.file.clone(), problem })
    }

    /// SHA-256 of the file, hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Size of the file, bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// If it cannot be read, or is another one by now.
    pub fn read_again(&self) -> std::io::Result<Vec<u8>> {
        let bytes = read(&self.file).map_err(|problem| std::io::Error::other(problem.to_string()))?;
        if hex(&Sha256::digest(&bytes)) == self.digest {
            Ok(bytes)
        } else {
            Err(std::io::Error::other(format!("{} has changed meanwhile", self.file.display())))
        }
    }

    /// An instance with an empty state for a lane. Rows of tables whose role is not among `roles` are left out.
    ///
    /// # Errors
    /// [`Failure::Refused`] with the plugin's words if it does not like its configuration; traps and limits.
    pub fn open(&self, lane: &LaneInfo, config: &str, roles: &[Role], limits: &Limits) -> Result<Instance, Failure> {
        let names = (self.description.name.as_str(), lane.name.as_str());
        let instance = instantiate(&self.engine, &self.code, &self.examined, names, limits);
        let (sandbox, exports) = instance.map_err(|problem| match problem {
            Problem::Describe(failure) => failure,
            other => Failure::Trap { reason: other.to_string(), log: Vec::new() },
        })?;
        Instance::open(sandbox, exports, &self.description, lane, config, roles)
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("file", &self.file)
            .field("description", &self.description)
            .finish_non_exhaustive()
    }
}

/// SHA-256 of a plugin file, hexadecimal.
///
/// # Errors
/// If it cannot be read, or is larger than a plugin may be.
pub fn digest_of(file: &Path) -> std::io::Result<String> {
    let bytes = read(file).map_err(|problem| std::io::Error::other(problem.to_string()))?;
    Ok(hex(&Sha256::digest(&bytes)))
}

fn read(file: &Path) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let limit = FILE_BYTES as u64;
    std::fs::File::open(file)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() > FILE_BYTES {
        let requested = std::fs::metadata(file)?.len();
        return Err(Problem::TooLarge(Exceeded { name: "file_bytes", limit, current: 0, requested }));
    }
    Ok(bytes)
}

fn compile(engine: &Engine, form: Form, bytes: &[u8], digest: &str) -> Result<Component, Problem> {
    let kept = engine.config().cache_dir.as_ref().map(|dir| cache::path(dir, digest, engine.wasmtime()));
    if let Some(component) = kept.as_ref().and_then(|path| cache::load(path, engine.wasmtime())) {
        return Ok(component);
    }
    weigh(bytes)?;
    let component = match form {
        Form::Component => Component::from_binary(engine.wasmtime(), bytes),
        Form::Module => Component::from_binary(engine.wasmtime(), &componentize(bytes)?),
    };
    let component = component.map_err(|error| Problem::Compile(format!("{error:#}")))?;
    if let Some(path) = kept {
        cache::store(&path, &component);
    }
    Ok(component)
}

/// Makes a component of a core module.
pub(crate) fn componentize(module: &[u8]) -> Result<Vec<u8>, Problem> {
    let encode = || wit_component::ComponentEncoder::default().module(module).and_then(|mut encoder| encoder.encode());
    // The encoder takes an interface section that contradicts itself for impossible and panics.
    match std::panic::catch_unwind(encode) {
        Ok(encoded) => encoded.map_err(|error| Problem::Interface(sentence(&format!("{error:#}")))),
        Err(_) => Err(Problem::Interface("its description contradicts itself".to_owned())),
    }
}

fn instantiate(
    engine: &Engine,
    code: &InstancePre<State>,
    examined: &Examined,
    (plugin, lane): (&str, &str),
    limits: &Limits,
) -> Result<(Sandbox, Exports), Problem> {
    let mut sandbox = Sandbox::new(engine, plugin, lane, limits);
    let budget = sandbox.call_budget();
    let instance = sandbox.run(budget, |store| code.instantiate(store)).map_err(Problem::Describe)?;
    let exports = Exports::find(&instance, sandbox.store_mut(), examined.world, examined.version)
        .map_err(|(export, error)| Problem::Signature { export, difference: format!("{error:#}") })?;
    Ok((sandbox, exports))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
