//! The table as its file has it: classes of words, rows, codes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::meaning::Meaning;
use super::phrase::{Phrase, PhraseError, Text};

/// The whole table.
#[derive(Debug)]
pub struct Table {
    pub rules: Vec<Rule>,
    pub codes: Vec<(i64, Meaning)>,
}

/// One row.
#[derive(Debug)]
pub struct Rule {
    /// Its number in the file, from 1.
    pub number: usize,
    /// What a text means that it fits.
    pub means: Meaning,
    /// A sentence for whoever asks.
    pub why: String,
    /// Whether a code is stronger.
    pub weak: bool,
    codes: Vec<i64>,
    any: Vec<Phrase>,
    all: Vec<Vec<Phrase>>,
    none: Vec<Phrase>,
}

/// Why a file of failures was not taken.
#[derive(Debug, thiserror::Error)]
pub enum FailuresError {
    /// Not TOML, or not of the shape the file's header describes.
    #[error("the failures cannot be read: {0}")]
    Shape(#[from] toml::de::Error),
    /// A phrase of a row that cannot be used.
    #[error("row {row}: {error}")]
    Phrase {
        /// The row's number, from 1.
        row: usize,
        /// What is wrong.
        error: PhraseError,
    },
    /// A row that fits everything.
    #[error("row {0} fits everything: say any, all or codes")]
    Everything(usize),
    /// A code that is none.
    #[error("codes: \"{0}\" is not a number")]
    Code(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    rule: Vec<Row>,
    #[serde(default)]
    codes: BTreeMap<String, Meaning>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    means: Meaning,
    why: String,
    #[serde(default)]
    weak: bool,
    #[serde(default)]
    codes: Vec<i64>,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    all: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
}

impl Table {
    /// Reads a file; all mistakes are told.
    pub fn parse(text: &str) -> Result<Self, Vec<FailuresError>> {
        let file: File = toml::from_str(text).map_err(|error| vec![error.into()])?;
        let mut mistakes = Vec::new();
        let mut rules = Vec::new();
        for (row, number) in file.rule.into_iter().zip(1..) {
            match Rule::new(row, number, &file.words) {
                Ok(rule) => rules.push(rule),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        let mut codes = Vec::new();
        for (code, means) in file.codes {
            match code.parse() {
                Ok(number) => codes.push((number, means)),
                Err(_) => mistakes.push(FailuresError::Code(code)),
            }
        }
        match mistakes.is_empty() {
            true => Ok(Self { rules, codes }),
            false => Err(mistakes),
        }
    }
}

impl Rule {
    fn new(
        row: Row,
        number: usize,
        classes: &BTreeMap<String, Vec<String>>,
    ) -> Result<Self, FailuresError> {
        let phrases = |source: &str| {
            let parts = source.split('|');
            let parts = parts.map(|part| Phrase::parse(part, classes, &mut Vec::new()));
            let parts: Result<Vec<_>, _> = parts.collect();
            parts.map_err(|error| FailuresError::Phrase { row: number, error })
        };
        let lists = |sources: &[String]| -> Result<Vec<Vec<_>>, _> {
            sources.iter().map(|source| phrases(source)).collect()
        };
        let rule = Self {
            number,
            means: row.means,
            why: row.why,
            weak: row.weak,
            codes: row.codes,
            any: lists(&row.any)?.concat(),
            all: lists(&row.all)?,
            none: lists(&row.none)?.concat(),
        };
        match rule.any.is_empty() && rule.all.is_empty() && rule.codes.is_empty() {
            true => Err(FailuresError::Everything(number)),
            false => Ok(rule),
        }
    }

    /// Whether it fits a text that came with `code`.
    pub(super) fn fits(&self, code: Option<i64>, text: &Text) -> bool {
        let coded = self.codes.is_empty() || code.is_some_and(|code| self.codes.contains(&code));
        coded && text.any(|words| self.fits_words(words)) && !text.any(|words| self.spoils(words))
    }

    fn fits_words(&self, words: &[String]) -> bool {
        let has = |phrases: &[Phrase]| phrases.iter().any(|phrase| phrase.is_in(words));
        (self.any.is_empty() || has(&self.any)) && self.all.iter().all(|phrases| has(phrases))
    }

    fn spoils(&self, words: &[String]) -> bool {
        self.none.iter().any(|phrase| phrase.is_in(words))
    }
}
