//! A plugin that attacks the host.
//!
//! It maps every event to a call and its history, as a harmless plugin would. `plugin_config` names one crime, as
//! `{"case": "loop"}`, and an event named `Evil` is the occasion on which it is committed; events with other names
//! pass, so that a test sees what the crime costs. Crimes of `open`, `snapshot` and `restore` need no event. An event
//! names its call itself, so a forged key is any other lane's `callid`.
//!
//! `describe` gets no configuration: there, the crime is the last byte of [`DESCRIBE_CASE`], which a test changes in
//! the binary.
//!
//! What no compiler would make – pointers into nowhere, lengths that overflow, code that cannot be compiled – is
//! written by hand in the host's tests (`host/src/plugin/tests/lies.rs`, `bombs.rs`).
//!
//! The case `counts` is no crime: the column SWITCHCALLID of the event `Evil` tells what its state has counted.
//!
//! # Not deterministic
//! Cases that a double run must find (`differ.rs`); the column SWITCHCALLID of the event `Evil` is what differs.
//!
//! | case | the row depends on | found by comparing |
//! |---|---|---|
//! | `differs-by-calls` | how often `map` was called | other borders of batches |
//! | `differs-by-batch` | how many events the batch has | other borders of batches |
//! | `differs-by-hidden` | events seen since the start, which no snapshot holds | a snapshot in between, restored |
//! | `differs-by-restore` | whether the state was restored | a snapshot in between, restored |
//! | `differs-by-snapshot` | how many snapshots were taken | a snapshot in between, not restored |
//! | `differs-by-address` | where in the memory something lies | other borders of batches, or a restored snapshot |
//! | `differs-by-memory` | memory that nobody has written | other borders of batches, or a restored snapshot |
//! | `restore-lies` | a state that `restore` accepts and forgets | a snapshot in between, restored |
//! | `snapshot-differs` | – (only the state's bytes do) | two snapshots of one position |
//! | `snapshot-grows` | – (the state grows with each snapshot) | two snapshots of one position |

#[expect(unsafe_code, reason = "made by the bindings generator")]
mod bindings {
    wit_bindgen::generate!({ world: "mapper", path: "../../wit" });

    use super::Evil;
    export!(Evil);
}
mod crime;
mod description;
mod differ;
mod harmless;
mod own;

use bindings::concentrator::mapping::host::{self, Level};
use bindings::concentrator::mapping::types::{Description, Lane, Output, Rejection};
use concentrator_event::{View, Views};
use std::cell::RefCell;

/// What `describe` does; a test replaces the last character in the binary.
static DESCRIBE_CASE: [u8; 15] = *b"describe-case=0";

/// What an event counts; a test replaces the last character in the binary, which makes another version of the plugin.
static STEP: [u8; 6] = *b"step=1";

thread_local! {
    static STATE: RefCell<State> = const { RefCell::new(State { case: String::new(), seen: 0 }) };
}

/// All that the plugin remembers.
struct State {
    case: String,
    seen: u64,
}

struct Evil;

impl bindings::Guest for Evil {
    fn describe() -> Description {
        std::panic::set_hook(Box::new(|panic| host::log(Level::Error, &panic.to_string())));
        let mut description = Description {
            name: "evil".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            state_version: 1,
            tables: ["G_CALL", "G_CALL_HISTORY", "G_CALL_ACTIVE", "GC_AGENT"].map(str::to_owned).to_vec(),
            events: Vec::new(),
            custom: vec![own::visits()],
        };
        description::change(std::hint::black_box(&DESCRIBE_CASE)[14], &mut description);
        description
    }

    fn open(_lane: Lane, config: String) -> Result<(), String> {
        std::panic::set_hook(Box::new(|panic| host::log(Level::Error, &panic.to_string())));
        // A whole JSON reader would be the largest part of this plugin.
        let case = config.split('"').nth(3).unwrap_or_default().to_owned();
        STATE.with_borrow_mut(|state| state.case.clone_from(&case));
        crime::open(&case)
    }

    fn map(batch: Vec<u8>) -> Result<Output, String> {
        let mut output =
            Output { tables: Vec::new(), custom: Vec::new(), rejections: Vec::new(), unknown: 0, due: None };
        let case = STATE.with_borrow(|state| state.case.clone());
        differ::called(&batch);
        let mut rows = harmless::Rows::default();
        for (event, at) in Views::new(&batch).zip(0..) {
            let event: View<'_> = event.map_err(|malformed| malformed.to_string())?;
            let seen = STATE.with_borrow_mut(|state| {
                state.seen += u64::from(std::hint::black_box(&STEP)[5] - b'0');
                state.seen
            });
            rows.add(at, &event);
            if event.name() == "Evil" {
                rows.differ(differ::word(&case, seen));
                crime::map(&case, at, &mut rows, &mut output)?;
                output.custom.extend(own::rows(&case, at, &event));
            } else if event.name() == "Reject" {
                output.rejections.push(Rejection { at, reason: "asked to".to_owned() });
            } else if event.name() == "Due" {
                output.due = Some(event.time() + 1_000_000);
            }
        }
        rows.into_tables(&mut output.tables);
        Ok(output)
    }

    fn snapshot() -> Result<Vec<u8>, String> {
        let (case, seen) = STATE.with_borrow(|state| (state.case.clone(), state.seen));
        crime::snapshot(&case, differ::snapshots(), seen.to_le_bytes().to_vec())
    }

    fn restore(state_version: u32, state: Vec<u8>) -> Result<(), String> {
        let case = STATE.with_borrow(|state| state.case.clone());
        crime::restore(&case, state_version)?;
        differ::restored();
        // What some cases append is nobody's business.
        let (seen, _) = state.split_first_chunk().ok_or("not a state of this plugin")?;
        if case != "restore-lies" {
            STATE.with_borrow_mut(|state| state.seen = u64::from_le_bytes(*seen));
        }
        Ok(())
    }
}
