//! Where connections come from: we connect to the source, or the source connects to us.
//!
//! # Invariants
//! 1. At most [`WAITING_MAX`] connections that have not introduced themselves are open; the next one is accepted when
//!    one of them has, or was given up (test `who_says_nothing_does_not_keep_others_out`).
//! 2. While a session is open nobody is connected to, but the door stays open: whoever introduces himself takes over.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tracing::{debug, info, warn};

use super::hello::{Greeted, Refusal, greet};
use super::session::Ended;
use super::{Config, Direction};
use crate::source::backoff::Backoff;
use crate::source::connect::{self, Incoming, Listener};
use crate::source::{Counters, count};

/// Connections that may wait for their hello at once.
const WAITING_MAX: usize = 16;
/// Pause after the system could not accept a connection, usually because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] connect::Error),
    /// The other side does not fit.
    #[error("no session with {server}: {refusal}")]
    Refused {
        /// Who it was.
        server: String,
        /// What was wrong.
        refusal: Refusal,
    },
}

/// Where the next connection comes from.
pub(super) struct Door {
    config: Arc<Config>,
    counters: Arc<Counters>,
    backoff: Backoff,
    /// How long to wait before the next attempt.
    wait: Option<Duration>,
    /// The server to try next.
    next_server: usize,
    listener: Option<Listener>,
    waiting: JoinSet<Result<Greeted, Failure>>,
    /// What was logged last of each server.
    logged: Vec<Option<String>>,
    /// What was logged last of those who connected and were refused.
    refused: Option<String>,
}

impl Door {
    /// Closed so far. `seed` spreads the waits.
    pub(super) fn new(config: Arc<Config>, counters: Arc<Counters>, seed: u64) -> Self {
        let (shortest, longest) = (config.backoff_ms_min, config.backoff_ms_max);
        let backoff = Backoff::new(Duration::from_millis(shortest), Duration::from_millis(longest), seed);
        let logged = vec![None; config.servers().len()];
        let waiting = JoinSet::new();
        Self { config, counters, backoff, wait: None, next_server: 0, listener: None, waiting, logged, refused: None }
    }

    /// The next source that has introduced itself, while no session is open.
    ///
    /// # Cancel safety
    /// Who was about to introduce himself may have to connect again.
    pub(super) async fn next(&mut self) -> Greeted {
        loop {
            if let Some(wait) = self.wait.take() {
                tokio::time::sleep(wait).await;
            }
            let attempt = match self.config.direction() {
                Direction::Listen(address) => match self.listen(address).await {
                    Ok(()) => return self.newcomer().await,
                    Err(error) => Err(error.into()),
                },
                Direction::Connect => self.connect().await,
            };
            match attempt {
                Ok(greeted) => {
                    self.logged.fill(None);
                    return greeted;
                }
                Err(failure) => {
                    self.note(self.next_server, &failure);
                    self.wait = Some(self.backoff.wait());
                    self.next_server = (self.next_server + 1) % self.logged.len().max(1);
                }
            }
        }
    }

    /// Who introduces himself while a session is open: nobody, if it is we who connect.
    ///
    /// # Cancel safety
    /// Nobody is lost.
    pub(super) async fn newcomer(&mut self) -> Greeted {
        let Some(listener) = &self.listener else { return std::future::pending().await };
        loop {
            tokio::select! {
                Some(introduced) = self.waiting.join_next() => match introduced {
                    Ok(Ok(greeted)) => {
                        self.refused = None;
                        return greeted;
                    }
                    Ok(Err(failure)) => note_refusal(&mut self.refused, &self.counters, &failure),
                    Err(error) => debug!(%error, "Connection is given up."),
                },
                accepted = listener.accept(), if self.waiting.len() < WAITING_MAX => match accepted {
                    Ok(incoming) => drop(self.waiting.spawn(introduce(incoming, self.config.clone()))),
                    Err(error) => {
                        warn!(%error, "Connection cannot be accepted.");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
    }

    /// A session ended.
    pub(super) fn ended(&mut self, ended: &Ended) {
        if let Direction::Connect = self.config.direction() {
            self.next_server = ended.server_number;
            if ended.news {
                self.backoff.reset();
            }
            self.wait = Some(self.backoff.wait());
        }
    }

    async fn listen(&mut self, address: String) -> Result<(), connect::Error> {
        if self.listener.is_none() {
            self.listener = Some(Listener::bind(&address).await?);
            info!(address, "Source may connect.");
        }
        Ok(())
    }

    async fn connect(&self) -> Result<Greeted, Failure> {
        let number = self.next_server;
        let server = self.config.servers().get(number).map(|server| (*server).to_owned()).unwrap_or_default();
        let tls = self.config.client_tls();
        let within = Duration::from_secs(self.config.connect_timeout_secs);
        let stream = connect::connect(&server, tls.as_ref(), within).await?;
        let greeted = greet(stream, &self.config, server.clone(), number).await;
        greeted.map_err(|refusal| Failure::Refused { server, refusal })
    }

    /// Counts and logs why there is no session; the same reason is said aloud once.
    fn note(&mut self, number: usize, failure: &Failure) {
        count_failure(&self.counters, failure);
        let said = failure.to_string();
        let Some(logged) = self.logged.get_mut(number) else { return };
        if logged.as_ref() == Some(&said) {
            debug!(error = said, "Source cannot be connected, as before.");
        } else {
            warn!(error = said, "Source cannot be connected; it is tried again and again.");
            *logged = Some(said);
        }
    }
}

/// Counts and logs why somebody was not let in; the same reason is said aloud once, so that whoever only looks whether
/// the port is open does not fill the log.
fn note_refusal(logged: &mut Option<String>, counters: &Counters, failure: &Failure) {
    count_failure(counters, failure);
    let said = failure.to_string();
    // Two connections of one peer differ by the number of its port.
    let reason = said.replace(|letter: char| letter.is_ascii_digit(), "");
    if logged.as_ref() == Some(&reason) {
        debug!(error = said, "Connection is refused, as before.");
    } else {
        warn!(error = said, "Connection is refused.");
        *logged = Some(reason);
    }
}

fn count_failure(counters: &Counters, failure: &Failure) {
    match failure {
        Failure::Connect(_) => count(&counters.connects_failed, 1),
        Failure::Refused { .. } => count(&counters.logins_refused, 1),
    }
}

async fn introduce(incoming: Incoming, config: Arc<Config>) -> Result<Greeted, Failure> {
    let peer = incoming.peer();
    let within = Duration::from_secs(config.connect_timeout_secs);
    let stream = incoming.open(config.server_tls().as_ref(), within).await?;
    debug!(peer, "Somebody is connected.");
    let server = config.listen.clone().unwrap_or_default();
    greet(stream, &config, server, 0).await.map_err(|refusal| Failure::Refused { server: peer, refusal })
}
