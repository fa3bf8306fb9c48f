//! The chain: a mapper and enrichers that see, change, drop and add its rows.

use super::{ROLES, TIME, directory, engine, evil, evil_bytes, guest, lane, limits, quick};
use crate::event::{Builder, Kind, View, Views};
use crate::plugin::{Chain, Failed, Failure, Link, Links, Opening, Output, Plugin, Unfit};
use crate::record::{Row, TableId, Value, table};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A plugin whose description is the one of that character; compiled once for all tests.
fn described(name: &str, marker: &str, case: char) -> Arc<Plugin> {
    try_described(name, marker, case).unwrap()
}

fn try_described(name: &str, marker: &str, case: char) -> Result<Arc<Plugin>, String> {
    static MADE: Mutex<BTreeMap<String, Arc<Plugin>>> = Mutex::new(BTreeMap::new());
    let key = format!("{name}-{case}");
    let mut made = MADE.lock().unwrap();
    if let Some(plugin) = made.get(&key) {
        return Ok(plugin.clone());
    }
    let mut bytes = if name == "evil" { evil_bytes() } else { guest(name) };
    let at = bytes.windows(marker.len()).position(|window| window == marker.as_bytes()).unwrap() + marker.len();
    bytes[at] = u8::try_from(case).unwrap();
    let dir = directory(&format!("described-{key}"));
    let file = dir.join(format!("{name}.wasm"));
    std::fs::write(&file, bytes).unwrap();
    let plugin = Plugin::load(engine(), &file).map_err(|error| error.to_string());
    std::fs::remove_dir_all(dir).unwrap();
    let plugin = Arc::new(plugin?);
    made.insert(key, plugin.clone());
    Ok(plugin)
}

fn options(case: &str) -> Arc<str> {
    format!("{{\"case\":\"{case}\"}}").into()
}

fn mapper(case: &str) -> Link {
    Link { plugin: Arc::new(evil().clone()), config: options(case) }
}

/// The mapper that asks for events `Good` and `Evil` only.
fn choosy() -> Link {
    Link { plugin: described("evil", "describe-case=", 'a'), config: options("") }
}

/// An enricher of that description, with that case.
fn enricher(description: char, case: &str) -> Link {
    Link { plugin: described("evil-enricher", "enricher-case=", description), config: options(case) }
}

fn opening() -> Opening {
    Opening { lane: lane(), roles: ROLES.to_vec(), limits: limits() }
}

fn chain(mapper: Link, enrichers: Vec<Link>) -> Chain {
    Chain::open(&Links::new(mapper, enrichers).unwrap(), &opening()).unwrap()
}

/// Events of these names; the nth is of call `cN`.
fn events(names: &[&str]) -> Vec<u8> {
    let event = |(n, name): (usize, &&str)| {
        Builder::new(Kind::Source, name, TIME).text("callid", &format!("c{n}")).finish().unwrap()
    };
    names.iter().enumerate().flat_map(event).collect()
}

fn views(bytes: &[u8]) -> Vec<View<'_>> {
    Views::new(bytes).map(Result::unwrap).collect()
}

fn map(chain: &mut Chain, names: &[&str]) -> Result<Output, Failed> {
    let bytes = events(names);
    chain.map(&views(&bytes))
}

fn rows<'o>(output: &'o Output, name: &str) -> Vec<&'o Row> {
    output.rows.iter().filter(|(id, _)| table(*id).name == name).map(|(_, row)| row).collect()
}

fn text<'r>(id: TableId, row: &'r Row, column: &str) -> &'r str {
    let place = table(id).columns.iter().position(|known| known.name == column).unwrap();
    if let Value::Text(text) = &row.values[place] { text } else { "-" }
}

/// Place and call of the calls in the output.
fn calls(output: &Output) -> Vec<(u32, &str)> {
    let calls = rows(output, "G_CALL").into_iter();
    calls.map(|row| (row.at, text(TableId::G_CALL, row, "CALLID"))).collect()
}

/// What an enricher has seen: place, number since its begin, event.
fn seen(output: &Output) -> Vec<(u32, i64, &str)> {
    let notes = rows(output, "X_EVIL_ENRICHER_SEEN").into_iter();
    notes
        .map(|row| match row.values.as_slice() {
            [Value::Integer(nth), Value::Text(event), _] => (row.at, *nth, event.as_str()),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn only_a_mapper_begins() {
    let text = Links::new(enricher('0', ""), Vec::new()).unwrap_err();
    assert!(matches!(&text, Unfit::NoMapper(name) if name == "evil-enricher"), "{text}");
    let text = Links::new(mapper(""), vec![enricher('0', ""), mapper("")]).unwrap_err();
    assert!(matches!(&text, Unfit::NoEnricher(name) if name == "evil"), "{text}");
    let links = Links::new(mapper(""), vec![enricher('0', ""), enricher('c', "")]).unwrap();
    assert_eq!(links.shown(), "evil 0.1.0 + evil-enricher 0.1.0 + other-enricher 0.1.0");
    assert!(links.tables().contains("X_EVIL_VISITS") && links.tables().contains("X_EVIL_ENRICHER_SEEN"));
    assert_eq!(links.custom().len(), 3);
}

#[test]
fn an_enricher_without_names_sees_what_the_mapper_does() {
    let names = ["Good", "Other", "Evil", "Note", "Good"];
    let mut all = chain(mapper(""), vec![enricher('0', "")]);
    let output = map(&mut all, &names).unwrap();
    assert_eq!(seen(&output).len(), 5);
    let mut some = chain(choosy(), vec![enricher('0', "")]);
    let output = map(&mut some, &names).unwrap();
    assert_eq!(seen(&output), [(0, 1, "Good"), (2, 2, "Evil"), (4, 3, "Good")]);
    assert_eq!(calls(&output), [(0, "c0"), (2, "c2"), (4, "c4")], "places are those of the lane's batch");
    let bytes = events(&names);
    let links = Links::new(choosy(), vec![enricher('0', "")]).unwrap();
    let wanted: Vec<bool> = views(&bytes).iter().map(|view| links.want(view)).collect();
    assert_eq!(wanted, [true, false, true, false, true]);
}

#[test]
fn an_enricher_with_names_sees_those_and_what_made_rows() {
    let names = ["Good", "Other", "Note", "Good"];
    let links = Links::new(choosy(), vec![enricher('a', "add")]).unwrap();
    let bytes = events(&names);
    let wanted: Vec<bool> = views(&bytes).iter().map(|view| links.want(view)).collect();
    assert_eq!(wanted, [true, false, true, true], "the union of what all want");
    let output = Chain::open(&links, &opening()).unwrap().map(&views(&bytes)).unwrap();
    assert_eq!(seen(&output), [(0, 1, "Good"), (2, 2, "Note"), (3, 3, "Good")]);
    let added: Vec<u32> = rows(&output, "G_CALL_HISTORY").iter().map(|row| row.at).collect();
    assert_eq!(added, [0, 0, 2, 3, 3], "the mapper's and those that were added, in the order of the events");
    // It sees no rows: only the event that it names.
    let mut blind = chain(choosy(), vec![enricher('b', "change")]);
    let output = map(&mut blind, &["Good", "Good"]).unwrap();
    assert_eq!(calls(&output), [(0, "c0"), (1, "c1")], "rows that it does not see pass by it");
    assert_eq!(text(TableId::G_CALL, rows(&output, "G_CALL")[0], "CALLANI"), "+49711555001");
}

/// Session, link, directory and tick entries reach the mapper whatever it names, and an enricher that names none.
#[test]
fn entries_of_the_lane() {
    let tick = Builder::new(Kind::Tick, "tick", TIME).text("callid", "c0").finish().unwrap();
    let bookmark = Builder::new(Kind::Bookmark, "mark", TIME).finish().unwrap();
    let bytes = [tick, bookmark].concat();
    for enrichers in [enricher('0', ""), enricher('a', "")] {
        let links = Links::new(choosy(), vec![enrichers]).unwrap();
        let wanted: Vec<View<'_>> = views(&bytes).into_iter().filter(|view| links.want(view)).collect();
        assert_eq!(wanted.len(), 1, "bookmarks are the source's own");
        let output = Chain::open(&links, &opening()).unwrap().map(&wanted[..1]).unwrap();
        // The mapper makes a call of any entry, and who sees its row is given the entry.
        assert_eq!(seen(&output), [(0, 1, "tick")]);
    }
}

#[test]
fn what_was_rejected_is_seen_by_nobody() {
    let mut chain = chain(mapper(""), vec![enricher('0', "change")]);
    let output = map(&mut chain, &["Good", "Reject", "Good"]).unwrap();
    assert_eq!(output.rejections, [(1, "asked to".to_owned())]);
    assert_eq!(seen(&output), [(0, 1, "Good"), (2, 2, "Good")]);
    assert_eq!(calls(&output), [(0, "c0"), (2, "c2")]);
}

#[test]
fn rows_are_changed_dropped_and_stay_in_order() {
    let mut one = chain(mapper(""), vec![enricher('0', "change"), enricher('c', "change-again")]);
    let output = map(&mut one, &["Good", "Evil"]).unwrap();
    for row in rows(&output, "G_CALL") {
        assert_eq!(text(TableId::G_CALL, row, "CALLANI"), "+49711555001 change change-again", "one after another");
    }
    let mut dropping = chain(mapper(""), vec![enricher('0', "drop"), enricher('c', "reverse")]);
    let output = map(&mut dropping, &["Good", "Drop", "Good", "Evil"]).unwrap();
    assert_eq!(calls(&output), [(0, "c0"), (2, "c2"), (3, "c3")]);
    assert_eq!(rows(&output, "G_CALL_HISTORY").len(), 4, "what it does not see, it cannot drop");
    let tables: Vec<TableId> = output.rows.iter().map(|(table, _)| *table).collect();
    assert_eq!(tables.chunk_by(|a, b| a == b).count(), 4, "rows of a table stand together: {tables:?}");
}

/// Whatever the borders between calls are.
#[test]
fn the_rows_do_not_depend_on_borders() {
    let names = ["Good", "Note", "Reject", "Evil", "Drop", "Good", "Due", "Good"];
    let bytes = events(&names);
    let all = views(&bytes);
    let by = |mapper: Link, size: usize| -> Vec<(TableId, u32, Vec<Value>)> {
        let enrichers = vec![enricher('0', "change"), enricher('a', "add"), enricher('c', "drop")];
        let mut chain = chain(mapper, enrichers);
        let mut found = Vec::new();
        for (n, views) in all.chunks(size).enumerate() {
            let output = chain.map(views).unwrap();
            let first = u32::try_from(n * size).unwrap();
            found.extend(output.rows.into_iter().map(|(table, row)| (table, first + row.at, row.values)));
        }
        found.sort_by_key(|(table, at, _)| (*table, *at));
        found
    };
    for whose in [|| mapper(""), choosy] {
        let whole = by(whose(), names.len());
        assert!(whole.len() > 15, "{whole:?}");
        for size in [1, 2, 3, 5] {
            assert_eq!(by(whose(), size), whole, "batches of {size}");
        }
    }
}

#[test]
fn what_falls_due_is_kept() {
    let mut chain = chain(choosy(), vec![enricher('a', "")]);
    assert_eq!(map(&mut chain, &["Good"]).unwrap().due, None);
    let tick = Builder::new(Kind::Tick, "Due", TIME).finish().unwrap();
    assert_eq!(chain.map(&views(&tick)).unwrap().due, Some(TIME + 1_000_000));
    let output = map(&mut chain, &["Note", "Other"]).unwrap();
    assert_eq!(output.due, Some(TIME + 1_000_000), "a batch of which the mapper sees nothing changes nothing of it");
    assert_eq!(seen(&output).len(), 1);
    assert_eq!(map(&mut chain, &["Good"]).unwrap().due, None, "one that it sees does");
}

/// Crimes of an enricher, and a part of the reason.
const CRIMES: &[(&str, &str)] = &[
    ("loop", "limit call_ms of 300 reached"),
    ("memory", "limit memory_bytes of 67108864 reached"),
    ("trap", "the call is gone"),
    ("refuse", "plugin refused: the batch is bad"),
    ("many-rows", "limit"),
    ("rows-of-one-event", "G_CALL_HISTORY: limit rows_per_event of 4096 reached"),
    ("undeclared-table", "row of G_IR_HISTORY, which the plugin did not declare"),
    ("at-beyond", "a row of G_CALL_HISTORY is of event 1002 of a batch of 4"),
    ("move", "a row of G_CALL is of event 4294967295 of a batch of 4"),
    ("absurd-time", "G_CALL.CREATED is no moment from 1970 to 2038"),
    ("own-undeclared", "rows of a table `secrets` of its own, which it did not declare"),
    ("own-few", "X_OTHER_ENRICHER_SEEN: 1 values for 3 columns"),
    ("own-keyless", "is part of the key and none"),
];

/// The link that fails is named, and the events around the crime pass.
#[test]
fn a_crime_of_an_enricher() {
    for (case, expected) in CRIMES {
        let links = Links::new(mapper(""), vec![enricher('0', "change"), enricher('c', case)]).unwrap();
        let opening = Opening { limits: if *case == "loop" { quick() } else { limits() }, ..opening() };
        let mut before = Chain::open(&links, &opening).unwrap();
        map(&mut before, &["Good"]).unwrap();
        let states = before.snapshot().unwrap();
        let failed = map(&mut before, &["Good", "Good", "Evil", "Good"]).unwrap_err();
        assert_eq!(failed.plugin, "other-enricher 0.1.0", "{case}");
        assert!(failed.to_string().contains(expected), "{case}: {failed}");
        let mut dead = Vec::new();
        let mut chain = before;
        let mut is_broken = true;
        for name in ["Good", "Good", "Evil", "Good"] {
            if is_broken {
                chain = Chain::open(&links, &opening).unwrap();
                chain.restore(&states).unwrap();
            }
            let mapped = map(&mut chain, &[name]);
            is_broken = mapped.is_err();
            match mapped {
                Ok(output) => assert_eq!(calls(&output), [(0, "c0")], "{case}"),
                Err(failed) => dead.push((name, failed.plugin)),
            }
        }
        assert_eq!(dead, [("Evil", "other-enricher 0.1.0".to_owned())], "{case}");
    }
}

#[test]
fn crimes_of_each_export_name_their_link() {
    let open = |enrichers| Chain::open(&Links::new(mapper(""), enrichers).unwrap(), &opening());
    for (case, expected) in [("open-refuse", "unknown option `colour`"), ("open-trap", "cannot open")] {
        let failed = open(vec![enricher('0', ""), enricher('c', case)]).unwrap_err();
        assert_eq!(failed.plugin, "other-enricher 0.1.0");
        assert!(failed.to_string().contains(expected), "{failed}");
    }
    for (case, expected) in [("snapshot-refuse", "not now"), ("snapshot-trap", "nothing to keep")] {
        let failed = chain(mapper(""), vec![enricher('0', case), enricher('c', "")]).snapshot().unwrap_err();
        assert_eq!(failed.plugin, "evil-enricher 0.1.0");
        assert!(failed.to_string().contains(expected), "{failed}");
    }
    let mut trapping = chain(mapper(""), vec![enricher('0', "restore-trap")]);
    let states = trapping.snapshot().unwrap();
    let failed = trapping.restore(&states).unwrap_err();
    assert_eq!(failed.plugin, "evil-enricher 0.1.0");
    for (case, expected) in [('1', "broke off"), ('2', "a table `G_NOTHING`"), ('3', "a table `G_SYNC_CONTROL`")] {
        let text = try_described("evil-enricher", "enricher-case=", case).unwrap_err();
        assert!(text.contains(expected), "{case}: {text}");
    }
}

/// How far each enricher had come, from what it notes of the next event.
fn come(chain: &mut Chain) -> Vec<i64> {
    seen(&map(chain, &["Good"]).unwrap()).iter().map(|(_, nth, _)| nth - 1).collect()
}

#[test]
fn states_of_links_that_came_went_and_changed_places() {
    let links = |enrichers: Vec<Link>| Links::new(mapper(""), enrichers).unwrap();
    let (first, second) = (|| enricher('0', "change"), || enricher('0', "drop"));
    let mut before = Chain::open(&links(vec![first(), second()]), &opening()).unwrap();
    map(&mut before, &["Good", "Good", "Good"]).unwrap();
    let states = before.snapshot().unwrap();
    assert_eq!(
        states.iter().map(|state| state.plugin.as_str()).collect::<Vec<_>>(),
        ["evil", "evil-enricher", "evil-enricher"]
    );
    // The second one of the same name knows more: it goes by its options, not by its place.
    let mut longer = states.clone();
    longer[2].bytes = Arc::new(7_u32.to_le_bytes().to_vec());
    for (enrichers, expected) in [
        (vec![first(), second()], &[3, 7][..]),
        (vec![second(), first()], &[7, 3]),
        (vec![second()], &[7]),
        (vec![], &[]),
        (vec![first(), enricher('0', "add"), second()], &[3, 0, 7]),
        (vec![enricher('0', "reverse")], &[0]),
        (vec![first(), first()], &[3, 0]),
    ] {
        let mut chain = Chain::open(&links(enrichers), &opening()).unwrap();
        chain.restore(&longer).unwrap();
        assert_eq!(come(&mut chain), expected);
    }
    // Of another mapper, or of none.
    let mut other = Chain::open(&links(vec![first()]), &opening()).unwrap();
    let failed = other.restore(&states[1..]).unwrap_err();
    assert_eq!((failed.plugin.as_str(), failed.failure.kind()), ("evil 0.1.0", "refused"));
    let mut older = states;
    older[1].state_version = 0;
    let failed = Chain::open(&links(vec![first()]), &opening()).unwrap().restore(&older).unwrap_err();
    assert_eq!(failed.failure, Failure::Refused("state version 0 is unknown".to_owned()));
    assert_eq!(failed.plugin, "evil-enricher 0.1.0");
}

/// A mapper as it was built for the first version, with an enricher of today.
#[test]
fn the_first_version_in_a_chain() {
    let old = Link { plugin: Arc::new(super::released::first()), config: "{}".into() };
    let links = Links::new(old, vec![enricher('0', "change")]).unwrap();
    let mut chain = Chain::open(&links, &opening()).unwrap();
    let output = map(&mut chain, &["Good", "Reject", "Other"]).unwrap();
    assert_eq!(calls(&output), [(0, "c0"), (2, "c2")]);
    assert_eq!(text(TableId::G_CALL, rows(&output, "G_CALL")[0], "CALLANI"), " change");
    let states = chain.snapshot().unwrap();
    let mut next = Chain::open(&links, &opening()).unwrap();
    next.restore(&states).unwrap();
    assert_eq!(map(&mut next, &["Good"]).unwrap(), map(&mut chain, &["Good"]).unwrap());
}
