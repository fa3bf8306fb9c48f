//! A source that has its lines ready: hello, the answer, bytes as fast as they are taken, acknowledgements.

use anyhow::{Context, Result, bail};
use simulator::event::{Entry, Server, SiteEvent};
use simulator::{Config, Site, line};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(300);

/// The first events of a site's day.
pub(crate) struct Day {
    pub(crate) server: Server,
    pub(crate) events: Vec<SiteEvent>,
}

impl Day {
    /// Takes that many events.
    pub(crate) fn of(config: &Config, events: usize) -> Result<Self> {
        let mut site = Site::new(config);
        let first = site.next().map(|event| event.entry);
        let Some(Entry::Started(server)) = first else { bail!("the site does not begin with its server") };
        Ok(Self { server, events: site.take(events).collect() })
    }

    /// All of it as lines.
    pub(crate) fn lines(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        self.events.iter().for_each(|event| line::entry(event, &mut lines));
        lines
    }
}

/// A connection on which the daemon has answered the hello.
pub(crate) struct Client {
    stream: TcpStream,
    answers: BufReader<TcpStream>,
    /// What the daemon has of the stream.
    pub(crate) resume_after: u64,
}

impl Client {
    /// Connects and says hello; tries again while nobody listens.
    pub(crate) fn connect(address: &str, server: &Server) -> Result<Self> {
        let began = Instant::now();
        let stream = loop {
            match TcpStream::connect(address) {
                Ok(stream) => break stream,
                Err(error) if began.elapsed() > PATIENCE => return Err(error).context("connect to the daemon"),
                Err(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut hello = Vec::new();
        line::hello("tserver-a", server, true, &mut hello);
        let mut client = Self { answers: BufReader::new(stream.try_clone()?), stream, resume_after: 0 };
        client.stream.write_all(&hello)?;
        client.resume_after = client.answer("resume_after")?;
        Ok(client)
    }

    /// Another handle on the connection, to write to.
    pub(crate) fn writer(&self) -> Result<TcpStream> {
        Ok(self.stream.try_clone()?)
    }

    /// Waits until everything up to this number is acknowledged.
    pub(crate) fn acked(&mut self, number: u64) -> Result<()> {
        while self.answer("ack")? < number {}
        Ok(())
    }

    /// The next answer of that kind.
    fn answer(&mut self, kind: &str) -> Result<u64> {
        loop {
            let mut text = String::new();
            if self.answers.read_line(&mut text).context("wait for an answer of the daemon")? == 0 {
                bail!("the daemon has closed the connection");
            }
            let answer: serde_json::Value = serde_json::from_str(&text)?;
            if let Some(error) = answer.get("error") {
                bail!("the daemon refuses: {error}");
            }
            if let Some(number) = answer.get(kind).and_then(serde_json::Value::as_u64) {
                return Ok(number);
            }
        }
    }
}
