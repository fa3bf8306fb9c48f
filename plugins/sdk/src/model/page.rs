//! Each line of the table in `docs/explanation/interaction-model.md` is true: the transition that it names writes rows
//! of the tables that it names, and of no others.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::tests::{START, agent, at, model, party};
use super::*;
use crate::tables::every_table;
use std::collections::{BTreeMap, BTreeSet};

const PAGE: &str = include_str!("../../../../docs/explanation/interaction-model.md");

macro_rules! name {
    ($($row:ident $name:literal [$($key:literal),*];)*) => {
        fn name(rows: &TableRows) -> &'static str {
            match rows {
                $(TableRows::$row(_) => $name,)*
            }
        }
    };
}
every_table!(name);

/// What is alive when a transition is tried.
struct Alive {
    /// A call with a ringing caller and an agent's ringing device.
    call: Key<Call>,
    caller: Key<Party>,
    rings: Key<Party>,
    /// Another one, with one party.
    other: Key<Call>,
    only: Key<Party>,
    /// A stay of `call` in the queue `support`.
    visit: Key<QueueVisit>,
    /// In the queues `support` and `sales`, ready.
    session: Key<LoginSession>,
}

impl Alive {
    fn in_model(model: &mut Model) -> Self {
        let session = agent(model);
        let (call, other) = (model.open_call("c", "c", START), model.open_call("o", "o", START));
        let (caller, rings) = (party(model, call, "caller", None), party(model, call, "1001", Some(session)));
        let only = party(model, other, "only", None);
        let visit = model.join_queue(call, Some(caller), "support", START).unwrap();
        Self { call, caller, rings, other, only, visit, session }
    }
}

type Transition = fn(&mut Model, &Alive);

fn says(state: AgentState, reasons: &'static [(bool, &'static str, &'static str)]) -> AgentSays<'static> {
    AgentSays { state, work_mode: 3, queue: None, reasons }
}

fn user_event(alive: &Alive) -> UserEvent<'static> {
    UserEvent { name: "site", call: Some(alive.call), party: Some(alive.caller), device: None, session: None }
}

fn log_in(model: &mut Model, code: &str, dn: &str) {
    let login = Login { agent: code, code, dn, device: dn, created: model.now(), ordinal: "1", wrap_up: 0 };
    model.log_in(&login);
}

const LUNCH: &[(bool, &str, &str)] = &[(false, "reason", "lunch")];

/// What is done before, and the transition itself; each by a name that stands in the page.
fn calls() -> Vec<(&'static str, Transition, Transition)> {
    let nothing: Transition = |_, _| {};
    vec![
        ("`open_call`, with a new interaction", nothing, |model, _| {
            model.open_call("n", "n", START);
        }),
        ("`open_call`, in an interaction that is alive", nothing, |model, _| {
            model.open_call("n", "c", START);
        }),
        ("`set_call_type`", nothing, |model, alive| model.set_call_type(alive.call, CallType::Inbound)),
        ("`set_numbers`", nothing, |model, alive| model.set_numbers(alive.call, Some("1"), Some("2"))),
        ("`identify_call`", nothing, |model, alive| model.identify_call(alive.call, 7, None)),
        ("`begin_unseen`", nothing, |model, alive| model.begin_unseen(alive.call)),
        ("`connect_call`", nothing, |model, alive| model.connect_call(alive.call, true)),
        ("`abandon_call`", nothing, |model, alive| model.abandon_call(alive.call)),
        ("`count_transfer`", nothing, |model, alive| model.count_transfer(alive.call)),
        ("`count_conference`", nothing, |model, alive| model.count_conference(alive.call)),
        ("`consult_from`", nothing, |model, alive| model.consult_from(alive.other, alive.call)),
        ("`merge_call`", nothing, |model, alive| model.merge_call(alive.other, alive.call, MergeType::Transfer)),
        ("`join_queue`", nothing, |model, alive| {
            model.join_queue(alive.call, None, "sales", START);
        }),
        ("`join_queue`, a new queue", nothing, |model, alive| {
            model.join_queue(alive.call, None, "vip", START);
        }),
        ("`leave_queue`", nothing, |model, alive| model.leave_queue(alive.visit, &VisitEnd::Left("overflow"), START)),
        ("`route`", nothing, |model, alive| {
            model.route(&Routed { call: alive.call, party: None, agent: "1001", object: "1001", by: "support" });
        }),
        ("`route_to`", nothing, |model, alive| {
            let target = RouteTarget::Queue;
            let (object, by) = (Some("sales"), "support");
            let (call, party) = (alive.call, None);
            model.route_to(&RouteResult { call, party, delivered: true, target, object, agent: "", by });
        }),
        ("`attach`", nothing, |model, alive| model.attach(alive.call, None, Attached::UserData, "Key", "value")),
        ("`attach_list`", nothing, |model, alive| {
            model.attach_list(alive.call, None, Attached::UserData, [("Key", "value")].into_iter(), true);
        }),
        ("`attach`, a secure key", nothing, |model, alive| {
            model.attach(alive.call, None, Attached::UserData, "Pin", "1234");
        }),
        ("`attach`, a key with a column", nothing, |model, alive| {
            model.attach(alive.call, None, Attached::UserData, "Segment", "gold");
        }),
        ("`link_site`, a new location", nothing, |model, alive| model.link_site(alive.call, "link", "berlin")),
        ("`end_stuck_call`", leave, |model, alive| model.end_stuck_call(alive.call, START)),
        ("`end_everything`", only_other, |model, _| model.end_everything(START)),
    ]
}

fn leave(model: &mut Model, alive: &Alive) {
    model.leave_queue(alive.visit, &VisitEnd::Abandoned, START);
}

/// Leaves one call with one party alive, and nobody else.
fn only_other(model: &mut Model, alive: &Alive) {
    model.end_stuck_call(alive.call, START);
    model.log_out(alive.session);
}

fn parties() -> Vec<(&'static str, Transition, Transition)> {
    let nothing: Transition = |_, _| {};
    vec![
        ("`add_party`", nothing, |model, alive| {
            party(model, alive.call, "third", None);
        }),
        ("`add_party`, talking, of an agent's device", nothing, |model, alive| {
            let key = party(model, alive.other, "1001", Some(alive.session));
            model.set_party_state(key, PartyState::Connected, CcEvent::Established, None);
        }),
        ("`set_party_state`", nothing, |model, alive| {
            model.set_party_state(alive.caller, PartyState::Connected, CcEvent::Established, None);
        }),
        ("`set_party_state`, to hold", nothing, |model, alive| {
            model.set_party_state(alive.caller, PartyState::Held, CcEvent::Held, None);
        }),
        ("`describe_party`", nothing, |model, alive| model.describe_party(alive.caller, Some("support"), None, None)),
        ("`bring_inside`", nothing, |model, alive| model.bring_inside(alive.caller, (1, 1), None, Role::NewParty)),
        ("`set_party_parent`", nothing, |model, alive| {
            let parent = model.party(alive.rings).unwrap().id();
            model.set_party_parent(alive.caller, parent);
        }),
        ("`hang_up`", nothing, |model, alive| model.hang_up(alive.caller)),
        ("`set_released_by`", nothing, |model, alive| model.set_released_by(alive.call, Some(alive.caller))),
        ("`move_party`, others stay behind", nothing, |model, alive| {
            model.move_party(alive.caller, alive.other, None, 1);
        }),
        ("`end_party`, others stay", nothing, |model, alive| model.end_party(alive.caller, CcEvent::Released, None)),
        ("`end_party`, the last one", nothing, |model, alive| model.end_party(alive.only, CcEvent::Released, None)),
        ("`custom_key`", nothing, |model, alive| {
            model.custom_key(&user_event(alive), "key", "value", &DataRule::default());
        }),
        ("`custom_columns`", nothing, |model, alive| {
            model.custom_columns(&user_event(alive), [Some("value"); CUSTOM_COLUMNS]);
        }),
        ("`custom_state`", nothing, |model, alive| model.custom_state(&user_event(alive), 7, true)),
    ]
}

fn agents() -> Vec<(&'static str, Transition, Transition)> {
    let nothing: Transition = |_, _| {};
    let pauses: Transition = |model, alive| {
        for queue in ["support", "sales"] {
            model.pause(alive.session, queue, Some("lunch"));
        }
    };
    let not_ready: Transition = |model, alive| model.agent_says(alive.session, &says(AgentState::NotReady, LUNCH));
    vec![
        ("`log_in`, a new person with a new login at a new device", nothing, |model, _| log_in(model, "2002", "2002")),
        ("`log_in`", |model, _| log_in(model, "2002", "2002"), |model, _| log_in(model, "2002", "2002")),
        ("`describe_session`, a new place", nothing, |model, alive| {
            model.describe_session(alive.session, Some("desk"), false);
        }),
        ("`enter_session_queue`, a new queue", nothing, |model, alive| {
            model.enter_session_queue(alive.session, "vip", START);
        }),
        ("`leave_session_queue`, of two", nothing, |model, alive| model.leave_session_queue(alive.session, "sales")),
        ("`pause`, in all queues", nothing, |model, alive| {
            model.pause(alive.session, "support", Some("lunch"));
            model.pause(alive.session, "sales", Some("lunch"));
        }),
        ("`pause`, no longer", pauses, |model, alive| {
            at(model, 600);
            model.pause(alive.session, "support", None);
            model.pause(alive.session, "sales", None);
        }),
        ("`agent_says`, with a reason", nothing, not_ready),
        ("`agent_says`, the next word", not_ready, |model, alive| {
            model.agent_says(alive.session, &says(AgentState::Ready, &[]));
        }),
        ("`after_call_work`", nothing, |model, alive| model.after_call_work(alive.session, START + 9_000_000)),
        ("`log_out`", nothing, |model, alive| model.log_out(alive.session)),
        ("`log_out`, with work modes and a reason", not_ready, |model, alive| model.log_out(alive.session)),
        ("`do_not_disturb`", nothing, |model, _| model.do_not_disturb("1001", None, true)),
    ]
}

/// The tables of which a transition writes rows.
fn written(before: Transition, transition: Transition) -> BTreeSet<&'static str> {
    let mut model = model();
    model.attach_by(DataSpec {
        secure: BTreeSet::from(["Pin".to_owned()]),
        columns: BTreeMap::from([("Segment".to_owned(), "CUSTOMER_SEGMENT".to_owned())]),
        masked: BTreeSet::new(),
        value_length_max: 1024,
    });
    let alive = Alive::in_model(&mut model);
    before(&mut model, &alive);
    model.finish();
    model.take_rows();
    transition(&mut model, &alive);
    model.finish();
    model.take_rows().iter().map(name).collect()
}

/// What the page says: transition → tables. A line may tell of several transitions.
fn told() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let section = PAGE.split("## ").find(|section| section.starts_with("What a transition writes")).unwrap();
    let lines = section.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once(" | "));
    let mut told = BTreeMap::new();
    for (transitions, rows) in lines {
        // The tables of the first object of all are told beside.
        let rows = rows.split("with the first object").next().unwrap_or_default();
        let is_table = |word: &&str| Output::TABLES.contains(word);
        let tables: BTreeSet<_> = rows
            .split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
            .filter(is_table)
            .collect();
        let first = PAGE.find(transitions).and_then(|at| PAGE.get(at - 1..at + transitions.len())).unwrap();
        match first.contains("`, `") {
            true => first.split(", ").for_each(|each| drop(told.insert(each, tables.clone()))),
            false => drop(told.insert(first, tables)),
        }
    }
    told
}

#[test]
fn each_transition_writes_the_rows_of_which_the_page_tells() {
    let (mut told, mut wrong) = (told(), Vec::new());
    for (transition, before, act) in [calls(), parties(), agents()].into_iter().flatten() {
        let (page, written) = (told.remove(transition), written(before, act));
        if page.as_ref() != Some(&written) {
            wrong.push(format!("{transition}: the page says {page:?}, written is {written:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(told.is_empty(), "nobody tries {:?}", told.keys());
}
