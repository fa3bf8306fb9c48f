//! User events: a desktop or another program says something by keys and values.
//!
//! The options say which keys go to G_CUSTOM_DATA_S, which have columns in G_CUSTOM_DATA_P, and which begin or end
//! states of the site in G_CUSTOM_STATES.

use crate::{
    agents::NAME_BYTES_MAX,
    attached::OF_USER_EVENTS,
    headers::{Headers, pairs},
    site::Site,
};
use concentrator_sdk::model::{CUSTOM_COLUMNS, EndpointType, UserEvent};

/// Pairs that are taken from one user event.
const PAIRS_MAX: usize = 256;

impl Site {
    /// A desktop or another program says something.
    pub(crate) fn user_event(&mut self, event: &Headers<'_>) {
        let call = self.call_of(event);
        let session = self.agents.session_at(event.this_dn);
        if let Some(session) = session {
            self.model.confirm_session(session);
        }
        let device = Some(event.this_dn).filter(|dn| (1..=NAME_BYTES_MAX).contains(&dn.len()));
        let said = UserEvent {
            name: "",
            call,
            party: device.and_then(|dn| self.party_at(dn, event.conn)),
            device: device.map(|dn| (dn, self.model.endpoint(dn, EndpointType::Dn, dn))),
            session,
        };
        let options = &self.config.data;
        let mut columns = [None; CUSTOM_COLUMNS];
        for (key, value) in pairs(event.user_data).take(PAIRS_MAX) {
            if let Some(rule) = options.event_keys.find(OF_USER_EVENTS, key) {
                self.model.custom_key(&said, key, value, rule);
            }
            if let Some(place) = options.event_columns.get(key).and_then(|at| columns.get_mut(*at)) {
                *place = Some(value);
            }
        }
        if columns.iter().any(Option::is_some) {
            self.model.custom_columns(&said, columns);
        }
        for state in &options.states {
            // What ends it before it begins anew comes first.
            if state.ends.is_said(pairs(event.user_data)) {
                self.model.custom_state(&said, state.code, false);
            }
            if state.begins.is_said(pairs(event.user_data)) {
                self.model.custom_state(&said, state.code, true);
            }
        }
    }
}
