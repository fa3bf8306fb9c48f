//! What a plugin file is, read from its bytes before anything is compiled or run.
//!
//! A core module tells the WIT package that it was built for in the section that the bindings generator left in it;
//! a component tells it in the names of its imports.

use super::bindings::{EXPORTS, HOST, IMPORTS, OFFERED, PACKAGE};
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
pub(crate) fn examine(bytes: &[u8]) -> Result<Form, Problem> {
    if bytes.is_empty() {
        return Err(Problem::Empty);
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(Problem::NotWasm);
    }
    let (form, outline) = outline(bytes)?;
    if outline.versions.is_empty() {
        return Err(Problem::OtherInterface { exports: outline.exports.into_iter().collect() });
    }
    if let Some(built_for) = outline.versions.iter().find(|version| !OFFERED.contains(&version.as_str())) {
        return Err(Problem::Version { built_for: built_for.clone(), offered: OFFERED.join(", ") });
    }
    let allowed: &[&str] = if form == Form::Module { &[HOST] } else { IMPORTS };
    let foreign: Vec<String> = outline.imports.into_iter().filter(|name| !allowed.contains(&name.as_str())).collect();
    if !foreign.is_empty() {
        return Err(Problem::Imports(foreign));
    }
    let missing: Vec<&str> = EXPORTS.iter().copied().filter(|name| !outline.exports.contains(*name)).collect();
    if !missing.is_empty() {
        return Err(Problem::World { missing: missing.join(", ") });
    }
    Ok(form)
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

fn damaged(error: wasmparser::BinaryReaderError) -> Problem {
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
