//! What is told: events of one moment, in some order, numbered; and what is not told, noted in the ledger.

use super::call::Call;
use crate::event::{Ending, Entry, List, Micros, Server, SiteEvent, Text, Value};
use crate::ledger::{Ledger, OutageKind, OutageRecord, Seen};
use crate::random::Random;
use std::collections::VecDeque;
use std::sync::Arc;

/// Which part of its subject's life an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Begin,
    Middle,
    End,
}

/// Whom an event is about: the index of its record in the ledger.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject {
    Call(usize),
    Session(usize),
    Nobody,
}

/// The particulars of an event of a call; what the call itself knows is added.
#[derive(Debug, Default)]
pub(super) struct Note<'a> {
    name: &'static str,
    this: Option<(&'a Text, i64)>,
    queue: Option<&'a Text>,
    other: Option<(&'a Text, i64)>,
    third: Option<(&'a Text, i64)>,
    agent: Option<&'a Text>,
    previous: Option<u64>,
    pair: Option<(&'static str, u64)>,
    state: i64,
    extensions: Option<List>,
}

impl<'a> Note<'a> {
    pub(super) fn new(name: &'static str, this: &'a Text, role: i64) -> Self {
        Self { name, this: Some((this, role)), ..Self::default() }
    }

    /// `ThisQueue`.
    pub(super) fn queue(mut self, queue: Option<&'a Text>) -> Self {
        self.queue = queue;
        self
    }

    /// `OtherDN` with its role.
    pub(super) fn other(mut self, other: Option<&'a Text>, role: i64) -> Self {
        self.other = other.map(|dn| (dn, role));
        self
    }

    /// `ThirdPartyDN` with its role.
    pub(super) fn third(mut self, dn: &'a Text, role: i64) -> Self {
        self.third = Some((dn, role));
        self
    }

    /// `AgentID`.
    pub(super) fn agent(mut self, agent: Option<&'a Text>) -> Self {
        self.agent = agent;
        self
    }

    /// `PreviousConnID`.
    pub(super) fn previous(mut self, previous: Option<u64>) -> Self {
        self.previous = previous;
        self
    }

    /// `TransferConnID` or `ConferenceConnID`.
    pub(super) fn pair(mut self, name: &'static str, conn: u64) -> Self {
        self.pair = Some((name, conn));
        self
    }

    /// `CallState`.
    pub(super) fn state(mut self, state: i64) -> Self {
        self.state = state;
        self
    }

    /// `Extensions`.
    pub(super) fn extensions(mut self, extensions: List) -> Self {
        self.extensions = Some(extensions);
        self
    }

    fn attributes(self, call: &Call, server: i64) -> Vec<(&'static str, Value)> {
        let mut attributes = Vec::with_capacity(22);
        attributes.push(("ConnID", Value::Id(call.conn)));
        attributes.extend(self.previous.map(|conn| ("PreviousConnID", Value::Id(conn))));
        attributes.extend(self.pair.map(|(name, conn)| (name, Value::Id(conn))));
        attributes.push(("CallUUID", Value::Text(Arc::clone(&call.uuid))));
        attributes.push(("CallID", Value::Integer(call.number)));
        attributes.push(("CallType", Value::Integer(call.call_type)));
        attributes.push(("CallState", Value::Integer(self.state)));
        attributes.extend(text("DNIS", call.dnis.as_ref()));
        attributes.extend(text("ANI", call.ani.as_ref()));
        for (dn, role, party) in [
            ("ThisDN", "ThisDNRole", self.this),
            ("OtherDN", "OtherDNRole", self.other),
            ("ThirdPartyDN", "ThirdPartyDNRole", self.third),
        ] {
            if let Some((name, number)) = party {
                attributes.push((dn, Value::Text(Arc::clone(name))));
                attributes.push((role, Value::Integer(number)));
            }
        }
        attributes.extend(text("ThisQueue", self.queue));
        attributes.extend(text("AgentID", self.agent));
        attributes.extend((!call.data.is_empty()).then(|| ("UserData", Value::List(Arc::clone(&call.data)))));
        attributes.extend(self.extensions.map(|list| ("Extensions", Value::List(list))));
        attributes.extend(call.link.as_ref().map(|list| ("ISLinkList", Value::List(Arc::clone(list)))));
        attributes.push(("Server", Value::Integer(server)));
        attributes
    }
}

/// An attribute that is there when its text is.
pub(super) fn text(name: &'static str, value: Option<&Text>) -> Option<(&'static str, Value)> {
    value.map(|value| (name, Value::Text(Arc::clone(value))))
}

/// What the server tells, and the ledger.
#[derive(Debug)]
pub(super) struct Output {
    /// The moment.
    pub(super) now: Micros,
    /// The truth.
    pub(super) ledger: Ledger,
    /// Numbered entries so far, in all number sequences.
    pub(super) told: u64,
    /// The server that speaks.
    pub(super) server: Server,
    moment: Vec<(Subject, Edge, Entry)>,
    ready: VecDeque<SiteEvent>,
    seq: u64,
    link: bool,
    up: bool,
    gap: u64,
    outage: Option<usize>,
    gap_outage: Option<usize>,
    limit: u64,
    reorder: f64,
    random: Random,
}

impl Output {
    pub(super) fn new(now: Micros, server: Server, limit: u64, reorder: f64, random: Random) -> Self {
        let started = SiteEvent { seq: 0, time: now, entry: Entry::Started(server.clone()) };
        Self {
            now,
            ledger: Ledger::default(),
            told: 0,
            server,
            moment: Vec::new(),
            ready: VecDeque::from([started]),
            seq: 0,
            link: true,
            up: true,
            gap: 0,
            outage: None,
            gap_outage: None,
            limit,
            reorder,
            random,
        }
    }

    /// The server is there and sees its switch.
    pub(super) fn sees(&self) -> bool {
        self.link && self.up
    }

    /// The server is there.
    pub(super) fn is_up(&self) -> bool {
        self.up
    }

    /// The next entry that was told.
    pub(super) fn take(&mut self) -> Option<SiteEvent> {
        self.ready.pop_front()
    }

    /// Nothing told is waiting to be taken.
    pub(super) fn is_taken(&self) -> bool {
        self.ready.is_empty()
    }

    /// An event of a call.
    pub(super) fn call(&mut self, call: &Call, edge: Edge, note: Note<'_>) {
        if !self.sees() || call.forgotten {
            self.miss(Subject::Call(call.record));
            return;
        }
        let name = note.name;
        let entry = Entry::Event { name, attributes: note.attributes(call, i64::from(self.server.dbid)) };
        self.moment.push((Subject::Call(call.record), edge, entry));
    }

    /// An event of no call.
    pub(super) fn event(
        &mut self,
        subject: Subject,
        edge: Edge,
        name: &'static str,
        attributes: impl FnOnce() -> Vec<(&'static str, Value)>,
    ) {
        if self.sees() {
            let mut attributes = attributes();
            attributes.push(("Server", Value::Integer(i64::from(self.server.dbid))));
            self.moment.push((subject, edge, Entry::Event { name, attributes }));
        } else {
            self.miss(subject);
        }
    }

    fn seen(&mut self, subject: Subject) -> Option<&mut Seen> {
        match subject {
            Subject::Call(index) => self.ledger.calls.get_mut(index).map(|call| &mut call.seen),
            Subject::Session(index) => self.ledger.sessions.get_mut(index).map(|session| &mut session.seen),
            Subject::Nobody => None,
        }
    }

    fn miss(&mut self, subject: Subject) {
        if let Some(seen) = self.seen(subject) {
            seen.complete = false;
        }
        if let Some(outage) = self.outage.and_then(|index| self.ledger.outages.get_mut(index)) {
            outage.events_lost += 1;
        }
    }

    /// Tells what happened in this moment.
    pub(super) fn flush(&mut self) {
        let mut moment = std::mem::take(&mut self.moment);
        if moment.len() > 1 && self.random.chance(self.reorder) {
            for last in (1..moment.len()).rev() {
                moment.swap(last, self.random.below(last + 1));
            }
        }
        // An end is seen when all that tells it is seen: an event that is lost after another one was told takes it back.
        let mut lost_ends = Vec::new();
        for (subject, edge, entry) in moment.drain(..) {
            if self.told >= self.limit {
                self.miss(subject);
            } else if self.gap > 0 {
                self.lose(subject);
                lost_ends.extend((edge == Edge::End).then_some(subject));
            } else {
                self.tell(entry);
                if let Some(seen) = self.seen(subject) {
                    seen.begin |= edge == Edge::Begin;
                    seen.end |= edge == Edge::End;
                }
            }
        }
        for subject in lost_ends {
            if let Some(seen) = self.seen(subject) {
                seen.end = false;
            }
        }
        self.moment = moment;
    }

    fn lose(&mut self, subject: Subject) {
        self.gap -= 1;
        self.seq += 1;
        self.told += 1;
        if let Some(seen) = self.seen(subject) {
            seen.complete = false;
        }
        if let Some(outage) = self.gap_outage.and_then(|index| self.ledger.outages.get_mut(index)) {
            outage.events_lost += 1;
            outage.to = Some(self.now);
        }
    }

    fn tell(&mut self, entry: Entry) {
        self.seq += 1;
        self.told += 1;
        self.ready.push_back(SiteEvent { seq: self.seq, time: self.now, entry });
    }

    /// Tells something of the server itself, after what has happened so far; not into a gap, which hides events only.
    pub(super) fn tell_of_server(&mut self, entry: Entry) {
        self.flush();
        if self.told < self.limit {
            self.tell(entry);
        }
    }

    /// Something goes wrong from now on.
    pub(super) fn note_outage(&mut self, kind: OutageKind, to: Option<Micros>) -> usize {
        self.flush();
        let (stream, after) = (Arc::clone(&self.server.stream), self.seq);
        self.ledger.outages.push(OutageRecord { kind, from: self.now, to, stream, after, events_lost: 0 });
        self.ledger.outages.len() - 1
    }

    /// The switch is lost.
    pub(super) fn link_lost(&mut self) {
        let outage = self.note_outage(OutageKind::LinkLost, None);
        self.tell_of_server(Entry::LinkDown);
        self.link = false;
        self.outage = Some(outage);
    }

    /// The server is gone.
    pub(super) fn server_lost(&mut self, kind: OutageKind) {
        let outage = self.note_outage(kind, None);
        if kind == OutageKind::Shutdown {
            self.tell_of_server(Entry::Shutdown);
        }
        self.up = false;
        self.gap = 0;
        self.outage = Some(outage);
    }

    /// The switch is back.
    pub(super) fn link_back(&mut self) {
        self.link = true;
        self.end_outage();
        self.tell_of_server(Entry::LinkUp);
    }

    /// A server is there; with a new number sequence unless it continues the old one.
    pub(super) fn server_back(&mut self, mut server: Server, ending: Ending) {
        self.flush();
        self.up = true;
        self.end_outage();
        if server.stream != self.server.stream {
            self.seq = 0;
        }
        server.after = self.seq;
        server.before = Some(ending);
        self.server = server.clone();
        if self.told < self.limit {
            self.ready.push_back(SiteEvent { seq: 0, time: self.now, entry: Entry::Started(server) });
        }
    }

    fn end_outage(&mut self) {
        let now = self.now;
        if let Some(outage) = self.outage.take().and_then(|index| self.ledger.outages.get_mut(index)) {
            outage.to = Some(now);
        }
    }

    /// The next `events` events are lost.
    pub(super) fn lose_next(&mut self, events: u64) {
        let outage = self.note_outage(OutageKind::Gap, None);
        self.gap_outage = Some(outage);
        self.gap = events;
    }
}
