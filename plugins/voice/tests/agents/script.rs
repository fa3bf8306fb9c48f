//! Writes the events of a made-up flow of agents, data and calls, and checks what holds for the rows of all of them.
#![allow(dead_code, reason = "not every test binary tells every flow")]

use concentrator_sdk::{
    Mapper, mapper,
    testing::{self, Database, Row},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use voice::Voice;

/// When all flows begin.
pub(crate) const BEGIN: i64 = 1_800_000_000_000_000;
const SECOND: i64 = 1_000_000;

/// What a flow has said so far.
#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) now: i64,
    pub(crate) lines: Vec<String>,
    pub(crate) config: String,
}

pub(crate) fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn number(row: &Row, column: &str) -> i64 {
    row.get(column).and_then(Value::as_i64).unwrap_or_default()
}

/// Seconds since the flow began; -1 if the column is empty.
pub(crate) fn at(row: &Row, column: &str) -> i64 {
    row.get(column).and_then(Value::as_i64).map_or(-1, |time| (time - BEGIN).div_euclid(SECOND))
}

impl Script {
    pub(crate) fn new() -> Self {
        let mut script =
            Self { now: BEGIN, lines: Vec::new(), config: r#"{"interruption_confirm_seconds": 60}"#.to_owned() };
        script.session(1);
        script
    }

    pub(crate) fn with(config: &Value) -> Self {
        Self { config: config.to_string(), ..Self::new() }
    }

    fn line(&mut self, kind: &str, name: &str, attributes: &Value) -> &mut Self {
        let line =
            json!({"kind": kind, "name": name, "time": self.now, "received": self.now, "attributes": attributes});
        self.lines.push(line.to_string());
        self
    }

    /// An event; attributes as a JSON object, lists as objects or arrays of pairs in it.
    pub(crate) fn say(&mut self, name: &str, attributes: Value) -> &mut Self {
        let mut pairs = Vec::new();
        for (name, value) in attributes.as_object().unwrap() {
            let value = match value.as_object() {
                Some(list) => list.iter().map(|(key, value)| json!([key, value])).collect(),
                None => value.clone(),
            };
            pairs.push(json!([name, value]));
        }
        self.line("source", name, &Value::Array(pairs))
    }

    pub(crate) fn session(&mut self, opening: i64) -> &mut Self {
        self.line("session-opened", "SessionOpened", &json!([["opening", opening]]))
    }

    pub(crate) fn tick(&mut self) -> &mut Self {
        self.line("tick", "Tick", &json!([]))
    }

    pub(crate) fn no_data(&mut self) -> &mut Self {
        self.line("session-no-data", "SessionNoData", &json!([]))
    }

    /// So many seconds later.
    pub(crate) fn later(&mut self, seconds: i64) -> &mut Self {
        self.now += seconds * SECOND;
        self
    }

    /// What an agent does at a device: the event's name without `EventAgent`.
    pub(crate) fn agent(&mut self, what: &str, dn: &str, agent: &str, more: Value) -> &mut Self {
        let mut attributes = json!({"ThisDN": dn});
        if !agent.is_empty() {
            attributes["AgentID"] = json!(agent);
        }
        for (name, value) in more.as_object().unwrap() {
            attributes[name] = value.clone();
        }
        self.say(&format!("EventAgent{what}"), attributes)
    }

    /// An event of a call: the event's name without `Event`.
    pub(crate) fn call(&mut self, what: &str, conn: u64, dn: &str, other: &str, more: Value) -> &mut Self {
        let mut attributes = json!({
            "ThisDN": dn, "OtherDN": other, "ConnID": format!("{conn:016x}"), "CallID": conn, "CallType": 2,
        });
        for (name, value) in more.as_object().unwrap() {
            attributes[name] = value.clone();
        }
        self.say(&format!("Event{what}"), attributes)
    }

    /// A caller from outside reaches the device and is answered there.
    pub(crate) fn inbound(&mut self, conn: u64, dn: &str) -> &mut Self {
        self.call("Ringing", conn, dn, "0301", json!({"ThisDNRole": 2, "OtherDNRole": 1, "CallState": 0}))
            .later(5)
            .call("Established", conn, dn, "0301", json!({"ThisDNRole": 2, "OtherDNRole": 1}))
    }

    pub(crate) fn released(&mut self, conn: u64, dn: &str) -> &mut Self {
        self.call("Released", conn, dn, "0301", json!({"ThisDNRole": 2, "OtherDNRole": 1, "CallState": 0}))
    }

    fn open(&self) -> Voice {
        Voice::open(testing::lane(), &self.config).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The rows; events one by one, with the state saved and taken again after each, must give the same ones.
    pub(crate) fn rows(&self) -> Database {
        let events: Vec<_> = self.lines.iter().map(|line| testing::flat(line)).collect();
        let whole = testing::map::<Voice>(&mut self.open(), &events, 0);
        let mut one_by_one = Vec::new();
        let mut mapper = self.open();
        for (at, event) in events.iter().enumerate() {
            let state = mapper.snapshot().unwrap();
            mapper = self.open();
            mapper::restore(&mut mapper, Voice::STATE_VERSION, &state).unwrap();
            one_by_one.extend(testing::map(&mut mapper, std::slice::from_ref(event), at));
        }
        let differs = whole.iter().zip(&one_by_one).find(|(one, other)| one != other);
        assert!(differs.is_none() && whole.len() == one_by_one.len(), "snapshots change rows: {differs:?}");
        let database = Database::of(&whole);
        check(&self.lines.join("\n"), &database);
        database
    }
}

/// What holds for all flows.
pub(crate) fn check(what: &str, database: &Database) {
    testing::check_invariants(what, database);
    states_have_sums(what, database);
    work_modes_have_sums(what, database);
    sessions_do_not_overlap(what, database);
    reasons_lie_inside(what, database);
}

/// States of a session follow each other without a gap, and G_AGENT_STAT has their sums.
fn states_have_sums(what: &str, database: &Database) {
    let mut last: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    let mut sums: BTreeMap<(&str, i64), (i64, i64)> = BTreeMap::new();
    for row in database.rows("G_AGENT_STATE_HISTORY").iter().filter(|row| number(row, "type_") == 5) {
        let (session, state, time) = (text(row, "loginsessionid"), number(row, "state"), number(row, "added"));
        if let Some((state, since)) = last.insert(session, (state, time)) {
            assert!(since <= time, "{what}\na state begins before the one before it: {row}");
            sums.entry((session, state)).or_default().0 += time - since;
        }
        sums.entry((session, state)).or_default().1 += 1;
    }
    let ended = database.rows("G_LOGIN_SESSION").iter().filter(|row| number(row, "state") == 2);
    for session in ended.map(|row| text(row, "loginsessionid")) {
        for state in 1..=5 {
            let (time, count) = sums.get(&(session, state)).copied().unwrap_or_default();
            let stat = database
                .rows("GS_AGENT_STAT")
                .iter()
                .find(|row| text(row, "sessionid") == session && number(row, "state") == state);
            let told = stat.map_or((0, 0), |row| (number(row, "tt_state"), number(row, "cnt_state")));
            assert_eq!(told, (time / SECOND, count), "{what}\n{session} in state {state}");
        }
    }
}

/// GS_AGENT_STAT_WM has the sums of the work modes of sessions that have ended.
fn work_modes_have_sums(what: &str, database: &Database) {
    for session in database.rows("G_LOGIN_SESSION").iter().filter(|row| number(row, "state") == 2) {
        let id = text(session, "loginsessionid");
        let history = database.rows("G_AGENT_STATE_HISTORY").iter();
        let of_session = history.filter(|row| text(row, "loginsessionid") == id);
        let ended = of_session.clone().map(|row| number(row, "added")).max().unwrap_or_default();
        let modes: Vec<_> = of_session
            .filter(|row| number(row, "type_") == 7)
            .map(|row| (number(row, "workmode"), number(row, "added")))
            .chain([(0, ended)])
            .collect();
        for mode in 1..8 {
            let spans = modes.windows(2).filter(|pair| pair[0].0 == mode);
            let (time, count) = spans.fold((0, 0), |(time, count), pair| (time + pair[1].1 - pair[0].1, count + 1));
            let told = database
                .rows("GS_AGENT_STAT_WM")
                .iter()
                .find(|row| text(row, "sessionid") == id && number(row, "workmode") == mode)
                .map_or((0, 0), |row| (number(row, "tt_state"), number(row, "cnt_state")));
            assert_eq!(told, (time / SECOND, count), "{what}\n{id} in work mode {mode}");
        }
    }
}

/// An agent has one session at a time, a device one agent.
fn sessions_do_not_overlap(what: &str, database: &Database) {
    let ends = |row: &Row| row.get("terminated").and_then(Value::as_i64).unwrap_or(i64::MAX);
    for (table, key) in [("G_LOGIN_SESSION", "agentid"), ("GX_SESSION_ENDPOINT", "endpointid")] {
        let mut spans: BTreeMap<i64, Vec<(i64, i64, &str)>> = BTreeMap::new();
        for row in database.rows(table) {
            let span = (number(row, "created"), ends(row), text(row, "loginsessionid"));
            spans.entry(number(row, key)).or_default().push(span);
        }
        for (of, mut spans) in spans {
            spans.sort_unstable();
            for pair in spans.windows(2) {
                let together = pair[0].2 == pair[1].2 || pair[0].1 <= pair[1].0;
                assert!(together, "{what}\n{table}: two sessions of {of}: {pair:?}");
            }
        }
    }
}

/// A reason that has ended lies inside its session.
fn reasons_lie_inside(what: &str, database: &Database) {
    for reason in database.rows("G_AGENT_STATE_RC") {
        let session = database
            .rows("G_LOGIN_SESSION")
            .iter()
            .find(|row| text(row, "loginsessionid") == text(reason, "sessionid"))
            .unwrap();
        let ended = session.get("terminated").and_then(Value::as_i64).unwrap_or(i64::MAX);
        let inside = number(reason, "created") >= number(session, "created") && number(reason, "terminated") <= ended;
        assert!(inside, "{what}\na reason outside its session: {reason}");
    }
}

/// The states of all sessions in their order: `seconds:state`.
pub(crate) fn states(database: &Database) -> String {
    let rows = database.rows("G_AGENT_STATE_HISTORY").iter().filter(|row| number(row, "type_") == 5);
    rows.map(|row| format!("{}:{}", at(row, "added"), number(row, "state"))).collect::<Vec<_>>().join(" ")
}

/// A small generator of numbers (xorshift): the same for a seed on every machine.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}
