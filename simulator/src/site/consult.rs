//! Consultations: a second call within a call, and the transfers and conferences made of them.
//!
//! The steps of a consultation are those of the call in which it is made; the consultation itself has none, but when
//! the caller hangs up meanwhile.

use super::Site;
use super::call::{Act, Birth, CallKey, CallStep, Consultation, Leaver, Leg, role, state};
use super::output::{Edge, Note};
use crate::event::{Micros, Text};
use crate::ledger::{Conference, Origin, Ring, Transfer, TransferKind};
use crate::random::micros;
use std::sync::Arc;

/// From hold to dialling, and from hanging up to retrieving.
const KEY_DELAY: Micros = 400_000;
/// From dialling to the ring at the colleague.
const RING_DELAY: Micros = 80_000;
/// Mean time of talking with a colleague, s.
const CONSULT_SECONDS: f64 = 25.0;

impl Site {
    /// The agent holds the call in order to ask a colleague.
    pub(super) fn begin_consultation(&mut self, key: CallKey, agent: usize, what: Consultation) {
        let leaves = what == Consultation::CallerLeaves;
        let alone = self.calls.get(key).is_some_and(|call| leaves && call.outside.is_none());
        let Some(colleague) = (if alone { None } else { self.some_idle_agent() }) else { return self.go_on(key) };
        self.occupy(colleague);
        self.hold(key, agent);
        self.asked.insert(key, (agent, colleague, what));
        self.next_step(key, KEY_DELAY, CallStep::ConsultDial);
    }

    /// The agent dials the colleague.
    pub(super) fn consult_dial(&mut self, key: CallKey) {
        let Some((agent, colleague, what)) = self.asked.remove(&key) else { return };
        let dns = (self.agents.get(agent), self.agents.get(colleague));
        let (ani, dnis) = (dns.0.map(|agent| Arc::clone(&agent.dn)), dns.1.map(|agent| Arc::clone(&agent.dn)));
        let data = self.calls.get(key).map(|call| Arc::clone(&call.data)).unwrap_or_default();
        let origin = Origin::Consult;
        let consult = self.birth(Birth { origin, call_type: 4, ani, dnis, outside: None, data, parent: Some(key) });
        self.occupy(agent);
        if let Some(call) = self.calls.get_mut(consult) {
            call.legs.push(Leg { agent, role: role::ORIGINATION, queue: None, talking: false });
            call.legs.push(Leg { agent: colleague, role: role::DESTINATION, queue: None, talking: false });
        }
        if let Some(call) = self.calls.get_mut(key) {
            call.consult = Some((consult, what));
        }
        self.ring(consult, agent, "EventDialing", Edge::Begin, state::OK);
        self.next_step(key, RING_DELAY, CallStep::ConsultRing);
    }

    /// The two agents of a consultation: who asks, who is asked.
    fn pair(&self, consult: CallKey) -> Option<(usize, usize)> {
        match self.calls.get(consult)?.legs.as_slice() {
            [first, second] => Some((first.agent, second.agent)),
            _ => None,
        }
    }

    fn consultation(&self, key: CallKey) -> Option<(CallKey, Consultation, usize, usize)> {
        let (consult, what) = self.calls.get(key)?.consult?;
        let (agent, colleague) = self.pair(consult)?;
        Some((consult, what, agent, colleague))
    }

    /// The colleague's telephone rings.
    pub(super) fn consult_ring(&mut self, key: CallKey) {
        let Some((consult, what, _, colleague)) = self.consultation(key) else { return };
        self.ring(consult, colleague, "EventRinging", Edge::Middle, state::OK);
        let (delay, step) = match what {
            Consultation::TransferRinging => (self.random.between(0.8, 2.5), CallStep::ConsultEnd),
            Consultation::Unanswered => (self.random.between(8.0, 20.0), CallStep::ConsultEnd),
            _ => (self.random.between(1.0, 6.0), CallStep::ConsultAnswer),
        };
        self.next_step(key, delay, step);
    }

    /// The colleague answers.
    pub(super) fn consult_answer(&mut self, key: CallKey) {
        let Some((consult, _, agent, colleague)) = self.consultation(key) else { return };
        self.established(consult, agent);
        self.established(consult, colleague);
        let length = self.random.around(CONSULT_SECONDS);
        self.next_step(key, length, CallStep::ConsultEnd);
    }

    /// What the consultation was for.
    pub(super) fn consult_end(&mut self, key: CallKey) {
        let Some((consult, what, agent, colleague)) = self.consultation(key) else { return };
        if let Some(call) = self.calls.get_mut(key) {
            call.consult = None;
        }
        match what {
            Consultation::Transfer => self.complete_transfer(key, consult, agent, colleague, TransferKind::Talking),
            Consultation::TransferRinging => {
                self.complete_transfer(key, consult, agent, colleague, TransferKind::Ringing);
            }
            Consultation::Conference => self.complete_conference(key, consult, agent, colleague),
            Consultation::Return => {
                self.hang_up(consult, Some(agent));
                self.next_step(key, KEY_DELAY, CallStep::ConsultBack);
            }
            Consultation::Unanswered => {
                self.colleague_unanswered(consult);
                self.next_step(key, KEY_DELAY, CallStep::ConsultBack);
            }
            Consultation::CallerLeaves => {
                self.hang_up(key, None);
                if let Some(call) = self.calls.get_mut(consult) {
                    call.plan.push_back((micros(4.0), Act::AgentEnds));
                }
                self.go_on(consult);
            }
        }
    }

    /// The agent is back with the caller.
    pub(super) fn consult_back(&mut self, key: CallKey) {
        if let Some(agent) = self.first_agent(key) {
            self.retrieve(key, agent);
            self.go_on(key);
        }
    }

    /// The consultation goes into the call: the colleague's leg is taken over, the consultation ends.
    fn merge(&mut self, key: CallKey, consult: CallKey, colleague: usize, role: i64) {
        let uuid = self.calls.get(key).map(|call| Arc::clone(&call.uuid));
        let leg = self.calls.get_mut(consult).and_then(|call| call.legs.pop());
        let dn = self.agents.get(colleague).map(|agent| Arc::clone(&agent.dn));
        let (Some(leg), Some(dn), Some(uuid)) = (leg, dn, uuid) else { return };
        let talking = leg.talking;
        if let Some((record, now)) = self.record(consult) {
            record.leave(&dn, now);
            record.merged_into = Some(uuid);
        }
        self.end(consult, None);
        if let Some(call) = self.calls.get_mut(key) {
            call.legs.push(Leg { role, ..leg });
        }
        let with = self.other_end(key, colleague).map_or_else(|| Text::from(""), |(dn, _)| dn);
        let login = self.agents.get(colleague).map(|agent| Arc::clone(&agent.login));
        if let Some((record, now)) = self.record(key) {
            record.rings.push(Ring { dn: Arc::clone(&dn), from: now, to: None, answered: false });
            if talking {
                record.answer(&dn, login.as_ref(), &with, now);
            }
        }
    }

    fn conn_of(&self, key: CallKey) -> u64 {
        self.calls.get(key).map_or(0, |call| call.conn)
    }

    fn complete_transfer(
        &mut self,
        key: CallKey,
        consult: CallKey,
        agent: usize,
        colleague: usize,
        kind: TransferKind,
    ) {
        let (conn, second) = (self.conn_of(key), self.conn_of(consult));
        let dns = (self.agents.get(agent), self.agents.get(colleague));
        let (Some(from), Some(to)) =
            (dns.0.map(|agent| Arc::clone(&agent.dn)), dns.1.map(|agent| Arc::clone(&agent.dn)))
        else {
            return;
        };
        self.tell_leg_third(key, agent, "EventReleased", Edge::Middle, (&to, role::DESTINATION), |note| {
            note.state(state::TRANSFERRED).pair("TransferConnID", second)
        });
        self.tell_leg_third(consult, agent, "EventReleased", Edge::End, (&to, role::DESTINATION), |note| {
            note.state(state::TRANSFERRED).pair("TransferConnID", conn)
        });
        if let Some((record, now)) = self.record(key) {
            record.transfers.push(Transfer { kind, from: Arc::clone(&from), to: Arc::clone(&to), at: now });
        }
        let others: Vec<usize> = self.parties(key).into_iter().filter(|party| *party != agent).collect();
        self.merge(key, consult, colleague, role::DESTINATION);
        self.remove_leg(key, agent);
        let by = (&from, role::TRANSFERRED_BY);
        self.tell_leg_third(key, colleague, "EventPartyChanged", Edge::Middle, by, |note| {
            note.state(state::TRANSFERRED).previous(Some(second))
        });
        for other in others {
            self.tell_leg_third(key, other, "EventPartyChanged", Edge::Middle, by, |note| {
                note.state(state::TRANSFERRED)
            });
        }
        if kind == TransferKind::Ringing {
            let delay = self.random.between(1.0, 5.0);
            self.next_step(key, delay, CallStep::NewPartyAnswer);
        } else {
            self.plan_talk(key);
        }
    }

    fn complete_conference(&mut self, key: CallKey, consult: CallKey, agent: usize, colleague: usize) {
        let second = self.conn_of(consult);
        let conn = self.conn_of(key);
        let dns = (self.agents.get(agent), self.agents.get(colleague));
        let (Some(by), Some(added)) =
            (dns.0.map(|agent| Arc::clone(&agent.dn)), dns.1.map(|agent| Arc::clone(&agent.dn)))
        else {
            return;
        };
        self.tell_leg(consult, agent, "EventReleased", Edge::End, |note| {
            note.state(state::CONFERENCED).pair("ConferenceConnID", conn)
        });
        let before = self.parties(key);
        self.merge(key, consult, colleague, role::NEW_PARTY);
        if let Some((record, now)) = self.record(key) {
            record.retrieve(&by, now);
            record.conferences.push(Conference { by: Arc::clone(&by), added: Arc::clone(&added), at: now });
        }
        self.tell_leg_third(key, colleague, "EventPartyChanged", Edge::Middle, (&by, role::CONFERENCED_BY), |note| {
            note.state(state::CONFERENCED).previous(Some(second))
        });
        for party in before {
            self.tell_added(key, party, &added, &by);
        }
        let outside = self.calls.get(key).is_some_and(|call| call.outside.is_some());
        let leaver = match self.random.below(10) {
            0..4 => Leaver::First,
            4..8 => Leaver::Added,
            _ if outside => Leaver::Outside,
            _ => Leaver::First,
        };
        let length = self.random.around(self.config.talk_seconds * 0.4);
        if let Some(call) = self.calls.get_mut(key) {
            call.plan.clear();
            call.plan.push_back((length, Act::Leave(leaver)));
        }
        self.go_on(key);
    }

    /// Tells a party of a call that somebody came.
    fn tell_added(&mut self, key: CallKey, party: usize, added: &Text, by: &Text) {
        let (Some(call), Some(person)) = (self.calls.get(key), self.agents.get(party)) else { return };
        let own = call.legs.iter().find(|leg| leg.agent == party).map_or(role::DESTINATION, |leg| leg.role);
        let note = Note::new("EventPartyAdded", &person.dn, own).state(state::CONFERENCED);
        let note = note.agent(person.session.map(|_| &person.login)).other(Some(added), role::NEW_PARTY);
        self.out.call(call, Edge::Middle, note.third(by, role::ADDED_BY));
    }

    /// Tells a party of a call that somebody left.
    pub(super) fn tell_deleted(&mut self, key: CallKey, party: usize, gone: &Text, told: i64) {
        let (Some(call), Some(person)) = (self.calls.get(key), self.agents.get(party)) else { return };
        let own = call.legs.iter().find(|leg| leg.agent == party).map_or(role::DESTINATION, |leg| leg.role);
        let note = Note::new("EventPartyDeleted", &person.dn, own).state(told);
        let note = note.agent(person.session.map(|_| &person.login)).other(Some(gone), role::DELETED_PARTY);
        self.out.call(call, Edge::Middle, note.third(gone, role::DELETED_BY));
    }
}
