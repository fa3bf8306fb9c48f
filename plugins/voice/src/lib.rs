//! Maps the T-Library events of a voice server to interactions, calls, parties, queues and agents.
//!
//! `docs/reference/voice-mapping.md` and `docs/reference/voice-agents-and-data.md` say which rows which events make. The
//! data path: an event comes into [`Voice::map`], its attributes are found in one pass (`headers`), and one of the
//! modules below calls transitions of the SDK's model.
//!
//! | module | what |
//! |---|---|
//! | `calls` | which call an event means: ConnID, CallUUID |
//! | `parts` | what a device, a queue or somebody outside does in a call; when a call ends |
//! | `devices` | EventDialing Ringing Established Held Retrieved Released Abandoned Bridged … |
//! | `outside` | those of whom no events come |
//! | `queues` | EventQueued Diverted RouteRequest RouteUsed, virtual queues |
//! | `transfers` | consultations, EventPartyChanged PartyAdded PartyDeleted |
//! | `call_events` | EventCall…, EventAttachedDataChanged, EventOnHook, devices out of service |
//! | `doubt` | interruptions, and what can no longer be told from what has ended |
//! | `agents` | EventAgent…, EventQueueLogout, EventDND… |
//! | `attached`, `user_events` | attached data, EventUserEvent |
//!
//! # Invariants
//! 1. No event makes the mapping fail or panic, whatever it holds and in whatever order events come
//!    (`tests/hostile.rs`).
//! 2. Events of one moment at different devices give the same final rows in any order (`tests/moments.rs`).
//! 3. Nothing stays active for ever: after an interruption, or a lost event, what nothing confirms is closed
//!    (`tests/sessions.rs`).

mod agents;
mod attached;
mod call_events;
mod calls;
mod config;
mod devices;
mod doubt;
mod headers;
mod outside;
mod parts;
mod queues;
mod site;
mod transfers;
mod user_events;

pub use agents::AgentOptions;
pub use attached::DataOptions;
pub use config::Config;

use concentrator_sdk::{Kind, Lane, Mapper, Model, View, state};
use headers::Headers;
use site::Site;

/// The mapping of one voice server.
pub struct Voice(Site);

impl Mapper for Voice {
    const NAME: &'static str = "voice";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const STATE_VERSION: u32 = 1;
    #[rustfmt::skip]
    const EVENTS: &'static [&'static str] = &[
        "EventAbandoned", "EventAgentAfterCallWork", "EventAgentLogin", "EventAgentLogout", "EventAgentNotReady",
        "EventAgentReady", "EventAttachedDataChanged", "EventBridged", "EventCallCreated", "EventCallDataChanged",
        "EventCallDeleted", "EventCallPartyAdded", "EventCallPartyDeleted", "EventCallPartyMoved",
        "EventCallPartyState", "EventDNBackInService", "EventDNDOff", "EventDNDOn", "EventDNOutOfService",
        "EventDestinationBusy", "EventDialing", "EventDiverted", "EventEstablished", "EventHeld",
        "EventNetworkReached", "EventOffHook", "EventOnHook", "EventPartyAdded", "EventPartyChanged",
        "EventPartyDeleted", "EventQueueLogout", "EventQueued", "EventReleased", "EventRetrieved", "EventRinging",
        "EventRouteRequest", "EventRouteUsed", "EventTreatmentApplied", "EventTreatmentEnd",
        "EventTreatmentNotApplied", "EventUserEvent",
    ];

    fn open(lane: Lane, config: &str) -> Result<Self, String> {
        let config = Config::read(config)?;
        let mut site = Site { config, model: Model::new(lane), ..Site::default() };
        site.apply_config();
        Ok(Self(site))
    }

    fn model(&mut self) -> &mut Model {
        &mut self.0.model
    }

    fn map(&mut self, event: &View<'_>) -> Result<bool, String> {
        let site = &mut self.0;
        site.resolve_doubt();
        match event.kind() {
            Kind::Source => {
                site.begin_awaited_doubt();
                site.model.hear();
                return Ok(site.source_event(event));
            }
            Kind::SessionOpened if doubt::is_in_doubt_after(event) => {
                let knows_time = event.source_time().is_some() || !site.model.source_has_clock();
                site.session_in_doubt(event.integer("opening"), knows_time);
            }
            Kind::LinkUp => site.interrupted(),
            // The server has answered, or tells until when it was there: what has not ended was alive.
            Kind::SessionNoData => {
                if event.source_time().is_some() {
                    site.begin_awaited_doubt();
                }
                site.model.hear();
            }
            Kind::SessionClosed | Kind::LinkDown if event.source_time().is_some() => site.model.hear(),
            Kind::SessionOpened
            | Kind::SessionClosed
            | Kind::LinkDown
            | Kind::Directory
            | Kind::Tick
            | Kind::Bookmark => {}
        }
        Ok(true)
    }

    fn snapshot(&self) -> Result<Vec<u8>, String> {
        state::save(&self.0)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut site: Site = state::load(bytes)?;
        site.config = self.0.config.clone();
        site.model.serve(self.0.model.lane().clone());
        site.calls.index();
        site.apply_config();
        self.0 = site;
        Ok(())
    }
}

impl Site {
    fn apply_config(&mut self) {
        self.model.limit_call_age(self.config.call_age_max());
        self.apply_agent_options();
        self.apply_data_options();
    }

    /// Maps an event of the server; answers whether it is known.
    fn source_event(&mut self, view: &View<'_>) -> bool {
        let name = view.name();
        let event = Headers::read(view);
        if name == "EventUserEvent" {
            self.user_event(&event);
            return true;
        }
        self.device_event(name, &event)
            || self.queue_event(name, &event)
            || self.call_event(name, &event)
            || self.agent_event(name, &event)
            || self.transfer_event(name, &event)
            || self.line_event(name, &event)
    }
}

#[cfg(feature = "export")]
concentrator_sdk::export_mapper!(Voice);
