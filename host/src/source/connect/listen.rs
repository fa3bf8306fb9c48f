//! Sources that connect to us: over TCP, TLS with an optional demand for their certificate, or a UNIX socket.
//!
//! # Failure
//! A UNIX socket that a daemon left behind when it was killed is removed if nobody answers on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto};

use super::{Error, Stream, certificates, unix_path, unusable};

/// Rights on a UNIX socket: the daemon's user and group.
const SOCKET_MODE: u32 = 0o660;

/// The files of our end of TLS connections that others open.
#[derive(Clone, Debug)]
pub struct ServerTls {
    /// Our certificate with its chain (PEM).
    pub cert_file: PathBuf,
    /// Its private key (PEM).
    pub key_file: PathBuf,
    /// Certificates (PEM) of the authorities one of which must have signed the certificate of who connects; without
    /// it nobody is asked for one.
    pub ca_file: Option<PathBuf>,
}

/// Where sources connect to.
#[derive(Debug)]
pub enum Listener {
    /// A TCP port.
    Tcp(TcpListener),
    /// A UNIX socket, and its path, which is removed in the end.
    Unix(UnixListener, PathBuf),
}

/// A connection that was accepted and has said nothing yet.
#[derive(Debug)]
pub enum Incoming {
    /// Over TCP, from that address.
    Tcp(TcpStream, std::net::SocketAddr),
    /// Over a UNIX socket.
    Unix(UnixStream),
}

impl Listener {
    /// Listens on `address`: `host:port`, or `unix:` and a path.
    ///
    /// # Errors
    /// [`Error::Listen`], worth another attempt.
    pub async fn bind(address: &str) -> Result<Self, Error> {
        let failed = |source| Error::Listen { address: address.to_owned(), source };
        let Some(path) = unix_path(address) else {
            return Ok(Self::Tcp(TcpListener::bind(address).await.map_err(failed)?));
        };
        let listener = bind_unix(path).await.map_err(failed)?;
        Ok(Self::Unix(listener, path.to_owned()))
    }

    /// The next connection.
    ///
    /// # Errors
    /// What the system says; the next attempt may go well.
    ///
    /// # Cancel safety
    /// No connection is lost.
    pub async fn accept(&self) -> std::io::Result<Incoming> {
        match self {
            Self::Tcp(listener) => listener.accept().await.map(|(stream, from)| Incoming::Tcp(stream, from)),
            Self::Unix(listener, _) => listener.accept().await.map(|(stream, _)| Incoming::Unix(stream)),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Self::Unix(_, path) = self {
            // If it is gone already, all the better.
            let _ = std::fs::remove_file(path);
        }
    }
}

async fn bind_unix(path: &Path) -> std::io::Result<UnixListener> {
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && UnixStream::connect(path).await.is_err() => {
            tokio::fs::remove_file(path).await?;
            UnixListener::bind(path)?
        }
        bound => bound?,
    };
    tokio::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(SOCKET_MODE)).await?;
    Ok(listener)
}

impl Incoming {
    /// Who it is, for the log.
    #[must_use]
    pub fn peer(&self) -> String {
        match self {
            Self::Tcp(_, from) => from.to_string(),
            Self::Unix(_) => "unix".to_owned(),
        }
    }

    /// Agrees on TLS if `tls` demands it, within `within`.
    ///
    /// # Errors
    /// [`Error`]; the connection is closed then.
    pub async fn open(self, tls: Option<&ServerTls>, within: Duration) -> Result<Box<dyn Stream>, Error> {
        let address = self.peer();
        let (tcp, tls) = match (self, tls) {
            (Self::Unix(stream), _) => return Ok(Box::new(stream)),
            (Self::Tcp(tcp, _), tls) => (tcp, tls),
        };
        let failed = |source| Error::Handshake { address: address.clone(), source };
        tcp.set_nodelay(true).map_err(failed)?;
        let Some(tls) = tls else { return Ok(Box::new(tcp)) };
        let acceptor = TlsAcceptor::from(Arc::new(server_config(tls)?));
        match tokio::time::timeout(within, acceptor.accept(tcp)).await {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            Ok(Err(source)) => Err(failed(source)),
            Err(_) => Err(Error::TimedOut { address, after: within }),
        }
    }
}

fn server_config(tls: &ServerTls) -> Result<ServerConfig, Error> {
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&tls.cert_file, error))?;
    let config = match &tls.ca_file {
        None => config.with_no_client_auth(),
        Some(ca_file) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(ca_file)? {
                roots.add(certificate).map_err(|error| unusable(ca_file, error))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            config.with_client_cert_verifier(verifier.build().map_err(|error| unusable(ca_file, error))?)
        }
    };
    let key = PrivateKeyDer::from_pem_file(&tls.key_file).map_err(|error| unusable(&tls.key_file, error))?;
    let chain = certificates(&tls.cert_file)?;
    config.with_single_cert(chain, key).map_err(|error| unusable(&tls.cert_file, error))
}
