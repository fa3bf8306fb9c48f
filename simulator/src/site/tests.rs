//! The day of a site, checked against its ledger and against the rules of the events.

use crate::config::{At, AtLimit, Fault, FaultRates, Planned};
use crate::event::{Ending, Entry, SiteEvent};
use crate::ledger::{Abandoned, Ledger, Left, OutageKind, QueueKind, TransferKind};
use crate::{Config, Site};
use std::collections::{BTreeMap, BTreeSet};

fn day() -> Config {
    Config { agents: 30, calls_per_hour: 900.0, hours: 2.0, ..Config::default() }
}

fn play(config: &Config) -> (Vec<SiteEvent>, Ledger) {
    let mut site = Site::new(config);
    let events = site.by_ref().collect();
    (events, site.into_ledger())
}

fn faulty(seed: u64) -> Config {
    let rate = 6.0;
    let fault_rates =
        FaultRates { link_lost: rate, crash: rate, shutdown: rate, switchover: rate, silence: rate, gap: rate };
    Config { seed, fault_rates, ..day() }
}

fn count(events: &[SiteEvent], name: &str) -> usize {
    events.iter().filter(|event| event.name() == name).count()
}

#[test]
fn the_same_seed_gives_the_same_day() {
    let first = play(&faulty(1));
    assert_eq!(first, play(&faulty(1)));
    assert_ne!(first.0, play(&faulty(2)).0);
}

#[test]
fn a_day_that_winds_down_leaves_nothing_alive() {
    for seed in 1..6 {
        for config in [Config { seed, ..day() }, faulty(seed), Config { events_max: Some(3_000), seed, ..day() }] {
            let (_, ledger) = play(&config);
            assert!(ledger.calls.iter().all(|call| call.ended.is_some()), "seed {seed}");
            for call in &ledger.calls {
                let open = call.talks.iter().filter(|talk| talk.to.is_none()).count()
                    + call.holds.iter().filter(|hold| hold.to.is_none()).count()
                    + call.rings.iter().filter(|ring| ring.to.is_none()).count()
                    + call.queue_stays.iter().filter(|stay| stay.left.is_none()).count();
                assert_eq!(open, 0, "{call:?}");
            }
            assert!(ledger.sessions.iter().all(|session| session.ended.is_some()));
            assert!(ledger.sessions.iter().flat_map(|session| &session.states).all(|state| state.to.is_some()));
        }
    }
}

#[test]
fn without_faults_everything_is_seen() {
    let (events, ledger) = play(&day());
    let seen = ledger.calls.iter().map(|call| call.seen).chain(ledger.sessions.iter().map(|session| session.seen));
    for (index, seen) in seen.enumerate() {
        assert!(seen.begin && seen.end && seen.complete, "record {index}");
    }
    assert!(ledger.outages.is_empty());
    let numbers: Vec<u64> = events.iter().skip(1).map(|event| event.seq).collect();
    assert!(numbers.iter().zip(1..).all(|(seq, expected)| *seq == expected));
    assert!(events.is_sorted_by_key(|event| event.time));
}

#[test]
fn a_day_has_everything() {
    let config = Config { hours: 6.0, agents: 40, ..day() };
    let (events, ledger) = play(&config);
    for name in [
        "EventQueued",
        "EventDiverted",
        "EventAbandoned",
        "EventRinging",
        "EventDialing",
        "EventNetworkReached",
        "EventDestinationBusy",
        "EventEstablished",
        "EventReleased",
        "EventHeld",
        "EventRetrieved",
        "EventPartyChanged",
        "EventPartyAdded",
        "EventPartyDeleted",
        "EventRouteRequest",
        "EventRouteUsed",
        "EventAgentLogin",
        "EventAgentLogout",
        "EventQueueLogout",
        "EventAgentReady",
        "EventAgentNotReady",
        "EventDNDOn",
        "EventDNDOff",
        "EventAttachedDataChanged",
        "EventUserEvent",
        "EventTreatmentApplied",
        "EventTreatmentEnd",
    ] {
        assert!(count(&events, name) > 0, "{name}");
    }
    let kinds: BTreeSet<_> =
        ledger.calls.iter().flat_map(|call| &call.transfers).map(|transfer| transfer.kind).collect();
    let all = [TransferKind::Talking, TransferKind::Ringing, TransferKind::SingleStep, TransferKind::ToQueue];
    assert_eq!(kinds, BTreeSet::from(all));
    let abandoned: BTreeSet<_> = ledger.calls.iter().filter_map(|call| call.abandoned).collect();
    assert_eq!(abandoned, BTreeSet::from([Abandoned::Waiting, Abandoned::Ringing]));
    let origins: BTreeSet<_> = ledger.calls.iter().map(|call| call.origin).collect();
    assert_eq!(origins.len(), 5);
    assert!(ledger.sessions.iter().any(|session| session.pending > 0));
    assert!(ledger.calls.iter().any(|call| call.failed.is_some()));
}

#[test]
fn every_event_has_what_it_must_have() {
    let (events, _) = play(&day());
    for event in &events {
        let name = event.name();
        let agent = name.starts_with("EventAgent") || name.starts_with("EventDND") || name == "EventQueueLogout";
        if matches!(event.entry, Entry::Started(_)) {
            continue;
        }
        assert!(event.text("ThisDN").is_some_and(|dn| !dn.is_empty()), "{event:?}");
        if agent {
            assert!(event.text("AgentID").is_some(), "{event:?}");
            continue;
        }
        assert!(event.id("ConnID").is_some_and(|conn| conn != 0), "{event:?}");
        if name == "EventUserEvent" {
            continue;
        }
        for number in ["CallID", "CallType", "CallState", "ThisDNRole"] {
            assert!(event.integer(number).is_some(), "{number} of {event:?}");
        }
        match name {
            "EventDialing" | "EventRinging" => {
                let consult = event.integer("CallType") == Some(4);
                assert_eq!(event.id("PreviousConnID").is_some(), consult, "{event:?}");
            }
            "EventRouteRequest" | "EventRouteUsed" => assert_eq!(event.text("ThisQueue"), event.text("ThisDN")),
            "EventAttachedDataChanged" => {
                assert!(!event.list("UserData").is_empty() && event.text("ThirdPartyDN").is_some());
            }
            "EventPartyDeleted" => {
                assert_eq!((event.integer("OtherDNRole"), event.integer("ThirdPartyDNRole")), (Some(8), Some(6)));
            }
            "EventPartyChanged" => assert!([Some(1), Some(2)].contains(&event.integer("CallState"))),
            _ => {}
        }
    }
}

/// What a DN does in a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    Alerts,
    Talks,
    Holds,
}

/// Walks through the events and checks that every DN's part in every call is a story with an end.
#[test]
fn every_story_has_an_end() {
    for seed in 1..5 {
        let (events, ledger) = play(&Config { seed, reorder: 0.0, ..day() });
        let mut parts: BTreeMap<(u64, String), Does> = BTreeMap::new();
        let mut stays: BTreeSet<(u64, String)> = BTreeSet::new();
        for event in &events {
            let (Some(conn), Some(dn)) = (event.id("ConnID"), event.text("ThisDN")) else { continue };
            let key = (conn, dn.to_owned());
            let does = parts.get(&key).copied();
            let queue = dn.starts_with('8') || dn.starts_with('5') || dn.starts_with('V');
            match (event.name(), does) {
                ("EventRinging" | "EventDialing", None) => drop(parts.insert(key, Does::Alerts)),
                ("EventNetworkReached" | "EventDestinationBusy", Some(Does::Alerts)) => {}
                ("EventEstablished", Some(Does::Alerts)) => drop(parts.insert(key, Does::Talks)),
                ("EventHeld", Some(Does::Talks)) => drop(parts.insert(key, Does::Holds)),
                ("EventRetrieved", Some(Does::Holds)) => drop(parts.insert(key, Does::Talks)),
                ("EventPartyAdded", Some(Does::Holds | Does::Talks)) => drop(parts.insert(key, Does::Talks)),
                (
                    "EventPartyDeleted" | "EventAttachedDataChanged" | "EventUserEvent",
                    Some(Does::Talks | Does::Holds),
                ) => {}
                ("EventReleased" | "EventAbandoned", Some(_)) => drop(parts.remove(&key)),
                ("EventPartyChanged", None) => {
                    let previous = event.id("PreviousConnID").unwrap();
                    let before = parts.remove(&(previous, dn.to_owned())).unwrap();
                    parts.insert(key, before);
                }
                ("EventPartyChanged", Some(Does::Talks | Does::Holds)) => {}
                ("EventQueued", Some(Does::Alerts)) if queue => {
                    parts.remove(&key);
                    assert!(stays.insert(key));
                }
                ("EventQueued", None) => assert!(stays.insert(key), "{event:?}"),
                ("EventDiverted" | "EventAbandoned", None) => assert!(stays.remove(&key), "{event:?}"),
                ("EventRouteRequest" | "EventRouteUsed" | "EventTreatmentApplied" | "EventTreatmentEnd", None) => {
                    assert!(stays.contains(&key), "{event:?}");
                }
                (_, does) => panic!("{does:?} and then {event:?}"),
            }
        }
        assert!(parts.is_empty() && stays.is_empty(), "{parts:?} {stays:?}");
        let known: BTreeSet<&str> = ledger.calls.iter().map(|call| call.conn_id.as_str()).collect();
        assert_eq!(known.len(), ledger.calls.len());
        assert!(
            events.iter().filter_map(|event| event.id("ConnID")).all(|conn| known.contains(&*format!("{conn:016x}")))
        );
    }
}

#[test]
fn the_ledger_says_what_the_events_say() {
    let (events, ledger) = play(&Config { hours: 4.0, ..day() });
    let calls = &ledger.calls;
    let released = |state| {
        events
            .iter()
            .filter(|event| event.name() == "EventReleased" && event.integer("CallState") == Some(state))
            .count()
    };
    assert_eq!(count(&events, "EventHeld"), calls.iter().map(|call| call.holds.len()).sum::<usize>());
    assert_eq!(count(&events, "EventEstablished"), {
        let answered =
            calls.iter().flat_map(|call| &call.rings).filter(|ring| ring.answered && !ring.dn.starts_with('8'));
        let taken_over: usize = calls
            .iter()
            .filter(|call| call.merged_into.is_some())
            .map(|call| usize::from(!call.talks.is_empty()))
            .sum();
        answered.count() - taken_over
    });
    let stays: Vec<_> = calls.iter().flat_map(|call| &call.queue_stays).collect();
    assert_eq!(count(&events, "EventQueued"), stays.len());
    assert_eq!(
        count(&events, "EventDiverted"),
        stays.iter().filter(|stay| matches!(stay.how, Some(Left::Diverted(_)))).count()
    );
    let gave_up = stays.iter().filter(|stay| stay.how == Some(Left::Abandoned)).count();
    let ringing = calls.iter().filter(|call| call.abandoned == Some(Abandoned::Ringing)).count();
    let unanswered = calls.iter().filter(|call| call.failed == Some(7) && call.rings.len() == 2).count();
    let consults = calls.iter().filter(|call| call.origin == crate::ledger::Origin::Consult && call.failed == Some(7));
    assert!(consults.count() <= unanswered);
    assert_eq!(count(&events, "EventAbandoned"), gave_up + ringing + unanswered);
    let transfers: Vec<_> = calls.iter().flat_map(|call| &call.transfers).map(|transfer| transfer.kind).collect();
    let two_step =
        transfers.iter().filter(|kind| matches!(kind, TransferKind::Talking | TransferKind::Ringing)).count();
    assert_eq!(released(1), transfers.len() + two_step);
    assert_eq!(released(2), calls.iter().map(|call| call.conferences.len()).sum::<usize>());
    let vqids: BTreeSet<_> =
        stays.iter().filter(|stay| stay.kind == QueueKind::Virtual).map(|stay| stay.vqid.clone()).collect();
    assert_eq!(vqids.len(), stays.iter().filter(|stay| stay.kind == QueueKind::Virtual).count());
    assert_eq!(
        count(&events, "EventAgentReady"),
        ledger
            .sessions
            .iter()
            .flat_map(|session| &session.states)
            .filter(|span| span.state == crate::ledger::AgentState::Ready)
            .count()
    );
}

/// Events of a moment may come in another order, and nothing else changes.
#[test]
fn another_order_of_a_moment_changes_nothing_else() {
    let (straight, truth) = play(&Config { reorder: 0.0, ..day() });
    let (mixed, other_truth) = play(&Config { reorder: 1.0, ..day() });
    assert_eq!(truth, other_truth);
    assert_ne!(straight, mixed);
    let sorted = |events: &[SiteEvent]| {
        let mut events: Vec<_> = events.iter().map(|event| (event.time, format!("{:?}", event.entry))).collect();
        events.sort();
        events
    };
    assert_eq!(sorted(&straight), sorted(&mixed));
}

#[test]
fn what_is_not_seen_is_told_by_nobody() {
    for seed in 1..5 {
        let (events, ledger) = play(&faulty(seed));
        let (mut down, mut forgotten, mut live) = (false, BTreeSet::new(), BTreeSet::new());
        for event in &events {
            match &event.entry {
                Entry::LinkDown => down = true,
                Entry::LinkUp => down = false,
                Entry::Started(server) => {
                    down = false;
                    if !matches!(server.before, Some(Ending::Switchover(_))) {
                        forgotten.append(&mut live);
                    }
                }
                Entry::Event { .. } => {
                    assert!(!down, "{event:?}");
                    if let Some(conn) = event.id("ConnID") {
                        assert!(!forgotten.contains(&conn), "{event:?}");
                        live.insert(conn);
                    }
                }
                _ => {}
            }
        }
        let told: BTreeSet<String> =
            events.iter().filter_map(|event| event.id("ConnID")).map(|id| format!("{id:016x}")).collect();
        for call in &ledger.calls {
            assert!(!call.seen.begin || told.contains(&call.conn_id));
            assert!(!call.seen.complete || (call.seen.begin && call.seen.end), "{call:?}");
        }
        let kinds: BTreeSet<_> = ledger.outages.iter().map(|outage| outage.kind).collect();
        assert!(kinds.len() >= 4, "{kinds:?}");
        assert!(ledger.calls.iter().any(|call| !call.seen.end), "nothing was lost");
    }
}

#[test]
fn numbers_have_the_gaps_that_the_ledger_tells() {
    let gap = |number, events| Planned { at: At::Event(number), fault: Fault::Gap(events) };
    let faults = vec![gap(500, 7), gap(900, 1), Planned { at: At::Seconds(900.0), fault: Fault::Switchover }];
    let (events, ledger) = play(&Config { faults, ..day() });
    let (mut last, mut missing) = (0, Vec::new());
    for event in events.iter().filter(|event| event.seq > 0) {
        if event.seq > last + 1 {
            missing.push(event.seq - last - 1);
        }
        assert!(event.seq > last);
        last = event.seq;
    }
    assert_eq!(missing, [7, 1]);
    let lost: Vec<_> = ledger.outages.iter().filter(|outage| outage.kind == OutageKind::Gap).collect();
    assert_eq!(lost.iter().map(|outage| outage.events_lost).collect::<Vec<_>>(), [7, 1]);
    let backup = events.iter().filter_map(|event| match &event.entry {
        Entry::Started(server) => Some((server.dbid, server.after > 0)),
        _ => None,
    });
    assert_eq!(backup.collect::<Vec<_>>(), [(101, false), (102, true)]);
}

#[test]
fn a_day_may_stop_dead() {
    for events_max in [1, 2, 500, 501, 502, 503] {
        let config = Config { events_max: Some(events_max), at_limit: AtLimit::Stop, ..day() };
        let (events, _) = play(&config);
        assert_eq!(events.last().map(|event| event.seq), Some(events_max));
    }
}

#[test]
fn silence_is_silent() {
    let silence = Planned { at: At::Seconds(600.0), fault: Fault::Silence(120.0) };
    let (events, ledger) = play(&Config { faults: vec![silence], ..day() });
    let outage = ledger.outages.first().unwrap();
    let (from, to) = (outage.from, outage.to.unwrap());
    assert!(to - from == 120_000_000);
    assert!(!events.iter().any(|event| event.time > from + 1_000 && event.time < to));
}
