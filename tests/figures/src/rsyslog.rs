//! rsyslog on the same lines: `imtcp` → queue → `ompgsql` into one table, a private process on a loopback port.

use crate::float;
use anyhow::{Context, Result, ensure};
use cluster::Cluster;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longest run: what is committed then counts.
const RUN: Duration = Duration::from_secs(30);
/// Time in which rsyslog must listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A way to set up rsyslog.
pub(crate) struct Kind {
    /// A short name.
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
    /// Settings of the queue before the action.
    queue: &'static str,
    /// Lines that it is given.
    lines: usize,
}

/// Both may write 1,024 events in a transaction, which is also what rsyslog does untold.
pub(crate) const KINDS: [Kind; 2] = [
    Kind {
        key: "assisted",
        name: "disk-assisted queue in memory (not crash-safe)",
        queue: r#"queue.type="LinkedList" queue.filename="queue" queue.size="2000000" queue.dequeuebatchsize="1024""#,
        lines: 60_000,
    },
    Kind {
        key: "synced",
        name: "disk queue, synced after each event",
        queue: r#"queue.type="Disk" queue.filename="queue" queue.syncqueuefiles="on" queue.checkpointinterval="1"
  queue.size="2000000" queue.dequeuebatchsize="1024""#,
        lines: 5_000,
    },
];

struct Rsyslog(Child);

impl Drop for Rsyslog {
    fn drop(&mut self) {
        // A process that has ended needs no killing.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Events committed a second.
pub(crate) fn measure(server: &Cluster, kind: &Kind, database: &str, lines: &[u8]) -> Result<f64> {
    server.create_database(database)?;
    server.sql(database, "CREATE TABLE event (id bigserial PRIMARY KEY, line text NOT NULL)")?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("rsyslog.conf");
    std::fs::write(&file, configuration(server, kind, database, port, &dir.path().display().to_string()))?;
    let mut command = Command::new("rsyslogd");
    command.args(["-n", "-f"]).arg(&file).arg("-i").arg(dir.path().join("pid"));
    let log = std::fs::File::create(dir.path().join("log"))?;
    let rsyslog = Rsyslog(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().context("rsyslogd")?);
    let began = Instant::now();
    let mut stream = loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => break stream,
            Err(error) => {
                ensure!(began.elapsed() < PATIENCE, "rsyslogd does not listen: {error}");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    };
    let lines = first(lines, kind.lines);
    let wanted = u64::try_from(lines.iter().filter(|byte| **byte == b'\n').count())?;
    let began = Instant::now();
    std::thread::scope(|scope| {
        // What it does not take within the time is not sent; an error is told by what is committed.
        let sending = scope.spawn(|| stream.write_all(lines));
        let measured = committed(server, database, wanted, began);
        // Ends the sending, wherever it is.
        drop(rsyslog);
        let _ = sending.join();
        measured
    })
}

/// Waits until all lines are committed, or the time is over; gives events a second.
fn committed(server: &Cluster, database: &str, wanted: u64, began: Instant) -> Result<f64> {
    loop {
        // Ids have no holes: nothing is rolled back here.
        let newest = server.sql(database, "SELECT id FROM event ORDER BY id DESC LIMIT 1")?;
        let took = began.elapsed();
        let newest = newest.trim().parse().unwrap_or(0);
        if newest >= wanted || took > RUN {
            let events: u64 = server.sql(database, "SELECT COUNT(*) FROM event")?.trim().parse()?;
            ensure!(events >= newest, "of {newest} events rsyslog has {events}");
            return Ok(float(newest) / took.as_secs_f64());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn first(lines: &[u8], count: usize) -> &[u8] {
    let end = lines.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(count.saturating_sub(1));
    end.and_then(|(at, _)| lines.get(..=at)).unwrap_or(lines)
}

fn configuration(server: &Cluster, kind: &Kind, database: &str, port: u16, dir: &str) -> String {
    format!(
        r#"global(workDirectory="{dir}" net.enableDNS="off" maxMessageSize="64k")
module(load="imtcp")
module(load="ompgsql")
template(name="row" type="list" option.stdsql="on") {{
  constant(value="INSERT INTO event (line) VALUES ('")
  property(name="rawmsg")
  constant(value="')")
}}
ruleset(name="events" {queue}) {{
  action(type="ompgsql" server="127.0.0.1" port="{database_port}" user="postgres" pass="none" db="{database}" template="row")
}}
input(type="imtcp" address="127.0.0.1" port="{port}" ruleset="events")
"#,
        queue = kind.queue,
        database_port = server.port(),
    )
}
