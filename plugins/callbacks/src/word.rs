//! What a user event says of a call-back.

use crate::{ID_LENGTH_MAX, config::Config};
use concentrator_sdk::{Level, Value, View, log, time::SECOND};
use serde::{Deserialize, Serialize};

/// The list in which a voice server gives what was attached to a user event; others give it as attributes.
const USER_DATA: &str = "UserData";

/// How far a call-back has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// The customer asked for it.
    Requested,
    /// It was offered to an agent.
    Offered,
    /// An agent took it.
    Accepted,
    /// The customer was reached.
    Done,
    /// The customer was not reached.
    Failed,
    /// Nobody wants it any more.
    Cancelled,
    /// Nothing was heard of it for too long: never said, only concluded.
    Lost,
}

impl State {
    /// What a site can say.
    const SAID: [Self; 6] = [Self::Requested, Self::Offered, Self::Accepted, Self::Done, Self::Failed, Self::Cancelled];

    /// Its name in rows and options.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }

    /// The state of that name, in whatever case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::SAID.into_iter().find(|state| state.name().eq_ignore_ascii_case(name))
    }

    /// The names of what a site can say.
    pub(crate) fn names() -> String {
        Self::SAID.map(Self::name).join(", ")
    }

    /// Nothing follows.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled | Self::Lost)
    }
}

/// What was said; what was not is `None`.
pub(crate) struct Word<'a> {
    pub(crate) id: &'a str,
    pub(crate) state: State,
    pub(crate) phone: Option<&'a str>,
    pub(crate) queue: Option<&'a str>,
    pub(crate) agent: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) call: Option<&'a str>,
    /// When the customer wants it, µs since 1970 UTC.
    pub(crate) due: Option<i64>,
}

/// What the event says of a call-back, if it does. One that names a request and makes no sense is logged, without what
/// it holds.
pub(crate) fn read<'a>(config: &Config, event: &View<'a>) -> Option<Word<'a>> {
    let keys = &config.keys;
    let id = find(event, &keys.id)?;
    let said = find(event, &keys.state).unwrap_or_default();
    let state = config.states.get(said).copied().or_else(|| State::named(said));
    let fits = u32::try_from(id.chars().count()).is_ok_and(|length| length <= ID_LENGTH_MAX);
    let Some(state) = state.filter(|_| fits) else {
        let what = if fits { "an unknown state" } else { "a name that is too long" };
        log(Level::Warn, &format!("event {}: a call-back with {what} is passed over", event.seq()));
        return None;
    };
    let due = find(event, &keys.due).and_then(|due| due.trim().parse::<i64>().ok()?.checked_mul(SECOND));
    Some(Word {
        id,
        state,
        phone: find(event, &keys.phone),
        queue: find(event, &keys.queue),
        agent: find(event, &keys.agent),
        reason: find(event, &keys.reason),
        call: find(event, &keys.call),
        due,
    })
}

/// The text under a key: in the list, or else among the attributes. Empty text is none.
fn find<'a>(event: &View<'a>, key: &str) -> Option<&'a str> {
    let listed = match event.get(USER_DATA) {
        Some(Value::List(mut pairs)) => pairs.find(|(known, _)| *known == key).map(|(_, text)| text),
        _ => None,
    };
    listed.or_else(|| event.text(key)).filter(|text| !text.is_empty())
}
