//! `cargo xtask guests`: the plugins, compiled to WebAssembly.
//!
//! A toolchain whose sysroot has the standard library of `wasm32-unknown-unknown` compiles them as it is. Where it
//! has not, and `rustup` cannot add it, Debian's `rustc-web` with its sources (`rust-web-src`) compiles the standard
//! library along; as root, those packages are installed on demand.
//!
//! Guests have a target directory of their own, so that neither build makes the other's stale.

use anyhow::{Context, Result, bail, ensure};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";
const PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];
/// Where Debian's `rustc-web` puts its compiler.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// What compiles the guests.
enum Toolchain {
    /// The one that runs this program.
    Own,
    /// Another compiler, which compiles the standard library from its sources.
    FromSource { rustc: PathBuf, linker: Option<PathBuf> },
}

/// Compiles the plugin crates of these names; gives `target/guests/<name>.wasm` for each.
pub(crate) fn build(root: &Path, names: &[&str]) -> Result<Vec<PathBuf>> {
    build_of(root, root, names)
}

/// The same with the crates of another workspace in this repository.
pub(crate) fn build_of(root: &Path, workspace: &Path, names: &[&str]) -> Result<Vec<PathBuf>> {
    let toolchain = toolchain()?;
    let target = crate::target_dir(root);
    let work = target.join("guest-build");
    // One by one: together, a guest that builds on another would be given that one's exports.
    names.iter().try_for_each(|name| compile(workspace, &work, &toolchain, name))?;
    let out = target.join("guests");
    std::fs::create_dir_all(&out).context("create the directory of guests")?;
    names.iter().map(|name| publish(&work.join(TARGET).join("guest"), &out, name)).collect()
}

/// Compiles the plugin crate of that name.
fn compile(workspace: &Path, work: &Path, toolchain: &Toolchain, name: &str) -> Result<()> {
    let mut command = Command::new(program("CARGO", "cargo"));
    command.current_dir(workspace).args(["build", "--quiet", "--profile", "guest", "--target", TARGET, "--target-dir"]);
    command.arg(work).args(["--package", name]);
    // Flags that are meant for the host's code.
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
        command.env_remove(variable);
    }
    if let Toolchain::FromSource { rustc, linker } = toolchain {
        command.arg("-Zbuild-std=std,panic_abort").env("RUSTC", rustc).env("RUSTC_BOOTSTRAP", "1");
        if let Some(linker) = linker {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }
    let status = command.status().context("start cargo")?;
    ensure!(status.success(), "compile the plugin {name}: {status}");
    Ok(())
}

/// Puts a plugin where it is looked for: beside and renamed, so that nobody reads half of it.
fn publish(from: &Path, to: &Path, name: &str) -> Result<PathBuf> {
    let file = format!("{name}.wasm");
    let built = std::fs::read(from.join(&file)).with_context(|| format!("read {}", from.join(&file).display()))?;
    let place = to.join(&file);
    if std::fs::read(&place).ok().as_ref() != Some(&built) {
        let beside = to.join(format!("{file}.new"));
        std::fs::write(&beside, built)?;
        std::fs::rename(&beside, &place).with_context(|| format!("write {}", place.display()))?;
    }
    Ok(place)
}

fn toolchain() -> Result<Toolchain> {
    let own = sysroot(Path::new(&program("RUSTC", "rustc")))?;
    if own.join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(Toolchain::Own);
    }
    if !from_source_available() {
        install()?;
    }
    ensure!(from_source_available(), "{DEBIAN_RUSTC} has no sources of the standard library; {}", advice());
    Ok(Toolchain::FromSource { rustc: DEBIAN_RUSTC.into(), linker: linker(&own)? })
}

fn from_source_available() -> bool {
    sysroot(Path::new(DEBIAN_RUSTC)).is_ok_and(|root| root.join("lib/rustlib/src/rust/library/Cargo.lock").exists())
}

/// The linker for WebAssembly that comes with the toolchain; without it, the compiler looks for one itself.
fn linker(own: &Path) -> Result<Option<PathBuf>> {
    let host = output(Command::new(program("RUSTC", "rustc")).args(["--print", "host-tuple"]))?;
    let linker = own.join("lib/rustlib").join(host).join("bin/rust-lld");
    Ok(linker.exists().then_some(linker))
}

fn install() -> Result<()> {
    let is_root = output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0");
    let has_apt = Command::new("apt-get").arg("--version").output().is_ok();
    if !is_root || !has_apt {
        bail!("plugins cannot be compiled: the toolchain has no {TARGET}; {}", advice());
    }
    eprintln!("Installing {} to compile plugins for {TARGET}.", PACKAGES.join(" and "));
    for arguments in
        [&["update", "-qq"][..], &["install", "-y", "-qq", "--no-install-recommends", PACKAGES[0], PACKAGES[1]]]
    {
        let status = Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .status()
            .context("start apt-get")?;
        ensure!(status.success(), "apt-get {}: {status}; {}", arguments.join(" "), advice());
    }
    Ok(())
}

fn advice() -> String {
    format!("run `rustup target add {TARGET}`, or as root `apt-get install -y {}`", PACKAGES.join(" "))
}

fn sysroot(rustc: &Path) -> Result<PathBuf> {
    Ok(output(Command::new(rustc).args(["--print", "sysroot"]))?.into())
}

fn program(variable: &str, default: &str) -> OsString {
    std::env::var_os(variable).unwrap_or_else(|| default.into())
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("start {}", command.get_program().display()))?;
    ensure!(output.status.success(), "{}: {}", command.get_program().display(), output.status);
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
