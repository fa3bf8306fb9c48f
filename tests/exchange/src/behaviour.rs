//! What the stand-in does, and what it does wrong when asked to.

use crate::StateLists;

/// How fast the recording is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// As fast as it is taken.
    Full,
    /// This many times faster than it was recorded; 1.0: as it was.
    Recorded(f64),
}

/// Where a connection that is not the first begins in the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// At the first packet that no connection has been sent whole.
    Continue,
    /// At the beginning.
    Restart,
}

/// What happens when all has been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtEnd {
    /// The connection stays, and actions are answered.
    Hold,
    /// The connection is closed.
    Close,
}

/// What goes wrong.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// The n-th connection is cut after that many bytes of the recording; those beyond the list are not.
    pub cut_after: Vec<usize>,
    /// Everything is written in pieces of that many bytes.
    pub piece_bytes: Option<usize>,
    /// After that many bytes of the recording nothing is sent any more, no answers either; the connection stays.
    pub silent_after: Option<usize>,
    /// Greets with this line in place of the right one.
    pub greeting: Option<String>,
    /// Answers nothing but the log-in.
    pub mute: bool,
    /// Answers do not repeat the `ActionID`.
    pub loses_action_ids: bool,
}

/// What the stand-in does.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// The user that may log in.
    pub username: String,
    /// That user's secret.
    pub secret: String,
    /// Takes a secret in the clear.
    pub plain: bool,
    /// Gives MD5 challenges.
    pub md5: bool,
    /// How fast.
    pub pace: Pace,
    /// What a client that comes again gets.
    pub resume: Resume,
    /// What follows the last packet.
    pub at_end: AtEnd,
    /// The state lists that are answered; none: every list is empty.
    pub state: StateLists,
    /// What goes wrong.
    pub faults: Faults,
}

impl Behaviour {
    /// Faultless, at full speed, going on where it was, staying at the end.
    #[must_use]
    pub fn new(username: &str, secret: &str) -> Self {
        Self {
            username: username.to_owned(),
            secret: secret.to_owned(),
            plain: true,
            md5: true,
            pace: Pace::Full,
            resume: Resume::Continue,
            at_end: AtEnd::Hold,
            state: StateLists::default(),
            faults: Faults::default(),
        }
    }
}
