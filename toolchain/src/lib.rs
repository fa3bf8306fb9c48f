//! From an idea to a plugin file: scaffolds projects, finds what compiles them, and compiles them.
//!
//! A project is a folder with a `plugin.toml`, which [`Scaffold::write`] makes from templates inside the binary, and
//! which is complete: it compiles outside this repository. [`Project::build`] makes `<name>.wasm` of it.
//!
//! ```text
//! templates, wit, plugins/sdk ──build.rs──▶ embedded ──scaffold──▶ project ──rust|c|python|javascript──▶ <name>.wasm
//!                                                                    machine: what there is, what is missing
//! ```
//!
//! # Invariants
//! 1. What a project is given of this repository stands in it once: the build script embeds it from its place.
//! 2. A project's folder is written into only if it was empty (`scaffold::tests::what_is_there_stays`).
//! 3. What is missing on the machine is named with the one command that gets it; it is fetched only where
//!    [`Options::install`] allows that (`machine::tests`, `rust::tests`).
//! 4. A plugin file is replaced as a whole or not at all (`project::tests`).
//!
//! # Not here
//! What a plugin is and whether a file is one: the daemon's module `plugin`.

#[cfg(feature = "c")]
mod c;
mod component;
mod embedded;
mod error;
mod javascript;
mod machine;
mod missing;
mod project;
mod python;
pub mod rust;
mod scaffold;
mod scripting;

pub use error::Error;
pub use machine::Machine;
pub use missing::Missing;
pub use project::{Built, Language, Options, Project, World, place};
pub use scaffold::Scaffold;
