//! The tables that plugins write: made from `wit/idb.tables` by `cargo xtask generate`; do not edit.

use super::{Column, ColumnType, Role, Table, Writing};

/// A table's place in [`TABLES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u16);

#[rustfmt::skip]
impl TableId {
    /// Latest state of an interaction.
    pub const G_IR: Self = Self(0);
    /// Every change of an interaction.
    pub const G_IR_HISTORY: Self = Self(1);
    /// Interactions that are alive: same leading columns as G_IR.
    pub const G_IR_ACTIVE: Self = Self(2);
    /// Latest state of a call or multimedia interaction.
    pub const G_CALL: Self = Self(3);
    /// Every change of a call.
    pub const G_CALL_HISTORY: Self = Self(4);
    /// One row per ended voice call; GSYS_EXT_VCH1 = device that released it, GSYS_EXT_VCH2 = its PARTYID.
    pub const G_CALL_STAT: Self = Self(5);
    /// Calls that are alive: same leading columns as G_CALL.
    pub const G_CALL_ACTIVE: Self = Self(6);
    /// Latest state of a party.
    pub const G_PARTY: Self = Self(7);
    /// Every change of a party.
    pub const G_PARTY_HISTORY: Self = Self(8);
    /// One row per ended party: seconds in each state.
    pub const G_PARTY_STAT: Self = Self(9);
    /// Inter-site link: one row per end.
    pub const G_IS_LINK: Self = Self(10);
    /// Every change of an inter-site link.
    pub const G_IS_LINK_HISTORY: Self = Self(11);
    /// Where a call was routed.
    pub const G_ROUTE_RESULT: Self = Self(12);
    /// Each stay of a call in a queue.
    pub const G_VIRTUAL_QUEUE: Self = Self(13);
    /// Every change of a stay in a queue.
    pub const G_ROUTE_RES_VQ_HIST: Self = Self(14);
    /// Names of switches that are not recorded here.
    pub const GSYS_DNPREMOTELOCATION: Self = Self(15);
    /// Attached data: every key, every change.
    pub const G_USERDATA_HISTORY: Self = Self(16);
    /// Attached data under keys that were declared secure.
    pub const G_SECURE_USERDATA_HISTORY: Self = Self(17);
    /// Attached data with columns of their own, one row per call.
    pub const G_CALL_USERDATA: Self = Self(18);
    /// Attached data of the site, one row per call.
    pub const G_CALL_USERDATA_CUST: Self = Self(19);
    /// Attached data of the site, one row per call.
    pub const G_CALL_USERDATA_CUST1: Self = Self(20);
    /// Attached data of the site, one row per call.
    pub const G_CALL_USERDATA_CUST2: Self = Self(21);
    /// Key-values of user events.
    pub const G_CUSTOM_DATA_S: Self = Self(22);
    /// User events in plain columns.
    pub const G_CUSTOM_DATA_P: Self = Self(23);
    /// States that a site defines itself.
    pub const G_CUSTOM_STATES: Self = Self(24);
    /// Multimedia: properties at creation.
    pub const GM_F_USERDATA: Self = Self(25);
    /// Multimedia: properties at the end.
    pub const GM_L_USERDATA: Self = Self(26);
    /// Login sessions of agents.
    pub const G_LOGIN_SESSION: Self = Self(27);
    /// Devices and queues of a login session.
    pub const GX_SESSION_ENDPOINT: Self = Self(28);
    /// Every change of an agent's state.
    pub const G_AGENT_STATE_HISTORY: Self = Self(29);
    /// A reason, when it ends.
    pub const G_AGENT_STATE_RC: Self = Self(30);
    /// The reasons that are active now.
    pub const G_AGENT_STATE_RC_A: Self = Self(31);
    /// Do-not-disturb.
    pub const G_DND_HISTORY: Self = Self(32);
    /// Time in each state per login session.
    pub const GS_AGENT_STAT: Self = Self(33);
    /// Time in each work mode per login session.
    pub const GS_AGENT_STAT_WM: Self = Self(34);
    /// Campaign groups.
    pub const GO_CAMPAIGN: Self = Self(35);
    /// Every change of a campaign group.
    pub const GO_CAMPAIGNHISTORY: Self = Self(36);
    /// Every change of a campaign group's properties.
    pub const GO_CAMPPROP_HIST: Self = Self(37);
    /// Chains of records.
    pub const GO_CHAIN: Self = Self(38);
    /// Every change of a record of a chain.
    pub const GO_CHAINREC_HIST: Self = Self(39);
    /// Records of a chain.
    pub const GO_RECORD: Self = Self(40);
    /// Fields of a record.
    pub const GO_CUSTOM_FIELDS: Self = Self(41);
    /// Fields of a record that were declared secure.
    pub const GO_SECURE_FIELDS: Self = Self(42);
    /// Every change of a field.
    pub const GO_FIELDHIST: Self = Self(43);
    /// Every change of a secure field.
    pub const GO_SEC_FIELDHIST: Self = Self(44);
    /// Pre-calculated metrics.
    pub const GO_METRICS: Self = Self(45);
    /// Calls of a chain.
    pub const GOX_CHAIN_CALL: Self = Self(46);
    /// Persons.
    pub const GC_AGENT: Self = Self(47);
    /// Agent logins.
    pub const GC_LOGIN: Self = Self(48);
    /// Groups of agents, places, DNs.
    pub const GC_GROUP: Self = Self(49);
    /// Tenants.
    pub const GC_TENANT: Self = Self(50);
    /// DNs.
    pub const GC_ENDPOINT: Self = Self(51);
    /// Places.
    pub const GC_PLACE: Self = Self(52);
    /// Skills.
    pub const GC_SKILL: Self = Self(53);
    /// Switches.
    pub const GC_SWITCH: Self = Self(54);
    /// Applications.
    pub const GC_APPLICATION: Self = Self(55);
    /// Folders.
    pub const GC_FOLDER: Self = Self(56);
    /// Campaigns.
    pub const GC_CAMPAIGN: Self = Self(57);
    /// Calling lists.
    pub const GC_CALLING_LIST: Self = Self(58);
    /// Filters.
    pub const GC_FILTER: Self = Self(59);
    /// Formats.
    pub const GC_FORMAT: Self = Self(60);
    /// Fields.
    pub const GC_FIELD: Self = Self(61);
    /// Treatments.
    pub const GC_TREATMENT: Self = Self(62);
    /// Table accesses.
    pub const GC_TABLE_ACCESS: Self = Self(63);
    /// Scripts.
    pub const GC_SCRIPT: Self = Self(64);
    /// Action codes.
    pub const GC_ACTION_CODE: Self = Self(65);
    /// Business attributes.
    pub const GC_BUS_ATTRIBUTE: Self = Self(66);
    /// Values of business attributes.
    pub const GC_ATTR_VALUE: Self = Self(67);
    /// Voice response units.
    pub const GC_IVR: Self = Self(68);
    /// Ports of voice response units.
    pub const GC_IVRPORT: Self = Self(69);
    /// Time zones.
    pub const GC_TIME_ZONE: Self = Self(70);
    /// Voice prompts.
    pub const GC_VOICE_PROMPT: Self = Self(71);
    /// Objective tables.
    pub const GC_OBJ_TABLE: Self = Self(72);
    /// Annexes of configuration objects.
    pub const GC_ANNEX: Self = Self(73);
    /// Persons at places.
    pub const GCX_AGENT_PLACE: Self = Self(74);
    /// Logins of persons.
    pub const GCX_LOGIN_INFO: Self = Self(75);
    /// Members of agent groups.
    pub const GCX_GROUP_AGENT: Self = Self(76);
    /// Members of place groups.
    pub const GCX_GROUP_PLACE: Self = Self(77);
    /// Members of DN groups.
    pub const GCX_GROUP_ENDPOINT: Self = Self(78);
    /// DNs from which calls are routed to a group.
    pub const GCX_GROUP_ROUTEDN: Self = Self(79);
    /// Skills of persons.
    pub const GCX_SKILL_LEVEL: Self = Self(80);
    /// DNs at places.
    pub const GCX_ENDPOINT_PLACE: Self = Self(81);
    /// Groups of campaigns.
    pub const GCX_CAMPGROUP_INFO: Self = Self(82);
    /// Calling lists of campaigns.
    pub const GCX_CAMPLIST_INFO: Self = Self(83);
    /// Treatments of calling lists.
    pub const GCX_LIST_TREATMENT: Self = Self(84);
    /// Fields of formats.
    pub const GCX_FORMAT_FIELD: Self = Self(85);
    /// Subcodes of action codes.
    pub const GCX_SUBCODE: Self = Self(86);
    /// Records of objective tables.
    pub const GCX_OBJTABLE_RECORD: Self = Self(87);
}

/// Every table that plugins write, in the order of their ids.
#[rustfmt::skip]
pub static TABLES: &[Table] = &[
    Table {
        id: TableId::G_IR, name: "G_IR", role: Role::Gcc, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "IRID", ty: ColumnType::Text(50), required: true },
            Column { name: "STATE", ty: ColumnType::Int, required: true },
            Column { name: "PARENTIRID", ty: ColumnType::Text(50), required: false },
            Column { name: "PARENTLINKTYPE", ty: ColumnType::Int, required: false },
            Column { name: "ROOTCALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "ROOTIRID", ty: ColumnType::Text(50), required: false },
            Column { name: "MEDIATYPE", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_IR_HISTORY, name: "G_IR_HISTORY", role: Role::Gcc, writing: Writing::Insert, row_id: "IRHID",
        columns: &[
            Column { name: "IRID", ty: ColumnType::Text(50), required: true },
            Column { name: "XSEQ", ty: ColumnType::Int, required: false },
            Column { name: "CHANGETYPE", ty: ColumnType::Int, required: false },
            Column { name: "REFID", ty: ColumnType::Text(50), required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::G_IR_ACTIVE, name: "G_IR_ACTIVE", role: Role::Gcc, writing: Writing::Active, row_id: "ID",
        columns: &[
            Column { name: "IRID", ty: ColumnType::Text(50), required: true },
            Column { name: "STATE", ty: ColumnType::Int, required: true },
            Column { name: "PARENTIRID", ty: ColumnType::Text(50), required: false },
            Column { name: "PARENTLINKTYPE", ty: ColumnType::Int, required: false },
            Column { name: "ROOTCALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "ROOTIRID", ty: ColumnType::Text(50), required: false },
            Column { name: "MEDIATYPE", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_CALL, name: "G_CALL", role: Role::Gcc, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "PARENTCALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "MERGECALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "MERGETYPE", ty: ColumnType::Int, required: false },
            Column { name: "CONNID", ty: ColumnType::Text(16), required: false },
            Column { name: "CONNIDNUM", ty: ColumnType::Num20, required: false },
            Column { name: "SWITCHCALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "IRID", ty: ColumnType::Text(50), required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: true },
            Column { name: "CALLTYPE", ty: ColumnType::Int, required: false },
            Column { name: "MEDIATYPE", ty: ColumnType::Int, required: false },
            Column { name: "MEDIATYPENAME", ty: ColumnType::Text(255), required: false },
            Column { name: "CALLANI", ty: ColumnType::Text(255), required: false },
            Column { name: "CALLDNIS", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "SWITCHID", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_CALL_HISTORY, name: "G_CALL_HISTORY", role: Role::Gcc, writing: Writing::Insert, row_id: "CHID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "CSEQ", ty: ColumnType::Int, required: false },
            Column { name: "CHANGETYPE", ty: ColumnType::Int, required: false },
            Column { name: "REFID", ty: ColumnType::Text(50), required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::G_CALL_STAT, name: "G_CALL_STAT", role: Role::Gcc, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "F_CONN", ty: ColumnType::Int, required: false },
            Column { name: "F_CONN_EXTN", ty: ColumnType::Int, required: false },
            Column { name: "F_TE_ABND", ty: ColumnType::Int, required: false },
            Column { name: "CNT_HOLD", ty: ColumnType::Int, required: false },
            Column { name: "CNT_DIVERT", ty: ColumnType::Int, required: false },
            Column { name: "CNT_TRANSFER", ty: ColumnType::Int, required: false },
            Column { name: "CNT_CONFERENCE", ty: ColumnType::Int, required: false },
            Column { name: "CNT_CONSULT", ty: ColumnType::Int, required: false },
            Column { name: "T_DURATION", ty: ColumnType::Int, required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_CALL_ACTIVE, name: "G_CALL_ACTIVE", role: Role::Gcc, writing: Writing::Active, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "PARENTCALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "MERGECALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "MERGETYPE", ty: ColumnType::Int, required: false },
            Column { name: "CONNID", ty: ColumnType::Text(16), required: false },
            Column { name: "CONNIDNUM", ty: ColumnType::Num20, required: false },
            Column { name: "SWITCHCALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "IRID", ty: ColumnType::Text(50), required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: true },
            Column { name: "CALLTYPE", ty: ColumnType::Int, required: false },
            Column { name: "MEDIATYPE", ty: ColumnType::Int, required: false },
            Column { name: "MEDIATYPENAME", ty: ColumnType::Text(255), required: false },
            Column { name: "CALLANI", ty: ColumnType::Text(255), required: false },
            Column { name: "CALLDNIS", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "SWITCHID", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_PARTY, name: "G_PARTY", role: Role::Gcc, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "PARTYID", ty: ColumnType::Text(50), required: true },
            Column { name: "PARTYGUID", ty: ColumnType::Text(50), required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "PROLE", ty: ColumnType::Int, required: false },
            Column { name: "PARENTPARTYID", ty: ColumnType::Text(50), required: false },
            Column { name: "PARENTLINKTYPE", ty: ColumnType::Int, required: false },
            Column { name: "CALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTDN", ty: ColumnType::Text(255), required: false },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTTYPE", ty: ColumnType::Int, required: false },
            Column { name: "AGENTID", ty: ColumnType::Int, required: true },
            Column { name: "LOGINSESSIONID", ty: ColumnType::Text(50), required: false },
            Column { name: "PLACEID", ty: ColumnType::Int, required: false },
            Column { name: "QUEUEDN", ty: ColumnType::Text(255), required: false },
            Column { name: "CCEVENT", ty: ColumnType::Int, required: false },
            Column { name: "CCEVENTCAUSE", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_PARTY_HISTORY, name: "G_PARTY_HISTORY", role: Role::Gcc, writing: Writing::Insert, row_id: "PHID",
        columns: &[
            Column { name: "PARTYID", ty: ColumnType::Text(50), required: true },
            Column { name: "PSEQ", ty: ColumnType::Int, required: false },
            Column { name: "CSEQ", ty: ColumnType::Int, required: false },
            Column { name: "CHANGETYPE", ty: ColumnType::Int, required: false },
            Column { name: "CCEVENT", ty: ColumnType::Int, required: false },
            Column { name: "CCEVENTCAUSE", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "PREVSTATE", ty: ColumnType::Int, required: false },
            Column { name: "PREVSENTER", ty: ColumnType::Time, required: false },
            Column { name: "CALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::G_PARTY_STAT, name: "G_PARTY_STAT", role: Role::Gcc, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "PARTYID", ty: ColumnType::Text(50), required: true },
            Column { name: "TT_ALERTING", ty: ColumnType::Int, required: false },
            Column { name: "TT_CONNECTED", ty: ColumnType::Int, required: false },
            Column { name: "TT_HOLD", ty: ColumnType::Int, required: false },
            Column { name: "TT_QUEUED", ty: ColumnType::Int, required: false },
            Column { name: "TT_ACW", ty: ColumnType::Int, required: false },
            Column { name: "TT_DIALING", ty: ColumnType::Int, required: false },
            Column { name: "F_RELEASED_LOCAL", ty: ColumnType::Int, required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_IS_LINK, name: "G_IS_LINK", role: Role::Gcc, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "LINKID", ty: ColumnType::Text(50), required: true },
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "REMOTELOCATION", ty: ColumnType::Text(255), required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1],
    },
    Table {
        id: TableId::G_IS_LINK_HISTORY, name: "G_IS_LINK_HISTORY", role: Role::Gcc, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "LINKID", ty: ColumnType::Text(50), required: true },
            Column { name: "SEQ", ty: ColumnType::Int, required: false },
            Column { name: "CHANGETYPE", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "CALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "PREVCALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::G_ROUTE_RESULT, name: "G_ROUTE_RESULT", role: Role::Gcc, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "PARTYID", ty: ColumnType::Text(50), required: false },
            Column { name: "RESULT", ty: ColumnType::Int, required: false },
            Column { name: "RTARGETTYPESELECTED", ty: ColumnType::Int, required: false },
            Column { name: "RTARGETRULESELECTED", ty: ColumnType::Text(255), required: false },
            Column { name: "RTARGETOBJECTSELECTED", ty: ColumnType::Text(255), required: false },
            Column { name: "RTARGETAGENTSELECTED", ty: ColumnType::Text(255), required: true },
            Column { name: "RTARGETPLACESELECTED", ty: ColumnType::Text(255), required: false },
            Column { name: "RTENANT", ty: ColumnType::Text(255), required: false },
            Column { name: "RSTRATEGYNAME", ty: ColumnType::Text(255), required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::G_VIRTUAL_QUEUE, name: "G_VIRTUAL_QUEUE", role: Role::Gcc, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "VQID", ty: ColumnType::Text(50), required: true },
            Column { name: "ORIGCALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "DISTCALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "ENDPOINTDN", ty: ColumnType::Text(255), required: false },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "CAUSE", ty: ColumnType::Int, required: false },
            Column { name: "DISTDN", ty: ColumnType::Text(255), required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_ROUTE_RES_VQ_HIST, name: "G_ROUTE_RES_VQ_HIST", role: Role::Gcc, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "VQID", ty: ColumnType::Text(50), required: true },
            Column { name: "ORIGCALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "DISTCALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "ENDPOINTDN", ty: ColumnType::Text(255), required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "CAUSE", ty: ColumnType::Int, required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GSYS_DNPREMOTELOCATION, name: "GSYS_DNPREMOTELOCATION", role: Role::Gcc, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "REMOTELOCATION", ty: ColumnType::Text(255), required: true },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_USERDATA_HISTORY, name: "G_USERDATA_HISTORY", role: Role::Gud, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "PARTYID", ty: ColumnType::Text(50), required: false },
            Column { name: "PSEQ", ty: ColumnType::Int, required: false },
            Column { name: "CSEQ", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTDN", ty: ColumnType::Text(255), required: false },
            Column { name: "AGENTID", ty: ColumnType::Int, required: false },
            Column { name: "KEYNAME", ty: ColumnType::Text(255), required: true },
            Column { name: "SOURCETYPE", ty: ColumnType::Int, required: false },
            Column { name: "CHANGETYPE", ty: ColumnType::Int, required: false },
            Column { name: "VALUE", ty: ColumnType::Text(1024), required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::G_SECURE_USERDATA_HISTORY, name: "G_SECURE_USERDATA_HISTORY", role: Role::Gud, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "PARTYID", ty: ColumnType::Text(50), required: false },
            Column { name: "PSEQ", ty: ColumnType::Int, required: false },
            Column { name: "CSEQ", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTDN", ty: ColumnType::Text(255), required: false },
            Column { name: "AGENTID", ty: ColumnType::Int, required: false },
            Column { name: "KEYNAME", ty: ColumnType::Text(255), required: true },
            Column { name: "SOURCETYPE", ty: ColumnType::Int, required: false },
            Column { name: "CHANGETYPE", ty: ColumnType::Int, required: false },
            Column { name: "VALUE", ty: ColumnType::Text(1024), required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::G_CALL_USERDATA, name: "G_CALL_USERDATA", role: Role::Gud, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "CUSTOMER_SEGMENT", ty: ColumnType::Text(255), required: false },
            Column { name: "SERVICE_TYPE", ty: ColumnType::Text(255), required: false },
            Column { name: "SERVICE_SUBTYPE", ty: ColumnType::Text(255), required: false },
            Column { name: "BUSINESS_RESULT", ty: ColumnType::Text(255), required: false },
            Column { name: "CUSTOMER_ID", ty: ColumnType::Text(255), required: false },
            Column { name: "TRANSACTION_ID", ty: ColumnType::Text(255), required: false },
            Column { name: "CAUSE_ID", ty: ColumnType::Text(255), required: false },
            Column { name: "ACCOUNT_ID", ty: ColumnType::Text(255), required: false },
            Column { name: "DESTINATION_ID", ty: ColumnType::Text(255), required: false },
            Column { name: "TARGET_ID", ty: ColumnType::Text(255), required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_CALL_USERDATA_CUST, name: "G_CALL_USERDATA_CUST", role: Role::Gud, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "CUST_DATA_1", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_2", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_3", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_4", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_5", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_6", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_7", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_8", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_9", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_10", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_11", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_12", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_13", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_14", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_15", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_16", ty: ColumnType::Text(255), required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_CALL_USERDATA_CUST1, name: "G_CALL_USERDATA_CUST1", role: Role::Gud, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "CUST_DATA_1", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_2", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_3", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_4", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_5", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_6", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_7", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_8", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_9", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_10", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_11", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_12", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_13", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_14", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_15", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_16", ty: ColumnType::Text(255), required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_CALL_USERDATA_CUST2, name: "G_CALL_USERDATA_CUST2", role: Role::Gud, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "CUST_DATA_1", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_2", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_3", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_4", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_5", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_6", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_7", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_8", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_9", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_10", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_11", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_12", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_13", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_14", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_15", ty: ColumnType::Text(255), required: false },
            Column { name: "CUST_DATA_16", ty: ColumnType::Text(255), required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_CUSTOM_DATA_S, name: "G_CUSTOM_DATA_S", role: Role::Gud, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "PARTYID", ty: ColumnType::Text(50), required: false },
            Column { name: "PSEQ", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTDN", ty: ColumnType::Text(255), required: false },
            Column { name: "AGENTID", ty: ColumnType::Int, required: false },
            Column { name: "KEYNAME", ty: ColumnType::Text(255), required: true },
            Column { name: "VALUE", ty: ColumnType::Text(1024), required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::G_CUSTOM_DATA_P, name: "G_CUSTOM_DATA_P", role: Role::Gud, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "PARTYID", ty: ColumnType::Text(50), required: false },
            Column { name: "PSEQ", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: false },
            Column { name: "AGENTID", ty: ColumnType::Int, required: false },
            Column { name: "DATA_1", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_2", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_3", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_4", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_5", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_6", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_7", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_8", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_9", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_10", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_11", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_12", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_13", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_14", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_15", ty: ColumnType::Text(255), required: false },
            Column { name: "DATA_16", ty: ColumnType::Text(255), required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::G_CUSTOM_STATES, name: "G_CUSTOM_STATES", role: Role::Gud, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "PARTYID", ty: ColumnType::Text(50), required: true },
            Column { name: "PSEQ", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: false },
            Column { name: "AGENTID", ty: ColumnType::Int, required: false },
            Column { name: "STATECODE", ty: ColumnType::Int, required: true },
            Column { name: "STARTED", ty: ColumnType::Time, required: false },
            Column { name: "ENDED", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 5],
    },
    Table {
        id: TableId::GM_F_USERDATA, name: "GM_F_USERDATA", role: Role::Gud, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "G_FROM_NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "G_CALLED_BACK", ty: ColumnType::Text(255), required: false },
            Column { name: "G_SUBJECT", ty: ColumnType::Text(1024), required: false },
            Column { name: "G_ORIGIN_SOURCE", ty: ColumnType::Text(255), required: false },
            Column { name: "G_FROM_ADDRESS", ty: ColumnType::Text(255), required: false },
            Column { name: "G_SUB_TYPE", ty: ColumnType::Text(255), required: false },
            Column { name: "G_RECEIVED_D", ty: ColumnType::Text(255), required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::GM_L_USERDATA, name: "GM_L_USERDATA", role: Role::Gud, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: true },
            Column { name: "G_S_RESPONSE", ty: ColumnType::Text(255), required: false },
            Column { name: "G_A_RESPONSE", ty: ColumnType::Text(255), required: false },
            Column { name: "G_A_ACK", ty: ColumnType::Text(255), required: false },
            Column { name: "G_STOP_REASON", ty: ColumnType::Text(255), required: false },
            Column { name: "G_UCS_CONTACT_ID", ty: ColumnType::Text(255), required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::G_LOGIN_SESSION, name: "G_LOGIN_SESSION", role: Role::Gls, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "LOGINSESSIONID", ty: ColumnType::Text(50), required: true },
            Column { name: "AGENTID", ty: ColumnType::Int, required: false },
            Column { name: "LOGINID", ty: ColumnType::Int, required: false },
            Column { name: "PLACEID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: true },
            Column { name: "PRIMARYDEVICEID", ty: ColumnType::Int, required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::GX_SESSION_ENDPOINT, name: "GX_SESSION_ENDPOINT", role: Role::Gls, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "AGENTID", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: true },
            Column { name: "ENDPOINTTYPE", ty: ColumnType::Int, required: false },
            Column { name: "QUEUEID", ty: ColumnType::Int, required: true },
            Column { name: "QUEUETYPE", ty: ColumnType::Int, required: false },
            Column { name: "PLACEID", ty: ColumnType::Int, required: false },
            Column { name: "LOGINSESSIONID", ty: ColumnType::Text(50), required: true },
            Column { name: "MEDIATYPE", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
        ],
        key: &[6, 1, 3],
    },
    Table {
        id: TableId::G_AGENT_STATE_HISTORY, name: "G_AGENT_STATE_HISTORY", role: Role::Gls, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "PENDINGSTATE", ty: ColumnType::Int, required: false },
            Column { name: "SEQ", ty: ColumnType::Int, required: false },
            Column { name: "PREVSTATE", ty: ColumnType::Int, required: false },
            Column { name: "PREVSENTER", ty: ColumnType::Time, required: false },
            Column { name: "WORKMODE", ty: ColumnType::Int, required: false },
            Column { name: "LOGINSESSIONID", ty: ColumnType::Text(50), required: false },
            Column { name: "LOGINID", ty: ColumnType::Int, required: false },
            Column { name: "AGENTID", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTDN", ty: ColumnType::Text(255), required: false },
            Column { name: "QUEUEID", ty: ColumnType::Int, required: false },
            Column { name: "CALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::G_AGENT_STATE_RC, name: "G_AGENT_STATE_RC", role: Role::Gls, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "SESSIONID", ty: ColumnType::Text(50), required: false },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: false },
            Column { name: "QUEUEID", ty: ColumnType::Int, required: false },
            Column { name: "AGENTSTATE", ty: ColumnType::Int, required: false },
            Column { name: "WORKMODE", ty: ColumnType::Int, required: false },
            Column { name: "HWFLAG", ty: ColumnType::Int, required: false },
            Column { name: "KEYNAME", ty: ColumnType::Text(255), required: true },
            Column { name: "VALUE", ty: ColumnType::Text(255), required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::G_AGENT_STATE_RC_A, name: "G_AGENT_STATE_RC_A", role: Role::Gls, writing: Writing::Active, row_id: "ID",
        columns: &[
            Column { name: "SESSIONID", ty: ColumnType::Text(50), required: true },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: true },
            Column { name: "QUEUEID", ty: ColumnType::Int, required: true },
            Column { name: "AGENTSTATE", ty: ColumnType::Int, required: false },
            Column { name: "WORKMODE", ty: ColumnType::Int, required: false },
            Column { name: "HWFLAG", ty: ColumnType::Int, required: false },
            Column { name: "KEYNAME", ty: ColumnType::Text(255), required: true },
            Column { name: "VALUE", ty: ColumnType::Text(255), required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2, 6],
    },
    Table {
        id: TableId::G_DND_HISTORY, name: "G_DND_HISTORY", role: Role::Gls, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTDN", ty: ColumnType::Text(255), required: false },
            Column { name: "AGENTID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GS_AGENT_STAT, name: "GS_AGENT_STAT", role: Role::Gls, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "SESSIONID", ty: ColumnType::Text(50), required: true },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: true },
            Column { name: "QUEUEID", ty: ColumnType::Int, required: true },
            Column { name: "STATE", ty: ColumnType::Int, required: true },
            Column { name: "TT_STATE", ty: ColumnType::Int, required: false },
            Column { name: "CNT_STATE", ty: ColumnType::Int, required: false },
        ],
        key: &[0, 1, 2, 3],
    },
    Table {
        id: TableId::GS_AGENT_STAT_WM, name: "GS_AGENT_STAT_WM", role: Role::Gls, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "SESSIONID", ty: ColumnType::Text(50), required: true },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: true },
            Column { name: "QUEUEID", ty: ColumnType::Int, required: true },
            Column { name: "WORKMODE", ty: ColumnType::Int, required: true },
            Column { name: "TT_STATE", ty: ColumnType::Int, required: false },
            Column { name: "CNT_STATE", ty: ColumnType::Int, required: false },
        ],
        key: &[0, 1, 2, 3],
    },
    Table {
        id: TableId::GO_CAMPAIGN, name: "GO_CAMPAIGN", role: Role::Gos, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "SESSID", ty: ColumnType::Text(64), required: true },
            Column { name: "CAMPAIGNID", ty: ColumnType::Int, required: false },
            Column { name: "GROUPID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "OCSID", ty: ColumnType::Int, required: false },
            Column { name: "DIALMODE", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::GO_CAMPAIGNHISTORY, name: "GO_CAMPAIGNHISTORY", role: Role::Gos, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "SESSID", ty: ColumnType::Text(64), required: true },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "PREVSTATE", ty: ColumnType::Int, required: false },
            Column { name: "CAUSE", ty: ColumnType::Int, required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GO_CAMPPROP_HIST, name: "GO_CAMPPROP_HIST", role: Role::Gos, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "SESSID", ty: ColumnType::Text(64), required: true },
            Column { name: "SEQ", ty: ColumnType::Int, required: false },
            Column { name: "DIALMODE", ty: ColumnType::Int, required: false },
            Column { name: "PREVDIALMODE", ty: ColumnType::Int, required: false },
            Column { name: "PREVDMENTER", ty: ColumnType::Time, required: false },
            Column { name: "OPTIMMODE", ty: ColumnType::Int, required: false },
            Column { name: "OPTIMVALUE", ty: ColumnType::Int, required: false },
            Column { name: "PREVOPTIMMODE", ty: ColumnType::Int, required: false },
            Column { name: "PREVOPTIMVALUE", ty: ColumnType::Int, required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GO_CHAIN, name: "GO_CHAIN", role: Role::Gos, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CHAINGUID", ty: ColumnType::Text(64), required: true },
            Column { name: "PARENTGUID", ty: ColumnType::Text(64), required: false },
            Column { name: "SESSID", ty: ColumnType::Text(64), required: false },
            Column { name: "CAMPAIGNID", ty: ColumnType::Int, required: false },
            Column { name: "GROUPID", ty: ColumnType::Int, required: false },
            Column { name: "CALLINGLISTID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "CALLRESULT", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "TERMINATED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0],
    },
    Table {
        id: TableId::GO_CHAINREC_HIST, name: "GO_CHAINREC_HIST", role: Role::Gos, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "CHAINGUID", ty: ColumnType::Text(64), required: true },
            Column { name: "RECORDHANDLE", ty: ColumnType::Int, required: false },
            Column { name: "SEQ", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "PREVSTATE", ty: ColumnType::Int, required: false },
            Column { name: "PREVSENTER", ty: ColumnType::Time, required: false },
            Column { name: "CALLATTID", ty: ColumnType::Text(64), required: false },
            Column { name: "CALLRESULT", ty: ColumnType::Int, required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GO_RECORD, name: "GO_RECORD", role: Role::Gos, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CHAINGUID", ty: ColumnType::Text(64), required: true },
            Column { name: "RECORDHANDLE", ty: ColumnType::Int, required: true },
            Column { name: "RECORDID", ty: ColumnType::Int, required: false },
            Column { name: "PHONE", ty: ColumnType::Text(255), required: false },
            Column { name: "PHONETYPE", ty: ColumnType::Int, required: false },
            Column { name: "RECORDTYPE", ty: ColumnType::Int, required: false },
            Column { name: "RECORDSTATUS", ty: ColumnType::Int, required: false },
            Column { name: "ATTEMPTS", ty: ColumnType::Int, required: false },
            Column { name: "CALLRESULT", ty: ColumnType::Int, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1],
    },
    Table {
        id: TableId::GO_CUSTOM_FIELDS, name: "GO_CUSTOM_FIELDS", role: Role::Gos, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CHAINGUID", ty: ColumnType::Text(64), required: true },
            Column { name: "RECORDHANDLE", ty: ColumnType::Int, required: true },
            Column { name: "FIELDID", ty: ColumnType::Int, required: true },
            Column { name: "VALUE", ty: ColumnType::Text(4000), required: false },
            Column { name: "LASTCHAINUPDSEQ", ty: ColumnType::Int, required: false },
            Column { name: "LASTCHANGED", ty: ColumnType::Time, required: false },
            Column { name: "LOADED", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GO_SECURE_FIELDS, name: "GO_SECURE_FIELDS", role: Role::Gos, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CHAINGUID", ty: ColumnType::Text(64), required: true },
            Column { name: "RECORDHANDLE", ty: ColumnType::Int, required: true },
            Column { name: "FIELDID", ty: ColumnType::Int, required: true },
            Column { name: "VALUE", ty: ColumnType::Text(4000), required: false },
            Column { name: "LASTCHAINUPDSEQ", ty: ColumnType::Int, required: false },
            Column { name: "LASTCHANGED", ty: ColumnType::Time, required: false },
            Column { name: "LOADED", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GO_FIELDHIST, name: "GO_FIELDHIST", role: Role::Gos, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "CHAINGUID", ty: ColumnType::Text(64), required: true },
            Column { name: "RECORDHANDLE", ty: ColumnType::Int, required: false },
            Column { name: "FIELDID", ty: ColumnType::Int, required: false },
            Column { name: "OLDVALUE", ty: ColumnType::Text(4000), required: false },
            Column { name: "NEWVALUE", ty: ColumnType::Text(4000), required: false },
            Column { name: "PREVENTER", ty: ColumnType::Time, required: false },
            Column { name: "SEQ", ty: ColumnType::Int, required: false },
            Column { name: "CHAINHISTSEQ", ty: ColumnType::Int, required: false },
            Column { name: "CALLATTID", ty: ColumnType::Text(64), required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GO_SEC_FIELDHIST, name: "GO_SEC_FIELDHIST", role: Role::Gos, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "CHAINGUID", ty: ColumnType::Text(64), required: true },
            Column { name: "RECORDHANDLE", ty: ColumnType::Int, required: false },
            Column { name: "FIELDID", ty: ColumnType::Int, required: false },
            Column { name: "OLDVALUE", ty: ColumnType::Text(4000), required: false },
            Column { name: "NEWVALUE", ty: ColumnType::Text(4000), required: false },
            Column { name: "PREVENTER", ty: ColumnType::Time, required: false },
            Column { name: "SEQ", ty: ColumnType::Int, required: false },
            Column { name: "CHAINHISTSEQ", ty: ColumnType::Int, required: false },
            Column { name: "CALLATTID", ty: ColumnType::Text(64), required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GO_METRICS, name: "GO_METRICS", role: Role::Gos, writing: Writing::Insert, row_id: "ID",
        columns: &[
            Column { name: "SESSID", ty: ColumnType::Text(64), required: false },
            Column { name: "CHAINGUID", ty: ColumnType::Text(64), required: false },
            Column { name: "CALLATTID", ty: ColumnType::Text(64), required: false },
            Column { name: "METRICTYPE", ty: ColumnType::Int, required: false },
            Column { name: "VALUE", ty: ColumnType::Int, required: false },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GOX_CHAIN_CALL, name: "GOX_CHAIN_CALL", role: Role::Gos, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CALLID", ty: ColumnType::Text(50), required: false },
            Column { name: "CHAINGUID", ty: ColumnType::Text(64), required: true },
            Column { name: "CALLATTID", ty: ColumnType::Text(64), required: true },
            Column { name: "ADDED", ty: ColumnType::Time, required: false },
        ],
        key: &[1, 2],
    },
    Table {
        id: TableId::GC_AGENT, name: "GC_AGENT", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "USERNAME", ty: ColumnType::Text(255), required: false },
            Column { name: "FIRSTNAME", ty: ColumnType::Text(255), required: false },
            Column { name: "LASTNAME", ty: ColumnType::Text(255), required: false },
            Column { name: "EMPLOYEEID", ty: ColumnType::Text(255), required: false },
            Column { name: "EMAIL", ty: ColumnType::Text(255), required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "PLACEID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_LOGIN, name: "GC_LOGIN", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "LOGINCODE", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "SWITCHID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_GROUP, name: "GC_GROUP", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "DNGROUPTYPE", ty: ColumnType::Int, required: false },
            Column { name: "SCRIPT", ty: ColumnType::Text(255), required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_TENANT, name: "GC_TENANT", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_ENDPOINT, name: "GC_ENDPOINT", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "DN", ty: ColumnType::Text(255), required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "SWITCHID", ty: ColumnType::Int, required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_PLACE, name: "GC_PLACE", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_SKILL, name: "GC_SKILL", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_SWITCH, name: "GC_SWITCH", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_APPLICATION, name: "GC_APPLICATION", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "VERSION", ty: ColumnType::Text(255), required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_FOLDER, name: "GC_FOLDER", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "PARENTID", ty: ColumnType::Int, required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_CAMPAIGN, name: "GC_CAMPAIGN", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_CALLING_LIST, name: "GC_CALLING_LIST", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_FILTER, name: "GC_FILTER", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_FORMAT, name: "GC_FORMAT", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_FIELD, name: "GC_FIELD", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "FORMATID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_TREATMENT, name: "GC_TREATMENT", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "CODE", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_TABLE_ACCESS, name: "GC_TABLE_ACCESS", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_SCRIPT, name: "GC_SCRIPT", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_ACTION_CODE, name: "GC_ACTION_CODE", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "CODE", ty: ColumnType::Text(255), required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_BUS_ATTRIBUTE, name: "GC_BUS_ATTRIBUTE", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_ATTR_VALUE, name: "GC_ATTR_VALUE", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "ATTRIBUTEID", ty: ColumnType::Int, required: false },
            Column { name: "DISPLAYNAME", ty: ColumnType::Text(255), required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_IVR, name: "GC_IVR", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "VERSION", ty: ColumnType::Text(255), required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_IVRPORT, name: "GC_IVRPORT", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "IVRID", ty: ColumnType::Int, required: false },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_TIME_ZONE, name: "GC_TIME_ZONE", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "UTCOFFSET", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_VOICE_PROMPT, name: "GC_VOICE_PROMPT", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "SWITCHID", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_OBJ_TABLE, name: "GC_OBJ_TABLE", role: Role::Cfg, writing: Writing::Object, row_id: "ID",
        columns: &[
            Column { name: "NAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "FOLDERID", ty: ColumnType::Int, required: false },
            Column { name: "TYPE", ty: ColumnType::Int, required: false },
            Column { name: "STATE", ty: ColumnType::Int, required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[],
    },
    Table {
        id: TableId::GC_ANNEX, name: "GC_ANNEX", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CFGOBJECTID", ty: ColumnType::Int, required: true },
            Column { name: "CFGOBJECTTYPE", ty: ColumnType::Int, required: true },
            Column { name: "SECTIONKEYHASH", ty: ColumnType::Text(64), required: true },
            Column { name: "SECTIONNAME", ty: ColumnType::Text(255), required: false },
            Column { name: "KEYNAME", ty: ColumnType::Text(255), required: false },
            Column { name: "TENANTID", ty: ColumnType::Int, required: false },
            Column { name: "VALUE", ty: ColumnType::Text(4000), required: false },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GCX_AGENT_PLACE, name: "GCX_AGENT_PLACE", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "PLACEID", ty: ColumnType::Int, required: true },
            Column { name: "AGENTID", ty: ColumnType::Int, required: true },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GCX_LOGIN_INFO, name: "GCX_LOGIN_INFO", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "LOGINID", ty: ColumnType::Int, required: true },
            Column { name: "AGENTID", ty: ColumnType::Int, required: true },
            Column { name: "WRAPUPTIME", ty: ColumnType::Int, required: false },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 3],
    },
    Table {
        id: TableId::GCX_GROUP_AGENT, name: "GCX_GROUP_AGENT", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "GROUPID", ty: ColumnType::Int, required: true },
            Column { name: "AGENTID", ty: ColumnType::Int, required: true },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GCX_GROUP_PLACE, name: "GCX_GROUP_PLACE", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "GROUPID", ty: ColumnType::Int, required: true },
            Column { name: "PLACEID", ty: ColumnType::Int, required: true },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GCX_GROUP_ENDPOINT, name: "GCX_GROUP_ENDPOINT", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "GROUPID", ty: ColumnType::Int, required: true },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: true },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GCX_GROUP_ROUTEDN, name: "GCX_GROUP_ROUTEDN", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "GROUPID", ty: ColumnType::Int, required: true },
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: true },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GCX_SKILL_LEVEL, name: "GCX_SKILL_LEVEL", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "SKILLID", ty: ColumnType::Int, required: true },
            Column { name: "AGENTID", ty: ColumnType::Int, required: true },
            Column { name: "SLEVEL", ty: ColumnType::Int, required: false },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 3],
    },
    Table {
        id: TableId::GCX_ENDPOINT_PLACE, name: "GCX_ENDPOINT_PLACE", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "ENDPOINTID", ty: ColumnType::Int, required: true },
            Column { name: "PLACEID", ty: ColumnType::Int, required: true },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GCX_CAMPGROUP_INFO, name: "GCX_CAMPGROUP_INFO", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CAMPAIGNID", ty: ColumnType::Int, required: true },
            Column { name: "GROUPID", ty: ColumnType::Int, required: true },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GCX_CAMPLIST_INFO, name: "GCX_CAMPLIST_INFO", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CAMPAIGNID", ty: ColumnType::Int, required: true },
            Column { name: "LISTID", ty: ColumnType::Int, required: true },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GCX_LIST_TREATMENT, name: "GCX_LIST_TREATMENT", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "LISTID", ty: ColumnType::Int, required: true },
            Column { name: "TREATMENTID", ty: ColumnType::Int, required: true },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GCX_FORMAT_FIELD, name: "GCX_FORMAT_FIELD", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "FORMATID", ty: ColumnType::Int, required: true },
            Column { name: "FIELDID", ty: ColumnType::Int, required: true },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 2],
    },
    Table {
        id: TableId::GCX_SUBCODE, name: "GCX_SUBCODE", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "CODEID", ty: ColumnType::Int, required: true },
            Column { name: "NAME", ty: ColumnType::Text(255), required: true },
            Column { name: "CODE", ty: ColumnType::Text(255), required: false },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 3],
    },
    Table {
        id: TableId::GCX_OBJTABLE_RECORD, name: "GCX_OBJTABLE_RECORD", role: Role::Cfg, writing: Writing::Keyed, row_id: "ID",
        columns: &[
            Column { name: "OBJTABLEID", ty: ColumnType::Int, required: true },
            Column { name: "RECORDID", ty: ColumnType::Int, required: true },
            Column { name: "VALUE", ty: ColumnType::Text(255), required: false },
            Column { name: "SINCE", ty: ColumnType::Big, required: true },
            Column { name: "STATUS", ty: ColumnType::Int, required: false },
            Column { name: "CREATED", ty: ColumnType::Time, required: false },
            Column { name: "DELETED", ty: ColumnType::Time, required: false },
            Column { name: "LASTCHANGE", ty: ColumnType::Time, required: false },
        ],
        key: &[0, 1, 3],
    },
];
