//! The outlook of a deed: whether it could be done, before an operator is asked whether it is meant.

use super::ask::{Ask, Whom};
use super::desk::Desk;
use super::refusal::Refusal;
use crate::rules::domain::act::Who;
use crate::rules::domain::id::{JobId, UserId};
use crate::shop::deeds::{self, Plan};
use crate::store::{StoreError, Txn};

impl Desk {
    /// Whether what `who` asks to be done could be done now; nothing is.
    pub async fn outlook(&self, who: Who, ask: Ask) -> Result<Result<(), Refusal>, StoreError> {
        let ask = match ask.fitted(who) {
            Ok(ask) => ask,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let plan = match self.plan(&ask).await? {
            Ok(Some(plan)) => plan,
            Ok(None) => return Ok(Ok(())),
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (shop, now, planned) = (self.store.shop(), self.clock.now(), plan.clone());
        let check = move |txn: &mut Txn<'_>| deeds::check(txn, &shop, &planned, now);
        let checked = self.store.try_write(check).await?;
        Ok(checked.map_err(|unfit| Refusal::of(&plan, unfit)))
    }

    /// The deed that is asked for, if it is one that the books may not allow.
    async fn plan(&self, ask: &Ask) -> Result<Result<Option<Plan>, Refusal>, StoreError> {
        let of_user = async |whom: &Whom, plan: fn(UserId) -> Plan| {
            let user = self.whom(whom.clone()).await?;
            Ok::<_, StoreError>(user.map(|user| Some(plan(user))))
        };
        Ok(match ask {
            Ask::Ban { whom, .. } => of_user(whom, Plan::Ban).await?,
            Ask::Unban { whom } => of_user(whom, Plan::Unban).await?,
            Ask::Grant {
                whom, credits, key, ..
            } => {
                let user = self.whom(whom.clone()).await?;
                user.map(|user| {
                    Some(Plan::Grant {
                        user,
                        credits: *credits,
                        key: key.clone(),
                    })
                })
            }
            Ask::Refund { job, .. } => Ok(Some(Plan::Refund(JobId(*job)))),
            Ask::Cancel { job, .. } => Ok(Some(Plan::Cancel(JobId(*job)))),
            Ask::Reorder { job, .. } => Ok(Some(Plan::Reorder(JobId(*job)))),
            Ask::Hurry { job } => Ok(Some(Plan::Hurry(JobId(*job)))),
            Ask::Pause { .. } => Ok(Some(Plan::Pause)),
            Ask::Resume => Ok(Some(Plan::Resume)),
            Ask::Wake { tired } => self.tired(tired).map(|tired| Some(Plan::Wake(tired))),
            Ask::Rest { tired, .. } => self.tired(tired).map(|_| None),
            Ask::Retry { .. }
            | Ask::Status
            | Ask::Stats { .. }
            | Ask::Users { .. }
            | Ask::User { .. }
            | Ask::History { .. }
            | Ask::Orders { .. }
            | Ask::Order { .. }
            | Ask::Jobs { .. }
            | Ask::Task { .. }
            | Ask::Job { .. }
            | Ask::Keys
            | Ask::Models
            | Ask::Acts { .. }
            | Ask::Audit
            | Ask::Books
            | Ask::Backup
            | Ask::Reload => Ok(None),
        })
    }
}
