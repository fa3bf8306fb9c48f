//! What a plugin file is, read from its bytes before anything is compiled or run.
//!
//! A core module tells the WIT package that it was built for in the section that the bindings generator left in it;
//! a component tells it in the names of its imports.

use super::bindings::{HOST, OFFERED, PACKAGE, TYPES};
use super::limits::shorten;
use super::load::Problem;
use std::collections::BTreeSet;
use wasmparser::{
    ComponentType, ComponentTypeDeclaration, ComponentTypeRef, Encoding, InstanceTypeDeclaration, Parser, Payload,
};

/// The two forms in which a plugin comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As a compiler leaves it: becomes a component when it is loaded.
    Module,
    /// A component.
    Component,
}

/// What a plugin is for a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// It maps events to rows.
    Mapper,
    /// It changes the rows that a mapper made.
    Enricher,
}

impl World {
    /// Its name in the WIT package.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mapper => "mapper",
            Self::Enricher => "enricher",
        }
    }

    /// The function that does the work, by which a world is known.
    pub(super) fn work(self) -> &'static str {
        match self {
            Self::Mapper => "map",
            Self::Enricher => "enrich",
        }
    }

    /// The functions of the world.
    #[must_use]
    pub fn exports(self) -> [&'static str; 5] {
        ["describe", "open", self.work(), "snapshot", "restore"]
    }
}

/// What a plugin's bytes say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Examined {
    /// Its form.
    pub(crate) form: Form,
    /// Its world.
    pub(crate) world: World,
    /// The version of the package that it was built for.
    pub(crate) version: &'static str,
    /// All that it imports.
    pub(crate) imports: Vec<String>,
}

/// What the outermost module or component says of itself.
#[derive(Default)]
struct Outline {
    imports: BTreeSet<String>,
    exports: BTreeSet<String>,
    /// Versions of our package that it names.
    versions: BTreeSet<String>,
}

/// Checks that the bytes are a plugin for this host.
///
/// # Errors
/// The first of: no WebAssembly; cut short or damaged; made for another interface or version of it; imports that
/// the host does not have; exports that are missing.
pub(crate) fn examine(bytes: &[u8]) -> Result<Examined, Problem> {
    if bytes.is_empty() {
        return Err(Problem::Empty);
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(Problem::NotWasm);
    }
    let (form, outline) = outline(bytes)?;
    let Some(built_for) = outline.versions.last() else {
        return Err(Problem::OtherInterface { exports: outline.exports.into_iter().collect() });
    };
    let offered = OFFERED.iter().copied().find(|offered| offered == built_for);
    let Some(version) = offered.filter(|_| outline.versions.len() == 1) else {
        let built_for = outline.versions.into_iter().collect::<Vec<_>>().join(" and ");
        return Err(Problem::Version { built_for, offered: OFFERED.join(", ") });
    };
    let is_offered = |name: &str| HOST.contains(&name) || (form == Form::Component && TYPES.contains(&name));
    let imports: Vec<String> = outline.imports.into_iter().collect();
    let foreign: Vec<String> = imports.iter().filter(|name| !is_offered(name)).cloned().collect();
    if !foreign.is_empty() {
        return Err(Problem::Imports(foreign));
    }
    let world = world(&outline.exports)?;
    let missing: Vec<&str> = world.exports().into_iter().filter(|name| !outline.exports.contains(*name)).collect();
    if !missing.is_empty() {
        return Err(Problem::World { world: world.name(), missing: missing.join(", ") });
    }
    Ok(Examined { form, world, version, imports })
}

/// The world whose work is exported.
fn world(exports: &BTreeSet<String>) -> Result<World, Problem> {
    match (exports.contains(World::Mapper.work()), exports.contains(World::Enricher.work())) {
        (true, false) => Ok(World::Mapper),
        (false, true) => Ok(World::Enricher),
        (true, true) => Err(Problem::BothWorlds),
        (false, false) => Err(Problem::NoWorld),
    }
}

fn outline(bytes: &[u8]) -> Result<(Form, Outline), Problem> {
    let mut outline = Outline::default();
    let mut form = Form::Module;
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(damaged)?;
        match &payload {
            Payload::Version { encoding: Encoding::Component, .. } if depth == 0 => form = Form::Component,
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            payload if depth == 0 => outline.read(payload).map_err(damaged)?,
            _ => {}
        }
    }
    Ok((form, outline))
}

pub(super) fn damaged(error: wasmparser::BinaryReaderError) -> Problem {
    Problem::Damaged { offset: error.offset() as u64, what: sentence(error.message()) }
}

/// What a parser says of a file, in one line: its words can have many, and quote names of any length.
pub(super) fn sentence(words: &str) -> String {
    let plain: String = shorten(words).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Outline {
    fn read(&mut self, payload: &Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    self.imports.insert(import?.module.to_owned());
                }
            }
            Payload::ExportSection(section) => {
                for export in section.clone() {
                    self.exports.insert(export?.name.to_owned());
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section.clone() {
                    let import = import?;
                    let name = import.name.name;
                    self.versions.extend(version_of(name).map(str::to_owned));
                    // A type is a name for what the host has anyway.
                    if !matches!(import.ty, ComponentTypeRef::Type(_)) {
                        self.imports.insert(name.to_owned());
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section.clone() {
                    self.exports.insert(export?.name.name.to_owned());
                }
            }
            Payload::CustomSection(section) if section.name().starts_with("component-type") => {
                Interface(self).read(section.data())?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// `0.1.0` of `concentrator:mapping/host@0.1.0`.
fn version_of(name: &str) -> Option<&str> {
    let (_, version) = name.strip_prefix(PACKAGE)?.strip_prefix('/')?.split_once('@')?;
    Some(version)
}

/// Reads the interface section of a module: a component whose types name all that is imported and exported.
///
/// The names are read here, and names of other packages refused, before anything builds a model of the interface:
/// packages that depend on each other in a circle would be the end of the program that does.
struct Interface<'o>(&'o mut Outline);

impl Interface<'_> {
    fn read(&mut self, section: &[u8]) -> wasmparser::Result<()> {
        for payload in Parser::new(0).parse_all(section) {
            match payload? {
                Payload::ComponentTypeSection(types) => {
                    for ty in types {
                        self.read_type(&ty?);
                    }
                }
                Payload::ComponentExportSection(exports) => {
                    for export in exports {
                        self.name(export?.name.name);
                    }
                }
                Payload::ComponentImportSection(imports) => {
                    for import in imports {
                        self.name(import?.name.name);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Types nest only as deep as the parser allows.
    fn read_type(&mut self, ty: &ComponentType<'_>) {
        match ty {
            ComponentType::Component(declarations) => {
                for declaration in declarations {
                    match declaration {
                        ComponentTypeDeclaration::Type(ty) => self.read_type(ty),
                        ComponentTypeDeclaration::Import(import) => self.name(import.name.name),
                        ComponentTypeDeclaration::Export { name, .. } => self.name(name.name),
                        _ => {}
                    }
                }
            }
            ComponentType::Instance(declarations) => {
                for declaration in declarations {
                    match declaration {
                        InstanceTypeDeclaration::Type(ty) => self.read_type(ty),
                        InstanceTypeDeclaration::Export { name, .. } => self.name(name.name),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn name(&mut self, name: &str) {
        if let Some(version) = version_of(name) {
            self.0.versions.insert(version.to_owned());
        } else if name.contains(':') {
            self.0.imports.insert(name.to_owned());
        }
    }
}
