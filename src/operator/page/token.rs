//! The operator's token: what is made of a word that is said for it, at the page or where the metrics are.

use std::net::IpAddr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::guesses::Guesses;
use crate::base::telemetry::seldom::Seldom;
use crate::base::time::Timestamp;

/// A token of so many characters is not found by guessing, however long one guesses: 32 hexadecimal digits are 128
/// bits of chance. The one that is made here has 64.
const UNGUESSABLE: usize = 32;

/// The token, and who has guessed at it.
#[derive(Debug)]
pub struct Token {
    word: SecretString,
    guesses: Guesses,
    wrong: Seldom,
}

/// What is made of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It is the token.
    Right,
    /// It is not.
    Wrong,
    /// Too many were wrong: the next one is listened to after this time.
    Wait(Duration),
}

impl Token {
    /// Nobody has guessed yet.
    pub fn new(word: SecretString) -> Self {
        Self {
            word,
            guesses: Guesses::default(),
            wrong: Seldom::default(),
        }
    }

    /// Hears a word from an address.
    ///
    /// The right one is let in at once, whatever others have said from there: what was guessed at cannot be guessed.
    /// Only a short token, which an operator has chosen, is not listened to while an address must wait.
    pub fn hear(&self, said: &[u8], address: IpAddr, now: Timestamp) -> Heard {
        let word = self.word.expose_secret().as_bytes();
        let right = bool::from(said.ct_eq(word));
        match (right, self.guesses.wait(address, now)) {
            (true, None) => Heard::Right,
            (true, Some(_)) if word.len() >= UNGUESSABLE => Heard::Right,
            (_, Some(wait)) => Heard::Wait(wait),
            (false, None) => {
                self.guesses.wrong(address, now);
                if let Some(times) = self.wrong.happens() {
                    tracing::warn!(times, "a wrong token was said at the operator's door");
                }
                Heard::Wrong
            }
        }
    }

    /// Forgets the wrong ones of an address where an operator has come in.
    pub fn forgive(&self, address: IpAddr) {
        self.guesses.right(address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_769_083_200_000);
    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn a_right_word_is_let_in_whatever_others_have_guessed() {
        let word = "0123456789abcdef".repeat(2);
        for address in [HERE, THERE] {
            let token = Token::new(word.as_str().into());
            let mut waits = 0;
            for _ in 0..1000 {
                match token.hear(b"guess", address, NOW) {
                    Heard::Right => panic!("it is wrong"),
                    Heard::Wrong => {}
                    Heard::Wait(_) => waits += 1,
                }
            }
            assert!(waits >= 900, "{address}: {waits}");
            assert_eq!(token.hear(word.as_bytes(), address, NOW), Heard::Right);
            let almost = &word.as_bytes()[1..];
            assert!(matches!(token.hear(almost, address, NOW), Heard::Wait(_)));
        }
    }

    #[test]
    fn a_short_word_is_not_listened_to_while_somebody_guesses() {
        let word = b"sixteen-letters.";
        let token = Token::new("sixteen-letters.".into());
        for _ in 0..5 {
            assert_eq!(token.hear(b"", THERE, NOW), Heard::Wrong);
            assert_eq!(token.hear(b"guess", HERE, NOW), Heard::Wrong);
        }
        assert!(matches!(token.hear(word, THERE, NOW), Heard::Wait(_)));
        assert_eq!(
            token.hear(word, HERE, NOW),
            Heard::Right,
            "many come from here"
        );
        let other = IpAddr::from([198, 51, 100, 1]);
        assert_eq!(token.hear(word, other, NOW), Heard::Right);
    }
}
