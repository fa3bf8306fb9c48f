//! What no compiler would make: answers whose pointers, lengths, discriminants and texts are lies.
//!
//! The plugins here are written by hand: each function gives an address in a memory that is laid out as the canonical
//! form of the records says, but for one word.
//!
//! ```text
//! 1024 description   2048 result of `map`   3072 one table   3200 its row   3400 own rows   3600 rejections   4096 state
//! ```

#![expect(
    clippy::cast_possible_truncation,
    clippy::type_complexity,
    reason = "addresses in a guest, as numbers of its own width"
)]

use super::{ROLES, batch, directory, engine, evil_bytes, lane, limits, quick};
use crate::plugin::{Failure, Instance, Limits, Plugin};
use crate::record::table_named;
use wasmparser::{Parser, Payload};

/// A string, where a test can ruin it.
const BAD_TEXT: (usize, u32) = (800, 0x80c0_feff);
const OUT: usize = 2048;
const ROW: usize = 3200;
const OWN: usize = 3400;

/// A plugin written by hand.
pub(super) struct Handmade {
    pub(super) memory: Vec<u8>,
    /// Of the module: further memories, a start function.
    pub(super) more: String,
    /// What the functions do.
    pub(super) realloc: &'static str,
    pub(super) describe: &'static str,
    pub(super) map: &'static str,
    pub(super) after_map: &'static str,
}

impl Handmade {
    /// One that gives a row of G_CALL_HISTORY, and one of its own table, for the first event of each batch.
    pub(super) fn honest() -> Self {
        let mut this = Self {
            memory: vec![0; 8192],
            more: String::new(),
            realloc: "i32.const 65536",
            describe: "i32.const 1024",
            map: "i32.const 2048",
            after_map: "",
        };
        for (at, text) in [(512, "raw"), (516, "1"), (520, "G_CALL_HISTORY"), (540, "own"), (560, "text"), (700, "c0")]
        {
            this.memory[at..at + text.len()].copy_from_slice(text.as_bytes());
        }
        let number = u32::from(table_named("G_CALL_HISTORY").unwrap().id.0);
        // name, version, state, tables, events, own tables; then the table's name, the own table and its column.
        this.words(1024, &[512, 3, 516, 1, 1, 1100, 1, 0, 0, 1120, 1]);
        this.words(1100, &[520, 14]);
        this.words(1120, &[540, 3, 560, 4, 1160, 1]);
        this.words(1160, &[560, 4, 0, 100, 0]);
        this.words(OUT, &[0, 0, 3072, 1, OWN as u32, 1, 0, 0, 0]);
        this.words(3072, &[number, ROW as u32, 1]);
        this.words(ROW, &[0, 700, 2]);
        this.words(OWN, &[540, 3, 3420, 1]);
        this.words(3420, &[0, 3440, 1]);
        this.words(3440, &[1, 0, 700, 2]);
        this.words(3600, &[0, 700, 2]);
        this
    }

    fn words(&mut self, at: usize, words: &[u32]) {
        for (word, place) in words.iter().zip(self.memory[at..].chunks_exact_mut(4)) {
            place.copy_from_slice(&word.to_le_bytes());
        }
    }

    fn with(words: &[(usize, u32)]) -> Self {
        let mut this = Self::honest();
        words.iter().for_each(|(at, word)| this.words(*at, &[*word]));
        this
    }

    pub(super) fn module(&self) -> Vec<u8> {
        let Self { memory, more, realloc, describe, map, after_map } = self;
        let data: String = memory.iter().map(|byte| format!("\\{byte:02x}")).collect();
        for_mapper(&format!(
            r#"(module
                (memory (export "memory") 4)
                {more}
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {realloc})
                (func (export "describe") (result i32) {describe})
                (func (export "open") (param i32 i32 i32 i32 i32 i32 i32) (result i32) i32.const 6000)
                (func (export "map") (param i32 i32) (result i32) {map})
                (func (export "cabi_post_map") (param i32) {after_map})
                (func (export "snapshot") (result i32) i32.const 4096)
                (func (export "restore") (param i32 i32 i32) (result i32) i32.const 6000)
                (data (i32.const 0) "{data}"))"#
        ))
    }

    fn load(&self, name: &str) -> Result<Plugin, String> {
        let dir = directory(&format!("lie-{}", name.replace(' ', "-")));
        let file = dir.join("raw.wasm");
        std::fs::write(&file, self.module()).unwrap();
        let loaded = Plugin::load(engine(), &file).map_err(|error| error.to_string());
        std::fs::remove_dir_all(dir).unwrap();
        loaded
    }

    fn open(&self, name: &str, limits: &Limits) -> Instance {
        self.load(name).unwrap().open(&lane(), "{}", ROLES, limits).unwrap()
    }
}

/// The module with the interface section of a mapper.
pub(super) fn for_mapper(text: &str) -> Vec<u8> {
    let mut module = wat::parse_str(text).unwrap();
    for payload in Parser::new(0).parse_all(&evil_bytes()) {
        let Payload::CustomSection(section) = payload.unwrap() else { continue };
        if section.name().starts_with("component-type") {
            let mut body = Vec::new();
            length(&mut body, section.name().len());
            body.extend_from_slice(section.name().as_bytes());
            body.extend_from_slice(section.data());
            module.push(0);
            length(&mut module, body.len());
            module.extend(body);
        }
    }
    module
}

/// A number as WebAssembly writes it.
fn length(out: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        out.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).unwrap());
}

#[test]
fn a_plugin_written_by_hand() {
    let mut instance = Handmade::honest().open("honest", &limits());
    let output = instance.map(&batch(), 4).unwrap();
    assert_eq!(output.rows.iter().map(|(_, row)| row.at).collect::<Vec<_>>(), [0, 0]);
    assert_eq!(instance.snapshot().unwrap(), b"");
    instance.restore(1, b"some").unwrap();
}

/// Changed words of what `map` gives, and a part of the reason.
const OF_MAP: &[(&str, &[(usize, u32)], &str)] = &[
    ("neither result nor error", &[(OUT, 2)], "discriminant"),
    ("tables outside the memory", &[(OUT + 8, 0x7fff_fff0)], "out of bounds"),
    ("tables across the end", &[(OUT + 8, (4 << 16) - 4)], "out of bounds"),
    ("tables not aligned", &[(OUT + 8, 3073)], "aligned"),
    ("tables without end", &[(OUT + 12, u32::MAX)], "out of bounds"),
    ("tables whose size overflows", &[(OUT + 12, 0x5555_5556)], "out of bounds"),
    ("a table that does not exist", &[(3072, 255)], "discriminant"),
    ("rows outside the memory", &[(3076, 0xffff_fff8)], "out of bounds"),
    ("rows not aligned", &[(3076, ROW as u32 + 4)], "aligned"),
    ("rows without end", &[(3080, u32::MAX)], "out of bounds"),
    ("rows whose size overflows", &[(3080, 0x2762_7628)], "out of bounds"),
    ("a text outside the memory", &[(ROW + 4, 0xffff_ffff)], "out of bounds"),
    ("a text without end", &[(ROW + 8, u32::MAX)], "out of bounds"),
    ("a text that is none", &[(ROW + 4, 800), (ROW + 8, 4), BAD_TEXT], "utf-8"),
    ("half a character", &[(ROW + 4, 800), (ROW + 8, 1), (800, 0xc3)], "utf-8"),
    ("an option of a third kind", &[(ROW + 12, 2)], "discriminant"),
    ("an optional text outside", &[(ROW + 28, 1), (ROW + 32, 1 << 30), (ROW + 36, 1)], "out of bounds"),
    ("an optional text that is none", &[(ROW + 28, 1), (ROW + 32, 800), (ROW + 36, 4), BAD_TEXT], "utf-8"),
    ("an optional time of a third kind", &[(ROW + 40, 255)], "discriminant"),
    ("an extension of a third kind", &[(ROW + 56, 2)], "discriminant"),
    (
        "an extension's text that is none",
        &[(ROW + 56, 1), (ROW + 60, 1), (ROW + 64, 800), (ROW + 68, 4), BAD_TEXT],
        "utf-8",
    ),
    ("an extension's number of a third kind", &[(ROW + 56, 1), (ROW + 84, 9)], "discriminant"),
    ("an own table's name that is none", &[(OWN, 800), (OWN + 4, 4), BAD_TEXT], "utf-8"),
    ("own rows without end", &[(OWN + 12, u32::MAX)], "out of bounds"),
    ("own rows not aligned", &[(OWN + 8, 3421)], "aligned"),
    ("own values without end", &[(3428, u32::MAX)], "out of bounds"),
    ("own values whose size overflows", &[(3428, 0x1000_0001)], "out of bounds"),
    ("a value of a fifth kind", &[(3440, 4)], "discriminant"),
    ("an own text that is none", &[(3448, 800), (3452, 4), BAD_TEXT], "utf-8"),
    ("an own text outside the memory", &[(3448, 1 << 31)], "out of bounds"),
    ("rejections without end", &[(OUT + 24, 3600), (OUT + 28, u32::MAX)], "out of bounds"),
    ("a reason that is no text", &[(OUT + 24, 3600), (OUT + 28, 1), (3604, 800), (3608, 4), BAD_TEXT], "utf-8"),
    ("a due time of a third kind", &[(OUT + 40, 2)], "discriminant"),
    ("an error that is no text", &[(OUT, 1), (OUT + 8, 800), (OUT + 12, 4), BAD_TEXT], "utf-8"),
    ("an error outside the memory", &[(OUT, 1), (OUT + 8, 1 << 31), (OUT + 12, 4)], "out of bounds"),
    ("the answer as its own tables", &[(OUT + 8, OUT as u32), (OUT + 12, 5)], ""),
    // The same million rows, thousands of times.
    ("rows that lie over each other", &[(3420, 0), (3424, 65536), (3428, 10_000), (OWN + 8, 3420), (OWN + 12, 1)], ""),
];

#[test]
fn lies_about_an_answer() {
    for (lie, words, expected) in OF_MAP {
        let mut instance = Handmade::with(words).open(lie, &limits());
        let failure = instance.map(&batch(), 4).expect_err(lie);
        let text = failure.to_string();
        assert!(text.contains(expected), "{lie}: {text}");
        assert!(text.len() < 3_000, "{lie}: {text}");
        let again = instance.map(&batch(), 4).unwrap_err();
        assert!(again.to_string().contains("an earlier call failed"), "{lie}: {again}");
    }
}

/// Lies that are true: address 0 is one like others, and any number but 0 says yes.
#[test]
fn lies_that_are_none() {
    for (lie, words) in [
        ("nothing at zero", &[(OUT + 8, 0), (OUT + 12, 0)][..]),
        ("a table at zero", &[(OUT + 8, 0)]),
        ("a row at zero", &[(3076, 0)]),
        ("a text at zero", &[(ROW + 4, 0)]),
        ("a yes that is 255", &[(1176, 255)]),
        ("bytes beside a discriminant", &[(OUT, 0xffff_ff00)]),
    ] {
        Handmade::with(words).open(lie, &limits()).map(&batch(), 4).expect(lie);
    }
}

#[test]
fn lies_about_oneself() {
    for (lie, words, expected) in [
        ("a name that is none", &[(1024, 800), (1028, 4), BAD_TEXT][..], "utf-8"),
        ("a name without end", &[(1028, u32::MAX)], "out of bounds"),
        ("tables without end", &[(1048, u32::MAX)], "out of bounds"),
        ("a table name outside", &[(1100, 1 << 31)], "out of bounds"),
        ("events that are one", &[(1052, 16_384), (1056, 25_000)], "25000 names of events"),
        ("own tables that are one", &[(1060, 16_384), (1064, 10_000)], "10000 tables of its own"),
        ("a column type of a fourth kind", &[(1168, 3)], "discriminant"),
    ] {
        let text = Handmade::with(words).load(lie).unwrap_err();
        assert!(text.contains(expected) && text.contains("raw.wasm"), "{lie}: {text}");
    }
}

#[test]
fn lies_about_a_state() {
    for (lie, words, expected) in [
        ("a gigabyte that it has not", &[(4096, 0), (4100, 0), (4104, 1 << 30)][..], "out of bounds"),
        ("a state of a third kind", &[(4096, 2)], "discriminant"),
        ("a state outside", &[(4100, 1 << 31), (4104, 1)], "out of bounds"),
        ("a refusal that is no text", &[(4096, 1), (4100, 800), (4104, 4), BAD_TEXT], "utf-8"),
    ] {
        let text = Handmade::with(words).open(lie, &limits()).snapshot().expect_err(lie).to_string();
        assert!(text.contains(expected), "{lie}: {text}");
    }
}

/// Functions that only the canonical form knows: the one that gives memory, the one that takes an answer back, the one
/// that runs at the start.
#[test]
fn functions_behind_the_scenes() {
    let spin = "(loop br 0) unreachable";
    for (realloc, expected) in [
        ("i32.const -1", "realloc return: beyond end of memory"),
        ("i32.const 262143", "realloc return: beyond end of memory"),
        ("unreachable", "unreachable"),
        (spin, "limit call_ms of 300"),
    ] {
        let plugin = Handmade { realloc, ..Handmade::honest() }.load("realloc").unwrap();
        let limits = if realloc == spin { quick() } else { limits() };
        let text = plugin.open(&lane(), "{}", ROLES, &limits).unwrap_err().to_string();
        assert!(text.contains(expected), "{realloc}: {text}");
    }
    for (map, after_map, expected) in [
        ("i32.const 2049", "", "aligned"),
        ("i32.const 0x7fffffff", "", "aligned"),
        ("i32.const 262140", "", "aligned"),
        ("i32.const 262136", "", "out of bounds"),
        ("i32.const 2048", "unreachable", "unreachable"),
        ("i32.const 2048", spin, "limit call_ms of 300"),
    ] {
        let limits = if after_map == spin { quick() } else { limits() };
        let mut instance = Handmade { map, after_map, ..Handmade::honest() }.open("behind", &limits);
        let failure = instance.map(&batch(), 4).expect_err(map);
        assert!(failure.to_string().contains(expected), "{map} {after_map}: {failure}");
        assert!(matches!(failure, Failure::Trap { .. } | Failure::Limit { .. }), "{failure:?}");
    }
    for (begin, expected) in
        [("unreachable", "unreachable"), ("(loop br 0)", "limit call_ms of 2000"), ("call $begin", "limit stack_bytes")]
    {
        let more = format!("(func $begin {begin}) (start $begin)");
        let text = Handmade { more, ..Handmade::honest() }.load("start").unwrap_err();
        assert!(text.contains("it cannot say who it is") && text.contains(expected), "{begin}: {text}");
    }
}

/// What it grows is counted, wherever it grows.
#[test]
fn memories_and_tables() {
    for (more, expected) in [
        ("(memory 65536)".to_owned(), "limit memory_bytes of 67108864"),
        ("(memory 600)".repeat(2), "limit memory_bytes of 67108864"),
        ("(memory i64 0x1000000000000)".to_owned(), "limit memory_bytes"),
        ("(memory 0)".repeat(65), "memory count too high"),
        ("(table 4000000000 funcref)".to_owned(), "limit table_elements of 1048576"),
        ("(table 600000 funcref)".repeat(2), "limit table_elements of 1048576"),
    ] {
        let text = Handmade { more: more.clone(), ..Handmade::honest() }.load("memories").unwrap_err();
        assert!(text.contains(expected), "{}: {text}", more.get(..40.min(more.len())).unwrap());
    }
}
