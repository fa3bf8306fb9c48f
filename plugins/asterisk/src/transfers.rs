//! Transfers, and consultations that are made over the channel of the call itself (feature codes).

use crate::{bridges::LINK_TRANSFER, channel::Channel, exchange::Exchange, headers::Shown};
use concentrator_sdk::{
    View,
    model::{Call, MergeType, Party, PartyState, Role},
    store::Key,
};

impl Exchange {
    pub(crate) fn blind_transfer(&mut self, event: &View<'_>) {
        let transferer = Shown::with_prefix(event, "Transferer");
        let transferee = Shown::with_prefix(event, "Transferee");
        let Some(key) = self.channel(&transferer).or_else(|| self.channel(&transferee)) else { return };
        if event.text("Result").is_none_or(|result| result == "Success")
            && let Some(call) = self.call_of(key)
        {
            self.model.count_transfer(call);
            self.goes_on_without(call, self.find(transferer.uniqueid));
        }
    }

    /// Whoever transferred the call will leave it without ending it.
    fn goes_on_without(&mut self, call: Key<Call>, transferer: Option<Key<Channel>>) {
        self.model.set_released_by(call, None);
        if let Some(channel) = transferer.and_then(|key| self.channels.get_mut(key)) {
            channel.transferred = true;
        }
    }

    /// Plumbing was laid for a consultation: the consulting channel takes part in a second call.
    pub(crate) fn consultation_laid(&mut self, plumbing: &str, transferer: &str) {
        let (Some(end), Some(key)) = (self.find(plumbing), self.find_name(transferer)) else { return };
        let Some(channel) = self.channels.get(end) else { return };
        let laid = channel.call.is_some() || self.model.has_ended(&channel.uniqueid);
        if !channel.is_plumbing() || !channel.name.ends_with(";1") || laid {
            return;
        }
        let id = channel.uniqueid.clone();
        let Some(transferer) = self.channels.get(key) else { return };
        let linkedid = transferer.linkedid.clone();
        let Some(primary) = self.call_of(key) else { return };
        self.end_second_part(key, None);
        let session = self.session_at(key);
        let call = self.model.open_call(&id, &linkedid, self.model.now());
        self.model.consult_from(call, primary);
        self.model.inherit_data(call, primary);
        let numbers = self.channels.get(end).map(|of| (of.number.clone(), of.exten.clone()));
        if let Some((_, exten)) = numbers {
            let dn = self.channels.get(key).map(|of| of.endpoint().to_owned());
            self.model.set_numbers(call, dn.as_deref(), Some(&*exten).filter(|exten| !exten.is_empty()));
        }
        self.second_part(key, call, Role::Origination, PartyState::Dialing, None, session);
        let both = [Some(end), self.other(end)];
        for end in both.into_iter().flatten() {
            if let Some(channel) = self.channels.get_mut(end) {
                channel.call = Some(call);
                channel.consulting = Some(key);
            }
        }
    }

    pub(crate) fn attended_transfer(&mut self, event: &View<'_>) {
        if event.text("Result").is_some_and(|result| result != "Success") {
            return;
        }
        let primary = Shown::with_prefix(event, "OrigTransferer");
        let second = Shown::with_prefix(event, "SecondTransferer");
        let transferee = Shown::with_prefix(event, "Transferee");
        // Who transfers may have hung up by now; the others, and the names of the trees, still tell the calls.
        let (orig, other) = (self.channel(&primary), self.channel(&second));
        let threeway = event.text("DestType") == Some("Threeway");
        let of = |exchange: &Self, key: Option<Key<Channel>>| key.and_then(|key| exchange.call_of(key));
        let customer = self.channel(&transferee);
        let call = of(self, orig).or_else(|| of(self, customer)).or_else(|| self.model.find_call(primary.linkedid));
        let Some(mut call) = call else { return };
        let consultation = if primary.uniqueid == second.uniqueid {
            let part = orig.and_then(|orig| self.channels.get(orig)).and_then(|of| of.second);
            part.and_then(|party| self.model.party(party)).map(Party::call)
        } else {
            of(self, other).or_else(|| self.model.find_call(second.linkedid))
        };
        if let Some(consultation) = consultation.filter(|of| *of != call) {
            let created = |call| self.model.call(call).map(Call::created);
            let (older, younger) =
                if created(call) <= created(consultation) { (call, consultation) } else { (consultation, call) };
            self.model.consult_from(younger, older);
            let kind = if threeway { MergeType::Conference } else { MergeType::Transfer };
            self.model.merge_call(younger, older, kind);
            let parts: Vec<_> = [orig, other]
                .into_iter()
                .flatten()
                .filter_map(|key| self.channels.get(key))
                .flat_map(|of| [of.party, of.second])
                .flatten()
                .collect();
            let by = parts.first().copied();
            let stay = self.model.call(younger).map(|call| call.parties().to_vec()).unwrap_or_default();
            for party in stay.into_iter().filter(|party| !parts.contains(party)) {
                self.model.move_party(party, older, by, LINK_TRANSFER);
            }
            call = older;
        }
        // In a conference the one who brought it about stays: the bridge counts it.
        if !threeway {
            self.model.count_transfer(call);
            for transferer in [orig, other] {
                self.goes_on_without(call, transferer);
            }
        }
        if event.text("DestType") == Some("App") {
            self.take_over_stay(event, &second);
        }
    }

    /// A call was transferred to where the consultation waits: in a queue the customer stays in its place.
    fn take_over_stay(&mut self, event: &View<'_>, second: &Shown<'_>) {
        let transferee = Shown::with_prefix(event, "Transferee");
        let (Some(from), Some(to)) = (self.channel(second), self.channel(&transferee)) else { return };
        if self.channels.get(to).is_some_and(|to| to.stay.is_none())
            && let Some(stay) = self.channels.get_mut(from).and_then(|of| of.stay.take())
            && let Some(to) = self.channels.get_mut(to)
        {
            to.stay = Some(stay);
        }
    }
}
