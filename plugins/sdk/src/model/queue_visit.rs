//! A caller's stay in a queue: one row of G_VIRTUAL_QUEUE.

use super::{Call, Model, Party, directory::EndpointType, inferred_ext};
use crate::{
    ids::{self, Guid, Of},
    rows::{Ext, GRouteResVqHist, GVirtualQueue},
    store::Key,
};
use serde::{Deserialize, Serialize};

/// How a stay ended: `CAUSE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VisitEnd<'a> {
    /// Given to an agent: the call and the device.
    Distributed(Key<Call>, &'a str),
    /// The caller gave up.
    Abandoned,
    /// Left for another reason, which the text names.
    Left(&'a str),
}

/// A stay that has not ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct QueueVisit {
    id: Guid,
    /// What the source itself calls the stay.
    name: Option<Box<str>>,
    pub(super) born: u64,
    pub(super) call: Key<Call>,
    call_id: String,
    party: Option<Key<Party>>,
    queue: String,
    queue_id: i32,
    created: i64,
    ended: Option<i64>,
    cause: Option<i32>,
    reason: Option<String>,
    to_call: Option<String>,
    to_device: Option<String>,
    inferred: bool,
    #[serde(skip)]
    dirty: bool,
}

impl Model {
    /// The call joins a queue; `party` is the caller.
    pub fn join_queue(
        &mut self,
        call: Key<Call>,
        party: Option<Key<Party>>,
        queue: &str,
        created: i64,
    ) -> Option<Key<QueueVisit>> {
        self.join_queue_as(call, party, queue, None, created)
    }

    /// As [`Model::join_queue`]; the source itself may have a `name` for the stay, which becomes its VQID.
    pub fn join_queue_as(
        &mut self,
        call: Key<Call>,
        party: Option<Key<Party>>,
        queue: &str,
        name: Option<&str>,
        created: i64,
    ) -> Option<Key<QueueVisit>> {
        let queue_id = self.endpoint(queue, EndpointType::Queue, queue);
        let born = self.next_born();
        let of = self.calls.get_mut(call).filter(|call| !call.is_over())?;
        of.visits += 1;
        // Whoever left before did not end the call.
        of.released_by = None;
        let ordinal = of.visit_ordinal.to_string();
        of.visit_ordinal += 1;
        let call_id = of.id.clone();
        let key = self.visits.insert(QueueVisit {
            id: ids::guid(Of::QueueVisit, self.lane.dbid, &[&call_id, queue, &ordinal]),
            name: name.map(Into::into),
            born,
            call,
            call_id,
            party,
            queue: queue.to_owned(),
            queue_id,
            created,
            ended: None,
            cause: None,
            reason: None,
            to_call: None,
            to_device: None,
            inferred: false,
            dirty: false,
        });
        self.visit_history(key, created);
        Some(key)
    }

    /// The stay ended at `time`.
    pub fn leave_queue(&mut self, key: Key<QueueVisit>, end: &VisitEnd<'_>, time: i64) {
        let to = match end {
            VisitEnd::Distributed(call, device) => {
                let device = Some((*device).to_owned()).filter(|device| !device.is_empty());
                Some((self.calls.get(*call).map(|call| call.id.clone()), device))
            }
            VisitEnd::Abandoned | VisitEnd::Left(_) => None,
        };
        let Some(visit) = self.visits.get_mut(key) else { return };
        if visit.ended.is_some() {
            return;
        }
        let time = time.max(visit.created);
        visit.ended = Some(time);
        visit.cause = Some(match end {
            VisitEnd::Distributed(..) => 1,
            VisitEnd::Abandoned => 2,
            VisitEnd::Left(_) => 3,
        });
        if let VisitEnd::Left(reason) = end {
            visit.reason = Some((*reason).to_owned());
        }
        if let Some((call, device)) = to {
            visit.to_call = call;
            visit.to_device = device;
        }
        let (call, party, waited) = (visit.call, visit.party, time.saturating_sub(visit.created));
        self.visit_history(key, time);
        if let Some(party) = party {
            self.party_queued(party, waited);
        }
        match end {
            VisitEnd::Abandoned => self.abandon_call(call),
            VisitEnd::Distributed(..) => self.count_divert(call),
            VisitEnd::Left(_) => {
                self.count_divert(call);
                self.forget_refusal(call);
            }
        }
        self.leave_call_of_visit(call);
        self.end_call_if_empty(call);
    }

    /// Ends a stay of which no ending event can come any more.
    pub fn end_stuck_visit(&mut self, key: Key<QueueVisit>, time: i64) {
        let Some(visit) = self.visits.get_mut(key) else { return };
        if visit.ended.is_some() {
            return;
        }
        let time = time.max(visit.created);
        visit.ended = Some(time);
        visit.cause = Some(3);
        visit.reason = Some("stuck".to_owned());
        visit.inferred = true;
        let call = visit.call;
        self.visit_history(key, time);
        self.leave_call_of_visit(call);
    }

    fn leave_call_of_visit(&mut self, call: Key<Call>) {
        if let Some(call) = self.calls.get_mut(call) {
            call.visits = call.visits.saturating_sub(1);
        }
    }

    fn visit_history(&mut self, key: Key<QueueVisit>, time: i64) {
        let Some(visit) = self.visits.get_mut(key) else { return };
        if !visit.dirty {
            visit.dirty = true;
            self.changed.visits.push(key);
        }
        self.rows.g_route_res_vq_hist.push(GRouteResVqHist {
            at: self.rows.at,
            vqid: visit.vqid(),
            origcallid: Some(visit.call_id.clone()),
            distcallid: visit.to_call.clone(),
            endpointdn: Some(visit.queue.clone()),
            state: Some(visit.state()),
            cause: visit.cause,
            added: Some(time),
            ext: visit.ext(),
        });
    }

    pub(super) fn write_visit(&mut self, key: Key<QueueVisit>) {
        let Some(visit) = self.visits.get_mut(key) else { return };
        visit.dirty = false;
        let row = GVirtualQueue {
            at: self.rows.at,
            vqid: visit.vqid(),
            origcallid: Some(visit.call_id.clone()),
            distcallid: visit.to_call.clone(),
            endpointdn: Some(visit.queue.clone()),
            endpointid: Some(visit.queue_id),
            state: Some(visit.state()),
            cause: visit.cause,
            distdn: visit.to_device.clone(),
            created: Some(visit.created),
            terminated: visit.ended,
            ext: visit.ext(),
        };
        let gone = visit.ended.is_some();
        self.rows.g_virtual_queue.push(row);
        if gone {
            self.visits.remove(key);
        }
    }
}

impl QueueVisit {
    fn vqid(&self) -> String {
        self.name.as_ref().map_or_else(|| self.id.text(), ToString::to_string)
    }

    fn state(&self) -> i32 {
        if self.ended.is_some() { 2 } else { 1 }
    }

    /// `GSYS_EXT_VCH1` says why a stay ended otherwise.
    fn ext(&self) -> Option<Ext> {
        let reason = self.reason.as_ref()?;
        Some(Ext { vch1: Some(reason.clone()), ..inferred_ext(self.inferred).unwrap_or_default() })
    }
}
