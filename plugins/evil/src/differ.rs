//! What a plugin must not depend on: the cases are listed in the header of the crate.

use std::cell::RefCell;

thread_local! {
    static HIDDEN: RefCell<Hidden> = RefCell::default();
}

/// What no snapshot holds.
#[derive(Default)]
struct Hidden {
    calls: u64,
    /// Events of the batch under way.
    events: u64,
    seen: u64,
    snapshots: u64,
    restored: bool,
}

/// `map` was called.
pub(crate) fn called(batch: &[u8]) {
    let events = concentrator_event::Views::new(batch).count() as u64;
    HIDDEN.with_borrow_mut(|hidden| {
        hidden.calls += 1;
        hidden.events = events;
        hidden.seen += events;
    });
}

/// `restore` was called.
pub(crate) fn restored() {
    HIDDEN.with_borrow_mut(|hidden| hidden.restored = true);
}

/// `snapshot` was called: how often by now.
pub(crate) fn snapshots() -> u64 {
    HIDDEN.with_borrow_mut(|hidden| {
        hidden.snapshots += 1;
        hidden.snapshots
    })
}

/// What the case makes of the row; `seen` is honest state.
pub(crate) fn word(case: &str, seen: u64) -> Option<String> {
    HIDDEN.with_borrow(|hidden| {
        let number = match case {
            "differs-by-calls" => hidden.calls,
            "differs-by-batch" => hidden.events,
            "differs-by-hidden" => hidden.seen,
            "differs-by-snapshot" => hidden.snapshots,
            "differs-by-restore" => hidden.restored.into(),
            "differs-by-address" => address(hidden.calls),
            "differs-by-memory" => memory(),
            "counts" | "snapshot-grows" | "restore-lies" => seen,
            _ => return None,
        };
        Some(format!("{case} {number}"))
    })
}

/// Where something new comes to lie; what was there before it depends on the calls so far.
fn address(calls: u64) -> u64 {
    let kept: &'static mut [u64] = Box::leak(vec![calls; 64].into_boxed_slice());
    kept.as_ptr().addr() as u64
}

/// The sum of what earlier calls have left in the memory.
fn memory() -> u64 {
    let left = Vec::<u8>::with_capacity(64 << 10);
    // SAFETY: not at all: nobody has written these bytes in this call.
    #[expect(unsafe_code, reason = "the crime")]
    let bytes = unsafe { std::slice::from_raw_parts(std::hint::black_box(left.as_ptr()), left.capacity()) };
    bytes.iter().map(|byte| u64::from(*byte)).sum()
}
