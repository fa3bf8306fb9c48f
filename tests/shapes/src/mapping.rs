//! The mapping: calls in a map, a row or two for some events.

use crate::bindings::concentrator::mapping::rows::{GCall, GPartyHistory, GUserdataHistory};
use std::collections::BTreeMap;

/// An event, in whatever shape it came.
pub trait Source {
    /// Its name.
    fn name(&self) -> &str;
    /// µs since 1970 UTC.
    fn time(&self) -> i64;
    /// Text of the first attribute of that name.
    fn text(&self, name: &str) -> Option<&str>;
}

impl<S: Source> Source for &S {
    fn name(&self) -> &str {
        S::name(self)
    }

    fn time(&self) -> i64 {
        S::time(self)
    }

    fn text(&self, name: &str) -> Option<&str> {
        S::text(self, name)
    }
}

/// Rows of a batch.
#[derive(Debug, Default)]
pub struct Rows {
    /// Of `G_CALL`.
    pub calls: Vec<GCall>,
    /// Of `G_PARTY_HISTORY`.
    pub histories: Vec<GPartyHistory>,
    /// Of `G_USERDATA_HISTORY`.
    pub data: Vec<GUserdataHistory>,
}

#[derive(Default)]
struct Call {
    created: i64,
    changes: i32,
    state: i32,
}

/// The calls that are alive.
#[derive(Default)]
pub struct Mapping(BTreeMap<String, Call>);

impl Mapping {
    /// Maps a batch.
    pub fn map<S: Source>(&mut self, events: impl Iterator<Item = S>) -> Rows {
        let mut rows = Rows::default();
        for (at, event) in (0_u32..).zip(events) {
            self.event(at, &event, &mut rows);
        }
        rows
    }

    fn event(&mut self, at: u32, event: &impl Source, rows: &mut Rows) {
        let (name, time) = (event.name(), event.time());
        let Some((id, channel)) = event.text("Linkedid").zip(event.text("Uniqueid")) else { return };
        let state = match name {
            "Newchannel" | "DialBegin" => 1,
            "Newstate" | "DialEnd" | "Unhold" | "BridgeEnter" | "AgentConnect" => 2,
            "Hold" | "BridgeLeave" | "QueueCallerLeave" => 3,
            "Hangup" => 0,
            "QueueCallerJoin" | "UserEvent" => 4,
            _ => return,
        };
        let known = self.0.contains_key(id);
        if !known {
            self.0.insert(id.to_owned(), Call { created: time, ..Call::default() });
        }
        let Some(call) = self.0.get_mut(id) else { return };
        call.changes += 1;
        let ended = state == 0 && id == channel;
        if !known || ended {
            rows.calls.push(call_row(at, id, event, call.created, ended.then_some(time)));
        }
        if state == 4 {
            rows.data.push(data_row(at, id, channel, event, call.changes));
        } else {
            rows.histories.push(history_row(at, id, channel, time, (call, state)));
        }
        call.state = state;
        if ended {
            self.0.remove(id);
        }
    }
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn call_row(at: u32, id: &str, event: &impl Source, created: i64, terminated: Option<i64>) -> GCall {
    GCall {
        at,
        callid: id.to_owned(),
        parentcallid: None,
        mergecallid: None,
        mergetype: None,
        connid: None,
        connidnum: None,
        switchcallid: Some(id.to_owned()),
        irid: Some(id.to_owned()),
        state: if terminated.is_some() { 2 } else { 1 },
        calltype: Some(2),
        mediatype: Some(1),
        mediatypename: None,
        callani: owned(event.text("CallerIDNum")),
        calldnis: owned(event.text("Exten")),
        tenantid: Some(1),
        switchid: Some(301),
        created: Some(created),
        terminated,
        lastchange: Some(event.time()),
        ext: None,
    }
}

fn history_row(at: u32, id: &str, channel: &str, time: i64, (call, state): (&Call, i32)) -> GPartyHistory {
    GPartyHistory {
        at,
        partyid: channel.to_owned(),
        pseq: Some(call.changes),
        cseq: Some(call.changes),
        changetype: Some(3),
        ccevent: Some(state),
        cceventcause: None,
        state: Some(state),
        prevstate: Some(call.state),
        prevsenter: Some(call.created),
        callid: Some(id.to_owned()),
        added: Some(time),
        ext: None,
    }
}

fn data_row(at: u32, id: &str, channel: &str, event: &impl Source, changes: i32) -> GUserdataHistory {
    GUserdataHistory {
        at,
        callid: id.to_owned(),
        partyid: Some(channel.to_owned()),
        pseq: Some(changes),
        cseq: Some(changes),
        endpointdn: owned(event.text("Channel")),
        agentid: None,
        keyname: "queue".to_owned(),
        sourcetype: Some(1),
        changetype: Some(1),
        value: owned(event.text("Queue").or_else(|| event.text("UserEvent"))),
        added: Some(event.time()),
        ext: None,
    }
}
