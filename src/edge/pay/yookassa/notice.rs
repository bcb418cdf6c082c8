//! What YooKassa's notifications are good for: a hint at what to look up.
//!
//! They are not signed, come twice, late and out of order, and anybody can send one: nothing else in them is read.

use serde_json::Value;

use super::wire::Id;

/// A notification is no longer, in bytes.
pub const LIMIT: usize = 64 << 10;

/// What to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// A payment has come to its end, they say, or is held.
    Payment { event: Event, payment: Id },
    /// Something was given back, they say.
    Refund { refund: Id, payment: Id },
}

/// What is said to have happened to a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Succeeded,
    Held,
    Canceled,
}

/// Nothing if it is none of those we ask for.
pub fn read(body: &[u8]) -> Option<Hint> {
    let told: Value = serde_json::from_slice(body).ok()?;
    let object = &told["object"];
    let id = |name: &str| Id::new(object[name].as_str()?);
    let of_payment = |event| {
        let payment = id("id")?;
        Some(Hint::Payment { event, payment })
    };
    match told["event"].as_str()? {
        "payment.succeeded" => of_payment(Event::Succeeded),
        "payment.waiting_for_capture" => of_payment(Event::Held),
        "payment.canceled" => of_payment(Event::Canceled),
        "refund.succeeded" => Some(Hint::Refund {
            refund: id("id")?,
            payment: id("payment_id")?,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(body: &str) -> Option<Hint> {
        read(body.as_bytes())
    }

    #[test]
    fn a_notification_says_what_to_look_up() {
        let payment = Id::new("2d6b1b2a-000f-5000-8000-1a2b3c4d5e6f").unwrap();
        let body = r#"{"type":"notification","event":"payment.succeeded","new":[1],
            "object":{"id":"2d6b1b2a-000f-5000-8000-1a2b3c4d5e6f","status":"pending"}}"#;
        let event = Event::Succeeded;
        assert_eq!(hint(body), Some(Hint::Payment { event, payment }));
        let body = r#"{"event":"refund.succeeded","object":{"id":"r-1","payment_id":"p-1"}}"#;
        let (refund, payment) = (Id::new("r-1").unwrap(), Id::new("p-1").unwrap());
        assert_eq!(hint(body), Some(Hint::Refund { refund, payment }));
    }

    #[test]
    fn what_goes_into_no_address_is_no_hint() {
        let deep = "[".repeat(100_000);
        for body in [
            "",
            "null",
            "[]",
            &deep,
            r#"{"event":"payment.succeeded"}"#,
            r#"{"event":"payment.succeeded","object":{"id":7}}"#,
            r#"{"event":"payment.succeeded","object":{"id":""}}"#,
            r#"{"event":"payment.succeeded","object":{"id":"../refunds/x"}}"#,
            r#"{"event":"payment.succeeded","object":{"id":"a?limit=100"}}"#,
            r#"{"event":"payment_method.active","object":{"id":"a"}}"#,
            r#"{"event":"refund.succeeded","object":{"id":"a"}}"#,
            &format!(
                r#"{{"event":"payment.canceled","object":{{"id":"{}"}}}}"#,
                "a".repeat(65)
            ),
        ] {
            assert_eq!(hint(body), None, "{}", &body[..body.len().min(80)]);
        }
    }
}
