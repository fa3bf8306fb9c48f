//! Hears of each commit of the lane as soon as it is done.
//!
//! The lane writes the time of the last event of a batch into G_SYNC_CONTROL within the batch's transaction; a trigger
//! makes a notification of it, which the server hands out after the commit.

use anyhow::{Context, Result};
use cluster::Cluster;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use tokio_postgres::{AsyncMessage, Client, NoTls};

const TRIGGER: &str = "
CREATE FUNCTION committed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('committed', (NEW.EVENTTIMESEC::bigint * 1000000 + NEW.EVENTTIMEUSEC)::text);
  RETURN NULL;
END $$;
CREATE TRIGGER committed AFTER INSERT OR UPDATE ON G_SYNC_CONTROL FOR EACH ROW EXECUTE FUNCTION committed();";
/// Longest wait for a commit.
const PATIENCE: Duration = Duration::from_secs(120);

/// A commit.
#[derive(Clone, Copy)]
pub(crate) struct Commit {
    /// When we heard of it.
    pub(crate) heard: Instant,
    /// Time of the batch's last event, µs since 1970 UTC.
    pub(crate) last_event: i64,
}

/// Those of one database.
pub(crate) struct Commits {
    received: Receiver<Commit>,
    _client: Client,
    _runtime: tokio::runtime::Runtime,
}

impl Commits {
    /// Puts the trigger into the database.
    pub(crate) fn prepare(server: &Cluster, database: &str) -> Result<()> {
        server.sql(database, TRIGGER).map(drop).context("make the trigger")
    }

    /// Hears of all commits from now on.
    pub(crate) fn listen(server: &Cluster, database: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (sender, received) = channel();
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&server.socket_url(database), NoTls).await?;
            tokio::spawn(hear(connection, sender));
            client.batch_execute("LISTEN committed").await?;
            anyhow::Ok(client)
        })?;
        Ok(Self { received, _client: client, _runtime: runtime })
    }

    /// The next one.
    pub(crate) fn next(&self) -> Result<Commit> {
        match self.received.recv_timeout(PATIENCE) {
            Ok(commit) => Ok(commit),
            Err(RecvTimeoutError::Timeout) => Err(anyhow::anyhow!("no commit for {PATIENCE:?}")),
            Err(RecvTimeoutError::Disconnected) => Err(anyhow::anyhow!("the connection to the database has ended")),
        }
    }
}

async fn hear<S, T>(mut connection: tokio_postgres::Connection<S, T>, sender: Sender<Commit>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = std::future::poll_fn(|context| connection.poll_message(context)).await {
        let heard = Instant::now();
        let AsyncMessage::Notification(notification) = message else { continue };
        let Ok(last_event) = notification.payload().parse() else { continue };
        if sender.send(Commit { heard, last_event }).is_err() {
            return;
        }
    }
}
