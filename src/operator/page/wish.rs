//! A wish: what a form asks to be done, read and bounded.

use super::form::Form;
use crate::operator::service::ask::Tired;
use crate::operator::service::{Ask, Whom};
use crate::rules::domain::act;

/// A rest is no longer, in hours.
pub const HOURS: i32 = 30 * 24;

/// Something an operator wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Credits for a user, or from them.
    Grant {
        user: u64,
        /// How many; negative takes back.
        credits: i32,
        why: String,
    },
    /// A user out.
    Ban { user: u64, why: String },
    /// A user in again.
    Unban { user: u64 },
    /// The credit of a finished video back.
    Refund { job: u64, why: String },
    /// A waiting job tried at once.
    Hurry { job: u64 },
    /// A failed job ordered again.
    Reorder { job: u64, why: String },
    /// A live job ended.
    Cancel { job: u64, why: String },
    /// No more orders.
    Pause { why: String },
    /// Orders again.
    Resume,
    /// A key or a model left alone.
    Rest {
        tired: Tired,
        /// For so many hours.
        hours: u64,
    },
    /// A key or a model used again.
    Wake { tired: Tired },
}

/// What is wrong with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// The number of credits.
    Credits,
    Why,
    Hours,
    /// It is no form of ours.
    Foreign,
}

impl Slip {
    /// Its text.
    pub fn key(self) -> &'static str {
        match self {
            Self::Credits => "slip-credits",
            Self::Why => "slip-why",
            Self::Hours => "slip-hours",
            Self::Foreign => "slip-foreign",
        }
    }
}

impl Wish {
    /// Reads a form.
    pub fn read(form: &Form) -> Result<Self, Slip> {
        let id = |name| form.get(name).parse::<u64>().map_err(|_| Slip::Foreign);
        Ok(match form.get("deed") {
            "grant" => Self::Grant {
                user: id("user")?,
                credits: credits(form.get("credits"))?,
                why: why(form)?,
            },
            "ban" => Self::Ban {
                user: id("user")?,
                why: why(form)?,
            },
            "unban" => Self::Unban { user: id("user")? },
            "refund" => Self::Refund {
                job: id("job")?,
                why: why(form)?,
            },
            "hurry" => Self::Hurry { job: id("job")? },
            "reorder" => Self::Reorder {
                job: id("job")?,
                why: why(form)?,
            },
            "cancel" => Self::Cancel {
                job: id("job")?,
                why: why(form)?,
            },
            "pause" => Self::Pause { why: why(form)? },
            "resume" => Self::Resume,
            "rest" => Self::Rest {
                tired: tired(form)?,
                hours: hours(form.get("hours"))?,
            },
            "wake" => Self::Wake {
                tired: tired(form)?,
            },
            _ => return Err(Slip::Foreign),
        })
    }

    /// The same as the fields of a form.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let user = |user: &u64| ("user", user.to_string());
        let job = |job: &u64| ("job", job.to_string());
        let why = |why: &String| ("why", why.clone());
        let tired = |tired: &Tired| match tired {
            Tired::Key(key) => ("key", key.clone()),
            Tired::Model(model) => ("model", model.clone()),
        };
        let (deed, mut fields) = match self {
            Self::Grant {
                user: id,
                credits,
                why: said,
            } => (
                "grant",
                vec![user(id), ("credits", credits.to_string()), why(said)],
            ),
            Self::Ban {
                user: id,
                why: said,
            } => ("ban", vec![user(id), why(said)]),
            Self::Unban { user: id } => ("unban", vec![user(id)]),
            Self::Refund { job: id, why: said } => ("refund", vec![job(id), why(said)]),
            Self::Hurry { job: id } => ("hurry", vec![job(id)]),
            Self::Reorder { job: id, why: said } => ("reorder", vec![job(id), why(said)]),
            Self::Cancel { job: id, why: said } => ("cancel", vec![job(id), why(said)]),
            Self::Pause { why: said } => ("pause", vec![why(said)]),
            Self::Resume => ("resume", vec![]),
            Self::Rest {
                tired: which,
                hours,
            } => ("rest", vec![tired(which), ("hours", hours.to_string())]),
            Self::Wake { tired: which } => ("wake", vec![tired(which)]),
        };
        fields.insert(0, ("deed", deed.to_owned()));
        fields
    }

    /// The question that does it; `key` makes a repeat harmless.
    pub fn ask(&self, key: &str) -> Ask {
        match self.clone() {
            Self::Grant { user, credits, why } => Ask::Grant {
                whom: Whom::Number(user),
                credits,
                why,
                key: Some(format!("page:{key}")),
            },
            Self::Ban { user, why } => Ask::Ban {
                whom: Whom::Number(user),
                why,
            },
            Self::Unban { user } => Ask::Unban {
                whom: Whom::Number(user),
            },
            Self::Refund { job, why } => Ask::Refund { job, why },
            Self::Hurry { job } => Ask::Hurry { job },
            Self::Reorder { job, why } => Ask::Reorder { job, why },
            Self::Cancel { job, why } => Ask::Cancel { job, why },
            Self::Pause { why } => Ask::Pause { why },
            Self::Resume => Ask::Resume,
            Self::Rest { tired, hours } => Ask::Rest {
                tired,
                seconds: hours * 3600,
            },
            Self::Wake { tired } => Ask::Wake { tired },
        }
    }
}

fn credits(said: &str) -> Result<i32, Slip> {
    let credits = said.trim().replace('−', "-").parse::<i32>();
    let credits = credits.map_err(|_| Slip::Credits)?;
    act::amount(credits).map_err(|_| Slip::Credits)
}

fn why(form: &Form) -> Result<String, Slip> {
    act::reason(form.get("why")).map_err(|_| Slip::Why)
}

fn hours(said: &str) -> Result<u64, Slip> {
    let hours = said.trim().parse().map_err(|_| Slip::Hours)?;
    (1..=HOURS.unsigned_abs().into())
        .contains(&hours)
        .then_some(hours)
        .ok_or(Slip::Hours)
}

fn tired(form: &Form) -> Result<Tired, Slip> {
    match (form.get("key"), form.get("model")) {
        ("", "") => Err(Slip::Foreign),
        ("", model) => Ok(Tired::Model(model.to_owned())),
        (key, _) => Ok(Tired::Key(key.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(said: &str) -> Result<Wish, Slip> {
        Wish::read(&Form::read(said.as_bytes()))
    }

    #[test]
    fn what_a_confirmation_repeats_is_what_was_wished() {
        for said in [
            "deed=grant&user=1001&credits=5&why=paid",
            "deed=grant&user=1001&credits=-5&why=%D0%B4%D0%B0",
            "deed=ban&user=1&why=spam",
            "deed=unban&user=1",
            "deed=refund&job=17&why=blurred",
            "deed=hurry&job=17",
            "deed=reorder&job=17&why=our+fault",
            "deed=cancel&job=17&why=asked",
            "deed=pause&why=night",
            "deed=resume",
            "deed=rest&model=sora-2&hours=24",
            "deed=wake&key=00ff",
        ] {
            let wish = read(said).unwrap();
            let mut again = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in wish.fields() {
                again.append_pair(name, &value);
            }
            assert_eq!(again.finish(), said);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (said, slip) in [
            ("deed=grant&user=1&credits=0&why=a", Slip::Credits),
            ("deed=grant&user=1&credits=1.5&why=a", Slip::Credits),
            ("deed=grant&user=1&credits=999999999&why=a", Slip::Credits),
            ("deed=grant&user=1&credits=1&why=+", Slip::Why),
            ("deed=grant&user=anna&credits=1&why=a", Slip::Foreign),
            ("deed=ban&user=1&why=%0A", Slip::Why),
            ("deed=rest&model=a&hours=0", Slip::Hours),
            ("deed=rest&model=a&hours=721", Slip::Hours),
            ("deed=rest&hours=1", Slip::Foreign),
            ("deed=erase", Slip::Foreign),
            ("", Slip::Foreign),
        ] {
            assert_eq!(read(said), Err(slip), "{said}");
        }
        let long = format!("deed=pause&why={}", "a".repeat(201));
        assert_eq!(read(&long), Err(Slip::Why));
    }
}
