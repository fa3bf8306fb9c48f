//! An enricher that attacks the host, and does some harmless things that tests of the chain look at.
//!
//! It is given calls and gives them back as they are, and notes each event that it sees in a table of its own. `config`
//! names one case, as `{"case": "trap"}`: harmless ones are done at every event, crimes at an event named `Evil`.
//!
//! `describe` gets no configuration: there, the case is the last byte of [`DESCRIBE_CASE`], which a test changes in
//! the binary.

#[expect(unsafe_code, reason = "made by the bindings generator")]
mod bindings {
    wit_bindgen::generate!({ world: "enricher", path: "../../wit" });

    use super::Enricher;
    export!(Enricher);
}
mod crime;

use bindings::concentrator::mapping::host::{self, Level};
use bindings::concentrator::mapping::rows::{GCall, GCallHistory, TableRows};
use bindings::concentrator::mapping::types::{
    ColumnType, CustomColumn, CustomRow, CustomRows, CustomTable, CustomValue, Enriched, EnricherDescription, Lane,
};
use concentrator_event::{View, Views};
use std::cell::RefCell;

/// What `describe` says; a test replaces the last character in the binary.
static DESCRIBE_CASE: [u8; 15] = *b"enricher-case=0";

thread_local! {
    static STATE: RefCell<State> = const { RefCell::new(State { case: String::new(), seen: 0 }) };
}

/// All that the plugin remembers.
struct State {
    case: String,
    seen: u32,
}

struct Enricher;

impl bindings::Guest for Enricher {
    fn describe() -> EnricherDescription {
        let mut description = EnricherDescription {
            name: "evil-enricher".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            state_version: 1,
            sees: vec!["G_CALL".to_owned()],
            adds: vec!["G_CALL_HISTORY".to_owned()],
            events: Vec::new(),
            custom: vec![seen()],
        };
        match std::hint::black_box(&DESCRIBE_CASE)[14] {
            b'1' => panic!("no description"),
            b'2' => description.sees.push("G_NOTHING".to_owned()),
            b'3' => description.adds.push("G_SYNC_CONTROL".to_owned()),
            b'a' => description.events = vec!["Note".to_owned()],
            b'b' => description.sees.clear(),
            b'c' => description.name = "other-enricher".to_owned(),
            _ => {}
        }
        description
    }

    fn open(_lane: Lane, config: String) -> Result<(), String> {
        std::panic::set_hook(Box::new(|panic| host::log(Level::Error, &panic.to_string())));
        let case = config.split('"').nth(3).unwrap_or_default().to_owned();
        STATE.with_borrow_mut(|state| state.case.clone_from(&case));
        crime::open(&case)
    }

    fn enrich(batch: Vec<u8>, mut tables: Vec<TableRows>) -> Result<Enriched, String> {
        let case = STATE.with_borrow(|state| state.case.clone());
        let (mut notes, mut added) = (Vec::new(), Vec::new());
        let mut custom = Vec::new();
        for (event, at) in Views::new(&batch).zip(0..) {
            let event: View<'_> = event.map_err(|malformed| malformed.to_string())?;
            notes.push(note(at, &event));
            harmless(&case, at, &event, &mut tables, &mut added);
            if event.name() == "Evil" {
                crime::enrich(&case, at, &mut tables, &mut custom)?;
            }
        }
        if !added.is_empty() {
            tables.push(TableRows::GCallHistory(added));
        }
        custom.push(CustomRows { table: "seen".to_owned(), rows: notes });
        Ok(Enriched { tables, custom })
    }

    fn snapshot() -> Result<Vec<u8>, String> {
        let (case, seen) = STATE.with_borrow(|state| (state.case.clone(), state.seen));
        crime::snapshot(&case, seen.to_le_bytes().to_vec())
    }

    fn restore(state_version: u32, state: Vec<u8>) -> Result<(), String> {
        let case = STATE.with_borrow(|state| state.case.clone());
        crime::restore(&case, state_version)?;
        let seen = <[u8; 4]>::try_from(state).map_err(|_| "not a state of this enricher".to_owned())?;
        STATE.with_borrow_mut(|state| state.seen = u32::from_le_bytes(seen));
        Ok(())
    }
}

/// The table of what it has seen.
fn seen() -> CustomTable {
    let column = |name: &str, r#type, key| CustomColumn { name: name.to_owned(), type_: r#type, key };
    CustomTable {
        name: "seen".to_owned(),
        text: "Events that the enricher was given".to_owned(),
        columns: vec![
            column("nth", ColumnType::Integer, true),
            column("event", ColumnType::Text(64), false),
            column("callid", ColumnType::Text(64), false),
        ],
    }
}

/// A row of it, with the number of the event since the enricher's begin.
fn note(at: u32, event: &View<'_>) -> CustomRow {
    let nth = STATE.with_borrow_mut(|state| {
        state.seen += 1;
        state.seen
    });
    let text = |text: &str| CustomValue::Text(text.to_owned());
    let callid = event.text("callid").map_or(CustomValue::None, text);
    CustomRow { at, values: vec![CustomValue::Integer(nth.into()), text(event.name()), callid] }
}

/// What an enricher is for.
fn harmless(case: &str, at: u32, event: &View<'_>, tables: &mut [TableRows], added: &mut Vec<GCallHistory>) {
    let callid = event.text("callid").unwrap_or_default();
    match case {
        "change" | "change-again" => {
            for call in calls(tables).filter(|call| call.at == at) {
                call.callani = Some(format!("{} {case}", call.callani.as_deref().unwrap_or_default()));
            }
        }
        "drop" => tables.iter_mut().for_each(|table| {
            if let TableRows::GCall(calls) = table {
                calls.retain(|call| call.at != at || event.name() != "Drop");
            }
        }),
        "reverse" if at == 0 => tables.iter_mut().for_each(|table| {
            if let TableRows::GCall(calls) = table {
                calls.reverse();
            }
        }),
        "add" => added.push(history(at, callid)),
        _ => {}
    }
}

/// The calls among the rows.
fn calls(tables: &mut [TableRows]) -> impl Iterator<Item = &mut GCall> {
    let calls = tables.iter_mut().filter_map(|table| match table {
        TableRows::GCall(calls) => Some(calls),
        _ => None,
    });
    calls.flatten()
}

/// A change of a call.
fn history(at: u32, callid: &str) -> GCallHistory {
    GCallHistory {
        at,
        callid: callid.to_owned(),
        cseq: Some(99),
        changetype: Some(1),
        refid: None,
        added: Some(1_700_000_000_000_000),
        ext: None,
    }
}
