//! The site's server as a source: speaks the `stream` protocol over TCP or a UNIX socket, with faults on demand.
//!
//! ```text
//! feed.rs      a thread: the site's entries as chunks of lines
//! buffer.rs    what has not been acknowledged; where to resume
//! endpoint.rs  connecting and listening
//! talk.rs      one connection: hello, resume, lines at their pace, acknowledgements, keep-alive, faults
//! ```
//! An entry stays in the buffer until it is acknowledged, and a connection begins after the number that the other
//! side names. A server that ends (crash, shutdown, switchover) is followed by the next one when all that it told is
//! acknowledged: what the other side gets does not depend on what becomes of its connections. Only a *forgetful*
//! source keeps no more than its last entries, and makes gaps.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use simulator::stream::{Endpoint, Options, Player};
//! use simulator::{Config, Site};
//! let config = Config { hours: 0.5, ..Config::default() };
//! let options = Options::new(&config.name, Endpoint::Connect("127.0.0.1:7400".parse()?));
//! let player = Player::start(Site::new(&config), options).await?;
//! player.all_acked().await;
//! let truth = player.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Invariants
//! 1. Whatever is cut, stalled or repeated: each entry is told at least once, in order, none is left out (test
//!    `everything_arrives_through_every_fault`).
//! 2. The buffer has a bound; when it is full the site waits.

mod buffer;
mod endpoint;
mod feed;
mod talk;
#[cfg(test)]
mod tests;

pub use endpoint::{Address, Endpoint, NotAnAddress};

use crate::ledger::Ledger;
use crate::site::Site;
use endpoint::Endpoints;
use std::net::SocketAddr;
use std::time::Duration;
use talk::Speaker;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// Commands that wait at a time.
const COMMANDS_MAX: usize = 16;

/// How fast the entries are sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// As fast as they are taken.
    Full,
    /// That many times faster than they happen.
    Times(f64),
}

/// What goes wrong with connections, by seed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransportFaults {
    /// Where it goes wrong follows from it.
    pub seed: u64,
    /// A connection is cut after that many bytes in the mean, at any byte.
    pub cut_every_bytes: Option<u64>,
    /// After a reconnection up to that many entries are sent again that the other side has.
    pub repeats_max: u64,
    /// A line that nobody understands, after that many bytes in the mean.
    pub garbage_every_bytes: Option<u64>,
    /// Everything is written in pieces of at most that many bytes.
    pub piece_bytes: Option<usize>,
    /// Pings are not answered.
    pub mute: bool,
}

/// How a site is played.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name that the source gives itself.
    pub source: String,
    /// Where.
    pub endpoint: Endpoint,
    /// How fast.
    pub pace: Pace,
    /// Unacknowledged bytes that are kept; then the site waits.
    pub buffer_bytes_max: usize,
    /// Keeps only that many of the entries that were sent, acknowledged or not.
    pub forgetful: Option<u64>,
    /// Time between pings; a side that says nothing for three of them is gone.
    pub keep_alive: Duration,
    /// Time between attempts to connect.
    pub retry: Duration,
    /// What goes wrong.
    pub faults: TransportFaults,
}

impl Options {
    /// At full speed, without faults.
    #[must_use]
    pub fn new(source: &str, endpoint: Endpoint) -> Self {
        Self {
            source: source.to_owned(),
            endpoint,
            pace: Pace::Full,
            buffer_bytes_max: 64 << 20,
            forgetful: None,
            keep_alive: Duration::from_secs(10),
            retry: Duration::from_millis(100),
            faults: TransportFaults::default(),
        }
    }
}

/// A fault on command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Cuts the connection.
    Cut,
    /// Cuts it after that many more bytes.
    CutAfter(u64),
    /// Neither reads nor writes for that time.
    Stall(Duration),
    /// Sends these bytes as a line of their own.
    Garbage(Vec<u8>),
    /// Answers no pings and sends none, or does so again.
    Mute(bool),
    /// Writes at most that many bytes each millisecond, or as many as are taken.
    Trickle(Option<usize>),
    /// Begins the next connection with up to that many entries which the other side has.
    Repeat(u64),
}

/// How far it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Connections on which the other side has said where to resume.
    pub connections: u64,
    /// Entries sent, repeats included.
    pub sent: u64,
    /// Entries acknowledged.
    pub acked: u64,
    /// Entries that a forgetful source gave up without acknowledgement.
    pub forgotten: u64,
    /// Connections that the faults have cut.
    pub cuts: u64,
    /// The last refusal of the other side.
    pub refusal: Option<String>,
    /// The day is over and all of it is acknowledged.
    pub finished: bool,
}

/// A site that is being played.
#[derive(Debug)]
pub struct Player {
    commands: mpsc::Sender<Command>,
    progress: watch::Receiver<Progress>,
    addresses: Vec<SocketAddr>,
    speaker: JoinHandle<()>,
    feed: std::thread::JoinHandle<Site>,
}

impl Player {
    /// Begins to play the site.
    ///
    /// # Errors
    /// An address to listen at that cannot be had, or a thread that cannot be started.
    pub async fn start(site: Site, options: Options) -> std::io::Result<Self> {
        let endpoints = Endpoints::open(&options.endpoint).await?;
        let addresses = endpoints.addresses();
        let (commands, received) = mpsc::channel(COMMANDS_MAX);
        let (told, progress) = watch::channel(Progress::default());
        let (feed, items) = feed::start(site, options.pace)?;
        let speaker = tokio::spawn(Speaker::new(options, endpoints, items, received, told).run());
        Ok(Self { commands, progress, addresses, speaker, feed })
    }

    /// The TCP addresses that it listens at: primary, then backup.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Makes a fault. Commands are obeyed in order, those for a connection only while there is one.
    pub async fn command(&self, command: Command) {
        // A player that has ended makes no faults.
        let _ = self.commands.send(command).await;
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.borrow().clone()
    }

    /// Waits until `reached` is true of the progress.
    pub async fn reached(&self, reached: impl FnMut(&Progress) -> bool) {
        // A player that has ended comes no further.
        let _ = self.progress.clone().wait_for(reached).await;
    }

    /// Waits until the day is over and everything is acknowledged.
    pub async fn all_acked(&self) {
        self.reached(|progress| progress.finished).await;
    }

    /// Ends it, and gives the truth of what has happened so far.
    pub async fn stop(self) -> Ledger {
        self.speaker.abort();
        let _ = self.speaker.await;
        let feed = self.feed;
        // The thread ends by itself now: nobody takes what it makes.
        tokio::task::spawn_blocking(move || feed.join())
            .await
            .ok()
            .and_then(Result::ok)
            .map(Site::into_ledger)
            .unwrap_or_default()
    }
}
