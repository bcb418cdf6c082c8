//! Deeds: judged and done as an operator asks.

use super::answer::ActLine;
use super::ask::{Acts, Audit, Backup, Check, Do, Reload};
use super::desk::{Answerable, Desk};
use super::keys;
use super::reload::{self, Reloaded};
use crate::rules::domain::act::Who;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::outlook::{Outcome, Outlook};
use crate::rules::domain::deed::refusal::Refusal;
use crate::shop::audit::{self, Report};
use crate::shop::backup::front::Made;
use crate::shop::deeds::{self, By, Judged};
use crate::store::{StoreError, Txn};

impl Answerable for Check {
    async fn answer(self, desk: &Desk, by: By) -> Judged<Outlook> {
        let deed = match desk.fitted(by.who, self.0) {
            Ok(deed) => deed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let shop = desk.store.shop();
        let check = move |txn: &mut Txn<'_>| deeds::check(txn, &shop, &deed, by.at);
        desk.store.try_write(check).await
    }
}

impl Answerable for Do {
    async fn answer(self, desk: &Desk, by: By) -> Judged<Outcome> {
        let deed = match desk.fitted(by.who, self.0) {
            Ok(deed) => deed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut chance = [0; 32];
        if getrandom::fill(&mut chance).is_err() {
            // Without chance no names can be made.
            return Err(StoreError::Busy);
        }
        let shop = desk.store.shop();
        let perform = move |txn: &mut Txn<'_>| deeds::perform(txn, by, &shop, &deed, &chance);
        desk.store.try_write(perform).await
    }
}

impl Desk {
    /// The deed within its limits, about a key or a model that is there. The page makes its own keys of grants.
    fn fitted(&self, who: Who, deed: Deed) -> Result<Deed, Refusal> {
        if let Some(what) = deed.resting() {
            let known = (self.provider)().ok_or(Refusal::NoConfig)?;
            keys::has(&known, what)?;
        }
        deed.fitted(who != Who::Page)
    }
}

impl Answerable for Acts {
    async fn answer(self, desk: &Desk, _: By) -> Judged<Vec<ActLine>> {
        let acts = desk.see(move |snapshot| snapshot.acts(self.before, self.most));
        let lines = acts.await?.into_iter().map(|(n, act)| ActLine {
            n,
            at: act.at.0,
            who: act.who.to_string(),
            what: act.done.to_string(),
            done: act.done,
        });
        Ok(Ok(lines.collect()))
    }
}

impl Answerable for Audit {
    async fn answer(self, desk: &Desk, _: By) -> Judged<Report> {
        Ok(Ok(desk.see(audit::audit).await?))
    }
}

impl Answerable for Backup {
    async fn answer(self, desk: &Desk, _: By) -> Judged<Made> {
        Ok(desk.backups.ring().await.map_err(Refusal::NotBackedUp))
    }
}

impl Answerable for Reload {
    async fn answer(self, desk: &Desk, _: By) -> Judged<Reloaded> {
        Ok(reload::reload(desk.reloads.as_ref()).await)
    }
}
