//! Keys and models: which work, which rest, and the forms for either.

use maud::{Markup, html};

use super::visitor::Visitor;
use super::voice::Voice;
use super::{buttons, marks};
use crate::operator::service::answer::{KeyLine, ModelLine};

/// A rest and the button that ends it, or the form that begins one.
fn rest(visitor: &Visitor, tired: (&str, &str), until: Option<u64>, why: Option<&str>) -> Markup {
    let voice = visitor.voice;
    html! {
        @match until {
            Some(until) => {
                (marks::badge("bad", &voice.say("rests")))
                " " (voice.say("rests-until")) " " (marks::time(until))
                @if let Some(why) = why { ", " (rest_why(voice, why)) }
            }
            None => (marks::badge("good", &voice.say("works"))),
        }
        " " (buttons::rest_form(visitor, tired, until.is_some()))
    }
}

fn rest_why(voice: Voice, why: &str) -> String {
    match why {
        "operator" => voice.say("rests-operator"),
        kind => voice.word("kind", kind),
    }
}

/// The chain of models.
pub fn models(visitor: &Visitor, lines: &[ModelLine]) -> Markup {
    let voice = visitor.voice;
    let heads = marks::heads(voice, &["model", "price", "state"]);
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
    marks::table(&voice.say("now-models"), &heads, &rows, &voice.say("none"))
}

/// The provider's keys.
pub fn keys(visitor: &Visitor, lines: &[KeyLine]) -> Markup {
    let voice = visitor.voice;
    let heads = marks::heads(voice, &["key", "credits", "state"]);
    let row = |line: &KeyLine| {
        let credits = match (line.credits, &line.trouble) {
            (Some(credits), _) => html! { span.n { (marks::amount(credits)) } },
            (None, Some(trouble)) => html! { (voice.word("kind", trouble)) },
            (None, None) => marks::none(),
        };
        let state = rest(visitor, ("key", &line.key), line.until, line.why.as_deref());
        vec![html! { code { (line.key) } }, credits, state]
    };
    let rows: Vec<_> = lines.iter().map(row).collect();
    marks::table(
        &voice.say("now-keys"),
        &heads,
        &rows,
        &voice.say("now-keys-none"),
    )
}
