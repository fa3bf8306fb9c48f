//! What a lane left alive and no event will end any more.

use super::*;

/// Micros of the source's last event, after that of all rows.
const HEARD: crate::event::Micros = rows::START + 3_600_000_000;

fn row_of(table: TableId, seq: Seq, values: &[(&str, Value)]) -> (TableId, Stamp, Row) {
    let of = |name: &str| values.iter().find(|(column, _)| *column == name).map(|(_, value)| value.clone());
    let columns = record::table(table).columns;
    let values = columns.iter().map(|column| of(column.name).unwrap_or(Value::Null)).collect();
    let stamp = Stamp { seq, ordinal: 0, dss_id: Some(1), time: rows::START };
    (table, stamp, Row { at: 0, gone: false, object_id: 0, values, ext: None })
}

/// An agent who is logged in at a device and in a queue, and not ready for a reason.
fn agent(seq: Seq) -> Vec<(TableId, Stamp, Row)> {
    let (time, number, text) = (|| Value::Time(rows::START), Value::Integer, |text: &str| Value::Text(text.to_owned()));
    let session = text("session-1");
    let login = [
        ("LOGINSESSIONID", session.clone()),
        ("AGENTID", number(7)),
        ("STATE", number(1)),
        ("PRIMARYDEVICEID", number(9)),
        ("CREATED", time()),
        ("LASTCHANGE", time()),
    ];
    let device = [
        ("LOGINSESSIONID", session.clone()),
        ("ENDPOINTID", number(9)),
        ("QUEUEID", number(3)),
        ("STATE", number(1)),
        ("CREATED", time()),
    ];
    let group = [
        ("GROUPID", number(4)),
        ("AGENTID", number(7)),
        ("SINCE", number(5)),
        ("STATUS", number(1)),
        ("CREATED", time()),
        ("LASTCHANGE", time()),
    ];
    let state = [
        ("LOGINSESSIONID", session.clone()),
        ("TYPE", number(5)),
        ("STATE", number(3)),
        ("SEQ", number(2)),
        ("ENDPOINTDN", text("1001")),
        ("ADDED", time()),
    ];
    let reason = [
        ("SESSIONID", session),
        ("ENDPOINTID", number(9)),
        ("QUEUEID", number(0)),
        ("KEYNAME", text("ReasonCode")),
        ("VALUE", text("lunch")),
        ("CREATED", time()),
    ];
    vec![
        row_of(TableId::G_LOGIN_SESSION, seq, &login),
        row_of(TableId::GX_SESSION_ENDPOINT, seq, &device),
        row_of(TableId::GCX_GROUP_AGENT, seq, &group),
        row_of(TableId::G_AGENT_STATE_HISTORY, seq, &state),
        row_of(TableId::G_AGENT_STATE_RC_A, seq, &reason),
    ]
}

/// A stay in a queue, an inter-site link and a state of the site's own, of a call that has no row.
fn beside_a_call(seq: Seq) -> Vec<(TableId, Stamp, Row)> {
    let (time, number, text) = (|| Value::Time(rows::START), Value::Integer, |text: &str| Value::Text(text.to_owned()));
    let visit = [
        ("VQID", text("stay")),
        ("ORIGCALLID", text("c")),
        ("ENDPOINTDN", text("8000")),
        ("STATE", number(1)),
        ("CREATED", time()),
    ];
    let link = [("LINKID", text("link")), ("CALLID", text("c")), ("STATE", number(1)), ("CREATED", time())];
    let own = [("CALLID", text("c")), ("PARTYID", text("p")), ("STATECODE", number(1)), ("STARTED", time())];
    vec![
        row_of(TableId::G_VIRTUAL_QUEUE, seq, &visit),
        row_of(TableId::G_IS_LINK, seq, &link),
        row_of(TableId::G_CUSTOM_STATES, seq, &own),
    ]
}

async fn number(idb: &Idb, text: &str) -> i64 {
    let found = idb.query(&Statement::new(format!("SELECT CAST(({text}) AS TEXT)"), Vec::new())).await.unwrap();
    found[0][0].as_deref().unwrap_or("-1").parse().unwrap()
}

async fn expect(idb: &Idb, text: &str, expected: i64) {
    assert_eq!(number(idb, text).await, expected, "{text}");
}

/// Ends what was born before `until`, in a batch of one position without rows.
async fn end(idb: &Idb, born: std::ops::Range<Seq>) -> Seq {
    let first = idb.position(1).await.unwrap() + 1;
    let leftovers = Some(Leftovers { born, heard: HEARD });
    let last_time = rows::START;
    write(idb, Batch { first, last: first, last_time, leftovers, ..batch(Vec::new()) }).await;
    first
}

/// Calls of which the later half is alive, an agent, and what stands beside calls.
async fn interrupted(idb: &Idb) -> Seq {
    let mut all = rows::rows(0, 20);
    let cut = all.iter().map(|(_, stamp, _)| stamp.seq).max().unwrap() - 9;
    all.retain(|(_, stamp, _)| stamp.seq <= cut);
    all.extend(agent(cut + 1));
    all.extend(beside_a_call(cut + 1));
    write(idb, batch(all)).await;
    cut + 1
}

/// Tables that have more to say of the same keys after each batch.
const OF_THE_BATCH: [&str; 3] = ["G_SYNC_CONTROL", "G_PROV_CONTROL", "GSYS_LANE"];

async fn rows_of_plugins(idb: &Idb) -> BTreeMap<String, Vec<Vec<Option<String>>>> {
    let mut all = dump(idb).await;
    all.retain(|table, _| !OF_THE_BATCH.contains(&table.as_str()));
    all
}

#[tokio::test]
async fn what_was_left_alive_ends_once() {
    let mut dumps = Vec::new();
    for place in both() {
        let idb = opened(&place).await;
        let last = interrupted(&idb).await;
        let calls = number(&idb, "SELECT COUNT(*) FROM G_CALL WHERE TERMINATED IS NULL").await;
        let parties = number(&idb, "SELECT COUNT(*) FROM G_PARTY WHERE TERMINATED IS NULL").await;
        assert!(calls == 9 && parties >= calls, "{calls} calls with {parties} parties are alive");
        let first = end(&idb, 1..last + 1).await;
        for table in ["G_CALL_ACTIVE", "G_IR_ACTIVE", "G_AGENT_STATE_RC_A"] {
            expect(&idb, &format!("SELECT COUNT(*) FROM {table}"), 0).await;
        }
        for (table, ended) in [
            ("G_IR", calls),
            ("G_CALL", calls),
            ("G_PARTY", parties),
            ("G_VIRTUAL_QUEUE", 1),
            ("G_IS_LINK", 1),
            ("G_LOGIN_SESSION", 1),
            ("GX_SESSION_ENDPOINT", 1),
        ] {
            expect(&idb, &format!("SELECT COUNT(*) FROM {table} WHERE TERMINATED IS NULL"), 0).await;
            let of_batch = format!("GSYS_EXT_INT2 = 1 AND GSYS_USEQ = {}", first << 12);
            let at = format!("TERMINATED_TS = {} AND {of_batch}", HEARD / 1_000_000);
            expect(&idb, &format!("SELECT COUNT(*) FROM {table} WHERE {at}"), ended).await;
        }
        expect(&idb, "SELECT COUNT(*) FROM G_CUSTOM_STATES WHERE ENDED IS NOT NULL AND GSYS_EXT_INT2 = 1", 1).await;
        expect(&idb, "SELECT COUNT(*) FROM GCX_GROUP_AGENT WHERE DELETED IS NOT NULL AND STATUS = 2", 1).await;
        expect(&idb, "SELECT COUNT(*) FROM G_CALL_HISTORY WHERE CHANGETYPE = 4 AND GSYS_EXT_INT2 = 1", calls).await;
        expect(&idb, "SELECT COUNT(*) FROM G_PARTY_HISTORY WHERE CHANGETYPE = 2 AND GSYS_EXT_INT2 = 1", parties).await;
        let doubled = "SELECT CAST(COUNT(*) AS TEXT) FROM (SELECT CALLID, CSEQ FROM G_PARTY_HISTORY WHERE GSYS_EXT_INT2 = 1 \
             UNION ALL SELECT CALLID, CSEQ FROM G_CALL_HISTORY WHERE GSYS_EXT_INT2 = 1) X GROUP BY CALLID, CSEQ HAVING COUNT(*) > 1";
        assert!(
            idb.query(&Statement::new(doubled, Vec::new())).await.unwrap().is_empty(),
            "a number of a change twice"
        );
        expect(&idb, "SELECT STATE FROM G_AGENT_STATE_HISTORY WHERE SEQ = 3 AND PREVSTATE = 3", 6).await;
        expect(&idb, "SELECT COUNT(*) FROM G_AGENT_STATE_RC WHERE VALUE = 'lunch' AND GSYS_EXT_INT2 = 1", 1).await;
        let before = rows_of_plugins(&idb).await;
        end(&idb, 1..last + 1).await;
        assert_eq!(before, rows_of_plugins(&idb).await, "a second time changed something");
        dumps.push(before);
    }
    assert_eq!(dumps[0], dumps[1], "the databases differ");
}

#[tokio::test]
async fn what_the_state_knows_is_left_alone() {
    for place in both() {
        let idb = opened(&place).await;
        let last = interrupted(&idb).await;
        let before = rows_of_plugins(&idb).await;
        end(&idb, last + 1..last + 9).await;
        assert_eq!(before, rows_of_plugins(&idb).await, "born outside of what was not seen");
        // Ended, heard of again, and then the state is lost once more: the events since are replayed.
        end(&idb, 1..last + 1).await;
        let seq = idb.position(1).await.unwrap() + 1;
        let again: Vec<_> = rows::rows(0, 1).into_iter().filter(|(_, stamp, _)| stamp.seq == 1).collect();
        let again = again.into_iter().map(|(table, stamp, row)| (table, Stamp { seq, ..stamp }, row)).collect();
        write(&idb, batch(again)).await;
        end(&idb, 1..last + 1).await;
        for table in ["G_CALL", "G_PARTY", "G_IR"] {
            expect(&idb, &format!("SELECT COUNT(*) FROM {table} WHERE TERMINATED IS NULL"), 1).await;
        }
    }
}

/// A lane never ends what another one left.
#[tokio::test]
async fn each_lane_ends_its_own() {
    for place in both() {
        let idb = opened(&place).await;
        let last = interrupted(&idb).await;
        let queue_id = Uuid::from_u128(2);
        assert_eq!(idb.lane("other", queue_id, 101).await.unwrap().number, 2);
        let before = rows_of_plugins(&idb).await;
        let leftovers = Some(Leftovers { born: 1..last + 1, heard: HEARD });
        write(&idb, Batch { lane: 2, queue_id, leftovers, last_time: rows::START, ..batch(Vec::new()) }).await;
        assert_eq!(before, rows_of_plugins(&idb).await);
    }
}
