//! The rows of a call: G_CALL, G_CALL_ACTIVE while it lives, G_CALL_STAT when it has ended.

use super::Call;
use crate::{
    ids::Guid,
    model::Model,
    rows::{Ext, GCall, GCallActive, GCallStat},
    store::Key,
    time::seconds,
};

impl Model {
    pub(in crate::model) fn write_call(&mut self, key: Key<Call>) {
        let Some(call) = self.calls.get_mut(key) else { return };
        call.dirty = false;
        let row = GCall {
            at: self.rows.at,
            callid: call.id.clone(),
            parentcallid: call.parent.clone(),
            mergecallid: call.merged_into.clone(),
            mergetype: call.merge_type.map(|merge| merge as i32),
            connid: Some(format!("{:016x}", call.connection)),
            connidnum: Some(call.connection),
            switchcallid: Some(call.switch_call.as_deref().unwrap_or(&call.id).to_owned()),
            irid: Some(call.irid.text()),
            state: if call.ended.is_some() { 2 } else { 1 },
            calltype: Some(call.call_type as i32),
            mediatype: Some(0),
            mediatypename: None,
            callani: call.ani.clone(),
            calldnis: call.dnis.clone(),
            tenantid: Some(self.lane.tenant_dbid),
            switchid: Some(self.lane.switch_dbid),
            created: Some(call.created),
            terminated: call.ended,
            lastchange: Some(call.changed),
            ext: call.ext(),
        };
        self.rows.g_call_active.push(active(&row));
        self.rows.g_call.push(row);
        if call.ended.is_some()
            && let Some(call) = self.calls.remove(key)
        {
            self.call_ids.remove(call.id.as_str());
            self.remember_ended(&call.id);
            self.rows.g_call_stat.push(statistics(&call, self.rows.at));
        }
    }
}

fn active(row: &GCall) -> GCallActive {
    if row.terminated.is_some() {
        return GCallActive { at: row.at, gone: true, callid: row.callid.clone(), ..GCallActive::default() };
    }
    GCallActive {
        at: row.at,
        gone: false,
        callid: row.callid.clone(),
        parentcallid: row.parentcallid.clone(),
        mergecallid: row.mergecallid.clone(),
        mergetype: row.mergetype,
        connid: row.connid.clone(),
        connidnum: row.connidnum,
        switchcallid: row.switchcallid.clone(),
        irid: row.irid.clone(),
        state: row.state,
        calltype: row.calltype,
        mediatype: row.mediatype,
        mediatypename: None,
        callani: row.callani.clone(),
        calldnis: row.calldnis.clone(),
        tenantid: row.tenantid,
        switchid: row.switchid,
        created: row.created,
        terminated: None,
        lastchange: row.lastchange,
        ext: None,
    }
}

fn statistics(call: &Call, at: u32) -> GCallStat {
    let tally = &call.tally;
    let (device, party) = call.released_by.clone().unzip();
    GCallStat {
        at,
        callid: call.id.clone(),
        f_conn: Some(tally.connected.into()),
        f_conn_extn: Some(tally.connected_outside.into()),
        f_te_abnd: Some(tally.abandoned.into()),
        cnt_hold: Some(tally.holds),
        cnt_divert: Some(tally.diverts),
        cnt_transfer: Some(tally.transfers),
        cnt_conference: Some(tally.conferences),
        cnt_consult: Some(tally.consults),
        t_duration: call.ended.map(|ended| seconds(ended.saturating_sub(call.created))),
        ext: (device.is_some() || call.partial || call.inferred).then(|| Ext {
            vch1: device,
            vch2: party.map(Guid::text),
            ..call.ext().unwrap_or_default()
        }),
    }
}
