//! Reads recordings: `NAME.ami` with the bytes, `NAME.idx.tsv` beside it with the times.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

/// One packet of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Its bytes with the empty line at the end.
    pub bytes: Vec<u8>,
    /// When it came, counted from the first.
    pub at: Duration,
}

/// What a server sent after a log-in.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The packets in their order.
    pub packets: Vec<Packet>,
}

/// Recorded answers to state requests: for each list (`CoreShowChannels`, …) its events with their end, without
/// their `ActionID` lines.
#[derive(Clone, Debug, Default)]
pub struct StateLists(pub BTreeMap<String, Vec<String>>);

/// Pause between two recordings that are played one after another.
const BETWEEN: Duration = Duration::from_secs(1);

impl Recording {
    /// Reads a recording without its greeting and the answer to its log-in, which the server gives itself.
    ///
    /// # Errors
    /// Those of reading the file; a missing index only means that all packets come at once.
    pub fn load(path: &Path) -> io::Result<Self> {
        let bytes = std::fs::read(path)?;
        let index = std::fs::read_to_string(path.with_extension("idx.tsv")).unwrap_or_default();
        Ok(Self::parse(&bytes, &index))
    }

    /// Reads several, to be played one after another.
    ///
    /// # Errors
    /// Those of [`Recording::load`].
    pub fn load_all<P: AsRef<Path>>(paths: &[P]) -> io::Result<Self> {
        let mut all = Self::default();
        for path in paths {
            let begins = all.packets.last().map_or(Duration::ZERO, |last| last.at + BETWEEN);
            let more = Self::load(path.as_ref())?.packets;
            all.packets.extend(more.into_iter().map(|packet| Packet { at: begins + packet.at, ..packet }));
        }
        Ok(all)
    }

    /// A recording of these bytes; `index` has the lines of an `.idx.tsv`, or nothing.
    #[must_use]
    pub fn parse(bytes: &[u8], index: &str) -> Self {
        let mut times = index.lines().filter_map(time_and_end).peekable();
        let first = times.peek().map_or(0.0, |(time, _)| *time);
        let mut packets = Vec::new();
        let (mut from, mut at) = (greeting_bytes(bytes), Duration::ZERO);
        while let Some(rest) = bytes.get(from..).filter(|rest| !rest.is_empty()) {
            let length = rest.windows(4).position(|end| end == b"\r\n\r\n").map_or(rest.len(), |end| end + 4);
            let to = from + length;
            while let Some((time, _)) = times.next_if(|(_, end)| *end <= to) {
                at = Duration::try_from_secs_f64(time - first).unwrap_or(at);
            }
            let packet = rest.get(..length).unwrap_or(rest);
            if !(packets.is_empty() && answers_login(packet)) {
                packets.push(Packet { bytes: packet.to_vec(), at });
            }
            from = to;
        }
        Self { packets }
    }

    /// Length in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.packets.iter().map(|packet| packet.bytes.len()).sum()
    }

    /// The answers to state requests that are in the recording, by the `ActionID: …-List` that the recorder used.
    #[must_use]
    pub fn state_lists(&self) -> StateLists {
        let mut lists = StateLists::default();
        for packet in &self.packets {
            let text = String::from_utf8_lossy(&packet.bytes);
            let id = text.lines().find_map(|line| line.strip_prefix("ActionID: "));
            let Some((_, list)) = id.and_then(|id| id.rsplit_once('-')).filter(|_| text.starts_with("Event:")) else {
                continue;
            };
            let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("ActionID: "));
            let event = lines.map(|line| format!("{line}\r\n")).collect();
            lists.0.entry(list.to_owned()).or_default().push(event);
        }
        lists
    }
}

fn greeting_bytes(bytes: &[u8]) -> usize {
    let end = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if bytes.starts_with(b"Asterisk Call Manager") { end } else { 0 }
}

fn answers_login(packet: &[u8]) -> bool {
    packet.starts_with(b"Response:") && String::from_utf8_lossy(packet).contains("Authentication accepted")
}

/// Time of receipt (UNIX seconds) and end offset of a line of the index.
fn time_and_end(line: &str) -> Option<(f64, usize)> {
    let mut fields = line.split('\t');
    let time = fields.next()?.parse().ok()?;
    let from: usize = fields.next()?.parse().ok()?;
    let length: usize = fields.next()?.parse().ok()?;
    Some((time, from + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greeting_and_login_are_left_out_and_times_follow_the_index() {
        let bytes = b"Asterisk Call Manager/9\r\nResponse: Success\r\nMessage: Authentication accepted\r\n\r\n\
            Event: A\r\nActionID: s-1-Status\r\n\r\nEvent: B\r\n\r\ncut";
        let end = bytes.len();
        let index = format!("recv_unix\tbyte_offset\tlength\n5.5\t0\t78\n6.0\t78\t36\n8.5\t114\t{}\n", end - 114);
        let recording = Recording::parse(bytes, &index);
        let seen: Vec<_> = recording.packets.iter().map(|packet| (packet.bytes.len(), packet.at.as_millis())).collect();
        assert_eq!(seen, [(34, 500), (12, 500), (3, 3000)]);
        assert_eq!(recording.bytes(), 49);
        assert_eq!(recording.state_lists().0["Status"], ["Event: A\r\n"]);
    }
}
