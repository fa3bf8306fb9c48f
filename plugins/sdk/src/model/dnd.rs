//! Do-not-disturb of a device.

use super::{LoginSession, Model, directory::EndpointType};
use crate::{rows::GDndHistory, store::Key};

impl Model {
    /// A device, at which that session is (if any), is not to be disturbed, or may be again.
    pub fn do_not_disturb(&mut self, dn: &str, session: Option<Key<LoginSession>>, on: bool) {
        let endpoint = self.endpoint(dn, EndpointType::Dn, dn);
        let agent = session.and_then(|session| self.sessions.get(session)).map(|session| session.agent);
        self.rows.g_dnd_history.push(GDndHistory {
            at: self.rows.at,
            endpointid: Some(endpoint),
            endpointdn: Some(dn.to_owned()),
            agentid: agent,
            state: Some(on.into()),
            added: Some(self.now),
            ext: None,
        });
    }
}
