//! The seller's texts as they are read: in both languages whole, or every mistake told.

use crate::edge::fluent::Bundle;
use crate::rules::domain::user::Lang;

/// Why texts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    /// Not Fluent.
    #[error("texts/{lang}.ftl: line {line}: {what}")]
    Syntax {
        lang: &'static str,
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// Texts that the bot needs are missing.
    #[error("texts/{lang}.ftl: these texts are missing: {}", keys.join(", "))]
    Missing {
        lang: &'static str,
        keys: Vec<String>,
    },
}

/// Reads a language's texts; all that `complete` has must be there.
pub(super) fn read(lang: Lang, source: &str, complete: &str) -> Result<Bundle, Vec<WordsError>> {
    let file = lang.code();
    let bundle = Bundle::read(lang, source).map_err(|errors| {
        let errors = errors.into_iter().map(|(line, what)| WordsError::Syntax {
            lang: file,
            line,
            what,
        });
        errors.collect::<Vec<_>>()
    })?;
    let missing: Vec<String> = keys(complete)
        .filter(|key| !bundle.has(key))
        .map(str::to_owned)
        .collect();
    match missing.is_empty() {
        true => Ok(bundle),
        false => Err(vec![WordsError::Missing {
            lang: file,
            keys: missing,
        }]),
    }
}

/// The names of a Fluent file's messages.
pub(super) fn keys(source: &str) -> impl Iterator<Item = &str> {
    source
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| line.split_once(" ="))
        .map(|(key, _)| key.trim())
}
