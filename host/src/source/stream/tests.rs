//! The source against the other side of the protocol, over loopback, into a real queue.

mod doors;
mod faults;
mod sessions;

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::event::{Kind, View, Views};
use crate::queue::disk::SystemDisk;
use crate::queue::{self, Queue, Read};
use crate::session::mark::{cause_of, opening_of};

/// Nothing here takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for what must happen.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("in time")
}

/// A queue with its directory, and what runs into it.
struct Lane {
    dir: TempDir,
    queue: Queue,
    counters: Arc<Counters>,
    known: BTreeMap<String, u64>,
    running: Option<(JoinHandle<Result<(), Error>>, CancellationToken)>,
}

impl Lane {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("directory");
        let queue = open_queue(&dir, 64 << 20);
        Self { dir, queue, counters: Arc::default(), known: BTreeMap::new(), running: None }
    }

    fn start(&mut self, config: Config) {
        assert_eq!(config.problems(), [""; 0]);
        let inlet = Inlet::new(self.queue.clone());
        let stop = CancellationToken::new();
        let (counters, known) = (self.counters.clone(), self.known.clone());
        let stream = Stream::open(config, inlet, Clock::system(), counters, known, 7);
        self.running = Some((tokio::spawn(stream.run(stop.clone())), stop));
    }

    async fn stop(&mut self) {
        let (running, stop) = self.running.take().expect("running");
        stop.cancel();
        soon(running).await.expect("joined").expect("no error");
        let appended = self.queue.positions().appended;
        let mut watch = self.queue.watch();
        soon(watch.wait_for(|progress| progress.durable >= appended)).await.expect("the queue is open");
    }

    /// As if the daemon was killed: what is not durable may be gone, no mark is written.
    async fn kill(&mut self) {
        let (running, _) = self.running.take().expect("running");
        running.abort();
        let _ = running.await;
        self.reopen(64 << 20).await;
    }

    async fn reopen(&mut self, max_bytes: u64) {
        let elsewhere = tempfile::tempdir().expect("directory");
        let queue = std::mem::replace(&mut self.queue, open_queue(&elsewhere, 64 << 20));
        queue.close().await;
        self.queue = open_queue(&self.dir, max_bytes);
    }

    /// All durable entries.
    fn entries(&self) -> Vec<Vec<u8>> {
        let mut reader = self.queue.reader(self.queue.positions().first_retained);
        let mut bytes = Vec::new();
        while let Ok(Read::Batch { .. }) = reader.read(usize::MAX, usize::MAX, &mut bytes, Duration::ZERO) {}
        Views::new(&bytes).map(|view| view.expect("valid").raw().to_vec()).collect()
    }

    async fn until(&self, reached: impl Fn(&[View<'_>]) -> bool) {
        let mut watch = self.queue.watch();
        let waiting = async {
            loop {
                let entries = self.entries();
                let views: Vec<_> = entries.iter().map(|raw| View::parse(raw).expect("valid")).collect();
                if reached(&views) {
                    return;
                }
                watch.changed().await.expect("the queue is open");
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "{:#?} {:?} {:?}", self.shown(), self.counters, self.running);
    }

    /// Waits until that many sessions have closed.
    async fn closed(&self, times: usize) {
        self.until(|all| all.iter().filter(|view| view.kind() == Kind::SessionClosed).count() >= times).await;
    }

    /// All entries in words; bookmarks only if `all`.
    fn words(&self, all: bool) -> Vec<String> {
        let show = |view: &View<'_>| match view.kind() {
            Kind::SessionOpened => {
                let lossless = if view.integer("lossless") == Some(1) { " lossless" } else { "" };
                let after = view.integer("resumed_at").unwrap_or_default();
                format!("opened {:?} after {after}{lossless}", opening_of(view))
            }
            Kind::SessionClosed => format!("closed {:?}", cause_of(view)),
            Kind::Source => format!("{} {}", view.name(), view.sequence().unwrap_or_default()),
            _ => view.name().to_owned(),
        };
        let entries = self.entries();
        let views = entries.iter().map(|raw| View::parse(raw).expect("valid"));
        views.filter(|view| all || view.kind() != Kind::Bookmark).map(|view| show(&view)).collect()
    }

    fn shown(&self) -> Vec<String> {
        self.words(false)
    }

    /// The numbers of the source's events.
    fn numbers(&self) -> Vec<u64> {
        let entries = self.entries();
        let views = entries.iter().map(|raw| View::parse(raw).expect("valid"));
        views.filter(|view| view.kind() == Kind::Source).filter_map(|view| view.sequence()).collect()
    }

    /// Sessions open before they close, and events come inside of them.
    fn frames(&self) {
        let mut open = false;
        for raw in self.entries() {
            let view = View::parse(&raw).expect("valid");
            match view.kind() {
                Kind::SessionOpened => open = true,
                Kind::SessionClosed => open = false,
                _ => assert!(open || view.kind() == Kind::LinkUp, "{:?}", self.shown()),
            }
        }
    }

    fn count(&self, counter: impl Fn(&Counters) -> &std::sync::atomic::AtomicU64) -> u64 {
        counter(&self.counters).load(Ordering::Relaxed)
    }
}

fn open_queue(dir: &TempDir, max_bytes: u64) -> Queue {
    let config = queue::Config {
        segment_bytes: 1 << 20,
        spare_segments: 1,
        max_bytes,
        ..queue::Config::new(dir.path().join("queue"), "ts")
    };
    Queue::open(config, Arc::new(SystemDisk), 1).expect("opens").0
}

/// A source that listens, to which the stream under test connects.
struct Site {
    listener: TcpListener,
}

impl Site {
    async fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.expect("listens") }
    }

    fn address(&self) -> String {
        self.listener.local_addr().expect("bound").to_string()
    }

    fn config(&self) -> Config {
        let queue = QueueOptions { segment_bytes: 1 << 20, ..QueueOptions::default() };
        Config { connect: Some(self.address()), backoff_ms_min: 1, backoff_ms_max: 5, queue, ..Config::default() }
    }

    async fn accept(&self) -> Peer<TcpStream> {
        Peer::new(soon(self.listener.accept()).await.expect("accepted").0)
    }

    /// Accepts a connection and says hello on it, with more in the hello; what is to be resumed after.
    async fn hello(&self, stream: &str, more: &str) -> (Peer<TcpStream>, u64) {
        let mut peer = self.accept().await;
        let after = peer.hello(stream, more).await;
        (peer, after)
    }
}

/// The source's end of a connection.
struct Peer<S> {
    stream: BufReader<S>,
}

impl<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin> Peer<S> {
    fn new(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    async fn send(&mut self, text: &str) {
        self.bytes(format!("{text}\n").as_bytes()).await;
    }

    async fn bytes(&mut self, bytes: &[u8]) {
        soon(self.stream.write_all(bytes)).await.expect("sent");
        soon(self.stream.flush()).await.expect("sent");
    }

    async fn hello(&mut self, stream: &str, more: &str) -> u64 {
        self.send(&format!(r#"{{"hello":{{"protocol":1,"source":"ts","stream":"{stream}"{more}}}}}"#)).await;
        let line = self.line().await;
        let after = line.strip_prefix(r#"{"resume_after":"#).and_then(|rest| rest.strip_suffix('}'));
        after.and_then(|after| after.parse().ok()).unwrap_or_else(|| panic!("no resumption but {line:?}"))
    }

    /// The next line; empty at the end.
    async fn line(&mut self) -> String {
        let mut line = String::new();
        let _ = soon(self.stream.read_line(&mut line)).await;
        line.trim_end().to_owned()
    }

    /// Reads until that line.
    async fn expect(&mut self, expected: &str) {
        loop {
            let line = self.line().await;
            if line == expected {
                return;
            }
            assert!(!line.is_empty(), "closed before {expected}");
        }
    }

    /// Sends events with these numbers.
    async fn events(&mut self, numbers: impl IntoIterator<Item = u64>) {
        let text: String = numbers.into_iter().map(event).collect();
        self.bytes(text.as_bytes()).await;
    }

    async fn acked(&mut self, number: u64) {
        self.expect(&format!(r#"{{"ack":{number}}}"#)).await;
    }

    /// Everything until the other side closes.
    async fn rest(&mut self) -> String {
        let mut rest = String::new();
        let _ = soon(self.stream.read_to_string(&mut rest)).await;
        rest
    }
}

/// An event's line.
fn event(number: u64) -> String {
    let time = 1_795_347_147_000_000 + number * 1_000;
    format!(
        "{{\"event\":\"E\",\"seq\":{number},\"time\":{time},\"attributes\":{{\"ThisDN\":\"70{}\",\"UserData\":{{\"k\":\"\\u00e9\"}}}}}}\n",
        number % 7
    )
}
