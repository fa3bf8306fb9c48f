// Made from wit/idb.tables by `cargo xtask generate`; do not edit.

/**
 * A record for each table of the Interaction Database that plugins write.
 *
 * Times are µs since 1970 UTC. `at` is the index, in the batch, of the event that made the row.
 */

/** The columns GSYS_EXT_…: of the site, or with the meaning that the table's description gives them. */
export interface Ext {
    vch1?: string | null;
    vch2?: string | null;
    int1?: number | null;
    int2?: number | null;
}

/** G_IR: Latest state of an interaction. */
export interface GIr {
    /** Index of the event in the batch. */
    at: number;
    /** Interaction. */
    irid: string;
    /** 0 unknown 1 active 2 terminated. */
    state: number;
    /** The interaction it was merged into. */
    parentirid?: string | null;
    /** How it is linked to its parent. */
    parentlinktype?: number | null;
    /** The call it was opened for. */
    rootcallid?: string | null;
    /** First interaction of the tree. */
    rootirid?: string | null;
    /** As G_CALL.MEDIATYPE. */
    mediatype?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; null while active. */
    terminated?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** G_IR_HISTORY: Every change of an interaction. */
export interface GIrHistory {
    /** Index of the event in the batch. */
    at: number;
    /** Interaction. */
    irid: string;
    /** Number of the change within the interaction. */
    xseq?: number | null;
    /** 1 created 2 terminated 3 merged. */
    changetype?: number | null;
    /** Surviving interaction of a merge. */
    refid?: string | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** G_IR_ACTIVE: Interactions that are alive: same leading columns as G_IR. */
export interface GIrActive {
    /** Index of the event in the batch. */
    at: number;
    /** The row is to be deleted; only its key counts then. */
    gone: boolean;
    /** Interaction. */
    irid: string;
    /** 1 active. */
    state: number;
    /** The interaction it was merged into. */
    parentirid?: string | null;
    /** How it is linked to its parent. */
    parentlinktype?: number | null;
    /** The call it was opened for. */
    rootcallid?: string | null;
    /** First interaction of the tree. */
    rootirid?: string | null;
    /** As G_CALL.MEDIATYPE. */
    mediatype?: number | null;
    /** When it began. */
    created?: number | null;
    /** Null. */
    terminated?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** G_CALL: Latest state of a call or multimedia interaction. */
export interface GCall {
    /** Index of the event in the batch. */
    at: number;
    /** Call UUID of the voice server, or interaction id. */
    callid: string;
    /** Of a consultation: the primary call. */
    parentcallid?: string | null;
    /** Surviving call of a merge. */
    mergecallid?: string | null;
    /** 1 transfer 2 conference. */
    mergetype?: number | null;
    /** Connection id, 16 hex digits. */
    connid?: string | null;
    /** The same as a number. */
    connidnum?: number | null;
    /** The switch's own id. */
    switchcallid?: string | null;
    /** Interaction. */
    irid?: string | null;
    /** 1 active 2 terminated. */
    state: number;
    /** 0 unknown 1 internal 2 inbound 3 outbound 4 consult. */
    calltype?: number | null;
    /** 0 voice 1 VoIP 2 e-mail 3 voice mail 4 scanned mail 5 chat 6 video 7 co-browse 8 whiteboard 9 app sharing 10 web form 11 work item, 100 and above custom. */
    mediatype?: number | null;
    /** Name of the media type. */
    mediatypename?: string | null;
    /** Number of the caller. */
    callani?: string | null;
    /** Number that was called. */
    calldnis?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Switch. */
    switchid?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; null while active. */
    terminated?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** G_CALL_HISTORY: Every change of a call. */
export interface GCallHistory {
    /** Index of the event in the batch. */
    at: number;
    /** Call. */
    callid: string;
    /** Number of the change, from the call's creation. */
    cseq?: number | null;
    /** 1 created 2 terminated 3 merged 4 scenario error. */
    changetype?: number | null;
    /** Surviving call of a merge. */
    refid?: string | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** G_CALL_STAT: One row per ended voice call; GSYS_EXT_VCH1 = device that released it, GSYS_EXT_VCH2 = its PARTYID. */
export interface GCallStat {
    /** Index of the event in the batch. */
    at: number;
    /** Call. */
    callid: string;
    /** 1: two parties were connected. */
    fConn?: number | null;
    /** 1: an external party was connected. */
    fConnExtn?: number | null;
    /** 1: abandoned before it was answered. */
    fTeAbnd?: number | null;
    /** Holds. */
    cntHold?: number | null;
    /** Diversions from queues. */
    cntDivert?: number | null;
    /** Completed transfers. */
    cntTransfer?: number | null;
    /** Completed conferences. */
    cntConference?: number | null;
    /** Consultations begun from it. */
    cntConsult?: number | null;
    /** Seconds from creation to end. */
    tDuration?: number | null;
    ext?: Ext | null;
}

/** G_CALL_ACTIVE: Calls that are alive: same leading columns as G_CALL. */
export interface GCallActive {
    /** Index of the event in the batch. */
    at: number;
    /** The row is to be deleted; only its key counts then. */
    gone: boolean;
    /** Call. */
    callid: string;
    /** Of a consultation: the primary call. */
    parentcallid?: string | null;
    /** Surviving call of a merge. */
    mergecallid?: string | null;
    /** 1 transfer 2 conference. */
    mergetype?: number | null;
    /** Connection id, 16 hex digits. */
    connid?: string | null;
    /** The same as a number. */
    connidnum?: number | null;
    /** The switch's own id. */
    switchcallid?: string | null;
    /** Interaction. */
    irid?: string | null;
    /** 1 active. */
    state: number;
    /** As G_CALL. */
    calltype?: number | null;
    /** As G_CALL. */
    mediatype?: number | null;
    /** Name of the media type. */
    mediatypename?: string | null;
    /** Number of the caller. */
    callani?: string | null;
    /** Number that was called. */
    calldnis?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Switch. */
    switchid?: number | null;
    /** When it began. */
    created?: number | null;
    /** Null. */
    terminated?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** G_PARTY: Latest state of a party. */
export interface GParty {
    /** Index of the event in the batch. */
    at: number;
    /** Party; another one when the party moves to another call. */
    partyid: string;
    /** Stays the same when the party moves. */
    partyguid?: string | null;
    /** 0 unknown 1 internal 2 external 3 multimedia place 4 interaction queue 5 workbin 6 routing strategy. */
    type?: number | null;
    /** 0 unknown 1 origination 2 destination 3 conference member 4 new party 5 added by 6 deleted by 7 transferred by 8 deleted party 9 conferenced by 10 observer. */
    prole?: number | null;
    /** The party that brought it in. */
    parentpartyid?: string | null;
    /** How it is linked to its parent. */
    parentlinktype?: number | null;
    /** Call. */
    callid?: string | null;
    /** Party state; 0 when ended. */
    state?: number | null;
    /** Number of the device, or of the outside party. */
    endpointdn?: string | null;
    /** Endpoint (GC_ENDPOINT). */
    endpointid?: number | null;
    /** Type of the endpoint. */
    endpointtype?: number | null;
    /** Person (GC_AGENT); 0 none. */
    agentid: number;
    /** Login session. */
    loginsessionid?: string | null;
    /** Place. */
    placeid?: number | null;
    /** Queue through which it came. */
    queuedn?: string | null;
    /** Call-control event that made the last change. */
    ccevent?: number | null;
    /** Its cause. */
    cceventcause?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; null while active. */
    terminated?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** G_PARTY_HISTORY: Every change of a party. */
export interface GPartyHistory {
    /** Index of the event in the batch. */
    at: number;
    /** Party. */
    partyid: string;
    /** Number of the change within the party. */
    pseq?: number | null;
    /** Number of the change within the call. */
    cseq?: number | null;
    /** 1 created 2 terminated 3 state changed 4 moved 5 attributes changed. */
    changetype?: number | null;
    /** Call-control event. */
    ccevent?: number | null;
    /** Its cause. */
    cceventcause?: number | null;
    /** Party state after it. */
    state?: number | null;
    /** Party state before it. */
    prevstate?: number | null;
    /** When the state before it began. */
    prevsenter?: number | null;
    /** Call. */
    callid?: string | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** G_PARTY_STAT: One row per ended party: seconds in each state. */
export interface GPartyStat {
    /** Index of the event in the batch. */
    at: number;
    /** Party. */
    partyid: string;
    /** Seconds alerting. */
    ttAlerting?: number | null;
    /** Seconds connected. */
    ttConnected?: number | null;
    /** Seconds on hold. */
    ttHold?: number | null;
    /** Seconds queued. */
    ttQueued?: number | null;
    /** Seconds of after-call work. */
    ttAcw?: number | null;
    /** Seconds dialling. */
    ttDialing?: number | null;
    /** 1: this party hung up. */
    fReleasedLocal?: number | null;
    ext?: Ext | null;
}

/** G_IS_LINK: Inter-site link: one row per end. */
export interface GIsLink {
    /** Index of the event in the batch. */
    at: number;
    /** Link. */
    linkid: string;
    /** Call at this end. */
    callid: string;
    /** The other site. */
    remotelocation?: string | null;
    /** 1 active 2 ended. */
    state?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it ended. */
    terminated?: number | null;
    ext?: Ext | null;
}

/** G_IS_LINK_HISTORY: Every change of an inter-site link. */
export interface GIsLinkHistory {
    /** Index of the event in the batch. */
    at: number;
    /** Link. */
    linkid: string;
    /** Number of the change within the link. */
    seq?: number | null;
    /** 1 added 2 moved 3 deleted. */
    changetype?: number | null;
    /** 1 active 2 ended. */
    state?: number | null;
    /** Call. */
    callid?: string | null;
    /** Call before a move. */
    prevcallid?: string | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** G_ROUTE_RESULT: Where a call was routed. */
export interface GRouteResult {
    /** Index of the event in the batch. */
    at: number;
    /** Call. */
    callid: string;
    /** Party that was routed. */
    partyid?: string | null;
    /** 1 delivered 2 failed. */
    result?: number | null;
    /** 0 unknown 1 agent 2 place 3 queue 4 routing point 5 other DN. */
    rtargettypeselected?: number | null;
    /** Rule. */
    rtargetruleselected?: string | null;
    /** Object. */
    rtargetobjectselected?: string | null;
    /** Agent; empty when none. */
    rtargetagentselected: string;
    /** Place. */
    rtargetplaceselected?: string | null;
    /** Tenant. */
    rtenant?: string | null;
    /** Strategy or queue that decided. */
    rstrategyname?: string | null;
    /** When. */
    created?: number | null;
    ext?: Ext | null;
}

/** G_VIRTUAL_QUEUE: Each stay of a call in a queue. */
export interface GVirtualQueue {
    /** Index of the event in the batch. */
    at: number;
    /** One per stay. */
    vqid: string;
    /** Call that waited. */
    origcallid?: string | null;
    /** Call as which it was distributed. */
    distcallid?: string | null;
    /** Queue. */
    endpointdn?: string | null;
    /** Queue (GC_ENDPOINT). */
    endpointid?: number | null;
    /** 1 active 2 ended. */
    state?: number | null;
    /** 1 distributed 2 abandoned 3 left otherwise. */
    cause?: number | null;
    /** Device to which it was distributed. */
    distdn?: string | null;
    /** Joined. */
    created?: number | null;
    /** Left. */
    terminated?: number | null;
    ext?: Ext | null;
}

/** G_ROUTE_RES_VQ_HIST: Every change of a stay in a queue. */
export interface GRouteResVqHist {
    /** Index of the event in the batch. */
    at: number;
    /** Stay. */
    vqid: string;
    /** Call that waited. */
    origcallid?: string | null;
    /** Call as which it was distributed. */
    distcallid?: string | null;
    /** Queue. */
    endpointdn?: string | null;
    /** 1 active 2 ended. */
    state?: number | null;
    /** As G_VIRTUAL_QUEUE. */
    cause?: number | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** GSYS_DNPREMOTELOCATION: Names of switches that are not recorded here. */
export interface GsysDnpremotelocation {
    /** Index of the event in the batch. */
    at: number;
    /** Name. */
    remotelocation: string;
    ext?: Ext | null;
}

/** G_USERDATA_HISTORY: Attached data: every key, every change. */
export interface GUserdataHistory {
    /** Index of the event in the batch. */
    at: number;
    /** Call. */
    callid: string;
    /** Party that changed it. */
    partyid?: string | null;
    /** Number of the change within the party. */
    pseq?: number | null;
    /** Number of the change within the call. */
    cseq?: number | null;
    /** Device of that party. */
    endpointdn?: string | null;
    /** Person. */
    agentid?: number | null;
    /** Key. */
    keyname: string;
    /** 1 user data 2 reasons 3 extensions. */
    sourcetype?: number | null;
    /** 1 created 2 deleted 3 updated. */
    changetype?: number | null;
    /** Value; GSYS_EXT_INT1 = 1 when it was cut. */
    value?: string | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** G_SECURE_USERDATA_HISTORY: Attached data under keys that were declared secure. */
export interface GSecureUserdataHistory {
    /** Index of the event in the batch. */
    at: number;
    /** Call. */
    callid: string;
    /** Party that changed it. */
    partyid?: string | null;
    /** Number of the change within the party. */
    pseq?: number | null;
    /** Number of the change within the call. */
    cseq?: number | null;
    /** Device of that party. */
    endpointdn?: string | null;
    /** Person. */
    agentid?: number | null;
    /** Key. */
    keyname: string;
    /** 1 user data 2 reasons 3 extensions. */
    sourcetype?: number | null;
    /** 1 created 2 deleted 3 updated. */
    changetype?: number | null;
    /** Value; GSYS_EXT_INT1 = 1 when it was cut. */
    value?: string | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** G_CALL_USERDATA: Attached data with columns of their own, one row per call. */
export interface GCallUserdata {
    /** Index of the event in the batch. */
    at: number;
    /** Call. */
    callid: string;
    /** Value. */
    customerSegment?: string | null;
    /** Value. */
    serviceType?: string | null;
    /** Value. */
    serviceSubtype?: string | null;
    /** Value. */
    businessResult?: string | null;
    /** Value. */
    customerId?: string | null;
    /** Value. */
    transactionId?: string | null;
    /** Value. */
    causeId?: string | null;
    /** Value. */
    accountId?: string | null;
    /** Value. */
    destinationId?: string | null;
    /** Value. */
    targetId?: string | null;
    ext?: Ext | null;
}

/** G_CALL_USERDATA_CUST: Attached data of the site, one row per call. */
export interface GCallUserdataCust {
    /** Index of the event in the batch. */
    at: number;
    /** Call. */
    callid: string;
    /** Value. */
    custData1?: string | null;
    /** Value. */
    custData2?: string | null;
    /** Value. */
    custData3?: string | null;
    /** Value. */
    custData4?: string | null;
    /** Value. */
    custData5?: string | null;
    /** Value. */
    custData6?: string | null;
    /** Value. */
    custData7?: string | null;
    /** Value. */
    custData8?: string | null;
    /** Value. */
    custData9?: string | null;
    /** Value. */
    custData10?: string | null;
    /** Value. */
    custData11?: string | null;
    /** Value. */
    custData12?: string | null;
    /** Value. */
    custData13?: string | null;
    /** Value. */
    custData14?: string | null;
    /** Value. */
    custData15?: string | null;
    /** Value. */
    custData16?: string | null;
    ext?: Ext | null;
}

/** G_CALL_USERDATA_CUST1: Attached data of the site, one row per call. */
export interface GCallUserdataCust1 {
    /** Index of the event in the batch. */
    at: number;
    /** Call. */
    callid: string;
    /** Value. */
    custData1?: string | null;
    /** Value. */
    custData2?: string | null;
    /** Value. */
    custData3?: string | null;
    /** Value. */
    custData4?: string | null;
    /** Value. */
    custData5?: string | null;
    /** Value. */
    custData6?: string | null;
    /** Value. */
    custData7?: string | null;
    /** Value. */
    custData8?: string | null;
    /** Value. */
    custData9?: string | null;
    /** Value. */
    custData10?: string | null;
    /** Value. */
    custData11?: string | null;
    /** Value. */
    custData12?: string | null;
    /** Value. */
    custData13?: string | null;
    /** Value. */
    custData14?: string | null;
    /** Value. */
    custData15?: string | null;
    /** Value. */
    custData16?: string | null;
    ext?: Ext | null;
}

/** G_CALL_USERDATA_CUST2: Attached data of the site, one row per call. */
export interface GCallUserdataCust2 {
    /** Index of the event in the batch. */
    at: number;
    /** Call. */
    callid: string;
    /** Value. */
    custData1?: string | null;
    /** Value. */
    custData2?: string | null;
    /** Value. */
    custData3?: string | null;
    /** Value. */
    custData4?: string | null;
    /** Value. */
    custData5?: string | null;
    /** Value. */
    custData6?: string | null;
    /** Value. */
    custData7?: string | null;
    /** Value. */
    custData8?: string | null;
    /** Value. */
    custData9?: string | null;
    /** Value. */
    custData10?: string | null;
    /** Value. */
    custData11?: string | null;
    /** Value. */
    custData12?: string | null;
    /** Value. */
    custData13?: string | null;
    /** Value. */
    custData14?: string | null;
    /** Value. */
    custData15?: string | null;
    /** Value. */
    custData16?: string | null;
    ext?: Ext | null;
}

/** G_CUSTOM_DATA_S: Key-values of user events. */
export interface GCustomDataS {
    /** Index of the event in the batch. */
    at: number;
    /** Call. */
    callid?: string | null;
    /** Party (PARTYGUID). */
    partyid?: string | null;
    /** Number within the party. */
    pseq?: number | null;
    /** Endpoint. */
    endpointid?: number | null;
    /** Device. */
    endpointdn?: string | null;
    /** Person. */
    agentid?: number | null;
    /** Key. */
    keyname: string;
    /** Value. */
    value?: string | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** G_CUSTOM_DATA_P: User events in plain columns. */
export interface GCustomDataP {
    /** Index of the event in the batch. */
    at: number;
    /** Call. */
    callid?: string | null;
    /** Party (PARTYGUID). */
    partyid?: string | null;
    /** Number within the party. */
    pseq?: number | null;
    /** Endpoint. */
    endpointid?: number | null;
    /** Person. */
    agentid?: number | null;
    /** Value. */
    data1?: string | null;
    /** Value. */
    data2?: string | null;
    /** Value. */
    data3?: string | null;
    /** Value. */
    data4?: string | null;
    /** Value. */
    data5?: string | null;
    /** Value. */
    data6?: string | null;
    /** Value. */
    data7?: string | null;
    /** Value. */
    data8?: string | null;
    /** Value. */
    data9?: string | null;
    /** Value. */
    data10?: string | null;
    /** Value. */
    data11?: string | null;
    /** Value. */
    data12?: string | null;
    /** Value. */
    data13?: string | null;
    /** Value. */
    data14?: string | null;
    /** Value. */
    data15?: string | null;
    /** Value. */
    data16?: string | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** G_CUSTOM_STATES: States that a site defines itself. */
export interface GCustomStates {
    /** Index of the event in the batch. */
    at: number;
    /** Call. */
    callid: string;
    /** Party (PARTYGUID). */
    partyid: string;
    /** Number within the party. */
    pseq?: number | null;
    /** Endpoint. */
    endpointid?: number | null;
    /** Person. */
    agentid?: number | null;
    /** State. */
    statecode: number;
    /** When it began. */
    started?: number | null;
    /** When it ended. */
    ended?: number | null;
    ext?: Ext | null;
}

/** GM_F_USERDATA: Multimedia: properties at creation. */
export interface GmFUserdata {
    /** Index of the event in the batch. */
    at: number;
    /** Interaction. */
    callid: string;
    /** Sender. */
    gFromName?: string | null;
    /** Value. */
    gCalledBack?: string | null;
    /** Subject. */
    gSubject?: string | null;
    /** Value. */
    gOriginSource?: string | null;
    /** Address. */
    gFromAddress?: string | null;
    /** Subtype. */
    gSubType?: string | null;
    /** Received. */
    gReceivedD?: string | null;
    ext?: Ext | null;
}

/** GM_L_USERDATA: Multimedia: properties at the end. */
export interface GmLUserdata {
    /** Index of the event in the batch. */
    at: number;
    /** Interaction. */
    callid: string;
    /** Value. */
    gSResponse?: string | null;
    /** Value. */
    gAResponse?: string | null;
    /** Value. */
    gAAck?: string | null;
    /** Value. */
    gStopReason?: string | null;
    /** Value. */
    gUcsContactId?: string | null;
    ext?: Ext | null;
}

/** G_LOGIN_SESSION: Login sessions of agents. */
export interface GLoginSession {
    /** Index of the event in the batch. */
    at: number;
    /** Session. */
    loginsessionid: string;
    /** Person (GC_AGENT). */
    agentid?: number | null;
    /** Login (GC_LOGIN). */
    loginid?: number | null;
    /** Place. */
    placeid?: number | null;
    /** 1 active 2 ended. */
    state: number;
    /** Endpoint of the first device. */
    primarydeviceid?: number | null;
    /** Tenant. */
    tenantid?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended. */
    terminated?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GX_SESSION_ENDPOINT: Devices and queues of a login session. */
export interface GxSessionEndpoint {
    /** Index of the event in the batch. */
    at: number;
    /** Person. */
    agentid?: number | null;
    /** Endpoint. */
    endpointid: number;
    /** Type of the endpoint. */
    endpointtype?: number | null;
    /** Queue (GC_ENDPOINT); 0 none. */
    queueid: number;
    /** Type of the queue. */
    queuetype?: number | null;
    /** Place. */
    placeid?: number | null;
    /** Session. */
    loginsessionid: string;
    /** As G_CALL.MEDIATYPE. */
    mediatype?: number | null;
    /** 1 active 2 ended. */
    state?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended. */
    terminated?: number | null;
    ext?: Ext | null;
}

/** G_AGENT_STATE_HISTORY: Every change of an agent's state. */
export interface GAgentStateHistory {
    /** Index of the event in the batch. */
    at: number;
    /** 5 state 6 pending state 7 work mode 8 call connected 9 call disconnected. */
    type?: number | null;
    /** 0 unknown 1 logged in 2 ready 3 not ready 4 after-call work 5 busy 6 logged out. */
    state?: number | null;
    /** State that follows when the call ends. */
    pendingstate?: number | null;
    /** Number of the change on the device. */
    seq?: number | null;
    /** State before. */
    prevstate?: number | null;
    /** When the state before began. */
    prevsenter?: number | null;
    /** Work mode. */
    workmode?: number | null;
    /** Session. */
    loginsessionid?: string | null;
    /** Login. */
    loginid?: number | null;
    /** Person. */
    agentid?: number | null;
    /** Endpoint. */
    endpointid?: number | null;
    /** Device. */
    endpointdn?: string | null;
    /** Queue; 0 or null: all. */
    queueid?: number | null;
    /** Call that caused it. */
    callid?: string | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** G_AGENT_STATE_RC: A reason, when it ends. */
export interface GAgentStateRc {
    /** Index of the event in the batch. */
    at: number;
    /** Login session. */
    sessionid?: string | null;
    /** Endpoint. */
    endpointid?: number | null;
    /** Queue. */
    queueid?: number | null;
    /** State it belongs to. */
    agentstate?: number | null;
    /** Work mode. */
    workmode?: number | null;
    /** 0 software 1 hardware. */
    hwflag?: number | null;
    /** `ReasonCode` for hardware. */
    keyname: string;
    /** Reason. */
    value?: string | null;
    /** When it began. */
    created?: number | null;
    /** When it ended. */
    terminated?: number | null;
    ext?: Ext | null;
}

/** G_AGENT_STATE_RC_A: The reasons that are active now. */
export interface GAgentStateRcA {
    /** Index of the event in the batch. */
    at: number;
    /** The row is to be deleted; only its key counts then. */
    gone: boolean;
    /** Login session. */
    sessionid: string;
    /** Endpoint. */
    endpointid: number;
    /** Queue; 0 all. */
    queueid: number;
    /** State it belongs to. */
    agentstate?: number | null;
    /** Work mode. */
    workmode?: number | null;
    /** 0 software 1 hardware. */
    hwflag?: number | null;
    /** `ReasonCode` for hardware. */
    keyname: string;
    /** Reason. */
    value?: string | null;
    /** When it began. */
    created?: number | null;
    /** Null. */
    terminated?: number | null;
    ext?: Ext | null;
}

/** G_DND_HISTORY: Do-not-disturb. */
export interface GDndHistory {
    /** Index of the event in the batch. */
    at: number;
    /** Endpoint. */
    endpointid?: number | null;
    /** Device. */
    endpointdn?: string | null;
    /** Person. */
    agentid?: number | null;
    /** 1 on 0 off. */
    state?: number | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** GS_AGENT_STAT: Time in each state per login session. */
export interface GsAgentStat {
    /** Index of the event in the batch. */
    at: number;
    /** Login session. */
    sessionid: string;
    /** Endpoint. */
    endpointid: number;
    /** Queue; 0 all. */
    queueid: number;
    /** State. */
    state: number;
    /** Seconds in it. */
    ttState?: number | null;
    /** Times it was entered. */
    cntState?: number | null;
    ext?: Ext | null;
}

/** GS_AGENT_STAT_WM: Time in each work mode per login session. */
export interface GsAgentStatWm {
    /** Index of the event in the batch. */
    at: number;
    /** Login session. */
    sessionid: string;
    /** Endpoint. */
    endpointid: number;
    /** Queue; 0 all. */
    queueid: number;
    /** Work mode. */
    workmode: number;
    /** Seconds in it. */
    ttState?: number | null;
    /** Times it was entered. */
    cntState?: number | null;
    ext?: Ext | null;
}

/** GO_CAMPAIGN: Campaign groups. */
export interface GoCampaign {
    /** Index of the event in the batch. */
    at: number;
    /** New at each load. */
    sessid: string;
    /** Campaign. */
    campaignid?: number | null;
    /** Group. */
    groupid?: number | null;
    /** Null terminated 1 loaded 2 started 3 unloading. */
    state?: number | null;
    /** Outbound server. */
    ocsid?: number | null;
    /** Dial mode. */
    dialmode?: number | null;
    /** When it was loaded. */
    created?: number | null;
    /** When it was unloaded. */
    terminated?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GO_CAMPAIGNHISTORY: Every change of a campaign group. */
export interface GoCampaignhistory {
    /** Index of the event in the batch. */
    at: number;
    /** Campaign session. */
    sessid: string;
    /** State. */
    state?: number | null;
    /** State before. */
    prevstate?: number | null;
    /** Cause. */
    cause?: number | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** GO_CAMPPROP_HIST: Every change of a campaign group's properties. */
export interface GoCamppropHist {
    /** Index of the event in the batch. */
    at: number;
    /** Campaign session. */
    sessid: string;
    /** Number of the change. */
    seq?: number | null;
    /** Dial mode. */
    dialmode?: number | null;
    /** Dial mode before. */
    prevdialmode?: number | null;
    /** When the dial mode before began. */
    prevdmenter?: number | null;
    /** Optimisation parameter. */
    optimmode?: number | null;
    /** Its value. */
    optimvalue?: number | null;
    /** Parameter before. */
    prevoptimmode?: number | null;
    /** Its value before. */
    prevoptimvalue?: number | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** GO_CHAIN: Chains of records. */
export interface GoChain {
    /** Index of the event in the batch. */
    at: number;
    /** Chain. */
    chainguid: string;
    /** Parent chain. */
    parentguid?: string | null;
    /** Campaign session. */
    sessid?: string | null;
    /** Campaign. */
    campaignid?: number | null;
    /** Group. */
    groupid?: number | null;
    /** Calling list. */
    callinglistid?: number | null;
    /** 0 null 1 scheduled 2 processing 3 processed. */
    state?: number | null;
    /** Call result. */
    callresult?: number | null;
    /** When it was loaded. */
    created?: number | null;
    /** When it was finished. */
    terminated?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GO_CHAINREC_HIST: Every change of a record of a chain. */
export interface GoChainrecHist {
    /** Index of the event in the batch. */
    at: number;
    /** Chain. */
    chainguid: string;
    /** Record. */
    recordhandle?: number | null;
    /** Number of the change. */
    seq?: number | null;
    /** 0 null 1 scheduled 2 processing 3 processed. */
    state?: number | null;
    /** State before. */
    prevstate?: number | null;
    /** When the state before began. */
    prevsenter?: number | null;
    /** Call attempt. */
    callattid?: string | null;
    /** Call result. */
    callresult?: number | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** GO_RECORD: Records of a chain. */
export interface GoRecord {
    /** Index of the event in the batch. */
    at: number;
    /** Chain. */
    chainguid: string;
    /** Record. */
    recordhandle: number;
    /** Id in the calling list. */
    recordid?: number | null;
    /** Number. */
    phone?: string | null;
    /** Kind of number. */
    phonetype?: number | null;
    /** Kind of record. */
    recordtype?: number | null;
    /** Status. */
    recordstatus?: number | null;
    /** Attempts. */
    attempts?: number | null;
    /** Call result. */
    callresult?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GO_CUSTOM_FIELDS: Fields of a record. */
export interface GoCustomFields {
    /** Index of the event in the batch. */
    at: number;
    /** Chain. */
    chainguid: string;
    /** Record. */
    recordhandle: number;
    /** Field. */
    fieldid: number;
    /** Value. */
    value?: string | null;
    /** Number of the last change. */
    lastchainupdseq?: number | null;
    /** Last change. */
    lastchanged?: number | null;
    /** When it was loaded. */
    loaded?: number | null;
    ext?: Ext | null;
}

/** GO_SECURE_FIELDS: Fields of a record that were declared secure. */
export interface GoSecureFields {
    /** Index of the event in the batch. */
    at: number;
    /** Chain. */
    chainguid: string;
    /** Record. */
    recordhandle: number;
    /** Field. */
    fieldid: number;
    /** Value. */
    value?: string | null;
    /** Number of the last change. */
    lastchainupdseq?: number | null;
    /** Last change. */
    lastchanged?: number | null;
    /** When it was loaded. */
    loaded?: number | null;
    ext?: Ext | null;
}

/** GO_FIELDHIST: Every change of a field. */
export interface GoFieldhist {
    /** Index of the event in the batch. */
    at: number;
    /** Chain. */
    chainguid: string;
    /** Record. */
    recordhandle?: number | null;
    /** Field. */
    fieldid?: number | null;
    /** Value before. */
    oldvalue?: string | null;
    /** Value after. */
    newvalue?: string | null;
    /** When the value before began. */
    preventer?: number | null;
    /** Number of the change. */
    seq?: number | null;
    /** Number of the change within the chain. */
    chainhistseq?: number | null;
    /** Call attempt. */
    callattid?: string | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** GO_SEC_FIELDHIST: Every change of a secure field. */
export interface GoSecFieldhist {
    /** Index of the event in the batch. */
    at: number;
    /** Chain. */
    chainguid: string;
    /** Record. */
    recordhandle?: number | null;
    /** Field. */
    fieldid?: number | null;
    /** Value before. */
    oldvalue?: string | null;
    /** Value after. */
    newvalue?: string | null;
    /** When the value before began. */
    preventer?: number | null;
    /** Number of the change. */
    seq?: number | null;
    /** Number of the change within the chain. */
    chainhistseq?: number | null;
    /** Call attempt. */
    callattid?: string | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** GO_METRICS: Pre-calculated metrics. */
export interface GoMetrics {
    /** Index of the event in the batch. */
    at: number;
    /** Campaign session. */
    sessid?: string | null;
    /** Chain. */
    chainguid?: string | null;
    /** Call attempt. */
    callattid?: string | null;
    /** Metric. */
    metrictype?: number | null;
    /** Its value. */
    value?: number | null;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** GOX_CHAIN_CALL: Calls of a chain. */
export interface GoxChainCall {
    /** Index of the event in the batch. */
    at: number;
    /** Call, as the outbound server reports it. */
    callid?: string | null;
    /** Chain. */
    chainguid: string;
    /** Call attempt. */
    callattid: string;
    /** When. */
    added?: number | null;
    ext?: Ext | null;
}

/** GC_AGENT: Persons. */
export interface GcAgent {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** User name. */
    username?: string | null;
    /** First name. */
    firstname?: string | null;
    /** Last name. */
    lastname?: string | null;
    /** Employee id. */
    employeeid?: string | null;
    /** E-mail. */
    email?: string | null;
    /** 1 not an agent 2 agent. */
    type?: number | null;
    /** Default place. */
    placeid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_LOGIN: Agent logins. */
export interface GcLogin {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Code. */
    logincode?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Switch. */
    switchid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_GROUP: Groups of agents, places, DNs. */
export interface GcGroup {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** 1 agent 2 place 3 DN 4 access. */
    type?: number | null;
    /** 1 single ports 2 queues 3 routing points 4 network ports 5 service numbers. */
    dngrouptype?: number | null;
    /** Script. */
    script?: string | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_TENANT: Tenants. */
export interface GcTenant {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Folder. */
    folderid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_ENDPOINT: DNs. */
export interface GcEndpoint {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Number or name. */
    dn?: string | null;
    /** 1 DN 2 position 3 queue 4 routing point 5 trunk 6 voice channel 12 route queue. */
    type?: number | null;
    /** Switch. */
    switchid?: number | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Name. */
    name?: string | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_PLACE: Places. */
export interface GcPlace {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_SKILL: Skills. */
export interface GcSkill {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_SWITCH: Switches. */
export interface GcSwitch {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Type. */
    type?: number | null;
    /** Tenant. */
    tenantid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_APPLICATION: Applications. */
export interface GcApplication {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Type. */
    type?: number | null;
    /** Version. */
    version?: string | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_FOLDER: Folders. */
export interface GcFolder {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Parent folder. */
    parentid?: number | null;
    /** Type. */
    type?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_CAMPAIGN: Campaigns. */
export interface GcCampaign {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_CALLING_LIST: Calling lists. */
export interface GcCallingList {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_FILTER: Filters. */
export interface GcFilter {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_FORMAT: Formats. */
export interface GcFormat {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_FIELD: Fields. */
export interface GcField {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** Type. */
    type?: number | null;
    /** Format. */
    formatid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_TREATMENT: Treatments. */
export interface GcTreatment {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** Call result it treats. */
    code?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_TABLE_ACCESS: Table accesses. */
export interface GcTableAccess {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** Type. */
    type?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_SCRIPT: Scripts. */
export interface GcScript {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** Type. */
    type?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_ACTION_CODE: Action codes. */
export interface GcActionCode {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** Type. */
    type?: number | null;
    /** Code. */
    code?: string | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_BUS_ATTRIBUTE: Business attributes. */
export interface GcBusAttribute {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** Type. */
    type?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_ATTR_VALUE: Values of business attributes. */
export interface GcAttrValue {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** Attribute. */
    attributeid?: number | null;
    /** Name shown. */
    displayname?: string | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_IVR: Voice response units. */
export interface GcIvr {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** Type. */
    type?: number | null;
    /** Version. */
    version?: string | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_IVRPORT: Ports of voice response units. */
export interface GcIvrport {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** Voice response unit. */
    ivrid?: number | null;
    /** Endpoint. */
    endpointid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_TIME_ZONE: Time zones. */
export interface GcTimeZone {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** Minutes east of UTC. */
    utcoffset?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_VOICE_PROMPT: Voice prompts. */
export interface GcVoicePrompt {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** Switch. */
    switchid?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_OBJ_TABLE: Objective tables. */
export interface GcObjTable {
    /** Index of the event in the batch. */
    at: number;
    /** DBID of the object. */
    id: number;
    /** Name. */
    name?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Folder. */
    folderid?: number | null;
    /** Type. */
    type?: number | null;
    /** 0 unknown 1 enabled 2 disabled. */
    state?: number | null;
    /** 0 unknown 1 active 2 deleted 10 synchronising. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GC_ANNEX: Annexes of configuration objects. */
export interface GcAnnex {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    cfgobjectid: number;
    /** Its type. */
    cfgobjecttype: number;
    /** Hash of section and key. */
    sectionkeyhash: string;
    /** Section. */
    sectionname?: string | null;
    /** Key. */
    keyname?: string | null;
    /** Tenant. */
    tenantid?: number | null;
    /** Value. */
    value?: string | null;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it was made. */
    created?: number | null;
    /** When it was deleted. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_AGENT_PLACE: Persons at places. */
export interface GcxAgentPlace {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    placeid: number;
    /** Object. */
    agentid: number;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_LOGIN_INFO: Logins of persons. */
export interface GcxLoginInfo {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    loginid: number;
    /** Object. */
    agentid: number;
    /** Seconds of wrap-up. */
    wrapuptime?: number | null;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_GROUP_AGENT: Members of agent groups. */
export interface GcxGroupAgent {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    groupid: number;
    /** Object. */
    agentid: number;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_GROUP_PLACE: Members of place groups. */
export interface GcxGroupPlace {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    groupid: number;
    /** Object. */
    placeid: number;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_GROUP_ENDPOINT: Members of DN groups. */
export interface GcxGroupEndpoint {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    groupid: number;
    /** Object. */
    endpointid: number;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_GROUP_ROUTEDN: DNs from which calls are routed to a group. */
export interface GcxGroupRoutedn {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    groupid: number;
    /** Object. */
    endpointid: number;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_SKILL_LEVEL: Skills of persons. */
export interface GcxSkillLevel {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    skillid: number;
    /** Object. */
    agentid: number;
    /** Level. */
    slevel?: number | null;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_ENDPOINT_PLACE: DNs at places. */
export interface GcxEndpointPlace {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    endpointid: number;
    /** Object. */
    placeid: number;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_CAMPGROUP_INFO: Groups of campaigns. */
export interface GcxCampgroupInfo {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    campaignid: number;
    /** Object. */
    groupid: number;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_CAMPLIST_INFO: Calling lists of campaigns. */
export interface GcxCamplistInfo {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    campaignid: number;
    /** Object. */
    listid: number;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_LIST_TREATMENT: Treatments of calling lists. */
export interface GcxListTreatment {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    listid: number;
    /** Object. */
    treatmentid: number;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_FORMAT_FIELD: Fields of formats. */
export interface GcxFormatField {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    formatid: number;
    /** Object. */
    fieldid: number;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_SUBCODE: Subcodes of action codes. */
export interface GcxSubcode {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    codeid: number;
    /** Name. */
    name: string;
    /** Code. */
    code?: string | null;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** GCX_OBJTABLE_RECORD: Records of objective tables. */
export interface GcxObjtableRecord {
    /** Index of the event in the batch. */
    at: number;
    /** Object. */
    objtableid: number;
    /** Object. */
    recordid: number;
    /** Value. */
    value?: string | null;
    /** When it began, ms since 1970 UTC: tells two memberships of the same two apart. */
    since: number;
    /** 1 active 2 deleted. */
    status?: number | null;
    /** When it began. */
    created?: number | null;
    /** When it ended; the row stays. */
    deleted?: number | null;
    /** Last change. */
    lastchange?: number | null;
    ext?: Ext | null;
}

/** The rows of one table. */
export type TableRows =
    | { tag: "g-ir"; val: GIr[] }
    | { tag: "g-ir-history"; val: GIrHistory[] }
    | { tag: "g-ir-active"; val: GIrActive[] }
    | { tag: "g-call"; val: GCall[] }
    | { tag: "g-call-history"; val: GCallHistory[] }
    | { tag: "g-call-stat"; val: GCallStat[] }
    | { tag: "g-call-active"; val: GCallActive[] }
    | { tag: "g-party"; val: GParty[] }
    | { tag: "g-party-history"; val: GPartyHistory[] }
    | { tag: "g-party-stat"; val: GPartyStat[] }
    | { tag: "g-is-link"; val: GIsLink[] }
    | { tag: "g-is-link-history"; val: GIsLinkHistory[] }
    | { tag: "g-route-result"; val: GRouteResult[] }
    | { tag: "g-virtual-queue"; val: GVirtualQueue[] }
    | { tag: "g-route-res-vq-hist"; val: GRouteResVqHist[] }
    | { tag: "gsys-dnpremotelocation"; val: GsysDnpremotelocation[] }
    | { tag: "g-userdata-history"; val: GUserdataHistory[] }
    | { tag: "g-secure-userdata-history"; val: GSecureUserdataHistory[] }
    | { tag: "g-call-userdata"; val: GCallUserdata[] }
    | { tag: "g-call-userdata-cust"; val: GCallUserdataCust[] }
    | { tag: "g-call-userdata-cust1"; val: GCallUserdataCust1[] }
    | { tag: "g-call-userdata-cust2"; val: GCallUserdataCust2[] }
    | { tag: "g-custom-data-s"; val: GCustomDataS[] }
    | { tag: "g-custom-data-p"; val: GCustomDataP[] }
    | { tag: "g-custom-states"; val: GCustomStates[] }
    | { tag: "gm-f-userdata"; val: GmFUserdata[] }
    | { tag: "gm-l-userdata"; val: GmLUserdata[] }
    | { tag: "g-login-session"; val: GLoginSession[] }
    | { tag: "gx-session-endpoint"; val: GxSessionEndpoint[] }
    | { tag: "g-agent-state-history"; val: GAgentStateHistory[] }
    | { tag: "g-agent-state-rc"; val: GAgentStateRc[] }
    | { tag: "g-agent-state-rc-a"; val: GAgentStateRcA[] }
    | { tag: "g-dnd-history"; val: GDndHistory[] }
    | { tag: "gs-agent-stat"; val: GsAgentStat[] }
    | { tag: "gs-agent-stat-wm"; val: GsAgentStatWm[] }
    | { tag: "go-campaign"; val: GoCampaign[] }
    | { tag: "go-campaignhistory"; val: GoCampaignhistory[] }
    | { tag: "go-campprop-hist"; val: GoCamppropHist[] }
    | { tag: "go-chain"; val: GoChain[] }
    | { tag: "go-chainrec-hist"; val: GoChainrecHist[] }
    | { tag: "go-record"; val: GoRecord[] }
    | { tag: "go-custom-fields"; val: GoCustomFields[] }
    | { tag: "go-secure-fields"; val: GoSecureFields[] }
    | { tag: "go-fieldhist"; val: GoFieldhist[] }
    | { tag: "go-sec-fieldhist"; val: GoSecFieldhist[] }
    | { tag: "go-metrics"; val: GoMetrics[] }
    | { tag: "gox-chain-call"; val: GoxChainCall[] }
    | { tag: "gc-agent"; val: GcAgent[] }
    | { tag: "gc-login"; val: GcLogin[] }
    | { tag: "gc-group"; val: GcGroup[] }
    | { tag: "gc-tenant"; val: GcTenant[] }
    | { tag: "gc-endpoint"; val: GcEndpoint[] }
    | { tag: "gc-place"; val: GcPlace[] }
    | { tag: "gc-skill"; val: GcSkill[] }
    | { tag: "gc-switch"; val: GcSwitch[] }
    | { tag: "gc-application"; val: GcApplication[] }
    | { tag: "gc-folder"; val: GcFolder[] }
    | { tag: "gc-campaign"; val: GcCampaign[] }
    | { tag: "gc-calling-list"; val: GcCallingList[] }
    | { tag: "gc-filter"; val: GcFilter[] }
    | { tag: "gc-format"; val: GcFormat[] }
    | { tag: "gc-field"; val: GcField[] }
    | { tag: "gc-treatment"; val: GcTreatment[] }
    | { tag: "gc-table-access"; val: GcTableAccess[] }
    | { tag: "gc-script"; val: GcScript[] }
    | { tag: "gc-action-code"; val: GcActionCode[] }
    | { tag: "gc-bus-attribute"; val: GcBusAttribute[] }
    | { tag: "gc-attr-value"; val: GcAttrValue[] }
    | { tag: "gc-ivr"; val: GcIvr[] }
    | { tag: "gc-ivrport"; val: GcIvrport[] }
    | { tag: "gc-time-zone"; val: GcTimeZone[] }
    | { tag: "gc-voice-prompt"; val: GcVoicePrompt[] }
    | { tag: "gc-obj-table"; val: GcObjTable[] }
    | { tag: "gc-annex"; val: GcAnnex[] }
    | { tag: "gcx-agent-place"; val: GcxAgentPlace[] }
    | { tag: "gcx-login-info"; val: GcxLoginInfo[] }
    | { tag: "gcx-group-agent"; val: GcxGroupAgent[] }
    | { tag: "gcx-group-place"; val: GcxGroupPlace[] }
    | { tag: "gcx-group-endpoint"; val: GcxGroupEndpoint[] }
    | { tag: "gcx-group-routedn"; val: GcxGroupRoutedn[] }
    | { tag: "gcx-skill-level"; val: GcxSkillLevel[] }
    | { tag: "gcx-endpoint-place"; val: GcxEndpointPlace[] }
    | { tag: "gcx-campgroup-info"; val: GcxCampgroupInfo[] }
    | { tag: "gcx-camplist-info"; val: GcxCamplistInfo[] }
    | { tag: "gcx-list-treatment"; val: GcxListTreatment[] }
    | { tag: "gcx-format-field"; val: GcxFormatField[] }
    | { tag: "gcx-subcode"; val: GcxSubcode[] }
    | { tag: "gcx-objtable-record"; val: GcxObjtableRecord[] };
