//! Logs through the source, into a real queue.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::*;
use crate::event::{Kind, View, Views};
use crate::queue::disk::SystemDisk;
use crate::queue::{self, Queue, Read};
use crate::session::mark::{Cause, cause_of, opening_of};

const NOW: i64 = 1_400_000_000_000_000;

fn queue(dir: &Path) -> Queue {
    let config =
        queue::Config { segment_bytes: 1 << 20, spare_segments: 1, ..queue::Config::new(dir.join("queue"), "ts") };
    Queue::open(config, Arc::new(SystemDisk), 1).expect("opens").0
}

/// All entries but bookmarks, a line each.
fn entries(queue: &Queue) -> Vec<String> {
    let (mut reader, mut bytes) = (queue.reader(1), Vec::new());
    while let Ok(Read::Batch { .. }) = reader.read(usize::MAX, usize::MAX, &mut bytes, Duration::ZERO) {}
    let show = |view: View<'_>| match view.kind() {
        Kind::SessionOpened => {
            let lossless = if view.integer("lossless") == Some(1) { " lossless" } else { "" };
            let (server, at) =
                (view.text("server").unwrap_or_default(), view.integer("resumed_at").unwrap_or_default());
            format!("opened {:?} {server} {at}{lossless}", opening_of(&view))
        }
        Kind::SessionClosed => format!("closed {:?}", cause_of(&view)),
        Kind::Source => format!("{} {}", view.name(), view.sequence().expect("numbered")),
        _ => view.name().to_owned(),
    };
    let views = Views::new(&bytes).map(|view| view.expect("valid"));
    views.filter(|view| view.kind() != Kind::Bookmark).map(show).collect()
}

/// The source's events only, without their places.
fn events(entries: &[String]) -> Vec<&str> {
    entries.iter().filter(|line| line.starts_with("Event") || line.starts_with("Malf")).map(String::as_str).collect()
}

fn message(number: usize) -> String {
    format!(
        "@08:00:{:02}.{:04} [0] 8.1 distribute_event: message EventN{number}\n\tAttributeThisDN\t'7001'\n\tAttributeCallID\t{number}\n",
        number / 10 % 60,
        number
    )
}

const PREAMBLE: &str = "Local time:  2014-01-02T08:00:00.000\nUTC time:  2014-01-02T07:00:00.000\n\n";

fn config(files: &[&Path]) -> Config {
    let files = files.iter().map(|path| path.to_path_buf()).collect();
    Config {
        files,
        event_bytes_max: 64 << 10,
        value_bytes_max: 8 << 10,
        poll_ms: 10,
        quiet_ms: 40,
        ..Config::default()
    }
}

async fn once(dir: &Path, config: &Config, known: &[(String, u64)]) -> Result<Vec<String>, Error> {
    let queue = queue(dir);
    let (clock, _) = Clock::manual(NOW);
    let known = known.iter().cloned().collect();
    let source = TEvents::open(config.clone(), Inlet::new(queue.clone()), clock, Arc::default(), known);
    source.run(CancellationToken::new()).await?;
    Ok(entries(&queue))
}

fn write(dir: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, text).expect("written");
    path
}

fn append(path: &Path, text: &str) {
    let mut file = std::fs::OpenOptions::new().append(true).open(path).expect("opens");
    file.write_all(text.as_bytes()).expect("written");
}

struct Following {
    queue: Queue,
    stop: CancellationToken,
    task: JoinHandle<Result<(), Error>>,
}

impl Following {
    fn start(dir: &Path, pattern: &Path) -> Self {
        let config = Config { follow: pattern.to_owned(), ..config(&[]) };
        assert_eq!(config.problems(), Vec::<String>::new());
        Self::with(dir, config)
    }

    fn with(dir: &Path, config: Config) -> Self {
        let queue = queue(dir);
        let (clock, _) = Clock::manual(NOW);
        let source = TEvents::open(config, Inlet::new(queue.clone()), clock, Arc::default(), BTreeMap::new());
        let stop = CancellationToken::new();
        let task = tokio::spawn(source.run(stop.clone()));
        Self { queue, stop, task }
    }

    /// Waits until that many of the source's events are in the queue.
    async fn wait(&self, count: usize) -> Vec<String> {
        self.wait_for(|entries| events(entries).len() >= count).await
    }

    /// Waits until the queue holds what is wanted.
    async fn wait_for(&self, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        let mut watch = self.queue.watch();
        let wait = async {
            loop {
                watch.mark_unchanged();
                let entries = entries(&self.queue);
                if wanted(&entries) {
                    return entries;
                }
                watch.changed().await.expect("open");
            }
        };
        let all = tokio::time::timeout(Duration::from_secs(20), wait).await;
        all.unwrap_or_else(|_| panic!("waited in vain: {:?}", entries(&self.queue)))
    }

    /// As a crash: what the source had in memory is gone, and no session is closed.
    async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
        self.queue.close().await;
    }

    async fn stop(self) -> Vec<String> {
        self.stop.cancel();
        self.task.await.expect("joined").expect("no error");
        let entries = entries(&self.queue);
        self.queue.close().await;
        entries
    }
}

#[tokio::test]
async fn files_are_pieces_of_one_log() {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/tevents"));
    let dir = tempfile::tempdir().expect("directory");
    let parts = ["part-1.log", "part-2.log", "part-3.log"].map(|name| data.join(name));
    let paths: Vec<&Path> = parts.iter().map(PathBuf::as_path).collect();
    let shown = once(dir.path(), &config(&paths), &[]).await.expect("read");
    let expected = [
        "opened First part-1.log 0",
        "EventAgentLogin 188",
        "closed SourceClosed",
        "opened Reconnection part-3.log 0 lossless",
        "EventAgentReady 103",
        "EventAgentNotReady 221",
        "closed SourceClosed",
    ];
    assert_eq!(shown, expected);
    assert_eq!(once(dir.path(), &config(&paths), &[]).await.expect("read"), expected, "known to the queue");
}

#[tokio::test]
async fn a_known_log_adds_nothing() {
    let dir = tempfile::tempdir().expect("directory");
    let text = format!("{PREAMBLE}{}{}00:00:00.000 end\n", message(1), message(2));
    let log = write(&dir, "a.log", &text);
    let ends = text.len() - "00:00:00.000 end\n".len();
    let identity = identity::identity(text.as_bytes(), (PREAMBLE.len() + message(1).len()) as u64);
    let known = [(identity, ends as u64)];
    assert!(once(dir.path(), &config(&[&log]), &known).await.expect("read").is_empty());
    let first = [(known[0].0.clone(), (PREAMBLE.len() + message(1).len()) as u64)];
    let shown = once(dir.path(), &config(&[&log]), &first).await.expect("read");
    let expected = [
        format!("opened First a.log {} lossless", first[0].1),
        format!("EventN2 {ends}"),
        "closed SourceClosed".to_owned(),
    ];
    assert_eq!(shown, expected);
    let other = tempfile::tempdir().expect("directory");
    let beyond = [(known[0].0.clone(), 10_000)];
    let refused = once(other.path(), &config(&[&log]), &beyond).await;
    assert!(matches!(refused, Err(Error::RecordingShorter { .. })));
    let missing = once(other.path(), &config(&[&dir.path().join("none")]), &[]).await;
    assert!(matches!(missing, Err(Error::Recording { .. })));
}

#[tokio::test]
async fn link_and_server_events_are_marks() {
    let dir = tempfile::tempdir().expect("directory");
    let names = [
        "EventLinkConnected",
        "EventRinging",
        "EventLinkDisconnected",
        "EventAgentReady",
        "EventLinkConnected",
        "EventLinkDisconnected",
        "EventDialing",
        "EventServerDisconnected",
        "EventServerDisconnected",
        "EventServerConnected",
        "EventServerDisconnected",
        "EventReleased",
        "EventPrimaryChanged",
    ];
    let text: String = names.iter().map(|name| format!("00:00:00.000 message {name}\n")).collect();
    let log = write(&dir, "a.log", &text);
    let shown = once(dir.path(), &config(&[&log]), &[]).await.expect("read");
    let shown: Vec<&str> = shown.iter().map(|line| line.split(" a.log").next().expect("one")).collect();
    let shown: Vec<&str> = shown
        .iter()
        .map(|line| if line.starts_with("Event") { line.split(' ').next().expect("one") } else { line })
        .collect();
    let expected = [
        "opened First",
        "EventLinkConnected",
        "EventRinging",
        "EventLinkDisconnected",
        "LinkDown",
        "EventAgentReady",
        "LinkUp",
        "opened SwitchReconnected",
        "EventLinkConnected",
        "EventLinkDisconnected",
        "LinkDown",
        "LinkUp",
        "opened SwitchReconnected",
        "EventDialing",
        "EventServerDisconnected",
        "closed SourceClosed",
        "EventServerDisconnected",
        "opened Reconnection",
        "EventServerConnected",
        "EventServerDisconnected",
        "closed SourceClosed",
        "opened Reconnection",
        "EventReleased",
        "closed SourceClosed",
        "opened Switchover",
        "EventPrimaryChanged",
        "closed SourceClosed",
    ];
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn growing_and_rotated() {
    let dir = tempfile::tempdir().expect("directory");
    let one = write(&dir, "ts.20140102_080000_000.log", PREAMBLE);
    let pattern = dir.path().join("ts*.log");
    let following = Following::start(dir.path(), &pattern);
    let mut text = String::new();
    for number in 0..20 {
        text += &message(number);
    }
    // In pieces that cut lines, the last message cut in the middle.
    let (now, later) = text.split_at(text.len() - 30);
    for piece in now.as_bytes().chunks(177) {
        append(&one, std::str::from_utf8(piece).expect("text"));
    }
    following.wait(19).await;
    // The rest of the message is in the next piece, behind a preamble.
    let two = write(&dir, "ts.20140102_080002_000.log", PREAMBLE);
    append(&two, later);
    append(&two, &message(20));
    following.wait(21).await;
    append(&two, &message(21));
    let three = write(&dir, "ts.20140102_080003_000.log", &format!("{PREAMBLE}{}", message(22)));
    following.wait(23).await;
    append(&three, "08:00:04.000 end\n");
    let shown = following.stop().await;
    let names: Vec<&str> = events(&shown).iter().map(|line| line.split(' ').next().expect("name")).collect();
    assert_eq!(names, (0..23).map(|number| format!("EventN{number}")).collect::<Vec<_>>());
    let marks: Vec<&String> = shown.iter().filter(|line| !line.starts_with("EventN")).collect();
    assert_eq!(
        marks,
        [
            "opened First ts.20140102_080000_000.log 0",
            "closed SourceClosed",
            "opened Reconnection ts.20140102_080002_000.log 0 lossless",
            "closed SourceClosed",
            "opened Reconnection ts.20140102_080003_000.log 0 lossless",
            "closed Stopped"
        ]
    );
    let length = shown.len();
    let again = Following::start(dir.path(), &pattern);
    append(&three, &message(23));
    again.wait(24).await;
    let shown = again.stop().await;
    assert!(shown[length].ends_with(" lossless") && shown[length].contains("080003_000.log"), "{shown:?}");
    assert_eq!(events(&shown).len(), 24);
}

#[tokio::test]
async fn renamed_and_truncated() {
    let dir = tempfile::tempdir().expect("directory");
    let log = write(&dir, "ts.log", &format!("{PREAMBLE}{}", message(0)));
    let following = Following::start(dir.path(), &dir.path().join("ts.log"));
    following.wait(1).await;
    let old = dir.path().join("ts.log.1");
    std::fs::rename(&log, &old).expect("renamed");
    append(&old, &message(1));
    following.wait(2).await;
    append(&old, &message(3));
    let log = write(&dir, "ts.log", &format!("{PREAMBLE}{}", message(2)));
    following.wait(4).await;
    // Truncated, and longer again before anybody can look.
    std::fs::write(&log, format!("{PREAMBLE}{}{}{}", message(4), message(5), message(6))).expect("written");
    following.wait(7).await;
    std::fs::write(&log, "").expect("truncated");
    append(&log, &message(7));
    following.wait(8).await;
    let shown = following.stop().await;
    let names: Vec<&str> = events(&shown).iter().map(|line| line.split(' ').next().expect("name")).collect();
    assert_eq!(names, [0, 1, 3, 2, 4, 5, 6, 7].map(|number| format!("EventN{number}")));
    let lossless: Vec<bool> =
        shown.iter().filter(|line| line.starts_with("opened")).map(|line| line.ends_with("lossless")).collect();
    assert_eq!(lossless, [false, true, false, false]);
}

#[tokio::test]
async fn silence_is_noted_when_the_log_grows_without_events() {
    let dir = tempfile::tempdir().expect("directory");
    let log = write(&dir, "ts.log", &format!("{PREAMBLE}{}", message(0)));
    let config = Config { follow: log.clone(), no_data_interval_secs: 0, ..config(&[]) };
    let following = Following::with(dir.path(), config);
    following.wait(1).await;
    append(&log, "08:00:10.000 Trc 04120 Check point 2014-01-02T08:00:10\n");
    let noted = |entries: &[String]| entries.last().is_some_and(|line| line == "SessionNoData");
    following.wait_for(noted).await;
    append(&log, &message(1));
    following.wait(2).await;
    let shown = following.stop().await;
    let kinds: Vec<&str> = shown.iter().map(|line| line.split(' ').next().expect("one")).collect();
    assert_eq!(kinds, ["opened", "EventN0", "SessionNoData", "EventN1", "closed"]);
}

/// A message that was cut between two logs is not brought in again from the first one.
#[tokio::test]
async fn a_cut_message_stays_known() {
    let dir = tempfile::tempdir().expect("directory");
    let cut = message(1);
    let (head, rest) = cut.split_at(cut.find("\tAttributeCallID").expect("there"));
    write(&dir, "ts.20140102_080000_000.log", &format!("{PREAMBLE}{}{head}", message(0)));
    write(&dir, "ts.20140102_080001_000.log", &format!("{PREAMBLE}{rest}{}", message(2)));
    let last = write(&dir, "ts.20140102_080002_000.log", &format!("{PREAMBLE}{}", message(3)));
    let pattern = dir.path().join("ts*.log");
    for round in 0..3 {
        let following = Following::start(dir.path(), &pattern);
        append(&last, &message(4 + round));
        following.wait(5 + round).await;
        let shown = following.stop().await;
        let names: Vec<&str> = events(&shown).iter().map(|line| line.split(' ').next().expect("name")).collect();
        assert_eq!(names, (0..5 + round).map(|number| format!("EventN{number}")).collect::<Vec<_>>());
        let opened = shown.iter().filter(|line| line.starts_with("opened")).count();
        assert_eq!(opened, 3 + round, "{shown:?}");
    }
}

#[tokio::test]
async fn stopped_anywhere_it_goes_on_where_it_was() {
    for seed in 0..4 {
        let mut random = fastrand::Rng::with_seed(seed);
        let dir = tempfile::tempdir().expect("directory");
        let pattern = dir.path().join("ts*.log");
        let mut log = write(&dir, "ts.20140102_080000_000.log", PREAMBLE);
        let mut written = 0;
        for round in 1..=6 {
            let following = Following::start(dir.path(), &pattern);
            let many = if seed == 0 && round == 2 { 9_000 } else { random.usize(1..900) };
            for _ in 0..many {
                append(&log, &message(written));
                written += 1;
            }
            if random.bool() {
                log = write(&dir, &format!("ts.20140102_08000{round}_000.log"), PREAMBLE);
                append(&log, &message(written));
                written += 1;
            }
            if random.bool() {
                following.wait(random.usize(0..written)).await;
            }
            if random.bool() {
                following.kill().await;
            } else {
                following.stop().await;
            }
        }
        let following = Following::start(dir.path(), &pattern);
        following.wait(written).await;
        let shown = following.stop().await;
        let names: Vec<&str> = events(&shown).iter().map(|line| line.split(' ').next().expect("name")).collect();
        assert_eq!(names, (0..written).map(|number| format!("EventN{number}")).collect::<Vec<_>>(), "seed {seed}");
    }
}

#[tokio::test]
async fn the_recorded_pace_keeps_the_pauses_and_a_stop_does_not_wait_for_them() {
    let dir = tempfile::tempdir().expect("directory");
    let log = write(&dir, "a.log", &format!("{PREAMBLE}{}{}", message(0), message(20)));
    let began = tokio::time::Instant::now();
    let paced = Config { pace: Pace::Scaled(10.0), ..config(&[&log]) };
    once(dir.path(), &paced, &[]).await.expect("read");
    assert!(began.elapsed() >= Duration::from_millis(190), "two seconds at ten times the pace");
    let other = tempfile::tempdir().expect("directory");
    let queue = queue(other.path());
    let slow = Config { pace: Pace::Scaled(0.001), ..config(&[&log]) };
    let stop = CancellationToken::new();
    let (clock, _) = Clock::manual(NOW);
    let source = TEvents::open(slow, Inlet::new(queue.clone()), clock, Arc::default(), BTreeMap::new());
    let task = tokio::spawn(source.run(stop.clone()));
    queue.watch().wait_for(|progress| progress.durable >= 2).await.expect("the first event");
    stop.cancel();
    task.await.expect("joined").expect("no error");
    assert_eq!(cause_of_last(&queue), Cause::Stopped);
}

fn cause_of_last(queue: &Queue) -> Cause {
    let (mut reader, mut bytes) = (queue.reader(1), Vec::new());
    while let Ok(Read::Batch { .. }) = reader.read(usize::MAX, usize::MAX, &mut bytes, Duration::ZERO) {}
    let last = Views::new(&bytes).last().expect("entries").expect("valid");
    cause_of(&last)
}

#[test]
fn configurations() {
    let read = |text: &str| toml::from_str::<Config>(text).map(|config| config.problems());
    let good = "follow = \"/var/log/ts/ts*.log\"\ntime_zone_offset = -300\nstart_date = \"2014-01-31\"";
    assert_eq!(read(good).expect("read"), Vec::<String>::new());
    assert_eq!(
        read("files = [\"a\"]\npace = 10\ntime_zone_offset = \"from preamble\"").expect("read"),
        Vec::<String>::new()
    );
    for (text, key) in [
        ("", "`files`"),
        ("files = [\"a\"]\nfollow = \"b\"", "`files`"),
        ("follow = \"b\"\npace = 2", "`pace`"),
        ("follow = \"/a*/b\"", "`follow`"),
        ("follow = \"/\"", "`follow`"),
        ("files = [\"a\"]\nstart_date = \"soon\"", "`start_date`"),
        ("files = [\"a\"]\ntime_zone_offset = 1000", "`time_zone_offset`"),
        ("files = [\"a\"]\npoll_ms = 0", "`poll_ms`"),
        ("files = [\"a\"]\nquiet_ms = 100000", "`quiet_ms`"),
        ("files = [\"a\"]\nno_data_interval_secs = 0", "`no_data_interval_secs`"),
        ("files = [\"a\"]\nevent_bytes_max = 1", "`event_bytes_max`"),
        ("files = [\"a\"]\nvalue_bytes_max = 2000000", "`value_bytes_max`"),
    ] {
        let problems = read(text).expect("read");
        assert!(problems.iter().any(|problem| problem.contains(key)), "{text}: {problems:?}");
    }
    assert!(read("time_zone_offset = \"CET\"").is_err() && read("unknown = 1").is_err());
}
