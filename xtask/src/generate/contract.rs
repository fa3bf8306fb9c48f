//! `docs/reference/wit.md`: the contract between host and plugins, as `wit/mapping.wit` says it.
//!
//! What stands there is told by the comments of the contract itself; what the host does with it is told by [`HEAD`] and
//! [`TAIL`]. A function without a line in the table of calls, or a line without its function, is an error.

use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const HEAD: &str = include_str!("contract/head.md");
const TAIL: &str = include_str!("contract/tail.md");

/// A thing that the contract names.
struct Item<'w> {
    /// `record`, `variant`, `enum`, or `func` of an interface.
    kind: &'w str,
    name: &'w str,
    /// Of a function.
    signature: &'w str,
    text: String,
    /// Fields or cases: name, type, what it is.
    parts: Vec<(&'w str, &'w str, String)>,
}

/// A world or an interface.
struct Section<'w> {
    kind: &'w str,
    name: &'w str,
    text: String,
    imports: Vec<&'w str>,
    items: Vec<Item<'w>>,
}

struct Contract<'w> {
    package: &'w str,
    sections: Vec<Section<'w>>,
}

/// Text of the page.
pub(crate) fn render(wit: &str) -> Result<String> {
    let contract = parse(wit)?;
    let mut out = HEAD.replace("{{package}}", contract.package);
    check_calls(&contract)?;
    for section in &contract.sections {
        let _ = writeln!(out, "\n## {} `{}`\n\n{}", capital(section.kind), section.name, section.text);
        if !section.imports.is_empty() {
            let imports: Vec<String> = section.imports.iter().map(|name| format!("`{name}`")).collect();
            let _ = writeln!(out, "It may import {}.", imports.join(" and "));
        }
        section.items.iter().for_each(|item| item.write(&mut out));
    }
    out.push('\n');
    out.push_str(TAIL);
    Ok(out)
}

/// Each function of a world has a line in the table of calls, and there are no others.
fn check_calls(contract: &Contract<'_>) -> Result<()> {
    let worlds = contract.sections.iter().filter(|section| section.kind == "world");
    let functions: BTreeSet<&str> = worlds.flat_map(|world| world.items.iter().map(|item| item.name)).collect();
    let lines = HEAD.lines().chain(TAIL.lines()).skip_while(|line| *line != "| function | called | how long |");
    let told: BTreeSet<&str> = lines
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    ensure!(functions == told, "the table of calls tells of {told:?}, the worlds of {functions:?}");
    Ok(())
}

impl Item<'_> {
    fn write(&self, out: &mut String) {
        let what = if self.kind == "func" { "" } else { self.kind };
        let _ = writeln!(out, "\n### {} `{}`\n", capital(what), self.name);
        if !self.signature.is_empty() {
            let _ = writeln!(out, "```wit\n{}: {}\n```", self.name, self.signature);
        }
        let _ = writeln!(out, "{}", self.text);
        if self.parts.is_empty() {
            return;
        }
        let head = if self.kind == "record" { "field" } else { "case" };
        let _ = writeln!(out, "\n| {head} | type | |\n|---|---|---|");
        for (name, ty, text) in &self.parts {
            let ty = if ty.is_empty() { String::new() } else { format!("`{ty}`") };
            let _ = writeln!(out, "| `{name}` | {ty} | {text} |");
        }
    }
}

fn parse(wit: &str) -> Result<Contract<'_>> {
    let mut package = "";
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut open: Option<Item<'_>> = None;
    let mut text = String::new();
    for (number, line) in (1..).zip(wit.lines().map(str::trim)) {
        let section = sections.last_mut();
        match (line, section, &mut open) {
            ("", ..) => {}
            (line, ..) if line.starts_with("///") => say(&mut text, line.trim_start_matches('/').trim()),
            (line, ..) if line.starts_with("use ") => {}
            ("}", Some(section), Some(_)) => section.items.extend(open.take()),
            ("}", Some(_), None) => {}
            (line, Some(_), Some(item)) => item.parts.push(part(line, std::mem::take(&mut text))),
            (line, None, Some(_)) => bail!("line {number} of the contract stands in nothing: {line}"),
            (line, section, None) => {
                let text = std::mem::take(&mut text);
                if let Some(named) = line.strip_prefix("package ") {
                    package = named.trim_end_matches(';');
                } else if let (Some((kind @ ("world" | "interface"), rest)), _) = (line.split_once(' '), &section) {
                    let name = rest.trim_end_matches([' ', '{']);
                    sections.push(Section { kind, name, text, imports: Vec::new(), items: Vec::new() });
                } else {
                    let section = section.with_context(|| format!("line {number} of the contract: {line}"))?;
                    if let Some(name) = line.strip_prefix("import ") {
                        section.imports.push(name.trim_end_matches(';'));
                    } else if let Some(function) = function(line) {
                        let (name, signature) = function;
                        section.items.push(Item { kind: "func", name, signature, text, parts: Vec::new() });
                    } else if let Some((kind @ ("record" | "variant" | "enum"), rest)) = line.split_once(' ') {
                        let name = rest.trim_end_matches([' ', '{']);
                        open = Some(Item { kind, name, signature: "", text, parts: Vec::new() });
                    } else {
                        bail!("line {number} of the contract is not understood: {line}");
                    }
                }
            }
        }
    }
    Ok(Contract { package, sections })
}

/// Sentences go on over lines.
fn say(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(line);
}

/// Name and signature of a function.
fn function(line: &str) -> Option<(&str, &str)> {
    let (name, signature) = line.trim_start_matches("export ").trim_end_matches(';').split_once(": ")?;
    signature.starts_with("func").then_some((name.trim_start_matches('%'), signature))
}

/// A field `name: type,` or a case `name(type),`, `name,`.
fn part(line: &str, text: String) -> (&str, &str, String) {
    let line = line.trim_end_matches(',');
    let (name, ty) = line
        .split_once(": ")
        .or_else(|| line.strip_suffix(')').and_then(|line| line.split_once('(')))
        .unwrap_or((line, ""));
    (name.trim_start_matches('%'), ty, text)
}

fn capital(word: &str) -> String {
    super::wit::sentence(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_of_the_contract_stand_in_the_page() {
        let wit = include_str!("../../../wit/mapping.wit");
        let page = render(wit).expect("the contract");
        let words = wit.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        for line in words {
            let named = line.trim_start_matches("export ").trim_start_matches('%');
            let name = named.split([':', '(', ',']).next().unwrap_or_default();
            if !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-') {
                assert!(page.contains(&format!("`{name}`")), "{name}");
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let error =
            render("package a:b@1.0.0;\ninterface types {\n    flags f { a }\n}\n").err().map(|e| e.to_string());
        assert!(error.is_some_and(|error| error.contains("line 3")), "no error");
    }
}
