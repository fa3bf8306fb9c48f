//! What a simulated site is like.
//!
//! The same configuration gives the same events, whatever becomes of them afterwards.

use serde::{Deserialize, Serialize};

/// Monday, 2 March 2026, 08:00 UTC.
pub const DEFAULT_START: i64 = 1_772_438_400_000_000;
/// Most agents of a site.
pub const AGENTS_MAX: u32 = 100_000;
/// Most queues of a site; also most routing points.
pub const QUEUES_MAX: u32 = 1_000;

/// A site and its day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Everything that happens by chance follows from it.
    pub seed: u64,
    /// Name of the source; its number sequences are named after it.
    pub name: String,
    /// DBID of the primary server.
    pub dbid: u32,
    /// DBID of the backup server.
    pub backup_dbid: u32,
    /// When the site opens, µs since 1970 UTC.
    pub start: i64,
    /// How long it takes calls; afterwards it winds down: calls end, agents log out.
    pub hours: f64,
    /// Agents, each with an extension of its own.
    pub agents: u32,
    /// ACD queues, each with a virtual queue beside it.
    pub queues: u32,
    /// Routing points.
    pub routing_points: u32,
    /// Calls of all kinds an hour.
    pub calls_per_hour: f64,
    /// About that many calls live at a time; sets `calls_per_hour` and `agents` by itself.
    pub live_calls: Option<u32>,
    /// Mean time of talking, s.
    pub talk_seconds: f64,
    /// Mean time of after-call work, s.
    pub after_call_seconds: f64,
    /// Mean time that a caller waits before giving up, s.
    pub patience_seconds: f64,
    /// How long an agent stays logged in, h.
    pub shift_hours: f64,
    /// What the calls are, and what happens in them.
    pub habits: Habits,
    /// After that many numbered entries the day is over.
    pub events_max: Option<u64>,
    /// How the day ends when `events_max` is reached.
    pub at_limit: AtLimit,
    /// Share of moments whose events come in another order.
    pub reorder: f64,
    /// What goes wrong.
    pub faults: Vec<Planned>,
    /// What goes wrong by chance.
    pub fault_rates: FaultRates,
}

/// Shares, each from 0 to 1. The first three are shares of all calls; what is left comes in from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Habits {
    /// Calls that an agent makes to the outside.
    pub outbound: f64,
    /// Calls from agent to agent.
    pub internal: f64,
    /// Calls that the system dials for a queue.
    pub predictive: f64,
    /// Inbound calls that come to a routing point; the others come to an ACD queue.
    pub routed: f64,
    /// Inbound calls that come from another site.
    pub linked: f64,
    /// Rings that nobody answers.
    pub no_answer: f64,
    /// Talks with a hold.
    pub hold: f64,
    /// Talks with a consultation.
    pub consult: f64,
    /// Talks that end with a single-step transfer.
    pub single_step: f64,
    /// Talks in which an agent changes attached data.
    pub data: f64,
    /// Talks with a user event of the agent's desktop.
    pub user_event: f64,
    /// Talks during which the agent asks for a pause.
    pub pending: f64,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            outbound: 0.1,
            internal: 0.05,
            predictive: 0.08,
            routed: 0.6,
            linked: 0.03,
            no_answer: 0.04,
            hold: 0.2,
            consult: 0.12,
            single_step: 0.05,
            data: 0.5,
            user_event: 0.05,
            pending: 0.03,
        }
    }
}

/// How the day ends when the limit of events is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtLimit {
    /// No new calls come; what is alive ends by itself, and agents log out.
    WindDown,
    /// At once, with everything alive.
    Stop,
}

/// When something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// That many seconds after the site opened.
    Seconds(f64),
    /// After that many numbered entries.
    Event(u64),
}

/// Something that goes wrong at a set time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// When.
    pub at: At,
    /// What.
    pub fault: Fault,
}

/// Something that goes wrong with the source.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The server loses its switch for that many seconds: the site goes on unseen.
    LinkLost(f64),
    /// The server breaks off and is back after that many seconds: calls alive are forgotten, agents log in again.
    Crash(f64),
    /// The same with an announcement.
    Shutdown(f64),
    /// The backup takes over; both tell it on the stream and nothing else changes.
    PrimaryChanged,
    /// The backup takes over and continues the number sequence.
    Switchover,
    /// The backup takes over after that many unseen seconds with a number sequence of its own.
    SwitchoverAnew(f64),
    /// Nothing happens for that many seconds.
    Silence(f64),
    /// That many events are lost, their numbers with them.
    Gap(u64),
    /// The server tells an event `Trap`, which no mapping knows; one that was made to do so traps on it.
    Trap,
}

/// How often things go wrong, each a mean number an hour.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultRates {
    /// Losses of the switch, about 20 s each.
    pub link_lost: f64,
    /// Crashes of the server, about 15 s each.
    pub crash: f64,
    /// Orderly restarts, about 15 s each.
    pub shutdown: f64,
    /// Switchovers that continue the number sequence.
    pub switchover: f64,
    /// Silences, about 30 s each.
    pub silence: f64,
    /// Gaps of about 20 events.
    pub gap: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 1,
            name: "tserver-a".to_owned(),
            dbid: 101,
            backup_dbid: 102,
            start: DEFAULT_START,
            hours: 1.0,
            agents: 50,
            queues: 4,
            routing_points: 2,
            calls_per_hour: 600.0,
            live_calls: None,
            talk_seconds: 180.0,
            after_call_seconds: 20.0,
            patience_seconds: 90.0,
            shift_hours: 8.0,
            habits: Habits::default(),
            events_max: None,
            at_limit: AtLimit::WindDown,
            reorder: 0.2,
            faults: Vec::new(),
            fault_rates: FaultRates::default(),
        }
    }
}

impl Config {
    /// Everything that is wrong with it, for a person.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |good: bool, problem: &str| {
            if !good {
                problems.push(problem.to_owned());
            }
        };
        check(!self.name.is_empty(), "`name` is empty");
        check((1..=AGENTS_MAX).contains(&self.agents), "`agents` must be from 1 to 100000");
        check((1..=QUEUES_MAX).contains(&self.queues), "`queues` must be from 1 to 1000");
        check((1..=QUEUES_MAX).contains(&self.routing_points), "`routing_points` must be from 1 to 1000");
        check((0.0..=1e4).contains(&self.hours), "`hours` must be from 0 to 10000");
        check((0.0..=1e8).contains(&self.calls_per_hour), "`calls_per_hour` must be from 0 to 100000000");
        check(self.live_calls.is_none_or(|live| live <= AGENTS_MAX / 2), "`live_calls` must be at most 50000");
        check((0.1..=1e5).contains(&self.talk_seconds), "`talk_seconds` must be from 0.1 to 100000");
        check((0.1..=1e5).contains(&self.after_call_seconds), "`after_call_seconds` must be from 0.1 to 100000");
        check((0.1..=1e5).contains(&self.patience_seconds), "`patience_seconds` must be from 0.1 to 100000");
        check((0.1..=24.0).contains(&self.shift_hours), "`shift_hours` must be from 0.1 to 24");
        check((0.0..=1.0).contains(&self.reorder), "`reorder` must be from 0 to 1");
        check(self.habits.all().iter().all(|share| (0.0..=1.0).contains(share)), "`habits` must be from 0 to 1");
        let dialled = self.habits.outbound + self.habits.internal + self.habits.predictive;
        check(dialled <= 1.0, "`outbound`, `internal` and `predictive` together must be at most 1");
        check(self.fault_rates.all().iter().all(|rate| (0.0..=1e4).contains(rate)), "`fault_rates` must be to 10000");
        problems
    }

    /// Agents and calls an hour, with `live_calls` taken into account.
    pub(crate) fn size(&self) -> (u32, f64) {
        let Some(live) = self.live_calls else { return (self.agents, self.calls_per_hour) };
        // Attempts that reach nobody and short calls between agents pull the mean below the time of talking.
        let life = self.talk_seconds * 0.85 + 15.0;
        let busy = (life + self.after_call_seconds) / life;
        let agents = f64::from(live) * busy * 1.25 + 5.0;
        let agents = u32::try_from(crate::random::micros(agents / 1e6)).unwrap_or(AGENTS_MAX);
        (agents.clamp(1, AGENTS_MAX), f64::from(live) * 3_600.0 / life)
    }
}

impl Habits {
    fn all(&self) -> [f64; 12] {
        [
            self.outbound,
            self.internal,
            self.predictive,
            self.routed,
            self.linked,
            self.no_answer,
            self.hold,
            self.consult,
            self.single_step,
            self.data,
            self.user_event,
            self.pending,
        ]
    }
}

impl FaultRates {
    /// All kinds that often.
    pub fn set_all(&mut self, rate: f64) {
        *self = Self { link_lost: rate, crash: rate, shutdown: rate, switchover: rate, silence: rate, gap: rate };
    }

    fn all(&self) -> [f64; 6] {
        [self.link_lost, self.crash, self.shutdown, self.switchover, self.silence, self.gap]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_sound_and_nonsense_is_told() {
        assert!(Config::default().problems().is_empty());
        let nonsense = Config { agents: 0, hours: f64::NAN, name: String::new(), reorder: 2.0, ..Config::default() };
        assert_eq!(nonsense.problems().len(), 4);
    }

    #[test]
    fn a_file_may_name_faults() {
        let text = "agents = 3\n[[faults]]\nat = { seconds = 60.0 }\nfault = { link_lost = 20.0 }\n\
                    [[faults]]\nat = { event = 500 }\nfault = \"switchover\"\n";
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!(config.faults.len(), 2);
        assert_eq!(config.faults.last().unwrap().fault, Fault::Switchover);
        assert!(toml::from_str::<Config>("agent = 3").is_err());
    }
}
