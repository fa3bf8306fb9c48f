//! One connection after the other: hello, resume, lines at their pace, acknowledgements, keep-alive, faults.

use super::buffer::Buffer;
use super::endpoint::{Connection, Endpoints};
use super::feed::Item;
use super::{Command, Options, Pace, Progress};
use crate::event::{Micros, Server};
use crate::line;
use crate::random::{Random, micros, seconds_of};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// A line of the other side is at most that long.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Bytes written at a time at most.
const WRITE_BYTES: usize = 256 << 10;

/// Why a connection ended.
enum End {
    /// The other side, a fault or the network ended it.
    Cut,
    /// Another one takes its place.
    Newer(Connection),
    /// The server has said all; the next one speaks.
    NextServer,
    /// The player is not wanted any more.
    Stop,
}

/// What happens to a connection next.
enum Happening {
    Read(usize),
    Written(usize),
    Item(Option<Item>),
    Command(Option<Command>),
    Newer(Connection),
    Time,
    Broken,
}

/// The server of the site, as a peer of the protocol.
pub(super) struct Speaker {
    options: Options,
    endpoints: Endpoints,
    items: mpsc::Receiver<Item>,
    commands: mpsc::Receiver<Command>,
    told: watch::Sender<Progress>,
    random: Random,
    server: Option<Server>,
    next_server: Option<Server>,
    buffer: Buffer,
    /// No more items come.
    ended: bool,
    /// State of the switch link after the last line that was sent.
    link: bool,
    /// When the first entry was sent, and its time.
    began: Option<(Instant, Micros)>,
    /// The next connection begins with that many repeats.
    repeat: u64,
    mute: bool,
    trickle: Option<usize>,
}

/// The state of one connection.
struct Link {
    /// Lines of our own: hello, pings, pongs, garbage.
    own: Vec<u8>,
    resumed: bool,
    /// The last byte written was in the middle of an entry's line.
    mid_line: bool,
    cut_in: Option<u64>,
    garbage_in: Option<u64>,
    heard: Instant,
    pinged: Instant,
    pings: u64,
    stalled: Option<Instant>,
    rest_until: Option<Instant>,
}

impl Speaker {
    pub(super) fn new(
        options: Options,
        endpoints: Endpoints,
        items: mpsc::Receiver<Item>,
        commands: mpsc::Receiver<Command>,
        told: watch::Sender<Progress>,
    ) -> Self {
        Self {
            random: Random::new(options.faults.seed, "transport"),
            mute: options.faults.mute,
            options,
            endpoints,
            items,
            commands,
            told,
            server: None,
            next_server: None,
            buffer: Buffer::default(),
            ended: false,
            link: true,
            began: None,
            repeat: 0,
            trickle: None,
        }
    }

    /// Speaks until the player is stopped.
    pub(super) async fn run(mut self) {
        let mut ready = None;
        loop {
            if self.server.is_none() || self.server_is_done() {
                if !self.next_server().await {
                    return;
                }
                continue;
            }
            let connection = match ready.take() {
                Some(connection) => connection,
                None => match self.connect().await {
                    Some(connection) => connection,
                    None => return,
                },
            };
            match self.converse(connection).await {
                End::Cut => self.after_cut(),
                End::Newer(connection) => ready = Some(connection),
                End::NextServer => {}
                End::Stop => return,
            }
        }
    }

    fn backup(&self) -> bool {
        self.server.as_ref().is_some_and(|server| server.backup)
    }

    /// A connection; none when the player is stopped.
    async fn connect(&mut self) -> Option<Connection> {
        loop {
            let backup = self.backup();
            tokio::select! {
                connection = self.endpoints.next(backup) => match connection {
                    Ok(connection) => return Some(connection),
                    Err(_) => tokio::time::sleep(self.options.retry).await,
                },
                command = self.commands.recv() => self.between_connections(command?),
            }
        }
    }

    /// A command while there is no connection.
    fn between_connections(&mut self, command: Command) {
        match command {
            Command::Mute(mute) => self.mute = mute,
            Command::Trickle(bytes) => self.trickle = bytes,
            Command::Repeat(lines) => self.repeat = lines,
            Command::Cut | Command::CutAfter(_) | Command::Stall(_) | Command::Garbage(_) => {}
        }
    }

    /// A shutdown that was sent needs no acknowledgement when the other side hangs up.
    fn after_cut(&mut self) {
        let shut_down = self
            .next_server
            .as_ref()
            .is_some_and(|next| matches!(next.before, Some(crate::event::Ending::Shutdown(_))));
        if shut_down && self.buffer.is_sent() && self.buffer.acked() + 1 >= self.buffer.last() {
            self.acknowledge(self.buffer.last());
        }
    }

    /// Everything that the server told is acknowledged, or nobody cares, and another one follows.
    fn server_is_done(&self) -> bool {
        let settled = self.buffer.acked() >= self.buffer.last();
        self.next_server.is_some() && self.buffer.is_sent() && (settled || self.options.forgetful.is_some())
    }

    /// The next server speaks. False when there is none.
    async fn next_server(&mut self) -> bool {
        let next = match self.next_server.take() {
            Some(server) => Some(server),
            None => match self.items.recv().await {
                Some(Item::Server(server)) => Some(server),
                _ => None,
            },
        };
        let Some(server) = next else { return false };
        self.buffer = Buffer::new(server.after);
        self.link = true;
        self.server = Some(server);
        true
    }

    fn mean_bytes(&mut self, mean: Option<u64>) -> Option<u64> {
        mean.map(|mean| self.random.count_around(mean))
    }

    async fn converse(&mut self, connection: Connection) -> End {
        let (mut reader, mut writer) = tokio::io::split(connection);
        let mut inbox = Vec::new();
        let now = Instant::now();
        let mut link = Link {
            own: Vec::new(),
            resumed: false,
            mid_line: false,
            cut_in: self.mean_bytes(self.options.faults.cut_every_bytes),
            garbage_in: self.mean_bytes(self.options.faults.garbage_every_bytes),
            heard: now,
            pinged: now,
            pings: 0,
            stalled: None,
            rest_until: None,
        };
        if let Some(server) = &self.server {
            line::hello(&self.options.source, server, self.link, &mut link.own);
        }
        loop {
            if link.resumed && self.server_is_done() {
                return End::NextServer;
            }
            self.report_end();
            if self.keep_alive(&mut link) || link.cut_in == Some(0) {
                self.told.send_modify(|progress| progress.cuts += u64::from(link.cut_in == Some(0)));
                return End::Cut;
            }
            let now = Instant::now();
            link.stalled = link.stalled.filter(|until| *until > now);
            link.rest_until = link.rest_until.filter(|until| *until > now);
            let wake = self.wake(&link, now);
            let wants = self.wants_item(&link);
            let backup = self.backup();
            let (moment, limit) = (self.moment(now), self.write_limit(&link));
            let piece = if link.stalled.is_some() || link.rest_until.is_some() {
                &[][..]
            } else {
                next_piece(&self.buffer, &link, moment, limit)
            };
            let happening = tokio::select! {
                read = reader.read_buf(&mut inbox), if link.stalled.is_none() => {
                    read.map_or(Happening::Broken, Happening::Read)
                }
                written = writer.write(piece), if !piece.is_empty() => written.map_or(Happening::Broken, Happening::Written),
                item = self.items.recv(), if wants => Happening::Item(item),
                command = self.commands.recv() => Happening::Command(command),
                newer = self.endpoints.newer(backup) => newer.map_or(Happening::Time, Happening::Newer),
                () = tokio::time::sleep_until(wake) => Happening::Time,
            };
            if let Some(end) = self.happened(happening, &mut inbox, &mut link) {
                return end;
            }
        }
    }

    fn happened(&mut self, happening: Happening, inbox: &mut Vec<u8>, link: &mut Link) -> Option<End> {
        match happening {
            Happening::Broken | Happening::Read(0) => return Some(End::Cut),
            Happening::Read(_) => {
                link.heard = Instant::now();
                if !self.read_lines(inbox, link) {
                    return Some(End::Cut);
                }
            }
            Happening::Written(count) => self.written(count, link),
            Happening::Item(Some(Item::Server(server))) => self.next_server = Some(server),
            Happening::Item(Some(Item::Lines(chunk))) => {
                self.buffer.push(chunk);
                self.buffer.settle();
            }
            Happening::Item(None) => self.ended = true,
            Happening::Command(None) => return Some(End::Stop),
            Happening::Command(Some(command)) => return self.obey(command, link),
            Happening::Newer(connection) => return Some(End::Newer(connection)),
            Happening::Time => {}
        }
        None
    }

    fn obey(&mut self, command: Command, link: &mut Link) -> Option<End> {
        match command {
            Command::Cut => {
                self.told.send_modify(|progress| progress.cuts += 1);
                return Some(End::Cut);
            }
            Command::CutAfter(bytes) => link.cut_in = Some(bytes),
            Command::Stall(span) => link.stalled = Some(Instant::now() + span),
            Command::Garbage(bytes) => garbage(&bytes, link),
            other => self.between_connections(other),
        }
        None
    }

    /// The day is over and all of it acknowledged: says so.
    fn report_end(&self) {
        if self.ended && self.next_server.is_none() && self.buffer.acked() >= self.buffer.last() {
            self.told.send_if_modified(|progress| !std::mem::replace(&mut progress.finished, true));
        }
    }

    fn wants_item(&self, link: &Link) -> bool {
        let patient = self.options.forgetful.is_none() || link.resumed;
        patient && !self.ended && self.next_server.is_none() && self.buffer.bytes() < self.options.buffer_bytes_max
    }

    /// The moment of the site up to which entries are due.
    fn moment(&mut self, now: Instant) -> Micros {
        let Pace::Times(times) = self.options.pace else { return Micros::MAX };
        if self.began.is_none() {
            self.began = self.buffer.next_due().map(|first| (now, first));
        }
        self.began.map_or(Micros::MIN, |(begin, first)| first + micros((now - begin).as_secs_f64() * times))
    }

    fn wake(&mut self, link: &Link, now: Instant) -> Instant {
        let mut wake = link.pinged + self.options.keep_alive;
        wake = wake.min(link.heard + self.options.keep_alive * 3);
        if let (Pace::Times(times), Some((_, first)), Some(due)) =
            (self.options.pace, self.began, self.buffer.next_due())
            && link.resumed
        {
            let begin = self.began.map_or(now, |(begin, _)| begin);
            let after = (seconds_of(due - first) / times).clamp(0.0, 1e7);
            // A little later than due, so that more lines go in one write.
            let due = begin + Duration::from_secs_f64(after) + Duration::from_millis(1);
            wake = if due > now { wake.min(due) } else { wake };
        }
        wake = link.stalled.map_or(wake, |until| wake.min(until));
        link.rest_until.map_or(wake, |until| wake.min(until)).max(now + Duration::from_micros(100))
    }

    fn write_limit(&self, link: &Link) -> usize {
        let faults = &self.options.faults;
        let limit = WRITE_BYTES.min(faults.piece_bytes.unwrap_or(usize::MAX)).min(self.trickle.unwrap_or(usize::MAX));
        limit.max(1).min(link.cut_in.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX))
    }

    /// Pings when it is time. True when the other side is gone.
    fn keep_alive(&mut self, link: &mut Link) -> bool {
        let now = Instant::now();
        if link.stalled.is_some() || self.mute {
            return false;
        }
        if now - link.pinged >= self.options.keep_alive {
            link.pinged = now;
            link.pings += 1;
            link.own.extend_from_slice(format!("{{\"ping\":{}}}\n", link.pings).as_bytes());
        }
        now - link.heard >= self.options.keep_alive * 3
    }

    fn written(&mut self, count: usize, link: &mut Link) {
        let length = u64::try_from(count).unwrap_or(u64::MAX);
        link.cut_in = link.cut_in.map(|left| left.saturating_sub(length));
        if self.trickle.is_some() {
            link.rest_until = Some(Instant::now() + Duration::from_millis(1));
        }
        if !link.mid_line && !link.own.is_empty() {
            link.own.drain(..count.min(link.own.len()));
            return;
        }
        let last = self.buffer.due(Micros::MAX).get(count.wrapping_sub(1)).copied();
        link.mid_line = last != Some(b'\n');
        let (line, complete) = self.buffer.sent(count);
        if let Some(line) = line {
            self.link = line.link;
            self.forget(line.seq);
        }
        if complete > 0 {
            self.told.send_modify(|progress| progress.sent += complete);
        }
        if let Some(left) = link.garbage_in {
            link.garbage_in = Some(left.saturating_sub(length));
            if left <= length {
                let number = self.random.next();
                garbage(format!("{{\"event\":\"{number:x}\",\"time\":").as_bytes(), link);
                link.garbage_in = self.mean_bytes(self.options.faults.garbage_every_bytes);
            }
        }
    }

    /// A forgetful source keeps only the last lines before the one that it has sent.
    fn forget(&mut self, sent: u64) {
        if let Some(keep) = self.options.forgetful {
            let lost = self.buffer.give_up(sent.saturating_sub(keep));
            if lost > 0 {
                self.told.send_modify(|progress| progress.forgotten += lost);
            }
        }
    }

    /// Reads the answers. False when the other side says what cannot be understood, or refuses.
    fn read_lines(&mut self, inbox: &mut Vec<u8>, link: &mut Link) -> bool {
        let answers = std::mem::take(inbox);
        let mut rest = answers.as_slice();
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            let good = match serde_json::from_slice::<serde_json::Value>(line) {
                Ok(answer) => self.answer(&answer, link),
                Err(_) => false,
            };
            if !good {
                return false;
            }
        }
        inbox.extend_from_slice(rest);
        inbox.len() <= ANSWER_BYTES_MAX
    }

    fn answer(&mut self, answer: &serde_json::Value, link: &mut Link) -> bool {
        let number = |key: &str| answer.get(key).and_then(serde_json::Value::as_u64);
        if let Some(acked) = number("ack") {
            self.acknowledge(acked);
        } else if let Some(after) = number("resume_after") {
            return self.resume(after, link);
        } else if let Some(ping) = answer.get("ping") {
            if !self.mute {
                link.own.extend_from_slice(format!("{{\"pong\":{ping}}}\n").as_bytes());
            }
        } else if let Some(error) = answer.get("error") {
            let text = error.to_string();
            self.told.send_modify(|progress| progress.refusal = Some(text));
            return false;
        } else {
            return answer.get("pong").is_some();
        }
        true
    }

    fn acknowledge(&mut self, number: u64) {
        let keep = self.options.faults.repeats_max.max(self.repeat);
        let fresh = self.buffer.acknowledge(number, keep);
        if fresh > 0 {
            self.told.send_modify(|progress| progress.acked += fresh);
        }
    }

    fn resume(&mut self, after: u64, link: &mut Link) -> bool {
        if link.resumed {
            return false;
        }
        self.acknowledge(after);
        let by_chance = usize::try_from(self.options.faults.repeats_max).unwrap_or(usize::MAX);
        let by_chance = u64::try_from(self.random.below(by_chance.saturating_add(1))).unwrap_or(0);
        let repeats = by_chance.max(std::mem::take(&mut self.repeat));
        self.buffer.resume_after(after.saturating_sub(repeats));
        link.resumed = true;
        self.told.send_modify(|progress| progress.connections += 1);
        true
    }
}

/// What is written next: own lines between the lines of entries, else entries that are due.
fn next_piece<'a>(buffer: &'a Buffer, link: &'a Link, moment: Micros, limit: usize) -> &'a [u8] {
    let bytes = if link.mid_line {
        let due = buffer.due(Micros::MAX);
        let end = due.iter().position(|byte| *byte == b'\n').map_or(due.len(), |end| end + 1);
        // Own lines wait for the end of this one only.
        if link.own.is_empty() { due_or_line(buffer, moment, end) } else { due.get(..end).unwrap_or(due) }
    } else if !link.own.is_empty() {
        &link.own
    } else if link.resumed {
        buffer.due(moment)
    } else {
        &[]
    };
    bytes.get(..limit).unwrap_or(bytes)
}

fn due_or_line(buffer: &Buffer, moment: Micros, end: usize) -> &[u8] {
    let due = buffer.due(moment);
    if due.len() > end { due } else { buffer.due(Micros::MAX).get(..end).unwrap_or_default() }
}

fn garbage(bytes: &[u8], link: &mut Link) {
    link.own.extend(bytes.iter().filter(|byte| **byte != b'\n'));
    link.own.push(b'\n');
}
