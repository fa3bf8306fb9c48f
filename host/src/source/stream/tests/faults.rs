//! Cuts, kills, gaps, repeats, garbage and a full queue.

use super::*;

#[tokio::test]
async fn what_is_acknowledged_is_on_disk() {
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.start(site.config());
    let (mut peer, _) = site.hello("a", "").await;
    for number in 1..=200 {
        peer.events([number]).await;
        peer.acked(number).await;
        assert_eq!(lane.numbers().last(), Some(&number));
    }
    lane.stop().await;
}

#[tokio::test]
async fn a_gap_ends_the_session() {
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.start(site.config());
    let (mut peer, _) = site.hello("a", "").await;
    peer.events([1, 2, 2, 1, 5, 6, 4, 9]).await;
    peer.acked(9).await;
    drop(peer);
    let (mut peer, after) = site.hello("a", "").await;
    assert_eq!(after, 9);
    peer.events([11]).await;
    peer.acked(11).await;
    lane.kill().await;
    lane.start(site.config());
    let (mut peer, after) = site.hello("a", "").await;
    assert_eq!(after, 11);
    peer.events([9, 10, 11]).await;
    peer.acked(11).await;
    lane.stop().await;
    lane.frames();
    let shown = [
        "opened First after 0",
        "E 1",
        "E 2",
        "closed EventsLost",
        "opened Reconnection after 4",
        "E 5",
        "E 6",
        "closed EventsLost",
        "opened Reconnection after 8",
        "E 9",
        "closed SourceClosed",
        "opened Reconnection after 9 lossless",
        "closed EventsLost",
        "opened Reconnection after 10",
        "E 11",
        "opened First after 11 lossless",
        "closed Stopped",
    ];
    assert_eq!(lane.shown(), shown);
    assert_eq!(lane.count(|counters| &counters.repeated), 6);
    assert_eq!((lane.count(|counters| &counters.gaps), lane.count(|counters| &counters.missing)), (3, 5));
}

/// An event's line, sent up to each of its bytes, then the connection is cut.
#[tokio::test]
async fn cut_at_every_byte() {
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.start(site.config());
    let (mut number, mut cut) = (1, 0);
    while cut <= event(number).len() {
        let (mut peer, after) = site.hello("a", "").await;
        assert!(after + 1 == number || after == number, "{after} {number}");
        number = after + 1;
        peer.bytes(&event(number).as_bytes()[..cut]).await;
        cut += 1;
    }
    let (mut peer, after) = site.hello("a", "").await;
    peer.events([after + 1]).await;
    peer.acked(after + 1).await;
    lane.stop().await;
    lane.frames();
    assert_eq!(lane.numbers(), (1..=after + 1).collect::<Vec<_>>());
    assert_eq!(lane.count(|counters| &counters.malformed) + lane.count(|counters| &counters.gaps), 0);
}

/// Cuts at random bytes, the daemon stopped or killed in between; the source sends again what was not acknowledged.
#[tokio::test]
async fn restarts_lose_and_double_nothing() {
    let (site, mut lane, mut state) = (Site::new().await, Lane::new(), 11_u64);
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) % below
    };
    lane.start(site.config());
    let total = 12_000;
    loop {
        let (mut peer, after) = site.hello("a", "").await;
        if after >= total {
            break;
        }
        // Some that are known, too.
        let from = (after + 1).saturating_sub(random(3)).max(1);
        let text: String = (from..=(after + 1 + random(1_500)).min(total)).map(event).collect();
        let upto = usize::try_from(random(text.len() as u64 + 1)).expect("small");
        let text = if random(4) == 0 { &text } else { text.get(..upto).expect("ASCII") };
        peer.bytes(text.as_bytes()).await;
        match random(5) {
            0 => lane.kill().await,
            1 => lane.stop().await,
            _ => continue,
        }
        drop(peer);
        lane.start(site.config());
    }
    lane.stop().await;
    assert_eq!(lane.numbers(), (1..=total).collect::<Vec<_>>());
    assert_eq!(lane.count(|counters| &counters.gaps), 0);
    // Every session but the first of all went on without a loss.
    let opened: Vec<_> = lane.shown().into_iter().filter(|it| it.starts_with("opened")).collect();
    assert!(opened.iter().filter(|it| !it.ends_with("after 0")).all(|it| it.ends_with("lossless")), "{opened:?}");
}

/// Long ago there was another stream; bookmarks of this one are near.
#[tokio::test]
async fn a_queue_tells_where_to_resume() {
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.start(site.config());
    for (stream, upto) in [("x", 9_000), ("y", 7_777), ("z", 1)] {
        let (mut peer, _) = site.hello(stream, "").await;
        peer.events(1..=upto).await;
        peer.acked(upto).await;
    }
    lane.stop().await;
    for (stream, expected) in [("x", 9_000), ("y", 7_777), ("z", 1), ("unknown", 0), ("y", 7_777)] {
        let mut past = Past::open(&Inlet::new(lane.queue.clone()), BTreeMap::new());
        let inlet = Inlet::new(lane.queue.clone());
        let reached =
            past.reached(&inlet, stream, &CancellationToken::new()).await.expect("reads").expect("not stopped");
        assert_eq!(reached.map_or(0, |reached| reached.number), expected, "{stream}");
    }
    assert!(lane.words(true).iter().filter(|it| *it == "Bookmark").count() >= 15);
}

#[tokio::test]
async fn garbage_costs_what_it_is() {
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.start(Config { line_bytes_max: 5_000, unreadable_lines_max: 3, ..site.config() });
    let (mut peer, _) = site.hello("a", "").await;
    let long = "x".repeat(300_000);
    let deep = "[".repeat(2_000);
    for line in [
        event(1).trim_end().as_bytes(),
        b"{\"seq\":2,\"event\":\"E\",",
        b"what",
        b"{\"event\":\"E\",\"time\":3}",
        format!("{{\"event\":\"E\",\"seq\":3,\"attributes\":{{\"a\":\"{long}\"}}}}").as_bytes(),
        format!("{{\"event\":\"E\",\"seq\":4,\"attributes\":{{\"a\":{deep}").as_bytes(),
        b"{\"event\":\"E\",\"seq\":5,\"seq\":6}",
        b"\xff\xfe",
        b"{\"event\":\"J\xf6rg\",\"seq\":5,\"attributes\":{\"a\":\"\\u0000\\ud800\"}}\r",
        b"",
        b"{\"event\":\"A\0\",\"seq\":6}",
        b"{\"seq\":6,\"new\":{\"seq\":9}}",
        b"{\"seq\":7,\"event\":\"E\",\"attributes\":{\"a\":1,\"a\":\"2\"}}",
    ] {
        peer.bytes(line).await;
        peer.bytes(b"\n").await;
    }
    peer.acked(7).await;
    peer.bytes(b"1\n2\n3\n").await;
    peer.expect("{\"error\":{\"code\":\"protocol\",\"text\":\"too many lines cannot be read, the last one: no object at byte 0\"}}").await;
    assert_eq!(peer.rest().await, "");
    let (mut peer, after) = site.hello("a", "").await;
    assert_eq!(after, 7);
    peer.send(r#"{"hello":{"protocol":1,"source":"ts","stream":"a"}}"#).await;
    assert!(peer.rest().await.contains("a second hello"));
    lane.closed(2).await;
    lane.stop().await;
    let shown = [
        "opened First after 0",
        "E 1",
        "MalformedEvent 2",
        "MalformedEvent 3",
        "MalformedEvent 4",
        "J\u{fffd}rg 5",
        "MalformedEvent 6",
        "E 7",
        "closed ProtocolError",
        "opened Reconnection after 7 lossless",
        "closed ProtocolError",
    ];
    assert_eq!(lane.shown()[..11], shown);
    assert_eq!(lane.count(|counters| &counters.malformed), 4);
    assert_eq!(lane.count(|counters| &counters.unreadable), 8);
    assert_eq!(lane.count(|counters| &counters.invalid_utf8), 2);
}

/// A line of the longest kind whose lists, made flat, would be larger than what the queue takes.
#[tokio::test]
async fn an_event_that_no_segment_holds_is_malformed() {
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.start(site.config());
    let (mut peer, _) = site.hello("a", "").await;
    for (number, count) in [(1, 10_000), (2, 70_000), (3, 100)] {
        let list: String = (0..count).map(|_| r#""a":1,"#).collect();
        peer.send(&format!(r#"{{"event":"E","seq":{number},"attributes":{{{list}"b":2}}}}"#)).await;
    }
    let (key, pairs) = ("k".repeat(90_000), r#""a":1,"#.repeat(50_000));
    peer.send(&format!(r#"{{"event":"E","seq":4,"attributes":{{"L":{{"{key}":{{{pairs}"z":1}}}}}}}}"#)).await;
    peer.acked(4).await;
    lane.stop().await;
    assert_eq!(lane.shown()[1..5], ["E 1", "MalformedEvent 2", "E 3", "MalformedEvent 4"]);
}

/// The queue is full: nothing is read, but the source hears that we live; with room again all goes on.
#[tokio::test]
async fn a_full_queue_holds_the_source_back() {
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.reopen(3 << 20).await;
    lane.start(Config { keep_alive_secs: 1, ..site.config() });
    let (peer, _) = site.hello("a", "").await;
    let mut watch = lane.queue.watch();
    let total = 60_000;
    let (mut reader, mut writer) = {
        let (reader, writer) = tokio::io::split(peer.stream.into_inner());
        (BufReader::new(reader), writer)
    };
    let text: String = (1..=total).map(event).collect();
    let sending = tokio::spawn(async move {
        let _ = writer.write_all(text.as_bytes()).await;
        writer
    });
    soon(watch.wait_for(|progress| progress.refusing.is_some())).await.expect("the queue is open");
    // Two pings while nothing of what was sent is answered.
    let (mut pings, mut acked, mut line) = (0, 0, String::new());
    while pings < 2 {
        line.clear();
        assert_ne!(soon(reader.read_line(&mut line)).await.expect("read"), 0);
        pings += u32::from(line.starts_with("{\"ping\""));
        if let Some(number) = line.strip_prefix("{\"ack\":").and_then(|it| it.trim_end().strip_suffix('}')) {
            acked = number.parse().expect("a number");
        }
    }
    assert!(acked < total && watch.borrow().refusing.is_some());
    // The source gives up in the meantime; then there is room.
    sending.abort();
    drop((reader, sending.await));
    let queue = lane.queue.clone();
    let releasing = tokio::spawn(async move {
        let mut watch = queue.watch();
        loop {
            queue.release(queue.positions().durable);
            if watch.changed().await.is_err() {
                return;
            }
        }
    });
    let (_peer, after) = site.hello("a", "").await;
    assert!(after >= acked);
    lane.stop().await;
    releasing.abort();
    // What was taken but not yet on disk may be sent again: it goes on after that.
    let shown: Vec<_> = lane.shown().into_iter().filter(|it| !it.starts_with("E ")).collect();
    let goes_on = |pair: &[String]| {
        let number = pair[1].strip_prefix("opened Reconnection after ").and_then(|it| it.strip_suffix(" lossless"));
        pair[0] == "closed EventsLost" && number.is_some_and(|number| number.parse::<u64>().is_ok_and(|it| it >= after))
    };
    assert!(shown.windows(2).any(goes_on), "{shown:?}");
}

/// A stop while the queue is full gives events up; room that comes a moment later takes the last mark, and no more.
#[tokio::test]
async fn what_was_given_up_is_not_acknowledged() {
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.reopen(3 << 20).await;
    lane.start(site.config());
    let (peer, _) = site.hello("a", "").await;
    let (mut reader, mut writer) = tokio::io::split(peer.stream.into_inner());
    let text: String = (1..=60_000).map(event).collect();
    let sending = tokio::spawn(async move { writer.write_all(text.as_bytes()).await });
    let mut watch = lane.queue.watch();
    soon(watch.wait_for(|progress| progress.refusing.is_some())).await.expect("the queue is open");
    let (running, stop) = lane.running.take().expect("running");
    stop.cancel();
    let given_up = async {
        while lane.count(|counters| &counters.given_up) == 0 {
            tokio::task::yield_now().await;
        }
    };
    soon(given_up).await;
    lane.queue.release(lane.queue.positions().durable);
    let mut said = String::new();
    let _ = soon(reader.read_to_string(&mut said)).await;
    soon(running).await.expect("joined").expect("no error");
    sending.abort();
    let acked = said.lines().rfind(|line| line.contains("ack")).expect("some are");
    let numbers = lane.numbers();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1));
    let last = *numbers.last().expect("some are there");
    let acked: u64 = acked.trim_start_matches(r#"{"ack":"#).trim_end_matches('}').parse().expect("a number");
    assert!(acked <= last, "{acked} {last}");
    assert_eq!(lane.shown().last().map(String::as_str), Some("closed Stopped"));
    lane.start(site.config());
    let (_peer, after) = site.hello("a", "").await;
    assert_eq!(after, last);
    lane.stop().await;
}

/// Numbers are missing while the link is down: it still is in the session that opens.
#[tokio::test]
async fn a_gap_while_the_link_is_down() {
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.start(site.config());
    let (mut peer, _) = site.hello("a", "").await;
    peer.events([1]).await;
    peer.send(r#"{"link":"down","seq":2}"#).await;
    peer.events([4]).await;
    peer.send(r#"{"primary":9,"seq":5}"#).await;
    peer.send(r#"{"link":"up","seq":6}"#).await;
    peer.acked(6).await;
    lane.stop().await;
    let shown = [
        "opened First after 0",
        "E 1",
        "LinkDown",
        "closed EventsLost",
        "opened Reconnection after 3",
        "LinkDown",
        "E 4",
        "closed SourceClosed",
        "opened Switchover after 5",
        "LinkDown",
        "LinkUp",
        "opened SwitchReconnected after 6",
        "closed Stopped",
    ];
    assert_eq!(lane.shown(), shown);
}

/// Bytes changed at random in what a source says: what is in the queue is in order, and what is acknowledged is there.
#[tokio::test]
async fn damage_keeps_the_numbers_in_order() {
    let (site, mut lane, mut state) = (Site::new().await, Lane::new(), 5_u64);
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(state >> 33).expect("small") % below
    };
    lane.start(site.config());
    for round in 0..150 {
        let (peer, after) = site.hello(if round % 50 < 40 { "a" } else { "b" }, "").await;
        let mut bytes: Vec<u8> = (after + 1..after + 40).flat_map(|number| said(number).into_bytes()).collect();
        for _ in 0..random(6) {
            let (at, with) = (random(bytes.len()), b"\0\n\"\\{}[],:0a\xff"[random(13)]);
            bytes[at] = with;
        }
        let (mut reader, mut writer) = tokio::io::split(peer.stream.into_inner());
        let _ = soon(writer.write_all(&bytes)).await;
        let _ = soon(writer.shutdown()).await;
        let mut answers = String::new();
        let _ = soon(reader.read_to_string(&mut answers)).await;
        drop((reader, writer));
        let ack = |line: &str| line.strip_prefix("{\"ack\":")?.strip_suffix('}')?.parse::<u64>().ok();
        let acks: Vec<_> = answers.lines().filter_map(ack).collect();
        assert!(acks.is_sorted(), "{acks:?}");
        if round % 17 == 0 {
            lane.kill().await;
            lane.start(site.config());
        }
    }
    lane.stop().await;
    lane.frames();
    let (mut last, mut stream) = (BTreeMap::<String, u64>::new(), String::new());
    for raw in lane.entries() {
        let view = View::parse(&raw).expect("valid");
        stream = view.text("capture").map_or(stream, str::to_owned);
        let before = last.entry(stream.clone()).or_default();
        if view.kind() == Kind::Source {
            assert_eq!(view.sequence(), Some(*before + 1), "{:?}", lane.shown());
        }
        let resumed = view.integer("resumed_at").and_then(|number| u64::try_from(number).ok());
        *before = (*before).max(view.sequence().or(resumed).unwrap_or_default());
    }
    assert!(lane.count(|counters| &counters.malformed) > 50 && lane.count(|counters| &counters.gaps) > 20);
}

/// A line of a source that says all kinds of things.
fn said(number: u64) -> String {
    match number % 13 {
        3 => format!("{{\"link\":\"down\",\"seq\":{number}}}\n"),
        5 => format!("{{\"link\":\"up\",\"seq\":{number}}}\n"),
        7 => format!("{{\"primary\":{},\"seq\":{number}}}\n", 100 + number % 2),
        _ => event(number),
    }
}
