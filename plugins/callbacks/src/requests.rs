//! Requests that are open, and what has ended lately.
//!
//! A request that was never heard of begins with whatever is said of it first: the plugin may have been put to work in
//! the middle of its life. One that has ended begins anew only by being requested again; other words come late.

use crate::{
    HISTORY, REQUESTS,
    word::{State, Word},
};
use concentrator_sdk::{EventRows, time::seconds};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Requests that are open at most; beyond that, the one that was silent longest is lost.
pub(crate) const OPEN_MAX: usize = 50_000;
/// Ended ones that are remembered.
pub(crate) const ENDED_MAX: usize = 8_192;
/// Characters of a remembered text; the database's columns take no more.
const TEXT_MAX: usize = 255;

/// A call-back that somebody waits for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Request {
    state: State,
    phone: Option<String>,
    queue: Option<String>,
    agent: Option<String>,
    reason: Option<String>,
    call: Option<String>,
    offers: i64,
    requested: Option<i64>,
    due: Option<i64>,
    offered: Option<i64>,
    accepted: Option<i64>,
    ended: Option<i64>,
    /// When something was said of it last.
    heard: i64,
}

impl Request {
    fn new(now: i64) -> Self {
        Self {
            state: State::Requested,
            phone: None,
            queue: None,
            agent: None,
            reason: None,
            call: None,
            offers: 0,
            requested: None,
            due: None,
            offered: None,
            accepted: None,
            ended: None,
            heard: now,
        }
    }

    /// Takes in what was said; what was not said stays.
    fn hear(&mut self, word: &Word<'_>, now: i64) {
        let places = [
            (&mut self.phone, word.phone),
            (&mut self.queue, word.queue),
            (&mut self.agent, word.agent),
            (&mut self.reason, word.reason),
            (&mut self.call, word.call),
        ];
        for (place, said) in places {
            if let Some(said) = said {
                *place = Some(said.chars().take(TEXT_MAX).collect());
            }
        }
        self.due = word.due.or(self.due);
        self.heard = now;
        let repeats = self.state == word.state;
        self.state = word.state;
        match word.state {
            State::Accepted if repeats => {}
            State::Requested => self.requested = self.requested.or(Some(now)),
            State::Offered => {
                self.offered = Some(now);
                self.offers += 1;
            }
            State::Accepted => self.accepted = Some(now),
            State::Done | State::Failed | State::Cancelled | State::Lost => self.ended = Some(now),
        }
    }

    /// Seconds that the customer waited beyond the moment that was wished for, until an agent took it.
    fn waited(&self) -> Option<i64> {
        let since = self.requested?.max(self.due.unwrap_or(i64::MIN));
        Some(i64::from(seconds(self.accepted?.saturating_sub(since))))
    }

    fn write(&self, id: &str, rows: &mut EventRows) -> Result<(), String> {
        rows.custom(REQUESTS)
            .text("REQUEST_ID", id)
            .text("STATE", self.state.name())
            .text("PHONE", self.phone.as_deref())
            .text("QUEUE", self.queue.as_deref())
            .text("AGENT", self.agent.as_deref())
            .text("REASON", self.reason.as_deref())
            .text("CALLID", self.call.as_deref())
            .integer("OFFERS", self.offers)
            .time("REQUESTED", self.requested)
            .time("DUE", self.due)
            .time("OFFERED", self.offered)
            .time("ACCEPTED", self.accepted)
            .time("ENDED", self.ended)
            .integer("WAITED", self.waited())
            .write()
    }
}

/// All requests that matter still.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Requests {
    open: BTreeMap<String, Request>,
    /// The open ones, by when they were heard of last.
    heard: BTreeSet<(i64, String)>,
    ended: VecDeque<String>,
    ended_ids: BTreeSet<String>,
}

impl Requests {
    /// Something was said of a request.
    pub(crate) fn hear(&mut self, word: &Word<'_>, now: i64, rows: &mut EventRows) -> Result<(), String> {
        let known = self.open.get(word.id).map(|request| (request.state, request.heard));
        if known.is_none() && word.state != State::Requested && self.ended_ids.contains(word.id) {
            return Ok(());
        }
        let repeats = known.is_some_and(|(state, _)| state == word.state) && word.state != State::Offered;
        if !repeats {
            rows.custom(HISTORY)
                .text("REQUEST_ID", word.id)
                .text("STATE", word.state.name())
                .text("PREVIOUS", known.map(|(state, _)| state.name()))
                .text("AGENT", word.agent)
                .text("REASON", word.reason)
                .text("CALLID", word.call)
                .time("ADDED", now)
                .write()?;
        }
        if known.is_none()
            && self.open.len() >= OPEN_MAX
            && let Some((_, longest_silent)) = self.heard.first().cloned()
        {
            self.lose(&longest_silent, now, rows)?;
        }
        let mut request = self.take(word.id).unwrap_or_else(|| Request::new(now));
        request.hear(word, now);
        request.write(word.id, rows)?;
        if word.state.is_final() {
            self.remember_ended(word.id);
        } else {
            self.heard.insert((request.heard, word.id.to_owned()));
            self.open.insert(word.id.to_owned(), request);
        }
        Ok(())
    }

    /// Of what was silent for longer than `silence_max` µs, nothing will come any more; the rows say when that was so.
    pub(crate) fn close_silent(&mut self, now: i64, silence_max: i64, rows: &mut EventRows) -> Result<(), String> {
        while let Some((heard, id)) = self.heard.first().cloned() {
            let due = heard.saturating_add(silence_max);
            if due > now {
                break;
            }
            self.lose(&id, due, rows)?;
        }
        Ok(())
    }

    /// The request is given up.
    fn lose(&mut self, id: &str, ended: i64, rows: &mut EventRows) -> Result<(), String> {
        if let Some(mut request) = self.take(id) {
            rows.custom(HISTORY)
                .text("REQUEST_ID", id)
                .text("STATE", State::Lost.name())
                .text("PREVIOUS", request.state.name())
                .time("ADDED", ended)
                .write()?;
            request.state = State::Lost;
            request.ended = Some(ended);
            request.write(id, rows)?;
            self.remember_ended(id);
        }
        Ok(())
    }

    fn take(&mut self, id: &str) -> Option<Request> {
        let (id, request) = self.open.remove_entry(id)?;
        self.heard.remove(&(request.heard, id));
        Some(request)
    }

    fn remember_ended(&mut self, id: &str) {
        if !self.ended_ids.insert(id.to_owned()) {
            return;
        }
        self.ended.push_back(id.to_owned());
        if self.ended.len() > ENDED_MAX
            && let Some(oldest) = self.ended.pop_front()
        {
            self.ended_ids.remove(&oldest);
        }
    }

    /// Open, and remembered as ended.
    #[cfg(test)]
    pub(crate) fn count(&self) -> (usize, usize) {
        assert_eq!(self.open.len(), self.heard.len());
        assert_eq!(self.ended.len(), self.ended_ids.len());
        (self.open.len(), self.ended.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Callbacks;
    use concentrator_sdk::{Enricher, testing};

    fn say(callbacks: &mut Callbacks, id: usize, state: &str, time: i64) -> testing::Emitted {
        let line = format!(
            r#"{{"kind":"source","name":"UserEvent","time":{time},"received":{time},
               "attributes":[["CallbackID","{id}"],["CallbackState","{state}"]]}}"#
        );
        testing::enrich(callbacks, &[testing::flat(&line)], &[], 0)
    }

    fn open() -> Callbacks {
        Callbacks::open(testing::lane(), "").unwrap()
    }

    #[test]
    fn what_has_ended_is_bounded() {
        let mut callbacks = open();
        for id in 0..ENDED_MAX + 100 {
            say(&mut callbacks, id, "requested", 0);
            say(&mut callbacks, id, "done", 1);
        }
        assert_eq!(callbacks.requests.count(), (0, ENDED_MAX));
    }

    #[test]
    fn what_is_open_is_bounded() {
        let mut callbacks = open();
        let requests = &mut callbacks.requests;
        for (id, heard) in (0..OPEN_MAX).zip(0..) {
            requests.open.insert(id.to_string(), Request::new(heard));
            requests.heard.insert((heard, id.to_string()));
        }
        let rows = say(&mut callbacks, OPEN_MAX, "requested", 1_000_000);
        assert!(rows.iter().any(|row| row.row["request_id"] == "0" && row.row["state"] == "lost"), "{rows:?}");
        assert_eq!(callbacks.requests.count(), (OPEN_MAX, 1));
        assert_eq!(say(&mut callbacks, 0, "done", 1_000_001), [], "what is said of a lost one comes too late");
    }

    #[test]
    fn silence_ends_a_request_when_it_is_due() {
        let mut callbacks = open();
        say(&mut callbacks, 1, "requested", 5);
        let month = 30 * 86_400 * 1_000_000;
        let rows = say(&mut callbacks, 2, "requested", 10 * month);
        let lost = rows.iter().find(|row| row.row["request_id"] == "1" && row.table == "X_CALLBACKS_REQUESTS").unwrap();
        assert_eq!((&lost.row["state"], &lost.row["ended"]), (&"lost".into(), &(5 + month).into()));
    }
}
