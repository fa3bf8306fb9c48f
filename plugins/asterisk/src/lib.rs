//! Maps the manager events of Asterisk 16 to 22 to interactions, calls, parties, queues and agents.
//!
//! `docs/reference/asterisk-mapping.md` says which rows which events make. The data path: an event comes into
//! [`Asterisk::map`], is handed by its name to one of the modules below, which calls transitions of the SDK's model.
//!
//! | module | events |
//! |---|---|
//! | `calls` | Newchannel Newstate Dial… Hold Unhold …HangupRequest Hangup Rename OriginateResponse Pickup ChanSpyStart |
//! | `bridges` | Bridge… Confbridge…: who hears whom, which calls are one |
//! | `transfers` | BlindTransfer AttendedTransfer, consultations by feature code |
//! | `queues` | QueueCaller… AgentCalled AgentConnect AgentComplete |
//! | `members` | QueueMember… AgentLogin AgentLogoff |
//! | `data` | ChanVariable headers, VarSet, UserEvent |
//! | `sync` | sessions, FullyBooted, Shutdown, lists that answer a state request |
//!
//! # Invariants
//! 1. No event makes the mapping fail or panic, whatever it holds and in whatever order events come
//!    (`tests/hostile.rs`).
//! 2. What is known of ended channels is bounded: `ENDED_MAX` Uniqueids.

mod bridges;
mod calls;
mod channel;
mod config;
mod data;
mod exchange;
mod headers;
mod members;
mod queues;
mod sync;
mod transfers;

pub use config::Config;

use concentrator_sdk::{Kind, Lane, Mapper, Model, View, export_mapper, state};
use exchange::Exchange;
use headers::Headers;

/// The mapping of one Asterisk.
pub struct Asterisk(Exchange);

impl Mapper for Asterisk {
    const NAME: &'static str = "asterisk";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const STATE_VERSION: u32 = 3;
    #[rustfmt::skip]
    const EVENTS: &'static [&'static str] = &[
        "AgentCalled", "AgentComplete", "AgentConnect", "AgentLogin", "AgentLogoff", "Agents",
        "AttendedTransfer", "BlindTransfer",
        "BridgeCreate", "BridgeDestroy", "BridgeEnter", "BridgeLeave", "BridgeListItem",
        "ChanSpyStart", "ConfbridgeJoin", "CoreShowChannel",
        "DialBegin", "DialEnd", "DialState", "FullyBooted",
        "Hangup", "HangupRequest", "Hold", "NewCallerid", "Newchannel", "Newexten", "Newstate", "Pickup",
        "QueueCallerAbandon", "QueueCallerJoin", "QueueCallerLeave", "QueueEntry",
        "QueueMember", "QueueMemberAdded", "QueueMemberPause", "QueueMemberPaused", "QueueMemberPenalty",
        "QueueMemberRemoved", "QueueMemberRinginuse", "QueueMemberStatus",
        "Rename", "Shutdown", "SoftHangupRequest", "StateAnswered", "StateRequested", "Status",
        "Unhold", "UserEvent", "VarSet",
    ];

    fn open(lane: Lane, config: &str) -> Result<Self, String> {
        let mut exchange = Exchange::default();
        exchange.model = Model::new(lane);
        exchange.config = Config::read(config)?;
        exchange.apply_config();
        Ok(Self(exchange))
    }

    fn model(&mut self) -> &mut Model {
        &mut self.0.model
    }

    fn map(&mut self, event: &View<'_>) -> Result<bool, String> {
        self.0.resolve_doubt();
        match event.kind() {
            Kind::Source => {
                self.0.model.hear();
                return Ok(self.0.source_event(event));
            }
            Kind::SessionOpened => self.0.session_opened(event),
            // The exchange has answered: what has not ended is alive.
            Kind::SessionNoData => self.0.model.hear(),
            // It carries the source's last sign of life, if there was one.
            Kind::SessionClosed if event.source_time().is_some() => self.0.model.hear(),
            Kind::SessionClosed | Kind::LinkDown | Kind::LinkUp | Kind::Directory | Kind::Tick | Kind::Bookmark => {}
        }
        Ok(true)
    }

    fn snapshot(&self) -> Result<Vec<u8>, String> {
        state::save(&self.0)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut exchange: Exchange = state::load(bytes)?;
        exchange.config = self.0.config.clone();
        exchange.model.serve(self.0.model.lane().clone());
        exchange.index();
        exchange.apply_config();
        self.0 = exchange;
        Ok(())
    }
}

impl Exchange {
    fn apply_config(&mut self) {
        self.model.attach_by(self.config.data_spec());
        self.model.limit_call_age(self.config.call_age_max());
    }

    /// Maps an event of the exchange; answers whether it is known.
    fn source_event(&mut self, event: &View<'_>) -> bool {
        let name = event.name();
        match name {
            // The most frequent by far; nearly always of no interest.
            "VarSet" => self.var_set(event),
            "FullyBooted" => self.fully_booted(event),
            "Shutdown" => self.shutdown(),
            "StateRequested" => self.state_requested(),
            "StateAnswered" => self.state_answered(event),
            "AttendedTransfer" => self.attended_transfer(event),
            "BlindTransfer" => self.blind_transfer(event),
            "Agents" => self.agent_listed(event),
            "ChanSpyStart" => self.spy_started(event),
            "Rename" => self.renamed(event),
            "UserEvent" => self.user_event(event),
            _ => return self.channel_event(name, event),
        }
        true
    }

    fn channel_event(&mut self, name: &str, event: &View<'_>) -> bool {
        let headers = Headers::read(event);
        match name {
            "Newchannel" => self.new_channel(&headers),
            "Newstate" => self.new_state(&headers),
            "NewCallerid" => self.new_caller_id(&headers),
            "Newexten" => self.new_exten(&headers, event),
            "DialBegin" => self.dial_begin(&headers, event.text("DialString")),
            "DialState" | "DialEnd" => self.dial_goes_on(&headers, event.text("DialStatus")),
            "Hold" => self.hold(&headers, true),
            "Unhold" => self.hold(&headers, false),
            "HangupRequest" => self.hangup_request(&headers),
            "SoftHangupRequest" => self.soft_hangup_request(&headers),
            "Hangup" => self.hangup(&headers),
            "Pickup" => self.pickup(&headers),
            "BridgeCreate" | "BridgeListItem" => self.bridge_shown(&headers, event),
            "BridgeEnter" => self.bridge_enter(&headers, event),
            "BridgeLeave" => self.bridge_leave(&headers),
            "BridgeDestroy" => self.bridge_destroy(&headers),
            "ConfbridgeJoin" => self.conference_joined(&headers),
            "QueueCallerJoin" => self.caller_joins(&headers),
            "QueueCallerAbandon" => self.caller_abandons(&headers),
            "QueueCallerLeave" => self.caller_leaves(&headers),
            "QueueEntry" => self.caller_listed(&headers, event),
            "AgentCalled" => self.agent_called(&headers),
            "AgentConnect" => self.agent_connect(&headers),
            "AgentComplete" => self.agent_complete(&headers, event),
            "AgentLogin" => self.agent_login(&headers, event),
            "AgentLogoff" => self.agent_logoff(&headers, event),
            "QueueMemberRemoved" => self.member_removed(&headers, event),
            "QueueMember"
            | "QueueMemberAdded"
            | "QueueMemberStatus"
            | "QueueMemberPause"
            | "QueueMemberPaused"
            | "QueueMemberPenalty"
            | "QueueMemberRinginuse" => self.member_shown(name, &headers, event),
            "CoreShowChannel" | "Status" => self.channel_listed(&headers, event),
            _ => return false,
        }
        true
    }
}

export_mapper!(Asterisk);
