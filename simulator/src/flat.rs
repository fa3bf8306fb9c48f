//! Entries as flat events, with the marks of sessions that a daemon would put between them: `events.jsonl`.
//!
//! The marks are those of a daemon that is always there and loses nothing: a session opens with each server and after
//! each link loss and gap, and closes with the cause that the entries tell. A tick stands at the end, and wherever
//! more than a minute passes.

use crate::event::{Ending, Entry, Micros, Server, SiteEvent, Value};
use concentrator_event::{Builder, Kind, View, json};
use std::io::{Error, Result, Write};

/// `DSCONN_TYPE` of a session.
mod opening {
    pub(super) const FIRST: i64 = 1;
    pub(super) const RECONNECTION: i64 = 2;
    pub(super) const SOURCE_RESTARTED: i64 = 3;
    pub(super) const SWITCH_RECONNECTED: i64 = 4;
    pub(super) const SWITCHOVER: i64 = 5;
}

/// `DSCONN_ECAUSE` of a session.
mod cause {
    pub(super) const SOURCE_CLOSED: i64 = 1;
    pub(super) const SOURCE_SHUT_DOWN: i64 = 2;
    pub(super) const EVENTS_LOST: i64 = 8;
}

/// Ticks stand at least that far apart.
const TICK_EVERY: Micros = 60_000_000;
/// The tick at the end is that much later than the last entry.
const TICK_AT_END: Micros = 86_400_000_000;

/// Makes flat events of a site's entries.
#[derive(Debug, Default)]
pub struct Flattener {
    server: Option<Server>,
    last: u64,
    /// Time of the last entry or tick.
    ticked: Option<Micros>,
}

impl Flattener {
    /// The flat events of the next entry.
    pub fn flatten(&mut self, event: &SiteEvent) -> Vec<Builder> {
        let mut events = Vec::with_capacity(1);
        if let Some(tick) = self.ticked.filter(|last| event.time - last > TICK_EVERY) {
            events.push(mark(Kind::Tick, "Tick", tick + TICK_EVERY));
        }
        self.ticked = Some(event.time);
        if event.seq > self.last + 1 {
            events.push(closed(cause::EVENTS_LOST, event.time));
            events.extend(self.opened(opening::RECONNECTION, event.time, false));
        }
        self.last = self.last.max(event.seq);
        match &event.entry {
            Entry::Event { name, attributes } => events.push(source_event(event, name, attributes)),
            Entry::LinkDown => events.push(mark(Kind::LinkDown, "LinkDown", event.time)),
            Entry::LinkUp => {
                events.push(mark(Kind::LinkUp, "LinkUp", event.time));
                events.extend(self.opened(opening::SWITCH_RECONNECTED, event.time, false));
            }
            Entry::Primary(dbid) => {
                events.push(closed(cause::SOURCE_CLOSED, event.time));
                self.server.iter_mut().for_each(|server| server.dbid = *dbid);
                events.extend(self.opened(opening::SWITCHOVER, event.time, true));
            }
            Entry::Shutdown => events.push(closed(cause::SOURCE_SHUT_DOWN, event.time)),
            Entry::Started(server) => self.started(server, event.time, &mut events),
        }
        events
    }

    fn started(&mut self, server: &Server, time: Micros, events: &mut Vec<Builder>) {
        self.server = Some(server.clone());
        self.last = server.after;
        let how = match server.before {
            None => opening::FIRST,
            Some(Ending::Crash(at)) => {
                events.push(closed(cause::SOURCE_CLOSED, at));
                opening::SOURCE_RESTARTED
            }
            Some(Ending::Shutdown(_)) => opening::SOURCE_RESTARTED,
            Some(Ending::Switchover(at)) => {
                events.push(closed(cause::SOURCE_CLOSED, at));
                opening::SWITCHOVER
            }
        };
        events.extend(self.opened(how, time, how == opening::SWITCHOVER && server.after > 0));
    }

    fn opened(&self, how: i64, time: Micros, lossless: bool) -> Option<Builder> {
        let server = self.server.as_ref()?;
        let mut builder = mark(Kind::SessionOpened, "SessionOpened", time);
        builder.integer("opening", how).text("server", "simulator");
        builder.text("capture", &format!("stream:{}", server.stream));
        builder.integer("resumed_at", i64::try_from(self.last).unwrap_or(i64::MAX));
        builder.integer("dbid", i64::from(server.dbid));
        if lossless {
            builder.integer("lossless", 1);
        }
        Some(builder)
    }

    /// The tick at the end, by which everything falls due.
    #[must_use]
    pub fn end(&self) -> Option<Builder> {
        self.ticked.map(|last| mark(Kind::Tick, "Tick", last + TICK_AT_END))
    }
}

fn mark(kind: Kind, name: &str, time: Micros) -> Builder {
    let mut builder = Builder::new(kind, name, time);
    builder.time(time);
    builder
}

fn closed(cause: i64, time: Micros) -> Builder {
    let mut builder = mark(Kind::SessionClosed, "SessionClosed", time);
    builder.integer("cause", cause);
    builder
}

fn source_event(event: &SiteEvent, name: &str, attributes: &[(&'static str, Value)]) -> Builder {
    let mut builder = mark(Kind::Source, name, event.time);
    builder.sequence(event.seq);
    for (name, value) in attributes {
        match value {
            Value::Text(text) => builder.text(name, text),
            Value::Integer(number) => builder.integer(name, *number),
            Value::Id(id) => builder.text(name, &format!("{id:016x}")),
            Value::List(pairs) => builder.list(name, pairs.iter().map(|(key, text)| (&**key, &**text))),
        };
    }
    builder
}

/// Writes the entries as `events.jsonl`, numbered from 1. Gives how many events it wrote.
///
/// # Errors
/// What the writer says.
pub fn write_events(site: impl IntoIterator<Item = SiteEvent>, out: &mut impl Write) -> Result<u64> {
    let (mut flattener, mut written) = (Flattener::default(), 0);
    for event in site {
        for builder in flattener.flatten(&event) {
            write_event(&builder, &mut written, out)?;
        }
    }
    if let Some(tick) = flattener.end() {
        write_event(&tick, &mut written, out)?;
    }
    out.flush()?;
    Ok(written)
}

fn write_event(builder: &Builder, written: &mut u64, out: &mut impl Write) -> Result<()> {
    *written += 1;
    let bytes = builder.finish().map_err(Error::other)?;
    let view = View::parse(&bytes).map_err(|error| Error::other(format!("{error:?}")))?;
    serde_json::to_writer(&mut *out, &json::to_json(&view))?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{At, Config, Fault, Planned};

    #[test]
    fn faults_become_marks() {
        let fault = |seconds, fault| Planned { at: At::Seconds(seconds), fault };
        let faults = vec![
            fault(300.0, Fault::LinkLost(20.0)),
            fault(500.0, Fault::Crash(10.0)),
            fault(700.0, Fault::Shutdown(10.0)),
            fault(900.0, Fault::Switchover),
            fault(1_000.0, Fault::PrimaryChanged),
            fault(1_100.0, Fault::Gap(5)),
            fault(1_200.0, Fault::SwitchoverAnew(3.0)),
        ];
        let config = Config { hours: 0.5, faults, ..Config::default() };
        let mut out = Vec::new();
        let written = write_events(crate::Site::new(&config), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(u64::try_from(text.lines().count()).unwrap(), written);
        let mut marks = Vec::new();
        for line in text.lines() {
            let bytes = json::from_json(line).unwrap().finish().unwrap();
            let view = View::parse(&bytes).unwrap();
            let lossless = view.integer("lossless").is_some();
            marks.extend(view.integer("opening").map(|number| (number, lossless)));
            marks.extend(view.integer("cause").map(|number| (-number, lossless)));
            marks.extend((view.kind() == Kind::LinkDown).then_some((0, false)));
        }
        let plain = |numbers: &[i64]| numbers.iter().map(|number| (*number, false)).collect::<Vec<_>>();
        let mut expected = plain(&[1, 0, 4, -1, 3, -2, 3, -1]);
        expected.extend([(5, true), (-1, false), (5, true), (-8, false), (2, false), (-1, false), (5, false)]);
        assert_eq!(marks, expected);
    }
}
