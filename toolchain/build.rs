//! Embeds what projects are made of: the templates, the contract, the SDK with its manifests made independent of this
//! workspace, and the versions of the crates that they were tested with.
#![allow(clippy::unwrap_used, reason = "a build script stops at what it cannot do")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// What a Rust project is given of this repository, by its place.
const VENDORED: &[&str] = &["plugins/sdk/Cargo.toml", "plugins/sdk/src", "wit/event/Cargo.toml", "wit/event/src"];
/// Crates that a Rust project needs: the roots of its lock.
const ROOTS: &[&str] = &["concentrator-sdk", "concentrator-event", "serde", "serde_json"];
/// Packages of this workspace among them: a project has them by path.
const OURS: &[&str] = &["concentrator-sdk", "concentrator-event"];

fn main() {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let root = here.parent().unwrap();
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap());

    let mut templates = BTreeMap::new();
    collect(&here.join("templates"), "", &mut templates);
    let mut contract = BTreeMap::new();
    for name in ["mapping.wit", "rows.wit"] {
        contract.insert(format!("wit/{name}"), read(&root.join("wit").join(name)));
    }
    let mut sdk = BTreeMap::new();
    for place in VENDORED {
        collect(&root.join(place), place, &mut sdk);
    }
    let workspace = read(&root.join("Cargo.toml"));
    for (path, text) in &mut sdk {
        if path.ends_with("Cargo.toml") {
            *text = independent(text, &workspace.parse().unwrap());
        }
    }
    let lock = lock(&read(&root.join("Cargo.lock")));

    let mut code = String::new();
    for (name, text, files) in [
        (
            "TEMPLATES",
            "Templates: `<language>/<world>/<path>`, `<language>/common/<path>`, `shared/<world>/<path>`.",
            templates,
        ),
        ("CONTRACT", "The contract, for every language.", contract),
        ("SDK", "The SDK and what it stands on, for Rust.", sdk),
    ] {
        writeln!(code, "/// {text}\npub(crate) const {name}: &[(&str, &str)] = &{:?};", Vec::from_iter(files)).unwrap();
    }
    writeln!(code, "/// Versions of the crates that the SDK was tested with.\npub(crate) const LOCK: &str = {lock:?};")
        .unwrap();
    fs::write(out.join("embedded.rs"), code).unwrap();
}

fn read(file: &Path) -> String {
    println!("cargo::rerun-if-changed={}", file.display());
    fs::read_to_string(file).unwrap_or_else(|error| panic!("read {}: {error}", file.display()))
}

/// A file, or all files of a folder, under `name`.
fn collect(place: &Path, name: &str, files: &mut BTreeMap<String, String>) {
    println!("cargo::rerun-if-changed={}", place.display());
    if place.is_file() {
        files.insert(name.to_owned(), read(place));
        return;
    }
    for entry in fs::read_dir(place).unwrap() {
        let entry = entry.unwrap();
        let slash = if name.is_empty() { "" } else { "/" };
        collect(&entry.path(), &format!("{name}{slash}{}", entry.file_name().to_str().unwrap()), files);
    }
}

/// A manifest without what it takes from the workspace: `key.workspace = true` becomes the value, lints go.
fn independent(manifest: &str, workspace: &toml::Table) -> String {
    let given = &workspace["workspace"]["package"];
    let manifest = manifest.replace("[lints]\nworkspace = true\n", "");
    let mut text = String::new();
    for line in manifest.trim_end().lines() {
        match line.strip_suffix(".workspace = true") {
            Some(key) => writeln!(text, "{key} = {}", given[key]).unwrap(),
            None => writeln!(text, "{line}").unwrap(),
        }
    }
    assert!(!text.contains("workspace"), "a manifest takes from the workspace what this script does not know:\n{text}");
    text
}

/// The part of the workspace's lock that [`ROOTS`] need.
fn lock(whole: &str) -> String {
    let whole: toml::Table = whole.parse().unwrap();
    let packages = whole["package"].as_array().unwrap();
    // A dependency is `name` where there is one version of it, else `name version`.
    let matches = |package: &toml::Value, dependency: &str| {
        let (name, version) = dependency.split_once(' ').unwrap_or((dependency, ""));
        package["name"].as_str() == Some(name) && (version.is_empty() || package["version"].as_str() == Some(version))
    };
    let mut needed: BTreeSet<usize> = BTreeSet::new();
    let mut open: Vec<&str> = ROOTS.to_vec();
    while let Some(dependency) = open.pop() {
        let at = packages.iter().position(|package| matches(package, dependency));
        let at = at.unwrap_or_else(|| panic!("the lock lacks {dependency}"));
        if needed.insert(at) {
            let further = packages[at].get("dependencies").and_then(toml::Value::as_array);
            open.extend(further.into_iter().flatten().map(|dependency| dependency.as_str().unwrap()));
        }
    }
    let kept = needed.iter().map(|&at| packages[at].clone());
    let kept = kept.filter(|package| !OURS.contains(&package["name"].as_str().unwrap()));
    let mut part = toml::Table::new();
    part.insert("version".to_owned(), whole["version"].clone());
    part.insert("package".to_owned(), kept.collect::<Vec<_>>().into());
    toml::to_string(&part).unwrap()
}
