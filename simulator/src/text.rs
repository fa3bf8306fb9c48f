//! Entries as messages of a log of T-Library events.
//!
//! ```text
//! @08:00:07.1234 [0] 8.1.100.00 distribute_event: message EventRinging
//! <TAB>AttributeThisDN<TAB>'7001'
//! <TAB>AttributeConnID<TAB>00670255a1b2c3d4
//! <TAB>AttributeUserData<TAB>[41] 00 02 00 00..
//! <TAB><TAB>'CustomerID'<TAB>'004711'
//! <TAB><TAB>'Web'(list)<TAB>'Page'<TAB>'/offers'
//! <TAB>AttributeTimeinuSecs<TAB>123400
//! <TAB>AttributeTimeinSecs<TAB>1772438407 (08:00:07)
//! ```
//! A file begins with a preamble that tells the date; local time is UTC. A nested list stands on the line of its key
//! when it holds one pair, and a pair a line otherwise. What a text cannot hold on a line is written as it is: values
//! may have line breaks.

use crate::event::{Entry, List, Micros, Server, SiteEvent, Text, Value};
use crate::line::{hexadecimal, number};
use std::io::{Result, Write};
use std::path::{Path, PathBuf};

const SECOND: Micros = 1_000_000;
const DAY_SECONDS: i64 = 86_400;

/// Writes entries as messages.
#[derive(Debug)]
pub struct Log<W> {
    out: W,
    server: Option<Server>,
    name: String,
    message: Vec<u8>,
    bytes: u64,
}

impl<W: Write> Log<W> {
    /// A log of the server `name`; writes the preamble for a log that begins at `time`.
    ///
    /// # Errors
    /// What the writer says.
    pub fn new(out: W, name: &str, time: Micros) -> Result<Self> {
        let mut log = Self { out, server: None, name: name.to_owned(), message: Vec::new(), bytes: 0 };
        log.preamble(time)?;
        Ok(log)
    }

    fn preamble(&mut self, time: Micros) -> Result<()> {
        let moment = moment(time, 'T');
        let text = format!(
            "Local time:       {moment}\nTime zone:        0, UTC, UTC\nUTC time:         {moment}\n\
             Application name: {}\nApplication type: TServer\nHost name:        simulator\n\n",
            self.name
        );
        self.bytes += u64::try_from(text.len()).unwrap_or(0);
        self.out.write_all(text.as_bytes())
    }

    /// Bytes written so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes an entry.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&mut self, event: &SiteEvent) -> Result<()> {
        self.message.clear();
        match &event.entry {
            Entry::Event { name, attributes } => {
                self.head(event.time, name);
                for (name, value) in attributes {
                    attribute(name, value, &mut self.message);
                }
                self.tail(event);
            }
            Entry::LinkDown => self.of_server(event, "EventLinkDisconnected"),
            Entry::LinkUp => self.of_server(event, "EventLinkConnected"),
            Entry::Shutdown => self.of_server(event, "EventServerDisconnected"),
            Entry::Primary(dbid) => {
                self.server.iter_mut().for_each(|server| server.dbid = *dbid);
                self.of_server(event, "EventPrimaryChanged");
            }
            Entry::Started(server) => {
                self.server = Some(server.clone());
                self.of_server(event, "EventServerConnected");
            }
        }
        self.bytes += u64::try_from(self.message.len()).unwrap_or(0);
        self.out.write_all(&self.message)
    }

    /// Writes out what is buffered.
    ///
    /// # Errors
    /// What the writer says.
    pub fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }

    fn head(&mut self, time: Micros, name: &str) {
        let line = format!("@{} [0] 8.1.100.00 distribute_event: message {name}\n", of_day(time, 10_000, 4));
        self.message.extend_from_slice(line.as_bytes());
    }

    fn tail(&mut self, event: &SiteEvent) {
        if event.seq > 0 {
            self.message.extend_from_slice(b"\tAttributeEventSequenceNumber\t");
            hexadecimal(event.seq, &mut self.message);
            self.message.push(b'\n');
        }
        let (seconds, rest) = (event.time.div_euclid(SECOND), event.time.rem_euclid(SECOND));
        let clock = clock(event.time);
        let line = format!("\tAttributeTimeinuSecs\t{rest}\n\tAttributeTimeinSecs\t{seconds} ({clock})\n");
        self.message.extend_from_slice(line.as_bytes());
    }

    fn of_server(&mut self, event: &SiteEvent, name: &str) {
        self.head(event.time, name);
        let server = self.server.as_ref().map_or(0, |server| server.dbid);
        attribute("Server", &Value::Integer(i64::from(server)), &mut self.message);
        self.tail(event);
    }
}

fn attribute(name: &str, value: &Value, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\tAttribute");
    out.extend_from_slice(name.as_bytes());
    out.push(b'\t');
    match value {
        Value::Text(text) => quoted(text, out),
        Value::Integer(value) => number(*value, out),
        Value::Id(id) => hexadecimal(*id, out),
        Value::List(pairs) => list(pairs, out),
    }
    if !matches!(value, Value::List(_)) {
        out.push(b'\n');
    }
}

fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'\'');
    out.extend_from_slice(text.as_bytes());
    out.push(b'\'');
}

fn list(pairs: &List, out: &mut Vec<u8>) {
    let size: usize = pairs.iter().map(|(key, value)| key.len() + value.len() + 6).sum();
    let count = pairs.len() % 256;
    out.extend_from_slice(format!("[{}] 00 {count:02x} 00 00..\n", size + 4).as_bytes());
    let mut rest = pairs.as_slice();
    while let Some((key, value)) = rest.first() {
        out.extend_from_slice(b"\t\t");
        let nested = key.split_once('.').filter(|(head, tail)| !head.is_empty() && !tail.is_empty());
        let Some((head, _)) = nested else {
            pair(key, value, out);
            out.push(b'\n');
            rest = rest.get(1..).unwrap_or_default();
            continue;
        };
        let inside = rest.iter().take_while(|(key, _)| tail_of(key, head).is_some()).count();
        quoted(head, out);
        out.extend_from_slice(b"(list)");
        for (key, value) in rest.iter().take(inside) {
            out.push(b'\t');
            pair(tail_of(key, head).unwrap_or(key), value, out);
        }
        out.push(b'\n');
        rest = rest.get(inside..).unwrap_or_default();
    }
}

fn tail_of<'a>(key: &'a str, head: &str) -> Option<&'a str> {
    key.strip_prefix(head)?.strip_prefix('.').filter(|tail| !tail.is_empty())
}

fn pair(key: &str, value: &Text, out: &mut Vec<u8>) {
    quoted(key, out);
    out.push(b'\t');
    quoted(value, out);
}

/// `YYYY-MM-DD` and `HH:MM:SS.mmm` with that between them.
fn moment(time: Micros, between: char) -> String {
    let (year, month, day) = date(time.div_euclid(DAY_SECONDS * SECOND));
    format!("{year:04}-{month:02}-{day:02}{between}{}", of_day(time, 1_000, 3))
}

/// Time of day with that many decimals.
fn of_day(time: Micros, parts: i64, digits: usize) -> String {
    let part = time.rem_euclid(SECOND) / (SECOND / parts);
    format!("{}.{part:0digits$}", clock(time))
}

fn clock(time: Micros) -> String {
    let second = time.div_euclid(SECOND).rem_euclid(DAY_SECONDS);
    format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}

/// Year, month and day of a number of days since 1970, by the calendar of Gregory.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// Writes the entries as one log. Gives its bytes.
///
/// # Errors
/// What the writer says.
pub fn write_log(site: impl IntoIterator<Item = SiteEvent>, name: &str, out: &mut impl Write) -> Result<u64> {
    let mut site = site.into_iter().peekable();
    let mut log = Log::new(out, name, site.peek().map_or(0, |event| event.time))?;
    for event in site {
        log.write(&event)?;
    }
    log.flush()?;
    Ok(log.bytes())
}

/// Writes the entries as logs of at most about `bytes_max` in a directory, each named with the moment at which it
/// begins: `name.YYYYMMDD_HHMMSS_mmm.log`. Gives their paths.
///
/// # Errors
/// A file that cannot be made or written.
pub fn write_rotating(
    site: impl IntoIterator<Item = SiteEvent>,
    name: &str,
    directory: &Path,
    bytes_max: u64,
) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    let mut log: Option<Log<std::io::BufWriter<std::fs::File>>> = None;
    for event in site {
        if log.as_ref().is_none_or(|log| log.bytes() >= bytes_max) {
            if let Some(mut full) = log.take() {
                full.flush()?;
            }
            let stamp: String = moment(event.time, '_').chars().filter(|c| !"-:".contains(*c)).collect();
            let path = directory.join(format!("{name}.{}.log", stamp.replace('.', "_")));
            let file = std::io::BufWriter::new(std::fs::File::create_new(&path)?);
            log = Some(Log::new(file, name, event.time)?);
            paths.push(path);
        }
        if let Some(log) = &mut log {
            log.write(&event)?;
        }
    }
    if let Some(mut log) = log {
        log.flush()?;
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_message() {
        let pairs: Vec<(Text, Text)> = [("Id", "4711"), ("Web.Page", "/a b"), ("Web.N", "2"), ("Note", "")]
            .map(|(key, value)| (key.into(), value.into()))
            .to_vec();
        let attributes = vec![
            ("ThisDN", Value::Text("7001".into())),
            ("ConnID", Value::Id(0x0067_0255_a1b2_c3d4)),
            ("CallType", Value::Integer(2)),
            ("UserData", Value::List(Arc::new(pairs))),
        ];
        let time = 1_772_438_407_123_456;
        let event = SiteEvent { seq: 0xf3a2, time, entry: Entry::Event { name: "EventRinging", attributes } };
        let mut out = Vec::new();
        write_log([event], "ts", &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let (preamble, message) = text.split_once("\n\n").unwrap();
        assert!(preamble.starts_with("Local time:       2026-03-02T08:00:07.123\n"), "{preamble}");
        assert_eq!(
            message,
            "@08:00:07.1234 [0] 8.1.100.00 distribute_event: message EventRinging\n\tAttributeThisDN\t'7001'\n\
             \tAttributeConnID\t00670255a1b2c3d4\n\tAttributeCallType\t2\n\tAttributeUserData\t[56] 00 04 00 00..\n\
             \t\t'Id'\t'4711'\n\t\t'Web'(list)\t'Page'\t'/a b'\t'N'\t'2'\n\t\t'Note'\t''\n\
             \tAttributeEventSequenceNumber\t000000000000f3a2\n\tAttributeTimeinuSecs\t123456\n\
             \tAttributeTimeinSecs\t1772438407 (08:00:07)\n"
        );
    }

    #[test]
    fn dates() {
        for (days, expected) in [(0, (1970, 1, 1)), (59, (1970, 3, 1)), (11_016, (2000, 2, 29)), (20_514, (2026, 3, 2))]
        {
            assert_eq!(date(days), expected);
        }
        assert_eq!(date(-1), (1969, 12, 31));
    }

    #[test]
    fn logs_rotate_by_size() {
        let directory = std::env::temp_dir().join(format!("simulator-logs-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let config = crate::Config { agents: 10, hours: 0.3, ..crate::Config::default() };
        let paths = write_rotating(crate::Site::new(&config), "ts", &directory, 200_000).unwrap();
        let texts: Vec<String> = paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        std::fs::remove_dir_all(&directory).unwrap();
        assert!(paths.len() > 2);
        assert!(texts.iter().all(|text| text.starts_with("Local time:") && text.len() < 210_000));
        let messages: usize = texts.iter().map(|text| text.matches("distribute_event").count()).sum();
        assert_eq!(messages, crate::Site::new(&config).count());
    }
}
