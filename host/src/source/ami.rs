//! A client of Asterisk's manager interface (AMI).
//!
//! ```text
//! connect ─▶ greeting ─▶ log-in ─▶ SessionOpened, StateRequested ─▶ events … StateAnswered … ─▶ SessionClosed
//!    ▲ back-off, the other server of the pair                                                        │
//!    └───────────────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//! [`Ami`] goes round this circle for ever: this file chooses the server and waits between attempts, `login.rs` gets
//! us in, `session.rs` holds one connection, `packet.rs` and `flatten.rs` make events of its bytes, `repeats.rs` drops
//! what the queue holds already, `state.rs` asks what is up. `docs/reference/sources.md` describes it to operators.
//!
//! # Failure
//! The interface numbers and acknowledges nothing: what happens while nobody is connected is lost, and shows as a gap
//! between two sessions. What was read but not yet durable when the daemon is killed is lost as well, unless the
//! server sends it again.

pub(crate) mod flatten;
pub(crate) mod login;
pub(crate) mod packet;
mod repeats;
mod session;
mod state;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

pub use login::Auth;

use super::backoff::Backoff;
use super::connect::{self, Stream, TlsConfig};
use super::{Counters, Error, Inlet, count};
use crate::clock::Clock;
use crate::config::{Enricher, QueueOptions, SourceDbids};
use login::{Credentials, Failure};
use packet::{Decoder, Limits};
use repeats::Repeats;
use session::{Ended, Session};

/// Smallest `packet_bytes_max` and `line_bytes_max`: ordinary packets have up to a few kilobytes.
const LIMIT_BYTES_MIN: u64 = 4 << 10;
/// Largest `packet_bytes_max`: with its table an event must fit into the flat form.
const PACKET_BYTES_MAX: u64 = 2 << 20;
/// Largest secret file that is read.
const SECRET_BYTES_MAX: u64 = 4 << 10;

/// A connection to an exchange, and the lane behind it: `[source.<name>.ami]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The exchange, `host:port`; the manager interface usually listens on 5038, with TLS on 5039.
    pub address: String,
    /// The second server of a pair, `host:port`; tried in turn with `address` when one cannot be reached.
    pub backup: Option<String>,
    /// Name of the manager user.
    pub username: String,
    /// File with the user's secret in one line; read at each connection.
    pub secret_file: PathBuf,
    /// How the secret is proved.
    pub auth: Auth,
    /// TLS; default: plain TCP.
    pub tls: Option<TlsConfig>,
    /// Longest time for TCP and TLS to connect, seconds; default 10.
    pub connect_timeout_secs: u64,
    /// Longest time from the connection to the answer to the log-in, seconds; default 10. Exchanges themselves hang
    /// up on who has not logged in after 30.
    pub login_timeout_secs: u64,
    /// Silence after which a `Ping` is sent, seconds; default 30, well below what firewalls keep idle connections.
    pub keep_alive_secs: u64,
    /// Silence after a `Ping` after which the connection counts as lost, seconds; default 30. Any byte is a sign of
    /// life.
    pub keep_alive_timeout_secs: u64,
    /// How often session control notes that the exchange is connected and silent, seconds; default 60.
    pub no_data_interval_secs: u64,
    /// First wait after a failure, ms; default 500. Waits double up to `backoff_ms_max`, each shortened by up to half.
    pub backoff_ms_min: u64,
    /// Longest wait after a failure, ms; default 30,000.
    pub backoff_ms_max: u64,
    /// Longest packet, bytes; default 1 MiB. A longer one is kept by its beginning as `MalformedPacket`.
    pub packet_bytes_max: usize,
    /// Longest line, bytes; default 256 KiB. A packet with a longer one is kept by its beginning as `MalformedPacket`.
    pub line_bytes_max: usize,
    /// Ask for channels, queues and agents after each log-in; default yes.
    pub state_request: bool,
    /// Plugin that maps the events.
    pub plugin: String,
    /// Roles that the lane fills: cfg gcc gls gud gos.
    pub roles: Vec<String>,
    /// Options of the plugin.
    pub plugin_config: toml::Table,
    /// Plugins that change the mapper's rows before they are written, in order.
    pub enrichers: Vec<Enricher>,
    /// The lane's queue.
    pub queue: QueueOptions,
    /// Numbers under which the source is known.
    pub dbids: SourceDbids,
}

impl Default for Config {
    fn default() -> Self {
        Self::new("", "", Path::new(""))
    }
}

impl Config {
    /// With everything but the three that have no default at its default.
    #[must_use]
    pub fn new(address: &str, username: &str, secret_file: &Path) -> Self {
        Self {
            address: address.to_owned(),
            backup: None,
            username: username.to_owned(),
            secret_file: secret_file.to_owned(),
            auth: Auth::Auto,
            tls: None,
            connect_timeout_secs: 10,
            login_timeout_secs: 10,
            keep_alive_secs: 30,
            keep_alive_timeout_secs: 30,
            no_data_interval_secs: 60,
            backoff_ms_min: 500,
            backoff_ms_max: 30_000,
            packet_bytes_max: packet::LIMITS.packet_bytes,
            line_bytes_max: packet::LIMITS.line_bytes,
            state_request: true,
            plugin: String::new(),
            roles: Vec::new(),
            plugin_config: toml::Table::new(),
            enrichers: Vec::new(),
            queue: QueueOptions::default(),
            dbids: SourceDbids::default(),
        }
    }

    /// All that is wrong with the connection as configured, without looking at files or network; empty if nothing is.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.tls.as_ref().map(TlsConfig::problems).unwrap_or_default();
        let addresses = [("address", Some(&self.address)), ("backup", self.backup.as_ref())];
        for (field, address) in addresses.into_iter().filter_map(|(field, it)| Some((field, it?))) {
            let port =
                address.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
            if !matches!(port, Some(Ok(1..))) {
                problems.push(format!("`{field}` {address:?} is not host:port"));
            }
        }
        if self.backup.as_ref() == Some(&self.address) {
            problems.push("`backup` is the same server as `address`".to_owned());
        }
        if self.username.is_empty() || self.username.contains(char::is_control) {
            problems.push("`username` must be one line of text".to_owned());
        }
        let packet_bytes_max = u64::try_from(self.packet_bytes_max).unwrap_or(u64::MAX);
        let line_bytes_max = u64::try_from(self.line_bytes_max).unwrap_or(u64::MAX);
        for (field, value, range) in [
            ("connect_timeout_secs", self.connect_timeout_secs, 1..=600),
            ("login_timeout_secs", self.login_timeout_secs, 1..=600),
            ("keep_alive_secs", self.keep_alive_secs, 1..=3_600),
            ("keep_alive_timeout_secs", self.keep_alive_timeout_secs, 1..=3_600),
            ("no_data_interval_secs", self.no_data_interval_secs, 1..=3_600),
            ("backoff_ms_min", self.backoff_ms_min, 1..=600_000),
            ("backoff_ms_max", self.backoff_ms_max, self.backoff_ms_min..=3_600_000),
            ("packet_bytes_max", packet_bytes_max, LIMIT_BYTES_MIN..=PACKET_BYTES_MAX),
            ("line_bytes_max", line_bytes_max, LIMIT_BYTES_MIN..=packet_bytes_max.max(LIMIT_BYTES_MIN)),
        ] {
            if !range.contains(&value) {
                problems.push(format!("`{field}` must be from {} to {}", range.start(), range.end()));
            }
        }
        problems
    }

    /// The bounds of what the server may send.
    fn limits(&self) -> Limits {
        Limits { packet_bytes: self.packet_bytes_max, line_bytes: self.line_bytes_max }
    }

    fn servers(&self) -> Vec<&str> {
        std::iter::once(self.address.as_str()).chain(self.backup.as_deref()).collect()
    }

    /// Whether the secret is to be proved to `server` by a challenge; `plain_refused` if it was shown in the clear just
    /// now, in vain.
    fn by_challenge(&self, server: &str, plain_refused: bool) -> bool {
        match self.auth {
            Auth::Auto => plain_refused || !self.guards_secret(server),
            Auth::Md5 => true,
            Auth::Plain => false,
        }
    }

    /// Nobody can listen on the way to `server`.
    fn guards_secret(&self, server: &str) -> bool {
        let host = server.rsplit_once(':').map_or(server, |(host, _)| host).trim_matches(['[', ']']);
        self.tls.is_some() || host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// A source of kind `ami`.
pub struct Ami {
    config: Config,
    inlet: Inlet,
    clock: Clock,
    counters: Arc<Counters>,
    seed: u64,
}

/// What went wrong at each server so far, so that the log says it once.
#[derive(Debug, Default)]
struct Trouble {
    /// What the server said when the secret was shown to it in the clear; the challenge is to be tried next.
    plain_refused: Option<String>,
    /// What was logged last.
    logged: Option<String>,
}

impl Ami {
    /// A source that puts its events into `inlet`. `seed` spreads its waits.
    #[must_use]
    pub fn open(config: Config, inlet: Inlet, clock: Clock, counters: Arc<Counters>, seed: u64) -> Self {
        Self { config, inlet, clock, counters, seed }
    }

    /// Connects, and connects again, until `shutdown`.
    ///
    /// # Errors
    /// [`Error`] if the queue takes no more events; everything else is retried.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Error> {
        let Some(mut repeats) = Repeats::open(&self.inlet, &shutdown).await? else { return Ok(()) };
        warn_if_public(&self.config.secret_file).await;
        let servers = self.config.servers();
        let mut trouble: Vec<Trouble> = servers.iter().map(|_| Trouble::default()).collect();
        let (shortest, longest) = (self.config.backoff_ms_min, self.config.backoff_ms_max);
        let mut backoff = Backoff::new(Duration::from_millis(shortest), Duration::from_millis(longest), self.seed);
        let mut last: Option<Ended> = None;
        for attempt in 0_u64.. {
            let at = last.as_ref().map_or(0, |last| last.next_server);
            let (Some(server), Some(trouble)) = (servers.get(at), trouble.get_mut(at)) else { break };
            let prefix = format!("c{:x}.{attempt:x}-", self.clock.now());
            let connected = tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                connected = self.connect(server, trouble.plain_refused.is_some(), &prefix) => connected,
            };
            let other = (at + 1) % servers.len();
            let mut wait = backoff.wait();
            match connected {
                Ok((mut stream, mut decoder)) => {
                    *trouble = Trouble::default();
                    repeats.begin(&self.inlet);
                    count(&self.counters.sessions, 1);
                    self.counters.connected.store(true, Ordering::Relaxed);
                    info!(server, "Source is connected.");
                    let session = Session::new(&self, &mut repeats, server, &prefix, last.as_ref(), at, &shutdown);
                    let ended = session.hold(stream.as_mut(), &mut decoder).await;
                    self.counters.connected.store(false, Ordering::Relaxed);
                    let ended = ended?;
                    info!(server, cause = ?ended.cause, "Source is disconnected.");
                    if ended.news {
                        backoff.reset();
                        wait = backoff.wait();
                    }
                    last = Some(ended);
                }
                Err(failure) => {
                    if self.note(&failure, server, trouble) {
                        if matches!(failure, Failure::Refused(_)) {
                            wait = wait.max(Duration::from_millis(longest / 2));
                        }
                        last = Some(Ended::elsewhere(last, other));
                    }
                }
            }
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = tokio::time::sleep(wait) => {}
            }
        }
        Ok(())
    }

    /// Counts and logs why there is no session. False if the same server deserves another attempt at once, with the
    /// other proof of the secret.
    fn note(&self, failure: &Failure, server: &str, trouble: &mut Trouble) -> bool {
        let counters = &self.counters;
        match failure {
            Failure::Refused(words) => {
                count(&counters.logins_refused, 1);
                let may_try_challenge = self.config.auth == Auth::Auto && self.config.guards_secret(server);
                if may_try_challenge && trouble.plain_refused.is_none() {
                    trouble.plain_refused = Some(words.clone());
                    debug!(server, "Log-in in the clear is refused; the challenge comes next.");
                    return false;
                }
            }
            _ => count(&counters.connects_failed, 1),
        }
        let said = match (failure, trouble.plain_refused.take()) {
            (Failure::NoChallenge(_), Some(words)) => Failure::Refused(words).to_string(),
            _ => failure.to_string(),
        };
        if trouble.logged.as_ref() == Some(&said) {
            debug!(server, error = said, "Source cannot be connected, as before.");
        } else {
            match failure {
                Failure::Connect(_) | Failure::Closed | Failure::TimedOut(_) | Failure::Broken(_) => {
                    warn!(server, error = said, "Source cannot be connected; it is tried again and again.");
                }
                _ => error!(server, error = said, "Source cannot be connected until a person sees to it."),
            }
            trouble.logged = Some(said);
        }
        true
    }

    async fn connect(
        &self,
        server: &str,
        plain_refused: bool,
        prefix: &str,
    ) -> Result<(Box<dyn Stream>, Decoder), Failure> {
        let config = &self.config;
        let secret = read_secret(&config.secret_file).await?;
        let within = Duration::from_secs(config.connect_timeout_secs);
        let mut stream = connect::connect(server, config.tls.as_ref(), within).await?;
        let mut decoder = Decoder::new(config.limits(), 0);
        let by_challenge = config.by_challenge(server, plain_refused);
        let credentials = Credentials { username: &config.username, secret: &secret, by_challenge, prefix };
        let within = Duration::from_secs(config.login_timeout_secs);
        login::log_in(stream.as_mut(), &mut decoder, &credentials, within).await?;
        Ok((stream, decoder))
    }
}

/// Said once, when the source starts.
async fn warn_if_public(path: &Path) {
    let mode =
        tokio::fs::metadata(path).await.map(|about| std::os::unix::fs::PermissionsExt::mode(&about.permissions()));
    if mode.is_ok_and(|mode| mode & 0o004 != 0) {
        warn!(path = %path.display(), "Everybody on this machine can read the secret file: chmod 600.");
    }
}

async fn read_secret(path: &Path) -> Result<String, Failure> {
    let failed = |source| Failure::Secret { path: path.to_owned(), source };
    let about = tokio::fs::metadata(path).await.map_err(failed)?;
    let form = || Failure::SecretForm { path: path.to_owned() };
    if about.len() > SECRET_BYTES_MAX {
        return Err(form());
    }
    let bytes = tokio::fs::read(path).await.map_err(failed)?;
    let text = String::from_utf8(bytes).map_err(|_| form())?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() || secret.contains(char::is_control) {
        return Err(form());
    }
    Ok(secret.to_owned())
}

#[cfg(test)]
mod tests;
