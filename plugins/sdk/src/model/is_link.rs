//! Inter-site links: what ties a call here to the same conversation at another site.
//!
//! Both sites know the link by one id. A link goes with the conversation: if another call of this site has it now, it
//! has moved there. It ends with its call.

use super::{Call, Model, inferred_ext};
use crate::{
    rows::{GIsLink, GIsLinkHistory, GsysDnpremotelocation},
    store::Key,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Links that one call may have; more are not told.
const LINKS_MAX: usize = 64;
/// Bytes of a link's id and of a location; what is longer is none.
const NAME_BYTES_MAX: usize = 255;
const ACTIVE: i32 = 1;
const ENDED: i32 = 2;

/// `CHANGETYPE` of G_IS_LINK_HISTORY.
#[derive(Clone, Copy)]
enum Change {
    Added = 1,
    Moved = 2,
    Deleted = 3,
}

/// A link that has not ended.
#[derive(Debug, Serialize, Deserialize)]
struct IsLink {
    call: Key<Call>,
    call_id: String,
    location: Option<String>,
    created: i64,
    seq: i32,
}

/// All links that have not ended.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct IsLinks {
    by_id: BTreeMap<String, IsLink>,
    by_call: BTreeMap<Key<Call>, Vec<String>>,
}

impl Model {
    /// The call is tied to one at `location` (empty: not known) by the link of that id.
    pub fn link_site(&mut self, call: Key<Call>, link_id: &str, location: &str) {
        let Some(call_id) = self.calls.get(call).map(|call| call.id.clone()) else { return };
        let before = self.links.by_id.get(link_id).map(|link| link.call);
        let count = self.links.by_call.get(&call).map_or(0, Vec::len);
        let is_name = |name: &str| (1..=NAME_BYTES_MAX).contains(&name.len());
        if before == Some(call) || !is_name(link_id) || count >= LINKS_MAX {
            return;
        }
        let location = Some(location).filter(|location| is_name(location)).map(str::to_owned);
        if let Some(location) = &location {
            self.remote_location(location);
        }
        let mut link = IsLink { call, call_id, location, created: self.now, seq: 0 };
        let mut came_from = None;
        if let Some(old) = self.take_link(link_id) {
            self.write_link(link_id, &old, Some(self.now), false);
            link.location = link.location.or_else(|| old.location.clone());
            (link.seq, came_from) = (old.seq, Some(old.call_id));
        }
        self.write_link(link_id, &link, None, false);
        let change = if came_from.is_some() { Change::Moved } else { Change::Added };
        self.link_history(link_id, &mut link, change, came_from, self.now, false);
        self.links.by_id.insert(link_id.to_owned(), link);
        self.links.by_call.entry(call).or_default().push(link_id.to_owned());
    }

    /// The call has ended, and its links with it.
    pub(super) fn end_links(&mut self, call: Key<Call>, time: i64, inferred: bool) {
        for link_id in self.links.by_call.remove(&call).unwrap_or_default() {
            if let Some(mut link) = self.links.by_id.remove(&link_id) {
                let time = time.max(link.created);
                self.write_link(&link_id, &link, Some(time), inferred);
                self.link_history(&link_id, &mut link, Change::Deleted, None, time, inferred);
            }
        }
    }

    fn take_link(&mut self, link_id: &str) -> Option<IsLink> {
        let link = self.links.by_id.remove(link_id)?;
        if let Some(of_call) = self.links.by_call.get_mut(&link.call) {
            of_call.retain(|id| id != link_id);
        }
        Some(link)
    }

    /// A site that is not recorded here is named once.
    fn remote_location(&mut self, location: &str) {
        if self.is_new_location(location) {
            let row = GsysDnpremotelocation { at: self.rows.at, remotelocation: location.to_owned(), ext: None };
            self.rows.gsys_dnpremotelocation.push(row);
        }
    }

    fn write_link(&mut self, link_id: &str, link: &IsLink, ended: Option<i64>, inferred: bool) {
        self.rows.g_is_link.push(GIsLink {
            at: self.rows.at,
            linkid: link_id.to_owned(),
            callid: link.call_id.clone(),
            remotelocation: link.location.clone(),
            state: Some(if ended.is_some() { ENDED } else { ACTIVE }),
            created: Some(link.created),
            terminated: ended,
            ext: inferred_ext(inferred),
        });
    }

    fn link_history(
        &mut self,
        link_id: &str,
        link: &mut IsLink,
        change: Change,
        came_from: Option<String>,
        time: i64,
        inferred: bool,
    ) {
        link.seq += 1;
        let ended = matches!(change, Change::Deleted);
        self.rows.g_is_link_history.push(GIsLinkHistory {
            at: self.rows.at,
            linkid: link_id.to_owned(),
            seq: Some(link.seq),
            changetype: Some(change as i32),
            state: Some(if ended { ENDED } else { ACTIVE }),
            callid: Some(link.call_id.clone()),
            prevcallid: came_from,
            added: Some(time),
            ext: inferred_ext(inferred),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lane;

    /// `seq:change call<-call before` of each change.
    fn history(model: &Model) -> Vec<String> {
        let change = |row: &GIsLinkHistory| {
            let numbers = [row.seq, row.changetype].map(Option::unwrap_or_default);
            let calls = [&row.callid, &row.prevcallid].map(|call| call.clone().unwrap_or_default());
            format!("{}:{} {}<-{}", numbers[0], numbers[1], calls[0], calls[1])
        };
        model.rows.g_is_link_history.iter().map(change).collect()
    }

    #[test]
    fn a_link_is_added_moves_and_ends_with_its_call() {
        let mut model = Model::new(Lane { name: "a".into(), dbid: 1, switch_dbid: 2, tenant_dbid: 3 });
        model.begin(0, 1_000_000);
        let (one, two) = (model.open_call("one", "one", 1), model.open_call("two", "two", 1));
        for key in [one, two] {
            model.keep_call(key);
        }
        model.link_site(one, "link", "berlin");
        model.link_site(one, "link", "berlin");
        model.link_site(one, "", "berlin");
        model.link_site(two, "link", "");
        model.let_go_of_call(one);
        model.finish();
        assert_eq!(history(&model), ["1:1 one<-", "2:2 two<-one"]);
        model.begin(0, 2_000_000);
        model.let_go_of_call(two);
        model.finish();
        assert_eq!(history(&model).last().map(String::as_str), Some("3:3 two<-"));
        let rows: Vec<_> = model
            .rows
            .g_is_link
            .iter()
            .map(|row| (row.callid.as_str(), row.state, row.remotelocation.as_deref(), row.terminated))
            .collect();
        assert_eq!(
            rows,
            [
                ("one", Some(1), Some("berlin"), None),
                ("one", Some(2), Some("berlin"), Some(1_000_000)),
                ("two", Some(1), Some("berlin"), None),
                ("two", Some(2), Some("berlin"), Some(2_000_000)),
            ]
        );
        assert_eq!(model.rows.gsys_dnpremotelocation.len(), 1);
        assert!(model.links.by_id.is_empty() && model.links.by_call.is_empty(), "nothing is left");
    }
}
