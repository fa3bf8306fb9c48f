//! What goes wrong with the source, planned or by chance.
//!
//! Outages do not overlap: what is due while the source sees nothing is left out.

use super::agenda::{Step, chance_fault};
use super::{CHANCES, Site};
use crate::config::Fault;
use crate::event::{Ending, Entry, Server};
use crate::ledger::OutageKind;
use crate::random::{micros, seconds_of};
use std::sync::Arc;

/// A fault lasts at most that long, s.
const SPAN_MAX: f64 = 86_400.0;

impl Site {
    /// Plans the next fault by chance of that kind.
    pub(super) fn plan_chance(&mut self, kind: usize) {
        let rates = &self.config.fault_rates;
        let rate = [rates.link_lost, rates.crash, rates.shutdown, rates.switchover, rates.silence, rates.gap]
            .get(kind)
            .copied()
            .unwrap_or(0.0);
        if rate > 0.0 && !self.closed {
            let delay = self.faults.around(3_600.0 / rate);
            self.agenda.at(self.clock + delay, Step::Chance(kind));
        }
    }

    /// A fault by chance of that kind.
    pub(super) fn chance_fault(&mut self, kind: usize) {
        debug_assert!(kind < CHANCES, "a kind of chance that nobody plans");
        let span = seconds_of(self.faults.around(1.0));
        let count = self.faults.count_around(20);
        if !self.closed {
            self.fault(chance_fault(kind, span, count));
            self.plan_chance(kind);
        }
    }

    /// Something goes wrong.
    pub(super) fn fault(&mut self, fault: Fault) {
        if !self.out.sees() {
            return;
        }
        let after = |seconds: f64| micros(seconds.clamp(0.001, SPAN_MAX));
        match fault {
            Fault::LinkLost(seconds) => {
                self.out.link_lost();
                self.agenda.at(self.clock + after(seconds), Step::LinkUp);
            }
            Fault::Crash(seconds) => self.restart(OutageKind::Crash, seconds),
            Fault::Shutdown(seconds) => self.restart(OutageKind::Shutdown, seconds),
            Fault::PrimaryChanged => {
                let now = self.out.now;
                self.out.note_outage(OutageKind::PrimaryChanged, Some(now));
                let (dbid, backup) = self.other_server();
                self.out.tell_of_server(Entry::Primary(dbid));
                self.out.server.dbid = dbid;
                self.out.server.backup = backup;
            }
            Fault::Switchover => {
                let now = self.out.now;
                self.out.note_outage(OutageKind::Switchover, Some(now));
                let (dbid, backup) = self.other_server();
                let server = Server { dbid, backup, started: self.out.server.started, ..self.out.server.clone() };
                self.out.server_back(server, Ending::Switchover(now));
            }
            Fault::SwitchoverAnew(seconds) => {
                self.out.server_lost(OutageKind::SwitchoverAnew);
                self.ending = Some(Ending::Switchover(self.out.now));
                self.agenda.at(self.clock + after(seconds), Step::ServerUp);
            }
            Fault::Silence(seconds) => {
                let span = after(seconds);
                let now = self.out.now;
                self.out.note_outage(OutageKind::Silence, Some(now + span));
                self.silence += span;
            }
            Fault::Gap(events) => self.out.lose_next(events),
            Fault::Trap => self.out.tell_of_server(Entry::Event { name: "Trap", attributes: Vec::new() }),
        }
    }

    fn restart(&mut self, kind: OutageKind, seconds: f64) {
        self.out.server_lost(kind);
        let now = self.out.now;
        self.ending = Some(if kind == OutageKind::Crash { Ending::Crash(now) } else { Ending::Shutdown(now) });
        for call in self.calls.iter_mut() {
            call.forgotten = true;
            if let Some(record) = self.out.ledger.calls.get_mut(call.record) {
                record.seen.complete = false;
            }
        }
        for agent in 0..self.agents.len() {
            self.forget_session(agent);
        }
        self.agenda.at(self.clock + micros(seconds.clamp(0.001, SPAN_MAX)), Step::ServerUp);
    }

    /// DBID of the server that does not speak, and whether it is the backup.
    fn other_server(&self) -> (u32, bool) {
        if self.out.server.backup { (self.config.dbid, false) } else { (self.config.backup_dbid, true) }
    }

    /// A server is there again: the same one after a restart, the other one after a switchover.
    pub(super) fn server_up(&mut self) {
        let Some(ending) = self.ending.take() else { return };
        let switched = matches!(ending, Ending::Switchover(_));
        let (dbid, backup) =
            if switched { self.other_server() } else { (self.out.server.dbid, self.out.server.backup) };
        self.servers += 1;
        let stream = format!("{}/{}/{}", self.config.name, dbid, self.servers).into();
        // A restarted server knows nothing of the calls that were born while it was away, either.
        if !switched {
            self.calls.iter_mut().for_each(|call| call.forgotten = true);
        }
        let server = Server { stream, dbid, backup, started: self.out.now, after: 0, before: None };
        self.out.server_back(server, ending);
        for agent in 0..self.agents.len() {
            self.renew(agent);
        }
    }

    /// The identity of the first number sequence.
    pub(super) fn first_server(name: &str, dbid: u32, started: i64) -> Server {
        let stream = Arc::from(format!("{name}/{dbid}/1"));
        Server { stream, dbid, backup: false, started, after: 0, before: None }
    }
}
