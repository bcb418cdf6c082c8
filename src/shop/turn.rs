//! One update in one transaction: seen before? · session and balance · `conversation::step` · credits, order, session, notes.

use super::office::{self, Served};
use super::place::{Wish, place};
use super::{ledger, outbox};
use crate::base::time::Timestamp;
use crate::rules::conversation::event::{Button, Event, Place, Update};
use crate::rules::conversation::say::{Hint, Toast};
use crate::rules::conversation::{self, Effect, Facts, Sales};
use crate::rules::domain::brief::Photo;
use crate::rules::domain::credit::{Account, PRICE, Reason};
use crate::rules::domain::id::{CallbackId, DraftId, OrderId, UserId};
use crate::rules::domain::user::{Lang, User};
use crate::store::record::{Cause, UserRow};
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};

/// What a turn came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turned {
    /// The update had been handled before.
    Before,
    /// Handled.
    Done {
        /// What to show on the pressed button.
        toast: Option<Toast>,
        lang: Lang,
        /// The order it placed.
        order: Option<OrderId>,
    },
}

/// Handles one update. `chance` is unguessable; names of photos and callbacks are made from it.
pub fn turn(
    txn: &mut Txn<'_>,
    shop: &Shop,
    update: &Update,
    chance: &[u8; 32],
    now: Timestamp,
) -> Result<Turned, StoreError> {
    if !txn.see_update(update.id, now)? {
        return Ok(Turned::Before);
    }
    if update.event == Event::Group {
        // A group is answered at once or not at all: nothing of it is kept.
        return Ok(Turned::Done {
            toast: None,
            lang: update.lang,
            order: None,
        });
    }
    let mut row = match txn.user(update.user)? {
        Some(row) => row,
        None => welcome(txn, shop, update, now)?,
    };
    row.user.lang = update.lang;
    row.user.username.clone_from(&update.username);
    if update.event != Event::Blocked {
        row.seen = now;
    }
    match update.place {
        Place::Topic(topic) => row.user.topic = Some(topic),
        Place::Chat => row.user.topic = None,
        Place::Unknown => {}
    }
    if update.event != Event::Blocked && !row.user.reachable {
        row.user.reachable = true;
        // From here on what is said goes out, after what was kept.
        txn.put_user(update.user, &row)?;
        txn.bring_back(update.user.chat())?;
    }
    if shop.admins.contains(&update.user) {
        txn.put_user(update.user, &row)?;
        if let Served::Yes(toast) = office::serve(txn, shop, update, chance, now)? {
            return Ok(Turned::Done {
                toast,
                lang: update.lang,
                order: None,
            });
        }
    }
    let facts = facts(txn, shop, update, &row)?;
    let (session, effects) = conversation::step(row.session.clone(), update.event.clone(), &facts);
    row.session = session;
    let mut toast = None;
    let mut order = None;
    for effect in effects {
        match effect {
            Effect::Tell(say) => outbox::tell(txn, update.user, update.lang, say, now)?,
            Effect::Toast(shown) => toast = Some(shown),
            Effect::Reachable(reachable) => row.user.reachable = reachable,
            Effect::Order { brief, count } => {
                let wish = Wish {
                    user: update.user,
                    brief,
                    count,
                    price: PRICE,
                    callback: press_of(update),
                    chance,
                };
                order = place(txn, &mut row, wish, now)?;
            }
        }
    }
    txn.put_user(update.user, &row)?;
    if !row.user.reachable {
        txn.put_away(update.user.chat())?;
    }
    Ok(Turned::Done {
        toast,
        lang: update.lang,
        order,
    })
}

/// The photo of a draft turned out to be of no use: whoever sent it is asked for another one.
pub fn unfit(
    txn: &mut Txn<'_>,
    user: UserId,
    photo: &Photo,
    hint: Hint,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut row = txn.known_user(user)?;
    let session = row.session.clone();
    if let Some((session, say)) = conversation::unfit(session, photo, hint, row.user.available) {
        row.session = session;
        txn.put_user(user, &row)?;
        outbox::tell(txn, user, row.user.lang, say, now)?;
    }
    Ok(())
}

/// A new user, with the welcome gift in the books.
fn welcome(
    txn: &mut Txn<'_>,
    shop: &Shop,
    update: &Update,
    now: Timestamp,
) -> Result<UserRow, StoreError> {
    let user = User {
        lang: update.lang,
        username: None,
        reachable: true,
        available: Default::default(),
        held: Default::default(),
        last_tag: 0,
        since: now,
        topic: None,
    };
    let mut row = UserRow::new(user);
    txn.tally(now).newcomers += 1;
    if shop.welcome.0 > 0 {
        let to = Account::Available(update.user);
        let (from, reason) = (Account::Gifts, Reason::Welcome);
        ledger::post(
            txn,
            update.user,
            &mut row,
            now,
            from,
            to,
            shop.welcome,
            reason,
        )?;
    }
    Ok(row)
}

fn facts(
    txn: &mut Txn<'_>,
    shop: &Shop,
    update: &Update,
    row: &UserRow,
) -> Result<Facts, StoreError> {
    let (mut again, mut gone) = (None, false);
    if let Event::Press(Some(Button::Again(order))) = update.event {
        match txn.find_order(order)? {
            Some(order) if order.user == update.user => again = Some(order.brief),
            Some(_) => {}
            None => {
                let retired = txn.retired(order)?;
                gone = retired.is_some_and(|retired| retired.user == update.user);
            }
        }
    }
    let paused = txn.closed(Cause::Pause)?.is_some();
    let sales = match txn.closed(Cause::Room)? {
        Some(_) => Sales::NoRoom,
        None if paused => Sales::Paused,
        None => Sales::Open,
    };
    // Whoever was shut out before they became an operator is not.
    let banned = !shop.admins.contains(&update.user) && txn.ban(update.user)?.is_some();
    let counters = txn.counters();
    counters.draft += 1;
    Ok(Facts {
        sales,
        templates: shop.templates.clone(),
        banned,
        balance: row.user.available,
        fresh: DraftId(counters.draft),
        again,
        gone,
    })
}

/// A confirming event without a press cannot come from Telegram; the update id names it as well.
fn press_of(update: &Update) -> CallbackId {
    let press = update.callback.clone();
    press.unwrap_or_else(|| CallbackId(format!("u{}", update.id)))
}
