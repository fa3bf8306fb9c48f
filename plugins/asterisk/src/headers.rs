//! The headers of a manager event that many events have, found in one pass.

use concentrator_sdk::{Value, View};

/// A channel, as an event shows it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shown<'a> {
    pub(crate) name: &'a str,
    pub(crate) uniqueid: &'a str,
    pub(crate) linkedid: &'a str,
    pub(crate) state: Option<u8>,
    pub(crate) number: &'a str,
    pub(crate) exten: &'a str,
    pub(crate) variables: Option<Value<'a>>,
}

/// What an event says of its channels, its bridge, its queue.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Headers<'a> {
    /// The headers without a prefix.
    pub(crate) channel: Shown<'a>,
    /// The headers that begin with `Dest`.
    pub(crate) dest: Shown<'a>,
    pub(crate) bridge: &'a str,
    pub(crate) queue: &'a str,
    pub(crate) interface: &'a str,
    pub(crate) member: &'a str,
    pub(crate) cause: Option<i32>,
}

/// A value that says something: Asterisk writes `<unknown>` (in one place `unknown`) where it knows nothing.
pub(crate) fn known(text: &str) -> Option<&str> {
    Some(text).filter(|text| !matches!(*text, "" | "<unknown>" | "unknown" | "<null>" | "(null)"))
}

impl<'a> Shown<'a> {
    /// The headers of `view` that begin with `prefix`.
    pub(crate) fn with_prefix(view: &View<'a>, prefix: &str) -> Self {
        let mut shown = Self::default();
        for (name, value) in view.attributes() {
            if let Some(name) = name.strip_prefix(prefix) {
                shown.take(name, value);
            }
        }
        shown
    }

    fn take(&mut self, name: &str, value: Value<'a>) {
        let text = value.text().unwrap_or_default();
        // A user event may repeat these: the channel's own come first.
        match name {
            "Channel" if self.name.is_empty() => self.name = text,
            "Uniqueid" if self.uniqueid.is_empty() => self.uniqueid = text,
            "Linkedid" if self.linkedid.is_empty() => self.linkedid = text,
            "ChannelState" => self.state = text.parse().ok(),
            "CallerIDNum" => self.number = text,
            "Exten" => self.exten = text,
            // Some versions name the channel: `ChanVariable(PJSIP/1001-00000003)`.
            _ if name.starts_with("ChanVariable") => self.variables = Some(value),
            _ => {}
        }
    }
}

impl<'a> Headers<'a> {
    pub(crate) fn read(view: &View<'a>) -> Self {
        let mut headers = Self::default();
        for (name, value) in view.attributes() {
            if let Some(name) = name.strip_prefix("Dest") {
                headers.dest.take(name, value);
                continue;
            }
            let text = value.text().unwrap_or_default();
            match name {
                "BridgeUniqueid" => headers.bridge = text,
                "Queue" => headers.queue = text,
                "Interface" | "Location" => headers.interface = text,
                "MemberName" => headers.member = text,
                "Cause" => headers.cause = text.parse().ok(),
                _ => headers.channel.take(name, value),
            }
        }
        headers
    }
}
