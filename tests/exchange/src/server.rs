//! Speaks the server's side of the manager interface.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use md5::{Digest, Md5};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::{AtEnd, Behaviour, Pace, Recording, Resume};

/// Actions of a client that wait for their answers at most.
const ACTIONS_WAITING_MAX: usize = 64;
/// Largest action that is read, bytes.
const ACTION_BYTES_MAX: usize = 64 << 10;
/// Bytes of the recording that are written in one piece at full speed.
const WRITE_BYTES: usize = 64 << 10;
/// How long a client may take to notice that the connection is over.
const FAREWELL: Duration = Duration::from_secs(5);
/// The challenge that every client gets: a stand-in needs no surprise.
const CHALLENGE: &str = "840415273";

/// The server's side, for any number of connections.
#[derive(Debug)]
pub struct Server {
    recording: Recording,
    behaviour: Behaviour,
    connections: AtomicUsize,
    /// First packet that no connection has been sent whole.
    progress: watch::Sender<usize>,
    actions: Mutex<Vec<String>>,
}

/// What a client asked for.
struct Action {
    headers: Vec<(String, String)>,
}

impl Action {
    fn get(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }
}

/// What follows an answer.
#[derive(PartialEq)]
enum Next {
    Nothing,
    LoggedIn,
    Close,
}

impl Server {
    /// A server that plays `recording`.
    #[must_use]
    pub fn new(recording: Recording, behaviour: Behaviour) -> Arc<Self> {
        let (connections, actions) = (AtomicUsize::new(0), Mutex::default());
        Arc::new(Self { recording, behaviour, connections, progress: watch::Sender::new(0), actions })
    }

    /// Connections so far, whether or not anybody logged in.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Acquire)
    }

    /// Names of the actions that clients asked for, in their order.
    pub fn actions(&self) -> Vec<String> {
        self.actions.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until every packet has been sent whole at least once.
    pub async fn all_sent(&self) {
        let all = self.recording.packets.len();
        // The sender lives as long as `self`.
        let _ = self.progress.subscribe().wait_for(|sent| *sent >= all).await;
    }

    /// Serves one connection to its end.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn serve<S>(&self, stream: S) -> std::io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let number = self.connections.fetch_add(1, Ordering::AcqRel);
        let (reader, mut writer) = tokio::io::split(stream);
        let (sender, mut actions) = mpsc::channel(ACTIONS_WAITING_MAX);
        // Ends with this call, also if that is cancelled: nothing else may hold the connection open.
        let mut reading = JoinSet::new();
        reading.spawn(read_actions(reader, sender));
        let outcome = self.converse(&mut writer, &mut actions, number).await;
        // A connection that is closed with bytes unread is reset, and the client may lose what was sent last.
        let _ = writer.shutdown().await;
        let _ = tokio::time::timeout(FAREWELL, async { while actions.recv().await.is_some() {} }).await;
        outcome
    }

    async fn converse<W: AsyncWrite + Unpin>(
        &self,
        writer: &mut W,
        actions: &mut mpsc::Receiver<Action>,
        number: usize,
    ) -> std::io::Result<()> {
        let greeting = self.behaviour.faults.greeting.as_deref().unwrap_or("Asterisk Call Manager/11.0.0");
        self.write(writer, format!("{greeting}\r\n").as_bytes()).await?;
        loop {
            let Some(action) = actions.recv().await else { return Ok(()) };
            match self.answer(writer, &action, false).await? {
                Next::LoggedIn => break,
                Next::Close => return Ok(()),
                Next::Nothing => {}
            }
        }
        let mut next = match self.behaviour.resume {
            Resume::Continue => *self.progress.borrow(),
            Resume::Restart => 0,
        };
        let began = Instant::now();
        let offset = self.recording.packets.get(next).map(|packet| packet.at).unwrap_or_default();
        let mut sent = 0;
        loop {
            let packet = self.recording.packets.get(next);
            if packet.is_none() && self.behaviour.at_end == AtEnd::Close {
                return Ok(());
            }
            let due = match (packet, self.behaviour.pace) {
                (Some(packet), Pace::Recorded(speed)) => began + packet.at.saturating_sub(offset).div_f64(speed),
                _ => began,
            };
            tokio::select! {
                biased;
                action = actions.recv() => {
                    let Some(action) = action else { return Ok(()) };
                    if self.answer(writer, &action, true).await? == Next::Close {
                        return Ok(());
                    }
                }
                () = sleep_until(due), if packet.is_some() => {
                    if !self.play(writer, &mut next, &mut sent, number).await? {
                        return Ok(());
                    }
                }
                else => return Ok(()),
            }
            if self.behaviour.faults.silent_after.is_some_and(|limit| sent >= limit) {
                while actions.recv().await.is_some() {}
                return Ok(());
            }
        }
    }

    /// Writes the packet that is due, at full speed several. False if the connection is to be cut.
    async fn play<W: AsyncWrite + Unpin>(
        &self,
        writer: &mut W,
        next: &mut usize,
        sent: &mut usize,
        number: usize,
    ) -> std::io::Result<bool> {
        let faults = &self.behaviour.faults;
        let mut bytes = Vec::new();
        let mut to = *next;
        while let Some(packet) = self.recording.packets.get(to).filter(|_| bytes.len() < WRITE_BYTES) {
            bytes.extend_from_slice(&packet.bytes);
            to += 1;
            if self.behaviour.pace != Pace::Full {
                break;
            }
        }
        let cut = faults.cut_after.get(number).copied();
        let limit = cut.into_iter().chain(faults.silent_after).min();
        let room = limit.map_or(bytes.len(), |limit| limit.saturating_sub(*sent));
        let whole = bytes.len() <= room;
        self.write(writer, bytes.get(..room).unwrap_or(&bytes)).await?;
        *sent += room.min(bytes.len());
        if !whole {
            // Which of these packets went out whole decides where the next connection goes on.
            let mut left = room;
            while let Some(packet) = self.recording.packets.get(*next).filter(|packet| packet.bytes.len() <= left) {
                left -= packet.bytes.len();
                *next += 1;
            }
        } else {
            *next = to;
        }
        let progress = *next;
        self.progress.send_if_modified(|known| {
            let further = progress > *known;
            *known = progress.max(*known);
            further
        });
        if cut.is_some_and(|cut| *sent >= cut) {
            return Ok(false);
        }
        Ok(true)
    }

    async fn write<W: AsyncWrite + Unpin>(&self, writer: &mut W, bytes: &[u8]) -> std::io::Result<()> {
        for piece in bytes.chunks(self.behaviour.faults.piece_bytes.unwrap_or(usize::MAX).max(1)) {
            writer.write_all(piece).await?;
            writer.flush().await?;
        }
        Ok(())
    }

    async fn answer<W: AsyncWrite + Unpin>(
        &self,
        writer: &mut W,
        action: &Action,
        logged_in: bool,
    ) -> std::io::Result<Next> {
        let name = action.get("Action").to_owned();
        self.actions.lock().unwrap_or_else(PoisonError::into_inner).push(name.clone());
        let id = match action.get("ActionID") {
            "" => String::new(),
            _ if self.behaviour.faults.loses_action_ids => String::new(),
            id => format!("ActionID: {id}\r\n"),
        };
        let (text, next) = match name.as_str() {
            "Challenge" if self.behaviour.md5 => {
                (format!("Response: Success\r\n{id}Challenge: {CHALLENGE}\r\n\r\n"), Next::Nothing)
            }
            "Login" if self.admits(action) => {
                (format!("Response: Success\r\n{id}Message: Authentication accepted\r\n\r\n"), Next::LoggedIn)
            }
            "Login" => (format!("Response: Error\r\n{id}Message: Authentication failed\r\n\r\n"), Next::Close),
            _ if logged_in && self.behaviour.faults.mute => return Ok(Next::Nothing),
            "Ping" => (format!("Response: Success\r\n{id}Ping: Pong\r\n\r\n"), Next::Nothing),
            "Logoff" => (format!("Response: Goodbye\r\n{id}Message: Thanks for all the fish.\r\n\r\n"), Next::Close),
            "CoreShowChannels" | "Status" | "BridgeList" | "QueueStatus" | "Agents" | "DeviceStateList"
                if logged_in =>
            {
                (self.list(&name, &id), Next::Nothing)
            }
            _ => (format!("Response: Error\r\n{id}Message: Invalid/unknown command\r\n\r\n"), Next::Nothing),
        };
        self.write(writer, text.as_bytes()).await?;
        Ok(next)
    }

    fn admits(&self, action: &Action) -> bool {
        let known = action.get("Username") == self.behaviour.username;
        let mut hash = Md5::new();
        hash.update(CHALLENGE);
        hash.update(&self.behaviour.secret);
        let key: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let plain = self.behaviour.plain && action.get("Secret") == self.behaviour.secret;
        known && (plain || (self.behaviour.md5 && action.get("Key") == key))
    }

    fn list(&self, name: &str, id: &str) -> String {
        let mut text = format!("Response: Success\r\n{id}EventList: start\r\nMessage: List will follow\r\n\r\n");
        match self.behaviour.state.0.get(name) {
            Some(events) => {
                for event in events {
                    let (first, rest) = event.split_once("\r\n").unwrap_or((event, ""));
                    text.push_str(&format!("{first}\r\n{id}{rest}\r\n"));
                }
            }
            None => text.push_str(&format!("Event: {name}Complete\r\n{id}EventList: Complete\r\nListItems: 0\r\n\r\n")),
        }
        text
    }
}

async fn read_actions<R: AsyncRead + Unpin>(mut reader: R, actions: mpsc::Sender<Action>) {
    let mut buffer = Vec::new();
    loop {
        while let Some(end) = buffer.windows(4).position(|end| end == b"\r\n\r\n") {
            let action: Vec<u8> = buffer.drain(..end + 4).collect();
            let text = String::from_utf8_lossy(&action);
            let headers = text.lines().filter_map(|line| line.split_once(": "));
            let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            if actions.send(Action { headers }).await.is_err() {
                return;
            }
        }
        let read = reader.read_buf(&mut buffer).await;
        if !matches!(read, Ok(1..)) || buffer.len() > ACTION_BYTES_MAX {
            return;
        }
    }
}

/// A server that listens on a TCP port, until it is dropped.
#[derive(Debug)]
pub struct Exchange {
    server: Arc<Server>,
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Exchange {
    /// Listens on `listen` (`host:port`; port 0: any that is free) and plays `recording`.
    ///
    /// # Errors
    /// Those of listening.
    pub async fn start(listen: &str, recording: Recording, behaviour: Behaviour) -> std::io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let server = Server::new(recording, behaviour);
        let serving = server.clone();
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        let server = serving.clone();
                        let _ = stream.set_nodelay(true);
                        connections.spawn(async move { server.serve(stream).await });
                    }
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { server, address, accepting })
    }

    /// Where it listens, `host:port`.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// The server's side, to ask how far things are.
    #[must_use]
    pub fn server(&self) -> &Arc<Server> {
        &self.server
    }

    /// Waits until every packet has been sent whole at least once.
    pub async fn all_sent(&self) {
        self.server.all_sent().await;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        // The connections are joined with the task that accepted them.
        self.accepting.abort();
    }
}
