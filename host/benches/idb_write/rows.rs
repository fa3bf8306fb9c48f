//! Rows as a contact centre makes them, for the tests and the measurement of the IDB: inbound calls through a queue to
//! an agent, eight events each, several calls at a time.

use super::event::{Micros, Seq};
use super::record::{Ext, Row, Stamp, TableId, Value, table};

/// Monday, 2025-03-03 08:00 UTC.
pub(super) const START: Micros = 1_740_988_800_000_000;
/// Calls that go on at the same time.
const AT_ONCE: u64 = 20;
/// Events of a call.
pub(super) const EVENTS: u64 = 8;
/// Time between two events.
const PACE: Micros = 350_000;

/// The rows of `calls` calls, of which the first is number `from`, in the order of their events; the first event has
/// the position `from * EVENTS + 1`.
pub(super) fn rows(from: u64, calls: u64) -> Vec<(TableId, Stamp, Row)> {
    let mut out = Vec::new();
    let mut group = from;
    while group < from + calls {
        let end = (group + AT_ONCE).min(from + calls);
        let first = group * EVENTS + 1;
        for step in 0..EVENTS {
            for call in group..end {
                let seq = first + step * (end - group) + (call - group);
                event(&mut Event { seq, time: START + micros(seq) * PACE, call, out: &mut out }, step);
            }
        }
        group = end;
    }
    out
}

struct Event<'a> {
    seq: Seq,
    time: Micros,
    call: u64,
    out: &'a mut Vec<(TableId, Stamp, Row)>,
}

fn micros(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn event(event: &mut Event<'_>, step: u64) {
    match step {
        0 => created(event),
        1 | 2 => event.user_data(step),
        3 => event.queued(),
        4 => event.offered(),
        5 => event.answered(),
        6 => event.user_data(step),
        _ => event.ended(),
    }
}

fn created(event: &mut Event<'_>) {
    event.interaction(1);
    event.call_row(1);
    event.party(0, 10, 1);
    event.user_data(0);
}

impl Event<'_> {
    fn put(&mut self, id: TableId, values: &[(&str, Value)], gone: bool) {
        let columns = table(id).columns;
        let value = |name: &str| values.iter().find(|(column, _)| *column == name).map(|(_, value)| value.clone());
        let values = columns.iter().map(|column| value(column.name).unwrap_or(Value::Null)).collect();
        let ext = (id == TableId::G_CALL_STAT).then(|| Box::new(Ext { vch1: Some("1001".into()), ..Ext::default() }));
        let of_event = self.out.iter().rev().take_while(|(_, stamp, _)| stamp.seq == self.seq);
        let ordinal = u32::try_from(of_event.filter(|(table, ..)| *table == id).count()).unwrap_or_default();
        let dss_id = Some(1);
        let stamp = Stamp { seq: self.seq, ordinal, dss_id, time: self.time };
        self.out.push((id, stamp, Row { at: 0, gone, object_id: 0, values, ext }));
    }

    /// An id as plugins derive them: nothing that sorts by time.
    fn guid(&self, kind: u64) -> Value {
        let mixed = (self.call * 8 + kind).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Value::Text(format!("{mixed:016x}-5bd1-{kind:04}-{:012x}", self.call))
    }

    fn time(&self) -> Value {
        Value::Time(self.time)
    }

    fn agent(&self) -> Value {
        Value::Integer(micros(1000 + self.call % 200))
    }

    fn interaction(&mut self, state: i64) {
        let ended = if state == 2 { self.time() } else { Value::Null };
        let values = [
            ("IRID", self.guid(0)),
            ("STATE", Value::Integer(state)),
            ("ROOTCALLID", self.guid(1)),
            ("CREATED", self.time()),
            ("TERMINATED", ended),
            ("LASTCHANGE", self.time()),
        ];
        self.put(TableId::G_IR, &values, false);
        self.put(TableId::G_IR_ACTIVE, &values, state == 2);
        let change = [("IRID", self.guid(0)), ("CHANGETYPE", Value::Integer(state)), ("ADDED", self.time())];
        self.put(TableId::G_IR_HISTORY, &change, false);
    }

    fn call_row(&mut self, state: i64) {
        let ended = if state == 2 { self.time() } else { Value::Null };
        let values = [
            ("CALLID", self.guid(1)),
            ("CONNID", Value::Text(format!("{:016x}", self.call))),
            ("CONNIDNUM", Value::Unsigned(if self.call.is_multiple_of(7) { u64::MAX - self.call } else { self.call })),
            ("IRID", self.guid(0)),
            ("STATE", Value::Integer(state)),
            ("CALLTYPE", Value::Integer(2)),
            ("MEDIATYPE", Value::Integer(0)),
            ("CALLANI", Value::Text(format!("+4930{:07}", self.call % 10_000_000))),
            ("CALLDNIS", Value::Text("8000".to_owned())),
            ("CREATED", self.time()),
            ("TERMINATED", ended),
            ("LASTCHANGE", self.time()),
        ];
        self.put(TableId::G_CALL, &values, false);
        self.put(TableId::G_CALL_ACTIVE, &values, state == 2);
        let change = [("CALLID", self.guid(1)), ("CHANGETYPE", Value::Integer(state)), ("ADDED", self.time())];
        self.put(TableId::G_CALL_HISTORY, &change, false);
    }

    fn party(&mut self, number: u64, state: i64, change: i64) {
        let ended = if change == 2 { self.time() } else { Value::Null };
        let values = [
            ("PARTYID", self.guid(2 + number)),
            ("PARTYGUID", self.guid(2 + number)),
            ("TYPE", Value::Integer(if number == 0 { 2 } else { 1 })),
            ("PROLE", Value::Integer(micros(number) + 1)),
            ("CALLID", self.guid(1)),
            ("STATE", Value::Integer(state)),
            ("ENDPOINTDN", Value::Text(format!("{}", 1000 + self.call % 200))),
            ("AGENTID", if number == 0 { Value::Integer(0) } else { self.agent() }),
            ("QUEUEDN", Value::Text("sales".to_owned())),
            ("CREATED", self.time()),
            ("TERMINATED", ended),
            ("LASTCHANGE", self.time()),
        ];
        self.put(TableId::G_PARTY, &values, false);
        let history = [
            ("PARTYID", self.guid(2 + number)),
            ("CHANGETYPE", Value::Integer(change)),
            ("CCEVENT", Value::Integer(64)),
            ("STATE", Value::Integer(state)),
            ("PREVSENTER", Value::Time(self.time - PACE)),
            ("CALLID", self.guid(1)),
            ("ADDED", self.time()),
        ];
        self.put(TableId::G_PARTY_HISTORY, &history, false);
        if change == 2 {
            let seconds = Value::Integer(micros(self.call % 300));
            self.put(TableId::G_PARTY_STAT, &[("PARTYID", self.guid(2 + number)), ("TT_CONNECTED", seconds)], false);
        }
    }

    fn user_data(&mut self, step: u64) {
        for key in ["CustomerSegment", "Language", "Campaign"] {
            let values = [
                ("CALLID", self.guid(1)),
                ("PARTYID", self.guid(2)),
                ("ENDPOINTDN", Value::Text("8000".to_owned())),
                ("KEYNAME", Value::Text(format!("{key}{step}"))),
                ("CHANGETYPE", Value::Integer(1)),
                ("VALUE", Value::Text(format!("of the {key} of call {}, größer", self.call))),
                ("ADDED", self.time()),
            ];
            self.put(TableId::G_USERDATA_HISTORY, &values, false);
        }
    }

    fn queue(&mut self, state: i64, cause: Value) {
        let ended = if state == 2 { self.time() } else { Value::Null };
        let values = [
            ("VQID", self.guid(5)),
            ("ORIGCALLID", self.guid(1)),
            ("ENDPOINTDN", Value::Text("sales".to_owned())),
            ("STATE", Value::Integer(state)),
            ("CAUSE", cause),
            ("CREATED", self.time()),
            ("TERMINATED", ended),
            ("ADDED", self.time()),
        ];
        self.put(TableId::G_VIRTUAL_QUEUE, &values, false);
        self.put(TableId::G_ROUTE_RES_VQ_HIST, &values, false);
    }

    fn agent_state(&mut self, state: i64) {
        let values = [
            ("TYPE", Value::Integer(5)),
            ("STATE", Value::Integer(state)),
            ("LOGINSESSIONID", Value::Text(format!("session-of-{}", self.call % 200))),
            ("AGENTID", self.agent()),
            ("CALLID", self.guid(1)),
            ("ADDED", self.time()),
        ];
        self.put(TableId::G_AGENT_STATE_HISTORY, &values, false);
    }

    fn queued(&mut self) {
        self.queue(1, Value::Null);
        self.party(0, 9, 3);
    }

    fn offered(&mut self) {
        self.party(1, 10, 1);
        let values = [
            ("CALLID", self.guid(1)),
            ("RTARGETAGENTSELECTED", Value::Text(format!("agent {}", self.call % 200))),
            ("CREATED", self.time()),
        ];
        self.put(TableId::G_ROUTE_RESULT, &values, false);
    }

    fn answered(&mut self) {
        self.queue(2, Value::Integer(1));
        self.party(0, 12, 3);
        self.party(1, 12, 3);
        self.agent_state(5);
    }

    fn ended(&mut self) {
        self.party(0, 0, 2);
        self.party(1, 0, 2);
        self.call_row(2);
        self.interaction(2);
        let duration = Value::Integer(micros(self.call % 300));
        self.put(TableId::G_CALL_STAT, &[("CALLID", self.guid(1)), ("T_DURATION", duration)], false);
        self.agent_state(2);
    }
}
