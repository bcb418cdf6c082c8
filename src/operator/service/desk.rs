//! The desk that answers operators, whichever way they come.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::answer::{ActLine, Answer};
use super::ask::{Ask, Whom};
use super::provider::{self, Provider};
use super::refusal::Refusal;
use super::reload::{self, Reloads};
use super::status::{self, Place};
use super::{books, entries, orders, people, stats};
use crate::base::aside;
use crate::base::clock::Clock;
use crate::base::time::Timestamp;
use crate::rules::domain::act::Who;
use crate::rules::domain::id::{JobId, UserId};
use crate::shop::audit;
use crate::shop::backup::front::Front;
use crate::shop::deeds::{self, By, Plan, Unfit};
use crate::shop::ledger::Granted;
use crate::store::{Snapshot, Store, StoreError, Txn};

/// What the configuration says of the provider at the moment; nothing without a configuration.
pub type Providing = Arc<dyn Fn() -> Option<Provider> + Send + Sync>;

/// Answers operators. Clones share everything.
#[derive(Clone)]
pub struct Desk {
    pub store: Store,
    pub clock: Clock,
    /// Where a backup is asked for, and how things stand with them.
    pub backups: Arc<Front>,
    pub provider: Providing,
    /// Where the shop is.
    pub place: Place,
    /// Who reloads; nobody when a file is asked.
    pub reloads: Option<Reloads>,
}

/// An answer, or why there is none.
type Answered = Result<Result<Answer, Refusal>, StoreError>;

impl Desk {
    /// A desk that knows neither the provider nor the place.
    pub fn bare(store: Store, clock: Clock) -> Self {
        let place = Place {
            file: PathBuf::new(),
            since: None,
        };
        Self {
            store,
            clock,
            backups: Arc::default(),
            provider: Arc::new(|| None),
            place,
            reloads: None,
        }
    }

    /// Answers one question of `who`.
    pub async fn answer(&self, who: Who, ask: Ask) -> Result<Answer, StoreError> {
        let by = By {
            who,
            at: self.clock.now(),
        };
        let answered = match ask.fitted(who) {
            Ok(ask) => self.ask(by, ask).await?,
            Err(refusal) => Err(refusal),
        };
        Ok(answered.unwrap_or_else(Answer::Refused))
    }

    async fn ask(&self, by: By, ask: Ask) -> Answered {
        let now = by.at;
        match ask {
            Ask::Status => {
                let (place, fault) = (self.place.clone(), self.store.fault().borrow().clone());
                let status = move |sight: &Snapshot| status::status(sight, &place, fault, now);
                Ok(Ok(Answer::Status(Box::new(self.see(status).await?))))
            }
            Ask::Stats { span } => {
                let stats = move |sight: &Snapshot| stats::stats(sight, span, now);
                Ok(Ok(Answer::Stats(Box::new(self.see(stats).await?))))
            }
            Ask::Users {
                like,
                banned,
                before,
                most,
            } => {
                let users =
                    move |s: &Snapshot| people::users(s, like.as_deref(), banned, before, most);
                Ok(Ok(Answer::Users(self.see(users).await?)))
            }
            Ask::User { whom } => {
                let card = move |sight: &Snapshot| match people::find(sight, &whom)? {
                    Ok(user) => people::card(sight, user),
                    Err(refusal) => Ok(Err(refusal)),
                };
                let card = self.see(card).await?;
                Ok(card.map(|card| Answer::User(Box::new(card))))
            }
            Ask::History { whom, before, most } => {
                let list = move |sight: &Snapshot| {
                    Ok(match people::find(sight, &whom)? {
                        Ok(user) => Ok(entries::history(sight, user, before, most)?),
                        Err(refusal) => Err(refusal),
                    })
                };
                Ok(self.see(list).await?.map(Answer::Entries))
            }
            Ask::Ban { whom, why } => self.shut_out(by, whom, Some(why)).await,
            Ask::Unban { whom } => self.shut_out(by, whom, None).await,
            Ask::Grant {
                whom,
                credits,
                why,
                key,
            } => self.grant(by, whom, credits, why, key).await,
            Ask::Orders { whom, before, most } => {
                let list = move |sight: &Snapshot| {
                    Ok(match user(sight, whom.as_ref())? {
                        Ok(user) => Ok(Answer::Orders(orders::list(sight, user, before, most)?)),
                        Err(refusal) => Err(refusal),
                    })
                };
                self.see(list).await
            }
            Ask::Order { order } => {
                let card = self.see(move |sight| orders::card(sight, order)).await?;
                Ok(card.map(|card| Answer::Order(Box::new(card))))
            }
            Ask::Jobs {
                wanted,
                whom,
                before,
                most,
            } => {
                let list = move |sight: &Snapshot| {
                    Ok(match user(sight, whom.as_ref())? {
                        Ok(user) => {
                            let jobs = orders::jobs(sight, wanted, user, before, most)?;
                            Ok(Answer::Jobs(jobs))
                        }
                        Err(refusal) => Err(refusal),
                    })
                };
                self.see(list).await
            }
            Ask::Task { task } => {
                let jobs = self.see(move |sight| orders::of_task(sight, &task)).await?;
                Ok(Ok(Answer::Jobs(jobs)))
            }
            Ask::Job { job } => {
                let card = self.see(move |sight| orders::job_card(sight, job)).await?;
                Ok(card.map(|card| Answer::Job(Box::new(card))))
            }
            Ask::Retry { job } => self.retry(by, job, None).await,
            Ask::Reorder { job, why } => self.retry(by, job, Some(why)).await,
            Ask::Hurry { job } => {
                let (shop, plan) = (self.store.shop(), Plan::Hurry(JobId(job)));
                let hurry = move |txn: &mut Txn<'_>| deeds::hurry(txn, by, &shop, JobId(job));
                let done = self.store.try_write(hurry).await?;
                let hurried = Answer::Retried {
                    order: None,
                    repeated: false,
                };
                Ok(done
                    .map(|()| hurried)
                    .map_err(|unfit| Refusal::of(&plan, unfit)))
            }
            Ask::Cancel { job, why } => {
                let (shop, plan) = (self.store.shop(), Plan::Cancel(JobId(job)));
                let cancel =
                    move |txn: &mut Txn<'_>| deeds::cancel(txn, by, &shop, JobId(job), &why);
                let done = self.store.try_write(cancel).await?;
                Ok(done
                    .map(|()| Answer::Changed(true))
                    .map_err(|unfit| Refusal::of(&plan, unfit)))
            }
            Ask::Refund { job, why } => self.refund(by, job, why).await,
            Ask::Keys => self.keys(now).await,
            Ask::Models => {
                let Some(provider) = (self.provider)() else {
                    return Ok(Err(Refusal::NoConfig));
                };
                let models = move |sight: &Snapshot| provider::models(&provider, sight, now);
                Ok(Ok(Answer::Models(self.see(models).await?)))
            }
            Ask::Rest { tired, seconds } => {
                let until = now.plus(Duration::from_secs(seconds));
                let tired = match self.tired(&tired) {
                    Ok(tired) => tired,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let name = tired.to_string();
                let rest = move |txn: &mut Txn<'_>| deeds::rest(txn, by, tired.clone(), until);
                self.store.try_write(rest).await?;
                let until = until.0;
                Ok(Ok(Answer::Rests { name, until }))
            }
            Ask::Wake { tired } => {
                let tired = match self.tired(&tired) {
                    Ok(tired) => tired,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let shop = self.store.shop();
                let wake = move |txn: &mut Txn<'_>| deeds::wake(txn, by, &shop, tired.clone());
                let woken = self.store.try_write(wake).await?;
                Ok(Ok(Answer::Changed(woken.is_ok())))
            }
            Ask::Pause { why } => {
                let pause = move |txn: &mut Txn<'_>| deeds::pause(txn, by, &why);
                let paused = self.store.try_write(pause).await?;
                Ok(Ok(Answer::Changed(paused.is_ok())))
            }
            Ask::Resume => {
                let resumed = self
                    .store
                    .try_write(move |txn| deeds::resume(txn, by))
                    .await?;
                Ok(Ok(Answer::Changed(resumed.is_ok())))
            }
            Ask::Acts { before, most } => {
                let lines = self.see(move |sight| sight.acts(before, most)).await?;
                let lines = lines.into_iter().map(|(n, act)| ActLine {
                    n,
                    at: act.at.0,
                    who: act.who.to_string(),
                    what: act.deed.to_string(),
                    deed: act.deed,
                });
                Ok(Ok(Answer::Acts(lines.collect())))
            }
            Ask::Audit => Ok(Ok(Answer::Audited(self.see(audit::audit).await?))),
            Ask::Books => Ok(Ok(Answer::Books(books::books(&self.store)?))),
            Ask::Backup => {
                let made = self.backups.ring().await;
                Ok(made
                    .map(|made| Answer::BackedUp(Box::new(made)))
                    .map_err(Refusal::NotBackedUp))
            }
            Ask::Reload => {
                let reloaded = reload::reload(self.reloads.as_ref()).await;
                Ok(reloaded.map(Answer::Reloaded))
            }
        }
    }

    /// Reads where it holds nobody up.
    async fn see<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Snapshot) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let snapshot = self.store.snapshot()?;
        let seen = aside::run(move || look(&snapshot)).await;
        seen.map_err(|_| StoreError::Panicked)?
    }

    pub(super) async fn whom(&self, whom: Whom) -> Result<Result<UserId, Refusal>, StoreError> {
        self.see(move |sight| people::find(sight, &whom)).await
    }

    /// Shuts a user out for a reason, or lets them in again.
    async fn shut_out(&self, by: By, whom: Whom, why: Option<String>) -> Answered {
        let user = match self.whom(whom).await? {
            Ok(user) => user,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (shop, plan) = match why {
            Some(_) => (self.store.shop(), Plan::Ban(user)),
            None => (self.store.shop(), Plan::Unban(user)),
        };
        let work = move |txn: &mut Txn<'_>| match &why {
            Some(why) => deeds::ban(txn, by, &shop, user, why),
            None => deeds::unban(txn, by, &shop, user),
        };
        let changed = match self.store.try_write(work).await? {
            Ok(()) => true,
            Err(Unfit::Already) => false,
            Err(unfit) => return Ok(Err(Refusal::of(&plan, unfit))),
        };
        let user = user.0;
        Ok(Ok(Answer::ShutOut { user, changed }))
    }

    async fn grant(
        &self,
        by: By,
        whom: Whom,
        credits: i32,
        why: String,
        key: Option<String>,
    ) -> Answered {
        let user = match self.whom(whom).await? {
            Ok(user) => user,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let plan = Plan::Grant {
            user,
            credits,
            key: key.clone(),
        };
        let give =
            move |txn: &mut Txn<'_>| deeds::grant(txn, by, user, credits, &why, key.as_deref());
        let (granted, user) = (self.store.try_write(give).await?, user.0);
        Ok(match granted {
            Granted::Done(balance) => Ok((balance.0, false)),
            Granted::Before(balance) => Ok((balance.0, true)),
            Granted::Not(unfit) => Err(Refusal::of(&plan, unfit)),
        }
        .map(|(balance, repeated)| Answer::Granted {
            user,
            balance,
            repeated,
        }))
    }

    /// Tries a job again; with a reason only as an order anew.
    async fn retry(&self, by: By, job: u64, why: Option<String>) -> Answered {
        let mut chance = [0; 32];
        if getrandom::fill(&mut chance).is_err() {
            // Without chance no names can be made.
            return Err(StoreError::Busy);
        }
        let (id, shop) = (JobId(job), self.store.shop());
        let retry = move |txn: &mut Txn<'_>| match &why {
            Some(why) => Ok(deeds::reorder(txn, by, &shop, id, Some(why), &chance)?.map(Some)),
            None => deeds::retry(txn, by, &shop, id, &chance),
        };
        let retried = self.store.try_write(retry).await?;
        Ok(match retried {
            Ok(None) => Ok((None, false)),
            Ok(Some(reordered)) => Ok((Some(reordered.order.0), reordered.before)),
            Err(unfit) => Err(Refusal::of(&Plan::Reorder(id), unfit)),
        }
        .map(|(order, repeated)| Answer::Retried { order, repeated }))
    }

    async fn refund(&self, by: By, job: u64, why: String) -> Answered {
        let known = self.see(move |sight| orders::owner(sight, JobId(job)));
        let Some(user) = known.await?.map(|user| user.0) else {
            return Ok(Err(Refusal::NoJob(job)));
        };
        let (shop, plan) = (self.store.shop(), Plan::Refund(JobId(job)));
        let refund = move |txn: &mut Txn<'_>| deeds::refund(txn, by, &shop, JobId(job), &why);
        let refunded = self.store.try_write(refund).await?;
        Ok(match refunded {
            Ok((balance, repeated)) => Ok(Answer::Granted {
                user,
                balance: balance.0,
                repeated,
            }),
            Err(unfit) => Err(Refusal::of(&plan, unfit)),
        })
    }

    async fn keys(&self, now: Timestamp) -> Answered {
        let Some(provider) = (self.provider)() else {
            return Ok(Err(Refusal::NoConfig));
        };
        let rests = provider::rests_of_keys(&provider, &self.store.snapshot()?)?;
        Ok(Ok(Answer::Keys(
            provider::keys(&provider, rests, now).await,
        )))
    }

    pub(super) fn tired(&self, tired: &super::ask::Tired) -> Result<deeds::Tired, Refusal> {
        let provider = (self.provider)().ok_or(Refusal::NoConfig)?;
        provider::find(&provider, tired)
    }
}

/// The user that is meant, if one is.
fn user(
    sight: &Snapshot,
    whom: Option<&Whom>,
) -> Result<Result<Option<UserId>, Refusal>, StoreError> {
    match whom {
        Some(whom) => Ok(people::find(sight, whom)?.map(Some)),
        None => Ok(Ok(None)),
    }
}
