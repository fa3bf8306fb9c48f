//! Asks for the state after a log-in, so that calls, queues and agents that were already there are known.
//!
//! # Entries in the queue
//! ```text
//! StateRequested   actions: an ActionID per list, `<prefix>CoreShowChannels`, …      written before the question
//!   … events; those that answer carry the ActionID of their list, in any order with all others …
//! StateAnswered    lists: the lists answered in full, `CoreShowChannels,Status,…`    after the end of the last one
//!                  refused: the lists that the exchange refused (module not loaded, no permission)
//!                  prefix: what the ActionIDs of this question begin with
//! ```
//! `StateAnswered` follows when every list has either ended (its `…Complete` event) or been refused; then what a list
//! in `lists` did not name is not there. A server that does not answer, or not all, never gets a `StateAnswered`, and
//! nothing waits for it. A new `StateRequested` (new connection, or the exchange became fully booted) voids the
//! former one.

use crate::event::{Builder, Kind, Micros};

/// What is asked for, and the event that ends each answer.
pub(crate) const LISTS: [(&str, &str); 6] = [
    ("CoreShowChannels", "CoreShowChannelsComplete"),
    ("Status", "StatusComplete"),
    ("BridgeList", "BridgeListComplete"),
    ("QueueStatus", "QueueStatusComplete"),
    ("Agents", "AgentsComplete"),
    ("DeviceStateList", "DeviceStateListComplete"),
];

/// How far one list has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Open,
    Complete,
    Refused,
}

/// One question for the state, and what has been answered of it.
#[derive(Debug)]
pub(crate) struct StateRequest {
    prefix: String,
    progress: [Progress; LISTS.len()],
}

impl StateRequest {
    /// A question whose action ids begin with `prefix`.
    pub(crate) fn new(prefix: String) -> Self {
        Self { prefix, progress: [Progress::Open; LISTS.len()] }
    }

    /// The actions as they go to the server.
    pub(crate) fn actions(&self) -> String {
        LISTS.map(|(list, _)| format!("Action: {list}\r\nActionID: {}{list}\r\n\r\n", self.prefix)).concat()
    }

    /// The entry that precedes the answers.
    pub(crate) fn requested(&self, received: Micros, time: Option<Micros>) -> Builder {
        let mut entry = entry("StateRequested", received, time);
        entry.text("actions", &LISTS.map(|(list, _)| format!("{}{list}", self.prefix)).join(","));
        entry.text("prefix", &self.prefix);
        entry
    }

    /// Notes the answer to an action of that id: refused or not. True if it was the last that was missing.
    pub(crate) fn response(&mut self, action_id: &str, success: bool) -> bool {
        !success && self.settle(action_id, None, Progress::Refused)
    }

    /// Notes an event that answers. True if it ended the last list that was missing.
    pub(crate) fn event(&mut self, action_id: &str, name: &str) -> bool {
        self.settle(action_id, Some(name), Progress::Complete)
    }

    /// The entry that follows the last answer.
    pub(crate) fn answered(&self, received: Micros, time: Option<Micros>) -> Builder {
        let having = |wanted| {
            let of_that = LISTS.iter().zip(self.progress).filter(|(_, progress)| *progress == wanted);
            of_that.map(|((list, _), _)| *list).collect::<Vec<_>>().join(",")
        };
        let mut entry = entry("StateAnswered", received, time);
        entry.text("lists", &having(Progress::Complete)).text("refused", &having(Progress::Refused));
        entry.text("prefix", &self.prefix);
        entry
    }

    fn settle(&mut self, action_id: &str, ended_by: Option<&str>, as_what: Progress) -> bool {
        let Some(list) = action_id.strip_prefix(self.prefix.as_str()) else { return false };
        let asked = LISTS.iter().zip(&mut self.progress).find(|((name, _), _)| *name == list);
        let Some(((_, end), progress)) = asked else { return false };
        if *progress != Progress::Open || ended_by.is_some_and(|name| name != *end) {
            return false;
        }
        *progress = as_what;
        !self.progress.contains(&Progress::Open)
    }
}

fn entry(name: &str, received: Micros, time: Option<Micros>) -> Builder {
    let mut entry = Builder::new(Kind::Source, name, received);
    if let Some(time) = time {
        entry.time(time);
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::View;

    #[test]
    fn the_last_end_completes_the_answer() {
        let mut request = StateRequest::new("c1-".to_owned());
        assert!(request.actions().contains("Action: Agents\r\nActionID: c1-Agents\r\n\r\n"));
        for (list, end) in LISTS {
            let id = format!("c1-{list}");
            assert!(!request.response(&id, true) && !request.event(&id, list) && !request.event("x", end));
            let last = if list == "Agents" { request.response(&id, false) } else { request.event(&id, end) };
            assert_eq!(last, list == "DeviceStateList", "{list}");
            assert!(!request.event(&id, end), "only once");
        }
        let bytes = request.answered(5, Some(4)).finish().expect("small");
        let view = View::parse(&bytes).expect("valid");
        let lists = view.text("lists");
        assert_eq!(lists, Some("CoreShowChannels,Status,BridgeList,QueueStatus,DeviceStateList"));
        assert_eq!((view.text("refused"), view.time()), (Some("Agents"), 4));
    }
}
