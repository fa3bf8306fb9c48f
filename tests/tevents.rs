//! The same day over a stream and in text logs: the same rows.

use crate::site::Site;
use crate::voice_site::{VoiceSite, day};
use simulator::config::Config;
use simulator::text::write_rotating;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Size at which a log is rotated.
const LOG_BYTES: u64 = 150_000;
/// What is added to a log at a time.
const PIECE_BYTES: usize = 10_007;

/// The day as it comes over a stream.
fn streamed(config: &Config) -> VoiceSite {
    let stage = VoiceSite::new("");
    let daemon = stage.site.daemon();
    let player = stage.play(config);
    stage.settled(&player);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    stage.hang_up(player);
    stage
}

/// The day as logs in a directory.
fn logs(config: &Config, directory: &Path) -> Vec<PathBuf> {
    let files = write_rotating(simulator::Site::new(config), "ts", directory, LOG_BYTES).unwrap();
    assert!(files.len() > 2, "{files:?}");
    files
}

/// A site that reads logs; no daemon yet.
fn reading(options: &str) -> VoiceSite {
    let queue = "queue = { segment_bytes = 8388608, retain_bytes = 8388608 }";
    VoiceSite::with(Site::of_voice("tevents", &format!("{queue}\n{options}")))
}

impl VoiceSite {
    /// Waits until the last of these logs is committed to its end.
    fn read_to_the_end(&self, files: &[PathBuf]) {
        let length = std::fs::metadata(files.last().unwrap()).unwrap().len();
        let reached = "SELECT COALESCE(MAX(LEVENT_DSSEQ), 0) FROM G_DSS_GCC_PROVIDER WHERE DSS_ID = \
                       (SELECT MAX(DSS_ID) FROM G_DSS_GCC_PROVIDER)";
        self.site.wait_for("the end of the last log", |lane| {
            lane["queue"]["depth"] == 0 && u64::try_from(self.number(reached)) == Ok(length)
        });
    }
}

#[test]
fn logs_read_once() {
    let config = day(31, &[]);
    let expected = streamed(&config);
    let place = tempfile::tempdir().unwrap();
    let files = logs(&config, place.path());
    let stage = reading(&format!("files = {files:?}"));
    let daemon = stage.site.daemon();
    stage.ready();
    stage.read_to_the_end(&files);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    expected.site.rows().assert_equal(&stage.site.rows(), "a stream and its logs");
    let sessions = stage.number("SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER WHERE DSCONN_ECAUSE = 1");
    assert_eq!(usize::try_from(sessions).unwrap(), files.len(), "a session for each log");
    // A second run finds nothing new.
    let daemon = stage.site.daemon();
    stage.ready();
    stage.committed("what is in the queue");
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    expected.site.rows().assert_equal(&stage.site.rows(), "a stream and its logs, read twice");
}

/// Logs grow at any byte and are rotated, while the daemon is killed again and again.
#[test]
fn logs_that_grow() {
    let config = day(32, &[]);
    let expected = streamed(&config);
    let (written, followed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let pattern = followed.path().join("ts.*.log");
    let stage = reading(&format!("follow = {pattern:?}\npoll_ms = 20\nquiet_ms = 3000"));
    let mut daemon = stage.site.daemon();
    stage.ready();
    let mut files = Vec::new();
    for (number, log) in logs(&config, written.path()).iter().enumerate() {
        let text = std::fs::read(log).unwrap();
        let file = followed.path().join(log.file_name().unwrap());
        let mut growing = std::fs::File::create_new(&file).unwrap();
        files.push(file);
        // The second half of each log comes while no daemon runs, or one that has just begun.
        let half = message_after(&text, text.len() / 2);
        let (first, second) = text.split_at(half);
        first.chunks(PIECE_BYTES).for_each(|piece| growing.write_all(piece).unwrap());
        if number == 0 {
            let begun = "SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER WHERE LEVENT_DSSEQ > 0";
            stage.site.wait_for("the first events", |_| stage.number(begun) > 0);
        }
        daemon.kill();
        let (second, third) = second.split_at(message_after(second, second.len() / 2));
        growing.write_all(second).unwrap();
        daemon = stage.site.daemon();
        third.chunks(PIECE_BYTES).for_each(|piece| growing.write_all(piece).unwrap());
    }
    stage.read_to_the_end(&files);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    expected.site.rows().assert_equal(&stage.site.rows(), "a stream and logs that grow");
    let crashes = stage.number("SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER WHERE DSCONN_ECAUSE = 6");
    assert!(crashes > 0, "it was killed while it read");
    assert_eq!(stage.number("SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER WHERE DSCONN_ETIME IS NULL"), 0);
}

/// Where the first message after `from` begins.
fn message_after(text: &[u8], from: usize) -> usize {
    let begin = text[from..].windows(2).position(|pair| pair == b"\n@").unwrap();
    from + begin + 1
}
