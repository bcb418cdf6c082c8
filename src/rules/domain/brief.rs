//! What a seller wants made, parsed and bounded.

use serde::{Deserialize, Serialize};

use super::credit::{Credits, PRICE};
use super::id::FileId;
use super::template::{OWN, Template};

/// The longest text a seller may give for a step, in characters; Telegram's own limit for a message.
pub const TEXT_LIMIT: usize = 4096;

/// Words that mean "no wishes", compared without case.
const NO_WISHES: [&str; 9] = ["-", "–", "—", "−", "нет", "не", "no", "none", "nope"];

/// A text a seller wrote: trimmed, not empty, at most [`TEXT_LIMIT`] characters, with something to read in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text(String);

/// Why a text was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but blanks.
    #[error("the text is empty")]
    Empty,
    /// Over [`TEXT_LIMIT`] characters.
    #[error("the text is longer than {TEXT_LIMIT} characters")]
    TooLong,
}

impl Text {
    /// Takes what was written, without the blanks around it.
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        let clean: String = raw
            .trim_matches(blank)
            .chars()
            .map(|c| if c == '\t' { ' ' } else { c })
            .filter(|c| *c == '\n' || !c.is_control())
            .collect();
        if clean.chars().all(unseen) {
            return Err(TextError::Empty);
        }
        if clean.chars().count() > TEXT_LIMIT {
            return Err(TextError::TooLong);
        }
        Ok(Self(clean))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as wishes: none if it says so.
    pub fn wishes(self) -> Option<Self> {
        let said = self.0.to_lowercase();
        let said = said.trim_end_matches(['.', '!', ')']);
        (!NO_WISHES.contains(&said)).then_some(self)
    }
}

/// White space, and the characters that look like it: zero-width ones and the blank Hangul and Braille cells.
fn blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{200b}'
                ..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{3164}' | '\u{2800}' | '\u{00ad}'
        )
}

/// Whether nobody sees anything where a character stands: blanks, and what only changes how its neighbours look.
fn unseen(c: char) -> bool {
    blank(c)
        || matches!(
            c,
            // Joiners, directions and other marks.
            '\u{034f}' | '\u{061c}' | '\u{17b4}' | '\u{17b5}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{fff0}'..='\u{fffc}' | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}'
            // Fillers of Hangul, and what chooses a form.
                | '\u{115f}' | '\u{1160}' | '\u{ffa0}' | '\u{180b}'..='\u{180f}'
                | '\u{fe00}'..='\u{fe0f}'
            // Tags, and forms again.
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// A photo as Telegram keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// What to fetch it by.
    pub file: FileId,
}

/// What can be picked in step 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Style {
    /// A ready-made template.
    Template(Template),
    /// The seller's own prompt.
    Own,
}

impl Style {
    /// The style of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            OWN => Some(Self::Own),
            name => Template::parse(name).ok().map(Self::Template),
        }
    }

    /// Its name in buttons and statistics.
    pub fn name(&self) -> &str {
        match self {
            Self::Template(template) => template.name(),
            Self::Own => OWN,
        }
    }
}

/// How the script comes about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recipe {
    /// Written for the seller after a template.
    Template {
        template: Template,
        /// What the seller adds.
        wishes: Option<Text>,
    },
    /// The seller's own prompt, used as it is, but for what is over the model's limit.
    Own { prompt: Text },
}

impl Recipe {
    /// Its name in lists and statistics.
    pub fn name(&self) -> &str {
        match self {
            Self::Template { template, .. } => template.name(),
            Self::Own { .. } => OWN,
        }
    }
}

/// Everything an order needs but the number of videos.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    pub photo: Photo,
    /// What the seller says of it.
    pub product: Text,
    /// How the script comes about.
    pub recipe: Recipe,
}

impl Brief {
    /// Everything the seller said.
    pub fn said(&self) -> Vec<String> {
        let more = match &self.recipe {
            Recipe::Template { wishes, .. } => wishes.as_ref(),
            Recipe::Own { prompt } => Some(prompt),
        };
        let texts = std::iter::once(&self.product).chain(more);
        texts.map(|text| text.as_str().to_owned()).collect()
    }
}

/// How many videos an order may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Count {
    /// 1 video.
    One,
    /// 3 videos.
    Three,
    /// 5 videos.
    Five,
}

impl Count {
    /// Every count on offer.
    pub const ALL: [Self; 3] = [Self::One, Self::Three, Self::Five];

    /// As a number.
    pub fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Three => 3,
            Self::Five => 5,
        }
    }

    /// The count that is this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|count| count.number() == number)
    }

    /// What that many videos cost.
    pub fn price(self) -> Credits {
        Credits(PRICE.0 * u32::from(self.number()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &str) -> Text {
        Text::parse(raw).unwrap()
    }

    #[test]
    fn no_wishes_is_said_in_many_ways() {
        for raw in ["-", " - ", "—", "нет", "НЕТ", "Нет.", "no", "No"] {
            assert_eq!(text(raw).wishes(), None, "{raw}");
        }
        assert_eq!(text("нет людей").wishes(), Some(text("нет людей")));
    }

    #[test]
    fn blanks_of_every_kind_are_no_text() {
        for raw in [
            "",
            "   ",
            "\n\t",
            "\u{200b}\u{feff}",
            "\u{3164}",
            "\u{0}",
            "\u{2800}\u{2800}",
            "\u{115f}\u{1160}\u{ffa0}",
            "\u{e0020}\u{e007f}",
            "\u{fe0f}\u{e0100}\u{200d}",
            "\u{200e}\u{202e}\u{2066}\u{061c}\u{ad}",
            "\u{fffc}",
        ] {
            assert_eq!(Text::parse(raw), Err(TextError::Empty), "{raw:?}");
        }
        for seen in [
            "🔥",
            "❤️",
            "🏴\u{e0067}\u{e0062}\u{e007f}",
            "-",
            "\u{202e}a",
        ] {
            assert_eq!(text(seen).as_str(), seen);
        }
    }

    #[test]
    fn a_text_of_4096_characters_fits_and_one_more_does_not() {
        assert!(Text::parse(&"я".repeat(TEXT_LIMIT)).is_ok());
        assert_eq!(
            Text::parse(&"я".repeat(TEXT_LIMIT + 1)),
            Err(TextError::TooLong)
        );
    }

    #[test]
    fn a_count_is_its_number() {
        for count in Count::ALL {
            assert_eq!(Count::from_number(count.number()), Some(count));
            assert_eq!(count.price(), Credits(u32::from(count.number())));
        }
        assert_eq!(Count::from_number(2), None);
    }
}
