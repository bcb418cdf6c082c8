//! A template: the name of a ready-made style of video in `data/templates.toml`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest name, in bytes: it stands in the text of a button, which may have 64.
pub const LONGEST: usize = 32;
/// What the seller's own prompt is called where templates are named.
pub const OWN: &str = "self";

/// A template's name: 1 to [`LONGEST`] of `a-z`, `0-9`, `_` and `-`, and not [`OWN`].
///
/// Held in place, so that a button that carries one is as cheap as any other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Template {
    /// Padded with zeroes.
    name: [u8; LONGEST],
    length: u8,
}

/// What was said is no template's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a template's name is 1 to {LONGEST} small Latin letters, digits, dashes and underscores, and not {OWN}"
)]
pub struct NoTemplate;

impl Template {
    /// Takes a name.
    pub fn parse(said: &str) -> Result<Self, NoTemplate> {
        let plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        let mut name = [0; LONGEST];
        let place = name.get_mut(..said.len()).ok_or(NoTemplate)?;
        if said.is_empty() || said == OWN || !said.as_bytes().iter().all(plain) {
            return Err(NoTemplate);
        }
        place.copy_from_slice(said.as_bytes());
        let length = u8::try_from(said.len()).map_err(|_| NoTemplate)?;
        Ok(Self { name, length })
    }

    /// Its name in `data/templates.toml`, in buttons and in statistics.
    pub fn name(&self) -> &str {
        std::str::from_utf8(&self.name[..usize::from(self.length)]).expect("a name is ASCII")
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({})", self.name())
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let said = String::deserialize(deserializer)?;
        Self::parse(&said).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for name in ["a", "ugc", "top_10-b", &"x".repeat(LONGEST)] {
            assert_eq!(Template::parse(name).unwrap().name(), name);
        }
        for said in [
            "",
            OWN,
            "UGC",
            "a:b",
            "a b",
            "реклама",
            "a\0",
            &"x".repeat(LONGEST + 1),
        ] {
            assert_eq!(Template::parse(said), Err(NoTemplate), "{said}");
        }
    }
}
