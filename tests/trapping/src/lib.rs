//! The mapping of voice servers with a weakness: it traps on the event `Trap`.
//!
//! The fault campaign sends such events among all others. Each costs the lane its instance; a new one gets the last
//! snapshot and the events since, and the rows of all other events must be as if nothing had been.

use concentrator_sdk::{Kind, Lane, Mapper, Model, View, export_mapper};
use voice::Voice;

/// The mapping.
pub struct Trapping(Voice);

impl Mapper for Trapping {
    const NAME: &'static str = "trapping";
    const VERSION: &'static str = Voice::VERSION;
    const STATE_VERSION: u32 = Voice::STATE_VERSION;

    fn open(lane: Lane, config: &str) -> Result<Self, String> {
        Voice::open(lane, config).map(Self)
    }

    fn model(&mut self) -> &mut Model {
        self.0.model()
    }

    fn map(&mut self, event: &View<'_>) -> Result<bool, String> {
        assert!(event.kind() != Kind::Source || event.name() != "Trap", "the event to trap on");
        self.0.map(event)
    }

    fn snapshot(&self) -> Result<Vec<u8>, String> {
        self.0.snapshot()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        self.0.restore(state)
    }
}

export_mapper!(Trapping);
