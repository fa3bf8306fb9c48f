//! Who comes in, and how.

use std::io::Write;
use std::path::Path;

use tokio::net::UnixStream;

use super::*;

/// A port that was free just now.
fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    listener.local_addr().expect("bound").to_string()
}

fn listening(address: &str) -> Config {
    Config { listen: Some(address.to_owned()), backoff_ms_min: 1, backoff_ms_max: 5, ..Config::default() }
}

async fn connect(address: &str) -> Peer<TcpStream> {
    let connecting = async {
        loop {
            match TcpStream::connect(address).await {
                Ok(stream) => return Peer::new(stream),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    soon(connecting).await
}

#[tokio::test]
async fn the_newest_connection_takes_over() {
    let (address, mut lane) = (free_port(), Lane::new());
    lane.start(listening(&address));
    let mut one = connect(&address).await;
    assert_eq!(one.hello("a", "").await, 0);
    one.events(1..=2).await;
    one.acked(2).await;
    // Who says nothing that fits does not disturb the session.
    let mut stranger = connect(&address).await;
    stranger.send("GET / HTTP/1.1").await;
    assert!(stranger.rest().await.starts_with(r#"{"error":{"code":"hello""#));
    drop(stranger);
    let refused = async {
        while lane.count(|counters| &counters.logins_refused) == 0 {
            tokio::task::yield_now().await;
        }
    };
    soon(refused).await;
    one.events(3..=3).await;
    one.acked(3).await;
    let mut other = connect(&address).await;
    assert_eq!(other.hello("a", "").await, 3);
    assert!(one.rest().await.starts_with(r#"{"error":{"code":"replaced""#));
    other.events(4..=4).await;
    other.acked(4).await;
    lane.stop().await;
    lane.frames();
    let shown = [
        "opened First after 0",
        "E 1",
        "E 2",
        "E 3",
        "closed SourceClosed",
        "opened Reconnection after 3 lossless",
        "E 4",
        "closed Stopped",
    ];
    assert_eq!(lane.shown(), shown);
    assert_eq!(lane.count(|counters| &counters.logins_refused), 1);
}

#[tokio::test]
async fn who_does_not_fit_is_told_so() {
    let (address, mut lane) = (free_port(), Lane::new());
    lane.start(Config { expect_source: Some("ts".to_owned()), line_bytes_max: 5_000, ..listening(&address) });
    for (hello, code) in [
        (r#"{"hello":{"protocol":2}}"#.to_owned(), "protocol"),
        (r#"{"hello":{"protocol":1,"source":"other","stream":"a"}}"#.to_owned(), "source"),
        (r#"{"hello":{"protocol":1,"source":"ts","stream":"a","kind":"chat"}}"#.to_owned(), "kind"),
        (r#"{"event":"E","seq":1}"#.to_owned(), "hello"),
        ("x".repeat(6_000), "hello"),
    ] {
        let mut peer = connect(&address).await;
        peer.send(&hello).await;
        let rest = peer.rest().await;
        assert!(rest.starts_with(&format!(r#"{{"error":{{"code":"{code}""#)), "{hello} {rest:?}");
    }
    // What follows a hello that is refused does not swallow the refusal.
    let mut peer = connect(&address).await;
    let more: String = (1..=20_000).map(event).collect();
    peer.bytes(format!("{{\"hello\":{{\"protocol\":2}}}}\n{more}").as_bytes()).await;
    assert!(peer.rest().await.starts_with(r#"{"error":{"code":"protocol""#));
    lane.stop().await;
    assert!(lane.entries().is_empty());
}

/// More connections that say nothing than may wait; the source gets in when their time is over.
#[tokio::test]
async fn who_says_nothing_does_not_keep_others_out() {
    let (address, mut lane) = (free_port(), Lane::new());
    lane.start(Config { hello_timeout_secs: 1, ..listening(&address) });
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(connect(&address).await);
    }
    let mut peer = connect(&address).await;
    assert_eq!(peer.hello("a", "").await, 0);
    lane.stop().await;
    assert!(lane.count(|counters| &counters.logins_refused) >= 24);
}

#[tokio::test]
async fn a_unix_socket_in_either_direction() {
    let mut lane = Lane::new();
    let path = lane.dir.path().join("ours.socket");
    // Left behind by a daemon that was killed.
    drop(std::os::unix::net::UnixListener::bind(&path).expect("binds"));
    lane.start(listening(&format!("unix:{}", path.display())));
    let connecting = async {
        loop {
            match UnixStream::connect(&path).await {
                Ok(stream) => return stream,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    let mut peer = Peer::new(soon(connecting).await);
    assert_eq!(peer.hello("a", "").await, 0);
    peer.events(1..=3).await;
    peer.acked(3).await;
    lane.stop().await;
    assert!(!path.exists());
    let theirs = lane.dir.path().join("theirs.socket");
    let listener = tokio::net::UnixListener::bind(&theirs).expect("binds");
    lane.start(Config { connect: Some(format!("unix:{}", theirs.display())), ..Config::default() });
    let mut peer = Peer::new(soon(listener.accept()).await.expect("accepted").0);
    assert_eq!(peer.hello("a", "").await, 3);
    peer.events(4..=4).await;
    peer.acked(4).await;
    lane.stop().await;
    assert_eq!(lane.numbers(), [1, 2, 3, 4]);
}

/// The stream of one lane listens, and a connection of our own kind is the source: with the right certificate, with
/// none, and with one that somebody else has signed.
#[tokio::test]
async fn certificates_are_demanded_and_shown() {
    let (address, mut lane) = (free_port(), Lane::new());
    let dir = lane.dir.path().to_owned();
    authority(&dir, "ours", &["localhost", "concentrator"]);
    authority(&dir, "strange", &["stranger"]);
    let file = |name: &str| Some(dir.join(name));
    let server = Tls {
        ca_file: file("ours.ca"),
        cert_file: file("localhost.pem"),
        key_file: file("localhost.key"),
        server_name: None,
    };
    lane.start(Config { tls: Some(server), ..listening(&address) });
    let client = |certificate: Option<&str>, ca: &str, name: &str| TlsConfig {
        ca_file: dir.join(ca),
        cert_file: certificate.map(|name| dir.join(format!("{name}.pem"))),
        key_file: certificate.map(|name| dir.join(format!("{name}.key"))),
        server_name: Some(name.to_owned()),
    };
    drop(connect(&address).await);
    for (tls, accepted) in [
        (client(None, "ours.ca", "localhost"), false),
        (client(Some("stranger"), "ours.ca", "localhost"), false),
        (client(Some("concentrator"), "strange.ca", "localhost"), false),
        (client(Some("concentrator"), "ours.ca", "elsewhere"), false),
        (client(Some("concentrator"), "ours.ca", "localhost"), true),
    ] {
        let Ok(stream) = connect::connect(&address, Some(&tls), PATIENCE).await else {
            assert!(!accepted);
            continue;
        };
        let mut peer = Peer::new(stream);
        let _ = peer.stream.write_all(b"{\"hello\":{\"protocol\":1,\"source\":\"ts\",\"stream\":\"a\"}}\n").await;
        let _ = peer.stream.flush().await;
        assert_eq!(peer.line().await, if accepted { r#"{"resume_after":0}"# } else { "" });
        if accepted {
            peer.events(1..=2_000).await;
            peer.acked(2_000).await;
        }
    }
    lane.stop().await;
    assert_eq!(lane.numbers().len(), 2_000);
    // And the other direction: the stream connects, and shows its certificate.
    let listener = connect::Listener::bind(&address).await.expect("binds");
    let theirs = ServerTls {
        cert_file: dir.join("localhost.pem"),
        key_file: dir.join("localhost.key"),
        ca_file: file("ours.ca"),
    };
    let ours = Tls {
        ca_file: file("ours.ca"),
        cert_file: file("concentrator.pem"),
        key_file: file("concentrator.key"),
        server_name: Some("localhost".to_owned()),
    };
    lane.start(Config { connect: Some(address.clone()), tls: Some(ours), ..Config::default() });
    let incoming = soon(listener.accept()).await.expect("accepted");
    let mut peer = Peer::new(incoming.open(Some(&theirs), PATIENCE).await.expect("agreed"));
    assert_eq!(peer.hello("a", "").await, 2_000);
    lane.stop().await;
}

/// An authority of that name in `dir`, and certificates that it signed.
fn authority(dir: &Path, name: &str, issued: &[&str]) {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let mut parameters = CertificateParams::new([]).expect("parameters");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate().expect("key")).expect("signed");
    std::fs::write(dir.join(format!("{name}.ca")), authority.pem()).expect("written");
    for name in issued {
        let key = KeyPair::generate().expect("key");
        let parameters = CertificateParams::new([(*name).to_owned()]).expect("parameters");
        let certificate = parameters.signed_by(&key, &authority).expect("signed");
        std::fs::write(dir.join(format!("{name}.pem")), certificate.pem()).expect("written");
        std::fs::write(dir.join(format!("{name}.key")), key.serialize_pem()).expect("written");
    }
}

/// A program that does not outlive its test.
struct Client(std::process::Child);

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
    }
}

/// The example of the documentation brings every event once, though its connections are cut and the daemon is killed.
#[tokio::test]
async fn the_example_client_loses_nothing() {
    let (address, mut lane) = (free_port(), Lane::new());
    lane.start(listening(&address));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/stream_client.py");
    let mut client = Client(
        std::process::Command::new("python3")
            .arg(script)
            .args([address.as_str(), "example"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .expect("Python runs"),
    );
    let mut input = client.0.stdin.take().expect("piped");
    // Less than a pipe holds, so that this does not wait.
    let mut say = |numbers: std::ops::RangeInclusive<u32>| {
        let text: String = numbers.map(|at| format!("{{\"event\":\"E\",\"attributes\":{{\"At\":{at}}}}}\n")).collect();
        input.write_all(text.as_bytes()).expect("taken");
    };
    let reached = |at: u64| move |all: &[View<'_>]| all.iter().any(|view| view.sequence() >= Some(at));
    say(1..=500);
    lane.until(reached(500)).await;
    lane.kill().await;
    say(501..=900);
    lane.start(listening(&address));
    lane.until(reached(900)).await;
    // Somebody else takes over for a moment.
    let mut other = connect(&address).await;
    let entries = lane.entries();
    let stream = View::parse(&entries[0]).expect("valid").text("capture").expect("has it").to_owned();
    assert_eq!(other.hello(stream.strip_prefix(resume::CAPTURE).expect("a stream"), "").await, 900);
    drop(other);
    say(901..=1_000);
    lane.until(reached(1_000)).await;
    drop(input);
    let ended = tokio::task::spawn_blocking(move || client.0.wait());
    assert!(soon(ended).await.expect("joined").expect("ends").success());
    lane.stop().await;
    let entries = lane.entries();
    let views = entries.iter().map(|raw| View::parse(raw).expect("valid"));
    let told: Vec<_> = views.filter(|view| view.kind() == Kind::Source).map(|view| view.integer("At")).collect();
    assert_eq!(told, (1..=1_000).map(Some).collect::<Vec<_>>());
    assert_eq!(lane.count(|counters| &counters.gaps), 0);
}

#[test]
fn a_configuration_tells_all_its_problems() {
    let problems = |text: &str| toml::from_str::<Config>(text).expect("a table").problems();
    for good in [
        "listen = \"[::]:7000\"",
        "listen = \"unix:/run/s.sock\"\nsource_type = \"multimedia\"",
        "connect = \"ts:7000\"\nbackup = \"ts2:7000\"\ntls = { ca_file = \"c\" }",
        "listen = \"0.0.0.0:7000\"\ntls = { cert_file = \"c\", key_file = \"k\" }",
    ] {
        assert_eq!(problems(good), [""; 0], "{good}");
    }
    for (bad, count) in [
        ("", 1),
        ("listen = \"h:1\"\nconnect = \"h:1\"", 1),
        ("listen = \"h\"\nbackup = \"unix:relative\"", 3),
        ("connect = \"h:1\"\nbackup = \"h:1\"\ntls = { key_file = \"k\" }", 3),
        ("listen = \"h:1\"\ntls = { server_name = \"n\" }", 2),
        ("connect = \"unix:/s\"\ntls = { ca_file = \"k\" }", 1),
        (
            "listen = \"h:1\"\nkeep_alive_secs = 0\nbackoff_ms_max = 1\nline_bytes_max = 2000000\nunreadable_lines_max = 0",
            4,
        ),
    ] {
        assert_eq!(problems(bad).len(), count, "{bad} {:?}", problems(bad));
    }
    assert!(toml::from_str::<Config>("adress = \"pbx\"").is_err());
}
