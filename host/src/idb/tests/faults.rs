//! What a database does to its writers: connections cut at any byte, sessions that hold locks, servers that stop, files
//! that are full, locked, or gone. After each, writing goes on, and what stands there is what an undisturbed run leaves.

use super::*;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio_postgres::SimpleQueryMessage;

/// Calls of a batch: enough rows for COPY.
const CALLS: u64 = 60;
/// Longest wait for something that has to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Passes bytes on between clients and a server; cuts the first connection after so many bytes of one direction.
pub(super) struct Proxy {
    port: u16,
    /// Bytes that the first connection has passed: to the server, to the client.
    passed: Arc<[AtomicU64; 2]>,
    /// Times that clients have said [`HALF`].
    halves: Arc<AtomicU64>,
}

/// Said for each attempt of the bisection; the length before it tells it from the other statements of that name.
const HALF: &[u8] = b"\x13SAVEPOINT HALF\0";

impl Proxy {
    pub(super) fn start(server: u16, limits: [u64; 2]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (passed, halves) = (Arc::new([AtomicU64::new(0), AtomicU64::new(0)]), Arc::new(AtomicU64::new(0)));
        let (counted, said) = (passed.clone(), halves.clone());
        std::thread::spawn(move || {
            for (number, client) in listener.incoming().flatten().enumerate() {
                let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                let ends = [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)];
                for (direction, (from, to)) in ends.into_iter().enumerate() {
                    let limit = if number == 0 { limits[direction] } else { u64::MAX };
                    let (counted, said) = (counted.clone(), said.clone());
                    std::thread::spawn(move || {
                        let count = |bytes: &[u8]| {
                            counted[direction]
                                .fetch_add(if number == 0 { bytes.len() as u64 } else { 0 }, Ordering::SeqCst);
                            let halves = bytes.windows(HALF.len()).filter(|some| *some == HALF).count();
                            said.fetch_add(halves as u64, Ordering::SeqCst);
                        };
                        pass(from, to, limit, count);
                    });
                }
            }
        });
        Self { port, passed, halves }
    }

    /// Bytes that the first connection has passed: to the server, to the client.
    pub(super) fn passed(&self) -> [u64; 2] {
        [0, 1].map(|direction: usize| self.passed[direction].load(Ordering::SeqCst))
    }

    pub(super) fn idb(&self, database: &str) -> Idb {
        Idb::connect(&config(format!("postgres://postgres@127.0.0.1:{}/{database}", self.port))).unwrap()
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, limit: u64, count: impl Fn(&[u8])) {
    let (mut left, mut buffer) = (limit, vec![0; 1 << 14]);
    while let Ok(size @ 1..) = from.read(&mut buffer) {
        let size = size.min(usize::try_from(left).unwrap_or(usize::MAX));
        count(&buffer[..size]);
        left -= size as u64;
        if to.write_all(&buffer[..size]).is_err() || left == 0 {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

/// Waits for another thread or session to come so far.
async fn until(mut reached: impl FnMut() -> bool) {
    let started = std::time::Instant::now();
    while !reached() {
        assert!(started.elapsed() < PATIENCE, "never came so far");
        tokio::task::yield_now().await;
    }
}

fn server() -> (Arc<Cluster>, String) {
    let cluster = cluster::shared().unwrap();
    let database = cluster.new_database().unwrap();
    (cluster, database)
}

fn nth(batch_number: u64) -> Batch {
    batch(rows::rows(batch_number * CALLS, CALLS))
}

/// Places to cut at: everywhere in even steps, and every few bytes of the end, where COMMIT and its answer are.
fn cuts(total: u64, seed: u64) -> Vec<u64> {
    let mut places: Vec<u64> = (0..10).map(|step| (total * step / 10).max(1) + (seed * 37 + step * 11) % 97).collect();
    places.extend((1..10).map(|step| total.saturating_sub(step * 5)));
    places
}

/// After a cut at any byte, COPY, COMMIT and its answer included, nothing is lost and nothing is double.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_cut_at_any_byte_costs_nothing() {
    let (cluster, cut) = server();
    let calm = opened(&Place::Server(cluster.clone(), cluster.new_database().unwrap())).await;
    let place = Place::Server(cluster.clone(), cut.clone());
    let direct = opened(&place).await;
    // How many bytes one batch is, each way.
    let whole = Proxy::start(cluster.port(), [u64::MAX; 2]);
    write(&whole.idb(&cut), nth(0)).await;
    write(&calm, nth(0)).await;
    let totals = whole.passed();
    assert!(totals[0] > 50_000 && totals[1] > 1_000, "{totals:?}");
    let (mut number, mut repeated, mut settled) = (1, 0, 0);
    for direction in [0, 1] {
        for at in cuts(totals[direction], direction as u64) {
            let mut limits = [u64::MAX; 2];
            limits[direction] = at;
            let written = write(&Proxy::start(cluster.port(), limits).idb(&cut), nth(number)).await;
            assert!(written.refused.is_empty(), "cut at {at} of {totals:?}: {:?}", written.refused);
            repeated += u64::from(written.repeated);
            settled += u64::from(written.retries > 0);
            write(&calm, nth(number)).await;
            number += 1;
        }
    }
    assert_eq!(repeated, 0, "a batch that was written for the first time is no repetition");
    assert!(settled > 20, "only {settled} cuts were felt");
    assert_eq!(dump(&direct).await, dump(&calm).await);
}

/// A session beside the writer.
async fn session(cluster: &Cluster, database: &str) -> tokio_postgres::Client {
    let url = format!("postgres://postgres@127.0.0.1:{}/{database}", cluster.port());
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn agents(round: u64) -> Batch {
    let columns = record::table(TableId::GC_AGENT).columns;
    let row = |id: i32, seq: u64| {
        let mut values = vec![Value::Null; columns.len()];
        values[2] = Value::Text(format!("round {round}"));
        let stamp = Stamp { seq, ordinal: 0, dss_id: None, time: rows::START };
        (TableId::GC_AGENT, stamp, Row { at: 0, gone: false, object_id: id, values, ext: None })
    };
    batch((1..=20).zip(round * 20 + 1..).map(|(id, seq)| row(id, seq)).collect())
}

/// Begins to write, waits until a session of the writer waits for a lock, and gives the task.
async fn writing(
    idb: &Idb,
    batch: Batch,
    beside: &tokio_postgres::Client,
    database: &str,
) -> tokio::task::JoinHandle<Written> {
    let writer = idb.clone();
    let task = tokio::spawn(async move { write(&writer, batch).await });
    let text = format!(
        "SELECT 1 FROM pg_stat_activity WHERE datname = '{database}' AND wait_event_type = 'Lock' \
         AND wait_event IN ('transactionid', 'tuple') AND application_name = 'concentrator'"
    );
    let started = std::time::Instant::now();
    let is_row = |message: &SimpleQueryMessage| matches!(message, SimpleQueryMessage::Row(_));
    while !beside.simple_query(&text).await.unwrap().iter().any(is_row) {
        assert!(started.elapsed() < PATIENCE, "the writer never waited");
    }
    task
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deadlocks_serialization_failures_and_time_limits_are_tried_again() {
    for setting in [
        // A session looks for a deadlock once, so long after it began to wait: late enough for the other one to be in it.
        "deadlock_timeout = '1s'",
        "default_transaction_isolation = 'repeatable read'",
        // Longer than any statement of the set-up takes on a busy machine.
        "statement_timeout = '3s'",
    ] {
        let (cluster, database) = server();
        cluster.sql("postgres", &format!("ALTER DATABASE {database} SET {setting}")).unwrap();
        let (beside, watch) = (session(&cluster, &database).await, session(&cluster, &database).await);
        beside.batch_execute("SET deadlock_timeout = '1min'; SET statement_timeout = 0").await.unwrap();
        let place = Place::Server(cluster.clone(), database.clone());
        let idb = opened(&place).await;
        write(&idb, agents(0)).await;
        beside.batch_execute("BEGIN; UPDATE GC_AGENT SET STATE = STATE WHERE ID = 20").await.unwrap();
        let task = writing(&idb, agents(1), &watch, &database).await;
        // It holds the others by now: one of the two has to give way, and this one is patient.
        if setting.starts_with("deadlock") {
            beside.batch_execute("UPDATE GC_AGENT SET STATE = STATE WHERE ID = 1").await.unwrap();
        }
        if setting.starts_with("statement") {
            until(|| idb.trouble().is_some()).await;
        }
        beside.batch_execute("COMMIT").await.unwrap();
        let written = task.await.unwrap();
        assert!(written.retries > 0 && written.refused.is_empty(), "{setting}: {written:?}");
        assert_eq!(dump(&idb).await["GC_AGENT"].len(), 20);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_nothing_for_a_while_is_waited_for() {
    for (closed, open) in [
        ("ALTER DATABASE {} SET default_transaction_read_only = on", "ALTER DATABASE {} RESET ALL"),
        ("ALTER DATABASE {} ALLOW_CONNECTIONS false", "ALTER DATABASE {} ALLOW_CONNECTIONS true"),
        ("ALTER ROLE WRITER CONNECTION LIMIT 0", "ALTER ROLE WRITER CONNECTION LIMIT -1"),
    ] {
        let (cluster, database) = server();
        let place = Place::Server(cluster.clone(), database.clone());
        opened(&place).await.close();
        place.sql(
            "DROP ROLE IF EXISTS WRITER; CREATE ROLE WRITER LOGIN; GRANT ALL ON SCHEMA public TO WRITER; \
             GRANT ALL ON ALL TABLES IN SCHEMA public TO WRITER",
        );
        let as_admin = |text: &str| drop(cluster.sql("postgres", &text.replace("{}", &database)).unwrap());
        as_admin(closed);
        let url = format!("postgres://writer@127.0.0.1:{}/{database}", cluster.port());
        let idb = Idb::connect(&config(url)).unwrap();
        let writer = idb.clone();
        let task = tokio::spawn(async move { write(&writer, nth(0)).await });
        until(|| idb.trouble().is_some() || task.is_finished()).await;
        as_admin(open);
        let written = task.await.unwrap();
        assert!(written.retries > 0 && written.refused.is_empty(), "{closed}");
        assert_eq!(dump(&idb).await["G_CALL"].len(), usize::try_from(CALLS).unwrap());
        idb.close();
        until(|| place_is_left(&cluster, &database)).await;
        place.sql("DROP OWNED BY WRITER");
    }
}

fn place_is_left(cluster: &Cluster, database: &str) -> bool {
    let text = format!("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '{database}'");
    cluster.sql("postgres", &text).unwrap().trim() == "0"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_stopped_in_any_way_while_writing_loses_nothing() {
    let mut cluster = Cluster::start(Durability::Off).unwrap();
    for name in ["idb", "calm"] {
        cluster.create_database(name).unwrap();
    }
    let [idb, calm] = ["idb", "calm"].map(|name| Idb::connect(&config(cluster.tcp_url(name))).unwrap());
    for idb in [&idb, &calm] {
        idb.set_up().await.unwrap();
        idb.lane("pbx", QUEUE, 101).await.unwrap();
    }
    let batches: Vec<Batch> = (0..24).map(nth).collect();
    for batch in &batches {
        write(&calm, batch.clone()).await;
    }
    calm.close();
    let done = Arc::new(AtomicU64::new(0));
    let (writer, count) = (idb.clone(), done.clone());
    let task = tokio::spawn(async move {
        for batch in batches {
            write(&writer, batch).await;
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    for (how, after) in [(Stop::Fast, 2), (Stop::Immediate, 8), (Stop::Fast, 14), (Stop::Immediate, 20)] {
        until(|| done.load(Ordering::SeqCst) >= after).await;
        cluster = tokio::task::spawn_blocking(move || {
            cluster.stop(how).unwrap();
            cluster.resume().unwrap();
            cluster
        })
        .await
        .unwrap();
    }
    task.await.unwrap();
    // A smart stop waits for us: once the connections are given up, it comes about.
    idb.close();
    cluster = tokio::task::spawn_blocking(move || {
        cluster.stop(Stop::Smart).unwrap();
        cluster.resume().unwrap();
        cluster
    })
    .await
    .unwrap();
    assert_eq!(dump(&idb).await, dump(&calm).await);
    drop(cluster);
}

/// Refused rows cost a number of attempts that grows with their number, not with that of the rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn isolating_refused_rows_takes_few_attempts() {
    let (cluster, database) = server();
    let place = Place::Server(cluster.clone(), database.clone());
    let direct = opened(&place).await;
    place.sql("ALTER TABLE G_PARTY_HISTORY ADD CHECK (CHANGETYPE <> 77)");
    let proxy = Proxy::start(cluster.port(), [u64::MAX; 2]);
    let idb = proxy.idb(&database);
    let mut rows = rows::rows(0, 1_500);
    rows.retain(|(table, ..)| *table == TableId::G_PARTY_HISTORY);
    rows.truncate(10_000);
    let column =
        record::table(TableId::G_PARTY_HISTORY).columns.iter().position(|own| own.name == "CHANGETYPE").unwrap();
    let count = rows.len();
    let bad: Vec<usize> = (0..count).filter(|index| index % 333 == 7).collect();
    for index in &bad {
        rows[*index].2.values[column] = Value::Integer(77);
    }
    let written = write(&idb, batch(rows)).await;
    assert_eq!(written.refused.iter().map(|row| row.index).collect::<Vec<_>>(), bad);
    let attempts = proxy.halves.load(Ordering::SeqCst);
    // Each costs two halves a level, and the upper levels are shared.
    let bound = 2 * bad.len() as u64 * u64::from((count / bad.len()).ilog2() + 2);
    assert!(attempts <= bound, "{attempts} attempts for {} of {count} rows, not above {bound}", bad.len());
    assert_eq!(dump(&direct).await["G_PARTY_HISTORY"].len(), count - bad.len());
}

fn small() -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("idb.sqlite").display().to_string();
    (directory, path)
}

async fn sqlite(path: &str) -> Idb {
    let idb = Idb::open(&config(format!("sqlite://{path}"))).await.unwrap();
    idb.lane("pbx", QUEUE, 101).await.unwrap();
    idb
}

#[tokio::test]
async fn a_full_disk_under_sqlite_is_waited_out() {
    let (_directory, path) = small();
    let idb = sqlite(&path).await;
    write(&idb, nth(0)).await;
    // Holds for the connection, which is given up with the error: there is room at the second attempt.
    assert!(idb.backend().script("PRAGMA max_page_count = 1;").await.is_ok());
    let written = write(&idb, batch(rows::rows(CALLS, 5 * CALLS))).await;
    assert_eq!((written.retries, written.repeated, written.refused.len()), (1, false, 0));
    assert_eq!(dump(&idb).await["G_CALL"].len(), usize::try_from(6 * CALLS).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_writer_of_sqlite_is_waited_for() {
    let (_directory, path) = small();
    let idb = sqlite(&path).await;
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let writer = idb.clone();
    let task = tokio::spawn(async move { write(&writer, nth(0)).await });
    until(|| idb.trouble().is_some()).await;
    other.execute_batch("ROLLBACK").unwrap();
    let written = task.await.unwrap();
    assert!(written.retries > 0 && written.refused.is_empty(), "{written:?}");
}

/// Once rows went on into a file that had no name any more, and were gone with the process.
#[tokio::test]
async fn a_file_that_is_taken_away_is_noticed() {
    for replaced in [false, true] {
        let (directory, path) = small();
        let idb = sqlite(&path).await;
        write(&idb, nth(0)).await;
        let copy = directory.path().join("copy");
        std::fs::copy(&path, &copy).unwrap();
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{path}{ending}"));
        }
        if replaced {
            std::fs::rename(&copy, &path).unwrap();
        }
        let failed = idb.write(Arc::new(nth(1)), &CancellationToken::new(), &|_| Ok(())).await.unwrap_err();
        assert_eq!(failed.disposition(), Disposition::Stop, "{failed}");
        assert!(failed.to_string().contains("was removed or replaced"), "{failed}");
    }
}

/// A file system of its own, small; gone when dropped.
struct Small(tempfile::TempDir);

impl Small {
    /// None where this process may not mount: then the reason is printed.
    fn mount(owner: u32) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let words = ["-t", "tmpfs", "-o", &format!("size=48m,mode=0700,uid={owner}"), "none"];
        let mounted = std::process::Command::new("mount").args(words).arg(directory.path()).output();
        match mounted {
            Ok(output) if output.status.success() => return Some(Self(directory)),
            Ok(output) => eprintln!("skipped: {}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => eprintln!("skipped: mount: {error}"),
        }
        None
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_under_postgres_is_waited_out() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let cluster = Cluster::start(Durability::Off).unwrap();
    let owner = std::fs::metadata(cluster.socket_directory()).unwrap().uid();
    let Some(small) = Small::mount(owner) else { return };
    let place = small.0.path();
    std::fs::set_permissions(place, std::fs::Permissions::from_mode(0o755)).unwrap();
    cluster.sql("postgres", &format!("CREATE TABLESPACE SMALL LOCATION '{}'", place.display())).unwrap();
    cluster.sql("postgres", "CREATE DATABASE IDB TABLESPACE SMALL").unwrap();
    let idb = Idb::open(&config(cluster.tcp_url("idb"))).await.unwrap();
    idb.lane("pbx", QUEUE, 101).await.unwrap();
    write(&idb, nth(0)).await;
    // Takes what is left.
    let filler = place.join("filler");
    let mut file = std::fs::File::create(&filler).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
    drop(file);
    let writer = idb.clone();
    let task = tokio::spawn(async move { write(&writer, batch(rows::rows(CALLS, 20 * CALLS))).await });
    until(|| idb.trouble().is_some()).await;
    assert!(idb.trouble().unwrap().contains("53100"), "{:?}", idb.trouble());
    std::fs::remove_file(&filler).unwrap();
    let written = task.await.unwrap();
    assert!(written.retries > 0 && written.refused.is_empty(), "{:?}", written.refused);
    assert_eq!(dump(&idb).await["G_CALL"].len(), usize::try_from(21 * CALLS).unwrap());
    idb.close();
    drop(cluster);
}
