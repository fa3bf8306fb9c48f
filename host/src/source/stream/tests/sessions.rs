//! How sessions open and close.

use super::*;

/// A connection that ends is followed by another one at once.
#[tokio::test]
async fn the_life_of_a_stream() {
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.start(site.config());
    let (mut peer, after) = site.hello("a", r#","started":5,"time":1000000"#).await;
    assert_eq!(after, 0);
    peer.events(1..=3).await;
    peer.acked(3).await;
    drop(peer);
    let (mut peer, after) = site.hello("a", r#","started":5"#).await;
    assert_eq!(after, 3);
    peer.events(4..=4).await;
    peer.send(r#"{"shutdown":{},"seq":5,"time":1795347147000009}"#).await;
    peer.acked(5).await;
    assert_eq!(peer.rest().await, "");
    let (mut peer, after) = site.hello("a", r#","started":5"#).await;
    assert_eq!(after, 5);
    peer.events([6]).await;
    peer.acked(6).await;
    drop(peer);
    // The same numbers, but the source has restarted.
    let (peer, after) = site.hello("a", r#","started":6"#).await;
    assert_eq!(after, 6);
    drop(peer);
    // Other numbers: a restart as well. What is held is taken from where it begins.
    let (mut peer, after) = site.hello("b", "").await;
    assert_eq!(after, 0);
    peer.events([70, 71]).await;
    peer.acked(71).await;
    lane.stop().await;
    assert!(peer.rest().await.starts_with(r#"{"error":{"code":"stopping""#));
    lane.frames();
    assert_eq!(
        lane.shown(),
        [
            "opened First after 0",
            "E 1",
            "E 2",
            "E 3",
            "closed SourceClosed",
            "opened Reconnection after 3 lossless",
            "E 4",
            "closed SourceShutDown",
            "opened SourceRestarted after 5",
            "E 6",
            "closed SourceClosed",
            "opened SourceRestarted after 6",
            "closed SourceClosed",
            "opened SourceRestarted after 0",
            "E 70",
            "E 71",
            "closed Stopped",
        ]
    );
    let entries = lane.entries();
    let first = View::parse(&entries[0]).expect("valid");
    assert_eq!((first.text("capture"), first.source_time()), (Some("stream:a"), Some(1_000_000)));
    assert_eq!((first.text("server"), first.text("system")), (Some(site.address().as_str()), Some("ts")));
}

#[tokio::test]
async fn the_link_goes_and_comes() {
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.start(site.config());
    let (mut peer, _) = site.hello("a", r#","link":"down""#).await;
    peer.events(1..=1).await;
    // It is down already.
    peer.send(r#"{"link":"down","seq":2,"time":1}"#).await;
    peer.send(r#"{"link":"up","seq":3,"time":2}"#).await;
    peer.events(4..=4).await;
    peer.send(r#"{"link":"up","seq":5,"time":2}"#).await;
    peer.send(r#"{"link":"down","seq":6,"time":3}"#).await;
    peer.acked(6).await;
    drop(peer);
    // It came back while nobody was connected: the numbered line says so again.
    let (mut peer, after) = site.hello("a", r#","link":"up""#).await;
    assert_eq!(after, 6);
    peer.send(r#"{"link":"up","seq":7,"time":4}"#).await;
    peer.acked(7).await;
    lane.stop().await;
    let shown = [
        "opened First after 0",
        "LinkDown",
        "E 1",
        "Bookmark",
        "LinkUp",
        "opened SwitchReconnected after 3",
        "E 4",
        "Bookmark",
        "LinkDown",
        "closed SourceClosed",
        "LinkUp",
        "opened SwitchReconnected after 6",
        "Bookmark",
        "closed Stopped",
    ];
    assert_eq!(lane.words(true), shown);
    // The next daemon resumes after the bookmark.
    lane.start(site.config());
    let (_peer, after) = site.hello("a", "").await;
    assert_eq!(after, 7);
    lane.stop().await;
    assert_eq!(lane.shown()[10..], ["closed Stopped", "opened First after 7 lossless", "closed Stopped"]);
}

/// With the link down at the end of the queue, nothing is certain at the next start, bookmarks or not.
#[tokio::test]
async fn a_lost_switch_is_remembered() {
    for noise in [0, 5_000] {
        let (site, mut lane) = (Site::new().await, Lane::new());
        lane.start(site.config());
        let (mut peer, _) = site.hello("a", "").await;
        peer.send(r#"{"link":"down","seq":1}"#).await;
        peer.events(2..2 + noise).await;
        peer.acked(1 + noise).await;
        lane.kill().await;
        lane.start(site.config());
        let (_peer, after) = site.hello("a", "").await;
        assert_eq!(after, 1 + noise);
        lane.stop().await;
        assert_eq!(lane.shown()[2 + usize::try_from(noise).expect("small")], format!("opened First after {after}"));
    }
}

#[tokio::test]
async fn the_other_server_takes_over() {
    let (one, other, mut lane) = (Site::new().await, Site::new().await, Lane::new());
    lane.start(Config { backup: Some(other.address()), ..one.config() });
    let (mut peer, _) = one.hello("pair", r#","dbid":101"#).await;
    peer.events(1..=2).await;
    peer.acked(2).await;
    // The first one refuses us for a while, then the pair goes on with its numbers.
    drop(one);
    drop(peer);
    let (mut peer, after) = other.hello("pair", r#","dbid":102"#).await;
    assert_eq!(after, 2);
    peer.events(3..=3).await;
    peer.send(r#"{"primary":102,"seq":4,"time":9}"#).await;
    peer.send(r#"{"primary":101,"seq":5,"time":9}"#).await;
    peer.events(6..=6).await;
    peer.acked(6).await;
    lane.stop().await;
    let shown = [
        "opened First after 0",
        "E 1",
        "E 2",
        "closed SourceClosed",
        "opened Switchover after 2 lossless",
        "E 3",
        "closed SourceClosed",
        "opened Switchover after 5 lossless",
        "E 6",
        "closed Stopped",
    ];
    assert_eq!(lane.shown(), shown);
    let entries = lane.entries();
    let views: Vec<_> = entries.iter().map(|raw| View::parse(raw).expect("valid")).collect();
    let opened: Vec<_> = views.iter().filter(|view| view.kind() == Kind::SessionOpened).collect();
    let dbids: Vec<_> = opened.iter().map(|view| view.integer("dbid")).collect();
    assert_eq!(dbids, [Some(101), Some(102), Some(101)]);
    assert_eq!(opened[1].text("server"), Some(other.address().as_str()));
}

/// Two servers with numbers of their own, of which each is resumed where it was left.
#[tokio::test]
async fn each_server_has_its_numbers() {
    let (one, mut lane) = (Site::new().await, Lane::new());
    lane.known.insert("old".to_owned(), 40);
    lane.start(one.config());
    for (stream, expected, upto) in [("x", 0, 3), ("y", 0, 2), ("x", 3, 5), ("y", 2, 2), ("old", 40, 41), ("x", 5, 6)] {
        let (mut peer, after) = one.hello(stream, "").await;
        assert_eq!(after, expected, "{stream}");
        peer.events(after + 1..=upto).await;
        if upto > after {
            peer.acked(upto).await;
        }
    }
    lane.kill().await;
    // The database knows less than the queue, of another stream more.
    lane.known = BTreeMap::from([("x".to_owned(), 4), ("y".to_owned(), 9)]);
    lane.start(one.config());
    for (stream, expected) in [("x", 6), ("y", 9), ("old", 41), ("new", 0)] {
        let (_peer, after) = one.hello(stream, "").await;
        assert_eq!(after, expected, "{stream}");
    }
    lane.stop().await;
    lane.frames();
}

#[tokio::test]
async fn silence_is_noted_and_a_dead_link_is_found() {
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.start(Config { no_data_interval_secs: 1, keep_alive_secs: 2, keep_alive_timeout_secs: 1, ..site.config() });
    let (mut peer, _) = site.hello("a", "").await;
    for number in 1..=2 {
        peer.expect(&format!(r#"{{"ping":{number}}}"#)).await;
        peer.send(&format!(r#"{{"pong":{number}}}"#)).await;
    }
    peer.send(r#"{"ping":77}"#).await;
    peer.expect(r#"{"pong":77}"#).await;
    // Now it does not answer any more.
    peer.expect(r#"{"ping":3}"#).await;
    assert!(peer.rest().await.starts_with(r#"{"error":{"code":"silent""#));
    lane.closed(1).await;
    lane.stop().await;
    let shown = lane.shown();
    assert_eq!(shown[..3], ["opened First after 0", "SessionNoData", "SessionNoData"]);
    assert_eq!(shown.last().map(String::as_str), Some("closed KeepAliveLost"));
}

/// The conversation in the documentation, played as it stands there.
#[tokio::test]
async fn the_conversation_of_the_documentation() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/stream-protocol.md");
    let page = std::fs::read_to_string(page).expect("is there");
    let (_, conversation) = page.split_once("## A whole conversation").expect("has one");
    let lines: Vec<_> = conversation.split("```").nth(1).expect("a block").lines().skip(1).collect();
    let (site, mut lane) = (Site::new().await, Lane::new());
    lane.start(Config { expect_source: Some("tserver-a".to_owned()), ..site.config() });
    let mut peer = site.accept().await;
    for (at, line) in lines.iter().enumerate() {
        let next = lines.get(at + 1).copied().unwrap_or_default();
        if let Some(ours) = line.strip_prefix("▷ ") {
            peer.bytes(ours.replace('⏎', "\n").as_bytes()).await;
        } else if line.contains("resume_after") || (line.contains("ack") && !next.contains("ack")) {
            peer.expect(line.trim_start_matches("◁ ").trim_end_matches('⏎')).await;
        } else if line.contains("(cut)") {
            peer.stream.shutdown().await.expect("cut");
            peer = site.accept().await;
        } else if line.contains("(closed") {
            assert_eq!(peer.rest().await, "");
        }
    }
    lane.closed(2).await;
    lane.stop().await;
    let shown = [
        "opened First after 0",
        "EventRinging 1",
        "EventEstablished 2",
        "LinkDown",
        "LinkUp",
        "opened SwitchReconnected after 4",
        "closed SourceClosed",
        "opened Reconnection after 4 lossless",
        "EventReleased 5",
        "closed SourceShutDown",
    ];
    assert_eq!(lane.shown(), shown);
}
