//! The tables that plugins write: record, name, columns of the key by which a row is found again.
// Made from wit/idb.tables by `cargo xtask generate`; do not edit.

/// Calls a macro with a line for each table.
macro_rules! every_table {
    ($call:ident) => {
        $call! {
            GIr "G_IR" ["irid"];
            GIrHistory "G_IR_HISTORY" [];
            GIrActive "G_IR_ACTIVE" ["irid"];
            GCall "G_CALL" ["callid"];
            GCallHistory "G_CALL_HISTORY" [];
            GCallStat "G_CALL_STAT" ["callid"];
            GCallActive "G_CALL_ACTIVE" ["callid"];
            GParty "G_PARTY" ["partyid"];
            GPartyHistory "G_PARTY_HISTORY" [];
            GPartyStat "G_PARTY_STAT" ["partyid"];
            GIsLink "G_IS_LINK" ["linkid", "callid"];
            GIsLinkHistory "G_IS_LINK_HISTORY" [];
            GRouteResult "G_ROUTE_RESULT" [];
            GVirtualQueue "G_VIRTUAL_QUEUE" ["vqid"];
            GRouteResVqHist "G_ROUTE_RES_VQ_HIST" [];
            GsysDnpremotelocation "GSYS_DNPREMOTELOCATION" ["remotelocation"];
            GUserdataHistory "G_USERDATA_HISTORY" [];
            GSecureUserdataHistory "G_SECURE_USERDATA_HISTORY" [];
            GCallUserdata "G_CALL_USERDATA" ["callid"];
            GCallUserdataCust "G_CALL_USERDATA_CUST" ["callid"];
            GCallUserdataCust1 "G_CALL_USERDATA_CUST1" ["callid"];
            GCallUserdataCust2 "G_CALL_USERDATA_CUST2" ["callid"];
            GCustomDataS "G_CUSTOM_DATA_S" [];
            GCustomDataP "G_CUSTOM_DATA_P" [];
            GCustomStates "G_CUSTOM_STATES" ["callid", "partyid", "statecode"];
            GmFUserdata "GM_F_USERDATA" ["callid"];
            GmLUserdata "GM_L_USERDATA" ["callid"];
            GLoginSession "G_LOGIN_SESSION" ["loginsessionid"];
            GxSessionEndpoint "GX_SESSION_ENDPOINT" ["loginsessionid", "endpointid", "queueid"];
            GAgentStateHistory "G_AGENT_STATE_HISTORY" [];
            GAgentStateRc "G_AGENT_STATE_RC" [];
            GAgentStateRcA "G_AGENT_STATE_RC_A" ["sessionid", "endpointid", "queueid", "keyname"];
            GDndHistory "G_DND_HISTORY" [];
            GsAgentStat "GS_AGENT_STAT" ["sessionid", "endpointid", "queueid", "state"];
            GsAgentStatWm "GS_AGENT_STAT_WM" ["sessionid", "endpointid", "queueid", "workmode"];
            GoCampaign "GO_CAMPAIGN" ["sessid"];
            GoCampaignhistory "GO_CAMPAIGNHISTORY" [];
            GoCamppropHist "GO_CAMPPROP_HIST" [];
            GoChain "GO_CHAIN" ["chainguid"];
            GoChainrecHist "GO_CHAINREC_HIST" [];
            GoRecord "GO_RECORD" ["chainguid", "recordhandle"];
            GoCustomFields "GO_CUSTOM_FIELDS" ["chainguid", "recordhandle", "fieldid"];
            GoSecureFields "GO_SECURE_FIELDS" ["chainguid", "recordhandle", "fieldid"];
            GoFieldhist "GO_FIELDHIST" [];
            GoSecFieldhist "GO_SEC_FIELDHIST" [];
            GoMetrics "GO_METRICS" [];
            GoxChainCall "GOX_CHAIN_CALL" ["chainguid", "callattid"];
            GcAgent "GC_AGENT" ["id"];
            GcLogin "GC_LOGIN" ["id"];
            GcGroup "GC_GROUP" ["id"];
            GcTenant "GC_TENANT" ["id"];
            GcEndpoint "GC_ENDPOINT" ["id"];
            GcPlace "GC_PLACE" ["id"];
            GcSkill "GC_SKILL" ["id"];
            GcSwitch "GC_SWITCH" ["id"];
            GcApplication "GC_APPLICATION" ["id"];
            GcFolder "GC_FOLDER" ["id"];
            GcCampaign "GC_CAMPAIGN" ["id"];
            GcCallingList "GC_CALLING_LIST" ["id"];
            GcFilter "GC_FILTER" ["id"];
            GcFormat "GC_FORMAT" ["id"];
            GcField "GC_FIELD" ["id"];
            GcTreatment "GC_TREATMENT" ["id"];
            GcTableAccess "GC_TABLE_ACCESS" ["id"];
            GcScript "GC_SCRIPT" ["id"];
            GcActionCode "GC_ACTION_CODE" ["id"];
            GcBusAttribute "GC_BUS_ATTRIBUTE" ["id"];
            GcAttrValue "GC_ATTR_VALUE" ["id"];
            GcIvr "GC_IVR" ["id"];
            GcIvrport "GC_IVRPORT" ["id"];
            GcTimeZone "GC_TIME_ZONE" ["id"];
            GcVoicePrompt "GC_VOICE_PROMPT" ["id"];
            GcObjTable "GC_OBJ_TABLE" ["id"];
            GcAnnex "GC_ANNEX" ["cfgobjectid", "cfgobjecttype", "sectionkeyhash"];
            GcxAgentPlace "GCX_AGENT_PLACE" ["placeid", "agentid", "since"];
            GcxLoginInfo "GCX_LOGIN_INFO" ["loginid", "agentid", "since"];
            GcxGroupAgent "GCX_GROUP_AGENT" ["groupid", "agentid", "since"];
            GcxGroupPlace "GCX_GROUP_PLACE" ["groupid", "placeid", "since"];
            GcxGroupEndpoint "GCX_GROUP_ENDPOINT" ["groupid", "endpointid", "since"];
            GcxGroupRoutedn "GCX_GROUP_ROUTEDN" ["groupid", "endpointid", "since"];
            GcxSkillLevel "GCX_SKILL_LEVEL" ["skillid", "agentid", "since"];
            GcxEndpointPlace "GCX_ENDPOINT_PLACE" ["endpointid", "placeid", "since"];
            GcxCampgroupInfo "GCX_CAMPGROUP_INFO" ["campaignid", "groupid", "since"];
            GcxCamplistInfo "GCX_CAMPLIST_INFO" ["campaignid", "listid", "since"];
            GcxListTreatment "GCX_LIST_TREATMENT" ["listid", "treatmentid", "since"];
            GcxFormatField "GCX_FORMAT_FIELD" ["formatid", "fieldid", "since"];
            GcxSubcode "GCX_SUBCODE" ["codeid", "name", "since"];
            GcxObjtableRecord "GCX_OBJTABLE_RECORD" ["objtableid", "recordid", "since"];
        }
    };
}
pub(crate) use every_table;
