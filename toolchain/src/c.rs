//! C: bindings made from the project's contract, compiled by clang and linked by wasm-ld, without a C library: what
//! the bindings need of one stands in the project (`vendor/c`).

use crate::machine::run;
use crate::{Error, Missing, Options, Project};
use std::fs;
use std::path::{Path, PathBuf};
use wit_bindgen_core::{Files, wit_parser::Resolve};

/// Compiles a project; gives the module.
pub(crate) fn build(project: &Project, options: &Options, report: &mut dyn FnMut(&str)) -> Result<PathBuf, Error> {
    let clang = program("clang", Missing::Clang, options, report)?;
    program("wasm-ld", Missing::WasmLinker, options, report)?;
    let out = project.dir.join("target");
    fs::create_dir_all(&out).map_err(Error::file("make", &out))?;
    let bindings = bindings(project, &out)?;

    let module = out.join("plugin.wasm");
    let mut command = options.machine.command(&clang);
    command.args(["--target=wasm32-unknown-unknown", "-std=c11", "-O2", "-flto", "-Wall", "-Wextra", "-ffreestanding"]);
    command.args(["-mbulk-memory", "-nostdlib", "-Wl,--no-entry", "-Wl,--gc-sections", "-Wl,--strip-debug"]);
    // A stack that runs over hits the start of memory and traps, rather than the data of the plugin.
    command.args(["-Wl,--stack-first", "-z", "stack-size=1048576"]);
    command.arg("-I").arg(project.dir.join("vendor/c")).arg("-I").arg(&out);
    command.args(sources(&project.dir.join("src"))?).args(sources(&project.dir.join("vendor/c"))?);
    command.args(bindings).arg("-o").arg(&module);
    run(&mut command, &format!("compile {}", project.name))?;
    Ok(module)
}

fn program(name: &str, piece: Missing, options: &Options, report: &mut dyn FnMut(&str)) -> Result<PathBuf, Error> {
    let machine = &options.machine;
    if machine.find(name).is_none() && options.install {
        machine.install(&piece, report)?;
    }
    machine.need(name, piece)
}

/// Writes the bindings into `out`; gives the files that are to be compiled and linked.
fn bindings(project: &Project, out: &Path) -> Result<Vec<PathBuf>, Error> {
    let contract = project.dir.join("vendor/wit");
    let failed = |error: &dyn std::fmt::Display| Error::Failed {
        what: format!("make bindings of {}", contract.display()),
        outcome: format!("{error:#}"),
    };
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(&contract).map_err(|error| failed(&error))?;
    let world = resolve.select_world(&[package], Some(project.world.name())).map_err(|error| failed(&error))?;
    let mut files = Files::default();
    let mut generator = wit_bindgen_c::Opts::default().build();
    generator.generate(&mut resolve, world, &mut files).map_err(|error| failed(&error))?;
    let mut linked = Vec::new();
    for (name, bytes) in files.iter() {
        let file = out.join(name);
        fs::write(&file, bytes).map_err(Error::file("write", &file))?;
        if !name.ends_with(".h") {
            linked.push(file);
        }
    }
    Ok(linked)
}

/// The C files of a folder, in order.
fn sources(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(dir).map_err(Error::file("read", dir))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "c"));
    files.sort();
    Ok(files)
}
