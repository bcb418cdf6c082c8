//! JSON as it comes: the few fields one needs of an object, whatever else it has.
//!
//! A field that is not as it should be is not there; no answer here is an error.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

/// An object's fields as they are written, in their order.
#[derive(Debug, Default)]
pub struct Fields<'j>(Vec<(Text<'j>, &'j RawValue)>);

impl<'j> Fields<'j> {
    /// The fields of the object that a text is.
    pub fn read(text: &'j str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Every field.
    pub fn all(&self) -> impl Iterator<Item = (&str, &'j RawValue)> {
        self.0.iter().map(|(name, value)| (name.0.as_ref(), *value))
    }

    /// A field as it is written; of two of one name the last, and none that is null.
    pub fn get(&self, name: &str) -> Option<&'j RawValue> {
        let (_, value) = self.0.iter().rev().find(|(known, _)| known.0 == name)?;
        (value.get() != "null").then_some(*value)
    }

    /// Whether there is such a field.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A field that is a text.
    pub fn text(&self, name: &str) -> Option<String> {
        text(self.get(name)?)
    }

    /// A field that is a number, however it is spelt; what is behind its point is left out.
    pub fn number(&self, name: &str) -> Option<i64> {
        number(self.get(name)?.get())
    }

    /// Whether a field is true.
    pub fn is(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.get() == "true")
    }

    /// A field that is an object.
    pub fn object(&self, name: &str) -> Option<Self> {
        Self::read(self.get(name)?.get())
    }

    /// The parts of a field that is a list; none of another.
    pub fn list(&self, name: &str) -> Vec<&'j RawValue> {
        self.get(name).map(list).unwrap_or_default()
    }
}

/// The text that a value is. Half a character in it becomes a sign that stands for such.
pub fn text(value: &RawValue) -> Option<String> {
    let text: Text<'_> = serde_json::from_str(value.get()).ok()?;
    Some(text.0.into_owned())
}

/// The parts of the list that a value is; none of another.
pub fn list(value: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(value.get()).unwrap_or_default()
}

fn number(text: &str) -> Option<i64> {
    /// Beyond it not every whole number has a double of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let text = text.trim_matches('"').trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    (number.abs() <= EXACT).then_some(number as i64)
}

/// A text, where it stands if it can be read there.
#[derive(Debug)]
struct Text<'j>(Cow<'j, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_bytes<E: Error>(self, text: &'de [u8]) -> Result<Self::Value, E> {
                Ok(Text(String::from_utf8_lossy(text)))
            }

            fn visit_bytes<E: Error>(self, text: &[u8]) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(String::from_utf8_lossy(text).into_owned())))
            }
        }
        // As bytes: a text may have half a character in it, as JSON allows.
        reader.deserialize_bytes(Reads)
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        reader.deserialize_map(Reads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Fields<'_> {
        Fields::read(text).unwrap()
    }

    #[test]
    fn a_number_is_read_however_it_is_spelt() {
        for (spelt, number) in [
            ("17", Some(17)),
            ("17.0", Some(17)),
            ("17.9", Some(17)),
            ("1.7e1", Some(17)),
            (r#""17""#, Some(17)),
            ("-17", Some(-17)),
            ("4294967296", Some(1 << 32)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("1e400", None),
            ("-1e400", None),
            (r#""NaN""#, None),
            (r#""inf""#, None),
            ("true", None),
            ("[17]", None),
            ("null", None),
        ] {
            let text = format!(r#"{{"n":{spelt}}}"#);
            assert_eq!(fields(&text).number("n"), number, "{spelt}");
        }
    }

    #[test]
    fn of_two_fields_of_one_name_the_last_counts() {
        let read = fields(r#"{"a":"one","a":"two","b":1,"b":null}"#);
        assert_eq!(read.text("a").as_deref(), Some("two"));
        assert!(!read.has("b"));
    }

    #[test]
    fn half_a_character_spoils_nothing_beside_it() {
        let read = fields(r#"{"\ud83c":1,"a":"x\ud83dy","b":"\ud83c\udffa"}"#);
        let a = read.text("a").unwrap();
        assert!(a.starts_with('x') && a.ends_with('y') && a.len() > 2, "{a}");
        assert_eq!(read.text("b").as_deref(), Some("🏺"));
    }

    #[test]
    fn what_is_not_asked_for_may_be_as_deep_as_it_likes() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let text = format!(r#"{{"deep":{deep},"a":"here"}}"#);
        let read = fields(&text);
        assert_eq!(read.text("a").as_deref(), Some("here"));
        assert_eq!(read.text("deep"), None);
        assert!(read.object("deep").is_none());
        assert_eq!(read.list("deep").len(), 1);
    }

    #[test]
    fn what_is_of_another_kind_is_not_there() {
        let read = fields(r#"{"a":1,"b":"x","c":[1],"d":{"e":2}}"#);
        assert_eq!(read.text("a"), None);
        assert_eq!(read.text("c"), None);
        assert!(read.object("b").is_none() && read.list("b").is_empty());
        assert_eq!(read.object("d").unwrap().number("e"), Some(2));
        assert!(Fields::read("[]").is_none() && Fields::read("{").is_none());
    }
}
