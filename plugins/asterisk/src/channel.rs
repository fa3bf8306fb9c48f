//! Channels: what Asterisk has where the model has parties.
//!
//! A channel is named `TECH/endpoint-xxxxxxxx`; `Local/…;1` and `Local/…;2` are the two ends of a piece of plumbing.

use concentrator_sdk::{
    model::{Call, LoginSession, Party, QueueVisit},
    store::Key,
    time::SECOND,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Technologies whose channels are nobody's.
const PLUMBING: [&str; 17] = [
    "Local",
    "Announcer",
    "AsyncGoto",
    "Bridge",
    "CBAnn",
    "CBRec",
    "ConfBridgeRecorder",
    "Message",
    "MulticastRTP",
    "Recorder",
    "Snoop",
    "Surrogate",
    "Synthetic",
    "TestAMI",
    "Transfered",
    "UnicastRTP",
    "WebSocket",
];

/// What a channel is to the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ChannelKind {
    /// A device of the exchange.
    Inside,
    /// A line to the outside world.
    Trunk,
    /// Nobody's.
    Plumbing,
}

/// A caller's stay in a queue, and what is known of its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stay {
    pub(crate) visit: Key<QueueVisit>,
    /// `QueueCallerAbandon` was seen, which a time-out sends too.
    pub(crate) abandoned: bool,
    /// `QueueCallerLeave` was seen then; what follows tells why.
    pub(crate) left: Option<i64>,
    /// Number of the connection in which it was last heard of.
    pub(crate) seen: u32,
}

/// The member of a queue whom a channel rings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub(crate) queue: String,
    pub(crate) session: Option<Key<LoginSession>>,
}

/// A bridge: channels that hear each other.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Bridge {
    pub(crate) members: Vec<Key<Channel>>,
    /// Channels wait in it, each for itself: parking, agents in their pool.
    pub(crate) holding: bool,
    /// It has been counted as a conference.
    pub(crate) conference: bool,
}

/// A channel that has not hung up.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Channel {
    pub(crate) uniqueid: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) linkedid: Box<str>,
    pub(crate) kind: ChannelKind,
    /// `TECH/endpoint`.
    pub(crate) device: Box<str>,
    pub(crate) state: u8,
    pub(crate) created: i64,
    /// The exchange made it to reach somebody.
    pub(crate) outgoing: bool,
    /// It was there before it was first seen.
    pub(crate) found: bool,
    pub(crate) number: Box<str>,
    pub(crate) exten: Box<str>,
    /// Its part in its call.
    pub(crate) party: Option<Key<Party>>,
    /// Its part in a second call: a consultation over the same channel, or a call given to an agent of a pool.
    pub(crate) second: Option<Key<Party>>,
    pub(crate) parts: u32,
    pub(crate) bridge: Option<Key<Bridge>>,
    /// The call for which plumbing was laid, if it is not that of its Linkedid.
    pub(crate) call: Option<Key<Call>>,
    /// Of plumbing with which a call began: that call.
    pub(crate) keeps: Option<Key<Call>>,
    /// Of plumbing laid for a consultation: the channel that consults.
    pub(crate) consulting: Option<Key<Channel>>,
    pub(crate) dialled_by: Option<Key<Channel>>,
    pub(crate) dials: Vec<Key<Channel>>,
    pub(crate) stay: Option<Stay>,
    /// Queue named by the application that it was last seen to run.
    pub(crate) queue_application: Option<Box<str>>,
    pub(crate) offer: Option<Offer>,
    /// An agent of a pool waits on it.
    pub(crate) login: bool,
    pub(crate) hangup_requested: bool,
    /// It took a call that rang elsewhere.
    pub(crate) picked_up: bool,
    /// It transferred its call: the others go on, whoever of them leaves ends it.
    pub(crate) transferred: bool,
    /// Values of the variables that are attached data, by the number of the key.
    pub(crate) variables: Vec<(u16, Box<str>)>,
    /// Number of the connection in which it was last heard of.
    pub(crate) seen: u32,
}

impl Channel {
    pub(crate) fn is_plumbing(&self) -> bool {
        self.kind == ChannelKind::Plumbing
    }

    /// Name of the endpoint.
    pub(crate) fn endpoint(&self) -> &str {
        self.device.split_once('/').map_or(&*self.device, |(_, endpoint)| endpoint)
    }

    /// It is the first of its tree.
    pub(crate) fn is_first(&self) -> bool {
        self.uniqueid == self.linkedid
    }
}

/// Name of a channel without what masquerades append.
pub(crate) fn plain_name(name: &str) -> &str {
    name.strip_suffix("<ZOMBIE>").or_else(|| name.strip_suffix("<MASQ>")).unwrap_or(name)
}

/// `TECH/endpoint` of a channel's name.
pub(crate) fn device_of(name: &str) -> &str {
    let name = plain_name(name);
    name.rsplit_once('-').map_or(name, |(device, _)| device)
}

/// What a channel of that name is.
pub(crate) fn kind_of(name: &str, trunks: &BTreeSet<String>) -> ChannelKind {
    let device = device_of(name);
    let (tech, endpoint) = device.split_once('/').unwrap_or((device, ""));
    if PLUMBING.contains(&tech) || endpoint.is_empty() {
        ChannelKind::Plumbing
    } else if trunks.contains(endpoint) {
        ChannelKind::Trunk
    } else {
        ChannelKind::Inside
    }
}

/// Name of the other end of a Local channel.
pub(crate) fn other_end(name: &str) -> Option<String> {
    let (base, end) = plain_name(name).rsplit_once(';')?;
    match end {
        "1" => Some(format!("{base};2")),
        "2" => Some(format!("{base};1")),
        _ => None,
    }
}

/// When a channel was made, by its Uniqueid: `[system-]seconds.number`.
pub(crate) fn made_at(uniqueid: &str) -> Option<i64> {
    let (head, number) = uniqueid.rsplit_once('.')?;
    number.parse::<u64>().ok()?;
    let seconds: i64 = head.rsplit_once('-').map_or(head, |(_, seconds)| seconds).parse().ok()?;
    // Between 2001 and 2286: what else looks like seconds is a number of something else.
    (1_000_000_000..10_000_000_000).contains(&seconds).then_some(seconds * SECOND)
}

/// The number in what was dialled: `2001@pstn`, `PJSIP/pstn/sip:2001@host:5060`, `pstn/2001`, `2001`.
pub(crate) fn dialled_number<'a>(dialled: &'a str, endpoint: &str) -> Option<&'a str> {
    let (_, last) = dialled.rsplit_once('/').unwrap_or(("", dialled));
    let last = last.strip_prefix("sip:").or_else(|| last.strip_prefix("sips:")).unwrap_or(last);
    let number = last.split(['@', ':', ';', ',']).next().unwrap_or_default();
    Some(number).filter(|number| !number.is_empty() && *number != endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(device_of("PJSIP/1001-00000003"), "PJSIP/1001");
        assert_eq!(device_of("PJSIP/back-office-00000003<ZOMBIE>"), "PJSIP/back-office");
        assert_eq!(device_of("DAHDI/i1/5551212-1"), "DAHDI/i1/5551212");
        assert_eq!(other_end("Local/1003@internal-00000000;1").as_deref(), Some("Local/1003@internal-00000000;2"));
        assert_eq!(other_end("PJSIP/1001-00000003"), None);
    }

    #[test]
    fn kinds() {
        let trunks = BTreeSet::from(["pstn".to_owned()]);
        assert_eq!(kind_of("PJSIP/pstn-00000000", &trunks), ChannelKind::Trunk);
        assert_eq!(kind_of("SIP/1001-0000000a", &trunks), ChannelKind::Inside);
        assert_eq!(kind_of("Local/1@x-00000000;2", &trunks), ChannelKind::Plumbing);
        assert_eq!(kind_of("CBAnn/8000-00000000;1", &trunks), ChannelKind::Plumbing);
        assert_eq!(kind_of("", &trunks), ChannelKind::Plumbing);
    }

    #[test]
    fn uniqueids() {
        assert_eq!(made_at("astlab-1795346819.0"), Some(1_795_346_819 * SECOND));
        assert_eq!(made_at("1795346819.12"), Some(1_795_346_819 * SECOND));
        assert_eq!(made_at("my-system-17.12"), None);
        assert_eq!(made_at("nothing"), None);
    }

    #[test]
    fn dialled_numbers() {
        assert_eq!(dialled_number("2001@pstn", "pstn"), Some("2001"));
        assert_eq!(dialled_number("PJSIP/pstn/sip:2001@10.0.0.1:5060", "pstn"), Some("2001"));
        assert_eq!(dialled_number("pstn/2001", "pstn"), Some("2001"));
        assert_eq!(dialled_number("PJSIP/pstn", "pstn"), None);
        assert_eq!(dialled_number("", "pstn"), None);
    }
}
