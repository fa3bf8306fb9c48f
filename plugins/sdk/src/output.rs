//! Collects the rows that the events of a batch make, typed by table.

use crate::bindings::concentrator::mapping::rows::*;

macro_rules! tables {
    ($($field:ident $row:ident $name:literal [$($key:literal),*];)*) => {
        /// Rows by table, in the order of the events.
        #[derive(Default)]
        pub struct Output {
            /// Index, in the batch, of the event that is being mapped: what the model writes as `at`.
            pub at: u32,
            $(#[doc = concat!("Rows of ", $name, ".")] pub $field: Vec<$row>,)*
        }

        impl Output {
            /// Names of the tables that the interaction model writes.
            pub const TABLES: &'static [&'static str] = &[$($name),*];

            /// Takes all rows out; tables without rows are left out.
            pub fn take(&mut self) -> Vec<TableRows> {
                let mut tables = Vec::new();
                $(if !self.$field.is_empty() {
                    tables.push(TableRows::$row(std::mem::take(&mut self.$field)));
                })*
                tables
            }

            /// Forgets the rows of the event that is being mapped.
            pub fn forget_event(&mut self) {
                let at = self.at;
                $(while self.$field.last().is_some_and(|row| row.at == at) {
                    self.$field.pop();
                })*
            }
        }

        /// Name of a table's rows, and the rows as JSON objects.
        #[cfg(feature = "testing")]
        pub(crate) fn as_json(rows: &TableRows) -> (&'static str, Vec<serde_json::Value>) {
            match rows {
                $(TableRows::$row(rows) => {
                    ($name, rows.iter().filter_map(|row| serde_json::to_value(row).ok()).collect())
                })*
                _ => ("", Vec::new()),
            }
        }

        /// Key columns of a table; none: rows are only added.
        #[cfg(feature = "testing")]
        pub(crate) fn key_of(table: &str) -> &'static [&'static str] {
            match table {
                $($name => &[$($key),*],)*
                _ => &[],
            }
        }
    };
}

tables! {
    g_ir GIr "G_IR" ["irid"];
    g_ir_history GIrHistory "G_IR_HISTORY" [];
    g_ir_active GIrActive "G_IR_ACTIVE" ["irid"];
    g_call GCall "G_CALL" ["callid"];
    g_call_history GCallHistory "G_CALL_HISTORY" [];
    g_call_stat GCallStat "G_CALL_STAT" ["callid"];
    g_call_active GCallActive "G_CALL_ACTIVE" ["callid"];
    g_party GParty "G_PARTY" ["partyid"];
    g_party_history GPartyHistory "G_PARTY_HISTORY" [];
    g_party_stat GPartyStat "G_PARTY_STAT" ["partyid"];
    g_is_link GIsLink "G_IS_LINK" ["linkid", "callid"];
    g_is_link_history GIsLinkHistory "G_IS_LINK_HISTORY" [];
    gsys_dnpremotelocation GsysDnpremotelocation "GSYS_DNPREMOTELOCATION" ["remotelocation"];
    g_route_result GRouteResult "G_ROUTE_RESULT" [];
    g_virtual_queue GVirtualQueue "G_VIRTUAL_QUEUE" ["vqid"];
    g_route_res_vq_hist GRouteResVqHist "G_ROUTE_RES_VQ_HIST" [];
    g_userdata_history GUserdataHistory "G_USERDATA_HISTORY" [];
    g_secure_userdata_history GSecureUserdataHistory "G_SECURE_USERDATA_HISTORY" [];
    g_call_userdata GCallUserdata "G_CALL_USERDATA" ["callid"];
    g_call_userdata_cust GCallUserdataCust "G_CALL_USERDATA_CUST" ["callid"];
    g_call_userdata_cust1 GCallUserdataCust1 "G_CALL_USERDATA_CUST1" ["callid"];
    g_call_userdata_cust2 GCallUserdataCust2 "G_CALL_USERDATA_CUST2" ["callid"];
    g_custom_data_s GCustomDataS "G_CUSTOM_DATA_S" [];
    g_custom_data_p GCustomDataP "G_CUSTOM_DATA_P" [];
    g_custom_states GCustomStates "G_CUSTOM_STATES" ["callid", "partyid", "statecode"];
    g_login_session GLoginSession "G_LOGIN_SESSION" ["loginsessionid"];
    gx_session_endpoint GxSessionEndpoint "GX_SESSION_ENDPOINT" ["loginsessionid", "endpointid", "queueid"];
    g_agent_state_history GAgentStateHistory "G_AGENT_STATE_HISTORY" [];
    g_agent_state_rc GAgentStateRc "G_AGENT_STATE_RC" [];
    g_agent_state_rc_a GAgentStateRcA "G_AGENT_STATE_RC_A" ["sessionid", "endpointid", "queueid", "keyname"];
    g_dnd_history GDndHistory "G_DND_HISTORY" [];
    gs_agent_stat GsAgentStat "GS_AGENT_STAT" ["sessionid", "endpointid", "queueid", "state"];
    gs_agent_stat_wm GsAgentStatWm "GS_AGENT_STAT_WM" ["sessionid", "endpointid", "queueid", "workmode"];
    gc_agent GcAgent "GC_AGENT" ["id"];
    gc_login GcLogin "GC_LOGIN" ["id"];
    gc_group GcGroup "GC_GROUP" ["id"];
    gc_tenant GcTenant "GC_TENANT" ["id"];
    gc_endpoint GcEndpoint "GC_ENDPOINT" ["id"];
    gc_place GcPlace "GC_PLACE" ["id"];
    gc_switch GcSwitch "GC_SWITCH" ["id"];
    gcx_login_info GcxLoginInfo "GCX_LOGIN_INFO" ["loginid", "agentid", "since"];
    gcx_group_agent GcxGroupAgent "GCX_GROUP_AGENT" ["groupid", "agentid", "since"];
}
