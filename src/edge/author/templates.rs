//! The templates of `data/templates.toml`: what the script's author is told, or the script itself when there is no author.

use serde::Deserialize;

use crate::rules::domain::brief::{Template, Text};

/// The file that is compiled in.
const SHIPPED: &str = include_str!("../../../data/templates.toml");
/// Of the room a fallback leaves, wishes may take one part in this many; the product takes the rest.
const WISHES_SHARE: usize = 3;

/// Every template.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Templates {
    ugc: Words,
    ad: Words,
}

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
    /// A text without a word that must be in it.
    #[error("the template {template} does not say {placeholder} in its {text}")]
    Missing {
        template: &'static str,
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

    /// Reads a file of templates.
    pub fn parse(file: &str) -> Result<Self, TemplatesError> {
        let templates: Self = toml::from_str(file)?;
        for template in Template::ALL {
            let words = templates.get(template);
            for (text, held, placeholder) in [
                ("instructions", &words.instructions, "{limit}"),
                ("fallback", &words.fallback, "{product}"),
                ("fallback", &words.fallback, "{wishes}"),
            ] {
                if !held.contains(placeholder) {
                    return Err(TemplatesError::Missing {
                        template: template.name(),
                        text,
                        placeholder,
                    });
                }
            }
        }
        Ok(templates)
    }

    /// The words of a template.
    pub fn get(&self, template: Template) -> &Words {
        match template {
            Template::Ugc => &self.ugc,
            Template::Ad => &self.ad,
        }
    }
}

impl Words {
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
        for template in Template::ALL {
            let templates = Templates::shipped();
            let words = templates.get(template);
            let script = words.fallback(&text("Подушка {wishes}"), Some(&text("Уют")), 10_000);
            assert!(script.contains("The product: Подушка {wishes}\nThe seller wishes: Уют\n"));
            let script = words.fallback(&text("Подушка"), None, 10_000);
            assert!(!script.contains("wishes"), "{script}");
        }
    }

    #[test]
    fn a_script_without_author_fits_the_tightest_model_with_its_own_words_whole() {
        let long = text(&"очень длинно ".repeat(300));
        for template in Template::ALL {
            let templates = Templates::shipped();
            for wishes in [None, Some(&long)] {
                let script = templates.get(template).fallback(&long, wishes, TIGHTEST);
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
        for template in Template::ALL {
            let told = Templates::shipped().get(template).instructions(777);
            assert!(told.contains("at most 777 characters") && !told.contains('{'));
        }
    }

    #[test]
    fn a_template_without_a_placeholder_is_refused() {
        let broken = SHIPPED.replace("{limit}", "many");
        let told = Templates::parse(&broken).unwrap_err().to_string();
        assert_eq!(
            told,
            "the template ugc does not say {limit} in its instructions"
        );
        assert!(Templates::parse("[ugc]").is_err());
    }
}
