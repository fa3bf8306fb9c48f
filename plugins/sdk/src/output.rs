//! Collects the rows that the events of a batch make, typed by table.

use crate::{bindings::concentrator::mapping::rows::*, custom::CustomRows};

macro_rules! tables {
    ($($field:ident $row:ident $name:literal;)*) => {
        /// Rows by table, in the order of the events.
        #[derive(Default)]
        pub struct Output {
            /// Index, in the batch, of the event that is being mapped: what the model writes as `at`.
            pub at: u32,
            /// Rows of the plugin's own tables.
            pub custom: CustomRows,
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
                self.custom.forget_event();
                $(while self.$field.last().is_some_and(|row| row.at == at) {
                    self.$field.pop();
                })*
            }
        }
    };
}

tables! {
    g_ir GIr "G_IR";
    g_ir_history GIrHistory "G_IR_HISTORY";
    g_ir_active GIrActive "G_IR_ACTIVE";
    g_call GCall "G_CALL";
    g_call_history GCallHistory "G_CALL_HISTORY";
    g_call_stat GCallStat "G_CALL_STAT";
    g_call_active GCallActive "G_CALL_ACTIVE";
    g_party GParty "G_PARTY";
    g_party_history GPartyHistory "G_PARTY_HISTORY";
    g_party_stat GPartyStat "G_PARTY_STAT";
    g_is_link GIsLink "G_IS_LINK";
    g_is_link_history GIsLinkHistory "G_IS_LINK_HISTORY";
    gsys_dnpremotelocation GsysDnpremotelocation "GSYS_DNPREMOTELOCATION";
    g_route_result GRouteResult "G_ROUTE_RESULT";
    g_virtual_queue GVirtualQueue "G_VIRTUAL_QUEUE";
    g_route_res_vq_hist GRouteResVqHist "G_ROUTE_RES_VQ_HIST";
    g_userdata_history GUserdataHistory "G_USERDATA_HISTORY";
    g_secure_userdata_history GSecureUserdataHistory "G_SECURE_USERDATA_HISTORY";
    g_call_userdata GCallUserdata "G_CALL_USERDATA";
    g_call_userdata_cust GCallUserdataCust "G_CALL_USERDATA_CUST";
    g_call_userdata_cust1 GCallUserdataCust1 "G_CALL_USERDATA_CUST1";
    g_call_userdata_cust2 GCallUserdataCust2 "G_CALL_USERDATA_CUST2";
    g_custom_data_s GCustomDataS "G_CUSTOM_DATA_S";
    g_custom_data_p GCustomDataP "G_CUSTOM_DATA_P";
    g_custom_states GCustomStates "G_CUSTOM_STATES";
    g_login_session GLoginSession "G_LOGIN_SESSION";
    gx_session_endpoint GxSessionEndpoint "GX_SESSION_ENDPOINT";
    g_agent_state_history GAgentStateHistory "G_AGENT_STATE_HISTORY";
    g_agent_state_rc GAgentStateRc "G_AGENT_STATE_RC";
    g_agent_state_rc_a GAgentStateRcA "G_AGENT_STATE_RC_A";
    g_dnd_history GDndHistory "G_DND_HISTORY";
    gs_agent_stat GsAgentStat "GS_AGENT_STAT";
    gs_agent_stat_wm GsAgentStatWm "GS_AGENT_STAT_WM";
    gc_agent GcAgent "GC_AGENT";
    gc_login GcLogin "GC_LOGIN";
    gc_group GcGroup "GC_GROUP";
    gc_tenant GcTenant "GC_TENANT";
    gc_endpoint GcEndpoint "GC_ENDPOINT";
    gc_place GcPlace "GC_PLACE";
    gc_switch GcSwitch "GC_SWITCH";
    gcx_login_info GcxLoginInfo "GCX_LOGIN_INFO";
    gcx_group_agent GcxGroupAgent "GCX_GROUP_AGENT";
}
