//! Events of calls as such, and of devices as such.
//!
//! Some servers also tell of calls and parties (160 to 166) what the events at devices tell. Of these a call that is
//! created is taken; all others confirm what is known, and end those of whom no events of their own come.

use crate::{
    calls::{Connection, Opens},
    headers::{Headers, pairs},
    parts::PartKind,
    site::Site,
};
use concentrator_sdk::{
    model::{Call, CcEvent},
    store::Key,
};

impl Site {
    /// The lists that an event carries, of its call and of the party at its device.
    pub(crate) fn attach_to(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        if event.user_data.is_none() && event.reasons.is_none() && event.extensions.is_none() {
            return;
        }
        let Some(connection) = self.calls.all.get(key) else { return };
        let (call, party) = (connection.call, connection.part(event.this_dn).map(|part| part.party));
        self.attach(event, call, party);
    }

    /// Links to calls at other sites: the keys of the list are the links, the values where they lead to.
    pub(crate) fn link_sites(&mut self, call: Key<Call>, event: &Headers<'_>) {
        for (link, location) in pairs(event.is_links) {
            let link = link.split_once('.').map_or(link, |(link, _)| link);
            self.model.link_site(call, link, location);
        }
    }

    fn call_created(&mut self, key: Key<Connection>) {
        if self.calls.all.get(key).is_some_and(|of| of.parts.is_empty()) {
            self.close_later(key);
        }
    }

    /// The call is over: who is left should tell so, those outside cannot.
    fn call_deleted(&mut self, key: Key<Connection>) {
        let now = self.model.now();
        let Some(connection) = self.calls.all.get(key) else { return };
        let holding: Vec<_> =
            connection.parts.iter().filter(|part| part.holds_call()).map(|part| part.dn.clone()).collect();
        for dn in &holding {
            self.doubt_part(key, dn, now);
        }
        self.settle(key, false);
    }

    fn call_party_deleted(&mut self, key: Key<Connection>, event: &Headers<'_>) {
        let kind = self.calls.all.get(key).and_then(|of| of.part(event.this_dn)).map(|part| part.kind);
        match kind {
            Some(PartKind::Outside) => {
                self.end_part(key, event.this_dn, CcEvent::Released, crate::devices::cause_of(event));
                self.settle(key, false);
            }
            Some(PartKind::Device | PartKind::Queue) => self.doubt_part(key, event.this_dn, self.model.now()),
            None => {}
        }
    }

    /// Maps an event of a call as such; answers whether it is one.
    pub(crate) fn call_event(&mut self, name: &str, event: &Headers<'_>) -> bool {
        let opens = match name {
            "EventCallCreated" => Opens::Begins,
            "EventAttachedDataChanged"
            | "EventCallDataChanged"
            | "EventCallDeleted"
            | "EventCallPartyAdded"
            | "EventCallPartyState"
            | "EventCallPartyMoved"
            | "EventCallPartyDeleted" => Opens::Never,
            _ => return false,
        };
        let Some(key) = self.connection(event, opens) else { return true };
        if matches!(name, "EventAttachedDataChanged" | "EventCallDataChanged") {
            if let Some(call) = self.calls.all.get(key).map(|of| of.call) {
                self.data_changed(event, call);
            }
            return true;
        }
        self.attach_to(key, event);
        match name {
            "EventCallCreated" => self.call_created(key),
            "EventCallDeleted" => self.call_deleted(key),
            "EventCallPartyDeleted" => self.call_party_deleted(key, event),
            _ => {}
        }
        true
    }

    /// Maps an event of a device that is about no call; answers whether it is one.
    pub(crate) fn line_event(&mut self, name: &str, event: &Headers<'_>) -> bool {
        match name {
            "EventOnHook" => self.on_hook(event),
            "EventDNOutOfService" => self.out_of_service(event.this_dn),
            "EventOffHook" | "EventDNBackInService" => {}
            _ => return false,
        }
        true
    }
}
