//! Values that are not stored as they are: masks and pseudonyms.
//!
//! A pseudonym is HMAC-SHA-256 of the value under a secret, so that the same value is known again and nobody without
//! the secret can try out which value it was. Who has the secret can: card numbers and telephone numbers are few.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Stands in for a value of which nothing is left, its length included.
const FIXED: &str = "****";
/// Stands in for a character.
const STAR: char = '*';

/// The key of pseudonyms; it is in no message.
pub(crate) struct Secret(Hmac<Sha256>);

impl Secret {
    pub(crate) fn new(text: &str) -> Option<Self> {
        Hmac::new_from_slice(text.as_bytes()).ok().map(Self)
    }
}

/// What becomes of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Hide {
    /// Some of its characters become `*`.
    Mask {
        /// Only digits do.
        digits_only: bool,
        /// So many of them at the beginning are kept.
        keep_first: usize,
        /// So many of them at the end are kept.
        keep_last: usize,
    },
    /// It becomes `****`.
    Fixed,
    /// It becomes a pseudonym.
    Pseudonym {
        /// Hexadecimal digits.
        length: usize,
        /// Values are known again within a domain.
        domain: String,
    },
}

impl Hide {
    /// Nothing is left of the value.
    pub(crate) const NOTHING_LEFT: Self = Self::Fixed;

    /// Hides a value; what is absent or empty stays so.
    pub(crate) fn apply(&self, value: &mut Option<String>, secret: Option<&Secret>) {
        let Some(text) = value.as_mut().filter(|text| !text.is_empty()) else { return };
        *text = match self {
            Self::Fixed => FIXED.to_owned(),
            Self::Mask { digits_only, keep_first, keep_last } => mask(text, *digits_only, *keep_first, *keep_last),
            // A rule without a secret does not pass the configuration; if it did, nothing would be told.
            Self::Pseudonym { length, domain } => {
                secret.map_or_else(|| FIXED.to_owned(), |secret| pseudonym(secret, domain, text, *length))
            }
        };
    }
}

/// Where less would be hidden than kept, all is hidden.
fn mask(text: &str, digits_only: bool, keep_first: usize, keep_last: usize) -> String {
    let counts = |c: &char| !digits_only || c.is_numeric();
    let total = text.chars().filter(counts).count();
    let keeps = keep_first.saturating_add(keep_last);
    let (first, last) = if total >= keeps.saturating_mul(2) { (keep_first, keep_last) } else { (0, 0) };
    let mut place = 0;
    let hidden = text.chars().map(|c| {
        if !counts(&c) {
            return c;
        }
        place += 1;
        if place <= first || place > total - last { c } else { STAR }
    });
    hidden.collect()
}

fn pseudonym(secret: &Secret, domain: &str, text: &str, length: usize) -> String {
    let mut hmac = secret.0.clone();
    hmac.update(domain.as_bytes());
    // No domain holds a zero byte.
    hmac.update(&[0]);
    hmac.update(text.as_bytes());
    let digits = hmac.finalize().into_bytes().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.take(length).filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks() {
        let check = |digits_only, keep_first, keep_last, value: &str, expect: &str| {
            assert_eq!(mask(value, digits_only, keep_first, keep_last), expect, "{value}");
        };
        check(false, 0, 0, "secret", "******");
        check(false, 0, 2, "secret", "****et");
        check(false, 1, 2, "secret", "s***et");
        check(true, 0, 4, "4111-1111 1111-1234", "****-**** ****-1234");
        check(true, 0, 4, "room 12", "room **");
        check(true, 0, 4, "no digits", "no digits");
        check(true, 0, 0, "٤١", "**");
        check(false, 0, 3, "Köln", "****");
        check(false, 0, 2, "Köln", "**ln");
        check(false, 0, 1, "a\u{308}b\u{1F600}", "***\u{1F600}");
        check(false, 0, 0, &"x".repeat(4000), &"*".repeat(4000));
    }

    /// Test cases of RFC 4231, which have no domain: the zero byte is taken off by hand.
    #[test]
    fn pseudonyms_are_hmac_sha_256() {
        let mut hmac = Secret::new("Jefe").unwrap().0;
        hmac.update(b"what do ya want for nothing?");
        let expect = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let hex: String = hmac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, expect);
        let secret = Secret::new("Jefe").unwrap();
        let mut by_hand = secret.0.clone();
        by_hand.update(b"cards\0value");
        let hex: String = by_hand.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(pseudonym(&secret, "cards", "value", 64), hex);
        assert_eq!(pseudonym(&secret, "cards", "value", 9), hex.chars().take(9).collect::<String>());
    }

    #[test]
    fn secret_domain_and_value_tell_pseudonyms_apart() {
        let of = |secret: &str, domain, value| pseudonym(&Secret::new(secret).unwrap(), domain, value, 32);
        let one = of("a", "cards", "1");
        assert_eq!(one, of("a", "cards", "1"));
        assert_ne!(one, of("b", "cards", "1"));
        assert_ne!(one, of("a", "card", "s1"));
        assert_ne!(one, of("a", "cards", "2"));
    }

    #[test]
    fn what_is_absent_or_empty_stays_so() {
        for value in [None, Some(String::new())] {
            let mut hidden = value.clone();
            Hide::Fixed.apply(&mut hidden, None);
            assert_eq!(hidden, value);
        }
    }
}
