//! Which events become rows, and which become letters: a batch is mapped in one call, and event by event when that
//! fails; letters in a row pause the lane.

use super::Mapping;
use super::{Mapped, Streak};
use crate::deadletter::DeadLetter;
use crate::deadletter::again::Again;
use crate::event::{Kind, Seq, View};
use crate::lane::pause::{self, Paused};
use crate::plugin::{Failed, Output};
use anyhow::Result;
use std::collections::BTreeSet;

/// What mapping one read gave.
pub(super) struct Calls {
    pub(super) outputs: Vec<Mapped>,
    pub(super) letters: Vec<DeadLetter>,
    /// How many of its events are done: fewer than all where the lane was paused on the way.
    pub(super) done: usize,
}

/// Why an event becomes a letter, and whose doing it is.
pub(super) struct Reason<'a> {
    pub(super) plugin: &'a str,
    pub(super) kind: &'a str,
    pub(super) words: String,
}

impl<'a> Reason<'a> {
    fn of(failed: &'a Failed) -> Self {
        Self { plugin: &failed.plugin, kind: failed.failure.kind(), words: failed.to_string() }
    }
}
impl Mapping {
    /// Maps events in as few calls as possible. Each output comes with the index in `views` of its first event.
    pub(super) fn map(&mut self, views: &[View<'_>], first: Seq, again: &Again) -> Result<Calls> {
        let wanted: Vec<usize> =
            (0..views.len()).filter(|at| views.get(*at).is_some_and(|view| self.guest.links().want(view))).collect();
        if wanted.is_empty() {
            return Ok(Calls { outputs: Vec::new(), letters: Vec::new(), done: views.len() });
        }
        match self.guest.call(views, &wanted) {
            Ok(output) => {
                self.count(views, &wanted, &output);
                Ok(Calls { outputs: vec![(wanted, output)], letters: Vec::new(), done: views.len() })
            }
            Err(failed) => {
                tracing::warn!(
                    code = "IC4001", source = %self.config.source, plugin = %failed.plugin, error = %failed,
                    "The plugin failed; its events are mapped again one by one."
                );
                self.map_singly(views, &wanted, first, again)
            }
        }
    }

    fn map_singly(&mut self, views: &[View<'_>], wanted: &[usize], first: Seq, again: &Again) -> Result<Calls> {
        self.guest.rebuild(first)?;
        self.guest.keep_snapshot(first.saturating_sub(1));
        let mut calls = Calls { outputs: Vec::new(), letters: Vec::new(), done: views.len() };
        for at in wanted {
            let Some(view) = views.get(*at) else { continue };
            let goes_on = match self.guest.call(views, &[*at]) {
                Ok(output) => {
                    let goes_on = self.count(views, &[*at], &output);
                    calls.outputs.push((vec![*at], output));
                    goes_on
                }
                Err(failed) => {
                    calls.letters.push(self.letter(view, again, Reason::of(&failed)));
                    self.guest.judged().dead.insert(view.seq());
                    self.guest.rebuild(view.seq() + 1)?;
                    self.count_letter()
                }
            };
            if !goes_on {
                calls.done = at + 1;
                break;
            }
        }
        Ok(calls)
    }

    /// Counts the letters in a row; false if the lane is paused for their number.
    fn count(&mut self, views: &[View<'_>], wanted: &[usize], output: &Output) -> bool {
        let rejected: BTreeSet<u32> = output.rejections.iter().map(|(at, _)| *at).collect();
        let mut goes_on = true;
        for (at, index) in (0_u32..).zip(wanted) {
            if rejected.contains(&at) {
                self.guest.judged().rejected.extend(views.get(*index).map(View::seq));
                goes_on &= self.count_letter();
            } else if self.state.streak.length() > 0 && views.get(*index).is_some_and(|v| v.kind() == Kind::Source) {
                self.streak_is(Streak::default());
            }
        }
        goes_on
    }

    fn count_letter(&mut self) -> bool {
        let length = self.state.streak.letter();
        self.streak_is(self.state.streak);
        if !self.config.dead_letters.pause_after.is_reached(length) {
            return true;
        }
        let reason = format!("{length} events in a row became dead letters, the last one refused by the plugin");
        let paused = Paused { reason, since: self.deps.clock.now(), by: pause::BY_ITSELF.to_owned() };
        self.deps.shared.pause(&self.config.source, paused);
        false
    }

    pub(super) fn streak_is(&mut self, streak: Streak) {
        if self.state.streak.length() != streak.length() || streak.length() > 0 {
            self.deps.shared.update(|figures| figures.letters_in_a_row = streak.length());
        }
        self.state.streak = streak;
    }

    pub(super) fn letter(&self, view: &View<'_>, again: &Again, reason: Reason<'_>) -> DeadLetter {
        let first = again.letters.get(&view.seq());
        let seq = first.copied().unwrap_or_else(|| view.seq());
        tracing::warn!(
            code = "IC4002", source = %self.config.source, plugin = reason.plugin, seq,
            event = view.name(), error = reason.words, "An event became a dead letter."
        );
        let mut event = DeadLetter::event_of(view);
        if let Some(place) = event.get_mut("seq") {
            *place = seq.into();
        }
        DeadLetter {
            lane: self.config.source.clone(),
            seq,
            stage: "plugin".to_owned(),
            kind: reason.kind.to_owned(),
            reason: reason.words,
            plugin: reason.plugin.to_owned(),
            time: self.deps.clock.now(),
            event,
            rows: Vec::new(),
            tried_at: first.map(|_| view.seq()),
            replay: None,
        }
    }
}
