//! The conversation: `step` takes a session and an event and gives the next session and what is to be done.
//!
//! Pure, total, and never silent: every event in every session has an answer.

pub mod event;
pub mod office;
pub mod say;
pub mod session;

use crate::rules::domain::brief::{Brief, Count, Photo, Recipe, Text, TextError};
use crate::rules::domain::credit::Credits;
use crate::rules::domain::id::DraftId;

use event::{Button, Command, Event, Picture, Style};
use say::{Ask, Hint, Say, Toast};
use session::{Session, Step};

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
    match event {
        Event::Command(command) => on_command(session, command, facts),
        Event::Desk(_) => on_command(session, Command::Unknown, facts),
        Event::Text(raw) => on_text(session, &raw, facts),
        Event::Picture(picture) => on_picture(session, picture, facts),
        Event::BadFile(hint) => reask(session, hint, facts),
        Event::Other => {
            let hint = wanted(&session.step);
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
pub fn unfit(session: Session, photo: &Photo, hint: Hint) -> Option<(Session, Say)> {
    if session.photo() != Some(photo) {
        return None;
    }
    let session = Session {
        step: Step::AwaitPhoto,
        ..session
    };
    let (hint, ask) = (Some(hint), Ask::Photo);
    Some((session, Say::Ask { hint, ask }))
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
        Command::Cancel if session.step == Step::Idle => (
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
            effects
                .extend(ask(&session, facts).map(|ask| Effect::Tell(Say::Ask { hint: None, ask })));
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
    let step = match session.step.clone() {
        Step::AwaitText { photo } => Step::AwaitTemplate {
            photo,
            product: text,
        },
        Step::AwaitPrompt { photo, product } => {
            let recipe = Recipe::Own { prompt: text };
            Step::AwaitCount {
                brief: Brief {
                    photo,
                    product,
                    recipe,
                },
            }
        }
        Step::AwaitWishes {
            photo,
            product,
            template,
        } => {
            let recipe = Recipe::Template {
                template,
                wishes: text.wishes(),
            };
            Step::AwaitCount {
                brief: Brief {
                    photo,
                    product,
                    recipe,
                },
            }
        }
        other @ (Step::Idle
        | Step::AwaitPhoto
        | Step::AwaitTemplate { .. }
        | Step::AwaitCount { .. }
        | Step::AwaitConfirm { .. }) => {
            let hint = wanted(&other);
            return reask(session, hint, facts);
        }
    };
    forward(session, step, None, facts)
}

fn on_picture(session: Session, picture: Picture, facts: &Facts) -> (Session, Vec<Effect>) {
    if picture.album.is_some() && picture.album == session.album {
        return on_album_rest(session);
    }
    let (draft, replaced) = match &session.step {
        Step::Idle => (facts.fresh, false),
        Step::AwaitPhoto => (session.draft, false),
        Step::AwaitText { .. } => (session.draft, true),
        Step::AwaitTemplate { .. }
        | Step::AwaitPrompt { .. }
        | Step::AwaitWishes { .. }
        | Step::AwaitCount { .. }
        | Step::AwaitConfirm { .. } => {
            let session = Session {
                album: picture.album,
                album_told: true,
                ..session
            };
            return reask(session, Hint::HavePhoto, facts);
        }
    };
    let caption = picture
        .caption
        .as_deref()
        .and_then(|raw| Text::parse(raw).ok());
    let (step, hint) = match caption {
        Some(product) => (
            Step::AwaitTemplate {
                photo: picture.photo,
                product,
            },
            Some(Hint::CaptionTaken),
        ),
        None => (
            Step::AwaitText {
                photo: picture.photo,
            },
            replaced.then_some(Hint::PhotoReplaced),
        ),
    };
    let session = Session {
        draft,
        album: picture.album,
        album_told: false,
        ..session
    };
    forward(session, step, hint, facts)
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
            let session = session.fresh(facts.fresh);
            // Whoever is going to answer five questions is told before the first.
            let hint = match facts.sales {
                Sales::Paused => Some(Hint::PausedEarly),
                Sales::Open | Sales::NoRoom => None,
            };
            let (session, effects) = forward(session, Step::AwaitPhoto, hint, facts);
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
                let session = session.fresh(facts.fresh);
                let (session, effects) = forward(
                    session,
                    Step::AwaitCount { brief },
                    Some(Hint::SameAgain),
                    facts,
                );
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
        Button::Cancel { draft } if draft == session.draft && session.step != Step::Idle => {
            toasted(
                session.idle(),
                Say::Menu {
                    hint: Some(Hint::Cancelled),
                },
            )
        }
        Button::Style { .. }
        | Button::Count { .. }
        | Button::Confirm { .. }
        | Button::Cancel { .. }
        | Button::Desk(_) => stale(session, facts),
    }
}

/// A template was pressed; the seller may change their mind while the next question is open.
fn on_style(session: Session, style: Style, facts: &Facts) -> (Session, Vec<Effect>) {
    let (photo, product) = match session.step.clone() {
        Step::AwaitTemplate { photo, product } => (photo, product),
        Step::AwaitPrompt { photo, product } if style != Style::Own => (photo, product),
        Step::AwaitWishes {
            photo,
            product,
            template,
        } if style != Style::Template(template) => (photo, product),
        Step::AwaitPrompt { .. } | Step::AwaitWishes { .. } => {
            return (session, vec![Effect::Toast(Toast::Already)]);
        }
        Step::Idle
        | Step::AwaitPhoto
        | Step::AwaitText { .. }
        | Step::AwaitCount { .. }
        | Step::AwaitConfirm { .. } => return stale(session, facts),
    };
    let step = match style {
        Style::Template(template) => Step::AwaitWishes {
            photo,
            product,
            template,
        },
        Style::Own => Step::AwaitPrompt { photo, product },
    };
    let (session, effects) = forward(session, step, None, facts);
    (session, with_toast(Toast::Plain, effects))
}

/// A count was pressed; another count replaces it until the order is confirmed.
fn on_count(session: Session, count: Count, facts: &Facts) -> (Session, Vec<Effect>) {
    let brief = match session.step.clone() {
        Step::AwaitCount { brief } => brief,
        Step::AwaitConfirm {
            brief,
            count: chosen,
        } if chosen != count => brief,
        Step::AwaitConfirm { .. } => return (session, vec![Effect::Toast(Toast::Already)]),
        Step::Idle
        | Step::AwaitPhoto
        | Step::AwaitText { .. }
        | Step::AwaitTemplate { .. }
        | Step::AwaitPrompt { .. }
        | Step::AwaitWishes { .. } => return stale(session, facts),
    };
    if facts.balance < count.price() {
        return too_few(session, brief, count, facts);
    }
    let (session, effects) = forward(session, Step::AwaitConfirm { brief, count }, None, facts);
    (session, with_toast(Toast::Plain, effects))
}

fn on_confirm(session: Session, facts: &Facts) -> (Session, Vec<Effect>) {
    match session.step.clone() {
        Step::AwaitConfirm { brief, count } if facts.balance < count.price() => {
            too_few(session, brief, count, facts)
        }
        Step::AwaitConfirm { brief, count } => {
            let closed = match facts.sales {
                Sales::Open => None,
                Sales::NoRoom => Some(Hint::NoRoom),
                Sales::Paused => Some(Hint::Paused),
            };
            if let Some(hint) = closed {
                let (session, effects) = reask(session, hint, facts);
                return (session, with_toast(Toast::Plain, effects));
            }
            let accepted = Effect::Tell(Say::Accepted {
                count: count.number(),
            });
            let effects = vec![
                Effect::Toast(Toast::Launched),
                Effect::Order { brief, count },
                accepted,
            ];
            (session.ordered(), effects)
        }
        Step::Idle => (session, vec![Effect::Toast(Toast::Launched)]),
        Step::AwaitPhoto
        | Step::AwaitText { .. }
        | Step::AwaitTemplate { .. }
        | Step::AwaitPrompt { .. }
        | Step::AwaitWishes { .. }
        | Step::AwaitCount { .. } => stale(session, facts),
    }
}

fn too_few(session: Session, brief: Brief, count: Count, facts: &Facts) -> (Session, Vec<Effect>) {
    let say = Say::TooFew {
        draft: session.draft,
        need: count.price(),
        balance: facts.balance,
    };
    let session = Session {
        step: Step::AwaitCount { brief },
        ..session
    };
    toasted(session, say)
}

/// A button that no longer means anything: answered, and the open question or the menu shown.
fn stale(session: Session, facts: &Facts) -> (Session, Vec<Effect>) {
    let (session, effects) = reask(session, Hint::OldButton, facts);
    (session, with_toast(Toast::Stale, effects))
}

fn forward(
    session: Session,
    step: Step,
    hint: Option<Hint>,
    facts: &Facts,
) -> (Session, Vec<Effect>) {
    let session = Session { step, ..session };
    let effects = ask(&session, facts).map(|ask| Effect::Tell(Say::Ask { hint, ask }));
    (session, effects.into_iter().collect())
}

/// Says what was wrong and repeats the open question; the menu if there is none.
fn reask(session: Session, hint: Hint, facts: &Facts) -> (Session, Vec<Effect>) {
    let say = match ask(&session, facts) {
        Some(ask) => Say::Ask {
            hint: Some(hint),
            ask,
        },
        None => Say::Menu { hint: Some(hint) },
    };
    (session, tell(say))
}

/// The question the session waits on.
fn ask(session: &Session, facts: &Facts) -> Option<Ask> {
    let draft = session.draft;
    Some(match &session.step {
        Step::Idle => return None,
        Step::AwaitPhoto => Ask::Photo,
        Step::AwaitText { .. } => Ask::Text,
        Step::AwaitTemplate { .. } => Ask::Template { draft },
        Step::AwaitPrompt { .. } => Ask::Prompt,
        Step::AwaitWishes { .. } => Ask::Wishes,
        Step::AwaitCount { .. } => Ask::Count { draft },
        Step::AwaitConfirm { count, .. } => Ask::Confirm {
            draft,
            count: count.number(),
            cost: count.price(),
            balance: facts.balance,
        },
    })
}

/// What to say to something that does not answer the open question.
fn wanted(step: &Step) -> Hint {
    match step {
        Step::Idle => Hint::NotUnderstood,
        Step::AwaitPhoto => Hint::NeedPhoto,
        Step::AwaitText { .. } | Step::AwaitPrompt { .. } | Step::AwaitWishes { .. } => {
            Hint::NeedText
        }
        Step::AwaitTemplate { .. } | Step::AwaitCount { .. } | Step::AwaitConfirm { .. } => {
            Hint::NeedButton
        }
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
