//! Whoever asks for an operator.

use crate::actors::sender::Delivery;
use crate::operator::service::UserRef;
use crate::operator::service::desk::Answerable;
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
    pub(super) async fn ask<Q: Answerable>(
        &self,
        question: Q,
    ) -> Result<Option<Q::Answer>, StoreError> {
        let answer = self.delivery.desk.ask(self.who, question).await?;
        Ok(answer
            .inspect_err(|refusal| {
                tracing::debug!(?refusal, "an operator cannot be shown what they asked for");
            })
            .ok())
    }

    pub(super) fn store(&self) -> &Store {
        &self.delivery.store
    }
}

pub(super) fn whom(user: UserId) -> UserRef {
    UserRef::Number(user.0)
}
