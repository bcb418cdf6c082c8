//! The trail: what operators did, each deed in a sentence.

use maud::{Markup, html};

use super::marks;
use super::voice::Voice;
use crate::operator::service::answer::ActLine;
use crate::rules::domain::act::Deed;

/// Acts, newest first.
pub fn trail(voice: Voice, acts: &[ActLine]) -> Markup {
    let heads = marks::heads(voice, &["when", "who", "what"]);
    let row = |act: &ActLine| {
        let what = sentence(voice, &act.deed);
        vec![marks::time(act.at), html! { (who(voice, &act.who)) }, what]
    };
    let rows: Vec<_> = acts.iter().map(row).collect();
    marks::table(
        &voice.say("nav-acts"),
        &heads,
        &rows,
        &voice.say("acts-none"),
    )
}

fn who(voice: Voice, who: &str) -> String {
    match who {
        "page" => voice.say("who-page"),
        other => other.to_owned(),
    }
}

fn sentence(voice: Voice, deed: &Deed) -> Markup {
    let reason = |why: &str| html! { " " span.why { "«" (why) "»" } };
    match deed {
        Deed::Granted { user, credits, why } => {
            let key = if *credits < 0 {
                "act-taken"
            } else {
                "act-granted"
            };
            let text = voice.fill(key, &[("n", credits.unsigned_abs().into())]);
            html! { (text) " " (marks::user(user.0)) (reason(why)) }
        }
        Deed::Banned { user, why } => {
            html! { (voice.say("act-banned")) " " (marks::user(user.0)) (reason(why)) }
        }
        Deed::Unbanned { user } => html! { (voice.say("act-unbanned")) " " (marks::user(user.0)) },
        Deed::Hurried { job } => html! { (voice.say("act-hurried")) " " (marks::job(job.0)) },
        Deed::Reordered { job, order } => html! {
            (voice.say("act-reordered")) " " (marks::job(job.0)) " → " (marks::order(order.0))
        },
        Deed::ReorderedFor { job, order, why } => html! {
            (voice.say("act-reordered")) " " (marks::job(job.0)) " → " (marks::order(order.0)) (reason(why))
        },
        Deed::Cancelled { job, why } => {
            html! { (voice.say("act-cancelled")) " " (marks::job(job.0)) (reason(why)) }
        }
        Deed::Refunded { job, why } => {
            html! { (voice.say("act-refunded")) " " (marks::job(job.0)) (reason(why)) }
        }
        Deed::KeyRested { key, until } => html! {
            (voice.say("act-key-rested")) " " code { (key) } " " (voice.say("rests-until")) " "
            (marks::time(until.0))
        },
        Deed::KeyWoken { key } => html! { (voice.say("act-key-woken")) " " code { (key) } },
        Deed::ModelRested { model, until } => html! {
            (voice.say("act-model-rested")) " " span.model { (model) } " " (voice.say("rests-until")) " "
            (marks::time(until.0))
        },
        Deed::ModelWoken { model } => {
            html! { (voice.say("act-model-woken")) " " span.model { (model) } }
        }
        Deed::Paused { why } => html! { (voice.say("act-paused")) (reason(why)) },
        Deed::Resumed => html! { (voice.say("act-resumed")) },
        Deed::BroadcastBegun { broadcast, segment } => html! {
            (voice.fill("act-broadcast-begun", &[("n", (*broadcast).into())])) " → " (segment.word())
        },
        Deed::BroadcastStopped { broadcast } => {
            html! { (voice.fill("act-broadcast-stopped", &[("n", (*broadcast).into())])) }
        }
        Deed::BroadcastEnded {
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
            html! { (voice.fill("act-broadcast-ended", &args)) }
        }
    }
}
