//! Rows of the SDK's types, as a mapping makes them natively, to the [`Row`]s that the plugin host hands on: the
//! same conversion as after lifting, so that both sides of the comparison end with the same values.

use anyhow::{Result, bail};
use concentrator::record::{Ext, Row, TableId, Value};
use concentrator_sdk::rows::{self, TableRows};

trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Text(self)
    }
}

impl IntoValue for i32 {
    fn into_value(self) -> Value {
        Value::Integer(self.into())
    }
}

impl IntoValue for i64 {
    fn into_value(self) -> Value {
        Value::Integer(self)
    }
}

impl IntoValue for u64 {
    fn into_value(self) -> Value {
        Value::Unsigned(self)
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }
}

fn value(value: impl IntoValue) -> Value {
    value.into_value()
}

fn time(time: impl Into<Option<i64>>) -> Value {
    time.into().map_or(Value::Null, Value::Time)
}

fn ext(ext: Option<rows::Ext>) -> Option<Box<Ext>> {
    ext.map(|rows::Ext { vch1, vch2, int1, int2 }| Box::new(Ext { vch1, vch2, int1, int2 }))
}

/// Whether the row is a deletion, and the object's DBID, by the kind of table.
macro_rules! head {
    (plain $row:ident) => {
        (false, 0)
    };
    (active $row:ident) => {
        ($row.gone, 0)
    };
    (object $row:ident) => {
        (false, $row.id)
    };
}

macro_rules! tables {
    ($($table:ident $record:ident $kind:ident [$($how:ident $field:ident),*];)*) => {
        /// Rows as the host hands them on, table by table.
        ///
        /// # Errors
        /// The mapping wrote a table that the interaction model does not have.
        pub(crate) fn convert(tables: Vec<TableRows>) -> Result<Vec<(TableId, Row)>> {
            let count = tables.iter().map(count).sum();
            let mut out = Vec::with_capacity(count);
            for table in tables {
                match table {
                    $(TableRows::$record(rows) => out.extend(rows.into_iter().map(|row| {
                        let (gone, object_id) = head!($kind row);
                        let values = vec![$($how(row.$field)),*];
                        (TableId::$table, Row { at: row.at, gone, object_id, values, ext: ext(row.ext) })
                    })),)*
                    _ => bail!("rows of a table that the interaction model does not have"),
                }
            }
            Ok(out)
        }

        fn count(table: &TableRows) -> usize {
            match table {
                $(TableRows::$record(rows) => rows.len(),)*
                _ => 0,
            }
        }
    };
}

tables! {
    G_IR GIr plain [value irid, value state, value parentirid, value parentlinktype, value rootcallid, value rootirid,
        value mediatype, time created, time terminated, time lastchange];
    G_IR_HISTORY GIrHistory plain [value irid, value xseq, value changetype, value refid, time added];
    G_IR_ACTIVE GIrActive active [value irid, value state, value parentirid, value parentlinktype, value rootcallid,
        value rootirid, value mediatype, time created, time terminated, time lastchange];
    G_CALL GCall plain [value callid, value parentcallid, value mergecallid, value mergetype, value connid,
        value connidnum, value switchcallid, value irid, value state, value calltype, value mediatype,
        value mediatypename, value callani, value calldnis, value tenantid, value switchid, time created,
        time terminated, time lastchange];
    G_CALL_HISTORY GCallHistory plain [value callid, value cseq, value changetype, value refid, time added];
    G_CALL_STAT GCallStat plain [value callid, value f_conn, value f_conn_extn, value f_te_abnd, value cnt_hold,
        value cnt_divert, value cnt_transfer, value cnt_conference, value cnt_consult, value t_duration];
    G_CALL_ACTIVE GCallActive active [value callid, value parentcallid, value mergecallid, value mergetype,
        value connid, value connidnum, value switchcallid, value irid, value state, value calltype, value mediatype,
        value mediatypename, value callani, value calldnis, value tenantid, value switchid, time created,
        time terminated, time lastchange];
    G_PARTY GParty plain [value partyid, value partyguid, value type_, value prole, value parentpartyid,
        value parentlinktype, value callid, value state, value endpointdn, value endpointid, value endpointtype,
        value agentid, value loginsessionid, value placeid, value queuedn, value ccevent, value cceventcause,
        time created, time terminated, time lastchange];
    G_PARTY_HISTORY GPartyHistory plain [value partyid, value pseq, value cseq, value changetype, value ccevent,
        value cceventcause, value state, value prevstate, time prevsenter, value callid, time added];
    G_PARTY_STAT GPartyStat plain [value partyid, value tt_alerting, value tt_connected, value tt_hold, value tt_queued,
        value tt_acw, value tt_dialing, value f_released_local];
    G_ROUTE_RESULT GRouteResult plain [value callid, value partyid, value result, value rtargettypeselected,
        value rtargetruleselected, value rtargetobjectselected, value rtargetagentselected, value rtargetplaceselected,
        value rtenant, value rstrategyname, time created];
    G_VIRTUAL_QUEUE GVirtualQueue plain [value vqid, value origcallid, value distcallid, value endpointdn,
        value endpointid, value state, value cause, value distdn, time created, time terminated];
    G_ROUTE_RES_VQ_HIST GRouteResVqHist plain [value vqid, value origcallid, value distcallid, value endpointdn,
        value state, value cause, time added];
    G_USERDATA_HISTORY GUserdataHistory plain [value callid, value partyid, value pseq, value cseq, value endpointdn,
        value agentid, value keyname, value sourcetype, value changetype, value value, time added];
    G_SECURE_USERDATA_HISTORY GSecureUserdataHistory plain [value callid, value partyid, value pseq, value cseq,
        value endpointdn, value agentid, value keyname, value sourcetype, value changetype, value value, time added];
    G_CALL_USERDATA GCallUserdata plain [value callid, value customer_segment, value service_type,
        value service_subtype, value business_result, value customer_id, value transaction_id, value cause_id,
        value account_id, value destination_id, value target_id];
    G_CALL_USERDATA_CUST GCallUserdataCust plain [value callid, value cust_data1, value cust_data2, value cust_data3,
        value cust_data4, value cust_data5, value cust_data6, value cust_data7, value cust_data8,
        value cust_data9, value cust_data10, value cust_data11, value cust_data12, value cust_data13,
        value cust_data14, value cust_data15, value cust_data16];
    G_CUSTOM_DATA_S GCustomDataS plain [value callid, value partyid, value pseq, value endpointid, value endpointdn,
        value agentid, value keyname, value value, time added];
    G_LOGIN_SESSION GLoginSession plain [value loginsessionid, value agentid, value loginid, value placeid, value state,
        value primarydeviceid, value tenantid, time created, time terminated, time lastchange];
    GX_SESSION_ENDPOINT GxSessionEndpoint plain [value agentid, value endpointid, value endpointtype, value queueid,
        value queuetype, value placeid, value loginsessionid, value mediatype, value state, time created,
        time terminated];
    G_AGENT_STATE_HISTORY GAgentStateHistory plain [value type_, value state, value pendingstate, value seq,
        value prevstate, time prevsenter, value workmode, value loginsessionid, value loginid, value agentid,
        value endpointid, value endpointdn, value queueid, value callid, time added];
    G_AGENT_STATE_RC GAgentStateRc plain [value sessionid, value endpointid, value queueid, value agentstate,
        value workmode, value hwflag, value keyname, value value, time created, time terminated];
    G_AGENT_STATE_RC_A GAgentStateRcA active [value sessionid, value endpointid, value queueid, value agentstate,
        value workmode, value hwflag, value keyname, value value, time created, time terminated];
    GS_AGENT_STAT GsAgentStat plain [value sessionid, value endpointid, value queueid, value state, value tt_state,
        value cnt_state];
    GC_AGENT GcAgent object [value tenantid, value folderid, value username, value firstname, value lastname,
        value employeeid, value email, value type_, value placeid, value state, value status, time created,
        time deleted, time lastchange];
    GC_LOGIN GcLogin object [value logincode, value tenantid, value switchid, value folderid, value state, value status,
        time created, time deleted, time lastchange];
    GC_GROUP GcGroup object [value name, value tenantid, value folderid, value type_, value dngrouptype, value script,
        value state, value status, time created, time deleted, time lastchange];
    GC_TENANT GcTenant object [value name, value folderid, value state, value status, time created, time deleted,
        time lastchange];
    GC_ENDPOINT GcEndpoint object [value dn, value type_, value switchid, value tenantid, value name, value state,
        value status, time created, time deleted, time lastchange];
    GC_SWITCH GcSwitch object [value name, value type_, value tenantid, value state, value status, time created,
        time deleted, time lastchange];
    GCX_LOGIN_INFO GcxLoginInfo plain [value loginid, value agentid, value wrapuptime, value since, value status,
        time created, time deleted, time lastchange];
    GCX_GROUP_AGENT GcxGroupAgent plain [value groupid, value agentid, value since, value status, time created,
        time deleted, time lastchange];
    G_IS_LINK GIsLink plain [value linkid, value callid, value remotelocation, value state, time created,
        time terminated];
    G_IS_LINK_HISTORY GIsLinkHistory plain [value linkid, value seq, value changetype, value state, value callid,
        value prevcallid, time added];
    GSYS_DNPREMOTELOCATION GsysDnpremotelocation plain [value remotelocation];
    G_CALL_USERDATA_CUST1 GCallUserdataCust1 plain [value callid, value cust_data1, value cust_data2,
        value cust_data3, value cust_data4, value cust_data5, value cust_data6, value cust_data7,
        value cust_data8, value cust_data9, value cust_data10, value cust_data11, value cust_data12,
        value cust_data13, value cust_data14, value cust_data15, value cust_data16];
    G_CALL_USERDATA_CUST2 GCallUserdataCust2 plain [value callid, value cust_data1, value cust_data2,
        value cust_data3, value cust_data4, value cust_data5, value cust_data6, value cust_data7,
        value cust_data8, value cust_data9, value cust_data10, value cust_data11, value cust_data12,
        value cust_data13, value cust_data14, value cust_data15, value cust_data16];
    G_CUSTOM_DATA_P GCustomDataP plain [value callid, value partyid, value pseq, value endpointid, value agentid,
        value data1, value data2, value data3, value data4, value data5, value data6, value data7,
        value data8, value data9, value data10, value data11, value data12, value data13, value data14,
        value data15, value data16, time added];
    G_CUSTOM_STATES GCustomStates plain [value callid, value partyid, value pseq, value endpointid, value agentid,
        value statecode, time started, time ended];
    G_DND_HISTORY GDndHistory plain [value endpointid, value endpointdn, value agentid, value state, time added];
    GS_AGENT_STAT_WM GsAgentStatWm plain [value sessionid, value endpointid, value queueid, value workmode,
        value tt_state, value cnt_state];
    GC_PLACE GcPlace object [value name, value tenantid, value folderid, value state, value status, time created,
        time deleted, time lastchange];
}
