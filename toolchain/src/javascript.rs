//! JavaScript and TypeScript: a component with QuickJS inside, made by `componentize-qjs`.
//!
//! `esbuild` makes one file of the plugin and of what it imports, also from the project's `node_modules`; TypeScript
//! is checked by its own compiler before.
//!
//! QuickJS carries numbers of 64 bits as plain numbers, which is exact up to 2^53 only: enough for every time, not for
//! the column CONNIDNUM. What stands between host and plugin therefore refuses an enricher that sees its tables, and
//! any number that would not arrive as it left.

use crate::machine::{run, run_quietly};
use crate::scripting::{contract, fetch, need, work, write};
use crate::{Error, Language, Missing, Options, Project, World};
use std::path::PathBuf;
use std::process::Command;

/// A package of npm with a program of its own.
struct Tool {
    name: &'static str,
    version: &'static str,
    program: &'static str,
}

/// Makes one file of many.
const BUNDLER: Tool = Tool { name: "esbuild", version: "0.28.2", program: "esbuild" };
/// Makes the component: what runs in the plugin depends on it alone.
const COMPONENT: Tool = Tool { name: "componentize-qjs", version: "0.4.5", program: "componentize-qjs" };
/// Checks types.
const CHECKER: Tool = Tool { name: "typescript", version: "7.0.2", program: "tsc" };
/// What the tools run with, and what fetches them.
const NPM: Missing =
    Missing::Program { program: "npm", what: "Node.js 18 or later with npm", packages: &["nodejs", "npm"] };
const NODE: Missing = Missing::Program { program: "node", what: "Node.js 18 or later", packages: &["nodejs"] };
/// What stands between the host and the plugin.
const ENTRY: &str = include_str!("../guest/entry.js");
/// What runs before anything else.
const GUARD: &str = include_str!("../guest/guard.js");
/// What a project is given beside the contract.
pub(crate) const VENDORED: &[(&str, &str)] = &[
    ("event.js", include_str!("../guest/event.js")),
    ("event.d.ts", include_str!("../guest/event.d.ts")),
    ("host.d.ts", include_str!("../guest/host.d.ts")),
    ("mapping.d.ts", include_str!("../guest/mapping.d.ts")),
    ("rows.d.ts", include_str!("../guest/rows.d.ts")),
];

/// Makes a project's component.
pub(crate) fn build(project: &Project, options: &Options, report: &mut dyn FnMut(&str)) -> Result<PathBuf, Error> {
    need("node", &NODE, options, report)?;
    let work = work(project)?;
    let what = format!("build {}", project.name);
    let (is_typed, source) = match project.language {
        Language::TypeScript => (true, "plugin.ts"),
        _ => (false, "plugin.js"),
    };
    if is_typed {
        let mut check = CHECKER.command(options, report)?;
        // It says what is wrong where its results go, which are not wanted otherwise.
        run_quietly(check.arg("--project").arg(project.dir.join("tsconfig.json")), &what)?;
    }

    write(&work.join("guard.js"), GUARD)?;
    write(&work.join("entry.js"), &format!("{ENTRY}{}", main_export(project.world)))?;
    let bundle = work.join("bundle.js");
    let mut command = BUNDLER.command(options, report)?;
    command.current_dir(&project.dir).arg(work.join("entry.js")).arg(format!("--alias:plugin=./{source}"));
    command.args(["--bundle", "--format=esm", "--target=es2023", "--platform=neutral", "--main-fields=module,main"]);
    command.args(["--external:concentrator:*", "--log-level=warning"]).arg(format!("--outfile={}", bundle.display()));
    run(&mut command, &what)?;

    let made = work.join(format!("{}.wasm", project.name));
    let mut command = COMPONENT.command(options, report)?;
    command.arg("--wit").arg(contract(project)).arg("--js").arg(&bundle).arg("--output").arg(&made);
    command.args(["--world", project.world.name(), "--sync", "--stub-wasi"]);
    run_quietly(&mut command, &what)?;
    Ok(made)
}

/// The export that the worlds do not share.
fn main_export(world: World) -> &'static str {
    match world {
        World::Mapper => "export const map = told((batch) => checked(plugin.map(batch)));\n",
        World::Enricher => "export const enrich = told((batch, tables) => checked(plugin.enrich(batch, tables)));\n",
    }
}

impl Tool {
    /// The tool as a command; it is fetched where it is missing and that is allowed.
    fn command(&self, options: &Options, report: &mut dyn FnMut(&str)) -> Result<Command, Error> {
        let machine = &options.machine;
        let package = format!("{}@{}", self.name, self.version);
        let dir = machine.cache(&format!("{}-{}", self.name, self.version));
        let program = dir.join("node_modules/.bin").join(self.program);
        if program.is_file() {
            return Ok(machine.command(&program));
        }
        let install = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
        if !options.install {
            let command = format!("npm {} {} {package}", install.join(" "), dir.display());
            let piece = Missing::Tools { what: package, language: Language::JavaScript, command };
            return Err(machine.lacks(piece));
        }
        let npm = need("npm", &NPM, options, report)?;
        report(&format!("{package} is missing: getting it into {}", dir.display()));
        fetch(&dir, |into| {
            run_quietly(machine.command(&npm).args(install).arg(into).arg(&package), &format!("get {package}"))
        })?;
        Ok(machine.command(&program))
    }
}
