//! Who hears whom: bridges, and the Local channels that link them. Calls whose parties hear each other are one call.

use crate::{
    channel::{Bridge, Channel, ChannelKind},
    exchange::Exchange,
    headers::Headers,
};
use concentrator_sdk::{
    View,
    model::{Call, CcEvent, EndpointType, LoginSession, MergeType, NewParty, Party, PartyState, PartyType, Role},
    store::Key,
};

/// Channels that a conversation is followed to.
const CONVERSATION_MAX: usize = 512;
/// `PARENTLINKTYPE` of a party that came by a transfer, by a conference.
pub(crate) const LINK_TRANSFER: i32 = 1;
pub(crate) const LINK_CONFERENCE: i32 = 2;

impl Exchange {
    pub(crate) fn bridge_shown(&mut self, headers: &Headers<'_>, event: &View<'_>) {
        self.bridge(headers.bridge, event);
    }

    fn bridge(&mut self, id: &str, event: &View<'_>) -> Option<Key<Bridge>> {
        if id.is_empty() {
            return None;
        }
        let holding = event.text("BridgeTechnology") == Some("holding_bridge")
            || event.text("BridgeType").is_some_and(|of| matches!(of, "agent_hold" | "parking" | "holding"));
        if let Some(&key) = self.bridge_ids.get(id) {
            if let Some(bridge) = self.bridges.get_mut(key) {
                bridge.holding |= holding;
            }
            return Some(key);
        }
        let key = self.bridges.insert(Bridge { holding, ..Bridge::default() });
        self.bridge_ids.insert(id.into(), key);
        Some(key)
    }

    pub(crate) fn bridge_destroy(&mut self, headers: &Headers<'_>) {
        let Some(key) = self.bridge_ids.remove(headers.bridge) else { return };
        for member in self.bridges.remove(key).map(|bridge| bridge.members).unwrap_or_default() {
            if let Some(channel) = self.channels.get_mut(member) {
                channel.bridge = None;
            }
        }
    }

    pub(crate) fn bridge_enter(&mut self, headers: &Headers<'_>, event: &View<'_>) {
        let Some(key) = self.channel_with_variables(&headers.channel) else { return };
        self.party(key);
        if let Some(state) = headers.channel.state {
            self.show_state(key, state);
        }
        let Some(bridge) = self.bridge(headers.bridge, event) else { return };
        if let Some(swapped) = event.text("SwapUniqueid").and_then(|uniqueid| self.find(uniqueid)) {
            self.leave_bridge(swapped);
        }
        self.enter_bridge(key, bridge);
    }

    pub(crate) fn enter_bridge(&mut self, key: Key<Channel>, bridge: Key<Bridge>) {
        self.leave_bridge(key);
        if let Some(channel) = self.channels.get_mut(key) {
            channel.bridge = Some(bridge);
        }
        let Some(of) = self.bridges.get_mut(bridge) else { return };
        of.members.push(key);
        if of.holding {
            return;
        }
        self.stay_left_behind(key, Some(bridge));
        self.visit_by_pool_agent(key, bridge);
        self.unite(bridge);
        self.connect(bridge);
    }

    pub(crate) fn bridge_leave(&mut self, headers: &Headers<'_>) {
        let Some(key) = self.channel_with_variables(&headers.channel) else { return };
        self.leave_bridge(key);
        if self.channels.get(key).is_some_and(|of| of.login) {
            self.end_second_part(key, Some(16));
        }
    }

    pub(crate) fn leave_bridge(&mut self, key: Key<Channel>) {
        let Some(bridge) = self.channels.get_mut(key).and_then(|of| of.bridge.take()) else { return };
        if let Some(bridge) = self.bridges.get_mut(bridge) {
            bridge.members.retain(|member| *member != key);
        }
    }

    pub(crate) fn conference_joined(&mut self, headers: &Headers<'_>) {
        if let Some(key) = self.channel_with_variables(&headers.channel)
            && let Some(party) = self.party(key)
        {
            self.model.describe_party(party, None, None, Some(Role::ConferenceMember));
        }
    }

    /// The calls in which a channel has a part.
    fn sides(&self, key: Key<Channel>) -> [Option<Key<Call>>; 2] {
        let Some(channel) = self.channels.get(key) else { return [None; 2] };
        let second = channel.second.and_then(|party| self.model.party(party)).map(Party::call);
        // The call of an agent who waits in a pool is no conversation.
        let first = if channel.login && second.is_some() { None } else { self.call_of(key) };
        [first, second]
    }

    /// An agent of a pool, who has a call with the exchange all day, is given a customer: a part in the customer's call.
    fn visit_by_pool_agent(&mut self, key: Key<Channel>, bridge: Key<Bridge>) {
        let Some(channel) = self.channels.get(key) else { return };
        if channel.login {
            let others = self.bridges.get(bridge).map(|of| of.members.clone()).unwrap_or_default();
            for other in others.into_iter().filter(|other| *other != key) {
                self.give_second_part(key, other);
            }
        } else {
            let members = self.bridges.get(bridge).map(|of| of.members.clone()).unwrap_or_default();
            for agent in members {
                if agent != key && self.channels.get(agent).is_some_and(|of| of.login) {
                    self.give_second_part(agent, key);
                }
            }
        }
    }

    fn give_second_part(&mut self, agent: Key<Channel>, other: Key<Channel>) {
        let Some(call) = self.call_of(other) else { return };
        if self.call_of(agent) == Some(call) || self.channels.get(agent).is_none_or(|of| of.second.is_some()) {
            return;
        }
        let offer = self.offer_behind(other);
        let session = offer.as_ref().and_then(|offer| offer.session);
        let queue = offer.map(|offer| offer.queue);
        self.second_part(agent, call, Role::Destination, PartyState::Connected, queue.as_deref(), session);
    }

    fn offer_behind(&self, key: Key<Channel>) -> Option<crate::channel::Offer> {
        let own = self.channels.get(key)?.offer.clone();
        own.or_else(|| self.channels.get(self.other(key)?)?.offer.clone())
    }

    /// A channel takes part in a second call.
    pub(crate) fn second_part(
        &mut self,
        key: Key<Channel>,
        call: Key<Call>,
        role: Role,
        state: PartyState,
        queue: Option<&str>,
        session: Option<Key<LoginSession>>,
    ) -> Option<Key<Party>> {
        let channel = self.channels.get(key)?;
        let (dn, device) = (channel.endpoint().to_owned(), channel.device.clone());
        let trunk = channel.kind == ChannelKind::Trunk;
        let endpoint_type = if trunk { EndpointType::Trunk } else { EndpointType::Dn };
        let endpoint = (self.model.endpoint(&dn, endpoint_type, &device), endpoint_type as i32);
        let channel = self.channels.get(key)?;
        let party = self.model.add_party(&NewParty {
            call,
            device: &channel.uniqueid,
            ordinal: channel.parts,
            party_type: if trunk { PartyType::External } else { PartyType::Internal },
            role,
            dn: &dn,
            endpoint,
            parent: None,
            queue,
            session,
            state,
            created: self.model.now(),
        })?;
        let channel = self.channels.get_mut(key)?;
        channel.second = Some(party);
        channel.parts += 1;
        Some(party)
    }

    /// The channels of real devices that hear each other in a bridge, and over Local channels in others.
    pub(crate) fn conversation(&self, bridge: Key<Bridge>) -> Vec<Key<Channel>> {
        let mut bridges = vec![bridge];
        let mut channels = Vec::new();
        let mut at = 0;
        while let Some(&bridge) = bridges.get(at) {
            at += 1;
            for &member in self.bridges.get(bridge).map_or(&[][..], |bridge| bridge.members.as_slice()) {
                let Some(channel) = self.channels.get(member) else { continue };
                if !channel.is_plumbing() {
                    channels.push(member);
                } else if let Some(other) = self.other(member)
                    && let Some(next) = self.channels.get(other).and_then(|other| other.bridge)
                    && !bridges.contains(&next)
                {
                    bridges.push(next);
                }
            }
            if channels.len() > CONVERSATION_MAX {
                break;
            }
        }
        channels
    }

    /// Calls that meet in a bridge become one: the older goes on.
    fn unite(&mut self, bridge: Key<Bridge>) {
        let members = self.bridges.get(bridge).map(|bridge| bridge.members.clone()).unwrap_or_default();
        // Only the last to come can bring another call.
        let Some((&last, others)) = members.split_last() else { return };
        for &other in others {
            let (sides, other_sides) = (self.sides(last), self.sides(other));
            let meet = sides.iter().flatten().any(|call| other_sides.contains(&Some(*call)));
            let (Some(call), Some(other_call)) = (sides[0].or(sides[1]), other_sides[0].or(other_sides[1])) else {
                continue;
            };
            if !meet {
                let talking = self.conversation(bridge);
                let kind = if talking.len() > 2 { MergeType::Conference } else { MergeType::Transfer };
                self.unite_calls(call, other_call, kind, &talking);
                for plumbing in [last, other] {
                    self.bring_dialled(plumbing, call, other_call);
                }
            }
        }
    }

    /// The younger of two calls is merged into the older, to which those who talk go over.
    pub(crate) fn unite_calls(&mut self, a: Key<Call>, b: Key<Call>, kind: MergeType, talking: &[Key<Channel>]) {
        let (Some(call_a), Some(call_b)) = (self.model.call(a), self.model.call(b)) else { return };
        let a_is_older =
            (call_a.created(), call_a.id().len(), call_a.id()) <= (call_b.created(), call_b.id().len(), call_b.id());
        let (older, younger) = if a_is_older { (a, b) } else { (b, a) };
        self.model.merge_call(younger, older, kind);
        let link = if kind == MergeType::Conference { LINK_CONFERENCE } else { LINK_TRANSFER };
        for &key in talking {
            let Some(channel) = self.channels.get(key) else { continue };
            let (first, second) = (channel.party, channel.second);
            if second.and_then(|party| self.model.party(party)).is_some_and(|party| party.call() == younger) {
                // It has its part in the older one.
                self.end_second_part(key, None);
            } else if let Some(party) = first
                && self.model.party(party).is_some_and(|party| party.call() == younger)
            {
                self.model.move_party(party, older, None, link);
            }
        }
    }

    /// Who is still being dialled over plumbing goes over with it.
    fn bring_dialled(&mut self, plumbing: Key<Channel>, a: Key<Call>, b: Key<Call>) {
        let Some(other) = self.other(plumbing) else { return };
        let dials = self.channels.get(other).map(|of| of.dials.clone()).unwrap_or_default();
        let survivor = [a, b].into_iter().find(|call| self.model.call(*call).is_some_and(|call| !call.is_merged()));
        let Some(survivor) = survivor else { return };
        for dialled in dials {
            if let Some(party) = self.channels.get(dialled).and_then(|of| of.party) {
                self.model.move_party(party, survivor, None, LINK_TRANSFER);
            }
        }
    }

    /// Two who hear each other have been connected; three are a conference.
    fn connect(&mut self, bridge: Key<Bridge>) {
        let talking = self.conversation(bridge);
        let parties: Vec<Key<Party>> = talking
            .iter()
            .filter_map(|key| self.channels.get(*key))
            .filter_map(|channel| channel.second.or(channel.party))
            .collect();
        if parties.len() < 2 {
            return;
        }
        for &party in &parties {
            let Some(of) = self.model.party(party) else { continue };
            if matches!(of.state(), PartyState::Dialing | PartyState::Alerting) {
                self.model.set_party_state(party, PartyState::Connected, CcEvent::Established, None);
            }
        }
        let calls: Vec<_> = parties.iter().filter_map(|party| self.model.party(*party)).map(Party::call).collect();
        let outside = parties
            .iter()
            .filter_map(|party| self.model.party(*party))
            .any(|party| party.party_type() == PartyType::External);
        for (at, &call) in calls.iter().enumerate() {
            if calls.iter().skip(at + 1).any(|other| *other == call) {
                self.model.connect_call(call, outside);
            }
        }
        if parties.len() > 2
            && let Some(of) = self.bridges.get_mut(bridge)
            && !of.conference
        {
            of.conference = true;
            if let Some(&call) = calls.first() {
                self.model.count_conference(call);
            }
            for party in parties {
                self.model.describe_party(party, None, None, Some(Role::ConferenceMember));
            }
        }
    }
}
