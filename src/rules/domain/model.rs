//! The chain of models: the first one that does not rest.

use super::id::ModelName;
use super::keyring::Rest;
use crate::base::time::Timestamp;

/// The first model of the operator's chain that does not rest; nothing when all do.
pub fn first_awake(chain: &[(ModelName, Option<Rest>)], now: Timestamp) -> Option<&ModelName> {
    chain
        .iter()
        .find(|(_, rest)| rest.is_none_or(|rest| !rest.lasts(now)))
        .map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::domain::failure::{Kind, MODEL_REST};

    #[test]
    fn a_resting_model_is_passed_over() {
        let now = Timestamp(5);
        let rest = Some(Rest::new(now, MODEL_REST, Kind::ModelOff));
        let (a, b) = (ModelName("a".into()), ModelName("b".into()));
        assert_eq!(
            first_awake(&[(a.clone(), rest), (b.clone(), None)], now),
            Some(&b)
        );
        assert_eq!(
            first_awake(&[(a.clone(), rest), (b.clone(), rest)], now),
            None
        );
        assert_eq!(
            first_awake(&[(a.clone(), rest), (b, None)], now.plus(MODEL_REST)),
            Some(&a)
        );
    }
}
