//! Channels begin, ring, are answered, hold, hang up.

use crate::{
    channel::ChannelKind,
    exchange::Exchange,
    headers::{Headers, Shown, known},
};
use concentrator_sdk::{
    View,
    model::{CcEvent, Party, PartyState, Role, VisitEnd},
    store::Key,
};

use crate::channel::Channel;

/// Channel state of a channel that the exchange made and has not used yet.
const DOWN: u8 = 0;
/// Channel state of a caller who is not answered yet.
const RING: u8 = 4;
/// Channel state of a channel that is answered.
const UP: u8 = 6;
/// New channels after which those are looked for whose end was lost.
const SWEEP_EVERY: u32 = 1 << 15;
/// Hangup cause: the called party is busy.
const USER_BUSY: i32 = 17;
/// Hangup cause: the called party rejects.
const REJECTED: i32 = 21;

impl Exchange {
    pub(crate) fn new_channel(&mut self, headers: &Headers<'_>) {
        let shown = &headers.channel;
        if self.find(shown.uniqueid).is_some() {
            return;
        }
        let Some(key) = self.take_in(shown, self.model.now()) else { return };
        let state = shown.state.unwrap_or_default();
        if let Some(channel) = self.channels.get_mut(key) {
            channel.outgoing = state == DOWN;
        }
        self.made = self.made.wrapping_add(1);
        if self.made.is_multiple_of(SWEEP_EVERY) {
            self.close_lost_channels();
        }
        self.variables_of(key, shown);
        // A channel that the exchange made belongs to the call for which it dials: that comes next.
        if state != DOWN {
            self.party(key);
        }
    }

    pub(crate) fn new_state(&mut self, headers: &Headers<'_>) {
        let Some(key) = self.channel_with_variables(&headers.channel) else { return };
        let Some(state) = headers.channel.state else { return };
        let Some(channel) = self.channels.get_mut(key) else { return };
        // Some technologies take a caller in as a channel that is down, and let it ring then.
        if state == RING && channel.party.is_none() && channel.dialled_by.is_none() && channel.is_first() {
            channel.outgoing = false;
        }
        let waits = channel.outgoing && channel.party.is_none();
        if !waits || state == UP {
            self.party(key);
        }
        self.show_state(key, state);
    }

    pub(crate) fn new_caller_id(&mut self, headers: &Headers<'_>) {
        self.channel_with_variables(&headers.channel);
    }

    pub(crate) fn new_exten(&mut self, headers: &Headers<'_>, event: &View<'_>) {
        let Some(key) = self.channel_with_variables(&headers.channel) else { return };
        self.stay_left_behind(key, None);
        let application = event.text("Application").unwrap_or_default();
        let queue = (application == "Queue")
            .then(|| event.text("AppData").and_then(|data| data.split(',').next()))
            .flatten()
            .and_then(known);
        if let Some(channel) = self.channels.get_mut(key)
            && channel.queue_application.as_deref() != queue
        {
            channel.queue_application = queue.map(Into::into);
        }
    }

    pub(crate) fn dial_begin(&mut self, headers: &Headers<'_>, dialled: Option<&str>) {
        let by = self.channel_with_variables(&headers.channel);
        let Some(dest) = self.channel_with_variables(&headers.dest) else { return };
        self.dialled_by(dest, by);
        let Some(channel) = self.channels.get(dest) else { return };
        if channel.party.is_none() && !channel.is_plumbing() {
            self.begin_party(dest, dialled);
        }
        if let Some(offer) = self.offer_of(dest).map(|offer| offer.queue.clone())
            && let Some(party) = self.channels.get(dest).and_then(|of| of.party)
        {
            let session = self.session_at(dest);
            self.model.describe_party(party, Some(&offer), session, None);
        }
    }

    /// `dest` is a channel that `by` dials.
    pub(crate) fn dialled_by(&mut self, dest: Key<Channel>, by: Option<Key<Channel>>) {
        let Some(by) = by.filter(|by| *by != dest) else { return };
        if let Some(channel) = self.channels.get_mut(dest)
            && channel.dialled_by.is_none()
        {
            channel.dialled_by = Some(by);
            channel.outgoing = true;
            if let Some(by) = self.channels.get_mut(by) {
                by.dials.retain(|known| *known != dest);
                by.dials.push(dest);
            }
        }
    }

    pub(crate) fn dial_goes_on(&mut self, headers: &Headers<'_>, status: Option<&str>) {
        let by = self.channel_with_variables(&headers.channel);
        let Some(dest) = self.channel_with_variables(&headers.dest) else { return };
        self.dialled_by(dest, by);
        self.party(dest);
        match (headers.dest.state, status) {
            (_, Some("ANSWER")) => self.show_state(dest, UP),
            (Some(state), _) => self.show_state(dest, state),
            (None, _) => {}
        }
    }

    pub(crate) fn hold(&mut self, headers: &Headers<'_>, holds: bool) {
        let Some(key) = self.channel_with_variables(&headers.channel) else { return };
        let first = self.party(key);
        // An agent of a pool holds the customer, not the call in which he waits.
        let second = self.channels.get(key).filter(|of| of.login).and_then(|of| of.second);
        let Some(party) = second.or(first) else { return };
        let state = self.model.party(party).map(Party::state);
        match (holds, state) {
            (true, Some(PartyState::Connected)) => {
                self.model.set_party_state(party, PartyState::Held, CcEvent::Held, None);
            }
            (false, Some(PartyState::Held)) => {
                self.model.set_party_state(party, PartyState::Connected, CcEvent::Retrieved, None);
            }
            _ => {}
        }
    }

    pub(crate) fn hangup_request(&mut self, headers: &Headers<'_>) {
        let Some(key) = self.channel_with_variables(&headers.channel) else { return };
        let Some(channel) = self.channels.get_mut(key) else { return };
        channel.hangup_requested = true;
        let (first, second, transferred) = (channel.party, channel.second, channel.transferred);
        for party in [first, second].into_iter().flatten() {
            self.party_hangs_up(party, transferred);
        }
    }

    /// The party itself ends its part, and with it the call, unless it has `transferred` that.
    fn party_hangs_up(&mut self, party: Key<Party>, transferred: bool) {
        self.model.hang_up(party);
        let Some(of) = self.model.party(party) else { return };
        let call = of.call();
        let Some(in_call) = self.model.call(call) else { return };
        let rings = in_call.parties().iter().filter(|other| **other != party).any(|other| {
            let state = self.model.party(*other).map(Party::state);
            matches!(state, Some(PartyState::Alerting | PartyState::Dialing))
        });
        let calls = matches!(of.state(), PartyState::Dialing | PartyState::Connected);
        let (released, connected) = (in_call.is_released(), in_call.was_connected());
        let goes_on = transferred && !in_call.is_merged();
        if !released && !goes_on {
            self.model.set_released_by(call, Some(party));
        }
        if rings && calls && !connected && self.model.party_is_first(party) {
            self.model.abandon_call(call);
        }
    }

    /// Asterisk ends a channel: who talks on it is taken for the one who ends the call, if nobody else is.
    pub(crate) fn soft_hangup_request(&mut self, headers: &Headers<'_>) {
        let Some(key) = self.channel_with_variables(&headers.channel) else { return };
        let Some(channel) = self.channels.get(key) else { return };
        let (Some(party), true, false) = (channel.party, channel.bridge.is_some(), channel.transferred) else { return };
        let Some(call) = self.model.party(party).map(Party::call) else { return };
        if self.model.call(call).is_some_and(|call| !call.is_released()) {
            self.model.set_released_by(call, Some(party));
        }
    }

    pub(crate) fn hangup(&mut self, headers: &Headers<'_>) {
        let shown = &headers.channel;
        let Some(key) = self.find(shown.uniqueid) else {
            self.remember_ended(shown.uniqueid);
            return;
        };
        self.variables_of(key, shown);
        let Some(channel) = self.channels.get(key) else { return };
        let own_tree = channel.is_first() || channel.dialled_by.is_some();
        let in_call = self.model.find_call(&channel.linkedid).is_some();
        if channel.party.is_none() && (own_tree || in_call) {
            self.party(key);
        }
        self.end_stay(key);
        if let Some(consulting) = self.channels.get(key).and_then(|of| of.consulting) {
            self.end_second_part(consulting, headers.cause);
        }
        self.end_second_part(key, headers.cause);
        let Some(channel) = self.forget(key) else { return };
        if let Some(party) = channel.party {
            self.end_party(party, headers.cause);
        }
        if let Some(call) = channel.keeps {
            self.model.let_go_of_call(call);
        }
    }

    pub(crate) fn end_party(&mut self, party: Key<Party>, cause: Option<i32>) {
        let Some(of) = self.model.party(party) else { return };
        let (call, state) = (of.call(), of.state());
        let event = match (state, cause) {
            (_, Some(USER_BUSY | REJECTED)) if state != PartyState::Connected => CcEvent::DestinationBusy,
            (PartyState::Alerting, _) => CcEvent::Abandoned,
            _ => CcEvent::Released,
        };
        self.model.end_party(party, event, cause);
        // Others talk on: it was not this one who ended the call.
        if self.model.call(call).is_some_and(|call| call.parties().len() >= 2) {
            self.model.set_released_by(call, None);
        }
    }

    /// The part that a channel has in a second call ends.
    pub(crate) fn end_second_part(&mut self, key: Key<Channel>, cause: Option<i32>) {
        if let Some(second) = self.channels.get_mut(key).and_then(|of| of.second.take()) {
            self.end_party(second, cause);
        }
    }

    /// Somebody takes a call that rings elsewhere: the two calls become one when the bridge shows it.
    pub(crate) fn pickup(&mut self, headers: &Headers<'_>) {
        let Some(key) = self.channel_with_variables(&headers.channel) else { return };
        if let Some(party) = self.party(key) {
            self.model.describe_party(party, None, None, Some(Role::NewParty));
        }
        if let Some(channel) = self.channels.get_mut(key) {
            channel.picked_up = true;
        }
    }

    pub(crate) fn spy_started(&mut self, event: &View<'_>) {
        let spy = Shown::with_prefix(event, "Spyer");
        if let Some(key) = self.channel(&spy)
            && self.channels.get(key).is_some_and(|of| of.kind != ChannelKind::Plumbing)
            && let Some(party) = self.party(key)
        {
            self.model.describe_party(party, None, None, Some(Role::Observer));
        }
    }

    pub(crate) fn renamed(&mut self, event: &View<'_>) {
        let Some(key) = event.text("Uniqueid").and_then(|uniqueid| self.find(uniqueid)) else { return };
        if let Some(name) = event.text("Newname") {
            self.rename(key, name);
        }
    }

    /// A caller who goes without a word about the queue has given up.
    fn end_stay(&mut self, key: Key<Channel>) {
        let now = self.model.now();
        if let Some(stay) = self.channels.get_mut(key).and_then(|of| of.stay.take()) {
            self.model.leave_queue(stay.visit, &VisitEnd::Abandoned, stay.left.unwrap_or(now));
        }
    }

    /// The channel that an event shows, and the attached data that it carries.
    pub(crate) fn channel_with_variables(&mut self, shown: &Shown<'_>) -> Option<Key<Channel>> {
        let key = self.channel(shown)?;
        self.variables_of(key, shown);
        Some(key)
    }
}
