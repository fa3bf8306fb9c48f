//! The source against a stand-in for an exchange, over loopback, into a real queue.

use std::sync::Arc;
use std::time::Duration;

use exchange::{AtEnd, Behaviour, Exchange, Pace, Recording, Resume, Server};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::flatten::{Flattener, MALFORMED, Packet};
use super::*;
use crate::clock::Clock;
use crate::event::{Kind, View, Views};
use crate::queue::disk::SystemDisk;
use crate::queue::{self, Queue, Read};
use crate::session::mark::{self, Opening, cause_of, opening_of};
use crate::source::Counters;

/// Nothing here takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// A queue with its directory, and what runs into it.
struct Lane {
    dir: TempDir,
    queue: Queue,
    counters: Arc<Counters>,
    running: Option<(JoinHandle<Result<(), Error>>, CancellationToken)>,
}

impl Lane {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("directory");
        let queue = open_queue(&dir);
        std::fs::write(dir.path().join("secret"), "geheim\n").expect("written");
        Self { dir, queue, counters: Arc::default(), running: None }
    }

    fn config(&self, address: &str) -> Config {
        let config = Config::new(address, "reporting", &self.dir.path().join("secret"));
        Config { backoff_ms_min: 1, backoff_ms_max: 20, state_request: false, ..config }
    }

    fn start(&mut self, config: Config) {
        let inlet = Inlet::new(self.queue.clone());
        let stop = CancellationToken::new();
        let running =
            tokio::spawn(Ami::open(config, inlet, Clock::system(), self.counters.clone(), 7).run(stop.clone()));
        self.running = Some((running, stop));
    }

    async fn stop(&mut self) {
        let (running, stop) = self.running.take().expect("running");
        stop.cancel();
        tokio::time::timeout(PATIENCE, running).await.expect("in time").expect("joined").expect("no error");
        let appended = self.queue.positions().appended;
        self.queue.watch().wait_for(|progress| progress.durable >= appended).await.expect("the queue is open");
    }

    /// As if the daemon was killed: what is not durable may be gone, no mark is written.
    async fn kill(&mut self) {
        let (running, _) = self.running.take().expect("running");
        running.abort();
        let _ = running.await;
        let queue = std::mem::replace(&mut self.queue, open_queue(&tempfile::tempdir().expect("directory")));
        queue.close().await;
        self.queue = open_queue(&self.dir);
    }

    /// All durable entries.
    fn entries(&self) -> Vec<Vec<u8>> {
        let mut reader = self.queue.reader(1);
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

    async fn until_counted(&self, counter: impl Fn(&Counters) -> u64, least: u64) {
        let waiting = async {
            while counter(&self.counters) < least {
                tokio::task::yield_now().await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "{:?}", self.counters);
    }

    async fn until_closed(&self, times: usize) {
        self.until(|all| all.iter().filter(|view| view.kind() == Kind::SessionClosed).count() >= times).await;
    }

    fn shown(&self) -> Vec<String> {
        let show = |view: View<'_>| match view.kind() {
            Kind::SessionOpened => format!("opened {:?}", opening_of(&view)),
            Kind::SessionClosed => format!("closed {:?}", cause_of(&view)),
            _ => view.name().to_owned(),
        };
        self.entries().iter().map(|raw| show(View::parse(raw).expect("valid"))).collect()
    }

    /// The source's events without position and time of receipt, those that stand for something cut left out.
    fn told(&self) -> Vec<Vec<u8>> {
        let of_source = |raw: &Vec<u8>| {
            let view = View::parse(raw).expect("valid");
            view.kind() == Kind::Source && view.text("reason") != Some("cut by the end of the connection")
        };
        self.entries().iter().filter(|raw| of_source(raw)).map(|raw| same(raw)).collect()
    }

    /// The source told exactly these events.
    fn assert_told(&self, expected: &[Vec<u8>]) {
        let told = self.told();
        let differs = told.iter().zip(expected).position(|(one, other)| one != other);
        assert_eq!((told.len(), differs), (expected.len(), None), "{:?}", self.counters);
    }
}

fn same(raw: &[u8]) -> Vec<u8> {
    [&raw[16..24], &raw[40..]].concat()
}

fn open_queue(dir: &TempDir) -> Queue {
    let config = queue::Config {
        segment_bytes: 1 << 20,
        spare_segments: 1,
        ..queue::Config::new(dir.path().join("queue"), "pbx")
    };
    Queue::open(config, Arc::new(SystemDisk), 1).expect("opens").0
}

/// `count` events as an exchange tells them, some without a time; each comes `times` times.
fn recording_of(count: usize, times: usize) -> Recording {
    let mut text = String::new();
    for number in 0..count {
        let moment = number / times;
        let time = format!("Timestamp: {}.{:06}\r\n", 1_795_347_147 + moment / 50, moment * 4001 % 1_000_000);
        let time = if number % 10 == 9 { "" } else { &time };
        text += &format!(
            "Event: Newstate\r\n{time}Channel: PJSIP/10{}\r\nChanVariable: a={}\r\nChanVariable: b=\r\n\r\n",
            moment % 5 / 4,
            moment / 7
        );
    }
    Recording::parse(text.as_bytes(), "")
}

fn recording(count: usize) -> Recording {
    recording_of(count, 1)
}

/// The events that a recording holds.
fn events_of(recording: &Recording) -> Vec<Vec<u8>> {
    let flat = |packet: &exchange::Packet| {
        let mut out = Vec::new();
        Flattener::new().packet(&Packet::read(&packet.bytes[..packet.bytes.len() - 2]), 0, None, &mut out);
        same(&out)
    };
    recording.packets.iter().map(flat).collect()
}

fn behaviour() -> Behaviour {
    Behaviour { at_end: AtEnd::Close, ..Behaviour::new("reporting", "geheim") }
}

async fn serve(recording: &Recording, behaviour: Behaviour) -> Exchange {
    Exchange::start("127.0.0.1:0", recording.clone(), behaviour).await.expect("listens")
}

/// Serves `recording` once; gives back the lane when the session has closed and the source has stopped.
async fn once(recording: &Recording, behaviour: Behaviour) -> Lane {
    let exchange = serve(recording, behaviour).await;
    let mut lane = Lane::new();
    // No second session before the stop.
    lane.start(Config { backoff_ms_min: 60_000, ..lane.config(&exchange.address()) });
    lane.until_closed(1).await;
    lane.stop().await;
    lane
}

#[tokio::test]
async fn every_session_is_framed() {
    let recording = recording(2000);
    let lane = once(&recording, behaviour()).await;
    let shown = lane.shown();
    assert_eq!((shown[0].as_str(), shown[2001].as_str()), ("opened First", "closed SourceClosed"));
    lane.assert_told(&events_of(&recording));
}

#[tokio::test]
async fn pieces_of_any_size_make_the_same_events() {
    let recording = recording(40);
    for size in 1..=7 {
        let mut behaviour = behaviour();
        behaviour.faults.piece_bytes = Some(size);
        once(&recording, behaviour).await.assert_told(&events_of(&recording));
    }
}

#[tokio::test]
async fn the_secret_is_proved_in_either_way() {
    let recording = recording(3);
    for (plain, md5, actions) in
        [(true, true, vec!["Login"]), (true, false, vec!["Login"]), (false, true, vec!["Login", "Challenge", "Login"])]
    {
        let behaviour = Behaviour { plain, md5, ..behaviour() };
        let exchange = serve(&recording, behaviour).await;
        let mut lane = Lane::new();
        lane.start(lane.config(&exchange.address()));
        lane.until_closed(1).await;
        assert_eq!(exchange.server().actions()[..actions.len()], actions);
        assert_eq!(lane.told().len(), 3);
        lane.stop().await;
    }
    let exchange = serve(&recording, behaviour()).await;
    let mut lane = Lane::new();
    lane.start(Config { auth: Auth::Md5, ..lane.config(&exchange.address()) });
    lane.until_closed(1).await;
    assert_eq!(exchange.server().actions()[..2], ["Challenge", "Login"]);
    lane.stop().await;
}

#[tokio::test]
async fn a_wrong_secret_is_tried_again_until_it_is_right() {
    let exchange = serve(&recording(3), behaviour()).await;
    let mut lane = Lane::new();
    let secret = lane.dir.path().join("secret");
    std::fs::write(&secret, "falsch").expect("written");
    lane.start(lane.config(&exchange.address()));
    lane.until_counted(|counters| counters.logins_refused.load(Ordering::Relaxed), 3).await;
    assert!(lane.entries().is_empty());
    std::fs::write(&secret, "geheim").expect("written");
    lane.until_closed(1).await;
    lane.stop().await;
}

#[tokio::test]
async fn who_greets_otherwise_is_no_exchange() {
    for greeting in ["220 mail ready", &"x".repeat(5000)] {
        let mut behaviour = behaviour();
        behaviour.faults.greeting = Some(greeting.to_owned());
        let exchange = serve(&recording(3), behaviour).await;
        let mut lane = Lane::new();
        lane.start(lane.config(&exchange.address()));
        lane.until_counted(|counters| counters.connects_failed.load(Ordering::Relaxed), 2).await;
        lane.stop().await;
        assert!(lane.entries().is_empty());
    }
}

#[tokio::test]
async fn damage_on_the_way_costs_one_event() {
    let mut bytes = b"Event: A\r\n\r\nEvent: Huge\r\n".to_vec();
    while bytes.len() < 10 << 20 {
        bytes.extend_from_slice(b"Header: 0123456789012345678901234567890123456789\r\n");
    }
    bytes.extend_from_slice(
        b"\r\nEvent: B\r\nName: J\xf6rg\r\n\r\nEvent: C\r\nEvent: D\r\n\r\nwhat\r\n\r\nEvent: E\r\n\r\nEv",
    );
    let lane = once(&Recording::parse(&bytes, ""), behaviour()).await;
    assert_eq!(
        lane.shown(),
        ["opened First", "A", MALFORMED, "B", MALFORMED, "D", MALFORMED, "E", MALFORMED, "closed SourceClosed"]
    );
    let counters = &lane.counters;
    assert_eq!(counters.malformed.load(Ordering::Relaxed), 4);
    assert_eq!(counters.invalid_utf8.load(Ordering::Relaxed), 1);
    assert_eq!(counters.events.load(Ordering::Relaxed), 8);
}

#[tokio::test]
async fn nonsense_without_end_closes_the_session() {
    let lane = once(&Recording::parse("what\r\n\r\n".repeat(500).as_bytes(), ""), behaviour()).await;
    assert_eq!(lane.shown().last().map(String::as_str), Some("closed ProtocolError"));
}

/// A server that begins anew at each connection: cut at odd places, the daemon killed in between, and yet each event
/// is in the queue once, the ones that were equal within a connection as often as they were sent.
#[tokio::test]
async fn a_recording_sent_again_adds_nothing() {
    let recording = recording_of(3000, 2);
    let mut behaviour = Behaviour { resume: Resume::Restart, at_end: AtEnd::Hold, ..behaviour() };
    behaviour.faults.cut_after = vec![1, 777, 20_000, 20_001, 3, 90_000, 150_000, 149_000, 200_000];
    let exchange = serve(&recording, behaviour).await;
    let mut lane = Lane::new();
    lane.start(lane.config(&exchange.address()));
    lane.until_closed(5).await;
    lane.kill().await;
    lane.start(lane.config(&exchange.address()));
    lane.until_closed(8).await;
    lane.kill().await;
    lane.start(lane.config(&exchange.address()));
    let expected = events_of(&recording);
    lane.until(|all| all.iter().filter(|view| view.name() == "Newstate").count() >= expected.len()).await;
    lane.kill().await;
    lane.start(lane.config(&exchange.address()));
    let sessions = |counters: &Counters| counters.sessions.load(Ordering::Relaxed);
    let repeated = |counters: &Counters| counters.repeated.load(Ordering::Relaxed);
    let before = lane.counters.repeated.load(Ordering::Relaxed);
    lane.until_counted(repeated, before + expected.len() as u64).await;
    lane.stop().await;
    assert!(sessions(&lane.counters) >= 9);
    lane.assert_told(&expected);
    assert_eq!(lane.counters.repeated_beyond_queue.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_server_that_goes_on_loses_nothing_but_what_was_cut() {
    let recording = recording(3000);
    let mut behaviour = Behaviour { at_end: AtEnd::Hold, ..behaviour() };
    behaviour.faults.cut_after = vec![10_000, 777, 30_000];
    let exchange = serve(&recording, behaviour).await;
    let mut lane = Lane::new();
    lane.start(lane.config(&exchange.address()));
    let expected = events_of(&recording);
    lane.until(|all| all.iter().filter(|view| view.name() == "Newstate").count() >= expected.len()).await;
    lane.stop().await;
    lane.assert_told(&expected);
    assert_eq!(lane.counters.repeated.load(Ordering::Relaxed), 0);
    let marks: Vec<_> = lane.shown().into_iter().filter(|it| it.contains(' ')).collect();
    let again = ["opened Reconnection", "closed SourceClosed"];
    let expected =
        [&["opened First", "closed SourceClosed"][..], &again, &again, &["opened Reconnection", "closed Stopped"]];
    assert_eq!(marks, expected.concat());
}

#[tokio::test]
async fn a_shutdown_announces_a_restart() {
    let text = "Event: A\r\n\r\nEvent: Shutdown\r\n\r\nResponse: Goodbye\r\n\r\n";
    let exchange = serve(&Recording::parse(text.as_bytes(), ""), behaviour()).await;
    let mut lane = Lane::new();
    lane.start(lane.config(&exchange.address()));
    lane.until_closed(2).await;
    lane.stop().await;
    let shown = lane.shown();
    let expected = ["opened First", "A", "Shutdown", "Response", "closed SourceShutDown", "opened SourceRestarted"];
    assert_eq!(shown[..6], expected);
}

#[tokio::test]
async fn a_young_exchange_has_restarted() {
    let text = "Event: FullyBooted\r\nUptime: 0\r\n\r\n";
    let exchange =
        serve(&Recording::parse(text.as_bytes(), ""), Behaviour { resume: Resume::Restart, ..behaviour() }).await;
    let mut lane = Lane::new();
    let (clock, hand) = Clock::manual(1_000_000_000);
    let inlet = Inlet::new(lane.queue.clone());
    let stop = CancellationToken::new();
    let config = Config { backoff_ms_min: 200, backoff_ms_max: 200, ..lane.config(&exchange.address()) };
    lane.running =
        Some((tokio::spawn(Ami::open(config, inlet, clock, lane.counters.clone(), 7).run(stop.clone())), stop));
    lane.until_closed(1).await;
    hand.fetch_add(5_000_000, Ordering::AcqRel);
    lane.until_closed(2).await;
    lane.stop().await;
    let shown = lane.shown();
    assert_eq!(
        shown[..5],
        ["opened First", "FullyBooted", "closed SourceClosed", "opened SourceRestarted", "FullyBooted"]
    );
}

#[tokio::test]
async fn the_other_server_takes_over() {
    let recording = recording(10);
    let one = serve(&recording, Behaviour { at_end: AtEnd::Hold, ..behaviour() }).await;
    let other =
        serve(&Recording::parse(b"Event: B\r\n\r\n", ""), Behaviour { at_end: AtEnd::Hold, ..behaviour() }).await;
    let mut lane = Lane::new();
    lane.start(Config { backup: Some(other.address()), ..lane.config(&one.address()) });
    lane.until(|all| all.iter().filter(|view| view.name() == "Newstate").count() == 10).await;
    drop(one);
    lane.until(|all| all.iter().any(|view| view.name() == "B")).await;
    lane.stop().await;
    let entries = lane.entries();
    let opened = entries.iter().map(|raw| View::parse(raw).expect("valid"));
    let opened: Vec<_> = opened.filter(|view| view.kind() == Kind::SessionOpened).collect();
    assert_eq!(opened.iter().map(opening_of).collect::<Vec<_>>(), [Opening::First, Opening::Switchover]);
    assert_eq!(opened[1].text("server"), Some(other.address().as_str()));
}

#[tokio::test]
async fn silence_is_noted_and_a_dead_link_is_found() {
    let recording = recording(10);
    let held = Behaviour { at_end: AtEnd::Hold, ..behaviour() };
    let alive = serve(&recording, held.clone()).await;
    let mut dead = held;
    dead.faults.silent_after = Some(recording.bytes());
    let dead = serve(&recording, dead).await;
    let (mut quiet, mut lost) = (Lane::new(), Lane::new());
    let brief = |config| Config { no_data_interval_secs: 1, keep_alive_secs: 1, keep_alive_timeout_secs: 1, ..config };
    quiet.start(brief(quiet.config(&alive.address())));
    lost.start(brief(lost.config(&dead.address())));
    quiet.until(|all| all.iter().filter(|view| view.kind() == Kind::SessionNoData).count() == 2).await;
    lost.until_closed(1).await;
    quiet.stop().await;
    lost.stop().await;
    let closed = |lane: &Lane| lane.shown().into_iter().find(|it| it.starts_with("closed"));
    assert_eq!(closed(&quiet), Some("closed Stopped".to_owned()));
    assert_eq!(closed(&lost), Some("closed KeepAliveLost".to_owned()));
    assert!(!lost.entries().iter().any(|raw| View::parse(raw).expect("valid").kind() == Kind::SessionNoData));
}

/// What an exchange says while it is not read, it may have dropped.
#[tokio::test]
async fn a_queue_that_refused_costs_events() {
    let exchange = serve(&recording(4_000), behaviour()).await;
    let mut lane = Lane::new();
    let small = queue::Config {
        segment_bytes: 32 << 10,
        spare_segments: 1,
        max_bytes: 96 << 10,
        retain_bytes: 0,
        input_bytes: 8 << 10,
        ..queue::Config::new(lane.dir.path().join("small"), "pbx")
    };
    lane.queue = Queue::open(small, Arc::new(SystemDisk), 1).expect("opens").0;
    // No second session before the stop.
    lane.start(Config { backoff_ms_min: 60_000, backoff_ms_max: 60_000, ..lane.config(&exchange.address()) });
    let mut progress = lane.queue.watch();
    let refused = tokio::time::timeout(PATIENCE, progress.wait_for(|progress| progress.refusing.is_some())).await;
    assert!(refused.expect("in time").is_ok());
    let (mut reader, mut bytes) = (lane.queue.reader(1), Vec::new());
    let emptied = async {
        loop {
            bytes.clear();
            if let Ok(Read::Batch { last, .. }) = reader.read(64, usize::MAX, &mut bytes, Duration::ZERO) {
                lane.queue.release(last);
            }
            let closed = Views::new(&bytes).flatten().find(|view| view.kind() == Kind::SessionClosed);
            if let Some(cause) = closed.map(|view| cause_of(&view)) {
                return cause;
            }
            tokio::task::yield_now().await;
        }
    };
    let cause = tokio::time::timeout(PATIENCE, emptied).await.expect("closed in time");
    assert_eq!(cause, mark::Cause::EventsLost);
    lane.stop().await;
}

#[tokio::test]
async fn the_state_is_asked_for_and_its_answer_is_complete() {
    let mut behaviour = Behaviour { at_end: AtEnd::Hold, ..behaviour() };
    let state = ["Event: QueueMember\r\nQueue: q\r\n", "Event: QueueStatusComplete\r\nEventList: Complete\r\n"];
    behaviour.state.0.insert("QueueStatus".to_owned(), state.map(str::to_owned).to_vec());
    let exchange = serve(&Recording::parse(b"Event: FullyBooted\r\nUptime: 99\r\n\r\n", ""), behaviour).await;
    let mut lane = Lane::new();
    lane.start(Config { state_request: true, ..lane.config(&exchange.address()) });
    lane.until(|all| all.iter().any(|view| view.name() == "StateAnswered")).await;
    lane.stop().await;
    let shown = lane.shown();
    assert_eq!(shown[..3], ["opened First", "StateRequested", "FullyBooted"]);
    let entries = lane.entries();
    let views: Vec<_> = entries.iter().map(|raw| View::parse(raw).expect("valid")).collect();
    let find = |name| views.iter().find(|view| view.name() == name).expect("is there");
    let lists = find("StateAnswered").text("lists");
    assert_eq!(lists, Some("CoreShowChannels,Status,BridgeList,QueueStatus,Agents,DeviceStateList"));
    let actions = find("StateRequested").text("actions").expect("has them");
    let id = find("QueueMember").text("ActionID").expect("has one");
    assert!(actions.split(',').any(|action| action == id) && id.ends_with("QueueStatus"));
    assert!(!shown.iter().any(|name| name == "Response"), "answers to us are not events");
}

/// A server that sends recorded bytes with the answers that somebody else got, and never answers us.
#[tokio::test]
async fn a_mute_server_is_good_enough() {
    let text = "Event: A\r\n\r\nResponse: Success\r\nActionID: sync-2-Status\r\n\r\nEvent: StatusComplete\r\nActionID: sync-2-Status\r\n\r\n";
    let mut behaviour = Behaviour { pace: Pace::Recorded(1.0), ..behaviour() };
    behaviour.faults.mute = true;
    behaviour.faults.loses_action_ids = true;
    let exchange = serve(&Recording::parse(text.as_bytes(), ""), behaviour).await;
    let mut lane = Lane::new();
    lane.start(Config { state_request: true, ..lane.config(&exchange.address()) });
    lane.until_closed(1).await;
    lane.stop().await;
    let expected = ["opened First", "StateRequested", "A", "Response", "StatusComplete", "closed SourceClosed"];
    assert_eq!(lane.shown()[..6], expected);
}

#[tokio::test]
async fn tls_with_a_certificate_of_our_own() {
    let mut lane = Lane::new();
    let (server, acceptor) = tls::acceptor(lane.dir.path(), Server::new(recording(50), behaviour()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listens");
    let address = listener.local_addr().expect("bound").to_string();
    let serving = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                let _ = server.serve(stream).await;
            }
        }
    });
    let directory = lane.dir.path().to_owned();
    let file = |name: &str| directory.join(name);
    let tls =
        TlsConfig { ca_file: file("ca.pem"), cert_file: None, key_file: None, server_name: Some("pbx".to_owned()) };
    lane.start(Config { tls: Some(tls.clone()), ..lane.config(&address) });
    lane.until_counted(|counters| counters.connects_failed.load(Ordering::Relaxed), 1).await;
    lane.stop().await;
    let ours = TlsConfig { cert_file: Some(file("ours.pem")), key_file: Some(file("ours.key")), ..tls.clone() };
    lane.start(Config { tls: Some(TlsConfig { server_name: None, ..ours.clone() }), ..lane.config(&address) });
    lane.until_counted(|counters| counters.connects_failed.load(Ordering::Relaxed), 3).await;
    lane.stop().await;
    assert!(lane.entries().is_empty());
    lane.start(Config { tls: Some(ours), ..lane.config(&address) });
    lane.until_closed(1).await;
    lane.stop().await;
    assert_eq!(lane.told().len(), 50);
    serving.abort();
}

mod tls {
    use std::path::Path;
    use std::sync::Arc;

    use exchange::Server;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;
    use tokio_rustls::rustls::server::WebPkiClientVerifier;
    use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto};

    /// A TLS server named `pbx` that wants a certificate of its authority; writes `ca.pem`, `ours.pem`, `ours.key`.
    pub(super) fn acceptor(dir: &Path, server: Arc<Server>) -> (Arc<Server>, TlsAcceptor) {
        let mut authority = CertificateParams::new([]).expect("parameters");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("key")).expect("signed");
        let issue = |name: &str| {
            let key = KeyPair::generate().expect("key");
            let parameters = CertificateParams::new([name.to_owned()]).expect("parameters");
            (parameters.signed_by(&key, &authority).expect("signed"), key)
        };
        let (ours, our_key) = issue("concentrator");
        std::fs::write(dir.join("ca.pem"), authority.pem()).expect("written");
        std::fs::write(dir.join("ours.pem"), ours.pem()).expect("written");
        std::fs::write(dir.join("ours.key"), our_key.serialize_pem()).expect("written");
        let (theirs, their_key) = issue("pbx");
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).expect("added");
        let provider = Arc::new(crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
        let key = PrivateKeyDer::try_from(their_key.serialize_der()).expect("key");
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_client_cert_verifier(verifier.build().expect("verifier"))
            .with_single_cert(vec![theirs.der().clone()], key)
            .expect("configured");
        (server, TlsAcceptor::from(Arc::new(config)))
    }
}

#[test]
fn a_configuration_tells_all_its_problems() {
    let read = |text: &str| toml::from_str::<Config>(text).expect("a table");
    let good = "address = \"pbx:5038\"\nusername = \"u\"\nsecret_file = \"s\"\n";
    assert_eq!(read(good).problems(), [""; 0]);
    let bad = "address = \"pbx\"\nbackup = \":1\"\nkeep_alive_secs = 0\nbackoff_ms_max = 1\nline_bytes_max = 1\ntls = { ca_file = \"c\", key_file = \"k\" }";
    assert_eq!(read(bad).problems().len(), 7);
    assert!(toml::from_str::<Config>("adress = \"pbx\"").is_err());
}
