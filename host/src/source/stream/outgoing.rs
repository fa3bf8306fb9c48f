//! What we have to say on a connection: a few words at a time, however slowly they are taken.
//!
//! Only the newest acknowledgement counts, and one answer to a ping at a time, so nothing piles up here for a source
//! that does not listen; reading goes on meanwhile.

use tokio::io::{AsyncWriteExt, WriteHalf};

use crate::source::connect::Stream;

/// The way to the source.
pub(super) struct Outgoing {
    writer: WriteHalf<Box<dyn Stream>>,
    /// Lines on their way.
    buffer: Vec<u8>,
    sent: usize,
    /// Sent, but it may still be held back by TLS.
    held: bool,
    /// The source takes nothing any more.
    broken: bool,
    ack: Option<u64>,
    ping: Option<u64>,
    pong: Option<i64>,
}

impl Outgoing {
    /// Nothing to say yet.
    pub(super) fn new(writer: WriteHalf<Box<dyn Stream>>) -> Self {
        Self { writer, buffer: Vec::new(), sent: 0, held: false, broken: false, ack: None, ping: None, pong: None }
    }

    /// Everything up to `number` is on disk.
    pub(super) fn ack(&mut self, number: u64) {
        self.ack = Some(number);
    }

    /// Asks whether the source lives.
    pub(super) fn ping(&mut self, number: u64) {
        self.ping = Some(number);
    }

    /// Answers that we live.
    pub(super) fn pong(&mut self, number: i64) {
        self.pong = Some(number);
    }

    /// A line said once, after all that waits.
    pub(super) fn line(&mut self, line: &str) {
        self.gather();
        self.buffer.extend_from_slice(line.as_bytes());
    }

    /// Whether there is anything to send.
    pub(super) fn waits(&self) -> bool {
        let any = self.ack.is_some() || self.ping.is_some() || self.pong.is_some();
        !self.broken && (any || self.held || self.sent < self.buffer.len())
    }

    /// Sends some of what waits.
    ///
    /// # Cancel safety
    /// What was not sent is sent by the next call.
    pub(super) async fn send(&mut self) {
        if self.sent == self.buffer.len() {
            self.buffer.clear();
            self.sent = 0;
            self.gather();
        }
        let waiting = self.buffer.get(self.sent..).unwrap_or_default();
        let outcome = if waiting.is_empty() {
            self.writer.flush().await.map(|()| self.held = false)
        } else {
            self.writer.write(waiting).await.map(|bytes| {
                self.sent += bytes;
                self.held = true;
                self.broken = bytes == 0;
            })
        };
        // What the source said before it closed is still to be read: reading finds the end.
        self.broken |= outcome.is_err();
    }

    /// Sends all that waits, and that nothing follows.
    pub(super) async fn finish(&mut self) {
        while self.waits() {
            self.send().await;
        }
        // There is nobody to tell if it fails.
        let _ = self.writer.shutdown().await;
    }

    fn gather(&mut self) {
        if let Some(number) = self.ack.take() {
            self.buffer.extend_from_slice(format!("{{\"ack\":{number}}}\n").as_bytes());
        }
        if let Some(number) = self.pong.take() {
            self.buffer.extend_from_slice(format!("{{\"pong\":{number}}}\n").as_bytes());
        }
        if let Some(number) = self.ping.take() {
            self.buffer.extend_from_slice(format!("{{\"ping\":{number}}}\n").as_bytes());
        }
    }
}
