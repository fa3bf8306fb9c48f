//! `concentrator plugin new`: a project for a plugin, from the templates in this program.

use super::super::{exit, out};
use anyhow::Result;
use clap::ValueEnum;
use concentrator_toolchain::{Error, Language, Scaffold, World};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Name of the plugin: 1 to 64 letters, digits, `-` and `_`, beginning with a letter.
    name: String,
    /// What it is to its lane.
    #[arg(long, value_enum, default_value_t = WorldName::Mapper)]
    world: WorldName,
    /// What it is written in.
    #[arg(long, value_enum, default_value_t = LanguageName::Rust)]
    language: LanguageName,
    /// Folder to be made, or an empty one; the plugin's name if it is not named.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// For Rust: a checkout of the concentrator whose SDK is used in place of a copy.
    #[arg(long, value_name = "CHECKOUT")]
    sdk: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum WorldName {
    /// Makes rows of events.
    Mapper,
    /// Changes the rows that a mapper made.
    Enricher,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LanguageName {
    Rust,
    Python,
    #[value(name = "javascript")]
    JavaScript,
    #[value(name = "typescript")]
    TypeScript,
    C,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let dir = arguments.dir.clone().unwrap_or_else(|| PathBuf::from(&arguments.name));
    let scaffold = Scaffold {
        name: arguments.name.clone(),
        world: match arguments.world {
            WorldName::Mapper => World::Mapper,
            WorldName::Enricher => World::Enricher,
        },
        language: match arguments.language {
            LanguageName::Rust => Language::Rust,
            LanguageName::Python => Language::Python,
            LanguageName::JavaScript => Language::JavaScript,
            LanguageName::TypeScript => Language::TypeScript,
            LanguageName::C => Language::C,
        },
        dir: dir.clone(),
        sdk: arguments.sdk.clone(),
    };
    let files = match scaffold.write() {
        Ok(files) => files,
        Err(error @ (Error::Name(_) | Error::Occupied(_) | Error::NoCheckout(_))) => {
            eprintln!("error: {error}");
            return Ok(exit::PROBLEMS);
        }
        Err(error) => return Err(error.into()),
    };
    let (given, own): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.starts_with("vendor"));
    out(&format!("Made {}, a project for the {} `{}`:", dir.display(), scaffold.world.name(), scaffold.name));
    own.iter().for_each(|file| out(&format!("  {}", file.display())));
    if !given.is_empty() {
        out(&format!("  vendor/  (the contract and what goes with it: {} files)", given.len()));
    }
    out("Next:");
    out(&format!("  cd {}", dir.display()));
    out("  concentrator plugin build");
    out("  concentrator plugin test");
    Ok(exit::SUCCESS)
}
