//! The player against a small other side that acknowledges, crashes, forgets what it has not acknowledged, and hangs up.

use super::*;
use crate::config::{At, Config, Fault, Planned};
use crate::event::{Entry, SiteEvent};
use crate::line;
use crate::random::Random;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream, UnixStream};

const LIMIT: Duration = Duration::from_secs(60);

/// The lines of a number sequence, each with its number.
type Stream = (String, Vec<(u64, Vec<u8>)>);

/// What the other side has, by number sequence: its lines, and how many of them it has on disk.
#[derive(Debug, Default)]
struct Store {
    streams: Vec<Stream>,
    repeats: u64,
    garbage: u64,
    pings: u64,
    hellos: Vec<serde_json::Value>,
}

/// How the other side behaves.
#[derive(Clone, Debug)]
struct Manners {
    seed: u64,
    /// Hangs up after about that many lines, with everything lost that it has not acknowledged.
    crash_every: Option<u64>,
    /// Acknowledges every so many lines.
    ack_every: usize,
}

impl Default for Manners {
    fn default() -> Self {
        Self { seed: 1, crash_every: None, ack_every: 50 }
    }
}

fn number(line: &serde_json::Value, key: &str) -> Option<u64> {
    line.get(key).and_then(serde_json::Value::as_u64)
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    store: &Mutex<Store>,
    manners: &Manners,
    random: &mut Random,
) -> std::io::Result<()> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let mut line = Vec::new();
    if reader.read_until(b'\n', &mut line).await? == 0 || !line.ends_with(b"\n") {
        return Ok(());
    }
    let hello: serde_json::Value = serde_json::from_slice(&line)?;
    let identity = hello["hello"]["stream"].as_str().unwrap().to_owned();
    let index = {
        let mut store = store.lock().unwrap();
        store.hellos.push(hello);
        let known = store.streams.iter().position(|(known, _)| *known == identity);
        known.unwrap_or_else(|| {
            store.streams.push((identity, Vec::new()));
            store.streams.len() - 1
        })
    };
    let mut acked = store.lock().unwrap().streams[index].1.len();
    let mut last = store.lock().unwrap().streams[index].1.last().map_or(0, |(seq, _)| *seq);
    writer.write_all(format!("{{\"resume_after\":{last}}}\n{{\"ping\":7}}\n").as_bytes()).await?;
    let mut crash_in = manners.crash_every.map(|mean| random.count_around(mean));
    loop {
        line.clear();
        let waits = reader.buffer().is_empty();
        let taken = store.lock().unwrap().streams[index].1.len();
        if taken >= acked + manners.ack_every || (waits && taken > acked) {
            acked = taken;
            writer.write_all(format!("{{\"ack\":{last}}}\n").as_bytes()).await?;
        }
        let cut = reader.read_until(b'\n', &mut line).await;
        if !matches!(cut, Ok(1..)) || !line.ends_with(b"\n") {
            // Cut: what was taken is kept, as if it had reached the disk, or is lost, as if it had not.
            if manners.crash_every.is_some() {
                store.lock().unwrap().streams[index].1.truncate(acked);
            }
            return Ok(());
        }
        let Ok(json) = serde_json::from_slice::<serde_json::Value>(&line) else {
            store.lock().unwrap().garbage += 1;
            continue;
        };
        if let Some(ping) = number(&json, "ping") {
            store.lock().unwrap().pings += 1;
            writer.write_all(format!("{{\"pong\":{ping}}}\n").as_bytes()).await?;
        }
        let Some(seq) = number(&json, "seq") else { continue };
        if seq <= last {
            store.lock().unwrap().repeats += 1;
            continue;
        }
        last = seq;
        store.lock().unwrap().streams[index].1.push((seq, line.clone()));
        if let Some(left) = &mut crash_in {
            *left -= 1;
            if *left == 0 {
                store.lock().unwrap().streams[index].1.truncate(acked);
                return Ok(());
            }
        }
    }
}

/// Serves whoever connects, one connection at a time, until it is dropped.
async fn other_side(listener: TcpListener, store: Arc<Mutex<Store>>, manners: Manners) {
    let mut random = Random::new(manners.seed, "other side");
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let _ = serve(stream, &store, &manners, &mut random).await;
    }
}

/// What must arrive, by number sequence.
fn expected(config: &Config) -> Vec<Stream> {
    let mut streams: Vec<Stream> = Vec::new();
    for event in crate::Site::new(config) {
        if let Entry::Started(server) = &event.entry {
            if server.after == 0 {
                streams.push((server.stream.to_string(), Vec::new()));
            }
            continue;
        }
        let mut bytes = Vec::new();
        line::entry(&event, &mut bytes);
        streams.last_mut().unwrap().1.push((event.seq, bytes));
    }
    streams
}

fn site(faults: Vec<Planned>) -> Config {
    Config { agents: 20, calls_per_hour: 500.0, hours: 0.5, faults, ..Config::default() }
}

fn all_kinds() -> Vec<Planned> {
    let at = |seconds, fault| Planned { at: At::Seconds(seconds), fault };
    vec![
        at(200.0, Fault::LinkLost(15.0)),
        at(400.0, Fault::Switchover),
        at(600.0, Fault::Crash(10.0)),
        at(800.0, Fault::Gap(3)),
        at(900.0, Fault::Shutdown(10.0)),
        at(1_000.0, Fault::PrimaryChanged),
        at(1_200.0, Fault::SwitchoverAnew(1.0)),
    ]
}

/// Plays a site to the other side and compares what arrived.
async fn check(config: &Config, change: impl FnOnce(&mut Options), manners: Manners) -> (Store, Progress) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::Tcp(listener.local_addr().unwrap().to_string());
    let store = Arc::new(Mutex::new(Store::default()));
    let other = tokio::spawn(other_side(listener, Arc::clone(&store), manners));
    let mut options = Options::new(&config.name, Endpoint::Connect(address));
    options.retry = Duration::from_millis(1);
    change(&mut options);
    let player = Player::start(crate::Site::new(config), options).await.unwrap();
    tokio::time::timeout(LIMIT, player.all_acked()).await.expect("all is acknowledged in time");
    let progress = player.progress();
    player.stop().await;
    other.abort();
    let _ = other.await;
    let store = Arc::try_unwrap(store).unwrap().into_inner().unwrap();
    (store, progress)
}

fn same(store: &Store, config: &Config) {
    let expected = expected(config);
    assert_eq!(store.streams.len(), expected.len());
    for ((name, got), (identity, wanted)) in store.streams.iter().zip(&expected) {
        assert_eq!(name, identity);
        let numbers = |lines: &[(u64, Vec<u8>)]| lines.iter().map(|(seq, _)| *seq).collect::<Vec<_>>();
        assert_eq!(numbers(got), numbers(wanted), "{name}");
        assert!(got == wanted, "{name}");
    }
}

#[tokio::test]
async fn everything_arrives_through_every_fault() {
    let config = site(all_kinds());
    for seed in 1..8 {
        let faults = TransportFaults {
            seed,
            cut_every_bytes: Some(60_000),
            repeats_max: 20 * (seed % 2),
            garbage_every_bytes: Some(100_000),
            piece_bytes: Some(if seed == 3 { 700 } else { 1 << 20 }),
            mute: false,
        };
        let manners = Manners { seed, crash_every: Some(300), ack_every: usize::try_from(seed).unwrap() * 17 };
        let (store, progress) = check(&config, |options| options.faults = faults, manners).await;
        same(&store, &config);
        assert!(progress.cuts > 3 && progress.connections > 10, "{progress:?}");
        assert!(seed % 2 == 0 || store.repeats > 0);
        assert!(store.garbage > 0);
        let dbids: Vec<u64> = store.hellos.iter().filter_map(|hello| number(&hello["hello"], "dbid")).collect();
        assert!(dbids.contains(&101) && dbids.contains(&102));
    }
}

/// Short connections: most are cut in the hello or in the first lines.
#[tokio::test]
async fn a_cut_at_any_byte_loses_nothing() {
    let config = Config { events_max: Some(30), at_limit: crate::config::AtLimit::Stop, ..site(Vec::new()) };
    for seed in 1..5 {
        let faults = TransportFaults { seed, cut_every_bytes: Some(300), ..TransportFaults::default() };
        let (store, progress) = check(&config, |options| options.faults = faults, Manners::default()).await;
        same(&store, &config);
        assert!(progress.cuts > 10, "{progress:?}");
    }
}

#[tokio::test]
async fn listening_primary_and_backup() {
    let config = site(all_kinds());
    let any = || Address::Tcp("127.0.0.1:0".to_owned());
    let endpoint = Endpoint::Listen { primary: any(), backup: Some(any()) };
    let player = Player::start(crate::Site::new(&config), Options::new(&config.name, endpoint)).await.unwrap();
    let addresses = player.addresses().to_vec();
    let store = Arc::new(Mutex::new(Store::default()));
    let kept = Arc::clone(&store);
    let other = tokio::spawn(async move {
        let mut random = Random::new(1, "other side");
        loop {
            for address in &addresses {
                let stream = TcpStream::connect(address).await.unwrap();
                let _ = serve(stream, &kept, &Manners::default(), &mut random).await;
            }
        }
    });
    tokio::time::timeout(LIMIT, player.all_acked()).await.unwrap();
    let ledger = player.stop().await;
    other.abort();
    let _ = other.await;
    same(&store.lock().unwrap(), &config);
    assert_eq!(ledger.outages.len(), 7);
}

#[tokio::test]
async fn a_unix_socket_and_a_newer_connection() {
    let config = site(Vec::new());
    let path = std::env::temp_dir().join(format!("simulator-{}.sock", std::process::id()));
    let endpoint = Endpoint::Listen { primary: Address::Unix(path.clone()), backup: None };
    let player = Player::start(crate::Site::new(&config), Options::new(&config.name, endpoint)).await.unwrap();
    // A connection that says nothing gives way to the next one.
    let silent = UnixStream::connect(&path).await.unwrap();
    let store = Mutex::new(Store::default());
    let stream = UnixStream::connect(&path).await.unwrap();
    let (manners, mut random) = (Manners::default(), Random::new(1, "other side"));
    tokio::select! {
        ended = serve(stream, &store, &manners, &mut random) => panic!("{ended:?}"),
        () = player.all_acked() => {}
        () = tokio::time::sleep(LIMIT) => panic!("not in time"),
    }
    drop(silent);
    player.stop().await;
    assert!(!path.exists());
    same(&store.lock().unwrap(), &config);
}

#[tokio::test]
async fn a_forgetful_source_makes_gaps() {
    let config = site(Vec::new());
    let manners = Manners { crash_every: Some(400), ack_every: 200, ..Manners::default() };
    let (store, progress) = check(&config, |options| options.forgetful = Some(10), manners).await;
    assert!(progress.forgotten > 0, "{progress:?}");
    let got = &store.streams[0].1;
    assert!(got.is_sorted_by_key(|(seq, _)| *seq));
    assert!(got.len() < expected(&config)[0].1.len());
}

#[tokio::test]
async fn commands() {
    let config = site(Vec::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::Tcp(listener.local_addr().unwrap().to_string());
    let store = Arc::new(Mutex::new(Store::default()));
    let other = tokio::spawn(other_side(listener, Arc::clone(&store), Manners::default()));
    let mut options = Options::new(&config.name, Endpoint::Connect(address));
    options.retry = Duration::from_millis(1);
    options.keep_alive = Duration::from_millis(20);
    let player = Player::start(crate::Site::new(&config), options).await.unwrap();
    player.all_acked().await;
    let connections = player.progress().connections;
    player.command(Command::Garbage(b"no\nline".to_vec())).await;
    player.command(Command::Repeat(5)).await;
    player.command(Command::Stall(Duration::from_millis(5))).await;
    player.command(Command::Trickle(Some(100))).await;
    player.command(Command::CutAfter(40)).await;
    player.reached(|progress| progress.connections == connections + 1).await;
    player.command(Command::Mute(true)).await;
    player.command(Command::Mute(false)).await;
    player.command(Command::Cut).await;
    player.reached(|progress| progress.connections == connections + 2).await;
    assert_eq!(player.progress().cuts, 2);
    player.stop().await;
    other.abort();
    let _ = other.await;
    same(&store.lock().unwrap(), &config);
    let store = store.lock().unwrap();
    assert!(store.garbage == 1 && store.pings > 0, "{} {}", store.garbage, store.pings);
}

/// At a pace, entries come when they are due, and not much sooner.
#[tokio::test]
async fn entries_come_at_their_pace() {
    let config = Config { events_max: Some(300), at_limit: crate::config::AtLimit::Stop, ..site(Vec::new()) };
    let events: Vec<SiteEvent> = crate::Site::new(&config).filter(|event| event.seq > 0).collect();
    let span = events.last().unwrap().time - events.first().unwrap().time;
    let times = 500.0;
    let begin = std::time::Instant::now();
    let (store, _) = check(&config, |options| options.pace = Pace::Times(times), Manners::default()).await;
    let least = Duration::from_secs_f64(crate::random::seconds_of(span) / times);
    assert!(begin.elapsed() >= least, "{:?} for {least:?}", begin.elapsed());
    same(&store, &config);
}

#[tokio::test]
async fn a_refusal_is_told() {
    let config = site(Vec::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::Tcp(listener.local_addr().unwrap().to_string());
    let player = Player::start(crate::Site::new(&config), Options::new("x", Endpoint::Connect(address))).await.unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.write_all(b"{\"error\":{\"code\":\"wrong_source\",\"text\":\"no\"}}\n").await.unwrap();
    player.reached(|progress| progress.refusal.is_some()).await;
    assert!(player.progress().refusal.unwrap().contains("wrong_source"));
    assert_eq!(player.progress().acked, 0);
    player.stop().await;
}
