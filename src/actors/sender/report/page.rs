//! A page in the making: texts and buttons in one language.

use fluent_bundle::FluentValue;

use crate::base::time::Timestamp;
use crate::edge::telegram::words::{Key, Message, Words};
use crate::rules::conversation::event::Button;
use crate::rules::conversation::office::knob::Knob;
use crate::rules::domain::id::{Code, JobId};
use crate::rules::domain::user::Lang;

/// A page in the making, in one language.
pub(super) struct Page<'w> {
    pub(super) words: &'w Words,
    pub(super) lang: Lang,
    pub(super) now: Timestamp,
    pub(super) text: String,
    pub(super) keyboard: Vec<Vec<Key>>,
}

/// A value to be filled into a text.
pub(super) type Arg<'a> = (&'a str, FluentValue<'a>);

impl<'w> Page<'w> {
    pub(super) fn new(words: &'w Words, lang: Lang, now: Timestamp) -> Self {
        Self {
            words,
            lang,
            now,
            text: String::new(),
            keyboard: Vec::new(),
        }
    }

    pub(super) fn get(&self, key: &str, args: &[Arg<'_>]) -> String {
        self.words.text(self.lang, key, args)
    }

    /// Adds a line.
    pub(super) fn line(&mut self, key: &str, args: &[Arg<'_>]) {
        let line = self.get(key, args);
        self.push(&line);
    }

    pub(super) fn push(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }

    /// Adds an empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    pub(super) fn button(&self, key: &str, knob: Knob) -> Key {
        self.words.press(self.lang, key, Button::Desk(knob))
    }

    /// A span of seconds, as people say it.
    pub(super) fn span(&self, seconds: u64) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        let (key, large, small) = match seconds {
            0..60 => ("span-seconds", seconds, 0),
            60..3600 => ("span-minutes", minutes, 0),
            3600..86_400 => ("span-hours", hours, minutes % 60),
            _ => ("span-days", days, hours % 24),
        };
        self.get(key, &[("large", large.into()), ("small", small.into())])
    }

    /// A moment to the minute.
    pub(super) fn moment(&self, at: u64) -> String {
        let mut text = Timestamp(at).utc();
        text.truncate(16);
        text
    }

    pub(super) fn done(self) -> Message {
        Message {
            text: self.text,
            keyboard: self.keyboard,
            picture: false,
        }
    }
}

pub(super) fn code(job: u64) -> String {
    Code::Job(JobId(job)).to_string()
}

/// What is sent.
pub(super) struct Made {
    pub(super) message: Message,
    /// A PNG that goes above it.
    pub(super) picture: Option<Vec<u8>>,
}
