//! Rows whose keys are those of rows that another lane made.

use super::*;
use crate::record::custom::{self, Custom, CustomColumn};

const SECOND: Uuid = Uuid::from_u128(0x5bd1_0000_0000_4000_8000_0000_0000_0002);
const WORDS: &str = "the row with this CALLID is of lane `pbx`, and no other lane changes it";

/// The database with two lanes, `pbx` and `pbx2`; the first has written 30 calls.
async fn two_lanes(place: &Place) -> Idb {
    let idb = opened(place).await;
    assert_eq!(idb.lane("pbx2", SECOND, 101).await.unwrap().number, 2);
    write(&idb, batch(rows::rows(0, 30))).await;
    idb
}

fn of_second(rows: Vec<(TableId, Stamp, Row)>) -> Batch {
    Batch { lane: 2, queue_id: SECOND, source_dbid: 2, ..batch(rows) }
}

/// A row of the event at `seq` with these values, and nulls.
fn row(table: TableId, seq: Seq, gone: bool, values: &[(&str, &str)]) -> (TableId, Stamp, Row) {
    let value = |column: &record::Column| {
        let given = values.iter().find(|(name, _)| *name == column.name).map(|(_, value)| *value);
        match (column.ty, given) {
            (record::ColumnType::Text(_), Some(value)) => Value::Text(value.to_owned()),
            (_, Some(value)) => Value::Integer(value.parse().unwrap()),
            (_, None) if column.required => Value::Integer(1),
            (_, None) => Value::Null,
        }
    };
    let values = record::table(table).columns.iter().map(value).collect();
    let stamp = Stamp { seq, ordinal: 0, dss_id: Some(1), time: rows::START };
    (table, stamp, Row { at: 0, gone, object_id: 0, values, ext: None })
}

fn call(seq: Seq, key: &str) -> (TableId, Stamp, Row) {
    row(TableId::G_CALL, seq, false, &[("CALLID", key), ("CALLANI", "forged")])
}

fn alive(seq: Seq, key: &str, gone: bool) -> (TableId, Stamp, Row) {
    row(TableId::G_CALL_ACTIVE, seq, gone, &[("CALLID", key)])
}

/// The keys of the calls that stand there.
async fn calls(idb: &Idb) -> Vec<String> {
    let text = "SELECT CALLID FROM G_CALL ORDER BY ID";
    let found = idb.query(&Statement::new(text, Vec::new())).await.unwrap();
    found.into_iter().flatten().flatten().collect()
}

fn refusals(written: &Written) -> Vec<(usize, &str)> {
    written.refused.iter().map(|row| (row.index, row.reason.as_str())).collect()
}

#[tokio::test]
async fn a_row_of_another_lane_is_not_touched() {
    for place in both() {
        let idb = two_lanes(&place).await;
        let (theirs, position) = (calls(&idb).await, idb.position(1).await.unwrap());
        write(&idb, batch(vec![alive(position + 1, &theirs[0], false)])).await;
        let before = dump(&idb).await;
        let forged = vec![
            call(1, "own"),
            call(1, &theirs[0]),
            alive(2, "own", false),
            alive(2, &theirs[0], true),
            alive(3, &theirs[0], false),
            call(4, &theirs[0]),
            alive(5, "own", true),
            alive(5, "never there", true),
            call(6, &theirs[29]),
        ];
        let written = write(&idb, of_second(forged)).await;
        assert_eq!(refusals(&written), [1, 3, 4, 5, 8].map(|index| (index, WORDS)), "{}", place.url());
        assert_eq!((written.retries, idb.position(2).await.unwrap()), (0, 6));
        let after = dump(&idb).await;
        assert_eq!(after["G_CALL_ACTIVE"], before["G_CALL_ACTIVE"]);
        assert_eq!((after["G_CALL"].len(), &after["G_CALL"][..30]), (31, &before["G_CALL"][..]));
        // The lane's own row is changed as ever, and goes.
        let own = vec![call(7, "own"), alive(7, "own", false)];
        assert_eq!(refusals(&write(&idb, of_second(own)).await), []);
        assert_eq!(refusals(&write(&idb, of_second(vec![alive(8, "own", true)])).await), []);
        assert_eq!(dump(&idb).await["G_CALL_ACTIVE"], before["G_CALL_ACTIVE"]);
    }
}

#[tokio::test]
async fn a_thousand_rows_of_another_lane_are_found_at_once() {
    for place in both() {
        let idb = two_lanes(&place).await;
        let theirs = (1..=1000).map(|seq| call(10_000 + seq, &format!("call {seq}")));
        write(&idb, batch(theirs.collect())).await;
        let before = dump(&idb).await;
        let mut forged: Vec<_> = (1..=3000).map(|seq| call(seq, &format!("call {}", seq % 1500))).collect();
        // One of the lane's own is refused by the database as well.
        match &place {
            Place::Server(..) => place.sql("ALTER TABLE G_CALL ADD CHECK (CALLANI <> 'bad')"),
            Place::Directory(_) => place.sql(
                "CREATE TRIGGER A BEFORE INSERT ON G_CALL WHEN NEW.CALLANI = 'bad' \
                 BEGIN SELECT RAISE(ABORT, 'violates check'); END;",
            ),
        }
        let bad = row(TableId::G_CALL, 3001, false, &[("CALLID", "bad"), ("CALLANI", "bad")]);
        forged.push(bad);
        let written = write(&idb, of_second(forged)).await;
        let (last, others) = written.refused.split_last().unwrap();
        assert!(last.reason.contains("violates check") && last.index == 3000, "{}", last.reason);
        assert!(others.len() == 2000 && others.iter().all(|row| row.reason == WORDS));
        assert_eq!(dump(&idb).await["G_CALL"][..1030], before["G_CALL"][..]);
        assert_eq!(calls(&idb).await.len(), 1030 + 500);
    }
}

#[tokio::test]
async fn what_lanes_share_is_changed_by_each() {
    let column = |name: &str, ty, key| CustomColumn { name: name.to_owned(), ty, key };
    let columns =
        vec![column("customer", record::ColumnType::Text(9), true), column("n", record::ColumnType::Big, false)];
    let (plugin, name) = ("lanes".to_owned(), "shared".to_owned());
    let own = custom::register(&Custom { plugin, name, text: String::new(), columns }).unwrap();
    for place in both() {
        let idb = two_lanes(&place).await;
        idb.make_custom(&[own]).await.unwrap();
        let at = idb.position(1).await.unwrap();
        let shared = |seq, n: &str| {
            vec![
                row(TableId::GSYS_DNPREMOTELOCATION, seq, false, &[("REMOTELOCATION", "far")]),
                row(TableId::GCX_GROUP_AGENT, seq, false, &[("GROUPID", "1"), ("AGENTID", "2"), ("SINCE", "3")]),
                row(own, seq, false, &[("CUSTOMER", "c"), ("N", n)]),
            ]
        };
        assert_eq!(refusals(&write(&idb, batch(shared(at + 1, "1"))).await), []);
        assert_eq!(refusals(&write(&idb, of_second(shared(1, "2"))).await), []);
        let found = idb.query(&Statement::new("SELECT CAST(N AS TEXT) FROM X_LANES_SHARED", Vec::new())).await.unwrap();
        assert_eq!(found, [[Some("2".to_owned())]]);
    }
}

/// A site's trigger that swallows rows is no other lane.
#[tokio::test]
async fn rows_that_a_trigger_swallows_are_none_of_another_lane() {
    for place in both() {
        let idb = two_lanes(&place).await;
        place.sql(match &place {
            Place::Server(..) => {
                "CREATE FUNCTION SWALLOW() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
                 CREATE TRIGGER A BEFORE INSERT ON G_CALL FOR EACH ROW WHEN (NEW.CALLID LIKE 'no%') \
                 EXECUTE FUNCTION SWALLOW()"
            }
            Place::Directory(_) => {
                "CREATE TRIGGER A BEFORE INSERT ON G_CALL WHEN NEW.CALLID LIKE 'no%' \
                 BEGIN SELECT RAISE(IGNORE); END;"
            }
        });
        let written = write(&idb, of_second(vec![call(1, "no"), call(1, "yes"), call(2, "none")])).await;
        assert_eq!((refusals(&written), written.retries), (Vec::new(), 0));
        assert_eq!(calls(&idb).await.len(), 31);
    }
}

#[tokio::test]
async fn a_lane_that_is_not_known_any_more_is_named_by_its_number() {
    for place in both() {
        let idb = two_lanes(&place).await;
        let theirs = calls(&idb).await;
        place.sql("DELETE FROM GSYS_LANE WHERE LANE = 1");
        let written = write(&idb, of_second(vec![call(1, &theirs[0])])).await;
        let words =
            "the row with this CALLID is of lane 1, which GSYS_LANE does not know, and no other lane changes it";
        assert_eq!(refusals(&written), [(0, words)]);
        // Who gets the number gets the rows.
        assert_eq!(idb.lane("other", QUEUE, 101).await.unwrap().number, 1);
        assert_eq!(refusals(&write(&idb, batch(vec![call(1, &theirs[0])])).await), []);
    }
}

/// Two lanes that make the same keys at the same moment, in both orders: each row is of one, the other is refused it,
/// and nobody waits for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lanes_that_make_the_same_keys_at_once_share_them_out() {
    for place in both() {
        let first = two_lanes(&place).await;
        let second = Idb::open(&config(place.url())).await.unwrap();
        let at = first.position(1).await.unwrap();
        for round in 0..6 {
            let key = |n: u64| format!("round {round} call {n}");
            let rows =
                |from: u64| (1..=50).flat_map(move |n| [call(from + n, &key(n)), alive(from + n, &key(51 - n), false)]);
            let (ours, theirs) = (batch(rows(at + round * 50).collect()), of_second(rows(round * 50).collect()));
            let (ours, theirs) = tokio::join!(write(&first, ours), write(&second, theirs));
            assert_eq!(ours.refused.len() + theirs.refused.len(), 100, "{} and {}", ours.retries, theirs.retries);
        }
        assert_eq!(calls(&first).await.len(), 30 + 6 * 50);
    }
}
