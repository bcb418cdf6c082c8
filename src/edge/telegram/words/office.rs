//! The operator's words: each line of a form in their language.

use fluent_bundle::FluentValue;

use super::{Message, Words};
use crate::rules::conversation::event::Button;
use crate::rules::conversation::office::form::{Blank, Chore, Form};
use crate::rules::conversation::office::knob::Knob;
use crate::rules::conversation::office::line::{Line, Person, Slip, Topic};
use crate::rules::conversation::office::request::Order;
use crate::rules::domain::act::{LONGEST_WHY, MOST_CREDITS};
use crate::rules::domain::credit::PRICE;
use crate::rules::domain::id::{Code, JobId};
use crate::rules::domain::user::Lang;
use crate::rules::domain::whom::Bearer;

type Args = Vec<(&'static str, FluentValue<'static>)>;

impl Words {
    /// What an operator reads in the course of a form.
    pub(super) fn line(&self, lang: Lang, line: &Line) -> Message {
        match line {
            Line::Guide => self.said(lang, "desk-guide", &[], vec![]),
            Line::Usage(topic) => self.said(lang, usage(*topic), &[], vec![]),
            Line::Slip(slip) => {
                let text = self.slip(lang, slip);
                bare(text)
            }
            Line::Refused { slip } => {
                let mut keyboard = vec![];
                // Whoever wants to write to many may stop who does.
                if let Slip::OnItsWay(number) = slip {
                    let stop = Button::Desk(Knob::Stop(*number));
                    keyboard.push(vec![self.press(lang, "button-desk-stop", stop)]);
                }
                let slip = self.slip(lang, slip);
                self.said(lang, "desk-refused", &[("why", slip.into())], keyboard)
            }
            Line::Dropped => self.said(lang, "desk-dropped", &[], vec![]),
            Line::Late => self.said(lang, "desk-late", &[], vec![]),
            Line::Preview => self.said(lang, "desk-preview", &[], vec![]),
            Line::Sent {
                stopped,
                delivered,
                blocked,
                failed,
            } => {
                let key = match stopped {
                    true => "desk-sent-stopped",
                    false => "desk-sent",
                };
                let args = [
                    ("delivered", (*delivered).into()),
                    ("blocked", (*blocked).into()),
                    ("failed", (*failed).into()),
                ];
                self.said(lang, key, &args, vec![])
            }
            Line::Form { slip, form, person } => {
                let asked = self.asked(lang, form, person.as_ref());
                let text = match slip {
                    Some(slip) => format!("{}\n\n{}", self.slip(lang, slip), asked.text),
                    None => asked.text,
                };
                Message { text, ..asked }
            }
            Line::Done {
                chore,
                person,
                order,
            } => {
                let mut args = self.about(lang, chore, person.as_ref());
                args.extend(order.map(|order| ("order", order.0.into())));
                let keyboard = match person {
                    Some(person) => {
                        let card = Button::Desk(Knob::Card(person.user));
                        vec![vec![self.press(lang, "button-desk-card", card)]]
                    }
                    None => vec![],
                };
                self.said(lang, done(chore), &args, keyboard)
            }
        }
    }

    /// A person as an operator reads of them.
    pub fn person(&self, lang: Lang, name: Option<&str>, number: u64) -> String {
        match name {
            Some(name) => {
                let args = [
                    ("name", name.to_owned().into()),
                    ("number", number.to_string().into()),
                ];
                self.text(lang, "desk-person", &args)
            }
            None => number.to_string(),
        }
    }

    /// Somebody who has a name, or has had it.
    fn bearer(&self, lang: Lang, bearer: &Bearer) -> String {
        let key = match bearer.has {
            true => "slip-many-has",
            false => "slip-many-had",
        };
        let args = [
            ("number", bearer.user.to_string().into()),
            ("seen", bearer.seen.utc().into()),
        ];
        self.text(lang, key, &args)
    }

    /// What the operator's commands do.
    pub fn desk_commands(&self, lang: Lang) -> Vec<(&'static str, String)> {
        let all = Order::ALL.into_iter();
        all.map(|(_, name)| (name, self.plain(lang, &key(name))))
            .collect()
    }

    /// The open question of a form.
    fn asked(&self, lang: Lang, form: &Form, person: Option<&Person>) -> Message {
        let drop = self.press(lang, "button-cancel", Button::Desk(Knob::Drop(form.id)));
        let mut args = self.about(lang, &form.chore, person);
        if let (Chore::Grant { .. }, Some(person)) = (&form.chore, person) {
            // A name may have passed on to somebody else: whom is meant is seen by when they wrote.
            let named = self.person(lang, person.name.as_deref(), person.user.0);
            let seen = [("person", named.into()), ("seen", person.seen.utc().into())];
            args.retain(|(name, _)| *name != "person");
            args.push(("person", self.text(lang, "desk-person-seen", &seen).into()));
        }
        match form.chore.blank() {
            Some(Blank::Letter | Blank::Segment) => {
                self.said(lang, "desk-ask-letter", &args, vec![vec![drop]])
            }
            Some(Blank::User) => self.said(lang, "desk-ask-user", &args, vec![vec![drop]]),
            Some(Blank::Credits) => self.said(lang, "desk-ask-credits", &args, vec![vec![drop]]),
            Some(Blank::Why) => {
                let head = self.text(lang, head(&form.chore), &args);
                let ask = self.plain(lang, "desk-ask-why");
                Message {
                    keyboard: vec![vec![drop]],
                    ..bare(format!("{head}\n\n{ask}"))
                }
            }
            None => {
                let head = self.text(lang, head(&form.chore), &args);
                let text = match form.chore.why() {
                    Some(why) => {
                        let why = [("why", why.to_owned().into())];
                        format!("{head}\n{}", self.text(lang, "desk-because", &why))
                    }
                    None => head,
                };
                let sure = self.plain(lang, "desk-sure");
                let yes = Button::Desk(Knob::Confirm(form.id));
                let yes = self.press(lang, "button-desk-yes", yes);
                Message {
                    keyboard: vec![vec![yes], vec![drop]],
                    ..bare(format!("{text}\n\n{sure}"))
                }
            }
        }
    }

    /// What texts about a chore can speak of.
    fn about(&self, lang: Lang, chore: &Chore, person: Option<&Person>) -> Args {
        let mut args: Args = Vec::new();
        let mut change = 0;
        match chore {
            Chore::Grant { credits, .. } => change = i64::from(credits.unwrap_or_default()),
            Chore::Refund { .. } | Chore::Cancel { .. } => change = i64::from(PRICE.0),
            Chore::Reorder { .. } => change = -i64::from(PRICE.0),
            Chore::Hurry { .. }
            | Chore::Ban { .. }
            | Chore::Unban { .. }
            | Chore::Pause { .. }
            | Chore::Resume
            | Chore::Broadcast { .. } => {}
        }
        args.push(("credits", change.unsigned_abs().into()));
        if let Some(person) = person {
            let named = self.person(lang, person.name.as_deref(), person.user.0);
            let balance = i64::from(person.balance.0);
            args.push(("person", named.into()));
            args.push(("balance", balance.into()));
            args.push(("after", (balance + change).into()));
        }
        args.extend(chore.job().map(|job| ("job", code(job))));
        args
    }

    /// What is wrong.
    fn slip(&self, lang: Lang, slip: &Slip) -> String {
        let job = |key, job: &JobId| self.text(lang, key, &[("job", code(*job))]);
        let plain = |key| self.plain(lang, key);
        match slip {
            Slip::NotWhom => plain("slip-not-whom"),
            Slip::NoUser(name) => self.text(lang, "slip-no-user", &[("name", name.clone().into())]),
            Slip::Many { name, bearers } => {
                let people = bearers.iter().take(10);
                let people: Vec<_> = people.map(|one| self.bearer(lang, one)).collect();
                let args = [
                    ("name", name.clone().into()),
                    ("people", people.join("\n").into()),
                ];
                self.text(lang, "slip-many", &args)
            }
            Slip::NotNumber => plain("slip-not-number"),
            Slip::Zero => plain("slip-zero"),
            Slip::TooLarge => self.text(lang, "slip-too-large", &[("most", MOST_CREDITS.into())]),
            Slip::TooMuch(balance) => {
                self.text(lang, "slip-too-much", &[("balance", balance.0.into())])
            }
            Slip::Full(balance) => self.text(lang, "slip-full", &[("balance", balance.0.into())]),
            Slip::Empty => plain("slip-empty"),
            Slip::TooLong => self.text(lang, "slip-too-long", &[("most", LONGEST_WHY.into())]),
            Slip::NeedButton => plain("slip-need-button"),
            Slip::NeedText => plain("slip-need-text"),
            Slip::Operator => plain("slip-operator"),
            Slip::Already => plain("slip-already"),
            Slip::NoJob(id) => job("slip-no-job", id),
            Slip::Live(id) => job("slip-live", id),
            Slip::Done(id) => job("slip-done", id),
            Slip::Failed(id) => job("slip-failed", id),
            Slip::Asked(id) => job("slip-asked", id),
            Slip::Waits(id) => job("slip-waits", id),
            Slip::Retired(id) => job("slip-retired", id),
            Slip::Poor(id) => job("slip-poor", id),
            Slip::Repaid(id) => job("slip-repaid", id),
            Slip::Reordered(id) => job("slip-reordered", id),
            Slip::Broadcasting | Slip::OnItsWay(_) => plain("slip-broadcasting"),
        }
    }
}

fn bare(text: String) -> Message {
    Message {
        text,
        keyboard: vec![],
        picture: false,
    }
}

/// The text of a command in Telegram's menu.
fn key(name: &str) -> String {
    format!("command-{}", name.replace('_', "-"))
}

fn code(job: JobId) -> FluentValue<'static> {
    Code::Job(job).to_string().into()
}

fn usage(topic: Topic) -> &'static str {
    match topic {
        Topic::User => "desk-usage-user",
        Topic::Job => "desk-usage-job",
        Topic::Stats => "desk-usage-stats",
    }
}

/// What is about to be done.
fn head(chore: &Chore) -> &'static str {
    match chore {
        Chore::Grant { credits, .. } if credits.is_some_and(|credits| credits < 0) => "desk-take",
        Chore::Grant { .. } => "desk-grant",
        Chore::Refund { .. } => "desk-refund",
        Chore::Cancel { .. } => "desk-cancel",
        Chore::Reorder { .. } => "desk-reorder",
        Chore::Hurry { .. } => "desk-hurry",
        Chore::Ban { .. } => "desk-ban",
        Chore::Unban { .. } => "desk-unban",
        Chore::Pause { .. } => "desk-pause",
        Chore::Resume => "desk-resume",
        Chore::Broadcast { .. } => "desk-broadcast",
    }
}

/// What has been done.
fn done(chore: &Chore) -> &'static str {
    match chore {
        Chore::Grant { credits, .. } if credits.is_some_and(|credits| credits < 0) => "desk-taken",
        Chore::Grant { .. } => "desk-granted",
        Chore::Refund { .. } => "desk-refunded",
        Chore::Cancel { .. } => "desk-cancelled",
        Chore::Reorder { .. } => "desk-reordered",
        Chore::Hurry { .. } => "desk-hurried",
        Chore::Ban { .. } => "desk-banned",
        Chore::Unban { .. } => "desk-unbanned",
        Chore::Pause { .. } => "desk-paused",
        Chore::Resume => "desk-resumed",
        Chore::Broadcast { .. } => "desk-broadcast",
    }
}

#[cfg(test)]
mod tests;
