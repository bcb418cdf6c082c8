//! The trail: what operators did, each deed in a sentence.

use maud::{Markup, html};

use super::marks;
use crate::edge::locale::Locale;
use crate::operator::service::answer::ActLine;
use crate::rules::domain::act::Done;
use crate::rules::domain::deed::outlook::Came;
use crate::rules::domain::deed::{Deed, Resting};

/// Acts, newest first.
pub fn trail(locale: Locale, acts: &[ActLine]) -> Markup {
    let heads = marks::heads(locale, &["when", "who", "what"]);
    let row = |act: &ActLine| {
        let what = sentence(locale, &act.done);
        vec![marks::time(act.at), html! { (who(locale, &act.who)) }, what]
    };
    let rows: Vec<_> = acts.iter().map(row).collect();
    marks::table(
        &locale.say("nav-acts"),
        &heads,
        &rows,
        &locale.say("acts-none"),
    )
}

fn who(locale: Locale, who: &str) -> String {
    match who {
        "page" => locale.say("who-page"),
        other => other.to_owned(),
    }
}

fn sentence(locale: Locale, done: &Done) -> Markup {
    let (deed, came) = match done {
        Done::Deed { deed, came } => (deed, *came),
        Done::BroadcastEnded {
            broadcast,
            delivered,
            blocked,
            failed,
        } => {
            let args = [
                ("n", (*broadcast).into()),
                ("delivered", (*delivered).into()),
                ("blocked", (*blocked).into()),
                ("failed", (*failed).into()),
            ];
            return html! { (locale.fill("act-broadcast-ended", &args)) };
        }
    };
    let number = match (deed, came) {
        (Deed::Grant { credits, .. }, _) => u64::from(credits.unsigned_abs()),
        (Deed::Stop { broadcast }, _) => *broadcast,
        (_, Came::Broadcast(broadcast)) => broadcast,
        (_, Came::Nothing | Came::Order(_) | Came::Rest(_)) => 0,
    };
    let what = match deed.resting() {
        Some(what) => format!("act-{}-{}", deed.word(), what.kind()),
        None => format!("act-{}", deed.word()),
    };
    html! {
        (locale.fill(&what, &[("n", number.into())]))
        @if let Some(user) = deed.user() { " " (marks::user(user.0)) }
        @if let Some(job) = deed.job() { " " (marks::job(job.0)) }
        @if let Some(order) = came.order() { " → " (marks::order(order.0)) }
        @match deed.resting() {
            Some(Resting::Key(key)) => { " " code { (key) } }
            Some(Resting::Model(model)) => { " " span.model { (model) } }
            None => {}
        }
        @if let Came::Rest(until) = came {
            " " (locale.say("rests-until")) " " (marks::time(until.0))
        }
        @if let Deed::Broadcast { segment, .. } = deed { " → " (segment.word()) }
        @if let Some(why) = deed.why() { " " span.why { "«" (why) "»" } }
    }
}
