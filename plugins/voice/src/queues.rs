//! Queues, routing points, virtual queues.
//!
//! * A queue or a routing point has a part in the call, from Queued or RouteRequest to Diverted or Abandoned.
//! * Queued also begins a stay: a row of G_VIRTUAL_QUEUE. A virtual queue (`VQID` among the extensions) has the stay
//!   alone, named by its VQID: who waits in it waits in a real queue or at a routing point, too.
//! * RouteUsed makes a route result; where no route was asked for, Diverted does.

use crate::{
    calls::{Connection, Opens},
    devices::{cause_of, role_of},
    headers::Headers,
    parts::{NewPart, Part, PartKind},
    site::Site,
};
use concentrator_sdk::{
    model::{Call, CcEvent, Party, PartyState, QueueVisit, Role, RouteResult, RouteTarget, VisitEnd},
    store::Key,
};
use serde::{Deserialize, Serialize};

/// Key of the extensions that names a stay in a virtual queue.
pub(crate) const VQID: &str = "VQID";
/// Longest VQID: what the column takes.
const VQID_MAX: usize = 50;
/// Stays of one call that are remembered.
const STAYS_MAX: usize = 256;
/// Devices that are remembered to be queues, or to take part in many calls at once.
pub(crate) const QUEUES_MAX: usize = 65_536;
/// Why a call left a queue otherwise than to a device that it was meant for, by `CallState`.
const LEFT_BY: [(i64, &str); 5] =
    [(18, "queue full"), (19, "cleared"), (20, "overflowed"), (22, "redirected"), (23, "forwarded")];
/// `CallState`s of a route that failed: errors, busy, no answer, queue full.
const FAILED: [i64; 5] = [3, 4, 6, 7, 18];

/// A stay in a queue.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stay {
    queue: Box<str>,
    /// VQID of a virtual queue; empty for a real one.
    name: Box<str>,
    visit: Key<QueueVisit>,
    /// The call that waited: not always the one that is left.
    call: Key<Call>,
    ended: bool,
}

impl Connection {
    /// Takes out the stays at a real queue.
    pub(crate) fn take_stays(&mut self, queue: &str) -> Vec<Stay> {
        let of = |stay: &mut Stay| stay.name.is_empty() && *stay.queue == *queue;
        self.stays.extract_if(.., of).collect()
    }

    /// It waits in a queue.
    pub(crate) fn has_stays(&self) -> bool {
        self.stays.iter().any(|stay| !stay.ended)
    }

    fn stay(&self, queue: &str, vqid: &str) -> Option<usize> {
        let of = |stay: &Stay| if vqid.is_empty() { *stay.queue == *queue && !stay.ended } else { *stay.name == *vqid };
        self.stays.iter().rposition(of)
    }
}

impl Site {
    /// A device is known to be a queue; `routes`: a routing point.
    pub(crate) fn know_queue(&mut self, dn: &str, routes: bool) {
        if let Some(known) = self.calls.queues.get_mut(dn) {
            *known |= routes;
        } else if !dn.is_empty() && self.calls.queues.len() < QUEUES_MAX {
            self.calls.queues.insert(dn.into(), routes);
        }
    }

    fn begin_stay(&mut self, key: Key<Connection>, queue: &str, vqid: &str) {
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        if connection.stay(queue, vqid).is_some() || queue.is_empty() || vqid.len() > VQID_MAX {
            return;
        }
        if connection.stays.len() >= STAYS_MAX {
            let Some(oldest) = connection.stays.iter().position(|stay| stay.ended) else { return };
            connection.stays.remove(oldest);
        }
        let (call, now) = (connection.call, self.model.now());
        let name = Some(vqid).filter(|vqid| !vqid.is_empty());
        let Some(visit) = self.model.join_queue_as(call, None, queue, name, now) else { return };
        let stay = Stay { queue: queue.into(), name: vqid.into(), visit, call, ended: false };
        if let Some(connection) = self.calls.all.get_mut(key) {
            connection.stays.push(stay);
        }
    }

    /// Takes out a stay that ends; those in virtual queues are remembered, so that none begins twice.
    fn end_stay(&mut self, key: Key<Connection>, at: usize) -> Option<Key<QueueVisit>> {
        let connection = self.calls.all.get_mut(key)?;
        let stay = connection.stays.get_mut(at).filter(|stay| !stay.ended)?;
        let visit = stay.visit;
        if stay.name.is_empty() {
            connection.stays.remove(at);
        } else {
            stay.ended = true;
        }
        Some(visit)
    }

    /// The caller gave up in a queue; answers whether there was a stay.
    pub(crate) fn stay_abandoned(&mut self, key: Key<Connection>, queue: &str, vqid: &str) -> bool {
        let at = self.calls.all.get(key).and_then(|of| of.stay(queue, vqid));
        let Some(visit) = at.and_then(|at| self.end_stay(key, at)) else { return false };
        self.model.leave_queue(visit, &VisitEnd::Abandoned, self.model.now());
        true
    }

    /// Ends the stays that have not ended, as stuck: at `time`. `queue`: those in that queue only.
    pub(crate) fn end_stuck_stays(&mut self, key: Key<Connection>, queue: Option<&str>, time: i64) {
        let Some(connection) = self.calls.all.get_mut(key) else { return };
        let gone = |stay: &Stay| !stay.ended && queue.is_none_or(|of| *stay.queue == *of && stay.name.is_empty());
        let ends: Vec<_> =
            connection.stays.iter().filter(|stay| gone(stay)).map(|stay| (stay.visit, stay.call)).collect();
        connection.stays.retain_mut(|stay| {
            let ends = gone(stay);
            stay.ended |= ends;
            !(ends && stay.name.is_empty())
        });
        let own = connection.call;
        for (visit, call) in ends {
            self.model.end_stuck_visit(visit, time);
            // The call that waited may be another one, of which nothing else is left.
            if call != own {
                let clock = self.model.turn_clock(time);
                self.model.end_call_if_empty(call);
                self.model.turn_clock(clock);
            }
        }
    }

    fn queued(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let vqid = event.extension(VQID);
        self.see_outside(key, event);
        if vqid.is_empty() {
            self.know_queue(event.this_dn, false);
            self.wait_at(key, event, CcEvent::Queued);
        }
        self.begin_stay(key, event.this_dn, vqid);
        if self.calls.all.get(key).is_some_and(|of| !of.parts.iter().any(Part::holds_call)) {
            // Who waits in a virtual queue waits somewhere else, too; that may be told later.
            self.close_later(key);
        }
    }

    /// The queue or routing point has a part in the call.
    fn wait_at(&mut self, key: Key<Connection>, event: &Headers<'_>, by: CcEvent) {
        let from = self.caller(key, event).to_owned();
        let new = NewPart {
            dn: event.this_dn,
            kind: PartKind::Queue,
            role: role_of(event, Role::Destination),
            state: PartyState::Queued,
            queue: None,
            from: &from,
        };
        let Some(party) = self.begin_part(key, &new) else { return };
        if self.model.party(party).map(Party::state) == Some(PartyState::Dialing) {
            // A dialler reached somebody, for whom the queue finds an agent now.
            self.model.set_party_state(party, PartyState::Queued, by, cause_of(event));
            self.connect_outside(key, event);
        }
    }

    fn caller<'a>(&'a self, key: Key<Connection>, event: &Headers<'a>) -> &'a str {
        let Some(connection) = self.calls.all.get(key) else { return event.other_dn };
        if connection.part(event.other_dn).is_some() || connection.had(event.other_dn) {
            return event.other_dn;
        }
        connection.outside().map_or(event.other_dn, |outside| &outside.dn)
    }

    fn route_request(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        self.know_queue(event.this_dn, true);
        self.see_outside(key, event);
        self.wait_at(key, event, CcEvent::Queued);
        if let Some(part) = self.calls.all.get_mut(key).and_then(|of| of.part_mut(event.this_dn)) {
            part.asked = true;
        }
    }

    /// The switch has carried out the route.
    fn route_used(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        self.know_queue(event.this_dn, true);
        self.route_result(key, event);
        let now = self.model.now();
        if let Some(part) = self.calls.all.get_mut(key).and_then(|of| of.part_mut(event.this_dn)) {
            part.routed = true;
            self.doubt_part(key, event.this_dn, now);
        }
    }

    fn route_result(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let Some(connection) = self.calls.all.get(key) else { return };
        let object = Some(event.third_dn).filter(|dn| !dn.is_empty());
        let agent = object.and_then(|dn| self.agents.agent_at(dn)).unwrap_or_default().to_owned();
        let target = match object.map(|dn| self.calls.queues.get(dn)) {
            None => RouteTarget::Unknown,
            Some(Some(true)) => RouteTarget::RoutingPoint,
            Some(Some(false)) => RouteTarget::Queue,
            Some(None) if !agent.is_empty() => RouteTarget::Agent,
            Some(None) => RouteTarget::OtherDn,
        };
        self.model.route_to(&RouteResult {
            call: connection.call,
            party: connection.party_id(&self.model, event.this_dn),
            delivered: event.call_state.is_none_or(|state| !FAILED.contains(&state)),
            target,
            object,
            agent: &agent,
            by: event.this_dn,
        });
    }

    fn diverted(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let vqid = event.extension(VQID);
        let (dn, now) = (event.this_dn, self.model.now());
        let Some(connection) = self.calls.all.get(key) else { return };
        let call = connection.call;
        let asked = connection.asked(dn);
        let there = connection.part(dn).is_some();
        if !vqid.is_empty() && connection.stay(dn, vqid).is_none() {
            // Of one moment, the end may be told before the beginning.
            self.begin_stay(key, dn, vqid);
        }
        if vqid.is_empty() && there && !asked {
            self.route_result(key, event);
        }
        self.keep(key);
        let at = self.calls.all.get(key).and_then(|of| of.stay(dn, vqid));
        if let Some(visit) = at.and_then(|at| self.end_stay(key, at)) {
            let left = LEFT_BY.iter().find(|(state, _)| event.call_state == Some(*state)).map(|(_, reason)| *reason);
            let end = left.map_or(VisitEnd::Distributed(call, event.third_dn), VisitEnd::Left);
            self.model.leave_queue(visit, &end, now);
        }
        if vqid.is_empty() {
            self.end_part(key, dn, CcEvent::Diverted, cause_of(event));
        }
        self.settle(key, true);
    }

    /// Maps an event of a queue or routing point; answers whether it is one.
    pub(crate) fn queue_event(&mut self, name: &str, event: &Headers<'_>) -> bool {
        let opens = match name {
            "EventQueued" if !event.extension(VQID).is_empty() => Opens::BeginsFirst,
            "EventQueued" | "EventRouteRequest" => Opens::Begins,
            "EventDiverted" | "EventRouteUsed" => Opens::Never,
            "EventTreatmentApplied" | "EventTreatmentNotApplied" | "EventTreatmentEnd" => Opens::Never,
            _ => return false,
        };
        let Some(key) = self.connection(event, opens) else { return true };
        if opens == Opens::Never {
            self.attach_to(key, event);
        }
        match name {
            "EventQueued" => self.queued(key, event),
            "EventRouteRequest" => self.route_request(key, event),
            "EventDiverted" => self.diverted(key, event),
            "EventRouteUsed" => self.route_used(key, event),
            _ => {}
        }
        if opens != Opens::Never {
            self.attach_to(key, event);
        }
        true
    }
}

impl Connection {
    /// At that routing point a route was asked for.
    fn asked(&self, dn: &str) -> bool {
        let past = self.past.iter().any(|past| *past.dn == *dn && past.asked);
        self.part(dn).map_or(past, |part: &Part| part.asked)
    }
}
