//! The reader of the annotated file: every key once, with its default, and all mistakes together.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use toml::de::{DeTable, DeValue};

use super::settings::{Origin, Setting, Value, written};
use super::value::{self, Parsed};

/// The least likeness at which an unknown key is taken for a misspelt one.
const LIKENESS: f64 = 0.7;

/// One thing wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file, as the operator named it.
    pub file: String,
    /// The line, counted from 1, if it stands on one.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub text: String,
}

/// Everything wrong with the configuration, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    pub(super) fn one(file: &str, text: String) -> Self {
        Self(vec![Mistake {
            file: file.to_owned(),
            line: None,
            text,
        }])
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.text),
            None => write!(f, "{}: {}", self.file, self.text),
        }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mistake) in self.0.iter().enumerate() {
            write!(f, "{}{mistake}", if at == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// A key somebody has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// The section it stands in; empty at the top.
    pub section: &'static str,
    pub key: &'static str,
    /// Its default as a TOML value; nothing if it is unset by default.
    pub default: Option<&'static str>,
}

/// A file being read.
pub(super) struct Reader<'a> {
    name: &'a str,
    base: &'a Path,
    text: &'a str,
    root: DeTable<'a>,
    mistakes: BTreeMap<(Option<usize>, usize), String>,
    known: Vec<Known>,
    settings: Vec<Setting>,
}

impl<'a> Reader<'a> {
    /// Begins to read `text`; relative paths in it start from `base`.
    pub fn new(name: &'a str, base: &'a Path, text: &'a str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut reader = Self {
            name,
            base,
            text,
            root: root.into_inner(),
            mistakes: BTreeMap::new(),
            known: Vec::new(),
            settings: Vec::new(),
        };
        for error in errors {
            reader.note(error.span(), error.message().to_owned());
        }
        reader
    }

    /// The section `[name]`, dots included; the top of the file if the name is empty.
    pub fn section<'r>(&'r mut self, name: &'static str) -> Section<'r, 'a> {
        Section { reader: self, name }
    }

    /// The keys read so far.
    #[cfg(test)]
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// Ends the reading: what was read, and what is wrong. Keys nobody asked for are mistakes too.
    pub fn finish(mut self) -> (Vec<Setting>, Mistakes) {
        for (span, text) in self.unknown() {
            self.note(Some(span), text);
        }
        self.finish_part()
    }

    /// Ends the reading of a part of the file: what else stands in it is not looked at.
    pub fn finish_part(self) -> (Vec<Setting>, Mistakes) {
        let mistakes = self.mistakes.into_iter().map(|((line, _), text)| Mistake {
            file: self.name.to_owned(),
            line,
            text,
        });
        (self.settings, Mistakes(mistakes.collect()))
    }

    fn unknown(&self) -> Vec<(Range<usize>, String)> {
        let mut found = Vec::new();
        self.unknown_in("", &self.root, &mut found);
        found
    }

    /// The keys of a section that nobody asked for, and those of the sections in it.
    fn unknown_in(&self, name: &str, table: &DeTable<'_>, found: &mut Vec<(Range<usize>, String)>) {
        for (key, held) in table {
            let inner = path(name, key.get_ref());
            let section = self.known.iter().find(|known| known.section == inner);
            match (section, held.get_ref()) {
                (Some(known), DeValue::Table(table)) => {
                    self.unknown_in(known.section, table, found);
                }
                (Some(_), _) => {
                    let text = format!("{inner} must be a section: [{inner}]");
                    found.push((key.span(), text));
                }
                (None, _) => found.extend(self.stranger(name, key)),
            }
        }
    }

    fn stranger(
        &self,
        section: &str,
        key: &toml::Spanned<std::borrow::Cow<'_, str>>,
    ) -> Option<(Range<usize>, String)> {
        let name = key.get_ref().as_ref();
        let known = |known: &&Known| known.section == section && known.key == name;
        if self.known.iter().any(|key| known(&key)) {
            return None;
        }
        let hint = self.hint(section, name);
        Some((
            key.span(),
            format!("there is no key {}{hint}", path(section, name)),
        ))
    }

    fn hint(&self, section: &str, name: &str) -> String {
        if let Some(known) = self.known.iter().find(|known| known.key == name) {
            return match known.section {
                "" => "; it belongs at the top, before the first [section]".into(),
                section => format!("; it belongs in [{section}]"),
            };
        }
        let keys = self.known.iter().filter(|known| known.section == section);
        let sections = self.known.iter().filter(|_| section.is_empty());
        keys.map(|known| known.key)
            .chain(sections.map(|known| known.section))
            .map(|known| (strsim::jaro_winkler(known, name), known))
            .filter(|(likeness, _)| *likeness >= LIKENESS)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, known)| format!("; did you mean {known}?"))
            .unwrap_or_default()
    }

    fn note(&mut self, span: Option<Range<usize>>, text: String) {
        let line = span.map(|span| self.line(&span));
        let place = (line, self.mistakes.len());
        self.mistakes.insert(place, text);
    }

    /// The line on which something begins, counted from 1.
    fn line(&self, span: &Range<usize>) -> usize {
        let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }
}

/// One section of a file being read.
pub(super) struct Section<'r, 'a> {
    reader: &'r mut Reader<'a>,
    name: &'static str,
}

impl Section<'_, '_> {
    /// Reads a key; `default` is a TOML value, used when the key is absent or wrong.
    pub fn value<T>(
        &mut self,
        key: &'static str,
        default: &'static str,
        parse: impl Fn(&DeValue<'_>) -> Parsed<T>,
    ) -> T {
        self.know(key, Some(default));
        let held = self.held(key, &parse);
        held.unwrap_or_else(|| {
            let value = DeValue::parse(default).expect("our defaults are TOML");
            self.set(key, Some(written(value.get_ref())), Origin::Default);
            parse(value.get_ref()).expect("our defaults are right")
        })
    }

    /// Reads a key that is unset by default.
    pub fn optional<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&DeValue<'_>) -> Parsed<T>,
    ) -> Option<T> {
        self.know(key, None);
        let held = self.held(key, &parse);
        if held.is_none() {
            self.set(key, None, Origin::Default);
        }
        held
    }

    /// Reads the name of a file, unset by default.
    pub fn optional_path(&mut self, key: &'static str) -> Option<PathBuf> {
        let path = self.optional(key, value::text)?;
        Some(self.reader.base.join(path))
    }

    /// Reads names of files.
    pub fn paths(&mut self, key: &'static str) -> Vec<PathBuf> {
        let paths = self.value(key, "[]", value::list(value::text));
        let base = self.reader.base;
        paths.into_iter().map(|path| base.join(path)).collect()
    }

    /// Notes what a secret is and where it was found, or that there is none; `name` is no key of the file.
    pub fn secret(&mut self, name: &str, found: Option<(&SecretString, Origin)>) {
        let name = path(self.name, name);
        self.reader.settings.push(Setting::secret(name, found));
    }

    /// Notes a key of the provider's and where it was found.
    pub fn provider_key(&mut self, name: &str, key: &SecretString, origin: Origin) {
        self.reader.settings.push(Setting {
            key: path(self.name, name),
            value: Value::Key(key.clone()),
            origin,
        });
    }

    /// Notes that what `key` says, or that it says nothing, cannot be.
    pub fn mistake(&mut self, key: &'static str, text: &str) {
        let span = self.find(key).map(|(span, _)| span);
        let text = format!("{}: {text}", path(self.name, key));
        self.reader.note(span, text);
    }

    fn know(&mut self, key: &'static str, default: Option<&'static str>) {
        self.reader.known.push(Known {
            section: self.name,
            key,
            default,
        });
    }

    fn held<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&DeValue<'_>) -> Parsed<T>,
    ) -> Option<T> {
        let (span, value) = self.find(key)?;
        match (parse(value), written(value)) {
            (Ok(held), value) => {
                let (file, line) = (self.reader.name.to_owned(), self.reader.line(&span));
                self.set(key, Some(value), Origin::Line { file, line });
                Some(held)
            }
            (Err(wanted), _) => {
                let text = format!("{} {wanted}", path(self.name, key));
                self.reader.note(Some(span), text);
                None
            }
        }
    }

    fn set(&mut self, key: &str, value: Option<String>, origin: Origin) {
        self.reader.settings.push(Setting {
            key: path(self.name, key),
            value: value.map_or(Value::Unset, Value::Written),
            origin,
        });
    }

    fn find(&self, key: &str) -> Option<(Range<usize>, &DeValue<'_>)> {
        let table = match self.name {
            "" => &self.reader.root,
            name => {
                let mut parts = name.split('.');
                parts.try_fold(&self.reader.root, |table, part| {
                    table.get(part)?.get_ref().as_table()
                })?
            }
        };
        let held = table.get(key)?;
        Some((held.span(), held.get_ref()))
    }
}

fn path(section: &str, key: &str) -> String {
    if section.is_empty() {
        key.to_owned()
    } else {
        format!("{section}.{key}")
    }
}
