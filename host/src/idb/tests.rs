//! The IDB against real databases: SQLite in a directory, PostgreSQL in a private server.

mod custom;
mod faults;
mod lanes;
mod leftovers;
#[path = "../../benches/idb_write/rows.rs"]
mod rows;
mod schema;

use super::layout::{StoredType, layout};
use super::*;
use crate::event;
use crate::record::{self, EventMark, Role, Row, SessionRow, Stamp, TABLES, Value};
use cluster::{Cluster, Durability, Stop};
use std::collections::BTreeMap;
use uuid::Uuid;

const QUEUE: Uuid = Uuid::from_u128(0x5bd1_0000_0000_4000_8000_0000_0000_0001);

/// A database for one test; dropped, it is gone.
enum Place {
    Directory(tempfile::TempDir),
    Server(Arc<Cluster>, String),
}

impl Place {
    fn url(&self) -> String {
        match self {
            Self::Directory(directory) => format!("sqlite://{}/new/idb.sqlite", directory.path().display()),
            Self::Server(cluster, database) => cluster.socket_url(database),
        }
    }

    /// Runs SQL beside the program.
    fn sql(&self, text: &str) {
        match self {
            Self::Directory(directory) => {
                let path = directory.path().join("new/idb.sqlite");
                rusqlite::Connection::open(path).unwrap().execute_batch(text).unwrap();
            }
            Self::Server(cluster, database) => drop(cluster.sql(database, text).unwrap()),
        }
    }
}

fn both() -> Vec<Place> {
    let cluster = cluster::shared().unwrap();
    let database = cluster.new_database().unwrap();
    vec![Place::Directory(tempfile::tempdir().unwrap()), Place::Server(cluster, database)]
}

fn config(url: String) -> Config {
    Config { url, password_file: None }
}

async fn opened(place: &Place) -> Idb {
    let idb = Idb::open(&config(place.url())).await.unwrap();
    let state = idb.lane("pbx", QUEUE, 101).await.unwrap();
    assert_eq!((state.number, state.position, state.queue_id, state.open.len()), (1, 0, QUEUE, 0));
    idb
}

/// A batch of these rows, over the positions that they have.
pub(super) fn batch(rows: Vec<(TableId, Stamp, Row)>) -> Batch {
    Batch {
        lane: 1,
        queue_id: QUEUE,
        first: rows.first().map_or(1, |(_, stamp, _)| stamp.seq),
        last: rows.last().map_or(1, |(_, stamp, _)| stamp.seq),
        last_time: rows.last().map_or(0, |(_, stamp, _)| stamp.time),
        icon_dbid: 101,
        pair_dbid: 101,
        source_dbid: 1,
        roles: vec![Role::Gcc, Role::Gud, Role::Gls],
        rows,
        sessions: Vec::new(),
        session_count: 0,
        session: None,
        leftovers: None,
    }
}

async fn write(idb: &Idb, batch: Batch) -> Written {
    idb.write(Arc::new(batch), &CancellationToken::new(), &|_| Ok(())).await.unwrap()
}

/// Every row of every table that plugins write, and of the control tables, as text.
async fn dump(idb: &Idb) -> BTreeMap<String, Vec<Vec<Option<String>>>> {
    let mut all = BTreeMap::new();
    for table in TABLES {
        let column = |(name, ty): &(std::borrow::Cow<'static, str>, StoredType)| match (idb.backend(), ty) {
            (Backend::Postgres(_), StoredType::Timestamp) => format!("to_char({name}, 'YYYY-MM-DD HH24:MI:SS.MS')"),
            _ => format!("CAST({name} AS TEXT)"),
        };
        let columns: Vec<String> = layout(table.id).unwrap().columns.iter().map(column).collect();
        let text =
            format!("SELECT {} FROM {} ORDER BY {}.{}", columns.join(", "), table.name, table.name, table.row_id);
        all.insert(table.name.to_owned(), idb.query(&Statement::new(text, Vec::new())).await.unwrap());
    }
    for (table, columns) in [
        (
            "G_SYNC_CONTROL",
            "DOMAINID PRIMARYID PROVIDERTAG CLUSTERID PROVIDERID EVENTTIMESEC EVENTTIMEUSEC SESSIONID EVENTID",
        ),
        ("G_PROV_CONTROL", "DOMAINID PRIMARYID PROVIDERTAG CLUSTERID SEQCOUNTER SEQCURRENT"),
        ("GSYS_LANE", "LANE NAME QUEUEID POSITION SESSIONS SESSION"),
    ] {
        let columns: Vec<String> = columns.split(' ').map(|name| format!("CAST({name} AS TEXT)")).collect();
        let text = format!("SELECT {} FROM {table} ORDER BY 1, 2, 3", columns.join(", "));
        all.insert(table.to_owned(), idb.query(&Statement::new(text, Vec::new())).await.unwrap());
    }
    all
}

/// Writes the rows in batches of about `size` rows, cut between events.
async fn write_in_pieces(idb: &Idb, rows: &[(TableId, Stamp, Row)], size: usize) {
    let mut piece: Vec<(TableId, Stamp, Row)> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        piece.push(row.clone());
        let event_ends = rows.get(index + 1).is_none_or(|next| next.1.seq != row.1.seq);
        if event_ends && (piece.len() >= size || index + 1 == rows.len()) {
            let written = write(idb, batch(std::mem::take(&mut piece))).await;
            assert_eq!((written.refused.len(), written.repeated), (0, false));
        }
    }
}

#[tokio::test]
async fn a_batch_written_twice_changes_nothing() {
    for place in both() {
        let idb = opened(&place).await;
        let batch = batch(rows::rows(0, 60));
        let written = write(&idb, batch.clone()).await;
        assert_eq!((written.retries, written.repeated, &written.refused), (0, false, &Vec::new()));
        let calls = written.rows_by_table.iter().find(|(table, _)| *table == TableId::G_CALL).unwrap();
        assert_eq!(calls.1, 60);
        let before = dump(&idb).await;
        let again = write(&idb, batch.clone()).await;
        assert!(again.repeated && again.rows_by_table.is_empty() && again.refused.is_empty());
        assert_eq!(idb.position(1).await.unwrap(), batch.last);
        // And with a longer batch that begins before the position: only what is new.
        write(&idb, super::tests::batch(rows::rows(0, 80))).await;
        let idb_of_longer = dump(&idb).await;
        assert_eq!(idb_of_longer["G_CALL"].len(), 80);
        assert_eq!(before["G_CALL"], idb_of_longer["G_CALL"][..60]);
        assert_eq!(before["G_CALL_ACTIVE"].len(), 0);
    }
}

#[tokio::test]
async fn batches_of_any_size_give_the_same() {
    let rows = rows::rows(0, 50);
    let mut first = None;
    for size in [1, 37, 700, usize::MAX] {
        for place in both() {
            let idb = opened(&place).await;
            write_in_pieces(&idb, &rows, size).await;
            let dump = dump(&idb).await;
            let expected = first.get_or_insert_with(|| dump.clone());
            for (table, rows) in &dump {
                assert_eq!(rows, &expected[table], "{table} in batches of {size} to {}", place.url());
            }
        }
    }
}

#[tokio::test]
async fn every_slot_is_there() {
    for place in both() {
        let idb = opened(&place).await;
        write(&idb, batch(rows::rows(0, 5))).await;
        let text = "SELECT CAST(COUNT(*) AS TEXT) FROM G_PARTY_HISTORY P \
                    JOIN G_TIMECODE A ON P.ADDED_TCODE = A.ID JOIN G_TIMECODE B ON P.GSYS_TC = B.ID";
        let found = idb.query(&Statement::new(text, Vec::new())).await.unwrap();
        assert_eq!(found[0][0].as_deref(), Some("35"));
        idb.upkeep(rows::START).await.unwrap();
        idb.upkeep(rows::START).await.unwrap();
        let text = "SELECT CAST(ID AS TEXT), CAST(CAST(TC_YEAR AS bigint)*100000000 + TC_MONTH*1000000 + TC_DAY*10000 + TC_HOUR*100 \
                    + TC_MINUTE AS TEXT), CAST(TC_WEEKDAY AS TEXT) FROM G_TIMECODE ORDER BY ID";
        let found = idb.query(&Statement::new(text, Vec::new())).await.unwrap();
        assert!(found.len() >= 432 * 288, "{}", found.len());
        let texts = |row: &[Option<String>]| row.iter().map(|text| text.clone().unwrap()).collect::<Vec<_>>();
        let start = found.iter().find(|row| row[0].as_deref() == Some("1740988800")).unwrap();
        assert_eq!(texts(start), ["1740988800", "202503030800", "1"]);
        let sunday = found.iter().find(|row| row[0].as_deref() == Some("1741563900")).unwrap();
        assert_eq!(texts(sunday), ["1741563900", "202503092345", "7"]);
    }
}

#[tokio::test]
async fn another_queue_is_refused() {
    for place in both() {
        let idb = opened(&place).await;
        write(&idb, batch(rows::rows(0, 2))).await;
        let other = Uuid::from_u128(7);
        assert_eq!(idb.lane("pbx", other, 101).await.unwrap().queue_id, QUEUE);
        idb.adopt(1, other).await.unwrap();
        let late = Arc::new(batch(rows::rows(2, 1)));
        let error = idb.write(late.clone(), &CancellationToken::new(), &|_| Ok(())).await.unwrap_err();
        assert!(matches!(error, Error::Taken { .. }), "{error}");
        assert_eq!(error.disposition(), Disposition::Stop);
        let adopted = Batch { queue_id: other, ..(*late).clone() };
        assert_eq!(write(&idb, adopted).await.refused.len(), 0);
        assert_eq!(dump(&idb).await["G_CALL"].len(), 3);
    }
}

#[tokio::test]
async fn lanes_registering_at_once_get_numbers_of_their_own() {
    for place in both() {
        let idb = Idb::open(&config(place.url())).await.unwrap();
        let names: Vec<String> = (0..8).map(|number| format!("pbx{number}")).collect();
        let register = names.iter().map(|name| idb.lane(name, QUEUE, 101));
        let states = futures_util::future::join_all(register).await;
        let mut numbers: Vec<i32> = states.into_iter().map(|state| state.unwrap().number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
        place.sql("DELETE FROM GSYS_LANE WHERE LANE = 3");
        assert_eq!(idb.lane("new", QUEUE, 101).await.unwrap().number, 3);
    }
}

fn session(role: Role) -> SessionRow {
    let mark = EventMark { received: rows::START + 2000, time: rows::START + 1000, sequence: Some(77) };
    SessionRow {
        role,
        dss_id: 5,
        server_dbid: 11,
        primary_dbid: 12,
        switch_dbid: 13,
        source_type: 1,
        source: "pbx".to_owned(),
        daemon_started: rows::START,
        opened: rows::START,
        opened_source_time: rows::START - 1000,
        opening: 1,
        reached: Some(77),
        daemon_ended: None,
        closed: None,
        cause: None,
        first: Some(EventMark { sequence: None, ..mark }),
        last: Some(mark),
        no_data: Some(rows::START + 9000),
        capture: Some("sha256:ab".to_owned()),
    }
}

#[tokio::test]
async fn sessions_come_back_until_they_are_closed() {
    for place in both() {
        let idb = opened(&place).await;
        let sessions = vec![session(Role::Gcc), session(Role::Gud)];
        let mut batch = Batch { sessions: sessions.clone(), session_count: 1, session: Some(5), ..batch(Vec::new()) };
        write(&idb, batch.clone()).await;
        let state = idb.lane("pbx", QUEUE, 101).await.unwrap();
        assert_eq!((state.position, state.session_count, state.session), (1, 1, Some(5)));
        assert_eq!(state.open, sessions);
        let open = Capture { identity: "sha256:ab".to_owned(), last: 77, closed: false };
        assert_eq!(idb.captures("pbx").await.unwrap(), std::slice::from_ref(&open));
        assert_eq!(idb.captures("other").await.unwrap(), []);
        for session in &mut batch.sessions {
            session.closed = Some(rows::START + 20_000);
            session.cause = Some(1);
        }
        write(&idb, Batch { first: 2, last: 2, session: None, ..batch }).await;
        let state = idb.lane("pbx", QUEUE, 101).await.unwrap();
        assert_eq!((state.position, state.session, state.open.len()), (2, None, 0));
        assert_eq!(idb.captures("pbx").await.unwrap(), [Capture { closed: true, ..open }]);
    }
}

#[tokio::test]
async fn refused_rows_are_isolated() {
    for place in both() {
        let idb = opened(&place).await;
        match &place {
            Place::Server(..) => place.sql(
                "ALTER TABLE G_CALL ADD CHECK (CALLANI <> 'bad'); \
                 ALTER TABLE G_USERDATA_HISTORY ADD CHECK (VALUE <> 'bad')",
            ),
            Place::Directory(_) => place.sql(
                "CREATE TRIGGER A BEFORE INSERT ON G_CALL WHEN NEW.CALLANI = 'bad' \
                 BEGIN SELECT RAISE(ABORT, 'violates check'); END; \
                 CREATE TRIGGER B BEFORE INSERT ON G_USERDATA_HISTORY WHEN NEW.VALUE = 'bad' \
                 BEGIN SELECT RAISE(ABORT, 'violates check'); END;",
            ),
        }
        let mut rows = rows::rows(0, 100);
        let of = |rows: &[(TableId, Stamp, Row)], table| -> Vec<usize> {
            (0..rows.len()).filter(|index| rows[*index].0 == table).collect()
        };
        let (calls, data) = (of(&rows, TableId::G_CALL), of(&rows, TableId::G_USERDATA_HISTORY));
        assert!(data.len() > 400, "enough for COPY");
        let set = |rows: &mut Vec<(TableId, Stamp, Row)>, index: usize, column: &str, value: Value| {
            let place = record::table(rows[index].0).columns.iter().position(|own| own.name == column).unwrap();
            rows[index].2.values[place] = value;
        };
        let text = |text: &str| Value::Text(text.to_owned());
        let last_of_its_call = *calls.last().unwrap();
        set(&mut rows, last_of_its_call, "CALLANI", text("bad"));
        set(&mut rows, calls[3], "CALLANI", text(&"9".repeat(300)));
        let mut expected = vec![last_of_its_call, calls[3]];
        for index in [data[0], data[250], data[251], *data.last().unwrap()] {
            set(&mut rows, index, "VALUE", text("bad"));
            expected.push(index);
        }
        set(&mut rows, data[7], "VALUE", text("a\0b"));
        set(&mut rows, data[8], "ADDED", Value::Time(i64::MAX));
        expected.extend([data[7], data[8]]);
        expected.sort_unstable();
        let total = rows.len();
        let written = write(&idb, batch(rows)).await;
        let refused: Vec<usize> = written.refused.iter().map(|row| row.index).collect();
        assert_eq!(refused, expected, "of {total}");
        let reason = |index: usize| &written.refused.iter().find(|row| row.index == index).unwrap().reason;
        assert!(reason(last_of_its_call).contains("violates check"), "{}", reason(last_of_its_call));
        assert_eq!(reason(data[7]), "VALUE has a NUL");
        let dump = dump(&idb).await;
        assert_eq!(dump["G_USERDATA_HISTORY"].len(), data.len() - 6);
        // Of the call whose last row was refused, the row before it stands.
        assert_eq!(dump["G_CALL"].len(), 100);
        assert_eq!(dump["G_CALL_ACTIVE"].len(), 0);
    }
}

#[tokio::test]
async fn a_table_that_refuses_everything_costs_its_rows_only() {
    for place in both() {
        let idb = opened(&place).await;
        match &place {
            Place::Server(..) => place.sql("ALTER TABLE G_ROUTE_RESULT ADD CHECK (RTENANT IS NOT NULL)"),
            Place::Directory(_) => {
                place.sql("CREATE TRIGGER A BEFORE INSERT ON G_ROUTE_RESULT BEGIN SELECT RAISE(ABORT, 'no'); END;")
            }
        }
        let written = write(&idb, batch(rows::rows(0, 40))).await;
        assert_eq!(written.refused.len(), 40);
        assert_eq!(dump(&idb).await["G_CALL"].len(), 40);
    }
}

/// Connections are cut at any moment, COPY and COMMIT included; nothing is lost and nothing is double.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_connections_are_waited_out() {
    let cluster = cluster::shared().unwrap();
    let place = Place::Server(cluster.clone(), cluster.new_database().unwrap());
    let calm = Place::Server(cluster.clone(), cluster.new_database().unwrap());
    let rows = rows::rows(0, 1500);
    let calm_idb = opened(&calm).await;
    write_in_pieces(&calm_idb, &rows, 4000).await;
    let idb = opened(&place).await;
    let Place::Server(_, name) = &place else { return };
    let text = format!("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'");
    let cutter = std::thread::spawn(move || {
        let mut cut = 0;
        for pause in [0, 3, 11, 2, 17, 5, 29, 1, 41, 7, 13, 37, 19, 23, 61, 31] {
            std::thread::sleep(Duration::from_millis(pause * 3));
            cut += cluster.sql("postgres", &text).unwrap().trim().parse::<u32>().unwrap();
        }
        cut
    });
    write_in_pieces(&idb, &rows, 1500).await;
    assert!(cutter.join().unwrap() > 0);
    assert_eq!(dump(&idb).await, dump(&calm_idb).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_is_waited_for_and_a_stop_ends_the_wait() {
    let mut cluster = Cluster::start(Durability::Off).unwrap();
    cluster.create_database("idb").unwrap();
    let idb = Idb::open(&config(cluster.tcp_url("idb"))).await.unwrap();
    idb.lane("pbx", QUEUE, 101).await.unwrap();
    cluster.stop(Stop::Fast).unwrap();
    let stop = CancellationToken::new();
    let (writer, batch) = (idb.clone(), Arc::new(batch(rows::rows(0, 10))));
    let (waiting, other) = (batch.clone(), stop.clone());
    let task = tokio::spawn(async move { writer.write(waiting, &other, &|_| Ok(())).await });
    stop.cancel();
    let error = task.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Cancelled { .. }), "{error}");
    assert!(idb.trouble().is_some());
    let writer = idb.clone();
    let task = tokio::spawn(async move { writer.write(batch, &CancellationToken::new(), &|_| Ok(())).await });
    let _cluster = tokio::task::spawn_blocking(move || cluster.resume().map(|()| cluster)).await.unwrap().unwrap();
    assert_eq!(task.await.unwrap().unwrap().refused, []);
    assert_eq!(dump(&idb).await["G_CALL"].len(), 10);
    assert_eq!(idb.trouble(), None);
}

/// Errors that pass, each made once by a trigger whose counter no rollback resets.
#[tokio::test]
async fn what_passes_is_tried_again() {
    let cluster = cluster::shared().unwrap();
    for code in ["40P01", "40001", "53100", "57P01"] {
        let place = Place::Server(cluster.clone(), cluster.new_database().unwrap());
        let idb = opened(&place).await;
        place.sql(&format!(
            "CREATE SEQUENCE ONCE; CREATE FUNCTION FAIL() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF nextval('once') = 1 THEN RAISE EXCEPTION 'once' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$; \
             CREATE TRIGGER FAILS BEFORE INSERT ON G_PARTY_HISTORY FOR EACH ROW EXECUTE FUNCTION FAIL()"
        ));
        let written = write(&idb, batch(rows::rows(0, 80))).await;
        assert_eq!((written.retries, written.refused.len(), written.repeated), (1, 0, false), "{code}");
        assert_eq!(dump(&idb).await["G_PARTY_HISTORY"].len(), 80 * 7);
    }
}

/// Passes bytes on between a client and the server, until a client sends COMMIT for the first time: that goes to the
/// server, but its answer never comes back.
fn cut_after_commit(server: u16) -> u16 {
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let pass = |mut from: TcpStream, mut to: TcpStream, silent: Arc<std::sync::atomic::AtomicBool>, client: bool| {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(size @ 1..) = from.read(&mut buffer) {
            let bytes = &buffer[..size];
            if client && bytes.windows(7).any(|some| some == b"COMMIT\0") {
                silent.store(true, std::sync::atomic::Ordering::SeqCst);
            }
            if !client && silent.load(std::sync::atomic::Ordering::SeqCst) {
                break;
            }
            if to.write_all(bytes).is_err() {
                break;
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    };
    std::thread::spawn(move || {
        for (number, client) in listener.incoming().flatten().enumerate() {
            let upstream = TcpStream::connect(("127.0.0.1", server)).unwrap();
            let silent = Arc::new(std::sync::atomic::AtomicBool::new(false));
            let (back, forth) = (upstream.try_clone().unwrap(), client.try_clone().unwrap());
            let other = silent.clone();
            std::thread::spawn(move || pass(client, upstream, silent, number == 0));
            std::thread::spawn(move || pass(back, forth, other, false));
        }
    });
    port
}

#[tokio::test]
async fn an_unknown_outcome_is_settled() {
    let cluster = cluster::shared().unwrap();
    let place = Place::Server(cluster.clone(), cluster.new_database().unwrap());
    let idb = opened(&place).await;
    let Place::Server(_, database) = &place else { return };
    let url = format!("postgres://postgres@127.0.0.1:{}/{database}", cut_after_commit(cluster.port()));
    let through_cut = Idb::connect(&config(url)).unwrap();
    let written = write(&through_cut, batch(rows::rows(0, 3))).await;
    assert_eq!((written.retries, written.repeated, written.refused.len()), (1, false, 0));
    assert!(written.rows_by_table.contains(&(TableId::G_CALL, 3)));
    assert_eq!(dump(&idb).await["G_CALL"].len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_lanes_write_the_same_objects() {
    for place in both() {
        let idb = opened(&place).await;
        idb.lane("other", QUEUE, 101).await.unwrap();
        let object = |lane: i32, seq: u64, id: i32| {
            let columns = record::table(TableId::GC_AGENT).columns;
            let mut values = vec![Value::Null; columns.len()];
            values[2] = Value::Text(format!("lane {lane}"));
            let stamp = Stamp { seq, ordinal: 0, dss_id: None, time: rows::START };
            (TableId::GC_AGENT, stamp, Row { at: 0, gone: false, object_id: id, values, ext: None })
        };
        let work = |lane: i32| {
            let idb = idb.clone();
            async move {
                for round in 0..20_u64 {
                    let ids: Vec<i32> = if lane == 1 { (1..100).collect() } else { (1..100).rev().collect() };
                    let first = round * 99 + 1;
                    let rows = ids.iter().zip(first..).map(|(id, seq)| object(lane, seq, *id)).collect();
                    let batch = Batch { lane, ..batch(rows) };
                    assert_eq!(write(&idb, batch).await.refused.len(), 0);
                }
            }
        };
        let both = [tokio::spawn(work(1)), tokio::spawn(work(2))];
        for task in both {
            task.await.unwrap();
        }
        assert_eq!(dump(&idb).await["GC_AGENT"].len(), 99);
    }
}

/// Without TCP_NODELAY every COPY would wait for a delayed acknowledgement, 40 ms.
#[tokio::test]
async fn copy_over_tcp_does_not_wait() {
    let cluster = cluster::shared().unwrap();
    let database = cluster.new_database().unwrap();
    let idb = Idb::open(&config(cluster.tcp_url(&database))).await.unwrap();
    idb.lane("pbx", QUEUE, 101).await.unwrap();
    let mut quickest = Duration::MAX;
    for round in 0..20 {
        let mut rows = rows::rows(round * 40, 40);
        rows.retain(|(table, ..)| *table == TableId::G_USERDATA_HISTORY);
        assert!(rows.len() >= 400);
        let begun = std::time::Instant::now();
        write(&idb, batch(rows)).await;
        quickest = quickest.min(begun.elapsed());
    }
    assert!(quickest < Duration::from_millis(40), "{quickest:?}");
}
