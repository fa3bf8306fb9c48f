//! A mapper for the first released version of the contract, `wit/released/0.1.0`.
//!
//! Every event becomes a call, and the state is how many there were. Its binary as it was built when that version was
//! the newest stands in `tests/data/released/0.1.0`: plugins of authors who do not rebuild are like it.

#[expect(unsafe_code, reason = "made by the bindings generator")]
mod bindings {
    wit_bindgen::generate!({ world: "mapper", path: "../../wit/released/0.1.0" });

    use super::First;
    export!(First);
}

use bindings::concentrator::mapping::host::{Level, log};
use bindings::concentrator::mapping::rows::{GCall, TableRows};
use bindings::concentrator::mapping::types::{Description, Lane, Output, Rejection};
use concentrator_event::{Kind, View, Views};
use std::cell::Cell;

thread_local! {
    static CALLS: Cell<i64> = const { Cell::new(0) };
}

struct First;

impl bindings::Guest for First {
    fn describe() -> Description {
        Description {
            name: "first".to_owned(),
            version: "0.1.0".to_owned(),
            state_version: 1,
            tables: vec!["G_CALL".to_owned()],
            events: Vec::new(),
        }
    }

    fn open(_lane: Lane, config: String) -> Result<(), String> {
        if config == "{}" { Ok(()) } else { Err("there are no options".to_owned()) }
    }

    fn map(batch: Vec<u8>) -> Result<Output, String> {
        let (mut calls, mut rejections, mut unknown) = (Vec::new(), Vec::new(), 0);
        for (event, at) in Views::new(&batch).zip(0..) {
            let event: View<'_> = event.map_err(|malformed| malformed.to_string())?;
            match event.text("callid") {
                Some(callid) => calls.push(call(at, callid, event.time())),
                None if event.kind() == Kind::Source => unknown += 1,
                None => {}
            }
            if event.name() == "Reject" {
                rejections.push(Rejection { at, reason: "asked to".to_owned() });
            }
        }
        log(Level::Debug, "mapped");
        Ok(Output { tables: vec![TableRows::GCall(calls)], rejections, unknown, due: None })
    }

    fn snapshot() -> Result<Vec<u8>, String> {
        Ok(CALLS.get().to_le_bytes().to_vec())
    }

    fn restore(_state_version: u32, state: Vec<u8>) -> Result<(), String> {
        let calls = <[u8; 8]>::try_from(state).map_err(|_| "not a state of this plugin".to_owned())?;
        CALLS.set(i64::from_le_bytes(calls));
        Ok(())
    }
}

/// The call, with its number since the begin as its state.
fn call(at: u32, callid: &str, time: i64) -> GCall {
    let nth = CALLS.get() + 1;
    CALLS.set(nth);
    GCall {
        at,
        callid: callid.to_owned(),
        parentcallid: None,
        mergecallid: None,
        mergetype: None,
        connid: None,
        connidnum: nth.try_into().ok(),
        switchcallid: None,
        irid: None,
        state: 1,
        calltype: Some(2),
        mediatype: None,
        mediatypename: None,
        callani: None,
        calldnis: None,
        tenantid: None,
        switchid: None,
        created: Some(time),
        terminated: None,
        lastchange: Some(time),
        ext: None,
    }
}
