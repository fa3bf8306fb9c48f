use super::mark::{Cause, Opened, Opening};
use super::*;
use crate::event::Builder;

fn tracker() -> Tracker {
    let identity = Identity {
        lane: 2,
        source: "pbx".into(),
        roles: vec![Role::Gcc, Role::Gls],
        primary_dbid: 7,
        backup_dbid: 8,
        backup_address: Some("b:1".into()),
        switch_dbid: 9,
        source_type: 1,
    };
    Tracker::new(identity, 0, Vec::new(), None)
}

fn feed(tracker: &mut Tracker, builder: &Builder) {
    let bytes = builder.finish().expect("small");
    tracker.see(&View::parse(&bytes).expect("valid"));
}

fn opening(server: &str) -> Opened<'_> {
    Opened::new(Opening::First, server)
}

fn event(time: Micros, sequence: u64) -> Builder {
    let mut builder = Builder::new(Kind::Source, "E", time + 5);
    builder.time(time).sequence(sequence);
    builder
}

#[test]
fn a_session_from_opening_to_stop() {
    let mut tracker = tracker();
    feed(&mut tracker, &mark::started(1));
    feed(&mut tracker, &mark::opened(10, &opening("a:1")));
    let tick = Builder::new(Kind::Tick, "Tick", 15).finish().expect("small");
    tracker.stored(&View::parse(&tick).expect("valid"), &BTreeSet::from([Role::Gcc, Role::Gls]));
    let first = event(20, 3).finish().expect("small");
    let view = View::parse(&first).expect("valid");
    tracker.see(&view);
    tracker.stored(&view, &BTreeSet::from([Role::Gcc]));
    let rows = tracker.take_rows();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].dss_id, rows[0].server_dbid, rows[0].daemon_started), (1_000_001, 7, 1));
    assert_eq!(rows[0].first.map(|mark| mark.time), Some(20));
    assert_eq!(rows[1].first, None, "no row of that role was stored");
    assert_eq!(rows[1].last.and_then(|mark| mark.sequence), Some(3));
    assert!(tracker.take_rows().is_empty(), "nothing changed since");
    feed(&mut tracker, &mark::no_data(60, None));
    feed(&mut tracker, &mark::closed(70, Cause::Stopped, None));
    let rows = tracker.take_rows();
    assert_eq!(
        (rows[0].no_data, rows[0].closed, rows[0].daemon_ended, rows[0].cause),
        (Some(60), Some(70), Some(70), Some(5))
    );
    assert!(!tracker.is_open());
}

#[test]
fn a_crash_closes_at_the_last_mark() {
    let mut tracker = tracker();
    feed(&mut tracker, &mark::opened(10, &opening("b:1")));
    feed(&mut tracker, &event(20, 1));
    let open = tracker.take_rows();
    assert_eq!(open[0].server_dbid, 8, "the backup has a number of its own");
    let mut next = Tracker::new(tracker.identity.clone(), 1, open, Some(1_000_001));
    feed(&mut next, &mark::started(500));
    let rows = next.take_rows();
    assert_eq!((rows[0].closed, rows[0].cause, rows[0].daemon_ended), (Some(25), Some(6), None));
    feed(&mut next, &mark::started(600));
    assert!(next.take_rows().is_empty(), "nothing was open");
}

#[test]
fn what_is_no_event_uses_its_number_up() {
    let reached = |tracker: &mut Tracker| tracker.take_rows().iter().map(|row| row.reached).collect::<Vec<_>>();
    let mut tracker = tracker();
    let stream = Opened { capture: Some("stream:a"), resumed_at: 7, ..opening("a:1") };
    feed(&mut tracker, &mark::opened(10, &stream));
    assert_eq!(reached(&mut tracker), [Some(7); 2], "what the session before has brought in");
    feed(&mut tracker, &event(20, 8));
    feed(&mut tracker, &mark::bookmark(30, "stream:a", 9));
    let rows = tracker.take_rows();
    assert_eq!((rows[0].reached, rows[0].last.map(|mark| mark.received)), (Some(9), Some(25)), "only the number moves");
    feed(&mut tracker, &mark::bookmark(31, "stream:b", 50));
    feed(&mut tracker, &mark::bookmark(32, "stream:a", 4));
    assert!(tracker.take_rows().is_empty(), "another stream, and what is behind");
    feed(&mut tracker, mark::link_down(40, None).sequence(10));
    assert_eq!(reached(&mut tracker), [Some(10); 2]);
    feed(&mut tracker, mark::link_up(50, None).sequence(11));
    feed(&mut tracker, &mark::opened(50, &Opened { resumed_at: 11, ..stream }));
    feed(&mut tracker, mark::closed(60, Cause::SourceShutDown, None).sequence(12));
    assert_eq!(reached(&mut tracker), [Some(12); 2]);
}

#[test]
fn an_opening_closes_what_was_open() {
    let mut tracker = tracker();
    feed(&mut tracker, &mark::opened(10, &opening("a:1")));
    feed(&mut tracker, &mark::opened(30, &opening("a:1")));
    let rows = tracker.take_rows();
    assert_eq!(rows.iter().filter(|row| row.closed == Some(30)).count(), 2);
    assert_eq!(rows.iter().filter(|row| row.closed.is_none()).count(), 2);
    assert_eq!(tracker.dss_id(), Some(1_000_002));
}

#[test]
fn the_same_queue_gives_the_same_rows() {
    let queue = [mark::started(1), mark::opened(2, &opening("a:1")), event(3, 1), mark::no_data(9, None), event(12, 2)];
    let mut whole = tracker();
    queue.iter().for_each(|entry| feed(&mut whole, entry));
    let mut parts = tracker();
    let mut last = Vec::new();
    for entry in &queue {
        feed(&mut parts, entry);
        let rows = parts.take_rows();
        last = if rows.is_empty() { last } else { rows };
    }
    assert_eq!(whole.take_rows(), last);
}
