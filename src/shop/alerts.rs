//! Alerts to operators: each cause is told once, then held back and counted for a while, and taken back when it is over.

use std::time::Duration;

use super::outbox;
use crate::base::time::Timestamp;
use crate::rules::conversation::say::Say;
use crate::rules::domain::alert::Alert;
use crate::rules::domain::strange::Strange;
use crate::rules::domain::user::Lang;
use crate::store::record::Raised;
use crate::store::txn::Txn;
use crate::store::{Shop, Snapshot, StoreError, tables};

/// Something happened: tells every operator, or holds it back and counts it, if they were told of that cause
/// not long ago.
pub fn alert(
    txn: &mut Txn<'_>,
    shop: &Shop,
    cause: &str,
    alert: &Alert,
    now: Timestamp,
) -> Result<(), StoreError> {
    raise(txn, shop, cause, alert, now, 1)
}

/// Something lasts: tells every operator, and again when the quiet time is over. Nothing is counted.
pub fn lasts(
    txn: &mut Txn<'_>,
    shop: &Shop,
    cause: &str,
    alert: &Alert,
    now: Timestamp,
) -> Result<(), StoreError> {
    raise(txn, shop, cause, alert, now, 0)
}

fn raise(
    txn: &mut Txn<'_>,
    shop: &Shop,
    cause: &str,
    alert: &Alert,
    now: Timestamp,
    count: u32,
) -> Result<(), StoreError> {
    if !shop.alerts.has(alert) {
        return Ok(());
    }
    let mut held = 0;
    if let Some(raised) = txn.raised(cause)? {
        if !is_over(raised.told, shop.alerts.quiet, now) {
            if count == 0 {
                return Ok(());
            }
            let raised = Raised {
                held: raised.held.saturating_add(count),
                alert: alert.clone(),
                ..raised
            };
            return txn.put_raised(cause, &raised);
        }
        held = raised.held;
    }
    tell(txn, shop, alert, held, now)?;
    put_told(txn, cause, alert, now)
}

/// Tells every operator that a cause is gone, if they were told of it.
pub fn recovered(
    txn: &mut Txn<'_>,
    shop: &Shop,
    cause: &str,
    over: &Alert,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(raised) = txn.raised(cause)? else {
        return Ok(());
    };
    txn.end_raised(cause)?;
    if !shop.alerts.has(over) {
        return Ok(());
    }
    tell(txn, shop, over, raised.held, now)
}

/// The beginning of the causes under which texts are told that nobody knows.
const TEXT: &str = "text:";
/// So many of these are remembered; the oldest are forgotten, and told again if they come again.
const TEXTS: usize = 50;

/// The provider says something nobody knows: tells every operator, once for each text.
pub fn strange(
    txn: &mut Txn<'_>,
    shop: &Shop,
    strange: &Strange,
    now: Timestamp,
) -> Result<(), StoreError> {
    let cause = format!("{TEXT}{}", strange.text);
    if txn.raised(&cause)?.is_some() {
        return Ok(());
    }
    let mut known: Vec<_> = txn.all_raised()?;
    known.retain(|(cause, _)| cause.starts_with(TEXT));
    known.sort_by_key(|(_, raised)| raised.told);
    let most = known.len().saturating_sub(TEXTS - 1);
    for (oldest, _) in &known[..most] {
        txn.end_raised(oldest)?;
    }
    alert(txn, shop, &cause, &Alert::Strange(strange.clone()), now)
}

/// Takes back what was told of texts that somebody `knows` by now.
pub fn no_longer_strange(
    txn: &mut Txn<'_>,
    shop: &Shop,
    knows: impl Fn(&Strange) -> bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (cause, raised) in txn.all_raised()? {
        if let Alert::Strange(strange) = &raised.alert
            && knows(strange)
        {
            let text = strange.text.clone();
            recovered(txn, shop, &cause, &Alert::StrangeOver { text }, now)?;
        }
    }
    Ok(())
}

/// Tells what was held back of causes whose quiet time is over, and forgets what has no end once it is quiet.
pub fn catch_up(txn: &mut Txn<'_>, shop: &Shop, now: Timestamp) -> Result<(), StoreError> {
    for (cause, raised) in txn.all_raised()? {
        if !is_over(raised.told, shop.alerts.quiet, now) {
            continue;
        }
        let Raised { alert, held, .. } = raised;
        if held > 0 && shop.alerts.has(&alert) {
            tell(txn, shop, &alert, held, now)?;
            put_told(txn, &cause, &alert, now)?;
        } else if !alert.topic().ends() {
            txn.end_raised(&cause)?;
        }
    }
    Ok(())
}

/// Tells every operator, each in their language, past any quiet time.
pub fn tell(
    txn: &mut Txn<'_>,
    shop: &Shop,
    alert: &Alert,
    held: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    let alert = alert.clone();
    let say = match held {
        0 => Say::Alert(alert),
        _ => Say::Held { alert, held },
    };
    for admin in &shop.admins {
        let lang = txn.user(*admin)?.map_or(Lang::Ru, |row| row.user.lang);
        outbox::tell(txn, *admin, lang, say.clone(), now)?;
    }
    Ok(())
}

fn put_told(
    txn: &mut Txn<'_>,
    cause: &str,
    alert: &Alert,
    now: Timestamp,
) -> Result<(), StoreError> {
    let raised = Raised {
        told: now,
        held: 0,
        alert: alert.clone(),
    };
    txn.put_raised(cause, &raised)
}

/// A clock that was set back makes no alert wait for ever.
fn is_over(told: Timestamp, quiet: Duration, now: Timestamp) -> bool {
    now < told || now.since(told) >= quiet
}

impl Snapshot {
    /// Every raised alert, by its cause.
    pub fn raised(&self) -> Result<Vec<(String, Raised)>, StoreError> {
        let rows = self.rows(tables::ALERTS)?;
        rows.map(|row| {
            let (cause, raised) = row?;
            crate::store::row::named(cause.value(), raised.value(), "alerts.v1")
        })
        .collect()
    }
}
