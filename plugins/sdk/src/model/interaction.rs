//! An interaction: what one customer wanted, over however many calls.

use super::Model;
use crate::{
    ids::{self, Guid, Of},
    rows::{GIr, GIrActive, GIrHistory},
    store::Key,
};
use serde::{Deserialize, Serialize};

const CREATED: i32 = 1;
const TERMINATED: i32 = 2;
const MERGED: i32 = 3;
/// `PARENTLINKTYPE` of an interaction that was merged into another.
const LINK_MERGED: i32 = 1;

/// An interaction that is alive.
#[derive(Debug, Serialize, Deserialize)]
pub struct Interaction {
    id: Guid,
    name: Box<str>,
    root: Guid,
    root_call: String,
    parent: Option<Guid>,
    created: i64,
    ended: Option<i64>,
    changed: i64,
    xseq: i32,
    calls: u32,
    #[serde(skip)]
    dirty: bool,
}

impl Interaction {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its IRID.
    #[must_use]
    pub fn id(&self) -> Guid {
        self.id
    }
}

impl Model {
    /// The interaction of that name, which is opened for `root_call` if there is none; one more call belongs to it.
    pub(super) fn join_interaction(&mut self, name: &str, root_call: &str, created: i64) -> Key<Interaction> {
        if let Some(&key) = self.interaction_ids.get(name)
            && let Some(interaction) = self.interactions.get_mut(key)
        {
            interaction.calls += 1;
            return key;
        }
        let id = ids::guid(Of::Interaction, self.lane.dbid, &[name]);
        let key = self.interactions.insert(Interaction {
            root: id,
            id,
            name: name.into(),
            root_call: root_call.to_owned(),
            parent: None,
            created,
            ended: None,
            changed: created,
            xseq: 0,
            calls: 1,
            dirty: false,
        });
        self.interaction_ids.insert(name.into(), key);
        self.interaction_history(key, CREATED, None, created);
        key
    }

    /// A call of it has ended; without calls it ends.
    pub(super) fn leave_interaction(&mut self, key: Key<Interaction>, time: i64) {
        let Some(interaction) = self.interactions.get_mut(key) else { return };
        interaction.calls = interaction.calls.saturating_sub(1);
        if interaction.calls == 0 && interaction.ended.is_none() {
            let time = time.max(interaction.created);
            interaction.ended = Some(time);
            self.interaction_history(key, TERMINATED, None, time);
        }
    }

    /// Two interactions turn out to be one: `key` is merged into `into`.
    pub(super) fn merge_interaction(&mut self, key: Key<Interaction>, into: Key<Interaction>) {
        let Some((survivor, root)) = self.interactions.get(into).map(|to| (to.id, to.root)) else {
            return;
        };
        let Some(interaction) = self.interactions.get_mut(key) else { return };
        if key == into || interaction.parent.is_some() {
            return;
        }
        interaction.parent = Some(survivor);
        interaction.root = root;
        self.interaction_history(key, MERGED, Some(survivor.text()), self.now);
    }

    fn interaction_history(&mut self, key: Key<Interaction>, change: i32, refid: Option<String>, time: i64) {
        let Some(interaction) = self.interactions.get_mut(key) else { return };
        interaction.xseq += 1;
        interaction.changed = time;
        if !interaction.dirty {
            interaction.dirty = true;
            self.changed.interactions.push(key);
        }
        self.rows.g_ir_history.push(GIrHistory {
            at: self.rows.at,
            irid: interaction.id.text(),
            xseq: Some(interaction.xseq),
            changetype: Some(change),
            refid,
            added: Some(time),
            ext: None,
        });
    }

    pub(super) fn write_interaction(&mut self, key: Key<Interaction>) {
        let Some(interaction) = self.interactions.get_mut(key) else { return };
        interaction.dirty = false;
        let row = GIr {
            at: self.rows.at,
            irid: interaction.id.text(),
            state: if interaction.ended.is_some() { 2 } else { 1 },
            parentirid: interaction.parent.map(Guid::text),
            parentlinktype: interaction.parent.is_some().then_some(LINK_MERGED),
            rootcallid: Some(interaction.root_call.clone()),
            rootirid: Some(interaction.root.text()),
            mediatype: Some(0),
            created: Some(interaction.created),
            terminated: interaction.ended,
            lastchange: Some(interaction.changed),
            ext: None,
        };
        self.rows.g_ir_active.push(active(&row));
        let gone = interaction.ended.is_some();
        self.rows.g_ir.push(row);
        if gone && let Some(interaction) = self.interactions.remove(key) {
            self.interaction_ids.remove(&interaction.name);
        }
    }
}

fn active(row: &GIr) -> GIrActive {
    if row.terminated.is_some() {
        return GIrActive { at: row.at, gone: true, irid: row.irid.clone(), ..GIrActive::default() };
    }
    GIrActive {
        at: row.at,
        gone: false,
        irid: row.irid.clone(),
        state: row.state,
        parentirid: row.parentirid.clone(),
        parentlinktype: row.parentlinktype,
        rootcallid: row.rootcallid.clone(),
        rootirid: row.rootirid.clone(),
        mediatype: row.mediatype,
        created: row.created,
        terminated: None,
        lastchange: row.lastchange,
        ext: None,
    }
}
