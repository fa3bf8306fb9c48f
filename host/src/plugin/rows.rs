//! Typed rows as they come out of a plugin and go into one, and their way to [`Row`] and back.
// Made from wit/idb.tables by `cargo xtask generate`; do not edit.

use super::bindings::{ext, Ext, given_ext, taken, time, value};
use crate::record::{Row, TableId};
use wasmtime::component::{ComponentType, Lift, Lower};

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GIr {
    at: u32,
    irid: String,
    state: i32,
    parentirid: Option<String>,
    parentlinktype: Option<i32>,
    rootcallid: Option<String>,
    rootirid: Option<String>,
    mediatype: Option<i32>,
    created: Option<i64>,
    terminated: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GIr> for Row {
    fn from(row: GIr) -> Self {
        let values = vec![
            value(row.irid),
            value(row.state),
            value(row.parentirid),
            value(row.parentlinktype),
            value(row.rootcallid),
            value(row.rootirid),
            value(row.mediatype),
            time(row.created),
            time(row.terminated),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GIr {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            irid: taken(&mut values),
            state: taken(&mut values),
            parentirid: taken(&mut values),
            parentlinktype: taken(&mut values),
            rootcallid: taken(&mut values),
            rootirid: taken(&mut values),
            mediatype: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GIrHistory {
    at: u32,
    irid: String,
    xseq: Option<i32>,
    changetype: Option<i32>,
    refid: Option<String>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GIrHistory> for Row {
    fn from(row: GIrHistory) -> Self {
        let values = vec![
            value(row.irid),
            value(row.xseq),
            value(row.changetype),
            value(row.refid),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GIrHistory {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            irid: taken(&mut values),
            xseq: taken(&mut values),
            changetype: taken(&mut values),
            refid: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GIrActive {
    at: u32,
    gone: bool,
    irid: String,
    state: i32,
    parentirid: Option<String>,
    parentlinktype: Option<i32>,
    rootcallid: Option<String>,
    rootirid: Option<String>,
    mediatype: Option<i32>,
    created: Option<i64>,
    terminated: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GIrActive> for Row {
    fn from(row: GIrActive) -> Self {
        let values = vec![
            value(row.irid),
            value(row.state),
            value(row.parentirid),
            value(row.parentlinktype),
            value(row.rootcallid),
            value(row.rootirid),
            value(row.mediatype),
            time(row.created),
            time(row.terminated),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: row.gone, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GIrActive {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, gone: row.gone,
            irid: taken(&mut values),
            state: taken(&mut values),
            parentirid: taken(&mut values),
            parentlinktype: taken(&mut values),
            rootcallid: taken(&mut values),
            rootirid: taken(&mut values),
            mediatype: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GCall {
    at: u32,
    callid: String,
    parentcallid: Option<String>,
    mergecallid: Option<String>,
    mergetype: Option<i32>,
    connid: Option<String>,
    connidnum: Option<u64>,
    switchcallid: Option<String>,
    irid: Option<String>,
    state: i32,
    calltype: Option<i32>,
    mediatype: Option<i32>,
    mediatypename: Option<String>,
    callani: Option<String>,
    calldnis: Option<String>,
    tenantid: Option<i32>,
    switchid: Option<i32>,
    created: Option<i64>,
    terminated: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GCall> for Row {
    fn from(row: GCall) -> Self {
        let values = vec![
            value(row.callid),
            value(row.parentcallid),
            value(row.mergecallid),
            value(row.mergetype),
            value(row.connid),
            value(row.connidnum),
            value(row.switchcallid),
            value(row.irid),
            value(row.state),
            value(row.calltype),
            value(row.mediatype),
            value(row.mediatypename),
            value(row.callani),
            value(row.calldnis),
            value(row.tenantid),
            value(row.switchid),
            time(row.created),
            time(row.terminated),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GCall {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            parentcallid: taken(&mut values),
            mergecallid: taken(&mut values),
            mergetype: taken(&mut values),
            connid: taken(&mut values),
            connidnum: taken(&mut values),
            switchcallid: taken(&mut values),
            irid: taken(&mut values),
            state: taken(&mut values),
            calltype: taken(&mut values),
            mediatype: taken(&mut values),
            mediatypename: taken(&mut values),
            callani: taken(&mut values),
            calldnis: taken(&mut values),
            tenantid: taken(&mut values),
            switchid: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GCallHistory {
    at: u32,
    callid: String,
    cseq: Option<i32>,
    changetype: Option<i32>,
    refid: Option<String>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GCallHistory> for Row {
    fn from(row: GCallHistory) -> Self {
        let values = vec![
            value(row.callid),
            value(row.cseq),
            value(row.changetype),
            value(row.refid),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GCallHistory {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            cseq: taken(&mut values),
            changetype: taken(&mut values),
            refid: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GCallStat {
    at: u32,
    callid: String,
    #[component(name = "f-conn")]
    f_conn: Option<i32>,
    #[component(name = "f-conn-extn")]
    f_conn_extn: Option<i32>,
    #[component(name = "f-te-abnd")]
    f_te_abnd: Option<i32>,
    #[component(name = "cnt-hold")]
    cnt_hold: Option<i32>,
    #[component(name = "cnt-divert")]
    cnt_divert: Option<i32>,
    #[component(name = "cnt-transfer")]
    cnt_transfer: Option<i32>,
    #[component(name = "cnt-conference")]
    cnt_conference: Option<i32>,
    #[component(name = "cnt-consult")]
    cnt_consult: Option<i32>,
    #[component(name = "t-duration")]
    t_duration: Option<i32>,
    ext: Option<Ext>,
}

impl From<GCallStat> for Row {
    fn from(row: GCallStat) -> Self {
        let values = vec![
            value(row.callid),
            value(row.f_conn),
            value(row.f_conn_extn),
            value(row.f_te_abnd),
            value(row.cnt_hold),
            value(row.cnt_divert),
            value(row.cnt_transfer),
            value(row.cnt_conference),
            value(row.cnt_consult),
            value(row.t_duration),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GCallStat {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            f_conn: taken(&mut values),
            f_conn_extn: taken(&mut values),
            f_te_abnd: taken(&mut values),
            cnt_hold: taken(&mut values),
            cnt_divert: taken(&mut values),
            cnt_transfer: taken(&mut values),
            cnt_conference: taken(&mut values),
            cnt_consult: taken(&mut values),
            t_duration: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GCallActive {
    at: u32,
    gone: bool,
    callid: String,
    parentcallid: Option<String>,
    mergecallid: Option<String>,
    mergetype: Option<i32>,
    connid: Option<String>,
    connidnum: Option<u64>,
    switchcallid: Option<String>,
    irid: Option<String>,
    state: i32,
    calltype: Option<i32>,
    mediatype: Option<i32>,
    mediatypename: Option<String>,
    callani: Option<String>,
    calldnis: Option<String>,
    tenantid: Option<i32>,
    switchid: Option<i32>,
    created: Option<i64>,
    terminated: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GCallActive> for Row {
    fn from(row: GCallActive) -> Self {
        let values = vec![
            value(row.callid),
            value(row.parentcallid),
            value(row.mergecallid),
            value(row.mergetype),
            value(row.connid),
            value(row.connidnum),
            value(row.switchcallid),
            value(row.irid),
            value(row.state),
            value(row.calltype),
            value(row.mediatype),
            value(row.mediatypename),
            value(row.callani),
            value(row.calldnis),
            value(row.tenantid),
            value(row.switchid),
            time(row.created),
            time(row.terminated),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: row.gone, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GCallActive {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, gone: row.gone,
            callid: taken(&mut values),
            parentcallid: taken(&mut values),
            mergecallid: taken(&mut values),
            mergetype: taken(&mut values),
            connid: taken(&mut values),
            connidnum: taken(&mut values),
            switchcallid: taken(&mut values),
            irid: taken(&mut values),
            state: taken(&mut values),
            calltype: taken(&mut values),
            mediatype: taken(&mut values),
            mediatypename: taken(&mut values),
            callani: taken(&mut values),
            calldnis: taken(&mut values),
            tenantid: taken(&mut values),
            switchid: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GParty {
    at: u32,
    partyid: String,
    partyguid: Option<String>,
    #[component(name = "type")]
    type_: Option<i32>,
    prole: Option<i32>,
    parentpartyid: Option<String>,
    parentlinktype: Option<i32>,
    callid: Option<String>,
    state: Option<i32>,
    endpointdn: Option<String>,
    endpointid: Option<i32>,
    endpointtype: Option<i32>,
    agentid: i32,
    loginsessionid: Option<String>,
    placeid: Option<i32>,
    queuedn: Option<String>,
    ccevent: Option<i32>,
    cceventcause: Option<i32>,
    created: Option<i64>,
    terminated: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GParty> for Row {
    fn from(row: GParty) -> Self {
        let values = vec![
            value(row.partyid),
            value(row.partyguid),
            value(row.type_),
            value(row.prole),
            value(row.parentpartyid),
            value(row.parentlinktype),
            value(row.callid),
            value(row.state),
            value(row.endpointdn),
            value(row.endpointid),
            value(row.endpointtype),
            value(row.agentid),
            value(row.loginsessionid),
            value(row.placeid),
            value(row.queuedn),
            value(row.ccevent),
            value(row.cceventcause),
            time(row.created),
            time(row.terminated),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GParty {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            partyid: taken(&mut values),
            partyguid: taken(&mut values),
            type_: taken(&mut values),
            prole: taken(&mut values),
            parentpartyid: taken(&mut values),
            parentlinktype: taken(&mut values),
            callid: taken(&mut values),
            state: taken(&mut values),
            endpointdn: taken(&mut values),
            endpointid: taken(&mut values),
            endpointtype: taken(&mut values),
            agentid: taken(&mut values),
            loginsessionid: taken(&mut values),
            placeid: taken(&mut values),
            queuedn: taken(&mut values),
            ccevent: taken(&mut values),
            cceventcause: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GPartyHistory {
    at: u32,
    partyid: String,
    pseq: Option<i32>,
    cseq: Option<i32>,
    changetype: Option<i32>,
    ccevent: Option<i32>,
    cceventcause: Option<i32>,
    state: Option<i32>,
    prevstate: Option<i32>,
    prevsenter: Option<i64>,
    callid: Option<String>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GPartyHistory> for Row {
    fn from(row: GPartyHistory) -> Self {
        let values = vec![
            value(row.partyid),
            value(row.pseq),
            value(row.cseq),
            value(row.changetype),
            value(row.ccevent),
            value(row.cceventcause),
            value(row.state),
            value(row.prevstate),
            time(row.prevsenter),
            value(row.callid),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GPartyHistory {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            partyid: taken(&mut values),
            pseq: taken(&mut values),
            cseq: taken(&mut values),
            changetype: taken(&mut values),
            ccevent: taken(&mut values),
            cceventcause: taken(&mut values),
            state: taken(&mut values),
            prevstate: taken(&mut values),
            prevsenter: taken(&mut values),
            callid: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GPartyStat {
    at: u32,
    partyid: String,
    #[component(name = "tt-alerting")]
    tt_alerting: Option<i32>,
    #[component(name = "tt-connected")]
    tt_connected: Option<i32>,
    #[component(name = "tt-hold")]
    tt_hold: Option<i32>,
    #[component(name = "tt-queued")]
    tt_queued: Option<i32>,
    #[component(name = "tt-acw")]
    tt_acw: Option<i32>,
    #[component(name = "tt-dialing")]
    tt_dialing: Option<i32>,
    #[component(name = "f-released-local")]
    f_released_local: Option<i32>,
    ext: Option<Ext>,
}

impl From<GPartyStat> for Row {
    fn from(row: GPartyStat) -> Self {
        let values = vec![
            value(row.partyid),
            value(row.tt_alerting),
            value(row.tt_connected),
            value(row.tt_hold),
            value(row.tt_queued),
            value(row.tt_acw),
            value(row.tt_dialing),
            value(row.f_released_local),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GPartyStat {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            partyid: taken(&mut values),
            tt_alerting: taken(&mut values),
            tt_connected: taken(&mut values),
            tt_hold: taken(&mut values),
            tt_queued: taken(&mut values),
            tt_acw: taken(&mut values),
            tt_dialing: taken(&mut values),
            f_released_local: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GIsLink {
    at: u32,
    linkid: String,
    callid: String,
    remotelocation: Option<String>,
    state: Option<i32>,
    created: Option<i64>,
    terminated: Option<i64>,
    ext: Option<Ext>,
}

impl From<GIsLink> for Row {
    fn from(row: GIsLink) -> Self {
        let values = vec![
            value(row.linkid),
            value(row.callid),
            value(row.remotelocation),
            value(row.state),
            time(row.created),
            time(row.terminated),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GIsLink {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            linkid: taken(&mut values),
            callid: taken(&mut values),
            remotelocation: taken(&mut values),
            state: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GIsLinkHistory {
    at: u32,
    linkid: String,
    seq: Option<i32>,
    changetype: Option<i32>,
    state: Option<i32>,
    callid: Option<String>,
    prevcallid: Option<String>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GIsLinkHistory> for Row {
    fn from(row: GIsLinkHistory) -> Self {
        let values = vec![
            value(row.linkid),
            value(row.seq),
            value(row.changetype),
            value(row.state),
            value(row.callid),
            value(row.prevcallid),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GIsLinkHistory {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            linkid: taken(&mut values),
            seq: taken(&mut values),
            changetype: taken(&mut values),
            state: taken(&mut values),
            callid: taken(&mut values),
            prevcallid: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GRouteResult {
    at: u32,
    callid: String,
    partyid: Option<String>,
    result: Option<i32>,
    rtargettypeselected: Option<i32>,
    rtargetruleselected: Option<String>,
    rtargetobjectselected: Option<String>,
    rtargetagentselected: String,
    rtargetplaceselected: Option<String>,
    rtenant: Option<String>,
    rstrategyname: Option<String>,
    created: Option<i64>,
    ext: Option<Ext>,
}

impl From<GRouteResult> for Row {
    fn from(row: GRouteResult) -> Self {
        let values = vec![
            value(row.callid),
            value(row.partyid),
            value(row.result),
            value(row.rtargettypeselected),
            value(row.rtargetruleselected),
            value(row.rtargetobjectselected),
            value(row.rtargetagentselected),
            value(row.rtargetplaceselected),
            value(row.rtenant),
            value(row.rstrategyname),
            time(row.created),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GRouteResult {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            partyid: taken(&mut values),
            result: taken(&mut values),
            rtargettypeselected: taken(&mut values),
            rtargetruleselected: taken(&mut values),
            rtargetobjectselected: taken(&mut values),
            rtargetagentselected: taken(&mut values),
            rtargetplaceselected: taken(&mut values),
            rtenant: taken(&mut values),
            rstrategyname: taken(&mut values),
            created: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GVirtualQueue {
    at: u32,
    vqid: String,
    origcallid: Option<String>,
    distcallid: Option<String>,
    endpointdn: Option<String>,
    endpointid: Option<i32>,
    state: Option<i32>,
    cause: Option<i32>,
    distdn: Option<String>,
    created: Option<i64>,
    terminated: Option<i64>,
    ext: Option<Ext>,
}

impl From<GVirtualQueue> for Row {
    fn from(row: GVirtualQueue) -> Self {
        let values = vec![
            value(row.vqid),
            value(row.origcallid),
            value(row.distcallid),
            value(row.endpointdn),
            value(row.endpointid),
            value(row.state),
            value(row.cause),
            value(row.distdn),
            time(row.created),
            time(row.terminated),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GVirtualQueue {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            vqid: taken(&mut values),
            origcallid: taken(&mut values),
            distcallid: taken(&mut values),
            endpointdn: taken(&mut values),
            endpointid: taken(&mut values),
            state: taken(&mut values),
            cause: taken(&mut values),
            distdn: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GRouteResVqHist {
    at: u32,
    vqid: String,
    origcallid: Option<String>,
    distcallid: Option<String>,
    endpointdn: Option<String>,
    state: Option<i32>,
    cause: Option<i32>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GRouteResVqHist> for Row {
    fn from(row: GRouteResVqHist) -> Self {
        let values = vec![
            value(row.vqid),
            value(row.origcallid),
            value(row.distcallid),
            value(row.endpointdn),
            value(row.state),
            value(row.cause),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GRouteResVqHist {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            vqid: taken(&mut values),
            origcallid: taken(&mut values),
            distcallid: taken(&mut values),
            endpointdn: taken(&mut values),
            state: taken(&mut values),
            cause: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GsysDnpremotelocation {
    at: u32,
    remotelocation: String,
    ext: Option<Ext>,
}

impl From<GsysDnpremotelocation> for Row {
    fn from(row: GsysDnpremotelocation) -> Self {
        let values = vec![
            value(row.remotelocation),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GsysDnpremotelocation {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            remotelocation: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GUserdataHistory {
    at: u32,
    callid: String,
    partyid: Option<String>,
    pseq: Option<i32>,
    cseq: Option<i32>,
    endpointdn: Option<String>,
    agentid: Option<i32>,
    keyname: String,
    sourcetype: Option<i32>,
    changetype: Option<i32>,
    value: Option<String>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GUserdataHistory> for Row {
    fn from(row: GUserdataHistory) -> Self {
        let values = vec![
            value(row.callid),
            value(row.partyid),
            value(row.pseq),
            value(row.cseq),
            value(row.endpointdn),
            value(row.agentid),
            value(row.keyname),
            value(row.sourcetype),
            value(row.changetype),
            value(row.value),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GUserdataHistory {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            partyid: taken(&mut values),
            pseq: taken(&mut values),
            cseq: taken(&mut values),
            endpointdn: taken(&mut values),
            agentid: taken(&mut values),
            keyname: taken(&mut values),
            sourcetype: taken(&mut values),
            changetype: taken(&mut values),
            value: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GSecureUserdataHistory {
    at: u32,
    callid: String,
    partyid: Option<String>,
    pseq: Option<i32>,
    cseq: Option<i32>,
    endpointdn: Option<String>,
    agentid: Option<i32>,
    keyname: String,
    sourcetype: Option<i32>,
    changetype: Option<i32>,
    value: Option<String>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GSecureUserdataHistory> for Row {
    fn from(row: GSecureUserdataHistory) -> Self {
        let values = vec![
            value(row.callid),
            value(row.partyid),
            value(row.pseq),
            value(row.cseq),
            value(row.endpointdn),
            value(row.agentid),
            value(row.keyname),
            value(row.sourcetype),
            value(row.changetype),
            value(row.value),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GSecureUserdataHistory {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            partyid: taken(&mut values),
            pseq: taken(&mut values),
            cseq: taken(&mut values),
            endpointdn: taken(&mut values),
            agentid: taken(&mut values),
            keyname: taken(&mut values),
            sourcetype: taken(&mut values),
            changetype: taken(&mut values),
            value: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GCallUserdata {
    at: u32,
    callid: String,
    #[component(name = "customer-segment")]
    customer_segment: Option<String>,
    #[component(name = "service-type")]
    service_type: Option<String>,
    #[component(name = "service-subtype")]
    service_subtype: Option<String>,
    #[component(name = "business-result")]
    business_result: Option<String>,
    #[component(name = "customer-id")]
    customer_id: Option<String>,
    #[component(name = "transaction-id")]
    transaction_id: Option<String>,
    #[component(name = "cause-id")]
    cause_id: Option<String>,
    #[component(name = "account-id")]
    account_id: Option<String>,
    #[component(name = "destination-id")]
    destination_id: Option<String>,
    #[component(name = "target-id")]
    target_id: Option<String>,
    ext: Option<Ext>,
}

impl From<GCallUserdata> for Row {
    fn from(row: GCallUserdata) -> Self {
        let values = vec![
            value(row.callid),
            value(row.customer_segment),
            value(row.service_type),
            value(row.service_subtype),
            value(row.business_result),
            value(row.customer_id),
            value(row.transaction_id),
            value(row.cause_id),
            value(row.account_id),
            value(row.destination_id),
            value(row.target_id),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GCallUserdata {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            customer_segment: taken(&mut values),
            service_type: taken(&mut values),
            service_subtype: taken(&mut values),
            business_result: taken(&mut values),
            customer_id: taken(&mut values),
            transaction_id: taken(&mut values),
            cause_id: taken(&mut values),
            account_id: taken(&mut values),
            destination_id: taken(&mut values),
            target_id: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GCallUserdataCust {
    at: u32,
    callid: String,
    #[component(name = "cust-data1")]
    cust_data_1: Option<String>,
    #[component(name = "cust-data2")]
    cust_data_2: Option<String>,
    #[component(name = "cust-data3")]
    cust_data_3: Option<String>,
    #[component(name = "cust-data4")]
    cust_data_4: Option<String>,
    #[component(name = "cust-data5")]
    cust_data_5: Option<String>,
    #[component(name = "cust-data6")]
    cust_data_6: Option<String>,
    #[component(name = "cust-data7")]
    cust_data_7: Option<String>,
    #[component(name = "cust-data8")]
    cust_data_8: Option<String>,
    #[component(name = "cust-data9")]
    cust_data_9: Option<String>,
    #[component(name = "cust-data10")]
    cust_data_10: Option<String>,
    #[component(name = "cust-data11")]
    cust_data_11: Option<String>,
    #[component(name = "cust-data12")]
    cust_data_12: Option<String>,
    #[component(name = "cust-data13")]
    cust_data_13: Option<String>,
    #[component(name = "cust-data14")]
    cust_data_14: Option<String>,
    #[component(name = "cust-data15")]
    cust_data_15: Option<String>,
    #[component(name = "cust-data16")]
    cust_data_16: Option<String>,
    ext: Option<Ext>,
}

impl From<GCallUserdataCust> for Row {
    fn from(row: GCallUserdataCust) -> Self {
        let values = vec![
            value(row.callid),
            value(row.cust_data_1),
            value(row.cust_data_2),
            value(row.cust_data_3),
            value(row.cust_data_4),
            value(row.cust_data_5),
            value(row.cust_data_6),
            value(row.cust_data_7),
            value(row.cust_data_8),
            value(row.cust_data_9),
            value(row.cust_data_10),
            value(row.cust_data_11),
            value(row.cust_data_12),
            value(row.cust_data_13),
            value(row.cust_data_14),
            value(row.cust_data_15),
            value(row.cust_data_16),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GCallUserdataCust {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            cust_data_1: taken(&mut values),
            cust_data_2: taken(&mut values),
            cust_data_3: taken(&mut values),
            cust_data_4: taken(&mut values),
            cust_data_5: taken(&mut values),
            cust_data_6: taken(&mut values),
            cust_data_7: taken(&mut values),
            cust_data_8: taken(&mut values),
            cust_data_9: taken(&mut values),
            cust_data_10: taken(&mut values),
            cust_data_11: taken(&mut values),
            cust_data_12: taken(&mut values),
            cust_data_13: taken(&mut values),
            cust_data_14: taken(&mut values),
            cust_data_15: taken(&mut values),
            cust_data_16: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GCallUserdataCust1 {
    at: u32,
    callid: String,
    #[component(name = "cust-data1")]
    cust_data_1: Option<String>,
    #[component(name = "cust-data2")]
    cust_data_2: Option<String>,
    #[component(name = "cust-data3")]
    cust_data_3: Option<String>,
    #[component(name = "cust-data4")]
    cust_data_4: Option<String>,
    #[component(name = "cust-data5")]
    cust_data_5: Option<String>,
    #[component(name = "cust-data6")]
    cust_data_6: Option<String>,
    #[component(name = "cust-data7")]
    cust_data_7: Option<String>,
    #[component(name = "cust-data8")]
    cust_data_8: Option<String>,
    #[component(name = "cust-data9")]
    cust_data_9: Option<String>,
    #[component(name = "cust-data10")]
    cust_data_10: Option<String>,
    #[component(name = "cust-data11")]
    cust_data_11: Option<String>,
    #[component(name = "cust-data12")]
    cust_data_12: Option<String>,
    #[component(name = "cust-data13")]
    cust_data_13: Option<String>,
    #[component(name = "cust-data14")]
    cust_data_14: Option<String>,
    #[component(name = "cust-data15")]
    cust_data_15: Option<String>,
    #[component(name = "cust-data16")]
    cust_data_16: Option<String>,
    ext: Option<Ext>,
}

impl From<GCallUserdataCust1> for Row {
    fn from(row: GCallUserdataCust1) -> Self {
        let values = vec![
            value(row.callid),
            value(row.cust_data_1),
            value(row.cust_data_2),
            value(row.cust_data_3),
            value(row.cust_data_4),
            value(row.cust_data_5),
            value(row.cust_data_6),
            value(row.cust_data_7),
            value(row.cust_data_8),
            value(row.cust_data_9),
            value(row.cust_data_10),
            value(row.cust_data_11),
            value(row.cust_data_12),
            value(row.cust_data_13),
            value(row.cust_data_14),
            value(row.cust_data_15),
            value(row.cust_data_16),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GCallUserdataCust1 {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            cust_data_1: taken(&mut values),
            cust_data_2: taken(&mut values),
            cust_data_3: taken(&mut values),
            cust_data_4: taken(&mut values),
            cust_data_5: taken(&mut values),
            cust_data_6: taken(&mut values),
            cust_data_7: taken(&mut values),
            cust_data_8: taken(&mut values),
            cust_data_9: taken(&mut values),
            cust_data_10: taken(&mut values),
            cust_data_11: taken(&mut values),
            cust_data_12: taken(&mut values),
            cust_data_13: taken(&mut values),
            cust_data_14: taken(&mut values),
            cust_data_15: taken(&mut values),
            cust_data_16: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GCallUserdataCust2 {
    at: u32,
    callid: String,
    #[component(name = "cust-data1")]
    cust_data_1: Option<String>,
    #[component(name = "cust-data2")]
    cust_data_2: Option<String>,
    #[component(name = "cust-data3")]
    cust_data_3: Option<String>,
    #[component(name = "cust-data4")]
    cust_data_4: Option<String>,
    #[component(name = "cust-data5")]
    cust_data_5: Option<String>,
    #[component(name = "cust-data6")]
    cust_data_6: Option<String>,
    #[component(name = "cust-data7")]
    cust_data_7: Option<String>,
    #[component(name = "cust-data8")]
    cust_data_8: Option<String>,
    #[component(name = "cust-data9")]
    cust_data_9: Option<String>,
    #[component(name = "cust-data10")]
    cust_data_10: Option<String>,
    #[component(name = "cust-data11")]
    cust_data_11: Option<String>,
    #[component(name = "cust-data12")]
    cust_data_12: Option<String>,
    #[component(name = "cust-data13")]
    cust_data_13: Option<String>,
    #[component(name = "cust-data14")]
    cust_data_14: Option<String>,
    #[component(name = "cust-data15")]
    cust_data_15: Option<String>,
    #[component(name = "cust-data16")]
    cust_data_16: Option<String>,
    ext: Option<Ext>,
}

impl From<GCallUserdataCust2> for Row {
    fn from(row: GCallUserdataCust2) -> Self {
        let values = vec![
            value(row.callid),
            value(row.cust_data_1),
            value(row.cust_data_2),
            value(row.cust_data_3),
            value(row.cust_data_4),
            value(row.cust_data_5),
            value(row.cust_data_6),
            value(row.cust_data_7),
            value(row.cust_data_8),
            value(row.cust_data_9),
            value(row.cust_data_10),
            value(row.cust_data_11),
            value(row.cust_data_12),
            value(row.cust_data_13),
            value(row.cust_data_14),
            value(row.cust_data_15),
            value(row.cust_data_16),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GCallUserdataCust2 {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            cust_data_1: taken(&mut values),
            cust_data_2: taken(&mut values),
            cust_data_3: taken(&mut values),
            cust_data_4: taken(&mut values),
            cust_data_5: taken(&mut values),
            cust_data_6: taken(&mut values),
            cust_data_7: taken(&mut values),
            cust_data_8: taken(&mut values),
            cust_data_9: taken(&mut values),
            cust_data_10: taken(&mut values),
            cust_data_11: taken(&mut values),
            cust_data_12: taken(&mut values),
            cust_data_13: taken(&mut values),
            cust_data_14: taken(&mut values),
            cust_data_15: taken(&mut values),
            cust_data_16: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GCustomDataS {
    at: u32,
    callid: Option<String>,
    partyid: Option<String>,
    pseq: Option<i32>,
    endpointid: Option<i32>,
    endpointdn: Option<String>,
    agentid: Option<i32>,
    keyname: String,
    value: Option<String>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GCustomDataS> for Row {
    fn from(row: GCustomDataS) -> Self {
        let values = vec![
            value(row.callid),
            value(row.partyid),
            value(row.pseq),
            value(row.endpointid),
            value(row.endpointdn),
            value(row.agentid),
            value(row.keyname),
            value(row.value),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GCustomDataS {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            partyid: taken(&mut values),
            pseq: taken(&mut values),
            endpointid: taken(&mut values),
            endpointdn: taken(&mut values),
            agentid: taken(&mut values),
            keyname: taken(&mut values),
            value: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GCustomDataP {
    at: u32,
    callid: Option<String>,
    partyid: Option<String>,
    pseq: Option<i32>,
    endpointid: Option<i32>,
    agentid: Option<i32>,
    #[component(name = "data1")]
    data_1: Option<String>,
    #[component(name = "data2")]
    data_2: Option<String>,
    #[component(name = "data3")]
    data_3: Option<String>,
    #[component(name = "data4")]
    data_4: Option<String>,
    #[component(name = "data5")]
    data_5: Option<String>,
    #[component(name = "data6")]
    data_6: Option<String>,
    #[component(name = "data7")]
    data_7: Option<String>,
    #[component(name = "data8")]
    data_8: Option<String>,
    #[component(name = "data9")]
    data_9: Option<String>,
    #[component(name = "data10")]
    data_10: Option<String>,
    #[component(name = "data11")]
    data_11: Option<String>,
    #[component(name = "data12")]
    data_12: Option<String>,
    #[component(name = "data13")]
    data_13: Option<String>,
    #[component(name = "data14")]
    data_14: Option<String>,
    #[component(name = "data15")]
    data_15: Option<String>,
    #[component(name = "data16")]
    data_16: Option<String>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GCustomDataP> for Row {
    fn from(row: GCustomDataP) -> Self {
        let values = vec![
            value(row.callid),
            value(row.partyid),
            value(row.pseq),
            value(row.endpointid),
            value(row.agentid),
            value(row.data_1),
            value(row.data_2),
            value(row.data_3),
            value(row.data_4),
            value(row.data_5),
            value(row.data_6),
            value(row.data_7),
            value(row.data_8),
            value(row.data_9),
            value(row.data_10),
            value(row.data_11),
            value(row.data_12),
            value(row.data_13),
            value(row.data_14),
            value(row.data_15),
            value(row.data_16),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GCustomDataP {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            partyid: taken(&mut values),
            pseq: taken(&mut values),
            endpointid: taken(&mut values),
            agentid: taken(&mut values),
            data_1: taken(&mut values),
            data_2: taken(&mut values),
            data_3: taken(&mut values),
            data_4: taken(&mut values),
            data_5: taken(&mut values),
            data_6: taken(&mut values),
            data_7: taken(&mut values),
            data_8: taken(&mut values),
            data_9: taken(&mut values),
            data_10: taken(&mut values),
            data_11: taken(&mut values),
            data_12: taken(&mut values),
            data_13: taken(&mut values),
            data_14: taken(&mut values),
            data_15: taken(&mut values),
            data_16: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GCustomStates {
    at: u32,
    callid: String,
    partyid: String,
    pseq: Option<i32>,
    endpointid: Option<i32>,
    agentid: Option<i32>,
    statecode: i32,
    started: Option<i64>,
    ended: Option<i64>,
    ext: Option<Ext>,
}

impl From<GCustomStates> for Row {
    fn from(row: GCustomStates) -> Self {
        let values = vec![
            value(row.callid),
            value(row.partyid),
            value(row.pseq),
            value(row.endpointid),
            value(row.agentid),
            value(row.statecode),
            time(row.started),
            time(row.ended),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GCustomStates {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            partyid: taken(&mut values),
            pseq: taken(&mut values),
            endpointid: taken(&mut values),
            agentid: taken(&mut values),
            statecode: taken(&mut values),
            started: taken(&mut values),
            ended: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GmFUserdata {
    at: u32,
    callid: String,
    #[component(name = "g-from-name")]
    g_from_name: Option<String>,
    #[component(name = "g-called-back")]
    g_called_back: Option<String>,
    #[component(name = "g-subject")]
    g_subject: Option<String>,
    #[component(name = "g-origin-source")]
    g_origin_source: Option<String>,
    #[component(name = "g-from-address")]
    g_from_address: Option<String>,
    #[component(name = "g-sub-type")]
    g_sub_type: Option<String>,
    #[component(name = "g-received-d")]
    g_received_d: Option<String>,
    ext: Option<Ext>,
}

impl From<GmFUserdata> for Row {
    fn from(row: GmFUserdata) -> Self {
        let values = vec![
            value(row.callid),
            value(row.g_from_name),
            value(row.g_called_back),
            value(row.g_subject),
            value(row.g_origin_source),
            value(row.g_from_address),
            value(row.g_sub_type),
            value(row.g_received_d),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GmFUserdata {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            g_from_name: taken(&mut values),
            g_called_back: taken(&mut values),
            g_subject: taken(&mut values),
            g_origin_source: taken(&mut values),
            g_from_address: taken(&mut values),
            g_sub_type: taken(&mut values),
            g_received_d: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GmLUserdata {
    at: u32,
    callid: String,
    #[component(name = "g-s-response")]
    g_s_response: Option<String>,
    #[component(name = "g-a-response")]
    g_a_response: Option<String>,
    #[component(name = "g-a-ack")]
    g_a_ack: Option<String>,
    #[component(name = "g-stop-reason")]
    g_stop_reason: Option<String>,
    #[component(name = "g-ucs-contact-id")]
    g_ucs_contact_id: Option<String>,
    ext: Option<Ext>,
}

impl From<GmLUserdata> for Row {
    fn from(row: GmLUserdata) -> Self {
        let values = vec![
            value(row.callid),
            value(row.g_s_response),
            value(row.g_a_response),
            value(row.g_a_ack),
            value(row.g_stop_reason),
            value(row.g_ucs_contact_id),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GmLUserdata {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            g_s_response: taken(&mut values),
            g_a_response: taken(&mut values),
            g_a_ack: taken(&mut values),
            g_stop_reason: taken(&mut values),
            g_ucs_contact_id: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GLoginSession {
    at: u32,
    loginsessionid: String,
    agentid: Option<i32>,
    loginid: Option<i32>,
    placeid: Option<i32>,
    state: i32,
    primarydeviceid: Option<i32>,
    tenantid: Option<i32>,
    created: Option<i64>,
    terminated: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GLoginSession> for Row {
    fn from(row: GLoginSession) -> Self {
        let values = vec![
            value(row.loginsessionid),
            value(row.agentid),
            value(row.loginid),
            value(row.placeid),
            value(row.state),
            value(row.primarydeviceid),
            value(row.tenantid),
            time(row.created),
            time(row.terminated),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GLoginSession {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            loginsessionid: taken(&mut values),
            agentid: taken(&mut values),
            loginid: taken(&mut values),
            placeid: taken(&mut values),
            state: taken(&mut values),
            primarydeviceid: taken(&mut values),
            tenantid: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GxSessionEndpoint {
    at: u32,
    agentid: Option<i32>,
    endpointid: i32,
    endpointtype: Option<i32>,
    queueid: i32,
    queuetype: Option<i32>,
    placeid: Option<i32>,
    loginsessionid: String,
    mediatype: Option<i32>,
    state: Option<i32>,
    created: Option<i64>,
    terminated: Option<i64>,
    ext: Option<Ext>,
}

impl From<GxSessionEndpoint> for Row {
    fn from(row: GxSessionEndpoint) -> Self {
        let values = vec![
            value(row.agentid),
            value(row.endpointid),
            value(row.endpointtype),
            value(row.queueid),
            value(row.queuetype),
            value(row.placeid),
            value(row.loginsessionid),
            value(row.mediatype),
            value(row.state),
            time(row.created),
            time(row.terminated),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GxSessionEndpoint {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            agentid: taken(&mut values),
            endpointid: taken(&mut values),
            endpointtype: taken(&mut values),
            queueid: taken(&mut values),
            queuetype: taken(&mut values),
            placeid: taken(&mut values),
            loginsessionid: taken(&mut values),
            mediatype: taken(&mut values),
            state: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GAgentStateHistory {
    at: u32,
    #[component(name = "type")]
    type_: Option<i32>,
    state: Option<i32>,
    pendingstate: Option<i32>,
    seq: Option<i32>,
    prevstate: Option<i32>,
    prevsenter: Option<i64>,
    workmode: Option<i32>,
    loginsessionid: Option<String>,
    loginid: Option<i32>,
    agentid: Option<i32>,
    endpointid: Option<i32>,
    endpointdn: Option<String>,
    queueid: Option<i32>,
    callid: Option<String>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GAgentStateHistory> for Row {
    fn from(row: GAgentStateHistory) -> Self {
        let values = vec![
            value(row.type_),
            value(row.state),
            value(row.pendingstate),
            value(row.seq),
            value(row.prevstate),
            time(row.prevsenter),
            value(row.workmode),
            value(row.loginsessionid),
            value(row.loginid),
            value(row.agentid),
            value(row.endpointid),
            value(row.endpointdn),
            value(row.queueid),
            value(row.callid),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GAgentStateHistory {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            type_: taken(&mut values),
            state: taken(&mut values),
            pendingstate: taken(&mut values),
            seq: taken(&mut values),
            prevstate: taken(&mut values),
            prevsenter: taken(&mut values),
            workmode: taken(&mut values),
            loginsessionid: taken(&mut values),
            loginid: taken(&mut values),
            agentid: taken(&mut values),
            endpointid: taken(&mut values),
            endpointdn: taken(&mut values),
            queueid: taken(&mut values),
            callid: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GAgentStateRc {
    at: u32,
    sessionid: Option<String>,
    endpointid: Option<i32>,
    queueid: Option<i32>,
    agentstate: Option<i32>,
    workmode: Option<i32>,
    hwflag: Option<i32>,
    keyname: String,
    value: Option<String>,
    created: Option<i64>,
    terminated: Option<i64>,
    ext: Option<Ext>,
}

impl From<GAgentStateRc> for Row {
    fn from(row: GAgentStateRc) -> Self {
        let values = vec![
            value(row.sessionid),
            value(row.endpointid),
            value(row.queueid),
            value(row.agentstate),
            value(row.workmode),
            value(row.hwflag),
            value(row.keyname),
            value(row.value),
            time(row.created),
            time(row.terminated),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GAgentStateRc {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            sessionid: taken(&mut values),
            endpointid: taken(&mut values),
            queueid: taken(&mut values),
            agentstate: taken(&mut values),
            workmode: taken(&mut values),
            hwflag: taken(&mut values),
            keyname: taken(&mut values),
            value: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GAgentStateRcA {
    at: u32,
    gone: bool,
    sessionid: String,
    endpointid: i32,
    queueid: i32,
    agentstate: Option<i32>,
    workmode: Option<i32>,
    hwflag: Option<i32>,
    keyname: String,
    value: Option<String>,
    created: Option<i64>,
    terminated: Option<i64>,
    ext: Option<Ext>,
}

impl From<GAgentStateRcA> for Row {
    fn from(row: GAgentStateRcA) -> Self {
        let values = vec![
            value(row.sessionid),
            value(row.endpointid),
            value(row.queueid),
            value(row.agentstate),
            value(row.workmode),
            value(row.hwflag),
            value(row.keyname),
            value(row.value),
            time(row.created),
            time(row.terminated),
        ];
        Self { at: row.at, gone: row.gone, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GAgentStateRcA {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, gone: row.gone,
            sessionid: taken(&mut values),
            endpointid: taken(&mut values),
            queueid: taken(&mut values),
            agentstate: taken(&mut values),
            workmode: taken(&mut values),
            hwflag: taken(&mut values),
            keyname: taken(&mut values),
            value: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GDndHistory {
    at: u32,
    endpointid: Option<i32>,
    endpointdn: Option<String>,
    agentid: Option<i32>,
    state: Option<i32>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GDndHistory> for Row {
    fn from(row: GDndHistory) -> Self {
        let values = vec![
            value(row.endpointid),
            value(row.endpointdn),
            value(row.agentid),
            value(row.state),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GDndHistory {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            endpointid: taken(&mut values),
            endpointdn: taken(&mut values),
            agentid: taken(&mut values),
            state: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GsAgentStat {
    at: u32,
    sessionid: String,
    endpointid: i32,
    queueid: i32,
    state: i32,
    #[component(name = "tt-state")]
    tt_state: Option<i32>,
    #[component(name = "cnt-state")]
    cnt_state: Option<i32>,
    ext: Option<Ext>,
}

impl From<GsAgentStat> for Row {
    fn from(row: GsAgentStat) -> Self {
        let values = vec![
            value(row.sessionid),
            value(row.endpointid),
            value(row.queueid),
            value(row.state),
            value(row.tt_state),
            value(row.cnt_state),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GsAgentStat {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            sessionid: taken(&mut values),
            endpointid: taken(&mut values),
            queueid: taken(&mut values),
            state: taken(&mut values),
            tt_state: taken(&mut values),
            cnt_state: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GsAgentStatWm {
    at: u32,
    sessionid: String,
    endpointid: i32,
    queueid: i32,
    workmode: i32,
    #[component(name = "tt-state")]
    tt_state: Option<i32>,
    #[component(name = "cnt-state")]
    cnt_state: Option<i32>,
    ext: Option<Ext>,
}

impl From<GsAgentStatWm> for Row {
    fn from(row: GsAgentStatWm) -> Self {
        let values = vec![
            value(row.sessionid),
            value(row.endpointid),
            value(row.queueid),
            value(row.workmode),
            value(row.tt_state),
            value(row.cnt_state),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GsAgentStatWm {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            sessionid: taken(&mut values),
            endpointid: taken(&mut values),
            queueid: taken(&mut values),
            workmode: taken(&mut values),
            tt_state: taken(&mut values),
            cnt_state: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GoCampaign {
    at: u32,
    sessid: String,
    campaignid: Option<i32>,
    groupid: Option<i32>,
    state: Option<i32>,
    ocsid: Option<i32>,
    dialmode: Option<i32>,
    created: Option<i64>,
    terminated: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GoCampaign> for Row {
    fn from(row: GoCampaign) -> Self {
        let values = vec![
            value(row.sessid),
            value(row.campaignid),
            value(row.groupid),
            value(row.state),
            value(row.ocsid),
            value(row.dialmode),
            time(row.created),
            time(row.terminated),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GoCampaign {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            sessid: taken(&mut values),
            campaignid: taken(&mut values),
            groupid: taken(&mut values),
            state: taken(&mut values),
            ocsid: taken(&mut values),
            dialmode: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GoCampaignhistory {
    at: u32,
    sessid: String,
    state: Option<i32>,
    prevstate: Option<i32>,
    cause: Option<i32>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GoCampaignhistory> for Row {
    fn from(row: GoCampaignhistory) -> Self {
        let values = vec![
            value(row.sessid),
            value(row.state),
            value(row.prevstate),
            value(row.cause),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GoCampaignhistory {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            sessid: taken(&mut values),
            state: taken(&mut values),
            prevstate: taken(&mut values),
            cause: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GoCamppropHist {
    at: u32,
    sessid: String,
    seq: Option<i32>,
    dialmode: Option<i32>,
    prevdialmode: Option<i32>,
    prevdmenter: Option<i64>,
    optimmode: Option<i32>,
    optimvalue: Option<i32>,
    prevoptimmode: Option<i32>,
    prevoptimvalue: Option<i32>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GoCamppropHist> for Row {
    fn from(row: GoCamppropHist) -> Self {
        let values = vec![
            value(row.sessid),
            value(row.seq),
            value(row.dialmode),
            value(row.prevdialmode),
            time(row.prevdmenter),
            value(row.optimmode),
            value(row.optimvalue),
            value(row.prevoptimmode),
            value(row.prevoptimvalue),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GoCamppropHist {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            sessid: taken(&mut values),
            seq: taken(&mut values),
            dialmode: taken(&mut values),
            prevdialmode: taken(&mut values),
            prevdmenter: taken(&mut values),
            optimmode: taken(&mut values),
            optimvalue: taken(&mut values),
            prevoptimmode: taken(&mut values),
            prevoptimvalue: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GoChain {
    at: u32,
    chainguid: String,
    parentguid: Option<String>,
    sessid: Option<String>,
    campaignid: Option<i32>,
    groupid: Option<i32>,
    callinglistid: Option<i32>,
    state: Option<i32>,
    callresult: Option<i32>,
    created: Option<i64>,
    terminated: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GoChain> for Row {
    fn from(row: GoChain) -> Self {
        let values = vec![
            value(row.chainguid),
            value(row.parentguid),
            value(row.sessid),
            value(row.campaignid),
            value(row.groupid),
            value(row.callinglistid),
            value(row.state),
            value(row.callresult),
            time(row.created),
            time(row.terminated),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GoChain {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            chainguid: taken(&mut values),
            parentguid: taken(&mut values),
            sessid: taken(&mut values),
            campaignid: taken(&mut values),
            groupid: taken(&mut values),
            callinglistid: taken(&mut values),
            state: taken(&mut values),
            callresult: taken(&mut values),
            created: taken(&mut values),
            terminated: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GoChainrecHist {
    at: u32,
    chainguid: String,
    recordhandle: Option<i32>,
    seq: Option<i32>,
    state: Option<i32>,
    prevstate: Option<i32>,
    prevsenter: Option<i64>,
    callattid: Option<String>,
    callresult: Option<i32>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GoChainrecHist> for Row {
    fn from(row: GoChainrecHist) -> Self {
        let values = vec![
            value(row.chainguid),
            value(row.recordhandle),
            value(row.seq),
            value(row.state),
            value(row.prevstate),
            time(row.prevsenter),
            value(row.callattid),
            value(row.callresult),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GoChainrecHist {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            chainguid: taken(&mut values),
            recordhandle: taken(&mut values),
            seq: taken(&mut values),
            state: taken(&mut values),
            prevstate: taken(&mut values),
            prevsenter: taken(&mut values),
            callattid: taken(&mut values),
            callresult: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GoRecord {
    at: u32,
    chainguid: String,
    recordhandle: i32,
    recordid: Option<i32>,
    phone: Option<String>,
    phonetype: Option<i32>,
    recordtype: Option<i32>,
    recordstatus: Option<i32>,
    attempts: Option<i32>,
    callresult: Option<i32>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GoRecord> for Row {
    fn from(row: GoRecord) -> Self {
        let values = vec![
            value(row.chainguid),
            value(row.recordhandle),
            value(row.recordid),
            value(row.phone),
            value(row.phonetype),
            value(row.recordtype),
            value(row.recordstatus),
            value(row.attempts),
            value(row.callresult),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GoRecord {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            chainguid: taken(&mut values),
            recordhandle: taken(&mut values),
            recordid: taken(&mut values),
            phone: taken(&mut values),
            phonetype: taken(&mut values),
            recordtype: taken(&mut values),
            recordstatus: taken(&mut values),
            attempts: taken(&mut values),
            callresult: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GoCustomFields {
    at: u32,
    chainguid: String,
    recordhandle: i32,
    fieldid: i32,
    value: Option<String>,
    lastchainupdseq: Option<i32>,
    lastchanged: Option<i64>,
    loaded: Option<i64>,
    ext: Option<Ext>,
}

impl From<GoCustomFields> for Row {
    fn from(row: GoCustomFields) -> Self {
        let values = vec![
            value(row.chainguid),
            value(row.recordhandle),
            value(row.fieldid),
            value(row.value),
            value(row.lastchainupdseq),
            time(row.lastchanged),
            time(row.loaded),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GoCustomFields {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            chainguid: taken(&mut values),
            recordhandle: taken(&mut values),
            fieldid: taken(&mut values),
            value: taken(&mut values),
            lastchainupdseq: taken(&mut values),
            lastchanged: taken(&mut values),
            loaded: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GoSecureFields {
    at: u32,
    chainguid: String,
    recordhandle: i32,
    fieldid: i32,
    value: Option<String>,
    lastchainupdseq: Option<i32>,
    lastchanged: Option<i64>,
    loaded: Option<i64>,
    ext: Option<Ext>,
}

impl From<GoSecureFields> for Row {
    fn from(row: GoSecureFields) -> Self {
        let values = vec![
            value(row.chainguid),
            value(row.recordhandle),
            value(row.fieldid),
            value(row.value),
            value(row.lastchainupdseq),
            time(row.lastchanged),
            time(row.loaded),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GoSecureFields {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            chainguid: taken(&mut values),
            recordhandle: taken(&mut values),
            fieldid: taken(&mut values),
            value: taken(&mut values),
            lastchainupdseq: taken(&mut values),
            lastchanged: taken(&mut values),
            loaded: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GoFieldhist {
    at: u32,
    chainguid: String,
    recordhandle: Option<i32>,
    fieldid: Option<i32>,
    oldvalue: Option<String>,
    newvalue: Option<String>,
    preventer: Option<i64>,
    seq: Option<i32>,
    chainhistseq: Option<i32>,
    callattid: Option<String>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GoFieldhist> for Row {
    fn from(row: GoFieldhist) -> Self {
        let values = vec![
            value(row.chainguid),
            value(row.recordhandle),
            value(row.fieldid),
            value(row.oldvalue),
            value(row.newvalue),
            time(row.preventer),
            value(row.seq),
            value(row.chainhistseq),
            value(row.callattid),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GoFieldhist {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            chainguid: taken(&mut values),
            recordhandle: taken(&mut values),
            fieldid: taken(&mut values),
            oldvalue: taken(&mut values),
            newvalue: taken(&mut values),
            preventer: taken(&mut values),
            seq: taken(&mut values),
            chainhistseq: taken(&mut values),
            callattid: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GoSecFieldhist {
    at: u32,
    chainguid: String,
    recordhandle: Option<i32>,
    fieldid: Option<i32>,
    oldvalue: Option<String>,
    newvalue: Option<String>,
    preventer: Option<i64>,
    seq: Option<i32>,
    chainhistseq: Option<i32>,
    callattid: Option<String>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GoSecFieldhist> for Row {
    fn from(row: GoSecFieldhist) -> Self {
        let values = vec![
            value(row.chainguid),
            value(row.recordhandle),
            value(row.fieldid),
            value(row.oldvalue),
            value(row.newvalue),
            time(row.preventer),
            value(row.seq),
            value(row.chainhistseq),
            value(row.callattid),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GoSecFieldhist {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            chainguid: taken(&mut values),
            recordhandle: taken(&mut values),
            fieldid: taken(&mut values),
            oldvalue: taken(&mut values),
            newvalue: taken(&mut values),
            preventer: taken(&mut values),
            seq: taken(&mut values),
            chainhistseq: taken(&mut values),
            callattid: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GoMetrics {
    at: u32,
    sessid: Option<String>,
    chainguid: Option<String>,
    callattid: Option<String>,
    metrictype: Option<i32>,
    value: Option<i32>,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GoMetrics> for Row {
    fn from(row: GoMetrics) -> Self {
        let values = vec![
            value(row.sessid),
            value(row.chainguid),
            value(row.callattid),
            value(row.metrictype),
            value(row.value),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GoMetrics {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            sessid: taken(&mut values),
            chainguid: taken(&mut values),
            callattid: taken(&mut values),
            metrictype: taken(&mut values),
            value: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GoxChainCall {
    at: u32,
    callid: Option<String>,
    chainguid: String,
    callattid: String,
    added: Option<i64>,
    ext: Option<Ext>,
}

impl From<GoxChainCall> for Row {
    fn from(row: GoxChainCall) -> Self {
        let values = vec![
            value(row.callid),
            value(row.chainguid),
            value(row.callattid),
            time(row.added),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GoxChainCall {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            callid: taken(&mut values),
            chainguid: taken(&mut values),
            callattid: taken(&mut values),
            added: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcAgent {
    at: u32,
    id: i32,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    username: Option<String>,
    firstname: Option<String>,
    lastname: Option<String>,
    employeeid: Option<String>,
    email: Option<String>,
    #[component(name = "type")]
    type_: Option<i32>,
    placeid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcAgent> for Row {
    fn from(row: GcAgent) -> Self {
        let values = vec![
            value(row.tenantid),
            value(row.folderid),
            value(row.username),
            value(row.firstname),
            value(row.lastname),
            value(row.employeeid),
            value(row.email),
            value(row.type_),
            value(row.placeid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcAgent {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            username: taken(&mut values),
            firstname: taken(&mut values),
            lastname: taken(&mut values),
            employeeid: taken(&mut values),
            email: taken(&mut values),
            type_: taken(&mut values),
            placeid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcLogin {
    at: u32,
    id: i32,
    logincode: Option<String>,
    tenantid: Option<i32>,
    switchid: Option<i32>,
    folderid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcLogin> for Row {
    fn from(row: GcLogin) -> Self {
        let values = vec![
            value(row.logincode),
            value(row.tenantid),
            value(row.switchid),
            value(row.folderid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcLogin {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            logincode: taken(&mut values),
            tenantid: taken(&mut values),
            switchid: taken(&mut values),
            folderid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcGroup {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    #[component(name = "type")]
    type_: Option<i32>,
    dngrouptype: Option<i32>,
    script: Option<String>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcGroup> for Row {
    fn from(row: GcGroup) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.type_),
            value(row.dngrouptype),
            value(row.script),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcGroup {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            type_: taken(&mut values),
            dngrouptype: taken(&mut values),
            script: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcTenant {
    at: u32,
    id: i32,
    name: Option<String>,
    folderid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcTenant> for Row {
    fn from(row: GcTenant) -> Self {
        let values = vec![
            value(row.name),
            value(row.folderid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcTenant {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            folderid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcEndpoint {
    at: u32,
    id: i32,
    dn: Option<String>,
    #[component(name = "type")]
    type_: Option<i32>,
    switchid: Option<i32>,
    tenantid: Option<i32>,
    name: Option<String>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcEndpoint> for Row {
    fn from(row: GcEndpoint) -> Self {
        let values = vec![
            value(row.dn),
            value(row.type_),
            value(row.switchid),
            value(row.tenantid),
            value(row.name),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcEndpoint {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            dn: taken(&mut values),
            type_: taken(&mut values),
            switchid: taken(&mut values),
            tenantid: taken(&mut values),
            name: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcPlace {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcPlace> for Row {
    fn from(row: GcPlace) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcPlace {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcSkill {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcSkill> for Row {
    fn from(row: GcSkill) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcSkill {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcSwitch {
    at: u32,
    id: i32,
    name: Option<String>,
    #[component(name = "type")]
    type_: Option<i32>,
    tenantid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcSwitch> for Row {
    fn from(row: GcSwitch) -> Self {
        let values = vec![
            value(row.name),
            value(row.type_),
            value(row.tenantid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcSwitch {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            type_: taken(&mut values),
            tenantid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcApplication {
    at: u32,
    id: i32,
    name: Option<String>,
    #[component(name = "type")]
    type_: Option<i32>,
    version: Option<String>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcApplication> for Row {
    fn from(row: GcApplication) -> Self {
        let values = vec![
            value(row.name),
            value(row.type_),
            value(row.version),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcApplication {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            type_: taken(&mut values),
            version: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcFolder {
    at: u32,
    id: i32,
    name: Option<String>,
    parentid: Option<i32>,
    #[component(name = "type")]
    type_: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcFolder> for Row {
    fn from(row: GcFolder) -> Self {
        let values = vec![
            value(row.name),
            value(row.parentid),
            value(row.type_),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcFolder {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            parentid: taken(&mut values),
            type_: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcCampaign {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcCampaign> for Row {
    fn from(row: GcCampaign) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcCampaign {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcCallingList {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcCallingList> for Row {
    fn from(row: GcCallingList) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcCallingList {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcFilter {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcFilter> for Row {
    fn from(row: GcFilter) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcFilter {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcFormat {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcFormat> for Row {
    fn from(row: GcFormat) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcFormat {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcField {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    #[component(name = "type")]
    type_: Option<i32>,
    formatid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcField> for Row {
    fn from(row: GcField) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.type_),
            value(row.formatid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcField {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            type_: taken(&mut values),
            formatid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcTreatment {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    code: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcTreatment> for Row {
    fn from(row: GcTreatment) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.code),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcTreatment {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            code: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcTableAccess {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    #[component(name = "type")]
    type_: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcTableAccess> for Row {
    fn from(row: GcTableAccess) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.type_),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcTableAccess {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            type_: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcScript {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    #[component(name = "type")]
    type_: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcScript> for Row {
    fn from(row: GcScript) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.type_),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcScript {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            type_: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcActionCode {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    #[component(name = "type")]
    type_: Option<i32>,
    code: Option<String>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcActionCode> for Row {
    fn from(row: GcActionCode) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.type_),
            value(row.code),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcActionCode {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            type_: taken(&mut values),
            code: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcBusAttribute {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    #[component(name = "type")]
    type_: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcBusAttribute> for Row {
    fn from(row: GcBusAttribute) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.type_),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcBusAttribute {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            type_: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcAttrValue {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    attributeid: Option<i32>,
    displayname: Option<String>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcAttrValue> for Row {
    fn from(row: GcAttrValue) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.attributeid),
            value(row.displayname),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcAttrValue {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            attributeid: taken(&mut values),
            displayname: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcIvr {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    #[component(name = "type")]
    type_: Option<i32>,
    version: Option<String>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcIvr> for Row {
    fn from(row: GcIvr) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.type_),
            value(row.version),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcIvr {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            type_: taken(&mut values),
            version: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcIvrport {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    ivrid: Option<i32>,
    endpointid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcIvrport> for Row {
    fn from(row: GcIvrport) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.ivrid),
            value(row.endpointid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcIvrport {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            ivrid: taken(&mut values),
            endpointid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcTimeZone {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    utcoffset: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcTimeZone> for Row {
    fn from(row: GcTimeZone) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.utcoffset),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcTimeZone {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            utcoffset: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcVoicePrompt {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    switchid: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcVoicePrompt> for Row {
    fn from(row: GcVoicePrompt) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.switchid),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcVoicePrompt {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            switchid: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcObjTable {
    at: u32,
    id: i32,
    name: Option<String>,
    tenantid: Option<i32>,
    folderid: Option<i32>,
    #[component(name = "type")]
    type_: Option<i32>,
    state: Option<i32>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcObjTable> for Row {
    fn from(row: GcObjTable) -> Self {
        let values = vec![
            value(row.name),
            value(row.tenantid),
            value(row.folderid),
            value(row.type_),
            value(row.state),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: row.id, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcObjTable {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at, id: row.object_id,
            name: taken(&mut values),
            tenantid: taken(&mut values),
            folderid: taken(&mut values),
            type_: taken(&mut values),
            state: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcAnnex {
    at: u32,
    cfgobjectid: i32,
    cfgobjecttype: i32,
    sectionkeyhash: String,
    sectionname: Option<String>,
    keyname: Option<String>,
    tenantid: Option<i32>,
    value: Option<String>,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcAnnex> for Row {
    fn from(row: GcAnnex) -> Self {
        let values = vec![
            value(row.cfgobjectid),
            value(row.cfgobjecttype),
            value(row.sectionkeyhash),
            value(row.sectionname),
            value(row.keyname),
            value(row.tenantid),
            value(row.value),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcAnnex {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            cfgobjectid: taken(&mut values),
            cfgobjecttype: taken(&mut values),
            sectionkeyhash: taken(&mut values),
            sectionname: taken(&mut values),
            keyname: taken(&mut values),
            tenantid: taken(&mut values),
            value: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxAgentPlace {
    at: u32,
    placeid: i32,
    agentid: i32,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxAgentPlace> for Row {
    fn from(row: GcxAgentPlace) -> Self {
        let values = vec![
            value(row.placeid),
            value(row.agentid),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxAgentPlace {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            placeid: taken(&mut values),
            agentid: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxLoginInfo {
    at: u32,
    loginid: i32,
    agentid: i32,
    wrapuptime: Option<i32>,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxLoginInfo> for Row {
    fn from(row: GcxLoginInfo) -> Self {
        let values = vec![
            value(row.loginid),
            value(row.agentid),
            value(row.wrapuptime),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxLoginInfo {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            loginid: taken(&mut values),
            agentid: taken(&mut values),
            wrapuptime: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxGroupAgent {
    at: u32,
    groupid: i32,
    agentid: i32,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxGroupAgent> for Row {
    fn from(row: GcxGroupAgent) -> Self {
        let values = vec![
            value(row.groupid),
            value(row.agentid),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxGroupAgent {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            groupid: taken(&mut values),
            agentid: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxGroupPlace {
    at: u32,
    groupid: i32,
    placeid: i32,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxGroupPlace> for Row {
    fn from(row: GcxGroupPlace) -> Self {
        let values = vec![
            value(row.groupid),
            value(row.placeid),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxGroupPlace {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            groupid: taken(&mut values),
            placeid: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxGroupEndpoint {
    at: u32,
    groupid: i32,
    endpointid: i32,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxGroupEndpoint> for Row {
    fn from(row: GcxGroupEndpoint) -> Self {
        let values = vec![
            value(row.groupid),
            value(row.endpointid),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxGroupEndpoint {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            groupid: taken(&mut values),
            endpointid: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxGroupRoutedn {
    at: u32,
    groupid: i32,
    endpointid: i32,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxGroupRoutedn> for Row {
    fn from(row: GcxGroupRoutedn) -> Self {
        let values = vec![
            value(row.groupid),
            value(row.endpointid),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxGroupRoutedn {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            groupid: taken(&mut values),
            endpointid: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxSkillLevel {
    at: u32,
    skillid: i32,
    agentid: i32,
    slevel: Option<i32>,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxSkillLevel> for Row {
    fn from(row: GcxSkillLevel) -> Self {
        let values = vec![
            value(row.skillid),
            value(row.agentid),
            value(row.slevel),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxSkillLevel {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            skillid: taken(&mut values),
            agentid: taken(&mut values),
            slevel: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxEndpointPlace {
    at: u32,
    endpointid: i32,
    placeid: i32,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxEndpointPlace> for Row {
    fn from(row: GcxEndpointPlace) -> Self {
        let values = vec![
            value(row.endpointid),
            value(row.placeid),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxEndpointPlace {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            endpointid: taken(&mut values),
            placeid: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxCampgroupInfo {
    at: u32,
    campaignid: i32,
    groupid: i32,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxCampgroupInfo> for Row {
    fn from(row: GcxCampgroupInfo) -> Self {
        let values = vec![
            value(row.campaignid),
            value(row.groupid),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxCampgroupInfo {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            campaignid: taken(&mut values),
            groupid: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxCamplistInfo {
    at: u32,
    campaignid: i32,
    listid: i32,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxCamplistInfo> for Row {
    fn from(row: GcxCamplistInfo) -> Self {
        let values = vec![
            value(row.campaignid),
            value(row.listid),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxCamplistInfo {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            campaignid: taken(&mut values),
            listid: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxListTreatment {
    at: u32,
    listid: i32,
    treatmentid: i32,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxListTreatment> for Row {
    fn from(row: GcxListTreatment) -> Self {
        let values = vec![
            value(row.listid),
            value(row.treatmentid),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxListTreatment {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            listid: taken(&mut values),
            treatmentid: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxFormatField {
    at: u32,
    formatid: i32,
    fieldid: i32,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxFormatField> for Row {
    fn from(row: GcxFormatField) -> Self {
        let values = vec![
            value(row.formatid),
            value(row.fieldid),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxFormatField {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            formatid: taken(&mut values),
            fieldid: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxSubcode {
    at: u32,
    codeid: i32,
    name: String,
    code: Option<String>,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxSubcode> for Row {
    fn from(row: GcxSubcode) -> Self {
        let values = vec![
            value(row.codeid),
            value(row.name),
            value(row.code),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxSubcode {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            codeid: taken(&mut values),
            name: taken(&mut values),
            code: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct GcxObjtableRecord {
    at: u32,
    objtableid: i32,
    recordid: i32,
    value: Option<String>,
    since: i64,
    status: Option<i32>,
    created: Option<i64>,
    deleted: Option<i64>,
    lastchange: Option<i64>,
    ext: Option<Ext>,
}

impl From<GcxObjtableRecord> for Row {
    fn from(row: GcxObjtableRecord) -> Self {
        let values = vec![
            value(row.objtableid),
            value(row.recordid),
            value(row.value),
            value(row.since),
            value(row.status),
            time(row.created),
            time(row.deleted),
            time(row.lastchange),
        ];
        Self { at: row.at, gone: false, object_id: 0, values, ext: ext(row.ext) }
    }
}

impl From<Row> for GcxObjtableRecord {
    fn from(row: Row) -> Self {
        let mut values = row.values.into_iter();
        Self {
            at: row.at,
            objtableid: taken(&mut values),
            recordid: taken(&mut values),
            value: taken(&mut values),
            since: taken(&mut values),
            status: taken(&mut values),
            created: taken(&mut values),
            deleted: taken(&mut values),
            lastchange: taken(&mut values),
            ext: given_ext(row.ext),
        }
    }
}

/// The rows of one table.
#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
pub(super) enum TableRows {
    #[component(name = "g-ir")]
    GIr(Vec<GIr>),
    #[component(name = "g-ir-history")]
    GIrHistory(Vec<GIrHistory>),
    #[component(name = "g-ir-active")]
    GIrActive(Vec<GIrActive>),
    #[component(name = "g-call")]
    GCall(Vec<GCall>),
    #[component(name = "g-call-history")]
    GCallHistory(Vec<GCallHistory>),
    #[component(name = "g-call-stat")]
    GCallStat(Vec<GCallStat>),
    #[component(name = "g-call-active")]
    GCallActive(Vec<GCallActive>),
    #[component(name = "g-party")]
    GParty(Vec<GParty>),
    #[component(name = "g-party-history")]
    GPartyHistory(Vec<GPartyHistory>),
    #[component(name = "g-party-stat")]
    GPartyStat(Vec<GPartyStat>),
    #[component(name = "g-is-link")]
    GIsLink(Vec<GIsLink>),
    #[component(name = "g-is-link-history")]
    GIsLinkHistory(Vec<GIsLinkHistory>),
    #[component(name = "g-route-result")]
    GRouteResult(Vec<GRouteResult>),
    #[component(name = "g-virtual-queue")]
    GVirtualQueue(Vec<GVirtualQueue>),
    #[component(name = "g-route-res-vq-hist")]
    GRouteResVqHist(Vec<GRouteResVqHist>),
    #[component(name = "gsys-dnpremotelocation")]
    GsysDnpremotelocation(Vec<GsysDnpremotelocation>),
    #[component(name = "g-userdata-history")]
    GUserdataHistory(Vec<GUserdataHistory>),
    #[component(name = "g-secure-userdata-history")]
    GSecureUserdataHistory(Vec<GSecureUserdataHistory>),
    #[component(name = "g-call-userdata")]
    GCallUserdata(Vec<GCallUserdata>),
    #[component(name = "g-call-userdata-cust")]
    GCallUserdataCust(Vec<GCallUserdataCust>),
    #[component(name = "g-call-userdata-cust1")]
    GCallUserdataCust1(Vec<GCallUserdataCust1>),
    #[component(name = "g-call-userdata-cust2")]
    GCallUserdataCust2(Vec<GCallUserdataCust2>),
    #[component(name = "g-custom-data-s")]
    GCustomDataS(Vec<GCustomDataS>),
    #[component(name = "g-custom-data-p")]
    GCustomDataP(Vec<GCustomDataP>),
    #[component(name = "g-custom-states")]
    GCustomStates(Vec<GCustomStates>),
    #[component(name = "gm-f-userdata")]
    GmFUserdata(Vec<GmFUserdata>),
    #[component(name = "gm-l-userdata")]
    GmLUserdata(Vec<GmLUserdata>),
    #[component(name = "g-login-session")]
    GLoginSession(Vec<GLoginSession>),
    #[component(name = "gx-session-endpoint")]
    GxSessionEndpoint(Vec<GxSessionEndpoint>),
    #[component(name = "g-agent-state-history")]
    GAgentStateHistory(Vec<GAgentStateHistory>),
    #[component(name = "g-agent-state-rc")]
    GAgentStateRc(Vec<GAgentStateRc>),
    #[component(name = "g-agent-state-rc-a")]
    GAgentStateRcA(Vec<GAgentStateRcA>),
    #[component(name = "g-dnd-history")]
    GDndHistory(Vec<GDndHistory>),
    #[component(name = "gs-agent-stat")]
    GsAgentStat(Vec<GsAgentStat>),
    #[component(name = "gs-agent-stat-wm")]
    GsAgentStatWm(Vec<GsAgentStatWm>),
    #[component(name = "go-campaign")]
    GoCampaign(Vec<GoCampaign>),
    #[component(name = "go-campaignhistory")]
    GoCampaignhistory(Vec<GoCampaignhistory>),
    #[component(name = "go-campprop-hist")]
    GoCamppropHist(Vec<GoCamppropHist>),
    #[component(name = "go-chain")]
    GoChain(Vec<GoChain>),
    #[component(name = "go-chainrec-hist")]
    GoChainrecHist(Vec<GoChainrecHist>),
    #[component(name = "go-record")]
    GoRecord(Vec<GoRecord>),
    #[component(name = "go-custom-fields")]
    GoCustomFields(Vec<GoCustomFields>),
    #[component(name = "go-secure-fields")]
    GoSecureFields(Vec<GoSecureFields>),
    #[component(name = "go-fieldhist")]
    GoFieldhist(Vec<GoFieldhist>),
    #[component(name = "go-sec-fieldhist")]
    GoSecFieldhist(Vec<GoSecFieldhist>),
    #[component(name = "go-metrics")]
    GoMetrics(Vec<GoMetrics>),
    #[component(name = "gox-chain-call")]
    GoxChainCall(Vec<GoxChainCall>),
    #[component(name = "gc-agent")]
    GcAgent(Vec<GcAgent>),
    #[component(name = "gc-login")]
    GcLogin(Vec<GcLogin>),
    #[component(name = "gc-group")]
    GcGroup(Vec<GcGroup>),
    #[component(name = "gc-tenant")]
    GcTenant(Vec<GcTenant>),
    #[component(name = "gc-endpoint")]
    GcEndpoint(Vec<GcEndpoint>),
    #[component(name = "gc-place")]
    GcPlace(Vec<GcPlace>),
    #[component(name = "gc-skill")]
    GcSkill(Vec<GcSkill>),
    #[component(name = "gc-switch")]
    GcSwitch(Vec<GcSwitch>),
    #[component(name = "gc-application")]
    GcApplication(Vec<GcApplication>),
    #[component(name = "gc-folder")]
    GcFolder(Vec<GcFolder>),
    #[component(name = "gc-campaign")]
    GcCampaign(Vec<GcCampaign>),
    #[component(name = "gc-calling-list")]
    GcCallingList(Vec<GcCallingList>),
    #[component(name = "gc-filter")]
    GcFilter(Vec<GcFilter>),
    #[component(name = "gc-format")]
    GcFormat(Vec<GcFormat>),
    #[component(name = "gc-field")]
    GcField(Vec<GcField>),
    #[component(name = "gc-treatment")]
    GcTreatment(Vec<GcTreatment>),
    #[component(name = "gc-table-access")]
    GcTableAccess(Vec<GcTableAccess>),
    #[component(name = "gc-script")]
    GcScript(Vec<GcScript>),
    #[component(name = "gc-action-code")]
    GcActionCode(Vec<GcActionCode>),
    #[component(name = "gc-bus-attribute")]
    GcBusAttribute(Vec<GcBusAttribute>),
    #[component(name = "gc-attr-value")]
    GcAttrValue(Vec<GcAttrValue>),
    #[component(name = "gc-ivr")]
    GcIvr(Vec<GcIvr>),
    #[component(name = "gc-ivrport")]
    GcIvrport(Vec<GcIvrport>),
    #[component(name = "gc-time-zone")]
    GcTimeZone(Vec<GcTimeZone>),
    #[component(name = "gc-voice-prompt")]
    GcVoicePrompt(Vec<GcVoicePrompt>),
    #[component(name = "gc-obj-table")]
    GcObjTable(Vec<GcObjTable>),
    #[component(name = "gc-annex")]
    GcAnnex(Vec<GcAnnex>),
    #[component(name = "gcx-agent-place")]
    GcxAgentPlace(Vec<GcxAgentPlace>),
    #[component(name = "gcx-login-info")]
    GcxLoginInfo(Vec<GcxLoginInfo>),
    #[component(name = "gcx-group-agent")]
    GcxGroupAgent(Vec<GcxGroupAgent>),
    #[component(name = "gcx-group-place")]
    GcxGroupPlace(Vec<GcxGroupPlace>),
    #[component(name = "gcx-group-endpoint")]
    GcxGroupEndpoint(Vec<GcxGroupEndpoint>),
    #[component(name = "gcx-group-routedn")]
    GcxGroupRoutedn(Vec<GcxGroupRoutedn>),
    #[component(name = "gcx-skill-level")]
    GcxSkillLevel(Vec<GcxSkillLevel>),
    #[component(name = "gcx-endpoint-place")]
    GcxEndpointPlace(Vec<GcxEndpointPlace>),
    #[component(name = "gcx-campgroup-info")]
    GcxCampgroupInfo(Vec<GcxCampgroupInfo>),
    #[component(name = "gcx-camplist-info")]
    GcxCamplistInfo(Vec<GcxCamplistInfo>),
    #[component(name = "gcx-list-treatment")]
    GcxListTreatment(Vec<GcxListTreatment>),
    #[component(name = "gcx-format-field")]
    GcxFormatField(Vec<GcxFormatField>),
    #[component(name = "gcx-subcode")]
    GcxSubcode(Vec<GcxSubcode>),
    #[component(name = "gcx-objtable-record")]
    GcxObjtableRecord(Vec<GcxObjtableRecord>),
}

impl TableRows {
    /// Which table, and how many rows.
    #[expect(clippy::too_many_lines, reason = "a line a table")]
    pub(super) fn count(&self) -> (TableId, usize) {
        match self {
            Self::GIr(rows) => (TableId::G_IR, rows.len()),
            Self::GIrHistory(rows) => (TableId::G_IR_HISTORY, rows.len()),
            Self::GIrActive(rows) => (TableId::G_IR_ACTIVE, rows.len()),
            Self::GCall(rows) => (TableId::G_CALL, rows.len()),
            Self::GCallHistory(rows) => (TableId::G_CALL_HISTORY, rows.len()),
            Self::GCallStat(rows) => (TableId::G_CALL_STAT, rows.len()),
            Self::GCallActive(rows) => (TableId::G_CALL_ACTIVE, rows.len()),
            Self::GParty(rows) => (TableId::G_PARTY, rows.len()),
            Self::GPartyHistory(rows) => (TableId::G_PARTY_HISTORY, rows.len()),
            Self::GPartyStat(rows) => (TableId::G_PARTY_STAT, rows.len()),
            Self::GIsLink(rows) => (TableId::G_IS_LINK, rows.len()),
            Self::GIsLinkHistory(rows) => (TableId::G_IS_LINK_HISTORY, rows.len()),
            Self::GRouteResult(rows) => (TableId::G_ROUTE_RESULT, rows.len()),
            Self::GVirtualQueue(rows) => (TableId::G_VIRTUAL_QUEUE, rows.len()),
            Self::GRouteResVqHist(rows) => (TableId::G_ROUTE_RES_VQ_HIST, rows.len()),
            Self::GsysDnpremotelocation(rows) => (TableId::GSYS_DNPREMOTELOCATION, rows.len()),
            Self::GUserdataHistory(rows) => (TableId::G_USERDATA_HISTORY, rows.len()),
            Self::GSecureUserdataHistory(rows) => (TableId::G_SECURE_USERDATA_HISTORY, rows.len()),
            Self::GCallUserdata(rows) => (TableId::G_CALL_USERDATA, rows.len()),
            Self::GCallUserdataCust(rows) => (TableId::G_CALL_USERDATA_CUST, rows.len()),
            Self::GCallUserdataCust1(rows) => (TableId::G_CALL_USERDATA_CUST1, rows.len()),
            Self::GCallUserdataCust2(rows) => (TableId::G_CALL_USERDATA_CUST2, rows.len()),
            Self::GCustomDataS(rows) => (TableId::G_CUSTOM_DATA_S, rows.len()),
            Self::GCustomDataP(rows) => (TableId::G_CUSTOM_DATA_P, rows.len()),
            Self::GCustomStates(rows) => (TableId::G_CUSTOM_STATES, rows.len()),
            Self::GmFUserdata(rows) => (TableId::GM_F_USERDATA, rows.len()),
            Self::GmLUserdata(rows) => (TableId::GM_L_USERDATA, rows.len()),
            Self::GLoginSession(rows) => (TableId::G_LOGIN_SESSION, rows.len()),
            Self::GxSessionEndpoint(rows) => (TableId::GX_SESSION_ENDPOINT, rows.len()),
            Self::GAgentStateHistory(rows) => (TableId::G_AGENT_STATE_HISTORY, rows.len()),
            Self::GAgentStateRc(rows) => (TableId::G_AGENT_STATE_RC, rows.len()),
            Self::GAgentStateRcA(rows) => (TableId::G_AGENT_STATE_RC_A, rows.len()),
            Self::GDndHistory(rows) => (TableId::G_DND_HISTORY, rows.len()),
            Self::GsAgentStat(rows) => (TableId::GS_AGENT_STAT, rows.len()),
            Self::GsAgentStatWm(rows) => (TableId::GS_AGENT_STAT_WM, rows.len()),
            Self::GoCampaign(rows) => (TableId::GO_CAMPAIGN, rows.len()),
            Self::GoCampaignhistory(rows) => (TableId::GO_CAMPAIGNHISTORY, rows.len()),
            Self::GoCamppropHist(rows) => (TableId::GO_CAMPPROP_HIST, rows.len()),
            Self::GoChain(rows) => (TableId::GO_CHAIN, rows.len()),
            Self::GoChainrecHist(rows) => (TableId::GO_CHAINREC_HIST, rows.len()),
            Self::GoRecord(rows) => (TableId::GO_RECORD, rows.len()),
            Self::GoCustomFields(rows) => (TableId::GO_CUSTOM_FIELDS, rows.len()),
            Self::GoSecureFields(rows) => (TableId::GO_SECURE_FIELDS, rows.len()),
            Self::GoFieldhist(rows) => (TableId::GO_FIELDHIST, rows.len()),
            Self::GoSecFieldhist(rows) => (TableId::GO_SEC_FIELDHIST, rows.len()),
            Self::GoMetrics(rows) => (TableId::GO_METRICS, rows.len()),
            Self::GoxChainCall(rows) => (TableId::GOX_CHAIN_CALL, rows.len()),
            Self::GcAgent(rows) => (TableId::GC_AGENT, rows.len()),
            Self::GcLogin(rows) => (TableId::GC_LOGIN, rows.len()),
            Self::GcGroup(rows) => (TableId::GC_GROUP, rows.len()),
            Self::GcTenant(rows) => (TableId::GC_TENANT, rows.len()),
            Self::GcEndpoint(rows) => (TableId::GC_ENDPOINT, rows.len()),
            Self::GcPlace(rows) => (TableId::GC_PLACE, rows.len()),
            Self::GcSkill(rows) => (TableId::GC_SKILL, rows.len()),
            Self::GcSwitch(rows) => (TableId::GC_SWITCH, rows.len()),
            Self::GcApplication(rows) => (TableId::GC_APPLICATION, rows.len()),
            Self::GcFolder(rows) => (TableId::GC_FOLDER, rows.len()),
            Self::GcCampaign(rows) => (TableId::GC_CAMPAIGN, rows.len()),
            Self::GcCallingList(rows) => (TableId::GC_CALLING_LIST, rows.len()),
            Self::GcFilter(rows) => (TableId::GC_FILTER, rows.len()),
            Self::GcFormat(rows) => (TableId::GC_FORMAT, rows.len()),
            Self::GcField(rows) => (TableId::GC_FIELD, rows.len()),
            Self::GcTreatment(rows) => (TableId::GC_TREATMENT, rows.len()),
            Self::GcTableAccess(rows) => (TableId::GC_TABLE_ACCESS, rows.len()),
            Self::GcScript(rows) => (TableId::GC_SCRIPT, rows.len()),
            Self::GcActionCode(rows) => (TableId::GC_ACTION_CODE, rows.len()),
            Self::GcBusAttribute(rows) => (TableId::GC_BUS_ATTRIBUTE, rows.len()),
            Self::GcAttrValue(rows) => (TableId::GC_ATTR_VALUE, rows.len()),
            Self::GcIvr(rows) => (TableId::GC_IVR, rows.len()),
            Self::GcIvrport(rows) => (TableId::GC_IVRPORT, rows.len()),
            Self::GcTimeZone(rows) => (TableId::GC_TIME_ZONE, rows.len()),
            Self::GcVoicePrompt(rows) => (TableId::GC_VOICE_PROMPT, rows.len()),
            Self::GcObjTable(rows) => (TableId::GC_OBJ_TABLE, rows.len()),
            Self::GcAnnex(rows) => (TableId::GC_ANNEX, rows.len()),
            Self::GcxAgentPlace(rows) => (TableId::GCX_AGENT_PLACE, rows.len()),
            Self::GcxLoginInfo(rows) => (TableId::GCX_LOGIN_INFO, rows.len()),
            Self::GcxGroupAgent(rows) => (TableId::GCX_GROUP_AGENT, rows.len()),
            Self::GcxGroupPlace(rows) => (TableId::GCX_GROUP_PLACE, rows.len()),
            Self::GcxGroupEndpoint(rows) => (TableId::GCX_GROUP_ENDPOINT, rows.len()),
            Self::GcxGroupRoutedn(rows) => (TableId::GCX_GROUP_ROUTEDN, rows.len()),
            Self::GcxSkillLevel(rows) => (TableId::GCX_SKILL_LEVEL, rows.len()),
            Self::GcxEndpointPlace(rows) => (TableId::GCX_ENDPOINT_PLACE, rows.len()),
            Self::GcxCampgroupInfo(rows) => (TableId::GCX_CAMPGROUP_INFO, rows.len()),
            Self::GcxCamplistInfo(rows) => (TableId::GCX_CAMPLIST_INFO, rows.len()),
            Self::GcxListTreatment(rows) => (TableId::GCX_LIST_TREATMENT, rows.len()),
            Self::GcxFormatField(rows) => (TableId::GCX_FORMAT_FIELD, rows.len()),
            Self::GcxSubcode(rows) => (TableId::GCX_SUBCODE, rows.len()),
            Self::GcxObjtableRecord(rows) => (TableId::GCX_OBJTABLE_RECORD, rows.len()),
        }
    }

    /// Appends the rows to `out`.
    #[expect(clippy::too_many_lines, reason = "a line a table")]
    pub(super) fn append_to(self, out: &mut Vec<(TableId, Row)>) {
        match self {
            Self::GIr(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_IR, row.into()))),
            Self::GIrHistory(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_IR_HISTORY, row.into()))),
            Self::GIrActive(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_IR_ACTIVE, row.into()))),
            Self::GCall(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_CALL, row.into()))),
            Self::GCallHistory(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_CALL_HISTORY, row.into()))),
            Self::GCallStat(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_CALL_STAT, row.into()))),
            Self::GCallActive(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_CALL_ACTIVE, row.into()))),
            Self::GParty(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_PARTY, row.into()))),
            Self::GPartyHistory(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_PARTY_HISTORY, row.into()))),
            Self::GPartyStat(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_PARTY_STAT, row.into()))),
            Self::GIsLink(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_IS_LINK, row.into()))),
            Self::GIsLinkHistory(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_IS_LINK_HISTORY, row.into()))),
            Self::GRouteResult(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_ROUTE_RESULT, row.into()))),
            Self::GVirtualQueue(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_VIRTUAL_QUEUE, row.into()))),
            Self::GRouteResVqHist(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_ROUTE_RES_VQ_HIST, row.into()))),
            Self::GsysDnpremotelocation(rows) => out.extend(rows.into_iter().map(|row| (TableId::GSYS_DNPREMOTELOCATION, row.into()))),
            Self::GUserdataHistory(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_USERDATA_HISTORY, row.into()))),
            Self::GSecureUserdataHistory(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_SECURE_USERDATA_HISTORY, row.into()))),
            Self::GCallUserdata(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_CALL_USERDATA, row.into()))),
            Self::GCallUserdataCust(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_CALL_USERDATA_CUST, row.into()))),
            Self::GCallUserdataCust1(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_CALL_USERDATA_CUST1, row.into()))),
            Self::GCallUserdataCust2(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_CALL_USERDATA_CUST2, row.into()))),
            Self::GCustomDataS(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_CUSTOM_DATA_S, row.into()))),
            Self::GCustomDataP(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_CUSTOM_DATA_P, row.into()))),
            Self::GCustomStates(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_CUSTOM_STATES, row.into()))),
            Self::GmFUserdata(rows) => out.extend(rows.into_iter().map(|row| (TableId::GM_F_USERDATA, row.into()))),
            Self::GmLUserdata(rows) => out.extend(rows.into_iter().map(|row| (TableId::GM_L_USERDATA, row.into()))),
            Self::GLoginSession(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_LOGIN_SESSION, row.into()))),
            Self::GxSessionEndpoint(rows) => out.extend(rows.into_iter().map(|row| (TableId::GX_SESSION_ENDPOINT, row.into()))),
            Self::GAgentStateHistory(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_AGENT_STATE_HISTORY, row.into()))),
            Self::GAgentStateRc(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_AGENT_STATE_RC, row.into()))),
            Self::GAgentStateRcA(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_AGENT_STATE_RC_A, row.into()))),
            Self::GDndHistory(rows) => out.extend(rows.into_iter().map(|row| (TableId::G_DND_HISTORY, row.into()))),
            Self::GsAgentStat(rows) => out.extend(rows.into_iter().map(|row| (TableId::GS_AGENT_STAT, row.into()))),
            Self::GsAgentStatWm(rows) => out.extend(rows.into_iter().map(|row| (TableId::GS_AGENT_STAT_WM, row.into()))),
            Self::GoCampaign(rows) => out.extend(rows.into_iter().map(|row| (TableId::GO_CAMPAIGN, row.into()))),
            Self::GoCampaignhistory(rows) => out.extend(rows.into_iter().map(|row| (TableId::GO_CAMPAIGNHISTORY, row.into()))),
            Self::GoCamppropHist(rows) => out.extend(rows.into_iter().map(|row| (TableId::GO_CAMPPROP_HIST, row.into()))),
            Self::GoChain(rows) => out.extend(rows.into_iter().map(|row| (TableId::GO_CHAIN, row.into()))),
            Self::GoChainrecHist(rows) => out.extend(rows.into_iter().map(|row| (TableId::GO_CHAINREC_HIST, row.into()))),
            Self::GoRecord(rows) => out.extend(rows.into_iter().map(|row| (TableId::GO_RECORD, row.into()))),
            Self::GoCustomFields(rows) => out.extend(rows.into_iter().map(|row| (TableId::GO_CUSTOM_FIELDS, row.into()))),
            Self::GoSecureFields(rows) => out.extend(rows.into_iter().map(|row| (TableId::GO_SECURE_FIELDS, row.into()))),
            Self::GoFieldhist(rows) => out.extend(rows.into_iter().map(|row| (TableId::GO_FIELDHIST, row.into()))),
            Self::GoSecFieldhist(rows) => out.extend(rows.into_iter().map(|row| (TableId::GO_SEC_FIELDHIST, row.into()))),
            Self::GoMetrics(rows) => out.extend(rows.into_iter().map(|row| (TableId::GO_METRICS, row.into()))),
            Self::GoxChainCall(rows) => out.extend(rows.into_iter().map(|row| (TableId::GOX_CHAIN_CALL, row.into()))),
            Self::GcAgent(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_AGENT, row.into()))),
            Self::GcLogin(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_LOGIN, row.into()))),
            Self::GcGroup(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_GROUP, row.into()))),
            Self::GcTenant(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_TENANT, row.into()))),
            Self::GcEndpoint(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_ENDPOINT, row.into()))),
            Self::GcPlace(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_PLACE, row.into()))),
            Self::GcSkill(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_SKILL, row.into()))),
            Self::GcSwitch(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_SWITCH, row.into()))),
            Self::GcApplication(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_APPLICATION, row.into()))),
            Self::GcFolder(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_FOLDER, row.into()))),
            Self::GcCampaign(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_CAMPAIGN, row.into()))),
            Self::GcCallingList(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_CALLING_LIST, row.into()))),
            Self::GcFilter(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_FILTER, row.into()))),
            Self::GcFormat(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_FORMAT, row.into()))),
            Self::GcField(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_FIELD, row.into()))),
            Self::GcTreatment(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_TREATMENT, row.into()))),
            Self::GcTableAccess(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_TABLE_ACCESS, row.into()))),
            Self::GcScript(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_SCRIPT, row.into()))),
            Self::GcActionCode(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_ACTION_CODE, row.into()))),
            Self::GcBusAttribute(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_BUS_ATTRIBUTE, row.into()))),
            Self::GcAttrValue(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_ATTR_VALUE, row.into()))),
            Self::GcIvr(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_IVR, row.into()))),
            Self::GcIvrport(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_IVRPORT, row.into()))),
            Self::GcTimeZone(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_TIME_ZONE, row.into()))),
            Self::GcVoicePrompt(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_VOICE_PROMPT, row.into()))),
            Self::GcObjTable(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_OBJ_TABLE, row.into()))),
            Self::GcAnnex(rows) => out.extend(rows.into_iter().map(|row| (TableId::GC_ANNEX, row.into()))),
            Self::GcxAgentPlace(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_AGENT_PLACE, row.into()))),
            Self::GcxLoginInfo(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_LOGIN_INFO, row.into()))),
            Self::GcxGroupAgent(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_GROUP_AGENT, row.into()))),
            Self::GcxGroupPlace(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_GROUP_PLACE, row.into()))),
            Self::GcxGroupEndpoint(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_GROUP_ENDPOINT, row.into()))),
            Self::GcxGroupRoutedn(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_GROUP_ROUTEDN, row.into()))),
            Self::GcxSkillLevel(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_SKILL_LEVEL, row.into()))),
            Self::GcxEndpointPlace(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_ENDPOINT_PLACE, row.into()))),
            Self::GcxCampgroupInfo(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_CAMPGROUP_INFO, row.into()))),
            Self::GcxCamplistInfo(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_CAMPLIST_INFO, row.into()))),
            Self::GcxListTreatment(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_LIST_TREATMENT, row.into()))),
            Self::GcxFormatField(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_FORMAT_FIELD, row.into()))),
            Self::GcxSubcode(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_SUBCODE, row.into()))),
            Self::GcxObjtableRecord(rows) => out.extend(rows.into_iter().map(|row| (TableId::GCX_OBJTABLE_RECORD, row.into()))),
        }
    }

    /// The rows of a table as a plugin is given them; none of a table that has no record.
    #[expect(clippy::too_many_lines, reason = "a line a table")]
    pub(super) fn of(table: TableId, rows: Vec<Row>) -> Option<Self> {
        let rows = rows.into_iter();
        Some(match table {
            TableId::G_IR => Self::GIr(rows.map(GIr::from).collect()),
            TableId::G_IR_HISTORY => Self::GIrHistory(rows.map(GIrHistory::from).collect()),
            TableId::G_IR_ACTIVE => Self::GIrActive(rows.map(GIrActive::from).collect()),
            TableId::G_CALL => Self::GCall(rows.map(GCall::from).collect()),
            TableId::G_CALL_HISTORY => Self::GCallHistory(rows.map(GCallHistory::from).collect()),
            TableId::G_CALL_STAT => Self::GCallStat(rows.map(GCallStat::from).collect()),
            TableId::G_CALL_ACTIVE => Self::GCallActive(rows.map(GCallActive::from).collect()),
            TableId::G_PARTY => Self::GParty(rows.map(GParty::from).collect()),
            TableId::G_PARTY_HISTORY => Self::GPartyHistory(rows.map(GPartyHistory::from).collect()),
            TableId::G_PARTY_STAT => Self::GPartyStat(rows.map(GPartyStat::from).collect()),
            TableId::G_IS_LINK => Self::GIsLink(rows.map(GIsLink::from).collect()),
            TableId::G_IS_LINK_HISTORY => Self::GIsLinkHistory(rows.map(GIsLinkHistory::from).collect()),
            TableId::G_ROUTE_RESULT => Self::GRouteResult(rows.map(GRouteResult::from).collect()),
            TableId::G_VIRTUAL_QUEUE => Self::GVirtualQueue(rows.map(GVirtualQueue::from).collect()),
            TableId::G_ROUTE_RES_VQ_HIST => Self::GRouteResVqHist(rows.map(GRouteResVqHist::from).collect()),
            TableId::GSYS_DNPREMOTELOCATION => Self::GsysDnpremotelocation(rows.map(GsysDnpremotelocation::from).collect()),
            TableId::G_USERDATA_HISTORY => Self::GUserdataHistory(rows.map(GUserdataHistory::from).collect()),
            TableId::G_SECURE_USERDATA_HISTORY => Self::GSecureUserdataHistory(rows.map(GSecureUserdataHistory::from).collect()),
            TableId::G_CALL_USERDATA => Self::GCallUserdata(rows.map(GCallUserdata::from).collect()),
            TableId::G_CALL_USERDATA_CUST => Self::GCallUserdataCust(rows.map(GCallUserdataCust::from).collect()),
            TableId::G_CALL_USERDATA_CUST1 => Self::GCallUserdataCust1(rows.map(GCallUserdataCust1::from).collect()),
            TableId::G_CALL_USERDATA_CUST2 => Self::GCallUserdataCust2(rows.map(GCallUserdataCust2::from).collect()),
            TableId::G_CUSTOM_DATA_S => Self::GCustomDataS(rows.map(GCustomDataS::from).collect()),
            TableId::G_CUSTOM_DATA_P => Self::GCustomDataP(rows.map(GCustomDataP::from).collect()),
            TableId::G_CUSTOM_STATES => Self::GCustomStates(rows.map(GCustomStates::from).collect()),
            TableId::GM_F_USERDATA => Self::GmFUserdata(rows.map(GmFUserdata::from).collect()),
            TableId::GM_L_USERDATA => Self::GmLUserdata(rows.map(GmLUserdata::from).collect()),
            TableId::G_LOGIN_SESSION => Self::GLoginSession(rows.map(GLoginSession::from).collect()),
            TableId::GX_SESSION_ENDPOINT => Self::GxSessionEndpoint(rows.map(GxSessionEndpoint::from).collect()),
            TableId::G_AGENT_STATE_HISTORY => Self::GAgentStateHistory(rows.map(GAgentStateHistory::from).collect()),
            TableId::G_AGENT_STATE_RC => Self::GAgentStateRc(rows.map(GAgentStateRc::from).collect()),
            TableId::G_AGENT_STATE_RC_A => Self::GAgentStateRcA(rows.map(GAgentStateRcA::from).collect()),
            TableId::G_DND_HISTORY => Self::GDndHistory(rows.map(GDndHistory::from).collect()),
            TableId::GS_AGENT_STAT => Self::GsAgentStat(rows.map(GsAgentStat::from).collect()),
            TableId::GS_AGENT_STAT_WM => Self::GsAgentStatWm(rows.map(GsAgentStatWm::from).collect()),
            TableId::GO_CAMPAIGN => Self::GoCampaign(rows.map(GoCampaign::from).collect()),
            TableId::GO_CAMPAIGNHISTORY => Self::GoCampaignhistory(rows.map(GoCampaignhistory::from).collect()),
            TableId::GO_CAMPPROP_HIST => Self::GoCamppropHist(rows.map(GoCamppropHist::from).collect()),
            TableId::GO_CHAIN => Self::GoChain(rows.map(GoChain::from).collect()),
            TableId::GO_CHAINREC_HIST => Self::GoChainrecHist(rows.map(GoChainrecHist::from).collect()),
            TableId::GO_RECORD => Self::GoRecord(rows.map(GoRecord::from).collect()),
            TableId::GO_CUSTOM_FIELDS => Self::GoCustomFields(rows.map(GoCustomFields::from).collect()),
            TableId::GO_SECURE_FIELDS => Self::GoSecureFields(rows.map(GoSecureFields::from).collect()),
            TableId::GO_FIELDHIST => Self::GoFieldhist(rows.map(GoFieldhist::from).collect()),
            TableId::GO_SEC_FIELDHIST => Self::GoSecFieldhist(rows.map(GoSecFieldhist::from).collect()),
            TableId::GO_METRICS => Self::GoMetrics(rows.map(GoMetrics::from).collect()),
            TableId::GOX_CHAIN_CALL => Self::GoxChainCall(rows.map(GoxChainCall::from).collect()),
            TableId::GC_AGENT => Self::GcAgent(rows.map(GcAgent::from).collect()),
            TableId::GC_LOGIN => Self::GcLogin(rows.map(GcLogin::from).collect()),
            TableId::GC_GROUP => Self::GcGroup(rows.map(GcGroup::from).collect()),
            TableId::GC_TENANT => Self::GcTenant(rows.map(GcTenant::from).collect()),
            TableId::GC_ENDPOINT => Self::GcEndpoint(rows.map(GcEndpoint::from).collect()),
            TableId::GC_PLACE => Self::GcPlace(rows.map(GcPlace::from).collect()),
            TableId::GC_SKILL => Self::GcSkill(rows.map(GcSkill::from).collect()),
            TableId::GC_SWITCH => Self::GcSwitch(rows.map(GcSwitch::from).collect()),
            TableId::GC_APPLICATION => Self::GcApplication(rows.map(GcApplication::from).collect()),
            TableId::GC_FOLDER => Self::GcFolder(rows.map(GcFolder::from).collect()),
            TableId::GC_CAMPAIGN => Self::GcCampaign(rows.map(GcCampaign::from).collect()),
            TableId::GC_CALLING_LIST => Self::GcCallingList(rows.map(GcCallingList::from).collect()),
            TableId::GC_FILTER => Self::GcFilter(rows.map(GcFilter::from).collect()),
            TableId::GC_FORMAT => Self::GcFormat(rows.map(GcFormat::from).collect()),
            TableId::GC_FIELD => Self::GcField(rows.map(GcField::from).collect()),
            TableId::GC_TREATMENT => Self::GcTreatment(rows.map(GcTreatment::from).collect()),
            TableId::GC_TABLE_ACCESS => Self::GcTableAccess(rows.map(GcTableAccess::from).collect()),
            TableId::GC_SCRIPT => Self::GcScript(rows.map(GcScript::from).collect()),
            TableId::GC_ACTION_CODE => Self::GcActionCode(rows.map(GcActionCode::from).collect()),
            TableId::GC_BUS_ATTRIBUTE => Self::GcBusAttribute(rows.map(GcBusAttribute::from).collect()),
            TableId::GC_ATTR_VALUE => Self::GcAttrValue(rows.map(GcAttrValue::from).collect()),
            TableId::GC_IVR => Self::GcIvr(rows.map(GcIvr::from).collect()),
            TableId::GC_IVRPORT => Self::GcIvrport(rows.map(GcIvrport::from).collect()),
            TableId::GC_TIME_ZONE => Self::GcTimeZone(rows.map(GcTimeZone::from).collect()),
            TableId::GC_VOICE_PROMPT => Self::GcVoicePrompt(rows.map(GcVoicePrompt::from).collect()),
            TableId::GC_OBJ_TABLE => Self::GcObjTable(rows.map(GcObjTable::from).collect()),
            TableId::GC_ANNEX => Self::GcAnnex(rows.map(GcAnnex::from).collect()),
            TableId::GCX_AGENT_PLACE => Self::GcxAgentPlace(rows.map(GcxAgentPlace::from).collect()),
            TableId::GCX_LOGIN_INFO => Self::GcxLoginInfo(rows.map(GcxLoginInfo::from).collect()),
            TableId::GCX_GROUP_AGENT => Self::GcxGroupAgent(rows.map(GcxGroupAgent::from).collect()),
            TableId::GCX_GROUP_PLACE => Self::GcxGroupPlace(rows.map(GcxGroupPlace::from).collect()),
            TableId::GCX_GROUP_ENDPOINT => Self::GcxGroupEndpoint(rows.map(GcxGroupEndpoint::from).collect()),
            TableId::GCX_GROUP_ROUTEDN => Self::GcxGroupRoutedn(rows.map(GcxGroupRoutedn::from).collect()),
            TableId::GCX_SKILL_LEVEL => Self::GcxSkillLevel(rows.map(GcxSkillLevel::from).collect()),
            TableId::GCX_ENDPOINT_PLACE => Self::GcxEndpointPlace(rows.map(GcxEndpointPlace::from).collect()),
            TableId::GCX_CAMPGROUP_INFO => Self::GcxCampgroupInfo(rows.map(GcxCampgroupInfo::from).collect()),
            TableId::GCX_CAMPLIST_INFO => Self::GcxCamplistInfo(rows.map(GcxCamplistInfo::from).collect()),
            TableId::GCX_LIST_TREATMENT => Self::GcxListTreatment(rows.map(GcxListTreatment::from).collect()),
            TableId::GCX_FORMAT_FIELD => Self::GcxFormatField(rows.map(GcxFormatField::from).collect()),
            TableId::GCX_SUBCODE => Self::GcxSubcode(rows.map(GcxSubcode::from).collect()),
            TableId::GCX_OBJTABLE_RECORD => Self::GcxObjtableRecord(rows.map(GcxObjtableRecord::from).collect()),
            _ => return None,
        })
    }
}
