//! The operator's part of a turn: the form they have open, whether it fits the books, and the deed it comes to.
//!
//! The deed, its line in the trail and what is said of it are in the turn's transaction, so that an update that comes
//! twice does nothing twice.

use super::ledger::Granted;
use super::{broadcasts, outbox};
use crate::base::time::Timestamp;
use crate::rules::conversation::event::{Command, Event, Update};
use crate::rules::conversation::office::form::{Chore, Form};
use crate::rules::conversation::office::line::{Line, Look, Person, Slip};
use crate::rules::conversation::office::{self, Facts, Found, Place, Taken};
use crate::rules::conversation::say::{Say, Toast};
use crate::rules::domain::act::Who;
use crate::rules::domain::broadcast::{Letter, Segment};
use crate::rules::domain::id::{DraftId, OrderId, UserId};
use crate::rules::domain::whom::{Bearer, Whom};
use crate::shop::deeds::{self, By, Plan, Unfit};
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};

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
    let bearers = match whom {
        Whom::Number(number) => {
            let user = UserId(number);
            let known = txn.user(user)?.map(|row| Bearer {
                user,
                seen: row.seen,
                has: true,
            });
            known.into_iter().collect()
        }
        Whom::Name(name) => txn.bearers(&name)?,
    };
    Ok(match Bearer::only(&bearers) {
        Some(one) => Found::One(one),
        None if bearers.is_empty() => Found::Nobody(named),
        None => Found::Many(named, bearers),
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
    if let Some(slip) = hindrance(txn, shop, &form.chore, now)? {
        txn.put_form(update.user, None)?;
        return tell(txn, update, Line::Refused { slip }, now);
    }
    let unfit = amount_that_fits(txn, shop, &mut form.chore, now)?;
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
fn hindrance(
    txn: &Txn<'_>,
    shop: &Shop,
    chore: &Chore,
    now: Timestamp,
) -> Result<Option<Slip>, StoreError> {
    if let Chore::Broadcast { .. } = chore {
        return Ok(broadcasts::on_its_way(txn)?.map(Slip::OnItsWay));
    }
    let Some(plan) = plan(chore) else {
        return Ok(None);
    };
    let hindered = deeds::check(txn, shop, &plan, now)?.err();
    Ok(hindered.map(|unfit| slip(&plan, unfit)))
}

/// The deed a form comes to, once it says what must be known to judge it; a grant is judged by its amount alone.
fn plan(chore: &Chore) -> Option<Plan> {
    Some(match chore {
        Chore::Grant { .. } | Chore::Broadcast { .. } => return None,
        Chore::Refund { job, .. } => Plan::Refund(*job),
        Chore::Cancel { job, .. } => Plan::Cancel(*job),
        Chore::Reorder { job, .. } => Plan::Reorder(*job),
        Chore::Hurry { job } => Plan::Hurry(*job),
        Chore::Ban { user, .. } => Plan::Ban(*user),
        Chore::Unban { user } => Plan::Unban(*user),
        Chore::Pause { .. } => Plan::Pause,
        Chore::Resume => Plan::Resume,
    })
}

/// Takes an amount that does not fit out of a grant, and says why.
fn amount_that_fits(
    txn: &Txn<'_>,
    shop: &Shop,
    chore: &mut Chore,
    now: Timestamp,
) -> Result<Option<Slip>, StoreError> {
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
    let plan = Plan::Grant {
        user: *user,
        credits: wanted,
        key: None,
    };
    Ok(deeds::check(txn, shop, &plan, now)?.err().map(|unfit| {
        *credits = None;
        slip(&plan, unfit)
    }))
}

/// Whom a chore is about, as they are now.
fn person(txn: &Txn<'_>, chore: &Chore) -> Result<Option<Person>, StoreError> {
    let user = match (chore.user(), chore.job()) {
        (Some(user), _) => Some(user),
        (None, Some(job)) => deeds::standing(txn, job)?.map(|(user, _)| user),
        (None, None) => None,
    };
    let Some(user) = user else { return Ok(None) };
    Ok(txn.user(user)?.map(|row| Person {
        user,
        name: row.user.username,
        balance: row.user.available,
        seen: row.seen,
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
    let done = deed(txn, by, shop, &chore, chance)?;
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
    shop: &Shop,
    chore: &Chore,
    chance: &[u8; 32],
) -> Result<Result<Option<OrderId>, Slip>, StoreError> {
    let why = chore.why().unwrap_or_default();
    if let Chore::Grant { user, credits, .. } = chore {
        let (Some(user), Some(credits)) = (*user, *credits) else {
            return Ok(Err(Slip::NeedText));
        };
        let key = None;
        let granted = deeds::grant(txn, by, user, credits, why, key)?;
        return Ok(match granted {
            Granted::Done(_) | Granted::Before(_) => Ok(None),
            Granted::Not(unfit) => Err(user_slip(unfit)),
        });
    }
    let Some(plan) = plan(chore) else {
        // A broadcast is begun elsewhere, once nothing is missing.
        return Ok(Err(Slip::NeedText));
    };
    let nothing = |()| None;
    let done = match &plan {
        Plan::Refund(job) => {
            deeds::refund(txn, by, shop, *job, why)?.and_then(|(_, before)| match before {
                true => Err(Unfit::Repaid),
                false => Ok(None),
            })
        }
        Plan::Cancel(job) => deeds::cancel(txn, by, shop, *job, why)?.map(nothing),
        Plan::Reorder(job) => {
            let reordered = deeds::reorder(txn, by, shop, *job, Some(why), chance)?;
            reordered.and_then(|reordered| match reordered.before {
                true => Err(Unfit::Reordered(reordered.order)),
                false => Ok(Some(reordered.order)),
            })
        }
        Plan::Hurry(job) => deeds::hurry(txn, by, shop, *job)?.map(nothing),
        Plan::Ban(user) => deeds::ban(txn, by, shop, *user, why)?.map(nothing),
        Plan::Unban(user) => deeds::unban(txn, by, shop, *user)?.map(nothing),
        Plan::Pause => deeds::pause(txn, by, why)?.map(nothing),
        Plan::Resume => deeds::resume(txn, by)?.map(nothing),
        // No form of the chat's comes to these.
        Plan::Grant { .. } | Plan::Wake(_) => Err(Unfit::Already),
    };
    Ok(done.map_err(|unfit| slip(&plan, unfit)))
}

fn slip(plan: &Plan, unfit: Unfit) -> Slip {
    let Some(job) = plan.job() else {
        return user_slip(unfit);
    };
    match unfit {
        Unfit::Unknown => Slip::NoJob(job),
        Unfit::Live => Slip::Live(job),
        Unfit::Done => Slip::Done(job),
        Unfit::Failed => Slip::Failed(job),
        Unfit::Retired => Slip::Retired(job),
        Unfit::Asked => Slip::Asked(job),
        Unfit::Waits => Slip::Waits(job),
        Unfit::Poor(_) => Slip::Poor(job),
        Unfit::Repaid => Slip::Repaid(job),
        Unfit::Reordered(_) => Slip::Reordered(job),
        Unfit::NoUser(_)
        | Unfit::Operator(_)
        | Unfit::TooMuch(..)
        | Unfit::Full(..)
        | Unfit::Used(..)
        | Unfit::Already => user_slip(unfit),
    }
}

/// What has nothing to do with a job.
fn user_slip(unfit: Unfit) -> Slip {
    match unfit {
        Unfit::NoUser(user) => Slip::NoUser(user.to_string()),
        Unfit::Operator(_) => Slip::Operator,
        Unfit::TooMuch(_, balance) => Slip::TooMuch(balance),
        Unfit::Full(_, balance) => Slip::Full(balance),
        Unfit::Unknown
        | Unfit::Live
        | Unfit::Done
        | Unfit::Failed
        | Unfit::Retired
        | Unfit::Asked
        | Unfit::Waits
        | Unfit::Poor(_)
        | Unfit::Repaid
        | Unfit::Reordered(_)
        | Unfit::Used(..)
        | Unfit::Already => Slip::Already,
    }
}
