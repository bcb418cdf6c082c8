//! The templates of `data/templates.toml`: what the script's author is told, or the script itself when there is no author.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::rules::domain::brief::Text;
use crate::rules::domain::template::{NoTemplate, Template};

/// The file that is compiled in.
const SHIPPED: &str = include_str!("../../../data/templates.toml");
/// The most templates: each is a button below one message.
const MOST: usize = 20;
/// Of the room a fallback leaves, wishes may take one part in this many; the product takes the rest.
const WISHES_SHARE: usize = 3;

/// Every template, in the order of the file: at least one, twenty at most.
#[derive(Debug, Clone)]
pub struct Templates(Vec<(Template, Words)>);

/// The words of one template.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub title: Title,
    /// Who the author is and what never changes.
    pub system: String,
    instructions: String,
    fallback: String,
}

/// A template's button in each language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// In Russian.
    pub ru: String,
    /// In English.
    pub en: String,
}

/// Why a file of templates was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TemplatesError {
    /// Not TOML, or not of the shape the file's header describes.
    #[error("the templates cannot be read: {0}")]
    Shape(#[from] toml::de::Error),
    #[error("there are {0} templates; there must be 1 to {MOST}")]
    Many(usize),
    #[error("{0:?}: {NoTemplate}")]
    Name(String),
    #[error("the template {template} has no {text}")]
    Blank {
        template: String,
        text: &'static str,
    },
    /// A text without a word that must be in it.
    #[error("the template {template} does not say {placeholder} in its {text}")]
    Missing {
        template: String,
        /// Which text of it.
        text: &'static str,
        /// What is not there.
        placeholder: &'static str,
    },
}

impl Templates {
    /// The templates that are compiled in.
    pub fn shipped() -> Self {
        Self::parse(SHIPPED).expect("the shipped templates are right")
    }

    /// Reads a file of templates; all its mistakes are told at once.
    pub fn parse(file: &str) -> Result<Self, Vec<TemplatesError>> {
        let read: Result<BTreeMap<String, Spanned<Words>>, _> = toml::from_str(file);
        let read = read.map_err(|error| vec![error.into()])?;
        let mut read: Vec<_> = read.into_iter().collect();
        read.sort_by_key(|(_, words)| words.span().start);
        let (mut templates, mut mistakes) = (Vec::new(), Vec::new());
        if !(1..=MOST).contains(&read.len()) {
            mistakes.push(TemplatesError::Many(read.len()));
        }
        for (name, words) in read {
            let words = words.into_inner();
            mistakes.extend(words.mistakes(&name));
            match Template::parse(&name) {
                Ok(template) => templates.push((template, words)),
                Err(NoTemplate) => mistakes.push(TemplatesError::Name(name)),
            }
        }
        match mistakes.is_empty() {
            true => Ok(Self(templates)),
            false => Err(mistakes),
        }
    }

    /// Every template with its words.
    pub fn iter(&self) -> impl Iterator<Item = (Template, &Words)> {
        self.0.iter().map(|(template, words)| (*template, words))
    }

    /// The words of a template, if it is still there.
    pub fn get(&self, template: Template) -> Option<&Words> {
        let (_, words) = self.0.iter().find(|(known, _)| *known == template)?;
        Some(words)
    }

    /// The words for an order after a template: those of the first one if it was removed since.
    pub fn for_order(&self, template: Template) -> &Words {
        self.get(template).unwrap_or_else(|| {
            let (first, words) = self.0.first().expect("there is at least one");
            tracing::warn!(
                template = template.name(),
                instead = first.name(),
                "an order's template was removed; its script is written after the first one"
            );
            words
        })
    }
}

impl Words {
    fn mistakes(&self, name: &str) -> Vec<TemplatesError> {
        let titles = [
            ("title in Russian", &self.title.ru),
            ("title in English", &self.title.en),
        ];
        let blank = titles
            .into_iter()
            .filter(|(_, held)| held.trim().is_empty());
        let blank = blank.map(|(text, _)| TemplatesError::Blank {
            template: name.to_owned(),
            text,
        });
        let placeholders = [
            ("instructions", &self.instructions, "{limit}"),
            ("fallback", &self.fallback, "{product}"),
            ("fallback", &self.fallback, "{wishes}"),
        ];
        let missing = placeholders
            .into_iter()
            .filter(|(_, held, placeholder)| !held.contains(placeholder));
        let missing = missing.map(|(text, _, placeholder)| TemplatesError::Missing {
            template: name.to_owned(),
            text,
            placeholder,
        });
        blank.chain(missing).collect()
    }

    /// What this script must have, in at most `limit` characters.
    pub fn instructions(&self, limit: usize) -> String {
        fill(self.instructions.trim(), &[("{limit}", &limit.to_string())])
    }

    /// The script without an author: the seller's texts are cut, the template's own words are not.
    pub fn fallback(&self, product: &Text, wishes: Option<&Text>, limit: usize) -> String {
        let lines = self.fallback.trim().lines();
        let lines: Vec<_> = lines
            .filter(|line| wishes.is_some() || !line.contains("{wishes}"))
            .collect();
        let frame = lines.join("\n");
        let bare = fill(&frame, &[("{product}", ""), ("{wishes}", "")]);
        let room = limit.saturating_sub(bare.chars().count());
        let wishes = wishes.map_or("", |text| cut(text.as_str(), room / WISHES_SHARE));
        let product = cut(product.as_str(), room - wishes.chars().count());
        fill(&frame, &[("{product}", product), ("{wishes}", wishes)])
    }
}

/// Puts values in place of names; what a value says is not looked at again.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let (mut filled, mut rest) = (String::new(), text);
    let next = |rest: &str| {
        let found = values
            .iter()
            .filter_map(|value| Some((rest.find(value.0)?, value)));
        found.min_by_key(|(at, _)| *at)
    };
    while let Some((at, (name, value))) = next(rest) {
        filled.push_str(&rest[..at]);
        filled.push_str(value);
        rest = &rest[at + name.len()..];
    }
    filled + rest
}

/// At most `room` characters of `text`, cut between words where there are any.
fn cut(text: &str, room: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(room) else {
        return text;
    };
    let head = &text[..end];
    let word = head.rfind(char::is_whitespace).filter(|at| at * 2 > end);
    head[..word.unwrap_or(end)].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tightest prompt limit of any model.
    const TIGHTEST: usize = 800;

    fn text(raw: &str) -> Text {
        Text::parse(raw).unwrap()
    }

    #[test]
    fn a_script_without_author_says_what_the_seller_says() {
        for (_, words) in Templates::shipped().iter() {
            let script = words.fallback(&text("Подушка {wishes}"), Some(&text("Уют")), 10_000);
            assert!(script.contains("The product: Подушка {wishes}\nThe seller wishes: Уют\n"));
            let script = words.fallback(&text("Подушка"), None, 10_000);
            assert!(!script.contains("wishes"), "{script}");
        }
    }

    #[test]
    fn a_script_without_author_fits_the_tightest_model_with_its_own_words_whole() {
        let long = text(&"очень длинно ".repeat(300));
        for (_, words) in Templates::shipped().iter() {
            for wishes in [None, Some(&long)] {
                let script = words.fallback(&long, wishes, TIGHTEST);
                assert!(
                    script.chars().count() <= TIGHTEST,
                    "{}",
                    script.chars().count()
                );
                assert!(script.ends_with("No text on screen."), "{script}");
                assert!(script.contains("The product: очень длинно"), "{script}");
            }
        }
    }

    #[test]
    fn the_limit_stands_in_the_instructions() {
        for (_, words) in Templates::shipped().iter() {
            let told = words.instructions(777);
            assert!(told.contains("at most 777 characters") && !told.contains('{'));
        }
    }

    fn told(file: &str) -> Vec<String> {
        let mistakes = Templates::parse(file).unwrap_err();
        mistakes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn templates_come_in_the_order_of_the_file() {
        let names = |templates: &Templates| {
            let names = templates
                .iter()
                .map(|(template, _)| template.name().to_owned());
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(&Templates::shipped()), ["ugc", "ad"]);
        let (ugc, ad) = SHIPPED.split_at(SHIPPED.find("[ad]").unwrap());
        let turned = format!("{ad}\n{ugc}");
        assert_eq!(names(&Templates::parse(&turned).unwrap()), ["ad", "ugc"]);
    }

    #[test]
    fn an_order_of_a_template_that_was_removed_is_written_after_the_first() {
        let templates = Templates::shipped();
        let gone = Template::parse("gone").unwrap();
        let first = Template::parse("ugc").unwrap();
        assert!(templates.get(gone).is_none());
        let (stands_in, first) = (templates.for_order(gone), templates.get(first).unwrap());
        assert_eq!(stands_in.system, first.system);
    }

    #[test]
    fn all_mistakes_of_a_file_are_told_at_once() {
        let broken = SHIPPED
            .replace("{limit}", "many")
            .replace("[ad]", "[Ad]")
            .replace("🎥 UGC blogger", " ");
        let wanted = [
            "the template ugc has no title in English",
            "the template ugc does not say {limit} in its instructions",
            "the template Ad does not say {limit} in its instructions",
        ];
        let told_of = told(&broken);
        assert_eq!(told_of[..3], wanted);
        assert!(
            told_of[3].starts_with("\"Ad\": a template's name is 1 to 32 "),
            "{told_of:?}"
        );
        assert!(told("[ugc]")[0].starts_with("the templates cannot be read"));
        assert_eq!(told(""), ["there are 0 templates; there must be 1 to 20"]);
    }
}
