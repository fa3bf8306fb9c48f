//! What the tables say of a simulated day is what happened on it.

use crate::voice_site::{VoiceSite, milliseconds};
use simulator::config::{At, Config, Fault, Planned};
use simulator::ledger::expect::{Facts, QueueFacts, Scope};
use simulator::ledger::{AgentState, CallRecord, Ledger, ReleasedBy, SessionRecord};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Some thousand events.
fn busy_day(seed: u64, faults: Vec<Planned>) -> Config {
    Config { seed, hours: 1.0, agents: 30, calls_per_hour: 600.0, talk_seconds: 120.0, faults, ..Config::default() }
}

/// Plays the day into a database.
fn played(config: &Config, options: &str) -> (VoiceSite, Ledger) {
    let stage = VoiceSite::new(options);
    let daemon = stage.site.daemon();
    let player = stage.play(config);
    stage.settled(&player);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    let ledger = stage.hang_up(player);
    let alive = stage.alive();
    assert!(alive.is_empty(), "{alive:?}");
    (stage, ledger)
}

/// Collects what is not true.
#[derive(Default)]
struct Lies(Vec<String>);

impl Lies {
    fn expect<T: PartialEq + Debug>(&mut self, what: &str, told: &T, truth: &T) {
        if told != truth {
            self.0.push(format!("{what}: {told:?} is told, {truth:?} is true"));
        }
    }

    fn none(self) {
        assert!(self.0.is_empty(), "{} lies\n{}", self.0.len(), self.0.join("\n"));
    }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap()
}

impl VoiceSite {
    fn count(&self, query: &str) -> u64 {
        unsigned(self.number(query))
    }

    /// Rows of a name and numbers.
    fn numbers<const N: usize>(&self, query: &str) -> BTreeMap<String, [i64; N]> {
        let database = self.database();
        let mut statement = database.prepare(query).unwrap();
        let numbers = |row: &rusqlite::Row<'_>| -> [i64; N] {
            std::array::from_fn(|column| row.get::<_, Option<i64>>(column + 1).unwrap().unwrap_or_default())
        };
        let rows = statement.query_map([], |row| Ok((row.get(0)?, numbers(row)))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Rows of a name and a text.
    fn texts(&self, query: &str) -> BTreeMap<String, Option<String>> {
        let database = self.database();
        let mut statement = database.prepare(query).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

/// Sums over calls.
fn calls(stage: &VoiceSite, facts: &Facts, lies: &mut Lies) {
    let types = stage.numbers::<2>("SELECT CAST(CALLTYPE AS TEXT), CALLTYPE, COUNT(*) FROM G_CALL GROUP BY CALLTYPE");
    let types: BTreeMap<i64, u64> = types.values().map(|[kind, count]| (*kind, unsigned(*count))).collect();
    lies.expect("calls by type", &types, &facts.calls_by_type);
    let sum = |column: &str| stage.count(&format!("SELECT COALESCE(SUM({column}), 0) FROM G_CALL_STAT"));
    lies.expect("connected", &sum("F_CONN"), &facts.connected);
    lies.expect("abandoned", &sum("F_TE_ABND"), &(facts.abandoned + facts.given_up));
    lies.expect("holds", &sum("CNT_HOLD"), &facts.holds);
    lies.expect("transfers", &sum("CNT_TRANSFER"), &facts.transfers);
    lies.expect("conferences", &sum("CNT_CONFERENCE"), &facts.conferences);
    lies.expect("consultations", &sum("CNT_CONSULT"), &facts.consultations);
    let statistics = stage.count("SELECT COUNT(*) FROM G_CALL_STAT");
    lies.expect("rows of statistics", &statistics, &facts.calls());
    let parts = stage.count("SELECT COUNT(*) FROM G_PARTY WHERE TYPE = 1 AND ENDPOINTDN LIKE '7%' AND CCEVENT <> 62");
    lies.expect("parts of agents", &parts, &facts.agent_parts);
}

/// Stays in queues by queue and ending, and the time waited.
fn queues(stage: &VoiceSite, ledger: &Ledger, facts: &Facts, lies: &mut Lies) {
    let waited = format!("SUM(({}) - ({}))", milliseconds("TERMINATED"), milliseconds("CREATED"));
    let told = stage.numbers::<4>(&format!(
        "SELECT ENDPOINTDN, COUNT(*), SUM(CAUSE = 1), SUM(CAUSE = 2), {waited} FROM G_VIRTUAL_QUEUE GROUP BY ENDPOINTDN"
    ));
    // A routing point has a party and no stay.
    let stays = facts.queues.iter().filter(|(queue, _)| queue.starts_with('8')).chain(&facts.virtual_queues);
    for (queue, truth) in stays {
        let [joined, diverted, abandoned, waited] = told.get(&**queue).copied().unwrap_or_default();
        let [joined, diverted, abandoned] = [joined, diverted, abandoned].map(unsigned);
        // Each stay is off by less than a millisecond at both ends.
        let off = (waited * 1000 - truth.waited).unsigned_abs() > truth.joined * 1000;
        let told = QueueFacts { joined, diverted, abandoned, waited: if off { waited * 1000 } else { truth.waited } };
        lies.expect(&format!("queue {queue}"), &told, truth);
    }
    let parties = stage.numbers::<1>("SELECT ENDPOINTDN, COUNT(*) FROM G_PARTY WHERE TYPE = 1 GROUP BY ENDPOINTDN");
    for (queue, truth) in &facts.queues {
        // A queue for which the system dials is a party of that call before anybody has answered.
        let fruitless =
            |call: &&CallRecord| call.queue_stays.is_empty() && call.rings.iter().any(|ring| ring.dn == *queue);
        let dialled = u64::try_from(ledger.calls.iter().filter(fruitless).count()).unwrap();
        lies.expect(&format!("parties of {queue}"), &unsigned(parties[&**queue][0]), &(truth.joined + dialled));
    }
}

/// Login sessions that were told whole, as were all calls at their devices, each by itself: when it was, how often and how long it was in which state.
fn logins(stage: &VoiceSite, ledger: &Ledger, lies: &mut Lies) {
    let added = milliseconds("ADDED");
    let states = format!(
        "SELECT LOGINSESSIONID, STATE, LEAD({added}) OVER (PARTITION BY LOGINSESSIONID ORDER BY ID) - ({added}) AS SPENT \
         FROM G_AGENT_STATE_HISTORY WHERE TYPE = 5"
    );
    // Who is logged in is not ready at first; a call comes to who is ready.
    let told = stage.numbers::<6>(&format!(
        "SELECT L.LOGINCODE || ' ' || ({}), {}, SUM(H.STATE IN (1, 3)), SUM(H.STATE = 4), \
         SUM(CASE WHEN H.STATE IN (1, 3) THEN SPENT END), SUM(CASE WHEN H.STATE IN (2, 5) THEN SPENT END), \
         SUM(CASE WHEN H.STATE = 4 THEN SPENT END) \
         FROM G_LOGIN_SESSION S JOIN GC_LOGIN L ON L.ID = S.LOGINID JOIN ({states}) H USING (LOGINSESSIONID) GROUP BY 1",
        milliseconds("S.CREATED"),
        milliseconds("S.TERMINATED"),
    ));
    let in_part: Vec<_> = ledger.calls.iter().filter(|call| !call.seen.complete).collect();
    let whole = |login: &&SessionRecord| {
        let at_device = |call: &&CallRecord| call.rings.iter().any(|ring| ring.dn == login.dn);
        login.seen.complete && !in_part.iter().any(|call| at_device(call) && call.ended.unwrap() >= login.created)
    };
    assert!(ledger.sessions.iter().filter(whole).count() > 5, "there are such");
    for login in ledger.sessions.iter().filter(whole) {
        let of = |state| login.states.iter().filter(move |span| span.state == state);
        let entered = |state| i64::try_from(of(state).count()).unwrap();
        let spent = |state| -> i64 {
            of(state).map(|span| span.to.unwrap().div_euclid(1000) - span.from.div_euclid(1000)).sum()
        };
        let truth = [
            login.ended.unwrap().div_euclid(1000),
            entered(AgentState::NotReady),
            entered(AgentState::AfterCall),
            spent(AgentState::NotReady),
            spent(AgentState::Ready),
            spent(AgentState::AfterCall),
        ];
        let name = format!("{} {}", login.agent, login.created.div_euclid(1000));
        lies.expect(&format!("login {name}"), &told.get(&name), &Some(&truth));
    }
}

/// Attached data of a call in the end, a key and its value each.
fn data(stage: &VoiceSite, ledger: &Ledger, lies: &mut Lies) {
    let last = "SELECT CALLID || '/' || KEYNAME, CASE CHANGETYPE WHEN 2 THEN NULL ELSE COALESCE(VALUE, '') END FROM \
                (SELECT *, ROW_NUMBER() OVER (PARTITION BY CALLID, KEYNAME ORDER BY CSEQ DESC, ID DESC) AS AGE \
                FROM G_USERDATA_HISTORY WHERE SOURCETYPE = 1) WHERE AGE = 1";
    let told = stage.texts(last);
    for call in whole_calls(ledger).filter(|call| call.parent.is_none()) {
        for (key, value) in &call.user_data {
            let told = told.get(&format!("{}/{key}", call.uuid)).cloned().flatten();
            lies.expect(&format!("{key} of {}", call.uuid), &told.as_deref(), &Some(&**value));
        }
    }
}

/// Calls of which everything was told.
fn whole_calls(ledger: &Ledger) -> impl Iterator<Item = &CallRecord> {
    ledger.calls.iter().filter(|call| call.seen.complete)
}

/// Each call by itself: what it was, when it was, how it went, who ended it.
fn each_call(stage: &VoiceSite, ledger: &Ledger, lies: &mut Lies) {
    let (created, ended) = (milliseconds("C.CREATED"), milliseconds("C.TERMINATED"));
    let told = stage.numbers::<11>(&format!(
        "SELECT C.CALLID, C.CALLTYPE, {created}, {ended}, COALESCE(C.GSYS_EXT_INT1, 0), COALESCE(C.GSYS_EXT_INT2, 0), \
         S.F_CONN, S.F_TE_ABND, S.CNT_HOLD, S.CNT_TRANSFER, S.CNT_CONFERENCE, C.MERGECALLID IS NOT NULL \
         FROM G_CALL C LEFT JOIN G_CALL_STAT S ON S.CALLID = C.CALLID"
    ));
    let released = stage.texts("SELECT CALLID, GSYS_EXT_VCH1 FROM G_CALL_STAT");
    for call in whole_calls(ledger) {
        let number = |count: usize| i64::try_from(count).unwrap();
        let truth = [
            call.call_type,
            call.created.div_euclid(1000),
            call.ended.unwrap().div_euclid(1000),
            0,
            0,
            i64::from(call.is_connected()),
            i64::from(call.is_given_up() || (call.abandoned.is_some() && !call.is_connected())),
            number(call.holds.len()),
            number(call.transfers.len()),
            number(call.conferences.len()),
            i64::from(call.merged_into.is_some()),
        ];
        lies.expect(&format!("call {} ({:?})", call.uuid, call.origin), &told.get(&*call.uuid), &Some(&truth));
        let by = released.get(&*call.uuid).cloned().flatten();
        match &call.released_by {
            Some(ReleasedBy::Dn(dn)) => lies.expect(&format!("end of {}", call.uuid), &by.as_deref(), &Some(&**dn)),
            Some(ReleasedBy::Outside) => {
                let inside = by.as_deref().is_some_and(|dn| dn.len() == 4 && dn.starts_with('7'));
                lies.expect(&format!("end of {} by {by:?}", call.uuid), &inside, &false);
            }
            None => {}
        }
    }
}

#[test]
fn a_day_without_misfortunes() {
    let (stage, ledger) = played(&busy_day(21, Vec::new()), "");
    let facts = Facts::of(&ledger, Scope::All);
    let mut lies = Lies::default();
    calls(&stage, &facts, &mut lies);
    queues(&stage, &ledger, &facts, &mut lies);
    lies.expect("login sessions", &stage.count("SELECT COUNT(*) FROM G_LOGIN_SESSION"), &facts.sessions);
    let reasons = |hardware| stage.count(&format!("SELECT COUNT(*) FROM G_AGENT_STATE_RC WHERE HWFLAG = {hardware}"));
    lies.expect("reasons", &(reasons(1), reasons(0)), &facts.reasons);
    logins(&stage, &ledger, &mut lies);
    data(&stage, &ledger, &mut lies);
    each_call(&stage, &ledger, &mut lies);
    let inferred = stage.count("SELECT COUNT(*) FROM G_CALL WHERE GSYS_EXT_INT2 = 1 OR GSYS_EXT_INT1 = 1");
    lies.expect("inferred", &inferred, &0);
    lies.none();
}

/// Of what was told whole, everything is right, whatever went wrong around it.
#[test]
fn a_day_with_misfortunes() {
    let misfortunes = [
        Fault::LinkLost(40.0),
        Fault::Gap(20),
        Fault::Switchover,
        Fault::Crash(15.0),
        Fault::PrimaryChanged,
        Fault::Silence(50.0),
        Fault::SwitchoverAnew(20.0),
        Fault::Shutdown(15.0),
        Fault::LinkLost(30.0),
    ];
    // Then there is time for all that is in doubt to be settled.
    let planned = misfortunes.iter().zip(1..).map(|(fault, n)| (At::Seconds(250.0 * f64::from(n)), *fault));
    let faults = planned.map(|(at, fault)| Planned { at, fault }).collect();
    let config = busy_day(22, faults);
    let (stage, ledger) = played(&config, "plugin_config = { agents = { login_confirm_seconds = 3600 } }");
    assert_eq!(ledger.outages.len(), misfortunes.len());
    let mut lies = Lies::default();
    each_call(&stage, &ledger, &mut lies);
    logins(&stage, &ledger, &mut lies);
    data(&stage, &ledger, &mut lies);
    let begun = Facts::of(&ledger, Scope::Begun);
    assert!(stage.count("SELECT COUNT(*) FROM G_CALL") >= begun.calls(), "a call that was told of is there");
    lies.none();
}
