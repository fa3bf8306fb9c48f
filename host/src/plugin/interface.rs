//! The interface of a plugin as WIT text, for a person.

use super::load::{Problem, componentize};
use super::version::sentence;
use wit_component::WitPrinter;

/// The world that a component was made for, with everything that it names.
///
/// # Errors
/// If its types cannot be told, which a component that is loaded cannot bring about.
pub(super) fn wit_text(bytes: &[u8], is_module: bool) -> Result<String, Problem> {
    let component = if is_module { &componentize(bytes)? } else { bytes };
    // As when a component is made: what contradicts itself is impossible to this library, and it panics.
    let printed = std::panic::catch_unwind(|| -> Result<String, String> {
        let decoded = wit_component::decode(component).map_err(|error| format!("{error:#}"))?;
        let own = decoded.package();
        let resolve = decoded.resolve();
        let others: Vec<_> = resolve.packages.iter().map(|(id, _)| id).filter(|id| *id != own).collect();
        let mut printer = WitPrinter::default();
        printer.print(resolve, own, &others).map_err(|error| format!("{error:#}"))?;
        Ok(printer.output.to_string())
    });
    let words = |words: &str| Problem::Interface(sentence(words));
    printed.unwrap_or_else(|_| Err("its description contradicts itself".to_owned())).map_err(|error| words(&error))
}
