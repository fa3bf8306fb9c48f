//! Versions of the interface that were released: they stay as they are, and plugins that were built for them run.

use super::{ROLES, batch, calls, engine, event, file, lane, limits};
use crate::plugin::bindings::OFFERED;
use crate::plugin::version::examine;
use crate::plugin::{Plugin, WIT_VERSION, World};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Digests of what was released.
const RELEASED: &[(&str, &str)] = &[
    ("wit/released/0.1.0/mapping.wit", "79b12215513099c54490b232205b44405007b9d505df51fdbeca8dcd23dd7c0d"),
    ("wit/released/0.1.0/rows.wit", "0f50bc5c8c40bc723ae0696c302603c083c8aa50b03725fa995c38122f78963d"),
];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

fn digest(name: &str) -> String {
    Sha256::digest(std::fs::read(path(name)).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The plugin of the first version, as it was built then.
pub(super) fn first() -> Plugin {
    Plugin::load(engine(), &path("tests/data/released/0.1.0/first.wasm")).unwrap()
}

#[test]
fn released_versions_never_change() {
    for (name, expected) in RELEASED {
        assert_eq!(digest(name), *expected, "{name} was released and must stay as it is; make a new version");
    }
    let told = read("tests/data/released/0.1.0/README.md");
    assert!(told.contains(&digest("tests/data/released/0.1.0/first.wasm")), "{told}");
}

/// A version that has a folder among the released ones is one: the newest has none until it is.
#[test]
fn the_version_under_work_is_not_released() {
    let mapping = read("wit/mapping.wit");
    assert!(mapping.contains(&format!("\npackage concentrator:mapping@{WIT_VERSION};\n")), "{WIT_VERSION}");
    let released = path("wit/released").join(WIT_VERSION);
    if released.exists() {
        for name in ["mapping.wit", "rows.wit"] {
            assert_eq!(
                read(&format!("wit/{name}")),
                std::fs::read_to_string(released.join(name)).unwrap(),
                "{name}: {WIT_VERSION} is released; a change needs a new version"
            );
        }
    }
    for version in std::fs::read_dir(path("wit/released")).unwrap() {
        let version = version.unwrap().file_name().into_string().unwrap();
        assert!(read(&format!("wit/released/{version}/mapping.wit")).contains(&format!("mapping@{version};")));
        let prefix = format!("wit/released/{version}/");
        assert!(RELEASED.iter().any(|(name, _)| name.starts_with(&prefix)), "{version}: its digests are missing above");
        assert!(OFFERED.contains(&version.as_str()), "{version} was released: {OFFERED:?}");
    }
}

#[test]
fn a_plugin_of_the_first_version_runs() {
    let bytes = std::fs::read(path("tests/data/released/0.1.0/first.wasm")).unwrap();
    let examined = examine(&bytes).unwrap();
    assert_eq!((examined.version, examined.world), ("0.1.0", World::Mapper));
    let old = first();
    assert_eq!((old.wit_version(), old.world(), old.description().name.as_str()), ("0.1.0", World::Mapper, "first"));
    assert!(old.description().custom.is_empty());
    let open = |plugin: &Plugin| plugin.open(&lane(), "{}", ROLES, &limits()).unwrap();
    let mut instance = open(&old);
    let output = instance.map(&batch(), 4).unwrap();
    assert_eq!(calls(&output), ["c0", "c1", "c2", "c3"]);
    let state = instance.snapshot().unwrap();
    assert_eq!(state, 4_i64.to_le_bytes());
    let mut next = open(&old);
    next.restore(1, &state).unwrap();
    let rest = [event("Good", "c4"), event("Reject", "c5")].concat();
    let expected = instance.map(&rest, 2).unwrap();
    assert_eq!(expected.rejections, [(1, "asked to".to_owned())]);
    assert_eq!(next.map(&rest, 2).unwrap(), expected);
    // Built today, it is the same plugin.
    let today = Plugin::load(engine(), &file("first")).unwrap();
    assert_eq!((today.wit_version(), today.description()), ("0.1.0", old.description()));
    assert_eq!(open(&today).map(&batch(), 4).unwrap(), output);
}
