//! A language's texts in Fluent.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::rules::domain::user::Lang;

/// What is filled into a text.
pub type Blank<'a> = (&'a str, FluentValue<'a>);

/// A language's texts.
pub struct Bundle(FluentBundle<FluentResource>);

impl Bundle {
    /// Reads a file; of texts with the same name the last one holds. What is wrong with it is told with its line.
    pub fn read(lang: Lang, source: &str) -> Result<Self, Vec<(usize, String)>> {
        let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| {
            let errors = errors.into_iter().map(|error| {
                let before = source.as_bytes().iter().take(error.pos.start);
                let line = before.filter(|byte| **byte == b'\n').count() + 1;
                (line, error.to_string())
            });
            errors.collect::<Vec<_>>()
        })?;
        let id: LanguageIdentifier = lang
            .code()
            .parse()
            .expect("our language codes are well-formed");
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Ok(Self(bundle))
    }

    /// Whether there is a text of that name.
    pub fn has(&self, key: &str) -> bool {
        self.0.has_message(key)
    }

    /// A text with its blanks filled in, and whether all of them fit; nothing if there is none of that name.
    pub fn fill(&self, key: &str, blanks: &[Blank<'_>]) -> Option<(String, bool)> {
        let pattern = self.0.get_message(key)?.value()?;
        let args: FluentArgs<'_> = blanks
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        let mut errors = Vec::new();
        let text = self.0.format_pattern(pattern, Some(&args), &mut errors);
        Some((text.into_owned(), errors.is_empty()))
    }
}
