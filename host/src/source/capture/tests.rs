//! Recordings through the source, into a real queue.

use tempfile::TempDir;

use super::*;
use crate::clock::Clock;
use crate::event::{Kind, View, Views};
use crate::queue::disk::SystemDisk;
use crate::queue::{self, Queue, Read};
use crate::session::mark::cause_of;

const BYTES: &[u8] = b"Asterisk Call Manager/9\r\nResponse: Success\r\n\r\nEvent: A\r\nTimestamp: 5.5\r\n\r\n\
    Event: B\r\n\r\nEvent: C\r\nTimestamp: 7.0\r\n\r\nEvent: D";

async fn bring_in(dir: &TempDir, pace: Pace, jobs: &[Job], shutdown: CancellationToken) -> Result<Vec<String>, Error> {
    let config = queue::Config {
        segment_bytes: 1 << 20,
        spare_segments: 1,
        ..queue::Config::new(dir.path().join("queue"), "pbx")
    };
    let queue = Queue::open(config, Arc::new(SystemDisk), 1).expect("opens").0;
    let (clock, _) = Clock::manual(99_000_000);
    let config = Config { pace, ..Config::default() };
    Capture::open(&config, Inlet::new(queue.clone()), clock, Arc::default()).run(jobs, shutdown).await?;
    let (mut reader, mut bytes) = (queue.reader(1), Vec::new());
    while let Ok(Read::Batch { .. }) = reader.read(usize::MAX, usize::MAX, &mut bytes, Duration::ZERO) {}
    let show = |view: View<'_>| match view.kind() {
        Kind::SessionOpened => {
            format!("opened {:?} {:?} {}", view.text("server"), view.integer("resumed_at"), view.received())
        }
        Kind::SessionClosed => format!("closed {:?} {} {}", cause_of(&view), view.time(), view.received()),
        _ => format!("{} {:?} {}", view.name(), view.sequence().expect("numbered"), view.received()),
    };
    Ok(Views::new(&bytes).map(|view| show(view.expect("valid"))).collect())
}

async fn job(dir: &TempDir, name: &str, bytes: &[u8], skip_bytes: u64) -> Job {
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    let identity = identity(&path).await.expect("readable");
    Job { path, identity, skip_bytes }
}

#[tokio::test]
async fn each_file_is_a_session() {
    let dir = tempfile::tempdir().expect("directory");
    let jobs = [job(&dir, "a.ami", BYTES, 0).await, job(&dir, "b.ami", b"", 0).await];
    let shown = bring_in(&dir, Pace::Full, &jobs, CancellationToken::new()).await.expect("brought in");
    let expected = [
        "opened Some(\"a.ami\") Some(0) 99000000",
        "Response 46 99000000",
        "A 74 5500000",
        "B 86 5500000",
        "C 114 7000000",
        "MalformedPacket 122 7000000",
        "closed SourceClosed 7000000 7000000",
        "opened Some(\"b.ami\") Some(0) 99000000",
        "closed SourceClosed 99000000 99000000",
    ];
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn the_index_tells_when_and_a_job_goes_on_behind_its_skip() {
    let dir = tempfile::tempdir().expect("directory");
    let index =
        "recv_unix\tbyte_offset\tlength\tfirst_line\n1.0\t0\t46\tx\nbroken\n2.0\t46\t40\ty\n3.000001\t86\t36\tz\n";
    std::fs::write(dir.path().join("a.idx.tsv"), index).expect("written");
    let whole = [job(&dir, "a.ami", BYTES, 0).await];
    let all = bring_in(&dir, Pace::Full, &whole, CancellationToken::new()).await.expect("brought in");
    let expected = [
        "opened Some(\"a.ami\") Some(0) 1000000",
        "Response 46 1000000",
        "A 74 2000000",
        "B 86 2000000",
        "C 114 3000001",
        "MalformedPacket 122 3000001",
        "closed SourceClosed 7000000 3000001",
    ];
    assert_eq!(all, expected);
    for (skip, from) in [(46, 2), (74, 3), (114, 5)] {
        let other = tempfile::tempdir().expect("directory");
        let jobs = [Job { skip_bytes: skip, ..whole[0].clone() }];
        let rest = bring_in(&other, Pace::Full, &jobs, CancellationToken::new()).await.expect("brought in");
        assert_eq!(rest[1..rest.len() - 1], expected[from..expected.len() - 1], "from {skip}");
    }
    let other = tempfile::tempdir().expect("directory");
    let known = [Job { skip_bytes: 122, ..whole[0].clone() }];
    assert!(bring_in(&other, Pace::Full, &known, CancellationToken::new()).await.expect("nothing").is_empty());
    let beyond = [Job { skip_bytes: 123, ..whole[0].clone() }];
    let refused = bring_in(&other, Pace::Full, &beyond, CancellationToken::new()).await;
    assert!(matches!(refused, Err(Error::RecordingShorter { length: 122, skip: 123, .. })));
    let missing = [Job { path: dir.path().join("none.ami"), ..whole[0].clone() }];
    assert!(matches!(
        bring_in(&other, Pace::Full, &missing, CancellationToken::new()).await,
        Err(Error::Recording { .. })
    ));
}

#[tokio::test]
async fn the_recorded_pace_keeps_the_pauses_and_a_stop_does_not_wait_for_them() {
    let dir = tempfile::tempdir().expect("directory");
    let jobs = [job(&dir, "a.ami", BYTES, 0).await];
    let began = Instant::now();
    bring_in(&dir, Pace::Scaled(10.0), &jobs, CancellationToken::new()).await.expect("brought in");
    assert!(began.elapsed() >= Duration::from_millis(149), "1.5 s at ten times the pace");
    let other = tempfile::tempdir().expect("directory");
    let stopped = CancellationToken::new();
    let stop = stopped.clone();
    let stopping = tokio::spawn(async move {
        tokio::task::yield_now().await;
        stop.cancel();
    });
    let shown = bring_in(&other, Pace::Scaled(0.001), &jobs, stopped).await.expect("stopped");
    stopping.await.expect("joined");
    assert!(shown.last().is_none_or(|last| last.starts_with("closed Stopped")), "{shown:?}");
}

#[test]
fn a_pace_is_a_word_or_a_number() {
    #[derive(Deserialize)]
    struct Table {
        pace: Pace,
    }
    let read = |text: &str| toml::from_str::<Table>(text).map(|table| table.pace).ok();
    assert_eq!(read("pace = \"full\""), Some(Pace::Full));
    assert_eq!(read("pace = \"recorded\""), Some(Pace::Scaled(1.0)));
    assert_eq!(read("pace = 10"), Some(Pace::Scaled(10.0)));
    assert_eq!(read("pace = 0.5"), Some(Pace::Scaled(0.5)));
    for wrong in ["pace = \"fast\"", "pace = 0", "pace = -1", "pace = nan", "pace = true"] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}
