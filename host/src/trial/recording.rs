//! Events as they were recorded, for a trial: files of three forms, and the queue of a lane.
//!
//! | form | told by |
//! |---|---|
//! | lines of JSON, as a case folder has them | the first character that is no space is `{` |
//! | bytes of a manager connection, `NAME.ami`, with or without `NAME.idx.tsv` | lines of its packets near the beginning |
//! | text with T-Library events | anything else in which there is one |
//!
//! A recording goes through the source of its kind and a queue in a temporary directory, so a plugin is given here what a
//! lane would give it, the marks of session control included.

use super::Events;
use crate::clock::Clock;
use crate::event::{Kind, Seq, View, Views};
use crate::queue::disk::SystemDisk;
use crate::queue::{self, Queue, Read};
use crate::source::ami::login::GREETING;
use crate::source::capture::{self, Capture, Job};
use crate::source::tevents::{self, TEvents};
use crate::source::{Error, Inlet};
use anyhow::{Context, Result, ensure};
use concentrator_event::json;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Largest file of lines of JSON, bytes.
const FILE_BYTES: u64 = 1 << 30;
/// Bytes from the beginning of a file that tell its form.
const LOOK_BYTES: u64 = 64 << 10;
/// Events read from a queue at once, and their bytes.
const READ: (usize, usize) = (4_096, 4 << 20);
/// Segments of a temporary queue, bytes.
const SEGMENT_BYTES: u64 = 16 << 20;

/// What a file of events is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Lines,
    Manager,
    Log,
}

impl Form {
    /// What the beginning of a file tells.
    fn of(beginning: &[u8]) -> Self {
        let first = beginning.trim_ascii_start();
        let packet = |line: &[u8]| {
            line.starts_with(GREETING.as_bytes()) || line.starts_with(b"Event: ") || line.starts_with(b"Response: ")
        };
        if first.starts_with(b"{") {
            Self::Lines
        } else if beginning.split(|byte| *byte == b'\n').any(packet) {
            Self::Manager
        } else {
            Self::Log
        }
    }
}

/// The events of a file, whichever of the forms it has.
///
/// # Errors
/// If it cannot be read, with the line that is wrong, or if there are no events in it.
pub fn read(file: &Path) -> Result<Events> {
    let mut beginning = Vec::new();
    let opened = File::open(file).with_context(|| format!("read {}", file.display()))?;
    opened.take(LOOK_BYTES).read_to_end(&mut beginning).with_context(|| format!("read {}", file.display()))?;
    let form = Form::of(&beginning);
    if form == Form::Lines {
        return lines(file);
    }
    let events = through_source(file, form).with_context(|| format!("read {}", file.display()))?;
    // Marks of session control alone are no recording.
    let any = Views::new(&events.flat.concat()).flatten().any(|view| view.kind() == Kind::Source);
    ensure!(
        any,
        "{} has no events: it is neither lines of JSON, nor a recorded manager connection, nor a log with T-Library events",
        file.display()
    );
    Ok(events)
}

/// The events of a file, a line of JSON each.
///
/// # Errors
/// With the line that is none, or if there are none.
pub fn lines(file: &Path) -> Result<Events> {
    let known = std::fs::metadata(file).with_context(|| format!("read {}", file.display()))?;
    ensure!(known.len() <= FILE_BYTES, "{}: limit {FILE_BYTES} bytes, it has {}", file.display(), known.len());
    let read = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    let mut flat = Vec::new();
    for (number, line) in (1..).zip(read.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let event = json::from_json(line).and_then(|event| event.finish().map_err(|error| error.to_string()));
        let event = event.map_err(|words| anyhow::anyhow!("{}:{number}: {words}", file.display()))?;
        flat.push(event);
    }
    ensure!(!flat.is_empty(), "{} has no events", file.display());
    Ok(Events { flat, ..Events::default() })
}

/// An event as a line of JSON, without its position in a queue: its place in a case is its line.
#[must_use]
pub fn line(event: &View<'_>) -> String {
    let mut object = json::to_json(event);
    object.as_object_mut().map(|fields| fields.shift_remove("seq"));
    object.to_string()
}

/// The last events of a queue, which is only read, whether or not a daemon writes it.
///
/// # Errors
/// If there is no queue, it cannot be read, or it has no events.
pub fn last_of_queue(dir: &Path, most: u64) -> Result<Events> {
    let events = of_queue(dir, most)?;
    ensure!(!events.is_empty(), "the queue in {} has no events", dir.display());
    Ok(events)
}

fn of_queue(dir: &Path, most: u64) -> Result<Events> {
    let status = queue::status(dir).with_context(|| format!("look at the queue in {}", dir.display()))?;
    let from: Seq = (status.durable + 1).saturating_sub(most).max(status.first_retained);
    let mut reader = queue::show(dir, from)?;
    let (mut flat, mut buffer) = (Vec::new(), Vec::new());
    loop {
        buffer.clear();
        let read = reader.read(READ.0, READ.1, &mut buffer, Duration::ZERO)?;
        let Read::Batch { last, .. } = read else { break };
        for view in Views::new(&buffer) {
            let view = view.context("an event in the queue")?;
            if view.kind() != Kind::Bookmark && view.seq() <= status.durable {
                flat.push(view.raw().to_vec());
            }
        }
        if last >= status.durable {
            break;
        }
    }
    Ok(Events { flat, ..Events::default() })
}

fn through_source(file: &Path, form: Form) -> Result<Events> {
    let dir = tempfile::tempdir().context("make a temporary directory for a queue")?;
    let place = dir.path().join("queue");
    let config = queue::Config {
        segment_bytes: SEGMENT_BYTES,
        spare_segments: 1,
        ..queue::Config::new(place.clone(), "recording")
    };
    let taken = async || {
        let (queue, _) = Queue::open(config, Arc::new(SystemDisk), 1).context("open a temporary queue")?;
        bring_in(file, form, Inlet::new(queue.clone())).await?;
        queue.close().await;
        anyhow::Ok(())
    };
    // A runtime of its own, on a thread of its own: whoever calls this may run on another.
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(taken());
    let done = std::thread::scope(|scope| scope.spawn(run).join());
    done.map_err(|_| anyhow::anyhow!("it cannot be taken in"))??;
    of_queue(&place, u64::MAX)
}

async fn bring_in(file: &Path, form: Form, inlet: Inlet) -> Result<(), Error> {
    let (clock, counters, stop) = (Clock::system(), Arc::default(), CancellationToken::new());
    if form == Form::Log {
        let config = tevents::Config { files: vec![file.to_owned()], ..tevents::Config::default() };
        return TEvents::open(config, inlet, clock, counters, BTreeMap::new()).run(stop).await;
    }
    let job = Job { path: file.to_owned(), identity: capture::identity(file).await?, skip_bytes: 0 };
    Capture::open(&capture::Config::default(), inlet, clock, counters).run(&[job], stop).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(events: &Events) -> Vec<String> {
        events.flat.iter().map(|flat| View::parse(flat).expect("flat").name().to_owned()).collect()
    }

    fn written(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().expect("directory");
        let file = dir.path().join("recording");
        std::fs::write(&file, text).expect("written");
        (dir, file)
    }

    #[test]
    fn the_content_tells_the_form() {
        let (_dir, file) = written("\n{\"kind\":\"source\",\"name\":\"Hello\",\"received\":5}\n\n");
        let lines = read(&file).expect("lines of JSON");
        assert_eq!(names(&lines), ["Hello"]);

        let manager = "Asterisk Call Manager/9\r\nEvent: A\r\nTimestamp: 5.5\r\n\r\nEvent: B\r\n\r\n";
        let (_dir, file) = written(manager);
        assert_eq!(names(&read(&file).expect("a connection")), ["SessionOpened", "A", "B", "SessionClosed"]);
        let (_dir, file) = written("Channel: x\r\n\r\nEvent: B\r\n\r\n");
        assert!(names(&read(&file).expect("cut anywhere")).contains(&"B".to_owned()));

        let log = "Local time:  2014-01-02T08:00:00.000\nUTC time:  2014-01-02T07:00:00.000\n\n\
            @08:00:01.0001 [0] 8.1 distribute_event: message EventRinging\n\tAttributeThisDN\t'7001'\n\tAttributeCallID\t1\n";
        let (_dir, file) = written(log);
        assert_eq!(names(&read(&file).expect("a log")), ["SessionOpened", "EventRinging", "SessionClosed"]);
    }

    #[test]
    fn what_is_none_is_refused_with_its_name() {
        for text in ["", "hello\n", "\u{0}\u{1}\u{2}", "{\"event\":1}\n"] {
            let (_dir, file) = written(text);
            let words = format!("{:#}", read(&file).expect_err(text));
            assert!(words.contains("recording"), "{words}");
        }
        let words = format!("{:#}", read(Path::new("/nowhere/at.ami")).expect_err("none"));
        assert!(words.contains("/nowhere/at.ami"), "{words}");
    }
}
