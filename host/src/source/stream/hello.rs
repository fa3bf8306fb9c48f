//! Who speaks: the first line of a connection, and the words by which one is refused.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::json::{Fault, Scanner, Text, Value};
use super::lines::{Found, Lines};
use super::session::pass_over;
use super::{Config, SourceType, time};
use crate::event::Micros;
use crate::source::connect::Stream;

/// The version of the protocol that is spoken here.
const PROTOCOL: i64 = 1;
/// What a line says that is no hello.
const OTHER_LINES: [&str; 6] = ["event", "link", "primary", "shutdown", "ping", "pong"];
/// Longest `source`, bytes.
const SOURCE_BYTES_MAX: usize = 255;
/// Longest `stream`, bytes: with what is put before it, it has to fit its column.
const STREAM_BYTES_MAX: usize = 200;
/// Longest text of an error, so that its line stays below what the protocol promises, however it is escaped.
const ERROR_CHARS_MAX: usize = 600;
/// How long who is refused may take to read why and to close.
const REFUSAL_WAIT: Duration = Duration::from_secs(1);

/// What a source says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hello {
    /// Its name.
    pub(super) source: String,
    /// Identity of its number sequence.
    pub(super) stream: String,
    /// The server that is primary now.
    pub(super) dbid: Option<i32>,
    /// When it started, by its clock.
    pub(super) started: Option<Micros>,
    /// Its clock now.
    pub(super) time: Option<Micros>,
    /// It has its switch.
    pub(super) link_up: bool,
}

/// A connection whose source has introduced itself.
pub(super) struct Greeted {
    /// The connection.
    pub(super) stream: Box<dyn Stream>,
    /// What has been read of it beyond the hello.
    pub(super) lines: Lines,
    /// The hello.
    pub(super) hello: Hello,
    /// The server, as configured.
    pub(super) server: String,
    /// Which of the configured servers it is.
    pub(super) server_number: usize,
}

/// Why a connection does not become a session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text} ({code})")]
pub(super) struct Refusal {
    /// One word for the program on the other side.
    pub(super) code: &'static str,
    /// The same for a person.
    pub(super) text: String,
}

impl Refusal {
    fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// The line that says so.
    pub(super) fn line(&self) -> String {
        error_line(self.code, &self.text)
    }
}

/// A line that says why the connection ends.
pub(super) fn error_line(code: &str, text: &str) -> String {
    let text: String = text.chars().take(ERROR_CHARS_MAX).collect();
    let mut line = json!({ "error": { "code": code, "text": text } }).to_string();
    line.push('\n');
    line
}

/// Waits for the hello on `stream` and judges it; who is refused is told why.
pub(super) async fn greet(
    mut stream: Box<dyn Stream>,
    config: &Config,
    server: String,
    server_number: usize,
) -> Result<Greeted, Refusal> {
    let mut lines = Lines::new(config.line_bytes_max);
    let within = Duration::from_secs(config.hello_timeout_secs);
    let judged = match timeout(within, first_line(stream.as_mut(), &mut lines)).await {
        Ok(Ok(line)) => Hello::read(&line).and_then(|(hello, kind)| hello.judge(kind, config)),
        Ok(Err(refusal)) => Err(refusal),
        Err(_) => Err(Refusal::new("hello", format!("no hello within {within:?}"))),
    };
    match judged {
        Ok(hello) => Ok(Greeted { stream, lines, hello, server, server_number }),
        Err(refusal) => {
            let say = async {
                stream.write_all(refusal.line().as_bytes()).await?;
                stream.shutdown().await?;
                pass_over(&mut stream).await;
                Ok::<(), std::io::Error>(())
            };
            // Whoever does not listen is not told.
            let _ = timeout(REFUSAL_WAIT, say).await;
            Err(refusal)
        }
    }
}

async fn first_line(stream: &mut dyn Stream, lines: &mut Lines) -> Result<String, Refusal> {
    loop {
        match lines.next() {
            Some(Found::Whole(line)) if line.trim_ascii().is_empty() => continue,
            Some(Found::Whole(line)) => return Ok(String::from_utf8_lossy(line).into_owned()),
            Some(Found::TooLong(_)) => return Err(Refusal::new("hello", "the first line is too long")),
            None => {}
        }
        match stream.read_buf(lines.space()).await {
            Ok(0) => return Err(Refusal::new("hello", "closed without a hello")),
            Ok(_) => {}
            Err(error) => return Err(Refusal::new("hello", format!("broken before the hello: {error}"))),
        }
    }
}

impl Hello {
    /// Reads a line, and the kind that the source says it is of.
    fn read(line: &str) -> Result<(Self, Option<String>), Refusal> {
        let mut draft = Draft::default();
        draft.walk(line).map_err(|fault| Refusal::new("hello", fault.to_string()))?;
        if !draft.is_hello {
            return Err(Refusal::new("hello", "the first line is no hello"));
        }
        match draft.protocol {
            Some(PROTOCOL) => {}
            Some(other) => return Err(Refusal::new("protocol", format!("protocol {other} is not spoken here, 1 is"))),
            None => return Err(Refusal::new("protocol", "`protocol` is missing or no number; 1 is spoken here")),
        }
        if let Some(wrong) = draft.wrong {
            return Err(Refusal::new("hello", wrong));
        }
        let named = |field: &str, name: Option<String>, longest: usize| {
            let fits = |name: &String| (1..=longest).contains(&name.len()) && !name.contains(char::is_control);
            name.filter(fits)
                .ok_or_else(|| Refusal::new("hello", format!("`{field}` must be text of 1 to {longest} bytes")))
        };
        let hello = Self {
            source: named("source", draft.source, SOURCE_BYTES_MAX)?,
            stream: named("stream", draft.stream, STREAM_BYTES_MAX)?,
            dbid: draft.dbid,
            started: draft.started,
            time: draft.time,
            link_up: draft.link_up.unwrap_or(true),
        };
        Ok((hello, draft.kind))
    }

    fn judge(self, kind: Option<String>, config: &Config) -> Result<Self, Refusal> {
        if let Some(expected) = config.expect_source.as_ref().filter(|expected| **expected != self.source) {
            return Err(Refusal::new("source", format!("{expected:?} is expected here, not {:?}", self.source)));
        }
        if let Some(kind) = kind.filter(|kind| SourceType::named(kind) != Some(config.source_type)) {
            let expected = config.source_type.name();
            return Err(Refusal::new("kind", format!("a source of kind {expected:?} is expected here, not {kind:?}")));
        }
        Ok(self)
    }
}

#[derive(Default)]
struct Draft {
    is_hello: bool,
    protocol: Option<i64>,
    source: Option<String>,
    stream: Option<String>,
    kind: Option<String>,
    dbid: Option<i32>,
    started: Option<Micros>,
    time: Option<Micros>,
    link_up: Option<bool>,
    wrong: Option<&'static str>,
}

impl Draft {
    fn walk(&mut self, line: &str) -> Result<(), Fault> {
        let mut scanner = Scanner::new(line);
        let outer = scanner.value()?;
        if outer != Value::Object {
            scanner.skip(outer)?;
            return scanner.end();
        }
        let mut first = true;
        while let Some(key) = scanner.member(&mut first)? {
            let value = scanner.value()?;
            let key = said(key);
            if key != "hello" || value != Value::Object {
                scanner.skip(value)?;
                if OTHER_LINES.contains(&key.as_str()) {
                    self.wrong = Some("the line says two things");
                }
                continue;
            }
            if self.is_hello {
                self.wrong = Some("the same key twice");
            }
            self.is_hello = true;
            let mut first = true;
            while let Some(key) = scanner.member(&mut first)? {
                self.field(&said(key), &mut scanner)?;
            }
        }
        scanner.end()
    }

    fn field(&mut self, key: &str, scanner: &mut Scanner<'_>) -> Result<(), Fault> {
        let mut scratch = String::new();
        if matches!(key, "started" | "time") {
            let moment = time::read(scanner, &mut scratch)?;
            if moment.is_none() {
                self.wrong = Some("`started` or `time` is neither µs since 1970 nor RFC 3339");
            }
            *(if key == "time" { &mut self.time } else { &mut self.started }) = moment;
            return Ok(());
        }
        let value = scanner.value()?;
        scanner.skip(value)?;
        match (key, value) {
            ("protocol", Value::Number(number)) => self.protocol = number.parse().ok(),
            ("source", Value::Text(name)) => self.source = Some(said(name)),
            ("stream", Value::Text(name)) => self.stream = Some(said(name)),
            ("kind", Value::Text(name)) => self.kind = Some(said(name)),
            ("kind", _) => self.wrong = Some("`kind` is no text"),
            ("dbid", Value::Number(number)) if number.parse::<i32>().is_ok_and(|dbid| dbid > 0) => {
                self.dbid = number.parse().ok();
            }
            ("dbid", _) => self.wrong = Some("`dbid` is no DBID"),
            ("link", Value::Text(state)) => match said(state).as_str() {
                "up" => self.link_up = Some(true),
                "down" => self.link_up = Some(false),
                _ => self.wrong = Some("`link` is neither \"up\" nor \"down\""),
            },
            ("link", _) => self.wrong = Some("`link` is neither \"up\" nor \"down\""),
            _ => {}
        }
        Ok(())
    }
}

fn said(text: Text<'_>) -> String {
    let mut out = String::new();
    text.append_to(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inside: &str) -> Result<Hello, String> {
        let line = format!("{{\"hello\":{{{inside}}}}}");
        let config = Config { expect_source: Some("ts".to_owned()), ..Config::default() };
        Hello::read(&line).and_then(|(hello, kind)| hello.judge(kind, &config)).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn a_hello_is_read() {
        let plain = Hello {
            source: "ts".to_owned(),
            stream: "s".to_owned(),
            dbid: None,
            started: None,
            time: None,
            link_up: true,
        };
        assert_eq!(read(r#""protocol":1,"source":"ts","stream":"s""#), Ok(plain.clone()));
        let all = r#""stream":"s","new":[{}],"kind":"voice","dbid":101,"started":"1970-01-01T00:00:01Z","time":2,"link":"down","source":"t\u0073","protocol":1"#;
        let whole = Hello { dbid: Some(101), started: Some(1_000_000), time: Some(2), link_up: false, ..plain };
        assert_eq!(read(all), Ok(whole));
    }

    #[test]
    fn who_does_not_fit_is_told_why() {
        for (inside, words) in [
            ("", "`protocol` is missing or no number; 1 is spoken here (protocol)"),
            (r#""protocol":2"#, "protocol 2 is not spoken here, 1 is (protocol)"),
            (r#""protocol":1,"stream":"s""#, "`source` must be text of 1 to 255 bytes (hello)"),
            (r#""protocol":1,"source":"ts","stream":"""#, "`stream` must be text of 1 to 200 bytes (hello)"),
            (r#""protocol":1,"source":"ts","stream":"a\n""#, "`stream` must be text of 1 to 200 bytes (hello)"),
            (r#""protocol":1,"source":"x","stream":"s""#, "\"ts\" is expected here, not \"x\" (source)"),
            (
                r#""protocol":1,"source":"ts","stream":"s","kind":"outbound""#,
                "a source of kind \"voice\" is expected here, not \"outbound\" (kind)",
            ),
            (r#""protocol":1,"source":"ts","stream":"s","dbid":0"#, "`dbid` is no DBID (hello)"),
            (r#""protocol":1,"source":"ts","stream":"s","link":1"#, "`link` is neither \"up\" nor \"down\" (hello)"),
            (
                r#""protocol":1,"source":"ts","stream":"s","started":"x""#,
                "`started` or `time` is neither µs since 1970 nor RFC 3339 (hello)",
            ),
            (r#""protocol":1"#.repeat(2).as_str(), "neither comma nor end at byte 22 (hello)"),
        ] {
            assert_eq!(read(inside), Err(words.to_owned()), "{inside}");
        }
        let hello = r#""hello":{"protocol":1,"source":"ts","stream":"s"}"#;
        let twice = [format!("{{{hello},\"event\":\"E\",\"seq\":1}}"), format!("{{{hello},{hello}}}")];
        let others = ["[]", "7", "{\"event\":\"E\",\"seq\":1}", "{\"hello\":1}"];
        for line in others.into_iter().chain(twice.iter().map(String::as_str)) {
            assert_eq!(Hello::read(line).map_err(|refusal| refusal.code), Err("hello"), "{line}");
        }
    }
}
