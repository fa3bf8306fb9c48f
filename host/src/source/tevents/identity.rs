//! What a log is known by, whatever its name.
//!
//! # Format
//! `log:<n>:<64 hexadecimal digits>`: SHA-256 of the first n bytes. n is where the first event ends, 4,096 at most. So a
//! log has its identity from its first event on, keeps it while it grows and when it is renamed or copied, and two logs
//! share one only if they agree in preamble and first event, times and ids included.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Bytes at the beginning of a log by which it is known, at most.
pub(super) const IDENTITY_BYTES: usize = 4_096;

/// The identity of a log that begins with `beginning` and whose first event ends at `first_end`.
pub(super) fn identity(beginning: &[u8], first_end: u64) -> String {
    let wanted = usize::try_from(first_end).unwrap_or(usize::MAX).min(IDENTITY_BYTES).min(beginning.len());
    let digest = digest(beginning.get(..wanted).unwrap_or_default());
    format!("log:{wanted}:{digest}")
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Finds the log that begins with `beginning` among the known ones: its identity, and the sequence up to which it is
/// known.
pub(super) fn find<'k>(known: &'k BTreeMap<String, u64>, beginning: &[u8]) -> Option<(&'k str, u64)> {
    let mut digests: BTreeMap<usize, String> = BTreeMap::new();
    let mut best: Option<(usize, &str, u64)> = None;
    for (name, reached) in known {
        let Some((length, wanted)) = name.strip_prefix("log:").and_then(|rest| rest.split_once(':')) else { continue };
        let Ok(length) = length.parse::<usize>() else { continue };
        let Some(bytes) = beginning.get(..length).filter(|bytes| !bytes.is_empty()) else { continue };
        let same = digests.entry(length).or_insert_with(|| digest(bytes)) == wanted;
        if same && best.is_none_or(|(longest, ..)| length > longest) {
            best = Some((length, name, *reached));
        }
    }
    best.map(|(_, name, reached)| (name, reached))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_known_while_it_grows() {
        let long = vec![b'x'; 10_000];
        let mut known = BTreeMap::new();
        known.insert(identity(b"preamble first event", 8), 77);
        known.insert(identity(&long, 9_000), 9_000);
        known.insert("sha256:00".to_owned(), 5);
        known.insert("log:x:00".to_owned(), 5);
        known.insert("log:0:00".to_owned(), 5);
        assert_eq!(find(&known, b"preamble and more").map(|(_, reached)| reached), Some(77));
        assert_eq!(find(&known, b"preambl"), None);
        assert_eq!(find(&known, &long[..4_096]).map(|(_, reached)| reached), Some(9_000));
        assert_eq!(find(&known, &long[..4_095]), None);
    }
}
