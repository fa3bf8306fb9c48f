//! A plugin that attacks the host.
//!
//! It maps every event to a call and its history, as a harmless plugin would. `plugin_config` names one crime, as
//! `{"case": "loop"}`, and an event named `Evil` is the occasion on which it is committed; events with other names
//! pass, so that a test sees what the crime costs. Crimes of `open`, `snapshot` and `restore` need no event.
//!
//! `describe` gets no configuration: there, the crime is the last byte of [`DESCRIBE_CASE`], which a test changes in
//! the binary.

#[expect(unsafe_code, reason = "made by the bindings generator")]
mod bindings {
    wit_bindgen::generate!({ world: "mapper", path: "../../wit" });

    use super::Evil;
    export!(Evil);
}
mod crime;
mod harmless;

use bindings::concentrator::mapping::host::{self, Level};
use bindings::concentrator::mapping::types::{Description, Lane, Output, Rejection};
use concentrator_event::{View, Views};
use std::cell::RefCell;

/// What `describe` does; a test replaces the digit in the binary.
static DESCRIBE_CASE: [u8; 15] = *b"describe-case=0";

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
            custom: Vec::new(),
        };
        crime::describe(std::hint::black_box(&DESCRIBE_CASE)[14], &mut description);
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
        let mut rows = harmless::Rows::default();
        for (event, at) in Views::new(&batch).zip(0..) {
            let event: View<'_> = event.map_err(|malformed| malformed.to_string())?;
            STATE.with_borrow_mut(|state| state.seen += 1);
            rows.add(at, &event);
            if event.name() == "Evil" {
                crime::map(&case, at, &mut rows, &mut output)?;
            } else if event.name() == "Reject" {
                output.rejections.push(Rejection { at, reason: "asked to".to_owned() });
            }
        }
        rows.into_tables(&mut output.tables);
        Ok(output)
    }

    fn snapshot() -> Result<Vec<u8>, String> {
        let (case, seen) = STATE.with_borrow(|state| (state.case.clone(), state.seen));
        crime::snapshot(&case, seen.to_le_bytes().to_vec())
    }

    fn restore(state_version: u32, state: Vec<u8>) -> Result<(), String> {
        let case = STATE.with_borrow(|state| state.case.clone());
        crime::restore(&case, state_version)?;
        let seen = <[u8; 8]>::try_from(state).map_err(|_| "not a state of this plugin".to_owned())?;
        STATE.with_borrow_mut(|state| state.seen = u64::from_le_bytes(seen));
        Ok(())
    }
}
