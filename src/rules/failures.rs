//! What the texts of refusals and failures mean: the table of `data/failures.toml`.
//!
//! Pure: a text and a code go in, a meaning comes out, with the row that said so. Whose text it is, and what is
//! done about it, is the caller's business.

mod phrase;
mod table;

use std::sync::Arc;

use serde::Deserialize;

use crate::rules::domain::failure::Kind;
use phrase::Text;
pub use table::{FailuresError, Rule};

/// The file that is compiled in.
pub const SHIPPED: &str = include_str!("../../data/failures.toml");
/// No more of a text is read: whoever says more repeats somebody else's words.
const READ: usize = 2000;

/// The table. Clones share it.
#[derive(Debug, Clone)]
pub struct Failures(Arc<table::Table>);

/// What a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Meaning {
    /// The photo or the prompt breaks the model's rules.
    #[serde(rename = "violation")]
    Violation,
    /// What the model made was held back.
    #[serde(rename = "output")]
    Output,
    /// The photo cannot be used.
    #[serde(rename = "photo")]
    Photo,
    /// Our account is empty.
    #[serde(rename = "billing")]
    Billing,
    /// Our key is refused, or our account is closed.
    #[serde(rename = "auth")]
    Auth,
    /// Too many requests of ours.
    #[serde(rename = "rate limit")]
    RateLimit,
    /// The other side's own account elsewhere has trouble.
    #[serde(rename = "supplier")]
    Supplier,
    /// A fault that passes.
    #[serde(rename = "temporary")]
    Temporary,
    /// The model is switched off.
    #[serde(rename = "model off")]
    ModelOff,
    /// The model's name is wrong.
    #[serde(rename = "no model")]
    NoModel,
    /// Our request is wrong, and will be the next time.
    #[serde(rename = "request")]
    Request,
}

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

impl Meaning {
    /// Every meaning.
    pub const ALL: [Self; 11] = [
        Self::Violation,
        Self::Output,
        Self::Photo,
        Self::Billing,
        Self::Auth,
        Self::RateLimit,
        Self::Supplier,
        Self::Temporary,
        Self::ModelOff,
        Self::NoModel,
        Self::Request,
    ];

    /// Its word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Output => "output",
            Self::Photo => "photo",
            Self::Billing => "billing",
            Self::Auth => "auth",
            Self::RateLimit => "rate limit",
            Self::Supplier => "supplier",
            Self::Temporary => "temporary",
            Self::ModelOff => "model off",
            Self::NoModel => "no model",
            Self::Request => "request",
        }
    }

    /// What is done about it.
    pub fn kind(self) -> Kind {
        match self {
            Self::Violation => Kind::UserViolation,
            Self::Output => Kind::OutputRefused,
            Self::Photo => Kind::BadPhoto,
            Self::Billing | Self::Auth => Kind::Billing,
            Self::RateLimit => Kind::RateLimit,
            Self::Supplier | Self::Temporary => Kind::Temporary,
            Self::ModelOff | Self::NoModel => Kind::ModelOff,
            Self::Request => Kind::Unknown,
        }
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
