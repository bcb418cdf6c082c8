//! The operator's words: each line of a form in their language.

use fluent_bundle::FluentValue;

use super::{Message, Words};
use crate::edge::locale::Locale;
use crate::rules::conversation::event::Button;
use crate::rules::conversation::office::form::Form;
use crate::rules::conversation::office::knob::Knob;
use crate::rules::conversation::office::line::{Line, Topic};
use crate::rules::conversation::office::request::Order;
use crate::rules::domain::deed::DeedKind;
use crate::rules::domain::deed::draft::Field;
use crate::rules::domain::deed::outlook::Outlook;
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::id::{Code, JobId};
use crate::rules::domain::user::Lang;

type Args = Vec<(&'static str, FluentValue<'static>)>;

impl Words {
    /// What an operator reads in the course of a form.
    pub(super) fn line(&self, lang: Lang, line: &Line) -> Message {
        match line {
            Line::Guide => self.said(lang, "desk-guide", &[], vec![]),
            Line::Usage(topic) => self.said(lang, usage(*topic), &[], vec![]),
            Line::Unusable(refusal) => bare(self.unusable(lang, refusal)),
            Line::Refused(refusal) => {
                let mut keyboard = vec![];
                // Whoever wants to write to many may stop who does.
                if let Refusal::OnItsWay(number) = refusal {
                    let stop = Button::Desk(Knob::Stop(*number));
                    keyboard.push(vec![self.press(lang, "button-desk-stop", stop)]);
                }
                let why = Locale(lang).refusal(refusal);
                self.said(lang, "desk-refused", &[("why", why.into())], keyboard)
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
            Line::Form {
                refusal,
                form,
                outlook,
            } => {
                let asked = self.asked(lang, form, outlook);
                let text = match refusal {
                    Some(refusal) => {
                        format!("{}\n\n{}", self.unusable(lang, refusal), asked.text)
                    }
                    None => asked.text,
                };
                Message { text, ..asked }
            }
            Line::Done { deed, outcome } => {
                let person = outcome.person.clone();
                let change = deed.credits().map_or(0, i64::from);
                let mut args = self.about(lang, deed.job(), &Outlook { person, change });
                let order = outcome.came.order();
                args.extend(order.map(|order| ("order", order.0.into())));
                let keyboard = match &outcome.person {
                    Some(person) => {
                        let card = Button::Desk(Knob::Card(person.user));
                        vec![vec![self.press(lang, "button-desk-card", card)]]
                    }
                    None => vec![],
                };
                let key = format!("desk-{}-done", deed.word());
                self.said(lang, &key, &args, keyboard)
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

    fn unusable(&self, lang: Lang, refusal: &Refusal) -> String {
        let why = Locale(lang).refusal(refusal);
        self.text(lang, "desk-unusable", &[("why", why.into())])
    }

    /// What the operator's commands do.
    pub fn desk_commands(&self, lang: Lang) -> Vec<(&'static str, String)> {
        let all = Order::ALL.into_iter();
        all.map(|(_, name)| (name, self.plain(lang, &key(name))))
            .collect()
    }

    /// The open question of a form.
    fn asked(&self, lang: Lang, form: &Form, outlook: &Outlook) -> Message {
        let draft = &form.draft;
        let drop = self.press(lang, "button-cancel", Button::Desk(Knob::Drop(form.id)));
        let mut args = self.about(lang, draft.job, outlook);
        if let (DeedKind::Grant, Some(person)) = (draft.kind, &outlook.person) {
            // A name may have passed on to somebody else: whom is meant is seen by when they wrote.
            let named = self.person(lang, person.name.as_deref(), person.user.0);
            let seen = [("person", named.into()), ("seen", person.seen.utc().into())];
            args.retain(|(name, _)| *name != "person");
            args.push(("person", self.text(lang, "desk-person-seen", &seen).into()));
        }
        let word = match draft.credits {
            Some(credits) if credits < 0 => "take",
            Some(_) | None => draft.kind.word(),
        };
        let head = || self.text(lang, &format!("desk-{word}"), &args);
        let (text, yes) = match draft.blank() {
            Some(Field::Letter | Field::Segment) => {
                (self.text(lang, "desk-ask-letter", &args), None)
            }
            Some(Field::User) => (self.text(lang, "desk-ask-user", &args), None),
            Some(Field::Credits) => (self.text(lang, "desk-ask-credits", &args), None),
            Some(Field::Why) => {
                let ask = self.plain(lang, "desk-ask-why");
                (format!("{}\n\n{ask}", head()), None)
            }
            // No form of the chat's is without these.
            Some(Field::Job | Field::Resting | Field::Hours | Field::Broadcast) => (head(), None),
            None => {
                let because = draft.why.clone().map(|why| {
                    let because = self.text(lang, "desk-because", &[("why", why.into())]);
                    format!("\n{because}")
                });
                let sure = self.plain(lang, "desk-sure");
                let yes = Button::Desk(Knob::Confirm(form.id));
                (
                    format!("{}{}\n\n{sure}", head(), because.unwrap_or_default()),
                    Some(self.press(lang, "button-desk-yes", yes)),
                )
            }
        };
        let keyboard = yes.into_iter().chain([drop]).map(|key| vec![key]);
        Message {
            keyboard: keyboard.collect(),
            ..bare(text)
        }
    }

    /// What texts about a deed can speak of.
    fn about(&self, lang: Lang, job: Option<JobId>, outlook: &Outlook) -> Args {
        let change = outlook.change;
        let mut args: Args = vec![("credits", change.unsigned_abs().into())];
        if let Some(person) = &outlook.person {
            let named = self.person(lang, person.name.as_deref(), person.user.0);
            let balance = i64::from(person.balance.0);
            args.push(("person", named.into()));
            args.push(("balance", balance.into()));
            args.push(("after", (balance + change).into()));
        }
        args.extend(job.map(|job| ("job", code(job))));
        args
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

#[cfg(test)]
mod tests;
