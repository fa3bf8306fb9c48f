//! Takeovers between two versions of the crate `evil` that count events differently.

use super::*;
use crate::event::{Builder, Kind};
use crate::lane::pause::Gate;
use crate::plugin::{Engine, EngineConfig, LaneInfo, Link, Plugin};
use crate::queue::{self, disk::SystemDisk};
use crate::record::{Role, Value};
use std::path::{Path, PathBuf};

struct Scene {
    dir: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    setting: Setting,
    engine: Engine,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = queue::Config {
            segment_bytes: 1 << 20,
            spare_segments: 1,
            ..queue::Config::new(dir.path().join("queue"), "pbx")
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let queue = runtime.block_on(async { Queue::open(config, Arc::new(SystemDisk), 1).unwrap().0 });
        let lane = LaneInfo { name: "pbx".to_owned(), dbid: 201, switch_dbid: 301, tenant_dbid: 1 };
        let opening = Opening { lane, roles: Role::ALL.to_vec(), limits: crate::config::Plugins::default().limits() };
        let setting = Setting {
            source: "pbx".to_owned(),
            opening,
            queue,
            shared: Arc::new(Shared::new(Arc::default(), Gate::new(dir.path()))),
            abort: CancellationToken::new(),
        };
        Self { dir, runtime, setting, engine: Engine::new(EngineConfig { cache_dir: None }).unwrap() }
    }

    /// The version that counts each event as so many.
    fn links(&self, step: u8, case: &str) -> Links {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/guests");
        let guests = std::env::var_os("CONCENTRATOR_GUESTS_DIR").map_or(beside, PathBuf::from);
        let mut bytes = std::fs::read(guests.join("evil.wasm")).expect("built by `cargo xtask guests`");
        let at = bytes.windows(6).position(|bytes| bytes == b"step=1").expect("the constant");
        bytes[at + 5] = b'0' + step;
        let file = self.dir.path().join(format!("step-{step}.wasm"));
        std::fs::write(&file, bytes).unwrap();
        let plugin = Arc::new(Plugin::load(&self.engine, &file).unwrap());
        Links::new(Link { plugin, config: format!("{{\"case\":\"{case}\"}}").into() }, Vec::new()).unwrap()
    }

    fn append(&self, count: usize) {
        let mut bytes = Vec::new();
        for _ in 0..count {
            Builder::new(Kind::Source, "Evil", 5).text("callid", "c").append_to(&mut bytes).unwrap();
        }
        self.runtime.block_on(async {
            self.setting.queue.append(bytes).await.unwrap().durable().await.unwrap();
        });
    }

    /// Maps what is in the queue and not mapped; gives what the last event's row says.
    fn map(&self, guest: &mut Guest) -> String {
        let mut buffer = Vec::new();
        let mut reader = self.setting.queue.reader(guest.next());
        let Read::Batch { last, .. } = reader.read(READ_EVENTS, READ_BYTES, &mut buffer, Duration::ZERO).unwrap()
        else {
            panic!("nothing is there to map")
        };
        let views = views(&buffer).unwrap();
        let output = guest.call(&views, &Vec::from_iter(0..views.len())).unwrap();
        guest.has_reached(last + 1);
        self.setting.shared.mapped(last);
        let mut texts = output.rows.iter().flat_map(|(_, row)| &row.values).filter_map(|value| match value {
            Value::Text(text) if text.starts_with("counts") || text.starts_with("snapshot-grows") => Some(text),
            _ => None,
        });
        texts.next_back().cloned().unwrap_or_default()
    }
}

/// Two events before a snapshot, three after it, a takeover, one event.
fn taken_over(case: &str) -> String {
    let scene = Scene::new();
    let mut guest = Guest::new(scene.setting.clone(), scene.links(1, case), None, Judged::default());
    guest.rebuild(1).unwrap();
    scene.append(2);
    scene.map(&mut guest);
    guest.keep_snapshot(guest.next() - 1);
    scene.append(3);
    assert_eq!(scene.map(&mut guest), format!("{case} 5"));
    let before = guest.successor(guest.links().clone(), false);
    let mut successor = guest.successor(scene.links(3, case), false).prepare(Some(before)).unwrap();
    successor.take_over(&mut guest).unwrap();
    assert_eq!(successor.last_snapshot().map(|taken| taken.seq), Some(5), "after a crash it begins there, too");
    scene.append(1);
    scene.map(&mut successor)
}

#[test]
fn what_was_mapped_before_is_not_mapped_again() {
    assert_eq!(taken_over("counts"), "counts 8", "a small state, handed over");
    assert_eq!(taken_over("snapshot-grows"), "snapshot-grows 8", "a large one, of a copy");
}

#[test]
fn those_that_give_no_state_can_be_replaced() {
    let scene = Scene::new();
    let mut guest = Guest::new(scene.setting.clone(), scene.links(1, "snapshot-trap"), None, Judged::default());
    guest.rebuild(1).unwrap();
    scene.append(2);
    scene.map(&mut guest);
    let before = guest.successor(guest.links().clone(), false);
    let mut successor = guest.successor(scene.links(3, "counts"), false).prepare(Some(before)).unwrap();
    successor.take_over(&mut guest).unwrap();
    scene.append(1);
    assert_eq!(scene.map(&mut successor), "counts 9", "as if it had mapped all of them");
}
