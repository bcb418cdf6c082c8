//! A form: what somebody has filled in, and the fields they fill in.

use maud::{Markup, html};

use super::visitor::Visitor;

/// What somebody has filled in.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads what a browser sends.
    pub fn read(bytes: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(bytes);
        Self(pairs.into_owned().collect())
    }

    /// A field; empty if it is not there.
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

/// A form that goes to `action`, with the session's word and hidden fields.
pub fn form(visitor: &Visitor, action: &str, hidden: &[(&str, &str)], inside: Markup) -> Markup {
    html! {
        form method="post" action=(action) autocomplete="off" {
            input type="hidden" name="word" value=(visitor.word());
            @for (name, value) in hidden {
                input type="hidden" name=(name) value=(value);
            }
            (inside)
        }
    }
}

/// A line of text with its label.
pub fn line(id: &str, name: &str, label: &str, value: &str, most: usize) -> Markup {
    html! {
        div.field.wide {
            label for=(id) { (label) }
            input id=(id) name=(name) type="text" value=(value) required maxlength=(most);
        }
    }
}

/// A whole number with its label.
pub fn number(id: &str, name: &str, label: &str, value: &str, (least, most): (i32, i32)) -> Markup {
    html! {
        div.field {
            label for=(id) { (label) }
            input id=(id) name=(name) type="number" inputmode="numeric" value=(value) required
                min=(least) max=(most) step="1";
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_they_were_meant() {
        let form = Form::read("a=1&b=%D0%B4%D0%B0+%26&a=2&c".as_bytes());
        assert_eq!(form.get("a"), "1");
        assert_eq!(form.get("b"), "да &");
        assert_eq!((form.get("c"), form.get("d")), ("", ""));
    }
}
