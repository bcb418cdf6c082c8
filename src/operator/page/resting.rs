//! Keys and models: which work, which rest, and the forms for either.

use maud::{Markup, html};

use super::visitor::Visitor;
use super::{buttons, marks};
use crate::edge::locale::Locale;
use crate::operator::service::answer::{KeyLine, ModelLine};

/// A rest and the button that ends it, or the form that begins one.
fn rest(visitor: &Visitor, tired: (&str, &str), until: Option<u64>, why: Option<&str>) -> Markup {
    let locale = visitor.locale;
    html! {
        @match until {
            Some(until) => {
                (marks::badge("bad", &locale.say("rests")))
                " " (locale.say("rests-until")) " " (marks::time(until))
                @if let Some(why) = why { ", " (rest_why(locale, why)) }
            }
            None => (marks::badge("good", &locale.say("works"))),
        }
        " " (buttons::rest_form(visitor, tired, until.is_some()))
    }
}

fn rest_why(locale: Locale, why: &str) -> String {
    match why {
        "operator" => locale.say("rests-operator"),
        kind => locale.word("kind", kind),
    }
}

/// The chain of models.
pub fn models(visitor: &Visitor, lines: &[ModelLine]) -> Markup {
    let locale = visitor.locale;
    let heads = marks::heads(locale, &["model", "price", "state"]);
    let row = |line: &ModelLine| {
        let name = html! { span { (line.title) } br; span.model { (line.model) } };
        let price = html! { span.n { (marks::amount(line.credits)) } };
        vec![
            name,
            price,
            rest(
                visitor,
                ("model", &line.model),
                line.until,
                line.why.as_deref(),
            ),
        ]
    };
    let rows: Vec<_> = lines.iter().map(row).collect();
    marks::table(
        &locale.say("now-models"),
        &heads,
        &rows,
        &locale.say("none"),
    )
}

/// The provider's keys.
pub fn keys(visitor: &Visitor, lines: &[KeyLine]) -> Markup {
    let locale = visitor.locale;
    let heads = marks::heads(locale, &["key", "credits", "state"]);
    let row = |line: &KeyLine| {
        let credits = match (line.credits, &line.trouble) {
            (Some(credits), _) => html! { span.n { (marks::amount(credits)) } },
            (None, Some(trouble)) => html! { (locale.word("kind", trouble)) },
            (None, None) => marks::none(),
        };
        let state = rest(visitor, ("key", &line.key), line.until, line.why.as_deref());
        vec![html! { code { (line.key) } }, credits, state]
    };
    let rows: Vec<_> = lines.iter().map(row).collect();
    marks::table(
        &locale.say("now-keys"),
        &heads,
        &rows,
        &locale.say("now-keys-none"),
    )
}
