//! Callers in queues, and the agents whom the queues ring.

use crate::{
    channel::{Bridge, Channel, Offer, Stay},
    exchange::Exchange,
    headers::{Headers, known},
};
use concentrator_sdk::{
    View,
    model::{Call, Party, Routed, VisitEnd},
    store::Key,
    time::SECOND,
};

/// Reason of a caller who left by a key.
const BY_KEY: &str = "KEY";
/// Reason of a caller whom the queue let go after its time.
const TIMEOUT: &str = "TIMEOUT";

impl Exchange {
    pub(crate) fn caller_joins(&mut self, headers: &Headers<'_>) {
        let Some(key) = self.channel_with_variables(&headers.channel) else { return };
        self.stay_left_behind(key, None);
        self.join(key, headers.queue, self.model.now());
    }

    fn join(&mut self, key: Key<Channel>, queue: &str, since: i64) {
        if queue.is_empty() || self.channels.get(key).is_none_or(|of| of.stay.is_some()) {
            return;
        }
        let party = self.party(key);
        let Some(call) = self.call_of(key).or_else(|| self.call_of_plumbing(key)) else { return };
        let seen = self.connection;
        if let Some(visit) = self.model.join_queue(call, party, queue, since)
            && let Some(channel) = self.channels.get_mut(key)
        {
            channel.stay = Some(Stay { visit, abandoned: false, left: None, seen });
            channel.queue_application = None;
        }
    }

    /// A call that begins with plumbing, such as one that a dialler makes, is known by that until a device is in it.
    fn call_of_plumbing(&mut self, key: Key<Channel>) -> Option<Key<Call>> {
        let channel = self.channels.get_mut(key).filter(|of| of.is_plumbing() && of.keeps.is_none())?;
        if self.model.has_ended(&channel.linkedid) {
            return None;
        }
        let call = self.model.open_call(&channel.linkedid, &channel.linkedid, channel.created);
        channel.keeps = Some(call);
        self.model.keep_call(call);
        Some(call)
    }

    /// A caller in the answer to a state request.
    pub(crate) fn caller_listed(&mut self, headers: &Headers<'_>, event: &View<'_>) {
        let Some(key) = self.find(headers.channel.uniqueid) else { return };
        let seen = self.connection;
        if let Some(stay) = self.channels.get_mut(key).and_then(|of| of.stay.as_mut()) {
            stay.seen = seen;
            return;
        }
        let waited = event.integer("Wait").unwrap_or_default().clamp(0, 1_000_000_000);
        self.join(key, headers.queue, self.model.now() - waited * SECOND);
    }

    pub(crate) fn caller_abandons(&mut self, headers: &Headers<'_>) {
        let Some(key) = self.channel_with_variables(&headers.channel) else { return };
        if let Some(stay) = self.channels.get_mut(key).and_then(|of| of.stay.as_mut()) {
            stay.abandoned = true;
        }
    }

    pub(crate) fn caller_leaves(&mut self, headers: &Headers<'_>) {
        let Some(key) = self.channel_with_variables(&headers.channel) else { return };
        let now = self.model.now();
        let Some(channel) = self.channels.get_mut(key) else { return };
        let gone = channel.hangup_requested;
        let Some(stay) = channel.stay.as_mut() else { return };
        stay.left = Some(now);
        if stay.abandoned && gone {
            let visit = stay.visit;
            channel.stay = None;
            self.model.leave_queue(visit, &VisitEnd::Abandoned, now);
        }
    }

    /// The caller is elsewhere: in a bridge, or further in the dial plan. So the queue let it go.
    pub(crate) fn stay_left_behind(&mut self, key: Key<Channel>, bridge: Option<Key<Bridge>>) {
        let Some(channel) = self.channels.get(key) else { return };
        let Some(stay) = channel.stay.as_ref() else { return };
        let Some(left) = stay.left else { return };
        let (visit, reason) = (stay.visit, if stay.abandoned { TIMEOUT } else { BY_KEY });
        let with = bridge.and_then(|bridge| self.conversation(bridge).into_iter().find(|other| *other != key));
        if bridge.is_some() && with.is_none() {
            return;
        }
        if let Some(channel) = self.channels.get_mut(key) {
            channel.stay = None;
        }
        let given = with.and_then(|with| Some((self.call_of(key)?, self.channels.get(with)?.endpoint().to_owned())));
        match given {
            Some((call, device)) => self.model.leave_queue(visit, &VisitEnd::Distributed(call, &device), left),
            None => self.model.leave_queue(visit, &VisitEnd::Left(reason), left),
        }
    }

    /// The queue says how the stay ended; or that it did not even begin.
    pub(crate) fn queue_status(&mut self, key: Key<Channel>, status: &str) {
        let now = self.model.now();
        let Some(channel) = self.channels.get_mut(key) else { return };
        if let Some(stay) = channel.stay.take() {
            self.model.leave_queue(stay.visit, &VisitEnd::Left(status), stay.left.unwrap_or(now));
        } else if let Some(queue) = channel.queue_application.take()
            && matches!(status, "FULL" | "JOINEMPTY" | "JOINUNAVAIL")
        {
            self.join(key, &queue, now);
            if let Some(stay) = self.channels.get_mut(key).and_then(|of| of.stay.take()) {
                self.model.leave_queue(stay.visit, &VisitEnd::Left(status), now);
            }
        }
    }

    pub(crate) fn agent_called(&mut self, headers: &Headers<'_>) {
        let caller = self.channel_with_variables(&headers.channel);
        let Some(dest) = self.channel_with_variables(&headers.dest) else { return };
        self.dialled_by(dest, caller);
        let session = self.members.session_of(headers.interface);
        if let Some(channel) = self.channels.get_mut(dest) {
            channel.offer = Some(Offer { queue: headers.queue.to_owned(), session });
        }
        let begun = self.channels.get(dest).is_some_and(|of| of.party.is_some() || of.is_plumbing());
        let party = if begun { self.party(dest) } else { self.begin_party(dest, Some(headers.interface)) };
        let Some(party) = party else { return };
        let session = self.session_at(dest);
        self.model.describe_party(party, Some(headers.queue), session, None);
    }

    pub(crate) fn agent_connect(&mut self, headers: &Headers<'_>) {
        let caller = self.channel_with_variables(&headers.channel);
        let Some(dest) = self.channel_with_variables(&headers.dest) else { return };
        let mut session = self.members.session_of(headers.interface);
        // The member was rung, but somebody else took the call.
        if let Some(channel) = self.channels.get(dest).filter(|channel| channel.picked_up) {
            session = self.members.at_device(&channel.device);
        }
        if let Some(channel) = self.channels.get_mut(dest) {
            channel.offer.get_or_insert_with(|| Offer { queue: headers.queue.to_owned(), session });
        }
        let agent = self.device_behind(dest);
        let party = agent.and_then(|agent| {
            self.party(agent);
            self.channels.get(agent).and_then(|of| of.second.or(of.party))
        });
        let Some(call) = caller.and_then(|caller| self.call_of(caller)) else { return };
        if let Some(party) = party {
            self.model.describe_party(party, Some(headers.queue), session, None);
        }
        let device = party.and_then(|party| self.model.party(party)).map(|party| party.dn().to_owned());
        let device = device.unwrap_or_else(|| headers.interface.to_owned());
        self.model.route(&Routed {
            call,
            party,
            agent: known(headers.member).unwrap_or(headers.interface),
            object: headers.interface,
            by: headers.queue,
        });
        let now = self.model.now();
        if let Some(caller) = caller
            && let Some(stay) = self.channels.get_mut(caller).and_then(|of| of.stay.take())
        {
            self.model.leave_queue(stay.visit, &VisitEnd::Distributed(call, &device), stay.left.unwrap_or(now));
        }
    }

    /// The channel of a real device that was reached by `key`: itself, or over plumbing.
    pub(crate) fn device_behind(&self, key: Key<Channel>) -> Option<Key<Channel>> {
        let channel = self.channels.get(key)?;
        if !channel.is_plumbing() {
            return Some(key);
        }
        let other = self.channels.get(self.other(key)?)?;
        if let Some(bridge) = other.bridge
            && let Some(&device) = self
                .conversation(bridge)
                .iter()
                .find(|device| self.channels.get(**device).is_some_and(|device| device.bridge == Some(bridge)))
        {
            return Some(device);
        }
        let up = |key: &&Key<Channel>| self.channels.get(**key).is_some_and(|of| of.state == 6 && !of.is_plumbing());
        other.dials.iter().rev().find(up).copied()
    }

    pub(crate) fn agent_complete(&mut self, headers: &Headers<'_>, event: &View<'_>) {
        let caller = self.channel_with_variables(&headers.channel);
        let agent = self.channel_with_variables(&headers.dest).and_then(|dest| self.device_behind(dest));
        let ended = match event.text("Reason") {
            Some("caller") => caller,
            Some("agent") => agent,
            _ => None,
        };
        if let Some(party) = ended.and_then(|key| self.channels.get(key)).and_then(|of| of.second.or(of.party)) {
            let call = self.model.party(party).map(Party::call);
            if let Some(call) = call.filter(|call| self.model.call(*call).is_some_and(|call| !call.is_released())) {
                self.model.set_released_by(call, Some(party));
            }
        }
        let wrap_up = self.members.wrap_up(headers.queue, headers.interface);
        let wrap_up = wrap_up.unwrap_or_else(|| i64::from(self.config.wrap_up_seconds) * SECOND);
        if let Some(session) = self.members.session_of(headers.interface).filter(|_| wrap_up > 0) {
            self.model.after_call_work(session, self.model.now() + wrap_up);
        }
    }
}
