//! Opens connections to sources: TCP, TLS over it with an optional certificate of our own, or a UNIX socket. Sources
//! that connect to us come in by `connect/listen.rs`.
//!
//! Certificates and keys are read at every connection, so that renewed ones need no restart.
//!
//! # Not here
//! Who we are to the application behind the socket (`ami/login.rs`, `stream/hello.rs`), and when to try again
//! (`backoff.rs`).

mod listen;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

pub use listen::{Incoming, Listener, ServerTls};

/// What an address of a UNIX socket begins with; its path follows.
const UNIX: &str = "unix:";

/// The path in an address of a UNIX socket.
#[must_use]
pub fn unix_path(address: &str) -> Option<&Path> {
    address.strip_prefix(UNIX).map(Path::new)
}

/// Whether `address` is `host:port`, or `unix:` and a path.
#[must_use]
pub fn is_address(address: &str) -> bool {
    if let Some(path) = unix_path(address) {
        return path.is_absolute();
    }
    let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
    matches!(port, Some(Ok(1..)))
}

/// A TLS connection: `[source.<name>.<kind>.tls]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// Certificates (PEM) of the authorities that may have signed the server's; for a self-signed one, itself.
    pub ca_file: PathBuf,
    /// Our own certificate with its chain (PEM), if the server asks for one; needs `key_file`.
    pub cert_file: Option<PathBuf>,
    /// The private key (PEM) of `cert_file`.
    pub key_file: Option<PathBuf>,
    /// Name that the server's certificate must carry; default: the host part of the address.
    pub server_name: Option<String>,
}

impl TlsConfig {
    /// What is wrong with this table as it stands, without looking at the files; empty if nothing is.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.cert_file.is_some() != self.key_file.is_some() {
            problems.push("`tls.cert_file` and `tls.key_file` need each other".to_owned());
        }
        if let Some(name) = self.server_name.as_deref().filter(|name| ServerName::try_from(*name).is_err()) {
            problems.push(format!("`tls.server_name` {name:?} is neither a host name nor an address"));
        }
        problems
    }
}

/// Why there is no connection. All are worth another attempt: files and servers get repaired.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No TCP connection, or none to the UNIX socket.
    #[error("cannot connect to {address}: {source}")]
    Tcp {
        /// `host:port`, or `unix:` and a path.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Nothing came of it in time.
    #[error("cannot connect to {address}: no answer within {after:?}")]
    TimedOut {
        /// `host:port`.
        address: String,
        /// How long it was tried.
        after: Duration,
    },
    /// The TLS handshake failed.
    #[error("{address} and we found no TLS connection: {source}")]
    Handshake {
        /// `host:port`.
        address: String,
        /// What the TLS library says.
        source: std::io::Error,
    },
    /// A certificate or key cannot be used.
    #[error("cannot use {path}: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The name that the certificate must carry is no name.
    #[error("{0:?} is no name that a certificate could carry; set `tls.server_name`")]
    ServerName(String),
    /// Nobody can connect to us.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// `host:port`, or `unix:` and a path.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
}

/// A connection to a source, however it is made.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl Stream for TcpStream {}
impl Stream for UnixStream {}
impl Stream for tokio_rustls::client::TlsStream<TcpStream> {}
impl Stream for tokio_rustls::server::TlsStream<TcpStream> {}

/// Connects to `address` (`host:port`, or `unix:` and a path, where `tls` plays no part), all in all within `within`.
///
/// # Errors
/// [`Error`]; nothing stays open then.
pub async fn connect(address: &str, tls: Option<&TlsConfig>, within: Duration) -> Result<Box<dyn Stream>, Error> {
    match tokio::time::timeout(within, connect_untimed(address, tls)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::TimedOut { address: address.to_owned(), after: within }),
    }
}

async fn connect_untimed(address: &str, tls: Option<&TlsConfig>) -> Result<Box<dyn Stream>, Error> {
    let failed = |source| Error::Tcp { address: address.to_owned(), source };
    if let Some(path) = unix_path(address) {
        return Ok(Box::new(UnixStream::connect(path).await.map_err(failed)?));
    }
    let tcp = TcpStream::connect(address).await.map_err(failed)?;
    tcp.set_nodelay(true).map_err(failed)?;
    let Some(tls) = tls else { return Ok(Box::new(tcp)) };
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host).trim_matches(['[', ']']);
    let name = tls.server_name.as_deref().unwrap_or(host);
    let server_name = ServerName::try_from(name.to_owned()).map_err(|_| Error::ServerName(name.to_owned()))?;
    let connector = TlsConnector::from(Arc::new(client_config(tls)?));
    match connector.connect(server_name, tcp).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(source) => Err(Error::Handshake { address: address.to_owned(), source }),
    }
}

fn client_config(tls: &TlsConfig) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&tls.ca_file)? {
        roots.add(certificate).map_err(|error| unusable(&tls.ca_file, error))?;
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&tls.ca_file, error))?
        .with_root_certificates(roots);
    let (Some(cert_file), Some(key_file)) = (&tls.cert_file, &tls.key_file) else {
        return Ok(config.with_no_client_auth());
    };
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(|error| unusable(key_file, error))?;
    config.with_client_auth_cert(certificates(cert_file)?, key).map_err(|error| unusable(cert_file, error))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let all = CertificateDer::pem_file_iter(path).map_err(|error| unusable(path, error))?;
    let all = all.collect::<Result<Vec<_>, _>>().map_err(|error| unusable(path, error))?;
    if all.is_empty() {
        return Err(unusable(path, "it holds no certificate"));
    }
    Ok(all)
}

fn unusable(path: &Path, reason: impl std::fmt::Display) -> Error {
    Error::File { path: path.to_owned(), reason: reason.to_string() }
}
