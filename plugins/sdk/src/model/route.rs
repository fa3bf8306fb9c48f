//! Where a call was routed: one row of G_ROUTE_RESULT for each decision.

use super::{Call, Model, Party};
use crate::{rows::GRouteResult, store::Key};

/// `RTARGETTYPESELECTED`: an agent.
const TARGET_AGENT: i32 = 1;
/// `RESULT`: delivered.
const DELIVERED: i32 = 1;

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

impl Model {
    /// The call was routed.
    pub fn route(&mut self, routed: &Routed<'_>) {
        let Some(call) = self.calls.get(routed.call) else { return };
        self.rows.g_route_result.push(GRouteResult {
            at: self.rows.at,
            callid: call.id.clone(),
            partyid: routed.party.and_then(|party| self.parties.get(party)).map(|party| party.id.text()),
            result: Some(DELIVERED),
            rtargettypeselected: Some(TARGET_AGENT),
            rtargetruleselected: None,
            rtargetobjectselected: Some(routed.object.to_owned()),
            rtargetagentselected: routed.agent.to_owned(),
            rtargetplaceselected: None,
            rtenant: None,
            rstrategyname: Some(routed.by.to_owned()),
            created: Some(self.now),
            ext: None,
        });
    }
}
