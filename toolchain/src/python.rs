//! Python: a component with its interpreter inside, made by `componentize-py`.
//!
//! The interpreter is in the tool; the machine's Python only runs it. What the project keeps in `packages/` goes
//! along. All that stands outside functions has run when the component is made.
//!
//! The tool cannot make a world with an export `open`: the name is one of the C library's. So the component is made
//! of a contract in which that export has another name of the same length, and gets its name back afterwards.

use crate::machine::{run, run_quietly};
use crate::scripting::{contract, fetch, need, work, write};
use crate::{Error, Language, Machine, Missing, Options, Project, component};
use std::fs;
use std::path::{Path, PathBuf};

/// The tool, as its package manager names it: what it makes depends on it alone.
const TOOL: &str = "componentize-py==0.25.1";
/// What stands between the host and `plugin.py`.
const ENTRY: &str = include_str!("../guest/entry.py");
/// What a project is given beside the contract.
pub(crate) const VENDORED: &[(&str, &str)] = &[("event.py", include_str!("../guest/event.py"))];
/// The contract's `open`, and what it is called until the component is there.
const OPEN: &str = "open";
const WAKE: &str = "wake";
/// The machine's Python, to run the tool.
const PYTHON: Missing =
    Missing::Program { program: "python3", what: "Python 3.9 or later", packages: &["python3", "python3-pip"] };

/// Makes a project's component.
pub(crate) fn build(project: &Project, options: &Options, report: &mut dyn FnMut(&str)) -> Result<PathBuf, Error> {
    let python = need("python3", &PYTHON, options, report)?;
    let tool = tool(&python, options, report)?;
    let work = work(project)?;
    let code = work.join("entry");
    write(&code.join("entry.py"), ENTRY)?;
    let contract = renamed(project, &work)?;
    let made = work.join(format!("{}.wasm", project.name));
    let mut command = tool.command(&options.machine, &python);
    command.current_dir(&project.dir).arg("--quiet").arg("--wit-path").arg(&contract);
    command.args(["--world", project.world.name(), "componentize", "--stub-wasi"]);
    for place in [code, project.dir.clone(), project.dir.join("vendor"), project.dir.join("packages")] {
        if place.is_dir() {
            command.arg("--python-path").arg(place);
        }
    }
    run(command.arg("--output").arg(&made).arg("entry"), &format!("build {}", project.name))?;
    component::rename_export(&made, WAKE, OPEN)?;
    Ok(made)
}

/// The contract with the export's other name.
fn renamed(project: &Project, work: &Path) -> Result<PathBuf, Error> {
    let to = work.join("wit");
    for name in ["mapping.wit", "rows.wit"] {
        let file = contract(project).join(name);
        let text = fs::read_to_string(&file).map_err(Error::file("read", &file))?;
        write(&to.join(name), &text.replace(&format!("export {OPEN}:"), &format!("export {WAKE}:")))?;
    }
    Ok(to)
}

/// The tool, in the user's cache.
struct Tool(PathBuf);

impl Tool {
    fn command(&self, machine: &Machine, python: &Path) -> std::process::Command {
        let mut command = machine.command(python);
        command.arg(self.program()).env("PYTHONPATH", &self.0).env("PYTHONDONTWRITEBYTECODE", "1");
        // Where the project's environment keeps packages: what is to go along is named.
        command.env_remove("VIRTUAL_ENV");
        command
    }

    fn program(&self) -> PathBuf {
        self.0.join("bin/componentize-py")
    }
}

/// Finds the tool; gets it where that is allowed.
fn tool(python: &Path, options: &Options, report: &mut dyn FnMut(&str)) -> Result<Tool, Error> {
    let machine = &options.machine;
    let tool = Tool(machine.cache(&TOOL.replace("==", "-")));
    if tool.program().is_file() {
        return Ok(tool);
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--target"];
    if !options.install {
        let command = format!("{} {} {} {TOOL}", python.display(), pip.join(" "), tool.0.display());
        return Err(machine.lacks(Missing::Tools { what: TOOL.to_owned(), language: Language::Python, command }));
    }
    if machine.answer(python, &["-m", "pip", "--version"]).is_none() {
        let piece = Missing::Program { program: "pip3", what: "Python's pip", packages: &["python3-pip"] };
        machine.install(&piece, report)?;
    }
    report(&format!("{TOOL} is missing: getting it into {}", tool.0.display()));
    fetch(&tool.0, |into| run_quietly(machine.command(python).args(pip).arg(into).arg(TOOL), &format!("get {TOOL}")))?;
    Ok(tool)
}
