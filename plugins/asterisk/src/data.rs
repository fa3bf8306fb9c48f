//! Attached data: variables of channels, and user events.

use crate::{
    channel::Channel,
    exchange::Exchange,
    headers::{Headers, Shown, known},
};
use concentrator_sdk::{Value, View, model::Attached, store::Key};

/// Different keys of attached data that are known; others are ignored.
const KEYS_MAX: usize = 512;
/// Variable by which a queue says how a stay ended.
const QUEUE_STATUS: &str = "QUEUESTATUS";
/// Variable that names the channel which consults, on the plumbing that is laid for it.
const CONSULTING: &str = "TRANSFERERNAME";

impl Exchange {
    pub(crate) fn var_set(&mut self, event: &View<'_>) {
        let Some(variable) = event.text("Variable") else { return };
        let plain = variable.trim_start_matches('_');
        let is_data = self.config.user_data.contains(plain) || self.keys.iter().any(|key| **key == *plain);
        if !is_data && !matches!(plain, QUEUE_STATUS | CONSULTING) {
            return;
        }
        let value = event.text("Value").unwrap_or_default();
        let Some(uniqueid) = event.text("Uniqueid") else { return };
        if plain == CONSULTING {
            self.consultation_laid(uniqueid, value);
            return;
        }
        let Some(key) = self.find(uniqueid) else { return };
        if plain == QUEUE_STATUS {
            if !value.is_empty() {
                self.queue_status(key, value);
            }
        } else {
            self.variable(key, plain, value);
        }
    }

    /// The attached data that an event shows on a channel.
    pub(crate) fn variables_of(&mut self, key: Key<Channel>, shown: &Shown<'_>) {
        let Some(Value::List(variables)) = shown.variables else { return };
        for (name, value) in variables {
            let name = name.trim_start_matches('_');
            if self.config.user_data.is_empty() || self.config.user_data.contains(name) {
                self.variable(key, name, value);
            }
        }
    }

    /// A channel carries a value. Its call has it from now on, if the channel did not carry it before: what a channel
    /// inherited is no news.
    fn variable(&mut self, key: Key<Channel>, name: &str, value: &str) {
        let Some(number) = self.number_of_key(name) else { return };
        let Some(channel) = self.channels.get_mut(key) else { return };
        match channel.variables.iter_mut().find(|(known, _)| *known == number) {
            Some((_, known)) if **known == *value => return,
            Some((_, known)) => *known = value.into(),
            None if value.is_empty() => return,
            None => channel.variables.push((number, value.into())),
        }
        let party = channel.party;
        if party.is_some()
            && let Some(call) = self.call_of(key)
        {
            self.model.attach(call, party, Attached::UserData, name, value);
        }
    }

    /// What a channel carried before it had a party is its party's.
    pub(crate) fn attach_variables(&mut self, key: Key<Channel>) {
        let Some(channel) = self.channels.get(key) else { return };
        let (party, variables) = (channel.party, channel.variables.clone());
        let Some(call) = self.call_of(key) else { return };
        for (number, value) in variables {
            if let Some(name) = self.keys.get(usize::from(number)).cloned() {
                self.model.attach(call, party, Attached::UserData, &name, &value);
            }
        }
    }

    fn number_of_key(&mut self, name: &str) -> Option<u16> {
        let known = self.keys.iter().position(|key| **key == *name);
        if known.is_none() && (self.keys.len() >= KEYS_MAX || name.is_empty() || name.len() > 255) {
            return None;
        }
        let number = known.unwrap_or_else(|| {
            self.keys.push(name.into());
            self.keys.len() - 1
        });
        u16::try_from(number).ok()
    }

    pub(crate) fn user_event(&mut self, event: &View<'_>) {
        let headers = Headers::read(event);
        let shown = &headers.channel;
        let key = if shown.name.is_empty() { self.find(shown.uniqueid) } else { self.channel_with_variables(shown) };
        let party = key.and_then(|key| self.party(key));
        let call = key.and_then(|key| self.call_of(key)).or_else(|| self.model.find_call(shown.linkedid));
        let mut name = None;
        for (header, value) in event.attributes() {
            let text = value.text().unwrap_or_default();
            if header == "UserEvent" && name.is_none() {
                name = Some(text);
                continue;
            }
            let Some(name) = name else { continue };
            if matches!(header, "Uniqueid" | "Linkedid" | "Channel" | "ActionID") || header.is_empty() {
                continue;
            }
            let header = header.get(..header.len().min(255)).unwrap_or(header);
            self.model.custom_data(call, party, name, header, text);
            if let (Some(call), Some(value)) = (call, known(text)) {
                self.model.attach(call, party, Attached::UserData, header, value);
            }
        }
    }
}
