//! The conversation: `step` takes a session and an event and gives the next session and what is to be done.
//!
//! Pure, total, and never silent: every event in every session has an answer.

pub mod draft;
pub mod event;
pub mod office;
pub mod say;
pub mod session;

use crate::rules::domain::brief::{Brief, Count, Photo, Style, Text, TextError};
use crate::rules::domain::credit::Credits;
use crate::rules::domain::id::DraftId;
use crate::rules::domain::template::Template;

use draft::{Answer, Draft, Question};
use event::{Button, Command, Event, Picture};
use say::{Hint, Say, Toast};
use session::Session;

/// What `step` must know of the world, read in the same transaction.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What the user may spend.
    pub balance: Credits,
    /// A number no draft has had.
    pub fresh: DraftId,
    /// The brief behind an «again» button, if the order is the user's own.
    pub again: Option<Brief>,
    /// Whether that order was the user's own and is no longer kept.
    pub gone: bool,
    /// Whether orders are taken.
    pub sales: Sales,
    /// What can be picked in step 3, besides the seller's own prompt.
    pub templates: Vec<Template>,
    /// Whether the user is shut out.
    pub banned: bool,
}

/// Whether orders are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sales {
    /// They are.
    Open,
    /// Not while the disk is nearly full.
    NoRoom,
    /// Not until an operator says so.
    Paused,
}

/// What is to be done, all in the same transaction but the toast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Say something in the chat.
    Tell(Say),
    /// Answer the press of a button; tried at once and not kept.
    Toast(Toast),
    /// Place an order. The balance has been checked.
    Order { brief: Brief, count: Count },
    /// The user can, or can no longer, be written to.
    Reachable(bool),
}

/// One step of the conversation.
pub fn step(session: Session, event: Event, facts: &Facts) -> (Session, Vec<Effect>) {
    if facts.banned {
        return on_banned(session, event);
    }
    let offered = session.clone().offered(&facts.templates);
    let (next, mut effects) = on_event(offered.clone(), event, facts);
    if session == offered {
        return (next, effects);
    }
    // The template is no longer offered; who was not told so now is told with the next answer.
    let told = effects.iter_mut().any(|effect| match effect {
        Effect::Tell(say) => say.asks_template_for(Hint::TemplateGone),
        Effect::Toast(_) | Effect::Order { .. } | Effect::Reachable(_) => false,
    });
    match !told && next == offered {
        true => (session, effects),
        false => (next, effects),
    }
}

fn on_event(session: Session, event: Event, facts: &Facts) -> (Session, Vec<Effect>) {
    match event {
        Event::Command(command) => on_command(session, command, facts),
        Event::Desk(_) => on_command(session, Command::Unknown, facts),
        Event::Text(raw) => on_text(session, &raw, facts),
        Event::Picture(picture) => on_picture(session, picture, facts),
        Event::BadFile(hint) => reask(session, hint, facts),
        Event::Other => {
            let hint = wanted(&session);
            reask(session, hint, facts)
        }
        Event::Edited => reask(session, Hint::EditIgnored, facts),
        Event::Press(button) => on_press(session, button, facts),
        Event::Blocked => (session, vec![Effect::Reachable(false)]),
        Event::Unblocked => (session, vec![Effect::Reachable(true)]),
        Event::Group => (session, tell(Say::Group)),
        Event::Stars(_) => (session, Vec::new()),
    }
}

/// The photo of the open draft cannot be used: another one is asked for. Nothing if it is no longer the draft's.
pub fn unfit(
    session: Session,
    photo: &Photo,
    hint: Hint,
    balance: Credits,
) -> Option<(Session, Say)> {
    if session.photo() != Some(photo) {
        return None;
    }
    let draft = session.draft;
    let session = session.fresh(draft, Draft::default());
    let say = ask(&session, Some(hint), balance)?;
    Some((session, say))
}

/// Somebody who is shut out is told so, whatever they do; what they have ordered before still comes.
fn on_banned(session: Session, event: Event) -> (Session, Vec<Effect>) {
    match event {
        Event::Blocked => (session, vec![Effect::Reachable(false)]),
        Event::Unblocked => (session, vec![Effect::Reachable(true)]),
        Event::Group => (session, tell(Say::Group)),
        Event::Stars(_) => (session, Vec::new()),
        Event::Press(_) => toasted(session.idle(), Say::Banned),
        Event::Command(_)
        | Event::Desk(_)
        | Event::Text(_)
        | Event::Picture(_)
        | Event::BadFile(_)
        | Event::Other
        | Event::Edited => (session.idle(), tell(Say::Banned)),
    }
}

fn on_command(session: Session, command: Command, facts: &Facts) -> (Session, Vec<Effect>) {
    match command {
        Command::Start => (
            session.idle(),
            tell(Say::Welcome {
                balance: facts.balance,
            }),
        ),
        Command::Menu => (session.idle(), tell(Say::Menu { hint: None })),
        Command::Cancel if session.answers.is_none() => (
            session,
            tell(Say::Menu {
                hint: Some(Hint::NothingToCancel),
            }),
        ),
        Command::Cancel => (
            session.idle(),
            tell(Say::Menu {
                hint: Some(Hint::Cancelled),
            }),
        ),
        Command::Help => {
            let mut effects = tell(Say::Help);
            effects.extend(ask(&session, None, facts.balance).map(Effect::Tell));
            (session, effects)
        }
        Command::Unknown => reask(session, Hint::UnknownCommand, facts),
    }
}

fn on_text(session: Session, raw: &str, facts: &Facts) -> (Session, Vec<Effect>) {
    let text = match Text::parse(raw) {
        Ok(text) => text,
        Err(TextError::Empty) => return reask(session, Hint::EmptyText, facts),
        Err(TextError::TooLong) => return reask(session, Hint::TooLong, facts),
    };
    let Some((mut draft, question)) = open(&session) else {
        return reask(session, Hint::NotUnderstood, facts);
    };
    if !draft.write(question, text) {
        return reask(session, need(question), facts);
    }
    forward(session, draft, None, facts)
}

fn on_picture(session: Session, picture: Picture, facts: &Facts) -> (Session, Vec<Effect>) {
    if picture.album.is_some() && picture.album == session.album {
        return on_album_rest(session);
    }
    let (id, mut draft, replaced) = match open(&session) {
        None => (facts.fresh, Draft::default(), false),
        Some((draft, Question::Photo)) => (session.draft, draft, false),
        Some((draft, Question::Text)) => (session.draft, draft, true),
        Some(_) => {
            let session = Session {
                album: picture.album,
                album_told: true,
                ..session
            };
            return reask(session, Hint::HavePhoto, facts);
        }
    };
    draft.photo = Some(picture.photo);
    let mut hint = replaced.then_some(Hint::PhotoReplaced);
    let caption = picture.caption.as_deref().map(Text::parse);
    if let Some(Ok(product)) = caption {
        draft.product = Some(product);
        hint = Some(Hint::CaptionTaken);
    }
    let session = Session {
        draft: id,
        album: picture.album,
        album_told: false,
        ..session
    };
    forward(session, draft, hint, facts)
}

/// Says once that only the first picture of an album counts.
fn on_album_rest(session: Session) -> (Session, Vec<Effect>) {
    if session.album_told {
        return (session, Vec::new());
    }
    (
        Session {
            album_told: true,
            ..session
        },
        tell(Say::AlbumFirst),
    )
}

fn on_press(session: Session, button: Option<Button>, facts: &Facts) -> (Session, Vec<Effect>) {
    let Some(button) = button else {
        return stale(session, facts);
    };
    match button {
        Button::Menu => toasted(session.idle(), Say::Menu { hint: None }),
        Button::Make => {
            let session = session.fresh(facts.fresh, Draft::default());
            // Whoever is going to answer five questions is told before the first.
            let hint = match facts.sales {
                Sales::Paused => Some(Hint::PausedEarly),
                Sales::Open | Sales::NoRoom => None,
            };
            let effects = asked(&session, hint, facts);
            (session, with_toast(Toast::Plain, effects))
        }
        Button::Cabinet => toasted(
            session,
            Say::Cabinet {
                balance: facts.balance,
            },
        ),
        Button::Support => toasted(session, Say::Support),
        Button::TopUp => toasted(session, Say::TopUp),
        Button::Again(_) => match facts.again.clone() {
            Some(brief) => {
                let same = session.fresh(facts.fresh, Draft::again(brief));
                let session = same.clone().offered(&facts.templates);
                let hint = match session == same {
                    true => Hint::SameAgain,
                    false => Hint::TemplateGone,
                };
                let effects = asked(&session, Some(hint), facts);
                (session, with_toast(Toast::Plain, effects))
            }
            None if facts.gone => {
                let (session, effects) = reask(session, Hint::OrderGone, facts);
                (session, with_toast(Toast::Stale, effects))
            }
            None => stale(session, facts),
        },
        Button::Style { draft, style } if draft == session.draft => on_style(session, style, facts),
        Button::Count { draft, count } if draft == session.draft => on_count(session, count, facts),
        Button::Confirm { draft } if draft == session.draft => on_confirm(session, facts),
        Button::Cancel { draft } if draft == session.draft && session.answers.is_some() => toasted(
            session.idle(),
            Say::Menu {
                hint: Some(Hint::Cancelled),
            },
        ),
        Button::Style { .. }
        | Button::Count { .. }
        | Button::Confirm { .. }
        | Button::Cancel { .. }
        | Button::Desk(_) => stale(session, facts),
    }
}

/// A template was pressed; the seller may change their mind while the next question is open.
fn on_style(session: Session, style: Style, facts: &Facts) -> (Session, Vec<Effect>) {
    let Some((mut draft, Question::Template | Question::Prompt | Question::Wishes)) =
        open(&session)
    else {
        return stale(session, facts);
    };
    if let Style::Template(template) = style
        && !facts.templates.contains(&template)
    {
        let (session, effects) = reask(session, Hint::TemplateGone, facts);
        return (session, with_toast(Toast::Stale, effects));
    }
    if draft.style.replace(style) == Some(style) {
        return (session, vec![Effect::Toast(Toast::Already)]);
    }
    let (session, effects) = forward(session, draft, None, facts);
    (session, with_toast(Toast::Plain, effects))
}

/// A count was pressed; another count replaces it until the order is confirmed.
fn on_count(session: Session, count: Count, facts: &Facts) -> (Session, Vec<Effect>) {
    let Some((mut draft, Question::Count | Question::Confirm(_))) = open(&session) else {
        return stale(session, facts);
    };
    if draft.count.replace(count) == Some(count) {
        return (session, vec![Effect::Toast(Toast::Already)]);
    }
    if facts.balance < count.price() {
        return too_few(session, draft, count, facts);
    }
    let (session, effects) = forward(session, draft, None, facts);
    (session, with_toast(Toast::Plain, effects))
}

fn on_confirm(session: Session, facts: &Facts) -> (Session, Vec<Effect>) {
    let (draft, count) = match open(&session) {
        None => return (session, vec![Effect::Toast(Toast::Launched)]),
        Some((draft, Question::Confirm(count))) => (draft, count),
        Some(_) => return stale(session, facts),
    };
    if facts.balance < count.price() {
        return too_few(session, draft, count, facts);
    }
    let closed = match facts.sales {
        Sales::Open => None,
        Sales::NoRoom => Some(Hint::NoRoom),
        Sales::Paused => Some(Hint::Paused),
    };
    if let Some(hint) = closed {
        let (session, effects) = reask(session, hint, facts);
        return (session, with_toast(Toast::Plain, effects));
    }
    let Some(brief) = draft.brief() else {
        return stale(session, facts);
    };
    let effects = vec![
        Effect::Toast(Toast::Launched),
        Effect::Order { brief, count },
        Effect::Tell(Say::Accepted {
            count: count.number(),
        }),
    ];
    (session.ordered(), effects)
}

fn too_few(
    session: Session,
    mut draft: Draft,
    count: Count,
    facts: &Facts,
) -> (Session, Vec<Effect>) {
    draft.count = None;
    let say = Say::TooFew {
        draft: session.draft,
        need: count.price(),
        balance: facts.balance,
    };
    let session = Session {
        answers: Some(draft),
        ..session
    };
    toasted(session, say)
}

/// A button that no longer means anything: answered, and the open question or the menu shown.
fn stale(session: Session, facts: &Facts) -> (Session, Vec<Effect>) {
    let (session, effects) = reask(session, Hint::OldButton, facts);
    (session, with_toast(Toast::Stale, effects))
}

/// Keeps the answers and asks what comes next.
fn forward(
    session: Session,
    draft: Draft,
    hint: Option<Hint>,
    facts: &Facts,
) -> (Session, Vec<Effect>) {
    let session = Session {
        answers: Some(draft),
        ..session
    };
    let effects = asked(&session, hint, facts);
    (session, effects)
}

/// Says what was wrong and repeats the open question; the menu if there is none.
fn reask(session: Session, hint: Hint, facts: &Facts) -> (Session, Vec<Effect>) {
    let hint = Some(hint);
    let say = ask(&session, hint, facts.balance).unwrap_or(Say::Menu { hint });
    (session, tell(say))
}

fn asked(session: &Session, hint: Option<Hint>, facts: &Facts) -> Vec<Effect> {
    let say = ask(session, hint, facts.balance);
    say.map(Effect::Tell).into_iter().collect()
}

/// The question the session waits on.
fn ask(session: &Session, hint: Option<Hint>, balance: Credits) -> Option<Say> {
    Some(Say::Ask {
        hint,
        question: session.question()?,
        draft: session.draft,
        balance,
    })
}

/// The answers so far and the open question.
fn open(session: &Session) -> Option<(Draft, Question)> {
    session.answers.clone().zip(session.question())
}

/// What to say to something that does not answer the open question.
fn wanted(session: &Session) -> Hint {
    session.question().map_or(Hint::NotUnderstood, need)
}

fn need(question: Question) -> Hint {
    match question.answer() {
        Answer::Photo => Hint::NeedPhoto,
        Answer::Text => Hint::NeedText,
        Answer::Button => Hint::NeedButton,
    }
}

fn tell(say: Say) -> Vec<Effect> {
    vec![Effect::Tell(say)]
}

fn toasted(session: Session, say: Say) -> (Session, Vec<Effect>) {
    (session, with_toast(Toast::Plain, tell(say)))
}

fn with_toast(toast: Toast, mut effects: Vec<Effect>) -> Vec<Effect> {
    effects.insert(0, Effect::Toast(toast));
    effects
}

#[cfg(test)]
mod tests;
