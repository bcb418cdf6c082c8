//! The buttons and forms that ask for deeds.

use maud::{Markup, html};

use super::form::{form, line, number};
use super::visitor::Visitor;
use crate::rules::domain::deed::{LONGEST_REST, LONGEST_WHY, MOST_CREDITS};

/// How long something rests unless one says otherwise, in hours.
const REST: &str = "24";

/// A button that asks for a deed.
pub fn button(visitor: &Visitor, deed: &str, hidden: &[(&str, &str)], label: &str) -> Markup {
    let hidden = [&[("deed", deed)], hidden].concat();
    form(
        visitor,
        "/do",
        &hidden,
        html! {
            button type="submit" { (visitor.locale.say(label)) }
        },
    )
}

/// A form with a reason, folded up.
pub fn opened(
    visitor: &Visitor,
    deed: &str,
    hidden: &[(&str, &str)],
    label: &str,
    hint: &str,
) -> Markup {
    html! {
        details.deed data-keep=(deed) {
            summary.button { (visitor.locale.say(label)) }
            (reasoned(visitor, deed, hidden, label, hint))
        }
    }
}

/// A form with a reason.
pub fn reasoned(
    visitor: &Visitor,
    deed: &str,
    hidden: &[(&str, &str)],
    label: &str,
    hint: &str,
) -> Markup {
    let hidden = [&[("deed", deed)], hidden].concat();
    let inside = why(visitor, deed, "", label, hint);
    form(visitor, "/do", &hidden, inside)
}

/// The reason and the button.
pub fn why(visitor: &Visitor, deed: &str, said: &str, label: &str, hint: &str) -> Markup {
    let locale = visitor.locale;
    html! {
        p.hint { (locale.say(hint)) }
        (line(&format!("why-{deed}"), "why", &locale.say("field-why"), said, LONGEST_WHY))
        button type="submit" { (locale.say(label)) }
    }
}

/// The form that gives credits.
pub fn grant_form(visitor: &Visitor, hidden: &[(&str, &str)]) -> Markup {
    let hidden = [&[("deed", "grant")], hidden].concat();
    html! {
        div.deed.card.grant data-test="grant" {
            (form(visitor, "/do", &hidden, grant(visitor, "", "")))
        }
    }
}

/// How many credits, and why.
pub fn grant(visitor: &Visitor, credits: &str, why: &str) -> Markup {
    let locale = visitor.locale;
    html! {
        div.row {
            (number("credits", "credits", &locale.say("field-credits"), credits, (-MOST_CREDITS, MOST_CREDITS)))
            (line("why-grant", "why", &locale.say("field-why"), why, LONGEST_WHY))
            button.main type="submit" { (locale.say("do-grant")) }
        }
        p.hint { (locale.say("hint-grant")) }
    }
}

/// The form that lets a key or a model rest, or the button that ends it.
pub fn rest_form(visitor: &Visitor, tired: (&str, &str), rests: bool) -> Markup {
    let hidden = [tired, ("back", "/")];
    if rests {
        return button(visitor, "wake", &hidden, "do-wake");
    }
    let (kind, name) = tired;
    let hidden = [&[("deed", "rest")], &hidden[..]].concat();
    html! {
        details.deed.small data-keep=(format!("rest-{kind}-{name}")) {
            summary.button { (visitor.locale.say("do-rest")) }
            (form(visitor, "/do", &hidden, hours(visitor, &format!("hours-{kind}-{name}"), REST)))
        }
    }
}

/// For how long.
pub fn hours(visitor: &Visitor, id: &str, said: &str) -> Markup {
    html! {
        div.row {
            (number(id, "hours", &visitor.locale.say("field-hours"), said, (1, LONGEST_REST)))
            button type="submit" { (visitor.locale.say("do-rest")) }
        }
    }
}
