//! Says who we are: greeting, then `Action: Login` with the secret or with the answer to an MD5 challenge.
//!
//! The first answer after the log-in decides, whatever `ActionID` it carries. An event before any answer means that
//! the server has let us in: an exchange sends none to those it does not know.

use std::path::PathBuf;
use std::time::Duration;

use md5::{Digest, Md5};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::flatten::{Content, Packet};
use super::packet::{Decoder, Found};
use crate::source::connect::{self, Stream};

/// Longest greeting. Known ones have some 30 bytes.
const GREETING_BYTES: usize = 200;
/// Beginning of the greeting of a manager interface.
pub(crate) const GREETING: &str = "Asterisk Call Manager";

/// How the secret is proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// Where nobody can listen (TLS, this machine itself) `plain`, then `md5` if that is refused; else `md5` only.
    #[default]
    Auto,
    /// The digest of a challenge and the secret: the secret does not travel.
    Md5,
    /// The secret itself travels.
    Plain,
}

/// Why a connection did not become a session. All are tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Connect(#[from] connect::Error),
    #[error("cannot read the secret file {path}: {source}")]
    Secret { path: PathBuf, source: std::io::Error },
    #[error("the secret file {path} must hold one line of text and nothing else")]
    SecretForm { path: PathBuf },
    #[error("the server greets with {0:?}; a manager interface greets with \"Asterisk Call Manager/…\"")]
    Greeting(String),
    #[error("the server refuses the log-in: {0}; check `username`, `secret_file` and the exchange's manager.conf")]
    Refused(String),
    #[error("the server offers no MD5 challenge ({0}); set auth = \"plain\" if its secret may travel in the clear")]
    NoChallenge(String),
    #[error("the server closed the connection before it answered the log-in")]
    Closed,
    #[error("the server did not answer the log-in within {0:?}")]
    TimedOut(Duration),
    #[error("the connection broke during the log-in: {0}")]
    Broken(#[from] std::io::Error),
}

/// Who we are.
pub(crate) struct Credentials<'a> {
    pub(crate) username: &'a str,
    pub(crate) secret: &'a str,
    /// By the digest of a challenge, not in the clear.
    pub(crate) by_challenge: bool,
    /// Beginning of the `ActionID` of all our actions on this connection.
    pub(crate) prefix: &'a str,
}

/// Logs in within `within`. What follows the answer stays in `decoder`.
pub(crate) async fn log_in(
    stream: &mut dyn Stream,
    decoder: &mut Decoder,
    credentials: &Credentials<'_>,
    within: Duration,
) -> Result<(), Failure> {
    let answer = converse(stream, decoder, credentials);
    tokio::time::timeout(within, answer).await.unwrap_or(Err(Failure::TimedOut(within)))
}

async fn converse(
    stream: &mut dyn Stream,
    decoder: &mut Decoder,
    credentials: &Credentials<'_>,
) -> Result<(), Failure> {
    greet(stream, decoder).await?;
    let Credentials { username, secret, by_challenge, prefix } = credentials;
    let proof = if *by_challenge {
        let ask = format!("Action: Challenge\r\nActionID: {prefix}challenge\r\nAuthType: MD5\r\n\r\n");
        stream.write_all(ask.as_bytes()).await?;
        match answer(stream, decoder).await? {
            Answer::Challenge(challenge) => format!("AuthType: MD5\r\nKey: {}", key(&challenge, secret)),
            Answer::Accepted => return Ok(()),
            Answer::Refused(words) => return Err(Failure::NoChallenge(words)),
        }
    } else {
        format!("Secret: {secret}")
    };
    let login =
        format!("Action: Login\r\nActionID: {prefix}login\r\nUsername: {username}\r\n{proof}\r\nEvents: on\r\n\r\n");
    stream.write_all(login.as_bytes()).await?;
    match answer(stream, decoder).await? {
        Answer::Accepted | Answer::Challenge(_) => Ok(()),
        Answer::Refused(words) => Err(Failure::Refused(words)),
    }
}

async fn greet(stream: &mut dyn Stream, decoder: &mut Decoder) -> Result<(), Failure> {
    loop {
        match decoder.greeting(GREETING_BYTES) {
            Ok(Some(line)) if line.starts_with(GREETING) => return Ok(()),
            Ok(Some(line)) | Err(line) => return Err(Failure::Greeting(line)),
            Ok(None) => {}
        }
        if stream.read_buf(decoder.space()).await? == 0 {
            return Err(Failure::Closed);
        }
    }
}

enum Answer {
    Accepted,
    Challenge(String),
    Refused(String),
}

async fn answer(stream: &mut dyn Stream, decoder: &mut Decoder) -> Result<Answer, Failure> {
    loop {
        while let Some((found, _)) = decoder.next() {
            let Found::Whole(bytes) = found else { continue };
            let packet = Packet::read(bytes);
            let answer = match packet.content() {
                Content::Response(word) if word.eq_ignore_ascii_case("success") => match packet.get("Challenge") {
                    Some(challenge) => Answer::Challenge(challenge.to_owned()),
                    None => Answer::Accepted,
                },
                Content::Response(word) => Answer::Refused(packet.get("Message").unwrap_or(word).to_owned()),
                Content::Event(_) => {
                    decoder.push_back();
                    Answer::Accepted
                }
                Content::Unknown => continue,
            };
            return Ok(answer);
        }
        if stream.read_buf(decoder.space()).await? == 0 {
            return Err(Failure::Closed);
        }
    }
}

/// The hexadecimal MD5 of challenge and secret, as the manager interface wants it.
fn key(challenge: &str, secret: &str) -> String {
    let mut hash = Md5::new();
    hash.update(challenge);
    hash.update(secret);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::key;

    /// The expected digest was made by another implementation.
    #[test]
    fn the_key_is_the_md5_of_challenge_and_secret() {
        assert_eq!(key("840415273", "geheim"), "ab6ef1a4129ccdd89d3b61212e7c7c48");
    }
}
