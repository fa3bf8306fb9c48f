use super::super::pause::Gate;
use super::*;
use crate::event::{Builder, Kind};
use crate::queue::disk::SystemDisk;
use tempfile::TempDir;

struct Scene {
    _dir: TempDir,
    queue: Queue,
    letters: Letters,
    shared: Shared,
    clock: Clock,
}

impl Scene {
    /// A queue of ten events, all committed, of which the third is a letter.
    async fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let config = queue::Config {
            segment_bytes: 1 << 20,
            spare_segments: 1,
            ..queue::Config::new(dir.path().join("queue"), "pbx")
        };
        let (queue, _) = Queue::open(config, Arc::new(SystemDisk), 1).expect("a queue");
        let letters = Letters::new("pbx", &dir.path().join("dead-letters"));
        let shared = Shared::new(Arc::default(), Gate::new(dir.path()));
        let scene = Self { _dir: dir, queue, letters, shared, clock: Clock::manual(77).0 };
        for _ in 0..10 {
            append(&scene.queue, event().finish().expect("small")).await.expect("appended");
        }
        scene.shared.committed(10);
        scene.put(3, |_| {});
        scene
    }

    fn put(&self, seq: Seq, change: impl FnOnce(&mut DeadLetter)) {
        let mut letter = DeadLetter {
            lane: "pbx".into(),
            seq,
            stage: "plugin".into(),
            kind: "trap".into(),
            reason: "unreachable".into(),
            plugin: "evil 0".into(),
            time: 5,
            event: DeadLetter::event_of(&View::parse(&event().finish().expect("small")).expect("an event")),
            rows: Vec::new(),
            tried_at: None,
            replay: None,
        };
        change(&mut letter);
        self.letters.store.put(&letter).expect("writable");
    }

    async fn ask(&self, wish: Wish, seq: Seq) -> Option<String> {
        let answers = self.letters.fulfil(wish, &[seq], "anna", &self.queue, &self.shared, &self.clock).await;
        answers.into_iter().next().expect("an answer").refused
    }

    async fn settle(&self, committed: Seq) -> BTreeSet<Seq> {
        self.letters.settle(&self.queue, committed, &self.clock).await.expect("settled").dead
    }

    /// The letters, and whether each is on its way.
    fn kept(&self) -> Vec<(Seq, bool)> {
        let list = self.letters.store.list(None, 100).expect("readable").into_iter();
        list.filter_map(|found| {
            if let Found::Letter(letter) = found { Some((letter.seq, letter.replay.is_some())) } else { None }
        })
        .collect()
    }

    /// Positions of the entries of each letter.
    fn entries(&self) -> BTreeMap<Seq, Seq> {
        entries(&self.queue, 0, |_| true).expect("readable")
    }

    fn asked(after: Seq) -> Replay {
        Replay { after, asked: 6, by: "anna".into() }
    }
}

fn event() -> Builder {
    let mut event = Builder::new(Kind::Source, "Hangup", 30);
    event.text("Channel", "x");
    event
}

#[tokio::test]
async fn a_letter_is_asked_for_once() {
    let scene = Scene::new().await;
    assert_eq!(scene.ask(Wish::Replay, 3).await, None);
    assert_eq!((scene.entries(), scene.kept()), (BTreeMap::from([(3, 11)]), vec![(3, true)]));
    for wish in [Wish::Replay, Wish::Drop] {
        assert!(scene.ask(wish, 3).await.is_some_and(|words| words.contains("on its way")), "{wish:?}");
    }
    let at_rest = scene.letters.fulfil_at_rest(Wish::Replay, &[3], "anna", &scene.clock);
    assert!(at_rest[0].refused.is_some());
    assert!(scene.ask(Wish::Replay, 4).await.is_some_and(|words| words.contains("no such letter")));
    assert_eq!(scene.entries().len(), 1);
}

#[tokio::test]
async fn what_is_not_committed_waits() {
    let scene = Scene::new().await;
    scene.shared.committed(2);
    for wish in [Wish::Replay, Wish::Drop] {
        assert!(scene.ask(wish, 3).await.is_some_and(|words| words.contains("not committed")), "{wish:?}");
    }
    scene.shared.committed(10);
    scene.put(3, |letter| letter.tried_at = Some(12));
    assert!(scene.ask(Wish::Replay, 3).await.is_some_and(|words| words.contains("12 is not committed")));
    scene.shared.committed(12);
    assert_eq!(scene.ask(Wish::Drop, 3).await, None);
    assert!(scene.kept().is_empty());
}

/// Every moment at which the process may have ended, and what the next start makes of it.
#[tokio::test]
async fn a_start_finds_out_what_remains() {
    // Asked for, not in the queue.
    let scene = Scene::new().await;
    scene.put(3, |letter| letter.replay = Some(Scene::asked(10)));
    assert_eq!(scene.settle(10).await, BTreeSet::from([3]), "its event is not to be seen at its position");
    assert_eq!((scene.entries(), scene.kept()), (BTreeMap::from([(3, 11)]), vec![(3, true)]));
    // In the queue, not committed: again and again.
    for _ in 0..3 {
        scene.settle(10).await;
    }
    assert_eq!((scene.entries(), scene.kept()), (BTreeMap::from([(3, 11)]), vec![(3, true)]));
    // Refused again, not committed: the entry will be mapped once more.
    scene.put(3, |letter| letter.tried_at = Some(11));
    assert_eq!(scene.settle(10).await, BTreeSet::from([3]), "the entry is still to be seen");
    assert_eq!((scene.entries().len(), scene.kept()), (1, vec![(3, true)]));
    // That time it went well, but the letter could not be removed in time.
    scene.settle(11).await;
    assert_eq!((scene.entries().len(), scene.kept()), (1, vec![]));
    // Refused again and committed: it stays.
    scene.put(3, |letter| letter.tried_at = Some(11));
    scene.settle(11).await;
    assert_eq!((scene.entries().len(), scene.kept()), (1, vec![(3, false)]));
    // Asked for another time, while no daemon ran: what lies before is another attempt.
    let answers = scene.letters.fulfil_at_rest(Wish::Replay, &[3], "anna", &scene.clock);
    assert_eq!(answers[0].refused, None);
    scene.settle(11).await;
    assert_eq!((scene.entries(), scene.kept()), (BTreeMap::from([(3, 12)]), vec![(3, true)]));
}

#[tokio::test]
async fn what_was_rejected_may_be_seen_again() {
    let scene = Scene::new().await;
    scene.put(5, |letter| (letter.kind, letter.tried_at) = ("rejected".into(), Some(7)));
    scene.put(6, |letter| letter.stage = "idb".into());
    let settled = scene.letters.settle(&scene.queue, 10, &scene.clock).await.expect("settled");
    assert_eq!(settled, Settled { dead: BTreeSet::from([3]), rejected: BTreeSet::from([5, 7]) });
}

#[tokio::test]
async fn a_letter_of_what_will_be_mapped_again_goes() {
    let scene = Scene::new().await;
    scene.put(9, |_| {});
    scene.put(40, |_| {});
    assert_eq!(scene.settle(8).await, BTreeSet::from([3, 40]), "of a queue that holds it no more, it stays");
    assert_eq!(scene.kept(), [(3, false), (40, false)]);
}

#[tokio::test]
async fn letters_that_cannot_go_say_why() {
    let scene = Scene::new().await;
    scene.put(5, |letter| letter.event = serde_json::json!({"kind": "tick", "name": "Tick", "received": 1}));
    scene.put(6, |letter| letter.stage = "idb".into());
    scene.put(7, |letter| letter.event = serde_json::json!({"name": 5}));
    for (seq, words) in [(5, "no event of the source"), (6, "did not keep the rows"), (7, "cannot be read")] {
        let told = scene.ask(Wish::Replay, seq).await;
        assert!(told.as_ref().is_some_and(|told| told.contains(words)), "{seq}: {told:?}");
    }
    // One that was changed after it was asked for is let go of.
    scene.put(7, |letter| (letter.event, letter.replay) = (serde_json::json!(null), Some(Scene::asked(7))));
    scene.settle(10).await;
    assert_eq!(scene.kept(), [(3, false), (5, false), (6, false), (7, false)]);
    assert!(scene.entries().is_empty());
    assert_eq!(gone_again(&scene.queue, 0).expect("readable"), BTreeSet::new());
}
