//! Compiled plugins, kept between starts.
//!
//! A file's name is the digest of the plugin and a hash of the engine's version and settings; its content begins
//! with a digest of the rest. A file that does not fit is ignored and written anew; nothing is ever overwritten in
//! place, for another process may have it in use.

use sha2::{Digest, Sha256};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use wasmtime::component::Component;

/// Compiled plugins that are kept; the oldest go first.
const FILES: usize = 32;
/// Largest compiled plugin that is read back, bytes.
const COMPILED_BYTES: u64 = 512 << 20;
const DIGEST_BYTES: usize = 32;

/// Where the compiled form of a plugin is kept.
pub(super) fn path(dir: &Path, digest: &str, engine: &wasmtime::Engine) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    dir.join(format!("{digest}-{:016x}.compiled", hasher.finish()))
}

/// The compiled plugin, if it is there and undamaged.
pub(super) fn load(path: &Path, engine: &wasmtime::Engine) -> Option<Component> {
    let size = std::fs::metadata(path).ok()?.len();
    if size > COMPILED_BYTES {
        return None;
    }
    let content = std::fs::read(path).ok()?;
    let (digest, compiled) = content.split_at_checked(DIGEST_BYTES)?;
    if Sha256::digest(compiled).as_slice() != digest {
        tracing::warn!(path = %path.display(), "Compiled plugin is damaged; compiling it again.");
        return None;
    }
    // SAFETY: the bytes are what this engine, by its hash in the name, wrote into the daemon's own data directory,
    // by their digest; who can forge them there can replace the daemon's plugins as well.
    #[expect(unsafe_code, reason = "loading precompiled components is the one exception")]
    let component = unsafe { Component::deserialize(engine, compiled) };
    component.ok()
}

/// Keeps a compiled plugin. A failure costs the next start some time and is only logged.
pub(super) fn store(path: &Path, component: &Component) {
    if let Err(error) = try_store(path, component) {
        tracing::warn!(path = %path.display(), error = %format!("{error:#}"), "Compiled plugin cannot be kept.");
    }
}

fn try_store(path: &Path, component: &Component) -> anyhow::Result<()> {
    let compiled = component.serialize().map_err(|error| anyhow::anyhow!("{error:#}"))?;
    let dir = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir)?;
    let beside = path.with_extension(format!("{}.{:?}.new", std::process::id(), std::thread::current().id()));
    let content = [Sha256::digest(&compiled).as_slice(), &compiled].concat();
    std::fs::write(&beside, content).and_then(|()| std::fs::rename(&beside, path)).inspect_err(|_| {
        let _ = std::fs::remove_file(&beside);
    })?;
    prune(dir)?;
    Ok(())
}

fn prune(dir: &Path) -> std::io::Result<()> {
    let mut files: Vec<_> = std::fs::read_dir(dir)?
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "compiled"))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    for (_, path) in files.iter().rev().skip(FILES) {
        std::fs::remove_file(path)?;
    }
    Ok(())
}
