//! Attached data: the lists that events of calls carry.
//!
//! Every event of a call repeats its user data in full, so an unchanged list must cost next to nothing: the model
//! finds it out by position. A list brings keys and changes values; only EventAttachedDataChanged, which the server
//! sends whenever something changes, and its like for whole calls, take away what they lack: elsewhere a key may be
//! missing because the server gave a part.
//!
//! A consultation begins with the data of the call from which it is made: what it inherits is no news.
//!
//! Who changed a key is the third party of the event, if it names one, else the party of which it tells.

mod options;

pub use options::DataOptions;
pub(crate) use options::OF_USER_EVENTS;

use crate::{headers::Headers, site::Site};
use concentrator_sdk::{
    Value,
    model::{Attached, Call, Party},
    store::Key,
};

impl Site {
    /// Tells the model what the options say of attached data.
    pub(crate) fn apply_data_options(&mut self) {
        self.model.attach_by(self.config.data.rules.clone());
    }

    /// The lists that an event of a call carries, at a party of it.
    pub(crate) fn attach(&mut self, event: &Headers<'_>, call: Key<Call>, party: Option<Key<Party>>) {
        self.attach_lists(event, call, party, false);
    }

    /// The server says that the data of a call has changed.
    pub(crate) fn data_changed(&mut self, event: &Headers<'_>, call: Key<Call>) {
        let by = if event.third_dn.is_empty() { event.this_dn } else { event.third_dn };
        let party = self.party_at(by, event.conn);
        self.attach_lists(event, call, party, true);
    }

    fn attach_lists(&mut self, event: &Headers<'_>, call: Key<Call>, party: Option<Key<Party>>, whole: bool) {
        if let Some(primary) = self.primary_of(event).and_then(|key| self.calls.all.get(key)).map(|of| of.call) {
            self.model.inherit_data(call, primary);
        }
        let [user_data, reasons, extensions] = self.config.data.lists;
        let lists = [
            (Attached::UserData, event.user_data.filter(|_| user_data), whole),
            (Attached::Reasons, event.reasons.filter(|_| reasons), false),
            (Attached::Extensions, event.extensions.filter(|_| extensions), false),
        ];
        for (list, value, whole) in lists {
            match value {
                Some(Value::List(pairs)) => self.model.attach_list(call, party, list, pairs, whole),
                Some(Value::Text(_) | Value::Integer(_)) | None => {}
            }
        }
    }
}
