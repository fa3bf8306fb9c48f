//! Small files that would be much work: for the compiler, at each instantiation, or to read.

use super::lies::{Handmade, for_mapper};
use super::{directory, engine};
use crate::plugin::load::Problem;
use crate::plugin::version::examine;
use crate::plugin::weight::weigh;
use crate::plugin::{Plugin, World};
use std::time::{Duration, Instant};

/// What is found in a file that would be much work, and how long that takes at most on a busy machine.
fn refused(bytes: &[u8]) -> String {
    let begun = Instant::now();
    let problem = weigh(bytes).expect_err("too much work");
    assert!(begun.elapsed() < Duration::from_secs(20), "{problem}: {:?}", begun.elapsed());
    assert!(matches!(problem, Problem::TooLarge(_) | Problem::Compile(_)), "{problem}");
    problem.to_string()
}

fn module(more: &str) -> Vec<u8> {
    Handmade { more: more.to_owned(), ..Handmade::honest() }.module()
}

#[test]
fn much_code() {
    weigh(&module("")).unwrap();
    let text = refused(&module(&"(func)".repeat(100_001)));
    assert!(text.contains("limit functions of 100000 reached: 0 in use, 100010 more requested"), "{text}");
    let body = "(drop (i64.const 0x7fffffffffffffff))".repeat(100_000);
    let text = refused(&module(&format!("(func {body})")));
    assert!(text.contains("limit function_bytes of 1048576 reached: 0 in use, 1200002 more requested"), "{text}");
    let body = "(drop (i64.const 0x7fffffffffffffff))".repeat(80_000);
    let text = refused(&module(&format!("(func {body})").repeat(27)));
    assert!(text.contains("limit code_bytes of 25165824 reached"), "{text}");
}

/// Each loop may change each variable: a few thousand bytes become as many values as there are pairs.
#[test]
fn many_variables_in_many_loops() {
    let nested = |locals: usize, loops: usize| {
        let uses: String = (0..locals).map(|local| format!("(local.set {local} (i32.const 1))")).collect();
        format!("(func (local {}) {}{uses}{})", "i32 ".repeat(locals), "(loop ".repeat(loops), ")".repeat(loops))
    };
    weigh(&module(&nested(100, 100))).unwrap();
    let text = refused(&module(&nested(10_000, 1_000)));
    assert!(text.contains("limit loop_values of 4194304 reached"), "{text}");
    let text = refused(&module(&nested(500, 500).repeat(100)));
    assert!(text.contains("limit loop_values of 4194304 reached"), "many functions together: {text}");
}

/// Each component makes two of the one before: thirty of them, a thousand million.
#[test]
fn components_of_components() {
    let twice = |depth: usize, instances: &str| {
        let levels: String = (1..=depth).fold("(component $c0)".to_owned(), |before, level| {
            let below = level - 1;
            format!("(component $c{level} {before} {})", instances.replace("$below", &format!("$c{below}")))
        });
        wat::parse_str(format!("(component {levels} (instance (instantiate $c{depth})))")).unwrap()
    };
    weigh(&twice(5, "(instance (instantiate $below)) (instance (instantiate $below))")).unwrap();
    let text = refused(&twice(30, "(instance (instantiate $below)) (instance (instantiate $below))"));
    assert!(text.contains("limit instances of 1000 reached"), "{text}");
    // Under another name, from outside.
    let outer = "(component $c0 (core module $m) (core instance (instantiate $m)))
        (component $c1 (alias outer 1 $c0 (component $x)) (instance (instantiate $x)) (instance (instantiate $x)))";
    let more: String = (2..30).fold(outer.to_owned(), |before, level| {
        let below = level - 1;
        format!(
            "{before} (component $c{level} (alias outer 1 $c{below} (component $x))
            (instance (instantiate $x)) (instance (instantiate $x)))"
        )
    });
    let text = refused(&wat::parse_str(format!("(component {more})")).unwrap());
    assert!(text.contains("limit instances of 1000 reached"), "{text}");
    let asks = "(component (component (import \"other\" (component $x)) (instance (instantiate $x))))";
    assert!(refused(&wat::parse_str(asks).unwrap()).contains("asks for another component"));
    let many = format!("(component (core module $m) {})", "(core instance (instantiate $m))".repeat(1_001));
    assert!(refused(&wat::parse_str(many).unwrap()).contains("limit instances of 1000 reached"));
}

/// A file is weighed before it is compiled, and named when it is too heavy.
#[test]
fn a_bomb_is_not_compiled() {
    let dir = directory("bomb");
    let file = dir.join("bomb.wasm");
    let loops = format!("(func (local {}) {}{})", "i64 ".repeat(40_000), "(loop ".repeat(10_000), ")".repeat(10_000));
    std::fs::write(&file, module(&loops)).unwrap();
    let text = Plugin::load(engine(), &file).unwrap_err().to_string();
    assert!(text.contains("bomb.wasm: limit loop_values of 4194304 reached"), "{text}");
    std::fs::remove_dir_all(dir).unwrap();
}

/// What is found in its names and nesting, before anything else.
#[test]
fn much_to_read() {
    let imports: String = (0..5_000).map(|n| format!("(import \"wasi:clocks/clock-{n}\" \"now\" (func))")).collect();
    let problem = examine(&for_mapper(&format!("(module {imports})"))).unwrap_err().to_string();
    assert!(problem.contains("and 4990 more, which this host does not give"), "{problem}");
    assert!(problem.len() < 2_000, "{problem}");
    let name = "n".repeat(90_000);
    let import = format!("(module (import \"{name}\" \"now\" (func)))");
    let problem = examine(&for_mapper(&import)).unwrap_err().to_string();
    assert!(problem.len() < 1_000, "{problem}");
    let deep = format!("{}{}", "(component ".repeat(500), ")".repeat(500));
    let deep = wat::parse_str(deep).unwrap();
    assert!(matches!(examine(&deep), Err(Problem::OtherInterface { .. } | Problem::Damaged { .. })));
    let works = |names: &[&str]| -> String { names.iter().map(|name| format!("(func (export \"{name}\"))")).collect() };
    let both = for_mapper(&format!("(module {})", works(&["describe", "map", "enrich", "open"])));
    assert!(matches!(examine(&both), Err(Problem::BothWorlds)));
    let none = for_mapper(&format!("(module {})", works(&["describe", "open", "snapshot", "restore"])));
    assert!(matches!(examine(&none), Err(Problem::NoWorld)));
    let some = for_mapper(&format!("(module {})", works(&["enrich", "open", "restore"])));
    let Err(Problem::World { world, missing }) = examine(&some) else { panic!() };
    assert_eq!((world, missing.as_str()), (World::Enricher.name(), "describe, snapshot"));
}
