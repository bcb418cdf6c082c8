//! A draft: the answers a seller has given so far, and which question comes next.
//!
//! A new question is a variant of [`Question`], an answer in [`Draft`], an arm in each `match` here, and in
//! `edge::telegram::words` its buttons.

use serde::{Deserialize, Serialize};

use crate::rules::domain::brief::{Brief, Count, Photo, Recipe, Style, Text};

/// The answers so far. An answer may be there before its question was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    pub photo: Option<Photo>,
    pub product: Option<Text>,
    pub style: Option<Style>,
    /// Asked of a seller whose style is their own.
    pub prompt: Option<Text>,
    /// Asked of everybody else.
    pub wishes: Option<Wishes>,
    pub count: Option<Count>,
}

/// What a seller adds to a template; nothing if they said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes(pub Option<Text>);

/// A question of the conversation. Stored in the outbox as it is: variants are only ever appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    Photo,
    Text,
    Template,
    /// Step 3, own prompt.
    Prompt,
    Wishes,
    Count,
    /// Everything is answered: is it to be made?
    Confirm(Count),
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Photo,
    Text,
    Button,
}

/// The first question without an answer.
pub fn next(draft: &Draft) -> Question {
    if draft.photo.is_none() {
        return Question::Photo;
    }
    if draft.product.is_none() {
        return Question::Text;
    }
    match draft.style {
        None => return Question::Template,
        Some(Style::Own) if draft.prompt.is_none() => return Question::Prompt,
        Some(Style::Template(_)) if draft.wishes.is_none() => return Question::Wishes,
        Some(Style::Own | Style::Template(_)) => {}
    }
    draft.count.map_or(Question::Count, Question::Confirm)
}

impl Draft {
    /// The same as an order, but for the number of videos.
    pub fn again(brief: Brief) -> Self {
        let Brief {
            photo,
            product,
            recipe,
        } = brief;
        let (style, prompt, wishes) = match recipe {
            Recipe::Own { prompt } => (Style::Own, Some(prompt), None),
            Recipe::Template { template, wishes } => {
                (Style::Template(template), None, Some(Wishes(wishes)))
            }
        };
        Self {
            photo: Some(photo),
            product: Some(product),
            style: Some(style),
            prompt,
            wishes,
            count: None,
        }
    }

    /// Takes a text as the answer to a question; whether it is one.
    pub fn write(&mut self, question: Question, text: Text) -> bool {
        match question {
            Question::Text => self.product = Some(text),
            Question::Prompt => self.prompt = Some(text),
            Question::Wishes => self.wishes = Some(Wishes(text.wishes())),
            Question::Photo | Question::Template | Question::Count | Question::Confirm(_) => {
                return false;
            }
        }
        true
    }

    /// What is to be made, if nothing is missing but the number of videos.
    pub fn brief(self) -> Option<Brief> {
        let recipe = match self.style? {
            Style::Own => Recipe::Own {
                prompt: self.prompt?,
            },
            Style::Template(template) => Recipe::Template {
                template,
                wishes: self.wishes?.0,
            },
        };
        Some(Brief {
            photo: self.photo?,
            product: self.product?,
            recipe,
        })
    }
}

impl Question {
    /// Every question, for tests that walk the texts.
    pub const ALL: [Self; 7] = [
        Self::Photo,
        Self::Text,
        Self::Template,
        Self::Prompt,
        Self::Wishes,
        Self::Count,
        Self::Confirm(Count::Three),
    ];

    /// Its name for operators, and in the keys of its texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Text => "text",
            Self::Template => "template",
            Self::Prompt => "prompt",
            Self::Wishes => "wishes",
            Self::Count => "count",
            Self::Confirm(_) => "confirm",
        }
    }

    /// How it is answered.
    pub fn answer(self) -> Answer {
        match self {
            Self::Photo => Answer::Photo,
            Self::Text | Self::Prompt | Self::Wishes => Answer::Text,
            Self::Template | Self::Count | Self::Confirm(_) => Answer::Button,
        }
    }
}
