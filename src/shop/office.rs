//! The operator's part of a turn: the form they have open, whether it fits the books, and the deed it comes to.
//!
//! The deed, its line in the trail and what is said of it are in the turn's transaction, so that an update that comes
//! twice does nothing twice.

use super::outbox;
use crate::base::time::Timestamp;
use crate::rules::conversation::event::{Command, Event, Update};
use crate::rules::conversation::office::form::Form;
use crate::rules::conversation::office::line::{Line, Look};
use crate::rules::conversation::office::{self, Facts, Found, Place, Taken};
use crate::rules::conversation::say::{Say, Toast};
use crate::rules::domain::act::Who;
use crate::rules::domain::broadcast::Letter;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::outlook::{Came, Outlook};
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::id::{DraftId, UserId};
use crate::rules::domain::user_ref::{Bearer, UserRef};
use crate::shop::deeds::{self, By};
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
        Taken::Fill(form, wrong) => fill(txn, shop, update, form, wrong, now)?,
        Taken::Do(deed) => {
            txn.put_form(update.user, None)?;
            carry_out(txn, shop, update, deed, chance, now)?;
        }
        Taken::Stop(broadcast) => {
            let stop = Deed::Stop { broadcast };
            toast = match deeds::perform(txn, by(update, now), shop, &stop, chance)? {
                Ok(_) => Toast::Stopping,
                Err(_) => Toast::Stale,
            };
        }
        Taken::AtOnce(deed) => carry_out(txn, shop, update, deed, chance, now)?,
    }
    Ok(Served::Yes(update.callback.is_some().then_some(toast)))
}

fn tell(txn: &mut Txn<'_>, update: &Update, line: Line, now: Timestamp) -> Result<(), StoreError> {
    outbox::tell(
        txn,
        update.user,
        update.lang,
        Say::Desk(Box::new(line)),
        now,
    )
}

/// Who is named by the update.
fn found(txn: &Txn<'_>, update: &Update) -> Result<Found, StoreError> {
    let Some(whom) = office::mention(&update.event) else {
        return Ok(Found::Unnamed);
    };
    let named = whom.to_string();
    let bearers = match whom {
        UserRef::Number(number) => {
            let user = UserId(number);
            let known = txn.user(user)?.map(|row| Bearer {
                user,
                seen: row.seen,
                has: true,
            });
            known.into_iter().collect()
        }
        UserRef::Name(name) => txn.bearers(&name)?,
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
    mut wrong: Option<Refusal>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut outlook = Outlook::default();
    if let Some(sketch) = form.draft.sketch() {
        match deeds::check(txn, shop, &sketch, now)? {
            Ok(seen) => outlook = seen,
            // An amount that does not fit is asked for once more.
            Err(refusal) if form.draft.credits.take().is_some() => {
                wrong = wrong.or(Some(refusal));
            }
            Err(refusal) => {
                txn.put_form(update.user, None)?;
                return tell(txn, update, Line::Refused(refusal), now);
            }
        }
    }
    if let (None, Some(user)) = (&outlook.person, form.draft.user) {
        outlook.person = deeds::person(txn, user)?;
    }
    txn.put_form(update.user, Some(&form))?;
    if let Some(letter) = &form.draft.letter {
        return letter_given(txn, update, &form, letter, now);
    }
    let line = Line::Form {
        refusal: wrong,
        form,
        outlook,
    };
    tell(txn, update, line, now)
}

/// Shows a letter as it will be seen and asks whom it is for, or asks whether to send it.
fn letter_given(
    txn: &mut Txn<'_>,
    update: &Update,
    form: &Form,
    letter: &Letter,
    now: Timestamp,
) -> Result<(), StoreError> {
    let look = match form.draft.segment {
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

fn by(update: &Update, at: Timestamp) -> By {
    let who = Who::Chat(update.user);
    By { who, at }
}

/// Does a deed, and tells what came of it.
fn carry_out(
    txn: &mut Txn<'_>,
    shop: &Shop,
    update: &Update,
    deed: Deed,
    chance: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    let line = match deeds::perform(txn, by(update, now), shop, &deed, chance)? {
        // How far a broadcast is tells that it is done.
        Ok(outcome) if matches!(outcome.came, Came::Broadcast(_)) => return Ok(()),
        Ok(outcome) => Line::Done { deed, outcome },
        Err(refusal) => Line::Refused(refusal),
    };
    tell(txn, update, line, now)
}
