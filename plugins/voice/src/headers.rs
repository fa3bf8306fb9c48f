//! The attributes of an event, found in one pass.

use concentrator_sdk::{Value, View};

/// What an event says. Texts that are not there are empty; a connection id that is not there, or is not one, is 0.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Headers<'a> {
    pub(crate) this_dn: &'a str,
    pub(crate) this_queue: &'a str,
    pub(crate) other_dn: &'a str,
    pub(crate) third_dn: &'a str,
    pub(crate) ani: &'a str,
    pub(crate) dnis: &'a str,
    pub(crate) agent_id: &'a str,
    pub(crate) place: &'a str,
    pub(crate) call_uuid: &'a str,
    pub(crate) conn: u64,
    pub(crate) previous_conn: u64,
    pub(crate) call_id: Option<i64>,
    pub(crate) call_type: Option<i64>,
    pub(crate) call_state: Option<i64>,
    pub(crate) this_role: Option<i64>,
    pub(crate) third_role: Option<i64>,
    pub(crate) work_mode: Option<i64>,
    pub(crate) user_data: Option<Value<'a>>,
    pub(crate) reasons: Option<Value<'a>>,
    pub(crate) extensions: Option<Value<'a>>,
    pub(crate) is_links: Option<Value<'a>>,
}

/// A connection id: up to 16 hexadecimal digits.
fn connection(value: Value<'_>) -> u64 {
    value.text().filter(|text| text.len() <= 16).and_then(|text| u64::from_str_radix(text, 16).ok()).unwrap_or_default()
}

/// The (key, text) pairs of a list, in their order; none if it is no list.
pub(crate) fn pairs<'a>(list: Option<Value<'a>>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let pairs = match list {
        Some(Value::List(pairs)) => Some(pairs),
        Some(Value::Text(_) | Value::Integer(_)) | None => None,
    };
    pairs.into_iter().flatten()
}

impl<'a> Headers<'a> {
    pub(crate) fn read(view: &View<'a>) -> Self {
        let mut of = Self::default();
        for (name, value) in view.attributes() {
            let text = value.text().unwrap_or_default();
            match name {
                "ThisDN" => of.this_dn = text,
                "ThisQueue" => of.this_queue = text,
                "OtherDN" => of.other_dn = text,
                "ThirdPartyDN" => of.third_dn = text,
                "ANI" => of.ani = text,
                "DNIS" => of.dnis = text,
                "AgentID" => of.agent_id = text,
                "Place" => of.place = text,
                // The second name is that of client libraries' logs.
                "CallUUID" | "CallUuid" => of.call_uuid = text,
                "ConnID" => of.conn = connection(value),
                "PreviousConnID" => of.previous_conn = connection(value),
                "CallID" => of.call_id = value.integer(),
                "CallType" => of.call_type = value.integer(),
                "CallState" => of.call_state = value.integer(),
                "ThisDNRole" => of.this_role = value.integer(),
                "ThirdPartyDNRole" => of.third_role = value.integer(),
                "AgentWorkMode" => of.work_mode = value.integer(),
                "UserData" => of.user_data = Some(value),
                // The T-Library's name and that of its clients.
                "Reason" | "Reasons" => of.reasons = Some(value),
                "Extensions" => of.extensions = Some(value),
                "ISLinkList" => of.is_links = Some(value),
                _ => {}
            }
        }
        of
    }

    /// The text of a key of the extensions; empty if there is none.
    pub(crate) fn extension(&self, key: &str) -> &'a str {
        pairs(self.extensions).find(|(found, _)| *found == key).map_or("", |(_, text)| text)
    }
}
