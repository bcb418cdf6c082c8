//! What the texts of refusals and failures mean: the table of `data/failures.toml`.
//!
//! Pure: a text and a code go in, a meaning comes out, with the row that said so. Whose text it is, and what is
//! done about it, is the caller's business.

mod meaning;
mod phrase;
mod table;

use std::sync::Arc;

use crate::rules::domain::failure::Kind;
pub use meaning::Meaning;
use phrase::Text;
pub use table::{FailuresError, Rule};

/// The file that is compiled in.
pub const SHIPPED: &str = include_str!("../../data/failures.toml");
/// No more of a text is read: whoever says more repeats somebody else's words.
const READ: usize = 2000;

/// The table. Clones share it.
#[derive(Debug, Clone)]
pub struct Failures(Arc<table::Table>);

/// What a text means, and who says so.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'t> {
    /// What it means; nothing if nobody knows.
    pub meaning: Option<Meaning>,
    /// Who says so.
    pub why: Why<'t>,
}

/// Who says what a text means.
#[derive(Debug, Clone, Copy)]
pub enum Why<'t> {
    /// This row.
    Rule(&'t Rule),
    /// The code, for want of a row.
    Code(i64),
    /// Nobody.
    Nobody,
}

impl Reading<'_> {
    /// What is done about it.
    pub fn kind(&self) -> Kind {
        self.meaning.map_or(Kind::Unknown, Meaning::kind)
    }
}

impl Failures {
    /// The table that is compiled in.
    pub fn shipped() -> Self {
        Self::parse(SHIPPED).expect("the shipped table is right")
    }

    /// Reads a file of failures.
    pub fn parse(text: &str) -> Result<Self, Vec<FailuresError>> {
        Ok(Self(Arc::new(table::Table::parse(text)?)))
    }

    /// What a text means that came with `code`, if any.
    pub fn read(&self, code: Option<i64>, text: &str) -> Reading<'_> {
        let end = text.char_indices().nth(READ).map(|(end, _)| end);
        let text = Text::new(&text[..end.unwrap_or(text.len())]);
        let said = |weak: bool| {
            let mut rules = self.0.rules.iter().filter(|rule| rule.weak == weak);
            let rule = rules.find(|rule| rule.fits(code, &text))?;
            Some((rule.means, Why::Rule(rule)))
        };
        let coded = || {
            let code = code?;
            let (_, means) = self.0.codes.iter().find(|(known, _)| *known == code)?;
            Some((*means, Why::Code(code)))
        };
        match said(false).or_else(coded).or_else(|| said(true)) {
            Some((meaning, why)) => Reading {
                meaning: Some(meaning),
                why,
            },
            None => Reading {
                meaning: None,
                why: Why::Nobody,
            },
        }
    }

    /// Every row, from the top.
    pub fn rules(&self) -> &[Rule] {
        &self.0.rules
    }

    /// What each code means for want of a row.
    pub fn codes(&self) -> &[(i64, Meaning)] {
        &self.0.codes
    }
}

#[cfg(test)]
mod tests;
