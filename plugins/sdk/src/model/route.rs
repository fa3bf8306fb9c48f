//! Where a call was routed: one row of G_ROUTE_RESULT for each decision.

use super::{Call, Model, Party};
use crate::{ids::Guid, rows::GRouteResult, store::Key};

/// `RESULT`: delivered.
const DELIVERED: i32 = 1;
/// `RESULT`: did not reach a target.
const FAILED: i32 = 2;

/// `RTARGETTYPESELECTED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteTarget {
    /// Not known.
    Unknown = 0,
    /// An agent.
    Agent = 1,
    /// A queue.
    Queue = 3,
    /// A routing point.
    RoutingPoint = 4,
    /// Another device.
    OtherDn = 5,
}

/// A call that was given to an agent.
#[derive(Debug)]
pub struct Routed<'a> {
    /// The call.
    pub call: Key<Call>,
    /// The agent's party.
    pub party: Option<Key<Party>>,
    /// The agent.
    pub agent: &'a str,
    /// What was selected: the device.
    pub object: &'a str,
    /// Who decided: the queue.
    pub by: &'a str,
}

/// A call for which a queue or a routing point found a target, or found none.
#[derive(Debug)]
pub struct RouteResult<'a> {
    /// The call.
    pub call: Key<Call>,
    /// PARTYID of the party that was routed; it may have ended already.
    pub party: Option<Guid>,
    /// A target was found.
    pub delivered: bool,
    /// What the target is.
    pub target: RouteTarget,
    /// The target: its number.
    pub object: Option<&'a str>,
    /// The agent at the target; empty if there is none.
    pub agent: &'a str,
    /// Who decided.
    pub by: &'a str,
}

impl Model {
    /// The call was routed.
    pub fn route(&mut self, routed: &Routed<'_>) {
        self.route_to(&RouteResult {
            call: routed.call,
            party: routed.party.and_then(|party| self.parties.get(party)).map(|party| party.id),
            delivered: true,
            target: RouteTarget::Agent,
            object: Some(routed.object),
            agent: routed.agent,
            by: routed.by,
        });
    }

    /// A routing decision was carried out.
    pub fn route_to(&mut self, result: &RouteResult<'_>) {
        let Some(call) = self.calls.get(result.call) else { return };
        self.rows.g_route_result.push(GRouteResult {
            at: self.rows.at,
            callid: call.id.clone(),
            partyid: result.party.map(Guid::text),
            result: Some(if result.delivered { DELIVERED } else { FAILED }),
            rtargettypeselected: Some(result.target as i32),
            rtargetruleselected: None,
            rtargetobjectselected: result.object.map(str::to_owned),
            rtargetagentselected: result.agent.to_owned(),
            rtargetplaceselected: None,
            rtenant: None,
            rstrategyname: Some(result.by.to_owned()),
            created: Some(self.now),
            ext: None,
        });
    }
}
