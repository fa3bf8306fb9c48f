//! No user event makes the plugin fail, whatever it holds.
#![allow(clippy::unwrap_used, reason = "tests")]

use callbacks::Callbacks;
use concentrator_event::Builder;
use concentrator_sdk::{Enricher, Kind, testing};

/// A generator of numbers that is the same everywhere (xorshift).
struct Dice(u64);

impl Dice {
    fn roll<'a>(&mut self, of: &[&'a str]) -> &'a str {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        of[usize::try_from(self.0 % of.len() as u64).unwrap()]
    }
}

#[test]
fn any_user_event_is_survived() {
    let long = "ü".repeat(4000);
    let ids = ["1", "2", "3", "", "\0", "ä\u{301}", long.as_str()];
    let states = ["requested", "OFFERED", "accepted", "done", "failed", "cancelled", "lost", "", "what", &long];
    let dues = ["", "0", "-1", "1800000000", "9223372036854775807", "tomorrow", &long];
    let mut dice = Dice(0x00c0_ffee);
    let mut callbacks = Callbacks::open(testing::lane(), "").unwrap();
    let mut rows = 0;
    for round in 0..5_000_i64 {
        let time = if round % 17 == 0 { i64::MAX - round } else { round * 3_600_000_000 };
        let mut event = Builder::new(Kind::Source, dice.roll(&["UserEvent", "EventUserEvent", "Other"]), time);
        let (id, state, due) = (dice.roll(&ids), dice.roll(&states), dice.roll(&dues));
        let pairs = [("CallbackID", id), ("CallbackState", state), ("CallbackDue", due), ("CallbackPhone", &long)];
        if round % 2 == 0 {
            event.list("UserData", pairs);
        } else {
            for (key, value) in pairs {
                event.text(key, value);
            }
        }
        rows += testing::enrich(&mut callbacks, &[event.finish().unwrap()], &[], 0).len();
        let state = callbacks.snapshot().unwrap();
        callbacks.restore(&state).unwrap();
    }
    assert!(rows > 500, "{rows}");
}
