//! What a harmless plugin would do: every event becomes a call with its history.

use crate::bindings::concentrator::mapping::rows::{GCall, GCallHistory, TableRows};
use concentrator_event::View;

/// Rows of one batch.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) calls: Vec<GCall>,
    pub(crate) histories: Vec<GCallHistory>,
}

impl Rows {
    /// Maps an event, if it is one of a call.
    pub(crate) fn add(&mut self, at: u32, event: &View<'_>) {
        let Some(callid) = event.text("callid") else { return };
        self.calls.push(call(at, callid, event.time()));
        self.histories.push(history(at, callid, event.time()));
    }

    /// Changes the call that was added last.
    pub(crate) fn differ(&mut self, word: Option<String>) {
        if let (Some(word), Some(call)) = (word, self.calls.last_mut()) {
            call.switchcallid = Some(word);
        }
    }

    /// Puts the rows into the output.
    pub(crate) fn into_tables(self, tables: &mut Vec<TableRows>) {
        tables.push(TableRows::GCall(self.calls));
        tables.push(TableRows::GCallHistory(self.histories));
    }
}

/// A call with most of its columns filled.
pub(crate) fn call(at: u32, callid: &str, time: i64) -> GCall {
    GCall {
        at,
        callid: callid.to_owned(),
        parentcallid: None,
        mergecallid: None,
        mergetype: None,
        connid: Some("006a02b1c3d4e5f6".to_owned()),
        connidnum: Some(u64::MAX),
        switchcallid: Some(callid.to_owned()),
        irid: Some(callid.to_owned()),
        state: 1,
        calltype: Some(2),
        mediatype: Some(1),
        mediatypename: None,
        callani: Some("+49711555001".to_owned()),
        calldnis: Some("8001".to_owned()),
        tenantid: Some(1),
        switchid: Some(101),
        created: Some(time),
        terminated: None,
        lastchange: Some(time),
        ext: None,
    }
}

/// A change of a call.
pub(crate) fn history(at: u32, callid: &str, time: i64) -> GCallHistory {
    GCallHistory {
        at,
        callid: callid.to_owned(),
        cseq: Some(1),
        changetype: Some(1),
        refid: None,
        added: Some(time),
        ext: None,
    }
}
