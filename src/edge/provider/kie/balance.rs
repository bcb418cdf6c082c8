//! What an account has left, in each of the forms it has been told in.

use serde_json::Value;

use super::wire::number;

/// Where it stands if the answer is an object.
const KEYS: [&str; 8] = [
    "credits",
    "credit",
    "balance",
    "remaining",
    "remainingCredits",
    "remaining_credits",
    "available",
    "amount",
];

/// The number in `data`: as a number, as text, or in an object, one deep or two.
pub(super) fn balance(data: &Value) -> Option<f64> {
    let inner = |data: &Value| KEYS.iter().find_map(|key| number(data.get(*key)?));
    let deep = || {
        let keys = KEYS.iter().chain(&["data"]);
        keys.into_iter().find_map(|key| inner(data.get(*key)?))
    };
    number(data).or_else(|| inner(data)).or_else(deep)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_balance_is_read_in_each_of_its_forms() {
        for (data, left) in [
            (json!(60.62), Some(60.62)),
            (json!("60.62"), Some(60.62)),
            (json!(0), Some(0.0)),
            (json!(-12.5), Some(-12.5)),
            (json!({"credits": "42", "unit": "credits"}), Some(42.0)),
            (json!({"balance": 7}), Some(7.0)),
            (json!({"data": {"remaining": 3}}), Some(3.0)),
            (json!({"credit": {"balance": "1.5"}}), Some(1.5)),
            (json!({"userId": 5}), None),
            (json!(null), None),
            (json!("NaN"), None),
            (json!([5]), None),
        ] {
            assert_eq!(balance(&data), left, "{data}");
        }
    }
}
