//! The queries that others have written for such a database: they run unchanged on PostgreSQL and give the truth.

use crate::site::{Site, recordings};
use cluster::Cluster;
use std::sync::Arc;

fn filled() -> (Arc<Cluster>, String, Site) {
    let cluster = cluster::shared().unwrap();
    let database = cluster.new_database().unwrap();
    let site = Site { idb: cluster.socket_url(&database), ..Site::new() };
    site.write_config();
    site.replay(&recordings());
    (cluster, database, site)
}

#[test]
fn readers_find_what_they_rely_on() {
    let (cluster, database, _site) = filled();
    let ask = |text: &str| -> Vec<String> {
        cluster.sql(&database, text).unwrap().lines().map(str::to_owned).filter(|line| !line.is_empty()).collect()
    };
    // The state of each agent: the endpoint of the session joined to the newest state by max(id).
    let live = ask("select distinct a.username, h.state from gx_session_endpoint e \
         join (select loginsessionid, max(id) as id from g_agent_state_history where type = 5 group by loginsessionid) m \
           on m.loginsessionid = e.loginsessionid \
         join g_agent_state_history h on h.id = m.id join gc_agent a on a.id = e.agentid \
         join gc_endpoint p on p.id = e.endpointid order by 1");
    assert!(!live.is_empty(), "no agent was ever seen");
    let loose = ask(
        "select count(*) from g_party p where p.agentid <> 0 and not exists (select 1 from gc_agent a where a.id = p.agentid)",
    );
    assert_eq!(loose, ["0"], "every agent of a party is a person");
    let endpoints = ask(
        "select count(*) from gx_session_endpoint e where not exists (select 1 from gc_endpoint p where p.id = e.endpointid) \
         or (e.queueid <> 0 and not exists (select 1 from gc_endpoint q where q.id = e.queueid))",
    );
    assert_eq!(endpoints, ["0"]);
    // Counts per kind, cause and result.
    assert_ne!(ask("select count(*) from g_call where calltype = 2"), ["0"]);
    assert_ne!(ask("select count(*) from g_virtual_queue where cause = 1"), ["0"]);
    assert_ne!(ask("select count(*) from g_virtual_queue where cause = 2"), ["0"]);
    assert_ne!(ask("select count(*) from g_route_result where rtargetagentselected <> ''"), ["0"]);
    assert_ne!(ask("select count(*) from g_call_stat where f_conn = 1"), ["0"]);
    // Attached data, pivoted onto calls.
    let gold = ask("select distinct u.value from g_call c join g_userdata_history u on u.callid = c.callid \
         where u.keyname = 'CustomerSegment' order by 1");
    assert!(gold.contains(&"gold".to_owned()), "{gold:?}");
    let reasons = ask("select distinct value from g_agent_state_rc where keyname = 'ReasonCode' order by 1");
    for reason in ["Lunch", "Meeting", "Training"] {
        assert!(reasons.contains(&reason.to_owned()), "{reasons:?}");
    }
    // Every slot, code value and session resolves.
    for (table, column) in
        [("g_call", "created_tcode"), ("g_party", "terminated_tcode"), ("g_agent_state_history", "added_tcode")]
    {
        let text = format!(
            "select count(*) from {table} x where x.{column} is not null and not exists (select 1 from g_timecode t where t.id = x.{column})"
        );
        assert_eq!(ask(&text), ["0"], "{table}.{column}");
    }
    let domains = "select count(*) from g_call c where not exists (select 1 from g_dss_gcc_provider d where d.dss_id = c.gsys_domain)";
    assert_eq!(ask(domains), ["0"]);
    // Nothing stays alive after its end.
    let names =
        "select d.name from g_dictionary d join g_dict_type t on t.typeid = d.typeid where t.name = 'G_CALL.CALLTYPE'";
    assert!(ask(names).len() >= 5);
    assert_eq!(ask("select count(*) from g_call_active"), ask("select count(*) from g_call where state = 1"));
    assert_eq!(ask("select count(*) from g_ir_active"), ask("select count(*) from g_ir where state = 1"));
    let marks = "select count(*) from g_prov_control where seqcurrent >= (select max(gsys_useq) from g_call)";
    assert_ne!(ask(marks), ["0"], "G_PROV_CONTROL says how far extraction may go");
}
