//! Whoever asks for an operator.

use crate::actors::sender::Delivery;
use crate::operator::service::{Answer, Ask, Refusal, Whom};
use crate::rules::domain::act::Who;
use crate::rules::domain::id::UserId;
use crate::store::{Store, StoreError};

/// Whoever asks for an operator.
pub(super) struct Asker<'d> {
    pub(super) delivery: &'d Delivery,
    pub(super) who: Who,
}

impl Asker<'_> {
    /// The answer, unless it is a refusal.
    pub(super) async fn ask(&self, ask: Ask) -> Result<Option<Answer>, StoreError> {
        match self.delivery.desk.answer(self.who, ask).await? {
            Answer::Refused(refusal) => {
                let refusal: &Refusal = &refusal;
                tracing::debug!(%refusal, "an operator cannot be shown what they asked for");
                Ok(None)
            }
            answer => Ok(Some(answer)),
        }
    }

    pub(super) fn store(&self) -> &Store {
        &self.delivery.store
    }
}

pub(super) fn whom(user: UserId) -> Whom {
    Whom::Number(user.0)
}
