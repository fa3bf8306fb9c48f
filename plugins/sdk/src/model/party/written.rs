//! The rows of a party: G_PARTY, G_PARTY_STAT when it has ended.

use super::Party;
use crate::{
    ids::Guid,
    model::inferred_ext,
    rows::{GParty, GPartyStat},
    time::seconds,
};

impl Party {
    pub(super) fn row(&self, at: u32) -> GParty {
        GParty {
            at,
            partyid: self.id.text(),
            partyguid: Some(self.guid.text()),
            type_: Some(self.party_type as i32),
            prole: Some(self.role as i32),
            parentpartyid: self.parent.map(Guid::text),
            parentlinktype: self.parent_link,
            callid: Some(self.call_id.clone()),
            state: Some(self.state as i32),
            endpointdn: Some(self.dn.clone()),
            endpointid: Some(self.endpoint.0),
            endpointtype: Some(self.endpoint.1),
            agentid: self.agent,
            loginsessionid: self.session_id.map(Guid::text),
            placeid: None,
            queuedn: self.queue.clone(),
            ccevent: Some(self.cc_event as i32),
            cceventcause: self.cause,
            created: Some(self.created),
            terminated: self.ended,
            lastchange: Some(self.changed),
            ext: inferred_ext(self.inferred),
        }
    }

    pub(super) fn statistics(&self, at: u32) -> GPartyStat {
        GPartyStat {
            at,
            partyid: self.id.text(),
            tt_alerting: Some(seconds(self.spent.alerting)),
            tt_connected: Some(seconds(self.spent.connected)),
            tt_hold: Some(seconds(self.spent.held)),
            tt_queued: Some(seconds(self.spent.queued)),
            tt_acw: Some(0),
            tt_dialing: Some(seconds(self.spent.dialing)),
            f_released_local: Some(self.released_local.into()),
            ext: inferred_ext(self.inferred),
        }
    }
}
