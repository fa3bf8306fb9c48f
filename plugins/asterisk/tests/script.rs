//! Writes the events of a made-up flow, as Asterisk would send them.
#![allow(dead_code, reason = "not every test binary tells every flow")]

use asterisk::Asterisk;
use concentrator_sdk::{
    Mapper,
    testing::{self, Database, Row},
};
use std::collections::HashMap;

/// What a flow has said so far.
pub(crate) struct Script {
    now: i64,
    lines: Vec<String>,
    channels: HashMap<String, (String, String, u8, String, String)>,
}

pub(crate) fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).and_then(serde_json::Value::as_str).unwrap_or_default()
}

pub(crate) fn number(row: &Row, column: &str) -> i64 {
    row.get(column).and_then(serde_json::Value::as_i64).unwrap_or_default()
}

/// The Uniqueid of a channel that a flow calls by a short number.
pub(crate) fn id(short: &str) -> String {
    format!("1800000000.{short}")
}

impl Script {
    pub(crate) fn new() -> Self {
        let mut script = Self { now: 1_800_000_000_000_000, lines: Vec::new(), channels: HashMap::new() };
        script.session(1);
        script
    }

    fn line(&mut self, kind: &str, name: &str, attributes: serde_json::Value) -> &mut Self {
        self.now += 1000;
        let line = serde_json::json!({"kind": kind, "name": name, "received": self.now, "attributes": attributes});
        self.lines.push(line.to_string());
        self
    }

    pub(crate) fn say(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        let attributes = attributes.iter().map(|(name, value)| serde_json::json!([name, value])).collect();
        self.line("source", name, serde_json::Value::Array(attributes))
    }

    pub(crate) fn session(&mut self, opening: i64) -> &mut Self {
        self.line("session-opened", "SessionOpened", serde_json::json!([["opening", opening]]))
    }

    pub(crate) fn no_data(&mut self) -> &mut Self {
        self.line("session-no-data", "SessionNoData", serde_json::json!([]))
    }

    pub(crate) fn tick(&mut self) -> &mut Self {
        self.line("tick", "Tick", serde_json::json!([]))
    }

    pub(crate) fn later(&mut self, seconds: i64) -> &mut Self {
        self.now += seconds * 1_000_000;
        self
    }

    fn headers(&self, prefix: &str, short: &str) -> Vec<(String, String)> {
        let (name, linked, state, number, exten) = self.channels[short].clone();
        let state = state.to_string();
        [
            ("Channel", name),
            ("ChannelState", state),
            ("CallerIDNum", number),
            ("Exten", exten),
            ("Uniqueid", id(short)),
            ("Linkedid", id(&linked)),
        ]
        .map(|(name, value)| (format!("{prefix}{name}"), value))
        .to_vec()
    }

    fn of(&mut self, event: &str, channels: &[(&str, &str)], more: &[(&str, &str)]) -> &mut Self {
        let mut all = Vec::new();
        for (prefix, short) in channels {
            all.extend(self.headers(prefix, short));
        }
        all.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let attributes: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.say(event, &attributes)
    }

    /// Somebody calls.
    pub(crate) fn call(&mut self, channel: &str, short: &str, number: &str, exten: &str) -> &mut Self {
        let of = (channel.to_owned(), short.to_owned(), 4, number.to_owned(), exten.to_owned());
        self.channels.insert(short.to_owned(), of);
        self.of("Newchannel", &[("", short)], &[])
    }

    /// The exchange makes a channel.
    pub(crate) fn made(&mut self, channel: &str, short: &str, linked: &str) -> &mut Self {
        let of = (channel.to_owned(), linked.to_owned(), 0, String::new(), "s".to_owned());
        self.channels.insert(short.to_owned(), of);
        self.of("Newchannel", &[("", short)], &[])
    }

    /// Somebody calls over a technology that takes callers in as channels that are down, as `chan_sip` does.
    pub(crate) fn call_from_down(&mut self, channel: &str, short: &str, number: &str, exten: &str) -> &mut Self {
        let of = (channel.to_owned(), short.to_owned(), 0, number.to_owned(), exten.to_owned());
        self.channels.insert(short.to_owned(), of);
        self.of("Newchannel", &[("", short)], &[]).state(short, 4)
    }

    pub(crate) fn state(&mut self, short: &str, state: u8) -> &mut Self {
        self.channels.get_mut(short).unwrap().2 = state;
        self.of("Newstate", &[("", short)], &[])
    }

    pub(crate) fn up(&mut self, short: &str) -> &mut Self {
        self.state(short, 6)
    }

    fn two<'a>(by: Option<&'a str>, dest: &'a str) -> Vec<(&'static str, &'a str)> {
        by.map(|by| ("", by)).into_iter().chain([("Dest", dest)]).collect()
    }

    pub(crate) fn dial(&mut self, by: Option<&str>, dest: &str, dialled: &str) -> &mut Self {
        self.of("DialBegin", &Self::two(by, dest), &[("DialString", dialled)])
    }

    pub(crate) fn answer(&mut self, by: Option<&str>, dest: &str) -> &mut Self {
        self.state(dest, 6);
        self.of("DialEnd", &Self::two(by, dest), &[("DialStatus", "ANSWER")])
    }

    pub(crate) fn enter(&mut self, short: &str, bridge: &str) -> &mut Self {
        self.of("BridgeEnter", &[("", short)], &[("BridgeUniqueid", bridge), ("BridgeTechnology", "simple_bridge")])
    }

    /// Enters a bridge, whereby its tree becomes that of another channel.
    pub(crate) fn enter_as(&mut self, short: &str, linked: &str, bridge: &str) -> &mut Self {
        self.channels.get_mut(short).unwrap().1 = linked.to_owned();
        self.enter(short, bridge)
    }

    pub(crate) fn holding(&mut self, bridge: &str) -> &mut Self {
        self.say("BridgeCreate", &[("BridgeUniqueid", bridge), ("BridgeTechnology", "holding_bridge")])
    }

    pub(crate) fn conference(&mut self, short: &str, bridge: &str) -> &mut Self {
        self.enter(short, bridge).of(
            "ConfbridgeJoin",
            &[("", short)],
            &[("BridgeUniqueid", bridge), ("Conference", "8000")],
        )
    }

    pub(crate) fn leave(&mut self, short: &str, bridge: &str) -> &mut Self {
        self.of("BridgeLeave", &[("", short)], &[("BridgeUniqueid", bridge)])
    }

    pub(crate) fn hold(&mut self, short: &str) -> &mut Self {
        self.of("Hold", &[("", short)], &[])
    }

    pub(crate) fn unhold(&mut self, short: &str) -> &mut Self {
        self.of("Unhold", &[("", short)], &[])
    }

    pub(crate) fn hangup_request(&mut self, short: &str) -> &mut Self {
        self.of("HangupRequest", &[("", short)], &[])
    }

    pub(crate) fn hangup(&mut self, short: &str, cause: i64) -> &mut Self {
        self.of("Hangup", &[("", short)], &[("Cause", &cause.to_string())])
    }

    pub(crate) fn exten(&mut self, short: &str, application: &str, data: &str) -> &mut Self {
        self.of("Newexten", &[("", short)], &[("Application", application), ("AppData", data)])
    }

    pub(crate) fn variable(&mut self, short: &str, name: &str, value: &str) -> &mut Self {
        self.of("VarSet", &[("", short)], &[("Variable", name), ("Value", value)])
    }

    pub(crate) fn join(&mut self, short: &str, queue: &str) -> &mut Self {
        self.of("QueueCallerJoin", &[("", short)], &[("Queue", queue)])
    }

    pub(crate) fn left(&mut self, short: &str, queue: &str) -> &mut Self {
        self.of("QueueCallerLeave", &[("", short)], &[("Queue", queue)])
    }

    pub(crate) fn abandon(&mut self, short: &str, queue: &str) -> &mut Self {
        self.of("QueueCallerAbandon", &[("", short)], &[("Queue", queue)])
    }

    pub(crate) fn member(&mut self, queue: &str, interface: &str, name: &str) -> &mut Self {
        self.member_with(queue, interface, name, &[])
    }

    pub(crate) fn member_with(&mut self, queue: &str, interface: &str, name: &str, more: &[(&str, &str)]) -> &mut Self {
        let mut attributes = vec![
            ("Queue", queue),
            ("Interface", interface),
            ("StateInterface", interface),
            ("MemberName", name),
            ("Paused", "0"),
        ];
        attributes.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        attributes.extend(more);
        self.say("QueueMemberAdded", &attributes)
    }

    fn offer(&mut self, event: &str, by: &str, dest: &str, more: &[(&str, &str)]) -> &mut Self {
        self.of(event, &[("", by), ("Dest", dest)], more)
    }

    pub(crate) fn called(&mut self, by: &str, dest: &str, queue: &str, interface: &str, name: &str) -> &mut Self {
        self.offer("AgentCalled", by, dest, &[("Queue", queue), ("Interface", interface), ("MemberName", name)])
    }

    pub(crate) fn connect(&mut self, by: &str, dest: &str, queue: &str, interface: &str, name: &str) -> &mut Self {
        self.offer("AgentConnect", by, dest, &[("Queue", queue), ("Interface", interface), ("MemberName", name)])
    }

    pub(crate) fn complete(&mut self, by: &str, dest: &str, queue: &str, interface: &str, reason: &str) -> &mut Self {
        self.offer("AgentComplete", by, dest, &[("Queue", queue), ("Interface", interface), ("Reason", reason)])
    }

    pub(crate) fn pickup(&mut self, by: &str, target: &str) -> &mut Self {
        self.of("Pickup", &[("", by), ("Target", target)], &[])
    }

    pub(crate) fn spy(&mut self, spyer: &str, spyee: &str) -> &mut Self {
        self.of("ChanSpyStart", &[("Spyer", spyer), ("Spyee", spyee)], &[])
    }

    pub(crate) fn rename(&mut self, short: &str, from: &str, to: &str) -> &mut Self {
        self.say("Rename", &[("Channel", from), ("Newname", to), ("Uniqueid", &id(short))])
    }

    /// The channel is shown by another name from now on.
    pub(crate) fn named(&mut self, short: &str, name: &str) -> &mut Self {
        self.channels.get_mut(short).unwrap().0 = name.to_owned();
        self
    }

    pub(crate) fn agent(&mut self, event: &str, short: &str, agent: &str) -> &mut Self {
        self.of(event, &[("", short)], &[("Agent", agent)])
    }

    pub(crate) fn blind(&mut self, transferer: &str, transferee: &str) -> &mut Self {
        let channels = [("Transferer", transferer), ("Transferee", transferee)];
        self.of("BlindTransfer", &channels, &[("Result", "Success")])
    }

    pub(crate) fn attended(&mut self, orig: &str, second: &str, transferee: &str, to: &str) -> &mut Self {
        let channels = [("OrigTransferer", orig), ("SecondTransferer", second), ("Transferee", transferee)];
        self.of("AttendedTransfer", &channels, &[("Result", "Success"), ("DestType", to)])
    }

    /// The rows of what was said, which obey what holds for all rows.
    pub(crate) fn rows(&self) -> Database {
        let events: Vec<_> = self.lines.iter().map(|line| testing::flat(line)).collect();
        let mut mapper = Asterisk::open(testing::lane(), r#"{"trunks": ["pstn"]}"#).unwrap();
        let database = Database::of(&testing::map(&mut mapper, &events, 0));
        testing::check_invariants("flow", &database);
        self.check_cuts(&events);
        database
    }

    /// Wherever the flow is cut, nothing stays active when all channels have hung up.
    fn check_cuts(&self, events: &[Vec<u8>]) {
        let mut channels: Vec<_> = self.channels.iter().collect();
        channels.sort();
        let hangups: Vec<_> = channels
            .into_iter()
            .map(|(short, (name, ..))| {
                let attributes = [["Channel", name], ["Uniqueid", &id(short)], ["Cause", "16"]];
                let of = serde_json::json!({"kind": "source", "name": "Hangup", "received": self.now + 1000, "attributes": attributes});
                testing::flat(&of.to_string())
            })
            .collect();
        for cut in (1..events.len()).filter(|_| events.len() < 1000) {
            let mut cut_short = events[..cut].to_vec();
            cut_short.extend_from_slice(&hangups);
            let mut mapper = Asterisk::open(testing::lane(), r#"{"trunks": ["pstn"]}"#).unwrap();
            let of = Database::of(&testing::map(&mut mapper, &cut_short, 0));
            let what = format!("flow cut at {cut}");
            testing::check_invariants(&what, &of);
            for table in ["G_CALL", "G_IR", "G_PARTY", "G_VIRTUAL_QUEUE"] {
                let alive = of.rows(table).iter().find(|row| row.get("terminated").is_none());
                assert!(alive.is_none(), "{what}: {table} {}", alive.unwrap());
            }
        }
    }
}
