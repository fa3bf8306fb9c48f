//! What the site says: events with attributes, and what its server has to say of itself.
//!
//! The names of attributes are those of the T-Library events without the prefix `Attribute`. An entry is made once
//! and then written in whichever form is asked for: a line of the stream (`line.rs`), a flat event (`flat.rs`), a
//! message of a log (`text.rs`).

use std::sync::Arc;

/// A moment or a span, µs; moments since 1970 UTC.
pub type Micros = i64;
/// A text that many events share.
pub type Text = Arc<str>;
/// A key-value list that many events share: nested lists have dotted keys, order and repeated keys are kept.
pub type List = Arc<Vec<(Text, Text)>>;

/// Value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(Text),
    /// A 64-bit identity, written as 16 hexadecimal digits.
    Id(u64),
    /// A number.
    Integer(i64),
    /// A key-value list.
    List(List),
}

/// A server process that begins to speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Identity of the number sequence that it speaks.
    pub stream: Text,
    /// DBID of the server.
    pub dbid: u32,
    /// It is the backup of the pair.
    pub backup: bool,
    /// When this process started.
    pub started: Micros,
    /// The last number of the sequence that was used before it; 0 when the sequence is new.
    pub after: u64,
    /// How the server before it ended; none for the first.
    pub before: Option<Ending>,
}

/// How a server process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It broke off at that time.
    Crash(Micros),
    /// It announced its end.
    Shutdown(Micros),
    /// The other server of the pair took over.
    Switchover(Micros),
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Something happened at the site.
    Event {
        /// Name, as `EventRinging`.
        name: &'static str,
        /// Attributes in order.
        attributes: Vec<(&'static str, Value)>,
    },
    /// The server lost the link to its switch.
    LinkDown,
    /// The server has its switch again.
    LinkUp,
    /// The server with that DBID is primary now.
    Primary(u32),
    /// The server stops in an orderly way.
    Shutdown,
    /// A server process begins; carries no number. The first entry of all, and after each restart and switchover.
    Started(Server),
}

/// An entry of the site's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteEvent {
    /// Number in its number sequence, from 1; 0 for [`Entry::Started`].
    pub seq: u64,
    /// When it happened, by the site's clock.
    pub time: Micros,
    /// What it says.
    pub entry: Entry,
}

impl SiteEvent {
    /// Name of the event; empty for an entry that is no event.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match &self.entry {
            Entry::Event { name, .. } => name,
            _ => "",
        }
    }

    /// Attributes of the event; none for an entry that is no event.
    #[must_use]
    pub fn attributes(&self) -> &[(&'static str, Value)] {
        match &self.entry {
            Entry::Event { attributes, .. } => attributes,
            _ => &[],
        }
    }

    /// The attribute of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes().iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// A text attribute.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A number.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// A 64-bit identity.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<u64> {
        match self.get(name) {
            Some(Value::Id(id)) => Some(*id),
            _ => None,
        }
    }

    /// A key-value list; empty when there is none.
    #[must_use]
    pub fn list(&self, name: &str) -> &[(Text, Text)] {
        match self.get(name) {
            Some(Value::List(list)) => list,
            _ => &[],
        }
    }
}
