//! How much work a file would make for the compiler and at each instantiation, counted before either begins.
//!
//! A compiler cannot be stopped, so what it is given is bounded. Its time grows with the bytes of the code, and faster
//! than them in two ways that a small file can use: a function costs more than its share when it is large, and each
//! loop can make a value of each local variable. Components instantiate others, which instantiate others: thirty lines
//! that each name the one before twice are a thousand million instances.
//!
//! | limit | | the largest seen in interpreters of scripting languages |
//! |---|---|---|
//! | `code_bytes` | 24 MiB | 10.6 MB |
//! | `functions` | 100 000 | 20 000 |
//! | `function_bytes` | 1 MiB | 0.43 MB |
//! | `loop_values` | 4 Mi: locals × loops, of all functions | 0.27 million |
//! | `instances` | 1 000, with all that instances instantiate | 110 |
//!
//! Only counting happens here; whether the code is valid, the compiler finds.

use super::limits::Exceeded;
use super::load::Problem;
use super::version::damaged;
use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind, ComponentTypeRef, Encoding,
    FunctionBody, Operator, Parser, Payload,
};

/// Most bytes of code of all functions.
const CODE_BYTES: u64 = 24 << 20;
/// Most functions.
const FUNCTIONS: u64 = 100_000;
/// Most bytes of one function.
const FUNCTION_BYTES: u64 = 1 << 20;
/// Most pairs of a local variable and a loop of its function.
const LOOP_VALUES: u64 = 4 << 20;
/// Most instances that one instance of the plugin consists of.
pub(super) const INSTANCES: u64 = 1_000;

/// Counts what is in a plugin file.
///
/// # Errors
/// The limit that it exceeds, or where it cannot be read.
pub(super) fn weigh(bytes: &[u8]) -> Result<(), Problem> {
    let mut scale = Scale::default();
    for payload in Parser::new(0).parse_all(bytes) {
        scale.put(payload.map_err(damaged)?)?;
    }
    Ok(())
}

/// What was counted so far.
#[derive(Default)]
struct Scale {
    code_bytes: u64,
    functions: u64,
    loop_values: u64,
    /// Modules and components that are open, the innermost last.
    open: Vec<Level>,
    /// Most instances that any component so far consists of.
    largest: u64,
}

/// A module or component.
struct Level {
    encoding: Encoding,
    instances: u64,
    /// Instances of which each known component consists, by its index.
    components: Vec<u64>,
}

impl Scale {
    fn put(&mut self, payload: Payload<'_>) -> Result<(), Problem> {
        match payload {
            Payload::Version { encoding, .. } => {
                self.open.push(Level { encoding, instances: 0, components: Vec::new() })
            }
            Payload::End(_) => self.close(),
            Payload::CodeSectionStart { count, .. } => add("functions", &mut self.functions, count.into(), FUNCTIONS)?,
            Payload::CodeSectionEntry(body) => self.put_function(&body)?,
            Payload::InstanceSection(section) => self.instantiate(section.count().into())?,
            Payload::ComponentInstanceSection(section) => {
                for instance in section {
                    let instances = match instance.map_err(damaged)? {
                        ComponentInstance::Instantiate { component_index, .. } => self.weight_of(component_index),
                        ComponentInstance::FromExports(_) => 1,
                    };
                    self.instantiate(instances)?;
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section {
                    if matches!(
                        alias.map_err(damaged)?,
                        ComponentAlias::InstanceExport { kind: ComponentExternalKind::Component, .. }
                            | ComponentAlias::Outer { kind: ComponentOuterAliasKind::Component, .. }
                    ) {
                        self.add_component();
                    }
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    // Nobody could say what it would be.
                    if matches!(import.map_err(damaged)?.ty, ComponentTypeRef::Component(_)) {
                        return Err(Problem::Compile("a component in it asks for another component".to_owned()));
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    if export.map_err(damaged)?.kind == ComponentExternalKind::Component {
                        self.add_component();
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn put_function(&mut self, body: &FunctionBody<'_>) -> Result<(), Problem> {
        let bytes = body.as_bytes().len() as u64;
        add("code_bytes", &mut self.code_bytes, bytes, CODE_BYTES)?;
        add("function_bytes", &mut 0, bytes, FUNCTION_BYTES)?;
        let mut locals = 0_u64;
        for group in body.get_locals_reader().map_err(damaged)? {
            locals += u64::from(group.map_err(damaged)?.0);
        }
        for operator in body.get_operators_reader().map_err(damaged)? {
            if let Operator::Loop { .. } = operator.map_err(damaged)? {
                add("loop_values", &mut self.loop_values, locals, LOOP_VALUES)?;
            }
        }
        Ok(())
    }

    /// The module or component that was open last is whole.
    fn close(&mut self) {
        let Some(level) = self.open.pop() else { return };
        if level.encoding == Encoding::Module {
            return;
        }
        self.largest = self.largest.max(level.instances);
        if let Some(outer) = self.open.last_mut() {
            outer.components.push(level.instances);
        }
    }

    /// A component that is known under a further index.
    fn add_component(&mut self) {
        let largest = self.largest;
        if let Some(level) = self.open.last_mut() {
            level.components.push(largest);
        }
    }

    fn weight_of(&self, component: u32) -> u64 {
        let known = self.open.last().and_then(|level| level.components.get(usize::try_from(component).ok()?));
        known.copied().unwrap_or(self.largest).saturating_add(1)
    }

    fn instantiate(&mut self, instances: u64) -> Result<(), Problem> {
        match self.open.last_mut() {
            Some(level) => add("instances", &mut level.instances, instances, INSTANCES),
            None => Ok(()),
        }
    }
}

/// Adds to what is in use, up to the limit.
fn add(name: &'static str, used: &mut u64, requested: u64, limit: u64) -> Result<(), Problem> {
    let total = used.saturating_add(requested);
    if total > limit {
        return Err(Problem::TooLarge(Exceeded { name, limit, current: *used, requested }));
    }
    *used = total;
    Ok(())
}
