//! What happens to the connection, and what lists of the exchange's state tell.
//!
//! Lists only ever add, whoever asked for them. What they lack is closed as stuck only after a `StateAnswered`, which
//! says which lists came whole, and only if nothing else tells of it for `confirm_seconds`; an exchange that does not
//! answer loses nothing.

use crate::{
    channel::{Bridge, Channel},
    exchange::Exchange,
    headers::Headers,
};
use concentrator_sdk::{View, store::Key, time::SECOND};
use serde::{Deserialize, Serialize};

/// `opening` of a session: the source restarted in between.
const SOURCE_RESTARTED: i64 = 3;
/// How far `Uptime`, in whole seconds, and two clocks may be off.
const BOOT_SLACK: i64 = 3 * SECOND;

/// What an answer to a state request lacked is in doubt until that time.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Doubt {
    until: i64,
    /// The lists that came whole.
    lists: String,
}

impl Exchange {
    pub(crate) fn session_opened(&mut self, event: &View<'_>) {
        self.connection += 1;
        self.alive_until = self.model.heard();
        self.state_requested = false;
        self.doubt = None;
        if event.integer("opening") == Some(SOURCE_RESTARTED) {
            self.everything_is_over(self.alive_until);
        }
    }

    /// The exchange says since when it runs: what was last heard of before that is over.
    pub(crate) fn fully_booted(&mut self, event: &View<'_>) {
        let Some(uptime) = event.integer("Uptime").filter(|uptime| (0..1_000_000_000).contains(uptime)) else { return };
        let booted = self.model.now() - uptime * SECOND;
        if self.connection > 0 && self.alive_until > 0 && self.alive_until < booted - BOOT_SLACK {
            let time = self.alive_until;
            self.close_channels(|channel, connection| channel.seen < connection, time);
            self.close_sessions(time, "");
            self.close_sessions(time, "Agent/");
        }
    }

    pub(crate) fn shutdown(&mut self) {
        self.everything_is_over(self.model.now());
    }

    fn everything_is_over(&mut self, time: i64) {
        self.close_channels(|_, _| true, time);
        for login in self.members.logins.keys().cloned().collect::<Vec<_>>() {
            self.log_out(&login, Some(time));
        }
        self.model.end_everything(time);
        self.members.forget_all();
        self.bridges = Default::default();
        self.bridge_ids.clear();
    }

    pub(crate) fn state_requested(&mut self) {
        self.state_requested = true;
    }

    pub(crate) fn state_answered(&mut self, event: &View<'_>) {
        if !std::mem::take(&mut self.state_requested) {
            return;
        }
        let lists = event.text("lists").unwrap_or_default().to_owned();
        self.doubt = Some(Doubt { until: self.model.now() + self.config.confirm_time(), lists });
        self.resolve_doubt();
    }

    /// Closes what the answer lacked and nothing has told of since, when the time for that is over.
    pub(crate) fn resolve_doubt(&mut self) {
        let now = self.model.now();
        let Some(Doubt { lists, .. }) = self.doubt.take_if(|doubt| doubt.until <= now) else { return };
        let came = |list: &str| lists.split([',', ' ']).any(|name| name == list);
        let time = self.alive_until;
        if came("CoreShowChannels") || came("Status") {
            self.close_channels(|channel, connection| channel.seen < connection, time);
        }
        if came("QueueStatus") {
            self.close_stays();
            self.close_sessions(time, "");
        }
        if came("Agents") {
            self.close_sessions(time, "Agent/");
        }
        let bridges = &self.bridges;
        let empty = |key: &Key<Bridge>| bridges.get(*key).is_none_or(|bridge| bridge.members.is_empty());
        let gone: Vec<_> = self.bridge_ids.iter().filter(|(_, key)| empty(key)).map(|(id, _)| id.clone()).collect();
        for id in gone {
            if let Some(key) = self.bridge_ids.remove(&id) {
                self.bridges.remove(key);
            }
        }
    }

    /// Channels of which no `Hangup` can come any more.
    fn close_channels(&mut self, gone: impl Fn(&Channel, u32) -> bool, time: i64) {
        let connection = self.connection;
        let mut keys: Vec<_> = self
            .channels
            .iter()
            .filter(|(_, channel)| gone(channel, connection))
            .map(|(key, channel)| (channel.created, channel.uniqueid.clone(), key))
            .collect();
        keys.sort_unstable();
        for (_, _, key) in keys {
            let Some(channel) = self.forget(key) else { continue };
            if let Some(stay) = channel.stay {
                self.model.end_stuck_visit(stay.visit, stay.left.unwrap_or(time));
            }
            for party in [channel.second, channel.party].into_iter().flatten() {
                self.model.end_stuck_party(party, time);
            }
            if let Some(call) = channel.keeps {
                self.model.let_go_of_stuck_call(call, time);
            }
        }
    }

    /// Channels that are twice as old as a call can become: their end was lost, their call is closed.
    pub(crate) fn close_lost_channels(&mut self) {
        let Some(age_max) = self.config.call_age_max() else { return };
        let limit = self.model.now() - 2 * age_max;
        self.close_channels(|channel, _| channel.created < limit, self.model.heard());
    }

    /// Callers who are on the line, but no longer in their queue.
    fn close_stays(&mut self) {
        let connection = self.connection;
        let left: Vec<_> = self
            .channels
            .iter()
            .filter(|(_, channel)| channel.stay.as_ref().is_some_and(|stay| stay.seen < connection))
            .map(|(key, _)| key)
            .collect();
        for key in left {
            if let Some(stay) = self.channels.get_mut(key).and_then(|of| of.stay.take()) {
                self.model.end_stuck_visit(stay.visit, stay.left.unwrap_or(self.alive_until));
            }
        }
    }

    /// Sessions, or queues of sessions, of which this connection has not heard; `pool` is `Agent/` for agents of
    /// pools, empty for members of queues.
    fn close_sessions(&mut self, time: i64, pool: &str) {
        let connection = self.connection;
        let mut gone = Vec::new();
        for (login, logged_in) in &self.members.logins {
            if login.starts_with("Agent/") == pool.is_empty() || logged_in.session.is_none() {
                continue;
            }
            if !pool.is_empty() {
                // Agents of pools are members of their queues also when they are not logged in.
                let listed = logged_in.seen.iter().any(|(queue, seen)| queue.is_empty() && *seen >= connection);
                gone.push((login.clone(), !listed, Vec::new()));
                continue;
            }
            let unseen: Vec<_> = logged_in.seen.iter().filter(|(_, seen)| *seen < connection).collect();
            let all = unseen.len() == logged_in.seen.len();
            gone.push((login.clone(), all, unseen.into_iter().map(|(queue, _)| queue.clone()).collect::<Vec<_>>()));
        }
        for (login, all, queues) in gone {
            if all {
                self.log_out(&login, Some(time));
                continue;
            }
            let Some(logged_in) = self.members.logins.get_mut(&login) else { continue };
            logged_in.seen.retain(|(_, seen)| *seen >= connection);
            let session = logged_in.session;
            for queue in queues {
                if let Some(session) = session {
                    self.model.leave_session_queue(session, &queue);
                }
            }
        }
    }

    /// A channel in the answer to a state request.
    pub(crate) fn channel_listed(&mut self, headers: &Headers<'_>, event: &View<'_>) {
        let is_new = self.find(headers.channel.uniqueid).is_none();
        let Some(key) = self.channel_with_variables(&headers.channel) else { return };
        if is_new && let Some(channel) = self.channels.get_mut(key) {
            let called = event.text("Application").is_some_and(|of| matches!(of, "AppDial" | "AppQueue" | "AppDial2"));
            channel.outgoing |= called;
        }
        self.party(key);
        if let Some(state) = headers.channel.state {
            self.show_state(key, state);
        }
        // In these applications channels share a bridge without hearing each other.
        let application = event.text("Application").unwrap_or_default();
        if application == "AgentLogin"
            && let Some(channel) = self.channels.get_mut(key)
        {
            channel.login = true;
        }
        if matches!(application, "AgentLogin" | "Park" | "ParkAndAnnounce" | "BridgeWait") {
            return;
        }
        let bridge = event.text("BridgeId").or_else(|| event.text("BridgeID")).unwrap_or_default();
        let Some(bridge) = self.listed_bridge(bridge) else { return };
        if self.channels.get(key).is_some_and(|channel| channel.bridge != Some(bridge)) {
            self.enter_bridge(key, bridge);
        }
    }

    fn listed_bridge(&mut self, id: &str) -> Option<Key<Bridge>> {
        if id.is_empty() {
            return None;
        }
        if let Some(&key) = self.bridge_ids.get(id) {
            return Some(key);
        }
        let key = self.bridges.insert(Bridge::default());
        self.bridge_ids.insert(id.into(), key);
        Some(key)
    }
}
