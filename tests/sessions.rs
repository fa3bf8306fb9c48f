//! Session control: every interruption of a voice server and of the daemon itself, as `G_DSS_<ROLE>_PROVIDER` tells it.

mod row;

use crate::site::Site;
use crate::voice_site::{VoiceSite, day, events, milliseconds};
use row::{COLUMNS, Session, session};
use simulator::config::{At, AtLimit, Config, Fault};
use simulator::ledger::Ledger;
use simulator::stream::{Command, Endpoint, Pace};
use std::collections::BTreeMap;

impl VoiceSite {
    /// All sessions, in order, after checks that hold always.
    fn sessions(&self) -> Vec<Session> {
        let database = self.database();
        let [gcc, others @ ..] = ["GCC", "CFG", "GLS", "GUD"].map(|role| {
            let text = format!("SELECT {COLUMNS} FROM G_DSS_{role}_PROVIDER ORDER BY DSS_ID");
            let mut statement = database.prepare(&text).unwrap();
            let rows = statement.query_map([], session).unwrap().map(Result::unwrap);
            let rows = rows.map(|(session, first)| {
                session.check(&first);
                (session, first)
            });
            rows.collect::<Vec<_>>()
        });
        let sessions: Vec<Session> = gcc.iter().map(|(session, _)| session.clone()).collect();
        for other in others {
            let other: Vec<Session> = other.into_iter().map(|(session, _)| session).collect();
            assert_eq!(sessions, other, "a row of the same session in all roles");
        }
        for (number, pair) in gcc.windows(2).enumerate() {
            let [(before, _), (after, first)] = pair else { unreachable!("windows of two") };
            assert!(
                before.closed.as_ref().is_some_and(|closed| *closed <= after.opened),
                "{number}: {before:?} {after:?}"
            );
            let anew = before.stream != after.stream || first.2.is_none();
            assert!(anew || before.last.2 < first.2, "numbers go on: {before:?} {after:?} {first:?}");
        }
        sessions
    }

    /// How each session opened and why it ended.
    fn course(&self) -> Vec<(i64, Option<i64>)> {
        self.sessions().iter().map(|session| (session.opening, session.cause)).collect()
    }

    /// Calls whose end was told end as observed, the others as inferred: when the source was last heard before its
    /// misfortune, in µs. Gives how many were inferred.
    fn assert_inferred(&self, ledger: &Ledger, heard: i64) -> usize {
        let ended = self.ends("SELECT CALLID", "G_CALL");
        let stuck =
            self.ends("SELECT C.CALLID", "G_CALL C JOIN G_CALL_HISTORY H ON H.CALLID = C.CALLID AND H.CHANGETYPE = 4");
        let alive = self.alive();
        assert!(alive.is_empty(), "{alive:?}");
        let mut inferred = 0;
        for call in ledger.calls.iter().filter(|call| call.seen.begin) {
            let (at, mark) = ended.get(&*call.uuid).unwrap_or_else(|| panic!("{} is missing", call.uuid));
            let observed = call.seen.end;
            assert_eq!(stuck.contains_key(&*call.uuid), *mark == 1, "{call:#?}");
            let end = if observed { call.ended.unwrap() } else { heard };
            if observed && !call.seen.complete {
                // Whoever came to it unseen can also leave it unseen.
                assert!(*at <= Some(end.div_euclid(1000)), "{at:?} {call:#?}");
                continue;
            }
            assert_eq!(*mark, i64::from(!observed), "{call:#?}");
            assert_eq!(*at, Some(end.div_euclid(1000)), "{call:#?}");
            inferred += usize::from(!observed);
        }
        inferred
    }

    /// `TERMINATED` in ms and `GSYS_EXT_INT2` of rows of a table, by a name.
    fn ends(&self, name: &str, table: &str) -> BTreeMap<String, (Option<i64>, i64)> {
        let alias = if table.contains(" C ") { "C." } else { "" };
        let text = format!(
            "{name}, {}, COALESCE({alias}GSYS_EXT_INT2, 0) FROM {table}",
            milliseconds(&format!("{alias}TERMINATED"))
        );
        let database = self.database();
        let mut statement = database.prepare(&text).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// The same of login sessions.
    fn assert_logins_inferred(&self, ledger: &Ledger, heard: i64) -> usize {
        let name = format!("SELECT D.LOGINCODE || ' ' || ({})", milliseconds("C.CREATED"));
        let ended = self.ends(&name, "G_LOGIN_SESSION C JOIN GC_LOGIN D ON D.ID = C.LOGINID");
        let mut inferred = 0;
        for login in ledger.sessions.iter().filter(|login| login.seen.begin) {
            let name = format!("{} {}", login.agent, login.created.div_euclid(1000));
            let observed = login.seen.end;
            let end = if observed { login.ended.unwrap() } else { heard };
            assert_eq!(ended.get(&name), Some(&(Some(end.div_euclid(1000)), i64::from(!observed))), "{login:#?}");
            inferred += usize::from(!observed);
        }
        inferred
    }
}

/// The misfortune of a day comes after so many entries.
const MISFORTUNE: At = At::Event(400);
/// A server that begins anew knows nothing of what was alive.
const SOON: &str = "plugin_config = { interruption_confirm_seconds = 60 }";
/// Long enough for every call that lives to be heard of.
const LATE: &str = "plugin_config = { interruption_confirm_seconds = 600 }";

/// Plays a day with one misfortune to its end, and stops the daemon.
fn suffer(options: &str, fault: Fault) -> (VoiceSite, Ledger, i64) {
    let stage = VoiceSite::new(options);
    let config = day(11, &[(MISFORTUNE, fault)]);
    let daemon = stage.site.daemon();
    let player = stage.play(&config);
    stage.settled(&player);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    let ledger = stage.hang_up(player);
    let outage = ledger.outages.first().unwrap().from;
    (stage, ledger, outage)
}

#[test]
fn a_source_that_shuts_down_and_starts_again() {
    let (stage, ledger, outage) = suffer(SOON, Fault::Shutdown(15.0));
    assert_eq!(stage.course(), [(1, Some(2)), (3, Some(5))]);
    let [before, after] = &*stage.sessions() else { panic!("two sessions") };
    assert_ne!(before.stream, after.stream, "a server that starts anew numbers anew");
    assert!(stage.assert_inferred(&ledger, outage) > 3);
    assert!(stage.assert_logins_inferred(&ledger, outage) > 3);
}

#[test]
fn a_source_that_breaks_off_and_starts_again() {
    let (stage, ledger, _) = suffer(SOON, Fault::Crash(15.0));
    assert_eq!(stage.course(), [(1, Some(1)), (3, Some(5))]);
    let heard =
        stage.number(&format!("SELECT {} FROM G_DSS_GCC_PROVIDER WHERE DSS_ID = 1", milliseconds("LEVENT_DSTIME")));
    assert!(stage.assert_inferred(&ledger, heard * 1000) > 3);
    assert!(stage.assert_logins_inferred(&ledger, heard * 1000) > 3);
}

#[test]
fn a_switch_that_is_lost_and_found() {
    let (stage, ledger, outage) = suffer(LATE, Fault::LinkLost(60.0));
    assert_eq!(stage.course(), [(1, Some(4)), (4, Some(5))]);
    let [before, after] = &*stage.sessions() else { panic!("two sessions") };
    assert_eq!(before.stream, after.stream);
    assert!(stage.assert_inferred(&ledger, outage) > 0);
}

#[test]
fn numbers_that_are_missing() {
    let (stage, ledger, _) = suffer(LATE, Fault::Gap(25));
    assert_eq!(stage.course(), [(1, Some(8)), (2, Some(5))]);
    let [before, after] = &*stage.sessions() else { panic!("two sessions") };
    assert_eq!(before.closed, Some(after.opened.clone()));
    let first = stage.number("SELECT FEVENT_DSSEQ FROM G_DSS_GCC_PROVIDER WHERE DSS_ID = 2");
    assert!(first > before.last.2.unwrap() + 25, "{first} {before:?}");
    assert_eq!(ledger.outages[0].after, u64::try_from(before.last.2.unwrap()).unwrap());
    assert!(stage.alive().is_empty(), "{:?}", stage.alive());
}

#[test]
fn a_backup_takes_over_on_the_stream() {
    let (stage, ledger, _) = suffer("", Fault::PrimaryChanged);
    assert_eq!(stage.course(), [(1, Some(1)), (5, Some(5))]);
    let [before, after] = &*stage.sessions() else { panic!("two sessions") };
    assert_eq!((before.server, after.server), (101, 102));
    assert_eq!(before.closed, Some(after.opened.clone()), "nothing lies between");
    assert_eq!(stage.assert_inferred(&ledger, 0), 0, "nothing is in doubt");
}

/// A daemon that connects, to a pair of which the backup has an address of its own.
fn switch_over(fault: Fault) -> (VoiceSite, Ledger) {
    let config = day(12, &[(MISFORTUNE, fault)]);
    let socket = |dir: &std::path::Path, name: &str| format!("unix:{}/{name}.sock", dir.display()).parse().unwrap();
    let options = "connect = \"unix:{dir}/primary.sock\"\nbackup = \"unix:{dir}/backup.sock\"\nbackoff_ms_min = 20\n\
                   backoff_ms_max = 100\nplugin_config = { interruption_confirm_seconds = 600 }";
    let stage = VoiceSite::with(Site::of_voice("stream", options));
    let dir = stage.site.dir.path();
    let player = stage.play_with(&config, |options| {
        options.endpoint = Endpoint::Listen { primary: socket(dir, "primary"), backup: Some(socket(dir, "backup")) };
    });
    let daemon = stage.site.daemon();
    stage.settled(&player);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    let ledger = stage.hang_up(player);
    let [before, after] = &*stage.sessions() else { panic!("two sessions: {:#?}", stage.sessions()) };
    assert_eq!((before.opening, before.cause, before.server), (1, Some(1), 101));
    assert_eq!((after.opening, after.cause, after.server), (5, Some(5), 102));
    (stage, ledger)
}

#[test]
fn a_backup_goes_on_with_the_same_numbers() {
    let (stage, ledger) = switch_over(Fault::Switchover);
    let [before, after] = &*stage.sessions() else { panic!("two sessions") };
    assert_eq!(before.stream, after.stream);
    assert_eq!(stage.assert_inferred(&ledger, 0), 0, "nothing is in doubt");
}

#[test]
fn a_backup_begins_numbers_of_its_own() {
    let (stage, ledger) = switch_over(Fault::SwitchoverAnew(60.0));
    let [before, after] = &*stage.sessions() else { panic!("two sessions") };
    assert_ne!(before.stream, after.stream);
    let heard =
        stage.number(&format!("SELECT {} FROM G_DSS_GCC_PROVIDER WHERE DSS_ID = 1", milliseconds("LEVENT_DSTIME")));
    assert!(stage.assert_inferred(&ledger, heard * 1000) > 0);
}

/// Cuts lose nothing: the same rows as without.
#[test]
fn connections_that_break() {
    let config = day(13, &[]);
    let mut rows = Vec::new();
    for cut_every in [None, Some(60_000)] {
        let stage = VoiceSite::new("");
        let daemon = stage.site.daemon();
        let player = stage.play_with(&config, |options| options.faults.cut_every_bytes = cut_every);
        stage.settled(&player);
        let cuts = usize::try_from(player.progress().cuts).unwrap();
        assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
        stage.hang_up(player);
        let sessions = stage.sessions();
        assert_eq!(sessions.len(), cuts + 1);
        assert_eq!(cuts > 3, cut_every.is_some(), "{cuts} cuts");
        for (number, session) in sessions.iter().enumerate() {
            let expected = (1 + i64::from(number > 0), Some(if number < cuts { 1 } else { 5 }));
            assert_eq!((session.opening, session.cause), expected, "{session:?}");
        }
        assert_eq!(sessions.last().unwrap().last.2, Some(events(&config)));
        assert_eq!(stage.number("SELECT COUNT(*) FROM G_CALL WHERE GSYS_EXT_INT2 = 1"), 0);
        rows.push(stage.site.rows());
    }
    rows[0].assert_equal(&rows[1], "whole and cut connections");
}

#[test]
fn a_source_with_nothing_to_say() {
    let stage = VoiceSite::new("no_data_interval_secs = 1");
    let daemon = stage.site.daemon();
    let player = stage.play(&day(14, &[]));
    stage.settled(&player);
    let silent = |after: Option<&String>| {
        stage.site.wait_for("silence", |_| stage.sessions()[0].silent.as_ref() > after);
        stage.sessions().pop().unwrap()
    };
    let before = silent(None);
    let after = silent(before.silent.as_ref());
    let expected = Session { silent: after.silent.clone(), silent_seconds: after.silent_seconds, ..before.clone() };
    assert_eq!(after, expected, "silence changes nothing else");
    assert!(before.silent > before.last.0, "{before:?}");
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    assert_eq!(stage.course(), [(1, Some(5))]);
}

#[test]
fn a_source_that_answers_no_ping() {
    let stage = VoiceSite::new("keep_alive_secs = 1\nkeep_alive_timeout_secs = 1");
    let daemon = stage.site.daemon();
    let player = stage.play(&day(14, &[]));
    stage.settled(&player);
    stage.command(&player, Command::Mute(true));
    stage.reached(&player, "a refusal", |progress| progress.refusal.as_ref().is_some_and(|it| it.contains("silent")));
    stage.command(&player, Command::Mute(false));
    stage.site.wait_for("a connection", |_| stage.sessions().len() == 2);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    assert_eq!(stage.course(), [(1, Some(3)), (2, Some(5))]);
}

#[test]
fn a_source_that_nobody_understands() {
    let stage = VoiceSite::new("unreadable_lines_max = 3");
    let daemon = stage.site.daemon();
    let player = stage.play(&day(14, &[]));
    stage.settled(&player);
    for line in ["what?", "{\"event\":", "{\"seq\":true}"] {
        stage.command(&player, Command::Garbage(line.as_bytes().to_vec()));
    }
    stage.reached(&player, "a refusal", |progress| progress.refusal.as_ref().is_some_and(|it| it.contains("protocol")));
    stage.site.wait_for("a connection", |_| stage.sessions().len() == 2);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    assert_eq!(stage.course(), [(1, Some(7)), (2, Some(5))]);
}

/// The daemon is stopped, killed, stopped, in the middle of calls: the rows are those of a whole run.
#[test]
fn a_daemon_that_stops_and_one_that_crashes() {
    let config = day(15, &[]);
    let whole = VoiceSite::new("");
    let daemon = whole.site.daemon();
    let player = whole.play(&config);
    whole.settled(&player);
    assert_eq!(daemon.stop(), 0, "{}", whole.site.log());
    assert_eq!(whole.assert_inferred(&whole.hang_up(player), 0), 0);

    let stage = VoiceSite::new("");
    let total = u64::try_from(events(&config)).unwrap();
    let mut daemon = stage.site.daemon();
    stage.ready();
    // Slow enough to be met in the middle of it.
    let player = stage.play_with(&config, |options| options.pace = Pace::Times(100.0));
    let mut met = Vec::new();
    for (part, crash) in [(1, false), (2, true), (3, true)] {
        stage.reached(&player, "events", |progress| progress.acked >= total * part / 5);
        met.push(player.progress().finished);
        if crash {
            stage.site.wait_for("a session that is committed", |_| {
                stage.sessions().get(met.len() - 1).is_some_and(|session| session.last.0.is_some())
            });
            daemon.kill();
        } else {
            assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
        }
        daemon = stage.site.daemon();
    }
    stage.settled(&player);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    stage.hang_up(player);
    assert_eq!(met, [false; 3], "met in the middle");
    assert_eq!(stage.course(), [(1, Some(5)), (1, Some(6)), (1, Some(6)), (1, Some(5))]);
    let sessions = stage.sessions();
    for (number, session) in sessions.iter().enumerate() {
        if session.cause == Some(6) {
            let mark = session.last.0.clone().max(session.silent.clone());
            assert_eq!(session.closed, mark, "a crash ends a session at its last mark");
        }
        let starts = sessions.iter().filter(|other| other.daemon_started == session.daemon_started);
        assert_eq!(starts.count(), 1, "{number}: each start is another one");
    }
    whole.site.rows().assert_equal(&stage.site.rows(), "a whole run and one with restarts");
}

/// While the database takes nothing, marks stand still, and there is no gap.
#[test]
fn a_database_that_is_away() {
    let stage = VoiceSite::new("");
    let config = day(16, &[]);
    let daemon = stage.site.daemon();
    let first = Config { events_max: Some(200), at_limit: AtLimit::Stop, ..config.clone() };
    let player = stage.play(&first);
    stage.settled(&player);
    let before = stage.sessions();
    stage.database().execute_batch("ALTER TABLE GSYS_LANE RENAME TO elsewhere").unwrap();
    stage.hang_up(player);
    let player = stage.play(&config);
    stage.reached(&player, "the end of the day", |progress| progress.finished);
    stage.site.wait_for("a database that is away", |lane| lane["idb"]["state"] == "retrying");
    assert_eq!(stage.sessions(), before, "nothing can be written");
    stage.database().execute_batch("ALTER TABLE elsewhere RENAME TO GSYS_LANE").unwrap();
    stage.settled(&player);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    assert_eq!(stage.course(), [(1, Some(1)), (2, Some(5))], "the break of the connection only");
    assert_eq!(stage.sessions()[1].last.2, Some(events(&config)));
    assert_eq!(stage.assert_inferred(&stage.hang_up(player), 0), 0);
}

/// The queue is full, and the source gives up: what is lost shows as a gap.
#[test]
fn a_queue_that_refuses() {
    let options = "listen = \"unix:{dir}/voice.sock\"\n\
                   queue = { segment_bytes = 8388608, retain_bytes = 0, max_bytes = 33554432 }";
    let stage = VoiceSite::with(Site::of_voice("stream", options));
    let daemon = stage.site.daemon();
    stage.ready();
    stage.database().execute_batch("ALTER TABLE GSYS_LANE RENAME TO elsewhere").unwrap();
    let config =
        Config { hours: 100.0, events_max: Some(100_000), agents: 60, calls_per_hour: 3_000.0, ..day(17, &[]) };
    let player = stage.play(&config);
    let lane = stage.site.wait_for("a full queue", |lane| lane["queue"]["refusing"].is_string());
    assert!(lane["source"]["connected"] == true, "{lane:#}");
    stage.hang_up(player);
    stage.database().execute_batch("ALTER TABLE elsewhere RENAME TO GSYS_LANE").unwrap();
    stage.site.wait_for("the end of the session", |lane| lane["source"]["connected"] == false);
    stage.committed("what was taken");
    assert_eq!(stage.course(), [(1, Some(8))]);
    let player = stage.play(&config);
    stage.settled(&player);
    assert_eq!(daemon.stop(), 0, "{}", stage.site.log());
    assert_eq!(stage.course(), [(1, Some(8)), (2, Some(5))]);
    assert_eq!(stage.sessions()[1].last.2, Some(events(&config)), "this source has forgotten nothing");
}
