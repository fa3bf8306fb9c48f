//! Where connections come from: made by us, or taken by listeners for the primary and the backup server.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

/// An address: `host:port`, or `unix:/path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// TCP.
    Tcp(String),
    /// A UNIX socket.
    Unix(PathBuf),
}

/// A text is no address.
#[derive(Debug)]
pub struct NotAnAddress(String);

impl std::fmt::Display for NotAnAddress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "`{}` is neither host:port nor unix:/path", self.0)
    }
}

impl std::error::Error for NotAnAddress {}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        match text.strip_prefix("unix:") {
            Some(path) if !path.is_empty() => Ok(Self::Unix(path.into())),
            None if text
                .rsplit_once(':')
                .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()) =>
            {
                Ok(Self::Tcp(text.to_owned()))
            }
            _ => Err(NotAnAddress(text.to_owned())),
        }
    }
}

/// Who connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// We do, from whichever server is primary.
    Connect(Address),
    /// The other side does; the server that is not primary hangs up at once.
    Listen {
        /// Address of the primary server.
        primary: Address,
        /// Address of the backup server; without one it has the primary's.
        backup: Option<Address>,
    },
}

/// A connection of either kind.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection.
pub(super) type Connection = Box<dyn Duplex>;

#[derive(Debug)]
enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
}

impl Listener {
    async fn bind(address: &Address) -> std::io::Result<Self> {
        match address {
            Address::Tcp(address) => Ok(Self::Tcp(TcpListener::bind(address).await?)),
            Address::Unix(path) => Ok(Self::Unix(UnixListener::bind(path)?, path.clone())),
        }
    }

    async fn accept(&self) -> std::io::Result<Connection> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Self::Unix(listener, _) => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Self::Unix(_, path) = self {
            // Left over at worst; the next one to bind is told.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// An endpoint at work.
#[derive(Debug)]
pub(super) enum Endpoints {
    Connect(Address),
    Listen(Listeners),
}

/// The listeners of both servers.
#[derive(Debug)]
pub(super) struct Listeners {
    primary: Listener,
    backup: Option<Listener>,
}

impl Endpoints {
    pub(super) async fn open(endpoint: &Endpoint) -> std::io::Result<Self> {
        Ok(match endpoint {
            Endpoint::Connect(address) => Self::Connect(address.clone()),
            Endpoint::Listen { primary, backup } => {
                let primary = Listener::bind(primary).await?;
                let backup = match backup {
                    Some(address) => Some(Listener::bind(address).await?),
                    None => None,
                };
                Self::Listen(Listeners { primary, backup })
            }
        })
    }

    /// TCP addresses listened at.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        let Self::Listen(listeners) = self else { return Vec::new() };
        let address = |listener: &Listener| match listener {
            Listener::Tcp(listener) => listener.local_addr().ok(),
            Listener::Unix(..) => None,
        };
        address(&listeners.primary).into_iter().chain(listeners.backup.as_ref().and_then(address)).collect()
    }

    /// The next connection of the primary or the backup server.
    ///
    /// # Cancel safety
    /// Nothing is lost when it is dropped, but an attempt to connect.
    pub(super) async fn next(&self, backup: bool) -> std::io::Result<Connection> {
        match self {
            Self::Connect(Address::Tcp(address)) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Self::Connect(Address::Unix(path)) => Ok(Box::new(UnixStream::connect(path).await?)),
            Self::Listen(_) => self.newer(backup).await,
        }
    }

    /// A connection that takes the place of the one there is; never, when we connect.
    pub(super) async fn newer(&self, backup: bool) -> std::io::Result<Connection> {
        let Self::Listen(Listeners { primary, backup: second }) = self else {
            return std::future::pending().await;
        };
        let Some(second) = second else { return primary.accept().await };
        let (speaking, silent) = if backup { (second, primary) } else { (primary, second) };
        loop {
            tokio::select! {
                connection = speaking.accept() => return connection,
                refused = silent.accept() => drop(refused?),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!("localhost:7400".parse::<Address>().unwrap(), Address::Tcp("localhost:7400".to_owned()));
        assert_eq!("[::1]:7400".parse::<Address>().unwrap(), Address::Tcp("[::1]:7400".to_owned()));
        assert_eq!("unix:/run/x".parse::<Address>().unwrap(), Address::Unix("/run/x".into()));
        for wrong in ["", "unix:", "localhost", "host:port", ":80", "host:99999"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
