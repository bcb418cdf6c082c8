//! The operator's conversation: what a command, a button or a text of theirs wants, given the form they have open.
//!
//! Pure. It stands before the seller's conversation and takes only what is meant for it, so that an operator who is
//! in the middle of an order keeps it. Whether a form fits the books is the store's business.

pub mod form;
pub mod knob;
pub mod line;
pub mod request;

use crate::base::time::Timestamp;
use crate::rules::domain::broadcast::{Letter, Mark};
use crate::rules::domain::deed::draft::{Draft, Field};
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::deed::{self, Deed, DeedKind};
use crate::rules::domain::id::{Code, DraftId, UserId};
use crate::rules::domain::span::Span;
use crate::rules::domain::user_ref::{Bearer, UserRef};

use super::event::{Button, Command, Event};
use form::Form;
use knob::Knob;
use line::{Line, Look, Topic};
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
    Fill(Form, Option<Refusal>),
    /// What the form says is to be done, and the form ends.
    Do(Deed),
    /// Something is to be done without a form.
    AtOnce(Deed),
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
pub fn mention(event: &Event) -> Option<UserRef> {
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
            Taken::Fill(form, Some(Refusal::NeedText))
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
            Err(refusal) => Taken::Say(Line::Unusable(refusal)),
        },
        Order::Job => match Code::job(first) {
            Ok(job) => anew(Look::Job(job)),
            Err(_) => Taken::Say(Line::Usage(Topic::Job)),
        },
        Order::Grant => grant(first, more, facts),
        Order::Pause => {
            let why = (!request.rest.is_empty()).then(|| deed::reason(&request.rest));
            let (why, wrong) = part(why);
            let draft = Draft {
                why,
                ..Draft::new(DeedKind::Pause)
            };
            begin(draft, wrong, facts)
        }
        Order::Resume => Taken::AtOnce(Deed::Resume),
        Order::Broadcast => {
            let letter = (!request.rest.is_empty()).then(|| Letter {
                text: request.rest.clone(),
                marks: facts.marks.clone(),
            });
            let draft = Draft {
                letter,
                ..Draft::new(DeedKind::Broadcast)
            };
            begin(draft, None, facts)
        }
    }
}

/// `/grant @name 5 because`: what is missing or wrong is asked for, what is right is kept.
fn grant(first: &str, more: &str, facts: &Facts) -> Taken {
    let (amount, rest) = cut(more);
    let (user, bad_user) = part((!first.is_empty()).then(|| who(facts)));
    let (credits, bad_amount) = part((!amount.is_empty()).then(|| deed::amount_said(amount)));
    let (why, bad_why) = part((!rest.is_empty()).then(|| deed::reason(rest)));
    let draft = Draft {
        user,
        credits,
        why,
        ..Draft::new(DeedKind::Grant)
    };
    begin(draft, bad_user.or(bad_amount).or(bad_why), facts)
}

/// A piece that may be there, and may be wrong.
fn part<T>(given: Option<Result<T, Refusal>>) -> (Option<T>, Option<Refusal>) {
    match given {
        None => (None, None),
        Some(Ok(piece)) => (Some(piece), None),
        Some(Err(refusal)) => (None, Some(refusal)),
    }
}

fn begin(draft: Draft, wrong: Option<Refusal>, facts: &Facts) -> Taken {
    let form = Form {
        id: facts.fresh,
        at: facts.now,
        draft,
    };
    Taken::Fill(form, wrong)
}

fn on_knob(knob: Knob, form: Option<Form>, facts: &Facts) -> Taken {
    let show = |look| Taken::Show(look, Place::Here);
    match knob {
        Knob::Confirm(id) => match form.filter(|form| form.id == id) {
            Some(form) if form.is_late(facts.now) => Taken::End(Line::Late),
            Some(form) => form.draft.deed().map_or(Taken::Stale, Taken::Do),
            None => Taken::Stale,
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
        Knob::Begin(kind, about) => begin(Draft::about(kind, about), None, facts),
        Knob::To(id, to) => match form.filter(|form| form.id == id) {
            Some(form) if form.is_late(facts.now) => Taken::End(Line::Late),
            Some(mut form) => {
                form.draft.segment = Some(to);
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
        draft: form.draft,
    }
}

/// A text goes to the open form.
fn on_text(form: Form, whole: &str, facts: &Facts) -> Taken {
    let mut form = renewed(form, facts);
    let raw = whole.trim();
    let draft = &mut form.draft;
    // Another text takes the place of a letter: its author has seen how it looks.
    if draft.kind == DeedKind::Broadcast {
        if raw.is_empty() {
            return Taken::Fill(form, Some(Refusal::NeedText));
        }
        draft.letter = Some(Letter {
            text: whole.to_owned(),
            marks: facts.marks.clone(),
        });
        draft.segment = None;
        return Taken::Fill(form, None);
    }
    let wrong = match draft.blank() {
        Some(Field::User) => fill(&mut draft.user, who(facts)),
        Some(Field::Credits) => fill(&mut draft.credits, deed::amount_said(raw)),
        Some(Field::Why) => fill(&mut draft.why, deed::reason(raw)),
        Some(Field::Hours) => fill(&mut draft.hours, deed::hours(raw)),
        None
        | Some(Field::Job | Field::Resting | Field::Letter | Field::Segment | Field::Broadcast) => {
            Some(Refusal::NeedButton)
        }
    };
    Taken::Fill(form, wrong)
}

/// Fills in a field, or says what is wrong.
fn fill<T>(field: &mut Option<T>, given: Result<T, Refusal>) -> Option<Refusal> {
    match given {
        Ok(given) => {
            *field = Some(given);
            None
        }
        Err(refusal) => Some(refusal),
    }
}

fn waits_for_letter(form: &Form) -> bool {
    form.draft.blank() == Some(Field::Letter)
}

fn who(facts: &Facts) -> Result<UserId, Refusal> {
    match facts.found.clone() {
        Found::Unnamed => Err(Refusal::NotWhom),
        Found::One(user) => Ok(user),
        Found::Nobody(name) => Err(Refusal::NoUser(name)),
        Found::Many(name, bearers) => Err(Refusal::Ambiguous { name, bearers }),
    }
}

#[cfg(test)]
mod tests;
