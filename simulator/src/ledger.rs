//! The truth of what happened at the site, whether or not anybody saw it.
//!
//! A record a call, a login session, an outage. Each says what its source could see of it: `begin_seen`, `end_seen`,
//! and `complete` when every event of it was told. Times are µs since 1970 UTC; what has not ended has no end.
//!
//! As a file (`ledger.jsonl`) it is a line a record, `{"call":{…}}`, `{"session":{…}}`, `{"outage":{…}}`, calls in
//! the order of their birth.

pub mod expect;

use crate::event::{Micros, Text};
use serde::{Deserialize, Serialize};
use std::io::{Result, Write};

/// All that happened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// Calls, in the order of their birth.
    pub calls: Vec<CallRecord>,
    /// Login sessions, in the order of their birth.
    pub sessions: Vec<SessionRecord>,
    /// What went wrong, in order.
    pub outages: Vec<OutageRecord>,
}

/// What a source could see of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its beginning was told.
    pub begin: bool,
    /// Its end was told.
    pub end: bool,
    /// Nothing of it was left untold.
    pub complete: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self { begin: false, end: false, complete: true }
    }
}

/// How a call came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A customer called.
    Inbound,
    /// An agent called somebody outside.
    Outbound,
    /// An agent called an agent.
    Internal,
    /// The system dialled for a queue.
    Predictive,
    /// An agent asked a colleague during a call.
    Consult,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// `CallUUID`.
    pub uuid: Text,
    /// `ConnID`, 16 hexadecimal digits.
    pub conn_id: String,
    /// How it came about.
    pub origin: Origin,
    /// `CallType`: 1 internal 2 inbound 3 outbound 4 consult.
    pub call_type: i64,
    /// Who called.
    pub ani: Option<Text>,
    /// What was called.
    pub dnis: Option<Text>,
    /// Time of birth.
    pub created: Micros,
    /// Time of the end.
    pub ended: Option<Micros>,
    /// What the source could see.
    pub seen: Seen,
    /// `CallUUID` of the call in which it was made, of a consultation.
    pub parent: Option<Text>,
    /// `CallUUID` of the call into which it went, of a consultation that became a transfer or a conference.
    pub merged_into: Option<Text>,
    /// Its waits, in ACD and virtual queues.
    pub queue_stays: Vec<QueueStay>,
    /// Where it rang or was dialled from.
    pub rings: Vec<Ring>,
    /// Who talked, and how long, holds included.
    pub talks: Vec<Talk>,
    /// Who held it.
    pub holds: Vec<Hold>,
    /// Where it was passed on.
    pub transfers: Vec<Transfer>,
    /// Who was drawn into it.
    pub conferences: Vec<Conference>,
    /// The caller gave up, and where.
    pub abandoned: Option<Abandoned>,
    /// Who ended it.
    pub released_by: Option<ReleasedBy>,
    /// `CallState` of an attempt that reached nobody: 6 busy, 7 no answer, 9 answering machine …
    pub failed: Option<i64>,
    /// Changes of attached data.
    pub data_changes: u32,
    /// Attached data in the end.
    pub user_data: Vec<(Text, Text)>,
}

/// A wait of a call in a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueStay {
    /// DN of the queue.
    pub queue: Text,
    /// What kind of queue.
    pub kind: QueueKind,
    /// `VQID` of a stay in a virtual queue.
    pub vqid: Option<Text>,
    /// From when.
    pub joined: Micros,
    /// Until when.
    pub left: Option<Micros>,
    /// How it left.
    pub how: Option<Left>,
}

/// What kind of queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueKind {
    /// An ACD queue.
    Acd,
    /// A virtual queue.
    Virtual,
    /// A routing point.
    RoutingPoint,
}

/// How a call left a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// To that DN.
    Diverted(Text),
    /// The caller gave up.
    Abandoned,
}

/// A ring, or the time in which somebody waited for the other end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ring {
    /// The DN.
    pub dn: Text,
    /// From when.
    pub from: Micros,
    /// Until when.
    pub to: Option<Micros>,
    /// Somebody answered.
    pub answered: bool,
}

/// A DN's time in a call, from answer to leaving.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Talk {
    /// The DN.
    pub dn: Text,
    /// Login code of the agent.
    pub agent: Option<Text>,
    /// Whom it talked to first.
    pub with: Text,
    /// From when.
    pub from: Micros,
    /// Until when.
    pub to: Option<Micros>,
}

/// A hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    /// Who held.
    pub dn: Text,
    /// From when.
    pub from: Micros,
    /// Until when.
    pub to: Option<Micros>,
}

/// How a call was passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferKind {
    /// After the colleague had answered.
    Talking,
    /// While the colleague's telephone rang.
    Ringing,
    /// Without asking.
    SingleStep,
    /// To a queue, without asking.
    ToQueue,
}

/// A transfer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// How.
    pub kind: TransferKind,
    /// Who passed it on.
    pub from: Text,
    /// To whom.
    pub to: Text,
    /// When.
    pub at: Micros,
}

/// Somebody was drawn into a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conference {
    /// Who did it.
    pub by: Text,
    /// Who came.
    pub added: Text,
    /// When.
    pub at: Micros,
}

/// Where a caller gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Abandoned {
    /// In a queue or at a routing point.
    Waiting,
    /// While an agent's telephone rang.
    Ringing,
}

/// Who ended a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleasedBy {
    /// The other end, which is not monitored.
    Outside,
    /// That DN.
    Dn(Text),
}

/// A login session of an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// Login code.
    pub agent: Text,
    /// The DN.
    pub dn: Text,
    /// The queues logged in to.
    pub queues: Vec<Text>,
    /// From when.
    pub created: Micros,
    /// Until when.
    pub ended: Option<Micros>,
    /// What the source could see.
    pub seen: Seen,
    /// The states, one after the other without a gap.
    pub states: Vec<StateSpan>,
    /// Pauses asked for during a call.
    pub pending: u32,
    /// Reasons given for those of them that did not come.
    pub given_in_vain: Vec<Reason>,
}

/// State of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// Not ready.
    NotReady,
    /// Ready, or in a call for which it was ready.
    Ready,
    /// After-call work.
    AfterCall,
}

/// A time in one state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateSpan {
    /// The state.
    pub state: AgentState,
    /// From when.
    pub from: Micros,
    /// Until when.
    pub to: Option<Micros>,
    /// The reason given.
    pub reason: Option<Reason>,
}

/// Why an agent is not ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Given at the telephone, not on the desktop.
    pub hardware: bool,
    /// Key, `ReasonCode` at the telephone.
    pub key: Text,
    /// Value.
    pub value: Text,
}

/// What went wrong with the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutageKind {
    /// No link to the switch.
    LinkLost,
    /// The server broke off.
    Crash,
    /// The server stopped and started.
    Shutdown,
    /// The other server took over, told on the stream.
    PrimaryChanged,
    /// The other server took over and continued the numbers.
    Switchover,
    /// The other server took over with its own numbers.
    SwitchoverAnew,
    /// Nothing happened.
    Silence,
    /// Numbers were lost.
    Gap,
}

/// An outage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutageRecord {
    /// What.
    pub kind: OutageKind,
    /// From when.
    pub from: Micros,
    /// Until when.
    pub to: Option<Micros>,
    /// Identity of the number sequence at its beginning.
    pub stream: Text,
    /// The last number that was told before it.
    pub after: u64,
    /// Events that nobody saw because of it.
    pub events_lost: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    Call(&'a CallRecord),
    Session(&'a SessionRecord),
    Outage(&'a OutageRecord),
}

/// A record of a ledger file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OwnedLine {
    Call(Box<CallRecord>),
    Session(SessionRecord),
    Outage(OutageRecord),
}

impl Ledger {
    /// Writes it, a line a record.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, out: &mut impl Write) -> Result<()> {
        let calls = self.calls.iter().map(Line::Call);
        let sessions = self.sessions.iter().map(Line::Session);
        for line in calls.chain(sessions).chain(self.outages.iter().map(Line::Outage)) {
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
        out.flush()
    }

    /// Reads what [`Ledger::write`] wrote.
    ///
    /// # Errors
    /// The line that is no record, and why.
    pub fn read(text: &str) -> std::result::Result<Self, String> {
        let mut ledger = Self::default();
        for (number, line) in text.lines().enumerate() {
            match serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))? {
                OwnedLine::Call(record) => ledger.calls.push(*record),
                OwnedLine::Session(record) => ledger.sessions.push(record),
                OwnedLine::Outage(record) => ledger.outages.push(record),
            }
        }
        Ok(ledger)
    }
}

impl CallRecord {
    /// Closes what is still open of a DN: its ring, its talk, its holds.
    pub(crate) fn leave(&mut self, dn: &str, now: Micros) {
        self.rings.iter_mut().filter(|ring| ring.to.is_none() && &*ring.dn == dn).for_each(|ring| ring.to = Some(now));
        self.talks.iter_mut().filter(|talk| talk.to.is_none() && &*talk.dn == dn).for_each(|talk| talk.to = Some(now));
        self.retrieve(dn, now);
    }

    /// Gives back what memory is left over: a day has many calls, and most have one of each.
    pub(crate) fn shrink(&mut self) {
        self.queue_stays.shrink_to_fit();
        self.rings.shrink_to_fit();
        self.talks.shrink_to_fit();
        self.holds.shrink_to_fit();
    }

    /// Ends the hold of a DN, if it holds.
    pub(crate) fn retrieve(&mut self, dn: &str, now: Micros) {
        self.holds.iter_mut().filter(|hold| hold.to.is_none() && &*hold.dn == dn).for_each(|hold| hold.to = Some(now));
    }

    /// A ring of the DN was answered.
    pub(crate) fn answer(&mut self, dn: &Text, agent: Option<&Text>, with: &Text, now: Micros) {
        for ring in self.rings.iter_mut().filter(|ring| ring.to.is_none() && ring.dn == *dn) {
            ring.to = Some(now);
            ring.answered = true;
        }
        let (dn, agent, with) = (Text::clone(dn), agent.cloned(), Text::clone(with));
        self.talks.push(Talk { dn, agent, with, from: now, to: None });
    }

    /// The stay in a queue ends.
    pub(crate) fn left_queue(&mut self, queue: &str, how: &Left, now: Micros) {
        let open = self.queue_stays.iter_mut().filter(|stay| stay.left.is_none() && &*stay.queue == queue);
        for stay in open {
            stay.left = Some(now);
            stay.how = Some(how.clone());
        }
    }
}

impl SessionRecord {
    /// A state begins; the one before ends.
    pub(crate) fn enter(&mut self, state: AgentState, reason: Option<Reason>, now: Micros) {
        self.leave(now);
        self.states.push(StateSpan { state, from: now, to: None, reason });
    }

    /// The state ends.
    pub(crate) fn leave(&mut self, now: Micros) {
        if let Some(span) = self.states.last_mut().filter(|span| span.to.is_none()) {
            span.to = Some(now);
        }
    }
}
