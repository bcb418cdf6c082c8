//! Why a use case changed nothing: the store failed, or the rules refuse.

use crate::rules::domain::deed::refusal::Refusal;
use crate::store::StoreError;

/// What came of a use case that the rules may refuse; a refusal is an answer, and what it wrote before is none.
pub type Judged<T> = Result<Result<T, Refusal>, StoreError>;

/// Why a use case changed nothing.
#[derive(Debug)]
pub enum Undone {
    Refused(Refusal),
    Store(StoreError),
}

impl From<Refusal> for Undone {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The answer a face is given.
pub(crate) fn judged<T>(done: Result<T, Undone>) -> Judged<T> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Undone::Refused(refusal)) => Ok(Err(refusal)),
        Err(Undone::Store(error)) => Err(error),
    }
}
