use super::*;

fn sample() -> Vec<u8> {
    let mut builder = Builder::new(Kind::Source, "QueueCallerJoin", 17);
    builder.time(16).sequence(99).text("Queue", "support").integer("Count", -3);
    builder.list("UserData", [("segment", "göld"), ("empty", "")]).text("Queue", "again").text("", "");
    builder.finish().expect("small")
}

#[test]
fn round_trip() {
    let bytes = sample();
    assert_eq!(bytes.len() % 8, 0);
    let view = View::parse(&bytes).expect("valid");
    assert_eq!((view.kind(), view.name(), view.time(), view.received()), (Kind::Source, "QueueCallerJoin", 16, 17));
    assert_eq!(view.sequence(), Some(99));
    assert_eq!(view.text("Queue"), Some("support"));
    assert_eq!(view.integer("Count"), Some(-3));
    let Some(Value::List(pairs)) = view.get("UserData") else { panic!("no list") };
    assert_eq!(pairs.collect::<Vec<_>>(), [("segment", "göld"), ("empty", "")]);
    assert_eq!(
        view.attributes().map(|(name, _)| name).collect::<Vec<_>>(),
        ["Queue", "Count", "UserData", "Queue", ""]
    );
}

#[test]
fn events_of_a_batch_stand_one_after_another() {
    let mut batch = sample();
    Builder::new(Kind::Tick, "", 5).append_to(&mut batch).expect("small");
    let kinds: Vec<_> = Views::new(&batch).map(|view| view.expect("valid").kind()).collect();
    assert_eq!(kinds, [Kind::Source, Kind::Tick]);
}

#[test]
fn too_large_is_refused_and_leaves_nothing() {
    let mut out = Vec::new();
    let big = "x".repeat(MAX_EVENT_BYTES);
    let mut builder = Builder::new(Kind::Source, "Big", 0);
    assert!(builder.text("a", &big).append_to(&mut out).is_err());
    assert!(out.is_empty());
}

/// Every single-byte change and every cut of a valid event is either refused or readable without a panic.
#[test]
fn hostile_bytes_never_panic() {
    let good = sample();
    let touch = |bytes: &[u8]| {
        for view in Views::new(bytes).flatten() {
            let _ = format!("{view:?}");
        }
    };
    for at in 0..good.len() {
        touch(good.get(..at).unwrap_or_default());
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut bad = good.clone();
            if let Some(byte) = bad.get_mut(at) {
                *byte = value;
            }
            touch(&bad);
        }
    }
}

#[cfg(feature = "json")]
#[test]
fn json_round_trip() {
    let bytes = sample();
    let line = json::to_json(&View::parse(&bytes).expect("valid")).to_string();
    assert_eq!(json::from_json(&line).expect("valid").finish().expect("small"), bytes);
}
