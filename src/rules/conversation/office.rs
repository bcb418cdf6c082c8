//! The operator's conversation: what a command, a button or a text of theirs wants, given the form they have open.
//!
//! Pure. It stands before the seller's conversation and takes only what is meant for it, so that an operator who is
//! in the middle of an order keeps it. Whether a form fits the books is the store's business.

pub mod form;
pub mod knob;
pub mod line;
pub mod request;

use crate::base::time::Timestamp;
use crate::rules::domain::act::{self, Misfit};
use crate::rules::domain::broadcast::{Letter, Mark};
use crate::rules::domain::id::{Code, DraftId, UserId};
use crate::rules::domain::span::Span;
use crate::rules::domain::whom::{Bearer, Whom};

use super::event::{Button, Command, Event};
use form::{Blank, Chore, Form};
use knob::Knob;
use line::{Line, Look, Slip, Topic};
use request::{Order, Request, cut};

/// What must be known beside the form.
#[derive(Debug, Clone)]
pub struct Facts {
    pub now: Timestamp,
    /// A number no form has had.
    pub fresh: DraftId,
    /// Who has the name or number that was written, if one was.
    pub found: Found,
    /// How the text that was written, or what stands behind a command, is formatted.
    pub marks: Vec<Mark>,
}

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nobody was named.
    Unnamed,
    /// This user.
    One(UserId),
    /// Nobody known, as they were named.
    Nobody(String),
    /// Somebody else has that name, or has had it.
    Many(String, Vec<Bearer>),
}

/// What an event of an operator's comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It belongs to the seller's conversation.
    Pass,
    /// Something is said, and the form stays.
    Say(Line),
    /// Something is looked up; in place of what the pressed button is below, or anew.
    Show(Look, Place),
    /// The form has got further, or its question is repeated.
    Fill(Form, Option<Slip>),
    /// What the form says is to be done, and the form ends.
    Do(Chore),
    /// Something is to be done without a form.
    AtOnce(Chore),
    /// The form ends with this.
    End(Line),
    /// A broadcast is to be stopped.
    Stop(u64),
    /// The button is an old one.
    Stale,
}

/// Where something is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In place of what the pressed button is below.
    Here,
    /// In a message of its own.
    Anew,
}

/// Who is named by an event, if it can name somebody.
pub fn mention(event: &Event) -> Option<Whom> {
    match event {
        Event::Desk(request) => request.whom(),
        Event::Text(raw) => raw.trim().parse().ok(),
        Event::Command(_)
        | Event::Picture(_)
        | Event::BadFile(_)
        | Event::Other
        | Event::Edited
        | Event::Press(_)
        | Event::Blocked
        | Event::Unblocked
        | Event::Group
        | Event::Stars(_) => None,
    }
}

/// What an operator wants with that.
pub fn take(form: Option<Form>, event: &Event, facts: &Facts) -> Taken {
    match (event, form) {
        (Event::Picture(_) | Event::BadFile(_) | Event::Other, Some(form))
            if waits_for_letter(&form) && !form.is_late(facts.now) =>
        {
            Taken::Fill(form, Some(Slip::NeedText))
        }
        (Event::Desk(request), _) => on_request(request, facts),
        (Event::Press(Some(Button::Desk(knob))), form) => on_knob(*knob, form, facts),
        (Event::Command(Command::Cancel), Some(form)) => match form.is_late(facts.now) {
            true => Taken::End(Line::Late),
            false => Taken::End(Line::Dropped),
        },
        (Event::Text(_), Some(form)) if form.is_late(facts.now) => Taken::End(Line::Late),
        (Event::Text(raw), Some(form)) => on_text(form, raw, facts),
        (
            Event::Command(_)
            | Event::Text(_)
            | Event::Picture(_)
            | Event::BadFile(_)
            | Event::Other
            | Event::Edited
            | Event::Press(_)
            | Event::Blocked
            | Event::Unblocked
            | Event::Group
            | Event::Stars(_),
            _,
        ) => Taken::Pass,
    }
}

fn on_request(request: &Request, facts: &Facts) -> Taken {
    let (first, more) = request.words();
    let anew = |look| Taken::Show(look, Place::Anew);
    match request.order {
        Order::Admin => Taken::Say(Line::Guide),
        Order::QueueStats => anew(Look::Queue),
        Order::Keys => anew(Look::Keys),
        Order::Stats if first.is_empty() => anew(Look::Stats(Span::Day)),
        Order::Stats => match Span::named(first) {
            Some(span) => anew(Look::Stats(span)),
            None => Taken::Say(Line::Usage(Topic::Stats)),
        },
        Order::User if first.is_empty() => Taken::Say(Line::Usage(Topic::User)),
        Order::User => match who(facts) {
            Ok(user) => anew(Look::User(user)),
            Err(slip) => Taken::Say(Line::Slip(slip)),
        },
        Order::Job => match Code::job(first) {
            Ok(job) => anew(Look::Job(job)),
            Err(_) => Taken::Say(Line::Usage(Topic::Job)),
        },
        Order::Grant => grant(first, more, facts),
        Order::Pause => {
            let why = (!request.rest.is_empty()).then(|| reason(&request.rest));
            let (why, slip) = part(why);
            begin(Chore::Pause { why }, slip, facts)
        }
        Order::Resume => Taken::AtOnce(Chore::Resume),
        Order::Broadcast => {
            let written = (!request.rest.is_empty()).then(|| Letter {
                text: request.rest.clone(),
                marks: facts.marks.clone(),
            });
            let (letter, segment) = (written, None);
            begin(Chore::Broadcast { letter, segment }, None, facts)
        }
    }
}

/// `/grant @name 5 because`: what is missing or wrong is asked for, what is right is kept.
fn grant(first: &str, more: &str, facts: &Facts) -> Taken {
    let (amount, rest) = cut(more);
    let (user, bad_user) = part((!first.is_empty()).then(|| who(facts)));
    let (credits, bad_amount) = part((!amount.is_empty()).then(|| number(amount)));
    let (why, bad_why) = part((!rest.is_empty()).then(|| reason(rest)));
    let chore = Chore::Grant { user, credits, why };
    begin(chore, bad_user.or(bad_amount).or(bad_why), facts)
}

/// A piece that may be there, and may be wrong.
fn part<T>(given: Option<Result<T, Slip>>) -> (Option<T>, Option<Slip>) {
    match given {
        None => (None, None),
        Some(Ok(piece)) => (Some(piece), None),
        Some(Err(slip)) => (None, Some(slip)),
    }
}

fn begin(chore: Chore, slip: Option<Slip>, facts: &Facts) -> Taken {
    let form = Form {
        id: facts.fresh,
        at: facts.now,
        chore,
    };
    Taken::Fill(form, slip)
}

fn on_knob(knob: Knob, form: Option<Form>, facts: &Facts) -> Taken {
    let show = |look| Taken::Show(look, Place::Here);
    let begin = |chore| begin(chore, None, facts);
    let why = None;
    match knob {
        Knob::Confirm(id) => match form.filter(|form| form.id == id) {
            Some(form) if form.is_late(facts.now) => Taken::End(Line::Late),
            Some(form) if form.chore.blank().is_none() => Taken::Do(form.chore),
            Some(_) | None => Taken::Stale,
        },
        Knob::Drop(id) => match form.filter(|form| form.id == id) {
            Some(_) => Taken::End(Line::Dropped),
            None => Taken::Stale,
        },
        Knob::Queue => show(Look::Queue),
        Knob::Keys => show(Look::Keys),
        Knob::Stats(span) => Taken::Show(Look::Stats(span), Place::Anew),
        Knob::User(user) => show(Look::User(user)),
        Knob::Card(user) => Taken::Show(Look::User(user), Place::Anew),
        Knob::History(user, before) => show(Look::History { user, before }),
        Knob::Refunds(user) => show(Look::Refunds(user)),
        Knob::Job(job) => Taken::Show(Look::Job(job), Place::Anew),
        Knob::Grant(user) => begin(Chore::Grant {
            user: Some(user),
            credits: None,
            why,
        }),
        Knob::Ban(user) => begin(Chore::Ban { user, why }),
        Knob::Unban(user) => begin(Chore::Unban { user }),
        Knob::Refund(job) => begin(Chore::Refund { job, why }),
        Knob::Cancel(job) => begin(Chore::Cancel { job, why }),
        Knob::Reorder(job) => begin(Chore::Reorder { job, why }),
        Knob::Hurry(job) => begin(Chore::Hurry { job }),
        Knob::To(id, to) => match form.filter(|form| form.id == id) {
            Some(form) if form.is_late(facts.now) => Taken::End(Line::Late),
            Some(mut form) => {
                if let Chore::Broadcast { segment, .. } = &mut form.chore {
                    *segment = Some(to);
                }
                Taken::Fill(renewed(form, facts), None)
            }
            None => Taken::Stale,
        },
        Knob::Stop(broadcast) => Taken::Stop(broadcast),
    }
}

/// The form that is about to change: buttons below what it was before are old from here on, so that a yes means what
/// stands above it.
fn renewed(form: Form, facts: &Facts) -> Form {
    Form {
        id: facts.fresh,
        at: facts.now,
        chore: form.chore,
    }
}

/// A text goes to the open form.
fn on_text(form: Form, whole: &str, facts: &Facts) -> Taken {
    let mut form = renewed(form, facts);
    let raw = whole.trim();
    // Another text takes the place of a letter: its author has seen how it looks.
    if let Chore::Broadcast { letter, segment } = &mut form.chore {
        if raw.is_empty() {
            return Taken::Fill(form, Some(Slip::Empty));
        }
        *letter = Some(Letter {
            text: whole.to_owned(),
            marks: facts.marks.clone(),
        });
        *segment = None;
        return Taken::Fill(form, None);
    }
    let slip = match form.chore.blank() {
        None | Some(Blank::Letter | Blank::Segment) => Some(Slip::NeedButton),
        Some(Blank::User) => {
            let (found, slip) = part(Some(who(facts)));
            if let Chore::Grant { user, .. } = &mut form.chore {
                *user = found;
            }
            slip
        }
        Some(Blank::Credits) => {
            let (amount, slip) = part(Some(number(raw)));
            if let Chore::Grant { credits, .. } = &mut form.chore {
                *credits = amount;
            }
            slip
        }
        Some(Blank::Why) => match reason(raw) {
            Ok(why) => {
                form.chore = form.chore.because(why);
                None
            }
            Err(slip) => Some(slip),
        },
    };
    Taken::Fill(form, slip)
}

fn waits_for_letter(form: &Form) -> bool {
    form.chore.blank() == Some(Blank::Letter)
}

fn who(facts: &Facts) -> Result<UserId, Slip> {
    match facts.found.clone() {
        Found::Unnamed => Err(Slip::NotWhom),
        Found::One(user) => Ok(user),
        Found::Nobody(name) => Err(Slip::NoUser(name)),
        Found::Many(name, bearers) => Err(Slip::Many { name, bearers }),
    }
}

/// A number of credits, as people write it: `5`, `+5`, `-5`, `−5`.
fn number(raw: &str) -> Result<i32, Slip> {
    let raw = raw.replace('−', "-");
    let digits = raw.strip_prefix(['+', '-']).unwrap_or(&raw);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Slip::NotNumber);
    }
    // Only digits: what does not parse is too large.
    let amount = raw.parse().map_err(|_| Misfit::TooMany);
    amount.and_then(act::amount).map_err(slip)
}

fn reason(raw: &str) -> Result<String, Slip> {
    act::reason(raw).map_err(slip)
}

fn slip(misfit: Misfit) -> Slip {
    match misfit {
        Misfit::Zero => Slip::Zero,
        Misfit::TooMany => Slip::TooLarge,
        Misfit::NoReason => Slip::Empty,
        Misfit::LongReason => Slip::TooLong,
        // Nobody types one here.
        Misfit::Key => Slip::NeedText,
    }
}

#[cfg(test)]
mod tests;
