//! A thread that makes lines of a site's entries, ahead of their being sent.

use super::Pace;
use crate::event::{Entry, Micros, Server};
use crate::line;
use crate::site::Site;
use std::thread::JoinHandle;
use tokio::sync::mpsc;

/// A chunk is handed on when it holds that many bytes.
const CHUNK_BYTES: usize = 128 << 10;
/// At a pace, a chunk spans no more than that much simulated time at speed 1.
const CHUNK_SPAN: Micros = 100_000;
/// Chunks that are made ahead.
const CHUNKS_AHEAD: usize = 8;

/// The end of a line in a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineEnd {
    pub(super) seq: u64,
    pub(super) time: Micros,
    /// Offset behind its line feed.
    pub(super) end: usize,
    /// State of the switch link after it.
    pub(super) link: bool,
}

/// Some lines, in order.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    pub(super) lines: Vec<LineEnd>,
}

/// What the thread hands on.
#[derive(Debug)]
pub(super) enum Item {
    /// Another server speaks from here on.
    Server(Server),
    Lines(Chunk),
}

/// Starts the thread. It ends when the day is over, or when nobody takes what it makes.
pub(super) fn start(mut site: Site, pace: Pace) -> std::io::Result<(JoinHandle<Site>, mpsc::Receiver<Item>)> {
    let (sender, receiver) = mpsc::channel(CHUNKS_AHEAD);
    let span = match pace {
        Pace::Full => Micros::MAX,
        Pace::Times(times) => crate::random::micros(crate::random::seconds_of(CHUNK_SPAN) * times.max(0.01)),
    };
    let thread = std::thread::Builder::new().name("site".to_owned()).spawn(move || {
        // An error says that nobody takes it: then there is nothing more to do.
        let _ = feed(&mut site, span, &sender);
        site
    })?;
    Ok((thread, receiver))
}

fn feed(site: &mut Site, span: Micros, sender: &mpsc::Sender<Item>) -> Result<(), mpsc::error::SendError<Item>> {
    let mut chunk = Chunk::default();
    let mut link = true;
    for event in site {
        let begun = chunk.lines.first().map_or(event.time, |line| line.time);
        let started = matches!(event.entry, Entry::Started(_));
        if !chunk.lines.is_empty()
            && (started || chunk.bytes.len() >= CHUNK_BYTES || event.time.saturating_sub(begun) >= span)
        {
            sender.blocking_send(Item::Lines(std::mem::take(&mut chunk)))?;
            chunk.bytes.reserve(if span == Micros::MAX { CHUNK_BYTES + 4_096 } else { 0 });
        }
        line::entry(&event, &mut chunk.bytes);
        match event.entry {
            Entry::Started(server) => {
                link = true;
                sender.blocking_send(Item::Server(server))?;
                continue;
            }
            Entry::LinkDown => link = false,
            Entry::LinkUp => link = true,
            _ => {}
        }
        chunk.lines.push(LineEnd { seq: event.seq, time: event.time, end: chunk.bytes.len(), link });
    }
    if chunk.lines.is_empty() { Ok(()) } else { sender.blocking_send(Item::Lines(chunk)) }
}
