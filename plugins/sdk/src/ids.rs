//! Identifiers that are derived, never random: both sides of a pair make the same ones from the same events.
//!
//! GUIDs are UUIDs of version 5 (SHA-1 of a namespace and a name, RFC 9562). The name is the DBID of the source's
//! primary server followed by the parts that tell the object from its like: call id, device, ordinal.
//!
//! DBIDs of objects that no configuration source has described are hashes of kind and name with bit 30 set, so that
//! they are positive and far from the small numbers that a configuration database gives.

use serde::{Deserialize, Serialize};
use sha1_smol::Sha1;

/// Namespace of all identifiers that the concentrator derives; a UUID of version 4, made once.
const NAMESPACE: [u8; 16] =
    [0x3d, 0x1f, 0x7c, 0x52, 0x8e, 0x0b, 0x4b, 0x6a, 0x9d, 0x61, 0x27, 0x5a, 0xc4, 0x90, 0x1e, 0x88];

/// Lowest DBID that is derived from a name: bit 30.
pub const DERIVED_DBID_MIN: i32 = 1 << 30;

/// What an identifier is of: the same name gives different identifiers for different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// An interaction: IRID.
    Interaction,
    /// A party in a call: PARTYID.
    Party,
    /// A party across calls: PARTYGUID.
    PartyGuid,
    /// A stay in a queue: VQID.
    QueueVisit,
    /// A login session: LOGINSESSIONID.
    LoginSession,
    /// An object of the directory.
    Object,
    /// A call: CONNID.
    Connection,
}

fn digest(of: Of, source: i32, parts: &[&str]) -> [u8; 20] {
    let mut sha = Sha1::new();
    sha.update(&NAMESPACE);
    sha.update(&[of as u8]);
    sha.update(&source.to_le_bytes());
    for part in parts {
        sha.update(part.as_bytes());
        // Separates ("a", "bc") from ("ab", "c"); no name holds a zero byte that a database would take.
        sha.update(&[0]);
    }
    sha.digest().bytes()
}

/// A UUID of version 5: kept as its 16 bytes, which cost a live thing less than the text that its rows hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guid([u8; 16]);

impl Guid {
    /// Its text form, 36 characters.
    #[must_use]
    pub fn text(self) -> String {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(36);
        for (at, byte) in self.0.into_iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 15)]));
        }
        text
    }
}

/// The UUID of version 5 for the thing that `source` calls by these `parts`.
#[must_use]
pub fn guid(of: Of, source: i32, parts: &[&str]) -> Guid {
    let mut guid = [0; 16];
    for (to, from) in guid.iter_mut().zip(digest(of, source, parts)) {
        *to = from;
    }
    guid[6] = guid[6] & 0x0f | 0x50;
    guid[8] = guid[8] & 0x3f | 0x80;
    Guid(guid)
}

/// A connection id for the call that `source` calls `call`, of 63 bits: it fits a signed number too, and is never 0.
#[must_use]
pub fn connection(source: i32, call: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = digest(Of::Connection, source, &[call]);
    (u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 1).max(1)
}

/// A DBID for the object that `source` calls by these `parts`: positive, at least [`DERIVED_DBID_MIN`].
#[must_use]
pub fn dbid(source: i32, parts: &[&str]) -> i32 {
    let bytes = digest(Of::Object, source, parts);
    i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) & i32::MAX | DERIVED_DBID_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_uuids_of_version_5() {
        let id = guid(Of::Party, 7, &["1795346819.0", "PJSIP/1001", "1"]);
        assert_eq!(id.text().len(), 36);
        assert_eq!(id.text().as_bytes()[14], b'5');
        assert!(matches!(id.text().as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        assert_eq!(id, guid(Of::Party, 7, &["1795346819.0", "PJSIP/1001", "1"]));
    }

    #[test]
    fn everything_that_tells_things_apart_counts() {
        let id = guid(Of::Party, 7, &["ab", "c"]);
        assert_ne!(id, guid(Of::Party, 7, &["a", "bc"]));
        assert_ne!(id, guid(Of::Party, 8, &["ab", "c"]));
        assert_ne!(id, guid(Of::PartyGuid, 7, &["ab", "c"]));
    }

    #[test]
    fn connections_fit_signed_numbers() {
        for number in 0..1000 {
            assert!(i64::try_from(connection(7, &number.to_string())).unwrap() > 0);
        }
        assert_ne!(connection(7, "1795346819.0"), connection(7, "1795346819.1"));
    }

    #[test]
    fn dbids_are_positive_and_high() {
        for number in 0..1000 {
            assert!(dbid(number, &["agent", "Agent One"]) >= DERIVED_DBID_MIN);
        }
    }
}
