//! The operator's part of a turn: the form they have open, whether it fits the books, and the deed it comes to.
//!
//! The deed, its line in the trail and what is said of it are in the turn's transaction, so that an update that comes
//! twice does nothing twice.

use super::acts::{self, By, Changed, Unfit};
use super::ledger::Granted;
use super::record::Cause;
use super::txn::Txn;
use super::{Shop, StoreError, broadcasts, outbox};
use crate::domain::act::Who;
use crate::domain::broadcast::{Letter, Segment};
use crate::domain::credit::{Credits, PRICE};
use crate::domain::id::{CallbackId, DraftId, JobId, OrderId, UserId};
use crate::domain::time::Timestamp;
use crate::domain::whom::Whom;
use crate::flow::event::{Command, Event, Update};
use crate::flow::office::form::{Chore, Form};
use crate::flow::office::line::{Line, Look, Person, Slip};
use crate::flow::office::{self, Facts, Found, Place, Taken};
use crate::flow::say::{Say, Toast};

/// Whether an update was for the office.
pub enum Served {
    /// It belongs to the seller's conversation.
    No,
    /// It was, with what is shown on the pressed button.
    Yes(Option<Toast>),
}

/// Serves an operator. Their row is stored already, for a deed may change it.
pub fn serve(
    txn: &mut Txn<'_>,
    shop: &Shop,
    update: &Update,
    chance: &[u8; 32],
    now: Timestamp,
) -> Result<Served, StoreError> {
    if update.event == Event::Command(Command::Help) {
        tell(txn, update, Line::Guide, now)?;
        return Ok(Served::No);
    }
    let counters = txn.counters();
    counters.draft += 1;
    let facts = Facts {
        now,
        fresh: DraftId(counters.draft),
        found: found(txn, update)?,
        marks: update.aside.marks.clone(),
    };
    let form = txn.form(update.user)?;
    let mut toast = Toast::Plain;
    match office::take(form, &update.event, &facts) {
        Taken::Pass => return Ok(Served::No),
        Taken::Stale => toast = Toast::Stale,
        Taken::Say(line) => tell(txn, update, line, now)?,
        Taken::Show(look, place) => {
            let over = match place {
                Place::Here => update.aside.pressed,
                Place::Anew => None,
            };
            let say = Say::Report { look, over };
            outbox::tell(txn, update.user, update.lang, say, now)?;
        }
        Taken::End(line) => {
            txn.put_form(update.user, None)?;
            tell(txn, update, line, now)?;
        }
        Taken::Fill(form, slip) => fill(txn, shop, update, form, slip, now)?,
        Taken::Do(chore) => {
            txn.put_form(update.user, None)?;
            carry_out(txn, shop, update, chore, chance, now)?;
        }
        Taken::Stop(broadcast) => {
            toast = match broadcasts::stop(txn, update.user, broadcast, now)? {
                true => Toast::Stopping,
                false => Toast::Stale,
            };
        }
        Taken::AtOnce(chore) => carry_out(txn, shop, update, chore, chance, now)?,
    }
    Ok(Served::Yes(update.callback.is_some().then_some(toast)))
}

fn tell(txn: &mut Txn<'_>, update: &Update, line: Line, now: Timestamp) -> Result<(), StoreError> {
    outbox::tell(txn, update.user, update.lang, Say::Desk(line), now)
}

/// Who is named by the update.
fn found(txn: &Txn<'_>, update: &Update) -> Result<Found, StoreError> {
    let Some(whom) = office::mention(&update.event) else {
        return Ok(Found::Unnamed);
    };
    let named = whom.to_string();
    let users = match whom {
        Whom::Number(number) => {
            let user = UserId(number);
            txn.user(user)?.map(|_| user).into_iter().collect()
        }
        Whom::Name(name) => txn.named(&name)?,
    };
    Ok(match users[..] {
        [one] => Found::One(one),
        [] => Found::Nobody(named),
        [..] => Found::Many(named, users),
    })
}

/// Asks the form's next question, unless the form cannot come to anything.
fn fill(
    txn: &mut Txn<'_>,
    shop: &Shop,
    update: &Update,
    mut form: Form,
    slip: Option<Slip>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(slip) = hindrance(txn, shop, &form.chore)? {
        txn.put_form(update.user, None)?;
        return tell(txn, update, Line::Refused { slip }, now);
    }
    let unfit = amount_that_fits(txn, &mut form.chore)?;
    let person = person(txn, &form.chore)?;
    txn.put_form(update.user, Some(&form))?;
    let slip = slip.or(unfit);
    if let Chore::Broadcast {
        letter: Some(letter),
        segment,
    } = &form.chore
    {
        return letter_given(txn, update, &form, letter, *segment, now);
    }
    tell(txn, update, Line::Form { slip, form, person }, now)
}

/// Shows a letter as it will be seen and asks whom it is for, or asks whether to send it.
fn letter_given(
    txn: &mut Txn<'_>,
    update: &Update,
    form: &Form,
    letter: &Letter,
    segment: Option<Segment>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let look = match segment {
        Some(_) => Look::Launch(form.id),
        None => {
            tell(txn, update, Line::Preview, now)?;
            let preview = Say::Letter(letter.clone());
            outbox::tell(txn, update.user, update.lang, preview, now)?;
            Look::Segments(form.id)
        }
    };
    let say = Say::Report { look, over: None };
    outbox::tell(txn, update.user, update.lang, say, now)
}

/// What stands in the way of a chore, whatever else is filled in.
fn hindrance(txn: &Txn<'_>, shop: &Shop, chore: &Chore) -> Result<Option<Slip>, StoreError> {
    Ok(match chore {
        Chore::Grant { .. } | Chore::Resume => None,
        Chore::Broadcast { .. } => broadcasts::on_its_way(txn)?.map(Slip::OnItsWay),
        Chore::Ban { user, .. } if shop.admins.contains(user) => Some(Slip::Operator),
        Chore::Ban { user, .. } => txn.ban(*user)?.map(|_| Slip::Already),
        Chore::Unban { user } => txn.ban(*user)?.is_none().then_some(Slip::Already),
        Chore::Pause { .. } => txn.closed(Cause::Pause)?.map(|_| Slip::Already),
        Chore::Refund { job, .. } => match standing(txn, *job)? {
            Unfit::Done if txn.granted(&acts::refund_key(*job))?.is_some() => {
                Some(Slip::Repaid(*job))
            }
            Unfit::Done => None,
            other => Some(slip(*job, other)),
        },
        Chore::Cancel { job, .. } | Chore::Hurry { job } => match standing(txn, *job)? {
            Unfit::Live => None,
            other => Some(slip(*job, other)),
        },
        Chore::Reorder { job, .. } => match standing(txn, *job)? {
            Unfit::Failed if reordered(txn, *job)?.is_some() => Some(Slip::Reordered(*job)),
            Unfit::Failed if txn.find_job(*job)?.is_none() => Some(Slip::Retired(*job)),
            Unfit::Failed => poor(txn, *job)?.then_some(Slip::Poor(*job)),
            other => Some(slip(*job, other)),
        },
    })
}

/// How a job stands in the way of a deed that wants it to stand otherwise.
fn standing(txn: &Txn<'_>, job: JobId) -> Result<Unfit, StoreError> {
    let stands = acts::standing(txn, job)?;
    Ok(stands.map_or(Unfit::Unknown, |(_, stands)| stands))
}

fn reordered(txn: &Txn<'_>, job: JobId) -> Result<Option<OrderId>, StoreError> {
    txn.confirmed_by(&CallbackId(acts::retry_key(job)))
}

fn poor(txn: &Txn<'_>, job: JobId) -> Result<bool, StoreError> {
    let user = txn.job(job)?.job.user;
    Ok(txn.known_user(user)?.user.available < PRICE)
}

/// Takes an amount that does not fit out of a grant, and says why.
fn amount_that_fits(txn: &Txn<'_>, chore: &mut Chore) -> Result<Option<Slip>, StoreError> {
    let Chore::Grant {
        user: Some(user),
        credits,
        ..
    } = chore
    else {
        return Ok(None);
    };
    let Some(wanted) = *credits else {
        return Ok(None);
    };
    let user = txn.known_user(*user)?.user;
    let amount = wanted.unsigned_abs();
    let all = user.available.0.checked_add(user.held.0);
    let slip = match wanted < 0 {
        true if user.available < Credits(amount) => Slip::TooMuch(user.available),
        false if all.and_then(|all| all.checked_add(amount)).is_none() => {
            Slip::Full(user.available)
        }
        true | false => return Ok(None),
    };
    *credits = None;
    Ok(Some(slip))
}

/// Whom a chore is about, as they are now.
fn person(txn: &Txn<'_>, chore: &Chore) -> Result<Option<Person>, StoreError> {
    let user = match (chore.user(), chore.job()) {
        (Some(user), _) => Some(user),
        (None, Some(job)) => acts::standing(txn, job)?.map(|(user, _)| user),
        (None, None) => None,
    };
    let Some(user) = user else { return Ok(None) };
    Ok(txn.user(user)?.map(|row| Person {
        user,
        name: row.user.username,
        balance: row.user.available,
    }))
}

/// Does what a form says, and tells what came of it.
fn carry_out(
    txn: &mut Txn<'_>,
    shop: &Shop,
    update: &Update,
    chore: Chore,
    chance: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    let by = By {
        who: Who::Chat(update.user),
        at: now,
    };
    if let Chore::Broadcast {
        letter: Some(letter),
        segment: Some(segment),
    } = &chore
    {
        let author = (update.user, update.lang);
        return match broadcasts::begin(txn, author, letter.clone(), *segment, now)? {
            // How far it is tells that it is done.
            Ok(_) => Ok(()),
            Err(other) => {
                let slip = Slip::OnItsWay(other);
                tell(txn, update, Line::Refused { slip }, now)
            }
        };
    }
    let done = match hindrance(txn, shop, &chore)? {
        Some(slip) => Err(slip),
        None => deed(txn, by, &chore, chance)?,
    };
    let line = match done {
        Ok(order) => Line::Done {
            person: person(txn, &chore)?,
            chore,
            order,
        },
        Err(slip) => Line::Refused { slip },
    };
    tell(txn, update, line, now)
}

/// Does it; the order it placed, or why it cannot be done.
fn deed(
    txn: &mut Txn<'_>,
    by: By,
    chore: &Chore,
    chance: &[u8; 32],
) -> Result<Result<Option<OrderId>, Slip>, StoreError> {
    let why = chore.why().unwrap_or_default();
    let unfit = |job, unfit| Err(slip(job, unfit));
    Ok(match chore {
        Chore::Grant { user, credits, .. } => {
            let (Some(user), Some(credits)) = (*user, *credits) else {
                return Ok(Err(Slip::NeedText));
            };
            match acts::grant(txn, by, user, credits, why, None)? {
                Granted::Done(_) | Granted::Before(_) => Ok(None),
                Granted::NoUser => Err(Slip::NoUser(user.to_string())),
                Granted::TooMuch(balance) if credits < 0 => Err(Slip::TooMuch(balance)),
                Granted::TooMuch(balance) => Err(Slip::Full(balance)),
            }
        }
        Chore::Refund { job, .. } => match acts::refund(txn, by, *job, why)? {
            Ok((_, false)) => Ok(None),
            Ok((_, true)) => Err(Slip::Repaid(*job)),
            Err(why) => unfit(*job, why),
        },
        Chore::Cancel { job, .. } => match acts::cancel(txn, by, *job, why)? {
            Ok(()) => Ok(None),
            Err(why) => unfit(*job, why),
        },
        Chore::Reorder { job, .. } => match acts::reorder(txn, by, *job, Some(why), chance)? {
            Ok(reordered) if reordered.before => Err(Slip::Reordered(*job)),
            Ok(reordered) => Ok(Some(reordered.order)),
            Err(why) => unfit(*job, why),
        },
        Chore::Hurry { job } => match acts::hurry(txn, by, *job)? {
            Ok(()) => Ok(None),
            Err(why) => unfit(*job, why),
        },
        Chore::Ban { user, .. } => changed(acts::ban(txn, by, *user, why)?),
        Chore::Unban { user } => changed(acts::unban(txn, by, *user)?),
        Chore::Pause { .. } => changed(acts::pause(txn, by, why)?),
        Chore::Resume => changed(acts::resume(txn, by)?),
        // It is begun elsewhere, once nothing is missing.
        Chore::Broadcast { .. } => Err(Slip::NeedText),
    })
}

fn changed(changed: Changed) -> Result<Option<OrderId>, Slip> {
    match changed {
        Changed::Done => Ok(None),
        // Users are never forgotten, so that nobody a form names is unknown.
        Changed::Before | Changed::Unknown => Err(Slip::Already),
    }
}

fn slip(job: JobId, unfit: Unfit) -> Slip {
    match unfit {
        Unfit::Unknown => Slip::NoJob(job),
        Unfit::Live => Slip::Live(job),
        Unfit::Done => Slip::Done(job),
        Unfit::Failed => Slip::Failed(job),
        Unfit::Retired => Slip::Retired(job),
        Unfit::Asked => Slip::Asked(job),
        Unfit::Waits => Slip::Waits(job),
        Unfit::Poor(_) => Slip::Poor(job),
        Unfit::Full(balance) => Slip::Full(balance),
    }
}
