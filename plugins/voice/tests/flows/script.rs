//! Writes the events of a made-up flow, as a voice server would send them.
#![allow(dead_code, reason = "not every test binary tells every flow")]

use concentrator_sdk::{
    Mapper,
    testing::{self, Database, Row},
};
use serde_json::{Value, json};
use voice::Voice;

/// When all flows begin: µs since 1970 UTC.
pub(crate) const START: i64 = 1_800_000_000_000_000;

/// What a flow has said so far.
pub(crate) struct Script {
    pub(crate) now: i64,
    pub(crate) lines: Vec<Value>,
    calls: Vec<(u64, i64, String)>,
    config: String,
}

pub(crate) fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn number(row: &Row, column: &str) -> i64 {
    row.get(column).and_then(Value::as_i64).unwrap_or_default()
}

/// The connection id that a flow calls by a short number.
pub(crate) fn conn(short: u64) -> String {
    format!("{:016x}", 0x0067_0255_0000_0000 + short)
}

/// CallType of an inbound call.
pub(crate) const INBOUND: i64 = 2;
/// CallType of an internal call.
pub(crate) const INTERNAL: i64 = 1;
/// CallType of an outbound call.
pub(crate) const OUTBOUND: i64 = 3;
/// CallType of a consultation.
pub(crate) const CONSULT: i64 = 4;

impl Script {
    pub(crate) fn new() -> Self {
        Self::with(r#"{"interruption_confirm_seconds": 60}"#)
    }

    pub(crate) fn with(config: &str) -> Self {
        let mut script = Self { now: START, lines: Vec::new(), calls: Vec::new(), config: config.to_owned() };
        script.session(1, false);
        script
    }

    fn line(&mut self, kind: &str, name: &str, attributes: Vec<Value>) -> &mut Self {
        let line =
            json!({"kind": kind, "name": name, "time": self.now, "received": self.now, "attributes": attributes});
        self.lines.push(line);
        self
    }

    /// The source says something, in a moment of its own.
    pub(crate) fn say(&mut self, name: &str, attributes: &[(&str, Value)]) -> &mut Self {
        self.now += 1000;
        self.also(name, attributes)
    }

    /// The source says something more of the same moment.
    pub(crate) fn also(&mut self, name: &str, attributes: &[(&str, Value)]) -> &mut Self {
        self.line("source", name, attributes.iter().map(|(name, value)| json!([name, value])).collect())
    }

    pub(crate) fn session(&mut self, opening: i64, lossless: bool) -> &mut Self {
        self.now += 1000;
        let mut attributes = vec![json!(["opening", opening])];
        attributes.extend(lossless.then(|| json!(["lossless", 1])));
        self.line("session-opened", "SessionOpened", attributes)
    }

    pub(crate) fn tick(&mut self) -> &mut Self {
        self.line("tick", "Tick", Vec::new())
    }

    pub(crate) fn link(&mut self, up: bool) -> &mut Self {
        self.now += 1000;
        let (kind, name) = if up { ("link-up", "LinkUp") } else { ("link-down", "LinkDown") };
        self.line(kind, name, Vec::new())
    }

    pub(crate) fn later(&mut self, seconds: i64) -> &mut Self {
        self.now += seconds * 1_000_000;
        self
    }

    /// What a flow's call is: its type, and its ANI.
    pub(crate) fn call(&mut self, short: u64, call_type: i64, ani: &str) -> &mut Self {
        self.calls.retain(|(known, ..)| *known != short);
        self.calls.push((short, call_type, ani.to_owned()));
        self
    }

    fn of_call(&self, short: u64, dn: &str, more: &[(&str, Value)]) -> Vec<(String, Value)> {
        let (_, call_type, ani) =
            self.calls.iter().find(|(known, ..)| *known == short).cloned().unwrap_or((short, 0, String::new()));
        let mut all = vec![
            ("ThisDN".to_owned(), json!(dn)),
            ("ConnID".to_owned(), json!(conn(short))),
            ("CallID".to_owned(), json!(short)),
            ("CallType".to_owned(), json!(call_type)),
        ];
        if !ani.is_empty() {
            all.push(("ANI".to_owned(), json!(ani)));
        }
        for (name, value) in more {
            all.retain(|(known, _)| known != name);
            all.push(((*name).to_owned(), value.clone()));
        }
        all
    }

    /// Something happens at a device in a call, in a moment of its own.
    pub(crate) fn at(&mut self, name: &str, short: u64, dn: &str, more: &[(&str, Value)]) -> &mut Self {
        self.now += 1000;
        self.and(name, short, dn, more)
    }

    /// Something more happens in the same moment.
    pub(crate) fn and(&mut self, name: &str, short: u64, dn: &str, more: &[(&str, Value)]) -> &mut Self {
        let all = self.of_call(short, dn, more);
        let all: Vec<(&str, Value)> = all.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        self.also(name, &all)
    }

    /// A call from outside waits in a queue, is given to a device and answered.
    pub(crate) fn answered_from(&mut self, queue: &str, short: u64, ani: &str, agent: &str) -> &mut Self {
        self.call(short, INBOUND, ani);
        self.at("EventQueued", short, queue, &[("ThisQueue", json!(queue)), ("OtherDN", json!(ani))]);
        self.later(5).at(
            "EventRinging",
            short,
            agent,
            &[("ThisQueue", json!(queue)), ("OtherDN", json!(ani)), ("ThisDNRole", json!(2))],
        );
        self.and(
            "EventDiverted",
            short,
            queue,
            &[("ThisQueue", json!(queue)), ("ThirdPartyDN", json!(agent)), ("OtherDN", json!(ani))],
        );
        self.later(3).at("EventEstablished", short, agent, &[("OtherDN", json!(ani)), ("ThisDNRole", json!(2))])
    }

    /// A device calls another, which answers.
    pub(crate) fn talk(&mut self, short: u64, from: &str, to: &str) -> &mut Self {
        if !self.calls.iter().any(|(known, ..)| *known == short) {
            self.call(short, INTERNAL, from);
        }
        self.at("EventDialing", short, from, &[("OtherDN", json!(to)), ("ThisDNRole", json!(1))]);
        self.at("EventRinging", short, to, &[("OtherDN", json!(from)), ("ThisDNRole", json!(2))]);
        self.later(2).at("EventEstablished", short, from, &[("OtherDN", json!(to)), ("ThisDNRole", json!(1))]);
        self.and("EventEstablished", short, to, &[("OtherDN", json!(from)), ("ThisDNRole", json!(2))])
    }

    /// A device that has a call consults another one, which answers.
    pub(crate) fn consult(&mut self, primary: u64, short: u64, from: &str, to: &str) -> &mut Self {
        let previous = json!(conn(primary));
        self.call(short, CONSULT, from);
        self.at("EventHeld", primary, from, &[]);
        self.at("EventDialing", short, from, &[("OtherDN", json!(to)), ("PreviousConnID", previous.clone())]);
        self.at("EventRinging", short, to, &[("OtherDN", json!(from)), ("PreviousConnID", previous)]);
        self.later(2).at("EventEstablished", short, from, &[("OtherDN", json!(to))]);
        self.and("EventEstablished", short, to, &[("OtherDN", json!(from))])
    }

    pub(crate) fn release(&mut self, short: u64, dn: &str, other: &str, state: i64) -> &mut Self {
        self.at("EventReleased", short, dn, &[("OtherDN", json!(other)), ("CallState", json!(state))])
    }

    pub(crate) fn release_too(&mut self, short: u64, dn: &str, other: &str, state: i64) -> &mut Self {
        self.and("EventReleased", short, dn, &[("OtherDN", json!(other)), ("CallState", json!(state))])
    }

    /// The last thing that was said carries a list, too.
    pub(crate) fn carrying(&mut self, list: &str, pairs: &[(&str, &str)]) -> &mut Self {
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| json!([key, value])).collect();
        if let Some(attributes) = self.lines.last_mut().and_then(|line| line["attributes"].as_array_mut()) {
            attributes.push(json!([list, pairs]));
        }
        self
    }

    pub(crate) fn events(&self) -> Vec<Vec<u8>> {
        self.lines.iter().map(|line| testing::flat(&line.to_string())).collect()
    }

    /// The rows that a mapper makes of these events, whatever they are.
    pub(crate) fn map(&self, events: &[Vec<u8>]) -> Database {
        let mut mapper = Voice::open(testing::lane(), &self.config).unwrap();
        Database::of(&testing::map(&mut mapper, events, 0))
    }

    /// The rows of what was said, which obey what holds for all rows; batches and snapshots change nothing.
    pub(crate) fn rows(&self) -> Database {
        let events = self.events();
        let database = self.map(&events);
        testing::check_invariants("flow", &database);
        let mut mapper = Voice::open(testing::lane(), &self.config).unwrap();
        let mut emitted = Vec::new();
        for (at, event) in events.iter().enumerate() {
            let state = mapper.snapshot().unwrap();
            mapper = Voice::open(testing::lane(), &self.config).unwrap();
            mapper.restore(&state).unwrap();
            emitted.extend(testing::map(&mut mapper, std::slice::from_ref(event), at));
        }
        assert_eq!(Database::of(&emitted).to_lines(), database.to_lines(), "snapshots change the rows");
        database
    }
}

/// Rows of interactions, calls, parties and stays that have not ended.
pub(crate) fn alive(of: &Database) -> Vec<String> {
    let mut alive: Vec<_> =
        ["G_CALL_ACTIVE", "G_IR_ACTIVE"].iter().flat_map(|table| of.rows(table)).map(ToString::to_string).collect();
    for table in ["G_CALL", "G_IR", "G_PARTY", "G_VIRTUAL_QUEUE", "G_IS_LINK"] {
        let rows = of.rows(table).iter().filter(|row| row.get("terminated").is_none());
        alive.extend(rows.map(|row| format!("{table} {row}")));
    }
    alive
}

/// A party as (number, type, role, seconds connected, whether it ended by inference).
pub(crate) fn parties(of: &Database) -> Vec<(String, i64, i64, i64)> {
    let stats = of.rows("G_PARTY_STAT");
    let mut parties: Vec<_> = of
        .rows("G_PARTY")
        .iter()
        .map(|row| {
            let stat = stats.iter().find(|stat| stat["partyid"] == row["partyid"]);
            let connected = stat.map_or(-1, |stat| number(stat, "tt_connected"));
            (text(row, "endpointdn").to_owned(), number(row, "type_"), number(row, "prole"), connected)
        })
        .collect();
    parties.sort();
    parties
}
