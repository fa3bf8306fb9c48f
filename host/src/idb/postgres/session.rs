//! One connection to PostgreSQL, with the statements it has prepared.
//!
//! With `sslmode=require` in the URL it is TLS, and the server's certificate is checked against the machine's; without,
//! it is not TLS.

use crate::idb::error::{Error, Fault};
use std::collections::HashMap;
use tokio::task::JoinHandle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A connection. Dropped, it is closed, and what was not committed is rolled back.
pub(super) struct Session {
    pub(super) client: Client,
    /// By text; bounded, for there is one text per table and way, and a few more.
    statements: HashMap<String, Statement>,
    /// Reads the socket; ends with the connection.
    driver: JoinHandle<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Session {
    pub(super) async fn connect(config: &tokio_postgres::Config) -> Result<Self, Error> {
        // Why a connection broke is told by the statement that it broke under.
        let (client, driver) = if config.get_ssl_mode() == SslMode::Require {
            let connected = config.connect(MakeRustlsConnect::new(tls()?)).await;
            let (client, connection) = connected.map_err(|error| at(config, &error))?;
            (client, tokio::spawn(async move { drop(connection.await) }))
        } else {
            let (client, connection) = config.connect(NoTls).await.map_err(|error| at(config, &error))?;
            (client, tokio::spawn(async move { drop(connection.await) }))
        };
        Ok(Self { client, statements: HashMap::new(), driver })
    }

    /// The statement of that text, prepared on first use.
    pub(super) async fn prepare(&mut self, text: &str) -> Result<Statement, Fault> {
        if let Some(statement) = self.statements.get(text) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(text).await.map_err(|error| fault(&error))?;
        self.statements.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Runs statements without parameters.
    pub(super) async fn run(&self, text: &str) -> Result<(), Fault> {
        self.client.batch_execute(text).await.map_err(|error| fault(&error))
    }
}

/// What an error of connecting means, with the place that could not be connected to.
fn at(config: &tokio_postgres::Config, error: &tokio_postgres::Error) -> Error {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    match fault(error).into_error() {
        Error::Unavailable { words } => Error::Unavailable { words: format!("{host}:{port}: {words}") },
        other => other,
    }
}

/// TLS that trusts the machine's certificates.
fn tls() -> Result<rustls::ClientConfig, Error> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    if roots.add_parsable_certificates(found.certs).0 == 0 {
        return Err(Error::Refuses { words: "TLS was asked for, but this machine trusts no certificates".to_owned() });
    }
    Ok(rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// What an error means.
pub(super) fn fault(error: &tokio_postgres::Error) -> Fault {
    let Some(refusal) = error.as_db_error() else {
        let words = with_causes(error);
        return Fault::Error(Error::Unavailable { words });
    };
    let words = format!("{} (SQLSTATE {})", refusal.message(), refusal.code().code());
    let code = refusal.code();
    if *code == SqlState::UNDEFINED_DATABASE {
        return Error::Absent { words }.into();
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        return Error::Forbidden { words }.into();
    }
    match code.code().get(..2) {
        // Data exceptions, constraints, limits of the program, and what triggers of the site raise.
        Some("22" | "23" | "54" | "P0") => Fault::Data(words),
        // 3F: the user may not use any schema of the search path.
        Some("28" | "3F") => Error::Forbidden { words }.into(),
        Some("42" | "3D" | "0A") => Error::Refuses { words }.into(),
        // Connection, serialisation and deadlock, resources, operator, system, and whatever is not known.
        _ => Error::Unavailable { words }.into(),
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        words = format!("{words}: {next}");
        cause = next.source();
    }
    words
}
