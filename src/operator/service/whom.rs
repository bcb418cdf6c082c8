//! Who is meant by a name or a number.

use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::id::UserId;
use crate::rules::domain::user_ref::{Bearer, UserRef};
use crate::shop::deeds::Judged;
use crate::store::Snapshot;

/// The user that is meant, if one is.
pub(super) fn find_one(snapshot: &Snapshot, whom: Option<&UserRef>) -> Judged<Option<UserId>> {
    match whom {
        Some(whom) => Ok(find(snapshot, whom)?.map(Some)),
        None => Ok(Ok(None)),
    }
}

/// Who is meant.
pub fn find(snapshot: &Snapshot, whom: &UserRef) -> Judged<UserId> {
    let name = match whom {
        UserRef::Number(number) => {
            let known = snapshot.user(UserId(*number))?.is_some();
            let user = known.then_some(UserId(*number));
            return Ok(user.ok_or_else(|| Refusal::NoUser(whom.to_string())));
        }
        UserRef::Name(name) => name,
    };
    let bearers = snapshot.bearers(name)?;
    Ok(match Bearer::only(&bearers) {
        Some(one) => Ok(one),
        None if bearers.is_empty() => Err(Refusal::NoUser(whom.to_string())),
        None => Err(Refusal::Ambiguous {
            name: name.clone(),
            bearers,
        }),
    })
}
