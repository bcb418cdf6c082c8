//! The webhook of Crypto Pay: whether it comes from them, and which invoice to look up.

use ring::{digest, hmac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::wire::InvoiceId;

/// The header with the signature.
pub const SIGNATURE: &str = "crypto-pay-api-signature";
/// A webhook is no longer, in bytes: a payload and a description at their longest, escaped.
pub const LIMIT: usize = 64 << 10;

/// Checks what Crypto Pay has signed.
pub struct Seal(hmac::Key);

impl Seal {
    /// For the app with this token.
    pub fn new(token: &SecretString) -> Self {
        let key = digest::digest(&digest::SHA256, token.expose_secret().as_bytes());
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()))
    }

    /// Whether `signature`, in hex, is over exactly these bytes; one that is missing is none.
    pub fn holds(&self, body: &[u8], signature: Option<&str>) -> bool {
        let tag = signature.and_then(unhex);
        // The comparison takes the same time wherever they differ.
        tag.is_some_and(|tag| hmac::verify(&self.0, body, &tag).is_ok())
    }
}

/// The invoice that is said to be paid; nothing if it says anything else.
pub fn read(body: &[u8]) -> Option<InvoiceId> {
    let told: Value = serde_json::from_slice(body).ok()?;
    let paid = told["update_type"] == "invoice_paid";
    let id = told["payload"]["invoice_id"].as_u64();
    id.filter(|_| paid).map(InvoiceId)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<_>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    let byte = |two: &[u32]| (two[0] << 4 | two[1]) as u8;
    Some(digits.chunks_exact(2).map(byte).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With spaces and escapes as their server may write them.
    const BODY: &[u8] =
        br#"{"update_id":1, "update_type":"invoice_paid","payload":{"invoice_id":17,"description":"\u043a"}}"#;
    /// By another implementation of the same.
    const SIGNED: &str = "1c9803c48afde07adaf9d59cf805113e081f51b0338b74956717982453ac8da4";

    #[test]
    fn a_signature_is_over_the_bytes_as_they_came() {
        let seal = Seal::new(&"17:AAtoken".into());
        assert!(seal.holds(BODY, Some(SIGNED)));
        assert!(seal.holds(BODY, Some(&SIGNED.to_uppercase())));
        let again = serde_json::from_slice::<Value>(BODY).unwrap().to_string();
        assert!(!seal.holds(again.as_bytes(), Some(SIGNED)));
        for signature in [
            None,
            Some(""),
            Some("zz"),
            Some(&SIGNED[1..]),
            Some(&SIGNED[2..]),
        ] {
            assert!(!seal.holds(BODY, signature), "{signature:?}");
        }
        assert!(!Seal::new(&"17:AAother".into()).holds(BODY, Some(SIGNED)));
    }

    #[test]
    fn a_webhook_says_which_invoice_to_look_up() {
        assert_eq!(read(BODY), Some(InvoiceId(17)));
        for body in [
            "",
            "[]",
            r#"{"update_type":"invoice_paid"}"#,
            r#"{"update_type":"invoice_paid","payload":{"invoice_id":-1}}"#,
            r#"{"update_type":"invoice_new","payload":{"invoice_id":17}}"#,
        ] {
            assert_eq!(read(body.as_bytes()), None, "{body}");
        }
    }
}
