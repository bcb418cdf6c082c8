//! When operators hear of a backup that was not made, and that all is well again.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use crate::base::clock::Clock;
use crate::base::time::Timestamp;
use crate::rules::domain::alert::Alert;
use crate::shop::alerts;
use crate::shop::backup::front::Front;
use crate::store::{Store, Txn};

/// Operators are told of one cause no more often.
const TOLD: Duration = Duration::from_secs(24 * 60 * 60);

/// What operators may be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// No backup could be made.
    Here,
    /// Nobody knows why there is none.
    Late,
    /// No copy could be sent away.
    Elsewhere,
}

impl What {
    /// The cause under which it is told.
    fn cause(self) -> &'static str {
        match self {
            Self::Here => "backup",
            Self::Late => "backup:late",
            Self::Elsewhere => "backup:copy",
        }
    }

    fn alert(self, why: String, hours: Option<u64>) -> Alert {
        match self {
            Self::Here => Alert::BackupFails { why, hours },
            Self::Late => Alert::BackupLate { hours },
            Self::Elsewhere => Alert::CopyFails { why, hours },
        }
    }

    fn over(self) -> Alert {
        match self {
            Self::Here | Self::Late => Alert::BackupBack,
            Self::Elsewhere => Alert::CopyBack,
        }
    }
}

/// One cause: whether it lasts, and when it was told.
pub(super) struct Worry {
    store: Store,
    front: Arc<Front>,
    clock: Clock,
    what: What,
    told: Option<Timestamp>,
    /// A cause that was told before a restart is over with the first success after it.
    open: bool,
}

impl Worry {
    /// None yet in this life of the process.
    pub fn new(what: What, store: &Store, front: &Arc<Front>, clock: &Clock) -> Self {
        Self {
            store: store.clone(),
            front: Arc::clone(front),
            clock: clock.clone(),
            what,
            told: None,
            open: true,
        }
    }

    /// It went wrong: tells it, if it has not been told of late.
    pub async fn grows(&mut self, why: &impl Display) {
        self.open = true;
        let now = self.clock.now();
        if self.told.is_some_and(|told| now.since(told) < TOLD) {
            return;
        }
        self.told = Some(now);
        let status = self.front.status();
        let standing = match self.what {
            What::Here | What::Late => status.here,
            What::Elsewhere => status.elsewhere.unwrap_or_default(),
        };
        let hours = standing.age(now).map(|age| age.as_secs() / 3600);
        let alert = self.what.alert(why.to_string(), hours);
        let (cause, shop) = (self.what.cause(), self.store.shop());
        let tell = move |txn: &mut Txn<'_>| alerts::alert(txn, &shop, cause, &alert, now);
        if let Err(error) = self.store.try_write(tell).await {
            tracing::warn!(%error, "operators could not be told of a backup");
            self.told = None;
        }
    }

    /// It went well: takes back what was told.
    pub async fn ends(&mut self) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        self.told = None;
        let (now, over) = (self.clock.now(), self.what.over());
        let (cause, shop) = (self.what.cause(), self.store.shop());
        let tell = move |txn: &mut Txn<'_>| alerts::recovered(txn, &shop, cause, &over, now);
        if let Err(error) = self.store.try_write(tell).await {
            tracing::warn!(%error, "operators could not be told of a backup");
            self.open = true;
        }
    }
}
