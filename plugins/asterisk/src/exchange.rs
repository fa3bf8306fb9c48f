//! What is known of the exchange, and how its channels become parties of calls.

use crate::{
    channel::{Bridge, Channel, ChannelKind, device_of, dialled_number, kind_of, made_at, other_end, plain_name},
    config::Config,
    headers::{Shown, known},
    members::Members,
    sync::Doubt,
};
use concentrator_sdk::{
    Model,
    model::{Call, CallType, CcEvent, EndpointType, LoginSession, NewParty, Party, PartyState, PartyType, Role},
    store::{Index, Key, Store},
};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Uniqueids of ended channels that are remembered, so that late events do not bring them to life again.
const ENDED_MAX: usize = 8192;
/// Longest Uniqueid that is one: what the columns of GUIDs take.
const UNIQUEID_MAX: usize = 50;
/// DN of an outside party whose number is not known.
const NUMBER_UNKNOWN: &str = "unknown";

/// What is known of the exchange.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Exchange {
    #[serde(skip)]
    pub(crate) config: Config,
    pub(crate) model: Model,
    pub(crate) channels: Store<Channel>,
    #[serde(skip)]
    uniqueids: Index<Key<Channel>>,
    names: Index<Key<Channel>>,
    devices: Index<Vec<Key<Channel>>>,
    ended: VecDeque<Box<str>>,
    #[serde(skip)]
    ended_ids: Index<()>,
    pub(crate) bridges: Store<Bridge>,
    pub(crate) bridge_ids: Index<Key<Bridge>>,
    pub(crate) members: Members,
    /// Keys of attached data, in the order in which they were first seen.
    pub(crate) keys: Vec<Box<str>>,
    /// Number of the connection.
    pub(crate) connection: u32,
    /// When the source was last heard in the connection before.
    pub(crate) alive_until: i64,
    pub(crate) state_requested: bool,
    /// What the answer lacked is closed when this is over.
    pub(crate) doubt: Option<Doubt>,
    /// Channels that have been made, to look now and then for those whose end was lost.
    pub(crate) made: u32,
}

impl Exchange {
    /// The state was restored: makes the indexes that it does not hold.
    pub(crate) fn index(&mut self) {
        self.uniqueids = self.channels.index(|channel| &channel.uniqueid);
        self.ended_ids = self.ended.iter().map(|uniqueid| (uniqueid.clone(), ())).collect();
    }

    /// The channel of that Uniqueid.
    pub(crate) fn find(&self, uniqueid: &str) -> Option<Key<Channel>> {
        self.uniqueids.get(uniqueid).copied()
    }

    /// The channel of that name.
    pub(crate) fn find_name(&self, name: &str) -> Option<Key<Channel>> {
        self.names.get(plain_name(name)).copied()
    }

    /// The other end of a Local channel.
    pub(crate) fn other(&self, key: Key<Channel>) -> Option<Key<Channel>> {
        let channel = self.channels.get(key)?;
        if !channel.is_plumbing() {
            return None;
        }
        self.find_name(&other_end(&channel.name)?)
    }

    /// The channel that an event shows; one that is not known yet is taken in, unless it has ended already.
    pub(crate) fn channel(&mut self, shown: &Shown<'_>) -> Option<Key<Channel>> {
        if let Some(key) = self.find(shown.uniqueid) {
            let connection = self.connection;
            let channel = self.channels.get_mut(key)?;
            channel.seen = connection;
            // Masquerades swap names: the Uniqueid stays with the one that is talked of.
            if !shown.name.is_empty() && *channel.name != *plain_name(shown.name) {
                self.rename(key, shown.name);
            }
            let channel = self.channels.get_mut(key)?;
            if channel.exten.is_empty() && !shown.exten.is_empty() {
                channel.exten = shown.exten.into();
            }
            if channel.number.is_empty()
                && let Some(number) = known(shown.number)
            {
                channel.number = number.into();
            }
            return Some(key);
        }
        let created = made_at(shown.uniqueid).map_or(self.model.now(), |made| made.min(self.model.now()));
        let key = self.take_in(shown, created)?;
        let channel = self.channels.get_mut(key)?;
        channel.outgoing = !channel.is_first();
        channel.found = true;
        Some(key)
    }

    /// A channel begins.
    pub(crate) fn take_in(&mut self, shown: &Shown<'_>, created: i64) -> Option<Key<Channel>> {
        let valid = !shown.uniqueid.is_empty() && !shown.name.is_empty() && shown.uniqueid.len() <= UNIQUEID_MAX;
        if !valid || self.ended_ids.contains_key(shown.uniqueid) {
            return None;
        }
        let name = plain_name(shown.name);
        let device = device_of(name);
        let linkedid =
            Some(shown.linkedid).filter(|id| !id.is_empty() && id.len() <= UNIQUEID_MAX).unwrap_or(shown.uniqueid);
        let kind = kind_of(name, &self.config.trunks);
        let key = self.channels.insert(Channel {
            uniqueid: shown.uniqueid.into(),
            name: name.into(),
            linkedid: linkedid.into(),
            kind,
            device: device.into(),
            state: shown.state.unwrap_or_default(),
            created,
            outgoing: false,
            found: false,
            number: known(shown.number).unwrap_or_default().into(),
            exten: shown.exten.into(),
            party: None,
            second: None,
            parts: 0,
            bridge: None,
            call: None,
            keeps: None,
            consulting: None,
            dialled_by: None,
            dials: Vec::new(),
            stay: None,
            queue_application: None,
            offer: None,
            login: false,
            hangup_requested: false,
            picked_up: false,
            transferred: false,
            variables: Vec::new(),
            seen: self.connection,
        });
        self.uniqueids.insert(shown.uniqueid.into(), key);
        self.names.insert(name.into(), key);
        if kind == ChannelKind::Inside {
            self.devices.entry(device.into()).or_default().push(key);
        }
        Some(key)
    }

    /// A channel goes.
    pub(crate) fn forget(&mut self, key: Key<Channel>) -> Option<Channel> {
        self.leave_bridge(key);
        let channel = self.channels.remove(key)?;
        self.uniqueids.remove(&channel.uniqueid);
        if self.names.get(&channel.name) == Some(&key) {
            self.names.remove(&channel.name);
        }
        if let Some(at_device) = self.devices.get_mut(&channel.device) {
            at_device.retain(|other| *other != key);
            if at_device.is_empty() {
                self.devices.remove(&channel.device);
            }
        }
        self.remember_ended(&channel.uniqueid);
        Some(channel)
    }

    /// What is still said of that channel comes too late.
    pub(crate) fn remember_ended(&mut self, uniqueid: &str) {
        if uniqueid.is_empty() || uniqueid.len() > UNIQUEID_MAX {
            return;
        }
        if self.ended.len() >= ENDED_MAX
            && let Some(oldest) = self.ended.pop_front()
        {
            self.ended_ids.remove(&oldest);
        }
        if self.ended_ids.insert(uniqueid.into(), ()).is_none() {
            self.ended.push_back(uniqueid.into());
        }
    }

    /// A channel was given another name.
    pub(crate) fn rename(&mut self, key: Key<Channel>, name: &str) {
        let name = plain_name(name);
        let Some(channel) = self.channels.get_mut(key) else { return };
        let old = std::mem::replace(&mut channel.name, name.into());
        if self.names.get(&old) == Some(&key) {
            self.names.remove(&old);
        }
        self.names.insert(name.into(), key);
    }

    /// The channels at a device.
    pub(crate) fn at_device(&self, device: &str) -> &[Key<Channel>] {
        self.devices.get(device).map_or(&[], Vec::as_slice)
    }

    /// The call to which a channel belongs.
    pub(crate) fn call_of(&self, key: Key<Channel>) -> Option<Key<Call>> {
        let channel = self.channels.get(key)?;
        if let Some(party) = channel.party.and_then(|party| self.model.party(party)) {
            return Some(party.call());
        }
        let laid_for = channel.call.filter(|call| self.model.call(*call).is_some());
        laid_for.or_else(|| self.model.find_call(&channel.linkedid))
    }

    /// The channel's party; it begins if there is none yet. Plumbing has none.
    pub(crate) fn party(&mut self, key: Key<Channel>) -> Option<Key<Party>> {
        let channel = self.channels.get(key)?;
        if channel.party.is_some() || channel.is_plumbing() {
            return channel.party;
        }
        self.begin_party(key, None)
    }

    /// The channel's party begins; `dialled` is what was dialled to reach it.
    pub(crate) fn begin_party(&mut self, key: Key<Channel>, dialled: Option<&str>) -> Option<Key<Party>> {
        let channel = self.channels.get(key)?;
        let dialled_call = channel.dialled_by.and_then(|by| self.call_of(by));
        let parent = channel.dialled_by.and_then(|by| self.channels.get(by)).and_then(|by| {
            // Over plumbing that was laid for a consultation, it is the one who consults.
            by.party.or_else(|| self.channels.get(by.consulting?)?.second)
        });
        let (call, is_new) = match dialled_call.or_else(|| self.model.find_call(&channel.linkedid)) {
            Some(call) => (call, false),
            None => (self.open_call(key)?, true),
        };
        let session = self.session_at(key);
        let queue = self.offer_of(key).map(|offer| offer.queue.clone());
        let channel = self.channels.get(key)?;
        let trunk = channel.kind == ChannelKind::Trunk;
        let endpoint_name = channel.endpoint().to_owned();
        let number = Some(&*channel.number).filter(|number| !number.is_empty());
        let dn = match (trunk, channel.outgoing) {
            (false, _) => endpoint_name.clone(),
            (true, false) => number.unwrap_or(NUMBER_UNKNOWN).to_owned(),
            (true, true) => {
                let dialled = dialled.and_then(|dialled| dialled_number(dialled, &endpoint_name));
                dialled.or(number).unwrap_or(NUMBER_UNKNOWN).to_owned()
            }
        };
        let endpoint_type = if trunk { EndpointType::Trunk } else { EndpointType::Dn };
        let device = channel.device.clone();
        let endpoint = (self.model.endpoint(&endpoint_name, endpoint_type, &device), endpoint_type as i32);
        let channel = self.channels.get(key)?;
        let party = self.model.add_party(&NewParty {
            call,
            device: &channel.uniqueid,
            ordinal: channel.parts,
            party_type: if trunk { PartyType::External } else { PartyType::Internal },
            role: if channel.outgoing { Role::Destination } else { Role::Origination },
            dn: &dn,
            endpoint,
            parent,
            queue: queue.as_deref(),
            session,
            // Of a channel that was there before it was seen, the states before are not known.
            state: if channel.found { state_of(channel) } else { PartyState::Dialing },
            created: channel.created,
        })?;
        let (state, outgoing, first) = (channel.state, channel.outgoing, channel.is_first());
        if let Some(channel) = self.channels.get_mut(key) {
            channel.party = Some(party);
            channel.parts += 1;
        }
        self.set_type_of_call(call, trunk, outgoing, first);
        if first {
            self.name_call(key, call, &dn);
        }
        if is_new && !trunk && !outgoing {
            self.recognise_consultation(key, call);
        }
        self.show_state(key, state);
        self.attach_variables(key);
        Some(party)
    }

    fn open_call(&mut self, key: Key<Channel>) -> Option<Key<Call>> {
        let channel = self.channels.get(key)?;
        let first = self.find(&channel.linkedid);
        let over = first.is_none() && self.ended_ids.contains_key(&channel.linkedid);
        if over || self.model.has_ended(&channel.linkedid) {
            // The tail of a call that is over.
            return None;
        }
        let created = if channel.is_first() {
            channel.created
        } else {
            made_at(&channel.linkedid).map_or(channel.created, |made| made.min(channel.created))
        };
        let call = self.model.open_call(&channel.linkedid, &channel.linkedid, created);
        // A call that began with plumbing lasts as long as that, however many devices are tried in turn.
        if let Some(first) = first.filter(|first| *first != key)
            && let Some(channel) = self.channels.get_mut(first)
            && channel.is_plumbing()
            && channel.keeps.is_none()
        {
            channel.keeps = Some(call);
            self.model.keep_call(call);
        }
        Some(call)
    }

    /// The first channel tells who calls and what was dialled.
    fn name_call(&mut self, key: Key<Channel>, call: Key<Call>, dn: &str) {
        let Some(channel) = self.channels.get(key) else { return };
        if channel.outgoing {
            self.model.set_numbers(call, None, Some(dn));
        } else {
            let exten = Some(&*channel.exten).filter(|exten| !matches!(*exten, "" | "s"));
            self.model.set_numbers(call, Some(&*channel.number).filter(|number| !number.is_empty()), exten);
        }
    }

    fn set_type_of_call(&mut self, call: Key<Call>, trunk: bool, outgoing: bool, first: bool) {
        let Some(known) = self.model.call(call).map(Call::call_type) else { return };
        let call_type = match (trunk, outgoing) {
            (true, false) if first || known == CallType::Unknown => CallType::Inbound,
            (true, true) if matches!(known, CallType::Unknown | CallType::Internal) => CallType::Outbound,
            (false, _) if known == CallType::Unknown && first => CallType::Internal,
            (false, true) if known == CallType::Unknown => return,
            _ => return,
        };
        self.model.set_call_type(call, call_type);
    }

    /// A call that a device makes while it has another one is a consultation.
    fn recognise_consultation(&mut self, key: Key<Channel>, call: Key<Call>) {
        let Some(channel) = self.channels.get(key) else { return };
        let parent = self.at_device(&channel.device).iter().rev().filter(|other| **other != key).find_map(|other| {
            let other = self.channels.get(*other).filter(|other| !other.login)?;
            let party = self.model.party(other.party?)?;
            let talks = matches!(party.state(), PartyState::Connected | PartyState::Held);
            (talks && party.call() != call).then_some(party.call())
        });
        if let Some(parent) = parent {
            self.model.consult_from(call, parent);
        }
    }

    /// The session of the agent at a channel's device.
    pub(crate) fn session_at(&self, key: Key<Channel>) -> Option<Key<LoginSession>> {
        let channel = self.channels.get(key)?;
        if channel.login || channel.is_plumbing() {
            return None;
        }
        // A member of a queue may also be somebody outside.
        let offered = self.offer_of(key).and_then(|offer| offer.session);
        let at_device = || self.members.at_device(&channel.device).filter(|_| channel.kind == ChannelKind::Inside);
        let session = offered.or_else(at_device);
        session.filter(|session| self.model.session(*session).is_some())
    }

    /// The offer that a channel is part of, directly or over plumbing.
    pub(crate) fn offer_of(&self, key: Key<Channel>) -> Option<&crate::channel::Offer> {
        let channel = self.channels.get(key)?;
        if channel.offer.is_some() {
            return channel.offer.as_ref();
        }
        let by = self.channels.get(channel.dialled_by?)?;
        if by.is_plumbing() {
            return self.channels.get(self.other(channel.dialled_by?)?)?.offer.as_ref();
        }
        None
    }

    /// The state that Asterisk gives a channel, shown by its party.
    pub(crate) fn show_state(&mut self, key: Key<Channel>, state: u8) {
        let Some(channel) = self.channels.get_mut(key) else { return };
        channel.state = state;
        let Some(party) = channel.party else { return };
        let Some(now) = self.model.party(party).map(Party::state) else { return };
        match (state, now) {
            (5, PartyState::Dialing) if channel.outgoing => {
                self.model.set_party_state(party, PartyState::Alerting, CcEvent::Ringing, None);
            }
            (6, PartyState::Dialing | PartyState::Alerting) => {
                self.model.set_party_state(party, PartyState::Connected, CcEvent::Established, None);
            }
            _ => {}
        }
    }
}

/// The state of a party on a channel in this state.
fn state_of(channel: &Channel) -> PartyState {
    match channel.state {
        6 => PartyState::Connected,
        5 if channel.outgoing => PartyState::Alerting,
        _ => PartyState::Dialing,
    }
}
